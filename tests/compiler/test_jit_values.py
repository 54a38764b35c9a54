"""jit of functions that return Values: the loops people write, where `.backward()` on what a compiled function returned
fills in the grads of the parameters it refers to, or was given."""
import pickle
import random
import warnings

import numpy as np
import pytest

import nn
from autograd import Value, exp, grad, jit, log, no_grad, relu
from autograd.compiler.jit import branch

X = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
Y = [1.0, -1.0, -1.0, 1.0]


def descend(loss, parameters, rate=0.05):
    """A step of gradient descent, as micrograd's loop makes it; the loss as it was."""
    found = loss.data
    for p in parameters:
        p.grad = 0.0
    loss.backward()
    for p in parameters:
        p.data -= rate * p.grad
    return found


def programs_of(f):
    inside = [*getattr(f, "bound", {}).values(), *getattr(f, "methods", {}).values()]
    return len(getattr(f, "programs", ())) + sum(map(programs_of, inside))


CASES = {}


def case(make):
    CASES[make.__name__] = make
    return make


# make(decorate) -> the decorated function, the parameters, call(k)

@case
def a_model_in_a_closure(decorate):
    model = nn.MLP(3, [4, 4, 1], seed=1)

    @decorate
    def loss():
        return sum((model(x) - y) ** 2 for x, y in zip(X, Y))
    return loss, model.parameters(), lambda k: descend(loss(), model.parameters())


@case
def a_model_as_an_argument(decorate):
    model = nn.MLP(3, [4, 4, 1], seed=1)

    @decorate
    def loss(model, xs, ys):
        return sum((model(x) - y) ** 2 for x, y in zip(xs, ys))
    return loss, model.parameters(), lambda k: descend(loss(model, X[:2 + k % 3], Y[:2 + k % 3]), model.parameters())


@case
def values_as_arguments(decorate):
    w, b = [Value(0.1 * i) for i in range(3)], Value(0.0)

    @decorate
    def loss(w, b, xs, ys):
        return sum((sum(wi * xi for wi, xi in zip(w, x)) + b - y) ** 2 for x, y in zip(xs, ys))
    return loss, [*w, b], lambda k: descend(loss(w, b, X, Y), [*w, b])


@case
def a_model_itself(decorate):
    model = nn.MLP(3, [4, 2], seed=1)
    forward = decorate(model)
    return forward, model.parameters(), lambda k: descend(
        sum((out - y) ** 2 for x, y in zip(X, Y) for out in forward(x)), model.parameters())


@case
def a_method_of_a_class_that_prints_elsewhere(decorate):
    class Line(nn.Module):
        def __init__(self):
            self.w = [Value(0.3), Value(-0.2)]

        @decorate
        def loss(self, x, y):
            return (self.w[0] * x + self.w[1] - y) ** 2 if x > 0 else abs(self.w[0] - y)

        def train(self, steps):
            for k in range(steps):
                self.loss(1.0, 2.0).backward()
                print("step", k)
    line = Line()
    return Line.__dict__["loss"], line.parameters(), lambda k: descend(line.loss((-1) ** k + 0.1 * k, 2.0), line.parameters())


@case
def samples_by_index(decorate):
    model = nn.MLP(3, [4, 1], seed=1)

    @decorate
    def loss(places):
        return sum((model(X[i]) - Y[i]) ** 2 for i in places)
    return loss, model.parameters(), lambda k: descend(loss([k % 4, (k + 1) % 4]), model.parameters())


def bigram(decorate, given):
    rng = random.Random(1)
    table = [[Value(rng.gauss(0, 1)) for _ in range(5)] for _ in range(5)]
    parameters = [v for row in table for v in row]

    @decorate
    def loss(tokens, W=None):
        total, W = 0, table if W is None else W
        for a, b in zip(tokens, tokens[1:]):
            counts = [exp(w) for w in W[a]]
            total += -log(counts[b] / sum(counts))
        return total / (len(tokens) - 1)
    tokens = lambda k: [0, (k * 3) % 5, (k + 1) % 5, 0]
    return loss, parameters, lambda k: descend(loss(tokens(k), table) if given else loss(tokens(k)), parameters)


