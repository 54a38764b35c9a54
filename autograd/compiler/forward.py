"""The forward pass as source: a line for each block, or none where its formula fits into the line that uses it."""
from __future__ import annotations

from typing import Any

import numpy as np

from autograd import ops
from autograd.compiler.arguments import Arguments, commented, shape_text
from autograd.compiler.blocks import PARAMETERS, Block, Literal, Plan, View, blocks_of
from autograd.compiler.formula import Formula, applied, extent, formula, in_full
from autograd.compiler.product import Product
from autograd.compiler.record import Tape
from autograd.compiler.views import shape_of

WIDTH = 90                          # a formula longer than this is not put into another one


class Forward(Arguments):
    """Writes the lines that compute each block from its arguments."""

    def __init__(self, tape: Tape, plan: Plan) -> None:
        super().__init__(tape, plan)
        self.hidden: dict[int, str] = {}                    # what a block without a line would be called: its cotangent is
        self.uses = self.count_uses()
        if len(tape.outputs) == 1:
            self.kept = self.needed_backward()

    def count_uses(self) -> list[int]:
        """How many arguments are taken from each block; an output counts double, for it is kept."""
        uses = [0] * len(self.blocks)
        for block in self.blocks:
            for argument in block.arguments:
                for b in blocks_of(argument):
                    uses[b] += 1
        for i in self.tape.outputs:
            if self.plan.block_of[i] >= 0:
                uses[self.plan.block_of[i]] += 2
        return uses

    def needed_backward(self) -> set[int]:
        """The blocks whose values the partials need."""
        needed: set[int] = set()
        for b, block in enumerate(self.blocks):
            if not block.active or block.op is None:
                continue
            active = [self.is_active(a) for a in block.arguments]
            if block.op is ops.dot:
                n = len(block.arguments) // 2
                for mine, other in enumerate([*range(n, 2 * n), *range(n)]):
                    if active[mine]:
                        needed.update(blocks_of(block.arguments[other]))
            elif block.kind == "each":
                for i in range(len(block.arguments)):
                    if active[i]:
                        for j in extent(block, i).needs:
                            needed.update((b,) if j < 0 else blocks_of(block.arguments[j]))
        return needed

    # Lines -------------------------------------------------------------------------------------------------------------------

    def forward(self) -> list[str]:
        """The lines of the forward pass."""
        lines = self.lines = []
        for b, block in enumerate(self.blocks):
            if block.kind == "numbers":
                self.names[b] = self.array(block.arguments[0].number)
            elif block.kind != "leaf":
                self.line(b, block, lines)
        self.lines = None
        return lines

    def line(self, b: int, block: Block, lines: list[str]) -> None:
        self.adding = block.op is ops.add or block.op is ops.sub
        found = self.formula(block)
        if self.uses[b] == 1 and b not in self.kept and len(found.text) < WIDTH and not self.is_layer(block):
            self.formulas[b] = found
            if block.kind != "matmul":                      # its bias is added where it is used: that will be z
                self.hidden[b] = self.name(block)
            return
        bias = self.bias_of(block)
        name = self.names[b] = self.name(block)
        if bias is None:
            lines.append(commented(f"{name} = {found}", shape_text(block) + self.biases_inside(block)))
        else:                                               # in place: one array less
            lines += [commented(f"{name} = {bias[0]}", shape_text(block)), f"    {name} += {bias[1]}"]

    def bias_of(self, block: Block) -> tuple[Formula, Formula] | None:
        """A matrix product and what is added to it, if that is what the block is."""
        if block.op is not ops.add or block.kind != "each" or not shape_text(block):
            return None
        first, second = block.arguments
        if not isinstance(first, View) or first.block not in self.formulas or not self.is_whole(first):
            return None
        inner = self.blocks[first.block]
        if inner.kind != "matmul" or inner.shape != block.shape or inner.batched != block.batched:
            return None
        return self.formulas[first.block], self.operand(second, block)

    def is_layer(self, block: Block) -> bool:
        """Whether it is z = W f + b, a matrix product and something added to it: that gets a line, however short."""
        return block.op is ops.add and any(self.blocks[b].kind == "matmul" and b in self.formulas
                                           for a in block.arguments for b in blocks_of(a))

    def biases_inside(self, block: Block) -> str:
        """What to say of a product with a column of ones in it: b is the column of W beside which they stand."""
        if block.kind != "matmul" or not isinstance(block.arguments[1], Literal) or not isinstance(block.arguments[0], View):
            return ""
        ones = np.nonzero((block.arguments[1].number == 1).reshape(-1, shape_of(block.arguments[1])[-1]).all(axis=0))[0]
        if block.arguments[0].block != PARAMETERS or not len(ones):
            return ""
        W, X = (self.read(a) for a in block.arguments)
        return f"  b is {W}[..., {ones[-1]}]; {X} is 1 there"

    def name(self, block: Block) -> str:
        """Its label if it is one labelled node; z and f with the number of the layer, as in (3) and (6); else v1, v2, ..."""
        if len(block.ids) == 1 and block.ids[0] in self.tape.labels:
            label = self.free_names.label(self.tape.labels[block.ids[0]])
            if label:
                return label
        if block.kind == "matmul" or self.is_layer(block):
            return self.free_names.layer()
        first = block.arguments[0]
        if block.kind == "each" and len(block.arguments) == 1 and isinstance(first, View):
            return self.free_names.activation(self.names.get(first.block, "")) or self.free_names.other()
        return self.free_names.other()

    # Formulas ----------------------------------------------------------------------------------------------------------------

    def formula(self, block: Block) -> Formula:
        """The block's value."""
        if block.kind == "each":
            return applied(block.op, [self.operand(a, block) for a in block.arguments])        # type: ignore[arg-type]
        if block.kind == "terms":
            return self.terms(block)
        if block.kind == "sum":
            return self.total(block, self.read(block.arguments[0]))
        A, B = (self.read(a, stem="X") for a in block.arguments)
        if block.kind == "rows":
            return self.rows(block, A, B)
        return self.kind_of_product(block).forward(A, B)

    def terms(self, block: Block) -> Formula:
        """A sum or dot of few terms, written out."""
        terms = [self.operand(a, block) for a in block.arguments]
        if block.op is ops.dot:
            n = len(terms) // 2
            terms = [a * b for a, b in zip(terms[:n], terms[n:])]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total if isinstance(total, Formula) else formula(in_full(total))

    def total(self, block: Block, inner: Formula) -> Formula:
        """The sum over the last axis."""
        return formula(f"{inner.text:atom}.sum({'-1' if shape_text(block) else ''})")

    def rows(self, block: Block, A: Any, B: Any) -> Formula:
        """Dots of pairs of rows."""
        for number, other in ((A, B), (B, A)):
            if isinstance(number, float):                   # all factors on one side are the same number
                return number * self.total(block, other)                                # type: ignore[return-value]
        if not shape_text(block):
            return formula(f"{A.text:product} @ {B.text:atom}", "product")
        return formula(f"np.vecdot({A}, {B})")

    def kind_of_product(self, block: Block) -> Product:
        left, right = block.arguments
        a, b = shape_of(left), shape_of(right)
        return Product(self.batched(left), self.batched(right), len(a), len(b), len(block.shape) == 3, a[-1])

    # The output --------------------------------------------------------------------------------------------------------------

    def output(self, i: int) -> View | None:
        """Where output i is found; None if it is a constant."""
        b = int(self.plan.block_of[i])
        return None if b < 0 else View(b, (), int(self.plan.place_of[i]), ())

    def output_batched(self) -> bool:
        """Whether the one output differs from sample to sample."""
        view = self.output(self.tape.outputs[0])
        return view is not None and self.blocks[view.block].batched

    def value(self) -> str:
        """The text of the output: a number or (m,); of several outputs (K,) or (m, K)."""
        views = [self.output(i) for i in self.tape.outputs]
        found = [in_full(self.tape.constants[i]) if v is None else str(self.read(v)) for i, v in zip(self.tape.outputs, views)]
        if len(found) == 1:
            return found[0]
        if self.tape.inputs:
            return f"np.stack([np.broadcast_to(y, m) for y in ({', '.join(found)})], axis=1)"
        return f"np.array([{', '.join(found)}])"
