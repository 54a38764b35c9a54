"""check_engine: what is wrong with an engine of one's own, and the misconception behind it.

1. Each operation is tried alone, then followed by another, then with a Value used twice: so what
   fails is the smallest expression, and where it fails says why.
2. The order of the walk is tried with operations that have passed; after a fault of the walk
   nothing else is tried, for any graph of several nodes may then be wrong.
3. An operation waits while one is wrong that it may be built of: x - y is often x + (-y).
4. What is wrong is named by what each misconception would compute (engine_ways.py): it is the one
   that gives all gradients seen, in the expressions that failed and in those that did not.
5. What an engine does not have is not a fault, nor is what micrograd does, too: that is a note.
"""
from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from autograd.compat.keywords import OF_TRANSFORMS, told
from autograd.derivatives.engine_runs import (OPERATORS, POINTS, ZEROS, Expression, Operator, Run,
                                              TooLong, as_float, bounded, described, kept_by,
                                              others, run)
from autograd.derivatives.engine_naming import (FIRST_GUESS, Case, Difference, chained, compared,
                                                different, kind_of_value, left_alone, probed,
                                                told_by_ways, twice)
from autograd.derivatives.engine_walks import walks
from autograd.derivatives.engine_ways import Seen, coincident, explaining
from autograd.derivatives.misconceptions import FAULTS, NOTES, TEXTBOOK, close, kind_of_rule

MISSING = ("TypeError", "AttributeError", "AssertionError", "NotImplementedError", "ValueError",
           "NameError")


class Fault(NamedTuple):
    """A misconception, and the smallest expression that shows it."""
    kind: str                               # a key of FAULTS
    expression: str
    point: tuple[float, ...]
    what: str                               # which number is wrong: `x.grad`
    got: Any                                # a number, or what was raised
    expected: float

    def __str__(self) -> str:
        where = ", ".join(f"{name} = {x:g}" for name, x in zip("xyzw", self.point)
                          if name in self.expression)
        got = self.got if isinstance(self.got, str) else f"{self.got:.6g}"
        name = self.expression.removeprefix("x.").removesuffix("()")
        rule = self.kind in ("rule", "factor", "local", "data") and TEXTBOOK.get(name)
        return (f"wrong: {self.expression}{' at ' * bool(where)}{where}: {self.what} is {got}, "
                f"expected {self.expected:.6g}\nwhy: {FAULTS[self.kind]}"
                f"{f'; that of {self.expression} is {rule}' if rule else ''}")


