"""Every row at every kind of float, to third order, in all modes, eager and compiled, against closed forms in mpmath."""
import math

import pytest

from autograd import Value, grad, hessian, ops
from tests.sweep import compiled, judge, sweep
from tests.truth import TRUTH


def test_each_truth_is_that_of_a_row():
    """A row without a closed form is judged by mpmath's function of its name, or by finite differences: see test_ops."""
    assert set(TRUTH) <= ops.BUILT_IN and len(TRUTH) > 40


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_no_derivative_is_silently_wrong(name):
    counts, faults = sweep(name, 25, "a")
    assert [f for f in faults if f[0] == "wrong"] == [] and counts["refused"] <= counts["right"] // 50


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_no_compiled_derivative_is_silently_wrong(name):
    counts, faults = compiled(name, 25, "a")
    assert [f for f in faults if f[0] == "wrong"] == [] and counts["refused"] <= counts["right"] // 50


def test_the_judge_sees_what_is_lost():
    assert judge("asin", (2,), (1e-17,), 0.0) == "wrong" and judge("asin", (2,), (1e-17,), 1e-17) is None
    assert judge("atan", (2,), (1e100,), 0.0) == "wrong" and judge("erf", (2,), (1.7e308,), math.nan) == "wrong"
    assert judge("exp", (1,), (0.0,), ValueError()) == "refused" and judge("log", (0,), (-1.0,), ValueError()) is None


# What was lost once ---------------------------------------------------------------------------------------------------

def test_second_derivatives_close_to_0_and_far_out():
    assert grad(grad(ops.asin))(1e-17) == 1e-17 and grad(grad(ops.acos))(1e-17) == -1e-17
    assert grad(grad(ops.atan))(1e100) == pytest.approx(-2e-300, rel=1e-12)
    for op in (ops.atan, ops.erf, ops.erfc, ops.gelu):
        assert [hessian(op)(x) for x in (1.7e308, -1.7e308, math.inf, -math.inf)] == [0.0] * 4
    assert ops.gelu(-math.inf) == 0.0 and math.isnan(ops.sign(math.nan))


def test_powers_of_0_and_of_subnormal_numbers():
    p = Value(2.0)
    y = 0.0 ** p
    y.backward()
    assert (y.data, p.grad) == (0.0, 0.0) and grad(lambda p: 0.0 ** p)(0.5) == 0.0
    assert grad(grad(lambda p: 0.0 ** p))(2.0) == 0.0
    with pytest.raises(ValueError, match="power_log|pow"):
        grad(lambda p: 0.0 ** p)(0.0)                       # minus infinity
    mixed = grad(grad(ops.pow, 1), 0)
    assert mixed(1e-300, 2.0) == pytest.approx(1e-300 * (1 + 2 * math.log(1e-300)), rel=1e-13)
    assert mixed(5e-324, 1.0) == pytest.approx(1 + math.log(5e-324)) and mixed(0.0, 2.0) == 0.0
    assert grad(ops.pow)(6e-313, 1e-300) == pytest.approx(1e-300 / 6e-313, rel=1e-9)
    with pytest.raises(ValueError, match="pow"):
        mixed(0.0, 1.0)                                     # minus infinity
