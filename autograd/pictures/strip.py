"""A graph as one strip of columns: what stands in which column, in which order, at which height.

The usual steps (Sugiyama, Tagawa and Toda 1981): columns by the longest path, with a point in each
column that a long line passes; order inside a column by the mean place of the neighbours; heights
as close to the neighbours' as order and room allow. The same graph gives the same strip.

Nodes are 0 .. n-1 in topological order; points n, n+1, ... are where long lines pass a column.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, product

from autograd.pictures.ranks import ranks

SWEEPS = 16
EXCHANGES = 6                       # sweeps in which neighbours of a column change places
NUMBERED = re.compile(r"(\D*)(\d+)(\D*)((?:\d+\D*)*)")             # x1, w[0], W2(1,3)


class Strip:
    """The nodes and passing points of a graph, in columns.

    rank        of each point, the number of its column
    columns     the points of each column, from top to bottom
    ways        for each node and each of its inputs, the points between the two
    """

    def __init__(self, inputs: Sequence[Sequence[int]], names: Sequence[str] = (),
                 most: int = 0) -> None:
        self.inputs = inputs
        self.keys = [numbers_in(name) for name in names]
        self.rank = ranks(inputs, most)
        self.before: list[list[int]] = [[] for _ in inputs]     # neighbours in the last column
        self.after: list[list[int]] = [[] for _ in inputs]      # neighbours in the next column
        self.passing: dict[tuple[int, int], int] = {}           # (node, column) -> its point there
        self.ways = [[self._connect(j, i) for j in sources] for i, sources in enumerate(inputs)]
        self.columns: list[list[int]] = [[] for _ in range(max(self.rank) + 1)]
        for point, rank in enumerate(self.rank):
            self.columns[rank].append(point)
        self._reorder()

    def _connect(self, j: int, i: int) -> list[int]:
        """The points between nodes j and i; all lines that leave j share them."""
        way, last = [], j
        for rank in range(self.rank[j] + 1, self.rank[i]):
            point = self.passing.get((j, rank))
            if point is None:
                point = self._new_point(j, rank)
                self._link(last, point)
            way.append(point)
            last = point
        self._link(last, i)
        return way

    def _new_point(self, j: int, rank: int) -> int:
        point = self.passing[j, rank] = len(self.rank)
        self.rank.append(rank)
        self.before.append([])
        self.after.append([])
        return point

    def _link(self, a: int, b: int) -> None:
        self.after[a].append(b)
        self.before[b].append(a)

    def _reorder(self) -> None:
        """Sort each column by its neighbours; then let z1 stand above z2, and sort anew."""
        self._sweep(SWEEPS)
        self._turn_over()
        pairs = (pair for column in self.columns for pair in combinations(column, 2))
        if any(self.prefers(p, q) < 0 for p, q in pairs):
            self._sweep(SWEEPS // 2, in_order=True)
        for _ in range(EXCHANGES):
            if not self._exchange():
                break

    def _sweep(self, sweeps: int, in_order: bool = False) -> None:
        """Sort each column by the mean place of the neighbours, there and back, several times."""
        place = {p: float(k) for column in self.columns for k, p in enumerate(column)}
        there, back = (self.columns, self.before), (self.columns[::-1], self.after)
        for columns, near in [there, back] * (sweeps // 2):
            for column in columns:
                wanted = {p: mean([place[q] for q in near[p]], place[p]) for p in column}
                column.sort(key=wanted.__getitem__)
                if in_order:
                    self._put_in_order(column)
                place.update((p, float(k)) for k, p in enumerate(column))

    def _put_in_order(self, column: list[int]) -> None:
        """Let those of one name, such as z2 and z1, share their places by their numbers."""
        by_stem: dict[str, list[int]] = {}
        for k, p in enumerate(column):
            if p < len(self.keys) and self.keys[p][1]:
                by_stem.setdefault(self.keys[p][0], []).append(k)
        for places in by_stem.values():
            mine = sorted((column[k] for k in places), key=lambda p: self.keys[p][1])
            for k, p in zip(places, mine):
                column[k] = p

    def _turn_over(self) -> None:
        """Let z1 stand above z2: the same picture upside down has as many crossings."""
        pairs = [self.prefers(p, q) for column in self.columns for p, q in combinations(column, 2)]
        if sum(pairs) < 0:
            for column in self.columns:
                column.reverse()

    def _exchange(self) -> bool:
        """Whether two neighbours changed places, for fewer crossings; z1 stays above z2."""
        place = {p: k for column in self.columns for k, p in enumerate(column)}
        changed = False
        for column in self.columns:
            for k in range(len(column) - 1):
                p, q = column[k], column[k + 1]
                gain = sum(crossings(near[p], near[q], place) - crossings(near[q], near[p], place)
                           for near in (self.before, self.after))
                order = self.prefers(p, q)
                if order < 0 or (gain > 0 and order == 0):
                    column[k], column[k + 1] = q, p
                    place[q], place[p] = k, k + 1
                    changed = True
        return changed

    def prefers(self, p: int, q: int) -> int:
        """1 where p, by its number, belongs above q, -1 where below, 0 where they have no order."""
        if max(p, q) >= len(self.keys):
            return 0
        (stem, number), (other, of_other) = self.keys[p], self.keys[q]
        if stem != other or number == of_other:
            return 0
        return 1 if number < of_other else -1

    def heights(self, room: Sequence[float], band: Sequence[int]) -> list[float]:
        """The height of each point: near its neighbours, in order, with `room` for each.

        `band` is the band of each column; neighbours in another band do not count.
        """
        near = [[q for q in self.before[p] + self.after[p]
                 if band[self.rank[q]] == band[self.rank[p]]] for p in range(len(self.rank))]
        y = [0.0] * len(self.rank)
        for column in self.columns:
            top = 0.0
            for p in column:
                y[p] = top + room[p] / 2
                top += room[p]
        for columns in [self.columns, self.columns[::-1]] * (SWEEPS // 2):
            for column in columns:
                wanted = [mean([y[q] for q in near[p]], y[p]) for p in column]
                for p, place in zip(column, spread(wanted, [room[p] for p in column])):
                    y[p] = place
        return y


def numbers_in(name: str) -> tuple[str, list[int]]:
    """The letters of a name and its numbers; no numbers where it is not made of both.

    >>> numbers_in("W2(1,3)"), numbers_in("loss")
    (('W(,)', [2, 1, 3]), ('loss', []))
    """
    if not NUMBERED.fullmatch(name) or not name[:1].isalpha():
        return name, []
    return re.sub(r"\d+", "", name), [int(number) for number in re.findall(r"\d+", name)]


def crossings(above: Sequence[int], below: Sequence[int], place: dict[int, int]) -> int:
    """How often the lines of a point to `above` cross those of the point under it to `below`."""
    return sum(place[a] > place[b] for a, b in product(above, below))


def mean(values: Sequence[float], default: float) -> float:
    """The mean of the values, or the default where there are none."""
    if not values:
        return default
    return sum(values) / len(values)


def spread(wanted: Sequence[float], room: Sequence[float]) -> list[float]:
    """The places closest to those wanted, in the same order, each with its room around it.

    Pool adjacent violators: what would overlap is pooled and moves to its common mean.

    >>> spread([5, 5], [2, 2])
    [4.0, 6.0]
    """
    offsets, total = [], 0.0                        # of each place, if all stood without gaps
    for size in room:
        offsets.append(total + size / 2)
        total += size
    pools: list[tuple[float, int]] = []             # (sum, count) of places that stand without gaps
    for place, offset in zip(wanted, offsets):
        pool = (place - offset, 1)
        while pools and pools[-1][0] / pools[-1][1] > pool[0] / pool[1]:
            above = pools.pop()
            pool = (above[0] + pool[0], above[1] + pool[1])
        pools.append(pool)
    bases = [total / count for total, count in pools for _ in range(count)]
    return [base + offset for base, offset in zip(bases, offsets)]
