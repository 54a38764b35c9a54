"""The picture of a large graph: neurons, layers, or operations of a kind as single nodes."""
from __future__ import annotations

from collections.abc import Sequence

from autograd.pictures import cards
from autograd.pictures.cells import cells
from autograd.pictures.collapse import LONE, Group, Key, Neuron, find_neurons, group
from autograd.pictures.columns import Column, Unit, data_and_grad, draw_columns, line_of
from autograd.pictures.dot import Picture
from autograd.words.words import DASH, clean, fixed, grad_of, plural, roles, shorten, symbol_of, titles
from autograd.value import Value

READABLE = 60                       # nodes on one picture
MOST = 2000                         # nodes that are drawn without force=True


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
    collapsed = Collapsed(outputs, order, neurons, owner, keys, level)
    return collapsed.in_columns() if level == "neuron" and not opened else collapsed.with_dot()


def check_names(opened: Sequence[str], neurons: dict[str, Neuron]) -> None:
    known = [*neurons, *dict.fromkeys(n.layer for n in neurons.values())]
    for name in opened:
        if name not in known:
            some = ", ".join(map(repr, known[:6])) or "none: no parameter is labelled like those of nn"
            raise ValueError(f"there is no neuron or layer {shorten(repr(name), 80)} to expand; there are {some}")


def expanded(opened: Sequence[str], neurons: dict[str, Neuron], owner: dict[Value, str],
             keys: dict[Value, Key]) -> dict[Value, Key]:
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
            for v, other in owner.items():                      # the opened sample stands for the others
                if other == name and keys[v][0] != "open":
                    keys[v] = ("open", name, neurons[name].outputs[0])
    return keys


