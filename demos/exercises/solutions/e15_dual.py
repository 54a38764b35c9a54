"""15. Forward mode, and a Newton step: a solution."""
import math


class Dual:
    """A value and its tangent; either may be a number or a dual number."""

    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = dual(other)
        return Dual(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = dual(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return Dual(self.value * other.value, tangent)

    def __truediv__(self, other):
        other = dual(other)
        y = self.value / other.value
        return Dual(y, (self.tangent - y * other.tangent) / other.value)

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
    if isinstance(x, Dual):
        return Dual(sin(x.value), cos(x.value) * x.tangent) # x.value may be a dual
    return math.sin(x)


def derivative(f, x):
    """f'(x), for a number or a dual number x."""
    return f(Dual(x, 1.0)).tangent


def newton_step(f, x):
    """The point where f' would be 0 if it went on from the float x in a straight line."""
    def slope(t):
        return derivative(f, t)
    return x - slope(x) / derivative(slope, x)
