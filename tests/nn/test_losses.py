"""nn.losses: values against closed forms, derivatives against finite differences, extremes, and targets that do not fit."""
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value
from nn import losses

NUMBERS = st.floats(-20, 20, allow_subnormal=False)


def exact_cross_entropy(z, k):
    with mpmath.workdps(60):
        return float(mpmath.log(mpmath.fsum(mpmath.exp(mpmath.mpf(a)) for a in z)) - mpmath.mpf(z[k]))


@given(NUMBERS, NUMBERS)
def test_values_on_one_output(f, y):
    v = Value(f)
    assert losses.absolute(v, y).data == abs(f - y)
    assert losses.squared(v, y).data == (f - y) * (f - y)
    for label in (-1, 1):
        assert losses.hinge(v, label).data == max(0.0, 1 - label * f)
    for label in (0, 1):
        with mpmath.workdps(60):
            p = 1 / (1 + mpmath.exp(-mpmath.mpf(f)))
            exact = float(-mpmath.log(p if label else 1 - p))
        assert losses.binary_cross_entropy(v, label).data == pytest.approx(exact, rel=1e-14)


@given(st.lists(NUMBERS, min_size=2, max_size=5), st.data())
def test_values_on_several_outputs(z, data):
    k = data.draw(st.integers(0, len(z) - 1))
    f, y = [Value(a) for a in z], data.draw(st.lists(NUMBERS, min_size=len(z), max_size=len(z)))
    assert losses.absolute(f, y).data == pytest.approx(sum(abs(a - b) for a, b in zip(z, y)), rel=1e-13)
    assert losses.squared(f, y).data == pytest.approx(sum((a - b) ** 2 for a, b in zip(z, y)), rel=1e-13)
    assert losses.cross_entropy(f, k).data == pytest.approx(exact_cross_entropy(z, k), rel=1e-12, abs=1e-13)


CASES = [("absolute", 0.7), ("squared", 0.7), ("hinge", 1), ("hinge", -1),
         ("binary_cross_entropy", 0), ("binary_cross_entropy", 1)]


@pytest.mark.parametrize("name, y", CASES)
@pytest.mark.parametrize("f", [-3.0, -0.2, 0.4, 2.5])
def test_derivatives_on_one_output(name, y, f):
    loss, h = losses.find_loss(name), 1e-6
    slope = (loss(Value(f + h), y).data - loss(Value(f - h), y).data) / (2 * h)
    assert autograd.grad(lambda v: loss(v, y))(f) == pytest.approx(slope, abs=1e-8)


@settings(max_examples=30)
@given(st.lists(st.floats(-5, 5), min_size=2, max_size=5), st.data())
def test_cross_entropy_has_the_derivative_softmax_minus_one_hot(z, data):
    k = data.draw(st.integers(0, len(z) - 1))
    found = autograd.grad(lambda f: losses.cross_entropy(f, k))(z)
    expected = np.exp(z) / np.exp(z).sum() - np.eye(len(z))[k]
    assert found == pytest.approx(expected, abs=1e-14)


def test_equal_logits_share_the_derivative():
    """The largest is not unique here: what is taken out must not leave a trace."""
    found = autograd.grad(lambda f: losses.cross_entropy(f, 0))([2.0, 2.0, 2.0])
    assert found == pytest.approx([-2 / 3, 1 / 3, 1 / 3], abs=1e-15)


@pytest.mark.parametrize("z", [[1000.0, 0.0], [0.0, 1000.0], [-1000.0, -1001.0], [1e300, -1e300]])
def test_extremes(z):
    p = losses.softmax(z)
    assert sum(p) == pytest.approx(1, abs=1e-15) and all(0 <= a <= 1 for a in p)
    f = [Value(a) for a in z]
    losses.cross_entropy(f, 0).backward()
    assert [v.grad for v in f] == pytest.approx([p[0] - 1, p[1]], abs=1e-15)
    assert math.isfinite(losses.cross_entropy(f, 1).data)


