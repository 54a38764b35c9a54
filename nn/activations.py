"""Activations sigma, as the lecture's (1) and (2): a name, an operation, or a function."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
from autograd import Operation, Value
from nn.checks import check_call, shown

Function = Callable[[Any], Any]
Activation = str | Function

SAYS = "an activation is a name or a function of one Value"


def find_activation(activation: Activation) -> Function | None:
    """The activation as a function, an operation of the table where it is one; None for "linear".

    `activation` is the name of an operation of one input ("relu", "tanh", ...), "linear", or any
    function of one Value. Raises ValueError for an unknown name, TypeError for what is neither a
    name nor such a function.
    """
    if isinstance(activation, str):
        if activation == "linear":
            return None
        activation = _operation(activation)
    if isinstance(activation, Operation):
        if activation.arity != 1:
            raise ValueError(f"an activation has one input, the operation {activation.name!r} has "
                             "another number")
        return activation
    check_call(activation, (0.0,), SAYS)
    return activation


def _operation(name: str) -> Operation:
    try:
        return autograd.find(name)
    except LookupError:
        raise ValueError(f"no activation {name!r}: give 'linear', the name of an operation of one "
                         "input such as "
                         "'relu', 'tanh' or 'sigmoid', or a function of one Value") from None


def activation_name(activation: Activation) -> str:
    """The name of an activation: its operation's, "linear", or the function's own."""
    function = find_activation(activation)
    if function is None:
        return "linear"
    if isinstance(function, Operation):
        return function.name
    return str(getattr(function, "__name__", type(function).__name__))


def fast(function: Function | None) -> Function | None:
    """The quickest way to apply an activation to a Value: relu has a fast method."""
    return Value.relu if function is autograd.relu else function


def chosen(activation: Activation | bool, nonlin: bool | None) -> Activation:
    """The activation, or what micrograd's nonlin says, given by name or as the activation.

    Raises TypeError for a nonlin that is not a bool, ValueError for one beside an activation.
    """
    if isinstance(activation, bool):
        nonlin, activation = activation, "relu"
    if nonlin is None:
        return activation
    if not isinstance(nonlin, bool):
        raise TypeError(f"nonlin must be True or False, got {shown(nonlin)}")
    said = "relu" if nonlin else "linear"
    if isinstance(activation, str) and activation in ("relu", said):    # relu is the default
        return said
    raise ValueError(f"nonlin={nonlin} is micrograd's way to say activation={said!r}, and here is "
                     f"activation={shown(activation)}, too: give one of them")
