"""Motion, fields, optics, machines: ordinary and partial differential equations in small steps."""
from __future__ import annotations

import cmath
from typing import Any

import autograd as ag
from tests.compiler.fields.style import Style, field


@field
def euler_decay(s: Style) -> Any:
    form = s.form
    T, n = s.steps(1, 50), s.size(1, 4)
    dt, data = s.pick(0.1, 0.01), s.data(T)

    def f(p: Any, x: Any) -> Any:
        k, y = p.one(0.1, 1), p.vector(n)
        e = 0
        for t in range(T):
            if form == 0:
                y = [v - dt * k * v for v in y]
            elif form == 1:
                for i in range(n):
                    y[i] -= k * y[i] * dt
            else:
                y = [v * (1 - k * dt) for v in y]
            e += (y[0] - data[t]) ** 2
        return e + sum(y)
    return f


@field
def pendulum(s: Style) -> Any:
    form = s.form
    T, way = s.steps(1, 50), s.pick("euler", "symplectic", "leapfrog", "rk4")

    def f(p: Any, x: Any) -> Any:
        g, c, a, w = p.one(0.5, 2), p.one(0, 0.3), p.one(), 0.0
        h = 0.05

        def acc(a: Any, w: Any) -> Any:
            return -g * ag.sin(a) - c * w if form else -(g * ag.sin(a) + c * w)
        for _ in range(T):
            if way == "euler":
                a, w = a + h * w, w + h * acc(a, w)
            elif way == "symplectic":
                w += h * acc(a, w)
                a += h * w
            elif way == "leapfrog":
                half = w + h / 2 * acc(a, w)
                a = a + h * half
                w = half + h / 2 * acc(a, half)
            else:
                k1a, k1w = w, acc(a, w)
                k2a, k2w = w + h / 2 * k1w, acc(a + h / 2 * k1a, w + h / 2 * k1w)
                k3a, k3w = w + h / 2 * k2w, acc(a + h / 2 * k2a, w + h / 2 * k2w)
                k4a, k4w = w + h * k3w, acc(a + h * k3a, w + h * k3w)
                a, w = a + h / 6 * (k1a + 2 * k2a + 2 * k3a + k4a), w + h / 6 * (k1w + 2 * k2w + 2 * k3w + k4w)
        return (a - 0.5) ** 2 + w * w if form < 2 else a
    return f


@field
def lorenz(s: Style) -> Any:
    form = s.form
    T, rk = s.steps(1, 30), s.flip()

    def f(p: Any, x: Any) -> Any:
        sg, r, b = p.one(1, 3), p.one(1, 3), p.one(0.5, 1)
        u = p.vector(3)
        h = 0.02

        def rate(u: Any) -> Any:
            a, b_, c = u
            return [sg * (b_ - a), a * (r - c) - b_, a * b_ - b * c]
        for _ in range(T):
            k = rate(u)
            if rk:
                mid = [v + h / 2 * w for v, w in zip(u, k)]
                k = rate(mid)
            u = [v + h * w for v, w in zip(u, k)] if form else [v - -w * h for v, w in zip(u, k)]
        return sum(v * v for v in u) if form < 2 else u[0] - u[2]
    return f


@field
def predator_prey(s: Style) -> Any:
    form = s.form
    T, every = s.steps(1, 40), s.pick(1, 3, 7)
    seen = s.data(T, 0.5, 1.5)

    def f(p: Any, x: Any) -> Any:
        a, b, c, d = p.vector(4, 0.3, 1)
        u, v, loss = 1.0, 0.5, 0
        for t in range(T):
            du, dv = a * u - b * u * v, c * u * v - d * v
            u, v = u + 0.05 * du, v + 0.05 * dv
            if t % every == 0:
                loss += (u - seen[t]) ** 2 if form == 0 else abs(u - seen[t]) if form == 1 else (ag.log(u) - seen[t]) ** 2
        return loss + v * 0.1
    return f


