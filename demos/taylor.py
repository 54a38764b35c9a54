"""Taylor polynomials of a function, from derivatives of derivatives."""
from __future__ import annotations

import math
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import exp, grad, sin

CENTER, DEGREES = 0.0, [1, 3, 5, 9]
STYLES = [("#D55E00", "--"), ("#0072B2", "-."), ("#009E73", ":"), ("#CC79A7", "-")]


def function(x: Any) -> Any:
    """exp(sin x); put a function of your own here."""
    return exp(sin(x))


def coefficients(f: Callable[[Any], Any], x: float, degree: int) -> list[float]:
    """f(x), f'(x), f''(x) / 2, ..., f^(n)(x) / n!: each derivative is the gradient of the one before.

    >>> coefficients(exp, 0.0, 3) == [1.0, 1.0, 1 / 2, 1 / 6]
    True
    """
    found = []
    for n in range(degree + 1):
        found.append(float(f(x)) / math.factorial(n))
        f = grad(f)
    return found


def main(out: pathlib.Path) -> None:
    c = coefficients(function, CENTER, max(DEGREES))
    print(f"exp(sin x) around {CENTER:g}:")
    for n, a in enumerate(c):
        print(f"  x^{n}: {a:+.10f}")
    x = np.linspace(-2.5, 2.5, 400)
    for degree in DEGREES:
        error = abs(polynomial(c[:degree + 1], 0.5) - function(0.5))
        print(f"degree {degree}: off by {error:.1e} at x = 0.5")
    plot(x, c, out / "taylor.png")


def polynomial(c: list[float], x: Any) -> Any:
    """c[0] + c[1] (x - CENTER) + c[2] (x - CENTER)^2 + ..."""
    return sum(a * (x - CENTER) ** n for n, a in enumerate(c))


def plot(x: np.ndarray, c: list[float], path: pathlib.Path) -> None:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    plt.rcParams.update({"font.size": 20, "font.family": "sans-serif"})
    figure, ax = plt.subplots(figsize=(14, 9), layout="constrained")
    ax.plot(x, function(x), color="black", linewidth=7, alpha=0.35, label="exp(sin x)")
    for degree, (color, style) in zip(DEGREES, STYLES):
        ax.plot(x, polynomial(c[:degree + 1], x), style, color=color, linewidth=4, label=f"degree {degree}")
    ax.plot(CENTER, c[0], "o", color="black", markersize=14)
    ax.set(ylim=(-1, 4), xlabel="x", title=f"Taylor polynomials of exp(sin x) around {CENTER:g}")
    ax.grid(alpha=0.4)
    ax.legend(loc="lower left", bbox_to_anchor=(0.53, 0.02), framealpha=1)
    figure.savefig(path, dpi=80)
    plt.close(figure)
    print(f"plot: {path}")
