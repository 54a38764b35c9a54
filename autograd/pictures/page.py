"""A scene as a page that plays it: one HTML file. It knows nothing of Values.

play.html is the frame, play.css the style, filled with the colours of style.py, play.js the script.
Places are those of layout.py: no program is needed.
"""
from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import pathlib
import re
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from autograd.formulas.javascript import arithmetic
from autograd.pictures import style
from autograd.pictures.arrows import Arrow, Point, on_line
from autograd.pictures.layout import DENSE, PAGE, ROOMY, TIGHT, Layout, Spacing, arrange
from autograd.pictures.scene import Edge, Node, Scene
from autograd.words.labels import shorten
from autograd.words.numbers import compact

class Look(NamedTuple):
    """How a graph is laid out: the room between cards, and that of a letter, a line and a title."""
    spacing: Spacing
    letter: float
    row: float
    longest: int


LOOKS = (Look(ROOMY, style.LETTER, style.ROW, style.LONGEST_ON_PAGE),
         Look(DENSE, style.LETTER, style.ROW, style.DENSE_TITLE),
         Look(DENSE, style.CLOSE_LETTER, style.CLOSE_ROW, style.DENSE_TITLE),
         Look(TIGHT, style.CLOSE_LETTER, style.CLOSE_ROW, style.DENSE_TITLE))
CLOSE = 32                          # Values up to which cards may stand closer
MANY = 100                          # Values; the arrows of more are written in fewer characters
HERE = pathlib.Path(__file__).parent
COMMENT = re.compile(r"(^|\s)\s*// .*")                # of a script


def page_of(scene: Scene, name: str) -> str:
    """The page of a scene of Values, as HTML."""
    rules = list(dict.fromkeys(node.rule for node in scene.nodes if node.rule))
    told = story(scene, name)
    for node, about in zip(scene.nodes, told["nodes"]):
        if node.rule:
            about["rule"] = rules.index(node.rule)
    return fill({"title": html.escape(name), "data": embedded(told)}, arithmetic(rules))


def story(scene: Scene, name: str) -> dict[str, Any]:
    """What the script needs to know: nodes in topological order, with places, texts and numbers."""
    into = [[scene.edges[k] for k in edges] for edges in scene.edges_into()]
    inputs = scene.inputs()
    looks = LOOKS if len(scene.nodes) <= CLOSE else LOOKS[:1]
    layout, sizes, look = laid_out(scene, into, inputs, looks)
    nodes = []
    for i, node in enumerate(scene.nodes):
        nodes.append(card(node, i, sizes[i], layout, look))
        if node.op:
            nodes[i].update(computation(node, into[i]), inputs=inputs[i], **arrows(layout, i))
    place = {node.name: i for i, node in enumerate(scene.nodes)}
    compared = [[words, operand(a, place), sign, operand(b, place)]
                for words, a, sign, b in scene.comparisons]
    return {"name": shorten(name, 60), "width": layout.width, "height": layout.height,
            "nodes": nodes, "comparisons": compared}


def laid_out(scene: Scene, into: list[list[Edge]], inputs: list[list[int]],
             looks: Sequence[Look]) -> tuple[Layout, list[tuple[float, float]], Look]:
    """The layout and the sizes of cards by the first look in which all is large enough to be read
    at once, else by the look in which it is largest.
    """
    labels = [list(map(label_width, edges)) for edges in into]
    titles = [node.title for node in scene.nodes]
    found: list[tuple[float, Layout, list[tuple[float, float]], Look]] = []
    for look in looks:
        page = PAGE._replace(spacing=look.spacing)
        for direction in (None, "TB"):      # from above, no card need be higher for its arrows
            sizes = [size_of(node, 1 if direction else len(edges), look)
                     for node, edges in zip(scene.nodes, into)]
            layout = arrange(sizes, inputs, labels, direction, page, titles)
            if layout.downwards and direction is None:
                continue
            scale = min(page.width / layout.width, page.height / layout.height)
            found.append((scale, layout, sizes, look))
            if scale >= page.enough:
                return found[-1][1:]
    return max(found, key=itemgetter(0))[1:]


def operand(x: str | float, place: Mapping[str, int]) -> list[Any]:
    """What was compared: [the place of a node], or [null, a number]."""
    return [place[x]] if isinstance(x, str) else [None, in_json(x)]


def arrows(layout: Layout, i: int) -> dict[str, Any]:
    """The arrows to node i from its inputs, as paths, and the centres of their labels."""
    mine = layout.arrows[i]
    routes = [arrow.svg for arrow in mine]
    if len(layout.arrows) > MANY:
        routes = [in_pixels(arrow) for arrow in mine]
    return {"routes": routes, "labels": [arrow.label for arrow in mine]}


