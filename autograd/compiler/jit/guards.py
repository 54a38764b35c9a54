"""Guards: what a recording for jit notices of the numbers it meets.

1. A comparison of Values gives a Truth: the Value 1 or 0, which is data. Asked whether it is true
   (`if`, `while`, `and`, sorted) it is a guard: what was compared, and how it came out. A recording
   stands for all numbers at which every guard comes out the same.
2. An int among the arguments is recorded as a Whole: a Value that can index, count and be divided
   with remainder, each of which is a guard on its number.
3. `v.data` is the number as data, stop_gradient(v). `v.grad`, `v.backward()` and what sets data or
   grads of Values from outside are Effects, where these are possible. What lets a number leave the
   graph otherwise (float(v), printing, copies, an error that was caught) cannot be guarded: it is a
   refusal, a sentence with the line it happened on.
4. The methods of Value are replaced while somebody records, in whatever thread, and do what they
   always do for everybody else: comparisons cost nothing when nobody records.
"""
from __future__ import annotations

import operator
import sys
import threading
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, NamedTuple

from autograd import ops, value
from autograd.compat.finishing import finish
from autograd.compat.methods import for_numpy
from autograd.compat.numbers import is_array, is_numpy_scalar
from autograd.compiler.jit.effects import Effects
from autograd.compiler.jit.flat import LARGEST, Row
from autograd.compiler.jit.lookups import Lookups
from autograd.compiler.jit.memory import Memory
from autograd.compiler.jit.mixed import Mixed, Origins
from autograd.compiler.jit.reach import is_at_home
from autograd.operation import Operation
from autograd.recording import FOR_OTHER_NUMBERS
from autograd.value import Value

LESS, EQUAL, GREATER = 1, 2, 4              # how a comes out beside b
TRUE_FOR = {"lt": LESS, "le": LESS | EQUAL, "gt": GREATER, "ge": GREATER | EQUAL, "eq": EQUAL,
            "ne": LESS | GREATER}
REMEDY = "write autograd.where(a > b, x, y), maximum, minimum or select instead"
OURS = ("autograd.", "nn.")                 # what these do with a Value's number is in the graph
FOR_USER = "autograd.compiler.jit.choices"


class Guard(NamedTuple):
    """A comparison that was met: the recording holds where a beside b is among `allowed`."""
    a: Any                                  # a Value or a float
    b: Any
    allowed: int                            # LESS | EQUAL | GREATER
    line: str


