"""Cells: what a picture or a page shows of each Value, with plain numbers in the place of references."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import ops
from autograd.graph import topological_order
from autograd.words.words import as_name, clean, compact, fixed, grad_of, number_text, roles, shorten, titles
from autograd.words.words import DASH, LONGEST_TITLE, LONGEST_TOOLTIP
from autograd.operation import Undefined
from autograd.value import Value


@dataclass(slots=True)
class Cell:
    """One card and the operation before it.

    inputs    for each input the place of its cell (an int), or the number itself (a float)
    partials  the recorded derivative by each input; None for a number, and where none is known
    grad      None where no backward pass has come
    value     the Value; None for the products of an opened dot
    """
    title: str
    role: str
    data: float
    grad: float | None
    op: Any
    inputs: list[int | float]
    partials: list[float | None]
    value: Value | None

    @property
    def name(self) -> str:
        """The title in the space there is."""
        return shorten(self.title)

    @property
    def words(self) -> str:
        """What the cell is, in words."""
        how = f", by {self.op.name if self.op in ops.TABLE.values() else clean(self.op)}" if self.op else ""
        grad = "no grad yet" if self.grad is None else f"grad {compact(self.grad)}"
        return shorten(f"{self.title or 'a Value'}: {self.role}{how}, data {compact(self.data)}, {grad}", LONGEST_TOOLTIP)

    @property
    def numbers(self) -> tuple[str, str]:
        """data and grad as a card shows them."""
        return fixed(self.data), DASH if self.grad is None else fixed(self.grad)


def outputs_of(value: Value | Iterable[Value], what: str) -> list[Value]:
    """value as a list of Values. Raises TypeError when it is neither a Value nor a list of some."""
    outputs: list[Any] = [value] if isinstance(value, Value) else list(value) if isinstance(value, (list, tuple)) else [value]
    for v in outputs:
        if not isinstance(v, Value):
            raise TypeError(f"{what} needs a Value or a list of Values, got {type(v).__name__} {shorten(repr(v), 60)}")
    if not outputs:
        raise TypeError(f"{what} needs a Value or a list of Values, got an empty list")
    return outputs


def partials_of(v: Value) -> list[float | None]:
    """The recorded partials of v; None for a number, for one that does not exist, and where a closure took their place."""
    if v.closure is not None:
        return [None] * len(v.inputs)
    return [None if isinstance(p, Undefined) else p for p in v.partials]


def cells(outputs: Sequence[Value], parameters: Sequence[Value] | None = None, open_dots: bool = False,
          order: Sequence[Value] | None = None, known: Mapping[Value, str] | None = None) -> list[Cell]:
    """The cells of all Values behind the outputs in topological order; of those in `order`, if given, alone.

    A dot is one cell, or with `open_dots` its products and their sum. `known` has titles to be used as they are.
    """
    order = topological_order(*outputs) if order is None else order
    names, role = titles(order, known=known or {}), roles(order, outputs, parameters)
    place: dict[Value, int] = {}
    found: list[Cell] = []
    for v in order:
        inside = all(type(u) is float or u in place for u in v.inputs)
        inputs = [u if type(u) is float else place[u] for u in v.inputs] if inside else []      # type: ignore[index]
        cell = Cell(names[v], role[v], v.data, grad_of(v), v.op, inputs, partials_of(v), v)
        if open_dots and v.op is ops.dot:
            open_dot(cell, found)
        place[v] = len(found)
        found.append(cell)
    return found


def open_dot(cell: Cell, found: list[Cell]) -> None:
    """Make a dot cell the sum of its products, which are appended to `found` before it.

    Data are those of the recorded pass: the partial by w_i is x_i and the other way round. Only where x_i is a number is
    w_i's data of today taken, as the pass has not recorded it.
    """
    n, inputs, partials = len(cell.inputs) // 2, cell.inputs, cell.partials
    first = len(found)
    for i in range(n):
        w, x = ((found[u].data if p is None else p) if type(u) is int else u
                for u, p in ((inputs[i], partials[n + i]), (inputs[n + i], partials[i])))
        names = [as_name(found[u].title) if type(u) is int else number_text(u) for u in (inputs[i], inputs[n + i])]
        title = " * ".join(f"{name:power}" for name in names)
        found.append(Cell(title if len(title) <= LONGEST_TITLE else "", "intermediate", w * x, cell.grad, ops.mul,
                          [inputs[i], inputs[n + i]], [partials[i], partials[n + i]], None))
    cell.op = ops.sum
    last = [] if type(inputs[-1]) is float and inputs[-1] == 0 else [(inputs[-1], partials[-1])]
    cell.inputs = [*range(first, first + n), *[u for u, _ in last]]
    cell.partials = [*[1.0] * n, *[p for _, p in last]]
