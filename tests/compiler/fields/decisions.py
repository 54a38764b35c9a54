"""Prices, plans, games, chances, graphs, and learning inside of learning."""
from __future__ import annotations

import math
from functools import reduce
from typing import Any

import autograd as ag
from tests.compiler.fields.style import Style, field


@field
def american_lattice(s: Style) -> Any:
    n, form = s.steps(1, 15), s.form

    def f(p: Any, x: Any) -> Any:
        S, K, sigma, r = p.one(0.8, 1.2), p.one(0.8, 1.2), p.one(0.1, 0.4), p.one(0.01, 0.05)
        u = ag.exp(sigma / math.sqrt(n))
        d = 1 / u
        q, disc = (ag.exp(r / n) - d) / (u - d), ag.exp(-r / n)
        V = [ag.softplus(10 * (K - S * u ** (2 * j - n))) / 10 for j in range(n + 1)]
        for t in range(n - 1, -1, -1):
            new = []
            for j in range(t + 1):
                hold = disc * (q * V[j + 1] + (1 - q) * V[j])
                if form == 0:
                    new.append(hold)
                elif form == 1:
                    new.append(ag.maximum(hold, K - S * u ** (2 * j - t)))
                else:
                    new.append(hold + ag.relu(K - S * u ** (2 * j - t) - hold))
            V = new
        return V[0]
    return f


@field
def trinomial_rates(s: Style) -> Any:
    n = s.steps(1, 10)

    def f(p: Any, x: Any) -> Any:
        r0, step, up, mid = p.one(0.02, 0.05), p.one(0.002, 0.01), p.one(0.2, 0.4), p.one(0.2, 0.4)
        V = [1.0] * (2 * n + 1)
        for t in reversed(range(n)):
            V = [(up * V[j + 2] + mid * V[j + 1] + (1 - up - mid) * V[j]) / (1 + r0 + step * (j - t)) for j in range(2 * t + 1)]
        return V[0]
    return f


@field
def bond_duration(s: Style) -> Any:
    n, form = s.steps(1, 60), s.form

    def f(p: Any, x: Any) -> Any:
        y, c, price, weighted = p.one(0.02, 0.08), p.one(0.03, 0.06), 0, 0
        factor = 1
        for t in range(1, n + 1):
            factor = factor / (1 + y)
            flow = c + 1.0 if t == n else c
            v = flow * factor if form == 0 else flow / (1 + y) ** t if form == 1 else flow * ag.exp(-t * ag.log(1 + y))
            price += v
            weighted += t * v
        return weighted / price
    return f


@field
def yield_by_newton(s: Style) -> Any:
    n, T, total = s.size(1, 12), s.steps(1, 8), s.total()

    def f(p: Any, x: Any) -> Any:
        price, flows, y = p.one(0.9, 1.1), p.vector(n, 0.05, 0.2), 0.05
        for _ in range(T):
            v = [c / (1 + y) ** (t + 1) for t, c in enumerate(flows)]
            y = y + (total(v) - price) / (total([(t + 1) * u for t, u in enumerate(v)]) / (1 + y) + 1)
        return y
    return f


@field
def bootstrap_curve(s: Style) -> Any:
    n = s.steps(1, 25)

    def f(p: Any, x: Any) -> Any:
        rates, d = p.vector(n, 0.01, 0.06), []
        for r in rates:
            d.append((1 - r * sum(d)) / (1 + r))
        return d[-1] - 0.5 * sum(d)
    return f


@field
def heston_path(s: Style) -> Any:
    T, n = s.steps(1, 15), s.size(1, 6)
    dW, dZ = s.table(n, T), s.table(n, T)

    def f(p: Any, x: Any) -> Any:
        kappa, theta, xi, rho = p.one(0.5, 2), p.one(0.02, 0.1), p.one(0.1, 0.3), p.one(-0.8, 0)
        pay = 0
        for i in range(n):
            v, logS = 0.04, 0.0
            for t in range(T):
                root = ag.sqrt(ag.softplus(20 * v) / 20)
                logS = logS - 0.5 * v / 12 + root * dW[i][t] / math.sqrt(12)
                v += kappa * (theta - v) / 12 + xi * root * (rho * dW[i][t] + ag.sqrt(1 - rho * rho) * dZ[i][t]) / math.sqrt(12)
            pay += ag.relu(ag.exp(logS) - 0.95)
        return pay / n
    return f


