"""Sequences: recurrent networks, attention, hidden states, dynamic programming, filters, graphs and trees."""
from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

import autograd as ag
from tests.compiler.fields.style import Style, field


@field
def rnn(s: Style) -> Any:
    form = s.form
    T, n, d, layers, act, sq = s.steps(1, 40), s.size(1, 3), s.size(1, 5), s.affine(), s.activation(), s.square()
    X, y, every, first = s.table(T, n), s.data(T), s.flip(), s.pick(0, 0.0, 1)

    def f(p: Any, x: Any) -> Any:
        A, B, b, v = p.matrix(d, n), p.matrix(d, d), p.vector(d), p.vector(d)
        h, loss = [first] * d, 0
        for t in range(T):
            if form == 0:
                h = [act(a + c + e) for a, c, e in zip(layers(A, X[t]), layers(B, h), b)]
            elif form == 1:
                old = list(h)
                for i in range(d):
                    z = b[i]
                    for j in range(n):
                        z += A[i][j] * X[t][j]
                    for j in range(d):
                        z += B[i][j] * old[j]
                    h[i] = act(z)
            else:
                h = [act(z) for z in layers([[*q, *r] for q, r in zip(A, B)], [*X[t], *h], b)]
            if every:
                loss += sq(sum(u * w for u, w in zip(v, h)) - y[t])
        return loss if every else sum(u * w for u, w in zip(v, h))
    return f


@field
def rnn_on_inputs(s: Style) -> Any:
    form = s.form
    T, d, layers, act = s.steps(1, 20), s.size(1, 4), s.affine(), s.activation()

    def f(p: Any, x: Any) -> Any:
        a, B, b = p.vector(d), p.matrix(d, d), p.vector(d)
        xs, h = x.vector(T), [0.0] * d
        for v in xs if form else xs[::-1]:
            h = [act(u * v + w) for u, w in zip(a, layers(B, h, b))]
        return sum(h) if form < 2 else sum(u * u for u in h) - xs[0] * h[0]
    return f


@field
def gru(s: Style) -> Any:
    form = s.form
    T, n, d, layers = s.steps(1, 20), s.size(1, 2), s.size(1, 3), s.affine()
    X = s.table(T, n)

    def f(p: Any, x: Any) -> Any:
        Wz, Wr, Wh = p.matrix(d, n + d), p.matrix(d, n + d), p.matrix(d, n + d)
        h, loss = [0.0] * d, 0
        for v in X:
            z = [ag.sigmoid(u) for u in layers(Wz, [*v, *h])]
            r = [ag.sigmoid(u) for u in layers(Wr, [*v, *h])]
            c = [ag.tanh(u) for u in layers(Wh, [*v, *[a * b for a, b in zip(r, h)]])]
            if form == 0:
                h = [(1 - a) * b + a * e for a, b, e in zip(z, h, c)]
            elif form == 1:
                h = [b - a * (b - e) for a, b, e in zip(z, h, c)]
            else:
                for i in range(d):
                    h[i] = z[i] * h[i] + (1 - z[i]) * c[i]
            loss += h[0] ** 2
        return loss
    return f


@field
def lstm(s: Style) -> Any:
    form = s.form
    T, n, d, layers = s.steps(1, 16), s.size(1, 2), s.size(1, 3), s.affine()
    X, y = s.table(T, n), s.data(T)

    def f(p: Any, x: Any) -> Any:
        Ws, bs = [p.matrix(d, n + d) for _ in range(4)], [p.vector(d) for _ in range(4)]
        h, c, loss = [0.0] * d, [0] * d, 0.0
        for t in range(T):
            z = [*X[t], *h]
            i, g, o, u = (layers(W, z, b) for W, b in zip(Ws, bs))
            if form == 0:
                c = [ag.sigmoid(b) * e + ag.sigmoid(a) * ag.tanh(w) for a, b, e, w in zip(i, g, c, u)]
                h = [ag.sigmoid(a) * ag.tanh(e) for a, e in zip(o, c)]
            else:
                for k in range(d):
                    c[k] = c[k] * ag.sigmoid(g[k]) + ag.tanh(u[k]) * ag.sigmoid(i[k])
                h = [ag.tanh(c[k]) * ag.sigmoid(o[k]) for k in range(d)]
            if form < 2 or t % 3 == 1:
                loss -= -(sum(h) - y[t]) ** 2
        return loss + sum(c)
    return f


@field
def bidirectional(s: Style) -> Any:
    form = s.form
    T, d, act = s.steps(1, 20), s.size(1, 3), s.activation()
    xs = s.data(T)

    def f(p: Any, x: Any) -> Any:
        a, B, c, D = p.vector(d), p.matrix(d, d), p.vector(d), p.matrix(d, d)

        def run(seq: Any, a: Any, B: Any) -> Any:
            h, hs = [0.0] * d, []
            for v in seq:
                h = [act(a[i] * v + sum(B[i][j] * h[j] for j in range(d))) for i in range(d)]
                hs.append(h)
            return hs
        forward, back = run(xs, a, B), run(xs[::-1], c, D)[::-1]
        if form == 0:
            return sum(sum(u) * sum(v) for u, v in zip(forward, back))
        if form == 1:
            return sum(sum(i * j for i, j in zip(u, v)) for u, v in zip(forward, back)) / T
        return sum((forward[t][0] - back[t][-1]) ** 2 for t in range(T))
    return f


