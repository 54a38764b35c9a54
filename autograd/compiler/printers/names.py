"""Names in the source: the lecture's W1, b1, z1, f1 for layers, labels for single nodes, else v1,
v2, ...

A label is text of the user's: only its letters, digits and underscores are used, and never a name
that means something.
"""
from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator
from itertools import count
from string import ascii_lowercase

from autograd import ops

RESERVED = {
    "ones",
    "theta",
    "x",
    "m",
    "t",
    "grad",
    "dx",
    "np",
    "math",
    "value",
    "value_and_grad",
    "base64",
    "len",
    "float",
    "find",
    "range",
    "reversed",
}
LONGEST = 30

# names of straight-line code, beside those of one letter and a number
ELSEWHERE = {"values", "total", "one_value", "one_value_and_grad", "START", "OUTPUTS", "PARAMETERS",
             "PIECES", "outside", "nodes", "forward", "backward", "given", "found", "row"}


def called(name: str) -> str:
    """What an operation is called in the source: its name, after op_ where another has that."""
    if name in ops.BUILT_IN:
        return name
    others = RESERVED | ELSEWHERE | set(dir(builtins))
    if name in others or re.fullmatch(r"op_.*|[^\W\d]{1,3}\d*_*", name):
        return f"op_{name}"
    return name


def marks(name: str) -> Iterator[str]:
    """What tells names apart that would be the same."""
    yield ""
    if name[-1].isdigit():
        yield from ascii_lowercase[1:]
    for n in count(2):
        yield f"_{n}" if name[-1].isdigit() else str(n)


class Names:
    """The names given so far. Who takes a name takes the one of its cotangent, too: z1 and dz1."""

    def __init__(self) -> None:
        self.taken = {*RESERVED, *map(called, ops.TABLE)}
        self.layers = 0  # how many layers have their z
        self.others = 0

    def free(self, name: str) -> str:
        """The name itself if it is free, else W1b, W1c, ... for W1, and loss2, ... for loss."""
        found = next(
            marked
            for marked in map(name.__add__, marks(name))
            if not self.taken & {marked, "d" + marked} and not keyword.iskeyword(marked)
        )
        self.taken |= {found, "d" + found}
        return found

    def label(self, label: str) -> str | None:
        """A name made of a label, None where nothing is left of it."""
        name = re.sub(r"\W+", "_", label[: 10 * LONGEST], flags=re.ASCII).strip("_")[:LONGEST]
        return self.free(name) if name and not name[0].isdigit() else None

    def other(self) -> str:
        """v1, v2, ..."""
        self.others += 1
        return self.free(f"v{self.others}")

    def layer(self) -> str:
        """z of the next layer, as in (6)."""
        self.layers += 1
        return self.free(f"z{self.layers}")

    def activation(self, of: str) -> str | None:
        """f for the z of the same layer, as in (3); None if `of` is no such z or has its f."""
        name = f"f{self.layers}"
        return self.free(name) if of == f"z{self.layers}" and name not in self.taken else None

    def parameters(self, axes: int, added: bool) -> str:
        """W for a matrix of parameters of the next layer, b for what is added, w for a single
        weight.
        """
        kind = "b" if added and axes < 2 else "W" if axes else "w"
        return self.free(f"{kind}{self.layers + 1}")
