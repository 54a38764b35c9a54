"""Programs of many courses: attention, vision, speech, control, economics, physics, as students of
these fields write them.
"""
from __future__ import annotations

import math

import numpy as np

from autograd import exp, log, maximum, sigmoid, softplus, sqrt, tanh
from tests.styles.case import Case, flat, matrix, split, style


def sigma(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# Attention and normalisation -----------------------------------------------------------------

@style("attention", (4, 2, 2), (10, 2, 3))
def causal_attention_with_heads(T, heads, d):
    """Scores of what is still to come are left out; the heads' outputs stand side by side."""
    rng = np.random.default_rng(101)
    n = heads * d
    X, Y = rng.normal(size=(T, n)), rng.normal(size=(T, n))

    def loss(p):
        WQ, WK, WV, WO = (matrix(p, a * n * n, n, n) for a in range(4))
        dot = lambda a, b: sum(ai * bi for ai, bi in zip(a, b))                    # noqa: E731
        q, k, v = ([[dot(row, x) for row in W] for x in X.tolist()] for W in (WQ, WK, WV))
        total = 0
        for t in range(T):
            out = []
            for h in range(heads):
                part = slice(h * d, (h + 1) * d)
                scores = []
                for u in range(T):
                    if u > t:
                        continue
                    scores.append(dot(q[t][part], k[u][part]) / d ** 0.5)
                exps = [exp(s) for s in scores]
                z = sum(exps)
                for j in range(h * d, (h + 1) * d):
                    out.append(sum(e / z * v[u][j] for u, e in enumerate(exps)))
            for row, y in zip(WO, Y[t].tolist()):
                total += (dot(row, out) - y) ** 2
        return total / T

    def by_hand(theta):
        WQ, WK, WV, WO = split(theta, *4 * [(n, n)])
        q, k, v = ((X @ W.T).reshape(T, heads, d).transpose(1, 0, 2) for W in (WQ, WK, WV))
        A = softmax(np.where(np.tri(T, dtype=bool), q @ k.transpose(0, 2, 1) / d ** 0.5, -np.inf))
        out = (A @ v).transpose(1, 0, 2).reshape(T, n)
        e = out @ WO.T - Y
        dE = 2 / T * e
        dout = (dE @ WO).reshape(T, heads, d).transpose(1, 0, 2)
        dA = dout @ v.transpose(0, 2, 1)
        dS = A * (dA - (dA * A).sum(-1, keepdims=True)) / d ** 0.5
        back = lambda g: g.transpose(1, 0, 2).reshape(T, n).T @ X                  # noqa: E731
        return (e * e).sum() / T, flat(back(dS @ k), back(dS.transpose(0, 2, 1) @ q),
                                       back(A.transpose(0, 2, 1) @ dout), dE.T @ out)
    return Case(0.5 * rng.normal(size=4 * n * n), loss, by_hand)


@style("neurons", (6, 4, 3), (100, 8, 12))
def normalised_with_residual(m, n, k):
    """x + MLP(norm(x)), where the norm has a gain and a bias for each feature."""
    rng = np.random.default_rng(102)
    X, y = rng.normal(size=(m, n)), rng.normal(size=m)

    def loss(p):
        gain, bias, v = p[:n], p[n:2 * n], p[2 * n:3 * n]
        W1, W2 = matrix(p, 3 * n, k, n), matrix(p, 3 * n + k * n, n, k)
        losses = []
        for x, t in zip(X.tolist(), y.tolist()):
            x = [xi * g for xi, g in zip(x, gain)]
            mean = sum(x) / n
            var = sum((xi - mean) ** 2 for xi in x) / n
            z = [(xi - mean) / (var + 1e-5) ** 0.5 + b for xi, b in zip(x, bias)]
            hidden = [maximum(sum(w * zi for w, zi in zip(row, z)), 0.0) for row in W1]
            out = [xi + sum(w * h for w, h in zip(row, hidden)) for xi, row in zip(x, W2)]
            losses.append((sum(vi * oi for vi, oi in zip(v, out)) - t) ** 2)
        return sum(losses) / len(losses)

    def by_hand(theta):
        gain, bias, v, W1, W2 = split(theta, (n,), (n,), (n,), (k, n), (n, k))
        G = X * gain
        C = G - G.mean(1, keepdims=True)
        s = ((C * C).mean(1, keepdims=True) + 1e-5) ** -0.5
        N = C * s
        Z = N + bias
        A = Z @ W1.T
        H = np.maximum(A, 0)
        out = G + H @ W2.T
        e = out @ v - y
        d = 2 / m * e
        dout = np.outer(d, v)
        dA = dout @ W2 * (A > 0)
        dZ = dA @ W1
        dC = s * (dZ - N * (dZ * N).mean(1, keepdims=True))
        dG = dout + dC - dC.mean(1, keepdims=True)
        return e @ e / m, flat((dG * X).sum(0), dZ.sum(0), d @ out, dA.T @ Z, dout.T @ H)
    return Case(0.5 * rng.normal(size=3 * n + 2 * k * n), loss, by_hand)


@style("neurons", (6, 4, 3), (100, 8, 10))
def maxout_network(m, n, k):
    """Each neuron is the largest of three lines."""
    rng = np.random.default_rng(103)
    X, y = rng.normal(size=(m, n)), rng.normal(size=m)

    def loss(p):
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            f = p[-1]
            for j in range(k):
                lines = []
                for c in range(3):
                    w = p[(3 * j + c) * n:(3 * j + c + 1) * n]
                    lines.append(sum(wi * xi for wi, xi in zip(w, x)))
                f = f - p[3 * k * n + j] * maximum(maximum(lines[0], lines[1]), lines[2])
            total = total + (t - f) ** 2
        return 0.5 * total

    def by_hand(theta):
        W, v, b = split(theta, (3 * k, n), (k,), (1,))
        lines = (X @ W.T).reshape(m, k, 3)
        best = lines.argmax(2)[:, :, None]
        top = np.take_along_axis(lines, best, 2)[:, :, 0]
        e = b - top @ v - y
        dlines = np.zeros((m, k, 3))
        np.put_along_axis(dlines, best, -np.outer(e, v)[:, :, None], 2)
        return 0.5 * e @ e, flat(dlines.reshape(m, -1).T @ X, -e @ top, e.sum())
    return Case(0.5 * rng.normal(size=3 * k * n + k + 1), loss, by_hand)


# Vision and language -------------------------------------------------------------------------

@style("convolutions", (2, 6, 2), (10, 12, 3))
def convolve_pool_classify(m, n, k):
    """One filter, ReLU, the mean of each 2 x 2, and a logistic unit on what is left."""
    rng = np.random.default_rng(104)
    X, y = rng.normal(size=(m, n, n)), rng.integers(0, 2, m)
    c = (n - k + 1) // 2

    def loss(p):
        total = 0.0
        for image, label in zip(X.tolist(), y.tolist()):
            rows = []
            for i in range(2 * c):
                row = []
                for j in range(2 * c):
                    s = p[k * k]
                    for a in range(k):
                        for b in range(k):
                            s += p[a * k + b] * image[i + a][j + b]
                    row.append(s.relu())
                rows.append(row)
            z, q = p[-1], k * k + 1
            for i in range(0, 2 * c, 2):
                for j in range(0, 2 * c, 2):
                    pooled = (rows[i][j] + rows[i + 1][j] + rows[i][j + 1]
                              + rows[i + 1][j + 1]) / 4
                    z += p[q] * pooled
                    q += 1
            total += softplus(z) - label * z
        return total / m

    def by_hand(theta):
        W, b, v, b2 = split(theta, (k, k), (1,), (c * c,), (1,))
        windows = np.lib.stride_tricks.sliding_window_view(X, (k, k), (1, 2))[:, :2 * c, :2 * c]
        flatter = windows.reshape(m * 4 * c * c, k * k)
        A = (flatter @ W.ravel() + b).reshape(m, c, 2, c, 2)
        P = np.maximum(A, 0).sum((2, 4)).reshape(m, c * c) / 4
        z = P @ v + b2
        d = (sigma(z) - y) / m
        dP = np.outer(d, v).reshape(m, c, 1, c, 1) / 4
        dA = ((A > 0) * dP).ravel()
        value = (np.logaddexp(0, z) - y * z).sum() / m
        return value, flat(dA @ flatter, dA.sum(), d @ P, d.sum())
    return Case(0.4 * rng.normal(size=k * k + c * c + 2), loss, by_hand)


@style("ragged data", (6, 8, 3), (60, 40, 8))
def mean_of_words(m, vocabulary, k):
    """Sentences of any length: the mean of the words' vectors, and a logistic unit."""
    rng = np.random.default_rng(105)
    texts = [rng.integers(0, vocabulary, rng.integers(2, 9)).tolist() for _ in range(m)]
    y = rng.integers(0, 2, m)
    counts = np.zeros((m, vocabulary))
    for i, text in enumerate(texts):
        np.add.at(counts[i], text, 1 / len(text))

    def loss(p):
        E, v, b = matrix(p, 0, vocabulary, k), p[vocabulary * k:-1], p[-1]
        total = 0
        for text, label in zip(texts, y.tolist()):
            mean = [sum(E[word][c] for word in text) / len(text) for c in range(k)]
            q = sigmoid(sum(vc * mc for vc, mc in zip(v, mean)) + b)
            total = total - (log(q) if label else log(1 - q))
        return total / len(texts)

    def by_hand(theta):
        E, v, b = split(theta, (vocabulary, k), (k,), (1,))
        mean = counts @ E
        z = mean @ v + b
        d = (sigma(z) - y) / m
        return ((np.logaddexp(0, z) - y * z).sum() / m,
                flat(counts.T @ np.outer(d, v), d @ mean, d.sum()))
    return Case(0.4 * rng.normal(size=vocabulary * k + k + 1), loss, by_hand)


@style("looked-up parameters", (8, 6, 2), (100, 30, 6))
def words_and_wrong_words(pairs, vocabulary, k):
    """word2vec: a word near another one, and three that are not."""
    rng = np.random.default_rng(106)
    words, near = rng.integers(0, vocabulary, pairs), rng.integers(0, vocabulary, pairs)
    wrong = rng.integers(0, vocabulary, (pairs, 3))

    def loss(p):
        U, V = matrix(p, 0, vocabulary, k), matrix(p, vocabulary * k, vocabulary, k)
        L = 0.0
        for a, b, others in zip(words.tolist(), near.tolist(), wrong.tolist()):
            score = sum(U[a][i] * V[b][i] for i in range(k))
            L -= log(sigmoid(score))
            for c in others:
                L -= log(sigmoid(-sum(U[a][i] * V[c][i] for i in range(k))))
        return L / pairs

    def by_hand(theta):
        U, V = split(theta, (vocabulary, k), (vocabulary, k))
        which = np.concatenate((near[:, None], wrong), 1)
        u, v = U[words], V[which]
        s = np.einsum("pk,pck->pc", u, v)
        s[:, 0] *= -1
        d = sigma(s) / pairs
        d[:, 0] *= -1
        dU, dV = np.zeros((vocabulary, k)), np.zeros((vocabulary, k))
        np.add.at(dU, words, np.einsum("pc,pck->pk", d, v))
        np.add.at(dV, which.ravel(), (d[:, :, None] * u[:, None]).reshape(-1, k))
        return np.logaddexp(0, s).sum() / pairs, flat(dU, dV)
    return Case(0.4 * rng.normal(size=2 * vocabulary * k), loss, by_hand)


@style("log-sum-exp", (5, 3, 2), (20, 8, 5))
def pairs_that_belong_together(m, n, k):
    """Each text finds its image among all of them: a softmax over a table of similarities."""
    rng = np.random.default_rng(107)
    A, B = rng.normal(size=(m, n)), rng.normal(size=(m, n))

    def loss(p):
        WA, WB = matrix(p, 0, k, n), matrix(p, k * n, k, n)
        a = [[sum(w * x for w, x in zip(row, xs)) for row in WA] for xs in A.tolist()]
        b = [[sum(w * x for w, x in zip(row, xs)) for row in WB] for xs in B.tolist()]
        total = 0.0
        for i in range(m):
            s = [sum(u * v for u, v in zip(a[i], bj)) / 0.5 for bj in b]
            total -= log(exp(s[i]) / sum(exp(sj) for sj in s))
        return total / m

    def by_hand(theta):
        WA, WB = split(theta, (k, n), (k, n))
        a, b = A @ WA.T, B @ WB.T
        S = 2 * a @ b.T
        P = softmax(S)
        value = -np.log(P.diagonal()).sum() / m
        P.flat[::m + 1] -= 1
        P *= 2 / m
        return value, flat((P @ b).T @ A, (P.T @ a).T @ B)
    return Case(0.4 * rng.normal(size=2 * k * n), loss, by_hand)


@style("gated networks", (5, 4, 2), (12, 8, 6))
def lstm_of_letters(T, letters, k):
    """A gated network that says the next letter at each step: rows of weights are looked up."""
    rng = np.random.default_rng(108)
    text = rng.integers(0, letters, T + 1).tolist()

    def loss(p):
        E, U = matrix(p, 0, letters, 4 * k), matrix(p, letters * 4 * k, 4 * k, k)
        O = matrix(p, letters * 4 * k + 4 * k * k, letters, k)                     # noqa: E741
        h, c, nll = [0.0] * k, [0.0] * k, 0.0
        for now, following in zip(text, text[1:]):
            z = [E[now][j] + sum(u * hj for u, hj in zip(U[j], h)) for j in range(4 * k)]
            c = [sigmoid(z[k + j]) * c[j] + sigmoid(z[j]) * tanh(z[3 * k + j]) for j in range(k)]
            h = [sigmoid(z[2 * k + j]) * tanh(c[j]) for j in range(k)]
            logits = [sum(o * hj for o, hj in zip(row, h)) for row in O]
            nll += log(sum(exp(a) for a in logits)) - logits[following]
        return nll / T

    def by_hand(theta):
        E, U, O = split(theta, (letters, 4 * k), (4 * k, k), (letters, k))         # noqa: E741
        H, C, S, G = np.zeros((T + 1, k)), np.zeros((T + 1, k)), np.empty((T, k)), np.empty((T, 4 * k))
        Z = E[text[:-1]]
        for t in range(T):
            z = Z[t] + U @ H[t]
            G[t, :3 * k], G[t, 3 * k:] = sigma(z[:3 * k]), np.tanh(z[3 * k:])
            i, f, o, g = G[t].reshape(4, k)
            C[t + 1] = f * C[t] + i * g
            S[t] = np.tanh(C[t + 1])
            H[t + 1] = o * S[t]
        A = H[1:] @ O.T
        P = np.exp(A)
        sums = P.sum(1)
        value = (np.log(sums) - A[np.arange(T), text[1:]]).sum() / T
        P /= sums[:, None]
        P[np.arange(T), text[1:]] -= 1
        P /= T
        dH, dZ, dh, dc = P @ O, np.empty((T, 4 * k)), np.zeros(k), np.zeros(k)
        for t in range(T - 1, -1, -1):
            i, f, o, g = G[t].reshape(4, k)
            dh = dh + dH[t]
            dc = dc + dh * o * (1 - S[t] * S[t])
            dZ[t, :k], dZ[t, k:2 * k] = dc * g * i * (1 - i), dc * C[t] * f * (1 - f)
            dZ[t, 2 * k:3 * k], dZ[t, 3 * k:] = dh * S[t] * o * (1 - o), dc * i * (1 - g * g)
            dc, dh = dc * f, dZ[t] @ U
        dE = np.zeros((letters, 4 * k))
        np.add.at(dE, text[:-1], dZ)
        return value, flat(dE, dZ.T @ H[:-1], P.T @ H[1:])
    return Case(0.4 * rng.normal(size=letters * 5 * k + 4 * k * k), loss, by_hand)


# Statistics ----------------------------------------------------------------------------------

@style("data loss plus penalties", (7, 3, 2), (200, 4, 3))
def penalty_on_groups(m, groups, size):
    """Squares, and the length of each group of weights, as in the group lasso."""
    rng = np.random.default_rng(109)
    n = groups * size
    X, y = rng.normal(size=(m, n)), rng.normal(size=m)

    def loss(p):
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            total += (t - p[n] - sum(w * xi for w, xi in zip(p, x))) ** 2 / (2 * m)
        for g in range(groups):
            total += 0.1 * sqrt(sum(w ** 2 for w in p[g * size:(g + 1) * size]) + 1e-6)
        return total

    def by_hand(theta):
        w = theta[:n]
        e = y - theta[n] - X @ w
        W = w.reshape(groups, size)
        length = np.sqrt((W * W).sum(1) + 1e-6)
        return (e @ e / (2 * m) + 0.1 * length.sum(),
                flat(0.1 * (W / length[:, None]).ravel() - e @ X / m, -e.sum() / m))
    return Case(rng.normal(size=n + 1), loss, by_hand)


@style("rows touch different parameters", (9, 5), (200, 12))
def splines_with_smoothness(m, k):
    """Quadratic B-splines by the recursion of de Boor; what is 0 is skipped; P-spline penalty."""
    rng = np.random.default_rng(110)
    xs, y = np.sort(rng.uniform(2, k, m)), rng.normal(size=m)
    knots = list(range(k + 3))

    def basis(i, degree, x):
        if degree == 0:
            return 1.0 if knots[i] <= x < knots[i + 1] else 0.0
        return ((x - knots[i]) / degree * basis(i, degree - 1, x)
                + (knots[i + degree + 1] - x) / degree * basis(i + 1, degree - 1, x))
    B = np.array([[basis(i, 2, x) for i in range(k)] for x in xs.tolist()])

    def loss(p):
        sse = 0.0
        for x, t in zip(xs.tolist(), y.tolist()):
            f = 0.0
            for i in range(k):
                b = basis(i, 2, x)
                if b:
                    f += b * p[i]
            sse += (f - t) ** 2
        rough = 0.0
        for i in range(k - 2):
            rough += (p[i + 2] - 2 * p[i + 1] + p[i]) ** 2
        return sse + 0.5 * rough

    def by_hand(theta):
        e, d = B @ theta - y, theta[2:] - 2 * theta[1:-1] + theta[:-2]
        g = 2 * e @ B
        g[2:] += d
        g[1:-1] -= 2 * d
        g[:-2] += d
        return e @ e + 0.5 * d @ d, g
    return Case(rng.normal(size=k), loss, by_hand)


@style("matrices in time", (4,), (8,))
def gaussian_process(n):
    """The likelihood of n points under a kernel with three parameters, by Cholesky."""
    rng = np.random.default_rng(111)
    xs, y = np.sort(rng.uniform(0, 4, n)), rng.normal(size=n)
    D = (xs[:, None] - xs) ** 2

    def loss(p):
        height, width, noise = exp(p[0]), exp(p[1]), exp(p[2])
        K = [[height * exp(-0.5 * (a - b) ** 2 / width ** 2) for b in xs.tolist()]
             for a in xs.tolist()]
        for i in range(n):
            K[i][i] = K[i][i] + noise
        L = [[0.0] * n for _ in range(n)]
        for i in range(n):
            for j in range(i + 1):
                s = K[i][j]
                for c in range(j):
                    s = s - L[i][c] * L[j][c]
                L[i][j] = sqrt(s) if i == j else s / L[j][j]
        z = []
        for i in range(n):
            s = y[i].item()
            for j in range(i):
                s = s - L[i][j] * z[j]
            z.append(s / L[i][i])
        return 0.5 * sum(zi * zi for zi in z) + sum(log(L[i][i]) for i in range(n))

    def by_hand(theta):
        height, width, noise = np.exp(theta)
        R = height * np.exp(-0.5 * D / width ** 2)
        K = R + noise * np.eye(n)
        inverse = np.linalg.inv(K)
        a = inverse @ y
        G = 0.5 * (inverse - np.outer(a, a))
        value = 0.5 * y @ a + np.log(np.diag(np.linalg.cholesky(K))).sum()
        return value, np.array([(G * R).sum(), (G * R * D).sum() / width ** 2, noise * np.trace(G)])
    return Case(np.array([0.2, 0.1, -1.0]), loss, by_hand)


@style("log-sum-exp", (9, 3), (150, 4))
def fuzzy_clusters(m, k):
    """Memberships by ratios of distances, their squares as weights."""
    rng = np.random.default_rng(112)
    X = rng.normal(size=(m, 2))

    def loss(p):
        J = 0.0
        for x in X.tolist():
            d = [(x[0] - p[2 * c]) ** 2 + (x[1] - p[2 * c + 1]) ** 2 for c in range(k)]
            for i in range(k):
                u = 1 / sum(d[i] / dj for dj in d)
                J += u ** 2 * d[i]
        return J

    def by_hand(theta):
        diff = X[:, None] - theta.reshape(k, 2)
        d = (diff * diff).sum(2)
        ratios = d[:, :, None] / d[:, None]
        u = 1 / ratios.sum(2)
        ds = -2 * d * u ** 3
        dd = u * u + (ds[:, :, None] / d[:, None]).sum(2) - (ds[:, :, None] * ratios).sum(1) / d
        return (u * u * d).sum(), (-2 * dd[:, :, None] * diff).sum(0).ravel()
    return Case(rng.normal(size=2 * k), loss, by_hand)


@style("likelihoods", (9, 2), (200, 5))
def ordered_grades(m, n):
    """Grades 0 to 3 by three thresholds, each a step above the one before."""
    rng = np.random.default_rng(113)
    X, grade = rng.normal(size=(m, n)), rng.integers(0, 4, m)

    def loss(p):
        cuts = [p[n]]
        for step in p[n + 1:]:
            cuts.append(cuts[-1] + exp(step))
        nll = 0.0
        for x, g in zip(X.tolist(), grade.tolist()):
            s = sum(w * xi for w, xi in zip(p, x))
            if g == 0:
                q = sigmoid(cuts[0] - s)
            elif g == 3:
                q = 1 - sigmoid(cuts[2] - s)
            else:
                q = sigmoid(cuts[g] - s) - sigmoid(cuts[g - 1] - s)
            nll -= log(q)
        return nll

    def by_hand(theta):
        steps = np.exp(theta[n + 1:])
        cuts = np.concatenate(([-np.inf], theta[n] + np.cumsum(np.concatenate(([0], steps))), [np.inf]))
        s = X @ theta[:n]
        high, low = sigma(cuts[grade + 1] - s), sigma(cuts[grade] - s)
        q = high - low
        dh, dl = high * (1 - high) / q, low * (1 - low) / q
        dcut = np.bincount(grade, -dh, 4)[:3] + np.bincount(grade, dl, 4)[1:]
        return (-np.log(q).sum(),
                flat((dh - dl) @ X, dcut.sum(), dcut[1:].sum() * steps[0], dcut[2] * steps[1]))
    return Case(flat(0.3 * rng.normal(size=n), [-0.5, 0.1, -0.1]), loss, by_hand)


@style("looked-up parameters", (12, 5, 4), (300, 20, 15))
def ratings_with_biases(m, users, films):
    """A mean, a bias for each user and each film, and a penalty at every rating."""
    rng = np.random.default_rng(114)
    who, what = rng.integers(0, users, m), rng.integers(0, films, m)
    stars = rng.normal(size=m)

    def loss(p):
        mu, b, c = p[0], p[1:1 + users], p[1 + users:]
        total = 0.0
        for u, f, s in zip(who.tolist(), what.tolist(), stars.tolist()):
            err = s - mu - b[u] - c[f]
            total += err * err + 0.02 * (b[u] * b[u] + c[f] * c[f])
        return total / m

    def by_hand(theta):
        b, c = theta[1:1 + users][who], theta[1 + users:][what]
        e = stars - theta[0] - b - c
        return ((e @ e + 0.02 * (b @ b + c @ c)) / m,
                flat(-2 * e.sum() / m, np.bincount(who, 0.04 * b - 2 * e, users) / m,
                     np.bincount(what, 0.04 * c - 2 * e, films) / m))
    return Case(0.5 * rng.normal(size=1 + users + films), loss, by_hand)


@style("zeros left out", (9, 4), (200, 12))
def counts_of_one_hot_rows(m, n):
    """Poisson counts; of each row of features most are 0 and skipped; the exposure is known."""
    rng = np.random.default_rng(115)
    X = (rng.random((m, n)) < 0.25) * 1.0
    counts, exposure = rng.integers(0, 5, m), rng.uniform(0.5, 2, m)

    def loss(p):
        deviance = 0.0
        for x, c, e in zip(X.tolist(), counts.tolist(), exposure.tolist()):
            eta = p[n] + math.log(e)
            for i, xi in enumerate(x):
                if xi == 0:
                    continue
                eta = eta + p[i]
            deviance += 2 * (exp(eta) - c * eta)
        return deviance

    def by_hand(theta):
        eta = X @ theta[:n] + theta[n] + np.log(exposure)
        mu = np.exp(eta)
        d = 2 * (mu - counts)
        return 2 * (mu.sum() - counts @ eta), flat(d @ X, d.sum())
    return Case(0.3 * rng.normal(size=n + 1), loss, by_hand)


@style("shuffled parameters", (7, 4), (200, 10))
def margins_of_shuffled_weights(m, n):
    """A squared hinge by `if`, whose weights lie in any order among the parameters."""
    rng = np.random.default_rng(116)
    X, y = rng.normal(size=(m, n)), rng.choice([-1.0, 1.0], m)
    order = rng.permutation(n + 1)

    def loss(p):
        w = [p[j] for j in order.tolist()]
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            margin = 1 - t * (sum(wi * xi for wi, xi in zip(w, x)) + w[n])
            total += margin.relu() ** 2
        return total / m + 0.01 * sum(wi ** 2 for wi in w[:n])

    def by_hand(theta):
        w = theta[order]
        h = np.maximum(1 - y * (X @ w[:n] + w[n]), 0)
        d = -2 / m * h * y
        g = np.empty(n + 1)
        g[order] = flat(d @ X + 0.02 * w[:n], d.sum())
        return h @ h / m + 0.01 * w[:n] @ w[:n], g
    return Case(0.3 * rng.normal(size=n + 1), loss, by_hand)


# Physics, control, economics -----------------------------------------------------------------

@style("steps in time", (8,), (120,))
def kalman_of_position_and_speed(T):
    """A filter of two states with all entries of the covariance written out; its likelihood."""
    rng = np.random.default_rng(117)
    y, dt = np.cumsum(rng.normal(size=T)), 0.1

    def loss(p):
        q, r = exp(p[0]), exp(p[1])
        x, v, pxx, pxv, pvv = 0.0, 0.0, 1.0, 0.0, 1.0
        nll = 0.0
        for z in y.tolist():
            x, v = x + dt * v, v
            pxx, pxv, pvv = pxx + 2 * dt * pxv + dt * dt * pvv, pxv + dt * pvv, pvv + q
            s = pxx + r
            e = z - x
            nll += 0.5 * (log(s) + e * e / s)
            kx, kv = pxx / s, pxv / s
            x, v = x + kx * e, v + kv * e
            pxx, pxv, pvv = (1 - kx) * pxx, (1 - kx) * pxv, pvv - kv * pxv
        return nll

    def by_hand(theta):
        q, r = np.exp(theta).tolist()
        x, v, a, b, c = 0.0, 0.0, 1.0, 0.0, 1.0
        kept, nll = [], 0.0
        for z in y.tolist():
            x = x + dt * v
            a, b, c = a + 2 * dt * b + dt * dt * c, b + dt * c, c + q
            s, e = a + r, z - x
            nll += 0.5 * (math.log(s) + e * e / s)
            kx, kv = a / s, b / s
            kept.append((a, b, s, e, kx, kv))
            x, v = x + kx * e, v + kv * e
            a, b, c = (1 - kx) * a, (1 - kx) * b, c - kv * b
        dx = dv = da = db = dc = dq = dr = 0.0
        for a, b, s, e, kx, kv in reversed(kept):
            dkx, dkv = -da * a - db * b + dx * e, -dc * b + dv * e
            da, db = da * (1 - kx), db * (1 - kx) - dc * kv
            de = dx * kx + dv * kv + e / s
            da, db = da + dkx / s, db + dkv / s
            ds = -(dkx * kx + dkv * kv) / s + 0.5 * (1 - e * e / s) / s
            dx -= de
            da, dr = da + ds, dr + ds
            dq += dc
            dv = dv + dt * dx
            db, dc = db + 2 * dt * da, dc + dt * dt * da + dt * db
        return nll, np.array([dq * q, dr * r])
    return Case(np.array([-1.0, 0.3]), loss, by_hand)


@style("equations in time", (7, 6), (30, 24))
def heat_on_a_ring(T, n):
    """A ring of rods of which each conducts in its own way; the last state is compared."""
    rng = np.random.default_rng(118)
    start, goal = rng.normal(size=n), rng.normal(size=n)

    def loss(p):
        u = start.tolist()
        for _ in range(T):
            u = [u[i] + p[i] * (u[(i + 1) % n] - 2 * u[i] + u[i - 1]) for i in range(n)]
        return sum((a - b) ** 2 for a, b in zip(u, goal.tolist()))

    def by_hand(theta):
        U = np.empty((T + 1, n))
        U[0] = start
        for t in range(T):
            u = U[t]
            U[t + 1] = u + theta * (np.roll(u, -1) - 2 * u + np.roll(u, 1))
        e = U[T] - goal
        d, G = 2 * e, np.empty((T, n))
        for t in range(T - 1, -1, -1):
            G[t] = d
            w = theta * d
            d = d + np.roll(w, 1) - 2 * w + np.roll(w, -1)
        V = U[:T]
        return e @ e, (G * (np.roll(V, -1, 1) - 2 * V + np.roll(V, 1, 1))).sum(0)
    return Case(rng.uniform(0.1, 0.3, n), loss, by_hand)


@style("energies", (8,), (200,))
def action_of_a_path(n):
    """Kinetic less potential energy along a path between two fixed ends."""
    rng = np.random.default_rng(119)
    m, g, k, dt = 1.3, 9.8, 0.4, 0.05

    def loss(p):
        path = [0.0] + list(p) + [1.0]
        S = 0.0
        for i in range(len(path) - 1):
            v = (path[i + 1] - path[i]) / dt
            h = (path[i + 1] + path[i]) / 2
            S += (0.5 * m * v ** 2 - m * g * h - k * h ** 4) * dt
        return S

    def by_hand(theta):
        path = np.concatenate(([0.0], theta, [1.0]))
        v, h = (path[1:] - path[:-1]) / dt, (path[1:] + path[:-1]) / 2
        dv, dh = m * v, -dt * (m * g + 4 * k * h ** 3) / 2
        d = dv[:-1] - dv[1:] + dh[:-1] + dh[1:]
        return dt * (0.5 * m * v @ v - m * g * h.sum() - k * (h ** 4).sum()), d
    return Case(rng.normal(size=n), loss, by_hand)


@style("steps in time", (4, 5, 2, 3), (30, 12, 3, 8))
def learned_motion(m, T, n, k):
    """dx/dt is a small network; many starts are followed by Euler's steps."""
    rng = np.random.default_rng(120)
    X, Y = rng.normal(size=(m, n)), rng.normal(size=(m, n))

    def loss(p):
        W, b, V = matrix(p, 0, k, n), p[k * n:k * n + k], matrix(p, k * n + k, n, k)
        total = 0.0
        for x, y in zip(X.tolist(), Y.tolist()):
            for _ in range(T):
                h = [tanh(bj + sum(w * xi for w, xi in zip(row, x))) for bj, row in zip(b, W)]
                x = [xi + 0.1 * sum(v * hj for v, hj in zip(row, h)) for xi, row in zip(x, V)]
            total += sum((xi - yi) ** 2 for xi, yi in zip(x, y))
        return total / m

    def by_hand(theta):
        W, b, V = split(theta, (k, n), (k,), (n, k))
        S, H = np.empty((T + 1, m, n)), np.empty((T, m, k))
        S[0] = X
        for t in range(T):
            H[t] = np.tanh(S[t] @ W.T + b)
            S[t + 1] = S[t] + 0.1 * H[t] @ V.T
        e = S[T] - Y
        d, dZ, D = 2 / m * e, np.empty((T, m, k)), np.empty((T, m, n))
        for t in range(T - 1, -1, -1):
            D[t] = d
            dZ[t] = 0.1 * d @ V * (1 - H[t] * H[t])
            d = d + dZ[t] @ W
        Z = dZ.reshape(-1, k)
        return (e * e).sum() / m, flat(Z.T @ S[:T].reshape(-1, n), Z.sum(0),
                                       0.1 * D.reshape(-1, n).T @ H.reshape(-1, k))
    return Case(0.4 * rng.normal(size=k * (2 * n + 1)), loss, by_hand)


@style("steps in time", (6,), (60,))
def saving_and_spending(T):
    """Capital grows by a power of itself; what is spent each year is a share, and chosen."""
    def loss(p):
        capital, welfare = 1.0, 0.0
        for t in range(T):
            share = sigmoid(p[t])
            output = 2.0 * capital ** 0.3
            welfare += 0.95 ** t * log(share * output)
            capital = 0.9 * capital + (1 - share) * output
        return -welfare

    def by_hand(theta):
        s = sigma(theta).tolist()
        capital, kept, welfare = 1.0, [], 0.0
        for t in range(T):
            out = 2.0 * capital ** 0.3
            kept.append((capital, out))
            welfare += 0.95 ** t * math.log(s[t] * out)
            capital = 0.9 * capital + (1 - s[t]) * out
        dk, g = 0.0, [0.0] * T
        for t in range(T - 1, -1, -1):
            capital, out = kept[t]
            g[t] = (0.95 ** t / s[t] - dk * out) * s[t] * (1 - s[t])
            dk = 0.9 * dk + (0.95 ** t / out + dk * (1 - s[t])) * 0.3 * out / capital
        return -welfare, -np.array(g)
    return Case(np.random.default_rng(121).normal(size=T), loss, by_hand)


@style("several outputs", (5, 3, 3), (200, 6, 5))
def probabilities_for_samples(m, n, k):
    """All probabilities of a softmax, shifted by the largest, of each sample."""
    rng = np.random.default_rng(122)
    X = rng.normal(size=(m, n))

    def loss(p, x):
        z = []
        for j in range(k):
            s = p[n * k + j]
            for i in range(n):
                s += p[j * n + i] * x[i]
            z.append(s)
        top = z[0]
        for zj in z[1:]:
            top = maximum(top, zj)
        e = [exp(zj - top) for zj in z]
        total = sum(e)
        return [ej / total for ej in e]

    def by_hand(theta, X):
        W, b = split(theta, (k, n), (k,))
        return softmax(X @ W.T + b)
    return Case(0.5 * rng.normal(size=k * (n + 1)), loss, by_hand, X, listed=True)


@style("if over data", (10, 3, 3), (150, 6, 4))
def choices_and_rewards(T, n, k):
    """Policy gradients: the log of the probability of what was done, times what came of it."""
    rng = np.random.default_rng(123)
    states, actions = rng.normal(size=(T, n)), rng.integers(0, k, T)
    rewards = rng.normal(size=T)
    returns = np.empty(T)
    G = 0.0
    for t in range(T - 1, -1, -1):
        returns[t] = G = rewards[t] + 0.9 * G

    def loss(p):
        theta = matrix(p, 0, k, n)
        baseline, J = p[k * n], 0.0
        G, found = 0.0, []
        for r in reversed(rewards.tolist()):
            G = r + 0.9 * G
            found.insert(0, G)
        for s, a, G in zip(states.tolist(), actions.tolist(), found):
            prefs = [sum(w * si for w, si in zip(row, s)) for row in theta]
            logp = prefs[a] - log(sum(exp(q) for q in prefs))
            J += logp * G - 0.5 * (G - baseline) ** 2
            pi = [exp(q - log(sum(exp(r) for r in prefs))) for q in prefs]
            J -= 0.01 * sum(q * log(q) for q in pi)
        return -J / T

    def by_hand(theta):
        W, b = theta[:-1].reshape(k, n), theta[-1]
        Z = states @ W.T
        E = np.exp(Z)
        L = Z - np.log(E.sum(1))[:, None]
        P = np.exp(L)
        entropy = (P * L).sum(1, keepdims=True)
        picked = L[np.arange(T), actions]
        J = picked @ returns - 0.5 * ((returns - b) ** 2).sum() - 0.01 * entropy.sum()
        d = -returns[:, None] * P
        d[np.arange(T), actions] += returns
        d -= 0.01 * P * (L - entropy)
        return -J / T, flat(-d.T @ states / T, -(returns - b).sum() / T)
    return Case(0.3 * rng.normal(size=k * n + 1), loss, by_hand)


@style("graphs", (6, 2, 3), (30, 5, 6))
def two_rounds_of_messages(n, features, k):
    """Twice, each node takes the sum of its neighbours' messages; then one number for the graph."""
    rng = np.random.default_rng(124)
    neighbours = [sorted({*rng.integers(0, n, 3).tolist()} - {i}) or [(i + 1) % n]
                  for i in range(n)]
    X = rng.normal(size=(n, features))
    A = np.zeros((n, n))
    for i, near in enumerate(neighbours):
        A[i, near] = 1

    def loss(p):
        W1, W2 = matrix(p, 0, k, features), matrix(p, k * features, k, k)
        v = p[k * features + k * k:]
        state = X.tolist()
        for W in (W1, W2):
            messages = [[sum(w * s for w, s in zip(row, node)) for row in W] for node in state]
            new = []
            for i in range(n):
                total = [0.0] * k
                for j in neighbours[i]:
                    for c in range(k):
                        total[c] += messages[j][c]
                new.append([tanh(messages[i][c] + total[c]) for c in range(k)])
            state = new
        out = 0.0
        for node in state:
            for vc, c in zip(v, node):
                out += vc * c
        return (out / n - 1) ** 2

    def by_hand(theta):
        W1, W2, v = split(theta, (k, features), (k, k), (k,))
        B = A + np.eye(n)
        BX = B @ X
        S1 = np.tanh(BX @ W1.T)
        BS = B @ S1
        S2 = np.tanh(BS @ W2.T)
        pooled = S2.sum(0) / n
        e = pooled @ v - 1
        dZ2 = (2 * e / n * v) * (1 - S2 * S2)
        dZ1 = B.T @ (dZ2 @ W2) * (1 - S1 * S1)
        return e * e, flat(dZ1.T @ BX, dZ2.T @ BS, 2 * e * pooled)
    return Case(0.5 * rng.normal(size=k * (features + k + 1)), loss, by_hand)


# Sequences and graphs ------------------------------------------------------------------------

@style("attention", (4, 3, 2), (12, 6, 4))
def masked_attention_as_layers(T, n, d):
    """A mask of minus infinities written as -1e9, a residual, and the mean of the last layer."""
    rng = np.random.default_rng(201)
    X, y = rng.normal(size=(T, n)), rng.normal(size=n)

    def loss(p):
        WQ, WK, WV = (matrix(p, a * n * n, n, n) for a in range(3))
        linear = lambda x, W: [sum(wi * xi for wi, xi in zip(row, x)) for row in W]     # noqa: E731
        xs = X.tolist()
        q, k, v = ([linear(x, W) for x in xs] for W in (WQ, WK, WV))
        out = []
        for i in range(T):
            s = [sum(q[i][c] * k[j][c] for c in range(n)) * n ** -0.5 + (-1e9 if j > i else 0.0)
                 for j in range(T)]
            top = max(si.data if hasattr(si, "data") else si for si in s)
            e = [exp(si - top) for si in s]
            z = sum(e)
            out.append([xs[i][c] + sum(e[j] / z * v[j][c] for j in range(T)) for c in range(n)])
        mean = [sum(row[c] for row in out) / T for c in range(n)]
        return sum((a - b) ** 2 for a, b in zip(mean, y.tolist()))

    def by_hand(theta):
        WQ, WK, WV = split(theta, *3 * [(n, n)])
        q, k, v = X @ WQ.T, X @ WK.T, X @ WV.T
        A = softmax(np.where(np.tri(T, dtype=bool), q @ k.T * n ** -0.5, -1e9))
        e = (X + A @ v).mean(0) - y
        dout = np.broadcast_to(2 * e / T, (T, n))
        dA = dout @ v.T
        dS = A * (dA - (dA * A).sum(1, keepdims=True)) * n ** -0.5
        return e @ e, flat((dS @ k).T @ X, (dS.T @ q).T @ X, (A.T @ dout).T @ X)
    return Case(0.5 * rng.normal(size=3 * n * n), loss, by_hand)


@style("gated networks", (5, 3, 2), (30, 5, 6))
def gru_with_outputs(T, n, k):
    """A gated unit that predicts the next number at each step, by squares; biases everywhere."""
    rng = np.random.default_rng(202)
    X, y = rng.normal(size=(T, n)), rng.normal(size=T)

    def loss(p):
        W, U, b = matrix(p, 0, 3 * k, n), matrix(p, 3 * k * n, 3 * k, k), p[3 * k * (n + k):3 * k * (n + k + 1)]
        v, c = p[3 * k * (n + k + 1):-1], p[-1]
        h = [0.0 for _ in range(k)]
        errors = []
        for t in range(T):
            a = [b[j] + sum(w * x for w, x in zip(W[j], X[t].tolist())) for j in range(3 * k)]
            r = [sigmoid(a[j] + sum(u * hi for u, hi in zip(U[j], h))) for j in range(k)]
            z = [sigmoid(a[k + j] + sum(u * hi for u, hi in zip(U[k + j], h))) for j in range(k)]
            g = [tanh(a[2 * k + j] + r[j] * sum(u * hi for u, hi in zip(U[2 * k + j], h)))
                 for j in range(k)]
            h = [(1 - z[j]) * g[j] + z[j] * h[j] for j in range(k)]
            errors.append((c + sum(vj * hj for vj, hj in zip(v, h)) - y[t].item()) ** 2)
        return sum(errors) / T

    def by_hand(theta):
        W, U, b, v, c = split(theta, (3 * k, n), (3 * k, k), (3 * k,), (k,), (1,))
        A = X @ W.T + b
        H, R, Z, G, Q = np.zeros((T + 1, k)), *(np.empty((T, k)) for _ in range(4))
        for t in range(T):
            u = U @ H[t]
            R[t], Z[t] = sigma(A[t, :k] + u[:k]), sigma(A[t, k:2 * k] + u[k:2 * k])
            Q[t] = u[2 * k:]
            G[t] = np.tanh(A[t, 2 * k:] + R[t] * Q[t])
            H[t + 1] = (1 - Z[t]) * G[t] + Z[t] * H[t]
        e = H[1:] @ v + c - y
        d = 2 * e / T
        dA, dU, dh = np.empty((T, 3 * k)), np.empty((T, 3 * k)), np.zeros(k)
        for t in range(T - 1, -1, -1):
            dh = dh + d[t] * v
            dg = dh * (1 - Z[t]) * (1 - G[t] ** 2)
            dA[t, 2 * k:], dU[t, 2 * k:] = dg, dg * R[t]
            dA[t, :k] = dU[t, :k] = dg * Q[t] * R[t] * (1 - R[t])
            dA[t, k:2 * k] = dU[t, k:2 * k] = dh * (H[t] - G[t]) * Z[t] * (1 - Z[t])
            dh = dh * Z[t] + dU[t] @ U
        return e @ e / T, flat(dA.T @ X, dU.T @ H[:-1], dA.sum(0), d @ H[1:], d.sum())
    return Case(0.4 * rng.normal(size=3 * k * (n + k + 1) + k + 1), loss, by_hand)


@style("matrices in time", (6, 3), (40, 5))
def conditional_random_field(T, k):
    """The score of the right path less the log of the sum over all paths."""
    rng = np.random.default_rng(203)
    E, path = rng.normal(size=(T, k)), rng.integers(0, k, T)

    def loss(p):
        A = matrix(p, 0, k, k)
        s = p[k * k]
        alpha = [s * e for e in E[0].tolist()]
        score = s * E[0, path[0]].item()
        for t in range(1, T):
            alpha = [log(sum(exp(alpha[i] + A[i][j]) for i in range(k))) + s * E[t, j].item()
                     for j in range(k)]
            score += A[path[t - 1]][path[t]] + s * E[t, path[t]].item()
        return log(sum(exp(a) for a in alpha)) - score

    def by_hand(theta):
        A, s = theta[:-1].reshape(k, k), theta[-1]
        sE = s * E
        alpha, P = np.empty((T, k)), np.empty((T - 1, k, k))
        alpha[0] = sE[0]
        for t in range(1, T):
            M = np.exp(alpha[t - 1][:, None] + A)
            z = M.sum(0)
            P[t - 1] = M / z
            alpha[t] = np.log(z) + sE[t]
        last = np.exp(alpha[-1])
        z = last.sum()
        d, ds, dA = last / z, 0.0, np.zeros((k, k))
        for t in range(T - 1, 0, -1):
            ds += d @ E[t]
            G = P[t - 1] * d
            dA += G
            d = G.sum(1)
        ds += d @ E[0]
        np.add.at(dA, (path[:-1], path[1:]), -1)
        right = E[np.arange(T), path].sum()
        return np.log(z) - A[path[:-1], path[1:]].sum() - s * right, flat(dA, ds - right)
    return Case(np.append(0.5 * rng.normal(size=k * k), 0.8), loss, by_hand)


@style("attention", (5, 2, 3), (30, 4, 6))
def attention_on_a_graph(n, features, k):
    """Each node weighs its neighbours by a softmax of scores; ragged lists."""
    rng = np.random.default_rng(204)
    near = [sorted({i, *rng.integers(0, n, 3).tolist()}) for i in range(n)]
    X, y = rng.normal(size=(n, features)), rng.normal(size=n)
    mask = np.zeros((n, n), dtype=bool)
    for i, js in enumerate(near):
        mask[i, js] = True

    def loss(p):
        W, a, b, v = matrix(p, 0, k, features), *(p[k * features + c * k:k * features + (c + 1) * k] for c in range(3))
        H = [[sum(w * xi for w, xi in zip(row, x)) for row in W] for x in X.tolist()]
        own = [sum(ai * hi for ai, hi in zip(a, h)) for h in H]
        other = [sum(bi * hi for bi, hi in zip(b, h)) for h in H]
        total = 0.0
        for i in range(n):
            e = [exp(tanh(own[i] + other[j])) for j in near[i]]
            z = sum(e)
            out = [sum(ej * H[j][c] for ej, j in zip(e, near[i])) / z for c in range(k)]
            total += (sum(vc * oc for vc, oc in zip(v, out)) - y[i].item()) ** 2
        return total / n

    def by_hand(theta):
        W, a, b, v = split(theta, (k, features), (k,), (k,), (k,))
        H = X @ W.T
        S = np.tanh((H @ a)[:, None] + H @ b)
        E = np.exp(S) * mask
        z = E.sum(1)
        A = E / z[:, None]
        out = A @ H
        e = out @ v - y
        d = 2 * e / n
        dout = np.outer(d, v)
        dA = dout @ H.T
        dS = A * (dA - (dA * A).sum(1, keepdims=True)) * (1 - S * S)
        own, other = dS.sum(1), dS.sum(0)
        dH = A.T @ dout + np.outer(own, a) + np.outer(other, b)
        return e @ e / n, flat(dH.T @ X, own @ H, other @ H, d @ out)
    return Case(0.5 * rng.normal(size=k * features + 3 * k), loss, by_hand)


# Fits and physics ----------------------------------------------------------------------------

def lorenz(u, s, r, b):
    """The derivatives of x, y and z with respect to time."""
    x, y, z = u
    return [s * (y - x), x * (r - z) - y, x * y - b * z]


@style("equations in time", (10,), (150,))
def lorenz_by_runge_kutta(T):
    """Three coupled equations, steps of fourth order, compared with what was seen at each step."""
    rng = np.random.default_rng(205)
    seen, dt = rng.normal(size=(T, 3)), 0.01

    def loss(p):
        s, r, b = p[:3]
        u, total = list(p[3:]), 0.0
        for t in range(T):
            k1 = lorenz(u, s, r, b)
            k2 = lorenz([a + dt / 2 * c for a, c in zip(u, k1)], s, r, b)
            k3 = lorenz([a + dt / 2 * c for a, c in zip(u, k2)], s, r, b)
            k4 = lorenz([a + dt * c for a, c in zip(u, k3)], s, r, b)
            u = [a + dt / 6 * (c1 + 2 * c2 + 2 * c3 + c4)
                 for a, c1, c2, c3, c4 in zip(u, k1, k2, k3, k4)]
            total += sum((a - o) ** 2 for a, o in zip(u, seen[t].tolist()))
        return total / T

    def by_hand(theta):
        s, r, b = theta[:3].tolist()
        u = theta[3:].tolist()
        kept, total, data = [], 0.0, seen.tolist()
        for t in range(T):
            k1 = lorenz(u, s, r, b)
            u2 = [a + dt / 2 * c for a, c in zip(u, k1)]
            k2 = lorenz(u2, s, r, b)
            u3 = [a + dt / 2 * c for a, c in zip(u, k2)]
            k3 = lorenz(u3, s, r, b)
            u4 = [a + dt * c for a, c in zip(u, k3)]
            k4 = lorenz(u4, s, r, b)
            kept.append((u, u2, u3, u4))
            u = [a + dt / 6 * (c1 + 2 * c2 + 2 * c3 + c4) for a, c1, c2, c3, c4 in zip(u, k1, k2, k3, k4)]
            e = [a - o for a, o in zip(u, data[t])]
            total += e[0] * e[0] + e[1] * e[1] + e[2] * e[2]
            kept[-1] += (e,)
        g, du = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]

        def back(d, u):
            x, y, z = u
            g[0] += d[0] * (y - x)
            g[1] += d[1] * x
            g[2] -= d[2] * z
            return [-s * d[0] + (r - z) * d[1] + y * d[2], s * d[0] - d[1] + x * d[2], -x * d[1] - b * d[2]]
        for u, u2, u3, u4, e in reversed(kept):
            du = [a + 2 * c / T for a, c in zip(du, e)]
            d4 = back([dt / 6 * a for a in du], u4)
            d3 = back([dt / 3 * a + dt * c for a, c in zip(du, d4)], u3)
            d2 = back([dt / 3 * a + dt / 2 * c for a, c in zip(du, d3)], u2)
            d1 = back([dt / 6 * a + dt / 2 * c for a, c in zip(du, d2)], u)
            du = [a + c1 + c2 + c3 + c4 for a, c1, c2, c3, c4 in zip(du, d1, d2, d3, d4)]
        return total / T, np.array(g + du)
    return Case(np.array([10.0, 28.0, 2.5, 1.0, 1.0, 1.0]), loss, by_hand)


