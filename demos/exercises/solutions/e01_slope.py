"""1. The slope of a curve: a solution."""


def slope(f, x, h):
    """The central difference quotient of the function f at x, with the step h."""
    return (f(x + h) - f(x - h)) / (2 * h)      # the input changes by 2h
