"""A model that trains in a page: one recorded sample, its program in JavaScript, and data.

The page runs the compiled program to train, and every scalar of the recorded sample where it
explains; both come from the table. random.js draws mini-batches as NumPy does, training.js does
what nn.fit does, playground.js is what is seen.
"""
from __future__ import annotations

import html
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from autograd.compat import messages
from autograd.compat.files import replace_file
from autograd.compat.messages import path_of, text
from autograd.formulas.javascript import arithmetic
from autograd.graph import topological_order
from autograd.pictures import style
from autograd.pictures.page import embedded, filled, script_of
from autograd.pictures.play import Player
from autograd.pictures.tape import Leaf, tape_of
from autograd.pictures.units import Unit, find_units, parameter_names
from autograd.value import Value
from autograd.words.labels import clean, plural, shorten

SCRIPTS = ("random.js", "training.js", "playground.js")
LARGEST = 300_000                       # bytes of a page
HEIGHT = 860                            # pixels, in a notebook


class Recorded(NamedTuple):
    """The graph of one sample.

    loss        of this sample
    outputs     what the model gives for it
    parameters  as in theta
    inputs      the sample's two numbers
    targets     what the outputs should be
    """
    loss: Value
    outputs: Sequence[Value]
    parameters: Sequence[Value]
    inputs: Sequence[Value]
    targets: Sequence[Value]


def training_page(recorded: Sequence[Any], programs: Sequence[str], facts: Mapping[str, Any],
                  path: str | os.PathLike[str] | None = None, title: str = "") -> Player:
    """A page in which a model trains; `nn.playground` makes its arguments.

    recorded   the graph of one sample: loss, outputs, parameters, inputs, targets
    programs   in JavaScript, as program.source_in gives them, "" for none: of the loss with respect
               to parameters, inputs and targets; of the outputs, without targets
    facts      data and settings, as JSON has them
    path       where it is written, if it is
    title      the page's title

    Raises ValueError for an operation without a form in JavaScript, and for a page of more than
    300 kB.
    """
    if not isinstance(recorded, Sequence) or len(recorded) != len(Recorded._fields):
        raise TypeError(f"recorded must be {', '.join(Recorded._fields)} of one sample, got "
                        f"{messages.described(recorded)}")
    file = None if path is None else path_of(path)
    sample = Recorded(*recorded)
    name = clean(text(title, "title") or "playground")
    order = topological_order(*sample.inputs, sample.loss, *sample.outputs)
    order = [v for v in order if v is not sample.loss] + [sample.loss]
    tape = tape_of(order, numbered(sample))
    units = find_units(sample.outputs, sample.inputs, sample.parameters)
    place = {p: i for i, p in enumerate(sample.parameters)}
    names = parameter_names(sample.parameters)
    story = {"name": shorten(name, 60), "nodes": tape.nodes, "names": names,
             "units": [described(unit, tape.place, place) for unit in units],
             "layers": layers(units, place), "colors": colors(), **facts}
    script = "\n".join([f"const RULES = {arithmetic(tape.rules)};", *wrapped(*programs),
                        *map(script_of, SCRIPTS)])
    page = filled("playground", {"title": html.escape(name), "data": embedded(story)}, script)
    check_size(page)
    if file is not None:
        replace_file(file, page)
    size = plural(len(sample.parameters), "parameter")
    return Player(page, file, f"{name}: a model of {size} that trains", HEIGHT)


def check_size(page: str) -> None:
    """Raise ValueError for a page that is too large to hand around."""
    size = len(page.encode())
    if size > LARGEST:
        raise ValueError(f"the page would have {size // 1000} kB, more than {LARGEST // 1000}: "
                         "take fewer samples or a smaller model")


def numbered(sample: Recorded) -> dict[Value, Leaf]:
    """The place of each leaf that changes: among the parameters, or among inputs and targets."""
    leaves: dict[Value, Leaf] = {p: ("p", i) for i, p in enumerate(sample.parameters)}
    numbers = [*sample.inputs, *sample.targets]
    leaves.update((v, ("x", j)) for j, v in enumerate(numbers))
    return leaves


def wrapped(loss: str, outputs: str) -> list[str]:
    """The programs as functions of theta and x, so that their names stay their own."""
    gradient = ("const [loss, gradient] = program.value_and_grad(theta, x); "
                "return [loss, [...gradient]];")
    found = []
    for name, program, call in (("PROGRAM", loss, gradient),
                                ("OUTPUTS", outputs, "return program.value(theta, x);")):
        body = f"(() => {{\n{program}\nreturn (theta, x) => {{ {call} }};\n}})()"
        found.append(f"const {name} = {body if program else 'null'};")
    return found


def described(unit: Unit, nodes: Mapping[Value, int], place: Mapping[Value, int]) -> dict[str, Any]:
    """A unit as the page knows it: its node, and its links with the places of their weights."""
    links = [[i, None if weight is None else place[weight]] for i, weight in unit.links]
    return {"node": nodes[unit.value], "title": unit.title, "kind": unit.kind,
            "column": unit.column, "links": links}


def layers(units: Sequence[Unit], place: Mapping[Value, int]) -> list[dict[str, Any]]:
    """The parameters by the column of the units they are in; those in none, of the loss, last."""
    column: dict[int, int] = {}
    for unit in units:
        used = [*unit.own, *(weight for _, weight in unit.links if weight is not None)]
        for p in used:
            column.setdefault(place[p], unit.column)
    found: dict[int, list[int]] = {}
    for i in place.values():
        found.setdefault(column.get(i, -1), []).append(i)
    return [{"name": f"layer {k}" if k > 0 else "others", "parameters": found[k]}
            for k in sorted(found, key=lambda k: (k < 0, k))]


def colors() -> dict[str, Any]:
    """The colours a canvas needs, which no style sheet reaches."""
    return {"positive": style.POSITIVE, "negative": style.NEGATIVE, "ink": style.INK,
            "local": style.LOCAL, "classes": list(style.CLASSES)}
