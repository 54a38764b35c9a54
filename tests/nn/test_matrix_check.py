"""nn.matrix.check: right arrays in any layout are right, mistakes typed into a program are named, and nothing is named falsely."""
from functools import cache

import numpy as np
import pytest

import nn
from nn.matrix import check
from tests.nn.backprops import arrays, cases, problem, program

SEEDS = range(8)
AT_LEAST = 0.95                                 # of the mistakes are named by their own words


def same(a, b):
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_right_arrays_are_right(seed):
    p = problem(seed)
    assert check(p.net, p.X, p.Y, p.loss, **arrays(p, program(p))).right


@pytest.mark.parametrize("seed", SEEDS)
def test_samples_may_be_columns(seed):
    p = problem(seed)
    right = arrays(p, program(p))
    columns = {name: a.T if name.startswith("dz") else a for name, a in right.items()}
    assert check(p.net, p.X, p.Y, p.loss, **columns).right


def test_one_sample_may_be_given_alone():
    net = nn.MLP(2, [3, 1], "tanh", seed=0)
    (W1, b1, _), (W2, b2, _) = nn.matrix.parameters(net)
    x = np.array([0.3, -0.8])
    f1 = np.tanh(W1 @ x + b1)
    dz2 = 2 * (W2 @ f1 + b2 - 1.0)
    dz1 = (1 - f1**2) * (W2.T @ dz2)
    assert check(net, x, 1.0, f1=f1, dz2=dz2, dW2=np.outer(dz2, f1), dz1=dz1, dW1=np.outer(dz1, x), db1=dz1).right


@cache
def judged(seed, everything):
    """The mistakes of a problem, each with the mark of the array where it was made; with all arrays given, or that one alone."""
    p = problem(seed)
    right, found = arrays(p, program(p)), []
    for case in cases(p):
        given, name = arrays(p, case.program), case.first[0]
        if same(given[name], right[name]) or not all(np.all(np.isfinite(a)) for a in given.values()):
            continue                                    # as with a ReLU that is active for every sample
        marks = check(p.net, p.X, p.Y, p.loss, **(given if everything else {name: given[name]}))
        found.append((case, marks[name], marks, right))
    return found


@pytest.mark.parametrize("everything", [True, False], ids=["all arrays", "one array"])
def test_mistakes_are_named(everything):
    found = [one for seed in SEEDS for one in judged(seed, everything)]
    missed = [f"{case.name}, layer {case.k}: {mark}" for case, mark, *_ in found if not any(w in mark.message for w in case.said)]
    assert len(found) > 300
    assert len(missed) <= (1 - AT_LEAST) * len(found), "\n".join(missed)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_wrong_array_is_called_right_and_none_that_is_right_wrong(seed):
    for case, _, marks, right in judged(seed, True):
        for mark in marks:
            assert mark.right == same(mark.given, right[mark.name]), (case.name, case.k, str(mark))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_computed_from_a_wrong_array_is_said_to_follow_from_it(seed):
    for case, _, marks, _ in judged(seed, True):
        for mark in marks:
            if not mark.right and mark.name not in case.first and len(case.first) == 1 and case.name != "lacks D everywhere":
                assert "follows" in mark.kinds and case.first[0] in mark.message, (case.name, case.k, str(mark))


STRANGE = ["dz{k} ** 2", "dz{k} + 0.01", "np.sort(dz{k}, axis=0)[::-1] * 1.01 + 0.3", "np.sin(dz{k})", "dz{k} ** 3",
           "np.roll(dz{k}, 1, axis=1) + dz{k}"]


@pytest.mark.parametrize("strange", STRANGE)
def test_what_nobody_knows_is_not_named(strange):
    """An array that no known mistake gives: it is called wrong, with the entry that differs most, and no cause."""
    for seed in range(6):
        p = problem(seed)
        k = len(p.sigmas) - 1
        right = arrays(p, program(p))
        given = eval(strange.format(k=k), {"np": np, **right})
        mark = check(p.net, p.X, p.Y, p.loss, **{f"dz{k}": given})[0]
        if np.count_nonzero(right[f"dz{k}"]) > 1 and not same(given, right[f"dz{k}"]):
            assert not mark.right and mark.kinds == () and "largest difference is at" in mark.message, (seed, str(mark))


def test_an_array_of_another_shape_is_told_which_is_needed():
    p = problem(0)
    assert "has shape (7, 7, 7), and" in check(p.net, p.X, p.Y, p.loss, dW1=np.ones((7, 7, 7)))[0].message


@pytest.mark.parametrize("arrays, error, said", [
    ({}, TypeError, "check needs an array to mark"), ({"dW9": 1.0}, TypeError, "from 1 to 2"), ({"W1": 1.0}, TypeError, "'W1'"),
    ({"dW1": "x"}, TypeError, "dW1 must be a list"), ({"dW1": [[1j, 0], [0, 0], [0, 0]]}, ValueError, "real numbers"),
    ({"db1": [1.0, float("nan"), 0.0]}, ValueError, r"db1 holds nan at \(2,\)")])
def test_what_cannot_be_marked_is_told_why(arrays, error, said):
    with pytest.raises(error, match=said):
        check(nn.MLP(2, [3, 1], seed=0), [[1.0, 2.0]], [1.0], **arrays)