@field
def barrier_option(s: Style) -> Any:
    T, n = s.steps(1, 20), s.size(1, 5)
    Z = s.table(n, T)

    def f(p: Any, x: Any) -> Any:
        sigma, barrier, out = p.one(0.1, 0.3), p.one(0.8, 0.95), 0.0
        for row in Z:
            S, alive = 1.0, 1.0
            for z in row:
                S = S * ag.exp(sigma * z / math.sqrt(T) - 0.5 * sigma ** 2 / T)
                alive = alive * ag.sigmoid(20 * (S - barrier))
            out += alive * ag.softplus(S - 1)
        return out / n
    return f


@field
def pension_plan(s: Style) -> Any:
    T = s.steps(1, 60)
    work = s.pick(5, 20, 100)

    def f(p: Any, x: Any) -> Any:
        save, r, spend, W, happy = p.one(0.1, 0.4), p.one(0.01, 0.05), p.one(0.2, 0.6), 1.0, 0
        for t in range(T):
            c = 1 - save if t < work else spend
            W = W * (1 + r) + (save if t < work else -spend * 0.1)
            happy = happy + 0.96 ** t * ag.log(c)
        return happy + 0.01 * W
    return f


@field
def euler_equation(s: Style) -> Any:
    """Residuals of the Euler equation along a path of capital."""
    T, sub = s.steps(2, 40), s.minus()

    def f(p: Any, x: Any) -> Any:
        alpha, beta, k, loss = p.one(0.25, 0.4), p.one(0.9, 0.97), p.vector(T + 1, 0.15, 0.2), 0
        c = [sub(k[t] ** alpha, k[t + 1]) for t in range(T)]
        for t in range(T - 1):
            loss += (1 / c[t] - beta * alpha * k[t + 1] ** (alpha - 1) / c[t + 1]) ** 2
        return loss + 0.1 * c[-1]
    return f


@field
def growth_model(s: Style) -> Any:
    T, shocks = s.steps(), s.data(50)

    def f(p: Any, x: Any) -> Any:
        alpha, save, delta, k, u = p.one(0.25, 0.4), p.one(0.1, 0.4), p.one(0.05, 0.2), p.one(0.5, 1.5), 0.0
        for t in range(T):
            y = ag.exp(0.1 * shocks[t % 50]) * k ** alpha
            u = u + 0.95 ** t * ag.log((1 - save) * y)
            k = (1 - delta) * k + save * y
        return -u
    return f


@field
def cobweb_market(s: Style) -> Any:
    T, seen = s.steps(), s.observed(50)
    data = s.data(50, 0, 1)

    def f(p: Any, x: Any) -> Any:
        a, b, c, d = p.one(1, 2), p.one(0.8, 1.5), p.one(0, 0.3), p.one(0.1, 0.7)
        price, loss = 0.5, 0
        for t in range(T):
            price = (a - c - d * price) / b
            if seen[t % 50]:
                loss += (price - data[t % 50]) ** 2
        return loss + price
    return f


@field
def input_output_table(s: Style) -> Any:
    n, T, dot = s.size(1, 6), s.steps(1, 15), s.dot()

    def f(p: Any, x: Any) -> Any:
        A, d = p.matrix(n, n, 0, 0.15), p.vector(n, 0.2, 1)
        out = d
        for _ in range(T):
            out = [dot(row, out) + v for row, v in zip(A, d)]
        return sum(out)
    return f


@field
def overlapping_taxes(s: Style) -> Any:
    n, brackets = s.size(1, 30), s.size(1, 5)
    incomes, form = s.data(n, 0, 1), s.form

    def f(p: Any, x: Any) -> Any:
        edges, rates, out = [0.2 * i + e for i, e in enumerate(p.vector(brackets, 0, 0.1))], p.vector(brackets, 0, 0.2), 0
        for y in incomes:
            tax = 0
            for e, r in zip(edges, rates):
                tax = tax + r * (ag.relu(y - e) if form == 0 else ag.maximum(0.0, y - e) if form == 1 else ag.where(ag.greater(y, e), y - e, 0.0))
            out += ag.log(1 + y - 0.5 * tax)
        return out
    return f


