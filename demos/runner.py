"""Runs a lesson cell by cell, and makes a page of its text, its code, what it printed and the pictures it showed.

A lesson's file is in the percent format: `# %% [markdown]` opens a cell of text, a string in triple quotes, raw where it has
formulas, and `# %%` one of code; code whose marker says tags=["hide-input"] is folded away on the page. The first cell holds
the title. A cell that asks a question is not shown itself: the page shows the question, and hides what follows until there is
an answer.
"""
from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from demos.asking import ASK, Question
from demos.lesson import MARK, OUT, SMALL
from demos.mathematics import in_unicode
from demos.page import Link, Page

HERE = Path(__file__).parent
TEACHING = HERE / "TEACHING.md"
LECTURE = ("neuron", "descent", "sgd", "backpropagation")       # the lecture in four parts
README = HERE.parent / "README.md"
# The lessons in the order of teaching: the rows of the README's table
ORDER = tuple(re.findall(r"^\| \[`(\w+)`\]\(demos/\w+\.py\) \|", README.read_text(encoding="utf-8"), re.MULTILINE))


class Cell(NamedTuple):
    """A cell of a lesson: its text (markdown or code), the line of the file it starts at, and whether its code is folded."""
    text: str
    line: int
    markdown: bool
    folded: bool

    @property
    def asks(self) -> bool:
        """Whether it asks a question: it is not shown on the page itself."""
        return not self.markdown and re.search(r"^lesson\.ask\(", self.text, re.MULTILINE) is not None

    @property
    def is_code(self) -> bool:
        """Whether it is shown as code."""
        return not (self.markdown or self.asks)


class Ran(NamedTuple):
    """A lesson that ran: its name, title, first paragraph, seconds, the names its cells defined, its pictures and questions, and
    its page.
    """
    name: str
    title: str
    summary: str
    seconds: float
    names: dict[str, Any]
    shown: list[Any]
    asked: list[Question]
    cover: Any
    page: Path


# Cells -----------------------------------------------------------------------------------------------------------------------

def cells(source: str) -> list[Cell]:
    """The cells of a lesson's source.

    >>> [cell.text for cell in cells('# %% [markdown]\\n\\"\\"\\"\\n# A title\\n\\"\\"\\"\\n\\n# %%\\nx = 1\\n')]
    ['# A title', 'x = 1']
    """
    found, lines = [], source.split("\n")
    starts = [i for i, line in enumerate(lines) if re.match(r"# %%(\s|$)", line)]
    for start, end in zip(starts, [*starts[1:], len(lines)]):
        text, marker = "\n".join(lines[start + 1:end]).rstrip("\n"), lines[start]
        markdown = "[markdown]" in marker
        if markdown:
            text = text.strip().removeprefix("r").removeprefix('"""').removesuffix('"""').strip("\n")
        if text.strip():
            found.append(Cell(text, start + 1, markdown, "hide-input" in marker))
    return found


def source(path: Path) -> str:
    """The text of a file of cells, without the mark that some editors put before it."""
    return path.read_text(encoding="utf-8-sig")


def opening(name: str) -> tuple[str, str]:
    """The title of a lesson, and its first paragraph."""
    first = cells(source(HERE / f"{name}.py"))[0].text
    title, _, rest = first.partition("\n")
    return title.lstrip("# ").strip(), " ".join(rest.strip().partition("\n\n")[0].split())


# Running ---------------------------------------------------------------------------------------------------------------------

