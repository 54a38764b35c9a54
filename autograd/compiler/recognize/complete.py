"""Turns that look like no other: the last turns of a wave of which only the middle is observed, the
rows of a lattice of prices, each shorter than the one before, the first turns of a recurrence,
which begin with other things. They are turns of the loop beside them, or make one.
"""
from __future__ import annotations

from collections import deque

from autograd.compiler.recognize.group import Group
from autograd.compiler.recognize.lattice import with_lattice
from autograd.compiler.recognize.later import Completer, Items
from autograd.compiler.recognize.record import Tape
from autograd.compiler.recognize.repeat import Turns
from autograd.compiler.recognize.sooner import Beginner

MOST = 50_000  # nodes outside of loops; more would take long to look through
MANY = 60  # a lattice is a loop, which takes longer, only where there are so many groups


def completed(tape: Tape, items: Items, many: int = MANY) -> tuple[Tape, Items]:
    """Groups and loops, in which loops take in the turns after them that lack some nodes, and
    rows that become shorter are loops if there are so many groups; and the tape, which knows of
    these nodes.
    """
    if sum([len(item.ids) for item in items if isinstance(item, Group)]) > MOST:
        return tape, items
    tape = tape._replace(kinds=list(tape.kinds))
    if len(items) >= many and not any(isinstance(item, Turns) for item in items):
        items = with_lattice(tape, items)
    found: Items = []
    left = deque(items)
    while left:
        item = left.popleft()
        if isinstance(item, Turns):
            found, item, after = with_neighbours(tape, found, item, list(left))
            left = deque(after)
        found.append(item)
    return tape, found


def with_neighbours(
    tape: Tape, before: Items, loop: Turns, after: Items
) -> tuple[Items, Turns, Items]:
    """What is before a loop, the loop, and what is after it, with the turns at its ends in it."""
    longer = Completer(tape, after).after(loop) if after else None
    if longer is not None:
        ahead, loop, after = longer
        before = [*before, *ahead]
    sooner = Beginner(tape, before, loop).sooner() if before else None
    if sooner is not None:
        before, loop, behind = sooner
        after = [*behind, *after]
    return before, loop, after
