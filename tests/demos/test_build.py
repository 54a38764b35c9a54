"""The engine that the lesson builds: against the package's engine and finite differences, and what the examiner says of it."""
import random

import pytest

from autograd import Value


@pytest.fixture
def names(lesson):
    return lesson("build").names


@pytest.mark.parametrize("seed", range(20))
def test_it_agrees_with_the_packages_engine(names, seed):
    draw = random.Random(seed)
    numbers = [draw.uniform(-1, 1) for _ in range(4)]
    mine, theirs = [names["Number"](x) for x in numbers], [Value(x) for x in numbers]
    leaves = list(zip(mine, theirs))
    for _ in range(20):
        i, j, kind = draw.randrange(len(mine)), draw.randrange(len(mine)), draw.randrange(5)
        for made in (mine, theirs):
            a, b = made[i], made[j]
            made.append([lambda: a + b, lambda: a * b, lambda: a.tanh(), lambda: 2 - a, lambda: 0.5 * a - b][kind]())
    mine[-1].backward()
    theirs[-1].backward()
    assert mine[-1].data == pytest.approx(theirs[-1].data, rel=1e-12)
    for a, b in leaves:
        assert a.grad == pytest.approx(b.grad, rel=1e-10, abs=1e-12)


def test_a_long_chain_needs_no_recursion(names):
    x = y = names["Number"](1.0)
    for _ in range(50_000):
        y = y + 1.0
    y.backward()
    assert x.grad == 1.0


def test_the_examiner_finds_the_fault_that_was_put_in_and_no_other(names):
    assert not names["mine"].faults
    assert {fault.kind for fault in names["spoilt"].faults} == {"no +="}


def test_it_learns_and(names):
    assert names["losses"][-1] < names["losses"][0] / 5
    assert [output > 0 for output in names["outputs"]] == [False, False, False, True]
