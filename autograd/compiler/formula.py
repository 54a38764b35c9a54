"""Formulas in NumPy: the table's operations applied to text, and what a partial derivative needs.

A block's value is its operation applied to Formulas, what it sends back its partials applied to Formulas: the rows of the
table are the only place where either is written. Here they are only made to read well: `z > 0`, `a / b` for `a * (1 / b)`.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from autograd import ops
from autograd.compiler.blocks import Block, Literal
from autograd.ops import Operation
from autograd.formulas.text import Text
from autograd.formulas.symbol import Operators, Symbol, without_neutral, written


class Formula(Symbol):
    """NumPy text. An operation without a form in NumPy becomes a call of its function, which is applied number by number."""
    __slots__ = ("divisor",)

    def __init__(self, text: Text, divisor: Any = None) -> None:
        super().__init__(text, "numpy")
        self.divisor = divisor                              # b where this is 1 / b

    def __operation__(self, op: Operation, inputs: Sequence[Any]) -> Any:
        left_out = without_neutral(op, inputs)
        if left_out is not None:
            return left_out
        if op is ops.mul and isinstance(inputs[1], Formula) and inputs[1].divisor is not None:
            return ops.div(inputs[0], inputs[1].divisor)                        # a * (1 / b)
        texts = [written(x, "numpy") for x in inputs]
        if op is ops.greater:
            return formula(f"({texts[0]} > {'0' if texts[1] == '0.0' else texts[1]})")
        if op is ops.neg:
            return formula(f"-{texts[0]:power}", "product")
        if op is ops.pow and not isinstance(inputs[1], Symbol):
            return formula(f"{texts[0]:atom}**{texts[1]}", "power")
        if op is ops.identity:                              # its input, as loosely as that holds together
            return inputs[0]
        if op.numpy is not None and op.name not in ops.BUILT_IN:        # a template of the user's may forget parentheses
            text = op.write("numpy", *[Text(f"{t:atom}") for t in texts])
            return formula(text if re.fullmatch(r"[\w.]+\([\w., ]*\)", text) else f"({text})")
        if op.numpy is None:
            return formula(f"{op.name}({', '.join(texts)})")
        one_over = op is ops.div and not isinstance(inputs[0], Symbol) and inputs[0] == 1
        return Formula(op.write("numpy", *texts), inputs[1] if one_over else None)


def formula(text: str, level: str = "atom") -> Formula:
    """Text as a Formula that holds together as tightly as `level` says."""
    return Formula(Text(text, level))


def in_full(x: Any) -> str:
    """A Formula or a number as text."""
    return str(x) if isinstance(x, Symbol) else str(written(x, "numpy"))


def applied(op: Operation, arguments: Sequence[Any]) -> Any:
    """An elementwise operation on Formulas and numbers."""
    if all(isinstance(a, (int, float)) for a in arguments):
        return formula(repr(op.value(*arguments)))
    result = next(a for a in arguments if isinstance(a, Symbol)).__operation__(op, arguments)
    if op is ops.greater:
        return formula(f"1.0 * {result}", "product")        # a number, not a truth value
    return result if isinstance(result, Symbol) else formula(in_full(result))


# Partials --------------------------------------------------------------------------------------------------------------------

class Extent(Operators):
    """Stands for a number in a partial, to find out which of y, x0, x1, ... the partial needs, and if it is a comparison."""
    __slots__ = ("needs", "comparison")

    def __init__(self, needs: frozenset[int], comparison: bool = False) -> None:
        self.needs, self.comparison = needs, comparison

    def __operation__(self, op: Operation, inputs: Sequence[Any]) -> Extent:
        return Extent(frozenset().union(*[x.needs for x in inputs if isinstance(x, Extent)]), op is ops.greater)


def partial(block: Block, i: int, y: Any, inputs: Sequence[Any]) -> Any:
    """The partial of an elementwise block for argument i, as a Formula or a number, or None where it is 0."""
    if block.kind == "terms" and block.op is ops.dot:       # a dot without a rest: its rule wants the rest, 0
        inputs = (*inputs, 0.0)
    return block.op.partial(i, y, inputs)                                               # type: ignore[union-attr]


def extent(block: Block, i: int) -> Extent:
    """What the partial for argument i needs: -1 for the value, j for argument j."""
    inputs = [a.number if isinstance(a, Literal) and isinstance(a.number, float) else Extent(frozenset((j,)))
              for j, a in enumerate(block.arguments)]
    found = partial(block, i, Extent(frozenset((-1,))), inputs)
    return found if isinstance(found, Extent) else Extent(frozenset())
