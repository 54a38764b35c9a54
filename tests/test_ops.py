"""Every row of the table, on its whole domain: value, first and second derivatives against mpmath, and how it prints."""
import copy
import math
import pickle

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, ops
from autograd.ops import BUILT_IN, TABLE, Operation, find, number, operation
from autograd.formulas.text import Text

# Where each row is defined, and the same function in mpmath -----------------------------------------------------------

def between(low, high, but_0=False):
    """Floats in [low, high], some close to 0; with but_0, not so close that a difference quotient would step over it."""
    numbers = st.floats(low, high) | st.floats(max(low, -1e-3), min(high, 1e-3)) if low < 0 < high else st.floats(low, high)
    return numbers.filter(lambda x: abs(x) > 1e-9 or x == 0 and not but_0)


def apart(x):
    return abs(x[0] - x[1]) > 1e-9


ANY, WIDE, BUT_0 = between(-1e3, 1e3), between(-1e9, 1e9), between(-1e3, 1e3, but_0=True)
ABOVE_0, INSIDE = between(1e-9, 1e9), between(-0.999999, 0.999999)
FLAT = -math.pi / 2 + 1e-6, math.pi / 2 - 1e-6

DOMAINS = {                 # name: a strategy for each input, the truth
    "add":        ([WIDE, WIDE],    lambda a, b: a + b),
    "sub":        ([WIDE, WIDE],    lambda a, b: a - b),
    "mul":        ([WIDE, WIDE],    lambda a, b: a * b),
    "div":        ([WIDE, BUT_0],   lambda a, b: a / b),
    "pow":        ([between(1e-3, 1e3), between(-30, 30)], lambda a, b: mp.exp(b * mp.log(a))),
    "neg":        ([WIDE],          lambda a: -a),
    "abs":        ([BUT_0],         lambda a: mp.sign(a) * a),
    "exp":        ([between(-700, 700)], mp.exp),
    "log":        ([ABOVE_0],       mp.log),
    "log1p":      ([between(-0.999999, 1e9)], lambda a: mp.log(1 + a)),
    "expm1":      ([between(-1e3, 700)], lambda a: mp.exp(a) - 1),
    "sqrt":       ([ABOVE_0],       mp.sqrt),
    "sin":        ([ANY],           mp.sin),
    "cos":        ([ANY],           mp.cos),
    "tan":        ([between(*FLAT)], mp.tan),
    "asin":       ([INSIDE],        mp.asin),
    "acos":       ([INSIDE],        mp.acos),
    "atan":       ([WIDE],          mp.atan),
    "sinh":       ([between(-700, 700)], mp.sinh),
    "cosh":       ([between(-700, 700)], mp.cosh),
    "tanh":       ([ANY],           mp.tanh),
    "sech":       ([ANY],           mp.sech),
    "sigmoid":    ([ANY],           lambda a: 1 / (1 + mp.exp(-a))),
    "softplus":   ([ANY],           lambda a: mp.log(1 + mp.exp(a))),
    "erf":        ([between(-25, 25)], mp.erf),
    "erfc":       ([between(-25, 25)], mp.erfc),
    "gelu":       ([between(-35, 1e3)], lambda a: a * mp.erfc(-a / mp.sqrt(2)) / 2),
    "sec_asin":   ([INSIDE],        lambda a: 1 / mp.sqrt(1 - a * a)),
    "cos_atan":   ([WIDE],          lambda a: 1 / mp.sqrt(1 + a * a)),
    "bell":       ([between(-35, 35)], lambda a: mp.exp(-a * a / 2)),
    "power_log":  ([between(1.5, 30), between(-10, 10), between(1, 3)], lambda a, b, n: a ** b * mp.log(a) ** n),
    "relu":       ([BUT_0],         lambda a: a if a > 0 else mp.mpf(0)),
    "leaky_relu": ([BUT_0],         lambda a: a if a > 0 else mp.mpf(0.01) * a),
    "elu":        ([BUT_0],         lambda a: a if a > 0 else mp.exp(a) - 1),
    "maximum":    ([ANY, ANY],      lambda a, b: a if a > b else b),
    "minimum":    ([ANY, ANY],      lambda a, b: a if a < b else b),
    "greater":    ([ANY, ANY],      lambda a, b: mp.mpf(a > b)),
    "sign":       ([BUT_0],         lambda a: mp.mpf(1 if a > 0 else -1)),
    "identity":   ([WIDE],          lambda a: a),
    "sum":        ([WIDE] * 3,      lambda a, b, c: a + b + c),
    "where":      ([BUT_0, WIDE, WIDE], lambda c, a, b: a if c else b),
    "max":        ([ANY] * 2,       max),
    "select":     ([st.sampled_from([0.0, 1.0]), WIDE, WIDE], lambda i, a, b: (a, b)[int(mp.nint(i))]),
    "stop_gradient": ([WIDE],       lambda a: a),
    "dot":        ([WIDE] * 5,      lambda w1, w2, x1, x2, b: w1 * x1 + w2 * x2 + b),
}
KINKED = {"maximum", "minimum", "greater", "max"}

