"""Where each card stands, and along which curves the arrows run.

1. A strip of columns runs to the right, or downwards. A strip too long for the page is cut into
   bands, which lie below each other like lines of text (or side by side): of all these forms the
   one that can be shown largest is taken.
2. Here u runs along the strip and v across it; only `Arrangement.at` knows which of them is x.
3. No program is needed, and the same graph gives the same places.

Short names: u, v as above; p, q points of the strip; node j is input number k of node i.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import NamedTuple

from autograd.pictures.arrows import ROUND, Arrow, Point, smooth, straight
from autograd.pictures.labelling import Area, place_labels
from autograd.pictures.strip import Strip

CROWDED, MANY = 4, 8                # inputs of a card or of a column that need more room before it
MARGIN = 11.0
BANDS = 6
COLUMNS = (0, 9, 7, 5)              # nodes of a column, beyond which leaves stand before it; 0: any
BETTER = 1.02                       # times as large: then it is worth being cut or turned
LABEL_HEIGHT = 23.0
SIDE, SIDE_OF_SMALL, SMALL = 0.8, 0.4, 60.0                 # of a side, where arrows arrive
WIDER = (7.0, 5.0, 4.0, 3.0, 2.0, 1.5)     # times the room across, where a page has it


class Spacing(NamedTuple):
    """The room between cards, along the strip and across it.

    arrow       along it, for an arrow alone; `labelled` beside its label, `wider` for many inputs,
                `more` for each input more than these
    room        across it, between cards; `thin` for a line that passes
    lane        for a line that goes on in the next band, between the bands; `aside` beside them
    """
    arrow: float = 42.0
    labelled: float = 30.0
    wider: float = 48.0
    more: float = 24.0
    room: float = 14.0
    thin: float = 14.0
    lane: float = 11.0
    aside: float = 9.0


ROOMY, DENSE = Spacing(), Spacing(36.0, 24.0, 30.0, 16.0, 11.0, 11.0, 9.0, 8.0)
TIGHT = Spacing(32.0, 18.0, 24.0, 12.0, 9.0, 8.0, 5.0, 5.0)


class Page(NamedTuple):
    """Width and height that there are, and the scale from where text reads well.

    row         the height of a line of a card, if not that of its text
    label       the height of a label of an arrow
    """
    width: float
    height: float
    enough: float = 4 / 3
    spacing: Spacing = ROOMY
    row: float | None = None
    label: float = LABEL_HEIGHT


PAGE = Page(1920.0, 728.0, 1.34)    # what a page of `play` has for its graph


@dataclass
class Layout:
    """Centres of the cards, the arrows to each card from its inputs, and the size of the whole.

    covered     the area that labels share with other labels
    """
    x: list[float]
    y: list[float]
    arrows: list[list[Arrow]]
    width: float
    height: float
    downwards: bool
    bands: int
    covered: float


def arrange(sizes: Sequence[Point], inputs: Sequence[Sequence[int]],
            labels: Sequence[Sequence[float]], direction: str | None = None,
            page: Page = PAGE, names: Sequence[str] = ()) -> Layout:
    """The layout, of all directions and numbers of bands, that can be shown largest.

    The simplest that is large enough goes before all others.

    sizes       width and height of each card, in topological order
    inputs      of each card, the places of its inputs
    labels      the widths of the labels of the arrows from these
    direction   "LR" or "TB", where only one of them is wanted
    names       of the cards: x1 stands above x2
    """
    strips = (Strip(inputs, names, most) for most in COLUMNS)
    forms = (Arrangement(strip, sizes, labels, wanted == "TB", bands, page.spacing, page.label)
             for strip in strips for bands in range(1, min(BANDS, len(strip.columns)) + 1)
             for wanted in ("LR", "TB") if direction in (None, wanted))
    best = next(forms)
    while best.scale(page) < page.enough and (form := next(forms, None)):
        if form.scale(page) > BETTER * best.scale(page):
            best = form
    return roomier(best, page).layout()


def roomier(form: Arrangement, page: Page) -> Arrangement:
    """The same with more room across, as much as is there without being shown smaller.

    A strip that is as long as the page would leave most of it empty, and lie its labels on its
    arrows.
    """
    forms = (form.with_room(times) for times in WIDER)
    least = form.scale(page) / (1 + 1e-9)
    return next((other for other in forms if other.scale(page) >= least), form)


class Arrangement:
    """A strip of given direction, cut into bands.

    u, v        of each point; of a card its centre
    left, wide  of each column, where it begins along u, and how wide it is
    band        of each column, the number of its band
    """

    def __init__(self, strip: Strip, sizes: Sequence[Point], labels: Sequence[Sequence[float]],
                 downwards: bool, bands: int, spacing: Spacing = ROOMY,
                 label: float = LABEL_HEIGHT) -> None:
        self.strip, self.labels, self.downwards, self.spacing = strip, labels, downwards, spacing
        self.label = label
        self.count = len(sizes)
        self.sizes = list(sizes)
        if downwards:
            self.sizes = [(h, w) for w, h in sizes]
        self.wide = [max((self.sizes[p][0] for p in column if p < self.count), default=0.0)
                     for column in strip.columns]
        self.gaps = [self.gap_before(column) for column in strip.columns]
        self.band = cut([w + gap for w, gap in zip(self.wide, self.gaps)], bands)
        self.bands = self.band[-1] + 1
        self.lanes = self._lanes()
        self._place_along()
        self._place_across()

    def with_room(self, times: float) -> Arrangement:
        """The same with this times the room between what stands beside each other."""
        room, thin = times * self.spacing.room, times * self.spacing.thin
        sizes = [(h, w) for w, h in self.sizes] if self.downwards else self.sizes
        return Arrangement(self.strip, sizes, self.labels, self.downwards, self.bands,
                           self.spacing._replace(room=room, thin=thin), self.label)

    def gap_before(self, column: Sequence[int]) -> float:
        """The room before a column: for arrows and their labels."""
        cards = [self.labels[p] for p in column if p < self.count]
        widest = max((width for labels in cards for width in labels), default=0.0)
        if not widest:
            return self.spacing.arrow
        if self.downwards:
            widest = self.label
        counts = [len(labels) for labels in cards]
        crowded = max(counts) > CROWDED or sum(counts) > MANY
        more = min(self.spacing.more * max(max(counts) - CROWDED - 1, 0), self.spacing.wider)
        return self.spacing.labelled + widest + self.spacing.wider * crowded + more

    def _place_along(self) -> None:
        lanes = max(self._lane_count(b) for b in range(self.bands))
        start = MARGIN + self.spacing.aside * lanes
        self.left = [start]
        for r in range(1, len(self.wide)):
            left = self.left[-1] + self.wide[r - 1] + self.gaps[r]
            if self.band[r] != self.band[r - 1]:
                left = start + self.gaps[r]
            self.left.append(left)
        self.u = [self.left[r] + self.wide[r] / 2 for r in self.strip.rank]
        self.length = max(a + b for a, b in zip(self.left, self.wide)) + start + ROUND

    def _place_across(self) -> None:
        room = [breadth + self.spacing.room for _, breadth in self.sizes]
        room += [self.spacing.thin] * (len(self.strip.rank) - self.count)
        v = self.strip.heights(room, self.band)
        self.top: list[float] = []                                  # of each band
        top = 0.0
        for b in range(self.bands):
            mine = [p for p in range(len(v)) if self.band_of(p) == b]
            highest = min(v[p] - room[p] / 2 for p in mine)
            lowest = max(v[p] + room[p] / 2 for p in mine)
            self.top.append(top)
            for p in mine:
                v[p] += top - highest
            top += lowest - highest + self.spacing.lane * (self._lane_count(b) + 0.5)
        self.v, self.depth = v, top - self.spacing.lane * 0.5

    def _lanes(self) -> dict[int, int]:
        """The lane of each point whose line goes on in the next band, from 0 on in each band."""
        lanes: dict[int, int] = {}
        for r, column in enumerate(self.strip.columns[:-1]):
            if self.band[r] != self.band[r + 1]:
                leaving = [p for p in column if self.strip.after[p]]
                lanes.update((p, k) for k, p in enumerate(leaving))
        return lanes

    def _lane_count(self, band: int) -> int:
        return sum(self.band_of(p) == band for p in self.lanes)

    def at(self, u: float, v: float) -> Point:
        """x and y."""
        u, v = round(u, 1), round(v, 1)
        return (v, u) if self.downwards else (u, v)

    def scale(self, page: Page) -> float:
        """How large it can be shown on a page."""
        width, height = self.at(self.length, self.depth)
        return min(page.width / width, page.height / height)

    def layout(self) -> Layout:
        """The places of cards, arrows and their labels."""
        cards = [Area(*self.at(self.u[i], self.v[i]), *self.at(*self.sizes[i]))
                 for i in range(self.count)]
        arrows = [[self.arrow(j, i, k) for k, j in enumerate(sources)]
                  for i, sources in enumerate(self.strip.inputs)]
        width, height = self.at(self.length, self.depth)
        covered = place_labels(list(chain(*arrows)), list(chain(*self.labels)), self.label, cards,
                               Area(width / 2, height / 2, width, height))
        x, y = [card.x for card in cards], [card.y for card in cards]
        return Layout(x, y, arrows, width, height, self.downwards, self.bands, covered)

    # Arrows ----------------------------------------------------------------------------------

    def arrow(self, j: int, i: int, k: int) -> Arrow:
        """The arrow from card j, which is input k of card i."""
        points = [j, *self.strip.ways[i][k], i]
        count = len(self.strip.inputs[i])
        arrow = Arrow(self.at(*self.leave(j)))
        for p, q in pairwise(points):
            end = self.enter(q, k, count)
            if p in self.lanes and self.band_of(q) != self.band_of(p):
                corners = self.around(p, end)
                straight(arrow, [self.at(*corner) for corner in corners])
            else:
                smooth(arrow, self.at(*end), self.downwards)
            if q != i:
                arrow.line_to(self.at(*self.leave(q)))
        return arrow

    def band_of(self, p: int) -> int:
        return self.band[self.strip.rank[p]]

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
        part = SIDE if breadth > SMALL else SIDE_OF_SMALL
        return self.u[q] - length / 2, self.v[q] + breadth * share * part

    def around(self, p: int, end: Point) -> Iterator[Point]:
        """The corners of a line to the next band: to the margin, back between the bands, and on."""
        band, lane = self.band_of(p), self.lanes[p]
        lanes = self._lane_count(band)
        between = self.top[band + 1] - self.spacing.lane * (lanes - lane)
        aside = MARGIN + self.spacing.aside * (lanes - 1 - lane)
        out, back = self.length - aside, aside
        yield out, self.v[p]
        yield out, between
        yield back, between
        yield back, end[1]
        yield end


def cut(lengths: Sequence[float], bands: int) -> list[int]:
    """The band of each column, so that the longest of at most `bands` bands is short.

    >>> cut([1, 1, 1, 1, 4], 2)
    [0, 0, 0, 0, 1]
    """
    low, high = max(lengths), sum(lengths)
    while high - low > 0.5:
        middle = (low + high) / 2
        if fill_bands(lengths, middle)[-1] < bands:
            high = middle
        else:
            low = middle
    return fill_bands(lengths, high)


def fill_bands(lengths: Sequence[float], longest: float) -> list[int]:
    """The band of each column, where a band is full at `longest`."""
    band, total, numbers = 0, 0.0, []
    for length in lengths:
        if total and total + length > longest:
            band, total = band + 1, 0.0
        total += length
        numbers.append(band)
    return numbers
