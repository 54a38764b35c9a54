"""Recurrent and gated networks: each step uses the state before. By hand they are loops, too."""
from __future__ import annotations

import numpy as np

from autograd import exp, log, sigmoid, tanh
from tests.styles.case import Case, flat, matrix, split, style


def sigma(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


# Recurrent networks --------------------------------------------------------------------------

def rnn_states(X, W, U, b):
    """h_0 = 0, h_t = tanh(W x_t + U h_(t-1) + b): (T + 1, ..., k) for X (T, ..., n)."""
    Z = X @ W.T + b
    H = np.zeros((len(X) + 1, *Z.shape[1:]))
    for t in range(len(X)):
        H[t + 1] = np.tanh(Z[t] + H[t] @ U.T)
    return H


def rnn_back(dH, X, H, U):
    """The gradients of W, U and b, given those of the states from outside."""
    dZ = np.empty(dH.shape)
    dh = np.zeros(dH.shape[1:])
    for t in range(len(X) - 1, -1, -1):
        dZ[t] = (dH[t] + dh) * (1 - H[t + 1] * H[t + 1])
        dh = dZ[t] @ U
    Z, P = dZ.reshape(-1, len(U)), H[:-1].reshape(-1, len(U))
    return Z.T @ X.reshape(len(Z), -1), Z.T @ P, Z.sum(0)


@style("recurrent networks", (7, 2, 3), (10, 4, 8), name="rnn_10")
@style("recurrent networks", (20, 2, 3), (20, 4, 8), name="rnn_20")
@style("recurrent networks", (70, 2, 2), (100, 4, 8), name="rnn_100")
def rnn(T, n, k):
    """One sequence; a linear output after the last step."""
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(T, n)), 0.5

    def loss(p):
        Wx, Wh = matrix(p, 0, k, n), matrix(p, k * n, k, k)
        b, v = p[k * (n + k):k * (n + k + 1)], p[k * (n + k + 1):]
        h = [0.0] * k
        for x in X.tolist():
            h = [tanh(sum(w * xi for w, xi in zip(Wx[i], x))
                      + sum(w * hi for w, hi in zip(Wh[i], h)) + b[i]) for i in range(k)]
        return (sum(vi * hi for vi, hi in zip(v, h)) - y) ** 2

    def by_hand(theta):
        W, U, b, v = split(theta, (k, n), (k, k), (k,), (k,))
        H = rnn_states(X, W, U, b)
        e = H[-1] @ v - y
        dH = np.zeros((T, k))
        dH[-1] = 2 * e * v
        return e * e, flat(*rnn_back(dH, X, H, U), 2 * e * H[-1])
    return Case(0.4 * rng.normal(size=k * (n + k + 2)), loss, by_hand)


@style("recurrent networks", (6, 2, 3), (20, 4, 8))
def rnn_output_at_each_step(T, n, k):
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(T, n)), rng.normal(size=T)

    def loss(p):
        Wx, Wh = matrix(p, 0, k, n), matrix(p, k * n, k, k)
        b, v = p[k * (n + k):k * (n + k + 1)], p[k * (n + k + 1):]
        h = [0.0 for _ in range(k)]
        total = 0.0
        for x, yt in zip(X.tolist(), y.tolist()):
            new = []
            for i in range(k):
                z = b[i]
                for j in range(n):
                    z = z + Wx[i][j] * x[j]
                for j in range(k):
                    z = z + Wh[i][j] * h[j]
                new.append(z.tanh())
            h = new
            out = sum(v[i] * h[i] for i in range(k))
            total = total + (yt - out) ** 2
        return total / T

    def by_hand(theta):
        W, U, b, v = split(theta, (k, n), (k, k), (k,), (k,))
        H = rnn_states(X, W, U, b)
        e = H[1:] @ v - y
        d = 2 / T * e
        return e @ e / T, flat(*rnn_back(np.outer(d, v), X, H, U), d @ H[1:])
    return Case(0.4 * rng.normal(size=k * (n + k + 2)), loss, by_hand)