@pytest.mark.parametrize("f", [-1000.0, -40.0, 40.0, 1000.0])
def test_binary_cross_entropy_is_exact_far_out(f):
    for y in (0, 1):
        s = f * (1 - 2 * y)                                     # log(1 + e^s)
        exact = s if s > 0 else math.exp(s)
        v = Value(f)
        loss = losses.binary_cross_entropy(v, y)
        loss.backward()
        assert loss.data == pytest.approx(exact, rel=1e-14)
        assert v.grad == pytest.approx((1 - 2 * y) * (1.0 if s > 0 else math.exp(s)), rel=1e-14)


def test_log_softmax_and_softmax_on_values():
    z = [Value(0.3), Value(-1.2), Value(2.0)]
    exact = np.exp([0.3, -1.2, 2.0]) / np.exp([0.3, -1.2, 2.0]).sum()
    assert [v.data for v in nn.softmax(z)] == pytest.approx(exact, rel=1e-14)
    assert [v.data for v in nn.log_softmax(z)] == pytest.approx(np.log(exact), rel=1e-14)


def test_a_class_may_be_a_row():
    f = [Value(0.3), Value(-1.2), Value(2.0)]
    expected = losses.cross_entropy(f, 1).data
    for y in (1.0, np.int64(1), [0, 1, 0], (0.0, 1.0, 0.0), np.array([0, 1, 0]), [Value(0), Value(1), Value(0)]):
        assert losses.cross_entropy(f, y).data == expected


@pytest.mark.parametrize("name, y", [*CASES, ("cross_entropy", [0.0, 1.0, 0.0])])
def test_a_graph_recorded_with_one_target_holds_for_another(name, y):
    """With Values as targets the loss is a function of them: recorded once, evaluated at another sample."""
    loss = losses.find_loss(name)
    several = isinstance(y, list)
    f, other_f = ([Value(0.3), Value(5.0), Value(-1.0)], [900.0, 2.0, 4.0]) if several else ([Value(0.3)], [-0.8])
    other_y = [0.0, 0.0, 1.0] if several else [{0.7: -2.0, 1: -1, -1: 1, 0: 1}[y] if name != "binary_cross_entropy" else 1 - y]
    targets = [Value(t) for t in (y if several else [y])]
    recorded = loss(f if several else f[0], targets if several else targets[0])
    again = evaluated(recorded, dict(zip(f + targets, other_f + other_y)))
    direct = loss([Value(a) for a in other_f] if several else Value(other_f[0]), other_y if several else other_y[0])
    assert again == pytest.approx(direct.data, rel=1e-14)


def evaluated(output, numbers):
    """The output of a recorded graph with other numbers in its leaves, by the table of operations."""
    found = dict(numbers)

    def value(x):
        if not isinstance(x, Value):
            return x
        if x not in found:
            found[x] = x.op.value(*map(value, x.inputs))
        return found[x]
    return value(output)


def test_the_sum_over_samples():
    fs = [Value(1.0), Value(2.0)]
    whole = losses.total("squared", fs, [0.0, 5.0])
    assert whole.data == 1 + 9
    whole.backward()
    assert [f.grad for f in fs] == [2.0, -6.0]
    with pytest.raises(ValueError, match="2 predictions and 1 targets"):
        losses.total("squared", fs, [0.0])


