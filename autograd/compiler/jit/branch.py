"""One recording of a function, compiled, with the guards under which it holds."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import is_
from typing import Any, NamedTuple

import numpy as np

from autograd import compiler
from autograd.compiler.jit.arguments import Signature, argument_keys
from autograd.compiler.jit.checks import Checks
from autograd.compiler.jit.choices import definition, replaced
from autograd.compiler.jit.effects import Effects
from autograd.compiler.jit.flat import (FLOAT, INT, LARGEST, VALUE, Unfit, close, flatten,
                                        flatten_result, in_a_row, kinds_of, numbers, skeleton,
                                        with_kinds, without_values)
from autograd.compiler.jit.guards import Notes, Stop, Whole, noticing
from autograd.compiler.jit.kinds import kind_of, settle
from autograd.compiler.jit.lookups import Lookups
from autograd.compiler.jit.made import Made, agrees
from autograd.compiler.jit.quick import builder, direct
from autograd.compiler.jit.memory import number_of
from autograd.compiler.jit.reach import Reach
from autograd.compiler.jit.step import Compile, Step, refusal
from autograd.compiler.run import Program
from autograd.derivatives.level import VARIABLES_AT_WORK, positions
from autograd.derivatives.transforms import Differentiated
from autograd.graph import topological_order
from autograd.value import Value

Function = Callable[..., Any]
GRADIENT_OF_MANY = "gives derivatives of more than one number"


NOTHING = np.empty(0)
are_all = np.logical_and.reduce                   # all(), in half of its time
NO_GRAPH: Any = ()
STEP = 1e-5                                     # of the two points of a slope, relative
SMALL = 600                                     # Values


class Refused(Exception):
    """What was recorded cannot stand for other numbers."""


class Unsure(Exception):
    """Only the function itself can tell."""


class How(NamedTuple):
    """How something is compiled: the target; the arguments with an axis of samples, and whether
    results are summed over it; whether the graph is kept until the program was compared with it."""
    target: str = "numpy"
    samples: frozenset[int] = frozenset()
    summed: bool = False
    keeps_graph: bool = False


class Branch:
    """One recording of a function, compiled, with the guards under which it holds.

    outside   the Values it uses that are not arguments
    lines     where its guards are in the source
    is_unproved     whether neither an eager result nor a slope stood beside its own yet

    Raises Refused where it cannot stand for other numbers.
    """

    def __init__(self, f: Function, signature: Signature, theta: Any, reach: Reach,
                 how: How, expected: Any = None) -> None:
        self.graph, self.is_unproved = NO_GRAPH, how.keeps_graph
        self.target = how.target
        made = self.sign(f, signature, expected)
        over = self.over
        notes, variables, results = self.recorded(over.f if over else f, theta, reach)
        self.place_results(made)
        self.lookups = notes.lookups
        self.lookups.finished()
        self.lines = [*(g.line for g in notes.guards), *self.lookups.bounds.values()]
        self.program: Program | None = None
        self.made: Made | None = None
        self.step: Step | None = None
        order, every = self.depends_on(notes, variables, results, reach)
        if notes.changes is not None:
            self.compile_step(f, notes, every, results, made)
        else:
            self.compile_results(f, notes, every, results, made, order)

    def depends_on(self, notes: Notes, variables: list[Value], results: list[Value], reach: Reach
                   ) -> tuple[list[Value], list[Value]]:
        """The topological order of what is to be computed; the Values that it depends on."""
        looked_up, changes = self.lookups.arguments(), notes.changes
        computed = [*results, *notes.values_compared(), *(changes.computed() if changes else ())]
        order = topological_order(*computed)
        self.form = form_of(order)
        inside = {*variables, *notes.made, *looked_up}
        self.outside = sources_of(changes, computed, inside, set(reach.values), order)
        self.known = dict(enumerate(self.outside, len(variables)))
        return order, [*variables, *self.outside, *looked_up]

    def compile_results(self, f: Function, notes: Notes, every: list[Value], results: list[Value],
                        made: list[int], order: list[Value]) -> None:
        """Compile guards and results."""
        self.compile_guards(notes, every, order)
        if self.over:
            order = topological_order(*results) if notes.guards else order
            parameters = self.differentiable(order, every, self.lookups.arguments(), notes)
            self.graph = (results[0], order, parameters) if self.is_unproved else NO_GRAPH
        elif made:
            numbered = [results[i] for i in self.numbered]
            self.made = self.values_of(f, {i: results[i] for i in made}, numbered, every)
        elif results:
            self.program = self.compiled(results, every)

    def compile_step(self, f: Function, notes: Notes, every: list[Value], results: list[Value],
                     made: list[int]) -> None:
        """Compile what it computes and changes."""
        assert notes.changes is not None
        returned = {i: results[i] for i in made}
        if reason := refusal(notes.changes, returned.values()):
            raise Refused(reason)
        compiled: Compile = lambda outputs, parameters, rest, order: compiler.program(
            outputs, parameters, rest, form_of(order), False, self.target, order)
        numbered = [results[i] for i in self.numbered]
        self.step = step = Step(notes, every, numbered, returned, compiled)
        if any(kind_of(x, notes) is not int for x in step.ints):
            raise Refused("keeps an int between calls that becomes a float")
        rest = {i: v for i, v in returned.items() if i not in step.nodes}
        self.made = self.values_of(f, rest, [], every) if rest else None

    def values_of(self, f: Function, made: dict[int, Value], numbered: list[Value],
                  every: list[Value]) -> Made:
        """The results that are Values, by their places, and those that are not, compiled."""
        first = len(self.lookups.place)
        places = [*self.signature.given, *range(first, first + len(self.outside))]
        name = getattr(f, "__name__", "jit")
        return Made(made, numbered, every, places, name, self.target)

    def programs(self) -> list[Program]:
        """Those of its results."""
        of_step = [] if self.step is None else self.step.programs()
        of_values = [] if self.made is None else [self.made.program]
        of_results = [self.program, *of_step, *of_values]
        return [program for program in of_results if program is not None]

    def compile_guards(self, notes: Notes, every: list[Value], order: list[Value]) -> None:
        """Compile what guards compare, and the results of operations with a domain that are not
        computed anyway, as they may raise: `order` is what is."""
        self.checks = Checks(notes.guards, every, len(every))
        computed = set(order) if notes.limited else set()
        unused = [v for v in notes.limited if v not in computed]
        self.compared = len(self.checks.outputs)
        self.guard = None
        if self.checks.outputs or unused:
            self.guard = self.compiled([*self.checks.outputs, *unused], every)

    def sign(self, f: Function, signature: Signature, expected: Any) -> list[int]:
        """Note what it is a recording of; the places of Values among the results."""
        self.signature = signature
        over = self.over = self.transform_of(f)
        count = len(argument_keys(signature.key))
        self.argnums = positions(over.argnums, count) if over else ()
        self.signature = signature.apart(self.argnums)
        self.wrt = signature.places(self.argnums)
        leaves: list[Any] = []
        self.key = self.gradient_key() if over else flatten_result(expected, leaves)
        return without_values(leaves)[1]

    def differentiable(self, order: list[Value], every: list[Value], looked_up: list[Value],
                       notes: Notes) -> list[Value]:
        """Compile the result of which there is a gradient, the last in a topological order; what
        the gradient is with respect to."""
        active = [i for i, v in enumerate(looked_up) if v not in notes.numbers]
        self.active = in_a_row(active)
        # for the place of each argument that in the gradient, or one after all of them
        self.in_gradient = np.full(self.lookups.places(), len(self.wrt))
        self.in_gradient[self.wrt] = np.arange(len(self.wrt))
        fetched = [len(every) - len(looked_up) + i for i in active]
        chosen = [*self.wrt, *fetched]
        rest = sorted({*range(len(every))} - set(chosen))
        self.theta, self.rest, self.has_data = in_a_row(chosen), in_a_row(rest), bool(rest)
        parameters = [every[i] for i in chosen]
        self.program = compiler.program(order[-1], parameters, [every[i] for i in rest], self.form,
                                        False, self.target, order)
        return parameters

    def place_results(self, made: list[int]) -> None:
        """Note which results are ints, and which are Values."""
        kinds, values = kinds_of(self.key) if self.over is None else [], set(made)
        self.size = len(kinds)
        self.whole = np.array([i for i, kind in enumerate(kinds) if kind == INT], dtype=int)
        self.numbered = np.array([i for i in range(self.size) if i not in values], dtype=int)
        key = with_kinds(self.key, lambda kind, i: VALUE if i in values else kind, [0])
        self.build = builder(key if made else self.key)

    def result_key(self) -> Any:
        """The key of the result."""
        return (tuple, "", (FLOAT, self.key)) if self.over and self.over.with_value else self.key

    def transform_of(self, f: Function) -> Differentiated | None:
        """The transform whose derivatives the program computes itself."""
        return getattr(f, "differentiated", None)

    def compiled(self, outputs: list[Value], every: list[Value]) -> Program:
        """The program of some outputs."""
        return compiler.program(outputs, every, [], self.form, target=self.target)

    def lookups_of(self, variables: list[Value]) -> Lookups:
        """How tables are looked up."""
        return Lookups(variables, fetches=not self.signature.given)

    def recorded(self, f: Function, theta: Any, reach: Reach
                 ) -> tuple[Notes, list[Value], list[Value]]:
        """What recording f noticed, its variables, and its results."""
        variables, numbers = self.variables(theta)
        given = self.signature.arguments(variables)
        notes, results, found = self.followed(lambda: f(*given[0], **given[1]), variables, numbers,
                                              reach)
        self.check_structure(skeleton(found))
        if not self.unchanged(given, variables):
            raise Refused("changes its arguments")
        return notes, variables, results

    def variables(self, theta: Any) -> tuple[list[Value], set[Value]]:
        """What stands for the numbers while f is recorded, and those of them that stay numbers as f
        was written: of these, ints are Wholes."""
        kinds, chosen = kinds_of(self.signature.key), {*self.wrt, *self.signature.given}
        variables = [Whole(x) if kind == INT and i not in chosen else Value(x)
                     for i, (x, kind) in enumerate(zip(theta.tolist(), kinds))]
        return variables, {v for i, v in enumerate(variables) if i not in chosen}

    def followed(self, call: Callable[[], Any], variables: list[Value], numbers: set[Value],
                 reach: Reach) -> tuple[Notes, list[Value], Any]:
        """What a call of f with variables did: what was noticed, its results, and their key.

        Raises Refused where something else cannot be noticed.
        """
        at_work = {*variables, *reach.values} - VARIABLES_AT_WORK
        VARIABLES_AT_WORK.update(at_work)
        reason = ""
        try:
            refuse_unread(reach)
            with replaced(reach.functions, reach.asks_same), \
                    noticing(numbers, self.lookups_of(variables), self.changeable(variables, reach)
                             ) as notes:
                notes.arguments = {variables[i] for i in self.signature.given}
                notes.lend(reach.memories)
                returned = call()
                notes.finish(returned)
                results, found = listed(returned, notes.made)
                as_float = self.settled(results, notes, reach) if self.over is None else set()
        except Refused:
            raise
        except Stop:
            pass
        except Exception as error:
            reason = f"it cannot be recorded ({type(error).__name__}: {error})"
        finally:
            VARIABLES_AT_WORK.difference_update(at_work)
        if notes.refusals or reason:
            raise Refused(notes.refusals[0] if notes.refusals else reason)
        if as_float:
            self.key = with_kinds(self.key, lambda kind, i: FLOAT if i in as_float else kind, [0])
        return notes, results, found

    def changeable(self, variables: list[Value], reach: Reach) -> Iterable[Value] | None:
        """The Values whose data and grads f may change; None where it may not."""
        return None if self.over else [*reach.values, *(variables[i] for i in self.signature.given)]

    def check_structure(self, found: Any) -> None:
        """Raises Refused where the results for Values are nested in another way than for numbers,
        or are several to take a gradient of.
        """
        if self.over is None and found != skeleton(self.key):
            raise Refused("gives results of another structure for Values than for numbers")
        if self.over is not None and found != "number":
            raise Refused(GRADIENT_OF_MANY)

    def settled(self, results: list[Value], notes: Notes, reach: Reach) -> set[int]:
        """The places of results that are floats, since their kinds depend on too many choices."""
        outside = {*reach.values, *notes.arguments}
        for i, v in enumerate(results):
            while not outside.isdisjoint(notes.chosen.get(v, ())):      # it may be one of these
                v = results[i] = notes.taken(v)
            if notes.chosen:
                notes.is_number(v)                  # a guard where an `if` decides
        return settle(results, notes)

    def gradient_key(self) -> Any:
        """The key of the gradient."""
        parts = [as_floats(argument_keys(self.signature.key)[i]) for i in self.argnums]
        several = self.over is not None and isinstance(self.over.argnums, tuple)
        return (tuple, "", tuple(parts)) if several else parts[0]

    def recorded_result(self) -> tuple[Any, Any]:
        """The number and the gradient by the graph that was recorded, which goes through all of it
        once; they are what the program gives first."""
        output, order, chosen = self.graph
        self.graph = NO_GRAPH
        before = [v.grad for v in order]
        output.backward()
        gradient = np.array([v.grad for v in chosen])
        Value.set_grads(dict(zip(order, before)))
        return output.data, gradient

    def unchanged(self, given: Any, variables: list[Value]) -> bool:
        """Whether arguments still hold the variables they held."""
        held: list[Any] = []
        before: list[Any] = []
        try:
            same = flatten(given, held) == flatten(self.signature.arguments(variables), before)
        except Unfit:
            return False
        return same and len(held) == len(before) and all(map(is_, held, before))

    def given(self, theta: Any) -> tuple[Any, Any] | None:
        """The numbers it needs: those of the arguments, of Values from outside, and of what is
        looked up, and the places where that is; None where an int is none of its tables'."""
        if not self.lookups.bounds:
            outside = [list(map(number_of, self.outside))] if self.outside else []
            return (np.concatenate((theta, *outside)) if outside else theta), None
        found = self.lookups.numbers(theta)
        if found is None:
            return None
        return np.concatenate((theta, list(map(number_of, self.outside)), *found[0])), found[1]

    def is_simple(self) -> bool:
        """Whether it is for all numbers, and its program takes and gives nothing but these."""
        looks = self.lookups.bounds or self.outside or self.checks.count or self.guard is not None
        return not (looks or self.program is None or len(self.whole) or self.is_unproved)

    def direct(self) -> Callable[[Any], Any] | None:
        """A function of all numbers that gives what `run` does, in a fraction of the time around
        the program; None for a number that is not finite. None where there is no such function."""
        if self.step is not None or self.made is not None or not self.is_simple():
            return None
        assert self.program is not None
        if self.over is None:
            return direct(self.program.unchecked(False), ["a"], self.key, "{}")
        parts = ["a[theta]", "a[rest]"] if self.has_data else ["a"]
        form = "(y, {})" if self.over.with_value else "{}"
        return direct(self.program.unchecked(True), parts, self.key, form,
                      theta=self.theta, rest=self.rest)

    def holds(self, given: tuple[Any, Any] | None, values: Sequence[Value] = ()) -> int:
        """1 where every guard comes out as recorded, 0 where one does not, -1 where the numbers
        are too close to tell; raises what the program raises."""
        if given is None:
            return 0
        if self.step is not None:
            return self.step.found(given[0], self.values_for(values)).holds
        outputs = NOTHING if self.guard is None else self.guard(given[0])
        if not self.checks.count:
            return 1
        return int(self.checks.hold(given[0], outputs[:self.compared]))

    def proved(self, theta: Any, is_first: bool) -> Any:
        """What the function returns where it was recorded: the program's result, which must be that
        of the function itself for plain numbers, and its gradient the slope of these. Where it is
        not, as beside a stop_gradient, and the first time it must be that of the recorded graph.

        Raises Refused where it is not, and whatever the function raises for plain numbers.
        """
        assert self.over is not None
        args, named = self.signature.filled(theta)
        plain = self.over.f(*args, **named)
        given = self.given(theta)
        assert given is not None
        y, gradient = self.value_and_gradient(given)
        leaves: list[Any] = []
        if flatten((args, named), leaves) != self.signature.key or not agree(plain, y):
            raise Unsure
        if numbers(leaves).tobytes() != theta.tobytes():
            raise Unsure
        self.is_unproved = not self.has_slope(theta, y, gradient)
        if is_first or self.is_unproved:
            if not agree([*self.raw(given[0])], [*self.recorded_result()]):
                raise Unsure
        self.graph = NO_GRAPH
        return self.result(y, gradient)

    def has_slope(self, theta: Any, y: float, gradient: Any) -> bool:
        """Whether the function changes by its gradient between two points beside these numbers:
        that takes a fraction of the time of a backward pass. False where one cannot tell."""
        assert self.over is not None
        kinds = kinds_of(self.signature.key)
        x = theta[self.wrt]
        signed = np.random.default_rng(0).uniform(0.5, 1.0, (2, len(x)))
        step = STEP * (np.abs(x) + 1e-3) * signed[0] * np.where(signed[1] < 0.75, -1.0, 1.0)
        parts = gradient * step
        with np.errstate(over="ignore"):
            size = float(np.sqrt(parts.dot(parts)))
        if INT in [kinds[i] for i in self.wrt] or not 1e-8 * abs(y) < size < 1e100:
            return False
        ends = []
        for moved in (step, -step):
            there = theta.copy()
            there[self.wrt] += moved
            args, named = self.signature.filled(there)
            try:
                ends.append(float(self.over.f(*args, **named)))
            except Exception:                           # numbers that f does not take
                return False
        off = abs((ends[0] - ends[1]) / 2 - float(parts.sum()))
        return off <= 1e-5 * size + 1e-14 * abs(y)

    def raw(self, theta: Any) -> tuple[float, Any]:
        """The number and the gradient with respect to what the program takes."""
        assert self.program is not None
        return self.program.value_and_grad(theta[self.theta],
                                           theta[self.rest] if self.has_data else None)

    def run(self, given: tuple[Any, Any], values: Sequence[Value] = ()) -> Any:
        """What the function returns for these numbers, with these Values among the arguments.
        Raises ArithmeticError where a result is not finite."""
        if self.step is not None:
            return self.stepped(given[0], values)
        if self.made is not None:
            return self.with_values(self.made, given[0], values)
        if self.program is None:
            return self.build(NOTHING)
        if self.over is None:
            found = self.program(given[0])
            checked_finite(found)
            self.check_whole(found)
            return self.build(found)
        return self.result(*self.value_and_gradient(given))

    def value_and_gradient(self, given: tuple[Any, Any]) -> tuple[float, Any]:
        """The value, and the gradient with respect to the arguments. Raises ArithmeticError where
        they are not finite."""
        y, gradient = self.raw(given[0])
        checked_finite(gradient)
        if y - y != 0:
            raise ArithmeticError("the result is not finite")
        if len(gradient) > len(self.wrt):
            gradient = self.with_fetched(gradient, given[1])
        return y, gradient

    def result(self, y: float, gradient: Any) -> Any:
        """What the function returns for a value and a gradient."""
        assert self.over is not None
        parts = self.build(gradient)
        return (y, parts) if self.over.with_value else parts

    def with_values(self, made: Made, theta: Any, values: Sequence[Value]) -> Any:
        """What the function returns, some of which are Values."""
        found = np.zeros(self.size)
        nodes, found[self.numbered] = made.run(theta, self.values_for(values))
        self.check_whole(found)
        return self.build(found, nodes)

    def stepped(self, theta: Any, values: Sequence[Value]) -> Any:
        """What the function returns; what it changes is changed."""
        assert self.step is not None
        known, found = self.values_for(values), np.zeros(self.size)
        step = self.step.found(theta, known)
        found[self.numbered] = self.step.results(step)
        self.check_whole(found)
        made = {} if self.made is None else self.made.run(theta, known)[0]
        made = self.step.made(step, known, made)
        result = self.build(found, made)
        self.step.change(step, known)
        return result

    def values_for(self, values: Sequence[Value]) -> dict[int, Value]:
        """The Values from outside and among the arguments, by their places."""
        if not values:
            return self.known
        return {**dict(zip(self.signature.given, values)), **self.known}

    def agrees(self, eager: Any, found: Any, given: Sequence[Value]) -> bool:
        """Whether a result is the eager one, and the derivatives of the Values in it are, too."""
        if not agree(eager, found):
            return False
        leaves: list[Any] = []
        others: list[Any] = []
        flatten_result(eager, leaves)
        flatten_result(found, others)
        known = self.values_for(given)
        pairs = list(zip(without_values(leaves)[2], without_values(others)[2]))
        if any(e in known.values() and e is not v for e, v in pairs):
            raise Refused("returns a Value of a table that an argument indexes")
        return all(v is e or agrees(e, v, known) for e, v in pairs)

    def check_whole(self, found: Any) -> None:
        """Raise ArithmeticError where an int among results, in the last axis, is none: for these
        numbers the function returns something else."""
        if len(self.whole):
            ints = found[..., self.whole]
            if (ints != np.rint(ints)).any() or (np.abs(ints) > LARGEST).any():
                raise ArithmeticError("a result is not an int")

    def with_fetched(self, gradient: Any, places: list[Any]) -> Any:
        """The gradient with respect to the arguments, in which that of what was fetched counts for
        where it was."""
        count = len(self.wrt)
        at = places[0] if len(places) == 1 else np.concatenate(places)
        at = self.in_gradient.take(at[self.active])
        return gradient[:count] + np.bincount(at, gradient[count:], count + 1)[:count]


