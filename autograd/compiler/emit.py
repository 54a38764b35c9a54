"""Fourth room: blocks as NumPy source, forward and backward.

Backward, each block's cotangent is the sum of what the blocks that use it send: their own cotangent times the partial that
the table of operations gives, applied to symbols. For a matrix product that is the lecture's (8), for a layer's activations (7).
"""
from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from autograd import ops
from autograd.compiler.record import Tape
from autograd.compiler.shape import (INPUTS, PARAMETERS, Argument, Block, Gather, Literal, Plan, Shape, View, as_view, blocks_of,
                                      inverse)
from autograd.compiler.scalar import imports
from autograd.ops import Text
from autograd.symbol import Operators, Symbol

RESERVED = {"ones", "theta", "x", "grad", "m", "np", "value", "value_and_grad", "base64", "len", "float", "find", "dx"}
INLINE = 400                        # arrays of up to so many numbers are spelt out in the source
WIDTH = 90                          # a formula longer than this is not put into another one


class Extent(Operators):
    """Stands for a number in a partial, to find out which of y, x0, x1, ... the partial needs, and if it is a comparison."""
    __slots__ = ("needs", "comparison")

    def __init__(self, needs: frozenset, comparison: bool = False) -> None:
        self.needs, self.comparison = needs, comparison

    def __operation__(self, op: ops.Operation, inputs: Sequence[Any]) -> Extent:
        return Extent(frozenset().union(*[x.needs for x in inputs if isinstance(x, Extent)]), op is ops.greater)


class Blocks(NamedTuple):
    """A program of blocks: its text, the arrays and functions it refers to by name, and what was found."""
    text: str
    arrays: dict[str, np.ndarray]
    functions: dict[str, Any]
    blocks: list[Block]

    def source(self) -> str:
        """Source that runs by itself."""
        arrays = [f"{name} = {_spelt(array)}" for name, array in self.arrays.items()]
        head = ["import numpy as np", *imports(self.functions)] + (["import base64"] if any("base64" in a for a in arrays) else [])
        return "\n".join([*head, "", *arrays, "", "", self.text])

    def summary(self) -> str:
        blocks = [b for b in self.blocks if b.op is not None]
        shapes = [" x ".join(map(str, b.shape)) for b in blocks if b.kind == "matmul"]
        found = f" ({', '.join(shapes[:12])}{', ...' if len(shapes) > 12 else ''})" if shapes else ""
        return f"{len(blocks)} array operations, {len(shapes)} of them matrix products{found}"

    def namespace(self, arrays: bool) -> dict[str, Any]:
        """The program ready to run."""
        found: dict[str, Any] = {"np": np, **self.arrays, **self.functions}
        exec(compile(self.text, "<autograd program>", "exec"), found)
        return found


class Sent(NamedTuple):
    """What a block sends to one of its arguments: a formula, and whether it has the full shape of the argument."""
    argument: Argument
    formula: Any                    # a Symbol or a number
    full: bool
    shape: Shape                    # the argument's
    product: tuple[Symbol, Symbol] | None = None            # two factors of the formula, both of full shape, where it has such


def emit(tape: Tape, plan: Plan) -> Blocks:
    """The source of value(theta, x) and, for one output, value_and_grad(theta, x)."""
    return _Writer(tape, plan).program()