@field
def replicator_dynamics(s: Style) -> Any:
    T, n, dot, form = s.steps(1, 25), s.size(2, 5), s.dot(), s.form

    def f(p: Any, x: Any) -> Any:
        A = p.matrix(n, n)
        q = [ag.exp(v) for v in p.vector(n)]
        q = [v / sum(q) for v in q]
        mean = 0.0
        for _ in range(T):
            fit = [dot(row, q) for row in A]
            mean = dot(q, fit)
            if form == 0:
                q = [v + 0.2 * v * (u - mean) for v, u in zip(q, fit)]
            else:
                w = [v * ag.exp(0.2 * u) for v, u in zip(q, fit)]
                q = [v / sum(w) for v in w]
        return mean + q[0] ** 2
    return f


@field
def fictitious_play(s: Style) -> Any:
    T, n, dot, soft = s.steps(1, 20), s.size(2, 4), s.dot(), s.softmax()

    def f(p: Any, x: Any) -> Any:
        A, a, b = p.matrix(n, n), [1 / n] * n, [1 / n] * n
        for t in range(T):
            best = soft([2 * dot(row, b) for row in A])
            reply = soft([-2 * dot(col, a) for col in zip(*A)])
            a = [v + (u - v) / (t + 2) for u, v in zip(best, a)]
            b = [v + (u - v) / (t + 2) for u, v in zip(reply, b)]
        return sum(a[i] * A[i][j] * b[j] for i in range(n) for j in range(n))
    return f


@field
def multiplicative_weights(s: Style) -> Any:
    T, n = s.steps(1, 30), s.size(2, 6)
    losses = s.table(T, n, 0, 1)

    def f(p: Any, x: Any) -> Any:
        eta, w, regret = p.one(0.1, 0.8), [1.0] * n, 0.0
        for row in losses:
            total = sum(w)
            regret += sum(a * b for a, b in zip(w, row)) / total
            w = [a * (1 - eta * b) for a, b in zip(w, row)]
        return regret
    return f


@field
def cournot_best_reply(s: Style) -> Any:
    T, n = s.steps(1, 25), s.size(2, 5)

    def f(p: Any, x: Any) -> Any:
        a, c, q = p.one(1, 2), p.vector(n, 0.1, 0.4), [0.1] * n
        for _ in range(T):
            for i in range(n):
                q[i] = 0.5 * q[i] + 0.5 * (a - c[i] - sum(q[j] for j in range(n) if j != i)) / 2
        return sum(q) * (a - sum(q))
    return f


@field
def regret_matching(s: Style) -> Any:
    T, n = s.steps(1, 12), s.size(2, 4)

    def f(p: Any, x: Any) -> Any:
        A, R, value = p.matrix(n, n), [0.1] * n, 0
        for _ in range(T):
            plus = [ag.softplus(5 * r) / 5 for r in R]
            q = [v / sum(plus) for v in plus]
            u = [sum(a * b for a, b in zip(row, q)) for row in A]
            value = sum(a * b for a, b in zip(q, u))
            R = [r + v - value for r, v in zip(R, u)]
        return value
    return f


@field
def em_of_mixture(s: Style) -> Any:
    T, n, K, total = s.steps(1, 8), s.size(1, 15), s.size(2, 3), s.total()
    data = s.data(n)

    def f(p: Any, x: Any) -> Any:
        mu, w = p.vector(K), [1 / K] * K
        for _ in range(T):
            R = []
            for v in data:
                q = [a * ag.exp(-2 * (v - m) ** 2) for a, m in zip(w, mu)]
                R.append([a / total(q) for a in q])
            N = [total([r[k] for r in R]) + 0.1 for k in range(K)]
            mu = [total([r[k] * v for r, v in zip(R, data)]) / N[k] for k in range(K)]
            w = [a / total(N) for a in N]
        return total([m * m for m in mu]) + w[0]
    return f


@field
def metropolis_smooth(s: Style) -> Any:
    """Metropolis' rule with fixed draws and a soft acceptance."""
    T, draws = s.steps(), s.table(50, 2)

    def f(p: Any, x: Any) -> Any:
        k, m, v, out = p.one(0.5, 1.5), p.one(), 0.0, 0.0
        for t in range(T):
            e, u = draws[t % 50]
            new = v + 0.5 * e
            gap = 0.5 * k * ((new - m) ** 2 - (v - m) ** 2)
            a = ag.sigmoid(-gap - u)
            v = v + a * (new - v)
            out += v * v
        return out / (T + 1)
    return f


