"""Training: `fit` goes over the data epoch by epoch and lets an optimizer change the model's parameters.

1. The loop is written round one function, step(theta, X, Y) -> (loss, gradient), the loss being the sum (4) over the
   samples given and the gradient an array (P,) in the order of model.parameters(). The eager step records the graph of
   one sample after another; the compiled one runs a program for all of them at once. The loop cannot tell which it has.
2. All arguments are checked before anything changes. Whatever happens later, an error or Ctrl-C, the model has the
   parameters of the last complete iteration and the grads it had before.
3. The same call gives the same bits.
"""
from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO, Union

import numpy as np

import autograd
from autograd import Value
from nn.losses import LOSSES, Loss, cross_entropy, find_loss, one_hot
from nn.optim import GradientDescent, Optimizer, advice

HUGE = 1e30                     # parameters of this size are no use to anybody: training has diverged
TRIED = 12                      # samples that are computed both ways before a program is trusted

Step = Callable[[np.ndarray, np.ndarray, np.ndarray], "tuple[float, np.ndarray]"]
Callback = Callable[[int, float, Any], Union[bool, None]]


class History(list):
    """The loss of each epoch, a list of floats; `iterations` has the loss of each iteration.

    A loss is that of the parameters before the iteration's update. That of an epoch is the sum over its mini-batches: each
    sample counts once, as in (4).
    """

    def __init__(self) -> None:
        super().__init__()
        self.iterations: list[float] = []


def fit(model: Any, xs: Any, ys: Any, loss: str | Loss = "squared", optimizer: Optimizer | None = None, epochs: int = 100,
        batch_size: int | None = None, seed: int | None = None, compiled: bool = True, callback: Callback | None = None,
        progress: bool | None = None) -> History:
    """The losses of training the model, a History; the model then has the parameters found.

    model       a Module, or anything with parameters() that can be called with one sample
    xs          the samples: m of them, (m,) numbers or (m, n0) lists of numbers
    ys          what the model should give: (m,) or (m, nL); for cross_entropy m classes
    loss        a name ("absolute", "squared", "hinge", "binary_cross_entropy", "cross_entropy") or a function l(f, y)
    optimizer   GradientDescent(0.01) by default; weight decay belongs here, as the loss is that of one sample. It goes on
                from where an earlier fit left it
    epochs      how often to go over the data
    batch_size  samples in a mini-batch, drawn anew each epoch, the last may be smaller; None for all samples at once
    seed        of the mini-batches' draw
    compiled    whether a NumPy program of the model is run in place of its graphs: the same losses to rounding, many times
                faster. The program is that of the first sample's graph: an if-statement in the model that looks at the
                data is not recorded, only the branch that was taken. A few samples are computed both ways before training
                starts; where they differ, or where the model takes no Values, `fit` warns and records every graph
    callback    called after each epoch with its number, its loss and the model; training ends when it returns True
    progress    whether to show a bar; None for only where stderr is a terminal

    Raises ValueError or TypeError for data that is empty, ragged, not finite, or does not fit model or loss;
    FloatingPointError when training diverges.
    """
    loss = find_loss(loss)
    optimizer = GradientDescent() if optimizer is None else optimizer
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be one of nn's, such as nn.GradientDescent(0.01), got {optimizer!r}")
    X, Y = samples(xs, "xs"), samples(ys, "ys")
    if len(X) != len(Y):
        raise ValueError(f"{len(X)} samples in xs and {len(Y)} in ys: there must be one target for each")
    Y = _targets(model, X, Y, loss)
    epochs, size = _positive(epochs, "epochs"), len(X) if batch_size is None else _positive(batch_size, "batch_size")
    parameters = _parameters(model)
    step = (compiled_step if compiled else eager_step)(model, loss, X, Y)
    batches = np.random.default_rng(seed) if size < len(X) else None
    history, theta = History(), _theta(parameters)
    grads, bar = [p.grad for p in parameters], Bar(epochs, progress)
    try:
        for epoch in range(epochs):
            losses = []
            for chosen in mini_batches(len(X), size, batches):
                value, gradient = _taken(step, theta, X[chosen], Y[chosen], optimizer)
                theta = optimizer.update(theta, gradient)
                losses.append(value)
            history.iterations += losses
            history.append(float(np.sum(losses)))
            bar.show(epoch + 1, f"loss {history[-1]:.6g}")
            if callback is not None:
                _assign(parameters, theta)
                if _stops(callback, epoch, history[-1], model):
                    break
                theta = _theta(parameters)              # a callback may change them
    finally:
        bar.close()
        _assign(parameters, theta)
        for p, grad in zip(parameters, grads):
            p.grad = grad
    return history


