"""The scene of a large graph: neurons, layers, or operations of a kind as single nodes.

Where every neuron is closed they stand in columns, a layer in each, as in the lecture's figure 2;
else the layout is free, with a box around each layer.
"""
from __future__ import annotations

from collections.abc import Sequence

from autograd.pictures.descriptions import group_node
from autograd.pictures.grouped import Grouped, uses_of_groups, weights_between
from autograd.pictures.groups import Key, check_names, expand, group
from autograd.pictures.neurons import NeuronView, find_neurons
from autograd.pictures.operations import Drawing, add_value
from autograd.pictures.ranks import columns_of
from autograd.pictures.scene import Box, Column, Edge, Node, Scene
from autograd.value import Value
from autograd.words.labels import plural, shorten
from autograd.words.titles import roles, titles

READABLE = 60                       # nodes on one picture
MOST = 2000                         # nodes that are drawn without force=True
WHAT = {"neuron": "neurons", "layer": "layers", "kind": "operations of a kind and depth"}


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
    graph = Grouped(set(outputs), order, neurons, owner, keys, chosen)
    if not neurons:
        graph.level = "kind"
    if graph.level == "neuron" and not opened:
        return scene_in_columns(graph)
    return free_scene(graph)


def empty_scene(graph: Grouped) -> Scene:
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

def scene_in_columns(graph: Grouped) -> Scene:
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


def caption(graph: Grouped, key: Key) -> str:
    """The name of a layer, how many neurons it has, and their activation."""
    if key.kind == "input":
        return "input"
    layer = graph.neurons[key.name].layer
    mine = graph.layer(layer)
    activations = ", ".join(dict.fromkeys(n.activation for n in mine))
    neurons = plural(len(mine), "neuron")
    return f"{shorten(layer, 20) or 'layer'}\n{neurons}, {shorten(activations, 16)}"


def unit(graph: Grouped, key: Key) -> Node:
    """A group as a unit of a column, whose caption says a neuron's activation."""
    node = group_node(graph, key)
    node.shape = "box"
    if key.kind == "neuron":
        node.lines = node.lines[1:]
    return node


def add_number_units(graph: Grouped, scene: Scene, column: Column,
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

def free_scene(graph: Grouped) -> Scene:
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


def add_numbers(graph: Grouped, scene: Scene) -> None:
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


def add_opened(graph: Grouped, scene: Scene, boxes: dict[str, Box]) -> None:
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


def short_names(graph: Grouped, around: Sequence[Value], mine: Sequence[Value],
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


def connection(source: str, target: str, weight: float | None) -> Edge:
    """A line between two groups, with a weight where it stands for one."""
    if weight is None:
        return Edge(source, target, "group")
    return Edge(source, target, "weight", weight=weight)


def number_of(name: str) -> int:
    """3 for layers.0.neurons.3."""
    tail = name.rpartition(".")[2]
    return int(tail) if tail.isdigit() else 0
