"""nn.optim: each optimizer against its recursion written out, and what happens when training diverges."""
import copy
import itertools
import math
import pickle

import numpy as np
import pytest

import nn
from autograd import Value

RNG = np.random.default_rng(0)
A = RNG.normal(size=(4, 4))
A = A @ A.T + np.eye(4)                         # L(theta) = theta . A theta / 2, its gradient A theta
START = RNG.normal(size=4)


def run(optimizer, steps=30):
    path = [START]
    for _ in range(steps):
        path.append(optimizer.update(path[-1], A @ path[-1]))
    return path


def test_gradient_descent_is_5():
    path = run(nn.GradientDescent(0.05))
    theta = START
    for found in path[1:]:
        theta = theta - 0.05 * (A @ theta)
        assert (found == theta).all()


def test_momentum_is_the_lectures_recursion():
    path = run(nn.GradientDescent(0.05, momentum=0.8))
    for before, theta, after in zip([START] + path, path, path[1:]):
        expected = theta - 0.05 * (A @ theta) + 0.8 * (theta - before)
        assert after == pytest.approx(expected, rel=1e-13, abs=1e-14)


def test_nesterov_takes_the_gradient_ahead():
    """In terms of phi = theta - beta * step, the point where the step began: the gradient is taken at phi + beta * step."""
    beta, rate = 0.8, 0.05
    path = run(nn.GradientDescent(rate, momentum=beta, nesterov=True))
    phi, step = START, np.zeros(4)
    for theta, after in itertools.pairwise(path):
        assert theta == pytest.approx(phi + beta * step, abs=1e-13)
        step = beta * step - rate * (A @ (phi + beta * step))
        phi = phi + step
        assert after == pytest.approx(phi + beta * step, abs=1e-13)


def test_adam_written_out():
    path = run(nn.Adam(0.1, beta1=0.7, beta2=0.9))
    gradients = [A @ theta for theta in path]
    for n in range(1, len(path)):
        kept = [(0.7 ** (n - 1 - i), 0.9 ** (n - 1 - i)) for i in range(n)]
        m = sum(a * g for (a, _), g in zip(kept, gradients)) / sum(a for a, _ in kept)
        v = sum(b * g * g for (_, b), g in zip(kept, gradients)) / sum(b for _, b in kept)
        assert path[n] == pytest.approx(path[n - 1] - 0.1 * m / (np.sqrt(v) + 1e-8), rel=1e-11)


@pytest.mark.parametrize("optimizer", [nn.GradientDescent(0.05), nn.GradientDescent(0.02, momentum=0.8),
                                       nn.GradientDescent(0.02, momentum=0.8, nesterov=True), nn.Adam(0.1)])
def test_all_descend(optimizer):
    losses = [theta @ A @ theta / 2 for theta in run(optimizer, 300)]
    assert losses[-1] < 1e-3 * losses[0]


@pytest.mark.parametrize("kind", [nn.GradientDescent, nn.Adam])
def test_weight_decay_adds_lambda_theta_to_the_gradient(kind):
    gradient = np.array([0.5, -1.0, 2.0, 0.0])
    decayed, plain = kind(0.1, weight_decay=0.3), kind(0.1)
    assert decayed.update(START, gradient) == pytest.approx(plain.update(START, gradient + 0.3 * START), rel=1e-15)


def test_a_schedule_is_asked_for_each_iteration():
    asked = []

    def rate(j):
        asked.append(j)
        return 1.0 / (j + 1)
    optimizer = nn.GradientDescent(rate)
    theta = np.zeros(1)
    for _ in range(3):
        theta = optimizer.update(theta, np.ones(1))
    assert theta[0] == pytest.approx(-(1 + 1 / 2 + 1 / 3)) and sorted(set(asked)) == [0, 1, 2]


