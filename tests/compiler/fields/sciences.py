"""Reactions, epidemics, populations, orbits, quanta: states that step on, observed now and then."""
from __future__ import annotations

import math
from typing import Any

import autograd as ag
from tests.compiler.fields.style import Style, field


@field
def consecutive_reactions(s: Style) -> Any:
    T, add, sub = s.steps(), s.add_scaled(), s.minus()
    seen, data, off = s.observed(T), s.data(T), s.square()
    start, first, begin = s.start(), s.start(), s.start()

    def f(p: Any, x: Any) -> Any:
        k1, k2 = p.one(0.1, 1), p.one(0.1, 1)
        a, b, c, loss = p.one(0.5, 1.5), start, first, begin
        for t in range(T):
            r1, r2 = k1 * a, k2 * b
            a, b, c = add(a, -r1, 0.1), add(b, sub(r1, r2), 0.1), add(c, r2, 0.1)
            if seen[t]:
                loss += off(b - data[t])
        return loss + a * b + c
    return f


@field
def michaelis_menten(s: Style) -> Any:
    T, add, form = s.steps(), s.add_scaled(), s.form
    seen, data = s.observed(T), s.data(T, 0, 1)

    def f(p: Any, x: Any) -> Any:
        vmax, km, S = p.one(0.5, 1), p.one(0.3, 1), p.one(1, 2)
        product, loss = 0, 0.0
        for t in range(T):
            v = vmax * S / (km + S) if form == 0 else vmax / (1 + km / S) if form == 1 else vmax * (1 - km / (km + S))
            S, product = add(S, -v, 0.05), product + 0.05 * v
            if seen[t]:
                loss = loss + abs(product - data[t])
        return loss + S
    return f


@field
def enzyme_with_inhibitor(s: Style) -> Any:
    T, n, add = s.steps(1, 30), s.size(1, 5), s.add_scaled()

    def f(p: Any, x: Any) -> Any:
        k, C, I = p.vector(n, 0.1, 0.5), p.vector(n + 1, 0.1, 1), x.one(0.1, 1)
        for _ in range(T):
            rates = [k[i] * C[i] / (1 + I + C[i]) for i in range(n)]
            new = list(C)
            for i in range(n):
                new[i] = add(new[i], -rates[i], 0.2)
                new[i + 1] = add(new[i + 1], rates[i], 0.2)
            C = new
        return C[-1] - 0.5 * C[0]
    return f


@field
def oregonator(s: Style) -> Any:
    T, h, form = s.steps(1, 40), 0.01, s.form

    def f(p: Any, x: Any) -> Any:
        u, v, w, q, e = p.one(0.2, 0.6), p.one(0.2, 0.6), p.one(0.2, 0.6), p.one(0.1, 0.3), p.one(0.5, 1)
        total = 0
        for _ in range(T):
            du, dv, dw = (q * v - u * v + u * (1 - u)) / e, -q * v - u * v + w, u - w
            if form == 0:
                u, v, w = u + h * du, v + h * dv, w + h * dw
            elif form == 1:
                u += h * du
                v += h * dv
                w += h * dw
            else:
                w = w - h * (-dw)
                v = v - h * (-dv)
                u = u - h * (-du)
            total += u - v
        return total * total + w
    return f


@field
def seir_with_events(s: Style) -> Any:
    T, add = s.steps(), s.add_scaled()
    lockdown, seen, cases = s.observed(T), s.observed(T), s.data(T, 0, 0.3)

    def f(p: Any, x: Any) -> Any:
        beta, low, sigma, gamma = p.one(0.3, 0.8), p.one(0.1, 0.5), p.one(0.1, 0.4), p.one(0.1, 0.3)
        S, E, I, R, loss = 0.95, 0.0, 0.05, 0, 0
        for t in range(T):
            b = low * beta if lockdown[t] else beta
            new, sick, well = b * S * I, sigma * E, gamma * I
            S, E, I, R = add(S, -new, 0.5), add(E, new - sick, 0.5), add(I, sick - well, 0.5), add(R, well, 0.5)
            if seen[t]:
                loss -= cases[t] * ag.log(sick + 0.01) - sick
        return loss + R
    return f