CASES |= {"a bigram": lambda d: bigram(d, False), "a bigram by its table": lambda d: bigram(d, True)}


def of_one(f, step, parameters=(0.5,)):
    """A case of a few Values: f(*values) is the function, step(f, k, *values) a call."""
    def make(decorate):
        values = [Value(x) for x in parameters]
        compiled = decorate(f(*values))
        return compiled, values, lambda k: step(compiled, k, *values)
    return make


CASES |= {
    "its node is used on": of_one(lambda w: lambda x: w * x, lambda f, k, w: descend(f(1.0 + k) * f(2.0) + w, [w], 1e-3)),
    "a Value itself": of_one(lambda w: lambda x: w if x > 2 else w * x, lambda f, k, w: [descend(f(1.0 + k), [w]), f(1.0 + k) is w]),
    "an argument itself": of_one(lambda w: lambda v: {"loss": v * v, "w": v, "n": 3},
                                 lambda f, k, w: (lambda r: [descend(r["loss"] + r["w"], [w]), r["n"], r["w"] is w])(f(w))),
    "numbers and Values": of_one(lambda w: lambda x: (w.data * x, w * 1.0, [w * w, x], {"a": w.data > 0.5}), lambda f, k, w: (
        lambda r: [r[0], descend(r[1] * r[2][0], [w]), r[2][1], r[3]["a"]])(f(1.0 + k))),
    "without recording": of_one(lambda w: lambda x: w * x * x, lambda f, k, w: descend(f(1.0 + k), [w]) if k % 3 else no_graph(f, k)),
    "inside a transform": of_one(lambda w: lambda x: w * x * x, lambda f, k, w: descend(f(2.0), [w]) if k % 2 else grad(lambda v: f(v) * v)(1.0 + k)),
    "a computed argument": of_one(lambda w: lambda x: w * x, lambda f, k, w: descend(f(w * 2), [w])),
    "one Value twice": of_one(lambda v, w: lambda a, b: a * b + a, lambda f, k, v, w: descend(f(v, w if k % 3 else v), [v, w]), (0.5, 0.25)),
    "a branch on a Value": of_one(lambda w: lambda v, x: v * x if v > x else v + x, lambda f, k, w: descend(f(w, k * 0.2), [w])),
    "max beside a Value": of_one(lambda w: lambda x: max(w, x) + min(w, 1.0) * x, lambda f, k, w: descend(f(0.2 * k), [w], 0.01)),
    "out of a domain": of_one(lambda w: lambda v: log(v) * 2 + relu(v - 1), lambda f, k, w: at_number(f, (2.0, 3.0, 0.5, -1.0, 1.0)[k % 5], w)),
    "made inside": of_one(lambda w: lambda x: w * Value(x) + Value(2.0), lambda f, k, w: descend(f(1.0 + k), [w], 0.01)),
    "of no parameter": of_one(lambda w: lambda x: Value(x) * 2, lambda f, k, w: f(1.0 + k).data),
    "many Values": of_one(lambda v, w: lambda x: [v * x, w * x * x], lambda f, k, v, w: descend(sum(f(1.0 + k)), [v, w], 0.01), (0.5, 1.0)),
    "a number for a Value": of_one(lambda w: lambda v, x: v * x, lambda f, k, w: f(3.0, 2.0) if k == 5 else descend(f(w, 1.0 + k), [w], 0.01)),
    "draws numbers late": of_one(lambda w: lambda x: w * x + (random.random() if x > 5 else 0.0), lambda f, k, w: descend(f(1.0 + k), [w], 0.01)),
    "draws numbers": of_one(lambda v, w: lambda x: [v, w][np.random.permutation(2)[0]] * x, lambda f, k, v, w: descend(f(1.0 + k), [v, w], 0.01), (0.5, 1.0)),
    "a transform of a Value": of_one(lambda w: grad(lambda v: v * v * w), lambda f, k, w: f(1.0 + k) if k % 2 else f(w).data),
    "reads a grad": of_one(lambda w: lambda x: w * x + w.grad, lambda f, k, w: descend(f(1.0 + k), [w], 0.01)),
    "an entry of a table": of_one(lambda v, w: lambda i: [v, w][i], lambda f, k, v, w: [descend(f(k % 2), [v, w]), f(1) is w], (0.5, 1.0)),
    "another function each time": of_one(lambda w: lambda g, x: g(x) * 2.0, lambda f, k, w: descend(f(lambda x: w * x * k, 2.0), [w], 0.01)),
}
RUN_AS_WRITTEN = {"draws numbers late", "draws numbers", "a transform of a Value", "reads a grad", "an entry of a table", "another function each time"}


