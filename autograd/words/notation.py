"""How explain writes names, numbers and products: once in plain text, once in LaTeX."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from autograd.formulas.symbol import in_latex
from autograd.formulas.text import Text
from autograd.graph import topological_order
from autograd.value import Value
from autograd.words.between import Between, Use
from autograd.words.labels import as_name, latex_name, shorten
from autograd.words.local import symbolic
from autograd.words.numbers import bracketed, compact, latex_bracketed, number_text
from autograd.words.titles import formula, titles

LARGE = 5000                        # of a larger graph only what is near the two ends is named
NEAR = 40                           # Values of the order that count as near the output
OUTPUTS, INPUTS = ("y", "f", "g", "h", "F"), ("x", "u", "v", "t", "s")  # names where none is given
NUMBERED = re.compile(r"\bt\d+\b")  # a title that stands for a longer formula


@dataclass(frozen=True)
class Notation:
    """One way to write derivatives.

    language     "text" or "latex"
    names        what each Value is called in it
    output       the Value whose derivatives are written
    sign         the sign between two factors
    left_out     what stands for names and terms that are left out
    fraction     a derivative, from the names of the output and of a Value
    number       a number as a factor or a term
    plain_number a number as a result
    """
    language: str
    names: Mapping[Value, Text]
    output: Value
    sign: str
    left_out: str
    fraction: str
    number: Callable[[float], str]
    plain_number: Callable[[float], str]

    def name(self, v: Value) -> Text:
        """What v is called."""
        return self.names.get(v) or Text(self.left_out)

    def is_numbered(self, v: Value) -> bool:
        """Whether v is called t1, t2, ..., so that its formula has to be said."""
        return bool(v.inputs and not v.label and NUMBERED.fullmatch(self.names.get(v, "")))

    def formula(self, v: Value) -> Text:
        """v's operation on the names of its inputs."""
        names = {u: self.name(u) for u in v.inputs if isinstance(u, Value)}
        return formula(v, names, self.language)

    def derivative(self, v: Value) -> str:
        """dy/dv as a name."""
        return self.fraction.format(self.name(self.output), self.name(v))

    def local(self, use: Use) -> Text:
        """The local derivative of one use as a formula."""
        return symbolic(use.target, use.i, self.language, self.name)

    def product(self, path: Sequence[Use]) -> str:
        """The local derivatives along a path as a product of formulas."""
        first, *others = [self.local(use) for use in path]
        return self.sign.join([f"{first:product}", *[f"{factor:power}" for factor in others]])

    def product_of_numbers(self, path: Sequence[Use]) -> str:
        """The same with numbers."""
        return self.sign.join(self.number(use.local) for use in path)


def notations(part: Between) -> tuple[Notation, Notation]:
    """Text and LaTeX for the graph between wrt and an output."""
    values = _near(part)
    named = titles(values, known=_letters(part, values))
    text = {v: as_name(shorten(name)) for v, name in named.items()}
    latex = _latex_names(part, values, named)
    return (Notation("text", text, part.output, " * ", "...", "d{0:atom}/d{1:atom}",
                   bracketed, compact),
            Notation("latex", latex, part.output, r" \cdot ", r"\cdots",
                   r"\frac{{\partial {0:atom}}}{{\partial {1:atom}}}",
                   latex_bracketed, lambda x: in_latex(compact(x))))


def _near(part: Between) -> list[Value]:
    """The Values to be named: all behind the output, or those near its two ends."""
    everything = topological_order(part.output)
    if len(everything) <= LARGE:
        return everything
    ends = [*part.order[:1], *part.order[-NEAR:]]
    return list(dict.fromkeys(u for v in ends for u in (*v.inputs, v) if isinstance(u, Value)))


def _letters(part: Between, values: Sequence[Value]) -> dict[Value, str]:
    """Where there is no label the output is y and wrt is x, or the next letter that is free."""
    taken = {v.label for v in values}
    letters: dict[Value, str] = {}
    for v, choices in ((part.output, OUTPUTS), (part.wrt, INPUTS)):
        if not v.label:
            free = [letter for letter in choices if letter not in taken]
            letters[v] = free[0] if free else f"{choices[0]}_{len(taken)}"
            taken.add(letters[v])
    return letters


def _latex_names(part: Between, values: Sequence[Value],
                 named: Mapping[Value, str]) -> dict[Value, Text]:
    """The same names in LaTeX: a title that is a formula is written anew."""
    latex: dict[Value, Text] = {}
    for v in values:
        unknown = any(isinstance(u, Value) and u not in latex for u in v.inputs)
        is_name = v.label or v in (part.output, part.wrt) or NUMBERED.fullmatch(named[v])
        if is_name or unknown:
            latex[v] = Text(latex_name(named[v]))
        elif not v.is_leaf:
            latex[v] = formula(v, latex, "latex")
        else:
            latex[v] = number_text(v.data, "latex")
    return latex
