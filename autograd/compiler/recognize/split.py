"""Groups that are several lines of code: nodes that did the same at the same depth, but of which
some are about these Arrays and some about others, some about neighbours to the right and some
about those below. Apart, their arguments are slices; together they would have to be gathered.

Which of a few ways to part a group is the best, an estimate of the microseconds says that NumPy
needs for it: each operation costs one, a slice little, a gather much.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd import ops
from autograd.compiler.arrays.array import inner
from autograd.compiler.arrays.places import factor
from autograd.compiler.recognize.record import CONSTANT
from autograd.ops import Operation

# microseconds: of an operation on an array, on one number; of each number in it
OPERATION, ON_ONE, EACH = 1.5, 0.3, 0.0008
# of an argument, there and back: a slice, one with steps, transposed, gathered; of a concatenation
# and each part of it
SLICE, STEPS, TRANSPOSED, GATHER, JOINED, RUN = 0.2, 0.4, 1.0, 8.0, 2.0, 0.5
RUNS = 4  # a gather of so few runs is a concatenation
MOST = 6  # parts of a group
ENDS = 2  # so few nodes are the ends of a row, and will stand in one with the others again
NUMBERS = 2  # different numbers in a column, by which a group is parted
GAIN = 0.9  # a group is parted where that needs at most so much of the time


class Splitter:
    """Parts groups; `planner` knows where nodes are."""

    def __init__(self, planner: Any) -> None:
        self.planner = planner

    def parts(self, op: Operation, args: np.ndarray) -> list[np.ndarray]:
        """The rows of arguments in parts: all in one, or those of each line of code. Powers with
        different exponents, if these are few, are parted: squares are fast.
        """
        exponents = args[:, -1] if op is ops.pow else args[:1, 0]
        if (exponents == exponents[0]).all() or (self.planner.kinds[exponents] != CONSTANT).any():
            return self.best_parts(args)
        different = np.unique(exponents)
        if len(different) > NUMBERS:
            return self.best_parts(args)
        found = [np.nonzero(exponents == e)[0] for e in different]
        return [part[some] for part in found for some in self.best_parts(args[part])]

    def best_parts(self, args: np.ndarray) -> list[np.ndarray]:
        """The rows of arguments in the parts that are estimated to be fastest."""
        everything = [np.arange(len(args))]
        written = sum(map(self.of_column, args.T))
        operation = OPERATION + len(args) * EACH
        if operation + ON_ONE >= GAIN * (operation + written):
            return everything  # slices, as they are
        best, least = everything, operation + min(written, self.sorted_cost(args))
        if operation + ON_ONE >= GAIN * least:
            return everything
        for labels in self.ways(args):
            count = int(labels.max()) + 1
            if 1 < count <= MOST:
                parts = [np.nonzero(labels == k)[0] for k in range(count)]
                ends = sum(len(part) <= ENDS for part in parts) if len(args) > 4 * ENDS else 0
                cost = sum(self.cost(args[part]) for part in parts) + ends * (JOINED + RUN)
                if cost < GAIN * least:
                    best, least = parts, cost
        return best

    def ways(self, args: np.ndarray) -> Iterator[np.ndarray]:
        """A few ways to part rows of arguments, each as the number of each row's part: by Arrays;
        by distances within an Array as well; by numbers as well.
        """
        planner = self.planner
        constant = planner.kinds[args] == CONSTANT
        arrays = np.where(constant, -1, planner.array_of[args])
        yield labels_of(arrays)
        places = np.where(constant, 0, planner.place_of[args])
        same = (arrays[:, 1:] == arrays[:, :1]) & ~constant[:, 1:] & ~constant[:, :1]
        distances = np.where(same, places[:, 1:] - places[:, :1], 0)
        if distances.any():
            yield labels_of(np.hstack((arrays, distances)))
        numbers = np.where(constant, planner.numbers[args], 0.0)
        few = [c for c in range(args.shape[1]) if 1 < len(np.unique(numbers[:, c])) <= NUMBERS]
        if few:
            yield labels_of(np.hstack((arrays, numbers[:, few])))

    # What it costs ----------------------------------------------------------------------------

    def cost(self, args: np.ndarray) -> float:
        """Microseconds of an operation on rows of arguments, in the better order."""
        operation = ON_ONE if len(args) == 1 else OPERATION + len(args) * EACH
        return operation + min(sum(map(self.of_column, args.T)), self.sorted_cost(args))

    def sorted_cost(self, args: np.ndarray) -> float:
        """Microseconds of the arguments in their leading order."""
        columns = self.planner.orders(list(args.T))[-1]
        return sum(map(self.of_column, columns))

    def of_column(self, ids: np.ndarray) -> float:
        """Microseconds of one argument."""
        planner, n = self.planner, len(ids)
        constant = planner.kinds[ids] == CONSTANT
        if constant.all():
            return 0.0 if (ids == ids[0]).all() else self.of_numbers(ids)
        if constant.any() or not planner.in_one_block(ids):
            return self.of_several(ids)
        if n == 1:
            return SLICE / 2
        axes = factor(planner.place_of[ids])
        if axes is None:
            return self.of_several(ids)
        if [stride for _, stride in axes] == [1]:
            source = inner(planner.source(ids))
            return 0.0 if n == np.prod(source, dtype=int) else SLICE
        return self.of_axes(n, axes)

    def of_axes(self, n: int, axes: Sequence[tuple[int, int]]) -> float:
        """Microseconds of a view of n numbers that is no slice; of each axis length and stride."""
        strides = [stride for _, stride in axes]
        if min(strides) < 0:
            return GATHER + n * EACH
        if sorted(strides, reverse=True) != strides:
            return TRANSPOSED
        if strides[-1] == 0:  # short rows of the same number are slow
            return SLICE + n / axes[-1][0] * EACH * 20
        return STEPS

    def of_numbers(self, ids: np.ndarray) -> float:
        """Microseconds of different numbers."""
        return SLICE / 2

    def of_several(self, ids: np.ndarray) -> float:
        """Microseconds of what is put together from several Arrays, or places anywhere in one."""
        count = len(self.planner.runs(ids))
        return JOINED + count * RUN if count <= RUNS else GATHER + len(ids) * EACH * 5


def labels_of(rows: np.ndarray) -> np.ndarray:
    """A number for each row; equal rows have the same."""
    labels: np.ndarray = np.unique(rows, axis=0, return_inverse=True)[1].ravel()
    return labels
