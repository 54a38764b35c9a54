"""Arrays as NumPy: one function for each operation. What is printed where was decided before; see
schedule.

A formula is a Text, which knows how tightly it holds together, so that parentheses stand where
they must.
"""
from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any


from autograd import ops
from autograd.compiler.arrays.array import (SAMPLES, Array, Operand, Shape, inner, is_batched,
                                            shape_of)
from autograd.compiler.printers.floats import FloatLoop
from autograd.compiler.printers.language import Constants, Language, factors, size_of
from autograd.compiler.arrays.loop import At, Loop, Stacked, Write
from autograd.compiler.printers.names import called
from autograd.compiler.arrays.places import Slicing, Strided, slicing
from autograd.compiler.printers.schedule import Line
from autograd.compiler.arrays.structure import (Assemble, Broadcast, Contract, Named, Numbers,
                                                Reshape, RunSums, Scatter, Sum, Take, View)
from autograd.formulas.text import Text
from autograd.ops import Operation


# the same on floats and on arrays
OPERATORS = (ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.greater)


class Printer(Language):
    """Prints the Arrays of one program as NumPy; notes which operations it calls."""

    language = "numpy"

    def __init__(self, names: dict[Array, str], constants: Constants, floats: bool) -> None:
        super().__init__(dict(names), constants)
        self.floats = floats  # whether single numbers are floats, in loops and outside, not arrays
        self.called: dict[str, Operation] = {}  # operations without a form in NumPy
        self.ones = False  # whether a row of m ones is used
        self.print = {
            View: self.view,
            Take: self.take,
            RunSums: self.run_sums,
            Scatter: self.scatter,
            Reshape: self.reshape,
            Broadcast: self.broadcast,
            Sum: self.sum,
            Contract: self.contract,
            Named: self.named,
            Numbers: self.numbers,
            At: self.at,
            Stacked: self.stacked,
        }
        self.inside: Loop | None = None  # the loop whose body is printed
        self.inside_floats: FloatLoop | None = None  # the same, where it is about floats
        self.as_lists: set[Array] = set()  # stacks that are lists, not arrays
        self.kept: set[Array] = set()  # stacks of which there is a list as well
        self.sums: set[Array] = set()  # stacks of which there is only the sum
        self.variables: dict[Array, dict[int, str]] = {}  # some rows of stacks, which have names
        self.spread: set[Array] = set()  # starts of loops that are written number by number
        self.on_floats: dict[str, Operation] = {}  # operations called on floats that `math` has not

    # Lines ------------------------------------------------------------------------------------

    def lines(self, line: Line) -> list[str]:
        """The lines of source that compute an Array."""
        name, x = line.name, line.array
        if self.floats and self.has_no_line(x):
            return []
        if isinstance(x.op, Assemble):
            return self.assemble(name, x)
        if isinstance(x.op, Loop):
            return self.loop(x.op, line)
        comment = "  ".join(filter(None, [tuple_text(x.shape) if x.shape else "", line.comment]))
        if line.added is None:
            return [commented(f"{name} = {self.definition(x)}", comment)]
        sign = "-" if x.op is ops.sub else "+"
        return [
            commented(f"{name} = {self.formula(x.inputs[1 - line.added])}", comment),
            f"    {name} {sign}= {self.formula(x.inputs[line.added])}",
        ]

    def assemble(self, name: str, x: Array) -> list[str]:
        """Lines that make an array and add each input to its places."""
        values, op = list(zip(x.inputs, x.op.places, x.op.first)), x.op
        lines = []
        if op.places and op.places[0] is None:
            lines.append(f"    {name} = {self.fresh(values.pop(0)[0], x.shape)}")
        else:
            lines.append(
                f"    {name} = np.{'empty' if op.covered else 'zeros'}({sizes_text(x.shape)})"
            )
        for value, places, first in values:
            target = self.target(name, x, places)
            lines.append(f"    {target} {'=' if first else '+='} {self.formula(value)}")
        return lines

    def has_no_line(self, x: Array) -> bool:
        """Whether x has a line on arrays alone: on floats it is a variable of a loop, or is written
        there.
        """
        loop = self.inside_floats
        if loop is None or not isinstance(x.op, At) or not loop.is_carried(x.op.source):
            return x in self.spread
        self.names.pop(x, None)
        return True

    def is_float(self, x: Operand) -> bool:
        """Whether x is a float, one of Python's, for sure."""
        if not isinstance(x, Array) or x.shape:
            return not isinstance(x, Array)
        if isinstance(x.op, Operation):
            return all(map(self.is_float, x.inputs))
        source = x.inputs[0] if x.inputs else x
        if isinstance(x.op, View):
            listed = source in self.as_lists or x.op.places.base in self.variables.get(source, {})
            return listed or isinstance(source.op, Named)
        return isinstance(x.op, Sum) and source in self.as_lists

    def float_text(self, x: Operand) -> str:
        """A single number as a float."""
        text = self.formula(x)
        return text if self.is_float(x) else f"float({text})"

    def sum_of(self, texts: Sequence[str]) -> str:
        """The sum of a few numbers, 0 of none."""
        return " + ".join(texts).replace(" + -", " - ") or "0.0"

    # Functions --------------------------------------------------------------------------------

    def as_arrays(self, names: Sequence[str]) -> list[str]:
        """Lines that make arrays of what is given: NumPy is given arrays."""
        return []

    # Loops ------------------------------------------------------------------------------------

    def loop(self, op: Loop, line: Line) -> list[str]:
        """The stacks, then `for t in range(T)`: the lines of a turn, and what it writes."""
        loop = None
        if self.floats and line.floats is not None:
            loop = FloatLoop(self, op, line.floats)
        found = loop.before() if loop else [
            text for k in range(len(op.stacks)) for text in self.stack(op, k)
        ]
        turns = f"range({op.turns})"
        found.append(f"    for t in {f'reversed({turns})' if op.backwards else turns}:")
        self.inside, self.inside_floats = op, loop
        for each in line.body:
            found += [f"    {text}" for text in self.lines(each)]
        ends = loop.turn() if loop else map(self.write_row, op.writes)
        found += [f"        {text}" for text in ends]
        self.inside, self.inside_floats = None, None
        return found + (loop.after() if loop else [])

    def write_row(self, w: Write) -> str:
        """The line that writes to a row of a stack of the loop that is printed."""
        op = self.inside
        assert op is not None
        stack = op.stacks[w.stack]
        target = self.places(
            self.row(op.result(w.stack), w.offset), stack.inner, w.where, bool(stack.lead)
        )
        return f"{target} {'+=' if w.add else '='} {self.formula(w.value)}"

    def stack(self, op: Loop, k: int) -> list[str]:
        """The rows of a stack before the first turn."""
        stack, result = op.stacks[k], op.result(k)
        name, start = self.names[result], stack.start
        sizes = sizes_text(result.shape)
        if start is None:
            return [f"    {name} = np.empty({sizes})"]
        if isinstance(start.op, Broadcast) and start.inputs[0] == 0.0:
            return [f"    {name} = np.zeros({sizes})"]
        if start.shape == result.shape:
            own = self.names.get(start) == name and isinstance(start.op, Assemble)
            order = ", order='C'" if len(start.shape) > 1 else ""
            return [] if own else [f"    {name} = np.array({self.formula(start)}{order})"]
        first = "0" if len(inner(start)) == len(stack.inner) else f"0:{stack.before}"
        return [
            f"    {name} = np.empty({sizes})",
            f"    {name}[{':, ' * bool(stack.lead)}{first}] = {self.formula(start)}",
        ]

    def places(self, row: Text, shape: Shape, where: Any, batched: bool) -> str:
        """Some places of a row as what can be assigned to."""
        if where is None:
            return row
        if not isinstance(where, Strided):
            return f"{row}[{':, ' * batched}{self.constants.name(where, 'at')}]"
        found = slicing(where, shape)
        assert found is not None
        text = sliced(row, found, batched)
        return text if text.endswith("]") else f"{text}[...]"

    def at(self, x: Array) -> Text:
        """Row t + offset."""
        source = x.op.source
        if isinstance(source, Array):
            return self.row(source, x.op.offset)
        if self.inside_floats and self.inside_floats.is_carried(source):
            return self.inside_floats.row(source, x.op.offset)
        assert self.inside is not None
        return self.row(self.inside.result(source), x.op.offset)

    def row(self, source: Array, offset: int) -> Text:
        samples = ":, " * is_batched(source)
        lists = self.inside_floats.lists if self.inside_floats else {}
        name = Text(lists[source]) if source in lists else self.formula(source)
        return Text(f"{name:atom}[{samples}t{f' + {offset}' if offset else ''}]")

    def stacked(self, x: Array) -> Text:
        raise KeyError("a stack has a name")

    def fresh(self, value: Operand, shape: Shape) -> Text:
        """A value as an array of its own that may be written to, in C order: a reshape of it is a
        view.
        """
        text = self.formula(value)
        if not isinstance(value, Array) or value.shape != shape:
            return Text(f"np.full({sizes_text(shape)}, {text})")
        own = value not in self.names and self.is_new(value)
        if len(shape) < 2:
            return text if own else Text(f"np.array({text})")
        if own:  # what is computed from transposes is in their order
            return Text(f"np.ascontiguousarray({text})")
        return Text(f"np.array({text}, order='C')")

    def is_new(self, x: Array) -> bool:
        """Whether the formula of x makes an array, or is one of these in another shape."""
        while isinstance(x.op, Reshape) and x.inputs[0] not in self.names:
            x = x.inputs[0]
        return is_new(x)

    def target(self, name: str, x: Array, places: Any) -> str:
        """Some places of an array as what can be assigned to."""
        rows, lead = (":, ", "m, ") if is_batched(x) else ("", "")
        if places is None:
            return f"{name}[...]"
        if isinstance(places, Strided):
            found = slicing(places, inner(x))
            assert found is not None
            text = sliced(Text(name), found, is_batched(x))
            return text if text.endswith("]") else f"{text}[...]"
        flat = name if len(inner(x)) == 1 else f"{name}.reshape({lead}{size_of(x)})"
        return f"{flat}[{rows}{self.constants.name(places, 'at')}]"

    def result(self, total: Text) -> Text:
        """The value as the program returns it."""
        return Text(f"float({total})")

    # Elementwise operations -------------------------------------------------------------------

    def elementwise(self, op: Operation, x: Array) -> Text:
        """A row of the table."""
        return self.row_of_table(op, list(map(self.formula, x.inputs)), x.inputs)

    def row_of_table(self, op: Operation, texts: list[Text], inputs: Sequence[Operand]) -> Text:
        """A row of the table on printed inputs."""
        if self.floats and op not in OPERATORS and not any(map(shape_of, inputs)):
            return self.on_float(op, texts, inputs)
        operator = as_operator(op, texts, inputs)
        if operator is not None:
            return operator
        if op.numpy is None:
            self.called[op.name] = op
            return Text(f"{called(op.name)}({', '.join(texts)})")
        if op.name in ops.BUILT_IN:
            return op.write("numpy", *texts)
        # a template of the user's may forget parentheses
        text = op.write("numpy", *[Text(f"{t:atom}") for t in texts])
        return Text(text if re.fullmatch(r"[\w.]+\([\w., ]*\)", text) else f"({text})")

    def on_float(self, op: Operation, texts: list[Text], inputs: Sequence[Operand]) -> Text:
        """A row of the table on floats: as `math` has it, or called by its name."""
        exponent = inputs[-1]
        if op is ops.pow and isinstance(exponent, float) and exponent.is_integer() and exponent > 0:
            return Text(f"{texts[0]:atom}**{int(exponent)}", "power")
        if op.forward is getattr(math, op.forward.__name__, None):
            return Text(f"math.{op.forward.__name__}({', '.join(texts)})")
        self.on_floats[op.name] = op
        return Text(f"{called(op.name)}({', '.join(texts)})")

    # Structural operations --------------------------------------------------------------------

    def named(self, x: Array) -> Text:
        self.ones |= x.op.name == "ones"
        return Text("float(m)" if x.op.name == "m" else x.op.name)

    def numbers(self, x: Array) -> Text:
        return Text(self.constants.name(x.op.numbers, x.op.stem or "c"))

    def view(self, x: Array) -> Text:
        if self.floats and x.shape == ():
            source, place = x.inputs[0], x.op.places.base
            if place in self.variables.get(source, {}):
                return Text(self.variables[source][place])
            if isinstance(source.op, Named):
                return Text(f"{self.formula(source)}.item({place})")
        return sliced(self.formula(x.inputs[0]), x.op.slicing, is_batched(x))

    def take(self, x: Array) -> Text:
        """Any places of the flat inputs."""
        batched, flat = is_batched(x), self.row_for_each_sample if is_batched(x) else self.flat
        source = f"{self.formula(x.inputs[0]):atom}" if not batched else flat(x.inputs[0])
        if len(x.inputs) > 1:
            axis = ", axis=1" if batched else ""
            source = f"np.concatenate(({', '.join(map(flat, x.inputs))}){axis})"
        if x.op.takes_all(x.inputs):
            return Text(source)
        places = self.constants.name(x.op.places, "at")
        return Text(f"{source}[:, {places}]" if batched else f"{source}.take({places})")

    def flat(self, x: Array) -> str:
        """An array as a flat one."""
        text = self.formula(x)
        return (
            text
            if len(x.shape) == 1
            else f"{text:atom}.ravel()"
            if x.shape
            else f"np.ravel({text})"
        )

    def row_for_each_sample(self, x: Array) -> str:
        """An array as a matrix with a row for each sample."""
        text = self.formula(x)
        if not is_batched(x):
            return f"np.broadcast_to({self.flat(x)}, (m, {size_of(x)}))"
        return f"{text:atom}" if len(x.shape) == 2 else f"{text:atom}.reshape(m, {size_of(x)})"

    def run_sums(self, x: Array) -> Text:
        axis = ", axis=1" if is_batched(x) else ""
        starts = self.constants.name(x.op.starts, "at")
        return Text(f"np.add.reduceat({self.formula(x.inputs[0])}, {starts}{axis})")

    def scatter(self, x: Array) -> Text:
        places = self.constants.name(x.op.places, "at")
        return Text(f"np.bincount({places}, {self.formula(x.inputs[0])}, {x.op.size})")

    def one_number(self, text: str, x: Array) -> Text:
        """The number of an array that has no other."""
        return Text(f"{text}.item()" if SAMPLES not in x.shape else f"{text}.reshape(())")

    def reshape(self, x: Array) -> Text:
        """The same numbers in another shape: by axes of length 1, where those are all."""
        source = x.inputs[0]
        text = f"{self.formula(source):atom}"
        if not x.shape:
            return self.one_number(text, source)
        new = axes_of_length_one(source.shape, x.shape)
        if new is None:
            return Text(f"{text}.reshape({', '.join(map(str, x.shape))})")
        if not source.shape and (self.floats or may_be_float(source)):
            return Text(f"np.reshape({self.formula(source)}, {tuple_text(x.shape)})")
        while new[-1] == ":":
            new.pop()
        return Text(f"{text}[{', '.join([*new, '...'] if len(new) < len(x.shape) else new)}]")

    def broadcast(self, x: Array) -> Text:
        if x.shape == ():
            return self.formula(x.inputs[0])
        return Text(f"np.broadcast_to({self.formula(x.inputs[0])}, {tuple_text(x.shape)})")

    def sum(self, x: Array) -> Text:
        if x.inputs[0] in self.sums:
            return self.formula(x.inputs[0])
        if x.inputs[0] in self.as_lists:
            return Text(f"sum({self.formula(x.inputs[0])})")
        axes, rank = x.op.axes, len(x.inputs[0].shape)
        if len(axes) == rank:
            which = ""
        elif len(axes) == 1:
            which = "-1" if axes[0] == rank - 1 else str(axes[0])
        else:
            which = str(axes)
        return Text(f"{self.formula(x.inputs[0]):atom}.sum({which})")

    def contract(self, x: Array) -> Text:
        """A product summed over some axes, in NumPy's form for it."""
        (A, left), (B, right) = factors(x)
        return Product(x, (self.formula(A), left), (self.formula(B), right)).text()


