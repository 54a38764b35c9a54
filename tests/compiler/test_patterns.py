"""Graphs with structure, as people write them: each pattern of indices is compiled and held to eager, sample by sample."""
from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.compiler.arrays.structure import regrouped
from tests.compiler.agree import agrees

ACTIVATIONS = ["relu", "tanh", "sigmoid", "softplus", "elu"]


def numbers(count: int, seed: int = 0) -> list[float]:
    return np.random.default_rng(seed).uniform(-1, 1, count).tolist()


def matrix(P, rows, columns, start=0):
    return [P[start + i * columns:start + (i + 1) * columns] for i in range(rows)]


def plain(W, x, b=None):
    return [sum((w * u for w, u in zip(row, x)), c) for row, c in zip(W, b or [0.0] * len(W))]


def mlp(P, x, sizes, style="plain", activation="relu"):
    start = 0
    for k, (n, rows) in enumerate(zip(sizes, sizes[1:])):
        neurons = [P[start + i * (n + 1):start + (i + 1) * (n + 1)] for i in range(rows)]
        start += rows * (n + 1)
        W, b = [w[:-1] for w in neurons], [w[-1] for w in neurons]
        x = ag.affine(W, x, b) if style == "dot" else plain(W, x, b)
        if k < len(sizes) - 2:
            x = [getattr(ag, activation)(z) for z in x]
    return x


def count_of(sizes):
    return sum(rows * (n + 1) for n, rows in zip(sizes, sizes[1:]))


@given(sizes=st.lists(st.integers(1, 6), min_size=2, max_size=4), style=st.sampled_from(["plain", "dot"]),
       activation=st.sampled_from(ACTIVATIONS), m=st.integers(1, 9), seed=st.integers(0, 99), loss=st.sampled_from("ahq"))
@settings(max_examples=60)
def test_a_network_per_sample_and_over_a_data_set(sizes, style, activation, m, seed, loss):
    theta, rows = numbers(count_of(sizes), seed), np.random.default_rng(seed + 1).uniform(-1, 1, (m, sizes[0] + 1)).tolist()

    def of(P, row):
        out = mlp(P, row[:-1], sizes, style, activation)
        errors = [o - row[-1] for o in out]
        return sum({"a": abs, "h": lambda e: ag.relu(1 - e * row[-1]), "q": lambda e: e * e}[loss](e) for e in errors)
    agrees(of, theta, rows[0], rows)
    agrees(lambda P, X: sum(of(P, row) for row in rows) * (1 / m) + 0.01 * sum(p * p for p in P), theta)


def softmax(z):
    e = [ag.exp(v) for v in z]
    total = sum(e)
    return [v / total for v in e]


def broken_network(change):
    def build(P, X):
        x = [numbers(3, i) for i in range(8)]
        W, b = matrix(P, 4, 3), P[12:16]
        out = []
        for i, row in enumerate(x):
            V = [list(w) for w in W]
            z = plain(V, row, b)
            f = [ag.tanh(v) for v in z]
            if i == 3 and change == "weight":
                V[2][1] = P[0]
                f = [ag.tanh(v) for v in plain(V, row, b)]
            if i == 3 and change == "more":
                f[1] = ag.relu(f[1])
            if i in (2, 5) and change == "less":
                f[2] = z[2]
            if i == 6 and change == "constant":
                f[0] = 0.5
            if i == 4 and change == "missing":
                f = f[:3]
            out.append(sum(f, 0.1) ** 2)
        return sum(out)
    return build


def attention(P, n, d, ragged):
    q, k, v = (plain_rows(matrix(P, d, d, s * d * d), n, d, s) for s in range(3))
    out = []
    for t in range(n):
        seen = range(t + 1) if ragged else range(n)
        p = softmax([sum(a * b for a, b in zip(q[t], k[s])) * (1 / d ** 0.5) for s in seen])
        out += [sum(p[j] * v[s][i] for j, s in enumerate(seen)) for i in range(d)]
    return sum(o * o for o in out)


def plain_rows(W, n, d, seed):
    return [plain(W, numbers(d, 10 * seed + t)) for t in range(n)]


