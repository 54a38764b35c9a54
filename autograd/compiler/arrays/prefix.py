"""Prefix sums: the loop h[t + 1] = h[t] + x[t] as one operation, np.cumsum, and its rule in reverse
mode, np.cumsum backwards.
"""
from __future__ import annotations

from typing import Optional

from autograd import ops
from autograd.compiler.arrays.array import Array, Operand, inner, is_batched
from autograd.compiler.arrays.places import Strided
from autograd.compiler.arrays.loop import At, Loop, rows
from autograd.compiler.arrays.structure import Part, Structural, View, full, reshape, view


class PrefixSum(Structural):
    """The sums of the first 1, 2, ... rows, or with `backwards` of the last ones."""

    def __init__(self, backwards: bool = False) -> None:
        self.backwards = backwards

    def back(self, i: int, y: Array, d: Operand) -> Part:
        return Part(Array(PrefixSum(not self.backwards), (full(d, y.shape),), y.shape))


class Beginning(Structural):
    """A first row and the rows after it as one array."""

    def back(self, i: int, y: Array, d: Operand) -> Part:
        count = inner(y)[0] - 1
        whole = full(d, y.shape)
        return Part(
            reshape(rows(whole, 0, 1), y.inputs[0].shape) if i == 0 else rows(whole, 1, count)
        )


def beginning(first: Array, rest: Array, shape: tuple[int, ...]) -> Array:
    """A first row and the rows after it; where they are neighbours, a slice."""
    if isinstance(first.op, View) and isinstance(rest.op, View) and len(shape) == 1:
        (a,), (b,) = first.inputs, rest.inputs
        one, some = first.op.places, rest.op.places
        if a is b and len(inner(a)) == 1 and some.strides == (1,) and one.base + 1 == some.base:
            return view(a, Strided(shape, one.base, (1,)))
    return Array(Beginning(), (first, rest), shape)


def prefix_sum(loop: Loop) -> Optional[Array]:
    """All rows of the one stack of a loop that only adds to it, as a PrefixSum; None for any other
    loop.
    """
    if len(loop.stacks) != 1 or len(loop.writes) != 1 or loop.stacks[0].before != 1:
        return None
    value, start = loop.writes[0].value, loop.stacks[0].start
    if (
        not isinstance(value, Array)
        or value.op is not ops.add
        or start is None
        or is_batched(value)
    ):
        return None
    before, added = sorted(value.inputs, key=lambda x: isinstance(x, Array) and is_row_of_input(x))
    if (
        not is_row_of_input(added)
        or not isinstance(before, Array)
        or not isinstance(before.op, At)
        or before.op.offset
    ):
        return None
    if isinstance(before.op.source, Array) or added.shape != before.shape:
        return None
    together = beginning(start, added.op.source, loop.shape(0))
    return Array(PrefixSum(), (together,), loop.shape(0))


def is_row_of_input(x: Operand) -> bool:
    """Whether x is row t of an Array from outside that has a row for each turn."""
    return isinstance(x, Array) and isinstance(x.op, At) and isinstance(x.op.source, Array)
