"""Guards: what a recording for jit noticed of the numbers it met.

1. A comparison of Values, or the truth of one, is a guard: what was compared, and how it came out.
   The recording stands for all numbers at which every guard comes out the same.
2. What lets a number leave the graph (`v.data`, `v.grad`, `v.backward()`, printing, an error that
   was caught) cannot be guarded: it is a refusal, a sentence with the line it happened on.
3. The methods of Value are replaced while somebody records, in whatever thread, and do what they
   always do for everybody else: comparisons cost nothing when nobody records.
"""
from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np

from autograd import value
from autograd.compat.numbers import is_numpy_scalar
from autograd.value import Value

LESS, EQUAL, GREATER = 1, 2, 4              # how a comes out beside b
TRUE_FOR = {"lt": LESS, "le": LESS | EQUAL, "gt": GREATER, "ge": GREATER | EQUAL, "eq": EQUAL,
            "ne": LESS | GREATER}
CLOSE = 1e-9                                # numbers so close may come out otherwise by rounding
REMEDY = "write autograd.where(autograd.greater(a, b), x, y), maximum, minimum or select instead"


class Guard(NamedTuple):
    """A comparison that was met: the recording holds where a beside b is among `allowed`."""
    a: Any                                  # a Value or a float
    b: Any
    allowed: int                            # LESS | EQUAL | GREATER
    line: str


class Notes:
    """What one recording noticed."""

    def __init__(self) -> None:
        self.guards: list[Guard] = []
        self.refusals: list[str] = []

    def compared(self, kind: str, a: Any, b: Any) -> bool:
        """The outcome of a comparison, which becomes a guard."""
        x, y = _data(a), _data(b)
        beside = LESS * (x < y) | EQUAL * (x == y) | GREATER * (x > y)
        outcome = bool(TRUE_FOR[kind] & beside)
        if beside:
            allowed = TRUE_FOR[kind] if outcome else 7 - TRUE_FOR[kind]
            self.guards.append(Guard(a, b, allowed, line_of_user()))
        else:
            self.refuse("compares NaN")
        return outcome

    def refuse(self, what: str) -> None:
        """Note that the recording cannot stand for other numbers."""
        self.refusals.append(f"{what} ({line_of_user()})")


_notes: ContextVar[Notes | None] = ContextVar("notes", default=None)
_lock, _recordings = threading.Lock(), [0]
_before: list[tuple[Any, str, Any]] = []
_data_of, _grad_of = Value.data.fget, Value.grad.fget           # type: ignore[attr-defined]


@contextmanager
def noticing() -> Iterator[Notes]:
    """Inside, in this thread, what is said at the head of this file is noted."""
    notes = Notes()
    with _lock:
        _recordings[0] += 1
        if _recordings[0] == 1:
            _replace()
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)
        with _lock:
            _recordings[0] -= 1
            if not _recordings[0]:
                while _before:
                    owner, name, method = _before.pop()
                    if method is None:
                        delattr(owner, name)
                    else:
                        setattr(owner, name, method)


def _replace() -> None:
    """Put methods that notice into Value."""
    found: dict[str, Any] = {f"__{kind}__": _comparison(kind) for kind in TRUE_FOR}
    found["__hash__"] = _refusing("__hash__", "looks a Value up in a dict or a set")
    found["__bool__"], found["__index__"] = _truth, _index
    for name, reading in (("data", _data_of), ("grad", _grad_of)):
        plain_property = vars(Value)[name]
        found[name] = property(_reading(reading, f"reads .{name}"), plain_property.fset)
    for name, what in (("__format__", "prints"), ("__repr__", "prints"),
                       ("__float__", "calls float() of"), ("__int__", "calls int() of"),
                       ("__round__", "rounds"), ("backward", "calls backward() of")):
        found[name] = _refusing(name, f"{what} a Value")
    for name, method in found.items():
        _put(Value, name, method)
    plain: Callable[..., Exception] = vars(value)["error_at"]

    def error_at(*inputs: Any) -> Exception:
        notes = _notes.get()
        if notes is not None:
            notes.refuse("catches an error of an operation")
        return plain(*inputs)
    _put(value, "error_at", error_at)


def _put(owner: Any, name: str, method: Any) -> None:
    _before.append((owner, name, vars(owner).get(name)))
    setattr(owner, name, method)


