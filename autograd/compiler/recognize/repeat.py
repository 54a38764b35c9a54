"""Repetition in time: groups that come again and again, each turn wired to the one before as the
last one was.

A stretch of groups is a loop when it consists of turns of as many groups each, and every argument
of a group is, in all turns,

    the same node of the same turn, the same node of a turn before, as many turns before (what it
    is in the first turns, is how the loop starts), or something from outside: always the same, or
    another in each turn.

The turns are compared argument by argument, so nothing is a loop that only looks like one.
Legend: T turns of p groups; the position of a node is its place in its group; a wire says where
an argument comes from, OUTSIDE or (lag, group, position).
"""
from __future__ import annotations

from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple, Union

import numpy as np

from autograd import ops
from autograd.compiler.recognize.group import Group, keys_of
from autograd.compiler.recognize.record import PARAMETER, Tape

FEWEST = 6  # turns of a loop
LONGEST = 60  # groups in a turn
SHARE = 20  # a loop is worth looking for if it has so large a part of all groups
TRIED, SHIFTS = 4, 12  # repetitions that are looked at, and groups at which a turn of one may begin
WEIGHTS = 4  # parameters that differ from turn to turn; with more they are layers, not time,
LAYERS, WIDE = 36, 4  # but so many groups, of so many nodes, would be too many lines
OUTSIDE = -1


class Turns(NamedTuple):
    """A loop: the groups of each turn, and where the arguments of each come from."""

    turns: list[list[Group]]
    ids: list[np.ndarray]  # (T, n) for each group: its nodes
    args: list[np.ndarray]  # (T, number of arguments) for each group: their ids, row after row
    lags: list[np.ndarray]  # for each argument of the last turn: how many turns before, or OUTSIDE
    group: list[np.ndarray]  # and of which group of a turn
    position: list[np.ndarray]  # and at which position in it


def with_loops(tape: Tape, groups: list[Group], most: int = LONGEST) -> list[Union[Group, Turns]]:
    """The groups in their order, with loops instead of the groups that are turns of one, of
    `most` groups each.
    """
    found: list[Union[Group, Turns]] = []
    rest, looks = groups, looks_of(tape, groups)
    while rest:
        place = longest(tape, rest, looks[len(groups) - len(rest) :], most)
        if place is None:
            break
        start, loop = place
        if len(loop.turns) * len(loop.ids) < len(groups) // SHARE:
            break  # what is left would be many small loops
        found += [*rest[:start], loop]
        rest = rest[start + len(loop.turns) * len(loop.ids) :]
    return [*found, *rest]


