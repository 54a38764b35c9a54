"""Lattices: rows, each from the one before and shorter than it, as one loop. The nodes that a row
has less than the first are computed for nothing.
"""
from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Optional

import numpy as np

from autograd.compiler.recognize.group import Group, key
from autograd.compiler.recognize.later import (UNKNOWN, Completer, Items, Rows, Turn, Wire, Wires,
                                               is_closed, last_turn)
from autograd.compiler.recognize.record import Tape
from autograd.compiler.recognize.repeat import (FEWEST, LONGEST, OUTSIDE, TRIED, WEIGHTS, Turns,
                                                lines_of, own_weights, runs)
from autograd.operation import Operation

SEED = 3  # the turn of a lattice that is looked at first; what is before it, is how it starts
NEARLY = 0.8  # of two periods that cover nearly the same, the shorter one
SHORTER = 0.5  # worth it where at most so many of the groups are left


def with_lattice(tape: Tape, items: Items) -> Items:
    """Groups, with a loop where rows become shorter and shorter, if that is much shorter."""
    groups = [item for item in items if isinstance(item, Group)]
    candidates = shorter_and_shorter(tape, groups)
    most = max([covered for covered, _, _ in candidates], default=0)
    likely = [c for c in candidates if c[0] >= NEARLY * most]
    for _, period, start in sorted(likely, key=lambda c: c[1])[:TRIED]:
        found = lattice(tape, groups, period, start)
        if found is not None and lines_of(found) <= SHORTER * len(items):
            return found
    return items


def shorter_and_shorter(tape: Tape, groups: list[Group]) -> list[tuple[int, int, int]]:
    """Stretches of groups that repeat with fewer and fewer nodes: how many groups, the period and
    the start of each.
    """
    known: dict[object, int] = {}
    looks = np.array([
        known.setdefault((key(tape, (op, args[0])), len(args[0])), len(known))
        for op, _, args in groups
    ], np.intp)
    sizes = np.array([len(group.ids) for group in groups], np.intp)
    least, found = FEWEST + SEED + 1, []
    for period in range(1, min(LONGEST, len(groups) // least) + 1):
        alike = (looks[period:] == looks[:-period]) & (sizes[period:] <= sizes[:-period])
        for start, stop in zip(*runs(alike)):
            turns = int(stop - start) // period + 1
            if turns >= least and sizes[start] > sizes[stop + period - 1]:
                found.append((turns * period, period, int(start)))
    return found


def lattice(tape: Tape, groups: list[Group], period: int, start: int) -> Optional[Items]:
    """The groups, with a loop of turns of so many groups that become shorter; None where the
    turns are not wired alike.
    """
    turns = [groups[k : k + period] for k in range(start, start + (SEED + 2) * period, period)]
    wires, following = wires_between(turns[: SEED + 1]), wires_between(turns)
    if not all(alike(a, b) for its, then in zip(wires, following) for a, b in zip(its, then)):
        return None
    wires = [in_all_turns(its, then) for its, then in zip(wires, following)]
    return seeded(tape, groups, start + (SEED + 1) * period, turns[: SEED + 1], wires)


def wires_between(turns: list[list[Group]]) -> Wires:
    """Where the arguments of the last of some turns come from; those from outside with their id."""
    where: dict[int, Wire] = {}
    for lag, turn in enumerate(reversed(turns)):
        for g, group in enumerate(turn):
            for position, i in enumerate(group.ids):
                where.setdefault(i, Wire(lag, g, position))
    return [
        [[where.get(a) or Wire(OUTSIDE, OUTSIDE, a) for a in args] for args in group.args]
        for group in turns[-1]
    ]


def alike(row: list[Wire], other: list[Wire]) -> bool:
    """Whether the arguments of a node are wired in the same way in two turns."""
    return len(row) == len(other) and all(
        a.lag == b.lag == OUTSIDE or a == b for a, b in zip(row, other)
    )


def in_all_turns(its: list[list[Wire]], then: list[list[Wire]]) -> list[list[Wire]]:
    """The wires of a group, those of the turn after it also known: what differs is UNKNOWN."""
    found = [
        [a if a == b else Wire(OUTSIDE, OUTSIDE, UNKNOWN) for a, b in zip(row, other)]
        for row, other in zip(its, then)
    ]
    for row in its[len(then) :]:  # nodes that the turn after lacks are as the last one it has
        found.append([
            b if b.position == UNKNOWN and a.lag == OUTSIDE else a for a, b in zip(row, found[-1])
        ])
    return found


def seeded(
    tape: Tape, groups: list[Group], first: int, turns: list[list[Group]], wires: Wires
) -> Optional[Items]:
    """The groups, with a loop whose first turn begins at group `first`. It is wired like the last
    of `turns`, the turn before it, whose nodes are as many; what the longer turn before that one
    had more, it takes from the end.
    """
    wires = within(wires)
    finder = Completer(tape, list(groups[first:]))
    operations = [group.op for group in turns[-1]]
    before = [list(chain.from_iterable(group.args)) for group in turns[-1]]
    history = [[group.ids for group in turn] for turn in turns]
    new, rows_of_new = finder.go_on(operations, wires, history, before)
    if len(new) < FEWEST:
        return None
    loop = as_loop(operations, wires, new, rows_of_new)
    if not is_closed(loop) or own_weights(tape, loop.args, loop.lags) > WEIGHTS:
        return None
    found = finder.split(loop, rows_of_new)
    return None if found is None else [*groups[:first], *found[0], found[1], *found[2]]


def as_loop(
    operations: Sequence[Operation], wires: Wires, turns: list[Turn], rows: list[Rows]
) -> Turns:
    """Turns that are wired alike, as a loop."""
    places = [np.array(list(chain.from_iterable(rows))) for rows in wires]
    lengths = [list(map(len, rows)) for rows in wires]
    return Turns(
        last_turn(operations, turns[-1], rows[-1], lengths),
        [np.array(its) for its in zip(*turns)],
        [np.array(its) for its in zip(*rows)],
        [its[:, 0] for its in places],
        *([np.where(its[:, 0] == OUTSIDE, 0, its[:, k]) for its in places] for k in (1, 2)),
    )


def within(wires: Wires) -> Wires:
    """Wires that lead to nodes of a turn that is as long as they are many."""
    widths = [len(rows) for rows in wires]
    return [[[wire.within(widths) for wire in row] for row in rows] for rows in wires]
