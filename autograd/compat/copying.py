"""Copies and pickles of a graph, without recursion: a Value is copied, or saved, after the Values it was computed from."""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograd.graph import topological_order

if TYPE_CHECKING:
    from autograd.value import Value

_saved_with_inputs: set[Value] = set()          # Values whose inputs the pickler at work has saved already


class Copied:
    """A base of Value: what `copy` and `pickle` ask for. A subclass has `_fields()`, and its `_restore(*fields)` undoes that.

    Several Values copied or pickled in one go, such as [loss, *parameters], share the copies of what they share.
    """
    __slots__ = ()

    def __copy__(self: Any) -> Any:
        return _restored(None, type(self), self._fields())

    def __deepcopy__(self: Any, memo: dict[int, Any]) -> Any:
        for v in topological_order(self):
            if id(v) not in memo:
                memo[id(v)] = _restored(None, type(v), [_copied(x, memo) for x in v._fields()])
        return memo[id(self)]

    def __reduce__(self: Any) -> Any:
        nothing_to_save_first = self in _saved_with_inputs or not self.inputs
        return _restored, (None if nothing_to_save_first else _Ancestors(self), type(self), self._fields())


def _copied(x: Any, memo: dict[int, Any]) -> Any:
    return tuple([memo.get(id(u), u) for u in x]) if type(x) is tuple else memo.get(id(x), x)


def _restored(ancestors: Any, kind: Any, fields: Any) -> Any:
    return kind._restore(*fields)


class _Ancestors:
    """All Values that one Value was computed from, pickled as a flat list in topological order."""
    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __reduce__(self) -> Any:
        return list, (), None, self._one_by_one()

    def _one_by_one(self) -> Iterator[Value]:
        order = topological_order(self.value)[:-1]
        _saved_with_inputs.update(order)        # true of each by the time the pickler comes to it
        try:
            yield from order
        finally:
            _saved_with_inputs.difference_update(order)
