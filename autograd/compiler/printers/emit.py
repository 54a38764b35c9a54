"""Fourth room: Arrays as NumPy source, forward and backward.

    structure   the structural operations, each with its rule in reverse mode
    reverse     the cotangent of each Array                             the lecture's (7) and (8)
    schedule    which Arrays get a line, and their names                W1, b1, z1, f1
    printer     an Array as text

This file puts the parts together: a function `value` and, for one output, `value_and_grad`.
"""
from __future__ import annotations

import base64
import math
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.arrays.array import SAMPLES, Array, shape_of
from autograd.compiler.recognize.group import Group
from autograd.compiler.printers.language import Constants
from autograd.compiler.printers.names import Names, called
from autograd.compiler.printers.printer import Printer
from autograd.compiler.recognize.record import Tape
from autograd.compiler.arrays.reverse import topological_order
from autograd.compiler.printers.scalar import imports
from autograd.compiler.printers.schedule import Line, Schedule, schedule
from autograd.compiler.recognize.shape import Plan, plan
from autograd.compiler.arrays.structure import Contract, Named, Numbers
from autograd.formulas.text import Text

INLINE = 400  # arrays of up to so many numbers are spelt out in the source
ONE_LINE = 12  # so many single numbers of theta stand in one line


class Blocks(NamedTuple):
    """A program of arrays: its text, the constants and operations it refers to by name, and the
    Arrays themselves.
    """

    text: str  # loops over single numbers are on Python's floats,
    on_arrays: str  # and here on NumPy's, which go on with infinity where floats raise
    arrays: dict[str, np.ndarray]
    functions: dict[str, Any]
    on_floats: dict[str, Any]  # operations that are called on floats
    tape: Tape
    plan: Plan
    found: list[Array]  # the Arrays of groups of nodes
    lines: Schedule
    forward: str  # a function `variables` that gives all names of the forward pass

    def source(self) -> str:
        """Source that runs by itself."""
        head = ["import math"] if self.has_float_loops else []
        head += ["import numpy as np", *imports({**self.functions, **self.on_floats})]
        return "\n".join([*with_arrays(head, self.arrays), "", "", self.text])

    @property
    def names(self) -> dict[Array, str]:
        """The names of the Arrays that have a line."""
        return self.lines.names

    @property
    def has_float_loops(self) -> bool:
        """Whether there are loops on Python's floats."""
        return self.text != self.on_arrays

    def products(self) -> list[Array]:
        """The matrix products."""
        return [
            x
            for x in self.found
            if isinstance(x.op, Contract) and set(x.op.left) != set(x.op.right)
        ]

    def summary(self) -> str:
        """What was found, in words."""
        shapes = [" x ".join(map(str, x.shape)) or "1" for x in self.products()]
        found = (
            f" ({', '.join(shapes[:12])}{', ...' if len(shapes) > 12 else ''})" if shapes else ""
        )
        return f"{len(self.found)} array operations, {len(shapes)} of them matrix products{found}"

    def namespace(self, arrays: bool) -> dict[str, Any]:
        """The program ready to run."""
        found: dict[str, Any] = {"np": np, "math": math, **self.arrays}
        if not arrays:
            found |= {called(name): op.forward for name, op in self.on_floats.items()}
        found |= {called(name): op for name, op in self.functions.items()}
        exec(compile(self.on_arrays if arrays else self.text, "<autograd program>", "exec"), found)
        return found

    def variables(self, arguments: tuple[np.ndarray, ...]) -> dict[str, Any]:
        """The arrays of the forward pass by name, for theta and one sample x."""
        found: dict[str, Any] = {"np": np, **self.arrays}
        found |= {called(name): op for name, op in self.functions.items()}
        exec(compile(self.forward, "<autograd program>", "exec"), found)
        if self.tape.samples:
            arguments = (arguments[0], *(x[None] for x in arguments[1:]))
        with np.errstate(all="ignore"):
            return dict(found["variables"](*arguments))


def emit(tape: Tape, planned: Plan) -> Blocks:
    """The source of value(theta, x) and, for one output, value_and_grad(theta, x)."""
    lines = schedule(tape, planned)
    constants = Constants(names_beside(lines).free)
    texts: list[str] = []
    on_floats: dict[str, Any] = {}
    for floats in (True, False) if lines.on_floats() else (False,):
        printer = printer_of(lines, constants, floats)
        texts.append("\n\n".join(functions(tape, lines, printer)))
        on_floats.update(printer.on_floats)
    found = [x for x in planned.arrays if not isinstance(x.op, (Named, Numbers))]
    forward = value(tape, lines, printer, "variables")
    arrays = constants.arrays
    text, on_arrays = texts[0], texts[-1]
    functions_called = printer.called
    return Blocks(text, on_arrays, arrays, functions_called, on_floats, tape, planned, found, lines,
                  forward)


