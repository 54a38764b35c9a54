"""The same mathematics, written in several ways, is the same program."""
from __future__ import annotations

import re

import numpy as np
import pytest

import autograd
from autograd import exp, log, maximum, minimum, sigmoid
from tests.compiler.agree import agrees

RNG = np.random.default_rng(3)
X = RNG.normal(size=(40, 6)).round(2).tolist()
Y = RNG.normal(size=40).round(2).tolist()
WORDS = [sorted(set(RNG.integers(0, 6, 3).tolist())) for _ in range(40)]
PAIRS = [(int(i), int(i + j) % 6) for i, j in RNG.integers(1, 6, (40, 2))]


def squares(predicted):
    """The sum of squared differences from Y."""
    total = 0.0
    for s, y in zip(predicted, Y):
        total += (s - y) ** 2
    return total


def horner(p, x):
    s = p[-1]
    for c in reversed(p[:-1]):
        s = s * x + c
    return s


def horner_backwards(p, x):
    s = 0.0
    for c in reversed(p):
        s = c + x * s
    return s


def growing_powers(p, x):
    s, power = p[0], 1.0
    for c in p[1:]:
        power = power * x
        s = s + c * power
    return s


def words_by_if(p, x, words):
    z = p[-1]
    for j in range(5):
        if j in words:
            z = z + p[j] * x[j]
    return z


def words_by_generator(p, x, words):
    return sum(x[j] * p[j] for j in range(5) if j in words) + p[-1]


def words_with_zeros(p, x, words):
    return sum(p[j] * (x[j] if j in words else 0.0) for j in range(5)) + p[-1]


def words_subtracted(p, x, words):
    z = -p[-1]
    for j in words:
        if j < 5:
            z -= p[j] * x[j]
    return -z


VARIANTS = {
    "a polynomial": [lambda p, f=f: squares(f(p, x[0]) for x in X) for f in (
        lambda p, x: sum(c * x ** k for k, c in enumerate(p)), horner, horner_backwards,
        growing_powers,
        lambda p, x: ((p[5] * x + p[4]) * x + p[3]) * x ** 3 + x * (p[2] * x + p[1]) + p[0])],
    "words that occur": [lambda p, f=f: sum(
        log(1 + exp(-f(p, x, words))) for x, words in zip(X, WORDS)) for f in (
        words_by_if, words_by_generator, words_with_zeros, words_subtracted)],
    "a loss scaled by a datum": [lambda p, f=f: sum(
        f(p, x, y) ** 2 for x, y in zip(X, Y)) for f in (
        lambda p, x, y: sum(w * xi for w, xi in zip(p, x)) / 4 + p[0],
        lambda p, x, y: p[0] + 0.25 * sum(xi * w for w, xi in zip(p, x)),
        lambda p, x, y: p[0] - (-0.5 * (0.5 * sum(w * xi for w, xi in zip(p, x)))))],
    "differences of parameters": [lambda p, f=f: sum(
        c * f(p, i, j) ** 2 for c, (i, j) in zip(Y, PAIRS)) for f in (
        lambda p, i, j: p[i] - p[j], lambda p, i, j: -(p[j] - p[i]),
        lambda p, i, j: 3.0 * p[i] - p[j] - 2.0 * p[i])],
    "the same parameter twice": [lambda p, f=f: sum(
        sigmoid(f(p, x)) for x in X) for f in (
        lambda p, x: p[0] * x[0] + p[1] * x[1] + p[0] * x[2],
        lambda p, x: p[0] * (x[0] + x[2]) + x[1] * p[1],
        lambda p, x: p[1] * x[1] - p[0] * -x[0] + p[0] * x[2])],
}


def compiled(write):
    """The program of a loss of six parameters, compared with its graph."""
    theta = [0.3, -0.2, 0.5, 0.1, -0.4, 0.2]
    return agrees(lambda P, _: write(P), theta, forms=["own"])


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_written_in_another_way_is_as_few_operations(name):
    first, *others = [str(compiled(write)) for write in VARIANTS[name]]
    found = [text.partition("became ")[2] for text in (first, *others)]
    assert found == [found[0]] * len(found)


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_written_in_another_way_needs_no_gather(name):
    for write in VARIANTS[name]:
        source = compiled(write).source
        assert ".take(" not in source and "reduceat" not in source, source


def largest_from_the_left(values):
    found = values[0]
    for v in values[1:]:
        found = maximum(found, v)
    return found


def largest_from_the_right(values):
    found = values[-1]
    for v in reversed(values[:-1]):
        found = maximum(v, found)
    return found


def smallest(values):
    found = values[0]
    for v in values[1:]:
        found = minimum(found, v)
    return found


LARGEST = [largest_from_the_left, largest_from_the_right, autograd.max, smallest,
           lambda values: largest_from_the_left(values) - smallest(values)]


@pytest.mark.parametrize("largest", LARGEST)
@pytest.mark.parametrize("lengths", [[3], [5] * 9, [1, 2, 3, 4, 5, 6], [7, 2, 9, 8, 3] * 3, [2] * 8])
@pytest.mark.parametrize("ties", [False, True])
def test_the_largest_of_lists_of_any_lengths_and_the_first_of_equal_ones(largest, lengths, ties):
    data = np.random.default_rng(sum(lengths)).normal(size=(len(lengths), 9))
    data = (data > 0) * 1.0 if ties else data.round(3)

    def loss(p, _):
        total = 0.0
        for x, n in zip(data.tolist(), lengths):
            z = [p[j % 4] * x[j] + p[(j + 1) % 4] * x[(j + 1) % 9] for j in range(n)]
            total += sum(exp(v - largest(z)) for v in z)
        return total
    agrees(loss, [0.5, 0.5, 0.5, 0.5] if ties else [0.3, -0.2, 0.5, 0.1],
           forms=["own", "arrays", "straight"])


