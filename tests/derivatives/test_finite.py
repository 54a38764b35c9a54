"""A derivative that would be NaN or infinite, of finite numbers, is an error and never a number."""
import math

import pytest

from autograd import Value, grad, gradients, hvp, jacobian, jvp, log, sqrt, value_and_grad, vjp

TOO_LARGE = r"a derivative is (nan|-?inf), although all numbers given are finite"
FUNCTIONS = [                                               # of x, and where a number on the way would be infinite
    (lambda x: x * x * 1e300 * 1e-300 * x, 1e100),
    (lambda x: 1.0 / x ** 2 * 1e-150, 1e-150),
    (lambda x: 1e-200 * (1 / x) * x * 1e-100 * 1e300, 1e-200),
    (lambda x: (x - 1e-200) ** -1 * 1e-300, 3e-200),
    (lambda x: 1 / x * 1e-300, 1e-160),                     # -1e20 is the truth
]


@pytest.mark.parametrize("f, x", FUNCTIONS)
def test_what_is_too_large_on_the_way_is_an_error(f, x):
    for call in (lambda: grad(f)(x), lambda: value_and_grad(f)(x), lambda: jvp(f, (x,), (1.0,)), lambda: vjp(f, x)[1](1.0),
                 lambda: jacobian(f)(x), lambda: jacobian(f, mode="forward")(x)):
        with pytest.raises(ValueError, match=TOO_LARGE):
            call()
    v = Value(x)
    with pytest.raises(ValueError, match=TOO_LARGE):
        gradients(f(v), v)


def test_second_and_third_derivatives():
    for call in (lambda: grad(grad(lambda a, b: a ** b))(1e-300, 0.0) + grad(grad(grad(lambda a, b: a ** b)), 1)(1.0, 1e250),
                 lambda: hvp(lambda p: p[0] ** p[1], ([1e-300, 0.0],), ([1.0, 0.0],))):
        with pytest.raises(ValueError, match=TOO_LARGE):
            call()


def test_infinity_that_was_given_goes_on():
    assert grad(lambda x: x * math.inf)(2.0) == math.inf
    assert grad(lambda x: x * x)(math.inf) == math.inf
    assert vjp(lambda x: x * x, 2.0)[1](math.inf) == (math.inf,)
    assert jvp(lambda x: x * x, (2.0,), (math.inf,))[1] == math.inf


def test_what_does_not_exist_says_so_as_before():
    for f in (sqrt, log):
        with pytest.raises((ValueError, ZeroDivisionError), match=f.name):
            grad(f)(0.0)
