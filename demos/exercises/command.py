"""The command: python -m demos exercises ..."""
from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from pathlib import Path

from demos.exercises.catalogue import NAMES, SOLUTIONS, find, solution_source
from demos.exercises.copies import copy_stubs, folder_here, reset, shown
from demos.exercises.own import exercises as teachers
from demos.exercises.progress import Progress
from demos.exercises.reports import build as builds
from demos.exercises.reports import collected, notebooks, terminal
from demos.exercises.reports.folder import mark_folder
from demos.exercises.track import command as tracks

USAGE = """python -m demos exercises                     how far you are
python -m demos exercises NUMBER              the statement, and what is wrong with your answer
python -m demos exercises --watch [NUMBER]    check whenever you save, and go on to the next
python -m demos exercises hint NUMBER         a hint; the next call gives one that says more
python -m demos exercises reset NUMBER        begin anew; your file is kept under another name
python -m demos exercises NUMBER --solution   how it can be done

You work on copies, in the folder exercises of the current directory. The command puts every file there that is missing, and
never overwrites one.

python -m demos exercises track               build an engine of your own from an empty file, in twelve steps
python -m demos exercises track hint          a hint for its next step

For teachers:

python -m demos exercises mark FOLDER [--seed WORD] [--out FOLDER]
    a folder with a folder (or zip) for each student: points.csv, statistics.csv, and the verdicts as JSON
python -m demos exercises NUMBER|all --report json|gradescope|classroom [--file FILE] [--seed WORD]
    one student's result for another tool; WORD draws points that students have not seen
python -m demos exercises notebook nbgrader|otter FILE.ipynb
    the exercises as one notebook that these tools read
python -m demos exercises build FOLDER
    the package for students, without solutions
python -m demos exercises own TEACHER.py [--out FOLDER] [--seed WORD] [--file ANSWER.py]
    the exercises that a file of yours makes with demos.exercises.exercise: written as files, or an answer marked"""

Words = list[str]


class Unclear(Exception):
    """What of a command cannot be understood."""


def main(arguments: Words, folder: Path | None = None) -> int:
    """Do what the arguments ask for; 0 when it was done, and the one exercise that was checked is solved; else 1."""
    if {"-h", "--help"} & {*arguments}:
        print(USAGE)
        return 0
    folder = folder_here() if folder is None else folder
    try:
        words, options = parsed(arguments)
        command = COMMANDS.get(words[0] if words else "list", one)
        return command(words, options, folder)
    except Unclear as problem:
        print(f"{problem}: python -m demos exercises --help", file=sys.stderr)
        return 1


def parsed(arguments: Words) -> tuple[Words, dict[str, str]]:
    """The words and the options: {"--seed": "WORD"}; an option without a value has an empty one."""
    words, options, rest = [], {}, iter(arguments)
    for argument in rest:
        if argument in ("--seed", "--out", "--report", "--file"):
            value = next(rest, None)
            if value is None:
                raise Unclear(f"{argument} needs a value")
            options[argument] = value
        elif argument in ("--solution", "--watch"):
            options[argument] = ""
        elif argument.startswith("-"):
            raise Unclear(f"no option {argument!r}")
        else:
            words.append(argument)
    return words, options


def found(words: Words) -> str:
    """The one exercise that the words name."""
    if not words:
        raise Unclear("say which exercise")
    unknown = [word for word in words if find(word) is None]
    if unknown:
        raise Unclear(f"no exercise {unknown[0]!r}, only 1 to {len(NAMES)}")
    if len(words) > 1:
        raise Unclear("one exercise at a time")
    return str(find(words[0]))


# The commands ----------------------------------------------------------------------------------------------------------------

def progress(words: Words, options: dict[str, str], folder: Path) -> int:
    if len(words) > 1:
        raise Unclear(f"{words[0]} stands alone")
    if "--solution" in options:
        raise Unclear("say which exercise")
    if not copied(folder):
        return 1
    if "--watch" in options:
        return terminal.watch(folder, list(NAMES))
    return terminal.show_progress(folder, options.get("--seed", ""))


