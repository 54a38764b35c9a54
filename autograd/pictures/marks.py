"""An SVG as marks: outlines and texts with their places, as plain data, for writers of other forms.

It reads what svg.py and Graphviz write, not every SVG there is: no image, no gradient, no clip.
Points are in points (1/72 inch), y downwards; a mark that comes later lies above.
"""
from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Union

from autograd.pictures.arrows import Point

NAMED = {"black": "#000000", "white": "#FFFFFF", "grey": "#C0C0C0", "gray": "#C0C0C0",
         "red": "#FF0000", "green": "#00FF00", "blue": "#0000FF", "lightgrey": "#D3D3D3"}
ROUND = 0.5522847                   # of a radius: a quarter of a circle as a curve
NUMBER = re.compile(r"-?\d*\.?\d+(?:[eE][-+]?\d+)?")


class Outline(NamedTuple):
    """A line or an area.

    steps   ("M", one point), ("L", one point), ("C", three points), ("Z", none)
    fill, stroke    colours as #RRGGBB; "" for none
    width, dashes   of the line, in points
    """
    steps: list[tuple[str, list[Point]]]
    fill: str
    stroke: str
    width: float
    dashes: tuple[float, ...]


class Text(NamedTuple):
    """A line of text: where its baseline begins, has its middle or ends, as `anchor` says."""
    at: Point
    string: str
    size: float
    fill: str
    bold: bool
    anchor: str


Mark = Union[Outline, Text]


class Drawing(NamedTuple):
    """All marks of a picture, and its size."""
    width: float
    height: float
    marks: list[Mark]


class Frame(NamedTuple):
    """How a group's coordinates become the picture's: scaled, then moved."""
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def at(self, x: float, y: float) -> Point:
        return self.x + self.scale * x, self.y + self.scale * y

    def within(self, transform: str) -> Frame:
        """The frame of a group inside this one."""
        inner = self
        for what, numbers in re.findall(r"(\w+)\(([^)]*)\)", transform):
            values = numbers_in(numbers)
            if what == "translate":
                inner = Frame(inner.scale, *inner.at(values[0], (values + [0.0])[1]))
            elif what == "scale":
                inner = inner._replace(scale=inner.scale * values[0])
        return inner


def drawing_of(svg: str) -> Drawing:
    """The marks of an <svg> element.

    >>> drawing = drawing_of('<svg viewBox="0 0 9 9"><text x="1" y="2" fill="red">a</text></svg>')
    >>> drawing.marks[0].at, drawing.marks[0].fill
    ((1.0, 2.0), '#FF0000')
    """
    root = ElementTree.fromstring(svg)
    left, top, width, height = numbers_in(root.get("viewBox", ""))
    frame = Frame(1.0, -left, -top)
    return Drawing(width, height, list(marks_in(root, frame, {}, (width, height))))


def marks_in(element: ElementTree.Element, frame: Frame, style: Mapping[str, str],
             page: Point) -> Iterator[Mark]:
    """The marks of an element and of those inside it, in their order."""
    style = {**style, **element.attrib}
    kind = element.tag.rpartition("}")[2]
    if kind in ("g", "svg", "a"):
        inner = frame.within(element.get("transform", ""))
        for child in element:
            yield from marks_in(child, inner, style, page)
    elif kind == "text":
        at = frame.at(float(style.get("x", 0)), float(style.get("y", 0)))
        yield Text(at, "".join(element.itertext()), float(style.get("font-size", 14)) * frame.scale,
                   color(style.get("fill", "black")), style.get("font-weight") == "bold",
                   style.get("text-anchor", "start"))
    elif kind in STEPS:
        steps = [(letter, [frame.at(*point) for point in points])
                 for letter, points in STEPS[kind](style, page)]
        dashes = tuple(numbers_in(style.get("stroke-dasharray", "")))
        yield Outline(steps, color(style.get("fill", "black")), color(style.get("stroke", "none")),
                      float(style.get("stroke-width", 1)) * frame.scale, dashes)


def numbers_in(text: str) -> list[float]:
    return [float(found) for found in NUMBER.findall(text)]


def color(name: str) -> str:
    """A colour as #RRGGBB, "" for none."""
    if name in ("none", "transparent", ""):
        return ""
    return NAMED.get(name, name[:7].upper() if name.startswith("#") else "#000000")


# Outlines ----------------------------------------------------------------------------------------

Steps = list[tuple[str, list[Point]]]


def pairs(text: str) -> list[Point]:
    numbers = numbers_in(text)
    return list(zip(numbers[::2], numbers[1::2]))


def path_steps(style: Mapping[str, str], page: Point) -> Steps:
    """Those of a path in absolute coordinates; a run of curves is a step for each."""
    steps: Steps = []
    for letter, numbers in re.findall(r"([MLCZz])([^MLCZz]*)", style.get("d", "")):
        points = pairs(numbers)
        if letter in "Zz":
            steps.append(("Z", []))
        elif letter == "C":
            steps += [("C", points[k:k + 3]) for k in range(0, len(points) - 2, 3)]
        else:
            steps.append((letter, points[:1]))
            steps += [("L", [point]) for point in points[1:]]
    return steps


def polygon_steps(style: Mapping[str, str], page: Point) -> Steps:
    return [*polyline_steps(style, page), ("Z", [])]


def polyline_steps(style: Mapping[str, str], page: Point) -> Steps:
    first, *others = pairs(style.get("points", ""))
    return [("M", [first]), *(("L", [point]) for point in others)]


def ellipse_steps(style: Mapping[str, str], page: Point) -> Steps:
    x, y, rx, ry = (float(style.get(name, 0)) for name in ("cx", "cy", "rx", "ry"))
    return rounded(x - rx, y - ry, (2 * rx, 2 * ry), (rx, ry))


def rect_steps(style: Mapping[str, str], page: Point) -> Steps:
    """Those of a rectangle; a size may be a percentage of the page's."""
    sizes = [float(text[:-1]) / 100 * whole if text.endswith("%") else float(text)
             for text, whole in zip((style["width"], style["height"]), page)]
    corner = min(float(style.get("rx", 0)), sizes[0] / 2, sizes[1] / 2)
    x, y = float(style.get("x", 0)), float(style.get("y", 0))
    return rounded(x, y, (sizes[0], sizes[1]), (corner, corner))


def rounded(x: float, y: float, size: Point, corner: Point) -> Steps:
    """A rectangle with round corners, from its upper side on, clockwise."""
    right, low = x + size[0], y + size[1]
    a, b = corner
    if not a or not b:
        return [("M", [(x, y)]), ("L", [(right, y)]), ("L", [(right, low)]), ("L", [(x, low)]),
                ("Z", [])]
    p, q = a * (1 - ROUND), b * (1 - ROUND)
    return [("M", [(x + a, y)]),
            ("L", [(right - a, y)]), ("C", [(right - p, y), (right, y + q), (right, y + b)]),
            ("L", [(right, low - b)]),
            ("C", [(right, low - q), (right - p, low), (right - a, low)]),
            ("L", [(x + a, low)]), ("C", [(x + p, low), (x, low - q), (x, low - b)]),
            ("L", [(x, y + b)]), ("C", [(x, y + q), (x + p, y), (x + a, y)]), ("Z", [])]


STEPS = {"path": path_steps, "polygon": polygon_steps, "polyline": polyline_steps,
         "ellipse": ellipse_steps, "rect": rect_steps}
