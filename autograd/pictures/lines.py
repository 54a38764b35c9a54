"""Which line of a program made which Value: noted while a block runs, for pages that lead to it.

A graph does not know it, as noting it takes longer than an operation.
"""
from __future__ import annotations

import linecache
import sys
from types import FrameType
from typing import Any, NamedTuple

from autograd.recording import Block
from autograd.value import Value

OURS = ("autograd", "nn")               # a line of these packages is not the user's


class Line(NamedTuple):
    """A line of a file, and what stands there."""
    file: str
    number: int
    text: str


Lines = dict[Value, Line]


class Noting(Block):
    """A block that notes the line of each Value; its hook takes itself away after its end."""

    def __init__(self) -> None:
        super().__init__("lines")
        self.made: Lines = {}

    def anew(self) -> Noting:
        return Noting()

    def entered(self) -> Lines:
        hook = sys.getprofile()
        if hook is None or isinstance(hook, Hook) and hook.block.closed:
            sys.setprofile(Hook(self))
        return self.made


class Hook:
    """What Python calls at each call and return while a block is open."""

    def __init__(self, block: Noting) -> None:
        self.block = block

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        if self.block.closed:
            sys.setprofile(None)
            return
        found = argument if event == "return" else None
        if event == "call" and frame.f_code is Value.__init__.__code__:
            found = next(iter(frame.f_locals.values()))
        made = self.block.made
        new = [v for v in values_in(found) if v not in made]
        line = line_of(frame) if new else None
        if line is not None:
            made.update(dict.fromkeys(new, line))


def lines() -> Noting:
    """A dict that, while the block runs, fills with the line that made each Value.

    It uses Python's hook for profilers; where that is taken nothing is noted.

        with autograd.lines() as made:
            y = Value(2.0) * 3.0
        print(made[y].number, made[y].text)
    """
    return Noting()


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
