"""What a Value is: data, operators, accumulation, copies, errors. Gradients against finite differences."""
import asyncio
import copy
import gc
import math
import operator
import pickle
import statistics
import subprocess
import sys
import threading
import tracemalloc
import weakref
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, gradients, no_grad, ops
from autograd.graph import topological_order
from autograd.compat.copying import _fields as fields
from autograd.compat.methods import Methods
from autograd.compat.numbers import UNREACHED
from autograd.value import record
from tests.benchmarks.timing import collector

ROOT = Path(__file__).parent.parent

# Data and fields ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [2, 2.0, True, np.float32(2), np.float64(2), np.int64(2), np.uint8(2), np.bool_(True)])
def test_data_is_a_float_whatever_number_came(data):
    v = Value(data)
    assert type(v.data) is float and v.data == float(data)
    v.data = data
    assert type(v.data) is float


def test_a_new_value_is_a_leaf():
    v = Value(2.0, label="x")
    assert (v.data, v.grad, v.op, v.inputs, v.partials, v.label) == (2.0, 0.0, "", (), (), "x")
    assert type(v.grad) is float and v._grad is UNREACHED and str(v.op) == ""


def test_inputs_and_partials_are_in_order_and_a_number_stays_a_number():
    a, b = Value(3.0), Value(4.0)
    y = a * b
    assert y.inputs == (a, b) and y.partials == (4.0, 3.0) and str(y.op) == "*" and y.op is ops.mul
    y = 2 - a
    assert y.inputs == (2.0, a) and type(y.inputs[0]) is float and y.partials == (None, -1.0)
    assert (a * 2).inputs == (a, 2.0) and (a * a).inputs == (a, a)
    assert autograd.sum([a, 1, b]).inputs == (a, 1.0, b)


@pytest.mark.parametrize("data, words", [
    ("abc", ["'abc'", "str", "float("]), (None, ["None", "return"]), (1j, ["complex", "real"]),
    (np.array([1.0]), ["ndarray", "item"]), ([1.0], ["list", "each entry"]), (Value(2), ["Value", ".data"]),
])
def test_data_that_is_no_real_number_is_an_error(data, words):
    v = Value(1.0, label="weight")
    with pytest.raises(TypeError) as error:
        Value(data, label="weight")
    for word in words + ["'weight'"]:
        assert word in str(error.value)
    with pytest.raises(TypeError):
        v.data = data
    assert v.data == 1.0


def test_nan_is_an_error_as_data():
    v = Value(1.0, label="w")
    for assign in (lambda: Value(math.nan, label="w"), lambda: setattr(v, "data", math.nan)):
        with pytest.raises(ValueError, match="'w' is NaN"):
            assign()
    assert v.data == 1.0 and Value(math.inf).data == math.inf


def test_a_grad_that_is_no_number_is_an_error():
    v = Value(1.0)
    with pytest.raises(TypeError, match="grad"):
        v.grad = "0"
    assert v.grad == 0.0


def test_the_label_goes_by_name():
    with pytest.raises(TypeError, match="label=..."):
        Value(1.0, "x")


def test_equality_and_hash_are_identity_and_comparisons_are_of_data():
    a, b = Value(1.0), Value(1.0)
    assert a == a and a != b and a != 2.0 and len({a, b}) == 2 and a in [b, a]
    assert a <= b and a >= b and not a < b and not a > b and a < 2 and 0 < a and a < np.float64(1.5) and np.float32(0.5) < a
    with pytest.raises(TypeError, match="compared"):
        a < "2"
    assert str(Value(2.0)) == "Value(data=2.0, grad=0.0)" and +a is a


@pytest.mark.parametrize("decide", [
    lambda v, x: v == x, lambda v, x: x == v, lambda v, x: v != x, lambda v, x: v in [x], lambda v, x: [x].index(v),
    lambda v, x: np.float64(x) == v, lambda v, x: v == np.float32(x), lambda v, x: np.array([v, v]) == x, lambda v, x: (v, 1.0) == (x, 1.0)])
