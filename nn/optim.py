"""Optimizers: from parameters and gradient to the next parameters, as arrays (P,).

1. `update(theta, gradient)` gives the next theta and changes no array it was given. What an
   optimizer remembers changes only when the update has succeeded.
2. `learning_rate` is a number, or a function of the iteration j = 0, 1, ... that gives one.
3. As the loss (4) is a sum over samples, so is its gradient: with more samples take a smaller
   learning rate.
4. Weight decay (L2 regularization) lives here, not in the loss of one sample: lambda adds lambda
   theta to the gradient, the derivative of lambda / 2 |theta|^2. (A term alpha * sum(p * p) of a
   loss is a lambda of 2 alpha.)
"""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value
from nn.changes import assign, finish, theta_of
from nn.checks import check_call, hint, leaves, real, shown, switch, whole
from nn.nests import flat, is_nest, shaped
from nn.samples import as_array

Rate = float | Callable[[int], float]
Memory = tuple[np.ndarray, ...]
Step = tuple[np.ndarray, Memory]

PYTORCH = {                     # its names for settings and methods: what does it here
    "lr": "write learning_rate=",
    "params": "parameters are given to step(parameters), or nn.fit is given the model",
    "betas": "write beta1= and beta2=",
    "eps": "write epsilon=",
    "zero_grad": "an optimizer holds no parameters: write model.zero_grad()",
    "param_groups": "an optimizer holds no parameters; set learning_rate itself",
    "state_dict": "copy.deepcopy or pickle keep an optimizer as it is",
    "load_state_dict": "copy.deepcopy or pickle keep an optimizer as it is",
    "add_param_group": "parameters are given to step(parameters)",
    "minimize": "loss.backward(), then step(parameters); or nn.minimize(f, x)",
    "apply_gradients": "loss.backward(), then step(parameters)",
}


Check = Callable[[Any, str], Any]


