"""Linear algebra, polynomials, curves, transforms, finance, and what numerical analysis asks for."""
from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd as ag
from tests.compiler.fields.learning import cholesky
from tests.compiler.fields.style import Style, field


def times(A: Any, B: Any, form: int = 0) -> Any:
    n, m, k = len(A), len(B[0]), len(B)
    if form == 0:
        return [[sum(A[i][t] * B[t][j] for t in range(k)) for j in range(m)] for i in range(n)]
    C: Any = [[0] * m for _ in range(n)]
    for i in range(n):
        for t in range(k):
            for j in range(m):
                C[i][j] = C[i][j] + A[i][t] * B[t][j] if form == 1 else C[i][j] - -A[i][t] * B[t][j]
    return C


def identity(n: int) -> Any:
    return [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]


@field
def matrix_power(s: Style) -> Any:
    form = s.form
    n, T = s.size(1, 4), s.steps(1, 10)

    def f(p: Any, x: Any) -> Any:
        A = p.matrix(n, n)
        M = identity(n)
        if form == 0:
            for _ in range(T):
                M = times(M, A)
        elif form == 1:
            k, B = T, A
            while k:
                if k % 2:
                    M = times(M, B, 1)
                B = times(B, B)
                k //= 2
        else:
            for _ in range(T):
                M = times(A, M, 2)
        return sum(M[i][i] for i in range(n))
    return f


@field
def matrix_exponential(s: Style) -> Any:
    form = s.form
    n, K = s.size(1, 3), s.steps(1, 10)

    def f(p: Any, x: Any) -> Any:
        A = p.matrix(n, n)
        term, out = identity(n), identity(n)
        for k in range(1, K + 1):
            term = [[v / k for v in row] for row in times(term, A, form)]
            for i in range(n):
                for j in range(n):
                    out[i][j] = out[i][j] + term[i][j]
        return sum(v for row in out for v in row) if form < 2 else out[0][-1]
    return f


@field
def power_iteration(s: Style) -> Any:
    form = s.form
    n, T = s.size(1, 5), s.steps(1, 20)

    def f(p: Any, x: Any) -> Any:
        B = p.matrix(n, n)
        A = [[B[i][j] + B[j][i] for j in range(n)] for i in range(n)]
        v: Any = [1.0] * n if form else [1 / n ** 0.5] * n
        for _ in range(T):
            w = [sum(a * b for a, b in zip(row, v)) for row in A]
            r = ag.sqrt(sum(a * a for a in w) + 1e-3)
            v = [a / r for a in w] if form < 2 else [a * (1 / r) for a in w]
        return sum(v[i] * A[i][j] * v[j] for i in range(n) for j in range(n))
    return f


@field
def determinant(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 7)

    def f(p: Any, x: Any) -> Any:
        A = p.matrix(n, n)
        if form == 2 and n <= 5:
            def laplace(M: Any) -> Any:
                if len(M) == 1:
                    return M[0][0]
                return sum((-1) ** j * M[0][j] * laplace([r[:j] + r[j + 1:] for r in M[1:]]) for j in range(len(M)))
            return laplace(A)
        A = [[v + (3.0 if i == j else 0.0) for j, v in enumerate(row)] for i, row in enumerate(A)]
        det = 1
        for k in range(n):
            det = det * A[k][k]
            for i in range(k + 1, n):
                m = A[i][k] / A[k][k]
                if form == 0:
                    A[i] = [a - m * b for a, b in zip(A[i], A[k])]
                else:
                    for j in range(k + 1, n):
                        A[i][j] -= m * A[k][j]
        return det
    return f


@field
def linear_solve(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 7)
    rhs = s.data(n)

    def f(p: Any, x: Any) -> Any:
        A, b = p.matrix(n, n), p.vector(n) if form else list(rhs)
        for i in range(n):
            A[i][i] = A[i][i] + 4
        for k in range(n):
            for i in range(k + 1, n) if form < 2 else [i for i in range(n) if i != k]:
                m = A[i][k] / A[k][k]
                for j in range(k, n):
                    A[i][j] = A[i][j] - m * A[k][j]
                b[i] = b[i] - m * b[k]
        z: Any = [0.0] * n
        for i in reversed(range(n)):
            z[i] = (b[i] - sum(A[i][j] * z[j] for j in range(i + 1, n))) / A[i][i] if form < 2 else b[i] / A[i][i]
        return sum(v * v for v in z)
    return f


@field
def lu_product(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 6)

    def f(p: Any, x: Any) -> Any:
        A = p.matrix(n, n)
        U = [[v + (n + 1.0 if i == j else 0) for j, v in enumerate(row)] for i, row in enumerate(A)]
        L = identity(n)
        for k in range(n):
            for i in range(k + 1, n):
                L[i][k] = U[i][k] / U[k][k]
                for j in range(k, n):
                    U[i][j] = U[i][j] - L[i][k] * U[k][j] if form else U[i][j] + -(U[k][j] * L[i][k])
        return sum(ag.log(U[i][i]) for i in range(n)) + (sum(v * v for row in L for v in row) if form == 2 else L[-1][0])
    return f


