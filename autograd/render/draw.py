"""The graph of a Value as a picture.

Legibility goes before time does: about 60 nodes are as many as one can read from the last row. What is larger collapses to
neurons, to layers, or to operations of a kind, and says so in one line.
"""
from __future__ import annotations

from collections.abc import Sequence

from autograd.graph import topological_order
from autograd.render import cards
from autograd.render.cells import Cell, cells, outputs_of
from autograd.render.collapse import LONE, Group, Neuron, find_neurons, group
from autograd.render.dot import Picture
from autograd.render.words import (compact, fixed, grad_of, plural, roles, shorten, symbol_of, clean, titles, DASH)
from autograd.value import Value

READABLE = 60                       # Values on one picture
MOST = 2000                         # Values that are drawn one by one without force=True
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
    if level == "operation" or level is None and len(order) <= READABLE and not opened:
        if len(order) > MOST and not force:
            raise ValueError(f"{plural(len(order), 'Value')} are too many to draw one by one: leave level out, which collapses "
                             "them, or say force=True and allow dot minutes (picture.seconds)")
        return draw_operations(cells(outputs, parameters, open_dots, order))
    return draw_groups(outputs, order, level, opened, force)


def draw_operations(found: Sequence[Cell], comment: str = "") -> Picture:
    """A card for each cell, a circle for each operation, the local derivative on each edge."""
    picture = cards.sheet(comment or f"graph of {shorten(found[-1].title) or 'a Value'}")
    for i, cell in enumerate(found):
        draw_cell(picture, i, cell, {})
    return picture


def draw_cell(picture: Picture, i: int, cell: Cell, names: dict[int, str], inner: Picture | None = None) -> None:
    """Add cell i, its operation and the edges into it. `names` has the DOT names of cells that are not called v<i>."""
    inside = picture if inner is None else inner
    cards.card(inside, f"v{i}", cell)
    if cell.op == "":
        return
    cards.operation(inside, f"o{i}", cell)
    for k, (u, p) in enumerate(zip(cell.inputs, cell.partials)):
        if type(u) is int:
            cards.edge(picture, names.get(u, f"v{u}"), f"o{i}", cards.times(p), f"local derivative {cards.times(p)[2:]}")
        elif len(cell.inputs) > 2 and u != 0:
            cards.node(inside, f"c{i}_{k}", cards.quote(compact(u)), f"the number {compact(u)}", "number", shape="plain",
                       fontcolor=cards.DATA)
            cards.edge(picture, f"c{i}_{k}", f"o{i}", color="#90A4AE")
    cards.edge(picture, f"o{i}", f"v{i}", weight="4")


# Collapsed -----------------------------------------------------------------------------------------------------------------

