"""Programs of everyday work, compiled, against eager; and some that were once compiled wrongly."""
from __future__ import annotations

import pytest

import autograd as ag
from autograd import Value
from tests.compiler.idioms import FAMILIES, fault


@pytest.mark.parametrize("name", FAMILIES)
def test_a_program_of_everyday_work_is_compiled_to_what_eager_gives(name):
    for seed in range(3):
        assert fault(seed, name) is None


@pytest.mark.parametrize("name, seed", [("wave", 191), ("k_means", 1109), ("attention", 1502)])
def test_a_program_once_compiled_wrongly(name, seed):
    assert fault(seed, name) is None


# turns after a loop that use each other's nodes; a float that came of an operation without NumPy and was to be an array
@pytest.mark.parametrize("seed", [95269, 97106, 300992])
def test_a_program_of_any_family_once_compiled_wrongly(seed):
    assert fault(seed) is None


@pytest.mark.parametrize("form", ["matrices", "scalars", None])
def test_the_largest_of_one_number_is_that_number(form):
    P = [Value(0.5), Value(-1.0)]
    program = ag.compile(sum(ag.max([p * k]) for k in range(9) for p in P), P, form=form)
    assert program.value_and_grad([1.0, 2.0])[1].tolist() == [36.0, 36.0]


@pytest.mark.parametrize("choice", [
    lambda a, b: ag.where(a, a * b * b, b ** 3), lambda a, b: ag.max([a * a, b ** 3]),
    lambda a, b: ag.select(ag.greater(a, b), [a * b, b ** 3])], ids=["where", "max", "select"])
def test_a_derivative_that_holds_one_side_of_a_choice_is_refused(choice):
    a, b = Value(0.5), Value(2.0)
    for y in ag.gradients(choice(a, b), [a, b], create_graph=True):
        with pytest.raises(ValueError, match="only the sides chosen by the numbers"):
            ag.compile(y * y, [a, b])


def test_a_derivative_of_a_choice_by_data_is_compiled():
    p, data = Value(0.5), [0.0, 1.0, 2.0]
    y = sum(ag.where(d, p ** 3, p ** 2) for d in data)
    slope = ag.gradients(y, p, create_graph=True)
    assert ag.compile(slope, [p])([2.0]) == 2 * 12 + 4


def test_a_derivative_of_a_derivative_that_holds_for_one_side_is_refused_also_where_it_is_a_constant():
    a, b = Value(2.0), Value(1.0)
    of_a, of_b = ag.gradients(ag.where(ag.greater(a, b), 2 * a, b), [a, b], create_graph=True)
    second = ag.gradients(of_a, a, create_graph=True)
    assert second.data == 0.0 and of_b.data == 0.0
    with pytest.raises(ValueError, match="only the sides chosen by the numbers"):
        ag.compile(second, [a, b])
