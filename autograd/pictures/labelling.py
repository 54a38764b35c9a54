"""Where the labels of arrows stand: on their arrow, and on no card and no other label.

Each label takes the first spot of its arrow that is free; if none is, the one where it covers the
least. What lies around is looked up in squares, so that the work is linear in the labels.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograd.pictures.curves import Path, Point

SQUARE = 200.0


class Box(NamedTuple):
    """A rectangle, by its centre."""
    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: Box) -> float:
        """The area that two rectangles share."""
        width = (self.width + other.width) / 2 - abs(self.x - other.x)
        height = (self.height + other.height) / 2 - abs(self.y - other.y)
        return max(width, 0.0) * max(height, 0.0)

    def squares(self) -> Iterator[tuple[int, int]]:
        """The squares that it touches."""
        left, right = self.x - self.width / 2, self.x + self.width / 2
        top, bottom = self.y - self.height / 2, self.y + self.height / 2
        for i in range(int(left // SQUARE), int(right // SQUARE) + 1):
            for j in range(int(top // SQUARE), int(bottom // SQUARE) + 1):
                yield i, j


class Taken:
    """The rectangles that are there already."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.by_square: dict[tuple[int, int], list[Box]] = {}
        for box in boxes:
            self.add(box)

    def add(self, box: Box) -> None:
        for square in box.squares():
            self.by_square.setdefault(square, []).append(box)

    def covered(self, box: Box) -> float:
        """How much of what is there a rectangle would cover."""
        around = {other for square in box.squares() for other in self.by_square.get(square, ())}
        return sum(box.overlap(other) for other in around)


def place_labels(paths: Sequence[Path], widths: Sequence[float], height: float,
                 cards: Sequence[Box]) -> list[Point]:
    """The centre of a label of each width on each path."""
    standing, labels = Taken(cards), Taken([])
    spots = []
    for path, width in zip(paths, widths):
        boxes = [Box(x, y, width, height) for x, y in path.spots]
        covered = [10 * standing.covered(box) + labels.covered(box) for box in boxes]
        best = boxes[covered.index(min(covered))]               # the first of those that are free
        labels.add(best)
        spots.append((round(best.x, 1), round(best.y, 1)))
    return spots
