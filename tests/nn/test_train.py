"""nn.train: fit against loops written out, micrograd's demo, and what happens when data or training go wrong."""
import io
import random
import threading
import warnings

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.progress import Bar
from nn.samples import samples
from nn.steps import Task, compiled_step, eager_step
from nn.train import Batches

XS, YS = nn.data.sine(12)
both = pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])


def network(seed=1):
    return nn.MLP(1, [5, 1], activation="tanh", seed=seed)


def data_of(model):
    return [p.data for p in model.parameters()]


# The loop --------------------------------------------------------------------------------------------------------------------

@both
def test_a_full_batch_is_gradient_descent_written_out(compiled):
    net, other = network(), network()
    history = nn.fit(net, XS, YS, "squared", nn.GradientDescent(0.01), epochs=5, compiled=compiled)
    for loss in history:
        whole = autograd.sum([(other(x) - y) ** 2 for x, y in zip(XS, YS)])
        assert loss == pytest.approx(whole.data, rel=1e-13)
        slopes = autograd.gradients(whole, other.parameters())
        for p, slope in zip(other.parameters(), slopes):
            p.data -= 0.01 * slope
    assert data_of(net) == pytest.approx(data_of(other), rel=1e-12)
    assert history.iterations == list(history) and len(history) == 5


@both
def test_mini_batches_are_sgd_written_out(compiled):
    net, other, rng = network(), network(), np.random.default_rng(3)
    history = nn.fit(net, XS, YS, "absolute", nn.SGD(0.01), epochs=3, batch_size=5, seed=3, compiled=compiled)
    losses = []
    for _ in range(3):
        order = rng.permutation(12)
        for chosen in (order[:5], order[5:10], order[10:]):
            whole = autograd.sum([abs(other(XS[i]) - YS[i]) for i in chosen])
            losses.append(whole.data)
            slopes = autograd.gradients(whole, other.parameters())
            for p, slope in zip(other.parameters(), slopes):
                p.data -= 0.01 * slope
    assert history.iterations == pytest.approx(losses, rel=1e-12)
    assert list(history) == pytest.approx([sum(losses[i:i + 3]) for i in (0, 3, 6)], rel=1e-12)
    assert data_of(net) == pytest.approx(data_of(other), rel=1e-12)


def test_mini_batches_take_every_sample_once_in_an_order_drawn_anew():
    batches_of_an_epoch = Batches(10, 4, seed=0)
    epochs = [list(batches_of_an_epoch) for _ in range(2)]
    for batches in epochs:
        assert [len(b) for b in batches] == [4, 4, 2]
        assert sorted(np.concatenate(batches)) == list(range(10))
    assert (np.concatenate(epochs[0]) != np.concatenate(epochs[1])).any()


def test_micrograds_demo():
    """Two moons, 2-16-16-1, hinge loss and penalty, with seeds 1337: the losses its notebook prints."""
    np.random.seed(1337)
    random.seed(1337)
    xs, ys = nn.data.moons(n_samples=100, noise=0.1)
    ys = ys * 2 - 1
    net = nn.MLP(2, [16, 16, 1])
    optimizer = nn.SGD(lambda k: 1.0 - 0.9 * k / 100)
    losses = []
    for _ in range(100):
        scores = [net(x) for x in xs]
        loss = sum((1 + -yi * score).relu() for yi, score in zip(ys, scores)) * (1 / 100)
        loss = loss + 1e-4 * sum(p * p for p in net.parameters())
        net.zero_grad()
        loss.backward()
        optimizer.step(net.parameters())
        losses.append(loss.data)
    assert losses[:3] == pytest.approx([0.8958441028683222, 1.7235905336972022, 0.7429006313851131], abs=1e-9)
    assert losses[-1] < 0.02 and all((score.data > 0) == (yi > 0) for yi, score in zip(ys, scores))


