"""Checks exercise 3: the value, and the derivatives against finite differences of the same expression on floats."""
from math import cos, sin

import numpy as np

from demos.exercises.checking import as_number, as_tuple, call, compare, draw, gradient


def f(p):
    a, b = p
    return a * b**2 + sin(a * b)


def check(student):
    rng = np.random.default_rng(3)
    for _ in range(3):
        a, b = p = draw(rng, 2)
        asked = call("value_and_derivatives", a, b)
        y, da, db = as_tuple(student.ask("value_and_derivatives", float(a), float(b)), 3, asked)
        compare([f"{asked}: y"], [as_number(y, f"{asked}: y")], [f(p)], by="it should be")
        compare([f"{asked}: ∂y/∂a", f"{asked}: ∂y/∂b"], [as_number(da, f"{asked}: ∂y/∂a"), as_number(db, f"{asked}: ∂y/∂b")],
                gradient(f, p),
                [("backward() was not called, or on something else", [0, 0]),
                 ("the sine is not in the graph: that of math gives a plain number, autograd.sin a Value", [b * b, 2 * a * b]),
                 ("the square is not in the graph", [b * b + b * cos(a * b), a * cos(a * b)]),
                 ("∂y/∂a and ∂y/∂b have changed places", gradient(f, p)[::-1])])
