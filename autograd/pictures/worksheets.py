"""A graph with blanks to be filled in on paper, and the same graph filled in.

Both have one layout. Where the blanks of local derivatives would crowd their arrows, each arrow has
a number instead, and the blank stands below the picture, beside that number.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograd.pictures import style
from autograd.pictures.scene import Edge, Scene
from autograd.words.numbers import compact

CROWDED = 4                         # blanks on arrows into one card, beyond which they have numbers
IN_ROW = 6                          # blanks of a line below the picture
APART = "\u00a0" * 4


def with_blanks(scene: Scene, hide: Sequence[str]) -> Scene:
    """The same scene with blanks to be filled in: for "data" of operations, "grad", "local"."""
    nodes = []
    for node in scene.nodes:
        blanks = [what for what in hide if what == "grad" or (what == "data" and node.sign)]
        words = f"{node.title or 'a Value'}: {node.role}" if blanks else node.words
        nodes.append(replace(node, blanks=blanks, words=words))
    edges = [replace(edge, blank="local" in hide) for edge in scene.edges]
    return replace(scene, nodes=nodes, edges=edges)


def is_crowded(scene: Scene, covered: float) -> bool:
    """Whether blanks on arrows cover each other, or stand where it is not seen to which arrow they
    belong."""
    most = max(sum(scene.edges[k].blank for k in into) for into in scene.edges_into())
    return bool(most) and (covered > 0 or most > CROWDED)


def with_keys(scene: Scene) -> Scene:
    """The same scene with a number on each arrow that has a blank."""
    numbers = iter(range(1, len(scene.edges) + 1))
    edges = [replace(edge, key=f"({next(numbers)})") if edge.blank and edge.kind == "use" else edge
             for edge in scene.edges]
    return replace(scene, edges=edges)


def with_answers(scene: Scene) -> Scene:
    """A worksheet filled in: no blanks, but the same widths."""
    nodes = [replace(node, blanks=()) for node in scene.nodes]
    edges = [edge if edge.key else replace(edge, blank=False) for edge in scene.edges]
    return replace(scene, nodes=nodes, edges=edges)


def below(scene: Scene, is_solution: bool) -> str:
    """The lines below the picture: the legend, and where arrows have numbers, what they ask."""
    keyed = [edge for edge in scene.edges if edge.key]
    if not keyed:
        return scene.legend
    told = [f"∂{edge.key} {blank_or_answer(edge, is_solution)}" for edge in keyed]
    rows = [APART.join(told[k:k + IN_ROW]) for k in range(0, len(told), IN_ROW)]
    return "\n".join([scene.legend, *rows])


def blank_or_answer(edge: Edge, is_solution: bool) -> str:
    """The local derivative of an arrow, ? where none is known, or a blank: of one length."""
    answer = "?" if edge.local is None else compact(edge.local)
    if is_solution:
        return answer.ljust(len(style.BLANK), APART[0])
    return style.BLANK.ljust(len(answer), "_")
