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

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from autograd import ops
from autograd.compiler.names import called
from autograd.compiler.record import CONSTANT, INPUT, PARAMETER, Node, Tape
from autograd.ops import Operation
from autograd.formulas.text import Text
from autograd.formulas.symbol import Symbol, without_neutral, written

LONG = 40  # sums of more terms are calls of sum(), not one long formula
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
    """The values of all ids: parameters, inputs, constants and nodes."""
    v = START.copy()
    v[:P] = list(theta)
    v[P:P + I] = list(x)
    for forward, _, outside, nodes in PIECES:
        for i, y in zip(nodes, forward(*[v[i] for i in outside])):
            v[i] = y
    return v


def value(theta, x=()):
    v = values(theta, x)
    return [v[i] for i in OUTPUTS]


def value_and_grad(theta, x=()):
    v = values(theta, x)
    d = [0.0] * len(v)
    d[OUTPUTS[0]] = 1.0
    for _, backward, outside, nodes in reversed(PIECES):
        given = [v[i] for i in outside], [v[i] for i in nodes], [d[i] for i in nodes]
        for i, g in zip(outside, backward(*given)):
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
            f"(f{name}, b{name}, {outside}, {nodes})" for name, outside, nodes in self.pieces
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
                (found["f" + p.name], found["b" + p.name], p.outside, p.nodes) for p in self.pieces
            ],
        )
        return found


class Piece(NamedTuple):
    """Some nodes in a row. Functions of the same name have the same code."""

    name: str  # its functions are f<name> and b<name>
    outside: list[int]  # ids of what it uses from before
    nodes: list[int]  # ids of what it computes


def straight(tape: Tape) -> Straight:
    """The tape as pieces of straight-line code."""
    writer = _PieceWriter(tape)
    if len(tape.nodes) <= PIECE:
        return Straight(writer.whole(), [], tape, sorted(writer.calls))
    pieces = writer.pieces()
    return Straight("\n\n".join(writer.texts), pieces, tape, sorted(writer.calls))


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
        same = looks[period:] == looks[:-period]
        edges = np.flatnonzero(np.diff(np.concatenate(([0], same.view(np.int8), [0]))))
        if len(edges):
            k = int(np.argmax(edges[1::2] - edges[::2]))
            start, length = (
                int(edges[2 * k]),
                int(edges[2 * k + 1] - edges[2 * k]) // period * period + period,
            )
            if length > best[1] - best[0] + best[2]:  # more by a turn: not twice the same turn
                best = start, start + length, period
            if length > 0.9 * len(looks):
                break
    return best


