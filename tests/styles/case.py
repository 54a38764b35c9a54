"""What a program of the collection is: plain scalar code, the same in NumPy by hand, and two sizes.

A program is a function that makes a Case from its sizes. Inside, `loss` is written as a student
writes it (lists, loops, sum, +=, -=), and `by_hand` returns the same value and its gradient, with
formulas derived by hand.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd import Value


class Case(NamedTuple):
    """One program in one size."""
    theta: np.ndarray                       # (P,): the parameters where the graph is recorded
    loss: Callable[..., Any]                # loss(p), or loss(p, x) for one sample
    by_hand: Callable[..., Any]             # by_hand(theta) or by_hand(theta, X): value, gradient;
                                            # (K,) or (m, K) alone where `loss` returns a list
    samples: np.ndarray | None = None       # (m, I); the first one is recorded
    listed: bool = False                    # whether `loss` returns a list of outputs


class Style(NamedTuple):
    """One program of the collection, in all of its sizes."""
    name: str
    family: str
    make: Callable[..., Case]
    small: tuple[int, ...]                  # for tests
    large: tuple[int, ...]                  # for timings


STYLES: dict[str, Style] = {}


def style(family: str, small: Sequence[int], large: Sequence[int], name: str = "") -> Any:
    """A decorator that puts a function from sizes to a Case into STYLES, under its name."""
    def add(make: Callable[..., Case]) -> Callable[..., Case]:
        called = name or make.__name__
        assert called not in STYLES, f"two programs are called {called!r}"
        STYLES[called] = Style(called, family, make, tuple(small), tuple(large))
        return make
    return add


# What programs share -------------------------------------------------------------------------

def matrix(p: Sequence[Any], start: int, n: int, m: int) -> list[Any]:
    """n rows of m entries of p, from `start` on."""
    return [p[start + i * m:start + (i + 1) * m] for i in range(n)]


def split(theta: np.ndarray, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Views of theta, one of each shape, one after the other."""
    found, start = [], 0
    for shape in shapes:
        size = int(np.prod(shape))
        found.append(theta[start:start + size].reshape(shape))
        start += size
    return found


def flat(*arrays: Any) -> np.ndarray:
    """All entries of all arrays in one array: a gradient laid out as the parameters."""
    return np.concatenate([np.ravel(a) for a in arrays])


# How a Case is recorded and evaluated --------------------------------------------------------

def record(case: Case) -> tuple[Any, list[Value], list[Value]]:
    """The graph of a Case at its own point: output, parameters, inputs."""
    P = [Value(t) for t in case.theta.tolist()]
    if case.samples is None:
        return case.loss(P), P, []
    X = [Value(x) for x in case.samples[0].tolist()]
    return case.loss(P, X), P, X


def eager(case: Case, theta: np.ndarray) -> Any:
    """What `by_hand` returns, by the engine itself: one backward pass for each sample."""
    runs = [()] if case.samples is None else [(row,) for row in case.samples.tolist()]
    P = [Value(t) for t in theta.tolist()]
    values = []
    for rest in runs:
        output = case.loss(P, *rest)
        if isinstance(output, Value):
            output.backward()
            values.append(output.data)
        else:
            values.append([getattr(v, "data", v) for v in output])
    if case.listed:
        return np.array(values[0] if case.samples is None else values)
    return sum(values), np.array([p.grad for p in P])


def compiled(case: Case, program: Any, theta: np.ndarray) -> Any:
    """What `by_hand` returns, by a compiled program."""
    run = program if case.listed else program.value_and_grad
    return run(theta) if case.samples is None else run(theta, case.samples)


def by_hand(case: Case, theta: np.ndarray) -> Any:
    """What `by_hand` returns, with the samples where there are some."""
    return case.by_hand(theta) if case.samples is None else case.by_hand(theta, case.samples)


def other_point(theta: np.ndarray) -> np.ndarray:
    """Parameters near theta, but none of them the same."""
    return theta + 0.02 * np.random.default_rng(9).uniform(0.5, 1.0, len(theta))


def error(got: Any, wanted: Any) -> float:
    """The largest difference, relative to the largest entry (1 if that is smaller)."""
    if isinstance(wanted, tuple):
        return max(error(a, b) for a, b in zip(got, wanted))
    got, wanted = np.asarray(got, dtype=float), np.asarray(wanted, dtype=float)
    if got.shape != wanted.shape:
        return float("inf")
    return float(abs(got - wanted).max() / max(1.0, abs(wanted).max())) if got.size else 0.0
