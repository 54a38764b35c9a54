"""Sums and dots of different lengths, such as those of causal attention, made to one length where
that wastes little.
"""
from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np

WASTE = 3  # they are filled up with zeros to at most so many times their terms
FEW = 4  # sums of so few terms are not


def same_length(
    ids: list[int], args: list[tuple[int, ...]], zero: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Sums of one length: all, with zeros instead of missing terms, or those of each length
    where that wastes much.
    """
    lengths = np.array([len(a) for a in args])
    longest = int(lengths.max())
    if longest * len(args) <= WASTE * lengths.sum() and (
        longest > FEW or (lengths == longest).all()
    ):
        yield np.array(ids), padded(args, longest, zero)
        return
    for n in np.unique(lengths):
        chosen = np.nonzero(lengths == n)[0].tolist()
        yield np.array([ids[i] for i in chosen]), np.array([args[i] for i in chosen])


def same_length_extrema(
    ids: list[int], args: list[tuple[int, ...]]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Largest of one length: all, filled up with the first of each, which changes nothing; or those
    of each length where that wastes much.
    """
    lengths = np.array([len(a) for a in args])
    longest = int(lengths.max())
    if longest * len(args) <= WASTE * lengths.sum():
        rows = [row + row[:1] * (longest - len(row)) for row in args]
        yield np.array(ids), as_table(rows)
        return
    for n in np.unique(lengths):
        chosen = np.nonzero(lengths == n)[0].tolist()
        yield np.array([ids[i] for i in chosen]), as_table([args[i] for i in chosen])


def as_table(rows: list[tuple[int, ...]]) -> np.ndarray:
    """Rows of one length as an array."""
    return np.fromiter(chain.from_iterable(rows), np.intp).reshape(len(rows), -1)


def padded(rows: list[tuple[int, ...]], length: int, zero: int) -> np.ndarray:
    """Rows of ids as an array, with the id of 0 where a row is shorter."""
    if all(len(row) == length for row in rows):
        return as_table(rows)
    return np.array(
        [row if len(row) == length else row + (zero,) * (length - len(row)) for row in rows]
    )


def same_length_dots(
    ids: list[int], args: list[tuple[int, ...]], zero: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Dots of one length. Ragged ones, such as causal attention's, become one length where the
    factors on one side are the beginnings of longer rows: those are completed, and the other side
    is filled up with zeros.
    """
    lengths = np.array([len(a) // 2 for a in args])
    longest = int(lengths.max())
    if (lengths == longest).all():
        both = as_table(args)
        yield np.array(ids), both[:, :longest], both[:, longest:]
        return
    left, right = [a[: len(a) // 2] for a in args], [a[len(a) // 2 :] for a in args]
    if longest * len(args) <= WASTE * lengths.sum():
        pair = filled_up(left, right, zero) or filled_up(right, left, zero)[::-1]
        if pair:
            yield np.array(ids), pair[0], pair[1]
            return
    for n in np.unique(lengths):
        chosen = np.nonzero(lengths == n)[0].tolist()
        yield (
            np.array([ids[i] for i in chosen]),
            np.array([left[i] for i in chosen]),
            np.array([right[i] for i in chosen]),
        )


def filled_up(
    rows: list[tuple[int, ...]], others: list[tuple[int, ...]], zero: int
) -> tuple[np.ndarray, ...]:
    """Rows with zeros behind them, and the other rows completed; () where that cannot be done."""
    complete = completed(others)
    if complete is None:
        return ()
    return padded(rows, len(complete[0]), zero), np.array(complete)


def completed(rows: list[tuple[int, ...]]) -> list[tuple[int, ...]] | None:
    """Each row replaced by the longest row, if it begins like that one; None where one does not."""
    longest = max(map(len, rows))
    full = {row[0]: row for row in rows if len(row) == longest}
    found = [full.get(row[0], ()) for row in rows]
    return found if all(row == whole[: len(row)] for row, whole in zip(rows, found)) else None