@field
def epidemic_by_age(s: Style) -> Any:
    T, n, dot, total = s.steps(1, 30), s.size(2, 5), s.dot(), s.total()
    born = s.data(n, 0, 0.2)

    def f(p: Any, x: Any) -> Any:
        M, g, I = p.matrix(n, n, 0, 0.5), p.one(0.1, 0.5), p.vector(n, 0, 0.2)
        S, R = [1 - v for v in I], [0.0] * n
        for _ in range(T):
            force = [dot(row, I) for row in M]
            new = [u * lam * 0.3 for u, lam in zip(S, force)]
            R = [r + 0.3 * g * v for r, v in zip(R, I)]
            S = [u - v + b * 0.1 for u, v, b in zip(S, new, born)]
            I = [v + u - 0.3 * g * v for u, v in zip(new, I)]
        return total(R) + 0.5 * total(I)
    return f


@field
def vaccination_pulses(s: Style) -> Any:
    T, every = s.steps(), s.pick(2, 3, 5)

    def f(p: Any, x: Any) -> Any:
        beta, gamma, dose, S, I = p.one(0.2, 0.8), p.one(0.1, 0.3), p.one(0.05, 0.3), p.one(0.7, 0.9), p.one(0.05, 0.1)
        peak = 0
        for t in range(T):
            if t % every == 0:
                S = S * (1 - dose)
            S, I = S - beta * S * I, I + beta * S * I - gamma * I
            peak = peak + I ** 2
        return peak - S
    return f


@field
def lotka_volterra_rk4(s: Style) -> Any:
    T, h = s.steps(1, 20), 0.1
    seen, data, form = s.observed(T), s.table(T, 2, 0.3, 1), s.form

    def f(p: Any, x: Any) -> Any:
        a, b, c, d = p.vector(4, 0.3, 0.9)
        y, loss = [p.one(0.5, 1), p.one(0.5, 1)], 0

        def rate(u: Any) -> Any:
            return [a * u[0] - b * u[0] * u[1], -c * u[1] + d * u[0] * u[1]]

        def moved(u: Any, k: Any, by: float) -> Any:
            return [ui + by * ki for ui, ki in zip(u, k)] if form else [ui + ki * by for ui, ki in zip(u, k)]
        for t in range(T):
            k1 = rate(y)
            k2 = rate(moved(y, k1, h / 2))
            k3 = rate(moved(y, k2, h / 2))
            k4 = rate(moved(y, k3, h))
            y = [y[i] + h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]) for i in range(2)]
            if seen[t]:
                loss += sum((u - v) ** 2 for u, v in zip(y, data[t]))
        return loss + y[0]
    return f


@field
def competing_species(s: Style) -> Any:
    T, n, dot, add = s.steps(1, 30), s.size(1, 6), s.dot(), s.add_scaled()
    total = s.total()

    def f(p: Any, x: Any) -> Any:
        r, A, N = p.vector(n, 0.1, 0.9), p.matrix(n, n, 0, 0.5), p.vector(n, 0.2, 1)
        for _ in range(T):
            N = [add(N[i], r[i] * N[i] * (1 - dot(A[i], N)), 0.2) for i in range(n)]
        return total(N)
    return f


@field
def leslie_matrix(s: Style) -> Any:
    T, n, total = s.steps(1, 40), s.size(2, 6), s.total()

    def f(p: Any, x: Any) -> Any:
        birth, live, N = p.vector(n, 0.1, 0.6), p.vector(n - 1, 0.3, 0.9), p.vector(n, 0.2, 1)
        out = 0
        for _ in range(T):
            young = total([b * v for b, v in zip(birth, N)])
            N = [young] + [q * v for q, v in zip(live, N[:-1])]
            out = out + N[-1]
        return out + total(N)
    return f


