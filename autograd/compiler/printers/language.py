"""What all printers share: the walk from an Array to its formula, and what a language needs to say.

A printer decides nothing: which Arrays have a line, and their names, was decided in schedule; what
is computed, before that. A language is a class with a form for each structural operation and for
the lines; formulas of single numbers come from the table's column of that language.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.arrays.array import Array, Operand, Shape, inner
from autograd.compiler.arrays.pattern import Pattern
from autograd.compiler.arrays.structure import Structural
from autograd.formulas.symbol import written
from autograd.formulas.text import Text
from autograd.ops import Operation


class Language:
    """Prints the Arrays of one program in one language; `names` are those that have a line."""

    language = ""  # a column of the table, and how numbers are written
    forms: tuple[str, ...] = ()  # what a pattern may have, the best first; else that column's name

    def __init__(self, names: dict[Array, str], constants: Constants) -> None:
        self.names, self.constants = names, constants
        self.print: dict[type, Callable[[Array], Text]] = {}  # by the type of the operation

    def formula(self, x: Operand) -> Text:
        """An Array by its name, or as a formula; or a number."""
        if not isinstance(x, Array):
            return written(x, self.language)
        if x in self.names:
            return Text(self.names[x])
        return self.definition(x)

    def definition(self, x: Array) -> Text:
        """The formula of an Array."""
        if isinstance(x.op, Pattern):
            return self.pattern(x)
        if isinstance(x.op, Structural):
            return self.print[type(x.op)](x)
        return self.elementwise(x.op, x)

    def pattern(self, x: Array) -> Text:
        """A pattern in its own form, or by other operations where it has none."""
        for form in self.forms or (self.language,):
            if hasattr(x.op, form):
                return Text(getattr(x.op, form)(x, *map(self.formula, x.inputs)))
        return self.definition(x.op.plain(x))

    def elementwise(self, op: Operation, x: Array) -> Text:
        """A row of the table."""
        raise NotImplementedError

    def write(self, op: Operation, texts: Iterable[Text]) -> Text:
        """A row of the table on single numbers. Raises LookupError where it has no such form."""
        if not getattr(op, self.language):
            raise LookupError(
                f"operation {op.name!r} has no form in {self.language!r}: give it one, "
                f"autograd.operation({op.name!r}, ..., {self.language}=...)"
            )
        return op.write(self.language, *texts)


def factors(x: Array) -> tuple[tuple[Array, str], tuple[Array, str]]:
    """The factors of a Contract and their labels: what has the first axis of the output first."""
    A, B = zip(x.inputs, (x.op.left, x.op.right))
    first = next((c for c in x.op.out if (c in A[1]) != (c in B[1])), A[1][:1])
    return (A, B) if first in A[1] else (B, A)


def size_of(x: Array) -> int:
    """How many numbers x has, for each sample."""
    return prod(inner(x))


def renamed(names: dict[Array, str], reserved: Iterable[str]) -> dict[Array, str]:
    """The names, with an underscore behind those that mean something in a language."""
    taken, found = {*names.values(), *reserved}, {name: name for name in names.values()}
    for name in found:
        while name in reserved and found[name] in taken:
            found[name] += "_"
        taken.add(found[name])
    return {x: found[name] for x, name in names.items()}


class Constants:
    """The constant arrays of a program and their names: at1, at2, ... for places, c1, ... for
    numbers, X1, ... for data.
    """

    def __init__(self, taken: Callable[[str], str]) -> None:
        self.taken = taken  # makes a name that nothing else has
        self.arrays: dict[str, np.ndarray] = {}
        self.names: dict[tuple[str, Shape, bytes], str] = {}
        self.counts: dict[str, int] = {}

    def name(self, array: np.ndarray, stem: str) -> str:
        """The name of a constant array: an equal one has the same."""
        key: Any = array.dtype.kind, array.shape, array.tobytes()
        if key not in self.names:
            self.counts[stem] = self.counts.get(stem, 0) + 1
            self.names[key] = self.taken(f"{stem}{self.counts[stem]}")
            self.arrays[self.names[key]] = array
        return self.names[key]
