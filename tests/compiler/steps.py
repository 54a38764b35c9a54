"""Training steps at random, as people write them around `backward()`, for `jit`.

`python -m tests.compiler.steps COUNT FIRST` compares so many with eager, from that seed on: what they return, and the data
and grads of all parameters after each call, between which data, grads and settings are changed from outside.
"""
from __future__ import annotations

import linecache
import random
import sys
import types
import warnings
from typing import Any

import numpy as np

from autograd import Value, jit, no_grad

PRELUDE = """
from autograd import *
import builtins, math, nn
max, min, sum, abs = builtins.max, builtins.min, builtins.sum, builtins.abs
X = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
Y = [1.0, -1.0, -1.0, 1.0]
LR = 0.05
"""
MODELS = {
    "mlp": "model = nn.MLP(3, [4, 1], seed=1)\nP = model.parameters()\n",
    "line": "P = [Value(0.1 * i - 0.1) for i in range(3)]\ndef model(x): return sum(w * v for w, v in zip(P, x))\n",
    "bias": "w, b = [Value(0.3), Value(-0.2), Value(0.1)], Value(0.5)\nP = [*w, b]\ndef model(x): return tanh(dot(w, x) + b)\n",
    "table": "T = [[Value(0.1 * i - 0.2 * j) for j in range(3)] for i in range(4)]\nP = [p for row in T for p in row]\n"
             "def model(x): return sum(T[k % 4][j] * x[j] for j in range(3))\n",
    "one": "a, c = Value(0.7), Value(-0.4)\nP = [a, c]\ndef model(x): return a * x[0] * x[1] + c * a\n",
    "cls": "class Net(nn.Module):\n    def __init__(self):\n        self.w, self.b = [Value(0.2), Value(-0.3), Value(0.4)], Value(0.1)\n"
           "    def __call__(self, x):\n        z = dot(self.w, x) + self.b\n        return z if z > 0 else 0.1 * z\nmodel = Net()\nP = model.parameters()\n",
}
LOSSES = [
    "loss = sum((model(x) - y) ** 2 for x, y in zip(xs, ys))",
    "scores = [model(x) for x in xs]\n    loss = sum((1 + -y * s).relu() for y, s in zip(ys, scores)) / len(ys)",
    "loss = 0.0\n    for x, y in zip(xs, ys):\n        m = y * model(x)\n        if m < 1: loss += 1 - m\n    loss = loss + P[0] * 0.1",
    "loss = sum(log(1 + exp(-y * model(x))) for x, y in zip(xs, ys))",
    "loss = sum(abs(model(x) - y) for x, y in zip(xs, ys)) + 1e-2 * sum(p * p for p in P)",
    "loss = max([(model(x) - y) ** 2 for x, y in zip(xs, ys)])",
    "e = model(xs[0]) - ys[0]\n    loss = 0.5 * e * e if e < 0.5 else e - 0.125",
    "loss = sum((model(x) - y) ** 2 for x, y in zip(xs, ys)) * (1 + P[0].data ** 2)",
    "loss = log(P[1] * 3 + 0.2) + model(xs[0]) ** 2",
]
ZERO = ["for p in P: p.grad = 0", "for p in P: p.grad = 0.0", "for p in P:\n        p.grad = None", "model_zero()", "pass", "P[0].grad = 0",
        "for p in P: p.grad = 0.5 * p.grad", "for p in P[1:]: p.grad = 0"]
BACKWARD = ["loss.backward()", "loss.backward()", "loss.backward()", "loss.backward(0.5)", "(loss * 2).backward()", "loss.backward(lr)",
            "for x, y in zip(xs, ys): (model(x) - y * 0.5).tanh().backward()", "loss.backward()\n    (P[0] * P[1] * lr).backward()",
            "loss.backward()\n    for p in P: p.grad = p.grad / len(xs)\n    (P[0] ** 2).backward()", "loss.backward()\n    loss.backward()",
            "loss.backward()\n    for p in P: p.grad = 0.5 * p.grad\n    (loss * loss).backward()",
            "h = model(xs[0])\n    (h * h).backward()\n    for p in P: p.grad = 0.5 * p.grad\n    ((h - 1) ** 2 + loss).backward()"]