@field
def epidemic(s: Style) -> Any:
    form = s.form
    T, groups = s.steps(1, 40), s.size(1, 3)
    seen = s.table(T, groups, 0, 0.2)

    def f(p: Any, x: Any) -> Any:
        beta, gamma = p.matrix(groups, groups, 0.1, 0.5), p.one(0.1, 0.3)
        S: Any = [0.99] * groups
        I: Any = [0.01] * groups
        R: Any = [0] * groups
        loss = 0.0
        for t in range(T):
            force = [sum(b * i for b, i in zip(row, I)) for row in beta]
            if form == 0:
                new = [a * w for a, w in zip(S, force)]
                S = [a - n for a, n in zip(S, new)]
                I = [i + n - gamma * i for i, n in zip(I, new)]
                R = [r + gamma * i for r, i in zip(R, I)]
            else:
                for g in range(groups):
                    n, rec = S[g] * force[g], gamma * I[g]
                    S[g] -= n
                    I[g] += n - rec
                    R[g] += rec
            loss += sum((i - v) ** 2 for i, v in zip(I, seen[t]))
        return loss + R[0] if form < 2 else loss - sum(R)
    return f


@field
def spring_chain(s: Style) -> Any:
    form = s.form
    n, T, ends = s.size(1, 10), s.steps(1, 25), s.pick("fixed", "free", "ring", "one")

    def f(p: Any, x: Any) -> Any:
        k, u = p.one(0.5, 2), p.vector(n)
        v: Any = [0.0] * n
        for _ in range(T):
            force = []
            for i in range(n):
                z = 0.0
                if i > 0:
                    z += k * (u[i - 1] - u[i])
                elif ends == "ring":
                    z += k * (u[-1] - u[i])
                elif ends in ("fixed", "one"):
                    z -= k * u[i]
                if i < n - 1:
                    z += k * (u[i + 1] - u[i])
                elif ends == "ring":
                    z -= k * (u[i] - u[0])
                elif ends == "fixed":
                    z += -k * u[i]
                force.append(z)
            if form == 0:
                v = [a + 0.1 * z for a, z in zip(v, force)]
                u = [a + 0.1 * b for a, b in zip(u, v)]
            else:
                for i in range(n):
                    v[i] += 0.1 * force[i] - (0.01 * v[i] if form == 2 else 0)
                    u[i] += 0.1 * v[i]
        return sum(a * a for a in u) + sum(b * b for b in v) / 2
    return f


@field
def heat_1d(s: Style) -> Any:
    form = s.form
    n, T, ends = s.size(1, 14), s.steps(1, 25), s.pick("fixed", "neumann", "periodic", "mixed", "robin")

    def f(p: Any, x: Any) -> Any:
        a, u = p.one(0.1, 0.4), p.vector(n)
        for _ in range(T):
            def at(i: int, u: Any = u) -> Any:
                if ends == "periodic":
                    return u[i % n]
                if i < 0:
                    return u[0] if ends in ("neumann", "mixed") else 0.5 * u[0] if ends == "robin" else 0.0
                if i >= n:
                    return u[n - 1] if ends == "neumann" else 1.0
                return u[i]
            if form == 0:
                u = [u[i] + a * (at(i + 1) - 2 * u[i] + at(i - 1)) for i in range(n)]
            elif form == 1:
                new = [0.0] * n
                for i in reversed(range(n)):
                    new[i] = (1 - 2 * a) * u[i] + a * at(i - 1) + a * at(i + 1)
                u = new
            else:
                u = [u[i] - a * (u[i] - at(i - 1)) - a * (u[i] - at(i + 1)) for i in range(n)]
        return sum(v * v for v in u)
    return f


@field
def heat_in_place(s: Style) -> Any:
    form = s.form
    n, T = s.size(2, 14), s.steps(1, 20)

    def f(p: Any, x: Any) -> Any:
        a, u = p.one(0.1, 0.4), p.vector(n)
        for t in range(T):
            for i in range(1, n - 1) if form < 2 or t % 2 else range(n - 2, 0, -1):
                u[i] = u[i] + a * (u[i - 1] - 2 * u[i] + u[i + 1])
            if form == 1:
                u[0], u[-1] = u[1], u[-2]
        return sum(u) ** 2
    return f


@field
def gauss_seidel(s: Style) -> Any:
    form = s.form
    n, T, colours = s.size(2, 8), s.steps(1, 12), s.flip()

    def f(p: Any, x: Any) -> Any:
        b, w = p.vector(n), p.one(0.8, 1.2)
        u: Any = [0.0] * n
        for _ in range(T):
            order = [*range(0, n, 2), *range(1, n, 2)] if colours else range(n)
            for i in order:
                l, r = u[i - 1] if i else 0.0, u[i + 1] if i + 1 < n else 0
                z = (b[i] + l + r) / 2.1
                u[i] = z if form == 0 else (1 - w) * u[i] + w * z if form == 1 else u[i] - w * (u[i] - z)
        return sum(a * c for a, c in zip(u, b))
    return f


