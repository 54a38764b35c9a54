"""How networks, training and comparisons show themselves in a notebook: tables and a plot, as HTML.

No Matplotlib, no script: a plot is an SVG. Texts are escaped.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT, LEFT, LOW = 720, 360, 90, 50         # of a plot, and its margins
SMALL, LARGE = 1e-3, 1e5                            # numbers that are written without an exponent
MUCH = 50.0                                         # a ratio from which the scale is logarithmic
LINE = "#1f5fa8"


def table(head: Sequence[object], rows: Iterable[Sequence[object]], note: str = "") -> str:
    """A table as HTML: the first column on the left, all others on the right; a note below it.

    >>> table(["a"], [["<"]]).count("&lt;")
    1
    """
    def row(cells: Sequence[object], tag: str) -> str:
        sides = ["left"] + ["right"] * (len(cells) - 1)
        aligned = [f'<{tag} style="text-align:{side}">{escape(str(cell))}</{tag}>'
                   for side, cell in zip(sides, cells)]
        return f"<tr>{''.join(aligned)}</tr>"
    body = "".join(row(cells, "td") for cells in rows)
    below = f"<p>{escape(note)}</p>" if note else ""
    return f"<table><thead>{row(head, 'th')}</thead><tbody>{body}</tbody></table>{below}"


def curve(ys: Sequence[float], x: str, y: str) -> str:
    """The plot of some numbers as an SVG element, over 1, 2, ...; on a logarithmic scale where they
    are positive and far apart. What is not finite is left out.
    """
    points = [(k, float(number)) for k, number in enumerate(ys, 1) if math.isfinite(number)]
    if not points:
        return f"<p>{escape(y)}: no finite numbers</p>"
    low, high = (pick(number for _, number in points) for pick in (min, max))
    is_log = low > 0 and high / low > MUCH
    scale = math.log10 if is_log else float
    bottom, top = (scale(low), scale(high)) if high > low else (scale(low) - 1, scale(low) + 1)
    axes = Axes(max(len(ys), 2), bottom, top)
    places = [axes.at(k, scale(number)) for k, number in points]
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
    title = f"{y}, on a logarithmic scale" if is_log else y
    return ('<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="15" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            'style="max-width:100%;background:white">'
            f'{axes.marks(is_log)}<polyline points="{line}" fill="none" stroke="{LINE}" '
            f'stroke-width="3"/><text x="{LEFT}" y="14">{escape(title)}</text>'
            f'<text x="{WIDTH / 2}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x)}</text></svg>')


class Axes(NamedTuple):
    """The axes of a plot: 1 to `last` across, `bottom` to `top` upward."""
    last: int
    bottom: float
    top: float

    def at(self, k: float, value: float) -> tuple[float, float]:
        """Where a point stands, in pixels."""
        across = (k - 1) / (self.last - 1)
        up = (value - self.bottom) / (self.top - self.bottom)
        return LEFT + across * (WIDTH - LEFT - 20), HEIGHT - LOW - up * (HEIGHT - LOW - 20)

    def marks(self, is_log: bool) -> str:
        """The lines across with their numbers, and the numbers below."""
        marks = []
        for value in ticks(self.bottom, self.top):
            shown, height = short(10 ** value if is_log else value), self.at(1, value)[1]
            marks.append(f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{height:.1f}" '
                         f'y2="{height:.1f}" stroke="#dddddd"/><text x="{LEFT - 8}" '
                         f'y="{height + 5:.1f}" text-anchor="end">{shown}</text>')
        for k in ticks(1, self.last):
            if k == int(k):
                marks.append(f'<text x="{self.at(k, self.bottom)[0]:.1f}" y="{HEIGHT - LOW + 22}" '
                             f'text-anchor="middle">{int(k)}</text>')
        return "".join(marks)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers between two others, about `most` of them.

    >>> ticks(0.0, 1.0), ticks(1, 200)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [50.0, 100.0, 150.0, 200.0])
    """
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(k * step, 12) for k in range(first, last + 1)]


def short(number: float) -> str:
    """A number with few digits.

    >>> short(0.25), short(1e-7), short(120000.0)
    ('0.25', '1e-07', '1.2e+05')
    """
    return f"{number:.3g}" if number == 0 or SMALL <= abs(number) < LARGE else f"{number:.2g}"
