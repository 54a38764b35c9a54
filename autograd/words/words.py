"""Numbers, labels and titles as people read them. Labels come from users: nothing here trusts them."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from autograd import ops
from autograd.formulas.text import Text
from autograd.formulas.symbol import in_latex, written
from autograd.value import UNREACHED, Value

LONGEST_TITLE = 24                  # characters of a title; the rest is in the tooltip
LONGEST_TOOLTIP = 1000
DASH = "–"                          # in the place of a grad that no backward pass has reached


def fixed(x: float) -> str:
    """x with four decimals, so that numbers line up; very large and very small ones in scientific notation.

    >>> fixed(2.0), fixed(-0.0), fixed(1.5e-7), fixed(float("inf"))
    ('2.0000', '-0.0000', '1.500e-7', 'inf')
    """
    return f"{x:.4f}" if x == 0 or 5e-4 <= abs(x) < 1e6 else _scientific(x)


def compact(x: float) -> str:
    """x in as few characters as show four decimals.

    >>> compact(-3.0), compact(0.70710678), compact(1e-9), compact(-0.0)
    ('-3', '0.7071', '1e-9', '-0')
    """
    if x == 0 or 5e-4 <= abs(x) < 1e6:
        text = f"{x:.4f}"
        return text.rstrip("0").rstrip(".")
    return _scientific(x, strip=True)


def _scientific(x: float, strip: bool = False) -> str:
    mantissa, e, exponent = f"{x:.3e}".partition("e")
    if not e:                                                   # inf, nan
        return mantissa
    return f"{mantissa.rstrip('0').rstrip('.') if strip else mantissa}e{int(exponent)}"


def grad_of(v: Value) -> float | None:
    """v.grad, or None when no backward pass has reached v."""
    return None if v.grad is UNREACHED else v.grad


def clean(label: object) -> str:
    """A label as one line of characters that XML allows; control characters become visible ones.

    >>> clean("a" + chr(10) + "b" + chr(0))
    'a␊b␀'
    """
    text = str(label)
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def _visible(c: str) -> str:
    if ord(c) < 0x20:
        return chr(0x2400 + ord(c))
    forbidden = unicodedata.category(c) in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp") or "\u202a" <= c <= "\u202e"
    return "\ufffd" if forbidden else c                         # the last are marks that turn the direction of writing


def shorten(text: str, longest: int = LONGEST_TITLE) -> str:
    """text, cut in the middle with an ellipsis where it is longer than `longest` characters."""
    if len(text) <= longest:
        return text
    tail = longest // 3
    return f"{text[:longest - tail - 1]}…{text[len(text) - tail:]}"


def plural(n: int, word: str) -> str:
    """'1 node', '1,200 nodes'."""
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def symbol_of(op: Any) -> str:
    """The sign of an operation in pictures: × for a product, else as in the table."""
    return SIGNS.get(getattr(op, "name", ""), "") or shorten(clean(op), 12)


SIGNS = {"mul": "×", "div": "÷", "sub": "−", "neg": "−", "dot": "w·x+b", "sum": "Σ"}


# Titles ------------------------------------------------------------------------------------------------------------------

def titles(order: Sequence[Value], longest: int = LONGEST_TITLE, known: Mapping[Value, str] = {}) -> dict[Value, str]:
    """A title for each Value: what is known, else its label, else what it computes if that is short, else t1, t2, ..."""
    found: dict[Value, Text] = {}
    unnamed = 0
    for v in order:
        if v.label or v in known:
            text = as_name(clean(known.get(v) or v.label))
        else:
            text = _short_expression(v, found)
            if len(text) > longest - 6:
                unnamed += 1
                text = Text(f"t{unnamed}")
        found[v] = text
    return {v: str(text) for v, text in found.items()}


def _short_expression(v: Value, found: dict[Value, Text]) -> Text:
    if v.is_leaf:
        return number_text(v.data)
    if len(v.inputs) > 12 or any(type(u) is not float and u not in found for u in v.inputs):
        return Text(" " * 1000)
    return write(v, "text", [number_text(u) if type(u) is float else found[u] for u in v.inputs])      # type: ignore[index]


def number_text(x: float, language: str = "text") -> Text:
    """A number among formulas, in compact form."""
    text = written(x, language)
    short = compact(x)
    return Text(in_latex(short) if language == "latex" else short, "product" if "e" in short else text.level)


def write(v: Value, language: str, inputs: Sequence[Text]) -> Text:
    """v's operation on its printed inputs; also for an operation that was given by name only."""
    op = v.op
    assert isinstance(op, ops.Operation)
    if op.arity is not None and op.name not in ops.TABLE and len(inputs) > 1:
        name = latex_name(op.symbol) if language == "latex" else clean(op.symbol)
        return Text(f"{name}({', '.join(inputs)})")
    return op.write(language, *inputs)


def as_name(label: str) -> Text:
    """A label as Text: one that is itself a formula, such as `a + b`, gets parentheses where it needs them."""
    return Text(label, "sum" if re.search(r"[-+*/^ ]", label) and len(label) > 1 else "atom")


GREEK = ("alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega "
         "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega").split()
ESCAPES = {**{c: "\\" + c for c in "{}$#_%"}, "\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim ", " ": r"\ ",
           "'": r"\prime ", '"': r"\prime\prime ", "`": r"\prime ", "<": "{<}", ">": "{>}", "&": "＆"}


def latex_name(label: str) -> str:
    r"""A label as LaTeX: x1 as x_{1}, alpha as \alpha, anything else upright and escaped.

    >>> latex_name("x1"), latex_name("w[0]"), latex_name("loss")
    ('x_{1}', 'w_{0}', '\\mathrm{loss}')
    """
    label = shorten(clean(label)).strip() or "_"
    match = re.fullmatch(r"([A-Za-z]+)(?:_?(\d+)|((?:\[\d+\])+))?", label)
    if match and (len(match[1]) == 1 or match[1] in GREEK):
        name = "\\" + match[1] if match[1] in GREEK else match[1]
        index = match[2] or ", ".join(re.findall(r"\d+", match[3] or ""))
        return f"{name}_{{{index}}}" if index else name
    return rf"\mathrm{{{''.join(ESCAPES.get(c, c) for c in label)}}}"


# Roles -------------------------------------------------------------------------------------------------------------------

WEIGHT = re.compile(r"(.*\.)?(w|W|weights?|theta)(_?\d+)*(\[[\d, ]+\]|\.\d+)*")
BIAS = re.compile(r"(.*\.)?(b|B|bias|biases)(_?\d+)*(\[[\d, ]+\]|\.\d+)*")


def roles(order: Sequence[Value], outputs: Sequence[Value], parameters: Sequence[Value] | None = None) -> dict[Value, str]:
    """'input', 'parameter', 'intermediate' or 'output' for each Value.

    Parameters are those given, else the leaves named like weights (w1, w[0], layers.0.neurons.3.w.1) and, where there are
    weights, like biases (b).
    """
    if parameters is None:
        leaves = [v for v in order if v.is_leaf and v.label]
        named = [v for v in leaves if WEIGHT.fullmatch(v.label)]
        parameters = named + [v for v in leaves if named and BIAS.fullmatch(v.label)]
    wanted, last = set(parameters), set(outputs)
    return {v: "parameter" if v in wanted else "output" if v in last else "input" if v.is_leaf else "intermediate"
            for v in order}