def printer_of(lines: Schedule, constants: Constants, floats: bool = True) -> Printer:
    """The printer of a program, with its single numbers on floats where loops are."""
    loops = lines.on_floats()
    printer = Printer(lines.names, constants, floats and bool(loops))
    printer.spread.update(*[its.spread for its in loops])
    return printer


def one_by_one(tape: Tape) -> Blocks:
    """The tape as Arrays of one number each: what straight-line code is in other languages."""
    return emit(tape, plan(tape, [Group(op, [i], [args]) for i, (op, args) in tape.nodes.items()]))


def names_beside(lines: Schedule) -> Names:
    """Where names for constants come from: none that a line has."""
    names = Names()
    names.taken |= {*lines.names.values()}
    return names


def functions(tape: Tape, lines: Schedule, printer: Printer) -> list[str]:
    """The text of `value` and, for one output, of `value_and_grad`."""
    found = [value(tape, lines, printer)]
    if lines.gradient is not None:
        found.append(value_and_grad(tape, lines, printer))
    return found


def value(tape: Tape, lines: Schedule, printer: Printer, name: str = "value") -> str:
    """The function of the output; as `variables` it gives all that it computes."""
    printer.ones = False
    body = [text for line in lines.forward for text in printer.lines(line)]
    body.append(
        "    return locals()"
        if name == "variables"
        else f"    return {printer.formula(lines.value)}"
    )
    what = "The output for each sample." if tape.samples else "The output."
    if len(tape.outputs) > 1:
        what = what.replace("output", "outputs")
    order = set(topological_order([lines.value]))
    needed = [line for line in lines.views if line.array in order]
    return function(name, tape, what, needed, body, printer)


def value_and_grad(tape: Tape, lines: Schedule, printer: Printer) -> str:
    """The function of the output and its gradient."""
    printer.ones = False
    forward = [text for line in lines.forward for text in printer.lines(line)]
    backward = [text for line in lines.backward for text in printer.lines(line)]
    total = printer.formula(lines.value)
    of_all = f"{total:atom}.sum()" if SAMPLES in shape_of(lines.value) else total
    body = [
        *(["    # forward"] if forward else []),
        *forward,
        "    # backward",
        *backward,
        f"    return {printer.result(Text(of_all))}, {printer.formula(lines.gradient)}",
    ]
    what = "The output and its gradient with respect to theta" + (
        ", summed over the samples, the rows of x." if tape.samples else "."
    )
    return function("value_and_grad", tape, what, lines.views, body, printer)


def function(
    name: str, tape: Tape, what: str, views: list[Line], body: list[str], printer: Printer
) -> str:
    """A function of theta (and x): the views of theta it uses, then its body."""
    head = printer.as_arrays(["theta", "x"] if tape.inputs else ["theta"])
    head += ["    m = len(x)"] if tape.samples else []
    head += ["    ones = np.ones(m)"] if printer.ones else []
    head += [text for text, _ in views_of_theta(tape, views, printer)]
    return (
        "\n".join(
            [f"def {name}(theta{', x' if tape.inputs else ''}):", f'    """{what}"""', *head, *body]
        )
        + "\n"
    )


def views_of_theta(
    tape: Tape, views: list[Line], printer: Printer
) -> list[tuple[str, list[Array]]]:
    """Lines for parts of theta, and the Arrays of each; one line for all, where these are single
    numbers, on floats.
    """
    names = {line.array.op.places.base: line.name for line in views if line.array.shape == ()}
    if printer.floats and len(views) == len(names) == len(tape.parameters) <= ONE_LINE:
        targets = ", ".join([names[k] for k in sorted(names)])
        targets = targets if len(names) > 1 else f"[{targets}]"
        return [(f"    {targets} = theta.tolist()", [line.array for line in views])]
    return [(text, [line.array]) for line in views for text in printer.lines(line)]


def with_arrays(head: list[str], arrays: dict[str, np.ndarray]) -> list[str]:
    """The beginning of a module, and its constant arrays."""
    packed = any(array.size > INLINE for array in arrays.values())
    constants = [f"{name} = {spelt(array)}" for name, array in arrays.items()]
    return [*["import base64"] * packed, *head, "", *constants]


def spelt(array: np.ndarray) -> str:
    """An array as Python source."""
    if array.size <= INLINE:
        return f"np.array({array.tolist()!r}, dtype={array.dtype.name!r})".replace("inf", "np.inf")
    packed = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    numbers = f"np.frombuffer(base64.b64decode({packed!r}), dtype={array.dtype.str!r})"
    return f"{numbers}.reshape({array.shape})"