# Where a result is a difference of larger numbers its error is that of those numbers, not of the difference.
SIZES = {
    "sum":  lambda *x: max(map(abs, x)),
    "dot":  lambda w1, w2, x1, x2, b: max(abs(w1 * x1), abs(w2 * x2), abs(b)),
    "pow":  lambda a, b: (1 + abs(b)) ** 2 * a ** b * (1 + 1 / a) ** 2 * (1 + abs(math.log(a))) ** 2,
    "gelu": lambda a: float(a > -3),
    "bell": lambda a: (1 + a * a) ** 2 * math.exp(-a * a / 2),
    "asin": lambda a: float(abs(a) < 0.5),
    "acos": lambda a: float(abs(a) < 0.5),
}
rows = [TABLE[name] for name in sorted(BUILT_IN)]
in_mpmath = [op for op in rows if op.name in DOMAINS or hasattr(mp, op.name)]
with_derivatives = [op for op in in_mpmath if op is not ops.stop_gradient]


def truth_of(op):
    """The same function in mpmath: a new row needs no entry above where mpmath has it under its name."""
    return DOMAINS[op.name][1] if op.name in DOMAINS else getattr(mp, op.name)


def point_of(op):
    """Points where the row is defined: those of its entry above, or all where it gives a number and derivatives."""
    strategies, _ = DOMAINS.get(op.name, ([ANY] * (op.arity or 3), None))
    points = st.tuples(*strategies)
    if op.name in DOMAINS:
        return points.filter(apart) if op.name in KINKED else points
    return points.filter(lambda point: is_smooth(op, point))


def is_smooth(op, point):
    """Whether the row has a value and derivatives there; so has mpmath's function of its name, and no complex ones."""
    namesake = getattr(mp, op.name, None) if op.name not in DOMAINS else None
    if namesake is not None and not isinstance(namesake(*map(mp.mpf, point)), mp.mpf):
        return False
    try:
        y = op(*point)
        numbers = [y, *(op.partial(i, y, point) or 0.0 for i in range(len(point)))]
    except (ArithmeticError, ValueError):
        return False
    return all(map(math.isfinite, numbers)) and (op.kink is None or abs(op.kink(*point)) > 1e-3)


def size_of(op, point):
    """What a result's error is compared with beside the result; 1 for a row of which nothing is said above."""
    return SIZES.get(op.name, lambda *x: 0.0 if op.name in DOMAINS else 1.0)(*point)


def expect(op, point, what, got, truth, accuracy):
    """Compare with a number of mpmath; a failure names the point, what was got, and what was expected."""
    error, size = abs(mp.mpf(got) - truth), abs(truth) + size_of(op, point)
    unseen = mp.mpf(10) ** -mp.mp.dps + mp.mpf(1e-304)        # by mpmath's difference quotient, and by floats
    assert error <= accuracy * size + unseen, f"{what} of {op.name} at {point}: got {got!r}, expected {mp.nstr(truth, 17)}"


def digits(point):
    """Enough of them to see the derivative of tanh at 1000, which is 1e-868, and that of erf at 25, which is 1e-272."""
    largest = max(map(abs, point))
    return 100 + int(min(largest ** 2, 2 * 1000 if largest > 35 else 1000))


@pytest.mark.parametrize("op", in_mpmath, ids=str)
def test_value(op):
    @settings(max_examples=40)
    @given(point_of(op))
    def check(point):
        with mp.workdps(digits(point)):
            truth = truth_of(op)(*map(mp.mpf, point))
            expect(op, point, "value", op(*point), truth, 2e-15)
            assert op(*map(Value, point)).data == op(*point)
    check()


