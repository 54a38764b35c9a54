"""The lecture's matrix formulas in NumPy: the network (3), and back propagation, Theorem 1.

m samples are the rows of X, so that z_k = W_k f_{k-1} + b_k (6) becomes Z_k = F_{k-1} W_k^T + b_k,
and (8), summed over the samples as the loss (4) is, dL/dW_k = (dL/dZ_k)^T F_{k-1}. sigma_k' comes
from the table of operations.

    W, b, sigma     of one layer        z, f    before and after its activation, by (6) and (3)
    dz, dW, db      dL/dz_k, ...        df      dL/df_k
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import Operation, Value
from nn.activations import Function, find_activation
from nn.checks import listed, shown
from nn.layers import MLP, Layer
from nn.losses import Loss, find_loss
from nn.samples import as_array, check_loss


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
    check_layers(layers)
    f = _floats(X, "X")
    inputs = layers[0][0].shape[1]
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
    check_layers(layers)
    zs, fs = _arrays(zs, "zs", len(layers)), _arrays(fs, "fs", len(layers) + 1)
    _check_shapes(layers, zs, fs)
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
    z = _floats(z, "z")
    check_sigma(sigma)
    if sigma is None:
        return z
    if not isinstance(sigma, Operation):
        both = autograd.value_and_grad(sigma)
        return _entrywise(lambda t: both(t)[0], z)
    f: np.ndarray = sigma(z)
    return f


def derivative(sigma: Function | None, z: np.ndarray, f: np.ndarray) -> np.ndarray:
    """sigma'(z), entry by entry, where f = sigma(z): the diagonal of D_k."""
    z, f = _floats(z, "z"), _floats(f, "f")
    check_sigma(sigma)
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
    for f, y in _rows(F, Y):
        outputs = [Value(number) for number in f]
        check_loss(loss(_as_output(outputs), y)).backward()
        rows.append([v.grad for v in outputs])
    return np.array(rows)


def loss_of(loss: str | Loss, F: np.ndarray, Y: np.ndarray) -> float:
    """The loss (4) of the outputs F (m, n_L)."""
    loss = find_loss(loss)
    with autograd.no_grad():
        losses = [check_loss(loss(_as_output([Value(x) for x in f]), y)).data
                  for f, y in _rows(F, Y)]
    return float(sum(losses))


def check_sigma(sigma: object) -> None:
    """Raise TypeError for what is neither a function nor None."""
    if sigma is not None and (not callable(sigma) or isinstance(sigma, type)):
        raise TypeError("sigma must be an operation, a function of one number, or None for a "
                        f"linear layer, got {shown(sigma)}")


def _rows(F: object, Y: object) -> list[tuple[list[float], Any]]:
    """The outputs and the target of each sample.

    Raises TypeError for anything but arrays of numbers, ValueError where they do not fit.
    """
    outputs, targets = _floats(F, "F"), as_array(Y, "Y", "numbers")
    if outputs.ndim != 2 or not outputs.size:
        raise ValueError(f"F must have a row of outputs for each sample, (m, n_L), got the shape "
                         f"{outputs.shape}")
    if targets.shape[:1] != outputs.shape[:1]:
        raise ValueError(f"F has {len(outputs)} samples, and Y the shape {targets.shape}: there "
                         "must be a target for each")
    return list(zip(outputs.tolist(), targets.tolist()))


def _as_output(values: list[Value]) -> Any:
    """The outputs as an MLP gives them: one Value comes alone."""
    return values if len(values) > 1 else values[0]


def _entrywise(function: Callable[[float], Any], z: np.ndarray) -> np.ndarray:
    result: np.ndarray = np.frompyfunc(function, 1, 1)(z)
    return result.astype(float)


def check_layers(layers: object) -> None:
    """Raise TypeError for what is not a list of layers."""
    given: list[Any] = listed(layers, "layers", "LayerMatrices")
    if not given:
        raise ValueError("layers is empty: nn.matrix.parameters(model) gives those of a model")
    for k, layer in enumerate(given):
        fits = isinstance(layer, tuple) and len(layer) == len(LayerMatrices._fields)
        W, b = (_floats(x, f"layers[{k}]") for x in layer[:2]) if fits else (np.zeros(0),) * 2
        if W.ndim != 2 or W.size == 0 or b.shape != W.shape[:1]:
            raise TypeError(f"layers[{k}] must be LayerMatrices, W (n, n0), b (n,) and sigma, as "
                            f"nn.matrix.parameters(model) gives; got {shown(layer)}")


def _check_shapes(layers: Sequence[LayerMatrices], zs: Sequence[np.ndarray],
                  fs: Sequence[np.ndarray]) -> None:
    """Raise ValueError where they are not of one forward pass."""
    for k, (W, b, _) in enumerate(layers):
        z, before, after = zs[k], fs[k], fs[k + 1]
        if z.shape != (*before.shape[:-1], *b.shape) or z.shape != after.shape \
                or before.shape[-1:] != W.shape[1:]:
            raise ValueError(f"layer {k + 1} has W {W.shape}, f_{k} {before.shape}, z {z.shape}, "
                             f"f_{k + 1} {after.shape}, which do not fit: zs and fs are what "
                             "forward(layers, X) gives")


def _arrays(x: object, name: str, n: int) -> list[np.ndarray]:
    """The arrays in a list. Raises TypeError for anything else, ValueError for another number."""
    found = [_floats(a, f"{name}[{i}]") for i, a in enumerate(listed(x, name, "arrays"))]
    if len(found) != n:
        raise ValueError(f"{name} has {len(found)} arrays, and must have {n}")
    return found


def _floats(x: object, name: str) -> np.ndarray:
    array = as_array(x, name, "numbers")
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, got {shown(x)}")
    floats: np.ndarray = array.astype(float)
    return floats