class EngineReport:
    """What `check_engine` says: true when nothing is wrong; prints in words.

    faults   what is wrong: one Fault for each misconception
    notes    kinds of what is worth knowing and not wrong, with what was seen: a dict
    missing  expressions that the engine does not have
    passed   expressions that are right
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.notes: dict[str, str] = {}
        self.missing: list[str] = []
        self.passed: list[str] = []

    def __bool__(self) -> bool:
        return not self.faults

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults]
        lines += [f"note: {seen}\nwhy: {NOTES[kind]}" for kind, seen in self.notes.items()]
        if self.missing:
            lines.append(f"not there: {', '.join(self.missing)}")
        lines.append(f"right: {', '.join(self.passed) or 'nothing'}")
        return "\n".join(lines)

    __repr__ = __str__

    def add(self, fault: Fault) -> None:
        """Keep a fault, unless its misconception is shown already."""
        if all(fault.kind != other.kind for other in self.faults):
            self.faults.append(fault)


# Faults after which nothing else is tried
WALK = ("no order", "no visited", "equal", "state", "nothing", "shared", "dead", "freed", "endless")


@told(OF_TRANSFORMS)
def check_engine(cls: Any) -> EngineReport:
    """A report on a Value class of your own: true when its derivatives are right.

    The class is used as micrograd's: `cls(2.0)`, operators, data, grad, backward(), and relu, tanh,
    exp, log and the like if it has them. For what is wrong the report has the smallest expression
    that fails, with the numbers got and expected, and the misconception behind it. What is expected
    comes from finite differences, never from the class.

    An operation it lacks is listed as not there. Mend what is shown and check again: other faults
    may have hidden behind it.

    >>> class Number:
    ...     def __init__(self, data, inputs=(), partials=()):
    ...         self.data, self.grad, self.inputs, self.partials = data, 0.0, inputs, partials
    ...     def __mul__(self, other):
    ...         return Number(self.data * other.data, (self, other), (other.data, self.data))
    ...     def backward(self, seed=1.0):
    ...         self.grad = seed
    ...         for x, partial in zip(self.inputs, self.partials):
    ...             x.backward(seed * partial)
    >>> report = check_engine(Number)
    >>> bool(report), report.faults[0].kind
    (False, 'no +=')
    >>> print(report.faults[0])                             # doctest: +NORMALIZE_WHITESPACE
    wrong: x * x at x = 2: x.grad is 2, expected 4
    why: a gradient is overwritten, or what comes second is left out: a Value that is used
    twice receives two contributions, so write += and not =
    """
    report, kept = EngineReport(), kept_by(cls)
    try:
        first = next(shape_faults(cls), None) or next(seed_faults(cls), None)
        if first:
            report.add(first)
        else:
            check_all(Check(cls, report, kept), report)
    except KeyboardInterrupt:
        raise
    except BaseException as error:                      # of a metaclass, of an attribute
        report.add(Fault("shape", "x.data", (2.0,), "what comes", described(error), 2.0))
    return report


def check_all(check: Check, report: EngineReport) -> None:
    """Add to the report what is wrong: the walk first, since every rule depends on it."""
    for operator in OPERATORS[:2]:
        check.operator(operator)
        if report.faults and report.faults[-1].kind in WALK:
            return
    check.walk()
    if report.faults and report.faults[-1].kind in WALK:
        return
    for operator in OPERATORS[2:]:
        check.operator(operator)
    for operator in others(check.cls) if report else ():
        check.operator(operator)
    check.zeros()
    check.augmented()
    if report:
        check.notes()


# Before any rule ----------------------------------------------------------------------------------

def shape_faults(cls: Any) -> Iterator[Fault]:
    """The fault of a class that is not used as micrograd's is."""
    try:
        error = bounded(misfit, cls)
        if not error:
            return
    except KeyboardInterrupt:
        raise
    except BaseException as raised:
        error = described(raised)
    yield Fault("shape", "x.data", (2.0,), "the number", error, 2.0)


def misfit(cls: Any) -> str:
    """What cls(2.0) has as its data instead of 2; "" where all is as micrograd's."""
    x = cls(2.0)
    as_float(x.grad)
    return "" if callable(x.backward) and close(as_float(x.data), 2.0) else f"{x.data!r}"


def seed_faults(cls: Any) -> Iterator[Fault]:
    """The fault of all gradients being multiples of the grad that the output has, which is not 1"""
    seen = []
    for operator in OPERATORS[:2]:
        expression = operator.alone()
        point = POINTS[1][:2]
        got = run(cls, expression.f, point)
        if got.error:
            continue
        for grad, e in zip(got.grads, expression.expected(point)):
            scaled = close(grad, got.seed * e) and not close(got.seed, 1.0)
            seen.append((scaled, Fault("seed", expression.text, point, "x.grad", grad, e)))
    if seen and all(scaled for scaled, _ in seen) and any(
            not close(fault.got, fault.expected) for _, fault in seen):
        yield seen[0][1]


# Operations ---------------------------------------------------------------------------------------

