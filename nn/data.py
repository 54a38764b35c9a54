"""Small data sets, as NumPy arrays: samples xs of shape (m,) or (m, 2), and their targets ys of shape (m,).

`random_state` is None for NumPy's global generator (so that np.random.seed(...) has the say), a seed, or a generator.
moons and circles draw in scikit-learn's order: from the same random state come the numbers of make_moons and make_circles.
"""
from __future__ import annotations

from typing import Any

import numpy as np


def sine(m: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """The lecture's toy example: m evenly spaced points -1 = x_1 <= ... <= x_m = 1, and sin(pi x), both (m,)."""
    xs = np.linspace(-1, 1, _at_least(2, m, "m"))
    return xs, np.sin(np.pi * xs)


def moons(n_samples: int = 100, shuffle: bool = True, noise: float | None = None,
          random_state: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """Two interleaving half circles: xs (n_samples, 2), and ys 0 on the upper and 1 on the lower one.

    noise is the standard deviation of what is added to each coordinate. Labels of -1 and 1, for a hinge loss: 2 * ys - 1.
    """
    outer, inner = _halves(n_samples)
    t, s = np.linspace(0, np.pi, outer), np.linspace(0, np.pi, inner)
    upper = np.column_stack([np.cos(t), np.sin(t)])
    lower = np.column_stack([1 - np.cos(s), 1 - np.sin(s) - 0.5])
    return _two_classes(upper, lower, shuffle, noise, random_state)


def circles(n_samples: int = 100, shuffle: bool = True, noise: float | None = None, random_state: Any = None,
            factor: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """Two circles round the origin: xs (n_samples, 2), and ys 0 on that of radius 1 and 1 on that of radius `factor`."""
    if not 0 <= factor < 1:
        raise ValueError(f"factor must be from 0 to below 1, got {factor!r}")
    outer, inner = _halves(n_samples)
    t, s = np.linspace(0, 2 * np.pi, outer, endpoint=False), np.linspace(0, 2 * np.pi, inner, endpoint=False)
    return _two_classes(np.column_stack([np.cos(t), np.sin(t)]), factor * np.column_stack([np.cos(s), np.sin(s)]),
                        shuffle, noise, random_state)


def spiral(n_samples: int = 100, shuffle: bool = True, noise: float | None = None, random_state: Any = None,
           turns: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Two arms of a spiral round the origin, out to radius 1: xs (n_samples, 2), and ys 0 on one arm and 1 on the other."""
    first, second = _halves(n_samples)
    return _two_classes(_arm(first, turns), -_arm(second, turns), shuffle, noise, random_state)


def xor(n_samples: int = 4, shuffle: bool = False, noise: float | None = None,
        random_state: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """The corners (0,0), (0,1), (1,0), (1,1) over and over: xs (n_samples, 2), and ys 1 where just one coordinate is 1."""
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    xs = corners[np.arange(_at_least(1, n_samples, "n_samples")) % 4]
    return _drawn(xs, (xs[:, 0] != xs[:, 1]).astype(int), shuffle, noise, random_state)


def _arm(m: int, turns: float) -> np.ndarray:
    radius = np.linspace(0.1, 1, m)
    angle = 2 * np.pi * turns * radius
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _halves(n_samples: int) -> tuple[int, int]:
    _at_least(2, n_samples, "n_samples")
    return n_samples // 2, n_samples - n_samples // 2


def _at_least(least: int, n: int, what: str) -> int:
    if isinstance(n, bool) or not hasattr(n, "__index__") or n < least:
        raise ValueError(f"{what} must be a whole number from {least}, got {n!r}")
    return n.__index__()


def _two_classes(first: np.ndarray, second: np.ndarray, shuffle: bool, noise: float | None,
                 random_state: Any) -> tuple[np.ndarray, np.ndarray]:
    """The points of two classes, 0 and 1, shuffled and then moved by noise."""
    xs, ys = np.vstack([first, second]), np.repeat([0, 1], [len(first), len(second)])
    return _drawn(xs, ys, shuffle, noise, random_state)


def _drawn(xs: np.ndarray, ys: np.ndarray, shuffle: bool, noise: float | None,
           random_state: Any) -> tuple[np.ndarray, np.ndarray]:
    if noise is not None and not noise >= 0:
        raise ValueError(f"noise is a standard deviation, 0 or above, got {noise!r}")
    rng = _generator(random_state)
    if shuffle:
        order = np.arange(len(xs))
        rng.shuffle(order)
        xs, ys = xs[order], ys[order]
    if noise is not None:
        xs = xs + rng.normal(scale=noise, size=xs.shape)
    return xs, ys


def _generator(random_state: Any) -> Any:
    if random_state is None:
        return np.random                        # the module itself draws from the global generator
    return random_state if hasattr(random_state, "shuffle") else np.random.RandomState(random_state)