def test_arrays_given_are_not_changed():
    for optimizer in (nn.GradientDescent(0.1, momentum=0.9), nn.Adam()):
        theta, gradient = START.copy(), A @ START
        kept = gradient.copy()
        for _ in range(2):
            optimizer.update(theta, gradient)
        assert (theta == START).all() and (gradient == kept).all()


def test_step_reads_grads_and_writes_data():
    parameters = [Value(1.0), Value(-2.0)]
    optimizer = nn.SGD(0.1, momentum=0.5)
    for _ in range(2):
        for p in parameters:
            p.grad = 0
        sum(p * p for p in parameters).backward()
        optimizer.step(parameters)
    # 1 -> 0.8 -> 0.8 - 0.16 + 0.5 * (0.8 - 1)
    assert [p.data for p in parameters] == pytest.approx([0.54, -1.08])


def test_reset_forgets():
    optimizer = nn.GradientDescent(0.1, momentum=0.9)
    first = optimizer.update(START, A @ START)
    optimizer.reset()
    assert (optimizer.update(START, A @ START) == first).all() and optimizer.iteration == 1


@pytest.mark.parametrize("gradient, says", [([np.nan, 0.0], "gradient of iteration 1"),
                                            ([np.inf, 0.0], "gradient of iteration 1"),
                                            ([1.7e308, 0.0], "after iteration 1 are not finite")])
def test_divergence_is_an_error_and_leaves_the_state(gradient, says):
    optimizer = nn.GradientDescent(10.0, momentum=0.5)
    theta = optimizer.update(np.zeros(2), np.ones(2))
    with pytest.raises(FloatingPointError, match=f"{says}.*learning rate below 10"), np.errstate(over="ignore"):
        optimizer.update(theta, np.array(gradient))
    assert optimizer.update(theta, np.zeros(2)) == pytest.approx([-15.0, -15.0])


def test_one_optimizer_for_two_models_is_an_error():
    optimizer = nn.GradientDescent(0.1, momentum=0.9)
    optimizer.update(np.zeros(2), np.ones(2))
    with pytest.raises(ValueError, match="3 parameters, 3 derivatives, 2 numbers remembered"):
        optimizer.update(np.zeros(3), np.ones(3))
    with pytest.raises(ValueError, match="2 parameters, 3 derivatives"):
        nn.GradientDescent(0.1).update(np.zeros(2), np.ones(3))


@pytest.mark.parametrize("make", [
    lambda: nn.GradientDescent(0), lambda: nn.GradientDescent(-1.0), lambda: nn.GradientDescent(float("nan")),
    lambda: nn.GradientDescent(0.1, momentum=1.5), lambda: nn.GradientDescent(0.1, nesterov=True),
    lambda: nn.GradientDescent(0.1, weight_decay=-1), lambda: nn.Adam(beta1=1.0), lambda: nn.Adam(epsilon=0)])
def test_settings_out_of_range(make):
    with pytest.raises(ValueError):
        make()


def test_reprs_say_what_is_set():
    assert repr(nn.GradientDescent(0.1, momentum=0.9)) == "GradientDescent(learning_rate=0.1, momentum=0.9)"


def test_an_optimizer_of_the_users_own():
    class Signs(nn.Optimizer):
        def direction(self, theta, gradient, rate):
            return -rate * np.sign(gradient), ()
    assert (Signs(0.5).update(np.zeros(2), np.array([3.0, -4.0])) == [-0.5, 0.5]).all()


# Arguments -------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("rate, error", [(-0.1, ValueError), (float("nan"), ValueError), (float("inf"), ValueError),
                                         ("0.1", TypeError), (None, TypeError), (True, TypeError), (Value(0.1), TypeError)])
def test_a_rate_that_a_schedule_may_not_give(rate, error):
    optimizer = nn.GradientDescent(lambda j: rate if j else 0.1, momentum=0.5)
    theta = optimizer.update(np.zeros(2), np.ones(2))
    memory = optimizer.memory
    with pytest.raises(error, match=r"learning_rate\(1\) must be a number 0 or above, got "):
        optimizer.update(theta, np.ones(2))
    assert optimizer.iteration == 1 and optimizer.memory is memory


