"""Energies, fits and geometry; derivatives inside the loss."""
from __future__ import annotations

import math

import numpy as np

from autograd import Value, cos, exp, gradients, log, minimum, sigmoid, sqrt, tanh
from tests.styles.case import Case, flat, matrix, split, style


# Particles and distances ---------------------------------------------------------------------

def apart(x: np.ndarray, i: np.ndarray, j: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The differences x_i - x_j, and the squares of their lengths."""
    d = x[i] - x[j]
    return d, (d * d).sum(1)


def pulled(n: int, i: np.ndarray, j: np.ndarray, force: np.ndarray) -> np.ndarray:
    """What `force` in the plane on each i, and its opposite on each j, add up to."""
    total = np.empty((n, 2))
    for c in range(2):
        total[:, c] = np.bincount(i, force[:, c], n) - np.bincount(j, force[:, c], n)
    return total


@style("energies", (4,), (30,))
def gravity(n):
    """The energy of n bodies in the plane, E -= 1 / r."""
    i, j = np.triu_indices(n, 1)

    def loss(p):
        E = 0.0
        for a in range(n):
            for b in range(a):
                dx, dy = p[2 * a] - p[2 * b], p[2 * a + 1] - p[2 * b + 1]
                r = sqrt(dx * dx + dy * dy + 0.01)
                E -= 1 / r
        return E

    def by_hand(theta):
        d, r2 = apart(theta.reshape(n, 2), i, j)
        inverse = (r2 + 0.01) ** -0.5
        return -inverse.sum(), flat(pulled(n, i, j, d * inverse[:, None] ** 3))
    return Case(np.random.default_rng(41).normal(size=2 * n), loss, by_hand)


@style("energies", (4,), (20,))
def lennard_jones(n):
    side = math.ceil(n ** 0.5)
    grid = np.array([[i // side, i % side] for i in range(n)], dtype=float)
    theta = flat(1.2 * grid + 0.1 * np.random.default_rng(42).normal(size=(n, 2)))
    rows, columns = np.triu_indices(n, 1)

    def loss(p):
        x = [(p[2 * i], p[2 * i + 1]) for i in range(n)]
        energy = 0
        for i in range(n):
            for j in range(i + 1, n):
                r2 = (x[i][0] - x[j][0]) ** 2 + (x[i][1] - x[j][1]) ** 2
                s6 = (1 / r2) ** 3
                energy += 4 * (s6 ** 2 - s6)
        return energy

    def by_hand(theta):
        d, r2 = apart(theta.reshape(n, 2), rows, columns)
        s2 = 1 / r2
        s6 = s2 * s2 * s2
        force = 4 * (-12 * s6 * s6 + 6 * s6) * s2
        return 4 * (s6 @ s6 - s6.sum()), flat(pulled(n, rows, columns, force[:, None] * d))
    return Case(theta, loss, by_hand)


@style("energies", (5,), (24,))
def map_from_distances(n):
    """Points in the plane whose distances are to be as given."""
    rng = np.random.default_rng(43)
    rows, columns = np.triu_indices(n, 1)
    D = np.sqrt(apart(rng.normal(size=(n, 3)), rows, columns)[1])

    def loss(p):
        stress, k = 0.0, 0
        for i in range(n):
            for j in range(i + 1, n):
                r = sum((p[2 * i + c] - p[2 * j + c]) ** 2 for c in range(2)).sqrt()
                stress += (r - D[k].item()) ** 2
                k += 1
        return stress

    def by_hand(theta):
        d, r2 = apart(theta.reshape(n, 2), rows, columns)
        r = np.sqrt(r2)
        e = r - D
        return e @ e, flat(pulled(n, rows, columns, (2 * e / r)[:, None] * d))
    return Case(rng.normal(size=2 * n), loss, by_hand)


@style("energies", (6,), (100,))
def hanging_chain(n):
    """Springs in a row between fixed ends, and gravity: a loss that runs along a list."""
    theta = np.random.default_rng(44).normal(size=n)

    def loss(p):
        heights = [0.0] + p + [0.0]
        E = 0.0
        for a, b in zip(heights, heights[1:]):
            stretch = sqrt(1 + (b - a) ** 2) - 1
            E += 5 * stretch * stretch
        for h in p:
            E -= -0.1 * h
        return E

    def by_hand(theta):
        heights = np.zeros(n + 2)
        heights[1:-1] = theta
        d = heights[1:] - heights[:-1]
        r = np.sqrt(1 + d * d)
        s = r - 1
        g = 10 * s * d / r
        return 5 * (s @ s) + 0.1 * theta.sum(), g[:-1] - g[1:] + 0.1
    return Case(theta, loss, by_hand)


@style("max over a list", (9, 3), (200, 5))
def k_means(m, k):
    """The distance of each point to the nearest centre."""
    rng = np.random.default_rng(45)
    X = rng.normal(size=(m, 2))

    def loss(p):
        total = 0.0
        for x, y in X.tolist():
            best = None
            for c in range(k):
                d = (x - p[2 * c]) ** 2 + (y - p[2 * c + 1]) ** 2
                best = d if best is None else minimum(best, d)
            total += best
        return total / m

    def by_hand(theta):
        C = theta.reshape(k, 2)
        d = C - X[:, None]
        D = (d * d).sum(2)
        near = D.argmin(1)
        rows = np.arange(m)
        dC = np.zeros((k, 2))
        np.add.at(dC, near, 2 / m * d[rows, near])
        return D[rows, near].sum() / m, flat(dC)
    return Case(rng.normal(size=2 * k), loss, by_hand)


@style("log-sum-exp", (9, 3), (100, 5))
def soft_k_means(m, k):
    rng = np.random.default_rng(46)
    X = rng.normal(size=(m, 2))

    def loss(p):
        centres = matrix(p, 0, k, 2)
        total = 0.0
        for x in X.tolist():
            d = [sum((xi - ci) ** 2 for xi, ci in zip(x, centre)) for centre in centres]
            total = total - log(sum(exp(-di) for di in d))
        return total

    def by_hand(theta):
        d = theta.reshape(k, 2) - X[:, None]
        e = np.exp(-(d * d).sum(2))
        s = e.sum(1)
        return -np.log(s).sum(), flat(2 * np.einsum("mk,mkc->kc", e / s[:, None], d))
    return Case(rng.normal(size=2 * k), loss, by_hand)


# Fits ----------------------------------------------------------------------------------------

@style("fits", (7,), (300,))
def circle(m):
    rng = np.random.default_rng(47)
    a = rng.uniform(0, 2 * math.pi, m)
    X = np.column_stack((np.cos(a), np.sin(a))) * 2 + 0.1 * rng.normal(size=(m, 2))

    def loss(p):
        cx, cy, r = p
        return sum((sqrt((x - cx) ** 2 + (y - cy) ** 2) - r) ** 2 for x, y in X.tolist()) / m

    def by_hand(theta):
        d = theta[:2] - X
        r = np.sqrt((d * d).sum(1))
        e = r - theta[2]
        return e @ e / m, 2 / m * np.append(e / r @ d, -e.sum())
    return Case(np.array([0.3, -0.2, 1.0]), loss, by_hand)


@style("fits", (7,), (300,))
def decaying_oscillation(m):
    rng = np.random.default_rng(48)
    t = np.linspace(0, 5, m)
    y = np.exp(-0.3 * t) * np.cos(2 * t) + 0.05 * rng.normal(size=m)

    def loss(p):
        A, k, w, phase = p
        chi2 = 0.0
        for ti, yi in zip(t.tolist(), y.tolist()):
            r = yi - A * exp(-k * ti) * cos(w * ti + phase)
            chi2 += (r / 0.05) ** 2
        return chi2

    def by_hand(theta):
        A, k, w, phase = theta
        decay, angle = np.exp(-k * t), w * t + phase
        wave = decay * np.cos(angle)
        r = (y - A * wave) / 0.05
        d = -2 * r / 0.05
        side = -A * decay * np.sin(angle)
        return r @ r, np.array([d @ wave, -A * (d * t) @ wave, (d * t) @ side, d @ side])
    return Case(np.array([0.9, 0.2, 1.9, 0.1]), loss, by_hand)


@style("fits", (6, 3), (120, 6))
def radial_basis_functions(m, k):
    """Centres, widths and weights of k bumps."""
    rng = np.random.default_rng(49)
    x = np.linspace(-2, 2, m)
    y = np.sin(2 * x)

    def loss(p):
        c, s, w = p[:k], p[k:2 * k], p[2 * k:]
        total = 0.0
        for xi, yi in zip(x.tolist(), y.tolist()):
            f = 0.0
            for j in range(k):
                f += w[j] * exp(-s[j] * (xi - c[j]) ** 2)
            total += (f - yi) ** 2
        return total

    def by_hand(theta):
        c, s, w = split(theta, (k,), (k,), (k,))
        d = x[:, None] - c
        d2 = d * d
        E = np.exp(-s * d2)
        e = E @ w - y
        G = 2 * e[:, None] * E
        return e @ e, flat(2 * w * s * (G * d).sum(0), -w * (G * d2).sum(0), G.sum(0))
    theta = flat(np.linspace(-2, 2, k), rng.uniform(0.5, 2, k), rng.normal(size=k))
    return Case(theta, loss, by_hand)


@style("fits", (8,), (300,))
def rosenbrock(n):
    def loss(p):
        return sum(100 * (p[i + 1] - p[i] ** 2) ** 2 + (1 - p[i]) ** 2 for i in range(n - 1))

    def by_hand(theta):
        a, b = theta[:-1], theta[1:]
        u, v = b - a * a, 1 - a
        gradient = np.zeros(n)
        gradient[:-1] = -400 * u * a - 2 * v
        gradient[1:] += 200 * u
        return 100 * (u @ u) + v @ v, gradient
    return Case(np.random.default_rng(50).normal(size=n), loss, by_hand)


@style("fits", (5,), (40,))
def portfolio(n):
    """Variance minus return of softmax weights, a quadratic form in a double loop."""
    rng = np.random.default_rng(51)
    B = rng.normal(size=(n, n))
    S, mu = B @ B.T / n, rng.normal(size=n)

    def loss(p):
        e = [exp(v) for v in p]
        total = sum(e)
        w = [ei / total for ei in e]
        risk = 0.0
        for i in range(n):
            for j in range(n):
                risk += w[i] * S[i, j].item() * w[j]
        return risk - 0.5 * sum(wi * mi for wi, mi in zip(w, mu.tolist()))

    def by_hand(theta):
        e = np.exp(theta)
        w = e / e.sum()
        Sw = S @ w
        dw = 2 * Sw - 0.5 * mu
        return w @ Sw - 0.5 * (mu @ w), w * (dw - dw @ w)
    return Case(rng.normal(size=n), loss, by_hand)


# Derivatives in the loss ---------------------------------------------------------------------

def pinn_by_hand(theta, xs, k):
    """u = sum a tanh(w x + b); the squares of u'' + u, and u(0) = 0, u'(0) = 1."""
    w, b, a = split(theta, (k,), (k,), (k,))
    t = np.tanh(np.outer(xs, w) + b)
    q = 1 - t * t
    curve = -2 * t * q                                              # tanh''
    w2 = w * w
    basis = curve * w2 + t
    r = basis @ a
    dr = 2 * r / len(xs)
    third = q * (6 * t * t - 2)                                     # tanh'''
    da = dr @ basis
    db = a * (dr @ (third * w2 + q))
    x_dr = dr * xs
    dw = a * (x_dr @ (third * w2 + q) + 2 * w * (dr @ curve))
    t0 = np.tanh(b)
    q0 = 1 - t0 * t0
    e0, e1 = a @ t0, (a * w) @ q0 - 1
    da += 2 * e0 * t0 + 2 * e1 * w * q0
    db += a * (2 * e0 * q0 - 4 * e1 * w * t0 * q0)
    dw += 2 * e1 * a * q0
    return r @ r / len(xs) + e0 * e0 + e1 * e1, flat(dw, db, da)


@style("derivatives in the loss", (5, 3), (60, 8))
def pinn_written_out(m, k):
    """u'' + u = 0 with the derivatives of u written by the student."""
    xs = np.linspace(0, 3, m)

    def loss(p):
        w, b, a = p[:k], p[k:2 * k], p[2 * k:]
        total = 0.0
        for x in xs.tolist():
            u, u2 = 0.0, 0.0
            for i in range(k):
                t = tanh(w[i] * x + b[i])
                u += a[i] * t
                u2 -= 2 * a[i] * w[i] ** 2 * t * (1 - t * t)
            total += (u2 + u) ** 2 / m
        t0 = [tanh(bi) for bi in b]
        u0 = sum(ai * t for ai, t in zip(a, t0))
        slope = sum(ai * wi * (1 - t * t) for ai, wi, t in zip(a, w, t0))
        return total + u0 ** 2 + (slope - 1) ** 2
    return Case(np.random.default_rng(52).normal(size=3 * k), loss,
                lambda theta: pinn_by_hand(theta, xs, k))


@style("derivatives in the loss", (4, 3), (40, 8))
def pinn_by_gradients(m, k):
    """u'' + u = 0 with the derivatives of u taken by the engine."""
    xs = np.linspace(0, 3, m)

    def loss(p):
        w, b, a = p[:k], p[k:2 * k], p[2 * k:]

        def u_at(number):
            x = Value(number)
            u = sum(ai * tanh(wi * x + bi) for ai, wi, bi in zip(a, w, b))
            return x, u, gradients(u, x, create_graph=True)
        total = 0.0
        for number in xs.tolist():
            x, u, du = u_at(number)
            total += (gradients(du, x, create_graph=True) + u) ** 2
        _, u, du = u_at(0.0)
        return total / m + u ** 2 + (du - 1) ** 2
    return Case(np.random.default_rng(53).normal(size=3 * k), loss,
                lambda theta: pinn_by_hand(theta, xs, k))


@style("derivatives in the loss", (5, 3), (60, 8))
def hessian_of_logistic_regression(m, n):
    """All second derivatives as outputs."""
    rng = np.random.default_rng(54)
    X, t = rng.normal(size=(m, n)), (rng.random(m) < 0.5).astype(float)

    def outputs(p):
        nll = 0.0
        for x, ti in zip(X.tolist(), t.tolist()):
            q = sigmoid(sum(w * xi for w, xi in zip(p, x)))
            nll = nll - ti * log(q) - (1 - ti) * log(1 - q)
        first = gradients(nll, p, create_graph=True)
        return [h for g in first for h in gradients(g, p, create_graph=True)]

    def by_hand(theta):
        q = 1 / (1 + np.exp(-(X @ theta)))
        return flat((X * (q * (1 - q))[:, None]).T @ X)
    return Case(0.3 * rng.normal(size=n), outputs, by_hand, None, True)


@style("derivatives in the loss", (5, 3, 2), (40, 6, 8))
def hessian_times_vector(m, n, k):
    """H v of a network's loss, v fixed: the gradient of gradient . v, as outputs."""
    rng = np.random.default_rng(55)
    X, y = rng.normal(size=(m, n)), rng.normal(size=m)
    direction = rng.normal(size=k * (n + 1))

    def outputs(p):
        W, a = matrix(p, 0, k, n), p[k * n:]
        total = 0.0
        for x, t in zip(X.tolist(), y.tolist()):
            h = [tanh(sum(w * xi for w, xi in zip(row, x))) for row in W]
            total += 0.5 * (sum(ai * hi for ai, hi in zip(a, h)) - t) ** 2
        g = gradients(total, p, create_graph=True)
        along = sum(gi * vi for gi, vi in zip(g, direction.tolist()))
        return gradients(along, p, create_graph=True)

    def by_hand(theta):
        W, a = split(theta, (k, n), (k,))
        V, c = split(direction, (k, n), (k,))
        h = np.tanh(X @ W.T)
        q = 1 - h * h
        e = h @ a - y
        rh = q * (X @ V.T)                                          # R{h}
        re = h @ c + rh @ a
        rdz = np.outer(re, a) * q + np.outer(e, c) * q - 2 * np.outer(e, a) * h * rh
        return flat(rdz.T @ X, re @ h + e @ rh)
    return Case(0.5 * rng.normal(size=k * (n + 1)), outputs, by_hand, None, True)


@style("derivatives in the loss", (4, 2, 3, 2), (100, 4, 8, 3))
def jacobian_for_samples(m, n, k, outs):
    """The derivative of each output by each input of a network, for each sample."""
    rng = np.random.default_rng(56)
    X = rng.normal(size=(m, n))

    def outputs(p, x):
        x = [xi if isinstance(xi, Value) else Value(xi) for xi in x]
        W, V = matrix(p, 0, k, n), matrix(p, k * n, outs, k)
        h = [tanh(sum(w * xi for w, xi in zip(row, x))) for row in W]
        o = [sum(v * hi for v, hi in zip(row, h)) for row in V]
        return [d for oi in o for d in gradients(oi, x, create_graph=True)]

    def by_hand(theta, X):
        W, V = split(theta, (k, n), (outs, k))
        h = np.tanh(X @ W.T)
        return ((1 - h * h)[:, None, :] * V @ W).reshape(len(X), -1)
    return Case(0.5 * rng.normal(size=k * (n + outs)), outputs, by_hand, X, True)


@style("derivatives in the loss", (5, 3), (60, 8))
def penalty_on_the_gradient(m, k):
    """A network's loss plus the squares of its slope at each point, both from the engine."""
    rng = np.random.default_rng(57)
    xs = np.linspace(-1, 1, m)
    y = np.abs(xs)

    def loss(p):
        w, b, a = p[:k], p[k:2 * k], p[2 * k:]
        total = 0.0
        for number, yi in zip(xs.tolist(), y.tolist()):
            x = Value(number)
            u = sum(a[i] * tanh(w[i] * x + b[i]) for i in range(k))
            slope = gradients(u, x, create_graph=True)
            total = total + (u - yi) ** 2 + 0.1 * slope ** 2
        return total

    def by_hand(theta):
        w, b, a = split(theta, (k,), (k,), (k,))
        t = np.tanh(np.outer(xs, w) + b)
        q = 1 - t * t
        aw = a * w
        e, s = t @ a - y, q @ aw
        de, ds = 2 * e, 0.2 * s
        dz = np.outer(de, a) * q - 2 * np.outer(ds, aw) * t * q
        dq = ds @ q
        return e @ e + 0.1 * (s @ s), flat(xs @ dz + a * dq, dz.sum(0), de @ t + w * dq)
    return Case(rng.normal(size=3 * k), loss, by_hand)
