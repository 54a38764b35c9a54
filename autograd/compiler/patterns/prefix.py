"""Prefix sums: the loop h[t + 1] = h[t] + x[t] as one operation, np.cumsum, and its rule in reverse
mode, np.cumsum backwards.
"""
from __future__ import annotations

from math import prod
from typing import Any, Optional

from autograd import ops
from autograd.compiler.arrays.array import Array, Numbers, Operand, inner, is_batched
from autograd.compiler.arrays.loop import At, Loop, rows
from autograd.compiler.arrays.pattern import Pattern
from autograd.compiler.arrays.places import Strided
from autograd.compiler.arrays.structure import Part, View, full, reshape, view
from autograd.formulas.text import Text


def random_walk(steps: list[Any]) -> Any:
    """The sum of the squared places after each step, where no step is longer than 1."""
    place, squares = 0.0, 0.0
    for step in map(ops.tanh, steps):
        place += step
        squares += place * place
    return squares


def walk_from_elsewhere(steps: list[Any]) -> Any:
    """The sum of the squared places of a walk that begins at a product."""
    place = steps[0] * steps[1]
    squares = place * place
    for step in map(ops.tanh, steps):
        place += step
        squares += place * place
    return squares


class PrefixSum(Pattern):
    """The sums of the first 1, 2, ... rows, or with `backwards` of the last ones."""

    example = staticmethod(random_walk)

    def __init__(self, backwards: bool = False) -> None:
        self.backwards = backwards

    @classmethod
    def found_in_loop(cls, loop: Loop) -> Optional[Array]:
        return prefix_sum(loop)

    def back(self, i: int, y: Array, d: Operand) -> Part:
        return Part(Array(PrefixSum(not self.backwards), (full(d, y.shape),), y.shape))

    def numpy(self, y: Array, x: Text) -> str:
        """NumPy, and JAX."""
        axis = ", axis=0" if len(y.shape) > 1 else ""
        if self.backwards:
            return f"np.cumsum({x:atom}[::-1]{axis})[::-1]"
        return f"np.cumsum({x}{axis})"

    def javascript(self, y: Array, x: Text) -> str:
        """A function of printers/runtime.js."""
        return f"cumsum({x}{', true' * self.backwards})"

    def c(self, y: Array, writer: Any) -> None:
        """A copy, to each row of which that before it is added."""
        name = writer.copied(y.inputs[0], y)
        n, row = y.shape[0], prod(y.shape[1:])
        if self.backwards:
            head, last = f"for (long i = {(n - 1) * row - 1}; i >= 0; i--)", f"i + {row}"
        else:
            head, last = f"for (long i = {row}; i < {n * row}; i++)", f"i - {row}"
        writer.code += [head, f"  {name}[i] += {name}[{last}];"]


class Beginning(Pattern):
    """A first row and the rows after it as one array."""

    example = staticmethod(walk_from_elsewhere)

    def back(self, i: int, y: Array, d: Operand) -> Part:
        count = inner(y)[0] - 1
        whole = full(d, y.shape)
        return Part(
            reshape(rows(whole, 0, 1), y.inputs[0].shape) if i == 0 else rows(whole, 1, count)
        )

    def numpy(self, y: Array, first: Text, rest: Text) -> str:
        """NumPy."""
        return f"np.concatenate(([{first}], {rest}))"

    def jax(self, y: Array, first: Text, rest: Text) -> str:
        """JAX, which wants arrays."""
        return f"np.concatenate((np.array([{first}]), {rest}))"

    def javascript(self, y: Array, first: Text, rest: Text) -> str:
        """A function of printers/runtime.js."""
        return f"concatenate([{first}, {rest}], [{', '.join(map(str, y.shape))}])"

    def c(self, y: Array, writer: Any) -> None:
        """One after the other in memory."""
        writer.joined(y)


def beginning(first: Array, rest: Array, shape: tuple[int, ...]) -> Array:
    """A first row and the rows after it; where they are neighbours, a slice."""
    if isinstance(first.op, View) and isinstance(rest.op, View) and len(shape) == 1:
        (a,), (b,) = first.inputs, rest.inputs
        one, some = first.op.places, rest.op.places
        if a is b and len(inner(a)) == 1 and some.strides == (1,) and one.base + 1 == some.base:
            return view(a, Strided(shape, one.base, (1,)))
    return Array(Beginning(), (first, rest), shape)


def prefix_sum(loop: Loop) -> Optional[Array]:
    """All rows of the one stack of a loop that only adds to it, as a PrefixSum, without the first
    one where that is 0; None for any other loop.
    """
    if len(loop.stacks) != 1 or len(loop.writes) != 1 or loop.stacks[0].before != 1:
        return None
    value, start = loop.writes[0].value, loop.stacks[0].start
    if not is_sum(value) or is_batched(value) or start is None:
        return None
    before, added = sorted(value.inputs, key=is_row_of_input)
    if not is_row_of_input(added) or not is_row_of_stack(before) or added.shape != before.shape:
        return None
    if isinstance(start.op, Numbers) and not start.op.numbers.any():  # sums of the steps alone
        return Array(PrefixSum(), (added.op.source,), added.op.source.shape)
    together = beginning(start, added.op.source, loop.shape(0))
    return Array(PrefixSum(), (together,), loop.shape(0))


def is_sum(x: Operand) -> bool:
    """Whether x is a sum of two."""
    return isinstance(x, Array) and x.op is ops.add


def is_row_of_stack(x: Operand) -> bool:
    """Whether x is what the turn before has written."""
    return (isinstance(x, Array) and isinstance(x.op, At) and not x.op.offset
            and not isinstance(x.op.source, Array))


def is_row_of_input(x: Operand) -> bool:
    """Whether x is row t of an Array from outside that has a row for each turn."""
    return isinstance(x, Array) and isinstance(x.op, At) and isinstance(x.op.source, Array)