@field
def cholesky_log_det(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 6)

    def f(p: Any, x: Any) -> Any:
        B = p.matrix(n, n)
        A = [[sum(B[i][k] * B[j][k] for k in range(n)) + (1.0 if i == j else 0.0) for j in range(n)] for i in range(n)]
        L = cholesky(A, form)
        return 2 * sum(ag.log(L[i][i]) for i in range(n)) + L[-1][0]
    return f


@field
def gram_schmidt(s: Style) -> Any:
    form = s.form
    n, m = s.size(1, 5), s.size(1, 4)

    def f(p: Any, x: Any) -> Any:
        V = p.matrix(m, n)
        Q: Any = []
        for v in V:
            w = list(v)
            for q in Q:
                c = sum(a * b for a, b in zip(q, w if form else v))
                w = [a - c * b for a, b in zip(w, q)]
            r = ag.sqrt(sum(a * a for a in w) + 0.1)
            Q.append([a / r for a in w])
        return sum(q[0] * q[-1] for q in Q) if form < 2 else sum(v ** 2 for q in Q for v in q)
    return f


@field
def householder(s: Style) -> Any:
    form = s.form
    n = s.size(1, 5)

    def f(p: Any, x: Any) -> Any:
        vs, u = p.matrix(n, n), p.vector(n)
        for v in vs if form else vs[::-1]:
            c = 2 * sum(a * b for a, b in zip(v, u)) / (sum(a * a for a in v) + 0.1)
            u = [a - c * b for a, b in zip(u, v)]
        return u[0] if form < 2 else sum((i + 1) * a for i, a in enumerate(u))
    return f


@field
def jacobi_rotations(s: Style) -> Any:
    form = s.form
    n, T = s.size(2, 5), s.steps(1, 12)

    def f(p: Any, x: Any) -> Any:
        q, u = p.vector(T), p.vector(n)
        for t in range(T):
            i, j = t % n, (t + 1) % n
            c, d = ag.cos(q[t]), ag.sin(q[t])
            if form == 0:
                u[i], u[j] = c * u[i] - d * u[j], d * u[i] + c * u[j]
            else:
                a, b = u[i], u[j]
                u[i] = c * a + d * b
                u[j] = c * b - d * a if form == 1 else -(d * a) + c * b
        return u[0] - 2 * u[-1]
    return f


@field
def inverse_newton(s: Style) -> Any:
    form = s.form
    n, T = s.size(1, 3), s.steps(1, 5)

    def f(p: Any, x: Any) -> Any:
        A = p.matrix(n, n, -0.3, 0.3)
        for i in range(n):
            A[i][i] = 1 + A[i][i]
        X = identity(n)
        for _ in range(T):
            AX = times(A, X, form)
            X = times(X, [[(2.0 if i == j else 0.0) - AX[i][j] for j in range(n)] for i in range(n)], form)
        return sum(X[i][j] for i in range(n) for j in range(n))
    return f


@field
def conjugate_gradient(s: Style) -> Any:
    form = s.form
    n, T = s.size(1, 5), s.steps(1, 4)

    def f(p: Any, x: Any) -> Any:
        B, b = p.matrix(n, n), p.vector(n, 0.5, 1)
        A = [[sum(B[k][i] * B[k][j] for k in range(n)) + (2.0 if i == j else 0) for j in range(n)] for i in range(n)]
        u: Any = [0.0] * n
        r, d = list(b), list(b)
        for _ in range(T):
            Ad = [sum(a * v for a, v in zip(row, d)) for row in A]
            rr = sum(v * v for v in r) + 1e-3
            al = rr / (sum(v * w for v, w in zip(d, Ad)) + 1e-3)
            u = [v + al * w for v, w in zip(u, d)]
            r = [v - al * w for v, w in zip(r, Ad)]
            be = (sum(v * v for v in r) + 1e-3) / rr
            d = [v + be * w for v, w in zip(r, d)]
        return sum(v * w for v, w in zip(u, b)) if form < 2 else sum(v * v for v in r)
    return f


@field
def unrolled_descent(s: Style) -> Any:
    form = s.form
    T, n, m = s.steps(1, 15), s.size(1, 4), s.size(1, 5)
    X, y, momentum = s.table(m, n), s.data(m), s.flip()

    def f(p: Any, x: Any) -> Any:
        lr, mom, w = p.one(0.01, 0.2), p.one(0.5, 0.9), p.vector(n)
        v: Any = [0.0] * n
        for _ in range(T):
            g: Any = [0.0] * n
            for row, t in zip(X, y):
                e = sum(a * b for a, b in zip(w, row)) - t
                for j in range(n):
                    g[j] += 2 * e * row[j] / m
            if momentum:
                v = [mom * a + b for a, b in zip(v, g)]
            else:
                v = g
            w = [a - lr * b for a, b in zip(w, v)] if form else [a + b * -lr for a, b in zip(w, v)]
        return sum((sum(a * b for a, b in zip(w, row)) - t) ** 2 for row, t in zip(X, y)) + 0.01 * w[0]
    return f


