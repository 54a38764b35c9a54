"""minimize, and fit of plain functions: any nested parameters, any samples; compiled as by graphs."""
import random

import numpy as np
import pytest

import nn
from autograd import exp, log, tanh


def line(w, x, y):
    return (w["a"] * x + w["b"] - y) ** 2


def hinge_of_network(w, x, y):
    h = [z if z > 0 else 0.1 * z for z in (sum(a * b for a, b in zip(row, x)) + c for row, c in zip(w["W"], w["c"]))]
    out = sum(a * b for a, b in zip(w["v"], h))
    return max(0.0, 1 - y * out)


def bigram(P, tokens):
    total = 0.0
    for a, b in zip(tokens, tokens[1:]):
        powers = [exp(z) for z in P[a]]
        total += -log(powers[b] / sum(powers))
    return total / (len(tokens) - 1)


def recurrent(w, xs, y):
    h = 0.0
    for x in xs:
        h = tanh(w[0] * x + w[1] * h + w[2])
    return (w[3] * h - y) ** 2


def embedded(w, pair, target):
    x = w["E"][pair[0]] + w["E"][pair[1]]
    z = [sum(a * b for a, b in zip(row, x)) for row in w["out"]]
    top = max(z)
    return log(sum(exp(v - top) for v in z)) + top - z[target]


RNG = random.Random(0)
uniform = lambda n: [RNG.uniform(-1, 1) for _ in range(n)]
CASES = {
    "line": (line, {"a": 0, "b": 0.5}, [0.0, 1.0, 2.0, -1.5], [1.0, 3.0, 5.0, 0.0]),
    "network": (hinge_of_network, {"W": [uniform(2) for _ in range(5)], "c": uniform(5), "v": uniform(5)},
                np.array([uniform(2) for _ in range(20)]), [RNG.choice([-1.0, 1.0]) for _ in range(20)]),
    "bigram": (bigram, [uniform(4) for _ in range(4)], [[RNG.randrange(4) for _ in range(n)] for n in (3, 5, 3, 4, 5, 5)]),
    "recurrent": (recurrent, uniform(4), [uniform(n) for n in (2, 4, 2, 3)], [0.1, 0.4, -0.3, 0.2]),
    "embedded": (embedded, {"E": np.array([uniform(3) for _ in range(5)]), "out": [uniform(3) for _ in range(4)]},
                 [[0, 1], [2, 3], [4, 4]], [0, 3, 2]),
    "no data": (lambda w: (w[0] - 3) ** 2 + w[1] ** 2 + 0.0 * w[0], [0.0, 1.0]),
}


@pytest.mark.parametrize("batch_size", [None, 2])
@pytest.mark.parametrize("name", CASES)
def test_compiled_is_as_by_graphs(name, batch_size):
    f, params, *data = CASES[name]
    found = []
    for compiled in (True, False):
        history = nn.minimize(f, params, *data, optimizer=nn.Adam(0.05), epochs=6, batch_size=batch_size, seed=1, compiled=compiled)
        found.append(history)
    np.testing.assert_allclose(found[0].iterations, found[1].iterations, rtol=1e-9)
    np.testing.assert_allclose(nn.nests.flat(found[0].params), nn.nests.flat(found[1].params), rtol=1e-8)
    assert found[0][-1] < found[0][0]


def test_fit_takes_a_function_and_gives_its_parameters():
    params = {"a": 0.0, "b": 0.0}
    history = nn.fit(line, params, [0.0, 1.0, 2.0], [1.0, 3.0, 5.0], optimizer=nn.GradientDescent(0.1), epochs=200)
    assert history.params == pytest.approx({"a": 2.0, "b": 1.0}) and params == {"a": 0.0, "b": 0.0}
    assert nn.fit(lambda w: (w - 2.0) ** 2, 0.0, epochs=500).params == pytest.approx(2.0, abs=1e-3)


def test_an_optimizer_updates_nested_parameters():
    params, gradient = {"W": np.ones((2, 2)), "b": [1.0, (2.0,)]}, {"W": np.full((2, 2), 0.5), "b": [1.0, (0.0,)]}
    new = nn.GradientDescent(1.0).update(params, gradient)
    assert new["W"].tolist() == [[0.5, 0.5], [0.5, 0.5]] and new["b"] == [0.0, (2.0,)] and params["b"] == [1.0, (2.0,)]


@pytest.mark.parametrize("call, error, words", [
    (lambda: nn.minimize(line, {"a": 0.0, "b": "c"}, [1.0], [1.0]), TypeError, r"params\['b'\]"),
    (lambda: nn.minimize(line, {"a": 0.0, "b": 0.0}, [1.0], [1.0, 2.0]), ValueError, "1 and 2 samples"),
    (lambda: nn.minimize(line, {"a": 0.0, "b": 0.0}, [], []), ValueError, "0 samples"),
    (lambda: nn.minimize(line, {"a": 0.0, "b": 0.0}, [1.0]), TypeError, "parameters and a sample"),
    (lambda: nn.minimize(line, {"a": 0.0, "b": 0.0}, [1.0], [1.0], optimizer=3), TypeError, "optimizer"),
    (lambda: nn.minimize(line, {"a": 0.0, "b": 0.0}, [1e3], [1.0], epochs=500, optimizer=nn.GradientDescent(1.0)), FloatingPointError, "diverged"),
    (lambda: nn.minimize(line, {"a": 0.0, "b": 0.0}, [1.0], [1.0], callback=lambda: 0), TypeError, "callback"),
])
def test_wrong_arguments(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_callback_sees_the_parameters_and_ends_training():
    seen = []
    history = nn.minimize(line, {"a": 0.0, "b": 0.0}, [1.0], [1.0], epochs=9, callback=lambda k, loss, w: seen.append((k, loss, w)) or k == 3)
    assert len(history) == 4 and [s[0] for s in seen] == [0, 1, 2, 3] and seen[-1][2] == history.params