@field
def logistic_map(s: Style) -> Any:
    T, form = s.steps(1, 40), s.form
    seen, data = s.observed(T), s.data(T, 0, 1)

    def f(p: Any, x: Any) -> Any:
        r, v, loss = p.one(1.5, 2.8), p.one(0.2, 0.8), 0.0
        for t in range(T):
            v = r * v * (1 - v) if form == 0 else r * (v - v * v) if form == 1 else r * v - r * v ** 2
            if seen[t]:
                loss += (v - data[t]) ** 2
        return loss + v
    return f


@field
def ricker_with_harvest(s: Style) -> Any:
    T, taken = s.steps(), s.data(50, 0, 0.2)

    def f(p: Any, x: Any) -> Any:
        r, K, N = p.one(0.3, 0.9), p.one(0.8, 1.5), p.one(0.3, 1)
        gain = 0
        for t in range(T):
            N = N * ag.exp(r * (1 - N / K))
            if taken[t % 50] > 0.1:
                gain += taken[t % 50] * N
                N -= taken[t % 50] * N
        return -gain - ag.log(N)
    return f


@field
def island_migration(s: Style) -> Any:
    T, n, add = s.steps(1, 25), s.size(3, 8), s.add_scaled()
    ring = s.flip()
    total = s.total()

    def f(p: Any, x: Any) -> Any:
        m, r, N = p.one(0.05, 0.2), p.vector(n, 0.1, 0.5), p.vector(n, 0.2, 1)
        for _ in range(T):
            new = []
            for i in range(n):
                near = [N[j % n] if ring else N[j] for j in (i - 1, i + 1) if ring or 0 <= j < n]
                grown = add(N[i], r[i] * N[i] * (1 - N[i]), 0.3)
                for v in near:
                    grown = grown + m * (v - N[i])
                new.append(grown)
            N = new
        return total([v * v for v in N])
    return f


@field
def kepler_equation(s: Style) -> Any:
    T, n, form = s.steps(1, 20), s.size(1, 12), s.form

    def f(p: Any, x: Any) -> Any:
        e, M = p.one(0.1, 0.5), p.vector(n, 0.2, 2.5)
        out = 0
        for m in M:
            E = m
            for _ in range(T):
                if form == 0:
                    E = E - (E - e * ag.sin(E) - m) / (1 - e * ag.cos(E))
                elif form == 1:
                    E = m + e * ag.sin(E)
                else:
                    E -= (E - e * ag.sin(E) - m) / (1 - e * ag.cos(E))
            out += ag.cos(E) - e
        return out
    return f


@field
def two_body_orbit(s: Style) -> Any:
    T, h, form = s.steps(1, 40), 0.05, s.form

    def f(p: Any, x: Any) -> Any:
        gm, px, py, vx, vy = p.one(0.8, 1.2), p.one(0.9, 1.1), 0.0, 0, p.one(0.8, 1.1)
        for _ in range(T):
            if form == 0:
                r3 = (px ** 2 + py ** 2) ** 1.5
                vx, vy = vx - h * gm * px / r3, vy - h * gm * py / r3
            elif form == 1:
                r = ag.sqrt(px * px + py * py)
                vx -= gm * px / r ** 3 * h
                vy -= gm * py / r ** 3 * h
            else:
                a = -gm / (px * px + py * py) ** 1.5
                vx, vy = vx + h * a * px, vy + h * a * py
            px, py = px + h * vx, py + h * vy
        return 0.5 * (vx * vx + vy * vy) - gm / ag.sqrt(px * px + py * py)
    return f


@field
def planets_and_sun(s: Style) -> Any:
    T, n, h, sub = s.steps(1, 8), s.size(2, 4), 0.02, s.minus()

    def f(p: Any, x: Any) -> Any:
        m = p.vector(n, 0.1, 0.3)
        r = [[i + u, 0.5 * i + v] for i, (u, v) in enumerate(p.matrix(n, 2, 0, 0.3))]
        w = p.matrix(n, 2, -0.2, 0.2)
        for _ in range(T):
            for i in range(n):
                a = [0.0, 0.0]
                for j in range(n):
                    if i != j:
                        dx, dy = sub(r[j][0], r[i][0]), sub(r[j][1], r[i][1])
                        k = m[j] / (dx * dx + dy * dy + 0.1) ** 1.5
                        a[0] += k * dx
                        a[1] += k * dy
                w[i] = [w[i][0] + h * a[0], w[i][1] + h * a[1]]
            for i in range(n):
                r[i][0] += h * w[i][0]
                r[i][1] += h * w[i][1]
        return sum(u * v for row in r for u, v in zip(row, row))
    return f


