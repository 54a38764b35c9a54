"""One Value, one operation, one edge as lines of DOT. Role and sign are told by words and dashes too, not by colour alone."""
from __future__ import annotations

from collections.abc import Sequence
from html import escape

import graphviz                                                 # type: ignore[import-untyped]

from autograd.pictures.cells import Cell
from autograd.pictures.dot import Picture, quote
from autograd.words.words import compact, symbol_of

INK, DATA, GRAD, POSITIVE, NEGATIVE, GREY = "#37474F", "#004C7F", "#A23B00", "#0072B2", "#D55E00", "#607D8B"
FILL = {"input": "#D6EAF8", "parameter": "#FFF0C2", "intermediate": "white", "output": "#DDF2E3", "neuron": "#EDE7F6",
        "layer": "#EDE7F6", "operations": "#F1F4F6"}
LINE = {"input": "#0072B2", "parameter": "#9A7400", "intermediate": INK, "output": "#00734F", "neuron": "#5E35B1",
        "layer": "#5E35B1", "operations": GREY}


def sheet(comment: str, note: str = "", engine: str = "dot", **attributes: str) -> Picture:
    """An empty picture in the style of all others, with its note, if any, as a line below it."""
    picture = Picture(comment=comment.rstrip("\\"), engine=engine)        # a backslash would continue the comment
    picture.note = note
    picture.words = {}
    picture.attr("graph", rankdir="LR", ordering="in", nodesep="0.22", ranksep="0.45", pad="0.15", bgcolor="white",
                 fontname="Arial", fontsize="20", fontcolor=INK, labelloc="b", **attributes)
    picture.body.append(f"\ttooltip={quote(comment)}\n")
    if note:
        picture.body.append(f"\tlabel={quote(note)}\n")
    picture.attr("node", fontname="Arial", fontsize="20", color=INK, fontcolor="#111111")
    picture.attr("edge", fontname="Arial", fontsize="17", color=INK, fontcolor=GRAD, penwidth="1.6", arrowsize="0.8")
    return picture


def text(s: str) -> str:
    """s inside an HTML-like label, where \\N would be the node's name; a blank for nothing, as DOT forbids <B></B>."""
    return escape(s).replace("\\", "\\\\") if s.strip() else "&#160;"


def node(picture: Picture, name: str, label: str, words: str, kind: str, **attributes: str) -> None:
    """Add a node: `label` is DOT as it stands, a quoted string or an HTML-like label; `words` its title and tooltip."""
    picture.words[name] = words                                                         # type: ignore[index]
    more = "".join(f" {key}={quote(value)}" for key, value in attributes.items())
    picture.body.append(f"\t{name} [label={label} id={name} class={kind} tooltip={quote(words)}{more}]\n")


def edge(picture: Picture, a: str, b: str, label: str = "", words: str = "", **attributes: str) -> None:
    """Add an edge from a to b."""
    parts = [f"{key}={quote(value)}" for key, value in attributes.items()]
    if label:
        parts.append(f"label={quote(label)}")
    if words:
        parts.append(f"edgetooltip={quote(words)} labeltooltip={quote(words)}")
    picture.body.append(f"\t{a} -> {b} [{' '.join(parts)}]\n" if parts else f"\t{a} -> {b}\n")


def card(picture: Picture, name: str, cell: Cell, with_operation: bool = False) -> None:
    """Add the card of a cell: title and role, data, grad; with its operation as a dark field on the left if so wished."""
    data, grad = cell.numbers
    role = "" if cell.role == "intermediate" else (f'<FONT POINT-SIZE="16" COLOR="{LINE[cell.role]}">'
                                                   f'{"  " if cell.title.strip() else ""}{cell.role}</FONT>')
    title = f"<B>{text(cell.name)}</B>" if cell.title.strip() or not role else ""
    sign = ""
    if with_operation and cell.op:
        sign = (f'<TD ROWSPAN="3" PORT="o" BGCOLOR="{INK}"><FONT COLOR="white" POINT-SIZE="{size_of(signed(cell))}">'
                f'{text(signed(cell))}</FONT></TD>')
    rows = [title + role, f'<FONT COLOR="{DATA}">data {data}</FONT>', f'<FONT COLOR="{GRAD}">grad {grad}</FONT>']
    node(picture, name, table(cell.role, rows, sign), cell.words, cell.role, shape="plain")


