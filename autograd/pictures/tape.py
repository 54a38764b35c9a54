"""A recorded graph as a list for JavaScript: what a page needs to compute every scalar of it.

The arithmetic is the table's; a page runs it forward for the data and backward for the gradient.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.formulas.javascript import rule
from autograd.value import Value
from autograd.words.labels import clean

Leaf = tuple[str, int]              # "p" or "x", and its place among parameters or inputs


@dataclass
class Tape:
    """The operations of a graph, in topological order.

    rules   [x => value, (y, x) => partials] in JavaScript, each once
    nodes   for an operation [rule, input, input, ...]; for a leaf ["p", i], ["x", j], or its
            number
    place   the place of each Value among the nodes
    """
    rules: list[str]
    nodes: list[Any]
    place: dict[Value, int]


def tape_of(order: Sequence[Value], leaves: Mapping[Value, Leaf]) -> Tape:
    """The tape of a topological order.

    Raises ValueError for an operation that has no form in JavaScript.
    """
    rules: dict[str, int] = {}
    place = {v: i for i, v in enumerate(order)}
    nodes: list[Any] = []
    for v in order:
        if v.is_leaf:
            nodes.append(list(leaves[v]) if v in leaves else v.data)
            continue
        text = rule(v.op, [None if isinstance(u, Value) else u for u in v.inputs])
        if not text:
            raise ValueError(f"operation {clean(v.op.name)!r} has no form in JavaScript, so a page "
                             "cannot compute it: give its row one, as in "
                             'operation(..., javascript="Math.cbrt({0})")')
        inputs = [place[u] for u in v.inputs if isinstance(u, Value)]
        nodes.append([rules.setdefault(text, len(rules)), *inputs])
    return Tape(list(rules), nodes, place)