# One step --------------------------------------------------------------------------------------------------------------------

def eager_step(model: Any, loss: Loss, X: np.ndarray, Y: np.ndarray) -> Step:
    """A step that records the graph of each sample, back-propagates its loss, and lets the leaves add up the gradient."""
    parameters = _parameters(model)

    def step(theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
        _assign(parameters, theta)
        for p in parameters:
            p.grad = 0
        value = 0.0
        for x, y in zip(X.tolist(), Y.tolist()):
            one = loss(model(x), y)
            if not isinstance(one, Value):
                raise TypeError(f"the loss of a sample must be a Value, got {type(one).__name__} {one!r}")
            one.backward()
            value += one.data
        return value, np.array([p.grad for p in parameters])
    return step


def compiled_step(model: Any, loss: Loss, X: np.ndarray, Y: np.ndarray) -> Step:
    """A step that runs a NumPy program: one sample is recorded, its numbers being inputs, and compiled for all others.

    The eager step, with a warning, where one sample's graph does not stand for the others.
    """
    parameters = _parameters(model)
    x, y = _inputs(X[0], "x"), _inputs(Y[0], "y")
    inputs = [v for part in (x, y) for v in (part if isinstance(part, list) else [part])]
    try:
        program = autograd.compile(loss(model(x), y), parameters, inputs)
        reason = _differing(program, model, loss, X, Y)
    except (TypeError, LookupError) as error:               # a model that needs plain numbers, to look something up by them
        reason = f"it cannot be recorded with Values for its inputs ({type(error).__name__}: {error})"
    if reason:
        warnings.warn(f"the model is trained without compiling: {reason}. compiled=False says that this is meant",
                      stacklevel=3)
        return eager_step(model, loss, X, Y)

    def step(theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
        return program.value_and_grad(theta, _rows(X, Y))
    return step


def _differing(program: autograd.Program, model: Any, loss: Loss, X: np.ndarray, Y: np.ndarray) -> str:
    """Why the program of the first sample does not do for the others; '' when it gives the loss of each that is tried."""
    parameters, tried = _parameters(model), np.unique(np.linspace(0, len(X) - 1, TRIED).astype(int))
    before = _theta(parameters)
    theta = before + 1e-3 * np.random.default_rng(0).uniform(0.5, 1, len(before))       # parameters that are alike may hide it
    try:
        _assign(parameters, theta)
        with autograd.no_grad():
            for i, found in zip(tried.tolist(), program(theta, _rows(X[tried], Y[tried])).tolist()):
                wanted = loss(model(X[i].tolist()), Y[i].tolist()).data
                if abs(found - wanted) > 1e-9 * max(1.0, abs(wanted)):
                    return (f"the loss of sample {i} is {wanted:.6g}, by the graph of sample 0 it would be {found:.6g}; "
                            "a model may not choose by if-statements or draw random numbers")
    finally:
        _assign(parameters, before)
    return ""


def _rows(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Samples and targets side by side, (m, n0 + nL): a program's x."""
    return np.hstack([X.reshape(len(X), -1), Y.reshape(len(Y), -1)])


def _taken(step: Step, theta: np.ndarray, X: np.ndarray, Y: np.ndarray, optimizer: Optimizer) -> tuple[float, np.ndarray]:
    """The step's loss and gradient; FloatingPointError where parameters have grown so large that there is none."""
    try:
        return step(theta, X, Y)
    except (ArithmeticError, ValueError) as error:
        if np.abs(theta).max() < HUGE:
            raise
        raise FloatingPointError(f"the loss cannot be computed any more ({error}): {advice(optimizer.rate())}") from None


def _inputs(sample: Any, name: str) -> Any:
    """A sample with a Value in place of each number."""
    if np.ndim(sample) == 0:
        return Value(sample, label=name)
    return [Value(number, label=f"{name}.{i}") for i, number in enumerate(sample)]


def mini_batches(m: int, size: int, rng: np.random.Generator | None) -> Iterator[Any]:
    """The mini-batches of one epoch, arrays of places among m samples, in an order drawn anew; all samples without rng."""
    if rng is None:
        yield slice(None)
        return
    order = rng.permutation(m)
    for start in range(0, m, size):
        yield order[start:start + size]


# Parameters ------------------------------------------------------------------------------------------------------------------

def _parameters(model: Any) -> list[Value]:
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError(f"{type(model).__name__} has no parameters to train")
    return parameters


def _theta(parameters: Sequence[Value]) -> np.ndarray:
    return np.array([p.data for p in parameters])


def _assign(parameters: Sequence[Value], theta: np.ndarray) -> None:
    for p, number in zip(parameters, theta.tolist()):
        p.data = number


# Data ------------------------------------------------------------------------------------------------------------------------

def samples(data: Any, what: str) -> np.ndarray:
    """The data as an array of finite numbers, one entry or row for each sample.

    Raises TypeError for what is no number, ValueError for data that is empty, ragged, nested deeper, or not finite.
    """
    if not hasattr(data, "__iter__"):
        raise TypeError(f"{what} must be a list of samples, got {type(data).__name__} {data!r}")
    try:
        array = np.asarray(data if hasattr(data, "shape") else list(data))
    except ValueError:                                      # what NumPy says of ragged rows
        raise ValueError(f"{what} is ragged: every sample must have as many numbers as the first") from None
    if array.size == 0:
        raise ValueError(f"{what} is empty")
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{what} must hold real numbers, got {array.dtype.name} such as {array.flat[0]!r}")
    if array.ndim > 2:
        raise ValueError(f"{what} has shape {array.shape}: a sample must be a number or a list of numbers")
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{what}[{']['.join(map(str, place))}] is {array[place]}: leave such samples out or repair them")
    return array


def _targets(model: Any, X: np.ndarray, Y: np.ndarray, loss: Loss) -> np.ndarray:
    """The targets in the shape of the model's output, a class as its row of the unit matrix, tried with the loss.

    Raises what the model and the loss raise for a sample or a target that does not fit.
    """
    with autograd.no_grad():
        outputs = model(X[0].tolist())
        if loss is cross_entropy and not isinstance(outputs, Value):
            Y = np.array([one_hot(y, len(outputs)) for y in Y.tolist()])
        if loss in LOSSES.values():
            Y = Y.astype(float)
        for y in np.unique(Y, axis=0).tolist():
            loss(outputs, y)
    return Y


def _positive(n: Any, what: str) -> int:
    if isinstance(n, bool) or not hasattr(n, "__index__") or n < 1:
        raise ValueError(f"{what} must be a whole number from 1, got {n!r}")
    return n.__index__()


# Following the training ------------------------------------------------------------------------------------------------------

def _stops(callback: Callback, epoch: int, loss: float, model: Any) -> bool:
    try:
        return callback(epoch, loss, model) is True
    except StopIteration:
        return True


class Bar:
    """A progress bar on a terminal: `show(done, note)` redraws it, at most ten times a second."""

    def __init__(self, total: int, wanted: bool | None = None, stream: TextIO | None = None) -> None:
        self.total, self.stream, self.start, self.shown = total, stream or sys.stderr, time.monotonic(), 0.0
        self.wanted = self.stream.isatty() if wanted is None else wanted

    def show(self, done: int, note: str = "") -> None:
        """Draw the bar with `done` of `total` complete and a short note behind it."""
        now = time.monotonic()
        if not self.wanted or (done < self.total and now - self.shown < 0.1):
            return
        self.shown, filled = now, 30 * done // self.total
        left = (now - self.start) / max(done, 1) * (self.total - done)
        self.stream.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done}/{self.total}  {left:.0f} s left  {note}\x1b[K")
        self.stream.flush()

    def close(self) -> None:
        """Leave the bar's line."""
        if self.wanted and self.shown:
            self.stream.write("\n")