class Notes:
    """What one recording notices.

    numbers   the Values that stand for numbers in the function as it was written: all arguments,
              but those a transform makes Values of
    effects   what it does to Values from outside; None where that is a refusal
    """

    def __init__(self, numbers: set[Value], lookups: Lookups,
                 outside: Iterable[Value] | None = None) -> None:
        self.numbers, self.lookups = numbers, lookups
        self.effects = None if outside is None else Effects(outside, numbers, self.stop)
        self.guards: list[Guard] = []
        self.columns: dict[int, tuple[tuple[Any, ...], bool, bool]] = {}
        self.refusals: list[str] = []
        self.made: set[Value] = set()       # leaves that were made while it was recorded
        # what stands for one of several Values and numbers, as it was chosen, and these
        self.chosen: dict[Value, tuple[Any, ...]] = {}
        self.chosen_by: dict[Value, tuple[Any, ...]] = {}       # the comparison of a choice
        self.kinds: dict[Value, Any] = {}                       # see kinds
        self.arguments: set[Value] = set()  # the Values among the arguments
        self.origins = Origins(numbers, self.chosen, self.chosen_by, _as_data,
                               Truth)
        self.rows: dict[int, tuple[Any, list[Any]]] = {}        # what was looked up, as it was
        self.limited: list[Value] = []      # results of operations that have a domain

    def compared(self, kind: str, a: Any, b: Any, line: str = "") -> bool:
        """The outcome of a comparison, which becomes a guard."""
        beside = how(_data(a), _data(b))
        outcome = bool(TRUE_FOR[kind] & beside)
        if beside:
            allowed = TRUE_FOR[kind] if outcome else 7 - TRUE_FOR[kind]
            self.guards.append(Guard(a, b, allowed, line or line_of_user()))
        else:
            self.refuse("compares NaN")
        return outcome

    def refuse(self, what: str, remedy: str = "") -> None:
        """Note that the recording cannot stand for other numbers."""
        self.refusals.append(f"{what} ({line_of_user()}){remedy and '; ' + remedy}")

    def stop(self, what: str) -> None:
        """Refuse, and end the recording; nothing in another thread."""
        if _notes.get() is self:
            self.refuse(what, OUTSIDE)
            raise Stop

    def values_compared(self) -> list[Value]:
        """The Values that guards compare."""
        return [x for g in self.guards for x in (g.a, g.b) if isinstance(x, Value)]

    def mark(self) -> tuple[int, int]:
        """How much was noticed so far."""
        return len(self.guards), len(self.refusals)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Forget what was noticed since."""
        del self.guards[mark[0]:], self.refusals[mark[1]:]

    def looked_up(self, table: Any, index: Whole) -> Any:
        """table[index] as data; None where that is not possible."""
        if len({type(x) is Whole for x in table if isinstance(x, Value)}) > 1:
            return None
        found = self.lookups.entry(table, index, int(_data_of(index)), self.stand_in)
        if found is None:
            return None
        self.lookups.bound(index, len(table), line_of_user)
        self.watch_rows(table)
        return fixed(found)

    def watch_rows(self, table: Any) -> None:
        """Remember what the rows of a table hold: what was looked up in it are copies."""
        rows: list[Any] = [table] if is_array(table) else [x for x in table if isinstance(x, list)]
        for row in rows if id(table) not in self.rows else ():
            if id(row) in self.rows:
                continue                        # `rows` keeps it: there is no other with its id
            self.rows[id(row)] = row, row.ravel().tolist() if is_array(row) else list(row)
            if not is_array(row) and any(isinstance(x, list) for x in row):
                self.watch_rows(row)

    @property
    def changes(self) -> Effects | None:
        """The effects, where there are any."""
        return self.effects if self.effects is not None and self.effects.any else None

    def lend(self, memories: Iterable[Memory]) -> None:
        """Put Values into memories, Wholes for ints."""
        if self.effects is not None:
            self.effects.lend(memories, Whole)

    def finish(self, returned: Any) -> None:
        """The function has ended, and gives this."""
        self.check_rows()
        if self.effects is not None:
            self.effects.finish(returned)
            self.made -= self.effects.leaves

    def check_rows(self) -> None:
        """Refuse where a row of a table was changed after something was looked up in it."""
        for row, held in self.rows.values():
            now = row.ravel().tolist() if is_array(row) else row
            if len(now) != len(held) or not all(map(operator.is_, now, held)):
                self.refuse("changes a table that an argument indexes")

    def stand_in(self, number: float, column: tuple[Any, ...]) -> Value:
        """A Value for an entry of a table; it is a number in f where all entries are."""
        known = self.columns.get(id(column))
        if known is None:
            are_ints = bool(column) and all(type(x) is Whole for x in column)
            are_numbers = all(not isinstance(x, Value) or x in self.numbers for x in column)
            known = self.columns[id(column)] = column, are_ints, are_numbers
        v = Whole(number) if known[1] else Value(number)
        if known[2]:
            self.numbers.add(v)
        self.chosen[v] = column
        return v

    def chose(self, found: Any, a: Any, b: Any, by: tuple[str, Any, Any]) -> None:
        """Note what stands for one of two Values or numbers, or for tuples of them."""
        if isinstance(found, tuple):
            for each in zip(found, a, b):
                self.chose(*each, by)
        elif isinstance(found, Value) and found is not a:
            self.chosen[found] = a, b
            self.chosen_by[found] = *by, line_of_user()

    def taken(self, v: Value) -> Any:
        """What v stands for here, as it was chosen, which becomes a guard."""
        if v not in self.chosen_by:
            self.refuse("returns a Value of a table that an argument indexes")
            raise Stop
        a, b = self.chosen[v]
        return a if self.compared(*self.chosen_by[v]) else b

    def are_numbers(self, a: Value, b: Any) -> bool:
        """Whether both are floats as f was written. A Value that stands for one of several, as it
        was chosen, cannot be asked whether it is the same as another: that is a refusal."""
        of_values = [x for x in (a, b) if isinstance(x, Value) and not self.is_number(x)]
        if len(of_values) == 2 and a is not b and not self.chosen.keys().isdisjoint(of_values):
            self.refuse("asks whether two Values are the same")
        return not of_values

    def is_number(self, v: Value) -> bool:
        """Whether v is a float, not a Value, when the function runs as it was written; where an
        `if` decides, that is a guard."""
        if isinstance(v, Truth):
            return True
        try:
            valued = self.origins.valued(v)
        except Mixed:
            self.refuse("depends on whether an entry of a table is a number or a Value")
            return False
        if isinstance(valued, Value):
            return not self.compared("gt", valued, 0.5)
        return not valued


_notes: ContextVar[Notes | None] = ContextVar("notes", default=None)
_lock = threading.Lock()
_recordings: list[Notes] = []
_before: list[tuple[Any, str, Any]] = []
_data_of, _set_data = Value.data.fget, Value.data.fset          # type: ignore[attr-defined]
_grad_of, _set_grad = Value.grad.fget, Value.grad.fset          # type: ignore[attr-defined]


def how(x: float, y: float) -> int:
    """LESS, EQUAL or GREATER; 0 beside NaN."""
    return LESS * (x < y) | EQUAL * (x == y) | GREATER * (x > y)


@contextmanager
def noticing(numbers: set[Value], lookups: Lookups,
             outside: Iterable[Value] | None = None) -> Iterator[Notes]:
    """Inside, in this thread, what is said at the head of this file is noted; `outside` are the
    Values that may be changed, or None."""
    notes = Notes(numbers, lookups, outside)
    before = _notes.get(), FOR_OTHER_NUMBERS.get()
    try:                                            # a Ctrl-C may come at any time
        with _lock:
            _recordings.append(notes)
            if len(_recordings) == 1:
                _replace()
        _notes.set(notes)
        FOR_OTHER_NUMBERS.set(True)
        yield notes
    finally:
        _notes.set(before[0])
        FOR_OTHER_NUMBERS.set(before[1])
        finish(lambda: _leave(notes))


def _leave(notes: Notes) -> None:
    """Put everything back when these are the last notes."""
    if notes.effects is not None:
        notes.effects.put_back()
    with _lock:
        _recordings[:] = [other for other in _recordings if other is not notes]
        if not _recordings:
            for owner, name, method in reversed(_before):
                if method is not None:
                    setattr(owner, name, method)
                elif name in vars(owner):
                    delattr(owner, name)
            _before.clear()


# What a comparison and an int are -----------------------------------------------------------------

class Truth(Value):
    """How a comparison came out, 1 or 0: data, and a guard where it is asked whether it is true."""
    __slots__ = ("comparison",)
    comparison: tuple[str, Any, Any]

    def __init__(self, kind: str, a: Any, b: Any) -> None:
        truth = _as_data(kind, a, b)
        super().__init__(_data_of(truth), truth.inputs, truth.op)
        self.comparison = kind, a, b

    def __bool__(self) -> bool:
        notes = _notes.get()
        if notes is None:
            return bool(_data_of(self))
        return notes.compared(*self.comparison)

    def __index__(self) -> int: return int(bool(self))
    def __int__(self) -> int: return int(bool(self))            # type: ignore[override]
    def __float__(self) -> float: return float(bool(self))      # type: ignore[override]
    def __and__(self, other: Any) -> Any: return Truth("ne", self * other, 0.0)
    def __or__(self, other: Any) -> Any: return Truth("ne", self + other, 0.0)
    def __xor__(self, other: Any) -> Any: return Truth("ne", self, other)
    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__


def _as_data(kind: str, a: Any, b: Any) -> Any:
    """The comparison with operations of the table: 1 where it is true."""
    if kind in ("gt", "lt"):
        return ops.greater(a, b) if kind == "gt" else ops.greater(b, a)
    if kind in ("ge", "le"):
        return 1.0 - (ops.greater(b, a) if kind == "ge" else ops.greater(a, b))
    same = (1.0 - ops.greater(a, b)) * (1.0 - ops.greater(b, a))
    return same if kind == "eq" else 1.0 - same


class Whole(Value):
    """An int among the arguments."""
    __slots__ = ()

    def number(self) -> int:
        """The int itself, which is a guard."""
        notes, x = _notes.get(), _data_of(self)
        if notes is not None:
            notes.compared("eq", self, x)
            if abs(x) > LARGEST:
                notes.refuse("calculates with an int too large for a float")
        return int(x)

    def __pow__(self, other: Any) -> Value:
        return _whole_where(Value.__pow__(self, other), other)

    def __rpow__(self, other: Any) -> Value:
        found = Value.__rpow__(self, other)
        return _whole_where(found, self) if isinstance(other, int) else found

    def __hash__(self) -> int:
        return hash(self.number()) if _notes.get() and from_user() else object.__hash__(self)

    def __neg__(self) -> Value: return _whole(Value.__neg__(self))
    def __abs__(self) -> Value: return _whole(Value.__abs__(self))


def _of_ints(name: str) -> tuple[Any, Any]:
    """An operator of ints, and the same from the right."""
    plain = getattr(operator, name) if name != "divmod" else divmod
    of_int: Callable[[Any], Any] = lambda x: x.number() if isinstance(x, Whole) else x
    return (lambda self, other: plain(self.number(), of_int(other)),
            lambda self, other: plain(of_int(other), self.number()))


def _of_whole(name: str) -> Any:
    """An operator whose result is whole, too, where the other number is; lists are repeated."""
    plain = getattr(Value, name)

    def method(self: Whole, other: Any) -> Any:
        if isinstance(other, (list, tuple, str)) and name in ("__mul__", "__rmul__"):
            return other * self.number()
        found = plain(self, other)
        return _whole(found) if type(other) in (int, Whole) else found
    return method


def _whole(v: Value) -> Value:
    """A Value that is a whole number, as a Whole."""
    return Whole(_data_of(v), v.inputs, v.op)


def _whole_where(v: Value, exponent: Any) -> Value:
    """A power of an int, which is an int where the exponent is not negative: a guard."""
    notes = _notes.get()
    if type(exponent) not in (int, Whole):
        return v
    is_whole = _data(exponent) >= 0
    if notes is not None and isinstance(exponent, Whole):
        is_whole = notes.compared("ge", exponent, 0.0)
    return _whole(v) if is_whole else v


for _name in ("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__"):
    setattr(Whole, _name, _of_whole(_name))
for _name in ("floordiv", "mod", "divmod", "lshift", "rshift", "and_", "or_", "xor"):
    _there, _back = _of_ints(_name)
    setattr(Whole, f"__{_name.strip('_')}__", _there)
    setattr(Whole, f"__r{_name.strip('_')}__", _back)
for _name in ("__index__", "__int__", "__float__", "__trunc__", "__floor__", "__ceil__",
              "__round__", "__invert__", "__format__", "__repr__", "bit_length"):
    setattr(Whole, _name, lambda self, *rest, _name=_name: getattr(self.number(), _name)(*rest))


# Rows of tables -----------------------------------------------------------------------------------

def fixed(x: Any) -> Any:
    """What was looked up, so that a change of it, which would not reach the table, is noticed."""
    if type(x) is list:
        return Row(map(fixed, x))
    if is_array(x):
        x.flags.writeable = False
    return x


def _changes_row(name: str) -> Any:
    plain = getattr(list, name)

    def method(self: Any, *rest: Any, **named: Any) -> Any:
        notes = _notes.get()
        if notes is not None:
            notes.refuse("changes a row of a table that an argument indexes")
        return plain(self, *rest, **named)
    return method


for _name in ("__setitem__", "__delitem__", "__iadd__", "__imul__", "append", "extend", "insert",
              "pop", "remove", "clear", "sort", "reverse"):
    setattr(Row, _name, _changes_row(_name))


# What is put into Value ---------------------------------------------------------------------------

class Stop(BaseException):
    """Ends a recording that would change something for a second time."""


OUTSIDE = """decorate one step, or the function that returns the loss, and leave the rest as it is:
    @jit
    def loss(...): ...          # returns it
    loss(...).backward()        # between zeroing grads and moving parameters"""