def table(role: str, rows: list[str], left: str = "") -> str:
    """An HTML-like label: a framed box of rows, the first filled with the colour of the role."""
    first, *rest = rows
    width = 1 if role == "intermediate" else 2
    return (f'<<TABLE BORDER="0" CELLBORDER="{width}" CELLSPACING="0" CELLPADDING="5" COLOR="{LINE[role]}" BGCOLOR="white">'
            f'<TR>{left}<TD BGCOLOR="{FILL[role]}">{first}</TD></TR>'
            f'{"".join(f"<TR><TD>{row}</TD></TR>" for row in rest)}</TABLE>>')


def signed(cell: Cell) -> str:
    """The sign of a cell's operation, with a number operand: × 2."""
    sign = symbol_of(cell.op)
    if len(cell.inputs) == 2 and any(type(u) is float for u in cell.inputs):
        a, b = cell.inputs
        return f"{sign} {compact(b)}" if type(b) is float else f"{compact(a)} {sign}"
    return sign


def size_of(sign: str) -> int:
    """The font size of a sign: one character is large."""
    return 26 if len(sign) == 1 else 17


def operation(picture: Picture, name: str, cell: Cell) -> None:
    """Add the dark circle of a cell's operation."""
    sign = signed(cell)
    small = len(sign) <= 4
    shape = dict(shape="circle", fixedsize="true", width="0.75") if small else dict(shape="box", margin="0.12,0.1")
    node(picture, name, quote(sign), f"operation {sign}", "operation", fillcolor=INK, fontcolor="white",
         style="filled" if small else "rounded,filled", fontsize=str(size_of(sign)), **shape)


def times(partial: float | None) -> str:
    """A local derivative on its edge."""
    return "× ?" if partial is None else f"× {compact(partial)}"


def draw_cell(picture: Picture, i: int, cell: Cell, names: Sequence[str], inside: Picture, circles: bool = True) -> None:
    """Add cell i and its operation to `inside`, a part of `picture`, and the edges into it to the picture."""
    card(inside, names[i], cell, with_operation=not circles)
    if cell.op == "":
        return
    target = f"{names[i]}o" if circles else f"{names[i]}:o:w"
    if circles:
        operation(inside, target, cell)
    for k, (u, p) in enumerate(zip(cell.inputs, cell.partials)):
        if type(u) is int:
            edge(picture, names[u], target, times(p), f"local derivative {times(p)[2:]}")
        elif len(cell.inputs) > 2 and u != 0:
            node(inside, f"{names[i]}c{k}", quote(compact(u)), f"the number {compact(u)}", "number",
                       shape="plain", fontcolor=DATA)
            edge(picture, f"{names[i]}c{k}", target, color="#90A4AE")
    if circles:
        edge(picture, target, names[i], weight="4")


def cluster(picture: Picture, name: str, label: str, bold: bool = False) -> graphviz.Digraph:
    """An empty cluster for nodes that belong together; add it with picture.subgraph(...)."""
    inner = Picture(name=f"cluster_{name}")
    inner.words = picture.words
    fill, line, width = ("white", LINE["neuron"], 2.5) if bold else ("#F7F9FA", "#B0BEC5", 1.2)
    inner.body.append(f'\tlabel={quote(label)} labelloc=t style="rounded,filled" fillcolor="{fill}" color="{line}" '
                      f'penwidth={width} margin=14 tooltip={quote(label)}\n')
    return inner
