"""The lesson on derivatives: its numbers against closed forms."""
import math

import pytest


def test_the_slopes_are_those_of_pen_and_paper(lesson):
    names = lesson("derivative").names
    for x, slope in zip(names["xs"], names["slopes"]):
        assert slope == pytest.approx((math.cos(x) * x**2 + 2 * x * math.sin(x)) / 10, abs=1e-12)


def test_the_central_quotient_is_the_better_one(lesson):
    errors = lesson("derivative").names["errors"]
    assert min(central for _, _, central in errors) < min(one_sided for _, one_sided, _ in errors) / 100
