"""Arrays of places: whether one is a view, which axes it has, and how rows of factors meet.

A view is base + i * stride_0 + j * stride_1 + ...; the functions here find base, lengths and strides, or say that there are
none.
"""
from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from autograd.compiler.blocks import Shape, View


def factor(places: np.ndarray) -> list[tuple[int, int]] | None:
    """Axes (length, stride), outermost first, with places = base + sum of index * stride; None where there are none."""
    n = len(places)
    if n == 1:
        return []
    step = int(places[1] - places[0])
    breaks = np.nonzero(np.diff(places) != step)[0]
    if not len(breaks):
        return [(n, step)]
    run = int(breaks[0]) + 1
    if n % run:
        return None
    rows = places.reshape(-1, run)
    if not (rows - rows[:, :1] == np.arange(run) * step).all():
        return None
    outer = factor(rows[:, 0])
    return None if outer is None else [*outer, (run, step)]


def as_view(block: int, places: np.ndarray) -> View | None:
    """An array of places as a view, or None where it is not one."""
    base = int(places.flat[0])
    strides = tuple(int(places[tuple(int(i == k) for i in range(places.ndim))]) - base if places.shape[k] > 1 else 0
                    for k in range(places.ndim))
    regular = np.full(places.shape, base)
    for k, (length, stride) in enumerate(zip(places.shape, strides)):
        regular += (np.arange(length) * stride).reshape(-1, *[1] * (places.ndim - k - 1))
    return View(block, places.shape, base, strides) if (regular == places).all() else None


def inner_sizes(shape: Sequence[int]) -> set[int]:
    """The sizes of the inner parts of a shape: {4, 12} for (2, 3, 4)."""
    return {prod(shape[k:]) for k in range(1, len(shape))}


def shape_from(cuts: set[int], n: int) -> Shape:
    """The shape of n entries with those inner sizes; flat where they do not fit into each other."""
    shape, inside = [], n
    for cut in sorted(cuts - {1, n}, reverse=True):
        if inside % cut:
            return (n,)
        shape.append(inside // cut)
        inside = cut
    return (*shape, inside)


def inverse(places: np.ndarray, shape: Shape) -> np.ndarray | None:
    """Where each place of a block of that shape is found in the array `places`, if each is there once; else None."""
    size, flat = prod(shape), places.ravel()
    if len(flat) != size or len(np.unique(flat)) != size:
        return None
    found = np.empty(size, dtype=np.intp)
    found[flat] = np.arange(size)
    return found.reshape(shape)


def teams(a_of: np.ndarray, b_of: np.ndarray, count_a: int, count_b: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers 0, 1, ... of the groups of left and right rows that only meet each other (connected components)."""
    team_a, team_b = np.arange(count_a), np.full(count_b, count_a)
    while True:
        before = team_a
        np.minimum.at(team_b, b_of, team_a[a_of])
        team_a = team_a.copy()
        np.minimum.at(team_a, a_of, team_b[b_of])
        team_a = np.minimum(team_a, team_a[team_a])
        if (team_a == before).all():
            break
    numbers, team_a = np.unique(team_a, return_inverse=True)
    return team_a, np.searchsorted(numbers, team_b)