@pytest.mark.parametrize("op", with_derivatives, ids=str)
def test_first_derivatives(op):
    @settings(max_examples=25)
    @given(point_of(op))
    def check(point):
        inputs = [Value(x) for x in point]
        op(*inputs).backward()
        with mp.workdps(digits(point)):
            for i, v in enumerate(inputs):
                order = tuple(int(j == i) for j in range(len(point)))
                truth = mp.diff(truth_of(op), tuple(map(mp.mpf, point)), order)
                expect(op, point, f"derivative by input {i}", v.grad, truth, 1e-13)
                assert grad(op, i)(*point) == v.grad
    check()


@pytest.mark.parametrize("op", with_derivatives, ids=str)
def test_second_derivatives(op):
    n = arity(op)

    @settings(max_examples=15)
    @given(point_of(op))
    def check(point):
        with mp.workdps(digits(point)):
            for i in range(n):
                for j in range(i, n):
                    order = tuple(int(k == i) + int(k == j) for k in range(n))
                    truth = mp.diff(truth_of(op), tuple(map(mp.mpf, point)), order)
                    for first, second in {(i, j), (j, i)}:
                        got = grad(grad(op, first), second)(*point)
                        expect(op, point, f"second derivative by inputs {first}, {second}", got, truth, 1e-12)
    check()


@pytest.mark.parametrize("op", [op for op in rows if op not in in_mpmath] or [None], ids=str)
def test_rows_that_mpmath_has_not_against_finite_differences(op):
    if op is None:
        assert set(DOMAINS) <= BUILT_IN
        return

    @settings(max_examples=15)
    @given(point_of(op))
    def check(point):
        autograd.check_gradients(op, *point)
        for i in range(arity(op)):
            autograd.check_gradients(grad(op, i), *point)
    check()


EXACT = {"sigmoid", "softplus", "tanh", "log1p", "expm1"}
HARD = [-1e3, -745.0, -700.0, -40.0, -36.7, -20.0, -1.0, -1e-8, -1e-300, 1e-300, 1e-8, 0.5, 19.1, 36.8, 40.0, 700.0, 1e3]


@pytest.mark.parametrize("a", HARD)
@pytest.mark.parametrize("name", sorted(EXACT))
def test_exact_to_rounding_from_minus_1000_to_1000(name, a):
    op = TABLE[name]
    if name == "log1p" and a <= -1 or name == "expm1" and a > 709:
        with pytest.raises((ValueError, OverflowError), match=name):
            op(Value(a))
        return
    with mp.workdps(2100):
        truth = DOMAINS[name][1]
        for order, got in enumerate([op(a), grad(op)(a), grad(grad(op))(a)]):
            expect(op, (a,), f"derivative of order {order}", got, mp.diff(truth, mp.mpf(a), order), 1e-15 * (1 + 3 * order))


# Points where a convention decides ------------------------------------------------------------------------------------

@pytest.mark.parametrize("op, point, derivatives", [
    (ops.relu, (0.0,), (0.0,)), (ops.relu, (-0.0,), (0.0,)), (ops.abs, (0.0,), (0.0,)), (ops.leaky_relu, (0.0,), (0.01,)),
    (ops.elu, (0.0,), (1.0,)), (ops.sign, (0.0,), (0.0,)),
    (ops.maximum, (2.0, 2.0), (1.0, 0.0)), (ops.minimum, (2.0, 2.0), (1.0, 0.0)),
    (ops.pow, (0.0, 2.0), (0.0,)), (ops.pow, (0.0, 1.0), (1.0,)), (ops.pow, (0.0, 0.0), (0.0,)),
    (ops.pow, (-3.0, 2.0), (-6.0,)), (ops.pow, (-2.0, -1.0), (-0.25,)),
])
def test_conventions(op, point, derivatives):
    for i, expected in enumerate(derivatives):
        assert grad(lambda a: op(*point[:i], a, *point[i + 1:]))(point[i]) == expected


def test_second_derivatives_of_powers_at_0():
    assert [grad(grad(lambda a: a ** n))(0.0) for n in (0, 1, 2, 3)] == [0.0, 0.0, 2.0, 0.0]


