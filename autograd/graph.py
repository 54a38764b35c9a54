"""Walks over a graph of Values. All are iterative: a chain of a million operations is walked without recursion.

An input that is a float is a number, not a node; everything else among the inputs is a Value.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.value import Value


def topological_order(*outputs: Value) -> list[Value]:
    """The outputs and all Values they were computed from, each once, inputs before what uses them.

    A depth-first search: time and memory are linear in nodes and edges. The order depends on the program alone.
    Why not simply recurse from the output and push gradients on the way? In b = a + a; c = b + b the node b is reached
    twice: it must wait until both contributions have come, or a receives the first one twice.
    """
    order: list[Value] = []
    seen: set[Value] = set()
    path: list[Value] = []                                  # from an output down to the parent of v
    rest: dict[Value, Iterator] = {}                        # the inputs not looked at yet, where there are many
    push, pop, emit, enter = path.append, path.pop, order.append, seen.add
    for v in outputs:
        if v in seen:
            continue
        enter(v)
        while v is not None:
            a = v._a
            while a is not None and type(a) is not tuple and a not in seen and type(a) is not float:
                enter(a)                                    # down, along first inputs
                push(v)
                v = a
                a = v._a
            while v is not None:                            # up, until there is another input not seen yet
                b = v._b if type(v._a) is not tuple else _next_unseen(v, rest, seen)
                if b is not None and b not in seen and type(b) is not float:
                    enter(b)
                    push(v)
                    v = b
                    break
                emit(v)
                v = pop() if path else None                 # type: ignore[assignment]
    return order


def _next_unseen(v: Value, rest: dict, seen: set) -> Value | None:
    """The next input of v, an operation of many inputs, that is not seen yet."""
    if v not in rest:
        if seen.issuperset(v._a):
            return None
        unseen = [u for u in v._a if u not in seen and type(u) is not float]
        if not unseen:
            return None
        rest[v] = iter(unseen)
    for u in rest[v]:
        if u not in seen:
            return u
    return None


def depends_on(order: Iterable[Value], sources: Iterable[Value]) -> set[Value]:
    """Those Values of a topological order that are among the sources or were computed from one of them."""
    reached = set(sources)
    for v in order:
        if any(u in reached for u in v.inputs):
            reached.add(v)
    return reached