@field
def hamiltonian_chain(s: Style) -> Any:
    T, n = s.steps(1, 20), s.size(1, 5)

    def f(p: Any, x: Any) -> Any:
        w, q, v, e = p.vector(n, 0.5, 1.5), p.vector(n), p.vector(n), p.one(0.05, 0.2)
        for t in range(T):
            v = [b - (0.5 if t == 0 else 1) * e * k * a for a, b, k in zip(q, v, w)]
            q = [a + e * b for a, b in zip(q, v)]
        v = [b - 0.5 * e * k * a for a, b, k in zip(q, v, w)]
        return 0.5 * sum(b * b for b in v) + 0.5 * sum(k * a * a for a, k in zip(q, w))
    return f


@field
def order_statistics_soft(s: Style) -> Any:
    n = s.size(2, 12)

    def f(p: Any, x: Any) -> Any:
        v, tau = p.vector(n), p.one(0.2, 0.8)
        ranks = [sum(ag.sigmoid((a - b) / tau) for b in v) - 0.5 for a in v]
        return sum(r * (i + 1) for i, r in enumerate(ranks)) / n - ag.max(v)
    return f


@field
def welford_variance(s: Style) -> Any:
    n, form = s.steps(1, 60), s.form

    def f(p: Any, x: Any) -> Any:
        v, m, M2 = p.vector(n), 0.0, 0.0
        for t, u in enumerate(v, 1):
            d = u - m
            m = m + d / t if form == 0 else m - (-d) / t if form == 1 else ((t - 1) * m + u) / t
            M2 += d * (u - m)
        return M2 / n + m
    return f


@field
def bayes_update(s: Style) -> Any:
    T, n, total = s.steps(1, 25), s.size(2, 6), s.total()
    coins = s.ints(T, 2)

    def f(p: Any, x: Any) -> Any:
        q, w = p.vector(n, 0.1, 0.9), [1 / n] * n
        for c in coins:
            w = [a * (b if c else 1 - b) for a, b in zip(w, q)]
            w = [a / total(w) for a in w]
        return total([a * b for a, b in zip(w, q)])
    return f


@field
def negative_binomial(s: Style) -> Any:
    n = s.size(1, 25)
    counts = s.ints(n, 5)

    def f(p: Any, x: Any) -> Any:
        r, q, ll = p.one(0.5, 2), p.one(0.2, 0.8), 0
        for k in counts:
            for i in range(k):
                ll += ag.log(r + i) - math.log(i + 1)
            ll += r * ag.log(q) + k * ag.log(1 - q)
        return -ll / n
    return f


@field
def isotonic_penalty(s: Style) -> Any:
    n, y, form = s.size(1, 60), s.data(60), s.form

    def f(p: Any, x: Any) -> Any:
        v = p.vector(n)
        fit = sum((a - b) ** 2 for a, b in zip(v, y))
        down = [ag.relu(v[i] - v[i + 1]) if form == 0 else ag.maximum(v[i] - v[i + 1], 0) if form == 1 else ag.max([v[i] - v[i + 1], 0.0])
                for i in range(n - 1)]
        return fit + 10 * sum(d * d for d in down)
    return f


@field
def survival_table(s: Style) -> Any:
    T, dead, lost = s.steps(1, 40), s.ints(50, 3), s.ints(50, 3)

    def f(p: Any, x: Any) -> Any:
        a, b, S, ll = p.one(-2, -1), p.one(-0.1, 0.1), 1.0, 0.0
        for t in range(T):
            h = 1 / (1 + ag.exp(-(a + b * t * 0.1)))
            if dead[t % 50]:
                ll += dead[t % 50] * ag.log(h * S)
            S = S * (1 - h)
            if lost[t % 50]:
                ll += lost[t % 50] * ag.log(S)
        return -ll / T
    return f


@field
def soft_floyd_warshall(s: Style) -> Any:
    n = s.size(2, 5)
    edges = [[i != j and s.flip(0.7) for j in range(n)] for i in range(n)]

    def f(p: Any, x: Any) -> Any:
        w = p.matrix(n, n, 0.2, 1)
        D = [[0.0 if i == j else w[i][j] if edges[i][j] else 5.0 for j in range(n)] for i in range(n)]
        for k in range(n):
            D = [[-ag.log(ag.exp(-D[i][j]) + ag.exp(-D[i][k] - D[k][j])) for j in range(n)] for i in range(n)]
        return sum(v for row in D for v in row)
    return f


