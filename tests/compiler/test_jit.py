"""jit gives what the function gives, or says that it does not compile."""
import random
import time
import warnings

import numpy as np
import pytest

from autograd import grad, greater, hessian, jit, value_and_grad, where
from tests.compiler.hostile import CASES, history, numbers_alike


def same(f, points, warned=None):
    compiled = jit(f)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        for point in points:
            np.testing.assert_allclose(compiled(*point), f(*point), rtol=1e-9, atol=1e-12)
    assert len(found) == (warned is not None), [str(w.message) for w in found]
    if warned:
        assert warned in str(found[0].message)


POINTS = [(x,) for x in (3.0, -2.0, 0.5, 0.0, -7.0, 1.0, 2.5, -0.1)]


def newton(x):
    y = 1.0 + x * x
    while abs(y * y - (1.0 + x * x)) > 1e-6:
        y = 0.5 * (y + (1.0 + x * x) / y)
    return y


@pytest.mark.parametrize("f", [
    lambda x: -x if x < 0 else x, lambda x: max(x, 1.0) + min(x, 0.0), lambda x: sorted([x, 1.0, -x])[1],
    lambda x: 5.0 if x == 0 else x, lambda x: x * 2 if x else 7.0, newton,
    grad(lambda x: 0.5 * x * x if abs(x) < 1 else abs(x) - 0.5), lambda x: where(greater(x, 0), x, 3 * x),
])
def test_branches(f):
    same(f, POINTS)


def test_arguments_and_transforms():
    loss = lambda w, x: (w["a"][0] * x + w["a"][1]) ** 2
    w = {"a": [1.0, 2.0]}
    for x in (1.0, 2.0, -3.0):
        assert jit(value_and_grad(loss))(w, x) == value_and_grad(loss)(w, x)
    h = hessian(lambda v: v[0] ** 2 * v[1])
    same(h, [([1.0, 2.0],), ([2.0, 3.0],)])
    table = [1.0, 5.0, 7.0]
    same(lambda i, x: table[i] * x, [(0, 2.0), (1, 2.0), (2, 3.0), (0, 4.0)])
    np.testing.assert_allclose(jit(lambda x: x * x, samples=(0,))([1.0, 2.0]), [1, 4])




@pytest.mark.parametrize("f, words", [
    (lambda x: x.__float__(), "float"), (lambda x: float(x), "float"),
    (lambda x: random.random() * 0 + x, "random"), (lambda x: x + 0 * time.time(), "clock"),
])
def test_refusals(f, words):
    same(f, POINTS, words)


def test_what_changes_outside():
    scale = [2.0]
    f = jit(lambda x: x * scale[0])
    assert [f(1.0), f(2.0)] == [2.0, 4.0]
    scale[0] = 5.0
    assert f(2.0) == 10.0


def test_arguments_that_are_the_same_object_and_errors():
    f = jit(lambda x, y: 1.0 if x is y else 0.0)
    x = [1.0]
    assert [f(x, [1.0]), f(x, [2.0]), f(x, x)] == [0.0, 0.0, 1.0]

    def positive(x):
        if x < 0:
            raise ValueError("negative")
        return x
    g = jit(positive)
    assert g(2.0) == g(2.0) == 2.0
    with pytest.raises(ValueError, match="negative"):
        g(-1.0)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_a_case_is_as_eager_or_refused(name, known):
    """Whatever changes between calls, each call gives what f gives, and leaves the same behind."""
    given, left, _ = history(name, jitted=False)
    jitted, jitted_left, warned = history(name, True, known)
    for k, (a, b) in enumerate(zip(given, jitted)):
        assert numbers_alike(a, b), f"call {k}: {b}, eager {a}"
    assert numbers_alike(left, jitted_left), (left, jitted_left)
    assert len([w for w in warned if w.startswith("jit runs")]) <= 1, warned
