"""Checks of arguments: each returns its argument in plain form, or says what is wrong with it.

1. An error names the argument, shows what was given, and says what would be right.
2. TypeError for the wrong kind of thing, ValueError for the right kind out of range.
3. Nothing is changed here.
"""
from __future__ import annotations

import inspect
import io
import math
import operator
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from numbers import Real
from functools import wraps
from typing import Any, ParamSpec, Protocol, SupportsIndex, TypeVar

import numpy as np

from autograd import Value

DEEPEST = 100                   # lists in lists; deeper, one contains itself
LONGEST = 60                    # characters of what was given, in a message


OF_FIT = {                      # arguments of PyTorch and scikit-learn: what does it here
    "lr": "write optimizer=nn.SGD(learning_rate)",
    "learning_rate": "write optimizer=nn.SGD(learning_rate)",
    "n_epochs": "write epochs=", "num_epochs": "write epochs=", "max_iter": "write epochs=",
    "steps": "write epochs=", "iterations": "write epochs=", "epoch": "write epochs=",
    "batch": "write batch_size=", "criterion": "write loss=", "loss_fn": "write loss=",
    "X": "write xs=", "x": "write xs=", "y": "write ys=", "net": "write model=",
    "callbacks": "write callback=, one function", "verbose": "write progress=",
    "shuffle": "with batch_size= the mini-batches are drawn anew each epoch: leave it out",
    "random_state": "write seed=", "weight_decay": "write optimizer=nn.SGD(0.1, weight_decay=...)",
    "momentum": "write optimizer=nn.SGD(0.1, momentum)", "opt": "write optimizer=",
    "validation_data": "compute it in callback=", "device": "everything is a Python float",
}
OF_LAYERS = {
    "in_features": "write nin=", "out_features": "write nout=", "n_in": "write nin=",
    "n_out": "write nout=", "in_size": "write nin=", "bias": "every neuron has a bias; set "
    "neuron.b.data = 0 and leave it out of the parameters", "act": "write activation=",
    "nonlinearity": "write activation=", "hidden": "write nouts=, the widths of all layers",
    "hidden_sizes": "write nouts=, the widths of all layers", "layers": "write nouts=",
    "sizes": "write nin=, nouts=", "random_state": "write seed=", "dropout": "there is none",
    "device": "everything is a Python float", "dtype": "everything is a Python float",
}

P = ParamSpec("P")
R = TypeVar("R")


class Model(Protocol):
    """Anything with parameters that can be called with one sample."""

    def parameters(self) -> Iterable[Value]: ...
    def __call__(self, sample: Any, /) -> Any: ...


def shown(x: object) -> str:
    """What x is, for a message: the name of a function, the beginning of anything else's repr."""
    name = getattr(x, "__name__", None)
    if isinstance(name, str) and callable(x):
        return f"the class {name}" if isinstance(x, type) else f"the function {name}"
    try:
        text = repr(x)
    except Exception as error:                          # whatever a __repr__ raises
        text = f"a {type(x).__name__} that {type(error).__name__} keeps from being shown"
    text = " ".join(re.sub(" at 0x[0-9a-fA-F]+", "", text).split())
    return text if len(text) <= LONGEST else text[:LONGEST - 3] + "..."


def whole(n: object, name: str, least: int = 1) -> int:
    """n as an int.

    Raises TypeError for what is not a number, ValueError below `least` or for 2.5.
    """
    number = index(n)
    if number is not None and number > sys.maxsize:
        raise ValueError(f"{name} must be at most {sys.maxsize}, got {shown(n)}")
    if number is not None and number >= least:
        return number
    is_number = isinstance(n, Real) and not isinstance(n, bool)
    error = ValueError if is_number else TypeError
    raise error(f"{name} must be a whole number, {least} or more, got {shown(n)}")


def index(n: object) -> int | None:
    """n as an int where it is a whole number of any kind; None for all else, and for True."""
    if not isinstance(n, SupportsIndex) or isinstance(n, (bool, np.bool_, np.timedelta64, type)):
        return None
    try:
        return operator.index(n)
    except TypeError:                                   # an array of several numbers
        return None


def real(x: object, name: str, allowed: str = "that is finite",
         fits: Callable[[float], bool] = math.isfinite) -> float:
    """x as a number. Raises TypeError for anything else, ValueError where it does not fit."""
    if not isinstance(x, Real) or isinstance(x, (bool, np.timedelta64)):
        raise TypeError(f"{name} must be a number {allowed}, got {shown(x)}{remedy(x)}")
    try:
        number = x if isinstance(x, float) else float(x)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or not fits(number):
        raise ValueError(f"{name} must be a number {allowed}, got {shown(x)}")
    return number


def remedy(x: object) -> str:
    """What to do with something that should have been a number; '' where that is plain."""
    return ": write v.data for the number in a Value" if isinstance(x, Value) else ""


