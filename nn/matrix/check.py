"""Marks arrays of back propagation that somebody computed, and names the mistake in them.

An array is judged by the graph; one that differs is explained by what explanations.py finds.
"""
from __future__ import annotations

import re
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

import autograd
from nn.checks import index, shown
from nn.layers import MLP
from nn.losses import Loss, find_loss, total
from nn.matrix.differences import difference
from nn.matrix.explanations import PER_SAMPLE, Explainer, equal, fitted
from nn.matrix.formulas import forward, parameters
from nn.matrix.steps import Place, Problem
from nn.samples import as_array, sample_pairs

NAME = re.compile(r"(z|f|dz|df|dW|db)([1-9]\d*)")
SAID = 3                        # explanations that are given where several fit


class Mark(NamedTuple):
    """What is said about one array.

    name        such as "dW2"
    right       whether it is what the graph has
    kinds       the kinds of mistake that explain it exactly; empty where it is right or none does
    message     the same in words
    given, graph    the array and what the graph has, in the shape of the graph's
    """
    name: str
    right: bool
    kinds: tuple[str, ...]
    message: str
    given: np.ndarray
    graph: np.ndarray

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


class Marks(list[Mark]):
    """The marks of the arrays, in the order in which they are computed; prints a line for each."""

    @property
    def right(self) -> bool:
        """Whether all of them are right."""
        return all(mark.right for mark in self)

    def __getitem__(self, key: Any) -> Any:
        """The mark at a place in the list, or of the array of that name."""
        place = index(key)
        if isinstance(key, slice) or place is not None and -len(self) <= place < len(self):
            return super().__getitem__(key)
        for mark in self:
            if isinstance(key, str) and mark.name == key:
                return mark
        names = ", ".join(mark.name for mark in self)
        raise KeyError(f"no mark for {shown(key)}; there are {names}")

    def __str__(self) -> str:
        return "\n".join(map(str, self))

    __repr__ = __str__


def check(model: MLP, xs: object, ys: object, loss: str | Loss = "squared",
          **arrays: object) -> Marks:
    """Marks of a student's arrays: `check(model, xs, ys, dW2=..., dz1=...)`.

    The names are z, f, df, dz, dW and db with the number of the layer, from 1: dz1 is dL/dz_1, a
    row for each sample (or a column); dW1 is the sum over the samples. model, xs, ys, loss are as
    for `fit`; xs may be one sample. Raises what `compare` raises; TypeError where nothing is given
    or a name is unknown, ValueError where an array holds no finite real numbers.

    >>> import nn, numpy as np
    >>> net = nn.MLP(2, [3, 1], activation="tanh", seed=2)
    >>> x, y = np.array([0.5, -0.3]), 1.0
    >>> (W1, b1, _), (W2, b2, _) = parameters(net)
    >>> f1 = np.tanh(W1 @ x + b1)
    >>> dz2 = 2 * (W2 @ f1 + b2 - y)
    >>> print(check(net, x, y, dW2=np.outer(dz2, f1), dz1=W2.T @ dz2))
    dW2: right
    dz1: lacks 1 - tanh²(z1): the diagonal of D1 is missing in (7)
    """
    problem = _problem(model, xs, ys, find_loss(loss))
    given = {_place(name, problem): _numbers(name, array) for name, array in arrays.items()}
    if not given:
        raise TypeError("check needs an array to mark, such as dW2=...; its name is z, f, df, dz, "
                        "dW or db, and the number of the layer")
    graph = _graph(model, problem)
    given = {place: fitted(place, array, graph[place]) for place, array in given.items()}
    explainer = Explainer(problem, graph, given)
    return Marks(_mark(place, explainer) for place in problem.places() if place in given)


