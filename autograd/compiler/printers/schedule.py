"""Which Arrays get a line of source, in which order, and what they are called.

Every other Array is written where it is used. An Array gets a line when it is used twice, when it
would make a formula too long, or when it is a layer's z or a cotangent: what a reader wants to
find. Names are the lecture's where they fit, see names.
"""
from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, Union

import numpy as np

from autograd import ops
from autograd.compiler.arrays.array import Array, Operand
from autograd.compiler.arrays.loop import At, Loop, Stacked
from autograd.compiler.printers.floats import (Floats, is_carried, is_row, is_summed, numbers_of,
                                               rows_left)
from autograd.compiler.printers.names import Names
from autograd.compiler.recognize.record import Tape
from autograd.compiler.arrays.reverse import cotangents, topological_order
from autograd.compiler.recognize.shape import Plan
from autograd.compiler.arrays.structure import (Assemble, Broadcast, Contract, Named, Numbers,
                                                Reshape, RunSums, Scatter, Structural, Sum, View,
                                                assembled, Part, take, total)

LONG = 8  # operations in one formula


class Line(NamedTuple):
    """name = array; in place, where `added` is one of two terms of the array, the other one being
    computed first.
    """

    name: str
    array: Array
    comment: str = ""  # beside the shape
    added: Union[int, None] = None
    body: tuple[Line, ...] = ()  # of a loop
    floats: Union[Floats, None] = None  # of a loop over single numbers


class Schedule(NamedTuple):
    """A program as lines."""

    views: list[Line]  # of theta, at the top
    forward: list[Line]
    backward: list[Line]
    value: Operand
    gradient: Union[Array, None]  # None where there are several outputs
    names: dict[Array, str]
    cotangents: dict[Array, Array]  # the Array whose derivative it is, of each cotangent

    def on_floats(self) -> list[Floats]:
        """How loops over single numbers are written on floats, of each that there is."""
        return [line.floats for line in (*self.forward, *self.backward) if line.floats is not None]


def schedule(tape: Tape, plan: Plan) -> Schedule:
    """The lines of a plan; of its backward pass, too, where it has one output."""
    backward = gradient(tape, plan) if len(tape.outputs) == 1 else {}
    return _Scheduler(tape, plan, backward).schedule()


def gradient(tape: Tape, plan: Plan) -> dict[Array, Operand]:
    """The cotangents of all Arrays that depend on parameters; that of theta is complete and comes
    last.
    """
    inputs = set(tape.inputs)
    both = [i for i, p in enumerate(tape.parameters) if p in inputs]
    sources = [plan.theta, plan.x] if both else [plan.theta]
    order = topological_order([*plan.arrays, plan.output])
    found = {}
    if isinstance(plan.output, Array):
        found = cotangents(order, plan.output, 1.0, sources)
    d = found.pop(plan.theta, None)
    parts = [] if d is None else [Part(d)]
    dx = found.get(plan.x)
    # their derivative is that by the input, summed over the samples
    if both and isinstance(dx, Array):
        columns = np.array([tape.inputs.index(tape.parameters[i]) for i in both])
        parts.append(Part(take((total(dx, (0,)),), columns), np.array(both)))
    found[plan.theta] = (
        parts[0].value
        if len(parts) == 1 and d is not None
        else assembled(parts, plan.theta.shape, True)
    )
    return found


def inputs_of(arrays: Iterable[Array]) -> set[Operand]:
    """What some Arrays are computed from."""
    return {u for x in arrays for u in x.inputs}


