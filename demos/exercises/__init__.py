"""Fifteen exercises in rising order, each checked by finite differences: python -m demos exercises [NUMBER [--solution]].

eNN_NAME.py    the statement, and what is yours to write: edit it in place
checkers/      what the command runs on it
solutions/     a solution of each, for when you have tried
"""
from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
import textwrap
import traceback
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np

from demos.exercises.checking import NotBegun, Student, Wrong, first_line, place
from demos.runner import cells

HERE = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in (HERE / "solutions").glob("e*.py")))
SOLVED, NOT_BEGUN, NOT_RIGHT = "solved", "not yet begun", "not right yet"


class State(NamedTuple):
    """How far an exercise is: SOLVED, NOT_BEGUN or NOT_RIGHT, and what is wrong."""
    state: str
    message: str = ""


def main(arguments: list[str], folder: Path = HERE) -> int:
    """Show how far the exercises in the folder are, or check one of them, or show its solution.

    0 when what was asked for was shown, and the one exercise that was checked is solved; else 1.
    """
    numbers = [argument for argument in arguments if argument != "--solution"]
    names = [name for name in map(find, numbers) if name]
    unknown = [n for n in numbers if find(n) is None]
    if unknown or len(numbers) > 1 or arguments and not numbers:
        problem = f"no exercise {unknown[0]!r}" if unknown else "one exercise at a time" if numbers else "say which exercise"
        print(f"{problem}: python -m demos exercises [NUMBER [--solution]], with a number from 1 to {len(NAMES)}",
              file=sys.stderr)
        return 1
    if not names:
        return show_progress(folder)
    return show_solution(names[0]) if "--solution" in arguments else show_one(names[0], folder)


def find(text: str) -> str | None:
    """The name of an exercise from its number or any part that says which it is: "3", "03", "e03_record", "record"."""
    for i, name in enumerate(NAMES, 1):
        if text.removesuffix(".py") in (str(i), *_parts(name)):
            return name
    return None


def _parts(name: str) -> tuple[str, ...]:
    number, _, word = name.partition("_")
    return name, number, number[1:], word


def title(name: str) -> str:
    """The number and title of an exercise, such as "3. Let the graph do it"."""
    return first_line((HERE / "solutions" / f"{name}.py").read_text(encoding="utf-8")).strip('"').removesuffix(": a solution.")


# Checking --------------------------------------------------------------------------------------------------------------------

def examine(name: str, folder: Path = HERE) -> State:
    """How far the exercise of that name is in the folder."""
    checker = importlib.import_module(f"demos.exercises.checkers.{name}")
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            checker.check(Student(folder / f"{name}.py"))
    except NotBegun as where:
        return State(NOT_BEGUN, str(where))
    except Wrong as wrong:
        return State(NOT_RIGHT, str(wrong))
    except Exception as error:                          # an object that does something nobody thought of
        said = first_line(traceback.format_exception_only(error)[-1])
        return State(NOT_RIGHT, f"what came back cannot be checked: {said}")
    return State(SOLVED)


def _stopped(error: BaseException, name: str, folder: Path) -> int:
    """Say where Ctrl-C stopped the exercise of that name, and give the exit code of a program stopped so."""
    print(f"\nstopped in exercise {title(name)}{place(error, folder / f'{name}.py')}", file=sys.stderr)
    return 130


# Showing ---------------------------------------------------------------------------------------------------------------------

def show_progress(folder: Path) -> int:
    """Print a line for each exercise, with the first line of what is wrong, and which one is next."""
    done: dict[str, str] = {}
    for name in NAMES:
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                state, message = examine(name, folder)
        except KeyboardInterrupt as error:
            return _stopped(error, name, folder)
        done[name] = state
        number, _, words = title(name).partition(". ")
        print(f"{number:>3}  {state:13}  {words}", flush=True)
        if state == NOT_RIGHT:
            print(f"{'':20}{textwrap.shorten(first_line(message), 100, placeholder=' ...')}", flush=True)
    todo = [name for name in NAMES if done[name] != SOLVED]
    print(f"\n{len(NAMES) - len(todo)} of {len(NAMES)} solved.", end=" " if todo else "\n")
    if todo:
        i = NAMES.index(todo[0]) + 1
        print(f"Next: exercise {i}, {shown(folder / todo[0])}.py\nEdit the file, then: python -m demos exercises {i}\n"
              f"python -m demos exercises {i} --solution shows how it can be done, when you have tried.")
    return 0


def show_one(name: str, folder: Path) -> int:
    """Print the statement of an exercise, how far it is, and all of what is wrong."""
    path, i = folder / f"{name}.py", NAMES.index(name) + 1
    print(f"{statement(path)}\n\n{shown(path)}: ", end="", flush=True)
    try:
        state, message = examine(name, folder)
    except KeyboardInterrupt as error:
        return _stopped(error, name, folder)
    print(state)
    if message:
        print()
    for line in message.splitlines():
        print(textwrap.fill(line, 100, initial_indent="  ", subsequent_indent="    "))
    if state == SOLVED and i < len(NAMES):
        print(f"Next: python -m demos exercises {i + 1}")
    return 0 if state == SOLVED else 1


def show_solution(name: str) -> int:
    """Print where the solution of an exercise stands, and its code."""
    path = HERE / "solutions" / f"{name}.py"
    print(f"{shown(path)}\n\n{path.read_text(encoding='utf-8').rstrip()}")
    return 0


def statement(path: Path) -> str:
    """The first cell of a student's file; its name alone where that is gone."""
    try:
        return cells(path.read_text(encoding="utf-8"))[0].text
    except (OSError, UnicodeDecodeError, IndexError):
        return path.stem


def shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    return os.path.relpath(path) if Path.cwd() in path.parents else str(path)
