"""What runs inside the browser, in a worker: cells of Python, and what they show. It needs neither NumPy nor a network.

Every answer is plain data that becomes JSON. What a cell shows is a list of parts, each a dict with a `kind`:

    text       what was printed
    error      the traceback of an exception, from the user's own lines on, and the `line` where it happened
    svg        a picture, with its caption
    page       a whole page, such as one of play
    html       a piece of HTML
    recorded   the name of a plot that the lesson drew when the site was made, since there is no Matplotlib
"""
from __future__ import annotations

import ast
import contextlib
import io
import linecache
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import autograd
from autograd import Value
from autograd.graph import topological_order
from autograd.pictures import PictureError, use_graphviz
from demos import lesson as lessons
from demos.exercises import notebook
from demos.mathematics import FORMULA, mathml

Part = dict[str, Any]
FILE = "your code"                      # what a traceback calls the cells
MOST_PRINTED = 100_000                  # characters
MOST_EXPLAINED = 6                      # leaves whose derivatives are explained beside a graph
DEEPEST = 500                           # calls inside calls: a browser's stack has room for no more, and ends Python past it
MISSING = ("numpy", "matplotlib", "scipy", "torch", "sklearn")
HOW_TO_GET_IT = ("There is no {} on this page, so this cell does not run here: install the package and run it on your machine."
                 " A site made with --cdn has NumPy and Matplotlib.")


class Session:
    """Cells that run one after the other, with the names they define. `show` is called with each part as it comes."""

    def __init__(self, show: Callable[[Part], None]) -> None:
        self.show = show
        self.clear()

    def clear(self) -> None:
        """Forget all names."""
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names: dict[str, Any] = module.__dict__

    def run(self, code: str) -> bool:
        """Whether a cell ran without an error. The value of its last line is shown, as in a notebook."""
        linecache.cache[FILE] = (len(code), None, code.splitlines(keepends=True), FILE)
        stream = Stream(self.show)
        try:
            with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
                value = run_cell(code, self.names)
                if value is not None:
                    self.display(value)
        except BaseException as error:                  # exit() too
            self.show(explained(error))
            return False
        return True

    def display(self, value: Any) -> None:
        """Show a value as a notebook would, as the richest of its forms."""
        for part in parts_of(value):
            self.show(part)


class Stream(io.TextIOBase):
    """A stream whose text is shown as it comes; what is printed without end is cut off."""

    def __init__(self, show: Callable[[Part], None]) -> None:
        self.show, self.left = show, MOST_PRINTED

    def write(self, text: str) -> int:
        if self.left > 0 and text:
            self.show({"kind": "text", "text": text[:self.left]})
            self.left -= len(text)
            if self.left <= 0:
                self.show({"kind": "text", "text": "\n... and more, which is not shown"})
        return len(text)


def run_cell(code: str, names: dict[str, Any]) -> Any:
    """The value of the last line of a cell, None where that is not an expression."""
    tree = ast.parse(code, FILE)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)                # type: ignore[attr-defined]
    exec(compile(tree, FILE, "exec", dont_inherit=True), names)
    return eval(compile(last, FILE, "eval", dont_inherit=True), names) if last else None