@style("graphs", (5, 8), (30, 70))
def truss_of_bars(n, bars):
    """Nodes in the plane, bars between them with stretched lengths, loads; some nodes are fixed."""
    rng = np.random.default_rng(206)
    rest = rng.normal(size=(n, 2))
    i = rng.integers(0, n, bars)
    j = (i + rng.integers(1, n, bars)) % n
    L = np.hypot(*(rest[i] - rest[j]).T)
    load = rng.normal(size=(n, 2))

    def loss(p):
        at = [[rest[a, 0].item() + p[2 * a], rest[a, 1].item() + p[2 * a + 1]] for a in range(n)]
        energy = 0.0
        for a, b, length in zip(i.tolist(), j.tolist(), L.tolist()):
            d = sqrt((at[a][0] - at[b][0]) ** 2 + (at[a][1] - at[b][1]) ** 2)
            energy += 0.5 * 10.0 / length * (d - length) ** 2
        for a in range(n):
            energy -= load[a, 0].item() * p[2 * a] + load[a, 1].item() * p[2 * a + 1]
        return energy

    def by_hand(theta):
        U = theta.reshape(n, 2)
        at = rest + U
        D = at[i] - at[j]
        d = np.sqrt((D * D).sum(1))
        e = d - L
        k = 10.0 / L * e
        F = (k / d)[:, None] * D
        g = -load.copy()
        for c in range(2):
            g[:, c] += np.bincount(i, F[:, c], n) - np.bincount(j, F[:, c], n)
        return 0.5 * k @ e - (load * U).sum(), g.ravel()
    return Case(0.1 * rng.normal(size=2 * n), loss, by_hand)


