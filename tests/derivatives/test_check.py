"""check_gradients finds and names every planted error, and does not cry wolf."""
import math

import numpy as np
import pytest

from autograd import abs as absolute
from autograd import check_gradients, cos, exp, log, maximum, mul, ops, relu, sin, tanh
from tests.derivatives.test_transforms import inputs_of, points_of


def scaled(rule, factor):
    """The rule times a factor; a rule that is identically 0 becomes the constant factor - 1."""
    return lambda y, *inputs: factor - 1 if rule is None else rule(y, *inputs) * factor


def plant(op, i, factor):
    """The partials of op with that of input i wrong."""
    if callable(op.partials):
        right = op.partials
        return lambda k, y, inputs: right(k, y, inputs) * (factor if k == i else 1.0)
    return tuple(scaled(rule, factor) if k == i else rule for k, rule in enumerate(op.partials))


def point_with_a_slope(op, i):
    """A point where the partial is not 0, or is 0 everywhere: a multiple of 0 is not an error."""
    slopes = {point: op.partial(i, op(*point), point) for point in points_of(op)}
    return next(point for point, slope in slopes.items() if slope is None or abs(slope) > 1e-3)


CHOOSE = {"where", "max", "select", "stop_gradient"}        # nothing to plant where nothing flows; see test_ops
PLACES = [(name, i) for name in sorted(ops.BUILT_IN - CHOOSE) for i in range(inputs_of(ops.TABLE[name]))]


@pytest.mark.parametrize("name, i", PLACES)
@pytest.mark.parametrize("factor", [1.001, 0.999, -1.0, 0.0])
def test_a_planted_error_is_found_and_named(monkeypatch, name, i, factor):
    op = ops.TABLE[name]
    point = point_with_a_slope(op, i)
    f = lambda *x: op(*x)
    assert check_gradients(f, *point, order=1)
    monkeypatch.setattr(op, "partials", plant(op, i, factor))
    with pytest.raises(AssertionError, match=rf"node \d+, `{name}`, input {i}: rule gives .*, finite difference"):
        check_gradients(f, *point, order=1)
    report = check_gradients(f, *point, raising=False)
    assert not report and {(c.op, c.input) for c in report.culprits} >= {(name, i)}
    assert {c.op for c in report.culprits} == {name}                                 # and nobody else is blamed


def test_the_culprit_is_named_inside_a_larger_function(monkeypatch):
    f = lambda x, w: exp(sin(x[0] * w) + tanh(x[1])) / (1 + x[0] ** 2)
    monkeypatch.setattr(ops.TABLE["cos"], "partials", (lambda y, a: sin(a),))        # cos is the partial of sin: second order
    assert check_gradients(f, [0.4, -0.3], 1.2, order=1)
    report = check_gradients(f, [0.4, -0.3], 1.2, raising=False)
    assert {c.op for c in report.culprits} == {"cos"} and "`cos`, input 0: rule gives" in str(report)


def test_partials_that_second_derivatives_cannot_see_through():
    tricky = ops.Operation("tricky", math.sin, (lambda y, a: math.cos(getattr(a, 'data', a)),))
    ops.TABLE["tricky"] = tricky
    try:
        assert check_gradients(lambda x: tricky(2 * x), 0.7, order=1)
        report = check_gradients(lambda x: tricky(2 * x), 0.7, raising=False)
        assert [c.op for c in report.culprits] == ["tricky"]
        assert "the derivative of its rule with respect to input 0 gives 0" in str(report)
    finally:
        del ops.TABLE["tricky"]


def test_right_derivatives_pass_at_all_scales():
    assert check_gradients(lambda x: 1 / x, 1e-8)
    assert check_gradients(lambda x: log(x) * x, 1e-6)
    assert check_gradients(lambda x: x * x, 1e12)
    assert check_gradients(lambda x: sin(50 * x), 3.0)
    assert check_gradients(lambda x: 1e6 + x ** 3, 0.5)
    assert check_gradients(lambda x: x[0][0] * x[1] - 2.0, ([3.0], np.float64(2.0)))
    assert check_gradients(lambda x: (x * x).sum(), np.array([[1.0, -2.0], [0.5, 0.0]]))
    assert check_gradients(lambda x, unused: [x * x, 3.0, x], 2.0, 1.0)


