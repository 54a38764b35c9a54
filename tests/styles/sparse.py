"""Programs whose rows touch different parameters: zeros left out, tied, shuffled, looked up."""
from __future__ import annotations

import math

import numpy as np

from autograd import exp, log, maximum, sigmoid, tanh
from tests.styles.case import Case, flat, matrix, split, style


def thinned(rng: np.random.Generator, X: np.ndarray, kept: float) -> np.ndarray:
    """X with all but a share `kept` of its entries set to 0."""
    return np.where(rng.random(X.shape) < kept, X, 0.0)


@style("zeros left out", (8, 5), (200, 20))
def logistic_over_words(m, n):
    """Counts of words; words that do not occur are left out of the loop's sum."""
    rng = np.random.default_rng(1)
    X = thinned(rng, rng.integers(1, 4, (m, n)).astype(float), 0.3)
    t = (rng.random(m) < 0.5).astype(float)

    def loss(p):
        *w, b = p
        nll = 0.0
        for x, ti in zip(X.tolist(), t.tolist()):
            z = b
            for j in range(n):
                if x[j] != 0:
                    z = z + w[j] * x[j]
            q = sigmoid(z)
            nll -= log(q) if ti else log(1 - q)
        return nll

    def by_hand(theta):
        z = X @ theta[:-1] + theta[-1]
        q = 1 / (1 + np.exp(-z))
        e = q - t
        return -np.log(np.where(t > 0, q, 1 - q)).sum(), np.append(e @ X, e.sum())
    return Case(0.2 * rng.normal(size=n + 1), loss, by_hand)


@style("zeros left out", (6, 4, 3), (100, 16, 8))
def network_on_sparse_pixels(m, n, k):
    """One hidden layer; black pixels are skipped by a generator's if."""
    rng = np.random.default_rng(2)
    X, y = thinned(rng, rng.random((m, n)), 0.4), rng.normal(size=m)

    def loss(p):
        W, b, v = matrix(p, 0, k, n), p[k * n:k * n + k], p[k * n + k:]
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            h = [tanh(sum((w * xi for w, xi in zip(W[i], x) if xi), b[i])) for i in range(k)]
            total += (sum(a * hi for a, hi in zip(v, h)) - yi) ** 2
        return total / m

    def by_hand(theta):
        W, b, v = split(theta, (k, n), (k,), (k,))
        h = np.tanh(X @ W.T + b)
        e = h @ v - y
        dout = 2 / m * e
        dz = np.outer(dout, v) * (1 - h * h)
        return e @ e / m, flat(dz.T @ X, dz.sum(0), dout @ h)
    return Case(0.5 * rng.normal(size=k * (n + 2)), loss, by_hand)


@style("zeros left out", (6, 3), (150, 8))
def relu_by_if_over_data(m, n):
    """Features are clipped by an if over numbers; some are exactly 0."""
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(m, n)).round(1), rng.normal(size=m)
    F = np.maximum(X, 0)

    def loss(p):
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            f = [xi if xi > 0 else 0.0 for xi in x]
            total += (sum(w * fi for w, fi in zip(p, f)) - yi) ** 2
        return total

    def by_hand(theta):
        e = F @ theta - y
        return e @ e, 2 * e @ F
    return Case(rng.normal(size=n), loss, by_hand)


@style("rows touch different parameters", (9, 4), (200, 10))
def cubic_spline(m, k):
    """Truncated powers: (x - knot)^3 counts only to the right of its knot."""
    rng = np.random.default_rng(4)
    x = np.sort(rng.random(m))
    y = np.sin(6 * x) + 0.1 * rng.normal(size=m)
    knots = np.linspace(0, 1, k + 2)[1:-1]
    B = np.hstack((x[:, None] ** np.arange(4), np.maximum(x[:, None] - knots, 0) ** 3))

    def loss(p):
        total = 0.0
        for xi, yi in zip(x.tolist(), y.tolist()):
            s = p[0] + p[1] * xi + p[2] * xi ** 2 + p[3] * xi ** 3
            for j, knot in enumerate(knots.tolist()):
                if xi > knot:
                    s += p[4 + j] * (xi - knot) ** 3
            total += (s - yi) ** 2
        return total

    def by_hand(theta):
        e = B @ theta - y
        return e @ e, 2 * e @ B
    return Case(rng.normal(size=4 + k), loss, by_hand)


