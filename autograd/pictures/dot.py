"""Pictures, and the program `dot` that lays them out.

dot is looked for on PATH, then as the command of the wheel graphviz-pure. It runs with a time limit and is killed after it.
What goes wrong there is a PictureError of one line; displaying a picture in a notebook never raises: it shows that line.
"""
from __future__ import annotations

import html
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sysconfig
from collections.abc import Iterable, Mapping
from typing import Any

import graphviz                                                 # type: ignore[import-untyped]

HOW_TO_GET_DOT = ("no program `dot` was found: install Graphviz (apt, brew or conda install graphviz) "
                  "or `pip install graphviz-pure`")
SECONDS = 20.0                      # time limit for dot


class PictureError(RuntimeError):
    """A picture could not be laid out; the message is one line that says why and what to do."""


def find_dot() -> list[str]:
    """The command that runs dot. Raises PictureError, which says how to get it, when there is none."""
    scripts = sysconfig.get_path("scripts")
    found = (shutil.which("dot") or shutil.which("graphviz-pure") or shutil.which("graphviz-pure", path=scripts))
    if found is None:
        raise PictureError(HOW_TO_GET_DOT)
    return [found]


def run_dot(source: str, format: str, engine: str = "dot", seconds: float | None = None) -> bytes:
    """The picture as bytes in `format` ("svg", "png", ...). Raises PictureError, also after `seconds` of waiting."""
    seconds = SECONDS if seconds is None else seconds
    command = [*find_dot(), f"-K{engine}", f"-T{format}"]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   start_new_session=True)
    except OSError as error:
        raise PictureError(f"{command[0]} does not start: {error.strerror or error}") from None
    try:
        output, errors = process.communicate(source.encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        kill(process)
        raise PictureError(f"{command[0]} took more than {seconds:g} s and was stopped: draw fewer nodes "
                           "(level='layer') or allow more time (picture.seconds = 60)") from None
    except BaseException:
        kill(process)
        raise
    if process.returncode or not output:
        said = " ".join(errors.decode(errors="replace").split())[:300] or "and said nothing"
        raise PictureError(f"{command[0]} failed with status {process.returncode}: {said}")
    return output


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started in a session of its own, and its children."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    else:
        process.kill()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    process.wait()


class Picture(graphviz.Digraph):
    """A graphviz.Digraph that displays in Jupyter. `picture.source` is its DOT, `picture.write("a.svg")` a file of it.

    note      one line where the picture does not show everything, else ''
    words     what each node of the picture is, by its name in DOT: the SVG's titles
    seconds   time limit for dot
    """
    note: str = ""
    seconds: float = SECONDS
    words: Mapping[str, str] = {}

    def pipe(self, format: str | None = None, *args: Any, engine: str | None = None, encoding: str | None = None,
             **options: Any) -> Any:
        """The picture as bytes, as text with `encoding`. Raises PictureError, one line, when dot is missing or fails."""
        if args or any(v for v in options.values()):
            return super().pipe(format, *args, engine=engine, encoding=encoding, **options)
        format = format or self.format
        output = run_dot(self.source, format, engine or self.engine, self.seconds)
        if format == "svg":
            output = self._with_titles(with_fonts(output.decode())).encode()
        return output.decode(encoding) if encoding else output

    def write(self, path: str | os.PathLike[str]) -> pathlib.Path:
        """The path of a file of this picture, its format by the ending: .svg, .png, ..., or .dot and .gv for the DOT."""
        path = pathlib.Path(path)
        kind = path.suffix[1:].lower()
        if not kind:
            raise ValueError(f"a picture's file needs an ending such as .svg or .png, got {str(path)!r}")
        path.write_bytes(self.source.encode() if kind in ("dot", "gv") else self.pipe(format=kind))
        return path

    def svg(self) -> str:
        """The picture as an <svg> element. Raises PictureError when dot is missing or fails."""
        text: str = self.pipe(format="svg", encoding="utf-8")
        return text[text.index("<svg"):]

    def render(self, *args: Any, **options: Any) -> str:
        """As graphviz.Digraph.render, also with the wheel graphviz-pure. Raises PictureError when there is no dot."""
        backend = graphviz.backend.dot_command
        before, backend.DOT_BINARY = backend.DOT_BINARY, pathlib.Path(find_dot()[0])
        try:
            return str(super().render(*args, **options))
        finally:
            backend.DOT_BINARY = before

    def _with_titles(self, svg: str) -> str:
        """The SVG with titles in words in the place of DOT's node names."""
        def title(match: re.Match[str]) -> str:
            ends = [self.words.get(end, end) for end in html.unescape(match[1]).split("->")]
            return f"<title>{html.escape(' → '.join(ends), quote=False)}</title>"
        return re.sub(r"<title>([^<]*)</title>", title, svg)

    def _repr_mimebundle_(self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None,
                          **_: Any) -> dict[str, str]:
        """The picture as HTML, SVG and text; one line and the DOT text where it cannot be laid out. Never raises."""
        try:
            svg = self.svg()
        except Exception as error:                              # a notebook shows the line, not a traceback
            bundle = {"text/plain": f"{error}\n\n{self.source}",
                      "text/html": f"<p><b>{html.escape(str(error))}</b></p><pre>{html.escape(self.source)}</pre>"}
        else:
            bundle = {"text/html": f'<div style="overflow-x:auto">{svg}</div>', "image/svg+xml": svg,
                      "text/plain": repr(self)}
        wanted = bundle.keys() if include is None else set(include)
        return {kind: data for kind, data in bundle.items() if kind in wanted and kind not in set(exclude or ())}

    def __repr__(self) -> str:
        return f"<picture {self.comment or 'of a graph'}{': ' + self.note if self.note else ''}>"


def with_fonts(svg: str) -> str:
    """The SVG with fonts beside Arial, whose widths the layout reckons with: those that are about as wide, if it is missing."""
    fonts = 'font-family="Arial, Liberation Sans, Helvetica, DejaVu Sans Condensed, sans-serif"'
    return svg.replace(' font-family="Arial"', "").replace("<svg ", f"<svg {fonts} ", 1)


def quote(text: str) -> str:
    """Any text as a string of the DOT language: neither an escape such as \\n nor an entity such as &amp; is left in it."""
    return '"' + text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') + '"'