@style("pairs", (4, 5), (16, 20))
def image_without_noise(h, w):
    """Total variation, smoothed, of a picture near a given one."""
    rng = np.random.default_rng(207)
    Y = rng.normal(size=(h, w))

    def loss(p):
        u = matrix(p, 0, h, w)
        total = 0.0
        for i in range(h):
            for j in range(w):
                total += 0.5 * (u[i][j] - Y[i, j].item()) ** 2
                if i + 1 < h and j + 1 < w:
                    dx = u[i + 1][j] - u[i][j]
                    dy = u[i][j + 1] - u[i][j]
                    total += 0.3 * sqrt(dx * dx + dy * dy + 0.01)
        return total

    def by_hand(theta):
        u = theta.reshape(h, w)
        e = u - Y
        dx, dy = u[1:, :-1] - u[:-1, :-1], u[:-1, 1:] - u[:-1, :-1]
        s = np.sqrt(dx * dx + dy * dy + 0.01)
        g, gx, gy = e.copy(), 0.3 * dx / s, 0.3 * dy / s
        g[1:, :-1] += gx
        g[:-1, 1:] += gy
        g[:-1, :-1] -= gx + gy
        return 0.5 * (e * e).sum() + 0.3 * s.sum(), g.ravel()
    return Case(rng.normal(size=h * w), loss, by_hand)


