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
OUTPUT = {"squared": "2 * (f{L} - Y)", "absolute": "np.sign(f{L} - Y)", "cross_entropy": "P - Y", "binary_cross_entropy": "P - Y"}
P = {"cross_entropy": "P = np.exp(f{L}) / np.exp(f{L}).sum(axis=1, keepdims=True)",
     "binary_cross_entropy": "P = 1 / (1 + np.exp(-f{L}))"}


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
    loss = draw.choice(["squared", "squared", "absolute", "entropy"] if sigmas[-1] == "linear" else ["squared", "absolute"])
    if loss == "entropy":
        loss = "cross_entropy" if widths[-1] > 1 else "binary_cross_entropy"
        Y = np.eye(widths[-1])[rng.integers(0, widths[-1], m)] if widths[-1] > 1 else rng.integers(0, 2, (m, 1)).astype(float)
    return Problem(net, X, Y, loss, widths, sigmas)


def program(p: Problem) -> str:
    """The right program: every array of forward and backward pass by its name."""
    L = len(p.sigmas)
    lines = ["f0 = X"]
    for k in range(1, L + 1):
        lines += [f"z{k} = f{k - 1} @ W{k}.T + b{k}", f"f{k} = {SIGMA[p.sigmas[k - 1]].format(k=k)}"]
    lines += [P[p.loss].format(L=L)] if p.loss in P else []
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
    made = Typist(p)
    for k in range(1, made.L + 1):
        made.diagonal(k)
        made.through(k)
        made.gradients(k)
        if len(p.X) > 1:
            made.sums(k)
    made.everywhere()
    return made.cases


