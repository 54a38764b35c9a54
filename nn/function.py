"""Function: a function of parameters and a sample, as a model."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

import numpy as np

import autograd
from autograd import Value
from nn.checks import check_call, real, shown, within
from nn.module import Module


class Function(Module):
    """f(parameters, x) as a model, which `fit` and `playground` train.

    parameters  numbers, or lists, tuples, dicts and arrays of them, at any depth; Values stay

    >>> line = Function(lambda p, x: p["slope"] * x[0] + p["offset"], {"slope": 2.0, "offset": 1.0})
    >>> line([3.0]).data, [p.label for p in line.parameters()]
    (7.0, ['slope', 'offset'])

    Raises TypeError where f cannot be called with the parameters and a sample, or a parameter is
    not a number.
    """

    def __init__(self, f: Callable[[Any, Any], Any], parameters: Any) -> None:
        check_call(f, (parameters, [0.0]), "a model is a function of its parameters and a sample")
        self.f = f
        self.nested = as_values(parameters, "parameters")
        named = self.nested if isinstance(self.nested, dict) else {"p": self.nested}
        autograd.name(named)

    def __call__(self, x: Any) -> Any:
        return self.f(self.nested, x)


def as_values(x: Any, name: str) -> Any:
    """The same lists and dicts with a Value for each number."""
    if isinstance(x, Value):
        return x
    if isinstance(x, np.ndarray):
        x = x.tolist()
    if isinstance(x, Mapping):
        return {key: as_values(item, within(name, key)) for key, item in x.items()}
    if isinstance(x, (list, tuple)):
        return [as_values(item, within(name, i)) for i, item in enumerate(x)]
    if isinstance(x, Real) and not isinstance(x, bool):
        return Value(real(x, name))
    raise TypeError(f"{name} must be a number, or a list or dict of numbers, got {shown(x)}")
