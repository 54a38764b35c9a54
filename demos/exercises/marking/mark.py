"""Asks all parts of an exercise, and says what they come to."""
from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from demos.exercises.checkers.asking import NotBegun, Part, Stopped, Student, Wrong
from demos.exercises.checkers.comparing import OFF, SOME, TWO, only
from demos.exercises.marking import repairs
from demos.exercises.marking.policy import Policy, judge
from demos.exercises.marking.process import NURSERY, SECONDS, Nursery
from demos.exercises.marking.result import NOT_BEGUN, NOT_RIGHT, SOLVED, PartResult, Result

LOOK = {                                # by words in a mistake's name: where to look, before the mistake itself is said
    "sign|minus|a + |a - |uphill|way round": "Look at the signs.", "factor|times|divi|squared|power|σ'": "Look at the factors.",
    "term|part|missing": "Count what belongs there: something is missing.", "places|order|transpos|first": "Look at what stands where.",
    "reset|left from|still in|before": "Look at what is there before you begin.", "end|loop|time|hang": "Does every loop end?",
    "it uses|difference quotient|formula": "Read again what is asked for, and with which means."}


LONGEST = 300_000                       # bytes of a file
TAME = 2.0                              # seconds that an answer may have had when it is wrong, for its cause to be looked for
HURRY = 2.0                             # seconds for the parts after one that is wrong
LAST = 120.0                            # seconds on the wall after which it is not, whatever the machine is busy with


class Checker:
    """An exercise's parts, its policy and its hints, from its file in checkers/ or from a teacher's own."""

    def __init__(self, parts: list[Part], policy: Policy, hints: tuple[str, ...]) -> None:
        self.parts, self.policy, self.hints = parts, policy, hints

    @classmethod
    def of(cls, name: str) -> Checker:
        module = import_module(f"demos.exercises.checkers.{name}")
        return cls(module.PARTS, module.POLICY, module.HINTS)


def mark_file(name: str, path: Path, seed: str = "", seconds: float = SECONDS, nursery: Nursery = NURSERY,
              checker: Checker | None = None) -> Result:
    """The result of an exercise for the file at path, whose code runs in a process of its own.

    seed      points are drawn from it; an empty one gives the points that students see
    seconds   the time for all questions
    """
    begun, checker = time.monotonic(), checker or Checker.of(name)
    if not path.is_file():
        return _failed(name, checker, f"there is no file {path.name}", "the file is missing", "")
    source = path.read_bytes()
    if len(source) > LONGEST:
        return _failed(name, checker, f"{path.name} has {len(source):,} bytes", "a file as long as this is not an answer", "")
    with nursery.process(path, name, seconds) as process:       # WALL begins when the nursery is there
        student = Student(process.ask, path.name, seed)
        student.at_first_wrong = lambda: (process.spent, process.hurry(HURRY))[0]
        result = mark(name, checker, student, source, process.loaded)
        printed = process.printed()
    tame = student.memo.get("spent", seconds) < TAME and not (student.notes or student.threads)
    if tame and student.memo.get("claimed") == result.mistake and result.mistake:
        with nursery.process(path, name, TAME, end=begun + LAST, wall=LAST) as process:     # one that has its time before it, and nothing left from earlier calls
            result = confirmed(result, checker, Student(process.ask, path.name, seed), source)
    if tame:
        result = looked_into(result, checker, student, path, begun + LAST)
    return replace(result, printed=printed, seconds=time.monotonic() - begun, seed=seed)


HOW = ("these numbers come out when", OFF, SOME, "a right partial is taken", "in u'/v - u v'/v²", "the part of c[", "with one coefficient alone",
       "where all coefficients", "the size of the step")                        # how numbers differ: what a change of the file shows says more
VAGUE = ("these numbers come out when", "a factor: all are", "the right numbers, in", "the sizes are right", "it is the same number",
         "it raises an exception", "an attribute that is not", "nothing arrives", "the shapes do not fit", "all are off by",
         "a right partial is taken", "the first partial is always", "something is taken apart", "it changes something that",
         "an operation between", "an index is too large", "for the numerator", "the logarithm is taken of 1 - p", "a node stands before one", OFF, SOME, *HOW)


def looked_into(result: Result, checker: Checker, student: Student, path: Path, end: float) -> Result:
    """The result; where its cause is not known, or only vaguely, with what a change of the file itself shows.

    end     when the verdict has to be there, as `time.monotonic` counts
    """
    i = next((i for i, part in enumerate(result.parts) if not part.right), None)
    if result.state != NOT_RIGHT or i is None or result.mistake == student.memo.get("stopped") or "demos" in student.called:
        return result
    known = result.parts[i].mistake
    two = known.startswith(TWO)
    if known != result.mistake or known and not known.startswith((*VAGUE, TWO)):
        return result
    right = tuple(k for k, part in enumerate(result.parts) if part.right)
    said = repairs.cause(result.exercise, checker, path, student, i, right, end, few=two)
    if not said:
        return result
    mistake = said if not known or two or known.startswith(HOW) or said.startswith(TWO) else f"{known}: {said}"
    return told(result, i, mistake, checker)


CHANGED = "it changes its arguments in place: whoever calls it has other arrays afterwards; work on copies"


