"""A scene whose nodes have their places as SVG. No program is needed, and it knows no Values.

It shows what Graphviz shows of the same scene, with each text centred whichever fonts there are.
Texts come from users: every one is escaped.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from autograd.pictures import style
from autograd.pictures.arrows import Point
from autograd.pictures.cards import Spline, Splines, label_width, sign_width
from autograd.pictures.columns import Place, Places
from autograd.pictures.dot import NO_SPLINES, edge_look, local_text, thickness
from autograd.pictures.scene import Edge, Node, Scene
from autograd.pictures.style import ROLES
from autograd.words.labels import shorten
from autograd.words.numbers import DASH, brief, fixed, grad_text

POINTS = 72                         # of an inch
PAD = 11.0                          # around the picture
NARROW, WIDE = "iljtfr.,:;!|'()[]{}/ I", "mwMW%@…"         # letters, for their width
BASELINE = 0.35                     # of a text's size, from its middle down
ROUND = 8.0
LABEL = 0.18                        # inches: half the height of a label
FOCUSED = "4.5"                     # points: the line of what a frame points at
WIDEST, BESIDE = 1.25, 3.0          # times as wide as Arial; points beside a text in its card
HEAD, FOCUSED_HEAD = 0.4, 0.9       # half the width of an arrowhead, of its length


@dataclass(frozen=True)
class Focus:
    """What a frame of a pass points at.

    nodes, edges    by name, and by place: those with a ring, and thick
    back            whether the thick edges run backward
    unlabelled      edges whose local derivative is not shown yet
    widest          the longest legend of all frames: one size for all
    """
    nodes: frozenset[str] = frozenset()
    edges: frozenset[int] = frozenset()
    back: bool = False
    unlabelled: frozenset[int] = frozenset()
    widest: str = ""


def svg_of(scene: Scene, places: Places, splines: Splines = NO_SPLINES,
           focus: Focus = Focus()) -> str:
    """The scene as an <svg> element."""
    canvas = Canvas(with_sizes(scene, places), splines, focus.widest or scene.legend,
                    scene.legend_row)
    for n in scene.nodes:
        if n.shape == "frame":          # behind everything
            draw_node(canvas, n)
    draw_edges(canvas, scene, splines, focus)
    for n in scene.nodes:
        if n.shape != "frame":
            draw_node(canvas, n)
        if n.name in focus.nodes:
            draw_ring(canvas, canvas.places[n.name], style.GRAD if focus.back else style.DATA)
    for k, spline in splines.items():
        if scene.edges[k].kind == "use" and k not in focus.unlabelled:
            draw_label(canvas, scene.edges[k], spline)
    draw_legend(canvas, scene.legend, scene.legend_row)
    return canvas.svg(scene.title)


def draw_legend(canvas: Canvas, legend: str, row: float) -> None:
    """The lines below the picture."""
    for k, line in enumerate(reversed(legend.split("\n"))):
        if line:
            below = canvas.height - PAD - 8 - k * row
            canvas.text((canvas.width / 2, below), line, fill=style.INK)


def with_sizes(scene: Scene, places: Places) -> Places:
    """The places, each with the size that its node has in a picture."""
    node = {n.name: n for n in scene.nodes}
    return {name: with_size(node[name], place) for name, place in places.items()}


def draw_edges(canvas: Canvas, scene: Scene, splines: Splines, focus: Focus) -> None:
    """The edges, those of the focus thick, and turned round where it goes backward."""
    node, points = {n.name: n for n in scene.nodes}, thickness(scene)
    for k, edge in enumerate(scene.edges):
        look, spline = edge_look(edge, points), splines.get(k)
        if k in focus.edges:
            look.update(color=style.GRAD if focus.back else style.DATA, penwidth=FOCUSED)
            spline = backward(spline) if focus.back and spline else spline
        draw_edge(canvas, edge, node, look, spline)


class Canvas:
    """The elements of a picture; points are in points, y downwards.

    left, top   what lies furthest to the left, and furthest up, in inches
    """

    def __init__(self, places: Places, splines: Splines, legend: str, row: float) -> None:
        self.places = places
        corners = [corner for place in places.values() for corner in corners_of(place)]
        for spline in splines.values():
            x, y = spline.label
            corners += [*spline.points, (x, y - LABEL), (x, y + LABEL)]
        self.left, self.top = min(x for x, _ in corners), max(y for _, y in corners)
        right, bottom = max(x for x, _ in corners), min(y for _, y in corners)
        lines = legend.split("\n") if legend else []
        longest = max(map(len, lines), default=0)
        missing = max(longest * style.LETTER_POINTS / POINTS - (right - self.left), 0.0)
        self.left -= missing / 2
        self.width = (right - self.left + missing / 2) * POINTS + 2 * PAD
        self.height = (self.top - bottom) * POINTS + 2 * PAD + row * len(lines)
        self.parts: list[str] = []

    def at(self, point: Point) -> Point:
        """A point given in inches, y upwards."""
        return (point[0] - self.left) * POINTS + PAD, (self.top - point[1]) * POINTS + PAD

    def add(self, tag: str, inside: str = "", **attributes: object) -> None:
        """An element; an underscore in an attribute's name stands for a dash."""
        given = "".join(f' {name.strip("_").replace("_", "-")}="{escape(str(value))}"'
                        for name, value in attributes.items())
        self.parts.append(f"<{tag}{given}>{inside}</{tag}>")

    def text(self, middle: Point, string: str, size: float = style.TITLE_TEXT,
             fill: str = style.TEXT, weight: str = "normal", anchor: str = "middle",
             room: float = math.inf) -> None:
        """A line of text around a point, or from it on ("start"), or up to it ("end").

        What might be wider than its room in a wide font has the width of Arial, in every font.
        """
        width = breadth(string) * size / style.TITLE_TEXT
        fixed_width = {}
        if WIDEST * width > room:
            fixed_width = {"textLength": f"{min(width, room):.1f}",
                           "lengthAdjust": "spacingAndGlyphs"}
        self.add("text", escape(string), x=f"{middle[0]:.1f}",
                 y=f"{middle[1] + BASELINE * size:.1f}", text_anchor=anchor, font_size=size,
                 fill=fill, font_weight=weight, **fixed_width)

    def rect(self, corner: Point, size: Point, fill: str, stroke: str = "none",
             width: float = 1.0, round_: float = 0.0) -> None:
        """A rectangle, by its upper left corner."""
        self.add("rect", x=f"{corner[0]:.1f}", y=f"{corner[1]:.1f}", width=f"{size[0]:.1f}",
                 height=f"{size[1]:.1f}", rx=round_, fill=fill, stroke=stroke, stroke_width=width)

    def svg(self, title: str) -> str:
        """The whole picture."""
        size = f'width="{self.width:.0f}pt" height="{self.height:.0f}pt"'
        return (f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{style.FONTS}" {size} '
                f'viewBox="0 0 {self.width:.1f} {self.height:.1f}">'
                f'<title>{escape(title)}</title>'
                f'<rect width="100%" height="100%" fill="{style.PAPER}"/>'
                f'{"".join(self.parts)}</svg>')


