"""Neuron, Layer, MLP: the lecture's fully connected network (3), written in scalars.

A neuron is two nodes of the graph, z = w . x + b and f = sigma(z). A layer computes its neurons in one go, because
that is several times as fast as one by one; the graph is the same. Names, order of parameters, draws from `random` and
reprs are micrograd's.
"""
from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Union

import autograd
from autograd import Operation, Value
from nn.module import Module, read_file

Activation = Union[str, Callable[[Any], Any]]


# Activations -----------------------------------------------------------------------------------------------------------------

def find_activation(activation: Activation) -> Callable[[Any], Any] | None:
    """The activation as a function, an operation of the table where it is one; None for "linear".

    `activation` is the name of an operation of one input ("relu", "tanh", ...), "linear", or any function of one Value.
    Raises ValueError for an unknown name, TypeError for what is neither a name nor a function.
    """
    if isinstance(activation, str):
        if activation == "linear":
            return None
        try:
            activation = autograd.find(activation)
        except LookupError:
            raise ValueError(f"no activation {activation!r}: give 'linear', the name of an operation of one input such as "
                             "'relu', 'tanh' or 'sigmoid', or a function of one Value") from None
    if isinstance(activation, Operation) and activation.arity != 1:
        raise ValueError(f"an activation has one input, the operation {activation.name!r} has another number")
    if not callable(activation):
        raise TypeError(f"an activation is a name or a function of one Value, got {activation!r}")
    return activation


def activation_name(activation: Activation) -> str:
    """The name of an activation: its operation's, "linear", or the function's own."""
    found = find_activation(activation)
    if found is None:
        return "linear"
    return found.name if isinstance(found, Operation) else getattr(found, "__name__", type(found).__name__)


def _fast(function: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    """The quickest way to apply an activation to a Value: relu has a method written out for speed."""
    return Value.relu if function is autograd.relu else function


def _chosen(activation: Activation, nonlin: bool | None) -> Activation:
    """The activation, where micrograd's nonlin (given by name, or as a bool in the second place) may have the say."""
    if isinstance(activation, bool):
        nonlin, activation = activation, "relu"
    return activation if nonlin is None else "relu" if nonlin else "linear"


# Initial weights -------------------------------------------------------------------------------------------------------------

def _uniform(rng: Any, nin: int, nout: int) -> float:
    return rng.uniform(-1, 1)


def _xavier(rng: Any, nin: int, nout: int) -> float:
    bound = math.sqrt(6 / (nin + nout))
    return rng.uniform(-bound, bound)


def _he(rng: Any, nin: int, nout: int) -> float:
    return rng.gauss(0.0, math.sqrt(2 / nin))


INITIAL = {
    "uniform": _uniform,            # from -1 to 1, as micrograd draws
    "xavier":  _xavier,             # Glorot and Bengio 2010: keeps the variance of f_k where sigma'(0) = 1, such as tanh
    "he":      _he,                 # He et al. 2015: normal, variance 2 / nin, the same for relu
}


def _generator(init: str, rng: Any, seed: int | None) -> Any:
    if init not in INITIAL:
        raise ValueError(f"no initial weights {init!r}; there are {', '.join(INITIAL)}")
    if rng is not None and seed is not None:
        raise ValueError("give rng or seed, not both")
    return random.Random(seed) if seed is not None else rng if rng is not None else random


def _count(n: Any, what: str) -> int:
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"{what} must be a whole number, got {n!r}")
    if n.__index__() < 1:
        raise ValueError(f"{what} must be at least 1, got {n!r}")
    return n.__index__()


# Networks --------------------------------------------------------------------------------------------------------------------

def _as_inputs(x: Any) -> Any:
    """x as a sequence: a number or a Value of its own is one input."""
    return list(x) if isinstance(x, Iterable) else [x]


def _misfit(name: str, given: int, needed: int) -> ValueError:
    return ValueError(f"{name} was given {given} input{'s' * (given != 1)}, it needs {needed}; "
                      "a network is called with one sample at a time")