def one(words: Words, options: dict[str, str], folder: Path) -> int:
    if "--report" in options:
        return collected.report(words, options, folder, Unclear)
    name = found(words)
    if "--solution" in options:
        return solution(name)
    if not copied(folder):
        return 1
    if "--watch" in options:
        return terminal.watch(folder, [name])
    ask = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    path = Path(options["--file"]) if "--file" in options else folder / f"{name}.py"
    return terminal.show_one(name, path, options.get("--seed", ""), ask)


def hint(words: Words, options: dict[str, str], folder: Path) -> int:
    name = found(words[1:])
    return terminal.show_hint(name, folder / f"{name}.py") if copied(folder) else 1


def anew(words: Words, options: dict[str, str], folder: Path) -> int:
    name = found(words[1:])
    path, kept = reset(name, folder)
    Progress(folder).forget(name)
    print(f"{shown(path)} is as it was at first" + (f"; your own is {shown(kept)}" if kept else ""))
    return 0


def mark(words: Words, options: dict[str, str], folder: Path) -> int:
    if len(words) != 2 or not Path(words[1]).is_dir():
        raise Unclear("mark needs a folder of submissions")
    return mark_folder(Path(words[1]), Path(options.get("--out", "marks")), options.get("--seed", ""))


def notebook(words: Words, options: dict[str, str], folder: Path) -> int:
    if len(words) != 3 or words[1] not in ("nbgrader", "otter"):
        raise Unclear("notebook needs nbgrader or otter, and a file")
    print(notebooks.write(words[1], Path(words[2])))
    return 0


def build(words: Words, options: dict[str, str], folder: Path) -> int:
    if len(words) != 2:
        raise Unclear("build needs a folder")
    try:
        print(builds.write(Path(words[1])))
    except FileExistsError as error:
        print(f"{error}", file=sys.stderr)
        return 1
    return 0


def track(words: Words, options: dict[str, str], folder: Path) -> int:
    if words[1:] not in ([], ["hint"]):
        raise Unclear("track, or track hint")
    if words[1:]:
        print(tracks.hint(folder, Progress(folder).hint("track")))
        return 0
    return tracks.show(folder)


def own(words: Words, options: dict[str, str], folder: Path) -> int:
    if len(words) != 2 or not Path(words[1]).is_file():
        raise Unclear("own needs a file of yours")
    made = teachers.of_file(Path(words[1]), options.get("--seed", ""))
    if not made:
        raise Unclear(f"{words[1]} makes no exercise")
    if "--file" in options:
        return teachers.show(made, Path(options["--file"]))
    for exercise in made:
        try:
            print(*map(shown, exercise.write(options.get("--out", "."))))
        except FileExistsError as error:
            print(f"{error.filename} is there already", file=sys.stderr)
            return 1
    return 0


COMMANDS: dict[str, Callable[[Words, dict[str, str], Path], int]] = {
    "list": progress, "hint": hint, "reset": anew, "mark": mark, "notebook": notebook, "build": build, "track": track,
    "own": own}


def copied(folder: Path) -> bool:
    """Whether every copy is there now; where one cannot be written, says so."""
    try:
        copy_stubs(folder)
    except OSError as error:
        print(f"cannot write your copies to {folder}: {error}", file=sys.stderr)
        return False
    return True


def solution(name: str) -> int:
    """Print where the solution of an exercise stands, and its code."""
    path = SOLUTIONS / f"{name}.py"
    if not path.exists():
        print("there are no solutions here", file=sys.stderr)
        return 1
    print(f"{shown(path)}\n\n{solution_source(name).rstrip()}")
    return 0


def check_file(path: str, number: int) -> None:
    """Check the file at path as the answer to an exercise; a script ends here, with the exit code of `main`."""
    code = terminal.show_one(NAMES[number - 1], Path(path), keep=False)
    if not hasattr(builtins, "__IPYTHON__"):            # a notebook goes on
        sys.exit(code)
