"""States: a model's parameters as a dictionary of NumPy arrays, in PyTorch's names and shapes."""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd import Value
from nn.checks import shown, untensored

Group = Any                     # what one array holds: a parameter, or a rectangle of parameters
LAYER = re.compile(r"(.*?)(\d+)\.(weight|bias)")        # an array of a numbered layer


def shape_of(group: Group) -> tuple[int, ...] | None:
    """The shape of a parameter or of a rectangle of parameters; None for anything else."""
    if isinstance(group, Value):
        return None if group.inputs else ()
    if not isinstance(group, (list, tuple)) or not group:
        return None
    shapes = [shape_of(item) for item in group]
    first = shapes[0]
    if first is None or shapes.count(first) < len(shapes):
        return None
    return len(group), *first


def data_of(group: Group) -> Any:
    """The numbers of a group, nested as it is."""
    return group.data if isinstance(group, Value) else [data_of(item) for item in group]


def values_of(group: Group) -> list[Value]:
    """The parameters of a group, in the order of its array."""
    return [group] if isinstance(group, Value) else [v for item in group for v in values_of(item)]


def numbers_for(groups: Mapping[str, Group], state: object) -> dict[Value, float]:
    """The number that a state has for each parameter of the groups.

    Raises TypeError for what is not a state, ValueError when names or shapes differ or a number is
    NaN.
    """
    if not isinstance(state, Mapping):
        raise TypeError("a state is a dictionary of arrays, such as state_dict() gives, "
                        f"got {shown(state)}; from a file use load(path)")
    state = renamed(state, groups)
    check_names(groups, state)
    numbers: dict[Value, float] = {}
    for name, group in groups.items():
        array = checked(name, state[name], shape_of(group) or ())
        for v, number in zip(values_of(group), array.ravel().tolist()):
            if numbers.setdefault(v, number) != number:
                raise ValueError(f"{name} shares a parameter with another array of the state, "
                                 f"but one has {numbers[v]} for it and the other {number}")
    return numbers


def renamed(state: Mapping[str, Any], groups: Mapping[str, Group]) -> Mapping[str, Any]:
    """The state with the names of the groups, where only the layers are numbered otherwise.

    In PyTorch's Sequential the activations are counted as well: 0.weight, 0.bias, 2.weight, 2.bias.
    """
    theirs, ours = numbered(state), numbered(groups)
    if set(state) == set(groups) or theirs is None or ours is None or len(theirs) != len(ours):
        return state
    return {new + part: state[old + part]
            for old, new in zip(theirs, ours)
            for part in (".weight", ".bias") if old + part in state}


def numbered(names: Mapping[str, Any]) -> list[str] | None:
    """The numbered layers among the names, in order; None where other names are among them."""
    matches = [LAYER.fullmatch(str(name)) for name in names]
    layers = {(match[1], int(match[2])) for match in matches if match}
    if None in matches or len({prefix for prefix, _ in layers}) != 1:
        return None
    return [f"{prefix}{number}" for prefix, number in sorted(layers)]


def check_names(groups: Mapping[str, Group], state: Mapping[str, Any]) -> None:
    """Raise ValueError where the state has other names than the groups."""
    missing = ", ".join(name for name in groups if name not in state)
    unknown = ", ".join(name if isinstance(name, str) else shown(name) for name in state
                        if name not in groups)
    if missing or unknown:
        parts = ["missing " + missing] * bool(missing) + ["unknown " + unknown] * bool(unknown)
        raise ValueError(f"the names in the state are not this model's: {'; '.join(parts)}")


def checked(name: str, given: Any, shape: tuple[int, ...]) -> np.ndarray:
    """An array of a state as floats of that shape; a tensor of PyTorch's, too."""
    given = untensored(given, name)
    try:
        array = np.asarray(given)
    except ValueError:
        raise ValueError(f"{name} is ragged, this model needs an array of shape {shape}") from None
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must hold real numbers, got {shown(given)}")
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, this model needs {shape}")
    if np.ma.is_masked(given):
        raise ValueError(f"{name} has masked entries: put numbers there with filled(...)")
    if np.isnan(array).any():
        place = tuple(np.argwhere(np.isnan(array))[0].tolist())
        raise ValueError(f"{name} is NaN at {place}: it was saved after training had diverged")
    floats: np.ndarray = array.astype(float)
    return floats