@pytest.mark.parametrize("op, point, derivatives", [
    (ops.where, (0.0, 2.0, 3.0), (None, 0.0, 1.0)), (ops.where, (5.0, 2.0, 3.0), (None, 1.0, 0.0)),
    (ops.max, (2.0, 3.0, 3.0), (0.0, 1.0, 0.0)), (ops.max, (3.0,), (1.0,)),
    (ops.select, (2.0, 7.0, 8.0, 9.0), (None, 0.0, 0.0, 1.0)), (ops.stop_gradient, (2.0,), (0.0,)),
])
def test_what_is_not_chosen_has_no_derivative(op, point, derivatives):
    values = [Value(x) for x in point]
    op(*values).backward()
    assert [v.grad for v in values] == [d or 0.0 for d in derivatives]
    assert [p for p in op(*values).partials] == [d or None for d in derivatives]


def test_nothing_flows_into_the_side_that_is_not_chosen():
    root = lambda x: autograd.where(autograd.greater(x, 0), autograd.sqrt(x), 0 * x)
    assert grad(root)(0.0) == 0.0 and grad(root)(4.0) == 0.25
    assert grad(lambda x: x * autograd.stop_gradient(x))(5.0) == 5.0 and Value(2.0).detach().data == 2.0


@pytest.mark.parametrize("index", [-1, 2, 0.5])
def test_select_has_an_entry_for_each_index_or_says_so(index):
    assert autograd.select(1, [3, 4]) == 4.0 and autograd.max([1, 5, 2]) == 5.0 == autograd.max(1, 5)
    with pytest.raises(ValueError, match="select.*whole number"):
        autograd.select(Value(index), [1.0, 2.0])
    with pytest.raises(ValueError, match="max needs"):
        autograd.max([])


# How a row prints -----------------------------------------------------------------------------------------------------

NAMES = ("a", "b", "c", "d", "e")


def arity(op):
    return len(DOMAINS[op.name][0]) if op.name in DOMAINS else op.arity or 3


@pytest.mark.parametrize("op", [op for op in rows if op.numpy is not None], ids=str)
def test_the_numpy_it_prints_computes_the_same(op):
    @settings(max_examples=30)
    @given(st.lists(point_of(op), min_size=1, max_size=4))
    def check(points):
        code = op.write("numpy", *map(Text, NAMES[:arity(op)]))
        columns = [np.array(column) for column in zip(*points)]
        with np.errstate(all="ignore"):
            got = eval(code, {"np": np, **dict(zip(NAMES, columns))})
        expected = [op(*point) for point in points]
        size = max(SIZES.get(op.name, lambda *x: 0.0)(*point) for point in points) if op.name in ("sum", "dot") else 0.0
        np.testing.assert_allclose(got, expected, rtol=4e-15, atol=max(1e-307, 1e-15 * size), err_msg=f"{code} at {points}")
    check()


def test_only_what_numpy_has_not_is_computed_number_by_number():
    assert {op.name for op in rows if op.numpy is None} == {"erf", "erfc", "gelu"}


@pytest.mark.parametrize("op", rows, ids=str)
def test_the_text_it_prints_is_the_operation(op):
    functions = {name: TABLE[name] for name in BUILT_IN}

    @settings(max_examples=10)
    @given(point_of(op))
    def check(point):
        text = op.write("text", *map(Text, NAMES[:arity(op)]))
        assert eval(text, functions, dict(zip(NAMES, point))) == pytest.approx(op(*point), rel=1e-14, abs=1e-6)
    check()


@pytest.mark.parametrize("op", rows, ids=str)
def test_the_latex_it_prints_has_matching_braces(op):
    latex = op.write("latex", *map(Text, NAMES[:arity(op)]))
    depth = 0
    for letter in latex:
        depth += (letter == "{") - (letter == "}")
        assert depth >= 0, latex
    assert depth == 0 and all(name in latex for name in NAMES[:arity(op)])


EXPRESSIONS = st.recursive(
    st.sampled_from(NAMES).map(lambda name: (name, Text(name))),
    lambda smaller: st.tuples(st.sampled_from(["add", "sub", "mul", "div", "neg", "pow", "sum"]), smaller, smaller).map(
        lambda t: _printed(*t)), max_leaves=8)


def _printed(name, left, right):
    inputs = (left,) if name == "neg" else (left, right)
    places = ", ".join(formula for formula, _ in inputs)
    return f"{name}({places})", TABLE[name].write("text", *[text for _, text in inputs])