@field
def jacobi_2d(s: Style) -> Any:
    form = s.form
    n, m, T = s.size(1, 6), s.size(1, 6), s.steps(1, 8)
    wall = s.data(4)

    def f(p: Any, x: Any) -> Any:
        src, k = p.matrix(n, m), p.one(0.1, 0.3)
        u: Any = [[0.0] * m for _ in range(n)]
        for _ in range(T):
            def at(i: int, j: int, u: Any = u) -> Any:
                if i < 0:
                    return wall[0]
                if i >= n:
                    return u[n - 1][j] if form == 1 else wall[1]
                if j < 0:
                    return u[i][0] if form else wall[2]
                if j >= m:
                    return u[i][0] if form == 2 else wall[3]
                return u[i][j]
            u = [[(at(i - 1, j) + at(i + 1, j) + at(i, j - 1) + at(i, j + 1) + k * src[i][j]) / 4 for j in range(m)]
                 for i in range(n)]
        return sum(v * v for r in u for v in r)
    return f


@field
def advection(s: Style) -> Any:
    form = s.form
    n, T, wrap = s.size(1, 20), s.steps(1, 20), s.flip()

    def f(p: Any, x: Any) -> Any:
        c, u = p.one(0.1, 0.9), p.vector(n)
        for _ in range(T):
            if form == 0:
                u = [u[i] - c * (u[i] - (u[i - 1] if wrap or i else 0.0)) for i in range(n)]
            elif form == 1:
                left = [u[-1] if wrap else 1.0, *u[:-1]]
                u = [(1 - c) * v + c * w for v, w in zip(u, left)]
            else:
                u = [0.5 * (u[(i + 1) % n] + u[i - 1]) - c / 2 * (u[(i + 1) % n] - u[i - 1]) for i in range(n)]
        return sum(v * v for v in u) / n
    return f


@field
def burgers(s: Style) -> Any:
    form = s.form
    n, T = s.size(3, 12), s.steps(1, 12)

    def f(p: Any, x: Any) -> Any:
        nu, u = p.one(0.05, 0.2), p.vector(n)
        for _ in range(T):
            new = list(u)
            for i in range(n) if form else range(1, n - 1):
                l, r = u[i - 1], u[(i + 1) % n]
                if form < 2:
                    new[i] = u[i] - 0.1 * u[i] * (r - l) / 2 + nu * (r - 2 * u[i] + l)
                else:
                    new[i] = u[i] - 0.05 * (r * r - l * l) / 2 + nu * (l + r - 2 * u[i])
            u = new
        return sum(v ** 2 for v in u) + u[0]
    return f


