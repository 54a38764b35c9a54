"""The lesson on PyTorch: its numbers against closed forms, NumPy's least squares, and PyTorch where it is installed."""
import math

import numpy as np
import pytest


@pytest.fixture
def names(lesson):
    return lesson("pytorch_intro").names


def test_the_first_derivative_is_48(names):
    assert names["cube"]() == [48.0]


def test_the_three_slopes_are_those_of_pen_and_paper(names):
    wanted = [3 * x**2 * math.cos(x**3) * math.exp(math.sin(x**3)) for x in (1, 2, 3)]
    assert names["slopes"] == pytest.approx(wanted, rel=1e-14)


def test_a_second_pass_adds_to_the_first_and_a_reset_repairs_it(names):
    assert names["accumulated"] == [56.0, 8.0]


def test_the_descent_is_that_of_the_derivatives_on_paper(names):
    path, alpha = names["path"], names["alpha"]
    x, y = path[0]
    for k, point in enumerate(path):
        assert point == pytest.approx((2 * (1 - alpha) ** k, y), rel=1e-12)
        y -= alpha * y**3
    assert path[0] == (2.0, 1.5)
    assert math.hypot(*path[-1]) < math.hypot(*path[-2]) < 0.25             # on the way to the minimum at (0, 0)


def test_the_quartic_is_that_of_least_squares(names):
    x = np.pi * names["t"]
    by_numpy = np.polyfit(x, np.sin(x), 4)[::-1] * np.pi ** np.arange(5)    # from powers of x to powers of x / pi
    assert names["c"] == pytest.approx(by_numpy.tolist(), abs=1e-9)
    assert np.abs(names["start"] - by_numpy).max() > 0.1


def test_momentum_is_far_ahead_of_gradient_descent(names):
    assert names["losses"][0] == names["slow_losses"][0]
    assert names["losses"][-1] < names["slow_losses"][-1] / 2


def test_the_perceptron_separates_the_clouds(names):
    w0, w1, b = names["w0"], names["w1"], names["b"]
    for (x0, x1), label in zip(names["points"], names["labels"]):
        assert (1 / (1 + math.exp(-(w0 * x0 + w1 * x1 - b))) > 0.5) == (label == 1)


def test_without_pytorch_one_line_says_so(lesson):
    small = lesson("pytorch_intro")
    if small.names["torch"] is None:
        assert small.printed.count("its column is missing: pip install") == 1 and not small.names["differences"]
    else:
        assert "not installed" not in small.printed


def test_pytorch_agrees(names):
    pytest.importorskip("torch")
    assert len(names["differences"]) == 20
    assert max(names["differences"]) < 1e-9
