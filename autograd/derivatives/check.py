"""Derivatives compared with finite differences, and the operation named that has a wrong one.

1. The truth never comes from the table's partials: it comes from values of the function at neighbouring points, sharpened
   by a step into the complex plane where every operation on the way has a complex value.
2. Reverse mode uses the partials recorded going forward, forward mode those of the table: so both are compared.
3. Where a total is wrong, each operation on the way is compared with finite differences of itself alone. So the operation
   at fault is named, not one that merely passes a wrong number on.
"""
from __future__ import annotations

import cmath
import inspect
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd import ops
from autograd.derivatives.gradients import gradients
from autograd.graph import topological_order
from autograd.derivatives.structure import flatten, paths, rebuild
from autograd.derivatives.transforms import Level, jacobian
from autograd.operation import Undefined
from autograd.value import Value, record

EPSILON = 2.0 ** -52


class Estimate(NamedTuple):
    """A derivative from values alone, and how far it may be off."""
    value: float
    error: float

    def agrees(self, x: float, rtol: float) -> bool:
        """Whether x differs by no more than the error and `rtol` of the larger of the two."""
        return not abs(x - self.value) > rtol * max(abs(x), abs(self.value)) + self.error


class Comparison(NamedTuple):
    """One derivative by all methods: a row of the printed table. verdict is "ok", "kink", "unclear" or "WRONG"."""
    name: str
    found: tuple[float, float]
    expected: Estimate
    verdict: str


class Culprit(NamedTuple):
    """An operation whose rule is wrong. node is its place, from 0, in the topological order of f, or of its gradient."""
    node: int
    op: str
    input: int
    point: tuple[float, ...]
    rule: float
    expected: float
    what: str = "rule"

    def __str__(self) -> str:
        at = ", ".join(f"{x:.6g}" for x in self.point)
        return (f"node {self.node}, `{self.op}`, input {self.input}: {self.what} gives {self.rule:.10g}, finite difference "
                f"{self.expected:.10g}, at ({at})")


class Report:
    """What `check_gradients` found: true when no derivative is wrong; prints as a table.

    comparisons  every derivative, of first order and then of second
    kinks        in words, the operations that are so close to a kink that a finite difference straddles it
    culprits     the operations with a wrong rule
    """
    def __init__(self, comparisons: list[Comparison], kinks: list[str], culprits: list[Culprit]) -> None:
        self.comparisons, self.kinks, self.culprits = comparisons, kinks, culprits

    def __bool__(self) -> bool:
        return not self.culprits and all(c.verdict != "WRONG" for c in self.comparisons)

    def __str__(self) -> str:
        width = max([len(c.name) for c in self.comparisons] + [10])
        lines = []
        for second in (False, True):
            some = [c for c in self.comparisons if c.name.startswith("d2") is second]
            heads = ("rev. over rev.", "fwd. over rev.") if second else ("reverse", "forward")
            if some:
                lines.append(f"{'':{width}} {heads[0]:>17} {heads[1]:>17} {'finite difference':>18} {'+-':>8}")
            for c in some:
                lines.append(f"{c.name:{width}} {c.found[0]:17.10g} {c.found[1]:17.10g} {c.expected.value:18.10g} "
                             f"{c.expected.error:8.1e}  {c.verdict}")
        lines += [f"kink: {kink}" for kink in self.kinks] + [f"wrong: {culprit}" for culprit in self.culprits]
        if not self and not self.culprits:
            lines.append("wrong: no single operation is at fault; does the function give the same value twice, and does its "
                         "graph hold all that it depends on?")
        return "\n".join(lines)

    __repr__ = __str__


