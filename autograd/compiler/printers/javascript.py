"""Arrays as JavaScript: calls of the functions of arrays.js, around formulas of single numbers.

Arithmetic comes from the table's `javascript` column: `map((z1) => Math.tanh(z1), z1)`. An Array
without axes is a plain number, so lines about single numbers are plain JavaScript.
"""
from __future__ import annotations

import pathlib
import re
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np

from autograd import ops
from autograd.compiler.arrays.array import Array, Operand, Shape, inner, is_batched
from autograd.compiler.printers.emit import Blocks, names_beside
from autograd.compiler.printers.language import Constants, Language, factors, renamed, size_of
from autograd.compiler.arrays.loop import At, Loop
from autograd.compiler.arrays.places import Strided, whole
from autograd.compiler.recognize.record import Tape
from autograd.compiler.arrays.reverse import topological_order
from autograd.compiler.printers.schedule import Line, Schedule
from autograd.compiler.arrays.structure import (Assemble, Broadcast, Contract, Named, Numbers,
                                                Reshape, RunSums, Scatter, Structural, Sum, Take,
                                                View)
from autograd.formulas.javascript import RUNTIME
from autograd.formulas.symbol import in_javascript, written
from autograd.formulas.text import Text
from autograd.ops import Operation

ARRAYS = pathlib.Path(__file__).with_name("arrays.js")
DEFINED = re.compile(r"^(?:const|function|class) (\w+)", re.MULTILINE)
WORDS = (
    "arguments await break case catch class const continue debugger default delete do else enum "
    "eval export extends false finally for function if implements import in instanceof interface "
    "let new null package private protected public return static super switch this throw true try "
    "typeof undefined var void while with yield Array Float64Array Infinity Math NaN Number Object "
    "module program samples"
).split()


