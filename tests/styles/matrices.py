"""Loops over matrices: iterations, eliminations, tables."""
from __future__ import annotations

import math

import numpy as np

from autograd import exp, log, minimum, sqrt
from tests.styles.case import Case, flat, matrix, split, style


@style("matrices in time", (5, 3), (20, 8))
def power_iteration(T, n):
    rng = np.random.default_rng(17)
    B = rng.normal(size=(n, n))

    def loss(p):
        A = matrix(p, 0, n, n)
        v = [1.0] * n
        for _ in range(T):
            Av = [sum(A[i][j] * v[j] for j in range(n)) for i in range(n)]
            norm = sqrt(sum(a * a for a in Av))
            v = [a / norm for a in Av]
        return sum(v[i] * A[i][j] * v[j] for i in range(n) for j in range(n))

    def by_hand(theta):
        A = theta.reshape(n, n)
        V, norms = np.ones((T + 1, n)), np.empty(T)
        for t in range(T):
            a = A @ V[t]
            norms[t] = math.sqrt(a @ a)
            V[t + 1] = a / norms[t]
        v = V[T]
        Av = A @ v
        dA, dv = np.outer(v, v), Av + A.T @ v
        D = np.empty((T, n))
        for t in range(T - 1, -1, -1):
            v = V[t + 1]
            D[t] = (dv - v * (v @ dv)) / norms[t]
            dv = A.T @ D[t]
        return V[T] @ Av, flat(dA + D.T @ V[:-1])
    return Case(flat(B @ B.T / n + np.eye(n)), loss, by_hand)


@style("matrices in time", (3,), (8,))
def determinant(n):
    """By elimination, without exchange of rows."""
    rng = np.random.default_rng(18)

    def loss(p):
        A = matrix(p, 0, n, n)
        det = 1.0
        for i in range(n):
            det = det * A[i][i]
            for r in range(i + 1, n):
                f = A[r][i] / A[i][i]
                for c in range(i, n):
                    A[r][c] = A[r][c] - f * A[i][c]
        return det

    def by_hand(theta):
        A = theta.reshape(n, n)
        det = np.linalg.det(A)
        return det, flat(det * np.linalg.inv(A).T)
    return Case(flat(rng.normal(size=(n, n)) / n + np.eye(n)), loss, by_hand)


@style("matrices in time", (3,), (8,))
def logarithm_of_determinant_by_cholesky(n):
    rng = np.random.default_rng(19)
    B = rng.normal(size=(n, n))
    A0 = B @ B.T / n + np.eye(n)
    rows, columns = np.tril_indices(n)

    def loss(p):
        A, at = [[0.0] * n for _ in range(n)], 0
        for i in range(n):
            for j in range(i + 1):
                A[i][j] = p[at]
                at += 1
        L = [[0.0] * n for _ in range(n)]
        for i in range(n):
            for j in range(i + 1):
                s = A[i][j]
                for c in range(j):
                    s -= L[i][c] * L[j][c]
                L[i][j] = sqrt(s) if i == j else s / L[j][j]
        return 2 * sum(log(L[i][i]) for i in range(n))

    def by_hand(theta):
        A = np.empty((n, n))
        A[rows, columns] = A[columns, rows] = theta
        inverse = np.linalg.inv(A)
        gradient = np.where(rows == columns, 1.0, 2.0) * inverse[rows, columns]
        return np.linalg.slogdet(A)[1], gradient
    return Case(A0[rows, columns], loss, by_hand)


@style("matrices in time", (6, 4), (30, 12))
def jacobi_iteration(T, n):
    """A x = b by T sweeps; the parameters are b and the diagonal of A."""
    rng = np.random.default_rng(20)
    R = rng.normal(size=(n, n)) / n
    np.fill_diagonal(R, 0)

    def loss(p):
        b, d = p[:n], p[n:]
        off = R.tolist()
        x = [0.0] * n
        for _ in range(T):
            x = [(b[i] - sum(off[i][j] * x[j] for j in range(n) if j != i)) / d[i]
                 for i in range(n)]
        return sum(xi * xi for xi in x)

    def by_hand(theta):
        b, d = split(theta, (n,), (n,))
        X = np.zeros((T + 1, n))
        for t in range(T):
            X[t + 1] = (b - R @ X[t]) / d
        dx, db, dd = 2 * X[T], np.zeros(n), np.zeros(n)
        for t in range(T - 1, -1, -1):
            g = dx / d
            db += g
            dd -= g * X[t + 1]
            dx = -(g @ R)
        return X[T] @ X[T], flat(db, dd)
    return Case(flat(rng.normal(size=n), rng.uniform(1.5, 2.5, n)), loss, by_hand)


