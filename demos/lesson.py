"""What every lesson needs: where its pictures go, and how much it computes.

A lesson is one file of cells (`# %%`): a script, a notebook, and a page. Its first lines are

    from demos.lesson import Lesson
    lesson = Lesson("derivative")

and `lesson.show(picture, "name", "caption")` as the last line of a cell writes the picture and shows it in a notebook.
`lesson.ask(question, answer)`, alone in its cell, has the reader predict before the next cell is seen, and
`lesson.play(value, "name", "caption")` puts a page that plays a Value's backward pass into the lesson's own, and
`lesson.page(page, "name", "caption")` any other page that one can touch.
"""
from __future__ import annotations

import builtins
import io
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import autograd
from autograd.pictures.program import PictureError
from demos.asking import Question, put, question
from demos.mathematics import in_unicode

SMALL = "DEMOS_SMALL"               # the environment variable that asks for small settings
OUT = Path("out")
MARK = "\0"                         # in what a cell printed: here stands text of `write`, by its number
DATA = Path(__file__).parent / "data"
WIDEST, HIGHEST = 1520, 845         # pixels of a plot: no page shows it wider, or higher


def never_fail_to_print() -> None:
    """Let a terminal or a pipe that has no letter for α or ₖ print a question mark in its place."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _write_plot(figure: Any, path: Path) -> None:
    """Write a Matplotlib figure as a PNG with a palette of 256 colors: it looks the same, and takes a third of the bytes."""
    from PIL import Image                                               # which Matplotlib needs itself
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=min(110.0, WIDEST / figure.get_figwidth(), HIGHEST / figure.get_figheight()), format="png")
    Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


class Shown(NamedTuple):
    """A picture that was written to a file; in a notebook it shows itself."""
    path: Path
    caption: str

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        if self.path.suffix == ".svg":
            return {"image/svg+xml": self.path.read_text(encoding="utf-8"), "text/plain": self.caption}
        return {"image/png": self.path.read_bytes(), "text/plain": self.caption}


class Played(NamedTuple):
    """A page that plays a Value, and was written to a file; in a notebook it shows itself."""
    path: Path
    caption: str
    frame: str

    def _repr_html_(self) -> str:
        return self.frame


class Written(NamedTuple):
    """Text in Markdown; in a notebook it shows itself."""
    text: str

    def _repr_markdown_(self) -> str:
        return self.text


class Lesson:
    """The files of one lesson, in out/NAME, the pictures it has shown, and the questions it has asked.

    cover           the name of the picture that stands for the lesson in the gallery; the last one where none is named
    keeps_score     whether its page remembers how many predictions were right, from one time to the next
    """

    def __init__(self, name: str, cover: str = "", keeps_score: bool = False) -> None:
        self.name, self.out, self.cover_name, self.keeps_score = name, OUT / name, cover, keeps_score
        never_fail_to_print()
        self.out.mkdir(parents=True, exist_ok=True)
        self.shown: list[Shown] = []
        self.played: list[Played] = []
        self.asked: list[Question] = []
        self.written: list[str] = []

    @property
    def cover(self) -> Shown | None:
        """The picture that stands for the lesson; None where it has shown none."""
        named = [shown for shown in self.shown if shown.path.stem == self.cover_name]
        return next(iter(named or self.shown[-1:]), None)

    @property
    def small(self) -> bool:
        """Whether the lesson is to compute as little as shows that it works: python -m demos NAME --small."""
        return os.environ.get(SMALL, "") not in ("", "0")

    def size(self, full: Any, small: Any) -> Any:
        """`full`, or `small` where small settings are asked for."""
        return small if self.small else full

    def show(self, picture: Any, name: str, caption: str = "") -> Shown | None:
        """The picture, a Matplotlib figure or one of autograd's, written to out/NAME as name.png or name.svg.

        A graph needs Graphviz to be drawn; without it one line says what to install, and the lesson goes on.
        """
        try:
            if hasattr(picture, "savefig"):
                path = self.out / f"{name}.png"
                _write_plot(picture, path)
            else:
                path = picture.write(self.out / f"{name}.svg")
        except PictureError as error:
            print(error)
            return None
        print(f"picture: {path}")
        self.shown.append(Shown(path, caption))
        return self.shown[-1]

    def ask(self, text: str, answer: Any, **options: Any) -> None:
        """Ask a question, and tell the answer once a prediction was made; `demos.asking.question` says what it takes."""
        self.asked.append(question(text, answer, **options))
        put(self.asked[-1])

    def write(self, text: str) -> Written:
        """Text in Markdown that a lesson has computed, formulas typeset; the last line of its cell, so that a notebook shows it."""
        self.written.append(text)
        shown = in_unicode(text)
        if hasattr(sys.stdout, "aside"):
            sys.stdout.aside(f"{shown}\n", f"{MARK}{len(self.written) - 1}\n")
        elif not hasattr(builtins, "__IPYTHON__"):
            print(shown)
        return Written(text)

    def play(self, value: autograd.Value, name: str, caption: str = "") -> Played:
        """A page that plays the passes of a Value, written to out/NAME as name.html and shown in the lesson's page."""
        return self.page(autograd.play(value), name, caption)

    def page(self, page: Any, name: str, caption: str = "") -> Played:
        """A page of autograd's or nn's, such as a playground, written to out/NAME as name.html and shown in the lesson's page."""
        path = self.out / f"{name}.html"
        path.write_text(page.html, encoding="utf-8")
        print(f"page: {path}")
        self.played.append(Played(path, caption, page._repr_html_()))
        return self.played[-1]
