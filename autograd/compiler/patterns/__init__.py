"""Patterns that a compilation looks for: each file here is one, see arrays/pattern.py.

Where an Array is planned, the first pattern that finds itself takes its place.
"""
from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from autograd.compiler.arrays.array import Array
from autograd.compiler.arrays.loop import Loop
from autograd.compiler.arrays.pattern import PATTERNS

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")


def recognized(x: Array) -> Array:
    """The Array as the first pattern that it is; itself where it is none."""
    return next(filter(None, (pattern.found(x) for pattern in PATTERNS)), x)


def recognized_loop(loop: Loop) -> Array | None:
    """All rows of the stack of a loop as a pattern; None where it is none."""
    return next(filter(None, (pattern.found_in_loop(loop) for pattern in PATTERNS)), None)