@field
def wave_string(s: Style) -> Any:
    form = s.form
    n, T = s.size(1, 12), s.steps(1, 20)

    def f(p: Any, x: Any) -> Any:
        c, now = p.one(0.1, 0.6), p.vector(n)
        before = list(now)
        e = 0
        for _ in range(T):
            pad = [0.0, *now, 0.0] if form < 2 else [now[-1], *now, now[0]]
            if form == 0:
                new = [2 * now[i] - before[i] + c * (pad[i] - 2 * now[i] + pad[i + 2]) for i in range(n)]
            else:
                new = [c * (pad[i] + pad[i + 2]) + 2 * (1 - c) * now[i] - before[i] for i in range(n)]
            before, now = now, new
            e += now[n // 2] ** 2
        return e
    return f


@field
def wave_2d(s: Style) -> Any:
    form = s.form
    n, T = s.size(2, 5), s.steps(1, 6)

    def f(p: Any, x: Any) -> Any:
        u, c = p.matrix(n, n), p.one(0.1, 0.4)
        v: Any = [[0] * n for _ in range(n)]
        for _ in range(T):
            for i in range(n):
                for j in range(n):
                    lap = -4 * u[i][j]
                    for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                        if form:
                            lap += u[(i + a) % n][(j + b) % n]
                        elif 0 <= i + a < n and 0 <= j + b < n:
                            lap += u[i + a][j + b]
                    v[i][j] = v[i][j] + c * lap if form < 2 else v[i][j] * 0.9 - -c * lap
            u = [[a + 0.1 * b for a, b in zip(r, q)] for r, q in zip(u, v)]
        return sum(a * a for r in u for a in r)
    return f


@field
def reaction_diffusion(s: Style) -> Any:
    form = s.form
    n, T = s.size(1, 8), s.steps(1, 10)

    def f(p: Any, x: Any) -> Any:
        F, k = p.one(0.02, 0.06), p.one(0.03, 0.07)
        u, v = p.vector(n, 0.3, 1), p.vector(n, 0, 0.5)
        for _ in range(T):
            lu = [u[i - 1] + u[(i + 1) % n] - 2 * u[i] for i in range(n)]
            lv = [v[i - 1] + v[(i + 1) % n] - 2 * v[i] for i in range(n)]
            r = [a * b * b for a, b in zip(u, v)] if form else [a * b ** 2 for a, b in zip(u, v)]
            u = [u[i] + 0.2 * lu[i] - r[i] + F * (1 - u[i]) for i in range(n)]
            v = [v[i] + 0.1 * lv[i] + r[i] - (F + k) * v[i] for i in range(n)]
        return sum(v) if form < 2 else sum(a - b for a, b in zip(u, v))
    return f


@field
def implicit_euler(s: Style) -> Any:
    form = s.form
    T, inner = s.steps(1, 15), s.size(1, 5)

    def f(p: Any, x: Any) -> Any:
        k, y = p.one(0.2, 1), p.one()
        for _ in range(T):
            z = y
            for _ in range(inner):
                if form == 0:
                    z = y - 0.1 * k * z ** 3
                elif form == 1:
                    z = z - (z + 0.1 * k * z ** 3 - y) / (1 + 0.3 * k * z ** 2)
                else:
                    z = (y + z - 0.1 * k * z * z * z) / 2
            y = z
        return y * y
    return f


@field
def thomas(s: Style) -> Any:
    form = s.form
    n, T = s.steps(1, 20), s.size(1, 3)

    def f(p: Any, x: Any) -> Any:
        a, d = p.one(0.1, 0.5), p.vector(n)
        for _ in range(T):
            c: Any = [0.0] * n
            g: Any = [0.0] * n
            b = 1 + 2 * a
            c[0], g[0] = -a / b, d[0] / b
            for i in range(1, n):
                m = b + a * c[i - 1] if form else b - -a * c[i - 1]
                c[i] = -a / m
                g[i] = (d[i] + a * g[i - 1]) / m
            u: Any = [0.0] * n
            u[-1] = g[-1]
            for i in range(n - 2, -1, -1):
                u[i] = g[i] - c[i] * u[i + 1]
            d = u
        return sum(v * v for v in d) if form < 2 else d[0] - d[-1]
    return f


@field
def n_body(s: Style) -> Any:
    form = s.form
    n, T = s.size(2, 4), s.steps(1, 6)

    def f(p: Any, x: Any) -> Any:
        m, r, v = p.vector(n, 0.5, 1), p.matrix(n, 2), p.matrix(n, 2)
        for _ in range(T):
            acc: Any = [[0.0, 0.0] for _ in range(n)]
            for i, j in [(a, b) for a in range(n) for b in range(n if form == 0 else a)]:
                if form == 0 and i != j:
                    d = [b - a for a, b in zip(r[i], r[j])]
                    w = m[j] / (d[0] ** 2 + d[1] ** 2 + 0.5) ** 1.5
                    acc[i] = [a + w * b for a, b in zip(acc[i], d)]
                elif form:
                    d = [r[j][k] - r[i][k] for k in range(2)]
                    q = ag.sqrt(sum(c * c for c in d) + 0.5)
                    for k in range(2):
                        acc[i][k] += m[j] * d[k] / q ** 3
                        acc[j][k] -= m[i] * d[k] / (q * q * q)
            for i in range(n):
                for k in range(2):
                    v[i][k] += 0.05 * acc[i][k]
                    r[i][k] += 0.05 * v[i][k]
        return sum(a * a for row in r for a in row)
    return f


@field
def energy_of_particles(s: Style) -> Any:
    form = s.form
    n, d, kind = s.size(1, 7), s.size(1, 3), s.pick("coulomb", "lennard", "morse")

    def f(p: Any, x: Any) -> Any:
        r = p.matrix(n, d)
        E = 0
        for i in range(n):
            for j in range(i) if form else range(n):
                if i == j:
                    continue
                r2 = 0.3
                for k in range(d):
                    r2 += (r[i][k] - r[j][k]) ** 2
                if kind == "coulomb":
                    E -= 1 / ag.sqrt(r2)
                elif kind == "lennard":
                    E += (1 / r2) ** 6 - (1 / r2) ** 3 if form < 2 else r2 ** -6 - r2 ** -3
                else:
                    E += (1 - ag.exp(-(ag.sqrt(r2) - 1))) ** 2
        return E + sum(a * a for row in r for a in row)
    return f


@field
def ising_mean_field(s: Style) -> Any:
    form = s.form
    n, T = s.size(1, 10), s.steps(1, 15)
    field_ = s.data(n)

    def f(p: Any, x: Any) -> Any:
        J, beta = p.one(), p.one(0.3, 1)
        m: Any = [0.1] * n if form else [0] * n
        for _ in range(T):
            m = [ag.tanh(beta * (J * (m[i - 1] + m[(i + 1) % n]) + field_[i])) for i in range(n)]
        return -J * sum(m[i] * m[(i + 1) % n] for i in range(n)) - sum(a * b for a, b in zip(field_, m))
    return f


@field
def transfer_matrix(s: Style) -> Any:
    form = s.form
    T = s.steps(1, 30)

    def f(p: Any, x: Any) -> Any:
        J, h = p.one(), p.one()
        M = [[ag.exp(J + h), ag.exp(-J)], [ag.exp(-J), ag.exp(J - h)]]
        P: Any = [[1.0, 0.0], [0.0, 1.0]]
        ln = 0
        for _ in range(T):
            P = [[sum(P[i][k] * M[k][j] for k in range(2)) for j in range(2)] for i in range(2)]
            if form:
                z = P[0][0] + P[1][1]
                P = [[v / z for v in row] for row in P]
                ln += ag.log(z)
        return ln if form else ag.log(P[0][0] + P[1][1])
    return f


@field
def lens_system(s: Style) -> Any:
    form = s.form
    T, rays = s.steps(1, 8), s.size(1, 6)
    heights = s.data(rays)

    def f(p: Any, x: Any) -> Any:
        lenses, gaps = p.vector(T, 0.5, 3), p.vector(T, 0.1, 1)
        spot = 0.0
        for y0 in heights:
            y, u = y0, 0.0
            for q, d in zip(lenses, gaps):
                if form == 0:
                    u = u - y / q
                    y = y + d * u
                else:
                    a, b, c, e = 1 - d / q, d, -1 / q, 1
                    y, u = a * y + b * u, c * y + e * u
            spot += y * y if form < 2 else (y - 0.1) ** 2 / rays
        return spot
    return f


@field
def snell(s: Style) -> Any:
    form = s.form
    n = s.size(1, 8)
    ns = s.data(n + 1, 1.2, 1.9)

    def f(p: Any, x: Any) -> Any:
        a, d = p.one(-0.5, 0.5), p.vector(n, 0.1, 1)
        shift = 0
        for k in range(n):
            shift += d[k] * ag.tan(a)
            a = ag.asin(ns[k] / ns[k + 1] * ag.sin(a) * 0.8)
        return shift if form == 0 else shift ** 2 if form == 1 else -shift + a
    return f


@field
def thin_film(s: Style) -> Any:
    form = s.form
    n, waves = s.size(1, 3), s.size(1, 4)
    ls = s.data(waves, 0.5, 1)

    def f(p: Any, x: Any) -> Any:
        ns, ds = p.vector(n, 1.2, 2), p.vector(n, 0.1, 0.5)
        t = 0
        for lam in ls:
            ar, ai, br, bi, cr, ci, dr, di = 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0
            for q, d in zip(ns, ds):
                w = 6.283185 * q * d / lam
                c, si = ag.cos(w), ag.sin(w)
                # times [[c, i s/n], [i n s, c]]
                ar, ai, br, bi = ar * c - bi * q * si, ai * c + br * q * si, br * c - ai * si / q, bi * c + ar * si / q
                cr, ci, dr, di = cr * c - di * q * si, ci * c + dr * q * si, dr * c - ci * si / q, di * c + cr * si / q
            t += (ar + br) ** 2 + (ai + bi) ** 2 - (cr + dr) ** 2 if form else (ar * ar + di * di) / (1 + bi ** 2)
        return t
    return f


@field
def interference(s: Style) -> Any:
    form = s.form
    n, m, total = s.size(1, 8), s.size(1, 8), s.total()
    angles = s.data(m)

    def f(p: Any, x: Any) -> Any:
        amp, phase = p.vector(n), p.vector(n)
        t = 0.0
        for i, a in enumerate(angles):
            re = total([w * ag.cos(q + 3 * k * a) for k, (w, q) in enumerate(zip(amp, phase))])
            im = total([w * ag.sin(q + 3 * k * a) for k, (w, q) in enumerate(zip(amp, phase))])
            t += (re * re + im * im) * (1 if form else (-1) ** i)
        return t / m
    return f


@field
def robot_arm(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 12)
    goal, lengths = s.data(2), s.data(n, 0.2, 1)

    def f(p: Any, x: Any) -> Any:
        q = p.vector(n)
        if form == 0:
            px = py = a = 0.0
            for l, v in zip(lengths, q):
                a += v
                px += l * ag.cos(a)
                py += l * ag.sin(a)
        elif form == 1:
            px = sum(lengths[i] * ag.cos(sum(q[:i + 1])) for i in range(n))
            py = sum(lengths[i] * ag.sin(sum(q[:i + 1])) for i in range(n))
        else:
            px, py = 0.0, 0.0
            for l, v in zip(reversed(lengths), reversed(q)):
                px, py = ag.cos(v) * (l + px) - ag.sin(v) * py, ag.sin(v) * (px + l) + ag.cos(v) * py
        return (px - goal[0]) ** 2 + (py - goal[1]) ** 2
    return f


@field
def arm_in_space(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 7)

    def f(p: Any, x: Any) -> Any:
        q, l = p.vector(n), p.vector(n, 0.3, 1)
        M: Any = [[1.0 if i == j else 0.0 for j in range(4)] for i in range(4)]
        for k in range(n):
            c, si = ag.cos(q[k]), ag.sin(q[k])
            R: Any = ([[c, -si, 0, l[k]], [si, c, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]] if k % 2 or form == 2 else
                      [[1, 0, 0, 0], [0, c, -si, l[k]], [0, si, c, 0], [0, 0, 0, 1]])
            M = [[sum(M[i][m] * R[m][j] for m in range(4) if form or not (isinstance(R[m][j], int) and R[m][j] == 0))
                  for j in range(4)] for i in range(4)]
        return (M[0][3] - 0.5) ** 2 + (M[1][3]) ** 2 + (0.2 - M[2][3]) ** 2
    return f


@field
def quaternion_chain(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 15)
    v0 = s.data(3)

    def f(p: Any, x: Any) -> Any:
        Q = p.matrix(n, 4)
        a: Any = [1.0, 0.0, 0.0, 0.0]
        for b in Q if form < 2 else Q[::-1]:
            if form == 1:
                r = ag.sqrt(sum(v * v for v in b) + 0.01)
                b = [v / r for v in b]
            a = [a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3], a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
                 a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1], a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0]]
        w, i, j, k = a
        return (v0[0] * (w * w + i * i - j * j - k * k) + 2 * v0[1] * (i * j - w * k) + 2 * v0[2] * (i * k + w * j))
    return f


