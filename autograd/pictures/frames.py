"""The forward and the backward pass as frames: one picture for each step, for slides.

All frames have one layout and one size. Forward, an operation's data comes in; backward, each local
derivative is multiplied by what has come from above, and added to the grad at its input.
"""
from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from autograd.compat.keywords import OF_PICTURES, told
from autograd.compat.files import replace_file
from autograd.compat.messages import choice, described, path_of
from autograd.graph import topological_order
from autograd.pictures.canvas import numbered, write_drawings
from autograd.pictures.cards import Splines
from autograd.pictures.collapsed import READABLE
from autograd.pictures.columns import Places
from autograd.pictures.draw import laid_out
from autograd.pictures.marks import drawing_of
from autograd.pictures.operations import checked_parameters, operations
from autograd.pictures.picture import XML
from autograd.pictures.scene import Node, Scene
from autograd.pictures.svg import Focus, svg_of
from autograd.value import Value
from autograd.words.labels import plural, shorten
from autograd.words.local import recorded_partial
from autograd.words.numbers import bracketed, compact

KINDS = ("svg", "pdf", "eps", "png", "gif")
LONGEST = 24                        # characters of a name in a caption


@dataclass
class Frames:
    """The steps of a pass, each as an SVG; `captions` says what happens at each."""
    svgs: list[str] = field(repr=False)
    captions: list[str] = field(repr=False)
    note: str

    def __len__(self) -> int:
        return len(self.svgs)

    def write(self, path: str | os.PathLike[str], width: int | None = None) -> list[pathlib.Path]:
        """The files that were written: a .pdf with a page for each step, an animated .gif, or a
        numbered .svg, .png or .eps for each.

        `width` is that of PNG and GIF in pixels: 1920 for a slide. Raises ValueError for another
        ending, PictureError where Matplotlib is missing, which writes all but SVG.
        """
        path = path_of(path)
        kind = path.suffix[1:].lower()
        if kind not in KINDS:
            raise ValueError(f"frames are written as {', '.join(KINDS)}, got {path.name!r}")
        if kind != "svg":
            return write_drawings([drawing_of(svg) for svg in self.svgs], path, width)
        paths = numbered(path, len(self.svgs))
        for each, svg in zip(paths, self.svgs):
            replace_file(each, XML + svg)
        return paths

    def _repr_html_(self) -> str:
        """All frames, one below the other."""
        return "".join(f'<figure style="margin:0 0 1em">{svg}</figure>' for svg in self.svgs)


@dataclass
class Step:
    """What is known at a step: how many Values have data, the grads so far, and what moves.

    edge    the place of the edge along which a derivative goes back; None going forward
    """
    caption: str
    node: str
    known: int
    grads: dict[Value, float]
    edge: int | None = None
    passed: int = 0                 # edges whose local derivative was used


@told(OF_PICTURES)
def frames(value: Value, *, parameters: Sequence[Value] | None = None,
           rankdir: str | None = None) -> Frames:
    """The forward and the backward pass of a Value as frames: `frames(y).write("steps.pdf")`.

    parameters and rankdir are as for `draw`. Grads start from 0, as on a new graph; those of the
    Values are not touched. Raises TypeError when `value` is not a Value, ValueError when it has no
    inputs, more than 60 Values are behind it, or a local derivative does not exist.

    >>> x = Value(3.0, label="x")
    >>> frames(x * x).captions
    ['the leaves have their data', 'x * x = 9', 'the grad of x * x is 1', \
'x.grad += 1 * 3', 'x.grad += 1 * 3']
    """
    if not isinstance(value, Value):
        raise TypeError(f"frames needs a Value, got {described(value)}")
    parameters = checked_parameters(parameters)
    choice(rankdir, ("LR", "TB", None), "rankdir")
    order = topological_order(value)
    if value.is_leaf:
        raise ValueError("frames needs a Value that was computed from others: a leaf has no pass")
    if len(order) > READABLE:
        raise ValueError(f"{plural(len(order), 'Value')} are too many to read on a slide (at most "
                         f"{READABLE}): take a part of the expression")
    scene = operations([value], order, parameters)
    cards = [node for node in scene.nodes if node.shape == "card"]
    name = {v: node.name for v, node in zip(order, cards)}
    title = {v: shorten(node.title or node.name, LONGEST) for v, node in zip(order, cards)}
    steps = list(steps_of(order, name, title))
    widest = max((step.caption for step in steps), key=len)
    scene, placed = laid_out(lambda _: scene, rankdir)
    svgs = [frame_of(scene, step, (placed.places, placed.splines), name, widest) for step in steps]
    count = f"{plural(len(order), 'Value')}: {plural(len(steps), 'step')}"
    return Frames(svgs, [step.caption for step in steps], f"forward and backward pass of {count}")


