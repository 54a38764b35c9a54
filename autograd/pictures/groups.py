"""Which Values of a large graph are drawn as one node.

1. Those of one neuron, or of one layer.
2. Every other operation goes with those of the same kind at the same depth, where a chain of
   additions counts as one; if that is still too much, with all of its kind.
3. Leaves go by what uses them, and by whether they are used once or often.
4. All of it is linear in nodes and edges.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograd.pictures.neurons import NeuronView
from autograd.value import Value
from autograd.words.labels import shorten

ADDITIONS = ("add", "sum")
NAMES_OF_MANY = 6                   # as many known names a message lists


class Key(NamedTuple):
    """What Values have in common that are drawn as one node.

    kind     "neuron", "layer", "input", "leaves", "operations", or "open" for a Value drawn alone
    name     of the neuron, layer or operation; of leaves, what uses them
    number   j of input j; the depth of operations; 1 for leaves that are used often
    value    the Value that is drawn alone
    """
    kind: str
    name: str = ""
    number: int | None = None
    value: Value | None = None


Keys = dict[Value, Key]
Neurons = Mapping[str, NeuronView]
Owner = Mapping[Value, str]         # of each Value in a neuron, the neuron's name


def group(order: Sequence[Value], neurons: Neurons, owner: Owner, level: str, most: int) -> Keys:
    """The key of each Value: by neuron, or by layer where level is "layer".

    Other operations are told apart by depth while that makes at most `most` groups.
    """
    by_layer = level == "layer"
    keys: Keys = {}
    for v, name in owner.items():
        keys[v] = Key("neuron", name)
        if by_layer:
            keys[v] = Key("layer", neurons[name].layer)
    _group_inputs(keys, neurons, by_layer)
    _group_operations(order, keys, owner)
    if len({key for key in keys.values() if key.kind == "operations"}) > most:
        for v, key in keys.items():
            if key.kind == "operations":
                keys[v] = key._replace(number=0)
    _group_leaves(order, keys)
    return keys


def _group_inputs(keys: Keys, neurons: Neurons, by_layer: bool) -> None:
    """The leaves that weights are multiplied with: by j, or all as one."""
    for neuron in neurons.values():
        for j, sources in neuron.sources.items():
            for x in sources:
                if isinstance(x, Value) and x.is_leaf and x not in keys:
                    keys[x] = Key("input", number=j)
                    if by_layer:
                        keys[x] = Key("input")


def _group_operations(order: Sequence[Value], keys: Keys, owner: Owner) -> None:
    """Operations that have no key: by depth and name."""
    uses = Counter(u for v in order for u in v.inputs if isinstance(u, Value))
    depth: dict[Value, int] = {}
    for v in order:
        inputs = v.inputs
        if not inputs:
            continue
        deepest = 0
        for u in inputs:
            if isinstance(u, Value) and u in depth:
                is_chain = v not in owner and u not in owner and _is_chained(u, v, uses)
                deepest = max(deepest, depth[u] - is_chain)
        depth[v] = deepest + 1
        if v not in keys:
            keys[v] = Key("operations", getattr(v.op, "name", ""), depth[v])
    _join_chains(order, keys, uses)


def _join_chains(order: Sequence[Value], keys: Keys, uses: Mapping[Value, int]) -> None:
    """Let each addition of a chain have the key of the chain's last one."""
    for v in reversed(order):
        key = keys.get(v)
        if key is None or key.kind != "operations" or key.name not in ADDITIONS:
            continue
        for u in v.inputs:
            is_chained = isinstance(u, Value) and _is_chained(u, v, uses)
            if is_chained and u in keys and keys[u].kind == "operations":
                keys[u] = key


def _is_chained(u: Value, v: Value, uses: Mapping[Value, int]) -> bool:
    """Whether u and v are additions, and u is used in v alone."""
    return u.op is v.op and uses[u] == 1 and getattr(v.op, "name", "") in ADDITIONS


def _group_leaves(order: Sequence[Value], keys: Keys) -> None:
    """Leaves that have no key: by the groups that use them, and by whether they are used often."""
    used: dict[Value, Counter[Key]] = {}
    for v in order:
        for u in v.inputs:
            if isinstance(u, Value) and u not in keys:
                used.setdefault(u, Counter())[keys[v]] += 1
    for v in order:
        if v not in keys:
            users = used.get(v, Counter())
            often = int(max(users.values(), default=0) > 1)
            keys[v] = Key("leaves", " ".join(sorted(map(str, users))), often)


# What stays open -----------------------------------------------------------------------------

def check_names(opened: Sequence[str], neurons: Neurons) -> None:
    """Raises ValueError when a name is neither a neuron's nor a layer's."""
    known = [*neurons, *dict.fromkeys(n.layer for n in neurons.values())]
    for name in opened:
        if name not in known:
            some = ", ".join(map(repr, known[:NAMES_OF_MANY]))
            none = "none: no parameter is labelled like those of nn"
            raise ValueError(f"there is no neuron or layer {shorten(repr(name), 80)} "
                             f"to expand; there are {some or none}")


def expand(opened: Sequence[str], neurons: Neurons, owner: Owner, keys: Keys) -> None:
    """Change the keys: an opened layer becomes its neurons, an opened neuron its Values."""
    in_neurons = {n.layer for n in neurons.values() if n.name in opened or n.layer in opened}
    for v, name in owner.items():
        if neurons[name].layer in in_neurons:
            keys[v] = Key("neuron", name)
    for name in opened:
        if name in neurons:
            _expand_neuron(neurons[name], owner, keys)


def _expand_neuron(neuron: NeuronView, owner: Owner, keys: Keys) -> None:
    """The Values of the first sample are drawn alone; the first output stands for other samples."""
    if not neuron.outputs:
        return
    todo = neuron.outputs[:1]
    for v, name in owner.items():
        if name == neuron.name:
            keys[v] = Key("open", neuron.name, value=todo[0])
    drawn: set[Value] = set()
    while todo:
        v = todo.pop()
        drawn.add(v)
        keys[v] = Key("open", neuron.name, value=v)
        todo += [u for u in v.inputs if isinstance(u, Value) and u not in drawn
                 and owner.get(u) == neuron.name]
