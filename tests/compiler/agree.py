"""What the compiler's tests share: a program is held to the eager engine, sample by sample, value and gradient.

Sums may be taken in another order, so the bound is 1e-12 of the scale: the sum of the absolute values of the terms.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

import autograd.compiler as compiler
from autograd import Value, compile
from autograd.graph import topological_order

BOUND = 1e-12
Build = Callable[[list[Value], list[Value]], Any]               # from parameters and inputs to the output


@contextmanager
def form(name: str):
    """Inside, programs are compiled as "arrays" or as "straight" lines, or as the compiler itself finds best ("own")."""
    before = compiler.NARROW, compiler.NARROW_WITH_SAMPLES
    if name != "own":
        compiler.NARROW = compiler.NARROW_WITH_SAMPLES = 0 if name == "arrays" else 10**9
    try:
        yield
    finally:
        compiler.NARROW, compiler.NARROW_WITH_SAMPLES = before


def eager(output: Value, parameters: Sequence[Value]) -> tuple[float, np.ndarray, float]:
    """Value, gradient and scale of a graph: its own backward pass, and one in which all signs are plus."""
    gradient, size = {output: 1.0}, {output: 1.0}
    order = topological_order(output)
    for v in reversed(order):
        if v not in gradient:
            continue
        for u, d in zip(v.inputs, v.partials):
            if isinstance(u, Value) and d is not None:
                gradient[u] = gradient.get(u, 0.0) + gradient[v] * d
                size[u] = size.get(u, 0.0) + size[v] * abs(d)
    scale = max([1.0, *size.values(), *(size.get(v, 0.0) * abs(v.data) for v in order)])
    return output.data, np.array([gradient.get(p, 0.0) for p in parameters]), scale


def agrees(build: Build, theta: Sequence[float], sample: Sequence[float] = (), rows: Sequence[Sequence[float]] | None = None,
           forms: Sequence[str] = ("arrays", "straight"), bound: float = BOUND) -> Any:
    """Compile build(parameters, inputs) and compare with eager runs on each row of `rows`; the last program."""
    theta, program = list(map(float, theta)), None
    runs = [sample] if rows is None else rows
    results = []
    for row in runs:
        P, X = [Value(t) for t in theta], [Value(float(e)) for e in row]
        results.append(eager(build(P, X), P))
    values = np.array([value for value, _, _ in results])
    gradient = np.sum([g for _, g, _ in results], axis=0) if results else np.zeros(len(theta))
    scale = sum(s for _, _, s in results) + 1
    for name in forms:
        P, X = [Value(t) for t in theta], [Value(float(e)) for e in sample]
        with form(name):
            output = build(P, X)
            program = compile(output, P, X)
        assert program.verify(points=1) <= 1
        given = np.array(theta)
        x = None if not len(sample) else np.array(sample if rows is None else rows, dtype=float).reshape(
            -1 if rows is None else len(rows), len(sample))
        x = x[0] if x is not None and rows is None else x
        before = given.copy(), None if x is None else x.copy()
        for _ in range(2):                                      # twice: nothing kept from one call may leak into the next
            value, got = program.value_and_grad(*((given,) if x is None else (given, x)))
            apart = program(*((given,) if x is None else (given, x)))
            where = f"{name}: {program}\n{program.source[-3000:]}"
            assert type(value) is float and got.shape == (len(theta),) and got.dtype == np.float64, where
            assert np.shape(apart) == (() if x is None or x.ndim == 1 else (len(x),)), where
            assert abs(value - values.sum()) <= bound * scale, (value, values.sum(), where)
            assert np.all(np.abs(apart - (values if np.ndim(apart) else values[0])) <= bound * scale), where
            worst = int(np.argmax(np.abs(got - gradient))) if len(got) else 0
            assert not len(got) or abs(got - gradient).max() <= bound * scale, (worst, got[worst], gradient[worst], scale,
                                                                                where)
        assert (given == before[0]).all() and (x is None or (x == before[1]).all()), "an argument was modified"
    return program
