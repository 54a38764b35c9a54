"""A training step, compiled: backward passes, and from their derivatives what the function changes.

1. A pass is one program: the output, its gradient, and what later parts need of its graph. Those
   are gradients with respect to zeros that they are multiplied by, so that one program gives all.
2. What is left, results, guards, new data and grads, is one program of the numbers known by then.
3. All numbers are computed before anything is changed.

In here `x` is the array of all numbers known so far, and Places says where each Value's is.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from autograd import ops
from autograd.compat.finishing import finish
from autograd.compat.micrograd import Handmade
from autograd.compiler.jit.checks import Checks
from autograd.compiler.jit.effects import Effects, Pass
from autograd.compiler.jit.flat import in_a_row
from autograd.compiler.jit.guards import Notes
from autograd.compiler.jit.memory import (gradient_of, put_all, put_gradient, put_in,
                                          put_number)
from autograd.compiler.run import Program
from autograd.graph import depends_on, topological_order
from autograd.recording import is_recording
from autograd.value import Value

# of outputs, parameters, inputs, order
Compile = Callable[[Any, list[Value], list[Value], list[Value]], Program]


class Places:
    """Where the number of each Value is in x; `listed` has the Values in that order."""

    def __init__(self, values: Iterable[Value]) -> None:
        self.listed: list[Value] = []
        self.of: dict[Value, int] = {}
        self.add(values)

    def add(self, values: Iterable[Value]) -> None:
        """The numbers of these come next; one that was known stays where it was."""
        for v in values:
            self.of.setdefault(v, len(self.listed))
            self.listed.append(v)

    def at(self, values: Iterable[Value]) -> Any:
        """The places of some."""
        return in_a_row([self.of[v] for v in values])

    def known(self, values: Iterable[Value]) -> list[Value]:
        """Those whose numbers are known, in the order of these."""
        return sorted([v for v in values if v in self.of], key=self.of.__getitem__)


class PassProgram:
    """A backward pass, compiled. `after` are the Values of its graph that are needed later."""

    def __init__(self, one: Pass, after: list[Value], places: Places, compiled: Compile) -> None:
        factors = [Value(0.0) for _ in after]
        root, order = one.root, one.order
        if after:
            parts = [ops.stop_gradient(v) * factor for v, factor in zip(after, factors)]
            root = ops.sum_of([root, *parts])
            order = topological_order(root)
        # what depends on the sources is computed again: the derivative goes through it
        passed = depends_on(order, one.sources)
        rest = places.known(v for v in order if v not in passed)
        self.program = compiled(root, [*one.sources, *factors], rest, order)
        self.sources, self.rest, self.has_rest = places.at(one.sources), places.at(rest), bool(rest)
        self.zeros = np.zeros(len(factors))
        places.add([*one.derivatives, *after, one.root])

    def run(self, x: Any) -> tuple[Any, Any]:
        """The derivatives and what is needed later; the output."""
        theta = np.concatenate((x[self.sources], self.zeros))
        y, gradient = self.program.value_and_grad(theta, x[self.rest] if self.has_rest else None)
        return gradient, (y,)


class Node(NamedTuple):
    """A returned output of a backward pass: a Value with the derivatives of that pass."""
    op: Handmade
    inputs: list[int]                       # places
    partials: Any
    data: int


class Found(NamedTuple):
    """What a call computes: whether guards hold, as Branch.holds says; all numbers; the wanted."""
    holds: int
    x: Any
    wanted: Any


class Step:
    """What a recorded function computes and changes.

    every       the Values it depends on, or changes, whose numbers are given, in this order
    results     those of its results that are numbers
    returned    those that are Values, by their places
    """

    def __init__(self, notes: Notes, every: list[Value], results: list[Value],
                 returned: dict[int, Value], compiled: Compile) -> None:
        effects = notes.changes
        assert effects is not None
        places = Places(every)
        touched = effects.incoming, effects.data, effects.grads
        self.came_in, self.data, self.grads = [[places.of[v] for v in some] for some in touched]
        places.add(effects.incoming.values())
        self.remember(effects, places)
        self.roots = [(i, v) for i, v in returned.items() if v in effects.seeds]
        computed = [*effects.data.values(), *effects.grads.values(), *effects.remembered(),
                    *(effects.seeds[v] for _, v in self.roots)]
        wanted = [*results, *(x if isinstance(x, Value) else Value(x) for x in computed)]
        needed = [*wanted, *notes.values_compared(), *notes.limited]
        self.passes = compiled_passes(effects.passes, needed, places, compiled)
        self.nodes = {i: node for i, v in self.roots if (node := node_of(v, effects, places))}
        self.checks = Checks(notes.guards, places.listed, len(every))
        self.compile_rest(wanted, notes.limited, places, compiled)
        counts = len(results), len(self.data), len(self.grads), len(self.slots)
        ends = [0, *np.cumsum(counts).tolist(), None]
        self.parts = [slice(*pair) for pair in zip(ends, ends[1:])]
        self.last: tuple[Any, Found] | None = None

    def remember(self, effects: Effects, places: Places) -> None:
        """Note what is kept between calls; `ints` are what its ints become."""
        self.memories = [memory for memory, _, _ in effects.memories]
        for _, leaves, _ in effects.memories:
            places.add(leaves)
        self.slots = [slot for memory in self.memories for slot in memory.slots]
        self.is_int = [is_int for memory in self.memories for is_int in memory.is_int.tolist()]
        self.ints = [x for x, is_int in zip(effects.remembered(), self.is_int) if is_int]

    def compile_rest(self, wanted: list[Value], limited: list[Value], places: Places,
                     compiled: Compile) -> None:
        """Compile what guards compare and what is wanted, where it is not known after all passes,
        and what may raise."""
        known = places.of
        self.compared = len(self.checks.outputs)
        missing = [*self.checks.outputs, *(v for v in wanted if v not in known)]
        missing = list(dict.fromkeys(missing))
        outputs = [*missing, *(v for v in limited if v not in known)]
        self.program, self.rest = None, np.empty(0, dtype=int)
        if outputs:
            order = topological_order(*outputs)
            given = places.known(reached(outputs, known))
            self.program, self.rest = compiled(outputs, given, [], order), places.at(given)
        places.add(missing)
        self.wanted, self.kept = places.at(wanted), len(missing)

    def programs(self) -> list[Program | None]:
        """Those of the passes, then that of what is left."""
        return [*(one.program for one in self.passes), self.program]

    # Running --------------------------------------------------------------------------------------

    def found(self, theta: Any, values: dict[int, Value]) -> Found:
        """What a call computes from these numbers, and from the grads of Values at their places.

        Raises what the programs raise, and ArithmeticError where a number is not finite.
        """
        last = self.last
        if last is not None and last[0] is theta:
            return last[1]
        if not is_recording() or len(set(values.values())) < len(values):
            return Found(-1, None, None)
        came_in = list(map(gradient_of, at(values, self.came_in)))
        x = np.concatenate((theta, came_in, *[memory.numbers() for memory in self.memories]))
        for one in self.passes:
            x = np.concatenate((x, *one.run(x)))
        outputs = np.empty(0) if self.program is None else self.program(x[self.rest])
        if not (np.isfinite(x).all() and np.isfinite(outputs).all()):
            raise ArithmeticError("a number is not finite")         # floats say more about it
        holds = int(self.checks.hold(x, outputs[:self.compared])) if self.checks.count else 1
        wanted = np.concatenate((x, outputs[:self.kept]))[self.wanted]
        found = Found(holds, x, wanted)
        self.last = theta, found
        return found

    def results(self, found: Found) -> Any:
        """The results that are numbers."""
        return found.wanted[self.parts[0]]

    def change(self, found: Found, values: dict[int, Value]) -> None:
        """Change data and grads: all, or nothing."""
        data, grads = found.wanted[self.parts[1]].tolist(), found.wanted[self.parts[2]].tolist()
        moved, graded = at(values, self.data), at(values, self.grads)
        kept = found.wanted[self.parts[3]].tolist()
        kept = [round(x) if is_int else x for x, is_int in zip(kept, self.is_int)]

        def change() -> None:
            put_all(put_number, moved, data)
            put_all(put_gradient, graded, grads)
            put_in(self.slots, kept)
        self.last = None
        finish(change)

    def made(self, found: Found, values: dict[int, Value], made: dict[int, Value]
             ) -> dict[int, Value]:
        """The results that are Values, by their places: those that are outputs of passes have grads
        as these left them."""
        for i, node in self.nodes.items():
            v = made[i] = Value(float(found.x[node.data]))
            inputs = tuple(at(values, node.inputs))
            v._set_inputs(node.op, inputs, tuple(found.x[node.partials].tolist()))
        seeds = found.wanted[self.parts[4]].tolist()
        Value.set_grads({made[i]: seed for (i, _), seed in zip(self.roots, seeds)})
        return made


def at(values: dict[int, Value], places: list[int]) -> list[Value]:
    """The Values at some places."""
    return list(map(values.__getitem__, places))


def compiled_passes(passes: list[Pass], wanted: list[Value], places: Places,
                    compiled: Compile) -> list[PassProgram]:
    """The programs of passes: each gives what later ones, and what is wanted, need of its graph."""
    orders = [set(one.order) for one in passes]
    programs = []
    for k, one in enumerate(passes):
        later = [*(other.root for other in passes[k + 1:]), *wanted]
        stops = places.of.keys() | {one.root}
        met = reached(later, set().union(*orders[:k + 1], stops))
        after = [v for v in met if v in orders[k] and v not in stops and not v.is_leaf]
        programs.append(PassProgram(one, after, places, compiled))
    return programs


def reached(outputs: Iterable[Value], stops: Any) -> list[Value]:
    """The Values that the outputs were computed from, in a fixed order, not beyond the stops."""
    found = dict.fromkeys(outputs)
    stack = list(found)
    while stack:
        v = stack.pop()
        if v in stops:
            continue
        new = dict.fromkeys(u for u in v.inputs if isinstance(u, Value) and u not in found)
        found.update(new)
        stack += new
    return list(found)


def node_of(v: Value, effects: Effects, places: Places) -> Node | None:
    """How an output of a pass is made; None where the pass is over others, too."""
    one = next((one for one in effects.passes if one.root is v), None)
    if one is None or not one.sources:
        return None
    inputs = [places.of[u] for u in one.sources]
    return Node(Handmade("step", len(inputs)), inputs, places.at(one.derivatives), places.of[v])


def refusal(effects: Effects, returned: Iterable[Value]) -> str:
    """Why a result that is a Value cannot be made; "" where all can."""
    within = {v for one in effects.passes for v in one.order}
    for v in returned:
        if v in effects.outside:
            continue
        others = [y for y in effects.seeds if y is not v]
        if v in effects.seeds and v not in topological_order(*others):
            continue
        if v in within:
            return "returns a Value that backward() went through; return its .data"
        if not effects.leaves.isdisjoint(topological_order(v)):
            return "returns a Value that was computed from grads"
    return ""
