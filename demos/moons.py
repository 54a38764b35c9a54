"""Two moons: micrograd's network learns to tell them apart; the decision region, and how it came about.

The same data, network, loss and learning rates as in micrograd's demo: 2-16-16-1, ReLU, a hinge loss with a penalty on
the weights, 100 steps of gradient descent with all samples.
"""
from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import nn
from demos.page import Page

EPOCHS = 100
SHOWN = (0, 9, 29, EPOCHS - 1)              # the epochs after which the region is drawn
SEED = 1337
RED, BLUE = "#c0392b", "#1f5fa8"


def main(out: Path) -> None:
    """Write region.png, training.png and index.html to `out`, and print where they are."""
    random.seed(SEED)
    xs, ys = nn.data.moons(100, noise=0.1, random_state=SEED)
    ys = 2 * ys - 1
    net = nn.MLP(2, [16, 16, 1])
    history, stages = train(net, xs, ys)
    share = accuracy(nn.matrix.parameters(net), xs, ys)
    draw_region(net, xs, ys, out / "region.png")
    draw_training(history, stages, xs, ys, out / "training.png")
    write_page(out, net, history, share)
    print(f"2-16-16-1, {len(net.parameters())} parameters: hinge loss {history[0]:.3f} in epoch 1, {history[-1]:.3f} in epoch "
          f"{EPOCHS}; {share:.0%} of the points on their side")
    print(f"open {out / 'index.html'}")


def train(net: nn.MLP, xs: np.ndarray, ys: np.ndarray) -> tuple[nn.History, list[tuple[int, Any]]]:
    """The losses, and pairs of an epoch and the matrices of the network after it.

    micrograd's loss is the mean over the samples plus 1e-4 |theta|^2. Ours is their sum: m times the mean, and so the
    learning rate is divided by m, and the penalty, m * 1e-4 |theta|^2, is a weight decay of 2 m * 1e-4.
    """
    m, stages = len(xs), []

    def keep(epoch: int, loss: float, net: nn.MLP) -> None:
        if epoch in SHOWN:
            stages.append((epoch + 1, nn.matrix.parameters(net)))
    descent = nn.GradientDescent(lambda k: (1.0 - 0.9 * k / EPOCHS) / m, weight_decay=2 * m * 1e-4)
    history = nn.fit(net, xs, ys, "hinge", descent, EPOCHS, callback=keep)
    return history, stages


def scores(layers: Any, xs: np.ndarray) -> np.ndarray:
    """The output of the network for many samples (m, 2) at once, by the lecture's (3)."""
    return nn.matrix.forward(layers, xs)[1][-1][:, 0]


def accuracy(layers: Any, xs: np.ndarray, ys: np.ndarray) -> float:
    """The share of samples whose score has the sign of their label."""
    return float(np.mean((scores(layers, xs) > 0) == (ys > 0)))


# Pictures --------------------------------------------------------------------------------------------------------------------

def _region(ax: Any, layers: Any, xs: np.ndarray, ys: np.ndarray, size: int, dot: int) -> None:
    a, b = np.meshgrid(np.linspace(-1.6, 2.6, size), np.linspace(-1.2, 1.7, size))
    z = scores(layers, np.column_stack([a.ravel(), b.ravel()])).reshape(a.shape)
    ax.contourf(a, b, np.tanh(z / 2), levels=np.linspace(-1, 1, 21), cmap="RdBu", alpha=0.75)
    ax.contour(a, b, z, levels=[0], colors="black", linewidths=3)
    for label, color, marker in ((-1, RED, "o"), (1, BLUE, "s")):
        ax.scatter(*xs[ys == label].T, s=dot, color=color, marker=marker, edgecolors="white", linewidths=1)
    ax.set_aspect("equal")
    ax.tick_params(labelsize=16)


def draw_region(net: nn.MLP, xs: np.ndarray, ys: np.ndarray, path: Path) -> None:
    """Draw the plane: the side of each class in its color, the stronger the larger the score, the border in black."""
    figure = Figure(figsize=(13, 9), layout="constrained")
    _region(figure.subplots(), nn.matrix.parameters(net), xs, ys, size=120, dot=160)
    figure.savefig(path, dpi=130)


def draw_training(history: nn.History, stages: list[tuple[int, Any]], xs: np.ndarray, ys: np.ndarray, path: Path) -> None:
    """Draw the loss over the epochs, and the decision region on the way."""
    figure = Figure(figsize=(17, 9), layout="constrained")
    axes = figure.subplot_mosaic([["loss", "loss", 0, 1], ["loss", "loss", 2, 3]])
    axes["loss"].semilogy(range(1, len(history) + 1), history, color=BLUE, linewidth=3)
    axes["loss"].set_xlabel("epoch", fontsize=20)
    axes["loss"].set_title(r"loss  $\sum_i \max(0,\, 1 - y_i f(x_i))$", fontsize=22)
    axes["loss"].tick_params(labelsize=16)
    axes["loss"].grid(color="#dddddd")
    for i, (epoch, layers) in enumerate(stages):
        _region(axes[i], layers, xs, ys, size=60, dot=25)
        axes[i].set_axis_off()
        axes[i].set_title(f"epoch {epoch}: {accuracy(layers, xs, ys):.0%}", fontsize=20)
    figure.savefig(path, dpi=110)


def write_page(out: Path, net: nn.MLP, history: nn.History, share: float) -> None:
    """Write index.html, which holds both pictures and needs no other file."""
    page = Page("Two moons", "A network of scalar neurons learns to tell two kinds of points apart.")
    page.heading("The decision region")
    page.figure(out / "region.png", f"The network, 2-16-16-1 with ReLU and {len(net.parameters())} parameters, gives each "
                f"point of the plane a score; the black line is where it is 0. {share:.0%} of the points are on their side.")
    page.heading("How it came about")
    page.figure(out / "training.png", f"The loss over {len(history)} epochs of gradient descent (5), and the region on the "
                "way, with the share of points on their side. A loss of 0 means that every point "
                "is at least 1 on its side of the line.")
    page.code("xs, ys = nn.data.moons(100, noise=0.1)\nnet = nn.MLP(2, [16, 16, 1])\n"
              'nn.fit(net, xs, 2 * ys - 1, loss="hinge", optimizer=nn.GradientDescent(0.005))')
    page.write(out / "index.html")
