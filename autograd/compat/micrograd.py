"""What code written for micrograd and microgpt asks of a Value: its private names, and nodes made by hand.

1. `Value(data, (a, b), "*")` is micrograd's constructor; `v._backward = function` is its closure, called in the backward pass.
2. `Value(data, (a, b), (da, db))` is microgpt's, with the local derivatives given.
Nothing else of this package uses a name of this file.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from autograd import ops
from autograd.operation import Operation, Undefined, number, partials_at

if TYPE_CHECKING:
    from autograd.value import Value


class MicrogradNames:
    """A base of Value: micrograd's and microgpt's names for what a Value holds."""
    __slots__ = ()

    @property
    def _children(self: Any) -> tuple[Value, ...]:
        return tuple(x for x in self.inputs if type(x) is not float)

    @property
    def _prev(self) -> set[Value]:
        return set(self._children)

    @property
    def _op(self: Any) -> str:
        return f"**{self._b:g}" if self.op is ops.pow and type(self._b) is float else str(self.op)

    @property
    def _local_grads(self: Any) -> tuple[float, ...]:
        return tuple(p for p, x in zip(self.partials, self.inputs) if type(x) is not float)

    @property
    def _backward(self: Any) -> Callable[[], None]:
        """Adds grad times partial to the grad of each input: one step of back propagation."""
        def step() -> None:
            for u, p in zip(self.inputs, self._da if type(self._da) is Closure else self.partials):
                if p is not None:
                    u._grad += self._grad * p
        return step

    @_backward.setter
    def _backward(self: Any, function: Callable[[], None]) -> None:
        if not self.inputs:
            raise ValueError("_backward belongs to a Value with inputs: Value(data, (a, b), 'name')")
        self._a, self._b, self._da, self._db = self.inputs, None, Closure(function), None


class Closure:
    """In the place of partials: a function in micrograd's manner. A backward pass that asks for partials calls it instead."""
    __slots__ = ("function",)

    def __init__(self, function: Callable[[], None]) -> None:
        self.function = function

    def __iter__(self) -> Iterator[float]:
        self.function()
        return iter(())


class Handmade(Operation):
    """The operation of a node made by hand, of which only a name is known."""

    def __init__(self, name: str, arity: int) -> None:
        super().__init__(name, self._unknown, (None,) * arity)

    def _unknown(self, *inputs: float) -> float:
        raise ValueError(f"operation {self.name!r} was given by name only: define it with autograd.operation to compute it")

    def __reduce__(self) -> Any:
        return Handmade, (self.name, self.arity)


def by_hand(data: float, inputs: Sequence[Value | float], op: Any) -> tuple[Operation, list[Any]]:
    """The operation and the partials of Value(data, inputs, op), where op is a row, its name or symbol, or the partials.

    Raises ValueError when there are no inputs, or not as many partials as inputs.
    """
    if not inputs:
        raise ValueError(f"a Value with an operation ({op!r}) needs inputs: a leaf has neither")
    if isinstance(op, (tuple, list)):
        if len(op) != len(inputs):
            raise ValueError(f"{len(inputs)} inputs need as many local derivatives, got {len(op)}")
        given = [number(p, "a local derivative") for p in op]
        return Handmade("?", len(inputs)), [None if type(x) is float else p for x, p in zip(inputs, given)]
    rows = [op] if isinstance(op, Operation) else [row for row in ops.TABLE.values() if str(op) in (row.name, row.symbol)]
    for row in rows:
        if row.arity in (len(inputs), None):
            numbers = [x if type(x) is float else x._data for x in inputs]                      # type: ignore[union-attr]
            return row, partials_at(row, data, numbers, inputs)
    unknown = Undefined(f"no derivative is known for operation {str(op)!r}: define it with autograd.operation, "
                        "or set _backward of the Value")
    return Handmade(str(op) or "?", len(inputs)), [None if type(x) is float else unknown for x in inputs]
