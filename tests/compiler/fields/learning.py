"""Regression, classification, networks, clusters."""
from __future__ import annotations

from typing import Any

import autograd as ag
from tests.compiler.fields.style import Style, field


@field
def ridge(s: Style) -> Any:
    form = s.form
    m, n, total, dot, sq, minus, mean = s.size(1, 30), s.size(1, 8), s.total(), s.dot(), s.square(), s.minus(), s.mean()
    X, y, lam, order = s.table(m, n), s.data(m), s.pick(0.1, 0.5, 2), s.order(m)

    def f(p: Any, x: Any) -> Any:
        w, b = p.vector(n), p.one()
        fit = mean([sq(minus(dot(w, X[i]) + b, y[i])) for i in order])
        if form == 0:
            return fit + lam * total([sq(v) for v in w])
        if form == 1:
            loss = fit
            for v in w:
                loss += lam * v ** 2
            return loss
        loss = 0
        for i in order:
            loss -= -sq(minus(y[i], dot(w, X[i]) + b)) / m
        for v in w[::-1]:
            loss = loss + v * lam * v
        return loss
    return f


@field
def lasso_smooth(s: Style) -> Any:
    form = s.form
    m, n, total, dot = s.size(1, 20), s.size(1, 9), s.total(), s.dot()
    X, y = s.table(m, n), s.data(m)

    def f(p: Any, x: Any) -> Any:
        w = p.vector(n)
        e = [dot(X[i], w) - y[i] for i in range(m)]
        if form == 0:
            return total([v * v for v in e]) / (2 * m) + 0.1 * total([ag.sqrt(v * v + 1e-2) for v in w])
        if form == 1:
            return 0.5 / m * total([v ** 2 for v in e]) + total([0.1 * (v ** 2 + 0.01) ** 0.5 for v in w])
        t = 0
        for v in e:
            t += v * v / m / 2
        for v in w:
            t += abs(v) * 0.1
        return t
    return f


@field
def elastic_net_poisson(s: Style) -> Any:
    form = s.form
    m, n, total, dot = s.size(1, 20), s.size(1, 5), s.total(), s.dot()
    X, k = s.table(m, n), s.ints(m, 4)

    def f(p: Any, x: Any) -> Any:
        b, w = p.one(), p.vector(n)
        nll = 0.0
        for row, c in zip(X, k):
            eta = b + dot(w, row)
            nll += (ag.exp(eta) - c * eta) if form else ag.exp(eta) - (eta * c if c else 0.0)
        if form == 2:
            nll = nll / m
        return nll + 0.01 * total([v * v for v in w]) - -0.02 * total([abs(v) for v in w])
    return f


@field
def logistic(s: Style) -> Any:
    form = s.form
    m, n, dot, mean = s.size(1, 40), s.size(1, 6), s.dot(), s.mean()
    X, y = s.table(m, n), s.ints(m, 2)

    def f(p: Any, x: Any) -> Any:
        w, b = p.vector(n), p.one()
        if form == 0:
            nll = 0
            for row, t in zip(X, y):
                q = 1 / (1 + ag.exp(-(dot(w, row) + b)))
                nll = nll - t * ag.log(q) - (1 - t) * ag.log(1 - q)
            return nll / m
        if form == 1:
            return mean([ag.softplus(-z if t else z) for z, t in ((dot(row, w) + b, t) for row, t in zip(X, y))])
        nll = 0.0
        for i in range(m - 1, -1, -1):
            z = b
            for j in range(n):
                z = z + X[i][j] * w[j]
            q = ag.sigmoid(z)
            if y[i]:
                nll -= ag.log(q)
            else:
                nll -= ag.log(1 - q)
        return nll
    return f


@field
def softmax_regression(s: Style) -> Any:
    form = s.form
    m, n, k, layer, soft, lse = s.size(1, 15), s.size(1, 5), s.size(2, 5), s.affine(), s.softmax(), s.logsumexp()
    X, y, total = s.table(m, n), s.ints(m, k), s.total()

    def f(p: Any, x: Any) -> Any:
        W, b = p.matrix(k, n), p.vector(k)
        if form == 0:
            return -total([ag.log(soft(layer(W, row, b))[t]) for row, t in zip(X, y)])
        loss = 0
        for row, t in zip(X, y):
            o = layer(W, row, b)
            loss = loss + lse(o) - o[t] if form == 1 else loss - (o[t] - lse(o)) / m
        return loss
    return f