def check_gradients(f: Callable[..., Any], *args: Any, order: int = 2, rtol: float = 1e-6, raising: bool = True) -> Report:
    """A Report that lays derivatives by reverse mode, forward mode and finite differences side by side.

    order 1 compares first derivatives, 2 also second ones (with finite differences of the gradient). Two numbers agree when
    they differ by at most `rtol`, relative, plus the estimated error of the finite difference. A disagreement at a kink
    (relu at 0, a tie in maximum) is reported as a kink, one that no finite difference can decide as unclear.

    Raises AssertionError with the table, which names the operation at fault, when a derivative is wrong; with
    raising=False the Report, which is then false, comes back.

    >>> print(check_gradients(lambda x: x ** 3, 2.0, order=1))
                         reverse           forward  finite difference       +-
    d f / d x                 12                12                 12  1.2e-12  ok
    """
    if order not in (1, 2):
        raise ValueError(f"order must be 1 or 2, got {order!r}")
    leaves, structure = flatten(args, "argument")
    point = [_float(x) for x in leaves]

    def at(x: Sequence[float]) -> tuple:
        return rebuild(structure, x)

    with Level(f, at(point), tuple(range(len(args)))) as level:
        outputs = [f"d {path}" for path in paths(level.outputs, "f")]
    inputs = [f"d {path}" for name, x in zip(_argument_names(f, len(args)), args) for path in paths(flatten(x, name)[1], name)]
    names = [[f"{y} / {x}" for x in inputs] for y in outputs]
    report = _compare(f, at, point, rtol, names)
    if order == 2:
        def gradient(*args: Any) -> Any:
            with Level(f, args, tuple(range(len(args)))) as level:
                return level.matrix("reverse")
        names = [[f"d2{name[1:]} {x}" for x in inputs] for row in names for name in row]
        second = _compare(gradient, at, point, rtol, names)
        named = {c.op for c in report.culprits}
        culprits = report.culprits + [c for c in second.culprits if c.op not in named]
        if not second and not culprits:                 # what is missing in the graph of the gradient, that of f shows
            culprits = find_culprits(level.results, rtol)
        report = Report(report.comparisons + second.comparisons, list(dict.fromkeys(report.kinks + second.kinks)), culprits)
    if raising and not report:
        raise AssertionError(f"derivatives differ\n{report}")
    return report


def _argument_names(f: Callable[..., Any], n: int) -> list[str]:
    """The names of the n arguments, from the signature of f where it has as many."""
    try:
        names = list(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        names = []
    return names if len(names) == n else [f"x{i}" for i in range(n)]


def _compare(f: Callable[..., Any], at: Callable[..., tuple], point: list[float], rtol: float,
             names: list[list[str]]) -> Report:
    """The Jacobian of f by both modes and by finite differences; names[i][j] is what derivative (i, j) is called."""
    def values(x: Sequence[float]) -> list[float]:
        with Level(f, at(x), tuple(range(len(at(x))))) as level:
            return [_float(y) for y in level.results]

    with Level(f, at(point), tuple(range(len(at(point))))) as level:
        reverse = level.matrix("reverse")
        level.outside = True                            # as if inside another transform: partials come from the table
        forward = level.matrix("forward")
        expected = [_by_values(values, point, j, level.order, v, level.results) for j, v in enumerate(level.variables)]
        rows = [(name, (_float(reverse[i][j]), _float(forward[i][j])), expected[j][i])
                for i, row in enumerate(names) for j, name in enumerate(row)]
        wrong = [any(not e.agrees(x, rtol) for x in found) for _, found, e in rows]
        culprits = find_culprits(level.results, rtol) if any(wrong) else []
        kinks = find_kinks(level.results, max(map(abs, point), default=0.0))
    return Report([Comparison(*row, verdict=_verdict(row[1], row[2], bad, kinks, culprits)) for row, bad in zip(rows, wrong)],
                  kinks, culprits)


def _verdict(found: tuple[float, float], expected: Estimate, bad: bool, kinks: list[str], culprits: list[Culprit]) -> str:
    if bad:
        return "kink" if kinks and not culprits and same_or_nan(*found) else "WRONG"
    largest = max(abs(x) for x in (*found, expected.value))
    return "ok" if expected.error <= max(1e-4 * largest, 1e-7) else "unclear"


def _float(x: Any) -> float:
    """The number of a Value, or a number as a float."""
    return x.data if isinstance(x, Value) else float(x)


def same_or_nan(a: float, b: float) -> bool:
    """Whether two numbers differ by rounding only."""
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b)) or a != a or b != b


