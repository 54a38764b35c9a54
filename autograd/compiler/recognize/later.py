"""The turns that go on after a loop, in which nodes may be missing that nobody needs.

1. A node that is there has the place where the wires of the loop lead to it: it does the same to
   the same arguments.
2. Only what can do no harm is computed for nothing: operations that are finite, with finite
   derivatives, wherever their arguments are; or what another node of its group computes, too.
3. What is computed for nothing takes from outside what a turn before takes.
Legend: a turn is a list of ids for each of its groups; a wire as in repeat.py.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Optional, Union

import numpy as np

from autograd import ops
from autograd.compiler.recognize.extrema import SMALLEST
from autograd.compiler.recognize.group import Group
from autograd.compiler.recognize.record import NODE, Tape
from autograd.compiler.recognize.repeat import OUTSIDE, Turns, cut
from autograd.operation import Operation

HARMLESS = frozenset((
    ops.add, ops.sub, ops.mul, ops.neg, ops.dot, ops.sum, ops.max, SMALLEST, ops.maximum,
    ops.minimum, ops.relu, ops.abs, ops.tanh, ops.sigmoid, ops.sin, ops.cos,
))
ALIKE = 0.5  # a turn of which fewer groups have a node is none
UNKNOWN = -2  # an argument from outside that differs from turn to turn

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
        tables = [ids for item in items if isinstance(item, Turns) for ids in item.ids]
        self.in_others = {i for ids in tables for i in ids.ravel().tolist()}

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
        while new:
            found = longer(loop, new, rows)
            if is_closed(found):
                return self.split(found, rows)
            self.taken.difference_update(*new.pop())
            rows.pop()
        return None

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
        """The nodes outside of loops that some ids need; None where these need the loop, or another
        one after it.
        """
        found, stack = set[int](), ids
        while stack:
            i = stack.pop()
            if i in self.in_others:
                return None
            if i in self.args and i not in found and not self.is_inside(i):
                found.add(i)
                stack += self.args[i]
                if any(map(self.is_inside, self.args[i])):
                    return None
        return found


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


def is_closed(loop: Turns) -> bool:
    """Whether each argument of a loop is where its wires lead: a node of it once, if they lead into
    the loop, and none of it, if they lead outside, or to before the first turn.
    """
    nodes = np.concatenate([ids.ravel() for ids in loop.ids])
    turns = np.arange(loop.length)[:, None]
    if len(np.unique(nodes)) < len(nodes):
        return False
    for args, lags, of, at in zip(loop.args, loop.lags, loop.group, loop.position):
        is_outside = (lags == OUTSIDE) | (lags > turns)
        if np.isin(args[is_outside], nodes).any() or (args < 0).any():
            return False
        for lag, g in {*zip(lags.tolist(), of.tolist())} - {(OUTSIDE, OUTSIDE), (OUTSIDE, 0)}:
            those = (lags == lag) & (of == g)
            asked = loop.ids[g][: loop.length - lag][:, at[those]]
            if lag != OUTSIDE and (args[lag:, those] != asked).any():
                return False
    return True


def last_turn(
    operations: Sequence[Operation], ids: Turn, rows: Rows, lengths: list[list[int]]
) -> list[Group]:
    """The groups of a turn, whose nodes have so many arguments each."""
    return [
        Group(op, its, list(map(tuple, cut(flat, of))))
        for op, its, flat, of in zip(operations, ids, rows, lengths)
    ]