def mark(name: str, checker: Checker, student: Student, source: bytes, loaded: dict[str, Any]) -> Result:
    """The result of an exercise for a student whose code is loaded: `loaded` is what loading it gave."""
    reason = judge(checker.policy, source)
    if reason:
        return _failed(name, checker, f"{student.file} does not answer what was asked", reason, "")
    try:
        student._ask, ask = (lambda *_: loaded), student._ask
        student.raw("load", f"reading {student.file}")
        student._ask = ask
    except NotBegun as where:
        return _failed(name, checker, str(where), "", "", NOT_BEGUN)
    except Wrong as wrong:
        return _failed(name, checker, str(wrong), wrong.mistake, "")
    parts: list[PartResult] = []
    for part in checker.parts:
        try:
            with quiet():
                parts.append(_examine(part, student, parts))
        except NotBegun as where:
            if not parts:
                return _failed(name, checker, str(where), "", "", NOT_BEGUN)
            parts.append(PartResult(part.title, 0.0, part.points, str(where), "a part is not written yet"))
        if not parts[-1].right and "spent" not in student.memo:
            student.memo["spent"] = student.at_first_wrong()
    reason = _broken(student, checker.policy)
    if reason:
        return _failed(name, checker, f"{student.file} does not answer what was asked", reason, "")
    wrong_part = next((part for part in parts if not part.right), None)
    if student.changed and (wrong_part is None or not wrong_part.mistake):
        i = parts.index(wrong_part) if wrong_part else len(parts) - 1
        wrong_part = parts[i] = replace(parts[i], points=0.0, mistake=CHANGED, message=parts[i].message or
                                        f"{student.file}: after a call, the arrays it was given hold other numbers")
    if wrong_part is None:
        return Result(name, SOLVED, tuple(parts))
    return Result(name, NOT_RIGHT, tuple(parts), wrong_part.message, wrong_part.mistake, _hints(checker, wrong_part.mistake))


FRESH = ("other points", "and others")  # seeds of the points at which a cause is tried again


def confirmed(result: Result, checker: Checker, student: Student, source: bytes) -> Result:
    """The result; its cause only if it explains the numbers at fresh points too, else another that does, or none."""
    i = next(i for i, part in enumerate(result.parts) if not part.right)
    parts, seeds = checker.parts[:i + 1], [f"{student.seed}/{word}" for word in FRESH]
    found = [concluded(parts, student, source, seed) for seed in seeds]
    mistake = result.mistake if found == [result.mistake] * len(seeds) else next(
        (said for said in dict.fromkeys([result.mistake, *found])
         if said and all(concluded(parts, student, source, seed, said) == said for seed in (student.seed, *seeds))), "")
    return told(result, i, mistake, checker)


def told(result: Result, i: int, mistake: str, checker: Checker) -> Result:
    """The result with another cause of what is wrong in part i, the first that is wrong."""
    parts = [replace(part, mistake=mistake) if k == i else part for k, part in enumerate(result.parts)]
    return replace(result, parts=tuple(parts), mistake=mistake, hints=_hints(checker, mistake))


def concluded(parts: list[Part], student: Student, source: bytes, seed: str, said: str = "") -> str:
    """The cause that the numbers show at the points of another seed; with `said`, this one or none."""
    student._ask("again", source.decode("utf-8", "replace"))    # what earlier calls left behind is gone
    other = Student(student._ask, student.file, seed)
    for part in parts:
        with contextlib.suppress(Exception), quiet(), only(said):
            try:
                part.check(other)
            except Wrong as wrong:
                if part is parts[-1]:
                    return wrong.mistake if wrong.claimed else ""
    return ""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """What a mistake would give may be inf or nan: NumPy need not say so."""
    with contextlib.ExitStack() as stack:
        if sys.modules.get("numpy"):
            stack.enter_context(sys.modules["numpy"].errstate(all="ignore"))
        yield


def _examine(part: Part, student: Student, before: list[PartResult]) -> PartResult:
    """A part's result; once nothing can be asked any more, the parts that follow are not."""
    if "stopped" in student.memo:
        return PartResult(part.title, 0.0, part.points, "not checked, for the part before did not end", student.memo["stopped"])
    try:
        part.check(student)
    except Stopped as stopped:
        student.memo["stopped"] = stopped.mistake
        return PartResult(part.title, 0.0, part.points, str(stopped), stopped.mistake)
    except Wrong as wrong:
        first = next((one for one in before if not one.right), None)
        if wrong.claimed and first is None:
            student.memo["claimed"] = wrong.mistake
        known = wrong.mistake if not wrong.claimed or first is None or first.mistake == wrong.mistake else ""
        return PartResult(part.title, 0.0, part.points, str(wrong), known)  # it may only follow from what is wrong before
    except NotBegun:
        raise
    except Exception as error:                          # something nobody thought of came back
        return PartResult(part.title, 0.0, part.points, f"what came back cannot be checked: {type(error).__name__}: {error}",
                          "something comes back that no number can be read from")
    return PartResult(part.title, part.points, part.points)


def _broken(student: Student, policy: Policy) -> str:
    """Why what the answer did while it ran is not what was asked for; "" where nothing speaks against it."""
    if student.notes:
        return f"{student.notes[0]}; an answer computes, and does nothing else"
    return policy.broken(student.called)


def _failed(name: str, checker: Checker, message: str, mistake: str, printed: str, state: str = NOT_RIGHT) -> Result:
    parts = tuple(PartResult(part.title, 0.0, part.points, message, mistake) for part in checker.parts)
    return Result(name, state, parts, message, mistake, _hints(checker, mistake), printed)


def _hints(checker: Checker, mistake: str) -> tuple[str, ...]:
    """Three hints, each with more: where to look, and what the exercise is about."""
    first = next((said for words, said in LOOK.items() if any(word in mistake for word in words.split("|"))), "") if mistake else ""
    return tuple([f"{first} {checker.hints[0]}".strip(), *checker.hints[1:]])
