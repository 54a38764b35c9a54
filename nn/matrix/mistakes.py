"""The mistakes that people make in each step of back propagation: a wrong rule, and its words.

A rule gives None where it does not apply, such as a matrix that is not transposed and not square. A
rule may give another shape than the right one. In the words {k} is the layer, {p} the layer before
it, {n} the one after it, {slope} the factor sigma_k'(z_k) in the words of its activation.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import Operation
from nn.activations import Function
from nn.losses import squared
from nn.matrix.steps import RULES, Arrays, Problem, Rule


class Mistake(NamedTuple):
    """A wrong rule for one step: its kind, the step, the rule, and what is said."""
    kind: str
    step: str
    rule: Rule
    words: str


SLOPES = {                      # sigma_k'(z_k) as it is written by hand
    "tanh":    "1 - tanh²(z{k})",
    "sigmoid": "σ(z{k}) (1 - σ(z{k}))",
    "relu":    "1 where z{k} > 0, else 0",
}
BY_HAND: dict[str, Callable[[Any], Any]] = {      # sigma' from f = sigma(z)
    "tanh":    lambda f: 1 - f * f,
    "sigmoid": lambda f: f * (1 - f),
    "relu":    lambda f: (f > 0) * 1.0,
}
OTHERS: dict[str, Operation] = {name: autograd.find(name) for name in SLOPES}


def slope_words(sigma: Function | None, k: int) -> str:
    """sigma_k'(z_k) in words."""
    name = sigma.name if isinstance(sigma, Operation) else ""
    return SLOPES.get(name, "σ'(z{k})").format(k=k)


# Forward -----------------------------------------------------------------------------------------

def _square(a: Arrays, k: int) -> bool:
    rows, columns = a.W(k).shape
    return bool(rows == columns)


FORWARD = [
    Mistake("no bias", "z", lambda a, k: a["f", k - 1] @ a.W(k).T, "the bias b{k} is missing"),
    Mistake("bias subtracted", "z", lambda a, k: a["f", k - 1] @ a.W(k).T - a.b(k),
            "the bias b{k} is subtracted"),
    Mistake("transposed W", "z",
            lambda a, k: a["f", k - 1] @ a.W(k) + a.b(k) if _square(a, k) else None,
            "W{k} is transposed where it should not be: z = W f"),
    Mistake("z for f", "z",
            lambda a, k: a["z", k - 1] @ a.W(k).T + a.b(k) if k > 1 else None,
            "z{p} where f{p} belongs: the activation of layer {p} is missing"),
    Mistake("f for z", "z", lambda a, k: None if _linear(a, k) else a.sigma(k, RULES["z"](a, k)),
            "this is f{k}: the activation stands in z{k} already"),
    Mistake("no activation", "f", lambda a, k: a["z", k],
            "the activation is missing: this is z{k}"),
]


def _another_activation(name: str) -> Rule:
    return lambda a, k: None if _is(a, k, name) else OTHERS[name](a["z", k])


def _is(a: Arrays, k: int, name: str) -> bool:
    return a.problem.layers[k - 1].sigma is OTHERS[name]


FORWARD += [Mistake("wrong activation", "f", _another_activation(name),
                    f"{name} where layer {{k}} has another activation") for name in OTHERS]


# The diagonal D_k --------------------------------------------------------------------------------

def _linear(a: Arrays, k: int) -> bool:
    return a.problem.layers[k - 1].sigma is None


def _at_f(a: Arrays, k: int) -> Any:
    f = a["f", k]
    return None if _linear(a, k) else a.slope(k, f, a.sigma(k, f))


def _in_z(a: Arrays, k: int) -> Any:
    """The formula by hand with z where f belongs: 1 - z²."""
    for name, by_hand in BY_HAND.items():
        if name != "relu" and _is(a, k, name):
            return by_hand(a["z", k])
    return None


def _of_relu(a: Arrays, k: int, x: np.ndarray) -> Any:
    return x * 1.0 if _is(a, k, "relu") else None