@settings(max_examples=150)
@given(EXPRESSIONS)
def test_parentheses_are_printed_where_they_are_needed(expression):
    calls, text = expression
    values = dict(zip(NAMES, (1.1, 1.3, 0.7, 0.9, 1.7)))
    try:
        expected = eval(calls, {**TABLE}, values)
    except (ArithmeticError, ValueError):
        return
    got = eval(text, {}, values)
    assert got == pytest.approx(expected, rel=1e-12), text


# Numbers, arrays, errors ----------------------------------------------------------------------------------------------

def test_a_number_gives_a_float():
    for x in (2, 2.0, np.float32(2), np.int64(2), np.bool_(True), True):
        assert type(autograd.exp(x)) is float
    assert autograd.maximum(1, 2) == 2.0 and autograd.dot([1, 2], [3, 4], 5) == 16.0 and autograd.sum([1, 2]) == 3.0


def test_an_array_gives_an_array():
    np.testing.assert_allclose(autograd.sigmoid(np.array([[0.0, 1.0]])), [[0.5, 0.7310585786300049]])
    assert autograd.exp(np.zeros(3)).dtype == float
    values = np.array([Value(1.0), Value(2.0)])
    assert [v.data for v in autograd.maximum(values, 1.5)] == [1.5, 2.0]
    assert [v.data for v in autograd.mul(Value(2.0), np.array([1.0, 3.0]))] == [2.0, 6.0]


@pytest.mark.parametrize("call, kind, words", [
    (lambda: autograd.log(Value(-1.0, label="u")), ValueError, ["log(-1)", "'u'", "above 0"]),
    (lambda: autograd.log(-1), ValueError, ["log(-1)", "above 0"]),
    (lambda: 1 / Value(0.0, label="u"), ZeroDivisionError, ["div(1, 0)", "'u'", "denominator"]),
    (lambda: Value(-2.0, label="u") ** 0.5, ValueError, ["pow(-2, 0.5)", "'u'", "positive base"]),
    (lambda: Value(-8.0) ** (1 / 3), ValueError, ["pow(-8, 0.333333)", "positive base"]),
    (lambda: Value(-8.0) ** Value(0.5), ValueError, ["pow(-8, 0.5)"]),
    (lambda: Value(0.0) ** -1, ValueError, ["pow(0, -1)", "other than 0"]),
    (lambda: autograd.exp(Value(1000.0, label="u")), OverflowError, ["exp(1000)", "'u'", "too large"]),
    (lambda: Value(10.0) ** 400, OverflowError, ["pow(10, 400)", "too large"]),
    (lambda: Value(-1.0, label="u").sqrt(), ValueError, ["sqrt(-1)", "'u'", "0 or above"]),
    (lambda: Value(2.0).asin(), ValueError, ["asin(2)", "-1 to 1"]),
    (lambda: Value(-1.0).log1p(), ValueError, ["log1p(-1)", "above -1"]),
    (lambda: Value(math.inf).sin(), ValueError, ["sin(inf)", "finite"]),
    (lambda: autograd.exp(1, 2), TypeError, ["exp", "1 input", "got 2"]),
    (lambda: autograd.mul(Value(1.0)), TypeError, ["mul", "2 inputs", "got 1"]),
    (lambda: autograd.exp("1"), TypeError, ["str", "'1'", "float("]),
])
def test_an_error_names_operation_value_and_label(call, kind, words):
    with pytest.raises(kind) as error:
        call()
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize("op", [ops.sqrt, ops.asin, ops.acos], ids=str)
def test_a_derivative_that_does_not_exist_is_an_error_only_where_it_is_needed(op):
    edge = Value(0.0 if op is ops.sqrt else 1.0, label="edge")
    y = op(edge)
    assert y.data == op(edge.data)
    with pytest.raises(ValueError, match=f"derivative of {op.name} with respect to input 0 .*'edge'.* does not exist"):
        y.backward()
    assert edge.grad == 0.0 and y.grad == 0.0


@pytest.mark.parametrize("x, word", [("abc", "float("), (None, "return"), (1j, "real"), (np.array([1.0]), "item"),
                                     ([1], "each entry"), (Value(1.0), ".data"), ({}, "dict")])
def test_number_says_what_came_and_what_to_do(x, word):
    with pytest.raises(TypeError, match=type(x).__name__) as error:
        number(x)
    assert word in str(error.value)


