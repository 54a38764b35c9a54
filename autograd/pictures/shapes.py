r"""A scene's nodes in the DOT language, a function for each shape.

Texts come from users: in a quoted string neither an escape such as \n nor an entity such as &amp;
is left, and in an HTML-like label nothing is markup but what stands here.
"""
from __future__ import annotations

from collections.abc import Sequence
from html import escape

from autograd.pictures import style
from autograd.pictures.cards import sign_width
from autograd.pictures.columns import Place
from autograd.pictures.scene import Node
from autograd.pictures.style import ROLES
from autograd.words.labels import shorten
from autograd.words.numbers import DASH, brief, fixed, grad_text

POINTS = 72                                                 # of an inch


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
    """The title, and the role of a leaf or an output."""
    title = f"<B>{text(shorten(node.title))}</B>"
    if node.data is None or node.role not in style.NAMED_ROLES:
        return title
    if not node.title.strip():
        return colored(node.role, style.QUIET, style.ROLE_TEXT)
    return title + colored(f"  {node.role}", style.QUIET, style.ROLE_TEXT)


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


def bare_text(node: Node, place: Place | None) -> Look:
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
SHAPES = {"card": card, "circle": circle, "box": box, "text": bare_text, "frame": frame}


def data_and_grad(data: float, grad: float | None) -> str:
    """Data and grad in two decimals, told apart by colour and by place."""
    shown = [colored(brief(data), style.DATA), colored(DASH, style.GRAD)]
    if grad is not None:
        shown[1] = colored(brief(grad), style.GRAD)
    return "&#160;&#160;".join(shown)


# Texts ---------------------------------------------------------------------------------------

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


def attributes(given: dict[str, str]) -> str:
    """Attributes as DOT writes them."""
    return " ".join(f"{key}={quote(value)}" for key, value in given.items())


def position(point: tuple[float, float]) -> str:
    """A point, from inches, as Graphviz reads it."""
    return f"{point[0] * POINTS:.1f},{point[1] * POINTS:.1f}"
