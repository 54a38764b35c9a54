"""A page that plays the forward pass of an expression and then its backward pass, node by node.

One file, no network, no server. What comes from the user is in it as JSON with <, > and & escaped,
and the page writes it as text, never as HTML; its content policy runs no script but its own.
"""
from __future__ import annotations

import html
import itertools
import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.compat.keywords import OF_PICTURES, told
from autograd.compat.numbers import with_labels
from autograd.compat.files import replace_file
from autograd.compat.messages import described, path_of, text, within
from autograd.formulas.javascript import rule
from autograd.formulas.text import Slot, Text
from autograd.graph import topological_order
from autograd.pictures.comparisons import Comparison, noted
from autograd.pictures.operations import checked_parameters, operations
from autograd.pictures.page import page_of
from autograd.pictures.scene import Compared, Node, Scene
from autograd.pictures.style import EDGE_OF_PAGE, LONGEST_ON_PAGE
from autograd.value import Value
from autograd.words.labels import LONGEST_TITLE, as_name, clean, plural, short_name, shorten
from autograd.words.naming import name
from autograd.words.local import recorded_partial, symbolic
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
    height: int = 680                   # pixels, in a notebook

    def _repr_html_(self) -> str:
        """The page in a frame of its own."""
        page, title = html.escape(self.html), html.escape(self.note)
        return (f'<iframe srcdoc="{page}" title="{title}" width="100%" height="{self.height}" '
                f'sandbox="allow-scripts" style="border:1px solid {EDGE_OF_PAGE}"></iframe>')


@told(OF_PICTURES)
def play(value: Value | Callable[..., Any], path: str | os.PathLike[str] | None = None, *,
         title: str | None = None, parameters: Sequence[Value] | None = None,
         at: Mapping[str, Any] | None = None) -> Player:
    """A page that plays the forward and the backward pass of a Value; written to `path`, if given.

    value       a Value; or a function, which is called with `at`, numbers and lists of numbers by
                the names of its arguments: then the page says where an if of the function would
                come out otherwise
    title       the page's title; `parameters` are as for `draw`

    Slider, buttons, arrow keys and space move through the steps. At each: the node, its local
    derivatives with the numbers put in, upstream times local, and what is added to which grad. In
    predict mode (key p) each number is hidden until it was typed. Backward passes with a mistake
    (= for +=, no order, recursion, no reset) play on the same expression. No grad of the Values is
    touched: the page starts from 0, as backward() does on a new graph.

    The number of a leaf can be dragged, typed, or moved by a slider: all data, local derivatives
    and grads follow. The page computes them by the table's rules, printed as JavaScript. What
    leads to an operation without a form in JavaScript cannot be changed, and the page says so.
    "Nudge" changes a leaf by h, and the ratio of the changes approaches the derivative.

    Raises TypeError for what is not a Value, ValueError when it has no inputs, more than 300 Values
    are behind it, or a local derivative does not exist, OSError when the file cannot be written.
    """
    comparisons: list[Comparison] = []
    place = None if path is None else path_of(path)
    text("" if title is None else title, "title")
    if not isinstance(value, Value):
        value, comparisons = recorded(value, at)
    order = with_labels(topological_order(value))
    parameters = checked_parameters(parameters)
    check_playable(order)
    shown = clean(title or short_name(value.label) or "backward pass")
    scene = playable(value, order, parameters)
    scene.comparisons = compared(comparisons, order, scene.nodes)
    page = page_of(scene, shown)
    if place is not None:
        replace_file(place, page)
    size = plural(len(order), "Value")
    return Player(page, place, f"{shown}: forward and backward pass of {size}")


def check_playable(order: Sequence[Value]) -> None:
    """Raises ValueError for a leaf, and for more Values than a page may have."""
    if order[-1].is_leaf:
        raise ValueError("play needs a Value that was computed from others: "
                         "a leaf has no pass to play")
    if len(order) > MOST:
        raise ValueError(f"{plural(len(order), 'Value')} are too many to step through (at most "
                         f"{MOST}): play a part of the expression, such as one sample or one "
                         "neuron")


