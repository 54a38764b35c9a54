"""The compiler: scalars in, the theorem out. What it finds in micrograd-style code, and how fast that runs here.

The loss of micrograd's network, 2-16-16-1 on 100 points, is written with one scalar at a time. The compiler finds the
matrices in its graph and writes the lecture's (3), (6), (7) and (8) as NumPy.
"""
from __future__ import annotations

import inspect
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import autograd
import nn
from autograd import Value
from demos.page import Page
from tests.benchmarks import hand

SIZES = (2, 16, 16, 1)
SEED = 1


def network_loss(layers: list[Any], xs: list[Any], ys: list[float]) -> Value:
    """The mean hinge loss over the samples, scalar by scalar, as one writes it for micrograd."""
    losses = []
    for x, y in zip(xs, ys):
        for k, neurons in enumerate(layers):
            x = [sum((wi * xi for wi, xi in zip(w, x)), b) for w, b in neurons]
            if k < len(layers) - 1:
                x = [z.relu() for z in x]
        losses.append((1 - y * x[0]).relu())
    return sum(losses) * (1 / len(losses))


def main(out: Path) -> None:
    """Write the program's source to program.py and index.html to `out`, and print what was found and the times."""
    xs, ys = nn.data.moons(100, noise=0.1, random_state=SEED)
    ys = 2.0 * ys - 1
    layers = draw_layers()
    parameters = [p for neurons in layers for w, b in neurons for p in [*w, b]]

    def record() -> Value:
        data_loss = network_loss(layers, xs.tolist(), ys.tolist())
        return data_loss + 1e-4 * sum(p * p for p in parameters)

    loss, recording = timed(record)
    program, compiling = timed(lambda: autograd.compile(loss, parameters))
    loss.backward()
    theta = program.parameters
    value, gradient = program.value_and_grad(theta)
    difference = max(abs(gradient - np.array([p.grad for p in parameters])))
    times = measured({
        "scalars, eager": (5, lambda: record().backward()),
        "NumPy by hand": (500, lambda: hand.moons(theta, xs, ys)),
        "compiled": (500, lambda: program.value_and_grad(theta))})

    (out / "program.py").write_text(program.source, encoding="utf-8")
    found = f"{program}. Recorded in {recording:.0f} ms, compiled in {compiling:.0f} ms."
    agreement = (f"The loss is {loss.data:.12f} by the graph and {value:.12f} by the program; of {len(theta)} derivatives "
                 f"none differs by more than {difference:.1e}.")
    body = program.source[program.source.index("def value_and_grad"):]
    write_page(out / "index.html", found, agreement, body, times)
    print(f"{found}\n{agreement}\n\n{body}")
    for name, t in times.items():
        print(f"{name:16} {t:10.3f} ms")
    print(f"\nopen {out / 'index.html'}; the whole source is in {out / 'program.py'}")


def draw_layers() -> list[Any]:
    """The layers as lists of neurons, a neuron as its list of weights and its bias."""
    rng = np.random.default_rng(SEED)
    return [[([Value(w) for w in rng.uniform(-1, 1, n)], Value(0.0)) for _ in range(m)] for n, m in zip(SIZES, SIZES[1:])]


def timed(f: Callable[[], Any]) -> tuple[Any, float]:
    """The result of f, and the time it took in ms."""
    start = time.perf_counter()
    found = f()
    return found, 1e3 * (time.perf_counter() - start)


def measured(functions: dict[str, tuple[int, Callable[[], Any]]]) -> dict[str, float]:
    """The median time of each function in ms, from as many calls as it says."""
    return {name: statistics.median(timed(f)[1] for _ in range(n)) for name, (n, f) in functions.items()}


def write_page(path: Path, found: str, agreement: str, body: str, times: dict[str, float]) -> None:
    """Write the page: the scalar code, what was found in its graph, the source, the times."""
    page = Page("From scalars to the theorem",
                "Write one scalar at a time; the compiler finds the matrices in what you wrote.")
    page.heading("What was written")
    page.code(inspect.getsource(network_loss))
    page.heading("What the compiler found")
    page.text(found)
    page.text("Additions that follow each other are one sum, a sum of products is a dot, and dots that combine all rows of "
              "one matrix with all rows of another are a matrix product. X1 and c1 hold the samples and their labels; "
              "X1 has a column of ones, so that the first biases are a column of W1.")
    page.code(body)
    page.text("Going forward this is f = σ(W f + b), the lecture's (3) and (6); going back, dz = (dz W) times σ'(z) is (7) "
              "and dW = dzᵀ f is (8), for all samples at once.")
    page.text(agreement)
    page.heading("How fast it is on this machine")
    fastest = times["compiled"]
    page.table(["the loss and all derivatives", "ms", "times as long as compiled"],
               [[name, f"{t:.3f}", f"{t / fastest:,.1f}"] for name, t in times.items()])
    page.text("The eager engine builds a graph of scalars for each step; NumPy by hand is what a careful person writes.")
    page.write(path)
