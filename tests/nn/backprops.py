"""Backpropagation as students write it, with mistakes: the text of a program, changed in one place.

PROGRAM is written out by layers, for any widths, activations and number of samples; a mistake is a replacement in its text,
as it happens while typing. Nothing here is taken from nn.matrix.
"""
from __future__ import annotations

import random
from typing import Any, NamedTuple

import numpy as np

import nn

SLOPE = {"tanh": "1 - f{k}**2", "sigmoid": "f{k} * (1 - f{k})", "relu": "(z{k} > 0)"}
SIGMA = {"tanh": "np.tanh(z{k})", "sigmoid": "1 / (1 + np.exp(-z{k}))", "relu": "np.maximum(z{k}, 0)", "linear": "z{k}"}
OUTPUT = {"squared": "2 * (f{L} - Y)", "absolute": "np.sign(f{L} - Y)"}


class Problem(NamedTuple):
    """A model, its data, and what the program needs."""
    net: nn.MLP
    X: np.ndarray
    Y: np.ndarray
    loss: str
    widths: list[int]
    sigmas: list[str]


class Case(NamedTuple):
    """A mistake in layer k: its name, the words that name it rightly, the arrays it makes wrong first, and the program."""
    name: str
    said: tuple[str, ...]
    first: tuple[str, ...]
    k: int
    program: str


def problem(seed: int) -> Problem:
    """A random network, samples and a loss."""
    rng, draw = np.random.default_rng(seed), random.Random(seed)
    L = draw.choice([2, 2, 3, 4])
    equal = draw.random() < 0.3
    n = draw.randint(2, 5)
    widths = [n] * (L + 1) if equal else [draw.randint(2, 6) for _ in range(L)] + [draw.randint(1, 4)]
    sigmas = [draw.choice(["tanh", "sigmoid", "tanh", "relu"]) for _ in range(L - 1)] + [draw.choice(["linear", "linear", "sigmoid"])]
    net = nn.MLP(widths[0], widths[1:], activation=sigmas, seed=seed)
    for p in net.parameters():
        p.data = float(rng.normal())
    m = draw.choice([1, 2, 3, 5, 8])
    X = rng.normal(size=(m, widths[0]))
    Y = rng.normal(size=(m, widths[-1]))
    return Problem(net, X, Y, draw.choice(["squared", "squared", "absolute"]), widths, sigmas)


def program(p: Problem) -> str:
    """The right program: every array of forward and backward pass by its name."""
    L = len(p.sigmas)
    lines = ["f0 = X"]
    for k in range(1, L + 1):
        lines += [f"z{k} = f{k - 1} @ W{k}.T + b{k}", f"f{k} = {SIGMA[p.sigmas[k - 1]].format(k=k)}"]
    for k in range(L, 0, -1):
        upstream = OUTPUT[p.loss].format(L=L) if k == L else f"dz{k + 1} @ W{k + 1}"
        slope = SLOPE.get(p.sigmas[k - 1], "").format(k=k)
        factor = f" * ({slope})" if slope else ""
        lines += [f"dz{k} = ({upstream}){factor}", f"dW{k} = dz{k}.T @ f{k - 1}", f"db{k} = dz{k}.sum(axis=0)"]
    return "\n".join(lines)


def arrays(p: Problem, text: str) -> dict[str, Any]:
    """What a program computes."""
    names: dict[str, Any] = {"np": np, "X": p.X, "Y": p.Y, "m": len(p.X)}
    for k, layer in enumerate(nn.matrix.parameters(p.net), 1):
        names |= {f"W{k}": layer.W, f"b{k}": layer.b}
    with np.errstate(all="ignore"):
        exec(text, names)
    return {name: value for name, value in names.items() if name[:2] in ("dz", "dW", "db")}


