"""Loops over single numbers on Python's floats: what of a turn stands in variables, what in lists.

    carried   rows that a turn hands to the next: variables; forward the last ones, s1 and s1b for
              rows t and t + 1; backward what rows t + 1, ... have been sent so far
    sums      what is only added up: a variable
    lists     all others; where they are needed as arrays after the loop, they become arrays

Legend: k the number of a stack of the loop, b how many rows it has before the first turn, T turns.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

from autograd.compiler.arrays.array import Array, Operand
from autograd.compiler.arrays.loop import At, Loop, Write
from autograd.compiler.arrays.places import Strided
from autograd.compiler.arrays.structure import Assemble, Broadcast, Sum, Take, View
from autograd.formulas.text import Text

MOST = 3  # rows that are carried


class Floats(NamedTuple):
    """How a loop over single numbers is written on Python's floats."""

    lists: tuple[tuple[str, Array], ...]  # names of the lists that it reads
    arrays: tuple[int, ...]  # the stacks that become arrays after it
    kept: tuple[tuple[int, str], ...]  # and the names of those of them that are lists as well
    carried: dict[int, tuple[str, ...]]  # the variables of a stack that is carried
    unlisted: frozenset[int]  # the stacks of which there is no list
    spread: frozenset[Array]  # starts that are written number by number


# Which stacks are carried ---------------------------------------------------------------------


def is_carried(op: Loop, k: int) -> bool:
    """Whether the rows of a stack can stand in variables: each is written once and read at most b
    turns later; in the backward pass, each is complete where it is read.
    """
    before = op.stacks[k].before
    writes = writes_to(op, k)
    reads = offsets_read(op, k)
    if not 1 <= before <= MOST or any([w.where is not None for w in writes]):
        return False
    if op.backwards:
        return reads <= {before} and all([w.add and w.offset < before for w in writes])
    return reads <= set(range(before)) and [(w.add, w.offset) for w in writes] == [(False, before)]


def offsets_read(op: Loop, k: int) -> set[int]:
    """Which rows of a stack, from row t on, turn t reads."""
    return {x.op.offset for x in op.local() if isinstance(x.op, At) and x.op.source == k}


def writes_to(op: Loop, k: int) -> list[Write]:
    """What a turn writes to a stack."""
    return [w for w in op.writes if w.stack == k]


def is_summed(op: Loop, k: int, users: Sequence[Array]) -> bool:
    """Whether of a stack, one number of each turn, only the sum is needed."""
    stack, writes = op.stacks[k], writes_to(op, k)
    alone = [(w.add, w.offset, w.where) for w in writes] == [(False, 0, None)]
    return bool(
        alone and users and not stack.before and stack.start is None
        and all(isinstance(y.op, Sum) for y in users)
    )


def is_row(y: Array, rows: range) -> bool:
    """Whether y is one number of an Array, in one of these rows."""
    return isinstance(y.op, View) and y.shape == () and y.op.places.base in rows


def rows_left(op: Loop, k: int) -> range:
    """The rows of a carried stack that are in its variables after the loop."""
    before = op.stacks[k].before
    return range(before) if op.backwards else range(op.turns, op.turns + before)


def numbers_of(start: Array, op: Loop, k: int) -> Optional[list[list[Operand]]]:
    """The numbers that are added up for each row that is carried at first, where a start is no
    more than these; None for another one.
    """
    rows = range(op.turns, start.shape[0]) if op.backwards else range(op.stacks[k].before)
    if isinstance(start.op, Broadcast) and start.inputs[0] == 0.0:
        return [[] for _ in rows]
    if isinstance(start.op, Assemble):
        return numbers_in(start, rows)
    if isinstance(start.op, Take) and start.op.takes_all(start.inputs) and not op.backwards:
        return [[x] for x in start.inputs] if all([x.shape == () for x in start.inputs]) else None
    return None