@field
def bellman_ford_soft(s: Style) -> Any:
    n, T, form = s.size(2, 6), s.steps(1, 12), s.form
    edges = [(i, j) for i in range(n) for j in range(n) if i != j and s.flip(0.5)]

    def f(p: Any, x: Any) -> Any:
        w, d = p.vector(len(edges), 0.2, 1), [0.0] + [4.0] * (n - 1)
        for _ in range(T):
            new = []
            for j in range(n):
                ways = [d[j]] + [d[i] + c for (i, k), c in zip(edges, w) if k == j]
                new.append(-ag.log(sum(ag.exp(-v) for v in ways)) if form else -ag.max([-v for v in ways]))
            d = new
        return sum(d)
    return f


@field
def page_rank_with_weights(s: Style) -> Any:
    n, T, total = s.size(2, 8), s.steps(1, 25), s.total()
    links = [[j for j in range(n) if j != i and s.flip(0.4)] for i in range(n)]

    def f(p: Any, x: Any) -> Any:
        damp, w, r = p.one(0.7, 0.9), p.vector(n, 0.5, 1.5), [1 / n] * n
        for _ in range(T):
            new = [(1 - damp) / n] * n
            for i, out in enumerate(links):
                mass = total([w[j] for j in out]) if out else 1
                for j in out:
                    new[j] += damp * r[i] * w[j] / mass
            r = new
        return total([v * v for v in r])
    return f


@field
def hits_scores(s: Style) -> Any:
    n, T = s.size(2, 6), s.steps(1, 15)

    def f(p: Any, x: Any) -> Any:
        A, h, a = p.matrix(n, n, 0.1, 1), [1.0] * n, [1.0] * n
        for _ in range(T):
            a = [sum(A[i][j] * h[i] for i in range(n)) for j in range(n)]
            norm = ag.sqrt(sum(v * v for v in a))
            a = [v / norm for v in a]
            h = [sum(A[i][j] * a[j] for j in range(n)) for i in range(n)]
            norm = ag.sqrt(sum(v * v for v in h))
            h = [v / norm for v in h]
        return h[0] + a[-1] ** 2
    return f


@field
def label_propagation(s: Style) -> Any:
    n, T = s.size(3, 10), s.steps(1, 15)
    known = {0: 1.0, n - 1: -1.0}

    def f(p: Any, x: Any) -> Any:
        w, y = p.vector(n - 1, 0.2, 1), [0.0] * n
        y[0], y[-1] = 1.0, -1.0
        for _ in range(T):
            y = [known[i] if i in known else (w[i - 1] * y[i - 1] + w[i] * y[i + 1]) / (w[i - 1] + w[i]) for i in range(n)]
        return sum(v * v for v in y) + 0.1 * sum(w)
    return f


@field
def sinkhorn(s: Style) -> Any:
    T, n, m, dot = s.steps(1, 20), s.size(1, 5), s.size(1, 5), s.dot()

    def f(p: Any, x: Any) -> Any:
        C = p.matrix(n, m, 0, 1)
        K = [[ag.exp(-c / 0.5) for c in row] for row in C]
        v = [1.0] * m
        u = [1.0] * n
        for _ in range(T):
            u = [1 / n / dot(row, v) for row in K]
            v = [1 / m / dot(col, u) for col in zip(*K)]
        return sum(u[i] * K[i][j] * v[j] * C[i][j] for i in range(n) for j in range(m))
    return f


@field
def max_flow_relaxed(s: Style) -> Any:
    n, T = s.size(3, 6), s.steps(1, 12)

    def f(p: Any, x: Any) -> Any:
        cap, flow = p.vector(n, 0.2, 1), [0.0] * n
        price = 0.0
        for _ in range(T):
            flow = [c * ag.sigmoid(3 * (v - price - 0.1 * i)) for i, (c, v) in enumerate(zip(cap, [1.0] * n))]
            price = price + 0.2 * (sum(flow) - 1)
        return price + flow[-1]
    return f


@field
def unrolled_momentum(s: Style) -> Any:
    T, n, m, dot = s.steps(1, 15), s.size(1, 4), s.size(1, 6), s.dot()
    X, y = s.table(m, n), s.data(m)

    def f(p: Any, x: Any) -> Any:
        lr, mom, w, v = p.one(0.05, 0.3), p.one(0.3, 0.9), p.vector(n), [0] * n
        for _ in range(T):
            e = [dot(row, w) - t for row, t in zip(X, y)]
            g = [sum(e[k] * X[k][i] for k in range(m)) / m for i in range(n)]
            v = [mom * a - lr * b for a, b in zip(v, g)]
            w = [a + b for a, b in zip(w, v)]
        return sum((dot(row, w) - t) ** 2 for row, t in zip(X, y))
    return f


