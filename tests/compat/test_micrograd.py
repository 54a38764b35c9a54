"""Code written for micrograd and microgpt, and for the lectures about them, runs with its import changed."""
import copy
import math
import pickle
import random

import numpy as np
import pytest
from graphviz import Digraph

from autograd import Value, gradients, ops
from tests.benchmarks.gpt import encode, flat, gpt_loss, gpt_parameters, train
from tests.benchmarks.peers import TupleValue

# Expressions, with what PyTorch says of them --------------------------------------------------------------------------


def readme(a, b):
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def sanity(x):
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    return h + q + q * x


def mixed(x, w, b):
    return ((x * w - b) / (1 + x**2)).exp() + (w**2 + b**2)**0.5 * (x - w).tanh() - (b / x).relu()


CASES = [(readme, (-4.0, 2.0), 24.70408163265306, (138.83381924198252, 645.5772594752186)),
         (sanity, (-4.0,), -20.0, (46.0,)),
         (mixed, (0.7, -1.3, 2.1), -0.4863898560731661, (4.5962460449394555, -0.6196020359832264, -0.6979109406612227))]


@pytest.mark.parametrize("f, point, value, derivatives", CASES)
def test_an_expression_has_the_value_and_the_gradient_of_pytorch(f, point, value, derivatives):
    inputs = [Value(x) for x in point]
    y = f(*inputs)
    y.backward()
    assert y.data == pytest.approx(value, rel=1e-14)
    assert [v.grad for v in inputs] == pytest.approx(derivatives, rel=1e-13)


@pytest.mark.parametrize("f, point, value, derivatives", CASES)
def test_an_expression_against_finite_differences(f, point, value, derivatives):
    inputs = [Value(x) for x in point]
    f(*inputs).backward()
    for i, v in enumerate(inputs):
        h = 1e-5
        above, below = ([Value(x + s * h * (k == i)) for k, x in enumerate(point)] for s in (1, -1))
        assert v.grad == pytest.approx((f(*above).data - f(*below).data) / (2 * h), rel=1e-5)


# Private names --------------------------------------------------------------------------------------------------------


def test_prev_and_op():
    a, b = Value(2.0), Value(3.0)
    assert (a + b)._prev == {a, b} and (a * a)._prev == {a} and a._prev == set() and (a * 2)._prev == {a}
    assert [v._op for v in (a, a + b, a * b, a**2, a**-1, a**0.5, a.relu(), a - b, a / b, a.tanh(), a**b)] == [
        "", "+", "*", "**2", "**-1", "**0.5", "ReLU", "-", "/", "tanh", "**"]
    assert repr(a) == "Value(data=2.0, grad=0.0)"


def test_children_and_local_grads():
    a, b = Value(2.0), Value(3.0)
    assert ((a * a)._children, (a * a)._local_grads) == ((a, a), (2.0, 2.0))
    assert ((a * b)._children, (a * b)._local_grads) == ((a, b), (3.0, 2.0))
    assert ((2 - b)._children, (2 - b)._local_grads) == ((b,), (-1.0,)) and a._local_grads == () == a._children


def test_microgpts_backward_written_outside_the_class():
    a, b = Value(2.0), Value(-3.0)
    y = (a * b + a).exp() * a

    order, seen = [], set()

    def visit(v):
        if v not in seen:
            seen.add(v)
            for child in v._children:
                visit(child)
            order.append(v)
    visit(y)
    y.grad = 1
    for v in reversed(order):
        for child, local in zip(v._children, v._local_grads):
            child.grad += local * v.grad
    by_hand = a.grad, b.grad
    assert by_hand == tuple(gradients(y, [a, b]))


def test_backward_by_hand_one_node_at_a_time():
    x1, x2, w1, w2, b = (Value(x) for x in (2.0, 0.0, -3.0, 1.0, 6.8813735870195432))
    x1w1, x2w2 = x1 * w1, x2 * w2
    total = x1w1 + x2w2
    n = total + b
    o = n.tanh()
    o.grad = 1.0
    for v in (o, n, b, total, x2w2, x1w1):
        v._backward()
    assert [v.grad for v in (x1, w1, x2, w2)] == pytest.approx([-1.5, 1.0, 0.5, 0.0], abs=1e-12)
    x1w1._backward()
    assert x1.grad == pytest.approx(-3.0)                           # a step adds


def tanh_of_the_lecture(self):
    t = (math.exp(2 * self.data) - 1) / (math.exp(2 * self.data) + 1)
    out = Value(t, (self,), "tanh of mine")

    def _backward():
        self.grad += (1 - t**2) * out.grad
    out._backward = _backward
    return out


def test_a_backward_function_set_by_hand():
    a = Value(0.5)
    n = a * 2
    o = tanh_of_the_lecture(n)
    y = o * o + a
    y.backward()
    expected = 1 + 4 * math.tanh(1.0) * (1 - math.tanh(1.0)**2)
    assert a.grad == pytest.approx(expected) and o._op == "tanh of mine" and o._prev == {n}
    y.backward()
    assert a.grad == pytest.approx(2 * expected)
    with pytest.raises(ValueError, match="_backward"):
        gradients(y * 2, a)
    for v in (a, n):
        v.grad = 0
    o.grad = 1.0
    o._backward()
    assert n.grad == pytest.approx(1 - math.tanh(1.0)**2)


def test_a_backward_function_of_a_leaf_is_called_with_its_grad():
    a = Value(3.0)
    y = a * a + a
    heard = []
    a._backward = lambda: heard.append(a.grad)
    y.backward()
    assert heard == [7.0] and a.is_leaf and a.inputs == () and a.partials == ()
    a._backward = lambda: None
    y.backward()
    assert heard == [7.0] and a.grad == 14.0 and gradients(y, a) == 7.0


