"""Which scalars became which cells of which arrays, and which line computes them: plain data for a
page, without text that would have to be read again.

1. A Value is known by its place in the topological order of the outputs.
2. What has no cell of its own, as the products inside a sum, belongs to the Value that uses it.
3. A cotangent has the cells of the array whose derivative it is.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.arrays.array import Array, inner
from autograd.compiler.printers.emit import (Blocks, emit, names_beside, printer_of,
                                             views_of_theta)
from autograd.compiler.recognize.group import groups, levels
from autograd.compiler.printers.language import Constants
from autograd.compiler.recognize.record import NONE, Tape, numbered
from autograd.compiler.recognize.repeat import Line, with_loops
from autograd.compiler.recognize.shape import plan
from autograd.compiler.arrays.structure import Contract, Named, View
from autograd.compiler.arrays.places import places_of
from autograd.graph import topological_order as order_of
from autograd.value import Value


class Block(NamedTuple):
    """An array that has a name; without the axis of samples.

    cells   the places of the Values in each cell, those inside its formula first
    mains   the place of the Value that each cell is; None where the graph has none
    kind    "parameters", "inputs" or "forward"
    """

    name: str
    shape: tuple[int, ...]
    cells: list[list[int]]
    mains: list[int | None]
    kind: str


class Row(NamedTuple):
    """A line of the program.

    part    "parameters", "forward" or "backward"
    blocks  the names of the arrays it computes, or whose derivatives it computes
    uses    the names of those it reads
    kind    "product", "transposed", "outer", "sum" or ""
    """

    text: str
    part: str
    blocks: list[str]
    uses: list[str]
    kind: str


class Correspondence(NamedTuple):
    """A graph and its program side by side."""

    order: list[Value]
    blocks: list[Block]
    rows: list[Row]


def correspondence(
    code: Any, tape: Tape, outputs: Sequence[Value], parameters: Sequence[Value],
    inputs: Sequence[Value],
) -> Correspondence:
    """The scalars of a graph beside the arrays of its program; where that is lines of scalars,
    beside the arrays that form="matrices" gives.
    """
    if not isinstance(code, Blocks):
        code = emit(tape, plan(tape, with_loops(tape, Line(tape, groups(tape, levels(tape))))))
    return _Reader(code, outputs, parameters, inputs).read()


class _Reader:
    def __init__(
        self, code: Blocks, outputs: Sequence[Value], parameters: Sequence[Value],
        inputs: Sequence[Value],
    ) -> None:
        self.code, self.order = code, order_of(*outputs)
        given = [np.array([v.data for v in inputs])] * bool(code.tape.inputs)
        self.arguments = np.array([p.data for p in parameters]), *given
        self.members = members(self.order, numbered(outputs, parameters, inputs)[1])
        self.ids = dict(zip(code.plan.arrays, code.plan.ids))
        self.names = dict(code.names)
        self.names[code.plan.x] = "x"
        self.blocks: dict[str, Block] = {}

    def read(self) -> Correspondence:
        """All blocks and lines."""
        lines = self.code.lines
        if self.code.tape.inputs:
            self.block("x", self.code.plan.x, "inputs")
        for line in lines.views:
            self.block(line.name, line.array, "parameters")
        for line in lines.forward:
            self.block(line.name, line.array, "forward")
        self.fill_empty()
        printer = printer_of(lines, Constants(names_beside(lines).free))
        rows = [self.row(text, "parameters", arrays)
                for text, arrays in views_of_theta(self.code.tape, lines.views, printer)]
        for part, some in (("forward", lines.forward), ("backward", lines.backward)):
            for line in some:
                arrays = [line.array, *(each.array for each in line.body)]
                for text in printer.lines(line):
                    rows.append(self.row(text, part, arrays))
        return Correspondence(self.order, list(self.blocks.values()), rows)

    def block(self, name: str, array: Array, kind: str) -> None:
        """Note an array whose cells are known."""
        cells = self.cells(array)
        if not name or not cells or name in self.blocks:
            return
        mains = [places[-1] if places else None for places in cells]
        for inside in self.written_in(array):
            for k, places in enumerate(self.cells(inside)):
                cells[k % len(cells)] = places + cells[k % len(cells)]
        shape = tuple(int(n) for n in inner(array))
        self.blocks[name] = Block(name, shape, cells, mains, kind)

    def fill_empty(self) -> None:
        """Give blocks without Values those that are in the cells of others."""
        empty = [line for line in self.code.lines.forward
                 if line.name in self.blocks and not any(self.blocks[line.name].cells)]
        numbers = self.code.variables(self.arguments) if empty else {}
        for line in empty:
            self.take_part(line, np.ravel(numbers.get(line.name, [])))

    def take_part(self, line: Any, numbers: np.ndarray) -> None:
        """Give a line its Values, where it is a part of a sum: z in z - y, which is one operation.

        They are in the cells of the line that reads it. Its own Value is the last one there that is
        computed from nothing but what this line reads, if it has the number that the line gives.
        """
        mine = self.blocks[line.name]
        read = {i for name in self.uses(line) for places in self.blocks[name].cells for i in places}
        for other in self.code.lines.forward:
            whole = self.blocks.get(other.name)
            if whole is not None and line.name in self.uses(other):
                parts = self.parts_of(whole, read)
                data = [self.order[part[-1]].data for part in parts if part]
                complete = len(data) == len(numbers) == len(mine.cells) == len(parts)
                if complete and np.allclose(data, numbers, 1e-9, 1e-12):
                    return move(parts, mine, whole)

    def parts_of(self, whole: Block, read: set[int]) -> list[list[int]]:
        """Of each cell the largest part that is computed from what was read."""
        place = {v: k for k, v in enumerate(self.order)}
        return [part_of(places, main, read, self.order, place)
                for places, main in zip(whole.cells, whole.mains)]

    def uses(self, line: Any) -> list[str]:
        """The names of the blocks that a line reads."""
        found: dict[str, None] = {}
        for array in (line.array, *(each.array for each in line.body)):
            self.note_uses(array, found)
        return [name for name in found if name in self.blocks and name != line.name]

    def written_in(self, array: Array) -> list[Array]:
        """The Arrays that have no line, but stand in the formula of this one."""
        found: dict[Array, None] = {}
        todo = [u for u in array.inputs if isinstance(u, Array)]
        while todo:
            u = todo.pop()
            if u not in self.names and u not in found and not isinstance(u.op, Named):
                found[u] = None
                todo += [w for w in u.inputs if isinstance(w, Array)]
        return list(found)

    def cells(self, array: Array) -> list[list[int]]:
        """The Values of each cell, in the order of the cells; none where they are not known."""
        if array in self.ids:
            ids, places = self.ids[array]
            found: list[list[int]] = [[] for _ in range(int(np.prod(inner(array))))]
            for i, place in zip(ids.tolist(), places.tolist()):
                found[place] += self.members.get(i, [])
            return found
        if self.is_parameter(array):
            of_theta = self.cells(self.code.plan.theta)
            places = places_of(array.op.places._replace(shape=inner(array))).ravel()
            return [list(of_theta[place]) for place in places.tolist()]
        return []

    def row(self, text: str, part: str, arrays: list[Array]) -> Row:
        """A line, with what it computes and what it reads."""
        written = [y for x in arrays for y in (x, *self.written_in(x))]
        sources = [self.code.lines.cotangents.get(y, y) for y in written]
        if part == "backward" and arrays[0] is self.code.lines.gradient:
            blocks = [b.name for b in self.blocks.values() if b.kind == "parameters"]
        else:
            names = [self.names[x] for x in sources if self.names.get(x) in self.blocks]
            blocks = list(dict.fromkeys(names))
        uses: dict[str, None] = {}
        for x in arrays:
            self.note_uses(x, uses)
        return Row(text.rstrip(), part, blocks, list(uses), self.kind(arrays[0], part))

    def note_uses(self, x: Array, uses: dict[str, None]) -> None:
        """Note the names that the formula of x reads."""
        for y in (x, *self.written_in(x)):
            for u in y.inputs:
                source = self.code.lines.cotangents.get(u, u) if isinstance(u, Array) else None
                if u in self.names and source in self.names:
                    uses[self.names[source]] = None

    def kind(self, x: Array, part: str) -> str:
        """What becomes of a bundle of edges in this line."""
        if x is self.code.lines.gradient:
            return ""
        products = [y for y in (x, *self.written_in(x)) if isinstance(y.op, Contract)]
        factors = [u for y in products for u in y.inputs]
        if part == "backward" and self.is_parameter(self.code.lines.cotangents.get(x)):
            return "outer" if sum(not isinstance(u.op, Named) for u in factors) > 1 else "sum"
        if any(map(self.is_parameter, factors)):
            return "product" if part == "forward" else "transposed"
        return ""

    def is_parameter(self, x: Any) -> bool:
        """Whether x is a part of theta."""
        theta = self.code.plan.theta
        return isinstance(x, Array) and isinstance(x.op, View) and x.inputs[0] is theta


def move(parts: Sequence[list[int]], mine: Block, whole: Block) -> None:
    """Move a part of each cell of a block into the cells of another."""
    for k, part in enumerate(parts):
        mine.cells[k], mine.mains[k] = part, part[-1]
        whole.cells[k] = [i for i in whole.cells[k] if i not in part]


def part_of(places: Sequence[int], main: int | None, read: set[int], order: Sequence[Value],
            place: Mapping[Value, int]) -> list[int]:
    """Of the Values of a cell the largest part computed from what was read, its own Value last."""
    parts: dict[int, set[int]] = {}                 # of each Value, those of the cell it is made of
    for i in sorted(places):
        inputs = [place[u] for u in order[i].inputs if isinstance(u, Value)]
        if i != main and inputs and all(j in read or j in parts for j in inputs):
            parts[i] = {i}.union(*(parts[j] for j in inputs if j in parts))
    return sorted(parts[max(parts)]) if parts else []


def members(order: Sequence[Value], ids: Sequence[Any]) -> dict[int, list[int]]:
    """The places of the Values that belong to each id: those inside a sum, then itself."""
    place = {v: k for k, v in enumerate(order)}
    owner: list[Any] = list(ids)
    for k in range(len(order) - 1, -1, -1):
        for u in order[k].inputs:
            if isinstance(u, Value) and owner[place[u]] == NONE:
                owner[place[u]] = owner[k]
    found: dict[int, list[int]] = {}
    for k, i in enumerate(owner):
        if i != NONE:
            found.setdefault(i, []).append(k)
    return {i: sorted(places, key=lambda k: ids[k] == i) for i, places in found.items()}
