"""Notices which functions of the engine, and of NumPy and math, a student's code calls itself."""
from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable
from typing import Any

import autograd
from demos.exercises.marking.desk import Desk

DERIVATIVES = ("grad", "value_and_grad", "gradients", "jvp", "vjp", "jacobian", "hessian", "hvp", "backward", "finite_difference",
               "check_gradients")
ORDERS = ("topological_order", "order", "walk", "reachable", "nodes")
OTHERS = ("compile", "jit", "check_engine", "explain", "expression")


def watch(desk: Desk) -> Callable[[], None]:
    """Note in desk.called, from here on, what the student's code calls; gives a function that ends it.

    A call counts when the code that calls stands in the student's file: what the engine does inside is not the student's.
    """
    undo: list[tuple[Any, str, Any]] = []

    def wrapped(name: str, function: Any) -> Any:
        @functools.wraps(function)
        def call(*arguments: Any, **options: Any) -> Any:
            if sys._getframe(1).f_code.co_filename == desk.file:
                desk.called.add(name)
            return function(*arguments, **options)
        return call

    def put(where: Any, name: str, new: Any) -> None:
        undo.append((where, name, getattr(where, name)))
        setattr(where, name, new)

    found: dict[int, Any] = {}
    for module in [m for n, m in list(sys.modules.items()) if n == "autograd" or n.startswith("autograd.")]:
        for name, function in list(vars(module).items()):
            if name in (*DERIVATIVES, *ORDERS, *OTHERS) and isinstance(function, types.FunctionType):
                if function.__module__.startswith("autograd"):
                    put(module, name, found.setdefault(id(function), wrapped(f"autograd.{name}", function)))
    put(autograd.Value, "backward", wrapped("Value.backward", autograd.Value.backward))

    def end() -> None:
        for where, name, old in reversed(undo):
            setattr(where, name, old)
    return end


def points_of(names: tuple[str, ...], desk: Desk, notes: list[tuple[str, float]]) -> Callable[[], None]:
    """Note the numbers at which functions such as sin are evaluated, in math and in NumPy; gives a function that ends it."""
    undo: list[tuple[Any, str, Any]] = []
    modules = [found for name in ("math", "numpy") if (found := sys.modules.get(name))]
    replaced: dict[int, Any] = {}
    for module in modules:
        for name in names:
            function = getattr(module, name)

            def call(x: Any, *rest: Any, function: Any = function, name: str = name, **options: Any) -> Any:
                if isinstance(x, float):
                    notes.append((name, float(x)))
                elif getattr(x, "ndim", 0) and x.size <= 200 and x.dtype.kind == "f":
                    notes.extend((name, float(t)) for t in x.ravel())
                return function(x, *rest, **options)
            undo.append((module, name, function))
            replaced[id(function)] = call
            setattr(module, name, call)
    for key, x in list(desk.names.items()):
        if id(x) in replaced:
            undo.append((desk, key, x))
            desk.names[key] = replaced[id(x)]

    def end() -> None:
        for where, name, old in reversed(undo):
            (desk.set if where is desk else functools.partial(setattr, where))(name, old)
    return end
