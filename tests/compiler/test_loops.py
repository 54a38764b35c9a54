"""Loops as people write them, compiled and held to eager at the recorded point and at others.

Each loop is a function of parameters and a number of turns. They start from constants or from parameters, carry one number
or several, and bring in data, branches on the turn, and terms of either sign.
"""
from __future__ import annotations

import random

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile
from tests.compiler.agree import eager, form

BOUND = 1e-10
DATA = np.random.default_rng(0).uniform(-1, 1, 600).tolist()


def product(P, turns):
    p = 1
    for t in range(turns):
        p = p * (P[t % 2] * 0.1 + 0.95)
    return p


def euler(P, turns):
    x, v = 1.0, 0.0
    for _ in range(turns):
        v = v - 0.05 * P[0] * ag.sin(x) - 0.01 * v
        x = x + 0.05 * v
    return x * P[1] + v


def moving_average(P, turns):
    mean, loss = 0.0, 0
    for t in range(turns):
        mean = 0.9 * mean + 0.1 * P[0] * DATA[t]
        loss += (mean - P[1]) ** 2 / turns
    return loss


def recurrent(P, turns):
    h = [0.0, 0.0]
    for t in range(turns):
        h = [ag.tanh(sum((w * u for w, u in zip(P[3 * i:], h)), P[3 * i + 2] * DATA[t])) for i in range(2)]
    return h[0] - h[1] * 0.5


def loss_at_every_step(P, turns):
    h, loss = 0.0, 0.0
    for t in range(turns):
        h = ag.tanh(P[0] * h + P[1] * DATA[t] + P[2])
        loss = loss + (P[3] * h - DATA[t + 1]) ** 2
    return loss


def log_likelihood(P, turns):
    t = 0.0
    for i in range(turns):
        p = ag.sigmoid(P[i % 6] * DATA[i])
        t -= ag.log(p) if DATA[i] > 0 else ag.log(1 - p)
    return t


def bounded(P, turns):
    low, high = 3.0, P[0]
    for t in range(turns):
        low = ag.minimum(low, P[t % 6] + DATA[t])
        high = ag.maximum(high, P[t % 5] * DATA[t])
    return high - low


def newton(P, turns):
    r = 1.0
    for _ in range(turns):
        r = 0.5 * (r + (2 + P[0] * P[0]) / r)
    return r


def powers(P, turns):
    s, p = 0, 1
    for k in range(turns):
        s = s + P[k % 6] * p
        p = p * P[0]
    return s


def from_both_sides(P, turns):
    a, b = 1.0, P[1]
    for t in range(turns):
        a, b = b * 0.5 - a * P[2], a + 0.3 * b if t % 3 else a - 0.3 * b
    return a * b


def conditional_start(P, turns):
    s = 0.25
    for t in range(turns):
        s = s * P[3] + (P[4] if t > turns // 2 else 0.75)
    return s


def nested(P, turns):
    total = 0.0
    for i in range(max(1, turns // 8)):
        inner = 1.0
        for j in range(8):
            inner = inner * (1 + 0.1 * P[(i + j) % 6])
        total -= inner * DATA[i]
    return total


def heat(P, turns):
    u = [0.0, 0.0, P[1], 0.0, 0.0, 1.0]
    for _ in range(turns):
        u = [u[0]] + [u[i] + 0.2 * P[0] * (u[i - 1] - 2 * u[i] + u[i + 1]) for i in range(1, 5)] + [u[5]]
    return sum(v * v for v in u)


LOOPS = [product, euler, moving_average, recurrent, loss_at_every_step, log_likelihood, bounded, newton, powers,
         from_both_sides, conditional_start, nested, heat]
FORMS = ["own", "arrays", "straight"]


def holds(build, theta, others, name):
    """Compile build(P) recorded at theta; value and gradient agree with eager there and at the others."""
    P = [Value(t) for t in theta]
    with form(name):
        program = compile(build(P), P)
    for point in (theta, *others):
        Q = [Value(t) for t in point]
        y, gradient, scale = eager(build(Q), Q)
        value, got = program.value_and_grad(point)
        assert type(value) is float and np.shape(got) == (len(P),)
        np.testing.assert_allclose([value, *got], [y, *gradient], rtol=0, atol=BOUND * scale, err_msg=f"{name} at {point}")


@pytest.mark.parametrize("turns", [3, 17, 64, 65, 200, 500])
@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__name__)
def test_a_loop_is_compiled_to_what_eager_gives(loop, turns):
    rng = random.Random(turns)
    points = [[rng.uniform(-0.9, 0.9) for _ in range(6)] for _ in range(3)]
    for name in FORMS if turns < 100 else FORMS[::2]:
        holds(lambda P: loop(P, turns), points[0], points[1:], name)


# Loops made at random ---------------------------------------------------------------------------------------------------------

def random_loop(seed):
    """A loop with one to three carried numbers; each turn draws the same few statements, some only in some turns."""
    rng = random.Random(seed)
    carried = rng.randint(1, 3)
    start = [rng.choice([0.0, 1.0, -0.5, "P"]) for _ in range(carried)]
    kinds = ["linear", "product", "tanh", "minus", "divide", "square", "sum", "min", "coefficient", "log"]
    body = [(rng.choice(kinds), rng.randrange(carried), rng.randrange(carried), rng.randrange(4), rng.choice([1, 1, 1, 2, 7]))
            for _ in range(rng.randint(1, 4))]
    turns = rng.choice([3, 5, 10, 21, 33, 64, 70, 130, 300])
    running = rng.random() < 0.5

    def build(P):
        s = [P[i] if x == "P" else x for i, x in enumerate(start)]
        loss = 0
        for t in range(turns):
            for kind, i, j, k, every in body:
                if t % every == 0:
                    s[i] = statement(kind, s[i], s[j], P[k], DATA[t])
            if running:
                loss = loss - s[0] * DATA[t] if t % 2 else loss + 0.5 * s[-1]
        return sum(s) + loss + P[0] * 1.0
    return build


def statement(kind, a, b, w, x):
    return {
        "linear": lambda: 0.7 * a + w * x, "product": lambda: a * (1 + 0.1 * w) + 0.05, "tanh": lambda: ag.tanh(w * b + x + 0 * w),
        "minus": lambda: b * 0.3 - w * a - x, "divide": lambda: a / (2 + w * w) - x / 3, "square": lambda: 0.2 * b * b - w / 4,
        "sum": lambda: 0.3 * sum([a, b, w, x]), "min": lambda: ag.minimum(0.9 * a, w + b * x),
        "coefficient": lambda: 2 * w * x / 5 - 0.5 * a * w, "log": lambda: 0.5 * a - ag.log(1.5 + w * x)}[kind]()


@pytest.mark.parametrize("seed", range(60))
def test_a_random_loop_is_compiled_to_what_eager_gives(seed):
    rng = random.Random(seed)
    points = [[rng.uniform(-0.9, 0.9) for _ in range(4)] for _ in range(2)]
    holds(random_loop(seed), points[0], points[1:], FORMS[seed % 3])
