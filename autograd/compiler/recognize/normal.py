"""The normal form of sums: whatever way a sum was written, it is a few dots and terms, added and
subtracted.

What people write as w1 * x1 - w2 * x2 / n + b is recorded as a chain of additions, subtractions,
products and quotients. Here a chain that nobody else uses becomes one Linear: its terms with a
plus and with a minus, a term being a product of two factors, a scaled product (a number times two
factors), or anything else. A number times one factor is a product, too.

1. Only what is used once goes into the sum above it. The numbers of the data decide nothing: a
   datum of 0 or 1 is one.
2. Legend: a term or factor is an int, the place of a Value in the topological order, or a float,
   a number.
"""
from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any, Optional

from autograd import ops
from autograd.compiler.recognize.affine import Affine, Term, is_moderate

SUMS = frozenset((ops.add, ops.sub, ops.sum, ops.dot))
SUMS_AND_NEG = SUMS | {ops.neg}
PRODUCTS = frozenset((ops.mul, ops.div, ops.neg))
CHAIN = 4  # sums in a row that others use, too: then they are the turns of a loop


class Side:
    """The terms of one sign."""

    __slots__ = ("left", "right", "scaled", "rest")

    def __init__(self) -> None:
        self.left: list[Term] = []  # products: left[k] * right[k]
        self.right: list[Term] = []
        self.scaled: list[tuple[float, Term, Term]] = []  # number * factor * factor
        self.rest: list[Term] = []

    def add(self, terms: list[tuple[Term, float]]) -> None:
        """Add terms times numbers."""
        for t, number in terms:
            if type(t) is float:
                self.rest.append(t * number)
            else:
                self.left.append(t)
                self.right.append(number)

    def has_products(self) -> bool:
        """Whether there are products among the terms."""
        return bool(self.left or self.scaled)

    def is_empty(self) -> bool:
        """Whether there are no terms."""
        return not (self.left or self.rest or self.scaled)


Linear = tuple[Side, Side]  # what is added, and what is subtracted
INSIDE: Linear = Side(), Side()  # of what went into the sum above it
NOTHING = Side()  # what most sums subtract; it stays empty, one for all of them


def terms_of(op: Any, args: tuple[Term, ...], side: Side, negative: bool) -> Iterable[Term]:
    """The terms of a sum that is added or subtracted, the last first; the products of a dot go to
    its side at once.
    """
    terms = terms_added(op, args, side)
    return map(negated, terms) if negative else terms


def terms_added(op: Any, args: tuple[Term, ...], side: Side) -> tuple[Term, ...]:
    """The terms of a sum, as `terms_of` gives them."""
    if op is ops.sub:
        return negated(args[1]), args[0]
    if op is ops.neg:
        return (negated(args[0]),)
    if op is not ops.dot:
        return args[::-1]
    n = len(args) // 2
    side.left += args[:n]
    side.right += args[n:-1]
    return args[-1:]


def negated(t: Term) -> Term:
    """A term on the stack of those to come, subtracted where it was added."""
    return -t if type(t) is float else ~t


def sums_in(op: list[Any], args: list[tuple[Term, ...]], uses: list[int]) -> list[int]:
    """The places of sums and negations that somebody uses, the last first."""
    places = range(len(op) - 1, -1, -1)
    return [p for p in places if op[p] in SUMS_AND_NEG and uses[p] and args[p]]


