"""Exact arithmetic for checks: graphs and programs on rational numbers, where their operations
allow it.

A row of the table on Exact numbers gives Exact numbers, and so do its partials, which are written
with rows. A program's source runs as it is, with fractions instead of its floats.
"""
from __future__ import annotations

import ast
import functools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NoReturn

import numpy as np

from autograd import ops
from autograd.compiler.printers.emit import Blocks
from autograd.compiler.printers.names import called
from autograd.compiler.printers.scalar import Straight
from autograd.formulas.symbol import Operators
from autograd.ops import Operation

LONGEST = 20_000  # bits of a numerator or denominator: beyond, exact arithmetic takes too long


class NotRational(Exception):
    """An operation, or numbers, for which exact arithmetic is not possible or takes too long."""


class Exact(Operators):
    """A rational number to which the table's operations apply."""

    __slots__ = ("number",)

    def __init__(self, number: Any) -> None:
        self.number = Fraction(number)

    def __operation__(self, op: Operation, inputs: Sequence[Any]) -> Exact:
        forward = FORWARD.get(op) or functools.partial(refused, op)
        numbers = [x.number if isinstance(x, Exact) else Fraction(x) for x in inputs]
        found = Fraction(forward(*numbers))
        if max(found.numerator.bit_length(), found.denominator.bit_length()) > LONGEST:
            raise NotRational("exact numbers grow too long")
        return Exact(found)

    def __abs__(self) -> Exact:
        return Exact(abs(self.number))

    def __float__(self) -> float:
        return float(self.number)


def refused(op: Operation, *inputs: Any) -> NoReturn:
    """Raises NotRational."""
    raise NotRational(f"{op.name} of a rational number is not rational")


def power(a: Fraction, b: Fraction) -> Fraction:
    """a to a whole power."""
    if b.denominator != 1 or abs(b) > 100:
        raise NotRational("a power that is not whole, or large, is not rational")
    return a ** int(b)


def dot(*inputs: Fraction) -> Fraction:
    """w1, ..., wn, x1, ..., xn, b as w . x + b."""
    n = len(inputs) // 2
    return sum((w * x for w, x in zip(inputs[:n], inputs[n:-1])), inputs[-1])


FORWARD: dict[Operation, Callable[..., Any]] = {
    ops.add: lambda a, b: a + b,
    ops.sub: lambda a, b: a - b,
    ops.mul: lambda a, b: a * b,
    ops.div: lambda a, b: a / b,
    ops.neg: lambda a: -a,
    ops.pow: power,
    ops.abs: abs,
    ops.relu: lambda a: max(a, 0),
    ops.maximum: max,
    ops.minimum: min,
    ops.greater: lambda a, b: a > b,
    ops.sign: lambda a: (a > 0) - (a < 0),
    ops.identity: lambda a: a,
    ops.stop_gradient: lambda a: a,
    ops.sum: lambda *inputs: sum(inputs),
    ops.dot: dot,
    ops.max: max,
    ops.where: lambda c, a, b: a if c else b,
    ops.select: lambda i, *values: values[int(i)],
}


# Programs -------------------------------------------------------------------------------------


