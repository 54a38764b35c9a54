"""Loops over time: each turn uses the one before. By hand they are loops, too."""
from __future__ import annotations

import math

import numpy as np

from autograd import exp, log, minimum, sigmoid, sqrt, tanh
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


# Physics in time -----------------------------------------------------------------------------

@style("equations in time", (8, 7), (40, 50))
def heat_equation(T, n):
    """Explicit steps; the parameters are the first temperatures and the conductivity."""
    rng = np.random.default_rng(8)
    target = rng.normal(size=n)
    theta = np.append(rng.normal(size=n), 0.2)

    def loss(p):
        u, r = p[:n], p[n]
        for _ in range(T):
            new = [u[0]]
            for i in range(1, n - 1):
                new.append(u[i] + r * (u[i - 1] - 2 * u[i] + u[i + 1]))
            new.append(u[n - 1])
            u = new
        return sum((ui - ti) ** 2 for ui, ti in zip(u, target.tolist()))

    def by_hand(theta):
        U, D, r = np.empty((T + 1, n)), np.empty((T, n - 2)), theta[n]
        U[0] = theta[:n]
        for t in range(T):
            u = U[t]
            D[t] = u[:-2] - 2 * u[1:-1] + u[2:]
            U[t + 1] = u
            U[t + 1, 1:-1] += r * D[t]
        e = U[T] - target
        du, dr = 2 * e, 0.0
        for t in range(T - 1, -1, -1):
            inner = du[1:-1]
            dr += inner @ D[t]
            flow = r * inner
            du = du.copy()
            du[1:-1] -= 2 * flow
            du[:-2] += flow
            du[2:] += flow
        return e @ e, np.append(du, dr)
    return Case(theta, loss, by_hand)


@style("equations in time", (8, 7), (40, 40))
def wave_equation(T, n):
    """Two states back in time; fixed ends; a loss on the midpoint at each step."""
    rng = np.random.default_rng(9)
    y = rng.normal(size=T)
    mid = n // 2
    theta = np.append(rng.normal(size=n), 0.3)

    def loss(p):
        c = p[n]
        old = now = p[:n]
        total = 0.0
        for t in range(T):
            new = [0.0] * n
            for i in range(1, n - 1):
                new[i] = 2 * now[i] - old[i] + c * (now[i + 1] - 2 * now[i] + now[i - 1])
            old, now = now, new
            total += (now[mid] - y[t].item()) ** 2
        return total

    def by_hand(theta):
        U, D, c = np.zeros((T + 2, n)), np.empty((T, n - 2)), theta[n]
        U[0] = U[1] = theta[:n]
        for t in range(T):
            u = U[t + 1]
            D[t] = u[2:] - 2 * u[1:-1] + u[:-2]
            U[t + 2, 1:-1] = 2 * u[1:-1] - U[t, 1:-1] + c * D[t]
        e = U[2:, mid] - y
        dU, dc = np.zeros((T + 2, n)), 0.0
        for t in range(T - 1, -1, -1):
            dU[t + 2, mid] += 2 * e[t]
            g = dU[t + 2, 1:-1]
            dc += g @ D[t]
            dU[t, 1:-1] -= g
            dU[t + 1, 1:-1] += (2 - 2 * c) * g
            dU[t + 1, 2:] += c * g
            dU[t + 1, :-2] += c * g
        return e @ e, np.append(dU[0] + dU[1], dc)
    return Case(theta, loss, by_hand)


@style("scalar recurrences", (9,), (200,))
def pendulum(T):
    """Euler steps of an angle and a speed."""
    dt = 0.02

    def loss(p):
        angle, speed, g, friction = p
        for _ in range(T):
            a = -g * angle.sin() - friction * speed
            angle, speed = angle + dt * speed, speed + dt * a
        return (angle - 0.5) ** 2 + speed ** 2

    def by_hand(theta):
        angle, speed, g, friction = theta.tolist()
        angles, speeds = [], []
        for _ in range(T):
            angles.append(angle)
            speeds.append(speed)
            a = -g * math.sin(angle) - friction * speed
            angle, speed = angle + dt * speed, speed + dt * a
        value = (angle - 0.5) ** 2 + speed ** 2
        da, ds, dg, df = 2 * (angle - 0.5), 2 * speed, 0.0, 0.0
        for angle, speed in zip(reversed(angles), reversed(speeds)):
            d = dt * ds
            dg -= d * math.sin(angle)
            df -= d * speed
            da, ds = da - d * g * math.cos(angle), ds + dt * da - d * friction
        return value, np.array([da, ds, dg, df])
    return Case(np.array([0.8, 0.1, 9.8, 0.3]), loss, by_hand)


