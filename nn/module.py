"""Module: anything with parameters, and how they are named, listed, saved and loaded.

1. A parameter is a leaf Value reached from a module's attributes, through modules, lists,
   dictionaries, arrays and dataclasses, in the order in which the attributes were first set. Its
   name is the way there: `layers.0.neurons.3.w.1`.
2. No parameter is left out silently: a set has no order, and a computed Value would not be trained;
   both are errors.
3. A state is a dictionary of NumPy arrays, in PyTorch's names and shapes: a Layer is what PyTorch
   calls Linear, with `weight` (nout, nin) and `bias` (nout,); an MLP holds its layers in `layers`,
   so the third bias is `layers.2.bias`.
4. Loading checks everything before it changes anything; saving replaces the file in one step or not
   at all.
"""
from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import SimpleNamespace
from typing import Any

import numpy as np

import autograd
from autograd import Value
from nn.branches import leaves
from nn.changes import finish
from nn.checks import hint
from nn.display import table
from nn.files import Path, read_file, write_file
from nn.state import Group, data_of, numbers_for, shape_of, values_of

PYTORCH = {                             # methods of PyTorch's Module: what does it here
    "forward": "call the model itself, as in model(x)",
    "train": "there are no modes to switch between; nn.fit trains",
    "eval": "there are no modes to switch between",
    "to": "everything is a Python float",
    "cuda": "everything is a Python float",
    "cpu": "everything is a Python float",
    "double": "everything is a Python float",
    "float": "everything is a Python float",
    "modules": "the attributes are the submodules, as in model.layers",
    "children": "the attributes are the submodules, as in model.layers",
    "apply": "go over parameters() or named_parameters()",
    "register_parameter": "set an attribute, as in self.w = Value(0.0)",
    "requires_grad_": "give step(...) only the parameters that should change",
    "item": "it is a model, not a Value; of a Value v, v.data is the number",
    "fit": "nn.fit(model, xs, ys, loss, optimizer)",
    "compile": "nn.fit compiles; it is given the loss and the optimizer",
    "predict": "call the model with each sample, as in model(x)",
    "summary": "print(model), or model.draw()",
    "num_parameters": "len(model.parameters())",
    "weights": "model.parameters(), or model.state_dict() with names",
    "state": "model.state_dict()",
}


class Module:
    """Anything with parameters.

    Subclasses set Values, modules, or lists or dictionaries of them as attributes.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> [name for name, _ in Line().named_parameters()]
    ['slope', 'offset']
    """

    def __init_subclass__(cls, **arguments: object) -> None:
        super().__init_subclass__(**arguments)
        for name, x in vars(cls).items():
            if isinstance(x, Value):
                raise TypeError(f"{cls.__name__}.{name} is a Value of the class, which all its "
                                "models would share "
                                f"and none would train: set self.{name} in __init__")

    def __call__(self, x: Any) -> Any:
        forward = getattr(type(self), "forward", None)      # as PyTorch's modules are written
        if forward is None:
            raise TypeError(f"{type(self).__name__} cannot be called: define __call__(self, x)")
        return forward(self, x)

    def parameters(self) -> list[Value]:
        """All parameters, each once: of one neuron after another, its weights and then its bias.

        Raises TypeError where a Value could not be a parameter although it looks like one: in a
        set, or computed.
        """
        return list(_Walk(self).names)

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Pairs of a full name and a parameter, each once, in the order of `parameters`."""
        return ((name, v) for v, name in _Walk(self).names.items())

    def zero_grad(self) -> None:
        """Reset the grad of every parameter to 0."""
        parameters = self.parameters()

        def change() -> None:
            for p in parameters:
                p.grad = 0
        finish(change)

    def label_parameters(self) -> None:
        """Label each parameter with its full name, for pictures and messages."""
        for name, v in self.named_parameters():
            v.label = name

    def draw(self, x: Sequence[Any] | None = None, loss: Any = None) -> Any:
        """The network as a picture, as in the lecture's figure 2.

        For a sample x it has data and gradient of each neuron. It is a graphviz.Digraph that
        displays in Jupyter. See `autograd.draw_network`.
        """
        return autograd.draw_network(self, x, loss)

    def __getattr__(self, name: str) -> Any:
        instead = hint(name, PYTORCH)
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}{instead}")

    # State -------------------------------------------------------------------------------------

    _apart: tuple[str, ...] = ()        # the attributes that _arrays gives in another form

    def _arrays(self) -> Iterable[tuple[str, Group]]:
        """Names and parameters of arrays that are not simply attributes."""
        return ()

    def _groups(self) -> dict[str, Group]:
        """The parameters by the names of their arrays.

        Raises ValueError where two arrays have one name.
        """
        groups: dict[str, Group] = {}
        for name, group in _grouped("", self, set()):
            if name in groups:
                raise ValueError(f"two arrays of the state are called {name!r}: rename an "
                                 "attribute or the key of a "
                                 "dictionary (1 and '1' are the same name)")
            groups[name] = group
        grouped = {v for group in groups.values() for v in values_of(group)}
        for name, v in self.named_parameters():
            if v not in grouped:                            # what a neuron has beside w and b
                groups[name] = v
        return groups

    def _repr_html_(self) -> str:
        """A row for each array of parameters."""
        arrays = self.state_dict()
        rows = [(name, array.shape, array.size) for name, array in arrays.items()]
        number = sum(array.size for array in arrays.values())
        return table(("array", "shape", "parameters"), rows,
                     f"{type(self).__name__}: {number:,} parameters")

    def state_dict(self) -> dict[str, np.ndarray]:
        """All parameters as NumPy arrays of float64, by name; copies, which training leaves alone.

        An MLP gives what PyTorch gives for Linear modules in a ModuleList called `layers`:
        `layers.0.weight` (nout, nin), `layers.0.bias` (nout,), ... A Layer of its own gives
        `weight` and `bias`, as does a Neuron, with nout = 1. Raises ValueError where two arrays
        would have one name.
        """
        return {name: np.array(data_of(group), dtype=float)
                for name, group in self._groups().items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set every parameter from arrays such as `state_dict` gives, PyTorch's included.

        Names of a Sequential (0.weight, 2.weight) go to the layers in their order. Raises
        ValueError when names or shapes differ or a number is NaN, TypeError when an array does not
        hold real numbers; the parameters are then as they were before.
        """
        numbers = numbers_for(self._groups(), state)

        def change() -> None:
            for v, number in numbers.items():
                v.data = number
        finish(change)

    # Files -------------------------------------------------------------------------------------

    def description(self) -> dict[str, Any] | None:
        """How this model is built, as plain data; None where only its arrays can be saved."""
        return None

    def save(self, path: Path) -> None:
        """Write the state to a .npz file, without pickle.

        An older file of that name is replaced in one step at the end. Raises OSError where the file
        cannot be written; the older one is then as it was.
        """
        write_file(path, self.description(), self.state_dict())

    def load(self, path: Path) -> None:
        """Set the parameters from a file that `save` wrote for a model built like this one.

        Raises FileNotFoundError, or ValueError when the file is cut off, is not a saved model, or
        is one of other names, shapes or activations; the model is then as it was before.
        """
        theirs, state = read_file(path)
        mine = self.description()
        if theirs and mine and theirs.get("activations") != mine.get("activations"):
            raise ValueError(f"{path} holds a model with the activations "
                             f"{theirs.get('activations')}, "
                             f"this one has {mine.get('activations')}")
        try:
            self.load_state_dict(state)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path} does not fit this model: {error}") from None


