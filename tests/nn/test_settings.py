"""Small parts of the networks' room, each against what can be counted: kinds of data, ticks, limits, calls."""
import math

import numpy as np
import pytest

import nn
from nn.changes import AGAIN, finish
from nn.display import short, ticks
from nn.losses import one_hot
from nn.playground import kind_of
from nn.steps import HUGE, is_huge
from nn.train import prepared


@pytest.mark.parametrize("Y, outputs, loss, kind", [
    ([-1.0, 1.0, 1.0], 1, "hinge", {"threshold": 0.0, "centre": 0.0, "centreOfTargets": 0.0, "scale": 0.0, "classes": 0}),
    ([0.0, 1.0, 1.0], 1, "binary_cross_entropy", {"threshold": 0.0, "centre": 0.0, "centreOfTargets": 0.5, "scale": 0.0, "classes": 0}),
    ([0.0, 1.0, 1.0], 1, "squared", {"threshold": 0.5, "centre": 0.5, "centreOfTargets": 0.5, "scale": 0.5, "classes": 0}),
    ([1.0, 4.0, 4.0], 1, "squared", {"threshold": 2.5, "centre": 2.5, "centreOfTargets": 2.5, "scale": 1.5, "classes": 0}),
    ([1.0, 2.0, 5.0], 1, "squared", {"threshold": None, "centre": 3.0, "centreOfTargets": 0.0, "scale": 2.0, "classes": 0}),
    ([3.0, 3.0, 3.0], 1, "squared", {"threshold": None, "centre": 3.0, "centreOfTargets": 0.0, "scale": 1.0, "classes": 0}),
    ([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], 2, "squared", {"threshold": None, "centre": 0.5, "centreOfTargets": 0.0, "scale": 0.5, "classes": 0}),
    (np.eye(3), 3, "squared", {"threshold": None, "centre": 0.0, "centreOfTargets": 0.0, "scale": 0.0, "classes": 3}),
    (np.eye(3) * 2, 3, "squared", {"threshold": None, "centre": 1.0, "centreOfTargets": 0.0, "scale": 1.0, "classes": 0}),
], ids=range(9))
def test_what_a_playground_shows_of_its_targets(Y, outputs, loss, kind):
    task = prepared(nn.MLP(2, [outputs], seed=1), [[1.0, 2.0], [2.0, 3.0], [4.0, 5.0]], Y, loss)
    assert kind_of(task, outputs) == kind


@pytest.mark.parametrize("high", [0.5, 1.0, 1.2, 3.0, 7.0, 12.0, 13.0, 100.0, 1234.0])
@pytest.mark.parametrize("most", [3, 6, 10])
def test_the_step_of_ticks_is_the_least_round_one_that_gives_no_more(high, most):
    steps = [f * 10.0 ** k for k in range(-3, 5) for f in (1, 2, 5)]
    step = min(s for s in steps if s * most >= high * 0.999)
    assert ticks(0.0, high, most) == pytest.approx([k * step for k in range(math.floor(high / step + 1e-9) + 1)])
    assert most != 6 or ticks(0.0, high) == ticks(0.0, high, 6)


@pytest.mark.parametrize("number, text", [(0.0, "0"), (0.123456, "0.123"), (123.456, "123"), (-2.5, "-2.5")])
def test_short_numbers(number, text):
    assert short(number) == text


@pytest.mark.parametrize("theta, huge", [([1.0, HUGE], True), ([1.0, -HUGE], True), ([np.nextafter(HUGE, 0), 1.0], False), ([0.0], False)])
def test_huge_parameters(theta, huge):
    assert is_huge(np.array(theta)) is huge


@pytest.mark.parametrize("f", [lambda p: 0.0, lambda: 0.0, lambda p, x, y: 0.0, 3, None, int])
def test_a_model_is_a_function_of_parameters_and_a_sample(f):
    with pytest.raises(TypeError, match="^a model is a function of its parameters and a sample; "):
        nn.Function(f, [1.0])


@pytest.mark.parametrize("interrupts, changes", [(0, 1), (1, 2), (AGAIN, AGAIN + 1), (AGAIN + 1, AGAIN + 1), (50, AGAIN + 1)])
def test_a_change_is_tried_again_a_few_times_and_no_more(interrupts, changes):
    tried = []

    def change():
        tried.append(0)
        if len(tried) <= interrupts:
            raise KeyboardInterrupt
    if interrupts:
        with pytest.raises(KeyboardInterrupt):
            finish(change)
    else:
        finish(change)
    assert len(tried) == changes


@pytest.mark.parametrize("make", [nn.data.moons, nn.data.circles])
def test_samples_are_shuffled_unless_asked_otherwise(make):
    _, ys = make(40, random_state=3)
    assert ys.tolist() != sorted(ys.tolist())
    _, ys = make(40, shuffle=False)
    assert ys.tolist() == [0] * 20 + [1] * 20 and make(41, shuffle=False)[1].sum() == 21


def test_sine_goes_from_minus_one_to_one():
    xs, ys = nn.data.sine(5)
    assert xs.tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0] and ys == pytest.approx([0, -1, 0, 1, 0]) and len(nn.data.sine()[0]) == 100
    assert len(nn.data.sine(2)[0]) == 2
    with pytest.raises(ValueError, match="m must be"):
        nn.data.sine(1)


@pytest.mark.parametrize("y", [-1, 3, 0.5, math.nan, "1", None, np.timedelta64(1, "D"), np.timedelta64(1, "s"), [1.0, 1.0, 0.0], [0.0, 1.0], 1j])
def test_what_is_no_class(y):
    with pytest.raises(ValueError, match="^a class must be a whole number from 0 to 2, or its row of the unit matrix; got "):
        one_hot(y, 3)


@pytest.mark.parametrize("y", [1, 1.0, True, np.int8(1), np.float32(1), np.True_, [0, 1, 0], (0.0, 1.0, 0.0), np.array([0, 1, 0])])
def test_a_class_by_number_or_by_row(y):
    assert list(one_hot(y, 3)) == [0.0, 1.0, 0.0]
