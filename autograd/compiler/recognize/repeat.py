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

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any, NamedTuple, TypeVar, Union

import numpy as np

from autograd import ops
from autograd.compiler.recognize.align import aligned, lengths_of
from autograd.compiler.recognize.group import Group, key, keys_of
from autograd.compiler.recognize.record import CONSTANT, PARAMETER, Tape

FEWEST = 6  # turns of a loop
LONGEST = 60  # groups in a turn
SHARE = 20  # a loop is worth looking for if it has so large a part of all groups
TRIED, SHIFTS = 4, 12  # repetitions that are looked at, and groups at which a turn of one may begin
WEIGHTS = 4  # parameters that differ from turn to turn; with more they are layers, not time,
LAYERS, WIDE = 36, 4  # but so many groups, of so many nodes, would be too many lines
ALTERNATING = (2, 3, 4)  # turns after which weights may come again
OUTSIDE = -1
T = TypeVar("T")
Tables = list[np.ndarray]  # one for each group of a turn, a row for each turn


class Turns(NamedTuple):
    """A loop: the groups of its last turn, and where the arguments of each come from."""

    last: list[Group]
    ids: list[np.ndarray]  # (T, n) for each group: its nodes
    args: list[np.ndarray]  # (T, number of arguments) for each group: their ids, row after row
    lags: list[np.ndarray]  # for each argument of the last turn: how many turns before, or OUTSIDE
    group: list[np.ndarray]  # and of which group of a turn
    position: list[np.ndarray]  # and at which position in it

    @property
    def length(self) -> int:
        """How many turns there are."""
        return len(self.ids[0])

    def in_all(self, g: int) -> Group:
        """Group g of a turn with its nodes of all turns."""
        return self.in_turns(g, slice(None))

    def groups(self) -> Iterator[Group]:
        """The groups of all turns, one after the other."""
        for t in range(self.length):
            for g in range(len(self.last)):
                yield self.in_turns(g, slice(t, t + 1))

    def in_turns(self, g: int, turns: slice) -> Group:
        """Group g of a turn with its nodes of some turns."""
        ids, flat = self.ids[g][turns], self.args[g][turns]
        ends = np.cumsum([len(row) for row in self.last[g].args])
        rows = [list(map(tuple, some.tolist())) for some in np.split(flat, ends[:-1], axis=1)]
        return Group(self.last[g].op, ids.ravel().tolist(), [*chain.from_iterable(zip(*rows))])


class Line:
    """Groups one after the other, and how each looks: those of the same operation, kinds and sizes
    have the same number.
    """

    def __init__(self, tape: Tape, groups: Sequence[Group]) -> None:
        known: dict[Any, int] = {}
        self.group: Callable[[int], Group] = groups.__getitem__
        self.count = len(groups)
        looks = [(key(tape, (op, args[0])), sizes_of(args)) for op, _, args in groups]
        self.looks = np.array([known.setdefault(look, len(known)) for look in looks], np.int32)

    @cached_property
    def ids(self) -> Flat:
        """The ids of all groups."""
        return flat_of([self.group(k).ids for k in range(self.count)])

    @cached_property
    def args(self) -> Flat:
        """The arguments of all groups."""
        groups = map(self.group, range(self.count))
        return flat_of([list(chain.from_iterable(group.args)) for group in groups])


class LineOfNodes(Line):
    """The nodes of a tape, each a group of its own; or some of them, and then two of the same
    operation look alike, whatever their arguments are.
    """

    def __init__(self, tape: Tape, nodes: list[int] | None = None) -> None:
        some = list(tape.nodes) if nodes is None else nodes
        self.count = len(some)
        self.args = flat_of([tape.nodes[i][1] for i in some])
        self.ids = Flat(np.array(some, np.intp), np.arange(self.count + 1))
        self.group = lambda k: group_of_one(tape, int(self.ids.all[k]))
        lengths = np.diff(self.args.begins)
        looks = keys_of(tape) if nodes is None else operations_of(tape, nodes)
        both = np.array(looks) * (int(lengths.max()) + 1) + lengths
        self.looks = both.astype(np.int32) if both.max(initial=0) < 2**31 else both


def operations_of(tape: Tape, nodes: list[int]) -> list[int]:
    """A number for the operation of each node."""
    known: dict[Any, int] = {}
    return [known.setdefault(tape.nodes[i][0], len(known)) for i in nodes]


