"""Numbers in nested lists, tuples and arrays, as a flat list and back."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from autograd.ops import number
from autograd.value import Value


class Structure(NamedTuple):
    """How a flat list was nested: kind is None for one number, list or tuple, or np.ndarray with its shape."""
    kind: Any
    size: int                                   # how many numbers are in it
    parts: tuple = ()                           # structures of the items, or the shape of an array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of an array, () for one number."""
        return self.parts if self.kind is np.ndarray else ()


def flatten(x: Any, what: str) -> tuple[list[Any], Structure]:
    """The numbers and Values of x in order, and its structure. Raises TypeError for anything but those, saying where.

    >>> flatten([1, (2, 3)], "x")[0]
    [1.0, 2.0, 3.0]
    """
    if isinstance(x, Value):
        return [x], Structure(None, 1)
    if isinstance(x, np.ndarray):
        leaves = [e if isinstance(e, Value) else number(e, f"{what}, an entry of an array,") for e in x.ravel().tolist()]
        return leaves, Structure(np.ndarray, len(leaves), x.shape)
    if isinstance(x, (list, tuple)):
        found = [flatten(item, f"{what}[{i}]") for i, item in enumerate(x)]
        leaves = [leaf for part, _ in found for leaf in part]
        return leaves, Structure(type(x), len(leaves), tuple(s for _, s in found))
    return [number(x, what)], Structure(None, 1)


def rebuild(structure: Structure, leaves: Sequence[Any]) -> Any:
    """The leaves in that structure; an array of numbers is a float array, one of Values an object array."""
    return _nest(structure, iter(leaves), lambda part, some: some[0] if part.kind is None else shaped(some, part.shape))


def rebuild_matrix(rows: Structure, columns: Structure, matrix: Sequence[Sequence[Any]]) -> Any:
    """A matrix in the structure of its rows, which holds the structure of its columns (as a Jacobian in JAX).

    What two arrays make together is one array, which has both shapes, that of the rows first.
    """
    def inside(row: Structure, some: list[Any]) -> Any:
        def block(column: Structure, found: list[list[Any]]) -> Any:
            if row.kind is None and column.kind is None:
                return found[0][0]
            return shaped([entries[i] for i in range(row.size) for entries in found], row.shape + column.shape)
        return _nest(columns, iter([[entries[j] for entries in some] for j in range(columns.size)]), block)
    return _nest(rows, iter(matrix), inside)


def _nest(structure: Structure, leaves: Iterator[Any], leaf: Callable[[Structure, list[Any]], Any]) -> Any:
    """The lists and tuples of the structure; in place of a number or an array, what `leaf` makes of its leaves."""
    if structure.kind is None or structure.kind is np.ndarray:
        return leaf(structure, list(islice(leaves, structure.size)))
    items = [_nest(part, leaves, leaf) for part in structure.parts]
    kind = structure.kind
    return kind(*items) if hasattr(kind, "_fields") else kind(items)        # a named tuple takes its items one by one


def shaped(leaves: list[Any], shape: tuple[int, ...]) -> Any:
    """The leaves as an array of that shape."""
    flat = np.empty(len(leaves), dtype=object)
    flat[:] = leaves
    return (flat if any(isinstance(x, Value) for x in leaves) else flat.astype(float)).reshape(shape)


def paths(structure: Structure, name: str) -> list[str]:
    """What each number in the structure is called in Python, such as `x[0][1]`, and `x[0, 1]` in an array."""
    if structure.kind is None:
        return [name]
    if structure.kind is np.ndarray:
        return [f"{name}[{', '.join(map(str, place))}]" for place in np.ndindex(structure.shape)]
    return [path for i, part in enumerate(structure.parts) for path in paths(part, f"{name}[{i}]")]
