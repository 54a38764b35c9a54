"""Leaves that are dragged in pages of `play`, against the engine.

`python -m tests.pictures.dragging [COUNT [FIRST]]` makes COUNT random functions of all kinds of operations (where, select, max,
powers, erf, rows of one's own), sets each leaf to new numbers in the page, and compares all data, local derivatives and grads with
the engine at these numbers.
"""
from __future__ import annotations

import math
import pathlib
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import autograd
from autograd import Value
from autograd.graph import topological_order
from tests.browser import Browser
from tests.pictures.test_live import as_computed, change, tips


def softsign() -> Any:
    """A row of one's own, with a form in JavaScript."""
    return autograd.operation("softsign", lambda a: a / (1 + abs(a)), lambda y, a: (1 - abs(y)) ** 2,
                              javascript="({0}) / (1 + Math.abs({0}))")


UNARY: list[Callable[[Any], Any]] = [
    autograd.tanh, autograd.sin, autograd.cos, autograd.sigmoid, autograd.relu, autograd.softplus, autograd.gelu, autograd.erf,
    autograd.erfc, autograd.sech, autograd.atan, autograd.expm1, abs, lambda a: autograd.log1p(a * a), lambda a: autograd.sqrt(a * a + 0.5),
    lambda a: autograd.exp(-a * a), lambda a: -a, lambda a: a ** 3, lambda a: (a * a + 0.3) ** 0.7, lambda a: 2.0 ** a,
    lambda a: autograd.leaky_relu(a), lambda a: autograd.elu(a), autograd.sinh, autograd.cosh, lambda a: softsign()(a), lambda a: autograd.asin(autograd.tanh(a) * 0.9)]
BINARY: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (b * b + 1.5), autograd.maximum, autograd.minimum,
    lambda a, b: (a * a + 0.5) ** b, lambda a, b: autograd.stop_gradient(a) * b]


def chosen(rng: random.Random, values: list[Any]) -> Any:
    """An operation of many inputs on some values."""
    a, b, c, d = (rng.choice(values) for _ in range(4))
    kind = rng.randrange(5)
    if kind == 0:
        return autograd.where(autograd.greater(a, b), c, d)
    if kind == 1:
        return autograd.select(rng.randrange(3), [a, b, c])
    if kind == 2:
        return autograd.max([a, b, c])
    if kind == 3:
        return autograd.dot([a, b, 0.25], [c, d, a], b)
    return autograd.sum([a, b, 1.5, c])


def function(seed: int) -> tuple[Callable[[list[Value]], Value], list[float]]:
    """A function of a list of Values, the same operations at each call, and where to begin."""
    count = random.Random(seed).randint(2, 4)
    start = [round(random.Random(seed + i).uniform(-2, 2), 3) for i in range(count)]

    def f(xs: list[Value]) -> Value:
        rng = random.Random(seed)
        values: list[Any] = list(xs)
        for _ in range(rng.randint(4, 14)):
            kind = rng.random()
            if kind < 0.4:
                v = rng.choice(UNARY)(rng.choice(values[-5:]))
            elif kind < 0.75:
                v = rng.choice(BINARY)(rng.choice(values[-5:]), rng.choice(values))
            else:
                v = chosen(rng, values)
            values.append(autograd.tanh(v) if isinstance(v, Value) and abs(v.data) > 50 else v)
        return autograd.sum([*[v for v in values[-3:] if isinstance(v, Value)], *xs])

    return f, start


def near(found: list[float], wanted: list[float]) -> bool:
    return len(found) == len(wanted) and all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in zip(found, wanted))


def differences(browser: Browser, seed: int, file: pathlib.Path, points: int = 3) -> Iterator[str]:
    """What differs between a page and the engine, at some points."""
    f, start = function(seed)
    xs = [Value(x, label=f"x{i + 1}") for i, x in enumerate(start)]
    y = f(xs)
    y.label = "y"
    order = topological_order(y)
    leaves = [v for v in order if v.is_leaf]
    if len(autograd.play(y, file).html.encode()) > 300_000:
        yield f"{seed}: the page has more than 300 kB"
    browser.open(file)
    browser.press("End")
    rng = random.Random(seed + 1)
    for _ in range(points):
        numbers = {v: round(rng.uniform(-2, 2), 3) for v in leaves}
        change(browser, order, numbers)
        there = as_computed(order, numbers)
        locals_ = [float(p or 0.0) for v in there for u, p in zip(v.inputs, v.partials) if isinstance(u, Value)]
        for what, wanted in (("data", [v.data for v in there]), ("grad", [v.grad for v in there]), ("local derivative", locals_)):
            if not near(tips(browser, what), wanted):
                yield f"{seed}: {what} of {[v.op.name for v in order if v.op]} at {list(numbers.values())}"
    if browser.errors or any(not request.startswith(("file:", "data:")) for request in browser.requests):
        yield f"{seed}: {browser.errors} {browser.requests}"


def main(count: int = 60, first: int = 0) -> None:
    browser, wrong = Browser(), 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(first, first + count):
                for difference in differences(browser, seed, pathlib.Path(folder) / "page.html"):
                    print(difference)
                    wrong += 1
    finally:
        browser.close()
    print(f"{count} functions, {wrong} differences")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
