"""jit gives what the function gives, or says that it does not compile."""
import copy
import pickle
import random
import time
import warnings

import numpy as np
import pytest

import autograd as ag
from autograd import Value, exp, grad, greater, hessian, jacobian, jit, log, stop_gradient, value_and_grad, where
from autograd.compiler.jit import branch, sampled
from tests.compiler import calls
from tests.compiler.functions import compare, compare_samples
from tests.compiler.hostile import history, numbers_alike
from tests.compiler.late import HOSTILE, LATE_CASES
from tests.compiler.wild import COMPILED, WILD


def same(f, points, warned=None):
    compiled = jit(f)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        for point in points:
            np.testing.assert_allclose(compiled(*point), f(*point), rtol=1e-9, atol=1e-12)
    assert len(found) == (warned is not None), [str(w.message) for w in found]
    if warned:
        assert warned in str(found[0].message)


POINTS = [(x,) for x in (3.0, -2.0, 0.5, 0.0, -7.0, 1.0, 2.5, -0.1)]


def newton(x):
    y = 1.0 + x * x
    while abs(y * y - (1.0 + x * x)) > 1e-6:
        y = 0.5 * (y + (1.0 + x * x) / y)
    return y


@pytest.mark.parametrize("f", [
    lambda x: -x if x < 0 else x, lambda x: max(x, 1.0) + min(x, 0.0), lambda x: sorted([x, 1.0, -x])[1],
    lambda x: 5.0 if x == 0 else x, lambda x: x * 2 if x else 7.0, newton,
    grad(lambda x: 0.5 * x * x if abs(x) < 1 else abs(x) - 0.5), lambda x: where(greater(x, 0), x, 3 * x),
])
def test_branches(f):
    same(f, POINTS)


def test_arguments_and_transforms():
    loss = lambda w, x: (w["a"][0] * x + w["a"][1]) ** 2
    w = {"a": [1.0, 2.0]}
    for x in (1.0, 2.0, -3.0):
        assert jit(value_and_grad(loss))(w, x) == value_and_grad(loss)(w, x)
    h = hessian(lambda v: v[0] ** 2 * v[1])
    same(h, [([1.0, 2.0],), ([2.0, 3.0],)])
    table = [1.0, 5.0, 7.0]
    same(lambda i, x: table[i] * x, [(0, 2.0), (1, 2.0), (2, 3.0), (0, 4.0)])
    np.testing.assert_allclose(jit(lambda x: x * x, samples=(0,))([1.0, 2.0]), [1, 4])




@pytest.mark.parametrize("f, words", [
    (lambda x: x.__float__(), "float"), (lambda x: float(x), "float"),
    (lambda x: random.random() * 0 + x, "random"), (lambda x: x + 0 * time.time(), "clock"),
])
def test_refusals(f, words):
    same(f, POINTS, words)


def names_the_clock(x):
    later = time.time()
    return x + 0 * later


def test_a_refusal_names_the_line():
    f, line = jit(names_the_clock), names_the_clock.__code__.co_firstlineno + 1
    with pytest.warns(UserWarning, match=rf"uses the clock \(test_jit.py, line {line}\)"):
        assert f(2.0) == 2.0


RATES = [0.1]


def test_what_changes_all_the_time_is_named():
    def f(x):
        return x * RATES[0]
    compiled = jit(f)
    with pytest.warns(UserWarning, match=r"what it refers to \(test_jit.py, line \d+\) changes from call to call"):
        for _ in range(20):
            RATES[0] *= 0.9
            assert compiled(2.0) == 2.0 * RATES[0]


def test_what_changes_outside():
    scale = [2.0]
    f = jit(lambda x: x * scale[0])
    assert [f(1.0), f(2.0)] == [2.0, 4.0]
    scale[0] = 5.0
    assert f(2.0) == 10.0


