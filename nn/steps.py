"""One step of training: step(theta, X, Y) -> (loss, gradient), by graphs or by a compiled program.

1. The loss is the sum (4) over the samples given; the gradient is an array (P,) in the order of
   model.parameters(). Whoever calls a step cannot tell which of the two it is.
2. The eager step records the graph of one sample after another. The compiled one runs a NumPy
   program for all of them at once: that of one recorded sample, whose numbers are inputs.
3. A program is used only where the graph of one sample stands for all: no number is looked at while
   it is recorded, and losses agree at samples of every kind, at the start, now and then, and at the
   end.
4. A plain loss of parameters is compiled by jit (nn.minimizing). A model is not, for jit watches
   all that a function reads and runs it as written where it cannot, while a model may hold anything
   and keep state: here only what a sample computes has to be the same.
5. A step may leave any data and grads in the parameters; `fit` puts them back.
"""
from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import Value
from nn.branches import Recorded, leaves, watched
from nn.changes import assign, theta_of
from nn.checks import Model, parameters_of
from nn.layers import MLP
from nn.losses import LOSSES, Loss
from nn.samples import check_loss

TRIED = 12                      # samples computed both ways; as many again with extreme numbers
MOVED = 1e-3                    # how far parameters are moved for it: equal ones may hide a branch
TOLERANCE = 1e-9                # the relative difference that rounding may make
HUGE = 1e30                     # where parameters are as large as this, training has diverged
PERIOD = 128                    # steps between two checks of one sample each

Step = Callable[[np.ndarray, np.ndarray, np.ndarray], "tuple[float, np.ndarray]"]

INSTEAD = ("Instead of if, write autograd.relu, abs, maximum or minimum, which choose anew for "
           "each number; compiled=False says that graphs are meant")


class Task(NamedTuple):
    """What is trained: a model with its parameters, on m samples X and targets Y."""
    model: Model
    parameters: list[Value]
    loss: Loss
    X: np.ndarray
    Y: np.ndarray

    def loss_of(self, i: int) -> float:
        """The loss of sample i, from its graph, at the parameters' present data."""
        value: float = self.loss(self.model(self.X[i].tolist()), self.Y[i].tolist()).data
        return value

    def check_depends(self) -> None:
        """Raise ValueError where no parameter is in the loss: training would change nothing."""
        known = set(self.parameters)
        for i in of_every_kind(self.X, self.Y):
            output = self.loss(self.model(self.X[i].tolist()), self.Y[i].tolist())
            if any(v in known for v in leaves(output)):
                return
        raise ValueError("the loss does not depend on the parameters, so training would change "
                         "nothing: model and loss must compute with the Values themselves, "
                         "not with their data, and outside of no_grad()")


# By graphs --------------------------------------------------------------------