def recurrent(P, steps, size, xs):
    h = [0.0] * size
    for t in range(steps):
        h = [ag.tanh(sum((w * u for w, u in zip(P[i * size:(i + 1) * size], h)), P[size * size + i] * xs[t]))
             for i in range(size)]
    return sum(v * v for v in h)


def convolution(P, x, width, stride=1):
    z = [sum((P[j] * x[i + j] for j in range(width)), P[width]) for i in range(0, len(x) - width + 1, stride)]
    return sum(ag.relu(v) * P[width + 1 + i % 3] for i, v in enumerate(z))


def convolution2(P, n, k):
    x = [numbers(n, i) for i in range(n)]
    first = [[ag.tanh(sum(P[a * k + b] * x[i + a][j + b] for a in range(k) for b in range(k))) for j in range(n - k + 1)]
             for i in range(n - k + 1)]
    m = n - k + 1
    return sum(ag.relu(sum(P[k * k + a * k + b] * first[i + a][j + b] for a in range(k) for b in range(k)))
               for i in range(m - k + 1) for j in range(m - k + 1))


def permuted(P, how):
    order = {"reversed": list(range(12))[::-1], "strided": [*range(0, 12, 2), *range(1, 12, 2)],
             "shuffled": random.Random(3).sample(range(12), 12), "repeated": [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]}[how]
    f = [ag.tanh(p * 1.5) for p in P]
    g = [f[i] * P[j] for j, i in enumerate(order)]
    return sum(ag.exp(f[i] + g[j]) for i, j in enumerate(order)) + sum(g[i] * f[order[i]] for i in range(12))


def hyper(P, X):
    """Weights computed from the inputs, applied to features computed from the inputs."""
    n = len(X)
    W = [[ag.tanh(sum(P[(i * n + j) * n + k] * X[k] for k in range(n))) for j in range(n)] for i in range(n)]
    f = [ag.sigmoid(x * P[i]) for i, x in enumerate(X)]
    return sum(ag.relu(sum(W[i][j] * f[j] for j in range(n)) + P[i]) for i in range(n))


def bilinear(P, X):
    n = len(X) // 2
    x, y = [ag.tanh(v + P[0]) for v in X[:n]], [ag.sin(v * P[1]) for v in X[n:]]
    outer = [[a * b for b in y] for a in x]
    return sum(P[i * n + j] * outer[i][j] for i in range(n) for j in range(n)) \
        + sum(x[i] * sum(P[i * n + j] * y[j] for j in range(n)) for i in range(n))


def two_matrices(P, X):
    """A B with both factors computed from each sample, forwards, transposed, and as teams."""
    n = 3
    A = [[ag.tanh(P[i * n + j] * X[(i + j) % len(X)]) for j in range(n)] for i in range(n)]
    B = [[ag.cos(P[i + j] + X[(2 * i + j) % len(X)]) for j in range(n)] for i in range(n)]
    C = [[sum(A[i][k] * B[k][j] for k in range(n)) for j in range(n)] for i in range(n)]
    D = [[sum(C[k][i] * B[k][j] for k in range(n)) for j in range(n)] for i in range(n)]
    E = [[sum(A[i][k] * D[j][k] for k in range(n)) for j in range(n)] for i in range(n)]
    return sum(e * e * 0.1 for row in E for e in row) + sum(C[i][i] for i in range(n))


def tied(P, X):
    """An autoencoder with tied weights: W down, its transpose up."""
    n = len(X)
    W = matrix(P, 2, n)
    h = [ag.tanh(z) for z in plain(W, X)]
    up = [sum(W[i][j] * h[i] for i in range(2)) for j in range(n)]
    return sum((u - x) ** 2 for u, x in zip(up, X))


def gathers(P, X):
    """Embeddings: rows of a table, some twice, then a layer."""
    table = matrix(P, 5, 3)
    words = [0, 3, 3, 1, 4, 0, 0]
    h = [[a + b for a, b in zip(table[w], P[15 + 3 * (i % 2):18 + 3 * (i % 2)])] for i, w in enumerate(words)]
    return sum(ag.tanh(sum(a * b for a, b in zip(u, v))) for u in h for v in h)


