"""Neuron, Layer, MLP: the lecture's fully connected network (3), written in scalars.

A neuron is two nodes of the graph, z = w . x + b and f = sigma(z). A layer computes its neurons in
one go, because that is several times as fast as one by one; the graph is the same. Names, order of
parameters, draws from `random` and reprs are micrograd's.
"""
from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NoReturn

import autograd
from autograd import Operation, Value
from nn.activations import Activation, activation_name, chosen, fast, find_activation
from nn.checks import OF_LAYERS, index, shown, told
from nn.display import table
from nn.files import Path, State, read_file
from nn.initial import Generator, find_generator, find_initial
from nn.module import Module


MOST = 10_000_000                   # weights of a neuron: about 2 GB


def count(n: object, what: str, most: int = MOST) -> int:
    """n as an int. Raises TypeError for what is not a whole number, ValueError below 1 or above
    what memory holds.
    """
    number = index(n)
    if number is None:
        raise TypeError(f"{what} must be a whole number, got {shown(n)}")
    if number < 1:
        raise ValueError(f"{what} must be at least 1, got {n!r}")
    if number > most:
        raise ValueError(f"{what} must be at most {most:,}, since each weight is a Value, got "
                         f"{shown(n)}")
    return number


def as_inputs(x: Any, name: str) -> list[Any]:
    """x as a list: a number or a Value of its own is one input.

    Raises TypeError where there is no order.
    """
    if isinstance(x, (dict, set, frozenset, io.IOBase, bytes, bytearray)) or x is None:
        raise TypeError(f"{name} is called with one sample, a list of real numbers or Values, got "
                        f"{shown(x)}")
    return list(x) if isinstance(x, Iterable) and getattr(x, "shape", None) != () else [x]


def misfit(name: str, given: int, needed: int) -> NoReturn:
    """Raise ValueError for another number of inputs."""
    raise ValueError(f"{name} was given {given} input{'s' * (given != 1)}, it needs {needed}; "
                     "a network is called with one sample at a time")


class _Activated(Module):
    """What neurons and layers share: an activation, chosen when they are made."""

    def _activate(self, activation: Activation, nonlin: bool | None) -> None:
        self._activation = chosen(activation, nonlin)
        self._sigma = fast(find_activation(self._activation))

    @property
    def activation(self) -> Activation:
        """sigma: a name or a function."""
        return self._activation

    @property
    def nonlin(self) -> bool:
        """Whether there is an activation other than "linear": micrograd's name for it."""
        return self._sigma is not None


class Neuron(_Activated):
    """f(x) = sigma(w . x + b), the lecture's first formula, for one sample x of `nin` numbers.

    nin         the number of inputs
    activation  sigma: the name of an operation of one input, "linear", or a function of one Value
    nonlin      micrograd's: True for "relu", False for "linear"
    init        how weights are drawn: "uniform" (from -1 to 1), "xavier" or "he"; a bias is 0 and
                is not drawn
    rng, seed   a random.Random, or the seed of a new one; without either, Python's `random` module
                draws
    nout        the number of neurons beside this one, itself included, for "xavier"

    >>> import random
    >>> random.seed(1337)
    >>> neuron = Neuron(2)
    >>> neuron, [w.data for w in neuron.w]
    (ReLUNeuron(2), [0.23550571390294128, 0.06653114721000164])

    Calling it raises ValueError for another number of inputs, TypeError for anything but real
    numbers and Values.
    """

    @told(OF_LAYERS)
    def __init__(self, nin: int, activation: Activation = "relu", nonlin: bool | None = None, *,
                 init: str = "uniform", rng: Generator | None = None, seed: int | None = None,
                 nout: int = 1) -> None:
        nin, nout = count(nin, "the number of inputs of a neuron"), count(nout, "nout")
        self._activate(activation, nonlin)
        draw, rng = find_initial(init), find_generator(rng, seed)
        self.w = [Value(draw(rng, nin, nout), label=f"w.{i}") for i in range(nin)]
        self.b = Value(0.0, label="b")

    def __call__(self, x: Any) -> Any:
        if type(x) is not list:
            x = as_inputs(x, "a neuron")
        if len(x) != len(self.w):
            misfit(self.b.label.removesuffix("b").rstrip(".") or "the neuron", len(x), len(self.w))
        z = autograd.dot(self.w, x, self.b)
        return z if self._sigma is None else self._sigma(z)

    _apart = ("w", "b")

    def _arrays(self) -> Iterable[tuple[str, Any]]:
        return [("weight", [self.w]), ("bias", [self.b])]

    def __repr__(self) -> str:
        name = activation_name(self.activation)
        words = [part[:1].upper() + part[1:] for part in name.split("_")]
        if words == ["Relu"]:
            words = ["ReLU"]                                # as micrograd writes it
        return f"{''.join(words)}Neuron({len(self.w)})"


