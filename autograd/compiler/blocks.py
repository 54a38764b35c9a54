"""Blocks and their arguments: what the third room makes and the fourth writes down."""
from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import numpy as np

from autograd.ops import Operation

PARAMETERS, INPUTS = 0, 1           # the first two blocks of every plan

Shape = tuple[int, ...]


class View(NamedTuple):
    """places = base + sum over axes of index * stride, in the flat array of a block."""
    block: int
    shape: Shape
    base: int
    strides: Shape


class Gather(NamedTuple):
    """Any places, of one block or of several one after the other."""
    blocks: tuple[int, ...]
    shape: Shape
    places: np.ndarray              # into the concatenation of the flat blocks


class Literal(NamedTuple):
    """Numbers: one for all, or an array."""
    number: Any


Argument = Any                      # View, Gather or Literal


class Block(NamedTuple):
    """Nodes that are computed together, as one array of this shape."""
    op: Operation | None            # None for the parameters and the inputs
    kind: str                       # "leaf", "numbers", "each" (elementwise), "sum" (over the last axis), "terms" (sums
                                    # and dots of few terms, written out), "matmul", or "rows" (dots of pairs of rows)
    shape: Shape
    arguments: tuple[Argument, ...]
    ids: tuple[int, ...]            # the ids of its nodes
    batched: bool                   # whether it depends on the inputs, and so is computed for each sample
    active: bool                    # whether it depends on the parameters, and so has a derivative


class Plan(NamedTuple):
    """The blocks in order, and for each id its block and its place there."""
    blocks: list[Block]
    block_of: np.ndarray
    place_of: np.ndarray


def blocks_of(argument: Argument) -> tuple[int, ...]:
    """The blocks an argument is taken from."""
    return (argument.block,) if isinstance(argument, View) else argument.blocks if isinstance(argument, Gather) else ()
