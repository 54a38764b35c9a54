"""The check that does not trust the compiler finds what is wrong, and says where."""
from __future__ import annotations

import gc
import random

import pytest

import autograd as ag
from autograd import Value, compile
from tests.compiler.agree import form
from tests.styles import STYLES
from tests.styles.case import record


def network():
    rng = random.Random(0)
    P = [Value(rng.uniform(-1, 1), label=f"p{i}") for i in range(16)]
    x = [Value(rng.uniform(-1, 1)) for _ in range(3)]
    h = [ag.tanh(sum((w * u for w, u in zip(P[3 * i:3 * i + 3], x)), P[9 + i])) for i in range(3)]
    out = ag.exp(sum(w * u for w, u in zip(P[12:15], h)) * 0.5) - P[15]
    out.label = "out"
    return out, P, x


def broken(program, right, wrong):
    code = program._code
    assert right in code.text
    changes = {"text": code.text.replace(right, wrong)}
    for text in ("on_arrays", "forward"):
        changes[text] = getattr(code, text).replace(right, wrong)
    program._code = code._replace(**changes)
    return program


def test_a_right_program_agrees_at_all_points():
    out, P, x = network()
    for name in ("arrays", "straight"):
        with form(name):
            assert compile(out, P, x).verify(points=5) == 5
            assert compile([out, P[0] * x[0]], P, x).verify([out, P[0] * x[0]], points=2) == 2


@pytest.mark.parametrize("right, wrong, where", [
    ("np.tanh(z1)", "np.sin(z1)", r"f1\[0, 0\] \(operation tanh\)"), ("b1 = theta[9:12]", "b1 = theta[8:11]", r"z1\[0, 0\]"),
    ("dz1 = ", "dz1 = 1.001 * ", r"the derivative with respect to parameter 0 \(a leaf, 'p0',\)")])
def test_the_first_cell_that_differs_is_named(right, wrong, where):
    out, P, x = network()
    with form("arrays"):
        program = compile(out, P, x)
    with pytest.raises(AssertionError, match=where):
        broken(program, right, wrong).verify()


def test_a_program_does_not_keep_its_graph():
    out, P, x = network()
    program = compile(out, P, x)
    del out
    gc.collect()
    with pytest.raises(ValueError, match="graph is gone"):
        program.verify()


def test_points_outside_of_a_domain_are_left_out():
    a = Value(0.01)
    assert 1 <= compile(ag.log(a), [a]).verify(ag.log(a), points=30) < 30


# On fractions ---------------------------------------------------------------------------------------

def rational():
    rng = random.Random(1)
    P = [Value(rng.uniform(-1, 1), label=f"p{i}") for i in range(16)]
    x = [Value(rng.uniform(-1, 1)) for _ in range(3)]
    h = [ag.relu(sum((w * u for w, u in zip(P[3 * i:3 * i + 3], x)), P[9 + i])) for i in range(3)]
    out = (sum(w * u for w, u in zip(P[12:15], h)) - P[15]) ** 2 / 3
    return out, P, x


@pytest.mark.parametrize("how", [None, "matrices", "scalars"])
def test_a_rational_graph_is_compared_on_fractions(how):
    out, P, x = rational()
    assert compile(out, P, x, form=how).verify(points=4, exact=True) == 4


@pytest.mark.parametrize("wrong", ["dz1 = 1.00000000001 * ", "dz1 = 1e-12 + "])
def test_a_fault_below_the_rounding_of_floats_is_found_on_fractions(wrong):
    out, P, x = rational()
    assert broken(compile(out, P, x, form="matrices"), "dz1 = ", wrong).verify(points=2, exact=False) == 2
    for exact in (True, None):
        with pytest.raises(AssertionError, match="the derivative with respect to parameter"):
            broken(compile(out, P, x, form="matrices"), "dz1 = ", wrong).verify(exact=exact)


def test_every_rational_row_agrees_on_fractions():
    a, b, c = Value(-0.75), Value(0.5), Value(2.0)
    out = (abs(a - b) * ag.relu(c - a) + ag.maximum(a, b) * ag.minimum(a, c) - ag.max(a, b, c) / b + ag.where(a, b, c) * a ** 3
           + c ** -2 + ag.sum([a, b, c]) * ag.dot([a, b], [b, c], c) + ag.ops.sign(a) * b)
    for how in ("matrices", "scalars"):
        assert compile(out, [a, b, c], form=how).verify(points=20, exact=True) == 20


def test_what_is_not_rational_says_which_operation():
    out, P, x = network()
    with pytest.raises(ValueError, match="no exact arithmetic for this graph: tanh of a rational number is not rational"):
        compile(out, P, x).verify(exact=True)


def test_styles_that_are_rational_agree_on_fractions():
    compared = 0
    for name in ("heat_equation", "moving_average", "lennard_jones", "cumulative_sums", "determinant"):
        chosen = STYLES.get(name)
        if chosen is not None:
            output, parameters, inputs = record(chosen.make(*chosen.small))
            for how in (None, "matrices", "scalars"):
                compared += compile(output, parameters, inputs, form=how).verify(output, points=1, exact=True)
    assert compared >= 6
