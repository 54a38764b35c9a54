"""Fifteen exercises in rising order, each checked by finite differences: python -m demos exercises [NUMBER [--solution]].

eNN_NAME.py    the statement, and what is yours to write; it stays as it is, for the command copies it to `exercises/` in the
               current directory, and what you work on is the copy (delete it to begin afresh: it is copied anew)
checkers/      what the command runs on it
solutions/     a solution of each, for when you have tried
"""
from __future__ import annotations

import builtins
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
COPIES = Path("exercises")                              # in the current directory
LINES = 20                                              # of what a student's file prints are shown
USAGE = """python -m demos exercises [NUMBER [--solution]]

Without a number it shows how far you are, and with one the statement of that exercise and what is wrong with your answer.
--solution shows how it can be done.

You work on copies, in the folder exercises of the current directory. The command puts every file there that is missing, and
never overwrites one. To begin an exercise afresh, delete your file: it is copied anew."""


class State(NamedTuple):
    """How far an exercise is: SOLVED, NOT_BEGUN or NOT_RIGHT, what is wrong, and what the student's file printed."""
    state: str
    message: str = ""
    printed: str = ""


def main(arguments: list[str], folder: Path = COPIES) -> int:
    """Show how far the copies in the folder are, or check one of them, or show a solution.

    Stubs that are missing in the folder are copied there first. 0 when what was asked for was shown, and the one exercise that
    was checked is solved; else 1.
    """
    if {"-h", "--help"} & {*arguments}:
        print(USAGE)
        return 0
    numbers = [argument for argument in arguments if argument != "--solution"]
    names = [name for name in map(find, numbers) if name]
    unknown = [n for n in numbers if find(n) is None]
    if unknown or len(numbers) > 1 or arguments and not numbers:
        problem = f"no exercise {unknown[0]!r}" if unknown else "one exercise at a time" if numbers else "say which exercise"
        print(f"{problem}: python -m demos exercises [NUMBER [--solution]], with a number from 1 to {len(NAMES)}",
              file=sys.stderr)
        return 1
    if "--solution" in arguments:
        return show_solution(names[0])
    if folder == COPIES and not folder.exists() and _holds_copies(Path.cwd()):
        folder = Path()                                 # called from inside the folder
    try:
        copy_stubs(folder)
    except OSError as error:
        print(f"cannot write your copies to {folder}: {error}", file=sys.stderr)
        return 1
    return show_one(names[0], folder / f"{names[0]}.py") if names else show_progress(folder)


def check_file(path: str, number: int) -> None:
    """Check the file at path as the answer to an exercise; a script ends here, with the exit code of `main`."""
    code = show_one(NAMES[number - 1], Path(path))
    if not hasattr(builtins, "__IPYTHON__"):            # a notebook goes on
        sys.exit(code)


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


# A student's copies ----------------------------------------------------------------------------------------------------------

def copy_stubs(folder: Path) -> None:
    """Copy every stub that is missing in the folder, and say so in a line."""
    missing = [name for name in NAMES if not (folder / f"{name}.py").exists()]
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name in missing:
        with (folder / f"{name}.py").open("xb") as file:            # x: never over a file
            file.write((HERE / f"{name}.py").read_bytes())
    first, last = shown(folder / f"{missing[0]}.py"), shown(folder / f"{missing[-1]}.py")
    if missing == list(NAMES):
        print(f"your copies: {first} to {last}")
    else:
        print(f"copied anew: {', '.join(shown(folder / f'{name}.py') for name in missing)}")


def _holds_copies(folder: Path) -> bool:
    return folder.name == COPIES.name and folder != HERE and any((folder / f"{name}.py").exists() for name in NAMES)


# Checking --------------------------------------------------------------------------------------------------------------------

def examine(name: str, path: Path) -> State:
    """How far the exercise of that name is in the file at path."""
    printed = Kept()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        state, message = _examine(name, path)
    return State(state, message, printed.getvalue())


