"""Equations, filters and series in time: each step uses the one before."""
from __future__ import annotations

import math

import numpy as np

from autograd import exp, log, sigmoid
from tests.styles.case import Case, style


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


@style("prefix sums", (12,), (300,))
def walk_of_bounded_steps(n):
    """A walk that is held to data at each step; the steps are bounded."""
    y = np.random.default_rng(17).normal(size=n)

    def loss(p):
        steps = [v.tanh() for v in p]
        total, walk = 0.0, 0.0
        for step, yi in zip(steps, y.tolist()):
            walk = walk + step
            total += (walk - yi) ** 2
        return total

    def by_hand(theta):
        steps = np.tanh(theta)
        e = np.cumsum(steps) - y
        return e @ e, np.cumsum(2 * e[::-1])[::-1] * (1 - steps * steps)
    return Case(np.random.default_rng(18).normal(size=n), loss, by_hand)


@style("prefix sums", (12,), (300,))
def balance_after_each_payment(n):
    """An account that begins with the exponential of a parameter, and payments, held to data."""
    y = np.random.default_rng(19).normal(size=n)

    def loss(p):
        total, balance = 0.0, exp(p[0])
        for payment, yi in zip(p[1:], y.tolist()):
            balance += payment
            total += (balance - yi) ** 2
        return total / n

    def by_hand(theta):
        first = math.exp(theta[0])
        e = first + np.cumsum(theta[1:]) - y[:-1]
        sent = 2 / n * np.cumsum(e[::-1])[::-1]
        return e @ e / n, np.append(sent[0] * first, sent)
    return Case(np.random.default_rng(20).normal(size=n) * 0.3, loss, by_hand)