def test_an_int_too_large_is_an_error():
    with pytest.raises(OverflowError, match="too large for a float"):
        Value(10 ** 400)
    with pytest.raises(OverflowError, match="too large for a float"):
        Value(1.0) * 10 ** 400


# Rows of one's own ----------------------------------------------------------------------------------------------------

@pytest.fixture
def own():
    before = set(TABLE)
    yield operation
    for name in set(TABLE) - before:
        del TABLE[name]


def test_an_operation_of_ones_own_has_derivatives_of_every_order(own):
    cube = own("cube", lambda a: a * a * a, lambda y, a: 3 * a * a)
    assert [cube(2.0), grad(cube)(2.0), grad(grad(cube))(2.0), grad(grad(grad(cube)))(2.0)] == [8.0, 12.0, 12.0, 6.0]
    assert cube.write("text", Text("x")) == "cube(x)" and str(cube) == "cube" and cube.numpy is None


def test_an_operation_of_two_and_of_three_inputs(own):
    hypot = own("hypot", math.hypot, lambda y, a, b: a / y, lambda y, a, b: b / y, symbol="r", numpy="np.hypot({0}, {1})")
    a, b = Value(3.0), Value(4.0)
    hypot(a, b).backward()
    assert (a.grad, b.grad) == (0.6, 0.8) and str(hypot) == "r"
    assert grad(grad(hypot))(3.0, 4.0) == pytest.approx(16 / 125)
    blend = own("blend", lambda t, a, b: a + t * (b - a), None, lambda y, t, a, b: 1 - t, lambda y, t, a, b: t)
    t, a, b = Value(0.25), Value(3.0), Value(4.0)
    blend(t, a, b).backward()
    assert (t.grad, a.grad, b.grad) == (0.0, 0.75, 0.25)                        # None: identically 0
    assert grad(grad(blend, 1), 0)(0.25, 3.0, 4.0) == -1.0
    assert blend(0.5, Value(1.0), 3).data == 2.0 and blend(0.5, 1, 3) == 2.0


def test_an_operation_of_ones_own_is_copied_and_pickled_by_name(own):
    cube = own("cube", lambda a: a ** 3, lambda y, a: 3 * a * a)
    assert copy.deepcopy(cube) is cube and pickle.loads(pickle.dumps(cube)) is cube
    y = pickle.loads(pickle.dumps(cube(Value(2.0))))
    y.backward()
    assert y.op is cube and y.inputs[0].grad == 12.0
    saved = pickle.dumps(cube)
    del TABLE["cube"]
    with pytest.raises(LookupError, match="define it with autograd.operation"):
        pickle.loads(saved)


def test_an_operation_can_be_defined_again_but_not_a_built_in_one(own):
    old = own("twice", lambda a: 2 * a, lambda y, a: 2.0)
    v = old(Value(1.0))
    new = own("twice", lambda a: a + a, lambda y, a: 2.0)
    assert find("twice") is new and v.op is old
    with pytest.raises(ValueError, match="built in"):
        own("exp", math.exp, lambda y, a: y)
    assert TABLE["exp"] is ops.exp


@pytest.mark.parametrize("arguments, kind, words", [
    (("not a name", math.exp, lambda y, a: y), ValueError, "identifier"), (("f", 3, lambda y, a: y), TypeError, "forward"),
    (("f", math.exp), TypeError, "partial"), (("f", math.exp, 1.0), TypeError, "partial"),
])
def test_a_row_that_makes_no_sense_is_an_error(own, arguments, kind, words):
    with pytest.raises(kind, match=words):
        own(*arguments)
    assert "f" not in TABLE


def test_the_result_of_ones_own_forward_is_checked(own):
    own("broken", lambda a: None, lambda y, a: 1.0)
    with pytest.raises(TypeError, match="result of broken"):
        TABLE["broken"](Value(1.0))
    assert type(own("whole", lambda a: 3, None)(Value(1.0)).data) is float


def test_one_partial_that_nobody_needs_is_not_evaluated():
    asked = []
    spy = Operation("spy", lambda a, b: a + b, (lambda y, a, b: asked.append("a") or 1.0, lambda y, a, b: asked.append("b") or 1.0))
    spy(Value(1.0), 2.0)
    assert asked == ["a"]


def test_rows_are_found_by_name_and_by_symbol():
    assert find("mul") is find("*") is ops.mul and repr(ops.mul) == "<operation mul>"
    with pytest.raises(LookupError, match="nothing"):
        find("nothing")
