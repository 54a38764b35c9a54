"""Third room: each block gets a shape, and each of its arguments becomes a view of another block where it can.

An argument of a block is an array of places in another block. Where place = base + i * stride_0 + j * stride_1 + ..., it is
a view of that block, or a broadcast where a stride is 0. A block of dots whose rows of left factors meet all rows of right
factors is a matrix product. Whatever is neither is gathered by an array of places. The order of the nodes within a block is
free: it is chosen so that its arguments are views.
"""
from __future__ import annotations

from collections.abc import Sequence
from math import prod
import numpy as np

from autograd import ops
from autograd.compiler.blocks import Argument, Block, Gather, Literal, Plan, Shape, blocks_of
from autograd.compiler.group import Group
from autograd.compiler.places import as_view, factor, inner_sizes, shape_from, teams
from autograd.compiler.ragged import same_length, same_length_dots
from autograd.compiler.record import CONSTANT, INPUT, PARAMETER, Tape
from autograd.ops import Operation

FEW = 4                             # dots and sums of so few terms, taken from here and there, are written out


def plan(tape: Tape, grouped: list[Group]) -> Plan:
    """The tape as blocks with shapes and arguments."""
    return _Planner(tape).plan(grouped)


class _Planner:
    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.kinds = np.array(tape.kinds)
        self.block_of = np.full(len(tape.kinds), -1)
        self.place_of = np.zeros(len(tape.kinds), dtype=np.intp)
        self.numbers = np.zeros(len(tape.kinds))
        self.numbers[list(tape.constants)] = list(tape.constants.values())
        self.blocks: list[Block] = []

    def plan(self, grouped: list[Group]) -> Plan:
        kinds, parameters = self.kinds, set(self.tape.parameters)
        for kind in (PARAMETER, INPUT):
            leaves = np.nonzero(kinds == kind)[0]
            listed = tuple(leaves.tolist())
            active = any(i in parameters for i in listed)
            self.keep(Block(None, "leaf", (len(listed),), (), listed, kind == INPUT, active), leaves, np.arange(len(listed)))
        for op, ids, args in grouped:
            if op is ops.dot:
                for some, left, right in same_length_dots(ids, args, self.tape.zero):
                    self.dots(some, left, right)
            elif op is ops.sum:
                for some, terms in same_length(ids, args, self.tape.zero):
                    self.sums(some, terms)
            else:
                self.each(op, np.array(ids), np.array(args))
        return Plan(self.blocks, self.block_of, self.place_of)

    def keep(self, block: Block, ids: np.ndarray, places: np.ndarray) -> None:
        self.block_of[ids] = len(self.blocks)
        self.place_of[ids] = places
        self.blocks.append(block)

    def add(self, op: Operation, kind: str, shape: Shape, arguments: Sequence[Argument], ids: np.ndarray,
            places: np.ndarray) -> None:
        sources = [b for a in arguments for b in blocks_of(a)]
        self.keep(Block(op, kind, shape, tuple(arguments), tuple(ids.tolist()), any(self.blocks[b].batched for b in sources),
                        any(self.blocks[b].active for b in sources)), ids, places)

    # Elementwise operations ------------------------------------------------------------------------------------------------

    def each(self, op: Operation, ids: np.ndarray, args: np.ndarray, kind: str = "each") -> None:
        """A block of elementwise operations, in the order of its leading argument."""
        columns = list(args.T)
        order = self.leading_order(columns)
        if order is not None:
            ids, columns = ids[order], [c[order] for c in columns]
        shape = self.common_shape(columns)
        self.add(op, kind, shape, [self.argument(c, shape) for c in columns], ids, np.arange(len(ids)))

    def leading_order(self, columns: list[np.ndarray]) -> np.ndarray | None:
        """How to sort the nodes: by the places of the argument that has the most different ones."""
        best, most = None, 0
        for c in columns:
            if self.kinds[c[0]] == CONSTANT or not self.in_one_block(c):
                continue
            different = len(np.unique(self.place_of[c]))
            if different > most:
                best, most = c, different
        return None if best is None else np.argsort(self.place_of[best], kind="stable")

    def common_shape(self, columns: list[np.ndarray]) -> Shape:
        """The coarsest shape in which each argument is a view; flat where there is none."""
        n = len(columns[0])
        if n == 1:
            return ()
        cuts = set()
        for c in columns:
            if (self.kinds[c] == CONSTANT).all() or not self.in_one_block(c):
                continue
            places = self.place_of[c]
            source = self.blocks[self.block_of[c[0]]]
            if prod(source.shape) == n and (places == np.arange(n)).all():
                cuts |= inner_sizes(source.shape)
                continue
            axes = factor(places)
            if axes is not None:
                cuts |= inner_sizes([length for length, _ in axes])
        return shape_from(cuts, n)

    # Arguments ---------------------------------------------------------------------------------------------------------------

    def in_one_block(self, ids: np.ndarray) -> bool:
        blocks = self.block_of[ids]
        return blocks.flat[0] >= 0 and bool((blocks == blocks.flat[0]).all())

    def argument(self, ids: np.ndarray, shape: Shape) -> Argument:
        """The ids, reshaped to `shape`, as numbers, as a view of a block, or as a gather."""
        flat = ids.ravel()
        constant = self.kinds[flat] == CONSTANT
        if constant.all():
            numbers = self.numbers[flat]
            return Literal(float(numbers[0]) if (numbers == numbers[0]).all() else numbers.reshape(shape))
        if constant.any():
            self.numbers_as_block(np.unique(flat[constant]))
        if self.in_one_block(flat):
            places = self.place_of[flat].reshape(shape)
            view = as_view(int(self.block_of[flat[0]]), places)
            if view is not None:
                return view
        return self.gather(flat, shape)

    def numbers_as_block(self, ids: np.ndarray) -> None:
        """Numbers that stand among other things get a block of their own, to be gathered from."""
        ids = ids[self.block_of[ids] < 0]
        if len(ids):
            self.keep(Block(None, "numbers", (len(ids),), (Literal(self.numbers[ids]),), tuple(ids.tolist()), False, False),
                      ids, np.arange(len(ids)))

    def gather(self, ids: np.ndarray, shape: Shape) -> Gather:
        blocks = np.unique(self.block_of[ids])
        starts = np.zeros(len(self.blocks), dtype=np.intp)
        starts[blocks] = np.cumsum([0] + [prod(self.blocks[b].shape) for b in blocks])[:-1]
        return Gather(tuple(blocks.tolist()), shape, (starts[self.block_of[ids]] + self.place_of[ids]).reshape(shape))

    # Sums --------------------------------------------------------------------------------------------------------------------

    def sums(self, ids: np.ndarray, args: np.ndarray) -> None:
        """A block of sums over the last axis of its argument."""
        if args.shape[1] <= (FEW if len(ids) > 1 else 2 * FEW) and not self.in_one_block(args) or args.shape[1] <= 2:
            self.each(ops.sum, ids, args, "terms")
            return
        if self.in_one_block(args):
            args = np.take_along_axis(args, np.argsort(self.place_of[args], axis=1, kind="stable"), axis=1)
            order = np.argsort(self.place_of[args[:, 0]], kind="stable")
            ids, args = ids[order], args[order]
        shape = self.common_shape_of_rows(args)
        self.add(ops.sum, "sum", shape[:-1], [self.argument(args, shape)], ids, np.arange(len(ids)))

    def common_shape_of_rows(self, args: np.ndarray) -> Shape:
        """The shape in which rows of arguments, (n, k), are a view, with k as its last axis."""
        n, k = args.shape
        cuts = {k} if n > 1 else set()
        if self.in_one_block(args):
            axes = factor(self.place_of[args].ravel())
            if axes is not None:
                cuts |= {c for c in inner_sizes([length for length, _ in axes]) if c % k == 0}
        return (*(shape_from({c // k for c in cuts if c > k}, n) if n > 1 else ()), k)

    # Dots --------------------------------------------------------------------------------------------------------------------

    def dots(self, ids: np.ndarray, left: np.ndarray, right: np.ndarray) -> None:
        """Dots as a matrix product, as several of one size, or row by row."""
        n, k = left.shape
        if self.in_one_block(left):                         # the terms of a dot in the order of their left factors
            terms = np.argsort(self.place_of[left], axis=1, kind="stable")
            left, right = np.take_along_axis(left, terms, axis=1), np.take_along_axis(right, terms, axis=1)
        if n > 1 and not self.one_number(left) and not self.one_number(right) and self.product(ids, left, right):
            return
        if n == 1 and k > 1 and self.one_neuron(left[0], right[0]):
            factors = [self.argument(row, (k,)) for row in (left[0], right[0])]
            return self.add(ops.dot, "matmul", (), factors, ids, np.zeros(1, dtype=np.intp))
        if k == 1:
            self.each(ops.mul, ids, np.hstack((left, right)))
            return
        if k <= (FEW if n > 1 else 2 * FEW) and not (self.in_one_block(left) and self.in_one_block(right)):
            self.each(ops.dot, ids, np.hstack((left, right)), "terms")
            return
        order = self.leading_order([left[:, 0], right[:, 0]])
        if order is not None:
            ids, left, right = ids[order], left[order], right[order]
        shape = (*self.common_shape([left[:, 0], right[:, 0]]), k)
        self.add(ops.dot, "rows", shape[:-1], [self.argument(left, shape), self.argument(right, shape)], ids, np.arange(n))

    def one_neuron(self, left: np.ndarray, right: np.ndarray) -> bool:
        """Whether it is the same row of weights for every sample: a layer of one neuron."""
        return self.in_one_block(left) and self.in_one_block(right) and not self.blocks[self.block_of[left[0]]].batched \
            and self.blocks[self.block_of[right[0]]].batched

    def one_number(self, ids: np.ndarray) -> bool:
        """Whether all ids are constants of the same number."""
        return bool((ids == ids.flat[0]).all()) and self.kinds[ids.flat[0]] == CONSTANT

    def product(self, ids: np.ndarray, left: np.ndarray, right: np.ndarray) -> bool:
        """Add the dots as matrix products, if rows of left and right factors meet like rows and columns."""
        a, a_of = self.distinct_rows(left)
        b, b_of = self.distinct_rows(right)
        if len(a) == len(ids) and len(b) == len(ids):
            return False
        team_a, team_b = teams(a_of, b_of, len(a), len(b))
        count = int(team_a.max()) + 1
        if len(a) % count or len(b) % count:
            return False
        rows, columns = len(a) // count, len(b) // count
        full = count * rows * columns
        if (np.bincount(team_a, minlength=count) != rows).any() or (np.bincount(team_b, minlength=count) != columns).any():
            return False
        k = left.shape[1]
        if 3 * len(ids) < full or rows * columns == 1 or k == 1 and (count > 1 or rows == 1 or columns == 1):
            return False
        order_a, order_b = np.argsort(team_a, kind="stable"), np.argsort(team_b, kind="stable")
        in_a, in_b = np.empty(len(a), np.intp), np.empty(len(b), np.intp)
        in_a[order_a], in_b[order_b] = np.arange(len(a)) % rows, np.arange(len(b)) % columns
        places = (team_a[a_of] * columns + in_b[b_of]) * rows + in_a[a_of]
        if len(np.unique(places)) != len(ids):
            return False                                        # the same dot twice
        team = (count,) if count > 1 else ()
        high = (rows,) if team or rows > 1 else ()
        wide = (columns,) if team or columns > 1 else ()
        self.add(ops.dot, "matmul", (*team, *wide, *high), [self.argument(a[order_a], (*team, *high, k)),
                                                           self.argument(b[order_b], (*team, *wide, k))], ids, places)
        return True

    def distinct_rows(self, args: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The different rows of args in the order of their places, and for each row which of them it is."""
        n, k = args.shape
        weights = np.random.default_rng(k).integers(1, 2**62, k, dtype=np.uint64)
        keys = args.astype(np.uint64) @ weights                 # wraps round; equal rows have equal keys
        _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        rows = args[first]
        if not (rows[which] == args).all():                     # two different rows with one key
            rows, which = np.unique(args, axis=0, return_inverse=True)
            which = which.ravel()
            first = np.array([np.nonzero(which == i)[0][0] for i in range(len(rows))])
        heads = rows[:, 0]
        order = np.lexsort((first, self.place_of[heads], self.block_of[heads]))
        rank = np.empty(len(rows), np.intp)
        rank[order] = np.arange(len(rows))
        return rows[order], rank[which]
