"""nn.steps and nn.branches: when the graph of one sample stands for the others, and what fit does when it does not."""
import cProfile
import math
import random
import sys
import warnings

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn import steps
from nn.branches import Recorded, watched

RNG = np.random.default_rng(0)
XS = RNG.normal(size=(40, 2))
YS = RNG.normal(size=40)


def leaky_by_if(z):
    return z if z > 0 else 0.01 * z


def leaky_by_data(z):
    return z * (1.0 if z.data > 0 else 0.01)


def leaky_by_max(z):
    return max(z, 0.01 * z)


def leaky_by_sort(z):
    return sorted([z, 0.01 * z])[1]


def odd_by_modulo(z):
    return z * (1.0 if math.floor(z.data) % 2 else 0.5)


CHOOSING = [leaky_by_if, leaky_by_data, leaky_by_max, leaky_by_sort, odd_by_modulo]


def histories(make, loss, rate, epochs):
    """The losses of the same fit compiled and by graphs, and the warnings of the first."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compiled = nn.fit(make(), XS, YS, loss, nn.SGD(rate, momentum=0.9), epochs)
    eager = nn.fit(make(), XS, YS, loss, nn.SGD(rate, momentum=0.9), epochs, compiled=False)
    return list(compiled), list(eager), [str(w.message) for w in caught]


@pytest.mark.parametrize("activation", CHOOSING)
def test_a_branch_that_depends_on_parameters(activation):
    """No sample need take another branch at the start for the losses to be right at the end."""
    compiled, eager, said = histories(lambda: nn.MLP(2, [4, 1], activation=activation, seed=1), "squared", 0.002, 50)
    assert compiled == eager
    assert len(said) == 1 and "write autograd.relu" in said[0] and "test_steps.py, line" in said[0]


class Switching(nn.Module):
    """A model whose branch is taken only once training has come some way: no check at the start can see it by numbers."""

    def __init__(self):
        self.w = Value(0.0)

    def __call__(self, x):
        return self.w if self.w < 0.5 else self.w * 3.0 - 1.0


def test_a_branch_that_is_taken_late():
    compiled, eager, said = histories(Switching, lambda f, y: (f - 1.0) ** 2, 0.001, 60)
    assert eager[-1] < eager[0]
    assert compiled == eager and len(said) == 1


@pytest.mark.parametrize("busy", ["profiler", "debugger", "both"])
def test_with_a_profiler_or_a_debugger_at_work(busy):
    def nothing(*_):
        return None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        before = sys.gettrace()
        try:
            if busy != "debugger":
                sys.setprofile(nothing)
            if busy != "profiler":
                sys.settrace(nothing)
            history = nn.fit(nn.MLP(2, [4, 1], activation=leaky_by_if, seed=1), XS, YS, epochs=20)
            assert busy == "debugger" or sys.getprofile() is nothing
        finally:
            sys.setprofile(None)
            sys.settrace(before)
    assert len(caught) == 1
    assert history == nn.fit(nn.MLP(2, [4, 1], activation=leaky_by_if, seed=1), XS, YS, epochs=20, compiled=False)


def test_under_cprofile():
    profile = cProfile.Profile()
    with pytest.warns(UserWarning, match="compares Values"):
        profile.runcall(nn.fit, nn.MLP(2, [4, 1], activation=leaky_by_if, seed=1), XS, YS, epochs=2)


def test_what_the_engine_and_nn_look_at_is_no_choice():
    net = nn.MLP(2, [4, 3], seed=1)
    with watched() as choices:
        nn.losses.cross_entropy(net([Value(1.0), Value(2.0)]), 1)
        print(f"{Value(1.0):.3f}", repr(Value(2.0)))
    assert choices == [] and sys.getprofile() is None


def test_a_choice_is_shown_with_file_line_and_text():
    with watched() as choices:
        leaky_by_if(Value(1.0))
    assert choices == [("compares Values in test_steps.py, "
                        f"line {leaky_by_if.__code__.co_firstlineno + 1} (return z if z > 0 else 0.01 * z)")]


# Numbers that change outside of the graph ------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["float", "Value", "attribute"])
def test_a_weight_of_the_loss_that_a_callback_changes_counts(kind):
    def run(compiled):
        weight = {"w": Value(1.0) if kind == "Value" else 1.0}
        net = nn.MLP(2, [4, 1], activation="tanh", seed=1)

        def loss(f, y):
            return weight["w"] * (f - y) ** 2 + 0.5 * abs(f)

        def callback(epoch, value, model):
            if kind == "Value":
                weight["w"].data *= 0.9
            else:
                weight["w"] *= 0.9
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return nn.fit(net, XS, YS, loss, epochs=30, compiled=compiled, callback=callback)
    assert run(True) == pytest.approx(run(False), rel=1e-10)


def test_a_term_that_is_0_at_the_first_sample_counts_as_well():
    """The graphs are compared, not the losses: a changed weight of a term that happens to be 0 is seen."""
    def run(compiled):
        weight = [0.0]

        def loss(f, y):
            return (f - y) ** 2 + weight[0] * autograd.relu(y - 0.5)  * f
        ys = np.concatenate([[-1.0] * 20, YS[20:]])

        def callback(epoch, value, model):
            weight[0] = 1.0
        net = nn.MLP(2, [4, 1], activation="tanh", seed=1)
        return nn.fit(net, XS, ys, loss, epochs=5, compiled=compiled, callback=callback)
    assert run(True) == pytest.approx(run(False), rel=1e-10)


@pytest.mark.parametrize("w", [0.5, -0.5])
def test_a_callback_that_makes_the_model_choose(w):
    """Whichever branch sample 0 takes: on one of them its graph stays what it was."""
    class Model(nn.Module):
        def __init__(self):
            self.w, self.kinked = Value(w), False

        def __call__(self, x):
            z = self.w * x[0]
            return leaky_by_if(z) if self.kinked else z

    def run(compiled):
        def callback(epoch, value, model):
            model.kinked = epoch >= 3
        return nn.fit(Model(), XS, YS, epochs=10, compiled=compiled, callback=callback)
    with pytest.warns(UserWarning, match="compares Values"):
        compiled = run(True)
    assert compiled == pytest.approx(run(False), rel=1e-12)


def test_an_mlp_that_a_callback_changes_is_seen_at_the_end():
    def callback(epoch, value, model):
        model.layers[0] = nn.Layer(2, 4, "sin", seed=5)
    with pytest.warns(UserWarning, match="may be wrong"):
        nn.fit(nn.MLP(2, [4, 1], seed=1), XS, YS, epochs=3, callback=callback)


def test_dropout_is_trained_by_graphs():
    rng = random.Random(0)

    def dropout(z):
        return z * rng.choice([0.0, 2.0])
    with pytest.warns(UserWarning, match="without compiling: the loss of sample"):
        nn.fit(nn.MLP(2, [4, 1], activation=dropout, seed=1), XS, YS, epochs=2)


@pytest.mark.parametrize("where", ["min", "max", "zero", "class"])
def test_samples_of_every_kind_are_tried(where):
    """One sample among 500 is special, by being in a set: a choice that no comparison shows."""
    X, Y = RNG.uniform(1, 2, (500, 2)) * RNG.choice([-1, 1], (500, 2)), RNG.uniform(1, 2, 500)
    if where == "class":
        Y[337] = 9.0
    else:
        X[337, 1] = {"min": -9.0, "max": 9.0, "zero": 0.0}[where]
    special = {float(X[337, 1])} if where != "class" else {9.0}

    def loss(f, y):
        return (f - y) ** 2 * (3.0 if y in special else 1.0)

    class Model(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, x):
            return self.w * (x[1] + (3.0 if where != "class" and x[1] in special else 1.0))
    with pytest.warns(UserWarning, match="without compiling"):
        history = nn.fit(Model(), X, Y, loss, nn.SGD(1e-5), epochs=2)
    assert history == nn.fit(Model(), X, Y, loss, nn.SGD(1e-5), epochs=2, compiled=False)


def test_parameters_that_are_equal_at_the_start_hide_no_choice():
    class Two(nn.Module):
        def __init__(self):
            self.left, self.right = Value(0.0), Value(0.0)

        def __call__(self, x):
            return self.left if x in {1.0, 2.0} else self.right
    with pytest.warns(UserWarning, match="without compiling: the loss of sample"):
        history = nn.fit(Two(), [5.0, 6.0, 1.0, 2.0], [1.0] * 4, epochs=3)
    assert history == nn.fit(Two(), [5.0, 6.0, 1.0, 2.0], [1.0] * 4, epochs=3, compiled=False)


def test_samples_are_checked_now_and_then(monkeypatch):
    """Each time another one, so that a choice that nobody can see is found while training goes on."""
    checked = []
    original = nn.steps.CompiledStep.check

    def check(self, theta, tried):
        checked.append(tried)
        original(self, theta, tried)
    monkeypatch.setattr(nn.steps.CompiledStep, "check", check)
    nn.fit(nn.MLP(2, [1], seed=1), XS, YS, optimizer=nn.SGD(1e-4), epochs=50, batch_size=4, seed=0)
    during = checked[2:-1]
    assert len(during) == 50 * 10 // nn.steps.PERIOD and len({i for tried in during for i in tried}) == len(during)


def test_a_model_that_changes_by_itself_is_noticed():
    class Aging(nn.Module):
        def __init__(self):
            self.w, self.age = Value(0.5), [0]

        def __call__(self, x):
            return self.w * x[0] * (2.0 if self.age[0] else 1.0)
    model = Aging()
    rates = iter(range(10 ** 6))

    def rate(j):
        model.age[0] = next(rates) > 300
        return 1e-4
    with pytest.warns(UserWarning, match=r"Losses before step \d+ may be wrong"):
        nn.fit(model, XS, YS, optimizer=nn.SGD(rate), epochs=600)


def test_where_the_program_fails_and_the_graphs_do_not():
    """A class that is ruled out: in the program 0 * -inf, in the graphs picked out by its number."""
    class Masked(nn.Module):
        def __init__(self):
            self.w = Value(0.3)

        def __call__(self, x):
            return [self.w * x, -self.w * x, Value(-math.inf)]
    results = []
    for compiled in (True, False):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            results.append(nn.fit(Masked(), XS[:, 0], (XS[:, 0] > 0).astype(int), "cross_entropy", epochs=5,
                                  compiled=compiled))
    assert results[0] == results[1] and caught == []


def test_an_error_of_a_graph_says_where_it_is():
    """The program only knows that it left a domain; the graph of the sample knows the operation."""
    def loss(f, y):
        return autograd.log(f + y)
    with pytest.raises(ValueError, match="^log"):
        nn.fit(nn.MLP(1, [3, 1], activation="tanh", seed=1), [0.5, 1.0, 2.0], [5.0, 5.0, 5.0], loss,
               nn.GradientDescent(0.5), epochs=200)


def test_inside_no_grad_nothing_can_be_trained():
    net = nn.MLP(2, [1], seed=1)
    with autograd.no_grad(), pytest.raises(RuntimeError, match="inside no_grad"):
        nn.fit(net, XS, YS)


def test_recorded_graphs_are_compared_with_their_constants():
    w, x = Value(2.0), Value(3.0)

    def graph(c=1.0, order=(0, 1), operation=autograd.sin):
        a, b = [(w, x)[i] for i in order]
        return operation(a * c - b) + Value(0.5)
    recorded = Recorded(graph(), [w, x])
    assert recorded.is_current(graph())
    assert not recorded.is_current(graph(c=2.0))
    assert not recorded.is_current(graph(order=(1, 0)))
    assert not recorded.is_current(graph(operation=autograd.cos))
    assert not recorded.is_current(graph() + 1.0)
    assert not recorded.is_current(graph().inputs[0] + Value(0.25))
    shared = autograd.sin(w)
    for other in (autograd.sin(w) * autograd.cos(w), autograd.cos(w) * autograd.sin(w)):
        assert not Recorded(shared * shared, [w]).is_current(other)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_callback_that_exchanges_parameters(compiled):
    class Model(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, x):
            return self.w * x[0]

    def callback(epoch, value, model):
        model.w = Value(model.w.data)
    with pytest.raises(RuntimeError, match="exchanged parameters"):
        nn.fit(Model(), XS, YS, epochs=5, compiled=compiled, callback=callback)


def test_where_python_overflows_and_numpy_goes_on():
    """At the end of training a loss may be infinite for the program and an error for a graph."""
    def loss(f, y):
        return 0.0 * y - autograd.exp(f)
    net = nn.MLP(1, [1], seed=1)
    net.layers[0].neurons[0].w[0].data = -1.0
    nn.fit(net, [500.0, 1.0, -700.0], [1.0, 1.0, 1.0], loss, nn.GradientDescent(3e-309), epochs=1)
    assert -1.05 < net.layers[0].neurons[0].w[0].data < -1.015
    with pytest.raises(OverflowError):
        loss(net(-700.0), 1.0)


def test_data_that_changes_while_it_is_used():
    xs, ys = [np.array(a) for a in (XS[:, 0] * 10, YS * 10)]
    xs, ys = xs.astype(int), ys.astype(int)
    other_xs, other_ys = xs.copy(), ys.copy()

    def callback(epoch, value, model):
        xs[:] = 0
        ys[:] = 0
    changed = nn.fit(nn.MLP(1, [2, 1], "tanh", seed=1), xs, ys, epochs=3, callback=callback)
    assert changed == nn.fit(nn.MLP(1, [2, 1], "tanh", seed=1), other_xs, other_ys, epochs=3)


def test_a_model_that_changes_its_sample():
    """x is a list of its own for each call, recorded or not."""
    class Line(nn.Module):
        def __init__(self):
            self.w = [Value(0.5), Value(-0.5), Value(0.1)]

        def __call__(self, x):
            x.append(1.0)
            return autograd.dot(self.w, x)
    results = []
    for compiled in (True, False):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            results.append(nn.fit(Line(), XS, YS, epochs=5, compiled=compiled, callback=lambda *_: None))
    assert results[0] == pytest.approx(results[1], rel=1e-12)


@pytest.mark.parametrize("line", range(1, 6))
def test_an_interrupt_while_watching_leaves_no_hook(line):
    def on_line(frame, event, argument):
        if event == "line":
            lines.append(frame.f_lineno)
            if len(lines) == line:
                raise KeyboardInterrupt
        return on_line
    lines, before = [], sys.gettrace()
    sys.settrace(lambda frame, event, argument: on_line if frame.f_code.co_name == "watched" and armed else None)
    armed = False
    try:
        with pytest.raises(KeyboardInterrupt):
            armed = True
            with watched():
                raise KeyboardInterrupt
        assert sys.getprofile() is None
    finally:
        sys.settrace(before)
        sys.setprofile(None)


def test_the_warning_is_about_the_line_that_called_fit():
    class Choosing(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, x):
            z = self.w * x[0] if isinstance(x, list) else self.w * x
            return z if z.data > 0 else z * 0.5
    with pytest.warns(UserWarning, match="without compiling") as found:
        line = sys._getframe().f_lineno + 1
        nn.fit(Choosing(), [1.0, -1.0], [1.0, 2.0], epochs=1)
    assert (found[0].filename, found[0].lineno) == (__file__, line)


@pytest.mark.parametrize("a, b, agree", [(1e6, 1e6 + 5e-4, True), (1e6, 1e6 + 5e-3, False), (1e-6, 2e-6, False), (0.0, 5e-10, True),
                                         (math.inf, math.inf, True), (math.nan, 1.0, False)])
def test_two_losses_agree_up_to_rounding_of_their_size(a, b, agree):
    assert steps._agree(a, b) is agree