def with_size(node: Node, place: Place) -> Place:
    """The place of a node; text, which has no size of its own, is about as large as it looks."""
    if place.width and place.height:
        return place
    lines = [node.title, *node.lines]
    width = max(map(len, lines)) * style.LETTER_POINTS
    return Place(place.x, place.y, width / POINTS, len(lines) * style.TITLE_TEXT * 1.3 / POINTS)


def corners_of(place: Place) -> list[Point]:
    """Two opposite corners of a node."""
    w, h = (place.width or 0.0) / 2, (place.height or 0.0) / 2
    return [(place.x - w, place.y - h), (place.x + w, place.y + h)]


# Nodes -----------------------------------------------------------------------------------------

def draw_node(canvas: Canvas, node: Node) -> None:
    """A node in a group with its id, class and words."""
    place = canvas.places[node.name]
    canvas.parts.append(f'<g id="{escape(node.name)}" class="node {node.kind or node.role}">'
                        f"<title>{escape(node.words)}</title>")
    DRAW[node.shape](canvas, node, canvas.at((place.x, place.y)), size_of(place))
    canvas.parts.append("</g>")


def size_of(place: Place) -> Point:
    """Width and height in points."""
    return (place.width or 0.0) * POINTS, (place.height or 0.0) * POINTS


