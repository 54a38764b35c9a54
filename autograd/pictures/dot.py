"""A scene as text in the DOT language. It knows no Values, and decides no colour or size."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograd.pictures import style
from autograd.pictures.cards import Spline, Splines
from autograd.pictures.columns import Places
from autograd.pictures.scene import Box, Edge, Node, Scene
from autograd.pictures.shapes import attributes, node_line, position, text
from autograd.pictures.style import ROLES
from autograd.words.numbers import compact

NO_SPLINES: Splines = {}
FREE = {"ordering": "in", "nodesep": "0.22"}
MANY = 60                                                   # nodes, from which `dot` is to stop at
QUICK = {"nslimit": "2", "nslimit1": "2"}                   # a good place instead of the best
PINNED = {"splines": "line", "inputscale": "72"}            # positions are in points


def lines_of(scene: Scene, places: Places | None = None,
             splines: Splines = NO_SPLINES) -> list[str]:
    """The lines of a DOT graph: with `places` every node is pinned, else `dot` finds places."""
    node = {n.name: n for n in scene.nodes}
    lines = sheet(scene, places)
    lines += [node_line(n, (places or {}).get(n.name)) for n in loose_nodes(scene)]
    for box in scene.boxes:
        lines += box_lines(box, node)
    points = thickness(scene)
    for k, edge in enumerate(scene.edges):
        look = edge_look(edge, points)
        lines.append(edge_line(edge, node, look, places is not None, splines.get(k)))
    return [f"\t{line}\n" for line in lines]


def loose_nodes(scene: Scene) -> list[Node]:
    """The nodes in no box."""
    boxed = {name for box in all_boxes(scene.boxes) for name in box.nodes}
    return [node for node in scene.nodes if node.name not in boxed]


def thickness(scene: Scene) -> float:
    """How many points wide the line of a weight of 1 is, so that the heaviest is not too wide."""
    heaviest = max((abs(edge.weight) for edge in scene.edges), default=0.0) or 1.0
    thickest = (style.THICKEST, style.THICKEST_OF_MANY)[len(scene.edges) >= style.MANY_LINES]
    return thickest / heaviest


def all_boxes(boxes: Sequence[Box]) -> Iterable[Box]:
    """The boxes and those inside of them."""
    for box in boxes:
        yield box
        yield from all_boxes(box.boxes)


def sheet(scene: Scene, places: Places | None) -> list[str]:
    """What holds for the whole picture."""
    graph = dict(PINNED, outputorder="edgesfirst")
    if places is None:
        graph = dict(FREE, rankdir=scene.rankdir, ranksep=("0.45", "1.1")[scene.spread])
        graph.update(QUICK if len(scene.nodes) > MANY else {})
    elif any(n.shape == "box" for n in scene.nodes):
        graph["outputorder"] = "nodesfirst"
    graph.update(pad="0.15", bgcolor=style.PAPER, fontname=style.FONT, labelloc="b",
                 fontsize=str(style.TITLE_TEXT), fontcolor=style.INK, tooltip=scene.title)
    if scene.legend:
        graph.update(label=scene.legend)
    node = {"fontname": style.FONT, "fontsize": str(style.TITLE_TEXT), "color": style.INK,
            "fontcolor": style.TEXT}
    edge = {"fontname": style.FONT, "fontsize": str(style.EDGE_TEXT), "color": style.INK,
            "fontcolor": style.LOCAL, "penwidth": str(style.LINE_WIDTH), "arrowsize": "0.8"}
    return [f"{kind} [{attributes(given)}]"
            for kind, given in (("graph", graph), ("node", node), ("edge", edge))]


# Edges and boxes -------------------------------------------------------------------------------

def edge_look(edge: Edge, points: float) -> dict[str, str]:
    """How an arrow looks; the line of a weight of 1 is `points` wide."""
    look = EDGES[edge.kind](edge)
    if edge.kind == "weight":
        look["penwidth"] = f"{style.THINNEST + abs(edge.weight) * points:.2f}"
    return look


def edge_line(edge: Edge, node: dict[str, Node], look: dict[str, str], pinned: bool,
              spline: Spline | None) -> str:
    """An arrow, or between pinned neurons a line; along its spline, if it has one."""
    source, target = edge.source, edge.target
    if pinned and edge.kind == "weight":
        look["arrowhead"] = "none"
    if pinned and node[target].shape == "box":
        source, target = f"{source}:e", f"{target}:w"
    elif node[target].sign:
        target += ":o:w"
    if spline is None:
        return f"{source} -> {target} [{attributes(look)}]"
    curve = " ".join(map(position, spline.points))
    look.update(pos=f"e,{position(spline.tip)} {curve}", lp=position(spline.label))
    label = on_paper(look.pop("label", ""))
    return f"{source} -> {target} [label={label} {attributes(look)}]"


def on_paper(label: str) -> str:
    """A label that stands on its arrow, and hides it."""
    if not label:
        return '""'
    return (f'<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="1" CELLSPACING="0" STYLE="ROUNDED" '
            f'BGCOLOR="{style.LOCAL_FILL}"><TR><TD>{text(label)}</TD></TR></TABLE>>')


def look_of_use(edge: Edge) -> dict[str, str]:
    """A local derivative, and what it is."""
    label = local_text(edge)
    words = f"local derivative {label[2:]}"
    return {"label": label, "edgetooltip": words, "labeltooltip": words}


def look_of_weight(edge: Edge) -> dict[str, str]:
    """Sign by colour and by dash; width is put in where the largest weight is known."""
    look = {"color": style.POSITIVE, "style": "solid"}
    if edge.weight < 0:
        look = {"color": style.NEGATIVE, "style": "dashed"}
    return {**look, "arrowsize": "0.6", "headport": "w", "tailport": "e",
            "edgetooltip": f"weight {compact(edge.weight)}"}


def look_of_number(edge: Edge) -> dict[str, str]:
    """From a number: pale, as it has no derivative."""
    return {"color": ROLES["number"].line}


def look_of_result(edge: Edge) -> dict[str, str]:
    """Short: an operation stands close to its Value."""
    return {"weight": "4"}


def look_of_group(edge: Edge) -> dict[str, str]:
    """Between groups of Values: without a derivative."""
    return {"color": style.GREY, "penwidth": str(style.LINE_WIDTH)}


EDGES = {"use": look_of_use, "weight": look_of_weight, "number": look_of_number,
         "result": look_of_result, "group": look_of_group}


def local_text(edge: Edge) -> str:
    """A local derivative on its edge; ? where none is known."""
    if edge.key:
        return f"∂{edge.key}"
    if edge.blank:
        return f"∂ {style.BLANK}"
    if edge.local is None:
        return "∂ ?"
    return f"∂ {compact(edge.local)}"


def box_lines(inner: Box, node: dict[str, Node]) -> list[str]:
    """A cluster: a frame with a title around its nodes and boxes."""
    role = ROLES[inner.role]
    look = {"label": inner.title, "labelloc": "t", "style": "rounded,filled",
            "fillcolor": role.fill, "color": role.line, "penwidth": style.BOX_LINES[inner.role],
            "margin": "14", "tooltip": inner.title}
    lines = [f"subgraph cluster_{inner.name} {{", f"\tgraph [{attributes(look)}]"]
    lines += [f"\t{node_line(node[name])}" for name in inner.nodes]
    for smaller in inner.boxes:
        lines += [f"\t{line}" for line in box_lines(smaller, node)]
    return [*lines, "}"]
