"""A compiled program as a page: its scalars flow into blocks, blocks into lines of NumPy.

What corresponds to what the program says, as plain data; nothing reads its text.
"""
from __future__ import annotations

import html
import os
from collections.abc import Mapping, Sequence
from typing import Any

from autograd.compat.keywords import OF_PICTURES, told
from autograd.compat.files import replace_file
from autograd.compat.messages import described, path_of, text
from autograd.pictures.lines import Line
from autograd.pictures.page import embedded, filled, script_of
from autograd.pictures.play import Player
from autograd.pictures.ranks import ranks
from autograd.value import Value
from autograd.words.labels import clean, plural, shorten
from autograd.words.numbers import compact
from autograd.words.titles import roles, symbol_of, titles

MOST = 2000                             # Values on a page
MANY = 600                              # Values of which the titles are shorter
LONGEST, SHORTER = 60, 24               # characters of a title
SWEEPS = 6                              # over the columns, to let edges cross less
HEIGHT = 760                            # pixels, in a notebook
DEFAULTS: Mapping[str, Any] = {"sign": "", "role": "intermediate", "inputs": [], "line": None}
NO_LINES: Mapping[Value, Line] = {}


@told(OF_PICTURES)
def matrices_page(program: Any, path: str | os.PathLike[str] | None = None, *,
                  title: str = "", lines: Mapping[Value, Line] = NO_LINES) -> Player:
    """A page of a compiled program: scalars of the graph flow into the blocks they become, and
    blocks into lines of NumPy. Written to `path`, if given, with a `title`.

    Pointing at a scalar, a block, or a line shows what it is in the other two: a bundle of edges
    is a matrix, backward its transpose, and an outer product. Where `lines` was noted, as in

        with autograd.lines() as made:
            loss = ...
        autograd.matrices_page(autograd.compile(loss, parameters, inputs), "page.html", lines=made)

    it leads back to the user's own lines. A program that runs as lines of scalars is shown as
    form="matrices" compiles it. Raises TypeError for what is not a Program, ValueError where its
    graph is gone or has more than 2,000 Values.
    """
    if not hasattr(program, "correspondence"):
        raise TypeError("matrices_page needs a program of autograd.compile, got "
                        f"{described(program)}")
    text(title, "title")
    place = None if path is None else path_of(path)
    if not isinstance(lines, Mapping):
        raise TypeError("lines must be what `with autograd.lines() as made` made, got "
                        f"{described(lines)}")
    found = program.correspondence()
    if len(found.order) > MOST:
        raise ValueError(f"{plural(len(found.order), 'Value')} are too many to look at (at most "
                         f"{MOST}): compile the loss of one sample, with its numbers as inputs")
    name = clean(title or "from scalars to matrices")
    written, of_values = own_lines(found.order, lines)
    story = {"name": shorten(name, 60), "nodes": scalars(found.order, found.blocks, of_values),
             "blocks": [block._asdict() for block in found.blocks],
             "rows": [row._asdict() for row in found.rows], "lines": written}
    page = filled("matrices", {"title": html.escape(name), "data": embedded(story)},
                  script_of("matrices.js"))
    if place is not None:
        replace_file(place, page)
    size = plural(len(found.order), "Value")
    return Player(page, place, f"{name}: {size} as arrays", HEIGHT)


def scalars(order: Sequence[Value], blocks: Sequence[Any],
            of_values: Sequence[int | None]) -> list[dict[str, Any]]:
    """The Values as the page knows them; x and y from 0 to 1."""
    place = {v: i for i, v in enumerate(order)}
    inputs = [[place[u] for u in v.inputs if isinstance(u, Value)] for v in order]
    parameters = in_parameters(order, blocks)
    longest = SHORTER if len(order) > MANY else LONGEST
    title = titles(order, longest)
    role = roles(order, [order[-1]], parameters)
    sign = {v: symbol_of(v.op) for v in order if v.inputs}
    return [unusual({"title": shorten(title[v], longest), "sign": sign.get(v, ""), "role": role[v],
                     "data": compact(v.data), "inputs": inputs[i], "x": x, "y": y,
                     "line": of_values[i]})
            for i, (v, (x, y)) in enumerate(zip(order, points(inputs)))]


def in_parameters(order: Sequence[Value], blocks: Sequence[Any]) -> list[Value]:
    """The Values in blocks of parameters."""
    return [order[k] for b in blocks if b.kind == "parameters" for c in b.cells for k in c]


def unusual(node: Mapping[str, Any]) -> dict[str, Any]:
    """A node without what the page takes for granted."""
    return {key: value for key, value in node.items()
            if key not in DEFAULTS or value != DEFAULTS[key]}


def points(inputs: Sequence[Sequence[int]]) -> list[tuple[float, float]]:
    """Where each node stands: in columns, near what it uses and what uses it."""
    rank = ranks(inputs)
    columns: list[list[int]] = [[] for _ in range(max(rank) + 1)]
    for i, k in enumerate(rank):
        columns[k].append(i)
    near = neighbors(inputs)
    y = {i: (k + 0.5) / len(column) for column in columns for k, i in enumerate(column)}
    for _ in range(SWEEPS):
        for column in columns:
            middle = {i: sum(y[j] for j in near[i]) / max(len(near[i]), 1) for i in column}
            column.sort(key=middle.__getitem__)
            y.update((i, (k + 0.5) / len(column)) for k, i in enumerate(column))
    last = max(len(columns) - 1, 1)
    return [(round(rank[i] / last, 4), round(y[i], 4)) for i in range(len(inputs))]


def neighbors(inputs: Sequence[Sequence[int]]) -> list[list[int]]:
    """For each node what it uses and what uses it."""
    near = [list(sources) for sources in inputs]
    for i, sources in enumerate(inputs):
        for j in sources:
            near[j].append(i)
    return near


def own_lines(order: Sequence[Value], lines: Mapping[Value, Line],
              ) -> tuple[list[list[Any]], list[int | None]]:
    """The user's lines, number and text, in their order; and for each Value the place of its."""
    known = sorted({lines[v] for v in order if v in lines}, key=lambda line: line[:2])
    place = {line: k for k, line in enumerate(known)}
    of_values = [place[lines[v]] if v in lines else None for v in order]
    return [[line.number, clean(line.text)] for line in known], of_values
