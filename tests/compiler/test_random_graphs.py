"""Random graphs of all operations, compiled as arrays and as straight lines, against eager runs for each sample."""
from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.ops import BUILT_IN, TABLE
from tests.compiler.agree import agrees

SAFE = {                                                        # how a number is brought into an operation's domain
    "log": lambda a: ag.softplus(a) + 0.1, "log1p": lambda a: ag.softplus(a) - 0.5, "sqrt": lambda a: ag.softplus(a) + 0.1,
    "asin": lambda a: 0.9 * ag.tanh(a), "acos": lambda a: 0.9 * ag.tanh(a),
    "sec_asin": lambda a: 0.9 * ag.tanh(a), "tan": ag.tanh, "exp": ag.tanh, "expm1": ag.tanh,
    "sinh": ag.tanh, "cosh": ag.tanh}
ONE = sorted(op.name for op in TABLE.values() if op.arity == 1 and op.name in BUILT_IN)
TWO = sorted(op.name for op in TABLE.values() if op.arity == 2 and op.name in BUILT_IN)
NUMBERS = [0.5, -1.25, 2.0, 1.0, 0.0, -1.0, 3.0]
EXPONENTS = [2, 3, 0, 1, -1, 0.5, -1.5, 2.0]


def instructions(rng: random.Random, count: int) -> list[tuple]:
    """A random program: each instruction is a kind, an operation and the places of its operands (a float is a number)."""
    def place(): return rng.random() if rng.random() < 0.85 else rng.choice(NUMBERS) + 10
    found = []
    for _ in range(count):
        kind = rng.choice(["one", "one", "two", "two", "sum", "dot", "plain", "power", "wide"])
        name = rng.choice(ONE if kind == "one" else TWO if kind == "two" else [""])
        size = {"one": 1, "two": 2, "plain": 3, "power": 2, "wide": 4}.get(kind, rng.randint(1, 6))
        found.append((kind, name, [place() for _ in range(size)], [place() for _ in range(size)], rng.choice(EXPONENTS)))
    return found


def run(program: list[tuple], P: list[Value], X: list[Value]) -> Value:
    pool: list = [*P, *X]

    def at(where):
        if where > 1:
            return where - 10
        return pool[int((1 - where * where) * len(pool))] if pool else 1.0      # rather the latest

    for kind, name, first, second, exponent in program:
        a, b = [at(i) for i in first], [at(i) for i in second]
        if kind == "one":
            v = TABLE[name](SAFE.get(name, lambda x: x)(a[0]))
        elif kind == "two" and name == "pow":
            v = (ag.softplus(a[0]) + 0.2) ** ag.tanh(a[1])
        elif kind == "two":
            v = TABLE[name](a[0], 1.5 + ag.sigmoid(a[1]) if name == "div" else a[1])
        elif kind == "sum":
            v = ag.sum(a)
        elif kind == "dot":
            v = ag.dot(a, b, at(first[-1]))
        elif kind == "plain":
            v = sum((p * q for p, q in zip(a, b)), a[0]) - b[0] * 0.3
        elif kind == "power":
            v = (1.5 + ag.sigmoid(a[0])) ** exponent + (ag.tanh(a[1]) ** exponent if exponent in (2, 3, 2.0) else 0.0)
        else:
            v = sum(TABLE["tanh"](p * q + 0.1) for p, q in zip(a, b))
        pool.append(ag.tanh(v) if kind in ("dot", "plain", "two") else v)
    out = ag.sum(pool[-5:]) if program else ag.sum(pool[:1])
    return out if isinstance(out, Value) else Value(out)


@given(seed=st.integers(0, 2**32), count=st.sampled_from([0, 1, 2, 4, 8, 20, 60]), parameters=st.integers(0, 6),
       inputs=st.integers(0, 3), m=st.sampled_from([None, 1, 2, 9, 20]))
@settings(max_examples=150)
def test_a_random_graph_compiles_to_what_eager_gives(seed, count, parameters, inputs, m):
    rng = random.Random(seed)
    program = instructions(rng, count)
    theta = [rng.uniform(-1, 1) for _ in range(parameters)]
    rows = [[rng.uniform(-1, 1) for _ in range(inputs)] for _ in range(m or 1)]
    if inputs and m:
        agrees(lambda P, X: run(program, P, X), theta, rows[0], rows)
    else:
        agrees(lambda P, X: run(program, P, X), theta, rows[0])


@pytest.mark.parametrize("name", ONE + TWO)
@pytest.mark.parametrize("m", [None, 1, 3, 12])
def test_every_row_of_the_table_alone(name, m):
    op = TABLE[name]

    def build(P, X):
        a = [SAFE.get(name, lambda x: x)(v) for v in (*P, *X)]
        if name == "pow":
            return ag.sum([op(ag.softplus(x) + 0.1, y) for x in a for y in (*a, 2.0, -0.5, 0.0)])
        if name == "div":
            return ag.sum([op(x, y + 3.0) for x in a for y in a] + [op(2.0, a[0] + 3.0), op(a[0], 4.0)])
        if op.arity == 2:
            return ag.sum([op(x, y) for x in a for y in (*a, 0.25)] + [op(0.25, x) for x in a])
        return ag.sum([op(x) for x in a] + [op(a[0]) * op(a[1])])
    rng = random.Random(name)
    rows = [[rng.uniform(-1, 1) for _ in range(2)] for _ in range(m or 1)]
    agrees(build, [0.3, -0.7, 0.0], rows[0], rows if m else None)