def mixed_sums(P, X):
    f = [ag.tanh(p) for p in P]
    g = [ag.sin(p) for p in P]
    s = [sum([*f[i:i + 1 + i % 4], g[i]]) if i % 2 else sum(f[i:i + 1 + i % 3]) for i in range(len(P) - 4)]
    d = [ag.dot(f[i:i + 1 + i % 3], g[:1 + i % 3], P[i]) for i in range(len(P) - 4)]
    return ag.sum([a * b for a, b in zip(s, d)]) + ag.sum(s[:2]) * ag.sum(d[:1])


def sums_of_an_array(P, X):
    a = [[ag.tanh(P[i] * P[4 + j]) for j in range(5)] for i in range(4)]
    rows, columns = [sum(r) for r in a], [sum(a[i][j] for i in range(4)) for j in range(5)]
    diagonal = sum(a[i][i] for i in range(4))
    return sum(r * c for r in rows for c in columns) + diagonal + sum(ag.exp(r) for r in rows) * sum(c * c for c in columns)


def pairs(P, X):
    f = [ag.sin(p) for p in P]
    return sum(ag.relu(f[i] * f[j] + P[i]) for i in range(len(P)) for j in range(i)) + sum(a * b for a in f for b in P)


def elementwise_of_many_blocks(P, X):
    f, g, h = [ag.tanh(p) for p in P], [ag.exp(p) for p in P], [p * p for p in P]
    mixed = [ag.sigmoid(a) for pair in zip(f, g, h) for a in pair]
    return sum(a * b for a, b in zip(mixed, mixed[1:])) + sum(ag.maximum(a, b) for a, b in zip(mixed, [*g, *h, *f]))


def duplicated(P, X):
    W = matrix(P, 3, 2)
    samples = [numbers(2, i % 3) for i in range(9)]
    return sum(ag.relu(o) for x in samples for o in plain(W, x, P[6:9]))


def batched_mixture(P, X):
    """Blocks of samples beside blocks of parameters alone, in sums, dots, gathers and matrices."""
    n = len(X)
    f, g = [ag.tanh(x) for x in X], [ag.exp(p * 0.5) for p in P[:n]]
    mixed = [f[0], g[1], f[2], g[0], P[1], X[1], f[1]]
    e = [ag.sigmoid(a) for a in mixed]
    gated = [sum(w * u for w, u in zip([*g, *f], [*f, *g])) + sum(mixed), ag.dot(mixed, e, P[0]), ag.sum([*e, *g, *X])]
    W = [[g[i] * P[j] for j in range(n)] for i in range(n)]
    products = sum(e[i] * g[i] for i in range(n))
    return sum(ag.sin(z) for z in plain(W, f)) + sum(ag.tanh(v) for v in gated) + sum(g) * 0.5 + products


def constants_in_matrices(P, X):
    W = [[P[0], 2.0, P[1]], [0.5, P[2], 0.0], [1.0, 1.0, P[3]]]
    V = [[1.0, -2.0, 3.0], [0.5, 0.25, -1.0]]
    h = [ag.tanh(z) for z in plain(W, X[:3], [1.0, P[4], 0.0])]
    return sum(o * o for o in plain(V, h, [P[5], 2.0]))


def weighted_alike(P, X):
    """Dots in which all factors on one side are the same number, one of them and several of one size."""
    f = [[ag.tanh(p * x + q) for x in X] for p, q in zip(P, P[1:])]
    return sum(ag.sin(sum(v * 0.3 for v in row)) for row in f) + sum(v * 0.1 for row in f for v in row) \
        + ag.exp(sum(2.0 * p for p in P)) + sum(ag.cos(sum(1.0 * row[i] for row in f)) for i in range(len(X)))


def one_by_one(P, X):
    a = ag.tanh(P[0] * X[0] + P[1])
    b = [ag.tanh(P[i] * a + P[i + 1]) for i in range(4)]
    c = ag.relu(sum(w * u for w, u in zip(P, b)))
    return [c * P[0] - u for u in b][2] ** 2


def layer_norm(P, X):
    h = [P[i] * x + P[i + len(X)] for i, x in enumerate(X)]
    mean = sum(h) * (1 / len(h))
    centred = [u - mean for u in h]
    scale = (sum(c * c for c in centred) * (1 / len(h)) + 1e-2) ** -0.5
    return sum(ag.tanh(c * scale) * P[i] for i, c in enumerate(centred))