@style("neurons", (5, 3, 2, 2), (60, 8, 10, 3))
def autoencoder_with_noise(m, n, k, z):
    """A variational autoencoder whose noise is drawn beforehand: reconstruction and divergence."""
    rng = np.random.default_rng(208)
    X, noise = rng.normal(size=(m, n)), rng.normal(size=(m, z))
    shapes = ((k, n), (z, k), (z, k), (k, z), (n, k))

    def loss(p):
        start, Ws = 0, []
        for a, b in shapes:
            Ws.append(matrix(p, start, a, b))
            start += a * b
        E, M, S, D, O = Ws                                                         # noqa: E741
        linear = lambda W, x: [sum(w * xi for w, xi in zip(row, x)) for row in W]  # noqa: E731
        total = 0.0
        for x, eps in zip(X.tolist(), noise.tolist()):
            h = [tanh(a) for a in linear(E, x)]
            mu, logvar = linear(M, h), linear(S, h)
            code = [m_ + exp(0.5 * s) * e for m_, s, e in zip(mu, logvar, eps)]
            out = linear(O, [tanh(a) for a in linear(D, code)])
            total += sum((o - xi) ** 2 for o, xi in zip(out, x))
            for m_, s in zip(mu, logvar):
                total -= 0.5 * (1 + s - m_ ** 2 - exp(s))
        return total / m

    def by_hand(theta):
        E, M, S, D, O = split(theta, *shapes)                                      # noqa: E741
        h = np.tanh(X @ E.T)
        mu, s = h @ M.T, h @ S.T
        w = np.exp(0.5 * s)
        code = mu + w * noise
        g = np.tanh(code @ D.T)
        e = g @ O.T - X
        value = (e * e).sum() - 0.5 * (1 + s - mu * mu - w * w).sum()
        de = 2 / m * e
        dg = de @ O * (1 - g * g)
        dc = dg @ D
        dmu = dc + mu / m
        ds = dc * noise * 0.5 * w - 0.5 / m * (1 - w * w)
        dh = (dmu @ M + ds @ S) * (1 - h * h)
        return value / m, flat(dh.T @ X, dmu.T @ h, ds.T @ h, dg.T @ code, de.T @ g)
    return Case(0.4 * rng.normal(size=sum(a * b for a, b in shapes)), loss, by_hand)


