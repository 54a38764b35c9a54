"""The backward pass as source: back propagation, block by block, from the last to the first.

Each block's cotangent, dz for z, is the sum of what the blocks that use it send: their own cotangents times the partials
that the table gives, applied to Formulas. For a layer that is the lecture's (7), dz W times the activation's derivative, and
(8), dz^T f. What was broadcast going forward is summed going back.
"""
from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

from autograd.compiler.arguments import commented, shape_text, tuple_text
from autograd.compiler.blocks import INPUTS, PARAMETERS, Argument, Block, Shape, View, blocks_of
from autograd.compiler.formula import Formula, extent, formula, in_full, partial
from autograd.compiler.forward import WIDTH, Forward
from autograd.compiler.places import as_view, inverse
from autograd.compiler.views import contiguous, places_of, same, shape_of, view_text, without_broadcast


class Sent(NamedTuple):
    """What a block sends to one of its arguments."""
    argument: Argument
    formula: Any                    # a Formula or a number
    full: bool                      # whether it has all axes of the argument, or is to be broadcast
    shape: Shape                    # the argument's, without the axis of the samples
    factors: tuple[Formula, Formula] | None = None          # two factors of it, both full, where it has such


class Backward(Forward):
    """Writes the lines that compute each block's cotangent."""

    def backward(self) -> tuple[list[str], list[Sent], list[Sent]]:
        """The lines, and what is sent to the parameters and to the inputs."""
        sent: dict[int, list[Sent]] = {}
        lines: list[str] = []
        view = self.output(self.tape.outputs[0])
        if view is not None and self.blocks[view.block].active:
            constant = bool(self.tape.inputs) and not self.blocks[view.block].batched       # the same for all m samples
            sent[view.block] = [Sent(view, formula("m") if constant else 1.0, False, ())]
        for b in range(len(self.blocks) - 1, INPUTS, -1):
            block = self.blocks[b]
            if b in sent and block.op is not None:
                d, full = self.cotangent(b, block, sent[b], lines)
                for s in self.send(b, block, d, full):
                    for source in dict.fromkeys(blocks_of(s.argument)):
                        if self.blocks[source].active:
                            sent.setdefault(source, []).append(s)
        return lines, sent.get(PARAMETERS, []), sent.get(INPUTS, [])

    # The cotangent of a block ------------------------------------------------------------------------------------------------

    def cotangent(self, b: int, block: Block, sent: list[Sent], lines: list[str]) -> tuple[Any, bool]:
        """The sum of what was sent to block b, as a rule in a line of its own; and whether it is full."""
        sent = [self.turned(b, block, s) for s in sent]
        name = "d" + (self.names.get(b) or self.hidden.get(b) or self.free_names.free(f"u{b}"))
        if all(isinstance(s.argument, View) and self.is_whole(s.argument) for s in sent):
            total = sent[0].formula
            for s in sent[1:]:
                total = total + s.formula
            full = any(s.full for s in sent)
            if not isinstance(total, Formula) or str(total).isidentifier() or self.fits_into_the_next(block, total):
                return total, full
            lines.append(commented(f"{name} = {total}", shape_text(block) if full else ""))
            return formula(name), full
        lines.append(f"    {name} = np.zeros({shape_text(block, '()')})")
        for s in sent:
            lines += self.scatter(name, b, s, "+=")
        return formula(name), True

    def fits_into_the_next(self, block: Block, total: Formula) -> bool:
        """Whether an activation's cotangent is a product that is used once: then (7) is one line, dz @ W * (z > 0)."""
        text = total.text
        product = (" @ " in text or "None] * " in text) and text.level == "product" and len(text) < WIDTH // 2
        active = [a for a in block.arguments if self.is_active(a)]
        alone = len(active) == 1 and isinstance(active[0], View) and self.is_whole(active[0])
        return block.kind == "each" and product and alone

    def turned(self, b: int, block: Block, s: Sent) -> Sent:
        """What was sent to all places of a block in another order, turned round to the block's own."""
        argument = s.argument
        if isinstance(argument, View) and (self.is_whole(argument) or 0 in argument.strides) or len(blocks_of(argument)) > 1:
            return s
        batched = self.batched(argument)
        places = inverse(places_of(argument) if isinstance(argument, View) else argument.places, block.shape)
        if places is None or batched != block.batched or not s.full or not isinstance(s.formula, Formula):
            return s
        view = as_view(b, places)
        text = view and view_text(f"{s.formula.text:atom}", argument.shape, view, batched, False)
        if text is None:
            if batched:
                return s
            text = f"{s.formula.text:atom}.take({self.array(places)})"
        return Sent(View(b, block.shape, 0, contiguous(block.shape)), formula(text), True, block.shape)

    def scatter(self, target: str, b: int, s: Sent, how: str) -> list[str]:
        """Lines that add what was sent to the places of block b that it belongs to."""
        raise NotImplementedError

    # What a block sends ------------------------------------------------------------------------------------------------------

    def send(self, b: int, block: Block, d: Any, full: bool) -> list[Sent]:
        """What block b with cotangent d sends to its arguments."""
        if block.kind in ("each", "terms"):
            found = [self.send_each(b, block, d, full, i) for i, a in enumerate(block.arguments) if self.is_active(a)]
            return [s for s in found if s is not None]
        if block.kind == "sum":
            argument = block.arguments[0]
            return [self.reduced(block, Sent(argument, self.column(block, d, full), False, shape_of(argument)))]
        if block.kind == "rows":
            return self.send_rows(block, d, full)
        return self.send_product(block, self.in_all_axes(block, d, full))

    def send_each(self, b: int, block: Block, d: Any, full: bool, i: int) -> Sent | None:
        """d times the partial of an elementwise operation."""
        argument = block.arguments[i]
        y = formula(self.names[b]) if b in self.names else None
        p = partial(block, i, y, [self.operand(a, block) for a in block.arguments])
        if p is None:
            return None
        needs, comparison = extent(block, i).needs, extent(block, i).comparison
        number = comparison and not isinstance(d, Formula)  # 1.0 * (z > 0): a number, not a truth value
        found: Any = formula(f"{in_full(d)} * {p.text:power}", "product") if number else d * p
        p_full = any(j < 0 or self.covers(block.arguments[j], block) for j in needs)
        both = full and p_full and not comparison and isinstance(d, Formula) and isinstance(p, Formula)
        full = full or p_full or not shape_text(block)
        return self.reduced(block, Sent(argument, found, full, block.shape, (d, p) if both else None))

    def send_rows(self, block: Block, d: Any, full: bool) -> list[Sent]:
        """Each row of factors gets d times the other row."""
        left, right = block.arguments
        column = self.column(block, d, full)
        if same(left, right):
            return [self.reduced(block, Sent(left, 2.0 * column * self.read(left), True, shape_of(left)))]
        sent = []
        for mine, other in ((left, right), (right, left)):
            if self.is_active(mine):
                found = column * self.read(other, broadcast=True)
                all_axes = self.covers(other, block) or full and self.long(other)
                sent.append(self.reduced(block, Sent(mine, found, all_axes, shape_of(mine))))
        return sent

    def long(self, argument: Argument) -> bool:
        """Whether an argument has its last axis in full, so that times a full cotangent it has all axes."""
        if isinstance(argument, View):
            return argument.strides[-1] != 0 or argument.shape[-1] == 1
        return bool(shape_of(argument))

    def send_product(self, block: Block, d: Formula) -> list[Sent]:
        """(8) for the left factors, and (7) without the activation for the right ones."""
        left, right = block.arguments
        A, B, kind = self.read(left), self.read(right), self.kind_of_product(block)
        sent = [Sent(left, kind.to_left(d, B), True, shape_of(left))] if self.is_active(left) else []
        return sent + ([Sent(right, kind.to_right(d, A), True, shape_of(right))] if self.is_active(right) else [])

    def column(self, block: Block, d: Any, full: bool) -> Any:
        """A cotangent with an axis of length 1 after its own."""
        return formula(f"{d.text:atom}[..., None]") if full and isinstance(d, Formula) and shape_text(block) else d

    def in_all_axes(self, block: Block, d: Any, full: bool) -> Formula:
        """A cotangent with all its axes."""
        if full and isinstance(d, Formula):
            return d
        return formula(f"np.full({shape_text(block)}, {in_full(d)})") if shape_text(block) else formula(in_full(d))

    def broadcast(self, s: Sent, sizes: list[str]) -> Formula:
        """What was sent, with all axes."""
        if s.full and isinstance(s.formula, Formula):
            return s.formula
        return formula(f"np.broadcast_to({in_full(s.formula)}, {tuple_text(sizes) if sizes else '()'})")

    # Broadcast forward, summed backward --------------------------------------------------------------------------------------

    def reduced(self, block: Block, s: Sent) -> Sent:
        """What was sent, summed over the axes along which the argument was broadcast."""
        argument = s.argument
        over_samples = block.batched and not self.batched(argument)
        zero = [k for k, (st, n) in enumerate(zip(argument.strides, argument.shape)) if st == 0 and n > 1] \
            if isinstance(argument, View) else []
        if not zero and not over_samples:
            return s
        sizes = ["m"] * block.batched + [str(n) for n in s.shape]
        axes = [0] * over_samples + [k + block.batched for k in zero]
        found = self.sum_over(axes, sizes, self.broadcast(s, sizes), s.factors)
        if not isinstance(argument, View):
            return Sent(argument, found, True, s.shape)
        small = without_broadcast(argument)
        source = self.blocks[argument.block]
        if prod(small.shape) == prod(source.shape) and small.shape != source.shape and small.base == 0 and \
                small.strides == contiguous(small.shape):
            found = formula(f"{found.text:atom}.reshape({shape_text(source, '()')})")
            small = View(argument.block, source.shape, 0, contiguous(source.shape))
        return Sent(small, found, True, small.shape)

    def sum_over(self, axes: list[int], sizes: list[str], terms: Formula, factors: tuple[Formula, Formula] | None) -> Formula:
        """The sum over axes in the fastest form there is for it."""
        if len(axes) == len(sizes):
            return formula(f"{terms.text:atom}.sum()")
        if axes == [0] and len(sizes) == 2:
            return formula(f"{self.ones(sizes[0])} @ {terms.text:power}", "product")
        if len(axes) == 1 and factors is not None:
            return formula(f"np.vecdot({factors[0]}, {factors[1]}, axis={axes[0]})")
        return formula(f"{terms.text:atom}.sum({axes[0] if len(axes) == 1 else tuple(axes)})")