class Optimizer:
    """What all optimizers share: learning rate, weight decay, and the count of iterations.

    learning_rate   a number, or a function of the iteration
    weight_decay    lambda: lambda * theta is added to the gradient

    A subclass gives `direction(theta, gradient, rate)`: the step from theta, and what to remember
    for the next.
    """
    # What each setting must be, in the constructor and whenever it is set
    _settings: dict[str, Check] = {
        "learning_rate": lambda x, name: _checked_rate(x),
        "weight_decay": lambda x, name: real(x, name, "0 or above", lambda x: x >= 0),
        "iteration": lambda x, name: whole(x, name, 0),
        "memory": lambda x, name: _checked_memory(x),
    }

    def __init__(self, learning_rate: Rate, weight_decay: float = 0.0, **others: object) -> None:
        _refuse(type(self).__name__, others)
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.reset()

    def reset(self) -> None:
        """Forget all earlier iterations."""
        self.iteration = 0
        self.memory: Memory = ()                            # what `direction` remembered

    def rate(self) -> float:
        """The learning rate of the next iteration.

        Raises TypeError where a function of the iteration does not give a number, ValueError where
        it is negative or not finite.
        """
        if type(self.learning_rate) is float and 0 < self.learning_rate < math.inf:
            return self.learning_rate                       # nothing to check, as nearly always
        if not callable(self.learning_rate):
            return real(self.learning_rate, "learning_rate", "above 0", lambda x: x > 0)
        name = f"learning_rate({self.iteration})"
        return real(self.learning_rate(self.iteration), name, "0 or above", lambda x: x >= 0)

    def update(self, theta: Any, gradient: Any) -> Any:
        """The next parameters, an array (P,), from these and the gradient there, both (P,).

        Or both nested in lists, tuples, dicts and arrays, as autograd's transforms take and give
        them: then the result is nested in the same way.
        Raises ValueError when shapes differ, FloatingPointError when the gradient or the result is
        not finite.
        """
        if is_nest(theta) and is_nest(gradient):
            return shaped(theta, self.update(flat(theta), flat(gradient, "the gradient")))
        theta, iteration, memory = self._next(theta, gradient)
        self._remember(iteration, memory)
        return theta

    def _next(self, theta: np.ndarray, gradient: np.ndarray) -> tuple[np.ndarray, int, Memory]:
        """The parameters, the iteration and the memory after an update; nothing is changed yet."""
        theta, gradient = _vector(theta, "theta"), _vector(gradient, "gradient")
        self._check_shapes(theta, gradient)
        rate = self.rate()
        if not np.isfinite(gradient).all():
            raise FloatingPointError(f"the gradient of iteration {self.iteration} is not finite: "
                                     f"{advice(rate)}")
        with np.errstate(all="ignore"):                     # what is not finite is seen below
            if self.weight_decay:
                gradient = gradient + self.weight_decay * theta
            step, memory = self.direction(theta, gradient, rate)
            result: np.ndarray = theta + step
        if not np.isfinite(result).all():
            raise FloatingPointError(f"the parameters after iteration {self.iteration} are not "
                                     f"finite: {advice(rate)}")
        return result, self.iteration + 1, memory

    def _check_shapes(self, theta: np.ndarray, gradient: np.ndarray) -> None:
        shapes = [m.shape for m in self.memory]
        if theta.shape == gradient.shape and shapes.count(theta.shape) == len(shapes):
            return
        remembered = [m.size for m in self.memory if m.shape != theta.shape]
        text = "".join(f", {size} numbers remembered" for size in remembered[:1])
        raise ValueError(f"{theta.size} parameters, {gradient.size} derivatives{text}: use one "
                         "optimizer for one model")

    def direction(self, theta: np.ndarray, gradient: np.ndarray, rate: float) -> Step:
        """The step from theta, and the arrays to remember; self.memory has those of last time."""
        raise NotImplementedError(f"{type(self).__name__} must define direction(theta, gradient, "
                                  "rate)")

    def step(self, parameters: Sequence[Value] | None = None) -> None:
        """Read the grads of the parameters and change their data, for a training loop of your own.

        Raises TypeError for what is not a list of leaf Values, and what `update` raises.
        """
        if parameters is None:
            raise TypeError("an optimizer holds no parameters: write step(model.parameters())")
        values = leaves(parameters, "parameters")
        gradient = np.array([p.grad for p in values], dtype=float)
        theta, iteration, memory = self._next(theta_of(values), gradient)

        def change() -> None:
            assign(values, theta)
            self._remember(iteration, memory)
        finish(change)

    def _remember(self, iteration: int, memory: Memory) -> None:
        """Keep what an update gave: both at once, for an interrupt cannot come between."""
        vars(self).update(iteration=iteration, memory=memory)

    def __setattr__(self, name: str, x: Any) -> None:
        check = self._settings.get(name)
        super().__setattr__(name, x if check is None else check(x, name))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{type(self).__name__} has no {name}{hint(name, PYTORCH)}")

    def __repr__(self) -> str:
        settings = [f"learning_rate={_named(self.learning_rate)}"]
        for name, setting in vars(self).items():
            if setting and name not in ("learning_rate", "iteration", "memory"):
                settings.append(f"{name}={_named(setting)}")
        return f"{type(self).__name__}({', '.join(settings)})"


class GradientDescent(Optimizer):
    """Gradient descent (5), with the lecture's momentum.

    theta <- theta - alpha dL/dtheta + beta (theta - theta before)

    learning_rate   alpha
    momentum        beta, from 0 to 1: 0 is gradient descent
    nesterov        take the gradient's step from where the momentum leads, not from where it
                    started (Sutskever et al. 2013)
    weight_decay    lambda

    >>> descent = GradientDescent(0.1, momentum=0.5)
    >>> theta = descent.update(np.array([1.0]), np.array([2.0]))       # 1 - 0.1 * 2
    >>> descent.update(theta, np.array([0.0]))                         # 0.8 + 0.5 * (0.8 - 1)
    array([0.7])
    """
    _settings = Optimizer._settings | {
        "momentum": lambda x, name: real(x, name, "from 0 to 1", lambda x: 0 <= x <= 1),
        "nesterov": switch,
    }

    def __init__(self, learning_rate: Rate = 0.01, momentum: float = 0.0, nesterov: bool = False,
                 weight_decay: float = 0.0, **others: object) -> None:
        super().__init__(learning_rate, weight_decay, **others)
        self.momentum = momentum
        self.nesterov = nesterov
        if nesterov and not momentum:
            raise ValueError("nesterov needs a momentum above 0")

    def direction(self, theta: np.ndarray, gradient: np.ndarray, rate: float) -> Step:
        """The step -alpha dL/dtheta + beta (theta - theta before), remembered for the next one."""
        downhill = -rate * gradient
        if not self.momentum:
            return downhill, ()
        before, = self.memory or (np.zeros_like(theta),)
        step = downhill + self.momentum * before
        if self.nesterov:
            return downhill + self.momentum * step, (step,)
        return step, (step,)