def explained(error: BaseException) -> Part:
    """An exception as a part: the traceback from the user's first line on."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    line = frames[-1].lineno if frames else getattr(error, "lineno", None)
    shown = traceback.format_list(frames) + traceback.format_exception_only(error)
    text = "".join(["Traceback (most recent call last):\n"] * bool(frames) + shown).rstrip()
    missing = getattr(error, "name", None) or ""
    if isinstance(error, ModuleNotFoundError) and missing.partition(".")[0] in MISSING:
        text = HOW_TO_GET_IT.format({"numpy": "NumPy"}.get(missing, missing))
    return {"kind": "error", "text": text, "line": line}


# What things look like ---------------------------------------------------------------------------------------------------

def parts_of(value: Any) -> Iterator[Part]:
    """A value as parts: a picture, a page, HTML, or its text."""
    if isinstance(value, Recorded):
        return
    if hasattr(value, "html") and hasattr(value, "note"):           # a page of play, and what is like it
        yield {"kind": "page", "html": value.html, "title": value.note}
    elif hasattr(value, "svg") and hasattr(value, "note"):          # a picture
        yield picture(value)
    elif hasattr(value, "equations"):                               # an explanation
        yield {"kind": "html", "html": words(value)}
    elif hasattr(value, "_repr_html_"):
        yield {"kind": "html", "html": value._repr_html_()}
    else:
        yield {"kind": "text", "text": repr(value)[:MOST_PRINTED] + "\n"}


def picture(drawn: Any) -> Part:
    """A picture as a part; where it cannot be laid out, the line that says why."""
    try:
        return {"kind": "svg", "svg": drawn.svg(), "caption": drawn.note}
    except PictureError as error:
        return {"kind": "error", "text": str(error), "line": None}


def words(explanation: Any) -> str:
    """An explanation as HTML: in words, and typeset; what one derivative equals stands in one line, while there is room."""
    typeset, before = [], ""
    for equation in explanation.equations:
        left, _, right = equation.partition(" = ")
        same = left == before
        typeset.append(("" if same or not before else "<br>") + mathml(f"= {right}" if same else equation))
        before = left
    return f'<pre class="words">{escape(str(explanation))}</pre><p class="equations">{" ".join(typeset)}</p>'


# The workbench -----------------------------------------------------------------------------------------------------------

def about(names: dict[str, Any]) -> dict[str, Any]:
    """What stands beside a program on the workbench: the graph of its result, in words, and as a page to play with.

    The result is the last of its Values that goes into no other. Values without a label are called as their variables.
    """
    output = result_of(names)
    if output is None:
        return {"note": "The program has no Value that was computed from others, so there is nothing to draw."}
    autograd.name({name: v for name, v in names.items() if not name.startswith("_")})
    shown: dict[str, Any] = {"graph": picture(autograd.draw(output)), "words": in_words(output), "note": ""}
    if all(v.grad == 0 or v.grad is None for v in topological_order(output)):
        shown["note"] = "No backward pass has come here yet: call backward() to see the gradients."
    try:
        shown["play"] = autograd.play(output).html
    except ValueError as error:                         # too many Values, or a derivative that does not exist
        shown["play_note"] = str(error)
    return shown


def result_of(names: dict[str, Any]) -> Value | None:
    """The last Value of a namespace that is an input of no other Value there, and is computed; None without one."""
    computed = [v for name, v in names.items() if isinstance(v, Value) and not v.is_leaf and not name.startswith("_")]
    inside = {id(u) for v in computed for u in topological_order(v)[:-1]}
    outputs = [v for v in computed if id(v) not in inside]
    return outputs[-1] if outputs else None


def in_words(output: Value) -> str:
    """The derivatives of an output with respect to its labelled leaves, explained."""
    leaves = [v for v in topological_order(output) if v.is_leaf and v.label]
    explained = []
    for leaf in leaves[:MOST_EXPLAINED]:
        try:
            explained.append(f"<section>{words(autograd.explain(output, wrt=leaf))}</section>")
        except ValueError as error:                     # a derivative that does not exist
            explained.append(f"<section><p>{escape(str(error))}</p></section>")
    if len(leaves) > MOST_EXPLAINED:
        more = len(leaves) - MOST_EXPLAINED
        explained.append(f"<p>... and {more} more: <code>explain(output, wrt=leaf)</code> shows them.</p>")
    return "".join(explained)


# Lessons -----------------------------------------------------------------------------------------------------------------

class Recorded:
    """What takes the place of a plot where there is no Matplotlib: it takes every call, and draws nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Recorded()

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return Recorded()

    def __getitem__(self, place: Any) -> Any:
        return Recorded()

    def __iter__(self) -> Iterator[Any]:
        return iter([Recorded() for _ in range(9)])


def plots_without_matplotlib() -> types.ModuleType:
    """The module demos.plots of a page without Matplotlib; its figures are those of the site."""
    module = types.ModuleType("demos.plots")
    colors = {"BLUE": "#1f5fa8", "RED": "#c0392b", "GREEN": "#1e7d4f", "ORANGE": "#c77700", "PURPLE": "#7b3f9d"}
    module.__dict__.update(colors, GRAY="#555555", COLORS=tuple(colors.values()))
    module.__dict__["plot"] = lambda *arguments, **options: (Recorded(), Recorded())
    module.__dict__["plots"] = lambda rows, columns, *arguments, **options: (
        Recorded(), [Recorded() for _ in range(rows * columns)])
    module.__dict__["__getattr__"] = lambda name: Recorded()
    return module


