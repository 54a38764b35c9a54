"""Exercise 15: expressions of dual numbers, with the student's operators and sine."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.exercises.marking.desk import Desk

EXPRESSIONS: dict[str, Callable[[Any, Callable[[Any], Any]], Any]] = {      # of a number and of the sine
    "x * x": lambda x, sin: x * x,
    "(x + 2) * x * 3": lambda x, sin: (x + 2.0) * x * 3.0,
    "1 / x": lambda x, sin: 1.0 / x,
    "(x * x + 1) / (x + 3)": lambda x, sin: (x * x + 1.0) / (x + 3.0),
    "x / 4": lambda x, sin: x / 4.0,
    "sin(x)": lambda x, sin: sin(x),
    "sin(3 * x)": lambda x, sin: sin(3.0 * x),
    "x * sin(x * x) / (2 - sin(x))": lambda x, sin: x * sin(x * x) / (2.0 - sin(x)),
    "x * x * x * x - 3 * x + sin(x)": lambda x, sin: x * x * x * x - 3.0 * x + sin(x)}


def function(desk: Desk, text: str) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        return EXPRESSIONS[text](x, desk.get("sin"))
    f.__name__ = text
    return f


def dual(desk: Desk, text: str, x: float) -> Any:
    """The value and the tangent of an expression at the dual number (x, 1), and what that number is afterwards."""
    number = desk.get("Dual")(x, 1.0)
    found = function(desk, text)(number)
    return [found.value, found.tangent, number.value, number.tangent]


def on_float(desk: Desk, text: str, x: float) -> Any:
    """An expression of a float: a number, or one with the tangent 0, which says the same."""
    found = function(desk, text)(x)
    return found.value if isinstance(found, desk.get("Dual")) and found.tangent == 0 else found


def first(desk: Desk, text: str, x: float) -> Any:
    """derivative(f, x), and the points at which it took f: (value, tangent), or (number, None)."""
    asked: list[Any] = []
    f = function(desk, text)

    def watched(t: Any) -> Any:
        asked.append(t)
        return f(t)
    return [desk.get("derivative")(watched, x), [hasattr(t, "tangent") for t in asked[:20]]]


def second(desk: Desk, text: str, x: float) -> Any:
    """derivative(derivative of f, x)."""
    derivative, f = desk.get("derivative"), function(desk, text)
    return derivative(lambda t: derivative(f, t), x)


def newton(desk: Desk, text: str, x: float) -> Any:
    """newton_step(f, x), and whether it ever took f at a dual number in a dual number."""
    nested: list[bool] = []
    f = function(desk, text)

    def watched(t: Any) -> Any:
        nested.append(hasattr(t, "value") and hasattr(t.value, "value"))
        return f(t)
    watched.__name__ = text
    return [desk.get("newton_step")(watched, x), any(nested)]
