"""Where the labels of arrows stand: on their arrow, and on no card, no arrowhead, no other label.

Each label takes the first spot of its arrow that is free; if none is, the one where it covers the
least. Then those that cover something look again, now that all others stand. What lies around is
looked up in squares, so that the work is linear in the labels.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograd.pictures.arrows import Arrow

SQUARE = 200.0
HEAD = 16.0                         # a square around an arrowhead
AGAIN = 3                           # times that all labels are looked at once more


class Area(NamedTuple):
    """A rectangle, by its centre."""
    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: Area) -> float:
        """The area that two rectangles share."""
        width = (self.width + other.width) / 2 - abs(self.x - other.x)
        height = (self.height + other.height) / 2 - abs(self.y - other.y)
        return max(width, 0.0) * max(height, 0.0)

    def inside(self, whole: Area) -> Area:
        """The same as near as it can be inside another one."""
        x, y = (min(max(at, middle - room), middle + room) if room > 0 else middle
                for at, middle, room in ((self.x, whole.x, (whole.width - self.width) / 2),
                                         (self.y, whole.y, (whole.height - self.height) / 2)))
        return self._replace(x=x, y=y)

    def squares(self) -> Iterator[tuple[int, int]]:
        """The squares that it touches."""
        left, right = self.x - self.width / 2, self.x + self.width / 2
        top, bottom = self.y - self.height / 2, self.y + self.height / 2
        for i in range(int(left // SQUARE), int(right // SQUARE) + 1):
            for j in range(int(top // SQUARE), int(bottom // SQUARE) + 1):
                yield i, j


class Taken:
    """The areas that are occupied."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self.by_square: dict[tuple[int, int], list[Area]] = {}
        for area in areas:
            self.add(area)

    def add(self, area: Area) -> None:
        for square in area.squares():
            self.by_square.setdefault(square, []).append(area)

    def remove(self, area: Area) -> None:
        for square in area.squares():
            self.by_square[square].remove(area)

    def covered(self, area: Area) -> float:
        """How much of them a new area would cover."""
        around = {other for square in area.squares() for other in self.by_square.get(square, ())}
        return sum(area.overlap(other) for other in around)

    def join(self, standing: Taken, areas: Sequence[Area]) -> Area:
        """The first of some areas that is free, or covers the least; it is taken then."""
        covered = [10 * standing.covered(area) + self.covered(area) for area in areas]
        best = areas[covered.index(min(covered))]
        self.add(best)
        return best


def place_labels(arrows: Sequence[Arrow], widths: Sequence[float], height: float,
                 cards: Sequence[Area], whole: Area) -> float:
    """The area that labels cover of others, once each stands: of this width and height, on cards
    of these areas, in a picture of the area `whole`.
    """
    heads = [Area(*arrow.end, HEAD, HEAD) for arrow in arrows]
    standing, labels = Taken([*cards, *heads]), Taken([])
    choices = [[Area(x, y, width, height).inside(whole) for x, y in arrow.spots]
               for arrow, width in zip(arrows, widths)]
    found = [labels.join(standing, areas) for areas in choices]
    for _ in range(AGAIN):
        for k, area in enumerate(found):
            labels.remove(area)
            found[k] = labels.join(standing, choices[k])
    for arrow, area in zip(arrows, found):
        arrow.label = round(area.x, 1), round(area.y, 1)
    shown = [area for area in found if area.width]
    return sum(labels.covered(area) - area.width * area.height for area in shown)
