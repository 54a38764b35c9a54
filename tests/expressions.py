"""Random expressions with shared parts, and labels as bad as users may write them."""
from __future__ import annotations

import random

import autograd
from autograd import Value

HOSTILE = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a|b{c}", '"', '"]; evil [label="', "\\", "\\n",
           "a\\N\\G", "]]>", "&amp;", "&lt;b&gt;", "<B></B>", "<>", "-->", "</script>", "{{script}}", "{{data}}",
           "naïve 漢字 😀", " ", "\t", "\n", "\x00\x01\x1b", "\x85\u2028\u2029\ufffe", "\ud800", "\u202eabc", "x" * 10_000,
           "$x$", "\\frac{", "%", "#_^~'`", "a b", "-1"]

UNARY = ["tanh", "sin", "cos", "sigmoid", "relu", "softplus", "gelu"]


def neuron() -> tuple[Value, dict[str, Value]]:
    """tanh(x1 w1 + x2 w2 + b), and its leaves by label; the local derivative of tanh is 1/2 there."""
    numbers = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    x1, x2, w1, w2, b = (Value(number, label=name) for name, number in numbers.items())
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o, {v.label: v for v in (x1, x2, w1, w2, b)}


def expression(seed: int, operations: int = 12, leaves: int = 3) -> tuple[Value, list[Value]]:
    """A Value computed from labelled leaves by random operations, each on Values that may have been used before."""
    rng = random.Random(seed)
    xs = [Value(round(rng.uniform(-2, 2), 3), label=f"x{i}") for i in range(leaves)]
    values = list(xs)
    for _ in range(operations):
        a, b = rng.choice(values[-6:]), rng.choice(values)
        kind = rng.randrange(7)
        if kind == 0:
            v = a + b
        elif kind == 1:
            v = a * b
        elif kind == 2:
            v = a - b
        elif kind == 3:
            v = a / (b * b + 1.5)
        elif kind == 4:
            v = 0.5 * a + rng.choice([1.0, -2.0])
        elif kind == 5:
            v = autograd.dot([a, b, 0.25], [b, a, a], rng.choice(values))
        else:
            v = getattr(a, rng.choice(UNARY))()
        values.append(v)
    y = autograd.sum(values[leaves:][-3:] + xs)
    y.label = "y"
    return y, xs
