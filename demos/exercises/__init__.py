"""Fifteen exercises in rising order: python -m demos exercises.

eNN_NAME.py    the statement, and what is yours to write; it stays as it is, for the command copies it to `exercises/` in the
               current directory, and what you work on is the copy
checkers/      what is right, and which mistake is behind what is not
probes/        what is asked beside a student's code
marking/       processes, limits, the result
mutations/     wrong answers made out of right ones
reports/       results for terminals, for JSON, and for the tools that collect them
solutions/     a solution of each, for when you have tried
"""
from __future__ import annotations

from importlib import import_module
from typing import Any

from demos.exercises.catalogue import NAMES, find, title

_WHERE = {"main": "command", "check_file": "command", "check": "notebook", "exercise": "own", "mark_file": "marking.mark",
          "Result": "marking.result"}


def __getattr__(name: str) -> Any:
    if name in _WHERE:                                  # loaded when it is first asked for
        return getattr(import_module(f"demos.exercises.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'demos.exercises' has no attribute {name!r}")


__all__ = ["NAMES", "Result", "check", "check_file", "exercise", "find", "main", "mark_file", "title"]
