"""The lesson on the chain rule: its algorithms on expressions it has not seen, beside the engine and finite differences."""
import contextlib
import io
import re

import pytest

from autograd import Value
from autograd.graph import topological_order
from tests.expressions import expression

SEEDS = range(40)


@pytest.fixture
def names(lesson):
    return lesson("chain_rule").names


@pytest.mark.parametrize("seed", SEEDS)
def test_the_right_algorithm_agrees_with_the_engine(names, seed):
    y, _ = expression(seed)
    found = names["right"](y)
    y.backward()
    assert all(found[v] == pytest.approx(v.grad, rel=1e-12, abs=1e-300) for v in topological_order(y))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_star_of_a_column_is_where_it_parts(names, seed):
    y, _ = expression(seed)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        parts = names["table"](y)
    rows, order = printed.getvalue().splitlines()[1:], list(reversed(topological_order(y)))
    assert len(rows) == len(order)
    columns = zip(*(re.findall(r"[-+.\w]+[* ]", row + " ")[-4:] for row in rows))
    for (title, (wrong, wanted)), column in zip(names["WRONG"].items(), columns):
        right, found = wanted(y), wrong(y)
        starred = [cell.endswith("*") for cell in column]
        assert starred == [abs(found[v] - right[v]) > 1e-9 * max(1.0, abs(right[v])) for v in order]
        assert parts.get(title) is (order[starred.index(True)] if any(starred) else None)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_reason_can_be_given_and_its_sums_are_right(names, seed):
    y, _ = expression(seed)
    right = names["right"](y)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        parts = names["table"](y)
        names["say_why"](y, parts)
    said = printed.getvalue()
    assert all(f"{title:12} goes wrong at" in said for title in parts)
    if "= not +=" in parts:
        u = parts["= not +="]
        shares, total = names["why_assigns"](y, u).split(" and gets ")[1].split(". `=`")[0].split(" = ")
        assert float(total) == pytest.approx(right[u], rel=1e-3)
        assert sum(map(float, shares.split(" + "))) == pytest.approx(right[u], rel=1e-2, abs=1e-3)
    if "no order" in parts:
        handed = names["why_recurses"](y, parts["no order"]).split(": ")[1].split(".\n")[0].split(", then ")
        early = [v for v, seen in names["handed_on"](y).items() if len(seen) == len(handed) > 1]
        assert any(float(handed[-1]) == pytest.approx(right[v], rel=1e-3, abs=1e-12) for v in early)


def test_a_tree_hides_the_first_two_mistakes_and_sharing_shows_all_four(names):
    with contextlib.redirect_stdout(io.StringIO()):
        assert set(names["table"](names["tree"])) == {"leaves kept", "twice"}
        assert set(names["table"](names["doubled_twice"]())) == set(names["WRONG"])
        assert set(names["table"](names["y"])) >= {"leaves kept"}


def test_the_paths_are_counted_right(names):
    for n, steps, in_order in names["counts"]:
        assert steps == sum(2 ** k for k in range(1, n + 1)) and in_order == 2 * n


def test_what_the_lesson_prints_of_two_passes(lesson):
    printed = lesson("chain_rule").printed
    assert re.search(r"two passes: +54\.0 +nothing reset: 72\.0", printed) and "recursion: RecursionError" in printed


def test_the_wrong_ones_are_wrong_where_derivatives_are_known(names):
    a = Value(3.0)
    b = a + a
    c = b + b
    assert [names[wrong](c)[a] for wrong in ("assigns", "recurses", "keeps_leaves", "keeps_all")] == [1.0, 6.0, 8.0, 12.0]
