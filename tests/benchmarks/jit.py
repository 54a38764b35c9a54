"""One decorator on what people write: the first call in eager steps, and a later call beside its program alone."""
from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autograd import Value, compile, exp, grad, hessian, jit, log, relu, tanh, value_and_grad
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


def moons_by_relu(w, xs, ys):
    total = 0.0
    for x, y in zip(xs, ys):
        for row, b in w[:-1]:
            x = [relu(dot(r, x) + c) for r, c in zip(row, b)]
        total += relu(1 - y * (dot(w[-1][0][0], x) + w[-1][1][0]))
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
        "moons by relu, 337 parameters": (value_and_grad(moons_by_relu), [[layer(2, 16), layer(16, 16), layer(16, 1)], uniform(100, 2), sign(100)]),
        "relu, 987 parameters, 100 samples": (value_and_grad(moons_by_relu), [[layer(2, 29), layer(29, 29), layer(29, 1)], uniform(100, 2), sign(100)]),
        "moons by if, 337 parameters": (value_and_grad(moons), [[layer(2, 16), layer(16, 16), layer(16, 1)], uniform(100, 2), sign(100)]),
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


def arrays(x: Any) -> Any:
    """x with NumPy arrays instead of nested lists of numbers, where they have one length."""
    if isinstance(x, dict):
        return {name: arrays(part) for name, part in x.items()}
    if isinstance(x, (list, tuple)):
        try:
            return np.array(x)
        except ValueError:
            return type(x)(map(arrays, x))
    return x


class Hand:
    """What a person writes without jit: the loss of Values, compiled, with a flat theta and a flat x.

    The parameters are Values, the data are inputs; ints, and the branches that were taken, stay as they are, where
    jit's program is right for others, too. `step` is the program alone; `nested` takes nested lists and gives
    nested lists, as jit does: `flat` makes theta and x of the arguments, the gradient becomes a nest again.
    """

    def __init__(self, f: Any, args: list[Any]) -> None:
        over = getattr(f, "differentiated", None)
        parameters: list[Value] = []
        inputs: list[Value] = []
        first = copied(args[0], lambda x: parameters.append(Value(x)) or parameters[-1])
        rest = [copied(x, lambda x: inputs.append(Value(x)) or inputs[-1]) for x in args[1:]]
        self.output = (over.f if over else f)(first, *rest)
        as_value = lambda x: x if isinstance(x, Value) else Value(x)
        output = self.output if over else [as_value(x) for row in self.output for x in row]
        program = compile(output, parameters, inputs, samples=False)
        self.run = program.value_and_grad if over else program
        self.given = self.flat(args)

    def flat(self, args: list[Any]) -> list[Any]:
        """theta, and x if there is data."""
        return [x for x in (np.array(numbers(args[0])), np.array(numbers(args[1:]))) if len(x)]

    def step(self) -> Any:
        """The program alone."""
        return self.run(*self.given)

    def nested(self, args: list[Any]) -> Any:
        """The program, for nested lists, with the gradient as nested lists."""
        found = self.run(*self.flat(args))
        if not isinstance(found, tuple):
            return found.tolist()
        entries = iter(found[1].tolist())
        return found[0], copied(args[0], lambda x: next(entries))


def copied(x: Any, leaf: Any) -> Any:
    """x with something else instead of floats."""
    if isinstance(x, dict):
        return {name: copied(part, leaf) for name, part in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x)(copied(part, leaf) for part in x)
    if isinstance(x, np.ndarray):
        return copied(x.tolist(), leaf)
    return leaf(x) if isinstance(x, float) else x


def numbers(x: Any) -> list[float]:
    """The floats in x, in order, as fast as plain Python flattens."""
    if isinstance(x, float):
        return [x]
    if isinstance(x, (list, tuple, dict)):
        items = x.values() if isinstance(x, dict) else x
        if items and all(type(item) is float for item in items):
            return list(items)
        return [number for part in items for number in numbers(part)]
    return []


