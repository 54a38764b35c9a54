"""Messages for unknown keyword arguments, such as people know from other packages."""
from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

LEAVE_OUT = "leave it out"
OF_CONSTRUCTOR = {
    "requires_grad": "every Value takes part: leave it out; v.detach() or no_grad() leaves one out",
    "grad": "a grad starts at 0: set v.grad",
    "name": "write label=",
    "children": "write inputs=",
    "_label": "write label=",
    "local_grads": "write them third, Value(data, inputs, local_grads)",
    "dtype": "data is a float: leave it out",
    "device": "a Value is where Python is: leave it out",
}
OF_BACKWARD = {
    "retain_graph": "a graph stays until its last Value is gone: leave it out",
    "create_graph": "write autograd.gradients(y, xs, create_graph=True)",
    "gradient": "write seed=",
    "grad": "write seed=",
    "inputs": "write autograd.gradients(y, inputs)",
}
OF_TRANSFORMS = {
    "argnum": "write argnums=",
    "has_aux": "f returns what is differentiated alone: leave it out",
    "allow_int": "ints are taken as floats: leave it out",
    "holomorphic": "Values are real: leave it out",
    "create_graph": "transforms nest, grad(grad(f)): leave it out",
    "strict": LEAVE_OUT,
    "vectorize": LEAVE_OUT,
    "retain_graph": OF_BACKWARD["retain_graph"],
    "allow_unused": "the derivative with respect to what f does not use is 0: leave it out",
    "eps": "write rtol=, the difference that is let pass",
    "atol": "write rtol=, the difference that is let pass",
    "raise_exception": "write raising=",
    "static_argnums": "strings, bools and None are static, ints too where they index: leave it out",
    "static_argnames": "strings, bools and None are static: leave it out",
    "donate_argnums": LEAVE_OUT,
    "in_axes": "write samples=, the places of the arguments with an axis of samples",
    "backend": 'autograd.compile takes target="c"',
    "fullgraph": LEAVE_OUT,
    "dynamic": LEAVE_OUT,
    "mode": LEAVE_OUT,
}
OF_PICTURES = {
    "format": 'draw(y).write("y.svg") writes a file of any form',
    "filename": 'draw(y).write("y.svg") writes a file',
    "path": 'draw(y).write("y.svg") writes a file',
    "show_attrs": LEAVE_OUT,
    "params": "write parameters=",
    "direction": 'write rankdir="TB" or "LR"',
}


def refuse_names(who: str, others: Mapping[str, object], hints: Mapping[str, str],
                 names: str) -> None:
    """Raises TypeError for the first of the others, a name that no argument has."""
    for other in others:
        says = hints.get(other, f"there are {names}")
        raise TypeError(f"{who} has no argument {other!r}: {says}")


def told(hints: Mapping[str, str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: the error of a call that does not fit says which arguments there are.

    >>> @told({"n": "write times="})
    ... def twice(x, times=2): return x * times
    >>> twice(1, n=3)
    Traceback (most recent call last):
    TypeError: twice has no argument 'n': write times=
    """
    def decorate(f: Callable[P, R]) -> Callable[P, R]:
        @wraps(f)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return f(*args, **kwargs)
            except TypeError as error:
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise                                   # from inside f
                _refuse_call(f, args, kwargs, hints)
                raise
        return checked
    return decorate


def _refuse_call(f: Callable[..., object], args: Iterable[object], kwargs: Mapping[str, object],
                 hints: Mapping[str, str]) -> None:
    """Raises TypeError where f cannot be called with these arguments."""
    name = getattr(f, "__name__", "the function")
    parameters = inspect.signature(f).parameters
    shown = [f"{p}={x.default!r}" if x.default is not x.empty else str(x).split(":")[0]
             for p, x in parameters.items()]
    takes = f"{name}({', '.join(shown)})"
    refuse_names(name, {k: 0 for k in kwargs if k not in parameters}, hints, takes)
    try:
        inspect.signature(f).bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{takes} was called otherwise: {error}") from None
