"""Exercise 8: expressions of the student's nodes, and what backward leaves in grad."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from demos.exercises.marking.desk import Desk

EXPRESSIONS: dict[str, Callable[..., Any]] = {      # rising: used once, a leaf used twice, nodes between used twice
    "w * x + b": lambda w, x, b: w * x + b,
    "a * a + a * b": lambda a, b: a * a + a * b,
    "h * h + h * a, with h = a * b": lambda a, b: (a * b) * (a * b) + (a * b) * a,
    "h * h * h, with h = a + b": lambda a, b: cube(a + b),
    "s + s * a, with s = h + h, h = a * b": lambda a, b: doubled(a * b, a),
    "b * (a + b)": lambda a, b: b * (a + b)}


def doubled(h: Any, a: Any) -> Any:
    s = h + h
    return s + s * a


def cube(h: Any) -> Any:
    return h * h * h


def trace(f: Callable[..., Any], leaves: Sequence[Any], names: Sequence[str], k: int | None = None,
          t: float = 0.0) -> tuple[list[Any], list[str]]:
    """The numbers or nodes that f goes through, leaves first, and what each is called; the one numbered k is moved by t."""
    found: list[Any] = []
    labels: list[str] = []

    class Traced:
        def __init__(self, x: Any, label: str) -> None:
            self.x, self.label = x + t if len(found) == k else x, label
            found.append(self.x)
            labels.append(label)

        def __add__(self, other: Traced) -> Traced:
            return Traced(self.x + other.x, f"({self.label} + {other.label})")

        def __mul__(self, other: Traced) -> Traced:
            return Traced(self.x * other.x, f"({self.label} * {other.label})")

    f(*map(Traced, leaves, names))
    return found, [*labels[:-1], "y"]


def names_of(text: str) -> Sequence[str]:
    code = EXPRESSIONS[text].__code__
    return code.co_varnames[:code.co_argcount]


def grads(desk: Desk, text: str, p: list[float], actions: list[str]) -> Any:
    """The data of all nodes, then their grads after each action: "backward", "seven" (every grad becomes 7), "again" (a second
    expression of the same leaves, whose nodes are read from there on)."""
    node, leaves_named = desk.get("Node"), names_of(text)
    leaves = [node(x) for x in p]
    nodes, _ = trace(EXPRESSIONS[text], leaves, leaves_named)
    found = [[v.data for v in nodes]]
    for action in actions:
        if action == "seven":
            for v in nodes:
                v.grad = 7.0
        elif action == "again":
            nodes, _ = trace(EXPRESSIONS["b * (a + b)"], leaves, leaves_named)
        else:
            desk.get("backward")(nodes[-1])
            found.append([v.grad for v in nodes])
    return found
