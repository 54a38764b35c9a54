"""A pattern is one class: how it is found, its derivative, its forms, its example. Each is held to its example here."""
from __future__ import annotations

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.compiler.arrays.array import Array
from autograd.compiler.arrays.pattern import PATTERNS, Pattern
from autograd.compiler.arrays.structure import Contract, Part, contract
from tests.compiler.languages import BOUND, NODE, Run, difference, in_c, in_node
from tests.compiler.test_c import needs_cc
from tests.compiler.test_languages import operations

POINT = np.array([0.3, -1.2, 0.8, 2.0, -0.1, 0.6, -0.7, 1.5])


def of(f):
    """The program of a function of eight numbers at two points, beside what the engine gives there."""
    def graph(point):
        P = list(map(Value, point.tolist()))
        return f(P), P
    output, P = graph(POINT)
    points = [POINT, POINT[::-1] * 1.1]
    wanted = [(y.data, np.array(ag.gradients(y, at))) for y, at in map(graph, points)]
    return Run(ag.compile(output, P, form="matrices"), points, None, False, wanted, (output, P, ()))


def check(pattern):
    run = of(pattern.example)
    assert pattern in operations(run.program)
    for point, (value, gradient) in zip(run.points, run.wanted):
        got = run.program.value_and_grad(point)
        assert got[0] == pytest.approx(value, rel=1e-12) and np.allclose(got[1], gradient, rtol=1e-12)
    assert run.program.verify()
    return run


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_found_in_its_example_and_right(pattern):
    check(pattern)


@pytest.mark.skipif(NODE is None, reason="no node on PATH")
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_right_in_javascript(pattern):
    run = of(pattern.example)
    assert difference(run, in_node([run])[0]) < BOUND


@needs_cc
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_right_in_c(pattern):
    run = of(pattern.example)
    assert difference(run, in_c([run])[0]) < BOUND


# A new one ------------------------------------------------------------------------------------------------------------

@pytest.fixture
def sum_of_squares():
    class SumOfSquares(Pattern):
        """The sum of the squares of all numbers of an array: all that there is to write for it."""
        example = staticmethod(lambda P: sum(p * p for p in P[:5]) + sum(ag.sin(p) ** 2 for p in P))

        @classmethod
        def found(cls, x):
            is_square = isinstance(x.op, Contract) and x.inputs[0] is x.inputs[1] and not x.shape
            return Array(cls(), x.inputs[:1], ()) if is_square else None

        def back(self, i, y, d):
            return Part(2.0 * d * y.inputs[0])

        def plain(self, y):
            labels = "abc"[:len(y.inputs[0].shape)]
            return contract(y.inputs[0], labels, y.inputs[0], labels, "")

        def numpy(self, y, x):
            return f"np.vdot({x}, {x})"
    yield SumOfSquares
    PATTERNS.remove(SumOfSquares)


def test_sums_of_squares_as_a_new_pattern(sum_of_squares):
    run = check(sum_of_squares)
    assert run.program.source.count("np.vdot(") == 4                             # two in each function
    assert "np.vdot(" in run.program.source_in("jax")


@pytest.mark.skipif(NODE is None, reason="no node on PATH")
def test_a_new_pattern_without_a_form_in_javascript(sum_of_squares):
    run = of(sum_of_squares.example)
    assert 'einsum("a,a->"' in run.program.source_in("javascript") and difference(run, in_node([run])[0]) < BOUND


@needs_cc
def test_a_new_pattern_without_a_form_in_c(sum_of_squares):
    run = of(sum_of_squares.example)
    assert difference(run, in_c([run])[0]) < BOUND


def test_a_pattern_with_neither_a_form_nor_other_operations_says_so(sum_of_squares):
    del sum_of_squares.plain
    program = of(sum_of_squares.example).program
    with pytest.raises(LookupError, match="SumOfSquares has neither this form nor `plain`"):
        program.source_in("javascript")