def _examine(name: str, path: Path) -> tuple[str, str]:
    checker = importlib.import_module(f"demos.exercises.checkers.{name}")
    try:
        checker.check(Student(path))
    except NotBegun as where:
        return NOT_BEGUN, str(where)
    except Wrong as wrong:
        return NOT_RIGHT, str(wrong)
    except Exception as error:                          # an object that does something nobody thought of
        said = first_line(traceback.format_exception_only(error)[-1])
        return NOT_RIGHT, f"what came back cannot be checked: {said}"
    return SOLVED, ""


class Kept(io.StringIO):
    """Text that stays where a student's code closes the stream."""

    def close(self) -> None:
        pass


def _stopped(error: BaseException, name: str, path: Path) -> int:
    """Say where Ctrl-C stopped the exercise of that name, and give the exit code of a program stopped so."""
    print(f"\nstopped in exercise {title(name)}{place(error, path)}", file=sys.stderr)
    return 130


# Showing ---------------------------------------------------------------------------------------------------------------------

def show_progress(folder: Path) -> int:
    """Print a line for each exercise, with the first line of what is wrong, and which one is next."""
    done: dict[str, str] = {}
    for name in NAMES:
        path = folder / f"{name}.py"
        try:
            state, message, _ = examine(name, path)
        except KeyboardInterrupt as error:
            return _stopped(error, name, path)
        done[name] = state
        number, _, words = title(name).partition(". ")
        print(f"{number:>3}  {state:13}  {words}", flush=True)
        if state == NOT_RIGHT:
            print(f"{'':20}{textwrap.shorten(first_line(message), 100, placeholder=' ...')}", flush=True)
    todo = [name for name in NAMES if done[name] != SOLVED]
    print(f"\n{len(NAMES) - len(todo)} of {len(NAMES)} solved.", end=" " if todo else "\n")
    if todo:
        i = NAMES.index(todo[0]) + 1
        print(f"Next: exercise {i}, {shown(folder / f'{todo[0]}.py')}\nEdit the file, then: python -m demos exercises {i}\n"
              f"python -m demos exercises {i} --solution shows how it can be done, when you have tried.")
    return 0


def show_one(name: str, path: Path) -> int:
    """Print the statement in a student's file, how far it is, all of what is wrong, and what it printed itself."""
    i = NAMES.index(name) + 1
    print(f"{statement(path)}\n\n{shown(path)}: ", end="", flush=True)
    try:
        state, message, printed = examine(name, path)
    except KeyboardInterrupt as error:
        return _stopped(error, name, path)
    print(state)
    if message:
        print()
    for line in message.splitlines():
        print(textwrap.fill(line, 100, initial_indent="  ", subsequent_indent="    "))
    if printed.strip():
        print(f"\nprinted by your file:\n{_cut(printed)}")
    if state == SOLVED and i < len(NAMES):
        print(f"{chr(10) if printed.strip() else ''}Next: python -m demos exercises {i + 1}")
    return 0 if state == SOLVED else 1


def _cut(text: str) -> str:
    """The first lines of a text, indented."""
    lines = text.strip("\n").split("\n")
    more = [f"... and {len(lines) - LINES} lines more"] if len(lines) > LINES else []
    return textwrap.indent("\n".join(lines[:LINES] + more), "  ")


def show_solution(name: str) -> int:
    """Print where the solution of an exercise stands, and its code."""
    path = HERE / "solutions" / f"{name}.py"
    print(f"{shown(path)}\n\n{path.read_text(encoding='utf-8').rstrip()}")
    return 0


def statement(path: Path) -> str:
    """The first cell of a student's file; its name alone where that is gone."""
    try:
        return cells(path.read_text(encoding="utf-8-sig"))[0].text
    except (OSError, UnicodeDecodeError, IndexError):
        return path.stem


def shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    return os.path.relpath(path) if Path.cwd() in path.absolute().parents else str(path)
