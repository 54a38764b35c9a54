"""The normal form of sums: whatever way a sum was written, it is a few dots and terms, added and
subtracted.

What people write as w1 * x1 - w2 * x2 / n + b is recorded as a chain of additions, subtractions,
products and quotients. Here a chain that nobody else uses becomes one Linear: its terms with a
plus and with a minus, a term being a product of two factors, a scaled product (a number times two
factors), or anything else. A number times one factor is a product, too.

1. Only what is used once goes into the sum above it. The numbers of the data decide nothing: a
   datum of 0 or 1 is one.
2. Legend: a term or factor is a place, that of a Value or of a number.
"""
from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any, Optional

import numpy as np

from autograd import ops
from autograd.compiler.recognize.affine import Affine, is_moderate
from autograd.compiler.recognize.columns import Columns

SUMS = frozenset((ops.add, ops.sub, ops.sum, ops.dot))
SUMS_AND_NEG = SUMS | {ops.neg}
PRODUCTS = frozenset((ops.mul, ops.div, ops.neg))
CHAIN = 4  # sums in a row that others use, too: then they are the turns of a loop


class Side:
    """The terms of one sign."""

    __slots__ = ("left", "right", "scaled", "rest")

    def __init__(self) -> None:
        self.left: list[int] = []  # products: left[k] * right[k]
        self.right: list[int] = []
        self.scaled: list[tuple[float, int, int]] = []  # number * factor * factor
        self.rest: list[int] = []

    def has_products(self) -> bool:
        """Whether there are products among the terms."""
        return bool(self.left or self.scaled)

    def is_empty(self) -> bool:
        """Whether there are no terms."""
        return not (self.left or self.rest or self.scaled)


Linear = tuple[Side, Side]  # what is added, and what is subtracted
NOTHING = Side()  # what most sums subtract; it stays empty, one for all of them


def terms_of(op: Any, args: tuple[int, ...], side: Side, negative: bool) -> Iterable[int]:
    """The terms of a sum that is added or subtracted, the last first, ~t for a place t that is
    subtracted; the products of a dot go to its side at once.
    """
    if op is ops.sub:
        terms: tuple[int, ...] = ~args[1], args[0]
    elif op is ops.neg:
        terms = (~args[0],)
    elif op is not ops.dot:
        terms = args[::-1]
    else:
        n = len(args) // 2
        side.left += args[:n]
        side.right += args[n:-1]
        terms = args[-1:]
    return [~t for t in terms] if negative else terms


