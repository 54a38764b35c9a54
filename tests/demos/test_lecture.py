"""The lecture in four lessons: its numbers against closed forms, NumPy written by hand, and finite differences."""
import numpy as np
import pytest

import nn


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def loss_and_gradient(theta, xs, ys):
    """The loss of a 1-n-1 network, sum |f - y|, and its gradient: (3), (7), (8) by hand; theta has b beside each w."""
    hidden, output = theta[:2 * (len(theta) // 3)].reshape(-1, 2), theta[2 * (len(theta) // 3):]
    z = np.outer(xs, hidden[:, 0]) + hidden[:, 1]
    f = np.maximum(z, 0)
    error = f @ output[:-1] + output[-1] - ys
    dz2 = np.sign(error)
    dz1 = np.outer(dz2, output[:-1]) * (z > 0)
    return np.abs(error).sum(), np.concatenate([np.column_stack([xs @ dz1, dz1.sum(0)]).ravel(), dz2 @ f, [dz2.sum()]])


def descent(net, xs, ys, steps, rate, beta=0.0):
    """The losses of so many steps of (5) with momentum, by hand."""
    theta = before = np.array([p.data for p in net.parameters()])
    losses = []
    for j in range(steps):
        loss, gradient = loss_and_gradient(theta, xs, ys)
        theta, before = theta - rate(j) * gradient + beta * (theta - before), theta
        losses.append(loss)
    return losses


def test_the_slopes_of_figure_1_are_those_of_closed_forms(lesson):
    names = lesson("neuron").names
    ts = np.array(names["ts"])
    assert 0.0 in names["ts"]
    assert names["slopes"][names["relu"]] == list((ts > 0).astype(float))               # 0 at 0
    assert names["slopes"][names["sigmoid"]] == pytest.approx(sigmoid(ts) * (1 - sigmoid(ts)), rel=1e-12)


def test_the_neuron_by_hand_is_that_of_nn(lesson):
    names = lesson("neuron").names
    f = sigmoid(0.5 * 2 + -1.5 * -1 + -2)
    assert names["g"].data == pytest.approx(f)
    assert [p.grad for p in names["neuron"].parameters()] == pytest.approx([f * (1 - f) * d for d in (2, -1, 1)])
    printed = lesson("neuron").printed
    assert f"by hand   {names['g'].data} {[p.grad for p in names['neuron'].parameters()]}\n" in printed
    assert "operations: sigmoid of dot\n" in printed


def test_the_network_by_hand_is_that_of_nn(lesson):
    by_hand, by_nn = (line.split()[-1] for line in lesson("neuron").printed.split("\n")
                      if line.startswith(("(3) by hand", "nn.MLP     ")))
    arrays = list(nn.MLP(6, [2, 6, 4, 1], "sigmoid", init="xavier", seed=1).state_dict().values())
    f = np.array([0.5, -0.3, 0.8, -0.9, 0.1, 0.4])
    for k in range(0, 8, 2):
        f = arrays[k] @ f + arrays[k + 1]
        f = sigmoid(f) if k < 6 else f
    assert float(by_hand) == pytest.approx(f[0], rel=1e-12) and float(by_nn) == pytest.approx(f[0], rel=1e-12)


@pytest.mark.parametrize("part, by_hand, by_fit, beta", [("descent", "by_hand", "fit_losses", 0.0), ("sgd", "by_hand_too", "fit_losses_too", 0.9)])
def test_the_steps_by_hand_are_those_of_fit_and_of_numpy(part, by_hand, by_fit, beta, lesson):
    names = lesson(part).names
    wanted = descent(nn.MLP(1, [8, 1], seed=4), *nn.data.sine(21), 5, lambda j: names["alpha"], beta)
    assert wanted[-1] < wanted[0] - 1
    assert names[by_hand] == pytest.approx(wanted, rel=1e-10)
    assert names[by_fit] == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize("part, history, rate, beta", [("descent", "descent_history", 0.006, 0.0), ("sgd", "momentum_history", 0.0008, 0.9)])
def test_figure_3_begins_as_numpy_does(part, history, rate, beta, lesson):
    names = lesson(part).names
    wanted = descent(names["network"](), *nn.data.sine(100), 8, lambda j: rate * 0.003 ** (j / names["EPOCHS"]), beta)
    assert names[history][:8] == pytest.approx(wanted, rel=1e-9)


def test_the_untrained_network_bends_at_the_points(lesson):
    neurons = lesson("descent").names["network"]().layers[0].neurons
    assert [-n.b.data / n.w[0].data for n in neurons] == pytest.approx(np.linspace(-1, 1, 100))


def test_all_three_ways_go_down_and_two_of_them_faster(lesson):
    names = lesson("sgd").names
    untrained = names["error"](names["network"]())
    errors = [names["error"](net) for net, _ in names["runs"].values()]
    assert {len(history) for _, history in names["runs"].values()} == {names["EPOCHS"]}
    assert errors[0] < untrained / 10 and max(errors[1:]) < 0.7 * errors[0]


def test_the_mini_batches_add_up_to_the_gradient(lesson):
    names = lesson("sgd").names
    theta, (xs, ys) = np.array([p.data for p in names["network"]().parameters()]), nn.data.sine(100)
    assert sorted(names["order"]) == list(range(100)) and len(names["parts"]) == 5
    for chosen, (loss, gradient) in zip(np.split(names["order"], 5), names["parts"]):
        wanted, wanted_gradient = loss_and_gradient(theta, xs[chosen], ys[chosen])
        assert loss == pytest.approx(wanted) and gradient == pytest.approx(wanted_gradient, abs=1e-10)
    assert names["rest"] < 1e-10 * abs(names["whole_gradient"]).max()


def test_the_small_layer_has_the_derivatives_of_finite_differences(lesson):
    names = lesson("backpropagation").names
    z1, W, b = (np.array(a) for a in ([0.5, -1.0], [[1.0, -2.0], [0.5, 1.5], [-1.0, 0.8]], [0.1, -0.2, 0.3]))

    def L(z1, W):
        return np.array([2.0, -1.0, 3.0]) @ (W @ sigmoid(z1) + b)
    h = 1e-6
    dz1 = [(L(z1 + h * e, W) - L(z1 - h * e, W)) / (2 * h) for e in np.eye(2)]
    dW = [[(L(z1, W + h * np.outer(u, v)) - L(z1, W - h * np.outer(u, v))) / (2 * h) for v in np.eye(2)] for u in np.eye(3)]
    assert names["by_7"] == pytest.approx(dz1, abs=1e-8) and names["grads"](names["z1"]) == pytest.approx(dz1, abs=1e-8)
    assert names["by_8"] == pytest.approx(np.array(dW), abs=1e-8)
    assert [list(names["grads"](row)) for row in names["W"]] == pytest.approx(np.array(dW), abs=1e-8)


def test_the_theorem_gives_what_the_engine_gives(lesson):
    names = lesson("backpropagation").names
    assert len(names["theorem"]) == 4
    for k, (dW, db) in names["theorem"].items():
        for neuron, row, entry in zip(names["net"].layers[k - 1].neurons, dW, db):
            assert [w.grad for w in neuron.w] == pytest.approx(row, abs=1e-14) and neuron.b.grad == pytest.approx(entry)
    assert len(names["comparison"]) == 65
    assert names["comparison"].theorem_difference < 1e-14 and names["comparison"].quotient_difference < 1e-8


def test_the_gradients_of_sigmoids_vanish_and_those_of_tanh_do_not(lesson):
    of = lesson("backpropagation").names["of"]
    assert of["sigmoid"][-1] / of["sigmoid"][0] > 4 ** 10 and of["tanh"][-1] / of["tanh"][0] < 100


def test_equal_neurons_stay_equal(lesson):
    names = lesson("neuron").names
    assert len(names["different"]) == 1 and abs(next(iter(names["different"]))[0] - 0.5) > 0.01


def test_the_longest_step_that_does_not_move_away_is_one(lesson):
    distances = lesson("descent").names["distances"]
    assert distances(1.0)[-1] == 2.0 and distances(1.01)[-1] > 2.0 > distances(0.99)[-1]


def test_momentum_makes_steps_ten_times_as_long(lesson):
    assert lesson("sgd").names["step_lengths"](0.9)[-1] == pytest.approx(10, rel=1e-6)
