"""fit of models that choose by their numbers: the losses are those of the graphs, whatever a model does."""
import math
import warnings

import numpy as np
import pytest

import autograd
import nn
from autograd import Value

RNG = np.random.default_rng(3)
XS = RNG.normal(size=(30, 2)).tolist()
YS = RNG.normal(size=30).tolist()
MODELS = {}


def odd(forward):
    """A model of five parameters whose forward pass is `forward(w, x)`."""
    class Odd(nn.Module):
        def __init__(self):
            self.w = [Value(v) for v in (0.5, -0.3, 0.2, 0.8, -0.6)]

        def __call__(self, x):
            return forward(self.w, x)
    MODELS[forward.__name__] = Odd
    return forward


@odd
def leaky_by_if(w, x):
    z = w[0] * x[0] + w[1] * x[1] + w[2]
    return z if z > 0 else 0.1 * z


@odd
def huber_on_the_output(w, x):
    z = w[0] * x[0] + w[1]
    return 0.5 * z * z if abs(z) < 1 else abs(z) - 0.5


@odd
def clipped_by_max_and_min(w, x):
    return w[2] + max(-1.0, min(1.0, w[0] * x[0] + w[1] * x[1]))


@odd
def the_largest_wins(w, x):
    return max([w[i] * x[i % 2] for i in range(5)])


@odd
def the_median(w, x):
    return sorted([w[0] * x[0], w[1] * x[1], w[2]])[1]


@odd
def a_decision_tree(w, x):
    if x[0] > w[0]:
        return w[1] if x[1] > w[2] else w[3]
    return w[4] * x[0]


@odd
def a_branch_on_a_parameter(w, x):
    return w[0] * x[0] if w[0] > 0.45 else w[1] * x[1]


@odd
def parameters_in_their_order(w, x):
    return w[0] * x[0] + (w[1] if w[1] < w[2] else w[2]) * x[1]


@odd
def newtons_root(w, x):
    a, z = w[0] * w[0] + x[0] * x[0] + 0.1, 1.0
    while abs(z * z - a) > 1e-8:
        z = 0.5 * (z + a / z)
    return z


@odd
def an_early_exit(w, x):
    z = w[0] * x[0]
    for i in range(1, 5):
        if z > 0.5:
            break
        z = z + w[i] * x[i % 2] * 0.5
    return z


@odd
def a_number_read_from_a_value(w, x):
    z = w[0] * x[0] + w[1] * x[1]
    return z * (1.0 if z.data > 0 else 0.2)


@odd
def a_step_by_floor(w, x):
    z = w[0] * x[0] + w[1]
    return z * (1 + math.floor(z.data) % 3)


@odd
def a_sign_as_a_number(w, x):
    return w[0] * x[0] + 0.5 * (x[1] > 0) + w[1] * (1 if w[2] > 0.1 else -1)


@odd
def and_and_or(w, x):
    a, b = w[0] * x[0], w[1] * x[1]
    return a + b if a > 0 and b > 0 or w[2] > 0.3 else a - b * w[3]


@odd
def a_chain_of_comparisons(w, x):
    z = w[0] * x[0] + w[1]
    return z if -0.5 < z < 0.5 else 0.5 * z


@odd
def a_table_by_a_condition(w, x):
    return w[int(x[0] > 0)] * x[1] + w[2 + (x[1] > 0.5)]


@odd
def recursion_that_ends_by_a_number(w, x):
    def halve(z, depth=0):
        return z if abs(z) < 0.3 or depth > 4 else halve(z * 0.5, depth + 1)
    return halve(w[0] * x[0] + w[1] * x[1])


@odd
def a_generator(w, x):
    return next((w[i] * x[0] for i in range(5) if w[i] * x[0] > 0.1), w[0])


@odd
def an_exception_that_is_caught(w, x):
    try:
        return autograd.log(w[0] * x[0])
    except ValueError:
        return w[1] * x[1]


@odd
def a_loop_over_what_is_positive(w, x):
    return sum((v * x[0] for v in w if v > 0), w[0] * 0.1)


@odd
def attention_to_the_nearest(w, x):
    nearest = min(range(5), key=lambda i: abs(w[i] - x[0]).data)
    return w[nearest] * x[1] + w[0]


@odd
def a_comparison_of_outputs(w, x):
    a, b = w[0] * x[0] + w[1], w[2] * x[1] + w[3]
    return a if a >= b else b + w[4]


def losses(make, compiled, loss):
    """The losses of each step, and the parameters at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = make()
        history = nn.fit(model, XS, YS, loss, nn.SGD(0.02, momentum=0.8), epochs=25, batch_size=8, seed=1, compiled=compiled)
    return history.iterations, [p.data for p in model.parameters()]


@pytest.mark.parametrize("name", MODELS)
def test_an_odd_model_trains_as_by_its_graphs(name):
    huber = lambda f, y: (0.5 * (f - y) ** 2 if abs(f - y) < 0.7 else 0.7 * abs(f - y) - 0.245)
    for loss in ("squared", huber):
        found, expected = losses(MODELS[name], True, loss), losses(MODELS[name], False, loss)
        assert found[0] == pytest.approx(expected[0], rel=1e-9) and found[1] == pytest.approx(expected[1], rel=1e-9)
        assert len(set(expected[0])) > 50


def test_there_are_more_than_twenty():
    assert len(MODELS) > 20
