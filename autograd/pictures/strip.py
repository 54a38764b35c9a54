"""A graph as one strip of columns: what stands in which column, in which order, at which height.

The usual steps (Sugiyama, Tagawa and Toda 1981): columns by the longest path, with a point in each
column that a long line passes; order inside a column by the mean place of the neighbours; heights
as close to the neighbours' as order and room allow. The same graph gives the same strip.

Nodes are 0 .. n-1 in topological order; points n, n+1, ... are where long lines pass a column.
"""
from __future__ import annotations

from collections.abc import Sequence

from autograd.pictures.ranks import ranks

SWEEPS = 16


class Strip:
    """The nodes and passing points of a graph, in columns.

    rank        of each point, the number of its column
    columns     the points of each column, from top to bottom
    ways        for each node and each of its inputs, the points between the two
    """

    def __init__(self, inputs: Sequence[Sequence[int]]) -> None:
        self.inputs = inputs
        self.rank = ranks(inputs)
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
        """Sort each column by the mean place of the neighbours, there and back, several times."""
        place = {p: float(k) for column in self.columns for k, p in enumerate(column)}
        there, back = (self.columns, self.before), (self.columns[::-1], self.after)
        for columns, near in [there, back] * (SWEEPS // 2):
            for column in columns:
                wanted = {p: mean([place[q] for q in near[p]], place[p]) for p in column}
                column.sort(key=wanted.__getitem__)
                place.update((p, float(k)) for k, p in enumerate(column))

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