def longest(
    tape: Tape, groups: list[Group], looks: np.ndarray, most: int
) -> tuple[int, Turns] | None:
    """The loop that covers most of the groups, and where it starts; None where there is none."""
    candidates = []
    for period in range(1, min(most, len(groups) // FEWEST) + 1):
        starts, stops = runs(looks[period:] == looks[:-period])
        covered = (stops - starts) // period * period + period
        for k in np.flatnonzero(covered >= FEWEST * period):
            candidates.append((int(covered[k]), period, int(starts[k]), int(stops[k]) + period))
    candidates.sort(key=lambda c: (-c[0], c[1]))
    for _, period, start, stop in candidates[:TRIED]:
        loops: list[tuple[int, Turns]] = []
        stretch = Stretch(groups[start:stop], period)
        for tried, shift in enumerate(range(0, period, -(-period // SHIFTS))):
            count = (stop - start - shift) // period
            loop = wired(tape, stretch, shift, count) if count >= FEWEST else None
            loops += [] if loop is None else [(start + loop[0], loop[1])]
            if tried == 2 and not loops:
                break
        if loops:  # of those that begin at another group, the one with least to keep
            return min(
                loops, key=lambda loop: (*stacks_of(tape, groups, *loop), -len(loop[1].turns))
            )
    return None


def stacks_of(tape: Tape, groups: list[Group], start: int, loop: Turns) -> tuple[int, int]:
    """How many groups of a turn are used by turns after it or after the loop, and how far they are
    from its end.
    """
    stop = start + len(loop.turns) * len(loop.ids)
    later = {a for group in groups[stop:] for args in group.args for a in args} | set(tape.outputs)
    carried = {int(g) for lags, of in zip(loop.lags, loop.group) for g in of[lags > 0]}
    kept = [
        g
        for g, ids in enumerate(loop.ids)
        if g in carried or not later.isdisjoint(ids.ravel().tolist())
    ]
    return len(kept), sum(len(loop.ids) - g for g in kept)


def looks_of(tape: Tape, groups: list[Group]) -> np.ndarray:
    """A number for each group; groups of the same operation, kinds and sizes have the same."""
    known: dict[Any, int] = {}
    key_of = dict(zip(tape.nodes, keys_of(tape)))
    return np.array([
        known.setdefault((key_of[ids[0]], sizes_of(args)), len(known)) for _, ids, args in groups
    ])


def sizes_of(args: list[tuple[int, ...]]) -> int | tuple[int, ...]:
    """The number of arguments of each node of a group, or of the only one."""
    return len(args[0]) if len(args) == 1 else tuple(map(len, args))


def runs(same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the stretches in which all is True start and stop."""
    padded = np.zeros(len(same) + 2, dtype=bool)
    padded[1:-1] = same
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return edges[::2], edges[1::2]


class Stretch:
    """Groups that look as those a period before them do: their ids and arguments in tables."""

    def __init__(self, groups: list[Group], period: int) -> None:
        self.groups, self.period = groups, period
        self.ids = np.fromiter(chain.from_iterable(map(attrgetter("ids"), groups)), np.intp)
        rows = chain.from_iterable(map(attrgetter("args"), groups))
        self.args = np.fromiter(chain.from_iterable(rows), np.intp)

    def ids_of(self, shift: int, count: int) -> list[np.ndarray]:
        """The nodes of each group of a turn, (turns, n), of turns that begin at group `shift`."""
        sizes = [len(group.ids) for group in self.groups[: self.period]]
        return in_turns(self.ids, sizes, shift, count)

    def args_of(self, shift: int, count: int) -> list[np.ndarray]:
        """The arguments of all nodes of each group of a turn, (turns, number), in the same way."""
        sizes = [sum(map(len, group.args)) for group in self.groups[: self.period]]
        return in_turns(self.args, sizes, shift, count)


def in_turns(flat: np.ndarray, sizes: list[int], shift: int, count: int) -> list[np.ndarray]:
    """A flat array as a table for each group of a turn, with a row for each turn, of turns that
    begin at group `shift`; of what each group has is its size.
    """
    begin, width = sum(sizes[:shift]), sum(sizes)
    rows = flat[begin : begin + count * width].reshape(count, width)
    return np.split(rows, np.cumsum(sizes[shift:] + sizes[:shift])[:-1], axis=1)


def wired(tape: Tape, stretch: Stretch, shift: int, count: int) -> tuple[int, Turns] | None:
    """The longest loop among some turns, the first at group `shift`, if it is long enough, and the
    group where it starts.
    """
    ids, args = stretch.ids_of(shift, count), stretch.args_of(shift, count)
    wires = all_wires(len(tape.kinds), ids, args)
    found = longest_alike(wires)
    if found is None:
        return None
    first, last = found
    lags = lags_of(wires, first, last)
    if not any((lag > 0).any() for lag in lags):
        return None
    ids, args = ([a[first : last + 1] for a in its] for its in (ids, args))
    period = stretch.period
    if not are_layers(ids) and own_weights(tape, args, lags) > WEIGHTS:
        return None
    begins = range(shift + first * period, shift + (last + 1) * period, period)
    return begins[0], Turns(
        [stretch.groups[b : b + period] for b in begins],
        ids, args, lags, [w[last, :, 1] for w in wires], [w[last, :, 2] for w in wires],
    )


def is_running_sum(loop: Turns) -> bool:
    """Whether a turn does nothing but add one number to the sum of those before."""
    (op, ids, args), (lags,) = loop.turns[-1][0], loop.lags[:1]
    alone = len(loop.ids) == len(ids) == 1 and op is ops.sum and len(args[0]) == 2
    return alone and sorted(lags.tolist()) == [OUTSIDE, 1]


def all_wires(size: int, ids: list[np.ndarray], args: list[np.ndarray]) -> list[np.ndarray]:
    """How each argument of the groups of a turn is wired in each turn; see `wires_of`."""
    period = len(args)
    group_of = np.full(size, OUTSIDE)
    position_of = np.zeros(size, dtype=np.intp)
    for j, same in enumerate(ids):
        group_of[same] = j + period * np.arange(len(same))[:, None]
        position_of[same] = np.arange(same.shape[1])
    return [wires_of(a, group_of, position_of, period) for a in args]


def longest_alike(wires: list[np.ndarray]) -> tuple[int, int] | None:
    """The first and the last of the most turns that are wired in the same way; None for few."""
    alike = np.all([np.all(w[1:] == w[:-1], axis=(1, 2)) for w in wires], axis=0)
    starts, stops = runs(alike)
    if not len(starts):
        return None
    which = int(np.argmax(stops - starts))
    first, last = int(starts[which]), int(stops[which])
    lowest = 0
    while first > lowest:
        lowest = max(lowest, earliest_start(wires, first - 1, last))
        first -= first > lowest
    return (first, last) if last + 1 - first >= FEWEST else None


def lags_of(wires: list[np.ndarray], first: int, last: int) -> list[np.ndarray]:
    """How many turns back each argument of the last turn is; OUTSIDE where before the first."""
    return [np.where(w[last, :, 0] > last - first, OUTSIDE, w[last, :, 0]) for w in wires]


def are_layers(ids: list[np.ndarray]) -> bool:
    """Whether turns of these nodes are layers of arrays, so many that they are better a loop."""
    each = [group.shape[1] for group in ids]
    return len(ids[0]) * len(ids) >= LAYERS and sum(each) >= WIDE * len(each)


def own_weights(tape: Tape, args: list[np.ndarray], lags: list[np.ndarray]) -> int:
    """How many arguments of a turn are parameters, others in each turn."""
    outside = [a[:, (a != a[0]).any(axis=0) & (lag == OUTSIDE)] for a, lag in zip(args, lags)]
    kinds = np.array(tape.kinds) if any(a.size for a in outside) else np.zeros(1)
    return sum([int((kinds[a] == PARAMETER).any(axis=0).sum()) for a in outside])


def wires_of(
    args: np.ndarray, group_of: np.ndarray, position_of: np.ndarray, period: int
) -> np.ndarray:
    """For each turn and argument its lag, group and position, (T, number, 3); the lag is OUTSIDE
    where it is from outside.
    """
    g = group_of[args]
    lag = np.where(g == OUTSIDE, OUTSIDE, np.arange(len(args))[:, None] - g // period)
    inside = lag != OUTSIDE
    return np.stack(
        (lag, np.where(inside, g % period, 0), np.where(inside, position_of[args], 0)), axis=2
    )


def earliest_start(wires: list[np.ndarray], t: int, last: int) -> int:
    """The first turn at which a loop can start that has turn `t` and whose last turn is `last`;
    t + 1 where turn t cannot be in it. What differs in turn t must come from before the start.
    """
    found = 0
    for w in wires:
        differs = (w[t] != w[last]).any(axis=1)
        if differs.any():
            inside = (w[t, differs, 0] != OUTSIDE).any()
            found = max(found, t + 1 - (0 if inside else int(w[last, differs, 0].min())))
    return min(found, t + 1)
