"""The lecture on neural networks: its three figures, drawn anew, and Theorem 1 in numbers.

Everything is computed by the scalar engine: the derivatives of figure 1, the training of figure 3, the numbers of the
theorem. Numbers in parentheses are the lecture's equations.
"""
from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import autograd
import nn
from autograd import Value
from demos.page import Page
from nn.train import Bar

POINTS = 100                    # evenly spaced in [-1, 1]
HIDDEN = 100
EPOCHS = 2000
BATCH = 20
WIDTHS = (6, 2, 6, 4, 1)        # the network of figure 2
RED, BLUE, GREEN, GRAY = "#c0392b", "#1f5fa8", "#2e8b57", "#555555"
COLORS = (BLUE, RED, GREEN)


def main(out: Path) -> None:
    """Write figure1.png, figure2.png, figure3.png and index.html to `out`, and print where they are."""
    draw_activations(out / "figure1.png")
    draw_network(WIDTHS, out / "figure2.png")
    runs = train_all()
    draw_training(runs, out / "figure3.png")
    comparison = compare_with_theorem()
    write_page(out, runs, comparison)
    for run in runs:
        print(f"{run.name:22} loss in epoch 1 {run.history[0]:8.3f}, at the end {run.error:.3f}")
    print(f"\n{comparison}\n\nopen {out / 'index.html'}")


# Figure 1 --------------------------------------------------------------------------------------------------------------------

def value_and_derivative(sigma: Callable[[Value], Value], ts: Sequence[float]) -> tuple[list[float], list[float]]:
    """sigma(t) and sigma'(t) for each t, as the engine computes them: one forward and one backward pass each."""
    values, derivatives = [], []
    for t in ts:
        x = Value(t)
        y = sigma(x)
        y.backward()
        values.append(y.data)
        derivatives.append(x.grad)
    return values, derivatives


def draw_activations(path: Path) -> None:
    """Draw figure 1: ReLU (1) and sigmoid (2), and below each its derivative."""
    figure = Figure(figsize=(13, 7.5), layout="constrained")
    axes = figure.subplots(2, 2, sharex="col")
    ts = np.linspace(-6, 6, 601)
    for column, (sigma, name, formula) in enumerate([
            (autograd.relu, "ReLU", r"$\sigma(t) = \max\{t, 0\}$"),
            (autograd.sigmoid, "sigmoid", r"$\sigma(t) = 1 / (1 + e^{-t})$")]):
        values, derivatives = value_and_derivative(sigma, ts.tolist())
        top, bottom = axes[:, column]
        top.plot(ts, values, color=BLUE, linewidth=4)
        top.set_title(f"({'ab'[column]}) {name},  {formula}", fontsize=22)
        jumps = np.abs(np.diff(derivatives, append=derivatives[-1])) > 0.5
        bottom.plot(ts, np.where(jumps, np.nan, derivatives), color=RED, linewidth=4)
        bottom.set_xlabel("t", fontsize=20)
    axes[0, 0].set_ylabel(r"$\sigma(t)$", fontsize=22)
    axes[1, 0].set_ylabel(r"$\sigma'(t)$", fontsize=22)
    axes[1, 0].plot([0], [0], "o", color=RED, markersize=11)
    axes[1, 0].plot([0], [1], "o", markeredgecolor=RED, markerfacecolor="white", markeredgewidth=3, markersize=11)
    axes[1, 0].annotate(r"$\sigma'(0) = 0$ here", (0, 0), (0.6, 0.13), fontsize=20, color=RED)
    _finish(figure, axes.ravel(), path)


# Figure 2 --------------------------------------------------------------------------------------------------------------------

def draw_network(widths: Sequence[int], path: Path) -> None:
    """Draw figure 2: a fully connected network, its inputs red, its hidden nodes blue, its outputs green."""
    figure = Figure(figsize=(13, 7), layout="constrained")
    axes = figure.subplots()
    last = len(widths) - 1
    places = [[(2.2 * k, (n - 1) / 2 - i) for i in range(n)] for k, n in enumerate(widths)]
    for left, right in zip(places, places[1:]):
        for a in left:
            for b in right:
                axes.plot(*zip(a, b), color=GRAY, linewidth=1.2, zorder=1)
    for k, column in enumerate(places):
        color = RED if k == 0 else GREEN if k == last else BLUE
        x, heights = column[0][0], [y for _, y in column]
        axes.scatter([x] * len(column), heights, s=1100, color=color, edgecolors="black", linewidths=1.5, zorder=2)
        axes.text(x, -max(widths) / 2 - 0.35, f"$n_{k} = {len(column)}$", ha="center", va="top", fontsize=22)
    for place, name in ((0, "input $f_0$"), (last / 2, "hidden layers"), (last, f"output $f_{last}$")):
        axes.text(2.2 * place, max(widths) / 2 + 0.35, name, ha="center", va="bottom", fontsize=22)
    axes.set_ylim(-max(widths) / 2 - 1.1, max(widths) / 2 + 1.0)
    axes.set_xlim(-0.9, 2.2 * last + 0.9)
    axes.set_axis_off()
    figure.savefig(path, dpi=150)


