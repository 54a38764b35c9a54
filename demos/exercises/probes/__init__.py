"""What is done beside a student's code: it builds what a question needs there, asks, and gives back plain numbers.

A probe is a function of the desk and of plain arguments. It decides nothing: what is right, the checkers know, which a student's
code never meets. "call" calls a function by name; "eNN.NAME" is a function of the file eNN.py here.
"""
from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from demos.exercises.marking.desk import Desk
from demos.exercises.probes.arrays import arrays

FILES = ("e02", "e03", "e04", "e05", "e07", "e08", "e09", "e10", "e12", "e13", "e15", "own", "track")


def find(name: str) -> Callable[..., Any]:
    """The probe of that name."""
    if name in ("call", "arrays", "look"):
        return {"call": call, "arrays": arrays, "look": look}[name]
    file, _, function = name.partition(".")
    if file not in FILES:
        raise ValueError(f"no probe {name!r}")
    found: Callable[..., Any] = getattr(import_module(f"demos.exercises.probes.{file}"), function)
    return found


def load() -> None:
    """Import all probes, before any student's code runs."""
    for file in FILES:
        import_module(f"demos.exercises.probes.{file}")


def call(desk: Desk, name: str, *arguments: Any) -> Any:
    """What the student's function of that name gives."""
    return desk.get(name)(*arguments)


def look(desk: Desk, name: str) -> Any:
    """What stands under that name."""
    return desk.get(name)
