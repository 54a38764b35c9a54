"""Derivatives of functions: grad, jvp, vjp, jacobian, hessian, hvp. Names and meaning as in JAX.

Each transform records the function once, at fresh variables of its own (a `Level`), and sweeps over that graph, in forward
or in reverse mode. So transforms nest, to any order and in any mixture of modes, and are never confused:

1. While a transform is at work its variables are leaves of the graph. To a transform inside they are Values from outside;
   d/dx (x * d/dy (x + y)) is right because the inner transform differentiates by its y alone.
2. When it is left, its variables become what they are to everybody else: copies of the arguments.
3. Numbers in, numbers out; Values in, Values out, which can be differentiated again. Inside another transform a result
   that may depend on its variables is a Value, too. A Value that the function merely refers to, such as a network's
   weight, counts as its number: to differentiate by it as well, make it an argument.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Union

import numpy as np

from autograd import ops
from autograd.derivatives.gradients import pullback, pushforward
from autograd.graph import depends_on, topological_order
from autograd.derivatives.structure import Structure, flatten, rebuild, rebuild_matrix
from autograd.recording import is_recording
from autograd.value import Value

Argnums = Union[int, tuple[int, ...]]                    # which arguments to differentiate by
AT_WORK: Any = "variable of a transform at work"         # marks these leaves, so that a transform inside knows them


class Level:
    """One transform at work: f recorded once at fresh variables, ready for sweeps in both modes.

    >>> with Level(lambda x, y: x * y, (2.0, 3.0), argnums=(0, 1)) as level:
    ...     level.pull([1.0]), level.push([1.0, 0.0])
    ([3.0, 2.0], [3.0])
    """

    def __init__(self, f: Callable[..., Any], args: Sequence[Any], argnums: Argnums) -> None:
        self.f, self.args, self.given = f, list(args), args
        found = [flatten(args[i], f"argument {i}") for i in places_of(argnums, len(args))]
        self.copied = [x for leaves, _ in found for x in leaves]
        self.variables = [Value(x.data if isinstance(x, Value) else x) for x in self.copied]
        for v in self.variables:
            v._first_partial = AT_WORK                                 # a leaf has no partials: nobody else looks there
        rest = iter(self.variables)
        for i, (_, structure) in zip(places_of(argnums, len(args)), found):
            self.args[i] = rebuild(structure, [next(rest) for _ in range(structure.size)])
        parts = tuple(structure for _, structure in found)
        self.inputs = Structure(tuple, len(self.variables), parts) if isinstance(argnums, tuple) else parts[0]

    def __enter__(self) -> Level:
        if not is_recording():
            raise RuntimeError("inside no_grad() nothing is recorded, so there is nothing to differentiate: leave it first")
        try:
            name = getattr(self.f, "__name__", "the function")
            self.results, self.outputs = flatten(self.f(*self.args), f"what {name} returned")
        except BaseException:
            self.__exit__()
            raise
        order = topological_order(*[y for y in self.results if isinstance(y, Value)])
        needed, mine = depends_on(order, self.variables), set(self.variables)
        self.order = [v for v in order if v in needed]
        self.outside = (any(holds_value(x) for x in self.given)
                        or any(v._first_partial is AT_WORK and v not in mine for v in order))
        return self

    def __exit__(self, *error: object) -> None:
        for v, x in zip(self.variables, self.copied):
            v._set_inputs(ops.identity, (x,), (1.0 if isinstance(x, Value) else None,))

    def value(self) -> Any:
        """What f returned, in its structure; numbers, unless it may depend on a Value outside."""
        return rebuild(self.outputs, [y.data if isinstance(y, Value) and not self.outside else y for y in self.results])

    def pull(self, cotangents: Sequence[Any]) -> list[Any]:
        """The cotangents of the variables, from one cotangent for each result: one sweep in reverse mode."""
        found: dict[Value, Any] = {}
        for y, g in zip(self.results, cotangents):
            if isinstance(y, Value) and not is_zero(g):
                found[y] = g if y not in found else found[y] + g        # f may return a Value twice
        graph = self.outside or any(isinstance(g, Value) for g in cotangents)
        return pullback(self.order, self.variables, found, graph)

    def push(self, tangents: Sequence[Any]) -> list[Any]:
        """The tangents of the results, from one tangent for each variable: one sweep in forward mode."""
        moving = {v: t for v, t in zip(self.variables, tangents) if not is_zero(t)}
        graph = self.outside or any(isinstance(t, Value) for t in tangents)
        return pushforward(self.order, self.results, moving, graph)

    def matrix(self, mode: str | None = None) -> list[list[Any]]:
        """The Jacobian, a row for each result: a forward sweep for each variable or a reverse sweep for each result."""
        m, n = len(self.results), len(self.variables)
        if mode is None:
            mode = "forward" if n < m else "reverse"
        if mode == "reverse":
            return [self.pull(row) for row in unit_vectors(m)]
        if mode == "forward":
            columns = [self.push(column) for column in unit_vectors(n)]
            return [[column[i] for column in columns] for i in range(m)]
        raise ValueError(f"mode must be 'forward', 'reverse' or None, got {mode!r}")


# The transforms -------------------------------------------------------------------------------------------------------

def grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function that returns the gradient of f by argument `argnums` (a tuple of gradients for a tuple).

    f takes numbers, or lists, tuples and arrays of numbers, and returns one number; a gradient has its argument's structure.
    Raises TypeError when f returns something else, ValueError when there is no such argument.

    >>> grad(lambda x: x ** 3)(2.0), grad(grad(lambda x: x ** 3))(2.0)
    (12.0, 12.0)
    >>> grad(lambda w, x: w[0] * x + w[1], argnums=(0, 1))([2.0, 5.0], 3.0)
    ([3.0, 1.0], 2.0)
    """
    both = value_and_grad(f, argnums)
    return lambda *args: both(*args)[1]


