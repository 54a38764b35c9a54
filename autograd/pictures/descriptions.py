"""Groups of Values as nodes: each kind of group has a function that says what it shows."""
from __future__ import annotations

from collections.abc import Sequence

from autograd.pictures.grouped import Grouped, is_parameter
from autograd.pictures.groups import Key
from autograd.pictures.neurons import LONE
from autograd.pictures.scene import Node
from autograd.value import Value
from autograd.words.labels import clean, plural, short_name
from autograd.words.numbers import fixed, grad_of, grad_text
from autograd.words.titles import symbol_of, titles


def group_node(graph: Grouped, key: Key) -> Node:
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


def describe_neuron(graph: Grouped, key: Key) -> Description:
    """A neuron with its activation, and its samples or the numbers of the only one."""
    neuron = graph.neurons[key.name]
    title = "neuron"
    if neuron.name != LONE:
        title += " " + neuron.name.rpartition(".")[2]
    samples, value = one_or_count(neuron.outputs, "sample")
    role = output_or(graph, neuron.outputs, "neuron")
    return role, title, [neuron.activation, *samples], value


def describe_layer(graph: Grouped, key: Key) -> Description:
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


def describe_input(graph: Grouped, key: Key) -> Description:
    """What weights are multiplied with."""
    members = graph.members[key]
    lines, value = one_or_count(members, "Value")
    if value is not None:
        return "input", titles(members)[value], lines, value
    if key.number is None:
        return "input", "inputs", lines, None
    return "input", f"x{key.number}", lines, None


def describe_leaves(graph: Grouped, key: Key) -> Description:
    """Leaves outside of neurons: one by its title, many by their count."""
    members = graph.members[key]
    if len(members) == 1:
        return describe_input(graph, key)
    mine = {graph.role[v] for v in members}
    role = "operations"
    if len(mine) == 1 and any(v.label for v in members):
        role = mine.pop()
    often = ("used once", "used often")[key.number or 0]
    return role, f"{len(members):,} leaves", [often], None


def describe_operations(graph: Grouped, key: Key) -> Description:
    """Operations of a kind, by their sign; an output by its label."""
    members = graph.members[key]
    last = members[-1]
    value = None
    if len(members) == 1 or last in graph.outputs:
        value = last
    label = clean("" if value is None else short_name(value.label))
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


def output_or(graph: Grouped, members: Sequence[Value], role: str) -> str:
    """The role "output" where an output is among the members, else the given one."""
    return role if graph.outputs.isdisjoint(members) else "output"


def one_or_count(values: Sequence[Value], word: str) -> tuple[list[str], Value | None]:
    """The only Value, or a line that says how many there are."""
    if len(values) == 1:
        return [], values[0]
    return [plural(len(values), word)], None


def uses_parameters(graph: Grouped, v: Value) -> bool:
    """Whether an input of v is a parameter of a neuron."""
    return any(is_parameter(graph, u) for u in v.inputs)