def steps_of(order: Sequence[Value], name: dict[Value, str],
             title: dict[Value, str]) -> Iterator[Step]:
    """The steps of both passes, in their order."""
    leaves = sum(v.is_leaf for v in order)
    yield Step("the leaves have their data", "", leaves, {})
    known = leaves
    for v in order:
        if not v.is_leaf:
            known += 1
            yield Step(f"{title[v]} = {compact(v.data)}", name[v], known, {})
    grads = dict.fromkeys(order[-1:], 1.0)
    yield Step(f"the grad of {title[order[-1]]} is 1", name[order[-1]], known, dict(grads))
    first = firsts(order)
    passed = 0
    for v in reversed(order):
        at = first[v]
        for i, u in enumerate(v.inputs):
            if isinstance(u, Value):
                local = recorded_partial(v, i)
                before = grads.get(u)
                grads[u] = (before or 0.0) + grads[v] * local
                passed += 1
                caption = f"{grad_of(title[u])} += {compact(grads[v])} * {bracketed(local)}"
                yield Step(caption, name[u], known, dict(grads), at, passed)
                at += 1


def grad_of(title: str) -> str:
    """The grad of a Value as it is written; a formula in parentheses."""
    return f"({title}).grad" if " " in title else f"{title}.grad"


def firsts(order: Sequence[Value]) -> dict[Value, int]:
    """For each Value the place of its first edge among those between Values."""
    first, count = {}, 0
    for v in order:
        first[v] = count
        count += sum(isinstance(u, Value) for u in v.inputs)
    return first


def frame_of(scene: Scene, step: Step, layout: tuple[Places, Splines], name: dict[Value, str],
             widest: str) -> str:
    """The SVG of one step: what is not known yet is a dash, and has no local derivative."""
    uses = [k for k, edge in enumerate(scene.edges) if edge.kind == "use"]
    if step.grads:
        moving = {uses[step.edge]} if step.edge is not None else set()
    else:
        moving = edges_into(step.node, scene) if step.node else set()
    hidden = frozenset() if step.grads else frozenset(uses)
    focus = Focus(frozenset({step.node}), frozenset(moving), bool(step.grads), hidden, widest)
    shown = replace(scene, nodes=cards_at(step, scene, name), legend=step.caption)
    return svg_of(shown, *layout, focus)


def cards_at(step: Step, scene: Scene, name: dict[Value, str]) -> list[Node]:
    """The nodes of a step: cards with the data and the grads that are known."""
    computed = [name[v] for v in name if not v.is_leaf]
    leaves = [name[v] for v in name if v.is_leaf]
    known = {*leaves, *computed[:step.known - len(leaves)]}
    grads = {name[v]: grad for v, grad in step.grads.items()}

    def card_at(node: Node) -> Node:
        data = node.data if node.name in known else None
        return replace(node, data=data, grad=grads.get(node.name))
    return [card_at(node) if node.shape == "card" else node for node in scene.nodes]


def edges_into(node: str, scene: Scene) -> set[int]:
    """The places of the edges that lead to a card, by way of its operation if that has a circle."""
    into = {edge.source for edge in scene.edges
            if edge.target == node and edge.kind == "result"} | {node}
    return {k for k, edge in enumerate(scene.edges) if edge.target in into}
