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

from math import prod
from typing import Any, Optional

from autograd import ops

SUMS = frozenset((ops.add, ops.sub, ops.sum, ops.dot))
PRODUCTS = frozenset((ops.mul, ops.div, ops.neg))
SMALLEST = 1e-100  # numbers are multiplied with each other from here to 1 / SMALLEST

Term = Any  # an int or a float


class Side:
    """The terms of one sign."""

    __slots__ = ("left", "right", "scaled", "rest")

    def __init__(self) -> None:
        self.left: list[Term] = []  # products: left[k] * right[k]
        self.right: list[Term] = []
        self.scaled: list[tuple[float, Term, Term]] = []  # number * factor * factor
        self.rest: list[Term] = []


Linear = tuple[Side, Side]  # what is added, and what is subtracted


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
        self.op, self.args, self.uses, self.constant = op, args, uses, constant
        self.kept = kept  # places that must not go into the sum above them

    def linears(self) -> dict[int, Optional[Linear]]:
        """The Linear of each sum by its place; None for a place that went into the sum above it."""
        found: dict[int, Optional[Linear]] = {}
        args, uses, constant = self.args, self.uses, self.constant
        for place in range(len(args) - 1, -1, -1):
            if (
                uses[place]
                and args[place]
                and place not in found
                and constant[place] is None
                and self.is_sum(place)
            ):
                found[place] = self.linear(place, found)
        return found

    def is_sum(self, place: int) -> bool:
        """Whether a sum begins here: an addition, a subtraction, or a negated sum."""
        op = self.op[place]
        return (
            op in SUMS
            or op is ops.neg
            and self.is_inner(self.args[place][0])
            and self.op[self.args[place][0]] in SUMS
        )

    def is_inner(self, t: Term) -> bool:
        """Whether a term is an operation that nobody else uses."""
        return (
            type(t) is int
            and self.uses[t] == 1
            and bool(self.args[t])
            and t not in self.kept
            and self.constant[t] is None
        )

    def linear(self, root: int, found: dict[int, Optional[Linear]]) -> Linear:
        """The terms of the sum that begins at `root`; what goes into it is noted in `found`."""
        plus, minus = sides = Side(), Side()
        op, args = self.op, self.args
        stack: list[tuple[Term, bool]] = [(root, False)]
        while stack:
            t, negative = stack.pop()
            side = minus if negative else plus
            if type(t) is float or t != root and not self.is_inner(t):
                side.rest.append(t)
                continue
            kind = op[t]
            if kind is ops.add or kind is ops.sum:
                stack += [(u, negative) for u in reversed(args[t])]
            elif kind is ops.sub:
                stack += [(args[t][1], not negative), (args[t][0], negative)]
            elif kind is ops.neg:
                stack.append((args[t][0], not negative))
            elif kind is ops.dot:
                n = len(args[t]) // 2
                side.left += args[t][:n]
                side.right += args[t][n:-1]
                stack.append((args[t][-1], negative))
            elif kind is ops.mul or kind is ops.div and self.divisor(t) is not None:
                a, b = args[t]
                if kind is ops.div or self.opens(a) or self.opens(b):
                    self.product(t, negative, sides, found)
                else:
                    side.left.append(a)
                    side.right.append(b)
            else:
                side.rest.append(t)
                continue
            found[t] = None
        return sides

    # Products ---------------------------------------------------------------------------------

    def product(
        self, t: int, negative: bool, sides: Linear, found: dict[int, Optional[Linear]]
    ) -> None:
        """Put a product of products, or a quotient by a number, among the terms."""
        number, factors, flips, inside = self.factors(t)
        found.update(dict.fromkeys(inside))
        side = sides[negative != flips]
        if len(factors) == 2 and number is not None:
            side.scaled.append((number, factors[0], factors[1]))
        else:
            side.left.append(factors[0])
            side.right.append(factors[1] if number is None else number)

    def opens(self, t: Term) -> bool:
        """Whether a factor is itself a product, a quotient or a negation that nobody else uses."""
        return type(t) is int and self.op[t] in PRODUCTS and self.is_inner(t)

    def divisor(self, t: int) -> Optional[float]:
        """The number that t divides by, None where it is no number whose reciprocal is one, too."""
        b = self.args[t][1]
        number = b if type(b) is float else self.constant[b]
        return number if number is not None and SMALLEST < abs(number) < 1 / SMALLEST else None

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
            kind = self.op[u]
            alone = not factors and not any(map(self.varies, stack))
            if u != t and not self.is_inner(u):
                factors.append(u)
            elif kind is ops.mul and (alone or u == t or not all(map(self.varies, self.args[u]))):
                stack += reversed(self.args[u])
                inside.append(u)
            elif kind is ops.neg:
                stack.append(self.args[u][0])
                flips = not flips
                inside.append(u)
            elif kind is ops.div and self.divisor(u) is not None:
                numbers.append(1 / self.divisor(u))  # type: ignore[operator]
                stack.append(self.args[u][0])
                inside.append(u)
            else:
                factors.append(u)
        number = prod(numbers)
        if 0.0 not in numbers and not SMALLEST < abs(number) < 1 / SMALLEST:
            return self.apart(t)  # one after the other they may do no harm
        return (number if numbers else None), factors, flips, inside

    def apart(self, t: int) -> tuple[Optional[float], list[Term], bool, list[int]]:
        """A product as `factors` gives it, with its inputs as they are."""
        divisor = self.divisor(t) if self.op[t] is ops.div else None
        if divisor is None:
            return None, list(self.args[t]), False, []
        return 1 / divisor, [self.args[t][0]], False, []

    def varies(self, t: Term) -> bool:
        """Whether a term is no number."""
        return type(t) is int and self.constant[t] is None
