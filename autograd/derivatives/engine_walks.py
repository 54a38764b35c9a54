"""Graphs of sums and products that tell one order of a backward pass from another.

First a few that are drawn by hand, then random ones, smallest first: nodes used several times and
by several nodes, squares of nodes between, signs of all kinds, equal numbers.
"""
from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from autograd.derivatives.engine_runs import Expression

POINT = (2.0, 3.0, 1.7, 0.75)
NUMBERS = (-2.0, -1.25, -0.5, 0.5, 0.75, 1.5, 2.0)


def walks(symbols: str) -> Iterator[tuple[str, Expression, tuple[float, ...]]]:
    """Graphs that fail for a wrong order, each with the kind it shows, "" for any, and a point.

    symbols  of the operations that may be used: "+", "*", or both
    """
    s = symbols[0]

    def o(a: Any, b: Any) -> Any:
        return combined(s, a, b)

    def early(x: Any, y: Any, z: Any, w: Any) -> Any:
        b = o(x, y)
        return o(o(b, z), o(o(b, w), y))

    def late(x: Any, y: Any, z: Any, w: Any) -> Any:
        b = o(x, y)
        return o(o(o(b, w), y), o(b, z))

    def skip(x: Any, y: Any, z: Any, w: Any) -> Any:
        b = o(x, y)
        return o(b, o(b, z))

    yield "no order", Expression(f"(x {s} y) {s} z", lambda x, y, z, w: o(o(x, y), z)), POINT
    yield "", Expression(f"b = x {s} y; b {s} (b {s} z)", skip), POINT
    yield "", Expression(f"b = x {s} y; (b {s} z) {s} ((b {s} w) {s} y)", early), POINT
    yield "", Expression(f"b = x {s} y; ((b {s} w) {s} y) {s} (b {s} z)", late), POINT
    if len(symbols) == 2:
        text, point = "((x * z) * z) + ((y * z) * w)", (2.0, 2.0, 3.0, 4.0)
        yield "equal", Expression(text, lambda x, y, z, w: ((x * z) * z) + ((y * z) * w)), point
    yield from unused_operations(s)
    yield from random_graphs(symbols)


def unused_operations(s: str) -> Iterator[tuple[str, Expression, tuple[float, ...]]]:
    """Graphs beside which an operation is recorded that their output does not need."""
    unused = []                             # kept, so that it is not freed before backward

    def before(x: Any, y: Any, z: Any, w: Any) -> Any:
        b = combined(s, x, y)
        unused.append(combined(s, b, z))
        return combined(s, b, w)

    def after(x: Any, y: Any, z: Any, w: Any) -> Any:
        b = combined(s, x, y)
        out = combined(s, b, w)
        unused.append(combined(s, b, z))
        return out

    yield "dead", Expression(f"b = x {s} y; b {s} z is not used; b {s} w", before), POINT
    text = f"b = x {s} y; out = b {s} w; then b {s} z, which is not used; out"
    yield "dead", Expression(text, after), POINT


def combined(symbol: str, a: Any, b: Any) -> Any:
    """A sum or a product."""
    return a + b if symbol == "+" else a * b


def random_graphs(symbols: str) -> Iterator[tuple[str, Expression, tuple[float, ...]]]:
    """Random graphs of up to 6 nodes, smallest first; the same ones each time."""
    numbers = random.Random(4)
    for size in (2, 3, 4, 5, 6):
        for _ in range(8):
            steps: list[tuple[str, int, int]] = []
            for i in range(size):
                newest = 2 + i              # so that each node is used by a later one
                one, other = numbers.sample([newest, numbers.randrange(newest + 1)], 2)
                steps.append((numbers.choice(symbols), one, other))
            point = tuple(numbers.choice(NUMBERS) for _ in "xyz")
            yield "", Expression(written(steps), computed(steps)), point


def computed(steps: list[tuple[str, int, int]]) -> Callable[..., Any]:
    """The function of x, y, z that a list of steps says."""
    def f(*inputs: Any) -> Any:
        values = list(inputs)
        for symbol, i, j in steps:
            values.append(combined(symbol, values[i], values[j]))
        return values[-1]
    return f


def written(steps: list[tuple[str, int, int]]) -> str:
    """A list of steps in Python: `a = x * z; a + y`."""
    names = "xyzabcdefgh"
    lines = [f"{names[3 + n]} = {names[i]} {symbol} {names[j]}"
             for n, (symbol, i, j) in enumerate(steps)]
    lines[-1] = lines[-1].split(" = ")[1]
    return "; ".join(lines)
