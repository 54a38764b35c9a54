"""A folder of submissions: what everybody has, and who failed at what.

A submission is a folder, a zip file, or a single file `WHO_e01_slope.py`. In a folder the files are looked for at any depth, by their
names; e01.py and e01_slope.ipynb are found too.
"""
from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import statistics
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from demos.exercises.catalogue import NAMES, title
from demos.exercises.marking.mark import mark_file
from demos.exercises.marking.result import Result
from demos.exercises.reports.collected import as_json

MOST = 20 << 20                         # bytes of an unpacked zip


class Submission(NamedTuple):
    """Who handed in, and which file for which exercise."""
    who: str
    files: dict[str, Path]


def submissions(folder: Path, scratch: Path) -> list[Submission]:
    """All submissions in a folder, by name; zips are unpacked into the folder `scratch`."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__")):
            continue
        if path.is_dir():
            found[path.name] = files_in(path)
        elif path.suffix == ".zip":
            found[path.stem] = files_in(unpacked(path, scratch))
        elif (named := re.fullmatch(r"(.+?)[_-](e\d\d(_\w+)?)", path.stem)) and path.suffix in (".py", ".ipynb"):
            name = exercise_of(named[2])
            if name:
                found.setdefault(named[1], {})[name] = path
    return [Submission(who, files) for who, files in sorted(found.items())]


def exercise_of(stem: str) -> str | None:
    """The exercise that a file's name without its ending stands for."""
    number = re.match(r"e?(\d\d?)(?=\D|$)", stem)
    return next((name for name in NAMES if stem == name or number and int(name[1:3]) == int(number[1])), None)


def files_in(folder: Path) -> dict[str, Path]:
    """For each exercise the file in a folder, at any depth: the one with its full name before others."""
    paths = sorted((p for p in folder.rglob("*") if p.suffix in (".py", ".ipynb") and p.is_file() and not p.is_symlink()),
                   key=lambda p: (p.stem not in NAMES, len(p.parts), str(p)))
    found: dict[str, Path] = {}
    for path in paths:
        name = exercise_of(path.stem)
        if name and ".old" not in path.name:
            found.setdefault(name, path)
    return found


