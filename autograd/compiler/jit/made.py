"""Results that are Values: a node for each, whose local derivatives are the gradient.

1. Such a result depends on Values from outside, such as the parameters of a model, or on Values
   among the arguments. These are the inputs of its node: backward() on it fills in their grads.
2. The graph that f records has a node for each operation; this one has a node for all of them.
"""
from __future__ import annotations

from typing import Any

from autograd import compiler
from autograd.compat.micrograd import Handmade
from autograd.compiler.jit.flat import close
from autograd.derivatives.gradients import pullback
from autograd.derivatives.level import computed_from
from autograd.graph import topological_order
from autograd.recording import is_recording
from autograd.value import Value


class Made:
    """One result that is a Value, compiled.

    every       all Values that what was recorded depends on; `sources` are the places, among them,
                of those that are Values for the function as it was written
    inputs      the places of those it was computed from
    """

    def __init__(self, result: Value, every: list[Value], sources: list[int], name: str,
                 target: str = "numpy") -> None:
        order = topological_order(result)
        reached = set(order)
        self.inputs = [i for i in sources if every[i] in reached]
        self.itself = every.index(result) if result in every else None
        chosen = set(self.inputs)
        self.rest = [i for i in range(len(every)) if i not in chosen]
        self.program = compiler.program(result, [every[i] for i in self.inputs],
                                        [every[i] for i in self.rest], None, False, target, order)
        self.op = Handmade(name, len(self.inputs))

    def node(self, theta: Any, values: dict[int, Value]) -> Value:
        """The result for these numbers; `values` are the Values at `sources`.

        Raises ArithmeticError or ValueError where a number is not finite, or has no derivative.
        """
        if self.itself is not None and self.itself in values:
            return values[self.itself]
        x = theta[self.rest] if self.rest else None
        y, gradient = self.program.value_and_grad(theta[self.inputs], x)
        partials = gradient.tolist()
        if not abs(y) + sum(map(abs, partials)) < float("inf"):
            raise ArithmeticError("a result is not finite")
        v = Value(y)
        if self.inputs and is_recording():
            v._set_inputs(self.op, tuple([values[i] for i in self.inputs]), tuple(partials))
        return v


def agrees(eager: Value, node: Value, values: dict[int, Value]) -> bool:
    """Whether the eager result has the same derivatives with respect to all these Values."""
    by_value = dict.fromkeys(values.values(), 0.0)
    for v, p in zip(node.inputs, node.partials):
        by_value[v] += p
    return close(derivatives(eager, list(by_value)), list(by_value.values()))


def derivatives(y: Value, wanted: list[Value]) -> list[float]:
    """The derivatives of y with respect to some Values, whose grads stay as they are."""
    if not all(v.is_leaf for v in wanted):
        order, _ = computed_from(wanted, [y])
        return [float(x) for x in pullback(order, wanted, {y: 1.0}, False)]
    order = topological_order(y, *wanted)
    before = [v.grad for v in order]
    Value.set_grads(dict.fromkeys(wanted, 0.0))
    try:
        y.backward()
        return [v.grad for v in wanted]
    finally:
        Value.set_grads(dict(zip(order, before)))