@pytest.mark.parametrize("argnums", [0, 1, 2, (0, 1), (1, 0), (0, 2), (0, 1, 2)], ids=str)
@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian], ids=lambda t: t.__name__)
def test_a_transform_tells_arguments_apart_that_are_the_same_object(transform, argnums):
    """With respect to each of its arguments there is a derivative of its own, whatever the others are."""
    def f(a, b, c):
        return sum(x * y * y + exp(0.1 * x * z) * z for x, y, z in zip(a, b, c))
    p, q, r = [0.3, -1.2], [0.7, 0.4], [1.5, -0.6]
    eager, compiled = transform(f, argnums), jit(transform(f, argnums))
    for given in 2 * [(p, p, p), (p, p, q), (p, q, p), (q, p, p), (p, q, r), (r, r, p)]:
        assert numbers_alike(compiled(*given), eager(*given)), given


@pytest.mark.parametrize("reduce", [None, "sum"])
def test_samples_tell_arguments_apart_that_are_the_same_object(reduce):
    def f(p, q, x):
        return sum(a * b * b * u for a, b, u in zip(p, q, x))
    eager = value_and_grad(f, (0, 1))
    compiled = jit(eager, samples=(2,), reduce=reduce)
    p, q, xs = [0.3, -1.2], [0.7, 0.4], [[1.0, 2.0], [3.0, -1.0], [0.5, 0.2]]
    for given in 2 * [(p, p), (p, q)]:
        value, gradients = compiled(*given, xs)
        each = [eager(*given, x) for x in xs]
        values, each_gradient = np.array([y for y, _ in each]), np.array([g for _, g in each])
        np.testing.assert_allclose(value, values.sum() if reduce else values)
        np.testing.assert_allclose(gradients, each_gradient.sum(0) if reduce else np.moveaxis(each_gradient, 0, -1))


@pytest.mark.parametrize("wrong", [lambda y, g: (y, g * 1.001), lambda y, g: (y, g[::-1].copy()), lambda y, g: (y, 0 * g),
                                   lambda y, g: (y * 1.001, g), lambda y, g: (y, g + [0.0, 1e-3])])
def test_a_program_with_other_numbers_is_found_at_its_first_call(monkeypatch, wrong):
    f = value_and_grad(lambda p: p[0] * p[1] * p[1])
    right = branch.Branch.raw
    monkeypatch.setattr(branch.Branch, "raw", lambda self, theta: wrong(*right(self, theta)))
    compiled = jit(f)
    with pytest.warns(UserWarning, match="other numbers"):
        assert compiled([2.0, 3.0]) == f([2.0, 3.0])
    assert compiled([4.0, 5.0]) == f([4.0, 5.0])


def test_a_gradient_that_is_no_slope_is_compared_with_an_eager_one_at_its_second_call(monkeypatch):
    f = value_and_grad(lambda p: p[0] * stop_gradient(p[1]))
    compiled = jit(f)
    assert compiled([2.0, 3.0]) == f([2.0, 3.0]) == (6.0, [3.0, 0.0])
    run = branch.Branch.run
    monkeypatch.setattr(branch.Branch, "run", lambda self, given, values: (run(self, given, values)[0], [1.0, 1.0]))
    with pytest.warns(UserWarning, match="other numbers"):
        assert compiled([4.0, 5.0]) == f([4.0, 5.0])


def test_arguments_that_are_the_same_object_and_errors():
    f = jit(lambda x, y: 1.0 if x is y else 0.0)
    x = [1.0]
    assert [f(x, [1.0]), f(x, [2.0]), f(x, x)] == [0.0, 0.0, 1.0]

    def positive(x):
        if x < 0:
            raise ValueError("negative")
        return x
    g = jit(positive)
    assert g(2.0) == g(2.0) == 2.0
    with pytest.raises(ValueError, match="negative"):
        g(-1.0)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("name", [*sorted(HOSTILE), *LATE_CASES, *WILD])
