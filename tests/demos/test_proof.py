"""The lesson on the proof: every line holds, the wrong lines are found, a gradient costs no more than the theorem says."""
import pytest


@pytest.fixture
def names(lesson):
    return lesson("proof").names


def test_all_lines_of_all_networks_hold(names):
    assert set(names["worst"]) == {line.name for line in names["lines"]} and max(names["worst"].values()) < 1e-12


@pytest.mark.parametrize("shown", ["shown", "another"])
def test_one_line_is_wrong(names, shown):
    assert sum(not line.holds for line in names[shown]) == 1


def test_the_two_wrong_lines_differ(names):
    wrong = [next(line.text for line in names[shown] if not line.holds) for shown in ("shown", "another")]
    assert wrong[0] != wrong[1]


def test_one_order_is_a_proof(names):
    orders = [names["lines"].ordered(names["before"] + order) for order in names["orders"].values()]
    assert sum(order.gap() is None for order in orders) == 1


def test_the_network_has_several_layers(names):
    assert names["L"] >= 3 and names["NETWORKS"] >= 10


@pytest.mark.parametrize("inputs", [1, 3, 50])
def test_a_gradient_costs_at_most_the_bound(names, inputs):
    costs = [names["cost"](*names["random_function"](seed, inputs, 200)) for seed in range(30)]
    assert max(costs) <= names["c"] and min(costs) > 1


def test_the_page_has_its_lines_typeset(lesson):
    page = lesson("proof").page
    assert page.count("(in numbers, the sides") == 19 and "\0" not in page
