"""Exercise 3: whether the derivatives that come back are those that `backward` left in the grads, and of which graph."""
from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from autograd import Value
from autograd.graph import topological_order
from demos.exercises.marking.desk import Desk


def followed(desk: Desk, a: float, b: float, other: list[float], factor: float) -> Any:
    """What value_and_derivatives(a, b) gives when `backward` leaves `factor` times as much in the grads of leaves, and what the
    outputs it was called on would be at the point `other`."""
    outputs: list[Value] = []
    end = stretched(desk, outputs, factor)
    try:
        found = desk.get("value_and_derivatives")(a, b)
    finally:
        end()
    return [found, [replayed(y, {a: other[0], b: other[1]}) for y in outputs]]


def stretched(desk: Desk, outputs: list[Value], factor: float) -> Callable[[], None]:
    """From here on each `backward` adds `factor` times as much to the grads of leaves, and notes its output; gives what ends it."""
    undo: list[Callable[[], None]] = []
    inside: list[Value] = []                                    # Value.backward calls another function of that name

    def wrapped(function: Any) -> Any:
        @functools.wraps(function)
        def backward(output: Value, *arguments: Any, **options: Any) -> Any:
            if inside:
                return function(output, *arguments, **options)
            leaves = [v for v in topological_order(output) if v.is_leaf]
            before = [v.grad or 0.0 for v in leaves]
            inside.append(output)
            try:
                found = function(output, *arguments, **options)
            finally:
                inside.clear()
            outputs.append(output)
            for v, x in zip(leaves, before):
                v.grad = x + factor * (v.grad - x)
            return found
        return backward

    def put(where: Any, name: str) -> None:
        old = getattr(where, name)
        setattr(where, name, wrapped(old))
        undo.append(lambda: setattr(where, name, old))
    put(Value, "backward")
    for module in [m for name, m in list(sys.modules.items()) if name.partition(".")[0] == "autograd"]:
        if is_backward(vars(module).get("backward")):
            put(module, "backward")
    for name, x in list(desk.names.items()):
        if is_backward(x):
            undo.append(functools.partial(desk.set, name, x))
            desk.set(name, wrapped(x))

    def end() -> None:
        for back in reversed(undo):
            back()
    return end


def is_backward(x: Any) -> bool:
    return isinstance(x, types.FunctionType) and x.__name__ == "backward" and x.__module__.partition(".")[0] == "autograd"


def replayed(output: Value, at: dict[float, float]) -> float | None:
    """The number that a recorded output would have if its leaves held other numbers; None where it cannot be computed."""
    numbers: dict[int, float] = {}
    with suppress(ArithmeticError, ValueError, TypeError, AttributeError):
        for v in topological_order(output):
            inputs = [numbers[id(x)] if isinstance(x, Value) else x for x in v.inputs]
            numbers[id(v)] = at.get(v.data, v.data) if v.is_leaf else v.op.value(*inputs)
        return numbers[id(output)]
    return None