def _not_squared(a: Arrays, k: int) -> Any:
    return 1 - a["f", k] if _is(a, k, "tanh") or _is(a, k, "sigmoid") else None


def _another_slope(name: str, by_hand: bool) -> Rule:
    def rule(a: Arrays, k: int) -> Any:
        if _is(a, k, name):
            return None
        if by_hand:
            return BY_HAND[name](a["f", k])
        z = a["z", k]
        return BY_HAND[name](OTHERS[name](z))
    return rule


def _slope_of_layer(j: int) -> Rule:
    def rule(a: Arrays, k: int) -> Any:
        if j == k or not 1 <= j <= a.problem.L or a["z", j].shape != a["z", k].shape:
            return None
        return a.slope(j, a["z", j], a["f", j])
    return rule


DIAGONAL = [
    Mistake("lacks D", "D", lambda a, k: np.ones_like(a["z", k]),
            "lacks {slope}: the diagonal of D{k} is missing in (7)"),
    Mistake("sigma for its derivative", "D", lambda a, k: a["f", k],
            "σ(z{k}) stands where σ'(z{k}) belongs"),
    Mistake("slope at f", "D", _at_f, "σ' is taken at f{k}, not at z{k}"),
    Mistake("slope in z", "D", _in_z,
            "the formula for σ' takes f{k} = σ(z{k}), and was given z{k}"),
    Mistake("not squared", "D", _not_squared, "1 - σ(z{k}) stands where {slope} belongs"),
    Mistake("squared f", "D", lambda a, k: None if _linear(a, k) else a["f", k] ** 2,
            "f{k}² stands where {slope} belongs"),
    Mistake("condition turned round", "D", lambda a, k: _of_relu(a, k, a["z", k] < 0),
            "1 where z{k} < 0: the condition of the ReLU is the wrong way round"),
    Mistake("sign for slope", "D", lambda a, k: _of_relu(a, k, np.sign(a["z", k])),
            "the sign of z{k}, -1 where it should be 0: that is the derivative of |z|"),
    Mistake("D twice", "D", lambda a, k: RULES["D"](a, k) ** 2, "D{k} is in it twice"),
]
DIAGONAL += [Mistake("another slope", "D", _another_slope(name, by_hand),
                     f"the derivative of {name} where {{slope}} belongs")
             for name in SLOPES for by_hand in (True, False)]


def layers_of(problem: Problem) -> Iterator[Mistake]:
    """The mistakes that take D, W, f or dz of another layer of this network."""
    for j in range(problem.L + 1):
        yield Mistake("D of another layer", "D", _slope_of_layer(j),
                      f"D of the wrong layer: this is D{j}, and D{{k}} belongs here")
        yield Mistake("W of another layer", "df", _weights_of_layer(j),
                      f"W of the wrong layer: this is W{j}, and W{{n}} belongs here")
        yield Mistake("f of another layer", "dW", _values_of_layer(j),
                      f"{'x' if j == 0 else f'f{j}'} stands where {{before}} belongs")
        for step in ("dW", "db"):
            yield Mistake("dz of another layer", step, _upstream_of_layer(step, j),
                          f"dz of the wrong layer: this is dz{j}, and dz{{k}} belongs here")


# Back through W ----------------------------------------------------------------------------------

def _inner(a: Arrays, k: int) -> bool:
    return k < a.problem.L


def _without_W(a: Arrays, k: int) -> Any:
    if not _inner(a, k):
        return None
    dz = a["dz", k + 1]
    if dz.shape == a["z", k].shape:
        return dz
    return dz.sum(axis=1, keepdims=True) * np.ones_like(a["z", k])


def _weights_of_layer(j: int) -> Rule:
    def rule(a: Arrays, k: int) -> Any:
        if not _inner(a, k) or not 1 <= j <= a.problem.L or j == k + 1:
            return None
        W, wanted = a.W(j), a.W(k + 1).shape
        if W.shape == wanted:
            return a["dz", k + 1] @ W
        return a["dz", k + 1] @ W.T if W.T.shape == wanted else None
    return rule


