"""The formula a Value stands for.

A part that is used twice or is long becomes a line of its own, so that the text stays linear in the
graph: written out, 3,000 steps of v + v * 0.001 would have 2**3000 terms.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from autograd.compat.keywords import OF_PICTURES, told
from autograd.compat.numbers import with_labels
from autograd.compat.messages import at_least, choice, described
from autograd.formulas.text import Text
from autograd.graph import topological_order
from autograd.value import Value
from autograd.words.labels import (
    as_name,
    clean,
    latex_name,
    plural,
    short_name,
    shorten,
)
from autograd.words.numbers import number_text
from autograd.words.titles import formula

LONGEST = 72                        # characters of a part; a longer one becomes a line of its own
Parts = list[tuple[str, str]]       # (name, formula) of each part that has a line of its own


@told(OF_PICTURES)
def expression(value: Value, language: str = "text", limit: int = 2000) -> str:
    """The formula of a Value, with a line for each shared or long part.

    value, language     a Value, and "text" or "latex"

    Leaves print as their labels, or as their numbers where they have none. A shared part is called
    by its label, else t1, t2, ... For a graph of more than `limit` Values the text only says how
    large it is. Time is linear in nodes and edges.

    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> print(expression((a + b) * b ** 2))
    (a + b) * b**2
    >>> c = a + b
    >>> print(expression(c * c.tanh()))
    t1 * tanh(t1)
      where t1 = a + b
    """
    if not isinstance(value, Value):
        raise TypeError(f"expression needs a Value, got {described(value)}")
    choice(language, ("text", "latex"), "language")
    limit = at_least(limit, "limit")
    order = with_labels(topological_order(value))
    if len(order) > limit:
        return _too_long(len(order), language)
    whole, parts = _written(order, language)
    lines = [f"{name} = {part}" for name, part in parts]
    if language == "latex":
        return r" \\ ".join([whole, *lines])
    indents = ["  where ", *["        "] * len(lines)]
    return "\n".join([whole, *map(str.__add__, indents, lines)])


def _too_long(size: int, language: str) -> str:
    text = (f"a formula of {plural(size, 'Value')}, too long to write out; "
            f"expression(value, limit={size}) does")
    if language == "latex":
        return rf"\mathrm{{{text}}}".replace(" ", r"\ ").replace("_", r"\_")
    return text


def _written(order: Sequence[Value], language: str) -> tuple[str, Parts]:
    """The formula of the last Value, and the parts that it or another part names."""
    uses = Counter(u for v in order for u in v.inputs if isinstance(u, Value))
    new_names = _unused_names({clean(v.label) for v in order})
    texts: dict[Value, Text] = {}
    parts: Parts = []
    for v in order:
        text = _one(v, texts, language)
        is_part = not v.is_leaf and v is not order[-1]
        if is_part and (uses[v] > 1 or len(text) > LONGEST):
            label = shorten(clean(short_name(v.label))) or next(new_names)
            name = name_in(language, label)
            parts.append((str(name), str(text)))
            text = name
        texts[v] = text
    return str(texts[order[-1]]), parts


def _one(v: Value, texts: Mapping[Value, Text], language: str) -> Text:
    """v's operation on its inputs as they are written; a leaf as its label or its number."""
    if not v.is_leaf:
        return formula(v, texts, language)
    if v.label:
        return name_in(language, short_name(v.label))
    return number_text(v.data, language)


def _unused_names(taken: set[str]) -> Iterator[str]:
    """t1, t2, ..., without those in `taken`."""
    return (name for name in map("t{}".format, count(1)) if name not in taken)


def name_in(language: str, label: str) -> Text:
    """A label as Text in a language."""
    if language == "latex":
        return Text(latex_name(label))
    return as_name(shorten(clean(label)))
