"""Initial weights: how they are drawn, and from which generator."""
from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Protocol

from nn.checks import shown, whole


class Generator(Protocol):
    """What weights are drawn with: a random.Random, or Python's module `random` itself."""

    def uniform(self, a: float, b: float, /) -> float: ...
    def gauss(self, mu: float, sigma: float, /) -> float: ...


Draw = Callable[[Generator, int, int], float]


def uniform(rng: Generator, nin: int, nout: int) -> float:
    """A weight from -1 to 1, as micrograd draws it."""
    return rng.uniform(-1, 1)


def xavier(rng: Generator, nin: int, nout: int) -> float:
    """A weight that keeps the variance of f_k for tanh, sigma'(0) = 1 (Glorot and Bengio 2010)."""
    bound = math.sqrt(6 / (nin + nout))
    return rng.uniform(-bound, bound)


def he(rng: Generator, nin: int, nout: int) -> float:
    """A weight that keeps it for relu: normal, variance 2 / nin (He et al. 2015)."""
    return rng.gauss(0.0, math.sqrt(2 / nin))


INITIAL: dict[str, Draw] = {f.__name__: f for f in (uniform, xavier, he)}


def find_initial(init: str) -> Draw:
    """The way of that name to draw a weight.

    Raises ValueError for an unknown name, TypeError for no name.
    """
    if not isinstance(init, str):
        raise TypeError(f"init must be one of {', '.join(INITIAL)}, got {shown(init)}")
    if init not in INITIAL:
        raise ValueError(f"no initial weights {shown(init)}; there are {', '.join(INITIAL)}")
    return INITIAL[init]


def find_generator(rng: Generator | None, seed: int | None) -> Generator:
    """The generator: the one given, a new one with that seed, or Python's module `random`.

    Raises ValueError for both, TypeError for a generator of another kind or a seed that is not a
    whole number.
    """
    if rng is not None and seed is not None:
        raise ValueError("give rng or seed, not both")
    if seed is not None:
        return random.Random(whole(seed, "seed", -2 ** 63))
    if rng is None:
        return random
    if not callable(getattr(rng, "uniform", None)) or not callable(getattr(rng, "gauss", None)):
        raise TypeError(f"rng must be a random.Random, got {shown(rng)}; for a number write seed=")
    return rng
