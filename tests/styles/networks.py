"""Networks in the many ways to write a neuron, deep ones, attention, several outputs."""
from __future__ import annotations

import math

import numpy as np

from autograd import exp, log, maximum, sigmoid, sqrt, tanh
from tests.styles.case import Case, flat, matrix, split, style


def regression(m: int, n: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(31)
    X = rng.normal(size=(m, n))
    return rng, X, np.sin(X.sum(1))


def hidden_layer_by_hand(theta, X, y, k, scale=1.0):
    """A hidden layer of k tanh neurons (each its weights, then its bias), then v and c."""
    F, v, c = split(theta, (k, X.shape[1] + 1), (k,), ())
    h = np.tanh(X @ F[:, :-1].T + F[:, -1])
    e = h @ v + c - y
    d = 2 * scale * e
    dz = np.outer(d, v) * (1 - h * h)
    dF = np.empty(F.shape)
    dF[:, :-1], dF[:, -1] = dz.T @ X, dz.sum(0)
    return scale * (e @ e), flat(dF, d @ h, d.sum())


# One hidden layer, many ways -----------------------------------------------------------------

@style("neurons", (6, 3, 4), (200, 8, 16))
def neurons_in_comprehensions(m, n, k):
    rng, X, y = regression(m, n)

    def loss(p):
        *rest, c = p
        W, v = matrix(rest, 0, k, n + 1), rest[k * (n + 1):]
        out = []
        for x in X.tolist():
            h = [tanh(sum(w * xi for w, xi in zip(row, x)) + row[-1]) for row in W]
            out.append(sum(a * b for a, b in zip(v, h)) + c)
        return sum((o - t) ** 2 for o, t in zip(out, y.tolist())) / m
    return Case(0.4 * rng.normal(size=k * (n + 2) + 1), loss,
                lambda theta: hidden_layer_by_hand(theta, X, y, k, 1 / m))


@style("neurons", (6, 3, 4), (200, 8, 16))
def neurons_with_plus_equals(m, n, k):
    """The bias first, the number before the weight, everything with +=."""
    rng, X, y = regression(m, n)

    def loss(p):
        total = 0
        for s in range(m):
            out = p[-1]
            for i in range(k):
                z = p[i * (n + 1) + n]
                for j in range(n):
                    z += X[s, j].item() * p[i * (n + 1) + j]
                out += z.tanh() * p[k * (n + 1) + i]
            total += (y[s].item() - out) ** 2
        return total
    return Case(0.4 * rng.normal(size=k * (n + 2) + 1), loss,
                lambda theta: hidden_layer_by_hand(theta, X, y, k))


class Neuron:
    """As in micrograd."""

    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, x):
        return sum((wi * xi for wi, xi in zip(self.w, x)), self.b)


@style("neurons", (6, 3, 4), (200, 8, 16))
def neurons_as_objects(m, n, k):
    rng, X, y = regression(m, n)

    def loss(p):
        rows = matrix(p, 0, k, n + 1)
        hidden = [Neuron(row[:n], row[n]) for row in rows]
        last = Neuron(p[k * (n + 1):-1], p[-1])
        predictions = [last([neuron(x).tanh() for neuron in hidden]) for x in X.tolist()]
        losses = [(t - o) * (t - o) for o, t in zip(predictions, y.tolist())]
        return sum(losses) * (1.0 / len(losses))
    return Case(0.4 * rng.normal(size=k * (n + 2) + 1), loss,
                lambda theta: hidden_layer_by_hand(theta, X, y, k, 1 / m))


@style("neurons", (6, 3, 4), (200, 8, 16))
def neurons_for_samples(m, n, k):
    rng, X, y = regression(m, n)

    def loss(p, x):
        out = p[-1]
        for i in range(k):
            row = p[i * (n + 1):(i + 1) * (n + 1)]
            out = out + p[k * (n + 1) + i] * tanh(sum(w * u for w, u in zip(row, x[:n])) + row[n])
        return (out - x[n]) ** 2
    return Case(0.4 * rng.normal(size=k * (n + 2) + 1), loss,
                lambda theta, _: hidden_layer_by_hand(theta, X, y, k), np.column_stack((X, y)))


