"""Copies and pickles of a graph, without recursion: a Value is copied, or saved, after its inputs.

Several Values copied or pickled in one go, such as [loss, *parameters], share what they share.
"""
from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

from autograd import graph
from autograd.compat.numbers import UNREACHED


class Saved(threading.local):
    """Values whose inputs the pickler at work in this thread has saved already."""

    def __init__(self) -> None:
        self.with_inputs: set[Any] = set()


_saved = Saved()


class Copies:
    """A base of Value, for `copy` and `pickle`: of its slots, and of what a subclass adds."""
    __slots__ = ()

    @property
    def inputs(self) -> tuple[Any, ...]:
        """What it was computed from."""
        raise NotImplementedError

    def __copy__(self) -> Any:
        return _restored(None, type(self), _fields(self), _attributes(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        for v in graph.topological_order(self):
            if id(v) not in memo:
                fields = [_copied(x, memo) for x in _fields(v)]
                memo[id(v)] = _restored(None, type(v), fields, {})
                _add_attributes(memo[id(v)], copy.deepcopy(_attributes(v), memo))
        return memo[id(self)]

    def __reduce__(self) -> tuple[Any, ...]:
        first = None
        if self.inputs and self not in _saved.with_inputs:
            first = _Ancestors(self)
        return _restored, (first, type(self), _fields(self), _attributes(self))


def _copied(x: Any, memo: dict[int, Any]) -> Any:
    if type(x) is tuple:
        return tuple([memo.get(id(u), u) for u in x])
    return memo.get(id(x), x)


def _restored(ancestors: Any, kind: Any, fields: Any, attributes: dict[str, Any]) -> Any:
    v = kind.__new__(kind)
    for name, x in zip(_slots(kind), fields):
        setattr(v, name, UNREACHED if x is None and name == "_grad" else x)
    _add_attributes(v, attributes)
    return v


@cache
def _slots(kind: Any) -> list[str]:
    """The slots of Value, the class right above Copies."""
    value = next(k for k in kind.__mro__ if Copies in k.__bases__)
    return [name for name in vars(value)["__slots__"] if name != "__weakref__"]


def _fields(v: Any) -> list[Any]:
    """What the slots of a Value hold; None for a grad that no backward pass has reached."""
    kind: Any = type(v)
    fields = [getattr(v, name) for name in _slots(kind)]
    return [None if x is UNREACHED else x for x in fields]


def _attributes(v: Any) -> dict[str, Any]:
    """What a subclass has added: the attributes in its __dict__ and in slots of its own."""
    attributes = dict(getattr(v, "__dict__", {}))
    for kind in type(v).__mro__:
        if Copies in kind.__bases__:
            break                                       # from here on, `_fields` has them
        names = vars(kind).get("__slots__", ())
        for name in [names] if isinstance(names, str) else names:
            if name not in ("__dict__", "__weakref__") and hasattr(v, name):
                attributes[name] = getattr(v, name)
    return attributes


def _add_attributes(v: Any, attributes: dict[str, Any]) -> None:
    for name, x in attributes.items():
        object.__setattr__(v, name, x)


class _Ancestors:
    """All Values that one was computed from, pickled as a flat list in topological order."""
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, self._one_by_one()

    def _one_by_one(self) -> Iterator[Any]:
        order = graph.topological_order(self.value)[:-1]
        marks = _saved.with_inputs
        marks.update(order)                 # true of each by the time the pickler comes to it
        try:
            yield from order
        finally:
            marks.difference_update(order)