# The truth ------------------------------------------------------------------------------------------------------------

def finite_difference(f: Callable[[float], Sequence[float]], x: float) -> list[Estimate]:
    """The derivative of each result of f at x, with an estimate of its error.

    Central differences for steps h, h/2, h/4, ..., extrapolated to h = 0 (Richardson; Ridders 1982 for the choice of the
    step). A step that leaves the domain of f is skipped. The error is the difference to the neighbouring extrapolations
    plus what rounding does; a coarse result that finer ones contradict (it stepped over a pole or a kink) is dropped.
    """
    best, error, least_size = np.array(math.nan), np.array(math.inf), np.array(math.inf)
    row: list[np.ndarray] = []
    h, least = 0.125 * max(1.0, abs(x)), 1e-10 * (abs(x) or 1.0)
    while h > least and not (np.isfinite(best).all() and row and (error <= 1e-11 * np.abs(best) + 1e-14 * least_size).all()):
        high, low = _values(f, x + h), _values(f, x - h)
        width = (x + h) - (x - h)
        h /= 2
        if high is None or low is None:
            row = []
            continue
        size = np.abs(high) + np.abs(low)
        least_size = np.minimum(least_size, size)
        new = [(high - low) / width]
        for k, coarse in enumerate(row[:6]):
            new.append(new[k] + (new[k] - coarse) / (4.0 ** (k + 1) - 1))
            off = np.maximum(abs(new[-1] - new[k]), abs(new[-1] - coarse)) + 2 * EPSILON * size / width
            better = (off < error) | (abs(new[-1] - best) > 4 * (off + error))
            best, error = np.where(better, new[-1], best), np.where(better, off, error)
        row = new
    return [Estimate(float(d), float(e)) for d, e in zip(np.atleast_1d(best), np.atleast_1d(error))]


def _values(f: Callable[[float], Sequence[float]], x: float) -> np.ndarray | None:
    """f at x as an array; None outside its domain."""
    try:
        return np.array(f(x), dtype=float)
    except (ArithmeticError, ValueError):
        return None


def complex_step(order: Sequence[Value], variable: Value, outputs: Sequence[Any]) -> list[float] | None:
    """d output / d variable to rounding: the imaginary part, where the variable takes a tiny step i h (Squire, Trapp 1998).

    None where an operation has no value at complex numbers.
    """
    h = 1e-150
    z: dict[Any, Any] = {variable: complex(variable.data, h)}
    try:
        for v in order:
            if v not in z and not v.is_leaf:
                z[v] = _complex_forward(v.op)(*[x if type(x) is float else z.get(x, x.data)     # type: ignore[union-attr]
                                                for x in v.inputs])
    except (TypeError, ValueError, ArithmeticError):
        return None
    return [complex(z.get(y, 0.0)).imag / h for y in outputs]


def _complex_forward(op: Any) -> Callable[..., Any]:
    """op's own forward; in place of a function of math, that of the same name which takes complex numbers."""
    name = op.forward.__name__ if getattr(op.forward, "__module__", "") == "math" else ""
    return getattr(cmath, name, None) or (operator.pow if name == "pow" else op.forward)


def _by_values(values: Callable[[Sequence[float]], Sequence[float]], point: Sequence[float], j: int,
               order: Sequence[Value], variable: Value, outputs: Sequence[Any]) -> list[Estimate]:
    """The derivative of each value by input j: a finite difference, sharpened by a complex step that agrees with it."""
    rough = finite_difference(lambda t: values([*point[:j], t, *point[j + 1:]]), point[j])
    sharp = complex_step(order, variable, outputs)
    if sharp is None or len(rough) != len(sharp):
        return rough * len(outputs) if len(rough) < len(outputs) else rough
    return [Estimate(s, 1e-13 * abs(s)) if r.error <= 1e-4 * abs(s) and r.agrees(s, 1e-9) else r for r, s in zip(rough, sharp)]


