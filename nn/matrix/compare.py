"""Three ways to each derivative of a network, side by side: `compare`.

The scalar engine knows nothing of matrices, the theorem nothing of graphs, finite differences of
neither.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

import autograd
from nn.checks import whole
from nn.display import table
from nn.layers import MLP
from nn.losses import Loss, find_loss, total
from nn.matrix.formulas import (LayerGradients, LayerMatrices, backward, check_layers, forward,
                                loss_of, output_derivatives, parameters)
from nn.samples import sample_pairs


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

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The table of `table`, and of how many rows it is a part."""
        head, *rows = self.table()
        part = f"{len(rows)} of {len(self)} rows. " if len(rows) < len(self) else ""
        return table(head, rows, part + self.summary())


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
    parameters(model)                           # raises for what is not a network of layers (3)
    X, Y = sample_pairs(X, Y)
    whole_loss = total(loss, [model(x) for x in X.tolist()], Y.tolist())
    gradient: list[float] = autograd.gradients(whole_loss, model.parameters())
    return gradient


def difference_quotients(layers: Sequence[LayerMatrices], X: np.ndarray, Y: np.ndarray,
                         loss: Loss) -> Iterator[float]:
    """Central differences (L(theta + h) - L(theta - h)) / 2h for each of model.parameters()."""
    check_layers(layers)
    X, Y = sample_pairs(X, Y)
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
