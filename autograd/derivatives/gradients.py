"""Derivatives of a recorded graph: `gradients`, and the sweeps that transforms are made of.

With create_graph=True a derivative is recorded as a graph of its own. `where(c, a, b)` then has two
cases. Usually only the chosen side gets an edge, and the result is noted as one-sided, for it is
wrong where c changes. A graph that is recorded for other numbers (see recording.py) gets both.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

from autograd import ops
from autograd.compat.messages import described, entries, truth
from autograd.backward import Edges, forward, recorded, reverse
from autograd.compat.keywords import OF_TRANSFORMS, told
from autograd.graph import depends_on, topological_order
from autograd.operation import Undefined, partial_at
from autograd.recording import FOR_OTHER_NUMBERS, ONE_SIDED
from autograd.value import Value


@told(OF_TRANSFORMS)
def gradients(output: Value, inputs: Value | Sequence[Value], create_graph: bool = False) -> Any:
    """d output / d v for each Value v of `inputs`, a list of floats (one float for one Value).

    No grad is touched. With create_graph=True these are Values, computed from those of the graph,
    and can be differentiated again. Raises ValueError when an input is not in the graph of
    `output`; with create_graph also when a leaf's data was changed after it was used: the old
    number is gone, and a derivative would mix old and new ones.

    >>> x = Value(2.0)
    >>> first = gradients(x ** 3, x, create_graph=True)
    >>> first.data, gradients(first, x)
    (12.0, 12.0)
    """
    if not isinstance(output, Value):
        raise TypeError(f"the output of gradients must be a Value, got {described(output)}")
    truth(create_graph, "create_graph")
    wanted = [inputs] if isinstance(inputs, Value) else entries(inputs, "inputs", "Values")
    for i, v in enumerate(wanted):
        if not isinstance(v, Value):
            raise TypeError(f"inputs[{i}] of gradients must be a Value, got {described(v)}")
    order = topological_order(output)
    in_graph = set(order)
    for i, v in enumerate(wanted):
        if v not in in_graph:
            raise ValueError(f"inputs[{i}] ({v!r}, label {getattr(v, 'label', '')!r}) is not in "
                             "the graph of the output: the output was not computed from it")
    if create_graph:
        refuse_changed(order, wanted)
    derivatives = pullback(order, wanted, {output: 1.0}, create_graph)
    if not create_graph:
        finite(derivatives, order, ())
    else:
        derivatives = [g if isinstance(g, Value) else Value(g) for g in derivatives]
    return derivatives[0] if isinstance(inputs, Value) else derivatives


def pullback(order: Sequence[Value], wanted: Sequence[Value], cotangents: dict[Value, Any],
             create_graph: bool) -> list[Any]:
    """The cotangents of `wanted`, given those of outputs: reverse mode, the lecture's (7)."""
    table, needed = dict(cotangents), depends_on(order, wanted)
    reverse(order, table, edges_to(needed, create_graph))
    found = [table.get(v, 0.0) for v in wanted]
    return one_sided(found) if create_graph and leaves_sides_out(order, needed) else found


def pushforward(order: Sequence[Value], wanted: Sequence[Value], tangents: dict[Value, Any],
                create_graph: bool) -> list[Any]:
    """The tangents of `wanted`, given those of inputs: forward mode."""
    table, needed = dict(tangents), depends_on(order, tangents)
    forward(order, table, edges_to(needed, create_graph))
    found = [table.get(v, 0.0) for v in wanted]
    return one_sided(found) if create_graph and leaves_sides_out(order, needed) else found


def finite(derivatives: list[Any], order: Sequence[Value], given: Iterable[Any]) -> list[Any]:
    """The derivatives. Raises ValueError where one is NaN or infinite although all numbers that go
    in are finite: one on the way was too large for a float, and infinity times 0 is NaN.
    """
    wrong = next((g for g in derivatives if not is_finite(g)), None)
    if wrong is None:
        return derivatives
    leaves = [v.data for v in order if v.is_leaf]
    operands = [u for v in order for u in v.inputs]
    if all(map(is_finite, [*given, *leaves, *operands])):
        raise ValueError(f"a derivative is {wrong}, although all numbers given are finite: one on "
                         "the way is too large for a float")
    return derivatives


def is_finite(x: Any) -> bool:
    """Whether a number is neither NaN nor infinite. A Value counts as finite."""
    return isinstance(x, Value) or math.isfinite(x)