def may_be_float(x: Operand) -> bool:
    """Whether a single number may be a float, which has no shape, and not one of NumPy's: what an
    operation without a form in NumPy gives, and what is computed with it.
    """
    stack, seen = [x], set[Array]()
    while stack:
        y = stack.pop()
        if isinstance(y, Array) and not y.shape and isinstance(y.op, Operation) and y not in seen:
            if y.op.numpy is None:
                return True
            seen.add(y)
            stack += y.inputs
    return False


def axes_of_length_one(old: Shape, new: Shape) -> list[str] | None:
    """The index that makes one shape of another by axes of length 1; None where there is none."""
    left, index = list(old), []
    for n in new:
        index.append(":" if left and n == left[0] else "None" if n == 1 else "")
        if index[-1] == ":":
            left.pop(0)
    return None if left or "" in index else index


def is_new(x: Array) -> bool:
    """Whether the formula of x makes an array, so that writing to it writes to no other."""
    if isinstance(x.op, Operation):  # a template of the user's may be its input
        return x.op.name in ops.BUILT_IN and x.op not in (ops.identity, ops.stop_gradient)
    return not isinstance(x.op, (View, Reshape, Broadcast, At, Stacked, Named, Numbers))


def as_operator(op: Operation, texts: Sequence[Text], inputs: Sequence[Any]) -> Text | None:
    """A row of the table that is an operator of Python; None where it is not."""
    if op is ops.greater:
        return Text(f"({texts[0]} > {'0' if inputs[1] == 0.0 else texts[1]})")
    if op is ops.neg:
        return Text(f"-{texts[0]:power}", "product")
    if op is ops.pow and isinstance(inputs[1], (int, float)):
        return Text(f"{texts[0]:atom}**{texts[1].removesuffix('.0')}", "power")
    return op.write("numpy", *texts) if op in OPERATORS else None