@field
def hill_sphere(s: Style) -> Any:
    """Hill's equations, a satellite close to another one, with burns at some steps."""
    T, h, burns = s.steps(), 0.05, s.observed(50)

    def f(p: Any, x: Any) -> Any:
        n, thrust = p.one(0.5, 1), p.one(-0.2, 0.2)
        q, v = p.vector(2), p.vector(2)
        fuel = 0
        for t in range(T):
            ax, ay = 3 * n ** 2 * q[0] + 2 * n * v[1], -2 * n * v[0]
            if burns[t % 50]:
                ax = ax - thrust * q[0]
                fuel += (thrust * q[0]) ** 2
            v = [v[0] + h * ax, v[1] + h * ay]
            q = [q[0] + h * v[0], q[1] + h * v[1]]
        return q[0] * q[0] + q[1] * q[1] + fuel
    return f


@field
def two_level_atom(s: Style) -> Any:
    """A two-level system in complex pairs, in a field that is data."""
    T, h, drive = s.steps(1, 30), 0.05, s.data(50)

    def f(p: Any, x: Any) -> Any:
        w, g = p.one(0.5, 1.5), p.one(0.3, 1)
        ar, ai, br, bi = 1.0, 0.0, 0, 0
        for t in range(T):
            V = g * drive[t % 50]
            dar, dai = w / 2 * ai + V * bi, -w / 2 * ar - V * br
            dbr, dbi = V * ai - w / 2 * bi, w / 2 * br - V * ar
            ar, ai, br, bi = ar + h * dar, ai + h * dai, br + h * dbr, bi + h * dbi
            n = ag.sqrt(ar * ar + ai * ai + br * br + bi * bi)
            ar, ai, br, bi = ar / n, ai / n, br / n, bi / n
        return br ** 2 + bi ** 2 - 0.1 * ar
    return f


@field
def rabi_by_rotations(s: Style) -> Any:
    T, angles, every = s.steps(), s.data(50), s.pick(1, 2)

    def f(p: Any, x: Any) -> Any:
        theta = p.one(0.1, 0.5)
        c, w = ag.cos(theta), ag.sin(theta)
        a, b = (1.0, 0.0), (0.0, 0.0)
        for t in range(0, T, every):
            a, b = ((c * a[0] + w * b[1], c * a[1] - w * b[0]), (c * b[0] + w * a[1], c * b[1] - w * a[0]))
            k = angles[t % 50]
            u, v = math.cos(k), math.sin(k)
            b = (u * b[0] - v * b[1], u * b[1] + v * b[0])
        return b[0] ** 2 + b[1] ** 2
    return f


