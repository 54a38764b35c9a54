"""Loops of the array program: `for t in range(T)`, over arrays with a row for each turn.

A Loop keeps its results in stacks. A stack has a row for each turn and, before these, as many as
the turns look back: its start. Row t + offset of a stack is read in turn t by an At, and so is
row t of an array from outside with a row for each turn. Reverse mode makes another Loop, which
runs from the last turn to the first. What does not depend on the turn after is computed for all
turns at once: derivatives of activations before that loop, gradients of shared weights, one
product, after it.

Legend: T turns; y an Array of the body, d its cotangent; a local Array is one of the body that
differs from turn to turn.
"""
from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple, Optional, Union

from autograd.compiler.arrays.array import (SAMPLES, Array, Operand, elementwise, inner, is_batched,
    lead, padded)
from autograd.compiler.arrays.places import Strided, contiguous
from autograd.compiler.arrays.reverse import depends_on, sweep, topological_order
from autograd.compiler.arrays.structure import (Contract, Named, Part, Reshape, Structural, Sum,
    assembled, contract, full, is_reshaped, View, reshape, total, view)
from autograd.ops import Operation

Rows = Union[int, Array]  # a stack of the loop by its number, or an Array from outside


class At(Structural):
    """Row t + offset in turn t."""

    def __init__(self, source: Rows, offset: int) -> None:
        self.source, self.offset = source, offset

    def taken_from(self, y: Array) -> Operand:
        return self.source if isinstance(self.source, Array) else None


def is_number(x: Array) -> bool:
    """Whether x, inside a loop, is a single number: an operation on such, or one of a row."""
    of_row = isinstance(x.op, View) and isinstance(x.inputs[0].op, At)
    return not x.shape and (isinstance(x.op, Operation) or of_row)


class Stack(NamedTuple):
    """The rows a loop writes: `before` and then one for each turn."""

    before: int
    lead: tuple[Any, ...]  # the axis of the samples, or ()
    inner: tuple[int, ...]
    # at first: the one row before, the rows before, or all rows; None: nothing yet
    start: Optional[Array]
    of: Optional[tuple[Loop, int]] = None  # the stack of a loop of which it has the cotangents


class Write(NamedTuple):
    """What a turn does at its end: row t + offset of a stack, or some places in it, is set to a
    value, or it is added.
    """

    stack: int
    offset: int
    value: Operand
    add: bool = False
    where: Any = None


class Loop(Structural):
    """A loop. Its inputs are all Arrays from outside that it uses."""

    many = True

    def __init__(self, turns: int, backwards: bool = False) -> None:
        self.turns, self.backwards = turns, backwards
        self.stacks: list[Stack] = []
        self.writes: list[Write] = []
        self.results: dict[int, Array] = {}  # the Stacked of each stack
        self.array = Array(self, (), ())

    def local(self) -> list[Array]:
        """The Arrays that differ from turn to turn, in an order in which inputs come first."""
        order = topological_order([w.value for w in self.writes])
        inside = depends_on(order, [x for x in order if isinstance(x.op, At)])
        return [x for x in order if x in inside]

    def close(self) -> Array:
        """The loop as an Array, now that stacks and writes are known."""
        local = self.local()
        inside = set(local)
        used = (
            [s.start for s in self.stacks]
            + [u for x in local for u in x.inputs]
            + [w.value for w in self.writes]
        )
        used += [x.op.source for x in local if isinstance(x.op, At)]
        self.array.inputs = tuple(
            dict.fromkeys(u for u in used if isinstance(u, Array) and u not in inside)
        )
        return self.array

    def stack(self, stack: Stack) -> int:
        """The number of a new stack."""
        self.stacks.append(stack)
        return len(self.stacks) - 1

    def shape(self, k: int) -> tuple[Any, ...]:
        """The shape of all rows of a stack."""
        stack = self.stacks[k]
        return (*stack.lead, stack.before + self.turns, *stack.inner)

    def is_scalar(self) -> bool:
        """Whether a turn is about single numbers alone: then Python's floats are faster than
        arrays.
        """
        if any(stack.lead or stack.inner for stack in self.stacks):
            return False
        local = [x for x in self.local() if not isinstance(x.op, At)]
        read = [u for x in self.local() for u in x.arrays() if not isinstance(u.op, At)]
        return all(map(is_number, local)) and all(u.shape == () for u in read)

    def only_reads(self, x: Array) -> bool:
        """Whether x, from outside, is nothing but read row by row."""
        inside = {u for y in self.local() for u in y.inputs}
        return x not in inside and all(x is not s.start for s in self.stacks) and all(
            x is not w.value for w in self.writes
        )

    def row(self, k: int, offset: int) -> Array:
        """Row t + offset of a stack in turn t."""
        stack = self.stacks[k]
        return Array(At(k, offset), (), (*stack.lead, *stack.inner))

    def result(self, k: int) -> Array:
        """All rows of a stack when the loop is done."""
        if k not in self.results:
            self.results[k] = Array(Stacked(k), (self.array,), self.shape(k))
        return self.results[k]

    def kept(self, x: Array) -> Array:
        """All rows, one for each turn, of an Array of the body; it is kept from now on, if it was
        not.
        """
        for w in self.writes:
            if w.value is x and not w.add:
                return rows(self.result(w.stack), w.offset, self.turns)
        k = self.stack(Stack(0, lead(x), inner(x), None))
        self.writes.append(Write(k, 0, x))
        return self.result(k)

    def send(self, parts: Sequence[Part], active: set[Array]) -> list[tuple[Array, Part | None]]:
        """What a loop sends to its inputs, from what is sent to its stacks."""
        return Reversal(self, parts, active).sent()


