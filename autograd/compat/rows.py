"""What is said of a wrong call of a row's methods: they are hot, so it is seen after a failure."""
from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from autograd.compat.messages import at_least, choice, described, entries, text

LANGUAGES = ("text", "numpy", "latex", "javascript", "c")
FAILURES = (TypeError, LookupError, AttributeError, ValueError)
T = TypeVar("T")


def explained(row: type[T]) -> type[T]:
    """The class, whose methods say of a wrong call what is wrong with it."""
    for name, check in CHECKS.items():
        setattr(row, name, _explained(getattr(row, name), check))
    row.__post_init__ = _checked(row.__post_init__)     # type: ignore[attr-defined]
    return row


def _checked(method: Callable[..., None]) -> Callable[..., None]:
    @wraps(method)
    def checked(self: Any) -> None:
        _made(self)
        method(self)
    return checked


def _explained(method: Callable[..., Any], check: Callable[..., None]) -> Callable[..., Any]:
    @wraps(method)
    def explaining(self: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return method(self, *arguments, **named)
        except FAILURES:
            _called(method, self, arguments, named)
            check(self, *arguments, **named)
            raise                                       # from inside a rule
    return explaining


def _made(row: Any) -> None:
    """Raises TypeError where a row has no name, no value, or no rules."""
    text(row.name, "the name of an operation")
    if not callable(row.forward):
        raise TypeError(f"forward of {row.name} must be a function, got {described(row.forward)}")
    rules = row.partials
    if callable(rules) and not isinstance(rules, type):
        return
    if not isinstance(rules, (tuple, list)) or not all(p is None or callable(p) for p in rules):
        raise TypeError(f"partials of {row.name} must be a tuple with a function, or None, for "
                        f"each input, got {described(rules)}")


def _called(method: Callable[..., Any], row: Any, arguments: Any, named: Any) -> None:
    """Raises TypeError where the method does not take such arguments."""
    takes = inspect.signature(method)
    try:
        takes.bind(row, *arguments, **named)
    except TypeError as error:
        names = ", ".join(list(takes.parameters)[1:])
        raise TypeError(f"{method.__name__} of {row.name} takes {names}: {error}") from None


def _partial(row: Any, i: Any, y: Any, inputs: Any) -> None:
    """Raises TypeError or ValueError where there is no such input, or inputs are not a list."""
    given = entries(inputs, f"inputs of {row.name}", "numbers, Values or arrays")
    row.check_arity(given)
    if at_least(i, "i, the place of an input,", 0) >= len(given):
        raise ValueError(f"{row.name} has no input {i}: i goes from 0 to {len(given) - 1}")
    for k, x in enumerate(given):
        if isinstance(x, (str, bytes, list, tuple)) or not hasattr(type(x), "__mul__"):
            raise TypeError(f"input {k} of {row.name} must be a number, a Value or an array, got "
                            f"{described(x)}")


def _arity(row: Any, inputs: Any) -> None:
    if not hasattr(inputs, "__len__"):
        raise TypeError(f"inputs of {row.name} must be a list, got {described(inputs)}")
    entries(inputs, f"inputs of {row.name}", "numbers, Values or arrays")


def _write(row: Any, language: Any, *inputs: Any) -> None:
    """Raises TypeError or ValueError for another language, or what is not Text."""
    choice(language, LANGUAGES, "language")
    if getattr(row, language) is None:
        raise ValueError(f"{row.name} has no form in {language}: give one, "
                         f"autograd.operation(..., {language}=...)")
    row.check_arity(inputs)
    for k, x in enumerate(inputs):
        if not isinstance(x, str) or not hasattr(x, "level"):
            raise TypeError(f"input {k} of {row.name} must be a Text, such as "
                            f"Text('a', 'atom'), got {described(x)}")


CHECKS: dict[str, Callable[..., None]] = {
    "partial": _partial, "shown_partial": _partial,
    "check_arity": _arity, "write": _write}