@field
def one_hot_cross_entropy(s: Style) -> Any:
    form = s.form
    m, n, k, layer, soft, total = s.size(1, 8), s.size(1, 5), s.size(2, 4), s.affine(), s.softmax(), s.total()
    X = s.table(m, n)
    T = [[1.0 if j == c else 0.0 for j in range(k)] for c in s.ints(m, k)]

    def f(p: Any, x: Any) -> Any:
        W = p.matrix(k, n)
        loss = 0.0
        for i in range(m):
            q = soft(layer(W, X[i]))
            if form == 0:
                loss += total([-t * ag.log(v) for t, v in zip(T[i], q)])
            elif form == 1:
                for t, v in zip(T[i], q):
                    if t:
                        loss -= t * ag.log(v)
            else:
                loss = loss - total([t * ag.log(v + 1e-9) for t, v in zip(T[i], q)])
        return loss
    return f


@field
def perceptron_layers(s: Style) -> Any:
    form = s.form
    sizes = [s.size(1, 6) for _ in range(s.size(2, 5))]
    layers, act, m, total, sq = s.affine(), s.activation(), s.size(1, 8), s.total(), s.square()
    X, y = s.table(m, sizes[0]), s.data(m)

    def f(p: Any, x: Any) -> Any:
        weights = [(p.matrix(b, a), p.vector(b)) for a, b in zip(sizes, sizes[1:])]
        if form == 0:
            loss = 0
            for row, t in zip(X, y):
                h = row
                for W, b in weights:
                    h = [act(z) for z in layers(W, h, b)]
                loss += sq(total(h) - t)
            return loss
        hs = X
        for W, b in weights:
            hs = [[act(z) for z in layers(W, h, b)] for h in hs]
        if form == 1:
            return total([sq(t - total(h)) for h, t in zip(hs, y)]) / m
        loss = 0.0
        for i in s_range(m):
            loss -= -sq(sum(hs[i]) - y[i])
        return loss
    return f


def s_range(m: int) -> range:
    return range(m - 1, -1, -1)


@field
def mlp_on_inputs(s: Style) -> Any:
    form = s.form
    n, h, layers, act, k = s.size(1, 6), s.size(1, 6), s.affine(), s.activation(), s.size(1, 3)

    def f(p: Any, x: Any) -> Any:
        W, b, V = p.matrix(h, n), p.vector(h), p.matrix(k, h)
        a = x.vector(n)
        hidden = [act(z) for z in layers(W, a, b)]
        out = layers(V, hidden)
        if form == 0:
            return sum((o - a[i % n]) ** 2 for i, o in enumerate(out))
        if form == 1:
            return -sum(-o * o for o in out) + a[0] * out[0]
        t = 0
        for o in out:
            t -= o * a[-1]
        return t * t
    return f


@field
def residual_net(s: Style) -> Any:
    form = s.form
    d, depth, layers, act = s.size(1, 6), s.steps(1, 12), s.affine(), s.activation()
    x0, shared = s.data(d), s.flip(0.3)

    def f(p: Any, x: Any) -> Any:
        Ws = [p.matrix(d, d) for _ in range(1 if shared else depth)]
        h = list(x0)
        for t in range(depth):
            W = Ws[t % len(Ws)]
            z = layers(W, h)
            if form == 0:
                h = [u + 0.1 * act(v) for u, v in zip(h, z)]
            elif form == 1:
                for i in range(d):
                    h[i] = h[i] + act(z[i]) / depth
            else:
                h = [u - -act(v) * 0.2 for u, v in zip(h, z)]
        return sum(v * v for v in h)
    return f


@field
def layer_norm(s: Style) -> Any:
    form = s.form
    m, d, total, mean, sq = s.size(1, 6), s.size(2, 8), s.total(), s.mean(), s.square()
    X = s.table(m, d, -2, 2)

    def f(p: Any, x: Any) -> Any:
        g, b, w = p.vector(d), p.vector(d), p.vector(d)
        out = 0
        for row in X:
            h = [u * v for u, v in zip(row, w)]
            mu = mean(h)
            if form == 0:
                var = mean([sq(v - mu) for v in h])
            elif form == 1:
                var = mean([v * v for v in h]) - mu * mu
            else:
                var = total([(v - mu) ** 2 for v in h]) / (d - 1)
            r = (var + 1e-2) ** -0.5 if form else 1 / ag.sqrt(var + 1e-2)
            out += total([ag.tanh(gi * (v - mu) * r + bi) for gi, v, bi in zip(g, h, b)])
        return out
    return f


@field
def rms_norm(s: Style) -> Any:
    form = s.form
    m, d, sq, mean, dot = s.size(1, 6), s.size(1, 8), s.square(), s.mean(), s.dot()
    X, y = s.table(m, d, 0.2, 2), s.data(m)

    def f(p: Any, x: Any) -> Any:
        w, g = p.vector(d, 0.3, 1.5), p.vector(d)
        t = 0.0
        for row, goal in zip(X, y):
            h = [a * b for a, b in zip(w, row)]
            r = ag.sqrt(mean([sq(v) for v in h]) + 1e-5)
            o = dot(g, [v / r for v in h]) if form else dot(g, h) / r
            t = t + sq(o - goal) if form < 2 else t - -(o - goal) * (o - goal)
        return t
    return f


