"""Third room: each group becomes an Array, and each of its arguments a view of another one where it
can.

An argument of a group is an array of places in another Array. Where place = base + i * stride_0 +
j * stride_1 + ..., it is a view of it, or a broadcast where a stride is 0. A group of dots whose
rows of left factors meet all rows of right factors is a matrix product. Whatever is neither is
gathered by an array of places. The order of the nodes within a group is free: it is chosen so
that its arguments are views.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from math import prod
from typing import Any, NamedTuple

import numpy as np

from autograd import ops
from autograd.compiler.arrays.array import (SAMPLES, Array, Operand, Shape, as_number, elementwise,
    inner, is_batched, lead, padded, shape_of)
from autograd.compiler.patterns import recognized
from autograd.compiler.recognize.group import Group
from autograd.compiler.arrays.places import (Strided, factor, inner_sizes, shape_from, slicing,
    strided, teams)
from autograd.compiler.recognize.extrema import OF_TWO, halved
from autograd.compiler.recognize.fill import Filler
from autograd.compiler.recognize.repeat import Turns
from autograd.compiler.recognize.roll import Roller
from autograd.compiler.recognize.ragged import (as_table, same_length, same_length_dots,
    same_length_extrema)
from autograd.compiler.recognize.record import CONSTANT, INPUT, NODE, PARAMETER, Tape
from autograd.compiler.arrays.structure import (LABELS, Named, Take, contract, full, numbers,
                                                reshape, summed, take, total, total_of_terms, view)
from autograd.compiler.recognize.split import JOINED, RUNS, SLICE, Splitter
from autograd.ops import Operation

FEW = 4  # dots and sums of so few terms, taken from here and there, are written out
LONGER = 8  # sums so many times as long as most are not of their kind
SPLIT = 4  # a group about more Arrays than that stays together
STEPS = 4  # by so many places arguments are stretches of one row
PARTS = 8  # a sum of terms of so many Arrays is a sum of sums, one for each; of more a gather


class Plan(NamedTuple):
    """The tape as Arrays, in an order in which every input comes before its use."""

    arrays: list[Array]  # theta, x, then one for each group of nodes
    ids: list[tuple[np.ndarray, np.ndarray]]  # of the nodes of each, and the place of each node
    output: Operand  # (), or (m,); of K outputs (K,) or (m, K)
    theta: Array  # (P,)
    x: Array  # (m, I)


def plan(tape: Tape, items: Sequence[Group | Turns]) -> Plan:
    """The groups and loops of a tape as Arrays."""
    return _Planner(tape).plan(items)


class _Planner:
    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.kinds = np.array(tape.kinds)
        self.array_of = np.full(len(tape.kinds), -1)  # where each id is: the number of its Array
        self.place_of = np.zeros(len(tape.kinds), dtype=np.intp)
        self.numbers = np.zeros(len(tape.kinds))
        self.numbers[list(tape.constants)] = list(tape.constants.values())
        self.arrays: list[Array] = []
        self.ids: list[tuple[np.ndarray, np.ndarray]] = []
        self.views: dict[tuple[int, Strided], Array] = {}  # a view that is taken twice is one Array
        self.gathers: dict[tuple[tuple[int, ...], Shape, bytes], Array] = {}
        self.splitter = Splitter(self)
        self.recent: tuple[list[tuple[int, ...]], np.ndarray] = [], np.zeros((0, 0), np.intp)

    def plan(self, items: Sequence[Group | Turns]) -> Plan:
        samples = (SAMPLES,) if self.tape.samples else ()
        for kind, name, batch in ((PARAMETER, "theta", ()), (INPUT, "x", samples)):
            leaves = np.nonzero(self.kinds == kind)[0]
            self.keep(Array(Named(name), (), (*batch, len(leaves))), leaves)
        for k, item in enumerate(items):
            if isinstance(item, Group):
                self.group(item)
            elif not Roller(self, item, self.used_by(items[k + 1 :])).roll():
                for group in item.groups():
                    self.group(group)
        return Plan(self.arrays, self.ids, self.output(), self.arrays[0], self.arrays[1])

    def used_by(self, items: Sequence[Group | Turns]) -> set[int]:
        """The ids that some groups use, and those of the outputs."""
        groups = [
            g
            for item in items
            for g in ([item] if isinstance(item, Group) else item.groups())
        ]
        return {a for group in groups for args in group.args for a in args} | set(self.tape.outputs)

    def group(self, group: Group) -> None:
        """Plan a group of nodes."""
        parts = chain.from_iterable(map(self.apart, by_length(self.without_zeros_inside(group))))
        for op, ids, args in parts:
            filler = Filler(self)
            filled = filler.filled(op, ids, args)
            if filled:
                for some, nodes, factors in filled:
                    self.dots(some, nodes, factors)
                if filler.added:
                    self.each(ops.sum, *filler.added)
            elif op is ops.dot:
                for some, left, right in same_length_dots(ids, args, self.tape.zero):
                    self.dots(some, left, right)
            elif op is ops.sum:
                for some, terms in same_length(ids, args, self.tape.zero):
                    self.sums(some, terms)
            elif op in OF_TWO:
                for some, terms in same_length_extrema(ids, args):
                    halved(self, op, some, terms)
            else:
                self.each(op, np.array(ids), self.table(args))

    def table(self, rows: list[tuple[int, ...]]) -> np.ndarray:
        """Rows of one length as an array, which is made once for several looks at a group."""
        if rows is not self.recent[0]:
            self.recent = rows, as_table(rows)
        return self.recent[1]

    def without_zeros_inside(self, group: Group) -> Group:
        """Sums without the zeros in them, but for those of a row, where a neighbour is missing."""
        zero = self.tape.zero
        if group.op is not ops.sum or not any(zero in args for args in group.args):
            return group
        if len(set(map(len, group.args))) == 1:
            table = self.without_zeros(as_table(group.args))
            if self.has_ends(table):
                return Group(group.op, group.ids, list(map(tuple, table.tolist())))
        args = [tuple([a for a in row if a != zero]) or row[:1] for row in group.args]
        return Group(group.op, group.ids, args)

    def has_ends(self, args: np.ndarray) -> bool:
        """Whether rows of few terms overlap, with a 0 or something else at the ends."""
        if args.shape[1] > FEW or self.in_one_block(args):
            return False
        columns = min(self.orders(list(args.T)), key=self.stretches)
        return all(len(self.runs(c)) <= RUNS for c in columns)

    def stretches(self, columns: list[np.ndarray]) -> int:
        """In how many stretches columns of ids are."""
        return sum(len(self.runs(c)) for c in columns)

    def apart(self, group: Group) -> list[Group]:
        """A group as few groups, where parts of it are about other Arrays than the rest: they would
        have to be gathered.
        """
        if len(group.ids) == 1:
            return [group]
        if group.op in OF_TWO or group.op in (ops.dot, ops.sum) and not self.is_short(group):
            parts = self.by_family(group.args)
        else:
            parts = [some[part] for some in self.by_numbers(group)
                     for part in self.splitter.parts(group.op, self.table(group.args)[some])]
        if len(parts) == 1:
            return [group]
        return [
            Group(group.op, [group.ids[i] for i in some], [group.args[i] for i in some])
            for some in (part.tolist() for part in parts)
        ]

    def by_numbers(self, group: Group) -> list[np.ndarray]:
        """Which rows are differences from a number, as at a node of a graph whose value is known,
        and which are of two nodes from here and there; one part where numbers are the ends of a
        row, or few.
        """
        every = np.arange(len(group.ids))
        if group.op is not ops.dot or len(group.args[0]) != 4:
            return [every]
        table = self.table(group.args)
        number = (self.kinds[table[:, :2]] == CONSTANT).any(axis=1)
        if not FEW <= number.sum() < len(every) or self.has_ends(table[:, :2]):
            return [every]
        return [every[~number], every[number]]

    def by_family(self, rows: list[tuple[int, ...]]) -> list[np.ndarray]:
        """Which rows are of each family; one part where there are many families, or small ones."""
        which = self.families(rows)
        sizes = np.bincount(which)
        if len(sizes) > SPLIT:
            return [np.arange(len(rows))]
        return [np.nonzero(which == k)[0] for k in range(len(sizes))]

    def is_short(self, group: Group) -> bool:
        """Whether all are sums of the same few terms, or dots with the same few numbers."""
        length = len(group.args[0])
        if length > 2 * FEW or set(map(len, group.args)) != {length}:
            return False
        if group.op is ops.sum:
            return length <= FEW
        args = self.table(group.args)
        sides = args[:, : length // 2], args[:, length // 2 :]
        return any(
            bool((self.kinds[side] == CONSTANT).all() and (side == side[0]).all()) for side in sides
        )

    def families(self, rows: list[tuple[int, ...]]) -> np.ndarray:
        """The number of each row's family: rows that share no Array, one after the other, are of
        different ones.
        """
        starts = np.cumsum([0, *map(len, rows[:-1])])
        arrays = self.array_of[np.fromiter(chain.from_iterable(rows), np.intp)]
        low = np.minimum.reduceat(np.where(arrays < 0, arrays.max(), arrays), starts)
        high = np.maximum.reduceat(arrays, starts)
        order = np.argsort(low, kind="stable")
        begins = np.concatenate(([False], low[order][1:] > np.maximum.accumulate(high[order])[:-1]))
        which = np.empty(len(rows), np.intp)
        which[order] = np.cumsum(begins)
        return which

    def output(self) -> Operand:
        """The output, or the outputs in a row."""
        ids = np.array(self.tape.outputs)
        found = self.argument(ids[0], ()) if len(ids) == 1 else self.full(ids, (len(ids),))
        return (
            full(found, (SAMPLES, *shape_of(found)))
            if self.tape.samples and not is_batched(found)
            else found
        )

    def keep(self, array: Array, ids: np.ndarray, places: np.ndarray | None = None) -> None:
        """Note an Array and the ids of its nodes, and at which places they are: in a row, if
        nothing is said.
        """
        array = recognized(array)
        self.array_of[ids] = len(self.arrays)
        self.place_of[ids] = places = np.arange(len(ids)) if places is None else places
        self.arrays.append(array)
        self.ids.append((ids, places))

    def state(self) -> dict[str, Any]:
        """What the planner knows, to go back to."""
        return copied(vars(self))

    def go_back(self, state: dict[str, Any]) -> None:
        """Forget what was planned since."""
        vars(self).update(copied(state))

    # Elementwise operations -------------------------------------------------------------------

    def each(self, op: Operation, ids: np.ndarray, args: np.ndarray) -> None:
        """An elementwise operation, its nodes in the order of its leading argument; sums and dots
        of few terms, too.
        """
        columns = list(args.T)
        of_column = self.splitter.of_column
        costs = list(map(of_column, columns))
        order = self.leading_order(columns) if sum(costs) > SLICE * len(columns) else None
        if order is not None:
            ordered = [c[order] for c in columns]
            of_ordered = list(map(of_column, ordered))
            if sum(of_ordered) < sum(costs):  # else as written
                ids, columns, costs = ids[order], ordered, of_ordered
        shape = self.common_shape(columns)
        arguments = self.arguments(columns, shape, [cost >= JOINED for cost in costs])
        found = (
            written_out(op, arguments) if op in (ops.sum, ops.dot) else elementwise(op, arguments)
        )
        batch = (SAMPLES,) if any(map(is_batched, arguments)) else ()
        self.keep(full(as_number(found), (*batch, *shape)), ids)

    def leading_order(self, columns: list[np.ndarray]) -> np.ndarray | None:
        """How to sort the nodes: by the places of the argument that has the most different ones; of
        one that is in several Arrays, by Array and place.
        """
        best, most, several = None, 0, None
        for c in columns:
            if (self.array_of[c] < 0).any():
                continue
            if not self.in_one_block(c):
                several = c
                continue
            different = int(np.count_nonzero(np.bincount(self.place_of[c])))
            if different > most:
                best, most = c, different
        if best is None:
            return self.order_by_most(columns) if several is None else np.lexsort(
                (self.place_of[several], self.array_of[several]))
        return np.argsort(self.place_of[best], kind="stable")

    def order_by_most(self, columns: list[np.ndarray]) -> np.ndarray | None:
        """How to sort nodes of which an argument is often in one Array, and sometimes a number, as
        at the ends of a row: by their places, those of numbers as the other arguments say.
        """
        arrays, places = self.array_of[np.array(columns)], self.place_of[np.array(columns)]
        main = np.bincount(arrays[arrays >= 0]).argmax() if (arrays >= 0).any() else -1
        known = arrays == main
        first = int(known.sum(axis=1).argmax())
        key, done = places[first].astype(float), known[first].copy()
        for c, its in zip(places, known):
            both = its & known[first]
            if both.any():
                new = its & ~done
                key[new] = c[new] - np.median(c[both] - places[first][both])
                done |= new
        return np.argsort(key, kind="stable") if main >= 0 and done.all() else None

    def orders(self, columns: list[np.ndarray]) -> list[list[np.ndarray]]:
        """The columns as they are, and in their leading order."""
        order = self.leading_order(columns) if len(columns[0]) > 1 else None
        return [columns] if order is None else [columns, [c[order] for c in columns]]

    def is_view(self, ids: np.ndarray) -> bool:
        """Whether a column of ids is a view of one Array, forwards."""
        if not self.in_one_block(ids):
            return False
        axes = factor(self.place_of[ids])
        return axes is not None and all(stride >= 0 for _, stride in axes)

    def runs(self, ids: np.ndarray) -> list[np.ndarray]:
        """A column of ids in stretches: numbers, or neighbours in one Array."""
        arrays = np.where(self.kinds[ids] == CONSTANT, -1, self.array_of[ids])
        steps = np.where(arrays[1:] < 0, 1, np.diff(self.place_of[ids]))
        breaks = np.nonzero((np.diff(arrays) != 0) | (steps != 1))[0]
        return np.split(ids, breaks + 1) if len(breaks) < len(ids) // 2 else [ids[:1]] * len(ids)

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
            source = inner(self.source(c))
            if prod(source) == n and (places == np.arange(n)).all():
                cuts |= inner_sizes(source)
                continue
            axes = factor(places)
            if axes is not None:
                cuts |= inner_sizes([length for length, _ in axes])
        return shape_from(cuts, n)

    # Arguments --------------------------------------------------------------------------------

    def in_one_block(self, ids: np.ndarray) -> bool:
        """Whether all ids are in the same Array."""
        arrays = self.array_of[ids]
        return arrays.flat[0] >= 0 and bool((arrays == arrays.flat[0]).all())

    def source(self, ids: np.ndarray) -> Array:
        """The Array of the first id."""
        return self.arrays[int(self.array_of[ids.flat[0]])]

    def arguments(
        self, columns: list[np.ndarray], shape: Shape, joined: list[bool]
    ) -> list[Operand]:
        """Columns of ids as arguments of that shape; where several have to be `joined`, and each is
        what the one before is, a step further, as slices of one array.
        """
        found: list[Operand] = [None] * len(columns)
        several = [k for k, c in enumerate(columns) if joined[k] and len(self.runs(c)) <= RUNS]
        if len(several) > 1 and len(shape) == 1:
            row, starts = overlapping([columns[k] for k in several])
            runs = self.runs(row) if len(row) else []
            if 1 < len(runs) <= RUNS:
                together = self.joined(runs, (len(row),))
                for k, start in zip(several, starts):
                    found[k] = view(together, Strided(shape, start, (1,)))
        return [self.argument(c, shape) if x is None else x for c, x in zip(columns, found)]

    def argument(self, ids: np.ndarray, shape: Shape, stem: str = "") -> Operand:
        """The ids, reshaped to `shape`: a number, or an Array that broadcasts to it."""
        flat = ids.ravel()
        constant = self.kinds[flat] == CONSTANT
        if constant.all():
            found = self.numbers[flat]
            return (
                float(found[0])
                if (found == found[0]).all()
                else numbers(found.reshape(shape), stem)
            )
        if self.in_one_block(flat):
            places = strided(self.place_of[flat].reshape(shape))
            if places is not None:
                return self.view(int(self.array_of[flat[0]]), places)
            turned = self.turned(flat)
            if turned is not None:
                return reshape(turned, (*lead(turned), *shape))
        runs = self.runs(flat)
        if len(runs) <= RUNS and len(flat) > len(runs):
            return self.joined(runs, shape)
        if constant.any():
            self.numbers_as_array(np.unique(flat[constant]))
        return self.gather(flat, shape)

    def turned(self, ids: np.ndarray) -> Array | None:
        """The ids as a view with other axes than they are wanted in, such as the transpose of a
        table column after column; None where they are none.
        """
        places = self.place_of[ids]
        axes = factor(places)
        if axes is None or len(axes) < 2 or min(stride for _, stride in axes) < 1:
            return None
        found = Strided(tuple(n for n, _ in axes), int(places[0]), tuple(st for _, st in axes))
        whole = slicing(found, inner(self.source(ids))) is not None
        return self.view(int(self.array_of[ids[0]]), found) if whole else None

    def joined(self, runs: list[np.ndarray], shape: Shape) -> Array:
        """Stretches of some Arrays, one after the other."""
        ids = np.concatenate(runs)
        # those of the last turn of a loop are in other Arrays after it
        key = (), shape, np.concatenate((ids, self.array_of[ids])).tobytes()
        if key not in self.gathers:
            parts = [self.stretch(ids) for ids in runs]
            self.gathers[key] = put_together(parts, shape)
        return self.gathers[key]

    def stretch(self, ids: np.ndarray) -> Array:
        """A stretch as a row."""
        if len(ids) == 1 and self.kinds[ids[0]] != CONSTANT:
            one = self.argument(ids[0], ())
            return reshape(one, (*lead(one), 1))
        return self.full(ids, (len(ids),))

    def full(self, ids: np.ndarray, shape: Shape, stem: str = "") -> Array:
        """The ids as an Array of that shape, or for each sample one."""
        found = self.argument(ids, shape, stem)
        return (
            full(found, (SAMPLES, *shape) if is_batched(found) else shape)
            if isinstance(found, Array)
            else numbers(np.full(shape, found), stem)
        )

    def view(self, number: int, places: Strided) -> Array:
        """A view of an Array; without leading axes along which it is repeated, unless it has
        samples.
        """
        source = self.arrays[number]
        if not is_batched(source):
            first = next(
                (k for k, st in enumerate(places.strides) if st or places.shape[k] == 1),
                len(places.shape),
            )
            places = Strided(places.shape[first:], places.base, places.strides[first:])
        key = number, places
        if key not in self.views:
            self.views[key] = view(source, places)
        return self.views[key]

    def numbers_as_array(self, ids: np.ndarray) -> None:
        """Numbers that stand among other things get an Array of their own, to be gathered from."""
        ids = ids[self.array_of[ids] < 0]
        if len(ids):
            self.keep(numbers(self.numbers[ids]), ids)

    def gather(self, ids: np.ndarray, shape: Shape) -> Array:
        """Any places of one or several Arrays."""
        sources, first = np.unique(self.array_of[ids], return_index=True)
        sources = sources[np.argsort(first)]  # in the order in which they are met
        starts = np.zeros(len(self.arrays), dtype=np.intp)
        starts[sources] = np.cumsum([0] + [prod(inner(self.arrays[b])) for b in sources])[:-1]
        places = (starts[self.array_of[ids]] + self.place_of[ids]).reshape(shape)
        key = tuple(sources.tolist()), shape, places.tobytes()
        if key not in self.gathers:
            self.gathers[key] = take([self.arrays[b] for b in sources], places)
        return self.gathers[key]

    # Sums -------------------------------------------------------------------------------------

    def sums(self, ids: np.ndarray, args: np.ndarray) -> None:
        """Sums over the last axis of their argument."""
        args = self.without_zeros(args)
        few = FEW if len(ids) > 1 else 2 * FEW  # sums of one or two terms are additions
        if args.shape[1] <= few and not self.in_one_block(args) or args.shape[1] <= 2:
            self.each(ops.sum, ids, args)
            return
        (args,), parts = self.sorted_terms(args)
        if len(parts) > 1:
            return self.sum_of_parts(ids, [args[:, part] for part in parts], self.sums)
        if self.in_one_block(args):
            order = np.argsort(self.place_of[args[:, 0]], kind="stable")
            ids, args = ids[order], args[order]
            if args.shape[1] <= 2 * FEW and self.is_window(args):
                self.each(ops.sum, ids, args)
                return
        terms = self.full(args, self.common_shape_of_rows(args))
        self.keep(total_of_terms(terms, (len(terms.shape) - 1,)), ids)

    def without_zeros(self, args: np.ndarray) -> np.ndarray:
        """Rows of terms without the columns in which all are 0."""
        zeros = (args == self.tape.zero).all(axis=0)
        return args if zeros.all() else args[:, ~zeros]

    def is_window(self, args: np.ndarray) -> bool:
        """Whether rows of terms overlap, as in a moving average: then each column is a slice, and
        their sum faster than that of a gather.
        """
        if len(args) == 1 or not all(map(self.is_view, args.T)) or not self.in_one_block(args):
            return False
        whole = strided(self.place_of[args])
        return whole is None or slicing(whole, inner(self.source(args))) is None

    def sorted_terms(self, *sides: np.ndarray) -> tuple[list[np.ndarray], list[slice]]:
        """Rows of terms, or of their left and right factors, sorted by where they are; and their
        parts.

        Where all rows take as many terms from the same Arrays, those of each are a part,
        otherwise all are one.
        """
        by_array: list[np.ndarray] = []
        if self.are_of_the_same_arrays(sides):
            by_array = [self.array_of[side] for side in sides]
        found = self.in_order(sides, by_array)
        if not by_array:
            return found, [slice(0, sides[0].shape[1])]
        arrays = [self.array_of[side] for side in found]
        changes = np.any([np.diff(a[0]) != 0 for a in arrays], axis=0)
        ends = [0, *(np.nonzero(changes)[0] + 1).tolist(), sides[0].shape[1]]
        if len(ends) > PARTS + 1 or not all(map(are_one_row, arrays)):
            ends = [0, sides[0].shape[1]]
        return found, [slice(a, b) for a, b in zip(ends, ends[1:])]

    def in_order(
        self, sides: Sequence[np.ndarray], by_array: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        """Rows of terms, or of their left and right factors, sorted by Arrays, then by places."""
        places = [self.array_of[side] * len(self.kinds) + self.place_of[side] for side in sides]
        if not by_array and (places[0][:, 1:] > places[0][:, :-1]).all():
            return list(sides)
        order = np.lexsort((*reversed(places), *reversed(by_array)), axis=1)
        return [np.take_along_axis(side, order, axis=1) for side in sides]

    def are_of_the_same_arrays(self, sides: Sequence[np.ndarray]) -> bool:
        """Whether all rows take as many terms from the same Arrays, several of them."""
        arrays = [self.array_of[side] for side in sides]
        if all((a == a[0, 0]).all() for a in arrays):
            return False
        arrays = [np.sort(a, axis=1) for a in arrays]
        return all(map(are_one_row, arrays)) and any(a[0, 0] != a[0, -1] for a in arrays)

    def sum_of_parts(self, ids: np.ndarray, parts: Sequence[Any], add: Callable[..., None]) -> None:
        """Sums as sums of their parts; `add(ids, part)` adds one."""
        columns = []
        for part in parts:
            columns.append(self.fresh(len(ids)))
            add(columns[-1], *(part if isinstance(part, tuple) else (part,)))
        self.each(ops.sum, ids, np.stack(columns, axis=1))

    def constants(self, values: np.ndarray) -> np.ndarray:
        """Ids of numbers, in an array of the same shape."""
        different, which = np.unique(values, return_inverse=True)
        ids = self.fresh(len(different))
        self.kinds[ids], self.numbers[ids] = CONSTANT, different
        return ids[which].reshape(values.shape)

    def fresh(self, count: int) -> np.ndarray:
        """New ids."""
        first = len(self.kinds)
        self.kinds = np.concatenate((self.kinds, np.full(count, NODE)))
        self.array_of = np.concatenate((self.array_of, np.full(count, -1)))
        self.place_of = np.concatenate((self.place_of, np.zeros(count, np.intp)))
        self.numbers = np.concatenate((self.numbers, np.zeros(count)))
        return np.arange(first, first + count)

    def common_shape_of_rows(self, args: np.ndarray) -> Shape:
        """The shape in which rows of arguments, (n, k), are a view, with k as its last axis."""
        n, k = args.shape
        cuts = {k} if n > 1 else set()
        if self.in_one_block(args):
            axes = factor(self.place_of[args].ravel())
            if axes is not None:
                cuts |= {c for c in inner_sizes([length for length, _ in axes]) if c % k == 0}
        return (*(shape_from({c // k for c in cuts if c > k}, n) if n > 1 else ()), k)

    # Dots -------------------------------------------------------------------------------------

    def dots(self, ids: np.ndarray, left: np.ndarray, right: np.ndarray) -> None:
        """Dots as a matrix product, as several of one size, or row by row."""
        n, k = left.shape
        if 1 < k <= FEW < n and self.few_columns(ids, left, right):
            return
        (left, right), slices = self.sorted_terms(left, right)
        parts = [(left[:, part], right[:, part]) for part in slices]
        parts, all_parts = [part for part in parts if not any(map(self.is_zero, part))], parts
        if 0 < len(parts) < len(all_parts):
            return self.dots(ids, *map(np.hstack, zip(*parts)))
        if len(all_parts) > 1 and k > FEW:
            self.sum_of_parts(ids, all_parts, self.dots)
        elif n == 1 or not self.together(ids, left, right):
            self.by_row(ids, left, right)

    def few_columns(self, ids: np.ndarray, left: np.ndarray, right: np.ndarray) -> bool:
        """Add dots of few terms as sums of slices with numbers at their ends, or of gathers."""
        mixed = 0 < (self.kinds[left] == CONSTANT).sum() < left.size
        if mixed and self.stencil(ids, left, right):
            return True
        scattered = self.is_scattered(left, right)
        if scattered:
            self.each(ops.dot, ids, np.hstack((left, right)))
        return scattered

    def is_scattered(self, left: np.ndarray, right: np.ndarray) -> bool:
        """Whether dots are the same few numbers with nodes from here and there, such as the
        differences along the edges of a graph: each column of nodes is a gather then.
        """
        for nodes, factors in ((left, right), (right, left)):
            values = self.numbers[factors]
            if (self.kinds[factors] == CONSTANT).all() and (values == values[0]).all():
                places = np.sort(self.place_of[nodes], axis=1)
                return self.in_one_block(nodes) and factor(places.ravel()) is None
        return False

    def together(self, ids: np.ndarray, left: np.ndarray, right: np.ndarray) -> bool:
        """Add several dots as a sum of slices or as matrix products, if they are."""
        if left.shape[1] <= 2 * FEW and self.stencil(ids, left, right):
            return True
        numbers_alone = self.one_number(left) or self.one_number(right)
        return not numbers_alone and self.product(ids, left, right)

    def by_row(self, ids: np.ndarray, left: np.ndarray, right: np.ndarray) -> None:
        """Add dots row by row, those of few terms written out."""
        n, k = left.shape
        if k == 1:
            self.each(ops.mul, ids, np.hstack((left, right)))
        elif k <= (FEW if n > 1 else 2 * FEW) and not all(map(self.is_one, (left, right))):
            self.each(ops.dot, ids, np.hstack((left, right)))
        else:
            self.rows(ids, left, right)

    def stencil(self, ids: np.ndarray, left: np.ndarray, right: np.ndarray) -> bool:
        """Add dots of the same numbers with a window on some nodes as slices of these."""
        for nodes, factors in ((left, right), (right, left)):
            values = self.numbers[factors]
            constant = (self.kinds[factors] == CONSTANT).all() and not self.one_number(factors)
            if constant and (values == values[0]).all():
                order = np.argsort(self.place_of[nodes[:, 0]], kind="stable")
                if self.is_window(nodes[order]) or self.has_ends(nodes):
                    self.each(ops.dot, ids[order], np.hstack((left, right))[order])
                    return True
        return False

    def rows(self, ids: np.ndarray, left: np.ndarray, right: np.ndarray) -> None:
        """Dots of pairs of rows."""
        if len(ids) == 1 and self.with_repeats(ids, left[0], right[0]):
            return
        order = self.leading_order([left[:, 0], right[:, 0]])
        if order is not None:
            ids, left, right = ids[order], left[order], right[order]
        shape = (*self.common_shape([left[:, 0], right[:, 0]]), left.shape[1])
        A, B = self.argument(left, shape, "X"), self.argument(right, shape, "X")
        for number, other in ((A, right), (B, left)):
            if not isinstance(number, Array):  # all factors on one side are the same number
                if other.shape[1] <= 2 * FEW and self.is_window(other):
                    columns = [self.full(column, (len(ids),)) for column in other.T]
                    return self.keep(number * summed(columns), ids)
                terms = self.full(other, shape)
                return self.keep(number * total(terms, (len(terms.shape) - 1,)), ids)
        (A, a), (B, b) = labelled(A, shape), labelled(B, shape)
        out = SAMPLES * (SAMPLES in a + b) + LABELS[: len(shape) - 1]
        if len(set(out) & set(a + b)) < len(out):  # an axis along which both are the same
            A, a = full(A, (*lead(A), *shape)), SAMPLES * is_batched(A) + LABELS[: len(shape)]
        self.keep(contract(A, a, B, b, out), ids)

    def with_repeats(self, ids: np.ndarray, left: np.ndarray, right: np.ndarray) -> bool:
        """Add a dot of all entries of a table with a row or a column that is repeated, such as the
        sum of a[i] * B[i, j] over all i and j, as that of a[i] and the sums over j.
        """
        if not all(map(self.in_one_block, (left, right))):
            return False
        shape = self.common_shape([left, right])
        sides = [self.argument(side, shape) for side in (left, right)] if len(shape) > 1 else []
        if sum(is_smaller_view(x, len(left)) for x in sides) != 1 or any(map(is_gathered, sides)):
            return False
        factors = []
        for x, y in (sides, sides[::-1]):
            along = [k for k, n in enumerate(padded(inner(y), len(shape))) if n != shape[k]]
            factors.append(summed_along(x, shape, along))
        (A, a), (B, b) = factors
        self.keep(contract(A, a, B, b, SAMPLES * (SAMPLES in a + b)), ids)
        return True

    def is_one(self, ids: np.ndarray) -> bool:
        """Whether all ids are in one Array, or one number."""
        return self.in_one_block(ids) or self.one_number(ids)

    def is_zero(self, ids: np.ndarray) -> bool:
        """Whether all ids are the constant 0."""
        return self.one_number(ids) and self.numbers[ids.flat[0]] == 0.0

    def one_number(self, ids: np.ndarray) -> bool:
        """Whether all ids are constants of the same number."""
        return bool((ids == ids.flat[0]).all()) and self.kinds[ids.flat[0]] == CONSTANT

    def product(self, ids: np.ndarray, left: np.ndarray, right: np.ndarray) -> bool:
        """Add the dots as matrix products, if rows of factors meet like rows and columns."""
        (a, a_of), (b, b_of), k = self.distinct_rows(left), self.distinct_rows(right), left.shape[1]
        if len(a) == len(ids) and len(b) == len(ids):
            return False
        if len(a) * len(b) == len(ids):  # all meet all
            team_a, team_b = np.zeros(len(a), np.intp), np.zeros(len(b), np.intp)
        else:
            team_a, team_b = teams(a_of, b_of, len(a), len(b))
        count = int(team_a.max()) + 1
        rows, columns = len(a) // count, len(b) // count
        if not are_teams_of(rows, team_a, count) or not are_teams_of(columns, team_b, count):
            return False
        if 3 * len(ids) < count * rows * columns or not self.is_worth(a, b, count):
            return False
        (order_a, in_a), (order_b, in_b) = in_teams(team_a, rows), in_teams(team_b, columns)
        places = (team_a[a_of] * columns + in_b[b_of]) * rows + in_a[a_of]
        if np.bincount(places).max() > 1:
            return False                                    # the same dot twice
        team = (count,) * (count > 1)
        high, wide = (rows,) * (count > 1 or rows > 1), (columns,) * (count > 1 or columns > 1)
        A = self.full(a[order_a], (*team, *high, k), "X")
        B = self.full(b[order_b], (*team, *wide, k), "X")
        t, h, w = "t" * len(team), "h" * len(high), "w" * len(wide)
        m_a, m_b = SAMPLES * is_batched(A), SAMPLES * is_batched(B)
        product = contract(A, f"{m_a}{t}{h}k", B, f"{m_b}{t}{w}k", f"{m_a or m_b}{t}{w}{h}")
        self.keep(product, ids, places)
        return True

    def is_worth(self, a: np.ndarray, b: np.ndarray, count: int) -> bool:
        """Whether the rows of so many teams make matrix products, not products of single rows."""
        rows, columns, k = len(a) // count, len(b) // count, a.shape[1]
        one_row = rows == 1 or columns == 1
        if rows * columns == 1 or k == 1 and (count > 1 or one_row):
            return False
        if count == 1 or not one_row or k > FEW:
            return True
        return not any(  # that rows of data are the same says nothing
            len(side) == count and (self.kinds[side] == CONSTANT).all() for side in (a, b)
        )

    def distinct_rows(self, args: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The different rows of args in the order of their places, and for each row which of them
        it is.
        """
        n, k = args.shape
        keys = args.astype(np.uint64) @ weights_of_keys(k)  # wraps round; equal rows, equal keys
        _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        rows = args[first]
        if not (rows[which] == args).all():  # two different rows with one key
            rows, which = np.unique(args, axis=0, return_inverse=True)
            which = which.ravel()
            first = np.array([np.nonzero(which == i)[0][0] for i in range(len(rows))])
        heads = rows[:, 0]
        order = np.lexsort((first, self.place_of[heads], self.array_of[heads]))
        rank = np.empty(len(rows), np.intp)
        rank[order] = np.arange(len(rows))
        return rows[order], rank[which]


