"""The lesson on the two moons: its training against NumPy written by hand."""
import random

import numpy as np
import pytest


def by_hand(xs, ys, epochs):
    """The losses of 2-16-16-1 with micrograd's mean hinge loss, penalty and learning rates; and its last parameters."""
    rng, layers = random.Random(1337), []
    for n, m in ((2, 16), (16, 16), (16, 1)):
        layers.append([np.array([[rng.uniform(-1, 1) for _ in range(n)] for _ in range(m)]), np.zeros(m)])
    losses = []
    for epoch in range(epochs):
        fs = [xs]
        for k, (W, b) in enumerate(layers):
            fs.append(fs[-1] @ W.T + b if k == 2 else np.maximum(fs[-1] @ W.T + b, 0))
        margin = ys * fs[-1][:, 0]
        losses.append(np.mean(np.maximum(1 - margin, 0)))
        dz, steps = (-ys * (margin < 1) / len(ys))[:, None], []
        for k in (2, 1, 0):
            steps.append((dz.T @ fs[k], dz.sum(0)))
            dz = dz @ layers[k][0] * (fs[k] > 0)
        for layer, (dW, db) in zip(layers, steps[::-1]):
            rate = 1.0 - 0.9 * epoch / 100
            layer[0] = layer[0] - rate * (dW + 2e-4 * layer[0])
            layer[1] = layer[1] - rate * (db + 2e-4 * layer[1])
    return losses, layers


def test_the_upper_moon_is_the_one_below_0(lesson):
    names = lesson("moons").names
    upper, lower = (names["xs"][names["ys"] == y] for y in (-1, 1))
    assert len(upper) == len(lower) == 50 and upper[:, 1].min() > lower[:, 1].min() and upper[:, 1].max() > lower[:, 1].max()


def test_the_training_is_micrograds(lesson):
    names = lesson("moons").names
    losses, layers = by_hand(names["xs"], names["ys"], names["EPOCHS"])
    assert names["EPOCHS"] == 100
    assert names["losses"] == pytest.approx(losses, abs=1e-8)
    for (W, b, _), (V, c) in zip(names["stages"][-1], layers):
        assert W == pytest.approx(V, abs=1e-8) and b == pytest.approx(c, abs=1e-8)


def test_steps_by_scalars_and_compiled_ones_are_the_same(lesson):
    names = lesson("moons").names
    start = names["theta"](names["network"]())
    assert np.abs(names["by_scalars"] - start).max() > 0.1
    assert names["difference"] < 1e-12


def test_scores_are_the_networks_own(lesson):
    names = lesson("moons").names
    layers, own, others = names["penalized"][0.03]          # the last that was trained
    for x, score in zip(names["few"], names["scores"](layers, names["few"])):
        assert score == pytest.approx(names["net"](x.tolist()).data, abs=1e-12)
    for share, points, labels in ((own, "few", "labels"), (others, "fresh", "fresh_labels")):
        right = [(names["net"](x.tolist()).data > 0) == (y > 0) for x, y in zip(names[points], names[labels])]
        assert share == pytest.approx(np.mean(right), abs=1e-12)


def test_all_samples_are_on_their_side_in_the_end(lesson):
    names = lesson("moons").names
    assert names["accuracy"](names["stages"][-1], names["xs"], names["ys"]) == 1.0


def test_a_penalty_makes_parameters_small(lesson):
    penalized = lesson("moons").names["penalized"]
    sizes = [np.sqrt(sum((W**2).sum() + (b**2).sum() for W, b, _ in layers)) for layers, _, _ in penalized.values()]
    assert list(penalized) == sorted(penalized)
    assert all(smaller < larger for larger, smaller in zip(sizes, sizes[1:])) and sizes[-1] < sizes[0] / 3
