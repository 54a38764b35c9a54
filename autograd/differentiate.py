"""Derivatives of a recorded graph, and of functions.

Reverse mode walks the graph from the output back and adds, for each input, the cotangent of a Value times its partial:
the chain rule once per edge. `backward` does it in floats, with the partials recorded going forward; `pullback` does it
in Values, with the partials of the table, so that the derivative is itself a graph and can be differentiated again.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd import ops
from autograd.graph import depends_on, topological_order
from autograd.ops import number
from autograd.structure import flatten, rebuild
from autograd.value import Number, Value, record


def backward(output: Value, seed: Number = 1.0) -> None:
    """Back propagate from `output`: afterwards v.grad is seed * d output / d v for every Value v it was computed from.

    Leaves add this pass to the grad they have; all other Values hold this pass alone.
    Raises ValueError when a derivative on the way does not exist; all grads are then as they were before.
    """
    seed = number(seed, "seed")
    order = topological_order(output)
    before = [v._grad for v in order]
    try:
        for v in order:
            if v._a is not None:
                v._grad = 0.0
        output._grad += seed
        _sweep(reversed(order))
    except BaseException:
        for v, grad in zip(order, before):
            v._grad = grad
        raise


def _sweep(values: Iterable[Value]) -> None:
    """Pass each Value's grad on to its inputs, times the partials: one step of (7) for one Value after another."""
    for v in values:
        a = v._a
        if a is None:
            continue
        g, da, db = v._grad, v._da, v._db
        if type(a) is tuple:
            if g == 0.0 and v.op is ops.dot:                # behind a dead ReLU there is nothing to add
                continue
            for u, p in zip(a, da):
                if p is not None:
                    u._grad += g * p
        else:
            if da is not None:
                a._grad += g * da
            if db is not None:
                v._b._grad += g * db


def gradients(output: Value, inputs: Value | Sequence[Value], create_graph: bool = False) -> Any:
    """d output / d v for each Value v of `inputs`, a list of floats (one float for one Value); no grad is touched.

    With create_graph=True these are Values, computed from the graph's own, and can be differentiated again.
    Raises ValueError when an input is not in the graph of `output`, and, with create_graph, when a leaf's data was
    changed after it was used: the old number is gone and a derivative with the new one would be a mixture.
    """
    wanted = [inputs] if isinstance(inputs, Value) else list(inputs)
    if not isinstance(output, Value):
        raise TypeError(f"the output of gradients must be a Value, got {type(output).__name__} {output!r}")
    order = topological_order(output)
    known = set(order)
    for i, v in enumerate(wanted):
        if v not in known:
            raise ValueError(f"inputs[{i}] ({v!r}, label {getattr(v, 'label', '')!r}) is not in the graph of the output: "
                             "the output was not computed from it")
    found = pullback(order, wanted, {output: 1.0}, create_graph)
    if create_graph:
        found = [g if isinstance(g, Value) else Value(g) for g in found]
    return found[0] if isinstance(inputs, Value) else found


def pullback(order: Sequence[Value], wanted: Sequence[Value], cotangents: dict[Value, Any], create_graph: bool) -> list[Any]:
    """The cotangents of `wanted`, given those of outputs: reverse mode over a topological order, the lecture's (7)."""
    needed = depends_on(order, wanted)
    local = local_partials_as_values if create_graph else recorded_partials
    for v in reversed(order):
        g = cotangents.get(v)
        if g is None or v not in needed or v._a is None:
            continue
        for u, p in zip(v.inputs, local(v, needed)):
            if p is not None:
                cotangents[u] = plus(cotangents.get(u), times(g, p))            # type: ignore[index, arg-type]
    return [cotangents.get(v, 0.0) for v in wanted]


def recorded_partials(v: Value, needed: set[Value]) -> Sequence[Any]:
    """The partials of v by its inputs as floats, as recorded."""
    return v.partials


def local_partials_as_values(v: Value, needed: set[Value]) -> list[Any]:
    """The partials of v by those of its inputs that are needed, as Values of the same graph; None for the others.

    Raises ValueError when they are not those of the recorded pass: a leaf's data was changed since.
    """
    inputs, recorded = v.inputs, v.partials
    partials = []
    for i, (u, p) in enumerate(zip(inputs, recorded)):
        again = v.op.partial(i, v, inputs) if u in needed and p is not None else None      # type: ignore[union-attr]
        if isinstance(again, Value) and again._data != p and again._data == again._data:
            raise _changed(v)
        partials.append(again)
    if v.op.value(*[x if type(x) is float else x._data for x in inputs]) != v._data:       # type: ignore[union-attr]
        raise _changed(v)
    return partials


def _changed(v: Value) -> ValueError:
    leaves = [f"{u.label!r}" if u.label else repr(u) for u in v.inputs if isinstance(u, Value)]
    return ValueError(f"{v.op.name!r} was recorded with other data than its inputs {', '.join(leaves)} hold now: a derivative "   # type: ignore[union-attr]
                      "of the recorded pass is not to be had as a graph; compute the output again after changing data")


