"""A program from outside: odd graphs, arguments, errors, names, the source by itself, operations of one's own."""
from __future__ import annotations

import copy
import math
import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile, find
from tests.compiler.agree import agrees, form

FORMS = ["arrays", "straight"]


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture(params=FORMS)
def either(request):
    with form(request.param):
        yield request.param


# Odd graphs ------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("build", [
    lambda P, X: P[0], lambda P, X: P[2], lambda P, X: Value(3.5), lambda P, X: Value(2.0) * 3.0, lambda P, X: P[0] * 0.0,
    lambda P, X: P[1] + 0.0, lambda P, X: P[1] * P[1], lambda P, X: P[0] - P[0], lambda P, X: ag.sum([P[0]]),
    lambda P, X: +P[1],
    lambda P, X: ag.dot([], [], P[0]), lambda P, X: ag.relu(P[0] - P[0]), lambda P, X: abs(P[0] * 0.0),
    lambda P, X: P[0] ** P[1],
    lambda P, X: ag.sum([P[0], P[0], P[1], 2.0]), lambda P, X: ag.sum([Value(1.0), 2.0, 3.0, 4.0, 5.0, 6.0]),
    lambda P, X: ag.dot([1.0, 2.0], [Value(3.0), 4.0], 5.0), lambda P, X: ag.maximum(P[0], P[0]), lambda P, X: P[0] / P[1],
    lambda P, X: ag.tanh(ag.dot(P[:2], [P[1], P[1]], P[0])), lambda P, X: ag.exp(ag.dot(P[:2], [0.5, 0.5], P[0])),
    lambda P, X: ag.sin(ag.dot(P, [P[2]] * 3)) + ag.sin(ag.dot([P[1]] * 3, P)) + ag.cos(ag.dot([P[1]] * 3, [P[0]] * 3)),
    lambda P, X: ag.minimum(P[0] * 1.0, P[0] + 0.0) * P[1], lambda P, X: ag.greater(P[0], P[1]) * P[2],
    lambda P, X: ag.sign(P[0])])
def test_a_graph_of_hardly_anything(build):
    agrees(build, [0.5, 1.25, 2.0])


@pytest.mark.parametrize("count", [1, 2, 5, 60])
@pytest.mark.parametrize("build", [
    lambda P, X: ag.sum(P), lambda P, X: ag.sum(P) - ag.exp(P[0]), lambda P, X: ag.exp(ag.sum(P)),
    lambda P, X: ag.sum([2.0 * p for p in P]), lambda P, X: ag.sum(P) * ag.sum(P) - sum(P[::2])])
def test_a_gradient_that_is_one_number_for_all_parameters_is_an_array(build, count):
    agrees(build, [0.1 * i for i in range(count)])


@pytest.mark.parametrize("build", [
    lambda P, X: X[0], lambda P, X: X[1], lambda P, X: P[0], lambda P, X: Value(2.0), lambda P, X: X[0] * X[1],
    lambda P, X: P[0] * P[1],
    lambda P, X: X[0] + P[0], lambda P, X: ag.sum([X[0], P[0], 1.0, P[1]]), lambda P, X: P[0] * X[0] - P[0] * X[0],
    lambda P, X: ag.exp(P[0]) + ag.exp(P[1]) + X[0], lambda P, X: ag.exp(P[0]) * ag.exp(P[1]) * Value(1.0)])
@pytest.mark.parametrize("m", [None, 0, 1, 2, 20])
def test_a_graph_of_hardly_anything_for_samples(build, m):
    rows = np.random.default_rng(3).uniform(0.5, 1, (m or 1, 2)).tolist()
    agrees(build, [0.5, 1.25], rows[0], None if m is None else rows[:m])
    agrees(build, [0.5, 1.25], [1.0, 2.0], [] if m == 0 else rows)


@pytest.mark.parametrize("build", [
    lambda P, X: 1e-60 * P[0] / 1e60 * 1e110 + P[1], lambda P, X: (P[0] * 1e-80) / 1e80 * 1e155 - P[1] / 1e99 * 1e98,
    lambda P, X: P[0] / 1e120 * 1e119 + 1, lambda P, X: P[1] - (1e90 * P[0]) * 1e90 / 1e90 / 1e89])
def test_numbers_that_together_are_too_large_or_too_small(build):
    agrees(build, [0.5, 1.25])


