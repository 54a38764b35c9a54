"""What Python and NumPy ask of a number beside arithmetic: comparisons, formats, methods.

Whatever would lose the derivative is loud: float(v), int(v), math.sin(v) raise TypeError.
"""
from __future__ import annotations

from typing import Any, NoReturn

from autograd import ops
from autograd.compat.numbers import number


class Methods:
    """A base of Value. NumPy calls the methods for arrays of Values: np.exp(a)."""
    __slots__ = ()
    data: float
    label: str

    def __lt__(self, other: Any) -> bool: return self.data < _compared(other)
    def __le__(self, other: Any) -> bool: return self.data <= _compared(other)
    def __gt__(self, other: Any) -> bool: return self.data > _compared(other)
    def __ge__(self, other: Any) -> bool: return self.data >= _compared(other)

    def __format__(self, form: str) -> str:
        return format(self.data, form) if form else str(self)

    def __float__(self, *digits: Any) -> NoReturn:
        name = f" {self.label!r}" if self.label else ""
        raise TypeError(f"as a plain number the Value{name} of data {self.data} would lose its "
                        "derivative: write v.data if you want the number, and autograd.sin(v), "
                        "not math.sin(v), for an operation")

    __int__ = __round__ = __trunc__ = __float__

    # The operations of one input

    def abs(self) -> Any: return ops.abs(self)
    def exp(self) -> Any: return ops.exp(self)
    def log(self) -> Any: return ops.log(self)
    def log1p(self) -> Any: return ops.log1p(self)
    def expm1(self) -> Any: return ops.expm1(self)
    def sqrt(self) -> Any: return ops.sqrt(self)
    def sin(self) -> Any: return ops.sin(self)
    def cos(self) -> Any: return ops.cos(self)
    def tan(self) -> Any: return ops.tan(self)
    def asin(self) -> Any: return ops.asin(self)
    def acos(self) -> Any: return ops.acos(self)
    def atan(self) -> Any: return ops.atan(self)
    def sinh(self) -> Any: return ops.sinh(self)
    def cosh(self) -> Any: return ops.cosh(self)
    def tanh(self) -> Any: return ops.tanh(self)
    def sigmoid(self) -> Any: return ops.sigmoid(self)
    def relu(self) -> Any: return ops.relu(self)
    def leaky_relu(self) -> Any: return ops.leaky_relu(self)
    def elu(self) -> Any: return ops.elu(self)
    def softplus(self) -> Any: return ops.softplus(self)
    def erf(self) -> Any: return ops.erf(self)
    def gelu(self) -> Any: return ops.gelu(self)
    def stop_gradient(self) -> Any: return ops.stop_gradient(self)
    detach = stop_gradient
    arcsin, arccos, arctan, absolute, fabs = asin, acos, atan, abs, abs


def _compared(x: Any) -> float:
    return x.data if isinstance(x, Methods) else number(x, "what a Value is compared with")