def plus(a: Any, b: Any) -> Any:
    """a + b, where a may be None for nothing yet."""
    return b if a is None else a + b


def times(a: Any, b: Any) -> Any:
    """a * b, without a node for a factor that is the number 1."""
    return b if type(a) is float and a == 1 else a if type(b) is float and b == 1 else a * b


# Functions ---------------------------------------------------------------------------------------------------------------------

def grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """A function that returns the gradient of f by argument `argnums` (a tuple of gradients for a tuple).

    f takes numbers, or lists, tuples and arrays of numbers, and returns one number; a gradient has its argument's structure.
    It nests: grad(grad(f)) is the second derivative.

    >>> grad(lambda x: x ** 3)(2.0), grad(grad(lambda x: x ** 3))(2.0)
    (12.0, 12.0)
    """
    def gradient(*args: Any) -> Any:
        return value_and_grad(f, argnums)(*args)[1]
    return gradient


def value_and_grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., tuple[Any, Any]]:
    """A function that returns f(*args) and its gradient by argument `argnums`."""
    def both(*args: Any) -> tuple[Any, Any]:
        with Level(args, argnums) as level:
            output = scalar(f(*level.args), f)
            found = level.pull({output: 1.0}) if isinstance(output, Value) else [0.0] * len(level.variables)
            return level.leave(output), level.structured(found)
    return both


class Level:
    """One transform at work: its variables, fresh copies of the numbers it differentiates by.

    Nested transforms cannot be confused, because each differentiates by variables of its own: in d/dx (x * d/dy (x + y))
    the inner one sees x as something that does not depend on its y. Results are Values when they may depend on a Value
    outside: one among the arguments, or the variable of an enclosing transform; else they are numbers.
    """

    def __init__(self, args: Sequence[Any], argnums: int | tuple[int, ...]) -> None:
        self.argnums = argnums
        self.places = places_of(argnums, len(args))
        self.args = list(args)
        self.structures: list[Any] = []
        self.variables: list[Value] = []
        self.outside = False
        for i in self.places:
            leaves, structure = flatten(args[i], f"argument {i}")
            self.outside |= any(isinstance(x, Value) for x in leaves)
            fresh = [record(ops.variable, (x,)) for x in leaves]
            self.variables += fresh
            self.structures.append(structure)
            self.args[i] = rebuild(structure, fresh)

    def __enter__(self) -> Level:
        return self

    def __exit__(self, *error: object) -> None:
        for v in self.variables:                # no longer anybody's variable, but a copy like any other
            v.op = ops.identity

    def order(self, outputs: Iterable[Value]) -> list[Value]:
        """The topological order of the outputs; looks for variables of enclosing transforms on the way."""
        order = topological_order(*outputs)
        mine = set(self.variables)
        self.outside |= any(v.op is ops.variable and v not in mine for v in order)
        return order

    def pull(self, cotangents: dict[Value, Any]) -> list[Any]:
        """The cotangents of the variables, a flat list, from those of the outputs."""
        order = self.order(cotangents)
        self.outside |= any(isinstance(g, Value) for g in cotangents.values())
        return pullback(order, self.variables, dict(cotangents), self.outside)

    def leave(self, x: Any) -> Any:
        """x as a result of the transform: a number, unless it may depend on a Value outside."""
        return x._data if isinstance(x, Value) and not self.outside else x

    def structured(self, flat: Sequence[Any]) -> Any:
        """A flat list of results in the structure of the arguments it belongs to."""
        rest = iter([self.leave(x) for x in flat])
        found = tuple(rebuild(s, [next(rest) for _ in range(s.size)]) for s in self.structures)
        return found if isinstance(self.argnums, tuple) else found[0]


def places_of(argnums: int | tuple[int, ...], n: int) -> tuple[int, ...]:
    """argnums as a tuple of places from 0. Raises TypeError or ValueError when one is no argument."""
    places = argnums if isinstance(argnums, tuple) else (argnums,)
    for i in places:
        if not isinstance(i, int) or not -n <= i < n:
            raise ValueError(f"argnums is {argnums!r}, but the function was called with {n} argument{'s' * (n != 1)}")
    return tuple(i % n for i in places)


def scalar(output: Any, f: Callable[..., Any]) -> Value | float:
    """The output of f, a Value or a float. Raises TypeError when it is something else than one number."""
    if isinstance(output, Value):
        return output
    try:
        return number(output, "output")
    except TypeError:
        name = getattr(f, "__name__", "the function")
        raise TypeError(f"{name} must return one number or Value to have a gradient, it returned {type(output).__name__} "
                        f"{output!r}; for several outputs use jacobian") from None


Value.backward = backward           # type: ignore[attr-defined]    # so that users write v.backward()
