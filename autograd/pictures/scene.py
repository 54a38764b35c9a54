"""A picture before it is laid out: plain data, without Values and without positions.

Nodes and edges know each other by name. Whoever makes a scene decides what is shown; whoever writes
one (as DOT, as a page) decides nothing but how, and finds that in style.py.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Union


@dataclass
class Node:
    """One thing that is drawn.

    name    what edges call it; also its id in DOT and SVG
    title   its first line, in full; a writer shortens it
    role    a key of style.ROLES
    words   what it is, in a sentence: its tooltip
    shape   "card", "circle", "box" (a unit of a column), "text" or "frame"
    data    a number, or None where the node stands for many Values
    grad    a number, or None where no backward pass has come
    lines   more lines of text
    sign    of the operation that computed it, where it is not a node of its own
    formula, numbers    the operation on its inputs, with names and with slots for numbers: for
            pages
    op      the name of that operation
    rule    its value and its partials in JavaScript; '' where it has none
    needs   where it is defined, in words
    blanks  "data" and "grad", where a blank stands for the number
    kind    what it is, where its role does not say it: an output may be a "neuron" or a "layer"
    """
    name: str
    title: str
    role: str
    words: str = ""
    shape: str = "card"
    data: float | None = None
    grad: float | None = None
    lines: list[str] = field(default_factory=list)
    sign: str = ""
    formula: str = ""
    numbers: str = ""
    op: str = ""
    rule: str = ""
    needs: str = ""
    blanks: Sequence[str] = ()
    kind: str = ""


@dataclass
class Edge:
    """An arrow from one node to another.

    kind    "use": a Value is an input; `local` is the local derivative, None where there is none
            "number": a number is an input
            "result": from an operation to its Value
            "group": Values of one group are used by another
            "weight": a connection between two neurons; `weight` is its weight
    formula, numbers    the local derivative as a formula, with names and with slots for numbers
    blank   whether a blank stands for the local derivative
    key     the number of the line below the picture where it is asked for, if arrows have no room
    """
    source: str
    target: str
    kind: str = "use"
    local: float | None = None
    weight: float = 0.0
    formula: str = ""
    numbers: str = ""
    blank: bool = False
    key: str = ""


@dataclass
class Box:
    """A frame around nodes that belong together, and around other boxes.

    role    "box" for a layer, "opened" for a neuron that is drawn in full
    """
    name: str
    title: str
    role: str = "box"
    nodes: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)


@dataclass
class Column:
    """Units above each other; a framed column is a layer."""
    caption: str
    nodes: list[str] = field(default_factory=list)
    framed: bool = True


Compared = tuple[str, Union[str, float], str, Union[str, float]]


@dataclass
class Scene:
    """All that a picture shows.

    title   what it is a picture of
    note    one line where it does not show everything, else '': for a caption
    legend  what stands below the picture, to explain its signs; it may have several lines, each
            of the height legend_row
    columns where units stand in columns, as in the lecture's figure 2; else the layout is free
    comparisons what was compared while the graph was recorded: words, a node's name or a number,
            a sign, and another node or number
    spread  whether the layout leaves more room between nodes
    rankdir the direction of a free layout: "LR" or "TB"
    """
    title: str
    note: str = ""
    legend: str = ""
    legend_row: float = 30.0
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    comparisons: list[Compared] = field(default_factory=list)
    spread: bool = False
    rankdir: str = "LR"

    def edges_into(self) -> list[list[int]]:
        """For each node the places of the edges into it, in their order."""
        place = {node.name: i for i, node in enumerate(self.nodes)}
        into: list[list[int]] = [[] for _ in self.nodes]
        for k, edge in enumerate(self.edges):
            into[place[edge.target]].append(k)
        return into

    def inputs(self) -> list[list[int]]:
        """For each node the places of the nodes that it is computed from."""
        place = {node.name: i for i, node in enumerate(self.nodes)}
        return [[place[self.edges[k].source] for k in edges] for edges in self.edges_into()]
