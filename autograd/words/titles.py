"""What a Value is called and what it is: its title, the sign of its operation, its role."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from autograd.compat.micrograd import Handmade
from autograd.formulas.text import Text
from autograd.operation import TABLE, Operation
from autograd.value import Value
from autograd.words.labels import (
    LONGEST_TITLE,
    as_name,
    clean,
    latex_name,
    short_name,
    shorten,
)
from autograd.words.numbers import number_text

NO_TITLES: Mapping[Value, str] = MappingProxyType({})
MANY_INPUTS = 12                    # an operation of more inputs has no formula as its title
TOO_LONG = Text(" " * 1000)
NOT_PRINTED = re.compile(r"[^ -~\x7f]+")        # DEL stays: it marks a Slot


# Titles --------------------------------------------------------------------------------------

def titles(order: Sequence[Value], longest: int = LONGEST_TITLE,
           known: Mapping[Value, str] = NO_TITLES) -> dict[Value, str]:
    """A title for each Value of a topological order.

    The one in `known`, else its label, else what it computes if that is short, else t1, t2, ...
    """
    chosen: dict[Value, Text] = {}
    unnamed = 0
    for v in order:
        name = known.get(v) or short_name(v.label)
        if name:
            chosen[v] = as_name(clean(name))
            continue
        chosen[v] = _short_formula(v, chosen)
        if len(chosen[v]) > longest - 6:
            unnamed += 1
            chosen[v] = Text(f"t{unnamed}")
    return {v: str(text) for v, text in chosen.items()}


def _short_formula(v: Value, names: Mapping[Value, Text]) -> Text:
    inputs = v.inputs
    if not inputs:
        return number_text(v.data)
    if len(inputs) > MANY_INPUTS or any(isinstance(u, Value) and u not in names for u in inputs):
        return TOO_LONG
    return formula(v, names)


# Formulas ------------------------------------------------------------------------------------

def formula(v: Value, names: Mapping[Value, Text], language: str = "text") -> Text:
    """The operation of v on the names of its inputs: `a * b`."""
    return write(v, language, [names[u] if isinstance(u, Value) else number_text(u, language)
                               for u in v.inputs])


def write(v: Value, language: str, inputs: Sequence[Text]) -> Text:
    """v's operation on its printed inputs; of some operations only the name is known."""
    op = v.op
    assert isinstance(op, Operation)
    by_name = isinstance(op, Handmade)
    if not by_name and (op.arity is None or op.name in TABLE or len(inputs) == 1):
        text = op.write(language, *inputs)
        return Text(NOT_PRINTED.sub(lambda found: clean(found[0]), text), text.level)
    name = shorten(clean(op.symbol))
    if language == "latex":
        name = latex_name(op.symbol)
    return Text(f"{name}({', '.join(inputs)})")


# Signs ---------------------------------------------------------------------------------------

SIGNS = {"mul": "×", "div": "÷", "sub": "−", "neg": "−", "dot": "w·x+b", "sum": "Σ"}


def symbol_of(op: Any) -> str:
    """The sign of an operation in pictures: × for a product, else as in the table."""
    return SIGNS.get(getattr(op, "name", ""), "") or shorten(clean(op), 12)


# Roles ---------------------------------------------------------------------------------------

INDEX = r"(_?\d+|_\{[\w, ]+\})*(\[[\d, ]+\]|\.\d+)*"              # of w1, w_1, w_{1}, w[0, 1], w.1
WEIGHT = re.compile(rf"(.*\.)?(w|W|weights?|theta){INDEX}")
BIAS = re.compile(rf"(.*\.)?(b|B|bias|biases){INDEX}")


def roles(order: Sequence[Value], outputs: Sequence[Value],
          parameters: Sequence[Value] | None = None) -> dict[Value, str]:
    """'input', 'parameter', 'intermediate' or 'output' for each Value.

    Parameters are those given, else the leaves named like weights (w1, w[0],
    layers.0.neurons.3.w.1) and, where there are weights, like biases (b).
    """
    if parameters is None:
        parameters = _named_like_parameters(order)
    role = {v: "input" if v.is_leaf else "intermediate" for v in order}
    role.update((v, "output") for v in outputs if v in role)
    role.update((v, "parameter") for v in parameters if v in role)
    return role


def _named_like_parameters(order: Sequence[Value]) -> list[Value]:
    leaves = [v for v in order if v.label and v.is_leaf]
    weights = [v for v in leaves if WEIGHT.fullmatch(v.label)]
    if not weights:
        return []
    return weights + [v for v in leaves if BIAS.fullmatch(v.label)]
