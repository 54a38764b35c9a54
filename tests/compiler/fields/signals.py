"""Filters, transforms, speech, vision, language: rows of samples, pixels and symbols."""
from __future__ import annotations

import math
from collections import deque
from typing import Any

import autograd as ag
from tests.compiler.fields.style import Style, field


@field
def fir_filter(s: Style) -> Any:
    n, k, total = s.size(1, 60), s.size(1, 8), s.total()
    v, d, edge = s.data(n), s.data(n), s.pick("zeros", "valid", "wrap", "mirror")

    def f(p: Any, x: Any) -> Any:
        h, loss = p.vector(k), 0
        for t in range(n):
            taps = []
            for i in range(k):
                j = t - i
                if edge == "zeros" and j < 0 or edge == "valid" and t < k - 1:
                    continue
                taps.append(h[i] * v[j % n if edge == "wrap" else min(abs(j), n - 1)])
            if taps:
                loss += (total(taps) - d[t]) ** 2
        return loss + 0.1 * sum(h)
    return f


@field
def iir_biquad(s: Style) -> Any:
    T, form = s.steps(), s.form
    v, d, seen = s.data(T), s.data(T), s.observed(T)

    def f(p: Any, x: Any) -> Any:
        b0, b1, b2 = p.vector(3)
        a1, a2 = p.one(-0.5, 0.5), p.one(-0.3, 0.3)
        x1 = x2 = y1 = y2 = 0.0
        z1 = z2 = 0
        loss = 0.0
        for t in range(T):
            u = v[t]
            if form == 0:
                y = b0 * u + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
                x1, x2, y1, y2 = u, x1, y, y1
            elif form == 1:
                y = b0 * u + z1
                z1 = b1 * u - a1 * y + z2
                z2 = b2 * u - a2 * y
            else:
                w = u - a1 * z1 - a2 * z2
                y = b0 * w + b1 * z1 + b2 * z2
                z1, z2 = w, z1
            if seen[t]:
                loss += (y - d[t]) ** 2
        return loss
    return f


@field
def cascade_of_filters(s: Style) -> Any:
    T, n = s.steps(1, 30), s.size(1, 4)
    v = s.data(T)

    def f(p: Any, x: Any) -> Any:
        a, out, state = p.vector(n, 0.1, 0.9), 0.0, [0.0] * n
        for t in range(T):
            u = v[t]
            for i in range(n):
                state[i] = a[i] * state[i] + (1 - a[i]) * u
                u = state[i]
            out += u * u
        return out
    return f


@field
def lattice_filter(s: Style) -> Any:
    T, n = s.steps(1, 25), s.size(1, 4)
    v = s.data(T)

    def f(p: Any, x: Any) -> Any:
        k, b, energy = p.vector(n, -0.7, 0.7), [0.0] * (n + 1), 0
        for t in range(T):
            fw, new = v[t], [v[t]]
            for i in range(n):
                fw, back = fw - k[i] * b[i], b[i] - k[i] * fw
                new.append(back)
            b = new
            energy = energy + fw ** 2
        return energy
    return f


@field
def autocorrelation(s: Style) -> Any:
    n, lags, dot = s.size(2, 40), s.size(1, 8), s.dot()

    def f(p: Any, x: Any) -> Any:
        v = p.vector(n)
        m = sum(v) / n
        c = [u - m for u in v]
        r = [dot(c[:n - k], c[k:]) for k in range(min(lags, n - 1))]
        return sum((u / (r[0] + 0.1)) ** 2 for u in r)
    return f


@field
def levinson_durbin(s: Style) -> Any:
    n = s.size(1, 7)

    def f(p: Any, x: Any) -> Any:
        r = [1.5 + 0.1 * p.one()] + [0.5 ** i * v for i, v in enumerate(p.vector(n, -0.4, 0.4), 1)]
        a, e = [1.0], r[0]
        for i in range(1, n + 1):
            k = -sum(a[j] * r[i - j] for j in range(i)) / e
            padded = a + [0.0]
            a = [u + k * w for u, w in zip(padded, padded[::-1])]
            e = e * (1 - k * k)
        return ag.log(e) + sum(u * u for u in a)
    return f