@field
def stacked_rnn(s: Style) -> Any:
    form = s.form
    T, depth, d, act = s.steps(1, 20), s.size(1, 3), s.size(1, 3), s.activation()
    xs = s.data(T)

    def f(p: Any, x: Any) -> Any:
        a = [p.matrix(d, d) for _ in range(depth)]
        u = [p.matrix(d, d) for _ in range(depth)]
        hs = [[0.0] * d for _ in range(depth)]
        loss = 0
        for t in range(T):
            inp = [xs[t]] * d
            for k in range(depth):
                hs[k] = [act(sum(a[k][i][j] * inp[j] for j in range(d)) + sum(u[k][i][j] * hs[k][j] for j in range(d)))
                         for i in range(d)]
                inp = hs[k]
            if form:
                loss += sum(inp) if form == 1 else (inp[0] - xs[t]) ** 2
        return loss + hs[-1][0]
    return f


@field
def attention(s: Style) -> Any:
    form = s.form
    T, d, dk, soft, layers, causal, dot = s.size(1, 8), s.size(1, 4), s.size(1, 3), s.softmax(), s.affine(), s.flip(), s.dot()
    X = s.table(T, d)

    def f(p: Any, x: Any) -> Any:
        Q, K, V = p.matrix(dk, d), p.matrix(dk, d), p.matrix(dk, d)
        q, k, v = ([layers(M, row) for row in X] for M in (Q, K, V))
        out = 0
        for t in range(T):
            upto = range(t + 1) if causal else range(T)
            w = soft([dot(q[t], k[u]) / dk ** 0.5 for u in upto])
            if form == 0:
                o = [sum(w[u] * v[u][i] for u in upto) for i in range(dk)]
            elif form == 1:
                o = [0] * dk
                for u in upto:
                    for i in range(dk):
                        o[i] += w[u] * v[u][i]
            else:
                o = [dot(w, [v[u][i] for u in upto]) for i in range(dk)]
            out += sum(a * a for a in o)
        return out
    return f


@field
def transformer_block(s: Style) -> Any:
    form = s.form
    T, heads, dk, layers, soft, act = s.size(1, 5), s.pick(1, 2), s.size(1, 2), s.affine(), s.softmax(), s.activation()
    d, v = heads * dk, s.size(2, 4)
    tokens = s.ints(T + 1, v)

    def f(p: Any, x: Any) -> Any:
        E, P = p.matrix(v, d), p.matrix(T, d)
        Wq, Wk, Wv, Wo = (p.matrix(d, d) for _ in range(4))
        W1, W2, U = p.matrix(2 * d, d), p.matrix(d, 2 * d), p.matrix(v, d)
        keys, values, loss = [], [], 0

        def norm(z: Any) -> Any:
            r = (sum(a * a for a in z) / len(z) + 1e-5) ** -0.5
            return [a * r for a in z]
        for t in range(T):
            h = [a + b for a, b in zip(E[tokens[t]], P[t])]
            z = norm(h) if form else h
            q = layers(Wq, z)
            keys.append(layers(Wk, z))
            values.append(layers(Wv, z))
            o = []
            for a in range(heads):
                lo = a * dk
                w = soft([sum(q[lo + i] * k[lo + i] for i in range(dk)) / dk ** 0.5 for k in keys])
                o += [sum(w[u] * values[u][lo + i] for u in range(len(keys))) for i in range(dk)]
            h = [a + b for a, b in zip(h, layers(Wo, o))]
            h = [a + b for a, b in zip(h, layers(W2, [act(u) for u in layers(W1, norm(h) if form == 2 else h)]))]
            q = soft(layers(U, h))
            loss += -ag.log(q[tokens[t + 1]])
        return loss / T
    return f


@field
def linear_attention(s: Style) -> Any:
    form = s.form
    T, d = s.steps(1, 20), s.size(1, 3)
    X = s.table(T, d)

    def f(p: Any, x: Any) -> Any:
        Q, K, V = p.matrix(d, d), p.matrix(d, d), p.matrix(d, d)
        S: Any = [[0.0] * d for _ in range(d)]
        z: Any = [0.1] * d
        out = 0
        for row in X:
            q, k, v = ([sum(a * b for a, b in zip(r, row)) for r in M] for M in (Q, K, V))
            q, k = [ag.exp(a) for a in q], [ag.exp(a) for a in k]
            for i in range(d):
                z[i] = z[i] + k[i]
                for j in range(d):
                    S[i][j] += k[i] * v[j] if form else v[j] * k[i]
            den = sum(a * b for a, b in zip(q, z))
            out += sum(sum(q[i] * S[i][j] for i in range(d)) / den for j in range(d)) ** (2 if form < 2 else 1)
        return out
    return f


@field
def state_space(s: Style) -> Any:
    form = s.form
    T, d = s.steps(1, 50), s.size(1, 4)
    u, y = s.data(T), s.data(T)

    def f(p: Any, x: Any) -> Any:
        A, B, C = p.vector(d), p.vector(d), p.vector(d)
        h, loss = [0.0] * d, 0.0
        for t in range(T) if form < 2 else range(T - 1, -1, -1):
            if form == 0:
                h = [ag.exp(-ag.exp(a)) * v + b * u[t] for a, v, b in zip(A, h, B)]
            elif form == 1:
                for i in range(d):
                    h[i] = A[i] * h[i] + u[t] * B[i]
            else:
                h = [b * u[t] - -a * v for a, v, b in zip(A, h, B)]
            loss += (sum(c * v for c, v in zip(C, h)) - y[t]) ** 2
        return loss
    return f


