"""Results for a student at a terminal."""
from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

from demos.exercises.catalogue import NAMES, title
from demos.exercises.copies import shown
from demos.exercises.marking.mark import mark_file
from demos.exercises.marking.result import NOT_RIGHT, SOLVED, Result
from demos.exercises.progress import Progress
from demos.runner import cells

LINES = 20                                              # of what a student's file prints are shown
KEYS = "h: a hint    r: check again    Enter: end"


def show_progress(folder: Path, seed: str = "") -> int:
    """Print a line for each exercise, with the first line of what is wrong, and which one is next."""
    done: dict[str, Result] = {}
    progress = Progress(folder)
    for name in NAMES:
        try:
            result = mark_file(name, folder / f"{name}.py", seed)
        except KeyboardInterrupt:
            print(f"\nstopped in exercise {title(name)}", file=sys.stderr)
            return 130
        done[name] = result
        progress.saw(name, result.solved, result.mistake)
        number, _, words = title(name).partition(". ")
        points = f"{result.score:g} of {result.most:g}" if result.state == NOT_RIGHT and result.score else ""
        print(f"{number:>3}  {result.state:13}  {words}{f'  ({points})' if points else ''}", flush=True)
        if result.state == NOT_RIGHT:
            line = result.message.partition("\n")[0]
            print(f"{'':20}{textwrap.shorten(line, 100, placeholder=' ...')}", flush=True)
    todo = [name for name in NAMES if not done[name].solved]
    print(f"\n{len(NAMES) - len(todo)} of {len(NAMES)} solved.", end=" " if todo else "\n")
    if todo:
        i = NAMES.index(todo[0]) + 1
        print(f"Next: exercise {i}, {shown(folder / f'{todo[0]}.py')}\nEdit the file, then: python -m demos exercises {i}\n"
              f"python -m demos exercises --watch checks it whenever you save it. Stuck: python -m demos exercises hint {i}")
    return 0


def show_one(name: str, path: Path, seed: str = "", ask: bool = False, keep: bool = True) -> int:
    """Print the statement in a student's file, how far it is, all of what is wrong, and what it printed itself.

    ask    whether to go on asking for keys: a hint, another check
    keep   whether to keep the progress beside the file
    """
    print(f"{statement(path)}\n\n{shown(path)}: ", end="", flush=True)
    progress = Progress(path.parent, keep)
    try:
        result = mark_file(name, path, seed)
    except KeyboardInterrupt:
        print(f"\nstopped in exercise {title(name)}", file=sys.stderr)
        return 130
    progress.saw(name, result.solved, result.mistake)
    show_verdict(name, result)
    while ask and not result.solved:
        key = input(f"\n{KEYS} > ").strip().lower()
        if key == "h":
            print(f"\n{hint_of(name, result, progress)}")
        elif key == "r":
            result = mark_file(name, path, seed)
            progress.saw(name, result.solved, result.mistake)
            print(f"\n{shown(path)}: ", end="")
            show_verdict(name, result)
        else:
            break
    return 0 if result.solved else 1


def show_verdict(name: str, result: Result) -> None:
    """Print a state, and what is wrong."""
    i = NAMES.index(name) + 1 if name in NAMES else 0
    points = f", {result.score:g} of {result.most:g} points" if result.state == NOT_RIGHT and result.most > 1 else ""
    print(f"{result.state}{points}")
    if result.state == NOT_RIGHT and 0 < result.score:
        print()
        for part in result.parts:
            print(f"  {'right ' if part.right else 'not yet'}  {part.title}")
    if result.message:
        print()
    for line in [*result.message.splitlines(), *([f"Perhaps: {result.mistake}."] if result.mistake else [])]:
        print(textwrap.fill(line, 100, initial_indent="  ", subsequent_indent="    "))
    if result.printed.strip():
        print(f"\nprinted by your file:\n{_cut(result.printed)}")
    if result.state == SOLVED and 0 < i < len(NAMES):
        print(f"{chr(10) if result.printed.strip() else ''}Next: python -m demos exercises {i + 1}")


def hint_of(name: str, result: Result, progress: Progress) -> str:
    """The next hint, as text; after the third, the third again."""
    if result.solved:
        return "This one is solved."
    level = progress.hint(name)
    more = f"  (hint {level} of {len(result.hints)})"
    return textwrap.fill(result.hint(level) + more, 100, initial_indent="  ", subsequent_indent="  ")


def show_hint(name: str, path: Path) -> int:
    """Print the next hint for a student's file."""
    result, progress = mark_file(name, path), Progress(path.parent)
    progress.saw(name, result.solved, result.mistake)
    print(hint_of(name, result, progress))
    return 0


def statement(path: Path) -> str:
    """The first cell of a student's file; its name alone where that is gone."""
    try:
        return cells(path.read_text(encoding="utf-8-sig"))[0].text
    except (OSError, UnicodeDecodeError, IndexError):
        return path.stem


def _cut(text: str) -> str:
    """The first lines of a text, indented."""
    lines = text.strip("\n").split("\n")
    more = [f"... and {len(lines) - LINES} lines more"] if len(lines) > LINES else []
    last = lines[-1] if lines[-1].startswith("... and ") else ""
    if last and more:
        more = [f"... and {int(last.split()[2]) + len(lines) - 1 - LINES} lines more"]
    return textwrap.indent("\n".join(lines[:LINES] + more), "  ")


# Watching --------------------------------------------------------------------------------------------------------------------

def watch(folder: Path, names: list[str], wait: Callable[[float], None] = time.sleep) -> int:
    """Check the first exercise that is not solved, again whenever its file is saved, and go on to the next; Ctrl-C ends it."""
    progress = Progress(folder)
    todo = [name for name in names if not progress.of(name).get("solved")] or list(names)
    try:
        for name in todo:
            path, begun = folder / f"{name}.py", True
            while True:
                seen, result = stamp(path), mark_file(name, path)
                progress.saw(name, result.solved, result.mistake)
                print(f"\n{'=' * 100}\n{statement(path) + chr(10) + chr(10) if begun else ''}{shown(path)}: ", end="")
                show_verdict(name, result)
                if result.solved:
                    break
                begun = False
                print(f"\nwaiting for you to save {shown(path)}; python -m demos exercises hint {NAMES.index(name) + 1} in another "
                      "window gives a hint; Ctrl-C ends", flush=True)
                while stamp(path) == seen:
                    wait(0.3)
    except KeyboardInterrupt:
        print("\nstopped; your progress is kept")
        return 0
    print("\nall of them are solved")
    return 0


def stamp(path: Path) -> tuple[int, int]:
    """What changes when a file is saved; (0, 0) while it is not there."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
