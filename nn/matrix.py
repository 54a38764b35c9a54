"""The lecture's matrix formulas in NumPy: the network (3), and back propagation, Theorem 1.

m samples are the rows of X, so that z_k = W_k f_{k-1} + b_k (6) becomes Z_k = F_{k-1} W_k^T + b_k,
and (8), summed over the samples as the loss (4) is, dL/dW_k = (dL/dZ_k)^T F_{k-1}. sigma_k' comes
from the table of operations. These formulas and the scalar engine reach the same numbers by
different ways; `compare` lays them side by side.

    W, b, sigma     of one layer        z, f    before and after its activation, by (6) and (3)
    dz, dW, db      dL/dz_k, ...        df      dL/df_k
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import Operation, Value
from nn.activations import Function, find_activation
from nn.checks import shown, whole
from nn.layers import MLP, Layer
from nn.losses import Loss, find_loss, total
from nn.samples import as_array, sample_pairs


class LayerMatrices(NamedTuple):
    """W_k (n_k, n_{k-1}), b_k (n_k,) and sigma_k: an operation, a function, or None for linear."""
    W: np.ndarray
    b: np.ndarray
    sigma: Function | None


class LayerGradients(NamedTuple):
    """dL/dz_k, (n_k,) or a row for each sample; the sums dL/dW_k (n_k, n_{k-1}), dL/db_k."""
    dz: np.ndarray
    dW: np.ndarray
    db: np.ndarray


def parameters(model: MLP) -> list[LayerMatrices]:
    """W_k, b_k and sigma_k of each layer, k = 1, ..., L.

    Raises TypeError where a layer is not of the form (3).
    """
    if not isinstance(model, MLP):
        raise TypeError(f"the formulas are those of an nn.MLP, got {shown(model)}")
    for layer in model.layers:
        if type(layer).__call__ is not Layer.__call__:
            raise TypeError("the formulas are those of layers sigma(W f + b); "
                            f"{type(layer).__name__} computes something else")
    return [_matrices(layer) for layer in model.layers]


def _matrices(layer: Layer) -> LayerMatrices:
    W = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
    b = np.array([neuron.b.data for neuron in layer.neurons])
    return LayerMatrices(W, b, find_activation(layer.activation))


# The formulas -----------------------------------------------------------------

def forward(layers: Sequence[LayerMatrices],
            X: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """z_1, ..., z_L and f_0, ..., f_L by (3) and (6), for one sample X (n0,) or for m (m, n0).

    Raises TypeError for anything but numbers, ValueError when X has another number of columns than
    the first layer has inputs.
    """
    f = _floats(X, "X")
    inputs = layers[0].W.shape[1]
    if f.ndim not in (1, 2) or f.shape[-1] != inputs:
        raise ValueError(f"X has shape {f.shape}, the network needs (m, {inputs})")
    zs, fs = [], [f]
    for W, b, sigma in layers:
        z = f @ W.T + b                                         # (6)
        f = activate(sigma, z)                                  # (3)
        zs.append(z)
        fs.append(f)
    return zs, fs


def backward(layers: Sequence[LayerMatrices], zs: Sequence[np.ndarray], fs: Sequence[np.ndarray],
             df: np.ndarray) -> list[LayerGradients]:
    """dL/dz_k, dL/dW_k, dL/db_k for k = 1, ..., L by Theorem 1.

    zs and fs are what `forward` gave, df = dL/df_L. Raises ValueError when df has another shape
    than f_L.
    """
    df = _floats(df, "df")
    if df.shape != fs[-1].shape:
        raise ValueError(f"df has shape {df.shape}, the output of the network has {fs[-1].shape}")
    gradients = []
    for k in range(len(layers), 0, -1):
        W, _, sigma = layers[k - 1]
        dz = derivative(sigma, zs[k - 1], fs[k]) * df           # D_k dL/df_k, D_k being diagonal
        dW = np.atleast_2d(dz).T @ np.atleast_2d(fs[k - 1])     # (8)
        gradients.append(LayerGradients(dz, dW, np.atleast_2d(dz).sum(axis=0)))
        df = dz @ W                                             # W_k^T dL/dz_k: with D_{k-1}, (7)
    return gradients[::-1]


def activate(sigma: Function | None, z: np.ndarray) -> np.ndarray:
    """sigma(z), entry by entry."""
    if sigma is None:
        return z
    if not isinstance(sigma, Operation):
        both = autograd.value_and_grad(sigma)
        return _entrywise(lambda t: both(t)[0], z)
    f: np.ndarray = sigma(z)
    return f


def derivative(sigma: Function | None, z: np.ndarray, f: np.ndarray) -> np.ndarray:
    """sigma'(z), entry by entry, where f = sigma(z): the diagonal of D_k."""
    if sigma is None:
        return np.ones_like(z)
    if not isinstance(sigma, Operation):
        return _entrywise(autograd.grad(sigma), z)
    partial = sigma.partial(0, f, (z,))
    return np.zeros_like(z) if partial is None else np.broadcast_to(partial, z.shape)