@style("equations in time", (7, 4), (60, 10))
def verlet_chain(T, n):
    """Masses in a row joined by springs, velocity Verlet, the energy of the last state."""
    rng = np.random.default_rng(10)
    dt = 0.05

    def loss(p):
        x, k = list(p[:n]), p[n]
        v = [0.0] * n

        def force(x):
            f = [-k * xi for xi in x]
            for i in range(n - 1):
                pull = k * (x[i + 1] - x[i])
                f[i] = f[i] + pull
                f[i + 1] = f[i + 1] - pull
            return f
        f = force(x)
        for _ in range(T):
            v = [vi + 0.5 * dt * fi for vi, fi in zip(v, f)]
            x = [xi + dt * vi for xi, vi in zip(x, v)]
            f = force(x)
            v = [vi + 0.5 * dt * fi for vi, fi in zip(v, f)]
        return 0.5 * sum(vi * vi for vi in v) + sum(xi ** 4 for xi in x)

    def push(x):
        f = -x
        d = x[1:] - x[:-1]
        f[:-1] += d
        f[1:] -= d
        return f

    def by_hand(theta):
        x, k, v = theta[:n], theta[n], np.zeros(n)
        X = np.empty((T + 1, n))
        X[0] = x
        F = push(x)
        for t in range(T):
            v = v + 0.5 * dt * k * F
            x = X[t + 1] = x + dt * v
            F = push(x)
            v = v + 0.5 * dt * k * F
        value = 0.5 * (v @ v) + (x ** 4).sum()
        dx, dv, dk = 4 * x ** 3, v, 0.0
        for t in range(T - 1, -1, -1):
            dk += 0.5 * dt * (dv @ push(X[t + 1]))
            dx = dx + 0.5 * dt * k * push(dv)                       # push is symmetric
            dv = dv + dt * dx
            dk += 0.5 * dt * (dv @ push(X[t]))
            dx = dx + 0.5 * dt * k * push(dv)
        return value, np.append(dx, dk)
    return Case(np.append(rng.normal(size=n), 2.0), loss, by_hand)


@style("scalar recurrences", (6,), (60,))
def predators_and_prey(T):
    """Lotka-Volterra by Runge-Kutta steps of order 4, compared with data at each step."""
    rng = np.random.default_rng(11)
    data, dt = rng.uniform(0.5, 2, (T, 2)), 0.05

    def loss(p):
        x, y, a, b, c, d = p

        def slope(x, y):
            return a * x - b * x * y, d * x * y - c * y
        total = 0.0
        for seen_x, seen_y in data.tolist():
            k1, l1 = slope(x, y)
            k2, l2 = slope(x + dt / 2 * k1, y + dt / 2 * l1)
            k3, l3 = slope(x + dt / 2 * k2, y + dt / 2 * l2)
            k4, l4 = slope(x + dt * k3, y + dt * l3)
            x = x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            y = y + dt / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
            total += (x - seen_x) ** 2 + (y - seen_y) ** 2
        return total

    def by_hand(theta):
        x, y, a, b, c, d = theta.tolist()
        shares, reach = (1, 2, 2, 1), (0, dt / 2, dt / 2, dt)
        points, value = [], 0.0
        for seen_x, seen_y in data.tolist():
            k = q = 0.0
            stages, sum_k, sum_q = [], 0.0, 0.0
            for share, far in zip(shares, reach):
                u, w = x + far * k, y + far * q
                stages.append((u, w))
                k, q = a * u - b * u * w, d * u * w - c * w
                sum_k += share * k
                sum_q += share * q
            x, y = x + dt / 6 * sum_k, y + dt / 6 * sum_q
            points.append((stages, 2 * (x - seen_x), 2 * (y - seen_y)))
            value += (x - seen_x) ** 2 + (y - seen_y) ** 2
        dx = dy = da = db = dc = dd = 0.0
        for stages, ex, ey in reversed(points):
            dx, dy = dx + ex, dy + ey
            step_x, step_y, du, dw, far_after = dx, dy, 0.0, 0.0, 0.0
            for (u, w), share, far in zip(reversed(stages), reversed(shares), reversed(reach)):
                dk = dt / 6 * share * step_x + far_after * du
                dq = dt / 6 * share * step_y + far_after * dw
                da, db = da + dk * u, db - dk * u * w
                dc, dd = dc - dq * w, dd + dq * u * w
                du = dk * (a - b * w) + dq * d * w
                dw = -dk * b * u + dq * (d * u - c)
                dx, dy, far_after = dx + du, dy + dw, far
        return value, np.array([dx, dy, da, db, dc, dd])
    return Case(np.array([1.0, 1.2, 1.1, 0.4, 0.4, 0.1]), loss, by_hand)


# Filters, series, chains ---------------------------------------------------------------------