def test_fit_does_micrograds_demo_too():
    """The mean and a penalty, as a sum with weight decay: the same parameters after ten steps."""
    xs, ys = nn.data.moons(n_samples=100, noise=0.1, random_state=1337)
    ys = ys * 2 - 1
    nets = []
    for _ in range(2):
        random.seed(1337)
        nets.append(nn.MLP(2, [16, 16, 1]))
    descent = nn.SGD(lambda k: (1.0 - 0.9 * k / 100) / 100, weight_decay=2 * 100 * 1e-4)
    history = nn.fit(nets[0], xs, ys, "hinge", descent, epochs=10)
    optimizer = nn.SGD(lambda k: 1.0 - 0.9 * k / 100)
    for k in range(10):
        data = autograd.sum([(1 + -yi * nets[1](x)).relu() for x, yi in zip(xs, ys)]) * (1 / 100)
        assert history[k] / 100 == pytest.approx(data.data, rel=1e-9)
        nets[1].zero_grad()
        (data + 1e-4 * sum(p * p for p in nets[1].parameters())).backward()
        optimizer.step(nets[1].parameters())
    assert data_of(nets[0]) == pytest.approx(data_of(nets[1]), rel=1e-9, abs=1e-12)


@both
@pytest.mark.parametrize("batch_size", [None, 5])
def test_the_same_fit_gives_the_same_bits(batch_size, compiled):
    nets = [network(), network()]
    histories = [nn.fit(net, XS, YS, "absolute", nn.Adam(0.01), 10, batch_size, seed=0, compiled=compiled) for net in nets]
    assert histories[0] == histories[1] and histories[0].iterations == histories[1].iterations
    assert data_of(nets[0]) == data_of(nets[1])


@pytest.mark.parametrize("loss, xs, ys, nin, nout", [
    ("squared", *nn.data.sine(20), 1, 1),
    ("squared", *nn.data.moons(20, random_state=0), 2, 1),
    ("hinge", nn.data.moons(20, random_state=0)[0], 2 * nn.data.moons(20, random_state=0)[1] - 1, 2, 1),
    ("binary_cross_entropy", *nn.data.circles(20, random_state=0, factor=0.3), 2, 1),
    ("cross_entropy", *nn.data.moons(20, random_state=0), 2, 2),
    ("cross_entropy", nn.data.xor()[0], np.eye(2)[nn.data.xor()[1]], 2, 2),
    ("absolute", nn.data.xor()[0], nn.data.xor()[1][:, None], 2, 1),
    (lambda f, y: autograd.exp((f - y) ** 2), *nn.data.xor(), 2, 1),
])
def test_every_loss_trains(loss, xs, ys, nin, nout):
    net = nn.MLP(nin, [8, nout], activation="tanh", seed=3)
    history = nn.fit(net, xs, ys, loss, nn.Adam(0.02), epochs=60)
    assert history[-1] < 0.6 * history[0]


def test_a_model_of_the_users_own():
    class Line:
        def __init__(self):
            self.a, self.b = Value(0.0), Value(0.0)

        def parameters(self):
            return [self.a, self.b]

        def __call__(self, x):
            return self.a * x + self.b
    line = Line()
    nn.fit(line, XS, 3 * XS + 1, optimizer=nn.GradientDescent(0.05), epochs=200)
    assert (line.a.data, line.b.data) == pytest.approx((3, 1), abs=1e-9)


@pytest.mark.parametrize("container", [list, np.array, lambda rows: dict(enumerate(rows))])
def test_a_table_is_asked_for_whole_numbers(container):
    class Table(nn.Module):
        def __init__(self):
            self.rows = container([Value(0.0) for _ in range(3)])

        def parameters(self):
            return [self.rows[k] for k in range(3)]

        def __call__(self, k):
            return self.rows[k]
    table = Table()
    with pytest.warns(UserWarning, match="without compiling: it cannot be recorded with Values"):
        nn.fit(table, [0, 1, 2], [5.0, 6.0, 7.0], optimizer=nn.GradientDescent(0.1), epochs=200)
    assert data_of(table) == pytest.approx([5, 6, 7], abs=1e-9)


# The compiled loop -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("loss, outputs", [("absolute", 1), ("squared", 2), ("hinge", 1), ("binary_cross_entropy", 1),
                                           ("cross_entropy", 3)])
