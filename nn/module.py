"""Module: anything with parameters, and how they are named, listed, saved and loaded.

1. A parameter is a leaf Value reached from a module's attributes, through modules, lists and dictionaries, in the order
   in which the attributes were first set. Its name is the way there: `layers.0.neurons.3.w.1`.
2. A state is a dictionary of NumPy arrays, in PyTorch's names and shapes: a Layer is what PyTorch calls Linear, with
   `weight` (nout, nin) and `bias` (nout,); an MLP holds its layers in `layers`, so the third bias is `layers.2.bias`.
3. Loading checks everything before it changes anything; saving replaces the file in one step or not at all.
"""
from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import autograd
from autograd import Value

DESCRIPTION = "__model__"               # the entry of a file that tells how to build the model, as JSON


class Module:
    """Anything with parameters. Subclasses set Values, modules, or lists or dictionaries of them as attributes.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> [name for name, _ in Line().named_parameters()]
    ['slope', 'offset']
    """

    def parameters(self) -> list[Value]:
        """All parameters, each once: of one neuron after another, its weights and then its bias."""
        return [v for _, v in self.named_parameters()]

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Pairs of a parameter's full name and the parameter, each once, in the order of `parameters`."""
        seen: set[Value] = set()
        for name, x in vars(self).items():
            for full, v in _named(name, x):
                if v not in seen:
                    seen.add(v)
                    yield full, v

    def zero_grad(self) -> None:
        """Reset the grad of every parameter to 0."""
        for p in self.parameters():
            p.grad = 0

    def label_parameters(self) -> None:
        """Label each parameter with its full name, for pictures and messages."""
        for name, v in self.named_parameters():
            v.label = name

    def draw(self, x: Sequence[Any] | None = None, loss: Any = None) -> Any:
        """The network as a picture, as in the lecture's figure 2; with data and gradient of each neuron for a sample x.

        It is a graphviz.Digraph that displays in Jupyter. See `autograd.draw_network`.
        """
        return autograd.draw_network(self, x, loss)

    # State -----------------------------------------------------------------------------------------------------------------

    def _groups(self, prefix: str = "", without: Sequence[str] = ()) -> Iterator[tuple[str, Any]]:
        """Pairs of a name in the state and the Value, or nested list of Values, that is saved under it."""
        for name, x in vars(self).items():
            if name not in without:
                yield from _grouped(prefix + name, x)

    def state_dict(self) -> dict[str, np.ndarray]:
        """The parameters as NumPy arrays of float64, by name; copies, so that training does not change them.

        An MLP gives what PyTorch gives for Linear modules in a ModuleList called `layers`: `layers.0.weight` (nout, nin),
        `layers.0.bias` (nout,), ... A Layer of its own gives `weight` and `bias`, as does a Neuron, with nout = 1.
        """
        return {name: np.array(_data(group), dtype=float) for name, group in self._groups()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set every parameter from arrays such as `state_dict` gives, PyTorch's included.

        Raises ValueError when names or shapes differ or a number is NaN, TypeError when an array does not hold real
        numbers; the parameters are then as they were before.
        """
        groups = dict(self._groups())
        _check_names(groups, state)
        arrays = {name: _checked(name, state[name], np.shape(_data(group))) for name, group in groups.items()}
        for name, group in groups.items():
            for v, number in zip(_flat(group), arrays[name].ravel().tolist()):
                v.data = number

    # Files -----------------------------------------------------------------------------------------------------------------

    def description(self) -> dict[str, Any] | None:
        """What a file says of how this model is built, as plain data; None where only its arrays can be saved."""
        return None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to a .npz file, without pickle; an older file of that name is replaced in one step at the end."""
        arrays = self.state_dict()
        arrays[DESCRIPTION] = np.array(json.dumps(self.description()))
        path = Path(path)
        partial = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with open(partial, "wb") as file:
                _write_npz(file, arrays)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)

    def load(self, path: str | os.PathLike[str]) -> None:
        """Set the parameters from a file that `save` wrote for a model built like this one.

        Raises FileNotFoundError, or ValueError when the file is cut off, is no saved model, or is one of other names,
        shapes or activations; the model is then as it was before.
        """
        description, state = read_file(path)
        mine = self.description()
        if description and mine and description.get("activations") != mine.get("activations"):
            raise ValueError(f"{path} holds a model with the activations {description.get('activations')}, "
                             f"this one has {mine.get('activations')}")
        try:
            self.load_state_dict(state)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path} does not fit this model: {error}") from None


