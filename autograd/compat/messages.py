"""Checks of arguments. A message says what was wanted, what came, and what to do.

Each function returns its argument, checked, or raises TypeError or ValueError.
"""
from __future__ import annotations

import io
import os
import pathlib
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+|\n")
LONGEST = 60
DEEPEST = 100                   # lists in lists; deeper, one contains itself


def described(x: object) -> str:
    """The kind of x and x itself, on one short line, without addresses.

    >>> described([1, 2]), described(None), described(len)
    ('list [1, 2]', 'NoneType None', 'builtin_function_or_method <built-in function len>')
    """
    try:
        text = ADDRESS.sub("", repr(x))
    except Exception as error:                          # whatever a __repr__ raises
        text = f"that {type(error).__name__} keeps from being shown"
    if len(text) >= LONGEST:
        text = text[:LONGEST - 4] + " ..."
    return f"{type(x).__name__} {text}"


def function(f: object, who: str) -> Any:
    """f, which must be a function; a common mistake is f(x) instead of f."""
    if not callable(f) or isinstance(f, type):
        raise TypeError(f"{who} the function itself, f and not f(x); got {described(f)}")
    return f


def printed(x: object) -> str:
    """x itself where it is short text, else described: for messages about a choice of words."""
    return repr(x) if isinstance(x, str) and len(x) < LONGEST else described(x)


def text(x: object, what: str) -> str:
    """x, which must be a string."""
    if not isinstance(x, str):
        raise TypeError(f"{what} must be a string, got {described(x)}")
    return x


def truth(x: object, what: str) -> bool:
    """x, which must be True or False."""
    if not isinstance(x, bool) and type(x).__name__ not in ("bool", "bool_"):
        raise TypeError(f"{what} must be True or False, got {described(x)}")
    return bool(x)


def choice(x: Any, choices: Iterable[Any], what: str) -> Any:
    """x, which must be one of the choices."""
    choices = tuple(choices)
    if not any(type(x) is type(c) and x == c for c in choices):     # an array equals nothing
        *some, last = map(repr, choices)
        raise ValueError(f"{what} must be {', '.join(some)} or {last}, got {printed(x)}")
    return x


def within(what: str, key: object) -> str:
    """The name of an entry, what[key]. Raises ValueError where nests are DEEPEST deep."""
    if what.count("[") >= DEEPEST:
        raise ValueError(f"{what[:LONGEST]}... is nested {DEEPEST} deep: does a list contain "
                         "itself?")
    return f"{what}[{key!r}]"


def path_of(x: Any, what: str = "path") -> pathlib.Path:
    """x as a path. Raises TypeError for what is not a file name, ValueError for no name."""
    if not isinstance(x, (str, os.PathLike)):
        raise TypeError(f"{what} must be a file name, such as 'page.html', got {described(x)}")
    if not str(x) or "\0" in str(x) or not str(x).isprintable():
        raise ValueError(f"{what} must be a file name, such as 'page.html', got {printed(x)}")
    return pathlib.Path(x)


def entries(x: Any, what: str, of: str = "Values and numbers", ordered: bool = False) -> list[Any]:
    """The entries of x, which must be a list, or something else with entries, but not text; where
    places count, no set.
    """
    if ordered and isinstance(x, (set, frozenset)):
        raise TypeError(f"{what} must be a list of {of}, got {described(x)}: a set has no order")
    if isinstance(x, (str, bytes, bytearray, memoryview, Mapping, type)) \
            or not isinstance(x, Iterable) or isinstance(x, io.IOBase):
        raise TypeError(f"{what} must be a list of {of}, got {described(x)}")
    try:
        return list(x)
    except TypeError:                                   # an array of shape ()
        raise TypeError(f"{what} must be a list of {of}, got {described(x)}") from None


def at_least(n: Any, what: str, least: int = 1) -> int:
    """n, which must be an int of at least `least`."""
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"{what} must be an int, got {described(n)}")
    try:
        whole = int(n.__index__())
    except TypeError:
        raise TypeError(f"{what} must be an int, got {described(n)}") from None
    if whole > sys.maxsize:
        raise ValueError(f"{what} must be at most {sys.maxsize}, got {described(whole)}")
    if whole < least:
        raise ValueError(f"{what} must be at least {least}, got {whole}")
    return whole
