"""Losses l(f, y) of one sample, in scalars; a network's loss (4) is their sum over the samples.

f is the output of the network: a Value, or a list of Values. y is what it should be: a number, or a
list of numbers.

1. Each loss works as well where y is a Value or a list of Values, so that one recorded sample
   stands for any other.
2. L2 regularization does not belong in the loss of one sample, where it would be counted once for
   each: weight decay is the optimizer's.
3. A class is picked out by its number, not multiplied by 0 and 1: 0 times infinity is NaN.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from numbers import Real
from typing import Any

import numpy as np

import autograd
from autograd import Value
from nn.checks import check_call, listed, shown, whole

Loss = Callable[[Any, Any], Value]


def absolute(f: object, y: object) -> Value:
    """|f - y|, summed over the outputs; the loss of the lecture's figure 3."""
    return _sum([autograd.abs(a - b) for a, b in _pairs(f, y)])


def squared(f: object, y: object) -> Value:
    """(f - y)^2, summed over the outputs."""
    differences = [a - b for a, b in _pairs(f, y)]
    return _sum([d * d for d in differences])


def hinge(f: object, y: object) -> Value:
    """max(0, 1 - y f) for a label y of -1 or 1, summed over the outputs.

    Raises ValueError for another label.
    """
    pairs = [(a, _label(b, (-1, 1), "hinge")) for a, b in _pairs(f, y)]
    return _sum([autograd.relu(a * -label + 1.0) for a, label in pairs])


def binary_cross_entropy(f: object, y: object) -> Value:
    """-log of the probability of label y, 0 or 1, summed over the outputs.

    sigmoid(f) is the probability of 1: f is the logit, before any sigmoid. softplus(f) or
    softplus(-f) is exact where log(sigmoid(f)) is rounded to 0 or inf. Raises ValueError for
    another label.
    """
    pairs = [(a, _label(b, (0, 1), "binary_cross_entropy")) for a, b in _pairs(f, y)]
    return _sum([autograd.softplus((1 - 2 * label) * a) for a, label in pairs])


def cross_entropy(f: object, y: object) -> Value:
    """-log softmax(f)[y] for K logits f and a class y from 0 to K - 1.

    y may be the row of the unit matrix, too. A logit of -inf is a class that is ruled out. Raises
    ValueError for another class or row, and where no logit is finite; TypeError where f is not a
    list.
    """
    text = isinstance(f, (str, bytes, bytearray, memoryview))
    if text or not isinstance(f, (Sequence, np.ndarray)) or getattr(f, "shape", 0) == () \
            or len(f) < 2:
        raise TypeError("cross_entropy needs a list of at least 2 logits, one for each class; "
                        f"with 1 use binary_cross_entropy; got {shown(f)}")
    row = one_hot(y, len(f))
    below, total = _below_the_largest(f)
    if not any(isinstance(x, Value) for x in row):
        return _value(total - below[row.index(1.0)])
    loss = _value(0.0 - autograd.dot(row, [a - total for a in below]))
    if math.isnan(loss.data):
        raise ValueError("cross_entropy is NaN: where a logit is infinite, give the class by its "
                         "number")
    return loss


def one_hot(y: Any, classes: int) -> list[Any]:
    """The row of the unit matrix for class y; such a row, or one of Values, as it is.

    Raises ValueError for anything else.
    """
    classes = whole(classes, "classes")
    if not _is_list(y):
        number = isinstance(y, (Real, np.bool_)) and not isinstance(y, np.timedelta64)
        if number and y in range(classes):
            return [float(k == y) for k in range(classes)]
    elif len(y) == classes:
        row = list(y)
        if any(isinstance(x, Value) for x in row) or _is_unit_row(row):
            return row
    raise ValueError(f"a class must be a whole number from 0 to {classes - 1}, "
                     f"or its row of the unit matrix; got {shown(y)}")


def _is_unit_row(row: list[Any]) -> bool:
    if any(isinstance(x, (list, tuple, np.ndarray)) for x in row):
        return False
    return row.count(1) == 1 and row.count(0) == len(row) - 1


# Softmax ----------------------------------------------------------------------

def log_softmax(z: Iterable[Any]) -> list[Any]:
    """log(e^zk / (e^z1 + ... + e^zK)) for each k, from a list z of K numbers or Values of any size.

    Raises ValueError where the largest is infinite or there is none, TypeError for anything but
    numbers and Values.
    """
    below, total = _below_the_largest(z)
    return [a - total for a in below]


def softmax(z: Iterable[Any]) -> list[Any]:
    """e^zk / (e^z1 + ... + e^zK) for each k: K probabilities, from a list z of K numbers or Values.

    Raises what log_softmax raises.

    >>> softmax([1000.0, 0.0])
    [1.0, 0.0]
    """
    return [autograd.exp(a) for a in log_softmax(z)]


