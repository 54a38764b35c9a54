"""The units of a recorded sample: its inputs, what is like a neuron, and its outputs.

1. The neurons of an nn model are known by the names of their parameters. In any other graph a unit
   is a Value that depends on the inputs and bends them: an activation, a product of two inputs, or
   what its author gave a label.
2. A link runs from a unit to one that uses it with no unit between; its weight is the parameter it
   is multiplied with on the way, if there is one.
3. One walk over a topological order, and one back from each unit.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.graph import depends_on, topological_order
from autograd.pictures.neurons import find_neurons
from autograd.value import Value
from autograd.words.labels import clean, short_name, shorten
from autograd.words.titles import titles

STRAIGHT = {"add", "sub", "neg", "sum", "identity", "stop_gradient"}     # bend nothing
PRODUCTS = {"mul", "dot"}                                   # bend only what they multiply
NEURON = re.compile(r"(?:.*\.)?layers\.(\d+)\.neurons\.(\d+)")
STANDS_FOR = re.compile(r"\bt\d+\b|…")                     # t12, which stands for a longer formula
LONGEST = 14                                                # characters of a title
FORMULA = 30                                                # of a formula, before it is cut


@dataclass
class Unit:
    """A Value with a picture of its own.

    kind    "input", "unit" or "output"
    column  0 for inputs; after all units it uses
    links   the places of the units it uses, each with its weight, a parameter or None
    own     the parameters in it that are not weights of a link, such as a bias
    """
    value: Value
    title: str
    kind: str
    column: int = 0
    links: list[tuple[int, Value | None]] = field(default_factory=list)
    own: list[Value] = field(default_factory=list)


def find_units(outputs: Sequence[Value], inputs: Sequence[Value],
               parameters: Sequence[Value]) -> list[Unit]:
    """The units of a graph in topological order, inputs first."""
    order = topological_order(*inputs, *outputs)
    chosen = dict.fromkeys(inputs, "input")
    chosen.update((v, "unit") for v in between(order, inputs))
    chosen.update((v, "output") for v in outputs)
    names = names_of(order, outputs)
    units = [Unit(v, names[v], kind) for v, kind in chosen.items() if kind == "input"]
    units += [Unit(v, names[v], chosen[v]) for v in order if chosen.get(v, "input") != "input"]
    add_links(units, set(parameters))
    number_units(units)
    return units


def number_units(units: Sequence[Unit]) -> None:
    """Call u1(2) the second unit of the first column whose formula has names that are not shown."""
    count: dict[int, int] = {}
    for unit in units:
        count[unit.column] = count.get(unit.column, 0) + 1
        if unit.kind == "unit" and STANDS_FOR.search(unit.title):
            unit.title = f"u{unit.column}({count[unit.column]})"


def between(order: Sequence[Value], inputs: Sequence[Value]) -> list[Value]:
    """The Values that are like neurons, in topological order."""
    neurons, _ = find_neurons(order)
    named = {v for neuron in neurons.values() for v in neuron.outputs}
    return [v for v in order if v in named] or bending(order, depends_on(order, inputs))


def bending(order: Sequence[Value], changing: set[Value]) -> list[Value]:
    """The Values that are more than weighted sums, without those that are steps to another."""
    found = {v for v in order if not v.is_leaf and v in changing and bends(v, changing)}
    return [v for v in order if v in found and not is_step_to(v, order, found, changing)]


def bends(v: Value, changing: set[Value]) -> bool:
    """Whether v is more than a weighted sum of what depends on the inputs."""
    kind = getattr(v.op, "name", "")
    if v.label:
        return True
    if kind in STRAIGHT:
        return False
    if kind in PRODUCTS:
        return any(a in changing and b in changing for a, b in factors(v))
    if kind == "div":
        return v.inputs[1] in changing
    return any(u in changing for u in v.inputs)


def factors(v: Value) -> list[tuple[Any, Any]]:
    """The pairs that a product or a dot multiplies."""
    inputs, n = v.inputs, len(v.inputs) // 2
    if getattr(v.op, "name", "") == "dot":
        return list(zip(inputs[:n], inputs[n:]))
    return [(inputs[0], inputs[1])]


def is_step_to(v: Value, order: Sequence[Value], found: set[Value], changing: set[Value]) -> bool:
    """Whether v is but a step on the way to one other: exp(-z) in 1 / (1 + exp(-z))."""
    uses = users(order)
    while not v.label and len(uses.get(v, [])) == 1:
        v = uses[v][0]
        if v.label or has_leaf(v) or sum(u in changing for u in v.inputs) > 1:
            return False
        if v in found:
            return True
    return False


def users(order: Sequence[Value]) -> dict[Value, list[Value]]:
    """For each Value those that use it, each once."""
    uses: dict[Value, list[Value]] = {}
    for u in order:
        for w in dict.fromkeys(x for x in u.inputs if isinstance(x, Value)):
            uses.setdefault(w, []).append(u)
    return uses


def has_leaf(v: Value) -> bool:
    """Whether a leaf is among the inputs of v."""
    return any(isinstance(u, Value) and u.is_leaf for u in v.inputs)


# Titles ----------------------------------------------------------------------------------------

def names_of(order: Sequence[Value], outputs: Sequence[Value]) -> dict[Value, str]:
    """What each Value is called: f1(3) for neuron 3 of the first layer, f for the output."""
    names = titles(order, FORMULA)
    for neuron in find_neurons(order)[0].values():
        match = NEURON.fullmatch(neuron.name)
        for v in neuron.outputs:
            if match:
                names[v] = f"f{int(match[1]) + 1}({int(match[2]) + 1})"
    for k, v in enumerate(outputs):
        names[v] = v.label or ("f" if len(outputs) == 1 else f"f({k + 1})")
    return {v: shorten(clean(name), LONGEST) for v, name in names.items()}


def parameter_names(parameters: Sequence[Value]) -> list[str]:
    """What each parameter is called: W1(2,1) in an nn model, else its label, else p1, p2, ..."""
    return [clean(short_name(p.label)) or f"p{i + 1}" for i, p in enumerate(parameters)]


# Links -----------------------------------------------------------------------------------------

def add_links(units: Sequence[Unit], parameters: set[Value]) -> None:
    """Give each unit its links, its own parameters and its column."""
    place = {unit.value: i for i, unit in enumerate(units)}
    for unit in units:
        if unit.kind == "input":
            continue
        links, own = reached(unit.value, place, parameters)
        weights = {weight for _, weight in links}
        unit.links = sorted(links, key=lambda link: link[0])
        unit.own = [p for p in own if p not in weights]
        unit.column = max((units[i].column + 1 for i, _ in links if i != place[unit.value]),
                          default=1)


def reached(value: Value, place: dict[Value, int], parameters: set[Value]
            ) -> tuple[list[tuple[int, Value | None]], list[Value]]:
    """The units that a unit uses, each with its weight, and the parameters of its own."""
    links: dict[tuple[int, Value | None], None] = {}
    own: dict[Value, None] = {}
    todo: list[tuple[Value, Value | None]] = [(value, None)]
    seen = set(todo)
    while todo:
        v, weight = todo.pop()
        for u, factor in with_factors(v, parameters):
            step = (u, factor or weight)
            if u in place:
                links[place[u], factor or weight] = None
            elif u in parameters:
                own[u] = None
            elif step not in seen:
                seen.add(step)
                todo.append(step)
    return list(links), list(own)


def with_factors(v: Value, parameters: set[Value]) -> list[tuple[Value, Value | None]]:
    """The inputs of v, each with the parameter it is multiplied with, if there is one."""
    factor: dict[Any, Value] = {}
    if getattr(v.op, "name", "") in PRODUCTS:
        for a, b in factors(v):
            factor.update((x, y) for x, y in ((a, b), (b, a)) if y in parameters)
    return [(u, factor.get(u)) for u in v.inputs if isinstance(u, Value)]
