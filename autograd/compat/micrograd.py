"""What code written for micrograd and microgpt asks of a Value: private names, nodes made by hand.

1. `Value(data, (a, b), "*")` is micrograd's constructor; `v._backward = function` sets the closure
   that its backward pass calls.
2. `Value(data, (a, b), (da, db))` is microgpt's, with the local derivatives given.

The base class stores nothing: it uses `inputs`, `partials`, `closure` and `_set_inputs` of Value.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from types import NoneType
from typing import Any

from autograd import ops
from autograd.compat.keywords import OF_CONSTRUCTOR, refuse_names
from autograd.compat.messages import described
from autograd.compat.numbers import is_array, number
from autograd.operation import Operation, Undefined, partials_at


class MicrogradNames:
    """A base of Value: micrograd's and microgpt's names for what a Value holds."""
    __slots__ = ()

    @property
    def _children(self: Any) -> tuple[Any, ...]:
        return tuple(x for x in self.inputs if not isinstance(x, float))

    @property
    def _prev(self: Any) -> set[Any]:
        return set(self._children)

    @property
    def _op(self: Any) -> str:
        if self.op is ops.pow and isinstance(self.inputs[1], float):
            return f"**{self.inputs[1]:g}"
        return str(self.op)

    @property
    def _local_grads(self: Any) -> tuple[float, ...]:
        return tuple(p for p, x in zip(self.partials, self.inputs) if not isinstance(x, float))

    @property
    def _backward(self: Any) -> Callable[[], None]:
        """Adds grad times partial to the grad of each input: one step of backpropagation."""
        def step() -> None:
            for u, p in zip(self._children, self._local_grads):
                u.grad = u.grad + self.grad * p
        return step if self.closure is None else self.closure.function

    @_backward.setter
    def _backward(self: Any, function: Callable[[], None]) -> None:
        self._set_inputs(self.op, self.inputs, Closure(function))


class Closure:
    """Instead of partials: a function in micrograd's manner, which changes grads itself."""
    __slots__ = ("function",)
    made = False                        # whether there has ever been one
    undefined = Undefined("a _backward function set by hand has no partials: only backward() can "
                          "go through it")

    def __init__(self, function: Callable[[], None]) -> None:
        if not callable(function):
            raise TypeError("_backward of a Value must be a function without arguments, got "
                            f"{described(function)}")
        self.function = function
        Closure.made = True

    def run(self, v: Any, grads: dict[Any, float]) -> Iterable[Any]:
        """Let the function do the step of v on a table of grads. No edges are left to do: ()."""
        here = [v, *v._prev]
        before = [u.grad for u in here]
        try:
            v.set_grads({u: grads[u] for u in here})
            self.function()
            grads.update((u, u.grad) for u in here)
        finally:
            v.set_grads(dict(zip(here, before)))
        return ()

    def __iter__(self) -> Iterator[float]:
        """Called by fast.py, whose sweep asks for partials: runs the function, and has none."""
        self.function()
        return iter(())


class Handmade(Operation):
    """The operation of a node made by hand: only its name is known."""

    def __init__(self, name: str, arity: int) -> None:
        super().__init__(name, self._unknown, (None,) * arity, text=self._call, latex=self._call)

    def _unknown(self, *inputs: float) -> float:
        raise ValueError(f"operation {self.name!r} was given by name only: define it with "
                         "autograd.operation to compute it")

    def _call(self, *inputs: str) -> str:
        return f"{self.name}({', '.join(inputs)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Handmade, (self.name, len(self.partials))


def inputs_and_op(inputs: Any, op: Any, others: dict[str, Any]) -> tuple[Any, Any]:
    """Inputs and operation of Value(data, ...), under these names or under micrograd's.

    Raises TypeError for another name.
    """
    if others:
        inputs = others.pop("_children", inputs)
        op = others.pop("_op", op)
        refuse_names("Value", others, OF_CONSTRUCTOR, "data, inputs, op, label")
    return _listed(inputs), _listed(op)


def _listed(x: Any) -> Any:
    """An array as a list, which is true where it has entries."""
    return x.tolist() if is_array(x) and x.ndim else x


def by_hand(data: float, given: Any, op: Any, operand: Callable[[Any], Any]
            ) -> tuple[Operation, Sequence[Any], Any]:
    """Operation, inputs and partials of Value(data, given, op).

    op is a row, its name or symbol, or the partials. Raises TypeError when the inputs are not a
    tuple of Values, ValueError when there are none, or not as many partials as inputs.
    """
    inputs = _operands(given, op, operand)
    if isinstance(op, (tuple, list)):
        return Handmade("?", len(inputs)), inputs, _given(op, inputs)
    row = _row(op, len(inputs))
    if row:
        numbers = [x if isinstance(x, float) else x.data for x in inputs]
        return row, inputs, partials_at(row, data, numbers, inputs)
    unknown = Undefined(f"no derivative is known for operation {str(op)!r}: define it with "
                        "autograd.operation, or set _backward of the Value")
    return Handmade(str(op) or "?", len(inputs)), inputs, _of_values(unknown, inputs)


def _operands(given: Any, op: Any, operand: Callable[[Any], Any]) -> tuple[Any, ...]:
    if not isinstance(op, (str, Operation, tuple, list, NoneType)):
        raise TypeError("op of a Value must be an operation, its name, or a tuple of local "
                        f"derivatives, got {described(op)}")
    scalar = getattr(given, "shape", None) == ()
    if scalar or isinstance(given, (str, bytes, bytearray, Mapping, Set)) \
            or not isinstance(given, Iterable):
        raise TypeError(f"inputs of a Value must be a tuple of Values, got {described(given)}; "
                        "a label goes by name: label=...")
    inputs = tuple(operand(x) for x in given)
    if not inputs:
        raise ValueError(f"a Value with an operation ({op!r}) needs inputs: a leaf has neither")
    return inputs


def _row(op: Any, count: int) -> Operation | None:
    """The row of that name or symbol for so many inputs; None when the table has none."""
    for row in [op] if isinstance(op, Operation) else ops.TABLE.values():
        if (row is op or str(op) in (row.name, row.symbol)) and row.arity in (count, None):
            return row
    return None


def _given(partials: Sequence[Any], inputs: Sequence[Any]) -> tuple[Any, ...]:
    if len(partials) != len(inputs):
        raise ValueError(f"{len(inputs)} inputs need as many local derivatives, "
                         f"got {len(partials)}")
    numbers = [number(p, "a local derivative") for p in partials]
    return tuple(None if isinstance(x, float) else p for x, p in zip(inputs, numbers))


def _of_values(partial: Any, inputs: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(None if isinstance(x, float) else partial for x in inputs)