# Figure 3 --------------------------------------------------------------------------------------------------------------------

class Run:
    """One way of training the network of figure 3: its name, optimizer and batch size, and what came of it."""

    def __init__(self, name: str, rate: float, momentum: float = 0.0, batch: int | None = None) -> None:
        self.name, self.rate, self.momentum, self.batch = name, rate, momentum, batch
        self.history: nn.History = nn.History()
        self.outputs: list[float] = []
        self.error = math.nan

    def train(self, net: nn.MLP, xs: np.ndarray, ys: np.ndarray, callback: Callable[..., Any]) -> None:
        """Train the network; the learning rate falls from `rate` to 0.3 % of it, evenly on a logarithmic scale."""
        iterations = EPOCHS * (1 if self.batch is None else math.ceil(len(xs) / self.batch))
        optimizer = nn.GradientDescent(lambda j: self.rate * 0.003 ** (j / iterations), momentum=self.momentum)
        self.history = nn.fit(net, xs, ys, "absolute", optimizer, EPOCHS, self.batch, seed=0,
                              callback=callback, progress=False)
        self.outputs = [net(x).data for x in xs]
        self.error = sum(abs(f - y) for f, y in zip(self.outputs, ys))


def network() -> nn.MLP:
    """The 2-layer network of figure 3, untrained.

    The graph of a hidden neuron max(w x + b, 0) bends at x = -b / w: at first these places are spread evenly over [-1, 1].
    """
    net = nn.MLP(1, [HIDDEN, 1], init="he", seed=2)
    for neuron, place in zip(net.layers[0].neurons, np.linspace(-1, 1, HIDDEN).tolist()):
        neuron.b.data = -place * neuron.w[0].data
    return net


def train_all() -> list[Run]:
    """Gradient descent (5), momentum, and mini-batches, each from the same initial network."""
    runs = [Run("gradient descent (5)", 0.006), Run("momentum, β = 0.9", 0.0008, momentum=0.9),
            Run(f"mini-batches of {BATCH}", 0.012, batch=BATCH)]
    (xs, ys), start = nn.data.sine(POINTS), network()
    bar = Bar(len(runs) * EPOCHS)
    for i, run in enumerate(runs):
        def show(epoch: int, loss: float, net: nn.MLP) -> None:
            bar.show(i * EPOCHS + epoch + 1, f"{run.name}: loss {loss:.3f}")
        run.train(copy.deepcopy(start), xs, ys, show)
    bar.close()
    return runs


def draw_training(runs: Sequence[Run], path: Path) -> None:
    """Draw figure 3: (a) the loss over the epochs, (b) each network against its target."""
    figure = Figure(figsize=(16, 7.5), layout="constrained")
    axes = figure.subplots(1, 2)
    (xs, ys) = nn.data.sine(POINTS)
    axes[1].plot(xs, ys, color="black", linewidth=7, alpha=0.25, label=r"target $\sin(\pi x)$")
    for run, color, style in zip(runs, COLORS, ("-", "--", ":")):
        axes[0].semilogy(run.history, color=color, linewidth=2.5, label=f"{run.name}: {run.error:.2f} at the end")
        axes[1].plot(xs, run.outputs, style, color=color, linewidth=3, label=run.name)
    axes[0].set_title("(a) Training: the loss, on a logarithmic scale", fontsize=22)
    axes[0].set_xlabel("epoch", fontsize=20)
    axes[0].set_ylabel(r"$\sum_i |f_L(x_i) - \sin(\pi x_i)|$", fontsize=20)
    axes[1].set_title("(b) Neural network vs target", fontsize=22)
    axes[1].set_xlabel("x", fontsize=20)
    for ax in axes:
        ax.legend(fontsize=18)
    _finish(figure, axes, path)


def _finish(figure: Figure, axes: Sequence[Any], path: Path) -> None:
    for ax in axes:
        ax.grid(color="#dddddd")
        ax.tick_params(labelsize=17)
    figure.savefig(path, dpi=150)


# The theorem -----------------------------------------------------------------------------------------------------------------