@pytest.mark.parametrize("optimizer", [lambda: nn.GradientDescent(0.01, momentum=0.5), lambda: nn.Adam(0.01)])
def test_compiled_and_eager_give_the_same_losses_to_rounding(loss, outputs, optimizer):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(25, 3))
    Y = {"hinge": np.sign(X[:, 0]), "binary_cross_entropy": (X[:, 0] > 0).astype(int), "cross_entropy": np.arange(25) % 3,
         "absolute": X.sum(1), "squared": X[:, :2] ** 2}[loss]
    histories = []
    for compiled in (True, False):
        net = nn.MLP(3, [5, 4, outputs], activation="tanh", seed=2)
        histories.append(nn.fit(net, X, Y, loss, optimizer(), epochs=8, batch_size=7, seed=3, compiled=compiled).iterations)
    assert len(histories[0]) == 8 * 4
    assert histories[0] == pytest.approx(histories[1], rel=1e-10)


def test_a_model_that_chooses_by_its_data_is_not_trained_by_the_graph_of_one_sample():
    class Branches(nn.Module):
        def __init__(self):
            self.left, self.right = Value(0.0), Value(0.0)

        def __call__(self, x):
            return self.left if x < 0 else self.right
    model = Branches()
    with pytest.warns(UserWarning, match=r"without compiling: it compares Values in test_train.py, line \d+ \(return self.left if"):
        nn.fit(model, [-1.0, -2.0, 1.0, 2.0], [3.0, 3.0, 4.0, 4.0], optimizer=nn.GradientDescent(0.1), epochs=100)
    assert data_of(model) == pytest.approx([3, 4])


# One step --------------------------------------------------------------------------------------------------------------------

def test_a_step_is_a_function_of_theta():
    net = network()
    step = eager_step(Task(net, net.parameters(), nn.losses.squared, XS, YS))
    theta = np.array(data_of(network(seed=2)))
    first, again = step(theta, XS, YS), step(theta, XS, YS)
    assert first[0] == again[0] and (first[1] == again[1]).all()
    h = 1e-6
    for i in range(len(theta)):
        e = h * np.eye(len(theta))[i]
        assert first[1][i] == pytest.approx((step(theta + e, XS, YS)[0] - step(theta - e, XS, YS)[0]) / (2 * h), abs=1e-7)


@pytest.mark.parametrize("loss", ["absolute", "squared", "hinge", "binary_cross_entropy", "cross_entropy"])
def test_the_compiled_step_is_the_eager_one(loss):
    xs, ys = nn.data.moons(20, noise=0.1, random_state=0)
    net = nn.MLP(2, [4, 4, 2 if loss == "cross_entropy" else 1], seed=1)
    Y = {"hinge": 2 * ys - 1, "cross_entropy": np.eye(2)[ys]}.get(loss, ys).astype(float)
    theta, loss = np.array(data_of(net)), nn.losses.find_loss(loss)
    for chosen in (slice(None), slice(3, 8), slice(4, 5)):
        task = Task(net, net.parameters(), loss, xs, Y)
        eager, program = (make(task)(theta, xs[chosen], Y[chosen]) for make in (eager_step, compiled_step))
        assert program[0] == pytest.approx(eager[0], rel=1e-12)
        assert program[1] == pytest.approx(eager[1], rel=1e-11, abs=1e-13)


# Callback and bar ------------------------------------------------------------------------------------------------------------

def test_the_callback_follows_and_stops():
    seen = []

    def callback(epoch, loss, model):
        seen.append((epoch, loss, model.parameters()[0].data))
        return epoch == 3
    net = network()
    history = nn.fit(net, XS, YS, epochs=10, callback=callback)
    assert [epoch for epoch, _, _ in seen] == [0, 1, 2, 3]
    assert [loss for _, loss, _ in seen] == list(history)
    assert seen[-1][2] == net.parameters()[0].data != seen[0][2]


