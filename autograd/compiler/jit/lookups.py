"""Tables looked up by an int among the arguments: which entry it is, is data.

1. Entries that are arguments themselves (rows of an embedding), or plain numbers, are fetched
   before the program runs: it takes the entry as further arguments, and what it gives as their
   derivatives is added to those of the entries. So a table costs as much as what is looked up.
2. Any other table (probabilities that were computed) is multiplied with a row of the unit matrix,
   whose numbers are further arguments.
3. Where neither is possible the int is a guard.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import ops
from autograd.compat.numbers import is_array
from autograd.compiler.jit.flat import Unfit, build, flatten, of_values
from autograd.value import Value

LARGEST = 20_000                        # of entries times their numbers
Make = Callable[[float, Any], Value]    # a Value for a number that stands for another leaf


class Table:
    """Entries of one table, which are fetched.

    places      (n, size): where each number of each entry is, among variables and `numbers`
    indices     the place of the int that each lookup is by
    fetched     the Values that stand for what is fetched, lookup by lookup
    """

    def __init__(self, places: Any, numbers: list[float]) -> None:
        self.places, self.numbers = places, numbers
        self.indices: list[int] = []
        self.fetched: list[Value] = []

    def at(self, theta: Any) -> tuple[Any, Any]:
        """The numbers that are fetched, and their places."""
        chosen = theta[self.indices].astype(int).clip(0, len(self.places) - 1)
        places = self.places[chosen].ravel()
        base = np.concatenate((theta, self.numbers)) if self.numbers else theta
        return base[places], places


class Lookups:
    """The lookups of one recording.

    rows    for each int and size the row of the unit matrix, as Values
    """

    def __init__(self, variables: list[Value], fetches: bool = True) -> None:
        self.place = {v: i for i, v in enumerate(variables)}
        self.fetches = fetches
        self.tables: dict[Any, Table] = {}
        self.known: dict[Any, list[Value]] = {}
        self.rows: dict[tuple[int, int], list[Value]] = {}
        self.units: dict[int, Any] = {}

    def entry(self, table: Any, index: Value, k: int, make: Make) -> Any:
        """table[index], whose number is k; None where it has to be a guard."""
        fits = isinstance(table, (list, tuple)) or is_array(table) and table.ndim
        if not fits or index not in self.place or not 0 <= k < len(table):
            return None
        entries: list[list[Any]] = []
        keys = set()
        try:
            for x in table:
                entries.append([])
                keys.add(flatten(x, entries[-1]))
        except (Unfit, TypeError):
            return None
        if len(keys) > 1:
            return None
        entries = [flat(leaves) for leaves in entries]
        if len(entries) * len(entries[0]) > LARGEST:
            return None
        found = self.fetched(entries, index, k, make) if self.fetches else None
        if found is None:
            row = self.row(index, len(entries), k, make)
            found = [_product(row, column) for column in zip(*entries)]
        return build(keys.pop(), iter(found), of_values)

    def fetched(self, entries: list[list[Any]], index: Value, k: int, make: Make) -> Any:
        """Values for entry k; None where an entry is neither an argument nor a number."""
        numbers: list[float] = []
        places = []
        for leaf in (x for entry in entries for x in entry):
            if isinstance(leaf, Value):
                if leaf not in self.place:
                    return None
                places.append(self.place[leaf])
            else:
                places.append(len(self.place) + len(numbers))
                numbers.append(leaf)
        key = len(entries), tuple(places), tuple(numbers)
        table = self.tables.get(key)
        if table is None:
            shape = len(entries), len(entries[0])
            table = self.tables[key] = Table(np.array(places, dtype=int).reshape(shape), numbers)
        known = self.known.get((key, index))
        if known is None:
            known = [make(x.data if isinstance(x, Value) else x, column)
                     for x, column in zip(entries[k], zip(*entries))]
            self.known[key, index] = known
            table.indices.append(self.place[index])
            table.fetched += known
        return known

    def row(self, index: Value, n: int, k: int, make: Make) -> list[Value]:
        """The row of the unit matrix for an int below n."""
        key = self.place[index], n
        if key not in self.rows:
            self.rows[key] = [make(float(i == k), []) for i in range(n)]
        return self.rows[key]

    def arguments(self) -> list[Value]:
        """The Values that stand for all that is looked up, in the order of `numbers`."""
        fetched = [v for table in self.tables.values() for v in table.fetched]
        return fetched + [v for row in self.rows.values() for v in row]

    def numbers(self, theta: Any) -> tuple[list[Any], list[Any]]:
        """The numbers of these Values in parts, and the places of those that are fetched."""
        found = [table.at(theta) for table in self.tables.values()]
        row = [self.unit(n)[min(max(int(theta[i]), 0), n - 1)] for i, n in self.rows]
        return [part for part, _ in found] + row, [places for _, places in found]

    def unit(self, n: int) -> Any:
        """The unit matrix of a size."""
        if n not in self.units:
            self.units[n] = np.eye(n)
        return self.units[n]

    def rows_for(self, X: Any) -> list[Any]:
        """The rows of the unit matrix for many samples, rows of X; places are among its columns."""
        return [self.unit(n)[X[:, i].astype(int).clip(0, n - 1)] for i, n in self.rows]


def _product(row: list[Value], column: Any) -> Any:
    """The entry of a column that a row of the unit matrix chooses."""
    first = column[0]
    return first if all(x is first for x in column) else ops.dot_of(row, column)


def flat(leaves: list[Any]) -> list[Any]:
    """Leaves with the entries of arrays."""
    return [x for leaf in leaves
            for x in (leaf.tolist() if isinstance(leaf, np.ndarray) else [leaf])]
