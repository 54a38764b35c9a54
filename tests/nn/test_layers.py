"""nn.layers: neurons, layers and networks, and micrograd's contract for them."""
import math
import random

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.activations import activation_name, find_activation

ACTIVATIONS = ["relu", "leaky_relu", "elu", "softplus", "tanh", "sigmoid", "gelu", "sin", "erf", "linear"]


def test_micrograds_draws():
    random.seed(1337)
    neuron = nn.Neuron(2)
    assert [w.data for w in neuron.w] == [0.23550571390294128, 0.06653114721000164]
    assert neuron.b.data == 0.0
    random.seed(1337)
    assert [w.data for w in nn.MLP(2, [3, 1]).layers[0].neurons[0].w] == [0.23550571390294128, 0.06653114721000164]


def test_the_order_of_draws_is_that_of_parameters():
    random.seed(5)
    drawn = [random.uniform(-1, 1) for _ in range(2 * 3 + 3 * 2)]
    random.seed(5)
    net = nn.MLP(2, [3, 2])
    assert [v.data for name, v in net.named_parameters() if not name.endswith("b")] == drawn
    assert all(v.data == 0 for name, v in net.named_parameters() if name.endswith("b"))


def test_against_micrograd_itself():
    micrograd = pytest.importorskip("micrograd.nn")
    random.seed(3)
    theirs = micrograd.MLP(3, [4, 4, 1])
    random.seed(3)
    ours = nn.MLP(3, [4, 4, 1])
    assert repr(ours) == repr(theirs)
    assert [p.data for p in ours.parameters()] == [p.data for p in theirs.parameters()]
    a, b = ours([1.0, -2.0, 0.5]), theirs([1.0, -2.0, 0.5])
    a.backward()
    b.backward()
    assert a.data == pytest.approx(b.data, rel=1e-14)
    assert [p.grad for p in ours.parameters()] == pytest.approx([p.grad for p in theirs.parameters()], rel=1e-13)


def test_reprs():
    assert repr(nn.Neuron(2)) == "ReLUNeuron(2)"
    assert repr(nn.Neuron(16, nonlin=False)) == repr(nn.Neuron(16, False)) == "LinearNeuron(16)"
    assert repr(nn.Neuron(1, "leaky_relu")) == "LeakyReluNeuron(1)"
    assert repr(nn.Layer(2, 2)) == "Layer of [ReLUNeuron(2), ReLUNeuron(2)]"
    assert repr(nn.MLP(2, [1, 1])) == "MLP of [Layer of [ReLUNeuron(2)], Layer of [LinearNeuron(1)]]"


@pytest.mark.parametrize("given, name", [({}, "relu"), ({"nonlin": True}, "relu"), ({"nonlin": False}, "linear"),
                                         ({"activation": "tanh"}, "tanh"), ({"activation": False}, "linear"),
                                         ({"activation": autograd.sigmoid}, "sigmoid")])
