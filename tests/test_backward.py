"""backward, gradients and the two sweeps over a recorded graph."""
import pytest

import autograd
from autograd import Value, backward, exp, gradients, ops, relu, sin, sqrt, tanh
from autograd.derivatives.gradients import pullback, pushforward
from autograd.graph import topological_order


# gradients ------------------------------------------------------------------------------------------------------------

def test_gradients_touch_no_grad():
    a, b = Value(2.0), Value(3.0)
    y = a * b + a
    assert gradients(y, [a, b]) == [4.0, 2.0] and gradients(y, a) == 4.0 and gradients(y, y) == 1.0
    assert (a.grad, b.grad, y.grad) == (0.0, 0.0, 0.0)


def test_gradients_by_intermediate_values():
    a = Value(2.0)
    u = a * a
    y = u * a
    assert gradients(y, [u, a]) == [2.0, 12.0]


@pytest.mark.parametrize("create_graph", [False, True])
def test_not_in_the_graph_is_an_error(create_graph):
    a, b = Value(2.0), Value(3.0, label="b")
    with pytest.raises(ValueError, match=r"inputs\[1\].*'b'.*not in the graph"):
        gradients(a * a, [a, b], create_graph)
    with pytest.raises(TypeError, match="must be a Value, got float"):
        gradients(4.0, a)


def test_create_graph_to_fourth_order():
    x, derivative = Value(2.0), Value(2.0) ** 1
    derivative = x ** 5
    for want in (80.0, 160.0, 240.0, 240.0):
        derivative = gradients(derivative, x, create_graph=True)
        assert derivative.data == want
    assert isinstance(gradients(x + 1, x, create_graph=True), Value)


def changed(f, *data):
    """Values of these data, and f of them; the last one's data is changed afterwards."""
    leaves = [Value(x, label="abc"[i]) for i, x in enumerate(data[:-1])]
    y = f(*leaves)
    leaves[-1].data = data[-1]
    return y, leaves


CHANGES = [
    (lambda a, b: a * b, 2.0, 3.0, 100.0), (lambda a, b: a + sin(b) * a, 2.0, 3.0, 4.0),
    (lambda a, b: a / b, 0.0, 2.0, 4.0),                        # value and partial by b do not show it, the partial by a does
    (lambda a, b: b * a, 0.0, 2.0, 4.0), (lambda a, b: a ** b, 1.0, 2.0, 3.0),                       # likewise: 1 ** b
    (lambda a, b: autograd.dot([a], [b], 1.0), 0.0, 2.0, 4.0), (lambda a, b: relu(a) * tanh(b), -1.0, 2.0, 3.0),
    (lambda a, b: (a * b) * (a * b), 0.0, 2.0, 3.0), (lambda a, b: a - b, 1.0, 2.0, 3.0),
]


@pytest.mark.parametrize("f, a, b, new", CHANGES)
def test_a_change_since_never_gives_a_mixture(f, a, b, new):
    y, leaves = changed(f, a, b, b)
    want = gradients(y, leaves)
    y, leaves = changed(f, a, b, new)
    assert gradients(y, leaves) == want                         # first order: that of the recorded pass
    for wanted in (leaves[1], leaves):
        with pytest.raises(ValueError, match="'b'.* hold now"):
            gradients(y, wanted, create_graph=True)


def test_a_change_off_the_way_keeps_the_recorded_number():
    a, b = Value(2.0), Value(3.0)
    y = a * a * sin(b)
    want = gradients(gradients(y, a, create_graph=True), [a, b])
    b.data = 4.0
    first = gradients(y, a, create_graph=True)                  # sin(b) does not depend on a: it stays as it was computed
    assert gradients(first, [a, b]) == want
    with pytest.raises(ValueError, match="hold now"):
        gradients(first, b, create_graph=True)


def test_setting_the_same_data_or_an_unused_leaf_is_no_change():
    a, b = Value(2.0), Value(3.0)
    y, other = a * a, b * a
    a.data, b.data = 2.0, 7.0
    assert gradients(y, a, create_graph=True).data == 4.0 and other.data == 6.0


