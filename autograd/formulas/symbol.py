"""Symbol: what takes a number's place where a formula is wanted instead of a value.

A row of the table applied to Symbols writes itself down, and so does each of its partials, which
are written with rows: `ops.mul.partial(0, y, (a, b))` is `b`. One class serves text, NumPy, LaTeX
and JavaScript. Nothing here knows an operation by its derivative; only constants that change
nothing (1 * x, x + 0, x ** 1) are left out.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd import ops
from autograd.compat.numbers import number
from autograd.formulas.text import Text
from autograd.operation import Operation


class Operators:
    """Python's operators, each the call of its row: with `__operation__`, all a formula needs."""
    __slots__ = ()

    def __add__(self, other: Any) -> Any: return ops.add(self, other)
    def __radd__(self, other: Any) -> Any: return ops.add(other, self)
    def __sub__(self, other: Any) -> Any: return ops.sub(self, other)
    def __rsub__(self, other: Any) -> Any: return ops.sub(other, self)
    def __mul__(self, other: Any) -> Any: return ops.mul(self, other)
    def __rmul__(self, other: Any) -> Any: return ops.mul(other, self)
    def __truediv__(self, other: Any) -> Any: return ops.div(self, other)
    def __rtruediv__(self, other: Any) -> Any: return ops.div(other, self)
    def __pow__(self, other: Any) -> Any: return ops.pow(self, other)
    def __rpow__(self, other: Any) -> Any: return ops.pow(other, self)
    def __neg__(self) -> Any: return ops.neg(self)
    def __pos__(self) -> Any: return self
    def __abs__(self) -> Any: return ops.abs(self)


class Symbol(Operators):
    """A formula in a language: "text", "numpy", "latex" or "javascript".

    Operations on it give longer formulas.


    >>> a, b = Symbol(Text("a"), "text"), Symbol(Text("b"), "text")
    >>> print((a + 1) * b ** 2)
    (a + 1) * b**2
    >>> print(ops.pow.partial(0, None, (a, 3.0)))
    3 * a**2
    """
    __slots__ = ("text", "language")

    def __init__(self, text: Text, language: str = "text") -> None:
        self.text, self.language = text, language

    def __operation__(self, op: Operation, inputs: Sequence[Any]) -> Any:
        left_out = without_neutral(op, inputs)
        if left_out is not None:
            return left_out
        if not getattr(op, self.language):
            raise LookupError(f"operation {op.name!r} has no form in {self.language!r}")
        texts = [written(x, self.language) for x in inputs]
        return Symbol(op.write(self.language, *texts), self.language)

    def __str__(self) -> str:
        return str(self.text)

    def __repr__(self) -> str:
        return f"Symbol({str(self.text)!r}, {self.language!r})"


NEUTRAL = {ops.add: 0, ops.sub: 0, ops.mul: 1, ops.div: 1, ops.pow: 1}     # on the right
ON_BOTH_SIDES = (ops.add, ops.mul)


def without_neutral(op: Operation, inputs: Sequence[Any]) -> Any:
    """The one input that x + 0, x - 0, 1 * x, x / 1, x ** 1 come down to, else None."""
    if len(inputs) != 2 or op not in NEUTRAL:
        return None
    a, b = inputs
    if is_number(b, NEUTRAL[op]):
        return a
    if op in ON_BOTH_SIDES and is_number(a, NEUTRAL[op]):
        return b
    return None


def is_number(x: Any, wanted: float) -> bool:
    """Whether x is a plain number, and that one."""
    return isinstance(x, (int, float)) and x == wanted


def written(x: Any, language: str) -> Text:
    """A Symbol or a number as Text: a number in full for programs, to six digits for people."""
    if isinstance(x, Symbol):
        return x.text
    x = number(x, "a number in a formula")
    if language in ("javascript", "c"):
        return Text(in_javascript(x) if language == "javascript" else in_c(x))
    text = f"{x:.6g}"
    if language == "numpy":
        text = in_numpy(x)
    elif language == "latex":
        text = in_latex(text)
    return Text(text, "product" if text[0] == "-" or "times" in text else "atom")


def in_numpy(x: float) -> str:
    """A number in full, as source."""
    if math.isfinite(x):
        return repr(x)
    return f"np.{x}".replace("np.-", "-np.")


def in_javascript(x: float) -> str:
    """A number in full, as source; a negative one in parentheses: `--1` is not a number there."""
    text = repr(x).replace("inf", "Infinity").replace("nan", "NaN")
    if text[0] == "-":
        return f"({text})"
    return text


def in_c(x: float) -> str:
    """A number in full, as source of C."""
    return in_javascript(x).replace("Infinity", "INFINITY").replace("NaN", "NAN")


def in_latex(text: str) -> str:
    r"""A printed number as LaTeX: 1.5e-07 as 1.5 \times 10^{-7}."""
    mantissa, e, exponent = text.partition("e")
    if e:
        return rf"{mantissa} \times 10^{{{int(exponent)}}}"
    return text.replace("inf", r"\infty").replace("nan", r"\mathrm{nan}")