def cases(p: Problem) -> list[Case]:
    """All mistakes that apply to a problem, each in every layer where it can be made."""
    text, L, m = program(p), len(p.sigmas), len(p.X)
    found = []

    def add(name: str, said: str | tuple[str, ...], first: str, k: int, old: str, new: str) -> None:
        if old in text and old != new:
            said = (said,) if isinstance(said, str) else said
            found.append(Case(name, said, tuple(first.split()), k, text.replace(old, new)))

    for k in range(1, L + 1):
        sigma, inner = p.sigmas[k - 1], k < L
        slope = SLOPE.get(sigma, "").format(k=k)
        up = f"dz{k + 1} @ W{k + 1}" if inner else OUTPUT[p.loss].format(L=L)
        dW, db, here = f"dW{k} = dz{k}.T @ f{k - 1}", f"db{k} = dz{k}.sum(axis=0)", f"dz{k} = ({up})"
        if slope:
            words = {"tanh": "1 - tanh²", "sigmoid": "σ(z", "relu": "1 where z"}[sigma]
            add("lacks D", words, f"dz{k}", k, f" * ({slope})", "")
            add("sigma for its derivative", "σ(z", f"dz{k}", k, f" * ({slope})", f" * f{k}")
            add("divided by D", "divided", f"dz{k}", k, f" * ({slope})", f" / ({slope})")
            add("D twice", "twice", f"dz{k}", k, f" * ({slope})", f" * ({slope}) ** 2")
            add("D added", "added", f"dz{k}", k, f" * ({slope})", f" + ({slope})")
        if sigma in ("tanh", "sigmoid"):
            add("slope in z", "was given z", f"dz{k}", k, f" * ({slope})", f" * ({slope.replace('f', 'z')})")
            add("not squared", "1 - σ", f"dz{k}", k, f" * ({slope})", f" * (1 - f{k})")
            other = {"tanh": "sigmoid", "sigmoid": "tanh"}[sigma]
            add("another slope", other, f"dz{k}", k, f" * ({slope})", f" * ({SLOPE[other].format(k=k)})")
        for j in range(1, L + 1):
            if slope and j != k and p.widths[j] == p.widths[k] and p.sigmas[j - 1] == sigma and sigma != "relu":
                add("D of the wrong layer", "wrong layer", f"dz{k}", k, f" * ({slope})", f" * ({SLOPE[sigma].format(k=j)})")
            if inner and j != k + 1 and (p.widths[j - 1], p.widths[j]) == (p.widths[k], p.widths[k + 1]):
                add("W of the wrong layer", "wrong layer", f"dz{k}", k, here, f"dz{k} = (dz{k + 1} @ W{j})")
        if inner:
            add("D before W", "wrong layer", f"dz{k}", k, f"{here} * ({slope})",
                f"dz{k} = ((dz{k + 1} * ({SLOPE.get(p.sigmas[k], '1').format(k=k + 1)})) @ W{k + 1})")
            if p.widths[k] == p.widths[k + 1]:
                add("not transposed", "transpose", f"dz{k}", k, here, f"dz{k} = (dz{k + 1} @ W{k + 1}.T)")
                add("no W", "missing", f"dz{k}", k, here, f"dz{k} = (dz{k + 1})")
            add("no upstream", "from above", f"dz{k}", k, here, f"dz{k} = (np.ones_like(dz{k + 1}) @ W{k + 1})")
        add("sign", "sign", f"dz{k}", k, here, f"dz{k} = -({up})")
        add("sign of dW", "sign", f"dW{k}", k, dW, f"dW{k} = -dz{k}.T @ f{k - 1}")
        add("transposed", "transposed", f"dW{k}", k, dW, f"dW{k} = f{k - 1}.T @ dz{k}")
        if k > 1 and p.sigmas[k - 2] != "linear":
            add("z for f", f"z{k - 1} stands where f{k - 1}", f"dW{k}", k, dW, f"dW{k} = dz{k}.T @ z{k - 1}")
        if p.widths[k] == p.widths[k - 1]:
            add("f of this layer", f"f{k} stands where", f"dW{k}", k, dW, f"dW{k} = dz{k}.T @ f{k}")
        if inner and p.widths[k] == p.widths[k + 1]:
            add("dz of the wrong layer", "wrong layer", f"dW{k}", k, dW, f"dW{k} = dz{k + 1}.T @ f{k - 1}")
        add("weight decay", "weight decay", f"dW{k}", k, dW, f"{dW} + 0.1 * W{k}")
        add("the parameter", "itself", f"dW{k}", k, dW, f"dW{k} = W{k}")
        add("b times", "multiplied by b", f"db{k}", k, db, f"db{k} = dz{k}.sum(axis=0) * b{k}")
        if m > 1:
            add("mean", ("divided by m", "half"), f"dW{k}", k, dW, f"{dW} / m")
            add("mean of db", ("divided by m", "half"), f"db{k}", k, db, f"db{k} = dz{k}.mean(axis=0)")
            add("last sample", "last sample", f"dW{k}", k, dW, f"dW{k} = np.outer(dz{k}[-1], f{k - 1}[-1])")
            add("last sample of db", "last sample", f"db{k}", k, db, f"db{k} = dz{k}[-1]")
            add("wrong axis", "wrong axis", f"db{k}", k, db, f"db{k} = dz{k}.sum(axis=1)")
            add("total", "neurons", f"db{k}", k, db, f"db{k} = dz{k}.sum()")
            add("not summed", "not summed", f"db{k}", k, db, f"db{k} = dz{k}")
            add("sums multiplied", "before they were multiplied", f"dW{k}", k, dW,
                f"dW{k} = np.outer(dz{k}.sum(axis=0), f{k - 1}.sum(axis=0))")
            add("no f", "missing in (8)", f"dW{k}", k, dW, f"dW{k} = dz{k}.T @ np.ones_like(f{k - 1})")
    if p.loss == "squared":
        add("half", "half", f"dz{L}", L, f"dz{L} = (2 * (", f"dz{L} = (1 * (")
    if all(s != "relu" for s in p.sigmas[:-1]) and L > 2:
        changed = text
        for k in range(1, L):
            changed = changed.replace(f" * ({SLOPE[p.sigmas[k - 1]].format(k=k)})", "")
        found.append(Case("lacks D everywhere", ("in all layers", "lacks", "missing"), (f"dz{L - 1}",), L - 1, changed))
    return found
