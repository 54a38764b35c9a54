# %% [markdown]
"""
# 15. Forward mode, and a Newton step

A *dual number* is a value and a *tangent*, the derivative, which travels along through the computation: forward mode. No graph
is recorded. A sum of duals is written already, and so is what follows from your rules: differences, and powers with a whole
exponent.

1. Write the product, the quotient and the sine of dual numbers, then `derivative`: begin with the tangent 1, and read off the
   tangent at the end.
2. A value may be a dual number itself. If your rules use nothing but operators and the functions here, derivatives of
   derivatives come for free.
3. So write `newton_step`: where the derivative would be 0 if it went on in a straight line. Steps of this kind find a minimum.

Lessons: `forward_reverse`, `newton`.
"""

# %%
import math


class Dual:
    """A value and its tangent; either may be a number or a dual number."""

    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = dual(other)
        return Dual(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        raise NotImplementedError("write Dual.__mul__")

    def __truediv__(self, other):
        raise NotImplementedError("write Dual.__truediv__")

    __radd__ = __add__

    def __rmul__(self, other):
        return self * other

    def __pow__(self, n):
        """The power with a whole exponent n."""
        power = math.prod([self] * abs(n), start=dual(1.0))
        return power if n >= 0 else 1.0 / power

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -1.0 * dual(other)

    def __rsub__(self, other):
        return dual(other) - self

    def __rtruediv__(self, other):
        return dual(other) / self


def dual(x):
    """x as a dual number; a plain number has the tangent 0."""
    return x if isinstance(x, Dual) else Dual(x)


def cos(x):
    return sin(x + math.pi / 2)


def sin(x):
    """The sine of a number or of a dual number."""
    raise NotImplementedError("write sin")


def derivative(f, x):
    """f'(x), for a number or a dual number x."""
    raise NotImplementedError("write derivative")


def newton_step(f, x):
    """The point where f' would be 0 if it went on from the float x in a straight line."""
    raise NotImplementedError("write newton_step")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 15
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e15_dual.py"), 15)
