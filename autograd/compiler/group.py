"""Second room: nodes that do the same become a block, which will be one array.

Nodes belong together when they have the same operation, number and kinds of arguments, and the same depth, so that none of
them needs another. Depth is the longest way from a leaf; a sum counts once however many terms it has.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograd import ops
from autograd.compiler.record import NODE, Tape
from autograd.ops import Operation


class Group(NamedTuple):
    """Nodes of one operation: ids (n,), and the ids of their arguments, (n, k)."""
    op: Operation
    ids: np.ndarray
    args: np.ndarray


def groups(tape: Tape) -> list[Group]:
    """The nodes of a tape as groups, in an order in which every argument comes before its use."""
    kinds = tape.kinds
    depth = [0] * len(kinds)
    found: dict[tuple, tuple[list[int], list[int]]] = {}
    for i, (op, args) in tape.nodes.items():
        deepest = max([depth[a] for a in args])
        depth[i] = deepest + 1
        if len(args) <= 2:
            key: tuple = (deepest, op, *[kinds[a] for a in args])
        elif op is ops.dot:
            n = len(args) // 2
            key = (deepest, op, n, _kind(args[:n], kinds), _kind(args[n:], kinds))
        else:
            key = (deepest, op, len(args), _kind(args, kinds))
        group = found.get(key)
        if group is None:
            group = found[key] = ([], [])
        group[0].append(i)
        group[1].extend(args)
    return [Group(tape.nodes[ids[0]].op, np.array(ids), np.array(args).reshape(len(ids), -1))
            for key, (ids, args) in sorted(found.items(), key=lambda item: item[0][0])]


def _kind(args: tuple[int, ...], kinds: list[int]) -> int:
    """The kind all the arguments have, or NODE for a mixture."""
    first = kinds[args[0]]
    if first != NODE:
        for a in args:
            if kinds[a] != first:
                return NODE
    return first
