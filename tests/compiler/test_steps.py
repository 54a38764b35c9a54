"""jit of whole training steps: zeroing grads, backward(), and what the parameters become, in one program."""
import random
import warnings

import numpy as np
import pytest

import nn
from autograd import Value, exp, jit, log, no_grad, where
from tests.compiler.steps import compare

X = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
Y = [1.0, -1.0, -1.0, 1.0]


@pytest.mark.parametrize("first", range(0, 60, 12))
def test_steps_at_random_go_as_eager(first):
    found = [compare(seed) for seed in range(first, first + 12)]
    assert not [text for text in found if text and not text.startswith("refused")]
    assert sum(not text for text in found) >= 3


def test_hundreds_of_steps_at_random_go_as_eager():
    found = [compare(seed) for seed in range(2000, 2300)]
    assert not [text for text in found if text and not text.startswith("refused")]


def moons(decorate, momentum=False):
    """A step on micrograd's moons; and its parameters."""
    xs, ys = nn.data.moons(20, noise=0.1, random_state=1)
    xs, ys = xs.tolist(), [2 * int(y) - 1 for y in ys]
    model = nn.MLP(2, [8, 8, 1], seed=1)
    velocities = [Value(0.0) for _ in model.parameters()]

    @decorate
    def step(k):
        scores = [model(x) for x in xs]
        losses = [(1 + -y * s).relu() for y, s in zip(ys, scores)]
        total = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        accuracy = [(y > 0) == (s.data > 0) for y, s in zip(ys, scores)]
        model.zero_grad()
        total.backward()
        rate = 1.0 - 0.9 * k / 100
        for p, v in zip(model.parameters(), velocities):
            if momentum:
                v.data = 0.9 * v.data + p.grad
                p.data -= 0.1 * rate * v.data
            else:
                p.data -= rate * p.grad
        return total, sum(accuracy) / len(accuracy)
    return step, model.parameters()


@pytest.mark.parametrize("momentum", [False, True])
def test_micrograds_whole_step_with_one_line_more(momentum):
    (eager, p), (step, q) = moons(lambda f: f, momentum), moons(jit, momentum)
    for k in range(40):
        (loss, accuracy), (found, found_accuracy) = eager(k), step(k)
        assert found_accuracy == accuracy and found.grad == loss.grad == 1.0
        np.testing.assert_allclose(found.data, loss.data, rtol=1e-9)
    np.testing.assert_allclose([v.data for v in q], [v.data for v in p], rtol=1e-7)
    np.testing.assert_allclose([v.grad for v in q], [v.grad for v in p], rtol=1e-6, atol=1e-9)
    (branch,), = step.known.values()
    assert not step.refused and not branch.lines and len(branch.step.passes) == 1
    assert len(step.programs) == 2 and "np.maximum(z1, 0)" in step.programs[0].source


def test_what_a_step_returns_has_derivatives_of_its_own():
    def make(decorate):
        w = Value(3.0)

        @decorate
        def step(x):
            loss = w * w * x
            w.grad = 0
            loss.backward()
            w.data -= 0.1 * w.grad
            return loss
        return w, step
    (v, eager), (w, step) = make(lambda f: f), make(jit)
    for _ in range(4):
        a, b = eager(2.0), step(2.0)
        a.backward()
        b.backward()
        assert (w.grad, w.data, b.grad) == pytest.approx((v.grad, v.data, a.grad))


def test_parameters_may_be_an_argument():
    def make(decorate):
        @decorate
        def step(parameters, x):
            loss = (parameters[0] * x + parameters[1] - 1) ** 2
            for p in parameters:
                p.grad = 0
            loss.backward()
            for p in parameters:
                p.data -= 0.1 * p.grad
            return loss.data
        return step
    eager, step = make(lambda f: f), make(jit)
    for given in ([Value(1.0), Value(2.0)], [Value(-1.0), Value(0.5)]):
        same = [Value(v.data) for v in given]
        for k in range(4):
            assert step(given, 1.0 + k) == pytest.approx(eager(same, 1.0 + k))
            assert [v.data for v in given] == pytest.approx([v.data for v in same])
    one, two = Value(1.0), Value(1.0)
    assert step([one, one], 2.0) == eager([two, two], 2.0) and (one.data, one.grad) == (two.data, two.grad)
    assert not step.refused and len(step.known) == 1


def test_what_fails_leaves_behind_what_it_does_eagerly():
    def make(decorate):
        a, b = Value(1.0), Value(2.0)

        @decorate
        def step(x):
            a.data = a.data + x
            loss = log(b * x)
            b.grad = 0
            loss.backward()
            b.data = b.data - b.grad
        return a, b, step
    (a, b, eager), (c, d, step) = make(lambda f: f), make(jit)
    for x in (0.5, 0.25, -1.0, 0.5, 0.0, 0.5):
        with warnings.catch_warnings(record=True):
            outcomes = []
            for f in (eager, step):
                try:
                    outcomes.append(f(x))
                except ValueError as error:
                    outcomes.append(str(error))
        assert outcomes[0] == outcomes[1]
        assert (c.data, c.grad, d.data, d.grad) == pytest.approx((a.data, a.grad, b.data, b.grad))


