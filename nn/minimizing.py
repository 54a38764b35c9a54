"""Training of plain functions: a loss of nested parameters and a sample, compiled by jit.

The loss of a mini-batch is the sum over its samples, as in (4), by one program for each structure
of a sample; sequences of several lengths are several.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import jit, value_and_grad
from nn.checks import OF_FIT, check_call, listed, switch, told, whole
from nn.epochs import Batches, History, stops
from nn.nests import Nest, flat, shaped
from nn.optim import GradientDescent, Optimizer, advice, no_optimizer
from nn.progress import Bar
from nn.samples import check_masks
from nn.steps import is_huge

Step = Callable[..., tuple[float, Nest]]


@told(OF_FIT)
def minimize(f: Callable[..., Any], params: Nest, *data: Any,           # noqa: PLR0913
             optimizer: Optimizer | None = None, epochs: int = 100, batch_size: int | None = None,
             seed: int | None = None, compiled: bool = True,
             callback: Callable[[int, float, Any], bool | None] | None = None,
             progress: bool | None = None) -> History:
    """The losses of training the parameters of a loss, a History; its `params` are the trained
    parameters, in the structure they were given.

    f           the loss of one sample, f(params, x, y, ...), written in plain Python; or of
                everything, f(params), where there are no data
    params      numbers in nested lists, tuples, dicts and arrays; they are not changed
    data        for each further argument of f a list or array of m samples, of any structure:
                numbers, rows, matrices, tokens that index, sequences of any lengths
    compiled    whether autograd.jit compiles f; the losses are the same to rounding
    callback    called after each epoch with its number, its loss and the parameters; training ends
                when it returns True

    optimizer, epochs, batch_size, seed and progress are as in fit. Raises TypeError or ValueError
    for arguments that do not fit, FloatingPointError when training diverges.

    >>> history = minimize(lambda w, x, y: (w["a"] * x + w["b"] - y) ** 2, {"a": 0.0, "b": 0.0},
    ...                    [0.0, 1.0, 2.0], [1.0, 3.0, 5.0], optimizer=GradientDescent(0.1))
    >>> {name: round(number, 3) for name, number in history.params.items()}
    {'a': 2.0, 'b': 1.0}
    """
    optimizer = usable(optimizer)
    theta, columns = flat(params), samples_of(data)
    check_calls(f, callback, params, columns)
    step = step_of(f, len(columns), switch(compiled, "compiled"))
    wanted = None if progress is None else switch(progress, "progress")
    bar, history = Bar(whole(epochs, "epochs"), wanted), History()
    history.params = shaped(params, theta)
    batches = Batches(len(columns[0]) if columns else 1, batch_size, seed)
    for epoch in range(bar.total):
        go_over(columns, batches, step, optimizer, history)
        bar.show(epoch + 1, f"loss {history[-1]:.6g}")
        if callback is not None and stops(callback, epoch, history[-1], history.params):
            break
    bar.close()
    return history


def go_over(columns: list[Any], batches: Batches, step: Step, optimizer: Optimizer,
            history: History) -> None:
    """Make a step with each mini-batch of an epoch."""
    losses = []
    for chosen in batches:
        given = [chosen_of(column, chosen) for column in columns]
        loss, history.params = advanced(step, history.params, given, optimizer)
        losses.append(loss)
    history.iterations += losses
    history.append(float(np.sum(losses)))


def usable(optimizer: Optimizer | None) -> Optimizer:
    """The optimizer, GradientDescent(0.01) for None. Raises TypeError for what is none."""
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise no_optimizer(optimizer)
    return GradientDescent() if optimizer is None else optimizer


def check_calls(f: object, callback: object, params: Nest, columns: list[Any]) -> None:
    """Raise TypeError where loss or callback cannot be called as they will be."""
    check_call(f, (params, *[column[0] for column in columns]),
               "a loss must be a function of the parameters and a sample")
    if callback is not None:
        check_call(callback, (0, 0.0, params),
                   "callback must be a function of the epoch's number, its loss and the parameters")


def chosen_of(column: Any, chosen: np.ndarray | slice) -> Any:
    """Some samples of a list or an array."""
    if isinstance(chosen, slice) or isinstance(column, np.ndarray):
        return column[chosen]
    return [column[i] for i in chosen.tolist()]


def step_of(f: Callable[..., Any], arguments: int, compiled: bool) -> Step:
    """A function of parameters and samples: the sum of their losses, and its gradient."""
    gradient = value_and_grad(f)
    samples = range(1, 1 + arguments)
    if compiled:
        found: Step = jit(gradient, samples=tuple(samples), reduce="sum" if samples else None)
        return found
    if not samples:
        return gradient

    def step(params: Nest, *columns: Sequence[Any]) -> tuple[float, Nest]:
        each = [gradient(params, *one) for one in zip(*columns)]
        total = np.sum([flat(g) for _, g in each], axis=0)
        return sum(loss for loss, _ in each), shaped(params, total)
    return step


def advanced(step: Step, params: Nest, given: list[Any],
             optimizer: Optimizer) -> tuple[float, Nest]:
    """The loss of a mini-batch, and the next parameters. Raises FloatingPointError where the loss
    cannot be computed any more, or what comes next is not finite."""
    try:
        loss, gradient = step(params, *given)
    except (ArithmeticError, ValueError) as error:
        if not is_huge(flat(params)):
            raise
        raise FloatingPointError(f"the loss cannot be computed any more ({error}): "
                                 f"{advice(optimizer.rate())}") from None
    if math.isnan(loss):
        raise FloatingPointError(f"the loss of iteration {optimizer.iteration} is NaN: "
                                 f"{advice(optimizer.rate())}")
    return loss, shaped(params, optimizer.update(flat(params), flat(gradient)))


def samples_of(data: Sequence[Any]) -> list[Any]:
    """Each of the data as a list or an array. Raises ValueError where they differ in length, or
    there are no samples."""
    for k, x in enumerate(data):
        check_masks(x, f"data {k}")
    columns = [x if isinstance(x, np.ndarray) and x.ndim else listed(x, f"data {k}")
               for k, x in enumerate(data)]
    sizes = sorted({len(column) for column in columns})
    if len(sizes) > 1 or sizes == [0]:
        raise ValueError(f"the data have {' and '.join(map(str, sizes))} samples: there must be as "
                         "many in each, and one at least")
    return columns
