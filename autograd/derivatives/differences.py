"""Derivatives from values alone: finite differences, and a step into the complex plane.

They know nothing of the table's partials, so they can tell whether these are right.
"""
from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from autograd.derivatives.level import data_of
from autograd.derivatives.structure import Leaf
from autograd.operation import Operation
from autograd.value import Value

EPSILON = 2.0 ** -52                    # the distance from 1 to the next float
LEAST_STEP = 64 * EPSILON               # relative to x: a smaller step moves x by too few floats
TOO_FAR_APART = 1e12                    # from here on a step may be longer than a wave of sin
COLUMNS = 7                             # more extrapolations gain nothing
SHRINK = 1.9                            # of a step to the next; halves may all hit whole waves

Floats: TypeAlias = Sequence[float]


class Estimate(NamedTuple):
    """A derivative from values alone, and how far it may be off."""
    value: float
    error: float

    def agrees(self, x: float, rtol: float) -> bool:
        """Whether x differs by no more than the error and `rtol` of the larger of the two.

        Where nothing is known, everything agrees.
        """
        if not math.isfinite(self.value) or self.error == math.inf:
            return True
        if not math.isfinite(x):
            return False
        return abs(x - self.value) <= rtol * max(abs(x), abs(self.value)) + self.error


UNKNOWN = Estimate(math.nan, math.inf)


# Finite differences -------------------------------------------------------------------------------

class Extrapolation:
    """The limit at h = 0 of central differences with steps h, h/1.9, h/1.9^2, ...

    Richardson's extrapolation, with the choice of the step by Ridders (1982).
    Its error is the difference to the neighbouring extrapolations and what rounding does. A coarse
    result that finer ones contradict (it stepped over a pole or a kink) is dropped.
    """

    def __init__(self, scale: float) -> None:
        self.scale = scale              # of x: a function of size s may have a slope of s / scale
        self.best = UNKNOWN
        self.row: list[float] = []      # the latest difference, and its extrapolations
        self.widths: list[float] = []   # 2 h of each difference since row was empty
        self.least_size = math.inf      # the least |f(x + h)| + |f(x - h)| so far

    def add(self, high: float, low: float, width: float) -> None:
        """Take in f(x + h) and f(x - h), `width` apart; h is the next smaller step."""
        size = abs(high) + abs(low)
        self.least_size = min(self.least_size, size)
        rounding = 2 * EPSILON * size / width
        row = [(high - low) / width]
        self.widths.append(width)
        for k, coarse in enumerate(self.row[:COLUMNS - 1]):
            fine = row[-1]
            limit = fine + (fine - coarse) / ((self.widths[-k - 2] / width) ** 2 - 1)
            error = max(abs(limit - fine), abs(limit - coarse)) + rounding
            contradicts = abs(limit - self.best.value) > 4 * (error + self.best.error)
            if error < self.best.error or contradicts:
                self.best = Estimate(limit, error)
            row.append(limit)
        self.row = row

    def restart(self) -> None:
        """Begin a new row: there is no difference for the next larger step."""
        self.row, self.widths = [], []

    def is_settled(self) -> bool:
        """Whether a smaller step would gain nothing."""
        value, error = self.best
        tolerance = 1e-11 * abs(value) + 1e-14 * self.least_size / self.scale
        return bool(self.row) and error <= tolerance


def finite_difference(f: Callable[[float], Floats], x: float) -> list[Estimate]:
    """The derivative of each result of f at x; none where f is not defined around x."""
    scale = max(1.0, abs(x))
    series: list[Extrapolation] = []
    for left, right in neighbours(x, scale):
        low, high = values_at(f, left), values_at(f, right)
        if low and high:
            series = series or [Extrapolation(scale) for _ in high]
        for each, below, above in zip(series, low, high):
            each.add(above, below, right - left)
        for each in series[min(len(low), len(high)):]:
            each.restart()
        if series and all(each.is_settled() for each in series):
            break
    return [each.best for each in series]


def neighbours(x: float, scale: float) -> Iterator[tuple[float, float]]:
    """Points on both sides of x, nearer and nearer, as long as floats allow."""
    step = 0.125 * scale
    while step > LEAST_STEP * (abs(x) or 1.0):
        right = x + step
        yield x - (right - x), right        # as far from x on the left, rounding included
        step /= SHRINK


def values_at(f: Callable[[float], Floats], x: float) -> list[float]:
    """f at x; nothing outside its domain."""
    try:
        return [float(y) for y in f(x)]
    except (ArithmeticError, ValueError):
        return []


# The complex step ---------------------------------------------------------------------------------

def complex_step(order: Sequence[Value], variable: Value,
                 outputs: Sequence[Leaf]) -> list[float] | None:
    """d output / d variable to rounding, for each output.

    The variable takes a tiny step i h; the derivative is the imaginary part over h (Squire and
    Trapp, 1998). None where an operation has no value at complex numbers.
    """
    h = 1e-150
    moved: dict[Leaf, complex] = {variable: complex(variable.data, h)}
    try:
        for v in order:
            if v.inputs and v not in moved and isinstance(v.op, Operation):
                inputs = [moved.get(x, data_of(x)) for x in v.inputs]
                moved[v] = complex_forward(v.op)(*inputs)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return [complex(moved.get(y, 0.0)).imag / h for y in outputs]


def complex_forward(op: Operation) -> Callable[..., complex]:
    """op's own forward; instead of a function of math, its namesake for complex numbers."""
    if getattr(op.forward, "__module__", "") != "math":
        return op.forward
    name = op.forward.__name__
    if name == "pow":
        return operator.pow
    forward: Callable[..., complex] = getattr(cmath, name, op.forward)
    return forward


# Both ---------------------------------------------------------------------------------------------

def derivatives_by_values(values: Callable[[Floats], Floats], point: Floats, j: int,
                          sharp: Floats | None, count: int) -> list[Estimate]:
    """The derivatives of `count` values with respect to input j.

    By finite differences, and by `sharp`, what the complex step gives, where they agree; None where
    it gives nothing.
    """
    def moved(t: float) -> Floats:
        return values([*point[:j], t, *point[j + 1:]])

    rough = finite_difference(moved, point[j])
    if len(rough) != count:                             # nowhere defined, or not so many elsewhere
        return [UNKNOWN] * count
    if sharp is None:
        return rough
    return [sharpened(r, s, point[j]) for r, s in zip(rough, sharp)]


def sharpened(rough: Estimate, sharp: float, x: float) -> Estimate:
    """The derivative at x by the complex step, or by the finite difference where they differ.

    Where floats lie too far apart, nothing is known unless both agree.
    """
    if rough.error <= 1e-4 * abs(sharp) and rough.agrees(sharp, 1e-9):
        return Estimate(sharp, 1e-13 * abs(sharp))
    if abs(x) > TOO_FAR_APART and not rough.agrees(sharp, 1e-6):
        return UNKNOWN
    return rough