def unpacked(path: Path, scratch: Path) -> Path:
    """A folder with the Python files of a zip; empty where it is not a zip."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    room = MOST
    with contextlib.suppress(zipfile.BadZipFile, OSError, RuntimeError), zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.filename.endswith((".py", ".ipynb")) and 0 < info.file_size <= room:
                room -= info.file_size
                (folder / Path(info.filename).name).write_bytes(archive.read(info))     # the name alone: nothing leaves the folder
    return folder


def code_of(path: Path, scratch: Path) -> Path:
    """The file itself, or the code of a notebook, its lines with % and ! left out, as a file in a folder of its own."""
    if path.suffix != ".ipynb":
        return path
    lines: list[str] = []
    with contextlib.suppress(ValueError, OSError, TypeError, AttributeError):
        for cell in json.loads(path.read_text(encoding="utf-8")).get("cells", []):
            if cell.get("cell_type") == "code":
                lines += [line if not line.lstrip().startswith(("%", "!")) else "pass" for line in "".join(cell["source"]).split("\n")]
    out = Path(tempfile.mkdtemp(dir=scratch)) / f"{path.stem}.py"
    out.write_text("\n".join(lines), encoding="utf-8")
    return out


def mark_submission(submission: Submission, seed: str) -> list[Result]:
    """The results of one student, an exercise without a file included."""
    nowhere = Path(os.devnull).parent / "nothing"
    with tempfile.TemporaryDirectory() as scratch:
        return [mark_file(name, code_of(submission.files[name], Path(scratch)) if name in submission.files else nowhere / f"{name}.py",
                          seed) for name in NAMES]


def mark_folder(folder: Path, out: Path, seed: str = "") -> int:
    """Mark all submissions in a folder, and write points.csv, mistakes.csv, statistics.csv and a JSON file for each student.

    seed    points are drawn from it and from the student's name, so nobody meets those of another
    """
    with tempfile.TemporaryDirectory() as scratch:
        return mark_all(submissions(folder, Path(scratch)), folder, out, seed)


def mark_all(found: list[Submission], folder: Path, out: Path, seed: str) -> int:
    """Mark these submissions, print who has how much, and write the tables."""
    begun = time.monotonic()
    if not found:
        print(f"there are no submissions in {folder}: it should hold a folder or a zip for each student", file=sys.stderr)
        return 1
    out.mkdir(parents=True, exist_ok=True)
    results: dict[str, list[Result]] = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        seeds = [f"{seed}/{s.who}" if seed else "" for s in found]
        for submission, result in zip(found, pool.map(mark_submission, found, seeds)):
            results[submission.who] = result
            (out / f"{submission.who}.json").write_text(json.dumps(as_json(result), indent=1, ensure_ascii=False), encoding="utf-8")
            print(f"{submission.who}: {sum(r.score for r in result):g} of {sum(r.most for r in result):g}", flush=True)
    write_tables(results, out)
    print(f"\n{table(results)}\n\n{len(found)} submissions in {time.monotonic() - begun:.0f} s; {out}{os.sep}points.csv, mistakes.csv, "
          "statistics.csv")
    return 0


# Tables ----------------------------------------------------------------------------------------------------------------------

def write_tables(results: dict[str, list[Result]], out: Path) -> None:
    with _csv(out / "points.csv") as write:
        write(["student", *NAMES, "sum", "of", "solved"])
        for who, its in results.items():
            write([who, *(f"{r.score:g}" for r in its), f"{sum(r.score for r in its):g}", f"{sum(r.most for r in its):g}",
                   sum(r.solved for r in its)])
    with _csv(out / "mistakes.csv") as write:
        write(["student", "exercise", "state", "part", "mistake", "message"])
        for who, its in results.items():
            for r in its:
                for p in r.parts:
                    if not p.right:
                        write([who, r.exercise, r.state, p.title, p.mistake, p.message.partition("\n")[0]])
    with _csv(out / "statistics.csv") as write:
        write(["exercise", "solved", "not right", "not begun", "mean", "median", "of", "commonest mistake", "made by"])
        for row in rows(results):
            write(row)


@contextlib.contextmanager
def _csv(path: Path) -> Iterator[object]:
    with path.open("w", newline="", encoding="utf-8") as file:
        yield csv.writer(file).writerow


def kind(result: Result) -> str:
    """The mistake without the lines it is in: students make the same one in different lines."""
    return re.sub(r", in line \d+", "", result.mistake)


def rows(results: dict[str, list[Result]]) -> Iterator[list[str]]:
    """For each exercise: how many solved it, its points, and the commonest mistake with who made it."""
    for k, name in enumerate(NAMES):
        its = {who: found[k] for who, found in results.items()}
        states, points = Counter(r.state for r in its.values()), [r.score for r in its.values()]
        mistakes = Counter(kind(r) for r in its.values() if r.mistake)
        most = mistakes.most_common(1)[0][0] if mistakes else ""
        who = ", ".join(w for w, r in its.items() if kind(r) == most and most)
        yield [name, str(states["solved"]), str(states["not right yet"]), str(states["not yet begun"]),
               f"{statistics.mean(points):.2f}", f"{statistics.median(points):g}", f"{next(iter(its.values())).most:g}", most, who]


def table(results: dict[str, list[Result]]) -> str:
    """Who failed at what, for a terminal: a line for each exercise, and its commonest mistakes below."""
    lines = [f"{'':32}  solved  not right  not begun  mean points"]
    for k, (name, solved, wrong, untouched, mean, _, most, *_) in enumerate(rows(results)):
        lines.append(f"{title(name):32.32}  {solved:>6}  {wrong:>9}  {untouched:>9}  {mean:>5} of {most}")
        for mistake, count in Counter(kind(found[k]) for found in results.values() if found[k].mistake).most_common(3):
            who = [w for w, found in results.items() if kind(found[k]) == mistake]
            named = ", ".join(who[:4]) + (f", ... and {count - 4} more" if count > 4 else "")
            lines.append(f"    {count:>3} x  {mistake}: {named}")
    return "\n".join(lines)