class _Activated(Module):
    """What neurons and layers share: an activation, chosen when they are made."""

    def _activate(self, activation: Activation, nonlin: bool | None) -> None:
        self._activation = _chosen(activation, nonlin)
        self._sigma = _fast(find_activation(self._activation))

    @property
    def activation(self) -> Activation:
        """sigma: a name or a function."""
        return self._activation

    @property
    def nonlin(self) -> bool:
        """Whether there is an activation other than "linear": micrograd's name for it."""
        return self._sigma is not None


class Neuron(_Activated):
    """f(x) = sigma(w . x + b), the lecture's first formula, for one sample x of `nin` numbers or Values.

    nin         the number of inputs
    activation  sigma: the name of an operation of one input, "linear", or a function of one Value
    nonlin      micrograd's: True for "relu", False for "linear"
    init        how weights are drawn: "uniform" (from -1 to 1), "xavier" or "he"; a bias is 0 and is not drawn
    rng, seed   a random.Random, or the seed of a new one; without either, Python's `random` module draws
    nout        the number of neurons beside this one, itself included, for "xavier"

    >>> random.seed(1337)
    >>> neuron = Neuron(2)
    >>> neuron, [w.data for w in neuron.w]
    (ReLUNeuron(2), [0.23550571390294128, 0.06653114721000164])

    Calling it raises ValueError for another number of inputs, TypeError for what is no number.
    """

    def __init__(self, nin: int, activation: Activation = "relu", nonlin: bool | None = None, *, init: str = "uniform",
                 rng: Any = None, seed: int | None = None, nout: int = 1) -> None:
        nin = _count(nin, "the number of inputs of a neuron")
        self._activate(activation, nonlin)
        rng = _generator(init, rng, seed)
        self.w = [Value(INITIAL[init](rng, nin, nout), label=f"w.{i}") for i in range(nin)]
        self.b = Value(0.0, label="b")

    def __call__(self, x: Any) -> Any:
        try:
            fits = len(x) == len(self.w)
        except TypeError:
            x = _as_inputs(x)
            fits = len(x) == len(self.w)
        if not fits:
            raise _misfit(self.b.label.removesuffix("b").rstrip(".") or "the neuron", len(x), len(self.w))
        z = autograd.dot(self.w, x, self.b)
        return z if self._sigma is None else self._sigma(z)

    def _groups(self, prefix: str = "", without: Sequence[str] = ()) -> Any:
        yield prefix + "weight", [self.w]
        yield prefix + "bias", [self.b]
        yield from super()._groups(prefix, without=("w", "b"))

    def __repr__(self) -> str:
        name = activation_name(self.activation)
        shown = "ReLU" if name == "relu" else "".join(part[:1].upper() + part[1:] for part in name.split("_"))
        return f"{shown}Neuron({len(self.w)})"


