"""One decorator on what people write: the first call in eager steps, and a later call beside its program alone."""
from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from autograd import exp, grad, hessian, jit, log, relu, tanh, value_and_grad
from tests.benchmarks.gpt import SHAPES, encode, linear, normalized

RNG = random.Random(1)
uniform: Callable[..., Any] = lambda *shape: [uniform(*shape[1:]) for _ in range(shape[0])] if shape else RNG.uniform(-1, 1)
dot = lambda w, x: sum(a * b for a, b in zip(w, x))


def softmax(z):
    top = max(z)
    powers = [exp(v - top) for v in z]
    total = sum(powers)
    return [p / total for p in powers]


def moons(w, xs, ys):
    total = 0.0
    for x, y in zip(xs, ys):
        for row, b in w[:-1]:
            x = [z if z > 0 else 0.0 for z in (dot(r, x) + c for r, c in zip(row, b))]
        margin = y * (dot(w[-1][0][0], x) + w[-1][1][0])
        if margin < 1:
            total += 1 - margin
    return total / len(xs)


def bigram(P, pairs):
    return sum(-log(softmax(P[a])[b]) for a, b in pairs) / len(pairs)


def characters(w, contexts, targets):
    total = 0.0
    for context, y in zip(contexts, targets):
        x = [v for token in context for v in w["E"][token]]
        h = [tanh(dot(r, x) + b) for r, b in zip(w["W"], w["b"])]
        total += -log(softmax([dot(r, h) for r in w["out"]])[y])
    return total / len(targets)


def rnn(w, xs, y):
    h = [0.0] * len(w["U"])
    for x in xs:
        h = [tanh(dot(u, h) + v * x) for u, v in zip(w["U"], w["v"])]
    return (dot(w["out"], h) - y) ** 2


def lstm(w, xs, y):
    h = c = [0.0] * len(w["f"])
    gate = lambda rows, x: [1 / (1 + exp(-(dot(r, h) + r[-1] * x))) for r in rows]
    for x in xs:
        f, i, o = gate(w["f"], x), gate(w["i"], x), gate(w["o"], x)
        new = [tanh(dot(r, h) + r[-1] * x) for r in w["g"]]
        c = [a * b + d * e for a, b, d, e in zip(f, c, i, new)]
        h = [a * tanh(b) for a, b in zip(o, c)]
    return (sum(h) - y) ** 2


def gpt(W, name):
    keys, values, loss = [], [], 0.0
    for place, (token, following) in enumerate(zip(name, name[1:])):
        x = normalized([a + b for a, b in zip(W["tokens"][token], W["positions"][place])])
        h = normalized(x)
        query = linear(W["query"], h)
        keys.append(linear(W["key"], h))
        values.append(linear(W["value"], h))
        read = []
        for k in range(0, 16, 4):
            weights = softmax([dot(query[k:k + 4], key[k:k + 4]) / 2 for key in keys])
            read += [dot(weights, [v[j] for v in values]) for j in range(k, k + 4)]
        x = [a + b for a, b in zip(x, linear(W["out"], read))]
        hidden = [relu(z) for z in linear(W["up"], normalized(x))]
        x = [a + b for a, b in zip(x, linear(W["down"], hidden))]
        loss += -log(softmax(linear(W["logits"], x))[following])
    return loss / (len(name) - 1)


def logistic(w, xs, ys):
    return sum(log(1 + exp(-y * dot(w, x))) for x, y in zip(xs, ys)) / len(xs)


def spring(k, x0, measured):
    x, v, loss = x0, 0.0, 0.0
    for m in measured:
        v = v - 0.05 * k * x
        x = x + 0.05 * v
        loss += (x - m) ** 2
    return loss


def bowl(v):
    return sum((a - 1) ** 2 + 10 * (b - a * a) ** 2 for a, b in zip(v, v[1:]))


def cases() -> dict[str, tuple[Any, list[Any]]]:
    """A function and its arguments for each."""
    sign = lambda n: [RNG.choice([-1.0, 1.0]) for _ in range(n)]
    token = lambda n: [RNG.randrange(27) for _ in range(n)]
    layer = lambda n, m: (uniform(m, n), uniform(m))
    weights = {name: [[RNG.gauss(0, 0.08) for _ in range(c)] for _ in range(r)] for name, (r, c) in SHAPES.items()}
    return {
        "moons, 337 parameters, 100 samples": (value_and_grad(moons), [[layer(2, 16), layer(16, 16), layer(16, 1)], uniform(100, 2), sign(100)]),
        "bigram, 100 pairs": (value_and_grad(bigram), [uniform(27, 27), [token(2) for _ in range(100)]]),
        "makemore's MLP, 32 samples": (value_and_grad(characters), [{"E": uniform(27, 4), "W": uniform(30, 12), "b": uniform(30), "out": uniform(27, 30)}, [token(3) for _ in range(32)], token(32)]),
        "RNN, 50 steps": (value_and_grad(rnn), [{"U": uniform(16, 16), "v": uniform(16), "out": uniform(16)}, uniform(50), 0.5]),
        "LSTM, 30 steps": (value_and_grad(lstm), [{k: uniform(8, 9) for k in "fiog"}, uniform(30), 0.5]),
        "GPT, a name of 6 letters": (value_and_grad(gpt), [weights, encode("marian")]),
        "logistic regression, 200 samples": (value_and_grad(logistic), [uniform(20), uniform(200, 20), sign(200)]),
        "spring, 200 steps": (value_and_grad(spring), [1.5, 1.0, uniform(200)]),
        "Hessian of 12 variables": (hessian(bowl), [uniform(12)]),
        "gradient of 12 variables": (grad(bowl), [uniform(12)]),
    }


def median(f: Callable[[], object], rounds: int) -> float:
    """The median time of a call in ms."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        f()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def main() -> None:
    """Print for each case the eager step, the first call, a later call, and its program alone, in ms."""
    print(f"{'':36}{'eager':>9}{'first':>9}{'in steps':>9}{'later':>9}{'program':>9}{'ratio':>7}   programs")
    for name, (f, args) in cases().items():
        eager = median(lambda: f(*args), 3)
        jitted = jit(f)
        first = median(lambda: jitted(*args), 1)
        for _ in range(3):
            jitted(*args)
        later = median(lambda: jitted(*args), 60)
        (branch,) = [b for branches in jitted.known.values() for b in branches]
        full = branch.numbers(jitted.flattened(args, {})[1])
        alone = branch.raw if branch.over else branch.program
        program = median(lambda: alone(full), 60)
        print(f"{name:36}{eager:9.2f}{first:9.1f}{first / eager:9.1f}{later:9.3f}{program:9.3f}{later / program:7.2f}   {len(jitted.programs)}{jitted.refused}")
