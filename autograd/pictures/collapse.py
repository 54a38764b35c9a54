"""A large graph in few nodes.

1. The parameters of an nn model are labelled with their full names (layers.0.neurons.3.w.1, ...b). A neuron is what uses
   the parameters of one such name: its products and their sum, or its dot, and the activation after it, for every sample.
2. Every other operation is collapsed with those of the same kind at the same depth, a chain of additions counted as one;
   if that is still too much, with all of its kind. Leaves are collapsed by what uses them.
3. One walk over the topological order: linear in nodes and edges.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from autograd import ops
from autograd.value import Value

PARAMETER = re.compile(r"(?:(?P<neuron>(?:.*\.)?neurons\.\d+)\.)?(?:w\.(?P<index>\d+)|b)")
NO_ACTIVATION = {"neg", "exp", "log", "sqrt", "abs", "identity"}    # of one input, but what a loss does with an output
LONE = "neuron"                                                     # the name of a neuron without a layer


@dataclass
class Neuron:
    """A neuron and its samples.

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


def find_neurons(order: Sequence[Value],
                 names: Mapping[Value, str] = MappingProxyType({})) -> tuple[dict[str, Neuron], dict[Value, str]]:
    """The neurons of a graph by name, in the order of their numbers, and for each Value of a neuron the neuron's name.

    `names` are those of parameters, where their labels do not say them.
    """
    neurons, owner, index = find_parameters(order, names)
    parts: dict[Value, int] = {}                # for an unfinished sum: how many parameters of its neuron are in it
    place: dict[Value, int] = {}                # of an output among the outputs of its neuron
    if neurons:
        for v in order:
            if not v.is_leaf:
                _find_owner(v, neurons, owner, index, parts, place)
    return neurons, owner


def find_parameters(order: Sequence[Value], names: Mapping[Value, str]
                    ) -> tuple[dict[str, Neuron], dict[Value, str], dict[Value, int | None]]:
    """The neurons whose parameters are among the leaves; their names by parameter; and j for weight j, None for a bias."""
    labels = [(v, names.get(v) or v.label) for v in order if v.is_leaf]
    matches = [(v, PARAMETER.fullmatch(label)) for v, label in labels if label]
    named = {m["neuron"] or LONE for v, m in matches if m and m["index"]}
    owner: dict[Value, str] = {}
    index: dict[Value, int | None] = {}
    neurons: dict[str, Neuron] = {name: Neuron(name) for name in sorted(named, key=by_number)}
    for v, m in matches:
        name = m and (m["neuron"] or LONE)
        if m and name in named:
            neuron = neurons[name]
            owner[v], index[v] = name, int(m["index"]) if m["index"] else None
            if m["index"]:
                neuron.weights[int(m["index"])] = v
            else:
                neuron.bias = v
    return neurons, owner, index


def by_number(name: str) -> list[tuple[bool, int, str]]:
    """A key that sorts neurons.9 before neurons.10."""
    return [(part.isdigit(), int(part) if part.isdecimal() else 0, part) for part in name.split(".")]


def _find_owner(v: Value, neurons: dict[str, Neuron], owner: dict[Value, str], index: dict[Value, int | None],
                parts: dict[Value, int], place: dict[Value, int]) -> None:
    """Say to which neuron v belongs, if to any, from what its inputs belong to."""
    name = getattr(v.op, "name", "")
    if name == "dot":
        found = _dot_owner(v, owner, index)
        if found:
            name, ws, xs, count = found
            for w, x in zip(ws, xs):
                neurons[name].sources.setdefault(index[w], []).append(x)                # type: ignore[arg-type]
            _take(v, neurons[name], count, owner, parts, place)
    elif name == "mul":
        for w, x in (v.inputs, v.inputs[::-1]):
            if type(w) is Value and index.get(w) is not None and (type(x) is float or x not in index):
                neuron = neurons[owner[w]]
                neuron.sources.setdefault(index[w], []).append(x)                       # type: ignore[arg-type]
                _take(v, neuron, 1, owner, parts, place)
                break
    elif name in ("add", "sum"):
        terms = [u for u in v.inputs if isinstance(u, Value)]
        names = {owner.get(u) for u in terms}
        if len(names) == 1 and None not in names:
            neuron = neurons[names.pop()]                                               # type: ignore[index]
            counts = [1 if u in index and index[u] is None else parts.get(u, neuron.size + 1) for u in terms]
            if sum(counts) <= neuron.size and (len(terms) > 1 or counts[0] < neuron.size):
                _take(v, neuron, sum(counts), owner, parts, place)
    elif len(v.inputs) == 1 and name not in NO_ACTIVATION and v.inputs[0] in place and owner.get(v.inputs[0]):    # type: ignore[arg-type]
        u: Any = v.inputs[0]
        neuron = neurons[owner[u]]
        if neuron.outputs[place[u]] is u and u in parts:
            owner[v], neuron.outputs[place[u]], neuron.activation = neuron.name, v, str(v.op)