@style("neurons", (6, 3, 4), (200, 8, 16))
def sigmoid_written_out(m, n, k):
    """1 / (1 + exp(-z)) in the loop, a threshold subtracted."""
    rng, X, y = regression(m, n)

    def loss(p):
        W, thresholds, v = matrix(p, 0, k, n), p[k * n:k * n + k], p[k * n + k:]
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            out = 0.0
            for i in range(k):
                z = sum(W[i][j] * x[j] for j in range(n)) - thresholds[i]
                out = out + v[i] * (1 / (1 + exp(-z)))
            total = total + 0.5 * (t - out) ** 2
        return total

    def by_hand(theta):
        W, b, v = split(theta, (k, n), (k,), (k,))
        h = 1 / (1 + np.exp(b - X @ W.T))
        e = h @ v - y
        dz = np.outer(e, v) * h * (1 - h)
        return 0.5 * (e @ e), flat(dz.T @ X, -dz.sum(0), e @ h)
    return Case(rng.normal(size=k * (n + 2)), loss, by_hand)


@style("neurons", (6, 3, 4), (100, 8, 16))
def dropped_neurons(m, n, k):
    """Dropout with masks drawn beforehand: zeros times neurons."""
    rng, X, y = regression(m, n)
    M = (rng.random((m, k)) < 0.5) / 0.5

    def loss(p):
        W, v = matrix(p, 0, k, n), p[k * n:]
        total = 0.0
        for x, t, mask in zip(X.tolist(), y.tolist(), M.tolist()):
            h = [sum(w * xi for w, xi in zip(row, x)).relu() * keep for row, keep in zip(W, mask)]
            total += (sum(vi * hi for vi, hi in zip(v, h)) - t) ** 2
        return total

    def by_hand(theta):
        W, v = split(theta, (k, n), (k,))
        z = X @ W.T
        h = np.maximum(z, 0) * M
        e = h @ v - y
        dz = np.outer(2 * e, v) * M * (z > 0)
        return e @ e, flat(dz.T @ X, 2 * e @ h)
    return Case(0.5 * rng.normal(size=k * (n + 1)), loss, by_hand)


@style("neurons", (6, 3, 4), (100, 8, 16))
def layer_normalisation(m, n, k):
    rng, X, y = regression(m, n)

    def loss(p):
        W, v = matrix(p, 0, k, n), p[k * n:]
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            z = [sum(w * xi for w, xi in zip(row, x)) for row in W]
            mean = sum(z) / k
            var = sum((zi - mean) ** 2 for zi in z) / k
            h = [(zi - mean) / sqrt(var + 1e-3) for zi in z]
            total += (sum(vi * hi for vi, hi in zip(v, h)) - t) ** 2
        return total

    def by_hand(theta):
        W, v = split(theta, (k, n), (k,))
        z = X @ W.T
        z -= z.mean(1, keepdims=True)
        s = 1 / np.sqrt((z * z).mean(1, keepdims=True) + 1e-3)
        h = z * s
        e = h @ v - y
        dh = np.outer(2 * e, v)
        dz = s * (dh - h * (dh * h).mean(1, keepdims=True))
        dz -= dz.mean(1, keepdims=True)
        return e @ e, flat(dz.T @ X, 2 * e @ h)
    return Case(rng.normal(size=k * (n + 1)), loss, by_hand)


@style("neurons", (6, 3, 4), (60, 4, 8))
def batch_normalisation(m, n, k):
    """Mean and variance of each neuron over the batch."""
    rng, X, y = regression(m, n)

    def loss(p):
        W, v = matrix(p, 0, k, n), p[k * n:]
        Z = [[sum(w * xi for w, xi in zip(row, x)) for row in W] for x in X.tolist()]
        for i in range(k):
            mean = sum(Z[s][i] for s in range(m)) / m
            var = sum((Z[s][i] - mean) ** 2 for s in range(m)) / m
            scale = (var + 1e-3) ** -0.5
            for s in range(m):
                Z[s][i] = (Z[s][i] - mean) * scale
        out = [sum(vi * zi.tanh() for vi, zi in zip(v, z)) for z in Z]
        return sum((o - t) ** 2 for o, t in zip(out, y.tolist()))

    def by_hand(theta):
        W, v = split(theta, (k, n), (k,))
        Z = X @ W.T
        Z -= Z.mean(0)
        s = ((Z * Z).mean(0) + 1e-3) ** -0.5
        Z *= s
        h = np.tanh(Z)
        e = h @ v - y
        dZ = np.outer(2 * e, v) * (1 - h * h)
        dZ = s * (dZ - Z * (dZ * Z).mean(0))
        dZ -= dZ.mean(0)
        return e @ e, flat(dZ.T @ X, 2 * e @ h)
    return Case(rng.normal(size=k * (n + 1)), loss, by_hand)


# Deep networks -------------------------------------------------------------------------------

