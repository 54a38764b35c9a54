"""What each misconception about the backward pass would compute, to compare an engine with.

1. An expression is recorded with this package's Value: its nodes, their inputs, their partials.
2. A Way is the backward pass with one thing changed: the order, what a node passes on, or how
   contributions are combined; for all operations, or for those of one name only.
3. An engine has the misconception whose way gives all the gradients that were seen, and not only
   those of the expression that failed first.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from autograd.derivatives.misconceptions import close
from autograd.operation import Operation
from autograd.value import Value

Order = list[Value]


class Seen(NamedTuple):
    """An expression at a point, and the gradients that an engine gave it."""
    f: Callable[..., Any]
    point: tuple[float, ...]
    grads: tuple[float, ...]


class Node(NamedTuple):
    """What a node may use, rightly or not, when it passes its gradient on to an input."""
    partial: float
    grad: float                             # of the output, so far
    data: float                             # of the output
    input_grad: float                       # of the input, so far


def right_order(y: Value, turned: bool = False) -> Order:
    """All nodes that have inputs, each before its inputs; as found from the last input, if turned.
    """
    return inputs_last(y, lambda v: v, turned)


def inputs_last(y: Value, key: Callable[[Value], object], turned: bool = False) -> Order:
    """The same, with nodes of one key taken for one. Recursive, for small expressions."""
    order: Order = []
    visited: set[object] = set()

    def build(v: Value) -> None:
        if key(v) in visited:
            return
        visited.add(key(v))
        for u in reversed(inputs_of(v)) if turned else inputs_of(v):
            build(u)
        order.append(v)
    build(y)
    return inner(order[::-1])


def chain_rule(node: Node) -> float:
    """What a node passes on to an input."""
    return node.partial * node.grad


def sum_of_two(old: float, new: float) -> float:
    """What contributions to a gradient are combined to."""
    return old + new


class Way(NamedTuple):
    """A backward pass with one thing changed."""
    kind: str
    order: Callable[[Value], Order] = right_order
    send: Callable[[Node], float] = chain_rule
    combine: Callable[[float, float], float] = sum_of_two
    edges: Callable[[Value], Iterable[tuple[Value, float]]] = lambda v: edges(v)
    inner: bool = False                     # only what arrives at nodes that have inputs is changed
    on_visit: bool = False                  # an input's gradient is what has come by its visit
    latest: bool = False                    # local derivatives are those of an operation's last use

    def grads(self, f: Callable[..., Any], point: Sequence[float],
              only: Collection[Operation]) -> list[float]:
        """The gradients this way gives the inputs; its change holds for operations in `only`."""
        inputs = [Value(x) for x in point]
        y = f(*inputs)
        grad: dict[Value, float] = {y: 1.0}
        visited: dict[Value, float] = {}
        last = {v.op: v for v in reversed(right_order(y))}
        for v in self.order(y):
            visited.setdefault(v, grad.get(v, 0.0))
            way = self if not only or v.op in only else UNCHANGED
            kept = last[v.op] if way.latest else v
            for (u, _), (_, partial) in zip(way.edges(v), way.edges(kept)):
                before = grad.get(u, 0.0)
                node = Node(partial, grad.get(v, 0.0), v.data, before)
                combine = sum_of_two if way.inner and u.is_leaf else way.combine
                grad[u] = combine(before, way.send(node))
        return [(visited if self.on_visit else grad).get(x, 0.0) for x in inputs]


UNCHANGED = Way("")


def edges(v: Value) -> list[tuple[Value, float]]:
    """The inputs of a node that are Values, with the local derivatives with respect to them."""
    return [(u, partial) for u, partial in zip(v.inputs, v.partials) if isinstance(u, Value)]


def merged(v: Value) -> list[tuple[Value, float]]:
    """The same with both local derivatives of an input that is there twice added up."""
    found: dict[Value, float] = {}
    for u, partial in edges(v):
        found[u] = found.get(u, 0.0) + partial
    return list(found.items())


def inputs_of(v: Value) -> Order:
    """The inputs of a node that are Values."""
    return [u for u in v.inputs if isinstance(u, Value)]


# Orders -------------------------------------------------------------------------------------------

def inner(nodes: Collection[Value]) -> Order:
    """Those nodes that pass something on."""
    return [v for v in nodes if not v.is_leaf]


def breadth_first(y: Value, visited: bool = True, leaves: bool = False) -> Order:
    """Level by level from the output; each node where it is met first, or at each meeting.

    leaves  whether those nodes are among them that pass nothing on
    """
    queue = [y]
    for v in queue:
        queue += [u for u in inputs_of(v) if not visited or u not in queue]
        if len(queue) > 5000:
            break
    order = list(dict.fromkeys(queue)) if visited else queue
    return order if leaves else inner(order)


def depth_first(y: Value, visited: bool = True, turned: bool = False,
                leaves: bool = False) -> Order:
    """A node before its inputs, one branch after the other."""
    order: Order = []
    stack = [y]
    while stack and len(order) < 5000:
        v = stack.pop()
        if visited and v in order:
            continue
        order.append(v)
        stack.extend(inputs_of(v) if turned else reversed(inputs_of(v)))
    return order if leaves else inner(order)


def every_path(y: Value) -> Order:
    """A topological order that forgets which nodes it holds already."""
    return inputs_last(y, lambda v: object())


def by_data(y: Value) -> Order:
    """A topological order that takes nodes with equal data for one."""
    return inputs_last(y, lambda v: v.data)


def by_depth(y: Value) -> Order:
    """A topological order by the longest way from the output."""
    depth = {y: 0}
    for v in right_order(y):
        depth.update({u: max(depth.get(u, 0), depth[v] + 1) for u in inputs_of(v)})
    return inner(sorted(depth, key=depth.__getitem__))


def squares_stop(y: Value) -> Order:
    """An order by counts of uses, where a Value used twice by one node is counted off once."""
    blocked: set[Value] = set()
    for v in right_order(y):
        uses = [w for w in right_order(y) if any(u is v for u in w.inputs)]
        if v is not y and any(w in blocked or sum(u is v for u in w.inputs) > 1 for w in uses):
            blocked.add(v)
    return [v for v in right_order(y) if v not in blocked]


# Ways ---------------------------------------------------------------------------------------------

def rounded(number: Callable[[float], float]) -> Iterator[Callable[[float, float], float]]:
    """A gradient that a function is applied to, after or before a contribution is added."""
    yield lambda old, new: number(old + new)
    yield lambda old, new: old + number(new)


WAYS = (
    Way("no +=", combine=lambda old, new: new),
    Way("no +=", lambda y: right_order(y, turned=True), combine=lambda old, new: new),
    Way("no +=", by_depth, combine=lambda old, new: new),
    Way("no +=", combine=lambda old, new: new, edges=merged),
    Way("no +=", by_depth, combine=lambda old, new: new, edges=merged),
    Way("no +=", combine=lambda old, new: new, inner=True),
    Way("no +=", lambda y: right_order(y, turned=True), combine=lambda old, new: new, inner=True),
    Way("repeated", edges=lambda v: dict(edges(v)).items()),
    Way("repeated", edges=lambda v: dict(reversed(edges(v))).items()),
    Way("repeated", squares_stop),
    Way("chain rule", send=lambda node: node.partial),
    Way("chain rule", send=lambda node: node.partial + node.grad),
    Way("chain rule", send=lambda node: node.partial * node.data),
    Way("data", send=lambda node: node.partial * node.data * node.grad),
    Way("chain rule", send=lambda node: node.partial ** node.grad),
    Way("misplaced", edges=lambda v: [(edges(v)[0][0], partial) for _, partial in edges(v)]),
    Way("misplaced", edges=lambda v: [(edges(v)[-1][0], partial) for _, partial in edges(v)]),
    Way("swapped", edges=lambda v: zip(inputs_of(v), [p for _, p in reversed(edges(v))])),
    Way("local", send=lambda node: node.grad),
    Way("saved", latest=True),
    Way("negative", send=lambda node: node.partial * max(node.grad, 0.0)),
    Way("nothing", lambda y: []),
    Way("combined", combine=lambda old, new: (old + new) / 2 if old else new),
    Way("combined", combine=lambda old, new: (old + new) / 2),
    Way("combined", combine=max),
    Way("combined", combine=lambda old, new: max(old, new) if old else new),
    Way("combined", combine=lambda old, new: old or new),
    Way("combined", combine=lambda old, new: old * new if old else new),
    Way("combined", combine=lambda old, new: old - new if old else new),
    *(Way("rounded", combine=c) for f in (int, round, math.floor) for c in rounded(f)),
    *(Way("clipped", combine=c) for limit in (1.0, 0.5, 2.0, 5.0, 10.0)
      for c in rounded(lambda g, limit=limit: min(max(g, -limit), limit))),  # type: ignore[misc]
    Way("clipped", combine=lambda old, new: math.copysign(1.0, new)),
    Way("clipped", combine=lambda old, new: math.copysign(1.0, old + new)),
    *(Way("negative", combine=c) for f in (abs, lambda g: max(g, 0.0)) for c in rounded(f)),
    Way("equal", by_data),
    Way("no order", lambda y: right_order(y)[::-1]),
    Way("no order", breadth_first),
    Way("no order", depth_first),
    Way("no order", lambda y: depth_first(y, turned=True)),
    Way("no order", lambda y: sorted(right_order(y), key=lambda v: -v.data)),
    Way("no order", lambda y: sorted(right_order(y), key=lambda v: v.data)),
    Way("no order", lambda y: [y]),
    Way("no order", lambda y: breadth_first(y, leaves=True), on_visit=True),
    Way("no order", lambda y: depth_first(y, leaves=True), on_visit=True),
    Way("no order", lambda y: depth_first(y, turned=True, leaves=True), on_visit=True),
    Way("no visited", lambda y: breadth_first(y, visited=False)),
    Way("no visited", lambda y: depth_first(y, visited=False)),
    Way("no visited", every_path),
)


def coincident(f: Callable[..., Any], point: Sequence[float]) -> bool:
    """Whether two Values of an expression have equal data."""
    inputs = [Value(x) for x in point]
    y = f(*inputs)
    nodes = {*right_order(y), *inputs}
    return len({v.data for v in nodes}) < len(nodes)


def explaining(seen: Sequence[Seen], failed: Collection[Operation]) -> str:
    """The kind of the first way that gives all the gradients seen; "" for none.

    failed  the operations that did: a way that is wrong for these alone is tried after the same way
            for all
    """
    for way in WAYS:
        for only in ((), failed) if failed else ((),):
            if gives(way, seen, only):
                return way.kind
    return ""


def gives(way: Way, seen: Sequence[Seen], only: Collection[Operation]) -> bool:
    """Whether a way gives all the gradients that were seen."""
    try:
        return all(all(map(close, way.grads(f, point, only), grads)) for f, point, grads in seen)
    except (ArithmeticError, TypeError, ValueError, RecursionError):     # a complex number, too
        return False