@pytest.mark.parametrize("x", [0.0, 2.0, -0.0, 1])
def test_equal_to_a_number_is_an_error_where_it_would_be_wrong(decide, x):
    with pytest.raises(TypeError, match=r"'w' of data .* compares identities, not numbers: write v\.data [!=]= .*, or v <= "):
        decide(Value(x, label="w"), x)
    other = Value(x) * 1
    assert other in [x + 1, other] and other != x + 1 and not other == x + 1 and (x + 1, other).index(other) == 1
    assert other != "text" and other != None and other != Value(x)                      # noqa: E711


def test_a_division_guarded_by_equality_is_right_or_loud():
    f = lambda x: 1.0 if x == 0 else autograd.sin(x) / x
    g = lambda x: 1.0 if x <= 0 <= x else autograd.sin(x) / x
    assert f(0.0) == g(0.0) == g(Value(0.0)) == 1.0 and f(Value(2.0)).data == g(2.0) == autograd.jit(f)(2.0)
    assert autograd.jit(f)(0.0) == 1.0 and autograd.grad(g)(0.0) == 0.0
    for wrong in (autograd.grad(f), autograd.jit(autograd.grad(f)), autograd.jit(autograd.value_and_grad(f))):
        for x in (2.0, 3.0, 0.0):
            if x:
                wrong(x)
                continue
            with pytest.raises(TypeError, match="v <= 0 <= v"):
                wrong(x)


def test_the_truth_of_a_value_is_an_error_where_it_would_be_wrong():
    assert Value(1.0) and (None or Value(-2.0)).data == -2.0
    for decide in (lambda v: 1 if v else 2, lambda v: not v, lambda v: v or 3.0, lambda v: all([v])):
        with pytest.raises(TypeError, match="v.data != 0 for the number, v is not None"):
            decide(Value(0.0))


@pytest.mark.parametrize("convert", [
    float, int, round, complex, math.sin, math.exp, math.floor, math.trunc, statistics.fmean, math.fsum,
    lambda v: round(v, 2), lambda v: math.hypot(v, 1), lambda v: v * math.sin(v), lambda v: np.array([v, v], dtype=float),
    lambda v: np.asarray([[v]]).astype(float), lambda v: np.zeros(2).__setitem__(0, v), lambda v: np.array([1.0, 2.0]).fill(v),
])
def test_a_conversion_that_would_lose_the_derivative_is_an_error(convert):
    v = Value(0.5, label="angle")
    with pytest.raises(TypeError, match="v.data") as error:
        convert([v] if convert in (statistics.fmean, math.fsum) else v)
    assert "autograd.sin" in str(error.value)


def test_a_format_is_of_the_data():
    v = Value(2.0 / 3.0)
    assert f"{v:.3f}" == "0.667" and f"{v:8.1e}" == " 6.7e-01" and f"{v}" == str(v) and "%s" % v == str(v)


def test_sum_max_sorted():
    values = [Value(x) for x in (3.0, 1.0, 2.0)]
    total = sum(values)
    total.backward()
    assert total.data == 6.0 and [v.grad for v in values] == [1.0] * 3
    assert max(values).data == 3.0 and min(values).data == 1.0 and [v.data for v in sorted(values)] == [1.0, 2.0, 3.0]
    assert [v.data for v in sorted(values, key=lambda v: v.data, reverse=True)] == [3.0, 2.0, 1.0]


def test_augmented_assignment_rebinds():
    a = b = Value(2.0)
    a += 1
    a *= 3
    assert a.data == 9.0 and b.data == 2.0


# Operators ------------------------------------------------------------------------------------------------------------

BINARY = {operator.add: ops.add, operator.sub: ops.sub, operator.mul: ops.mul, operator.truediv: ops.div, operator.pow: ops.pow}
NUMBERS = [3, 3.0, True, np.float32(3), np.float64(3), np.int64(3), np.int8(3)]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)
def test_numbers_on_either_side(function, number):
    x = Value(2.0)
    for y, expected in [(function(x, number), function(2.0, float(number))), (function(number, x), function(float(number), 2.0))]:
        assert type(y) is Value and y.data == expected and sum(type(u) is float for u in y.inputs) == 1
        x.grad = 0
        y.backward()
        i = y.inputs.index(x)
        assert x.grad == BINARY[function].partial(i, y.data, [u if type(u) is float else u.data for u in y.inputs])