class Floats(ast.NodeTransformer):
    """Source in which each float is the fraction of that value, and a fraction that is indexed, as
    NumPy's numbers can be, an array.
    """

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if type(node.value) is not float:
            return node
        if not math.isfinite(node.value):
            raise NotRational(f"{node.value} is not rational")
        text = ast.Constant(str(Fraction(node.value)))
        return ast.Call(ast.Name("Fraction", ast.Load()), [text], [])


    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        return self.of_array(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self.of_array(node)

    def of_array(self, node: ast.Subscript | ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        known = isinstance(node.value, ast.Name) and node.value.id in ("np", "Fraction")
        if isinstance(node.ctx, ast.Load) and not known:
            node.value = ast.Call(ast.Name("as_array", ast.Load()), [node.value], [])
        return node


def as_array(x: Any) -> Any:
    """x, as an array if it is one number."""
    return np.asarray(x, dtype=object) if isinstance(x, Fraction) else x


class ExactNumPy:
    """NumPy whose new arrays hold fractions."""

    def __getattr__(self, name: str) -> Any:
        if name in ("inf", "nan"):
            raise NotRational(f"{name} is not rational")
        return getattr(np, name)

    @staticmethod
    def full(shape: Any, number: Any) -> np.ndarray:
        return np.full(shape, number, dtype=object)

    def zeros(self, shape: Any) -> np.ndarray:
        return self.full(shape, Fraction(0))

    empty = zeros

    def ones(self, shape: Any) -> np.ndarray:
        return self.full(shape, Fraction(1))

    @staticmethod
    def maximum(a: Any, b: Any) -> Any:
        return np.maximum(np.asarray(a, dtype=object), np.asarray(b, dtype=object))

    def bincount(self, places: np.ndarray, numbers: np.ndarray, size: int) -> np.ndarray:
        found = self.zeros(size)
        np.add.at(found, places, numbers)
        return found


def fractions(array: np.ndarray) -> np.ndarray:
    """An array of floats as one of fractions."""
    found = np.empty(array.shape, dtype=object)
    found[...] = np.frompyfunc(Fraction, 1, 1)(array)
    return found


class OnFractions:
    """A program as its source says, on fractions; raises NotRational where that is not possible."""

    close, least = 1e-13, 0.0  # constants that were multiplied when it was compiled are rounded
    number = Exact

    def __init__(self, code: Blocks | Straight) -> None:
        self.code = code

    def of_all(self, arguments: tuple[np.ndarray, ...]) -> tuple[Any, ...]:
        """theta, and x as one sample where the program has those."""
        theta, *rest = map(fractions, arguments)
        if isinstance(self.code, Straight):
            return (theta.tolist(), *[x.tolist() for x in rest])
        return (theta, *[x[None] if self.code.tape.samples else x for x in rest])

    def names(self, text: str = "") -> dict[str, Any]:
        """What the source defines."""
        code = self.code
        if isinstance(code, Blocks):
            functions = {called(name): op for name, op in code.functions.items()}
            return executed(text or code.on_arrays, code.arrays, functions)
        whole = "\n".join([code.text, *(code.tables() if code.pieces else []), code.driver()])
        return executed(whole, {}, {called(name): ops.find(name) for name in code.calls})

    def variables(self, arguments: tuple[np.ndarray, ...]) -> dict[str, Any]:
        """The arrays of the forward pass by name."""
        names = self.names(self.code.forward) if isinstance(self.code, Blocks) else {}
        return dict(names["variables"](*self.of_all(arguments))) if names else {}

    def values(self, arguments: tuple[np.ndarray, ...]) -> Any:
        """The outputs."""
        return np.ravel(np.array(self.names()["value"](*self.of_all(arguments)), dtype=object))

    def gradient(self, arguments: tuple[np.ndarray, ...]) -> Any:
        """The derivative with respect to each parameter."""
        return self.names()["value_and_grad"](*self.of_all(arguments))[1]


def executed(
    text: str, arrays: dict[str, np.ndarray], functions: dict[str, Operation]
) -> dict[str, Any]:
    """What a program's source defines, on fractions."""
    names: dict[str, Any] = {"np": ExactNumPy(), "Fraction": Fraction, "float": Fraction}
    names["as_array"] = as_array
    for name, array in arrays.items():
        names[name] = fractions(array) if array.dtype.kind == "f" else array
    for name, op in functions.items():
        names[name] = FORWARD.get(op) or functools.partial(refused, op)
    names["total"] = functools.partial(sum, start=Fraction(0))
    tree = ast.fix_missing_locations(Floats().visit(ast.parse(text)))
    exec(compile(tree, "<autograd program on fractions>", "exec"), names)
    return names
