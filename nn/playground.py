"""The playground: a page in which the user's own model trains on data of two dimensions.

1. What `fit` checks is checked here too: the page's program is right for each sample, not only for
   the one that was recorded.
2. Nothing of the model changes.
3. The page does what `fit` does, number by number: the same losses to rounding, with the same
   seed the same mini-batches.
"""
from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import Value
from nn.branches import watched
from nn.changes import assign, finish, theta_of
from nn.checks import Model, OF_FIT, real, shown, told, whole
from nn.function import Function
from nn.losses import LOSSES, Loss, binary_cross_entropy, find_loss, hinge
from nn.optim import Adam, GradientDescent, Optimizer
from nn.samples import sample_pairs, targets
from nn.steps import CannotCompile, Task, compiled_step
from nn.train import prepared

MOST_CLASSES = 6
MARGIN = 0.12                           # of the plane, around the samples


@told(OF_FIT)
def playground(model: Model | Callable[..., Any], xs: object, ys: object,   # noqa: PLR0913
               path: str | os.PathLike[str] | None = None, *, loss: str | Loss = "squared",
               optimizer: Optimizer | None = None, batch_size: int | None = None, seed: int = 0,
               noise: float = 0.0, test: Any = 0.0, parameters: Any = None,
               title: str | None = None) -> Any:
    """A page in which the model trains, one file without network; written to `path`, if given.

    It shows the decision boundary, each unit over the plane, weights by width and sign, losses
    of training and test, the sizes of the gradients, and why a weight moved: by which samples, and
    along which paths. Its losses are those of `fit` to rounding, its seed draws `fit`'s
    mini-batches. It shows in Jupyter.

    model       as for `fit`; or a function f(parameters, x), with `parameters` a number, or lists
                or dicts of numbers
    xs, ys      m samples of two numbers, and what the model should give
    loss        as for `fit`
    optimizer   where the page begins: GradientDescent or Adam
    batch_size, seed    as for `fit`
    noise       the standard deviation of what is added to xs
    test        test data: a share of the samples, or a pair (xs, ys)
    title       the page's title

    Raises what `fit` raises for model and data; ValueError where samples have not two numbers,
    where the model chooses by if-statements, and where the page would be too large.
    """
    title = checked_title(title)
    loss, trained = find_loss(loss), as_model(model, parameters)
    X, Y = sample_pairs(xs, ys)
    check_plane(X, "xs")
    task = prepared(trained, X, Y, loss)
    theta, grads = theta_of(task.parameters), [p.grad for p in task.parameters]
    try:
        recorded, programs = record(task)
    finally:
        finish(lambda: put_back(task.parameters, theta, grads))
    facts = {**data_of(task, test), "settings": settings_of(optimizer, batch_size, seed, noise),
             "theta": theta.tolist(), "spread": spread_of(trained, task.parameters),
             "task": kind_of(task, len(recorded[1])), "lossName": name_of(loss)}
    facts["settings"]["share"] = 0.0 if facts["test"] else share_of(test)
    return autograd.training_page(recorded, programs, facts, path, title)


def checked_title(title: object) -> str:
    """The title of the page. Raises TypeError for what is not a string."""
    if title is not None and not isinstance(title, str):
        raise TypeError(f"title must be a string, got {shown(title)}")
    return title or "playground"


def as_model(model: Any, parameters: Any) -> Any:
    """The model; a function with its parameters becomes one."""
    if parameters is None:
        return model
    if hasattr(model, "parameters"):
        raise TypeError(f"{shown(model)} has parameters of its own: leave parameters= out")
    return Function(model, parameters)


def put_back(parameters: list[Value], theta: np.ndarray, grads: list[float]) -> None:
    """Set data and grads as they were."""
    assign(parameters, theta)
    for p, grad in zip(parameters, grads):
        p.grad = grad


# The recorded sample -----------------------------------------------------------

def record(task: Task) -> tuple[tuple[Any, ...], list[str]]:
    """The graph of one sample, and programs of its loss and its outputs in JavaScript.

    Raises ValueError where it does not stand for all samples.
    """
    try:
        compiled_step(task)
    except CannotCompile as reason:
        raise ValueError("a page cannot train this model: one recorded sample has to stand for "
                         f"all, but {reason}") from None
    x = [Value(number, label=f"x{j + 1}") for j, number in enumerate(task.X[0].tolist())]
    y = task.Y[0].tolist()
    if isinstance(y, list):
        targets = [Value(number, label=f"y{k + 1}") for k, number in enumerate(y)]
        target: Any = list(targets)
    else:
        target = Value(y, label="y")
        targets = [target]
    with watched():
        output = task.model(list(x))
        loss = task.loss(output, target)
    outputs = list(output) if isinstance(output, (list, tuple, np.ndarray)) else [output]
    strangers = [shown(v) for v in outputs if not isinstance(v, Value)]
    if strangers:
        raise TypeError(f"the outputs of the model must be Values, got {strangers[0]}")
    programs = [autograd.compile(loss, task.parameters, [*x, *targets]),
                autograd.compile(outputs, task.parameters, x)]
    sources = [program.source_in("javascript") for program in programs]
    return (loss, outputs, task.parameters, x, targets), sources


# Data and settings ---------------------------------------------------------------

def check_plane(X: np.ndarray, name: str) -> None:
    """Raise ValueError where samples have not two numbers."""
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError("a playground is a plane: each sample needs two numbers, but "
                         f"{name} has shape {X.shape}")


