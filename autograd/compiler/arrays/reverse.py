"""Reverse mode over Arrays: the lecture's back propagation, array by array, from the last to the
first.

An Array's cotangent, dz for z, is the sum of what the Arrays that use it send. A row of the table
sends its cotangent times its partial, applied to Arrays; a structural operation sends what its
one rule says.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable

from autograd.compiler.arrays.array import Array, Operand, beside_its_output
from autograd.compiler.arrays.structure import Part, Structural, assembled, reduced


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
            stack += [
                (u, False) for u in reversed(x.inputs) if isinstance(u, Array) and u not in seen
            ]
    return order


def depends_on(order: Iterable[Array], sources: Iterable[Array]) -> set[Array]:
    """Those of a topological order that are among the sources or computed from one."""
    found = set(sources)
    for x in order:
        if any(u in found for u in x.inputs if isinstance(u, Array)):
            found.add(x)
    return found


def cotangents(
    order: list[Array], output: Array, seed: Operand, sources: list[Array]
) -> dict[Array, Operand]:
    """The cotangent of each Array between the output, whose own is `seed`, and the sources; the
    output's first.
    """
    found, left = sweep(order, {output: [Part(seed)]}, sources, order)
    for x in sources:
        if x in left:
            found[x] = assembled(left[x], x.shape, copied=True)
    return found


Sent = dict[Array, list[Part]]


def sweep(
    order: list[Array], sent: Sent, sources: Collection[Array], within: Collection[Array]
) -> tuple[dict[Array, Operand], Sent]:
    """The cotangent of each Array, the last first, and what is sent to the sources, in its parts.

    `order` is a topological order, `sent` what is sent to Arrays of it from elsewhere; only
    Arrays `within` send on. A cotangent may have fewer or shorter axes than its Array: then it
    broadcasts.
    """
    active = depends_on(order, sources)
    inner = set(within) - set(sources)
    sent = {y: parts for y, parts in sent.items() if y in active and parts}
    found: dict[Array, Operand] = {}
    for y in (y for y in reversed(order) if y in inner):
        parts = sent.pop(y, None)
        if parts is None:
            continue
        if isinstance(y.op, Structural) and y.op.many:
            sends = y.op.send(parts, active)
        else:
            found[y] = d = assembled(parts, y.shape)
            sends = [(x, back(i, y, d)) for i, x in enumerate(y.inputs) if x in active]
        note(sends, sent)
    return found, sent


def note(sends: Iterable[tuple[Array, Part | None]], sent: Sent) -> None:
    """Put what is sent to the rest."""
    for x, part in sends:
        if part is not None:
            sent.setdefault(x, []).append(part)


def back(i: int, y: Array, d: Operand) -> Part | None:
    """What y with cotangent d sends to its input i; None where it sends nothing."""
    if isinstance(y.op, Structural):
        part: Part | None = y.op.back(i, y, d)
        return part
    partial = y.op.partial(i, y, y.inputs)
    if partial is None:
        return None
    partial = beside_its_output(y, partial)
    return Part(reduced(d * partial, y.inputs[i].shape, y.shape, inside=isinstance(partial, Array)))