@style("log-sum-exp", (8, 2, 3), (120, 6, 3))
def mixture_density_network(m, k, parts):
    """A small network says weights, means and widths of a mixture for each x."""
    rng = np.random.default_rng(209)
    xs, ys = rng.normal(size=m), rng.normal(size=m)

    def loss(p):
        w, b, V = p[:k], p[k:2 * k], matrix(p, 2 * k, 3 * parts, k)
        nll = 0.0
        for x, y in zip(xs.tolist(), ys.tolist()):
            h = [tanh(wi * x + bi) for wi, bi in zip(w, b)]
            z = [sum(v * hi for v, hi in zip(row, h)) for row in V]
            weights = [exp(a) for a in z[:parts]]
            density = 0.0
            for c in range(parts):
                mu, width = z[parts + c], exp(z[2 * parts + c])
                density += weights[c] / sum(weights) * exp(-(y - mu) ** 2 / (2 * width ** 2)) / width
            nll -= log(density)
        return nll / m

    def by_hand(theta):
        w, b, V = split(theta, (k,), (k,), (3 * parts, k))
        H = np.tanh(np.outer(xs, w) + b)
        Z = H @ V.T
        P = np.exp(Z[:, :parts])
        P /= P.sum(1, keepdims=True)
        mu, width = Z[:, parts:2 * parts], np.exp(Z[:, 2 * parts:])
        r = (ys[:, None] - mu) / width
        Q = P * np.exp(-0.5 * r * r) / width
        density = Q.sum(1, keepdims=True)
        R = Q / density / m
        dZ = np.hstack((P / m - R, -R * r / width, R * (1 - r * r)))
        dH = dZ @ V * (1 - H * H)
        return -np.log(density).sum() / m, flat(xs @ dH, dH.sum(0), dZ.T @ H)
    return Case(0.5 * rng.normal(size=2 * k + 3 * parts * k), loss, by_hand)