def no_graph(f, k):
    with no_grad():
        found = f(1.0 + k)
    return [found.data, len(found.inputs)]


def at_number(f, number, w):
    w.data, w.grad = number, 0
    found = f(w)
    found.backward()
    return found.data


def history(make, decorate):
    """What all calls gave, with grads and data after each; the function, the warnings."""
    random.seed(0)
    np.random.seed(0)
    f, parameters, call = make(decorate)
    found = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for k in range(14):
            try:
                found.append(call(k))
            except ArithmeticError as error:
                found.append(type(error))
            except ValueError as error:
                found.append(type(error))
            found.append([(p.grad, p.data) for p in parameters])
    return found, f, [str(w.message) for w in warned]


@pytest.mark.parametrize("name", CASES)
def test_a_loop_goes_as_eager(name):
    eager, _, _ = history(CASES[name], lambda f: f)
    found, f, warned = history(CASES[name], jit)
    for k, (a, b) in enumerate(zip(eager, found)):
        assert a == b if isinstance(a, type) else np.allclose(a, b, rtol=1e-9, atol=1e-12), (k // 2, a, b)
    assert bool(warned) == (name in RUN_AS_WRITTEN), warned
    assert name in RUN_AS_WRITTEN or programs_of(f)


def moons_loop(decorate, steps):
    """The loop of micrograd's demo, as it stands there."""
    np.random.seed(1337)
    random.seed(1337)
    X, y = nn.data.moons(20, noise=0.1, random_state=1)
    y = y * 2 - 1
    model = nn.MLP(2, [8, 8, 1])

    @decorate
    def loss(batch_size=None):
        if batch_size is None:
            Xb, yb = X, y
        else:
            ri = np.random.permutation(X.shape[0])[:batch_size]
            Xb, yb = X[ri], y[ri]
        inputs = [list(map(Value, xrow)) for xrow in Xb]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(yb, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = 1e-4 * sum(p * p for p in model.parameters())
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(yb, scores)]
        return total_loss, sum(accuracy) / len(accuracy)

    history = []
    for k in range(steps):
        total_loss, acc = loss()
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        history.append((total_loss.data, acc))
    return history, loss


def test_micrograds_loop_with_one_line_more():
    eager, _ = moons_loop(lambda f: f, 30)
    found, loss = moons_loop(jit, 30)
    np.testing.assert_allclose(found, eager, rtol=1e-9)
    (branch,), = loss.known.values()
    assert not loss.refused and not branch.lines        # every score's sign is data, and no branch


def test_the_derivatives_of_a_node_are_compared_with_eager_ones(monkeypatch):
    w = Value(3.0)
    monkeypatch.setattr(branch, "agrees", lambda eager, node, values: False)
    f = jit(lambda x: w * x)
    with pytest.warns(UserWarning, match="other numbers"):
        assert f(2.0).data == 6.0


def test_all_results_come_from_one_program():
    """A loss, what it was made of, and a count: any of the Values may be differentiated, or none."""
    w = [Value(0.5), Value(-1.0), Value(2.0)]

    def loss(xs, ys):
        scores = [sum([a * b for a, b in zip(w, x)]) for x in xs]
        hits = sum([(s > 0) == (y > 0) for s, y in zip(scores, ys)])
        total = sum([(s - y) ** 2 for s, y in zip(scores, ys)])
        return total, hits / len(ys), {"scores": scores, "again": total, "first": w[0]}, len(ys)
    compiled = jit(loss)
    for k, which in enumerate([lambda r: r[0], lambda r: r[2]["scores"][1], lambda r: r[2]["again"] * r[2]["scores"][0]] * 3):
        args = [[1.0, 0.5 * k, -1.0], [0.1 * k, 2.0, 0.3]], [1.0, -1.0]
        found = []
        for f in (loss, compiled):
            for p in w:
                p.grad = 0.0
            result = f(*args)
            which(result).backward()
            assert result[2]["first"] is w[0] and result[2]["again"] is result[0]
            found.append([result[0].data, *result[1:2], *[s.data for s in result[2]["scores"]], result[3], *[p.grad for p in w]])
        assert found[0] == pytest.approx(found[1])
    assert len(compiled.programs) == 1
    again = pickle.loads(pickle.dumps(compiled(*args)[2]["scores"][1]))
    assert again.partials == loss(*args)[2]["scores"][1].partials or again.partials == pytest.approx(args[0][1])


def hinge_loss(w):
    """A loss that is a number, 0.0, where every margin is large."""
    xs = [[(-1) ** k * (0.2 + 0.1 * k), 0.3 - 0.02 * k] for k in range(8)]
    ys = [1 if x[0] > 0 else -1 for x in xs]

    def loss(scale):
        total = 0.0
        for x, y in zip(xs, ys):
            margin = y * (w[0] * x[0] + w[1] * x[1]) * scale
            if margin < 1:
                total += 1 - margin
        return total
    return loss


def test_a_choice_of_choices_of_numbers_and_values():
    w = Value(0.5)

    def f(x):
        a = 0.0
        if x > 0:
            a = a + w * x
        b = 1.0
        if x > 1:
            b = a
        if x > 2:
            b = b + 1.0
        return a, b if x < 4 else 7.0, a + b
    compiled = jit(f)
    for x in (0.5, 1.5, 2.5, -1.0, 5.0, 0.25, 3.0, -2.0, 6.0):
        eager, found = f(x), compiled(x)
        assert [type(y) for y in eager] == [type(y) for y in found]
        assert [getattr(y, "data", y) for y in found] == pytest.approx([getattr(y, "data", y) for y in eager])


def test_a_sum_to_which_an_if_adds_is_a_number_where_none_does():
    w = [Value(1.0), Value(0.1)]
    loss = hinge_loss(w)
    compiled = jit(loss)
    for scale in (1.0, 2.0, 5.0, 1000.0, 3.0, 1e5, 1.0):
        eager, found = loss(scale), compiled(scale)
        assert type(found) is type(eager) and getattr(found, "data", found) == pytest.approx(getattr(eager, "data", eager))
    assert compiled.refused == "" and sum(map(len, compiled.known.values())) == 2


def test_a_step_whose_sum_begins_with_a_number_is_compiled():
    found = []
    for decorate in (lambda f: f, jit):
        w = [Value(0.4), Value(-0.3)]
        loss = hinge_loss(w)

        @decorate
        def step(rate):
            total = loss(1.0)
            for p in w:
                p.grad = 0.0
            total.backward()
            for p in w:
                p.data -= rate * p.grad
            return total.data, sum(p.data for p in w)
        losses = []
        for _ in range(60):
            try:
                losses.append(step(0.3))
            except AttributeError:                      # 0.0 has no backward()
                losses.append(("no backward", [p.data for p in w]))
        found.append(losses)
    assert "no backward" in found[0][-1]
    assert [str(x[0]) if isinstance(x[0], str) else "" for x in found[0]] == [str(x[0]) if isinstance(x[0], str) else "" for x in found[1]]
    assert [x for x in found[0] if x[0] != "no backward"] == [pytest.approx(x) for x in found[1] if x[0] != "no backward"]
    assert step.refused == "" and len(step.programs) == 2


def test_samples_do_not_take_values():
    w = Value(3.0)
    f = jit(lambda x: w * x, samples=(0,))
    for _ in range(2):
        with pytest.raises(TypeError, match="must return numbers to be stacked"):
            f([1.0, 2.0])