REFUSED = {"__format__": "prints", "__repr__": "prints", "__float__": "calls float() of",
           "__int__": "calls int() of", "__round__": "rounds", "__trunc__": "rounds",
           "item": "calls item() of", "__copy__": "copies", "__deepcopy__": "copies",
           "__reduce__": "copies"}
OF_FLOATS = ("__floordiv__", "__rfloordiv__", "__mod__", "__rmod__", "__divmod__", "__rdivmod__",
             "__floor__", "__ceil__", "__complex__")


# numbers on the right with which an operator is defined for whatever stands on its left
IS_TOTAL: dict[str, Callable[[Any], bool]] = {
    "__truediv__": lambda divisor: divisor != 0,
    "__pow__": lambda exponent: exponent >= 0 and exponent % 1 == 0,
}


def _replace() -> None:
    """Put methods that notice into Value."""
    found: dict[str, Any] = {f"__{kind}__": _comparison(kind) for kind in TRUE_FOR}
    found |= {name: _refusing(name, f"{what} a Value") for name, what in REFUSED.items()}
    found |= {name: _missing(f"calculates with .{name} of a Value") for name in OF_FLOATS}
    found["__bool__"], found["__index__"], found["__getattr__"] = _truth, _index, _attribute
    found["data"] = property(_read_data, _setting(_set_data, "sets .data", Effects.set_data))
    found["grad"] = property(_read_grad, _setting(_set_grad, "sets .grad", Effects.set_grad))
    found["backward"] = _setting(Value.backward, "calls backward()", _backward)
    found["__init__"], found["__hash__"] = _init(Value.__init__), _hash
    found["__array_ufunc__"] = _array_ufunc
    for name in ("__truediv__", "__rtruediv__", "__pow__", "__rpow__"):
        found[name] = _limited(name, getattr(Value, name))
    _put(Operation, "__call__", _called(Operation.__call__))
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


