"""Derivatives of functions: grad, jvp, vjp, jacobian, hessian, hvp. Names and meaning as in JAX.

1. Each transform records the function once (a `Level`) and sweeps over that graph, in forward or in
   reverse mode. So transforms nest, to any order and in any mixture of modes.
2. Numbers in, numbers out; Values in, Values out, which can be differentiated again. Inside another
   transform a result that may depend on its variables is a Value, too.
3. A Value that the function merely refers to, such as a network's weight, counts as its number: to
   differentiate with respect to it as well, make it an argument.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import NamedTuple

from autograd.compat.keywords import OF_TRANSFORMS, told
from autograd.compat.messages import described, function, truth
from autograd.compat.numbers import is_array
from autograd.derivatives.level import VARIABLES_AT_WORK, Argnums, Function, Level
from autograd.derivatives.structure import Leaf, Nested, Structure, flatten, rebuild, rebuild_matrix
from autograd.value import Value


class Differentiated(NamedTuple):
    """What a function made by grad or value_and_grad differentiates; jit reads it there."""
    f: Function
    argnums: Argnums
    with_value: bool


@told(OF_TRANSFORMS)
def grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that returns the gradient of f with respect to argument `argnums`.

    For a tuple of argnums it returns a tuple of gradients. With has_aux f returns a pair, the
    number and anything else, such as an accuracy: then it returns the gradient and that.
    f takes numbers, or lists, tuples, dicts and arrays of numbers, and returns one number; a
    gradient has the structure of its argument. Raises TypeError when f returns something else,
    ValueError when there is no such argument.

    >>> grad(lambda x: x ** 3)(2.0), grad(grad(lambda x: x ** 3))(2.0)
    (12.0, 12.0)
    >>> grad(lambda w, x: w[0] * x + w[1], argnums=(0, 1))([2.0, 5.0], 3.0)
    ([3.0, 1.0], 2.0)
    """
    value_and_gradient = value_and_grad(f, argnums, has_aux)
    if has_aux:
        def gradient_and_aux(*args: Nested) -> tuple[Nested, Nested]:
            (_, aux), found = value_and_gradient(*args)
            return found, aux
        return gradient_and_aux

    def gradient(*args: Nested) -> Nested:
        return value_and_gradient(*args)[1]
    vars(gradient).update(differentiated=Differentiated(f, argnums, False))
    return gradient


@told(OF_TRANSFORMS)
def value_and_grad(f: Function, argnums: Argnums = 0,
                   has_aux: bool = False) -> Callable[..., tuple[Nested, Nested]]:
    """A function that returns f(*args) and its gradient with respect to argument `argnums`.

    One sweep in reverse mode gives both. With has_aux f returns a pair, the number that is
    differentiated and anything else, such as an accuracy.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    >>> value_and_grad(lambda x: (x * x, {"positive": x > 0}), has_aux=True)(3.0)
    ((9.0, {'positive': True}), 6.0)
    """
    function(f, "value_and_grad and grad take")
    if truth(has_aux, "has_aux"):
        return value_aux_and_grad(f, argnums)

    def value_and_gradient(*args: Nested) -> tuple[Nested, Nested]:
        return of_level(Level(f, args, argnums), f)
    vars(value_and_gradient).update(differentiated=Differentiated(f, argnums, True))
    return value_and_gradient


def value_aux_and_grad(f: Function, argnums: Argnums) -> Callable[..., tuple[Nested, Nested]]:
    """The same for a function that returns what is differentiated, and anything else.

    Raises TypeError when f returns no such pair.
    """
    def value_and_gradient(*args: Nested) -> tuple[Nested, Nested]:
        others: list[Nested] = []

        def first(*given: Nested) -> Nested:
            result = f(*given)
            if not isinstance(result, tuple) or len(result) != 2:
                raise TypeError(f"with has_aux {name_of(f)} must return a pair, the number and "
                                f"anything else, it returned {described(result)}")
            others.append(result[1])
            return result[0]
        first.__name__ = name_of(f)
        level = Level(first, args, argnums)
        value, gradient = of_level(level, f)
        keeps_values = level.create_graph or bool(VARIABLES_AT_WORK)
        return (value, others[0] if keeps_values else as_numbers(others[0])), gradient
    return value_and_gradient


def of_level(level: Level, f: Function) -> tuple[Nested, Nested]:
    """What f returned, one number, and its gradient. Raises TypeError where it returned more."""
    if not level.outputs.is_number:
        raise TypeError(f"{name_of(f)} must return one number or Value to have a gradient, it "
                        f"returned {level.value()!r}; for several outputs use jacobian")
    return level.value(), rebuild(level.inputs, level.pull([1.0]))


def name_of(f: Function) -> str:
    """What a function is called in messages."""
    return getattr(f, "__name__", "the function")


