"""Second room: nodes that do the same become a block, which will be one array.

Nodes belong together when they have the same operation, number and kinds of arguments, and the same depth, so that none of
them needs another. Depth has storeys and steps, like a house: a sum or a dot opens the storey above its highest argument, any
other operation goes one step up from it. So an operation more in one of many samples moves the steps after it only until
the next sum, where the samples meet again.
"""
from __future__ import annotations

from typing import NamedTuple

from autograd import ops
from autograd.compiler.record import NODE, Tape
from autograd.ops import Operation


class Group(NamedTuple):
    """Nodes of one operation: n ids, and for each the ids of its arguments; sums and dots may differ in their number."""
    op: Operation
    ids: list[int]
    args: list[tuple[int, ...]]


def levels(tape: Tape) -> list[int]:
    """The depth of each id, storey * height + step; 0 for what is no node."""
    depth = [0] * len(tape.kinds)
    height = len(tape.kinds) + 1                        # more than the steps there can be in a storey
    for i, (op, args) in tape.nodes.items():
        deepest = max([depth[a] for a in args])
        depth[i] = deepest + 1 if op is not ops.dot and op is not ops.sum else (deepest // height + 1) * height
    return depth


def groups(tape: Tape, depth: list[int]) -> list[Group]:
    """The nodes of a tape as groups, in an order in which every argument comes before its use; depth as `levels` gives it."""
    kinds = tape.kinds
    found: dict[tuple, Group] = {}
    for i, (op, args) in tape.nodes.items():
        if op is ops.dot:
            n = len(args) // 2
            key: tuple = (depth[i], op, _kind(args[:n], kinds), _kind(args[n:], kinds))
        elif op is ops.sum:
            kind = _kind(args, kinds)
            key = (depth[i], op, kind) if len(args) > 2 else (depth[i], op, *sorted({kinds[a] for a in args}))
        else:
            key = (depth[i], op, *[kinds[a] for a in args])
        group = found.get(key)
        if group is None:
            group = found[key] = Group(op, [], [])
        group.ids.append(i)
        group.args.append(args)
    return [group for _, group in sorted(found.items(), key=lambda item: item[0][0])]


def _kind(args: tuple[int, ...], kinds: list[int]) -> int:
    """The kind all the arguments have, or NODE for a mixture."""
    first = kinds[args[0]]
    if first != NODE:
        for a in args:
            if kinds[a] != first:
                return NODE
    return first
