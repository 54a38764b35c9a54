"""A recorded graph as columns: for each place of its topological order the operation, the places of
its arguments, how often it is used, and its number, where it is a constant.

A number among the arguments has a place, too, after those of the Values. So an argument is an int,
whatever it is, and the columns are what NumPy counts in.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from operator import attrgetter
from typing import Any, Optional

import numpy as np

from autograd import graph
from autograd.compat.numbers import with_labels
from autograd.value import Value


class Columns:
    """The columns of the graph of some outputs, which begins with some leaves, parameters and
    inputs, even if they were computed. `order` is its topological order, where it is known.
    """

    def __init__(
        self, outputs: Sequence[Value], leaves: Sequence[Value], order: list[Value] | None = None
    ) -> None:
        self.order = order = order or graph.topological_order(*outputs)
        operations = [*map(attrgetter("op"), order)]
        with_labels(order, operations)
        self.place: dict[Any, int] = dict(zip(order, range(len(order))))
        self.begin = {self.place[v] for v in leaves if v in self.place}
        self.ends = [self.place[v] for v in outputs]
        self.args = graph.wiring(order, self.place)
        if any([self.args[i] for i in self.begin]):
            self.cut()
        numbers = list(islice(self.place, len(order), None))
        self.op: list[Any] = operations + [None] * len(numbers)
        # the arguments one after the other, and whose each one is
        lengths = np.fromiter(map(len, self.args), np.intp, len(order))
        self.flat = np.fromiter(chain.from_iterable(self.args), np.intp, lengths.sum())
        self.users = np.repeat(np.arange(len(order)), lengths)
        self.uses = np.bincount(np.append(self.flat, self.ends), minlength=len(self.place))
        # a parameter, an input, or computed from such
        self.varies = self.varying(lengths == 0)
        self.number: list[Optional[float]] = [*[None] * len(order), *numbers]
        for i in np.flatnonzero(~self.varies[: len(order)]).tolist():
            self.number[i] = order[i].data

    def cut(self) -> None:
        """Leave out the arguments of parameters and inputs, and what only they need."""
        args, needed = self.args, bytearray(len(self.place))
        for i in self.ends:
            needed[i] = True
        for i in range(len(args) - 1, -1, -1):
            if i in self.begin or not needed[i]:
                args[i] = ()
            for u in args[i]:
                needed[u] = True

    def varying(self, leaf: np.ndarray) -> np.ndarray:
        """Whether each place varies, of which some are leaves."""
        begin = list(self.begin)
        found = np.append(~leaf, np.zeros(len(self.place) - len(leaf), bool))
        found[begin] = True
        with_some = leaf.copy()
        with_some[self.users[found[self.flat]]] = True
        if with_some.all():
            return found
        varies = found.tolist()  # else some are computed from numbers alone, and others from these
        for i, used in enumerate(self.args):
            if used:
                varies[i] = any([varies[u] for u in used])
        return np.array(varies)

    def place_of(self, number: float) -> int:
        """The place of a number."""
        place = self.place.setdefault(number, len(self.place))
        if place == len(self.number):
            self.number.append(number)
        return place

    def users_of(self, places: Iterable[int]) -> np.ndarray:
        """The places whose arguments some are; one comes as often as it has such."""
        some = np.zeros(len(self.place), bool)
        some[list(places)] = True
        return self.users[some[self.flat]]

    def computed(self) -> np.ndarray:
        """Whether each place is computed from parameters and inputs."""
        found: np.ndarray = self.varies.copy()
        found[list(self.begin)] = False
        return found

    def inner(self) -> list[Any]:
        """The operation of each place that is used once, and that nobody needs to know of; None for
        all others.
        """
        is_inner = self.computed() & (self.uses == 1)
        is_inner[self.ends] = False
        found = self.op.copy()
        for i in np.flatnonzero(~is_inner).tolist():
            found[i] = None
        return found