@pytest.mark.parametrize("f, point, name", [
    (lambda x: relu(x) + x, (0.0,), "relu"), (lambda x: absolute(x) * 2 + relu(x), (0.0,), "abs"),
    (lambda x, y: maximum(x, y), (2.0, 2.0), "maximum"), (lambda x: relu(x - 3) * x, (3.0,), "relu"),
    (lambda x: relu(x - 3) * x, (3.0 + 1e-15,), "relu"),        # too near for a finite difference
])
def test_kinks_are_kinks_and_no_errors(f, point, name):
    report = check_gradients(f, *point)
    assert report and any(kink.startswith(name) for kink in report.kinks)
    assert "kink" in {c.verdict for c in report.derivatives} and "no derivative there" in str(report)


def test_a_kink_hides_no_error(monkeypatch):
    monkeypatch.setattr(ops.TABLE["exp"], "partials", (lambda y, a: 1.001 * y,))
    with pytest.raises(AssertionError, match="`exp`, input 0"):
        check_gradients(lambda x: relu(x) + exp(x), 0.0)


def test_a_function_that_is_no_function_is_wrong_without_a_culprit():
    calls = []

    def f(x):
        calls.append(1)
        return x * float(len(calls))
    report = check_gradients(f, 2.0, order=1, raising=False)
    assert not report and not report.culprits and "the same value twice" in str(report)


def test_data_taken_out_of_the_graph_is_found():
    with pytest.raises(AssertionError, match="graph hold all that it depends on"):
        check_gradients(lambda x: x * x.data, 3.0)


def test_both_recorded_partials_and_those_of_the_table_are_compared(monkeypatch):
    def f(x):
        y = x * x
        y._first_partial = 3.001                                   # a wrong written-out operator
        return y
    with pytest.raises(AssertionError, match="node 1, `mul`, input 0: rule gives 3.001, finite difference 3"):
        check_gradients(f, 3.0, order=1)
    monkeypatch.setattr(mul, "partials", (lambda y, a, b: b * 1.001, mul.partials[1]))
    with pytest.raises(AssertionError, match="node 2, `mul`, input 0: rule gives 3.003, finite difference 3,"):
        check_gradients(lambda x, y: x * y, 2.0, 3.0, order=1)


def test_it_prints_as_a_table_and_refuses_another_order():
    text = str(check_gradients(lambda x, w: x * w[1] ** 2, 2.0, [1.0, 3.0]))
    assert "d f / d w[1]" in text and "d2 f / d w[1] d x" in text and text.count("ok") == 12
    with pytest.raises(ValueError, match="order"):
        check_gradients(lambda x: x, 1.0, order=3)


@pytest.mark.parametrize("f", [sin, cos], ids=["sin", "cos"])
@pytest.mark.parametrize("x", [6e7, -3.3e8, 1e9, 2.5e11, 1e13, 1e15, -1e100, 1e300])
def test_no_wave_is_accused_where_floats_are_far_apart(f, x):
    assert check_gradients(f, x)


def test_an_error_is_found_far_from_0(monkeypatch):
    monkeypatch.setattr(ops.TABLE["sin"], "partials", (lambda y, a: 1.001 * cos(a),))
    assert not check_gradients(sin, 1e10, order=1, raising=False)
    assert not check_gradients(lambda x: 1e-10 * sin(x * 1e-10), 3e10, order=1, raising=False)


@pytest.mark.parametrize("rtol", [math.nan, math.inf, -1e-6, 1.0, True, 1e9])
def test_a_tolerance_under_which_all_would_agree_is_refused(rtol):
    with pytest.raises(ValueError, match="rtol must be 0 or a positive number"):
        check_gradients(lambda x: x * x.data, 3.0, rtol=rtol)


def test_a_rule_that_gives_nan_or_infinity_is_wrong(monkeypatch):
    for wrong in (math.nan, math.inf):
        monkeypatch.setattr(ops.TABLE["exp"], "partials", (lambda y, a, wrong=wrong: wrong * y,))
        assert not check_gradients(exp, 1.0, order=1, raising=False)


def test_without_a_number_there_is_nothing_to_check():
    with pytest.raises(ValueError, match="no number among the arguments"):
        check_gradients(lambda: 1.0)