def deep_by_hand(theta, X, y, k, depth, skip):
    """`depth` layers of k tanh neurons without bias; with skip, each is added to its input."""
    W = theta.reshape(depth, k, k)
    H, T = [X], []
    for w in W:
        T.append(np.tanh(H[-1] @ w.T))
        H.append(T[-1] + H[-1] if skip else T[-1])
    e = H[-1].sum(1) - y
    dH, dW = np.repeat(2 * e[:, None], k, 1), np.empty(W.shape)
    for layer in range(depth - 1, -1, -1):
        dz = dH * (1 - T[layer] ** 2)
        dW[layer] = dz.T @ H[layer]
        dH = dz @ W[layer] + dH if skip else dz @ W[layer]
    return e @ e, dW.ravel()


@style("deep networks", (3, 3, 6), (20, 6, 10))
def deep_network(m, k, depth):
    rng, X, y = regression(m, k)

    def loss(p):
        layers = [matrix(p, layer * k * k, k, k) for layer in range(depth)]
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            for W in layers:
                x = [tanh(sum(w * xi for w, xi in zip(row, x))) for row in W]
            total += (sum(x) - t) ** 2
        return total
    return Case(rng.normal(size=depth * k * k) / math.sqrt(k), loss,
                lambda theta: deep_by_hand(theta, X, y, k, depth, False))


@style("deep networks", (3, 3, 6), (20, 6, 10))
def residual_network(m, k, depth):
    rng, X, y = regression(m, k)

    def loss(p):
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            for layer in range(depth):
                W = matrix(p, layer * k * k, k, k)
                x = [xi + tanh(sum(w * u for w, u in zip(row, x))) for xi, row in zip(x, W)]
            total = total + (t - sum(x)) ** 2
        return total
    return Case(0.3 * rng.normal(size=depth * k * k), loss,
                lambda theta: deep_by_hand(theta, X, y, k, depth, True))


@style("deep networks", (3, 2, 9), (16, 4, 64))
def very_deep_network(m, k, depth):
    """As many layers as a loop in time has steps, each with weights of its own."""
    return residual_network(m, k, depth)


@style("deep networks", (4, 6, 2), (60, 16, 4))
def autoencoder(m, n, k):
    """n-k-n with biases and sigmoid, the cross-entropy of each pixel."""
    rng = np.random.default_rng(32)
    X = (rng.random((m, n)) < 0.4).astype(float)

    def loss(p):
        W, b = matrix(p, 0, k, n), p[k * n:k * n + k]
        V, c = matrix(p, k * n + k, n, k), p[k * n + k + n * k:]
        total = 0.0
        for x in X.tolist():
            h = [sigmoid(sum(w * xi for w, xi in zip(row, x)) + bi) for row, bi in zip(W, b)]
            out = [sigmoid(sum(v * hi for v, hi in zip(row, h)) + ci) for row, ci in zip(V, c)]
            for xi, o in zip(x, out):
                total -= xi * log(o) + (1 - xi) * log(1 - o)
        return total / m

    def by_hand(theta):
        W, b, V, c = split(theta, (k, n), (k,), (n, k), (n,))
        h = 1 / (1 + np.exp(-(X @ W.T + b)))
        o = 1 / (1 + np.exp(-(h @ V.T + c)))
        value = -(X * np.log(o) + (1 - X) * np.log(1 - o)).sum() / m
        do = (o - X) / m
        dh = do @ V * h * (1 - h)
        return value, flat(dh.T @ X, dh.sum(0), do.T @ h, do.sum(0))
    return Case(0.5 * rng.normal(size=2 * k * n + k + n), loss, by_hand)


# Attention -----------------------------------------------------------------------------------

def attention_by_hand(theta, X, Y, d):
    """Causal attention with one head: the sum of squares of outputs minus Y."""
    T = len(X)
    Q, K, V = split(theta, *[(d, d)] * 3)
    q, k, v = X @ Q.T, X @ K.T, X @ V.T
    s = np.where(np.tri(T, dtype=bool), q @ k.T / math.sqrt(d), -np.inf)
    a = np.exp(s - s.max(1, keepdims=True))
    a /= a.sum(1, keepdims=True)
    e = a @ v - Y
    do = 2 * e
    da = do @ v.T
    ds = a * (da - (da * a).sum(1, keepdims=True)) / math.sqrt(d)
    return (e * e).sum(), flat((ds @ k).T @ X, (ds.T @ q).T @ X, (a.T @ do).T @ X)