def test_stop_iteration_stops_and_keeps():
    def callback(epoch, loss, model):
        raise StopIteration
    net, other = network(), network()
    assert len(nn.fit(net, XS, YS, epochs=10, callback=callback)) == 1
    nn.fit(other, XS, YS, epochs=1)
    assert data_of(net) == data_of(other)


def test_a_callback_may_change_parameters():
    net = network()

    def callback(epoch, loss, model):
        model.parameters()[0].data = 7.0
    nn.fit(net, XS, YS, epochs=3, callback=callback)
    assert net.parameters()[0].data == 7.0


def test_the_bar(capsys):
    nn.fit(network(), XS, YS, epochs=3, progress=True)
    shown = capsys.readouterr().err
    assert "3/3" in shown and "loss" in shown and shown.endswith("\n")
    nn.fit(network(), XS, YS, epochs=3)                       # no terminal here
    assert capsys.readouterr().err == ""


def test_the_bar_is_drawn_no_more_than_ten_times_a_second():
    stream = io.StringIO()
    bar = Bar(1000, True, stream)
    for i in range(1000):
        bar.show(i + 1)
    assert stream.getvalue().count("\r") < 20 and "1000/1000" in stream.getvalue()


# When something is wrong -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("xs, ys, error, says", [
    ([], [], ValueError, "xs is empty"),
    ([[], []], [1, 2], ValueError, "xs is empty"),
    ([[1.0], [1.0, 2.0]], [1, 2], ValueError, "xs is ragged"),
    ([1.0, [2.0]], [1, 2], ValueError, "xs is ragged"),
    ([1.0, float("nan")], [1, 2], ValueError, r"xs\[1\] is nan"),
    ([[1.0], [2.0]], [1.0, float("inf")], ValueError, r"ys\[1\] is inf"),
    ([[1.0], [float("nan")]], [1.0, 2.0], ValueError, r"xs\[1\]\[0\] is nan"),
    ([1.0, 2.0], [1.0], ValueError, "2 samples in xs and 1 in ys"),
    (["a", "b"], [1.0, 2.0], TypeError, "real numbers"),
    ([1j, 2.0], [1.0, 2.0], TypeError, "real numbers"),
    ([1.0, None], [1.0, 2.0], TypeError, "real numbers"),
    ([Value(1.0), Value(2.0)], [1.0, 2.0], TypeError, "real numbers"),
    ([[[1.0]]], [1.0], ValueError, "shape"),
    (3.0, [1.0], TypeError, "list of samples"),
    ([[1.0, 2.0]], [1.0], ValueError, "layers.0 was given 2 inputs, it needs 1"),
    ([[1.0]], [[1.0, 2.0]], ValueError, "1 outputs and the target 2"),
])
def test_data_that_does_not_fit_changes_nothing(xs, ys, error, says):
    net = network()
    before = data_of(net)
    with pytest.raises(error, match=says):
        nn.fit(net, xs, ys)
    assert data_of(net) == before


@pytest.mark.parametrize("settings, error, says", [
    ({"loss": "mse"}, ValueError, "no loss 'mse'"), ({"loss": 3}, TypeError, "a loss is"),
    ({"epochs": 0}, ValueError, "epochs"), ({"optimizer": "adam"}, TypeError, "optimizer must be"),
    ({"epochs": 2.5}, ValueError, "epochs"), ({"batch_size": 0}, ValueError, "batch_size"),
    ({"loss": "hinge"}, ValueError, "must be -1 or 1"), ({"loss": "cross_entropy"}, TypeError, "list of at least 2 logits")])
def test_settings_that_do_not_fit_change_nothing(settings, error, says):
    net = network()
    before = data_of(net)
    with pytest.raises(error, match=says):
        nn.fit(net, XS, YS, **settings)
    assert data_of(net) == before


def test_one_bad_label_among_many_is_found_before_training():
    net = nn.MLP(1, [2, 1], seed=1)
    before = data_of(net)
    with pytest.raises(ValueError, match="must be 0 or 1, got 2"):
        nn.fit(net, XS, [0, 1] * 5 + [0, 2], "binary_cross_entropy", batch_size=1)
    assert data_of(net) == before


