"""Arrays as JAX: NumPy's text with jax.numpy, where arrays are not changed but made anew.

A function of the table is called by its name; its derivative is the table's, also where JAX
differentiates the program itself: relu'(0) = 0 there, too. A loop is a fori_loop over its stacks.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from autograd.compiler.arrays.array import (SAMPLES, Array, Operand, Shape, inner, lead,
    shape_of)
from autograd.compiler.printers.emit import Blocks, functions, names_beside, with_arrays
from autograd.compiler.printers.language import Constants, renamed
from autograd.compiler.arrays.loop import Loop
from autograd.compiler.printers.names import called
from autograd.compiler.arrays.places import Slicing, Strided, slicing
from autograd.compiler.printers.printer import (Printer, as_operator, index_text, sizes_text,
                                                tuple_text)
from autograd.compiler.recognize.record import Tape
from autograd.compiler.printers.schedule import Line
from autograd.formulas.symbol import Symbol, without_neutral, written
from autograd.formulas.text import Text
from autograd.ops import Operation

WORDS = ("jax", "turn", "stacks")
SPECIAL = {  # what NumPy lacks
    "erf": "jax.scipy.special.erf({0})",
    "erfc": "jax.scipy.special.erfc({0})",
    "gelu": "0.5 * {0} * jax.scipy.special.erfc(-0.5**0.5 * {0})",
}
HEAD = ["import jax", "import jax.numpy as np", "", 'jax.config.update("jax_enable_x64", True)']


class Jax(Printer):
    """Prints the Arrays of one program as JAX."""

    forms = ("jax", "numpy")

    def __init__(self, names: dict[Array, str], constants: Constants) -> None:
        super().__init__(renamed(names, WORDS), constants, floats=False)
        self.functions: dict[str, str] = {}  # the definitions of those that are called

    def as_arrays(self, names: Sequence[str]) -> list[str]:
        """Lines that make arrays of JAX of what is given: in a loop, NumPy's have no row t."""
        return [f"    {name} = np.asarray({name})" for name in names]

    def scatter(self, x: Array) -> Text:
        places = self.constants.name(x.op.places, "at")
        return Text(f"jax.ops.segment_sum({self.formula(x.inputs[0])}, {places}, {x.op.size})")

    # Functions of the table -------------------------------------------------------------------

    def row_of_table(self, op: Operation, texts: list[Text], inputs: Sequence[Operand]) -> Text:
        """A row of the table: an operator, or a call."""
        operator = as_operator(op, texts, inputs)
        if operator is not None:
            return operator
        return Text(f"{self.function(op, len(texts))}({', '.join(texts)})")

    def function(self, op: Operation, count: int) -> str:
        """The name of an operation of so many inputs, which is defined from now on."""
        name = called(op.name) if op.arity is not None else f"{op.name}_of_{count}"
        while name in self.names.values():
            name += "_"
        if name not in self.functions:
            self.functions[name] = ""  # its own partials may call it
            self.functions[name] = self.defined(op, name, count)
        return name

    def defined(self, op: Operation, name: str, count: int) -> str:
        """An operation as a function of JAX, with the table's partial derivatives."""
        form: Any = SPECIAL.get(op.name, op.numpy)
        if form is None:
            raise LookupError(
                f"operation {op.name!r} has no form in NumPy, which JAX could run: give it one, "
                f"autograd.operation({op.name!r}, ..., numpy=...)"
            )
        inputs = [Text(f"a{i}") for i in range(count)] if count > 3 else list(map(Text, "abc"))
        inputs, given = inputs[:count], ", ".join(inputs[:count])
        symbols = [Called(text, self) for text in inputs]
        partials = [op.partial(i, Called(Text("y"), self), symbols) for i in range(count)]
        if not any(d is not None for d in partials):
            still = [Text(f"jax.lax.stop_gradient({text})") for text in inputs]
            return f"def {name}({given}):\n    return {filled(form, still)}"
        rules = [
            f"    lambda d, y, {given}: d * {written(d, 'numpy'):power},"
            if d is not None
            else "    None,"
            for d in partials
        ]
        value = f"@jax.custom_jvp\ndef {name}({given}):\n    return {filled(form, inputs)}\n\n\n"
        return value + "\n".join([f"{name}.defjvps(", *rules, ")"])

    def one_number(self, text: str, x: Array) -> Text:
        return Text(f"{text}.reshape(())")

    # Arrays with other numbers in some places -------------------------------------------------

    def assemble(self, name: str, x: Array) -> list[str]:
        """Lines that make an array and add each input to its places."""
        lines = [f"    {name} = np.zeros({sizes_text(x.shape)})"]
        for value, places, first in zip(x.inputs, x.op.places, x.op.first):
            new = self.changed(Text(name), x.shape, places, value, not first)
            lines.append(f"    {name} = {new}")
        return lines

    def changed(self, text: Text, shape: Shape, places: Any, value: Operand, add: bool) -> Text:
        """An array of that shape with other numbers, or with something added, in some places."""
        change, given = "add" if add else "set", self.formula(value)
        if places is None:
            return Text(f"{text:atom}.at[...].{change}({given})")
        first = ":, " if SAMPLES in shape else ""
        sizes = shape[1:] if SAMPLES in shape else shape
        if isinstance(places, Strided):
            found = slicing(places, sizes)
            assert found is not None
            met = self.meeting(value, found, places)
            return self.changed_slices(text, shape, found, met, change)
        at = f"[{first}{self.constants.name(places, 'at')}]"
        if len(sizes) == 1:
            return Text(f"{text:atom}.at{at}.{change}({given})")
        flat = f"{text:atom}.reshape({'m, -1' if first else '-1'})"
        return Text(f"{flat}.at{at}.{change}({given}).reshape({', '.join(map(str, shape))})")

    def changed_slices(
        self, text: Text, shape: Shape, how: Slicing, value: str, change: str
    ) -> Text:
        """An array with other numbers in places that are slices."""
        first, m = ([":"], ["m"]) if SAMPLES in shape else ([], [])
        index = ", ".join([*first, *map(index_text, how.entries)]) or "..."
        part = text
        run = f"[{', '.join([*first, f'{how.run[0]}:{how.run[1]}'])}]" if how.run else ""
        if run:
            part = Text(f"{text:atom}{run}")
        if how.radix:
            part = Text(f"{part:atom}.reshape({', '.join([*m, *map(str, how.radix)])})")
        new = f"{part:atom}.at[{index}].{change}({value})"
        if how.radix and run:
            new += f".reshape({', '.join([*m, '-1'])})"
        elif how.radix:
            new += f".reshape({', '.join(map(str, shape))})"
        return Text(f"{text:atom}.at{run}.set({new})" if run else new)

    def meeting(self, value: Operand, how: Slicing, places: Strided) -> str:
        """A value with the axes of the slices: without new ones, in the order in which they lie."""
        text, shape = self.formula(value), shape_of(value)
        if not shape or not how.order and not how.new_axes:
            return text
        first = lead(value)
        if inner(value) != places.shape:
            text = Text(f"np.broadcast_to({text}, {tuple_text((*first, *places.shape))})")
        if how.new_axes:
            kept = [n for k, n in enumerate(places.shape) if k not in how.new_axes]
            text = Text(f"{text:atom}.reshape({tuple_text((*first, *kept))})")
        if how.order:
            turned = [len(first) + how.order.index(k) for k in range(len(how.order))]
            axes = ", ".join(map(str, [*range(len(first)), *turned]))
            text = Text(f"{text:atom}.transpose({axes})")
        return text

    # Loops ------------------------------------------------------------------------------------

    def loop(self, op: Loop, line: Line) -> list[str]:
        """The stacks, a function that does a turn, and its loop."""
        found = [text for k in range(len(op.stacks)) for text in self.stack(op, k)]
        stacks = ", ".join(self.names[op.result(k)] for k in range(len(op.stacks))) + ","
        body = [f"{stacks} = stacks"]
        body += [f"t = {op.turns - 1} - t"] if op.backwards else []
        self.inside = op
        body += [text[4:] for each in line.body for text in self.lines(each)]
        for w in op.writes:
            stack, result = op.stacks[w.stack], op.result(w.stack)
            name, row = self.names[result], self.row(result, w.offset)
            where = row[len(name) :]
            change, value = "add" if w.add else "set", self.formula(w.value)
            if w.where is not None:
                shape = (*stack.lead, *stack.inner)
                change, value = "set", self.changed(row, shape, w.where, w.value, w.add)
            body.append(f"{name} = {name}.at{where}.{change}({value})")
        self.inside = None
        return [
            *found,
            "    def turn(t, stacks):",
            *[f"        {text}" for text in body],
            f"        return {stacks}",
            f"    {stacks} = jax.lax.fori_loop(0, {op.turns}, turn, ({stacks}))",
        ]

    def stack(self, op: Loop, k: int) -> list[str]:
        """The rows of a stack before the first turn."""
        stack, result = op.stacks[k], op.result(k)
        name, start = self.names[result], stack.start
        if start is not None and start.shape == result.shape:
            same = self.names.get(start) == name
            return [] if same else [f"    {name} = {self.formula(start)}"]
        lines = [f"    {name} = np.zeros({sizes_text(result.shape)})"]
        if start is not None:
            first = "0" if len(inner(start)) == len(stack.inner) else f"0:{stack.before}"
            at = f"[{':, ' * bool(stack.lead)}{first}]"
            lines.append(f"    {name} = {name}.at{at}.set({self.formula(start)})")
        return lines

    def result(self, total: Text) -> Text:
        """The value as the program returns it."""
        return total


