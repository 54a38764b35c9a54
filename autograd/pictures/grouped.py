"""A graph whose Values are grouped: what is in each group, and what runs between the groups."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.pictures.groups import Key, Keys, Owner
from autograd.pictures.neurons import NeuronView
from autograd.value import Value
from autograd.words.titles import roles


@dataclass
class Grouped:
    """A graph whose Values are grouped.

    members   of each group, its Values in topological order
    node      of each group, the name of its node
    numbers   by j, the numbers (not Values) that weights j are multiplied with, one a sample
    level     what the groups are: a key of WHAT
    role      of each leaf
    """
    outputs: set[Value]
    order: Sequence[Value]
    neurons: dict[str, NeuronView]
    owner: Owner
    keys: Keys
    level: str
    members: dict[Key, list[Value]] = field(init=False)
    node: dict[Key, str] = field(init=False)
    numbers: dict[int, list[float]] = field(init=False)
    role: dict[Value, str] = field(init=False)

    def __post_init__(self) -> None:
        self.members = {}
        for v in self.order:
            self.members.setdefault(self.keys[v], []).append(v)
        self.node = {key: f"g{i}" for i, key in enumerate(self.members)}
        self.numbers = numbers_in(self.neurons)
        self.role = roles([v for v in self.order if v.is_leaf], ())

    def layer(self, name: str) -> list[NeuronView]:
        """The neurons of a layer."""
        return [n for n in self.neurons.values() if n.layer == name]


def numbers_in(neurons: dict[str, NeuronView]) -> dict[int, list[float]]:
    """By j, the numbers that weights j are multiplied with; each sample's once."""
    most: dict[int, list[float]] = {}
    for neuron in neurons.values():
        for j, sources in neuron.sources.items():
            numbers = [x for x in sources if isinstance(x, float)]
            if len(numbers) > len(most.get(j, ())):
                most[j] = numbers
    return dict(sorted(most.items()))


def is_parameter(graph: Grouped, u: Any) -> bool:
    """Whether u is a parameter of a neuron."""
    return isinstance(u, Value) and u.is_leaf and u in graph.owner


def uses_of_groups(graph: Grouped) -> list[tuple[Key, Key]]:
    """Pairs of groups of which the second uses the first; parameters are inside their neurons."""
    pairs: dict[tuple[Key, Key], None] = {}
    for v in graph.order:
        b = graph.keys[v]
        if b.kind == "open":
            continue
        for u in v.inputs:
            if isinstance(u, Value) and graph.keys[u] != b and not is_parameter(graph, u):
                pairs[graph.keys[u], b] = None
    return list(pairs)


def weights_between(graph: Grouped) -> dict[tuple[Key, Key], float]:
    """The weight between two groups, where there is one; a number is of kind "number"."""
    weights: dict[tuple[Key, Key], float] = {}
    for neuron in graph.neurons.values():
        b = Key("neuron", neuron.name)
        if b not in graph.members:
            continue
        for a, j in sources_of(graph, neuron):
            if a.kind in ("neuron", "open", "number") or (a.kind, a.number) == ("input", j):
                weights[a, b] = neuron.weights[j].data
    return weights


def sources_of(graph: Grouped, neuron: NeuronView) -> Iterator[tuple[Key, int]]:
    """For each weight j the group, or the number, that it is multiplied with."""
    for j, sources in neuron.sources.items():
        key = Key("number", number=j)
        if isinstance(sources[0], Value):
            key = graph.keys[sources[0]]
        yield key, j