@style("rows touch different parameters", (9, 4), (300, 12))
def piecewise_linear(m, k):
    """Each point lies between two of k heights."""
    rng = np.random.default_rng(5)
    x = (k - 1) * rng.random(m)
    y = np.cos(x)
    at = x.astype(int)
    f = x - at

    def loss(p):
        total = 0.0
        for xi, yi in zip(x.tolist(), y.tolist()):
            i = int(xi)
            t = xi - i
            total += ((1 - t) * p[i] + t * p[i + 1] - yi) ** 2
        return total

    def by_hand(theta):
        e = (1 - f) * theta[at] + f * theta[at + 1] - y
        gradient = np.bincount(at, 2 * e * (1 - f), k) + np.bincount(at + 1, 2 * e * f, k)
        return e @ e, gradient
    return Case(rng.normal(size=k), loss, by_hand)


@style("shuffled parameters", (6, 3, 4), (100, 6, 10))
def network_of_shuffled_parameters(m, n, k):
    """A network whose weights lie anywhere in theta."""
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(m, n)), rng.normal(size=m)
    order = rng.permutation(k * (n + 2))
    back = np.argsort(order)

    def loss(p):
        q = [p[i] for i in order.tolist()]
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            out = 0.0
            for i in range(k):
                z = sum(q[i * n + j] * x[j] for j in range(n)) + q[k * n + i]
                out += q[k * n + k + i] * z.relu()
            total += (out - yi) ** 2
        return total

    def by_hand(theta):
        W, b, v = split(theta[order], (k, n), (k,), (k,))
        z = X @ W.T + b
        h = np.maximum(z, 0)
        e = h @ v - y
        dz = np.outer(2 * e, v) * (z > 0)
        return e @ e, flat(dz.T @ X, dz.sum(0), 2 * e @ h)[back]
    return Case(0.5 * rng.normal(size=k * (n + 2)), loss, by_hand)