def test_a_model_without_parameters():
    class Nothing(nn.Module):
        def __call__(self, x):
            return Value(1.0)
    with pytest.raises(ValueError, match="Nothing has no parameters"):
        nn.fit(Nothing(), XS, YS)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_fit_has_the_parameters_of_the_last_complete_step(error):
    calls = iter(range(1, 1000))

    def broken(f, y):
        if next(calls) == 12 + 21 * 4 + 3:          # 12 targets are tried first; then in the third sample of step 22
            raise error
        return (f - y) ** 2
    net, other = network(), network()
    net.parameters()[0].grad = 5.0
    with pytest.raises(error):
        nn.fit(net, XS, YS, broken, nn.GradientDescent(0.01), epochs=100, batch_size=4, seed=1, compiled=False)
    nn.fit(other, XS, YS, lambda f, y: (f - y) ** 2, nn.GradientDescent(0.01), epochs=7, batch_size=4, seed=1, compiled=False)
    assert data_of(net) == data_of(other), "7 epochs of 3 steps each were complete"
    assert net.parameters()[0].grad == 5.0


@both
def test_divergence_is_an_error_and_keeps_the_last_finite_parameters(compiled):
    net = nn.MLP(1, [5, 1], seed=1)
    with pytest.raises(FloatingPointError, match="learning rate below"), warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.fit(net, XS, YS, "squared", nn.GradientDescent(1e6), epochs=1000, compiled=compiled)
    assert np.isfinite(data_of(net)).all()


def test_grads_are_as_they_were():
    net = network()
    net.parameters()[2].grad = 3.0
    nn.fit(net, XS, YS, epochs=2)
    assert [p.grad for p in net.parameters()] == [0.0, 0.0, 3.0] + [0.0] * (len(net.parameters()) - 3)


def test_samples_keep_whole_numbers():
    assert samples([1, 2], "xs").dtype.kind == "i" and samples(np.ones((2, 3)), "xs").shape == (2, 3)


# Threads ---------------------------------------------------------------------------------------------------------------------

@both
def test_a_thread_each_trains_as_one_thread_alone(compiled):
    """8 threads with a model each: the losses and parameters of one fit after another, to the bit."""
    def work(seed):
        net = nn.MLP(2, [4, 1], activation="tanh", seed=seed)
        xs, ys = nn.data.moons(20, noise=0.1, random_state=seed)
        history = nn.fit(net, xs, ys, "binary_cross_entropy", nn.Adam(0.05), 8, 7, seed, compiled)
        results[seed] = list(history), history.iterations, data_of(net), [p.grad for p in net.parameters()]

    def quiet(seed):
        for _ in range(50):
            with autograd.no_grad():
                nn.MLP(2, [4, 1], seed=seed)([1.0, 2.0])
    results = {}
    for seed in range(8):
        work(seed)
    alone, results = results, {}
    for _ in range(3):
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
        threads += [threading.Thread(target=quiet, args=(seed,)) for seed in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == alone
    assert (Value(1.0) * 2.0).inputs, "recording is on again"


# What a callback may do ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("answer, epochs", [(True, 1), (np.True_, 1), (np.bool_(1), 1), (np.array(True), 1), (None, 4),
                                            (False, 4), (np.False_, 4)])
def test_what_a_callback_returns(answer, epochs):
    assert len(nn.fit(network(), XS, YS, epochs=4, callback=lambda epoch, loss, model: answer)) == epochs


@pytest.mark.parametrize("answer", [1, 0, "stop", 0.5, [], Value(1.0)])
def test_what_a_callback_may_not_return(answer):
    with pytest.raises(TypeError, match="the callback returned .*return True to end training"):
        nn.fit(network(), XS, YS, epochs=4, callback=lambda epoch, loss, model: answer)


def test_a_stray_stop_iteration_does_not_end_training_quietly():
    names = iter(["first", "second"])

    def callback(epoch, loss, model):
        next(names)
    net, other = network(), network()
    with pytest.raises(RuntimeError, match="StopIteration"):
        nn.fit(net, XS, YS, epochs=10, callback=callback)
    nn.fit(other, XS, YS, epochs=3)
    assert data_of(net) == data_of(other)