def eager_step(task: Task) -> Step:
    """A step that backpropagates through the graph of each sample; leaves add up the gradient."""
    model, parameters, loss = task[:3]

    def step(theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
        assign(parameters, theta)
        for p in parameters:
            p.grad = 0
        value = 0.0
        for x, y in zip(X.tolist(), Y.tolist()):
            one = loss(model(x), y)
            check_loss(one)
            one.backward()
            value += one.data
        return value, np.array([p.grad for p in parameters])
    return step


# By a program -----------------------------------------------------------------

class CannotCompile(Exception):
    """The graph of one sample does not stand for the others; the message says what to do."""


class CompiledStep:
    """A step that runs the program of one recorded sample.

    Making one raises CannotCompile where the program could give anything but the losses of the
    graphs.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.inputs = [named_inputs(task.X[0], "x"), named_inputs(task.Y[0], "y")]
        numbers = [v for part in self.inputs for v in (part if isinstance(part, list) else [part])]
        self.recorded = Recorded(self.record_watched(), [*task.parameters, *numbers])
        try:
            self.program = autograd.compile(self.recorded.output, task.parameters, numbers)
        except Exception as error:
            raise CannotCompile(f"it cannot be compiled ({_said(error)})") from error

    def __call__(self, theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
        return self.program.value_and_grad(theta, side_by_side(X, Y))

    def record(self) -> Value:
        """The loss of sample 0, recorded with Values for its numbers."""
        x, y = [list(part) if isinstance(part, list) else part for part in self.inputs]
        try:
            output: Value = self.task.loss(self.task.model(x), y)
        except Exception as error:              # as a model that looks something up by its inputs
            raise CannotCompile("it cannot be recorded with Values for its inputs "
                                f"({_said(error)})") from error
        return output

    def record_watched(self) -> Value:
        """The same. Raises CannotCompile where something depends on a Value's number unseen."""
        with watched() as choices:
            output = self.record()
        if choices:
            raise CannotCompile(f"it {choices[0]}, and the graph of one sample holds "
                                f"only the branch that was taken. {INSTEAD}")
        return output

    def is_current(self) -> bool:
        """Whether the model and the loss still compute what they did when they were recorded."""
        return self.recorded.is_current(self.record_watched())

    def check(self, theta: np.ndarray, tried: list[int]) -> None:
        """Raise CannotCompile where the program's loss of a sample is not that of its graph."""
        task = self.task
        try:
            values = self.program(theta, side_by_side(task.X[tried], task.Y[tried])).tolist()
        except (ArithmeticError, ValueError, autograd.AnomalyError):
            return                              # a step will meet these numbers, and report them
        assign(task.parameters, theta)
        for i, value in zip(tried, values):
            try:
                wanted = task.loss_of(i)
            except (ArithmeticError, ValueError):
                continue                        # where NumPy goes on with infinity
            if not _agree(value, wanted):
                raise CannotCompile(
                    f"the loss of sample {i} is {wanted:.6g}, by the graph of sample 0 it would be "
                    f"{value:.6g}; a model may not choose by if-statements or draw random numbers. "
                    f"{INSTEAD}")


def compiled_step(task: Task) -> CompiledStep:
    """A step that runs a program, tried at samples of every kind.

    Raises CannotCompile where it is not the same.
    """
    step = CompiledStep(task)
    theta, tried = theta_of(task.parameters), of_every_kind(task.X, task.Y)
    moved = theta + MOVED * np.random.default_rng(0).uniform(0.5, 1, len(theta))
    step.check(moved, tried[:TRIED])
    step.check(theta, tried[TRIED:])
    return step


def is_ours(task: Task) -> bool:
    """Whether model and loss are nn's own, with activations of the table of operations."""
    model: object = task.model
    if task.loss not in LOSSES.values() or not isinstance(model, MLP):
        return False
    description = model.description()                       # None for a subclass
    return description is not None and None not in description["activations"]


def of_every_kind(X: np.ndarray, Y: np.ndarray) -> list[int]:
    """Places of samples to try: some evenly spaced, then the extremes of columns of X and Y."""
    places = np.linspace(0, len(X) - 1, TRIED).astype(int).tolist()
    table = side_by_side(X, Y)
    columns = np.unique(np.linspace(0, table.shape[1] - 1, TRIED // 3).astype(int))
    for column in table[:, columns].T:
        places += [int(column.argmin()), int(column.argmax()), int(np.abs(column).argmin())]
    return list(dict.fromkeys(places))


def named_inputs(sample: Any, name: str) -> Any:
    """A sample with a Value instead of each number."""
    if np.ndim(sample) == 0:
        return Value(sample, label=name)
    return [Value(number, label=f"{name}.{i}") for i, number in enumerate(sample)]


def side_by_side(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Samples and targets side by side, (m, n0 + nL): a program's x."""
    return np.concatenate((X.reshape(len(X), -1), Y.reshape(len(Y), -1)), axis=1)


def is_huge(theta: np.ndarray) -> bool:
    """Whether training has diverged so far that errors are to be expected."""
    return bool(np.abs(theta).max() >= HUGE)


def _agree(a: float, b: float) -> bool:
    return a == b or abs(a - b) <= TOLERANCE * max(1.0, abs(b))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


# Which of the two -------------------------------------------------------------

class Steps:
    """The step of a fit: compiled as long as that is right, else by graphs, with one warning.

    count   the steps so far
    ours    whether no code but nn's own computes the loss: a callback cannot change a number in it
    """

    def __init__(self, task: Task, compiled: bool) -> None:
        self.task = task
        self.count = 0
        self.ours = is_ours(task)
        self.step: Step = eager_step(task)
        if compiled:
            self._compile()

    def __call__(self, theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
        self.count += 1
        step = self.step
        if not isinstance(step, CompiledStep):
            return step(theta, X, Y)
        if self.count % PERIOD == 0:
            self._check(theta, [self.count // PERIOD * 7919 % len(self.task.X)])
        try:
            return self.step(theta, X, Y)
        except autograd.AnomalyError:                       # of the program, inside detect_anomaly
            eager_step(self.task)(theta, X, Y)              # raises it at the line of the model
            raise
        except (ArithmeticError, ValueError) as error:
            if is_huge(theta):
                raise
            eager = eager_step(self.task)
            result = eager(theta, X, Y)                     # its errors name the operation
            self._by_graphs(f"the program fails where the graphs do not ({_said(error)})")
            return result

    def after_callback(self, theta: np.ndarray) -> None:
        """Compile anew where the callback changed a number that the program took for a constant.

        Raises RuntimeError where it exchanged parameters.
        """
        if self.ours and isinstance(self.step, CompiledStep):
            return
        self._check_parameters()
        if isinstance(self.step, CompiledStep):
            try:
                current = self.step.is_current()
            except CannotCompile as reason:
                self._by_graphs(str(reason))
            else:
                if not current:
                    self._compile()

    def at_the_end(self, theta: np.ndarray) -> None:
        """Check some samples once more, at the parameters that training has come to."""
        if isinstance(self.step, CompiledStep):
            self._check(theta, of_every_kind(self.task.X, self.task.Y)[-TRIED // 2:])

    def _check_parameters(self) -> None:
        now = parameters_of(self.task.model)
        if len(now) != len(self.task.parameters) or set(now) != set(self.task.parameters):
            raise RuntimeError("the callback exchanged parameters of the model, but fit trains "
                               "those it began with: end training, and call fit again")

    def _check(self, theta: np.ndarray, tried: list[int]) -> None:
        if isinstance(self.step, CompiledStep):
            try:
                self.step.check(theta, tried)
            except CannotCompile as reason:
                self._by_graphs(f"{reason}. Losses before step {self.count} may be wrong")

    def _compile(self) -> None:
        try:
            self.step = compiled_step(self.task)
        except CannotCompile as reason:
            self._by_graphs(str(reason))

    def _by_graphs(self, reason: str) -> None:
        self.step = eager_step(self.task)
        warn(f"the model is trained without compiling: {reason}")


def warn(message: str) -> None:
    """Warn at the line that called `fit`, even where stderr is closed."""
    frame, level = inspect.currentframe(), 1
    while frame is not None and frame.f_globals.get("__name__", "").startswith("nn."):
        frame, level = frame.f_back, level + 1
    try:
        warnings.warn(message, stacklevel=level)
    except ValueError:                                      # what Python says of a closed stderr
        pass
