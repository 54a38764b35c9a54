"""Loops in C: where numbers lie, and the order in which a product is summed.

Legend: an index has an entry for each axis, source of C; strides are how far apart numbers lie.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import Any, NamedTuple

from autograd.compiler.arrays.array import SAMPLES, Operand, Shape, shape_of
from autograd.formulas.text import Text

LETTERS = "ijklpqrs"  # of loops over axes
FEW = 4  # terms of a sum that are written out
MANY = 64  # what the number of samples is taken for

Index = Sequence[str]
Start = Callable[[Index], str]  # what a sum begins with
Filled = Callable[[dict[str, str]], str]  # source for a letter for each label
Axes = Sequence[tuple[str, Any]]  # of loops: letter and length


class Lie(NamedTuple):
    """Where the numbers of an Array lie."""

    name: str
    strides: tuple[int, ...]
    first: str = ""  # the place of the first number, where it is not 0


def contiguous(shape: Shape) -> tuple[int, ...]:
    """The strides of an array whose numbers lie one after the other; m is only ever the first."""
    return tuple(prod(shape[k + 1 :]) for k in range(len(shape)))


class Product:
    """The loops of a product of Arrays that is summed over some axes: its labels, their sizes, and
    where the result and the factors lie.
    """

    def __init__(self, size: dict[str, Any], out: str, lies: list[tuple[Lie, str]]) -> None:
        self.size, self.lies = size, lies
        order = [*out, *(c for c in size if c not in out)]
        self.letters = {c: "0" if size[c] == 1 else i for c, i in zip(order, LETTERS)}
        self.left = [c for c in out if size[c] != 1]
        self.summed = [c for c in size if c not in out and size[c] != 1]

    def axes(self, labels: Iterable[str]) -> Axes:
        return [(self.letters[c], self.size[c]) for c in labels]

    def lines(self, place: Filled, value: Filled, first: Filled) -> list[str]:
        """Lines that set each number of the result to `first` and add the values to it."""
        left, summed = self.left, self.summed
        if self.few(summed):
            values = map(value, self.unrolled(summed))
            texts = [text for text in (first(self.letters), *values) if text != "0.0"]
            return looped(self.axes(left), [f"{place(self.letters)} = {' + '.join(texts)};"])
        if not left or self.together(left[-1]) < 0.75 * self.together(summed[-1], 1):
            body = summing("sum", self.axes(summed), value(self.letters))
            body = [f"double sum = {first(self.letters)};", *body, f"{place(self.letters)} = sum;"]
            axes = self.axes(left)
            return looped(axes, body, None) if axes else ["{", *[f"  {s}" for s in body], "}"]
        return self.adding(place, value, first)

    def adding(self, place: Filled, value: Filled, first: Filled) -> list[str]:
        """The same with the loop of the sum outside: each turn adds a row of values."""
        left, summed = self.left, self.summed
        short = left[-1:] if len(left) > 1 and self.few(left[-1:]) else []
        *rows, last = left[: len(left) - len(short)]
        each = self.unrolled(short)
        begin = [f"{place(k)} = {first(k)};" for k in each]
        then = [f"{place(k)} += {value(k)};" for k in each]
        if rows and self.lies_inside(summed[-1], rows[-1]):
            body = looped(self.axes([last]), begin)
            body += looped(self.axes([*summed, last]), then)
            return looped(self.axes(rows), body, None)
        return [*looped(self.axes([*rows, last]), begin),
                *looped(self.axes([*summed, *rows, last]), then)]

    def few(self, labels: Sequence[str]) -> bool:
        """Whether all entries of some axes can be written one after the other."""
        found = [self.size[c] for c in labels]
        return SAMPLES not in found and prod(found) <= FEW

    def unrolled(self, labels: Sequence[str]) -> list[dict[str, str]]:
        """The letters, with those of some axes replaced by each entry."""
        found = [self.letters]
        for c in labels:
            found = [{**letters, c: str(i)} for letters in found for i in range(self.size[c])]
        return found

    def together(self, c: str, start: int = 0) -> float:
        """How many numbers can be taken together along an axis."""
        far = [lie.strides[labels.index(c)] for lie, labels in self.lies[start:] if c in labels]
        short = self.left[-1:] if self.few(self.left[-1:]) and c != self.left[-1] else []
        steps = (0, 1, *(self.size[k] for k in short if start == 0))
        if any(step not in steps for step in far):
            return 1
        return min(sizes((self.size[c],)), MANY)

    def lies_inside(self, c: str, row: str) -> bool:
        """Whether the numbers along an axis are nearer to each other than along another one."""
        return all(lie.strides[labels.index(c)] <= lie.strides[labels.index(row)]
                   for lie, labels in self.lies[1:] if c in labels and row in labels)


def looped(axes: Axes, body: list[str], simd: str | None = "") -> list[str]:
    """Loops over axes around a body; with `simd`, what is said of the last one, several of its
    numbers may be taken together.
    """
    found = []
    brace = " {" if len(body) > 1 else ""
    for k, (c, n) in enumerate(axes):
        last = k == len(axes) - 1
        if last and simd is not None:
            found.append("  " * k + f"#pragma omp simd{simd}")
        found.append("  " * k + f"for (long {c} = 0; {c} < {n}; {c}++){brace * last}")
    found += ["  " * len(axes) + line for line in body]
    return [*found, "  " * (len(axes) - 1) + "}"] if axes and brace else found


def summing(name: str, axes: Axes, value: str) -> list[str]:
    """Lines that add a value, for all entries of some axes, to a number."""
    return looped(axes, [f"{name} += {value};"], f" reduction(+:{name})")


def turn(k: int) -> str:
    """The place of row t + k."""
    return f"t + {k}" if k else "t"


def aligned(u: Operand, shape: Shape, index: Index) -> Index:
    """The index of an operand at an index of a result of that shape, to which it broadcasts."""
    mine = shape_of(u)
    more = len(mine) - len(index)
    padded = ["0"] * more + list(index[max(0, -more) :])
    return ["0" if n == 1 else i for n, i in zip(mine, padded)]


def offset(index: Index, strides: Sequence[int]) -> str:
    """How far an index is from the first number."""
    terms = []
    for i, stride in zip(index, strides):
        if i != "0" and stride:
            whole = f"({i})" if " " in i and stride != 1 else i
            terms.append(whole if stride == 1 else f"{stride} * {whole}")
    return " + ".join(terms) or "0"


def together(a: str, b: str) -> str:
    """The sum of two places, where "" and "0" are 0."""
    return " + ".join(place for place in (a, b) if place not in ("", "0"))


def at(lie: Lie, index: Index) -> Text:
    """A number in memory."""
    place = together(offset(index, lie.strides), lie.first) or "0"
    return Text(f"{lie.name}[{place}]")


def sizes(shape: Shape) -> float:
    """How many numbers an array has, about."""
    return prod(MANY if n == SAMPLES else n for n in shape)


def count(shape: Shape) -> str:
    """How many numbers an array has, as source."""
    known = prod(n for n in shape if n != SAMPLES)
    return f"{known} * m" if SAMPLES in shape else str(known)


def tuple_text(shape: Shape) -> str:
    return " x ".join(map(str, shape))
