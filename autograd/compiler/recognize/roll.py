"""Turns of a loop become a Loop of the array program: its body is planned once, like any groups,
from what one turn takes.

What a turn takes from outside is one Array for all turns, of which the body reads row t; what it
takes from turns before, the body reads from the stacks. Each such argument gets an id of its own,
so that the body is planned as if it stood alone.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

import numpy as np

from autograd.compiler.arrays.array import SAMPLES, Array, lead
from autograd.compiler.recognize.group import Group
from autograd.compiler.arrays.loop import At, Loop, Stack, Write
from autograd.compiler.patterns import recognized_loop
from autograd.compiler.recognize.record import NODE
from autograd.compiler.recognize.repeat import OUTSIDE, Turns
from autograd.compiler.arrays.structure import Take, full


class Roller:
    """Plans one loop. `planner` plans what stands outside, and the body."""

    def __init__(self, planner: Any, turns: Turns, needed: set[int]) -> None:
        self.planner, self.turns = planner, turns
        self.needed = needed  # ids that are used after the loop
        self.count = turns.length
        self.loop = Loop(self.count)
        # how many turns are looked back, for each group that is a stack
        self.before: dict[int, int] = {}
        # the order of the nodes of a group in its stack
        self.order = {g: np.arange(ids.shape[1]) for g, ids in enumerate(turns.ids)}
        self.left = self.order  # the order in which a turn leaves them
        self.ahead, self.core, self.after = self.stages()

    def stages(self) -> tuple[list[int], list[int], list[int]]:
        """The groups that need no turn before, those of the loop proper, and those that no turn
        after needs.

        The first and the last are done for all turns at once, before and after the loop.
        """
        turns, groups = self.turns, range(len(self.turns.ids))
        ahead: set[int] = set()
        for g in groups:  # in the order in which they are computed
            lags, of = turns.lags[g], turns.group[g]
            if not (lags > 0).any() and ahead.issuperset(of[lags == 0].tolist()):
                ahead.add(g)
        core = set(groups) - ahead
        while (needed := self.needed_again(core)) != core:
            core = needed
        after = [g for g in groups if g not in ahead and g not in core]
        return sorted(ahead), sorted(core), self.by_need(after)

    def needed_again(self, core: set[int]) -> set[int]:
        """The groups of the core that a turn after needs, and those that these need."""
        turns = self.turns
        needed = {int(h) for g in core for h in turns.group[g][turns.lags[g] > 0]} & core
        for g in sorted(core, reverse=True):
            if g in needed:
                needed |= {int(h) for h in turns.group[g][turns.lags[g] == 0]} & core
        return needed

    def by_need(self, after: list[int]) -> list[int]:
        """Groups that are done for all turns at once, each after those that it needs in any turn:
        a turn may need a later group of the turn before.
        """
        turns, found, left = self.turns, list[int](), list(after)
        while left:
            waiting = set(left)
            ready = [
                g
                for g in left
                if waiting.isdisjoint(turns.group[g][turns.lags[g] >= 0].tolist())
            ]
            ready = ready or left
            found += ready
            left = [g for g in left if g not in ready]
        return found

    def starts(self) -> Optional[dict[int, np.ndarray]]:
        """For each group that turns before are asked for, the ids of its rows before the first
        turn; None if they differ.
        """
        turns = self.turns
        for lags, groups in [(turns.lags[g], turns.group[g]) for g in self.core]:
            for g in np.unique(groups[lags > 0]).tolist():
                self.before[g] = max(
                    self.before.get(g, 0), int(lags[(groups == g) & (lags > 0)].max())
                )
        found = {
            g: np.full((before, turns.ids[g].shape[1]), -1) for g, before in self.before.items()
        }
        for args, lags, groups, positions in [
            (turns.args[g], turns.lags[g], turns.group[g], turns.position[g]) for g in self.core
        ]:
            for e in np.nonzero(lags > 0)[0].tolist():
                g, lag = int(groups[e]), int(lags[e])
                for t in range(lag):
                    row, at = self.before[g] - lag + t, positions[e]
                    if found[g][row, at] not in (-1, args[t, e]):
                        return None
                    found[g][row, at] = args[t, e]
        for ids in found.values():
            ids[ids == -1] = self.planner.tape.zero
        return found

    def roll(self) -> bool:
        """Plan the loop; False, and nothing is done, where it cannot be one."""
        planner, turns = self.planner, self.turns
        starts = self.starts()
        if starts is None:
            return False
        for g in self.ahead:
            planner.group(turns.in_all(g))
        self.needed = self.needed | {a for g in self.after for a in turns.args[g].ravel().tolist()}
        stacks = self.best_body(starts)
        sums = recognized_loop(self.loop)
        if self.core and sums is None:
            self.loop.close()
        for g, k in stacks.items():
            if sums is None:
                self.keep(g, self.loop.result(k), starts.get(g))
            else:
                self.keep(g, sums, starts.get(g) if sums.shape[0] > self.count else None)
        for g in self.after:
            planner.group(turns.in_all(g))
        return True

    def body(self, starts: dict[int, np.ndarray]) -> dict[int, int]:
        """Plan one turn; the stack of each group that has one."""
        turns, stacks = self.turns, self.stacks(starts)
        reads: dict[Any, Any] = {}
        for g in self.core:
            last = turns.last[g]
            args = self.arguments(g, turns.args[g], stacks, reads)
            self.planner.group(Group(last.op, last.ids, args))
        return stacks

    def best_body(self, starts: dict[int, np.ndarray]) -> dict[int, int]:
        """Plan one turn, in the order in which it has the fewest gathers; the stack of each group
        that has one.
        """
        before, best, least = self.planner.state(), self.order, -1
        for order in self.orders(starts):
            if least >= 0:
                if all(np.array_equal(self.order[g], its) for g, its in order.items()):
                    continue
                self.planner.go_back(before)
            self.order = {**self.order, **order}
            stacks, count = self.attempt(starts)
            if least < 0 or count < least:
                best, least = self.order, count
            if not count:
                return stacks
        if self.order is best:
            return stacks
        self.planner.go_back(before)
        self.order = best
        return self.attempt(starts)[0]

    def orders(self, starts: dict[int, np.ndarray]) -> Iterator[dict[int, np.ndarray]]:
        """Ways to sort what turns before are asked for: as it is written, as it starts, as a turn
        leaves it.
        """
        yield {}
        carried = [g for g, rows in starts.items() if rows.shape[1] > 1]
        if carried:
            left, last = self.left, {g: starts[g][-1] for g in carried}
            placed = {g: (self.planner.array_of[ids] >= 0).all() for g, ids in last.items()}
            yield {g: self.order_of(last[g]) if placed[g] else left[g] for g in carried}
            yield {g: left[g] for g in carried}

    def attempt(self, starts: dict[int, np.ndarray]) -> tuple[dict[int, int], int]:
        """Plan one turn and what it writes; the stacks, and how many arguments are gathered."""
        self.loop.stacks = []
        stacks = self.body(starts)
        self.loop.writes = self.write(stacks)
        self.left = {g: self.order_of(ids[-1]) for g, ids in enumerate(self.turns.ids)}
        return stacks, sum(isinstance(x.op, Take) for x in self.loop.local())

    def order_of(self, ids: np.ndarray) -> np.ndarray:
        """The ids sorted by where they are."""
        return np.lexsort((self.planner.place_of[ids], self.planner.array_of[ids]))

    def write(self, stacks: dict[int, int]) -> list[Write]:
        """What a turn writes."""
        writes = []
        for g, k in stacks.items():
            stack = self.loop.stacks[k]
            if g not in self.before:
                self.order[g] = self.order_of(self.turns.ids[g][-1])
            ids = self.turns.ids[g][-1, self.order[g]]
            value = full(self.planner.full(ids, stack.inner), (*stack.lead, *stack.inner))
            writes.append(Write(k, stack.before, value))
        return writes

    def stacks(self, starts: dict[int, np.ndarray]) -> dict[int, int]:
        """The stack of each group that turns after it or groups after the loop need."""
        found: dict[int, int] = {}
        samples = (SAMPLES,) if self.planner.tape.samples else ()
        for g in self.core:
            ids = self.turns.ids[g]
            if g not in self.before and self.needed.isdisjoint(ids.ravel().tolist()):
                continue
            before = self.before.get(g, 0)
            inner = ids.shape[1:] if ids.shape[1] > 1 else ()
            shape = (before, *inner) if before > 1 else inner
            start = self.planner.full(starts[g][:, self.order[g]], shape) if before else None
            found[g] = self.loop.stack(Stack(before, samples, inner, start))
        return found

    def keep(self, g: int, result: Array, start: Optional[np.ndarray]) -> None:
        """Note that the nodes of a group are in a stack; what it starts with is there, too."""
        ids = self.turns.ids[g][:, self.order[g]].ravel()
        if start is not None:
            ids = np.concatenate((start[:, self.order[g]].ravel(), ids))
        ids, places = np.unique(ids, return_index=True)
        nodes = (self.planner.kinds[ids] == NODE) & (ids != self.planner.tape.zero)
        self.planner.keep(result, ids[nodes], places[nodes])

    def arguments(
        self, g: int, args: np.ndarray, stacks: dict[int, int], reads: dict[Any, int]
    ) -> list[tuple[int, ...]]:
        """The arguments of a group in one turn, those from elsewhere by ids of their own."""
        turns, planner = self.turns, self.planner
        chosen = args[-1].copy()
        outside = np.isin(turns.group[g], self.ahead) & (turns.lags[g] != OUTSIDE)
        lags, groups, positions = (
            np.where(outside, OUTSIDE, turns.lags[g]),
            turns.group[g],
            turns.position[g],
        )
        for source, lag in sorted(set(zip(groups[lags > 0].tolist(), lags[lags > 0].tolist()))):
            which = (lags == lag) & (groups == source)
            chosen[which] = self.turn_before(source, lag, stacks, reads)[positions[which]]
        varies = (args != args[0]).any(axis=0) & (lags == OUTSIDE)
        new = [e for e in np.nonzero(varies)[0].tolist() if args[:, e].tobytes() not in reads]
        new = list({args[:, e].tobytes(): e for e in new}.values())
        new = [new[k] for k in self.order_of(args[0, new])]
        if new:
            inner = (len(new),) if len(new) > 1 else ()
            source = planner.full(args[:, new], (self.count, *inner))
            ids = planner.fresh(len(new))
            planner.keep(Array(At(source, 0), (), (*lead(source), *inner)), ids)
            reads.update({args[:, e].tobytes(): i for e, i in zip(new, ids.tolist())})
        for e in np.nonzero(varies)[0].tolist():
            chosen[e] = reads[args[:, e].tobytes()]
        rows, start = [], 0
        for row in turns.last[g].args:
            rows.append(tuple(chosen[start : start + len(row)].tolist()))
            start += len(row)
        return rows

    def turn_before(
        self, g: int, lag: int, stacks: dict[int, int], reads: dict[Any, Any]
    ) -> np.ndarray:
        """The ids of a group some turns before."""
        ids: np.ndarray
        if (g, lag) not in reads:
            ids = self.planner.fresh(self.turns.ids[g].shape[1])
            stack = self.loop.stacks[stacks[g]]
            row = self.loop.row(stacks[g], stack.before - lag)
            self.planner.keep(row, ids[self.order[g]])
            reads[g, lag] = ids
        ids = reads[g, lag]
        return ids