@style("matrices in time", (8, 3), (30, 8))
def transport_by_scaling(T, n):
    """Sinkhorn's scalings of a kernel, and the cost of the plan they lead to."""
    rng = np.random.default_rng(210)
    a = rng.uniform(0.5, 1.5, n)
    b = rng.uniform(0.5, 1.5, n)
    b *= a.sum() / b.sum()

    def loss(p):
        C = matrix(p, 0, n, n)
        K = [[exp(-c) for c in row] for row in C]
        v = [1.0] * n
        for _ in range(T):
            u = [ai / sum(K[i][j] * v[j] for j in range(n)) for i, ai in enumerate(a.tolist())]
            v = [bj / sum(K[i][j] * u[i] for i in range(n)) for j, bj in enumerate(b.tolist())]
        return sum(u[i] * K[i][j] * C[i][j] * v[j] for i in range(n) for j in range(n))

    def by_hand(theta):
        C = theta.reshape(n, n)
        K = np.exp(-C)
        V, U = np.ones((T + 1, n)), np.empty((T, n))
        for t in range(T):
            U[t] = a / (K @ V[t])
            V[t + 1] = b / (U[t] @ K)
        u, v = U[-1], V[-1]
        P = u[:, None] * K * v
        M = P * C
        dK = C * u[:, None] * v
        du, dv, dC = M.sum(1) / u, M.sum(0) / v, P
        for t in range(T - 1, -1, -1):
            w = -dv * V[t + 1] ** 2 / b
            dK += np.outer(U[t], w)
            du = du + K @ w
            w = -du * U[t] ** 2 / a
            dK += np.outer(w, V[t])
            dv, du = w @ K, np.zeros(n)
        return M.sum(), (dC - dK * K).ravel()
    return Case(rng.uniform(0, 2, n * n), loss, by_hand)