def test_values_made_by_hand():
    a, b = Value(2.0), Value(3.0)
    given = Value(6.0, (a, b), (3.0, 2.0))                      # microgpt's local derivatives
    assert gradients(given * 2, [a, b]) == [6.0, 4.0]
    with pytest.raises(ValueError, match="made by hand"):
        gradients(given * 2, a, create_graph=True)
    named = Value(6.0, (a, b), "mystery")
    for create_graph in (False, True):
        with pytest.raises(ValueError, match="no derivative is known"):
            gradients(named, a, create_graph)
    closed = Value(6.0, (a, b), "*")
    closed._backward = lambda: setattr(a, "grad", 99.0)
    for create_graph in (False, True):
        with pytest.raises(ValueError, match="_backward function"):
            gradients(closed, a, create_graph)
    assert a.grad == 0.0


def test_only_what_is_needed_is_visited():
    a, b = Value(0.0), Value(2.0)
    y = sqrt(a) + b * b                                         # d sqrt / da does not exist at 0, and nobody asks for it
    assert gradients(y, b) == 4.0 and gradients(y, b, create_graph=True).data == 4.0
    for create_graph in (False, True):
        with pytest.raises(ValueError, match="sqrt.*does not exist"):
            gradients(y, a, create_graph)


# The sweeps -----------------------------------------------------------------------------------------------------------

def test_forward_and_reverse_are_transposes_of_each_other():
    x = [Value(0.3), Value(-1.2), Value(2.0)]
    u = [x[0] * x[1], sin(x[2]) + x[0], exp(x[1])]
    y = [u[0] * u[1], u[1] / u[2], u[2] * x[2] + tanh(u[0])]
    order = topological_order(*y)
    J = [pullback(order, x, {y[i]: 1.0}, False) for i in range(3)]
    for create_graph in (False, True):
        for j in range(3):
            column = pushforward(order, y, {x[j]: 1.0}, create_graph)
            assert [t if isinstance(t, float) else t.data for t in column] == pytest.approx([row[j] for row in J], rel=1e-14)


def test_a_sweep_leaves_its_seeds_alone():
    x = Value(2.0)
    y = x * x
    seeds, tangents = {y: 1.0}, {x: 1.0}
    pullback([x, y], [x], seeds, False)
    pushforward([x, y], [y], tangents, False)
    assert seeds == {y: 1.0} and tangents == {x: 1.0}


def test_a_tangent_that_is_given_is_not_computed():
    x = Value(2.0)
    u = x * x
    y = u * x
    assert pushforward([x, u, y], [u, y], {x: 1.0, u: 10.0}, False) == [10.0, 24.0]


def test_a_nested_sweep_makes_no_needless_nodes():
    x = Value(2.0)
    y = x + 3.0
    assert pullback([x, y], [x], {y: 1.0}, True) == [1.0]       # a number: 1 * 1, and nothing added to it
    y = sin(x)
    g, = pullback([x, y], [x], {y: 1.0}, True)
    assert g.op is ops.cos and g.inputs == (x,)


# backward -------------------------------------------------------------------------------------------------------------

def test_a_failed_pass_leaves_all_grads_as_they_were():
    a, b, zero = Value(2.0), Value(3.0), Value(0.0)
    u = a * b
    u.backward()
    root = sqrt(zero)
    y = (root + u) * a + b                                      # b and a have got theirs before the sweep comes to sqrt(0)
    values = topological_order(y)
    before = [v.grad for v in values]
    with pytest.raises(ValueError, match="derivative of sqrt with respect to input 0 at 0"):
        y.backward()
    assert [v.grad for v in values] == before and (a.grad, b.grad, u.grad) == (3.0, 2.0, 1.0)


def test_two_passes_and_a_seed():
    a = Value(3.0)
    y = a * a * a
    y.backward()
    assert a.grad == 27.0
    backward(y, seed=2.0)
    assert a.grad == 81.0 and y.grad == 2.0
    with pytest.raises(TypeError, match="seed must be a real number"):
        y.backward("1")


def test_gradient_of_the_recorded_pass():
    a, b = Value(2.0), Value(3.0)
    y = a * b
    a.data = 100.0
    y.backward()
    assert b.grad == 2.0
