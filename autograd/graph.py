"""Walks over a recorded graph. None recurses: a chain of a million operations is walked as well.

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

    A depth-first search: time and memory are linear in nodes and edges. The order depends on the
    program alone. Why not simply recurse from the output and push gradients on the way? In
    b = a + a; c = b + b the node b is reached twice: it must wait until both contributions have
    come, or a receives the first one twice.
    """
    order: list[N] = []
    seen: set[N] = set()
    for output in outputs:
        if output in seen:
            continue
        seen.add(output)
        path = [(output, iter(output.inputs))]      # from the output down, with the inputs to come
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


def wiring(order: Iterable[N], place: dict[N, int]) -> list[tuple[Any, ...]]:
    """The inputs of each node of a topological order: the place of a node, a float as it is."""
    return [tuple(u if isinstance(u, float) else place[u] for u in v.inputs) for v in order]


def depends_on(order: Iterable[N], sources: Iterable[N]) -> set[N]:
    """The nodes of a topological order that are sources or were computed from one of them."""
    reached = set(sources)
    for v in order:
        if any(u in reached for u in v.inputs):
            reached.add(v)
    return reached