class Flattener:
    """Finds the Linear of each sum of a recorded graph, given as lists by place."""

    def __init__(
        self,
        op: list[Any],
        args: list[tuple[Term, ...]],
        uses: list[int],
        kept: set[int],
        constant: list[Optional[float]],
    ) -> None:
        self.op, self.args, self.constant = op, args, constant
        self.spare = Side()  # an empty one, for the next sum that subtracts
        # whether a place is an operation that nobody else uses
        self.inner = [n == 1 and number is None for n, number in zip(uses, constant)]
        for place in kept:  # what must not go into the sum above it; all leaves that vary
            self.inner[place] = False
        self.sums = [p for p in sums_in(op, args, uses) if constant[p] is None]
        for place in self.last_turns(uses):  # so that it looks like the turns before
            self.inner[place] = False
        self.affine = Affine(op, args, self.inner, constant, {t for t in kept if not args[t]})

    def last_turns(self, uses: list[int]) -> list[int]:
        """The sums that nobody but one other sum uses, and that go on from a chain of sums that
        others use, too, as each of these does: the last turns of recurrences such as s = s + v.
        """
        if [uses[place] > 1 for place in self.sums].count(True) < CHAIN:
            return []
        # sums in the chain that others use, the last of them, additions since, and for one turn
        chain: dict[int, tuple[int, int, int, int]] = {}
        found = []
        for place in reversed(self.sums):
            length, last, since, turn = 0, place, 0, 0
            for t in self.args[place]:
                if type(t) is int and t in chain:
                    length, last, since, turn = max(chain[t], (length, last, since, turn))
            if uses[place] > 1:
                chain[place] = length + 1, place, 0, since + 1
            elif length and self.is_inner_sum(place):
                chain[place] = length, last, since + 1, turn
                now, before_it = (since + 1, self.look(place)), (turn, self.look(last))
                if length >= CHAIN and now == before_it:
                    found.append(place)
        return found

    def look(self, place: int) -> list[Any]:
        """The operation of a place, and those of its arguments."""
        return [self.op[place], *[type(t) is int and self.op[t] for t in self.args[place]]]

    def linears(self) -> list[Optional[Linear]]:
        """The Linear of each sum by its place, INSIDE for a place that went into the sum above it,
        None for all others.
        """
        op, args = self.op, self.args
        found: list[Optional[Linear]] = [None] * len(args)
        for place in self.sums:
            if found[place] is None and (
                op[place] is not ops.neg or self.is_inner_sum(args[place][0])
            ):
                found[place] = self.linear(place, found)
        return found

    def is_inner_sum(self, t: Term) -> bool:
        """Whether a term is a sum that nobody else uses."""
        return type(t) is int and self.inner[t] and self.op[t] in SUMS

    def linear(self, root: int, found: list[Optional[Linear]]) -> Linear:
        """The terms of the sum that begins at `root`; what goes into it is noted in `found`."""
        plus, minus = sides = Side(), self.spare
        op, args, inner = self.op, self.args, self.inner
        stack: list[Term] = [root]  # ~t for a place t that is subtracted
        was, inner[root] = inner[root], True
        while stack:
            t = stack.pop()
            if type(t) is float:
                plus.rest.append(t)
                continue
            negative = t < 0
            if negative:
                t = ~t
            side = sides[negative]
            kind = op[t] if inner[t] else None  # None: it is a term as it is
            if kind is ops.mul:
                a, b = args[t]
                if self.takes_apart(a, b):
                    self.product(t, negative, sides, found)
                else:
                    side.left.append(a)
                    side.right.append(b)
            elif kind is ops.add and not negative:
                stack += args[t][::-1]
            elif kind in SUMS_AND_NEG:
                stack += terms_of(kind, args[t], side, negative)
            elif self.is_quotient(kind, t):
                self.product(t, negative, sides, found)
            else:
                side.rest.append(t)
                continue
            found[t] = INSIDE
        inner[root] = was
        if minus.is_empty():
            return plus, NOTHING
        self.spare = Side()
        return sides

    # Products ---------------------------------------------------------------------------------

    def takes_apart(self, a: Term, b: Term) -> bool:
        """Whether one of two factors opens, and nobody else uses it."""
        inner = self.inner
        return (type(a) is int and inner[a] and self.opens(a, b)
                or type(b) is int and inner[b] and self.opens(b, a))

    def opens(self, a: int, b: Term) -> bool:
        """Whether a factor is itself a product, a quotient, a negation, or a sum times a number."""
        kind = self.op[a]
        return kind in PRODUCTS or kind in SUMS and not self.varies(b)

    def product(
        self, t: int, negative: bool, sides: Linear, found: list[Optional[Linear]]
    ) -> None:
        """Put a product of products, or a quotient by a number, among the terms."""
        number, factors, flips, inside = self.factors(t)
        side = sides[negative != flips]
        opened = None
        if number is not None and len(factors) == 1 and self.affine.holds(factors[0]):
            opened = self.affine.terms(factors[0], number)
        if opened is not None:
            inside += opened[1]
        for u in inside:
            found[u] = INSIDE
        if opened is not None:
            side.add(opened[0])
        elif len(factors) == 2 and number is not None:
            side.scaled.append((number, factors[0], factors[1]))
        else:
            side.left.append(factors[0])
            side.right.append(factors[1] if number is None else number)

    def is_quotient(self, kind: Any, t: int) -> bool:
        """Whether a place divides by a number."""
        return kind is ops.div and self.divisor(t) is not None

    def divisor(self, t: int) -> Optional[float]:
        """The number that t divides by; None if there is none, or its size is extreme."""
        b = self.args[t][1]
        number = b if type(b) is float else self.constant[b]
        return number if number is not None and is_moderate(number) else None

    def factors(self, t: int) -> tuple[Optional[float], list[Term], bool, list[int]]:
        """A product as a number (None: there is none), one or two factors, whether there is a
        minus, and what went into it.
        """
        numbers: list[float] = []
        factors: list[Term] = []
        inside: list[int] = []
        flips, stack = False, [t]
        while stack:
            u = stack.pop()
            value = u if type(u) is float else self.constant[u]
            if value is not None:
                numbers.append(value)
                continue
            others = [*factors, *filter(self.varies, stack)]
            if not self.has_factors(u, u == t, bool(others)):
                factors.append(u)
                continue
            inside.append(u)
            kind, used = self.op[u], self.args[u]
            stack += used[::-1] if kind is ops.mul else used[:1]
            if kind is ops.neg:
                flips = not flips
            elif kind is ops.div:
                numbers.append(1 / self.divisor(u))  # type: ignore[operator]
        number = prod(numbers)
        if 0.0 not in numbers and not is_moderate(number):
            return self.apart(t)  # one after the other they may do no harm
        return (number if numbers else None), factors, flips, inside

    def has_factors(self, t: int, is_all: bool, beside_others: bool) -> bool:
        """Whether a factor is taken apart; a product of two that vary only where no other factor
        varies.
        """
        if not is_all and not self.inner[t]:
            return False
        kind = self.op[t]
        if kind is ops.mul:
            return is_all or not beside_others or not all(map(self.varies, self.args[t]))
        return kind is ops.neg or self.is_quotient(kind, t)

    def apart(self, t: int) -> tuple[Optional[float], list[Term], bool, list[int]]:
        """A product as `factors` gives it, with its inputs as they are."""
        divisor = self.divisor(t) if self.op[t] is ops.div else None
        if divisor is None:
            return None, list(self.args[t]), False, []
        return 1 / divisor, [self.args[t][0]], False, []

    def varies(self, t: Term) -> bool:
        """Whether a term is not a number."""
        return type(t) is int and self.constant[t] is None