def test_an_error_after_a_change_is_raised_once():
    """The program does not overflow where floats do, and where both are compared the function runs once."""
    w, runs = Value(1.0), []

    @jit
    def step(x):
        w.data = w.data * 2
        return (w.data * x) ** 2
    step(1.0)
    plain = step.f
    step.f = lambda x: (runs.append(x), plain(x))[1]
    for x in (1.0, 1e200, 1.0):
        before = w.data
        try:
            step(x)
        except OverflowError:
            assert x == 1e200
        assert w.data == 2 * before
    assert not step.refused and runs.count(1e200) == 1


def refused_steps():
    w, u = Value(2.0), Value(1.0)
    computed = u * 2

    def twice(x):
        for _ in range(2):
            loss = w * w * x
            w.grad = 0
            loss.backward()
            w.data -= 0.1 * w.grad
        return loss.data

    def through(x):
        (computed * w * x).backward()

    def inner(x):
        part = w * x
        (part * part).backward()
        return part

    def of_grads(x):
        (w * w * x).backward()
        return Value(w.grad) * w

    def within(x):
        part = w * x
        (part * part).backward()
        return part.grad

    def chosen_later(x):
        loss = w * w * x
        w.grad = 0
        loss.backward()
        w.data -= 0.1 * w.grad
        return where(x - 0.75, loss.data, w).data
    return w, [(twice, "computes with a parameter after it has changed it (test_steps.py, line"),
               (through, "computed outside"), (inner, "return its .data"), (of_grads, "from grads"),
               (within, "of a Value that is not a parameter"), (chosen_later, "after it has changed it")]


@pytest.mark.parametrize("k", range(6))
def test_what_cannot_be_compiled_says_so_and_runs(k):
    (w, cases), (v, same) = refused_steps(), refused_steps()
    eager, step = same[k][0], jit(cases[k][0])
    for x in (1.0, 0.5, 2.0):
        expected = eager(x)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            found = step(x)
        assert (getattr(found, "data", found), w.data, w.grad) == (getattr(expected, "data", expected), v.data, v.grad)
        assert bool(warned) == (x == 1.0)
    assert cases[k][1] in step.refused


def test_a_wrong_program_is_found_out_and_what_it_did_is_undone(monkeypatch):
    w = Value(1.0)

    @jit
    def step(x):
        w.grad = 0
        (w * x).backward()
        w.data -= 0.5 * w.grad
    step(1.0)
    (branch,), = step.known.values()
    plain = branch.step.found
    monkeypatch.setattr(branch.step, "found", lambda theta, values: plain(theta, values)._replace(
        wanted=plain(theta, values).wanted + 1))
    with pytest.warns(UserWarning, match="other numbers"):
        for _ in range(2):
            step(1.0)
    assert w.data == 1.0 - 0.5 + 0.5 - 0.5 and w.grad == 1.0


def test_a_branch_on_a_grad_is_checked_before_anything_changes():
    def make(decorate):
        w = Value(1.0)

        @decorate
        def step(x):
            w.grad = 0
            (w * w * x).backward()
            if w.grad > 1:
                print_nothing = [0]
                print_nothing.append(1)
                w.data -= 0.1 * w.grad / len(print_nothing)
            else:
                w.data = 0.0 - w.data
            return w.data
        return w, step
    (v, eager), (w, step) = make(lambda f: f), make(jit)
    rng = random.Random(1)
    for _ in range(30):
        x = rng.uniform(-2, 2)
        assert step(x) == pytest.approx(eager(x), rel=1e-9) and w.grad == pytest.approx(v.grad)
    assert sum(map(len, step.known.values())) == 2


def test_inside_no_grad_a_step_does_what_it_does_eagerly():
    w = Value(1.0)

    @jit
    def step():
        w.grad = 0
        (w * w).backward()
        w.data -= 0.1 * w.grad
    step()
    before = w.data
    with no_grad():
        step()
    assert w.data == before


def shares(values, returns):
    """A step of two passes that share h, between which a grad is read."""
    def step(x, y):
        for p in values:
            p.grad = 0.0
        h = values[0] * x + values[1]
        first, second = h * h, (h - y) ** 2
        first.backward()
        between = values[0].grad
        (second + 0.5 * first).backward()
        return [between, *(p.grad for p in values), *([first] if returns else [])]
    return step


@pytest.mark.parametrize("returns", [False, True])
def test_a_pass_goes_through_what_an_earlier_pass_went_through(returns):
    plain, compiled = shares([Value(0.5), Value(0.1)], returns), jit(shares([Value(0.5), Value(0.1)], returns))
    for x, y in [(0.0, 1.0), (0.5, 1.0), (0.5, 1.0), (1.5, -2.0)]:     # at x = 0 a lost gradient is 0, too
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted, found = plain(x, y), compiled(x, y)
        assert found[:3] == pytest.approx(wanted[:3], rel=1e-12)
        assert not returns or found[3].grad == pytest.approx(wanted[3].grad)
    assert bool(compiled.refused) == returns


