"""Models from statistics, ranking, mechanics and optimization, as their textbooks' formulas read."""
from __future__ import annotations

import numpy as np

from autograd import cos, exp, log, maximum, sigmoid, sin, sqrt, tanh
from tests.styles.case import Case, flat, matrix, split, style


def sigma(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


# Likelihoods ---------------------------------------------------------------------------------

@style("likelihoods", (12, 3), (300, 8))
def focal_loss(m, n):
    """Cross-entropy in which what is predicted well counts little."""
    rng = np.random.default_rng(31)
    X, y = rng.normal(size=(m, n)), rng.integers(0, 2, m)

    def loss(p):
        w, b = p[:n], p[n]
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            z = b
            for wi, xi in zip(w, x):
                z += wi * xi
            q = sigmoid(z) if t else 1 - sigmoid(z)
            total -= (1 - q) ** 2 * log(q)
        return total / m

    def by_hand(theta):
        q = sigma((2 * y - 1) * (X @ theta[:n] + theta[n]))
        dq = (2 * (1 - q) * np.log(q) - (1 - q) ** 2 / q) / m
        dz = dq * q * (1 - q) * (2 * y - 1)
        return -((1 - q) ** 2 * np.log(q)).sum() / m, flat(dz @ X, dz.sum())
    return Case(0.3 * rng.normal(size=n + 1), loss, by_hand)


@style("likelihoods", (12, 3), (300, 8))
def student_regression(m, n):
    """Errors with long tails, whose width is learned."""
    rng = np.random.default_rng(32)
    X, y = rng.normal(size=(m, n)), rng.normal(size=m)

    def loss(p):
        s = exp(p[n])
        total = m * p[n]
        for x, t in zip(X.tolist(), y.tolist()):
            r = (t - sum(w * xi for w, xi in zip(p, x))) / s
            total = total + 2 * log(1 + r * r / 3)
        return total

    def by_hand(theta):
        s = np.exp(theta[n])
        r = (y - X @ theta[:n]) / s
        d = 4 * r / (3 + r * r)
        return m * theta[n] + 2 * np.log(1 + r * r / 3).sum(), flat(-(d @ X) / s, m - d @ r)
    return Case(0.3 * rng.normal(size=n + 1), loss, by_hand)


@style("likelihoods", (8, 3), (60, 6))
def proportional_hazards(m, n):
    """Who is still there when somebody leaves: sums over those that come later."""
    rng = np.random.default_rng(33)
    X = rng.normal(size=(m, n))

    def loss(p):
        eta = [sum(w * xi for w, xi in zip(p, x)) for x in X.tolist()]
        total = 0.0
        for i in range(m):
            total -= eta[i] - log(sum(exp(eta[j]) for j in range(i, m)))
        return total + 0.1 * sum(w * w for w in p)

    def by_hand(theta):
        eta = X @ theta
        e = np.exp(eta)
        s = np.cumsum(e[::-1])[::-1]
        d = e * np.cumsum(1 / s) - 1
        return np.log(s).sum() - eta.sum() + 0.1 * theta @ theta, d @ X + 0.2 * theta
    return Case(0.3 * rng.normal(size=n), loss, by_hand)


@style("likelihoods", (10,), (300,))
def moving_average_model(T):
    """e_t = y_t - c - a y_(t-1) - b e_(t-1): errors that depend on the last one."""
    rng = np.random.default_rng(34)
    y = rng.normal(size=T)

    def loss(p):
        c, a, b = p
        e, total = 0.0, 0.0
        for t in range(1, T):
            e = y.item(t) - c - a * y.item(t - 1) - b * e
            total += e ** 2
        return total / T

    def by_hand(theta):
        c, a, b = theta.tolist()
        known, errors = (y[1:] - c - a * y[:-1]).tolist(), [0.0]
        for v in known:
            errors.append(v - b * errors[-1])
        de, d = 0.0, [0.0] * (T - 1)
        for t in range(T - 2, -1, -1):
            d[t] = de = 2 * errors[t + 1] / T - b * de
        e, d = np.array(errors), np.array(d)
        return e @ e / T, np.array([-d.sum(), -(d @ y[:-1]), -(d @ e[:-1])])
    return Case(np.array([0.1, 0.3, 0.2]), loss, by_hand)


@style("likelihoods", (10,), (300,))
def changing_variance(T):
    """h_t = w + a y_(t-1)^2 + b h_(t-1), as of returns of shares."""
    rng = np.random.default_rng(35)
    y = rng.normal(size=T)

    def loss(p):
        w, a, b = exp(p[0]), sigmoid(p[1]), sigmoid(p[2])
        h, total = 1.0, 0.0
        for t in range(1, T):
            h = w + a * y.item(t - 1) ** 2 + b * h
            total = total + log(h) + y.item(t) ** 2 / h
        return total / T

    def by_hand(theta):
        w, a, b = float(np.exp(theta[0])), *sigma(theta[1:]).tolist()
        squares, states = y * y, [1.0]
        for v in (w + a * squares[:-1]).tolist():
            states.append(v + b * states[-1])
        h = np.array(states)
        direct, dh, d = ((1 - squares[1:] / h[1:]) / h[1:] / T).tolist(), 0.0, [0.0] * (T - 1)
        for t in range(T - 2, -1, -1):
            d[t] = dh = direct[t] + b * dh
        d = np.array(d)
        value = (np.log(h[1:]) + squares[1:] / h[1:]).sum() / T
        return value, np.array([d.sum() * w, d @ squares[:-1] * a * (1 - a), d @ h[:-1] * b * (1 - b)])
    return Case(np.array([-1.0, -0.5, 0.3]), loss, by_hand)


# Pairs and products --------------------------------------------------------------------------

@style("pairs", (8, 4, 2), (60, 10, 4))
def factorization_machine(m, n, k):
    """Each pair of features has the product of two vectors as its weight."""
    rng = np.random.default_rng(36)
    X, y = rng.normal(size=(m, n)), rng.normal(size=m)

    def loss(p):
        w, V = p[:n], matrix(p, n, n, k)
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            f = sum(wi * xi for wi, xi in zip(w, x))
            for c in range(k):
                s = sum(V[i][c] * x[i] for i in range(n))
                q = sum(V[i][c] ** 2 * x[i] ** 2 for i in range(n))
                f += 0.5 * (s * s - q)
            total += (t - f) ** 2
        return total / m

    def by_hand(theta):
        w, V = split(theta, (n,), (n, k))
        S, XX = X @ V, X * X
        e = X @ w + 0.5 * (S * S - XX @ (V * V)).sum(1) - y
        d = 2 * e / m
        return e @ e / m, flat(d @ X, X.T @ (d[:, None] * S) - (d @ XX)[:, None] * V)
    return Case(0.3 * rng.normal(size=n * (k + 1)), loss, by_hand)


@style("pairs", (7,), (40,))
def support_vectors_dual(n):
    """Sum of a, less half of a quadratic form in which each pair has its kernel."""
    rng = np.random.default_rng(37)
    X, y = rng.normal(size=(n, 2)), rng.choice([-1.0, 1.0], n)
    K = np.exp(-((X[:, None] - X) ** 2).sum(2)) * np.outer(y, y)

    def loss(p):
        total = sum(p)
        for i in range(n):
            for j in range(n):
                total -= 0.5 * p[i] * p[j] * K[i, j].item()
        return -total

    def by_hand(theta):
        Ka = K @ theta
        return 0.5 * theta @ Ka - theta.sum(), Ka - 1
    return Case(rng.uniform(size=n), loss, by_hand)


@style("pairs", (6, 5), (40, 60))
def springs_between_pairs(n, edges):
    """A net of springs that hangs: half of k (length - rest)^2, and weight."""
    rng = np.random.default_rng(38)
    i = rng.integers(0, n, edges)
    j = (i + rng.integers(1, n, edges)) % n
    rest = rng.uniform(0.5, 1.5, edges)

    def loss(p):
        E = 0.0
        for a, b, r in zip(i.tolist(), j.tolist(), rest.tolist()):
            length = sqrt((p[2 * a] - p[2 * b]) ** 2 + (p[2 * a + 1] - p[2 * b + 1]) ** 2)
            E += 5 * (length - r) ** 2
        for a in range(n):
            E -= -0.3 * p[2 * a + 1]
        return E

    def by_hand(theta):
        x = theta.reshape(n, 2)
        d = x[i] - x[j]
        length = np.sqrt((d * d).sum(1))
        force = (10 * (length - rest) / length)[:, None] * d
        g = np.empty((n, 2))
        for c in range(2):
            g[:, c] = np.bincount(i, force[:, c], n) - np.bincount(j, force[:, c], n)
        g[:, 1] += 0.3
        return 5 * ((length - rest) ** 2).sum() + 0.3 * x[:, 1].sum(), g.ravel()
    return Case(rng.normal(size=2 * n), loss, by_hand)


@style("pairs", (6, 3), (50, 8))
def triplets(m, n):
    """The like one nearer than the other one, by a margin."""
    rng = np.random.default_rng(39)
    A, B, C = rng.normal(size=(3, m, n))

    def loss(p):
        total = 0.0
        for a, b, c in zip(A.tolist(), B.tolist(), C.tolist()):
            near = sum(w * (u - v) ** 2 for w, u, v in zip(p, a, b))
            far = sum(w * (u - v) ** 2 for w, u, v in zip(p, a, c))
            total += maximum(0.0, 1 + near - far)
        return total + 0.01 * sum(w ** 2 for w in p)
    D = (A - B) ** 2 - (A - C) ** 2

    def by_hand(theta):
        z = 1 + D @ theta
        return np.maximum(z, 0).sum() + 0.01 * theta @ theta, (z > 0) @ D + 0.02 * theta
    return Case(rng.uniform(0.5, 1, n), loss, by_hand)


# Penalties and barriers ----------------------------------------------------------------------

@style("penalties", (8,), (200,))
def curvature_of_a_line(n):
    """A line near data, whose second differences are small."""
    y = np.random.default_rng(40).normal(size=n)

    def loss(p):
        L = sum((u - t) ** 2 for u, t in zip(p, y.tolist()))
        for i in range(1, n - 1):
            L += 3 * (p[i - 1] - 2 * p[i] + p[i + 1]) ** 2
        return L

    def by_hand(theta):
        e, c = theta - y, theta[:-2] - 2 * theta[1:-1] + theta[2:]
        g = 2 * e
        g[:-2] += 6 * c
        g[1:-1] -= 12 * c
        g[2:] += 6 * c
        return e @ e + 3 * c @ c, g
    return Case(np.random.default_rng(41).normal(size=n), loss, by_hand)


@style("penalties", (5, 3), (80, 10))
def logarithmic_barrier(m, n):
    """A linear program's cost, and the logarithm of the room to each bound."""
    rng = np.random.default_rng(42)
    A, b, c = rng.normal(size=(m, n)), rng.uniform(5, 9, m), rng.normal(size=n)

    def loss(p):
        cost = sum(ci * v for ci, v in zip(c.tolist(), p))
        for row, bound in zip(A.tolist(), b.tolist()):
            cost -= 0.1 * log(bound - sum(a * v for a, v in zip(row, p)))
        return cost

    def by_hand(theta):
        room = b - A @ theta
        return c @ theta - 0.1 * np.log(room).sum(), c + 0.1 * (1 / room) @ A
    return Case(0.3 * rng.normal(size=n), loss, by_hand)


# Steps in time -------------------------------------------------------------------------------

@style("steps in time", (5, 3, 4), (12, 8, 20))
def residual_steps(T, k, m):
    """h += tanh(W h + b) / T for a batch: Euler's steps of a differential equation."""
    rng = np.random.default_rng(43)
    X, y = rng.normal(size=(m, k)), rng.normal(size=m)

    def loss(p):
        W, b, v = matrix(p, 0, k, k), p[k * k:k * k + k], p[k * k + k:]
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            h = x
            for _ in range(T):
                h = [hi + tanh(sum(w * u for w, u in zip(row, h)) + c) / T
                     for hi, row, c in zip(h, W, b)]
            total += (t - sum(u * w for u, w in zip(h, v))) ** 2
        return total / m

    def by_hand(theta):
        W, b, v = split(theta, (k, k), (k,), (k,))
        H, F = [X], []
        for _ in range(T):
            F.append(np.tanh(H[-1] @ W.T + b))
            H.append(H[-1] + F[-1] / T)
        e = H[-1] @ v - y
        d = 2 / m * np.outer(e, v)
        dW, db, dv = np.zeros_like(W), np.zeros(k), 2 / m * e @ H[-1]
        for t in range(T - 1, -1, -1):
            dz = d * (1 - F[t] * F[t]) / T
            dW += dz.T @ H[t]
            db += dz.sum(0)
            d = d + dz @ W
        return e @ e / m, flat(dW, db, dv)
    return Case(0.4 * rng.normal(size=k * (k + 2)), loss, by_hand)


@style("steps in time", (4, 5), (10, 30))
def coupled_oscillators(n, T):
    """Phases that pull each other: sums of sines of differences, in steps."""
    w = np.random.default_rng(44).normal(size=n)

    def loss(p):
        K, x = p[n], p[:n]
        for _ in range(T):
            x = [x[i] + 0.1 * (w[i].item() + K / n * sum(sin(x[j] - x[i]) for j in range(n)))
                 for i in range(n)]
        return -sum(cos(u - v) for u in x for v in x) / n

    def by_hand(theta):
        K, X = theta[n], [theta[:n]]
        for _ in range(T):
            x = X[-1]
            X.append(x + 0.1 * (w + K / n * np.sin(x - x[:, None]).sum(1)))
        D = X[-1] - X[-1][:, None]
        d, dK = 2 / n * -np.sin(D).sum(1), 0.0
        for x in X[-2::-1]:
            D = x - x[:, None]
            C = np.cos(D)
            dK += 0.1 / n * d @ np.sin(D).sum(1)
            d = d + 0.1 * K / n * (d @ C - d * C.sum(1))
        return -np.cos(X[-1] - X[-1][:, None]).sum() / n, flat(d, dK)
    return Case(np.random.default_rng(45).normal(size=n + 1), loss, by_hand)


@style("steps in time", (8,), (200,))
def epidemic(T):
    """Those who may fall ill, are ill, are well again; data of the ill."""
    y = np.random.default_rng(46).uniform(0, 0.5, T)

    def loss(p):
        beta, gamma = sigmoid(p[0]), 0.3 * sigmoid(p[1])
        s, i, total = 0.99, 0.01, 0.0
        for t in range(T):
            new = 0.5 * beta * s * i
            s, i = s - new, i + new - gamma * i
            total += (y.item(t) - i) ** 2
        return total

    def by_hand(theta):
        beta, gamma = float(sigma(theta[0])), float(0.3 * sigma(theta[1]))
        s, i, S, I, total, wanted = 0.99, 0.01, [], [], 0.0, y.tolist()
        for t in range(T):
            S.append(s)
            I.append(i)
            new = 0.5 * beta * s * i
            s, i = s - new, i + new - gamma * i
            total += (wanted[t] - i) ** 2
        I.append(i)
        ds, di, db, dg = 0.0, 0.0, 0.0, 0.0
        for t in range(T - 1, -1, -1):
            di += 2 * (I[t + 1] - wanted[t])
            dn = di - ds
            db += 0.5 * S[t] * I[t] * dn
            dg -= I[t] * di
            ds, di = ds + 0.5 * beta * I[t] * dn, di * (1 - gamma) + 0.5 * beta * S[t] * dn
        return total, np.array([db * beta * (1 - beta), dg * gamma * (1 - gamma / 0.3)])
    return Case(np.array([0.2, -0.4]), loss, by_hand)