def compare_with_theorem() -> nn.matrix.Comparison:
    """dL/dW_k and dL/db_k of the network of figure 2, found in three ways, on 20 random samples."""
    net = nn.MLP(WIDTHS[0], WIDTHS[1:], activation="sigmoid", seed=22)
    rng = np.random.default_rng(22)
    xs = rng.uniform(-1, 1, (20, WIDTHS[0]))
    return nn.matrix.compare(net, xs, np.sin(np.pi * xs.sum(axis=1)), loss="squared")


# The page --------------------------------------------------------------------------------------------------------------------

def write_page(out: Path, runs: Sequence[Run], comparison: nn.matrix.Comparison) -> None:
    """Write index.html, which holds all figures and tables and needs no other file."""
    page = Page("Neural networks, scalar by scalar",
                "The figures of the lecture and its theorem, computed by an engine that knows only scalars: it records "
                "each operation going forward, and going back it applies the chain rule to one after another.")
    page.heading("Figure 1: activation functions, and their derivatives")
    page.figure(out / "figure1.png", "Above: ReLU (1) and sigmoid (2). Below: their derivatives, each point the result of one "
                "backward pass. ReLU has no derivative at 0; here it is 0.")
    page.heading("Figure 2: a fully connected network")
    page.figure(out / "figure2.png", "Three hidden layers. Each line is a weight, an entry of some W, and each blue "
                f"or green node a neuron with a bias: {len(comparison)} parameters in all.")
    page.formula("f<sub>k</sub> = σ<sub>k</sub>(W<sub>k</sub> f<sub>k−1</sub> + b<sub>k</sub>)", "(3)")
    _network_at_work(page)
    _training_section(page, out, runs)
    _theorem_section(page, comparison)
    page.write(out / "index.html")


def _network_at_work(page: Page) -> None:
    """Add the same network as the engine draws it for one sample, where Graphviz or its wheel is installed."""
    net = nn.MLP(WIDTHS[0], list(WIDTHS[1:]), activation="sigmoid", init="xavier", seed=1)
    try:
        picture = net.draw([0.5, -0.3, 0.8, -0.9, 0.1, 0.4]).svg()
    except RuntimeError as error:                           # no dot: one line that says how to get it
        page.text(str(error))
        return
    page.figure(picture, "The same network at work on one sample, with sigmoid: in each neuron its value and the gradient of "
                "the output by it; a line is the wider the larger its weight, and dashed where the weight is negative.")


def _training_section(page: Page, out: Path, runs: Sequence[Run]) -> None:
    page.heading("Figure 3: a network learns sin(πx)")
    page.text(f"A 2-layer network with {HIDDEN} hidden nodes and ReLU, {POINTS} evenly spaced points from -1 to 1, and as the "
              "loss the sum of absolute errors. Three ways to go down, from the same initial weights; an epoch costs all "
              "three the same.")
    page.figure(out / "figure3.png", "(a) The loss over the epochs. (b) What the networks have learned.")
    page.table(["", "learning rate α at first", "updates", "loss in epoch 1", "loss at the end"],
               [[run.name, run.rate, len(run.history.iterations), f"{run.history[0]:.2f}", f"{run.error:.3f}"]
                for run in runs])
    page.text("A learning rate this large overshoots at first; it falls over the iterations to 0.3 % of what it was. "
              "Momentum adds β times the last step to the next one. A mini-batch gives a rougher gradient, but an epoch has "
              "more of them.")
    page.formula("W<sup>j+1</sup> = W<sup>j</sup> − α ∂L/∂W + β (W<sup>j</sup> − W<sup>j−1</sup>)")


def _theorem_section(page: Page, comparison: nn.matrix.Comparison) -> None:
    page.heading("Theorem 1: back propagation")
    page.formula("∂L/∂z<sub>k−1</sub> = D<sub>k−1</sub> W<sub>k</sub><sup>T</sup> ∂L/∂z<sub>k</sub>", "(7)")
    page.formula("∂L/∂W<sub>k</sub> = ∂L/∂z<sub>k</sub> f<sub>k−1</sub><sup>T</sup> &nbsp; and &nbsp; "
                 "∂L/∂b<sub>k</sub> = ∂L/∂z<sub>k</sub>", "(8)")
    page.text("The network of figure 2 with sigmoid, the squared loss over 20 random samples, and the derivatives found in "
              "three ways: by the scalar engine, node by node; by the theorem, with matrices; and by changing each parameter "
              "a little.")
    page.text(comparison.summary())
    page.table(["", "entries", "engine and theorem differ by at most", "engine and finite differences by at most"],
               [[f"dL/d{name}", n, f"{theorem:.1e}", f"{quotient:.1e}"]
                for name, n, theorem, quotient in comparison.by_array()])
    head, *rows = comparison.table(most=16)
    page.text("Some of them in full:")
    page.table(head, rows)