UPDATE = [
    "for p in P: p.data -= lr * p.grad", "for p in P: p.data += -lr * p.grad", "for p in P:\n        p.data = p.data - lr * p.grad",
    "for p in P: p.data -= lr * (p.grad + 0.1 * p.data)", "for p in P: p.data *= 0.99\n    for p in P: p.data -= lr * p.grad",
    "for p in P: p.data -= lr * max(-1.0, min(1.0, p.grad))", "for p in P:\n        if abs(p.grad) > 0.5: p.data -= lr * p.grad",
    "norm = sum(p.grad ** 2 for p in P) ** 0.5\n    scale = 1.0 if norm < 1 else 1 / norm\n    for p in P: p.data -= lr * scale * p.grad",
    "for p in P: p.data -= lr * (1.0 if p.grad > 0 else -1.0)", "for i, p in enumerate(P): p.data -= lr * p.grad / (i + 1)",
    "for p, v in zip(P, V):\n        v.data = 0.9 * v.data + p.grad\n        p.data -= lr * v.data",
    "for p, v in zip(P, V):\n        v.data = 0.9 * v.data + 0.1 * p.grad ** 2\n        p.data -= lr * p.grad / (v.data + 1e-6) ** 0.5",
    "for p in P[::2]: p.data = p.data - lr * p.grad", "pass", "P[0].data = 0.25", "for p in P: p.data -= LR * (0.9 ** k) * p.grad",
    "for i, p in enumerate(P):\n        M[i] = 0.9 * M[i] + p.grad\n        p.data -= lr * M[i]",
    "N[0] += 1\n    for i, p in enumerate(P):\n        D['m'][i] = 0.5 * D['m'][i] + p.grad\n        p.data -= lr * D['m'][i] / (1 - 0.5 ** N[0])",
    "D['best'] = min(D['best'], loss.data)\n    for p in P: p.data -= lr * p.grad",
    "D['n'] += 1 if loss.data > 1 else 2\n    for p in P: p.data -= lr * p.grad / D['n']",
    "if loss.data < D['best']:\n        D['best'] = loss.data\n        M[:] = [p.data for p in P]\n    for p in P: p.data -= lr * p.grad",
    "M[k % len(M)] += loss.data\n    for p in P: p.data -= lr * p.grad * (1 + 0.01 * M[0])", "M.append(loss.data)\n    for p in P: p.data -= lr * p.grad",
    "N.append(k)\n    M.pop() if len(N) > 9 else None\n    for p in P: p.data -= lr * p.grad",
    "R[k % 2][0] = R[0][1] * 0.5 + P[0].grad\n    P[0].data -= lr * R[1][0]", "R[1] = [p.grad for p in P[:2]]\n    P[0].data -= lr * R[1][0]",
    "D['n'] = D['n'] * 0.5\n    for p in P: p.data -= lr * p.grad", "D['best'] = k\n    for p in P: p.data -= lr * p.grad",
    "sgd(P, lr)", "step = lr / (1 + k)\n    for p in P: p.data -= step * p.grad",
]
LATE = [*["pass"] * 12, "for p in P: p.grad = 0", "extra = sum(p.data ** 2 for p in P)", "again = model(xs[0])",
        "extra = sum(abs(p.grad) for p in P)", "(P[0] * 2).backward()"]
RETURNS = ["loss", "loss.data", "loss, 1.0", "loss.data, sum(p.grad for p in P)", "None", "[p.data for p in P]", "{'loss': loss, 'k': k}", "P[0]", "loss.data > 0.5",
           "loss.data, sum((y > 0) == (model2(x).data > 0) for x, y in zip(xs, ys)) / len(xs)", "P[0] * 2", "k + 1, loss.data"]


def source_of(seed: int) -> str:
    """The module of a seed, with a function step(xs, ys, lr, k)."""
    rng = random.Random(seed)
    zero, backward = rng.choice(ZERO), rng.choice(BACKWARD)
    lines = [rng.choice(LOSSES), zero, backward] if rng.random() < 0.8 else [zero, rng.choice(LOSSES), backward]
    lines += [rng.choice(UPDATE), rng.choice(LATE)]
    early = "found = " + rng.choice(RETURNS)
    lines.insert(rng.choice([3, 3, 3, 4, 5]), early)
    if rng.random() < 0.15:
        lines = [f"if k % 3:\n        {lines[0].splitlines()[0]}" if "\n" not in lines[0] else "pass", *lines]
    body = "\n    ".join(lines)
    return (PRELUDE + rng.choice(list(MODELS.values())) + "V = [Value(0.0) for _ in P]\nM, N, R = [0.0 for _ in P], [0], [[0.25, 0.5], [1.5, 2.5]]\n"
            "D = {'m': [0.0 for _ in P], 'n': 1, 'best': 1e9, 'name': 'x'}\nmodel2 = lambda x: P[0] * x[0] + P[1]\n"
            "def model_zero():\n    for p in P: p.grad = 0\ndef sgd(ps, rate):\n    for p in ps: p.data -= rate * p.grad\n"
            f"k = 1\ndef step(xs, ys, lr, k):\n    {body}\n    return found\n")


