"""Places: where the numbers of one array stand in another, flat one, and how that is written with
slices.

Places are Strided where they are base + i * stride_0 + j * stride_1 + ...; the functions here
find base, lengths and strides, or say that there are none. A Slicing is how NumPy takes such
places: reshape, index, transpose.
"""
from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple, Union

import numpy as np

Shape = tuple[int, ...]


class Strided(NamedTuple):
    """places = base + sum over axes of index * stride; an axis of length 1 has stride 0."""

    shape: Shape
    base: int
    strides: Shape


def contiguous(shape: Shape) -> Shape:
    """The strides of a contiguous array, 0 for axes of length 1."""
    return tuple(prod(shape[k + 1 :]) if n > 1 else 0 for k, n in enumerate(shape))


def whole(shape: Shape) -> Strided:
    """All places of an array of that shape."""
    return Strided(shape, 0, contiguous(shape))


def without_broadcast(places: Strided) -> Strided:
    """The places without the axes along which they are repeated."""
    left = [(n, st) for n, st in zip(places.shape, places.strides) if st or n == 1]
    return Strided(tuple(n for n, _ in left), places.base, tuple(st for _, st in left))


def places_of(places: Strided) -> np.ndarray:
    """The places as an array of their shape."""
    found = np.full(places.shape, places.base)
    for k, (n, st) in enumerate(zip(places.shape, places.strides)):
        found += (np.arange(n) * st).reshape(-1, *[1] * (len(places.shape) - k - 1))
    return found


def factor(places: np.ndarray) -> list[tuple[int, int]] | None:
    """Axes (length, stride), outermost first, with places = base + sum of index * stride; None
    where there are none.
    """
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


def strided(places: np.ndarray) -> Strided | None:
    """An array of places as Strided, or None where they are not."""
    base = int(places.flat[0])
    strides = tuple(
        int(places[tuple(int(i == k) for i in range(places.ndim))]) - base
        if places.shape[k] > 1
        else 0
        for k in range(places.ndim)
    )
    found = Strided(places.shape, base, strides)
    return found if (places_of(found) == places).all() else None


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
    """Where each place of a block of that shape is found in the array `places`, if each is there
    once; else None.
    """
    size, flat = prod(shape), places.ravel()
    if len(flat) != size or len(np.unique(flat)) != size:
        return None
    found = np.empty(size, dtype=np.intp)
    found[flat] = np.arange(size)
    return found.reshape(shape)


def teams(
    a_of: np.ndarray, b_of: np.ndarray, count_a: int, count_b: int
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers 0, 1, ... of the groups of left and right rows that only meet each other (connected
    components).
    """
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


# Slices ---------------------------------------------------------------------------------------


class Slicing(NamedTuple):
    """How NumPy takes Strided places of an array: a run of the flat array, reshape, index,
    transpose, axes of length 1.
    """

    run: tuple[int, int] | None  # where a flat array is cut to a run of whole rows
    radix: Shape | None  # what it is then reshaped to
    entries: tuple[Union[int, slice], ...]  # an entry for each axis; none where all of it is taken
    order: tuple[int, ...] | None  # how the axes that are left are transposed
    new_axes: tuple[int, ...]  # where axes of length 1 are put in


def slicing(places: Strided, source: Shape) -> Slicing | None:
    """How places of an array of shape `source` are taken; None where slices do not do it."""
    every = sorted(zip(places.strides, places.shape, range(len(places.shape))), reverse=True)
    axes = [axis for axis in every if axis[0] != 0]
    new_axes = tuple(k for k, stride in enumerate(places.strides) if stride == 0)
    if not axes:
        index = tuple(int(i) for i in np.unravel_index(places.base, source)) if source else ()
        return Slicing(None, None, index, None, new_axes)
    strides, lengths, kept = map(list, zip(*axes))
    found = _index(places.base, strides, lengths, source) if strides[-1] > 0 else None
    order = None if kept == sorted(kept) else tuple(map(kept.index, sorted(kept)))
    return found and Slicing(*found, order, new_axes)


Index = tuple[Union[tuple[int, int], None], Union[Shape, None], tuple[Union[int, slice], ...]]


def _index(base: int, strides: list[int], lengths: list[int], source: Shape) -> Index | None:
    """The run, reshape and index that take axes with these strides, largest first."""
    aligned = _along_axes(base, strides, lengths, source)
    if aligned is not None:
        return None, None, aligned
    if len(strides) == 1 and len(source) == 1:
        stop = base + (lengths[0] - 1) * strides[0] + 1
        everything = (base, stop, strides[0]) == (0, *source, 1)
        return None, None, () if everything else (slice(base, stop, strides[0]),)
    divides = not any(a % b for a, b in zip(strides, strides[1:]))
    return _reshaped(base, strides, lengths, source) if divides else None


def _reshaped(base: int, strides: list[int], lengths: list[int], source: Shape) -> Index | None:
    """The same by way of a reshape whose axes have these strides."""
    size, run = prod(source), None
    if len(source) == 1:  # the run of whole rows that they lie in
        start, length = min(base, size - lengths[0] * strides[0]), lengths[0] * strides[0]
        if start < 0:
            return None
        run = (start, start + length) if length < size else None
        base, size, source = base - start, length, (length,)
    elif size % strides[0]:
        return None
    radix = [size // strides[0], *(a // b for a, b in zip(strides, strides[1:]))]
    radix += [strides[-1]] if strides[-1] > 1 else []
    index = _digits(base, radix, lengths)
    return None if index is None else (run, None if tuple(radix) == source else tuple(radix), index)


def _along_axes(
    base: int, strides: list[int], lengths: list[int], source: Shape
) -> tuple[Union[int, slice], ...] | None:
    """The index that takes axes with these strides along axes of the source, and one entry of its
    others; None if it does not.
    """
    if len(set(strides)) < len(strides) or len(source) < 2:
        return None
    taken = dict(zip(strides, lengths))
    index: list[Union[int, slice]] = []
    for k, size in enumerate(source):
        step = prod(source[k + 1 :])
        digit, base = divmod(base, step)
        length = taken.pop(step, None) if size > 1 else None
        if length is None:
            index.append(digit)
        elif digit + length > size:
            return None
        else:
            index.append(slice(digit, digit + length) if length < size else slice(None))
    return None if taken else tuple(index)


def _digits(
    base: int, radix: list[int], lengths: list[int]
) -> tuple[Union[int, slice], ...] | None:
    """The index of each axis of a shape `radix`: from the digits of base, so many as `lengths`; a
    number where there is none.
    """
    index: list[Union[int, slice]] = []
    for k, size in enumerate(radix):
        step = prod(radix[k + 1 :])
        digit, base = divmod(base, step)
        if k == len(lengths):
            index.append(digit)
        elif digit + lengths[k] > size:
            return None
        else:
            index.append(slice(digit, digit + lengths[k]) if lengths[k] < size else slice(None))
    return tuple(index)