@style("steps in time", (6, 2), (40, 3))
def controlled_by_feedback(T, n):
    """A linear system under u = -K x for several starts: the sum of quadratic costs."""
    rng = np.random.default_rng(211)
    A, B = np.eye(n) + 0.1 * rng.normal(size=(n, n)), 0.3 * rng.normal(size=n)
    starts = rng.normal(size=(4, n))

    def loss(p):
        J = 0.0
        for x in starts.tolist():
            for _ in range(T):
                u = -sum(k * xi for k, xi in zip(p, x))
                J += sum(xi * xi for xi in x) + 0.1 * u * u
                x = [sum(A[i, j].item() * x[j] for j in range(n)) + B[i].item() * u for i in range(n)]
        return J

    def by_hand(theta):
        X, U = np.empty((T + 1, 4, n)), np.empty((T, 4))
        X[0] = starts
        for t in range(T):
            U[t] = -X[t] @ theta
            X[t + 1] = X[t] @ A.T + np.outer(U[t], B)
        J = (X[:T] ** 2).sum() + 0.1 * (U ** 2).sum()
        d, dU = np.zeros((4, n)), np.empty((T, 4))
        for t in range(T - 1, -1, -1):
            dU[t] = d @ B + 0.2 * U[t]
            d = d @ A + 2 * X[t] - np.outer(dU[t], theta)
        return J, -np.einsum("tm,tmn->n", dU, X[:T])
    return Case(0.2 * rng.normal(size=n), loss, by_hand)


