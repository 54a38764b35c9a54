r"""A scene as text in the DOT language. It knows nothing of Values, and decides no colour or size.

Texts come from users: in a quoted string neither an escape such as \n nor an entity such as &amp;
is left, and in an HTML-like label nothing is markup but what stands here.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from autograd.pictures import style
from autograd.pictures.cards import Spline, Splines, sign_width
from autograd.pictures.columns import Place, Places
from autograd.pictures.scene import Box, Edge, Node, Scene
from autograd.pictures.style import ROLES
from autograd.words.labels import shorten
from autograd.words.numbers import DASH, brief, compact, fixed, grad_text

NO_SPLINES: Splines = {}
FREE = {"ordering": "in", "nodesep": "0.22"}
PINNED = {"splines": "line", "inputscale": "72"}            # positions are in points
POINTS = 72                                                 # of an inch


def lines_of(scene: Scene, places: Places | None = None,
             splines: Splines = NO_SPLINES) -> list[str]:
    """The lines of a DOT graph: with `places` every node is pinned, else `dot` finds places."""
    boxed = {name for box in all_boxes(scene.boxes) for name in box.nodes}
    node = {n.name: n for n in scene.nodes}
    loose = [n for n in scene.nodes if n.name not in boxed]
    lines = sheet(scene, places)
    lines += [node_line(n, (places or {}).get(n.name)) for n in loose]
    for box in scene.boxes:
        lines += box_lines(box, node)
    heaviest = max((abs(edge.weight) for edge in scene.edges), default=0.0) or 1.0
    thickest = (style.THICKEST, style.THICKEST_OF_MANY)[len(scene.edges) >= style.MANY_LINES]
    for k, edge in enumerate(scene.edges):
        look = edge_look(edge, thickest / heaviest)
        lines.append(edge_line(edge, node, look, places is not None, splines.get(k)))
    return [f"\t{line}\n" for line in lines]


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


def attributes(given: dict[str, str]) -> str:
    """Attributes as DOT writes them."""
    return " ".join(f"{key}={quote(value)}" for key, value in given.items())


# Nodes -----------------------------------------------------------------------------------------

def node_line(node: Node, place: Place | None = None) -> str:
    """A node with label, id, class and tooltip."""
    label, look = SHAPES[node.shape](node, place)
    if place is not None:
        look["pos"] = f"{position((place.x, place.y))}!"
    if place is not None and place.width and place.height and look["shape"] != "plain":
        look.update(fixedsize="true", width=f"{place.width:.2f}", height=f"{place.height:.2f}")
    return (f"{node.name} [label={label} id={node.name} class={node.kind or node.role} "
            f"tooltip={quote(node.words)} {attributes(look)}]")


Look = tuple[str, dict[str, str]]   # a label as it stands in DOT, and other attributes


def card(node: Node, place: Place | None) -> Look:
    """Title and role, lines, data and grad; before them the sign of its operation."""
    rows = [heading(node), *map(text, node.lines)]
    if node.data is not None:
        numbers = {"data": fixed(node.data), "grad": grad_text(node.grad)}
        numbers.update(dict.fromkeys(node.blanks, style.BLANK))
        rows += [colored(f"data {numbers['data']}", style.DATA),
                 colored(f"grad {numbers['grad']}", style.GRAD)]
    return table(node, rows, place), {"shape": "plain"}


def heading(node: Node) -> str:
    """The title, and in small letters the role of a leaf or an output."""
    title = f"<B>{text(shorten(node.title))}</B>"
    if node.data is None or node.role not in style.NAMED_ROLES:
        return title
    line = ROLES[node.role].line
    if not node.title.strip():
        return colored(node.role, line, style.ROLE_TEXT)
    return title + colored(f"  {node.role}", line, style.ROLE_TEXT)


def table(node: Node, rows: Sequence[str], place: Place | None) -> str:
    """An HTML-like label: a framed table, its first row filled with the colour of the role."""
    role = ROLES[node.role]
    line = 2 - (node.role == "intermediate")
    size, padding = "", 5
    if place is not None and place.width and place.height:      # as wide and high as planned
        size = f' WIDTH="{place.width * POINTS - sign_width(node):.0f}"'
        size += f' HEIGHT="{place.height * POINTS / len(rows):.0f}"'
        padding = 1
    first, *others = rows
    return (f'<<TABLE BORDER="0" CELLBORDER="{line}" CELLSPACING="0" CELLPADDING="{padding}" '
            f'COLOR="{role.line}" BGCOLOR="{style.PAPER}">'
            f'<TR>{sign_cell(node, len(rows))}<TD BGCOLOR="{role.fill}"{size}>{first}</TD></TR>'
            f'{"".join(f"<TR><TD{size}>{row}</TD></TR>" for row in others)}</TABLE>>')


def sign_cell(node: Node, rows: int) -> str:
    """The operation's sign beside all rows of a card; the port that its inputs' edges enter."""
    if not node.sign:
        return ""
    shown = colored(text(node.sign), "white", style.sign_text(node.sign))
    return (f'<TD ROWSPAN="{rows}" PORT="o" BGCOLOR="{style.INK}" '
            f'WIDTH="{sign_width(node):.0f}">{shown}</TD>')


def circle(node: Node, place: Place | None) -> Look:
    """An operation, dark with a white sign; or a unit of a network, in the colours of its role."""
    if node.role != "operation":
        return f"<{text(shorten(node.title, style.LONGEST['circle']))}>", filled(node, "circle")
    look = {"fillcolor": style.INK, "fontcolor": "white", "style": "rounded,filled",
            "fontsize": str(style.sign_text(node.title)), "shape": "box", "margin": "0.12,0.1"}
    if len(node.title) <= 4:
        look.update(style="filled", shape="circle", fixedsize="true",
                    width=str(style.CIRCLE_SIZE))
        del look["margin"]
    return quote(node.title), look


def box(node: Node, place: Place | None) -> Look:
    """A unit of a column: its title, and in a second line data and grad, or what it holds."""
    title = f"<B>{text(shorten(node.title, style.LONGEST['box']))}</B>"
    second = ""
    if node.data is not None:
        second = data_and_grad(node.data, node.grad)
    elif node.lines:
        second = text(node.lines[0])
    label = "<BR/>".join(filter(None, [title, second]))
    return f"<{label}>", dict(filled(node, "box"), margin="0", fontsize=str(style.UNIT_TEXT))


def filled(node: Node, shape: str) -> dict[str, str]:
    """The look of a unit, in the colours of its role."""
    role = ROLES[node.role]
    return {"shape": shape, "style": STYLES[shape], "fillcolor": role.fill, "color": role.line,
            "penwidth": "2"}


def words(node: Node, place: Place | None) -> Look:
    """Text without a frame: a number, a caption, or what is left out."""
    label = f"<{'<BR/>'.join(map(text, [node.title, *node.lines]))}>"
    color = style.DATA if node.role == "number" else style.INK
    look = {"shape": "plain", "fontcolor": color}
    if node.role == "more":                                     # lines must not run through it
        look.update(style="filled", fillcolor=style.PAPER)
    return label, look


def frame(node: Node, place: Place | None) -> Look:
    """What stands behind the units of a column."""
    return '""', dict(filled(node, "box"), penwidth="1")


STYLES = {"circle": "filled", "box": "rounded,filled"}
SHAPES = {"card": card, "circle": circle, "box": box, "text": words, "frame": frame}


def data_and_grad(data: float, grad: float | None) -> str:
    """Data and grad in two decimals, told apart by colour and by place."""
    shown = [colored(brief(data), style.DATA), colored(DASH, style.GRAD)]
    if grad is not None:
        shown[1] = colored(brief(grad), style.GRAD)
    return "&#160;&#160;".join(shown)


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


def position(point: tuple[float, float]) -> str:
    """A point, from inches, as Graphviz reads it."""
    return f"{point[0] * POINTS:.1f},{point[1] * POINTS:.1f}"


def on_paper(label: str) -> str:
    """A label that stands on its arrow, and hides it."""
    if not label:
        return '""'
    return (f'<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="1" CELLSPACING="0" STYLE="ROUNDED" '
            f'BGCOLOR="{style.LOCAL_FILL}"><TR><TD>{text(label)}</TD></TR></TABLE>>')


def use(edge: Edge) -> dict[str, str]:
    """A local derivative, and what it is."""
    label = local_text(edge)
    words = f"local derivative {label[2:]}"
    return {"label": label, "edgetooltip": words, "labeltooltip": words}


def weighted(edge: Edge) -> dict[str, str]:
    """Sign by colour and by dash; width is put in where the largest weight is known."""
    look = {"color": style.POSITIVE, "style": "solid"}
    if edge.weight < 0:
        look = {"color": style.NEGATIVE, "style": "dashed"}
    return {**look, "arrowsize": "0.6", "headport": "w", "tailport": "e",
            "edgetooltip": f"weight {compact(edge.weight)}"}


def numeric(edge: Edge) -> dict[str, str]:
    """From a number: pale, as it has no derivative."""
    return {"color": ROLES["number"].line}


def resulting(edge: Edge) -> dict[str, str]:
    """Short: an operation stands close to its Value."""
    return {"weight": "4"}


def grouped(edge: Edge) -> dict[str, str]:
    """Between groups of Values: without a derivative."""
    return {"color": style.GREY, "penwidth": str(style.LINE_WIDTH)}


EDGES = {"use": use, "weight": weighted, "number": numeric, "result": resulting,
         "group": grouped}


def local_text(edge: Edge) -> str:
    """A local derivative on its edge; ? where none is known."""
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


# Texts -----------------------------------------------------------------------------------------

def quote(string: str) -> str:
    """Any text as a string of the DOT language."""
    escaped = string.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def text(string: str) -> str:
    r"""Any text inside an HTML-like label, where \N would be the node's name.

    Nothing becomes a blank, as DOT forbids <B></B>.
    """
    if not string.strip():
        return "&#160;"
    return escape(string).replace("\\", "\\\\")


def colored(html: str, color: str, size: int | None = None) -> str:
    """HTML in a colour and, if given, a size."""
    if size is None:
        return f'<FONT COLOR="{color}">{html}</FONT>'
    return f'<FONT COLOR="{color}" POINT-SIZE="{size}">{html}</FONT>'