def lesson_module(show: Callable[[Part], None]) -> types.ModuleType:
    """The module demos.lesson of a page: pictures are shown where they are made, and no file is written."""
    class Shown(lessons.Lesson):
        def __init__(self, name: str, cover: str = "", keeps_score: bool = False) -> None:
            self.name, self.out, self.cover_name, self.keeps_score = name, Path("out") / name, cover, keeps_score
            self.shown, self.played, self.asked, self.written = [], [], [], []

        def show(self, picture_of: Any, name: str, caption: str = "") -> None:
            if isinstance(picture_of, Recorded):
                show({"kind": "recorded", "name": name, "caption": caption})
            else:
                show({**picture(picture_of), "caption": caption})

        def page(self, page: Any, name: str, caption: str = "") -> None:        # type: ignore[override]
            show({"kind": "page", "html": page.html, "title": caption})

        def write(self, text: str) -> None:                                     # type: ignore[override]
            typeset, end = [], 0
            for found in FORMULA.finditer(text):
                typeset += [escape(text[end:found.start()]), mathml(found[1] or found[2], display=bool(found[1]))]
                end = found.end()
            show({"kind": "html", "html": "".join([*typeset, escape(text[end:])])})

        def ask(self, text: str, answer: Any, **options: Any) -> None:
            """Nothing: the page has the question already."""

    module = types.ModuleType("demos.lesson")
    module.__dict__.update(lessons.__dict__, Lesson=Shown)
    return module


# Exercises ---------------------------------------------------------------------------------------------------------------

def check(name: str, code: str) -> dict[str, Any]:
    """The result of an exercise for a student's code: its state, what is wrong, the hints, and what the code printed."""
    linecache.cache[FILE] = (len(code), None, code.splitlines(keepends=True), FILE)
    printed: list[str] = []
    names: dict[str, Any] = {"__name__": "answer"}
    with contextlib.redirect_stdout(Stream(lambda part: printed.append(part["text"]))):
        try:
            exec(compile(code, FILE, "exec", dont_inherit=True), names)
            result = notebook.check(name, names).as_dict()
        except ValueError as error:                     # a function is missing
            return {"state": "not right yet", "message": str(error), "printed": "", "hints": [], "line": None}
        except BaseException as error:                  # exit() too
            wrong = explained(error)
            return {"state": "not right yet", "message": wrong["text"], "printed": "", "hints": [], "line": wrong["line"]}
    return {**result, "printed": result["printed"] or "".join(printed), "line": None}


# Long chains -------------------------------------------------------------------------------------------------------------

def holders(held: list[Any], k: int) -> int:
    """How many references there are to an entry of a list, as counted from here."""
    return sys.getrefcount(held[k])


ALONE = holders([object()], 0)                          # of what only the list holds


def take_apart(v: Value) -> None:
    """Free what only v holds, and what only that holds, one after the other.

    Python frees a chain of objects by calls inside calls, for which a browser's stack is too small: as `Value.__del__` this
    lets a chain of any length end.
    """
    todo = [v]
    while todo:
        u = todo.pop()
        held = list({id(w): w for w in u.inputs if isinstance(w, Value) and not w.is_leaf}.values())
        if not held:
            continue
        Value.__init__(u, 0.0)                          # it forgets its inputs
        todo += [held[k] for k in range(len(held)) if holders(held, k) == ALONE]
        del u, held


# What JavaScript calls ---------------------------------------------------------------------------------------------------

def begin(show: Callable[[Part], None], layout: Callable[[str, str, str], str], numpy: bool = False) -> Session:
    """A session whose pictures are laid out by `layout(source, format, engine)`."""
    def graphviz(source: str, format: str, engine: str, seconds: float) -> bytes:
        if format not in ("svg", "dot", "json", "plain", "xdot"):
            raise PictureError(f"this page draws SVG, not {format.upper()}: write a file whose name ends in .svg")
        try:
            return layout(source, format, engine).encode()
        except Exception as error:                      # JavaScript's errors
            raise PictureError(f"Graphviz failed: {str(error).splitlines()[0]}") from None

    sys.setrecursionlimit(DEEPEST)
    Value.__del__ = take_apart                          # type: ignore[attr-defined]
    use_graphviz(graphviz)
    sys.modules["demos.lesson"] = lesson_module(show)
    if not numpy:
        sys.modules["demos.plots"] = plots_without_matplotlib()
    return Session(show)
