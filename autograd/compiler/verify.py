"""A check that does not trust the compiler: the recorded graph and the program, evaluated side by
side.

The graph is walked Value by Value with the table's rows on floats, forwards and in reverse mode;
nothing of the compiler is used for it. The program's arrays are then compared cell by cell with
the Values they stand for, in the order in which they are computed, so that the first cell that
differs is where the fault is.
"""
from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.array import inner, is_batched
from autograd.compiler.emit import Blocks
from autograd.compiler.record import places_and_ids
from autograd.graph import topological_order
from autograd.value import Value

CLOSE = 1e-9  # of the largest number that went into it


class Walk:
    """The graph at one point: the number of every Value, and of one output the derivative and its
    size.

    The size of a derivative is the sum of the absolute values of its terms, that of a number
    likewise: what rounding is measured by.
    """

    def __init__(self, order: list[Value], point: dict[Value, float]) -> None:
        self.number: dict[Value, float] = {}
        self.size: dict[Value, float] = {}
        self.order = order
        for v in order:
            if v in point or not v.inputs:
                self.number[v] = point.get(v, v.data)
                self.size[v] = abs(self.number[v])
            else:
                self.number[v] = v.op.value(*self.of(v))
                self.size[v] = abs(self.number[v]) + sum(
                    self.size[u] * abs(d)
                    for u, d in zip(v.inputs, self.partials(v))
                    if isinstance(u, Value)
                )
        self.starts = set(point)

    def of(self, v: Value) -> list[float]:
        """The numbers of the inputs of v."""
        return [self.number[u] if isinstance(u, Value) else u for u in v.inputs]

    def partials(self, v: Value) -> list[float]:
        """The partial derivatives of v by its inputs."""
        numbers = self.of(v)
        found = [
            v.op.partial(i, self.number[v], numbers) if isinstance(u, Value) else None
            for i, u in enumerate(v.inputs)
        ]
        return [0.0 if d is None else float(d) for d in found]

    def gradient(self, output: Value, by: Sequence[Value]) -> tuple[np.ndarray, np.ndarray]:
        """The derivative of the output with respect to each of `by`, and its size."""
        d, size = {output: 1.0}, {output: 1.0}
        for v in reversed(self.order):
            if v in d and v not in self.starts:
                for u, partial in zip(v.inputs, self.partials(v)):
                    if isinstance(u, Value):
                        d[u] = d.get(u, 0.0) + d[v] * partial
                        size[u] = size.get(u, 0.0) + size[v] * abs(partial)
        return np.array([d.get(p, 0.0) for p in by]), np.array([size.get(p, 0.0) for p in by])


def verify(
    program: Any,
    outputs: Sequence[Value],
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    points: int,
    seed: int,
) -> int:
    """At how many points the graph was compared with the program.

    The first is the recorded one; points at which the graph itself is outside of a domain are
    left out. Raises AssertionError at the first cell that differs.
    """
    order, rng, compared = topological_order(*outputs), random.Random(seed), 0
    for k in range(points):
        point = {
            v: v.data + (rng.gauss(0, 0.1) * (1 + abs(v.data)) if k else 0.0)
            for v in (*parameters, *inputs)
        }
        try:
            walk = Walk(order, point)
            sides = walk.gradient(outputs[0], parameters) if len(outputs) == 1 else None
        except (ArithmeticError, ValueError):
            continue
        theta, x = np.array([point[p] for p in parameters]), np.array([point[v] for v in inputs])
        arguments = (theta, x) if inputs else (theta,)
        if isinstance(program._code, Blocks):
            compare_cells(program._code, walk, outputs, parameters, inputs, arguments)
        found = np.ravel(program(*arguments))
        for i, v in enumerate(outputs):
            compare(f"output {i}", v, walk.number[v], found[i], walk.size[v])
        if sides is not None:
            got = program.value_and_grad(*arguments)[1]
            for i, p in enumerate(parameters):
                name = f"the derivative with respect to parameter {i}"
                compare(name, p, sides[0][i], got[i], sides[1][i])
        compared += 1
    return compared


def compare_cells(
    code: Blocks,
    walk: Walk,
    outputs: Sequence[Value],
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    arguments: tuple[np.ndarray, ...],
) -> None:
    """Compare each cell of the arrays of the forward pass with its Value."""
    values = {
        i: walk.order[place] for place, i in places_and_ids(outputs, parameters, inputs).items()
    }
    found = code.variables(arguments)
    for array, (ids, places) in zip(code.plan.arrays, code.plan.ids):
        name = code.names.get(array)
        if name not in found:
            continue
        cells = np.reshape(found[name], -1)
        for i, place in zip(ids.tolist(), places.tolist()):
            if i in values:
                cell = ", ".join(
                    map(str, [0] * is_batched(array) + list(np.unravel_index(place, inner(array))))
                )
                compare(
                    f"{name}[{cell}]",
                    values[i],
                    walk.number[values[i]],
                    cells[place],
                    walk.size[values[i]],
                )


def compare(what: str, v: Value, graph: float, program: float, size: float) -> None:
    """Raise AssertionError where a number of the program is not that of the graph."""
    if not abs(graph - program) <= CLOSE * (1 + size):
        label = f", {v.label!r}," if v.label else ""
        kind = f"operation {v.op}" if v.inputs else "a leaf"
        raise AssertionError(
            f"{what} ({kind}{label}) is {program} in the program and {graph} in the graph"
        )