def edges_to(needed: Container[Value], create_graph: bool) -> Edges:
    """The edges of a sweep that goes to these Values alone. Partials are floats, as recorded; with
    create_graph they are computed again from the table, as Values."""
    def edges(v: Value) -> list[tuple[Value, Any]]:
        if v not in needed or v.is_leaf:
            return []
        if v.closure is not None:
            raise ValueError(f"{v!r} has a _backward function of its own: only backward() can go "
                             "through it")
        pairs = as_graph(v, needed) if create_graph else recorded(v)
        return [(u, p) for u, p in pairs if u in needed and p is not None]
    return edges


def as_graph(v: Value, needed: Container[Value]) -> list[tuple[Value, Any]]:
    """The needed inputs of v, each with its partial as a Value, or None."""
    places = [i for i, u in enumerate(v.inputs) if u in needed]
    if FOR_OTHER_NUMBERS.get():
        return [(v.inputs[i], general_partial(v, i)) for i in places]
    return [(v.inputs[i], partial_as_value(v, i)) for i in places if v.partials[i] is not None]


def leaves_sides_out(order: Sequence[Value], needed: Container[Value]) -> bool:
    """Whether a sweep leaves out a side of a choice that other numbers would choose, or goes
    through a derivative that did.
    """
    if ONE_SIDED and not ONE_SIDED.isdisjoint(order):
        return True
    return not FOR_OTHER_NUMBERS.get() and any(
        v.op.partial(i, v, v.inputs) is not None
        for v in order if v in needed and None in v.partials and v.closure is None
        for i, (u, p) in enumerate(zip(v.inputs, v.partials)) if p is None and u in needed
    )


def one_sided(derivatives: Sequence[Any]) -> list[Value]:
    """The derivatives, as Values noted as one-sided: they hold for the sides chosen here alone."""
    values = [ops.identity(g if isinstance(g, Value) else Value(g)) for g in derivatives]
    ONE_SIDED.update(values)
    return values


def general_partial(v: Value, i: int) -> Any:
    """The partial of v for input i that holds for all numbers; None where it is always 0."""
    if v.partials[i] is None and v.op.partial(i, v, v.inputs) is None:
        return None
    return partial_as_value(v, i)


def partial_as_value(v: Value, i: int) -> Any:
    """The partial of v for input i from the table: a Value of the graph, or a number.

    Raises ValueError where it does not exist.
    """
    if isinstance(v.partials[i], Undefined):
        raise ValueError(v.partials[i].message)
    partial = v.op.partial(i, v, v.inputs)
    if partial is None:
        raise ValueError(f"{v!r} was made by hand, with local derivatives instead of an operation "
                         "of the table: these have no derivatives of their own; define one with "
                         "autograd.operation")
    return partial


def refuse_changed(order: Sequence[Value], wanted: Sequence[Value]) -> None:
    """Raises ValueError when a Value on the way from `wanted` was computed from other data than its
    inputs hold now.

    A change shows in the Value's data or in one of its partials, needed or not: the data of 0 / b
    does not show b, the partial 1 / b does.
    """
    needed = depends_on(order, wanted)
    for v in order:
        if v in needed and v.op.name in ops.TABLE and v.closure is None and is_changed(v):
            leaves = ", ".join(repr(u.label or u) for u in v.inputs if isinstance(u, Value))
            raise ValueError(f"{v.op.name!r} was recorded with other data than its inputs {leaves} "
                             "hold now: the derivative of the recorded pass cannot be had as a "
                             "graph; compute the output again after changing data")


def is_changed(v: Value) -> bool:
    """Whether the operation of v gives something else now than what was recorded."""
    numbers = [x if isinstance(x, float) else x.data for x in v.inputs]
    if not same(v.op.value(*numbers), v.data):
        return True
    now: Callable[[int], Any] = lambda i: partial_at(v.op, i, v.data, numbers, v.inputs)
    return any(p is not None and not same(now(i), p) for i, p in enumerate(v.partials))


def same(a: Any, b: Any) -> bool:
    """Whether two numbers are equal; NaN equals NaN, and a partial that does not exist another."""
    if isinstance(a, Undefined) or isinstance(b, Undefined):
        return type(a) is type(b)
    return bool(a == b or (a != a and b != b))
