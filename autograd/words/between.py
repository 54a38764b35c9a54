"""What lies between a Value and an output that was computed from it: paths and derivatives.

A path is a list of uses, from wrt to the output. Paths are counted before any is listed: their
number can double with every node.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograd.compat.numbers import with_labels
from autograd.compat.messages import described
from autograd.backward import recorded, reverse
from autograd.graph import depends_on, topological_order
from autograd.value import Value
from autograd.words.local import recorded_partial

MANY = 10 ** 6                      # paths are counted up to here


class Use(NamedTuple):
    """One use of a Value: it is input `i` of the target."""
    source: Value
    target: Value
    i: int

    @property
    def local(self) -> float:
        """The local derivative of the target with respect to the source."""
        return recorded_partial(self.target, self.i)


@dataclass
class Between:
    """The Values between wrt and the output, these two included.

    order       a topological order of them
    uses        of each Value, what uses it
    paths       the number of paths from wrt to the output, at most MANY + 1
    derivative  of the output with respect to each Value
    """
    output: Value
    wrt: Value
    order: list[Value]
    uses: dict[Value, list[Use]]
    paths: int
    derivative: dict[Value, float]

    @property
    def total(self) -> float:
        """The derivative of the output with respect to wrt."""
        return self.derivative[self.wrt]


def between(output: Value, wrt: Value) -> Between:
    """The part of the output's graph that depends on wrt.

    Raises TypeError when one is not a Value, ValueError when the output does not depend on wrt or
    a local derivative on the way does not exist.
    """
    for v, what in ((output, "the output"), (wrt, "wrt")):
        if not isinstance(v, Value):
            raise TypeError(f"{what} of explain must be a Value, got {described(v)}")
    everything = with_labels(topological_order(output))
    inside = depends_on(everything, [wrt])
    if wrt not in inside or output not in inside:
        raise ValueError(f"the output does not depend on wrt ({wrt!r}, label {wrt.label!r}): "
                         "it was not computed from it")
    order = [v for v in everything if v in inside]
    uses = uses_of(order, wrt)
    paths = count_paths(order, uses, output)
    return Between(output, wrt, order, uses, paths, derivatives(order, wrt, output))


def derivatives(order: Sequence[Value], wrt: Value, output: Value) -> dict[Value, float]:
    """The derivative of the output with respect to each Value between wrt and the output."""
    inside = set(order)

    def edges(v: Value) -> list[tuple[Value, float]]:
        return [(u, local) for u, local in recorded(v) if u in inside]

    cotangents = dict.fromkeys(order, 0.0)
    cotangents[output] = 1.0
    reverse([v for v in order if v is not wrt], cotangents, edges)
    return cotangents


def uses_of(order: Sequence[Value], wrt: Value) -> dict[Value, list[Use]]:
    """What uses each Value, in topological order; nothing that lies before wrt."""
    uses: dict[Value, list[Use]] = {v: [] for v in order}
    for v in order:
        if v is not wrt:
            for i, u in enumerate(v.inputs):
                if isinstance(u, Value) and u in uses:
                    uses[u].append(Use(u, v, i))
    return uses


def count_paths(order: Sequence[Value], uses: dict[Value, list[Use]], output: Value) -> int:
    """The number of paths from the first Value of the order to the output, at most MANY + 1."""
    paths = dict.fromkeys(order, 0)
    paths[output] = 1
    for v in reversed(order):
        if v is not output:
            paths[v] = min(MANY + 1, sum(paths[use.target] for use in uses[v]))
    return paths[order[0]]


def list_paths(part: Between) -> Iterator[list[Use]]:
    """Each path from wrt to the output. Walked from the output back, iteratively."""
    into: dict[Value, list[Use]] = {v: [] for v in part.order}
    for v in part.order:
        for use in part.uses[v]:
            into[use.target].append(use)
    back: list[Use] = []                            # the way from the output to v
    todo: list[tuple[Value, list[Use], int]] = [(part.output, [], 0)]
    while todo:
        v, last, length = todo.pop()
        back[length:] = last
        if v is part.wrt:
            yield back[::-1]
        in_order = sorted(into[v], key=lambda use: use.i, reverse=True)
        todo += [(use.source, [use], len(back)) for use in in_order]