@field
def kalman_scalar(s: Style) -> Any:
    form = s.form
    T = s.steps(1, 40)
    y, skip = s.data(T), s.ints(T, 4)

    def f(p: Any, x: Any) -> Any:
        a, q, r = p.one(), p.one(-1, 0), p.one(-1, 0)
        Q, R = ag.exp(q), ag.exp(r)
        m, P, nll = 0.0, 1.0, 0
        for t in range(T):
            m, P = a * m, a * P * a + Q
            if form == 2 and skip[t] == 0:
                continue
            S = P + R
            e = y[t] - m
            nll += 0.5 * (ag.log(S) + e * e / S) if form else (ag.log(S) + e ** 2 / S) / 2
            K = P / S
            m = m + K * e
            P = (1 - K) * P if form else P - K * S * K
        return nll
    return f


@field
def kalman_vector(s: Style) -> Any:
    form = s.form
    T, d = s.steps(1, 12), s.size(1, 3)
    y = s.data(T)

    def f(p: Any, x: Any) -> Any:
        A, h, q = p.matrix(d, d), p.vector(d), p.one(0.1, 1)
        m: Any = [0.0] * d
        P: Any = [[1.0 if i == j else 0.0 for j in range(d)] for i in range(d)]
        nll = 0
        for v in y:
            m = [sum(A[i][j] * m[j] for j in range(d)) for i in range(d)]
            AP = [[sum(A[i][k] * P[k][j] for k in range(d)) for j in range(d)] for i in range(d)]
            P = [[sum(AP[i][k] * A[j][k] for k in range(d)) + (q if i == j else 0) for j in range(d)] for i in range(d)]
            Ph = [sum(P[i][j] * h[j] for j in range(d)) for i in range(d)]
            S = sum(a * b for a, b in zip(h, Ph)) + 0.5
            e = v - sum(a * b for a, b in zip(h, m))
            if form == 0:
                m = [a + b * e / S for a, b in zip(m, Ph)]
                P = [[P[i][j] - Ph[i] * Ph[j] / S for j in range(d)] for i in range(d)]
            else:
                K = [b / S for b in Ph]
                for i in range(d):
                    m[i] += K[i] * e
                    for j in range(d):
                        P[i][j] -= K[i] * Ph[j]
            nll = nll + ag.log(S) / 2 + e * e / (2 * S) if form < 2 else nll - -(ag.log(S) + e * e / S)
        return nll
    return f


@field
def hmm_forward(s: Style) -> Any:
    form = s.form
    T, k, v, lse, soft = s.steps(1, 25), s.size(1, 4), s.size(2, 4), s.logsumexp(), s.softmax()
    obs = s.ints(T, v)

    def f(p: Any, x: Any) -> Any:
        A, B, pi = p.matrix(k, k), p.matrix(k, v), p.vector(k)
        if form == 0:
            a = [q * soft(B[j])[obs[0]] for j, q in enumerate(soft(pi))]
            P = [soft(row) for row in A]
            E = [soft(row) for row in B]
            ll = 0
            for o in obs[1:]:
                c = sum(a)
                ll = ll + ag.log(c)
                a = [sum(a[i] / c * P[i][j] for i in range(k)) * E[j][o] for j in range(k)]
            return -(ll + ag.log(sum(a)))
        la = [pi[j] + B[j][obs[0]] for j in range(k)]
        for t in range(1, T):
            la = [lse([la[i] + A[i][j] for i in range(k)]) + B[j][obs[t]] for j in range(k)]
        return lse(la) if form == 1 else -lse(la) + 0.1 * sum(pi)
    return f


@field
def hmm_backward(s: Style) -> Any:
    form = s.form
    T, k, v = s.steps(1, 25), s.size(1, 3), s.size(2, 3)
    obs = s.ints(T, v)

    def f(p: Any, x: Any) -> Any:
        A, B = p.matrix(k, k, 0.1, 0.9), p.matrix(k, v, 0.1, 0.9)
        beta: Any = [1.0] * k
        for t in range(T - 1, 0, -1):
            beta = [sum(A[i][j] * B[j][obs[t]] * beta[j] for j in range(k)) for i in range(k)]
            if form == 1:
                z = sum(beta)
                beta = [b / z for b in beta]
        return ag.log(sum(B[i][obs[0]] * beta[i] / k for i in range(k))) if form < 2 else sum(beta)
    return f


@field
def viterbi(s: Style) -> Any:
    form = s.form
    T, k = s.steps(1, 20), s.size(1, 4)
    E = s.table(T, k)

    def f(p: Any, x: Any) -> Any:
        A, b = p.matrix(k, k), p.vector(k)
        best: Any = [b[j] + E[0][j] for j in range(k)]
        for t in range(1, T):
            if form == 0:
                best = [ag.max([best[i] + A[i][j] for i in range(k)]) + E[t][j] for j in range(k)]
            else:
                new = []
                for j in range(k):
                    top = best[0] + A[0][j]
                    for i in range(1, k):
                        top = ag.maximum(top, best[i] + A[i][j])
                    new.append(top + E[t][j] if form == 1 else E[t][j] * b[j] + top)
                best = new
        return ag.max(best)
    return f


