"""Small data sets, as NumPy arrays: samples xs, (m,) or (m, 2), and their targets ys, (m,).

`random_state` is None for NumPy's global generator (so that np.random.seed(...) decides), a seed,
or a generator. moons and circles draw in scikit-learn's order: the same random state gives the
numbers of make_moons and make_circles.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from nn.checks import index, real, shown, switch, whole

Data = tuple[np.ndarray, np.ndarray]


def sine(m: int = 100) -> Data:
    """The lecture's toy example: m evenly spaced points from -1 to 1, and sin(pi x), both (m,)."""
    xs = np.linspace(-1, 1, whole(m, "m", 2))
    return xs, np.sin(np.pi * xs)


def moons(n_samples: int = 100, shuffle: bool = True, noise: float | None = None,
          random_state: object = None) -> Data:
    """Two interleaving half circles: xs (n_samples, 2), and ys 0 on the upper, 1 on the lower one.

    noise is the standard deviation of what is added to each coordinate. Labels of -1 and 1, for a
    hinge loss: 2 * ys - 1.
    """
    outer, inner = _halves(n_samples)
    t, s = np.linspace(0, np.pi, outer), np.linspace(0, np.pi, inner)
    upper = np.column_stack([np.cos(t), np.sin(t)])
    lower = np.column_stack([1 - np.cos(s), 1 - np.sin(s) - 0.5])
    return _two_classes(upper, lower, shuffle, noise, random_state)


def circles(n_samples: int = 100, shuffle: bool = True, noise: float | None = None,
            random_state: object = None, factor: float = 0.8) -> Data:
    """Two circles around the origin: xs (n_samples, 2), and ys 0 on the outer, 1 on the inner one.

    Their radii are 1 and `factor`.
    """
    factor = real(factor, "factor", "from 0 to below 1", lambda x: 0 <= x < 1)
    outer, inner = _halves(n_samples)
    t = np.linspace(0, 2 * np.pi, outer, endpoint=False)
    s = np.linspace(0, 2 * np.pi, inner, endpoint=False)
    return _two_classes(np.column_stack([np.cos(t), np.sin(t)]),
                        factor * np.column_stack([np.cos(s), np.sin(s)]),
                        shuffle, noise, random_state)


def spiral(n_samples: int = 100, shuffle: bool = True, noise: float | None = None,
           random_state: object = None, turns: float = 1.0) -> Data:
    """Two arms of a spiral: xs (n_samples, 2), and ys 0 on one arm and 1 on the other.

    They go around the origin `turns` times, out to radius 1.
    """
    turns = real(turns, "turns")
    first, second = _halves(n_samples)
    return _two_classes(_arm(first, turns), -_arm(second, turns), shuffle, noise, random_state)


def xor(n_samples: int = 4, shuffle: bool = False, noise: float | None = None,
        random_state: object = None) -> Data:
    """The corners (0,0), (0,1), (1,0), (1,1) again and again, (n_samples, 2), and their xor."""
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    xs = corners[np.arange(whole(n_samples, "n_samples")) % 4]
    return _drawn(xs, (xs[:, 0] != xs[:, 1]).astype(int), shuffle, noise, random_state)


def _arm(m: int, turns: float) -> np.ndarray:
    radius = np.linspace(0.1, 1, m)
    angle = 2 * np.pi * turns * radius
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _halves(n_samples: int) -> tuple[int, int]:
    n = whole(n_samples, "n_samples", 2)
    return n // 2, n - n // 2


def _two_classes(first: np.ndarray, second: np.ndarray, shuffle: bool, noise: float | None,
                 random_state: object) -> Data:
    """The points of two classes, 0 and 1, shuffled and then moved by noise."""
    xs, ys = np.vstack([first, second]), np.repeat([0, 1], [len(first), len(second)])
    return _drawn(xs, ys, shuffle, noise, random_state)


def _drawn(xs: np.ndarray, ys: np.ndarray, shuffle: bool, noise: float | None,
           random_state: object) -> Data:
    if noise is not None:
        noise = real(noise, "noise", "from 0 to 1e100, the standard deviation",
                     lambda x: 0 <= x <= 1e100)
    rng = _generator(random_state)
    if switch(shuffle, "shuffle"):
        order = np.arange(len(xs))
        rng.shuffle(order)
        xs, ys = xs[order], ys[order]
    if noise is not None:
        xs = xs + rng.normal(scale=noise, size=xs.shape)
    return xs, ys


def _generator(random_state: object) -> Any:
    """What draws.

    Raises TypeError for what neither draws nor is a whole number, ValueError for a seed out of
    range.
    """
    if random_state is None:
        return np.random                        # the module itself draws from the global generator
    if hasattr(random_state, "shuffle") and hasattr(random_state, "normal"):
        return random_state
    if index(random_state) is not None:
        seed = whole(random_state, "random_state", 0)
        if seed < 2 ** 32:
            return np.random.RandomState(seed)
        raise ValueError(f"random_state must be below 2 ** 32, got {seed}")
    raise TypeError("random_state must be None, a whole number, or one of NumPy's generators, "
                    f"got {shown(random_state)}")
