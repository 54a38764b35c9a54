"""The exercises there are: their names, titles, statements, and where their files stand."""
from __future__ import annotations

import ast
import base64
import json
import zlib
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
SOLUTIONS = HERE / "solutions"
SEALED = HERE / "sealed.txt"            # in a build for students: what the checkers need to know, not to be read by eye
NAMES = tuple(sorted(path.stem for path in HERE.glob("e[0-9][0-9]_*.py")))


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
    text = (HERE / f"{name}.py").read_text(encoding="utf-8")
    return next(line.removeprefix("# ") for line in text.split("\n") if line.startswith("# ") and line[2].isdigit())


def stub(name: str) -> str:
    """The file that a student begins with."""
    return (HERE / f"{name}.py").read_text(encoding="utf-8")


def asked_for(name: str) -> list[str]:
    """The names of the functions and classes that an exercise leaves to be written."""
    found = [node.name for node in ast.parse(stub(name)).body
             if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and "NotImplementedError" in ast.unparse(node)]
    return found or ["backward"]


def has_solutions() -> bool:
    return SOLUTIONS.is_dir()


@lru_cache(maxsize=32)
def solution_source(name: str) -> str:
    """A solution's source; "" where there is none, neither a file nor a sealed one."""
    path = SOLUTIONS / f"{name}.py"
    if path.exists():
        return path.read_text(encoding="utf-8")
    return _sealed().get(name, "")


@lru_cache(maxsize=1)
def _sealed() -> dict[str, str]:
    if not SEALED.exists():
        return {}
    found: dict[str, str] = json.loads(zlib.decompress(base64.b64decode(SEALED.read_bytes())))
    return found


def seal() -> bytes:
    """All solutions as a text that nobody reads by accident."""
    return base64.b64encode(zlib.compress(json.dumps({name: solution_source(name) for name in NAMES}).encode(), 9))
