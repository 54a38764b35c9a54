"""Losses l(f, y) of one sample, written in scalars; a network's loss (4) is their sum over the samples.

f is the output of the network: a Value, or a list of Values. y is what it should be: a number, or a list of numbers.
Each loss works as well where y is a Value or a list of Values, so that one recorded sample stands for any other.
A penalty on the parameters does not belong into a loss of one sample, where it would be counted once for each:
weight decay is the optimizer's.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any, Union

import autograd
from autograd import Value

Loss = Callable[[Any, Any], Any]


def absolute(f: Any, y: Any) -> Value:
    """|f - y|, summed over the outputs; the loss of the lecture's figure 3."""
    return _sum([autograd.abs(a - b) for a, b in _pairs(f, y)])


def squared(f: Any, y: Any) -> Value:
    """(f - y)^2, summed over the outputs."""
    differences = [a - b for a, b in _pairs(f, y)]
    return _sum([d * d for d in differences])


def hinge(f: Any, y: Any) -> Value:
    """max(0, 1 - y f) for a label y of -1 or 1, summed over the outputs. Raises ValueError for another label."""
    return _sum([autograd.relu(a * -_label(b, (-1, 1), "hinge") + 1.0) for a, b in _pairs(f, y)])


def binary_cross_entropy(f: Any, y: Any) -> Value:
    """-log of the probability of label y, 0 or 1, where sigmoid(f) is the probability of 1; summed over the outputs.

    f is the logit, before any sigmoid: softplus(f) or softplus(-f) is exact where log(sigmoid(f)) is rounded to 0 or inf.
    Raises ValueError for another label.
    """
    return _sum([autograd.softplus((1 - 2 * _label(b, (0, 1), "binary_cross_entropy")) * a) for a, b in _pairs(f, y)])


def cross_entropy(f: Any, y: Any) -> Any:
    """-log softmax(f)[y] for a class y from 0 to K - 1, or for its row of the unit matrix; f is a list of K logits.

    Raises ValueError for another class or row, TypeError where f is no list.
    """
    if isinstance(f, Value) or len(f) < 2:
        raise TypeError("cross_entropy needs a list of at least 2 logits, one for each class; with 1 use binary_cross_entropy")
    return -autograd.dot(one_hot(y, len(f)), log_softmax(f))


def one_hot(y: Any, classes: int) -> list[Any]:
    """The row of the unit matrix for class y; a row that is one already is returned as it is, as is one of Values.

    Raises ValueError for what is neither.
    """
    row = y if isinstance(y, (list, tuple)) or hasattr(y, "shape") and y.shape else None
    if row is None:
        if not isinstance(y, Value) and y in range(classes):
            return [float(k == y) for k in range(classes)]
    elif len(row) == classes and (any(isinstance(x, Value) for x in row) or sorted(row) == [0] * (classes - 1) + [1]):
        return list(row)
    raise ValueError(f"a class must be a whole number from 0 to {classes - 1}, or its row of the unit matrix; got {y!r}")


# Softmax ---------------------------------------------------------------------------------------------------------------------

def log_softmax(z: Iterable[Any]) -> list[Any]:
    """log(e^zk / (e^z1 + ... + e^zK)) for each k, from K numbers or Values of any size: the largest is taken out first.

    The largest is an operation of the graph as well: a graph recorded for one sample must be right for every other.
    """
    z = list(z)
    top = reduce(autograd.maximum, z)
    below = [a - top for a in z]
    total = autograd.log(autograd.sum([autograd.exp(a) for a in below]))
    return [a - total for a in below]


def softmax(z: Iterable[Any]) -> list[Any]:
    """e^zk / (e^z1 + ... + e^zK) for each k: K probabilities, from K numbers or Values of any size.

    >>> softmax([1000.0, 0.0])
    [1.0, 0.0]
    """
    return [autograd.exp(a) for a in log_softmax(z)]


# Over all samples ------------------------------------------------------------------------------------------------------------

LOSSES: dict[str, Loss] = {f.__name__: f for f in (absolute, squared, hinge, binary_cross_entropy, cross_entropy)}


def find_loss(loss: Union[str, Loss]) -> Loss:
    """The loss of that name, or the function itself. Raises ValueError for an unknown name, TypeError for no function."""
    if isinstance(loss, str) and loss in LOSSES:
        return LOSSES[loss]
    if isinstance(loss, str):
        raise ValueError(f"no loss {loss!r}: give {', '.join(LOSSES)}, or a function of a prediction and a target")
    if not callable(loss):
        raise TypeError(f"a loss is a name or a function of a prediction and a target, got {loss!r}")
    return loss


def total(loss: Union[str, Loss], predictions: Iterable[Any], targets: Iterable[Any]) -> Any:
    """The sum over the samples (4): loss(f(x_1), y_1) + ... + loss(f(x_m), y_m), as one node.

    Raises ValueError when there are not as many predictions as targets.
    """
    loss, predictions, targets = find_loss(loss), list(predictions), list(targets)
    if len(predictions) != len(targets):
        raise ValueError(f"{len(predictions)} predictions and {len(targets)} targets: there must be one target for each")
    return autograd.sum([loss(f, y) for f, y in zip(predictions, targets)])


def _pairs(f: Any, y: Any) -> list[tuple[Any, Any]]:
    """Outputs and targets, one by one. Raises ValueError when there are not as many of one as of the other."""
    outputs, targets = _listed(f), _listed(y)
    if len(outputs) != len(targets):
        raise ValueError(f"the network has {len(outputs)} outputs and the target {len(targets)}: there must be one for each")
    return list(zip(outputs, targets))


def _listed(x: Any) -> list[Any]:
    return list(x) if isinstance(x, (list, tuple)) or getattr(x, "shape", None) else [x]


def _sum(terms: list[Any]) -> Any:
    return terms[0] if len(terms) == 1 else autograd.sum(terms)


def _label(y: Any, allowed: tuple[int, int], name: str) -> Any:
    """The label. Raises ValueError for a number that is not allowed; a Value stands for any label."""
    if isinstance(y, Value):
        return y
    if y not in allowed:
        raise ValueError(f"a label of {name} must be {allowed[0]} or {allowed[1]}, got {y!r}")
    return float(y)
