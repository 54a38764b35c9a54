"""The misconceptions behind a wrong engine, each with a name and with what to do about it.

A kind is a key of FAULTS, which make a report false, or of NOTES, which do not: what NOTES name,
micrograd and other right engines do as well.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence

FAULTS = {
    "shape":      "the class is not used as micrograd's is: cls(2.0) has data and grad, and "
                  "results have backward()",
    "seed":       "the seed is not 1: the derivative of the output with respect to itself is 1, "
                  "so backward starts with self.grad = 1",
    "no +=":      "a gradient is overwritten: a Value that is used twice receives two "
                  "contributions, so write += and not =",
    "repeated":   "the same Value as both operands counts once: keep inputs in a tuple, not in a "
                  "set, and add both contributions",
    "no order":   "no topological order: a node passes its gradient on before all contributions "
                  "have come; visit outputs before their inputs",
    "no visited": "a node is visited once for each use, and passes its gradient on each time: "
                  "remember the nodes visited",
    "equal":      "two Values with equal data are taken for one: tell nodes apart by identity, "
                  "not by their numbers",
    "state":      "something is kept from an earlier backward pass: the order and the visited "
                  "nodes belong to one call, and a default argument is made only once",
    "chain rule": "the factor out.grad is missing: the chain rule multiplies the local derivative "
                  "by the gradient of the output",
    "in place":   "an operand is changed in place: an operation makes a new Value, and the data "
                  "of its inputs stay as they are",
    "reflected":  "a reflected operator is wrong: in 2 - x Python calls x.__rsub__(2), and there "
                  "the number comes first",
    "sign":       "a sign is wrong: in x - y the derivative with respect to y is -1, in -x it is "
                  "-1, too",
    "division":   "division is wrong: x / y is x * y ** -1, with derivatives 1 / y and -x / y ** 2",
    "power":      "the power rule is wrong: the derivative of x ** n is n * x ** (n - 1)",
    "exponent":   "the exponent is a Value, and has a derivative: x ** y * log(x); refuse it, or "
                  "count it among the inputs",
    "relu":       "relu passes a gradient where its input is below 0: test the input, or out > 0, "
                  "for out >= 0 is always true; at 0 take a number from 0 to 1",
    "in for out": "input and output are mixed up: the derivative of exp is its output, that of "
                  "tanh is 1 - output ** 2, that of log is 1 / input",
    "lost":       "no gradient arrives at one of the inputs",
    "factor":     "the derivative is multiplied by a wrong constant",
    "value":      "the value itself is wrong, before any derivative",
    "error":      "backward stops with an error",
    "endless":    "the computation does not end",
    "rule":       "the local derivative is wrong",
}

NOTES = {
    "no reset":   "a second backward() adds to what the first one left in inner nodes; micrograd "
                  "does this, too: build the graph anew for each pass, or reset inner nodes",
    "stale":      "data is read at backward() and not recorded at the operation; micrograd does "
                  "this, too: change data only after backward()",
    "depth":      "backward() walks by recursion, so long chains end in a RecursionError: a loop "
                  "with a list of nodes has no such limit",
    "every path": "the time doubles with each node that is used twice: every path is walked, where "
                  "one visit for each node would do",
    "relu at 0":  "relu has derivative 0 at 0 in most libraries; this one is another number from "
                  "0 to 1, which is as right",
}

# Wrong rules that have a name of their own: functions of the output and the input
MIXED_UP: dict[str, tuple[Callable[[float, float], float], ...]] = {
    "exp": (lambda y, a: a, lambda y, a: 2.718281828459045 ** y),
    "tanh": (lambda y, a: 1 - a * a,),
    "log": (lambda y, a: 1 / y,),
}


def kind_of_rule(name: str, i: int, point: Sequence[Sequence[float]], values: Sequence[float],
                 got: Sequence[float], expected: Sequence[float]) -> str:
    """The kind of a wrong derivative with respect to input i of the operation of that name.

    point, values, got and expected have an entry for each point that was tried.
    """
    for rule in MIXED_UP.get(name, ()):
        if all(close(g, rule(y, p[0])) for g, y, p in zip(got, values, point)):
            return "in for out"
    if name == "relu" and any(p[0] < 0 and g for g, p in zip(got, point)):
        return "relu"
    special = special_kind(name, i)
    if special:
        return special
    kind = kind_of_ratio(got, expected)
    if "**" in name and kind in ("", "factor"):         # n * x ** (n - 1) without its n, too
        return "power"
    return kind or "rule"


def special_kind(name: str, i: int) -> str:
    """The kind that an operation's own misconception has, "" if it has none."""
    if name.startswith("2 ") or name == "sum":
        return "reflected"
    if "/" in name:
        return "division"
    return "exponent" if name == "x ** y" and i == 1 else ""


def kind_of_ratio(got: Sequence[float], expected: Sequence[float]) -> str:
    """The kind of a derivative that is wrong by one factor everywhere; "" for any other."""
    ratios = [g / e for g, e in zip(got, expected) if e]
    if not ratios or not all(close(r, ratios[0]) for r in ratios):
        return ""
    if close(ratios[0], 0.0):
        return "lost"
    return "sign" if close(ratios[0], -1.0) else "factor"


def close(a: float, b: float) -> bool:
    """Whether two numbers agree, to what single precision and finite differences leave."""
    near = abs(a - b) <= 1e-4 * max(1.0, abs(a), abs(b))
    return near if math.isfinite(a - b) else a == b
