"""explain for a vector or a matrix: the way from scalars to (6)-(8), in any style of writing a layer, checked in numbers."""
from __future__ import annotations

import random
import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, dot, explain
from autograd.words.steps import CLOSE

SIGMAS = {"tanh": autograd.tanh, "sigmoid": autograd.sigmoid, "sin": autograd.sin, "softplus": autograd.softplus,
          "by hand": lambda t: 1 / (1 + autograd.exp(-t)), "composed": lambda t: autograd.sin(t) * autograd.tanh(t)}


def by_dot(row, f, b):
    return dot(row, f, b)


def by_sum(row, f, b):
    return sum(w * x for w, x in zip(row, f)) + b


def bias_first(row, f, b):
    z = b
    for w, x in zip(row, f):
        z = z + x * w
    return z


def with_minus(row, f, b):
    z = -b
    for w, x in zip(row, f):
        z = z - w * x
    return -z


def by_numpy(row, f, b):
    return np.array(row) @ np.array(f) + b


def by_sum_of_many(row, f, b):
    return autograd.sum([*(w * x for w, x in zip(row, f)), b])


STYLES = (by_dot, by_sum, bias_first, by_numpy, by_sum_of_many)


def layers(seed, style, sigma, samples=1, labels=True):
    """Random layers: parameters by layer, and for each sample its z and f; the loss."""
    draw = random.Random(seed)
    widths = [draw.randint(1, 4) for _ in range(draw.randint(3, 5))]
    Ws = [[[Value(draw.gauss(0, 1)) for _ in range(m)] for _ in range(n)] for m, n in zip(widths, widths[1:])]
    bs = [[Value(draw.gauss(0, 1)) for _ in range(n)] for n in widths[1:]]
    zs, fs, loss = [], [], 0.0
    for _ in range(samples):
        f = [Value(draw.gauss(0, 1)) for _ in range(widths[0])]
        zs.append([])
        fs.append([f])
        for k, (W, b) in enumerate(zip(Ws, bs)):
            z = [style(row, f, c) for row, c in zip(W, b)]
            if labels:
                for i, v in enumerate(z, 1):
                    v.label = f"z{k + 1}({i})"
            f = [SIGMAS[sigma](v) for v in z] if k < len(Ws) - 1 else z
            zs[-1].append(z)
            fs[-1].append(f)
        loss = loss + sum((v - draw.gauss(0, 1)) ** 2 for v in f)
    return Ws, bs, zs, fs, loss


def grads(loss, wrt):
    rows = wrt if isinstance(wrt[0], list) else [wrt]
    found = [autograd.gradients(loss, row) for row in rows]
    return found if isinstance(wrt[0], list) else found[0]


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
def test_every_step_holds_for_random_layers(style, sigma):
    for seed in range(12):
        Ws, bs, zs, _, loss = layers(seed, style, sigma)
        for wrt in (*Ws, *bs, *zs[0][:-1]):
            found = explain(loss, wrt)
            assert found.holds, (seed, found, [step.difference for step in found.steps])
            assert np.allclose(found.gradient, grads(loss, wrt), rtol=1e-10, atol=1e-12)
            assert re.search(r"\((7|8)\)$", found.steps[-1].reason)
            assert ("(7)" in str(found)) == any(wrt is z for z in zs[0])


@pytest.mark.parametrize("style", (by_dot, bias_first, by_numpy), ids=lambda style: style.__name__)
def test_several_samples_are_summed_over(style):
    for seed in range(12):
        Ws, bs, _, _, loss = layers(seed, style, "tanh", samples=3)
        for wrt in (*Ws, *bs):
            found = explain(loss, wrt)
            assert found.holds and r"\sum_s" in found.latex and "Σₛ" in str(found)
            assert np.allclose(found.gradient, grads(loss, wrt))


def test_without_labels_the_sums_are_found_or_named():
    for seed in range(20):
        Ws, bs, zs, _, loss = layers(seed, by_dot, "tanh", labels=False)
        for k, wrt in enumerate(zs[0][:-1]):
            assert explain(loss, wrt).holds and explain(loss, wrt, through=zs[0][k + 1]).holds
        assert all(explain(loss, wrt).holds for wrt in (*Ws, *bs))


def test_a_network_of_nn_and_its_theorem():
    net = nn.MLP(3, [4, 2], "tanh", seed=3)
    x = [0.3, -0.8, 0.5]
    loss = sum((f - 1.0) ** 2 for f in net(x))
    W, b = [n.w for n in net.layers[1].neurons], [n.b for n in net.layers[1].neurons]
    lines = nn.matrix.proof(net, x, [1.0, 1.0], k=2)
    assert np.allclose(explain(loss, W).gradient, lines.line("8W").right)
    assert np.allclose(explain(loss, b).gradient, lines.line("8b").right)
    assert "∂ℒ/∂W2 = ∂ℒ/∂z fᵀ" in str(explain(loss, W)) and "∂ℒ/∂b2 = ∂ℒ/∂z" in str(explain(loss, b))