class Check:
    """The expressions tried with one class, and what came of them."""

    def __init__(self, cls: Any, report: EngineReport, kept: int) -> None:
        self.cls = cls
        self.kept = kept                    # entries of containers of the class, at first
        self.report = report
        self.sound: list[str] = []          # the names of operations that passed
        self.faulty: set[str] = set()       # of those that did not, and of those that wait
        # of + and *, those that are right alone, so that results can be added and multiplied
        self.outer = {op.name for op in OPERATORS[:2]
                      if next(rule_faults(op, self.runs(op)), None) is None}

    def operator(self, operator: Operator) -> None:
        """Try one operation: alone, then followed by another, then with a Value used twice."""
        if self.faulty.intersection(operator.parts):
            self.faulty.add(operator.name)
            return
        point = operator.points[0][:operator.arity]
        got = run(self.cls, operator.f, point)
        if got.stage == "forward" and got.error.startswith(MISSING):
            self.report.missing.append(operator.written("x", "y"))
            return
        fault = self.first_fault(operator)
        if fault:
            self.faulty.add(operator.name)
            self.report.add(fault._replace(kind=self.named(fault, operator)))
        else:
            self.sound.append(operator.name)
            self.report.passed.append(operator.written("x", "y"))

    def runs(self, operator: Operator) -> list[tuple[tuple[float, ...], Run]]:
        """The points of an operation, and a run of it alone at each."""
        points = [p[:operator.arity] for p in operator.points]
        return [(p, run(self.cls, operator.f, p)) for p in points]

    def first_fault(self, operator: Operator) -> Fault | None:
        """The fault of the smallest expression that shows one."""
        expression = operator.alone()
        for faults in (rule_faults(operator, self.runs(operator)), self.zero_faults(operator),
                       self.chain_faults(operator, expression), self.use_faults(operator)):
            fault = next(faults, None)
            if fault:
                return fault
        return None

    def zero_faults(self, operator: Operator) -> Iterator[Fault]:
        """The faults where an input is 0: of relu, any number from 0 to 1 is right there."""
        if operator.name == "relu":
            got = run(self.cls, operator.f, (0.0,))
            if got.error or not 0 <= got.grads[0] <= 1:
                yield Fault("relu", "x.relu()", (0.0,), "x.grad", got.error or got.grads[0], 0.0)
            elif got.grads[0]:
                self.report.notes["relu at 0"] = f"x.relu() at x = 0: x.grad is {got.grads[0]:g}"

    def zeros(self) -> None:
        """Try operations that have passed where an input is 0 and they are smooth."""
        for operator in OPERATORS:
            if operator.name not in ZEROS or operator.name not in self.sound:
                continue
            expression, point = operator.alone(), ZEROS[operator.name]
            difference = compared(self.cls, expression, point)
            if difference:
                fault = fault_of("zero", expression.text, point, difference)
                self.report.add(fault._replace(kind="zero"))

    def chain_faults(self, operator: Operator, alone: Expression) -> Iterator[Fault]:
        """The fault of a result that is multiplied by another Value."""
        if "x * y" not in self.outer:
            return
        text = f"({alone.text}) * z"
        f = chained(operator)
        for p in operator.points:
            difference = compared(self.cls, Expression(text, f), p[:3])
            if difference:
                i, got, expected = difference
                kind = "chain rule"         # the operation is right alone
                if i < operator.arity and not isinstance(got, str):
                    kind = "no order" if close(got, 0.0) else kind
                yield fault_of(kind, text, p[:3], difference)

    def use_faults(self, operator: Operator) -> Iterator[Fault]:
        """The faults of a Value that is an input twice."""
        tries = twice(operator, "x + y" in self.outer)
        found = [(text, p[:3], d) for text, g in tries for p in operator.points[:1]
                 if (d := compared(self.cls, Expression(text, g), p[:3]))]
        if found:
            itself = operator.written("x", "x")
            once = len(found) == 1 and found[0][0] == itself and len(tries) == 3
            text, point, difference = found[0]
            kind = "repeated" if once else "no +="
            if not isinstance(difference[1], str):
                kind = "no order" if close(difference[1], 0.0) else kind
                kind = "no visited" if difference[1] / difference[2] > 1 else kind
            yield fault_of(kind, text, point, difference)

    def augmented(self) -> None:
        """Try x += y, where it has a method of its own: what was computed from x must not change"""
        if not hasattr(self.cls, "__iadd__") or not {"x + y", "x * y"} <= set(self.sound):
            return

        def f(x: Any, y: Any) -> Any:
            s = x * y
            t = s * s
            s += y
            return t + s
        difference = compared(self.cls, Expression("s = x * y; t = s * s; s += y; t + s", f),
                              (2.0, 3.0))
        if difference:
            text = "s = x * y; t = s * s; s += y; t + s"
            self.report.add(fault_of("in place", text, (2.0, 3.0), difference))

    def named(self, fault: Fault, operator: Operator) -> str:
        """The kind of a fault, asked again of all expressions where one has only suggested it."""
        if fault.kind not in FIRST_GUESS:
            return fault.kind
        point = fault.point or operator.points[0]
        return (probed(Case(self.cls, operator, point, self.kept))
                or told_by_ways(self.cls, operator, fault.kind))

    # The walk -------------------------------------------------------------------------------------

    def walk(self) -> None:
        """Try the order of backward, with the operations that are right."""
        if not self.sound:
            return
        symbols = "".join(s for s in "+*" if f"x {s} y" in self.sound)
        fault = self.first_walk_fault(symbols)
        if fault:
            state = kept_by(self.cls) > self.kept
            self.report.add(fault._replace(kind="state") if state else fault)
        else:
            self.separate_passes()

    def first_walk_fault(self, symbols: str) -> Fault | None:
        """The fault of the smallest graph that shows one, called by what all graphs show."""
        seen, failed, fault = [], [], None
        for kind, expression, point in walks(symbols):
            got = run(self.cls, expression.f, point)
            difference = different(got, expression.expected(point))
            if difference:
                failed.append((expression.f, point))
                fault = fault or self.walk_fault(kind, expression, point, difference)
            if got.error:
                return fault
            seen.append(Seen(expression.f, point, got.grads))
        if fault and fault.kind in FIRST_GUESS:
            kind = "equal" if all(coincident(*f) for f in failed) else explaining(seen, ())
            return fault._replace(kind=kind or fault.kind)
        return fault

    def walk_fault(self, kind: str, expression: Expression, point: tuple[float, ...],
                   difference: Difference) -> Fault:
        """The fault of a graph, called by what its numbers suggest."""
        _, got, expected = difference
        if kind == "" and not isinstance(got, str):
            kind = "no order" if abs(got) < abs(expected) else "no visited"
        return fault_of(kind, expression.text, point, difference)

    def separate_passes(self) -> None:
        """Try two graphs one after the other: the second pass must leave the first one alone."""
        after = left_alone(self.cls, OPERATORS[0 if "x + y" in self.sound else 1].f)
        if not close(after, 0.0):
            self.report.add(Fault("state", "two graphs, one after the other", (),
                                  "the first x.grad, set to 0,", after, 0.0))

    # Notes ----------------------------------------------------------------------------------------

    def notes(self) -> None:
        """Note what micrograd and other right engines do as well."""
        if "x + y" in self.sound:
            self.second_pass()
            self.used_again()
            self.depth()
        for operator in OPERATORS:
            if operator.name in self.sound and "stale" not in self.report.notes:
                self.stale(operator)

    def second_pass(self) -> None:
        """Note a second backward() that adds to the grads of inner nodes."""
        def f(x: Any, y: Any) -> Any:
            return (x + y) + y
        twice = run(self.cls, f, (2.0, 3.0), passes=2)
        kind = "replaced" if not twice.error and close(twice.grads[0], 1.0) else "no reset"
        if not twice.error and not close(twice.grads[0], 2.0):
            self.report.notes[kind] = (f"(x + y) + y, backward() twice: x.grad is "
                                       f"{twice.grads[0]:g}")

    def used_again(self) -> None:
        """Note a node of two graphs that passes nothing on in the second one."""
        try:
            x, y, z, w = map(self.cls, (2.0, 3.0, 1.5, 0.5))
            b = x + y
            first = b + z
            bounded(first.backward)
            for v in (x, y, z, b, first):
                v.grad = 0.0
            bounded((b + w).backward)
            grads = [as_float(v.grad) for v in (x, y)]
        except (Exception, SystemExit, TooLong):
            return
        if all(close(g, 0.0) for g in grads):
            self.report.notes["used again"] = ("b = x + y; (b + z).backward(), then "
                                               "(b + w).backward(): x.grad is 0")

    def stale(self, operator: Operator) -> None:
        """Note an operation whose gradient follows data that change before backward()."""
        point = operator.points[0][:operator.arity]
        try:
            inputs = [self.cls(x) for x in point]
            y = bounded(operator.f, *inputs)
            for x in inputs:
                x.data = 2.5 * as_float(x.data)
            bounded(y.backward)
            grads = [as_float(x.grad) for x in inputs]
        except (Exception, SystemExit, TooLong):
            return
        if not all(map(close, grads, operator.alone().expected(point))):
            self.report.notes["stale"] = (f"{operator.written('x', 'y')}, data changed before "
                                          f"backward(): x.grad is {grads[0]:g}")

    def depth(self) -> None:
        """Note a limit to the length of chains, and time that doubles with each shared node."""
        for n, double, steps in ((2 * sys.getrecursionlimit(), False, 5_000_000),
                                 (40, True, 500_000)):
            try:
                x = y = self.cls(1.0)
                for _ in range(n):
                    y = y + y if double else y + x
                bounded(y.backward, steps=steps)
            except RecursionError:
                self.report.notes["depth"] = f"a chain of {n:,} additions ends in a RecursionError"
            except TooLong:
                if not double:
                    continue
                self.report.notes["every path"] = f"{n} times y = y + y takes too long"
            except (Exception, SystemExit):
                continue


