"""Pattern: a structural operation with all that belongs to it in one class.

How it is found, its rule in reverse mode, how it prints, and an example that tests run: so a new
one is a file in compiler/patterns, and nothing else. A form is a method with the name of a
language; where there is none, the language prints `plain`.

    numpy, jax, javascript      of the Array and the texts of its inputs: a formula
    c                           of the Array and the writer in printers/c.py: adds lines to it
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.compiler.arrays.array import Array, Structural


PATTERNS: list[type[Pattern]] = []      # in the order in which they are looked for


class Pattern(Structural):
    """An operation with all that belongs to it; a class below is looked for as soon as it exists.
    """

    def __init_subclass__(cls) -> None:
        PATTERNS.append(cls)

    example: Callable[[list[Any]], Any]     # a function of eight numbers in which it is found

    @classmethod
    def found(cls, x: Array) -> Array | None:
        """x as this operation, where an Array is planned; None where it is something else."""
        return None

    @classmethod
    def found_in_loop(cls, loop: Any) -> Array | None:
        """All rows of the one stack of a loop as this operation; None where they are not."""
        return None

    def plain(self, y: Array) -> Array:
        """The same numbers by other operations. Raises LookupError where there are none."""
        raise LookupError(f"{type(self).__name__} has neither this form nor `plain`")
