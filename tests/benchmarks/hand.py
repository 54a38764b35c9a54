"""The benchmarks' computations in NumPy as a good engineer writes them by hand: the loss and its gradient.

Parameters come in one array theta, laid out as the scalar code's parameters: each neuron's weights, then its bias.
"""
from __future__ import annotations

import numpy as np


def layers(theta: np.ndarray, sizes: list[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """W (n_k, n_{k-1}) and b (n_k,) of each layer, views of theta."""
    found, start = [], 0
    for n_in, n_out in zip(sizes, sizes[1:]):
        rows = theta[start:start + n_out * (n_in + 1)].reshape(n_out, n_in + 1)
        found.append((rows[:, :-1], rows[:, -1]))
        start += rows.size
    return found


def moons(theta: np.ndarray, X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """2-16-16-1 with ReLU, mean hinge loss and 1e-4 times the sum of squares of theta."""
    sizes = [2, 16, 16, 1]
    (W1, b1), (W2, b2), (W3, b3) = layers(theta, sizes)
    z1 = X @ W1.T + b1
    f1 = np.maximum(z1, 0)
    z2 = f1 @ W2.T + b2
    f2 = np.maximum(z2, 0)
    z3 = f2 @ W3[0] + b3[0]
    margin = 1 - y * z3
    loss = np.maximum(margin, 0).sum() / len(X) + 1e-4 * (theta @ theta)
    dz3 = (margin > 0) * -y / len(X)
    dz2 = np.outer(dz3, W3[0]) * (z2 > 0)
    dz1 = dz2 @ W2 * (z1 > 0)
    gradient = 2e-4 * theta
    (dW1, db1), (dW2, db2), (dW3, db3) = layers(gradient, sizes)
    dW1 += dz1.T @ X
    db1 += dz1.sum(0)
    dW2 += dz2.T @ f1
    db2 += dz2.sum(0)
    dW3 += dz3 @ f2
    db3 += dz3.sum()
    return loss, gradient


def lecture(theta: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """1-100-1 with ReLU, the sum of absolute errors over the points x (m,)."""
    sizes = [1, 100, 1]
    (W1, b1), (W2, b2) = layers(theta, sizes)
    z1 = x[:, None] * W1[:, 0] + b1
    f1 = np.maximum(z1, 0)
    error = f1 @ W2[0] + b2[0] - y
    loss = np.abs(error).sum()
    dz2 = np.sign(error)
    dz1 = np.outer(dz2, W2[0]) * (z1 > 0)
    gradient = np.empty_like(theta)
    (dW1, db1), (dW2, db2) = layers(gradient, sizes)
    dW1[:, 0] = x @ dz1
    db1[:] = dz1.sum(0)
    dW2[0] = dz2 @ f1
    db2[:] = dz2.sum()
    return loss, gradient


def classes(theta: np.ndarray, X: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """64-32-10 with ReLU and softmax, the sum of cross-entropies; labels are the numbers of the classes."""
    sizes = [64, 32, 10]
    (W1, b1), (W2, b2) = layers(theta, sizes)
    rows = np.arange(len(X))
    z1 = X @ W1.T + b1
    f1 = np.maximum(z1, 0)
    z2 = f1 @ W2.T + b2
    e = np.exp(z2 - z2.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    loss = -np.log(p[rows, labels]).sum()
    dz2 = p
    dz2[rows, labels] -= 1
    dz1 = dz2 @ W2 * (z1 > 0)
    gradient = np.empty_like(theta)
    (dW1, db1), (dW2, db2) = layers(gradient, sizes)
    dW1[:] = dz1.T @ X
    db1[:] = dz1.sum(0)
    dW2[:] = dz2.T @ f1
    db2[:] = dz2.sum(0)
    return loss, gradient


def gpt(theta: np.ndarray, tokens: list[int], shapes: dict[str, tuple[int, int]], heads: int) -> tuple[float, np.ndarray]:
    """One layer of causal attention, as tests/benchmarks/gpt.py writes it in scalars: mean cross-entropy of the next token."""
    T, inputs, targets = len(tokens) - 1, tokens[:-1], tokens[1:]
    gradient = np.zeros_like(theta)
    P, D = _matrices(theta, shapes), _matrices(gradient, shapes)
    d = P["query"].shape[0]
    size = d // heads
    x0 = P["tokens"][inputs] + P["positions"][:T]
    s0 = ((x0 * x0).sum(1, keepdims=True) / d + 1e-5) ** -0.5
    x1 = x0 * s0
    s1 = ((x1 * x1).sum(1, keepdims=True) / d + 1e-5) ** -0.5
    h = x1 * s1
    split = lambda a: a.reshape(T, heads, size).transpose(1, 0, 2)
    q, k, v = split(h @ P["query"].T), split(h @ P["key"].T), split(h @ P["value"].T)
    scores = q @ k.transpose(0, 2, 1) / size ** 0.5
    scores = np.where(np.tri(T, dtype=bool), scores, -np.inf)
    a = np.exp(scores - scores.max(2, keepdims=True))
    a /= a.sum(2, keepdims=True)
    y = (a @ v).transpose(1, 0, 2).reshape(T, d)
    x2 = y @ P["out"].T + x1
    s2 = ((x2 * x2).sum(1, keepdims=True) / d + 1e-5) ** -0.5
    n2 = x2 * s2
    z = n2 @ P["up"].T
    f = np.maximum(z, 0)
    x3 = f @ P["down"].T + x2
    logits = x3 @ P["logits"].T
    e = np.exp(logits - logits.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    rows = np.arange(T)
    loss = -np.log(p[rows, targets]).sum() / T

    dlogits = p
    dlogits[rows, targets] -= 1
    dlogits /= T
    D["logits"][:] = dlogits.T @ x3
    dx3 = dlogits @ P["logits"]
    D["down"][:] = dx3.T @ f
    dz = dx3 @ P["down"] * (z > 0)
    D["up"][:] = dz.T @ n2
    dx2 = dx3 + _normalized_back(dz @ P["up"], x2, s2)
    D["out"][:] = dx2.T @ y
    dy = split(dx2 @ P["out"])
    dv = a.transpose(0, 2, 1) @ dy
    da = dy @ v.transpose(0, 2, 1)
    dscores = a * (da - (da * a).sum(2, keepdims=True)) / size ** 0.5
    dq, dk = dscores @ k, dscores.transpose(0, 2, 1) @ q
    join = lambda a: a.transpose(1, 0, 2).reshape(T, d)
    dq, dk, dv = join(dq), join(dk), join(dv)
    D["query"][:], D["key"][:], D["value"][:] = dq.T @ h, dk.T @ h, dv.T @ h
    dh = dq @ P["query"] + dk @ P["key"] + dv @ P["value"]
    dx1 = dx2 + _normalized_back(dh, x1, s1)
    dx0 = _normalized_back(dx1, x0, s0)
    np.add.at(D["tokens"], inputs, dx0)
    D["positions"][:T] = dx0
    return loss, gradient


def _normalized_back(dy: np.ndarray, x: np.ndarray, s: np.ndarray) -> np.ndarray:
    """The cotangent of x from that of y = x * s, s = (mean(x^2) + 1e-5)^(-1/2)."""
    return dy * s - x * ((dy * x).sum(1, keepdims=True) * s ** 3 / x.shape[1])


def _matrices(theta: np.ndarray, shapes: dict[str, tuple[int, int]]) -> dict[str, np.ndarray]:
    found, start = {}, 0
    for name, (n, m) in shapes.items():
        found[name] = theta[start:start + n * m].reshape(n, m)
        start += n * m
    return found
