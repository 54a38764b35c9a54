"""What a function reads besides its arguments: closures, globals, defaults, and the functions it
calls; so that a compiled function notices when something of it changes.

`Reach(f).same()` tells whether all of it is as it was. What gives something else each time (random
numbers, the clock, an iterator) is a refusal.
"""
from __future__ import annotations

import dis
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.value import Value

CHANGING = {"random", "time", "datetime", "secrets", "uuid"}
OURS = {"autograd", "nn", "numpy"}
PLAIN = (int, float, str, bytes, bool, complex, type(None), type, Value, np.generic)
MOST = 20000                                # more objects than this are not looked through


class Reach:
    """The present state of what f reads; `refusals` says what cannot be watched."""

    def __init__(self, f: Any) -> None:
        self.refusals: list[str] = []
        self.states: list[tuple[Any, Any]] = []         # what is looked at, and how it was
        self.seen: set[int] = set()
        self.kept: list[Any] = []
        self.visit(f)

    def same(self) -> bool:
        """Whether everything is as it was."""
        return all(_equal(state, now(thing)) for thing, state in self.states)

    def visit(self, x: Any) -> None:
        """Note the state of x and of what it holds."""
        stack = [x]
        while stack:
            x = stack.pop()
            if isinstance(x, PLAIN) and not _is_own_class(x) or id(x) in self.seen:
                continue
            self.seen.add(id(x))
            self.kept.append(x)                         # so that its id stays its own
            if len(self.seen) > MOST:
                self.refusals.append("refers to too many objects")
                return
            self.refuse(x)
            thing = _Reads(x) if isinstance(x, types.FunctionType) else x
            state = now(thing)
            if state is not None:
                self.states.append((thing, state))
                stack += state[1]

    def refuse(self, x: Any) -> None:
        """Note a refusal for what gives something else each time."""
        owner = getattr(x, "__self__", None)
        module = x.__name__ if isinstance(x, types.ModuleType) else getattr(x, "__module__", "")
        names = {str(module), type(owner).__module__, type(x).__module__}
        if names & CHANGING or any(name.startswith("numpy.random") for name in names):
            self.refusals.append("uses random numbers or the clock")
        elif isinstance(x, Iterator):
            self.refusals.append("reads from an iterator")
        elif getattr(x, "__name__", "") == "gradients" and str(module).startswith("autograd."):
            self.refusals.append("calls gradients(); use grad or value_and_grad")
        elif isinstance(x, types.FunctionType) and not _is_trusted(x):
            if {"STORE_GLOBAL", "DELETE_GLOBAL"} & {i.opname for i in dis.get_instructions(x)}:
                self.refusals.append("changes a global")


class _Reads:
    """What a function reads: its closure, its defaults, its globals by name."""

    def __init__(self, f: types.FunctionType) -> None:
        self.f = f
        self.names = [] if _is_trusted(f) else sorted(_names(f.__code__))

    def state(self) -> list[Any]:
        """The objects, in a fixed order."""
        found: list[Any] = [self.f.__code__, *(self.f.__defaults__ or ()),
                            *(self.f.__kwdefaults__ or {}).values()]
        for cell in self.f.__closure__ or ():
            try:
                found.append(cell.cell_contents)
            except ValueError:                          # not set yet
                found.append(None)
        for name in self.names:
            x = self.f.__globals__.get(name)
            found.append(x)
            if isinstance(x, types.ModuleType):
                found += [getattr(x, inside, None) for inside in self.names]
        return found


def _names(code: Any) -> set[str]:
    """The names of globals and attributes in a piece of code and in the functions inside it."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _names(constant)
    return found


def now(x: Any) -> Any:
    """The present state of x: its kind and what it holds; None for what cannot change."""
    if isinstance(x, _Reads):
        return "function", x.state()
    if isinstance(x, (list, tuple)):
        return "items", list(x)
    if isinstance(x, (set, frozenset)):
        return "items", sorted(x, key=hash)
    if isinstance(x, dict):
        return tuple(x), list(x.values())
    if isinstance(x, np.ndarray):
        inside = x.ravel().tolist() if x.dtype == object else []
        return (x.shape, x.dtype.str, x.tobytes()), inside
    if isinstance(x, types.MethodType):
        return "method", [x.__self__, x.__func__]
    if isinstance(x, (types.ModuleType, types.BuiltinFunctionType, types.CodeType)):
        return None
    if isinstance(x, type):
        return "class", [v for v in vars(x).values() if isinstance(v, (*PLAIN, types.FunctionType))]
    fields = list(getattr(x, "__dict__", {}).values())
    fields += [getattr(x, name, None) for name in getattr(x, "__slots__", ())]
    if hasattr(x, "func") and hasattr(x, "args"):       # functools.partial
        fields += [x.func, x.args, x.keywords]
    return "object", [*fields, *([] if _is_trusted(type(x)) else [type(x)])]


def _equal(a: Any, b: Any) -> bool:
    """Whether two states hold the same objects, or numbers of the same value."""
    if a is None or b is None:
        return a is b
    if a[0] != b[0] or len(a[1]) != len(b[1]):
        return False
    return all(x is y or type(x) is type(y) and isinstance(x, PLAIN) and x == y
               for x, y in zip(a[1], b[1]))


def _is_own_class(x: Any) -> bool:
    return isinstance(x, type) and not _is_trusted(x)


def _is_trusted(x: Any) -> bool:
    """Whether it belongs to Python, NumPy or this project: its globals do not change."""
    first = str(getattr(x, "__module__", "") or "").partition(".")[0]
    return first in OURS or first in sys.stdlib_module_names and first != "__main__"