@field
def wavelet_by_lifting(s: Style) -> Any:
    """The 5/3 or the Daubechies wavelet by lifting, some levels, details shrunk softly."""
    n, levels, form = 2 ** s.size(1, 6), s.size(1, 4), s.form

    def f(p: Any, x: Any) -> Any:
        a, b, v = p.one(0.3, 0.6), p.one(0.1, 0.3), p.vector(n)
        out = 0
        for _ in range(levels):
            if len(v) < 2:
                break
            even, odd = list(v[::2]), list(v[1::2])
            m = len(odd)
            for i in range(m):
                right = even[(i + 1) % m] if form else even[min(i + 1, m - 1)]
                odd[i] = odd[i] - a * (even[i] + right)
            for i in range(m):
                even[i] += b * (odd[i - 1] + odd[i]) if form or i else 2 * b * odd[0]
            out += sum(ag.sqrt(d * d + 0.01) for d in odd)
            v = even
        return out + sum(u * u for u in v)
    return f


@field
def goertzel(s: Style) -> Any:
    T = s.steps(2, 50)
    v = s.data(T)

    def f(p: Any, x: Any) -> Any:
        w = p.one(0.2, 2.5)
        c, s1, s2 = 2 * ag.cos(w), 0, 0
        for u in v:
            s1, s2 = u + c * s1 - s2, s1
        return s1 ** 2 + s2 ** 2 - c * s1 * s2
    return f


@field
def phase_locked_loop(s: Style) -> Any:
    T, noise = s.steps(), s.data(50, -0.1, 0.1)

    def f(p: Any, x: Any) -> Any:
        k1, k2, w = p.one(0.1, 0.6), p.one(0.01, 0.1), p.one(0.3, 0.5)
        phase, freq, lock = 0.0, 0.4, 0.0
        for t in range(T):
            e = ag.sin(w * t + noise[t % 50] - phase)
            freq = freq + k2 * e
            phase = phase + freq + k1 * e
            lock = lock + e * e
        return lock
    return f


@field
def lms_equalizer(s: Style) -> Any:
    T, n, dot = s.steps(1, 30), s.size(1, 6), s.dot()
    v, d = s.data(T + n), s.data(T)

    def f(p: Any, x: Any) -> Any:
        mu, w, loss = p.one(0.05, 0.3), p.vector(n), 0
        for t in range(T):
            taps = v[t:t + n]
            e = d[t] - dot(w, taps)
            w = [wi + mu * e * ti for wi, ti in zip(w, taps)]
            loss += e ** 2
        return loss
    return f


@field
def recursive_least_squares(s: Style) -> Any:
    T, n, dot = s.steps(1, 15), s.size(1, 3), s.dot()
    X, d = s.table(T, n), s.data(T)

    def f(p: Any, x: Any) -> Any:
        lam, w = p.one(0.85, 0.99), p.vector(n)
        P = [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]
        loss = 0
        for u, y in zip(X, d):
            g = [dot(row, u) for row in P]
            k = [v / (lam + dot(g, u)) for v in g]
            e = y - dot(w, u)
            w = [a + b * e for a, b in zip(w, k)]
            P = [[(P[i][j] - k[i] * g[j]) / lam for j in range(n)] for i in range(n)]
            loss += e * e
        return loss
    return f


@field
def delay_line_echo(s: Style) -> Any:
    T, D = s.steps(), s.size(1, 6)
    v = s.data(T)

    def f(p: Any, x: Any) -> Any:
        g, mix, line, out = p.one(0.2, 0.8), p.one(0.2, 0.8), deque([0.0] * D), 0.0
        for u in v:
            y = u + g * line.popleft()
            line.append(y)
            out += (mix * y - (1 - mix) * u) ** 2
        return out
    return f


@field
def string_plucked(s: Style) -> Any:
    """Karplus and Strong's string: a ring of numbers, each in turn the mean of two."""
    T, n = s.steps(1, 50), s.size(2, 8)

    def f(p: Any, x: Any) -> Any:
        damp, ring, out = p.one(0.8, 1), p.vector(n), 0
        for t in range(T):
            i = t % n
            ring[i] = damp * 0.5 * (ring[i] + ring[(i + 1) % n])
            out += ring[i] * (-1) ** t
        return out ** 2
    return f


