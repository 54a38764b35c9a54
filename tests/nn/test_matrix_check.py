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
