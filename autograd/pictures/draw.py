"""The graph of a Value as a picture.

About 60 nodes are as many as one can read from the last row. A larger graph collapses to neurons,
to layers, or to operations of a kind, and its note says so in one line.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence

from autograd.compat.keywords import OF_PICTURES, told
from autograd.compat.numbers import with_labels
from autograd.compat.messages import choice, entries, printed, truth
from autograd.graph import topological_order
from autograd.pictures.cards import LEGIBLE, SHEET, SLIDE, Placed, place_cards
from autograd.pictures.collapsed import MOST, READABLE, collapsed
from autograd.pictures.layout import DENSE, TIGHT, Page
from autograd.pictures.elsewhere import from_elsewhere, legend_with
from autograd.pictures.neurons import find_neurons
from autograd.pictures.operations import (
    checked_parameters,
    operations,
    outputs_of,
    with_circles,
)
from autograd.pictures.picture import Picture, picture_of
from autograd.pictures.scene import Scene
from autograd.pictures import style
from autograd.pictures.style import DENSE_TITLE
from autograd.pictures.worksheets import (
    below,
    is_crowded,
    with_answers,
    with_blanks,
    with_keys,
)
from autograd.value import Value
from autograd.words.labels import LONGEST_TITLE, plural
from autograd.words.titles import titles

CIRCLES = 14                        # Values up to which operations may be circles of their own
LEGEND = "∂: local derivative"
HIDDEN = ("data", "grad", "local")
LEVELS = ("operation", "neuron", "layer")


@told(OF_PICTURES)
def draw(value: Value | Sequence[Value], level: str | None = None, *,   # noqa: PLR0913
         expand: str | Sequence[str] = (), parameters: Sequence[Value] | None = None,
         open_dots: bool = False, force: bool = False, rankdir: str | None = None,
         hide: Sequence[str] = ()) -> Picture:
    """The graph of a Value, or of a list of Values, as a graphviz.Digraph that displays in Jupyter.

    value       a Value; several outputs as a list
    level       "operation" draws every Value and operation, "neuron" and "layer" collapse the
                Values of an nn model (and operations of a kind, where there is none); None takes
                the first of these that is readable
    expand      the name of a neuron or layer, or several, that stay open: "layers.0.neurons.3"
    parameters  the Values to mark as parameters, if not those whose labels say so (w1, w[0], b)
    open_dots   draws each dot as its products and their sum
    force       draws more than 2,000 nodes one by one
    rankdir     "LR" or "TB": from left to right or top to bottom; None takes what is larger on a
                slide, where a long graph wraps like lines of text
    hide        what is left blank, to be filled in on paper: "data" (of operations), "grad",
                "local" (derivatives); of a graph in full. `draw(...).solution` is filled in

    Grads are those that backward() left; a line below names those that paths or passes not drawn
    have added to. Raises TypeError for what is not a Value, ValueError for an unknown level or name
    to expand and, without force, for more than 2,000 nodes.

    >>> a = Value(2.0, label="a")
    >>> print(draw(a * a).source.count("->"))
    3
    """
    check_choices(level, rankdir, hide)
    truth(open_dots, "open_dots")
    truth(force, "force")
    outputs, parameters = outputs_of(value, "draw"), checked_parameters(parameters)
    order = with_labels(topological_order(*outputs))
    expand = [expand] if isinstance(expand, str) else expand
    in_full = level is None and not expand and len(order) <= readable(order)
    if level == "operation" or in_full:
        check_size(len(order), force)
        return in_full_picture(lambda longest: scene_in_full(
            outputs, order, parameters, open_dots, hide, longest), rankdir, bool(hide))
    return picture_of(collapsed(outputs, order, level, expand, force))


def check_choices(level: str | None, rankdir: str | None, hide: Sequence[str]) -> None:
    """Raises ValueError for a word that is not one of those to choose from."""
    choice(level, (*LEVELS, None), "level")
    choice(rankdir, ("LR", "TB", None), "rankdir")
    words = [] if isinstance(hide, str) else entries(hide, "hide", f"some of {HIDDEN}")
    if isinstance(hide, str) or not all(word in HIDDEN for word in map(str, words)):
        raise ValueError(f"hide must be a tuple of some of {HIDDEN}, got {printed(hide)}")


def scene_in_full(outputs: Sequence[Value], order: Sequence[Value],
                  parameters: Sequence[Value] | None, open_dots: bool, hide: Sequence[str],
                  longest: int) -> Scene:
    """The scene of all Values, with titles of that length, blanks and a legend."""
    scene = operations(outputs, order, parameters, open_dots, longest)
    found = [] if "grad" in hide else from_elsewhere(order, outputs)
    scene.legend = legend_with(LEGEND, found, titles(order, longest))
    return with_blanks(scene, hide)


def in_full_picture(scene_with: Callable[[int], Scene], rankdir: str | None,
                    has_blanks: bool) -> Picture:
    """The picture of all Values, of a scene with titles of some length.

    A graph too large for a slide is left to dot.
    """
    scene = scene_with(LONGEST_TITLE)
    if len(scene.nodes) > READABLE:
        scene.rankdir = rankdir or "LR"
        return picture_of(scene)
    if has_blanks:
        return worksheet(scene_with, rankdir)
    scene, placed = laid_out(scene_with, rankdir)
    return picture_of(scene, placed.places, placed.splines)


def worksheet(scene_with: Callable[[int], Scene], rankdir: str | None) -> Picture:
    """The picture of all Values with blanks; its `solution` is the same picture filled in.

    Where blanks would crowd their arrows, arrows have numbers, and the blanks stand below.
    """
    scene, placed = laid_out(scene_with, rankdir, SHEET)
    if is_crowded(scene, placed.covered):
        scene, placed = laid_out(lambda longest: with_keys(scene_with(longest)), rankdir, SHEET)
    pictures = []
    for each, is_solution in ((scene, False), (with_answers(scene), True)):
        each.legend, each.legend_row = below(each, is_solution), style.LABEL_BY_HAND
        pictures.append(picture_of(each, placed.places, placed.splines))
    sheet, sheet.solution = pictures
    return sheet


def laid_out(scene_with: Callable[[int], Scene], rankdir: str | None,
             page: Page = SLIDE) -> tuple[Scene, Placed]:
    """The scene with places for a slide, or another page.

    Operations are circles while there is room for them, else signs on the cards. Where text would
    still be small, titles are short, and cards stand close, or closer.
    """
    scene = scene_with(LONGEST_TITLE)
    if len(scene.nodes) <= CIRCLES:
        circles = with_circles(scene)
        placed = place_cards(circles, rankdir, page=page)
        if placed.bands == 1 and placed.scale >= LEGIBLE:
            return circles, placed
    placed = place_cards(scene, rankdir, page=page)
    for spacing in (DENSE, TIGHT):
        if placed.scale >= LEGIBLE:
            break
        short = scene_with(DENSE_TITLE)
        closer = place_cards(short, rankdir, spacing, page)
        if closer.scale > placed.scale:
            scene, placed = short, closer
    return scene, placed


def check_size(size: int, force: bool) -> None:
    """Raises ValueError when there are too many Values to draw one by one."""
    if size > MOST and not force:
        raise ValueError(f"{plural(size, 'Value')} are too many to draw one by one: leave level "
                         "out, which collapses them, or say force=True and allow dot minutes "
                         "(picture.seconds)")


def readable(order: Sequence[Value]) -> int:
    """How many Values one picture may show: half as many of an nn model, which is dense."""
    if len(order) <= READABLE and len(find_neurons(order)[0]) > 1:
        return READABLE // 2
    return READABLE