@field
def unrolled_adam_few(s: Style) -> Any:
    T, n, form = s.steps(1, 15), s.size(1, 3), s.form
    target = s.data(n)

    def f(p: Any, x: Any) -> Any:
        lr, b1, b2, w = p.one(0.05, 0.2), p.one(0.7, 0.9), p.one(0.8, 0.99), p.vector(n)
        m, v = [0.0] * n, [0.0] * n
        for t in range(1, T + 1):
            g = [2 * (a - b) for a, b in zip(w, target)]
            m = [b1 * a + (1 - b1) * b for a, b in zip(m, g)]
            v = [b2 * a + (1 - b2) * b * b for a, b in zip(v, g)]
            if form:
                w = [a - lr * (b / (1 - b1 ** t)) / (ag.sqrt(c / (1 - b2 ** t)) + 1e-3) for a, b, c in zip(w, m, v)]
            else:
                w = [a - lr * b / ag.sqrt(c + 1e-3) for a, b, c in zip(w, m, v)]
        return sum((a - b) ** 2 for a, b in zip(w, target))
    return f


@field
def maml_of_lines(s: Style) -> Any:
    tasks, T, n = s.size(1, 4), s.steps(1, 5), s.size(1, 5)
    data = [(s.data(n), s.data(n)) for _ in range(tasks)]

    def f(p: Any, x: Any) -> Any:
        a0, b0, lr, meta = p.one(), p.one(), p.one(0.05, 0.2), 0
        for X, Y in data:
            a, b = a0, b0
            for _ in range(T):
                e = [a * u + b - v for u, v in zip(X, Y)]
                a, b = a - lr * sum(r * u for r, u in zip(e, X)) / n, b - lr * sum(e) / n
            meta += sum((a * u + b - v) ** 2 for u, v in zip(X, Y)) / n
        return meta / tasks
    return f


@field
def gradient_in_the_graph(s: Style) -> Any:
    """Descent along gradients that the engine itself gives, create_graph, inside of f."""
    T, act = s.steps(1, 5), s.pick(ag.tanh, ag.sin, ag.softplus)

    def f(p: Any, x: Any) -> Any:
        a, w, lr = p.one(0.3, 1), p.one(), p.one(0.1, 0.4)
        w = w if isinstance(w, ag.Value) else ag.Value(float(w))
        for _ in range(T):
            loss = (act(a * w) - 0.5) ** 2 + 0.1 * w * w
            g, = ag.gradients(loss, [w], create_graph=True)
            w = w - lr * g
        return w * w
    return f


@field
def deep_equilibrium(s: Style) -> Any:
    T, n, layer = s.steps(1, 25), s.size(1, 5), s.affine()

    def f(p: Any, x: Any) -> Any:
        W, u, z = p.matrix(n, n, -0.3, 0.3), p.vector(n), [0.0] * n
        for _ in range(T):
            z = [0.5 * a + 0.5 * ag.tanh(b) for a, b in zip(z, layer(W, z, u))]
        return sum(v * v for v in z)
    return f


@field
def implicit_root(s: Style) -> Any:
    """A root by steps, then one more by Newton's rule, from which its derivative follows."""
    T, form = s.steps(1, 30), s.form

    def f(p: Any, x: Any) -> Any:
        a, b = p.one(0.5, 1.5), p.one(0.2, 0.8)
        z = 1.0
        for _ in range(T):
            z = 0.7 * z + 0.3 * (a / (1 + b * z * z) if form == 0 else a * ag.exp(-b * z) if form == 1 else ag.sqrt(a + b * z))
        r = z * (1 + b * z * z) - a
        return z - r / (1 + 3 * b * z * z)
    return f


@field
def bisection_soft(s: Style) -> Any:
    T = s.steps(1, 20)

    def f(p: Any, x: Any) -> Any:
        a, low, high = p.one(0.5, 2), 0.0, 2.0
        for _ in range(T):
            mid = (low + high) / 2
            g = ag.sigmoid(4 * (mid * mid - a))
            low, high = low + (1 - g) * (mid - low), high - g * (high - mid)
        return (low + high) / 2
    return f


