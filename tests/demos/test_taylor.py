"""The lesson on Taylor polynomials: its derivatives against whole numbers known for a long time, its counts by hand."""
import math

import pytest

DERIVATIVES = [1, 1, 1, 0, -3, -8, -3, 56, 217, 64, -2951, -12672]      # of exp(sin x) at 0, OEIS A002017


def test_coefficients_by_grad_are_the_known_ones(lesson):
    c = lesson("taylor").names["c"]
    assert len(c) >= 10
    for n, (found, derivative) in enumerate(zip(c, DERIVATIVES)):
        assert found == pytest.approx(derivative / math.factorial(n), abs=1e-15)


def test_fractions_are_the_known_ones_exactly(lesson):
    names = lesson("taylor").names
    exact, count = names["exponential"](names["sine"](11))
    assert [g * math.factorial(n) for n, g in enumerate(exact)] == DERIVATIVES
    assert count == sum(2 * n for n in range(1, 12))
    assert names["by_series"] == [n * (n + 1) for n in range(len(names["by_series"]))]


def test_polynomials_reach_the_function(lesson):
    names = lesson("taylor").names
    for x in (0.5, 1.0):
        assert names["polynomial"](names["many"], x) == pytest.approx(math.exp(math.sin(x)), abs=1e-14)
    assert names["error"](2.0, 40) < 1e-6 < names["error"](2.0, 20)
    c = names["c"]
    at = [abs(names["polynomial"](c[:degree + 1], 0.5) - math.exp(math.sin(0.5))) for degree in (1, 3, 5, 9)]
    assert at == [names["error"](0.5, degree) for degree in (1, 3, 5, 9)] and at == sorted(at, reverse=True)


def test_only_the_nth_derivative_of_a_power_is_not_0(lesson):
    found = lesson("taylor").names["derivatives"](lambda x: (x - 2.0) ** 4, 2.0, 6)
    assert found == [0, 0, 0, 0, 24, 0, 0]


def test_the_graph_grows_as_counted_by_hand(lesson):
    """f is x, sin x, exp of it; f' has cos x and a product as well; f'' = f' cos x - f sin x has more."""
    counts = lesson("taylor").names["counts"]
    assert counts[:2] == [3, 5]
    assert all(2 < after / before < 3 for before, after in zip(counts[1:], counts[2:]))
