"""Whether guards hold, for many rows of numbers at once."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.jit.guards import EQUAL, GREATER, LESS, Guard
from autograd.value import Value

CLOSE = 1e-9                                # numbers so close may come out otherwise by rounding


class Checks:
    """Guards compiled: the numbers they compare are some of the arguments and outputs of a program.

    outputs   the Values whose numbers are needed beside those of the arguments
    """

    def __init__(self, guards: list[Guard], arguments: list[Value]) -> None:
        unique = list(dict.fromkeys((g.a, g.b, g.allowed) for g in guards))
        place: dict[Any, int] = {v: i for i, v in enumerate(arguments)}
        exact = set(range(len(place)))
        computed = dict.fromkeys(x for g in unique for x in g[:2]
                                 if isinstance(x, Value) and x not in place)
        self.outputs: list[Value] = list(computed)
        place.update((v, len(arguments) + i) for i, v in enumerate(self.outputs))
        numbers = list(dict.fromkeys(x for g in unique for x in g[:2] if not isinstance(x, Value)))
        self.numbers = np.array(numbers, dtype=float)
        constants = {x: len(place) + i for i, x in enumerate(numbers)}
        exact |= set(constants.values())
        of: Callable[[Any], int] = lambda x: place[x] if isinstance(x, Value) else constants[x]
        self.a = np.array([of(a) for a, _, _ in unique], dtype=int)
        self.b = np.array([of(b) for _, b, _ in unique], dtype=int)
        self.allowed = np.array([allowed for _, _, allowed in unique], dtype=int)
        self.rounded = np.array([not {of(a), of(b)} <= exact for a, b, _ in unique], dtype=bool)
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
