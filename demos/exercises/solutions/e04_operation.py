"""4. A new row of the table: a solution."""
import math

from autograd import operation


def by_a(y, a, b):
    """∂y/∂a"""
    return a / y                        # y is there already: no need for the root again


def by_b(y, a, b):
    """∂y/∂b"""
    return b / y


length = operation("length", lambda a, b: math.sqrt(a * a + b * b), by_a, by_b)