@style("scalar recurrences", (9,), (200,))
def kalman_filter(T):
    """Log-likelihood of a series under a hidden random walk with drift factor a."""
    y = np.cumsum(np.random.default_rng(12).normal(size=T))

    def loss(p):
        a, q, r = p[0], exp(p[1]), exp(p[2])
        mean, var = 0.0, 1.0
        nll = 0.0
        for yt in y.tolist():
            mean = a * mean
            var = a * a * var + q
            s = var + r
            e = yt - mean
            nll = nll + 0.5 * log(s) + 0.5 * e * e / s
            gain = var / s
            mean = mean + gain * e
            var = (1 - gain) * var
        return nll

    def by_hand(theta):
        a, q, r = theta[0].item(), math.exp(theta[1]), math.exp(theta[2])
        mean, var, value, kept = 0.0, 1.0, 0.0, []
        for yt in y.tolist():
            before = mean, var
            var = a * a * var + q
            s, e = var + r, yt - a * mean
            value += 0.5 * math.log(s) + 0.5 * e * e / s
            gain = var / s
            kept.append((*before, var, s, e, gain))
            mean, var = a * mean + gain * e, (1 - gain) * var
        da = dq = dr = dm = dv = 0.0
        for m0, v0, var, s, e, gain in reversed(kept):
            dgain = dm * e - dv * var
            de = dm * gain + e / s
            dvar = dv * (1 - gain) + dgain / s
            ds = 0.5 / s - 0.5 * e * e / (s * s) - dgain * gain / s
            dvar, dr = dvar + ds, dr + ds
            dprior = dm - de
            dq += dvar
            da += dprior * m0 + 2 * a * v0 * dvar
            dm, dv = a * dprior, a * a * dvar
        return value, np.array([da, dq * q, dr * r])
    return Case(np.array([0.95, -0.5, 0.3]), loss, by_hand)


@style("scalar recurrences", (9,), (300,))
def exponential_smoothing(T):
    y = np.random.default_rng(13).normal(size=T)

    def loss(p):
        a = sigmoid(p[0])
        s = p[1]
        total = 0.0
        for yt in y.tolist():
            total += (yt - s) ** 2
            s = a * yt + (1 - a) * s
        return total / T

    def by_hand(theta):
        a, s = 1 / (1 + math.exp(-theta[0])), theta[1].item()
        errors, value = [], 0.0
        for yt in y.tolist():
            e = yt - s
            errors.append(e)
            value += e * e
            s += a * e
        ds = da = 0.0
        for e in reversed(errors):
            da += ds * e
            ds = (1 - a) * ds - 2 * e
        return value / T, np.array([da * a * (1 - a), ds]) / T
    return Case(np.array([0.2, 0.5]), loss, by_hand)


@style("scalar recurrences", (9,), (200,))
def logistic_map(T):
    def loss(p):
        r, x = p
        total = 0
        for _ in range(T):
            x = r * x * (1 - x)
            total += x
        return total / T

    def by_hand(theta):
        r, x = theta.tolist()
        xs, total = [], 0.0
        for _ in range(T):
            xs.append(x)
            x = r * x * (1 - x)
            total += x
        dr = dx = 0.0
        for x in reversed(xs):
            g = dx + 1 / T
            dr += g * x * (1 - x)
            dx = g * r * (1 - 2 * x)
        return total / T, np.array([dr, dx])
    return Case(np.array([2.8, 0.3]), loss, by_hand)


@style("scalar recurrences", (9,), (400,))
def discounted_return(T):
    """From the last reward to the first, with a baseline subtracted at each step."""
    def loss(p):
        gamma, *rewards = p
        total, G = 0.0, 0.0
        for r in reversed(rewards):
            G = r + gamma * G
            total = total - (G - 1.0) * (G - 1.0)
        return -total / T

    def by_hand(theta):
        gamma, G, value = theta[0].item(), 0.0, 0.0
        returns = []
        for r in theta[:0:-1].tolist():
            G = r + gamma * G
            returns.append(G)
            value += (G - 1) ** 2
        gradient, dG = np.zeros(T + 1), 0.0
        for i in range(T - 1, -1, -1):
            dG = gamma * dG + 2 * (returns[i] - 1) / T
            gradient[T - i] = dG
            gradient[0] += dG * returns[i - 1] if i else 0.0
        return value / T, gradient
    return Case(np.append(0.9, np.random.default_rng(14).normal(size=T)), loss, by_hand)


@style("prefix sums", (9,), (400,))
def cumulative_sums(n):
    y = np.random.default_rng(15).normal(size=n)

    def loss(p):
        total, walk = 0.0, 0.0
        for step, yi in zip(p, y.tolist()):
            walk += step
            total += (walk - yi) ** 2
        return total

    def by_hand(theta):
        e = np.cumsum(theta) - y
        return e @ e, np.cumsum(2 * e[::-1])[::-1]
    return Case(np.random.default_rng(16).normal(size=n), loss, by_hand)


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