def numbers_in(start: Array, rows: range) -> Optional[list[list[Operand]]]:
    """What is added up in each of the last rows of an Array that is put together; None where it is
    not of single numbers for these alone.
    """
    found: list[list[Operand]] = [[] for _ in rows]
    if start.shape != (rows.stop,):
        return None
    for value, where in zip(start.inputs, start.op.places):
        if not isinstance(where, Strided) or where.shape or where.base not in rows:
            return None
        found[where.base - rows.start].append(value)
    return found


# The text -------------------------------------------------------------------------------------


class FloatLoop:
    """The text of one loop; `printer` writes formulas and knows what is a list."""

    def __init__(self, printer: Any, op: Loop, floats: Floats) -> None:
        self.printer, self.op, self.floats = printer, op, floats
        self.results = [op.result(k) for k in range(len(op.stacks))]
        self.names = [printer.names[y] for y in self.results]
        self.lists: dict[Array, str] = {}  # the lists that the loop reads
        self.more: dict[int, str] = {}  # what is sent to row t from elsewhere, as text

    def before(self) -> list[str]:
        """Lines before the loop: variables and lists as they are at first."""
        found, floats = list[str](), self.floats
        for k in range(len(self.names)):
            if k in floats.carried:
                found += self.first(k)
            elif k not in floats.unlisted:
                found += self.list_at_first(k)
        sums = [self.names[k] for k in sorted(floats.unlisted) if k not in floats.carried]
        if sums:
            found.append(f"    {' = '.join(sums)} = 0.0")
        return [*found, *self.shared(), *self.lists_read()]

    def shared(self) -> list[str]:
        """Lines that make floats of what all turns read."""
        inside = set(self.op.local())
        used = {u for x in inside for u in x.inputs} - inside
        named = [u for u in self.op.array.inputs if u in used and u in self.printer.names]
        return [f"    {name} = float({name})" for name in [
            self.printer.names[u] for u in named if not self.printer.is_float(u)]]

    def lists_read(self) -> list[str]:
        """Lines that make lists of Arrays of which turn t reads row t."""
        printer, read = self.printer, self.floats.lists
        self.lists = {u: printer.names[u] if u in printer.as_lists else name for name, u in read}
        known = printer.as_lists | printer.kept
        return [f"    {name} = {printer.formula(u):atom}.tolist()"
                for name, u in read if u not in known]

    def first(self, k: int) -> list[str]:
        """The variables of a carried stack at first, and its list."""
        op, name, variables = self.op, self.names[k], self.floats.carried[k]
        start, targets = op.stacks[k].start, ", ".join(self.floats.carried[k])
        assert start is not None
        listed = not op.backwards and k not in self.floats.unlisted
        texts = self.texts_at_first(k, start)
        if texts is not None:
            if not listed:
                return [f"    {targets} = {', '.join(texts)}"]
            found = [f"    {name} = [{', '.join(texts)}]"]
        else:
            found = [f"    {name} = {self.printer.formula(start):atom}.tolist()"]
        if op.backwards:
            self.more[k] = f"{name}[t]"
            rows = [f"{name}[{op.turns + j}]" for j in range(len(variables))]
            return [*found, f"    {targets} = {', '.join(rows)}"]
        return [*found, f"    {targets} = {name if len(variables) > 1 else f'{name}[0]'}"]

    def texts_at_first(self, k: int, start: Array) -> Optional[list[str]]:
        """The numbers of a start as text; None where it is an array."""
        printer = self.printer
        if start.shape == ():
            return [printer.float_text(start)]
        found = numbers_of(start, self.op, k)
        if found is None or start not in self.floats.spread and any(found):
            return None
        return [" + ".join([printer.float_text(x) for x in some]) or "0.0" for some in found]

    def list_at_first(self, k: int) -> list[str]:
        """The rows of a stack before the first turn, as a list."""
        stack, result, name = self.op.stacks[k], self.results[k], self.names[k]
        start, formula = stack.start, self.printer.formula
        if start is None or isinstance(start.op, Broadcast) and start.inputs[0] == 0.0:
            return [f"    {name} = [0.0] * {result.shape[0]}"]
        if start.shape == result.shape:
            return [f"    {name} = {formula(start):atom}.tolist()"]
        first = (
            f"[{self.printer.float_text(start)}]"
            if start.shape == ()
            else f"{formula(start):atom}.tolist()"
        )
        return [f"    {name} = {first} + [0.0] * {self.op.turns}"]

    def turn(self) -> list[str]:
        """Lines at the end of a turn: lists and sums, then what is carried."""
        floats, formula = self.floats, self.printer.formula
        found = []
        for w in self.op.writes:
            if w.stack not in floats.carried:
                summed = w.stack in floats.unlisted
                found.append(f"{self.names[w.stack]} += {formula(w.value)}" if summed
                             else self.printer.write_row(w))
        return [*found, *self.handed_on(), *[
            f"{self.names[k]}.append({variables[-1]})"
            for k, variables in floats.carried.items()
            if not self.op.backwards and k not in floats.unlisted
        ]]

    def handed_on(self) -> list[str]:
        """The variables for the next turn: one stack after the other, where none is read later,
        else all at once.
        """
        left, found = {k: self.next_row(k) for k in self.floats.carried}, list[str]()
        while left:
            now = self.not_read_later(list(left))[:1] or list(left)
            targets = ", ".join([name for k in now for name in self.floats.carried[k]])
            found.append(f"{targets} = {', '.join([text for k in now for text in left.pop(k)])}")
        return found

    def not_read_later(self, stacks: list[int]) -> list[int]:
        """Those of some stacks that no formula of another one reads."""
        read = {k: self.read_by(k) for k in stacks}
        return [k for k in stacks if not any([k in read[other] for other in stacks if other != k])]

    def read_by(self, k: int) -> set[int]:
        """The stacks that the formulas of the next row of a stack read, as far as these have no
        variable.
        """
        found, todo = set[int](), [w.value for w in writes_to(self.op, k)]
        while todo:
            x = todo.pop()
            if not isinstance(x, Array) or x in self.printer.names:
                continue
            if isinstance(x.op, At) and not isinstance(x.op.source, Array):
                found.add(x.op.source)
            todo += x.inputs
        return found

    def next_row(self, k: int) -> list[str]:
        """What the variables of a stack are for the next turn."""
        variables, printer = self.floats.carried[k], self.printer
        writes = writes_to(self.op, k)
        if not self.op.backwards:
            return [*variables[1:], printer.formula(writes[0].value)]
        sent = [[variables[j - 1]] if j else [] for j in range(len(variables))]
        if k in self.more:
            sent[0].append(self.more[k])
        for w in writes:
            sent[w.offset].append(printer.formula(w.value))
        return [printer.sum_of(texts) for texts in sent]

    def is_carried(self, source: Any) -> bool:
        """Whether a stack, by its number, stands in variables."""
        return not isinstance(source, Array) and source in self.floats.carried

    def row(self, k: int, offset: int) -> Text:
        """Row t + offset of a carried stack."""
        return Text(self.floats.carried[k][offset - self.op.backwards])

    def after(self) -> list[str]:
        """Lines that make arrays of lists, where they are needed as such."""
        printer, floats = self.printer, self.floats
        printer.as_lists |= {y for k, y in enumerate(self.results) if k not in floats.arrays}
        printer.kept |= {self.results[k] for k, _ in floats.kept}
        for k, variables in floats.carried.items():
            if k in floats.unlisted or k in floats.arrays:
                printer.variables[self.results[k]] = dict(zip(rows_left(self.op, k), variables))
        printer.sums |= {self.results[k] for k in floats.unlisted if k not in floats.carried}
        found = [f"    {name} = {self.names[k]}" for k, name in floats.kept]
        return found + [f"    {self.names[k]} = np.array({self.names[k]})" for k in floats.arrays]