class Flat(NamedTuple):
    """Numbers of groups, one after the other, and where those of each group begin."""

    all: np.ndarray
    begins: np.ndarray

    def tables(self, start: int, period: int, count: int) -> Tables:
        """A table for each group of a turn, with a row for each of so many turns, of as many groups
        as a period has; the first one begins at group `start`.
        """
        edges = self.begins[start : start + period + 1] - self.begins[start]
        begin, width = self.begins[start], edges[-1]
        rows = self.all[begin : begin + count * width].reshape(count, width)
        return np.split(rows, edges[1:-1], axis=1)


def flat_of(numbers: Sequence[Sequence[int]]) -> Flat:
    """The numbers of each group as a Flat."""
    begins = np.zeros(len(numbers) + 1, np.intp)
    np.fromiter(map(len, numbers), np.intp, len(numbers)).cumsum(out=begins[1:])
    return Flat(np.fromiter(chain.from_iterable(numbers), np.intp, int(begins[-1])), begins)


def group_of_one(tape: Tape, i: int) -> Group:
    """A node as a group."""
    op, args = tape.nodes[i]
    return Group(op, [i], [args])


def sizes_of(args: list[tuple[int, ...]]) -> int | tuple[int, ...]:
    """The number of arguments of each node of a group, or of the only one."""
    return len(args[0]) if len(args) == 1 else tuple(map(len, args))


def with_loops(tape: Tape, line: Line, most: int = LONGEST) -> list[Union[Group, Turns]]:
    """The groups of a line in their order, with loops instead of the groups that are turns of one,
    of `most` groups each.
    """
    found: list[Union[Group, Turns]] = []
    done = 0
    while done < line.count:
        place = longest(tape, line, done, most)
        if place is None:
            break
        start, loop = place
        if loop.length * len(loop.ids) < line.count // SHARE:
            break  # what is left would be many small loops
        found += [*map(line.group, range(done, start)), loop]
        done = start + loop.length * len(loop.ids)
    return [*found, *map(line.group, range(done, line.count))]


def longest(tape: Tape, line: Line, begin: int, most: int) -> tuple[int, Turns] | None:
    """The loop that covers most of the groups from `begin` on, and where it starts; None where
    there is none.
    """
    for _, period, start, stop in islice(repetitions(line.looks[begin:], most), TRIED):
        found = shortest_turns(tape, line, (begin + start, begin + stop), period)
        again = 1 if found is None else alternation(tape, found[1])
        if 1 < again <= most // period:
            longer = shortest_turns(tape, line, (begin + start, begin + stop), again * period)
            found = longer or found
        if found:
            return found
    return None


