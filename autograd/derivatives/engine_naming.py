"""What a fault of an engine is called: probes, then what each misconception would compute.

A probe runs an operation in another way, with its results kept, at numbers that are all different,
or twice: what is right then, or differs then, says what was wrong.
"""
from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from autograd.derivatives.engine_runs import (OPERATORS, Expression, Operator, Run, TooLong,
                                              as_float, bounded, kept_by, run)
from autograd.derivatives.engine_ways import Seen, coincident, explaining
from autograd.derivatives.misconceptions import close
from autograd.operation import Operation
from autograd.value import Value

Difference = tuple[int, Any, float]         # which input, what it got, what was expected

# Kinds that numbers of one expression suggest, to be asked again of all expressions
FIRST_GUESS = ("rule", "factor", "lost", "no +=", "no order", "no visited", "chain rule", "power",
               "relu", "repeated")


# Comparing ----------------------------------------------------------------------------------------

def compared(cls: Any, expression: Expression, point: tuple[float, ...]) -> Difference | None:
    """The first gradient of the expression that is wrong; None when all are right."""
    return different(run(cls, expression.f, point), expression.expected(point))


def different(got: Run, expected: Sequence[float]) -> Difference | None:
    """The first gradient of a run that is not as expected; None when all are."""
    if got.error:
        return 0, got.error, expected[0]
    for i, (grad, e) in enumerate(zip(got.grads, expected)):
        if not close(grad, e):
            return i, grad, e
    return None


def twice(operator: Operator, adds: bool) -> list[tuple[str, Any]]:
    """Expressions that use a Value twice, as text and as functions; sums only where + is right."""
    f, write = operator.f, operator.written
    tries: list[tuple[str, Any]] = []
    if operator.arity == 2:
        tries.append((write("x", "x"), lambda x, y, z: f(x, x)))
    if adds and operator.arity == 1:
        tries.append((f"{write('x')} + {write('x')}", lambda x, y, z: f(x) + f(x)))
    elif adds:
        tries.append((f"({write('x', 'y')}) + ({write('x', 'z')})",
                      lambda x, y, z: f(x, y) + f(x, z)))
        tries.append((f"({write('y', 'x')}) + ({write('z', 'x')})",
                      lambda x, y, z: f(y, x) + f(z, x)))
    return tries


def chained(operator: Operator, kept: list[Any] | None = None) -> Callable[..., Any]:
    """The function that multiplies a result of the operation by z; it may keep that result."""
    def f(x: Any, y: Any, z: Any) -> Any:
        inner = operator.f(x) if operator.arity == 1 else operator.f(x, y)
        if kept is not None:
            kept.append(inner)
        return inner * z
    return f


def left_alone(cls: Any, f: Callable[..., Any]) -> float:
    """The grad of an input, set to 0, after a pass through a graph that it has no part in."""
    try:
        x, y, z = map(cls, (2.0, 3.0, 1.5))
        bounded(lambda: f(f(x, y), y).backward())
        x.grad = 0.0
        bounded(lambda: f(f(z, z), z).backward())
        return as_float(x.grad)
    except (Exception, SystemExit, TooLong):
        return 0.0


# Probes -------------------------------------------------------------------------------------------

class Case(NamedTuple):
    """An operation of an engine that is wrong at a point."""
    cls: Any
    operator: Operator
    at: tuple[float, ...]
    kept: int                               # entries of containers of the class, at first

    def run(self, kept: list[Any] | None = None) -> Run:
        """A run of the operation, then multiplied by another Value."""
        return run(self.cls, chained(self.operator, kept), self.operator.points[0][:3])


def is_shared(case: Case) -> bool:
    """Whether a Value that took no part has a gradient, or one array adds up those of two."""
    alone = run(case.cls, case.operator.f, case.operator.points[0][:case.operator.arity])
    grads = [d[1] / d[2] for _, f in twice(case.operator, True) if alone.aliased
             and (d := compared(case.cls, Expression("", f), case.operator.points[0][:3]))
             and not isinstance(d[1], str) and d[2]]
    return case.run().other != 0 or any(ratio > 1 for ratio in grads)


def is_state(case: Case) -> bool:
    """Whether a pass leaves something behind that changes what the next one does."""
    first, again = case.run(), case.run()
    if first.error or again.error:
        return False
    later = case.operator.arity == 2 and left_alone(case.cls, case.operator.f)
    return (kept_by(case.cls) > case.kept or not close(float(later), 0.0)
            or not all(map(close, first.grads, again.grads)))