@field
def hanging_chain(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 20)

    def f(p: Any, x: Any) -> Any:
        xs, ys = p.vector(n), p.vector(n)
        k = 3.0
        px, py, E = 0.0, 0.0, 0
        for a, b in zip(xs, ys):
            l = ag.sqrt((a - px) ** 2 + (b - py) ** 2 + 1e-3)
            E += k / 2 * (l - 0.5) ** 2 + b if form else b - -k * (0.5 - l) ** 2 / 2
            px, py = a, b
        return E + (k * ((px - 1) ** 2 + py ** 2) if form < 2 else 0)
    return f


@field
def truss(s: Style) -> Any:
    form = s.form
    n = s.size(2, 8)
    bars = [(i, j) for i in range(n) for j in range(i + 1, n) if s.numbers.random() < 0.5]
    rest = s.data(len(bars), 0.5, 1.5)

    def f(p: Any, x: Any) -> Any:
        P, load = p.matrix(n, 2), p.one()
        E = 0
        for (i, j), l in zip(bars, rest):
            d = ((P[i][0] - P[j][0]) ** 2 + (P[i][1] - P[j][1]) ** 2 + 1e-2) ** 0.5
            E += (d - l) ** 2 / l if form else 0.5 * (d / l - 1) * (d - l)
        for i in range(n):
            E -= load * P[i][1] if form < 2 else P[i][1] * load * (i % 2)
        return E
    return f


