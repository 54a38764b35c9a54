"""A page that plays the forward pass of an expression and then its backward pass, node by node.

One file, no network, no server. What comes from the user is in it as JSON with <, > and & escaped,
and the page writes it as text, never as HTML; its content policy runs no script but its own.
"""
from __future__ import annotations

import html
import os
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.formulas.text import Text
from autograd.graph import topological_order
from autograd.pictures.operations import operations
from autograd.pictures.page import page_of
from autograd.pictures.scene import Scene
from autograd.pictures.style import EDGE_OF_PAGE, LONGEST_ON_PAGE
from autograd.value import Value
from autograd.words.labels import LONGEST_TITLE, as_name, clean, plural, shorten
from autograd.words.local import recorded_partial, symbolic
from autograd.words.numbers import number_text
from autograd.words.titles import formula, titles

MOST = 300                          # Values on a page
MANY, SHORT_TITLE = 12, 18          # of more Values the titles are shorter
LONGEST_FORMULA, LONGEST_LOCAL = 160, 90                    # characters


@dataclass
class Player:
    """A page that plays an expression; it shows in Jupyter. `path` is its file, if it has one."""
    html: str = field(repr=False)
    path: pathlib.Path | None
    note: str

    def _repr_html_(self) -> str:
        """The page in a frame of its own."""
        page, title = html.escape(self.html), html.escape(self.note)
        return (f'<iframe srcdoc="{page}" title="{title}" width="100%" height="680" '
                f'sandbox="allow-scripts" style="border:1px solid {EDGE_OF_PAGE}"></iframe>')


def play(value: Value, path: str | os.PathLike[str] | None = None, *, title: str | None = None,
         parameters: Sequence[Value] | None = None) -> Player:
    """A page that plays the forward and the backward pass of a Value; written to `path`, if given.

    Slider, buttons, arrow keys and space move through the steps. At each: the node, its local
    derivatives with the numbers put in, upstream times local, and what is added to which grad. In
    predict mode (key p) each number is hidden until it was typed. Backward passes with a mistake
    (= for +=, no order, recursion, no reset) play on the same expression. No grad of the Values is
    touched: the page starts from 0, as backward() does on a new graph.

    Raises TypeError when `value` is not a Value, ValueError when it has no inputs, more than 300
    Values are behind it, or a local derivative does not exist, OSError when the file cannot be
    written.
    """
    if not isinstance(value, Value):
        kind, shown = type(value).__name__, shorten(repr(value), 60)
        raise TypeError(f"play needs a Value, got {kind} {shown}")
    order = topological_order(value)
    if value.is_leaf:
        raise ValueError("play needs a Value that was computed from others: "
                         "a leaf has no pass to play")
    if len(order) > MOST:
        raise ValueError(f"{plural(len(order), 'Value')} are too many to step through (at most "
                         f"{MOST}): play a part of the expression, such as one sample or one "
                         "neuron")
    name = clean(title or value.label or "backward pass")
    page = page_of(playable(value, order, parameters), name)
    if path is not None:
        path = pathlib.Path(path)
        path.write_text(page, encoding="utf-8")
    size = plural(len(order), "Value")
    return Player(page, path, f"{name}: forward and backward pass of {size}")


def playable(value: Value, order: Sequence[Value], parameters: Sequence[Value] | None) -> Scene:
    """The scene of a Value, with formulas for each operation and each local derivative."""
    longest = SHORT_TITLE if len(order) > MANY else LONGEST_TITLE
    scene = operations([value], order, parameters, longest=longest)
    scene.nodes = [node for node in scene.nodes if node.shape == "card"]
    scene.edges = [edge for edge in scene.edges if edge.kind == "use"]
    title = titles(order, longest)
    names = {v: as_name(shorten(title[v], LONGEST_ON_PAGE)) for v in order}
    numbers = {v: number_text(v.data) for v in order}
    edges = iter(scene.edges)
    for v, node in zip(order, scene.nodes):
        if not v.is_leaf:
            op: Any = v.op
            node.op = clean(getattr(op, "name", op))
            node.formula = shorten(formula(v, names), LONGEST_FORMULA)
            node.numbers = shorten(formula(v, numbers), LONGEST_FORMULA)
        for k, u in enumerate(v.inputs):
            if isinstance(u, Value):
                edge = next(edges)
                edge.local = recorded_partial(v, k)
                edge.formula = local_in(v, k, names)
                edge.numbers = local_in(v, k, numbers)
    return scene


def local_in(v: Value, k: int, names: dict[Value, Text]) -> str:
    """The local derivative of v with respect to input k, written with these names."""
    return shorten(symbolic(v, k, "text", names.__getitem__), LONGEST_LOCAL)