class Collapsed:
    """A collapsed graph, to be drawn in columns (neurons) or laid out by dot (all else)."""

    def __init__(self, outputs: Sequence[Value], order: Sequence[Value], neurons: dict[str, Neuron],
                 owner: dict[Value, str], keys: dict[Value, Key], level: str) -> None:
        self.order, self.neurons, self.owner, self.keys, self.level = order, neurons, owner, keys, level
        self.groups: dict[Key, Group] = {}
        for v in order:
            self.groups.setdefault(keys[v], Group(keys[v], keys[v][0])).members.append(v)
        self.outputs = set(outputs)
        self.name = {key: f"g{i}" for i, key in enumerate(self.groups)}
        self.samples = max((len(n.outputs) for n in neurons.values()), default=0)
        self.numbers_in = self.count_numbers()
        self.comment = f"graph of {plural(len(order), 'Value')}"
        self.roles = roles([v for v in order if v.is_leaf], ())

    def count_numbers(self) -> dict[int, list[float]]:
        """The numbers, which are no Values, that weights j of neurons are multiplied with; each sample's once."""
        found: dict[int, list[float]] = {}
        for neuron in self.neurons.values():
            for j, sources in neuron.sources.items():
                numbers = [x for x in sources if type(x) is float]
                if len(numbers) > len(found.get(j, ())):
                    found[j] = numbers
        return dict(sorted(found.items()))

    def with_dot(self) -> Picture:
        """The picture laid out by dot."""
        self.picture = cards.sheet(self.comment, self.note())
        if self.level == "neuron" or any(g.kind in ("neuron", "open") for g in self.groups.values()):
            self.picture.attr("graph", ranksep="1.1")
        self.add_groups()
        self.add_open()
        self.add_edges()
        return self.picture

    def in_columns(self) -> Picture:
        """The picture with the neurons of a layer in one column, as in the lecture's figure 2."""
        edges, weights = self.edges(), self.weights_between()
        place = columns_of(self.groups, edges)
        columns: dict[int, Column] = {}
        for key, g in sorted(self.groups.items(), key=lambda item: (item[1].kind != "neuron", number_of(str(item[0][1])))):
            if g.kind == "neuron":
                layer = self.neurons[key[1]].layer
                column = columns.setdefault(place[key], Column(self.caption(layer)))
            else:
                column = columns.setdefault(place[key], Column("", framed=False))
            if g.kind == "input":
                column.caption = "input"
            column.framed = column.framed or g.kind in ("neuron", "input")
            column.units.append(self.unit(g))
        lines = [(self.name[a], self.name[b], weights.get((a, b))) for a, b in edges]
        if self.numbers_in:
            shift = 0 if any(g.kind == "input" for g in self.groups.values()) else -1
            column = columns.setdefault(shift, Column("input"))
            for j, numbers in self.numbers_in.items():
                line = data_and_grad(numbers[0], None) if len(numbers) == 1 else plural(len(numbers), "number")
                column.units.append(Unit(f"number{j}", f"x{j}", line, "input", f"x{j}: {plural(len(numbers), 'number')}"))
            lines += [(f"number{a[1]}", self.name[b], w) for (a, b), w in weights.items() if a[0] == "number"]
        return draw_columns(self.comment, [columns[k] for k in sorted(columns)], lines, self.note())

    def caption(self, layer: str) -> str:
        """The name of a layer, how many neurons it has, and their activation."""
        mine = [n for n in self.neurons.values() if n.layer == layer]
        kinds = ", ".join(dict.fromkeys(n.activation for n in mine))
        return f"{shorten(layer, 20) or 'layer'}\n{plural(len(mine), 'neuron')}, {shorten(kinds, 16)}"

    def unit(self, g: Group) -> Unit:
        """A group as a unit of a column."""
        role, title, rows = self.describe(g)
        words = ", ".join([title, *[plain for plain, _ in rows if plain]])
        single = g.members if len(g.members) == 1 else self.outputs & set(g.members)
        outputs = self.neurons[g.key[1]].outputs if g.kind == "neuron" else list(single)
        if len(outputs) == 1:
            line = data_and_grad(outputs[0].data, grad_of(outputs[0]))
        else:
            line = cards.text(rows[1 if g.kind == "neuron" else 0][0])
        return Unit(self.name[g.key], shorten(title, 14), line, role, words)

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
            if g.kind == "input":
                return "input", f"x{g.key[1]}" if len(g.key) == 2 else "inputs", self.numbers(g.members, "Value")
            kind = {self.roles[v] for v in g.members}
            role = kind.pop() if len(kind) == 1 and any(v.label for v in g.members) else "operations"
            return role, f"{len(g.members):,} leaves", [plain("used often" if g.key[2] else "used once")]
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
        of = [u for v in g.members[:1] for u in v.inputs if isinstance(u, Value) and u in self.owner and u.is_leaf]
        if of:
            rows.append(plain("of the parameters"))
        single = [last] if len(g.members) == 1 or last in self.outputs else []
        return role, label or sign, rows + (self.numbers(single, "node") if single else [])

    def numbers(self, values: Sequence[Value], word: str) -> list[tuple[str, str]]:
        """Rows with data and grad of the only Value, or with how many there are."""
        if len(values) != 1:
            return [plain(plural(len(values), word))]
        grad = grad_of(values[0])
        rows = [(f"data {fixed(values[0].data)}", cards.DATA), (f"grad {DASH if grad is None else fixed(grad)}", cards.GRAD)]
        return [(row, f'<FONT COLOR="{color}">{row}</FONT>') for row, color in rows]

    def add_open(self) -> None:
        """The Values of one sample of each opened neuron, one by one, a dot as its products and their sum."""
        opened = [v for v in self.order if self.keys[v][0] == "open" and self.keys[v][2] is v]
        for k, name in enumerate(dict.fromkeys(self.keys[v][1] for v in opened)):
            neuron = self.neurons[name]
            mine = dict.fromkeys(v for v in opened if self.keys[v][1] == name)
            around = dict.fromkeys(u for v in mine for u in v.inputs if isinstance(u, Value) and u not in mine)
            known = self.short_names(around, mine, name)
            found = cells(neuron.outputs[:1], open_dots=True, order=[*around, *mine], known=known)
            some = f" (1 of {plural(len(neuron.outputs), 'sample')})" if len(neuron.outputs) > 1 else ""
            inner = cards.cluster(self.picture, f"open{k}", f"neuron {name.rpartition('.')[2]}, opened{some}", bold=True)
            names = [self.name[self.keys[c.value]] if c.value in around else f"n{k}v{i}" for i, c in enumerate(found)]
            self.name.update((self.keys[c.value], n) for c, n in zip(found, names) if c.value is not None and c.value in mine)
            for i, cell in enumerate(found):
                if cell.value not in around:
                    cell.role = "output" if cell.value in self.outputs else cell.role.replace("output", "intermediate")
                    cards.draw_cell(self.picture, i, cell, names, inner, circles=False)
            self.boxes[neuron.layer].subgraph(inner)

    def short_names(self, around: dict[Value, None], mine: dict[Value, None], name: str) -> dict[Value, str]:
        """Titles inside an opened neuron: w.1 without the neuron's name, n0.3 for neuron 3 of layer 0."""
        found = {v: v.label.removeprefix(name + ".") for v in mine if v.label}
        for u in around:
            if not u.label and u in self.owner:
                neuron = self.neurons[self.owner[u]]
                found[u] = f"n{neuron.layer.rpartition('.')[2]}.{neuron.name.rpartition('.')[2]}"
            elif not u.label and self.keys[u][0] == "input" and len(self.keys[u]) == 2:
                found[u] = f"x{self.keys[u][1]}"
        return found

    def add_edges(self) -> None:
        """The boxes, and an edge for each pair of groups of which one uses the other."""
        for box in self.boxes.values():
            self.picture.subgraph(box)
        self.add_numbers()
        weights = self.weights_between()
        largest = max((abs(w) for w in weights.values()), default=1.0) or 1.0
        for a, b in self.edges():
            style = {"color": cards.GREY, "penwidth": "1.6"}
            if (a, b) in weights:
                style = line_of(weights[a, b], largest) | {"headport": "w", "tailport": "e"}
            cards.edge(self.picture, self.name[a], self.name[b], **style)

    def add_numbers(self) -> None:
        """One node for the numbers that come in, and lines to the groups that take them."""
        if not self.numbers_in:
            return
        count = sum(map(len, self.numbers_in.values()))
        cards.node(self.picture, "numbers", cards.table("input", ["<B>inputs</B>", plural(count, "number")]),
                   f"inputs: {plural(count, 'number')}", "input", shape="plain")
        takers = dict.fromkeys(self.keys[v] for n in self.neurons.values()
                               if any(type(x) is float for sources in n.sources.values() for x in sources[:1])
                               for v in n.outputs[:1])
        for key in takers:
            if key[0] != "open":
                cards.edge(self.picture, "numbers", self.name[key], color=cards.GREY)

    def edges(self) -> list[tuple[Key, Key]]:
        """Pairs of groups of which the second uses the first; the parameters of neurons are inside of them."""
        seen: dict[tuple[Key, Key], None] = {}
        keys, owner = self.keys, self.owner
        for v in self.order:
            b = keys[v]
            if v.is_leaf or b[0] == "open":
                continue
            for u in v.inputs:
                if type(u) is not float and keys[u] != b and not (u in owner and u.is_leaf):     # type: ignore
                    seen[keys[u], b] = None                                                         # type: ignore[index]
        return list(seen)

    def weights_between(self) -> dict[tuple[Key, Key], float]:
        """The weight that joins two groups, where it is one."""
        found: dict[tuple[Key, Key], float] = {}
        for neuron in self.neurons.values():
            b = ("neuron", neuron.name)
            for j, sources in neuron.sources.items():
                a = self.keys[sources[0]] if sources and isinstance(sources[0], Value) else ("number", j)
                if b in self.groups and (a[0] in ("neuron", "open", "number") or a[0] == "input" and len(a) == 2):
                    found[a, b] = neuron.weights[j].data
        return found