def _array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """A comparison with a number of NumPy's, which NumPy would make a bool; or what it does."""
    compare = COMPARED.get(ufunc.__name__)
    if _notes.get() is None or compare is None or any(getattr(x, "ndim", 0) for x in inputs):
        return for_numpy(ufunc, method, inputs, options)
    a, b = [x if isinstance(x, Value) else x.item() for x in inputs]
    return compare(a, b)


COMPARED = {"less": operator.lt, "less_equal": operator.le, "greater": operator.gt,
            "greater_equal": operator.ge, "equal": operator.eq, "not_equal": operator.ne}


def refuse_equal_number(notes: Any, v: Value, other: Any) -> None:
    """Refuse what compares a Value with a number that is equal to it: eager, that raises."""
    is_number = not isinstance(other, Value) or notes.is_number(other) or notes.is_number(v)
    if is_number and not notes.compared("ne", v, other):
        notes.refuse("compares a Value with a number equal to it")


def _comparison(kind: str) -> Callable[[Any, Any], Any]:
    plain = getattr(Value, f"__{kind}__")
    by_identity = kind in ("eq", "ne")

    def method(self: Any, other: Any) -> Any:
        notes = _notes.get()
        known = isinstance(other, (Value, int, float)) or is_numpy_scalar(other)
        if notes is None or not known or by_identity and not from_user():
            return plain(self, other)
        if by_identity and not notes.are_numbers(self, other):
            refuse_equal_number(notes, self, other)
            return plain(self, other)           # Values are equal when they are the same Value
        x, y = _data_of(self), _data(other)
        if x != x or y != y:
            notes.refuse("compares NaN")
        return Truth(kind, self, other if isinstance(other, Value) else float(other))
    return method


