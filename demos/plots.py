"""Plots large enough for the last row: the same fonts, colors and grid in every lesson."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

BLUE, RED, GREEN, ORANGE, PURPLE, GRAY = "#1f5fa8", "#c0392b", "#1e7d4f", "#c77700", "#7b3f9d", "#555555"
COLORS = (BLUE, RED, GREEN, ORANGE, PURPLE)
PALE = ListedColormap(0.5 + 0.5 * colormaps["RdBu"](np.linspace(0, 1, 256)))      # samples stand out from it


def plot(title: str = "", x: str = "", y: str = "", size: tuple[float, float] = (13, 7.5)) -> tuple[Figure, Any]:
    """A figure with one pair of axes, titled and labelled."""
    figure = Figure(figsize=size, layout="constrained")
    ax = figure.subplots()
    dress(ax, title, x, y)
    return figure, ax


def plots(rows: int, columns: int, size: tuple[float, float] = (16, 7.5), **options: Any) -> tuple[Figure, Any]:
    """A figure with rows * columns pairs of axes, and those as an array; `dress` gives each its title."""
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    for ax in axes.ravel():
        dress(ax)
    return figure, axes if rows > 1 else axes[0]


def dress(ax: Any, title: str = "", x: str = "", y: str = "") -> None:
    """Give axes a title, names, a grid, and numbers that can be read."""
    if title:
        ax.set_title(title, fontsize=23)
    if x:
        ax.set_xlabel(x, fontsize=20)
    if y:
        ax.set_ylabel(y, fontsize=20)
    ax.grid(color="#dddddd")
    ax.set_axisbelow(True)
    ax.tick_params(labelsize=17)


def legend(ax: Any, **options: Any) -> None:
    """Add a legend."""
    ax.legend(fontsize=18, framealpha=0.95, **options)


def region(ax: Any, score: Callable[[np.ndarray], np.ndarray], xs: np.ndarray, positive: np.ndarray, size: int = 120,
           dot: int = 110) -> None:
    """Draw a decision region: score takes points (n, 2) to (n,); its sign colors the plane, a black line is where it is 0.

    xs (m, 2) are the samples; positive (m,) says which of them should have a score above 0.
    """
    low, high = xs.min(0), xs.max(0)
    margin = 0.15 * (high - low)
    a, b = np.meshgrid(*(np.linspace(lo, hi, size) for lo, hi in zip(low - margin, high + margin)))
    z = score(np.column_stack([a.ravel(), b.ravel()])).reshape(a.shape)
    ax.contourf(a, b, np.tanh(z / 2), levels=np.linspace(-1, 1, 13), cmap=PALE)
    ax.contour(a, b, z, levels=[0], colors="black", linewidths=3)
    for chosen, color, marker in ((~positive, RED, "o"), (positive, BLUE, "s")):
        ax.scatter(*xs[chosen].T, s=dot, color=color, marker=marker, edgecolors="black", linewidths=1.2)
    ax.set_aspect("equal")
    ax.grid(False)


def images(rows: list[tuple[np.ndarray, str]], columns: int, size: float = 1.9, cmap: str = "gray_r",
           limit: float | None = None) -> Figure:
    """A figure of small pictures, each an array (h, w) and its title; with a limit, colors run from -limit to limit."""
    lines = -(-len(rows) // columns)
    figure = Figure(figsize=(size * columns, 1.3 * size * lines), layout="constrained")
    for i, ax in enumerate(figure.subplots(lines, columns, squeeze=False).ravel()):
        ax.set_axis_off()
        if i < len(rows):
            picture, title = rows[i]
            ax.imshow(picture, cmap=cmap, vmin=None if limit is None else -limit, vmax=limit)
            ax.set_title(title, fontsize=18)
    return figure


def image_pairs(upper: list[tuple[np.ndarray, str]], lower: list[tuple[np.ndarray, str]], size: float = 1.9) -> Figure:
    """A figure of small pictures in gray, and below each a second one, red where it is negative and blue where positive.

    Each is an array (h, w) and its title; every one of the second row has a scale of its own.
    """
    figure = Figure(figsize=(size * len(upper), 2.5 * size), layout="constrained")
    for row, pictures in zip(figure.subplots(2, len(upper), squeeze=False), (upper, lower)):
        for ax, (picture, title) in zip(row, pictures):
            limit = np.abs(picture).max() or 1.0
            ax.set_axis_off()
            ax.imshow(picture, **({"cmap": "gray_r"} if pictures is upper else {"cmap": "RdBu", "vmin": -limit, "vmax": limit}))
            ax.set_title(title, fontsize=18)
    return figure