class Typist:
    """Types the program of a problem, with a mistake each time."""

    def __init__(self, p: Problem) -> None:
        self.p, self.text, self.L, self.cases = p, program(p), len(p.sigmas), []

    def add(self, name: str, said: str | tuple[str, ...], first: str, k: int, old: str, new: str) -> None:
        if old in self.text and old != new:
            said = (said,) if isinstance(said, str) else said
            self.cases.append(Case(name, said, (first,), k, self.text.replace(old, new)))

    def slope(self, j: int) -> str:
        return SLOPE.get(self.p.sigmas[j - 1], "").format(k=j)

    def here(self, k: int) -> tuple[str, str]:
        """What comes from above, and the line of dz_k up to its factor."""
        up = f"dz{k + 1} @ W{k + 1}" if k < self.L else OUTPUT[self.p.loss].format(L=self.L)
        return up, f"dz{k} = ({up})"

    def diagonal(self, k: int) -> None:
        sigma, slope, dz = self.p.sigmas[k - 1], self.slope(k), f"dz{k}"
        factor = f" * ({slope})"
        if not slope:
            return
        words = {"tanh": "1 - tanh²", "sigmoid": "σ(z", "relu": "1 where z"}[sigma]
        self.add("lacks D", words, dz, k, factor, "")
        self.add("sigma for its derivative", "σ(z", dz, k, factor, f" * f{k}")
        self.add("divided by D", "divided", dz, k, factor, f" / ({slope})")
        self.add("D twice", "twice", dz, k, factor, f"{factor} ** 2")
        self.add("D added", "added", dz, k, factor, f" + ({slope})")
        if sigma == "relu":
            return
        self.add("slope in z", "was given z", dz, k, factor, f" * ({slope.replace('f', 'z')})")
        self.add("not squared", "1 - σ", dz, k, factor, f" * (1 - f{k})")
        other = {"tanh": "sigmoid", "sigmoid": "tanh"}[sigma]
        self.add("another slope", other, dz, k, factor, f" * ({SLOPE[other].format(k=k)})")
        for j in range(1, self.L + 1):
            if j != k and self.p.widths[j] == self.p.widths[k] and self.p.sigmas[j - 1] == sigma:
                self.add("D of the wrong layer", "wrong layer", dz, k, factor, f" * ({self.slope(j)})")

    def through(self, k: int) -> None:
        up, here = self.here(k)
        dz, widths = f"dz{k}", self.p.widths
        self.add("sign", "sign", dz, k, here, f"dz{k} = -({up})")
        if k == self.L:
            self.output(k)
            return
        if self.p.sigmas[k] in ("tanh", "sigmoid"):                 # else it comes to the same as no D
            self.add("D before W", "wrong layer", dz, k, f"{here} * ({self.slope(k)})",
                     f"dz{k} = ((dz{k + 1} * ({self.slope(k + 1)})) @ W{k + 1})")
        if widths[k] == widths[k + 1]:
            self.add("not transposed", "transpose", dz, k, here, f"dz{k} = (dz{k + 1} @ W{k + 1}.T)")
            self.add("no W", "missing", dz, k, here, f"dz{k} = (dz{k + 1})")
        self.add("no upstream", "from above", dz, k, here, f"dz{k} = (np.ones_like(dz{k + 1}) @ W{k + 1})")
        for j in range(1, self.L + 1):
            if j != k + 1 and (widths[j - 1], widths[j]) == (widths[k], widths[k + 1]):
                self.add("W of the wrong layer", "wrong layer", dz, k, here, f"dz{k} = (dz{k + 1} @ W{j})")

    def output(self, k: int) -> None:
        """Mistakes in the derivative of the loss."""
        (up, here), dz, n, m = self.here(k), f"dz{k}", self.p.widths[-1], len(self.p.X)
        if self.p.loss == "squared":
            self.add("half", "half", dz, k, f"{dz} = (2 * (", f"{dz} = (1 * (")
            self.add("no target", "y is missing", dz, k, f"2 * (f{k} - Y)", f"2 * f{k}")
            self.add("f + y", "f + y", dz, k, f"2 * (f{k} - Y)", f"2 * (f{k} + Y)")
            if self.p.sigmas[-1] != "linear":
                self.add("z for f", f"z{k} - y", dz, k, f"2 * (f{k} - Y)", f"2 * (z{k} - Y)")
        if self.p.loss == "absolute":
            self.add("sign lost", "sign of f - y is lost", dz, k, "np.sign(", f"np.abs(np.sign(f{k} - Y)) + 0 * (")
            self.add("squared for absolute", "another loss", dz, k, f"np.sign(f{k} - Y)", f"2 * (f{k} - Y)")
        if self.p.loss in P:
            self.add("no target", "y is missing", dz, k, here, f"{dz} = (P)")
            self.add("slope twice", "p (1 - p)", dz, k, here, f"{dz} = ((P - Y) * P * (1 - P))")
            self.add("logits for p", "another loss", dz, k, here, f"{dz} = (f{k} - Y)")
        if n > 1:
            self.add("mean over outputs", ("divided by n", "half"), dz, k, here, f"{dz} = (({up}) / {n})")
        if m > 1 and n > 1:
            self.add("mean", ("divided by m n", "divided by m", "divided by n", "half"), dz, k, here, f"{dz} = (({up}) / ({n} * m))")

    def gradients(self, k: int) -> None:
        line, dW, db, widths = f"dW{k} = dz{k}.T @ f{k - 1}", f"dW{k}", f"db{k}", self.p.widths
        self.add("sign of dW", "sign", dW, k, line, f"dW{k} = -dz{k}.T @ f{k - 1}")
        self.add("transposed", "transposed", dW, k, line, f"dW{k} = f{k - 1}.T @ dz{k}")
        if k > 1 and self.p.sigmas[k - 2] != "linear":
            self.add("z for f", f"z{k - 1} stands where f{k - 1}", dW, k, line, f"dW{k} = dz{k}.T @ z{k - 1}")
        if widths[k] == widths[k - 1]:
            self.add("f of this layer", f"f{k} stands where", dW, k, line, f"dW{k} = dz{k}.T @ f{k}")
        if k < self.L and widths[k] == widths[k + 1]:
            self.add("dz of the wrong layer", "wrong layer", dW, k, line, f"dW{k} = dz{k + 1}.T @ f{k - 1}")
        self.add("weight decay", "weight decay", dW, k, line, f"{line} + 0.1 * W{k}")
        self.add("the parameter", "itself", dW, k, line, f"dW{k} = W{k}")
        self.add("b times", "multiplied by b", db, k, f"{db} = dz{k}.sum(axis=0)", f"{db} = dz{k}.sum(axis=0) * b{k}")

    def sums(self, k: int) -> None:
        """What is wrong only where there are several samples."""
        line, dW, db = f"dW{k} = dz{k}.T @ f{k - 1}", f"dW{k}", f"db{k}"
        bias = f"db{k} = dz{k}.sum(axis=0)"
        self.add("mean", ("divided by m", "half"), dW, k, line, f"{line} / m")
        self.add("mean of db", ("divided by m", "half"), db, k, bias, f"db{k} = dz{k}.mean(axis=0)")
        self.add("last sample", "last sample", dW, k, line, f"dW{k} = np.outer(dz{k}[-1], f{k - 1}[-1])")
        self.add("last sample of db", "last sample", db, k, bias, f"db{k} = dz{k}[-1]")
        self.add("wrong axis", "wrong axis", db, k, bias, f"db{k} = dz{k}.sum(axis=1)")
        if self.p.widths[k] > 1:
            self.add("total", "neurons", db, k, bias, f"db{k} = dz{k}.sum()")
        self.add("not summed", "not summed", db, k, bias, f"db{k} = dz{k}")
        self.add("sums multiplied", "before they were multiplied", dW, k, line,
                 f"dW{k} = np.outer(dz{k}.sum(axis=0), f{k - 1}.sum(axis=0))")
        self.add("no f", "missing in (8)", dW, k, line, f"dW{k} = dz{k}.T @ np.ones_like(f{k - 1})")

    def everywhere(self) -> None:
        """D is missing in all hidden layers."""
        if self.L < 3 or "relu" in self.p.sigmas[:-1]:
            return
        text = self.text
        for k in range(1, self.L):
            text = text.replace(f" * ({self.slope(k)})", "")
        said = ("in all layers", "lacks", "missing")
        self.cases.append(Case("lacks D everywhere", said, (f"dz{self.L - 1}",), self.L - 1, text))
