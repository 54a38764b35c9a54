"""Every program of tests/styles, compiled: equal to eager and to NumPy by hand."""
from __future__ import annotations

import pytest

import autograd
from tests.styles import STYLES
from tests.styles.case import by_hand, compiled, eager, error, other_point, record

BOUND = 1e-10


@pytest.mark.parametrize("name", STYLES)
def test_a_program_in_a_students_style_agrees_with_eager_and_with_numpy_by_hand(name):
    chosen = STYLES[name]
    case = chosen.make(*chosen.small)
    output, parameters, inputs = record(case)
    program = autograd.compile(output, parameters, inputs)
    for where, theta in {"recorded": case.theta, "other": other_point(case.theta)}.items():
        wanted = eager(case, theta)
        assert error(by_hand(case, theta), wanted) < BOUND, f"by hand, at the {where} point: the test is wrong"
        got = compiled(case, program, theta)
        assert error(got, wanted) < BOUND, f"compiled, at the {where} point\n{program.source}"