def test_a_schedule_may_end_at_0():
    assert (nn.SGD(lambda j: 0.0).update(np.ones(2), np.ones(2)) == 1).all()


@pytest.mark.parametrize("name, x, says", [
    ("learning_rate", -0.1, "learning_rate must be a number above 0"), ("momentum", 5, "momentum must be a number from 0 to 1"),
    ("momentum", [0.5], "momentum must be a number"), ("nesterov", 1, "nesterov must be True or False"), ("weight_decay", "a", "weight_decay"),
    ("weight_decay", math.nan, "weight_decay"), ("iteration", 1.5, "iteration must be a whole number"), ("iteration", -1, "iteration"),
    ("memory", 3, "memory must be a tuple of arrays"), ("memory", (1.0,), r"memory .* reset\(\) forgets"),
    ("beta1", 1.0, "beta1 must be a number from 0 to below 1"), ("beta2", math.inf, "beta2"), ("epsilon", 0, "epsilon must be a number above 0")])
def test_a_setting_that_is_set_later_is_checked(name, x, says):
    for optimizer in (nn.SGD(0.1, 0.5), nn.Adam(0.1)):
        if hasattr(optimizer, name):
            before = optimizer.update(np.ones(1), np.ones(1)), repr(optimizer)
            with pytest.raises((TypeError, ValueError), match=says):
                setattr(optimizer, name, x)
            assert repr(optimizer) == before[1]


def test_an_optimizer_of_ones_own_has_settings_of_its_own():
    class Mine(nn.Optimizer):
        def __init__(self):
            super().__init__(0.1)
            self.momentum, self.beta1 = "heavy", [1, 2]

        def direction(self, theta, gradient, rate):
            return -rate * gradient, [gradient]
    assert Mine().update(np.ones(1), np.ones(1)).tolist() == [0.9]


PARAMETERS = nn.MLP(1, [1], seed=1).parameters()


@pytest.mark.parametrize("make, says", [
    (lambda: nn.SGD(PARAMETERS, 0.1), r"parameters are given to step\(parameters\)"),
    (lambda: nn.SGD(nn.MLP(1, [1]), 0.1), "parameters are given to step"),
    (lambda: nn.SGD(iter(PARAMETERS)), "parameters are given to step"),
    (lambda: nn.Adam(PARAMETERS), "parameters are given to step"),
    (lambda: nn.SGD(PARAMETERS, lr=0.1), "no setting 'lr': write learning_rate="),
    (lambda: nn.SGD(lr=0.1), "write learning_rate="), (lambda: nn.Adam(lr=0.1), "write learning_rate="),
    (lambda: nn.Adam(betas=(0.9, 0.999)), "write beta1= and beta2="), (lambda: nn.Adam(eps=1e-8), "write epsilon="),
    (lambda: nn.SGD(0.1, params=PARAMETERS), r"step\(parameters\)"), (lambda: nn.SGD(0.1, foo=1), "no setting 'foo'"),
    (lambda: nn.SGD("0.1"), "learning_rate must be a number above 0, or a function"), (lambda: nn.SGD(None), "learning_rate must be"),
    (lambda: nn.SGD(True), "learning_rate must be"), (lambda: nn.SGD(Value(0.1)), "write v.data"),
    (lambda: nn.SGD(lambda: 0.1), "function of the iteration"), (lambda: nn.SGD(lambda a, b: 0.1), "does not fit"),
    (lambda: nn.SGD(float), "function of the iteration, got the class float"),
    (lambda: nn.SGD(0.1, "0.9"), "momentum must be a number from 0 to 1"), (lambda: nn.SGD(0.1, 0.9, "yes"), "nesterov must be True"),
    (lambda: nn.Adam(0.1, "a"), "beta1 must be"), (lambda: nn.Adam(0.1, 0.9, None), "beta2 must be"),
    (lambda: nn.SGD(0.1, weight_decay=[1]), "weight_decay must be")])