def data_of(task: Task, test: Any) -> dict[str, Any]:
    """Samples, targets, noise to be added to them, test data, and the part of the plane shown."""
    X, Y = task.X.astype(float), rows(task.Y)
    noise = np.random.default_rng(0).standard_normal(X.shape)
    tested = test_rows(task, test)
    low, high = X.min(0), X.max(0)
    room = MARGIN * np.where(high > low, high - low, 1.0)
    return {"xs": X.tolist(), "ys": Y.tolist(), "noise": noise.round(15).tolist(), "test": tested,
            "bounds": np.stack([low - room, high + room], 1).tolist(),
            "noiseMost": float(f"{0.25 * float((high - low).max() or 1.0):.1g}")}


def rows(Y: np.ndarray) -> np.ndarray:
    """Targets as rows, (m, nL)."""
    return Y.reshape(len(Y), -1).astype(float)


def test_rows(task: Task, test: Any) -> list[list[float]] | None:
    """Test samples and their targets side by side; None where a share of the samples is meant."""
    if not isinstance(test, (list, tuple)):
        share_of(test)
        return None
    if len(test) != 2:
        raise ValueError(f"test must be a share of the samples or a pair (xs, ys), got {len(test)} "
                         "things")
    X, Y = sample_pairs(*test)
    check_plane(X, "the xs of test")
    Y = rows(targets(task.model, X, Y, task.loss))
    if Y.shape[1] != rows(task.Y).shape[1]:
        raise ValueError(f"targets of test have {Y.shape[1]} numbers, those of training "
                         f"{rows(task.Y).shape[1]}")
    return np.concatenate((X, Y), 1).tolist()                   # type: ignore[no-any-return]


def share_of(test: Any) -> float:
    """The share of the samples that is for testing."""
    return float(real(test, "test", "from 0 to below 1, or a pair (xs, ys)", lambda t: 0 <= t < 1))


def settings_of(optimizer: Optimizer | None, batch_size: int | None, seed: int,
                noise: float) -> dict[str, Any]:
    """Where the controls of the page stand at first; "batch": 0 is all samples.

    Raises TypeError for another optimizer, or a learning rate that is not a number.
    """
    optimizer = GradientDescent() if optimizer is None else optimizer
    if type(optimizer) not in (GradientDescent, Adam):
        raise TypeError("the page knows nn.GradientDescent and nn.Adam, got "
                        f"{shown(optimizer)}")
    if callable(optimizer.learning_rate):
        raise TypeError("the page needs a learning_rate that is a number; a function of the "
                        "iteration has to be replaced")
    found = {"rate": optimizer.rate(), "momentum": 0.0, "nesterov": False, "beta1": 0.9,
             "beta2": 0.999, "epsilon": 1e-8, "decay": optimizer.weight_decay}
    found.update((name, value) for name, value in vars(optimizer).items() if name in found)
    return {**found, "optimizer": "adam" if isinstance(optimizer, Adam) else "descent",
            "batch": 0 if batch_size is None else whole(batch_size, "batch_size"),
            "seed": whole(seed, "seed", 0), "weights": 0,
            "noise": real(noise, "noise", "0 or above", lambda x: x >= 0)}


def spread_of(model: Any, parameters: list[Value]) -> list[float]:
    """For each parameter the largest size in its array: within it the page draws another one."""
    sizes = {p: abs(p.data) for p in parameters}
    groups: dict[str, Any] = getattr(model, "_groups", dict)()
    for group in groups.values():
        members = [v for v in flattened(group) if v in sizes]
        most = max((abs(v.data) for v in members), default=0.0)
        sizes.update(dict.fromkeys(members, most))
    return [sizes[p] for p in parameters]


def flattened(group: Any) -> list[Value]:
    """The Values in nested lists."""
    if isinstance(group, Value):
        return [group]
    return [v for item in group for v in flattened(item)]


# What is learned -------------------------------------------------------------------

def kind_of(task: Task, outputs: int) -> dict[str, Any]:
    """How the page reads an output.

    threshold        where two classes part; None for numbers, or more classes
    centreOfTargets  between the targets of the two classes
    classes          how many, where there is an output for each; else 0
    centre, scale    the white of the picture, and how far from it colours are full
    """
    Y = rows(task.Y)
    found = {"threshold": None, "classes": 0, "centre": 0.0, "scale": 0.0, "centreOfTargets": 0.0}
    is_unit = bool((((Y == 0) | (Y == 1)).all(1) & (Y.sum(1) == 1)).all())
    if outputs > 2 and is_unit and outputs <= MOST_CLASSES:
        return {**found, "classes": outputs}
    labels = np.unique(Y[:, 0])
    middle = float((labels[0] + labels[-1]) / 2)
    half = float((labels[-1] - labels[0]) / 2) or 1.0
    if outputs == 1 and len(labels) == 2:
        logits = task.loss in (binary_cross_entropy, hinge)
        threshold = 0.0 if logits else middle
        return {**found, "threshold": threshold, "centre": threshold, "centreOfTargets": middle,
                "scale": 0.0 if logits else half}
    return {**found, "centre": middle, "scale": half}


def name_of(loss: Loss) -> str:
    """The loss as `fit` is given it."""
    known = next((name for name, other in LOSSES.items() if other is loss), None)
    return repr(known) if known else getattr(loss, "__name__", "loss")