class _Scheduler:
    def __init__(self, tape: Tape, plan: Plan, backward: dict[Array, Operand]) -> None:
        self.tape, self.plan = tape, plan
        self.gradient = backward.get(plan.theta)
        ends = [x for x in (plan.output, self.gradient) if isinstance(x, Array)]
        self.ends, needed = set(ends), set(topological_order(ends))
        every = topological_order([*plan.arrays, plan.output, *backward.values()])
        self.order = [x for x in every if x in needed]
        self.blocks = {x: ids for x, (ids, _) in zip(plan.arrays, plan.ids) if x in needed}
        self.cotangent_of = self.cotangents(backward)
        self.uses: dict[Array, int] = dict.fromkeys(ends, 2)
        self.user: dict[Array, Array] = {}
        self.users: dict[Array, list[Array]] = {}
        self.count_uses()
        self.list_names: dict[Array, str] = {}
        self.row_names: dict[object, tuple[str, ...]] = {}  # of carried stacks
        self.layer_inputs = inputs_of(x for x in self.order if self.is_weighted(x))
        self.looped = inputs_of(x for x in self.order if isinstance(x.op, Loop))
        self.weight: dict[Array, int] = {}
        self.free = Names()
        self.names: dict[Array, str] = {}

    def cotangents(self, backward: dict[Array, Operand]) -> dict[Array, Array]:
        """For each Array that is a cotangent alone the first whose cotangent it is."""
        found: dict[Array, Array] = {}
        for y, d in backward.items():
            if isinstance(d, Array) and d not in self.blocks and y is not self.plan.theta:
                found.setdefault(d, y)
        return found

    def count_uses(self) -> None:
        """Note what uses each Array, and how often it is written."""
        for x in reversed(self.order):
            # written wherever x is used
            times = self.uses[x] if isinstance(x.op, (View, Reshape, Broadcast)) else 1
            for u in x.arrays():
                self.uses[u] = self.uses.get(u, 0) + times
                self.user[u] = x
        for x in self.order:
            for u in x.arrays():
                self.users.setdefault(u, []).append(x)

    # Which Arrays get a line ------------------------------------------------------------------

    def has_line(self, x: Array) -> bool:
        """Whether x gets a line of its own."""
        if isinstance(x.op, (Named, Numbers, Stacked)) or self.is_view_of_theta(x):
            return False
        if isinstance(x.op, (Assemble, Loop)) or x in self.looped or x in self.ends:
            return True
        if x in self.cotangent_of:
            return self.cotangent_has_line(x)
        if isinstance(x.op, (View, Reshape, Broadcast)) and x not in self.blocks:
            return False
        return self.uses[x] > 1 or self.weight[x] > LONG or x in self.blocks and self.is_layer(x)

    def cotangent_has_line(self, d: Array) -> bool:
        """Whether it is more than a matrix product in the next one: then (7) is one line, dz @ W *
        (z > 0).
        """
        if isinstance(d.op, (View, Reshape, Broadcast)):
            return False
        product = isinstance(d.op, (Contract, RunSums, Scatter))
        return (
            self.uses[d] > 1
            or not product
            or isinstance(self.user[d].op, Structural)
            or self.weight[d] > LONG // 2
        )

    def weigh(self, x: Array, lines: set[Array]) -> None:
        """Note how many operations the formula of x has."""
        inside = [u for u in x.inputs if isinstance(u, Array) and u not in lines]
        alone = isinstance(x.op, (Named, Numbers, At, Stacked)) or self.is_view_of_theta(x)
        self.weight[x] = 0 if alone else 1 + sum(self.weight[u] for u in inside)

    def is_view_of_theta(self, x: Operand) -> bool:
        """Whether x is a part of theta, which has a name."""
        return isinstance(x, Array) and isinstance(x.op, View) and x.inputs[0] is self.plan.theta

    def is_layer(self, x: Array) -> bool:
        """Whether x is z = W f + b, a matrix product and something added to it."""
        return x.op is ops.add and any(map(self.is_product, x.inputs))

    def is_product(self, x: Operand) -> bool:
        """Whether x is a matrix product, not only of rows with rows."""
        return (
            isinstance(x, Array)
            and isinstance(x.op, Contract)
            and set(x.op.left) != set(x.op.right)
        )

    # The lines --------------------------------------------------------------------------------

    def schedule(self) -> Schedule:
        lines: set[Array] = set()
        for x in self.order:
            self.weigh(x, lines)
            if self.has_line(x):
                lines.add(x)
        views, forward, backward = self.lines(lines)
        every = [line for each in (*views, *forward, *backward) for line in (each, *each.body)]
        names = {line.array: line.name for line in every}
        names.update({x: name for x, name in self.names.items() if isinstance(x.op, Stacked)})
        return Schedule(views, forward, backward, self.plan.output, self.gradient, names,
                        self.cotangent_of)

    def lines(self, lines: set[Array]) -> tuple[list[Line], list[Line], list[Line]]:
        """The parts of theta, the lines of the forward pass, and those of the backward pass."""
        views: list[Line] = []
        forward: list[Line] = []
        backward: list[Line] = []
        self.ahead = set(topological_order([self.plan.output]))
        for x in self.order:
            if x in self.blocks:
                views += self.name_views(x, lines)
                self.name_block(x, lines)
            if x in lines:
                views += self.name_views(x, lines)
                line = self.loop(x, lines) if isinstance(x.op, Loop) else self.line(x, lines)
                (forward if x in self.ahead else backward).append(line)
        return views, forward, backward

    def name_views(self, x: Array, lines: set[Array]) -> Iterable[Line]:
        """Lines for the parts of theta that the formula of x begins to use."""
        stack = [x]
        while stack:
            y = stack.pop()
            if self.is_view_of_theta(y) and y not in self.names:
                self.names[y] = self.free.parameters(
                    sum(n != 1 for n in y.shape), x.op in (ops.add, ops.sub)
                )
                yield Line(self.names[y], y)
            stack += [
                u
                for u in reversed(y.inputs)
                if isinstance(u, Array) and u not in lines and u not in self.names
            ]

    def name_block(self, x: Array, lines: set[Array]) -> None:
        """The name of an Array of the plan: its label if it is one labelled node; z and f of a
        layer, as in (3) and (6).
        """
        if x in self.names or isinstance(x.op, (Named, Numbers)):
            return
        if x in lines or not self.is_product(x):     # else it is added to where it is used: to a z
            self.names[x] = self.own_label(x) or self.role_name(x) or self.free.other()

    def own_label(self, x: Array) -> str | None:
        """The label of the one node that x is; None where there are more, or it has none."""
        ids = self.blocks[x]
        label = self.tape.labels.get(int(ids[0])) if len(ids) == 1 else None
        return self.free.label(label) if label else None

    def role_name(self, x: Array) -> str | None:
        """The name of a layer's z, or of its f; None for anything else."""
        if self.is_product(x) or self.is_layer(x):
            return self.free.layer()
        if len(x.inputs) == 1 and not isinstance(x.op, Structural):
            return self.free.activation(self.names.get(x.inputs[0], ""))
        return None

    def line(self, x: Array, lines: set[Array]) -> Line:
        if x is self.gradient:
            self.names[x] = "grad"
        elif x not in self.names and x in self.cotangent_of and x not in self.ahead:
            self.names[x] = "d" + self.name_of_source(self.cotangent_of[x])
        elif x not in self.names:
            self.names[x] = self.free.other()
        return Line(self.names[x], x, self.comment(x, lines), self.added(x, lines))

    def loop(self, x: Array, lines: set[Array]) -> Line:
        """A loop with the lines of its body; its stacks get names here."""
        op: Loop = x.op
        local, scalar = op.local(), op.is_scalar()
        written = [w.value for w in op.writes if isinstance(w.value, Array)]
        for u in chain(written, *[y.arrays() for y in local]):
            self.uses[u] = self.uses.get(u, 0) + 1
        for k in range(len(op.stacks)):
            self.names[op.result(k)] = self.name_of_stack(op, k)
        body = tuple(self.turn(local, lines, scalar))
        return self.scalar_loop(x, body, local) if scalar else Line("", x, "", None, body)

    def turn(self, local: Sequence[Array], lines: set[Array], scalar: bool) -> Iterable[Line]:
        """The lines of one turn of a loop."""
        for y in local:
            self.weigh(y, lines)
            again = self.uses[y] > 1 and (scalar or not isinstance(y.op, At))
            if again or self.weight[y] > LONG or isinstance(y.op, Assemble):
                lines.add(y)
                self.names[y] = self.free.other()
                yield Line(self.names[y], y)

    def scalar_loop(self, x: Array, body: tuple[Line, ...], local: Sequence[Array]) -> Line:
        """A loop over single numbers, which reads and writes lists."""
        op: Loop = x.op
        ats = [y.op for y in local if isinstance(y.op, At)]
        sources = dict.fromkeys([at.source for at in ats if isinstance(at.source, Array)])
        lists = tuple([(self.list_name(u), u) for u in sources])
        results = [op.result(k) for k in range(len(op.stacks))]
        arrays = tuple([k for k, y in enumerate(results) if self.is_array(y)])
        kept = tuple([(k, self.list_name(results[k])) for k in arrays if self.is_list(results[k])])
        carried = {k: self.names_of_rows(op, k) for k in self.carried(op)}
        unlisted = frozenset(self.without_list(op, carried)) - set(arrays)
        spread = frozenset(self.spread(x, carried))
        return Line("", x, "", None, body, Floats(lists, arrays, kept, carried, unlisted, spread))

    def carried(self, op: Loop) -> list[int]:
        """The stacks whose rows stand in variables on floats."""
        return [k for k in range(len(op.stacks))
                if is_carried(op, k) and (not op.backwards or self.only_rows(op, k))]

    def without_list(self, op: Loop, carried: Container[int]) -> Iterator[int]:
        """The stacks of which no list is kept on floats: no more is needed than is in variables."""
        for k in range(len(op.stacks)):
            users = self.users.get(op.result(k), [])
            if self.only_rows(op, k) if k in carried else is_summed(op, k, users):
                yield k

    def spread(self, x: Array, carried: Iterable[int]) -> Iterator[Array]:
        """The starts of carried stacks of a loop that are written number by number."""
        for k in carried:
            start = x.op.stacks[k].start
            if start is not None and self.is_spread(x, k, start):
                yield start

    def is_spread(self, x: Array, k: int, start: Array) -> bool:
        """Whether a start of a loop, used for nothing else, is written number by number."""
        alone = self.users.get(start) == [x] and start not in self.ends
        starts = [s.start for s in x.op.stacks if s.start is start]
        return alone and len(starts) == 1 and numbers_of(start, x.op, k) is not None

    def only_rows(self, op: Loop, k: int) -> bool:
        """Whether of a carried stack no more is needed after the loop than what is left in its
        variables.
        """
        left = rows_left(op, k)
        return all(is_row(y, left) for y in self.users.get(op.result(k), []))

    def names_of_rows(self, op: Loop, k: int) -> tuple[str, ...]:
        """The variables of a carried stack, s1, s1b, ...; ds1, ... for what they are sent."""
        key = op.stacks[k].of or (op, k)
        if key not in self.row_names:
            self.row_names[key] = tuple(
                self.free.free(f"s{k + 1}") for _ in range(op.stacks[k].before))
        found = self.row_names[key]
        return tuple(f"d{name}" for name in found) if op.backwards else found

    def list_name(self, x: Array) -> str:
        """What the list of the numbers of an Array is called."""
        if x not in self.list_names:
            self.list_names[x] = self.free.free("every_" + self.names.get(x, "c"))
        return self.list_names[x]

    def is_list(self, x: Array) -> bool:
        """Whether a loop over single numbers reads x."""
        return any(isinstance(y.op, Loop) and y.op.is_scalar() for y in self.users.get(x, []))

    def is_array(self, x: Array) -> bool:
        """Whether a stack of single numbers is needed as an array, not as a list alone."""
        if x in (self.plan.output, self.gradient):
            return True
        return not all(
            isinstance(y.op, Sum)
            or isinstance(y.op, View) and y.shape == ()
            or isinstance(y.op, Loop) and y.op.is_scalar() and y.op.only_reads(x)
            for y in self.users.get(x, [])
        )

    def name_of_stack(self, op: Loop, k: int) -> str:
        """h1, h2, ... for what a loop goes through, dh1, dh2, ... in the backward pass."""
        if not op.backwards:
            return self.free.free(f"h{k + 1}")
        of = op.stacks[k].of
        named = self.names.get(of[0].result(of[1])) if of is not None else None
        return "d" + (named or self.free.other())

    def name_of_source(self, y: Array) -> str:
        """What the source of a cotangent is called, or would be if it had a line."""
        if y not in self.names:
            return self.free.other()
        if y.op is not None and isinstance(y.op, Named):
            return y.op.name
        return self.names[y]

    def added(self, x: Array, lines: set[Array]) -> int | None:
        """Which input is added in place: an array less. The other one must be new, and as large as
        x.
        """
        if x.op not in (ops.add, ops.sub) or not x.shape:
            return None
        for i, u in enumerate(x.inputs):
            if (
                isinstance(u, Array)
                and isinstance(u.op, Contract)
                and u not in lines
                and u.shape == x.shape
                and (i == 0 or x.op is ops.add)
            ):
                return 1 - i
        return None

    # Comments ---------------------------------------------------------------------------------

    def comment(self, x: Array, lines: set[Array]) -> str:
        """What to say of a line: its number in the lecture, and where its bias is."""
        if x in self.blocks:
            if self.has_layer(x, lines):
                return "(6)" + self.bias_inside(x)
            of_z = len(x.inputs) == 1 and self.is_z(x.inputs[0])
            return "(3)" if of_z and not isinstance(x.op, Structural) else ""
        y = self.cotangent_of.get(x)
        if y is not None and self.is_view_of_theta(y):
            return "(8)"
        return "(7)" if y is not None and any(map(self.is_sent_back, (x, *x.inputs))) else ""

    def has_layer(self, x: Operand, lines: set[Array], first: bool = True) -> bool:
        """Whether a line has a W f, alone or in a sum."""
        if not isinstance(x, Array) or x in lines and not first:
            return False
        in_sum = x.op in (ops.add, ops.sub)
        return self.is_weighted(x) or in_sum and any(
            self.has_layer(u, lines, False) for u in x.inputs
        )

    def is_sent_back(self, d: Operand) -> bool:
        """Whether d is W^T dz: a product with weights, or weights times one number dz."""
        if self.is_weighted(d):
            return True
        f = self.cotangent_of.get(d) if isinstance(d, Array) else None
        return f in self.layer_inputs and any(map(self.is_view_of_theta, d.inputs))

    def is_weighted(self, x: Operand) -> bool:
        """Whether x is a product of weights and something else, summed: a W f."""
        if not isinstance(x, Array) or not isinstance(x.op, Contract):
            return False
        weights = [self.is_view_of_theta(u) for u in x.inputs]
        return any(weights) and (self.is_product(x) or not all(weights))

    def is_z(self, x: Operand) -> bool:
        """Whether x is the z of a layer."""
        return (
            isinstance(x, Array) and x in self.blocks and (self.is_weighted(x) or self.is_layer(x))
        )

    def bias_inside(self, x: Array) -> str:
        """What to say of a product of weights with data in which a column is 1: their biases are a
        column of the weights.
        """
        if not isinstance(x.op, Contract) or not isinstance(x.inputs[1].op, Numbers):
            return ""
        data = x.inputs[1].op.numbers
        ones = np.nonzero((data == 1).reshape(-1, data.shape[-1]).all(axis=0))[0]
        return (
            f", b is {self.names[x.inputs[0]]}[..., {ones[-1]}], beside ones" if len(ones) else ""
        )