def test_arguments_of_another_kind(make, says):
    with pytest.raises(TypeError, match=says):
        make()


@pytest.mark.parametrize("call, error, says", [
    (lambda o: o.zero_grad(), AttributeError, r"write model.zero_grad\(\)"),
    (lambda o: o.param_groups, AttributeError, "set learning_rate itself"),
    (lambda o: o.state_dict(), AttributeError, "copy.deepcopy"),
    (lambda o: o.nothing, AttributeError, "GradientDescent has no nothing$"),
    (lambda o: o.step(), TypeError, r"write step\(model.parameters\(\)\)"),
    (lambda o: o.step(nn.MLP(1, [1])), TypeError, r"got a model: write model.parameters\(\)"),
    (lambda o: o.step(nn.MLP(1, [1]).parameters), TypeError, "call it, as in model.parameters"),
    (lambda o: o.step(PARAMETERS[0]), TypeError, "parameters must be a list of Values"),
    (lambda o: o.step([1.0]), TypeError, r"parameters\[0\] must be a Value, got 1.0"),
    (lambda o: o.step([*PARAMETERS, None]), TypeError, r"parameters\[2\] must be a Value, got None"),
    (lambda o: o.step([PARAMETERS[0] * 2]), TypeError, r"parameters\[0\] is computed .* write Value\(v.data\)"),
    (lambda o: o.step("w"), TypeError, "must be a list of Values"), (lambda o: o.step(3), TypeError, "list of Values"),
    (lambda o: o.step({PARAMETERS[0]}), TypeError, r"must be a list of Values, got \{"),
    (lambda o: o.update("a", [1.0]), TypeError, "theta"), (lambda o: o.update([1.0], ["a"]), TypeError, "gradient"),
    (lambda o: o.update(None, None), TypeError, "theta"), (lambda o: o.update([1j], [1.0]), TypeError, "theta"),
    (lambda o: o.update([1.0], [1.0, 2.0]), ValueError, "1 parameters, 2 derivatives"),
    (lambda o: o.update([[1.0], [1.0, 2.0]], [1.0]), ValueError, "theta is ragged")])
def test_calls_that_do_not_fit_change_nothing(call, error, says):
    optimizer = nn.SGD(0.1, momentum=0.5)
    before = [(p.data, p.grad) for p in PARAMETERS]
    with pytest.raises(error, match=says):
        call(optimizer)
    assert [(p.data, p.grad) for p in PARAMETERS] == before and optimizer.iteration == 0 and optimizer.memory == ()


def test_step_takes_a_generator():
    net, optimizer = nn.MLP(1, [1], seed=1), nn.SGD(0.1)
    net.parameters()[0].grad = 1.0
    before = net.parameters()[0].data
    optimizer.step(p for p in net.parameters())
    assert net.parameters()[0].data == before - 0.1


def test_copies_and_pickles_are_optimizers_of_their_own():
    optimizer = nn.Adam(0.1)
    optimizer.update(np.zeros(2), np.ones(2))
    for other in (copy.deepcopy(optimizer), copy.copy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert other.iteration == 1 and (other.memory[0] == optimizer.memory[0]).all()
        assert (other.update(np.zeros(2), np.ones(2)) < 0).all() and optimizer.iteration == 1


@pytest.mark.parametrize("optimizer", [nn.Adam(0.1), nn.SGD(0.1, momentum=0.5, weight_decay=0.1)])
def test_numpy_may_be_set_to_raise(optimizer):
    with np.errstate(all="raise"):
        theta = optimizer.update(np.array([1e-200, 1.0]), np.array([1e-200, 1e-310]))
        assert np.isfinite(optimizer.update(theta, theta)).all()
