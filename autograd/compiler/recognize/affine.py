"""Sums of parameters times numbers, in whatever brackets they were written.

((w1 * x + w2) * x + w3) * x + b is a sum of parameters times numbers as well: multiplied out, it is
one row of a matrix product. Legend: as in normal.py.
"""
from __future__ import annotations

from typing import Any, Optional

from autograd import ops
from autograd.compiler.recognize.columns import Columns

SMALLEST = 1e-100  # numbers are multiplied with each other from here to 1 / SMALLEST

Weighted = list[tuple[int, float]]  # places, each with the number it is multiplied by


class Affine:
    """Which places of a graph are such sums, and their terms; `inner` has the operations of places
    that nobody else uses.
    """

    def __init__(self, columns: Columns, inner: list[Any]) -> None:
        self.op, self.args, self.number = columns.op, columns.args, columns.number
        self.leaves, self.inner = {t for t in columns.begin if not self.args[t]}, inner
        self.known: dict[int, bool] = {}

    def parts(self, t: int) -> Optional[Weighted]:
        """What an operation is the sum of: terms, each with the number it is multiplied by; None
        where it is no such sum.
        """
        kind, used = self.op[t], self.args[t]
        if kind is ops.add or kind is ops.sum:
            return [(u, 1.0) for u in used]
        if kind is ops.sub:
            return [(used[0], 1.0), (used[1], -1.0)]
        if kind is ops.neg:
            return [(used[0], -1.0)]
        if kind is ops.div:
            divisor = self.number[used[1]]
            return [(used[0], 1 / divisor)] if divisor and is_moderate(divisor) else None
        if kind is ops.mul:
            return self.products([used])
        if kind is ops.dot:
            n = len(used) // 2
            found = self.products(list(zip(used[:n], used[n:])))
            return None if found is None else [*found, (used[-1], 1.0)]
        return None

    def products(self, pairs: list[tuple[int, ...]]) -> Optional[Weighted]:
        """Products as terms with their numbers; None where one has two factors that vary."""
        found = []
        for a, b in pairs:
            x, y = self.number[a], self.number[b]
            if x is None and y is None:
                return None
            found.append((a, y) if y is not None else (b, x))
        return found  # type: ignore[return-value]

    def holds(self, t: int) -> bool:
        """Whether a term is a sum of parameters times numbers, in which nobody uses a part."""
        above: dict[int, int] = {}  # what each part is a part of
        stack = [t]
        while stack:
            u = stack.pop()
            if self.is_end(u) or self.known.get(u):
                continue
            parts = self.parts(u) if self.inner[u] is not None and u not in self.known else None
            if parts is None:
                while u != t:
                    self.known[u] = False
                    u = above[u]
                self.known[t] = False
                return False
            above.update([(v, u) for v, _ in parts])
            stack += [v for v, _ in parts]
        self.known.update(dict.fromkeys((t, *above), True))
        return True

    def is_end(self, t: int) -> bool:
        """Whether a place is a number, a parameter or an input."""
        return self.number[t] is not None or t in self.leaves

    def terms(self, t: int, number: float) -> Optional[tuple[Weighted, list[float], list[int]]]:
        """The terms of such a sum times a number: parameters, each with its number, and numbers;
        and the places that went into it. None where the numbers become too large or too small.
        """
        found: Weighted = []
        numbers: list[float] = []
        inside: list[int] = []
        stack = [(t, number)]
        while stack:
            u, factor = stack.pop()
            value = self.number[u]
            if value is not None:
                numbers.append(factor * value)
            elif u in self.leaves:
                found.append((u, factor))
            else:
                inside.append(u)
                for v, more in reversed(self.parts(u) or ()):
                    if factor * more and not is_moderate(factor * more):
                        return None
                    stack.append((v, factor * more))
        return found, numbers, inside


def is_moderate(number: float) -> bool:
    """Whether a number and its reciprocal are neither too large nor too small to multiply with."""
    return SMALLEST < abs(number) < 1 / SMALLEST