def hint(name: str, remedies: Mapping[str, str], says: str = ": ") -> str:
    """What does here what the name does elsewhere; '' where that is not known."""
    return says + remedies[name] if name in remedies else ""


def switch(x: object, name: str) -> bool:
    """x as a bool. Raises TypeError for anything but True and False."""
    if not isinstance(x, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {shown(x)}")
    return bool(x)


def listed(x: object, name: str, of: str = "samples") -> list[object]:
    """x as a list. Raises TypeError for what is not one, or has no order."""
    without = (str, bytes, Mapping, AbstractSet, Value, type, io.IOBase)
    if not isinstance(x, Iterable) or isinstance(x, without) or getattr(x, "shape", None) == ():
        raise TypeError(f"{name} must be a list of {of}, got {shown(x)}")
    return list(x)


def within(name: str, key: object) -> str:
    """The name of an entry, name[key]. Raises ValueError where nests are DEEPEST deep."""
    if name.count("[") >= DEEPEST:
        raise ValueError(f"{name[:LONGEST]}... is nested {DEEPEST} deep: does a list contain "
                         "itself?")
    return f"{name}[{key!r}]"


def untensored(x: Any, name: str) -> Any:
    """A tensor of PyTorch's as an array, whether it requires grad or not; all else as it is.

    Raises TypeError where it cannot become one, as when it is sparse or has no data.
    """
    if not callable(getattr(x, "cpu", None)):
        return x
    try:
        x = x.detach().cpu()
        if "bfloat16" in str(getattr(x, "dtype", "")):      # NumPy has no such floats
            x = x.float()
        return x.numpy()
    except (TypeError, RuntimeError) as error:
        raise TypeError(f"{name} is a tensor that cannot become an array: {error}") from None


def told(hints: Mapping[str, str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: a call with a name that no argument has says what to write instead."""
    def decorate(f: Callable[P, R]) -> Callable[P, R]:
        @wraps(f)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return f(*args, **kwargs)
            except TypeError as error:
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise                                   # from inside f
                _refuse_call(f, kwargs, hints, str(error))
                raise
        return checked
    return decorate


def _refuse_call(f: Callable[..., object], given: Iterable[str], hints: Mapping[str, str],
                 says: str) -> None:
    who, names = f.__qualname__.removesuffix(".__init__"), list(inspect.signature(f).parameters)
    takes = f"{who} takes {', '.join(name for name in names if name != 'self')}"
    for name in given:
        if name not in names:
            raise TypeError(f"{who} has no argument {name!r}{hint(name, hints)}; {takes}")
    raise TypeError(f"{takes}, and was called otherwise: {says.partition('() ')[2] or says}")


def check_call(function: object, arguments: tuple[object, ...], says: str) -> None:
    """Raise TypeError where the function cannot be called with as many arguments as these."""
    if not callable(function) or isinstance(function, type):
        raise TypeError(f"{says}; got {shown(function)}")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):                     # some functions written in C have none
        return
    try:
        signature.bind(*arguments)
    except TypeError as error:
        name = getattr(function, "__name__", type(function).__name__)
        raise TypeError(f"{says}; {name}{signature} does not fit: {error}") from None


def parameters_of(model: Model) -> list[Value]:
    """The model's parameters.

    Raises TypeError for what is not a model, ValueError where it has no parameters.
    """
    if isinstance(model, type):
        raise TypeError(f"{model.__name__} is a class: make a model of it first, "
                        f"such as net = {model.__name__}(...)")
    if not callable(getattr(model, "parameters", None)) or not callable(model):
        raise TypeError("a model is called with one sample and has a method parameters(), "
                        f"as nn.MLP has; got {shown(model)}")
    name = type(model).__name__
    values = listed(model.parameters(), f"{name}.parameters()", "Values")
    if not values:
        raise ValueError(f"{name} has no parameters to train")
    return leaves(values, f"{name}.parameters()")


def leaves(values: object, name: str) -> list[Value]:
    """The Values as a list.

    Raises TypeError for anything that is not a leaf Value, ValueError where there is none.
    """
    if hasattr(values, "parameters"):
        raise TypeError(f"{name} must be a list of Values, got a model: write model.parameters()")
    if callable(values):
        raise TypeError(f"{name} must be a list of Values, got a function: call it, as in "
                        "model.parameters()")
    parameters: list[Value] = []
    for i, v in enumerate(listed(values, name, "Values")):
        if not isinstance(v, Value):
            raise TypeError(f"{name}[{i}] must be a Value, got {shown(v)}")
        if v.inputs:
            raise TypeError(f"{name}[{i}] is computed from other Values, so setting it changes "
                            "nothing: only leaves are parameters, write Value(v.data)")
        parameters.append(v)
    if not parameters:
        raise ValueError(f"{name} is empty: there is nothing to train (a generator gives its "
                         "Values only once)")
    return parameters
