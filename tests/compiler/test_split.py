"""Rows with ends, lines of code that a loop mixes, numbers that many share: compiled to slices, and
held to eager.
"""
from __future__ import annotations

import random

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.compiler.agree import agrees

ENDS = ["zero", "numbers", "parameters", "around", "inside", "same", "data"]


def neighbours(u, i, step, ends, p):
    """What stands `step` places after u[i]: beyond the ends it is what `ends` says."""
    k, n = i + step, len(u)
    if 0 <= k < n:
        return u[k]
    return {"zero": 0.0, "numbers": 1.5 if k < 0 else -0.5, "parameters": p[0] if k < 0 else p[-1],
            "around": u[k % n], "inside": u[min(max(k, 0), n - 1)], "same": u[i],
            "data": [0.0, 2.0][k < 0]}[ends]


def stencil(seed, inputs=False):
    """A random row that changes in time as its neighbours say, from parameters and an input on."""
    rng = random.Random(seed)
    n, turns, ends = rng.randint(1, 24), rng.choice([1, 2, 3, 7, 8, 12]), rng.choice(ENDS)
    steps = rng.choice([[-1, 1], [-1], [1], [-1, 0, 1], [-2, 2], [-1, 1, 2], [1, -1]])
    form, keep = rng.randrange(7), rng.random() < 0.4
    every, start = rng.random() < 0.5, rng.randrange(3)
    targets = [rng.choice([0.0, 1.0, rng.gauss(0, 1)]) for _ in range(n)]

    def of(p, x):
        u = list(p[:n]) if start else [0.0] * n
        if start == 2:
            u = [v * w for v, w in zip(u, p[1:])]
        u = [v + x[0] for v in u] if x else u
        r, before, total = p[n], u, 0.0
        for _ in range(turns):
            new = []
            for i in range(n):
                near = [neighbours(u, i, s, ends, p) for s in steps]
                v = {0: lambda: sum(near) - 2 * u[i], 1: lambda: near[0] - u[i],
                     2: lambda: u[i] - near[-1], 3: lambda: ag.tanh(near[0] + near[-1]),
                     4: lambda: (near[0] - near[-1]) ** 2, 5: lambda: near[0] * near[-1] - u[i],
                     6: lambda: 2 * u[i] - before[i] + near[0]}[form]()
                new.append(u[i] if keep and i in (0, n - 1) else ag.tanh(u[i] + r * v + 0.1 * p[i]))
            before, u = u, new
            total += u[n // 2] ** 2 if every else 0.0
        return total + sum((v - t) ** 2 for v, t in zip(u, targets)) + 0.0 * p[0]
    theta = np.random.default_rng(seed).uniform(-1, 1, n + 2).tolist()
    return of, theta


@pytest.mark.parametrize("seed", range(40))
def test_a_row_with_ends_is_compiled_to_what_eager_gives(seed):
    of, theta = stencil(seed)
    agrees(of, theta)
    agrees(of, theta, [0.3], [[0.3], [-0.2], [0.7]])


def program(loss, count):
    theta = np.random.default_rng(1).uniform(0.1, 1, count).tolist()
    agrees(lambda p, x: loss(p), theta)
    P = [Value(t) for t in theta]
    return ag.compile(loss(P), P)


@pytest.mark.parametrize("a, b", [(0.0, 0.0), (1.5, -1.0), (0.0, 2.0)])
def test_a_row_between_fixed_ends_is_slices_of_one_array(a, b):
    def loss(p):
        row = [a, *p, b]
        return sum(ag.sqrt(1 + (v - u) ** 2) for u, v in zip(row, row[1:]))
    source = program(loss, 60).source
    assert "np.concatenate((c1, theta, c" in source and "take" not in source
    assert len(source.splitlines()) < 40


def test_heat_between_fixed_ends_is_a_loop_over_slices():
    def loss(p):
        u = p[:30]
        for _ in range(12):
            u = [u[0], *[u[i] + p[30] * (u[i - 1] - 2 * u[i] + u[i + 1]) for i in range(1, 29)],
                 u[29]]
        return sum(v * v for v in u)
    source = program(loss, 31).source
    assert "for t in range(11):" in source and "take" not in source


def test_neighbours_to_the_right_and_below_are_two_lines():
    def loss(p):
        image = [p[12 * i:12 * i + 12] for i in range(10)]
        smooth = 0.0
        for i in range(10):
            for j in range(12):
                if i < 9:
                    smooth += abs(image[i + 1][j] - image[i][j])
                if j < 11:
                    smooth += abs(image[i][j + 1] - image[i][j])
        return smooth + sum(v * v for v in p)
    assert "take" not in program(loss, 120).source


def test_a_row_that_is_pinned_on_both_sides_of_a_pair_is_two_slices():
    X = np.random.default_rng(2).normal(size=(30, 2, 5)).tolist()

    def loss(p):
        total = 0.0
        for a, b in X:
            u, v = ([ag.tanh(sum(w * s for w, s in zip(p[5 * k:5 * k + 5], x))) for k in range(4)]
                    for x in (a, b))
            total += sum((s - t) ** 2 for s, t in zip(u, v))
        return total
    assert "transpose" not in program(loss, 20).source


# Numbers that many share ---------------------------------------------------------------------

LOSSES = {"softplus": lambda z, t: ag.softplus(z) - t * z,
          "entropy": lambda z, t: -t * ag.log(ag.sigmoid(z)) - (1 - t) * ag.log(1 - ag.sigmoid(z)),
          "margin": lambda z, t: ag.log(1 + ag.exp((1 - 2 * t) * z)),
          "poisson": lambda z, t: ag.exp(0.3 * z) - t * z,
          "huber": lambda z, t: ag.sqrt(1 + (z - t) ** 2)}


def second_derivatives(loss, rows):
    def of(p):
        total = sum(loss(sum(w * x for w, x in zip(p, row[:-1])), row[-1]) for row in rows)
        first = ag.gradients(total, p, create_graph=True)
        return [h for g in first for h in ag.gradients(g, p, create_graph=True)]
    return of


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("kind", ["numbers", "zeros and ones", "a column of ones"])
def test_second_derivatives_are_a_product_of_the_data_with_themselves(name, kind):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(40, 4)) if kind != "zeros and ones" else rng.integers(0, 2, (40, 4)) * 1.0
    if kind == "a column of ones":
        X[:, 0] = 1.0
    t = rng.integers(0, 2, 40)
    rows = np.column_stack((X, t)).tolist()
    of = second_derivatives(LOSSES[name], rows)
    P = [Value(v) for v in (0.3, -0.2, 0.5, 0.1)]
    compiled = ag.compile(of(P), P)
    for theta in ([0.3, -0.2, 0.5, 0.1], [-0.4, 0.25, 0.6, -0.3]):
        wanted = [v.data for v in of([Value(v) for v in theta])]
        assert compiled(theta) == pytest.approx(wanted, rel=1e-11, abs=1e-11)
    if kind == "numbers" and name in ("softplus", "poisson"):
        assert "take" not in compiled.source and len(compiled.source.splitlines()) < 30