class _Writer:
    def __init__(self, tape: Tape, plan: Plan) -> None:
        self.tape, self.plan, self.blocks = tape, plan, plan.blocks
        self.arrays: dict[str, np.ndarray] = {}
        self.array_names: dict[Any, str] = {}
        self.functions: dict[str, Any] = {}
        self.views: dict[tuple, tuple[str, str]] = {}       # views of theta: name and formula
        self.names: dict[int, str] = {PARAMETERS: "theta", INPUTS: "x"}
        self.gathers: dict[Any, str] = {}                   # names of gathers
        self.lines: list[str] | None = None                 # the forward lines, while they are written
        self.hidden: dict[int, str] = {}                    # what those would be called; their cotangents are
        self.formulas: dict[int, Symbol] = {}               # blocks that are written where they are used
        self.symbols: dict[tuple[int, int], Any] = {}
        self.uses = [0] * len(self.blocks)
        for block in self.blocks:
            for b in {b for a in block.arguments for b in blocks_of(a)}:
                self.uses[b] += sum(b in blocks_of(a) for a in block.arguments)
        for i in tape.outputs:
            if plan.block_of[i] >= 0:
                self.uses[plan.block_of[i]] += 2            # an output is kept
        self.layers = 0
        self.bias = False                                   # whether a view of theta met now is added, not multiplied
        self.others = 0
        self.needs_ones = False                             # whether an array of m ones is used
        self.taken = {*RESERVED, *ops.TABLE}
        self.kept = self.needed_backward() if len(tape.outputs) == 1 else set()

    # The whole ---------------------------------------------------------------------------------------------------------------

    def program(self) -> Blocks:
        forward = self.forward()
        value = self.value()
        one = len(self.tape.outputs) == 1
        backward = self.backward() if one else []
        batched = bool(self.tape.inputs)
        head = ["    m = len(x)"] if batched else []
        top = [f"    {name} = {formula}" for name, formula in self.views.values()]
        used = [line for line in top if _mentions(line.split(" = ")[0].strip(), forward + [value])]
        lines = [f"def value(theta{', x' if batched else ''}):", *head, *used, *forward,
                 f"    return {value if not (batched and one) or self.output_batched() else f'np.full(m, {value})'}"]
        if one:
            total = f"{value}.sum()" if self.output_batched() else f"m * {value}" if batched else value
            used = [line for line in top if _mentions(line.split(" = ")[0].strip(), [*forward, value, *backward])]
            head += ["    ones = np.ones(m)"] if self.needs_ones else []
            lines += ["", "", f"def value_and_grad(theta{', x' if batched else ''}):", *head, *used, *forward, *backward,
                      f"    return float({total}), grad"]
        return Blocks("\n".join(lines) + "\n", self.arrays, self.functions, self.blocks)

    def output_batched(self) -> bool:
        i = self.tape.outputs[0]
        return self.plan.block_of[i] >= 0 and self.blocks[self.plan.block_of[i]].batched

    def value(self) -> str:
        """The formula of the output, or of all of them: a number, (m,), (K,) or (m, K)."""
        found = []
        for i in self.tape.outputs:
            b = int(self.plan.block_of[i])
            if b < 0:
                found.append(repr(self.tape.constants[i]))
                continue
            block = self.blocks[b]
            view = View(b, (), int(self.plan.place_of[i]), ())
            found.append(f"{self.read(view, block.batched).text:atom}")
        if len(found) == 1:
            return found[0]
        if self.tape.inputs:
            return f"np.stack([np.broadcast_to(y, m) for y in ({', '.join(found)})], axis=1)"
        return f"np.array([{', '.join(found)}])"

    # Forward -----------------------------------------------------------------------------------------------------------------

    def forward(self) -> list[str]:
        lines: list[str] = []
        self.lines = lines
        for b, block in enumerate(self.blocks):
            if block.kind == "leaf":
                continue
            if block.kind == "numbers":
                self.names[b] = self.array(block.arguments[0].number)
                continue
            self.bias = block.kind == "each"
            formula = self.formula(b, block)
            if self.uses[b] == 1 and b not in self.kept and len(formula.text) < WIDTH:
                self.formulas[b] = formula
                if block.kind != "matmul":                  # its bias is added where it is used: that will be z
                    self.hidden[b] = self.name(b, block)
                continue
            name = self.names[b] = self.name(b, block)
            shape = self.shape_text(block)
            bias = self.bias_of(block)
            if bias is not None:
                formula, plus = bias
            lines.append(f"    {name} = {formula}" + (f"{' ' * max(2, 48 - len(name) - len(str(formula)))}# {shape}" if shape else ""))
            if bias is not None:
                lines.append(f"    {name} += {plus}")
        self.lines = None
        return lines

    def bias_of(self, block: Block) -> tuple[Symbol, Symbol] | None:
        """A matrix product and what is added to it, if that is what the block is: the sum is then made in place."""
        if block.op is not ops.add or block.kind != "each" or not block.shape:
            return None
        first, second = block.arguments
        if not isinstance(first, View) or first.block not in self.formulas or not self.is_whole(first) or \
                self.blocks[first.block].kind != "matmul" or self.blocks[first.block].shape != block.shape or \
                self.blocks[first.block].batched != block.batched:
            return None
        return self.formulas[first.block], self.operand(second, block)

    def formula(self, b: int, block: Block) -> Symbol:
        """The block's value."""
        if block.kind == "each":
            arguments = [self.operand(a, block) for a in block.arguments]
            return self.apply(block.op, arguments)                                      # type: ignore[arg-type]
        if block.kind == "sum":
            inner = self.read(block.arguments[0], block.batched)
            if isinstance(block.arguments[0], Literal):
                return _symbol(f"np.full({block.arguments[0]}, 0.0)")
            axis = "-1" if block.shape or block.batched else ""
            return _symbol(f"{inner.text:atom}.sum({axis})")
        if block.kind == "terms":
            terms = [self.operand(a, block) for a in block.arguments]
            if block.op is ops.dot:
                n = len(terms) // 2
                terms = [a * b for a, b in zip(terms[:n], terms[n:])]
            total = terms[0]
            for term in terms[1:]:
                total = total + term
            return total if isinstance(total, Symbol) else _symbol(_in_full(total))
        left, right = block.arguments
        if block.kind == "rows":
            A, B = self.read(left, block.batched), self.read(right, block.batched)
            for number, other in ((A, B), (B, A)):
                if isinstance(number, float):               # all factors on one side are the same number
                    axis = "-1" if block.shape or block.batched else ""
                    return number * _symbol(f"{other.text:atom}.sum({axis})")
            if not block.shape and not block.batched:
                return _symbol(f"{A.text:product} @ {B.text:atom}", "product")
            return _symbol(f"np.vecdot({A}, {B})")
        return self.product(block, *self.factors(block))

    def apply(self, op: ops.Operation, arguments: Sequence[Any]) -> Symbol:
        """An elementwise operation; one that has no form in NumPy is a call of its function on each number."""
        if all(isinstance(a, (int, float)) for a in arguments):
            return _symbol(repr(op.value(*arguments)))
        if op.numpy is None:
            self.functions[op.name] = op.on_arrays
            return _symbol(f"{op.name}({', '.join(map(_in_full, arguments))})")
        result = next(a for a in arguments if isinstance(a, Symbol)).__operation__(op, arguments)
        if op is ops.greater:
            return _symbol(f"1.0 * {result.text:power}", "product")
        return result if isinstance(result, Symbol) else _symbol(_in_full(result))

    def factors(self, block: Block) -> tuple[Symbol, Symbol]:
        left, right = block.arguments
        return self.read(left, None), self.read(right, None)

    def layout(self, block: Block) -> tuple[bool, bool, int, int, bool]:
        """Of a matrix product: whether left and right are batched, their numbers of axes, and whether there are teams."""
        left, right = block.arguments
        return self.batched(left), self.batched(right), len(left_shape(left)), len(left_shape(right)), len(block.shape) == 3

    def product(self, block: Block, A: Symbol, B: Symbol) -> Symbol:
        """B A^T for left factors A (rows, k) and right factors B (columns, k): the lecture's W f, for each column f."""
        a_batched, b_batched, a_axes, b_axes, team = self.layout(block)
        times = "*" if left_shape(block.arguments[0])[-1] == 1 else "@"
        if team or (a_batched and a_axes == 2 and b_axes == 2):
            return _symbol(f"{B.text:product} {times} {A.text:atom}.swapaxes(-1, -2)", "product")
        if a_axes == 2 and b_axes == 2:
            return _symbol(f"{B.text:product} {times} {A.text:atom}.T", "product")
        if a_axes == 2:                                                             # one column
            if a_batched and b_batched:
                return _symbol(f"np.einsum('mak,mk->ma', {A}, {B})")
            if b_batched:
                return _symbol(f"{B.text:product} {times} {A.text:atom}.T", "product")
            return _symbol(f"{A.text:product} @ {B.text:atom}", "product")
        if a_batched and b_batched:
            return _symbol(f"np.einsum('mk,mbk->mb', {A}, {B})")
        if a_batched:
            return _symbol(f"{A.text:product} {times} {B.text:atom}.T", "product")
        return _symbol(f"{B.text:product} @ {A.text:atom}", "product")

    # Arguments ---------------------------------------------------------------------------------------------------------------

    def batched(self, argument: Argument) -> bool:
        return any(self.blocks[b].batched for b in blocks_of(argument))

    def operand(self, argument: Argument, block: Block) -> Any:
        """An argument of an elementwise block: a number, or a Symbol that broadcasts to the block's shape."""
        return self.read(argument, block.batched, broadcast=True)

    def read(self, argument: Argument, batched: bool | None, broadcast: bool = False) -> Any:
        """An argument as a Symbol (or a number); with `broadcast`, in a form that NumPy broadcasts to the full shape."""
        if isinstance(argument, Literal):
            return argument.number if isinstance(argument.number, float) else _symbol(self.array(argument.number))
        if isinstance(argument, Gather):
            return _symbol(self.gathered(argument))
        b = argument.block
        whole = self.is_whole(argument)
        if whole and b in self.formulas:
            return self.formulas[b]
        if whole:
            return _symbol(self.names[b])
        source = _symbol(f"({self.formulas[b]})") if b in self.formulas else _symbol(self.names[b])
        text = view_text(str(source), self.blocks[b].shape, argument, self.blocks[b].batched, broadcast)
        if text is None:
            return _symbol(self.gathered(Gather((b,), argument.shape, places_of(argument))))
        if b == PARAMETERS:
            key = (argument, broadcast)
            if key not in self.views:
                self.views[key] = (self.parameter_name(argument), text)
            return _symbol(self.views[key][0])
        return _symbol(text)

    def is_whole(self, view: View) -> bool:
        """Whether a view is all of its block, as it is."""
        return view.shape == self.blocks[view.block].shape and view.base == 0 and view.strides == contiguous(view.shape)

    def gathered(self, argument: Gather) -> str:
        key = (argument.blocks, argument.shape, argument.places.tobytes())
        if key in self.gathers:
            return self.gathers[key]
        batched = self.batched(argument)
        places = self.array(argument.places)
        text = self.gathering(argument, batched, places)
        if self.lines is not None and self.is_active(argument) and any(b in self.kept for b in argument.blocks):
            self.others += 1                                # it will be needed again on the way back
            name = self.gathers[key] = self.free(f"v{self.others}")
            self.lines.append(f"    {name} = {text}")
            return name
        return text

    def gathering(self, argument: Gather, batched: bool, places: str) -> str:
        flat = [self.flat(b, batched) for b in argument.blocks]
        if not batched:
            source = flat[0] if len(flat) == 1 else f"np.concatenate(({', '.join(flat)}))"
            return f"{source}.take({places})" if len(flat) > 1 or not flat[0].endswith(".ravel()") else f"{flat[0][:-8]}.take({places})"
        source = flat[0] if len(flat) == 1 else f"np.concatenate(({', '.join(flat)}), axis=1)"
        return f"{source}[:, {places}]"

    def flat(self, b: int, batched: bool) -> str:
        name = f"({self.formulas[b]})" if b in self.formulas else self.names[b]
        block = self.blocks[b]
        if not batched:
            return name if len(block.shape) == 1 else f"np.ravel({name})" if not block.shape else f"{name}.ravel()"
        size = prod(block.shape)
        if block.batched:
            return name if len(block.shape) == 1 else f"{name}.reshape(m, {size})"
        return f"np.broadcast_to(np.ravel({name}), (m, {size}))"

    def ones(self, n: str) -> str:
        """The name of an array of n ones, for sums over the first axis: ones @ a is a sum, and fast."""
        if n == "m":
            self.needs_ones = True
            return "ones"
        return self.array(np.ones(int(n)), "ones")

    def array(self, numbers: np.ndarray, stem: str = "") -> str:
        """The name of a constant array in the program."""
        key = (stem, numbers.dtype.kind, numbers.shape, numbers.tobytes())
        if key not in self.array_names:
            stem = stem or ("at" if numbers.dtype.kind == "i" else "c")
            name = self.array_names[key] = self.free(f"{stem}{1 + sum(n.startswith(stem) for n in self.arrays)}")
            self.arrays[name] = numbers
        return self.array_names[key]

    # Names -------------------------------------------------------------------------------------------------------------------

    def name(self, b: int, block: Block) -> str:
        """A block's name: its label if it is one labelled node; z and f with the layer's number as in (6); else v1, v2, ..."""
        if len(block.ids) == 1 and block.ids[0] in self.tape.labels:
            label = re.sub(r"\W+", "_", self.tape.labels[block.ids[0]], flags=re.ASCII).strip("_")[:30]
            if label and not label[0].isdigit():
                return self.free(label)
        inside = [self.blocks[b].kind for a in block.arguments for b in blocks_of(a) if b in self.formulas]
        if block.kind == "matmul" or block.op is ops.add and "matmul" in inside:
            self.layers += 1
            return self.free(f"z{self.layers}")
        first = block.arguments[0]
        if block.kind == "each" and len(block.arguments) == 1 and isinstance(first, View) and self.names.get(first.block, "") == \
                f"z{self.layers}" and f"f{self.layers}" not in self.taken:
            return self.free(f"f{self.layers}")
        self.others += 1
        return self.free(f"v{self.others}")

    def parameter_name(self, view: View) -> str:
        axes = sum(st > 0 for st in view.strides)
        if axes:
            return self.free(f"{'W' if axes > 1 or len(view.shape) == 1 and not self.bias else 'b'}{self.layers + 1}")
        return self.free(f"p{len(self.views) + 1}")

    def free(self, name: str) -> str:
        while name in self.taken or "d" + name in self.taken or _keyword(name):
            name += "_"
        self.taken |= {name, "d" + name}
        return name

    def shape_text(self, block: Block) -> str:
        sizes = (["m"] if block.batched else []) + [str(n) for n in block.shape]
        return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})" if sizes else ""

    # Backward ----------------------------------------------------------------------------------------------------------------

    def needed_backward(self) -> set[int]:
        """The blocks whose values the partials need."""
        needed: set[int] = set()
        for b, block in enumerate(self.blocks):
            if not block.active or block.op is None:
                continue
            active = [any(self.blocks[s].active for s in blocks_of(a)) for a in block.arguments]
            if block.op is ops.dot:
                n = len(block.arguments) // 2
                for mine, other in enumerate([*range(n, 2 * n), *range(n)]):
                    if active[mine]:
                        needed.update(blocks_of(block.arguments[other]))
            elif block.kind == "each":
                for i in range(len(block.arguments)):
                    if active[i]:
                        for j in self.extent(block, i).needs:
                            needed.update((b,) if j < 0 else blocks_of(block.arguments[j]))
        return needed

    def extent(self, block: Block, i: int) -> Extent:
        """What the partial of an elementwise block for argument i needs: -1 for its value, j for argument j."""
        inputs = [a.number if isinstance(a, Literal) and isinstance(a.number, float) else Extent(frozenset((j,)))
                  for j, a in enumerate(block.arguments)]
        found = rule(block)(i, Extent(frozenset((-1,))), inputs)
        return found if isinstance(found, Extent) else Extent(frozenset())

    def backward(self) -> list[str]:
        sent: dict[int, list[Sent]] = {}
        lines: list[str] = []
        out = self.tape.outputs[0]
        b = int(self.plan.block_of[out])
        size = prod(self.blocks[PARAMETERS].shape)
        if b >= 0 and self.blocks[b].active:
            view = View(b, (), int(self.plan.place_of[out]), ())
            seed = "m" if self.tape.inputs and not self.blocks[b].batched else 1.0
            sent[b] = [Sent(view, _symbol("m") if seed == "m" else 1.0, False, ())]
        for b in range(len(self.blocks) - 1, INPUTS, -1):
            block = self.blocks[b]
            if b in sent and block.op is not None:
                d, full = self.cotangent(b, block, sent[b], lines)
                for s in self.send(b, block, d, full):
                    for source in dict.fromkeys(blocks_of(s.argument)):
                        if self.blocks[source].active:
                            sent.setdefault(source, []).append(s)
        self.gradient(size, sent.get(PARAMETERS, []), sent.get(INPUTS, []), lines)
        return lines

    def cotangent(self, b: int, block: Block, sent: list[Sent], lines: list[str]) -> tuple[Any, bool]:
        """Write the line that sums what was sent to block b; the name of the sum and whether it has the block's full shape."""
        sent = [self.whole(b, block, s) for s in sent]
        name = "d" + (self.names.get(b) or self.hidden.get(b) or self.free(f"u{b}"))
        if all(isinstance(s.argument, View) and self.is_whole(s.argument) for s in sent):
            total = sent[0].formula
            for s in sent[1:]:
                total = total + s.formula
            full = any(s.full for s in sent)
            if not isinstance(total, Symbol) or str(total).isidentifier():
                return total, full
            lines.append(f"    {name} = {total}{self.comment(block, full, name, total)}")
            return _symbol(name), full
        shape = self.full_shape(block)
        lines.append(f"    {name} = np.zeros({shape})")
        for s in sent:
            lines += self.scatter(name, b, s, "+=")
        return _symbol(name), True

    def whole(self, b: int, block: Block, s: Sent) -> Sent:
        """What was sent to all places of a block in another order, turned round to the block's own."""
        argument = s.argument
        if isinstance(argument, View) and (self.is_whole(argument) or 0 in argument.strides) or len(blocks_of(argument)) > 1:
            return s
        batched = self.batched(argument)
        places = inverse(places_of(argument) if isinstance(argument, View) else argument.places, block.shape)
        if places is None or batched != block.batched or not s.full or not isinstance(s.formula, Symbol):
            return s
        view = as_view(b, places)
        text = view and view_text(f"{s.formula.text:atom}", argument.shape, view, batched, False)
        if text is None:
            if batched:
                return s
            text = f"{s.formula.text:atom}.take({self.array(places)})"
        return Sent(View(b, block.shape, 0, contiguous(block.shape)), _symbol(text), True, block.shape)

    def comment(self, block: Block, full: bool, name: str, total: Any) -> str:
        shape = self.shape_text(block)
        return f"{' ' * max(2, 48 - len(name) - len(str(total)))}# {shape}" if shape and full else ""

    def full_shape(self, block: Block) -> str:
        sizes = (["m"] if block.batched else []) + [str(n) for n in block.shape]
        return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"

    def scatter(self, target: str, b: int, s: Sent, how: str) -> list[str]:
        """Lines that add what was sent into the places of block b that it belongs to."""
        block = self.blocks[b]
        argument = s.argument
        if isinstance(argument, View):
            if self.is_whole(argument):
                return [f"    {target} {how} {s.formula}" if block.shape or block.batched else f"    {target} {how} {s.formula}"]
            text = view_text(target, block.shape, argument, block.batched, False)
            if text is not None and not any(st == 0 and n > 1 for st, n in zip(argument.strides, argument.shape)):
                return [f"    {text}{'' if text.endswith(']') else '[...]'} {how} {s.formula}"]
            argument = Gather((b,), argument.shape, places_of(argument))
        start, chosen = 0, None
        flat_places = argument.places.ravel()
        for source in argument.blocks:
            size = prod(self.blocks[source].shape)
            if source == b:
                inside = (flat_places >= start) & (flat_places < start + size)
                chosen = np.nonzero(inside)[0]
                places = flat_places[inside] - start
            start += size
        sizes = ([] if not self.batched(argument) else ["m"]) + [str(n) for n in argument.shape]
        value = s.formula
        if not s.full or not isinstance(value, Symbol):
            value = _symbol(f"np.broadcast_to({_in_full(value)}, ({', '.join(sizes)}{',' * (len(sizes) == 1)}))")
        return self.scatter_places(target, block, value, chosen, places, len(flat_places), self.batched(argument), how)

    def scatter_places(self, target: str, block: Block, value: Symbol, chosen: Any, places: np.ndarray, n: int,
                       batched: bool, how: str) -> list[str]:
        """Lines that add value.ravel()[chosen] to target.ravel()[places], where places may repeat."""
        order = np.argsort(places, kind="stable")
        unique, starts = np.unique(places[order], return_index=True)
        chosen = chosen[order]
        as_is = len(chosen) == n and (chosen == np.arange(n)).all()
        size = prod(block.shape)
        if not batched:
            text = f"np.ravel({value})" if as_is else f"np.ravel({value})[{self.array(chosen)}]"
            if len(unique) < len(places):
                text = f"np.add.reduceat({text}, {self.array(starts)})"
            where = target if len(block.shape) == 1 else f"{target}.reshape({size})"
            return [f"    {where}[{self.array(unique)}] {how} {text}"]
        text = f"{value.text:atom}.reshape(m, {n})" + ("" if as_is else f"[:, {self.array(chosen)}]")
        if len(unique) < len(places):
            text = f"np.add.reduceat({text}, {self.array(starts)}, axis=1)"
        if not block.batched:
            where = target if len(block.shape) == 1 else f"{target}.reshape({size})"
            return [f"    {where}[{self.array(unique)}] {how} {text}.sum(0)"]
        where = target if len(block.shape) == 1 else f"{target}.reshape(m, {size})"
        return [f"    {where}[:, {self.array(unique)}] {how} {text}"]

    def send(self, b: int, block: Block, d: Any, full: bool) -> list[Sent]:
        """What block b with cotangent d sends to its arguments."""
        if block.kind in ("each", "terms"):
            return [s for i, a in enumerate(block.arguments) if self.is_active(a) for s in self.send_each(b, block, d, full, i, a)]
        if block.kind == "sum":
            argument = block.arguments[0]
            if block.shape or block.batched:
                d = d if not isinstance(d, Symbol) or not full else _symbol(f"{d.text:atom}[..., None]")
            return [self.reduced(block, Sent(argument, d, False, left_shape(argument)))] if self.is_active(argument) else []
        if block.kind == "rows":
            return self.send_rows(block, d if not block.shape and not block.batched else self.materialised(block, d, full))
        d = self.materialised(block, d, full)
        return self.send_product(block, d)

    def is_active(self, argument: Argument) -> bool:
        return any(self.blocks[b].active for b in blocks_of(argument))

    def materialised(self, block: Block, d: Any, full: bool) -> Symbol:
        """A cotangent with all its axes."""
        if full and isinstance(d, Symbol):
            return d
        if not block.shape and not block.batched:
            return d if isinstance(d, Symbol) else _symbol(_in_full(d))
        return _symbol(f"np.full({self.full_shape(block)}, {_in_full(d)})")

    def send_each(self, b: int, block: Block, d: Any, full: bool, i: int, argument: Argument) -> list[Sent]:
        inputs = [self.operand(a, block) for a in block.arguments]
        y = _symbol(self.names[b]) if b in self.names else None
        p = self.partial(block, i, y, inputs)
        if p is None:
            return []
        extent = self.extent(block, i)
        if extent.comparison and not isinstance(d, Symbol):
            formula: Any = _symbol(f"{_in_full(d)} * {p.text:power}", "product")
        else:
            formula = d * p
        covers = full or any(j < 0 or self.covers(block.arguments[j], block) for j in extent.needs)
        covers = covers or not block.shape and not block.batched
        both = full and isinstance(d, Symbol) and isinstance(p, Symbol) and not extent.comparison and any(
            j < 0 or self.covers(block.arguments[j], block) for j in extent.needs)
        return [self.reduced(block, Sent(argument, formula, covers, block.shape, (d, p) if both else None))]

    def partial(self, block: Block, i: int, y: Any, inputs: list[Any]) -> Any:
        """The partial as a Symbol or number, or None; operations without a NumPy form are called."""
        writer = self

        class Called(Symbol):
            __slots__ = ()

            def __operation__(self, op: ops.Operation, arguments: Sequence[Any]) -> Any:
                if op.numpy is None:
                    writer.functions[op.name] = op.on_arrays
                    return Called(Text(f"{op.name}({', '.join(map(_in_full, arguments))})"), "numpy")
                found = Symbol.__operation__(self, op, arguments)
                return Called(found.text, "numpy") if isinstance(found, Symbol) else found
        called = [Called(x.text, "numpy") if isinstance(x, Symbol) else x for x in inputs]
        found = rule(block)(i, Called(y.text, "numpy") if y is not None else None, called)
        return _symbol(str(found), found.text.level) if isinstance(found, Symbol) else found

    def covers(self, argument: Argument, block: Block) -> bool:
        """Whether an argument has the block's full shape by itself."""
        if isinstance(argument, Literal):
            return not isinstance(argument.number, float) and not block.batched
        if block.batched and not self.batched(argument):
            return False
        return isinstance(argument, Gather) or all(st or n == 1 for st, n in zip(argument.strides, argument.shape))

    def reduced(self, block: Block, s: Sent) -> Sent:
        """What was sent, summed over the axes along which the argument was broadcast."""
        argument = s.argument
        to_batched = self.batched(argument)
        zero = [k for k, (st, n) in enumerate(zip(argument.strides, argument.shape)) if st == 0 and n > 1] \
            if isinstance(argument, View) else []
        if not zero and not (block.batched and not to_batched):
            return s
        formula = s.formula
        shape = ["m"] * block.batched + [str(n) for n in s.shape]
        if not s.full or not isinstance(formula, Symbol):
            formula = _symbol(f"np.broadcast_to({_in_full(formula)}, ({', '.join(shape)}{',' * (len(shape) == 1)}))")
        axes = ([0] if block.batched and not to_batched else []) + [k + block.batched for k in zero]
        everything = len(axes) == len(shape)
        if axes == [0] and len(shape) == 2:
            formula = _symbol(f"{self.ones(shape[0])} @ {formula.text:power}", "product")
        elif len(axes) == 1 and s.product is not None and not everything:
            formula = _symbol(f"np.vecdot({s.product[0]}, {s.product[1]}, axis={axes[0]})")
        else:
            text = "" if everything else str(axes[0]) if len(axes) == 1 else str(tuple(axes))
            formula = _symbol(f"{formula.text:atom}.sum({text})")
        if not isinstance(argument, View):
            return Sent(argument, formula, True, s.shape)
        left = [(n, st) for k, (n, st) in enumerate(zip(argument.shape, argument.strides)) if k not in zero]
        small = View(argument.block, tuple(n for n, _ in left), argument.base, tuple(st for _, st in left))
        source = self.blocks[argument.block]
        if prod(small.shape) == prod(source.shape) and small.shape != source.shape and small.base == 0 and \
                small.strides == contiguous(small.shape):
            formula = _symbol(f"{formula.text:atom}.reshape({self.full_shape(source)})")
            small = View(argument.block, source.shape, 0, contiguous(source.shape))
        return Sent(small, formula, True, small.shape)

    def send_rows(self, block: Block, d: Any) -> list[Sent]:
        left, right = block.arguments
        column = d if not block.shape and not block.batched else _symbol(f"{d.text:atom}[..., None]")
        if same(left, right):
            return [self.reduced(block, Sent(left, 2.0 * column * self.read(left, None), True, left_shape(left)))]
        sent = []
        for mine, other in ((left, right), (right, left)):
            if self.is_active(mine):
                factor = self.read(other, block.batched, broadcast=True)
                formula = column * factor
                full = self.covers(other, block) or bool(block.shape) and isinstance(formula, Symbol) and left_shape(other)[-1] == 1
                sent.append(self.reduced(block, Sent(mine, formula, full, left_shape(mine))))
        return sent

    def send_product(self, block: Block, d: Symbol) -> list[Sent]:
        """(8) for the left factors and (7) without D for the right ones."""
        left, right = block.arguments
        A, B = self.factors(block)
        a_batched, b_batched, a_axes, b_axes, team = self.layout(block)
        sent = []
        if self.is_active(left):
            sent.append(Sent(left, self.by_left(block, d, B, a_batched, b_batched, a_axes, b_axes, team), True, left_shape(left)))
        if self.is_active(right):
            sent.append(Sent(right, self.by_right(block, d, A, a_batched, b_batched, a_axes, b_axes, team), True, left_shape(right)))
        return sent

    def by_left(self, block: Block, d: Symbol, B: Symbol, a_batched: bool, b_batched: bool, a_axes: int, b_axes: int,
                team: bool) -> Symbol:
        D, B_ = d.text, B.text
        if team or (a_batched and a_axes == 2 and b_axes == 2):
            text = f"{D:atom}.swapaxes(-1, -2) @ {B_:atom}"
            return _symbol(f"({text}).sum(0)") if block.batched and not a_batched else _symbol(text, "product")
        if a_axes == 2 and b_axes == 2:
            if b_batched:
                return _symbol(f"np.tensordot({D}, {B_}, ((0, 1), (0, 1)))")
            return _symbol(f"{D:atom}.T @ {B_:atom}", "product")
        if a_axes == 2:
            if a_batched:
                return _symbol(f"{D:atom}[..., None] * {_row(B_, b_batched)}", "product")
            return _symbol(f"{D:atom}.T @ {B_:atom}" if b_batched else f"{D:atom}[:, None] * {B_:atom}", "product")
        if a_batched and b_batched:
            return _symbol(f"np.einsum('mb,mbk->mk', {D}, {B_})")
        if b_batched:
            return _symbol(f"np.tensordot({D}, {B_}, ((0, 1), (0, 1)))")
        return _symbol(f"{D:product} @ {B_:atom}", "product")

    def by_right(self, block: Block, d: Symbol, A: Symbol, a_batched: bool, b_batched: bool, a_axes: int, b_axes: int,
                 team: bool) -> Symbol:
        D, A_ = d.text, A.text
        if team or b_axes == 2 and a_axes == 2:
            text = f"{D:product} @ {A_:atom}"
            return _symbol(f"({text}).sum(0)") if block.batched and not b_batched else _symbol(text, "product")
        if b_axes == 2:
            if b_batched:
                return _symbol(f"{D:atom}[..., None] * {_row(A_, a_batched)}", "product")
            return _symbol(f"{D:atom}.T @ {A_:atom}" if a_batched else f"{D:atom}[:, None] * {A_:atom}", "product")
        if a_batched and b_batched:
            return _symbol(f"np.einsum('ma,mak->mk', {D}, {A_})")
        if a_batched:
            return _symbol(f"np.tensordot({D}, {A_}, ((0, 1), (0, 1)))")
        return _symbol(f"{D:product} @ {A_:atom}", "product")

    # The gradient --------------------------------------------------------------------------------------------------------------

    def gradient(self, size: int, to_parameters: list[Sent], to_inputs: list[Sent], lines: list[str]) -> None:
        """Lines that lay what was sent to the parameters into `grad`, in their order."""
        both = [i for i, p in enumerate(self.tape.parameters) if p in self.tape.inputs]
        written, zeros = np.zeros(size, dtype=bool), False
        body: list[str] = []
        to_parameters.sort(key=lambda s: -prod(s.argument.shape))          # all of theta first: the rest adds to it
        for s in to_parameters:
            places = _all_places(s.argument, PARAMETERS, self.blocks)
            first = not written[places].any()
            zeros |= not (first or written[places].all())
            named = isinstance(s.argument, View) and (self.views.get((s.argument, False)) or self.views.get((s.argument, True)))
            if named and isinstance(s.formula, Symbol) and not str(s.formula).isidentifier() and "d" + named[0] not in self.written_names(body):
                body.append(f"    d{named[0]} = {s.formula}")
                s = s._replace(formula=_symbol("d" + named[0]))
            body += self.scatter("grad", PARAMETERS, s, "=" if first else "+=") if not self.is_all(s) else \
                [f"    grad[:] {'=' if first else '+='} {s.formula}"]
            written[places] = True
        if both:
            body += self.input_gradient(both, to_inputs)
            written[both] = True
        start = f"    grad = np.{'zeros' if zeros or not written.all() else 'empty'}({size})"
        if body and body[0].startswith("    grad[:] = ") and not body[0].split(" = ")[1].isidentifier():
            start, body = body[0].replace("grad[:]", "grad"), body[1:]
        lines += [start, *body]

    def written_names(self, lines: list[str]) -> set[str]:
        return {line.split(" = ")[0].strip() for line in lines}

    def is_all(self, s: Sent) -> bool:
        return isinstance(s.argument, View) and self.is_whole(s.argument)

    def input_gradient(self, both: list[int], sent: list[Sent]) -> list[str]:
        """Parameters that are inputs, too: their derivative is that by the input, summed over the samples."""
        lines = [f"    dx = np.zeros((m, {len(self.tape.inputs)}))"]
        for s in sent:
            lines += self.scatter("dx", INPUTS, s, "+=")
        columns = np.array([self.tape.inputs.index(self.tape.parameters[i]) for i in both])
        return [*lines, f"    grad[{self.array(np.array(both))}] = dx.sum(0)[{self.array(columns)}]"]