def as_numbers(x: Nested) -> Nested:
    """x with numbers for the Values in lists, tuples, dicts and arrays; all else as it is."""
    if isinstance(x, Value):
        return x.data
    if isinstance(x, dict):
        found = copy(x)                                     # a defaultdict, or a Counter, as well
        for key, y in x.items():
            found[key] = as_numbers(y)
        return found
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*map(as_numbers, x))
    if type(x) in (list, tuple):
        return type(x)(map(as_numbers, x))
    return array_of_numbers(x) if is_array(x) and x.dtype == object else x


def array_of_numbers(x: Nested) -> Nested:
    """An array with numbers for the Values in it; of floats, where these are all there is."""
    found = x.copy()
    for place, y in zip(range(x.size), x.ravel().tolist()):
        found.flat[place] = as_numbers(y)
    all_floats = all(isinstance(y, float) for y in found.flat)
    return found.astype(float) if all_floats else found


@told(OF_TRANSFORMS)
def jvp(f: Function, primals: Sequence[Nested],
        tangents: Sequence[Nested]) -> tuple[Nested, Nested]:
    """f(*primals), and its directional derivative along `tangents`, J v.

    One sweep in forward mode gives both.

    primals and tangents are a tuple or list of arguments each, of the same structure; both results
    have that of f. Raises TypeError or ValueError when the structures differ.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0))
    (6.0, 23.0)
    """
    function(f, "jvp takes")
    level = Level(f, arguments(primals, "primals"), tuple(range(len(primals))))
    direction = leaves_like(level.inputs, arguments(tangents, "tangents"), "tangents")
    return level.value(), rebuild(level.outputs, level.push(direction))


@told(OF_TRANSFORMS)
def vjp(f: Function, *primals: Nested) -> tuple[Nested, Function]:
    """f(*primals), and a function that gives the cotangents of the arguments, v^T J.

    It takes a cotangent v, of the structure of f's result. It may be called any number of times:
    each call is one sweep in reverse mode over the same graph.

    >>> y, pull = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> y, pull([1.0, 0.0]), pull([0.0, 1.0])
    ([6.0, 5.0], (3.0, 2.0), (1.0, 1.0))
    """
    function(f, "vjp takes")
    level = Level(f, primals, tuple(range(len(primals))))

    def pull(cotangent: Nested) -> Nested:
        leaves = leaves_like(level.outputs, cotangent, "the cotangent")
        return rebuild(level.inputs, level.pull(leaves))
    return level.value(), pull


@told(OF_TRANSFORMS)
def jacobian(f: Function, argnums: Argnums = 0, mode: str | None = None) -> Function:
    """A function that returns the Jacobian of f with respect to argument `argnums`.

    It has the structure of f's result, which holds that of the argument.

    f is recorded once. mode "forward" then takes one sweep for each input, "reverse" one for each
    output; None chooses the fewer. What an array and an array make together is one array, which has
    both shapes.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    function(f, "jacobian and hessian take")

    def jacobian_of_f(*args: Nested) -> Nested:
        level = Level(f, args, argnums)
        return rebuild_matrix(level.outputs, level.inputs, level.matrix(mode))
    return jacobian_of_f


@told(OF_TRANSFORMS)
def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """A function that returns the second derivatives of f with respect to argument `argnums`.

    Forward mode over reverse mode: one sweep for each input.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return jacobian(jacobian(f, argnums, "reverse"), argnums, "forward")


@told(OF_TRANSFORMS)
def hvp(f: Function, primals: Sequence[Nested], tangents: Sequence[Nested]) -> Nested:
    """The Hessian of f at `primals` times `tangents`, H v, in the structure of the argument.

    primals and tangents are a tuple or list of arguments each. For several arguments the result is
    a tuple. Forward mode over reverse mode: it costs a constant times f, however many inputs there
    are.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
    [6.0, 4.0]
    """
    n = len(arguments(primals, "primals"))
    argnums: Argnums = 0 if n == 1 else tuple(range(n))
    return jvp(grad(f, argnums), primals, tangents)[1]


# Arguments ----------------------------------------------------------------------------------------

def arguments(x: Nested, what: str) -> tuple[Nested, ...]:
    """x, a tuple or list of arguments, as a tuple. Raises TypeError for one number or array."""
    if not isinstance(x, (tuple, list)):
        raise TypeError(f"{what} must be a tuple of arguments, (x,) for one; "
                        f"got {described(x)}")
    if not x:
        raise ValueError(f"{what} must have an argument at least, got {described(x)}")
    return tuple(x)


def leaves_like(structure: Structure, x: Nested, what: str) -> list[Leaf]:
    """The leaves of x. Raises ValueError unless x has that structure; lists are as tuples."""
    leaves, given = flatten(x, what)
    if str(given) != str(structure):
        raise ValueError(f"{what} must have the structure {structure}, got {given}")
    return leaves
