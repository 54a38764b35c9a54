"""check_engine names what is wrong with an engine, and accuses no right one."""
import pytest

from autograd import Value, check_engine
from autograd.derivatives import check_engine as checking
from tests.benchmarks.peers import TupleValue, micrograd_value
from tests.derivatives.engine_styles import RIGHT as RIGHT_STYLES
from tests.derivatives.engine_styles import WRONG, changed, made
from tests.derivatives.engines import MUTANTS, RIGHT, CLOSURES, TUPLES, engine


@pytest.mark.parametrize("kind, source, old, new", MUTANTS)
def test_a_mutant_is_named_by_its_misconception(kind, source, old, new):
    report = check_engine(engine(source, old, new))
    assert not report and [fault.kind for fault in report.faults][0] == kind, str(report)


@pytest.mark.parametrize("source, old, new, notes", RIGHT)
def test_a_right_engine_is_not_accused(source, old, new, notes):
    report = check_engine(engine(source, old, new))
    assert report and set(report.notes) == notes, str(report)


@pytest.mark.parametrize("kinds, source", [wrong[1:] for wrong in WRONG], ids=[wrong[0] for wrong in WRONG])
def test_a_wrong_engine_in_any_style_is_named(kinds, source):
    report = check_engine(made(source))
    found = [fault.kind for fault in report.faults]
    assert found and found[0] in kinds and len(found) <= 2, str(report)


@pytest.mark.parametrize("source", [right[1] for right in RIGHT_STYLES], ids=[right[0] for right in RIGHT_STYLES])
def test_a_right_engine_in_any_style_is_not_accused(source):
    report = check_engine(made(source))
    assert report and len(report.passed) >= 6, str(report)


def test_nodes_marked_as_visited_for_good_are_noted():
    """As with a tape that is emptied: each pass is right, where the graph is built anew for it."""
    report = check_engine(made(changed("closures", '"__weakref__"]', '"__weakref__", "seen"]', "self.back = back\n", "self.back = back\n        self.seen = False\n",
                                       "done.add(id(n))", "n.seen = True", "if id(k) not in done", "if not k.seen")))
    assert report and "used again" in report.notes


def test_a_pass_that_begins_at_the_end_of_the_tape_is_named():
    """It is right as long as nothing is recorded after the output."""
    tape = """
TAPE = []
class Value:
    def __init__(self, data, links=()):
        self.data, self.links, self.grad, self.place = data, links, 0.0, len(TAPE)
        TAPE.append(self)
    def __add__(self, other): return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))
    def __mul__(self, other): return Value(self.data * other.data, ((self, other.data), (other, self.data)))
    def backward(self):
        flow = [0.0] * len(TAPE)
        flow[{start}] = 1.0
        for v in reversed(TAPE):
            v.grad += flow[v.place]
            for u, partial in v.links: flow[u.place] += partial * flow[v.place]
"""
    assert check_engine(engine(tape.replace("{start}", "self.place")))
    fault, = check_engine(engine(tape.replace("{start}", "-1"))).faults
    assert fault.kind == "dead" and fault.expression == "b = x + y; out = b + w; then b + z, which is not used; out"


def test_methods_that_not_every_engine_has_are_tried_where_they_are_there():
    names = {"softplus": "math.log1p(math.exp(x)), 1 / (1 + math.exp(-x))", "leaky_relu": "(x, 1.0) if x > 0 else (0.1 * x, 0.1)",
             "asin": "math.asin(x), 1 / math.sqrt(1 - x * x)", "log2": "math.log2(x), 1 / x / math.log(2)", "cbrt": "x ** (1 / 3), x ** (-2 / 3) / 3"}
    methods = "".join(f"    def {name}(self): x = self.data; y, d = {rule}; return Value(y, (self,), (d,))\n" for name, rule in names.items())
    right = engine(TUPLES, "    def __neg__", methods + "    def detach(self): return Value(self.data)\n    def __neg__")
    report = check_engine(right)
    assert report and {f"x.{name}()" for name in names} <= set(report.passed) and "x.gelu()" not in report.missing
    for name in ("softplus", "cbrt"):                                   # its value is known, and is not
        wrong = engine(TUPLES, "    def __neg__", methods.replace(
            f"def {name}(self): x = self.data; y, d = {names[name]}", f"def {name}(self): x = self.data; y, d = {names[name]}; d = d + x") + "    def __neg__")
        assert [fault.expression for fault in check_engine(wrong).faults] == [f"x.{name}()"]