@lru_cache(100)
def weights_of_keys(k: int) -> np.ndarray:
    """Weights for rows of k numbers, so that hardly any two different rows have the same sum."""
    return np.random.default_rng(k).integers(1, 2**62, k, dtype=np.uint64)


def copied(state: dict[str, Any]) -> dict[str, Any]:
    """Names and copies of what they stand for, where there are copies of it."""
    return {name: x.copy() if hasattr(x, "copy") else x for name, x in state.items()}


def by_length(group: Group) -> list[Group]:
    """A group of sums without those that are many times as long as most, and these."""
    if group.op not in (ops.sum, ops.dot) or len(group.ids) == 1:
        return [group]
    lengths = np.fromiter(map(len, group.args), np.intp)
    if lengths.max() <= LONGER * lengths.min():
        return [group]
    long = lengths > LONGER * np.median(lengths)
    if not long.any():
        return [group]
    return [
        Group(group.op, [group.ids[i] for i in some], [group.args[i] for i in some])
        for some in (np.nonzero(~long)[0].tolist(), np.nonzero(long)[0].tolist())
    ]


def in_teams(team: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows sorted by team, and the place of each row in its own, all of that size."""
    order = np.argsort(team, kind="stable")
    places = np.empty(len(team), np.intp)
    places[order] = np.arange(len(team)) % size
    return order, places


def overlapping(columns: list[np.ndarray]) -> tuple[np.ndarray, list[int]]:
    """A row of which all columns are stretches, and where each begins in it; an empty row where
    they do not overlap by all but a few.
    """
    row, starts = columns[0], [0]
    for c in columns[1:]:
        for start in chain.from_iterable((s, -s) for s in range(STEPS + 1)):
            ahead, behind = row[max(start, 0) :], c[max(-start, 0) :]
            n = min(len(ahead), len(behind))
            if n > STEPS and (ahead[:n] == behind[:n]).all():
                row = np.concatenate((c[: max(-start, 0)], row, behind[n:]))
                starts = [s + max(-start, 0) for s in starts] + [max(start, 0)]
                break
        else:
            return row[:0], []
    return row, starts


def put_together(parts: Sequence[Array], shape: Shape) -> Array:
    """Rows of numbers, one after the other, in a shape."""
    size = prod(shape)
    found = take(parts, np.arange(size))
    return reshape(found, (*lead(found), *shape))


def are_one_row(rows: np.ndarray) -> bool:
    """Whether all rows are the same."""
    return bool((rows == rows[0]).all())


def are_teams_of(size: int, team_of: np.ndarray, count: int) -> bool:
    """Whether each of so many teams has that size; `team_of` has the team of each."""
    return bool((np.bincount(team_of, minlength=count) == size).all())


def labelled(x: Array, shape: Shape) -> tuple[Array, str]:
    """An argument that broadcasts to `shape`, without the axes along which it does, and the labels
    of the others.
    """
    labels, sizes = LABELS[: len(shape)], inner(x)
    sizes = (1,) * (len(shape) - len(sizes)) + sizes
    kept = [k for k, n in enumerate(sizes) if n == shape[k]]
    if sizes[-1] != shape[-1]:  # the same for all terms
        return full(x, (*lead(x), *shape)), SAMPLES * is_batched(x) + labels
    return reshape(x, (*lead(x), *(sizes[k] for k in kept))), SAMPLES * is_batched(x) + "".join(
        labels[k] for k in kept
    )


def is_smaller_view(x: Operand, size: int) -> bool:
    """Whether x is an Array of fewer entries than that."""
    return isinstance(x, Array) and prod(inner(x)) < size


def is_gathered(x: Operand) -> bool:
    """Whether x is one number, or taken from here and there."""
    return not isinstance(x, Array) or isinstance(x.op, Take)


def summed_along(x: Array, shape: Shape, axes: list[int]) -> tuple[Array, str]:
    """What broadcasts to a shape, summed along some axes of it and without those along which it
    broadcasts, and the labels of the axes that are left.
    """
    first, sizes = len(lead(x)), padded(inner(x), len(shape))
    kept = [k for k, n in enumerate(sizes) if n == shape[k]]
    x = reshape(x, (*lead(x), *[sizes[k] for k in kept]))
    along = tuple(first + kept.index(k) for k in axes)
    labels = SAMPLES * first + "".join(LABELS[k] for k in kept if k not in axes)
    return (total(x, along, inside=True) if along else x), labels


def written_out(op: Operation, arguments: Sequence[Operand]) -> Operand:
    """A sum, or a dot without a rest, of few terms as additions."""
    n = len(arguments) // 2
    terms = arguments if op is ops.sum else [a * b for a, b in zip(arguments[:n], arguments[n:])]
    return summed(terms)
