"""Checks exercise 1: the quotient with the step that was asked for."""
import math

import numpy as np

from demos.exercises.checking import call, compare, derivative, draw


def check(student):
    rng = np.random.default_rng(1)
    for f in (math.sin, math.exp, math.cosh):
        points = [(f, draw(rng), draw(rng, low=0.1, high=0.5)) for _ in range(3)]
        compare([call("slope", *point) for point in points],
                [student.number("slope", *point) for point in points],
                [(f(x + h) - f(x - h)) / (2 * h) for f, x, h in points],
                [("it looks to one side only, from x to x + h", [(f(x + h) - f(x)) / h for f, x, h in points]),
                 ("it looks to one side only, from x - h to x", [(f(x) - f(x - h)) / h for f, x, h in points]),
                 ("only h is divided by 2: parentheses are missing", [(f(x + h) - f(x - h)) / 2 * h for f, x, h in points]),
                 ("it takes another step than h", [derivative(f, x) for f, x, h in points]),
                 ("the quotient is missing: this is the change of f", [f(x + h) - f(x - h) for f, x, h in points])],
                by="the central quotient is")