def _through(a: Arrays, k: int, some: slice) -> Any:
    """df where only some neurons of the layer above are in it."""
    if not _inner(a, k) or len(a.b(k + 1)) < 2:
        return None
    return a["dz", k + 1][:, some] @ a.W(k + 1)[some]


def _slope_above(a: Arrays, k: int) -> Any:
    if not _inner(a, k) or _linear(a, k + 1):
        return None
    return (a["D", k + 1] * a["dz", k + 1]) @ a.W(k + 1)


THROUGH = [
    Mistake("not transposed", "df",
            lambda a, k: a["dz", k + 1] @ a.W(k + 1).T if _inner(a, k) and _square(a, k + 1)
            else None, "W{n} where its transpose belongs: (7) has W{n}ᵀ"),
    Mistake("no W", "df", _without_W, "W{n}ᵀ is missing in (7)"),
    Mistake("no W", "df", lambda a, k: a["dz", k + 1].sum(axis=1, keepdims=True)
            * np.ones_like(a["z", k]) if _inner(a, k) else None,
            "W{n}ᵀ is missing in (7): dz{n} is summed over the neurons"),
    Mistake("sums multiplied", "df", lambda a, k: a["dz", k + 1].sum(axis=1, keepdims=True)
            * a.W(k + 1).sum(axis=0) if _inner(a, k) else None,
            "dz{n} and W{n} were each summed before they were multiplied: (7) sums the products"),
    Mistake("no dz", "df", lambda a, k: np.ones_like(a["z", k]) * a.W(k + 1).sum(axis=0)
            if _inner(a, k) else None, "dz{n} is missing in (7): only the weights are summed"),
    Mistake("one neuron", "df", lambda a, k: _through(a, k, slice(0, 1)),
            "only the first neuron of layer {n} is in it: z{k} reaches all of them"),
    Mistake("one neuron", "df", lambda a, k: _through(a, k, slice(-1, None)),
            "only the last neuron of layer {n} is in it: is there a = where += belongs?"),
    Mistake("dz for df", "df", lambda a, k: None if _linear(a, k) or k == a.problem.L
            else RULES["df"](a, k) * a.slope(k, a["z", k], a["f", k]),
            "D{k} is in dL/df{k} already: this is dL/dz{k}"),
    Mistake("no upstream", "df",
            lambda a, k: np.ones_like(a["z", k + 1]) @ a.W(k + 1) if _inner(a, k)
            else np.ones_like(a["z", k]),
            "what comes from above is missing: (7) multiplies by it"),
    Mistake("df for dz above", "df",
            lambda a, k: a["df", k + 1] @ a.W(k + 1) if _inner(a, k) else None,
            "dL/df{n} was handed back instead of dL/dz{n}: D{n} is missing"),
    Mistake("another loss", "df",
            lambda a, k: None if _inner(a, k) else _residual(a, k),
            "f - y is the derivative of another loss"),
    Mistake("another loss", "df",
            lambda a, k: None if _inner(a, k) else _twice(_residual(a, k)),
            "2 (f - y) is the derivative of another loss, the squared one"),
    Mistake("no W and no upstream", "dz", lambda a, k: a["D", k],
            "only {slope}: what comes from above is missing"),
    Mistake("D of another layer", "dz", _slope_above,
            "D of the wrong layer: D{n} before W{n}ᵀ, where D{k} after it belongs"),
    Mistake("sum for product", "dz", lambda a, k: a["D", k] + a["df", k],
            "D{k} is added where it should be multiplied"),
    Mistake("divided by D", "dz", lambda a, k: _quotient(a["df", k], a["D", k]),
            "divided by {slope} instead of multiplied"),
]


def _targets(a: Arrays, k: int) -> Any:
    """The targets in the shape of the outputs, a class as its unit row; None where that fails."""
    f, Y = a["f", k], a.problem.Y
    if Y.size == f.size:
        return Y.reshape(f.shape)
    classes = Y.reshape(-1)
    whole = classes.size == len(f) and np.all(classes == classes.astype(int))
    if not whole or classes.min() < 0 or classes.max() >= f.shape[1]:
        return None
    return np.eye(f.shape[1])[classes.astype(int)]