@field
def rocket(s: Style) -> Any:
    form = s.form
    T = s.steps(1, 40)

    def f(p: Any, x: Any) -> Any:
        thrust, drag = p.vector(T, 0.2, 1), p.one(0.05, 0.2)
        h, v, m = 0.0, 0, 1.0
        for u in thrust:
            a = u / m - 0.5 - drag * v * abs(v) / m if form else (u - drag * v ** 2) / m - 0.5
            h, v, m = h + 0.1 * v, v + 0.1 * a, m - 0.01 * u
        return (h - 1) ** 2 + 0.1 * sum(u * u for u in thrust) if form < 2 else -h
    return f


@field
def linear_quadratic_control(s: Style) -> Any:
    form = s.form
    T, d = s.steps(1, 20), s.size(1, 3)
    x0 = s.data(d)

    def f(p: Any, x: Any) -> Any:
        A, B, K = p.matrix(d, d, -0.5, 0.5), p.vector(d), p.vector(d)
        z, J = list(x0), 0
        for _ in range(T):
            u = -sum(k * v for k, v in zip(K, z))
            J += sum(v * v for v in z) + 0.1 * u * u
            z = [sum(A[i][j] * z[j] for j in range(d)) + B[i] * u for i in range(d)] if form else [
                sum((A[i][j] - B[i] * K[j]) * z[j] for j in range(d)) for i in range(d)]
        return J + sum(v * v for v in z) if form < 2 else J / T
    return f