def test_a_wrong_rule_is_told_with_the_right_one():
    report = check_engine(made(changed("counter", "(y * (1 - y),)", "(y * (1 + y),)")))
    assert str(report.faults[0]).endswith("why: the local derivative is wrong; that of x.sigmoid() is out * (1 - out)")


@pytest.mark.parametrize("cls", [TupleValue, micrograd_value(), Value])
def test_known_engines_are_right(cls):
    assert check_engine(cls)


def test_what_is_missing_is_listed_and_no_fault():
    report = check_engine(engine(CLOSURES, "__rtruediv__", "reflected_division"))
    assert report and "2 / x" in report.missing and "not there: 2 / x, x ** y" in str(report)


@pytest.mark.parametrize("broken", [object, int, 3, None, lambda data: 1 / 0, type("V", (), {"__init__": lambda self, data: exit()})])
def test_nothing_that_is_no_engine_gets_its_exceptions_out(broken):
    report = check_engine(broken)
    assert not report and report.faults[0].kind == "shape"
    assert "wrong: x.data" in str(report)


def test_the_smallest_expression_comes_with_point_got_and_expected():
    report = check_engine(engine(TUPLES, "(1.0, -1.0)", "(1.0, 1.0)"))
    fault, = report.faults
    assert (fault.expression, fault.point, fault.what, fault.got) == ("x - y", (2.0, 3.0), "y.grad", 1.0)
    assert fault.expected == pytest.approx(-1.0)
    assert str(report).startswith("wrong: x - y at x = 2, y = 3: y.grad is 1, expected -1\nwhy: a sign is wrong")


# Hostile classes: nothing gets out, and nothing in Python runs for ever --------------------------------------------------------

def _raising(error):
    def f(*args):
        raise error
    return f


def _for_ever(*args):
    while True: pass                                                            # no line begins in here


class _Own(BaseException):
    """No `except Exception` stops it."""


def _meta(name, f):
    return type("Meta", (type,), {name: f})("Hostile", (TupleValue,), {})


HOSTILE = {
    "a constructor that does not end": lambda: _meta("__call__", _for_ever),
    "a constructor that exits": lambda: _meta("__call__", _raising(SystemExit(3))),
    "attributes that exit": lambda: _meta("__getattribute__", _raising(SystemExit(3))),
    "a class that cannot be shown": lambda: _meta("__repr__", _raising(RuntimeError())),
    "a class without truth": lambda: _meta("__bool__", _raising(RuntimeError())),
    "data that do not come": lambda: type("V", (TupleValue,), {"data": property(_for_ever, lambda self, data: None)}),
    "a product that does not end": lambda: type("V", (TupleValue,), {"__mul__": _for_ever}),
    "an exception of its own": lambda: type("V", (TupleValue,), {"__mul__": _raising(_Own("own"))}),
    "an exit of a generator": lambda: type("V", (TupleValue,), {"__init__": _raising(GeneratorExit())}),
    "attributes that raise": lambda: type("V", (TupleValue,), {"__getattribute__": _raising(RuntimeError())}),
    "a long story": lambda: type("V", (TupleValue,), {"__mul__": _raising(ValueError("x" * 10 ** 6))}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_class_is_reported_on(name):
    report = check_engine(HOSTILE[name]())
    assert len(str(report)) < 5000 and bool(report) in (True, False)
    if name not in ("a class that cannot be shown", "a class without truth", "a long story"):
        assert not report


def test_an_interrupt_gets_through():
    with pytest.raises(KeyboardInterrupt):
        check_engine(_meta("__call__", _raising(KeyboardInterrupt())))


def test_an_error_outside_of_any_run_is_a_fault_of_shape(monkeypatch):
    monkeypatch.setattr(checking, "shape_faults", _raising(ZeroDivisionError("outside")))
    report = check_engine(Value)
    assert not report and report.faults[0].kind == "shape" and "outside" in str(report.faults[0])