class _PieceWriter:
    """Cuts a tape into pieces and writes the code of each kind of piece once."""

    def __init__(self, tape: Tape) -> None:
        self.tape, self.kinds = tape, tape.kinds
        self.templates: dict[Any, str] = {}
        self.known: dict[Any, str] = {}  # the name of a piece by what it looks like
        self.texts: list[str] = []
        self.calls: set[str] = set()

    def whole(self) -> str:
        """A short program as two functions; only what depends on the parameters is sent back."""
        tape, kinds = self.tape, self.kinds
        place = {i: f"{'px_v'[kind]}{i}" for i, kind in enumerate(kinds) if kind != CONSTANT}
        for i, number in tape.constants.items():
            text = str(written(number, "numpy"))
            place[i] = f"({text})" if text[0] == "-" else text
        forward = [
            f"    [{', '.join(place[i] for i, k in enumerate(kinds) if k == kind)}] = {given}"
            for kind, given in ((PARAMETER, "theta"), (INPUT, "x"))
            if kind in kinds
        ]
        forward += [
            f"    {place[i]} = {self.forward(node, place)}" for i, node in tape.nodes.items()
        ]
        outputs = [place[i] for i in tape.outputs]
        lines = ["def value(theta, x=()):", *forward, f"    return [{', '.join(outputs)}]"]
        if len(outputs) == 1:
            backward, derivatives = self.whole_backward(place)
            lines += [
                "",
                "",
                "def value_and_grad(theta, x=()):",
                *forward,
                *backward,
                f"    return {outputs[0]}, [{', '.join(derivatives)}]",
            ]
        return "\n".join(lines) + "\n"

    def whole_backward(self, place: dict[int, str]) -> tuple[list[str], list[str]]:
        """The backward lines of a short program, and the derivatives with respect to the
        parameters, as names or numbers.
        """
        tape = self.tape
        active = set(tape.parameters)
        for i, (_, args) in tape.nodes.items():
            if not active.isdisjoint(args):
                active.add(i)
        out = tape.outputs[0]
        known = {out} & active
        lines = [f"    d{place[out]} = 1.0"] if known else []
        for i, (op, args) in reversed(tape.nodes.items()):
            for j, a in enumerate(args):
                sent = self.sent(op, args, j, place, i) if i in known and a in active else ""
                if sent:
                    lines.append(
                        f"    d{place[a]} = " + (f"d{place[a]} + {sent}" if a in known else sent)
                    )
                    known.add(a)
        return lines, [f"d{place[p]}" if p in known else "0.0" for p in tape.parameters]

    def pieces(self) -> list[Piece]:
        """The tape in pieces; where the same operations come again and again, each has whole turns,
        so that all look alike.
        """
        nodes = list(self.tape.nodes)
        known: dict[Any, int] = {}
        looks = np.array(
            [
                known.setdefault(
                    (op, len(args), *[self.kinds[a] == CONSTANT for a in args]), len(known)
                )
                for op, args in self.tape.nodes.values()
            ]
        )
        start, stop, period = repetition(looks)
        turns = period * max(1, PIECE // period)
        cuts = [
            *range(0, start, PIECE),
            *range(start, stop, turns),
            *range(stop, len(nodes), PIECE),
            len(nodes),
        ]
        return [self.piece(nodes[a:b]) for a, b in zip(cuts, cuts[1:])]

    def piece(self, nodes: list[int]) -> Piece:
        """Name a piece by its look: operations, wiring, what is constant, and what rules look at.

        All that `text` depends on must be in the look: two pieces that look alike share one text.
        """
        place: dict[int, str] = {}
        outside: list[int] = []
        look: list[Any] = []
        for k, i in enumerate(nodes):
            op, args = self.tape.nodes[i]
            for a in args:
                if a not in place:
                    place[a] = f"x{len(outside)}"
                    outside.append(a)
            place[i] = f"v{k}"
            numbers = [self.tape.constants.get(a) for a in args] if op in LOOKS_AT_NUMBERS else ()
            look.append((op, *[place[a] for a in args], *numbers))
        # nothing is sent back to a constant
        constant = tuple(self.kinds[a] == CONSTANT for a in outside)
        key = (constant, *look)
        name = self.known.get(key)
        if name is None:
            name = self.known[key] = str(len(self.known) + 1)
            self.texts.append(self.text(name, nodes, outside, place))
        return Piece(name, outside, nodes)

    def text(self, name: str, nodes: list[int], outside: list[int], place: dict[int, str]) -> str:
        """The forward and backward function of a piece."""
        given, computed = [place[i] for i in outside], [place[i] for i in nodes]
        forward = [f"    {place[i]} = {self.forward(self.tape.nodes[i], place)}" for i in nodes]
        backward = []
        for i in reversed(nodes):
            op, args = self.tape.nodes[i]
            for j, a in enumerate(args):
                if self.kinds[a] != CONSTANT:
                    sent = self.sent(op, args, j, place, i)
                    if sent:
                        backward.append(f"    d{place[a]} = d{place[a]} + {sent}")
        changing = [place[i] for i in outside]
        return "\n".join(
            [
                f"def f{name}({', '.join(given)}):",
                *forward,
                f"    return {', '.join(computed)},",
                "",
                "",
                f"def b{name}(x, v, d):",
                f"    {', '.join(given)}, = x" if given else "    pass",
                f"    {', '.join(computed)}, = v",
                f"    {', '.join('d' + c for c in computed)}, = d",
                *([f"    {' = '.join('d' + c for c in changing)} = 0.0"] if changing else []),
                *backward,
                f"    return {', '.join('d' + c for c in changing)}{',' if changing else '()'}",
                "",
            ]
        )

    def forward(self, node: Node, place: dict[int, str]) -> str:
        op, args = node
        if op is ops.sum or op is ops.dot:
            if op is ops.sum:
                terms = [place[a] for a in args]
            else:
                n = len(args) // 2
                terms = [f"{place[a]} * {place[b]}" for a, b in zip(args[:n], args[n:])]
            return " + ".join(terms) if len(terms) <= LONG else f"total(({', '.join(terms)}))"
        return self.template(op, args, -1).format(*[place[a] for a in args])

    def sent(
        self, op: Operation, args: tuple[int, ...], j: int, place: dict[int, str], i: int
    ) -> str:
        """What node i sends to its argument j."""
        if op is ops.sum:
            return f"d{place[i]}"
        if op is ops.dot:
            n = len(args) // 2
            return f"d{place[i]} * {place[args[j + n] if j < n else args[j - n]]}"
        partial = self.template(op, args, j)
        if not partial:
            return ""
        return (
            f"d{place[i]}"
            if partial == "1.0"
            else f"d{place[i]} * {partial.format(*[place[a] for a in args], y=place[i])}"
        )

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
            elif op in BASIC:
                formula = _Plain(op.write("text", *[written(x, "numpy") for x in inputs]), "text")
                formula = (
                    _Plain(Text(f"1.0 * {formula}", "product"), "text")
                    if op is ops.greater
                    else formula
                )
            else:
                formula = _Plain(Text(""), "text").__operation__(op, inputs)
            text = Text("") if formula is None else written(formula, "numpy")
            found = self.templates[key] = f"{text:power}" if j >= 0 and text else str(text)
            self.calls |= {name for name in ops.TABLE if called(name) + "(" in found}
        return found