def test_no_parameters(either):
    x = Value(2.0)
    value, gradient = compile(x * x, [], [x]).value_and_grad([], [[3.0], [4.0]])
    assert value == 25 and gradient.shape == (0,)
    value, gradient = compile(x * x, []).value_and_grad(np.zeros(0))
    assert value == 4 and gradient.shape == (0,)


def test_parameters_that_are_inputs_take_the_inputs_number(either):
    a, b, x = Value(2.0), Value(3.0), Value(5.0)
    program = compile(a * x + b * a, [a, b, x], [x, a])
    value, gradient = program.value_and_grad([7.0, 11.0, 13.0], [[1.0, 2.0], [3.0, 4.0]])
    assert value == (2 + 22) + (12 + 44)                        # x is 1, a is 2, b is 11; x is 3, a is 4, b is 11
    np.testing.assert_allclose(gradient, [(1 + 11) + (3 + 11), 2 + 4, 2 + 4])


def test_intermediate_values_as_parameters_and_inputs(either):
    a = Value(2.0)
    b = a * 3.0
    c = ag.exp(b) * b + a
    value, gradient = compile(c, [b, a]).value_and_grad([1.0, 10.0])
    np.testing.assert_allclose([value, *gradient], [math.e + 10, 2 * math.e, 1])
    value, gradient = compile(c, [a], [b]).value_and_grad([10.0], [[1.0], [2.0]])
    np.testing.assert_allclose([value, *gradient], [math.e + 2 * math.e ** 2 + 20, 2])
    assert compile(c, [c]).value_and_grad([4.0]) == (4.0, np.array([1.0]))


def test_several_outputs(either):
    a, x, c = Value(2.0, label="a"), Value(3.0), Value(7.0)
    p = a * x
    program = compile([p, a, x, c, p, ag.exp(a)], [a])
    np.testing.assert_allclose(program([0.5]), [1.5, 0.5, 3, 7, 1.5, math.exp(0.5)])
    program = compile([p, a, x, c, p, ag.exp(a)], [a], [x])
    assert program([0.5], [4.0]).shape == (6,)
    expected = [[2, 0.5, 4, 7, 2, math.exp(0.5)], [2.5, 0.5, 5, 7, 2.5, math.exp(0.5)]]
    np.testing.assert_allclose(program([0.5], [[4.0], [5.0]]), expected)
    np.testing.assert_allclose(program([0.5], np.tile([[4.0], [5.0]], (10, 1))), expected * 10)
    assert program([0.5], np.zeros((0, 1))).shape == (0, 6)
    with pytest.raises(TypeError, match="6 outputs"):
        program.value_and_grad([0.5], [4.0])
    assert compile([p], [a])([3.0]).shape == (1,)
    assert compile([p], [a], [x])([3.0], [[1.0], [2.0]]).shape == (2, 1)
    assert compile(ag.exp(a), [a], [x])([1.0], np.zeros((3, 1))).shape == (3,)


# Arguments -------------------------------------------------------------------------------------------------------------------

def squares(inputs=0):
    P, X = [Value(float(i + 1), label=f"p{i}") for i in range(4)], [Value(1.0) for _ in range(inputs)]
    return compile(ag.sum([p * p for p in P]) + ag.sum([p * x for p in P for x in X] + [0.0]), P, X), P


@pytest.mark.parametrize("theta", [[1, 2, 3, 4], (1.0, 2.0, 3.0, 4.0), np.array([1, 2, 3, 4]),
                                   np.array([1, 2, 3, 4], dtype=np.float32),
                                   np.arange(1.0, 9.0)[::2] * 0.5 + 0.5, np.array([[1.0, 9], [2, 9], [3, 9], [4, 9]])[:, 0],
                                   np.array([4.0, 3, 2, 1])[::-1], np.array([1.0, 2, 3, 4]).astype(">f8")])
def test_theta_of_any_real_type_and_layout(theta, either):
    program, _ = squares()
    before = np.array(theta)
    value, gradient = program.value_and_grad(theta)
    assert value == 30 and gradient.tolist() == [2, 4, 6, 8] and (np.array(theta) == before).all()
    assert program.value_and_grad(theta)[1] is not gradient