PER_GRAPH = {
    "weight replaced": (broken_network("weight"), 16), "an operation more": (broken_network("more"), 16),
    "an operation less": (broken_network("less"), 16), "a constant": (broken_network("constant"), 16),
    "a term missing": (broken_network("missing"), 16),
    "attention": (lambda P, X: attention(P, 5, 3, False), 27), "causal attention": (lambda P, X: attention(P, 6, 3, True), 27),
    "recurrent": (lambda P, X: recurrent(P, 7, 3, numbers(7)), 12),
    "recurrent, one": (lambda P, X: recurrent(P, 9, 1, numbers(9)), 2),
    "convolution": (lambda P, X: convolution(P, numbers(12), 3), 7),
    "strided": (lambda P, X: convolution(P, numbers(13), 3, 2), 7),
    "convolution 2d": (lambda P, X: convolution2(P, 6, 2), 8), "gathers": (gathers, 21), "mixed sums": (mixed_sums, 14),
    "sums of an array": (sums_of_an_array, 9), "pairs": (pairs, 7), "many blocks": (elementwise_of_many_blocks, 6),
    "duplicated samples": (duplicated, 9),
    **{f"permuted: {how}": ((lambda how: lambda P, X: permuted(P, how))(how), 12)
       for how in ("reversed", "strided", "shuffled", "repeated")}}
PER_SAMPLE = {
    "hyper": (hyper, 27, 3), "bilinear": (bilinear, 9, 6), "two matrices": (two_matrices, 9, 4), "tied": (tied, 8, 4),
    "batched mixture": (batched_mixture, 6, 3), "constants in matrices": (constants_in_matrices, 6, 3),
    "one by one": (one_by_one, 6, 1),
    "weighted alike": (weighted_alike, 5, 4), "layer norm": (layer_norm, 8, 4),
    "recurrent": (lambda P, X: recurrent(P, 5, 3, X), 12, 5),
    "convolution": (lambda P, X: convolution(P, X, 3), 7, 9),
    "softmax": (lambda P, X: -ag.log(softmax(plain(matrix(P, 4, 3), X))[1]), 12, 3),
    "attention over inputs": (lambda P, X: attention_over(P, X), 12, 8)}


def attention_over(P, X):
    x = [X[2 * i:2 * i + 2] for i in range(4)]
    q, k, v = ([plain(matrix(P, 2, 2, s * 4), u) for u in x] for s in range(3))
    p = [softmax([sum(a * b for a, b in zip(qi, kj)) for kj in k[:t + 1]]) for t, qi in enumerate(q)]
    return sum(ag.tanh(sum(w * v[j][i] for j, w in enumerate(row))) for row in p for i in range(2))


@pytest.mark.parametrize("name", PER_GRAPH)
def test_a_pattern_of_one_graph(name):
    build, count = PER_GRAPH[name]
    agrees(build, numbers(count, 5))


@pytest.mark.parametrize("m", [None, 0, 1, 2, 9, 20])
@pytest.mark.parametrize("name", PER_SAMPLE)
def test_a_pattern_for_each_sample(name, m):
    build, count, inputs = PER_SAMPLE[name]
    rows = np.random.default_rng(7).uniform(-1, 1, (max(m or 1, 1), inputs)).tolist()
    agrees(build, numbers(count, 5), rows[0], None if m is None else rows[:m])


@pytest.mark.parametrize("name", PER_SAMPLE)
def test_a_pattern_over_a_data_set(name):
    build, count, inputs = PER_SAMPLE[name]
    rows = np.random.default_rng(8).uniform(-1, 1, (6, inputs)).tolist()
    agrees(lambda P, X: sum(build(P, row) for row in rows), numbers(count, 5))


