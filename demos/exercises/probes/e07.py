"""Exercise 7: graphs, made of steps, and the order that a student's function gives."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value
from autograd.graph import topological_order
from demos.exercises.marking.channel import kind
from demos.exercises.marking.desk import Desk

in_order = topological_order            # ours, whatever happens to the engine's


def build(leaves: Sequence[Any], steps: Sequence[Sequence[int]]) -> Any:
    """An expression of the leaves: each step adds or multiplies two of the numbers so far, or doubles one."""
    numbers = list(leaves)
    for kind_of_step, i, j in steps:
        a, b = numbers[i], numbers[j]
        numbers.append(a + b if kind_of_step == 0 else a * b if kind_of_step == 1 else a * 2.0)
    return numbers[-1]


def graph(steps: Sequence[Sequence[int]], p: Sequence[float]) -> tuple[list[Value], list[Value]]:
    """The leaves and all nodes of such an expression, the nodes named v0, v1, ... in an order that is right."""
    leaves = [Value(x) for x in p]
    nodes = in_order(build(leaves, steps))
    for k, v in enumerate(nodes):
        v.label = f"v{k}"
    return leaves, nodes


def order(desk: Desk, steps: Sequence[Sequence[int]], p: Sequence[float]) -> Any:
    """The numbers of the nodes in the order that came, or what stands there instead; None where no list came."""
    _, nodes = graph(steps, p)
    return numbered(desk.get("order")(nodes[-1]), nodes)


def numbered(found: Any, nodes: list[Value]) -> Any:
    if found is None or isinstance(found, (Value, str, dict, int, float, set, frozenset)):
        return kind(found)
    places = {v: k for k, v in enumerate(nodes)}
    return [places[v] if isinstance(v, Value) and v in places else
            "another Value" if isinstance(v, Value) else kind(v) for v in found]


def chain(desk: Desk, n: int, labelled: bool = False) -> Any:
    """The same for a chain of n additions, each with a label of its own if that is wanted."""
    nodes = [Value(1.0)]
    for _ in range(n):
        nodes.append(nodes[-1] + 1.0)
    for k, v in enumerate(nodes if labelled else ()):
        v.label = f"v{k}"
    return numbered(desk.get("order")(nodes[-1]), nodes)


def ladder(desk: Desk, n: int) -> Any:
    """The same for a graph with 2 ** n paths: each node is the sum of the one before with itself."""
    nodes = [Value(1.0)]
    for _ in range(n):
        nodes.append(nodes[-1] + nodes[-1])
    return numbered(desk.get("order")(nodes[-1]), nodes)