@field
def batch_norm(s: Style) -> Any:
    form = s.form
    m, d, mean, sq, act, total = s.size(2, 12), s.size(1, 5), s.mean(), s.square(), s.activation(), s.total()
    X = s.table(m, d)

    def f(p: Any, x: Any) -> Any:
        W, g, b = p.matrix(d, d), p.vector(d, 0.5, 1.5), p.vector(d)
        H = [[sum(W[j][k] * row[k] for k in range(d)) for j in range(d)] for row in X]
        if form == 0:
            mus = [mean([H[i][j] for i in range(m)]) for j in range(d)]
            vs = [mean([sq(H[i][j] - mus[j]) for i in range(m)]) for j in range(d)]
            return total([act(g[j] * (H[i][j] - mus[j]) / ag.sqrt(vs[j] + 0.01) + b[j]) for i in range(m) for j in range(d)])
        out = 0
        for j in range(d):
            column = [row[j] for row in H]
            mu = mean(column)
            var = mean([sq(v - mu) for v in column]) if form == 1 else mean([sq(v) for v in column]) - sq(mu)
            scale = g[j] * (var + 1e-2) ** -0.5
            for v in column:
                out += act((v - mu) * scale + b[j])
        return out
    return f


@field
def dropout_mask(s: Style) -> Any:
    form = s.form
    m, d, h, layers, act = s.size(1, 8), s.size(1, 5), s.size(1, 6), s.affine(), s.activation()
    X, masks = s.table(m, d), [s.ints(h, 2) for _ in range(m)]

    def f(p: Any, x: Any) -> Any:
        W, b, v = p.matrix(h, d), p.vector(h), p.vector(h)
        t = 0
        for row, mask in zip(X, masks):
            z = [act(u) for u in layers(W, row, b)]
            if form == 0:
                t += sum(u * k * 2 for u, k in zip(z, mask))
            elif form == 1:
                t += sum(w * u / 0.5 for w, u, k in zip(v, z, mask) if k)
            else:
                for w, u, k in zip(v, z, mask):
                    if not k:
                        continue
                    t -= w * u
        return t * 1.0
    return f


@field
def conv1d(s: Style) -> Any:
    form = s.form
    n, k, stride, total, act, dot = s.size(3, 40), s.size(1, 5), s.pick(1, 1, 2, 3), s.total(), s.activation(), s.dot()
    signal, pad = s.data(max(n, k)), s.pick(0, 0, 1)

    def f(p: Any, x: Any) -> Any:
        w, b = p.vector(k), p.one()
        row = [0.0] * pad + signal + [0.0] * pad
        if form == 0:
            out = [act(dot(w, row[i:i + k]) + b) for i in range(0, len(row) - k + 1, stride)]
        elif form == 1:
            out = []
            for i in range(0, len(row) - k + 1, stride):
                z = b
                for j in range(k):
                    z = z + w[j] * row[i + j]
                out.append(act(z))
        else:
            out = [act(total([w[k - 1 - j] * row[i + j] for j in range(k)]) - b) for i in range(0, len(row) - k + 1, stride)]
        return total([o * o for o in out])
    return f


