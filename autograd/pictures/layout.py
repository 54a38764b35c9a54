"""A layered layout: cards in columns from left to right, inputs before what uses them, few crossings.

The usual three steps (Sugiyama, Tagawa and Toda 1981): columns by the longest path, with a point in each column that a long
line passes; order inside a column by the mean place of the neighbours; heights as close to the neighbours' as order and
room allow. No program is needed, and the same graph gives the same places.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GAP_X, GAP_Y, THIN = 120.0, 26.0, 18.0           # room between columns, between cards, and for a line that passes
SWEEPS = 16


@dataclass
class Layout:
    """Centres of the cards, for each card the points on the way from each of its inputs, and the size of the whole."""
    x: list[float]
    y: list[float]
    routes: list[list[list[tuple[float, float]]]]
    width: float
    height: float


class Columns:
    """The points of a layout: cards 0 .. n-1, then the points where long lines pass a column."""

    def __init__(self, inputs: Sequence[Sequence[int]]) -> None:
        self.rank = ranks(inputs)
        self.left: list[list[int]] = [[] for _ in inputs]           # neighbours in the column before
        self.right: list[list[int]] = [[] for _ in inputs]          # and in the column after
        self.passing: dict[tuple[int, int], int] = {}               # the point of (card, column) that its lines pass
        self.ways: list[list[list[int]]] = []                       # for each card and input the points between them
        for i, sources in enumerate(inputs):
            self.ways.append([self.connect(j, i) for j in sources])
        self.columns: list[list[int]] = [[] for _ in range(max(self.rank) + 1)]
        for point, r in enumerate(self.rank):
            self.columns[r].append(point)

    def connect(self, j: int, i: int) -> list[int]:
        """The points between cards j and i; all lines of j to the right pass the same ones."""
        way, last = [], j
        for r in range(self.rank[j] + 1, self.rank[i]):
            point = self.passing.get((j, r))
            if point is None:
                point = self.passing[j, r] = len(self.rank)
                self.rank.append(r)
                self.left.append([last])
                self.right.append([])
                self.right[last].append(point)
            way.append(point)
            last = point
        self.left[i].append(last)
        self.right[last].append(i)
        return way

    def reorder(self) -> None:
        """Sort each column by the mean place of the neighbours, from left to right and back, several times."""
        for sweep in range(SWEEPS):
            forward = sweep % 2 == 0
            place = {p: float(k) for column in self.columns for k, p in enumerate(column)}
            for column in self.columns if forward else reversed(self.columns):
                near = self.left if forward else self.right
                mean = {p: sum(place[q] for q in near[p]) / len(near[p]) if near[p] else place[p] for p in column}
                column.sort(key=lambda p: mean[p])
                place.update((p, float(k)) for k, p in enumerate(column))

    def heights(self, room: Sequence[float]) -> list[float]:
        """The height of each point: near its neighbours, in order, with `room` for each."""
        y = [0.0] * len(self.rank)
        for column in self.columns:
            below = 0.0
            for p in column:
                y[p] = below + room[p] / 2
                below += room[p]
        for sweep in range(SWEEPS):
            for column in self.columns if sweep % 2 == 0 else reversed(self.columns):
                wanted = [mean_of([y[q] for q in self.left[p] + self.right[p]], y[p]) for p in column]
                for p, place in zip(column, spread(wanted, [room[p] for p in column])):
                    y[p] = place
        return y


def mean_of(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def ranks(inputs: Sequence[Sequence[int]]) -> list[int]:
    """The column of each card: after all its inputs; a leaf stands just before what uses it first."""
    rank: list[int] = []
    first: dict[int, int] = {}
    for sources in inputs:
        rank.append(max((rank[j] for j in sources), default=-1) + 1)
    for i, sources in enumerate(inputs):
        for j in sources:
            first[j] = min(first.get(j, rank[i]), rank[i])
    return [first[i] - 1 if not sources and i in first else rank[i] for i, sources in enumerate(inputs)]


def spread(wanted: Sequence[float], room: Sequence[float]) -> list[float]:
    """The places closest to those wanted, in the same order, each with its room around it (pool adjacent violators)."""
    offset, total = [], 0.0
    for size in room:
        offset.append(total + size / 2)
        total += size
    pools: list[list[float]] = []                               # (sum, count) of points that stand without a gap
    for place, before in zip(wanted, offset):
        pools.append([place - before, 1.0])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1] = [pools[-1][0] + last[0], pools[-1][1] + last[1]]
    bases = [pool[0] / pool[1] for pool in pools for _ in range(int(pool[1]))]
    return [base + before for base, before in zip(bases, offset)]


def layered(sizes: Sequence[tuple[float, float]], inputs: Sequence[Sequence[int]]) -> Layout:
    """A layout of cards with the given widths and heights, in topological order, each with the places of its inputs."""
    n = len(sizes)
    points = Columns(inputs)
    points.reorder()
    room = [sizes[p][1] + GAP_Y if p < n else THIN for p in range(len(points.rank))]
    y = points.heights(room)
    lowest = min(place - size / 2 for place, size in zip(y, room))
    y = [round(place - lowest, 1) for place in y]
    wide = [max((sizes[p][0] for p in column if p < n), default=0.0) for column in points.columns]
    left = [GAP_X / 3 + sum(wide[:r]) + GAP_X * r for r in range(len(wide))]
    x = [round(left[r] + wide[r] / 2, 1) for r in points.rank]
    routes = []
    for i, sources in enumerate(inputs):
        routes.append([route(j, i, k, len(sources), way, points, sizes, x, y, left, wide)
                       for k, (j, way) in enumerate(zip(sources, points.ways[i]))])
    height = max(place + size / 2 for place, size in zip(y, room))
    return Layout(x[:n], y[:n], routes, round(left[-1] + wide[-1] + GAP_X / 3, 1), round(height, 1))


def route(j: int, i: int, k: int, count: int, way: Sequence[int], points: Columns, sizes: Sequence[tuple[float, float]],
          x: Sequence[float], y: Sequence[float], left: Sequence[float], wide: Sequence[float]) -> list[tuple[float, float]]:
    """The points of the line from card j to place k of the `count` inputs of card i."""
    found = [(x[j] + sizes[j][0] / 2, y[j])]
    for p in way:
        r = points.rank[p]
        found += [(left[r], y[p]), (left[r] + wide[r], y[p])]
    port = y[i] + sizes[i][1] * ((k + 0.5) / count - 0.5) * 0.8
    return [*found, (x[i] - sizes[i][0] / 2, round(port, 1))]