def refuse_unread(reach: Reach) -> None:
    """Raise Refused where a function asks for kinds or identities, and its source, in which these
    are answered for the numbers that Values stand for, is not known."""
    for f in reach.asking:
        if definition(f.__code__) is None:
            raise Refused(f"{f.__name__} asks what kind of number it was given, or whether it is "
                          "the same as another, and its source is not found")


def form_of(order: list[Value]) -> str | None:
    """The form of a program: a line for each scalar where there are so few that these take no
    longer than operations on arrays, and a fifth of the time to compile."""
    return "scalars" if len(order) <= SMALL else None


def checked_finite(found: Any) -> None:
    """Raise ArithmeticError where a number is not finite: floats say more about it than arrays."""
    if not are_all(np.isfinite(found).ravel()):
        raise ArithmeticError("a result is not finite")


def listed(returned: Any, made: set[Value]) -> tuple[list[Value], Any]:
    """The leaves of a result as Values, and its key; Values of numbers are noted as made."""
    leaves: list[Any] = []
    try:
        key = flatten_result(returned, leaves)
    except Unfit as error:
        raise Refused(f"returns what jit cannot: {error}") from None
    flat = [x for leaf in leaves for x in (leaf if isinstance(leaf, np.ndarray) else [leaf])]
    results = [x if isinstance(x, Value) else Value(x) for x in flat]
    made.update(v for v, x in zip(results, flat) if v is not x)
    return results, key