@style("matrices in time", (7, 3, 2), (60, 5, 4))
def hidden_markov_model(T, n, letters):
    """The forward algorithm, normalised at each step."""
    rng = np.random.default_rng(21)
    seen = rng.integers(0, letters, T)

    def loss(p):
        A = [[exp(s) for s in row] for row in matrix(p, 0, n, n)]
        B = [[exp(s) for s in row] for row in matrix(p, n * n, n, letters)]
        A = [[a / sum(row) for a in row] for row in A]
        B = [[b / sum(row) for b in row] for row in B]
        alpha = [1 / n] * n
        nll = 0.0
        for o in seen.tolist():
            alpha = [sum(alpha[i] * A[i][j] for i in range(n)) * B[j][o] for j in range(n)]
            s = sum(alpha)
            nll -= log(s)
            alpha = [a / s for a in alpha]
        return nll

    def by_hand(theta):
        SA, SB = split(theta, (n, n), (n, letters))
        A, B = np.exp(SA), np.exp(SB)
        A /= A.sum(1, keepdims=True)
        B /= B.sum(1, keepdims=True)
        E = B.T[seen]                                               # (T, n)
        alpha, M, sums = np.empty((T + 1, n)), np.empty((T, n)), np.empty(T)
        alpha[0] = 1 / n
        for t in range(T):
            M[t] = alpha[t] @ A
            a = M[t] * E[t]
            sums[t] = a.sum()
            alpha[t + 1] = a / sums[t]
        dM, dE, d = np.empty((T, n)), np.empty((T, n)), np.zeros(n)
        for t in range(T - 1, -1, -1):
            da = (d - d @ alpha[t + 1] - 1) / sums[t]
            dE[t], dM[t] = da * M[t], da * E[t]
            d = A @ dM[t]
        dA, dB = alpha[:-1].T @ dM, np.zeros((letters, n))
        np.add.at(dB, seen, dE)
        dB = dB.T
        dSA = A * (dA - (dA * A).sum(1, keepdims=True))
        dSB = B * (dB - (dB * B).sum(1, keepdims=True))
        return -np.log(sums).sum(), flat(dSA, dSB)
    return Case(0.5 * rng.normal(size=n * (n + letters)), loss, by_hand)


@style("matrices in time", (2, 5, 3), (4, 20, 6))
def learning_rate_by_descent(epochs, m, n):
    """Stochastic gradient descent, unrolled: two loops, w and the learning rate as parameters."""
    rng = np.random.default_rng(22)
    X, y = rng.normal(size=(m, n)), rng.normal(size=m)

    def loss(p):
        *w, rate = p
        for _ in range(epochs):
            for x, yi in zip(X.tolist(), y.tolist()):
                e = sum(wj * xj for wj, xj in zip(w, x)) - yi
                w = [wj - 2 * rate * e * xj for wj, xj in zip(w, x)]
        return sum((sum(wj * xj for wj, xj in zip(w, x)) - yi) ** 2
                   for x, yi in zip(X.tolist(), y.tolist())) / m

    def by_hand(theta):
        w, rate, errors = theta[:-1], theta[-1], []
        for _ in range(epochs):
            for x, yi in zip(X, y):
                e = w @ x - yi
                errors.append(e)
                w = w - 2 * rate * e * x
        last = X @ w - y
        dw, drate = 2 / m * (last @ X), 0.0
        for _ in range(epochs):
            for i in range(m - 1, -1, -1):
                along = -2 * (dw @ X[i])
                drate += along * errors.pop()
                dw = dw + rate * along * X[i]
        return last @ last / m, np.append(dw, drate)
    return Case(np.append(rng.normal(size=n), 0.03), loss, by_hand)


@style("scalar recurrences", (7, 3), (100, 6))
def square_roots_by_newton(n, T):
    """Newton's iteration for the root of each parameter."""
    def loss(p):
        total = 0.0
        for a in p:
            x = 1.0
            for _ in range(T):
                x = 0.5 * (x + a / x)
            total += (x - 1.5) ** 2
        return total

    def by_hand(theta):
        X = np.ones((T + 1, n))
        for t in range(T):
            X[t + 1] = 0.5 * (X[t] + theta / X[t])
        e = X[T] - 1.5
        dx, da = 2 * e, np.zeros(n)
        for t in range(T - 1, -1, -1):
            da += 0.5 * dx / X[t]
            dx = 0.5 * dx * (1 - theta / X[t] ** 2)
        return e @ e, da
    return Case(np.random.default_rng(23).uniform(0.5, 4, n), loss, by_hand)


@style("prefix sums", (5, 4), (20, 20))
def time_warping(n, m):
    """The cheapest way to lay one series on another: a table filled by minima of three."""
    rng = np.random.default_rng(24)
    b = rng.normal(size=m)

    def loss(p):
        D = [[0.0] * m for _ in range(n)]
        for i in range(n):
            for j in range(m):
                cost = (p[i] - b[j].item()) ** 2
                if i == 0 and j == 0:
                    D[i][j] = cost
                elif i == 0:
                    D[i][j] = cost + D[i][j - 1]
                elif j == 0:
                    D[i][j] = cost + D[i - 1][j]
                else:
                    D[i][j] = cost + minimum(D[i - 1][j], minimum(D[i][j - 1], D[i - 1][j - 1]))
        return D[-1][-1]

    def by_hand(theta):
        cost = ((theta[:, None] - b) ** 2).tolist()
        D = [[math.inf] * (m + 1) for _ in range(n + 1)]
        D[0][0] = 0.0
        for i in range(n):
            for j in range(m):
                D[i + 1][j + 1] = cost[i][j] + min(D[i][j + 1], D[i + 1][j], D[i][j])
        gradient, i, j = np.zeros(n), n, m
        while i and j:
            gradient[i - 1] += 2 * (theta[i - 1] - b[j - 1])
            ways = (D[i - 1][j], i - 1, j), (D[i][j - 1], i, j - 1), (D[i - 1][j - 1], i - 1, j - 1)
            _, i, j = min(ways)
        return D[n][m], gradient
    return Case(rng.normal(size=n), loss, by_hand)