SGD = GradientDescent           # on a mini-batch it is called stochastic


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015): steps along the gradient's mean over its root mean square.

    learning_rate   a number, or a function of the iteration
    beta1, beta2    how much of the two running means is kept in an iteration
    epsilon         added to the root, against division by 0
    weight_decay    lambda
    """
    _settings = Optimizer._settings | {
        "beta1": lambda x, name: real(x, name, "from 0 to below 1", lambda x: 0 <= x < 1),
        "beta2": lambda x, name: real(x, name, "from 0 to below 1", lambda x: 0 <= x < 1),
        "epsilon": lambda x, name: real(x, name, "above 0", lambda x: x > 0),
    }

    def __init__(self, learning_rate: Rate = 0.001, beta1: float = 0.9, beta2: float = 0.999,
                 epsilon: float = 1e-8, weight_decay: float = 0.0, **others: object) -> None:
        super().__init__(learning_rate, weight_decay, **others)
        self.beta1, self.beta2 = beta1, beta2
        self.epsilon = epsilon

    def direction(self, theta: np.ndarray, gradient: np.ndarray, rate: float) -> Step:
        """The step, and the running means of the gradient and its square."""
        m, v = self.memory or (np.zeros_like(theta), np.zeros_like(theta))
        m = self.beta1 * m + (1 - self.beta1) * gradient
        v = self.beta2 * v + (1 - self.beta2) * gradient ** 2
        n = self.iteration + 1
        m_hat = m / (1 - self.beta1 ** n)                   # the means began at 0
        v_hat = v / (1 - self.beta2 ** n)
        return -rate * m_hat / (np.sqrt(v_hat) + self.epsilon), (m, v)


# Checks -----------------------------------------------------------------------

def _refuse(name: str, others: dict[str, object]) -> None:
    """Raise TypeError for settings that there are not, in PyTorch's names with what to write."""
    for other in others:
        raise TypeError(f"{name} has no setting {other!r}{hint(other, PYTORCH)}")


def _checked_rate(rate: Rate) -> Rate:
    says = "learning_rate must be a number above 0, or a function of the iteration"
    if isinstance(rate, type) or not callable(rate):
        if hasattr(rate, "__iter__") or hasattr(rate, "parameters"):
            raise TypeError(f"{says}, got {shown(rate)}: parameters are given to step(parameters), "
                            "or nn.fit is given the model, as in nn.fit(model, xs, ys, "
                            "optimizer=nn.SGD(0.1))")
        allowed = "above 0, or a function of the iteration"
        return real(rate, "learning_rate", allowed, lambda x: x > 0)
    if hasattr(rate, "parameters"):
        raise TypeError(f"{says}, got a model: parameters are given to step(parameters), or "
                        "nn.fit is given the model")
    check_call(rate, (0,), says)
    return rate


def _checked_memory(memory: object) -> Memory:
    if not isinstance(memory, (tuple, list)) or not all(isinstance(m, np.ndarray) for m in memory):
        raise TypeError("memory must be a tuple of arrays, what direction remembered, got "
                        f"{shown(memory)}; reset() forgets all of it")
    return tuple(memory)


def _vector(x: object, name: str) -> np.ndarray:
    """x as an array (P,) of floats; infinite ones are seen later."""
    if type(x) is np.ndarray and x.dtype == np.float64:
        return x
    array = as_array(x, name, "numbers")
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must hold real numbers, got {shown(x)}")
    return array.astype(float)


def no_optimizer(x: object) -> TypeError:
    """The error for what is given as an optimizer and is none, with what to write."""
    name = x.lower() if isinstance(x, str) else getattr(x, "__name__", "").lower()
    write = {"adam": "nn.Adam(0.001)", "sgd": "nn.SGD(0.01)",
             "gradientdescent": "nn.GradientDescent(0.01)"}.get(name)
    hint = f": write optimizer={write}" if write else ""
    return TypeError("optimizer must be one of nn's, such as nn.GradientDescent(0.01), "
                     f"got {shown(x)}{hint}")


def advice(rate: float) -> str:
    """What to do when training diverges, for a message."""
    return f"training has diverged; try a learning rate below {rate:.3g}"


def _named(x: object) -> str:
    return str(getattr(x, "__name__", repr(x))) if callable(x) else repr(x)
