"""Arrays as C: a loop over the numbers of each Array that has a line.

1. An Array with a line lies in memory, its numbers one after the other; a view of one is the same
   memory with other strides. Everything else is a formula of numbers at an index, inside a loop.
2. What needs a loop of its own (a product, a sum) inside a formula is computed before it.
3. A loop over the numbers of one Array writes each number once and reads none it writes, so that
   a C compiler may take several at a time: that is what `#pragma omp simd` says.

Where numbers lie and how products are summed: c_loops.
"""
from __future__ import annotations

import pathlib
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from autograd import ops
from autograd.compiler.arrays.array import (SAMPLES, Array, Operand, Shape, inner, is_batched, lead,
    shape_of)
from autograd.compiler.printers.c_loops import (LETTERS, Axes, Index, Lie, Product, Start, aligned,
                                                at, contiguous, count, looped, offset, sizes,
                                                summing, together, tuple_text, turn)
from autograd.compiler.printers.emit import Blocks, names_beside
from autograd.compiler.printers.language import Constants, Language, factors, renamed, size_of
from autograd.compiler.arrays.loop import At, Loop, Write
from autograd.compiler.arrays.places import Strided
from autograd.compiler.arrays.pattern import Pattern
from autograd.compiler.recognize.record import Tape
from autograd.compiler.arrays.reverse import topological_order
from autograd.compiler.printers.schedule import Line, Schedule
from autograd.compiler.arrays.structure import (Assemble, Broadcast, Contract, Named, Numbers,
                                                Reshape, RunSums, Scatter, Sum, Take, View)
from autograd.formulas.symbol import in_c
from autograd.formulas.text import Text
from autograd.ops import Operation

RUNTIME = pathlib.Path(__file__).with_name("runtime.c")
WORDS = (
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while main memory room total result faults theta x m t ones "
    "i j k l p q r s square cube malloc free memset fabs linux unix math_errhandling"
).split()


