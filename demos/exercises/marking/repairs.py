"""The cause of wrong numbers that no known mistake gives: one change of the student's own file that makes them right.

Each edit is tried in a process like the student's. An exercise of one function has to be right as a whole, else its part. What helps is what was wrong, so the cause is true; it is said in words, with
its line. This changes no points, and ends after a few seconds.
"""
from __future__ import annotations

import ast
import itertools
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from demos.exercises.catalogue import NAMES, asked_for, solution_source, stub
from demos.exercises.checkers.asking import Part, Student
from demos.exercises.checkers.comparing import TWO, undiagnosed
from demos.exercises.marking.clock import PATIENCE
from demos.exercises.marking.process import NURSERY, Process
from demos.exercises.mutations.repair import Edit, Written, cheap, edits, pairs, transplants

if TYPE_CHECKING:
    from demos.exercises.marking.mark import Checker

SECONDS = 5.0                           # for all edits of a file
EACH = 0.25                             # for one question
MOST = 12                               # edits that are kept for a second one
MORE = "in part: "                        # what a change mends, where others are needed too
LONGEST = 12_000                        # letters of a file that is looked at


def cause(name: str, checker: Checker, path: Path, student: Student, part: int, right: tuple[int, ...], time_left: tuple[float, float],
          few: bool = False) -> str:
    """What is wrong in the file at path, in words with a line, where a small change makes that part right; else "".

    right       the parts that are right already
    time_left   seconds for it, and when it has to be over, as `time.monotonic` counts
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
    search = Search(name, path, student.seed, checker.parts if whole else checker.parts[:part + 1], right, Left(min(time_left[0], SECONDS), time_left[1]))
    given, written = given_with(name), Written(tree)
    if few:
        return search.first(edits(tree, given), written)
    return search.first(candidates(name, tree), written) or search.second(edits(tree, given), written) or \
        search.first(pairs(cheap(tree, given)), written)


class Search:
    """Tries edits of a file until its parts are right, or its time is over."""

    def __init__(self, name: str, path: Path, seed: str, parts: list[Part], right: tuple[int, ...], left: Left) -> None:
        self.name, self.path, self.seed, self.parts, self.left = name, path, seed, parts, left
        self.right = frozenset(right) & frozenset(range(len(parts)))

    def first(self, options: Iterator[Edit], written: Written, before: str = "") -> str:
        """The words for the first edit that helps, "" where none does."""
        for edit, _, right in self.tried(options, written, every=False):
            if len(right) == len(self.parts):
                return f"{before}{edit.words}"
        return ""

    def second(self, options: Iterator[Edit], written: Written) -> str:
        """The words for two edits of which the first makes more parts right, and the second all; or for the first, and that there is more."""
        if len(self.parts) < 2:
            return ""
        better = itertools.islice((one for one in self.tried(options, written, every=True) if one[2] > self.right), MOST)
        best = sorted(better, key=lambda one: -len(one[2]))
        for edit, source, _ in best:
            tree = ast.parse(source)
            said = self.first(edits(tree, given_with(self.name)), Written(tree), f"{TWO}{edit.words}; and ")
            if said:
                return said
        if not best:
            return ""
        mended = ", ".join(self.parts[i].title for i in sorted(best[0][2] - self.right))
        return f"{MORE}{best[0][0].words}; with that mended {mended} is right, and something else is not yet"

    def tried(self, options: Iterator[Edit], written: Written, every: bool) -> Iterator[tuple[Edit, str, frozenset[int]]]:
        """Each edit, the source it makes, and the parts that are right then, while there is time."""
        while self.left.now() > 0:
            with NURSERY.process(self.path, self.name, self.left.now(), EACH, self.left.last) as process:
                self.left.process = process
                for edit in options:
                    if self.left.now() <= 0:
                        return
                    source = written.with_(edit)
                    yield edit, source, self.parts_right(process, source, every)
                    if process.gone:
                        break                                           # the next one in a new process
                else:
                    return

    def parts_right(self, process: Process, source: str, every: bool) -> frozenset[int]:
        """The parts in which a file with that source is right, up to the first that is not, or of all of them.

        None where one is lost that was right.
        """
        if not source or "raised" in process.ask("again", source):
            return frozenset()
        student, found = Student(process.ask, self.path.name, self.seed), set()
        with undiagnosed():
            for i, part in enumerate(self.parts):
                try:
                    part.check(student)
                    found.add(i)
                except Exception:                                       # wrong, not begun, or it cannot be read
                    if i in self.right or not every or process.gone:
                        return frozenset()
        return frozenset() if student.notes else frozenset(found)


def given_with(name: str) -> frozenset[str]:
    """The functions that come with an exercise, as `ast.dump` gives them."""
    return frozenset(ast.dump(node) for node in ast.walk(ast.parse(stub(name))) if isinstance(node, (ast.FunctionDef, ast.Lambda))) \
        if name in NAMES else frozenset()


class Left:
    """The time that is left for edits: what this thread computes counts, and what processes have had, not how busy the machine is."""

    def __init__(self, seconds: float, last: float = math.inf) -> None:
        self.end, self.last = time.thread_time() + seconds, min(last, time.monotonic() + PATIENCE * seconds)
        self._process: Process | None = None
        self.before = 0.0                                               # what earlier processes had

    @property
    def process(self) -> Process | None:
        return self._process

    @process.setter
    def process(self, process: Process) -> None:
        self.before += self._process.spent if self._process else 0.0
        self._process = process

    def now(self) -> float:
        """Seconds; 0 or less where it is over."""
        had = self.before + (self._process.spent if self._process else 0.0)
        return min(self.end - time.thread_time() - had, self.last - time.monotonic())


def candidates(name: str, tree: ast.Module) -> Iterator[Edit]:
    """All single edits, the likely ones first."""
    given = given_with(name)
    solution = solution_source(name) if name in NAMES else ""
    return itertools.chain(edits(tree, given), transplants(tree, ast.parse(solution), given))