def test_weights_that_stand_in_columns():
    W = [[Value(w, label=f"W({i},{j})") for j, w in enumerate(row, 1)] for i, row in enumerate([[1.0, 2.0], [-1.0, 0.5], [3.0, 1.0]], 1)]
    x = [0.5, -2.0, 1.5]
    z = [sum(x[i] * W[i][j] for i in range(3)) for j in range(2)]
    loss = z[0] * z[0] + z[1].tanh()
    found = explain(loss, W)
    assert found.holds and np.allclose(found.gradient, grads(loss, W)) and "∂ℒ/∂W = f (∂ℒ/∂z)ᵀ" in str(found)


def small():
    u = [Value(0.5, label="u(1)"), Value(-1.0, label="u(2)")]
    W = [[Value(1.0), Value(-2.0)], [Value(0.5), Value(1.5)], [Value(-1.0), Value(0.8)]]
    z = [dot(row, [autograd.sigmoid(v) for v in u]) for row in W]
    return u, W, z


def test_what_is_printed():
    u, _, z = small()
    loss = dot([2.0, -1.0, 3.0], z)
    loss.label = "loss"
    found = explain(loss, u)
    assert str(found) == """\
How ℒ depends on u, from scalars to matrices.
  1. z(i) = Σₗ W(i,l) σ(u(l)) + b(i)          (6), entry by entry
  2. ∂z(i)/∂u(j) = W(i,j) σ'(u(j))            in the sum only the term l = j has u(j)
  3. ∂ℒ/∂u(j) = Σᵢ ∂ℒ/∂z(i) · ∂z(i)/∂u(j)     chain rule: u(j) goes into every z(i)
  4. ∂ℒ/∂u(j) = Σᵢ ∂ℒ/∂z(i) W(i,j) σ'(u(j))   substitute
  5. ∂ℒ/∂u(j) = σ'(u(j)) Σᵢ ∂ℒ/∂z(i) W(i,j)   the factor does not depend on i
  6. ∂ℒ/∂u = D Wᵀ ∂ℒ/∂z,  D = diag(σ'(u))     all entries at once: the sum runs down a column of W. (7)"""
    assert found.equations[5] == (r"\frac{\partial \mathcal{L}}{\partial u} = "
                                  r"\mathrm{diag}(\sigma'(u))\, W^T \frac{\partial \mathcal{L}}{\partial z}")
    assert r"\begin{pmatrix} 2 \\ -1 \\ 3 \end{pmatrix} = " in found.numbers
    assert found._repr_markdown_().count("$$") == 14 and found.equations[6] == found.numbers
    assert "How total depends on" in str(explain(*named(loss, u, "total")))


def named(loss, u, label):
    loss.label = label
    return loss, u


def test_a_step_with_another_right_side_does_not_hold():
    u, _, z = small()
    loss = sum(v * v for v in z)
    for step in explain(loss, u).steps:
        assert step.holds and step.left != []
        wrong = step._replace(right=(np.array(step.right) * (1 + 10 * CLOSE)).tolist())
        assert not wrong.holds


def test_what_has_no_layer_is_refused():
    u, W, z = small()
    with pytest.raises(ValueError, match="through="):
        explain(autograd.exp(u[0] * u[1]), u)
    with pytest.raises(ValueError, match="other ways"):
        explain(sum(v * v for v in z) + u[0], u)                        # a connection that skips the layer
    with pytest.raises(ValueError, match="regularization"):
        explain(sum(v * v for v in z) + sum(w * w for row in W for w in row), W)
    with pytest.raises(ValueError, match="does not depend on"):
        explain(z[0], [Value(1.0, label="elsewhere")])
    for wrong in ([], [[u[0]], [u[1], u[0]]], [u[0], 1.0], [[u], [u]]):
        with pytest.raises(TypeError, match="wrt"):
            explain(z[0], wrong)
    with pytest.raises(ValueError, match="twice"):
        explain(z[0], [u[0], u[0]])


@pytest.mark.parametrize("weight", [1.0, -1.0, 0.0])
@pytest.mark.parametrize("sigma", [lambda u: u, autograd.tanh])
def test_a_weight_of_one_is_a_weight_and_not_a_bias(weight, sigma):
    u = [Value(0.3, label="u1"), Value(-0.7, label="u2")]
    z = [sigma(u[0]) * Value(weight), Value(weight) * sigma(u[1]) + 0.5]
    explanation = explain(z[0] * z[0] + autograd.sin(z[1]), u)
    assert explanation.holds
    assert explanation.gradient == pytest.approx(autograd.gradients(z[0] * z[0] + autograd.sin(z[1]), u))


def test_the_entry_that_is_not_in_the_graph_is_the_first():
    u = [Value(float(k), label=f"u{k}") for k in range(20)]
    with pytest.raises(ValueError, match="'u3'"):
        explain(autograd.tanh(autograd.dot(u[:3], [Value(2.0)] * 3)), u)
