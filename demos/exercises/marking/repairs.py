"""The cause of wrong numbers that no known mistake gives: one change of the student's own file that makes them right.

1. Each change is tried in a process like the student's. An exercise of one function has to be right as a whole, else its part, on the
   points of the check and on others. What helps is what was wrong, so the cause is true; it is said in words, with its line.
2. The search is counted in work, not in seconds: the same file gets the same words on a slow machine and on a busy one.
3. Most changes fail at the first question that the file answers wrongly: they are asked that one alone, many at a time (screen.py).
4. This changes no points.
"""
from __future__ import annotations

import ast
import contextlib
import itertools
import math
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from demos.exercises.catalogue import NAMES, asked_for, solution_source, stub
from demos.exercises.checkers.asking import Part, Student
from demos.exercises.checkers.comparing import TWO, undiagnosed
from demos.exercises.marking.process import NURSERY, Process
from demos.exercises.marking.screen import alike
from demos.exercises.mutations.repair import Edit, Written, cheap, edits, pairs, transplants

if TYPE_CHECKING:
    from demos.exercises.marking.mark import Checker

Answer = dict[str, Any]
EACH = 0.25                             # seconds of the processor for one question
MOST = 8                                # edits that are kept for a second one
LONGEST = 12_000                        # letters of a file that is looked at
SLOW = 0.02                             # seconds for a question, beyond which they count
ASKED, LATE = 2, 400                    # what a question of a full check costs, and one without an answer
SINGLES, SECONDS, PAIRS = 4_000, 1_500, 2_000     # the work for one change, for a second one, and for two at once
BATCH = 40                              # changes that are screened in one message
FRESH = "other points"
FREE = ("e02.points", "e07.order", "e09.exponents", "e12.fit", "e12.way", "e13.train", "e13.way", "look", "load")
#                                         probes to which right answers differ
FIRST = ("e05.fault", "e05.fault_of_own", "e15.first", "e15.newton", "e10.descend")     # and those whose first thing alone counts


def cause(name: str, checker: Checker, path: Path, student: Student, part: int, right: tuple[int, ...], end: float = math.inf,
          few: bool = False) -> str:
    """What is wrong in the file at path, in words with a line, where a small change makes that part right; else "".

    right       the parts that are right already
    end         when it has to be over at the latest, as `time.monotonic` counts
    few         look for one mistake only: it is known which two it may be
    """
    source = path.read_bytes().decode("utf-8", "replace")
    try:
        tree = ast.parse(source) if len(source) <= LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if tree is None:
        return ""
    whole = len(asked_for(name)) == 1 if name in NAMES else False
    search = Search(name, path, student.seed, checker.parts if whole else checker.parts[:part + 1], right, end)
    with search:
        return search.words(source, tree, few)


class Question(NamedTuple):
    """A question that a file answers wrongly, and how the solution answers it."""
    probe: str
    arguments: tuple[Any, ...]
    right: Any
    first: bool                         # whether only the first of the things in the answer counts


class Better(NamedTuple):
    """A change that makes more parts right, the source it makes, and those parts."""
    edit: Edit
    source: str
    right: frozenset[int]


