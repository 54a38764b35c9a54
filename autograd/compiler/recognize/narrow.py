"""A recurrence of single numbers in a tape that has more than that: what many of its turns use, as
1 - p, or what is made of the data of each, stands before it, and what comes of some of its turns,
as the errors of those that are observed, stands after it, both as arrays. So the turns are alike.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Union

from autograd.compiler.recognize.group import Group, earliest, groups
from autograd.compiler.recognize.record import Tape
from autograd.compiler.recognize.repeat import LineOfNodes, Turns, with_loops

STEPS = 8  # what is at most so many steps from the beginning or the end, is before or after turns


def narrow_loops(tape: Tape, most: int) -> list[Union[Group, Turns]]:
    """Loops over single numbers, with turns of at most so many nodes, between what is before and
    after them.
    """
    depth, height = depths(tape), heights(tape)
    early, late, turns = list[int](), list[int](), list[int]()
    for i in tape.nodes:
        if depth[i] <= STEPS:
            early.append(i)
        else:
            (late if height[i] <= STEPS else turns).append(i)
    if not turns:
        return [*grouped(tape, list(tape.nodes))]
    line = LineOfNodes(tape, in_order(tape, turns, depth))
    return [*grouped(tape, early), *with_loops(tape, line, most), *grouped(tape, late)]


def grouped(tape: Tape, nodes: list[int]) -> list[Group]:
    """Some nodes of a tape as groups."""
    some = tape._replace(nodes={i: tape.nodes[i] for i in nodes})
    return groups(some, earliest(some))


def in_order(tape: Tape, nodes: list[int], depth: Sequence[int]) -> list[int]:
    """Nodes by their depth, those of the same depth always in the same order: so each turn has one
    order, whatever else is between its nodes.
    """
    known: dict[Any, int] = {}

    def place(i: int) -> tuple[Any, ...]:
        op, args = tape.nodes[i]
        before = [min(depth[i] - depth[a], STEPS) for a in args]
        return depth[i], known.setdefault(op, len(known)), len(args), before
    return sorted(nodes, key=place)


def depths(tape: Tape) -> list[int]:
    """For each id how many steps it is from the beginning, by the longest way."""
    depth = [0] * len(tape.kinds)
    for i, (_, args) in tape.nodes.items():
        depth[i] = 1 + max(depth[a] for a in args)
    return depth


def heights(tape: Tape) -> list[int]:
    """For each id how many steps it is from the end, by the longest way."""
    height = [0] * len(tape.kinds)
    for i, (_, args) in reversed(tape.nodes.items()):
        above = height[i] + 1
        for a in args:
            if height[a] < above:
                height[a] = above
    return height