@field
def envelope_follower(s: Style) -> Any:
    T = s.steps()
    v = s.data(T)

    def f(p: Any, x: Any) -> Any:
        up, down, env, out = p.one(0.1, 0.5), p.one(0.01, 0.1), 0.1, 0.0
        for u in v:
            k = ag.where(ag.greater(abs(u), env), up, down)
            env = env + k * (abs(u) - env)
            out = out + env
        return out
    return f


@field
def compressor_gain(s: Style) -> Any:
    n, form = s.size(1, 40), s.form
    v = s.data(n)

    def f(p: Any, x: Any) -> Any:
        thr, ratio, loss = p.one(0.2, 0.6), p.one(0.1, 0.9), 0
        for u in v:
            level = abs(u)
            over = ag.relu(level - thr) if form == 0 else ag.maximum(level - thr, 0.0) if form == 1 else ag.max([level - thr, 0.0])
            loss += (level - (1 - ratio) * over - 0.5) ** 2
        return loss
    return f


@field
def ctc_of_digits(s: Style) -> Any:
    T, K, L = s.steps(2, 15), s.size(2, 4), s.size(1, 4)
    labels, feats = s.ints(L, K), s.table(T, 2)
    form = s.form

    def f(p: Any, x: Any) -> Any:
        W = p.matrix(K + 1, 2)
        ext = [K] + [v for l in labels for v in (l, K)]
        alpha: list[Any] = []
        for t in range(T):
            z = [ag.exp(row[0] * feats[t][0] + row[1] * feats[t][1]) for row in W]
            y = [v / sum(z) for v in z]
            new = []
            for i, l in enumerate(ext):
                if t == 0:
                    new.append(y[l] if i < 2 else 0.0)
                    continue
                a = alpha[i] + (alpha[i - 1] if i > 0 else 0)
                if form and i > 1 and l != K and l != ext[i - 2]:
                    a = a + alpha[i - 2]
                new.append(a * y[l])
            alpha = new
        return -ag.log(alpha[-1] + alpha[-2] + 1e-3)
    return f


@field
def hmm_of_tones(s: Style) -> Any:
    T, n, total = s.steps(1, 20), s.size(2, 4), s.total()
    obs = s.data(T)

    def f(p: Any, x: Any) -> Any:
        A, mu = p.matrix(n, n), p.vector(n)
        A = [[ag.exp(v) for v in row] for row in A]
        A = [[v / sum(row) for v in row] for row in A]
        a, ll = [1 / n] * n, 0.0
        for o in obs:
            a = [total([a[i] * A[i][j] for i in range(n)]) * ag.exp(-(o - mu[j]) ** 2) for j in range(n)]
            c = total(a)
            a, ll = [v / c for v in a], ll + ag.log(c)
        return -ll
    return f


@field
def mel_bands(s: Style) -> Any:
    n, m, total = s.size(4, 24), s.size(1, 6), s.total()
    power = s.data(n, 0.1, 1)

    def f(p: Any, x: Any) -> Any:
        c, width, out = p.vector(m, 0, 1), p.one(0.2, 0.5), 0
        for k in range(m):
            out += ag.log(total([ag.exp(-((i / n - c[k]) / width) ** 2) * power[i] for i in range(n)]) + 0.01) ** 2
        return out
    return f


@field
def conv_pool_softmax(s: Style) -> Any:
    n, k, c, act, soft = s.size(4, 8), s.pick(2, 3), s.size(1, 3), s.activation(), s.softmax()
    images, labels, pool = [s.table(n, n) for _ in range(s.size(1, 3))], s.ints(3, 2), s.pick("max", "mean", "none")

    def f(p: Any, x: Any) -> Any:
        K, V, loss = [p.matrix(k, k) for _ in range(c)], p.matrix(2, c), 0
        for image, label in zip(images, labels):
            feats = []
            for w in K:
                m = [[act(sum(w[a][b] * image[i + a][j + b] for a in range(k) for b in range(k)))
                      for j in range(n - k + 1)] for i in range(n - k + 1)]
                h = len(m) // 2
                if pool == "max":
                    m = [[ag.max([m[2 * i][2 * j], m[2 * i + 1][2 * j], m[2 * i][2 * j + 1], m[2 * i + 1][2 * j + 1]])
                          for j in range(h)] for i in range(h)]
                elif pool == "mean":
                    m = [[(m[2 * i][2 * j] + m[2 * i + 1][2 * j] + m[2 * i][2 * j + 1] + m[2 * i + 1][2 * j + 1]) / 4
                          for j in range(h)] for i in range(h)]
                feats.append(sum(v for row in m for v in row) / len(m) ** 2)
            loss -= ag.log(soft([sum(a * b for a, b in zip(row, feats)) for row in V])[label])
        return loss
    return f


