"""nn.matrix: the scalar engine against the lecture's (7) and (8), and both against finite differences."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value
from nn import matrix

SMOOTH = ["tanh", "sigmoid", "softplus", "sin", "gelu", "erf", "linear"]
KINKED = ["relu", "leaky_relu", "elu", "abs"]


def bump(v):
    """An activation that is not a row of the table."""
    return autograd.exp(-v * v) + 0.1 * v


@st.composite
def problems(draw, activations):
    """A network of random shape and activations, m samples, targets and a loss that suits them."""
    nin, widths = draw(st.integers(1, 4)), draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    sigmas = [draw(st.sampled_from(activations)) for _ in widths]
    seed, m = draw(st.integers(0, 10 ** 6)), draw(st.integers(1, 5))
    rng = np.random.default_rng(seed)
    net = nn.MLP(nin, widths, activation=sigmas, init=draw(st.sampled_from(["uniform", "xavier", "he"])), seed=seed)
    for layer in net.layers:
        for neuron in layer.neurons:
            neuron.b.data = rng.normal()
    X = rng.uniform(-2, 2, (m, nin))
    several = ["cross_entropy"] * (widths[-1] > 1)
    loss = draw(st.sampled_from(["absolute", "squared", "hinge", "binary_cross_entropy"] + several))
    Y = {"hinge": rng.choice([-1, 1], (m, widths[-1])), "binary_cross_entropy": rng.choice([0, 1], (m, widths[-1])),
         "cross_entropy": rng.integers(0, widths[-1], m)}.get(loss)
    return net, X, rng.normal(size=(m, widths[-1])) if Y is None else Y, loss


@settings(max_examples=80)
@given(problems(SMOOTH + KINKED + [bump]))
def test_the_scalar_engine_agrees_with_the_theorem(problem):
    comparison = matrix.compare(*problem)
    scale = max(abs(row.engine) for row in comparison)
    for row in comparison:
        assert row.engine == pytest.approx(row.theorem, rel=1e-10, abs=1e-13 * max(scale, 1e-300)), row
    assert comparison.theorem_difference <= 1e-10


@settings(max_examples=40)
@given(problems(SMOOTH + [bump]))
def test_the_scalar_engine_agrees_with_finite_differences(problem):
    net, X, Y, loss = problem
    kinked = loss in ("absolute", "hinge")              # and a kink may be anywhere
    comparison = matrix.compare(net, X, Y, "squared" if kinked else loss)
    for row in comparison:
        assert row.engine == pytest.approx(row.differences, rel=1e-6, abs=1e-7), row


def test_relu_agrees_with_finite_differences_off_the_kinks():
    comparison = matrix.compare(nn.MLP(2, [8, 8, 1], seed=5), *nn.data.moons(20, noise=0.1, random_state=1), "squared")
    assert comparison.quotient_difference < 1e-8


@pytest.mark.parametrize("activation", [*SMOOTH, *KINKED, bump])
def test_forward_is_3(activation):
    net = nn.MLP(3, [4, 2], activation=activation, seed=2)
    X = np.random.default_rng(0).normal(size=(5, 3))
    zs, fs = matrix.forward(matrix.parameters(net), X)
    assert [f.shape for f in fs] == [(5, 3), (5, 4), (5, 2)] and [z.shape for z in zs] == [(5, 4), (5, 2)]
    for x, f in zip(X, fs[-1]):
        assert [v.data for v in net(x)] == pytest.approx(f, rel=1e-13)
    one = matrix.forward(matrix.parameters(net), X[2])[1][-1]
    assert one == pytest.approx(fs[-1][2], rel=1e-14)


def test_backward_of_one_sample_is_rank_one_and_of_many_the_sum():
    net = nn.MLP(3, [4, 2], activation="tanh", seed=2)
    layers, X = matrix.parameters(net), np.random.default_rng(0).normal(size=(5, 3))
    df = np.random.default_rng(1).normal(size=(5, 2))
    whole = matrix.backward(layers, *matrix.forward(layers, X), df)
    single = [matrix.backward(layers, *matrix.forward(layers, x), d) for x, d in zip(X, df)]
    for k, (dz, dW, db) in enumerate(whole):
        assert dz == pytest.approx(np.array([s[k].dz for s in single]), rel=1e-13)
        assert dW == pytest.approx(sum(s[k].dW for s in single), rel=1e-12)
        assert db == pytest.approx(sum(s[k].db for s in single), rel=1e-12)
    assert np.linalg.matrix_rank(single[0][0].dW) == 1
    assert (single[0][1].db == single[0][1].dz).all(), "(8): dL/db_k = dL/dz_k"


def test_dz_is_what_the_engine_has_in_the_dot_nodes():
    net = nn.MLP(2, [3, 1], activation="sigmoid", seed=4)
    x, y = [0.3, -0.7], 0.5
    z1 = [autograd.dot(n.w, x, n.b) for n in net.layers[0].neurons]
    z2 = net.layers[1]([autograd.sigmoid(z) for z in z1])
    loss = (z2 - y) ** 2
    loss.backward()
    layers = matrix.parameters(net)
    zs, fs = matrix.forward(layers, x)
    found = matrix.backward(layers, zs, fs, 2 * (fs[-1] - y))
    assert [z.grad for z in z1] == pytest.approx(found[0].dz, rel=1e-13)
    assert z2.grad == pytest.approx(found[1].dz[0], rel=1e-13)


def test_relu_at_0_has_the_derivative_0_in_both():
    net = nn.MLP(1, [1, 1], seed=1)
    net.layers[0].neurons[0].w[0].data = 0.0
    rows = {row.name: row for row in matrix.compare(net, [1.0], [5.0])}
    assert rows["W1(1,1)"].engine == rows["W1(1,1)"].theorem == 0.0


def test_an_operation_of_the_users_own_with_no_partial():
    steps = autograd.operation("test_matrix_step", lambda a: float(a > 0), None)
    net = nn.MLP(2, [3, 1], activation=steps, seed=1)
    assert matrix.compare(net, [[1.0, 2.0]], [0.0]).theorem_difference == 0.0


def test_a_wrong_derivative_would_be_seen():
    """The comparison is not empty: with one entry of the theorem's gradient changed it says so."""
    comparison = matrix.compare(nn.MLP(2, [3, 1], activation="tanh", seed=1), [[1.0, 2.0]], [0.5])
    rows = [row._replace(theorem=row.theorem * (1 + 1e-6)) if i == 4 else row for i, row in enumerate(comparison)]
    changed = matrix.Comparison(comparison.loss, rows)
    assert comparison.theorem_difference < 1e-14
    assert changed.theorem_difference > 1e-9


