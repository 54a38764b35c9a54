"""A network as the lecture's figure 2 shows it: columns of neurons, and lines for their weights."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.derivatives.gradients import gradients
from autograd.graph import topological_order
from autograd.pictures.collapse import Neuron, find_neurons, find_parameters
from autograd.pictures.columns import Column, Unit, data_and_grad, draw_columns
from autograd.pictures.dot import Picture
from autograd.words.words import clean, compact, plural, shorten
from autograd.ops import sum_of as total_of
from autograd.value import Value


def draw_network(model: Any, x: Sequence[Any] | None = None, loss: Callable[[Any], Value] | None = None) -> Picture:
    """The network as a picture: neurons in columns, a line for each weight, its width by |w|, dashed where w is negative.

    model   has named_parameters() with names as nn's: layers.0.neurons.3.w.1
    x       one sample: each neuron then shows its data and its gradient, the derivative of the output by it (of the
            outputs' sum, where there are several)
    loss    a function of the output; the gradients are then those of loss(model(x))

    No grad is touched. Raises TypeError when the model has no parameters with such names.
    """
    neurons = neurons_of(model)
    layers: dict[str, list[Neuron]] = {}
    for neuron in neurons.values():
        layers.setdefault(neuron.layer, []).append(neuron)
    numbers, note = ({}, "") if x is None else data_and_grads(model, neurons, x, loss)
    columns = [input_column(list(layers.values())[0], x, numbers)]
    for k, (layer, members) in enumerate(layers.items()):
        columns.append(layer_column(model, k, layer, members, k == len(layers) - 1, numbers))
    lines = [(columns[k].units[j].name, columns[k + 1].units[i].name, w.data)
             for k, members in enumerate(layers.values())
             for i, neuron in enumerate(members) for j, w in sorted(neuron.weights.items())
             if j < len(columns[k].units)]
    widths = "-".join(str(len(c.units)) for c in columns)
    return draw_columns(f"network {widths}", columns, lines, note or "blue: positive weight; orange, dashed: negative weight")


def neurons_of(model: Any) -> dict[str, Neuron]:
    """The neurons of a model by name, from the names of its parameters."""
    pairs = list(model.named_parameters()) if callable(getattr(model, "named_parameters", None)) else []
    neurons, _, _ = find_parameters([v for _, v in pairs], {v: name for name, v in pairs})
    if not neurons:
        raise TypeError(f"draw_network needs a model whose parameters are named like nn's (layers.0.neurons.3.w.1), got "
                        f"{type(model).__name__} {shorten(clean(repr(model)), 60)}")
    return neurons


def data_and_grads(model: Any, neurons: dict[str, Neuron], x: Sequence[Any],
                   loss: Callable[[Any], Value] | None) -> tuple[dict[Any, tuple[float, float]], str]:
    """Data and gradient by the name of a neuron, or the place of an input, for one sample; and what they are, in words."""
    inputs = [u if isinstance(u, Value) else Value(u, label=f"x{i}") for i, u in enumerate(x)]
    output = model(inputs)
    several = isinstance(output, (list, tuple))
    target: Any = loss(output) if loss is not None else total_of(output) if several else output
    order = topological_order(target)
    found, _ = find_neurons(order, {v: name for name, v in model.named_parameters()})
    outputs = {name: n.outputs[0] for name, n in found.items() if n.outputs}
    known = set(order)
    wanted: dict[Any, Value] = {**outputs, **{i: u for i, u in enumerate(inputs) if u in known}}
    grads = gradients(target, list(wanted.values()))
    of = "the loss" if loss is not None else "the sum of the outputs" if several else "the output"
    return ({key: (v.data, g) for (key, v), g in zip(wanted.items(), grads)},
            f"in each neuron: data and gradient of {of}; dashed: negative weight")


def input_column(first: Sequence[Neuron], x: Sequence[Any] | None, numbers: dict[Any, tuple[float, float]]) -> Column:
    """The inputs x0, x1, ..."""
    size = max((j for neuron in first for j in neuron.weights), default=-1) + 1
    labels = [clean(u.label) if isinstance(u, Value) and u.label else f"x{j}" for j, u in enumerate(x or [None] * size)]
    units = [unit(f"x{j}", shorten(labels[j], 12), "input", numbers.get(j)) for j in range(size)]
    return Column(f"input\n{plural(size, 'unit')}", units)


def layer_column(model: Any, k: int, layer: str, members: Sequence[Neuron], last: bool,
                 numbers: dict[Any, tuple[float, float]]) -> Column:
    """The neurons of layer k: n0.0, n0.1, ... with the layer's name, size and activation as caption."""
    part = getattr(model, "layers", None)
    activation = getattr(part[k] if isinstance(part, (list, tuple)) and k < len(part) else model, "activation", "")
    activation = activation if isinstance(activation, str) else getattr(activation, "__name__", "")
    caption = f"{shorten(layer) or 'layer'}\n{plural(len(members), 'neuron')}" + (f", {activation}" if activation else "")
    title = "n{}" if not layer else f"n{layer.rpartition('.')[2]}.{{}}"
    units = [unit(f"n{k}_{i}", title.format(n.name.rpartition('.')[2] if "." in n.name else i), "output" if last else "neuron",
                  numbers.get(n.name)) for i, n in enumerate(members)]
    return Column(caption, units)


def unit(name: str, title: str, role: str, numbers: tuple[float, float] | None) -> Unit:
    """A unit with its data and gradient, where they are known."""
    if numbers is None:
        return Unit(name, title, "", role, f"{role} {title}")
    return Unit(name, title, data_and_grad(*numbers), role,
                f"{role} {title}: data {compact(numbers[0])}, gradient {compact(numbers[1])}")
