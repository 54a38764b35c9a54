"""Fourth room: blocks as NumPy source, forward and backward.

    arguments   how blocks are read: names, views, gathers, constants
    forward     a line for each block                                   the lecture's (3) and (6)
    backward    a line for each block's cotangent, from the last on     (7) and (8)
    gradient    the parameters' cotangents, laid out like theta
    product     the forms of a matrix product
    formula     the table's operations on text
    views       places as reshape, slice, transpose
    names       W1, b1, z1, f1

This file puts the parts together: a function `value` and, for one output, `value_and_grad`.
"""
from __future__ import annotations

import base64
import re
from typing import Any, NamedTuple

import numpy as np

from autograd import ops
from autograd.compiler.arguments import commented, tuple_text
from autograd.compiler.blocks import Block, Plan
from autograd.compiler.gradient import Gradient
from autograd.compiler.record import Tape
from autograd.compiler.scalar import imports
from autograd.compiler.views import without_broadcast

INLINE = 400                        # arrays of up to so many numbers are spelt out in the source


class Blocks(NamedTuple):
    """A program of blocks: its text, the arrays and operations it refers to by name, and what was found."""
    text: str
    arrays: dict[str, np.ndarray]
    functions: dict[str, Any]
    blocks: list[Block]

    def source(self) -> str:
        """Source that runs by itself."""
        arrays = [f"{name} = {spelt(array)}" for name, array in self.arrays.items()]
        packed = ["import base64"] if any("base64" in a for a in arrays) else []
        return "\n".join([*packed, "import numpy as np", *imports(self.functions), "", *arrays, "", "", self.text])

    def summary(self) -> str:
        """What was found, in words."""
        blocks = [b for b in self.blocks if b.op is not None]
        shapes = [" x ".join(["m"] * b.batched + [str(n) for n in b.shape]) for b in blocks if b.kind == "matmul"]
        found = f" ({', '.join(shapes[:12])}{', ...' if len(shapes) > 12 else ''})" if shapes else ""
        return f"{len(blocks)} array operations, {len(shapes)} of them matrix products{found}"

    def namespace(self, arrays: bool) -> dict[str, Any]:
        """The program ready to run."""
        found: dict[str, Any] = {"np": np, **self.arrays, **self.functions}
        exec(compile(self.text, "<autograd program>", "exec"), found)
        return found


def emit(tape: Tape, plan: Plan) -> Blocks:
    """The source of value(theta, x) and, for one output, value_and_grad(theta, x)."""
    writer = Gradient(tape, plan)
    forward, value = writer.forward(), writer.value()
    batched, alone = bool(tape.inputs), len(tape.outputs) == 1
    per_sample = value if not (batched and alone) or writer.output_batched() else f"np.full(m, {value})"
    text = function("value", batched, "The output for each sample." if batched else "The output.", writer,
                    [*forward, f"    return {per_sample}"])
    if alone:
        lines, to_parameters, to_inputs = writer.backward()
        lines += writer.gradient(to_parameters, to_inputs)
        total = f"{value}.sum()" if writer.output_batched() else f"m * {value}" if batched else value
        what = "The output and its gradient by theta" + (", summed over the samples, the rows of x." if batched else ".")
        text += "\n\n" + function("value_and_grad", batched, what, writer, [
            *(["    # forward"] if forward else []), *forward, "    # backward", *lines, f"    return float({total}), grad"])
    called = [op for op in ops.TABLE.values() if op.numpy is None and re.search(rf"\b{op.name}\(", text)]
    return Blocks(text, writer.arrays, {op.name: op for op in called}, plan.blocks)


def function(name: str, batched: bool, what: str, writer: Gradient, body: list[str]) -> str:
    """A function of theta (and x): the views of theta it uses, then its body."""
    words = set(re.findall(r"\w+", "\n".join(body)))
    views = [commented(f"{name} = {text}", tuple_text(list(map(str, without_broadcast(view).shape))).removeprefix("()"))
             for (view, _), (name, text) in writer.views.items() if name in words]
    head = ["    m = len(x)"] if batched else []
    head += ["    ones = np.ones(m)"] if "ones" in words and writer.needs_ones else []
    return "\n".join([f"def {name}(theta{', x' if batched else ''}):", f'    """{what}"""', *head, *views, *body]) + "\n"


def spelt(array: np.ndarray) -> str:
    """An array as Python source."""
    if array.size <= INLINE:
        return f"np.array({array.tolist()!r}, dtype={array.dtype.name!r})".replace("inf", "np.inf")
    packed = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return f"np.frombuffer(base64.b64decode({packed!r}), dtype={array.dtype.str!r}).reshape({array.shape})"