@field
def dilated_causal(s: Style) -> Any:
    n, depth, act = s.size(2, 20), s.size(1, 4), s.activation()
    v = s.data(n)

    def f(p: Any, x: Any) -> Any:
        row, W = list(v), p.matrix(depth, 3)
        for d, (a, b, c) in enumerate(W):
            row = [act(a * row[t] + (b * row[t - 2 ** d] if t >= 2 ** d else 0.0) + c) for t in range(n)]
        return sum(u * u for u in row) / n
    return f


@field
def sobel_edges(s: Style) -> Any:
    n, form = s.size(3, 8), s.form

    def f(p: Any, x: Any) -> Any:
        im, out = p.matrix(n, n), 0
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                gx = im[i - 1][j + 1] - im[i - 1][j - 1] + 2 * (im[i][j + 1] - im[i][j - 1]) + im[i + 1][j + 1] - im[i + 1][j - 1]
                gy = im[i + 1][j - 1] + 2 * im[i + 1][j] + im[i + 1][j + 1] - im[i - 1][j - 1] - 2 * im[i - 1][j] - im[i - 1][j + 1]
                out += ag.sqrt(gx * gx + gy * gy + 0.01) if form == 0 else gx ** 2 - -gy ** 2 if form == 1 else abs(gx) + abs(gy)
        return out
    return f


@field
def optical_flow(s: Style) -> Any:
    T, n = s.steps(1, 10), s.size(3, 6)
    Ix, It = s.table(n, n), s.table(n, n)

    def f(p: Any, x: Any) -> Any:
        a, u = p.one(0.3, 1), p.matrix(n, n)
        for _ in range(T):
            new = [list(row) for row in u]
            for i in range(n):
                for j in range(n):
                    around = [u[i + di][j + dj] for di, dj in ((0, 1), (1, 0), (0, -1), (-1, 0)) if 0 <= i + di < n and 0 <= j + dj < n]
                    mean = sum(around) / len(around)
                    new[i][j] = mean - Ix[i][j] * (Ix[i][j] * mean + It[i][j]) / (a + Ix[i][j] ** 2)
            u = new
        return sum(v * v for row in u for v in row)
    return f


@field
def perona_malik(s: Style) -> Any:
    T, n = s.steps(1, 12), s.size(2, 10)

    def f(p: Any, x: Any) -> Any:
        k, u = p.one(0.3, 1), p.vector(n)
        for _ in range(T):
            d = [b - a for a, b in zip(u, u[1:])]
            g = [v * ag.exp(-(v / k) ** 2) for v in d]
            u = [u[i] + 0.2 * ((g[i] if i < n - 1 else 0) - (g[i - 1] if i else 0)) for i in range(n)]
        return sum(v * v for v in u)
    return f


@field
def harris_corners(s: Style) -> Any:
    n, total = s.size(3, 6), s.total()

    def f(p: Any, x: Any) -> Any:
        im = p.matrix(n, n)
        gx = [[im[i][j + 1] - im[i][j] for j in range(n - 1)] for i in range(n - 1)]
        gy = [[im[i + 1][j] - im[i][j] for j in range(n - 1)] for i in range(n - 1)]
        cells = [(a, b) for r, q in zip(gx, gy) for a, b in zip(r, q)]
        xx, yy, xy = total([a * a for a, _ in cells]), total([b * b for _, b in cells]), total([a * b for a, b in cells])
        return xx * yy - xy ** 2 - 0.05 * (xx + yy) ** 2
    return f


@field
def bigram_counts(s: Style) -> Any:
    n, K, lse = s.size(2, 60), s.size(2, 6), s.logsumexp()
    text = s.ints(n, K)

    def f(p: Any, x: Any) -> Any:
        W, nll = p.matrix(K, K), 0
        for a, b in zip(text, text[1:]):
            nll += lse(W[a]) - W[a][b]
        return nll / max(n - 1, 1) + 0.01 * sum(w * w for row in W for w in row)
    return f


