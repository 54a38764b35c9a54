"""Numbers in nested lists, tuples and arrays, as a flat list and back."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.ops import number
from autograd.value import Value


class Structure(NamedTuple):
    """How a flat list was nested: kind is None for one number, list or tuple, or np.ndarray with its shape."""
    kind: Any
    size: int                                   # how many numbers are in it
    parts: tuple = ()                           # structures of the items, or the shape of an array


def flatten(x: Any, what: str) -> tuple[list[Any], Structure]:
    """The numbers and Values of x in order, and its structure. Raises TypeError for anything but those, saying where."""
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
    return _take(structure, iter(leaves))


def _take(structure: Structure, leaves: Iterator[Any]) -> Any:
    kind, size, parts = structure
    if kind is None:
        return next(leaves)
    if kind is np.ndarray:
        flat = np.empty(size, dtype=object)
        flat[:] = [next(leaves) for _ in range(size)]
        return (flat if any(isinstance(x, Value) for x in flat) else flat.astype(float)).reshape(parts)
    items = [_take(part, leaves) for part in parts]
    return kind(*items) if hasattr(kind, "_fields") else kind(items)        # a named tuple takes its items one by one