@pytest.mark.parametrize("name, f, y, says", [
    ("hinge", Value(1.0), 0, "must be -1 or 1, got 0"),
    ("binary_cross_entropy", Value(1.0), -1, "must be 0 or 1, got -1"),
    ("binary_cross_entropy", Value(1.0), 0.5, "must be 0 or 1"),
    ("cross_entropy", [Value(1.0), Value(2.0)], 2, "from 0 to 1"),
    ("cross_entropy", [Value(1.0), Value(2.0)], -1, "from 0 to 1"),
    ("cross_entropy", [Value(1.0), Value(2.0)], 0.5, "from 0 to 1"),
    ("cross_entropy", [Value(1.0), Value(2.0)], [0.5, 0.5], "row of the unit matrix"),
    ("cross_entropy", [Value(1.0), Value(2.0)], [0, 1, 0], "row of the unit matrix"),
    ("squared", [Value(1.0), Value(2.0)], [1.0], "2 outputs and the target 1"),
    ("absolute", Value(1.0), [1.0, 2.0], "1 outputs and the target 2"),
])
def test_targets_that_do_not_fit(name, f, y, says):
    with pytest.raises(ValueError, match=says):
        losses.find_loss(name)(f, y)


def test_cross_entropy_of_one_logit():
    with pytest.raises(TypeError, match="binary_cross_entropy"):
        losses.cross_entropy(Value(1.0), 0)


def test_what_is_no_loss():
    with pytest.raises(ValueError, match="no loss 'mse': give absolute, squared"):
        losses.find_loss("mse")
    with pytest.raises(TypeError, match="a loss is"):
        losses.find_loss(None)


# A class that is ruled out, and other infinities -----------------------------------------------------------------------------

INF = math.inf


@pytest.mark.parametrize("z, k, loss", [
    ([1.0, 2.0, -INF], 1, math.log1p(math.exp(-1))), ([1.0, 2.0, -INF], 0, 1 + math.log1p(math.exp(-1))),
    ([-INF, 0.0], 1, 0.0), ([1e308, -1e308], 0, 0.0), ([1e308, -1e308], 1, INF), ([1.0, -INF], 1, INF)])
def test_a_class_that_is_ruled_out(z, k, loss):
    f = [Value(a) for a in z]
    for y in (k, [float(j == k) for j in range(len(z))], np.int64(k), np.eye(len(z))[k]):
        result = losses.cross_entropy(f, y)
        assert result.data == pytest.approx(loss, rel=1e-15)
    if math.isfinite(loss):
        result.backward()
        p = losses.softmax(z)
        assert [v.grad for v in f] == pytest.approx([a - (j == k) for j, a in enumerate(p)], abs=1e-15)


@pytest.mark.parametrize("z", [[INF, 0.0], [-INF, -INF], [INF, INF]])
@pytest.mark.parametrize("function", [nn.softmax, nn.log_softmax, lambda z: losses.cross_entropy(z, 0)])
def test_logits_without_a_finite_largest_one(z, function):
    with pytest.raises(ValueError, match="largest logit that is finite, got"):
        function([Value(a) for a in z])


def test_cross_entropy_of_a_row_of_values_is_never_nan():
    with pytest.raises(ValueError, match="cross_entropy is NaN: where a logit is infinite, give the class by its number"):
        losses.cross_entropy([Value(1.0), Value(-INF)], [Value(1.0), Value(0.0)])


@pytest.mark.parametrize("name, f, y", [
    ("cross_entropy", [1000.0, 0.0], 0), ("cross_entropy", [1000.0, 0.0], [1, 0]), ("hinge", 1.0, 1), ("hinge", -1.0, -1),
    ("binary_cross_entropy", -1000.0, 0), ("binary_cross_entropy", 1000.0, 1), ("absolute", -0.0, 0.0),
    ("squared", -0.0, 0.0)])
def test_a_loss_of_0_is_not_minus_0(name, f, y):
    outputs = [Value(a) for a in f] if isinstance(f, list) else Value(f)
    loss = losses.find_loss(name)(outputs, y).data
    assert (loss, math.copysign(1, loss)) == (0.0, 1.0)


def test_the_row_as_values_is_0_and_not_minus_0():
    loss = losses.cross_entropy([Value(1000.0), Value(0.0)], [Value(1.0), Value(0.0)]).data
    assert (loss, math.copysign(1, loss)) == (0.0, 1.0)
