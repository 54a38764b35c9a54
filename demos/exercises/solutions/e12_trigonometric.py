"""12. Fit a trigonometric polynomial: a solution."""
from math import cos, sin

from autograd import grad


def polynomial(c, x):
    """p(x) for a float x; the coefficients in c are numbers or Values."""
    waves = [1.0]
    for k in range(1, len(c) // 2 + 1):
        waves += [cos(k * x), sin(k * x)]   # in the order of c
    return sum(ci * wave for ci, wave in zip(c, waves))


def loss(c, xs, ys):
    return sum((polynomial(c, x) - y)**2 for x, y in zip(xs, ys))


def fit(xs, ys, n):
    """The list of the 2n + 1 coefficients with the smallest loss, as floats."""
    c, alpha = [0.0] * (2 * n + 1), 0.3 / len(xs)       # more points, a larger gradient
    gradient = [1.0]
    while max(map(abs, gradient)) > 1e-4:
        gradient = grad(loss)(c, xs, ys)
        c = [ci - alpha * gi for ci, gi in zip(c, gradient)]
    return c