def in_pixels(arrow: Arrow) -> str:
    """The arrow as a path in whole pixels, in as few characters as the script can read.

    Lines and corners are SVG's: v81, h-20, l3,4, q0,10 10,10. S and W stand for smooth curves that
    begin and end upright, or level: S8,40 is c0,20 8,20 8,40.
    """
    points = arrow.points
    x, y = rounded(points[0])
    steps = [f"M{x},{y}"]
    for k in range(1, len(points), 3):
        start, a, end = points[k - 1], points[k], points[k + 2]
        (x0, y0), (x1, y1) = rounded(start), rounded(end)
        by = x1 - x0, y1 - y0
        if near(a, on_line(start, end, 1 / 3)):
            steps.append(line(*by))
        elif near(a, (start[0], (start[1] + end[1]) / 2)):
            steps.append(f"S{by[0]},{by[1]}")
        elif near(a, ((start[0] + end[0]) / 2, start[1])):
            steps.append(f"W{by[0]},{by[1]}")
        else:
            corner = rounded(on_line(start, a, 1.5))
            steps.append(f"q{corner[0] - x0},{corner[1] - y0} {by[0]},{by[1]}")
    return "".join(steps)


def line(x: int, y: int) -> str:
    """A line by x and y, as SVG has it."""
    if x and y:
        return f"l{x},{y}"
    return f"h{x}" if x else f"v{y}"


def rounded(point: Point) -> tuple[int, int]:
    """The pixel of a point."""
    return round(point[0]), round(point[1])


def near(a: Point, b: Point) -> bool:
    """Whether two points are the same to a hundredth of a pixel."""
    return abs(a[0] - b[0]) + abs(a[1] - b[1]) < 0.01


def card(node: Node, i: int, size: tuple[float, float], layout: Layout,
         look: Look) -> dict[str, Any]:
    """A card: its texts, its data, its place and its size."""
    width, height = size
    title, short = (shorten(node.title, n) for n in (style.LONGEST_ON_PAGE, look.longest))
    brief = {"short": short} if short != title else {}
    return {"title": title, **brief, "role": node.role,
            "data": in_json(node.data), "x": layout.x[i], "y": layout.y[i],
            "w": width, "h": height, "tab": sign_width(node)}


def size_of(node: Node, inputs: int, look: Look) -> tuple[float, float]:
    """Width and height of a card in pixels; one with many inputs is higher."""
    letters = len(shorten(node.title, look.longest))
    if node.role != "intermediate":
        letters += len(node.role) + 1
    width = max(letters, style.SHORTEST) * look.letter + style.PADDING + sign_width(node)
    return round(width, 1), max(3 * look.row + 6, inputs * style.PORT)


def sign_width(node: Node) -> float:
    """The width of the field with the operation's sign."""
    if not node.sign:
        return 0.0
    return len(node.sign) * style.SIGN_LETTER + style.SIGN_PADDING


def label_width(edge: Edge) -> float:
    """The width of a local derivative on its arrow."""
    return (len(compact(edge.local or 0.0)) + 3) * style.LETTER


def computation(node: Node, edges: list[Edge]) -> dict[str, Any]:
    """How a node was computed, and its local derivatives, with names and with numbers put in."""
    return {"sign": node.sign, "op": node.op, "needs": node.needs, "formula": node.formula,
            "numbers": node.numbers,
            "partials": [in_json(edge.local) for edge in edges],
            "symbols": [edge.formula for edge in edges],
            "put_in": [edge.numbers for edge in edges]}


def in_json(x: float | None) -> float | str | None:
    """x, as text where JSON has no number for it."""
    if x is None or math.isfinite(x):
        return x
    return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(x, "NaN")


def embedded(data: Any) -> str:
    """Data as JSON in a <script> element: nothing in it can end the element or begin another."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", text)


def fill(places: Mapping[str, str], rules: str) -> str:
    """The page that plays; `rules` is the arithmetic of the operations, an expression."""
    return filled("play", places, f"const RULES = {rules};\n{script_of('play.js')}")


def filled(name: str, places: Mapping[str, str], script: str) -> str:
    """The page: the template of that name with its style, a script, their hashes, and `places`.

    It is filled in one pass, so that no text of the user is taken for a place. Its content policy
    allows nothing but the page itself.
    """
    sheet = style.css() + "\n" + read(f"{name}.css")
    script = f'"use strict";\n{script}'
    policy = (f"default-src 'none'; style-src '{hash_of(sheet)}'; script-src '{hash_of(script)}'; "
              "base-uri 'none'; form-action 'none'")
    texts = {"policy": policy, "style": sheet, "script": script, **places}
    return re.sub(r"\{\{(\w+)\}\}", lambda match: texts[match[1]], read(f"{name}.html"))


def read(name: str) -> str:
    """The text of a file of this folder."""
    return (HERE / name).read_text(encoding="utf-8")


def script_of(name: str) -> str:
    """A script of this folder without comments and indentation, which are a quarter of it."""
    lines = (COMMENT.sub("", line).strip() for line in read(name).splitlines())
    return "\n".join(line for line in lines if line)


def hash_of(text: str) -> str:
    """The hash by which a content policy knows a text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
