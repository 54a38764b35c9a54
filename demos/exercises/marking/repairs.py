"""The cause of wrong numbers that no known mistake gives: one change of the student's own file that makes them right.

Each edit is tried in a process like the student's. An exercise of one function has to be right as a whole, else its part. What helps is what was wrong, so the cause is true; it is said in words, with
its line. This changes no points, and ends after a few seconds.
"""
from __future__ import annotations

import ast
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from demos.exercises.catalogue import NAMES, asked_for, solution_source, stub
from demos.exercises.checkers.asking import NotBegun, Part, Student, Wrong
from demos.exercises.checkers.comparing import undiagnosed
from demos.exercises.marking.clock import PATIENCE
from demos.exercises.marking.process import NURSERY, Process
from demos.exercises.mutations.repair import Edit, Written, cheap, edits, pairs, transplants

if TYPE_CHECKING:
    from demos.exercises.marking.mark import Checker

SECONDS = 4.0                           # for all edits of a file
EACH = 0.25                             # for one question
LONGEST = 12_000                        # letters of a file that is looked at


def cause(name: str, checker: Checker, path: Path, student: Student, part: int, seconds: float) -> str:
    """What is wrong in the file at path, in words with a line, where a small change makes that part right; else ""."""
    source = path.read_bytes().decode("utf-8", "replace")
    try:
        tree = ast.parse(source) if len(source) <= LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if tree is None:
        return ""
    parts, whole = checker.parts, len(asked_for(name)) == 1 if name in NAMES else False
    left, options, written = Left(min(seconds, SECONDS)), candidates(name, tree), Written(tree)
    while left.now() > 0:
        with NURSERY.process(path, name, left.now(), EACH) as process:
            left.process = process
            for edit in options:
                if left.now() <= 0:
                    return ""
                if helps(process, parts if whole else parts[:part + 1], path.name, student.seed, written.with_(edit)):
                    return edit.words
                if process.gone:
                    break                                               # the next one in a new process
            else:
                return ""
    return ""


class Left:
    """The time that is left for edits: what this thread computes counts, and what processes have had, not how busy the machine is."""

    def __init__(self, seconds: float) -> None:
        self.end, self.last = time.thread_time() + seconds, time.monotonic() + PATIENCE * seconds
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
    """All edits, the likely ones first."""
    known = name in NAMES
    given = frozenset(ast.dump(node) for node in ast.walk(ast.parse(stub(name))) if isinstance(node, (ast.FunctionDef, ast.Lambda))) \
        if known else frozenset()
    solution = solution_source(name) if known else ""
    return itertools.chain(edits(tree, given), transplants(tree, ast.parse(solution), given), pairs(cheap(tree, given)))


def helps(process: Process, parts: list[Part], file: str, seed: str, source: str) -> bool:
    """Whether a file with that source is right in those parts."""
    if not source or "raised" in process.ask("again", source):
        return False
    student = Student(process.ask, file, seed)
    try:
        with undiagnosed():
            for part in parts:
                part.check(student)
    except (Wrong, NotBegun):
        return False
    except Exception:                                                   # what came back cannot be read
        return False
    return not student.notes