def read_file(path: str | os.PathLike[str]) -> tuple[dict[str, Any] | None, dict[str, np.ndarray]]:
    """The description (or None) and the arrays of a saved model.

    Raises FileNotFoundError, or ValueError when the file is cut off or is not a file of arrays.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        description = json.loads(str(arrays.pop(DESCRIPTION, "null")))
        if description is not None and not isinstance(description, dict):
            raise ValueError(f"its entry {DESCRIPTION} is no description of a model")
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        raise
    except Exception as error:          # NumPy, zipfile and zlib raise many kinds for a damaged file
        raise ValueError(f"{path} is cut off or is not a saved model ({error}); write one with model.save(path)") from None
    return description, arrays


# Walking through attributes --------------------------------------------------------------------------------------------------

def _is_parameter(x: Any) -> bool:
    return isinstance(x, Value) and not x.inputs


def _named(name: str, x: Any) -> Iterator[tuple[str, Value]]:
    """The parameters in x, which is called `name`, with their full names."""
    if _is_parameter(x):
        yield name, x
    elif isinstance(x, Module):
        for rest, v in x.named_parameters():
            yield f"{name}.{rest}", v
    else:
        for key, item in _items(x):
            yield from _named(f"{name}.{key}", item)


def _grouped(name: str, x: Any) -> Iterator[tuple[str, Any]]:
    """The arrays in x, which is called `name`: a nested list of parameters is one array where it is rectangular."""
    if isinstance(x, Module):
        yield from x._groups(f"{name}.")
    elif _is_parameter(x) or _shape(x):
        yield name, x
    else:
        for key, item in _items(x):
            yield from _grouped(f"{name}.{key}", item)


def _items(x: Any) -> Iterable[tuple[Any, Any]]:
    """Pairs of a key or place and what is there; none where x is no container."""
    return x.items() if isinstance(x, dict) else enumerate(x) if isinstance(x, (list, tuple)) else ()


def _shape(x: Any) -> tuple[int, ...] | None:
    """The shape of a parameter or of a rectangular nested list of parameters; None for anything else."""
    if _is_parameter(x):
        return ()
    if not isinstance(x, (list, tuple)) or not x:
        return None
    shapes = [_shape(item) for item in x]
    return None if shapes[0] is None or shapes.count(shapes[0]) < len(shapes) else (len(x), *shapes[0])


def _data(group: Any) -> Any:
    return group.data if isinstance(group, Value) else [_data(x) for x in group]


def _flat(group: Any) -> list[Value]:
    return [group] if isinstance(group, Value) else [v for x in group for v in _flat(x)]


# Checks and files ------------------------------------------------------------------------------------------------------------

def _check_names(groups: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    missing = [name for name in groups if name not in state]
    unknown = [name for name in state if name not in groups]
    if missing or unknown:
        found = [f"{what} {', '.join(map(str, names))}" for what, names in {"missing": missing, "unknown": unknown}.items()
                 if names]
        raise ValueError(f"the names in the state are not this model's: {'; '.join(found)}")


def _checked(name: str, array: Any, shape: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(array)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must hold real numbers, got an array of {array.dtype}")
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, this model needs {shape}")
    if np.isnan(array).any():
        place = tuple(int(i) for i in np.argwhere(np.isnan(array))[0])
        raise ValueError(f"{name} is NaN at {place}: it was saved after training had diverged")
    return array.astype(float)


def _write_npz(file: Any, arrays: Mapping[str, np.ndarray]) -> None:
    """Write the arrays as NumPy's savez does; the same arrays give the same bytes."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(name + ".npy", "w") as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
