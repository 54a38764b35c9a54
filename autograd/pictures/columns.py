"""A layout in columns, as in the lecture's figure 2: positions are ours, in inches, not Graphviz's.

A column that is too high to read loses the middle of its units, and says how many. Captions stand
above boxes, and all at one height below circles.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from autograd.pictures.scene import Column, Edge, Node, Scene
from autograd.pictures.style import (
    BOX_GAP,
    BOX_HEIGHT,
    BOX_WIDTH,
    CIRCLE,
    CIRCLE_GAP,
    FRAME_MARGIN,
)

ROWS = 18                           # units of a column
DENSE = 12                          # units of two columns, from where their lines need more room
NEXT_BOXES, NEXT_LOOSE_BOXES, NEXT_CIRCLES = 1.5, 0.75, 1.75     # inches between two columns
FAN = 0.11                          # more for each unit above 6


class Place(NamedTuple):
    """The centre of a node, y upwards, and its size where that is fixed, in inches."""
    x: float
    y: float
    width: float | None = None
    height: float | None = None


class UnitSize(NamedTuple):
    """The size of units of one shape, and the step from one to the next."""
    shape: str
    width: float
    height: float
    step: float


Places = Mapping[str, Place]

BOXES = UnitSize("box", BOX_WIDTH, BOX_HEIGHT, BOX_HEIGHT + BOX_GAP)
CIRCLES = UnitSize("circle", CIRCLE, CIRCLE, CIRCLE + CIRCLE_GAP)


def place_columns(scene: Scene) -> tuple[Scene, dict[str, Place]]:
    """The scene with captions and frames, its long columns cut, and the place of each node."""
    node = {n.name: n for n in scene.nodes}
    units = units_of(scene)
    highest = max(min(len(column.nodes), ROWS) for column in scene.columns)
    floor = -(highest / 2 * CIRCLES.step + 0.3)
    nodes: list[Node] = []
    places: dict[str, Place] = {}
    for k, (column, x) in enumerate(zip(scene.columns, centres(scene.columns, units, highest))):
        rows = rows_of(column, k, node)
        top = (len(rows) - 1) / 2 * units.step
        if column.framed and units is BOXES:
            nodes.append(Node(f"column{k}", "", "frame", in_one_line(column), "frame"))
            places[f"column{k}"] = frame_place(x, top)
        for row, unit in enumerate(rows):
            nodes.append(unit)
            places[unit.name] = unit_place(unit, units, x, top - row * units.step)
        if column.caption:
            nodes.append(caption_node(column, k))
            places[f"caption{k}"] = Place(x, caption_height(column, units, top, floor))
    return replace(scene, nodes=nodes, edges=shown_edges(scene.edges, places)), places


def units_of(scene: Scene) -> UnitSize:
    """Boxes where a unit has a second line, else circles."""
    if any(node.shape == "box" for node in scene.nodes):
        return BOXES
    return CIRCLES


def centres(columns: Sequence[Column], units: UnitSize, highest: int) -> list[float]:
    """The middle of each column; further apart where many lines run between two."""
    fan = FAN * max(highest - 6, 0)
    xs = [0.0]
    for before, column in pairwise(columns):
        is_dense = len(before.nodes) + len(column.nodes) > DENSE
        xs.append(xs[-1] + units.width + room_before(column, units) + is_dense * fan)
    return xs


def room_before(column: Column, units: UnitSize) -> float:
    """The inches between a column and the one before it."""
    if units is CIRCLES:
        return NEXT_CIRCLES
    if column.framed:
        return NEXT_BOXES
    return NEXT_LOOSE_BOXES


def rows_of(column: Column, k: int, node: Mapping[str, Node]) -> list[Node]:
    """A column's units; in the middle of a long column a node that says how many are not shown."""
    units = [node[name] for name in column.nodes]
    left_out = len(units) - ROWS + 1
    if len(units) <= ROWS:
        return units
    above = ROWS // 2
    more = Node(f"more{k}", f"⋮ {left_out:,} more", "more", f"{left_out} more", "text")
    return [*units[:above], more, *units[above + left_out:]]


def unit_place(node: Node, units: UnitSize, x: float, y: float) -> Place:
    """The place of a unit; a line that says how many are left out has no size."""
    if node.role == "more":
        return Place(x, y)
    return Place(x, y, units.width, units.height)


def frame_place(x: float, top: float) -> Place:
    """The frame around a column of boxes of which the highest has its centre at `top`."""
    around = 2 * FRAME_MARGIN
    return Place(x, 0.0, BOX_WIDTH + around, 2 * top + BOX_HEIGHT + around)


def caption_node(column: Column, k: int) -> Node:
    """The caption of column k, as text."""
    title, *lines = column.caption.split("\n")
    return Node(f"caption{k}", title, "caption", in_one_line(column), "text", lines=lines)


def caption_height(column: Column, units: UnitSize, top: float, floor: float) -> float:
    """How high a caption stands: above boxes, below circles."""
    if units is CIRCLES:
        return floor
    lines = column.caption.count("\n") + 1
    return top + BOX_HEIGHT / 2 + 0.3 + 0.15 * lines


def in_one_line(column: Column) -> str:
    """A column's caption without its line break."""
    return column.caption.replace("\n", ", ")


def shown_edges(edges: Sequence[Edge], places: Places) -> list[Edge]:
    """The edges between nodes that have a place; strong lines last, on top of weak ones."""
    shown = [edge for edge in edges if edge.source in places and edge.target in places]
    return sorted(shown, key=lambda edge: abs(edge.weight))

