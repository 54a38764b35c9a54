"""Derivatives along a recorded graph: reverse mode (`backward`, `gradients`, `pullback`) and forward mode (`pushforward`).

The chain rule is a sum over the edges of the graph, one product of partials for each path. The two modes add it up from
its two ends, once per edge either way:

    reverse   from the outputs back:    cotangent of an input  += cotangent of the Value * partial
    forward   from the inputs forward:  tangent of the Value   += tangent of an input    * partial

Partials come as recorded, floats, or, with create_graph, once more from the table as Values: then the derivative is
itself a graph, and can be differentiated again.
"""
from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Any

from autograd import ops
from autograd.graph import depends_on, topological_order
from autograd.compat.micrograd import Closure
from autograd.ops import number
from autograd.operation import Undefined, partial_at
from autograd.value import Number, Value


def backward(output: Value, seed: Number = 1.0) -> None:
    """Back propagate from `output`: afterwards v.grad is seed * d output / d v for every Value v it was computed from.

    Leaves add this pass to the grad they have; all other Values hold this pass alone.
    Raises ValueError when a derivative on the way does not exist; all grads are then as they were before.
    """
    seed = number(seed, "seed")
    order = topological_order(output)
    before = [v._grad for v in order]
    try:
        for v in order:
            if v._a is not None:
                v._grad = 0.0
        output._grad += seed
        _sweep(reversed(order))
    except BaseException:
        for v, grad in zip(order, before):
            v._grad = grad
        raise


def _sweep(values: Iterable[Value]) -> None:
    """Pass each Value's grad on to its inputs, times the partials: one step of (7) for one Value after another."""
    for v in values:
        a = v._a
        if a is None:
            continue
        g, da, db = v._grad, v._da, v._db
        if type(a) is tuple:
            if g == 0.0 and v.op is ops.dot:                # behind a dead ReLU there is nothing to add
                continue
            for u, p in zip(a, da):
                if p is not None:
                    u._grad += g * p
        else:
            if da is not None:
                a._grad += g * da
            if db is not None:
                v._b._grad += g * db


def gradients(output: Value, inputs: Value | Sequence[Value], create_graph: bool = False) -> Any:
    """d output / d v for each Value v of `inputs`, a list of floats (one float for one Value); no grad is touched.

    With create_graph=True these are Values, computed from the graph's own, and can be differentiated again.
    Raises ValueError when an input is not in the graph of `output`, and, with create_graph, when a leaf's data was
    changed after it was used: the old number is gone and a derivative with the new one would be a mixture.

    >>> x = Value(2.0)
    >>> first = gradients(x ** 3, x, create_graph=True)
    >>> first.data, gradients(first, x)
    (12.0, 12.0)
    """
    wanted = [inputs] if isinstance(inputs, Value) else list(inputs)
    if not isinstance(output, Value):
        raise TypeError(f"the output of gradients must be a Value, got {type(output).__name__} {output!r}")
    order = topological_order(output)
    known = set(order)
    for i, v in enumerate(wanted):
        if v not in known:
            raise ValueError(f"inputs[{i}] ({v!r}, label {getattr(v, 'label', '')!r}) is not in the graph of the output: "
                             "the output was not computed from it")
    if create_graph:
        refuse_changed(order, wanted)
    found = pullback(order, wanted, {output: 1.0}, create_graph)
    if create_graph:
        found = [g if isinstance(g, Value) else Value(g) for g in found]
    return found[0] if isinstance(inputs, Value) else found


def pullback(order: Sequence[Value], wanted: Sequence[Value], cotangents: dict[Value, Any], create_graph: bool) -> list[Any]:
    """The cotangents of `wanted`, given those of outputs: reverse mode over a topological order, the lecture's (7)."""
    needed = depends_on(order, wanted)
    local = partials_as_values if create_graph else recorded_partials
    found = dict(cotangents)
    for v in reversed(order):
        g = found.get(v)
        if g is None or v not in needed or v._a is None:
            continue
        for u, p in local(v, needed):
            found[u] = plus(found.get(u), times(g, p))
    return [found.get(v, 0.0) for v in wanted]