@field
def conv_stack(s: Style) -> Any:
    form = s.form
    n, k, channels, act = s.size(6, 24), s.size(1, 3), s.size(1, 3), s.activation()
    signal, depth, wrap = s.data(n), s.size(1, 4), s.flip()

    def f(p: Any, x: Any) -> Any:
        planes = [list(signal)]
        for _ in range(depth):
            K = [[p.vector(k) for _ in planes] for _ in range(channels)]
            new = []
            for c in range(channels):
                line = []
                length = len(planes[0])
                for i in range(length if wrap else max(1, length - k + 1)):
                    z = 0.0
                    for a, plane in enumerate(planes):
                        for j in range(k):
                            if wrap:
                                z += K[c][a][j] * plane[(i + j - k // 2) % length]
                            elif i + j < length:
                                z += K[c][a][j] * plane[i + j]
                    line.append(act(z))
                new.append(line)
            planes = new
        if form == 0:
            return sum(v for plane in planes for v in plane)
        if form == 1:
            return sum(sum(plane) ** 2 for plane in planes) / n
        return sum(max_pool(plane, 2)[0] for plane in planes)
    return f


def max_pool(line: Any, k: int) -> Any:
    return [ag.max(line[i:i + k]) for i in range(0, len(line), k)]


@field
def conv2d(s: Style) -> Any:
    form = s.form
    h, w, k, act, total = s.size(3, 9), s.size(3, 9), s.size(1, 3), s.activation(), s.total()
    image, mode, stride = s.table(h, w), s.pick("valid", "same", "wrap"), s.pick(1, 1, 2)

    def f(p: Any, x: Any) -> Any:
        K, b = p.matrix(k, k), p.one()
        out = {}
        for i in range(0, h if mode != "valid" else h - k + 1, stride):
            for j in range(0, w if mode != "valid" else w - k + 1, stride):
                z = b if form else 0
                for u in range(k):
                    for v in range(k):
                        a, c = i + u - (k // 2 if mode != "valid" else 0), j + v - (k // 2 if mode != "valid" else 0)
                        if mode == "wrap":
                            z += image[a % h][c % w] * K[u][v]
                        elif 0 <= a < h and 0 <= c < w:
                            z += image[a][c] * K[u][v] if form < 2 else -K[u][v] * -image[a][c]
                out[i, j] = act(z)
        return total([v for v in out.values()])
    return f


@field
def average_pool_net(s: Style) -> Any:
    form = s.form
    n, k, act, mean = s.size(4, 24), s.size(1, 4), s.activation(), s.mean()
    signal = s.data(n)

    def f(p: Any, x: Any) -> Any:
        w, v = p.vector(n), p.vector(3)
        z = [act(a * b) for a, b in zip(w, signal)]
        if form == 0:
            pooled = [mean(z[i:i + k]) for i in range(0, n, k)]
        elif form == 1:
            pooled = [mean(z[i:i + k]) for i in range(0, n - k + 1)] or z
        else:
            pooled = [mean(z[max(0, i - k):i + k + 1]) for i in range(n)]
        return sum(v[i % 3] * u * u for i, u in enumerate(pooled))
    return f


@field
def max_pool_2d(s: Style) -> Any:
    form = s.form
    h, w, k = s.size(2, 8), s.size(2, 8), s.size(1, 3)
    image = s.table(h, w, 0.1, 1)

    def f(p: Any, x: Any) -> Any:
        W = p.matrix(h, w)
        z = [[a * b for a, b in zip(r, q)] for r, q in zip(W, image)]
        t = 0
        for i in range(0, h, k):
            for j in range(0, w, k):
                block = [z[a][b] for a in range(i, min(i + k, h)) for b in range(j, min(j + k, w))]
                if form == 0:
                    t += ag.max(block) ** 2
                elif form == 1:
                    top = block[0]
                    for v in block[1:]:
                        top = ag.maximum(top, v)
                    t += top
                else:
                    top = block[-1]
                    for v in block:
                        top = ag.maximum(v, top)
                    t -= ag.exp(top)
        return t
    return f


@field
def embedding_bigram(s: Style) -> Any:
    form = s.form
    v, d, T, lse, dot = s.size(2, 6), s.size(1, 4), s.steps(2, 40), s.logsumexp(), s.dot()
    tokens = s.ints(T + 1, v)

    def f(p: Any, x: Any) -> Any:
        E, U = p.matrix(v, d), p.matrix(v, d)
        loss = 0
        for a, b in zip(tokens, tokens[1:]):
            z = [dot(E[a], row) for row in U]
            if form == 0:
                loss += lse(z) - z[b]
            elif form == 1:
                loss = loss - z[b] + lse(z)
            else:
                loss -= (z[b] - lse(z)) / T
        return loss
    return f


@field
def skip_gram(s: Style) -> Any:
    form = s.form
    v, d, m, dot, total = s.size(2, 8), s.size(1, 4), s.size(1, 20), s.dot(), s.total()
    pairs = list(zip(s.ints(m, v), s.ints(m, v), s.ints(m, v)))

    def f(p: Any, x: Any) -> Any:
        A, B = p.matrix(v, d), p.matrix(v, d)
        if form == 0:
            return -total([ag.log(ag.sigmoid(dot(A[i], B[j]))) + ag.log(ag.sigmoid(-dot(A[i], B[k]))) for i, j, k in pairs])
        loss = 0.0
        for i, j, k in pairs:
            good, bad = dot(A[i], B[j]), dot(B[k], A[i])
            loss += ag.softplus(-good) + ag.softplus(bad) if form == 1 else ag.softplus(bad - good)
        return loss / m
    return f


@field
def matrix_factorization(s: Style) -> Any:
    form = s.form
    u, v, d, m, dot, sq, total = s.size(1, 8), s.size(1, 8), s.size(1, 4), s.size(1, 30), s.dot(), s.square(), s.total()
    seen = list(zip(s.ints(m, u), s.ints(m, v), s.data(m)))

    def f(p: Any, x: Any) -> Any:
        U, V, b, c = p.matrix(u, d), p.matrix(v, d), p.vector(u), p.vector(v)
        e = 0
        for i, j, r in seen:
            if form == 0:
                e += sq(r - dot(U[i], V[j]) - b[i] - c[j])
            elif form == 1:
                e = e + sq(dot(V[j], U[i]) + (b[i] + c[j]) - r)
            else:
                e -= -sq(b[i] + dot(U[i], V[j]) + c[j] - r) / m
        return e + 0.1 * (total([sq(a) for row in U for a in row]) + total([sq(a) for row in V for a in row]))
    return f


@field
def factorization_machine(s: Style) -> Any:
    form = s.form
    m, n, d, total = s.size(1, 6), s.size(1, 6), s.size(1, 3), s.total()
    X, y = s.table(m, n), s.data(m)

    def f(p: Any, x: Any) -> Any:
        w, V = p.vector(n), p.matrix(n, d)
        loss = 0
        for row, t in zip(X, y):
            z = total([a * b for a, b in zip(w, row)])
            if form == 0:
                for i in range(n):
                    for j in range(i + 1, n):
                        z += sum(V[i][k] * V[j][k] for k in range(d)) * row[i] * row[j]
            else:
                for k in range(d):
                    a = total([V[i][k] * row[i] for i in range(n)])
                    b = total([(V[i][k] * row[i]) ** 2 for i in range(n)])
                    z += 0.5 * (a * a - b) if form == 1 else (a ** 2 - b) / 2
            loss += (z - t) ** 2
        return loss
    return f


@field
def gaussian_mixture(s: Style) -> Any:
    form = s.form
    m, k, lse, total, sq = s.size(1, 20), s.size(1, 4), s.logsumexp(), s.total(), s.square()
    xs = s.data(m, -2, 2)

    def f(p: Any, x: Any) -> Any:
        mu, ls, a = p.vector(k), p.vector(k), p.vector(k)
        norm = lse(a)
        nll = 0
        for v in xs:
            terms = [a[j] - norm - ls[j] - 0.5 * sq((v - mu[j]) / ag.exp(ls[j])) if form else
                     (a[j] - norm) - (ls[j] + 0.5 * sq((v - mu[j]) * ag.exp(-ls[j]))) for j in range(k)]
            nll = nll - lse(terms) if form < 2 else nll - ag.log(total([ag.exp(t) for t in terms]))
        return nll + 0.918938 * m
    return f


@field
def soft_kmeans(s: Style) -> Any:
    form = s.form
    m, k, d, soft, sq, total = s.size(1, 10), s.size(1, 4), s.size(1, 3), s.softmax(), s.square(), s.total()
    X, beta = s.table(m, d), s.pick(1.0, 2.0, 0.5)

    def f(p: Any, x: Any) -> Any:
        C = p.matrix(k, d)
        cost = 0.0
        for row in X:
            d2 = [total([sq(a - b) for a, b in zip(row, c)]) for c in C]
            if form == 0:
                cost += sum(r * v for r, v in zip(soft([-beta * v for v in d2]), d2))
            elif form == 1:
                cost += -ag.log(sum(ag.exp(-beta * v) for v in d2)) / beta
            else:
                r = soft([v * -beta for v in d2])
                for a, b in zip(r, d2):
                    cost -= a * -b
        return cost / m
    return f


@field
def radial_basis(s: Style) -> Any:
    form = s.form
    m, k, sq, total = s.size(1, 15), s.size(1, 5), s.square(), s.total()
    xs, ys = s.data(m), s.data(m)

    def f(p: Any, x: Any) -> Any:
        c, w, g = p.vector(k), p.vector(k), p.one(0.3, 1)
        if form == 0:
            return total([sq(total([w[j] * ag.exp(-g * sq(a - c[j])) for j in range(k)]) - b) for a, b in zip(xs, ys)])
        loss = 0
        for a, b in zip(xs, ys):
            z = 0
            for j in range(k):
                z -= w[j] * ag.exp(-sq(c[j] - a) / (2 * g * g))
            loss += (z + b) ** 2 if form == 1 else abs(z + b)
        return loss
    return f


@field
def kernel_svm(s: Style) -> Any:
    form = s.form
    m, n, sq, total = s.size(1, 10), s.size(1, 3), s.square(), s.total()
    X, y = s.table(m, n), [2 * v - 1 for v in s.ints(m, 2)]

    def f(p: Any, x: Any) -> Any:
        a, b = p.vector(m), p.one()
        K = [[ag.exp(-sum((u - v) ** 2 for u, v in zip(X[i], X[j]))) if isinstance(b, ag.Value) else
              2.718281828459045 ** -sum((u - v) ** 2 for u, v in zip(X[i], X[j])) for j in range(m)] for i in range(m)]
        K = [[float(getattr(k, "data", k)) for k in row] for row in K]
        hinge = 0
        for i in range(m):
            z = total([a[j] * K[i][j] for j in range(m)]) + b
            hinge += ag.relu(1 - y[i] * z) if form == 0 else sq(ag.maximum(0.0, 1 - z * y[i]))
        reg = 0
        for i in range(m):
            for j in range(m):
                reg += a[i] * a[j] * K[i][j] if form < 2 else a[i] * K[i][j] * a[j] / 2
        return hinge / m + 0.1 * reg
    return f


@field
def gp_small(s: Style) -> Any:
    form = s.form
    n = s.size(1, 5)
    xs, ys = s.data(n), s.data(n)

    def f(p: Any, x: Any) -> Any:
        ell, sf, sn = p.one(-0.5, 0.5), p.one(-0.5, 0.5), p.one(-1, 0)
        K = [[ag.exp(2 * sf) * ag.exp(-0.5 * (a - b) ** 2 / ag.exp(2 * ell)) + (ag.exp(2 * sn) if i == j else 0.0)
              for j, b in enumerate(xs)] for i, a in enumerate(xs)]
        L = cholesky(K, form)
        z: list[Any] = []
        for i in range(n):
            z.append((ys[i] - sum(L[i][j] * z[j] for j in range(i))) / L[i][i])
        return 0.5 * sum(v * v for v in z) + sum(ag.log(L[i][i]) for i in range(n))
    return f


def cholesky(A: Any, form: int = 0) -> Any:
    return [by_rows, in_place, by_columns][form](A)


def by_rows(A: Any) -> Any:
    n = len(A)
    L: Any = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            t = A[i][j] - sum(L[i][k] * L[j][k] for k in range(j))
            L[i][j] = ag.sqrt(t) if i == j else t / L[j][j]
    return L


def in_place(A: Any) -> Any:
    n, A = len(A), [list(row) for row in A]
    for k in range(n):
        A[k][k] = A[k][k] ** 0.5
        for i in range(k + 1, n):
            A[i][k] = A[i][k] / A[k][k]
        for j in range(k + 1, n):
            for i in range(j, n):
                A[i][j] -= A[i][k] * A[j][k]
    return [[A[i][j] if j <= i else 0.0 for j in range(n)] for i in range(n)]


def by_columns(A: Any) -> Any:
    n = len(A)
    L: Any = [[0.0] * n for _ in range(n)]
    for j in range(n):
        t = A[j][j]
        for k in range(j):
            t -= L[j][k] ** 2
        L[j][j] = ag.sqrt(t)
        for i in range(j + 1, n):
            t = A[i][j]
            for k in range(j):
                t -= L[i][k] * L[j][k]
            L[i][j] = t / L[j][j]
    return L


@field
def contrastive(s: Style) -> Any:
    form = s.form
    m, d, h, layers, lse, dot = s.size(2, 6), s.size(1, 4), s.size(1, 4), s.affine(), s.logsumexp(), s.dot()
    A, B, tau = s.table(m, d), s.table(m, d), s.pick(0.5, 1.0, 2)

    def f(p: Any, x: Any) -> Any:
        W = p.matrix(h, d)
        U, V = [layers(W, a) for a in A], [layers(W, b) for b in B]
        if form == 2:
            U = [[v / ag.sqrt(sum(u * u for u in row) + 1e-3) for v in row] for row in U]
        loss = 0
        for i in range(m):
            logits = [dot(U[i], V[j]) / tau for j in range(m)]
            loss += lse(logits) - logits[i] if form else -(logits[i] - lse(logits))
        return loss / m
    return f


@field
def triplet(s: Style) -> Any:
    form = s.form
    m, d, h, layers, sq = s.size(1, 8), s.size(1, 4), s.size(1, 3), s.affine(), s.square()
    A, P, N = s.table(m, d), s.table(m, d), s.table(m, d)

    def f(p: Any, x: Any) -> Any:
        W, b = p.matrix(h, d), p.vector(h)
        t = 0
        for a, q, r in zip(A, P, N):
            ea, eq, er = (layers(W, v, b) for v in (a, q, r))
            near, far = sum(sq(u - v) for u, v in zip(ea, eq)), sum(sq(u - v) for u, v in zip(ea, er))
            t += ag.relu(near - far + 1) if form else ag.maximum(1.0 + near - far, 0.0)
        return t if form < 2 else t / m - 0.001 * sum(v * v for v in b)
    return f


@field
def mixture_of_experts(s: Style) -> Any:
    form = s.form
    m, n, k, soft, dot, sq = s.size(1, 10), s.size(1, 4), s.size(1, 4), s.softmax(), s.dot(), s.square()
    X, y = s.table(m, n), s.data(m)

    def f(p: Any, x: Any) -> Any:
        G, E = p.matrix(k, n), p.matrix(k, n)
        e = 0
        for row, t in zip(X, y):
            gate = soft([dot(g, row) for g in G])
            out = [dot(w, row) for w in E]
            if form == 0:
                e += sq(dot(gate, out) - t)
            elif form == 1:
                e -= ag.log(sum(a * ag.exp(-0.5 * (o - t) ** 2) for a, o in zip(gate, out)))
            else:
                mix = 0.0
                for a, o in zip(gate, out):
                    mix = mix - a * o
                e += sq(mix + t)
        return e
    return f


@field
def autoencoder(s: Style) -> Any:
    form = s.form
    m, d, h, layers, act, sq, tied = s.size(1, 6), s.size(1, 6), s.size(1, 4), s.affine(), s.activation(), s.square(), s.flip()
    X = s.table(m, d)

    def f(p: Any, x: Any) -> Any:
        W, b, c = p.matrix(h, d), p.vector(h), p.vector(d)
        V = [[W[i][j] for i in range(h)] for j in range(d)] if tied else p.matrix(d, h)
        e = 0
        for row in X:
            code = [act(z) for z in layers(W, row, b)]
            out = layers(V, code, c)
            if form == 2:
                out = [ag.sigmoid(o) for o in out]
            e += sum(sq(o - t) for o, t in zip(out, row)) if form else sum(sq(t - o) for o, t in zip(out, row)) / d
        return e
    return f


@field
def vae_kl(s: Style) -> Any:
    form = s.form
    m, d, z, layers = s.size(1, 5), s.size(1, 5), s.size(1, 3), s.affine()
    X, noise = s.table(m, d), s.table(m, z)

    def f(p: Any, x: Any) -> Any:
        A, B, D = p.matrix(z, d), p.matrix(z, d), p.matrix(d, z)
        t = 0
        for row, eps in zip(X, noise):
            mu, lv = layers(A, row), layers(B, row)
            h = [a + ag.exp(0.5 * b) * e for a, b, e in zip(mu, lv, eps)]
            out = layers(D, h)
            t += sum((o - r) ** 2 for o, r in zip(out, row))
            if form == 0:
                t -= 0.5 * sum(1 + b - a ** 2 - ag.exp(b) for a, b in zip(mu, lv))
            elif form == 1:
                for a, b in zip(mu, lv):
                    t += (a * a + ag.exp(b) - b - 1) / 2
            else:
                t = t + 0.5 * sum(ag.exp(b) + a * a for a, b in zip(mu, lv)) - sum(b / 2 + 0.5 for b in lv)
        return t
    return f


@field
def policy_gradient(s: Style) -> Any:
    form = s.form
    T, n, k, soft, dot = s.steps(1, 30), s.size(1, 4), s.size(2, 4), s.softmax(), s.dot()
    S, A, R = s.table(T, n), s.ints(T, k), s.data(T)

    def f(p: Any, x: Any) -> Any:
        W = p.matrix(k, n)
        G, gains = 0.0, []
        for r in reversed(R):
            G = r + 0.9 * G
            gains.append(G)
        gains.reverse()
        loss = 0
        for state, a, g in zip(S, A, gains):
            q = soft([dot(w, state) for w in W])
            loss -= g * ag.log(q[a])
            if form == 1:
                loss += 0.01 * sum(v * ag.log(v) for v in q)
        return loss / T if form < 2 else loss
    return f


@field
def huber_where(s: Style) -> Any:
    form = s.form
    m, n, dot = s.size(1, 20), s.size(1, 4), s.dot()
    X, y = s.table(m, n), s.data(m, -3, 3)

    def f(p: Any, x: Any) -> Any:
        w = p.vector(n)
        t = 0
        for row, goal in zip(X, y):
            e = dot(w, row) - goal
            if form == 0:
                t += ag.where(ag.greater(abs(e), 1.0), abs(e) - 0.5, 0.5 * e * e)
            elif form == 1:
                a = abs(e)
                q = ag.minimum(a, 1.0)
                t += 0.5 * q * q + (a - q)
            else:
                t += ag.sqrt(1 + e ** 2) - 1
        return t
    return f


@field
def quantile_loss(s: Style) -> Any:
    form = s.form
    m, n, dot, qs = s.size(1, 20), s.size(1, 4), s.dot(), s.pick([0.5], [0.1, 0.5, 0.9])
    X, y = s.table(m, n), s.data(m)

    def f(p: Any, x: Any) -> Any:
        W = p.matrix(len(qs), n)
        t = 0.0
        for w, q in zip(W, qs):
            for row, goal in zip(X, y):
                e = goal - dot(w, row)
                t += ag.maximum(q * e, (q - 1) * e) if form else q * ag.relu(e) + (1 - q) * ag.relu(-e)
        return t / m if form < 2 else t
    return f


@field
def cox_hazards(s: Style) -> Any:
    form = s.form
    m, n, dot, total, lse = s.size(1, 20), s.size(1, 4), s.dot(), s.total(), s.logsumexp()
    X, died = s.table(m, n), s.ints(m, 2)

    def f(p: Any, x: Any) -> Any:
        w = p.vector(n)
        eta = [dot(w, row) for row in X]
        nll = 0
        if form == 0:
            for i in range(m):
                if died[i]:
                    nll -= eta[i] - ag.log(total([ag.exp(v) for v in eta[i:]]))
        elif form == 1:
            risk = 0
            for i in reversed(range(m)):
                risk = risk + ag.exp(eta[i])
                if died[i]:
                    nll = nll + ag.log(risk) - eta[i]
        else:
            for i in range(m):
                nll += died[i] * (lse(eta[i:]) - eta[i])
        return nll + 0.1 * w[0]
    return f


@field
def ordinal(s: Style) -> Any:
    form = s.form
    m, n, k, dot = s.size(1, 15), s.size(1, 3), s.size(2, 4), s.dot()
    X, y = s.table(m, n), s.ints(m, k)

    def f(p: Any, x: Any) -> Any:
        w, first, gaps = p.vector(n), p.one(), p.vector(k)
        cuts = [first]
        for g in gaps[:k - 2]:
            cuts.append(cuts[-1] + ag.exp(g))
        loss = 0
        for row, t in zip(X, y):
            z = dot(w, row)
            upper = ag.sigmoid(cuts[t] - z) if t < k - 1 else 1.0
            lower = ag.sigmoid(cuts[t - 1] - z) if t > 0 else 0.0
            loss -= ag.log(upper - lower + 1e-6) if form else ag.log(1e-6 + upper + -lower)
        return loss
    return f


@field
def tree_soft(s: Style) -> Any:
    form = s.form
    m, n, depth, dot = s.size(1, 6), s.size(1, 4), s.size(1, 3), s.dot()
    X, y = s.table(m, n), s.data(m)

    def f(p: Any, x: Any) -> Any:
        W, leaves = p.matrix(2 ** depth - 1, n), p.vector(2 ** depth)

        def value(node: int, level: int, row: Any) -> Any:
            if level == depth:
                return leaves[node - (2 ** depth - 1)]
            g = ag.sigmoid(dot(W[node], row))
            left, right = value(2 * node + 1, level + 1, row), value(2 * node + 2, level + 1, row)
            return g * left + (1 - g) * right if form else right - g * (right - left)
        return sum((value(0, 0, row) - t) ** 2 for row, t in zip(X, y))
    return f


@field
def neural_ode_field(s: Style) -> Any:
    form = s.form
    T, d, h, layers, act = s.steps(1, 20), s.size(1, 3), s.size(1, 4), s.affine(), s.activation()
    z0, dt = s.data(d), s.pick(0.1, 0.05)

    def f(p: Any, x: Any) -> Any:
        A, b, B = p.matrix(h, d), p.vector(h), p.matrix(d, h)

        def rate(z: Any) -> Any:
            return layers(B, [act(v) for v in layers(A, z, b)])
        z = list(z0)
        for _ in range(T):
            if form == 0:
                z = [u + dt * v for u, v in zip(z, rate(z))]
            else:
                k1 = rate(z)
                k2 = rate([u + dt / 2 * v for u, v in zip(z, k1)])
                z = [u + dt * v for u, v in zip(z, k2)] if form == 1 else [
                    u + (v + w) * dt / 2 for u, v, w in zip(z, k1, rate([a + dt * c for a, c in zip(z, k1)]))]
        return sum((u - 1) ** 2 for u in z)
    return f


@field
def hypernetwork(s: Style) -> Any:
    form = s.form
    a, b, c, m = s.size(1, 3), s.size(1, 3), s.size(1, 3), s.size(1, 6)
    X, total = s.table(m, b), s.total()

    def f(p: Any, x: Any) -> Any:
        z, H = p.vector(a), p.matrix(b * c, a)
        flat = [total([h * v for h, v in zip(row, z)]) for row in H]
        W = [flat[i * b:(i + 1) * b] for i in range(c)] if form else [[flat[j * c + i] for j in range(b)] for i in range(c)]
        t = 0
        for row in X:
            for w in W:
                t += ag.tanh(total([u * v for u, v in zip(w, row)])) ** 2
        return t
    return f


@field
def multi_task(s: Style) -> Any:
    form = s.form
    m, n, h, tasks, layers, act = s.size(1, 6), s.size(1, 4), s.size(1, 4), s.size(1, 3), s.affine(), s.activation()
    X, Y = s.table(m, n), s.table(m, tasks)

    def f(p: Any, x: Any) -> Any:
        W, V, ls = p.matrix(h, n), p.matrix(tasks, h), p.vector(tasks)
        losses = [0] * tasks
        for row, goals in zip(X, Y):
            z = [act(v) for v in layers(W, row)]
            for k, o in enumerate(layers(V, z)):
                losses[k] += (o - goals[k]) ** 2
        if form == 0:
            return sum(loss * ag.exp(-a) + a for loss, a in zip(losses, ls))
        t = 0
        for k in range(tasks):
            t += losses[k] / (2 * ag.exp(ls[k]) ** 2) + ls[k] if form == 1 else ag.log(losses[k] + 0.1) * ls[k]
        return t
    return f