def adam(decorate):
    """Adam as microgpt writes it, with lists and a count of steps; everything it changes."""
    model = nn.MLP(2, [4, 1], seed=1)
    parameters = model.parameters()
    first, second = [0.0 for _ in parameters], [0.0 for _ in parameters]
    state = {"steps": 0, "best": 1e9, "name": "adam"}

    @decorate
    def step(xs, ys, rate):
        loss = sum((model(x) - y) ** 2 for x, y in zip(xs, ys)) / len(xs)
        loss.backward()
        state["steps"] += 1
        for i, p in enumerate(parameters):
            first[i] = 0.9 * first[i] + 0.1 * p.grad
            second[i] = 0.999 * second[i] + 0.001 * p.grad ** 2
            correct = first[i] / (1 - 0.9 ** state["steps"]), second[i] / (1 - 0.999 ** state["steps"])
            p.data -= rate * correct[0] / (correct[1] ** 0.5 + 1e-8)
            p.grad = 0
        state["best"] = min(state["best"], loss.data)
        return loss.data
    return step, lambda: [[p.data for p in parameters], first, second, list(state.values())[:2]], (first, state)


def test_what_a_step_keeps_in_lists_and_dicts_is_read_and_written():
    (eager, expected, _), (step, found, (first, state)) = adam(lambda f: f), adam(jit)
    for k in range(30):
        args = [[1.0, 2.0 - k % 2], [-1.0, 0.5]], [1.0, -1.0], 0.05
        assert step(*args) == pytest.approx(eager(*args), rel=1e-8)
        for a, b in zip(expected(), found()):
            assert b == pytest.approx(a, rel=1e-6, abs=1e-10)
    assert type(state["steps"]) is int and all(type(x) is float for x in first)
    assert not step.refused and sum(map(len, step.known.values())) == 1


def test_memories_may_be_changed_and_replaced_from_outside():
    (eager, expected, (one, a)), (step, found, (two, b)) = adam(lambda f: f), adam(jit)
    for k in range(12):
        if k == 4:
            one[0], two[0], a["steps"], b["steps"] = 0.5, 0.5, 1, 1
        if k == 8:
            a["name"] = b["name"] = "other"
        step([[1.0, 2.0]], [1.0], 0.1), eager([[1.0, 2.0]], [1.0], 0.1)
        assert found()[0] == pytest.approx(expected()[0], rel=1e-6)
    assert not step.refused


def test_a_list_that_grows_is_left_to_python_and_holds_numbers_alone():
    w, losses = Value(2.0), []

    @jit
    def step(x):
        loss = w * x
        w.grad = 0
        loss.backward()
        w.data -= 0.1 * w.grad
        losses.append(loss.data)
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        for _ in range(8):
            step(1.0)
    assert "what it refers to (test_steps.py, line" in step.refused
    assert losses == pytest.approx([2.0 - 0.1 * k for k in range(8)]) and {*map(type, losses)} == {float}


def test_what_is_written_again_holds_numbers_after_a_recording():
    """The first call leaves the list as it was, so nothing shows that it is written to."""
    best, w = [0.0], Value(-1.0)

    @jit
    def f(x):
        best[0] = max(best[0], w.data * x)
        return w * x
    for x in (1.0, 2.0, -3.0, -4.0, 1.0):
        assert f(x).data == -x and type(best[0]) is float
    assert best == [4.0] and not f.refused and len(f.known) == 1


class Best:
    def __init__(self):
        self.loss = 9.0


def test_an_attribute_that_is_set_again_holds_a_number_after_a_recording():
    """The first call leaves it as it was; the recording, which would set it to a Value, changes nothing either."""
    best, w = Best(), Value(10.0)

    @jit
    def f(x):
        best.loss = min(best.loss, w.data * x)
        return w * x
    with pytest.warns(UserWarning, match="changes what it refers to"):
        for x in (1.0, 0.5, 0.25):
            assert f(x).data == 10 * x and type(best.loss) is float
    assert best.loss == 2.5


def test_a_memory_that_is_returned_or_is_an_argument_is_the_same_list():
    velocity, rows = [0.0], [[0.0], [0.0]]

    @jit
    def keeps(x):
        velocity[0] = 0.5 * velocity[0] + x
        return velocity

    @jit
    def reads(row, x):
        rows[0][0] = rows[0][0] + x
        return row[0] * x
    with pytest.warns(UserWarning, match="returns a list that it keeps"):
        for _ in range(4):
            assert keeps(1.0) is velocity
    assert [reads([2.0], 1.0) for _ in range(3)] == [2.0] * 3
    assert [reads(rows[0], 1.0) for _ in range(3)] == [4.0, 5.0, 6.0] and not reads.refused


def test_a_step_that_meets_infinity_gives_no_warning():
    w = Value(0.5)

    @jit
    def step(x):
        w.grad = 0.0
        loss = exp(w * x)
        loss.backward()
        w.data -= 0.1 * w.grad
        return loss.data
    assert step(1.0) == pytest.approx(np.exp(0.5)) and step(-800.0) > 0
    with pytest.raises(OverflowError, match="too large"):       # and no warning, which would be an error
        step(1e6)
    assert not step.refused