def draw_card(canvas: Canvas, node: Node, middle: Point, size: Point) -> None:
    """Title and role, data and grad, and in a dark field the operation's sign."""
    role, sign = ROLES[node.role], sign_width(node)
    left, top = middle[0] - size[0] / 2, middle[1] - size[1] / 2
    row, width = size[1] / 3, size[0] - sign
    line = 2 - (node.role == "intermediate")
    centre = left + sign + width / 2
    if sign:
        canvas.rect((left, top), (sign, size[1]), style.INK)
        canvas.text((left + sign / 2, middle[1]), node.sign, style.sign_text(node.sign), "white")
    for k, fill in enumerate([role.fill, style.PAPER, style.PAPER]):
        canvas.rect((left + sign, top + k * row), (width, row), fill, role.line, line)
    data = DASH if node.data is None else fixed(node.data)
    numbers = {"data": data, "grad": grad_text(node.grad)}
    numbers.update(dict.fromkeys(node.blanks, style.BLANK))
    room = width - 2 * BESIDE
    draw_title(canvas, node, (centre, top + row / 2), room)
    canvas.text((centre, top + 1.5 * row), f"data {numbers['data']}", fill=style.DATA, room=room)
    canvas.text((centre, top + 2.5 * row), f"grad {numbers['grad']}", fill=style.GRAD, room=room)


def draw_title(canvas: Canvas, node: Node, middle: Point, room: float) -> None:
    """The title, bold, and the role of a leaf or an output.

    These two meet at one point, so that they never overlap, however wide the font is.
    """
    title, role = shorten(node.title), node.role
    if role not in style.NAMED_ROLES:
        return canvas.text(middle, title, weight="bold", room=room)
    if not title.strip():
        return canvas.text(middle, role, fill=style.QUIET)
    x, y = middle[0] + (1.06 * breadth(title) - breadth(role)) / 2, middle[1]
    left = x - 3 - (middle[0] - room / 2)                   # for the title; the rest for the role
    canvas.text((x - 3, y), title, weight="bold", anchor="end", room=left)
    canvas.text((x + 3, y), role, fill=style.QUIET, anchor="start", room=room - left - 6)


def breadth(text: str) -> float:
    """About how wide a title is in points, in Arial and fonts like it."""
    parts = [0.34 if c in NARROW else 0.85 if c in WIDE else 0.68 if c.isupper() else 0.56
             for c in text]
    return sum(parts) * style.TITLE_TEXT


def draw_circle(canvas: Canvas, node: Node, middle: Point, size: Point) -> None:
    """An operation, dark with a white sign; or a unit of a network."""
    role = ROLES[node.role]
    ink = {"operation": "white"}.get(node.role, style.TEXT)
    letters = {"operation": style.sign_text(node.title)}.get(node.role, style.TITLE_TEXT)
    corner = middle[0] - size[0] / 2, middle[1] - size[1] / 2
    is_round = len(node.title) <= 4 or node.role != "operation"
    canvas.rect(corner, size, role.fill, role.line, 2, size[1] / 2 if is_round else ROUND)
    canvas.text(middle, shorten(node.title, style.LONGEST["circle"]), letters, ink)


def draw_box(canvas: Canvas, node: Node, middle: Point, size: Point) -> None:
    """A unit of a column: its title, and data and grad, or what it holds."""
    role = ROLES[node.role]
    corner = middle[0] - size[0] / 2, middle[1] - size[1] / 2
    canvas.rect(corner, size, role.fill, role.line, 2, ROUND)
    upper, lower = (middle[0], middle[1] - 10), (middle[0], middle[1] + 11)
    title, letters = shorten(node.title, style.LONGEST["box"]), style.UNIT_TEXT
    if node.data is not None:
        grad = DASH if node.grad is None else brief(node.grad)
        canvas.text((lower[0] - 28, lower[1]), brief(node.data), letters, style.DATA)
        canvas.text((lower[0] + 28, lower[1]), grad, letters, style.GRAD)
    elif node.lines:
        canvas.text(lower, node.lines[0], letters)
    else:
        upper = middle
    canvas.text(upper, title, letters, weight="bold")


def draw_text(canvas: Canvas, node: Node, middle: Point, size: Point) -> None:
    """A number, a caption, or what is left out."""
    lines = [node.title, *node.lines]
    for k, line in enumerate(lines):
        height = middle[1] + (k - (len(lines) - 1) / 2) * style.TITLE_TEXT * 1.2
        canvas.text((middle[0], height), line, fill=style.INK)