@field
def adam_unrolled(s: Style) -> Any:
    form = s.form
    T = s.steps(1, 12)

    def f(p: Any, x: Any) -> Any:
        lr, w, b1 = p.one(0.05, 0.2), p.one(), p.one(0.5, 0.9)
        m, v = 0.0, 0.0
        for t in range(1, T + 1):
            g = 2 * (w - 0.7)
            m, v = b1 * m + (1 - b1) * g, 0.9 * v + 0.1 * g * g
            w = w - lr * (m / (1 - b1 ** t) if form else m) / (ag.sqrt(v / (1 - 0.9 ** t) + 1e-2))
        return (w - 0.7) ** 2
    return f


@field
def fixed_point(s: Style) -> Any:
    form = s.form
    T, n = s.steps(1, 30), s.size(1, 4)

    def f(p: Any, x: Any) -> Any:
        W, b = p.matrix(n, n, -0.4, 0.4), p.vector(n)
        z: Any = [0.0] * n
        for _ in range(T):
            z = [ag.tanh(sum(W[i][j] * z[j] for j in range(n)) + b[i]) for i in range(n)] if form else [
                0.5 * z[i] + 0.5 * ag.tanh(b[i] - sum(-W[i][j] * z[j] for j in range(n))) for i in range(n)]
        return sum(v * v for v in z) if form < 2 else z[0]
    return f


@field
def newton_root(s: Style) -> Any:
    form = s.form
    T, m = s.steps(1, 12), s.size(1, 5)
    cs = s.data(m, 0.5, 2)

    def f(p: Any, x: Any) -> Any:
        a = p.one(0.5, 2)
        t = 0
        for c in cs:
            z = 1.0
            for _ in range(T):
                z = z - (z * z - a * c) / (2 * z) if form == 0 else (z + a * c / z) / 2 if form == 1 else 0.5 * z + a * c / (
                    z + z)
            t += z
        return t
    return f


@field
def arithmetic_geometric(s: Style) -> Any:
    form = s.form
    T = s.steps(1, 8)

    def f(p: Any, x: Any) -> Any:
        a, b = p.one(0.5, 1.5), p.one(0.5, 1.5)
        for _ in range(T):
            if form == 0:
                a, b = (a + b) / 2, ag.sqrt(a * b)
            elif form == 1:
                a, b = 0.5 * (a + b), (a * b) ** 0.5
            else:
                old = a
                a = a / 2 + b / 2
                b = ag.sqrt(old) * ag.sqrt(b)
        return a - 0.3 * b
    return f


@field
def horner(s: Style) -> Any:
    form = s.form
    n, m = s.steps(1, 25), s.size(1, 10)
    xs, ys = s.data(m), s.data(m)

    def f(p: Any, x: Any) -> Any:
        c = p.vector(n)
        loss = 0
        for a, b in zip(xs, ys):
            if form == 0:
                z = 0
                for v in reversed(c):
                    z = z * a + v
            elif form == 1:
                z, w = 0.0, 1.0
                for v in c:
                    z += v * w
                    w *= a
            else:
                z = sum(v * a ** k for k, v in enumerate(c))
            loss += (z - b) ** 2
        return loss / m
    return f


@field
def horner_of_parameter(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 25)
    c = s.data(n)

    def f(p: Any, x: Any) -> Any:
        a = p.one()
        z = 0.0 if form else c[-1]
        for v in reversed(c if form else c[:-1]):
            z = a * z + v if form < 2 else v - -z * a
        return z + 0.0 * a
    return f


@field
def clenshaw(s: Style) -> Any:
    form = s.form
    n, m = s.steps(1, 20), s.size(1, 6)
    xs = s.data(m)

    def f(p: Any, x: Any) -> Any:
        c = p.vector(n)
        t = 0.0
        for a in xs:
            if form == 0:
                b1 = b2 = 0.0
                for v in c[:0:-1]:
                    b1, b2 = v + 2 * a * b1 - b2, b1
                z = c[0] + a * b1 - b2
            else:
                t0, t1, z = 1.0, a, c[0]
                for v in c[1:]:
                    z = z + v * t1
                    t0, t1 = t1, 2 * a * t1 - t0
            t += z * z if form < 2 else abs(z)
        return t
    return f


@field
def legendre_of_parameter(s: Style) -> Any:
    form = s.form
    n = s.steps(2, 20)
    c = s.data(n)

    def f(p: Any, x: Any) -> Any:
        a = p.one()
        P: Any = [1.0, a]
        for k in range(1, n - 1):
            P.append(((2 * k + 1) * a * P[k] - k * P[k - 1]) / (k + 1) if form else
                     (2 * k + 1) / (k + 1) * a * P[-1] - k / (k + 1) * P[-2])
        return sum(u * v for u, v in zip(c, P)) + 0.0 * a if form < 2 else P[-1] * P[-1] + P[0]
    return f