def rule(block: Block) -> Any:
    """The partials of an elementwise block as a function (i, y, inputs)."""
    if block.kind == "terms" and block.op is ops.dot:       # a dot without rest: its rule wants the rest, 0
        return lambda i, y, inputs: ops.dot.partial(i, y, (*inputs, 0.0))
    return block.op.partial                                                             # type: ignore[union-attr]


# Views as text ---------------------------------------------------------------------------------------------------------------------

def view_text(name: str, source: Shape, view: View, batched: bool, broadcast: bool) -> str | None:
    """A view of an array of shape `source` as NumPy: reshape, slice, transpose; None where that does not do.

    With `broadcast`, axes of stride 0 have length 1, or are left out where they lead.
    """
    axes = sorted(((st, n, k) for k, (st, n) in enumerate(zip(view.strides, view.shape)) if st != 0 and n > 1), reverse=True)
    size = prod(source)
    lead = ":, " if batched else ""
    if any(st == 0 and n > 1 for st, n in zip(view.strides, view.shape)) and not broadcast:
        return None
    if any(st < 0 for st, _, _ in axes):
        return None
    if not axes:
        if not source:
            text = name
        else:
            at = ", ".join(str(i) for i in np.unravel_index(view.base, source))
            text = f"{name}[{lead}{at}]"
    else:
        found = _sliced(name, source, size, view.base, axes, batched)
        if found is None:
            return None
        text = found
        order = [k for _, _, k in axes]
        if order != sorted(order):
            perm = [order.index(k) for k in sorted(order)]
            if batched:
                perm = [0] + [p + 1 for p in perm]
            text = f"{text}.T" if perm == [1, 0] else f"{text}.transpose({', '.join(map(str, perm))})"
    kept = {k for _, _, k in axes}
    if broadcast:
        first = 0 if batched else min(kept, default=len(view.shape))
        marks = [":" if k in kept else "None" for k in range(first, len(view.shape))]
        if "None" not in marks or not kept and not batched:
            return text
        return f"{text}[{lead}{', '.join(marks)}]"
    if len(kept) < len(view.shape):                         # axes of length 1
        shape = ", ".join((["m"] if batched else []) + [str(n) for n in view.shape])
        return f"{text}.reshape({shape})" if view.shape else text
    return text


