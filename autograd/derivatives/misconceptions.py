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
    "no +=":      "a gradient is overwritten, or what comes second is left out: a Value that is "
                  "used twice receives two contributions, so write += and not =",
    "repeated":   "the same Value as both operands counts once: keep inputs in a tuple, not in a "
                  "set, and add both contributions",
    "no order":   "no topological order: a node passes its gradient on before all contributions "
                  "have come; visit outputs before their inputs",
    "no visited": "a node is visited once for each use, and passes its gradient on each time: "
                  "remember the nodes visited",
    "equal":      "two Values with equal data are taken for one: tell nodes apart by identity, "
                  "not by their numbers",
    "state":      "something is kept from an earlier backward pass: the order and the visited "
                  "nodes belong to one call; a default argument and an attribute of the class are "
                  "made only once",
    "combined":   "contributions to a gradient are not added: a Value that is used twice receives "
                  "two of them, and its gradient is their sum, not their mean or the larger one",
    "saved":      "what an operation keeps for its backward pass is overwritten by its next use: "
                  "keep it with the output, not on a class or under one name",
    "shared":     "Values share one gradient: an array or list as a default argument or as an "
                  "attribute of the class is made only once, so make one in __init__; an array "
                  "that is passed on is the same array, so add a copy",
    "nothing":    "no gradient arrives anywhere: backward goes from the output to its inputs, the "
                  "output's own rule first, and a node must keep its inputs themselves, not copies "
                  "of them",
    "freed":      "the nodes between are freed before backward: the output must keep its inputs, "
                  "and weak references do not",
    "dead":       "an operation that is not part of this output disturbs the pass: backward() "
                  "walks what the output was computed from, and counts no other uses",
    "chain rule": "the factor out.grad is missing: the chain rule multiplies the local derivative "
                  "by the gradient of the output",
    "local":      "the local derivative is missing: out.grad is passed on as it is",
    "data":       "the data of the output is a factor of the gradient: the chain rule multiplies "
                  "the local derivative by out.grad alone",
    "grad":       "a gradient stands where data belong: the local derivative of x * y with respect "
                  "to x is the data of y",
    "in place":   "an operand is changed in place: an operation makes a new Value, and the data "
                  "of its inputs stay as they are",
    "reflected":  "a reflected operator is wrong: in 2 - x Python calls x.__rsub__(2), and there "
                  "the number comes first",
    "operands":   "the operands are taken in the wrong order: x - y is self.data - other.data",
    "sign":       "a sign is wrong: in x - y the derivative with respect to y is -1, in -x it is "
                  "-1, too",
    "division":   "division is wrong: x / y is x * y ** -1, with derivatives 1 / y and -x / y ** 2",
    "power":      "the power rule is wrong: the derivative of x ** n is n * x ** (n - 1)",
    "exponential": "an exponential is not a power: exp(x) has the derivative exp(x), and that of "
                  "b ** x is b ** x * log(b)",
    "exponent":   "the exponent is a Value, and has a derivative: x ** y * log(x); refuse it, or "
                  "count it among the inputs",
    "relu":       "relu passes a gradient where its input is below 0: test the input, or out > 0, "
                  "for out >= 0 is always true; at 0 take a number from 0 to 1",
    "in for out": "input and output are mixed up: the derivative of exp is its output, that of "
                  "tanh is 1 - output ** 2, that of sigmoid is output * (1 - output), that of log "
                  "is 1 / input",
    "swapped":    "the local derivatives of the two inputs are swapped: in x * y that with respect "
                  "to x is y",
    "same":       "both inputs get the same local derivative: in x * y that with respect to x is "
                  "y, and that with respect to y is x",
    "misplaced":  "the contributions to both inputs are added to the same one: one line of the "
                  "rule says self.grad, the other one other.grad",
    "lost":       "no gradient arrives at one of the inputs",
    "factor":     "the derivative is multiplied by a wrong constant",
    "rounded":    "numbers are rounded to whole ones: keep data and gradients as floats, without "
                  "int, round, // or arrays of integers",
    "clipped":    "gradients are clipped or normalized: a backward pass passes them on as they "
                  "are; an optimizer may limit them",
    "negative":   "negative gradients lose their sign, or are lost: they are passed on as they "
                  "are; relu asks for the sign of its input, not for that of the gradient",
    "zero":       "a rule divides by its input and fails where that is 0: n * out / x does, "
                  "n * x ** (n - 1) does not",
    "number":     "a number as an operand has no grad: make it a Value, or skip it in backward",
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
    "replaced":   "a second backward() replaces what the first one left in the inputs; micrograd "
                  "and PyTorch add to it, so that gradients of several losses are summed",
    "used again": "a node that was part of an earlier backward pass passes nothing on in the next: "
                  "a tape was emptied, or nodes are marked as visited for good; build the graph "
                  "anew for each pass",
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
    "tanh": (lambda y, a: 1 - a * a, lambda y, a: 1 - math.tanh(y) ** 2),
    "log": (lambda y, a: 1 / y,),
    "sigmoid": (lambda y, a: a * (1 - a), lambda y, a: y * (1 - a), lambda y, a: a * (1 - y)),
    "sqrt": (lambda y, a: 0.5 / a,),
    "softplus": (lambda y, a: 1 / (1 + math.exp(-y)),),
    "sin": (lambda y, a: math.cos(y),),
    "cos": (lambda y, a: -math.sin(y),),
}