# Comparing ----------------------------------------------------------------------------------------

def rule_faults(operator: Operator, runs: Sequence[tuple[tuple[float, ...], Run]]
                ) -> Iterator[Fault]:
    """The fault of an operation alone: an error, data that change, a wrong value or derivative."""
    for p, got in runs:
        yield from value_faults(operator, p, got)
    if not any(got.error for _, got in runs):
        yield from grad_faults(operator, runs)


def value_faults(operator: Operator, p: tuple[float, ...], got: Run) -> Iterator[Fault]:
    """The fault of one run going forward: an error, changed data, a wrong value."""
    text, value = operator.alone().text, float(operator.f(*p))
    if got.error:
        kind = kind_of_error(operator.name, got)
        yield Fault(kind, text, p, "what comes", got.error, value)
    elif not all(map(close, got.made + got.operands, p + p)):
        yield data_fault(text, p, got)
    elif not close(got.data, value):
        yield Fault(kind_of_value(operator.name, got.data, p), text, p, "data", got.data, value)


def kind_of_error(name: str, got: Run) -> str:
    """The kind of an operation that stops with an error."""
    if got.error.startswith("TooLong"):
        return "endless"
    if name.startswith("2 ") and got.stage == "forward":
        return "reflected"
    number = "2" in name and got.error.startswith("AttributeError") and "grad" in got.error
    return "number" if number else "error"