_plain_truth = Value.__bool__


def _truth(self: Any) -> bool:
    notes = _notes.get()
    if notes is None or not from_user():
        return _plain_truth(self)
    true = notes.compared("ne", self, 0.0)
    return true if notes.is_number(self) else _plain_truth(self)


def _index(self: Any) -> int:
    notes, x = _notes.get(), _data_of(self)
    if notes is None or not x.is_integer() or not notes.is_number(self) or has_float(self, notes):
        raise TypeError("a Value is not an index: write autograd.select(index, values)")
    notes.compared("eq", self, x)
    return int(x)


def has_float(v: Value, notes: Notes) -> bool:
    """Whether v is made of a number that is no int, as f was written, however whole it is now."""
    stack, seen = [v], {v}
    while stack:
        x = stack.pop()
        parts = () if isinstance(x, (Truth, Whole)) else notes.chosen.get(x, x.inputs)
        if not isinstance(x, (Truth, Whole)) and x.is_leaf:
            return True
        new = [u for u in parts if isinstance(u, Value) and u not in seen]
        seen.update(new)
        stack += new
    return False


def _hash(self: Any) -> int:
    if of_users(sys._getframe(1)):
        notes = _notes.get()
        if notes is not None:
            notes.refuse("looks up in a dict or a set a Value")
    return object.__hash__(self)