# Rules for a power where there is none, or the other way round: functions of output and input
AS_POWER: dict[str, tuple[Callable[[float, float], float], ...]] = {
    "exp": (lambda y, a: a * math.exp(a - 1),),
    "2 ** x": (lambda y, a: a * 2 ** (a - 1), lambda y, a: y, lambda y, a: y * a,
               lambda y, a: y * math.log(abs(a))),
}

# What the derivative is, for the message about a wrong one
TEXTBOOK = {
    "x + y": "1 with respect to each", "x * y": "y with respect to x, x with respect to y",
    "x + 2": "1", "2 + x": "1", "x - 2": "1", "x * 2": "2", "2 * x": "2", "-x": "-1",
    "x - y": "1 with respect to x, -1 with respect to y",
    "abs(x)": "1 where x > 0, -1 where x < 0", "abs": "1 where x > 0, -1 where x < 0",
    "softplus": "1 / (1 + exp(-x))", "leaky_relu": "1 where x > 0, else the slope",
    "elu": "1 where x > 0, else alpha * exp(x)", "silu": "s + x * s * (1 - s), s = sigmoid(x)",
    "square": "2 * x", "reciprocal": "-1 / x ** 2", "tan": "1 + out ** 2", "sinh": "cosh(x)",
    "cosh": "sinh(x)", "asin": "1 / sqrt(1 - x ** 2)", "acos": "-1 / sqrt(1 - x ** 2)",
    "atan": "1 / (1 + x ** 2)", "log2": "1 / (x * log(2))", "log10": "1 / (x * log(10))",
    "log1p": "1 / (1 + x)", "expm1": "out + 1", "exp2": "out * log(2)", "erf":
    "2 / sqrt(pi) * exp(-x ** 2)", "softsign": "1 / (1 + |x|) ** 2", "cbrt": "1 / (3 * out ** 2)",
    "exp": "out", "log": "1 / x", "tanh": "1 - out ** 2", "sigmoid": "out * (1 - out)",
    "relu": "1 where x > 0, else 0", "sqrt": "1 / (2 * out)", "sin": "cos(x)", "cos": "-sin(x)",
}


def kind_of_rule(name: str, i: int, point: Sequence[Sequence[float]], values: Sequence[float],
                 got: Sequence[float], expected: Sequence[float]) -> str:
    """The kind of a wrong derivative with respect to input i of the operation of that name.

    point, values, got and expected have an entry for each point that was tried.
    """
    kind = kind_of_ratio(got, expected)
    of_its_own = (kind_of_function(name, point, values, got)
                  or kind != "sign" and special_kind(name, i, point, got)
                  or kind == "sign" and "/" in name and "division")
    if of_its_own:
        return of_its_own
    if "**" in name and kind in ("", "factor"):         # n * x ** (n - 1) without its n, too
        return "power"
    return kind or "rule"


def kind_of_function(name: str, point: Sequence[Sequence[float]], values: Sequence[float],
                     got: Sequence[float]) -> str:
    """The kind of a derivative that a known wrong rule gives; "" for any other."""
    if all_are(MIXED_UP.get(name, ()), point, values, got):
        return "in for out"
    if all_are(AS_POWER.get(name, ()), point, values, got):
        return "exponential"
    if name == "relu" and any(p[0] < 0 and g for g, p in zip(got, point)):
        return "relu"
    return ""


def all_are(rules: Sequence[Callable[[float, float], float]], point: Sequence[Sequence[float]],
            values: Sequence[float], got: Sequence[float]) -> bool:
    """Whether a derivative is, at all points, what one of the rules gives."""
    return any(all(close(g, rule(y, p[0])) for g, y, p in zip(got, values, point))
               for rule in rules)


def special_kind(name: str, i: int, point: Sequence[Sequence[float]], got: Sequence[float]) -> str:
    """The kind that an operation's own misconception has, "" if it has none."""
    if name in ("x * 2", "2 * x", "x / 2") and all(close(g, 1.0) for g in got):
        return "local"
    if "/" in name:
        return "division"
    if name.startswith("2 ") or name == "sum":
        return "reflected"
    if name == "x * y" and all(close(g, p[i]) for g, p in zip(got, point)):
        return "swapped"
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
