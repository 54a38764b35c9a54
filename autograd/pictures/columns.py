"""Units in columns with straight lines between them, as in the lecture's figure 2: positions are ours, not dot's.

The width of a line is the size of its weight; a positive weight is a solid blue line, a negative one a dashed orange line.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from autograd.pictures import cards
from autograd.pictures.dot import Picture, quote
from autograd.words.words import DASH, compact

WIDE, HIGH, GAP = 1.62, 0.66, 0.14              # inches: a box with data and grad, and the room between two
ROUND = 0.72                                    # inches: a circle without
ROWS = 18                                       # units of a column; of a higher one some are left out


@dataclass
class Unit:
    """A neuron, an input or an operation: its name in DOT, title, second line (as HTML), role, and words."""
    name: str
    title: str
    line: str
    role: str
    words: str


@dataclass
class Column:
    """Units above each other; a framed column is a layer."""
    caption: str
    units: list[Unit] = field(default_factory=list)
    framed: bool = True


def draw_columns(comment: str, columns: Sequence[Column], lines: Iterable[tuple[str, str, float | None]],
                 note: str = "") -> Picture:
    """A picture of the columns, and of the lines (from, to, weight or None) between those units that are shown."""
    boxes = any(u.line for c in columns for u in c.units)
    picture = cards.sheet(comment, note, engine="neato", splines="line",
                          outputorder="nodesfirst" if boxes else "edgesfirst")
    highest = max(min(len(c.units), ROWS) for c in columns)
    fan = 0.11 * max(highest - 6, 0)                                                # more room where there are many lines
    floor = -(highest / 2 * (ROUND + 0.24) + 0.3)
    shown: set[str] = set()
    x = 0.0
    for k, column in enumerate(columns):
        gap = 1.5 if column.framed or not boxes else 0.75
        if k > 0:
            wide = fan if len(column.units) + len(columns[k - 1].units) > 12 else 0.0
            x += (WIDE + gap if boxes else ROUND + 1.75) + wide
        shown.update(draw_column(picture, k, column, x, boxes, floor))
    lines = [(a, b, w) for a, b, w in lines if a in shown and b in shown]
    largest = max((abs(w) for _, _, w in lines if w is not None), default=1.0) or 1.0
    thick = 4.4 if len(lines) < 100 else 2.6
    for a, b, w in sorted(lines, key=lambda line: abs(line[2] or 0.0)):             # the strongest on top
        style = {"color": cards.GREY, "penwidth": "1.6"} if w is None else line_of(w, largest, thick)
        arrow = {} if w is None else {"arrowhead": "none"}
        cards.edge(picture, f"{a}:e" if boxes else a, f"{b}:w" if boxes else b, **style, **arrow)
    return picture


def draw_column(picture: Picture, k: int, column: Column, x: float, boxes: bool, floor: float) -> list[str]:
    """Add a column at x inches; the names of the units that are shown. Captions stand above boxes, below circles."""
    units, words = column.units, column.caption.replace("\n", ", ")
    left_out = len(units) - ROWS + 1 if len(units) > ROWS else 0
    above = ROWS // 2 if left_out else len(units)
    rows: list[Unit | None] = [*units[:above], *([None, *units[above + left_out:]] if left_out else [])]
    step = (HIGH if boxes else ROUND) + (GAP if boxes else 0.24)
    top = (len(rows) - 1) / 2 * step
    if column.framed and boxes:
        cards.node(picture, f"column{k}", '""', words, "layer", shape="box", style="rounded,filled",
                   fillcolor="#F3F6F8", color="#CFD8DC", pos=f"{x:.3f},0!", fixedsize="true", width=f"{WIDE + 0.36:.2f}",
                   height=f"{2 * top + HIGH + 0.36:.2f}")
    for row, unit in enumerate(rows):
        place = f"{x:.3f},{top - row * step:.3f}!"
        if unit is None:
            cards.node(picture, f"more{k}", quote(f"⋮ {left_out:,} more"), f"{left_out} more", "more", shape="box",
                       style="filled", fillcolor="white", color="white", margin="0.03", height="0.1", fontcolor=cards.INK,
                       pos=place)
        else:
            draw_unit(picture, unit, place, boxes)
    if column.caption:
        lines = column.caption.split("\n")
        at = top + HIGH / 2 + 0.3 + 0.15 * len(lines) if boxes else floor
        cards.node(picture, f"caption{k}", f"<{'<BR/>'.join(map(cards.text, lines))}>", words, "caption",
                   shape="plain", fontcolor=cards.INK, pos=f"{x:.3f},{at:.3f}!")
    return [u.name for u in rows if u is not None]


def draw_unit(picture: Picture, unit: Unit, place: str, boxes: bool) -> None:
    if boxes:
        second = f"<BR/>{unit.line}" if unit.line else ""
        label, shape = f"<<B>{cards.text(unit.title)}</B>{second}>", dict(shape="box", style="rounded,filled")
        size = dict(width=f"{WIDE}", height=f"{HIGH}", margin="0", fontsize="18")
    else:
        label, shape = f"<{cards.text(unit.title)}>", dict(shape="circle", style="filled")
        size = dict(width=f"{ROUND}")
    cards.node(picture, unit.name, label, unit.words, unit.role, fillcolor=cards.FILL[unit.role], color=cards.LINE[unit.role],
               penwidth="2", pos=place, fixedsize="true", **shape, **size)


def data_and_grad(data: float, grad: float | None) -> str:
    """The second line of a box: data and grad in two decimals, told apart by colour and by place."""
    first, second = brief(data), DASH if grad is None else brief(grad)
    return f'<FONT COLOR="{cards.DATA}">{first}</FONT>&#160;&#160;<FONT COLOR="{cards.GRAD}">{second}</FONT>'


def brief(x: float) -> str:
    """x in at most seven characters: two decimals, or one digit and an exponent."""
    if x == 0 or 0.005 <= abs(x) < 1000:
        return f"{x:.2f}"
    mantissa, e, exponent = f"{x:.0e}".partition("e")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def line_of(weight: float, largest: float, thick: float = 4.4) -> dict[str, str]:
    """The style of a line with a weight: width by size, sign by colour and dash."""
    return {"penwidth": f"{0.6 + thick * abs(weight) / largest:.2f}", "arrowsize": "0.6",
            "color": cards.POSITIVE if weight >= 0 else cards.NEGATIVE, "style": "solid" if weight >= 0 else "dashed",
            "edgetooltip": f"weight {compact(weight)}"}
