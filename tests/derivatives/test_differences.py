"""Derivatives from values alone: right within the error they state."""
import math

import pytest

from autograd import check_gradients, exp, sin, sqrt
from autograd.derivatives.differences import Estimate, complex_step, finite_difference
from autograd.graph import topological_order
from autograd.ops import erf
from autograd.value import Value


@pytest.mark.parametrize("f, x, want", [
    (math.exp, 1.0, math.e), (math.sqrt, 1e-6, 500.0), (math.log, 1e-7, 1e7), (lambda x: 1 / x, 1e-8, -1e16),
    (lambda x: x * x - 2 * x, 1.0, 0.0), (math.cosh, 0.0, 0.0),
    (lambda x: abs(x - 1), 1.001, 1.0), (math.sin, 1e5, math.cos(1e5)),
])
def test_finite_difference_and_its_error(f, x, want):
    got, = finite_difference(lambda t: [f(t)], x)
    assert abs(got.value - want) <= 5 * got.error + 1e-12 * abs(want) and got.error <= 1e-8 * max(abs(want), 1e-3)


def test_complex_step_where_rows_allow_it():
    x = Value(0.7)
    y = exp(sin(x)) / (1 + x ** 2)
    got, = complex_step(topological_order(y), x, [y])
    e, d = math.exp(math.sin(0.7)), 1 + 0.49
    assert got == pytest.approx(e * math.cos(0.7) / d - e * 1.4 / d ** 2, rel=1e-15)
    z = erf(x)
    assert complex_step(topological_order(z), x, [z]) is None
    assert check_gradients(lambda t: sqrt(t), 2.0).derivatives[0].expected.error < 1e-12


@pytest.mark.parametrize("x", [6.1e7, 1e9, 2.5e11, 6.04943029401095e11, -9.69299431614e11])
def test_waves_are_resolved_far_from_0(x):
    got, = finite_difference(lambda t: [math.sin(t)], x)
    assert got.value == pytest.approx(math.cos(x), abs=1e-5) and abs(got.value - math.cos(x)) <= 5 * got.error


def test_a_function_that_is_nowhere_defined_has_no_derivative():
    assert finite_difference(lambda t: [math.log(-1.0)], 1.0) == []


def test_what_agrees_with_an_estimate():
    assert Estimate(2.0, 1e-3).agrees(2.0009, 0.0) and not Estimate(2.0, 1e-3).agrees(2.0011, 0.0)
    assert Estimate(2.0, 0.0).agrees(2.0 + 1e-6, 1e-6) and not Estimate(2.0, 0.0).agrees(math.nan, 1e-6)
    assert Estimate(math.nan, math.inf).agrees(3.0, 0.0) and not Estimate(2.0, 1e9).agrees(math.inf, 1.0)
