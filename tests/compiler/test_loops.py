"""Loops as people write them, compiled and held to eager at the recorded point and at others.

Each loop is a function of parameters and a number of turns. They start from constants or from parameters, carry one number
or several, and bring in data, branches on the turn, and terms of either sign.
"""
from __future__ import annotations

import random

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile
from autograd.compiler.recognize.repeat import repetitions
from tests.compiler.agree import agrees, eager, form

BOUND = 1e-10
DATA = np.random.default_rng(0).uniform(-1, 1, 600).tolist()


def product(P, turns):
    p = 1
    for t in range(turns):
        p = p * (P[t % 2] * 0.1 + 0.95)
    return p


def euler(P, turns):
    x, v = 1.0, 0.0
    for _ in range(turns):
        v = v - 0.05 * P[0] * ag.sin(x) - 0.01 * v
        x = x + 0.05 * v
    return x * P[1] + v


def moving_average(P, turns):
    mean, loss = 0.0, 0
    for t in range(turns):
        mean = 0.9 * mean + 0.1 * P[0] * DATA[t]
        loss += (mean - P[1]) ** 2 / turns
    return loss


def recurrent(P, turns):
    h = [0.0, 0.0]
    for t in range(turns):
        h = [ag.tanh(sum((w * u for w, u in zip(P[3 * i:], h)), P[3 * i + 2] * DATA[t])) for i in range(2)]
    return h[0] - h[1] * 0.5


def loss_at_every_step(P, turns):
    h, loss = 0.0, 0.0
    for t in range(turns):
        h = ag.tanh(P[0] * h + P[1] * DATA[t] + P[2])
        loss = loss + (P[3] * h - DATA[t + 1]) ** 2
    return loss


def log_likelihood(P, turns):
    t = 0.0
    for i in range(turns):
        p = ag.sigmoid(P[i % 6] * DATA[i])
        t -= ag.log(p) if DATA[i] > 0 else ag.log(1 - p)
    return t


def bounded(P, turns):
    low, high = 3.0, P[0]
    for t in range(turns):
        low = ag.minimum(low, P[t % 6] + DATA[t])
        high = ag.maximum(high, P[t % 5] * DATA[t])
    return high - low


def newton(P, turns):
    r = 1.0
    for _ in range(turns):
        r = 0.5 * (r + (2 + P[0] * P[0]) / r)
    return r


def powers(P, turns):
    s, p = 0, 1
    for k in range(turns):
        s = s + P[k % 6] * p
        p = p * P[0]
    return s


def from_both_sides(P, turns):
    a, b = 1.0, P[1]
    for t in range(turns):
        a, b = b * 0.5 - a * P[2], a + 0.3 * b if t % 3 else a - 0.3 * b
    return a * b