def output_derivatives(loss: str | Loss, F: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """dL/df_L (m, n_L) at the outputs F (m, n_L), by the engine."""
    loss = find_loss(loss)
    rows = []
    for f, y in zip(F.tolist(), Y.tolist()):
        outputs = [Value(number) for number in f]
        loss(_as_output(outputs), y).backward()
        rows.append([v.grad for v in outputs])
    return np.array(rows)


def loss_of(loss: str | Loss, F: np.ndarray, Y: np.ndarray) -> float:
    """The loss (4) of the outputs F (m, n_L)."""
    loss = find_loss(loss)
    with autograd.no_grad():
        losses = [loss(_as_output([Value(x) for x in f]), y).data
                  for f, y in zip(F.tolist(), Y.tolist())]
    return float(sum(losses))


def _as_output(values: list[Value]) -> Any:
    """The outputs as an MLP gives them: one Value comes alone."""
    return values if len(values) > 1 else values[0]


def _entrywise(function: Callable[[float], Any], z: np.ndarray) -> np.ndarray:
    result: np.ndarray = np.frompyfunc(function, 1, 1)(z)
    return result.astype(float)


def _floats(x: object, name: str) -> np.ndarray:
    array = as_array(x, name, "numbers")
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, got {shown(x)}")
    floats: np.ndarray = array.astype(float)
    return floats


# Side by side -----------------------------------------------------------------

class Row(NamedTuple):
    """One parameter: its name, such as W1(2,3), and dL with respect to it in three ways."""
    name: str
    engine: float
    theorem: float
    differences: float


class Comparison(list[Row]):
    """The rows of `compare`; prints as a table.

    loss                    the loss (4) itself
    theorem_difference      the largest |engine - theorem|, relative to the largest derivative
    quotient_difference     the largest |engine - finite differences|, relative to the same
    """

    def __init__(self, loss: float, rows: Sequence[Row]) -> None:
        super().__init__(rows)
        self.loss = loss
        scale = max(abs(row.engine) for row in rows) or 1.0
        self.theorem_difference = max(abs(row.engine - row.theorem) for row in rows) / scale
        self.quotient_difference = max(abs(row.engine - row.differences) for row in rows) / scale

    def table(self, most: int = 24) -> list[tuple[str, ...]]:
        """Headings and rows as text, no more than about `most` rows, taken evenly from all."""
        stride = -(-len(self) // whole(most, "most"))
        head = ("dL / d", "scalar engine", "theorem (7), (8)", "finite differences")
        return [head] + [(row.name, *(f"{x:.12f}" for x in row[1:])) for row in self[::stride]]

    def by_array(self) -> list[tuple[str, int, float, float]]:
        """For each W_k and b_k: name, size, largest differences from theorem and quotients."""
        arrays: dict[str, list[Row]] = {}
        for row in self:
            arrays.setdefault(row.name.partition("(")[0], []).append(row)
        return [(name, len(rows),
                 max(abs(row.engine - row.theorem) for row in rows),
                 max(abs(row.engine - row.differences) for row in rows))
                for name, rows in arrays.items()]

    def summary(self) -> str:
        """How many derivatives there are and how far the three ways are apart."""
        return (f"{len(self)} derivatives of L = {self.loss:.6g}. Largest difference, relative to "
                "the largest derivative: "
                f"engine and theorem {self.theorem_difference:.1e}, "
                f"engine and finite differences {self.quotient_difference:.1e}.")

    def __str__(self) -> str:
        lines = [f"{name:>10} " + "".join(f"{x:>22}" for x in numbers)
                 for name, *numbers in self.table()]
        return "\n".join([*lines, self.summary()])


def compare(model: MLP, xs: object, ys: object, loss: str | Loss = "squared") -> Comparison:
    """dL/dW_k(i,j) and dL/db_k(i) of (4) by the engine, by (7) and (8), by finite differences.

    model, xs, ys, loss are as for `fit`; no grad is changed. Finite differences are central,
    accurate to about 1e-9, but not where a ReLU or an absolute value has its kink within 1e-5 of a
    sample. Raises what `fit` raises, TypeError where a layer is not of the form (3).
    """
    loss = find_loss(loss)
    layers = parameters(model)
    X, Y = sample_pairs(xs, ys)
    X = X.reshape(len(X), -1).astype(float)
    zs, fs = forward(layers, X)
    theorem = _in_order(backward(layers, zs, fs, output_derivatives(loss, fs[-1], Y)))
    engine = engine_gradient(model, X, Y, loss)
    quotients = difference_quotients(layers, X, Y, loss)
    rows = [Row(name, e, t, q) for (name, t), e, q in zip(theorem, engine, quotients)]
    return Comparison(loss_of(loss, fs[-1], Y), rows)


def engine_gradient(model: MLP, X: np.ndarray, Y: np.ndarray, loss: Loss) -> list[float]:
    """dL with respect to each of model.parameters(), by the graph of the whole loss."""
    whole_loss = total(loss, [model(x) for x in X.tolist()], Y.tolist())
    gradient: list[float] = autograd.gradients(whole_loss, model.parameters())
    return gradient


def difference_quotients(layers: Sequence[LayerMatrices], X: np.ndarray, Y: np.ndarray,
                         loss: Loss) -> Iterator[float]:
    """Central differences (L(theta + h) - L(theta - h)) / 2h for each of model.parameters()."""
    layers = [LayerMatrices(W.copy(), b.copy(), sigma) for W, b, sigma in layers]

    def loss_here() -> float:
        return loss_of(loss, forward(layers, X)[1][-1], Y)
    for W, b, _ in layers:
        for i in range(len(b)):
            yield from [_central(loss_here, W[i], j) for j in range(W.shape[1])]
            yield _central(loss_here, b, i)


def _central(function: Callable[[], float], array: np.ndarray, i: int) -> float:
    """The central difference with respect to array[i], which is put back afterwards."""
    before = float(array[i])
    h = 6e-6 * max(1.0, abs(before))            # about the cube root of the rounding error
    array[i] = before + h
    above = function()
    array[i] = before - h
    below = function()
    array[i] = before
    return (above - below) / (2 * h)


def _in_order(gradients: Sequence[LayerGradients]) -> Iterator[tuple[str, float]]:
    """Names and derivatives as in model.parameters(): of each neuron its weights, then its bias."""
    for k, (_, dW, db) in enumerate(gradients, 1):
        for i in range(len(db)):
            yield from [(f"W{k}({i + 1},{j + 1})", float(x)) for j, x in enumerate(dW[i])]
            yield f"b{k}({i + 1})", float(db[i])
