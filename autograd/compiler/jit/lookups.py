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
from itertools import chain, groupby
from operator import is_
from typing import Any

import numpy as np

from autograd import ops
from autograd.compat.numbers import is_array
from autograd.compiler.jit.flat import Unfit, build, flatten, of_values
from autograd.value import Value

ROWS = {list, tuple}
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

    def at(self, theta: Any, chosen: Any) -> tuple[Any, Any]:
        """The numbers that are fetched by some ints, and their places."""
        places = self.places.take(chosen, 0).ravel()
        base = np.concatenate((theta, self.numbers)) if self.numbers else theta
        return base.take(places), places


class Entries:
    """The entries of a table as it was met.

    leaves      those of each entry; `columns` has those at one place in all of them
    key         what each looks like
    contents    what the table held
    source      the key of the Table they are fetched from, once it is known
    """

    def __init__(self, leaves: list[list[Any]], key: Any, contents: Any) -> None:
        self.leaves, self.key, self.contents = leaves, key, contents
        self.columns = list(zip(*leaves))
        self.source: Any = None


def contents(table: Any) -> Any:
    """What a table of numbers, or of lists of numbers, holds; None for any other."""
    if type(table) not in ROWS:
        return None
    if set(map(type, table)) <= ROWS:
        return [(type(row), len(row)) for row in table], list(chain.from_iterable(table))
    return [(type(table), len(table))], list(table)


def are_numbers(contents: Any) -> bool:
    """Whether all that a table holds cannot change."""
    return contents is not None and all(isinstance(x, (Value, float, int)) for x in contents[1])


def same_contents(a: Any, b: Any) -> bool:
    """Whether two tables held the same objects."""
    return a is not None and b is not None and a[0] == b[0] and all(map(is_, a[1], b[1]))


