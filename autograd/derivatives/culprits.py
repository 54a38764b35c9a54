"""The operation at fault where a derivative is wrong.

Each one is compared with finite differences of itself alone. So the operation with the wrong rule
is named, not one that merely passes a wrong number on.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from autograd.derivatives.differences import Floats, complex_step, derivatives_by_values
from autograd.derivatives.gradients import gradients
from autograd.derivatives.level import data_of
from autograd.derivatives.report import Culprit
from autograd.derivatives.structure import Leaf
from autograd.graph import topological_order
from autograd.operation import TABLE, Operation, Undefined
from autograd.value import Value


class Use(NamedTuple):
    """An operation at a place in a topological order, with what it was recorded with."""
    node: int
    op: Operation
    recorded: Value
    numbers: tuple[float, ...]

    def is_at_kink(self, scale: float = 1.0) -> bool:
        """Whether it is so close to a kink that steps for inputs of that scale straddle it."""
        if self.op.kink is None:
            return False
        reach: float = 1e-8 * max(scale, *map(abs, self.numbers))
        distance: float = self.op.kink(*self.numbers)
        return abs(distance) <= reach

    def fresh(self) -> tuple[Value, list[Value]]:
        """The operation recorded again, at new Values of the same numbers; and these."""
        inputs = [Value(x) for x in self.numbers]
        return self.op(*inputs), inputs


def uses_of_operations(results: Iterable[Leaf]) -> list[Use]:
    """The operations of the table that the results were computed with."""
    order = topological_order(*[y for y in results if isinstance(y, Value)])
    return [Use(k, v.op, v, tuple(data_of(x) for x in v.inputs)) for k, v in enumerate(order)
            if isinstance(v.op, Operation) and v.op.name in TABLE]


def find_kinks(results: Iterable[Leaf], scale: float) -> list[str]:
    """In words, the operations so close to a kink that steps of that scale straddle it."""
    kinks = []
    for use in uses_of_operations(results):
        if use.is_at_kink(scale):
            numbers = ", ".join(f"{x:.6g}" for x in use.numbers)
            kinks.append(f"{use.op.name}({numbers}) has no derivative there: both sides differ")
    return kinks


def find_culprits(results: Iterable[Leaf], rtol: float = 1e-6) -> list[Culprit]:
    """The operations on the way to the results whose partials differ from finite differences.

    Only where all partials are right, their own derivatives are looked at: those are wrong for an
    operation whose partial is computed with `math`, where a derivative of second order cannot see
    what it depends on.
    """
    edges = [(use, i) for use in uses_of_operations(results) if not use.is_at_kink()
             for i, u in enumerate(use.recorded.inputs) if isinstance(u, Value)]
    first = [culprit for use, i in edges for culprit in wrong_partials(use, i, rtol)]
    if first:
        return first
    return [culprit for use, i in edges for culprit in wrong_second_derivatives(use, i, rtol)]


def wrong_partials(use: Use, i: int, rtol: float) -> Iterator[Culprit]:
    """The partial for input i, as recorded, by the table on floats or on Values, if it is wrong."""
    op, numbers = use.op, use.numbers
    recorded = use.recorded.partials[i]
    if isinstance(recorded, Undefined):
        return
    y, inputs = use.fresh()
    truth, = derivatives_by_values(lambda point: [op.forward(*point)], numbers, i,
                                   complex_step([y], inputs[i], [y]), 1)
    by_table = (op.partial(i, use.recorded.data, numbers), op.partial(i, y, inputs))
    for rule in map(as_number, (recorded, *by_table)):
        if not truth.agrees(rule, rtol):
            yield Culprit(use.node, op.name, i, numbers, rule, truth.value)
            return


def wrong_second_derivatives(use: Use, i: int, rtol: float) -> Iterator[Culprit]:
    """A derivative of the partial for input i that differs from finite differences of it."""
    op, numbers = use.op, use.numbers
    y, inputs = use.fresh()
    partial = op.partial(i, y, inputs)

    def partial_on_floats(point: Floats) -> list[float]:
        return [as_number(op.partial(i, op.forward(*point), point))]

    for j, rule in enumerate(derivatives_in_graph(partial, inputs)):
        truth, = derivatives_by_values(partial_on_floats, numbers, j, None, 1)
        if not truth.agrees(rule, rtol):
            what = f"the derivative of its rule with respect to input {j}"
            yield Culprit(use.node, op.name, i, numbers, rule, truth.value, what)
            return


def derivatives_in_graph(output: Leaf | None, inputs: Sequence[Value]) -> list[float]:
    """d output / d input, by reverse mode; 0 where the output was not computed from that input."""
    if not isinstance(output, Value):
        return [0.0 for _ in inputs]
    ancestors = set(topological_order(output))
    return [gradients(output, x) if x in ancestors else 0.0 for x in inputs]


def as_number(partial: Leaf | None) -> float:
    """A partial as a number: None is a partial that is 0 everywhere."""
    return 0.0 if partial is None else data_of(partial)
