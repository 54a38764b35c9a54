"""Programs of everyday work, in sizes and with numbers drawn at random: each family is what somebody
writes who has a model of something, and never thought of a compiler.

    build(seed, numbers)    the outputs of program `seed`, and the leaves it asked for
    fault(seed)             where its compiled form differs from eager, or None

Which leaves are parameters, inputs of a sample, or constants is drawn as well, and their order.
Run many by hand: `python -m tests.compiler.idioms 1000 [FIRST [FAMILY]]`.
"""
from __future__ import annotations

import functools
import itertools
import math
import random
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

import autograd as ag
from autograd import Value
from autograd.graph import topological_order
from tests.compiler.agree import eager

SIZES = [1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 13, 16, 20, 25, 33, 50]
LONG = [1, 2, 3, 4, 5, 8, 13, 20, 31, 40, 64, 65, 100, 127, 200, 333, 500]
BUMP = ag.operation("bump_of_tests", lambda a: a / (1 + a * a),
                    lambda y, a: (1 - a * a) / (1 + a * a) ** 2, numpy="{0:product} / (1 + {0:atom}**2)",
                    javascript="{0:product} / (1 + {0:atom} * {0:atom})",
                    c="{0:product} / (1 + {0:atom} * {0:atom})")
BLEND = ag.operation("blend_of_tests", lambda a, b: a * b + b * b,
                     lambda y, a, b: b, lambda y, a, b: a + 2 * b)      # by number: no NumPy form


def by_a_loop(items: Sequence[Any]) -> Any:
    s = 0
    for e in items:
        s += e
    return s


def from_the_end(items: Sequence[Any]) -> Any:
    s = 0.0
    for e in reversed(items):
        s = e + s
    return s


def by_subtraction(items: Sequence[Any]) -> Any:
    s = items[0]
    for e in items[1:]:
        s = s - (-e)
    return s


def by_halves(items: Sequence[Any]) -> Any:
    half = len(items) // 2
    return by_halves(items[:half]) + by_halves(items[half:]) if half else items[0]


TOTALS = [sum, sum, ag.sum, by_a_loop, from_the_end, by_subtraction, by_halves,
          lambda items: functools.reduce(lambda a, b: a + b, items), lambda items: -sum(-e for e in items),
          lambda items: np.array(items, dtype=object).sum()]


