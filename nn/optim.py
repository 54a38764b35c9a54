"""Optimizers: from parameters and gradient to the next parameters, written once, on arrays of all P parameters.

1. `update(theta, gradient)` gives the next theta and changes no array it was given. What an optimizer remembers changes
   only when the update has succeeded.
2. `learning_rate` is a number, or a function of the iteration j = 0, 1, ... that gives one.
3. As the loss (4) is a sum over samples, so is its gradient: with more samples take a smaller learning rate.
4. Weight decay lives here, not in the loss of one sample: lambda adds lambda theta to the gradient, the derivative of
   lambda / 2 |theta|^2. (A penalty written alpha * sum(p * p) is a lambda of 2 alpha.)
"""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Union

import numpy as np

from autograd import Value

Rate = Union[float, Callable[[int], float]]


class Optimizer:
    """What all optimizers share: learning rate, weight decay, and the count of iterations.

    A subclass gives `direction(theta, gradient, rate)`: the step from theta, and what to remember for the next one.
    """

    def __init__(self, learning_rate: Rate, weight_decay: float = 0.0) -> None:
        if not callable(learning_rate):
            _check("learning_rate", learning_rate, learning_rate > 0, "above 0")
        _check("weight_decay", weight_decay, weight_decay >= 0, "0 or above")
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.reset()

    def reset(self) -> None:
        """Forget all earlier iterations."""
        self.iteration = 0
        self.memory: tuple[np.ndarray, ...] = ()            # what `direction` remembered

    def rate(self) -> float:
        """The learning rate of the next iteration."""
        return self.learning_rate(self.iteration) if callable(self.learning_rate) else self.learning_rate

    def update(self, theta: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """The next parameters, an array (P,), from these parameters and the gradient of the loss there, both (P,).

        Raises ValueError when shapes differ, FloatingPointError when the gradient or the result is not finite.
        """
        theta, gradient = np.asarray(theta, dtype=float), np.asarray(gradient, dtype=float)
        if theta.shape != gradient.shape or any(m.shape != theta.shape for m in self.memory):
            raise ValueError(f"{theta.size} parameters, {gradient.size} derivatives" + "".join(
                f", {m.size} numbers remembered" for m in self.memory[:1]) + ": use one optimizer for one model")
        if not np.isfinite(gradient).all():
            raise FloatingPointError(f"the gradient of iteration {self.iteration} is not finite: {advice(self.rate())}")
        step, memory = self.direction(theta, gradient + self.weight_decay * theta, self.rate())
        if not np.isfinite(theta + step).all():
            raise FloatingPointError(f"the parameters after iteration {self.iteration} are not finite: {advice(self.rate())}")
        self.iteration, self.memory = self.iteration + 1, memory
        return theta + step

    def direction(self, theta: np.ndarray, gradient: np.ndarray, rate: float) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """The step from theta, and the arrays to remember; nothing is remembered yet in the first iteration."""
        raise NotImplementedError(f"{type(self).__name__} must define direction(theta, gradient, rate)")

    def step(self, parameters: Sequence[Value]) -> None:
        """Read the grads of the parameters and change their data, for a training loop of your own."""
        theta = self.update(np.array([p.data for p in parameters]), np.array([p.grad for p in parameters]))
        for p, number in zip(parameters, theta.tolist()):
            p.data = number

    def __repr__(self) -> str:
        settings = {k: v for k, v in vars(self).items() if k not in ("iteration", "memory") and (k == "learning_rate" or v)}
        return f"{type(self).__name__}({', '.join(f'{k}={_shown(v)}' for k, v in settings.items())})"


class GradientDescent(Optimizer):
    """Gradient descent (5), with the lecture's momentum: theta <- theta - alpha dL/dtheta + beta (theta - theta before).

    learning_rate   alpha
    momentum        beta, from 0 to 1: 0 is gradient descent
    nesterov        take the gradient's step from where the momentum leads, not from where it started (Sutskever et al. 2013)
    weight_decay    lambda

    >>> descent = GradientDescent(0.1, momentum=0.5)
    >>> theta = descent.update(np.array([1.0]), np.array([2.0]))       # 1 - 0.1 * 2
    >>> descent.update(theta, np.array([0.0]))                         # 0.8 + 0.5 * (0.8 - 1)
    array([0.7])
    """

    def __init__(self, learning_rate: Rate = 0.01, momentum: float = 0.0, nesterov: bool = False,
                 weight_decay: float = 0.0) -> None:
        super().__init__(learning_rate, weight_decay)
        _check("momentum", momentum, 0 <= momentum <= 1, "from 0 to 1")
        if nesterov and not momentum:
            raise ValueError("nesterov needs a momentum above 0")
        self.momentum, self.nesterov = momentum, nesterov

    def direction(self, theta: np.ndarray, gradient: np.ndarray, rate: float) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """The step -alpha dL/dtheta + beta (theta - theta before), remembered for the next one."""
        if not self.momentum:
            return -rate * gradient, ()
        before, = self.memory or (np.zeros_like(theta),)
        step = -rate * gradient + self.momentum * before
        return (-rate * gradient + self.momentum * step if self.nesterov else step), (step,)


SGD = GradientDescent           # on a mini-batch it is called stochastic


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015): steps in proportion to the mean of the gradient over its root mean square.

    beta1, beta2    how much of the two running means is kept in an iteration
    epsilon         added to the root, against division by 0
    """

    def __init__(self, learning_rate: Rate = 0.001, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8,
                 weight_decay: float = 0.0) -> None:
        super().__init__(learning_rate, weight_decay)
        _check("beta1", beta1, 0 <= beta1 < 1, "from 0 to below 1")
        _check("beta2", beta2, 0 <= beta2 < 1, "from 0 to below 1")
        _check("epsilon", epsilon, epsilon > 0, "above 0")
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def direction(self, theta: np.ndarray, gradient: np.ndarray, rate: float) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """The step, and the running means of the gradient and its square."""
        m, v = self.memory or (np.zeros_like(theta), np.zeros_like(theta))
        m = self.beta1 * m + (1 - self.beta1) * gradient
        v = self.beta2 * v + (1 - self.beta2) * gradient ** 2
        n = self.iteration + 1
        m_hat, v_hat = m / (1 - self.beta1 ** n), v / (1 - self.beta2 ** n)         # the means began at 0
        return -rate * m_hat / (np.sqrt(v_hat) + self.epsilon), (m, v)


def _check(name: str, x: float, fits: bool, allowed: str) -> None:
    if not fits or not math.isfinite(x):
        raise ValueError(f"{name} must be {allowed}, got {x!r}")


def advice(rate: float) -> str:
    return f"training has diverged; try a learning rate below {rate:.3g}"


def _shown(x: Any) -> str:
    return getattr(x, "__name__", repr(x)) if callable(x) else repr(x)