def test_a_negated_numpy_int_times_a_value():
    yi = np.array([1, -1])[0]
    assert type(-yi * Value(2.0)) is Value and (-yi * Value(2.0)).data == -2.0


@pytest.mark.parametrize("other", [[1, 2], "2", None, 1j, (1,), {}], ids=repr)
@pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)
def test_anything_else_is_an_error(function, other):
    for left, right in [(Value(1.0), other), (other, Value(1.0))]:
        with pytest.raises(TypeError):
            function(left, right)
    with pytest.raises(TypeError, match="list"):
        Value(1.0) * [1, 2]


FLOATS = st.floats(-1e6, 1e6).filter(lambda x: x != 0)


@given(FLOATS | st.just(0.0), FLOATS)
def test_the_operators_written_out_are_their_rows(a, b):
    for got, op, inputs in [
        (lambda x, y: x + y, ops.add, (a, b)), (lambda x, y: x + b, ops.add, (a, b)),
        (lambda x, y: x * y, ops.mul, (a, b)), (lambda x, y: x * b, ops.mul, (a, b)),
        (lambda x, y: x - y, ops.sub, (a, b)), (lambda x, y: x - b, ops.sub, (a, b)),
        (lambda x, y: x.relu(), ops.relu, (a,)), (lambda x, y: 0 + x, ops.add, (0.0, a)),
    ]:
        x, y = Value(a), Value(b)
        fast = got(x, y)
        slow = record(op, fast.inputs)
        assert fields(fast) == fields(slow) and fast.op is op
        assert fast.partials == tuple(None if type(u) is float else op.partial(i, fast.data, inputs)
                                      for i, u in enumerate(fast.inputs))


@settings(max_examples=60)
@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=6), FLOATS, st.booleans(), st.booleans())
def test_dot_and_affine_are_the_row_dot(pairs, b, numbers, plain_bias):
    w = [Value(p) for p, _ in pairs]
    x = [q if numbers else Value(q) for _, q in pairs]
    c = b if plain_bias else Value(b)
    fast, = autograd.affine([w], x, [c])
    assert fields(fast) == fields(record(ops.dot, (*w, *x, c))) == fields(autograd.dot(w, x, c))


def test_affine_checks_lengths():
    w = [Value(1.0), Value(2.0)]
    with pytest.raises(ValueError, match="2 weights and 3 inputs"):
        autograd.dot(w, [1, 2, 3])
    with pytest.raises(ValueError, match="2 weights and 1 inputs"):
        autograd.affine([w], [Value(1.0)], [Value(0.0)])
    with pytest.raises(ValueError, match="1 entries and 2 rows"):
        autograd.affine([w, w], [1, 2], [0])
    with pytest.raises(TypeError, match="str"):
        autograd.dot(w, ["1", 2])
    assert autograd.affine([[1, 2], w], [3, 4], [0, Value(1.0)])[0] == 11.0
    assert autograd.dot([1, w[0]], [w[1], 2.0]).partials == (None, 2.0, 1.0, None, None)


METHODS = sorted(name for name in vars(Methods) if name in ops.BUILT_IN)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_a_function_and_numpy_are_the_same(name):
    op, x = ops.TABLE[name], 0.5
    assert getattr(Value(x), name)().op is op and getattr(autograd, name)(Value(x)).op is op
    ufunc = getattr(np, {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "relu": "", "abs": "absolute"}.get(name, name), None)
    if ufunc:
        found = ufunc(np.array([Value(x), Value(x)]))
        assert all(type(v) is Value and v.data == op(x) for v in found)


