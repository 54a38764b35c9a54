"""Whether guards hold, for many rows of numbers at once."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

import numpy as np

from autograd.compiler.jit.guards import EQUAL, GREATER, LESS, Guard
from autograd.value import Value

CLOSE = 1e-9                                # numbers so close may come out otherwise by rounding


def compared(all_sides: Iterable[Any]) -> tuple[list[Value], list[float]]:
    """The Values and the numbers among what is compared, each once."""
    sides = list(all_sides)
    values = dict.fromkeys(x for x in sides if isinstance(x, Value))
    return list(values), list(dict.fromkeys(x for x in sides if not isinstance(x, Value)))


class Checks:
    """Guards compiled: the numbers they compare are some of the arguments and outputs of a program.

    exact     how many of the arguments are numbers that were given, not computed
    outputs   the Values whose numbers are needed beside those of the arguments
    """

    def __init__(self, guards: list[Guard], arguments: list[Value], exact: int) -> None:
        unique = list(dict.fromkeys((g.a, g.b, g.allowed) for g in guards))
        values, numbers = compared(chain.from_iterable(g[:2] for g in unique))
        known = set(arguments)
        self.outputs: list[Value] = [v for v in values if v not in known]
        self.numbers = np.array(numbers, dtype=float)
        constant = len(arguments) + len(self.outputs)
        place = {v: i for i, v in enumerate([*arguments, *self.outputs])}
        constants = {x: constant + i for i, x in enumerate(numbers)}
        of: Callable[[Any], int] = lambda x: place[x] if isinstance(x, Value) else constants[x]
        self.a = np.array([of(a) for a, _, _ in unique], dtype=int)
        self.b = np.array([of(b) for _, b, _ in unique], dtype=int)
        self.allowed = np.array([allowed for _, _, allowed in unique], dtype=int)
        self.rounded = np.any([(exact <= x) & (x < constant) for x in (self.a, self.b)], axis=0)
        self.count, self.are_exact = len(unique), not self.rounded.any()

    def hold(self, arguments: Any, outputs: Any) -> Any:
        """For the numbers of one call, or for each row: 1 where every guard holds, 0 where one
        fails, -1 where numbers are too close to tell."""
        constants = self.numbers
        if arguments.ndim > 1:
            constants = np.broadcast_to(constants, (len(arguments), len(constants)))
        found = np.concatenate((arguments, outputs, constants), axis=-1)
        a, b = found.take(self.a, axis=-1), found.take(self.b, axis=-1)
        beside = LESS * (a < b) + EQUAL * (a == b) + GREATER * (a > b)
        holds = ((beside & self.allowed) != 0).all(axis=-1)
        if self.are_exact:
            return holds.astype(int)
        near = self.rounded & (np.abs(a - b) <= CLOSE * (np.abs(a) + np.abs(b)))
        return np.where(near.any(axis=-1), -1, holds.astype(int))