@style("convolutions", (3, 10, 3, 2), (20, 30, 5, 4))
def filters_over_words(m, n, width, k):
    """Several filters over a sequence, the largest answer of each, and a logistic unit."""
    rng = np.random.default_rng(212)
    X, y = rng.normal(size=(m, n)), rng.integers(0, 2, m)
    c = n - width + 1

    def loss(p):
        F, b, v = matrix(p, 0, k, width), p[k * width:k * width + k], p[k * width + k:]
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            z = v[k]
            for f in range(k):
                answers = []
                for s in range(c):
                    a = b[f]
                    for i in range(width):
                        a = a + F[f][i] * x[s + i]
                    answers.append(a)
                best = answers[0]
                for a in answers[1:]:
                    best = maximum(best, a)
                z = z + v[f] * tanh(best)
            total -= log(sigmoid(z) if t == 1 else sigmoid(-z))
        return total / m

    def by_hand(theta):
        F, b, v = split(theta, (k, width), (k,), (k + 1,))
        windows = np.lib.stride_tricks.sliding_window_view(X, width, 1)
        A = windows @ F.T + b
        best = A.argmax(1)
        H = np.tanh(A.max(1))
        s = 2 * y - 1
        z = s * (H @ v[:k] + v[k])
        d = -s * sigma(-z) / m
        dA = np.outer(d, v[:k]) * (1 - H * H)
        picked = windows[np.arange(m)[:, None], best]
        return (np.logaddexp(0, -z).sum() / m,
                flat(np.einsum("mk,mkw->kw", dA, picked), dA.sum(0), d @ H, d.sum()))
    return Case(0.4 * rng.normal(size=k * (width + 2) + 1), loss, by_hand)
