"""The compiler: from a graph of scalar Values to a NumPy program. Five folders, in the order of a
compilation; each has its files in the order of reading.

    arrays      the array program
        array       rows of the table on Arrays                                 (places)
        structure   its structural operations, each with a rule in reverse mode (loop)
        pattern     an operation with all that belongs to it in one class
        reverse     the cotangent of each Array
    patterns    one file each
        prefix      running sums
    recognize   what finds it in a graph
        columns     the graph as it was recorded, a column for each thing to know
        record      the graph as a flat list of operations; sums in a normal form (normal, affine)
        group       nodes that do the same, at one depth
        extrema     the largest of a list as one node
        shared      one number times what many share
        repeat      repetition in time: groups that come again and again, as loops   (align, roll)
        narrow      recurrences of single numbers between what is before and after them
        complete    turns that look like no other   (later, sooner, lattice)
        shape       groups as Arrays, their arguments as views of others    (split, ragged, fill)
    printers    what writes it down
        schedule    which Arrays get a line, and their names                    (names)
        language    Arrays as text: NumPy in printer; jax, javascript, c
        floats      loops over single numbers, on Python's floats
        emit        the parts put together
        scalar      for graphs too narrow for arrays: straight-line code
        native      C, compiled and loaded
    run         the program and its checks
    cells       which scalar is which cell of which Array
    verify      the program and the graph side by side, also on fractions       (exact)
    jit         a function compiled at its first call, with its branches
"""
from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from autograd import ops
from autograd.compat.keywords import OF_TRANSFORMS, told
from autograd.compat.messages import choice, described, entries, truth
from autograd.compiler.arrays.array import Misfit
from autograd.compiler.printers.emit import Blocks, emit, one_by_one
from autograd.compiler.recognize.complete import completed
from autograd.compiler.recognize.extrema import OF_TWO, with_extrema
from autograd.compiler.recognize.group import Group, earliest, groups, keys_of, levels
from autograd.compiler.arrays.loop import Stacked
from autograd.compiler.printers.native import Native, c_compiler, loaded
from autograd.compiler.recognize.later import Items
from autograd.compiler.recognize.narrow import narrow_loops
from autograd.compiler.recognize.record import Tape, record, without_zeros
from autograd.compiler.recognize.repeat import (Line, LineOfNodes, Turns, is_running_sum,
                                                lines_of, with_loops)
from autograd.compiler.recognize.shared import with_shared
from autograd.compiler.run import Program
from autograd.compiler.printers.scalar import Straight, straight
from autograd.compiler.recognize.shape import plan
from autograd.value import Value

WIDE = 4  # a loop over so many numbers at once is one over arrays
RUNNING = 8  # where so large a part of the nodes are steps of running sums, groups are looked at
# for loops over single numbers: nodes in all, in a turn, and outside
LOOPED, LONG_TURN, OUTSIDE = 4_000_000, 300, 150
LOOKED_AT_TWICE = 20_000  # up to so many nodes, loops of single numbers are looked for again
FEW_LINES = 40  # if they take more lines than that
READABLE = 150  # so many lines of scalars, and one for the gradient of each, can still be read
# with fewer terms for each array operation, straight-line code is faster
NARROW, NARROW_WITH_SAMPLES = 40, 8


TARGETS = ("numpy", "c")


