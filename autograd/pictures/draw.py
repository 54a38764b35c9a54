"""The graph of a Value as a picture.

Legibility goes before time does: about 60 nodes are as many as one can read from the last row. What is larger collapses to
neurons, to layers, or to operations of a kind, and says so in one line.
"""
from __future__ import annotations

from collections.abc import Sequence

from autograd.graph import topological_order
from autograd.pictures import cards
from autograd.pictures.cells import Cell, cells, outputs_of
from autograd.pictures.collapse import find_neurons
from autograd.pictures.dot import Picture
from autograd.pictures.groups import MOST, READABLE, draw_groups
from autograd.words.words import plural, shorten
from autograd.value import Value

CIRCLES = 14                        # Values up to which operations are circles of their own
LEVELS = ("operation", "neuron", "layer")


def draw(value: Value | Sequence[Value], level: str | None = None, *, expand: str | Sequence[str] = (),
         parameters: Sequence[Value] | None = None, open_dots: bool = False, force: bool = False) -> Picture:
    """The graph of a Value, or of a list of Values, as a graphviz.Digraph that displays in Jupyter.

    level       "operation" draws every Value and operation, "neuron" and "layer" collapse the Values of an nn model (and
                operations of a kind, where there is none); None takes the first of these that is readable
    expand      the name of a neuron or layer, or several, that stay open: "layers.0.neurons.3"
    parameters  the Values to mark as parameters, if not those whose labels say so (w1, w[0], b)
    open_dots   draws each dot as its products and their sum
    force       draws more than 2,000 nodes one by one

    Nothing is computed: grads are those that backward() left, a dash where none has come. The same graph gives the same
    bytes. Raises TypeError when something is no Value, ValueError for an unknown level or name to expand and, without
    force, for more than 2,000 nodes.

    >>> a = Value(2.0, label="a")
    >>> print(draw(a * a).source.count("->"))
    3
    """
    if level is not None and level not in LEVELS:
        raise ValueError(f"level must be 'operation', 'neuron', 'layer' or None, got {level!r}")
    outputs = outputs_of(value, "draw")
    order = topological_order(*outputs)
    opened = [expand] if isinstance(expand, str) else list(expand)
    if level == "operation" or level is None and not opened and len(order) <= readable(order):
        if len(order) > MOST and not force:
            raise ValueError(f"{plural(len(order), 'Value')} are too many to draw one by one: leave level out, which "
                             "collapses them, or say force=True and allow dot minutes (picture.seconds)")
        return draw_operations(cells(outputs, parameters, open_dots, order))
    return draw_groups(outputs, order, level, opened, force)


def readable(order: Sequence[Value]) -> int:
    """How many Values one picture may show; half of it for an nn model, whose weights make the picture dense."""
    return READABLE // 2 if len(order) <= READABLE and len(find_neurons(order)[0]) > 1 else READABLE


def draw_operations(found: Sequence[Cell], comment: str = "") -> Picture:
    """A card for each cell, its operation, and the local derivative on each edge.

    Operations are circles of their own while there are few; then fields of the cards, which halves the picture's width.
    """
    picture = cards.sheet(comment or f"graph of {shorten(found[-1].title) or 'a Value'}")
    names = [f"v{i}" for i in range(len(found))]
    for i, cell in enumerate(found):
        cards.draw_cell(picture, i, cell, names, picture, circles=len(found) <= CIRCLES)
    return picture