def _sliced(name: str, source: Shape, size: int, base: int, axes: list[tuple[int, int, int]], batched: bool) -> str | None:
    """The part of an array with these strides, largest first, as reshape and slices."""
    strides, lengths = [st for st, _, _ in axes], [n for _, n, _ in axes]
    lead = [":"] if batched else []
    if len(axes) == 1 and len(source) == 1:
        stop = base + (lengths[0] - 1) * strides[0] + 1
        part = f"{base}:{stop}" + (f":{strides[0]}" if strides[0] > 1 else "")
        return name if (base, stop) == (0, size) and strides[0] == 1 else f"{name}[{', '.join([*lead, part])}]"
    if any(a % b for a, b in zip(strides, strides[1:])):
        return None
    inner = [a // b for a, b in zip(strides, strides[1:])] + ([strides[-1]] if strides[-1] > 1 else [])
    if size % strides[0]:
        if len(source) != 1:
            return None
        start = min(base, size - lengths[0] * strides[0])
        if start < 0:
            return None
        name = f"{name}[{', '.join([*lead, f'{start}:{start + lengths[0] * strides[0]}'])}]"
        base, size, source = base - start, lengths[0] * strides[0], (lengths[0] * strides[0],)
    elif len(source) == 1 and lengths[0] * strides[0] < size:
        start = base // strides[0] * strides[0]
        stop = start + lengths[0] * strides[0]
        if stop <= size:
            name = f"{name}[{', '.join([*lead, f'{start}:{stop}'])}]"
            base, size, source = base - start, lengths[0] * strides[0], (lengths[0] * strides[0],)
    radix = [size // strides[0], *inner]
    digits, rest = [], base
    for k in range(len(radix)):
        step = prod(radix[k + 1:])
        digits.append(rest // step)
        rest %= step
    lengths = lengths + [1] * (len(radix) - len(lengths))
    parts = []
    for digit, n, r, k in zip(digits, lengths, radix, range(len(radix))):
        if digit + n > r:
            return None
        parts.append(str(digit) if k == len(axes) else ":" if n == r else f"{digit}:{digit + n}")
    if tuple(radix) != tuple(source):
        name = f"{name}.reshape({', '.join((['m'] if batched else []) + [str(r) for r in radix])})"
    while parts and parts[-1] == ":":
        parts.pop()
    return f"{name}[{', '.join([*lead, *parts])}]" if parts else name


def contiguous(shape: Shape) -> Shape:
    """The strides of a contiguous array, 0 for axes of length 1."""
    return tuple(prod(shape[k + 1:]) if n > 1 else 0 for k, n in enumerate(shape))


def places_of(view: View) -> np.ndarray:
    """The places of a view, as an array of its shape."""
    places = np.full(view.shape, view.base)
    for k, (n, st) in enumerate(zip(view.shape, view.strides)):
        places += (np.arange(n) * st).reshape(-1, *[1] * (len(view.shape) - k - 1))
    return places


def _all_places(argument: Argument, block: int, blocks: list[Block]) -> np.ndarray:
    if isinstance(argument, View):
        return places_of(argument).ravel()
    start = 0
    for b in argument.blocks:
        size = prod(blocks[b].shape)
        if b == block:
            places = argument.places.ravel()
            return places[(places >= start) & (places < start + size)] - start
        start += size
    return np.zeros(0, dtype=np.intp)


def same(a: Argument, b: Argument) -> bool:
    """Whether two arguments are the same numbers or places."""
    return type(a) is type(b) and all(np.array_equal(x, y) for x, y in zip(a, b))


def left_shape(argument: Argument) -> Shape:
    """The shape of an argument."""
    return np.shape(argument.number) if isinstance(argument, Literal) else argument.shape


def _row(text: Text, batched: bool) -> str:
    return f"{text:atom}[:, None]" if batched else f"{text:atom}"


def _symbol(text: str, level: str = "atom") -> Symbol:
    return Symbol(Text(text, level), "numpy")


def _in_full(x: Any) -> str:
    return str(x) if isinstance(x, Symbol) else repr(float(x))


def _mentions(name: str, lines: Sequence[str]) -> bool:
    return any(re.search(rf"\b{re.escape(name)}\b", line) for line in lines)


def _keyword(name: str) -> bool:
    import keyword
    return keyword.iskeyword(name)


def _spelt(array: np.ndarray) -> str:
    """An array as Python source."""
    if array.size <= INLINE:
        return f"np.array({array.tolist()!r}, dtype={array.dtype.name!r})".replace("inf", "np.inf")
    packed = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return f"np.frombuffer(base64.b64decode({packed!r}), dtype={array.dtype.str!r}).reshape({array.shape})"
