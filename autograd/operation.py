"""What an operation is: a value, a partial derivative for each input, a domain, and how it prints.

1. A partial (short for partial derivative, or local derivative) is a function of the output `y` and
   the inputs, written with operations of the table, never with `math`. So one row serves floats
   (`backward`), Values (derivatives of derivatives), arrays (the compiler), symbols (explanations).
2. A partial is None where it is identically 0; one that nobody needs is never evaluated.
3. `op(x)` computes with floats. Any other x says itself what happens, in a method
   `__operation__(op, inputs)`: a Value records. So this file does not import Value.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Union

from autograd.compat.numbers import error_at, is_array, labels, listed, number, on_arrays, text
from autograd.compat.rows import explained
from autograd.formulas.text import Text

Form = Union[str, Callable[..., str]]       # "{0:sum} + {1:product}", or a function of its inputs
Rule = Union[Callable[..., Any], None]      # a partial derivative: (y, *inputs)
ARITHMETIC = (ArithmeticError, ValueError)  # what Python raises outside a function's domain


@explained
@dataclass(eq=False, repr=False)
class Operation:
    """One row of the table. Call it with numbers, Values, arrays or symbols."""
    name: str                               # its key in the table and in Python: mul
    forward: Callable[..., float]           # its value on floats
    partials: Any                           # a Rule for each input, or one function (i, y, inputs)
    symbol: str = ""                        # what pictures show: *
    text: Form = ""                         # how it prints, in Python
    numpy: Form | None = None               # in NumPy; None: it is computed number by number
    latex: Form = ""
    javascript: Form | None = None          # in pages; None: a page cannot compute it anew
    c: Form | None = None                   # in C; None: a program with it has no form there
    level: str = "atom"                     # "sum", "product", ...: whether it needs parentheses
    textbook: tuple[Any, ...] = ()          # partials as textbooks write them, if they differ
    domain: str = ""                        # where it is defined, in words, for messages
    kink: Callable[..., Any] | None = None  # of the inputs: 0 where the derivative jumps
    doc: str = ""                           # what help() says
    arity: int | None = field(init=False)   # the number of inputs; None: any number

    def __post_init__(self) -> None:
        self.arity = None if callable(self.partials) else len(self.partials)
        self.symbol = self.symbol or self.name
        self.__doc__ = self.doc or f"The operation `{self.name}`."

    def partial(self, i: int, y: Any, inputs: Sequence[Any]) -> Any:
        """The derivative with respect to input i at the output y; None where it is always 0."""
        if callable(self.partials):
            return self.partials(i, y, inputs)
        rule = self.partials[i]
        return None if rule is None else rule(y, *inputs)

    def shown_partial(self, i: int, y: Any, inputs: Sequence[Any]) -> Any:
        """The same derivative in the textbook's form, for people to read."""
        return self.textbook[i](y, *inputs) if self.textbook else self.partial(i, y, inputs)

    def __call__(self, *inputs: Any) -> Any:
        """The result, of the kind of its inputs: a float, a Value, an array or a symbol."""
        if any(is_array(x) for x in inputs):
            return on_arrays(self, inputs)
        for x in inputs:
            if hasattr(type(x), "__operation__"):
                return x.__operation__(self, inputs)
        return self.value(*inputs)

    def value(self, *inputs: Any) -> float:
        """The value on numbers, a float; out of the domain raises as Python does, and names it."""
        self.check_arity(inputs)
        numbers = [number(x, f"an input of {self.name}") for x in inputs]
        try:
            return self.forward(*numbers)
        except ARITHMETIC as error:
            raise error_at(self, numbers, error) from None

    def check_arity(self, inputs: Sequence[Any]) -> None:
        """Raises TypeError for the wrong number of inputs."""
        if self.arity not in (None, len(inputs)):
            raise TypeError(f"{self.name} takes {self.arity} input{'s' * (self.arity != 1)}, got "
                            f"{len(inputs)}")

    def write(self, language: str, *inputs: Text) -> Text:
        """The operation in a language, one of the columns above ("text", "c"), as Text."""
        form = getattr(self, language)
        return Text(form(*inputs) if callable(form) else form.format(*inputs), self.level)

    # Pickled by name, for its functions cannot be pickled; never copied, for a row is a constant
    def __str__(self) -> str: return self.symbol
    def __repr__(self) -> str: return f"<operation {self.name}>"
    def __reduce__(self) -> tuple[Any, ...]: return find, (self.name,)
    def __deepcopy__(self, memo: dict[int, Any]) -> Operation: return self


class Leaf(Operation):
    """The operation of a Value that nothing computed. As micrograd's, it is false and equals ''."""

    def __bool__(self) -> bool: return False
    def __eq__(self, other: object) -> bool: return other is self or other == ""
    def __hash__(self) -> int: return hash("")


LEAF = Leaf("", float, ())
TABLE: dict[str, Operation] = {}            # every operation by name


def find(name: str) -> Operation:
    """The operation of that name or symbol. Raises LookupError when the table has none."""
    name = text(name, "the name of an operation")
    if name in TABLE:
        return TABLE[name]
    for op in (LEAF, *TABLE.values()):
        if name == op.symbol:
            return op
    raise LookupError(f"no operation {name[:60]!r} in the table; "
                      f"define it with autograd.operation({name[:60]!r}, ...) first")


class Undefined:
    """A partial that does not exist, as that of sqrt at 0: only multiplying by it is an error."""
    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message

    def __mul__(self, other: Any) -> NoReturn:
        raise ValueError(self.message)

    __rmul__ = __mul__


def partial_at(op: Operation, i: int, y: float, numbers: Sequence[float],
               inputs: Sequence[Any]) -> Any:
    """The partial for input i, at these numbers in the inputs; an Undefined if there is none."""
    try:
        return op.partial(i, y, numbers)
    except ARITHMETIC as error:
        where = f"input {i} at {listed(numbers)}{labels(inputs)}"
        needs = f"; {op.name} needs {op.domain}" if op.domain else ""
        return Undefined(f"the derivative of {op.name} with respect to {where} does not exist or "
                         f"is too large for a float ({error}){needs}")


def partials_at(op: Operation, y: float, numbers: Sequence[float],
                inputs: Sequence[Any]) -> tuple[Any, ...]:
    """The partial for each input; None for an input that is a number itself."""
    return tuple(None if isinstance(x, float) else partial_at(op, i, y, numbers, inputs)
                 for i, x in enumerate(inputs))
