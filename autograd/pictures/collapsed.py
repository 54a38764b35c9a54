"""The scene of a large graph: neurons, layers, or operations of a kind as single nodes.

Where every neuron is closed they stand in columns, a layer in each, as in the lecture's figure 2;
else the layout is free, with a box around each layer.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.pictures.groups import Key, Keys, Owner, check_names, expand, group
from autograd.pictures.neurons import LONE, NeuronView, find_neurons
from autograd.pictures.operations import Drawing, add_value
from autograd.pictures.ranks import columns_of
from autograd.pictures.scene import Box, Column, Edge, Node, Scene
from autograd.value import Value
from autograd.words.labels import clean, plural, shorten
from autograd.words.numbers import fixed, grad_of, grad_text
from autograd.words.titles import roles, symbol_of, titles

READABLE = 60                       # nodes on one picture
MOST = 2000                         # nodes that are drawn without force=True
WHAT = {"neuron": "neurons", "layer": "layers", "kind": "operations of a kind and depth"}


@dataclass
class Collapsed:
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


def collapsed(outputs: Sequence[Value], order: Sequence[Value], level: str | None,
              opened: Sequence[str], force: bool) -> Scene:
    """The scene of a graph with groups as nodes; `level` is "neuron", "layer" or None for either.

    Raises ValueError for an unknown name to open and, without force, for too many nodes.
    """
    neurons, owner = find_neurons(order)
    check_names(opened, neurons)
    chosen = level or "neuron"
    keys = group(order, neurons, owner, chosen, READABLE // 2)
    if level is None and len(set(keys.values())) > READABLE:
        chosen = "layer"
        keys = group(order, neurons, owner, chosen, READABLE // 2)
    nodes = len(set(keys.values()))
    if nodes > MOST and not force:
        raise ValueError(f"{plural(nodes, 'neuron')} are too many for one picture: "
                         "use level='layer', or force=True")
    expand(opened, neurons, owner, keys)
    graph = Collapsed(set(outputs), order, neurons, owner, keys, chosen)
    if not neurons:
        graph.level = "kind"
    if graph.level == "neuron" and not opened:
        return scene_in_columns(graph)
    return free_scene(graph)


def numbers_in(neurons: dict[str, NeuronView]) -> dict[int, list[float]]:
    """By j, the numbers that weights j are multiplied with; each sample's once."""
    most: dict[int, list[float]] = {}
    for neuron in neurons.values():
        for j, sources in neuron.sources.items():
            numbers = [x for x in sources if isinstance(x, float)]
            if len(numbers) > len(most.get(j, ())):
                most[j] = numbers
    return dict(sorted(most.items()))


def empty_scene(graph: Collapsed) -> Scene:
    """A scene with title and note, the line that says what was collapsed."""
    size = plural(len(graph.order), "Value")
    note = f"{size} collapsed to {WHAT[graph.level]}"
    samples = max((len(n.outputs) for n in graph.neurons.values()), default=0)
    if samples > 1:
        note += f", {plural(samples, 'sample')} in one"
    if graph.level != "kind":
        note += "; expand='NAME' opens one"
    return Scene(f"graph of {size}", note)


# In columns ------------------------------------------------------------------------------------

def scene_in_columns(graph: Collapsed) -> Scene:
    """Neurons in columns, one for each layer; other groups in columns between and after them."""
    scene = empty_scene(graph)
    edges, weights = uses_of_groups(graph), weights_between(graph)
    place = columns_of(list(graph.members), edges)
    columns: dict[int, Column] = {}
    for key in sorted(graph.members, key=neurons_first):
        column = columns.setdefault(place[key], Column("", framed=False))
        column.nodes.append(graph.node[key])
        if key.kind in ("neuron", "input"):
            column.framed = True
            column.caption = caption(graph, key)
        scene.nodes.append(unit(graph, key))
    for a, b in edges:
        scene.edges.append(connection(graph.node[a], graph.node[b], weights.get((a, b))))
    if graph.numbers:
        has_inputs = any(key.kind == "input" for key in graph.members)
        column = columns.setdefault(-1 + has_inputs, Column("input"))
        add_number_units(graph, scene, column, weights)
    scene.columns = [columns[k] for k in sorted(columns)]
    return scene


def neurons_first(key: Key) -> tuple[bool, int]:
    """A key that sorts neurons by number, before all other groups."""
    if key.kind == "neuron":
        return False, number_of(key.name)
    return True, key.number or 0


def caption(graph: Collapsed, key: Key) -> str:
    """The name of a layer, how many neurons it has, and their activation."""
    if key.kind == "input":
        return "input"
    layer = graph.neurons[key.name].layer
    mine = graph.layer(layer)
    activations = ", ".join(dict.fromkeys(n.activation for n in mine))
    neurons = plural(len(mine), "neuron")
    return f"{shorten(layer, 20) or 'layer'}\n{neurons}, {shorten(activations, 16)}"


def unit(graph: Collapsed, key: Key) -> Node:
    """A group as a unit of a column, whose caption says a neuron's activation."""
    node = group_node(graph, key)
    node.shape = "box"
    if key.kind == "neuron":
        node.lines = node.lines[1:]
    return node


