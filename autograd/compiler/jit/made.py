"""Results that are Values: a node for each, whose local derivatives are the gradient.

1. Such a result depends on Values from outside, such as the parameters of a model, or on Values
   among the arguments. These are the inputs of its node: backward() on it fills in their grads.
2. The graph that f records has a node for each operation; this one has a node for all of them.
3. All results of a call, Values and numbers, come from one program: that of the sum of the Values,
   each times a seed, and of the numbers, times zeros. The derivatives with respect to the zeros
   are the numbers. The first Value, as a rule the loss, has the seed 1; the derivatives of another
   one are computed when somebody asks for them.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import compiler, ops
from autograd.compat.micrograd import Handmade
from autograd.compiler.jit.flat import close
from autograd.compiler.run import Program
from autograd.derivatives.gradients import pullback
from autograd.derivatives.level import computed_from
from autograd.graph import topological_order
from autograd.recording import is_recording
from autograd.value import Value


class Made:
    """Results, some of which are Values, compiled.

    returned    the Values among them, by their places
    numbers     the others
    every       all Values that what was recorded depends on; `sources` are the places, among them,
                of those that are Values for the function as it was written
    inputs      the places of those the Values were computed from
    """

    def __init__(self, returned: dict[int, Value], numbers: list[Value], every: list[Value],
                 sources: list[int], name: str, target: str = "numpy") -> None:
        place = dict(zip(every, range(len(every))))
        self.known = {i: place[v] for i, v in returned.items() if v in place}
        values = list(dict.fromkeys(v for v in returned.values() if v not in place))
        which = dict(zip(values, range(len(values))))
        self.which = {i: which[v] for i, v in returned.items() if v not in place}
        reached = set(topological_order(*values))
        self.inputs = [i for i in sources if every[i] in reached]
        self.rest = sorted({*range(len(every))} - set(self.inputs))
        self.count, self.op = len(values), Handmade(name, len(self.inputs))
        self.zeros = np.zeros(len([*values[1:], *numbers]))
        self.seeded = self.count * (self.count > 1)
        self.program: Program | None = None
        if values or numbers:
            self.program = self.compiled(values, numbers, every, target)

    def compiled(self, values: list[Value], numbers: list[Value], every: list[Value],
                 target: str) -> Program:
        """The program of all results."""
        seeds = [Value(1.0) for _ in range(self.seeded)]
        zeros = [Value(0.0) for _ in self.zeros]
        with_seeds = [v * seed for v, seed in zip(values, seeds)] if seeds else values
        beside = [ops.stop_gradient(v) * zero for v, zero in zip([*values[1:], *numbers], zeros)]
        parts = [*with_seeds, *beside]
        output = ops.sum_of(parts) if len(parts) > 1 else parts[0]
        return compiler.program(output, [*(every[i] for i in self.inputs), *zeros],
                                [*(every[i] for i in self.rest), *seeds], None, False, target,
                                topological_order(output))

    def run(self, theta: Any, values: dict[int, Value]) -> tuple[dict[int, Value], Any]:
        """The results that are Values, by their places, and the numbers, for these numbers;
        `values` are the Values at `sources`.

        Raises ArithmeticError or ValueError where a number is not finite, or has no derivative.
        """
        made = {i: values[k] for i, k in self.known.items()}
        if self.program is None:
            return made, self.zeros
        given, rest = np.concatenate((theta[self.inputs], self.zeros)), theta[self.rest]
        y, gradient = self.with_seed(0, given, rest)
        if not abs(y) + float(np.abs(gradient).sum()) < float("inf"):
            raise ArithmeticError("a result is not finite")
        n, k = len(self.inputs), max(0, self.count - 1)
        nodes = list(map(Value, (y, *gradient[n:n + k].tolist())[:self.count]))
        if self.inputs and is_recording():
            of_nodes = [tuple(gradient[:n].tolist()),
                        *(Later(self, which, given, rest) for which in range(1, self.count))]
            inputs = tuple([values[i] for i in self.inputs])
            for v, partials in zip(nodes, of_nodes):
                v._set_inputs(self.op, inputs, partials)
        made.update((i, nodes[which]) for i, which in self.which.items())
        return made, gradient[n + k:]

    def with_seed(self, which: int, given: Any, rest: Any) -> tuple[float, Any]:
        """One of the Values, and the derivatives of it and with respect to the zeros."""
        assert self.program is not None
        seeds = np.zeros(self.seeded)
        seeds[which:which + 1] = 1.0
        x = np.concatenate((rest, seeds))
        return self.program.value_and_grad(given, x if len(x) else None)


class Later:
    """The local derivatives of a result, computed when they are asked for."""

    def __init__(self, made: Made, *which: Any) -> None:
        self.made, self.which = made, which
        self.found: tuple[float, ...] | None = None

    def __iter__(self) -> Iterator[float]:
        if self.found is None:
            _, gradient = self.made.with_seed(*self.which)
            self.found = tuple(gradient[:len(self.made.inputs)].tolist())
        return iter(self.found)

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (tuple(self),)


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
