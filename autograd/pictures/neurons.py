"""Which Values of a graph belong to which neuron.

1. The parameters of an nn model are labelled with their full names: layers.0.neurons.3.w.1, ...b.
   A neuron is what uses the parameters of one such name: its products and their sum, or its dot,
   and the activation after it, for every sample.
2. A sum that holds as many parameters as the neuron has is its output for one more sample.
3. One walk over a topological order, each Value by its operation: linear in nodes and edges.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from autograd.value import Value

PARAMETER = re.compile(r"(?:(?P<neuron>(?:.*\.)?neurons\.\d+)\.)?(?:w\.(?P<index>\d+)|b)")
LONE = "neuron"                                             # the name of a neuron without a layer
LOSS_LIKE = {"neg", "exp", "log", "sqrt", "abs", "identity"}    # of one input, but no activation
NO_NAMES: Mapping[Value, str] = MappingProxyType({})


@dataclass
class NeuronView:
    """A neuron as a graph shows it.

    outputs   its output Values, one for each sample
    weights   weight j as a Value, by j
    sources   the Values or numbers that weight j is multiplied with, by j
    """
    name: str
    outputs: list[Value] = field(default_factory=list)
    weights: dict[int, Value] = field(default_factory=dict)
    bias: Value | None = None
    sources: dict[int, list[Any]] = field(default_factory=dict)
    activation: str = "linear"

    @property
    def layer(self) -> str:
        """The name of its layer, '' for a layer or neuron that stands alone."""
        return self.name.rpartition("neurons.")[0].rstrip(".")

    @property
    def size(self) -> int:
        """The number of its parameters."""
        return len(self.weights) + (self.bias is not None)


@dataclass
class Search:
    """What is known of a graph's neurons while it is walked.

    neurons   by name
    owner     of a Value that belongs to a neuron, the neuron's name
    index     j for a parameter that is weight j, None for one that is a bias
    held      how many parameters of its neuron are in an unfinished or finished sum
    place     of an output among the outputs of its neuron
    """
    neurons: dict[str, NeuronView]
    owner: dict[Value, str] = field(default_factory=dict)
    index: dict[Value, int | None] = field(default_factory=dict)
    held: dict[Value, int] = field(default_factory=dict)
    place: dict[Value, int] = field(default_factory=dict)

    def weight(self, u: Any) -> int | None:
        """j where u is weight j of a neuron, else None."""
        return self.index.get(u)

    def take(self, v: Value, name: str, count: int) -> None:
        """Let v, which holds `count` parameters of a neuron, belong to it."""
        neuron = self.neurons[name]
        self.owner[v], self.held[v] = name, count
        if count == neuron.size:
            self.place[v] = len(neuron.outputs)
            neuron.outputs.append(v)

    def add_source(self, w: Value, x: Any) -> None:
        """x is multiplied with the weight w."""
        j = self.weight(w)
        assert j is not None
        self.neurons[self.owner[w]].sources.setdefault(j, []).append(x)


def find_neurons(order: Sequence[Value], names: Mapping[Value, str] = NO_NAMES,
                 ) -> tuple[dict[str, NeuronView], dict[Value, str]]:
    """The neurons of a graph by name, and for each Value of a neuron the neuron's name.

    `names` are those of parameters, where their labels do not say them.
    """
    search = find_parameters(order, names)
    if search.neurons:
        for v in order:
            if not v.is_leaf:
                rule = RULES.get(getattr(v.op, "name", ""), take_activation)
                rule(search, v)
    return search.neurons, search.owner


def find_parameters(order: Sequence[Value], names: Mapping[Value, str] = NO_NAMES) -> Search:
    """The neurons whose parameters are among the leaves of an order, sorted by their numbers."""
    matches = [(v, PARAMETER.fullmatch(names.get(v) or v.label)) for v in order if v.is_leaf]
    named = [(v, match["neuron"] or LONE, match["index"]) for v, match in matches if match]
    with_weights = {name for _, name, index in named if index}
    search = Search({name: NeuronView(name) for name in sorted(with_weights, key=by_number)})
    for v, name, index in named:
        if name in with_weights:
            add_parameter(search, v, name, index)
    return search


def add_parameter(search: Search, v: Value, name: str, index: str | None) -> None:
    """v is a weight of the neuron, or, without an index, its bias."""
    search.owner[v], search.index[v] = name, None
    if index is None:
        search.neurons[name].bias = v
    else:
        search.index[v] = int(index)
        search.neurons[name].weights[int(index)] = v


def by_number(name: str) -> list[tuple[bool, int, str]]:
    """A key that sorts neurons.9 before neurons.10."""
    return [(part.isdecimal(), int("0" + part * part.isdecimal()), part)
            for part in name.split(".")]


# What each operation does with the parameters in it ----------------------------------------------

def take_dot(search: Search, v: Value) -> None:
    """w · x + b with all weights of one neuron, on either side."""
    inputs: tuple[Any, ...] = v.inputs
    n = len(inputs) // 2
    for ws, xs in ((inputs[:n], inputs[n:-1]), (inputs[n:-1], inputs[:n])):
        name = only_owner(search, ws)
        if name and all(search.weight(w) is not None for w in ws):
            has_bias = search.owner.get(inputs[-1]) == name
            for w, x in zip(ws, xs):
                search.add_source(w, x)
            search.take(v, name, n + has_bias)
            return


def take_product(search: Search, v: Value) -> None:
    """w * x, in either order; not w * w."""
    for w, x in (v.inputs, v.inputs[::-1]):
        x_is_parameter = isinstance(x, Value) and x in search.index
        if isinstance(w, Value) and search.weight(w) is not None and not x_is_parameter:
            search.add_source(w, x)
            search.take(v, search.owner[w], 1)
            return


def take_sum(search: Search, v: Value) -> None:
    """A sum of products and biases of one neuron, as long as it holds none of them twice."""
    terms = [u for u in v.inputs if isinstance(u, Value)]
    name = only_owner(search, terms)
    if not name:
        return
    size = search.neurons[name].size
    counts = [parameters_in(search, u, size) for u in terms]
    is_new = len(terms) > 1 or counts[0] < size                     # output + 0.0 is not a new one
    if is_new and sum(counts) <= size:
        search.take(v, name, sum(counts))


def take_activation(search: Search, v: Value) -> None:
    """A function of one input, which is a neuron's output: from now on that output is v."""
    u = v.inputs[0]
    name = getattr(v.op, "name", "")
    if len(v.inputs) != 1 or name in LOSS_LIKE or not isinstance(u, Value):
        return
    if u not in search.place or u not in search.held:
        return
    neuron, place = search.neurons[search.owner[u]], search.place[u]
    if neuron.outputs[place] is u:
        search.owner[v] = neuron.name
        neuron.outputs[place], neuron.activation = v, str(v.op)


RULES: dict[str, Callable[[Search, Value], None]] = {
    "dot": take_dot, "mul": take_product, "add": take_sum, "sum": take_sum}


def only_owner(search: Search, values: Sequence[Any]) -> str | None:
    """The name of the one neuron that all of the values belong to, else None."""
    names = {search.owner.get(u) for u in values}
    if len(names) != 1:
        return None
    return names.pop()


def parameters_in(search: Search, u: Value, size: int) -> int:
    """How many parameters of its neuron a term holds; more than all where it cannot be a term."""
    if u in search.index and search.index[u] is None:
        return 1
    return search.held.get(u, size + 1)