class C(Language):
    """Prints the Arrays of one function as C."""

    language = "c"

    def __init__(self, names: dict[Array, str], constants: Constants, grad: Array | None) -> None:
        loud = {name for name in names.values() if name.isupper() and len(name) > 3}  # macros?
        super().__init__(renamed(names, {*WORDS, *loud}), constants)
        self.grad = grad
        self.lies: dict[Array, Lie] = {}
        self.code: list[str] = []  # lines so far
        self.memory: list[tuple[str, Shape]] = []  # arrays to be allocated
        self.inside: Loop | None = None
        self.taken = {*self.names.values(), *WORDS}
        self.count = 0

    # Memory -----------------------------------------------------------------------------------

    def room(self, x: Array, name: str = "", shape: Shape | None = None) -> Lie:
        """A place in memory for an Array, from now on its own."""
        shape = x.shape if shape is None else shape
        name = name or self.names.get(x) or self.unused()
        if x is self.grad:
            name = "grad"
        elif shape:
            self.memory.append((name, shape))
        self.lies[x] = Lie(name, contiguous(shape))
        return self.lies[x]

    def unused(self) -> str:
        """s1, s2, ..."""
        self.count += 1
        name = f"s{self.count}"
        return name if name not in self.taken else self.unused()

    def lie(self, x: Array) -> Lie:
        """Where an Array lies; it is computed now if it lies nowhere yet."""
        if x not in self.lies:
            if isinstance(x.op, Named) and x.op.name in ("theta", "x"):
                self.lies[x] = Lie(x.op.name, contiguous(x.shape))
            elif isinstance(x.op, Numbers):
                name = self.constants.name(x.op.numbers, x.op.stem or "c")
                name += "[0]" * (not x.shape)
                self.lies[x] = Lie(name, contiguous(x.shape))
            elif not self.lies_in_another(x):
                self.compute(x)
        return self.lies[x]

    def lies_in_another(self, x: Array) -> bool:
        """Whether x is a view of what lies somewhere, or the same numbers in another shape."""
        if not isinstance(x.op, (View, Reshape)) or not x.inputs[0].shape:
            return False
        source = self.flat(x.inputs[0])
        first, strides = source.first, contiguous(x.shape)
        if isinstance(x.op, View):
            first = together(first, str(x.op.places.base))
            strides = (*[size_of(x.inputs[0])] * is_batched(x), *x.op.places.strides)
        if x.shape:
            self.lies[x] = Lie(source.name, strides, first)
        else:
            self.lies[x] = Lie(f"{source.name}[{first or '0'}]", ())
        return True

    def flat(self, x: Array) -> Lie:
        """Memory in which the numbers of x lie one after the other."""
        found, wanted = self.lie(x), contiguous(x.shape)
        if any(a != b and n != 1 for a, b, n in zip(found.strides, wanted, x.shape)):
            copy = Array(Broadcast(), (x,), x.shape)
            self.compute(copy)
            found = self.lies[x] = self.lies[copy]
        return found

    # Numbers at an index ----------------------------------------------------------------------

    def number(self, x: Operand, index: Index) -> Text:
        """The number of x at an index, as a formula."""
        if not isinstance(x, Array):
            return self.formula(x)
        if x not in self.lies and x not in self.names:
            found = self.inline(x, index)
            if found is not None:
                return found
        lie = self.lie(x)
        return at(lie, index) if x.shape else Text(lie.name)

    def inline(self, x: Array, index: Index) -> Text | None:
        """The number at an index without memory for x; None where it needs that."""
        if isinstance(x.op, Operation):
            return self.write(x.op, [self.number(u, aligned(u, x.shape, index)) for u in x.inputs])
        if isinstance(x.op, Named):
            number = {"m": "(double) m", "ones": "1.0"}.get(x.op.name)
            return Text(number) if number else None
        if isinstance(x.op, At):
            return self.number(self.source(x), self.with_turn(x, index))
        if isinstance(x.op, Broadcast) or isinstance(x.op, Reshape) and not x.inputs[0].shape:
            return self.number(x.inputs[0], aligned(x.inputs[0], x.shape, index))
        if isinstance(x.op, Take) and len(x.inputs) == 1:
            return self.taken_from(x, index)
        return self.every_pair(x, index) if is_outer(x) else None

    def every_pair(self, x: Array, index: Index) -> Text:
        """The number of a product in which nothing is summed."""
        entry = dict(zip(x.op.out, index))
        A, B = (self.number(u, aligned(u, u.shape, [entry[c] for c in labels]))
                for u, labels in factors(x))
        return Text(f"{A:product} * {B:power}", "product")

    def taken_from(self, x: Array, index: Index) -> Text:
        """The number at an index of some places of an array."""
        source, name = self.flat(x.inputs[0]), self.constants.name(x.op.places, "at")
        mine = index[is_batched(x) :]
        place = f"{name}[{offset(mine, contiguous(x.shape[is_batched(x) :]))}]"
        if not is_batched(x.inputs[0]):
            return at(source._replace(strides=(1,)), [place])
        return at(source._replace(strides=(size_of(x.inputs[0]), 1)), [index[0], place])

    def source(self, x: Array) -> Array:
        """What an At reads."""
        if isinstance(x.op.source, Array):
            return x.op.source
        assert self.inside is not None
        return self.inside.result(x.op.source)

    def with_turn(self, x: Array, index: Index) -> Index:
        """The index of a row's number in all rows."""
        turn = f"t + {x.op.offset}" if x.op.offset else "t"
        first = int(is_batched(x))
        return [*index[:first], turn, *index[first:]]

    # What is computed before a formula --------------------------------------------------------

    def prepare(self, x: Operand, size: float) -> None:
        """Compute what the formula of x needs in memory. `size` is how often it is evaluated: what
        is smaller, and takes long, is computed once.
        """
        if not isinstance(x, Array) or x in self.lies or x in self.names:
            return
        if isinstance(x.op, Operation) and 4 * sizes(x.shape) <= size:
            self.lie(x)
        else:
            self.prepare_inputs(x, size)

    def prepare_inputs(self, x: Array, size: float) -> None:
        """Compute what the formula of x, which is not computed itself, needs in memory."""
        one_number = isinstance(x.op, Reshape) and not x.inputs[0].shape
        if isinstance(x.op, (Operation, Broadcast)) or one_number or is_outer(x):
            for u in x.inputs:
                self.prepare(u, size)
        elif isinstance(x.op, At):
            self.prepare(self.source(x), 0)
        elif isinstance(x.op, Take) and len(x.inputs) == 1:
            self.flat(x.inputs[0])
        elif not (isinstance(x.op, Named) and x.op.name in ("m", "ones")):
            self.lie(x)

    def compute(self, x: Array) -> None:
        """Lines that compute an Array into memory of its own."""
        if isinstance(x.op, Pattern):
            self.pattern_lines(x)
        elif isinstance(x.op, (Contract, Sum)) and not is_outer(x):
            self.product(x, x)
        elif isinstance(x.op, RunSums):
            self.run_sums(x)
        elif isinstance(x.op, Scatter):
            self.scatter(x)
        elif isinstance(x.op, Take):
            self.joined(x)
        else:
            self.each(x)

    def pattern_lines(self, x: Array) -> None:
        """Lines that compute a pattern: its own, or those of the same numbers by other operations.
        """
        if hasattr(x.op, "c"):
            x.op.c(x, self)
        else:
            self.copied(x.op.plain(x), x)

    def copied(self, source: Operand, to: Array) -> str:
        """The name of `to`, whose memory now holds the numbers of another Array of its shape."""
        self.prepare(source, sizes(to.shape))
        if not to.shape:
            number = self.number(source, [])
            self.code.append(f"const double {self.room(to).name} = {number};")
        else:
            target = self.room(to)
            self.assign(lambda index: at(target, index), to.shape, source, False)
        return self.lies[to].name

    def each(self, x: Array, to: Array | None = None) -> None:
        """Lines that compute each number of x, in its own memory or that of another Array."""
        to = x if to is None else to
        lie = None
        if self.lies_in_another(x):
            lie = self.lies.pop(x)
        else:
            self.prepare_inputs(x, sizes(x.shape))

        def value(index: Index) -> Text:
            if lie is not None:
                return at(lie, index) if x.shape else Text(lie.name)
            found = self.inline(x, index)
            assert found is not None, x
            return found

        if not to.shape:
            self.code.append(f"const double {self.room(to).name} = {value(())};")
            return
        target = self.room(to)
        self.nest(x.shape, lambda index: [f"{at(target, index)} = {value(index)};"])

    def assign(self, to: Callable[[Index], str], shape: Shape, value: Operand, add: bool) -> None:
        """Lines that set numbers of that shape to a value, or add it."""
        self.prepare(value, sizes(shape))
        sign = "+=" if add else "="
        self.nest(shape, lambda index: [
            f"{to(index)} {sign} {self.number(value, aligned(value, shape, index))};"])

    def nest(self, shape: Shape, body: Callable[[Index], list[str]], simd: bool = True) -> None:
        """Loops over all axes around a body; numbers of the last axis may be taken together."""
        index = ["0" if n == 1 else LETTERS[k] for k, n in enumerate(shape)]
        axes = [(c, n) for c, n in zip(index, shape) if n != 1]
        self.loops(axes, body(index), simd)

    def loops(self, axes: Axes, body: list[str], simd: bool = True) -> None:
        """Loops over axes around a body, outermost first."""
        self.code += looped(axes, body, "" if simd else None)

    # Products and sums ------------------------------------------------------------------------

    def product(self, to: Array, x: Array, start: Start = lambda index: "0.0") -> None:
        """Lines for a product of one or two Arrays, summed over some axes, plus `start`."""
        terms = self.terms(x)
        size = {c: n for factor, labels in terms for c, n in zip(labels, factor.shape)}
        for factor, _ in terms:
            self.prepare(factor, sizes(tuple(size.values())))
        out, target = self.labels_left(x, terms[0][1]), self.room(to)
        product = Product(size, out, [(target, out)] + [
            (self.lies.get(u, Lie("", contiguous(u.shape))), labels) for u, labels in terms])

        def value(letters: dict[str, str]) -> str:
            return " * ".join(
                f"{self.number(u, [letters[c] for c in labels]):power}" for u, labels in terms)

        def first(letters: dict[str, str]) -> str:
            return start([letters[c] for c in out])

        if to.shape:
            place = lambda letters: at(target, [letters[c] for c in out])
            self.code += product.lines(place, value, first)
        else:
            self.code.append(f"double {target.name} = {first({})};")
            self.code += summing(target.name, product.axes(product.summed), value(product.letters))

    def labels_left(self, x: Array, labels: str) -> str:
        """The labels of the axes that are not summed."""
        if isinstance(x.op, Contract):
            return x.op.out
        return "".join(c for k, c in enumerate(labels) if k not in x.op.axes)

    def terms(self, x: Array) -> Sequence[tuple[Array, str]]:
        """The Arrays that are multiplied, and their labels."""
        if isinstance(x.op, Contract):
            return factors(x)
        return [(x.inputs[0], "abcdefgh"[: len(x.inputs[0].shape)])]

    def strides(self, x: Array) -> tuple[int, ...]:
        """How far apart the numbers of an Array lie, as far as is known."""
        return self.lies[x].strides if x in self.lies else contiguous(x.shape)

    def run_sums(self, x: Array) -> None:
        source, starts = x.inputs[0], x.op.starts
        self.prepare(source, sizes(source.shape))
        bounds = self.constants.name(np.array([*starts, source.shape[-1]]), "at")
        *first, c = [LETTERS[k] for k in range(len(x.shape))]
        target = at(self.room(x), [*first, c])
        self.loops(
            [*zip(first, x.shape), (c, len(starts))],
            [
                "double sum = 0.0;",
                f"for (long q = {bounds}[{c}]; q < {bounds}[{c} + 1]; q++)",
                f"  sum += {self.number(source, [*first, 'q'])};",
                f"{target} = sum;",
            ],
            simd=False,
        )

    def scatter(self, x: Array) -> None:
        source, c = x.inputs[0], LETTERS[0]
        self.prepare(source, sizes(source.shape))
        places, room = self.constants.name(x.op.places, "at"), self.room(x)
        self.loops([(c, x.op.size)], [f"{at(room, [c])} = 0.0;"])
        target, value = at(room, [f"{places}[{c}]"]), self.number(source, [c])
        self.loops([(c, len(x.op.places))], [f"{target} += {value};"], simd=False)

    def joined(self, x: Array) -> None:
        """Several arrays, one after the other, and places of them all."""
        parts, batch = x.inputs, lead(x)
        total = sum(map(size_of, parts))
        whole = Array(Broadcast(), (), (*batch, total))
        rows = self.room(whole)
        start = 0
        for part in parts:
            shape = (*batch, *inner(part))
            strides = (*[total] * len(batch), *contiguous(inner(part)))
            to = Lie(rows.name, strides, together("", str(start)))
            self.assign(lambda i, to=to: at(to, i), shape, part, False)  # type: ignore[misc]
            start += size_of(part)
        if isinstance(x.op, Take):
            self.each(Array(Take(x.op.places), (whole,), x.shape), x)
        else:
            self.lies[x] = Lie(rows.name, contiguous(x.shape))

    # Lines ------------------------------------------------------------------------------------

    def line(self, line: Line) -> None:
        """Lines that compute an Array which has a name."""
        x = line.array
        if x in self.lies:
            return
        comment = "  ".join(filter(None, [tuple_text(x.shape) if x.shape else "", line.comment]))
        before = len(self.code)
        if isinstance(x.op, Loop):
            self.loop(x.op, line)
        elif isinstance(x.op, Assemble):
            self.assemble(x)
        elif x is not self.grad and x.shape and self.lies_in_another(x):
            found, name = self.lies[x], self.names[x]
            where = f" + {found.first}" if found.first else ""
            self.code.append(f"const double *{name} = {found.name}{where};")
            self.lies[x] = Lie(name, found.strides)
        elif line.added is not None:
            self.added(x, line.added)
        else:
            self.compute(x)
        if comment and len(self.code) > before:
            self.code.insert(before, f"// {self.names[x]}: {comment}")

    def added(self, x: Array, k: int) -> None:
        """x = product + other, or product - other."""
        product, other = x.inputs[1 - k], x.inputs[k]
        self.prepare(other, sizes(x.shape))
        sign = "-" if x.op is ops.sub else ""

        def start(index: Index) -> str:
            return f"{sign}{self.number(other, aligned(other, x.shape, index)):power}"

        self.product(x, product, start)

    def assemble(self, x: Array) -> None:
        """An array to which each input is added at its places."""
        target = self.room(x)
        if not x.op.covered:
            self.code.append(f"memset({target.name}, 0, {count(x.shape)} * sizeof(double));")
        for value, places, first in zip(x.inputs, x.op.places, x.op.first):
            self.change(target, x.shape, places, value, not first)

    def change(self, target: Lie, shape: Shape, places: Any, value: Operand, add: bool) -> None:
        """Lines that set some places of an array to a value, or add it."""
        first = shape[:1] if SAMPLES in shape else ()
        if places is None:
            self.assign(lambda index: at(target, index), shape, value, add)
        elif isinstance(places, Strided):
            begin = together(target.first, str(places.base))
            part = Lie(target.name, (*target.strides[: len(first)], *places.strides), begin)
            self.assign(lambda index: at(part, index), (*first, *places.shape), value, add)
        else:
            name = self.constants.name(places, "at")
            flat = target._replace(strides=(*target.strides[: len(first)], 1))
            if len(places):
                self.assign(
                    lambda index: at(flat, [*index[:-1], f"{name}[{index[-1]}]"]),
                    (*first, len(places)), value, add)

    # Loops ------------------------------------------------------------------------------------

    def loop(self, op: Loop, line: Line) -> None:
        """The stacks, then the lines of a turn, and what it writes."""
        for x in op.array.inputs:
            self.prepare(x, 0)
        for k in range(len(op.stacks)):
            self.stack(op, k)
        turns = f"long t = {op.turns - 1}; t >= 0; t--"
        if not op.backwards:
            turns = f"long t = 0; t < {op.turns}; t++"
        self.code.append(f"for ({turns}) {{")
        outside, lies, self.code, self.inside = self.code, dict(self.lies), [], op
        for each in line.body:
            self.line(each)
        for w in op.writes:
            self.turn_writes(op, w)
        self.inside, self.lies = None, lies
        self.code = [*outside, *[f"  {text}" for text in self.code], "}"]

    def turn_writes(self, op: Loop, w: Write) -> None:
        """Lines that set a row of a stack, or some of its places, to a value, or add it."""
        stack, target = op.stacks[w.stack], self.lies[op.result(w.stack)]
        value = w.value
        reads = [x for x in topological_order([value]) if isinstance(x.op, At)]
        if any(self.source(x) is op.result(w.stack) for x in reads) and value not in self.lies:
            self.compute(value)  # it reads what is about to change
        batch, size = len(stack.lead), prod(stack.inner)
        shape = (*stack.lead, *stack.inner)
        row = offset([turn(w.offset)], [size])
        lie = Lie(target.name, (*target.strides[:batch], *contiguous(stack.inner)), row)
        self.change(lie, shape, w.where, value, w.add)

    def stack(self, op: Loop, k: int) -> None:
        """The rows of a stack before the first turn."""
        stack, result = op.stacks[k], op.result(k)
        start = stack.start
        if start is not None and start.shape == result.shape:
            if self.names.get(start) == self.names[result]:
                if isinstance(start.op, Assemble):
                    self.lies[result] = self.lie(start)
                    return
                self.names[result] = self.unused()
            source = start
            self.prepare(source, sizes(result.shape))
            target = self.room(result)
            self.assign(lambda index: at(target, index), result.shape, source, False)
            return
        target = self.room(result)
        if stack.before:
            self.code.append(f"memset({target.name}, 0, {count(result.shape)} * sizeof(double));")
        if start is not None:
            one = len(inner(start)) == len(stack.inner)
            strides = contiguous(stack.inner if one else (stack.before, *stack.inner))
            first = Lie(target.name, (*target.strides[: len(stack.lead)], *strides))
            shape = (*stack.lead, *([] if one else [stack.before]), *stack.inner)
            self.assign(lambda index: at(first, index), shape, start, False)