class Draw:
    """What a program asks for: leaves, numbers, sizes, functions; the same for the same seed."""

    def __init__(self, seed: int, numbers: Sequence[float] | None) -> None:
        self.rng, self.numbers = random.Random(seed), numbers
        self.leaves: list[Value] = []
        self.budget = 6000

    def leaf(self) -> Value:
        """A new leaf."""
        start, at = self.rng.choice([self.rng.uniform(-1, 1), self.rng.gauss(0, 1)]), len(self.leaves)
        if self.rng.random() < 0.03:
            start = self.rng.choice([0.0, 1.0, -1.0])
        self.leaves.append(Value(start if self.numbers is None else self.numbers[at]))
        return self.leaves[-1]

    def take(self, n: int) -> list[Value]:
        """n new leaves; sometimes some of them are the same."""
        if self.chance(0.08):
            few = [self.leaf() for _ in range(max(1, n // 2))]
            return [self.pick(few) for _ in range(n)]
        return [self.leaf() for _ in range(n)]

    def matrix(self, n: int, m: int) -> list[list[Value]]:
        if self.chance(0.5):
            rows = [self.take(m) for _ in range(n)]
            return rows
        flat = self.take(n * m)
        return [flat[i * m:(i + 1) * m] for i in range(n)] if self.chance(0.6) else [
            flat[i::n] for i in range(n)]

    def data(self, n: int) -> list[Any]:
        """n numbers, of one kind or mixed, many of them 0 or 1."""
        kind = self.rng.randrange(6)
        if kind == 0:
            return [self.rng.randint(0, 1) for _ in range(n)]
        if kind == 1:
            return [self.number() for _ in range(n)]
        if kind == 2:
            return list(np.array([round(self.rng.gauss(0, 1), 2) for _ in range(n)]))
        if kind == 3:
            return [Value(round(self.rng.gauss(0, 1), 2)) for _ in range(n)]
        if kind == 4:
            return [round(self.rng.gauss(0, 1), 1) * (self.rng.random() < 0.5) for _ in range(n)]
        return [round(self.rng.gauss(0, 1), 3) for _ in range(n)]

    def number(self) -> Any:
        """A number as people write it: any type."""
        x = self.rng.choice([0, 1, -1, 2, 0.5, -0.5, 0.1, 3, 1.5, -2])
        kind = self.rng.randrange(8)
        if kind == 0:
            return np.float64(x)
        if kind == 1:
            return np.float32(x)
        if kind == 2:
            return np.int64(round(x))
        if kind == 3:
            return bool(x)
        if kind == 4:
            return Value(x)
        return x

    def nonzero(self) -> Any:
        return self.rng.choice([1, -1, 2, 0.5, -0.5, 0.1, 3, 1.5, -2, np.float64(0.3), np.int64(4), 7])

    def size(self, most: int = 50) -> int:
        return self.rng.choice([n for n in SIZES if n <= most])

    def long(self, cost: int = 4) -> int:
        return self.rng.choice([n for n in LONG if n * cost <= self.budget] or [1])

    def pick(self, items: Sequence[Any]) -> Any:
        return self.rng.choice(items)

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def activation(self) -> Callable[[Any], Any]:
        return self.pick([ag.tanh, ag.sigmoid, ag.relu, ag.sin, ag.softplus, ag.gelu, ag.elu, BUMP,
                          ag.leaky_relu, ag.tanh, ag.erf, ag.atan, lambda v: v * ag.sigmoid(v),
                          lambda v: ag.maximum(v, 0), lambda v: ag.maximum(0, v), lambda v: ag.abs(v),
                          lambda v: ag.where(ag.greater(v, 0), v, 0.1 * v), lambda v: v.tanh(),
                          lambda v: 1 / (1 + ag.exp(-v)), lambda v: v, lambda v: v ** 2,
                          lambda v: ag.minimum(ag.maximum(v, -1), 1), lambda v: ag.max([v, -v, 0.1])])

    def loss(self) -> Callable[[Any, Any], Any]:
        return self.pick([lambda y, t: (y - t) ** 2, lambda y, t: ag.abs(y - t),
                          lambda y, t: ag.softplus(y) - t * y, lambda y, t: ag.relu(1 - t * y),
                          lambda y, t: -t * ag.log(ag.sigmoid(y)) - (1 - t) * ag.log(1 - ag.sigmoid(y)),
                          lambda y, t: ag.sqrt(1 + (y - t) ** 2) - 1, lambda y, t: (t - y) * (t - y),
                          lambda y, t: ag.where(ag.greater(ag.abs(y - t), 1), ag.abs(y - t) - 0.5,
                                                0.5 * (y - t) ** 2)])

    def total(self, items: Iterable[Any]) -> Any:
        """The sum of some terms, in one of the ways of writing it."""
        items = list(items)
        return self.pick(TOTALS)(items) if items else 0.0

    def mean(self, items: Sequence[Any]) -> Any:
        items = list(items)
        n = max(1, len(items))
        return self.pick([lambda: self.total(items) / n, lambda: self.total(e / n for e in items),
                          lambda: 1 / n * self.total(items), lambda: self.total(items) * (1 / n)])()

    def dot(self, w: Sequence[Any], x: Sequence[Any]) -> Any:
        kind = self.rng.randrange(5)
        if kind == 0 and len(w) == len(x):
            return ag.dot(w, x)
        if kind == 1:
            s = 0.0
            for a, b in zip(w, x):
                s = s + b * a
            return s
        if kind == 2:
            return self.total([a * b for a, b in zip(w, x)])
        if kind == 3:
            return np.dot(np.array(w[:len(x)], dtype=object), np.array(x[:len(w)], dtype=object))
        return sum(a * b for a, b in zip(w, x))

    def small(self, v: Any) -> Any:
        """Something of v that is neither large nor chaotic."""
        return self.pick([ag.tanh, ag.sin, ag.sigmoid, lambda u: u / (1 + u * u), BUMP, ag.atan])(v)


def plain(x: Any) -> float:
    """The number in a Value; a number as it is."""
    return x.data if isinstance(x, Value) else float(x)


FAMILIES: dict[str, Callable[[Draw], Any]] = {}


def family(f: Callable[[Draw], Any]) -> Callable[[Draw], Any]:
    FAMILIES[f.__name__] = f
    return f


@family
def multilayer(d):
    sizes = [d.size(8) for _ in range(d.pick([2, 2, 3, 4]))]
    rows = d.pick([1, 2, 3, 9])
    act, loss = d.activation(), d.loss()
    layers = [(d.matrix(b, a), d.take(b)) for a, b in itertools.pairwise(sizes)]
    out = []
    for _ in range(rows):
        h = d.data(sizes[0])
        for k, (W, b) in enumerate(layers):
            z = [d.dot(w, h) + c for w, c in zip(W, b)]
            h = z if k == len(layers) - 1 and d.chance(0.5) else [act(v) for v in z]
        out += [loss(v, t) for v, t in zip(h, d.data(sizes[-1]))]
    return d.mean(out)


@family
def polynomial(d):
    c, s = d.take(d.size(12)), []
    for x in d.data(d.size(20)):
        y = 0
        if d.chance(0.5):
            for a in reversed(c):
                y = y * x + a
        else:
            y = sum(a * (x ** k if k else 1) for k, a in enumerate(c))
        s.append((y - d.number()) ** 2)
    return d.mean(s)


@family
def chebyshev(d):
    x, c, prev = ag.tanh(d.leaf()), d.take(d.long(5) % 60 + 1), 1.0
    cur, total = x, c[0] * 1.0
    for a in c[1:]:
        total = total + a * cur
        prev, cur = cur, 2 * x * cur - prev
    return total


@family
def fibonacci(d):
    a, b, w = d.leaf(), d.leaf(), d.small(d.leaf())
    for _ in range(d.long(5)):
        a, b = b, d.pick([1, 0.5])* w * a + 0.4 * b
    return a - b * d.nonzero()


@family
def memo_recursion(d):
    w, n, lag = d.take(3), d.long(7) % 150, d.pick([2, 2, 3, 5])
    @functools.cache
    def f(k):
        if k <= 0:
            return w[k % 3]
        return ag.tanh(0.5 * f(k - 1) - w[k % 3] * f(k - lag))
    return f(n) + f(n // 2)


@family
def continued_fraction(d):
    a = d.take(d.long(4) % 120 + 1)
    y = a[-1]
    for v in reversed(a[:-1]):
        y = v + 1 / (3 + y * y)
    return y


@family
def lotka_volterra(d):
    a, b, c, e = (ag.sigmoid(v) for v in d.take(4))
    x, y, dt = d.pick([1.0, ag.exp(d.small(d.leaf()))]), 0.5, d.pick([0.01, 0.05, 1 / 16])
    path, s = [], 0.0
    for _ in range(d.long(12)):
        x, y = x + dt * (a * x - b * x * y), y + dt * (c * x * y - e * y)
        path.append(x)
    if d.chance(0.5):
        for k in range(0, len(path), d.pick([1, 2, 7])):
            s += (path[k] - d.number()) ** 2
    return s + x - y


@family
def runge_kutta(d):
    w, y, h = d.take(2), d.leaf(), d.pick([0.1, 0.05])
    f = d.pick([lambda t, y: w[0] * ag.sin(y) - w[1] * y, lambda t, y: ag.tanh(w[0] * y + t) * w[1],
                lambda t, y: -y + w[0] * math.cos(t) + w[1] * 0])
    for k in range(d.long(30)):
        t = k * h
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


@family
def leapfrog(d):
    n = d.size(5)
    q, v, k = d.take(n), d.take(n), ag.sigmoid(d.leaf())
    a = [-k * x for x in q]
    for _ in range(d.long(14 * n)):
        v = [u + 0.05 * b for u, b in zip(v, a)]
        q = [x + 0.1 * u for x, u in zip(q, v)]
        a = [-k * ag.sin(x) + (0.1 * (q[i - 1] - x) if n > 2 else 0) for i, x in enumerate(q)]
        v = [u + 0.05 * b for u, b in zip(v, a)]
    return d.total(u * u / 2 for u in v) + d.total(x * x for x in q)


@family
def sir(d):
    beta, gamma = ag.sigmoid(d.leaf()), ag.sigmoid(d.leaf())
    S, I, R, s = 0.9, 0.1, 0, 0
    seen = d.data(500)
    for t in range(d.long(14)):
        new, out = beta * S * I, gamma * I
        S, I, R = S - new, I + new - out, R + out
        if d.chance(0) or t % 3 == 0:
            s = s + (R - seen[t]) ** 2
    return s + I


@family
def lstm(d):
    n, m = d.size(4), d.size(3)
    W = [[d.matrix(n, n), d.matrix(n, m), d.take(n)] for _ in range(4)]
    h, c, s = [0.0] * n, [0] * n, []
    for t in range(d.long(12 * n * (n + m))):
        x = d.data(m)
        i, f, g, o = ([d.dot(u, h) + d.dot(v, x) + e for u, v, e in zip(*G)] for G in W)
        c = [ag.sigmoid(ff) * cc + ag.sigmoid(ii) * ag.tanh(gg) for ff, cc, ii, gg in zip(f, c, i, g)]
        h = [ag.sigmoid(oo) * ag.tanh(cc) for oo, cc in zip(o, c)]
        s.append((h[0] - d.number()) ** 2)
    return d.mean(s) if d.chance(0.6) else d.total(h)


@family
def gru_plain(d):
    n = d.size(4)
    U, V, b = d.matrix(n, n), d.take(n), d.take(n)
    h = d.take(n) if d.chance(0.3) else [0.0 for _ in range(n)]
    z = ag.sigmoid(d.leaf())
    xs = d.data(d.long(5 * n * n))
    for x in xs:
        new = [ag.tanh(sum(U[i][j] * h[j] for j in range(n)) + V[i] * x - b[i]) for i in range(n)]
        h = [(1 - z) * p + z * q for p, q in zip(h, new)]
    return d.total(v ** 2 for v in h)


@family
def kalman(d):
    q, r, a = ag.exp(d.small(d.leaf())), ag.exp(d.small(d.leaf())), ag.tanh(d.leaf())
    m, P, ll = 0, 1, 0.0
    for y in d.data(d.long(16)):
        m, P = a * m, a * P * a + q
        S = P + r
        K = P / S
        e = y - m
        m, P = m + K * e, (1 - K) * P
        ll -= 0.5 * (ag.log(S) + e * e / S)
    return -ll


@family
def garch(d):
    w, a, b = (ag.sigmoid(v) for v in d.take(3))
    var, ll = w, 0
    for r in d.data(d.long(10)):
        ll = ll - 0.5 * ag.log(var) - 0.5 * r ** 2 / var
        var = w + 0.3 * a * r ** 2 + 0.6 * b * var
    return ll


@family
def holt_winters(d):
    al, be, ga = (ag.sigmoid(v) for v in d.take(3))
    period = d.pick([1, 2, 3, 4, 7, 12])
    level, trend, season = d.leaf(), 0.0, list(d.take(period))
    err = 0.0
    for t, y in enumerate(d.data(d.long(16) % 200)):
        s = season[t % period]
        err += (y - (level + trend + s)) ** 2
        last = level
        level = al * (y - s) + (1 - al) * (level + trend)
        trend = be * (level - last) + (1 - be) * trend
        season[t % period] = ga * (y - level) + (1 - ga) * s
    return err


@family
def arma(d):
    p, q = d.pick([1, 2, 3]), d.pick([0, 1, 2])
    phi, th, mu = [ag.tanh(v) / 2 for v in d.take(p)], [ag.tanh(v) / 2 for v in d.take(q)], d.leaf()
    y, e, s = d.data(d.long(20) % 200), [], 0
    for t in range(len(y)):
        pred = mu
        for k in range(p):
            if t - k - 1 >= 0:
                pred = pred + phi[k] * y[t - k - 1]
        for k in range(q):
            if t > k:
                pred += th[k] * e[t - k - 1]
        e.append(y[t] - pred)
        s = s + e[-1] ** 2
    return s


@family
def moving_window(d):
    w, window, s = ag.sigmoid(d.leaf()), deque(maxlen=d.pick([1, 2, 3, 5])), 0.0
    for x in d.take(d.long(6) % 100 + 1):
        window.append(x)
        m = sum(window) / len(window)
        s += w * (x - m) ** 2 if d.chance(0.9) else ag.abs(x - m)
    return s


@family
def matrix_factorization(d):
    users, items, k = d.size(10), d.size(10), d.size(4)
    U, V, b, c = d.matrix(users, k), d.matrix(items, k), d.take(users), d.take(items)
    s, mu = 0.0, d.pick([0, 3.5, d.leaf()])
    for _ in range(d.size()):
        i, j = d.rng.randrange(users), d.rng.randrange(items)
        e = d.number() - mu - b[i] - c[j] - d.dot(U[i], V[j])
        s += e * e
    return s + 0.1 * d.total(u * u for r in U for u in r)


@family
def elo(d):
    n = d.size(12) + 1
    r, K, ll = d.take(n), d.pick([0.3, d.small(d.leaf())]), 0.0
    for _ in range(d.long(15) % 100):
        i, j = d.rng.sample(range(n), 2)
        p = ag.sigmoid(r[i] - r[j])
        won = d.rng.randint(0, 1)
        ll -= ag.log(p if won else 1 - p)
        r[i], r[j] = r[i] + K * (won - p), r[j] - K * (won - p)
    return ll


@family
def word_vectors(d):
    n, k = d.size(10), d.size(5)
    E, C, s = d.matrix(n, k), d.matrix(n, k), 0
    for _ in range(d.size(25)):
        i, j = d.rng.randrange(n), d.rng.randrange(n)
        s = s - ag.log(ag.sigmoid(d.dot(E[i], C[j])))
        for neg in range(d.pick([0, 1, 3])):
            s -= ag.log(ag.sigmoid(-d.dot(E[i], C[d.rng.randrange(n)])))
    return s


@family
def softmax_classes(d):
    k, m = d.size(6) + 1, d.size(5)
    W, b, s = d.matrix(k, m), d.take(k), 0.0
    shift = d.rng.randrange(4)
    for _ in range(d.size(20)):
        x, t = d.data(m), d.rng.randrange(k)
        z = [d.dot(w, x) + c for w, c in zip(W, b)]
        top = [0.0, ag.max(z), functools.reduce(ag.maximum, z), z[0]][shift]
        e = [ag.exp(v - top) for v in z]
        s = s + ag.log(sum(e)) - (z[t] - top) if d.chance(0.5) else s - ag.log(e[t] / sum(e))
    return s


@family
def attention(d):
    T, k = d.size(8), d.size(4)
    X = [d.take(k) for _ in range(T)] if d.chance(0.5) else [d.data(k) for _ in range(T)]
    Q, K, V = d.matrix(k, k), d.matrix(k, k), d.matrix(k, k)
    causal, out = d.chance(0.6), []
    mv = lambda M, x: [sum(a * b for a, b in zip(r, x)) for r in M]
    q, ks, vs = [mv(Q, x) for x in X], [mv(K, x) for x in X], [mv(V, x) for x in X]
    for t in range(T):
        seen = range(t + 1) if causal else range(T)
        a = [sum(u * v for u, v in zip(q[t], ks[j])) / k ** 0.5 for j in seen]
        m = ag.max(a) if d.chance(0.5) else 0
        e = [ag.exp(ag.tanh(v - m)) for v in a]
        z = sum(e)
        out.append([sum(w * vs[j][c] for w, j in zip(e, seen)) / z for c in range(k)])
    return d.total(v * v for row in out for v in row)


@family
def layer_norm(d):
    n = d.size(12)
    g, b, s = d.take(n), d.take(n), 0
    for _ in range(d.size(6)):
        x = d.take(n)
        m = sum(x) / n
        var = sum((v - m) ** 2 for v in x) / n
        s += sum(ag.tanh(gg * (v - m) / (var + 1e-2) ** 0.5 + bb) for gg, bb, v in zip(g, b, x))
    return s


@family
def convolution_1d(d):
    n, k = d.long(6) % 120 + 1, d.pick([1, 2, 3, 5])
    x, w, b = (d.take(n) if d.chance(0.5) else d.data(n)), d.take(k), d.leaf()
    pad, stride, act = d.chance(0.5), d.pick([1, 1, 2, 3]), d.activation()
    out = []
    for i in range(0, n, stride):
        s = b
        for j in range(k):
            at = i + j - (k // 2 if pad else 0)
            if 0 <= at < n:
                s = s + w[j] * x[at]
        out.append(act(s))
    if d.chance(0.5):
        out = [ag.max(out[i:i + 2]) for i in range(0, len(out), 2)]
    return d.mean(v * v for v in out)


@family
def convolution_2d(d):
    n, m, k = d.size(8), d.size(8), d.pick([1, 2, 3])
    img, w = [d.data(m) for _ in range(n)], d.matrix(k, k)
    rows = [[sum(w[a][b] * img[i + a][j + b] for a in range(k) for b in range(k)
                 if i + a < n and j + b < m) for j in range(m)] for i in range(n)]
    act = d.activation()
    rows = [[act(v) if isinstance(v, Value) else v for v in r] for r in rows]
    v = d.take(m)
    return d.total(d.dot(v, r) ** 2 for r in rows)


@family
def hmm_forward(d):
    n = d.size(4) + 1
    A = [[ag.exp(v) for v in row] for row in d.matrix(n, n)]
    A = [[v / sum(row) for v in row] for row in A]
    B = d.matrix(n, 2)
    alpha, ll = [1 / n] * n, 0.0
    for o in [d.rng.randint(0, 1) for _ in range(d.long(4 * n * n) % 60)]:
        alpha = [sum(alpha[i] * A[i][j] for i in range(n)) * ag.sigmoid(B[j][o]) for j in range(n)]
        z = sum(alpha)
        alpha, ll = [a / z for a in alpha], ll + ag.log(z)
    return ll + alpha[0]


@family
def viterbi(d):
    n = d.size(4)
    A, E = d.matrix(n, n), d.take(n)
    best = [e * 1 for e in E]
    for _ in range(d.long(4 * n * n) % 80):
        x = d.number()
        best = [ag.max([best[i] + A[i][j] for i in range(n)]) + 0.1 * E[j] * x for j in range(n)]
    return ag.max(best) if d.chance(0.5) else sum(best)


@family
def edit_distance(d):
    n, m = d.size(9), d.size(9)
    a, b, gap = d.take(n), (d.data(m) if d.chance(0.5) else d.take(m)), ag.sigmoid(d.leaf())
    D = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n + 1):
        D[i][0] = i * gap
    for j in range(m + 1):
        D[0][j] = j * gap
    soft = d.chance(0.3)
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            c = [D[i - 1][j] + gap, D[i][j - 1] + gap, D[i - 1][j - 1] + (a[i - 1] - b[j - 1]) ** 2]
            D[i][j] = (-ag.log(sum(ag.exp(-v) for v in c)) if soft
                       else ag.minimum(ag.minimum(c[0], c[1]), c[2]))
    return D[n][m]


@family
def knapsack(d):
    v, cap = d.take(d.size(10)), d.size(12)
    best = [0.0] * (cap + 1)
    for x in v:
        w = d.rng.randint(1, 4)
        for c in range(cap, w - 1, -1):
            best[c] = ag.maximum(best[c], best[c - w] + ag.softplus(x))
    return best[-1] * 1.0 + best[cap // 2]


@family
def determinant(d):
    n = d.size(6)
    A = d.matrix(n, n)
    A = [[A[i][j] + (4 if i == j else 0) for j in range(n)] for i in range(n)]
    det = 1
    for k in range(n):
        det = det * A[k][k]
        for i in range(k + 1, n):
            f = A[i][k] / A[k][k]
            for j in range(k, n):
                A[i][j] = A[i][j] - f * A[k][j]
    return det


@family
def cofactors(d):
    def det(M):
        if len(M) == 1:
            return M[0][0]
        return sum((-1) ** j * M[0][j] * det([r[:j] + r[j + 1:] for r in M[1:]]) for j in range(len(M)))
    n = d.size(4)
    return det(d.matrix(n, n))


@family
def cholesky(d):
    n = d.size(7)
    B = d.matrix(n, n)
    A = [[sum(B[i][k] * B[j][k] for k in range(n)) + (1 + n) * (i == j) for j in range(n)]
         for i in range(n)]
    L = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            s = sum(L[i][k] * L[j][k] for k in range(j))
            L[i][j] = ag.sqrt(A[i][i] - s) if i == j else (A[i][j] - s) / L[j][j]
    y = []
    for i, b in enumerate(d.data(n)):
        y.append((b - sum(L[i][k] * y[k] for k in range(i))) / L[i][i])
    return sum(v * v for v in y) + 2 * sum(ag.log(L[i][i]) for i in range(n))


@family
def tridiagonal(d):
    n = d.long(12) % 100 + 1
    a, b = d.take(n), [3 + v * v for v in d.take(n)]
    rhs, c, e = d.data(n), [], []
    for i in range(n):
        m = b[i] - (a[i] * c[i - 1] if i else 0)
        c.append(a[i] / m)
        e.append((rhs[i] - (a[i] * e[i - 1] if i > 0 else 0)) / m)
    x = [None] * n
    x[-1] = e[-1]
    for i in range(n - 2, -1, -1):
        x[i] = e[i] - c[i] * x[i + 1]
    return d.total(v * v for v in x)


@family
def power_iteration(d):
    n = d.size(5)
    A, v = d.matrix(n, n), [1.0] * n
    A = [[A[i][j] + 3 * (i == j) for j in range(n)] for i in range(n)]
    for _ in range(d.long(3 * n * n) % 40):
        w = [sum(a * x for a, x in zip(r, v)) for r in A]
        z = ag.sqrt(sum(x * x for x in w) + 0.01)
        v = [x / z for x in w]
    return sum(v[i] * A[i][j] * v[j] for i in range(n) for j in range(n))


@family
def newton_root(d):
    a = 2 + ag.tanh(d.leaf())
    y = d.pick([1.0, a, 1.5])
    for _ in range(d.pick([1, 2, 3, 6, 12, 30])):
        y = d.pick([0.5]) * (y + a / y)
    z = 1.0
    for _ in range(d.pick([0, 3, 50])):
        z = z - (z ** 3 - a) / (3 * z ** 2)
    return y * z


@family
def taylor(d):
    x, term, s = d.small(d.leaf()), 1, 1
    for k in range(1, d.pick([2, 5, 20, 30])):
        term = term * x / k
        s = s + term * d.pick([1, 1, d.nonzero()])
    return s + sum((-1) ** k * x ** (2 * k + 1) / math.factorial(2 * k + 1) for k in range(8))


@family
def fourier(d):
    x = d.take(2 ** d.pick([0, 1, 2, 3, 4]))
    def fft(a):
        if len(a) == 1:
            return [(a[0], 0.0)]
        even, odd, n = fft(a[::2]), fft(a[1::2]), len(a)
        out = [None] * n
        for k in range(n // 2):
            c, s = math.cos(-2 * math.pi * k / n), math.sin(-2 * math.pi * k / n)
            re, im = c * odd[k][0] - s * odd[k][1], c * odd[k][1] + s * odd[k][0]
            out[k] = even[k][0] + re, even[k][1] + im
            out[k + n // 2] = even[k][0] - re, even[k][1] - im
        return out
    return sum(r * r * (k + 1) + i * i for k, (r, i) in enumerate(fft(x)))


@family
def slow_fourier(d):
    x = d.take(d.size(16))
    n, s = len(x), 0
    for k in range(n):
        re = sum(v * math.cos(2 * math.pi * k * j / n) for j, v in enumerate(x))
        im = sum(v * math.sin(2 * math.pi * k * j / n) for j, v in enumerate(x))
        s += ag.sqrt(re ** 2 + im ** 2 + 0.1) if d.chance(0.9) else re
    return s


@family
def robot_arm(d):
    q, L = d.take(d.size(30)), d.data(50)
    angle, x, y = 0, 0.0, 0
    for k, t in enumerate(q):
        angle = angle + t
        x, y = x + L[k] * ag.cos(angle), y + L[k] * ag.sin(angle)
    return (x - 1) ** 2 + (y - d.number()) ** 2


@family
def springs(d):
    n = d.size(12) + 1
    P, rest, e = [d.take(2) for _ in range(n)], d.number(), 0
    pairs = d.pick([[(i, i + 1) for i in range(n - 1)], [(i, j) for i in range(n) for j in range(i)],
                    [(i, (i + 1) % n) for i in range(n)],
                    [tuple(d.rng.sample(range(n), 2)) for _ in range(n)]])
    for i, j in pairs:
        r = ag.sqrt((P[i][0] - P[j][0]) ** 2 + (P[i][1] - P[j][1]) ** 2 + 0.01)
        e += 0.5 * (r - rest) ** 2
    return e + 9.81 * d.total(p[1] for p in P)


@family
def lennard_jones(d):
    n, E = d.size(9) + 1, 0.0
    X = [d.take(3) for _ in range(n)]
    for i in range(n):
        for j in range(i + 1, n):
            r2 = sum((a - b) ** 2 for a, b in zip(X[i], X[j])) + 1
            E += 4 * (r2 ** -6 - r2 ** -3)
    return E


@family
def ising(d):
    n, m = d.size(8), d.size(8)
    S, J, h = d.matrix(n, m), d.leaf(), d.pick([0, 0.5, d.leaf()])
    E = 0
    for i in range(n):
        for j in range(m):
            E -= J * S[i][j] * (S[(i + 1) % n][j] + S[i][(j + 1) % m])
            E -= h * S[i][j]
    return E


@family
def image_smoothing(d):
    n, m = d.size(9), d.size(9)
    U, data, lam, s = d.matrix(n, m), [d.data(m) for _ in range(n)], d.pick([0.1, 2, d.leaf()]), 0.0
    for i in range(n):
        for j in range(m):
            s += (U[i][j] - data[i][j]) ** 2
            if i + 1 < n:
                s += lam * ag.abs(U[i + 1][j] - U[i][j])
            if j + 1 < m:
                s += lam * (U[i][j + 1] - U[i][j]) ** 2
    return s


@family
def qubits(d):
    a, b = (1.0, 0), (0.0, 0.0)
    for t in d.take(d.long(20) % 60 + 1):
        c, s = ag.cos(t / 2), ag.sin(t / 2)
        a, b = ((c * a[0] - s * b[0], c * a[1] - s * b[1]), (s * a[0] + c * b[0], s * a[1] + c * b[1]))
        if d.chance(0.3):
            b = (-b[1], b[0])
    return a[0] ** 2 + a[1] ** 2 - b[0] * b[1]


@family
def page_rank(d):
    n = d.size(8) + 1
    links = [d.rng.sample(range(n), d.rng.randint(1, n)) for _ in range(n)]
    damp, r = ag.sigmoid(d.leaf()), [1 / n] * n
    w = d.take(n)
    for _ in range(d.pick([1, 2, 5, 20])):
        new = [(1 - damp) / n] * n
        for i, out in enumerate(links):
            for j in out:
                new[j] = new[j] + damp * r[i] / len(out)
        r = new
    return sum(a * b for a, b in zip(r, w))


@family
def graph_network(d):
    n, k = d.size(8) + 1, d.size(4)
    edges = [(d.rng.randrange(n), d.rng.randrange(n)) for _ in range(d.size(20))]
    W, V, H = d.matrix(k, k), d.matrix(k, k), [d.data(k) for _ in range(n)]
    for _ in range(d.pick([1, 2, 3])):
        M = [[0.0] * k for _ in range(n)]
        for i, j in edges:
            for c in range(k):
                M[j][c] = M[j][c] + H[i][c]
        H = [[ag.tanh(sum(W[a][c] * H[i][c] for c in range(k)) + sum(V[a][c] * M[i][c] for c in range(k)))
              for a in range(k)] for i in range(n)]
    return sum(v for h in H for v in h)


@family
def binomial_option(d):
    up, n = 1 + 0.1 * ag.sigmoid(d.leaf()), d.pick([1, 2, 5, 12, 30])
    q, S, K = ag.sigmoid(d.leaf()), d.pick([1.0, ag.exp(d.small(d.leaf()))]), 1.02
    V = [ag.maximum(S * up ** (2 * j - n) - K, 0) for j in range(n + 1)]
    american = d.chance(0.4)
    for step in range(n - 1, -1, -1):
        V = [0.99 * (q * V[j + 1] + (1 - q) * V[j]) for j in range(step + 1)]
        if american:
            V = [ag.maximum(v, K - S * up ** (2 * j - step)) for j, v in enumerate(V)]
    return V[0]


@family
def black_scholes(d):
    s = 0
    for k in range(d.size(20)):
        S, vol = ag.exp(d.leaf() / 3), 0.1 + ag.sigmoid(d.leaf())
        d1 = (ag.log(S / (1 + k / 20)) + vol ** 2 / 2) / vol
        cdf = lambda x: 0.5 * (1 + ag.erf(x / math.sqrt(2)))
        s += S * cdf(d1) - cdf(d1 - vol)
    return s


@family
def radial_basis(d):
    c, w, g, s = d.take(d.size(8)), d.take(8), d.leaf(), 0
    for x in d.data(d.size(20)):
        s += (sum(ww * ag.exp(-g ** 2 * (x - cc) ** 2) for ww, cc in zip(w, c)) - d.number()) ** 2
    return s


@family
def k_means(d):
    k, n, s = d.size(5), d.size(25), 0.0
    C = d.matrix(k, 2)
    how = d.rng.randrange(3)
    for _ in range(n):
        x = d.data(2)
        D = [(c[0] - x[0]) ** 2 + (c[1] - x[1]) ** 2 for c in C]
        s = s + (functools.reduce(ag.minimum, D) if how == 0 else -ag.max([-v for v in D]) if how == 1
                 else -ag.log(sum(ag.exp(-v) for v in D)))
    return s


@family
def mixture(d):
    k, s = d.size(4), 0
    mu, ls, pi = d.take(k), d.take(k), d.take(k)
    z = sum(ag.exp(v) for v in pi)
    for x in d.data(d.size(20)):
        s -= ag.log(sum(ag.exp(a) / z * ag.exp(-((x - m) / (1 + l * l)) ** 2 / 2) / (1 + l * l)
                        for a, m, l in zip(pi, mu, ls)) + 1e-3)
    return s


@family
def bezier(d):
    P = d.matrix(d.size(6), 2)
    def point(pts, t):
        while len(pts) > 1:
            pts = [[(1 - t) * a + t * b for a, b in zip(u, v)] for u, v in zip(pts, pts[1:])]
        return pts[0]
    s = 0
    for k in range(d.size(12)):
        x, y = point(P, k / 12)
        s += (x - k) ** 2 + ag.abs(y)
    return s


@family
def spline(d):
    n = d.size(10) + 1
    y, s = d.take(n), 0
    for x in d.data(d.size(25)):
        u = abs(plain(x)) % 1 * (n - 1)
        k = min(int(u), n - 2) if n > 1 else 0
        s += ((1 - (u - k)) * y[k] + (u - k) * y[min(k + 1, n - 1)] - d.number()) ** 2
    return s


@family
def breaks(d):
    w, s = d.take(d.size(6)), 0
    data = [plain(x) for x in d.data(300)]
    for row in range(d.size(20)):
        for j, v in enumerate(w):
            x = data[row * len(w) + j]
            if x > 1:
                break
            if x == 0:
                continue
            s += v * x if x > 0 else -v * v
        else:
            s = s + d.nonzero()
    k = 0
    while k < len(data) and data[k] < 1.2:
        s, k = s + w[k % len(w)] * 0.1, k + 1
    return s


@family
def bags(d):
    E, s = d.matrix(d.size(12), 3), []
    for _ in range(d.size(15)):
        words = [d.rng.randrange(len(E)) for _ in range(d.pick([0, 1, 2, 3, 5, 9]))]
        mean = [sum(E[w][c] for w in words) / max(1, len(words)) for c in range(3)]
        s.append(sum(ag.tanh(v) if isinstance(v, Value) else v for v in mean) - d.number())
    return d.mean(v ** 2 for v in s)


@family
def decision_tree(d):
    depth = d.pick([1, 2, 3, 4])
    w, leaf, s = d.take(2 ** depth), d.take(2 ** depth), 0
    for _ in range(d.size(12)):
        x, probs = d.data(1)[0], [1.0]
        node = 1
        for level in range(depth):
            probs = [q for k, p in enumerate(probs) for q in
                     (p * ag.sigmoid(w[(node + k) % len(w)] * x), p * (1 - ag.sigmoid(w[(node + k) % len(w)] * x)))]
            node *= 2
        s += (d.dot(probs, leaf) - d.number()) ** 2
    return s


@family
def tree_reduce(d):
    x, f = d.take(d.size(50)), d.pick([ag.maximum, lambda a, b: a + b, lambda a, b: ag.tanh(a * b - 0.1),
                                       lambda a, b: a - b, lambda a, b: BLEND(ag.tanh(a), b)])
    def reduce(v):
        return v[0] if len(v) == 1 else f(reduce(v[:len(v) // 2]), reduce(v[len(v) // 2:]))
    return reduce(x) * d.nonzero()


@family
def sorting_network(d):
    x = list(d.take(d.size(10)))
    for i in range(len(x)):
        for j in range(len(x) - 1 - i):
            x[j], x[j + 1] = ag.minimum(x[j], x[j + 1]), ag.maximum(x[j], x[j + 1])
    return sum((k + 1) * v for k, v in enumerate(x))


@family
def same_value_twice(d):
    a, b = d.leaf(), d.leaf()
    v = [a, b, a, a * b, a + a, a - a, b * b, a / (1 + b * b), a * a * a, b - b * 1, (a + b) * (a + b)]
    out = [d.pick(v) * d.pick(v) - d.pick(v) for _ in range(d.size(20))]
    return d.total(out) + d.small(d.total(d.pick(v) for _ in range(d.size(20))))


@family
def constants_everywhere(d):
    s, v = d.number(), d.take(d.size(8))
    for k in range(d.size(25)):
        w = d.pick(v)
        s = d.pick([lambda: s + d.number() * w, lambda: d.number() * w - s, lambda: s * 1 + 0 * w,
                    lambda: s + w ** d.pick([0, 1, 2, 3]), lambda: s - w / d.nonzero(),
                    lambda: ag.maximum(s, d.number()), lambda: s + ag.where(d.number(), w, -w),
                    lambda: 0 * s + w, lambda: s + ag.exp(0 * w), lambda: 0 - (0 - s) + w,
                    lambda: s + 1e-300 * w, lambda: 1e200 * w * 1e-200 + s, lambda: (s + 1e8 * w) / 1e4,
                    lambda: ag.select(d.pick([0, 1]), [s + w, w]), lambda: ag.max([s, w, 0.5]),
                    lambda: s + Fraction(1, 3).numerator * w, lambda: s * d.number() + w])()
        s = d.small(s) if isinstance(s, Value) and d.chance(0.3) else s
    return s + v[0] * 0


@family
def choices(d):
    s, v = 0, d.take(d.size(10))
    for k in range(d.size(30)):
        a, b, c = d.pick(v), d.pick(v), d.pick(v)
        s = s + d.pick([lambda: ag.where(ag.greater(a, b), a * b, c), lambda: ag.maximum(a, b) * c,
                        lambda: ag.minimum(a, ag.maximum(b, c)), lambda: ag.max([a, b, c, a * b]),
                        lambda: ag.select(ag.greater(a, b), [a * c, b - c]), lambda: ag.sign(a) * b,
                        lambda: ag.where(a - a, b, c), lambda: ag.stop_gradient(a) * b - a * c,
                        lambda: ag.where(ag.greater(a, 0), ag.sqrt(ag.maximum(a, 1e-3)), b),
                        lambda: (a.detach() + b) ** 2, lambda: ag.abs(a) * ag.relu(b - c),
                        lambda: ag.where(ag.greater(b, c) * ag.greater(a, b), a, b * c)])()
    return s


@family
def every_operation(d):
    rows = [r for r in (ag.exp, ag.expm1, ag.sin, ag.cos, ag.tan, ag.sinh, ag.cosh, ag.tanh, ag.sigmoid,
                        ag.softplus, ag.erf, ag.erfc, ag.gelu, ag.relu, ag.leaky_relu, ag.elu, ag.abs,
                        ag.atan, ag.sech, ag.bell, ag.cos_atan, BUMP, ag.identity, ag.neg)]
    s, v = 0, d.take(d.size(12))
    some = [d.pick(rows) for _ in range(d.size(6))]
    for k in range(d.size(25)):
        x = d.small(d.pick(v))
        f = d.pick(some)
        s = s + f(x) + d.pick([lambda: ag.log(1.5 + x), lambda: ag.sqrt(2 + x), lambda: ag.log1p(x / 2),
                               lambda: ag.asin(x / 2), lambda: ag.acos(x / 2), lambda: (2 + x) ** x,
                               lambda: 2 ** x, lambda: BLEND(x, d.pick(v)), lambda: x ** -2 if f is None else x ** 2,
                               lambda: (1.5 + x) ** 2.5, lambda: 1 / (2 + x), lambda: -x ** 3])()
    return s


@family
def accumulate_products(d):
    v, q, s = [1 + 0.1 * ag.tanh(x) for x in d.take(d.long(5) % 200 + 1)], 1, 0
    for k, x in enumerate(v):
        q = q * x
        if k % d.pick([2, 2]) == 0:
            s += q / len(v)
    return s + functools.reduce(lambda a, b: a * b, v)


@family
def cumulative(d):
    x = list(itertools.accumulate(d.take(d.long(5) % 200 + 1)))
    y = list(itertools.accumulate(x[::-1], lambda a, b: 0.9 * a + 0.1 * b))
    return d.mean(ag.tanh(v) for v in x) + d.mean((v - 1) ** 2 for v in y)


@family
def numpy_objects(d):
    n, m = d.size(6), d.size(6)
    W, x = np.array(d.matrix(n, m)), np.array(d.take(m))
    z = W @ x + np.array([plain(v) for v in d.data(n)])
    h = np.array([ag.tanh(v) for v in z])
    return (h ** 2).sum() / n + (W * 0.1).sum() - (x[::-1] * x).mean() + np.prod(x[:3])


@family
def gauss_seidel(d):
    n = d.size(6)
    A, b, x = d.matrix(n, n), d.take(n), [0.0] * n
    for _ in range(d.pick([1, 2, 3, 8, 20])):
        for i in range(n):
            s = b[i]
            for j in range(n):
                if j != i:
                    s = s - A[i][j] * x[j] / n
            x[i] = s / 2
    return d.total(v * v for v in x)


@family
def heat(d):
    n, T = d.pick([3, 4, 5, 8, 12, 20]), d.pick([1, 2, 3, 5, 10, 25])
    u, k = d.take(n), 0.3 * ag.sigmoid(d.leaf())
    edge = d.rng.randrange(3)
    for _ in range(T):
        if edge == 0:
            u = [u[0]] + [u[i] + k * (u[i + 1] - 2 * u[i] + u[i - 1]) for i in range(1, n - 1)] + [u[-1]]
        elif edge == 1:
            u = [u[i] + k * (u[(i + 1) % n] - 2 * u[i] + u[i - 1]) for i in range(n)]
        else:
            u = [u[i] + k * ((u[i + 1] if i + 1 < n else 0) - 2 * u[i] + (u[i - 1] if i else 0.0))
                 for i in range(n)]
    return sum(v * v for v in u)


@family
def wave(d):
    n, T = d.pick([3, 4, 6, 10, 16]), d.pick([1, 2, 3, 7, 20])
    u, c = d.take(n), 0.4 * ag.sigmoid(d.leaf())
    old = u[:]
    for _ in range(T):
        new = [0.0] * n
        for i in range(1, n - 1):
            new[i] = 2 * u[i] - old[i] + c * (u[i + 1] - 2 * u[i] + u[i - 1])
        old, u = u, new
    return d.total(v * v for v in u if isinstance(v, Value)) + u[0] + old[0] * 1.0


@family
def descent(d):
    w, lr, v = d.take(2), ag.sigmoid(d.leaf()) / 5, [0.0, 0.0]
    mom = d.pick([0, 0.9, ag.sigmoid(d.leaf())])
    for _ in range(d.pick([1, 2, 5, 15, 40])):
        g = [2 * (w[0] - 1) + 0.1 * w[1], w[1] ** 3 / (1 + w[1] ** 2) - 0.1 * w[0]]
        v = [mom * a - lr * b for a, b in zip(v, g)]
        w = [a + b for a, b in zip(w, v)]
    return w[0] ** 2 - w[1]


@family
def skip_connections(d):
    n, k = d.size(5), d.size(12)
    h = first = d.take(n)
    act = d.activation()
    for layer in range(k):
        W = d.matrix(n, n)
        h = [v + ag.tanh(act(d.dot(w, h))) / k for v, w in zip(h, W)]
    return d.total(a * b for a, b in zip(h, first))


@family
def shared_weights(d):
    n = d.size(5)
    W, b = d.matrix(n, n), d.take(n)
    h = d.data(n)
    for _ in range(d.pick([1, 2, 3, 5, 8])):
        h = [ag.tanh(d.dot(w, h) + c) for w, c in zip(W, b)]
    back = [d.dot([W[j][i] for j in range(n)], h) for i in range(n)]
    return d.total((u - v) ** 2 for u, v in zip(back, d.data(n)))


@family
def second_derivatives(d):
    inner = FAMILIES[d.pick(["multilayer", "polynomial", "springs", "radial_basis", "runge_kutta",
                             "lotka_volterra", "determinant", "shared_weights", "every_operation",
                             "softmax_classes", "kalman", "lennard_jones", "elo", "descent", "choices"])]
    d.budget = 600
    y = inner(d)
    present = set(topological_order(y)) if isinstance(y, Value) else set()
    wanted = [v for v in d.leaves if v in present]
    if not wanted:
        return y
    g = ag.gradients(y, wanted, create_graph=True)
    how = d.rng.randrange(4)
    if how == 0:
        return sum(v * v for v in g) + y
    if how == 1:
        return g
    if how == 2:
        v = sum(a * b for a, b in zip(g, d.data(len(g))))
        if isinstance(v, Value):
            inside = set(topological_order(v))
            wanted = [u for u in wanted if u in inside]
            if wanted:
                return ag.gradients(v, wanted, create_graph=True)
        return y
    return [y, *g, g[0]]


@family
def many_outputs(d):
    parts = [FAMILIES[d.pick(PLAIN)] for _ in range(d.pick([1, 2, 3]))]
    d.budget = 1500
    out = [f(d) for f in parts]
    out += [d.leaf(), out[0], d.leaf() * 1, Value(3.0)]
    d.rng.shuffle(out)
    return out[:d.rng.randint(1, len(out))]


@family
def two_at_once(d):
    d.budget = 2000
    a, b = FAMILIES[d.pick(PLAIN)](d), FAMILIES[d.pick(PLAIN)](d)
    return d.pick([lambda: a + b, lambda: a * b, lambda: ag.tanh(a) - 2 * b, lambda: b / (1 + a * a),
                   lambda: ag.maximum(a, b)])()


PLAIN = [name for name in FAMILIES if name not in ("second_derivatives", "many_outputs", "two_at_once")]


# Compiled beside eager ----------------------------------------------------------------------------

class Built(NamedTuple):
    outputs: list[Value]
    leaves: list[Value]
    listed: bool


def build(seed: int, name: str | None = None, numbers: Sequence[float] | None = None) -> Built:
    """The graph of program `seed`, at its own numbers or at these."""
    d = Draw(seed, numbers)
    chosen = d.pick(list(FAMILIES))
    found = FAMILIES[name or chosen](d)
    listed = isinstance(found, list)
    outputs = [v if isinstance(v, Value) else Value(v) for v in (found if listed else [found])]
    return Built(outputs, d.leaves, listed)


class Roles(NamedTuple):
    """Places of leaves: parameters in an order of their own, inputs, and the rest, constants."""
    parameters: list[int]
    inputs: list[int]
    rows: int


def roles(rng: random.Random, n: int) -> Roles:
    places = list(range(n))
    how = rng.randrange(6)
    if how in (1, 2):
        rng.shuffle(places)
    if how == 3:
        places.reverse()
    if how < 3 or n < 2:
        return Roles(places, [], 0)
    cut = rng.randint(1, n)
    some = rng.sample(places, n) if how == 5 else places
    constants = rng.choice([0, 0, 0, n // 4])
    rest = some[cut:]
    return Roles(some[:cut], rest[constants:] or [], rng.choice([0, 1, 2, 7, 40]))


def points(rng: random.Random, start: list[float]) -> list[tuple[str, list[float]]]:
    n = len(start)
    return [("recorded", start),
            ("near", [x + rng.uniform(-0.3, 0.3) for x in start]),
            ("other", [rng.gauss(0, 1) for _ in start]),
            rng.choice([("zero", [0.0] * n), ("ties", [0.5] * n), ("negative", [-abs(x) for x in start]),
                        ("ones", [1.0] * n), ("large", [x * 100 for x in start]),
                        ("signs", [rng.choice([-1.0, 0.0, 1.0]) for _ in start]),
                        ("small", [x * 1e-9 for x in start])])]


def truth(seed: int, name: str | None, numbers: list[float], which: Roles) -> Any:
    """Values (K,), gradient of their sum, and its scale, by the engine; None where it has none."""
    try:
        b = build(seed, name, numbers)
        y, g, size = eager(ag.sum(b.outputs), [b.leaves[i] for i in which.parameters])
    except (ArithmeticError, ValueError):
        return None
    values = np.array([v.data for v in b.outputs])
    return (values, g, size) if np.isfinite([*values, *g]).all() else None


FORMS: list[dict[str, Any]] = [{}, {"form": "matrices"}, {"form": "scalars"}, {"samples": False}]


def apart(got: Any, want: Any, size: float, bound: float = 1e-10) -> float:
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    if got.shape != want.shape:
        return math.inf
    gap = np.abs(got - want).max(initial=0.0)
    fine = gap <= bound * np.abs(want).max(initial=0.0) or gap <= 1e-13 * size
    return 0.0 if fine else float(gap)


class Trial(NamedTuple):
    """A program compiled in one way, at one point: its numbers, one for each leaf."""
    seed: int
    name: str | None
    which: Roles
    how: dict[str, Any]
    listed: bool
    point: str
    numbers: list[float]

    @property
    def is_single(self) -> bool:
        """Whether x is one sample, or there is none."""
        return not self.which.inputs or not self.which.rows or self.how.get("samples") is False

    def rows(self) -> list[list[float]]:
        """The numbers of all leaves for each sample."""
        rng, found = random.Random(self.seed), []
        for r in range(1 if self.is_single else self.which.rows):
            moved = {i: rng.uniform(-0.3, 0.3) for i in self.which.inputs} if r else {}
            found.append([x + moved.get(i, 0.0) for i, x in enumerate(self.numbers)])
        return found

    def arguments(self) -> tuple[np.ndarray, ...]:
        theta = np.array([self.numbers[i] for i in self.which.parameters])
        x = np.array([[row[i] for i in self.which.inputs] for row in self.rows()])
        return (theta, x[0] if self.is_single else x) if self.which.inputs else (theta,)


def trials(seed: int, name: str | None = None) -> list[Trial]:
    """Program `seed` at several points, the recorded one first."""
    rng, b = random.Random(seed + 1), build(seed, name)
    start = [v.data for v in b.leaves]
    which = roles(rng, len(start))
    known = {*which.parameters, *which.inputs}
    return [Trial(seed, name, which, {}, b.listed, what,
                  [x if i in known else start[i] for i, x in enumerate(numbers)])
            for what, numbers in points(rng, start)]


def fault(seed: int, name: str | None = None) -> str | None:
    """Where a compiled form of program `seed` differs from eager."""
    every = trials(seed, name)
    which = every[0].which
    for how in [{}, random.Random(seed).choice(FORMS[1:])]:
        if how.get("samples") is False and not which.inputs:
            continue
        b = build(seed, name)
        P, X = ([b.leaves[i] for i in places] for places in which[:2])
        try:
            program = ag.compile(b.outputs if b.listed else b.outputs[0], P, X, **how)
        except Exception as error:                                      # noqa: BLE001
            if "holds only the sides" in str(error):
                return None
            return f"{how}: {error!r}"
        for trial in [each._replace(how=how) for each in every]:
            problem = differs(program, trial)
            if problem and not chaotic(seed, name, trial.numbers, which):
                return f"{how} at {trial.point}: {problem} | {program}"
    return None


def differs(program: Any, trial: Trial) -> str | None:
    """Where a program's numbers at one point are not eager's."""
    found = [truth(trial.seed, trial.name, row, trial.which) for row in trial.rows()]
    if None in found:
        return None                                     # outside of the domain of an operation
    values, gradient, size = zip(*found)
    return compared(program, trial, np.array(values), sum(gradient), sum(size))


def compared(program: Any, trial: Trial, values: np.ndarray, gradient: np.ndarray,
             size: float) -> str | None:
    """Where a program's numbers are not these values, (m, K), and their sum's gradient."""
    arguments = trial.arguments()
    shown = values[0] if trial.is_single else values
    shown = shown if trial.listed else shown[..., 0]
    try:
        got = program(*arguments)
        y, g = (0.0, gradient) if trial.listed else program.value_and_grad(*arguments)
    except Exception as error:                                          # noqa: BLE001
        return f"raises {error!r}, eager {np.ravel(shown)[:3]}"
    if apart(got, shown, size):
        return f"value {np.ravel(got)[:4]}, eager {np.ravel(shown)[:4]}"
    if trial.listed:
        return None
    if type(y) is not float or apart(y, values.sum(), size):
        return f"value_and_grad {y!r}, eager {values.sum()}"
    if apart(g, gradient, size):
        k = int(np.abs(g - gradient).argmax()) if g.shape == gradient.shape else 0
        return f"gradient[{k}] {g[k]}, eager {gradient[k]}"
    return None


def chaotic(seed: int, name: str | None, numbers: list[float], which: Roles) -> bool:
    """Whether rounding alone moves eager's own numbers: then no two ways to compute agree."""
    here = truth(seed, name, numbers, which)
    for size in (1e-15, 1e-14, -1e-14):
        rng = random.Random(seed)
        near = truth(seed, name, [x * (1 + size * rng.uniform(0.5, 1)) + size * 1e-3 * rng.random()
                                  for x in numbers], which)
        if here is None or near is None or apart(near[0], here[0], 0.0, 1e-11) or apart(
                near[1], here[1], 0.0, 1e-11):
            return True
    return False


def main(count: str = "1000", first: str = "0", name: str | None = None) -> None:
    """Try programs and print those with a fault."""
    wrong = 0
    for seed in range(int(first), int(first) + int(count)):
        try:
            problem = fault(seed, name)
        except Exception as error:                                      # noqa: BLE001
            problem = f"tester: {error!r}"
        if problem:
            wrong += 1
            d = Draw(seed, None)
            print(f"seed {seed} {name or d.pick(list(FAMILIES))}: {problem[:600]}", flush=True)
    print(f"{wrong} of {count} programs are wrong")


if __name__ == "__main__":
    main(*sys.argv[1:])