@field
def pid_controller(s: Style) -> Any:
    form = s.form
    T = s.steps(1, 40)
    goal = s.data(T)

    def f(p: Any, x: Any) -> Any:
        kp, ki, kd = p.one(0.2, 1), p.one(0, 0.5), p.one(0, 0.3)
        y, total, last, cost = 0.0, 0.0, 0.0, 0
        for t in range(T):
            e = goal[t] - y
            total += e * 0.1
            u = kp * e + ki * total + kd * (e - last) / 0.1
            if form == 1:
                u = ag.minimum(ag.maximum(u, -1.0), 1.0)
            elif form == 2:
                u = 2 * ag.tanh(u / 2)
            y = y + 0.1 * (u - 0.5 * y)
            last = e
            cost += e ** 2 + 0.01 * u ** 2
        return cost
    return f


@field
def circuit_rlc(s: Style) -> Any:
    form = s.form
    T = s.steps(1, 50)
    src = s.data(T)

    def f(p: Any, x: Any) -> Any:
        R, L, C = p.one(0.5, 2), p.one(0.5, 2), p.one(0.5, 2)
        q, i, e = 0.0, 0.0, 0.0
        for v in src:
            if form:
                i = i + 0.1 * (v - R * i - q / C) / L
                q = q + 0.1 * i
            else:
                q, i = q + 0.1 * i, (1 - 0.1 * R / L) * i + 0.1 / L * (v - q / C)
            e += R * i * i
        return e if form < 2 else q
    return f


@field
def diode_ladder(s: Style) -> Any:
    form = s.form
    n = s.steps(1, 12)

    def f(p: Any, x: Any) -> Any:
        v, r = p.one(), p.vector(n, 0.5, 1.5)
        for k in r:
            v = v - 0.1 * (ag.exp(v) - 1) / k if form else v * k / (k + 1) - 0.01 * ag.expm1(v)
        return v * v if form < 2 else v
    return f


@field
def chemical_kinetics(s: Style) -> Any:
    form = s.form
    n, T = s.size(2, 5), s.steps(1, 20)
    reactions = [(s.numbers.randrange(n), s.numbers.randrange(n), s.numbers.randrange(n)) for _ in range(s.size(1, 5))]

    def f(p: Any, x: Any) -> Any:
        k, c = p.vector(len(reactions), 0.1, 1), p.vector(n, 0.2, 1)
        for _ in range(T):
            d: Any = [0.0] * n
            for w, (a, b, out) in zip(k, reactions):
                r = w * c[a] * c[b]
                d[a] -= r
                d[b] = d[b] - r
                d[out] += 2 * r
            c = [u + 0.02 * v for u, v in zip(c, d)] if form else [u - -v * 0.02 for u, v in zip(c, d)]
        return sum(v ** 2 for v in c) if form < 2 else c[-1]
    return f