def test_x_of_any_real_type_and_layout(either):
    program, _ = squares(2)
    wide = np.random.default_rng(0).integers(0, 5, (40, 4))
    expected = program.value_and_grad([1, 2, 3, 4], np.array(wide[::2, ::2], dtype=float))
    for x in (wide[::2, ::2], wide[::2, ::2].tolist(), np.asfortranarray(wide[::2, ::2]), wide[::2, ::2].astype(np.float32)):
        value, gradient = program.value_and_grad([1, 2, 3, 4], x)
        assert value == expected[0] and (gradient == expected[1]).all()


def test_no_result_is_overwritten_by_the_next_call(either):
    program, _ = squares(2)
    _, first = program.value_and_grad([1, 2, 3, 4], np.ones((20, 2)))
    values = program([1, 2, 3, 4], np.ones((20, 2)))
    kept = first.copy(), values.copy()
    program.value_and_grad([5, 6, 7, 8], np.zeros((20, 2)))
    program([5, 6, 7, 8], np.zeros((20, 2)))
    assert (first == kept[0]).all() and (values == kept[1]).all()


def test_results_share_no_memory_with_arguments(either):
    a, b, x = Value(1.0), Value(2.0), Value(3.0)
    theta, rows = np.array([1.0, 2.0]), np.array([[3.0], [4.0]])
    for output in (a, x, a + 0.0, x * 1.0, x + a):
        found = compile(output, [a, b], [x])(theta, rows)
        assert not np.shares_memory(found, rows) and not np.shares_memory(found, theta)
    found = compile([a, b], [a, b])(theta)
    assert not np.shares_memory(found, theta)
    linear = compile(ag.dot([a, b], [3.0, 4.0]), [a, b])
    linear.value_and_grad(theta)[1][:] = 99                     # the gradient is a constant: it must not be the program's own
    assert linear.value_and_grad(theta)[1].tolist() == [3.0, 4.0]


@pytest.mark.parametrize("theta, error, message", [
    ([1, 2, 3], ValueError, r"theta must have shape \(4,\).*\(3,\)"), (np.ones((4, 1)), ValueError, r"\(4, 1\)"),
    (1.0, ValueError, r"shape \(4,\)"), (None, TypeError, "NoneType"), ("1234", TypeError, "theta.*str"),
    ([1j, 2, 3, 4], TypeError, "real"), (np.array([1, 2, 3, None], dtype=object), TypeError, "real"),
    ([Value(1.0)] * 4, TypeError, "not Values"), (Value(1.0), TypeError, "not Values"), (["a"] * 4, TypeError, "real"),
    ([[1], [2, 3]], TypeError, "theta"), ({1: 2}, TypeError, "theta"), (np.array([Value(1.0)] * 4), TypeError, "not Values"),
    ([1.0, 2.0, math.nan, 4.0], ValueError, r"theta\[2\].*'p2'.*NaN"),
    (np.array([math.nan] * 4), ValueError, r"theta\[0\].*NaN")])
def test_a_wrong_theta_is_an_error_that_says_so(theta, error, message, either):
    program, P = squares()
    for call in (program, program.value_and_grad, program.write_back):
        with pytest.raises(error, match=message):
            call(theta)
    assert [p.data for p in P] == [1, 2, 3, 4]


@pytest.mark.parametrize("x, error, message", [
    ([1, 2, 3], ValueError, r"x must have shape \(2,\) or \(m, 2\).*\(3,\)"), (np.ones((2, 3)), ValueError, r"\(2, 3\)"),
    (np.ones((2, 2, 2)), ValueError, r"\(2, 2, 2\)"), (None, TypeError, "2 inputs"), ("ab", TypeError, "x must be"),
    ([[Value(1.0), 2.0]], TypeError, "not Values"), ([[1.0, 2.0], [3.0, math.nan]], ValueError, r"x\[1, 1\].*NaN"),
    ([math.nan, 1.0], ValueError, r"x\[0\].*NaN"), ([[1, 2j]], TypeError, "real"), (1.0, ValueError, "shape")])
def test_a_wrong_x_is_an_error_that_says_so(x, error, message, either):
    program, _ = squares(2)
    for call in (program, program.value_and_grad):
        with pytest.raises(error, match=message):
            call([1, 2, 3, 4], x)


def test_nan_that_the_result_does_not_depend_on_is_an_error_too(either):
    a, b = Value(1.0), Value(2.0, label="unused")
    with pytest.raises(ValueError, match="theta.1..*'unused'.*NaN"):
        compile(a * a, [a, b]).value_and_grad([1.0, math.nan])


