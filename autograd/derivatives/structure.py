"""Numbers in nested lists, tuples, dicts and arrays, as a flat list and back.

A leaf is a number or a Value; what holds the leaves is described by a Structure. NumPy is not
imported for this: where an array comes in, somebody has loaded it.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, product
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, Union

from autograd.compat.messages import within
from autograd.compat.numbers import is_array, number
from autograd.value import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

Leaf: TypeAlias = Union[Value, float]
Nested: TypeAlias = Any                 # a leaf, or lists, tuples, dicts and arrays of them, nested
Matrix: TypeAlias = Sequence[Sequence[Leaf]]
Make: TypeAlias = Callable[["Structure", list[Any]], Nested]


class Structure(NamedTuple):
    """How leaves were nested. It prints as in messages: `(number, array of shape (2, 3))`."""
    kind: type[Any] | None                  # list, tuple, dict, NumPy's array; None for one leaf
    size: int                               # how many leaves are in it
    parts: tuple[Structure, ...] = ()       # the structures of the items; none in an array
    shape: tuple[int, ...] = ()             # the shape of an array, () for anything else
    keys: tuple[Any, ...] = ()              # the keys of a dict, in its order

    @property
    def is_array(self) -> bool:
        """Whether it is an array, of any shape."""
        return self.kind is not None and not issubclass(self.kind, (list, tuple, dict))

    @property
    def is_number(self) -> bool:
        """Whether it is one leaf, alone or in an array of shape ()."""
        return self.kind is None or self.is_array and not self.shape

    def __str__(self) -> str:
        if self.is_number:
            return "number"
        if self.is_array:
            return f"array of shape {self.shape}"
        if self.kind is dict:
            items = [f"{key!r}: {part}" for key, part in zip(self.keys, self.parts)]
            return f"{{{', '.join(items)}}}"
        return f"({', '.join(map(str, self.parts))})"

    def paths(self, name: str) -> list[str]:
        """What each leaf is called in Python: `x[0][1]`, `x['w']`, and `x[0, 1]` in an array."""
        if self.kind is None:
            return [name]
        if self.is_array:
            places = product(*map(range, self.shape))
            return [f"{name}[{', '.join(map(str, place))}]" for place in places]
        items = zip(self.keys or range(len(self.parts)), self.parts)
        return [path for key, part in items for path in part.paths(f"{name}[{key!r}]")]


ONE_LEAF = Structure(None, 1)


def holds_value(x: Nested) -> bool:
    """Whether x is a Value, or a list, tuple, dict or array with one in it."""
    if isinstance(x, dict):
        return any(map(holds_value, x.values()))
    if is_array(x):
        return x.dtype == object and any(map(holds_value, x.flat))
    return isinstance(x, Value) or isinstance(x, (list, tuple)) and any(map(holds_value, x))


# From nested to flat ------------------------------------------------------------------------------

def flatten(x: Nested, what: str) -> tuple[list[Leaf], Structure]:
    """The leaves of x in order, and its structure. Raises TypeError for what is not a number.

    >>> flatten([1, (2, 3)], "x")[0]
    [1.0, 2.0, 3.0]
    """
    if isinstance(x, Value):
        return [x], ONE_LEAF
    if is_array(x):
        return flatten_array(x, what)
    if isinstance(x, dict):
        return flatten_items(dict, x.values(), tuple(x), what)
    if isinstance(x, (list, tuple)):
        return flatten_items(type(x), x, (), what)
    return [number(x, what)], ONE_LEAF


def flatten_items(kind: type[Any], items: Iterable[Nested], keys: tuple[Any, ...],
                  what: str) -> tuple[list[Leaf], Structure]:
    """The leaves of the items of a list, a tuple or a dict, and the structure of the whole."""
    leaves: list[Leaf] = []
    parts = []
    for i, item in enumerate(items):
        key = keys[i] if kind is dict else i
        item_leaves, part = flatten(item, within(what, key))
        leaves += item_leaves
        parts.append(part)
    return leaves, Structure(kind, len(leaves), tuple(parts), keys=keys)


def flatten_array(x: NDArray[Any], what: str) -> tuple[list[Leaf], Structure]:
    """The entries of an array, and its shape. Raises TypeError for an array with masked entries."""
    mask = getattr(x, "mask", None)
    if mask is not None and mask.any():
        raise TypeError(f"{what} is a masked array, which has no number where it is masked: "
                        "fill it first, x.filled(0.0)")
    where = f"{what}, an entry of an array,"
    leaves = [e if isinstance(e, Value) else number(e, where) for e in x.ravel().tolist()]
    return leaves, Structure(type(x), len(leaves), shape=x.shape)


# From flat to nested ------------------------------------------------------------------------------

def rebuild(structure: Structure, leaves: Iterable[Leaf]) -> Nested:
    """The leaves in that structure; an array is of floats, or of objects if it holds Values."""
    def leaf(part: Structure, some: list[Leaf]) -> Nested:
        return shaped(some, part.shape) if part.is_array else some[0]
    return _nest(structure, iter(leaves), leaf)


def rebuild_matrix(rows: Structure, columns: Structure, matrix: Matrix) -> Nested:
    """A matrix in the structure of its rows, which holds that of its columns (as in JAX).

    Where both are arrays the result is one array, of the rows' shape followed by the columns'.
    """
    def row_block(row: Structure, lines: list[Sequence[Leaf]]) -> Nested:
        def block(column: Structure, entries: list[list[Leaf]]) -> Nested:
            if row.kind is None and column.kind is None:
                return entries[0][0]
            in_order = [entry[i] for i in range(row.size) for entry in entries]
            return shaped(in_order, row.shape + column.shape)
        by_column = [[line[j] for line in lines] for j in range(columns.size)]
        return _nest(columns, iter(by_column), block)
    return _nest(rows, iter(matrix), row_block)


def _nest(structure: Structure, leaves: Iterator[Any], leaf: Make) -> Nested:
    """The lists, tuples and dicts of the structure around what `leaf` makes of the leaves."""
    kind = structure.kind
    if kind is None or structure.is_array:
        return leaf(structure, list(islice(leaves, structure.size)))
    items = [_nest(part, leaves, leaf) for part in structure.parts]
    if kind is dict:
        return dict(zip(structure.keys, items))
    if hasattr(kind, "_fields"):                # a named tuple takes its items one by one
        return kind(*items)
    try:
        return kind(items)
    except TypeError:                           # a list of one's own may be made of other things
        return tuple(items) if issubclass(kind, tuple) else items


def shaped(leaves: Sequence[Leaf], shape: tuple[int, ...]) -> NDArray[Any]:
    """The leaves as an array of that shape."""
    import numpy as np
    flat = np.empty(len(leaves), dtype=object)
    flat[:] = leaves
    if not any(isinstance(x, Value) for x in leaves):
        flat = flat.astype(float)
    return flat.reshape(shape)