def _comparison(kind: str) -> Callable[[Any, Any], Any]:
    plain = getattr(Value, f"__{kind}__")
    by_identity = kind in ("eq", "ne")

    def method(self: Any, other: Any) -> Any:
        notes = _notes.get()
        known = isinstance(other, (Value, int, float)) or is_numpy_scalar(other)
        if notes is None or not known or by_identity and not from_user():
            return plain(self, other)
        return notes.compared(kind, self, other if isinstance(other, Value) else float(other))
    return method


_plain_truth = Value.__bool__


def _truth(self: Any) -> bool:
    notes = _notes.get()
    if notes is None or not from_user():
        return _plain_truth(self)
    return notes.compared("ne", self, 0.0)


def _index(self: Any) -> int:
    notes, x = _notes.get(), _data_of(self)
    if notes is None or not x.is_integer():
        raise TypeError("a Value is no index: write autograd.select(index, values)")
    notes.compared("eq", self, x)
    return int(x)


def _reading(plain: Any, what: str) -> Callable[[Any], Any]:
    def method(self: Any) -> Any:
        notes = _notes.get()
        if notes is not None and from_user():
            notes.refuse(what)
        return plain(self)
    return method


def _refusing(name: str, what: str) -> Callable[..., Any]:
    plain = getattr(Value, name)

    def method(self: Any, *rest: Any) -> Any:
        notes = _notes.get()
        if notes is not None and from_user():
            notes.refuse(what)
        return plain(self, *rest)
    return method


def _data(x: Any) -> float:
    number: float = _data_of(x) if isinstance(x, Value) else x
    return number


# Who asks -----------------------------------------------------------------------------------------

def from_user() -> bool:
    """Whether the method that calls this was called from outside of this package."""
    name = sys._getframe(2).f_globals.get("__name__", "")
    return not str(name).startswith("autograd.")


def line_of_user() -> str:
    """The line outside of this package that is at work, such as `model.py, line 12`."""
    frame = sys._getframe(1)
    while frame.f_back and str(frame.f_globals.get("__name__", "")).startswith("autograd."):
        frame = frame.f_back
    return f"{frame.f_code.co_filename.rpartition('/')[2]}, line {frame.f_lineno}"


# Checking -----------------------------------------------------------------------------------------

class Checks:
    """Guards compiled: the numbers they compare are some of the arguments and outputs of a program.

    outputs   the Values whose numbers are needed beside those of the arguments
    """

    def __init__(self, guards: list[Guard], arguments: list[Value]) -> None:
        unique = list(dict.fromkeys((g.a, g.b, g.allowed) for g in guards))
        place: dict[Any, int] = {v: i for i, v in enumerate(arguments)}
        exact = set(range(len(place)))
        computed = dict.fromkeys(x for g in unique for x in g[:2]
                                 if isinstance(x, Value) and x not in place)
        self.outputs: list[Value] = list(computed)
        place.update((v, len(arguments) + i) for i, v in enumerate(self.outputs))
        numbers = list(dict.fromkeys(x for g in unique for x in g[:2] if not isinstance(x, Value)))
        self.numbers = np.array(numbers, dtype=float)
        constants = {x: len(place) + i for i, x in enumerate(numbers)}
        exact |= set(constants.values())
        of: Callable[[Any], int] = lambda x: place[x] if isinstance(x, Value) else constants[x]
        self.a = np.array([of(a) for a, _, _ in unique], dtype=int)
        self.b = np.array([of(b) for _, b, _ in unique], dtype=int)
        self.allowed = np.array([allowed for _, _, allowed in unique], dtype=int)
        self.rounded = np.array([not {of(a), of(b)} <= exact for a, b, _ in unique], dtype=bool)

    def hold(self, arguments: Any, outputs: Any) -> Any:
        """For each row of arguments: 1 where every guard holds, 0 where one fails, -1 where the
        numbers are too close to tell."""
        m = len(arguments)
        constants = np.broadcast_to(self.numbers, (m, len(self.numbers)))
        found = np.concatenate((arguments, outputs, constants), axis=1)
        a, b = found[:, self.a], found[:, self.b]
        beside = LESS * (a < b) + EQUAL * (a == b) + GREATER * (a > b)
        holds = ((beside & self.allowed) != 0).all(1)
        near = self.rounded & (np.abs(a - b) <= CLOSE * (np.abs(a) + np.abs(b)))
        return np.where(near.any(1), -1, holds.astype(int))


