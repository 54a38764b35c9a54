"""How blocks are read: each argument of a block as text, and the constant arrays of the program."""
from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from autograd.compiler.blocks import INPUTS, PARAMETERS, Argument, Block, Gather, Literal, Plan, View, blocks_of
from autograd.compiler.formula import Formula, formula
from autograd.compiler.names import Names
from autograd.compiler.record import Tape
from autograd.compiler.views import contiguous, places_of, view_text


class Arguments:
    """The blocks of a plan, what each is called, and the text of everything that is taken from them."""

    def __init__(self, tape: Tape, plan: Plan) -> None:
        self.tape, self.plan, self.blocks = tape, plan, plan.blocks
        self.free_names = Names()
        self.names: dict[int, str] = {PARAMETERS: "theta", INPUTS: "x"}
        self.formulas: dict[int, Formula] = {}              # blocks that are written where they are used
        self.arrays: dict[str, np.ndarray] = {}             # constants by name
        self.array_names: dict[tuple, str] = {}             # and their names by what is in them
        self.views: dict[tuple[View, bool], tuple[str, str]] = {}   # views of theta: name and text
        self.gathers: dict[tuple, str] = {}                 # gathers that have a name
        self.lines: list[str] | None = None                 # the forward lines, while they are written
        self.kept: set[int] = set()                         # blocks whose values are needed on the way back
        self.adding = False                                 # whether what is read now is added: then it is a bias
        self.needs_ones = False                             # whether an array of m ones is used

    # What an argument is -----------------------------------------------------------------------------------------------------

    def batched(self, argument: Argument) -> bool:
        """Whether it differs from sample to sample: then the samples are its first axis."""
        return any(self.blocks[b].batched for b in blocks_of(argument))

    def is_active(self, argument: Argument) -> bool:
        """Whether it depends on parameters."""
        return any(self.blocks[b].active for b in blocks_of(argument))

    def is_whole(self, view: View) -> bool:
        """Whether a view is all of its block, as it is."""
        return view.shape == self.blocks[view.block].shape and view.base == 0 and view.strides == contiguous(view.shape)

    def covers(self, argument: Argument, block: Block) -> bool:
        """Whether an argument has the full shape of the block by itself, without broadcasting."""
        if isinstance(argument, Literal):
            return not isinstance(argument.number, float) and not block.batched
        if block.batched and not self.batched(argument):
            return False
        return isinstance(argument, Gather) or all(st or n == 1 for st, n in zip(argument.strides, argument.shape))

    # Its text ----------------------------------------------------------------------------------------------------------------

    def operand(self, argument: Argument, block: Block) -> Any:
        """An argument of an elementwise block: a number, or a Formula that broadcasts to the block's shape."""
        return self.read(argument, broadcast=True)

    def read(self, argument: Argument, broadcast: bool = False, stem: str = "") -> Any:
        """An argument as a Formula or a number; with `broadcast`, in a form that NumPy broadcasts to the full shape.

        `stem` is what an array of numbers is called, if it has no name yet.
        """
        if isinstance(argument, Literal):
            return argument.number if isinstance(argument.number, float) else formula(self.array(argument.number, stem))
        if isinstance(argument, Gather):
            return formula(self.gathered(argument))
        b = argument.block
        if self.is_whole(argument):
            return self.formulas[b] if b in self.formulas else formula(self.names[b])
        text = view_text(self.name_of(b), self.blocks[b].shape, argument, self.blocks[b].batched, broadcast)
        if text is None:
            return formula(self.gathered(Gather((b,), argument.shape, places_of(argument))))
        return formula(self.view_of_theta(argument, broadcast, text) if b == PARAMETERS else text)

    def name_of(self, b: int) -> str:
        """A block's name, or its formula in parentheses."""
        return f"({self.formulas[b]})" if b in self.formulas else self.names[b]

    def view_of_theta(self, view: View, broadcast: bool, text: str) -> str:
        """The name of a view of theta, which is taken once, at the top."""
        if (view, broadcast) not in self.views:
            name = self.free_names.parameters(sum(st > 0 for st in view.strides), self.adding)
            self.views[view, broadcast] = name, text
        return self.views[view, broadcast][0]

    def gathered(self, argument: Gather) -> str:
        """A gather as text; one that will be needed again on the way back gets a line and a name."""
        key = (argument.blocks, argument.shape, argument.places.tobytes())
        if key in self.gathers:
            return self.gathers[key]
        text = self.gathering(argument, self.batched(argument), self.array(argument.places))
        if self.lines is not None and self.is_active(argument) and any(b in self.kept for b in argument.blocks):
            name = self.gathers[key] = self.free_names.other()
            self.lines.append(f"    {name} = {text}")
            return name
        return text

    def gathering(self, argument: Gather, batched: bool, places: str) -> str:
        flat = [self.flat(b, batched) for b in argument.blocks]
        if batched:
            source = flat[0] if len(flat) == 1 else f"np.concatenate(({', '.join(flat)}), axis=1)"
            return f"{source}[:, {places}]"
        if len(flat) == 1:
            return f"{flat[0].removesuffix('.ravel()')}.take({places})"
        return f"np.concatenate(({', '.join(flat)})).take({places})"

    def flat(self, b: int, batched: bool) -> str:
        """A block as one row, or as one for each sample."""
        name, block = self.name_of(b), self.blocks[b]
        if not batched:
            return name if len(block.shape) == 1 else f"np.ravel({name})" if not block.shape else f"{name}.ravel()"
        size = prod(block.shape)
        if block.batched:
            return name if len(block.shape) == 1 else f"{name}.reshape(m, {size})"
        return f"np.broadcast_to(np.ravel({name}), (m, {size}))"

    # Constants ---------------------------------------------------------------------------------------------------------------

    def array(self, numbers: np.ndarray, stem: str = "") -> str:
        """The name of a constant array: at1, at2, ... for places, c1, c2, ... for numbers, X1, X2, ... for data."""
        key = (numbers.dtype.kind, numbers.shape, numbers.tobytes())
        if key not in self.array_names:
            stem = stem or ("at" if numbers.dtype.kind == "i" else "c")
            count = 1 + sum(name.rstrip("0123456789_") == stem for name in self.arrays)
            name = self.array_names[key] = self.free_names.free(f"{stem}{count}")
            self.arrays[name] = numbers
        return self.array_names[key]

    def ones(self, n: str) -> str:
        """The name of an array of n ones, for sums over the first axis: ones @ a is a sum, and fast."""
        if n == "m":
            self.needs_ones = True
            return "ones"
        return self.array(np.ones(int(n)), "ones")


def shape_text(block: Block, of_scalar: str = "") -> str:
    """The shape of a block's array as a tuple; `of_scalar` for a number."""
    sizes = ["m"] * block.batched + [str(n) for n in block.shape]
    return tuple_text(sizes) if sizes else of_scalar


def tuple_text(items: list[str]) -> str:
    """A tuple as source."""
    return f"({', '.join(items)}{',' * (len(items) == 1)})"


def commented(line: str, comment: str) -> str:
    """A line of a function with a comment at its side."""
    return f"    {line:<50} # {comment}" if comment else f"    {line}"
