"""Training: `fit` goes over the data epoch by epoch, an optimizer changes the parameters.

1. All arguments are checked before anything changes.
2. The loop is written around one function, step(theta, X, Y) -> (loss, gradient); see nn.steps.
3. Whatever happens, an error, Ctrl-C or Ctrl-C twice, in the end the model has the parameters of
   the last complete iteration, the optimizer the memory of that iteration, and the grads are as
   they were.
4. The same call gives the same bits. Nothing is shared between fits, so that each thread may have
   one.
"""
from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from nn.changes import assign, finish, theta_of
from nn.checks import Model, OF_FIT, check_call, parameters_of, switch, told, whole
from nn.epochs import Batches, Chosen, History, stops
from nn.live import Live
from nn.losses import Loss, find_loss
from nn.minimizing import minimize
from nn.optim import GradientDescent, Optimizer, advice, no_optimizer
from nn.progress import Bar
from nn.samples import sample_pairs, targets
from nn.steps import Steps, Task, is_huge

Callback = Callable[[int, float, Any], bool | None]


@told(OF_FIT)
def fit(model: Any, xs: object, ys: object = None, loss: Any = "squared",           # noqa: PLR0913
        optimizer: Optimizer | None = None, epochs: int = 100, batch_size: int | None = None,
        seed: int | None = None, compiled: bool = True, callback: Callback | None = None,
        progress: bool | None = None, live: bool = False) -> History:
    """The losses of training the model, a History; the model then has the trained parameters.

    model       a Module, or anything with parameters() that can be called with one sample; or a
                loss f(params, x, y): then fit(f, params, xs, ys) is minimize(f, params, xs, ys)
    xs, ys      m samples, numbers or lists of n0, and what the model should give for each; classes
                for cross_entropy
    loss        "absolute", "squared", "hinge", "binary_cross_entropy", "cross_entropy", or l(f, y)
    optimizer   GradientDescent(0.01) by default. Weight decay belongs here, as a loss is that of
                one sample
    epochs      passes over the data; `batch_size` samples make a step, drawn anew each epoch with
                `seed`, or all
    compiled    whether a NumPy program, many times faster, is run instead of graphs; the losses are
                the same to rounding. Where the model chooses by if-statements `fit` warns and
                records every graph
    callback    called after each epoch with its number, its loss and the model; training ends when
                it returns True
    progress    whether to show a bar; None for only where stderr is a terminal
    live        whether to draw the losses and, for samples of two numbers, the output over the
                plane while it trains: in a notebook, or with characters in a terminal

    Raises ValueError or TypeError for data that does not fit, FloatingPointError when it diverges.
    """
    if is_function(model):
        data = (x for x in (ys, loss) if x is not None and not isinstance(x, str))
        return minimize(model, xs, *data, optimizer=optimizer, epochs=epochs, seed=seed,
            batch_size=batch_size, compiled=compiled, callback=callback, progress=progress)
    optimizer = _optimizer(optimizer)
    _check_callback(callback, model)
    task = prepared(model, xs, ys, loss)
    batches = Batches(len(task.X), batch_size, seed)
    compiled, bar = switch(compiled, "compiled"), Bar(whole(epochs, "epochs"), _progress(progress))
    training = Training(task, optimizer)
    if switch(live, "live"):
        bar = Live(task, bar.total, lambda: (training.state.theta, training.history))
    training.run_and_settle(compiled, batches, callback, bar)
    return training.history


# The loop ---------------------------------------------------------------------

class State(NamedTuple):
    """Where training is after an iteration: replaced as one, so that its parts belong together."""
    theta: np.ndarray
    iteration: int
    memory: tuple[np.ndarray, ...]