class JavaScript(Language):
    """Prints the Arrays of one program as JavaScript."""

    language = "javascript"

    def __init__(self, names: dict[Array, str], constants: Constants) -> None:
        super().__init__(renamed(names, {*WORDS, *DEFINED.findall(runtime())}), constants)
        self.inside: Loop | None = None  # the loop whose body is printed
        self.print = {
            Named: lambda x: Text(x.op.name),
            Numbers: self.constant,
            View: self.view,
            Take: self.take,
            RunSums: lambda x: self.call("sum_runs", x.inputs[0], self.at_places(x.op.starts)),
            Scatter: lambda x: self.call(
                "scatter", x.inputs[0], self.at_places(x.op.places), str(x.op.size)),
            Reshape: lambda x: self.call("reshape", x.inputs[0], sizes(x.shape)),
            Broadcast: self.broadcast,
            Sum: lambda x: self.call("sum", x.inputs[0], sizes(x.op.axes)),
            Contract: self.contract,
            At: self.at,
        }

    def call(self, function: str, x: Operand, *more: str) -> Text:
        """A call with an Array and what is printed already."""
        return Text(f"{function}({', '.join([self.formula(x), *more])})")

    # Lines ------------------------------------------------------------------------------------

    def lines(self, line: Line) -> list[str]:
        """The lines of source that compute an Array."""
        x = line.array
        if isinstance(x.op, Assemble):
            return self.assemble(x)
        if isinstance(x.op, Loop):
            return self.loop(x.op, line)
        name = self.names[x]
        comment = "  ".join(filter(None, [sizes(x.shape) if x.shape else "", line.comment]))
        if line.added is None:
            return [commented(f"const {name} = {self.definition(x)};", comment)]
        change = "decrease" if x.op is ops.sub else "increase"
        return [
            commented(f"const {name} = {self.formula(x.inputs[1 - line.added])};", comment),
            f"{change}({name}, {self.formula(x.inputs[line.added])});",
        ]

    def assemble(self, x: Array) -> list[str]:
        """Lines that make an array and add each input to its places."""
        name = self.names[x]
        lines = [f"const {name} = zeros({sizes(x.shape)});"]
        for value, places, first in zip(x.inputs, x.op.places, x.op.first):
            lines.append(self.change(Text(name), places, is_batched(x), value, not first))
        return lines

    def change(self, to: Text, places: Any, samples: bool, value: Operand, add: bool) -> str:
        """A line that sets some places of an array to a value, or adds it."""
        name, rest = ("increase" if add else "assign"), ", 1" * samples
        if isinstance(places, Strided):
            to = strided(to, places, samples)
        elif places is not None:
            at = self.at_places(places)
            return f"{name}_at({to}, {at}, {self.formula(value)}{rest});"
        return f"{name}({to}, {self.formula(value)});"

    # Loops ------------------------------------------------------------------------------------

    def loop(self, op: Loop, line: Line) -> list[str]:
        """The stacks, then the lines of a turn, and what it writes."""
        found = [text for k in range(len(op.stacks)) for text in self.stack(op, k)]
        turns = f"let t = {op.turns - 1}; t >= 0; t--" if op.backwards else (
            f"let t = 0; t < {op.turns}; t++")
        found.append(f"for ({turns}) {{")
        self.inside = op
        body = [text for each in line.body for text in self.lines(each)]
        for w in op.writes:
            result, stack = op.result(w.stack), op.stacks[w.stack]
            if stack.lead or stack.inner:
                row = self.row(result, w.offset)
                body.append(self.change(row, w.where, bool(stack.lead), w.value, w.add))
            else:
                place = f"{self.names[result]}.data[{turn(w.offset)}]"
                body.append(f"{place} {'+=' if w.add else '='} {self.formula(w.value)};")
        self.inside = None
        return [*found, *[f"  {text}" for text in body], "}"]

    def stack(self, op: Loop, k: int) -> list[str]:
        """The rows of a stack before the first turn."""
        stack, result = op.stacks[k], op.result(k)
        name, start = self.names[result], stack.start
        if start is not None and start.shape == result.shape:
            if self.names.get(start) == name:
                if isinstance(start.op, Assemble):
                    return []
                name = self.names[result] = self.unused(name)
            return [f"const {name} = copy({self.formula(start)});"]
        lines = [f"const {name} = zeros({sizes(result.shape)});"]
        if start is not None:
            first = self.row(result, 0, "0")
            if len(inner(start)) > len(stack.inner):
                shape = (stack.before, *stack.inner)
                first = strided(Text(name), whole(shape), bool(stack.lead))
            lines.append(f"assign({first}, {self.formula(start)});")
        return lines

    def at(self, x: Array) -> Text:
        """Row t + offset."""
        source = x.op.source
        if not isinstance(source, Array):
            assert self.inside is not None
            source = self.inside.result(source)
        if x.shape == ():
            return Text(f"in_row({self.formula(source)}, {turn(x.op.offset)})")
        return self.row(source, x.op.offset)

    def row(self, source: Array, offset: int, at: str = "") -> Text:
        return self.call("row", source, at or turn(offset), *["1"] * is_batched(source))

    # Elementwise operations -------------------------------------------------------------------

    def elementwise(self, op: Operation, x: Array) -> Text:
        """A row of the table: on numbers, or as one function of the numbers of several arrays."""
        if x.shape == ():
            return self.write(op, map(self.formula, x.inputs))
        given: dict[Array, str] = {}
        body = self.write(op, [self.in_function(u, x.shape, given) for u in x.inputs])
        arguments = ", ".join(self.formula(u) for u in given)
        return Text(f"map(({', '.join(given.values())}) => {body}, {arguments})")

    def in_function(self, x: Operand, shape: Shape, given: dict[Array, str]) -> Text:
        """An operand inside a function of numbers, whose arguments are collected in `given`."""
        if not isinstance(x, Array) or x.shape == () and (x in self.names or not x.inputs):
            return self.formula(x)
        named = x in self.names or isinstance(x.op, Structural)
        if x.shape == shape and not named:
            return self.write(x.op, [self.in_function(u, shape, given) for u in x.inputs])
        return self.argument(x, given)

    def argument(self, x: Array, given: dict[Array, str]) -> Text:
        """The argument of a function of numbers that stands for x."""
        if x not in given:
            own = self.names.get(x) or (x.op.name if isinstance(x.op, Named) else "")
            given[x] = own or self.unused("abcdefgh"[len(given) % 8], given.values())
        return Text(given[x])

    def unused(self, name: str, others: Iterable[str] = ()) -> str:
        """The name itself if nothing has it, else with underscores."""
        taken = {*self.names.values(), *others}
        while name in taken:
            name += "_"
        return name

    # Structural operations --------------------------------------------------------------------

    def constant(self, x: Array) -> Text:
        """A constant array by its name; one without axes is a number."""
        if x.shape == ():
            return written(float(x.op.numbers), "javascript")
        return Text(self.constants.name(x.op.numbers, x.op.stem or "c"))

    def view(self, x: Array) -> Text:
        places, source = x.op.places, x.inputs[0]
        shape = x.shape[is_batched(x) :]
        if x.shape == ():
            return self.call("number", source, str(places.base))
        return strided(self.formula(source), places._replace(shape=shape), is_batched(x))

    def take(self, x: Array) -> Text:
        """Any places of the flat inputs."""
        shape = sizes(x.shape[is_batched(x) :])
        flat = [(self.of_each if is_batched(x) else self.flat)(u) for u in x.inputs]
        found = flat[0]
        if len(flat) > 1 and is_batched(x):
            found = Text(f"beside([{', '.join(flat)}])")
        elif len(flat) > 1:
            count = sum(map(size_of, x.inputs))
            found = Text(f"concatenate([{', '.join(flat)}], [{count}])")
        return Text(f"take({found}, {self.at_places(x.op.places)}, {shape})")

    def flat(self, x: Array) -> Text:
        """An array as a flat one."""
        flat = len(x.shape) == 1
        return self.formula(x) if flat else self.call("reshape", x, f"[{size_of(x)}]")

    def of_each(self, x: Array) -> Text:
        """An array as a matrix with a row for each sample."""
        if not is_batched(x):
            return Text(f"broadcast({self.flat(x)}, [m, {size_of(x)}])")
        if len(x.shape) == 2:
            return self.formula(x)
        return self.call("reshape", x, f"[m, {size_of(x)}]")

    def broadcast(self, x: Array) -> Text:
        if x.shape == ():
            return self.formula(x.inputs[0])
        return self.call("broadcast", x.inputs[0], sizes(x.shape))

    def contract(self, x: Array) -> Text:
        (A, left), (B, right) = factors(x)
        return Text(f'einsum("{left},{right}->{x.op.out}", {self.formula(A)}, {self.formula(B)})')

    def at_places(self, places: np.ndarray) -> str:
        return self.constants.name(places, "at")