def test_arrays_of_values():
    W = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    x = np.array([Value(5.0), Value(6.0)])
    y = (W @ x).sum()
    y.backward()
    assert y.data == 56.0 and [v.grad for v in W.ravel()] == [5.0, 6.0, 5.0, 6.0] and [v.grad for v in x] == [4.0, 6.0]
    assert [v.data for v in W @ np.array([1.0, 1.0])] == [3.0, 7.0]
    larger = np.maximum(x, W[0])                                        # NumPy compares, and picks one of the two
    assert list(larger) == list(x)
    assert x.mean().data == 5.5 and np.dot(x, x).data == 61.0 and (x ** 2).sum().data == 61.0 and (-x)[0].data == -5.0


def test_a_value_times_an_array_is_elementwise():
    v, a = Value(2.0), np.array([[1.0, 2.0], [3.0, 4.0]])
    for product in (v * a, a * v):
        assert product.shape == (2, 2) and [u.data for u in product.ravel()] == [2.0, 4.0, 6.0, 8.0]
        assert all([w is v for w in u.inputs].count(True) == 1 for u in product.ravel())
    assert [u.data for u in (v - a).ravel()] == [1.0, 0.0, -1.0, -2.0] and [u.data for u in (a / v)[0]] == [0.5, 1.0]
    assert [u.data for u in (v ** np.array([1, 2]))] == [2.0, 4.0]


# Backward -------------------------------------------------------------------------------------------------------------


def test_two_passes_give_a_leaf_exactly_twice_its_derivative():
    a = Value(3.0)
    y = a * a * a
    y.backward()
    assert a.grad == 27.0 and y.inputs[0].grad == 3.0
    y.backward()
    assert a.grad == 54.0 and y.inputs[0].grad == 3.0 and y.grad == 1.0
    a.grad = None
    y.backward()
    assert a.grad == 27.0


@pytest.mark.parametrize("nothing", [0, 0.0, None, -0.0])
def test_0_and_none_reset_a_grad(nothing):
    a = Value(3.0)
    (a * 2).backward()
    a.grad = nothing
    assert a.grad == 0.0 and type(a.grad) is float and a._grad is UNREACHED


def test_a_gradient_left_from_one_output_adds_to_the_next():
    x = Value(4.0)
    (x ** 3).backward()
    assert x.grad == 48.0
    (x ** 2).backward()
    assert x.grad == 56.0


def test_an_intermediate_value_holds_the_latest_pass():
    a = Value(2.0)
    b = a * 3
    (b * b).backward()
    assert b.grad == 12.0 and a.grad == 36.0
    (b * 5).backward()
    assert b.grad == 5.0 and a.grad == 51.0


def test_the_gradient_is_that_of_the_recorded_pass():
    a, b = Value(3.0), Value(4.0)
    y = a * b
    a.data = 100
    y.backward()
    assert (a.grad, b.grad, y.data) == (4.0, 3.0, 12.0) and gradients(y, [a, b]) == [4.0, 3.0]
    with pytest.raises(ValueError, match="changed|other data"):
        gradients(y, [a, b], create_graph=True)


def test_seed_and_a_leaf_alone():
    a = Value(3.0)
    (a * a).backward(0.5)
    assert a.grad == 3.0
    b = Value(1.0)
    b.backward()
    b.backward(2)
    assert b.grad == 3.0
    with pytest.raises(TypeError, match="seed"):
        b.backward("1")


def test_backward_that_fails_changes_nothing():
    a, b = Value(0.0, label="a"), Value(2.0)
    (b * 3).backward()
    y = a.sqrt() + b * b
    with pytest.raises(ValueError, match="'a'"):
        y.backward()
    assert (a.grad, b.grad, y.grad) == (0.0, 3.0, 0.0)


@pytest.mark.parametrize("base, exponent", [(2.0, 3.0), (0.5, -1.5), (3.0, 0.0)])
def test_powers_of_values(base, exponent):
    a, b = Value(base), Value(exponent)
    (a ** b).backward()
    assert a.grad == pytest.approx(exponent * base ** (exponent - 1))
    assert b.grad == pytest.approx(base ** exponent * math.log(base))
    c = Value(exponent)
    (base ** c).backward()
    assert c.grad == b.grad
    assert ((-3.0) ** Value(2.0)).data == 9.0 and (Value(-3.0) ** 2).data == 9.0 and (Value(0.0) ** 0).data == 1.0