def test_children_and_op_by_name():
    a, b = Value(2.0), Value(3.0)
    y = Value(6.0, _children=(a, b), _op="*", label="y")
    y.backward()
    assert (a.grad, b.grad, y.label, y.op) == (3.0, 2.0, "y", ops.mul)
    assert Value(1.0, _children=(), _op="").is_leaf


def test_values_made_by_hand():
    a, b = Value(2.0), Value(3.0)
    y = Value(a.data * b.data, (a, b), "*")
    y.backward()
    assert (a.grad, b.grad) == (3.0, 2.0) and y.op is ops.mul
    z = Value(a.data * b.data, (a, b), (b.data, a.data))
    a.grad = b.grad = 0
    z.backward()
    assert (a.grad, b.grad) == (3.0, 2.0) and z._local_grads == (3.0, 2.0) and z._children == (a, b)
    assert Value(5.0, (a, b), "+", "sum").label == "sum"


def test_values_made_by_hand_that_make_no_sense():
    a = Value(2.0)
    for arguments, words in [((1.0, (), "*"), "needs inputs"), ((1.0, (a,), (1.0, 2.0)), "1 inputs"), ((1.0, (a,), ("x",)), "local"),
                             ((1.0, a), "tuple of Values"), ((1.0, ("a",), "*"), "operand")]:
        with pytest.raises((ValueError, TypeError), match=words):
            Value(*arguments)
    unknown = Value(1.0, (a, Value(1.0)), "mystery")
    with pytest.raises(ValueError, match="'mystery'.*autograd.operation"):
        (unknown * 2).backward()
    assert a.grad == 0.0


def test_values_made_by_hand_are_copied_and_pickled():
    a = Value(2.0)
    y = Value(5.0, (a, a, 3.0), (1.0, 2.0, 7.0)) * Value(1.0, (a, a), "mystery")
    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert twin.data == 5.0 and twin.inputs[0].partials == (1.0, 2.0, None) and twin.inputs[1]._op == "mystery"


# Drawing code, networks, training -------------------------------------------------------------------------------------


def trace(root):
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)
    build(root)
    return nodes, edges


def draw_dot(root):
    dot = Digraph(format="svg", graph_attr={"rankdir": "LR"})
    nodes, edges = trace(root)
    for n in nodes:
        dot.node(name=str(id(n)), label="{ %s | data %.4f | grad %.4f }" % (n.label, n.data, n.grad), shape="record")
        if n._op:
            dot.node(name=str(id(n)) + n._op, label=n._op)
            dot.edge(str(id(n)) + n._op, str(id(n)))
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    return dot


def test_drawing_code_of_the_lecture():
    a = Value(2.0, label="a")
    y = (a * Value(-3.0, label="b") + 1).relu()
    y.label = "y"
    y.backward()
    source = draw_dot(y).source
    assert "{ a | data 2.0000 | grad 0.0000 }" in source and "label=ReLU" in source and source.count("->") == 3 + 4


class Neuron:
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.relu() if self.nonlin else act

    def parameters(self):
        return self.w + [self.b]


class MLP:
    def __init__(self, nin, nouts):
        sizes = [nin] + nouts
        self.layers = [[Neuron(sizes[i], nonlin=i != len(nouts) - 1) for _ in range(nouts[i])] for i in range(len(nouts))]

    def __call__(self, x):
        for layer in self.layers:
            out = [n(x) for n in layer]
            x = out[0] if len(out) == 1 else out
        return x

    def parameters(self):
        return [p for layer in self.layers for n in layer for p in n.parameters()]


def two_moons(n, noise):
    """scikit-learn's make_moons, from the global random state of NumPy."""
    t = np.linspace(0, np.pi, n // 2)
    X = np.concatenate([np.stack([np.cos(t), np.sin(t)], 1), np.stack([1 - np.cos(t), 1 - np.sin(t) - 0.5], 1)])
    y = np.repeat([0, 1], n // 2)
    order = np.arange(n)
    np.random.shuffle(order)
    X, y = X[order], y[order]
    return X + np.random.normal(scale=noise, size=X.shape), y


def test_the_demo_of_micrograd():
    np.random.seed(1337)
    random.seed(1337)
    X, y = two_moons(100, 0.1)
    y = y * 2 - 1
    model = MLP(2, [16, 16, 1])
    assert [model.layers[0][0].w[i].data for i in (0, 1)] == [0.23550571390294128, 0.06653114721000164]
    losses = []
    for k in range(3):
        scores = list(map(model, [list(map(Value, row)) for row in X]))
        data_loss = sum((1 + -yi * s).relu() for yi, s in zip(y, scores)) * (1.0 / len(scores))
        loss = data_loss + 1e-4 * sum((p * p for p in model.parameters()))
        for p in model.parameters():
            p.grad = 0
        loss.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        losses.append(loss.data)
    assert losses == pytest.approx([0.8958441028683222, 1.7235905336972022, 0.7429006313851131], abs=1e-9)


def test_a_gpt_trains_as_with_a_value_in_microgpts_layout():
    names = ["emma", "jo", "ava", "li"]
    assert train(Value, names) == pytest.approx(train(TupleValue, names), abs=1e-9)


def test_the_gradient_of_the_gpt_against_finite_differences():
    parameters = gpt_parameters(Value)
    tokens = encode("ab")
    gpt_loss(parameters, tokens).backward()
    values = flat(parameters)
    for p in random.Random(0).sample([p for p in values if p.grad], 5):
        at, h = p.data, 1e-4
        p.data = at + h
        above = gpt_loss(parameters, tokens).data
        p.data = at - h
        below = gpt_loss(parameters, tokens).data
        p.data = at
        assert p.grad == pytest.approx((above - below) / (2 * h), rel=1e-4, abs=1e-8)
