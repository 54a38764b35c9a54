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

from typing import Any, NamedTuple

import numpy as np

from autograd import ops
from autograd.compiler.recognize.record import CONSTANT, NODE, Tape
from autograd.ops import Operation


Key = tuple[Any, ...]
ZERO = -1  # a kind of its own


class Group(NamedTuple):
    """Nodes of one operation: n ids, and for each the ids of its arguments; sums and dots may
    differ in their number.
    """

    op: Operation
    ids: list[int]
    args: list[tuple[int, ...]]


def levels(
    tape: Tape, first: list[int] | None = None, keys: list[int] | None = None
) -> list[int]:
    """The depth of each id, storey * height + step; 0 for what is not a node.

    `first` and `keys` as `earliest` and `keys_of` give them, where they are known.
    """
    first, keys = first or earliest(tape), keys or keys_of(tape)
    last = latest(tape, first)
    ids, kinds = np.fromiter(tape.nodes, np.intp, len(tape.nodes)), np.array(keys)
    lowest, highest = np.array(first)[ids], np.array(last)[ids]
    may_rise = np.zeros(len(ids), bool)  # by key: what no node of has a choice, stays
    may_rise[kinds[lowest < highest]] = True
    some = may_rise[kinds]
    if not some.any():
        return first
    early, late = (how_many_alike(kinds[some], depth[some]) for depth in (lowest, highest))
    if not (late > early).any():
        return first
    some[some] = late > early
    return raised(tape, first, dict(zip(ids[some].tolist(), highest[some].tolist())))


def how_many_alike(keys: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """For each node how many of the same key have the same depth."""
    both = keys * (int(depth.max(initial=0)) + 1) + depth
    _, which, counts = np.unique(both, return_inverse=True, return_counts=True)
    return counts[which]


def height_of(tape: Tape) -> int:
    """More than the steps there can be in a storey."""
    return len(tape.kinds) + 1


def earliest(tape: Tape) -> list[int]:
    """The lowest depth each id can have, just above its highest argument."""
    height, depth = height_of(tape), [0] * len(tape.kinds)
    of = depth.__getitem__
    for i, (op, args) in tape.nodes.items():
        if len(args) == 1:
            deepest = depth[args[0]]
        elif len(args) == 2:
            a, b = depth[args[0]], depth[args[1]]
            deepest = a if a > b else b
        else:
            deepest = max(map(of, args))
        is_sum = op is ops.dot or op is ops.sum
        depth[i] = (deepest // height + 1) * height if is_sum else deepest + 1
    return depth


def raised(tape: Tape, first: list[int], higher: dict[int, int]) -> list[int]:
    """The depth of each id, where some are as high as `higher` says, and others where `first` has
    them, or just above what was raised.
    """
    height, depth, moved = height_of(tape), list(first), set(higher)
    for i, (op, args) in tape.nodes.items():
        if i in higher:
            depth[i] = higher[i]
        elif not moved.isdisjoint(args):
            deepest, is_sum = max([depth[a] for a in args]), op is ops.dot or op is ops.sum
            depth[i] = (deepest // height + 1) * height if is_sum else deepest + 1
            moved.add(i)
    return depth


def latest(tape: Tape, first: list[int]) -> list[int]:
    """The highest depth each id can have, so that all that uses it can be above it."""
    height = height_of(tape)
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


def groups(tape: Tape, depth: list[int], keys: list[int] | None = None) -> list[Group]:
    """The nodes of a tape as groups, in an order in which every argument comes before its use;
    depth as `levels` gives it.
    """
    found: dict[tuple[int, int], Group] = {}
    for (i, (op, args)), its in zip(tape.nodes.items(), keys or keys_of(tape)):
        where = depth[i], its
        group = found.get(where)
        if group is None:
            group = found[where] = Group(op, [], [])
        group.ids.append(i)
        group.args.append(args)
    return [group for _, group in sorted(found.items(), key=lambda item: item[0][0])]


def keys_of(tape: Tape) -> list[int]:
    """A number for each node: those of one key have the same."""
    known: dict[Key, int] = {}
    by_kinds: dict[Key, int] = {}  # those whose arguments are of the same kinds have one key
    kinds = list(tape.kinds)
    kinds[tape.zero] = ZERO
    kind_of, numbers = kinds.__getitem__, []
    for op, args in tape.nodes.values():
        if len(args) == 2:
            look: Key = (op, kinds[args[0]], kinds[args[1]])
        else:
            look = (op, *map(kind_of, args))
        number = by_kinds.get(look)
        if number is None:
            number = known.setdefault(key(tape, (op, args)), len(known))
            by_kinds[look] = number
        numbers.append(number)
    return numbers


def key(tape: Tape, node: tuple[Operation, tuple[int, ...]]) -> Key:
    """What nodes of one group have in common: the operation and the kinds of its arguments."""
    kinds, (op, args) = tape.kinds, node
    each = list(map(kinds.__getitem__, args))
    if op is ops.dot:
        return key_of_dot(each)
    if op is ops.sum:
        return key_of_sum(each)
    if op.arity is None and op is not ops.select:
        return op, common(each)
    if op is ops.sub and tape.zero in args:  # as if both were what one of them is
        return op, *[kinds[a] if a != tape.zero else kinds[b] for a, b in (args, args[::-1])]
    return (op, *each)


def key_of_dot(each: list[int]) -> Key:
    """The key of a dot of factors of these kinds."""
    n = len(each) // 2
    if n == 2 and CONSTANT in each[:n]:  # as if both were what one of them is
        each[:n] = [max(each[:n], key=lambda kind: kind != CONSTANT)] * n
    return ops.dot, common(each[:n]), common(each[n:])


def key_of_sum(each: list[int]) -> Key:
    """The key of a sum of terms of these kinds."""
    if len(each) > 2:
        return ops.sum, common(each)
    if CONSTANT in each:  # a number at the end of a row is as the others
        each = [kind for kind in each if kind != CONSTANT] or each
    return ops.sum, *sorted(set(each))


def common(kinds: list[int]) -> int:
    """The kind that all are, or NODE for a mixture."""
    return kinds[0] if kinds.count(kinds[0]) == len(kinds) else NODE