@field
def inventory_policy(s: Style) -> Any:
    T, demand, form = s.steps(), s.data(50, 0, 1), s.form

    def f(p: Any, x: Any) -> Any:
        level, k, stock, cost = p.one(0.5, 1.5), p.one(0.2, 0.9), 0.5, 0
        for t in range(T):
            order = k * (level - stock)
            stock = stock + order - demand[t % 50]
            short = ag.softplus(-5 * stock) / 5 if form == 0 else ag.relu(-stock) if form == 1 else ag.where(ag.greater(0, stock), -stock, 0.0)
            cost += 0.1 * stock ** 2 + short + 0.01 * order * order
        return cost
    return f


@field
def queue_by_lindley(s: Style) -> Any:
    T, form = s.steps(), s.form
    service, between = s.data(50, 0, 1), s.data(50, 0, 1)

    def f(p: Any, x: Any) -> Any:
        mu, w, total = p.one(0.5, 1.5), 0.0, 0.0
        for t in range(T):
            d = w + service[t % 50] / mu - between[t % 50]
            w = ag.relu(d) if form == 0 else ag.maximum(d, 0) if form == 1 else ag.maximum(0.0, d)
            total += w
        return total / T + mu
    return f


@field
def elo_ratings(s: Style) -> Any:
    T, n = s.steps(1, 40), s.size(2, 6)
    games = list(zip(s.ints(T, n), s.ints(T, n), s.ints(T, 2)))

    def f(p: Any, x: Any) -> Any:
        k, R, ll = p.one(0.1, 0.6), p.vector(n), 0
        for a, b, won in games:
            if a == b:
                continue
            q = 1 / (1 + ag.exp(R[b] - R[a]))
            ll -= ag.log(q) if won else ag.log(1 - q)
            R[a], R[b] = R[a] + k * (won - q), R[b] - k * (won - q)
        return ll + 0.01 * sum(v * v for v in R)
    return f


@field
def bandit_softmax(s: Style) -> Any:
    T, n, soft = s.steps(1, 25), s.size(2, 4), s.softmax()
    arms, pay = s.ints(T, n), s.data(T)

    def f(p: Any, x: Any) -> Any:
        rate, beta, Q, ll = p.one(0.1, 0.6), p.one(0.5, 2), [0.0] * n, 0.0
        for a, r in zip(arms, pay):
            ll = ll + ag.log(soft([beta * q for q in Q])[a])
            Q[a] = Q[a] + rate * (r - Q[a])
        return -ll
    return f


@field
def folded_by_reduce(s: Style) -> Any:
    """A state that functools.reduce carries, a tuple of three, with data in each turn."""
    T = s.steps()
    rows = s.table(T, 2)

    def f(p: Any, x: Any) -> Any:
        a, b = p.one(-0.8, 0.8), p.one()

        def step(state: Any, row: Any) -> Any:
            u, v, total = state
            u, v = ag.tanh(a * u + row[0] * v), b * u * row[1] - 0.5 * v
            return u, v, total + u * v
        u, v, total = reduce(step, rows, (p.one(), p.one(), 0))
        return total - u + v
    return f


@field
def lattice_of_anything(s: Style) -> Any:
    """Rows that become shorter, each from the one before, or from two before, by what is picked."""
    n, less, kind = s.steps(4, 40), s.pick(1, 1, 2), s.pick("mean", "max", "div", "tanh", "exp", "cost", "two")
    back, cost = s.flip(), s.table(n + 1, 2 * n + 2)

    def f(p: Any, x: Any) -> Any:
        q, r = p.one(0.2, 0.8), p.one(0.5, 1.5)
        row = p.vector(less * n + 1)
        last, out = row, 0
        for t in range(n):
            new = []
            width = len(row) - less
            for j in range(width - 1, -1, -1) if back else range(width):
                v = q * row[j + less] + (1 - q) * row[j]
                if kind == "max":
                    v = ag.maximum(v, r * cost[0][j])
                elif kind == "div":
                    v = v / (1 + r + cost[t][j] ** 2)
                elif kind == "tanh":
                    v = ag.tanh(v) - row[j] * r
                elif kind == "exp":
                    v = v * ag.exp(-r * cost[t][j])
                elif kind == "cost":
                    v = v + cost[t][j] * r
                elif kind == "two" and t:
                    v = v - 0.5 * last[j]
                new.append(v)
            if back:
                new = new[::-1]
            last, row = row, new
            if s.form == 0:
                out += row[0]
        return row[0] + 0.1 * out
    return f
