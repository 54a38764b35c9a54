"""Sums of many terms as one node: a sum, a dot product, and W x + b, a layer of the lecture before its activation."""
from __future__ import annotations

import builtins
import operator
from collections.abc import Iterable, Sequence
from typing import Any

from autograd import ops, value
from autograd.value import UNREACHED, Number, Value, operand, record

new, total, times = object.__new__, builtins.sum, operator.mul


def sum(values: Iterable[Value | Number]) -> Value | float:
    """The sum of Values and numbers as one node; a float when there are only numbers."""
    inputs = tuple([x if type(x) is Value else operand(x) for x in values])
    return record(ops.sum, inputs) if any(type(x) is not float for x in inputs) else ops.sum(*inputs)


def dot(w: Iterable[Value | Number], x: Iterable[Value | Number], b: Value | Number = 0.0) -> Value | float:
    """w . x + b as one node, the neuron of the lecture before its activation; a float when there are only numbers.

    w and x have n entries each; b is a scalar. Raises ValueError when the lengths differ.
    """
    return affine((w,), x, (b,))[0]


def affine(W: Iterable[Iterable[Value | Number]], x: Iterable[Value | Number],
           b: Iterable[Value | Number]) -> list[Value | float]:
    """W x + b as a list of dot nodes, one for each row of W: the lecture's (6).

    W has m rows of n entries, x n entries, b m entries. Raises ValueError when the lengths do not fit.
    """
    rows: list[tuple[Any, ...]] = [tuple(w) for w in W]
    x, b = tuple(x), list(b)
    if len(rows) != len(b):
        raise ValueError(f"W x + b needs an entry of b for each row of W, got {len(b)} entries and {len(rows)} rows")
    try:
        xs: Sequence[float] = [u._data for u in x]                                              # type: ignore[union-attr]
        dx: Sequence[float | None] | None = None            # the partials by x are the weights
    except AttributeError:
        xs = x = tuple([u if isinstance(u, Value) else operand(u) for u in x])                  # type: ignore[assignment]
        dx = (None,) * len(x)                               # x has numbers, which have no partials
        if any(isinstance(u, Value) for u in x):
            return [_dot_of_anything(w, x, c) for w, c in zip(rows, b)]
    found: list[Value | float] = []
    for w, c in zip(rows, b):
        try:
            ws = [u._data for u in w]                       # weights and bias are Values, as in a network
            v = new(Value)
            v._data = total(map(times, ws, xs)) + c._data                                       # type: ignore[union-attr]
        except AttributeError:
            found.append(_dot_of_anything(w, x, c))
            continue
        if len(w) != len(x) or not value.is_recording():
            found.append(_dot_of_anything(w, x, c))
            continue
        v._da = (*xs, *(dx or ws), 1.0)
        v._a = (*w, *x, c)
        v._b = None
        v._db = None
        v.op = ops.dot
        v.label = ""
        v._grad = UNREACHED
        found.append(v)
    return found


def _dot_of_anything(w: tuple, x: tuple, c: Any) -> Value | float:
    if len(w) != len(x):
        raise ValueError(f"dot needs as many weights as inputs, got {len(w)} weights and {len(x)} inputs")
    inputs = (*map(operand, w), *map(operand, x), operand(c))
    return ops.dot(*inputs) if all(type(u) is float for u in inputs) else record(ops.dot, inputs)