def module_of(seed: int) -> Any:
    source, name = source_of(seed), f"<step {seed}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    module = types.ModuleType(f"step_{seed}")
    sys.modules[module.__name__] = module
    exec(compile(source, name, "exec"), vars(module))
    return module


def numbers(x: Any) -> list[Any]:
    """What a result holds: of Values their data, their grad, and the grads that backward() on them gives to be added."""
    if isinstance(x, Value):
        return [x.data, x.grad]
    if isinstance(x, dict):
        return [n for k, part in x.items() for n in [len(k), *numbers(part)]]
    if isinstance(x, (list, tuple)):
        return [n for part in x for n in numbers(part)]
    return [float("inf") if x is None else float(x)]


def call(module: Any, step: Any, k: int, seed: int) -> list[Any]:
    """What one call gives and leaves behind."""
    rng = random.Random(f"{seed} {k}")
    if rng.random() < 0.15:
        module.P[rng.randrange(len(module.P))].data = rng.uniform(-1, 1)
    if rng.random() < 0.15:
        module.P[rng.randrange(len(module.P))].grad = rng.choice([0, 1.5, -1.0])
    if rng.random() < 0.05:
        module.LR = rng.choice([0.05, 0.01])
    if rng.random() < 0.15 and module.M:
        module.M[0], module.D["n"] = rng.uniform(-1, 1), rng.randrange(1, 5)
    if rng.random() < 0.05:
        module.M = list(module.M)
    m = rng.choice([4, 4, 4, 2])
    try:
        args = module.X[:m], module.Y[:m], rng.choice([0.05, 0.1, 0.0]), rng.randrange(4)
        if rng.random() < 0.05:
            with no_grad():
                found = step(*args)
        else:
            found = step(*args)
        result = numbers(found)
        if isinstance(found, Value) and not found.is_leaf and rng.random() < 0.3:
            found.backward()
    except Exception as error:
        result = [type(error).__name__]
    kept = repr([type(x) for x in (*module.M, *module.N, *module.D.values())]), numbers([module.M, module.N, module.R, module.D["m"]])
    return [result, [p.data for p in module.P + module.V], [p.grad for p in module.P + module.V], *kept, module.D["n"], module.D["best"]]


def alike(a: Any, b: Any) -> bool:
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(alike, a, b))
    return a == b or isinstance(a, float) and isinstance(b, float) and bool(np.isclose(a, b, rtol=1e-8, atol=1e-10, equal_nan=True))


def compare(seed: int, count: int = 12) -> str:
    """What is wrong with jit at the step of a seed, "" where nothing is."""
    one, two = module_of(seed), module_of(seed)
    eager, jitted = one.step, jit(two.step)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k in range(count):
            a, b = call(one, eager, k, seed), call(two, jitted, k, seed)
            if a[0] == ["OverflowError"] != b[0]:
                return ""                           # of something that is not used: the program goes on with infinity
            if not alike(a, b):
                return f"seed {seed}, call {k}: eager {a}, jit {b} ({jitted.refused or 'compiled'})\n{source_of(seed).partition('def step')[2]}"
    return f"refused: {jitted.refused.partition(' (<step')[0]}" if jitted.refused else "" if used(jitted) else "refused: not used"


def used(jitted: Any) -> bool:
    """Whether anything was compiled."""
    return bool(jitted.known)


def main(count: int = 1000, first: int = 0) -> None:
    found = [compare(seed) for seed in range(first, first + count)]
    wrong = [text for text in found if text and not text.startswith("refused")]
    refused = [text for text in found if text.startswith("refused")]
    print("\n".join(wrong[:10]))
    print(f"{count} steps: {len(wrong)} differ, {len(refused)} are refused")
    for reason in sorted(set(refused), key=refused.count, reverse=True):
        print(f"  {refused.count(reason):5} {reason[:150]}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