@field
def crf(s: Style) -> Any:
    form = s.form
    T, k, n, lse, dot = s.steps(1, 15), s.size(1, 3), s.size(1, 3), s.logsumexp(), s.dot()
    X, y = s.table(T, n), s.ints(T, k)

    def f(p: Any, x: Any) -> Any:
        W, A = p.matrix(k, n), p.matrix(k, k)
        E = [[dot(w, row) for w in W] for row in X]
        score = E[0][y[0]]
        for t in range(1, T):
            score += A[y[t - 1]][y[t]] + E[t][y[t]]
        a = E[0]
        for t in range(1, T):
            a = [E[t][j] + lse([a[i] + A[i][j] for i in range(k)]) for j in range(k)]
        return lse(a) - score if form < 2 else -score + lse(a)
    return f


@field
def ctc(s: Style) -> Any:
    form = s.form
    T, k = s.steps(2, 12), s.size(2, 3)
    label = s.ints(s.size(1, 3), k - 1)
    ext = [k - 1]
    for c in label:
        ext += [c, k - 1]
    soft = s.softmax()

    def f(p: Any, x: Any) -> Any:
        Z = p.matrix(T, k)
        Y = [soft(z) for z in Z]
        a: Any = [0.0] * len(ext)
        a[0] = Y[0][ext[0]]
        a[1] = Y[0][ext[1]]
        for t in range(1, T):
            new = []
            for i, c in enumerate(ext):
                v = a[i]
                if i > 0:
                    v = v + a[i - 1]
                if i > 1 and c != k - 1 and c != ext[i - 2]:
                    v = v + a[i - 2]
                new.append(v * Y[t][c])
            a = new
        return -ag.log(a[-1] + a[-2] + 1e-12) if form else a[-1] + a[-2]
    return f


@field
def edit_distance(s: Style) -> Any:
    form = s.form
    m, n, k = s.size(1, 8), s.size(1, 8), 3
    a, b, lse = s.ints(m, k), s.ints(n, k), s.logsumexp()

    def f(p: Any, x: Any) -> Any:
        sub, gap = p.matrix(k, k), p.one(0.2, 1)

        def softmin(v: Any) -> Any:
            return -lse([-u for u in v]) if form else -ag.max([-u for u in v])
        D: Any = [[0.0] * (n + 1) for _ in range(m + 1)]
        for i in range(1, m + 1):
            D[i][0] = D[i - 1][0] + gap
        for j in range(1, n + 1):
            D[0][j] = j * gap
        for i in range(1, m + 1):
            for j in range(1, n + 1):
                cost = 0.0 if a[i - 1] == b[j - 1] and form == 2 else sub[a[i - 1]][b[j - 1]]
                D[i][j] = softmin([D[i - 1][j] + gap, D[i][j - 1] + gap, D[i - 1][j - 1] + cost])
        return D[m][n]
    return f


@field
def time_warp(s: Style) -> Any:
    form = s.form
    m, n, sq, lse, window = s.size(1, 9), s.size(1, 9), s.square(), s.logsumexp(), s.pick(None, None, 2)
    b, g = s.data(n), s.pick(1.0, 0.5)

    def f(p: Any, x: Any) -> Any:
        a = p.vector(m)
        R: Any = {(0, 0): 0.0}
        for i in range(1, m + 1):
            for j in range(1, n + 1):
                if window and abs(i * n - j * m) > window * max(m, n):
                    continue
                near = [R[q] for q in ((i - 1, j), (i, j - 1), (i - 1, j - 1)) if q in R]
                if not near:
                    continue
                low = near[0] if len(near) == 1 else -g * lse([-v / g for v in near]) if form else -ag.max(
                    [-v for v in near])
                R[i, j] = sq(a[i - 1] - b[j - 1]) + low
        return R.get((m, n), a[0] * 1.0)
    return f


@field
def knapsack_soft(s: Style) -> Any:
    form = s.form
    n, W, lse = s.size(1, 8), s.size(1, 8), s.logsumexp()
    weight = [1 + v for v in s.ints(n, 3)]

    def f(p: Any, x: Any) -> Any:
        v = p.vector(n)
        best: Any = [0.0] * (W + 1)
        for i in range(n):
            if form == 0:
                for w in range(W, weight[i] - 1, -1):
                    best[w] = lse([best[w], best[w - weight[i]] + v[i]])
            elif form == 1:
                new = list(best)
                for w in range(weight[i], W + 1):
                    new[w] = ag.maximum(best[w], best[w - weight[i]] + v[i])
                best = new
            else:
                best = [ag.softplus(best[w - weight[i]] + v[i] - best[w]) + best[w] if w >= weight[i] else best[w]
                        for w in range(W + 1)]
        return best[W] + 0.0 * v[0]
    return f


@field
def path_through_grid(s: Style) -> Any:
    form = s.form
    h, w = s.size(1, 8), s.size(1, 8)
    rewards = s.table(h, w)

    def f(p: Any, x: Any) -> Any:
        c, g = p.matrix(h, w), p.one(0.3, 0.9)
        D: Any = [[0] * w for _ in range(h)]
        for i in range(h):
            for j in range(w):
                came = []
                if i:
                    came.append(D[i - 1][j])
                if j:
                    came.append(D[i][j - 1])
                here = c[i][j] * rewards[i][j] if form else c[i][j] + rewards[i][j]
                D[i][j] = here + g * (ag.max(came) if form == 0 else sum(came)) if came else here
        return D[-1][-1]
    return f


