"""An operation as JavaScript: its value, and its partials, which are its rules applied to Symbols.

Functions that Math lacks stand in runtime.js; `arithmetic` puts them around the rules.
"""
from __future__ import annotations

import pathlib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from autograd import ops
from autograd.formulas.symbol import Symbol, written
from autograd.formulas.text import Text
from autograd.operation import ARITHMETIC, Operation

RUNTIME = pathlib.Path(__file__).with_name("runtime.js")
NO_RULE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)


def rule(op: Operation, inputs: Sequence[float | None]) -> str:
    """The list [x => value, (y, x) => partials] as source; '' if the operation has no form.

    x holds the inputs that are None, those that may change; the others are numbers in the source.
    Where the operation has a kink, the third is x => a number that changes its sign there.

    >>> from autograd import ops
    >>> rule(ops.mul, [None, None]), rule(ops.pow, [None, 2.0])
    ('[x => x[0] * x[1], (y, x) => [x[1], x[0]]]', '[x => pow(x[0], 2.0), (y, x) => [2.0 * x[0]]]')
    """
    changing = [i for i, x in enumerate(inputs) if x is None]
    arguments: list[Any] = list(inputs)
    for place, i in enumerate(changing):
        arguments[i] = Symbol(Text(f"x[{place}]"), "javascript")
    if op.javascript is None:
        return ""
    try:
        value = op.write("javascript", *[written(x, "javascript") for x in arguments])
        partials = ", ".join(partial(op, i, arguments) for i in changing)
    except NO_RULE:                             # a rule that calls what has no form
        return ""
    return f"[x => {value}, (y, x) => [{partials}]{kink(op, arguments)}]"


def kink(op: Operation, arguments: Sequence[Any]) -> str:
    """Where the derivative jumps, as the third of a rule; '' where it does not."""
    try:
        found = op.kink(*arguments) if op.kink else None
    except NO_RULE:
        return ""
    return f", x => {written(found, 'javascript')}" if isinstance(found, Symbol) else ""


def partial(op: Operation, i: int, arguments: Sequence[Any]) -> str:
    """The partial with respect to input i as source; NaN where it exists for no input."""
    try:
        local = op.partial(i, Symbol(Text("y"), "javascript"), arguments)
    except ARITHMETIC:
        return "NaN"
    text = written(local or 0.0, "javascript")
    if op is ops.pow and i == 0 and isinstance(arguments[1], Symbol):   # a ** 0, at a = 0 too
        return f"({written(arguments[1], 'javascript')} === 0 ? 0 : {text})"
    return text


def arithmetic(rules: Iterable[str]) -> str:
    """A list of rules as one expression, with the functions they call; it can end no <script>."""
    listed = ",\n".join(rules)
    source = f"(() => {{\n{RUNTIME.read_text(encoding='utf-8')}\nreturn [\n{listed}];\n}})()"
    return re.sub("<(?=[/!])|<(?=script)", "< ", source, flags=re.IGNORECASE)
