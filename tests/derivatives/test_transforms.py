"""Derivatives of functions, held to mpmath, closed forms and finite differences; every row of the table, every nesting."""
import math
from collections import Counter, OrderedDict, defaultdict

import mpmath
import numpy as np
import pytest

import autograd
from autograd import Value, affine, exp, grad, hessian, hvp, jacobian, jvp, no_grad, ops, sin, tanh, value_and_grad, vjp
from autograd.derivatives.differences import finite_difference
from autograd.derivatives.gradients import leaves_sides_out
from autograd.derivatives.level import Level
from autograd.graph import topological_order
from tests.test_ops import arity as inputs_of
from tests.test_ops import in_mpmath, is_smooth, truth_of

mpmath.mp.dps = 40


def forward(f):
    """The derivative of f, a function of one number, in forward mode."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


MODES = {"reverse": grad, "forward": forward}
NESTINGS = [(a, b) for a in MODES for b in MODES]
THIRD = [(a, b, c) for a in MODES for b in MODES for c in MODES]

TRUTH = {op.name: truth_of(op) for op in in_mpmath}            # in mpmath: not ours
POSITIVE, INSIDE = [0.01, 0.3, 1.0, 2.7, 40.0], [-0.95, -0.4, 0.001, 0.3, 0.9]
ANYWHERE = [-20.0, -3.1, -0.7, -0.01, 0.02, 0.6, 1.9, 7.5]
POINTS = {"log": POSITIVE, "sqrt": POSITIVE, "log1p": [-0.9, -0.3, 0.01, 1.0, 40.0], "asin": INSIDE, "acos": INSIDE,
          "sec_asin": INSIDE,
          "erfc": [-3.0, -0.7, 0.02, 0.6, 3.0], "tan": [-1.3, -0.4, 0.02, 1.2], "gelu": [-3.1, -0.7, 0.02, 0.6, 1.9]}
PAIRS = {"pow": [(0.3, 2.5), (2.0, -1.2), (1.7, 3.0)], "select": [(0.0, 0.4, 1.5), (1.0, -2.0, 3.0)],
         "power_log": [(1.7, 2.5, 1.3), (3.0, -1.2, 2.0)]}


def points_of(op):
    """Points all over the domain of a row, away from its kinks."""
    if op.arity == 1:
        return [(a,) for a in POINTS.get(op.name, ANYWHERE) if is_smooth(op, (a,))]
    if op.arity == 2:
        pairs = PAIRS.get(op.name, [(1.5, 0.4), (-2.0, 3.0), (0.3, -0.7)])
        return [pair for pair in pairs if is_smooth(op, pair)]
    return PAIRS.get(op.name, [(0.5, -1.5, 2.0, 0.7, -0.3)[:inputs_of(op)]])


def truth(name, point, i, n):
    """The n-th derivative of a row by its input i, by mpmath."""
    f = TRUTH[name]
    return float(mpmath.diff(lambda t: f(*point[:i], t, *point[i + 1:]), mpmath.mpf(point[i]), n))


def by_input(op, point, i):
    return lambda t: op(*point[:i], t, *point[i + 1:])


@pytest.mark.parametrize("name", sorted(TRUTH.keys() - {"stop_gradient"}))      # its derivative is not the truth
def test_row_to_third_order_in_all_nestings(name):
    op = ops.TABLE[name]
    for point in points_of(op):
        at = [mpmath.mpf(x) for x in point]
        for i in range(len(point)):
            f, x = by_input(op, point, i), point[i]
            want = [truth(name, at, i, n) for n in (1, 2, 3)]
            for mode in MODES.values():
                assert mode(f)(x) == pytest.approx(want[0], rel=1e-9, abs=1e-13), (name, point, i)
            for a, b in NESTINGS:
                assert MODES[a](MODES[b](f))(x) == pytest.approx(want[1], rel=1e-7, abs=1e-12), (name, point, i, a, b)
            for a, b, c in THIRD:
                got = MODES[a](MODES[b](MODES[c](f)))(x)
                assert got == pytest.approx(want[2], rel=1e-6, abs=1e-11), (name, point, i, a, b, c)


@pytest.mark.parametrize("name", sorted(n for n in TRUTH if ops.TABLE[n].arity == 2))
def test_mixed_second_derivatives_of_rows_of_two_inputs(name):
    for point in points_of(ops.TABLE[name]):
        want = float(mpmath.diff(TRUTH[name], tuple(map(mpmath.mpf, point)), (1, 1)))
        H = hessian(lambda x: ops.TABLE[name](x[0], x[1]))(list(point))
        assert H[0][1] == pytest.approx(want, rel=1e-7, abs=1e-12) and H[1][0] == pytest.approx(want, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "log1p", "expm1"])
def test_exact_from_minus_1000_to_1000(name):
    f, op = TRUTH[name], ops.TABLE[name]
    with mpmath.workdps(1000):
        exact = {"sigmoid": [f, lambda a: f(a) * f(-a), lambda a: f(a) * f(-a) * (f(-a) - f(a))],
                 "tanh": [f, lambda a: mpmath.sech(a) ** 2, lambda a: -2 * mpmath.tanh(a) * mpmath.sech(a) ** 2],
                 "softplus": [f, TRUTH["sigmoid"], lambda a: TRUTH["sigmoid"](a) * TRUTH["sigmoid"](-a)],
                 "log1p": [f, lambda a: 1 / (1 + a), lambda a: -1 / (1 + a) ** 2],
                 "expm1": [f, mpmath.exp, mpmath.exp]}[name]
        for a in [-1000.0, -745.2, -400.0, -37.0, -20.0, -1.0, -1e-9, 0.0, 1e-9, 1e-3, 1.0, 20.0, 37.0, 400.0, 700.0, 1000.0]:
            if (name == "log1p" and a <= -1) or (name == "expm1" and a > 709):
                continue
            found = [op(a), grad(op)(a), forward(op)(a), grad(grad(op))(a), forward(grad(op))(a)]
            for order, y in zip((0, 1, 1, 2, 2), found):
                want = float(exact[order](mpmath.mpf(a)))
                assert y == pytest.approx(want, rel=1e-13 if order < 2 else 1e-12, abs=1e-307), (name, a, order)


@pytest.mark.parametrize("name", ["expm1", "exp"])
def test_overflow_says_so(name):
    with pytest.raises(OverflowError, match=rf"{name}\(1000\).*too large"):
        grad(ops.TABLE[name])(1000.0)


@pytest.mark.parametrize("outer, inner", NESTINGS)
def test_perturbation_confusion(outer, inner):
    D, d = MODES[outer], MODES[inner]
    assert D(lambda x: x * d(lambda y: x + y)(1.0))(1.0) == 1.0
    assert D(lambda x: x * d(lambda y: x * y * y)(x))(3.0) == 54.0              # x * 2xy at y = x: 2 x^3
    assert D(lambda x: x * d(lambda y: x * y * y)(2.0))(3.0) == 24.0               # the inner one refers to x: 4 x^2
    assert D(lambda x: d(lambda y: y * y)(2.0) * x)(5.0) == 4.0                    # an inner result that ignores x


@pytest.mark.parametrize("pattern", ["r" * 10, "f" * 10, "rf" * 5, "fr" * 5])
def test_ten_derivatives_of_exp_sin(pattern):
    if len(set(pattern)) == 2:
        pattern = pattern[:8]
    f = lambda x: exp(sin(x))
    for n, mode in enumerate(pattern, 1):
        f = {"r": grad, "f": forward}[mode](f)
        want = mpmath.taylor(lambda x: mpmath.exp(mpmath.sin(x)), 0.3, n)[n] * mpmath.factorial(n)
        assert f(0.3) == pytest.approx(float(want), rel=1e-9)


def network(theta, x):
    """A 2-layer network 2-3-1 with tanh, on plain Values."""
    W, b, w, c = theta
    return sum((w[i] * tanh(W[i][0] * x[0] + W[i][1] * x[1] + b[i]) for i in range(3)), c)


def test_hessian_of_a_network_against_finite_differences_of_its_gradient():
    draw = np.random.default_rng(0)
    flat = draw.normal(size=13)

    def loss(t):
        theta = ([[t[0], t[1]], [t[2], t[3]], [t[4], t[5]]], t[6:9], t[9:12], t[12])
        return sum((network(theta, x) - y) ** 2 for x, y in [((0.3, -1.0), 1.0), ((1.2, 0.4), -1.0)])
    H = hessian(loss)(flat)
    assert H.shape == (13, 13)
    assert np.abs(H - H.T).max() < 1e-12 * np.abs(H).max()
    for j in range(13):
        def moved(t, j=j):
            x = flat.copy()
            x[j] = t
            return grad(loss)(x)
        want = [e.value for e in finite_difference(moved, flat[j])]
        assert np.allclose(H[:, j], want, rtol=1e-7, atol=1e-9)
    v = draw.normal(size=13)
    assert np.allclose(hvp(loss, (flat,), (v,)), H @ v, rtol=1e-12)
    assert np.allclose(jacobian(jacobian(loss, mode="forward"), mode="reverse")(flat), H, rtol=1e-12)


# Structures -----------------------------------------------------------------------------------------------------------

def test_gradient_has_the_structure_of_its_argument():
    f = lambda p: p[0][0] * p[0][1] + p[1][2] ** 2
    got = grad(f)(([2.0, 3], np.array([1.0, 2.0, 4.0])))
    assert isinstance(got, tuple) and got[0] == [3.0, 2.0] and got[1].tolist() == [0.0, 0.0, 8.0] and got[1].dtype == float


def test_jacobian_holds_the_input_inside_the_output_as_jax():
    A = np.arange(6.0).reshape(3, 2)
    assert np.array_equal(jacobian(lambda x: A @ x)(np.ones(2)), A)
    columns = jacobian(lambda x: A @ np.array(x))([1.0, 1.0])                        # a list of arrays of shape (3,)
    assert [column.tolist() for column in columns] == A.T.tolist()
    J = jacobian(lambda X: X * X)(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert J.shape == (2, 2, 2, 2) and np.array_equal(J.reshape(4, 4), np.diag([2.0, 4.0, 6.0, 8.0]))
    J = jacobian(lambda x, y: (x * y, [x]), argnums=(0, 1))(2.0, 3.0)
    assert J == ((3.0, 2.0), [(1.0, 0.0)])


@pytest.mark.parametrize("mode", [None, "forward", "reverse"])
def test_jacobian_modes_agree(mode):
    f = lambda x: [x[0] * x[1], sin(x[2]) / x[0], 5.0, x[1]]
    want = [[3.0, 2.0, 0.0], [-math.sin(1) / 4, 0.0, math.cos(1) / 2], [0.0] * 3, [0.0, 1.0, 0.0]]
    assert np.allclose(jacobian(f, mode=mode)([2.0, 3.0, 1.0]), want, rtol=1e-15)


def test_argnums_and_ignored_arguments():
    f = lambda x, y, z: x * x * z
    assert grad(f, 1)(2.0, 3.0, 4.0) == 0.0
    assert grad(f, (0, 1, -1))(2.0, 3.0, 4.0) == (16.0, 0.0, 4.0)
    assert jvp(f, (2.0, 3.0, 4.0), (0.0, 1.0, 0.0)) == (16.0, 0.0)
    assert hessian(f, (0, 2))(2.0, 3.0, 4.0) == ((8.0, 4.0), (4.0, 0.0))
    assert value_and_grad(lambda x: 7)(1.0) == (7.0, 0.0)
    for wrong in (3, (0, 0)):
        with pytest.raises(ValueError, match="argnums"):
            grad(f, wrong)(1.0, 2.0, 3.0)
    for wrong in ("x", [0], 0.0, None):
        with pytest.raises(TypeError, match="argnums must be an int or a tuple of ints"):
            grad(f, wrong)(1.0, 2.0, 3.0)


def test_vjp_and_jvp_structures():
    y, pull = vjp(lambda x, w: [x * x, (w[0] * x, w[1])], 3.0, np.array([1.0, 2.0]))
    assert y == [9.0, (3.0, 2.0)]
    gx, gw = pull([1.0, (10.0, 100.0)])
    assert gx == 16.0 and gw.tolist() == [30.0, 100.0]
    y, t = jvp(lambda x, w: [x * w[0], w[1]], (3.0, [1.0, 2.0]), (1.0, (0.0, 5.0)))
    assert (y, t) == ([3.0, 2.0], [1.0, 5.0])
    y, pull = vjp(lambda x: [x, x], 3.0)                        # the argument itself, and twice
    assert y == [3.0, 3.0] and pull([1.0, 2.0]) == (3.0,)


@pytest.mark.parametrize("call, error, words", [
    (lambda: grad(lambda x: [x, x])(1.0), TypeError, "one number.*jacobian"),
    (lambda: grad(lambda x: None)(1.0), TypeError, "returned.*NoneType.*forget to return"),
    (lambda: grad(lambda x: "no")(1.0), TypeError, "returned.*str"),
    (lambda: jacobian(lambda x: (x for _ in "ab"))(1.0), TypeError, "returned.*generator"),
    (lambda: jacobian(lambda x: {x})(1.0), TypeError, "returned.*set"),
    (lambda: grad(lambda x: x)("1"), TypeError, "argument 0 .*str"),
    (lambda: grad(lambda x: x[0])([1.0, [None]]), TypeError, r"argument 0\[1\]\[0\]"),
    (lambda: jvp(lambda x: x, 1.0, 1.0), TypeError, "tuple of arguments"),
    (lambda: hvp(lambda x: x, 1.0, 1.0), TypeError, "primals must be a tuple of arguments"),
    (lambda: jvp(lambda x: x[0], ([1.0, 2.0],), ([1.0],)), ValueError, "tangents must have the structure"),
    (lambda: jvp(lambda x: x.sum(), (np.ones(4),), (np.ones((2, 2)),)), ValueError, "shape"),
    (lambda: vjp(lambda x: [x, x], 1.0)[1](1.0), ValueError, "cotangent must have the structure"),
    (lambda: jacobian(lambda x: x, mode="sideways")(1.0), ValueError, "mode"),
])
def test_errors_say_what_was_wrong(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_no_grad_around_a_transform_is_an_error_and_not_a_zero():
    with no_grad(), pytest.raises(RuntimeError, match="no_grad"):
        grad(lambda x: x * x)(2.0)


def test_a_function_may_change_its_list():
    def f(x):
        x.append(x.pop(0) ** 2)
        return x[0] * x[1]
    point = [3.0, 4.0]
    assert grad(f)(point) == [24.0, 9.0] and point == [3.0, 4.0]


def test_an_exception_inside_leaves_the_levels_in_order():
    def g(x):
        try:
            grad(lambda y: 1 / (y - y))(x)
        except ZeroDivisionError:
            pass
        return x * grad(lambda y: x + y)(x)
    assert grad(g)(2.0) == 1.0


# Values from outside --------------------------------------------------------------------------------------------------

def test_values_in_values_out():
    w, x = Value(2.0), Value(3.0)
    g = grad(lambda t: w * t * t)(x)                            # 2 w t
    g.backward()
    assert (g.data, w.grad, x.grad) == (12.0, 6.0, 4.0)
    assert grad(lambda t: w * t * t)(3.0) == 12.0               # a Value that the function refers to counts as its number
    assert grad(lambda t: Value(2.0) * t)(3.0) == 2.0
    g = grad(lambda t, w: w * w * t)(3.0, w)                    # unless it is an argument
    assert autograd.gradients(g, w) == 4.0
    h = jvp(lambda t: t * t, (3.0,), (x,))[1]                   # a tangent from outside
    assert autograd.gradients(h, x) == 6.0
    assert type(grad(lambda t: t * t)(3.0)) is float
    y, pull = vjp(lambda t: t * t * t, x)                       # a pull after the level is left
    assert autograd.gradients(pull(1.0)[0], x) == 18.0 and autograd.gradients(y, x) == 27.0


def test_an_outer_level_sees_through_an_inner_vjp():
    def f(x):
        y, pull = vjp(lambda t: t ** 3, x)
        return pull(y)[0]                                       # 3 x^5
    assert grad(f)(2.0) == 15 * 16.0 and forward(f)(2.0) == 15 * 16.0


# Cost -----------------------------------------------------------------------------------------------------------------

def cost(outputs):
    """The operations of a graph: one for each node, 2 n for a dot of n, n - 1 for a sum of n."""
    sizes = {"dot": lambda n: n - 1, "sum": lambda n: n - 1}
    return sum(sizes.get(v.op.name, lambda n: 1)(len(v.inputs)) for v in topological_order(*outputs) if v.inputs)


def both_costs(f, x, of):
    """The operations of f, and of the graph that holds f and its derivative `of(level)`."""
    level = Level(f, (x,), 0)
    level.create_graph = True
    outputs = list(level.results)
    return cost(outputs), cost(outputs + [g for g in of(level) if isinstance(g, Value)])


def rosenbrock(x):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def product(x):
    return math.prod(x[1:], start=x[0])


def small_network(x):
    W = [[0.1 * (i - j) for j in range(len(x))] for i in range(4)]
    return sum(tanh(sum(w * a for w, a in zip(row, x))) for row in W)


def layers(x):
    return sum(tanh(z) for z in affine([x, x], x, [x[0], x[1]]))


@pytest.mark.parametrize("f", [rosenbrock, product, small_network, layers, lambda x: sum(exp(sin(a)) for a in x)])
@pytest.mark.parametrize("n", [2, 20, 300])
def test_reverse_mode_costs_at_most_6_times_the_function(f, n):
    x = [0.5 + 0.001 * i for i in range(n)]
    own, total = both_costs(f, x, lambda level: level.pull([1.0]))
    assert total <= 6 * own


@pytest.mark.parametrize("f", [rosenbrock, product, small_network])
def test_hvp_costs_a_constant_times_the_function_and_a_hessian_n_times_that(f):
    ratios = []
    for n in (3, 30, 300):
        x = [0.5 + 0.001 * i for i in range(n)]
        own, _ = both_costs(f, x, lambda level: [])
        _, total = both_costs(grad(f), x, lambda level: level.push([1.0] * n))
        ratios.append(total / own)
    assert max(ratios) <= 20 and ratios[2] <= 1.2 * ratios[1]
    n = 12
    own, _ = both_costs(f, [0.5] * n, lambda level: [])
    _, total = both_costs(grad(f), [0.5] * n, lambda level: [g for row in level.matrix("forward") for g in row])
    assert total <= 20 * n * own


def test_jacobian_sweeps_are_as_few_as_can_be():
    calls = []

    def f(x):
        calls.append(len(x))
        return [x[0] * x[1]] * 5
    jacobian(f)([1.0, 2.0])
    assert calls == [2]                                         # recorded once


# Arrays of shape (), dicts, and what is refused ----------------------------------------------------------------------

OF_ONE_NUMBER = [grad, lambda f: lambda x: value_and_grad(f)(x)[1], jacobian,
                 lambda f: jacobian(f, mode="forward"), lambda f: lambda x: jvp(f, (x,), (1.0,))[1],
                 lambda f: lambda x: jvp(f, (x,), (np.array(1.0),))[1], lambda f: lambda x: vjp(f, x)[1](1.0)[0],
                 lambda f: lambda x: vjp(f, x)[1](np.array(1.0))[0]]


@pytest.mark.parametrize("outer", OF_ONE_NUMBER)
@pytest.mark.parametrize("inner", OF_ONE_NUMBER)
@pytest.mark.parametrize("f", [lambda x: x * x * x, lambda x: np.array(x * x * x, dtype=object)])
def test_arrays_of_shape_0_in_nested_transforms(outer, inner, f):
    derivative = outer(inner(f))
    assert np.asarray(derivative(np.array(2.0))).item() == 12.0
    assert np.asarray(derivative(np.array(Value(2.0), dtype=object))).item().data == 12.0
    assert np.asarray(derivative(2.0)).item() == 12.0


@pytest.mark.parametrize("aux", [OrderedDict(n=3), Counter("aab"), defaultdict(list, a=[1.0])], ids=lambda aux: type(aux).__name__)
def test_what_is_returned_beside_a_number_keeps_the_kind_of_its_dict(aux):
    def loss(x):
        aux["x"] = x
        return x * x, aux
    (_, found), _ = value_and_grad(loss, has_aux=True)(3.0)
    assert type(found) is type(aux) and found == {**aux, "x": 3.0} and type(found["x"]) is float


def test_a_function_may_return_more_than_is_differentiated():
    def loss(w, xs):
        scores = [w[0] * x + w[1] for x in xs]
        return sum(s * s for s in scores), {"scores": scores, "hits": [s > 0 for s in scores], "name": "line", "table": np.array([scores[0], 1.0])}
    (value, aux), gradient = value_and_grad(loss, has_aux=True)([2.0, -1.0], [1.0, 0.0])
    assert (value, gradient) == value_and_grad(lambda w, xs: loss(w, xs)[0])([2.0, -1.0], [1.0, 0.0]) == (2.0, [2.0, 0.0])
    assert aux.pop("table").tolist() == [1.0, 1.0]
    assert aux == {"scores": [1.0, -1.0], "hits": [True, False], "name": "line"}
    assert grad(lambda x: (x ** 3, x), has_aux=True)(2.0) == (12.0, 2.0)
    assert grad(lambda x, y: (x * y, None), (0, 1), has_aux=True)(2.0, 3.0) == ((3.0, 2.0), None)
    inner = lambda x: grad(lambda y: (y ** 3, x * y), has_aux=True)(x)
    assert grad(lambda x: inner(x)[0])(2.0) == 12.0 and grad(lambda x: inner(x)[1])(2.0) == 4.0
    of_values = value_and_grad(lambda x: (x * x, [x]), has_aux=True)(Value(3.0))
    assert of_values[0][1][0].data == 3.0 and of_values[1].data == 6.0
    for wrong in (lambda x: x * x, lambda x: [x, 1], lambda x: (x, 1, 2)):
        with pytest.raises(TypeError, match="with has_aux <lambda> must return a pair"):
            grad(wrong, has_aux=True)(2.0)
    with pytest.raises(TypeError, match="has_aux must be True or False, got"):
        grad(loss, 0, "aux")


def test_dicts_of_parameters():
    f = lambda p, x: sum((w * x) ** 2 for w in p["layers"][0]["w"]) + p["b"]
    p = {"layers": [{"w": np.array([1.0, 2.0])}], "b": 3.0}
    g = grad(f)(p, 2.0)
    assert list(g) == ["layers", "b"] and g["b"] == 1.0 and g["layers"][0]["w"].tolist() == [8.0, 16.0]
    assert jvp(lambda p: {"y": p["a"] * 2}, ({"a": 3.0},), ({"a": 1.0},)) == ({"y": 6.0}, {"y": 2.0})
    with pytest.raises(ValueError, match="tangents must have the structure .*'a': number.*, got .*'b': number"):
        jvp(lambda p: p["a"], ({"a": 3.0},), ({"b": 1.0},))


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian,
                                       lambda f: jvp(f, (1.0,), (1.0,)), lambda f: vjp(f, 1.0)])
def test_a_number_instead_of_a_function_is_refused_at_once(transform):
    with pytest.raises(TypeError, match=r"the function itself, f and not f\(x\); got Value"):
        transform(Value(2.0) ** 2)


def test_masked_entries_are_refused():
    x = np.ma.masked_array([1.0, 2.0], [False, True])
    with pytest.raises(TypeError, match=r"argument 0 is a masked array.*x.filled\(0.0\)"):
        grad(lambda x: (x * x).sum())(x)


@pytest.mark.parametrize("make, left_out", [
    (lambda x: autograd.where(autograd.greater(x, 0), x * x, -x), True), (lambda x: autograd.max([x, x * 3]), True),
    (lambda x: autograd.stop_gradient(x) * x, False), (lambda x: x * x, False)])
def test_a_sweep_knows_whether_it_leaves_out_a_side_of_a_choice(make, left_out):
    order = topological_order(make(Value(2.0)))
    assert leaves_sides_out(order, set(order)) is left_out and not leaves_sides_out(order, ())
