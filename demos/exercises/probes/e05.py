"""Exercise 5: tables with one wrong partial, made here, and the student's own."""
from __future__ import annotations

from collections.abc import Callable
from math import asinh, atan2, cosh, exp, hypot, log, log1p, sqrt, tanh
from typing import Any

from autograd.derivatives.differences import finite_difference
from demos.exercises.marking.desk import Desk

FORWARD: dict[str, Callable[..., float]] = {
    "mul": lambda a, b: a * b, "div": lambda a, b: a / b, "pow": lambda a, b: a**b, "hypot": hypot, "atan2": atan2,
    "sqrt": sqrt, "tanh": tanh, "gauss": lambda a: exp(-a * a), "log_cosh": lambda a: log(cosh(a)),
    "softplus": lambda a: log1p(exp(a)), "asinh": asinh, "softsign": lambda a: a / (1 + a)}
OTHERS: dict[str, Callable[..., float]] = {             # no table that a student knows has these
    "wave": lambda a, b: a * tanh(b), "ratio": lambda a, b: a / (a + b), "cube": lambda a: a**3, "bell": lambda a: 1 / (1 + a * a)}
INPUTS = {"mul": 2, "div": 2, "pow": 2, "hypot": 2, "atan2": 2, "wave": 2, "ratio": 2}
RUINS: dict[str, Callable[..., float]] = {              # what is made of a right partial d, given the output and the inputs
    "is 10 % too large": lambda d, y, *inputs: 1.1 * d,
    "has the wrong sign": lambda d, y, *inputs: -d,
    "is right only where the first input is 1": lambda d, y, *inputs: d * inputs[0],
    "is right only where the value is 1": lambda d, y, *inputs: d * y}


def quotient(forward: Callable[..., float], i: int) -> Callable[..., float]:
    """The partial derivative of forward with respect to input i, as a rule that takes finite differences."""
    return lambda y, *inputs: finite_difference(lambda t: [forward(*inputs[:i], t, *inputs[i + 1:])], inputs[i])[0].value


def honest(new: bool = False) -> dict[str, Any]:
    """A table without a fault."""
    rows = OTHERS if new else {key: f for key, f in FORWARD.items() if key != "asinh"}
    return {key: (f, *(quotient(f, j) for j in range(INPUTS.get(key, 1)))) for key, f in rows.items()}


def ruined(name: str, i: int, words: str, new: bool = False) -> dict[str, Any]:
    """A table in which partial i of the row `name` is ruined in that way, and no other."""
    table, ruin = honest(new), RUINS[words]
    row = list(table[name])
    right = row[1 + i]
    row[1 + i] = lambda y, *inputs: ruin(right(y, *inputs), y, *inputs)
    return {**table, name: tuple(row)}


def fault(desk: Desk, name: str, i: int, words: str, new: bool = False) -> Any:
    """What at_fault gives for a ruined table, and the inputs for which it asked the values of the ruined row and of the first."""
    table: dict[str, Any] = ruined(name, i, words, new)
    first = next(iter(table))
    asked: dict[str, list[Any]] = {key: [] for key in (name, first)}

    def watched(key: str, forward: Any) -> Any:
        def f(*inputs: Any) -> Any:
            asked[key].append(list(inputs))
            return forward(*inputs)
        return f
    for key in asked:
        table[key] = (watched(key, table[key][0]), *table[key][1:])
    found = desk.get("at_fault")(table)
    return [found, asked[name][:200], asked[first][:50]]


def fault_of_own(desk: Desk) -> Any:
    """What at_fault gives for the student's TABLE, as it was when `partials` read it."""
    return desk.get("at_fault")(dict(desk.kept["TABLE"]))


def partials(desk: Desk, points: list[list[float]]) -> Any:
    """All partials of the student's TABLE at some points: [name, i, numbers] for each."""
    found = []
    desk.kept["TABLE"] = dict(desk.get("TABLE"))
    for name, (forward, *rules) in desk.kept["TABLE"].items():
        for i, rule in enumerate(rules):
            inputs = [point[:len(rules)] for point in points]
            found.append([str(name), i, [float(rule(forward(*p), *p)) for p in inputs]])
    return found