def _mark(place: Place, explainer: Explainer) -> Mark:
    """The mark of one array."""
    name, given, graph = f"{place[0]}{place[1]}", explainer.given[place], explainer.graph[place]
    if equal(given, graph):
        return Mark(name, True, (), "right", given, graph)
    found = explainer.explain(place)
    kinds = tuple(dict.fromkeys(one.kind for one in found))
    words = list(dict.fromkeys(one.words for one in found))[:SAID]
    said = "; or ".join(words) or _difference(place, explainer)
    return Mark(name, False, kinds, said, given, graph)


def _difference(place: Place, explainer: Explainer) -> str:
    """What is said where no mistake is known that gives the array."""
    given, graph = explainer.given[place], explainer.graph[place]
    if given.shape != graph.shape:
        return f"has shape {given.shape}, and {graph.shape} is needed"
    lines = ("sample", "column") if place[0] in PER_SAMPLE and len(graph) > 1 else ("row", "column")
    return difference(given, graph, lines, explainer.facts())


def _problem(model: MLP, xs: object, ys: object, loss: Loss) -> Problem:
    layers = parameters(model)
    inputs = layers[0].W.shape[1]
    X = as_array(xs, "xs")
    if X.shape == (inputs,) and inputs > 1:                 # one sample
        xs, ys = [xs], [ys]
    X, Y = sample_pairs(xs, ys)
    X = X.reshape(len(X), -1).astype(float)
    forward(layers, X)                                      # says what is wrong with its shape
    return Problem(layers, X, Y, loss)


def _place(name: str, problem: Problem) -> Place:
    match = NAME.fullmatch(name)
    if match is None or int(match[2]) > problem.L:
        raise TypeError(f"no array is called {name!r} here: z, f, df, dz, dW or db, and the number "
                        f"of a layer from 1 to {problem.L}")
    return match[1], int(match[2])


def _numbers(name: str, array: object) -> np.ndarray:
    """The array as floats. Raises ValueError where it holds no finite real numbers."""
    numbers = np.asarray(array) if isinstance(array, Real) else as_array(array, name, "numbers")
    if numbers.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold real numbers, got {shown(array)}")
    floats: np.ndarray = numbers.astype(float)
    if not np.isfinite(floats).all():
        at = tuple(int(i) + 1 for i in np.argwhere(~np.isfinite(floats))[0])
        raise ValueError(f"{name} holds {floats[~np.isfinite(floats)][0]} at {at}")
    return floats


def _graph(model: MLP, problem: Problem) -> dict[Place, np.ndarray]:
    """What the scalar engine has at each place, by the graph of the whole loss."""
    values = _recorded(model, problem)
    outputs = [f if len(f) > 1 else f[0] for f in values["f", problem.L]]
    whole = total(problem.loss, outputs, problem.Y.tolist())
    found: dict[Place, np.ndarray] = {}
    for (step, k), rows in values.items():
        found[step, k] = np.array([[v.data for v in row] for row in rows])
        found[f"d{step}", k] = _gradient(whole, rows)
    for k, layer in enumerate(model.layers, 1):
        found["dW", k] = _gradient(whole, [n.w for n in layer.neurons])
        found["db", k] = _gradient(whole, [[n.b for n in layer.neurons]])[0]
    return found


def _recorded(model: MLP, problem: Problem) -> dict[Place, list[Any]]:
    """z_k and f_k as Values, a row for each sample, for each layer k."""
    values: dict[Place, list[Any]] = {
        (step, k): [] for k in range(1, problem.L + 1) for step in ("z", "f")}
    for x in problem.X.tolist():
        f: list[Any] = x
        for k, (layer, (_, _, sigma)) in enumerate(zip(model.layers, problem.layers), 1):
            z = [autograd.dot(n.w, f, n.b) for n in layer.neurons]
            f = [sigma(v) if sigma else v for v in z]
            values["z", k].append(z)
            values["f", k].append(f)
    return values


def _gradient(output: Any, rows: list[list[Any]]) -> np.ndarray:
    flat = autograd.gradients(output, [v for row in rows for v in row])
    return np.array(flat, dtype=float).reshape(len(rows), -1)