def is_equal(case: Case) -> bool:
    """Whether a sum or product is wrong only where two Values have equal data."""
    f = chained(case.operator)
    point = (*case.at, *case.operator.points[0])[:3]
    if case.operator not in OPERATORS[:2] or not coincident(f, point):
        return False
    there, apart = (compared(case.cls, Expression("", f), p) for p in (point, (1.37, 2.61, 0.83)))
    return bool(there) and not apart


def is_freed(case: Case) -> bool:
    """Whether the gradients are others when the result between is kept."""
    loose, held = case.run(), case.run([])
    return not loose.error and not all(map(close, held.grads, loose.grads))


def is_own_grad(case: Case) -> bool:
    """Whether the gradient of the input is the factor, where that of the output belongs."""
    gained, alone = gained_from_grads(case)
    return bool(gained) and close(gained, 2.0 * alone)


def is_grad_for_data(case: Case) -> bool:
    """Whether gradients of inputs are factors, where data belong."""
    return bool(gained_from_grads(case)[0])


def gained_from_grads(case: Case) -> tuple[float, float]:
    """What the grad of an input gains where all have grads of 2 before, and nothing where they are
    0; and its derivative."""
    f, arity = case.operator.f, case.operator.arity
    point = case.operator.points[0][:arity]
    first = run(case.cls, f, point)
    later = run(case.cls, f, point, grad=2.0)
    if first.error or later.error or all(first.grads):
        return 0.0, 0.0
    i = first.grads.index(0.0)
    return later.grads[i] - 2.0, case.operator.alone().expected(point)[i]


PROBES = {"shared": is_shared, "state": is_state, "equal": is_equal, "freed": is_freed,
          "chain rule": is_own_grad, "grad": is_grad_for_data}


def probed(case: Case) -> str:
    """The kind of a fault that lies outside of any one pass; "" for none."""
    return next((kind for kind, probe in PROBES.items() if probe(case)), "")


# Ways ---------------------------------------------------------------------------------------------

def told_by_ways(cls: Any, operator: Operator, guess: str) -> str:
    """The kind of the misconception that gives all gradients seen, or else what was guessed."""
    try:
        failed = {operator.f(*map(Value, operator.points[0][:operator.arity])).op}
    except AttributeError:                              # a method our Value does not have
        return guess
    points = operator.points if guess != "relu" else ((2.0, 3.0, -1.7), (0.6, -2.5, -0.8))
    kind = explaining(gradients_seen(cls, telling(operator, failed), points), failed)
    if guess in ("lost", "relu", "power") and kind not in ("nothing", "negative"):
        return guess
    return kind or guess


def telling(operator: Operator, failed: Collection[Operation]) -> list[Callable[..., Any]]:
    """Functions whose gradients tell one misconception about an operation from another.

    x * 2 may be wrong where x * y is right: where it has failed, x * y is left out.
    """
    rows = {op.name for op in failed} if operator.arity == 1 else set()
    also = [op for op, row in zip(OPERATORS[:2], ("add", "mul"))
            if op is not operator and row not in rows]
    # a short way and a long one to x: what comes last by one order comes first by another
    ways = [lambda x, y, z: x + (x * y) * z, lambda x, y, z: (x * y) * z + x]
    return [f for op in (operator, *also)
            for f in (op.f, chained(op), *(g for _, g in twice(op, adds=True)))] + ways * (not rows)


def gradients_seen(cls: Any, functions: Sequence[Callable[..., Any]],
                   points: Sequence[tuple[float, ...]]) -> list[Seen]:
    """The gradients of functions at points, where no error came."""
    found = []
    for f in functions:
        for point in points:
            p = point[:f.__code__.co_argcount]
            got = run(cls, f, p)
            if not got.error:
                found.append(Seen(f, p, got.grads))
    return found


def kind_of_value(name: str, value: float, point: Sequence[float]) -> str:
    """The kind of an operation whose value is wrong."""
    if name.startswith("2 ") or name == "sum":
        return "reflected"
    x, y = (*point, 2.0)[:2]
    turned = {"x - y": y - x, "x - 2": 2 - x, "x / y": y / x, "x / 2": 2 / x, "x ** y": abs(y) ** x}
    if name in turned and close(value, turned[name]):
        return "operands"
    if "/" in name:
        return "division"
    signs = {"x - y": x + y, "x - 2": x + 2, "-x": x}
    return "sign" if name in signs and close(value, signs[name]) else "value"
