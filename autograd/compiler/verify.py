"""A check that does not trust the compiler: the recorded graph and the program, evaluated side by
side.

The graph is walked Value by Value with the table's rows on floats, forwards and in reverse mode;
nothing of the compiler is used for it. The program's arrays are then compared cell by cell with
the Values they stand for, in the order in which they are computed, so that the first cell that
differs is where the fault is. Where all operations allow it, both sides run on fractions, too:
there, nothing is hidden behind rounding.
"""
from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.arrays.array import inner, is_batched
from autograd.compiler.printers.emit import Blocks
from autograd.compiler.exact import Exact, NotRational, OnFractions
from autograd.compiler.recognize.record import places_and_ids
from autograd.compiler.printers.scalar import Straight
from autograd.graph import topological_order
from autograd.value import Value

QUICK = 500  # Values in a graph that is evaluated on fractions without being asked for


class Walk:
    """The graph at one point: the number of every Value, and of one output the derivative and its
    size.

    The size of a derivative is the sum of the absolute values of its terms, that of a number
    likewise: what rounding is measured by.
    """

    def __init__(self, order: list[Value], point: dict[Value, float], number: Any) -> None:
        self.number: dict[Value, Any] = {}
        self.size: dict[Value, float] = {}
        self.order = order
        for v in order:
            if v in point or not v.inputs:
                self.number[v] = number(point.get(v, v.data))
                self.size[v] = abs(float(self.number[v]))
            else:
                self.number[v] = v.op(*self.of(v))
                self.size[v] = abs(float(self.number[v])) + sum(
                    self.size[u] * abs(float(d))
                    for u, d in zip(v.inputs, self.partials(v))
                    if isinstance(u, Value)
                )
        self.starts, self.one = set(point), number(1.0)

    def of(self, v: Value) -> list[Any]:
        """The numbers of the inputs of v."""
        return [self.number[u] if isinstance(u, Value) else u for u in v.inputs]

    def partials(self, v: Value) -> list[Any]:
        """The partial derivatives of v with respect to its inputs."""
        numbers = self.of(v)
        found = [
            v.op.partial(i, self.number[v], numbers) if isinstance(u, Value) else None
            for i, u in enumerate(v.inputs)
        ]
        return [0.0 if d is None else d for d in found]

    def gradient(self, output: Value, by: Sequence[Value]) -> tuple[list[Any], list[float]]:
        """The derivative of the output with respect to each of `by`, and its size."""
        d, size = {output: self.one}, {output: 1.0}
        for v in reversed(self.order):
            if v in d and v not in self.starts:
                for u, partial in zip(v.inputs, self.partials(v)):
                    if isinstance(u, Value):
                        d[u] = d.get(u, 0.0) + d[v] * partial
                        size[u] = size.get(u, 0.0) + size[v] * abs(float(partial))
        return [d.get(p, 0.0) for p in by], [size.get(p, 0.0) for p in by]


class OnFloats:
    """A program as it runs."""

    close, least = 1e-9, 1.0  # of the largest number that went into a result, and of 1
    number = float

    def __init__(self, program: Any) -> None:
        self.program, self.code = program, program._code

    def variables(self, arguments: tuple[np.ndarray, ...]) -> dict[str, Any]:
        """The arrays of the forward pass by name."""
        return self.code.variables(arguments) if isinstance(self.code, Blocks) else {}

    def values(self, arguments: tuple[np.ndarray, ...]) -> Any:
        """The outputs."""
        return np.ravel(self.program(*arguments))

    def gradient(self, arguments: tuple[np.ndarray, ...]) -> Any:
        """The derivative with respect to each parameter."""
        return self.program.value_and_grad(*arguments)[1]


class Ends(NamedTuple):
    """Where a graph begins and ends."""

    outputs: Sequence[Value]
    parameters: Sequence[Value]
    inputs: Sequence[Value]