def _dot_owner(v: Value, owner: dict[Value, str], index: dict[Value, int | None]) -> tuple[str, Any, Any, int] | None:
    inputs = v.inputs
    n = len(inputs) // 2
    for ws, xs in ((inputs[:n], inputs[n:-1]), (inputs[n:-1], inputs[:n])):
        names = {owner.get(w) if index.get(w) is not None else None for w in ws}        # type: ignore[arg-type]
        if len(names) == 1 and None not in names:
            name: Any = names.pop()
            return name, ws, xs, n + (owner.get(inputs[-1]) == name)                    # type: ignore[arg-type]
    return None


def _take(v: Value, neuron: Neuron, count: int, owner: dict[Value, str], parts: dict[Value, int],
          place: dict[Value, int]) -> None:
    """Let v belong to the neuron; once all its parameters are in, v is the neuron's output for one more sample."""
    owner[v], parts[v] = neuron.name, count
    if count == neuron.size:
        place[v] = len(neuron.outputs)
        neuron.outputs.append(v)


# Groups ------------------------------------------------------------------------------------------------------------------

Key = tuple[Any, ...]               # what a group is known by: its kind, and what tells it from others of the kind


@dataclass
class Group:
    """Values that are drawn as one node: kind is 'neuron', 'layer', 'input', 'leaves' or 'operations'."""
    key: Key
    kind: str
    members: list[Value] = field(default_factory=list)


def group(order: Sequence[Value], neurons: dict[str, Neuron], owner: dict[Value, str], level: str,
          most: int) -> tuple[dict[Key, Group], dict[Value, Key]]:
    """The groups of a graph by key, in topological order, and the key of each Value's group."""
    keys: dict[Value, Key] = {v: ("layer", neurons[name].layer) if level == "layer" else ("neuron", name)
                              for v, name in owner.items()}
    for name, neuron in neurons.items():
        for j, sources in neuron.sources.items():
            for x in sources:
                if isinstance(x, Value) and x.is_leaf and x not in keys:
                    keys[x] = ("input", j) if level != "layer" else ("input",)
    _group_operations(order, keys, owner)
    if len({k for k in keys.values() if k[0] == "operations"}) > most:
        for v in order:
            if keys.get(v, ("",))[0] == "operations":
                keys[v] = ("operations", 0, getattr(v.op, "name", ""))
    _group_leaves(order, keys)
    groups: dict[Key, Group] = {}
    for v in order:
        groups.setdefault(keys[v], Group(keys[v], keys[v][0])).members.append(v)
    return groups, keys


def _group_operations(order: Sequence[Value], keys: dict[Value, Key], owner: dict[Value, str]) -> None:
    """Key every operation that has none by depth and name; a chain of additions has one depth."""
    uses: Counter[Any] = Counter(u for v in order for u in v.inputs if type(u) is not float)
    depth: dict[Value, int] = {}
    for v in order:
        if v.is_leaf:
            continue
        name = getattr(v.op, "name", "")
        add = name in ("add", "sum") and v not in owner
        deepest = 0
        for u in v.inputs:
            if type(u) is not float and u in depth:
                chained = add and uses[u] == 1 and u.op is v.op and u not in owner      # type: ignore[union-attr]
                deepest = max(deepest, depth[u] - chained)                              # type: ignore[index]
        depth[v] = deepest + 1
        if v not in keys:
            keys[v] = ("operations", depth[v], name)
    chain_tops(order, keys, depth, uses)


def chain_tops(order: Sequence[Value], keys: dict[Value, Key], depth: dict[Value, int], uses: Counter[Any]) -> None:
    """Let each addition of a chain have the key of the chain's last one."""
    for v in reversed(order):
        if keys.get(v, ("",))[0] == "operations" and v.op in (ops.add, ops.sum):
            for u in v.inputs:
                if isinstance(u, Value) and u.op is v.op and uses[u] == 1 and keys.get(u, ("",))[0] == "operations":
                    keys[u] = keys[v]


def _group_leaves(order: Sequence[Value], keys: dict[Value, Key]) -> None:
    """Key every leaf that has none by the groups that use it, and by whether it is used once or often."""
    used: dict[Value, dict[Key, int]] = {}
    for v in order:
        for u in v.inputs:
            if type(u) is not float and u not in keys:
                found = used.setdefault(u, {})                                          # type: ignore[arg-type]
                found[keys[v]] = found.get(keys[v], 0) + 1
    for v in order:
        if v not in keys:
            uses = used.get(v, {})
            keys[v] = ("leaves", tuple(sorted(map(str, uses))), max(uses.values(), default=0) > 1)
