"""A picture: a scene written as DOT, which displays in a notebook and saves itself.

Displaying never raises: where there is no picture, one line says why, and the DOT text follows.
"""
from __future__ import annotations

import html
import os
import pathlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import graphviz

from autograd.compat.files import replace_file
from autograd.compat.messages import at_least, entries, path_of, text
from autograd.pictures.canvas import write_drawings
from autograd.pictures.cards import Splines
from autograd.pictures.columns import Places, place_columns
from autograd.pictures.dot import NO_SPLINES, lines_of
from autograd.pictures.marks import drawing_of
from autograd.pictures.program import SECONDS, find_dot, lay_out
from autograd.pictures.scene import Scene
from autograd.pictures.style import FONT, FONTS
from autograd.pictures.svg import svg_of
from autograd.pictures.tikz import tikz_of


# a cell's frame, and the only line of text in it, as Graphviz writes them
CELL = re.compile(r'(<polygon fill="none"[^>]* points="([^"]+)"/>\n<text [^>]*)'
                  r'text-anchor="start" x="[^"]*"(.*</text>\n)(?!<text)')
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Picture(graphviz.Digraph):                                # type: ignore[misc]
    """A graphviz.Digraph that displays in Jupyter.

    `picture.source` is its DOT, `picture.write("a.svg")` makes a file of it.

    note      one line where the picture does not show everything, else '': its caption
    words     what each node of the picture is, by its name in DOT: the SVG's titles
    seconds   time limit for the layout
    pinned    the lines of DOT in which every node and edge has its place; None where dot finds
              places. A user who adds a line has Graphviz route the edges anew
    solution    of a worksheet, which has blanks, the same picture filled in
    drawn     gives such a picture as SVG, without Graphviz
    """
    note: str = ""
    words: Mapping[str, str] = {}
    seconds: float = SECONDS
    pinned: list[str] | None = None
    drawn: Callable[[], str] | None = None
    solution: Picture | None = None

    def pipe(self, format: str | None = None, *args: Any, engine: str | None = None,
             encoding: str | None = None, **options: Any) -> Any:
        """The picture as bytes; as text with `encoding`.

        Raises PictureError, one line, when there is no layout program or it fails.
        """
        if args or any(options.values()):
            return super().pipe(format, *args, engine=engine, encoding=encoding, **options)
        format = self.format if format is None else text(format, "the format of a picture")
        if engine is None:
            engine = self.engine if self.pinned != self.body else "nop2"
        output = lay_out(self.source, format, engine, self.seconds)
        if format == "svg":
            output = centred(with_titles(with_fonts(output.decode()), self.words)).encode()
        if encoding:
            return output.decode(encoding)
        return output

    def write(self, path: str | os.PathLike[str], width: int | None = None) -> pathlib.Path:
        r"""The path of a file of this picture: .svg, .png, .pdf, .eps, .tex, or .dot and .gv for
        the DOT text; or another form that the Graphviz program here writes.

        `width` is that of a PNG in pixels: 1920 for a slide. A .tex file is TikZ, to be read by
        \input. PDF and EPS take Matplotlib and no program. Raises PictureError where something
        is missing.
        """
        path = path_of(path)
        if width is not None:
            at_least(width, "width")
        kind = path.suffix[1:].lower()
        if not kind:
            raise ValueError("a picture's file needs an ending such as .svg or .png, "
                             f"got {str(path)!r}")
        if kind in ("dot", "gv"):
            replace_file(path, self.source)
        elif kind == "svg":
            replace_file(path, XML + self.svg())
        elif kind in ("tex", "tikz"):
            replace_file(path, tikz_of(drawing_of(self.svg())), "ascii")
        elif kind in ("pdf", "eps"):
            write_drawings([drawing_of(self.svg())], path)
        else:
            replace_file(path, self.at_width(width).pipe(format=kind))
        return path

    def at_width(self, pixels: int | None) -> Picture:
        """The same picture for this many pixels; as it is for None."""
        if pixels is None:
            return self
        pixels = at_least(pixels, "width")
        plain = self.pipe(format="svg", encoding="utf-8")
        points = float(re.findall(r'<svg [^>]*width="([\d.]+)pt"', plain)[0])
        scaled = Picture(comment=self.comment, engine=self.engine, body=list(self.body))
        scaled.body.append(f"\tgraph [dpi={72 * pixels / points:.2f}]\n")
        if self.pinned == self.body:
            scaled.pinned = list(scaled.body)
        return scaled

    def svg(self) -> str:
        """The picture as an <svg> element: drawn here where it has its places, else by Graphviz.

        Raises PictureError when it cannot be laid out.
        """
        if self.drawn is not None and self.pinned == self.body:
            return self.drawn()
        text: str = self.pipe(format="svg", encoding="utf-8")
        return text[text.index("<svg"):]

    def save(self, filename: Any = None, directory: Any = None, **options: Any) -> str:
        """As graphviz.Digraph.save: the path of the DOT text."""
        for what, path in (("filename", filename), ("directory", directory)):
            if path is not None:
                path_of(path, what)
        return str(super().save(filename, directory=directory, **options))

    def render(self, *args: Any, **options: Any) -> str:
        """As graphviz.Digraph.render, also with the wheel graphviz-pure."""
        for what in ("filename", "directory"):
            if options.get(what) is not None:
                path_of(options[what], what)
        if args and args[0] is not None:
            path_of(args[0], "filename")
        form = options.get("format")
        if form is not None and text(form, "format") not in graphviz.FORMATS:
            raise ValueError("format must be one that Graphviz writes, such as 'svg', got "
                             f"{form[:60]!r}")
        backend = graphviz.backend.dot_command
        before, backend.DOT_BINARY = backend.DOT_BINARY, pathlib.Path(find_dot()[0])
        try:
            return str(super().render(*args, **options))
        finally:
            backend.DOT_BINARY = before

    def _repr_mimebundle_(self, include: Iterable[str] | None = None,
                          exclude: Iterable[str] | None = None, **_: Any) -> dict[str, str]:
        """The picture as HTML, SVG and text; else one line and the DOT text.

        Raises TypeError where include or exclude are not lists of MIME types.
        """
        include = None if include is None else mime_types(include, "include")
        exclude = mime_types(() if exclude is None else exclude, "exclude")
        try:
            svg = self.svg()
        except Exception as error:                              # a line, not a traceback
            line, source = html.escape(str(error)), html.escape(self.source)
            bundle = {"text/plain": f"{error}\n\n{self.source}",
                      "text/html": f"<p><b>{line}</b></p><pre>{source}</pre>"}
        else:
            caption = ""
            if self.note and self.note not in self.source:
                caption = f"<figcaption>{html.escape(self.note)}</figcaption>"
            figure = f'<figure style="overflow-x:auto;margin:0">{svg}{caption}</figure>'
            bundle = {"text/html": figure, "image/svg+xml": svg, "text/plain": repr(self)}
        if include is not None:
            bundle = {kind: bundle[kind] for kind in include if kind in bundle}
        return {kind: data for kind, data in bundle.items() if kind not in exclude}

    def __repr__(self) -> str:
        about = ": ".join(filter(None, [self.comment or "of a graph", self.note]))
        return f"<picture {about}>"


