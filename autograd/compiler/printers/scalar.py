"""Narrow graphs: a line of Python for each node, forward and backward, on plain floats or on one
array per node.

Where hardly two nodes can be computed together, arrays of nodes cost more than they save. A chain
of dependent operations becomes straight-line code; the rules are those of the table, applied to
symbols once for each kind of node. Long programs are cut into pieces, and a piece that looks like
an earlier one is not compiled again: a loop of the user's Python that was recorded a thousand
times costs as much as one turn.

A function is called by its operation's name. On floats that is the row's `forward`, on arrays its
NumPy form: the same source serves one sample and many.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from autograd import ops
from autograd.compiler.printers.names import called
from autograd.compiler.recognize.repeat import runs
from autograd.compiler.recognize.record import CONSTANT, INPUT, PARAMETER, Tape
from autograd.ops import Operation
from autograd.formulas.text import Text
from autograd.formulas.symbol import Symbol, without_neutral, written

LONG = 40  # sums of more terms are calls of sum(), not one long formula
WHOLE = 300  # nodes of a program that is not cut into pieces
PIECE = 64  # nodes in a piece
LONGEST_TURN = 300  # of nodes that come again and again
LOOKS_AT_NUMBERS = (ops.pow,)  # its rule is another one for a constant exponent
BASIC = (ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.greater)


class _Plain(Symbol):
    """A formula on floats: operators are Python's, other operations calls of their functions."""

    __slots__ = ()

    def __operation__(self, op: Operation, inputs: Sequence[Any]) -> Any:
        left_out = without_neutral(op, inputs)
        if left_out is not None:
            return left_out
        texts = [written(x, "numpy") for x in inputs]
        if op in BASIC:
            return _Plain(op.write("text", *texts), "text")
        if op is ops.pow and isinstance(inputs[1], (int, float)) and float(inputs[1]).is_integer():
            n = float(inputs[1])
            return _Plain(Text(f"{texts[0]:atom}**{int(n) if n >= 0 else n}", "power"), "text")
        return _Plain(Text(f"{called(op.name)}({', '.join(texts)})"), "text")


DRIVER = '''
def values(theta, x=()):
    """The values of what goes from piece to piece, by id, and what each piece keeps."""
    v, kept = START.copy(), []
    v[:P] = list(theta)
    v[P:P + I] = list(x)
    for forward, _, given, made, _, _ in PIECES:
        found, keep = forward(*[v[i] for i in given])
        for i, y in zip(made, found):
            v[i] = y
        kept.append(keep)
    return v, kept


def value(theta, x=()):
    v, _ = values(theta, x)
    return [v[i] for i in OUTPUTS]


def value_and_grad(theta, x=()):
    v, kept = values(theta, x)
    d = [0.0] * len(v)
    d[OUTPUTS[0]] = 1.0
    for (_, backward, _, _, ends, begins), keep in zip(reversed(PIECES), reversed(kept)):
        for i, g in zip(begins, backward(keep, [d[i] for i in ends])):
            d[i] = d[i] + g
    return v[OUTPUTS[0]], [d[i] for i in PARAMETERS]
'''


SAMPLES = '''

one_value, one_value_and_grad = value, value_and_grad


def value(theta, x):
    """The outputs for each sample, a row of x."""
    return np.array([one_value(theta, row) for row in x])


def value_and_grad(theta, x):
    """The output and its derivatives with respect to theta, summed over samples, the rows of x."""
    found = [one_value_and_grad(theta, row) for row in x]
    return total(y for y, _ in found), np.sum([d for _, d in found], axis=0)
'''


def imports(names: Iterable[str]) -> list[str]:
    """Lines of source that fetch operations by name: those of the package, and those somebody has
    added to its table.
    """
    known = [name for name in names if name in ops.BUILT_IN]
    own = [name for name in names if name not in ops.BUILT_IN]
    lines = [f"from autograd import {', '.join(known)}"] if known else []
    if own:
        lines += [
            "from autograd import find",
            "# Operations added with autograd.operation: run that first.",
        ]
    return lines + [f"{called(name)} = find({name!r})" for name in own]


