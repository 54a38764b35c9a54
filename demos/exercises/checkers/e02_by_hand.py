"""Checks exercise 2: the derivative against finite differences of the operation."""
from math import sin

import numpy as np

from demos.exercises.checking import Wrong, call, compare, derivative, draw, show


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
    by_formula(student, xs)


def by_formula(student, xs):
    """Raise Wrong where df takes f at other points than its own, as a difference quotient does."""
    asked, given = [], student.module.__dict__.get("f")
    student.module.f = lambda x: (asked.append(x), f(x))[1]
    for x in xs:
        asked.clear()
        student.number("df", x)
        if any(other != x for other in asked):
            raise Wrong(f"{call('df', x)} takes f at {show(asked[0] if asked[0] != x else asked[-1])}",
                        "Perhaps: it is a difference quotient. Its numbers are right; here the rule is wanted, as a formula.")
    student.module.f = given