def as_floats(key: Any) -> Any:
    """A key whose numbers are floats. Raises ValueError where something in it is not a number."""
    if type(key) is str:
        return FLOAT
    if key[0] in ("=", "array="):
        raise ValueError("not a number")
    if key[0] == "array":
        return *key[:2], "f"
    if type(key[2]) is int:
        return key[0], FLOAT, key[2]
    return key[0], key[1], tuple(map(as_floats, key[2]))


def sources(results: Iterable[Value], inside: set[Value], outside: set[Value],
            order: list[Value]) -> list[Value]:
    """The Values from outside that the results were computed from, in a fixed order; those that are
    known are not followed further. `order` is the topological order of the results."""
    if all(v.is_leaf for v in outside):
        return leaves_of(order, inside)
    found: dict[Value, None] = {}
    stack = list(results)
    seen = set(stack)
    while stack:
        v = stack.pop()
        if v in outside or v.is_leaf and v not in inside:
            found[v] = None
            continue
        new = [u for u in v.inputs if isinstance(u, Value) and u not in seen]
        seen.update(new)
        stack += new
    return list(found)


def sources_of(effects: Effects | None, results: list[Value], inside: set[Value],
               outside: set[Value], order: list[Value]) -> list[Value]:
    """The same with those that are changed, first and in the order in which they are."""
    if effects is None:
        return sources(results, inside, outside, order)
    found = sources(results, inside | effects.leaves, outside, order)
    changed = [v for v in effects.touched() if v not in inside]
    return list(dict.fromkeys([*changed, *found]))


def leaves_of(order: list[Value], inside: set[Value]) -> list[Value]:
    """The leaves of a topological order that are not inside."""
    return [v for v in order if v.is_leaf and v not in inside]


def agree(a: Any, b: Any) -> bool:
    """Whether two results have one structure, and the same numbers up to rounding."""
    x: list[Any] = []
    y: list[Any] = []
    try:
        same = skeleton(flatten_result(a, x)) == skeleton(flatten_result(b, y))
    except Unfit:
        return False
    (x, x_values, _), (y, y_values, _) = without_values(x), without_values(y)
    return same and x_values == y_values and close(numbers(x), numbers(y))
