"""Scalar engines to compare with: one in microgpt's layout, written here, and micrograd from PyPI."""
from __future__ import annotations

import math
from typing import Any


class TupleValue:
    """A Value in microgpt's layout: slots, a tuple of children, and a tuple of local derivatives recorded going forward.

    Its backward pass orders the graph by recursion and so stops at a depth of about 1,000.
    """
    __slots__ = ("data", "grad", "_children", "_local_grads")

    def __init__(self, data: float, children: tuple = (), local_grads: tuple = ()) -> None:
        self.data = data
        self.grad = 0
        self._children = children
        self._local_grads = local_grads

    def __add__(self, other: Any) -> TupleValue:
        other = other if isinstance(other, TupleValue) else TupleValue(other)
        return TupleValue(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other: Any) -> TupleValue:
        other = other if isinstance(other, TupleValue) else TupleValue(other)
        return TupleValue(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n: float) -> TupleValue:
        return TupleValue(self.data ** n, (self,), (n * self.data ** (n - 1),))

    def log(self) -> TupleValue:
        return TupleValue(math.log(self.data), (self,), (1 / self.data,))

    def exp(self) -> TupleValue:
        return TupleValue(math.exp(self.data), (self,), (math.exp(self.data),))

    def relu(self) -> TupleValue:
        return TupleValue(max(0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self) -> TupleValue: return self * -1
    def __radd__(self, other: Any) -> TupleValue: return self + other
    def __sub__(self, other: Any) -> TupleValue: return self + (-other)
    def __rsub__(self, other: Any) -> TupleValue: return other + (-self)
    def __rmul__(self, other: Any) -> TupleValue: return self * other
    def __truediv__(self, other: Any) -> TupleValue: return self * other ** -1
    def __rtruediv__(self, other: Any) -> TupleValue: return other * self ** -1

    def backward(self) -> None:
        order: list[TupleValue] = []
        seen: set[TupleValue] = set()

        def visit(v: TupleValue) -> None:
            if v not in seen:
                seen.add(v)
                for child in v._children:
                    visit(child)
                order.append(v)

        visit(self)
        self.grad = 1
        for v in reversed(order):
            for child, local in zip(v._children, v._local_grads):
                child.grad += local * v.grad


def micrograd_value() -> Any:
    """micrograd's Value. Raises SystemExit with the command to install it when it is missing."""
    try:
        from micrograd.engine import Value
    except ImportError:
        raise SystemExit("the benchmarks compare with micrograd: python -m pip install micrograd") from None
    return Value