class Straight(NamedTuple):
    """A straight-line program: its source, the pieces it was cut into if it is long, and the
    operations it calls.
    """

    text: str
    pieces: list[Piece]
    tape: Tape
    calls: list[str]
    # the same as arrays, for a language that has no use for lines of scalars
    as_arrays: Callable[[], Any] = lambda: None

    def tables(self) -> list[str]:
        """What DRIVER refers to, as source."""
        tape, count = self.tape, sum(k in (PARAMETER, INPUT) for k in self.tape.kinds)
        start = ", ".join(
            str(written(tape.constants.get(i, 0.0), "numpy")) for i in range(len(tape.kinds))
        )
        pieces = ", ".join(
            f"(f{p.name}, b{p.name}, {p.given}, {p.made}, {p.ends}, {p.begins})"
            for p in self.pieces
        )
        return [
            f"P, I = {count - len(tape.inputs)}, {len(tape.inputs)}",
            f"START = [{start}]",
            f"OUTPUTS = {tape.outputs}",
            f"PARAMETERS = {tape.parameters}",
            f"PIECES = [{pieces}]",
        ]

    def source(self) -> str:
        """Source that runs by itself."""
        tables = ["", *self.tables(), ""] if self.pieces else []
        return "\n".join(
            [
                "import numpy as np",
                "total = sum",
                *imports(self.calls),
                "",
                "",
                self.text,
                *tables,
                self.driver() + (SAMPLES if self.tape.samples else ""),
            ]
        )

    def driver(self) -> str:
        """What runs the pieces; nothing where the text is whole."""
        return DRIVER if self.pieces else ""

    def summary(self) -> str:
        if not self.pieces:
            return f"{len(self.tape.nodes)} lines of straight-line code"
        kinds = len({p.name for p in self.pieces})
        lines = f"{len(self.tape.nodes)} lines of straight-line code"
        return f"{lines} in {len(self.pieces)} pieces, {kinds} of them different"

    def namespace(self, arrays: bool) -> dict[str, Any]:
        """The program ready to run on floats, or on one array for each input."""
        tape = self.tape
        found: dict[str, Any] = {"total": sum, "np": np}
        for op in map(ops.find, self.calls):
            found[called(op.name)] = array_function(op) if arrays else op.forward
        exec(compile(self.text + self.driver(), "<autograd program>", "exec"), found)
        found.update(
            P=sum(k == PARAMETER for k in tape.kinds),
            I=len(tape.inputs),
            OUTPUTS=tape.outputs,
            START=[tape.constants.get(i, 0.0) for i in range(len(tape.kinds))],
            PARAMETERS=tape.parameters,
            PIECES=[
                (found["f" + p.name], found["b" + p.name], p.given, p.made, p.ends, p.begins)
                for p in self.pieces
            ],
        )
        return found


class Piece(NamedTuple):
    """Some nodes in a row. Functions of the same name have the same code."""

    name: str  # its functions are f<name> and b<name>
    given: list[int]  # ids of what it uses from before
    made: list[int]  # of what it computes and others use
    ends: list[int]  # of these, those that depend on the parameters
    begins: list[int]  # of what is given, those that do


def straight(tape: Tape, depth: list[int]) -> Straight:
    """The tape as pieces of straight-line code; depth as `earliest` gives it."""
    writer = _PieceWriter(tape, depth)
    if len(tape.nodes) <= WHOLE:
        return Straight(writer.whole(), [], tape, sorted(writer.formulas.calls))
    pieces = writer.pieces()
    return Straight("\n\n".join(writer.texts), pieces, tape, sorted(writer.formulas.calls))


def array_function(op: Operation) -> Any:
    """The operation on arrays: its NumPy form as a function."""
    if op.numpy is None:
        return op
    if op.arity is None:
        return lambda *inputs: of_arrays(op, len(inputs))(*inputs)
    return of_arrays(op, op.arity)


@cache
def of_arrays(op: Operation, n: int) -> Any:
    """The NumPy form of an operation of n inputs as a function."""
    names = [f"a{j}" for j in range(n)]
    text = op.write("numpy", *[Text(n) for n in names])
    return eval(f"lambda {', '.join(names)}: {text}", {"np": np})