class Stacked(Structural):
    """All rows of a stack when the loop is done."""

    def __init__(self, stack: int) -> None:
        self.stack = stack

    def back(self, i: int, y: Array, d: Operand) -> Part:
        return Part(d, self.stack)


def rows(x: Array, first: int, count: int) -> Array:
    """Some rows of an array; one row without an axis of rows."""
    places = row_places(x, first, count)
    if count == 1:
        return view(x, places._replace(shape=places.shape[1:], strides=places.strides[1:]))
    return view(x, places)


def row_places(x: Array, first: int, count: int) -> Strided:
    """The places of some rows."""
    shape = inner(x)[1:]
    size = prod(shape)
    return Strided((count, *shape), first * size, (size if count > 1 else 0, *contiguous(shape)))


# Reverse mode ---------------------------------------------------------------------------------


class Reversal:
    """The backward pass of a loop."""

    def __init__(self, loop: Loop, parts: Sequence[Part], active: set[Array]) -> None:
        self.loop, self.active = loop, active
        # a loop over single numbers computes again what it needs: that is faster than to keep it
        self.scalar = loop.is_scalar()
        self.forward = set(loop.local())
        self.back = Loop(loop.turns, not loop.backwards)
        self.given = {part.where: part.value for part in parts}
        # of the loop back, by the stack of which it has the cotangent
        self.stacks: dict[int, int] = {}
        for k, stack in enumerate(loop.stacks):
            if stack.before:
                self.stacks[k] = self.back.stack(
                    stack._replace(start=full(self.given.get(k, 0.0), loop.shape(k)), of=(loop, k))
                )
        self.stack_of: dict[Array, int] = {}  # of cotangents that are kept
        # what the loop back reads, by what it was in the loop
        self.swapped: dict[Array, Array] = {}

    def sent(self) -> list[tuple[Array, Part | None]]:
        """What the loop sends to its inputs."""
        found: list[tuple[Array, Part]] = []
        for x, sent in self.one_turn().items():
            if isinstance(x.op, At) and isinstance(x.op.source, int):
                k, offset = self.stacks[x.op.source], x.op.offset
                self.back.writes += [Write(k, offset, p.value, True, p.where) for p in sent]
            else:
                found += self.sent_outside(x, sent)
        for k, stack in enumerate(self.loop.stacks):
            if stack.start is not None:
                found.append((stack.start, self.sent_to_start(k, stack, stack.start)))
        self.back.writes = together(
            [w._replace(value=self.read(w.value)) for w in self.back.writes]
        )
        self.loop.close()
        self.back.close()
        return [(x, part) for x, part in found if x in self.active]

    def sent_outside(self, x: Array, sent: list[Part]) -> list[tuple[Array, Part]]:
        """What all turns send to an Array from outside, given what one turn sends to x."""
        if any(p.where is not None for p in sent):
            sent = [Part(assembled(sent, x.shape))]
        source = x.op.source if isinstance(x.op, At) else None
        if not isinstance(source, Array):
            return [(x, Part(self.over_turns(p.value, x.shape))) for p in sent]
        places = row_places(source, x.op.offset, self.loop.turns)
        values = [self.all_turns(p.value, x.shape) for p in sent]
        return [(source, Part(value, None if value.shape == source.shape else places))
                for value in values]

    def sent_to_start(self, k: int, stack: Stack, start: Array) -> Part:
        """What is sent to the rows of a stack before the first turn."""
        first = rows(self.back.result(self.stacks[k]), 0, stack.before)
        if stack.lead and not is_batched(start):
            first = total(first, (0,))
        return Part(reshape(first, start.shape))

    def one_turn(self) -> dict[Array, list[Part]]:
        """What is sent, in one turn, to what the body takes from outside and from other turns."""
        order = topological_order([w.value for w in self.loop.writes])
        sources = [x for x in order if self.is_source(x)]
        seeds: dict[Array, list[Part]] = {}
        for w in self.loop.writes:
            if isinstance(w.value, Array):
                seed = self.seed(w)
                seeds.setdefault(w.value, []).extend([] if seed is None else [Part(seed)])
        found, left = sweep(order, seeds, sources, self.forward)
        self.cotangents = {d for d in found.values() if isinstance(d, Array)}
        return left

    def seed(self, w: Write) -> Optional[Operand]:
        """What is sent, in one turn, to what the loop writes; None where that is nothing."""
        if w.stack in self.stacks:
            return self.back.row(self.stacks[w.stack], w.offset)
        d = self.given.get(w.stack)
        if not isinstance(d, Array) or not d.shape:
            return d
        stack = self.loop.stacks[w.stack]
        return Array(
            At(full(d, self.loop.shape(w.stack)), w.offset), (), (*stack.lead, *stack.inner)
        )

    def is_source(self, x: Array) -> bool:
        """Whether a derivative is wanted by x, from outside of the loop or of another turn."""
        if isinstance(x.op, At):
            return not isinstance(x.op.source, Array) or x.op.source in self.active
        return x not in self.forward and x in self.active

    # What is done for all turns at once -------------------------------------------------------

    def over_turns(self, value: Operand, shape: tuple[Any, ...]) -> Array:
        """The sum over all turns of what is sent to something that they share."""
        if self.scalar and shape == () and isinstance(value, Array) and self.varies(value):
            return total(self.kept(value), (0,))
        if isinstance(value, Array) and isinstance(value.op, Contract):
            A, left = self.labelled(value.inputs[0], value.op.left)
            B, right = self.labelled(value.inputs[1], value.op.right)
            if TURN in left and TURN in right:
                return contract(A, left, B, right, value.op.out)
            # the sum over the samples
            if isinstance(A.op, Named) and A.op.name == "ones" and TURN in right:
                return total(B, (0, 1))
        return total(self.all_turns(value, shape), (int(SAMPLES in shape),), inside=True)

    def labelled(self, x: Array, labels: str) -> tuple[Array, str]:
        """A factor for all turns and its labels, with one for the turns if it differs from turn to
        turn.
        """
        if x not in self.varying([x]):
            return x, labels
        first = len(lead(x))
        return full(self.lift(x), self.shape(x.shape)), labels[:first] + TURN + labels[first:]

    def shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """A shape with an axis of turns, after that of the samples."""
        return (
            (*shape[:1], self.loop.turns, *shape[1:])
            if SAMPLES in shape
            else (self.loop.turns, *shape)
        )

    def all_turns(self, value: Operand, shape: tuple[Any, ...]) -> Array:
        """A value for all turns at once, of that shape in each."""
        if self.scalar and shape == () and isinstance(value, Array) and self.varies(value):
            return self.kept(value)
        rank = len(shape) - (SAMPLES in shape)
        lifted = (
            self.lift(value)
            if isinstance(value, Array) and value in self.varying([value])
            else value
        )
        if isinstance(value, Array):
            turns = (self.loop.turns,) if lifted is not value else (1,)
            lifted = reshape(lifted, (*lead(value), *turns, *padded(inner(value), rank)))
        return full(lifted, self.shape(shape))

    def lift(self, x: Operand) -> Operand:
        """x for all turns at once, with an axis of turns before its own; x itself where all turns
        share it.
        """
        if not isinstance(x, Array):
            return x
        if isinstance(x.op, At):
            source = x.op.source if isinstance(x.op.source, Array) else self.rows_of(x)
            return rows(source, x.op.offset, self.loop.turns)
        if is_reshaped(x) and isinstance(x.inputs[0].op, At):
            return reshape(self.lift(x.inputs[0]), self.shape(x.shape))
        if x in self.forward:
            return self.loop.kept(x)
        return self.lift_of_back(x) if self.varies(x) else x

    def lift_of_back(self, x: Array) -> Operand:
        """The same for an Array of the loop back that differs from turn to turn."""
        if x in self.cotangents:
            return self.kept(x)
        if isinstance(x.op, Operation):
            return elementwise(x.op, [self.aligned(u, len(inner(x))) for u in x.inputs])
        if isinstance(x.op, Reshape):
            return reshape(self.lift(x.inputs[0]), self.shape(x.shape))
        if isinstance(x.op, Sum):
            first = len(lead(x.inputs[0]))
            return total(self.lift(x.inputs[0]), tuple(k + (k >= first) for k in x.op.axes))
        return self.kept(x)

    def aligned(self, x: Operand, rank: int) -> Operand:
        """An operand for all turns whose axes meet those of others of that rank."""
        if not isinstance(x, Array):
            return x
        varies = x in self.varying([x])
        if not varies and not is_batched(x):
            return x
        turns = (self.loop.turns,) if varies else (1,)
        return reshape(self.lift(x), (*lead(x), *turns, *padded(inner(x), rank)))

    def is_known(self, x: Operand) -> bool:
        """Whether x can be computed for all turns at once before the loop back."""
        if not isinstance(x, Array) or x in self.forward or x not in self.varying([x]):
            return True
        if isinstance(x.op, At):
            return isinstance(x.op.source, Array)
        return isinstance(x.op, (Operation, Reshape, Sum)) and all(map(self.is_known, x.inputs))

    def rows_of(self, x: Array) -> Array:
        """The stack that an At reads: of the loop, for what is of the loop, or of the loop back."""
        return (self.loop if x in self.forward else self.back).result(x.op.source)

    def kept(self, x: Array) -> Array:
        """All rows of an Array of the loop back, which keeps it."""
        if x not in self.stack_of:
            self.stack_of[x] = self.back.stack(Stack(0, lead(x), inner(x), None))
            self.back.writes.append(Write(self.stack_of[x], 0, x))
        return self.back.result(self.stack_of[x])

    def varies(self, x: Array) -> bool:
        """Whether x differs from turn to turn."""
        return x in self.varying([x])

    def varying(self, ends: Sequence[Operand]) -> set[Array]:
        """What differs from turn to turn."""
        order = topological_order(ends)
        return depends_on(order, [x for x in order if isinstance(x.op, At)])

    # What the loop back reads -----------------------------------------------------------------

    def read(self, x: Operand) -> Operand:
        """x in the loop back: what is of the loop is read from its stacks; what needs only that,
        from all turns of it.
        """
        if not isinstance(x, Array) or x not in self.varying([x]):
            return x
        if x not in self.swapped:
            self.swapped[x] = self.reading(x)
        return self.swapped[x]

    def reading(self, x: Array) -> Array:
        if isinstance(x.op, At):
            if isinstance(x.op.source, Array):  # a name in one loop is none in the other
                return Array(x.op, (), x.shape)
            if x not in self.forward:
                return x
            return Array(At(self.loop.result(x.op.source), x.op.offset), (), x.shape)
        if self.is_known(x) and not self.scalar:
            return Array(At(full(self.lift(x), self.shape(x.shape)), 0), (), x.shape)
        return Array(x.op, tuple(map(self.read, x.inputs)), x.shape)


def together(writes: Sequence[Write]) -> list[Write]:
    """Writes, those that add to the same row as one."""
    found: dict[Any, Write] = {}
    for k, w in enumerate(writes):
        alike = (w.stack, w.offset) if w.add and w.where is None else k
        before = found.get(alike)
        found[alike] = w if before is None else w._replace(value=before.value + w.value)
    return list(found.values())


TURN = "T"  # the label of the axis of turns