@field
def ngram_network(s: Style) -> Any:
    n, K, d, h, N = s.size(4, 25), s.size(2, 5), s.size(1, 3), s.size(1, 4), s.pick(1, 2, 3)
    layer, act, lse = s.affine(), s.activation(), s.logsumexp()
    text = s.ints(n + N, K)
    start = s.start()

    def f(p: Any, x: Any) -> Any:
        E, W, V = p.matrix(K, d), p.matrix(h, d * N), p.matrix(K, h)
        nll = start
        for t in range(N, n + N):
            z = [v for k in text[t - N:t] for v in E[k]]
            o = layer(V, [act(v) for v in layer(W, z)])
            nll = nll - o[text[t]] + lse(o)
        return nll / n
    return f


@field
def soft_edit_distance(s: Style) -> Any:
    n, m, form = s.size(1, 10), s.size(1, 10), s.form
    a, b = s.ints(n, 3), s.ints(m, 3)

    def f(p: Any, x: Any) -> Any:
        insert, delete, C = p.one(0.5, 1.5), p.one(0.5, 1.5), p.matrix(3, 3, 0, 1)

        def low(*v: Any) -> Any:
            return -ag.log(sum(ag.exp(-u) for u in v)) if form else -ag.max([-u for u in v])
        row = [j * insert for j in range(m + 1)]
        for i in range(n):
            new = [row[0] + delete]
            for j in range(m):
                new.append(low(row[j] + (C[a[i]][b[j]] if a[i] != b[j] else 0.0), row[j + 1] + delete, new[j] + insert))
            row = new
        return row[-1]
    return f


@field
def glove_pairs(s: Style) -> Any:
    K, d, m, dot = s.size(2, 8), s.size(1, 4), s.size(1, 25), s.dot()
    pairs = list(zip(s.ints(m, K), s.ints(m, K), s.data(m, 0.5, 3)))

    def f(p: Any, x: Any) -> Any:
        U, V, b, c = p.matrix(K, d), p.matrix(K, d), p.vector(K), p.vector(K)
        return sum(min(1, n / 2) ** 0.75 * (dot(U[i], V[j]) + b[i] + c[j] - math.log(n)) ** 2 for i, j, n in pairs)
    return f


@field
def word_gate_rnn(s: Style) -> Any:
    """A recurrent network in which some steps are padding, and are skipped."""
    T, n, layer, act = s.steps(1, 20), s.size(1, 5), s.affine(), s.activation()
    words, real = s.ints(T, 3), s.observed(T)

    def f(p: Any, x: Any) -> Any:
        E, W, U, b, h = p.matrix(3, 2), p.matrix(n, 2), p.matrix(n, n), p.vector(n), [0.0] * n
        for t in range(T):
            if not real[t]:
                continue
            h = [act(u + v) for u, v in zip(layer(W, E[words[t]]), layer(U, h, b))]
        return sum(v * v for v in h) + 0.1 * sum(b)
    return f


@field
def attention_pool_over_time(s: Style) -> Any:
    T, d, dot, soft = s.steps(1, 20), s.size(1, 4), s.dot(), s.softmax()
    X = s.table(T, d)

    def f(p: Any, x: Any) -> Any:
        q, v, h, states = p.vector(d), p.vector(d), [0.0] * d, []
        for row in X:
            h = [ag.tanh(a * b + c) for a, b, c in zip(h, v, row)]
            states.append(h)
        w = soft([dot(q, z) for z in states])
        return sum(sum(a * z[i] for a, z in zip(w, states)) ** 2 for i in range(d))
    return f


@field
def causal_attention_rows(s: Style) -> Any:
    T, d, soft = s.size(1, 9), s.size(1, 3), s.softmax()
    X = s.table(T, d)

    def f(p: Any, x: Any) -> Any:
        Q, K = p.matrix(d, d), p.matrix(d, d)
        q, k = ([[sum(a * b for a, b in zip(w, row)) for w in M] for row in X] for M in (Q, K))
        k, out = list(k), 0
        for t, u in enumerate(q):
            w = soft([sum(a * b for a, b in zip(u, v)) / math.sqrt(d) for v in k[:t + 1]])
            out += sum((sum(a * X[j][i] for j, a in enumerate(w)) - X[t][i]) ** 2 for i in range(d))
        return out
    return f
