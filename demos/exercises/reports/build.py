"""The package for students: everything but the solutions, what made them, and the tests of both."""
from __future__ import annotations

import shutil
from pathlib import Path

import autograd
from demos.exercises.catalogue import SEALED, SOLUTIONS, seal

ROOT = Path(autograd.__file__).parent.parent
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "solutions", ".git", "out")
FILES = ("README.md", "LICENSE", "setup.cfg", "pyproject.toml")


def write(folder: Path) -> str:
    """Write the package into a new folder, and say where it is. FileExistsError where something is there already.

    The checkers look for mistakes with the help of the solutions; these are sealed in one file, which says nothing to a reader, and
    which a student's code may not read.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; name a new folder")
    for room in ("autograd", "nn", "demos"):
        shutil.copytree(ROOT / room, folder / room, ignore=LEFT_OUT)
    shutil.rmtree(folder / "demos" / "exercises" / SOLUTIONS.name, ignore_errors=True)
    (folder / "demos" / "exercises" / SEALED.name).write_bytes(seal())
    for name in FILES:
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, folder / name)
    return f"{folder}: the package for students, without solutions"
