"""Arguments and results of jit: nested lists, tuples, dicts and arrays as a flat list and a key.

The key says how to build the nest again, and is what recordings are kept by: what is no number in
it (a string, None, True) stands in the key itself.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from autograd.value import Value

STATIC = (str, bytes, bool, type(None))
FLOAT, INT = "f", "i"


class Unfit(TypeError):
    """An argument or result that jit cannot take."""


def flatten(x: Any, leaves: list[Any]) -> Any:
    """The key of x, whose numbers are added to the leaves. Raises Unfit for anything else."""
    kind = type(x)
    if kind is float or kind is Value:
        leaves.append(x)
        return FLOAT
    if kind is list or kind is tuple:
        if set(map(type, x)) == {float}:
            leaves.extend(x)
            return kind, len(x)
        return kind, tuple([flatten(item, leaves) for item in x])
    if kind is dict:
        return dict, tuple(x), tuple([flatten(item, leaves) for item in x.values()])
    if kind is int:
        leaves.append(float(x))
        return INT
    if kind in STATIC:
        return "=", kind, x
    if kind is np.ndarray and x.dtype.kind in "fiuO":
        return _flatten_array(x, leaves)
    if isinstance(x, (np.floating, np.integer)):
        leaves.append(float(x))
        return FLOAT if isinstance(x, np.floating) else INT
    raise Unfit(f"{kind.__name__} is neither a number nor a list, tuple, dict or array of numbers")


def _flatten_array(x: Any, leaves: list[Any]) -> Any:
    entries = x.ravel().tolist()
    if x.dtype.kind == "O" and not all(isinstance(e, (Value, float)) for e in entries):
        raise Unfit("an array of objects holds something else than numbers")
    leaves.extend(entries if x.dtype.kind in "fO" else map(float, entries))
    return "array", x.shape, x.dtype.kind


def build(key: Any, leaves: Iterator[Any], array: Callable[[list[Any], Any], Any]) -> Any:
    """The nest of a key, filled with leaves; `array` makes an array of a list and a shape."""
    if key in (FLOAT, INT):
        return next(leaves)
    kind = key[0]
    if kind == "=":
        return key[2]
    if kind == "array":
        return array(list(islice(leaves, int(np.prod(key[1])))), key[1])
    if kind is dict:
        return {name: build(part, leaves, array) for name, part in zip(key[1], key[2])}
    if type(key[1]) is int:
        return kind(islice(leaves, key[1]))
    return kind([build(part, leaves, array) for part in key[1]])


def of_values(entries: list[Any], shape: Any) -> Any:
    """An array of Values."""
    flat = np.empty(len(entries), dtype=object)
    flat[:] = entries
    return flat.reshape(shape)


def of_numbers(entries: list[Any], shape: Any) -> Any:
    """An array of floats."""
    return np.array(entries, dtype=float).reshape(shape)


def of_samples(entries: list[Any], shape: Any) -> Any:
    """An array of floats with a leading axis of samples, of columns with one number for each."""
    return np.stack(entries, axis=1).reshape(-1, *shape)
