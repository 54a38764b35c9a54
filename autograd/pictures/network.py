"""A network as the lecture's figure 2 shows it: columns of neurons, and lines for their weights."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.compat.keywords import OF_PICTURES, told
from autograd.compat.messages import described, entries, function
from autograd.compat.numbers import number
from autograd.derivatives.gradients import gradients
from autograd.graph import topological_order
from autograd.ops import sum_of as total_of
from autograd.pictures.neurons import NeuronView, find_neurons, find_parameters
from autograd.pictures.picture import Picture, picture_of
from autograd.pictures.scene import Column, Edge, Node, Scene
from autograd.value import Value
from autograd.words.labels import clean, plural, short_name, shorten
from autograd.words.numbers import compact

LEGEND = "blue: positive weight; orange, dashed: negative weight"
Numbers = dict[Any, tuple[float, float]]    # data and gradient, by a neuron's name or an input's j


@told(OF_PICTURES)
def draw_network(model: Any, x: Sequence[Any] | None = None,
                 loss: Callable[[Any], Value] | None = None) -> Picture:
    """The network as a picture: neurons in columns, and a line for each weight.

    A line's width is the size of its weight; it is dashed where the weight is negative.

    model   has named_parameters() with names as nn's: layers.0.neurons.3.w.1
    x       one sample: each neuron then shows its data and its gradient, the derivative of the
            output (of the sum of several) with respect to it
    loss    a function of the output; the gradients are then those of loss(model(x))

    No grad is touched. Raises TypeError when the model has no parameters with such names.
    """
    neurons = neurons_of(model)
    numbers: Numbers = {}
    note = LEGEND
    if x is not None:
        numbers, note = data_and_gradients(model, x, loss)
    layers: dict[str, list[NeuronView]] = {}
    for neuron in neurons.values():
        layers.setdefault(neuron.layer, []).append(neuron)
    roles = [*["neuron"] * (len(layers) - 1), "output"]
    columns = [input_units(next(iter(layers.values())), x, numbers)]
    captions = [f"input\n{plural(len(columns[0]), 'unit')}"]
    for k, ((layer, members), role) in enumerate(zip(layers.items(), roles)):
        columns.append([unit(f"n{k}_{i}", title_of(neuron, i), role, numbers.get(neuron.name))
                        for i, neuron in enumerate(members)])
        captions.append(caption(model, k, layer, len(members)))
    scene = Scene(f"network {'-'.join(str(len(units)) for units in columns)}", legend=note)
    scene.nodes = [node for units in columns for node in units]
    scene.columns = [Column(text, [node.name for node in units])
                     for text, units in zip(captions, columns)]
    scene.edges = weights(columns, list(layers.values()))
    picture = picture_of(scene)
    picture.note = note
    return picture


def neurons_of(model: Any) -> dict[str, NeuronView]:
    """The neurons of a model by name, from the names of its parameters."""
    names = parameter_names(model)
    neurons = find_parameters(list(names), names).neurons
    if not neurons:
        raise TypeError("draw_network needs a model whose parameters are named like nn's "
                        f"(layers.0.neurons.3.w.1), got {described(model)}")
    return neurons


def parameter_names(model: Any) -> dict[Value, str]:
    """The names of a model's parameters; none for what is not a model."""
    if isinstance(model, type) or not callable(getattr(model, "named_parameters", None)):
        return {}
    return {v: name for name, v in model.named_parameters()}


def data_and_gradients(model: Any, x: Sequence[Any],
                       loss: Callable[[Any], Value] | None) -> tuple[Numbers, str]:
    """Data and gradients for one sample, and a note that says what they are gradients of."""
    sample = entries(x, "x", "numbers, one sample")
    inputs = [u if isinstance(u, Value) else Value(number(u, f"x[{j}]"), label=f"x{j}")
              for j, u in enumerate(sample)]
    target, of = target_of(model(inputs), loss)
    order = topological_order(target)
    neurons, _ = find_neurons(order, parameter_names(model))
    shown: dict[Any, Value] = {name: n.outputs[0] for name, n in neurons.items() if n.outputs}
    known = set(order)
    shown.update((j, u) for j, u in enumerate(inputs) if u in known)
    grads = gradients(target, list(shown.values()))
    numbers = {key: (v.data, grad) for (key, v), grad in zip(shown.items(), grads)}
    return numbers, f"in each neuron: data and gradient of {of}; dashed: negative weight"


def target_of(output: Any, loss: Callable[[Any], Value] | None) -> tuple[Value, str]:
    """What the gradients are of, as a Value and in words."""
    if loss is not None:
        found = function(loss, "loss is a function of the output:")(output)
        if not isinstance(found, Value):
            raise TypeError(f"the loss of the output must be a Value, got {described(found)}")
        return found, "the loss"
    if isinstance(output, (list, tuple)):
        total: Any = total_of(output)
        return total, "the sum of the outputs"
    return output, "the output"


def input_units(first: Sequence[NeuronView], x: Sequence[Any] | None,
                numbers: Numbers) -> list[Node]:
    """The inputs x0, x1, ... or as the Values of x are labelled."""
    size = max((j for neuron in first for j in neuron.weights), default=-1) + 1
    units = []
    for j, u in enumerate([None] * size if x is None else x):
        label = clean(short_name(getattr(u, "label", "")) or f"x{j}")
        units.append(unit(f"x{j}", label, "input", numbers.get(j)))
    return units[:size]


def unit(name: str, title: str, role: str, numbers: tuple[float, float] | None) -> Node:
    """A circle; a box with data and gradient, where these are known."""
    title = shorten(title, 12)
    if numbers is None:
        return Node(name, title, role, f"{role} {title}", "circle")
    data, grad = numbers
    words = f"{role} {title}: data {compact(data)}, gradient {compact(grad)}"
    return Node(name, title, role, words, "box", data=data, grad=grad)


def title_of(neuron: NeuronView, i: int) -> str:
    """n0.3 for neuron 3 of layers.0, n3 in a layer that stands alone."""
    _, dot, number = neuron.name.rpartition(".")
    layer = neuron.layer.rpartition(".")[2]
    parts = [layer, number if dot else str(i)]
    return "n" + ".".join(filter(None, parts))


def caption(model: Any, k: int, layer: str, size: int) -> str:
    """The name of layer k, its size and its activation."""
    owner, parts = model, getattr(model, "layers", None)
    if isinstance(parts, (list, tuple)) and k < len(parts):
        owner = parts[k]
    activation = getattr(owner, "activation", "")
    if not isinstance(activation, str):
        activation = getattr(activation, "__name__", "")
    size_and_kind = ", ".join(filter(None, [plural(size, "neuron"), activation]))
    return f"{shorten(layer) or 'layer'}\n{size_and_kind}"


def weights(columns: Sequence[Sequence[Node]],
            layers: Sequence[Sequence[NeuronView]]) -> list[Edge]:
    """A line for each weight, from the unit it is multiplied with."""
    edges = []
    for before, units, members in zip(columns, columns[1:], layers):
        for node, neuron in zip(units, members):
            for j, w in sorted(neuron.weights.items()):
                if j < len(before):
                    edges.append(Edge(before[j].name, node.name, "weight", weight=w.data))
    return edges


