"""nn.matrix.proof: every line holds for every network, false lines do not, and an order with a gap is told."""
import random

import numpy as np
import pytest

import nn
from nn.matrix import proof
from nn.matrix.proof import FALSE, TABLE

SIGMAS = ["tanh", "sigmoid", "sin", "softplus", "relu", lambda v: v * v * 0.1]


def network(seed):
    draw = random.Random(seed)
    widths = [draw.randint(1, 4) for _ in range(draw.randint(3, 5))]
    net = nn.MLP(widths[0], widths[1:], activation=[draw.choice(SIGMAS) for _ in widths[1:]], seed=seed)
    for p in net.parameters():
        p.data = draw.gauss(0.0, 1.0)
    return net, [draw.gauss(0.0, 1.0) for _ in range(widths[0])], [draw.gauss(0.0, 1.0) for _ in range(widths[-1])]


@pytest.mark.parametrize("seed", range(30))
def test_every_line_holds_for_every_layer_of_every_network(seed):
    net, x, y = network(seed)
    for k in range(2, len(net.layers) + 1):
        lines = proof(net, x, y, k=k)
        assert [line.name for line in lines if line.difference > 1e-12] == [] and lines.holds
        assert [line.name for line in lines] == [row.name for row in TABLE]


@pytest.mark.parametrize("seed", range(10))
def test_the_last_lines_are_what_finite_differences_give(seed):
    """(8) against the loss of a network whose weights were moved, computed with NumPy."""
    net, x, y = network(seed)
    layers = nn.matrix.parameters(net)
    lines, h = proof(net, x, y), 1e-6
    W = layers[-1].W
    for i, j in np.ndindex(W.shape):
        losses = []
        for step in (h, -h):
            W[i, j] += step
            losses.append(float(((nn.matrix.forward(layers, np.array(x))[1][-1] - np.array(y)) ** 2).sum()))
            W[i, j] -= step
        assert lines.line("8W").right[i, j] == pytest.approx((losses[0] - losses[1]) / (2 * h), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("seed", range(20))
def test_a_false_line_does_not_hold_and_all_others_do(seed):
    net, x, y = network(seed)
    lines = proof(net, x, y)
    faulty = lines.with_fault(seed)
    assert sum(not line.holds for line in faulty) == 1 and not faulty.holds and lines.holds
    assert [line.name for line in faulty] == [line.name for line in lines]


def test_every_false_line_is_drawn_some_time():
    net, x, y = nn.MLP(3, [4, 3, 2], "tanh", seed=1), [0.2, -0.4, 1.0], [1.0, 0.0]
    for p in net.parameters():
        p.data += 0.3
    lines = proof(net, x, y, k=2)
    drawn = {line.text for seed in range(100) for line in lines.with_fault(seed) if not line.holds}
    assert len(drawn) == len(FALSE)


def test_an_order_is_a_proof_when_every_line_has_what_it_needs():
    net, x, y = network(0)
    lines = proof(net, x, y)
    assert lines.gap() is None
    for seed in range(20):
        shuffled = lines.shuffled(seed)
        assert sorted(line.name for line in shuffled) == sorted(line.name for line in lines)
        gap, seen = shuffled.gap(), set()
        for line in shuffled:                           # the first whose needs have not all been seen
            if not set(line.needs) <= seen:
                assert gap is line
                break
            seen.add(line.name)
        else:
            assert gap is None


def test_filling_in_a_side():
    net, x, y = network(3)
    lines = proof(net, x, y)
    right = lines.line("7").right
    assert lines.fill("7", right.tolist()) and not lines.fill("7", right + 0.1) and not lines.fill("7", [*right, 1.0])


def test_each_line_is_latex_that_mathtext_reads():
    mathtext = pytest.importorskip("matplotlib.mathtext")
    net, x, y = network(2)
    for line in [*proof(net, x, y), *proof(net, x, y).with_fault(0)]:
        mathtext.MathTextParser("path").parse(f"${line.latex}$")
    assert r"\begin{aligned}" in proof(net, x, y).latex and proof(net, x, y)._repr_markdown_().startswith("$$")


@pytest.mark.parametrize("k, error", [(1, ValueError), (9, ValueError), (1.5, ValueError), ("2", TypeError)])
def test_a_layer_that_is_not_there_is_an_error(k, error):
    with pytest.raises(error):
        proof(nn.MLP(2, [3, 1], seed=0), [1.0, 2.0], [0.0], k=k)


def test_a_line_that_is_not_there_is_an_error():
    with pytest.raises(KeyError, match="there are 6, W1"):
        proof(nn.MLP(2, [3, 1], seed=0), [1.0, 2.0], [0.0]).line("9")