def _at_output(rule: Callable[[Arrays, int, Any], Any], *names: str) -> Rule:
    """A rule for df of the last layer, given the targets; where losses are named, for these."""
    def applied(a: Arrays, k: int) -> Any:
        loss = a.problem.loss
        if _inner(a, k) or names and getattr(loss, "__name__", "") not in names:
            return None
        y = _targets(a, k)
        return None if y is None else rule(a, k, y)
    return applied


def _probabilities(a: Arrays, k: int, y: Any) -> Any:
    """p, where dL/df = p - y."""
    return RULES["df"](a, k) + y


ENTROPIES = ("cross_entropy", "binary_cross_entropy")
OUTPUT = [
    Mistake("no target", "df", _at_output(lambda a, k, y: 2 * a["f", k], "squared"),
            "y is missing: the derivative of (f - y)² is 2 (f - y)"),
    Mistake("not differentiated", "df", _at_output(lambda a, k, y: (a["f", k] - y) ** 2, "squared"),
            "this is (f - y)² itself, not its derivative"),
    Mistake("not differentiated", "df",
            _at_output(lambda a, k, y: 0.5 * (a["f", k] - y) ** 2, "squared"),
            "this is half of (f - y)², not its derivative"),
    Mistake("another loss", "df", _at_output(lambda a, k, y: np.sign(a["f", k] - y), "squared"),
            "the sign of f - y is the derivative of the absolute error, not of the squared one"),
    Mistake("relative error", "df", _at_output(lambda a, k, y: _relative(a["f", k], y), "squared"),
            "divided by y: the loss has the error itself, not the relative one"),
    Mistake("sum for difference", "df", _at_output(lambda a, k, y: 2 * (a["f", k] + y), "squared"),
            "f + y where f - y belongs"),
    Mistake("z at the output", "df", _at_output(lambda a, k, y: 2 * (a["z", k] - y), "squared"),
            "z{k} - y where f{k} - y belongs: the loss takes the output"),
    Mistake("no target", "df", _at_output(_probabilities, *ENTROPIES),
            "y is missing: the derivative of the cross-entropy is p - y"),
    Mistake("sum for difference", "df",
            _at_output(lambda a, k, y: _probabilities(a, k, y) + y, *ENTROPIES),
            "p + y where p - y belongs"),
    Mistake("slope of the loss twice", "df",
            _at_output(lambda a, k, y: (p := _probabilities(a, k, y)) * (1 - p) * (p - y),
                       *ENTROPIES),
            "multiplied by p (1 - p), which p - y has in it already"),
    Mistake("sign lost", "df", _at_output(lambda a, k, y: np.abs(RULES["df"](a, k)), "absolute"),
            "the sign of f - y is lost"),
]


def _residual(a: Arrays, k: int) -> Any:
    """f - y, where targets have the shape of outputs; a class counts as its unit row.

    None for the squared loss, where it is the right one but for a factor.
    """
    if a.problem.loss is squared:
        return None
    y = _targets(a, k)
    return None if y is None else a["f", k] - y


def _relative(f: Any, y: Any) -> Any:
    return 2 * (f - y) / y if np.all(y) else None


def _twice(x: Any) -> Any:
    return None if x is None else 2 * x


def _quotient(a: np.ndarray, b: np.ndarray) -> Any:
    return a / b if np.all(b) else None


# The gradients (8) -------------------------------------------------------------------------------

def _values_of_layer(j: int) -> Rule:
    def rule(a: Arrays, k: int) -> Any:
        if j == k - 1 or a["f", j].shape != a["f", k - 1].shape:
            return None
        return a["dz", k].T @ a["f", j]
    return rule


def _upstream_of_layer(step: str, j: int) -> Rule:
    def rule(a: Arrays, k: int) -> Any:
        if j <= k or a["dz", j].shape != a["dz", k].shape:
            return None                                 # those of earlier layers come later
        dz = a["dz", j]
        return dz.T @ a["f", k - 1] if step == "dW" else dz.sum(axis=0)
    return rule