@field
def de_casteljau(s: Style) -> Any:
    form = s.form
    n, m, d = s.size(1, 6), s.size(1, 5), s.size(1, 2)
    ts = s.data(m, 0, 1)

    def f(p: Any, x: Any) -> Any:
        P = p.matrix(n, d)
        cost = 0

        def split(points: Any, t: float) -> Any:
            if len(points) == 1:
                return points[0]
            return split([[(1 - t) * u + t * v for u, v in zip(a, b)] for a, b in zip(points, points[1:])], t)
        for t in ts:
            if form == 0:
                q = split(P, t)
            elif form == 1:
                work = [list(r) for r in P]
                for r in range(1, n):
                    for i in range(n - r):
                        for k in range(d):
                            work[i][k] = work[i][k] + t * (work[i + 1][k] - work[i][k])
                q = work[0]
            else:
                q = [sum(math.comb(n - 1, i) * t ** i * (1 - t) ** (n - 1 - i) * P[i][k] for i in range(n)) for k in range(d)]
            cost += sum((v - 0.5) ** 2 for v in q)
        return cost
    return f


@field
def bezier_length(s: Style) -> Any:
    form = s.form
    n = s.steps(2, 20)

    def f(p: Any, x: Any) -> Any:
        P = p.matrix(4, 2)
        length, last = 0, P[0]
        for i in range(1, n + 1):
            t = i / n
            b = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3]
            q = [sum(w * r[k] for w, r in zip(b, P)) for k in range(2)]
            length += ag.sqrt(sum((u - v) ** 2 for u, v in zip(q, last)) + 1e-4)
            last = q
        return length if form == 0 else -length if form == 1 else (length - 1) ** 2
    return f


@field
def cubic_spline(s: Style) -> Any:
    form = s.form
    n, m, wrap = s.size(4, 10), s.size(1, 15), s.flip(0.3)
    ts = s.data(m, 0, 0.999)

    def f(p: Any, x: Any) -> Any:
        c = p.vector(n)
        loss = 0
        for t in ts:
            z = t * (n - 3)
            i = int(z)
            u = z - i
            w = [(1 - u) ** 3 / 6, (3 * u ** 3 - 6 * u * u + 4) / 6, (-3 * u ** 3 + 3 * u * u + 3 * u + 1) / 6, u ** 3 / 6]
            if form == 0:
                v = sum(w[k] * c[i + k] for k in range(4))
            else:
                v = 0.0
                for k in range(3, -1, -1):
                    v += c[(i + k) % n if wrap else i + k] * w[k]
            loss += (v - math.sin(6 * t)) ** 2
        if form == 2:
            loss += 0.1 * sum((c[i] - 2 * c[i + 1] + c[i + 2]) ** 2 for i in range(n - 2))
        return loss / m
    return f


@field
def linear_interpolation(s: Style) -> Any:
    form = s.form
    n, m = s.size(2, 10), s.size(1, 20)
    ts, ys = s.data(m, 0, 0.999), s.data(m)

    def f(p: Any, x: Any) -> Any:
        v = p.vector(n)
        t = 0.0
        for a, y in zip(ts, ys):
            i = int(a * (n - 1))
            u = a * (n - 1) - i
            z = (1 - u) * v[i] + u * v[i + 1] if form == 0 else v[i] + u * (v[i + 1] - v[i]) if form == 1 else v[i + 1] - (
                1 - u) * (v[i + 1] - v[i])
            t += (y - z) ** 2
        return t
    return f


@field
def lagrange_polynomial(s: Style) -> Any:
    form = s.form
    n, m, product = s.size(1, 5), s.size(1, 5), s.product()
    nodes, xs = [i / 5 + 0.01 for i in range(n)], s.data(m)

    def f(p: Any, x: Any) -> Any:
        y, q = p.vector(n), p.one()
        t = 0
        for a in [*xs, q] if form else xs:
            for i in range(n):
                L = product([(a - nodes[j]) / (nodes[i] - nodes[j]) for j in range(n) if j != i])
                t += y[i] * L if form < 2 else y[i] * L * y[i] * 0.01
        return t + q
    return f


@field
def divided_differences(s: Style) -> Any:
    form = s.form
    n = s.size(1, 7)
    xs = [i * 0.3 for i in range(n)]

    def f(p: Any, x: Any) -> Any:
        c = p.vector(n)
        for k in range(1, n):
            if form == 0:
                for i in range(n - 1, k - 1, -1):
                    c[i] = (c[i] - c[i - 1]) / (xs[i] - xs[i - k])
            else:
                c = c[:k] + [(c[i] - c[i - 1]) / (xs[i] - xs[i - k]) for i in range(k, n)]
        return sum(v * v for v in c) if form < 2 else c[-1]
    return f


@field
def continued_fraction(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 25)
    b = s.data(n, 1, 2)

    def f(p: Any, x: Any) -> Any:
        a = p.vector(n, 0.3, 1) if form else [p.one(0.3, 1)] * n
        z = 0.0
        for u, v in zip(reversed(a), reversed(b)):
            z = u / (v + z) if form < 2 else 1 / (u + v / (1 + z))
        return z
    return f


@field
def convergents(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 15)

    def f(p: Any, x: Any) -> Any:
        a = p.vector(n, 0.5, 1.2)
        h0, h1, k0, k1 = (0, 1, 1, 0) if form else (0.0, 1.0, 1.0, 0.0)
        for v in a:
            h0, h1 = h1, v * h1 + h0
            k0, k1 = k1, v * k1 + k0
        return h1 / k1 if form < 2 else h1 - k1
    return f