# The culprit ----------------------------------------------------------------------------------------------------------

def find_kinks(results: Sequence[Any], scale: float) -> list[str]:
    """The operations so close to a kink that a finite difference with steps for inputs of that scale straddles it."""
    order = topological_order(*[y for y in results if isinstance(y, Value)])
    at_kink = [(v.op, _numbers(v)) for v in order if _at_kink(v.op, _numbers(v), scale)]
    return [f"{op.name}({', '.join(f'{x:.6g}' for x in numbers)}) has no derivative there: both sides differ"   # type: ignore
            for op, numbers in at_kink]


def _numbers(v: Value) -> list[float]:
    return [x if type(x) is float else x.data for x in v.inputs]                               # type: ignore[union-attr]


def _at_kink(op: Any, numbers: Sequence[float], scale: float = 0.0) -> bool:
    kink = getattr(op, "kink", None)
    return kink is not None and abs(kink(*numbers)) <= 1e-8 * max(scale, *map(abs, numbers))


def find_culprits(results: Sequence[Any], rtol: float = 1e-6) -> list[Culprit]:
    """The operations among the ancestors of results whose partials differ from finite differences of that operation alone.

    Only where all partials are right, their own derivatives are looked at: those are wrong for an operation whose partial
    is computed with `math` or `float(...)`, where a derivative of second order cannot see what it depends on.
    """
    order = topological_order(*[y for y in results if isinstance(y, Value)])
    nodes = [(k, v) for k, v in enumerate(order) if getattr(v.op, "name", "") in ops.TABLE and not _at_kink(v.op, _numbers(v))]
    edges = [(k, v, i) for k, v in nodes for i, u in enumerate(v.inputs) if isinstance(u, Value)]
    found = [culprit for edge in edges for culprit in _first_order(*edge, rtol)]
    return found or [culprit for edge in edges for culprit in _second_order(*edge, rtol)]


def _first_order(k: int, v: Value, i: int, rtol: float) -> list[Culprit]:
    """The partial of v by input i, as recorded and by the table, against a finite difference of the operation."""
    op, numbers = v.op, _numbers(v)
    recorded = v.partials[i] or 0.0
    if isinstance(recorded, Undefined):
        return []
    xs = [Value(x) for x in numbers]
    y = record(op, tuple(xs))                                                                   # type: ignore[arg-type]
    truth, = _by_values(lambda point: [op.forward(*point)], numbers, i, [y], xs[i], [y])        # type: ignore[union-attr]
    for rule in (recorded, float(op.partial(i, v.data, numbers) or 0.0), _float(op.partial(i, y, xs) or 0.0)):  # type: ignore
        if not truth.agrees(rule, rtol):
            return [Culprit(k, op.name, i, tuple(numbers), rule, truth.value)]                  # type: ignore[union-attr]
    return []


def _second_order(k: int, v: Value, i: int, rtol: float) -> list[Culprit]:
    """The derivatives of that partial as a graph, against finite differences of the partial on floats."""
    op, numbers = v.op, _numbers(v)
    xs = [Value(x) for x in numbers]
    y = record(op, tuple(xs))                                                                   # type: ignore[arg-type]
    partial = op.partial(i, y, xs)                                                              # type: ignore[union-attr]

    def value(point: Sequence[float]) -> list[float]:
        return [float(op.partial(i, op.forward(*point), point) or 0.0)]                         # type: ignore[union-attr]

    graph = set(topological_order(partial)) if isinstance(partial, Value) else set()
    for j, x in enumerate(xs):
        rule = gradients(partial, x) if x in graph else 0.0
        truth, = finite_difference(lambda t: value([*numbers[:j], t, *numbers[j + 1:]]), numbers[j])
        if not truth.agrees(rule, rtol):
            what = f"the derivative of its rule by input {j}"
            return [Culprit(k, op.name, i, tuple(numbers), rule, truth.value, what)]            # type: ignore[union-attr]
    return []
