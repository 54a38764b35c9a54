"""Derivatives along a recorded graph: one sweep in reverse mode, one in forward mode.

The chain rule: the derivative of y with respect to x is a sum over all paths from x to y, of the
products of the partials along each path. The two modes add it up from either end, in one
multiplication for each edge of the graph:

    reverse   from the outputs back    cotangent of an input += cotangent of the Value * partial
    forward   from the inputs on       tangent of the Value  += tangent of an input    * partial

The cotangent of v is dy/dv, its grad; the tangent is dv/dx. Reverse mode is the lecture's (7), one
Value at a time. Both ask a function `edges` which inputs of a Value matter, and for the partials:
floats, as recorded, or Values, so that the derivative is a graph that can be differentiated again.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd.compat.numbers import seed_of
from autograd.graph import topological_order
from autograd.operation import Undefined

Edges = Callable[[Any], Iterable[tuple[Any, Any]]]      # of a Value: pairs (input, partial)


def backward(output: Any, seed: Any = 1.0, **others: Any) -> None:
    """Backpropagate from `output`, a Value, with the derivative `seed`; see Value.backward."""
    seed = seed_of(output, seed, others)
    order = topological_order(output)
    grads = {v: v.grad if v.is_leaf else 0.0 for v in order}
    grads[output] += seed

    def edges(v: Any) -> Iterable[tuple[Any, Any]]:
        # a `_backward` set by hand, as in micrograd, changes the grads itself
        return recorded(v) if v.closure is None else v.closure.run(v, grads)

    reverse(order, grads, edges)
    output.set_grads(grads)


def reverse(order: Sequence[Any], cotangents: dict[Any, Any], edges: Edges) -> None:
    """Complete a table of cotangents that holds those of outputs, in reverse topological order."""
    for v in reversed(order):
        cotangent = cotangents.get(v)
        if cotangent is not None:
            for u, partial in edges(v):
                cotangents[u] = plus(cotangents.get(u), times(cotangent, partial))


def forward(order: Sequence[Any], tangents: dict[Any, Any], edges: Edges) -> None:
    """Complete a table of tangents that holds those of inputs, in topological order."""
    given = set(tangents)
    for v in order:
        if v not in given:
            for u, partial in edges(v):
                if u in tangents:
                    tangents[v] = plus(tangents.get(v), times(tangents[u], partial))


def recorded(v: Any) -> list[tuple[Any, Any]]:
    """The inputs of v that are Values, each with its partial as recorded, a float."""
    return [(u, p) for u, p in zip(v.inputs, v.partials) if p is not None]


def plus(a: Any, b: Any) -> Any:
    """a + b, where a is None for nothing yet."""
    return b if a is None else a + b


def times(a: Any, b: Any) -> Any:
    """a * b; no node for a factor 1. Raises ValueError where b is a partial that does not exist."""
    if type(b) is float and b == 1:
        return a
    if type(a) is float and a == 1 and not isinstance(b, Undefined):
        return b
    return a * b