def _read_data(self: Any) -> Any:
    notes = _notes.get()
    if notes is None or not is_users(sys._getframe(1)):
        return _data_of(self)
    if notes.is_number(self):
        notes.refuse("asks a number for .data")
        raise AttributeError("'float' object has no attribute 'data'")
    return ops.stop_gradient(self) if notes.effects is None else notes.effects.data_of(self)


def _read_grad(self: Any) -> Any:
    notes = _notes.get()
    if notes is None or not from_user():
        return _grad_of(self)
    if notes.effects is not None:
        return notes.effects.grad_of(self)
    notes.refuse("reads .grad")
    return _grad_of(self)


def _setting(plain: Any, what: str, effect: Callable[..., None]) -> Callable[..., None]:
    """What sets something, or the effect of it in a recording."""
    def method(self: Any, *x: Any, **named: Any) -> None:
        notes = _notes.get()
        if notes is None:
            plain(self, *x, **named)
        elif notes.effects is None or named or notes.is_number(self):
            notes.refuse(what, OUTSIDE)
            raise Stop
        else:
            effect(notes.effects, self, *x)
    return method


def _backward(effects: Effects, output: Value, seed: Any = 1.0) -> None:
    """output.backward(seed)."""
    effects.backward(output, seed)


def _attribute(self: Any, name: str) -> Any:
    notes = _notes.get()
    if notes is not None and not name.startswith("__") and from_user() and not by_numpy(name):
        notes.refuse(f"asks a Value for .{name}")
    raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