def verify(program: Any, ends: Ends, points: int, seed: int, exact: bool | None) -> int:
    """At how many points the graph was compared with the program.

    The first is the recorded one; points at which the graph itself is outside of a domain are
    left out. With `exact` all are compared on fractions, else on floats; None: on floats, and at
    one more point on fractions if that can be done quickly. Raises AssertionError at the first
    cell that differs, ValueError where exact arithmetic is asked for and not possible.
    """
    order, rng = topological_order(*ends.outputs), random.Random(seed)
    near = [points_near(ends, rng, k > 0) for k in range(points)]
    if exact:
        try:
            return sum(agrees(on_fractions(program), order, ends, rounded(p)) for p in near)
        except NotRational as error:
            raise ValueError(f"no exact arithmetic for this graph: {error}") from None
    compared = sum(agrees(OnFloats(program), order, ends, point) for point in near)
    if exact is None and len(order) <= QUICK:
        try:
            agrees(on_fractions(program), order, ends, rounded(points_near(ends, rng, True)))
        except (NotRational, TypeError, AttributeError):  # or what NumPy does with floats alone
            pass
    return compared


def on_fractions(program: Any) -> OnFractions:
    """The program on fractions."""
    if not isinstance(program._code, (Blocks, Straight)):
        raise NotRational("C computes with floats")
    return OnFractions(program._code)


def points_near(ends: Ends, rng: random.Random, moved: bool) -> dict[Value, float]:
    """The recorded point, or one near it."""
    return {
        v: v.data + (rng.gauss(0, 0.1) * (1 + abs(v.data)) if moved else 0.0)
        for v in (*ends.parameters, *ends.inputs)
    }


def rounded(point: dict[Value, float]) -> dict[Value, float]:
    """The point with numbers of few digits, so that fractions of them are short."""
    return {v: round(1024 * x) / 1024 for v, x in point.items()}


def agrees(side: Any, order: list[Value], ends: Ends, point: dict[Value, float]) -> bool:
    """Whether graph and program were compared at a point: the graph may have no value there."""
    try:
        walk = Walk(order, point, side.number)
        wanted = walk.gradient(ends.outputs[0], ends.parameters) if len(ends.outputs) == 1 else None
    except (ArithmeticError, ValueError):
        return False
    theta, x = (np.array([point[v] for v in values]) for values in ends[1:])
    arguments = (theta, x) if ends.inputs else (theta,)
    compare_cells(side, walk, ends, arguments)
    found = side.values(arguments)
    for i, v in enumerate(ends.outputs):
        compare(side, f"output {i}", v, walk.number[v], found[i], walk.size[v])
    if wanted is not None:
        got = side.gradient(arguments)
        for i, p in enumerate(ends.parameters):
            name = f"the derivative with respect to parameter {i}"
            compare(side, name, p, wanted[0][i], got[i], wanted[1][i])
    return True


def compare_cells(side: Any, walk: Walk, ends: Ends, arguments: tuple[np.ndarray, ...]) -> None:
    """Compare each cell of the arrays of the forward pass with its Value."""
    found = side.variables(arguments)
    if not found:
        return
    values = {i: walk.order[place] for place, i in places_and_ids(*ends).items()}
    code = side.code
    for array, (ids, places) in zip(code.plan.arrays, code.plan.ids):
        name = code.names.get(array)
        if name not in found:
            continue
        cells = np.reshape(found[name], -1)
        for i, place in zip(ids.tolist(), places.tolist()):
            if i in values:
                index = [0] * is_batched(array) + list(np.unravel_index(place, inner(array)))
                cell, v = f"{name}[{', '.join(map(str, index))}]", values[i]
                compare(side, cell, v, walk.number[v], cells[place], walk.size[v])


def compare(side: Any, what: str, v: Value, graph: Any, program: Any, size: float) -> None:
    """Raise AssertionError where a number of the program is not that of the graph."""
    graph = graph.number if isinstance(graph, Exact) else graph
    if not abs(float(graph - program)) <= side.close * (side.least + size):
        label = f", {v.label!r}," if v.label else ""
        kind = f"operation {v.op}" if v.inputs else "a leaf"
        raise AssertionError(
            f"{what} ({kind}{label}) is {program} in the program and {graph} in the graph"
        )
