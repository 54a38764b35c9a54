"""2. The derivative of a new operation: a solution."""
import math


def f(x):
    return math.sin(x) / (1 + x**2)


def df(x):
    """The derivative of f at the float x."""
    u, v = math.sin(x), 1 + x**2
    du, dv = math.cos(x), 2 * x
    return (du * v - u * dv) / v**2                     # the quotient rule for u / v