def test_a_case_is_as_eager_or_refused(name, known):
    """Whatever changes between calls, each call gives what f gives, and leaves the same behind."""
    given, left, _ = history(name, jitted=False)
    jitted, jitted_left, warned = history(name, True, known)
    for k, (a, b) in enumerate(zip(given, jitted)):
        assert numbers_alike(a, b), f"call {k}: {b}, eager {a}"
    assert numbers_alike(left, jitted_left), (left, jitted_left)
    assert len([w for w in warned if w.startswith("jit runs")]) <= 1, warned


def outcome_of(f, args):
    try:
        return f(*args)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("kind", [list, np.array, tuple])
@pytest.mark.parametrize("transform", [value_and_grad, grad, lambda f: f, hessian])
def test_calls_that_look_alike_notice_what_is_special(transform, kind):
    """After a few calls arguments go directly to the program, unless there is something to check or to say."""
    scale = [1.0]

    def f(w, x):
        return scale[0] * sum(where(greater(a, 0), a * a * x, exp(a)) for a in w) + log(x + 3)
    eager, compiled = transform(f), jit(transform(f))
    usual = [(kind([0.5, -1.0 + k / 7, 2.0]), 0.25 * k) for k in range(6)]
    odd = [(kind([0.5, float("nan"), 2.0]), 1.0), (kind([0.5, 800.0, 2.0]), float("inf")), (kind([0.5, 1e200, -2.0]), 1e200), (kind([1, 2, 3]), 1.0),
           (kind([0.5, 1.0]), 1.0), (kind([0.5, 1.0, 2.0]), -3.0), (kind([0.5, 1.0, 2.0]), -4.0), (kind([0.5, 1.0, 2.0]), 2), usual[0]]
    for k, args in enumerate([*usual, *[x for one in odd for x in (one, *usual[:4])]]):
        scale[0] = 1.0 + k // 20
        a, b = outcome_of(eager, args), outcome_of(compiled, args)
        assert numbers_alike(a, b), f"call {k}, {args}: {b}, eager {a}"
    assert compiled.refused == "" and (compiled.direct is not None) == (transform is not hessian)    # log, which its program has not


def test_an_infinite_derivative_of_a_finite_value_is_as_eager():
    f = value_and_grad(lambda x, y: 1e300 * x * y)
    compiled = jit(f)
    for x, y in [(1.0, 1.0 + k / 8) for k in range(6)] + [(1e-10, 1e10), (1.0, 2.0), (1e-10, 1e10)]:
        assert outcome_of(compiled, (x, y)) == outcome_of(f, (x, y))
    assert compiled.direct is not None


@pytest.mark.parametrize("name", COMPILED)
def test_what_people_write_is_compiled(name):
    """Classes, NumPy, dataclasses, sequences of all lengths: nothing of it runs as it was written."""
    assert [w for w in history(name, True)[2] if w.startswith("jit runs")] == []


@pytest.mark.parametrize("seed", range(50))
def test_calls_at_random_are_as_eager(seed):
    """Arguments change their kind and length, and what the function reads changes."""
    found = calls.compare(seed) if seed % 3 else calls.compare_samples(seed)
    assert not found or found.startswith("refused"), found


@pytest.mark.parametrize("seed", [*range(40), 77, 161, 3601, 3642, 4317, 10104, 20688, 21103, 60060])
def test_a_function_at_random_is_as_eager(seed):
    found = compare(seed)
    assert found == "" or found.startswith("refused"), found


@pytest.mark.parametrize("seed", range(100, 130))
def test_samples_of_a_function_at_random_are_as_eager(seed):
    found = compare_samples(seed)
    assert found == "" or found.startswith("refused"), found


def one_loss(w, x, y):
    out = sum(a * b if a > 0 else 0.1 * b for a, b in zip(w, x))
    return {"loss": (out - y) ** 2 if abs(out - y) < 1 else abs(out - y), "right": (out > 0) == (y > 0), "n": 3}