def shortest_turns(
    tape: Tape, line: Line, stretch: tuple[int, int], period: int
) -> tuple[int, Turns] | None:
    """The loop in a stretch of groups whose turns have so many, and where it starts: of those that
    begin at another group, the one with least to keep; None where there is none.
    """
    loops: list[tuple[int, Turns]] = []
    start, stop = stretch
    for tried, shift in enumerate(range(0, period, -(-period // SHIFTS))):
        count = (stop - start - shift) // period
        if count >= FEWEST:
            loops += wired(tape, line, start + shift, period, count)
        if tried == 2 and not loops:
            break
    if len(loops) < 2:
        return loops[0] if loops else None
    return min(loops, key=lambda loop: (*stacks_of(tape, line, *loop), -loop[1].length))


def alternation(tape: Tape, loop: Turns) -> int:
    """After how many turns what comes from outside is the same again, such as a matrix and its
    transpose by turns; 1 where it is nothing but numbers, or never the same.
    """
    kinds, outside = np.array(tape.kinds), []
    for args, lags in zip(loop.args, loop.lags):
        changing = args[:, (args != args[0]).any(axis=0) & (lags == OUTSIDE)]
        outside.append(changing[:, (kinds[changing] != CONSTANT).any(axis=0)])
    every = np.hstack(outside)
    return next((k for k in ALTERNATING if every.size and (every[k:] == every[:-k]).all()), 1)


def repetitions(looks: np.ndarray, most: int) -> Iterator[tuple[int, int, int, int]]:
    """Stretches in which looks come again after a period of at most so many: how much each covers
    in whole turns, the period, where it starts and stops; those that cover most come first.
    """
    others, is_longest = [], False
    for period in range(1, min(most, len(looks) // FEWEST) + 1):
        starts, stops = runs(looks[period:] == looks[:-period])
        covered = (stops - starts) // period * period + period
        for k in np.flatnonzero(covered >= FEWEST * period):
            found = int(covered[k]), period, int(starts[k]), int(stops[k]) + period
            # two that share a period of each have a shorter one (Fine and Wilf): of what overlaps
            # with this one by more, only multiples of its period can come, which cover no more
            if not is_longest and 2 * found[0] > len(looks) + period + most:
                is_longest = True
                yield found
            else:
                others.append(found)
    yield from sorted(others, key=lambda c: (-c[0], c[1]))


def stacks_of(tape: Tape, line: Line, start: int, loop: Turns) -> tuple[int, int]:
    """How many groups of a turn are used by turns after it or after the loop, and how far they are
    from its end.
    """
    stop = start + loop.length * len(loop.ids)
    later = np.zeros(len(tape.kinds), bool)
    later[line.args.all[line.args.begins[stop] :]] = later[tape.outputs] = True
    carried = {int(g) for lags, of in zip(loop.lags, loop.group) for g in of[lags > 0]}
    kept = [g for g, ids in enumerate(loop.ids) if g in carried or later[ids].any()]
    return len(kept), sum(len(loop.ids) - g for g in kept)


def runs(same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the stretches in which all is True start and stop."""
    padded = np.zeros(len(same) + 2, dtype=bool)
    padded[1:-1] = same
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return edges[::2], edges[1::2]


def wired(
    tape: Tape, line: Line, start: int, period: int, count: int
) -> list[tuple[int, Turns]]:
    """The longest loop among so many turns, the first at group `start`, if it is long enough, and
    the group where it starts; [] where there is none.
    """
    ids, args = (flat.tables(start, period, count) for flat in (line.ids, line.args))
    wires = all_wires(len(tape.kinds), ids, args)
    turn = [line.group(start + g) for g in range(period)]
    in_order = aligned(turn, ids, args, wires, alike(wires)[1])
    if in_order:
        ids, args = in_order
        wires = all_wires(len(tape.kinds), ids, args)
    found = longest_alike(wires)
    return [] if found is None else looped(tape, turn, (ids, args), wires, found, start)


def looped(
    tape: Tape, turn: list[Group], tables: tuple[Tables, Tables], wires: Tables,
    found: tuple[int, int], start: int,
) -> list[tuple[int, Turns]]:
    """The loop of some turns, which `wired` gives; [] where it is not worth one."""
    (ids, args), (first, last) = tables, found
    lags = lags_of(wires, first, last)
    if not any([(lag > 0).any() for lag in lags]):
        return []
    ids, args = ([a[first : last + 1] for a in its] for its in (ids, args))
    if not are_layers(ids) and own_weights(tape, args, lags) > WEIGHTS:
        return []
    groups = [
        Group(one.op, its[-1].tolist(), [*map(tuple, cut(flat[-1].tolist(), lengths_of(one)))])
        for one, its, flat in zip(turn, ids, args)
    ]
    places = [w[last, :, 1] for w in wires], [w[last, :, 2] for w in wires]
    return [(start + first * len(turn), Turns(groups, ids, args, lags, *places))]


def cut(flat: Sequence[T], lengths: Iterable[int]) -> Iterator[Sequence[T]]:
    """Parts of a list, of these lengths."""
    start = 0
    for length in lengths:
        yield flat[start : start + length]
        start += length


def lines_of(items: Sequence[Union[Group, Turns]]) -> int:
    """How many lines groups and loops take, at least."""
    return sum([len(item.ids) if isinstance(item, Turns) else 1 for item in items])


def is_running_sum(loop: Turns) -> bool:
    """Whether a turn does nothing but add one number to the sum of those before."""
    (op, ids, args), lags = loop.last[0], loop.lags[0]
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


def alike(wires: list[np.ndarray]) -> tuple[int, int]:
    """The first and the last of the most turns that are wired in the same way."""
    starts, stops = runs(np.all([np.all(w[1:] == w[:-1], axis=(1, 2)) for w in wires], axis=0))
    if not len(starts):
        return 0, 0
    which = int(np.argmax(stops - starts))
    return int(starts[which]), int(stops[which])


def longest_alike(wires: list[np.ndarray]) -> tuple[int, int] | None:
    """The first and the last turn of the longest loop; None where there are few alike."""
    first, last = alike(wires)
    if first == last:
        return None
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