class Layer(_Activated):
    """f_k = sigma(W f_{k-1} + b), one layer of (3): `nout` neurons with `nin` inputs each.

    Takes what Neuron takes. Calling it gives a list of `nout` Values, the Value itself when there is one neuron; it reads
    the neurons' w and b and does not call them.

    >>> Layer(2, 3, activation="tanh")
    Layer of [TanhNeuron(2), TanhNeuron(2), TanhNeuron(2)]
    """

    def __init__(self, nin: int, nout: int, activation: Activation = "relu", nonlin: bool | None = None, *,
                 init: str = "uniform", rng: Any = None, seed: int | None = None) -> None:
        nout = _count(nout, "the number of neurons of a layer")
        rng = _generator(init, rng, seed)
        self._activate(activation, nonlin)
        self.neurons = [Neuron(nin, self.activation, init=init, rng=rng, nout=nout) for _ in range(nout)]
        self.label_parameters()

    def __call__(self, x: Any) -> Any:
        neurons = self.neurons
        try:
            given = len(x)
        except TypeError:
            x = _as_inputs(x)
            given = len(x)
        if given != len(neurons[0].w):
            raise _misfit(neurons[0].b.label.partition("neurons")[0].rstrip(".") or "the layer", given, len(neurons[0].w))
        f = autograd.affine([n.w for n in neurons], x, [n.b for n in neurons])
        sigma = self._sigma
        if sigma is not None:
            f = [sigma(z) for z in f]
        return f if len(f) > 1 else f[0]

    def _groups(self, prefix: str = "", without: Sequence[str] = ()) -> Any:
        yield prefix + "weight", [n.w for n in self.neurons]
        yield prefix + "bias", [n.b for n in self.neurons]
        yield from super()._groups(prefix, without=("neurons",))

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class MLP(Module):
    """The fully connected network f_L of (3): n0 = `nin`, and n1, ..., nL = `nouts`.

    activation  sigma of the hidden layers; or a list, for each layer one (or for each layer but the last)
    output      sigma of the last layer, where `activation` does not say
    init, rng, seed   as for Neuron

    Calling it with one sample, `nin` numbers, gives a list of nL Values, the Value itself when nL is 1. As each parameter
    carries its full name as its label, pictures and messages can say which it is.

    >>> net = MLP(2, [3, 1], seed=1)
    >>> net
    MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(3)]]
    >>> {name: array.shape for name, array in net.state_dict().items()}
    {'layers.0.weight': (3, 2), 'layers.0.bias': (3,), 'layers.1.weight': (1, 3), 'layers.1.bias': (1,)}
    >>> net.layers[0].neurons[2].w[1].label
    'layers.0.neurons.2.w.1'
    """

    def __init__(self, nin: int, nouts: Sequence[int], activation: Activation | Sequence[Activation] = "relu",
                 output: Activation = "linear", *, init: str = "uniform", rng: Any = None, seed: int | None = None) -> None:
        if not isinstance(nouts, (list, tuple)) or not nouts:
            raise TypeError(f"nouts is the list of the layers' widths, such as [16, 16, 1]; got {nouts!r}")
        rng = _generator(init, rng, seed)
        widths = [nin, *nouts]
        sigmas = _for_each_layer(activation, output, len(nouts))
        self.layers = [Layer(n, m, sigma, init=init, rng=rng) for n, m, sigma in zip(widths, widths[1:], sigmas)]
        self.label_parameters()

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)                        # a bare Value is one input
        return x

    def description(self) -> dict[str, Any] | None:
        """The widths and the names of the activations; None in place of the name of one that is not in the table.

        None altogether where a class of the user's is among network and layers, which a file cannot describe.
        """
        if type(self) is not MLP or any(type(layer) is not Layer for layer in self.layers):
            return None
        found = [find_activation(layer.activation) for layer in self.layers]
        return {"kind": "MLP", "nin": len(self.layers[0].neurons[0].w), "nouts": [len(x.neurons) for x in self.layers],
                "activations": ["linear" if f is None else f.name if isinstance(f, Operation) else None for f in found]}

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(repr, self.layers))}]"


def _for_each_layer(activation: Any, output: Activation, layers: int) -> list[Activation]:
    if not isinstance(activation, (list, tuple)):
        return [activation] * (layers - 1) + [output]
    if len(activation) not in (layers - 1, layers):
        raise ValueError(f"{len(activation)} activations for {layers} layers: give one for each, or for each but the last")
    return [*activation, output][:layers]


def load(path: str | os.PathLike[str]) -> MLP:
    """The MLP that was saved to the file, built anew.

    Raises FileNotFoundError, or ValueError when the file is cut off, does not say how its model is built, or names an
    activation that is not in the table of operations.
    """
    description, state = read_file(path)
    try:
        if not description or description["kind"] != "MLP":
            raise ValueError("it does not hold an MLP; build the model and call its load(path)")
        if None in description["activations"]:
            raise ValueError("an activation is a function of its own; build the MLP with it and call its load(path)")
        net = MLP(description["nin"], description["nouts"], description["activations"], seed=0)
        net.load_state_dict(state)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"cannot build a model from {path}: {error}") from None
    return net
