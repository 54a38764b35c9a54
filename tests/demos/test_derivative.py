"""The lesson on derivatives: its numbers against closed forms."""
import math

import pytest

from autograd import Value


def test_the_slopes_are_those_of_pen_and_paper(lesson):
    names = lesson("derivative").names
    for x, slope in zip(names["xs"], names["slopes"]):
        assert slope == pytest.approx((math.cos(x) * x**2 + 2 * x * math.sin(x)) / 10, abs=1e-12)


def test_the_central_quotient_is_the_better_one(lesson):
    errors = lesson("derivative").names["errors"]
    assert min(central for _, _, central in errors) < min(one_sided for _, one_sided, _ in errors) / 100


def test_the_row_of_the_cube_root_is_right(lesson):
    cube_root = lesson("derivative").names["cube_root"]
    for x in (0.2, 1.0, 8.0, 50.0):
        y = Value(x)
        root = cube_root(y)
        root.backward()
        assert root.data == pytest.approx(x ** (1 / 3)) and y.grad == pytest.approx(x ** (-2 / 3) / 3)
