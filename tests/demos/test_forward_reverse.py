"""The lesson on both modes: derivatives with pen and paper, and operations counted by hand."""
import math

import pytest

from autograd import Value


def jacobian(a, b):
    """Of y1 = sin(a b) + a and y2 = b sin(a b)."""
    c = math.cos(a * b)
    return [[b * c + 1, a * c], [b * b * c, math.sin(a * b) + a * b * c]]


def test_both_sweeps_give_the_jacobian(lesson):
    names = lesson("forward_reverse").names
    by_label = {v.label: v for v in names["of_y1"]}
    y1, y2 = (by_label[label] for label in ("y1", "y2"))
    a, b = (by_label[label] for label in "ab")
    wanted = jacobian(1.5, 2.0)
    columns = [[names[tangents][y] for y in (y1, y2)] for tangents in ("by_a", "by_b")]
    rows = [[names[cotangents][x] for x in (a, b)] for cotangents in ("of_y1", "of_y2")]
    for found in (rows, list(zip(*columns)), names["J"], [names["pull"]([1.0, 0.0]), names["pull"]([0.0, 1.0])]):
        assert [list(row) for row in found] == [pytest.approx(row, abs=1e-14) for row in wanted]
    u = by_label["u"]
    assert names["by_a"][u] == 2.0 and names["of_y2"][u] == pytest.approx(2 * math.cos(3.0), abs=1e-14)


def forward_by_inputs(n, steps):
    """Operations of n forward sweeps through u = x0; u = sin(u * x[i % n]).

    From where an input comes in, a step takes a cos and two multiplications, and an addition where the same input comes in
    once more. In the step where it comes in first it is one multiplication less; the first input comes in twice there.
    """
    later = [3 * (steps - 1 - j) + steps // n - 1 for j in range(n)]
    return sum(2 + more for more in later) + 1


def reverse_by_inputs(n, steps):
    """Operations of one reverse sweep: a cos, three multiplications and an addition at each step.

    One multiplication less at the output, and no addition for what comes first to each of the inputs; but one more at the
    first step, where both factors are x0.
    """
    return 5 * steps - 1 - n + 1


def test_operations_are_those_counted_by_hand(lesson):
    names = lesson("forward_reverse").names
    steps = names["STEPS"]
    assert len(names["SIZES"]) >= 3
    for n, found in names["by_inputs"].items():
        assert found["forward"] * 2 * steps == pytest.approx(forward_by_inputs(n, steps), abs=1e-9)
        assert found["reverse"] * 2 * steps == pytest.approx(reverse_by_inputs(n, steps), abs=1e-9)
    for m, found in names["by_outputs"].items():
        own = 2 * steps + m - 1
        assert found["forward"] * own == pytest.approx(forward_by_inputs(1, steps) + 2 * (m - 1), abs=1e-9)
        rows = sum(reverse_by_inputs(1, steps) + 2 * i for i in range(m))
        assert found["reverse"] * own == pytest.approx(rows, abs=1e-9)


def test_a_network_costs_reverse_mode_the_same_at_any_width(lesson):
    costs = list(lesson("forward_reverse").names["by_width"].values())
    assert costs[-1]["forward"] > 1.5 * costs[0]["forward"]
    assert all(cost["reverse"] < 2 for cost in costs)


def test_reverse_mode_holds_every_result_and_forward_mode_two(lesson):
    assert all(held == (2, 2 * steps) for steps, held in lesson("forward_reverse").names["memory"].items())


def test_a_hessian_times_a_vector_costs_the_same_for_any_number_of_inputs(lesson):
    names = lesson("forward_reverse").names
    second, steps = names["second"], names["STEPS"]
    for n, (gradient, product, whole) in second.items():
        assert gradient * 2 * steps == pytest.approx(reverse_by_inputs(n, steps), abs=1e-9)
        assert product < 4.5 * gradient and (whole > 1.5 * product or n == 1)
    assert second[1][1] == pytest.approx(second[1][2])


def number(x):
    return x.data if isinstance(x, Value) else x


def test_a_hessian_times_ones_is_the_second_derivative_along_them(lesson):
    names = lesson("forward_reverse").names
    steps, points, n = names["STEPS"], [v.data for v in names["x"]], len(names["x"])

    def along(t):
        u = points[0] + t
        for i in range(steps):
            u = math.sin(u * (points[i % n] + t))
        return u
    h = 1e-4
    wanted = (along(h) - 2 * along(0.0) + along(-h)) / h**2
    assert sum(number(d) for d in names["Hv"]) == pytest.approx(wanted, rel=1e-5)
    assert sum(number(d) for d in names["H"]) == pytest.approx(wanted, rel=1e-5)
