"""A student's copies of the exercises: made where one is missing, made anew on demand, never overwritten."""
from __future__ import annotations

import os
from pathlib import Path

from demos.exercises.catalogue import HERE, NAMES

COPIES = Path("exercises")                              # in the current directory


def shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    return os.path.relpath(path) if Path.cwd() in path.absolute().parents else str(path)


def folder_here() -> Path:
    """The folder of copies: `exercises`, or this one where it holds copies."""
    here = Path.cwd()
    inside = here.name == COPIES.name and here != HERE and any((here / f"{name}.py").exists() for name in NAMES)
    return Path() if not COPIES.exists() and inside else COPIES


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


def reset(name: str, folder: Path) -> tuple[Path, Path | None]:
    """The file of an exercise as it was at first, and where your own went, which is kept under another name."""
    path, kept = folder / f"{name}.py", None
    if path.exists():
        i = next(i for i in range(1, 10_000) if not (folder / f"{name}.old{i}.py").exists())
        kept = folder / f"{name}.old{i}.py"
        path.rename(kept)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes((HERE / f"{name}.py").read_bytes())
    return path, kept