class Layer(_Activated):
    """f_k = sigma(W f_{k-1} + b), one layer of (3): `nout` neurons with `nin` inputs each.

    activation, nonlin, init, rng and seed are those of Neuron. Calling it gives a list of `nout`
    Values, the Value itself when there is one neuron; it reads the neurons' w and b and does not
    call them.

    >>> Layer(2, 3, activation="tanh")
    Layer of [TanhNeuron(2), TanhNeuron(2), TanhNeuron(2)]
    """

    @told(OF_LAYERS)
    def __init__(self, nin: int, nout: int, activation: Activation = "relu",
                 nonlin: bool | None = None, *, init: str = "uniform",
                 rng: Generator | None = None, seed: int | None = None) -> None:
        nout = count(nout, "the number of neurons of a layer")
        rng = find_generator(rng, seed)
        self._activate(activation, nonlin)
        self.neurons = [Neuron(nin, self.activation, init=init, rng=rng, nout=nout)
                        for _ in range(nout)]
        self.label_parameters()

    def __call__(self, x: Any) -> Any:
        neurons = self.neurons
        if type(x) is not list:
            x = as_inputs(x, "a layer")
        if len(x) != len(neurons[0].w):
            misfit(self._name(), len(x), len(neurons[0].w))
        f = autograd.affine([n.w for n in neurons], x, [n.b for n in neurons])
        sigma = self._sigma
        if sigma is not None:
            f = [sigma(z) for z in f]
        return f if len(f) > 1 else f[0]

    def _name(self) -> str:
        """Where the layer is in its network, as its parameters' labels tell."""
        return self.neurons[0].b.label.partition("neurons")[0].rstrip(".") or "the layer"

    _apart = ("neurons",)

    def _arrays(self) -> Iterable[tuple[str, Any]]:
        return [("weight", [n.w for n in self.neurons]), ("bias", [n.b for n in self.neurons])]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class MLP(Module):
    """The fully connected network f_L of (3): n0 = `nin`, and n1, ..., nL = `nouts`.

    activation  sigma of the hidden layers; or a list, for each layer one (or for each layer but the
                last)
    output      sigma of the last layer, where `activation` does not say
    init, rng, seed   as for Neuron

    Calling it with one sample, `nin` numbers, gives a list of nL Values, the Value itself when nL
    is 1. As each parameter carries its full name as its label, pictures and messages can say which
    it is.

    >>> net = MLP(2, [3, 1], seed=1)
    >>> net
    MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(3)]]
    >>> for name, array in net.state_dict().items():
    ...     print(name, array.shape)
    layers.0.weight (3, 2)
    layers.0.bias (3,)
    layers.1.weight (1, 3)
    layers.1.bias (1,)
    >>> net.layers[0].neurons[2].w[1].label
    'layers.0.neurons.2.w.1'
    """

    @told(OF_LAYERS)
    def __init__(self, nin: int, nouts: Sequence[int],
                 activation: Activation | Sequence[Activation] = "relu",
                 output: Activation = "linear", *, init: str = "uniform",
                 rng: Generator | None = None, seed: int | None = None) -> None:
        if not isinstance(nouts, (list, tuple)) or not nouts:
            raise TypeError("nouts is the list of the layers' widths, such as [16, 16, 1]; got "
                            f"{shown(nouts)}")
        rng = find_generator(rng, seed)
        widths = [count(n, "the width of a layer") for n in (nin, *nouts)]
        sigmas = for_each_layer(activation, output, len(nouts))
        self.layers = [Layer(n, m, sigma, init=init, rng=rng)
                       for n, m, sigma in zip(widths, widths[1:], sigmas)]
        self.label_parameters()

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)                        # a bare Value is one input
        return x

    def description(self) -> dict[str, Any] | None:
        """The widths and the names of the activations; None for one that is not in the table.

        None altogether where a class of the user's is among network and layers, which a file cannot
        describe.
        """
        if type(self) is not MLP or any(type(layer) is not Layer for layer in self.layers):
            return None
        sigmas = [find_activation(layer.activation) for layer in self.layers]
        return {"kind": "MLP",
                "nin": len(self.layers[0].neurons[0].w),
                "nouts": [len(layer.neurons) for layer in self.layers],
                "activations": [_name_in_table(sigma) for sigma in sigmas]}

    def _repr_html_(self) -> str:
        """A row for each layer."""
        rows, number = [], len(self.parameters())
        for k, layer in enumerate(self.layers, 1):
            nout, nin = len(layer.neurons), len(layer.neurons[0].w)
            rows.append((f"{k}", f"{nin} → {nout}", activation_name(layer.activation),
                         f"W{k} ({nout}, {nin}), b{k} ({nout},)", len(layer.parameters())))
        head = ("layer", "shape", "activation", "arrays", "parameters")
        return table(head, rows, f"{type(self).__name__}: {number:,} parameters")

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(repr, self.layers))}]"


