"""Level: a function recorded by one transform, ready to be differentiated.

1. f runs once, and its arguments are new Values, the transform's own variables. For a number the
   variable is a leaf; for a Value it is `identity` of that Value, so derivatives are connected to
   whatever the argument was computed from.
2. Transforms nest, as in d/dx (x * d/dy (x + y)). To one transform the variables of another are
   Values like any others: the walk from the results stops at its own variables, and sweeps go only
   through what was computed from them.
3. While f runs its variables are "at work". A transform inside f that meets variables at work
   returns Values, not numbers, for the transform outside will differentiate its result. The set is
   shared by all threads, since f may hand its work to threads; each variable belongs to one
   transform, so transforms never mix.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from autograd import ops
from autograd.compat.messages import choice, described
from autograd.derivatives.gradients import finite, pullback, pushforward
from autograd.derivatives.structure import Leaf, Nested, Structure, flatten, holds_value, rebuild
from autograd.recording import is_recording
from autograd.value import Value

Argnums: TypeAlias = "int | tuple[int, ...]"    # the arguments to differentiate with respect to
Function: TypeAlias = Callable[..., Nested]

VARIABLES_AT_WORK: set[Value] = set()


class Level:
    """f recorded once at variables of its own, ready for sweeps in both modes.

    variables     a Value for each number in the arguments `argnums`, whose Structure is `inputs`
    results       the leaves of what f returned, of Structure `outputs`; numbers where constant
    order         the Values computed from the variables, in topological order
    create_graph  whether derivatives are Values, which can be differentiated again
    finite        whether a derivative that is NaN or infinite, of finite numbers, is an error

    Raises TypeError or ValueError when arguments, argnums or results do not fit, RuntimeError
    inside no_grad().

    >>> level = Level(lambda x, y: x * y, (2.0, 3.0), argnums=(0, 1))
    >>> level.pull([1.0]), level.push([1.0, 0.0])
    ([3.0, 2.0], [3.0])
    """
    finite = True

    def __init__(self, f: Function, args: Sequence[Nested], argnums: Argnums) -> None:
        refuse_no_grad()
        chosen = positions(argnums, len(args))
        flat = [flatten(args[i], f"argument {i}") for i in chosen]
        self.variables = [variable(x) for leaves, _ in flat for x in leaves]
        parts = tuple(structure for _, structure in flat)
        self.inputs = parts[0]
        if isinstance(argnums, tuple):
            self.inputs = Structure(tuple, len(self.variables), parts)

        replaced = list(args)
        rest = iter(self.variables)
        for i, structure in zip(chosen, parts):
            replaced[i] = rebuild(structure, [next(rest) for _ in range(structure.size)])
        name = getattr(f, "__name__", "the function")
        try:
            VARIABLES_AT_WORK.update(self.variables)
            self.results, self.outputs = flatten(called(f, replaced), f"what {name} returned")
        finally:
            VARIABLES_AT_WORK.difference_update(self.variables)
        self.order, is_nested = computed_from(self.variables, self.results)
        self.create_graph = is_nested or any(map(holds_value, args))

    def value(self) -> Nested:
        """What f returned, in its structure; numbers, unless it can be differentiated again."""
        leaves = self.results if self.create_graph else [data_of(y) for y in self.results]
        return rebuild(self.outputs, leaves)

    def pull(self, cotangents: Sequence[Leaf]) -> list[Leaf]:
        """The cotangents of the variables, from one for each result: one sweep in reverse mode."""
        seeds: dict[Value, Leaf] = {}
        for y, g in zip(self.results, cotangents):
            if isinstance(y, Value) and not is_zero(g):
                seeds[y] = seeds[y] + g if y in seeds else g            # f may return a Value twice
        create_graph = self.create_graph or holds_value(cotangents)
        found = pullback(self.order, self.variables, seeds, create_graph)
        return self.checked(found, seeds)

    def push(self, tangents: Sequence[Leaf]) -> list[Leaf]:
        """The tangents of the results, from one for each variable: one sweep in forward mode."""
        seeds = {v: t for v, t in zip(self.variables, tangents) if not is_zero(t)}
        create_graph = self.create_graph or holds_value(tangents)
        moving = [y for y in self.results if isinstance(y, Value)]
        found = pushforward(self.order, moving, seeds, create_graph)
        tangents_of = dict(zip(moving, self.checked(found, seeds)))
        return [tangents_of[y] if isinstance(y, Value) else 0.0 for y in self.results]

    def checked(self, derivatives: list[Leaf], seeds: Mapping[Value, Leaf]) -> list[Leaf]:
        """The derivatives. Raises ValueError as `finite` does."""
        if self.finite:
            finite(derivatives, self.order, [*seeds.values(), *(v.data for v in self.variables)])
        return derivatives

    def matrix(self, mode: str | None = None) -> list[list[Leaf]]:
        """The Jacobian, a row for each result.

        A forward sweep for each variable, or a reverse sweep for each result:
        mode is "forward" or "reverse"; None takes the mode that needs fewer sweeps. Raises
        ValueError for another one.
        """
        choice(mode, ("forward", "reverse", None), "mode")
        m, n = len(self.results), len(self.variables)
        if mode is None:
            mode = "forward" if n < m else "reverse"
        if mode == "reverse":
            return [self.pull(row) for row in unit_vectors(m)]
        columns = [self.push(column) for column in unit_vectors(n)]
        return [[column[i] for column in columns] for i in range(m)]


def called(f: Function, args: Sequence[Nested]) -> Nested:
    """f(*args). Raises TypeError that says how arguments are given, if f takes other ones."""
    try:
        return f(*args)
    except TypeError as error:
        inside = error.__traceback__ and error.__traceback__.tb_next
        if inside or "argument" not in str(error):
            raise
        raise TypeError(f"{getattr(f, '__name__', 'the function')} was called with {len(args)} "
                        f"arguments, and does not take as many: where arguments are given as one "
                        "tuple, (x,) is one argument x") from None


def refuse_no_grad() -> None:
    """Raises RuntimeError inside no_grad()."""
    if not is_recording():
        raise RuntimeError("inside no_grad() nothing is recorded, so there is nothing to "
                           "differentiate: leave it first")


def variable(x: Leaf) -> Value:
    """A new Value with the data of x, computed from x where that is a Value."""
    if isinstance(x, Value):
        copy: Value = ops.identity(x)
        return copy
    return Value(x)


def computed_from(variables: Iterable[Value], results: Iterable[Leaf]) -> tuple[list[Value], bool]:
    """The Values between the variables and the results in topological order; and whether the walk
    met a variable of another transform that is at work.
    """
    reached, seen = set(variables), set(variables)
    order: list[Value] = []
    entered: set[Value] = set()                         # those whose inputs are being walked
    met_another = False
    stack = [y for y in results if isinstance(y, Value)][::-1]
    while stack:
        v = stack.pop()
        if v in entered:                                # back again: the inputs are done
            entered.remove(v)
            if not reached.isdisjoint(v.inputs):
                reached.add(v)
                order.append(v)
        elif v in VARIABLES_AT_WORK:
            met_another = True
        elif v not in seen:
            seen.add(v)
            entered.add(v)
            stack.append(v)
            stack += [u for u in reversed(v.inputs) if isinstance(u, Value)]
    return order, met_another


def positions(argnums: Argnums, n: int) -> tuple[int, ...]:
    """argnums as a tuple of positions from 0, among n arguments.

    Raises TypeError when it is neither an int nor a tuple of ints, ValueError when there is no such
    argument.
    """
    chosen = argnums if isinstance(argnums, tuple) else (argnums,)
    if not chosen or not all(isinstance(i, int) for i in chosen):
        raise TypeError("argnums must be an int or a tuple of ints, such as 0 or (0, 1), "
                        f"got {described(argnums)}")
    if not all(-n <= i < n for i in chosen):
        called_with = "1 argument" if n == 1 else f"{n} arguments"
        raise ValueError(f"argnums is {argnums!r}, but the function was called with {called_with}; "
                         "they count from 0")
    from_0 = tuple(i % n for i in chosen)
    if len(set(from_0)) < len(from_0):
        raise ValueError(f"argnums is {argnums!r}, which names an argument twice")
    return from_0


def data_of(x: Leaf) -> float:
    """The number in a Value; a number as it is."""
    return x.data if isinstance(x, Value) else x


def is_zero(x: Leaf) -> bool:
    """Whether x is the number 0, which a sweep can leave out; a Value of 0 may have derivatives."""
    return not isinstance(x, Value) and x == 0


def unit_vectors(n: int) -> list[list[float]]:
    """The rows of the identity matrix."""
    return [[float(i == j) for j in range(n)] for i in range(n)]