class Product:
    """A Contract as NumPy writes it. Its labels fall into four: of both inputs and the output
    (`both`), of both inputs alone (`summed`), of the left one and the output (`rows`), of the
    right one and the output (`columns`).
    """

    def __init__(self, x: Array, A: tuple[Text, str], B: tuple[Text, str]) -> None:
        self.out = x.op.out
        self.size = {
            **dict(zip(x.op.left, x.inputs[0].shape)),
            **dict(zip(x.op.right, x.inputs[1].shape)),
        }
        (self.A, left), (self.B, right) = A, B
        self.left, self.right = left, right
        self.both = "".join(c for c in self.out if c in left and c in right)
        self.summed = "".join(c for c in left if c in right and c not in self.out)
        self.rows = "".join(c for c in left if c not in right)
        self.columns = "".join(c for c in right if c not in left)

    def text(self) -> Text:
        """The text of the product."""
        if not self.summed:
            return self.outer()
        found = self.over_one_axis() if len(self.summed) == 1 else None
        if found is not None:
            return found
        if not self.both and self.out == self.rows + self.columns:
            axes = (
                tuple(map(self.left.index, self.summed)),
                tuple(map(self.right.index, self.summed)),
            )
            return Text(f"np.tensordot({self.A}, {self.B}, {axes})")
        return Text(f"np.einsum('{self.left},{self.right}->{self.out}', {self.A}, {self.B})")

    def over_one_axis(self) -> Text | None:
        """The product that sums over one axis, if it is of vectors and matrices."""
        small = len(self.rows) <= 1 and len(self.columns) <= 1
        if small and not self.both:
            return self.matmul()
        if self.left == self.right and self.both == self.out:
            axis = self.left.index(self.summed)
            axis_text = "" if axis == len(self.left) - 1 else f", axis={axis}"
            return Text(f"np.vecdot({self.A}, {self.B}{axis_text})")
        return self.stacked() if small and self.rows and self.columns else None

    def outer(self) -> Text:
        """Every number of A times every number of B, or those that share a label: axes of length 1
        make them meet.
        """
        return Text(
            f"{self.aligned(self.A, self.left):product} * {self.aligned(self.B, self.right):power}",
            "product",
        )

    def aligned(self, text: Text, labels: str) -> Text:
        """An input with its axes as in the output, and axes of length 1 for those it has not."""
        order = [labels.index(c) for c in self.out if c in labels]
        if order != sorted(order):
            text = Text(f"{text:atom}.transpose({', '.join(map(str, order))})")
        marks = [":" if c in labels else "None" for c in self.out]
        while marks and marks[0] == "None":
            marks.pop(0)
        return Text(f"{text:atom}[{', '.join(marks)}]") if "None" in marks else text

    def matmul(self) -> Text:
        """A @ B; with axes of length 1 to be summed, faster elementwise."""
        A, B = self.A, self.B
        if (
            not self.rows
            and self.right[-1] == self.summed
            or not self.columns
            and self.left[0] == self.summed
        ):
            A, B, self.left, self.right, self.rows, self.columns = (
                B,
                A,
                self.right,
                self.left,
                self.columns,
                self.rows,
            )
        A = Text(f"{A:atom}.T") if self.rows and self.left[0] == self.summed else A
        B = Text(f"{B:atom}.T") if self.columns and self.right[-1] == self.summed else B
        times = "*" if self.rows and self.columns and self.size[self.summed] == 1 else "@"
        return Text(f"{A:product} {times} {B:atom}", "product")

    def stacked(self) -> Text:
        """A stack of matrix products."""
        A = ordered(self.A, self.left, self.both + self.rows + self.summed)
        B = ordered(self.B, self.right, self.both + self.summed + self.columns)
        times = "*" if self.size[self.summed] == 1 else "@"
        return ordered(
            Text(f"{A:product} {times} {B:atom}", "product"),
            self.both + self.rows + self.columns,
            self.out,
        )


