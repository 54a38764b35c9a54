"""The compiler's lesson: its programs against NumPy written by hand and finite differences, and what it shows of the steps."""
import numpy as np
import pytest


def two_layers(theta, X):
    """The loss |W2 relu(W1 x + b1) + b2 - y|^2 summed over the rows (x, y) of X, widths 4-3-3, and its gradient."""
    (W1, b1), (W2, b2) = (theta[:12].reshape(3, 4), theta[12:15]), (theta[15:24].reshape(3, 3), theta[24:])
    loss, gradient = 0.0, np.zeros(27)
    for row in X:
        z1 = W1 @ row[:4] + b1
        f1 = np.maximum(z1, 0)
        error = W2 @ f1 + b2 - row[4:]
        dz2 = 2 * error
        dz1 = (z1 > 0) * (W2.T @ dz2)
        loss += error @ error
        gradient += np.concatenate([np.outer(dz1, row[:4]).ravel(), dz1, np.outer(dz2, f1).ravel(), dz2])
    return loss, gradient


def moons(theta, X, Y):
    """The mean hinge loss of the network 2-16-16-1 and the penalty, sample by sample."""
    W1, W2, W3 = theta[:48].reshape(16, 3), theta[48:320].reshape(16, 17), theta[320:]
    total = 0.0
    for x, y in zip(X, Y):
        f1 = np.maximum(W1 @ [*x, 1], 0)
        f2 = np.maximum(W2 @ [*f1, 1], 0)
        total += max(0.0, 1 - y * (W3 @ [*f2, 1]))
    return total / len(X) + 1e-4 * (theta**2).sum()


def slope(f, theta, direction, h=1e-6):
    return (f(theta + h * direction) - f(theta - h * direction)) / (2 * h)


def test_the_two_layers_are_those_of_numpy(lesson):
    program, rng = lesson("compiler").names["two_layers"], np.random.default_rng(0)
    theta, X = rng.uniform(-1, 1, 27), rng.uniform(-1, 1, (6, 7))
    loss, gradient = two_layers(theta, X)
    value, found = program.value_and_grad(theta, X)
    assert value == pytest.approx(loss) and found == pytest.approx(gradient)


def test_the_layer_is_that_of_numpy(lesson):
    names, rng = lesson("compiler").names, np.random.default_rng(0)
    W, b, X = rng.uniform(-1, 1, (3, 4)), rng.uniform(-1, 1, 3), rng.uniform(-1, 1, (6, 7))
    z = X[:, :4] @ W.T + b
    error = np.maximum(z, 0) - X[:, 4:]
    dz = 2 * error * (z > 0)
    value, found = names["program"].value_and_grad(np.concatenate([W.ravel(), b]), X)
    assert value == pytest.approx((error**2).sum())
    assert found == pytest.approx(np.concatenate([(dz.T @ X[:, :4]).ravel(), dz.sum(0)]))
    assert max(names["difference"], names["difference_of_five"]) < 1e-12


def test_each_formula_has_its_line(lesson):
    printed = [" ".join(line.split()) for line in lesson("compiler").printed.split("\n")]
    for line in ("(6) z = Wx + b z1 = x[:, 0:4] @ W1.T", "(3) f = σ(z), minus y v1 = np.maximum(z1, 0) - x[:, 4:7]",
                 "∂ℒ/∂z = D ∂ℒ/∂f dz1 = dv1 * (z1 > 0)", "(8) ∂ℒ/∂W = ∂ℒ/∂z xᵀ dW1 = dz1.T @ x[:, 0:4]",
                 "(8) ∂ℒ/∂b = ∂ℒ/∂z db1 = ones @ dz1", "(7) dz1 = dv1 @ W2 * (z1 > 0)", "(8) dW2 = dv1.T @ f1"):
        assert line in printed


def test_the_steps_show_the_three_dots_in_their_places(lesson):
    small = lesson("compiler")
    assert "as recorded: 12 mul, 15 add, 3 relu, 3 sub, 3 pow\n" in small.printed          # 4 + 1 for each neuron, 3 for the loss
    assert [(len(group.ids), group.op.name) for group in small.names["found"]][:3] == [(3, "dot"), (3, "add"), (3, "relu")]
    assert small.names["dots"].args == [(*range(4 * i, 4 * i + 4), 15, 16, 17, 18) for i in range(3)]
    assert "weights: place 0 + 4 i + 1 j,  i < 3, j < 4\ninputs:  place 0 + 1 j " in small.printed


def test_fit_gives_the_same_losses_compiled_or_not(lesson):
    histories = lesson("compiler").names["histories"]
    assert histories[True] == pytest.approx(histories[False], rel=1e-10) and histories[True][-1] < histories[True][0]


def test_the_moons_are_those_of_the_formulas(lesson):
    names = lesson("compiler").names
    theta, X, Y = names["theta"], names["X"], names["Y"]
    assert [names["moons"].data, names["by_hand"](theta)[0], names["value"]] == pytest.approx([moons(theta, X, Y)] * 3)
    directions = np.random.default_rng(0).uniform(-1, 1, (8, len(theta)))
    wanted = [slope(lambda t: moons(t, X, Y), theta, d) for d in directions]
    assert directions @ names["gradient"] == pytest.approx(wanted, abs=1e-7)
    assert names["by_hand"](theta)[1] == pytest.approx(names["gradient"], abs=1e-13) and names["moons_difference"] < 1e-13
    assert "b is W1[..., 2], beside ones" in names["moons_program"].source                      # as the text says


def test_the_source_in_the_file_runs_by_itself(lesson):
    small, space = lesson("compiler"), {}
    exec((small.folder / "out" / "compiler" / "program.py").read_text(encoding="utf-8"), space)
    value, gradient = space["value_and_grad"](small.names["theta"])
    assert value == pytest.approx(small.names["value"]) and gradient == pytest.approx(small.names["gradient"])


def test_medians_take_turns(lesson):
    calls = []
    found = lesson("compiler").names["medians"]({"a": (2, lambda: calls.append("a")), "b": (1, lambda: calls.append("b"))}, 3)
    assert "".join(calls) == "aabaabaab" and list(found) == ["a", "b"]
    assert list(lesson("compiler").names["times"]) == ["scalars, eager", "NumPy by hand", "compiled"]


def test_an_if_is_not_seen_and_fit_says_so(lesson):
    names = lesson("compiler").names
    assert names["by_if"]([1.0], [-3.0]) == -3.0 and names["by_abs"]([1.0], [-3.0]) == 3.0
    assert len(names["caught"]) == 1 and "without compiling" in str(names["caught"][0].message)
    assert names["kinked"].w.data == pytest.approx(1.0, abs=1e-6)


def test_a_penalty_counts_for_each_sample(lesson):
    names = lesson("compiler").names
    samples = names["samples"]
    assert names["given"] == pytest.approx(((3 * samples[:, 0] - samples[:, 1]) ** 2).sum() + 5 * 0.9)
    assert names["wanted"] == pytest.approx(names["given"] - 4 * 0.9)
    last = next(line for line in lesson("compiler").printed.split("\n") if line.startswith("the same minus four times that term"))
    assert float(last.split()[-1]) == pytest.approx(names["wanted"])