def value_and_grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., tuple[Any, Any]]:
    """A function that returns f(*args) and its gradient by argument `argnums`: one sweep in reverse mode.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    def both(*args: Any) -> tuple[Any, Any]:
        with Level(f, args, argnums) as level:
            if level.outputs.kind in (list, tuple) or level.outputs.shape:
                name = getattr(f, "__name__", "the function")
                raise TypeError(f"{name} must return one number or Value to have a gradient, it returned {level.value()!r}; "
                                "for several outputs use jacobian")
            return level.value(), rebuild(level.inputs, level.pull([1.0]))
    return both


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(*primals), and its directional derivative along `tangents` (J v): one sweep in forward mode.

    primals and tangents are a tuple or list of arguments each, of the same structure; both results have that of f.
    Raises TypeError or ValueError when the structures differ.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0))
    (6.0, 23.0)
    """
    with Level(f, arguments(primals, "primals"), tuple(range(len(primals)))) as level:
        along = leaves_like(level.inputs, arguments(tangents, "tangents"), "tangents")
        return level.value(), rebuild(level.outputs, level.push(along))


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f(*primals), and a function that takes a cotangent of the structure of f's result to one cotangent for each argument.

    The function may be called any number of times (v^T J): each call is one sweep in reverse mode over the same graph.

    >>> y, pull = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> y, pull([1.0, 0.0]), pull([0.0, 1.0])
    ([6.0, 5.0], (3.0, 2.0), (1.0, 1.0))
    """
    with Level(f, primals, tuple(range(len(primals)))) as level:
        pass

    def pull(cotangent: Any) -> tuple[Any, ...]:
        return rebuild(level.inputs, level.pull(leaves_like(level.outputs, cotangent, "the cotangent")))
    return level.value(), pull


def jacobian(f: Callable[..., Any], argnums: Argnums = 0, mode: str | None = None) -> Callable[..., Any]:
    """A function that returns the Jacobian of f: the structure of f's result, holding that of the argument.

    f is recorded once. mode "forward" then takes one sweep for each input, "reverse" one for each output; None chooses the
    fewer. What an array and an array make together is one array, which has both shapes.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    def matrix(*args: Any) -> Any:
        with Level(f, args, argnums) as level:
            return rebuild_matrix(level.outputs, level.inputs, level.matrix(mode))
    return matrix


def hessian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """A function that returns the second derivatives of f: forward mode over reverse mode, one sweep for each input.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return jacobian(jacobian(f, argnums, "reverse"), argnums, "forward")


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of f times `tangents` (H v), in the structure of the argument; a tuple of these for several arguments.

    Forward mode over reverse mode: it costs a constant times f, however many inputs there are.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
    [6.0, 4.0]
    """
    argnums: Argnums = 0 if len(arguments(primals, "primals")) == 1 else tuple(range(len(primals)))
    return jvp(grad(f, argnums), primals, tangents)[1]


# Arguments ------------------------------------------------------------------------------------------------------------

def holds_value(x: Any) -> bool:
    """Whether an argument is a Value, or a list, tuple or array with one in it."""
    if isinstance(x, (list, tuple)) or isinstance(x, np.ndarray) and x.dtype == object:
        return any(map(holds_value, x))
    return isinstance(x, Value)


def places_of(argnums: Argnums, n: int) -> tuple[int, ...]:
    """argnums as a tuple of places from 0. Raises ValueError when one is no argument."""
    places = argnums if isinstance(argnums, tuple) else (argnums,)
    if not all(isinstance(i, int) and -n <= i < n for i in places):
        raise ValueError(f"argnums is {argnums!r}, but the function was called with {n} argument{'s' * (n != 1)}")
    found = tuple(i % n for i in places)
    if len(set(found)) < len(found):
        raise ValueError(f"argnums is {argnums!r}, which names an argument twice")
    return found


def arguments(x: Any, what: str) -> tuple[Any, ...]:
    """x, a tuple or list of arguments, as a tuple. Raises TypeError when it is one number or array."""
    if not isinstance(x, (tuple, list)):
        raise TypeError(f"{what} must be a tuple of arguments, (x,) for one; got {type(x).__name__} {x!r}")
    return tuple(x)


def leaves_like(structure: Structure, x: Any, what: str) -> list[Any]:
    """The leaves of x. Raises ValueError unless x has that structure; a list may stand for a tuple, and a tuple for a list."""
    leaves, found = flatten(x, what)
    if plain(found) != plain(structure):
        raise ValueError(f"{what} must have the structure {plain(structure)}, got {plain(found)}")
    return leaves


def plain(structure: Structure) -> str:
    """The structure in words, such as `(number, array of shape (2, 3))`."""
    if structure.kind is None:
        return "number"
    if structure.kind is np.ndarray:
        return f"array of shape {structure.shape}"
    return f"({', '.join(plain(part) for part in structure.parts)})"


def is_zero(x: Any) -> bool:
    return type(x) is float and x == 0


def unit_vectors(n: int) -> list[list[float]]:
    return [[float(i == j) for j in range(n)] for i in range(n)]
