"""Objects that hold numbers, such as a dataclass of parameters, among the arguments of a function.

1. What is compiled is a function of their attributes, as dicts, and of the other arguments.
2. It calls the function with the objects themselves; while it is recorded, with objects of the same
   class whose attributes are the dicts: what the function changes is changed in these.
"""
from __future__ import annotations

import threading
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd.compiler.jit.flat import Unfit, flatten
from autograd.compiler.jit.reach import is_made_in_c, slots_of
from autograd.value import Value


class _Given(threading.local):
    """The objects that this thread calls something with, by the id of their dict."""
    objects: dict[int, Any] = {}


_given = _Given()


def has_fields(x: Any) -> bool:
    """Whether all that an object holds are attributes that are numbers or nests of them."""
    kind, fields = type(x), getattr(x, "__dict__", None)
    if type(fields) is not dict or isinstance(x, (type, types.ModuleType, types.FunctionType)):
        return False
    if kind is not types.SimpleNamespace and (is_made_in_c(kind) or slots_of(kind)):
        return False
    leaves: list[Any] = []
    try:
        flatten(fields, leaves)
    except Unfit:
        return False
    kinds = set(map(type, leaves))
    return bool(kinds) and Value not in kinds and object not in {
        a.dtype.type for a in leaves if isinstance(a, np.ndarray)}


@contextmanager
def given(objects: Iterable[Any]) -> Iterator[None]:
    """Inside, the dicts of these objects stand for them."""
    before = _given.objects
    _given.objects = {**before, **{id(vars(x)): x for x in objects}}
    try:
        yield
    finally:
        _given.objects = before


class OfFields:
    """A function that takes the dicts of some arguments, which are objects of these classes, by
    their places or names."""

    def __init__(self, f: Callable[..., Any], classes: dict[Any, type]) -> None:
        self.f, self.classes = f, classes
        self.__name__ = getattr(f, "__name__", "the function")

    def __call__(self, *args: Any, **named: Any) -> Any:
        made: dict[int, Any] = {}
        of: Callable[[Any, Any], Any] = lambda k, x: (
            object_of(self.classes[k], x, made) if k in self.classes else x)
        return self.f(*[of(i, x) for i, x in enumerate(args)],
                      **{name: of(name, x) for name, x in named.items()})


def object_of(kind: type, fields: dict[str, Any], made: dict[int, Any]) -> Any:
    """The object whose dict this is; a new one where it is that of none."""
    known = _given.objects.get(id(fields), made.get(id(fields)))
    if known is not None and vars(known) is fields or type(known) is types.SimpleNamespace:
        return known
    if kind is types.SimpleNamespace:
        found = kind(**fields)
    else:
        found = object.__new__(kind)
        object.__setattr__(found, "__dict__", fields)
    made[id(fields)] = found
    return found