@pytest.mark.parametrize("callback", [lambda: None, lambda epoch: None, lambda epoch, loss: None, lambda a, b, c, d: None,
                                      "print", 3, [], lambda epoch, loss, model, *, key: None])
def test_a_callback_that_cannot_be_called_is_seen_before_training(callback):
    net = network()
    before = data_of(net)
    with pytest.raises(TypeError, match="callback must be a function of the epoch's number, its loss and the model"):
        nn.fit(net, XS, YS, epochs=4, callback=callback)
    assert data_of(net) == before


@pytest.mark.parametrize("callback", [print, lambda *arguments: None, lambda epoch, loss, model, more=1: None])
def test_a_callback_that_can(callback, capsys):
    assert len(nn.fit(network(), XS, YS, epochs=2, callback=callback)) == 2


def test_parameters_that_a_callback_sets_last_are_kept():
    """Early stopping that goes back to the best parameters and returns True."""
    def callback(epoch, loss, model):
        model.load_state_dict(best)
        return epoch == 2
    net, best = network(), network(seed=9).state_dict()
    nn.fit(net, XS, YS, epochs=10, callback=callback)
    assert data_of(net) == data_of(network(seed=9))


def test_an_optimizer_goes_on_where_it_left_off():
    one, two = network(), network()
    first, second = nn.SGD(0.001, momentum=0.9), nn.SGD(0.001, momentum=0.9)
    nn.fit(one, XS, YS, optimizer=first, epochs=6)
    for _ in range(2):
        nn.fit(two, XS, YS, optimizer=second, epochs=3)
    assert data_of(one) == data_of(two) and first.iteration == second.iteration == 6


@pytest.mark.parametrize("rate, error", [(lambda j: 0.01 - 0.004 * j, ValueError), (lambda j: float("nan"), ValueError),
                                         (lambda j: "0.1", TypeError), (lambda j: None, TypeError)])
def test_a_learning_rate_that_turns_bad(rate, error):
    net, other, optimizer = network(), network(), nn.SGD(rate)
    with pytest.raises(error, match=r"learning_rate\(\d\) must be a number 0 or above"):
        nn.fit(net, XS, YS, optimizer=optimizer, epochs=10)
    if optimizer.iteration:
        nn.fit(other, XS, YS, optimizer=nn.SGD(rate), epochs=optimizer.iteration)
    assert data_of(net) == data_of(other)


@both
@pytest.mark.parametrize("loss", [lambda f, y: Value((f.data - y) ** 2), lambda f, y: Value(1.0) * y])
def test_a_loss_that_lost_its_graph(loss, compiled):
    with pytest.raises(ValueError, match="the loss does not depend on the parameters"):
        nn.fit(network(), XS, YS, loss, compiled=compiled)


def test_a_loss_that_does_not_depend_on_them_at_the_first_sample():
    model = nn.Module()
    model.w = Value(0.5)

    class Late(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, x):
            return self.w * x if x > 0 else Value(0.0)
    assert len(nn.fit(Late(), XS, YS, epochs=2, compiled=False)) == 2


def test_a_learning_rate_is_asked_before_the_model():
    def loss(f, y):
        raise AssertionError
    with pytest.raises(ValueError, match="learning_rate"):
        nn.fit(network(), XS, YS, loss, nn.SGD(lambda j: -1.0))


def test_a_loss_that_is_nan_is_an_error():
    """|inf - inf| has a derivative, so the gradient alone does not tell."""
    def loss(f, y):
        return abs(f + float("inf") - float("inf")) if next(calls) >= start + 15 else f * f
    net, calls, start = network(), iter(range(1000)), len(np.unique(YS)) + 1       # targets, a trial
    with pytest.raises(FloatingPointError, match="the loss of iteration 1 is NaN"):
        nn.fit(net, XS, YS, loss, compiled=False)
    other = network()
    nn.fit(other, XS, YS, lambda f, y: f * f, epochs=1, compiled=False)
    assert data_of(net) == data_of(other)