@style("tied parameters", (6, 4, 2), (100, 10, 4))
def tied_autoencoder(m, n, k):
    """x' = W^T tanh(W x): the same weights in both directions."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(m, n))

    def loss(p):
        W = matrix(p, 0, k, n)
        total = 0.0
        for x in X.tolist():
            h = [tanh(sum(W[i][j] * x[j] for j in range(n))) for i in range(k)]
            for j in range(n):
                total += (x[j] - sum(W[i][j] * h[i] for i in range(k))) ** 2
        return total / m

    def by_hand(theta):
        W = theta.reshape(k, n)
        h = np.tanh(X @ W.T)
        e = h @ W - X
        de = 2 / m * e
        dz = de @ W.T * (1 - h * h)
        return (e * e).sum() / m, flat(h.T @ de + dz.T @ X)
    return Case(0.5 * rng.normal(size=k * n), loss, by_hand)


@style("tied parameters", (8, 3), (300, 6))
def symmetric_quadratic_form(m, n):
    """x^T A x - y, A symmetric, given by its lower triangle."""
    rng = np.random.default_rng(8)
    X, y = rng.normal(size=(m, n)), rng.normal(size=m)
    rows, columns = np.tril_indices(n)

    def loss(p):
        A = [[0.0] * n for _ in range(n)]
        at = 0
        for i in range(n):
            for j in range(i + 1):
                A[i][j] = A[j][i] = p[at]
                at += 1
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            q = sum(x[i] * A[i][j] * x[j] for i in range(n) for j in range(n))
            total += (q - yi) ** 2
        return total
    F = X[:, rows] * X[:, columns] * np.where(rows == columns, 1.0, 2.0)

    def by_hand(theta):
        e = F @ theta - y
        return e @ e, 2 * e @ F
    return Case(rng.normal(size=n * (n + 1) // 2), loss, by_hand)


@style("looked-up parameters", (12, 5, 3), (300, 20, 8))
def matrix_factorisation(m, n, k):
    """Ratings: m observed entries of U V^T, n users and n films, k features."""
    rng = np.random.default_rng(9)
    user, film, y = rng.integers(0, n, m), rng.integers(0, n, m), rng.normal(size=m)

    def loss(p):
        U, V = matrix(p, 0, n, k), matrix(p, n * k, n, k)
        total = 0.0
        for i, j, r in zip(user.tolist(), film.tolist(), y.tolist()):
            total += (r - sum(u * v for u, v in zip(U[i], V[j]))) ** 2
        return total + 0.1 * sum(w * w for w in p)

    def by_hand(theta):
        U, V = split(theta, (n, k), (n, k))
        u, v = U[user], V[film]
        e = (u * v).sum(1) - y
        dU, dV = 0.2 * U, 0.2 * V
        np.add.at(dU, user, 2 * e[:, None] * v)
        np.add.at(dV, film, 2 * e[:, None] * u)
        return e @ e + 0.1 * (theta @ theta), flat(dU, dV)
    return Case(0.5 * rng.normal(size=2 * n * k), loss, by_hand)


@style("looked-up parameters", (12, 5), (500, 12))
def ratings_of_players(m, n):
    """Bradley-Terry: who won against whom."""
    rng = np.random.default_rng(10)
    first = rng.integers(0, n, m)
    second = (first + rng.integers(1, n, m)) % n

    def loss(p):
        nll = 0.0
        for i, j in zip(first.tolist(), second.tolist()):
            nll -= log(1 / (1 + exp(p[j] - p[i])))
        return nll

    def by_hand(theta):
        d = theta[first] - theta[second]
        q = 1 / (1 + np.exp(-d))
        return -np.log(q).sum(), np.bincount(second, 1 - q, n) - np.bincount(first, 1 - q, n)
    return Case(rng.normal(size=n), loss, by_hand)


@style("looked-up parameters", (3, 6, 4, 2), (60, 20, 8, 4))
def bag_of_words(m, n, length, k):
    """The mean of looked-up word vectors, then a logistic regression."""
    rng = np.random.default_rng(11)
    words, t = rng.integers(0, n, (m, length)), (rng.random(m) < 0.5).astype(float)

    def loss(p):
        E, w = matrix(p, 0, n, k), p[n * k:]
        total = 0.0
        for sentence, ti in zip(words.tolist(), t.tolist()):
            mean = [sum(E[word][i] for word in sentence) / len(sentence) for i in range(k)]
            q = sigmoid(sum(wi * mi for wi, mi in zip(w, mean)))
            total = total - ti * log(q) - (1 - ti) * log(1 - q)
        return total

    def by_hand(theta):
        E, w = split(theta, (n, k), (k,))
        mean = E[words].sum(1) / length
        q = 1 / (1 + np.exp(-(mean @ w)))
        dz = q - t
        dE = np.zeros((n, k))
        each = (dz / length)[:, None] * w
        np.add.at(dE, words, each[:, None, :])
        return -(t * np.log(q) + (1 - t) * np.log(1 - q)).sum(), flat(dE, dz @ mean)
    return Case(0.5 * rng.normal(size=(n + 1) * k), loss, by_hand)


@style("looked-up parameters", (12, 4), (400, 9))
def bigram_counts(m, n):
    """A table of scores for the next letter, one row for each letter."""
    rng = np.random.default_rng(12)
    text = rng.integers(0, n, m + 1)
    a, b = text[:-1], text[1:]

    def loss(p):
        scores = matrix(p, 0, n, n)
        norms = [log(sum(exp(s) for s in row)) for row in scores]
        nll = 0.0
        for i, j in zip(a.tolist(), b.tolist()):
            nll += norms[i] - scores[i][j]
        return nll / m

    def by_hand(theta):
        S = theta.reshape(n, n)
        e = np.exp(S)
        s = e.sum(1)
        counts = np.bincount(a, minlength=n)
        d = (counts / s)[:, None] * e
        np.subtract.at(d, (a, b), 1)
        return (counts @ np.log(s) - S[a, b].sum()) / m, flat(d) / m
    return Case(0.5 * rng.normal(size=n * n), loss, by_hand)


@style("if over data", (9, 3), (200, 6))
def two_groups(m, n):
    """A slope and an intercept of its own for each group."""
    rng = np.random.default_rng(13)
    x, y, group = rng.normal(size=m), rng.normal(size=m), rng.integers(0, n, m)

    def loss(p):
        total = 0.0
        for xi, yi, g in zip(x.tolist(), y.tolist(), group.tolist()):
            if g == 0:
                z = p[0] + p[1] * xi
            else:
                z = p[2 * g] - p[2 * g + 1] * xi
            total += abs(z - yi)
        return total

    def by_hand(theta):
        sides = np.where(group == 0, x, -x)
        a, b = theta[0::2], theta[1::2]
        e = a[group] + b[group] * sides - y
        s = np.sign(e)
        gradient = np.empty(2 * n)
        gradient[0::2], gradient[1::2] = np.bincount(group, s, n), np.bincount(group, s * sides, n)
        return np.abs(e).sum(), gradient
    return Case(rng.normal(size=2 * n), loss, by_hand)


# Graphs and grids ----------------------------------------------------------------------------

@style("graphs", (6, 9), (60, 240))
def graph_laplacian(n, edges):
    """Neighbours on a graph are alike, and some nodes have a given height."""
    rng = np.random.default_rng(14)
    a = rng.integers(0, n, edges)
    b = (a + rng.integers(1, n, edges)) % n
    w, fixed = rng.random(edges), rng.normal(size=n // 3)

    def loss(p):
        E = 0.0
        for i, j, c in zip(a.tolist(), b.tolist(), w.tolist()):
            E += 0.5 * c * (p[i] - p[j]) ** 2
        for i, height in enumerate(fixed.tolist()):
            E += (p[i] - height) ** 2
        return E

    def by_hand(theta):
        d = theta[a] - theta[b]
        wd = w * d
        e = theta[:len(fixed)] - fixed
        gradient = np.bincount(a, wd, n) - np.bincount(b, wd, n)
        gradient[:len(fixed)] += 2 * e
        return 0.5 * (wd @ d) + e @ e, gradient
    return Case(rng.normal(size=n), loss, by_hand)


@style("graphs", (6, 2, 3), (40, 6, 8))
def graph_convolution(n, features, k):
    """Each node takes the mean of its neighbours, of which there may be any number."""
    rng = np.random.default_rng(15)
    neighbours = [sorted({i, *rng.integers(0, n, rng.integers(1, 5)).tolist()}) for i in range(n)]
    X, y = rng.normal(size=(n, features)), rng.normal(size=n)
    A = np.zeros((n, n))
    for i, found in enumerate(neighbours):
        A[i, found] = 1 / len(found)

    def loss(p):
        W, v = matrix(p, 0, k, features), p[k * features:]
        H = [[sum(w * xi for w, xi in zip(row, x)) for row in W] for x in X.tolist()]
        total = 0.0
        for i in range(n):
            near = neighbours[i]
            mean = [sum(H[j][c] for j in near) / len(near) for c in range(k)]
            total += (sum(vc * mc.relu() for vc, mc in zip(v, mean)) - y[i].item()) ** 2
        return total

    def by_hand(theta):
        W, v = split(theta, (k, features), (k,))
        M = A @ (X @ W.T)
        h = np.maximum(M, 0)
        e = h @ v - y
        dM = np.outer(2 * e, v) * (M > 0)
        return e @ e, flat((A.T @ dM).T @ X, 2 * e @ h)
    return Case(0.5 * rng.normal(size=k * (features + 1)), loss, by_hand)


@style("convolutions", (12, 3), (300, 7))
def convolution_of_a_signal(n, k):
    rng = np.random.default_rng(16)
    x, y = rng.normal(size=n), rng.normal(size=n - k + 1)
    windows = np.lib.stride_tricks.sliding_window_view(x, k)

    def loss(p):
        signal = x.tolist()
        out = []
        for i in range(n - k + 1):
            out.append(sum(p[j] * signal[i + j] for j in range(k)))
        return sum((o - t) ** 2 for o, t in zip(out, y.tolist()))

    def by_hand(theta):
        e = windows @ theta - y
        return e @ e, 2 * e @ windows
    return Case(rng.normal(size=k), loss, by_hand)


@style("convolutions", (2, 5, 2), (8, 10, 3))
def convolution_of_images(m, n, k):
    """k filters of 3 x 3 with ReLU, the mean over the image, a linear layer."""
    rng = np.random.default_rng(17)
    X, y, size = rng.random((m, n, n)), rng.normal(size=m), n - 2
    windows = np.lib.stride_tricks.sliding_window_view(X, (3, 3), (1, 2)).reshape(m, size * size, 9)

    def loss(p):
        total = 0.0
        for image, yi in zip(X.tolist(), y.tolist()):
            out = p[k * 10 + k]
            for f in range(k):
                w, b, mean = p[f * 10:f * 10 + 9], p[f * 10 + 9], 0.0
                for i in range(size):
                    for j in range(size):
                        z = b
                        for di in range(3):
                            for dj in range(3):
                                z += w[3 * di + dj] * image[i + di][j + dj]
                        mean += z.relu() / size ** 2
                out = out + p[k * 10 + f] * mean
            total += (out - yi) ** 2
        return total

    def by_hand(theta):
        F, v, c = split(theta, (k, 10), (k,), ())
        z = windows @ F[:, :9].T + F[:, 9]
        mean = np.maximum(z, 0).sum(1) / size ** 2
        e = mean @ v + c - y
        d = 2 * e
        dz = (np.outer(d, v) / size ** 2)[:, None, :] * (z > 0)
        dF = np.empty((k, 10))
        dF[:, :9] = dz.reshape(-1, k).T @ windows.reshape(-1, 9)
        dF[:, 9] = dz.sum((0, 1))
        return e @ e, flat(dF, d @ mean, d.sum())
    return Case(0.5 * rng.normal(size=k * 11 + 1), loss, by_hand)


@style("convolutions", (12, 3), (240, 5))
def max_pooling(n, k):
    """A convolution, then the maximum of each pair of neighbours."""
    rng = np.random.default_rng(18)
    x = rng.normal(size=n + k - 1)
    windows = np.lib.stride_tricks.sliding_window_view(x, k)
    rows = np.arange(n // 2)

    def loss(p):
        signal = x.tolist()
        z = [sum(p[j] * signal[i + j] for j in range(k)) for i in range(n)]
        return sum(maximum(z[i], z[i + 1]) ** 2 for i in range(0, n - 1, 2))

    def by_hand(theta):
        z = (windows @ theta)[:n // 2 * 2].reshape(-1, 2)
        at = z.argmax(1)
        top = z[rows, at]
        return top @ top, 2 * top @ windows[2 * rows + at]
    return Case(rng.normal(size=k), loss, by_hand)


@style("convolutions", (12, 3), (300, 5))
def moving_average(n, k):
    """A smooth signal near a noisy one: the parameters are the signal."""
    rng = np.random.default_rng(19)
    y = rng.normal(size=n - k + 1)

    def loss(p):
        total = 0.0
        for i in range(n - k + 1):
            mean = sum(p[i:i + k]) / k
            total += (mean - y[i].item()) ** 2
        for i in range(n - 1):
            total += 0.1 * (p[i + 1] - p[i]) ** 2
        return total

    def by_hand(theta):
        box = np.full(k, 1 / k)
        e = np.convolve(theta, box, "valid") - y
        d = theta[1:] - theta[:-1]
        gradient = np.convolve(2 * e, box, "full")
        gradient[1:] += 0.2 * d
        gradient[:-1] -= 0.2 * d
        return e @ e + 0.1 * (d @ d), gradient
    return Case(rng.normal(size=n), loss, by_hand)


@style("convolutions", (14, 3), (300, 4))
def autoregression(n, k):
    """The next number of a series from the k before it."""
    rng = np.random.default_rng(20)
    x = np.cumsum(rng.normal(size=n))
    windows = np.lib.stride_tricks.sliding_window_view(x, k)[:-1, ::-1]

    def loss(p):
        s = x.tolist()
        total = 0.0
        for t in range(k, n):
            guess = p[k]
            for lag in range(1, k + 1):
                guess = guess + p[lag - 1] * s[t - lag]
            total += (s[t] - guess) ** 2
        return total / (n - k)

    def by_hand(theta):
        e = windows @ theta[:-1] + theta[-1] - x[k:]
        d = 2 / (n - k) * e
        return e @ e / (n - k), np.append(d @ windows, d.sum())
    return Case(0.3 * rng.normal(size=k + 1), loss, by_hand)


@style("rows touch different parameters", (5, 8), (40, 60))
def tridiagonal_system(m, n):
    """Residuals of T u = f with the bands of T unknown, for m known u."""
    rng = np.random.default_rng(21)
    U, F = rng.normal(size=(m, n)), rng.normal(size=(m, n))

    def loss(p):
        low, mid, up = p[:n - 1], p[n - 1:2 * n - 1], p[2 * n - 1:]
        total = 0.0
        for u, f in zip(U.tolist(), F.tolist()):
            for i in range(n):
                r = mid[i] * u[i] - f[i]
                if i > 0:
                    r += low[i - 1] * u[i - 1]
                if i < n - 1:
                    r += up[i] * u[i + 1]
                total += r * r
        return total

    def by_hand(theta):
        low, mid, up = split(theta, (n - 1,), (n,), (n - 1,))
        r = mid * U - F
        r[:, 1:] += low * U[:, :-1]
        r[:, :-1] += up * U[:, 1:]
        d = 2 * r
        dlow, dup = d[:, 1:] * U[:, :-1], d[:, :-1] * U[:, 1:]
        return (r * r).sum(), flat(dlow.sum(0), (d * U).sum(0), dup.sum(0))
    return Case(rng.normal(size=3 * n - 2), loss, by_hand)


# Polynomials ---------------------------------------------------------------------------------

@style("polynomials", (9, 4), (200, 7))
def polynomial_by_powers(m, k):
    rng = np.random.default_rng(22)
    x, y = rng.uniform(-1, 1, m), rng.normal(size=m)
    V = x[:, None] ** np.arange(k)

    def loss(p):
        total = 0.0
        for xi, yi in zip(x.tolist(), y.tolist()):
            total += (sum(c * xi ** i for i, c in enumerate(p)) - yi) ** 2
        return total / m

    def by_hand(theta):
        e = V @ theta - y
        return e @ e / m, 2 / m * (e @ V)
    return Case(rng.normal(size=k), loss, by_hand)


@style("polynomials", (9, 4), (200, 7))
def polynomial_by_horner(m, k):
    rng = np.random.default_rng(23)
    x, y = rng.uniform(-1, 1, m), rng.normal(size=m)
    V = x[:, None] ** np.arange(k)

    def loss(p):
        total = 0.0
        for xi, yi in zip(x.tolist(), y.tolist()):
            s = p[-1]
            for c in reversed(p[:-1]):
                s = s * xi + c
            total += (s - yi) ** 2
        return total

    def by_hand(theta):
        e = V @ theta - y
        return e @ e, 2 * e @ V
    return Case(rng.normal(size=k), loss, by_hand)


@style("polynomials", (9, 2), (200, 5))
def fourier_series(m, k):
    rng = np.random.default_rng(24)
    x = np.linspace(0, 1, m)
    y = np.sign(x - 0.5)
    angles = 2 * math.pi * np.outer(x, np.arange(1, k + 1))
    B = np.hstack((np.ones((m, 1)), np.cos(angles), np.sin(angles)))

    def loss(p):
        a0, a, b = p[0], p[1:k + 1], p[k + 1:]
        total = 0.0
        for xi, yi in zip(x.tolist(), y.tolist()):
            s = a0
            for i in range(k):
                angle = 2 * math.pi * (i + 1) * xi
                s += a[i] * math.cos(angle) + b[i] * math.sin(angle)
            total += (s - yi) ** 2 / m
        return total

    def by_hand(theta):
        e = B @ theta - y
        return e @ e / m, 2 / m * (e @ B)
    return Case(rng.normal(size=2 * k + 1), loss, by_hand)