def conditional_start(P, turns):
    s = 0.25
    for t in range(turns):
        s = s * P[3] + (P[4] if t > turns // 2 else 0.75)
    return s


def nested(P, turns):
    total = 0.0
    for i in range(max(1, turns // 8)):
        inner = 1.0
        for j in range(8):
            inner = inner * (1 + 0.1 * P[(i + j) % 6])
        total -= inner * DATA[i]
    return total


def heat(P, turns):
    u = [0.0, 0.0, P[1], 0.0, 0.0, 1.0]
    for _ in range(turns):
        u = [u[0]] + [u[i] + 0.2 * P[0] * (u[i - 1] - 2 * u[i] + u[i + 1]) for i in range(1, 5)] + [u[5]]
    return sum(v * v for v in u)


def wave(P, turns):
    u = [P[i % 6] * 0.1 for i in range(9)]
    before = u[:]
    for _ in range(turns):
        inside = [2 * u[i] - before[i] + 0.2 * P[0] * (u[i + 1] - 2 * u[i] + u[i - 1]) for i in range(1, 8)]
        before, u = u, [0.0, *inside, 0.0]
    return sum(v * v for v in u)


def looks_back_far(P, turns):
    a = [P[0] * 0.3] * 12
    for t in range(turns):
        a.append(0.5 * a[-1] + 0.2 * a[-12] * P[1])
    return sum(v * v for v in a)


LOOPS = [looks_back_far, product, euler, moving_average, recurrent, loss_at_every_step, log_likelihood, bounded, newton, powers,
         from_both_sides, conditional_start, nested, heat, wave]
FORMS = ["own", "arrays", "straight"]


def holds(build, theta, others, name):
    """Compile build(P) recorded at theta; value and gradient agree with eager there and at the others."""
    P = [Value(t) for t in theta]
    with form(name):
        program = compile(build(P), P)
    for point in (theta, *others):
        Q = [Value(t) for t in point]
        y, gradient, scale = eager(build(Q), Q)
        for given in (np.array(point), point):          # an array is run at once, on floats; a list is checked, and on arrays
            value, got = program.value_and_grad(given)
            assert type(value) is float and np.shape(got) == (len(P),)
            np.testing.assert_allclose([value, *got], [y, *gradient], rtol=0, atol=BOUND * scale, err_msg=f"{name} at {given}")


@pytest.mark.parametrize("turns", [3, 17, 64, 65, 200, 500])
@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__name__)
def test_a_loop_is_compiled_to_what_eager_gives(loop, turns):
    rng = random.Random(turns)
    points = [[rng.uniform(-0.9, 0.9) for _ in range(6)] for _ in range(3)]
    for name in FORMS if turns < 100 else FORMS[::2]:
        holds(lambda P: loop(P, turns), points[0], points[1:], name)


# Loops made at random ---------------------------------------------------------------------------------------------------------

def random_loop(seed):
    """A loop with one to three carried numbers; each turn draws the same few statements, some only in some turns."""
    rng = random.Random(seed)
    carried = rng.randint(1, 3)
    start = [rng.choice([0.0, 1.0, -0.5, "P"]) for _ in range(carried)]
    kinds = ["linear", "product", "tanh", "minus", "divide", "square", "sum", "min", "coefficient", "log"]
    body = [(rng.choice(kinds), rng.randrange(carried), rng.randrange(carried), rng.randrange(4), rng.choice([1, 1, 1, 2, 7]))
            for _ in range(rng.randint(1, 4))]
    turns = rng.choice([3, 5, 10, 21, 33, 64, 70, 130, 300])
    running = rng.random() < 0.5

    def build(P):
        s = [P[i] if x == "P" else x for i, x in enumerate(start)]
        loss = 0
        for t in range(turns):
            for kind, i, j, k, every in body:
                if t % every == 0:
                    s[i] = statement(kind, s[i], s[j], P[k], DATA[t])
            if running:
                loss = loss - s[0] * DATA[t] if t % 2 else loss + 0.5 * s[-1]
        return sum(s) + loss + P[0] * 1.0
    return build


def statement(kind, a, b, w, x):
    return {
        "linear": lambda: 0.7 * a + w * x, "product": lambda: a * (1 + 0.1 * w) + 0.05, "tanh": lambda: ag.tanh(w * b + x + 0 * w),
        "minus": lambda: b * 0.3 - w * a - x, "divide": lambda: a / (2 + w * w) - x / 3, "square": lambda: 0.2 * b * b - w / 4,
        "sum": lambda: 0.3 * sum([a, b, w, x]), "min": lambda: ag.minimum(0.9 * a, w + b * x),
        "coefficient": lambda: 2 * w * x / 5 - 0.5 * a * w, "log": lambda: 0.5 * a - ag.log(1.5 + w * x)}[kind]()


@pytest.mark.parametrize("seed", range(60))
def test_a_random_loop_is_compiled_to_what_eager_gives(seed):
    rng = random.Random(seed)
    points = [[rng.uniform(-0.9, 0.9) for _ in range(4)] for _ in range(2)]
    holds(random_loop(seed), points[0], points[1:], FORMS[seed % 3])


def random_history(seed):
    """A loop that keeps all it has computed: turns look back up to four rows of one to three series, whose last, first, every
    third or all numbers are used after it.
    """
    rng = random.Random(seed)
    count, turns = rng.randint(1, 3), rng.choice([10, 25, 40, 90])
    lags = [[(rng.randrange(count), rng.randint(1, 4)) for _ in range(rng.randint(1, 3))] for _ in range(count)]
    kinds = [rng.choice(["plain", "sin", "tanh", "times", "data"]) for _ in range(count)]
    used = [rng.choice(["last", "last", "three", "all", "squares", "first", "errors"]) for _ in range(count)]
    starts = [[rng.choice([0.0, 0.3, "P", "P", "square"]) for _ in range(4)] for _ in range(count)]

    def start(x, p):
        return {"P": p, "square": p * p + 0.1}.get(x, x)

    def build(P):
        h = [[start(x, P[(i + k) % 4]) for k, x in enumerate(row)] for i, row in enumerate(starts)]
        for t in range(turns):
            for i in range(count):
                total = sum(0.4 * P[(i + k) % 4] * h[j][-lag] for k, (j, lag) in enumerate(lags[i])) + 0.1
                h[i].append({"plain": total, "sin": ag.sin(total), "tanh": ag.tanh(total - P[0]), "times": total * P[1],
                             "data": total + P[2] * DATA[t]}[kinds[i]])
        return sum(after(how, row, P) for how, row in zip(used, h)) + P[3] * 0.5
    return build


def after(how, row, P):
    return {"last": lambda: row[-1] * P[0], "three": lambda: sum(row[::3]), "all": lambda: sum(row), "squares": lambda: sum(v * v for v in row),
            "first": lambda: row[0] * row[4] + row[5], "errors": lambda: sum((v - x) ** 2 for v, x in zip(row, DATA))}[how]()


@pytest.mark.parametrize("seed", range(40))
def test_a_random_loop_that_looks_back_is_compiled_to_what_eager_gives(seed):
    rng = random.Random(seed)
    points = [[rng.uniform(-0.9, 0.9) for _ in range(4)] for _ in range(2)]
    holds(random_history(seed), points[0], points[1:], FORMS[0])


def layers(P, depth, width, residual):
    """A network of so many layers of one width, each with weights of its own, on three samples."""
    total = 0.0
    for sample in (DATA[:width], DATA[width:2 * width], DATA[20:20 + width]):
        h, start = sample, 0
        for _ in range(depth):
            z = [ag.tanh(sum(w * u for w, u in zip(P[start + i * width:], h))) for i in range(width)]
            h = [a + b for a, b in zip(z, h)] if residual else z
            start += width * width
        total += sum(v * v for v in h)
    return total


@pytest.mark.parametrize("residual", [True, False])
def test_many_layers_of_one_width_are_a_loop_over_their_weights(residual):
    lines = []
    for depth in (45, 60):
        theta = np.random.default_rng(depth).normal(size=depth * 9) * 0.5
        holds(lambda P, depth=depth: layers(P, depth, 3, residual), theta.tolist(), [(0.9 * theta).tolist()], "own")
        P = [Value(t) for t in theta.tolist()]
        lines.append(compile(layers(P, depth, 3, residual), P).source.splitlines())
    assert len(lines[0]) == len(lines[1]) < 80 and any("for t in reversed(range(" in line for line in lines[0])


# Loops over vectors, which become loops over arrays --------------------------------------------------------------------------

def mat(P, at, n, v):
    """W v, the rows of W beginning at a parameter; the parameters are used again where they end."""
    return [sum((P[(at + i * n + j) % len(P)] * u for j, u in enumerate(v)), 0.0) for i in range(n)]


def vector_statement(kind, h, g, P, at, x, t):
    n, w = len(h), P[at % len(P)]
    return {
        "recurrent": lambda: [ag.tanh(a + w * x + P[(at + 1) % len(P)]) for a in mat(P, at + 2, n, h)],
        "input": lambda: [ag.tanh(a + P[(at + i) % len(P)] * x) for i, a in enumerate(mat(P, at, n, h))],
        "gate": lambda: [s * a + (1 - s) * b for s, a, b in zip(map(ag.sigmoid, mat(P, at, n, g)), h, g)],
        "leak": lambda: [0.9 * a + 0.1 * ag.sin(b * w) for a, b in zip(h, g)],
        "norm": lambda: (lambda size: [a / size for a in h])(ag.sqrt(sum(a * a for a in h) + 1)),
        "shift": lambda: [h[i] + 0.2 * w * (h[i - 1] - 2 * h[i] + h[(i + 1) % n]) for i in range(n)],
        "inner": lambda: [h[0] * 1.0] + [h[i] + 0.1 * w * (h[i - 1] - h[i]) for i in range(1, n)],
        "bounded": lambda: [ag.minimum(ag.maximum(a, w), b + x) for a, b in zip(h, g)],
        "minus": lambda: [b - w * a - x / 3 for a, b in zip(h, g)],
        "mean": lambda: (lambda m: [a - m for a in h])(sum(h) / n),
        "soft": lambda: (lambda e: [a / sum(e) for a in e])([ag.exp(ag.tanh(a)) for a in h]),
        "late": lambda: [a + (b if t > 3 else 0.5) * 0.1 for a, b in zip(h, g)],
        "reverse": lambda: [a * 0.5 for a in reversed(h)],
        "numbers": lambda: [a * 0.8 + 0.1 * DATA[(7 * t + i) % 600] for i, a in enumerate(h)]}[kind]()


VECTOR = ["recurrent", "recurrent", "input", "gate", "leak", "norm", "shift", "inner", "bounded", "minus", "mean", "soft",
          "late", "reverse", "numbers"]


def random_vector_loop(seed):
    """A loop over one or two vectors, with a vector of the turn before the last, a loss on the way, and another at the end."""
    rng = random.Random(seed)
    n, turns = rng.randint(1, 5), rng.choice([6, 7, 9, 14, 25])
    start = [rng.choice([0.0, 1.0, "P", "mixed"]) for _ in range(2)]
    body = [(rng.choice(VECTOR), rng.randrange(2), rng.randrange(2), rng.randrange(12), rng.choice([1, 1, 1, 1, 2]))
            for _ in range(rng.randint(1, 3))]
    verlet, running, at_end = rng.random() < 0.3, rng.choice(["no", "sum", "square", "every"]), rng.randrange(3)

    def build(P):
        s = [[P[i] if x == "P" or x == "mixed" and i % 2 else 0.0 if x in ("P", "mixed") else x for i in range(n)]
             for x in start]
        before, loss = s[0], 0.0
        for t in range(turns):
            for kind, i, j, at, every in body:
                if t % every == 0:
                    s[i] = vector_statement(kind, s[i], s[j], P, at, DATA[t], t)
            if verlet:
                s[0], before = [1.8 * a - 0.9 * b - 0.01 * ag.sin(a) for a, b in zip(s[0], before)], s[0]
            if running == "sum":
                loss = loss - sum(s[0]) * DATA[t]
            elif running == "square":
                loss = loss + (sum(p * a for p, a in zip(P, s[1])) - DATA[t + 1]) ** 2 / turns
            elif running == "every" and t % 3 == 0:
                loss += s[0][0] * s[1][-1]
        if at_end == 0:
            return loss + sum(a * a for a in s[0]) + P[0] * 1.0
        return loss + (s[0][-1] * s[1][0] if at_end == 1 else sum(s[0]) - sum(s[1]) + before[0]) + P[0] * 1.0
    return build


@pytest.mark.parametrize("seed", range(60))
def test_a_random_loop_over_vectors_is_compiled_to_what_eager_gives(seed):
    rng = random.Random(seed)
    points = [[rng.uniform(-0.9, 0.9) for _ in range(7)] for _ in range(2)]
    holds(random_vector_loop(seed), points[0], points[1:], FORMS[seed % 2])


# Loops for each sample -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(20))
def test_a_random_loop_for_samples_is_compiled_to_what_eager_gives(seed, monkeypatch):
    rng = random.Random(seed)
    theta, m = [rng.uniform(-0.9, 0.9) for _ in range(7)], [None, 1, 2, 5][seed % 4]
    rows = np.random.default_rng(seed).uniform(-0.9, 0.9, (m or 1, rng.choice([1, 3, 30]))).tolist()
    loop = random_vector_loop(seed)

    def build(P, X):
        monkeypatch.setitem(globals(), "DATA", (X * 600)[:600])
        return loop(P)
    agrees(build, theta, rows[0], rows if m else None, forms=("arrays",), bound=BOUND)


@pytest.mark.parametrize("m", [1, 2, 3])
def test_a_rod_with_fixed_ends_for_samples(m):
    def build(P, X):
        first = [ag.sigmoid(DATA[i] - X[0] * p) for i, p in enumerate(P)]
        u = first[:]
        for _ in range(8):
            u = [u[0]] + [u[i] + 0.1 * (u[i - 1] - 2 * u[i] + u[i + 1]) for i in range(1, 4)] + [u[4]]
        return sum(v * v for v in first) / 5 - 0.5 * sum(v * v for v in u) / 5
    rows = [[0.3 + 0.1 * k] for k in range(m)]
    agrees(build, [0.1, -0.2, 0.3, 0.4, -0.5], rows[0], rows)


@pytest.mark.parametrize("turns", [500, 8000])
def test_a_walk_has_as_many_lines_however_long_it_is(turns):
    P, x, loss = [Value(0.1), Value(0.2)], 0.0, 0.0
    noise = np.random.default_rng(0).normal(size=(turns, 2)).tolist()
    for a, b in noise:
        x = x + P[0] * a
        loss = loss + (x - P[1] * b) ** 2 / turns
    program = compile(loss, P)
    y, gradient, scale = eager(loss, P)
    assert len(program.source.splitlines()) < 60
    np.testing.assert_allclose(program.value_and_grad([0.1, 0.2])[1], gradient, rtol=0, atol=BOUND * scale)


@pytest.mark.parametrize("n", [3, 4, 6])
@pytest.mark.parametrize("turns", [20])
@pytest.mark.parametrize("second_order", [False, True])
def test_a_neighbour_that_is_missing_again_and_again_is_not_the_start_of_a_loop(n, turns, second_order):
    """A turn of the loop may be about one number of the row, then every few turns one is an end."""
    def of(p, _):
        row, before = p[:n], p[:n]
        for _ in range(turns):
            new = [0.0] * n
            for i in range(1, n - 1):
                change = p[n] * (row[i + 1] - 2 * row[i] + row[i - 1])
                new[i] = 2 * row[i] - before[i] + change if second_order else row[i] + change
            before, row = row, new
        return sum(v * v for v in row)
    rng = np.random.default_rng(n)
    agrees(of, [*rng.uniform(-1, 1, n), 0.2], forms=["own", "arrays", "straight"])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("m", [0, 1, 3])
def test_two_comparisons_that_one_factor_multiplies_are_added_as_numbers(m, sign):
    """In NumPy the sum of two truth values is a truth value, and their difference an error."""
    def of(p, x):
        h, total = p[0], 0.0
        for t in range(13):
            s = ag.relu(ag.tanh(p[1]) * (x[0] if x else 1.0) * p[t % 3] + DATA[t] + (h + sign * h))
            h = 0.5 * h + 0.5 * ag.tanh(s)
            total = total + h
        return total
    rows = [[0.3 + 0.4 * k] for k in range(m)]
    agrees(of, [0.4, 0.7, -0.5], rows[0] if m else (), rows or None, forms=("arrays",))


def next_letters(states, turns, letters=5):
    """The loss of a recurrent network with few states that predicts the next letter at every turn, and its parameters."""
    draw = random.Random(states)
    Wx, Wh, Wo = ([[Value(draw.uniform(-1, 1)) for _ in range(columns)] for _ in range(rows)]
                  for rows, columns in ((states, letters), (states, states), (letters, states)))
    b = [Value(draw.uniform(-1, 1)) for _ in range(states)]
    h, loss = [0.0] * states, 0.0
    for _ in range(turns):
        x, letter = [draw.uniform(-1, 1) for _ in range(letters)], draw.randrange(letters)
        h = [ag.tanh(sum(w * xj for w, xj in zip(Wx[i], x)) + sum(w * hj for w, hj in zip(Wh[i], h)) + b[i]) for i in range(states)]
        scores = [sum(w * hj for w, hj in zip(row, h)) for row in Wo]
        loss = loss - scores[letter] + ag.log(sum(ag.exp(s) for s in scores))
    return loss, [w for W in (Wx, Wh, Wo) for row in W for w in row] + b


@pytest.mark.parametrize("states", (1, 2, 3))
def test_a_recurrent_network_of_few_states_has_as_many_lines_however_long_it_is(states):
    short, long = (compile(*next_letters(states, turns)).source.count("\n") for turns in (10, 100))
    assert abs(long - short) <= 2


@pytest.mark.parametrize("states", (1, 2, 3))
def test_a_recurrent_network_of_few_states_is_compiled_to_what_eager_gives(states):
    assert compile(*next_letters(states, 40)).verify(points=3) == 3


def stretches(seed):
    """Looks in which words come again and again, and how long a period may be."""
    draw, looks = random.Random(seed), []
    letters = draw.randint(1, 3)
    while len(looks) < 200:
        word = [draw.randrange(letters) for _ in range(draw.randint(1, 9))]
        looks += word * draw.randint(1, draw.choice([2, 8, 60])) + [draw.randrange(letters)] * draw.randrange(3)
    return np.array(looks), draw.choice([3, 10, 60])


def test_repetitions_come_in_the_order_of_what_they_cover():
    """The longest is found before all periods are tried; still none that covers more comes after it."""
    early = 0
    for seed in range(40):
        looks, most = stretches(seed)
        found = list(repetitions(looks, most))
        assert found == sorted(found, key=lambda c: (-c[0], c[1]))
        early += bool(found) and 2 * found[0][0] > len(looks) + found[0][1] + most
        for _, period, start, stop in found:
            assert (looks[start + period:stop] == looks[start:stop - period]).all()
    assert early > 8


def ring(rng, n, turns, at_end):
    """Cells of a ring, each from some of its neighbours, and a loss on some of the last ones."""
    near, weights = rng.choice([(1,), (1, -1), (-2, 1), (-1, 2, 3), (0, 1, -1)]), rng.choice(["own", "shared", "data"])
    start, bend = [rng.uniform(-1, 1) for _ in range(n)], rng.choice([lambda v: v, ag.tanh, ag.sin])
    w = [rng.uniform(0.2, 0.9) for _ in range(n)]
    read = sorted(rng.sample(range(n), rng.randrange(1, n + 1))) if at_end else range(n)

    def loss(P):
        u = list(start)
        for _ in range(turns):
            c = {"own": P[:n], "shared": [P[0]] * n, "data": w}[weights]
            u = [bend(0.3 * u[i] + c[i] * sum(u[(i + k) % n] for k in near) / len(near) - 0.1 * P[i] * u[i]) for i in range(n)]
        return sum((u[i] - 0.5 * w[i]) ** 2 for i in read)
    return loss


@pytest.mark.parametrize("seed", [0, 3])
def test_a_ring_of_cells_has_as_many_lines_however_long_it_is(seed):
    lines = []
    for turns in (16, 24):
        rng = random.Random(seed)
        n = rng.randrange(4, 8)
        P = [Value(rng.uniform(0.1, 0.5)) for _ in range(n)]
        loss = ring(rng, n, turns, at_end=False)(P)
        program = compile(loss, P, form="matrices")
        lines.append(len(program.source.splitlines()))
        y, gradient, scale = eager(loss, P)
        np.testing.assert_allclose(program.value_and_grad([p.data for p in P])[1], gradient, rtol=0, atol=BOUND * scale)
    assert lines[0] == lines[1]


@pytest.mark.parametrize("matrices", (2, 3))
def test_weights_that_come_by_turns_are_read_once(matrices):
    """A matrix and its transpose, or three matrices, one after the other: a turn of the loop is all of them."""
    def of(p, turns):
        K, v = [[ag.exp(-c) for c in p[4 * i:4 * i + 4]] for i in range(4)], [1.0] * 4
        ways = [K, [list(column) for column in zip(*K)], [[2.0 * k for k in row] for row in K]][:matrices]
        for t in range(turns):
            v = [(i + 1) / sum(k * u for k, u in zip(ways[t % matrices][i], v)) for i in range(4)]
        return sum(a * b for a, b in zip(v, p))
    theta = np.random.default_rng(0).uniform(0, 1, 16).tolist()
    short, long = (agrees(lambda p, _, turns=turns: of(p, turns), theta, forms=("arrays",)).source for turns in (24, 36))
    assert short.count("\n") == long.count("\n") and "take" not in long