def strided(text: Text, places: Strided, samples: bool) -> Text:
    """Strided places of an array, or of each sample's."""
    where = f"{places.base}, {sizes(places.shape)}, {sizes(places.strides)}{', 1' * samples}"
    return Text(f"view({text}, {where})")


def turn(offset: int) -> str:
    """The place of row t + offset."""
    return f"t + {offset}" if offset else "t"


def sizes(shape: Shape) -> str:
    """A shape as a list."""
    return f"[{', '.join(map(str, shape))}]"


def commented(line: str, comment: str) -> str:
    return f"{line:<60} // {comment}" if comment else line


def runtime() -> str:
    """The functions that a program calls."""
    return RUNTIME.read_text(encoding="utf-8") + "\n" + ARRAYS.read_text(encoding="utf-8")


def spelt(array: np.ndarray) -> str:
    """A constant array: places as a list, numbers as an array."""
    flat = array.ravel().tolist()
    if array.dtype.kind != "f":
        return sizes(tuple(flat))
    return f"array([{', '.join(map(in_javascript, flat))}], {sizes(array.shape)})"


# The program ----------------------------------------------------------------------------------


def source(code: Blocks) -> str:
    """The program as one statement, `const program = ...`, which needs nothing else."""
    lines = code.lines
    constants = Constants(names_beside(lines).free)
    printer = JavaScript(lines.names, constants)
    functions = [function(printer, "value", code.tape, lines)]
    if lines.gradient is not None:
        functions.append(function(printer, "value_and_grad", code.tape, lines, lines.gradient))
    arrays = [f"const {name} = {spelt(array)};" for name, array in constants.arrays.items()]
    names = "value, value_and_grad" if lines.gradient is not None else "value"
    return "\n".join(
        [
            "const program = (() => {",
            runtime(),
            "// The program " + "-" * 83,
            "",
            *arrays,
            "",
            "\n\n".join(functions),
            "",
            f"return {{{names}}};",
            "})();",
            "if (typeof module !== \"undefined\") module.exports = program;",
            "",
        ]
    )


def function(
    printer: JavaScript, name: str, tape: Tape, lines: Schedule, gradient: Array | None = None
) -> str:
    """The function of the output or, with a gradient, of both."""
    needed = set(topological_order([lines.value]))
    views = [line for line in lines.views if gradient is not None or line.array in needed]
    body = ["theta = array(theta, [theta.length]);"]
    if tape.samples:
        body += ["x = matrix(x);", "const m = x.shape[0], ones = broadcast(1, [m]);"]
    elif tape.inputs:
        body += ["x = array(x, [x.length]);"]
    body += chain.from_iterable(map(printer.lines, (*views, *lines.forward)))
    result = printer.formula(lines.value)
    if gradient is not None:
        body += chain.from_iterable(map(printer.lines, lines.backward))
        total = Text(f"sum({result}, [0])") if is_batched(lines.value) else result
        body.append(f"return [{total}, flat({printer.formula(gradient)})];")
    else:
        body.append(f"return list({result});")
    head = f"function {name}(theta{', x' * bool(tape.inputs)}) {{"
    return "\n".join([head, *[f"  {text}" for text in body], "}"])