def add_number_units(graph: Collapsed, scene: Scene, column: Column,
                     weights: dict[tuple[Key, Key], float]) -> None:
    """A unit for the numbers that come in at each j, and lines for the weights they meet."""
    for j, numbers in graph.numbers.items():
        count = plural(len(numbers), "number")
        node = Node(f"number{j}", f"x{j}", "input", f"x{j}: {count}", "box")
        if len(numbers) == 1:
            node.data = numbers[0]
        else:
            node.lines = [count]
        scene.nodes.append(node)
        column.nodes.append(node.name)
    for (a, b), weight in weights.items():
        if a.kind == "number":
            scene.edges.append(Edge(f"number{a.number}", graph.node[b], "weight", weight=weight))


# With a free layout ------------------------------------------------------------------------------

def free_scene(graph: Collapsed) -> Scene:
    """Groups as cards, those of a layer in a box; opened neurons in boxes of their own."""
    scene = empty_scene(graph)
    scene.spread = any(key.kind in ("neuron", "open") for key in graph.members)
    boxes: dict[str, Box] = {}
    for key in sorted(graph.members, key=lambda key: number_of(key.name)):
        if key.kind in ("neuron", "open"):
            layer = graph.neurons[key.name].layer
            box = boxes.setdefault(layer, Box(f"layer{len(boxes)}", shorten(layer, 40) or "layer"))
            if key.kind == "neuron":
                box.nodes.append(graph.node[key])
    scene.nodes = [group_node(graph, key) for key in graph.members if key.kind != "open"]
    add_opened(graph, scene, boxes)
    add_numbers(graph, scene)
    weights = weights_between(graph)
    for a, b in uses_of_groups(graph):
        scene.edges.append(connection(graph.node[a], graph.node[b], weights.get((a, b))))
    scene.boxes = list(boxes.values())
    return scene


def add_numbers(graph: Collapsed, scene: Scene) -> None:
    """One node for all numbers that come in, and lines to the groups that take them."""
    if not graph.numbers:
        return
    count = plural(sum(map(len, graph.numbers.values())), "number")
    scene.nodes.append(Node("numbers", "inputs", "input", f"inputs: {count}", lines=[count]))
    takers = dict.fromkeys(graph.keys[neuron.outputs[0]] for neuron in graph.neurons.values()
                           if takes_numbers(neuron) and neuron.outputs)
    scene.edges += [Edge("numbers", graph.node[key], "group") for key in takers
                    if key.kind != "open"]


def takes_numbers(neuron: NeuronView) -> bool:
    """Whether a weight of the neuron is multiplied with a number."""
    return any(isinstance(x, float) for sources in neuron.sources.values() for x in sources[:1])


def add_opened(graph: Collapsed, scene: Scene, boxes: dict[str, Box]) -> None:
    """The Values of one sample of each opened neuron, one by one, a dot as its products and sum."""
    alone = [v for v in graph.order if graph.keys[v].value is v]
    for k, name in enumerate(dict.fromkeys(graph.keys[v].name for v in alone)):
        neuron = graph.neurons[name]
        mine = [v for v in alone if graph.keys[v].name == name]
        around = {u: graph.node[graph.keys[u]] for u in inputs_of(mine) if u not in mine}
        order = [*around, *mine]
        title = titles(order, known=short_names(graph, list(around), mine, name))
        drawing = Drawing(scene, title, roles(order, list(graph.outputs)), around, f"n{k}v")
        before = len(scene.nodes)
        for v in mine:
            add_value(drawing, v, open_dots=True)
            graph.node[graph.keys[v]] = drawing.node[v]
        names = [node.name for node in scene.nodes[before:]]
        box = Box(f"open{k}", opened_title(neuron), "opened", names)
        boxes[neuron.layer].boxes.append(box)


def opened_title(neuron: NeuronView) -> str:
    """What stands above an opened neuron."""
    title = f"neuron {neuron.name.rpartition('.')[2]}, opened"
    if len(neuron.outputs) > 1:
        title += f" (1 of {plural(len(neuron.outputs), 'sample')})"
    return title


def inputs_of(values: Sequence[Value]) -> list[Value]:
    """The Values among the inputs of some Values."""
    return [u for v in values for u in v.inputs if isinstance(u, Value)]


def short_names(graph: Collapsed, around: Sequence[Value], mine: Sequence[Value],
                name: str) -> dict[Value, str]:
    """Titles inside an opened neuron: w.1 without its name, n0.3 for neuron 3 of layer 0."""
    known = {v: v.label.removeprefix(name + ".") for v in mine if v.label}
    for u in around:
        key = graph.keys[u]
        if u.label:
            continue
        if u in graph.owner:
            neuron = graph.neurons[graph.owner[u]]
            known[u] = f"n{neuron.layer.rpartition('.')[2]}.{neuron.name.rpartition('.')[2]}"
        elif key.kind == "input" and key.number is not None:
            known[u] = f"x{key.number}"
    return known


# Groups as nodes -------------------------------------------------------------------------------

