"""Programs of many fields, in the ways in which people write them, agree with the engine wherever they are compiled."""
import pytest

from autograd.compiler.run import Program
from tests.compiler.fields.check import Faults, case, compiled, tried
from tests.compiler.fields.style import FIELDS


NEWER = [name for name, make in FIELDS.items() if make.__module__.split(".")[-1] in
         ("decisions", "machines", "sciences", "signals")]
SHORT = ["consecutive_reactions", "seir_with_events", "leslie_matrix", "kepler_equation", "rabi_by_rotations", "radioactive_chain",
         "bessel_downward", "lqr_by_riccati", "dubins_car", "complementary_filter", "kalman_with_velocity", "gear_train",
         "iir_biquad", "goertzel", "string_plucked", "bigram_counts", "word_gate_rnn", "bond_duration", "bootstrap_curve",
         "welford_variance", "bayes_update", "elo_ratings", "queue_by_lindley", "bandit_softmax", "folded_by_reduce"]


@pytest.mark.parametrize("name", SHORT)
def test_a_short_program_of_a_field(name):
    faults = Faults()
    compiled(case(2, steps=7, name=name), faults, ["own"])
    assert faults.compared and not faults.wrong and not faults.crashed


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in NEWER] + NEWER[::5])
def test_a_program_of_a_field(name):
    _, faults = tried(0, name=name)
    assert faults.compared and not faults.wrong and not faults.crashed


FOUND = [                                       # a seed, a field, how it is compiled: what was wrong once
    (149, "hmm_forward", "arrays"),             # two stacks of a loop that keep the same number had one name for their cotangents
]


@pytest.mark.parametrize("seed, name, way", FOUND)
def test_a_program_that_was_wrong_once(seed, name, way):
    faults = Faults()
    compiled(case(seed, name=name), faults, [way])
    assert faults.compared > 3 and not faults.wrong and not faults.crashed


# a loop with turns beside it that lead into these turns themselves; the same nodes in a turn of a loop and after it
@pytest.mark.parametrize("seed", [95010, 300254])
def test_programs_together_that_were_wrong_once(seed):
    _, faults = tried(seed)
    assert faults.compared and not faults.wrong and not faults.crashed


def test_a_field_gives_the_same_program_for_the_same_seed():
    one, two = case(7, name="rnn"), case(7, name="rnn")
    assert one.theta == two.theta and one.graph(one.theta, [])[0].data == two.graph(two.theta, [])[0].data


def test_a_wrong_program_is_noticed(monkeypatch):
    right = Program.value_and_grad

    def nearly(self, *given):
        value, gradient = right(self, *given)
        return value, gradient * (1 + 1e-7)
    monkeypatch.setattr(Program, "value_and_grad", nearly)
    faults = Faults()
    compiled(case(3, name="ridge"), faults, ["own"])
    assert faults.wrong