def test_layers_of_another_form_are_not_compared():
    class Residual(nn.Layer):
        def __call__(self, x):
            return [a + b for a, b in zip(super().__call__(x), x)]
    net = nn.MLP(2, [2, 1])
    net.layers[0] = Residual(2, 2)
    with pytest.raises(TypeError, match="Residual computes something else"):
        matrix.compare(net, [[1.0, 2.0]], [0.5])


def test_names_and_order_are_those_of_the_parameters():
    net = nn.MLP(2, [2, 1], activation="tanh", seed=1)
    comparison = matrix.compare(net, [[1.0, 2.0], [0.5, 0.1]], [0.5, 0.2])
    assert [row.name for row in comparison] == ["W1(1,1)", "W1(1,2)", "b1(1)", "W1(2,1)", "W1(2,2)", "b1(2)",
                                                "W2(1,1)", "W2(1,2)", "b2(1)"]
    whole = autograd.sum([(net(x) - y) ** 2 for x, y in zip([[1.0, 2.0], [0.5, 0.1]], [0.5, 0.2])])
    assert [row.engine for row in comparison] == pytest.approx(autograd.gradients(whole, net.parameters()), rel=1e-13)
    assert comparison.loss == pytest.approx(whole.data, rel=1e-14)
    assert [(name, n) for name, n, _, _ in comparison.by_array()] == [("W1", 4), ("b1", 2), ("W2", 2), ("b2", 1)]


def test_it_prints_as_a_table():
    text = str(matrix.compare(nn.MLP(2, [16, 16, 1], seed=1), *nn.data.moons(6, random_state=0)))
    lines = text.splitlines()
    assert "scalar engine" in lines[0] and "theorem (7), (8)" in lines[0] and "finite differences" in lines[0]
    assert lines[1].split()[0] == "W1(1,1)" and 20 < len(lines) < 30 and lines[-1].startswith("337 derivatives")


def test_comparing_changes_nothing():
    net = nn.MLP(2, [3, 1], seed=1)
    before = [(p.data, p.grad) for p in net.parameters()]
    matrix.compare(net, [[1.0, 2.0]], [0.5])
    assert [(p.data, p.grad) for p in net.parameters()] == before


def test_data_that_does_not_fit():
    net = nn.MLP(2, [3, 1], seed=1)
    with pytest.raises(ValueError, match=r"X has shape \(1, 3\), the network needs \(m, 2\)"):
        matrix.compare(net, [[1.0, 2.0, 3.0]], [0.5])
    with pytest.raises(ValueError, match="2 samples in xs and 1 in ys"):
        matrix.compare(net, [[1.0, 2.0], [1.0, 2.0]], [0.5])


def test_output_derivatives_are_those_of_the_loss():
    F, Y = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[0.0, 4.0], [3.5, 5.5]])
    assert (matrix.output_derivatives("squared", F, Y) == 2 * (F - Y)).all()
    assert matrix.loss_of("squared", F, Y) == ((F - Y) ** 2).sum()
    assert isinstance(nn.losses.squared([Value(1.0)], [0.0]), Value)