@given(seed=st.integers(0, 10**6), m=st.sampled_from([None, 1, 2, 9]))
def test_arrays_joined_at_random(seed, m):
    """Random layers of matrices, elementwise functions, sums over either axis, gathers, transposes, several deep."""
    rng = random.Random(seed)
    shapes = [(rng.randint(1, 4), rng.randint(1, 4)) for _ in range(3)]
    kinds = ["matmul", "matmulT", "elementwise", "outer", "gather", "reduce", "norm", "join", "weights"]
    steps = [(rng.choice(kinds), rng.random(),
              rng.random(), rng.randint(0, 5)) for _ in range(rng.randint(1, 6))]

    def build(P, X):
        arrays, source = [], [*P, *X]
        for rows, columns in shapes:
            picked = random.Random(rows + 10 * columns + seed)
            start = picked.randint(0, 3)
            arrays.append([[source[(start + i * columns + j) % len(source)] for j in range(columns)] for i in range(rows)])
        for kind, one, two, how in steps:
            A, B = arrays[int(one * len(arrays))], arrays[int(two * len(arrays))]
            if kind == "matmul":
                k = min(len(A[0]), len(B))
                new = [[sum(A[i][q] * B[q][j] for q in range(k)) for j in range(len(B[0]))] for i in range(len(A))]
            elif kind == "matmulT":
                k = min(len(A[0]), len(B[0]))
                new = [[ag.dot(r[:k], s[:k], P[how % len(P)] if how % 2 else 0.0) for s in B] for r in A]
            elif kind == "elementwise":
                new = [[(ag.relu, ag.tanh, ag.sin, lambda v: v * P[0], lambda v: v + B[0][0], lambda v: v * v)[how](v)
                        for v in row] for row in A]
            elif kind == "outer":
                new = [[a * b for b in B[0]] for a in A[-1]]
            elif kind == "gather":
                flat = [v for row in A for v in row] + [v for row in B for v in row]
                pick = random.Random(how + seed)
                new = [[ag.tanh(pick.choice(flat)) for _ in range(3)] for _ in range(2)]
            elif kind == "reduce":
                new = [[sum(row) for row in A], [sum(c) for c in zip(*A)]]
                new = [[ag.sin(v) for v in new[0]]] if how % 2 else [[ag.cos(v) for v in new[1]]]
            elif kind == "norm":
                new = [softmax([ag.tanh(v) for v in row]) for row in A]
            elif kind == "join":
                n = min(len(A), len(B)), min(len(A[0]), len(B[0]))
                new = [[A[i][j] - B[i][j] * 0.5 for j in range(n[1])] for i in range(n[0])]
            else:
                new = [[sum(P[(how + i * len(A) + q) % len(P)] * A[q][j] for q in range(len(A))) for j in range(len(A[0]))]
                       for i in range(3)]
            arrays.append([[ag.tanh(v) for v in row] for row in new])
        return sum(v * v for row in arrays[-1] for v in row) + sum(v for row in arrays[len(arrays) // 2] for v in row)
    inputs = 5 if m else 0
    rows = np.random.default_rng(seed).uniform(-1, 1, (m or 1, inputs)).tolist()
    agrees(build, numbers(11, seed), rows[0], rows if m else None)


# One irregularity does not split what comes after it -------------------------------------------------------------------------

def network_with(extra, sizes=(3, 8, 8, 8, 1), samples=50):
    """A loss over samples, in some of which a neuron passes through an operation more: extra is {sample: (layer, neuron)}."""
    P = [Value(p) for p in numbers(count_of(sizes))]
    total = 0.0
    for s in range(samples):
        x, start = numbers(sizes[0], s), 0
        for k, (n, rows) in enumerate(zip(sizes, sizes[1:])):
            neurons = [P[start + i * (n + 1):start + (i + 1) * (n + 1)] for i in range(rows)]
            start += rows * (n + 1)
            x = plain([w[:-1] for w in neurons], x, [w[-1] for w in neurons])
            x = [ag.tanh(z) for z in x] if k < len(sizes) - 2 else x
            if s in extra and extra[s][0] == k:
                x[extra[s][1]] = ag.relu(x[extra[s][1]])
        total = total + ag.relu(1 - x[0]) * (1 / samples)
    return total, P


@pytest.mark.parametrize("extra", [{7: (0, 3)}, {7: (0, 3), 20: (1, 5), 33: (2, 0)}, {7: (0, 0), 8: (0, 1), 9: (0, 2)},
                                   {4: (3, 0)}])
def test_an_irregularity_costs_a_few_operations_and_splits_nothing(extra):
    whole, P = network_with({})
    broken, Q = network_with(extra)
    regular, irregular = ag.compile(whole, P), ag.compile(broken, Q)
    blocks = [len(program._code.found) for program in (regular, irregular)]
    products = [len(program._code.products()) for program in (regular, irregular)]
    assert products == [4, 4] and blocks[1] <= blocks[0] + 2 * len(extra) + 1, blocks
    broken.backward()
    value, gradient = irregular.value_and_grad(irregular.parameters)
    np.testing.assert_allclose(value, broken.data, rtol=1e-13)
    np.testing.assert_allclose(gradient, [q.grad for q in Q], rtol=1e-10, atol=1e-13)


QUADRATIC = {
    "row by row": lambda M, b: sum(bi * sum(m * bj for m, bj in zip(row, b)) for row, bi in zip(M, b)),
    "M b first": lambda M, b: ag.dot([ag.dot(row, b) for row in M], b),
    "term by term": lambda M, b: sum(m * bi * bj for row, bi in zip(M, b) for m, bj in zip(row, b)),
    "half, subtracted": lambda M, b: 1.0 - sum(bi * sum(m * bj for m, bj in zip(row, b)) for row, bi in zip(M, b)) / 2}


@pytest.mark.parametrize("style", QUADRATIC)
@pytest.mark.parametrize("symmetric", [True, False])
def test_a_quadratic_form_of_any_matrix(symmetric, style):
    M = np.random.default_rng(5).uniform(-1, 1, (6, 6))
    rows = (M + M.T if symmetric else M).tolist()
    agrees(lambda P, X: QUADRATIC[style](rows, P), numbers(6))


@pytest.mark.parametrize("seed", range(3))
def test_skipped_features_beside_known_numbers_are_one_matrix(seed):
    """Rows of zeros and ones, of which zeros are skipped, and the log of an exposure that is known."""
    rng = np.random.default_rng(seed)
    X, known = (rng.random((30, 6)) < 0.5).tolist(), rng.uniform(-1, 1, 30).tolist()

    def of(p, _):
        total = 0.0
        for row, number in zip(X, known):
            z = p[6] + number if seed else number
            for w, there in zip(p, row):
                if there:
                    z = z - w if seed == 2 else z + w
            total += ag.exp(0.1 * z) - 0.5 * z
        return total
    assert "X1 @ " in agrees(of, numbers(7, seed), forms=("arrays",)).source


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("m", [0, 1, 3])
def test_a_table_times_a_row_of_it_is_summed_as_one_product(first, m):
    """The sum of K[i][j] C[i][j] v[j], or of v[i], over all i and j, whatever stands in the table."""
    def of(p, x):
        v, C = [ag.tanh(u) for u in p[:5]], matrix(p, 5, 5, 5)
        K = [[ag.exp(-c * (x[0] if x else 1.0)) for c in row] for row in C]
        return sum(K[i][j] * C[i][j] * v[i if first else j] for i in range(5) for j in range(5))
    rows = [[0.3 + 0.4 * k] for k in range(m)]
    program = agrees(of, numbers(30), rows[0] if m else (), rows or None, forms=("arrays",))
    assert "take" not in program.source and "bincount" not in program.source


def test_what_broadcasts_is_reshaped_without_being_written_out():
    draw, told = random.Random(0), 0
    for _ in range(300):
        shape = tuple(draw.choice([1, 2, 3, 4]) for _ in range(draw.randrange(1, 4)))
        sizes = tuple(draw.choice([1, n]) for n in shape)
        factors = [f for n in shape for f in draw.choice([(n,), (n, 1), (1, n), (2, 2) if n == 4 else (n,)])]
        other = tuple(factors) if draw.random() < 0.5 else (int(np.prod(shape)),)
        found = regrouped(sizes, shape, other)
        if found is not None:
            told += 1
            x = np.arange(np.prod(sizes)).reshape(sizes)
            wanted = np.broadcast_to(x, shape).reshape(other)
            assert (np.broadcast_to(x.reshape(found), other) == wanted).all(), (sizes, shape, other)
    assert told > 150