class Lookups:
    """The lookups of one recording.

    rows    for each int and size the row of the unit matrix, as Values
    bounds  for each int that was looked up by, and the length of a table, the line
    """

    def __init__(self, variables: list[Value], fetches: bool = True) -> None:
        self.place = {v: i for i, v in enumerate(variables)}
        self.fetches = fetches
        self.tables: dict[Any, Table] = {}
        self.known: dict[Any, list[Value]] = {}
        self.rows: dict[tuple[int, int], list[Value]] = {}
        self.bounds: dict[tuple[int, int], str] = {}
        self.entries: dict[int, Entries] = {}           # by the id of the table

    def entry(self, table: Any, index: Value, k: int, make: Make) -> Any:
        """table[index], whose number is k; None where it has to be a guard."""
        fits = isinstance(table, (list, tuple)) or is_array(table) and table.ndim
        if not fits or index not in self.place or not 0 <= k < len(table):
            return None
        entries = self.entries_of(table)
        if entries is None:
            return None
        found = self.fetched(entries, index, k, make) if self.fetches else None
        if found is None:
            row = self.row(index, len(table), k, make)
            found = [_product(row, column) for column in entries.columns]
        return build(entries.key, iter(found), of_values)

    def entries_of(self, table: Any) -> Entries | None:
        """The entries of a table; None where they look different."""
        held = contents(table)
        known = self.entries.get(id(table))
        if known is not None and same_contents(known.contents, held):
            return known
        leaves: list[list[Any]] = []
        keys = set()
        try:
            for x in table:
                leaves.append([])
                keys.add(flatten(x, leaves[-1]))
        except (Unfit, TypeError):
            return None
        if len(keys) > 1 or len(leaves) * len(leaves[0]) > LARGEST:
            return None
        self.entries[id(table)] = Entries([flat(entry) for entry in leaves], keys.pop(),
                                           held if are_numbers(held) else None)
        return self.entries[id(table)]

    def fetched(self, entries: Entries, index: Value, k: int, make: Make) -> Any:
        """Values for entry k; None where an entry is neither an argument nor a number."""
        key = entries.source or self.source(entries)
        if key is None:
            return None
        table = self.tables[key]
        known = self.known.get((key, index))
        if known is None:
            known = [make(x.data if isinstance(x, Value) else x, column)
                     for x, column in zip(entries.leaves[k], entries.columns)]
            self.known[key, index] = known
            table.indices.append(self.place[index])
            table.fetched += known
        return known

    def source(self, entries: Entries) -> Any:
        """The key of the Table that entries are fetched from; None where there is none."""
        numbers: list[float] = []
        places = []
        for leaf in (x for entry in entries.leaves for x in entry):
            if isinstance(leaf, Value):
                if leaf not in self.place:
                    return None
                places.append(self.place[leaf])
            else:
                places.append(len(self.place) + len(numbers))
                numbers.append(leaf)
        key = entries.source = len(entries.leaves), tuple(places), tuple(numbers)
        if key not in self.tables:
            shape = len(entries.leaves), len(entries.leaves[0])
            self.tables[key] = Table(np.array(places, dtype=int).reshape(shape), numbers)
        return key

    def row(self, index: Value, n: int, k: int, make: Make) -> list[Value]:
        """The row of the unit matrix for an int below n."""
        key = self.place[index], n
        if key not in self.rows:
            self.rows[key] = [make(float(i == k), ()) for i in range(n)]
        return self.rows[key]

    def arguments(self) -> list[Value]:
        """The Values that stand for all that is looked up, in the order of `numbers`."""
        fetched = [v for table in self.tables.values() for v in table.fetched]
        return fetched + [v for row in self.rows.values() for v in row]

    def bound(self, index: Value, n: int, line: Callable[[], str]) -> None:
        """Note that an int is one of the entries of a table of length n."""
        at = self.place[index], n
        if at not in self.bounds:
            self.bounds[at] = line()

    def finished(self) -> None:
        """Get ready for `numbers`."""
        self.limited = np.array([i for i, _ in self.bounds], dtype=int)
        self.limits = np.array([n for _, n in self.bounds], dtype=np.uint64)
        self.found = [(table, np.array(table.indices, dtype=int)) for table in self.tables.values()]
        self.units = [(np.eye(n), np.array([i for i, _ in some], dtype=int))
                      for n, some in groupby(self.rows, lambda at: at[1])]

    def places(self) -> int:
        """How many places there are: those of arguments, and of the numbers in a table."""
        return len(self.place) + max([len(table.numbers) for table in self.tables.values()] + [0])

    def within(self, X: Any) -> Any:
        """For each row of X whether every int is one of an entry."""
        chosen = X[:, self.limited]
        return ((chosen >= 0) & (chosen < self.limits)).all(axis=1)

    def numbers(self, theta: Any) -> tuple[Any, Any] | None:
        """The numbers of these Values, and the places of those that are fetched; None where an int
        is not one of an entry."""
        chosen = theta.take(self.limited).astype(np.int64)
        if (chosen.view(np.uint64) >= self.limits).any():           # a negative int is a huge one
            return None
        found = [table.at(theta, theta.take(indices).astype(int)) for table, indices in self.found]
        rows = [unit[theta[indices].astype(int)].ravel() for unit, indices in self.units]
        return [part for part, _ in found] + rows, [places for _, places in found]

    def rows_for(self, X: Any) -> list[Any]:
        """The rows of the unit matrix for many samples, rows of X; places are among its columns."""
        return [unit[X[:, indices].astype(int).clip(0, len(unit) - 1)].reshape(len(X), -1)
                for unit, indices in self.units]


def _product(row: list[Value], column: Any) -> Any:
    """The entry of a column that a row of the unit matrix chooses."""
    first = column[0]
    return first if all(x is first for x in column) else ops.dot_of(row, column)


def flat(leaves: list[Any]) -> list[Any]:
    """Leaves with the entries of arrays."""
    return [x for leaf in leaves
            for x in (leaf.tolist() if isinstance(leaf, np.ndarray) else [leaf])]
