"""The graph of a function as named steps, and what comes out in the backward pass where one step is done wrong."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from autograd import Value, expression
from autograd.graph import topological_order

SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}
COMMUTE = ("+", "*", "maximum", "minimum", "sum", "dot")


class Step(NamedTuple):
    """A node: its name, its operation, the names of its inputs or numbers, the local derivatives, its value, and how it is written."""
    name: str
    op: str
    inputs: tuple[Any, ...]
    partials: tuple[Any, ...]
    value: float
    text: str
    whole: str                          # the whole expression up to here


class Graph:
    """The steps of f at a point, inputs first, the last one named y."""

    def __init__(self, f: Callable[..., Any], point: Mapping[str, float]) -> None:
        leaves = {name: Value(x, label=name) for name, x in point.items()}
        y = f(*leaves.values())
        if not isinstance(y, Value):
            raise TypeError(f"{f.__name__} gives {y!r}, not a Value: write it with operators and functions of autograd")
        self.point, self.leaves = dict(point), list(leaves)
        nodes = [*leaves.values(), *(v for v in topological_order(y) if v not in leaves.values())]
        names = _names(nodes, y, set(leaves))
        self.steps = [_step(v, names) for v in nodes]
        self.places = {step.name: k for k, step in enumerate(self.steps)}

    def named(self, name: str) -> Step:
        return self.steps[self.places[name]]

    def inner(self) -> list[Step]:
        """The steps that compute something."""
        return [step for step in self.steps if step.inputs]

    def edges(self) -> Iterator[tuple[Step, int]]:
        """Each step with the number of an input that is a node."""
        for step in self.inner():
            for i, u in enumerate(step.inputs):
                if isinstance(u, str):
                    yield step, i

    def users(self, name: str) -> list[Step]:
        return [step for step in self.steps if name in step.inputs]

    def grads(self, changed: Callable[[Step, int, float], float] | None = None) -> dict[str, float]:
        """dy/dv for every node v; `changed` gives another part for (user, number of the input, right part)."""
        found = dict.fromkeys(self.places, 0.0) | {self.steps[-1].name: 1.0}
        for step in reversed(self.steps):
            for i, (u, partial) in enumerate(zip(step.inputs, step.partials)):
                if isinstance(u, str) and partial is not None:
                    part = partial * found[step.name]
                    found[u] += part if changed is None else changed(step, i, part)
        return found

    def value(self) -> float:
        return self.steps[-1].value

    @property
    def out(self) -> str:
        """What the result is called: y, where no input is called so."""
        return self.steps[-1].name

    def mistakes(self) -> Iterator[tuple[str, Callable[[Graph], dict[str, float]]]]:
        """Mistakes in the backward pass, in words, and what each makes of the derivatives, at any point."""
        for step, i in self.edges():
            u, where = step.inputs[i], step.whole
            if step.inputs.count(u) > 1:
                yield f"{self.named(u).whole} stands twice in {where}, and only one part is there", _changed(step.name, i, lambda part, d: 0.0)
            elif len([1 for s, k in self.edges() if s.inputs[k] == u]) > 1:
                yield f"the part of {self.named(u).whole} through {where} is missing", _changed(step.name, i, lambda part, d: 0.0)
            yield f"the local derivative of {where} with respect to {self.named(u).whole} is missing", \
                _changed(step.name, i, lambda part, d: part / d if d else 0.0)
            yield f"the local derivative of {where} with respect to {self.named(u).whole} has the wrong sign", \
                _changed(step.name, i, lambda part, d: -part)
            yield f"the local derivative of {where} with respect to {self.named(u).whole} stands alone, without what comes after it", \
                _changed(step.name, i, lambda part, d: d)


def _changed(name: str, i: int, other: Callable[[float, float], float]) -> Callable[[Graph], dict[str, float]]:
    def of(graph: Graph) -> dict[str, float]:
        def part_of(step: Step, k: int, part: float) -> float:
            return other(part, step.partials[k]) if (step.name, k) == (name, i) else part
        return graph.grads(part_of)
    return of


def _names(nodes: list[Value], y: Value, taken: set[str]) -> dict[Value, str]:
    """A name for each node: its label for a leaf, v1, v2, ... on the way, y at the end."""
    found, k = {}, 0
    for v in nodes:
        if v is y:
            found[v] = v.label if v.is_leaf else "y" if "y" not in taken else "out"
        elif v.is_leaf:
            found[v] = v.label or f"c{len(found)}"
        else:
            k += 1
            while f"v{k}" in taken:
                k += 1
            found[v] = f"v{k}"
    return found


def _step(v: Value, names: dict[Value, str]) -> Step:
    inputs = tuple(names[u] if isinstance(u, Value) else float(u) for u in v.inputs)
    row = "" if v.is_leaf else v.op.name
    text = names[v]
    if not v.is_leaf:
        text = expression(v.op(*(Value(u.data, label=names[u]) if isinstance(u, Value) else u for u in v.inputs)))
    return Step(names[v], SYMBOLS.get(row, row), inputs, tuple(v.partials), v.data, text, expression(v))