class Flattener:
    """Finds the Linear of each sum of a recorded graph."""

    def __init__(self, columns: Columns) -> None:
        self.columns, self.args, self.number = columns, columns.args, columns.number
        self.spare = Side()  # an empty one, for the next sum that subtracts
        self.inside = bytearray(len(self.args))  # whether a place went into the sum above it
        self.inner = columns.inner()
        for place in self.last_turns():  # so that it looks like the turns before
            self.inner[place] = None
        self.affine = Affine(columns, self.inner)

    def last_turns(self) -> list[int]:
        """The sums that nobody but one other sum uses, and that go on from a chain of sums that
        others use, too, as each of these does: the last turns of recurrences such as s = s + v.
        """
        shared = self.shared_sums()
        # sums in the chain that others use, the last of them, additions since, and for one turn
        chain: dict[int, tuple[int, int, int, int]] = {}
        found = []
        for place in self.reached(shared) if len(shared) >= CHAIN else ():
            length, last, since, turn = max(
                [chain[t] for t in self.args[place] if t in chain], default=(0, place, 0, 0))
            if place in shared:
                chain[place] = length + 1, place, 0, since + 1
            else:
                chain[place] = length, last, since + 1, turn
                now, before_it = (since + 1, self.look(place)), (turn, self.look(last))
                if length >= CHAIN and now == before_it:
                    found.append(place)
        return found

    def shared_sums(self) -> set[int]:
        """The sums that several use."""
        op, shared = self.columns.op, self.columns.computed() & (self.columns.uses > 1)
        return {p for p in np.flatnonzero(shared).tolist() if op[p] in SUMS_AND_NEG}

    def reached(self, shared: set[int]) -> list[int]:
        """Shared sums, and the sums that lead on from these, used by nobody else; in order."""
        columns, found = self.columns, set(shared)
        user_of = np.zeros(len(self.inner), np.intp)
        user_of[columns.flat] = columns.users
        for place in columns.users_of(shared).tolist():
            while place not in found and self.inner[place] in SUMS:
                found.add(place)
                place = int(user_of[place])
        return sorted(found)

    def look(self, place: int) -> list[Any]:
        """The operation of a place, and those of its arguments."""
        return [self.columns.op[t] for t in (place, *self.args[place])]

    def linears(self) -> dict[int, Linear]:
        """The Linear of each sum by its place, without those that go into the sum above them."""
        op, args, inside = self.columns.op, self.args, self.inside
        found: dict[int, Linear] = {}
        used = self.columns.computed() & (self.columns.uses > 0)
        for place in np.flatnonzero(used)[::-1].tolist():
            if inside[place] or op[place] not in SUMS_AND_NEG:
                continue
            if op[place] is not ops.neg or self.inner[args[place][0]] in SUMS:
                found[place] = self.linear(place)
        return found

    def linear(self, root: int) -> Linear:
        """The terms of the sum that begins at `root`; what goes into it is noted."""
        plus, minus = sides = Side(), self.spare
        args, inner, inside = self.args, self.inner, self.inside
        stack = [root]  # ~t for a place t that is subtracted
        was, inner[root] = inner[root], self.columns.op[root]
        while stack:
            t, side, negative = stack.pop(), plus, False
            if t < 0:
                t, side, negative = ~t, minus, True
            while inner[t] is ops.add and not negative:
                inside[t] = True
                t, last = args[t]
                stack.append(last)
            op = inner[t]
            if op is ops.mul:
                a, b = args[t]
                if (inner[a] or inner[b]) and self.takes_apart(a, b):
                    self.product(t, negative, sides)
                else:
                    side.left.append(a)
                    side.right.append(b)
            elif op in SUMS_AND_NEG:
                stack += terms_of(op, args[t], side, negative)
            elif op and self.is_quotient(op, t):
                self.product(t, negative, sides)
            else:
                self.add_term(t, negative, sides)
                continue
            inside[t] = True
        inner[root], inside[root] = was, False
        return self.both(sides)

    def both(self, sides: Linear) -> Linear:
        """What is added and what is subtracted, NOTHING where that is empty."""
        if sides[1].is_empty():
            return sides[0], NOTHING
        self.spare = Side()
        return sides

    def add_term(self, t: int, negative: bool, sides: Linear) -> None:
        """Put a term that is no product among the others; a number that is subtracted is its
        negative, added.
        """
        number = self.number[t] if negative else None
        if number is None:
            sides[negative].rest.append(t)
        else:
            sides[False].rest.append(self.columns.place_of(-number))

    # Products ---------------------------------------------------------------------------------

    def takes_apart(self, a: int, b: int) -> bool:
        """Whether one of two factors, which nobody else uses, is itself a product, or a sum times a
        number.
        """
        x, y, number = self.inner[a], self.inner[b], self.number
        if x in PRODUCTS or y in PRODUCTS:  # or a quotient, or a negation
            return True
        return x in SUMS and number[b] is not None or y in SUMS and number[a] is not None

    def product(self, t: int, negative: bool, sides: Linear) -> None:
        """Put a product of products, or a quotient by a number, among the terms."""
        number, factors, flips, inside = self.factors(t)
        side, place_of = sides[negative != flips], self.columns.place_of
        opened = None
        if number is not None and len(factors) == 1 and self.affine.holds(factors[0]):
            opened = self.affine.terms(factors[0], number)
        if opened is not None:
            weighted, numbers, more = opened
            inside += more
            side.left += [u for u, _ in weighted]
            side.right += [place_of(factor) for _, factor in weighted]
            side.rest += map(place_of, numbers)
        elif len(factors) == 2 and number is not None:
            side.scaled.append((number, factors[0], factors[1]))
        else:
            side.left.append(factors[0])
            side.right.append(factors[1] if number is None else place_of(number))
        for u in inside:
            self.inside[u] = True

    def is_quotient(self, op: Any, t: int) -> bool:
        """Whether a place divides by a number."""
        return op is ops.div and self.divisor(t) is not None

    def divisor(self, t: int) -> Optional[float]:
        """The number that a quotient divides by; None if there is none, or its size is extreme."""
        number = self.number[self.args[t][1]]
        return number if number is not None and is_moderate(number) else None

    def factors(self, t: int) -> tuple[Optional[float], list[int], bool, list[int]]:
        """A product as a number (None: there is none), one or two factors, whether there is a
        minus, and what went into it.
        """
        numbers: list[float] = []
        factors: list[int] = []
        inside: list[int] = []
        flips, stack = False, [t]
        while stack:
            u = stack.pop()
            value = self.number[u]
            if value is not None:
                numbers.append(value)
                continue
            others = [*factors, *filter(self.varies, stack)]
            if not self.has_factors(u, u == t, bool(others)):
                factors.append(u)
                continue
            inside.append(u)
            op, used = self.columns.op[u], self.args[u]
            stack += used[::-1] if op is ops.mul else used[:1]
            if op is ops.neg:
                flips = not flips
            elif op is ops.div:
                numbers.append(1 / self.divisor(u))  # type: ignore[operator]
        number = prod(numbers)
        if 0.0 not in numbers and not is_moderate(number):
            return self.apart(t)  # one after the other they may do no harm
        return (number if numbers else None), factors, flips, inside

    def has_factors(self, t: int, is_all: bool, beside_others: bool) -> bool:
        """Whether a factor is taken apart; a product of two that vary only where no other factor
        varies.
        """
        op = self.columns.op[t] if is_all else self.inner[t]
        if op is ops.mul:
            return is_all or not beside_others or not all(map(self.varies, self.args[t]))
        return op is ops.neg or self.is_quotient(op, t)

    def apart(self, t: int) -> tuple[Optional[float], list[int], bool, list[int]]:
        """A product as `factors` gives it, with its inputs as they are."""
        divisor = self.divisor(t) if self.columns.op[t] is ops.div else None
        if divisor is None:
            return None, list(self.args[t]), False, []
        return 1 / divisor, [self.args[t][0]], False, []

    def varies(self, t: int) -> bool:
        """Whether a term is not a number."""
        return self.number[t] is None