GRADIENTS = [
    Mistake("z for f", "dW", lambda a, k: a["dz", k].T @ a["z", k - 1] if k > 1 else None,
            "z{p} stands where f{p} belongs"),
    Mistake("df for dz", "dW", lambda a, k: a["df", k].T @ a["f", k - 1],
            "dL/df{k} stands where dL/dz{k} belongs: {slope} is missing"),
    Mistake("last sample", "dW", lambda a, k: np.outer(a["dz", k][-1], a["f", k - 1][-1]),
            "only the last sample is in it: is there a = where += belongs?"),
    Mistake("first sample", "dW", lambda a, k: np.outer(a["dz", k][0], a["f", k - 1][0]),
            "only the first sample is in it"),
    Mistake("sums multiplied", "dW",
            lambda a, k: np.outer(a["dz", k].sum(axis=0), a["f", k - 1].sum(axis=0)),
            "dz{k} and {before} were each summed over the samples before they were multiplied"),
    Mistake("means multiplied", "dW",
            lambda a, k: np.outer(a["dz", k].mean(axis=0), a["f", k - 1].mean(axis=0)),
            "the means of dz{k} and of {before} over the samples were multiplied"),
    Mistake("no f", "dW",
            lambda a, k: np.outer(a["dz", k].sum(axis=0), np.ones(a.W(k).shape[1])),
            "{before} is missing in (8)"),
    Mistake("no dz", "dW",
            lambda a, k: np.ones_like(a["dz", k]).T @ a["f", k - 1], "dz{k} is missing in (8)"),
    Mistake("not summed", "dW", lambda a, k: a["dz", k][:, :, None] * a["f", k - 1][:, None, :],
            "not summed over the samples: one matrix for each of them"),
    Mistake("the parameter", "dW", lambda a, k: a.W(k), "this is W{k} itself"),
    Mistake("df for dz", "db", lambda a, k: a["df", k].sum(axis=0),
            "dL/df{k} stands where dL/dz{k} belongs: {slope} is missing"),
    Mistake("last sample", "db", lambda a, k: a["dz", k][-1],
            "only the last sample is in it: is there a = where += belongs?"),
    Mistake("first sample", "db", lambda a, k: a["dz", k][0], "only the first sample is in it"),
    Mistake("not summed", "db", lambda a, k: a["dz", k],
            "not summed over the samples: db{k} has an entry for each neuron"),
    Mistake("wrong axis", "db", lambda a, k: a["dz", k].sum(axis=1),
            "summed over the wrong axis: over the neurons, not over the samples"),
    Mistake("total", "db", lambda a, k: a["dz", k].sum() * np.ones(a.b(k).shape),
            "summed over samples and neurons"),
    Mistake("total", "db", lambda a, k: a["dz", k].sum(), "summed over samples and neurons"),
    Mistake("no dz", "db", lambda a, k: np.ones(a.b(k).shape),
            "only the derivative of z{k} with respect to b{k}, which is 1: dz{k} is missing"),
    Mistake("no dz", "db", lambda a, k: np.full(a.b(k).shape, float(a.problem.m)),
            "only the derivative of z{k} with respect to b{k}, once for each sample: dz{k} is "
            "missing"),
    Mistake("largest", "db", lambda a, k: a["dz", k].max(axis=0),
            "the largest of the samples, where their sum belongs"),
    Mistake("times b", "db", lambda a, k: a["dz", k].sum(axis=0) * a.b(k),
            "multiplied by b{k}: z depends on b with derivative 1"),
    Mistake("times f", "db", lambda a, k: (a["dz", k] * a["f", k]).sum(axis=0),
            "multiplied by f{k}: z depends on b with derivative 1"),
    Mistake("the parameter", "db", lambda a, k: a.b(k), "this is b{k} itself"),
]

ALL = [*FORWARD, *DIAGONAL, *THROUGH, *OUTPUT, *GRADIENTS]