def draw_groups(outputs: Sequence[Value], order: Sequence[Value], level: str | None, opened: Sequence[str],
                force: bool) -> Picture:
    """The graph with neurons, layers, or operations of a kind as single nodes."""
    neurons, owner = find_neurons(order)
    check_names(opened, neurons)
    groups, keys = group(order, neurons, owner, level or "neuron", READABLE // 2)
    if level is None and len(groups) > READABLE:
        level = "layer"
        groups, keys = group(order, neurons, owner, level, READABLE // 2)
    if len(groups) > MOST and not force:
        raise ValueError(f"{plural(len(groups), 'neuron')} are too many for one picture: use level='layer', or force=True")
    level = (level or "neuron") if neurons else "kind"
    keys = expanded(opened, neurons, owner, keys)
    return Collapsed(outputs, order, neurons, owner, keys, level).picture


def check_names(opened: Sequence[str], neurons: dict[str, Neuron]) -> None:
    known = [*neurons, *dict.fromkeys(n.layer for n in neurons.values())]
    for name in opened:
        if name not in known:
            some = ", ".join(map(repr, known[:6])) or "none: no parameter is labelled like those of nn"
            raise ValueError(f"there is no neuron or layer {shorten(repr(name), 80)} to expand; there are {some}")


def expanded(opened: Sequence[str], neurons: dict[str, Neuron], owner: dict[Value, str],
             keys: dict[Value, tuple]) -> dict[Value, tuple]:
    """The keys with the opened layers as neurons, and the first sample of each opened neuron as Values of its own."""
    layers = {n.layer for n in neurons.values() if n.layer in opened and n.layer or n.name in opened}
    for v, name in owner.items():
        if neurons[name].layer in layers:
            keys[v] = ("neuron", name)
    for name in opened:
        if name in neurons:
            todo = neurons[name].outputs[:1]
            while todo:
                v = todo.pop()
                keys[v] = ("open", name, v)
                todo += [u for u in v.inputs if isinstance(u, Value) and owner.get(u) == name and keys[u][0] != "open"]
    return keys


class Collapsed:
    """The picture of a collapsed graph, built in one go."""

    def __init__(self, outputs: Sequence[Value], order: Sequence[Value], neurons: dict[str, Neuron],
                 owner: dict[Value, str], keys: dict[Value, tuple], level: str) -> None:
        self.order, self.neurons, self.owner, self.keys, self.level = order, neurons, owner, keys, level
        self.groups: dict[tuple, Group] = {}
        for v in order:
            self.groups.setdefault(keys[v], Group(keys[v], keys[v][0])).members.append(v)
        self.outputs = set(outputs)
        self.name = {key: f"g{i}" for i, key in enumerate(self.groups)}
        self.samples = max((len(n.outputs) for n in neurons.values()), default=0)
        self.picture = cards.sheet(f"graph of {plural(len(order), 'Value')}", self.note())
        self.add_groups()
        self.add_open()
        self.add_edges()

    def note(self) -> str:
        """The one line that says what was collapsed."""
        what = {"neuron": "neurons", "layer": "layers", "kind": "operations of a kind and depth"}[self.level]
        more = f", {plural(self.samples, 'sample')} in one" if self.samples > 1 else ""
        how = "" if self.level == "kind" else "; expand='NAME' opens one"
        return f"{plural(len(self.order), 'Value')} collapsed to {what}{more}{how}"

    def add_groups(self) -> None:
        """A node for each group, those of a layer in a box of their own."""
        layers: dict[str, list[Group]] = {}
        for g in self.groups.values():
            if g.kind == "neuron":
                layers.setdefault(self.neurons[g.key[1]].layer, []).append(g)
            elif g.kind != "open":
                self.add_group(self.picture, g)
        for g in self.groups.values():
            if g.kind == "open":
                layers.setdefault(self.neurons[g.key[1]].layer, [])
        self.boxes = {}
        for k, (layer, members) in enumerate(layers.items()):
            box = self.boxes[layer] = cards.cluster(self.picture, f"layer{k}", shorten(layer, 40) or "layer")
            for g in sorted(members, key=lambda g: number_of(g.key[1])):
                self.add_group(box, g)

    def add_group(self, picture: Picture, g: Group) -> None:
        role, title, rows = self.describe(g)
        heading = f"<B>{cards.text(shorten(title))}</B>"
        label = cards.table(role, [heading, *[row for _, row in rows]])
        words = ", ".join([title, *[plain for plain, _ in rows if plain]])
        cards.node(picture, self.name[g.key], label, words, g.kind, shape="plain")

    def describe(self, g: Group) -> tuple[str, str, list[tuple[str, str]]]:
        """Role, title and rows (plain and as HTML) of a group."""
        if g.kind == "layer":
            return self.describe_layer(g)
        if g.kind == "neuron":
            neuron = self.neurons[g.key[1]]
            title = "neuron" if neuron.name == LONE else "neuron " + neuron.name.rpartition(".")[2]
            role = "output" if self.outputs & set(neuron.outputs) else "neuron"
            return role, title, [plain(neuron.activation), *self.numbers(neuron.outputs, "sample")]
        if g.kind in ("input", "leaves"):
            if len(g.members) == 1:
                return "input", titles(g.members)[g.members[0]], self.numbers(g.members, "Value")
            role = set(roles(self.order, ()).get(v) for v in g.members[:100])
            kind = "parameter" if "parameter" in role or (g.kind == "leaves" and g.key[2]) else "input"
            title = f"x{g.key[1]}" if len(g.key) == 2 else "inputs" if g.kind == "input" or kind == "input" else "used often"
            return kind, title, self.numbers(g.members, "Value")
        return self.describe_operations(g)

    def describe_layer(self, g: Group) -> tuple[str, str, list[tuple[str, str]]]:
        mine = [n for n in self.neurons.values() if n.layer == g.key[1]]
        kinds = list(dict.fromkeys(n.activation for n in mine))
        role = "output" if any(self.outputs & set(n.outputs) for n in mine) else "layer"
        rows = [plural(len(mine), "neuron") + (f" ({kinds[0]})" if len(kinds) == 1 else ""),
                plural(sum(n.size for n in mine), "parameter"), plural(len(mine[0].outputs), "sample"),
                plural(len(g.members), "Value")]
        return role, g.key[1] or "layer", [plain(row) for row in rows]

    def describe_operations(self, g: Group) -> tuple[str, str, list[tuple[str, str]]]:
        last = g.members[-1]
        role = "output" if self.outputs & set(g.members) else "operations"
        label = clean(last.label) if last in self.outputs or len(g.members) == 1 else ""
        sign = symbol_of(last.op)
        rows = [plain(f"{sign}  ({plural(len(g.members), 'node')})")] if label else []
        if not label:
            rows = [plain(plural(len(g.members), "node"))] if len(g.members) > 1 else []
        of = [u for v in g.members[:1] for u in v.inputs if isinstance(u, Value) and u in self.owner and u._a is None]
        if of:
            rows.append(plain("of the parameters"))
        single = [last] if len(g.members) == 1 or last in self.outputs else []
        return role, label or sign, rows + (self.numbers(single, "node") if single else [])

    def numbers(self, values: Sequence[Value], word: str) -> list[tuple[str, str]]:
        """Rows with data and grad of the only Value, or with how many there are."""
        if len(values) != 1:
            return [plain(plural(len(values), word))]
        grad = grad_of(values[0])
        data, grad_text = f"data {fixed(values[0]._data)}", f"grad {DASH if grad is None else fixed(grad)}"
        return [(data, f'<FONT COLOR="{cards.DATA}">{data}</FONT>'), (grad_text, f'<FONT COLOR="{cards.GRAD}">{grad_text}</FONT>')]

    def add_open(self) -> None:
        """The Values of one sample of each opened neuron, one by one."""
        opened = [v for v in self.order if self.keys[v][0] == "open"]
        if not opened:
            return
        self.name.update((self.keys[v], f"v{i}") for i, v in enumerate(opened))
        inside = dict.fromkeys(opened)
        all_cells = cells([opened[-1]], order=list(dict.fromkeys([u for v in opened for u in (*outside(v, inside), v)])))
        place = {c.value: i for i, c in enumerate(all_cells)}
        names = {i: self.name[self.keys[c.value]] for i, c in enumerate(all_cells) if c.value is not None}
        for k, name in enumerate(dict.fromkeys(self.keys[v][1] for v in opened)):
            neuron = self.neurons[name]
            some = f" (1 of {plural(len(neuron.outputs), 'sample')})" if len(neuron.outputs) > 1 else ""
            inner = cards.cluster(self.picture, f"open{k}", f"neuron {name.rpartition('.')[2]}, opened{some}", bold=True)
            for v in opened:
                if self.keys[v][1] == name:
                    i = place[v]
                    self.name[self.keys[v]] = names[i] = f"v{i}"
            for v in opened:
                if self.keys[v][1] == name:
                    draw_cell(self.picture, place[v], all_cells[place[v]], names, inner)
            self.boxes[neuron.layer].subgraph(inner)

    def add_edges(self) -> None:
        """The boxes, and an edge for each pair of groups of which one uses the other."""
        for box in self.boxes.values():
            self.picture.subgraph(box)
        weights = self.weights_between()
        largest = max((abs(w) for w in weights.values()), default=1.0) or 1.0
        seen: dict[tuple[tuple, tuple], None] = {}
        for v in self.order:
            b = self.keys[v]
            if v._a is None or b[0] == "open":
                continue
            for u in v.inputs:
                if type(u) is not float and self.keys[u] != b and not (u in self.owner and u._a is None):   # type: ignore
                    seen[self.keys[u], b] = None                                        # type: ignore[index]
        for a, b in seen:
            style = line_of(weights[a, b], largest) if (a, b) in weights else {"color": cards.GREY, "penwidth": "1.6"}
            cards.edge(self.picture, self.name[a], self.name[b], **style)

    def weights_between(self) -> dict[tuple[tuple, tuple], float]:
        """The weight that joins two groups, where it is one."""
        found: dict[tuple[tuple, tuple], float] = {}
        for neuron in self.neurons.values():
            b = ("neuron", neuron.name)
            for j, sources in neuron.sources.items():
                if sources and isinstance(sources[0], Value) and b in self.groups:
                    found[self.keys[sources[0]], b] = neuron.weights[j]._data
        return found


def outside(v: Value, inside: dict[Value, None]) -> list[Value]:
    """The inputs of v that are not opened."""
    return [u for u in v.inputs if isinstance(u, Value) and u not in inside]


def plain(text: str) -> tuple[str, str]:
    """A row of plain text and the same as HTML."""
    return text, cards.text(text)


def number_of(name: str) -> int:
    """3 for layers.0.neurons.3."""
    tail = name.rpartition(".")[2]
    return int(tail) if tail.isdigit() else 0


def line_of(weight: float, largest: float) -> dict[str, str]:
    """The style of an edge with a weight: width by size, sign by colour and dash."""
    return {"penwidth": f"{0.6 + 4.4 * abs(weight) / largest:.2f}", "arrowsize": "0.6",
            "color": cards.POSITIVE if weight >= 0 else cards.NEGATIVE, "style": "solid" if weight >= 0 else "dashed",
            "edgetooltip": f"weight {compact(weight)}"}
