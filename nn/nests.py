"""Parameters in nested lists, tuples, dicts and arrays, as one array (P,) and back."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.checks import shown, within

Nest = Any                              # a number, or lists, tuples, dicts and arrays of them


def is_nest(x: object) -> bool:
    """Whether x is a list, tuple or dict with anything but numbers in it, or an array of rows."""
    if isinstance(x, np.ndarray):
        return x.ndim != 1
    if isinstance(x, (list, tuple)):
        return any(isinstance(item, (list, tuple, dict, np.ndarray)) for item in x)
    return isinstance(x, (dict, float))


def flat(nest: Nest, name: str = "params") -> np.ndarray:
    """All numbers of a nest in order, (P,). Raises TypeError for anything but numbers in it.

    >>> flat({"w": [[1.0, 2.0], [3.0, 4.0]], "b": 5}).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0]
    """
    parts: list[Any] = []
    _collect(nest, name, parts)
    return np.concatenate([np.zeros(0), *map(np.atleast_1d, parts)])


def _collect(x: Any, name: str, parts: list[Any]) -> None:
    if isinstance(x, dict):
        for key, item in x.items():
            _collect(item, within(name, key), parts)
    elif isinstance(x, np.ndarray) and x.dtype.kind in "fiu":
        if np.ma.is_masked(x):
            raise ValueError(f"{name} has masked entries: put numbers there with filled(...)")
        parts.append(np.asarray(x, dtype=float).ravel())
    elif isinstance(x, (list, tuple)) and set(map(type, x)) == {float}:
        parts.append(np.array(x))
    elif isinstance(x, (list, tuple)):
        for i, item in enumerate(x):
            _collect(item, within(name, i), parts)
    elif isinstance(x, (int, float, np.floating, np.integer)) \
            and not isinstance(x, (bool, np.timedelta64)):
        parts.append(_as_float(x, name))
    else:
        raise TypeError(f"{name} must be a number, or a list, tuple, dict or array of numbers, "
                        f"got {shown(x)}")


def _as_float(x: Any, name: str) -> float:
    try:
        return float(x)
    except OverflowError:
        raise ValueError(f"{name} is too large for a float: {shown(x)}") from None


def shaped(nest: Nest, theta: np.ndarray) -> Nest:
    """The numbers of theta, (P,), nested as those of another nest are; all are floats.

    >>> shaped({"w": [1, 2], "b": 3}, np.array([4.0, 5.0, 6.0]))
    {'w': [4.0, 5.0], 'b': 6.0}
    """
    at = 0

    def take(n: int) -> np.ndarray:
        nonlocal at
        at += n
        return theta[at - n:at]
    return _shaped(nest, take)


def _shaped(x: Any, take: Callable[[int], np.ndarray]) -> Any:
    if isinstance(x, dict):
        return {key: _shaped(item, take) for key, item in x.items()}
    if isinstance(x, np.ndarray):
        return take(x.size).reshape(x.shape).copy()
    if not isinstance(x, (list, tuple)):
        return take(1).item()
    if type(x) in (list, tuple) and set(map(type, x)) == {float}:
        return type(x)(take(len(x)).tolist())
    items = [_shaped(item, take) for item in x]
    return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