@style("recurrent networks", (3, 6, 2, 3), (16, 10, 2, 8))
def rnn_batch_of_sequences(m, T, n, k):
    """m sequences of the same length, one loop in another."""
    rng = np.random.default_rng(3)
    X, t = rng.normal(size=(T, m, n)), (rng.random(m) < 0.5).astype(float)

    def loss(p):
        Wx, Wh = matrix(p, 0, k, n), matrix(p, k * n, k, k)
        b, v = p[k * (n + k):k * (n + k + 1)], p[k * (n + k + 1):]
        nll = 0.0
        for s in range(m):
            h = [0.0] * k
            for x in X[:, s].tolist():
                h = [tanh(b[i] + sum(Wx[i][j] * x[j] for j in range(n))
                          + sum(Wh[i][j] * h[j] for j in range(k))) for i in range(k)]
            q = sigmoid(sum(vi * hi for vi, hi in zip(v, h)))
            nll = nll - t[s].item() * log(q) - (1 - t[s].item()) * log(1 - q)
        return nll

    def by_hand(theta):
        W, U, b, v = split(theta, (k, n), (k, k), (k,), (k,))
        H = rnn_states(X, W, U, b)
        q = sigma(H[-1] @ v)
        dH = np.zeros((T, m, k))
        dH[-1] = np.outer(q - t, v)
        value = -(t * np.log(q) + (1 - t) * np.log(1 - q)).sum()
        return value, flat(*rnn_back(dH, X, H, U), (q - t) @ H[-1])
    return Case(0.4 * rng.normal(size=k * (n + k + 2)), loss, by_hand)


@style("recurrent networks", (4, 5, 2, 2), (100, 8, 2, 6))
def rnn_for_samples(m, T, n, k):
    """The same network, recorded for one sequence and run for m."""
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(T, m, n)), rng.normal(size=m)
    samples = np.hstack((X.transpose(1, 0, 2).reshape(m, T * n), y[:, None]))

    def loss(p, x):
        Wx, Wh = matrix(p, 0, k, n), matrix(p, k * n, k, k)
        b, v = p[k * (n + k):k * (n + k + 1)], p[k * (n + k + 1):]
        h = [0.0] * k
        for t in range(T):
            now = x[t * n:(t + 1) * n]
            h = [tanh(sum(Wx[i][j] * now[j] for j in range(n))
                      + sum(Wh[i][j] * h[j] for j in range(k)) + b[i]) for i in range(k)]
        return (sum(vi * hi for vi, hi in zip(v, h)) - x[-1]) ** 2

    def by_hand(theta, _):
        W, U, b, v = split(theta, (k, n), (k, k), (k,), (k,))
        H = rnn_states(X, W, U, b)
        e = H[-1] @ v - y
        dH = np.zeros((T, m, k))
        dH[-1] = np.outer(2 * e, v)
        return e @ e, flat(*rnn_back(dH, X, H, U), 2 * e @ H[-1])
    return Case(0.4 * rng.normal(size=k * (n + k + 2)), loss, by_hand, samples)


@style("recurrent networks", (8, 4, 3), (20, 10, 8))
def letters_one_by_one(T, n, k):
    """A recurrent network that predicts the next letter; letters are looked-up columns."""
    rng = np.random.default_rng(5)
    text = rng.integers(0, n, T + 1)
    given, wanted = text[:-1], text[1:]

    def loss(p):
        E, Wh, V = matrix(p, 0, n, k), matrix(p, n * k, k, k), matrix(p, n * k + k * k, n, k)
        h = [0.0] * k
        nll = 0.0
        for a, b in zip(given.tolist(), wanted.tolist()):
            h = [tanh(E[a][i] + sum(Wh[i][j] * h[j] for j in range(k))) for i in range(k)]
            o = [sum(V[c][i] * h[i] for i in range(k)) for c in range(n)]
            nll = nll + log(sum(exp(v) for v in o)) - o[b]
        return nll

    def by_hand(theta):
        E, U, V = split(theta, (n, k), (k, k), (n, k))
        H = np.zeros((T + 1, k))
        for t in range(T):
            H[t + 1] = np.tanh(E[given[t]] + U @ H[t])
        o = H[1:] @ V.T
        e = np.exp(o)
        s = e.sum(1)
        value = np.log(s).sum() - o[np.arange(T), wanted].sum()
        do = e / s[:, None]
        do[np.arange(T), wanted] -= 1
        dH, dZ, dh = do @ V, np.empty((T, k)), np.zeros(k)
        for t in range(T - 1, -1, -1):
            dZ[t] = (dH[t] + dh) * (1 - H[t + 1] ** 2)
            dh = dZ[t] @ U
        dE = np.zeros((n, k))
        np.add.at(dE, given, dZ)
        return value, flat(dE, dZ.T @ H[:-1], do.T @ H[1:])
    return Case(0.4 * rng.normal(size=k * (2 * n + k)), loss, by_hand)