@field
def fourier_series(s: Style) -> Any:
    form = s.form
    n, m, total = s.size(1, 8), s.size(1, 12), s.total()
    ts, ys = s.data(m), s.data(m)

    def f(p: Any, x: Any) -> Any:
        a, b, w = p.vector(n), p.vector(n), p.one(0.5, 1.5)
        loss = 0
        for t, y in zip(ts, ys):
            z = total([a[k] * ag.cos((k + 1) * w * t) + b[k] * ag.sin((k + 1) * w * t) for k in range(n)]) if form else total(
                [a[k] * ag.sin(w * t * k + b[k]) for k in range(n)])
            loss += (z - y) ** 2 if form < 2 else abs(z - y)
        return loss
    return f


@field
def fft_recursive(s: Style) -> Any:
    form = s.form
    n = 2 ** s.size(0, 4)
    window = s.data(n)

    def f(p: Any, x: Any) -> Any:
        v = p.vector(n)

        def fft(re: Any, im: Any) -> Any:
            k = len(re)
            if k == 1:
                return re, im
            er, ei = fft(re[::2], im[::2])
            orr, oi = fft(re[1::2], im[1::2])
            outr, outi = [0.0] * k, [0.0] * k
            for i in range(k // 2):
                c, d = math.cos(2 * math.pi * i / k), -math.sin(2 * math.pi * i / k)
                tr, ti = c * orr[i] - d * oi[i], c * oi[i] + d * orr[i]
                outr[i], outi[i] = er[i] + tr, ei[i] + ti
                outr[i + k // 2], outi[i + k // 2] = er[i] - tr, ei[i] - ti
            return outr, outi
        re, im = fft([a * w for a, w in zip(v, window)] if form else v, [0.0] * n)
        if form < 2:
            return sum((i + 1) * (a * a + b * b) for i, (a, b) in enumerate(zip(re, im)))
        return sum(ag.sqrt(a * a + b * b + 0.01) for a, b in zip(re, im))
    return f


@field
def dft_naive(s: Style) -> Any:
    form = s.form
    n = s.size(1, 9)

    def f(p: Any, x: Any) -> Any:
        v = p.vector(n)
        power = 0
        for k in range(n // 2 + 1) if form else range(n):
            re = im = 0
            for t in range(n):
                re += v[t] * math.cos(2 * math.pi * k * t / n)
                im -= v[t] * math.sin(2 * math.pi * k * t / n)
            power += (re ** 2 + im ** 2) * (k if form < 2 else 1)
        return power / n
    return f


@field
def haar_wavelet(s: Style) -> Any:
    form = s.form
    n = 2 ** s.size(0, 4)

    def f(p: Any, x: Any) -> Any:
        v, cost, level = p.vector(n), 0.0, 0
        while len(v) > 1:
            low = [(v[2 * i] + v[2 * i + 1]) / 2 for i in range(len(v) // 2)]
            high = [(v[2 * i] - v[2 * i + 1]) / 2 for i in range(len(v) // 2)]
            cost += sum(h * h if form else ag.sqrt(h * h + 0.1) for h in high) * 0.5 ** level
            v, level = low, level + 1
        return cost + v[0] if form < 2 else cost - v[0] * v[0]
    return f


@field
def walsh_hadamard(s: Style) -> Any:
    form = s.form
    n = 2 ** s.size(0, 4)

    def f(p: Any, x: Any) -> Any:
        v, h = p.vector(n), 1
        while h < n:
            for i in range(0, n, 2 * h):
                for j in range(i, i + h):
                    a, b = v[j], v[j + h]
                    v[j], v[j + h] = a + b, a - b
            if form:
                v = [ag.tanh(u) for u in v]
            h *= 2
        return sum((i - 2) * u * u for i, u in enumerate(v)) if form < 2 else v[-1]
    return f


@field
def polynomial_product(s: Style) -> Any:
    form = s.form
    n, m = s.size(1, 7), s.size(1, 7)

    def f(p: Any, x: Any) -> Any:
        a, b = p.vector(n), p.vector(m)
        c: Any = [0] * (n + m - 1)
        if form == 0:
            for i in range(n):
                for j in range(m):
                    c[i + j] += a[i] * b[j]
        elif form == 1:
            c = [sum(a[i] * b[k - i] for i in range(max(0, k - m + 1), min(n, k + 1))) for k in range(n + m - 1)]
        else:
            for k in range(n + m - 1):
                for i in range(n):
                    if 0 <= k - i < m:
                        c[k] = c[k] - a[i] * b[k - i]
        return sum(v * v for v in c)
    return f


@field
def binomial_tree(s: Style) -> Any:
    form = s.form
    T, american = s.steps(1, 15), s.flip()

    def f(p: Any, x: Any) -> Any:
        S, vol, r = p.one(0.8, 1.2), p.one(0.1, 0.4), p.one(0.01, 0.05)
        u = ag.exp(vol * 0.3)
        d = 1 / u
        q = (ag.exp(r * 0.1) - d) / (u - d)
        V: Any = [ag.relu(S * u ** (2 * i - T) - 1.0) for i in range(T + 1)]
        for t in range(T - 1, -1, -1):
            if form == 0:
                V = [ag.exp(-r * 0.1) * (q * V[i + 1] + (1 - q) * V[i]) for i in range(t + 1)]
            else:
                for i in range(t + 1):
                    V[i] = (V[i] + q * (V[i + 1] - V[i])) * ag.exp(-0.1 * r)
                    if american:
                        V[i] = ag.maximum(V[i], S * u ** (2 * i - t) - 1.0)
        return V[0]
    return f


@field
def black_scholes(s: Style) -> Any:
    form = s.form
    m = s.size(1, 10)
    Ks, Ts, prices = s.data(m, 0.8, 1.2), s.data(m, 0.2, 1), s.data(m, 0, 0.3)

    def f(p: Any, x: Any) -> Any:
        S, r, vol = p.one(0.8, 1.2), p.one(0, 0.1), p.one(0.1, 0.5)

        def N(z: Any) -> Any:
            return 0.5 * (1 + ag.erf(z / 2 ** 0.5)) if form else 0.5 * ag.erfc(-z / math.sqrt(2))
        e = 0
        for K, T, price in zip(Ks, Ts, prices):
            d1 = (ag.log(S / K) + (r + vol ** 2 / 2) * T) / (vol * T ** 0.5)
            d2 = d1 - vol * math.sqrt(T)
            e += (S * N(d1) - K * ag.exp(-r * T) * N(d2) - price) ** 2 if form < 2 else S * N(d1) - K * N(d2) / ag.exp(r * T)
        return e
    return f


@field
def bond_curve(s: Style) -> Any:
    form = s.form
    n, m = s.size(1, 12), s.size(1, 6)
    coupons = s.data(m, 0, 0.1)

    def f(p: Any, x: Any) -> Any:
        r = p.vector(n, 0, 0.1)
        discount, z = [], 1.0
        for v in r:
            z = z / (1 + v) if form else z * ag.exp(-v)
            discount.append(z)
        total = 0
        for i, c in enumerate(coupons):
            upto = discount[:1 + i % n]
            price = c * sum(upto) + upto[-1] if form < 2 else upto[-1] - -sum(c * d for d in upto)
            total += (price - 1) ** 2
        return total
    return f


@field
def portfolio(s: Style) -> Any:
    form = s.form
    n, soft = s.size(1, 7), s.softmax()
    C = s.table(n, n)
    mu = s.data(n)

    def f(p: Any, x: Any) -> Any:
        w = soft(p.vector(n)) if form else p.vector(n)
        S = [[sum(C[k][i] * C[k][j] for k in range(n)) for j in range(n)] for i in range(n)]
        var = 0
        for i in range(n):
            for j in range(n):
                var += w[i] * S[i][j] * w[j]
        ret = sum(a * b for a, b in zip(w, mu))
        return 0.5 * var - ret if form < 2 else ret / ag.sqrt(var + 0.1)
    return f


@field
def loan_schedule(s: Style) -> Any:
    form = s.form
    T = s.steps(1, 50)
    extra = s.data(T)

    def f(p: Any, x: Any) -> Any:
        debt, rate, pay = p.one(1, 2), p.one(0.01, 0.1), p.one(0.05, 0.1)
        paid = 0
        for t in range(T):
            interest = debt * rate
            debt = debt + interest - pay - 0.01 * extra[t] if form else debt * (1 + rate) - (pay + extra[t] / 100)
            paid += interest
        return paid if form < 2 else debt
    return f


@field
def cubature(s: Style) -> Any:
    form = s.form
    n, rule = s.steps(2, 40), s.pick("trapezoid", "simpson", "left", "midpoint")

    def f(p: Any, x: Any) -> Any:
        a, b, k = p.one(-1, 0), p.one(0.5, 1), p.one()

        def g(t: Any) -> Any:
            return ag.exp(-k * t * t) * ag.cos(t) if form else 1 / (1 + (k * t) ** 2)
        h = (b - a) / n
        t = 0.0
        for i in range(n + (rule in ("trapezoid", "simpson"))):
            w = 1 if rule in ("left", "midpoint") or 0 < i < n else 0.5
            if rule == "simpson":
                w = (2 + 2 * (i % 2) if 0 < i < n else 1) / 3
            t = t + w * g(a + (i + (0.5 if rule == "midpoint" else 0)) * h)
        return t * h if form < 2 else h * t * t
    return f


@field
def gauss_quadrature_2d(s: Style) -> Any:
    form = s.form
    n = s.size(1, 4)
    xs, ws = np.polynomial.legendre.leggauss(n)

    def f(p: Any, x: Any) -> Any:
        a, b, c = p.one(), p.one(), p.one()
        t = 0
        for u, w in zip(xs.tolist(), ws.tolist()):
            for v, z in zip(xs.tolist(), ws.tolist()):
                g = ag.exp(a * u + b * v + c * u * v) if form else ag.sin(a * u) * ag.cos(b * v) + c * u * v
                t += w * z * g if form < 2 else g * (w * z) * g
        return t
    return f


@field
def finite_elements(s: Style) -> Any:
    form = s.form
    n = s.size(1, 12)
    load = s.data(n + 1)

    def f(p: Any, x: Any) -> Any:
        k, u = p.vector(n + 1, 0.5, 1.5), [0.0, *p.vector(n), 0.0]
        h = 1 / (n + 1)
        E = 0
        for e in range(n + 1):
            if form == 0:
                E += 0.5 * k[e] * (u[e + 1] - u[e]) ** 2 / h - load[e] * h * (u[e] + u[e + 1]) / 2
            else:
                K = [[k[e] / h, -k[e] / h], [-k[e] / h, k[e] / h]]
                for i in range(2):
                    for j in range(2):
                        E += u[e + i] * K[i][j] * u[e + j] / 2
                    E -= load[e] * h / 2 * u[e + i]
        return E
    return f


@field
def physics_informed(s: Style) -> Any:
    form = s.form
    m, h = s.size(1, 6), s.size(1, 4)
    ts = s.data(m, 0, 1)

    def f(p: Any, x: Any) -> Any:
        w, b, v = p.vector(h), p.vector(h), p.vector(h)
        loss = 0
        for t in ts:
            z = [ag.tanh(a * t + c) for a, c in zip(w, b)]
            u = sum(q * y for q, y in zip(v, z))
            du = sum(q * (1 - y * y) * a for q, y, a in zip(v, z, w))
            ddu = sum(-2 * q * y * (1 - y ** 2) * a ** 2 for q, y, a in zip(v, z, w))
            r = ddu + u if form == 0 else du - -u if form == 1 else ddu + 0.1 * du + u
            loss += r * r / m
        return loss + (sum(q * ag.tanh(c) for q, c in zip(v, b)) - 1) ** 2
    return f


@field
def total_variation(s: Style) -> Any:
    form = s.form
    h, w = s.size(1, 8), s.size(1, 8)
    img = s.table(h, w)

    def f(p: Any, x: Any) -> Any:
        u = p.matrix(h, w)
        fit = sum((a - b) ** 2 for r, q in zip(u, img) for a, b in zip(r, q))
        tv = 0
        for i in range(h):
            for j in range(w):
                dx = u[i][j + 1] - u[i][j] if j + 1 < w else 0.0
                dy = u[i + 1][j] - u[i][j] if i + 1 < h else 0.0
                if form == 0:
                    tv += abs(dx) + abs(dy)
                else:
                    tv += ag.sqrt(dx * dx + dy * dy + 1e-2)
        return fit + 0.1 * tv if form < 2 else fit - -tv / 2
    return f


@field
def laplacian_smoothing(s: Style) -> Any:
    form = s.form
    n = s.size(2, 14)
    edges = [(i, j) for i in range(n) for j in range(i + 1, n) if s.numbers.random() < 0.3]
    y = s.data(n)

    def f(p: Any, x: Any) -> Any:
        u, lam = p.vector(n), p.one(0.1, 1)
        E = sum((a - b) ** 2 for a, b in zip(u, y))
        for i, j in edges:
            E += lam * (u[i] - u[j]) ** 2 if form else (u[j] - u[i]) * lam * (u[j] - u[i])
        return E if form < 2 else E - 0.5 * sum(u[i] * u[j] for i, j in edges)
    return f


@field
def ragged_rows(s: Style) -> Any:
    form = s.form
    rows, dot, soft = s.size(1, 8), s.dot(), s.softmax()
    lengths = [s.numbers.randint(1, 9) for _ in range(rows)]
    data = [s.data(k) for k in lengths]

    def f(p: Any, x: Any) -> Any:
        w, v = p.vector(9), p.vector(9)
        t = 0
        for row in data:
            if form == 0:
                t += dot(w[:len(row)], row) ** 2
            elif form == 1:
                t += dot(soft([a * b for a, b in zip(row, w)]), v[:len(row)])
            else:
                run = 0.0
                for a, b in zip(row, w):
                    run = ag.tanh(run + a * b)
                t += run * v[len(row) - 1]
        return t
    return f


@field
def triangular(s: Style) -> Any:
    form = s.form
    n = s.size(1, 9)

    def f(p: Any, x: Any) -> Any:
        a, u = p.vector(n * (n + 1) // 2), p.vector(n)
        k, t = 0, 0
        for i in range(n):
            z = 0
            for j in range(i + 1):
                z += a[k] * u[j]
                k += 1
            t += z * z if form == 0 else ag.tanh(z) * u[i] if form == 1 else (z - 1) ** 2
        return t
    return f


@field
def bilinear(s: Style) -> Any:
    form = s.form
    m, n, k = s.size(1, 5), s.size(1, 4), s.size(1, 4)
    A, B = s.table(m, n), s.table(m, k)

    def f(p: Any, x: Any) -> Any:
        W = p.matrix(n, k)
        t = 0
        for a, b in zip(A, B):
            if form == 0:
                z = sum(a[i] * W[i][j] * b[j] for i in range(n) for j in range(k))
            elif form == 1:
                z = sum(a[i] * sum(W[i][j] * b[j] for j in range(k)) for i in range(n))
            else:
                z = 0
                for j in range(k):
                    for i in range(n):
                        z -= W[i][j] * b[j] * a[i]
            t += ag.softplus(z)
        return t
    return f


@field
def tensor_contraction(s: Style) -> Any:
    form = s.form
    a, b, c, d = (s.size(1, 3) for _ in range(4))

    def f(p: Any, x: Any) -> Any:
        T = [p.matrix(b, c) for _ in range(a)]
        U, v = p.matrix(c, d), p.vector(a)
        out = 0
        for j in range(b):
            for m in range(d):
                z = sum(v[i] * T[i][j][k] * U[k][m] for i in range(a) for k in range(c)) if form else sum(
                    v[i] * sum(T[i][j][k] * U[k][m] for k in range(c)) for i in range(a))
                out += z ** 2 if form < 2 else ag.sin(z)
        return out
    return f


@field
def symmetric_form(s: Style) -> Any:
    form = s.form
    n = s.size(1, 8)

    def f(p: Any, x: Any) -> Any:
        d, o, u = p.vector(n), p.vector(n * (n - 1) // 2), p.vector(n)
        at = {(i, j): o[i * (i - 1) // 2 + j] for i in range(n) for j in range(i)}
        if form == 0:
            return sum(d[i] * u[i] ** 2 for i in range(n)) + 2 * sum(v * u[i] * u[j] for (i, j), v in at.items())
        return sum((d[i] if i == j else at[max(i, j), min(i, j)]) * u[i] * u[j] for i in range(n) for j in range(n))
    return f


@field
def random_walk_of_operations(s: Style) -> Any:
    form = s.form
    n, m = s.size(2, 5), s.steps(1, 40)
    moves = [(s.numbers.randrange(n), s.numbers.randrange(n), s.numbers.randrange(6)) for _ in range(m)]

    def f(p: Any, x: Any) -> Any:
        r = p.vector(n)
        for i, j, k in moves:
            if k == 0:
                r[i] = r[i] + r[j] * 0.5
            elif k == 1:
                r[i] = ag.tanh(r[i] - r[j])
            elif k == 2:
                r[i] *= r[j]
            elif k == 3:
                r[i] = ag.sin(r[i])
            elif k == 4:
                r[i], r[j] = r[j], -r[i]
            else:
                r[i] -= 0.1 * r[j] * r[j]
        return sum(r) if form else sum(ag.tanh(v) * v for v in r)
    return f


@field
def periodic_program(s: Style) -> Any:
    form = s.form
    n, T, length = s.size(1, 4), s.steps(1, 20), s.size(1, 4)
    body = [(s.choices.randrange(n), s.choices.randrange(n), s.choices.randrange(6)) for _ in range(length)]
    skip = s.pick(0, 0, 3, 5)
    xs = s.data(T)

    def f(p: Any, x: Any) -> Any:
        r, w = p.vector(n), p.vector(n)
        for t in range(T):
            if skip and t % skip == skip - 1:
                continue
            for i, j, k in body:
                if k == 0:
                    r[i] = r[i] + w[j] * r[j] * 0.5
                elif k == 1:
                    r[i] = ag.tanh(r[i] - w[i] * r[j])
                elif k == 2:
                    r[i] = r[i] * 0.5 + xs[t] * w[j]
                elif k == 3:
                    r[i] = ag.sin(r[i] + xs[t])
                elif k == 4:
                    r[i], r[j] = r[j], -r[i]
                else:
                    r[i] -= 0.1 * r[j] * r[j] if form else 0.1 * w[j]
        return sum(r) if form < 2 else sum(v * v for v in r)
    return f


@field
def samples_of_everything(s: Style) -> Any:
    form = s.form
    n, kind = s.size(1, 6), s.pick("poly", "distance", "gate", "chain", "product")

    def f(p: Any, x: Any) -> Any:
        w, b = p.vector(n), p.one()
        a = x.vector(n)
        if kind == "poly":
            return sum(w[i] * a[i] ** (i % 4) for i in range(n)) - b
        if kind == "distance":
            return ag.sqrt(sum((u - v) ** 2 for u, v in zip(w, a)) + 0.01) * b
        if kind == "gate":
            return sum(ag.where(ag.greater(v, 0.0), u * v, -0.1 * v) for u, v in zip(w, a)) + (b * a[0] if form else b)
        if kind == "chain":
            h = b
            for u, v in zip(w, a):
                h = ag.tanh(h * u + v) if form else h - u * v * h
            return h
        z = 1.0
        for u, v in zip(w, a):
            z *= u - v
        return z * b
    return f


@field
def recurrence_on_samples(s: Style) -> Any:
    form = s.form
    T, n = s.steps(1, 25), s.size(1, 3)

    def f(p: Any, x: Any) -> Any:
        W, c = p.matrix(n, n), p.one()
        h = x.vector(n)
        first = list(h)
        for t in range(T):
            h = [ag.tanh(sum(W[i][j] * h[j] for j in range(n)) - c * first[i]) if form else
                 h[i] + 0.1 * sum(W[i][j] * ag.sin(h[j]) for j in range(n)) for i in range(n)]
        return sum(v * v for v in h) if form < 2 else h[0] * first[-1]
    return f