class Search:
    """Tries changes of a file until its parts are right, or the work for it is done."""

    def __init__(self, name: str, path: Path, seed: str, parts: list[Part], right: tuple[int, ...], end: float = math.inf) -> None:
        self.name, self.path, self.seed, self.parts, self.end = name, path, seed, parts, end
        self.right = frozenset(right) & frozenset(range(len(parts)))
        self.solution = solution_source(name) if name in NAMES else ""
        self.reference = f"{stub(name)}\n{self.solution}" if self.solution else ""       # what a stub gives besides may be asked for
        self.left = 0                                                   # work
        self.price = 1 + path.stat().st_size // 1_500                   # for a change that is screened: a long file is read longer
        self.spent = 0.0                                                # seconds that this process had at the last question
        self._process: Process | None = None
        self._open: Any = None

    def __enter__(self) -> Search:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def words(self, source: str, tree: ast.Module, few: bool) -> str:
        """What is wrong in a file, by one change or by two; "" where no such change helps."""
        given, written, better = given_with(self.name), Written(tree), []
        one = edits(tree, given) if few or not self.solution else \
            itertools.chain(edits(tree, given), transplants(tree, ast.parse(self.solution), given))
        question = self.question(source)
        for found in self.helping(one, written, question, SINGLES):
            if len(found.right) == len(self.parts):
                return found.edit.words
            better.append(found)
        if few:
            return ""
        return self.second(better) or self.two(pairs(cheap(tree, given)), written, question)

    def second(self, better: list[Better]) -> str:
        """The words for two changes of which the first makes more parts right, and the second all."""
        best = sorted(better, key=lambda one: -len(one.right))[:MOST]
        for edit, source, right in best:
            tree = ast.parse(source)
            for found in self.helping(edits(tree, given_with(self.name)), Written(tree), self.question(source, right), SECONDS // len(best)):
                if len(found.right) == len(self.parts):
                    return f"{TWO}{edit.words}; and {found.edit.words}"
        return ""

    def two(self, both: Iterator[Edit], written: Written, question: Question | None) -> str:
        """The words for two changes at once."""
        return next((found.edit.words for found in self.helping(both, written, question, PAIRS) if len(found.right) == len(self.parts)), "")

    def helping(self, options: Iterable[Edit], written: Written, question: Question | None, work: int) -> Iterator[Better]:
        """The changes that make all parts right, or more than before, while there is work left for them."""
        self.left = work
        for edit, source in self.screened(((edit, written.with_(edit)) for edit in options), question):
            right = self.parts_right(source)
            if right > self.right and (len(right) < len(self.parts) or self.parts_right(source, f"{self.seed}/{FRESH}") == right):
                yield Better(edit, source, right)

    def screened(self, options: Iterable[tuple[Edit, str]], question: Question | None) -> Iterator[tuple[Edit, str]]:
        """Those that answer the question rightly; all of them where there is none."""
        rest = (one for one in options if one[1])
        if question is None:
            yield from itertools.takewhile(lambda _: self.going(), rest)
            return
        while self.going() and (batch := list(itertools.islice(rest, BATCH))):
            while batch and self.going():
                good, tried, late = self.screen(batch, question)
                self.left -= max(self.price * tried, self.slowly(tried)) + LATE * late
                yield from [batch[i] for i in good]
                batch = batch[tried:]

    def slowly(self, count: int = 1) -> int:
        """What the questions since the last time cost, by their time, where that is far more than computing takes; else 0."""
        spent = self._process.spent if self._process else 0.0
        had, self.spent = spent - self.spent, spent
        return int(2_000 * had) if had > SLOW * count else 0

    def screen(self, batch: list[tuple[Edit, str]], question: Question) -> tuple[list[int], int, bool]:
        """Which of a batch answer rightly, how many were tried, and whether the last took too long."""
        found = self.process().ask("screen", [source for _, source in batch], *question).get("is")
        try:
            good, tried, late = found                                           # type: ignore[misc]
            return [int(i) for i in good if 0 <= int(i) < len(batch)], max(int(tried), 1), bool(late)
        except (TypeError, ValueError):                                         # the process is gone, and nothing could stop it in time
            self.left = 0
            return [], len(batch), True

    def going(self) -> bool:
        return self.left > 0 and time.monotonic() < self.end

    def process(self) -> Process:
        """A process in which a file can be asked; a new one where the last is gone, or has had half its time."""
        if self._process is None or self._process.gone or self._process.left < self._process.seconds / 2:
            self._close()
            self.spent = 0.0
            self._open = NURSERY.process(self.path, self.name, each=EACH, end=self.end, wall=math.inf)
            self._process = self._open.__enter__()
        return self._process

    def _close(self) -> None:
        if self._open is not None:
            self._open.__exit__(None, None, None)
        self._open = self._process = None

    def question(self, source: str, right: frozenset[int] | None = None) -> Question | None:
        """The first question that a file answers otherwise than the solution, in the first part that is not right; None where none is found."""
        wrong = next((i for i in range(len(self.parts)) if i not in (self.right if right is None else right)), None)
        if not self.solution or wrong is None:
            return None
        asked: list[tuple[str, tuple[Any, ...], Answer]] = []
        process = self.process()
        process.ask("again", source)

        def noted(probe: str, *arguments: Any) -> Answer:
            found = process.ask(probe, *arguments)
            asked.append((probe, arguments, found))
            return found
        student, earlier = Student(noted, self.path.name, self.seed), 0
        with undiagnosed():
            for part in self.parts[:wrong + 1]:                         # what one part asks may prepare the next
                earlier = len(asked)
                with contextlib.suppress(Exception):
                    part.check(student)
        process.ask("again", self.reference)
        for k, (probe, arguments, found) in enumerate(asked):
            wanted = process.ask(probe, *arguments)
            if k >= earlier and probe not in FREE and "is" in wanted and not ("is" in found and alike(found["is"], wanted["is"], probe in FIRST)):
                return Question(probe, arguments, wanted["is"], probe in FIRST)
        return None

    def parts_right(self, source: str, seed: str | None = None) -> frozenset[int]:
        """The parts in which a file with that source is right. None where one is lost that was right."""
        process = self.process()
        if "raised" in process.ask("again", source):
            self.left -= ASKED
            return frozenset()
        student, found = Student(self.counted(process.ask), self.path.name, self.seed if seed is None else seed), set()
        with undiagnosed():
            for i, part in enumerate(self.parts):
                try:
                    part.check(student)
                    found.add(i)
                except Exception:                                       # wrong, not begun, or it cannot be read
                    if i in self.right or process.gone:
                        return frozenset()
        return frozenset() if student.notes else frozenset(found)

    def counted(self, ask: Callable[..., Answer]) -> Callable[..., Answer]:
        """The same questions; each costs work."""
        def counting(probe: str, *arguments: Any) -> Answer:
            found = ask(probe, *arguments)
            self.left -= LATE if found.get("kind") in ("TimeUp", "Gone", "MemoryError") else max(ASKED, self.slowly())
            self.left = 0 if found.get("kind") in ("Hangs", "Busy", "Sleeps") else self.left
            return found
        return counting


def given_with(name: str) -> frozenset[str]:
    """The functions that come with an exercise, as `ast.dump` gives them."""
    return frozenset(ast.dump(node) for node in ast.walk(ast.parse(stub(name))) if isinstance(node, (ast.FunctionDef, ast.Lambda))) \
        if name in NAMES else frozenset()