def test_a_negative_base_has_a_derivative_by_the_base_alone():
    a = Value(-3.0, label="a")
    y = a ** Value(2.0)
    assert gradients(y, a) == -6.0
    with pytest.raises(ValueError, match="derivative of pow with respect to input 1 at -3, 2 .*'a'"):
        y.backward()


# Random graphs, with shared nodes, repeated inputs, and numbers on either side

STEPS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 99), st.integers(0, 99), st.floats(0.5, 2.0)), min_size=1, max_size=25)


def run(steps, leaves):
    nodes = list(leaves)
    for kind, i, j, c in steps:
        a, b = nodes[i % len(nodes)], nodes[-1 - j % len(nodes)]
        nodes.append([lambda: a + b, lambda: a - b, lambda: a * b, lambda: a / (b * b + c), lambda: autograd.tanh(a), lambda: c - a,
                      lambda: c * autograd.sin(b), lambda: (a * a + c) ** 0.5, lambda: c ** autograd.tanh(b),
                      lambda: autograd.sum([a, b, a]), lambda: autograd.dot([a, c], [b, a], b),
                      lambda: autograd.sigmoid(b) / c][kind]())
    return autograd.tanh(0.1 * autograd.sum(nodes))


@settings(max_examples=80)
@given(STEPS, st.lists(st.floats(-1.5, 1.5), min_size=1, max_size=4))
def test_random_graphs_against_finite_differences(steps, point):
    leaves = [Value(x) for x in point]
    y = run(steps, leaves)
    assert y.data == run(steps, point)
    y.backward()
    assert gradients(y, leaves) == [v.grad for v in leaves]

    def along(i, h):
        return run(steps, [x + h * (k == i) for k, x in enumerate(point)])
    for i, v in enumerate(leaves):
        best = math.inf
        for h in (1e-2, 3e-3, 1e-3, 1e-4):                                  # of order 4
            slope = (8 * (along(i, h) - along(i, -h)) - (along(i, 2 * h) - along(i, -2 * h))) / (12 * h)
            best = min(best, abs(slope - v.grad))
        assert best <= 1e-6 * (1 + abs(v.grad)), f"by leaf {i} at {point}: got {v.grad}, off by {best}"


# Long and wide and shared graphs --------------------------------------------------------------------------------------


def chain(n):
    x = v = Value(1.0)
    for _ in range(n // 2):
        v = v * 0.5 + 1.0
    return x, v


@collector(False)
def test_a_chain_of_a_million_operations():
    x, v = chain(1_000_000)
    v.backward()
    assert v.data == pytest.approx(2.0) and x.grad == 0.0
    v.backward()
    twin_x, twin = pickle.loads(pickle.dumps([x, v]))
    assert twin.data == v.data and twin_x.grad == x.grad
    died = weakref.ref(twin_x)
    del twin, twin_x
    assert died() is None
    other = copy.deepcopy(v)
    order = topological_order(other)
    assert len(order) == 1_000_001 and order[-1] is other and order[0] is not x
    del order, other
    died = weakref.ref(x)
    del x, v
    assert died() is None


@pytest.mark.parametrize("work", [lambda v: v.backward(), copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))],
                         ids=["backward", "deepcopy", "pickle"])
def test_work_is_linear_in_the_length_of_a_chain(work):
    def calls(n):
        _, v = chain(n)
        count = 0

        def tick(frame, event, argument):
            nonlocal count
            count += event in ("call", "c_call")
        sys.setprofile(tick)
        try:
            work(v)
        finally:
            sys.setprofile(None)
        return count
    small, large = calls(2_000), calls(20_000)
    assert 9.0 < large / small < 11.0


def test_a_deep_diamond_is_walked_once():
    x = v = Value(1.0)
    for _ in range(10_000):
        v = v + v
        v = v * 0.5
    assert len(topological_order(v)) == 20_001
    v.backward()
    assert v.data == 1.0 and x.grad == 1.0
    twin = copy.deepcopy(v)
    assert len(topological_order(twin)) == 20_001