@told(OF_TRANSFORMS)
def compile(
    output: Value | Sequence[Value],
    parameters: Sequence[Value],
    inputs: Sequence[Value] = (),
    form: str | None = None,
    samples: bool = True,
    target: str = "numpy",
) -> Program:
    """The Program that computes `output` and its derivatives with respect to `parameters`, for any
    numbers in `parameters` and `inputs`.

    output      a Value, or K of them (then the program computes values only)
    parameters  P Values; their order is that of theta and of the gradient
    inputs      I Values, the numbers of one sample; the program runs for any number m of samples
    form        "matrices": array operations, however few numbers they are about; "scalars": a line
                for each scalar; None: whichever is faster
    samples     whether x has a row for each sample; without, x is (I,)
    target      "numpy", or "c": the same program, compiled by the C compiler of this machine

    All other leaves are constants. Raises TypeError for what is not a Value, ValueError for a Value
    given twice, another form or target, and for a derivative made with create_graph that holds one
    side of a where, max or select alone; RuntimeError where there is no C compiler for "c".
    """
    outputs = [output] if isinstance(output, Value) else _listed(output, "output")
    parameters, inputs = _listed(parameters, "parameters"), _listed(inputs, "inputs")
    check(outputs, parameters, inputs)
    choice(form, ("matrices", "scalars", None), "form")
    choice(target, TARGETS, "target")
    truth(samples, "samples")
    if target == "c":
        c_compiler()  # an error where there is none, before the work
    given = outputs[0] if isinstance(output, Value) else outputs
    return program(given, parameters, inputs, form, samples, target)


def program(
    output: Value | list[Value], parameters: list[Value], inputs: list[Value],
    form: str | None = None, samples: bool = True, target: str = "numpy",
    order: list[Value] | None = None,
) -> Program:
    """The Program that `compile` gives, of what needs no check. `order` is the topological order of
    the outputs, where it is known.
    """
    outputs = [output] if isinstance(output, Value) else output
    with paused_collector():
        tape = record(outputs, parameters, inputs, samples, order)
        code = coded(tape, form, target)
    return Program(code, tape, outputs, parameters, inputs, listed=not isinstance(output, Value))


def check(outputs: list[Any], parameters: list[Any], inputs: list[Any]) -> None:
    """Raise TypeError for what is not a Value, ValueError for a Value given twice or no output."""
    for what, values in (("output", outputs), ("parameters", parameters), ("inputs", inputs)):
        for i, v in enumerate(values):
            if not isinstance(v, Value):
                raise TypeError(f"{what}[{i}] must be a Value, got {described(v)}")
    for what, values in (("parameters", parameters), ("inputs", inputs)):
        if len(set(values)) < len(values):
            twice = next(i for i, v in enumerate(values) if v in values[:i])
            raise ValueError(f"{what}[{twice}] is given twice")
    if not outputs:
        raise ValueError("compile needs at least one output")


def coded(tape: Tape, form: str | None, target: str) -> Blocks | Straight | Native:
    """The tape as a program in a form, for a target."""
    depth = earliest(tape)
    blocks = None if form == "scalars" else in_blocks(tape, form, depth)
    if target == "c":
        return loaded(blocks or one_by_one(without_zeros(tape)))
    in_arrays = partial(in_blocks, tape, "matrices")
    return blocks or straight(without_zeros(tape), depth)._replace(as_arrays=in_arrays)


def in_blocks(
    tape: Tape, form: str | None = None, depth: list[int] | None = None
) -> Blocks | None:
    """The tape as array operations, or as loops; None where it is too narrow for them, unless
    `form` asks for matrices. `depth` as `earliest` gives it, where it is known.
    """
    terms = sum([len(args) for _, args in tape.nodes.values()])
    if not terms:
        return None
    worth = NARROW_WITH_SAMPLES if tape.samples else NARROW
    asked = form == "matrices" or not worth
    bound = Bound(terms, True) if asked else Bound(terms / worth, worth <= terms)
    narrow = with_shared(tape)
    whole = with_extrema(narrow)
    if not depth or whole is not tape:
        depth = earliest(whole)
    found = grouped(whole, depth, bound)
    if found is not None:
        return emitted(*found, asked)
    if not bound.may_loop:
        return None
    return scalar_loops(narrow) or long_loops(whole, depth)


class Bound(NamedTuple):
    """How many array operations a program may take, and whether loops may take more."""

    operations: float
    may_loop: bool


