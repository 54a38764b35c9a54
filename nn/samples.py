"""Data for training: an array of finite numbers, or an error that names the bad entry.

1. A sample is a number or a list of numbers; m samples make an array (m,) or (m, n).
2. Nothing is repaired or left out silently: what is missing, masked, ragged or infinite is an
   error.
3. Whole numbers stay whole, as a model may look something up by them.
"""
from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from numbers import Real
from typing import Any

import numpy as np

from autograd import Value
from nn.checks import Model, listed, remedy, shown, untensored
from nn.losses import LOSSES, Loss, absolute, cross_entropy, one_hot, squared


DEEPEST = 8                                 # deeper, an entry holds itself, as an enum.Flag does


def samples(data: object, name: str) -> np.ndarray:
    """The data as an array of finite numbers, one entry or row for each sample.

    Raises TypeError for anything but real numbers, ValueError for data that is empty, ragged,
    masked, nested deeper, or not finite.
    """
    data = _held(data, name)
    array = as_array(data, name)
    if array.size == 0:
        raise ValueError(f"{name} is empty: there must be at least one sample")
    if array.ndim > 2:
        raise ValueError(f"{name} has shape {array.shape}: a sample must be a number "
                         "or a list of numbers; reshape(m, -1) makes rows of images")
    array = _numbers(array, data, name)
    if not np.isfinite(array).all():
        place = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
        raise ValueError(f"{_at(name, place)} is {array[place]}: "
                         "leave such samples out or repair them")
    return array


def sample_pairs(xs: object, ys: object) -> tuple[np.ndarray, np.ndarray]:
    """Samples and targets as arrays. Raises what `samples` raises, ValueError for other lengths."""
    X, Y = samples(xs, "xs"), samples(ys, "ys")
    if len(X) != len(Y):
        raise ValueError(f"{len(X)} samples in xs and {len(Y)} in ys: "
                         "there must be one target for each")
    return X, Y


def targets(model: Model, X: np.ndarray, Y: np.ndarray, loss: Loss) -> np.ndarray:
    """The targets in the shape of the model's output, a class as its row of the unit matrix.

    Each different target is tried with the loss. Raises what model and loss raise for a sample or a
    target that does not fit; TypeError where the loss of a sample is not a Value.
    """
    outputs: Any = model(X[0].tolist())
    if loss is cross_entropy and isinstance(outputs, (list, tuple)):
        Y = np.array([one_hot(y, len(outputs)) for y in Y.tolist()])
    if loss in LOSSES.values():
        Y = Y.astype(float)
    different = Y[:1] if loss in (absolute, squared) else np.unique(Y, axis=0)
    for y in different.tolist():
        check_loss(loss(outputs, y))
    return Y


def check_loss(value: object) -> Value:
    """The loss of a sample. Raises TypeError where it is not a Value."""
    if not isinstance(value, Value):
        raise TypeError(f"the loss of a sample must be a Value, got {shown(value)}; "
                        "the model and the loss must compute with Values, not with their data")
    return value


# Arrays -----------------------------------------------------------------------

def as_array(data: object, name: str, of: str = "samples") -> np.ndarray:
    """The data as an array of whatever it holds; PyTorch's tensors too, with or without a gradient.

    Raises TypeError where it is not a list or an array, ValueError where it is ragged or masked.
    """
    data = _held(data, name, of)
    check_masks(data, name)
    try:
        array = np.asarray(data)
    except ValueError:                                  # what NumPy says of ragged rows
        raise ValueError(f"{name} is ragged: every sample must have as many numbers "
                         f"as the first{_ragged(data)}") from None
    if array.ndim == 0:
        raise TypeError(f"{name} must be a list of {of}, got {shown(data)}")
    return array


def _held(data: Any, name: str, of: str = "samples") -> Any:
    """The data as an array, a table or a list, which can be read more than once."""
    data = untensored(data, name)
    return data if hasattr(data, "__array__") else listed(data, name, of)


def check_masks(data: Any, name: str) -> None:
    """Raise ValueError where entries are masked: what lies under the mask would count."""
    parts = [data] if isinstance(data, np.ndarray) else data
    if not isinstance(parts, (list, tuple)):
        return
    masked = sum(int(part.mask.sum()) for part in parts if isinstance(part, np.ma.MaskedArray))
    if masked:
        raise ValueError(f"{name} has {masked} masked entries: leave these samples out, "
                         "or put numbers there with filled(...)")


def _ragged(data: Any) -> str:
    """Which row differs from the first, for a message."""
    sizes = [_size(row) for row in data]
    for i, size in enumerate(sizes):
        if size != sizes[0]:
            return f", sample {i} has {size} and sample 0 has {sizes[0]}"
    return ""


def _size(row: Any) -> int:
    """The number of entries; 1 for what has none."""
    without = isinstance(row, (Value, type)) or getattr(row, "shape", None) == ()
    return 1 if without or not hasattr(row, "__len__") else len(row)


# Numbers ----------------------------------------------------------------------

def _numbers(array: np.ndarray, data: object, name: str) -> np.ndarray:
    """The array with numbers of a kind NumPy computes with.

    Raises TypeError with the first entry that is none.
    """
    if array.dtype.kind in "iub":
        return np.array(array)                          # a copy: the data may be changed later
    if array.dtype.kind != "f":
        for place, entry in _entries(data):
            if not isinstance(entry, (Real, np.bool_)):
                raise TypeError(f"{name} must hold real numbers, "
                                f"{_at(name, place)} is {shown(entry)}{remedy(entry)}")
    with np.errstate(over="ignore"):
        try:
            return array.astype(float)                  # fractions and long whole numbers, too
        except OverflowError as error:
            raise ValueError(f"{name} holds a number too large for a float: {error}") from None
        except (TypeError, ValueError):
            raise TypeError(f"{name} must hold real numbers, got {shown(data)}") from None


def _entries(data: Any, place: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], object]]:
    """Every entry of nested lists or of an array, with its place."""
    nested = (isinstance(data, Iterable) and not isinstance(data, (str, bytes, io.IOBase))
              and len(place) < DEEPEST)
    if not nested or getattr(data, "shape", None) == ():
        yield place, data
        return
    rows = data.to_numpy() if hasattr(data, "to_numpy") else data       # the rows of a table
    for i, entry in enumerate(rows):
        yield from _entries(entry, (*place, i))


def _at(name: str, place: tuple[int, ...]) -> str:
    return name + "".join(f"[{i}]" for i in place)
