"""Checks exercise 2: the derivative against finite differences of the operation."""
from math import sin

import numpy as np

from demos.exercises.checking import call, compare, derivative, draw


def f(x):
    return sin(x) / (1 + x**2)


def check(student):
    xs = draw(np.random.default_rng(2), 6).tolist()
    u, v = np.sin(xs), 1 + np.square(xs)
    du, dv = np.cos(xs), 2 * np.array(xs)
    compare([call("df", x) for x in xs], [student.number("df", x) for x in xs], [derivative(f, x) for x in xs],
            [("this is the derivative of the numerator only", du),
             ("this is the derivative of the numerator only, and the denominator as it was", du / v),
             ("this is one derivative over the other: a quotient has a rule of its own", du / dv),
             ("the denominator has to be squared", (du * v - u * dv) / v),
             ("a + where the quotient rule has a -", (du * v + u * dv) / v**2),
             ("the derivative of x² is 2x", (du * v - u * xs) / v**2),
             ("the derivative of sin has the sign +", (-du * v - u * dv) / v**2),
             ("this is f itself", u / v)])
