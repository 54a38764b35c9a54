"""Arrays: the nodes of the array program, and the table's operations on them.

1. An Array is an operation, its inputs (Arrays and numbers) and a shape. The operation is a row
   of the table, then it is applied elementwise and inputs broadcast as in NumPy; or one of the
   few in structure.py.
2. The axis of the samples, where there is one, is the first; its size is "m", known only when the
   program runs.
3. Rows and their partials are applied to Arrays as to numbers: they are the only place where a
   derivative is written.
4. An Array is made by the functions here and in structure.py, which simplify, one rule a
   function. No text is looked at.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import ops
from autograd.formulas.symbol import Operators, without_neutral
from autograd.ops import Operation

TINY = 1e-100  # products of coefficients that are smaller, or as large, stay apart
SAMPLES = "m"  # the size of the axis of the samples

Shape = tuple[Any, ...]  # sizes: numbers, or SAMPLES
Operand = Any  # an Array or a float


class Structural:
    """A structural operation, see structure.py; one of `many` results sends to all of its inputs at
    once.
    """

    many = False

    def taken_from(self, y: Array) -> Operand:
        """What y, of this operation, has its entries from as they are; None where it makes new."""
        return None

    def send(self, parts: Any, active: set[Array]) -> Any:
        """What an operation of many results, to which the parts are sent, sends to which input."""
        raise NotImplementedError

    def back(self, i: int, y: Array, d: Operand) -> Any:
        """What y with cotangent d sends to its input i; None where that is nothing."""
        raise NotImplementedError


class Numbers(Structural):
    """A constant array; `stem` is what its name begins with."""

    def __init__(self, numbers: np.ndarray, stem: str = "") -> None:
        self.numbers, self.stem = numbers, stem


class Array(Operators):
    """An operation, its inputs and the shape of the result."""

    __slots__ = ("op", "inputs", "shape")

    def __init__(self, op: Any, inputs: tuple[Operand, ...], shape: Shape) -> None:
        self.op, self.inputs, self.shape = op, inputs, shape

    def arrays(self) -> list[Array]:
        """The inputs that are Arrays."""
        return [u for u in self.inputs if isinstance(u, Array)]

    def __operation__(self, op: Operation, inputs: Sequence[Operand]) -> Operand:
        return elementwise(op, inputs)

    def __repr__(self) -> str:
        return f"<Array {self.op} {self.shape}>"


def elementwise(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """A row of the table on Arrays and numbers, simplified."""
    operands = tuple(x if isinstance(x, Array) else float(x) for x in inputs)
    if not takes_comparison(op, operands):
        operands = tuple(map(as_number, operands))
    for simpler in SIMPLER:
        found = simpler(op, operands)
        if found is not None:
            return found
    return Array(op, operands, broadcast_shape(*map(shape_of, operands)))


# Shapes ---------------------------------------------------------------------------------------


def shape_of(x: Operand) -> Shape:
    """The shape of an Array or a number."""
    return x.shape if isinstance(x, Array) else ()


def is_batched(x: Operand) -> bool:
    """Whether x has an axis of samples."""
    return SAMPLES in shape_of(x)


def inner(x: Operand) -> Shape:
    """The shape without the axis of the samples."""
    return shape_of(x)[1:] if is_batched(x) else shape_of(x)


def lead(x: Operand) -> Shape:
    """The axis of the samples as a shape: (SAMPLES,) or ()."""
    return (SAMPLES,) if is_batched(x) else ()


def padded(shape: Shape, rank: int) -> Shape:
    """A shape with leading axes of length 1, `rank` axes in all."""
    return (1,) * (rank - len(shape)) + shape


class Misfit(AssertionError):
    """Shapes that do not broadcast to each other: a fault of the compiler, never of a graph."""


def broadcast_shape(*shapes: Shape) -> Shape:
    """The shape that all of them broadcast to. Raises Misfit where there is none."""
    rank = max(map(len, shapes), default=0)
    found = []
    for sizes in zip(*[padded(shape, rank) for shape in shapes]):
        different = {n for n in sizes if n != 1} or {1}
        if len(different) > 1:
            raise Misfit(f"shapes {', '.join(map(str, shapes))} do not fit together")
        found.append(different.pop())
    return tuple(found)


def numbers(array: np.ndarray, stem: str = "") -> Array:
    """A constant array."""
    return Array(Numbers(array, stem), (), array.shape)


def is_constant(x: Operand) -> bool:
    """Whether x is a number or a constant array."""
    return not isinstance(x, Array) or isinstance(x.op, Numbers)


# Comparisons: truth values in NumPy, of use only as factors -----------------------------------


def is_comparison(x: Operand) -> bool:
    """Whether x is a > b as such, an array of truth values, or entries of one."""
    while isinstance(x, Array) and isinstance(x.op, Structural):
        x = x.op.taken_from(x)
    return isinstance(x, Array) and x.op is ops.greater


def takes_comparison(op: Operation, inputs: Sequence[Operand]) -> bool:
    """Whether an operation gives a number where one input is a comparison: a product, or what a
    number, such as 1, is less it.
    """
    if sum(map(is_comparison, inputs)) != 1:
        return False
    return op is ops.mul or op is ops.sub and isinstance(inputs[0], float)


def as_number(x: Operand) -> Operand:
    """x, with 1 * (a > b) for a > b."""
    return Array(ops.mul, (1.0, x), x.shape) if is_comparison(x) else x


# What is simpler ------------------------------------------------------------------------------


def of_numbers(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """The value of an operation on numbers alone; None outside of its domain, which is an error
    when the program runs.
    """
    if any(isinstance(x, Array) for x in inputs):
        return None
    try:
        return op.value(*inputs)
    except (ArithmeticError, ValueError):
        return None


FOLDED = {
    ops.add: np.add, ops.sub: np.subtract, ops.mul: np.multiply, ops.div: np.divide,
    ops.neg: np.negative,
}


def of_constants(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """The value of an operation on constant arrays, where it is no larger than one of them."""
    if op not in FOLDED or not all(map(is_constant, inputs)):
        return None
    found = [x.op.numbers if isinstance(x, Array) else x for x in inputs]
    try:
        with np.errstate(all="raise"):
            result = FOLDED[op](*found)
    except ArithmeticError:
        return None
    stem = next(x.op.stem for x in inputs if isinstance(x, Array))
    return numbers(result, stem) if result.size <= max(map(np.size, found)) else None


def left_out(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """x for x + 0, x - 0, 1 * x, x / 1, x ** 1 and identity(x)."""
    if op is ops.identity:
        return inputs[0]
    found = without_neutral(op, inputs)
    return None if found is None else as_number(found)


def quotient(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """a / b for a * (1 / b)."""
    if (
        op is ops.mul
        and isinstance(inputs[1], Array)
        and inputs[1].op is ops.div
        and inputs[1].inputs[0] == 1.0
    ):
        return elementwise(ops.div, (inputs[0], inputs[1].inputs[1]))
    return None


def negative(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """-x for -1 * x, x * -1 and x / -1; x for -(-x), and a / b for -(-a / b)."""
    if op is ops.mul and inputs[0] == -1.0:
        return -inputs[1]
    if op in (ops.mul, ops.div) and inputs[1] == -1.0:
        return -inputs[0]
    if op is not ops.neg or not isinstance(inputs[0], Array):
        return None
    x = inputs[0]
    if x.op in (ops.mul, ops.div) and is_negative(x.inputs[0]):
        return elementwise(x.op, (x.inputs[0].inputs[0], x.inputs[1]))
    return x.inputs[0] if is_negative(x) else None


def difference(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """a - b for a + -b and -b + a; a + b for a - -b; -a for 0 - a."""
    if op is ops.add:
        return plus_negative(*inputs)
    return minus_negative(*inputs) if op is ops.sub else None


def plus_negative(a: Operand, b: Operand) -> Operand:
    """a + b as a difference, where one of them is negative; else None."""
    if is_negative(b):
        return a - b.inputs[0]
    if is_negative(a):
        return b - a.inputs[0]
    return a - -b if isinstance(b, float) and b < 0 else None


def minus_negative(a: Operand, b: Operand) -> Operand:
    """a - b as a sum, where b is negative, or as -b, where a is 0; else None."""
    if a == 0.0:
        return -b
    if not isinstance(b, Array):
        return None
    if b.op is ops.mul and isinstance(b.inputs[0], float) and b.inputs[0] < 0:
        return a + -b.inputs[0] * b.inputs[1]
    return a + b.inputs[0] if is_negative(b) else None


def sign_outside(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """-(a * b) for -a * b and a * -b, a * b for -a * -b; for quotients as well; -c * x for -(c * x)
    with constants c.
    """
    if op in (ops.mul, ops.div):
        signs = sum(map(is_negative, inputs))
        if not signs:
            return None
        found = elementwise(op, [x.inputs[0] if is_negative(x) else x for x in inputs])
        return -found if signs == 1 else found
    if op is ops.neg and isinstance(inputs[0], Array) and inputs[0].op in (ops.mul, ops.div):
        a, b = inputs[0].inputs
        return elementwise(inputs[0].op, (-a, b)) if is_constant(a) and a != 1.0 else None
    return None


def one_quotient(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """a / b / c for a * (1 / b / c)."""
    if op is not ops.mul or not isinstance(inputs[1], Array) or inputs[1].op is not ops.div:
        return None
    top, c = inputs[1].inputs
    if isinstance(top, Array) and top.op is ops.div and top.inputs[0] == 1.0:
        return inputs[0] / top.inputs[1] / c
    return None


def common_factor(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """x * (a + b) for x * a + x * b, of Arrays of one shape, and for differences."""
    if op not in (ops.add, ops.sub) or not all(
        isinstance(x, Array) and x.op is ops.mul for x in inputs
    ):
        return None
    for k, l in ((0, 0), (0, 1), (1, 0), (1, 1)):
        x, y = inputs[0].inputs[k], inputs[1].inputs[l]
        if x is y and isinstance(x, Array) and x.shape and not is_comparison(x):
            rest = elementwise(op, (inputs[0].inputs[1 - k], inputs[1].inputs[1 - l]))
            return x * rest
    return None


def is_negative(x: Operand) -> bool:
    """Whether x is -a for some a."""
    return isinstance(x, Array) and x.op is ops.neg


def square(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """x**2 for x * x."""
    return (
        elementwise(ops.pow, (inputs[0], 2.0)) if op is ops.mul and inputs[0] is inputs[1] else None
    )


def doubled(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """2 * x for x + x."""
    twice = op is ops.add and isinstance(inputs[0], Array) and inputs[0] is inputs[1]
    return 2.0 * inputs[0] if twice else None


def beside_its_output(y: Array, partial: Operand) -> Operand:
    """The partial derivative of y in the form that is fastest when y is known, and as exact:
    y / (1 + exp(a)) for (sech(a / 2) / 2)**2, of y = sigmoid(a).
    """
    if y.op is ops.sigmoid and isinstance(partial, Array):
        return y / (1.0 + elementwise(ops.exp, y.inputs))
    return partial


def one_coefficient(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """(c * d) * x for c * (d * x) with numbers c and d, and for the same in another order."""
    if op is not ops.mul or isinstance(inputs[0], Array) == isinstance(inputs[1], Array):
        return None
    c, product = sorted(inputs, key=lambda x: isinstance(x, Array))
    if (
        product.op is ops.mul
        and not isinstance(product.inputs[0], Array)
        and not is_comparison(product.inputs[1])
    ):
        return c * product.inputs[0] * product.inputs[1]
    return None


def coefficient(x: Operand) -> float | None:
    """The number c where x is c * y, or c / y; None where x is neither."""
    if not isinstance(x, Array) or x.op not in (ops.mul, ops.div) or is_comparison(x):
        return None
    c, y = x.inputs
    found = isinstance(c, float) and not is_comparison(y)
    return c if found and abs(c) != 1.0 else None


def coefficients_together(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """(c * d) / y for c * (d / y), and x * ((c * d) / y) for c * x * (d / y), with numbers c and
    d: as many operations less.
    """
    if op is not ops.mul:
        return None
    for a, b in (inputs, inputs[::-1]):
        c, d = a if isinstance(a, float) else coefficient(a), coefficient(b)
        if c is None or d is None or b.op is not ops.div or not b.shape:
            continue
        if not TINY < abs(c * d) < 1 / TINY:
            continue
        found = elementwise(ops.div, (c * d, b.inputs[1]))
        if isinstance(a, float):
            return found
        if a.op is ops.mul:
            return found * a.inputs[1]
    return None


def choice(x: Operand) -> tuple[Operand, float, float] | None:
    """A comparison, and the numbers that x is where it holds and where it does not; None where x
    is no such choice.
    """
    if not isinstance(x, Array):
        return None
    if x.op is ops.greater:
        return x, 1.0, 0.0
    if x.op is ops.where and is_choice_of_numbers(x):
        return x.inputs
    if x.op in (ops.mul, ops.sub) and isinstance(x.inputs[0], float):
        c, g = x.inputs
        if isinstance(g, Array) and g.op is ops.greater:
            return (g, c, 0.0) if x.op is ops.mul else (g, c - 1.0, c)
    return None


def is_choice_of_numbers(x: Array) -> bool:
    """Whether x is one of two numbers, by a comparison."""
    g, a, b = x.inputs
    return isinstance(g, Array) and g.op is ops.greater and not isinstance(a, Array) and (
        not isinstance(b, Array))


def one_choice(op: Operation, inputs: Sequence[Operand]) -> Operand:
    """One choice between two numbers for sums and products of choices by the same comparison, such
    as where(a > b, 0.1, 0.9) for 1 - 0.9 * (a > b): the same numbers, with one operation.
    """
    if op not in (ops.add, ops.sub, ops.mul, ops.neg):
        return None
    arrays = [x for x in inputs if isinstance(x, Array)]
    g = compared_by(arrays)
    if g is None or len(arrays) == 1 and is_simple_choice(op, inputs):
        return None
    on, off = (op.value(*[side_of(x, k) for x in inputs]) for k in (1, 2))
    return Array(ops.where, (g, on, off), g.shape) if off else Array(ops.mul, (on, g), g.shape)


def compared_by(arrays: Sequence[Array]) -> Array | None:
    """The comparison that all of these are choices by; None where there is no such one."""
    found = [its[0] for its in map(choice, arrays) if its is not None]
    if not 0 < len(found) == len(arrays):
        return None
    first = found[0].inputs
    same = all([a is b for g in found for a, b in zip(g.inputs, first)])
    return found[0] if same else None


def side_of(x: Operand, k: int) -> Any:
    """What a choice is where the comparison holds, for k = 1, or where it does not; a number."""
    found = choice(x)
    return x if found is None else found[k]


def is_simple_choice(op: Operation, inputs: Sequence[Operand]) -> bool:
    """Whether an operation on one choice makes it no shorter as one of other numbers."""
    x = next(x for x in inputs if isinstance(x, Array))
    return op in (ops.add, ops.sub) or x.op is ops.greater


SIMPLER: tuple[Callable[[Operation, Sequence[Operand]], Operand], ...] = (
    of_numbers,
    of_constants,
    left_out,
    quotient,
    negative,
    sign_outside,
    one_quotient,
    difference,
    common_factor,
    square,
    doubled,
    one_coefficient,
    coefficients_together,
    one_choice,
)
