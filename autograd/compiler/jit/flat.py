"""Arguments and results of jit: nested lists, tuples, dicts and arrays as a flat list and a key.

The key says how to build the nest again, and is what recordings are kept by: what is not a number
in it (a string, None, True) stands in the key itself.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby, islice
from math import prod
from typing import Any

import numpy as np

from autograd.value import Value

STATIC = (str, bytes, bool, type(None), np.bool_)
FLOAT, INT, BOOL, VALUE = "f", "i", "b", "v"        # VALUE: of a result
LARGEST = 2 ** 53                       # ints up to it are floats, too


class Row(list[Any]):
    """A list that was looked up in a table; see guards."""


class Unfit(TypeError):
    """An argument or result that jit cannot take."""


def flatten(x: Any, leaves: list[Any]) -> Any:
    """The key of x, whose numbers are added to the leaves, an array of floats as it is.

    Raises Unfit for what is neither a number nor holds numbers.
    """
    try:
        return _flatten(x, leaves)
    except RecursionError:
        raise Unfit("a list contains itself, or is nested too deep") from None


def _flatten(x: Any, leaves: list[Any]) -> Any:
    kind = type(x)
    if kind in (float, Value):
        leaves.append(x)
        return FLOAT
    if kind in (list, tuple):
        return _flatten_items(kind, x, leaves)
    if kind is dict:
        return _key_of_dict(x, tuple([_flatten(item, leaves) for item in x.values()]))
    if kind is np.ndarray:
        return _flatten_array(x, leaves)
    if kind in STATIC:
        return "=", kind, x
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return kind, "*", tuple([_flatten(item, leaves) for item in x])
    if kind is Row:
        return _flatten_items(list, x, leaves)
    return _flatten_number(x, leaves)


def _flatten_number(x: Any, leaves: list[Any]) -> str:
    """The kind of a number that is no plain float. Raises Unfit for what is none."""
    if isinstance(x, np.generic):
        _check_width(x.dtype, f"a number of {x.dtype}")
    if type(x) is int or isinstance(x, np.integer):
        if abs(int(x)) > LARGEST:
            raise Unfit(f"{x} is an int too large for a float")
        leaves.append(float(x))
        return INT
    if isinstance(x, (np.floating, Value)):
        leaves.append(x if isinstance(x, Value) else float(x))
        return FLOAT
    raise Unfit(f"a {type(x).__name__} is neither a number nor a list, tuple, dict or array of "
                "numbers")


def _key_of_dict(x: dict[Any, Any], parts: tuple[Any, ...]) -> Any:
    """The key of a dict: 1, 1.0 and True are equal as keys, but are not the same."""
    kinds = tuple(map(type, x))
    if set(kinds) <= {str}:
        return dict, tuple(x), parts
    return dict, tuple(x), parts, kinds


def _check_width(dtype: Any, what: str) -> None:
    """Raise Unfit for numbers that NumPy calculates with in its own way: a program has floats of
    64 bits."""
    if dtype.kind in "fiu" and (dtype.itemsize != 8 or dtype.kind == "u"):
        remedy = "x.astype(float)" if dtype.kind == "f" else "x.astype(int)"
        raise Unfit(f"{what} has a precision and a range of its own; pass {remedy}")


def _flatten_items(kind: type, x: Any, leaves: list[Any]) -> Any:
    kinds = set(map(type, x))
    if kinds == {float}:
        leaves.extend(x)
        return kind, FLOAT, len(x)
    if kinds == {int} and max(x) <= LARGEST and min(x) >= -LARGEST:
        leaves.extend(map(float, x))
        return kind, INT, len(x)
    keys = tuple([_flatten(item, leaves) for item in x])
    if keys and keys[0] in (FLOAT, INT) and keys.count(keys[0]) == len(keys):
        return kind, keys[0], len(keys)
    return kind, "", keys


def _flatten_array(x: Any, leaves: list[Any]) -> Any:
    kind = x.dtype.kind
    _check_width(x.dtype, f"an array of {x.dtype}")
    if kind == "f":
        leaves.append(x.ravel())
    elif kind in "iu":
        if x.size and (x.max() > LARGEST or x.min() < -LARGEST):
            raise Unfit("an array holds an int too large for a float")
        leaves.append(x.ravel().astype(float))
        kind = INT
    elif kind == "b":
        return "array=", x.shape, x.tobytes()
    elif kind == "O" and all(isinstance(e, (Value, float)) for e in x.flat):
        leaves.extend(x.ravel().tolist())
    else:
        raise Unfit(f"an array of {x.dtype} holds something else than numbers")
    return "array", x.shape, kind


def numbers(leaves: list[Any]) -> Any:
    """The leaves as one array of floats."""
    kinds = set(map(type, leaves))
    if np.ndarray not in kinds:
        return np.array(leaves, dtype=float)
    parts: list[Any] = []
    for is_array, run in groupby(leaves, lambda x: isinstance(x, np.ndarray)):
        together = list(run)
        parts += together if is_array else [np.array(together, dtype=float)]
    return np.concatenate(parts, dtype=float)


def without_values(leaves: list[Any]) -> tuple[list[Any], list[int], list[Value]]:
    """The leaves with numbers instead of Values, the places of these among all numbers, and the
    Values."""
    places: list[int] = []
    at = 0
    for x in leaves:
        if isinstance(x, Value):
            places.append(at)
        at += x.size if isinstance(x, np.ndarray) else 1
    values = [x for x in leaves if isinstance(x, Value)]
    return [x.data if isinstance(x, Value) else x for x in leaves], places, values


def kinds_of(key: Any) -> list[str]:
    """For each leaf of a key whether it is a FLOAT, an INT or a BOOL."""
    if type(key) is str:
        return [key]
    kind = key[0]
    if kind in ("=", "array="):
        return []
    if kind == "array":
        return [INT if key[2] == INT else FLOAT] * prod(key[1])
    if type(key[2]) is int:
        return [key[1]] * key[2]
    return [k for part in key[2] for k in kinds_of(part)]


def classes_in(key: Any) -> list[type]:
    """The classes of tuples whose items have names, in a key: they may have methods."""
    if type(key) is str or key[0] in ("=", "array", "array=") or type(key[2]) is int:
        return []
    own = [key[0]] if key[1] == "*" else []
    return own + [kind for part in key[2] for kind in classes_in(part)]


def build(key: Any, leaves: Iterator[Any], array: Callable[[list[Any], Any], Any]) -> Any:
    """The nest of a key, filled with leaves; `array` makes an array of a list and a shape."""
    if type(key) is str:
        return next(leaves)
    kind = key[0]
    if kind == "=":
        return key[2]
    if kind == "array":
        return array(list(islice(leaves, prod(key[1]))), key[1])
    if kind == "array=":
        return np.frombuffer(key[2], dtype=bool).reshape(key[1])
    if type(key[2]) is int:
        return kind(islice(leaves, key[2]))
    items = [build(part, leaves, array) for part in key[2]]
    if kind is dict:
        return dict(zip(key[1], items))
    return kind(*items) if key[1] == "*" else kind(items)


def of_values(entries: list[Any], shape: Any) -> Any:
    """An array of Values."""
    flat = np.empty(len(entries), dtype=object)
    flat[:] = entries
    return flat.reshape(shape)


def close(a: Any, b: Any) -> bool:
    """Whether numbers are the same up to rounding."""
    return bool(np.allclose(a, b, rtol=1e-7, atol=1e-9))


def in_a_row(places: list[int]) -> Any:
    """Places as a slice, where they follow each other, else as an array."""
    if places and places == list(range(places[0], places[0] + len(places))):
        return slice(places[0], places[0] + len(places))
    return np.array(places, dtype=int)


# Results ------------------------------------------------------------------------------------------

def flatten_result(x: Any, leaves: list[Any]) -> Any:
    """The key of a result: as flatten, but True and False are numbers, too."""
    kind = type(x)
    if kind in (bool, np.bool_):
        leaves.append(float(x))
        return BOOL
    if kind in (list, tuple, Row):
        kind = tuple if kind is tuple else list
        return kind, "", tuple([flatten_result(item, leaves) for item in x])
    if kind is dict:
        return _key_of_dict(x, tuple([flatten_result(item, leaves) for item in x.values()]))
    return flatten(x, leaves)


def with_kinds(key: Any, of: Callable[[str, int], str], at: list[int]) -> Any:
    """A key of a result in which each leaf has the kind of(its kind, its place)."""
    if type(key) is str or key[0] == "array":
        size = 1 if type(key) is str else prod(key[1])
        at[0] += size
        if type(key) is str:
            return of(key, at[0] - 1)
        return *key[:2], INT if key[2] == INT and all(
            of(INT, i) == INT for i in range(at[0] - size, at[0])) else "f"
    if key[0] in ("=", "array="):
        return key
    parts = (key[1],) * key[2] if type(key[2]) is int else key[2]
    parts = tuple([with_kinds(part, of, at) for part in parts])
    return key[0], "" if type(key[2]) is int else key[1], parts, *key[3:]


def skeleton(key: Any) -> Any:
    """A key without what kind its numbers are of."""
    if type(key) is str:
        return "number"
    if key[0] in ("=", "array="):
        return key
    if key[0] == "array":
        return key[:2]
    if type(key[2]) is int:
        return key[0], "", ("number",) * key[2]
    return key[0], key[1], tuple(map(skeleton, key[2]))