@field
def quantum_walk(s: Style) -> Any:
    T, n = s.steps(1, 10), 9

    def f(p: Any, x: Any) -> Any:
        c, d = ag.cos(p.one(0.3, 1.2)), ag.sin(p.one(0.3, 1.2))
        up, down = [0.0] * n, [0.0] * n
        up[n // 2] = p.one(0.5, 1)
        for _ in range(T):
            u, v = [c * a + d * b for a, b in zip(up, down)], [d * a - c * b for a, b in zip(up, down)]
            up, down = u[1:] + u[:1], v[-1:] + v[:-1]
        return sum(i * (a * a + b * b) for i, (a, b) in enumerate(zip(up, down)))
    return f


@field
def bloch_equations(s: Style) -> Any:
    T, add, pulse, seen = s.steps(), s.add_scaled(), s.data(50), s.observed(50)

    def f(p: Any, x: Any) -> Any:
        t1, t2, w = p.one(0.5, 2), p.one(0.2, 1), p.one(0.5, 1.5)
        M, echo = [0, 0.0, 1], 0
        for t in range(T):
            B = pulse[t % 50]
            d = [w * M[1] - M[0] / t2, -w * M[0] + B * M[2] - M[1] / t2, -B * M[1] + (1 - M[2]) / t1]
            M = [add(m, v, 0.05) for m, v in zip(M, d)]
            if seen[t % 50]:
                echo = echo + (M[0] ** 2 + M[1] ** 2)
        return echo - M[2]
    return f


@field
def radioactive_chain(s: Style) -> Any:
    T, n, add, total = s.steps(1, 30), s.size(2, 7), s.add_scaled(), s.total()

    def f(p: Any, x: Any) -> Any:
        lam, N = p.vector(n, 0.1, 0.9), [p.one(0.5, 2)] + [0.0] * (n - 1)
        for _ in range(T):
            for i in reversed(range(n)):
                N[i] = add(N[i], -lam[i] * N[i] + (lam[i - 1] * N[i - 1] if i else 0), 0.1)
        return total([lam[i] * N[i] for i in range(n)])
    return f


@field
def ocean_boxes(s: Style) -> Any:
    T, n, total = s.steps(1, 25), s.size(2, 5), s.total()
    links = [(i, j) for i in range(n) for j in range(n) if i != j and s.flip(0.6)]

    def f(p: Any, x: Any) -> Any:
        k, C = p.vector(len(links), 0.01, 0.1), p.vector(n, 0.2, 1)
        for _ in range(T):
            d = [0.0] * n
            for q, (i, j) in zip(k, links):
                d[i] -= q * C[i]
                d[j] += q * C[i]
            C = [u + v for u, v in zip(C, d)]
        return total([u ** 2 for u in C])
    return f


@field
def energy_balance(s: Style) -> Any:
    T, forcing = s.steps(), s.data(50)

    def f(p: Any, x: Any) -> Any:
        lam, C, Cd, g = p.one(0.5, 1.5), p.one(5, 9), p.one(50, 90), p.one(0.4, 0.8)
        Ts, Td, fit = 0.0, 0.0, 0.0
        for t in range(T):
            flow = g * (Ts - Td)
            Ts, Td = Ts + (forcing[t % 50] - lam * Ts - flow) / C, Td + flow / Cd
            fit += (Ts - 0.02 * t) ** 2
        return fit
    return f


@field
def osmotic_membrane(s: Style) -> Any:
    """Nernst and Goldman potentials, and ions that flow by them."""
    T, form = s.steps(1, 30), s.form

    def f(p: Any, x: Any) -> Any:
        g, inside, outside = p.vector(3, 0.1, 0.9), p.vector(3, 0.5, 1.5), p.vector(3, 0.5, 1.5)
        V = 0
        for _ in range(T):
            E = [ag.log(o / i) if form == 0 else ag.log(o) - ag.log(i) if form == 1 else -ag.log(i / o)
                 for i, o in zip(inside, outside)]
            I = [gk * (V - e) for gk, e in zip(g, E)]
            V = V - 0.2 * sum(I)
            inside = [c - 0.01 * i for c, i in zip(inside, I)]
        return V * V + sum(inside)
    return f


@field
def gillespie_fixed_draws(s: Style) -> Any:
    """Tau-leaping in which the noise is data."""
    T, noise = s.steps(), s.data(50)

    def f(p: Any, x: Any) -> Any:
        k, d, N, out = p.one(0.5, 1), p.one(0.05, 0.2), p.one(1, 2), 0.0
        for t in range(T):
            rate = k + d * N
            N = N + 0.1 * (k - d * N) + 0.05 * ag.sqrt(rate) * noise[t % 50]
            out = out + ag.softplus(N - 1.5)
        return out / (T + 1) + N
    return f


@field
def gene_switch(s: Style) -> Any:
    T, add, n = s.steps(1, 30), s.add_scaled(), s.pick(2, 2.0, 3, 4)

    def f(p: Any, x: Any) -> Any:
        a, b, u, v = p.one(0.5, 1.5), p.one(0.5, 1.5), p.one(0.2, 1), p.one(0.2, 1)
        for _ in range(T):
            u, v = add(u, a / (1 + v ** n) - u, 0.1), add(v, b / (1 + u ** n) - v, 0.1)
        return u - v
    return f


@field
def repressilator(s: Style) -> Any:
    T, k, add = s.steps(1, 25), s.pick(3, 5), s.add_scaled()
    total = s.total()

    def f(p: Any, x: Any) -> Any:
        a, b, m, q = p.one(0.5, 1.5), p.one(0.2, 1), p.vector(k, 0.1, 1), p.vector(k, 0.1, 1)
        for _ in range(T):
            dm = [-m[i] + a / (1 + q[i - 1] ** 2) for i in range(k)]
            dq = [-b * (q[i] - m[i]) for i in range(k)]
            m, q = [add(u, v, 0.1) for u, v in zip(m, dm)], [add(u, v, 0.1) for u, v in zip(q, dq)]
        return total([u * u for u in q])
    return f


@field
def ray_through_gradient(s: Style) -> Any:
    """A ray in a medium whose index changes with height, stopped where data say so."""
    T, stop = s.steps(), s.pick(3, 8, 100)

    def f(p: Any, x: Any) -> Any:
        y, a, k = p.one(0, 1), p.one(-0.3, 0.3), p.one(0.1, 0.4)
        path, t = 0, 0
        while t < T:
            n = 1 + k * y * y
            slope = -2 * k * y / n
            a = a + 0.1 * slope
            y = y + 0.1 * ag.tan(a)
            path += n / ag.cos(a)
            t += 1
            if t >= stop * 5:
                break
        return path * 0.1 + y
    return f


@field
def harmonic_ladder(s: Style) -> Any:
    """Hermite and Laguerre polynomials of a parameter by their recurrences."""
    T, form = s.steps(1, 25), s.form
    c = s.data(T + 2)

    def f(p: Any, x: Any) -> Any:
        v, out = p.one(-0.9, 0.9), 0.0
        a, b = 1, 2 * v if form == 0 else 1 - v
        for n in range(1, T + 1):
            out += c[n] * b
            a, b = (b, (2 * v * b - 2 * n * a) / (n + 1)) if form == 0 else (b, ((2 * n + 1 - v) * b - n * a) / (n + 1))
        return out
    return f


@field
def bessel_downward(s: Style) -> Any:
    """Miller's backward recurrence."""
    T = s.steps(2, 20)

    def f(p: Any, x: Any) -> Any:
        v = p.one(1, 3)
        high, low, total = 0.0, 1e-3, 0
        for n in range(T, 0, -1):
            high, low = low, 2 * n / v * low - high
            if n % 2 == 1 and n > 1:
                total = total + 2 * low
        return ag.log(low * low + 1) - ag.log(abs(total) + 1)
    return f


@field
def wave_seen_at_points(s: Style) -> Any:
    """Any stencil in time, one or two steps back, of which a few cells are observed: the rest of the last steps is nowhere."""
    T, n, wide, two = s.steps(8, 50), s.size(3, 24), s.pick(1, 1, 2), s.flip(0.4)
    at, seen, ring, act = s.ints(s.pick(1, 1, 2), n), s.observed(T), s.flip(0.3), s.pick(None, None, ag.tanh, ag.sin, ag.exp)
    source, data = s.data(n), s.table(T, n)
    start = s.start()

    def f(p: Any, x: Any) -> Any:
        w, now, loss = p.vector(2 * wide + 1, -0.3, 0.3), p.vector(n), start
        old = list(now)
        for t in range(T):
            new = list(now)
            for i in range(n) if ring else range(wide, n - wide):
                new[i] = sum(w[k + wide] * now[(i + k) % n] for k in range(-wide, wide + 1)) + 0.1 * source[i]
                if two:
                    new[i] = new[i] - 0.1 * old[i]
                if act is not None:
                    new[i] = act(0.2 * new[i])
            old, now = now, new
            if seen[t]:
                loss += sum((now[i] - data[t][i]) ** 2 for i in at)
        return loss + now[at[0]]
    return f