def grouped(tape: Tape, depth: list[int], bound: Bound) -> tuple[Tape, Items] | None:
    """The tape, and its groups and loops; None where they take too many array operations."""
    nodes, least = len(tape.nodes), len({depth[i] for i in tape.nodes})  # one for each depth
    wide = nodes >= WIDE * least or RUNNING * steps_of_sums(tape) >= nodes
    if least > bound.operations and not (bound.may_loop and wide):
        return None
    keys = keys_of(tape)
    items = with_loops(tape, Line(tape, groups(tape, levels(tape, depth, keys), keys)))
    tape, items = completed(tape, items)
    operations = sum(map(operations_in, items))
    looped = sum([operations_in(item) for item in items if is_wide(item)])
    if operations <= bound.operations or bound.may_loop and operations <= 2 * looped:
        return tape, items
    return None


def operations_in(item: Group | Turns) -> int:
    """How many array operations a group or all turns of a loop take."""
    if isinstance(item, Turns):
        return 1 if is_running_sum(item) else item.length * len(item.ids)
    return 3 if item.op in OF_TWO else 1  # the largest of many: two halvings at least


def steps_of_sums(tape: Tape) -> int:
    """How many nodes add one number to a sum of two."""
    pairs = {i: args for i, (op, args) in tape.nodes.items() if op is ops.sum and len(args) == 2}
    return sum([not pairs.keys().isdisjoint(args) for args in pairs.values()])


def emitted(tape: Tape, items: Items, asked: bool) -> Blocks | None:
    """Groups and loops as array operations; None, if it was not asked for, where they do not fit.

    Shapes that do not fit together are a fault of the compiler: then lines of scalars are right.
    """
    try:
        return emit(tape, plan(tape, items))
    except Misfit:
        if asked:
            raise
        return None


def long_loops(tape: Tape, depth: list[int]) -> Blocks | None:
    """The tape as loops over arrays, where lines of scalars would be more than anybody reads; None
    where it is short, or where loops leave much of it outside.
    """
    if len(tape.nodes) <= READABLE:
        return None
    keys = keys_of(tape)
    items = with_loops(tape, Line(tape, groups(tape, levels(tape, depth, keys), keys)))
    tape, items = completed(tape, items, READABLE // 10)
    loops = any(isinstance(item, Turns) for item in items)
    return emitted(tape, items, False) if loops and lines_of(items) <= READABLE / 2 else None


def is_wide(item: Group | Turns) -> bool:
    """Whether it is a loop over several numbers at once."""
    return isinstance(item, Turns) and any(ids.shape[1] >= WIDE for ids in item.ids)


def scalar_loops(tape: Tape) -> Blocks | None:
    """The tape as loops over single numbers; None where that is not nearly all of it."""
    if len(tape.nodes) > LOOPED or tape.inputs:
        return None
    ways = [(tape, with_loops(tape, LineOfNodes(tape), LONG_TURN))]
    if READABLE < len(tape.nodes) <= LOOKED_AT_TWICE and lines_of(ways[0][1]) > FEW_LINES:
        ways.append(completed(tape, narrow_loops(tape, LONG_TURN), len(tape.nodes)))
    ways.sort(key=lambda way: lines_of(way[1]))
    return next(filter(None, (all_scalar(*way) for way in ways)), None)


def all_scalar(tape: Tape, items: Items) -> Blocks | None:
    """Loops over single numbers as a program; None where they are not nearly all of the tape."""
    outside = sum(isinstance(item, Group) for item in items)
    if outside > len(items) - 1 or outside > OUTSIDE or 4 * outside > len(tape.nodes):
        return None
    planned = plan(tape, items)
    loops = [x.inputs[0].op for x in planned.arrays if isinstance(x.op, Stacked)]
    return emit(tape, planned) if all(loop.is_scalar() for loop in loops) else None


def _listed(values: Any, what: str) -> list[Any]:
    if isinstance(values, Value) or isinstance(values, str) or not isinstance(values, Iterable):
        raise TypeError(
            f"{what} must be a {'Value or a ' * (what == 'output')}list of Values, "
            f"got {described(values)}"
        )
    return entries(values, what, "Values")


@contextmanager
def paused_collector() -> Iterator[None]:
    """Inside, the garbage collector rests: the compiler makes many objects, none in cycles, and the
    search for cycles among them would take half of its time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