@pytest.mark.parametrize("listed", [False, True])
def test_samples_run_in_one_program(listed):
    rng = np.random.default_rng(0)
    w, xs, ys = rng.normal(size=5).tolist(), rng.normal(size=(30, 5)), rng.normal(size=30)
    if listed:
        xs, ys = xs.tolist(), ys.tolist()
    f, each = jit(one_loss, samples=(1, 2)), [one_loss(w, x, y) for x, y in zip(xs, ys)]
    found = f(w, xs, ys)
    np.testing.assert_allclose(found["loss"], [e["loss"] for e in each], rtol=1e-12)
    assert found["right"].tolist() == [e["right"] for e in each] and found["n"].tolist() == [3] * 30
    assert len(f.programs) == 1 and not f.refused


def test_samples_of_other_lengths_and_branches_have_programs_of_their_own():
    f = jit(newton, samples=(0,))
    xs = [0.1 * k for k in range(60)]
    np.testing.assert_allclose(f(xs), [newton(x) for x in xs], rtol=1e-12)
    assert 1 < len(f.programs) < 12
    total = jit(lambda v: sum(v) * 2.0, samples=(0,))
    assert total([[1.0, 2.0], [3.0], [4.0, 5.0, 6.0], [7.0, 8.0]]).tolist() == [6, 6, 30, 30]
    assert len(total.programs) == 3


@pytest.mark.parametrize("args, error, words", [
    (([1.0], [1.0, 2.0]), ValueError, "1 and 2 samples"), (([], []), ValueError, "0 samples"), (([1.0],), ValueError, "from 0"), ((1.0, [1.0]), TypeError, "samples"),
])
def test_wrong_samples(args, error, words):
    with pytest.raises(error, match=words):
        jit(lambda a, b: a * b, samples=(0, 1))(*args)


def test_branches_of_a_network_are_one_program():
    """ReLU, leaky ReLU, Huber and the hinge by `if`, clip by max and min, softmax by max, entries by an int."""
    rng = random.Random(1)
    w = [[[rng.uniform(-1, 1) for _ in range(4)] for _ in range(6)], [[rng.uniform(-1, 1) for _ in range(6)] for _ in range(3)]]
    f = jit(value_and_grad(network_loss))
    for _ in range(30):
        xs = [[rng.gauss(0, 2) for _ in range(4)] for _ in range(5)]
        ys = [rng.randrange(3) for _ in range(5)]
        value, gradient = value_and_grad(network_loss)(w, xs, ys)
        found = f(w, xs, ys)
        np.testing.assert_allclose(found[0], value, rtol=1e-12)
        for a, b in zip(found[1], gradient):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    assert len(f.programs) == 1 and not f.refused


def relu_by_if(x):
    if x < 0:
        return 0.0
    return x


def huber(d):
    if abs(d) < 1:
        return 0.5 * d * d
    return abs(d) - 0.5


def network_loss(w, xs, ys):
    total = 0.0
    for x, y in zip(xs, ys):
        h = [relu_by_if(sum(a * b for a, b in zip(row, x))) for row in w[0]]
        z = [max(-5.0, min(5.0, sum(a * b for a, b in zip(row, h)))) for row in w[1]]
        top = max(z)
        powers = [exp(v - top) for v in z]
        total += -log(powers[y] / sum(powers)) + huber(z[0] - y)
        if z[y] < 1 and not z[0] > 2:
            total += 1 - z[y]
        else:
            total -= 0.1
    return total / len(xs)


def bowl(v):
    return sum((a - 1) ** 2 + 10 * (b - a * a) ** 2 for a, b in zip(v, v[1:]))


@pytest.mark.parametrize("n", [2, 5, 8, 12])
def test_newtons_method_on_a_hessian(n):
    """What is done for all turns of a loop at once may need a later group of the turn before."""
    f, slow = jit(hessian(bowl)), hessian(bowl)
    for k in range(3):
        v = [0.1 * i - 0.2 * k for i in range(n)]
        np.testing.assert_allclose(f(v), slow(v), rtol=1e-9, atol=1e-9)
    assert not f.refused and len(f.programs) == 1


