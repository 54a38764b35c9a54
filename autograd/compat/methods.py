"""What Python and NumPy ask of a number beside arithmetic: comparisons, formats, methods.

Whatever would lose the derivative is loud: float(v), int(v), math.sin(v) raise TypeError. So is
`v == 0` or `if v` where the data is 0. Values are equal where they are the same Value, and true, as
any object is: that is what lists, sets and dicts of Values need.
"""
from __future__ import annotations

from typing import Any, NoReturn

from autograd import ops
from autograd.compat.numbers import is_numpy_scalar, number


class Methods:
    """A base of Value. NumPy calls the methods for arrays of Values: np.exp(a)."""
    __slots__ = ()
    data: float
    label: str

    def __lt__(self, other: Any) -> bool: return self.data < _compared(other)
    def __le__(self, other: Any) -> bool: return self.data <= _compared(other)
    def __gt__(self, other: Any) -> bool: return self.data > _compared(other)
    def __ge__(self, other: Any) -> bool: return self.data >= _compared(other)

    def __eq__(self, other: object) -> Any:
        return _same("==", self, other)

    def __ne__(self, other: object) -> Any:
        return _same("!=", self, other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        if self.data == 0:
            raise TypeError(f"{shown(self)} is an object, and true, whatever its number: write "
                            "v.data != 0 for the number, v is not None for whether there is one")
        return True

    def __format__(self, form: str) -> str:
        return format(self.data, form) if form else str(self)

    def __float__(self, *digits: Any) -> NoReturn:
        raise TypeError(f"as a plain number {shown(self)} would lose its "
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


def shown(v: Any) -> str:
    """A Value in a message."""
    name = f" {v.label!r}" if v.label else ""
    return f"the Value{name} of data {v.data}"


def _same(sign: str, v: Any, other: Any) -> Any:
    """NotImplemented: Python compares identities. Raises TypeError beside an equal number."""
    if (isinstance(other, (int, float)) or is_numpy_scalar(other)) and v.data == other:
        raise TypeError(f"{shown(v)} {sign} {other} compares identities, not numbers: write "
                        f"v.data {sign} {other}, or v <= {other} <= v where v may be a number")
    return NotImplemented


def _compared(x: Any) -> float:
    return x.data if isinstance(x, Methods) else number(x, "what a Value is compared with")