def test_an_x_for_a_program_without_inputs_is_an_error(either):
    with pytest.raises(TypeError, match="without inputs"):
        squares()[0]([1, 2, 3, 4], [1.0])


@pytest.mark.parametrize("output, parameters, inputs, error, message", [
    (1.0, [], [], TypeError, "Value"), ([], [], [], ValueError, "at least one"), (None, [], [], TypeError, "Value"),
    ("same", "twice", [], ValueError, "twice"), ("same", [1.0], [], TypeError, r"parameters\[0\]"),
    ("same", [], ["x"], TypeError, r"inputs\[0\]"), ([1.0], [], [], TypeError, r"output\[0\]"),
    ("same", None, [], TypeError, "parameters")])
def test_what_cannot_be_compiled(output, parameters, inputs, error, message):
    v = Value(1.0)
    with pytest.raises(error, match=message):
        compile(v * v if output == "same" else output, [v, v] if parameters == "twice" else parameters, inputs)


def test_a_single_value_as_parameter_says_that_a_list_is_needed():
    v = Value(1.0)
    with pytest.raises(TypeError, match="list"):
        compile(v * v, v)


def test_parameters_and_write_back(either):
    program, P = squares()
    P[1].data = 9.0
    assert program.parameters.tolist() == [1, 9, 3, 4]
    program.write_back([5, 6, 7, 8])
    assert [p.data for p in P] == [5, 6, 7, 8] and all(type(p.data) is float for p in P)


# Outside of a domain ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("f, at, error", [
    (ag.log, -1.0, ValueError), (ag.log, 0.0, (ValueError, ZeroDivisionError)), (ag.sqrt, -1.0, ValueError),
    (lambda a: 1 / a, 0.0, ZeroDivisionError),
    (lambda a: a ** -1, 0.0, (ValueError, ZeroDivisionError)), (lambda a: a ** 0.5, -2.0, ValueError),
    (ag.asin, 2.0, ValueError),
    (lambda a: 2.0 ** a / (a - a), 1.0, ZeroDivisionError), (ag.log1p, -2.0, ValueError), (ag.sin, math.inf, ValueError)])
@pytest.mark.parametrize("m", [None, 3, 20])
def test_outside_of_a_domain_is_an_error(f, at, error, m, either):
    a, x = Value(0.5), Value(0.0)
    with pytest.raises(error, match="domain|division|needs"):
        compile(f(a) + x, [a]).value_and_grad([at])
    with pytest.raises(error, match="domain|division|needs"):
        compile(f(a + x), [a], [x]).value_and_grad([at], [0.0] if m is None else [[0.0]] * m)


@pytest.mark.parametrize("f, at, value", [(lambda a: a * a, 1e200, math.inf), (lambda a: ag.exp(a), 1e3, math.inf),
                                          (lambda a: ag.sum([a, a, a, a, a, a, a, a]), 1e308, math.inf),
                                          (lambda a: -a * a * a, 1e200, -math.inf), (ag.sinh, 1e3, math.inf),
                                          (lambda a: a ** 3, 1e200, math.inf)])
@pytest.mark.parametrize("m", [None, 20])
def test_overflow_gives_infinity(f, at, value, m, either):
    a, x = Value(0.5), Value(0.0)
    assert compile(f(a), [a])([at]) == value
    assert compile([f(a), a], [a])([at]).tolist() == [value, at]
    assert np.all(compile(f(a + x), [a], [x])([at], [0.0] if m is None else [[0.0]] * m) == value)


@pytest.mark.parametrize("m", [None, 2, 20])
def test_not_a_number_is_never_a_result(m, either):
    a, x = Value(0.5), Value(0.0)
    f = ag.tanh(a * a + x) * (a * a) - a * a * a
    with pytest.raises(ValueError, match="domain"):
        compile(f, [a], [x]).value_and_grad([1e200], [0.0] if m is None else [[0.0]] * m)
    with pytest.raises(ValueError, match="domain"):
        compile(f, [a, x]).value_and_grad([1e200, 0.0])


def test_exact_where_a_naive_formula_overflows(either):
    for f in (ag.sigmoid, ag.softplus, ag.tanh, ag.elu, ag.gelu, ag.sech, ag.relu, ag.leaky_relu):
        for at in (-1000.0, -40.0, 40.0, 1000.0):
            for m in (1, 20):
                v, a, x = Value(at), Value(0.5), Value(0.0)
                y = f(v)
                y.backward()
                value, gradient = compile(f(a + x), [a], [x]).value_and_grad([at], [[0.0]] * m)
                np.testing.assert_allclose([value, *gradient], [m * y.data, m * v.grad], rtol=1e-12, atol=1e-300,
                                           err_msg=f"{f} {at}")


