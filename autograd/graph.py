"""Walks over a recorded graph. They do not recurse, so a chain of a million operations is fine.

A node's `inputs` are other nodes, and floats where a plain number was used.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar


class Node(Protocol):
    """What a walk needs to know of a Value."""
    @property
    def inputs(self) -> tuple[Any, ...]: ...


N = TypeVar("N", bound=Node)


def topological_order(*outputs: N) -> list[N]:
    """The outputs and all nodes they were computed from, each once, inputs before what uses them.

    A depth-first search, linear in nodes and edges; the same program always gives the same order.
    Why an order at all, and not gradients pushed down while walking from the output? In b = a + a;
    c = b + b the walk comes to b twice: b must pass its gradient on once, when both contributions
    have come. Otherwise the first one reaches a twice.
    """
    order: list[N] = []
    seen: set[N] = set()
    for output in outputs:
        if output in seen:
            continue
        seen.add(output)
        path = [(output, iter(output.inputs))]      # each node with its inputs still to visit
        while path:
            v, rest = path[-1]
            unseen = (u for u in rest if not isinstance(u, float) and u not in seen)
            u = next(unseen, None)
            if u is None:
                order.append(v)
                path.pop()
            else:
                seen.add(u)
                path.append((u, iter(u.inputs)))
    return order


def wiring(order: Iterable[N], place: dict[Any, int]) -> list[tuple[int, ...]]:
    """The places of the inputs of each node. A number gets a place as well, after all nodes."""
    return [tuple([place.setdefault(u, len(place)) for u in v.inputs]) for v in order]


def depends_on(order: Iterable[N], sources: Iterable[N]) -> set[N]:
    """The nodes of a topological order that are sources or were computed from one of them."""
    reached = set(sources)
    for v in order:
        if any(u in reached for u in v.inputs):
            reached.add(v)
    return reached