def recorded(f: Any, at: Mapping[str, Any] | None) -> tuple[Value, list[Comparison]]:
    """What a function gives for Values of these numbers, and what it compared."""
    if not callable(f) or isinstance(f, type):
        raise TypeError(f"play needs a Value, got {described(f)}")
    if at is None:
        raise TypeError(f"play needs a Value, got {described(f)}: for a function give at=, such as "
                        'at={"x": 2.0}')
    if not isinstance(at, Mapping):
        raise TypeError('at must be a dict of numbers by the names of the arguments, such as '
                        f'{{"x": 2.0}}, got {described(at)}')
    values = {key: as_values(numbers, f"at[{key!r}]") for key, numbers in at.items()}
    name(values)
    with noted() as comparisons:
        found = called(f, values)
    if not isinstance(found, Value):
        raise TypeError(f"the function must give a Value, got {described(found)}")
    return found, comparisons


def called(f: Any, values: Mapping[str, Any]) -> Any:
    """f(**values). Raises TypeError where f has no arguments of these names."""
    try:
        return f(**values)
    except TypeError as error:
        if error.__traceback__ and error.__traceback__.tb_next:
            raise
        raise TypeError(f"{getattr(f, '__name__', 'the function')} does not take the arguments "
                        f"of at=, {', '.join(map(str, values))}: {error}") from None


def as_values(x: Any, what: str) -> Any:
    """The same lists and dicts with a Value for each number."""
    if isinstance(x, Mapping):
        return {key: as_values(item, within(what, key)) for key, item in x.items()}
    if isinstance(x, (list, tuple)):
        return [as_values(item, within(what, i)) for i, item in enumerate(x)]
    return x if isinstance(x, Value) else Value(x)


def compared(comparisons: Sequence[Comparison], order: Sequence[Value],
             nodes: Sequence[Node]) -> list[Compared]:
    """The comparisons as a scene has them: of what is in the graph, each once."""
    names = {v: node.name for v, node in zip(order, nodes)}
    found: dict[Compared, None] = {}
    for a, sign, b, where in comparisons:
        sides = [names.get(x) if isinstance(x, Value) else float(x) for x in (a, b)]
        left, right = [x.data if side is None else side for x, side in zip((a, b), sides)]
        if any(isinstance(side, str) for side in sides):
            found[clean(where), left, sign, right] = None
    return list(found)


def playable(value: Value, order: Sequence[Value], parameters: Sequence[Value] | None) -> Scene:
    """The scene of a Value, with formulas for each operation and each local derivative."""
    longest = SHORT_TITLE if len(order) > MANY else LONGEST_TITLE
    known = names_of_leaves(order)
    scene = operations([value], order, parameters, longest=longest, known=known)
    scene.nodes = [node for node in scene.nodes if node.shape == "card"]
    scene.edges = [edge for edge in scene.edges if edge.kind == "use"]
    title = titles(order, longest, known)
    names = {v: as_name(shorten(title[v], LONGEST_ON_PAGE)) for v in order}
    slots: dict[Value, Text] = {v: Slot(str(i)) for i, v in enumerate(order)}
    edges = iter(scene.edges)
    for v, node in zip(order, scene.nodes):
        if not v.is_leaf:
            add_operation(node, v, names, slots)
        for k, u in enumerate(v.inputs):
            if isinstance(u, Value):
                edge = next(edges)
                edge.local = recorded_partial(v, k)
                edge.formula = shorten(local_in(v, k, names), LONGEST_LOCAL)
                edge.numbers = local_in(v, k, slots)
    return scene


def names_of_leaves(order: Sequence[Value]) -> dict[Value, str]:
    """v1, v2, ... for the leaves without a label: a number that can change is not a name."""
    taken = {v.label for v in order}
    free = (f"v{i}" for i in itertools.count(1) if f"v{i}" not in taken)
    return {v: next(free) for v in order if v.is_leaf and not v.label}


def add_operation(node: Node, v: Value, names: dict[Value, Text], slots: dict[Value, Text]) -> None:
    """Put into a node how v was computed: in names, with slots for numbers, and as JavaScript."""
    node.op, node.needs = clean(v.op.name), clean(v.op.domain)
    node.formula = shorten(formula(v, names), LONGEST_FORMULA)
    node.numbers = f"{formula(v, slots)}"
    changing = [None if isinstance(u, Value) else u for u in v.inputs]
    node.rule = rule(v.op, changing)


def local_in(v: Value, k: int, names: dict[Value, Text]) -> str:
    """The local derivative of v with respect to input k, written with these names."""
    return f"{symbolic(v, k, 'text', names.__getitem__)}"           # a slot alone is written too