def test_methods_keep_a_program_for_each_object():
    class Scale:
        def __init__(self, s):
            self.s = s

        @jit
        def go(self, x):
            return x * self.s
    a, b = Scale(2.0), Scale(3.0)
    assert [a.go(1.0), b.go(1.0), a.go(2.0), b.go(2.0)] == [2, 3, 4, 6]
    a.s = 10.0
    assert a.go(2.0) == 20.0 and a.go is a.go


def test_threads_share_a_function():
    from concurrent.futures import ThreadPoolExecutor
    f = jit(value_and_grad(lambda x, k: (x * x if x > 1 else -x) * k + newton(x)))
    points = [(0.37 * k - 3, float(k)) for k in range(40)] * 3
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda p: f(*p), points))
    expected = [value_and_grad(lambda x, k: (x * x if x > 1 else -x) * k + newton(x))(*p) for p in points]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def appends(seen):
    def f(x, w):
        if x > 3:
            seen.append(1.0)
        return w * x * len(seen)
    return f


def sets(seen):
    def f(x, w):
        if x > 3:
            seen[0] = seen[0] + 1.0
        return w * x + seen[0]
    return f


def counts(seen):
    def f(x, w, memo={}):       # noqa: B006
        if x > 3:
            seen[0] += 1.0
            memo["n"] = seen[0]
        return w * x + memo.get("n", 0) + seen[0]
    return f


@pytest.mark.parametrize("make", [appends, sets, counts])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.filterwarnings("ignore:jit runs")
def test_samples_after_one_that_changes_something_see_the_change(make, seed):
    rng = random.Random(seed)
    eager, jitted = make([0.5]), jit(make([0.5]), samples=(0,))
    for call in range(8):
        xs = [5.0 if call > 2 and rng.random() < 0.3 else rng.choice([1.0, 2.0, 2.5]) for _ in range(6)]
        assert list(jitted(xs, 2.0)) == [eager(x, 2.0) for x in xs]


@pytest.mark.parametrize("make", [appends, sets, counts])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.filterwarnings("ignore:jit runs")
def test_samples_of_several_structures_come_in_their_order_where_one_changes_something(make, seed):
    rng = random.Random(seed)
    of_list = lambda f: lambda row, w: [f(sum(row), w), sum(row) if len(row) > 1 else 0.0]
    eager, jitted = of_list(make([0.5])), jit(of_list(make([0.5])), samples=(0,))
    for call in range(8):
        last = lambda: rng.choice([1.0, 3.5]) if call > 2 else 1.0
        rows = [[last()] + [0.5] * rng.randrange(3) for _ in range(6)]
        assert np.array(jitted(rows, 2.0)).T.tolist() == [eager(row, 2.0) for row in rows]


@pytest.mark.parametrize("wrong", [lambda y, g: (y, 1.001 * g), lambda y, g: (1.001 * y, g)])
@pytest.mark.parametrize("kind", [list, np.array])
def test_a_sum_over_samples_by_a_branch_recorded_before_the_function_had_run_is_compared_with_it(monkeypatch, wrong, kind):
    f = value_and_grad(lambda p, x: (p[0] * x + stop_gradient(p[1])) ** 2)
    each = [f([2.0, 3.0], x) for x in (1.0, 2.0, 5.0)]
    compiled = jit(f, samples=(1,), reduce="sum")
    assert compiled([2.0, 3.0], [1.0]) == f([2.0, 3.0], 1.0)
    right = sampled.RowsBranch.of_rows
    monkeypatch.setattr(sampled.RowsBranch, "of_rows", lambda self, theta, X: wrong(*right(self, theta, X)))
    with pytest.warns(UserWarning, match="other numbers"):
        y, g = compiled([2.0, 3.0], kind([1.0, 2.0, 5.0]))
    assert y == sum(y for y, _ in each) and g == [sum(g[i] for _, g in each) for i in range(2)]