# Operations of one's own -----------------------------------------------------------------------------------------------------

cube = ag.operation("cube_for_tests", lambda a: a * a * a, lambda y, a: 3 * a * a, numpy="{0:atom}**3")
plain_cube = ag.operation("plain_cube_for_tests", lambda a: a ** 3 if a > 0 else -(-a) ** 3, lambda y, a: 3 * a * a)
hypot = ag.operation("hypot_for_tests", math.hypot, lambda y, a, b: a / y, lambda y, a, b: b / y, numpy="np.hypot({0}, {1})")
fused = ag.operation("fused_for_tests", lambda a, b, c: a * b + c, lambda y, a, b, c: b, lambda y, a, b, c: a,
                     lambda y, a, b, c: 1.0)
stopped = ag.operation("stopped_for_tests", lambda a: a, None, numpy="{0}")
careless = ag.operation("careless_for_tests", lambda a, b: a * b + a, lambda y, a, b: b + 1, lambda y, a, b: a,
                        numpy="{0}*{1}+{0}")
half = ag.operation("half_for_tests", lambda a, b: a * b, None, lambda y, a, b: a)


@pytest.mark.parametrize("f", [lambda a: find("identity")(a + 1), lambda a: stopped(a + 1.5), lambda a: cube(a - 1.0) ** 2,
                               lambda a: careless(a + 1.0, a - 1.0), lambda a: -cube(-a)])
def test_an_operation_holds_together_whatever_stands_around_it(f):
    agrees(lambda P, X: 3.0 * f(P[0] + P[1]) - P[1] / f(P[0]) + f(P[0] * P[1]) ** 2 * f(P[1] - P[0]), [2.5, 1.25])


@pytest.mark.parametrize("m", [None, 3, 20])
@pytest.mark.parametrize("f", [lambda a, b: cube(a) * b, lambda a, b: plain_cube(a) * b, hypot,
                               lambda a, b: fused(a, b, a * b),
                               lambda a, b: stopped(a) * b, half, lambda a, b: half(a, b) + stopped(b) + fused(a, 2.0, 3.0),
                               lambda a, b: ag.sum([cube(a), plain_cube(b), hypot(a, b), fused(b, a, a)])])
def test_operations_of_ones_own(f, m):
    rows = np.random.default_rng(0).uniform(0.5, 1, (m or 1, 6)).tolist()
    agrees(lambda P, X: ag.sum([f(p, x) + f(p, p * 0.5) for p, x in zip(P, X)]), [0.5 + 0.1 * i for i in range(6)], rows[0],
           rows if m else None)
    agrees(lambda P, X: ag.sum([f(p, q) for p in P for q in P]), [0.5 + 0.1 * i for i in range(6)])


def test_a_value_made_by_hand_says_why_it_does_not_compile(either):
    a = Value(2.0)
    b = Value(4.0, (a,), "square")
    with pytest.raises((ValueError, TypeError), match="cannot be compiled|local derivatives"):
        compile(b * 2.0, [a]).value_and_grad([1.0])


# The source ------------------------------------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]
HOSTILE = ["x\ny", "'); import os; ('", '"""', "np", "theta", "grad", "m", "ones", "x", "lambda", "None", "class", "W1", "z1",
           "f1",
           "dz1", "\u00e9\u4e2d", "a b", "1a", "", "__import__", "a" * 10_000, "#", "\\", "{0}", "%s", "loss", "print",
           "float", "value",
           "sum", "total", "v", "d", "x0", "v0", "at1", "c1", "base64", "P", "I", "START", "_", "__", "len", "range", "zip",
           "np.exp",
           "value_and_grad", "dx", "m_", "match"]


def hostile(labels, shift=0):
    P = [Value(0.1 * (i + 1), label=labels[(i + shift) % len(labels)]) for i in range(6)]
    X = [Value(0.2, label=labels[(i + 7 + shift) % len(labels)]) for i in range(2)]
    h = [ag.tanh(sum(P[2 * i + j] * X[j] for j in range(2))) for i in range(2)]
    out = sum(a * P[4] for a in h)
    chain = out
    for i, label in enumerate(labels):
        chain = ag.sin(chain * P[i % 6] + X[i % 2])
        chain.label = label
        out = out + chain
    out.label = labels[(3 + shift) % len(labels)]
    return out, P, X


