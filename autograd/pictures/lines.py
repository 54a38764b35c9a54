"""Which line of a program made which Value: noted while a block runs, for pages that lead to it.

A graph does not know it, as noting it takes longer than an operation.
"""
from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

from autograd.value import Value

OURS = ("autograd", "nn")               # a line of these packages is not the user's


class Line(NamedTuple):
    """A line of a file, and what stands there."""
    file: str
    number: int
    text: str


Lines = dict[Value, Line]


@contextmanager
def lines() -> Iterator[Lines]:
    """A dict that, while the block runs, fills with the line that made each Value.

    It uses Python's hook for profilers; where that is taken nothing is noted.

        with autograd.lines() as made:
            y = Value(2.0) * 3.0
        print(made[y].number, made[y].text)
    """
    made: Lines = {}
    born = Value.__init__.__code__

    def on_event(frame: FrameType, event: str, argument: Any) -> None:
        found = argument if event == "return" else None
        if event == "call" and frame.f_code is born:
            found = next(iter(frame.f_locals.values()))
        new = [v for v in values_in(found) if v not in made]
        line = line_of(frame) if new else None
        if line is not None:
            made.update(dict.fromkeys(new, line))

    is_free = sys.getprofile() is None
    try:
        if is_free:
            sys.setprofile(on_event)
        yield made
    finally:
        if is_free:
            sys.setprofile(None)


def values_in(x: Any) -> list[Value]:
    """The Values that a function gave: one, or those of a list."""
    if isinstance(x, Value):
        return [x]
    if type(x) in (list, tuple):
        return [v for v in x if isinstance(v, Value)]
    return []


def line_of(frame: FrameType | None) -> Line | None:
    """The line of the user that led to a frame; None where there is none."""
    while frame is not None and package(frame) in OURS:
        frame = frame.f_back
    if frame is None:
        return None
    code, number = frame.f_code, frame.f_lineno
    return Line(code.co_filename, number, linecache.getline(code.co_filename, number).strip())


def package(frame: FrameType) -> str:
    """The package whose code a frame runs."""
    return str(frame.f_globals.get("__name__")).partition(".")[0]