def test_the_largest_of_a_list_takes_as_many_lines_as_halvings():
    def lines(n):
        def loss(p, _):
            rows = [[w * x[0] + x[1] * v for w, v in zip(p[:n], p[n:])] for x in X[:5]]
            return sum(log(sum(exp(z - largest_from_the_left(row)) for z in row)) for row in rows)
        theta = np.linspace(-1, 1, 2 * n)
        return len(agrees(loss, theta, forms=["arrays"]).source.splitlines())
    assert lines(32) - lines(16) == lines(16) - lines(8) < 20


def test_sums_over_a_few_words_stay_one_product_however_many_there_are(monkeypatch):
    monkeypatch.setattr("autograd.compiler.recognize.fill.DENSE", 100)
    rng = np.random.default_rng(8)
    words = np.where(rng.random((100, 30)) < 0.3, 1.0, 0.0).tolist()

    def loss(p, _):
        rows = [sum((p[j] * x for j, x in enumerate(row) if x), p[30]) for row in words]
        return sum(z * z for z in rows)
    assert len(agrees(loss, np.linspace(-1, 1, 31), forms=["own"]).source.splitlines()) < 40


# Signs and orders of a network with one hidden layer ------------------------------------------

ERRORS = {"square": lambda f, y: (f - y) ** 2, "other way round": lambda f, y: (y - f) ** 2,
          "negated": lambda f, y: 0 - (-(y - f) ** 2), "product": lambda f, y: twice(y - f)}


def twice(e):
    return e * e


def hidden_layer(seed, error, units=4):
    """A loss whose sums have their terms, signs and brackets in an order of their own."""
    rng = np.random.default_rng(seed)

    def add(total, term):
        return [lambda: total + term, lambda: term + total, lambda: total - -term,
                lambda: -(-total - term)][rng.integers(4)]()

    def times(a, b):
        return [lambda: a * b, lambda: b * a, lambda: -(-a * b), lambda: -a * -b][rng.integers(4)]()

    def weighted(w, b, x):
        terms = [lambda i=i: times(w[i], x[i]) for i in rng.permutation(len(w))]
        total = b
        for term in terms:
            total = add(total, term())
        return total

    def of(p, _):
        total = 0.0
        for x, y in zip(X, Y):
            h = [weighted(p[6 * k:6 * k + 6], p[6 * units + k], x).tanh() for k in range(units)]
            total = add(total, error(weighted(p[7 * units:8 * units], p[-1], h), y) / len(X))
        return total
    return of


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ERRORS)
def test_signs_orders_and_brackets_of_a_network_do_not_matter(name, seed):
    theta = np.random.default_rng(1).normal(size=33).tolist()
    plain, other = [agrees(hidden_layer(s, ERRORS[e]), theta, forms=["own"]).source
                    for s, e in ((0, "square"), (seed, name))]
    assert lines_of(plain) == lines_of(other)


def lines_of(source):
    """A program's lines, its constants aside; other names are numbered as they come."""
    constants, known = ("import", "np.array(", "np.frombuffer("), {}
    lines = [line for line in source.splitlines() if not any(c in line for c in constants)]
    return [re.sub(r"v\d+", lambda m: known.setdefault(m[0], f"v{len(known) + 1}"), line)
            for line in lines]


EVEN = {"square": lambda e: e ** 2, "fourth": lambda e: e ** 4.0, "absolute": abs, "cosine": autograd.cos,
        "inverse": lambda e: (e * e + 1) ** -2, "cube": lambda e: e ** 3, "square and itself": lambda e: e ** 2 + e,
        "less a square": lambda e: 1 - e ** 2}


@pytest.mark.parametrize("name", EVEN)
def test_a_number_less_a_sum_under_an_even_function_is_what_eager_gives(name):
    def of(p, x):
        total = 0.0
        for row, y in zip(X, Y):
            total = total + EVEN[name](y - (sum(w * v for w, v in zip(p, row)) * x[0] + p[-1]))
        return total / len(X)
    theta = np.random.default_rng(2).normal(size=7).tolist()
    agrees(of, theta, [1.0], [[1.0], [0.3], [0.0]])
    agrees(lambda p, _: of(p, [1.0]), theta)


def test_the_cells_of_a_turned_difference_are_verified_with_the_rest():
    P = [autograd.Value(v) for v in (0.3, -0.2, 0.7)]
    loss = sum((y - (P[0] * x[0] + P[1] * x[1] + P[2])) ** 2 for x, y in zip(X, Y))
    assert autograd.compile(loss, P).verify()


@pytest.mark.parametrize("number", range(1, 9))
def test_a_number_that_is_a_place_is_not_taken_for_a_square(number):
    """Places of a graph are counted from 0: 3.0 times the Value at place 3 is no square."""
    def of(p, _):
        total = 0.0
        for k in range(4):
            e = 0.5 - (p[0] * p[1] + 0.25 * p[k % 3])
            total = total + float(number) * e + e * float(number + 1)
        return total + float(number) * (1.5 - p[0])
    agrees(of, [0.3, -0.2, 0.7])
    agrees(lambda p, _: float(number) * (1.5 - p[0] * p[1]), [0.3, -0.2])
    agrees(lambda p, _: float(number) * (1.5 - p[0]), [0.3])