def group_node(graph: Collapsed, key: Key) -> Node:
    """A group as a card: its title, what it holds, and data and grad where that is one Value's."""
    describe = DESCRIBE[key.kind]
    role, title, lines, value = describe(graph, key)
    node = Node(graph.node[key], title, role, lines=lines, kind=key.kind)
    numbers: list[str] = []
    if value is not None:
        node.data, node.grad = value.data, grad_of(value)
        numbers = [f"data {fixed(value.data)}", f"grad {grad_text(node.grad)}"]
    node.words = ", ".join([title, *filter(None, [*lines, *numbers])])
    return node


Description = tuple[str, str, list[str], Value | None]    # role, title, lines, the only Value


def describe_neuron(graph: Collapsed, key: Key) -> Description:
    """A neuron with its activation, and its samples or the numbers of the only one."""
    neuron = graph.neurons[key.name]
    title = "neuron"
    if neuron.name != LONE:
        title += " " + neuron.name.rpartition(".")[2]
    samples, value = one_or_count(neuron.outputs, "sample")
    role = output_or(graph, neuron.outputs, "neuron")
    return role, title, [neuron.activation, *samples], value


def describe_layer(graph: Collapsed, key: Key) -> Description:
    """A layer with what it holds."""
    mine = graph.layer(key.name)
    activations = list(dict.fromkeys(n.activation for n in mine))
    role = output_or(graph, [v for n in mine for v in n.outputs], "layer")
    neurons = plural(len(mine), "neuron")
    if len(activations) == 1:
        neurons += f" ({activations[0]})"
    lines = [neurons, plural(sum(n.size for n in mine), "parameter"),
             plural(len(mine[0].outputs), "sample"), plural(len(graph.members[key]), "Value")]
    return role, key.name or "layer", lines, None


def describe_input(graph: Collapsed, key: Key) -> Description:
    """What weights are multiplied with."""
    members = graph.members[key]
    lines, value = one_or_count(members, "Value")
    if value is not None:
        return "input", titles(members)[value], lines, value
    if key.number is None:
        return "input", "inputs", lines, None
    return "input", f"x{key.number}", lines, None


def describe_leaves(graph: Collapsed, key: Key) -> Description:
    """Leaves that no neuron has: one by its title, many by their count."""
    members = graph.members[key]
    if len(members) == 1:
        return describe_input(graph, key)
    mine = {graph.role[v] for v in members}
    role = "operations"
    if len(mine) == 1 and any(v.label for v in members):
        role = mine.pop()
    often = ("used once", "used often")[key.number or 0]
    return role, f"{len(members):,} leaves", [often], None


def describe_operations(graph: Collapsed, key: Key) -> Description:
    """Operations of a kind, by their sign; an output by its label."""
    members = graph.members[key]
    last = members[-1]
    value = None
    if len(members) == 1 or last in graph.outputs:
        value = last
    label = clean(value and value.label or "")
    sign, nodes = symbol_of(last.op), plural(len(members), "node")
    lines = []
    if label:
        lines.append(f"{sign}  ({nodes})")
    elif len(members) > 1:
        lines.append(nodes)
    if uses_parameters(graph, members[0]):
        lines.append("of the parameters")
    role = output_or(graph, members, "operations")
    return role, label or sign, lines, value


DESCRIBE = {"neuron": describe_neuron, "layer": describe_layer, "input": describe_input,
            "leaves": describe_leaves, "operations": describe_operations}


def output_or(graph: Collapsed, members: Sequence[Value], role: str) -> str:
    """The role "output" where an output is among the members, else the given one."""
    return role if graph.outputs.isdisjoint(members) else "output"


def one_or_count(values: Sequence[Value], word: str) -> tuple[list[str], Value | None]:
    """The only Value, or a line that says how many there are."""
    if len(values) == 1:
        return [], values[0]
    return [plural(len(values), word)], None


def uses_parameters(graph: Collapsed, v: Value) -> bool:
    """Whether an input of v is a parameter of a neuron."""
    return any(is_parameter(graph, u) for u in v.inputs)


def is_parameter(graph: Collapsed, u: Any) -> bool:
    """Whether u is a parameter of a neuron."""
    return isinstance(u, Value) and u.is_leaf and u in graph.owner


# Between groups --------------------------------------------------------------------------------

def uses_of_groups(graph: Collapsed) -> list[tuple[Key, Key]]:
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


def weights_between(graph: Collapsed) -> dict[tuple[Key, Key], float]:
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


def sources_of(graph: Collapsed, neuron: NeuronView) -> Iterator[tuple[Key, int]]:
    """For each weight j the group, or the number, that it is multiplied with."""
    for j, sources in neuron.sources.items():
        key = Key("number", number=j)
        if isinstance(sources[0], Value):
            key = graph.keys[sources[0]]
        yield key, j


def connection(source: str, target: str, weight: float | None) -> Edge:
    """A line between two groups, with a weight where it stands for one."""
    if weight is None:
        return Edge(source, target, "group")
    return Edge(source, target, "weight", weight=weight)


def number_of(name: str) -> int:
    """3 for layers.0.neurons.3."""
    tail = name.rpartition(".")[2]
    return int(tail) if tail.isdigit() else 0