def test_a_wide_sum():
    values = [Value(1.0) for _ in range(100_000)]
    y = autograd.sum(values + values)
    y.backward()
    assert y.data == 200_000.0 and {v.grad for v in values} == {2.0}
    assert len(topological_order(pickle.loads(pickle.dumps(y)))) == 100_001


@pytest.mark.parametrize("twin_of", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x)), lambda x: pickle.loads(pickle.dumps(x, 2)),
                                     lambda x: pickle._loads(pickle._dumps(x))], ids=["deepcopy", "pickle", "protocol 2", "in Python"])
@pytest.mark.parametrize("loss_first", [True, False])
def test_a_copy_of_a_list_keeps_what_is_the_same(twin_of, loss_first):
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    hidden = autograd.dot([a, b], [b, 1.0], a)
    loss = hidden.tanh() * hidden + a ** 2
    loss.backward()
    originals = [loss, a, hidden, b] if loss_first else [a, b, hidden, loss]
    twins = dict(zip("l a h b".split() if loss_first else "a b h l".split(), twin_of(originals)))
    assert {id(v) for v in topological_order(twins["l"])} >= {id(v) for v in twins.values()}
    assert not set(topological_order(twins["l"])) & set(topological_order(loss))
    assert (twins["a"].label, twins["a"].grad, twins["h"].op) == ("a", a.grad, ops.dot)
    for v in (twins["a"], twins["b"]):
        v.grad = 0
    twins["l"].backward()
    assert (twins["a"].grad, twins["b"].grad, twins["l"].data) == (a.grad, b.grad, loss.data)


def test_a_copied_leaf_still_counts_as_not_reached():
    assert copy.deepcopy(Value(1.0))._grad is UNREACHED and pickle.loads(pickle.dumps(Value(1.0)))._grad is UNREACHED


def test_a_shallow_copy_shares_its_inputs():
    a = Value(2.0)
    y = a * a
    z = copy.copy(y)
    assert z is not y and z.inputs == (a, a) and z.data == 4.0


def test_pickling_that_fails_leaves_nothing_behind():
    a = Value(1.0)
    y = a * 2 + 1
    y.label = lambda: 0                                                     # does not pickle
    with pytest.raises(Exception):
        pickle.dumps([y, y])
    y.label = ""
    assert len(topological_order(pickle.loads(pickle.dumps(y)))) == 3


def test_a_graph_dies_with_its_last_reference():
    gc.collect()
    gc.disable()
    try:
        x = Value(2.0)
        y = autograd.dot([x, x], [x * 3, 1.0], x).tanh() ** 2
        y.backward()
        gradients(y, x, create_graph=True)
        copy.deepcopy(y), pickle.loads(pickle.dumps(y))
        dies = [weakref.ref(v) for v in topological_order(y)]
        del x, y
        assert [ref() for ref in dies] == [None] * len(dies)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_node_takes_at_most_200_bytes():
    chain(100)
    tracemalloc.start()
    x, v = chain(100_000)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert size / 100_000 <= 200


def test_the_same_program_gives_the_same_bits():
    program = ("from tests.benchmarks.gpt import gpt_loss, gpt_parameters, flat; from autograd import Value\n"
               "p = gpt_parameters(Value); loss = gpt_loss(p, [26, 0, 1, 26]); loss.backward()\n"
               "print(loss.data.hex(), [v.grad.hex() for v in flat(p)])")
    outputs = {subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True, timeout=100,
                              env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}).stdout for seed in ("1", "2")}
    assert len(outputs) == 1 and len(outputs.pop()) > 50_000


# no_grad, subclasses --------------------------------------------------------------------------------------------------


