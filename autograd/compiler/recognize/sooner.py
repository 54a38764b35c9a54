"""The turns before a loop: what it begins with may be computed as in any of its turns, only from
other things, such as the numbers that a state starts from.
"""
from __future__ import annotations

from itertools import chain
from typing import Optional, Union

import numpy as np

from autograd.compiler.recognize.group import Group
from autograd.compiler.recognize.later import (UNKNOWN, Completer, Items, Rows, Turn, Wire,
                                               is_closed, part, wires_of)
from autograd.compiler.recognize.record import Tape
from autograd.compiler.recognize.repeat import OUTSIDE, Turns


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
        while turns:
            longer = self.longer(turns, rows)
            if is_closed(longer):
                return self.moved(longer)
            self.taken.difference_update(*turns[0])
            turns, rows = turns[1:], rows[1:]
        return None

    def longer(self, turns: list[Turn], rows: list[Rows]) -> Turns:
        """The loop with more turns at its beginning."""
        ids = [np.vstack(([turn[g] for turn in turns], a)) for g, a in enumerate(self.loop.ids)]
        args = [np.vstack(([row[g] for row in rows], a)) for g, a in enumerate(self.loop.args)]
        return self.loop._replace(ids=ids, args=args)

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
        known = [(g, k) for g in reversed(range(len(turn))) for k in range(len(turn[g]))]
        others = [(g, k) for g in range(len(turn)) for k in range(len(turn[g]))]
        if not all(turn[g][k] == UNKNOWN or self.belongs(g, k, turn) for g, k in known):
            return None
        if not all(turn[g][k] != UNKNOWN or self.finds(g, k, turn) for g, k in others):
            return None
        nodes = list(chain.from_iterable(turn))
        if len(set(nodes)) < len(nodes):
            return None
        self.taken.update(nodes)
        return turn

    def finds(self, g: int, k: int, turn: Turn) -> bool:
        """Whether there is a node of a group that a turn needs for nothing; it is put into it."""
        args = []
        for wire in self.wires[g][k]:
            inside = turn[wire.group][wire.position] if wire.lag == 0 else UNKNOWN
            args.append(wire.position if wire.lag == OUTSIDE else inside)
        found = self.look_up(self.loop.last[g].op, args)
        if found is None:
            return False
        turn[g][k] = found
        return self.belongs(g, k, turn)

    def belongs(self, g: int, k: int, turn: Turn) -> bool:
        """Whether a node of a turn is one of its group, as it is wired; its arguments are put into
        the turn.
        """
        i, row = turn[g][k], self.wires[g][k]
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
        later = self.later()
        earlier = [item for item in self.items if isinstance(item, Turns)]
        if any(uses(other, later | self.taken) for other in earlier) or uses(loop, later):
            return None
        before, behind = list[Union[Group, Turns]](), list[Union[Group, Turns]]()
        for item in self.items:
            if isinstance(item, Turns):
                before.append(item)
            else:
                before += part(item, lambda i: i not in later and i not in self.taken)
                behind += part(item, lambda i: i in later)
        return before, loop, behind

    def later(self) -> set[int]:
        """The nodes that need the turns before the loop."""
        found: set[int] = set()
        for i, args in self.args.items():  # inputs come before what uses them
            if i not in self.taken and any(a in found or a in self.taken for a in args):
                found.add(i)
        return found


def uses(loop: Turns, ids: set[int]) -> bool:
    """Whether a loop has some ids among its arguments."""
    return any(not ids.isdisjoint(args.ravel().tolist()) for args in loop.args)