@style("gated networks", (5, 2, 2), (10, 4, 6))
def lstm(T, n, k):
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(T, n)), rng.normal(size=T)

    def loss(p):
        W, v = matrix(p, 0, 4 * k, n + k + 1), p[4 * k * (n + k + 1):]
        h, c = [0.0] * k, [0.0] * k
        total = 0.0
        for x, yt in zip(X.tolist(), y.tolist()):
            xh = x + h + [1.0]
            z = [sum(w * u for w, u in zip(row, xh)) for row in W]
            i = [sigmoid(a) for a in z[:k]]
            f = [sigmoid(a) for a in z[k:2 * k]]
            o = [sigmoid(a) for a in z[2 * k:3 * k]]
            g = [tanh(a) for a in z[3 * k:]]
            c = [f[j] * c[j] + i[j] * g[j] for j in range(k)]
            h = [o[j] * tanh(c[j]) for j in range(k)]
            total += (sum(vj * hj for vj, hj in zip(v, h)) - yt) ** 2
        return total

    def by_hand(theta):
        W, v = split(theta, (4 * k, n + k + 1), (k,))
        XH, G = np.ones((T + 1, n + k + 1)), np.empty((T, 4 * k))
        C, S = np.zeros((T + 1, k)), np.empty((T, k))
        XH[:T, :n], XH[0, n:-1] = X, 0
        for t in range(T):
            z = W @ XH[t]
            G[t, :3 * k], G[t, 3 * k:] = sigma(z[:3 * k]), np.tanh(z[3 * k:])
            i, f, o, g = G[t].reshape(4, k)
            C[t + 1] = f * C[t] + i * g
            S[t] = np.tanh(C[t + 1])
            XH[t + 1, n:-1] = o * S[t]
        H = XH[1:, n:-1]
        e = H @ v - y
        dZ, dh, dc = np.empty((T, 4 * k)), np.zeros(k), np.zeros(k)
        for t in range(T - 1, -1, -1):
            i, f, o, g = G[t].reshape(4, k)
            dh = dh + 2 * e[t] * v
            dc = dc + dh * o * (1 - S[t] * S[t])
            dZ[t, :k], dZ[t, k:2 * k] = dc * g * i * (1 - i), dc * C[t] * f * (1 - f)
            dZ[t, 2 * k:3 * k], dZ[t, 3 * k:] = dh * S[t] * o * (1 - o), dc * i * (1 - g * g)
            dc, dh = dc * f, dZ[t] @ W[:, n:-1]
        return e @ e, flat(dZ.T @ XH[:-1], 2 * e @ H)
    return Case(0.4 * rng.normal(size=4 * k * (n + k + 1) + k), loss, by_hand)


@style("gated networks", (5, 2, 2), (10, 4, 6))
def gru(T, n, k):
    rng = np.random.default_rng(7)
    X = rng.normal(size=(T, n))

    def loss(p):
        size = k * (n + k)
        Wr, Wu, Wn = (matrix(p, a * size, k, n + k) for a in range(3))
        dot = lambda row, a: sum(w * ai for w, ai in zip(row, a))           # noqa: E731
        h = [0.0] * k
        for x in X.tolist():
            r = [sigmoid(dot(row, x + h)) for row in Wr]
            u = [sigmoid(dot(row, x + h)) for row in Wu]
            new = [tanh(dot(row, x + [ri * hi for ri, hi in zip(r, h)])) for row in Wn]
            h = [(1 - u[i]) * new[i] + u[i] * h[i] for i in range(k)]
        return sum(hi * hi for hi in h)

    def by_hand(theta):
        Wr, Wu, Wn = split(theta, *[(k, n + k)] * 3)
        Wru = np.concatenate((Wr, Wu))
        XH, XR = np.zeros((T + 1, n + k)), np.zeros((T, n + k))
        R, N = np.empty((T, 2 * k)), np.empty((T, k))
        XH[:T, :n] = XR[:, :n] = X
        for t in range(T):
            h = XH[t, n:]
            R[t] = sigma(Wru @ XH[t])
            XR[t, n:] = R[t, :k] * h
            N[t] = np.tanh(Wn @ XR[t])
            XH[t + 1, n:] = N[t] + R[t, k:] * (h - N[t])
        h = XH[T, n:]
        dR, dN, dh = np.empty((T, 2 * k)), np.empty((T, k)), 2 * h
        for t in range(T - 1, -1, -1):
            before, r, u = XH[t, n:], R[t, :k], R[t, k:]
            dN[t] = dh * (1 - u) * (1 - N[t] * N[t])
            drh = dN[t] @ Wn[:, n:]
            dR[t, :k] = drh * before * r * (1 - r)
            dR[t, k:] = dh * (before - N[t]) * u * (1 - u)
            dh = dh * u + drh * r + dR[t] @ Wru[:, n:]
        return h @ h, flat(dR.T @ XH[:-1], dN.T @ XR)
    return Case(0.5 * rng.normal(size=3 * k * (n + k)), loss, by_hand)