def test_no_grad_is_touched():
    net = nn.MLP(2, [3, 1], seed=0)
    net([1.0, 2.0]).backward()
    before = [p.grad for p in net.parameters()]
    check(net, [1.0, 2.0], 1.0, db2=[0.0])
    assert [p.grad for p in net.parameters()] == before


@pytest.mark.parametrize("axis, word", [(0, "rows"), (1, "columns")])
def test_rows_and_columns_in_another_order_are_called_so(axis, word):
    net = nn.MLP(3, [4, 2], activation="tanh", seed=4)
    xs, ys = [[0.5, -0.3, 1.1], [0.2, 0.9, -0.7]], [[1.0, 0.0], [0.0, 1.0]]
    right = check(net, xs, ys, dW1=np.ones((4, 3)))["dW1"].graph
    assert f"the {word} are right, and stand in another order" in str(check(net, xs, ys, dW1=np.roll(right, 1, axis))["dW1"])


DIFFER = [                                      # what is done to a right array, and what has to be said of it
    ("np.roll(a, 1, 0)", "in another order: row 4 stands at place 1"), ("a * (1 - 2 * (row > 1))", "all is right but row 2, where the sign is wrong"),
    ("a[:, ::-1]", "stand in another order"), ("a + 0.25", "0.25 is added to every entry"),
    ("a + 1e-3 * np.abs(a).max() * noise", "nearly right"), ("a + 1.7 * one", "all entries are right but one, (2, 3)"),
    ("a * (1 - 2 * one)", "all is right but the sign of one entry, (2, 3)"), ("a * row", "all is right but row 2, which is 3 times"),
    ("a * (row < 3)", "all is right but row 2, where 0 stands"), ("np.round(a, 2)", "rounded to 2 digits"), ("np.maximum(a, 0)", "negative entries are set to 0"),
    ("a.ravel('F').reshape(a.shape)", "a reshape is not a transpose"), ("a ** 2", "the squares"), ("np.cumsum(a, 0)", "running sums"),
    ("-np.roll(a, 1, 0)", "the sign is wrong; and the rows are right, and stand in another order"), ("a * [[1], [2], [3], [4]]", "1, 2, 3, 4 times"),
    ("noise", "by no mistake that is known here")]


@pytest.mark.parametrize("done, said", DIFFER, ids=[done for done, _ in DIFFER])
def test_what_no_mistake_gives_is_told_how_it_differs(done, said):
    net = nn.MLP(3, [4, 2], activation="tanh", seed=4)
    rng = np.random.default_rng(3)
    xs, ys = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    a = check(net, xs, ys, dW1=np.ones((4, 3)))["dW1"].graph
    one, row = np.zeros((4, 3)), np.ones((4, 3))
    one[1, 2], row[1] = 1.0, 3.0
    mark = check(net, xs, ys, dW1=eval(done, {"np": np, "a": a, "one": one, "row": row, "noise": rng.normal(size=(4, 3))}))["dW1"]
    assert said in mark.message and not mark.right, str(mark)


@pytest.mark.parametrize("factor, also", [(1.0, ""), (-1.0, "factor -1"), (0.2, "factor 0.2")])
@pytest.mark.parametrize("counts, said", [([1, 1, 0, 1, 1], "sample 3 is left out"), ([1, 2, 1, 1, 1], "sample 2 is counted twice"),
                                          ([1, 1, 1, 0, 0], "samples 4, 5 are left out"), ([1, 1, 1, 1, -1], "sample 5 has the wrong sign")])
@pytest.mark.parametrize("name", ["dW1", "db1", "dW2"])
def test_samples_that_are_left_out_or_counted_twice_are_found(name, counts, said, factor, also):
    net = nn.MLP(3, [6, 2], activation="tanh", seed=4)
    rng = np.random.default_rng(3)
    xs, ys = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    total = sum(c * check(net, xs[i:i + 1], ys[i:i + 1], **{name: 0.0 * np.ones({"dW1": (6, 3), "db1": 6, "dW2": (2, 6)}[name])})[name].graph
                for i, c in enumerate(counts))
    mark = check(net, xs, ys, **{name: factor * total})[name]
    assert said in mark.message and also in mark.message, str(mark)


def test_a_neuron_above_that_is_left_out_is_found():
    net = nn.MLP(3, [4, 3, 2], activation="tanh", seed=4)
    rng = np.random.default_rng(3)
    xs, ys = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    marks = check(net, xs, ys, dz1=np.zeros((5, 4)), dz2=np.zeros((5, 3)), df1=np.zeros((5, 4)))
    W2 = nn.matrix.parameters(net)[1].W
    D = marks["dz1"].graph / marks["df1"].graph
    given = D * (marks["dz2"].graph[:, [0, 2]] @ W2[[0, 2]])
    assert "layer 2's neuron 2 is left out" in str(check(net, xs, ys, dz1=given)["dz1"])


def test_two_mistakes_in_different_steps_are_named_together():
    net = nn.MLP(2, [3, 3, 1], activation="sigmoid", seed=1)
    xs, ys = [[0.5, -0.3], [0.2, 0.9]], [1.0, 0.0]
    dz2 = check(net, xs, ys, dz2=np.zeros((2, 3)))["dz2"].graph
    said = str(check(net, xs, ys, dz1=dz2 @ nn.matrix.parameters(net)[1].W.T)["dz1"])
    assert "lacks σ(z1) (1 - σ(z1))" in said and "; and W2 where its transpose belongs" in said