def data_fault(text: str, p: tuple[float, ...], got: Run) -> Fault:
    """The fault of a run whose inputs have other data than they were given, or other ones later."""
    made = not all(map(close, got.made, p))
    data = got.made if made else got.operands
    i = [close(a, b) for a, b in zip(data, p)].index(False)
    kind = "rounded" if data[i] % 1 == 0 else "shape"
    return Fault(kind if made else "in place", text, p, f"{'xy'[i]}.data", data[i], p[i])


def grad_faults(operator: Operator, runs: Sequence[tuple[tuple[float, ...], Run]]
                ) -> Iterator[Fault]:
    """The wrong derivatives of runs that all came to an end."""
    expression = operator.alone()
    points = [p for p, _ in runs]
    expected = [expression.expected(p) for p in points]
    for i in range(operator.arity):
        grads, truths = [got.grads[i] for _, got in runs], [e[i] for e in expected]
        for p, grad, truth in zip(points, grads, truths):
            if not close(grad, truth):
                kind = kind_of_rule(operator.name, i, points, [got.data for _, got in runs],
                                    grads, truths)
                if kind == "swapped" and all(close(got.grads[1 - i], e[1 - i])
                                             for (_, got), e in zip(runs, expected)):
                    kind = "same"
                yield Fault(kind, expression.text, p, f"{'xy'[i]}.grad", grad, truth)


def fault_of(kind: str, text: str, point: tuple[float, ...], difference: Difference) -> Fault:
    """The Fault of an expression with a wrong gradient, or with an error."""
    i, got, expected = difference
    if isinstance(got, str):
        kind = "endless" if got.startswith("TooLong") else "error"
    return Fault(kind, text, point, f"{'xyzw'[i]}.grad", got, expected)