# Walking through attributes ---------------------------------------------------

class _Walk:
    """The parameters of a module with their names, each once."""

    def __init__(self, module: Module) -> None:
        self.names: dict[Value, str] = {}
        self.computed: list[tuple[str, Value]] = []
        self.inside: set[int] = set()                       # modules and containers on the way here
        self.visit("", module)
        for name, v in self.computed:
            self.check(name, v)

    def visit(self, name: str, x: Any) -> None:
        if isinstance(x, Value):
            if x.inputs:
                self.computed.append((name, x))
            else:
                self.names.setdefault(x, name)
            return
        entries = _entries(name, x)
        if not entries or id(x) in self.inside:             # a child may know its parent
            return
        self.inside.add(id(x))
        for key, item in entries:
            self.visit(_joined(name, key), item)
        self.inside.discard(id(x))

    def check(self, name: str, v: Value) -> None:
        """Raise TypeError where a computed Value depends on no parameter: it was meant as one."""
        if not any(leaf in self.names for leaf in leaves(v)):
            raise TypeError(f"{name} is computed ({v!r} = {autograd.expression(v)}), and no "
                            "parameter is among its "
                            "inputs: only leaves are parameters, so it would not be trained. "
                            "Write Value(v.data)")


PLAIN = (str, int, float, type(None))


def _entries(name: str, x: Any) -> Iterable[tuple[Any, Any]]:
    """Pairs of a key or place and what is there; none where x is not a container."""
    if isinstance(x, (list, tuple, deque)):
        return list(enumerate(x))
    if isinstance(x, PLAIN):
        return ()
    if isinstance(x, (Module, SimpleNamespace)):
        return vars(x).items()
    if isinstance(x, Mapping):
        return x.items()
    if isinstance(x, np.ndarray):
        return _entries(name, x.tolist()) if x.dtype == object and x.ndim else ()
    if isinstance(x, AbstractSet):
        return _refuse_set(name, x)
    return _entries_of_object(name, x)


def _entries_of_object(name: str, x: Any) -> Iterable[tuple[Any, Any]]:
    """The fields of a dataclass, or what an object's parameters() gives."""
    if isinstance(x, type):
        return ()
    if dataclasses.is_dataclass(x):
        return [(field.name, getattr(x, field.name, None)) for field in dataclasses.fields(x)]
    if callable(getattr(x, "parameters", None)):
        return list(enumerate(x.parameters()))
    return ()


def _refuse_set(name: str, x: AbstractSet[object]) -> tuple[()]:
    if any(isinstance(item, (Value, Module)) for item in x):
        raise TypeError(f"{name} is a set, which has no order for its parameters: make it a list")
    return ()


def _grouped(name: str, x: Any, inside: set[int]) -> Iterator[tuple[str, Group]]:
    """The arrays in x, which is called `name`: each parameter, or rectangle of parameters."""
    if isinstance(x, np.ndarray) and x.dtype == object:
        x = x.tolist()
    if shape_of(x) is not None:
        yield name, x
        return
    if id(x) in inside:
        return
    entries = _entries(name, x)
    if isinstance(x, Module):
        rest = [(key, item) for key, item in entries if key not in x._apart]
        entries = [*x._arrays(), *rest]
    for key, item in entries:
        yield from _grouped(_joined(name, key), item, inside | {id(x)})


def _joined(name: str, key: object) -> str:
    return f"{name}.{key}" if name else str(key)