def filled(form: Any, inputs: list[Text]) -> str:
    """A form of the table with inputs."""
    return str(form(*inputs) if callable(form) else form.format(*inputs))


class Called(Symbol):
    """A formula whose functions are called by name, and defined."""

    __slots__ = ("printer",)

    def __init__(self, text: Text, printer: Jax) -> None:
        super().__init__(text, "numpy")
        self.printer = printer

    def __operation__(self, op: Operation, inputs: Sequence[Any]) -> Any:
        left_out = without_neutral(op, inputs)
        if left_out is not None:
            return left_out
        texts = [written(x, "numpy") for x in inputs]
        return Called(self.printer.row_of_table(op, texts, inputs), self.printer)


def source(code: Blocks) -> str:
    """The program as a module of functions of JAX."""
    constants = Constants(names_beside(code.lines).free)
    printer = Jax(code.lines.names, constants)
    text = "\n\n".join(functions(code.tape, code.lines, printer))
    defined = "\n\n\n".join(printer.functions.values())
    return "\n".join([*with_arrays(HEAD, constants.arrays), "", defined, "", "", text])


def pure(text: str, tape: Tape, listed: bool) -> Callable[..., Any]:
    """The value as a function for JAX's own jit, grad, vmap: summed over the samples unless the
    outputs were `listed`.
    """
    import jax

    names: dict[str, Any] = {}
    exec(compile(text, "<autograd program in JAX>", "exec"), names)
    value, floats = names["value"], partial(jax.numpy.asarray, dtype=float)

    def of_one(theta: Any, *x: Any) -> Any:
        found = value(floats(theta), *map(floats, x))
        return jax.numpy.atleast_1d(found) if listed else found

    def of_samples(theta: Any, x: Any) -> Any:
        x = floats(x)
        found = value(floats(theta), x if x.ndim == 2 else x[None])
        if not listed:
            return found.sum()
        found = found.reshape(len(found), -1)
        return found if x.ndim == 2 else found[0]

    if tape.samples:
        return of_samples
    return (lambda theta, x: of_one(theta, x)) if tape.inputs else (lambda theta: of_one(theta))
