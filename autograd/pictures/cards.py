"""A layout of cards and their operations for DOT: positions and arrows are ours, not Graphviz's.

It is the layout of pages, so that a picture for a slide wraps as a page does; only sizes differ.
"""
from __future__ import annotations

from typing import NamedTuple

from autograd.pictures import style
from autograd.pictures.arrows import Arrow, Point
from autograd.pictures.columns import Place, Places
from autograd.pictures.layout import ROOMY, Page, Spacing, arrange
from autograd.pictures.scene import Edge, Node, Scene
from autograd.words.labels import shorten
from autograd.words.numbers import compact, fixed, grad_text

LEGIBLE = 1.2                       # the scale at which text reads from the last row
SLIDE = Page(1898.0, 1028.0, LEGIBLE, ROOMY)     # without margins and legend
SHEET = Page(1430.0, 1000.0, LEGIBLE, ROOMY,     # of the proportions of A4 and of letter paper
             style.ROW_BY_HAND, style.LABEL_BY_HAND)
INCH = 72.0


class Spline(NamedTuple):
    """An arrow in inches, y upwards: the points of its curves, its tip, and its label's centre."""
    points: list[Point]
    tip: Point
    label: Point


Splines = dict[int, Spline]         # by the place of an edge in the scene


class Placed(NamedTuple):
    """Where everything stands; on a slide it is shown at this scale, in this many bands.

    covered     the area that labels share with other labels
    """
    places: Places
    splines: Splines
    scale: float
    bands: int
    covered: float


def place_cards(scene: Scene, rankdir: str | None, spacing: Spacing = ROOMY,
                page: Page = SLIDE) -> Placed:
    """The places of nodes and edges on a slide or a sheet; cards are small where rooms are."""
    into = scene.edges_into()
    labels = [[label_width(scene.edges[k]) for k in edges] for edges in into]
    sizes = [size_of(node, spacing is not ROOMY, page.row) for node in scene.nodes]
    names = [node.title for node in scene.nodes]
    page = page._replace(spacing=spacing)
    layout = arrange(sizes, scene.inputs(), labels, rankdir, page, names)
    places = {node.name: Place(x / INCH, (layout.height - y) / INCH, w / INCH, h / INCH)
              for node, x, y, (w, h) in zip(scene.nodes, layout.x, layout.y, sizes)}
    splines = {k: spline(arrow, layout.height, layout.downwards)
               for edges, arrows in zip(into, layout.arrows) for k, arrow in zip(edges, arrows)}
    scale = min(page.width / layout.width, page.height / layout.height)
    return Placed(places, splines, scale, layout.bands, layout.covered)


def size_of(node: Node, dense: bool = False, row_by_hand: float | None = None) -> Point:
    """Width and height of a node in points."""
    if node.shape == "circle":
        side = style.CIRCLE_SIZE * INCH
        return max(side, len(node.title) * style.LETTER_POINTS + 12), side
    if node.shape == "text":
        return len(node.title) * style.LETTER_POINTS + 8, style.ROW_POINTS
    letters = len(shorten(node.title))
    if node.role in style.NAMED_ROLES:
        letters += len(node.role) + 2
    if node.data is not None:
        letters = max(letters, len(f"data {fixed(node.data)}"), len(f"grad {grad_text(node.grad)}"))
    letter, row = style.LETTER_POINTS, style.ROW_POINTS
    if dense:
        letter, row = style.DENSE_LETTER, style.DENSE_ROW
    width = max(letters, style.SHORTEST) * letter + 14
    return width + sign_width(node), 3 * (row_by_hand or row)


def sign_width(node: Node) -> float:
    """The width of the field with the operation's sign, in points."""
    if not node.sign:
        return 0.0
    return max(len(node.sign) * style.LETTER_POINTS, 16.0) + 12


def label_width(edge: Edge) -> float:
    """The width of a local derivative on its arrow."""
    if edge.kind != "use":
        return 0.0
    text = compact(edge.local or 0.0)
    if edge.blank:                      # a worksheet and its solution have one layout
        text = edge.key or max(text, style.BLANK, key=len)
    return (len(text) + 2) * style.LABEL_LETTER + 8


def spline(arrow: Arrow, height: float, downwards: bool) -> Spline:
    """An arrow in inches, y upwards; its curve ends where its head begins."""
    points = [(x / INCH, (height - y) / INCH) for x, y in arrow.points]
    x, y = points[-1]
    head = style.ARROWHEAD / INCH
    points[-1] = (x, y + head) if downwards else (x - head, y)
    label = arrow.label[0] / INCH, (height - arrow.label[1]) / INCH
    return Spline(points, (x, y), label)