def pushforward(order: Sequence[Value], wanted: Sequence[Value], tangents: dict[Value, Any], create_graph: bool) -> list[Any]:
    """The tangents of `wanted`, given those of inputs: forward mode over a topological order."""
    local = partials_as_values if create_graph else recorded_partials
    found = dict(tangents)
    for v in order:
        if v in tangents or v._a is None:
            continue
        for u, p in local(v, found):
            found[v] = plus(found.get(v), times(found[u], p))
    return [found.get(v, 0.0) for v in wanted]


def recorded_partials(v: Value, needed: Container[Value]) -> list[tuple[Any, Any]]:
    """The inputs of v that are needed, each with its partial as recorded, a float."""
    return [(u, p) for _, u, p in edges(v, needed)]


def partials_as_values(v: Value, needed: Container[Value]) -> list[tuple[Any, Any]]:
    """The inputs of v that are needed, each with its partial from the table: a Value of the same graph, or a number."""
    found = []
    for i, u, p in edges(v, needed):
        again = p if isinstance(p, Undefined) else v.op.partial(i, v, v.inputs)                 # type: ignore[union-attr]
        if again is None:
            raise ValueError(f"{v!r} was made by hand, with local derivatives in place of an operation of the table: these "
                             "have no derivatives of their own; define one with autograd.operation")
        found.append((u, again))
    return found


def edges(v: Value, needed: Container[Value]) -> list[tuple[int, Any, Any]]:
    """The inputs of v that are needed and have a partial: (place, input, partial as recorded)."""
    if type(v._da) is Closure:
        raise ValueError(f"{v!r} has a _backward function of its own: only backward() can go through it")
    return [(i, u, p) for i, (u, p) in enumerate(zip(v.inputs, v.partials)) if p is not None and u in needed]


def refuse_changed(order: Sequence[Value], wanted: Sequence[Value]) -> None:
    """Raises ValueError when a Value on the way from `wanted` was computed from other data than its inputs hold now.

    That shows in its value or in one of its partials, also in one that is not needed: 0 / b does not show b, 1 / b does.
    """
    needed = depends_on(order, wanted)
    for v in order:
        if v not in needed or v._a is None or getattr(v.op, "name", "") not in ops.TABLE or type(v._da) is Closure:
            continue
        numbers = [x if type(x) is float else x._data for x in v.inputs]                        # type: ignore[union-attr]
        if not (same(v.op.value(*numbers), v._data)                                             # type: ignore[union-attr]
                and all(p is None or same(partial_at(v.op, i, v._data, numbers, v.inputs), p)   # type: ignore[arg-type]
                        for i, p in enumerate(v.partials))):
            leaves = ", ".join(f"{u.label!r}" if u.label else repr(u) for u in v.inputs if isinstance(u, Value))
            raise ValueError(f"{v.op.name!r} was recorded with other data than its inputs {leaves} "     # type: ignore
                             "hold now: a derivative of the recorded pass is not to be had as a graph; compute the output "
                             "again after changing data")


def same(a: Any, b: Any) -> bool:
    """Whether two numbers are equal; NaN equals NaN, and a partial that does not exist one that does not either."""
    return a == b or (a != a and b != b) or (isinstance(a, Undefined) and isinstance(b, Undefined))


def plus(a: Any, b: Any) -> Any:
    """a + b, where a may be None for nothing yet."""
    return b if a is None else a + b


def times(a: Any, b: Any) -> Any:
    """a * b, without a node for a factor that is the number 1. Raises ValueError for a partial b that does not exist."""
    if type(a) is float and a == 1 and not isinstance(b, Undefined):
        return b
    return a if type(b) is float and b == 1 else a * b


Value.backward = backward           # type: ignore    # so that users write v.backward()
