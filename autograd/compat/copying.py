"""Copies and pickles of a graph, without recursion: a Value is copied, or saved, after its inputs.

Several Values copied or pickled in one go, such as [loss, *parameters], share what they share.
"""
from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from autograd import graph


class Saved(threading.local):
    """Values whose inputs the pickler at work in this thread has saved already."""

    def __init__(self) -> None:
        self.with_inputs: set[Any] = set()


_saved = Saved()


class Copies:
    """A base of Value, for `copy` and `pickle`.

    A subclass has `_fields()`, a list of what its slots hold, and `_restore(fields)`.
    """
    __slots__ = ()

    def _fields(self) -> list[Any]:
        raise NotImplementedError

    def _restore(self, fields: Sequence[Any]) -> None:
        raise NotImplementedError

    @property
    def inputs(self) -> tuple[Any, ...]:
        """What it was computed from."""
        raise NotImplementedError

    def __copy__(self) -> Any:
        return _restored(None, type(self), self._fields(), _attributes(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        for v in graph.topological_order(self):
            if id(v) not in memo:
                fields = [_copied(x, memo) for x in v._fields()]
                memo[id(v)] = _restored(None, type(v), fields, {})
                _add_attributes(memo[id(v)], copy.deepcopy(_attributes(v), memo))
        return memo[id(self)]

    def __reduce__(self) -> tuple[Any, ...]:
        first = _Ancestors(self)
        if self in _saved.with_inputs or not self.inputs:
            return _restored, (None, type(self), self._fields(), _attributes(self))
        return _restored, (first, type(self), self._fields(), _attributes(self))


def _copied(x: Any, memo: dict[int, Any]) -> Any:
    if type(x) is tuple:
        return tuple([memo.get(id(u), u) for u in x])
    return memo.get(id(x), x)


def _restored(ancestors: Any, kind: Any, fields: Any, attributes: dict[str, Any]) -> Any:
    v = kind.__new__(kind)
    v._restore(fields)
    _add_attributes(v, attributes)
    return v


def _attributes(v: Any) -> dict[str, Any]:
    """What a subclass has added: the attributes in its __dict__ and in slots of its own."""
    attributes = dict(getattr(v, "__dict__", {}))
    for kind in type(v).__mro__:
        if issubclass(kind, Copies) and "_fields" in vars(kind):
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
