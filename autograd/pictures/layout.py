"""Where each card stands on a page, and along which curves the arrows run.

1. A strip of columns runs to the right, or downwards. A strip too long for the page is cut into
   bands, which lie below each other like lines of text (or side by side): of all these forms the
   one that can be shown largest is taken.
2. Here u runs along the strip and v across it; only `Frame.at` knows which of them is x.
3. No program is needed, and the same graph gives the same places.

Short names: u, v as above; p, q points of the strip; node j is input number k of node i.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograd.pictures.strip import Strip

GAP, GAP_DOWN = 86.0, 64.0          # along the strip, between columns: room for a local derivative
ROOM = 20.0                         # across it, between cards
THIN = 14.0                         # across it, for a line that passes
LANE = 15.0                         # for a line that goes on in the next band
MARGIN = 14.0
BANDS = 6
PAGE = (1920.0, 700.0)              # what a page has for its graph
ROUND = 10.0                        # radius of a corner
CROWDED = 3                         # inputs, from where their labels stand near the sources

Point = tuple[float, float]


@dataclass
class Route:
    """An arrow: its curve as an SVG path, and where its label is centred."""
    path: str
    label: Point


@dataclass
class Layout:
    """Centres of the cards, the routes to each card from its inputs, and the size of the whole."""
    x: list[float]
    y: list[float]
    routes: list[list[Route]]
    width: float
    height: float
    downwards: bool = False

    @property
    def scale(self) -> float:
        """How large it can be shown on a page."""
        return min(PAGE[0] / self.width, PAGE[1] / self.height)


def arrange(sizes: Sequence[Point], inputs: Sequence[Sequence[int]],
            direction: str | None = None) -> Layout:
    """The layout, of all directions and numbers of bands, that can be shown largest.

    sizes       width and height of each card, in topological order
    inputs      of each card, the places of its inputs
    direction   "LR" or "TB", where only one of them is wanted
    """
    strip = Strip(inputs)
    forms = [(bands, wanted == "TB") for wanted in ("LR", "TB") if direction in (None, wanted)
             for bands in range(1, min(BANDS, len(strip.columns)) + 1)]
    best = Frame(strip, sizes, forms[0][1], 1).layout()
    for bands, downwards in forms[1:]:
        layout = Frame(strip, sizes, downwards, bands).layout()
        if layout.scale > 1.1 * best.scale:                     # simpler forms come first
            best = layout
    return best


class Frame:
    """A strip of given direction, cut into bands.

    u, v        of each point; of a card its centre
    left, wide  of each column, where it begins along u, and how wide it is
    band        of each column, the number of its band
    """

    def __init__(self, strip: Strip, sizes: Sequence[Point], downwards: bool, bands: int) -> None:
        self.strip, self.downwards = strip, downwards
        self.count = len(sizes)
        self.sizes, self.gap = list(sizes), GAP
        if downwards:
            self.sizes, self.gap = [(h, w) for w, h in sizes], GAP_DOWN
        self.wide = [max((self.sizes[p][0] for p in column if p < self.count), default=0.0)
                     for column in strip.columns]
        self.band = cut([w + self.gap for w in self.wide], bands)
        self.bands = self.band[-1] + 1
        self.lanes = self._lanes()
        self._place_along()
        self._place_across()

    def _place_along(self) -> None:
        start = MARGIN + self.gap * (self.bands > 1)
        self.left = [start]
        for r in range(1, len(self.wide)):
            left = self.left[-1] + self.wide[r - 1] + self.gap
            if self.band[r] != self.band[r - 1]:
                left = start
            self.left.append(left)
        self.u = [self.left[r] + self.wide[r] / 2 for r in self.strip.rank]
        self.length = max(a + b for a, b in zip(self.left, self.wide)) + start

    def _place_across(self) -> None:
        room = [breadth + ROOM for _, breadth in self.sizes]
        room += [THIN] * (len(self.strip.rank) - self.count)
        v = self.strip.heights(room)
        band = [self.band[r] for r in self.strip.rank]
        self.top: list[float] = []                                  # of each band
        top = 0.0
        for b in range(self.bands):
            mine = [p for p in range(len(v)) if band[p] == b]
            highest = min(v[p] - room[p] / 2 for p in mine)
            lowest = max(v[p] + room[p] / 2 for p in mine)
            self.top.append(top)
            for p in mine:
                v[p] += top - highest
            top += lowest - highest + LANE * (self._lane_count(b) + 0.5)
        self.v, self.depth = v, top - LANE * 0.5

    def _lanes(self) -> dict[int, int]:
        """The lane of each point whose line goes on in the next band, from 0 on in each band."""
        lanes: dict[int, int] = {}
        for r, column in enumerate(self.strip.columns[:-1]):
            if self.band[r] != self.band[r + 1]:
                leaving = [p for p in column if self.strip.after[p]]
                lanes.update((p, k) for k, p in enumerate(leaving))
        return lanes

    def _lane_count(self, band: int) -> int:
        return sum(self.band[self.strip.rank[p]] == band for p in self.lanes)

    def at(self, u: float, v: float) -> Point:
        """x and y."""
        u, v = round(u, 1), round(v, 1)
        return (v, u) if self.downwards else (u, v)

    def layout(self) -> Layout:
        centres = [self.at(self.u[i], self.v[i]) for i in range(self.count)]
        routes = [[self.route(j, i, k) for k, j in enumerate(sources)]
                  for i, sources in enumerate(self.strip.inputs)]
        width, height = self.at(self.length, self.depth)
        x, y = [x for x, _ in centres], [y for _, y in centres]
        return Layout(x, y, routes, width, height, self.downwards)

    # Arrows ----------------------------------------------------------------------------------

    def route(self, j: int, i: int, k: int) -> Route:
        """The arrow from card j, which is input k of card i."""
        points = [j, *self.strip.ways[i][k], i]
        count = len(self.strip.inputs[i])
        steps = [f"M{self.text(self.leave(j))}"]
        for p, q in pairwise(points):
            start, end = self.leave(p), self.enter(q, k, count)
            if p in self.lanes and self.band[self.strip.rank[q]] != self.band[self.strip.rank[p]]:
                steps.append(self.rounded(list(self.around(p, start, end))))
                label = (end[0] - self.gap * 0.55, end[1])
            else:
                steps.append(self.curve(start, end))
                label = on_curve(start, end, (0.5, 0.3)[count > CROWDED])
            if q != i:
                steps.append(f"L{self.text(self.leave(q))}")
        return Route("".join(steps), self.at(*label))

    def leave(self, p: int) -> Point:
        """Where lines leave a card, or a column that they pass."""
        if p < self.count:
            return self.u[p] + self.sizes[p][0] / 2, self.v[p]
        r = self.strip.rank[p]
        return self.left[r] + self.wide[r], self.v[p]

    def enter(self, q: int, k: int, count: int) -> Point:
        """Where line k of `count` enters a card, or a line the column that it passes."""
        if q >= self.count:
            return self.left[self.strip.rank[q]], self.v[q]
        length, breadth = self.sizes[q]
        share = (k + 0.5) / count - 0.5
        return self.u[q] - length / 2, self.v[q] + breadth * share * 0.8

    def around(self, p: int, start: Point, end: Point) -> Iterator[Point]:
        """The corners of a line to the next band: to the margin, back between the bands, and on."""
        band, lane = self.band[self.strip.rank[p]], self.lanes[p]
        lanes = self._lane_count(band)
        between = self.top[band + 1] - LANE * (lanes - lane)
        out = self.length - MARGIN - LANE * (lanes - 1 - lane) * 0.6
        back = MARGIN + LANE * (lanes - 1 - lane) * 0.6
        yield start
        yield out, start[1]
        yield out, between
        yield back, between
        yield back, end[1]
        yield end

    def curve(self, start: Point, end: Point) -> str:
        """A curve that leaves and arrives along the strip."""
        bend = (end[0] - start[0]) / 2
        handles = [(start[0] + bend, start[1]), (end[0] - bend, end[1]), end]
        return "C" + " ".join(map(self.text, handles))

    def rounded(self, corners: Sequence[Point]) -> str:
        """Straight lines with rounded corners."""
        steps = []
        for before, corner, after in zip(corners, corners[1:], corners[2:]):
            steps.append(f"L{self.text(toward(corner, before))}"
                         f"Q{self.text(corner)} {self.text(toward(corner, after))}")
        return "".join([*steps, f"L{self.text(corners[-1])}"])

    def text(self, point: Point) -> str:
        x, y = self.at(*point)
        return f"{x:g},{y:g}"


def cut(lengths: Sequence[float], bands: int) -> list[int]:
    """The band of each column, so that the longest of at most `bands` bands is short.

    >>> cut([1, 1, 1, 1, 4], 2)
    [0, 0, 0, 0, 1]
    """
    low, high = max(lengths), sum(lengths)
    while high - low > 0.5:
        middle = (low + high) / 2
        if filled(lengths, middle)[-1] < bands:
            high = middle
        else:
            low = middle
    return filled(lengths, high)


def filled(lengths: Sequence[float], longest: float) -> list[int]:
    """The band of each column, where a band is full at `longest`."""
    band, total, numbers = 0, 0.0, []
    for length in lengths:
        if total and total + length > longest:
            band, total = band + 1, 0.0
        total += length
        numbers.append(band)
    return numbers


def toward(corner: Point, other: Point) -> Point:
    """The point near a corner where its rounding begins, on the way to another point."""
    far = abs(other[0] - corner[0]) + abs(other[1] - corner[1]) or 1.0
    share = min(ROUND, far / 2) / far
    return (corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share)


def on_curve(start: Point, end: Point, t: float) -> Point:
    """The point at t of the curve from start to end, which leaves and arrives along u."""
    s = 1 - t
    u = s ** 3 + 1.5 * s * t, t ** 3 + 1.5 * s * t
    v = s ** 3 + 3 * s * s * t, t ** 3 + 3 * s * t * t
    return start[0] * u[0] + end[0] * u[1], start[1] * v[0] + end[1] * v[1]