@pytest.mark.filterwarnings("ignore:jit runs")
def test_samples_before_a_refusal_run_once():
    seen = []

    def f(x):
        seen.append(x)
        return x * len(seen)
    assert jit(f, samples=(0,))([1.0, 2.0, 3.0]).tolist() == [1.0, 4.0, 9.0] and seen == [1.0, 2.0, 3.0]


@pytest.mark.filterwarnings("ignore:jit runs")
def test_a_sum_of_samples_in_which_one_changes_something_is_refused():
    gradient = jit(grad(sets([0.5]), argnums=1), samples=(0,), reduce="sum")
    assert gradient([1.0, 2.0], 2.0) == 3.0
    with pytest.raises(RuntimeError, match="call it for each sample"):
        gradient([1.0, 5.0, 2.0], 2.0)


def test_numbers_whose_square_overflows_are_no_warning():
    f = jit(grad(lambda w: 1e154 * w[0] * 3 + w[1]))
    assert [f([1.0, 2.0 + k]) for k in range(4)] == [[3e154, 1.0]] * 4


def test_steps_in_a_loop_are_told_what_to_write():
    w = Value(2.0)

    def steps(x):
        for _ in range(2):
            w.grad = 0.0
            loss = (w * x - 1) ** 2
            loss.backward()
            w.data -= 0.1 * w.grad
        return loss
    compiled = jit(steps)
    with pytest.warns(UserWarning, match=r"(?s)has changed it \(.*line \d+\); decorate one step.*@jit\n.*backward\(\)"):
        compiled(0.0)
    assert w.data == 2.0


def test_a_branch_that_calls_a_function_of_an_imported_module_is_a_choice_in_one_program():
    def f(x):
        return ag.exp(-x) if x > 0 else ag.exp(x)
    compiled = jit(f)
    for x in (1.0, -1.0, 2.0, -0.5):
        assert compiled(x) == pytest.approx(f(x), rel=1e-12)
    assert len(compiled.programs) == 1


def test_names_that_numpy_warns_of_are_not_asked_of_it():
    @jit
    def f(x):
        return np.sum(np.array([x, 2 * x], dtype=object))
    assert [f(3.0), f(4.0)] == [9.0, 12.0] and not f.refused    # warnings are errors here


@pytest.mark.parametrize("reduce", [None, "sum", "mean"])
@pytest.mark.parametrize("known", [False, True])
def test_samples_without_numbers_are_compiled(reduce, known):
    """Their rows are empty, and so is what a program takes for each of them."""
    f = (lambda w, x: w * len(x) + 1) if known else (lambda w, x: 3.0 * len(x))
    compiled = jit(f, samples=(1,), reduce=reduce)
    for m in (1, 3, 2):
        found = compiled(2.0, [[]] * m)
        expected = f(2.0, []) if reduce == "mean" else f(2.0, []) * m if reduce else [f(2.0, [])] * m
        np.testing.assert_allclose(found, expected)
    assert not compiled.refused


def steps_down(x, n):
    return x if n == 0 else steps_down(ag.exp(-x) if x > 0 else ag.exp(x), n - 1)


def test_a_branch_in_a_function_that_calls_itself_is_a_choice_in_one_program():
    compiled = jit(steps_down)
    for x in (2.0, 1.0, 0.5, -1.0):
        assert compiled(x, 3) == pytest.approx(steps_down(x, 3), rel=1e-12)
    assert len(compiled.programs) == 1


@jit
def a_square(x):
    return x * x


def test_a_jitted_function_is_copied_and_pickled_as_a_function_is():
    assert copy.copy(a_square) is a_square and copy.deepcopy([a_square])[0] is a_square
    assert pickle.loads(pickle.dumps(a_square)) is a_square and a_square(3.0) == 9.0
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(jit(lambda x: x))