def plain(text: str) -> tuple[str, str]:
    """A row of plain text and the same as HTML."""
    return text, cards.text(text)


def number_of(name: str) -> int:
    """3 for layers.0.neurons.3."""
    tail = name.rpartition(".")[2]
    return int(tail) if tail.isdigit() else 0


def columns_of(groups: dict[Key, Group], edges: Sequence[tuple[Key, Key]]) -> dict[Key, int]:
    """The column of each group: after all that it uses, and what no neuron stands before as late as possible."""
    into: dict[Key, list[Key]] = {key: [] for key in groups}
    out: dict[Key, list[Key]] = {key: [] for key in groups}
    for a, b in edges:
        into[b].append(a)
        out[a].append(b)
    place: dict[Key, int] = {}
    late: dict[Key, bool] = {}
    order = sorted_by_use(into, out)
    for key in order:
        place[key] = max((place[a] + 1 for a in into[key] if a in place), default=0)
        late[key] = groups[key].kind in ("operations", "leaves") and all(late.get(a, True) for a in into[key])
    for key in reversed(order):
        if late[key] and out[key]:
            place[key] = max(place[key], min(place[b] for b in out[key]) - 1)
    layers: dict[Key, None] = dict.fromkeys(key for key in groups if key[0] == "input")
    for key in layers:
        place[key] = 0
    used = sorted(set(place.values()))
    return {key: used.index(column) for key, column in place.items()}


def sorted_by_use(into: dict[Key, list[Key]], out: dict[Key, list[Key]]) -> list[Key]:
    """The keys, those that are used before what uses them; where groups use each other, as far as that goes."""
    missing = {key: len(sources) for key, sources in into.items()}
    ready = [key for key, n in missing.items() if n == 0]
    for key in ready:
        for b in out[key]:
            missing[b] -= 1
            if missing[b] == 0:
                ready.append(b)
    done = set(ready)
    return ready + [key for key in into if key not in done]