def mime_types(x: Any, what: str) -> list[str]:
    """x as a list of strings; a set will do."""
    return [text(kind, f"each of {what}") for kind in entries(x, what, "MIME types")]


def picture_of(scene: Scene, places: Places | None = None,
               splines: Splines = NO_SPLINES) -> Picture:
    """The picture of a scene: in its columns, else at `places`, else where dot finds places."""
    if scene.columns:
        scene, places = place_columns(scene)
    lines = lines_of(scene, places, splines)
    comment = scene.title.rstrip("\\")                          # it would continue the comment
    picture = Picture(comment=comment, body=lines)
    if places is not None:
        picture.engine, picture.pinned = "neato", list(lines)
        picture.drawn = partial(svg_of, scene, places, splines)
    picture.note = scene.note
    picture.words = {node.name: node.words for node in scene.nodes}
    return picture


def with_titles(svg: str, words: Mapping[str, str]) -> str:
    """The SVG with titles in words instead of DOT's node names."""
    def title(match: re.Match[str]) -> str:
        ends = [words.get(end, end) for end in html.unescape(match[1]).split("->")]
        return f"<title>{html.escape(' → '.join(ends), quote=False)}</title>"
    return re.sub(r"<title>([^<]*)</title>", title, svg)


def with_fonts(svg: str) -> str:
    """The SVG with other fonts beside the one that the layout counted on, if that is missing."""
    without = svg.replace(f' font-family="{FONT}"', "")
    return without.replace("<svg ", f'<svg font-family="{FONTS}" ', 1)


def centred(svg: str) -> str:
    """The SVG with the text of each cell in its middle, however wide the font there is."""
    def cell(match: re.Match[str]) -> str:
        sides = [float(point.partition(",")[0]) for point in match[2].split()]
        middle = (min(sides) + max(sides)) / 2
        return f'{match[1]}text-anchor="middle" x="{middle:.2f}"{match[3]}'
    return CELL.sub(cell, svg)