@style("attention", (4, 2), (12, 6))
def ragged_attention(T, d):
    """Step t looks at the t steps so far: lists of every length."""
    rng = np.random.default_rng(33)
    X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, d))

    def loss(p):
        Q, K, V = (matrix(p, a * d * d, d, d) for a in range(3))
        apply = lambda W, x: [sum(w * xi for w, xi in zip(row, x)) for row in W]    # noqa: E731
        keys, values = [], []
        total = 0.0
        for x, y in zip(X.tolist(), Y.tolist()):
            keys.append(apply(K, x))
            values.append(apply(V, x))
            q = apply(Q, x)
            scores = [sum(qi * ki for qi, ki in zip(q, k)) / d ** 0.5 for k in keys]
            exps = [exp(s) for s in scores]
            s = sum(exps)
            weights = [e / s for e in exps]
            out = [sum(w * v[j] for w, v in zip(weights, values)) for j in range(d)]
            total += sum((o - yi) ** 2 for o, yi in zip(out, y))
        return total
    return Case(0.5 * rng.normal(size=3 * d * d), loss,
                lambda theta: attention_by_hand(theta, X, Y, d))


@style("attention", (4, 2), (10, 5))
def ragged_attention_shifted_by_max(T, d):
    rng = np.random.default_rng(34)
    X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, d))

    def loss(p):
        Q, K, V = (matrix(p, a * d * d, d, d) for a in range(3))
        q, k, v = ([[sum(W[i][j] * x[j] for j in range(d)) for i in range(d)] for x in X.tolist()]
                   for W in (Q, K, V))
        total = 0.0
        for t in range(T):
            s = [sum(q[t][j] * k[u][j] for j in range(d)) / math.sqrt(d) for u in range(t + 1)]
            top = s[0]
            for si in s[1:]:
                top = maximum(top, si)
            w = [exp(si - top) for si in s]
            for j in range(d):
                out = sum(w[u] * v[u][j] for u in range(t + 1)) / sum(w)
                total += (out - Y[t, j].item()) ** 2
        return total
    return Case(0.5 * rng.normal(size=3 * d * d), loss,
                lambda theta: attention_by_hand(theta, X, Y, d))


@style("attention", (5, 3, 2), (40, 8, 4))
def mixture_of_experts(m, n, k):
    """Experts are linear; a softmax gate weighs them."""
    rng, X, y = regression(m, n)

    def loss(p):
        G, W = matrix(p, 0, k, n), matrix(p, k * n, k, n)
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            g = [exp(sum(a * xi for a, xi in zip(row, x))) for row in G]
            o = [sum(a * xi for a, xi in zip(row, x)) for row in W]
            total += (sum(gi * oi for gi, oi in zip(g, o)) / sum(g) - t) ** 2
        return total

    def by_hand(theta):
        G, W = split(theta, (k, n), (k, n))
        g = np.exp(X @ G.T)
        g /= g.sum(1, keepdims=True)
        o = X @ W.T
        out = (g * o).sum(1)
        e = out - y
        d = 2 * e[:, None] * g
        return e @ e, flat((d * (o - out[:, None])).T @ X, d.T @ X)
    return Case(0.5 * rng.normal(size=2 * k * n), loss, by_hand)


# Several outputs -----------------------------------------------------------------------------

@style("several outputs", (5, 3, 4, 2), (200, 8, 16, 5))
def outputs_for_samples(m, n, k, classes):
    """The probabilities of a network, not a loss: one output for each class."""
    rng, X, _ = regression(m, n)

    def outputs(p, x):
        W, V = matrix(p, 0, k, n), matrix(p, k * n, classes, k)
        h = [tanh(sum(w * xi for w, xi in zip(row, x))) for row in W]
        e = [exp(sum(v * hi for v, hi in zip(row, h))) for row in V]
        s = sum(e)
        return [ei / s for ei in e]

    def by_hand(theta, X):
        W, V = split(theta, (k, n), (classes, k))
        e = np.exp(np.tanh(X @ W.T) @ V.T)
        return e / e.sum(1, keepdims=True)
    return Case(0.5 * rng.normal(size=k * (n + classes)), outputs, by_hand, X, True)


@style("several outputs", (5, 3, 4), (150, 8, 16))
def all_predictions(m, n, k):
    """A prediction for each point of the data, as a list."""
    rng, X, _ = regression(m, n)

    def outputs(p):
        W, v = matrix(p, 0, k, n), p[k * n:]
        return [sum(vi * sum(w * xi for w, xi in zip(row, x)).relu() for vi, row in zip(v, W))
                for x in X.tolist()]

    def by_hand(theta):
        W, v = split(theta, (k, n), (k,))
        return np.maximum(X @ W.T, 0) @ v
    return Case(0.5 * rng.normal(size=k * (n + 1)), outputs, by_hand, None, True)
