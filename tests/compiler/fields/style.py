"""How something is written: sizes, orders and ways to sum, picked once for each program by a seed."""
from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

import autograd as ag

FIELDS: dict[str, Callable[[Style], Any]] = {}


def field(make: Callable[[Style], Any]) -> Callable[[Style], Any]:
    """The function, as one of the fields."""
    FIELDS[make.__name__] = make
    return make


class Style:
    """What is picked: numbers that are data by one generator, all else by another, so that programs of other lengths
    are written in the same way.
    """

    def __init__(self, seed: int, steps: int | None = None) -> None:
        self.seed, self.given = seed, steps
        self.choices, self.numbers = random.Random(seed), random.Random(f"numbers {seed}")
        self.form = self.choices.randrange(3)
        self.sparse = self.choices.random() < 0.2       # whether some of the data are 0
        self.loops = False                      # whether a length of time was asked for

    def pick(self, *of: Any) -> Any:
        return self.choices.choice(of)

    def flip(self, often: float = 0.5) -> bool:
        return self.choices.random() < often

    def size(self, low: int, high: int) -> int:
        """A length; more often a short one."""
        return min(self.choices.randint(low, high), self.choices.randint(low, high))

    def steps(self, low: int = 1, high: int = 50) -> int:
        """A length of time, which a test may set."""
        own = self.choices.choice([low, self.choices.randint(low, high), self.choices.randint(low, high), high])
        self.loops = True
        return own if self.given is None else self.given

    def data(self, n: int, low: float = -1.0, high: float = 1.0) -> list[float]:
        """Numbers that are constants of the program, some of them special."""
        found = [self.numbers.uniform(low, high) for _ in range(n)]
        if low <= 0.0 <= high and self.sparse:
            found = [0.0 if self.numbers.random() < 0.3 else v for v in found]
        return found

    def table(self, m: int, n: int, low: float = -1.0, high: float = 1.0) -> list[list[float]]:
        return [self.data(n, low, high) for _ in range(m)]

    def ints(self, n: int, below: int) -> list[int]:
        return [self.numbers.randrange(below) for _ in range(n)]

    def order(self, n: int) -> list[int]:
        """The indices below n in some order."""
        up = list(range(n))
        return self.pick(up, up, up[::-1], up[::2] + up[1::2], self.numbers.sample(up, n))

    def observed(self, T: int) -> list[bool]:
        """At which of T steps something happens: each, the last, every third, by chance, the first few, all but one."""
        way, often, k = self.choices.randrange(7), self.choices.random(), self.choices.randrange(1, 4)
        ways: dict[int, Callable[[int], bool]] = {
            0: lambda t: True, 1: lambda t: True, 2: lambda t: t == T - 1, 3: lambda t: t % 3 == 2,
            4: lambda t: self.numbers.random() < often, 5: lambda t: t < 2 * k, 6: lambda t: t != k}
        return [ways[way](t) for t in range(T)]

    def start(self) -> Any:
        """What a sum starts from."""
        return self.pick(0, 0, 0.0, ag.Value(0.0), -0.0)

    def add_scaled(self) -> Callable[[Any, Any, float], Any]:
        """A way to write a + h * b."""
        return self.pick(lambda a, b, h: a + h * b, lambda a, b, h: a + b * h, lambda a, b, h: h * b + a,
                         lambda a, b, h: a - (-h) * b, lambda a, b, h: a - -(h * b), lambda a, b, h: a + b / (1 / h),
                         lambda a, b, h: a - h * -b, lambda a, b, h: -(-a - h * b))

    def total(self) -> Callable[[Sequence[Any]], Any]:
        """A way to sum."""
        return self.choices.choice(TOTALS)

    def product(self) -> Callable[[Sequence[Any]], Any]:
        return self.choices.choice(PRODUCTS)

    def dot(self) -> Callable[[Sequence[Any], Sequence[Any]], Any]:
        """A way to multiply two lists and sum."""
        total, way = self.total(), self.choices.randrange(7)
        return {
            0: lambda a, b: total([u * v for u, v in zip(a, b)]),
            1: lambda a, b: total([v * u for u, v in zip(a, b)]),
            2: lambda a, b: total([a[i] * b[i] for i in range(len(a))]),
            3: lambda a, b: np.array([*a], dtype=object) @ np.array([*b], dtype=object) if len(a) else 0.0,
            4: lambda a, b: ag.dot(list(a), list(b)) if len(a) else 0.0,
            5: lambda a, b: -total([-u * v for u, v in zip(a, b)]),
            6: lambda a, b: total([u * v for u, v in zip(a, b) if not (isinstance(u, float) and u == 0.0)]),
        }[way]

    def minus(self) -> Callable[[Any, Any], Any]:
        return self.pick(lambda a, b: a - b, lambda a, b: a - b, lambda a, b: -(b - a), lambda a, b: a + -b,
                         lambda a, b: -b + a, lambda a, b: a + (-1) * b)

    def square(self) -> Callable[[Any], Any]:
        return self.pick(lambda a: a * a, lambda a: a ** 2, lambda a: a ** 2.0, lambda a: (-a) * (-a), lambda a: abs(a) ** 2)

    def mean(self) -> Callable[[Sequence[Any]], Any]:
        total = self.total()
        return self.pick(lambda v: total(v) / len(v), lambda v: total([u / len(v) for u in v]), lambda v: 1 / len(v) * total(v),
                         lambda v: total([(1.0 / len(v)) * u for u in v]))

    def affine(self) -> Callable[..., list[Any]]:
        """A way to write W x + b."""
        dot, way = self.dot(), self.choices.randrange(5)

        def layer(W: Any, x: Any, b: Any = None) -> list[Any]:
            b = [0.0] * len(W) if b is None else b
            if way == 0:
                return [dot(row, x) + c for row, c in zip(W, b)]
            if way == 1:
                return [c + dot(x, row) for row, c in zip(W, b)]
            if way == 2:
                out = list(b)
                for j in range(len(x)):
                    for i in range(len(W)):
                        out[i] = out[i] + W[i][j] * x[j]
                return out
            if way == 3:
                out = []
                for i in range(len(W)):
                    z = 0
                    for j in range(len(x)):
                        z += W[i][j] * x[j]
                    out.append(z + b[i])
                return out
            out = list(b)
            for i in reversed(range(len(W))):
                for j, v in enumerate(x):
                    out[i] -= -W[i][j] * v
            return out
        return layer

    def activation(self) -> Callable[[Any], Any]:
        return self.pick(ag.tanh, ag.tanh, ag.sigmoid, lambda v: v.tanh() if isinstance(v, ag.Value) else ag.tanh(v),
                         lambda v: 1 / (1 + ag.exp(-v)), ag.softplus, lambda v: v * ag.sigmoid(v), ag.sin,
                         lambda v: (ag.exp(v) - ag.exp(-v)) / (ag.exp(v) + ag.exp(-v)), ag.relu, ag.gelu, ag.elu,
                         lambda v: v / (1 + abs(v)))

    def softmax(self) -> Callable[[Sequence[Any]], list[Any]]:
        total = self.total()

        def plain(z: Any) -> Any:
            e = [ag.exp(v) for v in z]
            s = total(e)
            return [v / s for v in e]

        def shifted(z: Any) -> Any:
            top = ag.max(list(z))
            e = [ag.exp(v - top) for v in z]
            s = total(e)
            return [v / s for v in e]

        def pairs(z: Any) -> Any:
            return [1 / total([ag.exp(v - u) for v in z]) for u in z]

        def logs(z: Any) -> Any:
            lse = ag.log(total([ag.exp(v) for v in z]))
            return [ag.exp(-(lse - v)) for v in z]
        return self.pick(plain, shifted, pairs, logs)

    def logsumexp(self) -> Callable[[Sequence[Any]], Any]:
        total = self.total()

        def shifted(z: Any) -> Any:
            top = ag.max(list(z))
            return top + ag.log(total([ag.exp(v - top) for v in z]))

        def in_pairs(z: Any) -> Any:
            acc = z[0]
            for v in z[1:]:
                acc = acc + ag.log(1 + ag.exp(v - acc))
            return acc

        def soft(z: Any) -> Any:
            acc = z[-1]
            for v in z[-2::-1]:
                acc = v + ag.softplus(acc - v)
            return acc
        return self.pick(lambda z: ag.log(total([ag.exp(v) for v in z])), shifted, in_pairs, soft)