def _init(plain: Any) -> Callable[..., None]:
    """Value(...), which of a Value makes one with its number, and is noted where it is a leaf."""
    def method(self: Any, data: Any, inputs: Any = (), op: Any = "", *rest: Any,
               **named: Any) -> None:
        notes = _notes.get()
        if notes is None:
            plain(self, data, inputs, op, *rest, **named)
        elif isinstance(data, Value) and not inputs:
            plain(self, _data_of(data), (data,), ops.identity, *rest, **named)
        else:
            plain(self, data, inputs, op, *rest, **named)
            notes.made.add(self)
    return method


def _refusing(name: str, what: str) -> Callable[..., Any]:
    plain = getattr(Value, name)

    def method(self: Any, *rest: Any) -> Any:
        notes = _notes.get()
        if notes is not None and from_user():
            notes.refuse(what)
        return plain(self, *rest)
    return method


def _limited(name: str, plain: Any) -> Callable[[Any, Any], Any]:
    """An operator that has a domain: it may fail for other numbers, used or not."""
    is_total = IS_TOTAL.get(name, lambda other: False)

    def method(self: Any, other: Any) -> Any:
        found, notes = plain(self, other), _notes.get()
        if notes is not None and isinstance(found, Value):
            if type(other) not in (int, float) or not is_total(other):
                notes.limited.append(found)
        return found
    return method


def _called(plain: Any) -> Callable[..., Any]:
    """The same for an operation that is called; it may not be given what has changed."""
    def method(self: Any, *inputs: Any) -> Any:
        notes = _notes.get()
        if notes is not None and notes.effects is not None:
            notes.effects.refuse_gone(inputs)
        found = plain(self, *inputs)
        if self.domain and isinstance(found, Value) and notes is not None:
            notes.limited.append(found)
        return found
    return method


def _missing(what: str) -> Callable[..., Any]:
    def method(self: Any, *rest: Any) -> Any:
        notes = _notes.get()
        if notes is not None:
            notes.refuse(what)
        return NotImplemented
    return method


def _data(x: Any) -> float:
    number: float = _data_of(x) if isinstance(x, Value) else x
    return number


# Who asks -----------------------------------------------------------------------------------------

def from_user() -> bool:
    """Whether the method that calls this was called from outside of this project, or by what
    stands for a statement of the user's."""
    return is_users(sys._getframe(2))


def is_users(frame: types.FrameType) -> bool:
    """Whether a frame is of the user's code, or of what stands for it."""
    code = frame.f_code
    return of_users(frame) or code is FOR_NUMPY or code is OF_UFUNC


def by_numpy(name: str) -> bool:
    """Whether NumPy asks for an attribute that a float has not either."""
    asks = str(sys._getframe(2).f_globals.get("__name__", "")).startswith("numpy.")
    return asks and not hasattr(float, name)


def of_users(frame: types.FrameType) -> bool:
    """Whether a frame is of the user's code, or stands for a statement of it."""
    space = frame.f_globals
    return of_user(space.get("__name__"), space.get("__file__"))


@cache
def of_user(module: Any, file: Any) -> bool:
    """Whether a module is outside of this project, or stands for a statement of the user's. A
    package called nn may be the user's."""
    ours = str(module).startswith(OURS) and (file is None or is_at_home(str(module), str(file)))
    return not ours or module == FOR_USER


FOR_NUMPY, OF_UFUNC = for_numpy.__code__, _array_ufunc.__code__     # NumPy calls them for the user


def line_of_user() -> str:
    """The line outside of this project that is at work, such as `model.py, line 12`."""
    frame = sys._getframe(1)
    while frame.f_back and str(frame.f_globals.get("__name__", "")).startswith(OURS):
        frame = frame.f_back
    return f"{frame.f_code.co_filename.rpartition('/')[2]}, line {frame.f_lineno}"


def notes_here() -> Notes | None:
    """What is noticed in this thread; None where nobody records."""
    return _notes.get()