def run(name: str, small: bool = False, course: tuple[str, ...] = (), ask: bool = False, page: Page | None = None) -> Ran:
    """Run the lesson of that name: what it prints is printed, its files and its page go to out/NAME.

    small   whether it is to compute as little as shows that it works
    course  lessons to whose pages its own leads: the ones before and after it
    ask     whether its questions wait for a prediction on the terminal
    page    a page of another kind, to be filled instead
    """
    path = HERE / f"{name}.py"
    module = types.ModuleType(f"demos.{name}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    (OUT / name / "index.html").unlink(missing_ok=True)                 # that of a run before
    title, summary = opening(name)
    page, start = page or Page(title, neighbours(name, course), course), time.perf_counter()
    with _settings({SMALL: small, ASK: ask}):
        for cell in cells(source(path)):
            if cell.markdown:
                print(f"\n{in_unicode(cell.text)}\n")
                page.markdown(cell.text)
            else:
                _run_cell(cell, path, module.__dict__, page)
    lesson = module.__dict__["lesson"]
    if lesson.keeps_score:
        page.score(name)
    foot = after(name)
    if foot:
        print(f"\n{foot}")
        page.markdown(foot)
    seconds = time.perf_counter() - start
    page.write(lesson.out / "index.html")
    print(f"\n{seconds:.1f} seconds; the lesson as a page: {lesson.out / 'index.html'}")
    return Ran(name, title, summary, seconds, module.__dict__, lesson.shown, lesson.asked, lesson.cover,
               lesson.out / "index.html")


def _run_cell(cell: Cell, path: Path, names: dict[str, Any], page: Page) -> None:
    """Run a cell of code, and add it to the page with what it printed, or the questions it asked in its place."""
    with contextlib.redirect_stdout(Tee(sys.stdout)) as printed:
        execute(cell, path, names)
    lesson = names.get("lesson")
    if cell.asks:
        page.question(lesson.asked[-1])
        return
    page.cell(cell.text, cell.folded)
    _add_output(page, printed.kept.getvalue(), lesson)


def neighbours(name: str, course: tuple[str, ...]) -> tuple[Link, ...]:
    """The ways from a lesson to the ones before and after it, and to the gallery; none without a course."""
    if name not in course:
        return ()
    i = course.index(name)
    links = [Link(word, opening(course[k])[0], f"../{course[k]}/index.html")
             for word, k in (("Previous", i - 1), ("Next", i + 1)) if 0 <= k < len(course)]
    return (*links, Link("Contents", "all lessons", "../index.html"))


def execute(cell: Cell, path: Path, names: dict[str, Any]) -> None:
    """Run a cell of code of the file at that path; line numbers in messages are the file's."""
    exec(compile("\n" * cell.line + cell.text, str(path), "exec", dont_inherit=True), names)


class Tee(io.TextIOBase):
    """A stream that passes text on, and keeps it."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.kept = stream, io.StringIO()

    def write(self, text: str) -> int:
        self.stream.write(text)
        return self.kept.write(text)

    def aside(self, shown: str, kept: str) -> None:
        """Pass one text on, and keep another."""
        self.stream.write(shown)
        self.kept.write(kept)

    def flush(self) -> None:
        self.stream.flush()


@contextlib.contextmanager
def _settings(wanted: dict[str, bool]) -> Iterator[None]:
    """The environment variables that are wanted are 1 inside, the others as they were."""
    before = {name: os.environ.get(name) for name, on in wanted.items() if on}
    os.environ.update(dict.fromkeys(before, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _add_output(page: Page, printed: str, lesson: Any) -> None:
    """Add what a cell printed, with each picture and each page within it where the line that names it was."""
    pictures = {f"picture: {shown.path}": shown for shown in lesson.shown} if lesson else {}
    frames = {f"page: {played.path}": played for played in lesson.played} if lesson else {}
    kept: list[str] = []
    for line in [*printed.split("\n"), None]:
        if line is None or line in pictures or line in frames or line.startswith(MARK):
            if "\n".join(kept).strip():
                page.output("\n".join(kept).strip("\n"))
            kept = []
            if line in pictures:
                page.figure(pictures[line].path, pictures[line].caption)
            elif line in frames:
                page.frame(frames[line].frame, frames[line].caption)
            elif line is not None:
                page.markdown(lesson.written[int(line.removeprefix(MARK))])
        else:
            kept.append(line)


# What comes after a lesson ---------------------------------------------------------------------------------------------------

def after(name: str) -> str:
    """The exercises that belong to a lesson, and the lesson that comes next, in Markdown."""
    numbers = [str(number) for number, lessons in exercises_of().items() if lessons[-1:] == [name]]
    many = "s" * (len(numbers) > 1)
    parts = [f"Exercise{many} {', '.join(numbers)}: `python -m demos exercises {numbers[0]}`."] if numbers else []
    following = ORDER[ORDER.index(name) + 1:][:1] if name in ORDER else ()
    parts += [f"Next lesson: {opening(other)[0]}, `python -m demos {other}`." for other in following]
    return "\n\n".join(["## Go on", *parts]) if parts else ""


def exercises_of() -> dict[int, list[str]]:
    """The lessons that each exercise names, by the exercise's number."""
    found = {}
    for path in sorted((HERE / "exercises").glob("e[0-9][0-9]_*.py")):
        line = re.search(r"^Lessons?: .*", source(path), re.MULTILINE)
        found[int(path.stem[1:3])] = re.findall(r"`(\w+)`", line.group()) if line else []
    return found


# The gallery -----------------------------------------------------------------------------------------------------------------

def write_gallery(ran: list[Ran], path: Path) -> None:
    """Write one page with a card for each lesson: its cover, title, first paragraph and time; it links to their pages."""
    page = Page("Differentiation, lesson by lesson")
    page.markdown(f"# {page.title}\n\nEach picture leads to its lesson: text, code, and what it printed.")
    for i, one in enumerate(ran):
        link = Path(os.path.relpath(one.page, path.parent)).as_posix()
        page.card(f"{i + 1}. {one.title}", one.summary, f"{one.seconds:.1f} seconds here", link, one.cover)
    page.markdown("Then come the exercises: `python -m demos exercises`.")
    page.markdown("[Worksheets to print](worksheets.html), with answers. [For lecturers](teaching.html): what to show when.")
    page.write(path)
    write_worksheets(ran, path.with_name("worksheets.html"))
    teaching = Page("For lecturers")
    teaching.markdown(source(TEACHING))
    teaching.write(path.with_name("teaching.html"))


def write_worksheets(ran: list[Ran], path: Path) -> None:
    """Write the questions of each lesson on a sheet with room for answers, and behind them all answers."""
    page = Page("Worksheets")
    page.markdown(f"# {page.title}\n\nPredict first. Then run the lesson, or open its page.")
    asking = [one for one in ran if one.asked]
    for one in asking:
        page.markdown(f"## {one.title}")
        page.sheet(one.asked)
    page.markdown("## Answers")
    for one in asking:
        answers = "\n".join(f"{i}. {question.verdict(None).removeprefix('Answer: ')}" for i, question in enumerate(one.asked, 1))
        page.markdown(f"### {one.title}\n\n{answers}")
    page.write(path)