def test_activation_and_micrograds_nonlin(given, name):
    for module in (nn.Neuron(2, **given), nn.Layer(2, 2, **given)):
        assert activation_name(module.activation) == name
    assert nn.Neuron(2, **given).nonlin is (name != "linear")


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_neuron_is_w_x_plus_b_and_its_activation(name):
    neuron = nn.Neuron(3, name, seed=4)
    neuron.b.data = 0.3
    x = [0.5, -1.5, 2.0]
    z = math.fsum([w.data * t for w, t in zip(neuron.w, x)] + [0.3])
    sigma = find_activation(name)
    assert neuron(x).data == pytest.approx(z if sigma is None else sigma(z), rel=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_layer_is_its_neurons(name):
    layer = nn.Layer(3, 4, name, seed=4)
    x = [0.5, -1.5, 2.0]
    assert [f.data for f in layer(x)] == [neuron(x).data for neuron in layer.neurons]


def test_a_neuron_is_two_nodes():
    z = nn.Neuron(3)([1.0, 2.0, 3.0])
    assert z.op is autograd.relu and z.inputs[0].op.name == "dot"
    assert len(z.inputs[0].inputs) == 7
    f = nn.Layer(3, 2, "tanh")([1.0, 2.0, 3.0])
    assert [v.op.name for v in f] == ["tanh", "tanh"] and f[0].inputs[0].op.name == "dot"


def test_one_output_comes_alone():
    assert isinstance(nn.Layer(2, 1)([1.0, 2.0]), Value)
    assert isinstance(nn.Layer(2, 2)([1.0, 2.0]), list)
    assert isinstance(nn.MLP(2, [16, 16, 1])([1.0, -2.0]), Value)
    assert isinstance(nn.MLP(1, [1, 1])([1.0]), Value)
    assert isinstance(nn.MLP(2, [1, 3])([1.0, 2.0]), list)


@pytest.mark.parametrize("x", [[1.0, -2.0], (1, -2), np.array([1.0, -2.0]), np.array([1, -2]), [Value(1.0), Value(-2.0)],
                               [Value(1.0), -2.0], np.array([Value(1.0), Value(-2.0)]), iter([1.0, -2.0])])
def test_samples_of_every_kind(x):
    net = nn.MLP(2, [3, 1], seed=1)
    assert net(x).data == net([1.0, -2.0]).data


def test_a_number_alone_is_one_input():
    net = nn.MLP(1, [3, 1], seed=1)
    assert net(0.5).data == net([0.5]).data == net(np.float64(0.5)).data == net(Value(0.5)).data
    assert nn.Neuron(1, seed=2)(0.5).data == nn.Neuron(1, seed=2)([0.5]).data


def test_inputs_have_derivatives_too():
    x = [Value(0.5), Value(-0.3)]
    net = nn.MLP(2, [4, 1], activation="tanh", seed=1)
    net(x).backward()
    h = 1e-6
    for i in range(2):
        up, down = ([t.data + (h if j == i else 0) * s for j, t in enumerate(x)] for s in (1, -1))
        assert x[i].grad == pytest.approx((net(up).data - net(down).data) / (2 * h), rel=1e-8)


def test_labels():
    assert [p.label for p in nn.Neuron(2).parameters()] == ["w.0", "w.1", "b"]
    assert nn.Layer(2, 3).neurons[2].w[1].label == "neurons.2.w.1"
    net = nn.MLP(2, [3, 1])
    assert all(name == p.label for name, p in net.named_parameters())


def test_a_layer_of_the_users_own_among_the_layers():
    class Residual(nn.Layer):
        def __call__(self, x):
            return [a + b for a, b in zip(super().__call__(x), x)]
    net = nn.MLP(2, [2, 1], seed=1)
    net.layers.insert(1, Residual(2, 2, seed=2))
    x = net.layers[0]([0.4, 0.2])
    assert net([0.4, 0.2]).data == net.layers[2](net.layers[1](x)).data
    assert len(net.parameters()) == 6 + 6 + 3


# Activations and initial weights ---------------------------------------------------------------------------------------------

def test_activations_per_layer():
    def names(net):
        return [activation_name(layer.activation) for layer in net.layers]
    assert names(nn.MLP(2, [3, 3, 1])) == ["relu", "relu", "linear"]
    assert names(nn.MLP(2, [3, 3, 1], "tanh", "sigmoid")) == ["tanh", "tanh", "sigmoid"]
    assert names(nn.MLP(2, [3, 3, 1], ["tanh", "sin", "exp"])) == ["tanh", "sin", "exp"]
    assert names(nn.MLP(2, [3, 3, 1], ["tanh", "sin"])) == ["tanh", "sin", "linear"]
    with pytest.raises(ValueError, match="1 activations for 3 layers"):
        nn.MLP(2, [3, 3, 1], ["tanh"])


def test_an_activation_of_the_users_own():
    def bump(v):
        return autograd.exp(-v * v)
    neuron = nn.Neuron(1, bump, seed=1)
    z = neuron.w[0].data * 0.7
    assert neuron([0.7]).data == pytest.approx(math.exp(-z * z))
    assert repr(neuron) == "BumpNeuron(1)"


@pytest.mark.parametrize("activation, error", [("reluu", ValueError), ("maximum", ValueError), ("dot", ValueError),
                                               (None, TypeError), (3, TypeError)])
def test_what_is_no_activation(activation, error):
    with pytest.raises(error, match="activation"):
        nn.Layer(2, 2, activation=activation)


def weights(init, nin, nout, seed=1):
    return np.array([w.data for n in nn.Layer(nin, nout, init=init, seed=seed).neurons for w in n.w])


def test_initial_weights():
    n, m = 60, 40
    uniform, xavier, he = (weights(init, n, m) for init in ("uniform", "xavier", "he"))
    bound = math.sqrt(6 / (n + m))
    assert 0.99 < abs(uniform).max() <= 1 and 0.99 * bound < abs(xavier).max() <= bound
    assert he.std() == pytest.approx(math.sqrt(2 / n), rel=0.05) and abs(he.mean()) < 0.02
    assert xavier.std() == pytest.approx(math.sqrt(2 / (n + m)), rel=0.05)


def test_seeds_and_generators():
    assert (weights("he", 3, 3, seed=7) == weights("he", 3, 3, seed=7)).all()
    assert (weights("he", 3, 3, seed=7) != weights("he", 3, 3, seed=8)).all()
    state = random.getstate()
    nn.MLP(2, [3, 1], seed=1)
    assert random.getstate() == state, "a seed of its own leaves Python's generator alone"
    rng = random.Random(7)
    assert [w.data for w in nn.Neuron(2, rng=rng).w] == [w.data for w in nn.Neuron(2, seed=7).w]
    with pytest.raises(ValueError, match="not both"):
        nn.Neuron(2, rng=rng, seed=1)
    with pytest.raises(ValueError, match="uniform, xavier, he"):
        nn.Neuron(2, init="zero")


# Errors ----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("x, given", [([1.0], 1), ([1.0, 2.0, 3.0], 3), ([], 0), (1.0, 1)])
def test_the_wrong_number_of_inputs(x, given):
    with pytest.raises(ValueError, match=f"layers.0 was given {given} inputs?, it needs 2"):
        nn.MLP(2, [3, 1])(x)
    with pytest.raises(ValueError, match=f"the layer was given {given} inputs?, it needs 2"):
        nn.Layer(2, 3)(x)
    with pytest.raises(ValueError, match=f"the neuron was given {given} inputs?, it needs 2"):
        nn.Neuron(2)(x)
    with pytest.raises(ValueError, match=f"layers.0.neurons.1 was given {given} inputs?, it needs 2"):
        nn.MLP(2, [3, 1]).layers[0].neurons[1](x)


@pytest.mark.parametrize("x", [["a", "b"], [None, 1.0], [1j, 1.0], [[1.0], [2.0]], np.zeros((2, 2)), "ab"])
def test_inputs_that_are_no_numbers(x):
    for module in (nn.Neuron(2), nn.Layer(2, 2), nn.MLP(2, [2, 1])):
        with pytest.raises(TypeError, match="real number"):
            module(x)


@pytest.mark.parametrize("make, error", [
    (lambda: nn.Neuron(0), ValueError), (lambda: nn.Neuron(2.5), TypeError), (lambda: nn.Layer(2, 0), ValueError),
    (lambda: nn.Layer(-1, 2), ValueError), (lambda: nn.MLP(2, []), TypeError), (lambda: nn.MLP(2, 3), TypeError),
    (lambda: nn.MLP(2, [3, "1"]), TypeError), (lambda: nn.MLP(2, [3, 0]), ValueError)])
def test_widths_that_are_none(make, error):
    with pytest.raises(error):
        make()


def test_in_no_grad_nothing_is_recorded():
    net = nn.MLP(2, [3, 1], seed=1)
    with autograd.no_grad():
        f = net([1.0, 2.0])
    assert f.inputs == () and f.data == net([1.0, 2.0]).data


@pytest.mark.parametrize("build", [lambda n: nn.MLP(n, [1]), lambda n: nn.MLP(2, [3, n]), lambda n: nn.Layer(2, n), lambda n: nn.Neuron(n)])
def test_a_width_that_fills_all_memory_is_refused_before_anything_is_built(build):
    for n in (10 ** 8, 10 ** 400):
        with pytest.raises(ValueError, match="must be at most 10,000,000, since each weight is a Value, got 10000"):
            build(n)


@pytest.mark.parametrize("make", [nn.Neuron, lambda *args, **named: nn.Layer(*args, 2, **named)])
def test_an_activation_and_nonlin_that_says_another_are_refused(make):
    for activation, nonlin in (("tanh", True), ("tanh", False), ("no such", True), (autograd.tanh, True), ("linear", True)):
        with pytest.raises(ValueError, match="nonlin=.* is micrograd's way to say activation='(relu|linear)', and here is activation=.*: give one"):
            make(2, activation=activation, nonlin=nonlin)
    assert activation_name(make(2, activation="linear", nonlin=False).activation) == "linear"


def test_bytes_are_no_sample():
    for module in (nn.Neuron(2), nn.Layer(2, 2), nn.MLP(2, [2, 1])):
        for x in (b"ab", bytearray(b"ab")):
            with pytest.raises(TypeError, match="called with one sample, a list of real numbers or Values, got"):
                module(x)