def draw_frame(canvas: Canvas, node: Node, middle: Point, size: Point) -> None:
    """What stands behind the units of a column."""
    role = ROLES[node.role]
    corner = middle[0] - size[0] / 2, middle[1] - size[1] / 2
    canvas.rect(corner, size, role.fill, role.line, 1, ROUND)


DRAW = {"card": draw_card, "circle": draw_circle, "box": draw_box, "text": draw_text,
        "frame": draw_frame}


def draw_ring(canvas: Canvas, place: Place, color: str) -> None:
    """A line around a node that a frame points at."""
    middle, (width, height) = canvas.at((place.x, place.y)), size_of(place)
    corner = middle[0] - width / 2 - 4, middle[1] - height / 2 - 4
    canvas.rect(corner, (width + 8, height + 8), "none", color, float(FOCUSED), ROUND)


# Edges -----------------------------------------------------------------------------------------

def draw_edge(canvas: Canvas, edge: Edge, node: dict[str, Node], look: dict[str, str],
              spline: Spline | None) -> None:
    """An arrow along its spline; without one a straight line, for a weight without a head."""
    color = look.get("color", style.INK)
    width = look.get("penwidth", str(style.LINE_WIDTH))
    dashes = {"dashed": "6 3"}.get(look.get("style", ""), "none")
    if spline is None:
        ends = (edge.source, edge.target), (edge.target, edge.source)
        points = [end_of(canvas, *names) for names in ends]
    else:
        points = [canvas.at(point) for point in spline.points]
    words = " → ".join([node[edge.source].words, node[edge.target].words])
    canvas.add("path", f"<title>{escape(words)}</title>", d=path_of(points), fill="none",
               stroke=color, stroke_width=width, stroke_dasharray=dashes)
    if edge.kind != "weight":
        tip = canvas.at(spline.tip) if spline else points[-1]
        wide = FOCUSED_HEAD if width == FOCUSED else HEAD
        canvas.add("path", d=head_of(points[-1], tip, wide), fill=color)


def backward(spline: Spline) -> Spline:
    """The arrow the other way round: its head lies where it began."""
    first, second = spline.points[:2]
    length = math.dist(first, second) or 1.0
    head = min(1.6 * style.ARROWHEAD / POINTS / length, 1.0)
    base = (first[0] + (second[0] - first[0]) * head, first[1] + (second[1] - first[1]) * head)
    points = [spline.tip, *reversed(spline.points[1:-1]), base]
    return spline._replace(points=points, tip=first)


def end_of(canvas: Canvas, name: str, other: str) -> Point:
    """Where a straight line to another node begins: at the side that faces it."""
    place, across = canvas.places[name], canvas.places[other]
    half = (place.width or 0.0) / 2
    side = half if across.x > place.x else -half
    return canvas.at((place.x + side, place.y))


def path_of(points: Sequence[Point]) -> str:
    """A straight line between two points, else a chain of curves."""
    start, *others = [f"{x:.1f},{y:.1f}" for x, y in points]
    return f"M{start}{'L' if len(others) == 1 else 'C'}{' '.join(others)}"


def head_of(base: Point, tip: Point, wide: float = HEAD) -> str:
    """An arrowhead from the end of a line to its tip."""
    if base == tip:
        base = (tip[0] - style.ARROWHEAD, tip[1])
    along = (tip[0] - base[0], tip[1] - base[1])
    aside = (-along[1] * wide, along[0] * wide)
    left, right = (base[0] + aside[0], base[1] + aside[1]), (base[0] - aside[0], base[1] - aside[1])
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in (tip, left, right)) + "Z"


def draw_label(canvas: Canvas, edge: Edge, spline: Spline) -> None:
    """A local derivative on its arrow."""
    label = local_text(edge)
    middle = canvas.at(spline.label)
    height = style.LABEL_BY_HAND if edge.blank and not edge.key else style.EDGE_TEXT * 1.25
    size = label_width(edge), height
    canvas.rect((middle[0] - size[0] / 2, middle[1] - size[1] / 2), size, style.LOCAL_FILL,
                round_=size[1] / 2)
    canvas.text(middle, label, style.EDGE_TEXT, style.LOCAL)
