"""Second room: nodes that do the same become a group, which will be one array.

Nodes belong together when they have the same operation, number and kinds of arguments, and the
same depth, so that none of them needs another. Depth has storeys and steps, like a house: a sum
or a dot opens the storey above its highest argument, any other operation goes one step up from
it. So an operation more in one of many samples moves the steps after it only until the next sum,
where the samples meet again.

A node may stand anywhere from its earliest depth, just above its arguments, to its latest, just
below what uses it. It goes where most of its like are: the outputs of a recurrent network to the
loss they go into, all at once, whatever their turn.
"""
from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from autograd import ops
from autograd.compiler.record import NODE, Tape
from autograd.ops import Operation


class Group(NamedTuple):
    """Nodes of one operation: n ids, and for each the ids of its arguments; sums and dots may
    differ in their number.
    """

    op: Operation
    ids: list[int]
    args: list[tuple[int, ...]]


def levels(tape: Tape) -> list[int]:
    """The depth of each id, storey * height + step; 0 for what is no node."""
    height = len(tape.kinds) + 1  # more than the steps there can be in a storey
    first = earliest(tape, height)
    last = latest(tape, height, first)
    keys = {i: key(tape, node) for i, node in tape.nodes.items()}
    early = Counter((keys[i], first[i]) for i in tape.nodes)
    late = Counter((keys[i], last[i]) for i in tape.nodes)
    depth = [0] * len(tape.kinds)
    for i, (op, args) in tape.nodes.items():
        if late[keys[i], last[i]] > early[keys[i], first[i]]:
            depth[i] = last[i]
        else:
            depth[i] = above(op, max([depth[a] for a in args]), height)
    return depth


def above(op: Operation, deepest: int, height: int) -> int:
    """The depth of an operation just above its highest argument."""
    return (deepest // height + 1) * height if op is ops.dot or op is ops.sum else deepest + 1


def earliest(tape: Tape, height: int) -> list[int]:
    """The lowest depth each id can have."""
    depth = [0] * len(tape.kinds)
    for i, (op, args) in tape.nodes.items():
        depth[i] = above(op, max([depth[a] for a in args]), height)
    return depth


def latest(tape: Tape, height: int, first: list[int]) -> list[int]:
    """The highest depth each id can have, so that all that uses it can be above it."""
    highest = (max(first, default=0) // height + 1) * height - 1
    depth = [highest] * len(tape.kinds)
    for i in tape.outputs:
        depth[i] = first[i] if len(tape.outputs) == 1 else highest
    for i, (op, args) in reversed(tape.nodes.items()):
        if op is ops.dot or op is ops.sum:
            depth[i] = depth[i] // height * height
        below = depth[i] - 1
        for a in args:
            if depth[a] > below:
                depth[a] = below
    return depth


def groups(tape: Tape, depth: list[int]) -> list[Group]:
    """The nodes of a tape as groups, in an order in which every argument comes before its use;
    depth as `levels` gives it.
    """
    found: dict[tuple[int, Any], Group] = {}
    for i, node in tape.nodes.items():
        where = depth[i], key(tape, node)
        group = found.get(where)
        if group is None:
            group = found[where] = Group(node[0], [], [])
        group.ids.append(i)
        group.args.append(node[1])
    return [group for _, group in sorted(found.items(), key=lambda item: item[0][0])]


def key(tape: Tape, node: tuple[Operation, tuple[int, ...]]) -> tuple[Any, ...]:
    """What nodes of one group have in common: the operation and the kinds of its arguments."""
    kinds, (op, args) = tape.kinds, node
    if op is ops.dot:
        n = len(args) // 2
        return op, _kind(args[:n], kinds), _kind(args[n:], kinds)
    if op is ops.sum:
        return (
            (op, _kind(args, kinds)) if len(args) > 2 else (op, *sorted({kinds[a] for a in args}))
        )
    return (op, *[kinds[a] for a in args])


def _kind(args: tuple[int, ...], kinds: list[int]) -> int:
    """The kind all the arguments have, or NODE for a mixture."""
    first = kinds[args[0]]
    if first != NODE:
        for a in args:
            if kinds[a] != first:
                return NODE
    return first