@field
def neuron_spikes(s: Style) -> Any:
    form = s.form
    T, n = s.steps(1, 25), s.size(1, 4)
    current = s.table(T, n)

    def f(p: Any, x: Any) -> Any:
        W, tau = p.matrix(n, n), p.one(0.5, 0.95)
        v: Any = [0.0] * n
        out: Any = [0.0] * n
        rate = 0
        for t in range(T):
            v = [tau * v[i] + current[t][i] + sum(W[i][j] * out[j] for j in range(n)) - out[i] for i in range(n)]
            out = [ag.sigmoid(4 * (u - 0.5)) for u in v] if form else [ag.relu(u) for u in v]
            rate += sum(out)
        return (rate / T - 0.3) ** 2 if form < 2 else rate
    return f


@field
def fitz_hugh(s: Style) -> Any:
    form = s.form
    n, T = s.size(1, 6), s.steps(1, 12)

    def f(p: Any, x: Any) -> Any:
        a, b, D = p.one(0.3, 0.9), p.one(0.3, 0.9), p.one(0, 0.3)
        v, w = p.vector(n), p.vector(n)
        for _ in range(T):
            for i in range(n):
                lap = (v[i - 1] - v[i] if i else 0.0) + (v[i + 1] - v[i] if i + 1 < n else 0)
                dv = v[i] - v[i] ** 3 / 3 - w[i] + D * lap
                dw = 0.08 * (v[i] + a - b * w[i])
                if form == 0:
                    v[i], w[i] = v[i] + 0.1 * dv, w[i] + 0.1 * dw
                else:
                    v[i] += 0.1 * dv
                    w[i] += 0.1 * dw if form == 1 else dw / 10
        return sum(u * u for u in v)
    return f


@field
def monte_carlo_path(s: Style) -> Any:
    form = s.form
    m, T = s.size(1, 8), s.steps(1, 12)
    Z = s.table(m, T, -2, 2)

    def f(p: Any, x: Any) -> Any:
        mu, sg = p.one(), p.one(0.1, 0.5)
        total = 0
        for row in Z:
            a = 1.0
            for z in row:
                a = a * ag.exp((mu - sg ** 2 / 2) * 0.1 + sg * 0.3 * z) if form else a + mu * a * 0.1 + sg * a * 0.3 * z
            total += ag.relu(a - 1.0) if form < 2 else ag.maximum(a, 1.0)
        return total / m
    return f


@field
def stencil_any(s: Style) -> Any:
    form = s.form
    n, T, reach = s.size(1, 14), s.steps(1, 12), s.size(1, 3)
    offsets = sorted(s.choices.sample(range(-reach, reach + 1), s.choices.randint(1, 2 * reach + 1)))
    rule = s.pick("wrap", "clip", "zero", "reflect", "skip")
    weights = s.data(len(offsets))

    def f(p: Any, x: Any) -> Any:
        u, c = p.vector(n), p.vector(len(offsets))
        for _ in range(T):
            new = []
            for i in range(n):
                z = u[i] if form else 0.0
                for k, o in enumerate(offsets):
                    j = i + o
                    if not 0 <= j < n:
                        if rule == "wrap":
                            j %= n
                        elif rule == "clip":
                            j = min(max(j, 0), n - 1)
                        elif rule == "reflect":
                            j = min(abs(j), n - 1) if j < 0 else max(2 * (n - 1) - j, 0)
                        else:
                            if rule == "skip":
                                break
                            continue
                    z = z + (c[k] * u[j] if form < 2 else weights[k] * ag.sin(u[j]) * c[k]) * 0.2
                new.append(z)
            u = new
        return sum(v * v for v in u)
    return f


@field
def complex_by_hand(s: Style) -> Any:
    form = s.form
    T = s.steps(1, 15)
    c0 = cmath.rect(0.3, 1.0)

    def f(p: Any, x: Any) -> Any:
        a, b = p.one(-0.3, 0.3), p.one(-0.3, 0.3)
        re, im = 0.0, 0.0
        for _ in range(T):
            if form == 0:
                re, im = re * re - im * im + a, 2 * re * im + b
            elif form == 1:
                old = re
                re = re ** 2 - im ** 2 + a * c0.real
                im = old * im + im * old + b
            else:
                re, im = (re + im) * (re - im) - -a, (re + re) * im + c0.imag * b
        return re * re + im * im
    return f