def ordered(text: Text, labels: str, wanted: str) -> Text:
    """An array with its axes in another order."""
    if labels == wanted:
        return text
    if labels[:-2] == wanted[:-2]:
        return Text(f"{text:atom}.swapaxes(-1, -2)")
    return Text(f"{text:atom}.transpose({', '.join(str(labels.index(c)) for c in wanted)})")


def sliced(text: Text, how: Slicing, batched: bool) -> Text:
    """Strided places of an array."""
    lead, m = ([":"], ["m"]) if batched else ([], [])
    found = f"{text:atom}"
    if how.run:
        found += f"[{', '.join([*lead, f'{how.run[0]}:{how.run[1]}'])}]"
    if how.radix:
        found += f".reshape({', '.join([*m, *map(str, how.radix)])})"
    index = [index_text(i) for i in how.entries]
    while index and index[-1] == ":":
        index.pop()
    if index:
        found += f"[{', '.join([*lead, *index])}]"
    if how.order:
        order = [0, *(k + 1 for k in how.order)] if batched else list(how.order)
        found += ".T" if order == [1, 0] else f".transpose({', '.join(map(str, order))})"
    return Text(found + with_axes(how, lead))


def with_axes(how: Slicing, lead: list[str]) -> str:
    """The index that puts in axes of length 1; nothing where there are none."""
    if not how.new_axes:
        return ""
    rank = len(how.new_axes) + sum(isinstance(i, slice) for i in how.entries)
    rank = max(rank, 1 + max(how.new_axes))
    marks = ["None" if k in how.new_axes else ":" for k in range(rank)]
    return f"[{', '.join([*lead, *marks])}]"


def index_text(i: Any) -> str:
    """One entry of an index."""
    if not isinstance(i, slice):
        return str(i)
    if i.start is None:
        return ":"
    return f"{i.start}:{i.stop}" + (f":{i.step}" if i.step not in (None, 1) else "")


def tuple_text(shape: Shape) -> str:
    """A shape as source."""
    return f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def sizes_text(shape: Shape) -> str:
    """A shape as the argument of a function: one size alone as a number."""
    return str(shape[0]) if len(shape) == 1 else tuple_text(shape)


def commented(line: str, comment: str) -> str:
    """A line of a function with a comment at its side."""
    return f"    {line:<50} # {comment}" if comment else f"    {line}"