@field
def recursion_of_paths(s: Style) -> Any:
    form = s.form
    n = s.size(1, 7)

    def f(p: Any, x: Any) -> Any:
        a, b, c = p.one(), p.one(), p.vector(n + 1)

        @lru_cache(None)
        def ways(i: int, j: int) -> Any:
            if i == 0 and j == 0:
                return c[0]
            t = 0
            if i:
                t = t + a * ways(i - 1, j)
            if j:
                t = t + b * ways(i, j - 1)
            return t + c[(i + j) % (n + 1)] if form else t
        return ways(n, n) if form < 2 else ways(n, n // 2) - ways(n // 2, n)
    return f


@field
def value_iteration(s: Style) -> Any:
    form = s.form
    T, n, k, soft = s.steps(1, 12), s.size(1, 4), s.size(1, 3), s.softmax()
    go = [[s.ints(2, n) for _ in range(k)] for _ in range(n)]

    def f(p: Any, x: Any) -> Any:
        R, g = p.matrix(n, k), p.one(0.5, 0.9)
        V: Any = [0.0] * n
        for _ in range(T):
            Q = [[R[i][a] + g * (V[go[i][a][0]] + V[go[i][a][1]]) / 2 for a in range(k)] for i in range(n)]
            V = [ag.max(q) for q in Q] if form == 0 else [ag.log(sum(ag.exp(v) for v in q)) for q in Q] if form == 1 else [
                sum(a * b for a, b in zip(soft(q), q)) for q in Q]
        return V[0] - V[-1] * 0.5
    return f


@field
def temporal_difference(s: Style) -> Any:
    form = s.form
    T, n, dot = s.steps(2, 30), s.size(1, 4), s.dot()
    S, r = s.table(T, n), s.data(T)

    def f(p: Any, x: Any) -> Any:
        w = p.vector(n)
        v = [dot(w, row) for row in S]
        if form == 0:
            return sum((r[t] + 0.9 * v[t + 1] - v[t]) ** 2 for t in range(T - 1)) + v[0] * 0.1
        trace, loss = 0.0, 0.0
        for t in reversed(range(T - 1)):
            trace = r[t] + 0.9 * v[t + 1] - v[t] + 0.8 * trace
            loss += trace * trace if form == 1 else abs(trace)
        return loss + v[-1]
    return f


@field
def exponential_smoothing(s: Style) -> Any:
    form = s.form
    T = s.steps(2, 50)
    y = s.data(T)

    def f(p: Any, x: Any) -> Any:
        a, b = p.one(), p.one()
        al, be = ag.sigmoid(a), ag.sigmoid(b)
        level, trend, e = y[0], 0.0, 0
        for v in y[1:]:
            guess = level + trend
            e += (v - guess) ** 2
            if form == 0:
                new = al * v + (1 - al) * guess
            elif form == 1:
                new = guess + al * (v - guess)
            else:
                new = guess - al * (guess - v)
            trend = be * (new - level) + (1 - be) * trend
            level = new
        return e / T if form else e + a
    return f


@field
def holt_winters(s: Style) -> Any:
    form = s.form
    T, period = s.steps(2, 40), s.size(1, 6)
    y = s.data(T, 0.5, 2)

    def f(p: Any, x: Any) -> Any:
        a, g, season = p.one(0.1, 0.9), p.one(0.1, 0.9), p.vector(period)
        level, e = p.one(), 0.0
        for t in range(T):
            k = t % period
            e -= -(y[t] - level - season[k]) ** 2
            old = level
            level = a * (y[t] - season[k]) + (1 - a) * level
            season[k] = g * (y[t] - (level if form else old)) + (1 - g) * season[k]
        return e
    return f


@field
def garch(s: Style) -> Any:
    form = s.form
    T = s.steps(1, 50)
    r = s.data(T)

    def f(p: Any, x: Any) -> Any:
        w, a, b = p.one(0.1, 0.3), p.one(0.1, 0.3), p.one(0.3, 0.6)
        v, nll = (w / (1 - a - b)) if form else 0.5, 0
        for t in range(T):
            nll += 0.5 * (ag.log(v) + r[t] ** 2 / v)
            v = w + a * r[t] * r[t] + b * v if form < 2 else b * v + (w + a * (r[t] ** 2))
        return nll
    return f


@field
def arma(s: Style) -> Any:
    form = s.form
    T, k, q = s.steps(1, 40), s.size(1, 3), s.size(1, 3)
    y = s.data(T)

    def f(p: Any, x: Any) -> Any:
        phi, th = p.vector(k), p.vector(q)
        errors: Any = []
        for t in range(T):
            guess = 0
            for i in range(k):
                if t - i - 1 >= 0:
                    guess += phi[i] * y[t - i - 1]
            for j in range(q):
                if t - j - 1 >= 0:
                    guess = guess + th[j] * errors[t - j - 1]
            errors.append(y[t] - guess)
        if form == 0:
            return sum(e * e for e in errors)
        return sum(e ** 2 for e in errors[k:]) / T + th[0] if form == 1 else ag.log(sum(e * e for e in errors) + 1)
    return f


@field
def hawkes(s: Style) -> Any:
    form = s.form
    n = s.size(1, 20)
    gaps = s.data(n, 0.1, 1)

    def f(p: Any, x: Any) -> Any:
        mu, a, b = p.one(0.3, 1), p.one(0.1, 0.5), p.one(0.6, 1.5)
        if form == 0:
            ll, A = 0, 0.0
            for g in gaps:
                ll += ag.log(mu + a * A)
                A = ag.exp(-b * g) * (1 + A)
            return mu * sum(gaps) - ll
        times, t = [], 0.0
        for g in gaps:
            t += g
            times.append(t)
        ll = 0.0
        for i in range(n):
            rate = mu
            for j in range(i):
                rate += a * ag.exp(-b * (times[i] - times[j]))
            ll += ag.log(rate)
        for u in times:
            ll -= a / b * (1 - ag.exp(-b * (times[-1] - u)))
        return -ll + mu * times[-1] if form == 1 else mu * times[-1] - ll
    return f


@field
def moving_average(s: Style) -> Any:
    form = s.form
    n, k = s.size(1, 40), s.size(1, 6)
    y = s.data(n)

    def f(p: Any, x: Any) -> Any:
        w = p.vector(n)
        if form == 0:
            return sum((sum(w[max(0, i - k):i + 1]) / len(w[max(0, i - k):i + 1]) - y[i]) ** 2 for i in range(n))
        window, t = 0, 0.0
        for i in range(n):
            window = window + w[i]
            if i >= k:
                window = window - w[i - k]
            t += (window / min(i + 1, k) - y[i]) ** 2 if form == 1 else abs(window * y[i])
        return t
    return f


@field
def cumulative(s: Style) -> Any:
    form = s.form
    n, sq = s.size(1, 50), s.square()
    y, backward = s.data(n), s.flip()

    def f(p: Any, x: Any) -> Any:
        w = p.vector(n)
        run, t = s_first(form), 0
        for i in range(n - 1, -1, -1) if backward else range(n):
            if form == 0:
                run += w[i]
            elif form == 1:
                run = run * w[i] * 0.9
            else:
                run = ag.maximum(run, w[i])
            t += sq(run - y[i])
        return t
    return f


def s_first(form: int) -> float:
    return [0, 1, -2.0][form]


@field
def graph_convolution(s: Style) -> Any:
    form = s.form
    n, d, h, rounds, act = s.size(1, 8), s.size(1, 3), s.size(1, 3), s.size(1, 3), s.activation()
    edges = [(i, j) for i in range(n) for j in range(n) if s.numbers.random() < 0.3 and i != j]
    X, mean = s.table(n, d), s.flip()

    def f(p: Any, x: Any) -> Any:
        H: Any = X
        for _ in range(rounds):
            W, B = p.matrix(h, len(H[0])), p.matrix(h, len(H[0]))
            near: Any = [[0] * len(H[0]) for _ in range(n)]
            count = [0] * n
            for i, j in edges:
                count[j] += 1
                for k in range(len(H[0])):
                    near[j][k] += H[i][k]
            new = []
            for i in range(n):
                agg = [v / max(count[i], 1) for v in near[i]] if mean else near[i]
                if form == 0:
                    new.append([act(sum(a * b for a, b in zip(W[r], H[i])) + sum(a * b for a, b in zip(B[r], agg)))
                                for r in range(h)])
                else:
                    new.append([act(sum(W[r][k] * H[i][k] + B[r][k] * agg[k] for k in range(len(H[0])))) for r in range(h)])
            H = new
        return sum(v for row in H for v in row) if form < 2 else sum(row[0] ** 2 for row in H)
    return f


@field
def message_passing(s: Style) -> Any:
    form = s.form
    n, T = s.size(2, 8), s.steps(1, 8)
    edges = [(i, (i + 1 + s.numbers.randrange(n - 1)) % n) for i in range(n)] + [(i, (i + 1) % n) for i in range(0, n, 2)]
    x0 = s.data(n)

    def f(p: Any, x: Any) -> Any:
        a, b, c = p.one(), p.one(), p.vector(len(edges))
        h: Any = list(x0)
        for _ in range(T):
            inbox: Any = [0.0] * n if form else [[] for _ in range(n)]
            for w, (i, j) in zip(c, edges):
                m = ag.tanh(w * h[i] - b * h[j])
                if form:
                    inbox[j] = inbox[j] + m
                else:
                    inbox[j].append(m)
            h = [ag.tanh(a * u + (v if form else sum(v))) for u, v in zip(h, inbox)]
        return sum(u * u for u in h) if form < 2 else h[0] - h[-1]
    return f


@field
def graph_attention(s: Style) -> Any:
    form = s.form
    n, d, soft = s.size(1, 6), s.size(1, 3), s.softmax()
    near = [[j for j in range(n) if j == i or s.numbers.random() < 0.4] for i in range(n)]
    X = s.table(n, d)

    def f(p: Any, x: Any) -> Any:
        W, a, b = p.matrix(d, d), p.vector(d), p.vector(d)
        Z = [[sum(w * v for w, v in zip(r, row)) for r in W] for row in X]
        l, r = [sum(u * v for u, v in zip(a, z)) for z in Z], [sum(u * v for u, v in zip(b, z)) for z in Z]
        t = 0
        for i in range(n):
            w = soft([ag.leaky_relu(l[i] + r[j]) if form == 0 else ag.tanh(l[i] - r[j]) for j in near[i]])
            for k in range(d):
                o = sum(c * Z[j][k] for c, j in zip(w, near[i]))
                t += o * o if form < 2 else -o
        return t
    return f


@field
def page_rank(s: Style) -> Any:
    form = s.form
    n, T = s.size(1, 6), s.steps(1, 20)
    links = [[j for j in range(n) if s.numbers.random() < 0.5] or [i] for i in range(n)]

    def f(p: Any, x: Any) -> Any:
        d, w = p.one(0.5, 0.9), p.vector(n)
        r: Any = [1 / n] * n
        for _ in range(T):
            new: Any = [(1 - d) / n] * n
            for i in range(n):
                for j in links[i]:
                    if form == 0:
                        new[j] += d * r[i] / len(links[i])
                    else:
                        new[j] = new[j] + r[i] * (d / len(links[i]))
            if form == 2:
                z = sum(new)
                new = [v / z for v in new]
            r = new
        return sum(a * b for a, b in zip(w, r))
    return f


@field
def markov_chain(s: Style) -> Any:
    form = s.form
    n, T, soft = s.size(1, 5), s.steps(1, 30), s.softmax()
    cost = s.data(n)

    def f(p: Any, x: Any) -> Any:
        Z = p.matrix(n, n)
        P = [soft(row) for row in Z]
        q: Any = [1.0] + [0.0] * (n - 1)
        t = 0.0
        for _ in range(T):
            if form == 0:
                q = [sum(q[i] * P[i][j] for i in range(n)) for j in range(n)]
            else:
                new: Any = [0] * n
                for i in range(n):
                    for j in range(n):
                        new[j] += P[i][j] * q[i]
                q = new
            t += sum(c * v for c, v in zip(cost, q)) if form < 2 else 0
        return t + q[0]
    return f


@field
def absorbing_chain(s: Style) -> Any:
    form = s.form
    n, T = s.size(2, 8), s.steps(1, 30)

    def f(p: Any, x: Any) -> Any:
        up = ag.sigmoid(p.one())
        v: Any = [0.0] * n + [1.0]
        for _ in range(T):
            old = list(v) if form else v
            for i in range(1, n):
                v[i] = up * old[i + 1] + (1 - up) * old[i - 1]
            if form == 2:
                v[0] = v[1] * 0.5
        return v[n // 2]
    return f


@field
def recursive_tree_net(s: Style) -> Any:
    form = s.form
    d, words, act, leaves = s.size(1, 3), 4, s.activation(), s.size(1, 10)

    def grow(n: int) -> Any:
        if n == 1:
            return s.numbers.randrange(words)
        k = s.numbers.randint(1, n - 1)
        return grow(k), grow(n - k)
    trees = [grow(leaves) for _ in range(s.size(1, 3))]

    def f(p: Any, x: Any) -> Any:
        E, L, R = p.matrix(words, d), p.matrix(d, d), p.matrix(d, d)

        def encode(t: Any) -> Any:
            if not isinstance(t, tuple):
                return E[t]
            l, r = encode(t[0]), encode(t[1])
            if form == 0:
                return [act(sum(a * b for a, b in zip(L[i], l)) + sum(a * b for a, b in zip(R[i], r))) for i in range(d)]
            return [act(sum(L[i][j] * l[j] + R[i][j] * r[j] for j in range(d))) for i in range(d)]
        return sum(sum(v * v for v in encode(t)) for t in trees) if form < 2 else sum(encode(t)[0] for t in trees)
    return f


@field
def inside_algorithm(s: Style) -> Any:
    form = s.form
    n, k = s.size(1, 5), s.size(1, 2)
    words = s.ints(n, 2)

    def f(p: Any, x: Any) -> Any:
        rules, emit = [p.matrix(k, k, 0, 1) for _ in range(k)], p.matrix(k, 2, 0, 1)
        chart: Any = {(i, i + 1): [emit[a][words[i]] for a in range(k)] for i in range(n)}
        for span in range(2, n + 1):
            for i in range(n - span + 1):
                cell: Any = [0] * k
                for m in range(i + 1, i + span):
                    l, r = chart[i, m], chart[m, i + span]
                    for a in range(k):
                        for b in range(k):
                            for c in range(k):
                                cell[a] += rules[a][b][c] * l[b] * r[c]
                chart[i, i + span] = cell
        return chart[0, n][0] if form else ag.log(chart[0, n][0] + 1)
    return f


@field
def sorting_network(s: Style) -> Any:
    form = s.form
    n = s.size(1, 8)
    y, soft = s.data(n), s.flip()

    def f(p: Any, x: Any) -> Any:
        v = p.vector(n)
        for r in range(n):
            for i in range(r % 2, n - 1, 2):
                a, b = v[i], v[i + 1]
                if soft:
                    g = ag.sigmoid(4 * (b - a))
                    v[i], v[i + 1] = g * a + (1 - g) * b, g * b + (1 - g) * a
                else:
                    v[i], v[i + 1] = ag.minimum(a, b), ag.maximum(a, b)
        if form == 0:
            return sum((a - b) ** 2 for a, b in zip(v, sorted(y)))
        return sum((i + 1) * a for i, a in enumerate(v)) if form == 1 else v[0] * v[-1]
    return f


@field
def beam_of_products(s: Style) -> Any:
    form = s.form
    n, product, total = s.size(1, 6), s.product(), s.total()

    def f(p: Any, x: Any) -> Any:
        a = p.vector(n, 0.3, 1.2)
        if form == 0:
            return total([product(a[:i] + a[i + 1:]) for i in range(n)])
        if form == 1:
            e: Any = [1.0] + [0.0] * n
            for v in a:
                for k in range(n, 0, -1):
                    e[k] = e[k] + v * e[k - 1]
            return total([(-1) ** k * u for k, u in enumerate(e)])
        return product([1 - v * 0.5 for v in a]) - product(a)
    return f


@field
def poisson_binomial(s: Style) -> Any:
    form = s.form
    n, k = s.size(1, 20), s.size(0, 3)

    def f(p: Any, x: Any) -> Any:
        z = p.vector(n)
        dist: Any = [1.0]
        for v in z:
            q = ag.sigmoid(v)
            new: Any = [0] * (len(dist) + 1)
            for i, d in enumerate(dist):
                if form == 0:
                    new[i] += (1 - q) * d
                    new[i + 1] += q * d
                else:
                    new[i] = new[i] + d - q * d
                    new[i + 1] = new[i + 1] + d * q
            dist = new
        return dist[min(k, n)] if form < 2 else sum(i * d for i, d in enumerate(dist))
    return f


@field
def gaussian_filter_2d(s: Style) -> Any:
    form = s.form
    h, w, rounds = s.size(1, 7), s.size(1, 7), s.steps(1, 5)
    img = s.table(h, w)

    def f(p: Any, x: Any) -> Any:
        a, b = p.one(0, 0.5), p.one(0, 0.3)
        u: Any = [list(r) for r in img]
        for _ in range(rounds):
            rows = [[(1 - 2 * a) * r[j] + a * (r[max(j - 1, 0)] + r[min(j + 1, w - 1)]) for j in range(w)] for r in u]
            if form == 0:
                u = [[(1 - 2 * b) * rows[i][j] + b * rows[max(i - 1, 0)][j] + b * rows[min(i + 1, h - 1)][j] for j in range(w)]
                     for i in range(h)]
            else:
                u = [[rows[i][j] - b * (2 * rows[i][j] - rows[i - 1][j] - rows[(i + 1) % h][j]) for j in range(w)]
                     for i in range(h)]
        return sum(v * v for r in u for v in r) if form < 2 else u[0][0] - u[-1][-1]
    return f


@field
def echo_state(s: Style) -> Any:
    form = s.form
    T, d = s.steps(1, 30), s.size(1, 6)
    W, inp, xs = s.table(d, d), s.data(d), s.data(T)

    def f(p: Any, x: Any) -> Any:
        g, leak, out = p.one(0.2, 0.9), p.one(0.2, 0.8), p.vector(d)
        h: Any = np.array([0.0] * d, dtype=object) if form else [0.0] * d
        e = 0
        for t in range(T):
            if form == 0:
                h = [(1 - leak) * h[i] + leak * ag.tanh(g * sum(W[i][j] * h[j] for j in range(d)) + inp[i] * xs[t])
                     for i in range(d)]
            else:
                z = g * (np.array(W, dtype=object) @ h) + np.array(inp) * xs[t]
                h = h - leak * h + leak * np.array([ag.tanh(v) for v in z], dtype=object)
            if form < 2 or t % 4 == 0:
                e = e + (sum(o * v for o, v in zip(out, h)) - xs[t - 1]) ** 2
        return e
    return f


@field
def neural_stack(s: Style) -> Any:
    form = s.form
    T, d = s.size(1, 8), s.size(1, 3)
    X = s.table(T, d)

    def f(p: Any, x: Any) -> Any:
        push, pop = p.vector(T), p.vector(T)
        strengths: Any = []
        out = 0
        for t in range(T):
            take = ag.sigmoid(pop[t])
            for i in range(len(strengths) - 1, -1, -1):
                new = ag.relu(strengths[i] - take) if form else ag.maximum(0.0, strengths[i] - take)
                take = ag.relu(take - strengths[i])
                strengths[i] = new
            strengths.append(ag.sigmoid(push[t]))
            read = 1.0
            for i in reversed(range(len(strengths))):
                w = ag.minimum(strengths[i], ag.relu(read))
                read = read - strengths[i]
                out += w * X[i][0] if form < 2 else w * sum(X[i])
        return out
    return f


@field
def fast_weights(s: Style) -> Any:
    form = s.form
    T, d = s.steps(1, 12), s.size(1, 3)
    X = s.table(T, d)

    def f(p: Any, x: Any) -> Any:
        lr, decay, W = p.one(0.05, 0.3), p.one(0.5, 0.95), p.matrix(d, d)
        loss = 0
        for row in X:
            y = [sum(a * b for a, b in zip(w, row)) for w in W]
            loss += sum(v ** 2 for v in y)
            for i in range(d):
                for j in range(d):
                    if form == 0:
                        W[i][j] = decay * W[i][j] + lr * y[i] * row[j]
                    elif form == 1:
                        W[i][j] += lr * y[i] * (row[j] - y[i] * W[i][j])
                    else:
                        W[i][j] = W[i][j] - lr * (y[i] - row[i]) * row[j]
        return loss
    return f