def side_by_side(*sides: Callable[[], object], rounds: int = 60) -> list[float]:
    """The median time of each in ms, one call of each in turn."""
    times: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds):
        for side, found in zip(sides, times):
            start = time.perf_counter()
            side()
            found.append(1e3 * (time.perf_counter() - start))
    return [statistics.median(found) for found in times]


def as_free(jitted: Any, args: list[Any]) -> Callable[[], Any]:
    """jit's program on flat arrays: what `compile` by hand gives with the same freedom, tokens and branches as data."""
    signature, theta, _ = jitted.arguments.find(tuple(args), {})
    branch = jitted.known[signature][0]
    if branch.over is None:
        return lambda: branch.program(branch.given(theta)[0])
    return lambda: branch.value_and_gradient(branch.given(theta))


def row(f: Any, args: list[Any]) -> tuple[Any, list[float], float]:
    """The jitted function; the medians of a call with lists, their flattening, a call with arrays, the program
    by hand, by hand with nested lists, and by hand with jit's freedom; and the first call."""
    as_arrays = [arrays(x) for x in args]
    hand = Hand(f, args)
    jitted, of_arrays = jit(f), jit(f)
    start = time.perf_counter()
    jitted(*args)
    first = 1e3 * (time.perf_counter() - start)
    for _ in range(3):
        jitted(*args)
        of_arrays(*as_arrays)
    found = side_by_side(lambda: jitted(*args), lambda: jitted.arguments.find(tuple(args), {}),
                         lambda: of_arrays(*as_arrays), hand.step, lambda: hand.nested(args), as_free(jitted, args))
    return jitted, found, first


def gpt_steps(count: int) -> None:
    """Print how long a GPT takes to train on as many names, one for each step, compiling included."""
    names = (Path(__file__).parents[2] / "demos" / "data" / "names.txt").read_text().split()
    random.Random(1).shuffle(names)
    shapes = {**SHAPES, "positions": (16, 16)}
    W = {name: np.array([[RNG.gauss(0, 0.08) for _ in range(c)] for _ in range(r)]) for name, (r, c) in shapes.items()}
    step = jit(value_and_grad(gpt))
    start = time.process_time()
    for name in names[:count]:
        gradient = step(W, encode(name))[1]
        for key in W:
            W[key] = W[key] - 0.01 * gradient[key]
    print(f"{count:,} steps of the GPT, {len(step.programs)} lengths compiled: {time.process_time() - start:.1f} s of CPU")


def main() -> None:
    """Print for each case, in ms: a step in eager mode; the first call, also in eager steps; a later call with lists,
    how much of it is flattening, and one with arrays; the program by hand, alone, for nested lists, and as free as
    jit's, for which tokens and branches are data; how a call compares with each; and what a call with arrays takes
    beside the last, in microseconds."""
    print(f"{'':36}{'eager':>9}{'first':>8}{'steps':>6} |{'lists':>8}{'flatten':>8}{'arrays':>8} |"
          f"{'alone':>8}{'nested':>8}{'free':>8} | lists/nested lists/alone arrays/alone arrays/free  more")
    for name, (f, args) in cases().items():
        (eager,) = side_by_side(lambda: f(*args), rounds=3)
        jitted, (lists, flattening, of_arrays, alone, nested, free), first = row(f, args)
        print(f"{name:36}{eager:9.2f}{first:8.1f}{first / eager:6.1f} |{lists:8.3f}{flattening / lists:8.0%}{of_arrays:8.3f} |"
              f"{alone:8.3f}{nested:8.3f}{free:8.3f} |{lists / nested:13.2f}{lists / alone:12.2f}{of_arrays / alone:13.2f}"
              f"{of_arrays / free:12.2f}{1e3 * (of_arrays - free):6.0f}   {len(jitted.programs)}{jitted.refused}")
    gpt_steps(1000)
