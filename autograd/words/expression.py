"""The formula a Value stands for."""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from autograd.graph import topological_order
from autograd.formulas.text import Text
from autograd.words.words import as_name, clean, latex_name, number_text, plural, shorten, write
from autograd.value import Value

LONGEST = 72                        # characters of a part; a longer one becomes a line of its own


def expression(value: Value, language: str = "text", limit: int = 2000) -> str:
    """The formula of a Value as "text" or "latex", with a line of its own for each part that is shared or long.

    Leaves print as their labels, or as their numbers where they have none. A shared part is called by its label, else t1,
    t2, ... Of a graph of more than `limit` Values it tells the size only. Time is linear in nodes and edges.

    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> print(expression((a + b) * b ** 2))
    (a + b) * b**2
    >>> c = a + b
    >>> print(expression(c * c.tanh()))
    t1 * tanh(t1)
      where t1 = a + b
    """
    if not isinstance(value, Value):
        raise TypeError(f"expression needs a Value, got {type(value).__name__} {value!r}")
    if language not in ("text", "latex"):
        raise ValueError(f"language must be 'text' or 'latex', got {language!r}")
    order = topological_order(value)
    if len(order) > limit:
        text = f"a formula of {plural(len(order), 'Value')}, too long to write out; expression(value, limit={len(order)}) does"
        return text if language == "text" else rf"\mathrm{{{text}}}".replace(" ", r"\ ").replace("_", r"\_")
    formula, parts = _write_all(order, language)
    if language == "text":
        return "\n".join([formula, *[f"{'  where ' if i == 0 else '        '}{k} = {e}" for i, (k, e) in enumerate(parts)]])
    return r" \\ ".join([formula, *[f"{k} = {e}" for k, e in parts]])


def _write_all(order: Sequence[Value], language: str) -> tuple[str, list[tuple[str, str]]]:
    """The formula of the last Value, and (name, formula) of each part that it or another part names."""
    uses = Counter(u for v in order for u in v.inputs if isinstance(u, Value))
    taken = {clean(v.label) for v in order}
    found: dict[Value, Text] = {}
    parts: list[tuple[str, str]] = []
    new = 0
    for v in order[:-1]:
        if v.is_leaf:
            found[v] = leaf_text(v, language)
            continue
        text = _write_one(v, found, language)
        if uses[v] > 1 or len(text) > LONGEST:
            label = shorten(clean(v.label))
            while not label:
                new += 1
                label = "" if f"t{new}" in taken else f"t{new}"
            named = as_name(label) if language == "text" else Text(latex_name(label))
            parts.append((str(named), str(text)))
            text = named
        found[v] = text
    last = order[-1]
    return str(leaf_text(last, language) if last.is_leaf else _write_one(last, found, language)), parts


def _write_one(v: Value, found: dict[Value, Text], language: str) -> Text:
    return write(v, language, [number_text(u, language) if type(u) is float else found[u] for u in v.inputs])  # type: ignore


def leaf_text(v: Value, language: str) -> Text:
    """A leaf in a formula: its label, or its number where it has none."""
    if not v.label:
        return number_text(v.data, language)
    return Text(latex_name(v.label)) if language == "latex" else as_name(shorten(clean(v.label)))
