"""Reverse mode over Arrays: the lecture's back propagation, array by array, from the last to the first.

An Array's cotangent, dz for z, is the sum of what the Arrays that use it send. A row of the table sends its cotangent times
its partial, applied to Arrays; a structural operation sends what its one rule says.
"""
from __future__ import annotations

from collections.abc import Iterable

from autograd.compiler.array import Array, Operand
from autograd.compiler.structure import Part, Structural, assembled, reduced


def topological_order(outputs: Iterable[Operand]) -> list[Array]:
    """The Arrays that the outputs need, each once, inputs before what uses them."""
    order: list[Array] = []
    seen: set[Array] = set()
    stack = [(x, False) for x in reversed(list(outputs)) if isinstance(x, Array)]
    while stack:
        x, done = stack.pop()
        if done:
            order.append(x)
        elif x not in seen:
            seen.add(x)
            stack.append((x, True))
            stack += [(u, False) for u in reversed(x.inputs) if isinstance(u, Array) and u not in seen]
    return order


def depends_on(order: Iterable[Array], sources: Iterable[Array]) -> set[Array]:
    """Those of a topological order that are among the sources or computed from one."""
    found = set(sources)
    for x in order:
        if any(u in found for u in x.inputs if isinstance(u, Array)):
            found.add(x)
    return found


def cotangents(order: list[Array], output: Array, seed: Operand, sources: list[Array]) -> dict[Array, Operand]:
    """The cotangent of each Array between the output, whose own is `seed`, and the sources; the output's first.

    `order` is a topological order. A cotangent may have fewer or shorter axes than its Array: then it broadcasts.
    """
    active = depends_on(order, sources)
    sent: dict[Array, list[Part]] = {output: [Part(seed)]} if output in active else {}
    found: dict[Array, Operand] = {}
    for y in reversed(order):
        if y not in sent:
            continue
        found[y] = d = assembled(sent.pop(y), y.shape, copied=y in sources)
        for i, x in enumerate(y.inputs):
            if x in active:
                part = back(i, y, d)
                if part is not None:
                    sent.setdefault(x, []).append(part)
    return found


def back(i: int, y: Array, d: Operand) -> Part | None:
    """What y with cotangent d sends to its input i; None where it sends nothing."""
    if isinstance(y.op, Structural):
        return y.op.back(i, y, d)
    partial = y.op.partial(i, y, y.inputs)
    if partial is None:
        return None
    return Part(reduced(d * partial, y.inputs[i].shape, y.shape, inside=isinstance(partial, Array)))
