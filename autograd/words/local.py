"""The local derivative of one operation, as it was recorded and as a formula.

The number is the recorded one. The formula is the same row of the table, in its textbook's form,
applied to symbols.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.formulas.symbol import Symbol, written
from autograd.formulas.text import Text
from autograd.operation import Undefined
from autograd.value import Value

Namer = Callable[[Value], Text]     # what a Value is called in a formula


def recorded_partial(v: Value, i: int) -> float:
    """The recorded derivative of v with respect to its input i; 0 where the table has none.

    Raises ValueError where it does not exist or was never recorded.
    """
    local = v.partials[i]
    if isinstance(local, Undefined):
        raise ValueError(local.message)
    return float(local or 0.0)


def recorded_or_none(v: Value) -> list[float | None]:
    """The recorded local derivatives of v; None where there is none, as for a number."""
    return [None if isinstance(local, Undefined) else local for local in v.partials]


def symbolic(v: Value, i: int, language: str, name: Namer) -> Text:
    """The derivative of v with respect to its input i as a formula, else as its number."""
    def symbol(u: Any) -> Any:
        return Symbol(name(u), language) if isinstance(u, Value) else u

    try:
        local = v.op.shown_partial(i, symbol(v), [symbol(u) for u in v.inputs])
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
        local = None                    # an operation without rules or without a printed form
    if local is None:
        local = recorded_partial(v, i)
    return written(local, language)
