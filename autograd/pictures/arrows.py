"""Arrows as chains of Bezier curves: smooth ones, and straight lines with rounded corners.

An arrow grows at its end, like a line that is drawn with a pen.
"""
from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]         # x and y

ASIDE = (14.0, -14.0, 24.0, -24.0)  # from a curve, where there is no room on it: up or down,
ACROSS = (24.0, -24.0, 40.0, -40.0)                         # or to the right or left
ROUND = 10.0                        # radius of a corner
SAMPLES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.2, 0.14, 0.74, 0.08, 0.8)  # where labels stand


class Arrow:
    """An arrow that grows.

    points  where it begins; then of each curve its two handles and its end
    spots   points of its last curve, the best for a label first
    label   the centre of its label
    """

    def __init__(self, start: Point) -> None:
        self.points = [start]
        self.spots = [start]
        self.label = start

    @property
    def end(self) -> Point:
        return self.points[-1]

    def curve_to(self, a: Point, b: Point, end: Point) -> None:
        """Go on in a curve with handles a and b."""
        on_it = [on_curve((self.end, a, b, end), t) for t in SAMPLES]
        beside = [(x, y + aside) for aside in ASIDE for x, y in on_it]
        across = [(x + aside, y) for aside in ACROSS for x, y in on_it]
        self.spots = on_it + beside + across
        self.points += [a, b, end]

    def line_to(self, end: Point) -> None:
        """Go on in a straight line."""
        start = self.end
        self.curve_to(on_line(start, end, 1 / 3), on_line(start, end, 2 / 3), end)

    def corner(self, at: Point, end: Point) -> None:
        """Go on around a corner."""
        self.curve_to(on_line(self.end, at, 2 / 3), on_line(end, at, 2 / 3), end)

    @property
    def svg(self) -> str:
        """The arrow as a path of SVG."""
        parts = [f"M{as_text(self.points[0])}"]
        for k in range(1, len(self.points), 3):
            start, (a, b, end) = self.points[k - 1], self.points[k:k + 3]
            if as_text(a) == as_text(on_line(start, end, 1 / 3)):   # a straight line
                parts.append(f"L{as_text(end)}")
            else:
                parts.append(f"C{as_text(a)} {as_text(b)} {as_text(end)}")
        return "".join(parts)


def smooth(arrow: Arrow, end: Point, downwards: bool) -> None:
    """Go on to a point in a curve that leaves and arrives along the strip."""
    (x0, y0), (x1, y1) = arrow.end, end
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    if downwards:
        arrow.curve_to((x0, middle_y), (x1, middle_y), end)
    else:
        arrow.curve_to((middle_x, y0), (middle_x, y1), end)


def straight(arrow: Arrow, corners: Sequence[Point]) -> None:
    """Go on in straight lines, with rounded corners, to the last of some points."""
    points = [arrow.end, *corners]
    for before, corner, after in zip(points, corners, corners[1:]):
        arrow.line_to(toward(corner, before))
        arrow.corner(corner, toward(corner, after))
    arrow.line_to(corners[-1])


def toward(corner: Point, other: Point) -> Point:
    """The point near a corner where its rounding begins, on the way to another point."""
    far = abs(other[0] - corner[0]) + abs(other[1] - corner[1]) or 1.0
    return on_line(corner, other, min(ROUND, far / 2) / far)


def on_line(a: Point, b: Point, t: float) -> Point:
    """The point at t on the line from a to b."""
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t


def on_curve(handles: Sequence[Point], t: float) -> Point:
    """The point at t of a Bezier curve (de Casteljau).

    >>> on_curve([(0, 0), (0, 8), (8, 8), (8, 0)], 0.5)
    (4.0, 6.0)
    """
    while len(handles) > 1:
        handles = [on_line(a, b, t) for a, b in pairwise(handles)]
    return handles[0]


def as_text(point: Point) -> str:
    """A point in a path, to a whole pixel."""
    return f"{point[0]:.0f},{point[1]:.0f}"
