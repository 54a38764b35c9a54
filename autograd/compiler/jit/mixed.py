"""Whether what a Value stands for, while a function is recorded, is a number or a Value as the
function was written; where an `if` decides, that is 1 or 0, as data of what the `if` compared.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any

from autograd import ops
from autograd.value import Value

Valued = float | Value                  # 1.0 for a Value, 0.0 for a number


class Mixed(Exception):
    """It depends on something that is not compared, such as an entry of a table."""


class Origins:
    """What is known of the Values of a recording.

    numbers     leaves that stand for numbers
    chosen      what stands for one of several, and these
    chosen_by   the comparison of a choice of two: its kind, and what was compared
    truth       a comparison as data; `truths` is the class of those that are met
    """

    def __init__(self, numbers: Set[Value], chosen: Mapping[Value, tuple[Any, ...]],
                 chosen_by: Mapping[Value, tuple[Any, ...]],
                 truth: Callable[[str, Any, Any], Value], truths: type[Value]) -> None:
        self.numbers, self.chosen, self.chosen_by = numbers, chosen, chosen_by
        self.truth, self.truths = truth, truths
        self.known: dict[Value, Valued] = {}

    def valued(self, v: Value) -> Valued:
        """1.0 where v is a Value as the function was written, 0.0 where it is a number; a Value
        that is 1 or 0 where an `if` decides. Raises Mixed where that cannot be said."""
        known, stack = self.known, [v]
        while stack:
            x = stack[-1]
            parts = [] if x in known else self.parts(x)
            missing = [u for u in parts if u not in known]
            if missing:
                stack += missing
                continue
            if x not in known:
                known[x] = self.of(x)
            stack.pop()
        return known[v]

    def parts(self, x: Value) -> list[Value]:
        """The Values that it depends on for x."""
        if not self.chosen.get(x) and x.op is ops.identity:
            return []
        return [u for u in self.chosen.get(x) or x.inputs
                if isinstance(u, Value) and not isinstance(u, self.truths)]

    def of(self, x: Value) -> Valued:
        """The same for x, whose parts are known."""
        of_part: Callable[[Any], Valued] = lambda u: self.known.get(u, 0.0)
        if self.chosen.get(x):
            every = [of_part(u) if isinstance(u, Value) else 0.0 for u in self.chosen[x]]
            if not any(isinstance(y, Value) for y in every) and len(set(every)) == 1:
                return every[0]
            return self.decided(x, every)
        if x.op is ops.identity or x.is_leaf:
            return 0.0 if x.is_leaf and x in self.numbers else 1.0
        return either(list(map(of_part, self.parts(x))))

    def decided(self, x: Value, every: list[Valued]) -> Valued:
        """The same for what stands for one of two, by what was compared."""
        if x not in self.chosen_by:
            raise Mixed
        then, other = every
        c = self.truth(*self.chosen_by[x][:3])
        if not isinstance(then, Value) and then == 1.0:
            return either([c, other])
        return c * then + (1.0 - c) * other


def either(some: list[Valued]) -> Valued:
    """1 where one of some is 1."""
    data = list(dict.fromkeys(y for y in some if isinstance(y, Value)))
    if any(not isinstance(y, Value) and y == 1.0 for y in some) or not data:
        return float(any(not isinstance(y, Value) and y == 1.0 for y in some))
    found = data[0]
    for y in data[1:]:
        found = ops.maximum(found, y)
    return found
