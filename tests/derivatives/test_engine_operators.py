"""check_engine tries each operator by itself: an engine that is wrong in one of them alone is refused for that one."""
import math

import pytest

from autograd import check_engine
from autograd.derivatives.check_engine import WALK
from autograd.derivatives.gradients import same
from autograd.derivatives.misconceptions import close, kind_of_ratio
from autograd.operation import Undefined
from tests.derivatives.engines import CLOSURES, MUTANTS, TUPLES, engine

# how it is called, for which other operand it is wrong, and the expression that shows it
ALONE = [("__add__", "value", "x + y"), ("__mul__", "value", "x * y"), ("__add__", 2, "x + 2"), ("__mul__", 2, "x * 2"),
         ("__radd__", 2, "2 + x"), ("__rmul__", 2, "2 * x"), ("__neg__", None, "-x"), ("__sub__", "value", "x - y"), ("__sub__", 2, "x - 2"),
         ("__rsub__", 2, "2 - x"), ("relu", None, "x.relu()"), ("exp", None, "x.exp()"), ("log", None, "x.log()"), ("tanh", None, "x.tanh()"),
         ("__pow__", 3, "x ** 3"), ("__pow__", -2, "x ** -2"), ("__pow__", 0.5, "x ** 0.5"), ("__truediv__", "value", "x / y"),
         ("__truediv__", 2, "x / 2"), ("__rtruediv__", 2, "2 / x"), ("__pow__", "value", "x ** y"), ("__rpow__", 2, "2 ** x")]


def wrong(name, operand, factor):
    """An engine whose local derivatives are wrong by a factor in one operator, for one operand."""
    cls = engine(TUPLES)
    right = getattr(cls, name)

    def method(self, *others):
        out = right(self, *others)
        if not others or (isinstance(others[0], cls) if operand == "value" else others[0] == operand):
            out = cls(out.data, out.inputs, tuple(factor * p for p in out.partials))
        return out
    setattr(cls, name, method)
    return cls


@pytest.mark.parametrize("factor", [1.5, math.inf])
@pytest.mark.parametrize("name, operand, text", ALONE, ids=[text for _, _, text in ALONE])
def test_one_wrong_operator_is_found_alone(name, operand, text, factor):
    report = check_engine(wrong(name, operand, factor))
    assert not report and report.faults[0].expression == text
    assert text not in report.passed and "shape" not in {fault.kind for fault in report.faults}


def test_engines_made_like_that_are_right_where_the_factor_is_1():
    assert check_engine(wrong("__mul__", "value", 1.0)) and check_engine(wrong("__pow__", 3, 1.0)) and check_engine(wrong("relu", None, 1.0))


def kinds(report):
    return [fault.kind for fault in report.faults]


@pytest.mark.parametrize("source, old, new", [mutant[1:] for mutant in MUTANTS if mutant[0] in WALK][::3])
def test_after_a_wrong_order_nothing_else_is_tried(source, old, new):
    found = kinds(check_engine(engine(source, old, new)))
    assert len(found) == 1 and found[0] in WALK


def test_the_state_of_an_engine_is_found_with_products_where_sums_are_wrong():
    keeps = CLOSURES.replace("    def backward(self):\n        topo, visited = [], set()", "    def backward(self, topo=[], visited=set()):")
    wrong_sum = keeps.replace("            other.grad += out.grad\n", "            other.grad += 2 * out.grad\n", 1)
    assert kinds(check_engine(engine(keeps))) == ["state"]
    assert "state" in kinds(check_engine(engine(wrong_sum)))


def test_plus_equals_is_tried_only_where_sums_are_right():
    in_place = TUPLES.replace("    def __neg__", "    def __iadd__(self, other):\n        self.data += other.data\n        return self\n    def __neg__")
    wrong_sum = in_place.replace("(self, b), (1.0, 1.0))", "(self, b), (1.0, 3.0))")
    assert kinds(check_engine(engine(in_place))) == ["in place"]
    assert "in place" not in kinds(check_engine(engine(wrong_sum)))


@pytest.mark.parametrize("got, kind", [([-3.0, 4.0], "sign"), ([0.0, 0.0], "lost"), ([6.0, -8.0], "factor"), ([6.0, -8.1], ""), ([3.0, -4.0], "factor")])
def test_a_factor_everywhere_has_a_kind(got, kind):
    assert kind_of_ratio(got, [3.0, -4.0]) == kind and kind_of_ratio([*got, 7.0], [3.0, -4.0, 0.0]) == kind and kind_of_ratio([1.0], [0.0]) == ""


@pytest.mark.parametrize("a, b, agree", [(1.0, 1.0 + 0.9e-4, True), (1.0, 1.0 + 1.2e-4, False), (0.0, 0.9e-4, True), (0.0, 1.1e-4, False), (1e4, 1e4 + 0.9, True),
                                         (1e4, 1e4 + 1.1, False), (math.inf, math.inf, True), (math.inf, 1.0, False), (math.nan, math.nan, False),
                                         (-1e4, -1e4 - 0.9, True), (1.0, -1.0, False)])
def test_numbers_that_agree(a, b, agree):
    assert close(a, b) is agree and close(b, a) is agree


@pytest.mark.parametrize("a, b, equal", [(1.0, 1.0, True), (1.0, 2.0, False), (math.nan, math.nan, True), (math.nan, 1.0, False), (1.0, math.nan, False),
                                         (Undefined("x"), Undefined("y"), True), (Undefined("x"), 1.0, False), (1.0, Undefined("x"), False)])
def test_what_is_the_same_number(a, b, equal):
    assert same(a, b) is equal
