"""Losses as people write them: alternating signs, coefficients, data loss and penalties at once."""
from __future__ import annotations

import math

import numpy as np

import autograd as ag
from autograd import exp, log, maximum, minimum, sigmoid, softplus
from tests.styles.case import Case, flat, matrix, split, style


def points(m: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X (m, n), labels 0 or 1 (m,), and n weights and a bias."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(m, n))
    t = (X @ rng.normal(size=n) + 0.3 * rng.normal(size=m) > 0).astype(float)
    return X, t, 0.3 * rng.normal(size=n + 1)


def measurements(m: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X (m, n), targets (m,), and n weights and a bias."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(m, n))
    return X, X @ rng.normal(size=n) + rng.normal(size=m), 0.3 * rng.normal(size=n + 1)


def classes(m: int, n: int, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X (m, n), labels from 0 to k - 1, and k rows of weights followed by k biases."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(m, n)), rng.integers(0, k, m), 0.3 * rng.normal(size=k * (n + 1))


# Logistic regression -------------------------------------------------------------------------

def logistic_by_hand(theta, X, t):
    z = X @ theta[:-1] + theta[-1]
    p = 1 / (1 + np.exp(-z))
    e = p - t
    value = -(t * np.log(p) + (1 - t) * np.log(1 - p)).sum()
    return value, np.append(e @ X, e.sum())


@style("alternating minus", (7, 3), (300, 8))
def logistic_minus(m, n):
    X, t, theta = points(m, n)

    def loss(p):
        *w, b = p
        nll = 0.0
        for x, ti in zip(X.tolist(), t.tolist()):
            z = b
            for j in range(n):
                z = z + w[j] * x[j]
            q = 1 / (1 + exp(-z))
            nll = nll - ti * log(q) - (1 - ti) * log(1 - q)
        return nll
    return Case(theta, loss, lambda theta: logistic_by_hand(theta, X, t))


@style("alternating minus", (7, 3), (300, 8))
def logistic_minus_in_two_lines(m, n):
    X, t, theta = points(m, n)

    def loss(p):
        w, b = p[:n], p[n]
        nll = 0
        for x, ti in zip(X.tolist(), t.tolist()):
            q = sigmoid(sum(wj * xj for wj, xj in zip(w, x)) + b)
            nll -= ti * log(q)
            nll -= (1 - ti) * log(1 - q)
        return nll
    return Case(theta, loss, lambda theta: logistic_by_hand(theta, X, t))


@style("alternating minus", (7, 3), (300, 8))
def logistic_mean_of_negatives(m, n):
    X, t, theta = points(m, n)

    def loss(p):
        losses = []
        for x, ti in zip(X.tolist(), t.tolist()):
            q = sigmoid(sum((p[j] * x[j] for j in range(n)), p[n]))
            losses.append(-(ti * log(q) + (1 - ti) * log(1 - q)))
        return sum(losses) / len(losses)

    def by_hand(theta):
        value, gradient = logistic_by_hand(theta, X, t)
        return value / m, gradient / m
    return Case(theta, loss, by_hand)


@style("alternating minus", (7, 3), (300, 8))
def logistic_if_over_labels(m, n):
    X, t, theta = points(m, n)

    def loss(p):
        total = 0.0
        for x, ti in zip(X.tolist(), t.tolist()):
            q = sigmoid(p[n] + sum(p[j] * x[j] for j in range(n)))
            if ti == 1:
                total -= log(q)
            else:
                total -= log(1 - q)
        return total
    return Case(theta, loss, lambda theta: logistic_by_hand(theta, X, t))


@style("alternating minus", (7, 3), (300, 8))
def logistic_softplus(m, n):
    X, t, theta = points(m, n)

    def loss(p):
        total = 0.0
        for x, ti in zip(X.tolist(), t.tolist()):
            z = sum(p[j] * x[j] for j in range(n)) + p[n]
            total = total + softplus(z) - ti * z
        return total

    def by_hand(theta):
        z = X @ theta[:-1] + theta[-1]
        e = 1 / (1 + np.exp(-z)) - t
        return np.logaddexp(0, z).sum() - t @ z, np.append(e @ X, e.sum())
    return Case(theta, loss, by_hand)


@style("alternating minus", (7, 3), (300, 8))
def entropy_of_predictions(m, n):
    X, _, theta = points(m, n)

    def loss(p):
        H = 0.0
        for x in X.tolist():
            q = sigmoid(sum(wj * xj for wj, xj in zip(p, x)) + p[-1])
            H -= q * log(q) + (1 - q) * log(1 - q)
        return H

    def by_hand(theta):
        z = X @ theta[:-1] + theta[-1]
        q = 1 / (1 + np.exp(-z))
        value = -(q * np.log(q) + (1 - q) * np.log(1 - q)).sum()
        dz = -q * (1 - q) * z                                       # log(q / (1 - q)) is z
        return value, np.append(dz @ X, dz.sum())
    return Case(theta, loss, by_hand)


# Softmax -------------------------------------------------------------------------------------

def softmax_by_hand(theta, X, labels, k):
    W, b = split(theta, (k, X.shape[1]), (k,))
    z = X @ W.T + b
    top = z.max(1, keepdims=True)
    e = np.exp(z - top)
    s = e.sum(1, keepdims=True)
    rows = np.arange(len(X))
    value = (np.log(s) + top)[:, 0].sum() - z[rows, labels].sum()
    dz = e / s
    dz[rows, labels] -= 1
    return value, flat(dz.T @ X, dz.sum(0))


@style("log-sum-exp", (6, 3, 4), (150, 8, 5))
def log_sum_exp_minus_label(m, n, k):
    X, labels, theta = classes(m, n, k)

    def loss(p):
        W, b = matrix(p, 0, k, n), p[k * n:]
        tot = 0.0
        for x, label in zip(X.tolist(), labels.tolist()):
            o = [sum(w * xi for w, xi in zip(W[c], x)) + b[c] for c in range(k)]
            tot = tot + log(sum(exp(v) for v in o)) - o[label]
        return tot
    return Case(theta, loss, lambda theta: softmax_by_hand(theta, X, labels, k))


@style("log-sum-exp", (6, 3, 4), (150, 8, 5))
def softmax_minus_log_probability(m, n, k):
    X, labels, theta = classes(m, n, k)

    def loss(p):
        total = 0
        for x, label in zip(X.tolist(), labels.tolist()):
            scores = []
            for c in range(k):
                score = p[k * n + c]
                for j in range(n):
                    score += p[c * n + j] * x[j]
                scores.append(score)
            exps = [s.exp() for s in scores]
            probs = [e / sum(exps) for e in exps]
            total -= log(probs[label])
        return total
    return Case(theta, loss, lambda theta: softmax_by_hand(theta, X, labels, k))


@style("max over a list", (6, 3, 4), (150, 8, 5))
def softmax_shifted_by_max(m, n, k):
    X, labels, theta = classes(m, n, k)

    def loss(p):
        W, b = matrix(p, 0, k, n), p[k * n:]
        total = 0.0
        for x, label in zip(X.tolist(), labels.tolist()):
            z = [sum(w * xi for w, xi in zip(row, x)) + bi for row, bi in zip(W, b)]
            top = z[0]
            for v in z[1:]:
                top = maximum(top, v)
            total += log(sum(exp(v - top) for v in z)) + top - z[label]
        return total
    return Case(theta, loss, lambda theta: softmax_by_hand(theta, X, labels, k))


@style("log-sum-exp", (6, 3, 4), (150, 8, 5))
def softmax_for_samples(m, n, k):
    X, labels, theta = classes(m, n, k)
    samples = np.hstack((X, np.eye(k)[labels]))

    def loss(p, x):
        W, b = matrix(p, 0, k, n), p[k * n:]
        z = [sum(w * xi for w, xi in zip(row, x)) + bi for row, bi in zip(W, b)]
        total = log(sum(exp(v) for v in z))
        for y, v in zip(x[n:], z):
            total -= y * v
        return total
    return Case(theta, loss, lambda theta, _: softmax_by_hand(theta, X, labels, k), samples)


@style("max over a list", (6, 3, 4), (150, 8, 5))
def multiclass_hinge(m, n, k):
    X, labels, theta = classes(m, n, k)
    rows = np.arange(m)

    def loss(p):
        W, b = matrix(p, 0, k, n), p[k * n:]
        total = 0.0
        for x, y in zip(X.tolist(), labels.tolist()):
            s = [sum(w * xi for w, xi in zip(W[c], x)) + b[c] for c in range(k)]
            for c in range(k):
                if c != y:
                    total += maximum(0.0, s[c] - s[y] + 1)
        return total / m

    def by_hand(theta):
        W, b = split(theta, (k, n), (k,))
        s = X @ W.T + b
        margins = s - s[rows, labels][:, None] + 1
        margins[rows, labels] = 0
        ds = (margins > 0) / m
        ds[rows, labels] -= ds.sum(1)
        return np.maximum(margins, 0).sum() / m, flat(ds.T @ X, ds.sum(0))
    return Case(theta, loss, by_hand)


# Regression: coefficients and penalties ------------------------------------------------------

def squares_by_hand(theta, X, y, scale):
    e = X @ theta[:-1] + theta[-1] - y
    return scale * (e @ e), 2 * scale * np.append(e @ X, e.sum())


@style("coefficients", (7, 3), (300, 8))
def squares_over_n(m, n):
    X, y, theta = measurements(m, n)

    def loss(p):
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            z = sum(w * xi for w, xi in zip(p, x)) + p[-1]
            total += (z - yi) ** 2 / m
        return total
    return Case(theta, loss, lambda theta: squares_by_hand(theta, X, y, 1 / m))


@style("coefficients", (7, 3), (300, 8))
def weights_over_n(m, n):
    X, y, theta = measurements(m, n)

    def loss(p):
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            z = p[n]
            for j in range(n):
                z = z + p[j] * x[j] / n
            total = total + (yi - z) * (yi - z)
        return total

    def by_hand(theta):
        e = y - (X @ theta[:-1] / n + theta[-1])
        return e @ e, -2 * np.append(e @ X / n, e.sum())
    return Case(theta, loss, by_hand)


@style("coefficients", (7, 3), (300, 8))
def two_times_weights(m, n):
    X, y, theta = measurements(m, n)

    def loss(p):
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            z = sum(2 * w * xi for w, xi in zip(p, x)) - p[-1]
            total += 0.5 * (z - yi) ** 2
        return total

    def by_hand(theta):
        e = 2 * (X @ theta[:-1]) - theta[-1] - y
        return 0.5 * (e @ e), np.append(2 * (e @ X), -e.sum())
    return Case(theta, loss, by_hand)


@style("coefficients", (7, 3), (300, 8))
def minus_weights(m, n):
    X, y, theta = measurements(m, n)

    def loss(p):
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            z = p[-1]
            for w, xi in zip(p, x):
                z = z - w * xi
            total += abs(z - yi)
        return total

    def by_hand(theta):
        e = theta[-1] - X @ theta[:-1] - y
        s = np.sign(e)
        return np.abs(e).sum(), np.append(-(s @ X), s.sum())
    return Case(theta, loss, by_hand)


@style("coefficients", (7, 3), (300, 8))
def weighted_squares(m, n):
    X, y, theta = measurements(m, n)
    c = np.random.default_rng(4).uniform(0.1, 2, m)

    def loss(p):
        residuals = [yi - sum(p[j] * x[j] for j in range(n)) - p[n]
                     for x, yi in zip(X.tolist(), y.tolist())]
        return sum(ci * r * r for ci, r in zip(c.tolist(), residuals)) / sum(c.tolist())

    def by_hand(theta):
        r = y - X @ theta[:-1] - theta[-1]
        d = -2 * c * r / c.sum()
        return c @ (r * r) / c.sum(), np.append(d @ X, d.sum())
    return Case(theta, loss, by_hand)


@style("data loss plus penalties", (7, 3), (300, 8))
def ridge_in_one_chain(m, n):
    X, y, theta = measurements(m, n)

    def loss(p):
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            total += (sum(w * xi for w, xi in zip(p, x)) + p[-1] - yi) ** 2
        for w in p[:-1]:
            total += 0.1 * w ** 2
        return total

    def by_hand(theta):
        value, gradient = squares_by_hand(theta, X, y, 1.0)
        w = theta[:-1]
        gradient[:-1] += 0.2 * w
        return value + 0.1 * (w @ w), gradient
    return Case(theta, loss, by_hand)


@style("data loss plus penalties", (7, 3), (300, 8))
def lasso(m, n):
    X, y, theta = measurements(m, n)

    def loss(p):
        w, b = p[:n], p[n]
        data = sum((b + sum(wj * xj for wj, xj in zip(w, x)) - yi) ** 2
                   for x, yi in zip(X.tolist(), y.tolist())) / (2 * m)
        return data + 0.05 * sum(abs(wj) for wj in w)

    def by_hand(theta):
        value, gradient = squares_by_hand(theta, X, y, 0.5 / m)
        w = theta[:-1]
        gradient[:-1] += 0.05 * np.sign(w)
        return value + 0.05 * np.abs(w).sum(), gradient
    return Case(theta, loss, by_hand)


@style("data loss plus penalties", (7, 6), (300, 12))
def elastic_net_and_smoothness(m, n):
    X, y, theta = measurements(m, n)

    def loss(p):
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            total += (sum(w * xi for w, xi in zip(p, x)) + p[-1] - yi) ** 2 / m
        for j in range(n):
            total += 0.1 * p[j] * p[j]
            total += 0.01 * abs(p[j])
            if j > 0:
                total += 0.5 * (p[j] - p[j - 1]) ** 2
        return total

    def by_hand(theta):
        value, gradient = squares_by_hand(theta, X, y, 1 / m)
        w = theta[:-1]
        step = w[1:] - w[:-1]
        d = gradient[:-1]
        d += 0.2 * w + 0.01 * np.sign(w)
        d[1:] += step
        d[:-1] -= step
        return value + 0.1 * (w @ w) + 0.01 * np.abs(w).sum() + 0.5 * (step @ step), gradient
    return Case(theta, loss, by_hand)


@style("max over a list", (7, 3), (300, 8))
def huber_by_max(m, n):
    X, y, theta = measurements(m, n)

    def loss(p):
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            r = abs(sum(w * xi for w, xi in zip(p, x)) + p[-1] - yi)
            q = minimum(r, 1.0)
            total += 0.5 * q * q + maximum(r - 1.0, 0.0)
        return total

    def by_hand(theta):
        e = X @ theta[:-1] + theta[-1] - y
        r = np.abs(e)
        q = np.minimum(r, 1)
        d = np.clip(e, -1, 1)
        return 0.5 * (q @ q) + np.maximum(r - 1, 0).sum(), np.append(d @ X, d.sum())
    return Case(theta, loss, by_hand)


@style("max over a list", (7, 3), (300, 8))
def quantile_by_max(m, n):
    X, y, theta = measurements(m, n)

    def loss(p):
        total = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            e = yi - p[n] - sum(p[j] * x[j] for j in range(n))
            total = total + maximum(0.9 * e, -0.1 * e)
        return total

    def by_hand(theta):
        e = y - theta[-1] - X @ theta[:-1]
        d = np.where(e >= 0, -0.9, 0.1)
        return -(d @ e), np.append(d @ X, d.sum())
    return Case(theta, loss, by_hand)


@style("alternating minus", (7, 3), (300, 8))
def poisson(m, n):
    X, y, theta = measurements(m, n)
    k = np.floor(np.abs(y))

    def loss(p):
        nll = 0.0
        for x, ki in zip(X.tolist(), k.tolist()):
            eta = p[n] + sum(p[j] * x[j] for j in range(n))
            nll += exp(eta) - ki * eta
        return nll

    def by_hand(theta):
        eta = X @ theta[:-1] + theta[-1]
        mu = np.exp(eta)
        d = mu - k
        return mu.sum() - k @ eta, np.append(d @ X, d.sum())
    return Case(theta, loss, by_hand)


@style("alternating minus", (7, 3), (300, 8))
def gaussian_with_learned_width(m, n):
    X, y, theta = measurements(m, n)
    theta = np.append(theta, 0.4)

    def loss(p):
        *w, b, s = p
        nll = 0.0
        for x, yi in zip(X.tolist(), y.tolist()):
            e = yi - sum(wj * xj for wj, xj in zip(w, x)) - b
            nll = nll + 0.5 * math.log(2 * math.pi) + s + e * e / (2 * exp(2 * s))
        return nll

    def by_hand(theta):
        e = y - X @ theta[:n] - theta[n]
        s = theta[-1]
        v = math.exp(-2 * s)
        q = e @ e
        value = m * (0.5 * math.log(2 * math.pi) + s) + 0.5 * v * q
        return value, np.concatenate((-v * (e @ X), [-v * e.sum(), m - v * q]))
    return Case(theta, loss, by_hand)


@style("alternating minus", (6, 3, 4), (100, 8, 5))
def divergence_from_targets(m, n, k):
    """Kullback-Leibler divergence of given distributions from a softmax."""
    X, _, theta = classes(m, n, k)
    Q = np.random.default_rng(5).dirichlet(np.ones(k), m)

    def loss(p):
        W, b = matrix(p, 0, k, n), p[k * n:]
        kl = 0.0
        for x, q in zip(X.tolist(), Q.tolist()):
            e = [exp(sum(w * xi for w, xi in zip(W[c], x)) + b[c]) for c in range(k)]
            total = sum(e)
            for c in range(k):
                kl += q[c] * (math.log(q[c]) - log(e[c] / total))
        return kl

    def by_hand(theta):
        W, b = split(theta, (k, n), (k,))
        z = X @ W.T + b
        e = np.exp(z)
        s = e.sum(1)
        value = (Q * (np.log(Q) - z)).sum() + np.log(s).sum()
        dz = e / s[:, None] - Q
        return value, flat(dz.T @ X, dz.sum(0))
    return Case(theta, loss, by_hand)


@style("log-sum-exp", (9, 3), (300, 4))
def gaussian_mixture(m, k):
    """Means, log-widths and scores of k Gaussians on a line."""
    rng = np.random.default_rng(6)
    x = np.concatenate((rng.normal(-2, 0.5, m // 2), rng.normal(1, 1, m - m // 2)))
    theta = np.concatenate((np.linspace(-2, 2, k), 0.1 * rng.normal(size=2 * k)))
    half = 0.5 * math.log(2 * math.pi)

    def loss(p):
        mu, s, a = p[:k], p[k:2 * k], p[2 * k:]
        norm = log(sum(exp(ai) for ai in a))
        nll = 0.0
        for xi in x.tolist():
            like = 0.0
            for j in range(k):
                u = (xi - mu[j]) / exp(s[j])
                like += exp(a[j] - norm - 0.5 * u * u - s[j] - half)
            nll -= log(like)
        return nll

    def by_hand(theta):
        mu, s, a = split(theta, (k,), (k,), (k,))
        w = np.exp(-s)
        u = (x[:, None] - mu) * w
        ea = np.exp(a)
        terms = np.exp(a - math.log(ea.sum()) - 0.5 * u * u - s - half)
        like = terms.sum(1)
        r = terms / like[:, None]
        ru = r * u
        dmu, ds = -ru.sum(0) * w, r.sum(0) - (ru * u).sum(0)
        return -np.log(like).sum(), flat(dmu, ds, m * ea / ea.sum() - r.sum(0))
    return Case(theta, loss, by_hand)


@style("data loss plus penalties", (8, 3), (200, 6))
def correlation_loss(m, n):
    """1 - r^2 of predictions and targets."""
    X, y, theta = measurements(m, n)
    yc = y - y.mean()
    syy = yc @ yc

    def loss(p):
        z = [sum(p[j] * x[j] for j in range(n)) for x in X.tolist()]
        mean_z, mean_y = sum(z) / m, sum(y.tolist()) / m
        szy = sum((zi - mean_z) * (yi - mean_y) for zi, yi in zip(z, y.tolist()))
        szz = sum((zi - mean_z) ** 2 for zi in z)
        return 1 - szy ** 2 / (szz * syy)

    def by_hand(theta):
        z = X @ theta
        zc = z - z.mean()
        szy, szz = zc @ yc, zc @ zc
        dz = -2 * szy / (szz * syy) * yc + 2 * szy ** 2 / (szz ** 2 * syy) * zc
        return 1 - szy ** 2 / (szz * syy), dz @ X
    return Case(theta[:n], loss, by_hand)


@style("coefficients", (9, 3), (300, 6))
def cosine_with_numpy_arrays(m, n):
    """The student keeps Values in NumPy arrays and writes one loop."""
    X, y, theta = measurements(m, n)

    def loss(p):
        w = np.array(p[:n], dtype=object)
        z = X @ w + p[n]
        return (np.cos(z) - y) @ (np.cos(z) - y) / m

    def by_hand(theta):
        z = X @ theta[:-1] + theta[-1]
        e = np.cos(z) - y
        dz = -2 / m * e * np.sin(z)
        return e @ e / m, np.append(dz @ X, dz.sum())
    return Case(theta, loss, by_hand)


@style("coefficients", (9, 4), (300, 6))
def sums_with_dot(m, n):
    """The engine's own dot and sum, mixed with operators."""
    X, y, theta = measurements(m, n)

    def loss(p):
        errors = [ag.dot(p[:n], x, p[n]) - yi for x, yi in zip(X.tolist(), y.tolist())]
        return ag.sum(e * e for e in errors) / m - 0.1 * ag.sum(p)

    def by_hand(theta):
        value, gradient = squares_by_hand(theta, X, y, 1 / m)
        return value - 0.1 * theta.sum(), gradient - 0.1
    return Case(theta, loss, by_hand)
