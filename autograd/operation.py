"""What a row of the table of operations is: a value, one partial for each input, and how it prints.

1. A partial is a function of the output `y` and the inputs, written with operations of the table, never with `math`.
   So one row serves floats (`backward`), Values (derivatives of derivatives), arrays and symbols (the compiler).
2. A partial is 0 where its place says `None`; one that nobody needs is never evaluated.
3. What an operation does to anything that is no number is the business of that thing: it has a method
   `__operation__(op, inputs)`, and `op(...)` hands over to it. That is why this file imports nothing of ours.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.formulas.text import Text

TABLE: dict[str, Operation] = {}                                # every operation by name


class Operation:
    """One row of the table. Call it with numbers, Values, arrays or symbols.

    name      its key in the table and its name in Python, such as `mul`
    symbol    what pictures show, such as `*`
    forward   its value on floats
    partials  a tuple, one function (y, *inputs) or None for each input; or, for an operation of any number of inputs,
              one function (i, y, inputs) that gives the partial for input i
    text, numpy, latex   templates such as "{0:sum} + {1:product}", or functions of the printed inputs
    level     how tightly the printed formula holds together (a key of LEVELS)
    domain    where it is defined, in words, for error messages
    kink      a function of the inputs that is 0 where the derivative jumps, None where it never does
    """
    def __init__(self, name: str, forward: Callable[..., float], partials: Any, *, symbol: str = "", text: Any = "",
                 numpy: Any = None, latex: Any = "", level: str = "atom", domain: str = "", kink: Any = None,
                 doc: str = "") -> None:
        self.name, self.forward, self.partials, self.symbol = name, forward, partials, symbol or name
        self.arity = None if callable(partials) else len(partials)          # the number of inputs; None: any number
        self.text, self.numpy, self.latex = text or name + "({0})", numpy, latex or rf"\operatorname{{{name}}}({{0}})"
        self.level, self.domain, self.kink, self.__doc__ = level, domain, kink, doc or f"The operation `{name}`."

    def partial(self, i: int, y: Any, inputs: Sequence[Any]) -> Any:
        """The derivative by input i at the output y, or None where it is identically 0."""
        if self.arity is None:
            return self.partials(i, y, inputs)
        rule = self.partials[i]
        return None if rule is None else rule(y, *inputs)

    def __call__(self, *inputs: Any) -> Any:
        """The operation on numbers, Values, arrays or symbols, whichever come."""
        for x in inputs:
            kind = type(x)
            if kind is not float and kind is not int:
                if hasattr(kind, "__operation__") and not any(isinstance(z, np.ndarray) for z in inputs):
                    return x.__operation__(self, inputs)
                if isinstance(x, np.ndarray):
                    return self.on_arrays(*inputs)
        return self.value(*inputs)

    def value(self, *inputs: Any) -> float:
        """The value on numbers, a float.

        Raises ValueError, ZeroDivisionError or OverflowError, which say operation, numbers and domain; TypeError for
        another number of inputs than the row has.
        """
        if self.arity is not None and len(inputs) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} input{'s' * (self.arity != 1)}, got {len(inputs)}")
        numbers = [number(x, f"an input of {self.name}") for x in inputs]
        try:
            return self.forward(*numbers)
        except (ArithmeticError, ValueError) as error:
            raise self.explain(error, numbers) from None

    def explain(self, error: Exception, numbers: Sequence[float], names: str = "") -> Exception:
        """The same kind of error with operation, inputs and domain in its message."""
        kind = error.__class__ if error.__class__ in (ValueError, ZeroDivisionError, OverflowError) else ValueError
        call = f"{self.name}({', '.join(f'{x:.6g}' for x in numbers)})"
        what = "the result is too large for a float" if kind is OverflowError else f"needs {self.domain or 'other inputs'}"
        return kind(f"{call}{names}: {what}")

    def on_arrays(self, *inputs: Any) -> np.ndarray:
        """Elementwise, broadcasting, as NumPy does; an array of Values gives an array of Values."""
        result = np.frompyfunc(self, len(inputs), 1)(*inputs)
        return result if any(np.asarray(x).dtype == object for x in inputs) else np.asarray(result, dtype=float)[()]

    def write(self, language: str, *inputs: Text) -> Text:
        """The operation as Text in `language`: "text", "numpy" or "latex"."""
        template = getattr(self, language)
        return Text(template(*inputs) if callable(template) else template.format(*inputs), self.level)

    def __str__(self) -> str:
        return self.symbol

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> Any:                        # pickled by name: functions do not pickle
        return find, (self.name,)

    def __deepcopy__(self, memo: dict) -> Operation:    # a row is a constant
        return self


def find(name: str) -> Operation:
    """The operation of that name or symbol. Raises LookupError when the table has none."""
    if name in TABLE:
        return TABLE[name]
    for op in TABLE.values():
        if op.symbol == name:
            return op
    raise LookupError(f"no operation {name!r} in the table; define it with autograd.operation({name!r}, ...) first")


def number(x: Any, what: str = "data") -> float:
    """x as a float. Raises TypeError unless x is an int, a float or a real NumPy scalar."""
    if isinstance(x, (float, int, np.floating, np.integer, np.bool_)):
        try:
            return float(x)
        except OverflowError:
            raise OverflowError(f"{what} is an int too large for a float") from None
    hint = {"str": "; convert it with float(...)", "NoneType": "; did a function forget to return its result?",
            "complex": "; Values are real: keep the real and the imaginary part in two Values",
            "ndarray": "; use one Value for each entry, or x.item() for an array of one number",
            "list": "; use one Value for each entry", "tuple": "; use one Value for each entry",
            "Value": "; it is a Value already: use it as it is, or its .data for a new leaf"}
    shown = repr(x) if len(repr(x)) < 60 else repr(x)[:56] + " ..."
    raise TypeError(f"{what} must be a real number, got {type(x).__name__} {shown}{hint.get(type(x).__name__, '')}")


def partial_at(op: Operation, i: int, y: float, numbers: Sequence[float], inputs: Sequence[Any]) -> Any:
    """The partial for input i as a number, or an Undefined that raises when it is used."""
    try:
        return op.partial(i, y, numbers)
    except (ArithmeticError, ValueError) as error:
        what = f"the derivative of {op.name} by input {i} at {', '.join(f'{x:.6g}' for x in numbers)}{labels(inputs)}"
        needs = f"; {op.name} needs {op.domain}" if op.domain else ""
        return Undefined(f"{what} does not exist or is too large for a float ({error}){needs}")


def partials_at(op: Operation, y: float, numbers: Sequence[float], inputs: Sequence[Any]) -> list[Any]:
    """The partial for each input, at the numbers the inputs hold; None for an input that is a number itself."""
    try:
        return [None if type(x) is float else op.partial(i, y, numbers) for i, x in enumerate(inputs)]
    except (ArithmeticError, ValueError):                                   # find out which, and say why
        return [None if type(x) is float else partial_at(op, i, y, numbers, inputs) for i, x in enumerate(inputs)]


class Undefined:
    """A partial that does not exist. Multiplying by it raises: a graph may hold one as long as no derivative needs it."""
    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message

    def __rmul__(self, other: Any) -> Any:
        raise ValueError(self.message)

    __mul__ = __rmul__


def labels(inputs: Sequence[Any]) -> str:
    """The labels among the inputs, for an error message."""
    found = [repr(x.label) for x in inputs if getattr(x, "label", "")]
    return f" (inputs {', '.join(found)})" if found else ""


# How rows are written -----------------------------------------------------------------------------------------------------

def add_row(name: str, forward: Callable[..., float], partials: Any, **columns: Any) -> Operation:
    """A new row of the table."""
    op = TABLE[name] = Operation(name, forward, partials, **columns)
    return op


def function(name: str, forward: Callable[..., float], *partials: Any, tex: str = "", **columns: Any) -> Operation:
    """A row that prints as a call of a function of that name, also in NumPy, unless its columns say otherwise."""
    places = ", ".join(f"{{{i}}}" for i in range(len(partials)))
    tex = tex or rf"\mathrm{{{{{name}}}}}"
    printed = {"text": f"{name}({places})", "numpy": f"np.{name}({places})", "latex": f"{tex}({places})"}
    return add_row(name, forward, partials, **{**printed, **columns})


def infix(name: str, symbol: str, level: str, forward: Callable[..., float], *partials: Any, **columns: Any) -> Operation:
    """A row that prints as a binary operator; what stands on its right must hold together more tightly, as in a - (b - c)."""
    text = columns.pop("text", f"{{0:{level}}} {symbol} {{1:{'product' if level == 'sum' else 'power'}}}")
    return add_row(name, forward, partials, **{"symbol": symbol, "level": level, "text": text, "numpy": text, "latex": text,
                                               **columns})