def test_inside_no_grad_nothing_is_recorded():
    x = Value(2.0)
    with no_grad():
        results = [x + x, x + 1.0, x * x, x * 2.0, x - x, 1 - x, x / 3, x ** 2, -x, x.relu(), x.tanh(), autograd.sum([x, x]),
                   autograd.dot([x], [x], x), autograd.maximum(x, 1), abs(x)]
    assert all(v.inputs == () and v.op == "" and v.partials == () for v in results)
    assert [v.data for v in results[:6]] == [4.0, 3.0, 4.0, 4.0, 0.0, -1.0]
    assert (x + x).inputs == (x, x)


def test_no_grad_nests_and_ends_with_an_exception():
    x = Value(2.0)
    with no_grad():
        with no_grad():
            pass
        assert (x * x).inputs == ()
        with pytest.raises(ZeroDivisionError):
            with no_grad():
                x / 0
        assert (x * x).inputs == ()
    assert (x * x).inputs == (x, x)

    @no_grad()
    def quiet():
        return x * x
    assert quiet().inputs == () and (x * x).inputs == (x, x)


def test_overlapping_blocks_of_no_grad_leave_recording_on():
    x = Value(2.0)
    inside, leave = threading.Barrier(3), threading.Barrier(3)

    def work():
        with no_grad():
            results.append((x * x).inputs)
            inside.wait()
            leave.wait()
            results.append((x * x).inputs)
        results.append((x * x).inputs)
    results = []
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    inside.wait()
    assert (x * x).inputs == (x, x)                                         # another thread records
    leave.wait()
    for thread in threads:
        thread.join()
    assert sorted(map(len, results)) == [0, 0, 0, 0, 2, 2] and (x * x).inputs == (x, x)


def test_generators_may_leave_no_grad_in_any_order():
    def steps():
        with no_grad():
            yield
    for order in ([0, 1], [1, 0]):
        blocks = [steps(), steps()]
        for block in blocks:
            next(block)
        next(blocks[order[0]], None)
        assert (Value(1.0) * 2).inputs == ()                                # the other one is still open
        next(blocks[order[1]], None)
        assert (Value(1.0) * 2).inputs != ()


def test_tasks_that_alternate_have_no_grad_each_for_itself():
    async def quiet():
        with no_grad():
            await asyncio.sleep(0)
            return (Value(1.0) * 2).inputs

    async def loud():
        await asyncio.sleep(0)
        return (Value(1.0) * 2).inputs

    async def main():
        return await asyncio.gather(quiet(), loud(), quiet(), loud())
    assert [len(inputs) for inputs in asyncio.run(main())] == [0, 2, 0, 2]


def test_a_subclass_can_be_an_input():
    class Weight(Value):
        """A Value with more to say."""

    w, x = Weight(2.0, label="w"), Value(3.0)
    for y in (w * x, x * w, w + 1, autograd.dot([w], [x], w), w.relu() * w, 2 ** w):
        w.grad = 0
        y.backward()
        assert w.grad != 0 and w in topological_order(y)
    assert isinstance(copy.deepcopy(w), Weight) and isinstance(pickle.loads(pickle.dumps(Pickled(1.0))), Pickled)


class Pickled(Value):
    """A subclass that pickle finds."""


class Slotted(Pickled):
    """A subclass with a slot of its own, and attributes."""
    __slots__ = ("unit",)


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_what_a_subclass_adds_is_copied_too(twin_of):
    v = Slotted(2.0, label="w")
    v.unit, v.history, v.partner = "kg", [1, 2], Value(3.0)
    twin = twin_of(v)
    assert type(twin) is Slotted and (twin.unit, twin.history, twin.label, twin.data) == ("kg", [1, 2], "w", 2.0)
    assert twin.partner.data == 3.0 and twin._grad is UNREACHED


def test_threads_may_pickle_one_graph():
    _, y = chain(4_000)

    def work():
        try:
            lengths.append(len(topological_order(pickle.loads(pickle.dumps(y)))))
        except BaseException as error:
            lengths.append(error)
    lengths = []
    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lengths == [4_001] * 6


def test_overflow_of_sums_and_products_is_inf_as_in_python():
    assert (Value(1e200) * 1e200).data == math.inf and (Value(1e308) + Value(1e308)).data == math.inf
