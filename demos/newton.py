"""Gradient descent, momentum and Newton's method on a function of two variables: their paths over its contour lines."""
from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import grad, hessian

START, STEPS = [-1.0, 1.6], 60
RATE, BETA = 0.03, 0.8                                       # alpha and beta of the lecture's (5) and of its momentum


def bowl(p: Any) -> Any:
    """x^2 / 2 + 5 (y - x^2 / 2)^2: a curved valley, with its lowest point 0 at (0, 0)."""
    x, y = p
    return x ** 2 / 2 + 5 * (y - x ** 2 / 2) ** 2


def descent(p: np.ndarray, before: np.ndarray) -> np.ndarray:
    """The lecture's (5)."""
    return p - RATE * grad(bowl)(p)


def momentum(p: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Momentum descent: a part beta of the last step is added to the next."""
    return p - RATE * grad(bowl)(p) + BETA * (p - before)


def newton(p: np.ndarray, before: np.ndarray) -> np.ndarray:
    """To the lowest point of the parabola that has the gradient and the Hessian of the function here."""
    return p - np.linalg.solve(hessian(bowl)(p), grad(bowl)(p))


METHODS = {"gradient descent": (descent, "#D55E00", "o", "-"), "momentum": (momentum, "#0072B2", "s", "--"),
           "Newton": (newton, "#000000", "^", "-")}


def path_of(step: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """The points that a method visits from START, an array (steps + 1, 2); it stops where the gradient is 0 to rounding."""
    points = [np.array(START)]
    while len(points) <= STEPS and np.abs(grad(bowl)(points[-1])).max() > 1e-12:
        points.append(step(points[-1], points[-2] if len(points) > 1 else points[-1]))
    return np.array(points)


def main(out: pathlib.Path) -> None:
    paths = {name: path_of(method[0]) for name, method in METHODS.items()}
    print(f"f(x, y) = x^2/2 + 5 (y - x^2/2)^2 from {tuple(START)}, alpha {RATE}, beta {BETA}")
    for name, points in paths.items():
        x, y = points[-1]
        print(f"{name:>17}: {len(points) - 1:2} steps to ({x:9.2e}, {y:9.2e}), f = {bowl((x, y)):.1e}")
    print("Newton's method asks for the Hessian and doubles its right digits at each of its last steps.")
    plot(paths, out / "newton.png")


def plot(paths: dict[str, np.ndarray], path: pathlib.Path) -> None:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    plt.rcParams.update({"font.size": 20, "font.family": "sans-serif"})
    figure, ax = plt.subplots(figsize=(14, 10), layout="constrained")
    x, y = np.meshgrid(np.linspace(-1.9, 0.9, 300), np.linspace(-0.8, 1.9, 300))
    ax.contour(x, y, bowl((x, y)), levels=[0.02, 0.1, 0.3, 0.7, 1.5, 3, 5, 8, 12], colors="#9E9E9E", linewidths=2)
    for name, points in paths.items():
        _, color, marker, style = METHODS[name]
        ax.plot(*points.T, style, color=color, marker=marker, linewidth=3.5, markersize=10,
                label=f"{name}, {len(points) - 1} steps")
    ax.plot(0, 0, "*", color="#009E73", markersize=32, zorder=5)
    ax.annotate("lowest point", (0, 0), (0.25, -0.45), arrowprops={"arrowstyle": "->", "linewidth": 3}, fontsize=22,
                bbox={"facecolor": "white", "edgecolor": "none"})
    ax.set(xlabel="x", ylabel="y", title="Three ways down")
    ax.legend(loc="upper right", framealpha=1)
    figure.savefig(path, dpi=80)
    plt.close(figure)
    print(f"plot: {path}")
