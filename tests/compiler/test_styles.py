"""Every program of tests/styles, compiled: equal to eager and to NumPy by hand."""
from __future__ import annotations

import pytest

import autograd
from tests.styles import STYLES
from tests.styles.case import by_hand, compiled, eager, error, other_point, record

BOUND = 1e-10


def middle(chosen):
    """Sizes between those of the tests and those of the timings."""
    return [round((a * b) ** 0.5) for a, b in zip(chosen.small, chosen.large)]


@pytest.mark.parametrize("size", ["small", "middle"])
@pytest.mark.parametrize("name", STYLES)
def test_a_program_in_a_students_style_agrees_with_eager_and_with_numpy_by_hand(name, size):
    chosen = STYLES[name]
    case = chosen.make(*(chosen.small if size == "small" else middle(chosen)))
    output, parameters, inputs = record(case)
    program = autograd.compile(output, parameters, inputs)
    for where, theta in {"recorded": case.theta, "other": other_point(case.theta)}.items():
        wanted = eager(case, theta)
        assert error(by_hand(case, theta), wanted) < BOUND, f"by hand, at the {where} point"
        got = compiled(case, program, theta)
        assert error(got, wanted) < BOUND, f"compiled, at the {where} point\n{program.source}"
