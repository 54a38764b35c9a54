"""Turns that lack some of their nodes, for nobody needs these: the last turns of a wave of which
only the middle is observed, the rows of a lattice of prices, each shorter than the one before.

Such a turn is completed: a node that it lacks is computed like its neighbours in time, and what
comes out is thrown away. So it is a turn of the loop before it, and a lattice is a loop.

1. A node that is there has the place where the wires of the loop lead to it: it does the same to
   the same arguments.
2. Only what can do no harm is computed for nothing: operations that are finite, with finite
   derivatives, wherever their arguments are; or what another node of its group computes, too.
3. What is computed for nothing takes from outside what a turn before takes.
Legend: a turn is a list of ids for each of its groups; a wire as in repeat.py.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, Optional, TypeVar, Union

import numpy as np

from autograd import ops
from autograd.compiler.recognize.extrema import SMALLEST
from autograd.compiler.recognize.group import Group, key
from autograd.compiler.recognize.record import NODE, Tape
from autograd.operation import Operation
from autograd.compiler.recognize.repeat import (FEWEST, LONGEST, OUTSIDE, TRIED, Turns,
                                                WEIGHTS, own_weights, runs)

HARMLESS = frozenset((
    ops.add, ops.sub, ops.mul, ops.neg, ops.dot, ops.sum, ops.max, SMALLEST, ops.maximum,
    ops.minimum, ops.relu, ops.abs, ops.tanh, ops.sigmoid, ops.sin, ops.cos,
))
ALIKE = 0.5  # a turn of which fewer groups have a node is none
SEED = 3  # the turn of a lattice that is looked at first; what is before it, is how it starts
NEARLY = 0.8  # of two periods that cover nearly the same, the shorter one
# a lattice is a loop, which takes longer, only where there are so many groups, of which at most so
# many are left
MANY, SHORTER = 60, 0.5
UNKNOWN = -2  # an argument from outside that differs from turn to turn

T = TypeVar("T")
Items = list[Union[Group, Turns]]
Turn = list[list[int]]
Rows = list[list[int]]  # the arguments of each group of a turn, row after row


class Wire(NamedTuple):
    """Where an argument comes from: so many turns before, of a group, at a position in it; or,
    with the lag OUTSIDE, the same id always, or another one in each turn, UNKNOWN.
    """

    lag: int
    group: int
    position: int

    def within(self, widths: list[int]) -> Wire:
        """The wire, its position at most the last one of so many in each group."""
        if self.lag < 1:
            return self
        return self._replace(position=min(self.position, widths[self.group] - 1))


Wires = list[list[list[Wire]]]  # of each argument of each node of each group


def completed(tape: Tape, items: Items, many: int = MANY) -> tuple[Tape, Items]:
    """Groups and loops, in which loops take in the turns after them that lack some nodes, and
    rows that become shorter are loops if there are so many groups; and the tape, which knows of
    these nodes.
    """
    found: Items = []
    tape = tape._replace(kinds=list(tape.kinds))
    if len(items) >= many and not any(isinstance(item, Turns) for item in items):
        items = with_lattice(tape, items)
    while items:
        item, *items = items
        if isinstance(item, Turns) and items:
            longer = Completer(tape, items).after(item)
            if longer is not None:
                ahead, item, items = longer
                found += ahead
        if isinstance(item, Turns):
            sooner = Beginner(tape, found, item).sooner()
            if sooner is not None:
                found, item, behind = sooner
                items = [*behind, *items]
        found.append(item)
    return tape, found


class Completer:
    """Finds the turns that go on after a loop among the groups that come after it."""

    def __init__(self, tape: Tape, items: Items) -> None:
        self.tape, self.items = tape, items
        self.args: dict[int, tuple[int, ...]] = {}
        self.node: dict[tuple[Operation, tuple[int, ...]], int] = {}
        # by operation, argument, and place among the arguments
        self.users: dict[tuple[Operation, int, int], list[int]] = {}
        for g in [item for item in items if isinstance(item, Group)]:
            for i, args in zip(g.ids, g.args):
                self.args[i] = args
                self.node[g.op, args] = i
                for place, a in enumerate(args):
                    self.users.setdefault((g.op, a, place), []).append(i)
        self.in_loop = np.zeros(len(tape.kinds), bool)  # whether a node is in the loop,
        self.taken: set[int] = set()  # or in the turns that are found
        self.dead: set[int] = set()

    def after(self, loop: Turns) -> Optional[tuple[list[Group], Turns, Items]]:
        """Groups that are now needed before the loop, the loop with the turns after it, and what
        is left; None where there are none.
        """
        for ids in loop.ids:
            self.in_loop[ids] = True
        most = max(int(lags.max(initial=0)) for lags in loop.lags)
        turns = range(loop.length - min(most, loop.length), loop.length)
        history = [[ids[t].tolist() for ids in loop.ids] for t in turns]
        wires = [wires_of(loop, g) for g in range(len(loop.ids))]
        operations = [group.op for group in loop.last]
        new, rows = self.go_on(operations, wires, history, [a[-1].tolist() for a in loop.args])
        return self.split(longer(loop, new, rows), rows) if new else None

    def go_on(
        self, operations: Sequence[Operation], wires: Wires, history: list[Turn], before: Rows
    ) -> tuple[list[Turn], list[Rows]]:
        """The turns that go on, and the arguments of their groups; `before` are those of the last
        turn that is known.
        """
        new, all_rows = list[Turn](), list[Rows]()
        while True:
            turn, rows = list[list[int]](), list[list[int]]()
            history.append(turn)
            for op, its, old in zip(operations, wires, before):
                turn.append([])
                rows.append(self.group(op, its, history, old))
            alive = sum(not self.dead.issuperset(ids) for ids in turn)
            if alive < ALIKE * len(turn) or not self.is_harmless(operations, wires, turn):
                self.taken.difference_update(*turn)
                return new, all_rows
            new.append(turn)
            all_rows.append(rows)
            before = rows

    def is_harmless(
        self, operations: Sequence[Operation], wires: Wires, turn: Turn
    ) -> bool:
        """Whether what a turn computes for nothing does no harm."""
        steady: set[int] = set()  # groups of which these nodes are what others are
        for g, (op, rows, ids) in enumerate(zip(operations, wires, turn)):
            if all(is_steady(wire, steady) for row in rows for wire in row):
                steady.add(g)
            elif op is ops.div and all(is_steady(row[1], steady) for row in rows):
                continue
            elif op not in HARMLESS and not self.dead.isdisjoint(ids):
                return False
        return True

    def group(
        self, op: Operation, wires: list[list[Wire]], history: list[Turn], before: list[int]
    ) -> list[int]:
        """Put the nodes of a group into the last turn; their arguments, row after row."""
        flat: list[int] = []
        for row in wires:
            args = [self.source(wire, history) for wire in row]
            i = self.look_up(op, args)
            if i is None:
                old = before[len(flat) : len(flat) + len(args)]
                args = [b if a == UNKNOWN else a for a, b in zip(args, old)]
                i = self.for_nothing()
            else:
                args = list(self.args[i])
            self.taken.add(i)
            history[-1][-1].append(i)
            flat += args
        return flat

    def for_nothing(self) -> int:
        """The id of a node that nobody needs."""
        i = len(self.tape.kinds)
        self.tape.kinds.append(NODE)
        self.dead.add(i)
        return i

    def source(self, wire: Wire, history: list[Turn]) -> int:
        """The id of an argument; UNKNOWN where that is another one in each turn."""
        if wire.lag == OUTSIDE:
            return wire.position
        return history[-1 - wire.lag][wire.group][wire.position]

    def is_inside(self, i: int) -> bool:
        """Whether a node is in the loop, or in a turn that goes on."""
        return i in self.taken or i < len(self.in_loop) and bool(self.in_loop[i])

    def look_up(self, op: Operation, args: list[int]) -> Optional[int]:
        """The node that does the same to these arguments, which is in no turn yet."""
        if UNKNOWN not in args:
            i = self.node.get((op, tuple(args)))
            return None if i is None or self.is_inside(i) else i
        known = [place for place, a in enumerate(args) if a != UNKNOWN]
        for i in self.users.get((op, args[known[0]], known[0]), ()) if known else ():
            if not self.is_inside(i) and self.fits(args, self.args[i]):
                return i
        return None

    def fits(self, args: list[int], its: tuple[int, ...]) -> bool:
        """Whether arguments are those that are asked for, where these are known."""
        return len(its) == len(args) and all(
            b == a if a != UNKNOWN else not self.is_inside(b) for a, b in zip(args, its)
        )

    def split(
        self, loop: Turns, new: list[Rows]
    ) -> Optional[tuple[list[Group], Turns, Items]]:
        """What the arguments of new turns need, before the loop, and what is left after it; None
        where they need the loop itself.
        """
        needed = self.needed([a for rows in new for args in rows for a in args])
        if needed is None:
            return None
        ahead: list[Group] = []
        left: Items = []
        for item in self.items:
            if isinstance(item, Turns):
                left.append(item)
                continue
            ahead += part(item, lambda i: i in needed)
            left += part(item, lambda i: i not in needed and not self.is_inside(i))
        return ahead, loop, left

    def needed(self, ids: list[int]) -> Optional[set[int]]:
        """The nodes outside of the loop that some ids need; None where these need the loop."""
        found, stack = set[int](), ids
        while stack:
            i = stack.pop()
            if i in self.args and i not in found and not self.is_inside(i):
                found.add(i)
                stack += self.args[i]
                if any(map(self.is_inside, self.args[i])):
                    return None
        return found


class Beginner(Completer):
    """Finds the turns before a loop among the groups before it: what the loop begins with is one
    of such a turn, if it does what the nodes of its group do, and so is what that needs.
    """

    def __init__(self, tape: Tape, items: Items, loop: Turns) -> None:
        super().__init__(tape, items)
        self.loop = loop
        self.operation = {
            i: g.op for g in items if isinstance(g, Group) for i in g.ids
        }
        self.wires = [wires_of(loop, g) for g in range(len(loop.ids))]
        self.widths = [len(rows) for rows in self.wires]
        for ids in loop.ids:
            self.in_loop[ids] = True
        self.most = max(int(lags.max(initial=0)) for lags in loop.lags)
        # the arguments of the first turns, that look back before the first one
        self.rows: list[Rows] = [
            [a[t].tolist() for a in loop.args] for t in range(min(self.most, loop.length))
        ]

    def sooner(self) -> Optional[tuple[Items, Turns, Items]]:
        """What is left before the loop, the loop with the turns before it, and what comes after it
        now; None where there are none.
        """
        turns, rows = list[Turn](), list[Rows]()
        wanted = self.wanted()
        while wanted is not None and (turn := self.turn(wanted)) is not None:
            row = [[a for i in ids for a in self.args[i]] for ids in turn]
            self.rows = [row, *self.rows]
            wanted = self.wanted()
            if wanted is None:
                self.taken.difference_update(*turn)
                break
            turns, rows = [turn, *turns], [row, *rows]
        if not turns:
            return None
        ids = [np.vstack(([turn[g] for turn in turns], a)) for g, a in enumerate(self.loop.ids)]
        args = [np.vstack(([row[g] for row in rows], a)) for g, a in enumerate(self.loop.args)]
        return self.moved(self.loop._replace(ids=ids, args=args))

    def wanted(self) -> Optional[list[list[int]]]:
        """What the turns that are known ask the turn before the first for, UNKNOWN where nothing;
        None where it is not one node.
        """
        found = [[UNKNOWN] * width for width in self.widths]
        for t, rows in enumerate(self.rows[: self.most]):
            for flat, its in zip(rows, self.wires):
                for a, wire in zip(flat, chain.from_iterable(its)):
                    if wire.lag == t + 1 and not self.put(found, wire, a):
                        return None
        return found

    @staticmethod
    def put(turn: Turn, wire: Wire, i: int) -> bool:
        """Put a node to its place in a turn; False where another one is."""
        was = turn[wire.group][wire.position]
        turn[wire.group][wire.position] = i
        return was in (i, UNKNOWN)

    def turn(self, turn: Turn) -> Optional[Turn]:
        """The turn before the first, some of whose nodes are known; None where there is none."""
        for g in reversed(range(len(turn))):
            for i, row in zip(turn[g], self.wires[g]):
                if i != UNKNOWN and not self.belongs(i, g, row, turn):
                    return None
        for g, (ids, rows) in enumerate(zip(turn, self.wires)):
            for k, row in enumerate(rows):
                if ids[k] == UNKNOWN:
                    args = [
                        turn[wire.group][wire.position] if wire.lag == 0 else
                        wire.position if wire.lag == OUTSIDE else UNKNOWN for wire in row
                    ]
                    found = self.look_up(self.loop.last[g].op, args)
                    if found is None or not self.belongs(found, g, row, turn):
                        return None
                    ids[k] = found
        nodes = list(chain.from_iterable(turn))
        if len(set(nodes)) < len(nodes):
            return None
        self.taken.update(nodes)
        return turn

    def belongs(self, i: int, g: int, row: list[Wire], turn: Turn) -> bool:
        """Whether a node is one of a group, as it is wired; its arguments are put into the turn."""
        args = self.args.get(i, ())
        if self.operation.get(i) is not self.loop.last[g].op or len(args) != len(row):
            return False
        if self.is_inside(i):
            return False
        for a, wire in zip(args, row):
            if wire.lag == 0 and not self.put(turn, wire, a):
                return False
            if wire.lag == OUTSIDE and (wire.position not in (a, UNKNOWN) or self.is_inside(a)):
                return False
        return True

    def moved(self, loop: Turns) -> Optional[tuple[Items, Turns, Items]]:
        """What is left before the loop, the loop, and what needs it and so comes after it; None
        where the loop needs that.
        """
        later: set[int] = set()
        before, behind = list[Union[Group, Turns]](), list[Union[Group, Turns]]()
        for item in self.items:
            if isinstance(item, Turns):
                used = {a for args in item.args for a in args.ravel().tolist()}
                if not used.isdisjoint(later | self.taken):
                    return None
                before.append(item)
                continue
            for i, args in zip(item.ids, item.args):
                if any(a in later or a in self.taken for a in args) and i not in self.taken:
                    later.add(i)
            before += part(item, lambda i: i not in later and i not in self.taken)
            behind += part(item, lambda i: i in later)
        if any(not later.isdisjoint(args.ravel().tolist()) for args in loop.args):
            return None
        return before, loop, behind


def is_steady(wire: Wire, steady: set[int]) -> bool:
    """Whether an argument is from outside, or from a group whose arguments are."""
    return wire.lag == OUTSIDE or wire.lag == 0 and wire.group in steady


def wires_of(loop: Turns, g: int) -> list[list[Wire]]:
    """Where the arguments of each node of a group of a turn come from."""
    args = loop.args[g]
    same = (args == args[0]).all(axis=0)
    flat = [
        Wire(lag, of, at) if lag != OUTSIDE else Wire(OUTSIDE, OUTSIDE, i if always else UNKNOWN)
        for lag, of, at, i, always in zip(
            loop.lags[g].tolist(), loop.group[g].tolist(), loop.position[g].tolist(),
            args[0].tolist(), same.tolist())
    ]
    return [list(row) for row in cut(flat, list(map(len, loop.last[g].args)))]


def cut(flat: Sequence[T], lengths: Sequence[int]) -> Iterator[Sequence[T]]:
    """Parts of a list, of these lengths."""
    start = 0
    for length in lengths:
        yield flat[start : start + length]
        start += length


def part(group: Group, chosen: Callable[[int], bool]) -> list[Group]:
    """The chosen nodes of a group as a group; [] where there are none."""
    some = [k for k, i in enumerate(group.ids) if chosen(i)]
    if not some:
        return []
    return [Group(group.op, [group.ids[k] for k in some], [group.args[k] for k in some])]


def longer(loop: Turns, new: list[Turn], rows: list[Rows]) -> Turns:
    """A loop with more turns at its end."""
    ids = [np.vstack((a, [turn[g] for turn in new])) for g, a in enumerate(loop.ids)]
    args = [np.vstack((a, [row[g] for row in rows])) for g, a in enumerate(loop.args)]
    lengths = [list(map(len, group.args)) for group in loop.last]
    last = last_turn([group.op for group in loop.last], new[-1], rows[-1], lengths)
    return loop._replace(last=last, ids=ids, args=args)


# Lattices ---------------------------------------------------------------------------------------


def with_lattice(tape: Tape, items: Items) -> Items:
    """Groups, with a loop where rows become shorter and shorter, if that is much shorter."""
    groups = [item for item in items if isinstance(item, Group)]
    candidates = shorter_and_shorter(tape, groups)
    most = max([covered for covered, _, _ in candidates], default=0)
    likely = [c for c in candidates if c[0] >= NEARLY * most]
    for _, period, start in sorted(likely, key=lambda c: c[1])[:TRIED]:
        found = lattice(tape, groups, period, start)
        if found is not None and count(found) <= SHORTER * len(items):
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


def count(items: Items) -> int:
    """How many groups there are, those of one turn for each loop."""
    return sum([len(item.ids) if isinstance(item, Turns) else 1 for item in items])


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
    if own_weights(tape, loop.args, loop.lags) > WEIGHTS:
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


def last_turn(
    operations: Sequence[Operation], ids: Turn, rows: Rows, lengths: list[list[int]]
) -> list[Group]:
    """The groups of a turn, whose nodes have so many arguments each."""
    return [
        Group(op, its, list(map(tuple, cut(flat, of))))
        for op, its, flat, of in zip(operations, ids, rows, lengths)
    ]