class Training:
    """A fit under way."""

    def __init__(self, task: Task, optimizer: Optimizer) -> None:
        self.task, self.optimizer = task, optimizer
        self.history = History()
        self.grads = [p.grad for p in task.parameters]
        self.state = self._state(theta_of(task.parameters))

    def run_and_settle(self, compiled: bool, batches: Batches, callback: Callback | None,
                       bar: Bar) -> None:
        """Run, and whatever happens leave everything as invariant 3 says."""
        try:
            try:
                self.run(compiled, batches, callback, bar)
            finally:
                self.settle()
        finally:
            self.settle()               # again: a second Ctrl-C may have come before the first
            bar.close()

    def run(self, compiled: bool, batches: Batches, callback: Callback | None, bar: Bar) -> None:
        """Go over the data as often as the bar is long, or until the callback returns True."""
        steps = Steps(self.task, compiled)
        for epoch in range(bar.total):
            losses = [self.iterate(steps, chosen) for chosen in batches]
            self.history.iterations += losses
            self.history.append(float(np.sum(losses)))
            bar.show(epoch + 1, f"loss {self.history[-1]:.6g}")
            if callback is not None and self.follow(callback, epoch):
                break
            if callback is not None:
                steps.after_callback(self.state.theta)
        steps.at_the_end(self.state.theta)

    def iterate(self, steps: Steps, chosen: Chosen) -> float:
        """The loss of a mini-batch; the state is then that after an update by its gradient."""
        theta = self.state.theta
        try:
            loss, gradient = steps(theta, self.task.X[chosen], self.task.Y[chosen])
        except (ArithmeticError, ValueError) as error:
            if not is_huge(theta):
                raise
            raise FloatingPointError(f"the loss cannot be computed any more ({error}): "
                                     f"{advice(self.optimizer.rate())}") from None
        if math.isnan(loss):
            raise FloatingPointError(f"the loss of iteration {self.optimizer.iteration} is NaN: "
                                     f"{advice(self.optimizer.rate())}")
        self.state = self._state(self.optimizer.update(theta, gradient))
        return loss

    def follow(self, callback: Callback, epoch: int) -> bool:
        """Whether the callback ends training; what it changes in the parameters counts."""
        assign(self.task.parameters, self.state.theta)
        ends = stops(callback, epoch, self.history[-1], self.task.model)
        self.state = self._state(theta_of(self.task.parameters))
        return ends

    def settle(self) -> None:
        """Set the state of the last complete iteration, and the grads of the beginning."""
        finish(self._settle)

    def _settle(self) -> None:
        assign(self.task.parameters, self.state.theta)
        for p, grad in zip(self.task.parameters, self.grads):
            p.grad = grad
        self.optimizer.iteration, self.optimizer.memory = self.state.iteration, self.state.memory

    def _state(self, theta: np.ndarray) -> State:
        return State(theta, self.optimizer.iteration, self.optimizer.memory)


# Arguments --------------------------------------------------------------------

def prepared(model: Model, xs: object, ys: object, loss: str | Loss) -> Task:
    """What is to be trained, checked.

    Raises RuntimeError inside no_grad, where nothing is recorded.
    """
    loss = find_loss(loss)
    parameters = parameters_of(model)
    if not (parameters[0] * 1.0).inputs:
        raise RuntimeError("inside no_grad() nothing is recorded, so there is nothing to train "
                           "by: leave it first")
    X, Y = sample_pairs(xs, ys)
    task = Task(model, parameters, loss, X, targets(model, X, Y, loss))
    task.check_depends()
    return task


def is_function(model: object) -> bool:
    """Whether it is a plain function, a loss of parameters, and no model."""
    return inspect.isroutine(model) or isinstance(model, partial) or hasattr(model, "__wrapped__")


def _optimizer(optimizer: Optimizer | None) -> Optimizer:
    if optimizer is None:
        return GradientDescent()
    if not isinstance(optimizer, Optimizer):
        raise no_optimizer(optimizer)
    optimizer.rate()                    # raises where it cannot be used
    return optimizer


def _check_callback(callback: Callback | None, model: Model) -> None:
    if callback is not None:
        check_call(callback, (0, 0.0, model),
                   "callback must be a function of the epoch's number, its loss and the model")


def _progress(progress: bool | None) -> bool | None:
    return None if progress is None else switch(progress, "progress")