def for_each_layer(activation: Any, output: Activation, layers: int) -> list[Activation]:
    """The activation of each layer. Raises ValueError for a list of another length."""
    if not isinstance(activation, (list, tuple)):
        return [activation] * (layers - 1) + [output]
    if len(activation) not in (layers - 1, layers):
        raise ValueError(f"{len(activation)} activations for {layers} layers: give one for each, "
                         "or for each but the last")
    return [*activation, output][:layers]


def _name_in_table(sigma: object) -> str | None:
    if sigma is None:
        return "linear"
    return sigma.name if isinstance(sigma, Operation) else None


# From a file ------------------------------------------------------------------

def load(path: Path) -> MLP:
    """The MLP that was saved to the file `path`, built anew.

    Raises FileNotFoundError, or ValueError when the file is cut off, does not say how its model is
    built, or names an activation that is not in the table of operations.
    """
    description, state = read_file(path)
    try:
        nin, nouts, activations = _plan(description, state)
        net = MLP(nin, nouts, activations, seed=0)
        net.load_state_dict(state)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"cannot build a model from {path}: {error}") from None
    return net


def _plan(description: dict[str, Any] | None,
          state: State) -> tuple[int, list[int], list[Activation]]:
    """Widths and activations of an MLP.

    Raises ValueError where the arrays have other shapes, so that nothing huge is built.
    """
    if not description or description.get("kind") != "MLP":
        raise ValueError("it does not hold an MLP; build the model and call its load(path)")
    nin, nouts, activations = (description.get(key) for key in ("nin", "nouts", "activations"))
    if not (isinstance(nouts, list) and isinstance(activations, list)
            and len(nouts) == len(activations)):
        raise ValueError(f"its description has widths {nouts!r} and activations {activations!r}")
    if None in activations:
        raise ValueError("an activation is a function of its own; build the MLP with it and call "
                         "its load(path)")
    widths = [count(n, "a width", sys.maxsize) for n in (nin, *nouts)]     # compared, not built
    for k, (n, m) in enumerate(pairwise(widths)):
        name = f"layers.{k}.weight"
        if name not in state or state[name].shape != (m, n):
            shape = getattr(state.get(name), "shape", None)
            raise ValueError(f"{name} has shape {shape}, by the description it is {(m, n)}")
    return widths[0], widths[1:], activations
