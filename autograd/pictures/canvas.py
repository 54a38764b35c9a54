"""Drawings as PDF, EPS, PNG and GIF, by Matplotlib, an optional package: no program is needed.

Text stays text in a PDF. Where no font as narrow as Arial is installed, a line of text that would
leave its place is made smaller.
"""
from __future__ import annotations

import io
import pathlib
from collections.abc import Sequence
from typing import Any

from autograd.pictures import style
from autograd.pictures.marks import Drawing, Outline, Text
from autograd.pictures.program import PictureError

FAMILIES = ("Arial", "Liberation Sans", "Helvetica", "DejaVu Sans")     # the last comes with it
ANCHORS = {"start": "left", "middle": "center", "end": "right"}
WIDEST = 0.53                       # of a letter's size: the mean width that may be
SMALLEST = 0.75                     # of the size that was asked for
POINTS = 72
SCREEN = 1920                       # pixels
MILLISECONDS = 1500                 # that a step is shown
UNDATED = {"pdf": {"CreationDate": None}, "eps": {}, "png": {"Software": None}}
HOW_TO_GET_IT = "{} files are written by Matplotlib, not installed here: pip install matplotlib"


def write_drawings(drawings: Sequence[Drawing], path: pathlib.Path,
                   width: int | None = None) -> list[pathlib.Path]:
    """The files of some drawings: one .pdf or .gif of all, or an .eps or .png for each.

    `width` is that of a PNG or GIF in pixels. Several files are numbered before their ending.
    Raises PictureError where Matplotlib is missing.
    """
    kind = path.suffix[1:].lower()
    try:
        import matplotlib
        from matplotlib.backends.backend_pdf import PdfPages
    except ImportError:
        raise PictureError(HOW_TO_GET_IT.format(kind.upper())) from None
    settings: Any = {"pdf.fonttype": 42, "ps.fonttype": 42, "font.family": families(),
                "svg.hashsalt": "autograd"}
    with matplotlib.rc_context(settings):
        if kind == "pdf":
            with PdfPages(path, metadata=UNDATED[kind]) as pages:
                for drawing in drawings:
                    pages.savefig(figure_of(drawing))
            return [path]
        if kind == "gif":
            write_gif(drawings, path, width or SCREEN)
            return [path]
        paths = numbered(path, len(drawings))
        for drawing, each in zip(drawings, paths):
            dpi = POINTS * (width or SCREEN) / drawing.width if kind == "png" else POINTS
            figure_of(drawing).savefig(each, format=kind, dpi=dpi, metadata=UNDATED[kind])
    return paths


def numbered(path: pathlib.Path, count: int) -> list[pathlib.Path]:
    """The paths of `count` files: that path, or name-01, name-02, ...

    >>> [path.name for path in numbered(pathlib.Path("steps.png"), 2)]
    ['steps-01.png', 'steps-02.png']
    """
    if count == 1:
        return [path]
    digits = max(2, len(str(count)))
    return [path.with_name(f"{path.stem}-{k:0{digits}}{path.suffix}") for k in range(1, count + 1)]


def families() -> list[str]:
    """The fonts to write with: those that are installed."""
    from matplotlib import font_manager
    there = {font.name for font in font_manager.fontManager.ttflist}
    return [family for family in FAMILIES if family in there]


def write_gif(drawings: Sequence[Drawing], path: pathlib.Path, width: int) -> None:
    """Write a film that shows one drawing after another, and begins anew."""
    from PIL import Image
    images = []
    for drawing in drawings:
        buffer = io.BytesIO()
        figure_of(drawing).savefig(buffer, format="png", dpi=POINTS * width / drawing.width)
        images.append(Image.open(buffer).convert("RGB").quantize(64, dither=Image.Dither.NONE))
    images[0].save(path, save_all=True, append_images=images[1:], duration=MILLISECONDS, loop=0)


def figure_of(drawing: Drawing) -> Any:
    """The drawing as a Matplotlib figure of its size."""
    from matplotlib.figure import Figure
    size = drawing.width / POINTS, drawing.height / POINTS
    figure = Figure(figsize=size, facecolor=style.PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, drawing.width), ylim=(drawing.height, 0))
    axes.axis("off")
    for order, mark in enumerate(drawing.marks):
        if isinstance(mark, Text):
            add_text(axes, mark, order)
        else:
            add_outline(axes, mark, order)
    return figure


def add_outline(axes: Any, mark: Outline, order: int) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    letters = {"M": [Path.MOVETO], "L": [Path.LINETO], "C": 3 * [Path.CURVE4],
               "Z": [Path.CLOSEPOLY]}
    points = [point for _, some in mark.steps for point in some or [(0.0, 0.0)]]
    codes = [code for letter, _ in mark.steps for code in letters[letter]]
    line = (0, mark.dashes) if mark.dashes and sum(mark.dashes) else "solid"
    axes.add_patch(PathPatch(Path(points, codes), facecolor=mark.fill or "none",
                             edgecolor=mark.stroke or "none", zorder=order, linestyle=line,
                             linewidth=mark.width if mark.stroke else 0, joinstyle="miter"))


def add_text(axes: Any, mark: Text, order: int) -> None:
    """A line of text, smaller where it would be much wider than in Arial."""
    weight = "bold" if mark.bold else "normal"
    size = mark.size * fitting(mark.string, weight)
    axes.text(*mark.at, mark.string, fontsize=size, color=mark.fill or "none", weight=weight,
              ha=ANCHORS[mark.anchor], va="baseline", zorder=order, parse_math=False)


def fitting(string: str, weight: str) -> float:
    """The part of its size at which a line is not wider than it may be."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath
    font = FontProperties(weight=weight, size=POINTS)
    width = TextToPath().get_text_width_height_descent(string, font, ismath=False)[0]
    widest = WIDEST * max(len(string), 3) * POINTS
    return max(SMALLEST, min(1.0, widest / width)) if width else 1.0