def _below_the_largest(z: object) -> tuple[list[Any], Any]:
    """z_k - max(z) for each k, and the log of the sum of their exponentials, which cannot overflow.

    The largest is an operation of the graph as well: a graph recorded for one sample must be right
    for every other.
    """
    given = listed(z, "the logits", "numbers or Values")
    logits = [_number(a, f"logit {k}") for k, a in enumerate(given)]
    if not logits:
        raise ValueError("softmax needs at least one logit")
    top = reduce(autograd.maximum, logits)
    largest = top.data if isinstance(top, Value) else top
    if not math.isfinite(largest):
        raise ValueError(f"softmax needs a largest logit that is finite, got {largest}")
    below = [a - top for a in logits]
    return below, autograd.log(autograd.sum([autograd.exp(a) for a in below]))


# Over all samples -------------------------------------------------------------

LOSSES: dict[str, Loss] = {f.__name__: f for f in (absolute, squared, hinge,
                                                   binary_cross_entropy, cross_entropy)}


def find_loss(loss: str | Loss) -> Loss:
    """The loss of that name, or the function itself.

    Raises ValueError for an unknown name, TypeError for anything but a function of a prediction and
    a target.
    """
    if isinstance(loss, str):
        if loss not in LOSSES:
            raise ValueError(f"no loss {shown(loss)}: give {', '.join(LOSSES)}, or a function of a "
                             "prediction and a target")
        return LOSSES[loss]
    if not any(loss is ours for ours in LOSSES.values()):
        check_call(loss, (0.0, 0.0), "a loss is a name or a function of a prediction and a target")
    return loss


def total(loss: str | Loss, predictions: Iterable[Any], targets: Iterable[Any]) -> Value:
    """The sum over the samples (4): loss(f(x_1), y_1) + ... + loss(f(x_m), y_m), as one node.

    Raises ValueError when there are not as many predictions as targets.
    """
    loss = find_loss(loss)
    outputs = listed(predictions, "predictions", "outputs")
    wanted = listed(targets, "targets", "numbers")
    if len(outputs) != len(wanted):
        raise ValueError(f"{len(outputs)} predictions and {len(wanted)} targets: there must be "
                         "one target for each")
    return _value(autograd.sum([loss(f, y) for f, y in zip(outputs, wanted)]))


# Outputs and targets ----------------------------------------------------------

def _pairs(f: object, y: object) -> list[tuple[Any, Any]]:
    """Outputs and targets, one by one.

    Raises ValueError when there are not as many of one as of the other.
    """
    outputs, targets = _as_list(f), _as_list(y)
    if len(outputs) != len(targets):
        raise ValueError(f"the network has {len(outputs)} outputs and the target {len(targets)}: "
                         "there must be one for each")
    return [(_number(a, "an output of the network"), _number(b, "a target"))
            for a, b in zip(outputs, targets)]


def _as_list(x: Any) -> list[Any]:
    return list(x) if _is_list(x) else [x]


def _is_list(x: Any) -> bool:
    """Whether x is a list, a tuple or an array that is not 0-d."""
    shape = getattr(x, "shape", None)
    return isinstance(x, (list, tuple)) or bool(shape) and isinstance(shape, tuple)


def _number(x: object, name: str) -> Any:
    """x, a Value or a number. Raises TypeError for anything else, ValueError for NaN."""
    if isinstance(x, Value):
        return x
    if not isinstance(x, (Real, np.bool_)) or isinstance(x, np.timedelta64):
        raise TypeError(f"{name} must be a Value or a number, got {shown(x)}")
    if isinstance(x, int):
        _fits_a_float(x, name)
    if math.isnan(x):
        raise ValueError(f"{name} is NaN: repair the data, or leave that sample out")
    return x


def _fits_a_float(x: Any, name: str) -> None:
    try:
        float(x)
    except OverflowError:
        raise ValueError(f"{name} is too large for a float: {shown(x)}") from None


def _label(y: Any, allowed: tuple[int, int], name: str) -> Any:
    """The label.

    Raises ValueError for a number that is not allowed; a Value stands for any label.
    """
    if isinstance(y, Value):
        return y
    if y not in allowed:
        raise ValueError(f"a label of {name} must be {allowed[0]} or {allowed[1]}, got {y!r}")
    return float(y)


def _sum(terms: list[Any]) -> Value:
    return _value(terms[0] if len(terms) == 1 else autograd.sum(terms))


def _value(x: Any) -> Value:
    """x, a result of operations on Values, whose type the table does not say."""
    result: Value = x
    return result