def is_outer(x: Array) -> bool:
    """Whether x is a product in which nothing is summed."""
    return isinstance(x.op, Contract) and set(x.op.left + x.op.right) <= set(x.op.out)


# The program ----------------------------------------------------------------------------------


def source(code: Blocks) -> str:
    """The program as C: functions value and value_and_grad."""
    lines = code.lines
    constants = Constants(names_beside(lines).free)
    functions = [function("value", code.tape, lines, constants)]
    if lines.gradient is not None:
        functions.append(function("value_and_grad", code.tape, lines, constants, lines.gradient))
    arrays = [spelt(name, array) for name, array in constants.arrays.items()]
    return "\n".join([RUNTIME.read_text(encoding="utf-8"), FAULTS, *arrays, "", *functions])


FAULTS = """\
// 0: all is well; 1: a division by zero; 2: outside of a domain; 3: no memory.
static int faults(void) {
  return fetestexcept(FE_DIVBYZERO) ? 1 : fetestexcept(FE_INVALID) ? 2 : 0;
}
"""


def function(
    name: str, tape: Tape, lines: Schedule, constants: Constants, gradient: Array | None = None
) -> str:
    """The function of the output or, with a gradient, of both."""
    printer = C(lines.names, constants, gradient)
    needed = set(topological_order([lines.value]))
    views = [line for line in lines.views if gradient is not None or line.array in needed]
    for line in (*views, *lines.forward, *(lines.backward if gradient is not None else ())):
        printer.line(line)
    value = lines.value
    printer.prepare(value, 0)
    if gradient is None:
        result = Lie("result", contiguous(shape_of(value)))
        printer.assign(lambda index: at(result, index), shape_of(value), value, False)
    elif is_batched(value):
        printer.code.append("result[0] = 0.0;")
        printer.loops([("i", "m")], [f"result[0] += {printer.number(value, ['i'])};"], simd=False)
    else:
        printer.code.append(f"result[0] = {printer.number(value, ())};")
    more = ", double *restrict grad" if gradient is not None else ""
    head = (
        f"int {name}(const double *restrict theta, const double *restrict x, long m, "
        f"double *restrict result{more}) {{"
    )
    body = ["feclearexcept(FE_DIVBYZERO | FE_INVALID);", *printer.code, "return faults();"]
    if printer.memory:
        body[1:1] = allocated(printer.memory)
        body.insert(-1, "free(memory);")
    return "\n".join([head, *[f"  {text}" for text in body], "}", ""])


def allocated(arrays: list[tuple[str, Shape]]) -> list[str]:
    """Lines that take memory for all arrays at once."""
    fixed, each = 0, 0
    places = []
    for name, shape in arrays:
        places.append(f"double *restrict {name} = memory + {fixed}{f' + {each} * m' * bool(each)};")
        known = prod(n for n in shape if n != SAMPLES)
        fixed, each = (fixed, each + known) if SAMPLES in shape else (fixed + known, each)
    whole = f"{fixed}{f' + {each} * m' * bool(each)}"
    return [f"double *memory = malloc(({whole} + 1) * sizeof(double));", "if (!memory) return 3;",
            *places]


def spelt(name: str, array: np.ndarray) -> str:
    """A constant array as source: numbers, or places."""
    flat = array.ravel().tolist()
    floats = array.dtype.kind == "f"
    texts = ", ".join(map(in_c if floats else str, flat))
    return f"static const {'double' if floats else 'long'} {name}[] = {{{texts}}};"