def repetition(looks: np.ndarray) -> tuple[int, int, int]:
    """Where the longest repetition starts and stops in whole turns, and the length of a turn."""
    best = 0, 0, PIECE
    for period in range(1, min(LONGEST_TURN, len(looks) // 2) + 1):
        starts, stops = runs(looks[period:] == looks[:-period])
        if len(starts):
            k = int(np.argmax(stops - starts))
            start = int(starts[k])
            length = int(stops[k] - starts[k]) // period * period + period
            if length > best[1] - best[0] + best[2]:  # more by a turn: not twice the same turn
                best = start, start + length, period
            if length > 0.9 * len(looks):
                break
    return best


class _PieceWriter:
    """Cuts a tape into pieces and writes the code of each kind of piece once."""

    def __init__(self, tape: Tape, depth: list[int]) -> None:
        self.tape, self.kinds = tape, tape.kinds
        self.formulas = Formulas(tape)
        self.known: dict[Any, str] = {}  # the name of a piece by what it looks like
        self.texts: list[str] = []
        self.depth = depth
        self.active = set(tape.parameters)  # what depends on the parameters
        for i, (_, args) in tape.nodes.items():
            if not self.active.isdisjoint(args):
                self.active.add(i)

    def whole(self) -> str:
        """A short program as two functions."""
        tape, kinds = self.tape, self.kinds
        names = {i: Text(f"{'px_v'[kind]}{i}") for i, kind in enumerate(kinds) if kind != CONSTANT}
        for i, number in tape.constants.items():
            text = str(written(number, "numpy"))
            names[i] = Text(f"({text})" if text[0] == "-" else text)
        code = Code(self, list(tape.nodes), names, set(tape.outputs))
        forward = [
            f"    [{', '.join(names[i] for i, k in enumerate(kinds) if k == kind)}] = {given}"
            for kind, given in ((PARAMETER, "theta"), (INPUT, "x"))
            if kind in kinds
        ]
        forward += code.forward()
        outputs = [names[i] for i in tape.outputs]
        lines = ["def value(theta, x=()):", *forward, f"    return [{', '.join(outputs)}]"]
        if len(outputs) == 1:
            out = tape.outputs[0]
            backward = code.backward({out: Text("1.0")} if out in self.active else {})
            lines += ["", "", "def value_and_grad(theta, x=()):", *forward, *backward]
            lines += bracketed(f"return {outputs[0]}, [", map(code.sent_to, tape.parameters))
        return "\n".join(lines) + "\n"

    def pieces(self) -> list[Piece]:
        """The tape in pieces; where the same operations come again and again, each has whole turns,
        so that all look alike.
        """
        nodes, known = list(self.tape.nodes), dict[Any, int]()
        is_constant = [kind == CONSTANT for kind in self.kinds].__getitem__
        looks = np.array([
            known.setdefault((op, *map(is_constant, args)), len(known))
            for op, args in self.tape.nodes.values()
        ])
        start, stop, period = repetition(looks)
        turns = period * max(1, PIECE // period)
        cuts = [
            *range(0, start, PIECE),
            *range(start, stop, turns),
            *range(stop, len(nodes), PIECE),
            len(nodes),
        ]
        chosen = [nodes[a:b] for a, b in zip(cuts, cuts[1:])]
        shared = set(self.tape.outputs)  # what other pieces use: ids go up
        for some in filter(None, chosen):
            first = some[0]
            for i in some:
                shared.update([a for a in self.tape.nodes[i][1] if a < first])
        return [self.piece(some, shared) for some in chosen]

    def piece(self, nodes: list[int], shared: set[int]) -> Piece:
        """Name a piece by its look: operations, wiring, what is constant, what others use, and what
        rules look at.

        All that `text` depends on must be in the look: two pieces that look alike share one text.
        """
        place, given, look = self.wired(nodes, shared)
        active = self.active
        made, begins = [i for i in nodes if i in shared], [a for a in given if a in active]
        ends = [i for i in made if i in active]
        key = (tuple([a in active for a in given]), *look)
        name = self.known.get(key)
        if name is None:
            name = self.known[key] = str(len(self.known) + 1)
            names = {i: Text(f"v{k}" if k >= 0 else f"x{~k}") for i, k in place.items()}
            code = Code(self, nodes, names, set(made))
            self.texts.append(code.text(name, Piece(name, given, made, ends, begins)))
        return Piece(name, given, made, ends, begins)

    def wired(self, nodes: list[int], shared: set[int]) -> tuple[dict[int, int], list[int], Any]:
        """Of a piece: where each id stands, k for its node k and ~k for number k of those given to
        it; the ids given; and the look of each node.
        """
        place: dict[int, int] = {}
        given: list[int] = []
        look: list[Any] = []
        at = place.__getitem__
        for k, i in enumerate(nodes):
            op, args = self.tape.nodes[i]
            for a in args:
                if a not in place:
                    place[a] = ~len(given)
                    given.append(a)
            place[i] = k
            numbers = [self.tape.constants.get(a) for a in args] if op in LOOKS_AT_NUMBERS else ()
            look.append((op, i in shared, *map(at, args), *numbers))
        return place, given, look


class Formulas:
    """The formulas of operations and of their partials, as texts."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.templates: dict[Any, str] = {}
        self.calls: set[str] = set()

    def forward(self, op: Operation, texts: list[Text], args: tuple[int, ...]) -> Text:
        """An operation on inputs given as texts."""
        if op is ops.sum:
            return added(texts)
        if op is ops.dot:
            n = len(texts) // 2
            return added([Text(f"{a:product} * {b:power}", "product")
                          for a, b in zip(texts[:n], texts[n:])])
        if op is ops.greater:
            return Text(f"1.0 * {op.write('text', *texts):power}", "product")
        if op in BASIC:
            return op.write("text", *texts)
        whole = [Text(t if t.level == "atom" else f"({t})") for t in texts]
        return Text(self.template(op, args, -1).format(*whole), "power")

    def sent(self, op: Operation, args: tuple[int, ...], j: int, y: Text, texts: list[Text]
             ) -> Text | None:
        """The partial for input j; None where it is 1 or -1, see `is_sign`."""
        if op is ops.sum:
            return None
        if op is ops.dot:
            n = len(args) // 2
            return texts[j + n] if j < n else texts[j - n]
        partial = self.template(op, args, j)
        return Text(partial.format(*texts, y=y)) if partial else Text("")

    def template(self, op: Operation, args: tuple[int, ...], j: int) -> str:
        """The formula of an operation (j = -1) or of its partial for input j; {0}, {1}, ... are the
        inputs, {y} the value.
        """
        constants = (
            tuple(self.tape.constants.get(a) for a in args)
            if op in LOOKS_AT_NUMBERS
            else (None,) * len(args)
        )
        key = (op, j, constants)
        found = self.templates.get(key)
        if found is None:
            inputs = [
                _Plain(Text(f"{{{k}}}"), "text") if c is None else c
                for k, c in enumerate(constants)
            ]
            if j >= 0:
                formula = op.partial(j, _Plain(Text("{y}"), "text"), inputs)
            else:
                formula = _Plain(Text(""), "text").__operation__(op, inputs)
            text = Text("") if formula is None else written(formula, "numpy")
            found = self.templates[key] = f"{text:power}" if j >= 0 and text else str(text)
            self.calls |= {name for name in ops.TABLE if called(name) + "(" in found}
        return found


SIGNS = {(ops.add, 0): 1, (ops.add, 1): 1, (ops.sub, 0): 1, (ops.sub, 1): -1, (ops.neg, 0): -1}
LINEAR = (ops.add, ops.sub, ops.neg, ops.sum)  # whose partials look at nothing
WITHOUT_OUTPUT = (*LINEAR, ops.dot, ops.mul)  # whose partials do not look at the output


class Code:
    """Some nodes as lines, forward and backward.

    Nodes at one depth do not need each other: several of them are assigned in a line. What is used
    once, and looked at by no partial, is written where it is used. A cotangent is one formula, the
    sum of all that is sent; one that is another one, or its negative, has no name of its own.
    """

    def __init__(
        self, writer: _PieceWriter, nodes: list[int], names: dict[int, Text], made: set[int]
    ) -> None:
        self.tape, self.formulas, self.active = writer.tape, writer.formulas, writer.active
        self.depth, self.names, self.made = writer.depth, names, made
        self.nodes = sorted(nodes, key=self.depth.__getitem__)
        self.found: dict[int, list[tuple[bool, Text]]] = {}  # what is sent to each id
        self.looked_at = self.seen_by_partials()
        uses = Counter([a for i in nodes for a in self.tape.nodes[i][1]])
        self.inside = {
            i for i in nodes
            if uses[i] == 1 and i not in made and i not in self.looked_at and self.is_short(i)
        }

    def is_short(self, i: int) -> bool:
        """Whether a node may be written inside another formula."""
        op, args = self.tape.nodes[i]
        return op in BASIC and op is not ops.greater or op in (ops.sum, ops.dot) and len(args) < 9

    def seen_by_partials(self) -> set[int]:
        """What the partials of the nodes look at."""
        found: set[int] = set()
        for i in self.nodes:
            op, args = self.tape.nodes[i]
            if i in self.active and op not in LINEAR:
                found.update(args)
                if op not in WITHOUT_OUTPUT:
                    found.add(i)
        return found

    def forward(self) -> list[str]:
        """Lines that compute the nodes."""
        texts = dict(self.names)
        levels: list[list[tuple[Text, Text]]] = []
        before = -1
        for i in self.nodes:
            op, args = self.tape.nodes[i]
            text = self.formulas.forward(op, [texts[a] for a in args], args)
            if i in self.inside:
                texts[i] = text
                continue
            if self.depth[i] != before:
                levels.append([])
                before = self.depth[i]
            levels[-1].append((self.names[i], text))
        return [line for level in levels for line in assignments(level)]

    def backward(self, seeds: dict[int, Text]) -> list[str]:
        """Lines that compute what is sent, and note what is sent to what comes from before."""
        self.found = {i: [(False, text)] for i, text in seeds.items()}
        lines: list[str] = []
        level: list[tuple[Text, Text]] = []
        before = -1
        for i in reversed(self.nodes):
            if i not in self.active or i not in self.found:
                continue
            if self.depth[i] != before:
                lines += assignments(level)
                level, before = [], self.depth[i]
            parts = self.found.pop(i)
            if len(parts) > 1 or not self.is_name(parts[0][1]):
                name = Text(f"d{self.names[i]}")
                level.append((name, signed(parts)))
                parts = [(False, name)]
            self.send(i, *parts[0])
        return lines + assignments(level)

    def is_name(self, text: Text) -> bool:
        """Whether a text is a name or a number, short enough to be written again and again."""
        return text.isidentifier() or text == "1.0"

    def send(self, i: int, negative: bool, d: Text) -> None:
        """Note what a node with cotangent d, or -d, sends to its arguments."""
        op, args = self.tape.nodes[i]
        texts = [self.names[a] for a in args]
        for j, a in enumerate(args):
            if a not in self.active:
                continue
            partial = None
            if (op, j) not in SIGNS:
                partial = self.formulas.sent(op, args, j, self.names[i], texts)
            if partial == "":
                continue
            if partial is None or partial == "1.0":
                sent = d
            elif d == "1.0" and op in (ops.mul, ops.dot):
                sent = partial
            else:
                sent = Text(f"{d} * {partial:power}", "product")
            flips = SIGNS.get((op, j)) == -1
            self.found.setdefault(a, []).append((negative != flips, sent))

    def sent_to(self, i: int) -> str:
        """All that is sent to something from before."""
        return str(signed(self.found[i])) if i in self.found else "0.0"

    def text(self, name: str, piece: Piece) -> str:
        """The forward and the backward function of a piece; what the second needs of the first is
        kept.
        """
        names = self.names
        forward = self.forward()
        ends = {i: Text(f"d{names[i]}") for i in piece.ends}
        backward = self.backward(ends)
        nodes = [i for i in self.nodes if i not in self.inside]
        keep = [names[i] for i in (*piece.given, *nodes) if i in self.looked_at]
        made = ", ".join(names[i] for i in piece.made)
        return "\n".join(
            [
                *bracketed(f"def f{name}(", [names[i] for i in piece.given], "):", ""),
                *forward,
                *bracketed(f"    return [{made}], [", keep, "]", ""),
                "",
                "",
                f"def b{name}(kept, d):",
                *bracketed("    [", keep, "] = kept", ""),
                *bracketed("    [", list(ends.values()), "] = d", ""),
                *backward,
                *bracketed("    return [", map(self.sent_to, piece.begins), "]", ""),
                "",
            ]
        )


def added(texts: list[Text]) -> Text:
    """The sum of some texts."""
    if len(texts) == 1:
        return texts[0]
    if len(texts) > LONG:
        return Text(f"total(({', '.join(texts)}))")
    return Text(" + ".join(f"{t:sum}" for t in texts), "sum")


def signed(parts: list[tuple[bool, Text]]) -> Text:
    """The sum of texts, some of them subtracted."""
    if len(parts) > LONG:
        terms = [f"-{t:product}" if negative else t for negative, t in parts]
        return Text(f"total(({', '.join(terms)}))")
    (negative, first), *rest = parts
    found = f"-{first:product}" if negative else f"{first:sum}"
    for negative, t in rest:
        found += f" - {t:product}" if negative else f" + {t:product}"
    return Text(found, "sum" if rest or negative else first.level)


def assignments(level: list[tuple[Text, Text]]) -> list[str]:
    """Lines that assign some texts to names, several in a line; none needs another one."""
    lines: list[str] = []
    names: list[str] = []
    texts: list[str] = []
    for name, text in level:
        if names and sum(map(len, (*names, *texts))) + 2 * len(names) * 2 + len(name + text) > 90:
            lines.append(f"    {', '.join(names)} = {', '.join(texts)}")
            names, texts = [], []
        names.append(name)
        texts.append(text)
    return [*lines, f"    {', '.join(names)} = {', '.join(texts)}"] if names else lines


def bracketed(start: str, items: Iterable[str], end: str = "]", indent: str = "    ") -> list[str]:
    """Items in brackets, in as many lines as they need."""
    lines, line = [], indent + start
    for k, item in enumerate(items):
        piece = f", {item}" if k else item
        if k and len(line) + len(piece) > 98:
            lines.append(line + ",")
            line, piece = indent + "        ", item
        line += piece
    return [*lines, line + end]