def from_zero(terms: Any) -> Any:
    t = 0
    for v in terms:
        t += v
    return t


def from_float(terms: Any) -> Any:
    t = 0.0
    for v in terms:
        t = v + t
    return t


def minus_minus(terms: Any) -> Any:
    t = 0.0
    for v in terms:
        t -= -v
    return t


def negated(terms: Any) -> Any:
    t = 0
    for v in terms:
        t = t - v
    return -t


def backward(terms: Any) -> Any:
    t = 0
    for i in range(len(terms) - 1, -1, -1):
        t = t + terms[i]
    return t


def first_then(terms: Any) -> Any:
    if not terms:
        return 0.0
    t = terms[0]
    for v in terms[1:]:
        t = t + v
    return t


def halves(terms: Any) -> Any:
    n = len(terms)
    if n < 2:
        return terms[0] if n else 0.0
    return halves(terms[:n // 2]) + halves(terms[n // 2:])


def odd_steps(terms: Any) -> Any:
    t = 0.0
    for start in range(3):
        for i in range(start, len(terms), 3):
            t += terms[i]
    return t


def in_a_list(terms: Any) -> Any:
    acc = [0.0]
    for v in terms:
        acc[0] += v
    return acc[0]


def until_done(terms: Any) -> Any:
    terms, t = list(terms), 0
    while terms:
        t = t + terms.pop()
    return t


def recursive(terms: Any) -> Any:
    return terms[0] + recursive(terms[1:]) if len(terms) > 1 else terms[0] if len(terms) else 0


def two_at_a_time(terms: Any) -> Any:
    t, i = 0, 0
    while i + 1 < len(terms):
        t += terms[i] + terms[i + 1]
        i += 2
    return t + terms[i] if i < len(terms) else t


TOTALS: list[Callable[[Sequence[Any]], Any]] = [
    lambda v: sum(v), lambda v: sum(u for u in v), from_zero, from_float, minus_minus, negated, backward, first_then, halves,
    odd_steps, in_a_list, until_done, recursive, two_at_a_time,
    lambda v: ag.sum(list(v)) if len(v) else 0.0,
    lambda v: sum(v[1:], v[0]) if len(v) else 0.0,
    lambda v: reduce(lambda a, b: a + b, v, 0.0),
    lambda v: np.sum(np.array([*v], dtype=object)) if len(v) else 0.0,
    lambda v: [*itertools.accumulate(v)][-1] if len(v) else 0.0,
    lambda v: sum(v[::2]) + sum(v[1::2]),
]


def running(terms: Any) -> Any:
    t = 1
    for v in terms:
        t *= v
    return t


def running_backward(terms: Any) -> Any:
    t = 1.0
    for v in reversed(terms):
        t = v * t
    return t


def product_halves(terms: Any) -> Any:
    n = len(terms)
    if n < 2:
        return terms[0] if n else 1.0
    return product_halves(terms[:n // 2]) * product_halves(terms[n // 2:])


PRODUCTS: list[Callable[[Sequence[Any]], Any]] = [
    running, running_backward, product_halves, lambda v: reduce(lambda a, b: a * b, v, 1.0),
    lambda v: -running([-v[0], *v[1:]]) if len(v) else 1,
]


class Asked:
    """Hands out numbers as f asks for them: the first time anew, within what f says is their domain."""

    def __init__(self, rng: random.Random, make: Callable[[float], Any] = float) -> None:
        self.rng, self.make = rng, make
        self.pieces: list[Any] = []
        self.bounds: list[tuple[float, float]] = []

    def new(self, low: float, high: float) -> Any:
        self.bounds.append((low, high))
        return self.make(self.rng.uniform(low, high))

    def one(self, low: float = -1.0, high: float = 1.0) -> Any:
        self.pieces.append(self.new(low, high))
        return self.pieces[-1]

    def vector(self, n: int, low: float = -1.0, high: float = 1.0) -> list[Any]:
        self.pieces.append([self.new(low, high) for _ in range(n)])
        return list(self.pieces[-1])

    def matrix(self, m: int, n: int, low: float = -1.0, high: float = 1.0) -> list[list[Any]]:
        self.pieces.append([[self.new(low, high) for _ in range(n)] for _ in range(m)])
        return [list(row) for row in self.pieces[-1]]


class Given:
    """Hands out pieces in order, whatever is asked for."""

    def __init__(self, pieces: Sequence[Any]) -> None:
        self.rest = iter(pieces)

    def one(self, *_: Any) -> Any:
        return next(self.rest)

    def vector(self, *_: Any) -> Any:
        return list(next(self.rest))

    def matrix(self, *_: Any) -> Any:
        return [list(row) for row in next(self.rest)]


def flat(pieces: Any) -> list[Any]:
    """The numbers of nested lists."""
    if isinstance(pieces, (list, tuple, np.ndarray)):
        return [v for piece in pieces for v in flat(piece)]
    return [pieces]


def refilled(pieces: Any, numbers: Any) -> Any:
    """Nested lists of the same lengths with numbers from an iterator."""
    if isinstance(pieces, (list, tuple)):
        return [refilled(piece, numbers) for piece in pieces]
    return next(numbers)