@pytest.mark.parametrize("shift", range(0, 50, 7))
def test_no_label_reaches_the_source_unsanitised_or_shadows_anything(shift, either):
    plain_out, P, X = hostile([""] * len(HOSTILE), shift)
    labelled, Q, Y = hostile(HOSTILE, shift)
    one, other = compile(plain_out, P, X), compile(labelled, Q, Y)
    rows = np.random.default_rng(0).uniform(-1, 1, (20, 2))
    for x in (rows, rows[:2], rows[0]):
        (v, g), (w, h) = one.value_and_grad(one.parameters, x), other.value_and_grad(other.parameters, x)
        assert v == w and (g == h).all() and np.all(one(one.parameters, x) == other(other.parameters, x))
    assert "import os" not in other.source and "a" * 100 not in other.source and other.source.isascii()


def alone(program, call):
    """What the program's source prints in a process of its own."""
    code = program.source + "\nimport numpy as np\n" + call
    done = subprocess.run([sys.executable, "-"], input=code, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + program.source
    return done.stdout


def example(own_operation):
    rng = np.random.default_rng(0)
    P, X = [Value(v) for v in rng.uniform(-1, 1, 9)], [Value(v, label=f"x{i}") for i, v in enumerate(rng.uniform(-1, 1, 2))]
    h = [ag.gelu(sum((w * x for w, x in zip(P[3 * i:3 * i + 2], X)), P[3 * i + 2])) for i in range(3)]
    numbers = rng.uniform(-1, 1, 600).tolist()
    own = [cube(v) * p + plain_cube(p) for v, p in zip(h, P)]
    out = ag.sum(own if own_operation else [v * ag.erf(p) for v, p in zip(h, P)]) + ag.maximum(P[0], 0.5)
    out = out + ag.sum([p * c for p, c in zip(P, numbers)]) + ag.sum([ag.sin(P[i % 9] * c) for i, c in enumerate(numbers)])
    return out, P, X


def test_an_infinite_constant_stays_one_in_the_source(either):
    a, b = Value(2.0), Value(math.inf)
    program = compile(ag.sum([ag.minimum(a * (i + 1.0), math.inf) + ag.minimum(a, b) for i in range(9)]) ** 1.0, [a])
    value, gradient = program.value_and_grad([3.0])
    assert value == 3 * 45 + 27 and gradient.tolist() == [54.0]
    assert alone(program, "print(float(value_and_grad(np.array([3.0]))[0]))") == "162.0\n"


@pytest.mark.parametrize("rows", [False, True])
def test_the_source_runs_by_itself(rows, either):
    out, P, X = example(False)
    program = compile(out, P, X if rows else ())
    theta, x = program.parameters, np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]])
    arguments = f"np.array({theta.tolist()})" + (f", np.array({x.tolist()})" if rows else "")
    printed = alone(program, f"v, g = value_and_grad({arguments}); print(float(v)); print(np.asarray(g).tolist())\n"
                             f"print(np.ravel(value({arguments})).tolist())").splitlines()
    value, gradient = program.value_and_grad(theta, *([x] if rows else []))
    np.testing.assert_allclose(float(printed[0]), value, rtol=1e-14)
    np.testing.assert_allclose(eval(printed[1]), gradient, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(eval(printed[2]), np.ravel(program(theta, *([x] if rows else []))), rtol=1e-14)


def test_the_source_of_operations_of_ones_own_says_where_they_come_from(either):
    out, P, X = example(True)
    source = compile(out, P, X).source
    assert "find('plain_cube_for_tests')" in source
    define = ("from autograd import operation\n"
              "operation('cube_for_tests', lambda a: a * a * a, lambda y, a: 3 * a * a, numpy='{0:atom}**3')\n"
              "operation('plain_cube_for_tests', lambda a: a ** 3 if a > 0 else -(-a) ** 3, lambda y, a: 3 * a * a)\n")
    code = define + source + f"\nprint(float(value_and_grad(np.array({[p.data for p in P]}), np.array([[0.1, 0.2]]))[0]))"
    done = subprocess.run([sys.executable, "-"], input=code, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(float(done.stdout), compile(out, P, X).value_and_grad([p.data for p in P], [[0.1, 0.2]])[0],
                               rtol=1e-13)


def test_the_same_graph_gives_the_same_source_in_every_process():
    code = ("from tests.compiler.test_program import HOSTILE, example, hostile\nfrom tests.compiler.agree import form\n"
            "from autograd import compile\n"
            "for name in ('arrays', 'straight'):\n    with form(name):\n"
            "        print(compile(*example(False)).source, compile(*hostile(HOSTILE)).source)")
    sources = [subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
                              env={**os.environ, "PYTHONHASHSEED": seed}).stdout for seed in ("1", "77")]
    assert sources[0] == sources[1] and len(sources[0]) > 1000


# Narrow graphs ---------------------------------------------------------------------------------------------------------------

def test_a_loop_recorded_many_times_is_compiled_once():
    x, w = Value(0.3), Value(1.01)
    v = x
    for _ in range(2000):
        v = ag.tanh(v * w + 0.1) * 0.9
    v.backward()
    for name in ("own", "straight"):
        with form(name):
            program = compile(v, [x, w])
        if name == "own":
            assert "for t in range(199" in program.source and program.source.count("\n") < 80
        else:
            assert len(program._code.pieces) > 50 and len({p.name for p in program._code.pieces}) <= 6
        value, gradient = program.value_and_grad([0.3, 1.01])
        np.testing.assert_allclose([value, *gradient], [v.data, x.grad, w.grad], rtol=1e-12)


def test_a_chain_needs_no_recursion():
    x = Value(0.3)
    v = x
    for _ in range(20_000):
        v = ag.sin(v + 0.1)
    for name in FORMS[1:]:
        with form(name):
            assert compile(v, [x])([0.3]) == v.data


def test_the_collector_is_left_as_it_was():
    import gc
    for state in (gc.enable, gc.disable):
        state()
        try:
            before = gc.isenabled()
            squares()
            with pytest.raises(TypeError):
                compile(1.0, [])
            assert gc.isenabled() == before
        finally:
            gc.enable()


@pytest.mark.parametrize("write", [lambda a, b: a * b, lambda a, b: a.tanh(), lambda a, b: a + b])
def test_a_derivative_set_by_hand_is_refused(write):
    a, b = Value(2.0), Value(3.0)
    y = write(a, b)
    y._backward = lambda: None
    with pytest.raises(ValueError, match="_backward"):
        compile(y * 2.0 + a, [a, b])


def test_a_program_without_samples_takes_one_row_as_data():
    w, x = [Value(1.0 + i) for i in range(6)], [Value(0.5 * i) for i in range(12)]
    rows = [sum(a * b for a, b in zip(w, x[k:k + 6])).tanh() for k in range(6)]
    output = sum((r - 0.5) ** 2 for r in rows)
    output.backward()
    for kind in (None, "matrices", "scalars"):
        program = compile(output, w, x, form=kind, samples=False)
        y, gradient = program.value_and_grad(program.parameters, np.array([v.data for v in x]))
        np.testing.assert_allclose([y, *gradient], [output.data, *[v.grad for v in w]], rtol=1e-12)
        assert program(program.parameters, [v.data for v in x]) == pytest.approx(output.data)
        assert program.verify() == 3 and "len(x)" not in program.source
        with pytest.raises(ValueError, match="no samples"):
            program(program.parameters, np.ones((2, 12)))


COPIES = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda program: pickle.loads(pickle.dumps(program))}


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_computes_the_same_and_has_parameters_of_its_own_where_they_are_copied(how):
    a, b, x = Value(2.0, label="a"), Value(3.0), Value(1.5)
    output = ag.tanh(a * b * x)
    program = compile(output, [a, b], inputs=[x])
    theta, xs = [0.1, 0.2], [[1.5], [0.5]]
    value, (total, gradient) = program(theta, xs), program.value_and_grad(theta, xs)
    again = COPIES[how](program)
    assert np.array_equal(again(theta, xs), value) and again.value_and_grad(theta, xs)[0] == total
    assert np.array_equal(again.value_and_grad(theta, xs)[1], gradient) and again.source == program.source
    again.write_back([7.0, 8.0])
    assert a.data == (7.0 if how == "copy" else 2.0) and again.parameters.tolist() == [7.0, 8.0]
    if how != "copy":                                   # its parameters are no longer those of the graph
        with pytest.raises(ValueError, match="the graph is gone"):
            again.verify()
