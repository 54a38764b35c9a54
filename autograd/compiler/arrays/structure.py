"""The structural operations of the array program: how arrays are taken from and put into others,
summed and multiplied.

Each is a class: what it needs to know beside its inputs, a function that makes an Array of it,
and `back`, its rule in reverse mode. Legend: y is the Array, d its cotangent, which may have
fewer or shorter axes than y and then broadcasts; a place is an index into a flat array, without
the axis of the samples.
"""
from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from autograd import ops
from autograd.compiler.arrays.array import (SAMPLES, Array, Misfit, Numbers as Numbers, Operand,
                                            Shape, Structural as Structural, broadcast_shape,
                                            elementwise, inner, is_batched, is_comparison, lead,
                                            numbers as numbers, padded, shape_of)
from autograd.compiler.arrays.places import (Slicing, Strided, inverse, places_of, slicing, strided,
    whole, without_broadcast)


FEW = 4  # so many times as many places as sources have: one row for all of them
SPARSE = 8  # what many numbers are added to has at most so many times as many places


class Part(NamedTuple):
    """What is sent to an array, or to some of its places."""

    value: Operand
    # None: to all of it; Strided, or an array of places, none twice; the number of a result
    where: Any = None


# Where the program begins ---------------------------------------------------------------------


class Named(Structural):
    """An argument of the program, or an array it makes of them: theta, x, m, ones."""

    def __init__(self, name: str) -> None:
        self.name = name


def one_number(array: np.ndarray) -> Operand:
    """A constant array, or the number that all its entries are."""
    return float(array.flat[0]) if array.size and (array == array.flat[0]).all() else numbers(array)


def ones(size: Any) -> Array:
    """A row of ones, for sums over a first axis: ones @ a is a sum, and fast."""
    return (
        Array(Named("ones"), (), (SAMPLES,)) if size == SAMPLES else numbers(np.ones(size), "ones")
    )


# Taken from arrays ----------------------------------------------------------------------------


class View(Structural):
    """Places base + i * stride_0 + j * stride_1 + ...; an axis of stride 0 has length 1 and
    broadcasts.
    """

    def __init__(self, places: Strided, slicing: Slicing) -> None:
        self.places, self.slicing = places, slicing

    def taken_from(self, y: Array) -> Operand:
        return y.inputs[0]

    def order_of_axes(self) -> tuple[int, ...] | None:
        """How the axes are transposed, where it is all of the source; else None."""
        run, radix, entries, order, new_axes = self.slicing
        everything = run is None and radix is None and all(e == slice(None) for e in entries)
        return order if everything and not new_axes else None

    def back(self, i: int, y: Array, d: Operand) -> Part:
        source, small = y.inputs[0], without_broadcast(self.places)
        sizes = self.sizes_in_source(y, d) if shape_of(d) else None
        if sizes is not None:
            return Part(reshape(d, (*lead(d), *sizes)))
        if isinstance(d, Array) and d.shape:
            d = reshape(full(d, y.shape), (*lead(y), *small.shape))
        return placed(d, source, small)

    def sizes_in_source(self, y: Array, d: Array) -> Shape | None:
        """The shape in which d, the cotangent of y, broadcasts to the source; None where it does
        not.
        """
        source, small = inner(y.inputs[0]), without_broadcast(self.places)
        order = self.order_of_axes()
        if d.shape != y.shape and order is not None:
            sizes = padded(inner(d), len(order))
            if sum(n != 1 for n in sizes) <= 1:
                return tuple(sizes[order.index(k)] for k in range(len(sizes)))
        if small == whole(small.shape) and prod(small.shape) == prod(source):
            return regrouped(padded(inner(d), len(inner(y))), inner(y), source)
        return None


def view(source: Array, places: Strided) -> Array:
    """Some places of a source, as slices where they do it; the source itself where it is all of
    them.
    """
    if places == whole(inner(source)):
        return source
    sizes = tuple(1 if st == 0 else n for n, st in zip(places.shape, places.strides))
    if isinstance(source.op, Numbers):
        chosen = places_of(places._replace(shape=sizes))
        return numbers(source.op.numbers.reshape(-1)[chosen], source.op.stem)
    if places.shape == () and isinstance(source.op, View) and not is_of_argument(source):
        there = int(places_of(without_broadcast(source.op.places)).flat[places.base])
        return view(source.inputs[0], Strided((), there, ()))
    slices = slicing(places, inner(source))
    if slices is None:
        return take((source,), places_of(places._replace(shape=sizes)))
    return Array(View(places, slices), (source,), (*lead(source), *sizes))


def is_of_argument(x: Array) -> bool:
    """Whether x is a part of an argument of the program, which has a name of its own."""
    return isinstance(x.inputs[0].op, Named)


def placed(value: Operand, target: Array, places: Strided) -> Part:
    """A value for some places of a target; for all of it where a reshape or a transpose makes it
    that.
    """
    shape = inner(target)
    if prod(places.shape) != prod(shape):
        return Part(value, places if slicing(places, shape) else places_of(places).ravel())
    if not isinstance(value, Array) or not value.shape:
        return Part(value)
    if places == whole(places.shape):
        return Part(reshape(value, (*lead(value), *shape)))
    turned = inverse(places_of(places), shape)
    found = None if turned is None else strided(turned)
    if turned is None:
        return Part(value, places)
    return Part(take((value,), turned) if found is None else view(value, found))


class Take(Structural):
    """Any places of one array, or of several flat ones one after the other."""

    def __init__(self, places: np.ndarray) -> None:
        self.places = places
        # what y was last sent, and the row that all of its sources are sent by it
        self.sent: tuple[Operand, Array] | None = None

    def takes_all(self, sources: Sequence[Array]) -> bool:
        """Whether it is the sources as they are, one after the other."""
        count = sum(prod(inner(x)) for x in sources)
        return self.places.shape == (count,) and bool((np.diff(self.places) == 1).all())

    def taken_from(self, y: Array) -> Operand:
        return y.inputs[0] if len(y.inputs) == 1 else None

    def back(self, i: int, y: Array, d: Operand) -> Part:
        source = y.inputs[i]
        start, size = sum([prod(inner(s)) for s in y.inputs[:i]]), prod(inner(source))
        chosen, unique, starts = self.taken(start, size)
        if not shape_of(d) and is_batched(y) == is_batched(source):
            times = np.diff([*starts, len(chosen)])
            value = d * one_number(times.astype(float))
            return at_places(value, unique, source) if len(unique) < size else in_all(value, source)
        some = clipped(d, start, size) if self.extends(source, y) else None
        if some is not None:
            return Part(reshape(some, source.shape))
        value = full(d, y.shape)
        if is_batched(y) and not is_batched(source):
            value = total(value, (0,))
        if len(unique) < len(chosen) and not is_batched(value) and size <= SPARSE * len(chosen):
            return Part(reshape(self.added(value, y, d, (start, size)), source.shape))
        return self.in_order(value, source, chosen, unique, starts)

    def added(self, value: Array, y: Array, d: Operand, stretch: tuple[int, int]) -> Array:
        """A stretch of the sources, one after the other, to which a value, full of d, is added."""
        flat, (start, size) = self.places.ravel(), stretch
        every = sum(prod(inner(x)) for x in y.inputs)
        if len(y.inputs) == 1 or FEW * every > len(flat):
            chosen = np.nonzero((flat >= start) & (flat < start + size))[0]
            return scattered(value, chosen, flat - start, size)
        if self.sent is None or self.sent[0] is not d:
            self.sent = d, scattered(value, np.arange(len(flat)), flat, every)
        return view(self.sent[1], Strided((size,), start, (1,) if size > 1 else (0,)))

    def in_order(
        self, value: Operand, source: Array, chosen: np.ndarray, unique: np.ndarray,
        starts: np.ndarray,
    ) -> Part:
        """The numbers of a value sent to places of a source, sorted and summed for each."""
        value = take((value,), chosen)
        if len(unique) < len(chosen):
            value = run_sums(value, starts)
        size = prod(inner(source))
        if len(unique) == size:
            return Part(reshape(value, source.shape if is_batched(value) else inner(source)))
        return at_places(value, unique, source)

    def taken(self, start: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which of the places are in the source that starts there, in its order; its places that
        are taken, each once; and where each of these begins among the first.
        """
        flat = self.places.ravel()
        chosen = np.nonzero((flat >= start) & (flat < start + size))[0]
        chosen = chosen[np.argsort(flat[chosen], kind="stable")]
        unique, starts = np.unique(flat[chosen] - start, return_index=True)
        return chosen, unique, starts

    def extends(self, source: Array, y: Array) -> bool:
        """Whether y is the source with constants at its ends."""
        alone = all(x is source or isinstance(x.op, Numbers) for x in y.inputs)
        return alone and self.takes_all(y.inputs) and not is_batched(y) and len(y.inputs) > 1


def in_all(value: Operand, target: Array) -> Part:
    """A row of values, or one number, for all places of a target."""
    return Part(reshape(value, inner(target)) if shape_of(value) else value)


def at_places(value: Operand, places: np.ndarray, target: Array) -> Part:
    """A row of values for places of a target, none twice; for a slice where they are one."""
    if len(places) == 1:
        single = reshape(value, lead(value)) if shape_of(value) else value
        return Part(single, Strided((), int(places[0]), ()))
    found = strided(places) if len(inner(target)) == 1 else None
    return Part(value, places if found is None or slicing(found, inner(target)) is None else found)


def take(sources: Sequence[Array], places: np.ndarray) -> Array:
    """Any places of the sources; the source, reshaped, where it is all of them in their order."""
    batch = (SAMPLES,) if any(map(is_batched, sources)) else ()
    if len(sources) == 1 and isinstance(sources[0].op, Numbers):
        return numbers(sources[0].op.numbers.reshape(-1)[places], sources[0].op.stem)
    if len(sources) == 1 and np.array_equal(places.ravel(), np.arange(prod(inner(sources[0])))):
        return reshape(sources[0], (*batch, *places.shape))
    regular = strided(places) if len(sources) == 1 and places.size else None
    if (
        regular is not None
        and 0 not in np.array(regular.strides)[np.array(places.shape) > 1]
        and slicing(regular, inner(sources[0])) is not None
    ):
        return view(sources[0], regular)
    return Array(Take(places), tuple(sources), (*batch, *places.shape))


class RunSums(Structural):
    """Sums over runs of the last axis; each begins at one of `starts` and ends before the next."""

    def __init__(self, starts: np.ndarray) -> None:
        self.starts = starts


def run_sums(x: Array, starts: np.ndarray) -> Array:
    """Sums over runs of the last axis."""
    if isinstance(x.op, Numbers):
        return numbers(np.add.reduceat(x.op.numbers, starts))
    return Array(RunSums(starts), (x,), (*lead(x), len(starts)))


class Scatter(Structural):
    """Each number of a row added to its place in another one, of that size."""

    def __init__(self, places: np.ndarray, size: int) -> None:
        self.places, self.size = places, size


def scattered(x: Array, chosen: np.ndarray, places: np.ndarray, size: int) -> Array:
    """Some numbers of x, each added to its place in a row of that size; places of all of x."""
    if x.op is ops.neg and x.inputs[0].shape == x.shape:
        found: Array = -scattered(x.inputs[0], chosen, places, size)
        return found
    row = take((x,), chosen)
    return Array(Scatter(places[chosen], size), (reshape(row, (len(chosen),)),), (size,))


class Reshape(Structural):
    """The same numbers in another shape."""

    def taken_from(self, y: Array) -> Operand:
        return y.inputs[0]

    def back(self, i: int, y: Array, d: Operand) -> Part:
        return Part(reshape(full(d, y.shape), y.inputs[0].shape) if shape_of(d) else d)


def regrouped(sizes: Shape, shape: Shape, other: Shape) -> Shape | None:
    """The sizes of what broadcasts from `sizes` to `shape`, when this is reshaped to another one;
    None where axes that broadcast and others come together.
    """
    found: list[int] = []
    left, right = list(zip(sizes, shape)), list(other)
    while left and right:
        axes, new = [left.pop(0)], [right.pop(0)]
        while (a := prod([n for _, n in axes])) != (b := prod(new)):
            if not (left if a < b else right):
                return None
            axes, new = ([*axes, left.pop(0)], new) if a < b else (axes, [*new, right.pop(0)])
        along = {size == 1 for size, n in axes if n != 1}
        if len(along) > 1:
            return None
        found += [1] * len(new) if along == {True} else new
    return (*found, *right)


def reshape(x: Array, shape: Shape) -> Array:
    """x in another shape; one number of an array is taken as such."""
    if shape == () and isinstance(x.op, View):
        return view(x.inputs[0], Strided((), x.op.places.base, ()))
    while x.shape != shape and is_reshaped(x):
        x = x.inputs[0]
    if isinstance(x.op, Numbers) and SAMPLES not in shape:
        return numbers(x.op.numbers.reshape(shape), x.op.stem)
    return x if x.shape == shape else Array(Reshape(), (x,), shape)


def is_reshaped(x: Array) -> bool:
    """Whether x is another Array in another shape."""
    if isinstance(x.op, View):
        places = without_broadcast(x.op.places)
        return places == whole(places.shape) and prod(inner(x)) == prod(inner(x.inputs[0]))
    return isinstance(x.op, Reshape)


class Broadcast(Structural):
    """x with all axes of a shape."""

    def taken_from(self, y: Array) -> Operand:
        return y.inputs[0]

    def back(self, i: int, y: Array, d: Operand) -> Part:
        return Part(reduced(d, shape_of(y.inputs[0]), y.shape))


def full(x: Operand, shape: Shape) -> Array:
    """x with all axes of a shape; the samples' axis stays the first."""
    if not isinstance(x, Array) or x.shape == shape:
        return x if isinstance(x, Array) else Array(Broadcast(), (x,), shape)
    if is_batched(x):
        x = reshape(x, (SAMPLES, *padded(inner(x), len(shape) - 1)))
    if broadcast_shape(x.shape, shape) != shape:
        raise Misfit(f"an array of shape {x.shape} does not broadcast to {shape}")
    return x if x.shape == shape else Array(Broadcast(), (x,), shape)


# Put together ---------------------------------------------------------------------------------


class Assemble(Structural):
    """An array in which each input is added to its places."""

    def __init__(
        self, places: list[Strided | np.ndarray | None], first: list[bool], covered: bool
    ) -> None:
        self.places = places
        self.first = first  # whether an input is the first at its places
        self.covered = covered  # whether every place is written by an input that is the first there


def assembled(parts: Sequence[Part], shape: Shape, copied: bool = False) -> Operand:
    """The sum of the parts of an array of that shape; it is an array of its own, to be written to,
    where it is `copied`.
    """
    everywhere = [p.value for p in parts if p.where is None]
    if len(everywhere) == len(parts) and not copied:
        return summed(everywhere)
    somewhere = [p for p in parts if p.where is not None]
    parts = [*([Part(summed(everywhere))] if everywhere else []), *sorted(somewhere, key=extent)]
    where = [p.where for p in parts]
    first, covered = order_of_writing(where, prod(shape[1:] if SAMPLES in shape else shape))
    return Array(Assemble(where, first, covered), tuple([p.value for p in parts]), shape)


def order_of_writing(where: Sequence[Any], size: int) -> tuple[list[bool], bool]:
    """Whether each is the first at its places, among so many; and whether those cover all."""
    written, first, covered = np.zeros(size, dtype=bool), [], True
    for places in where:
        at = flat_index(places)
        first.append(not written[at].any())
        covered &= first[-1] or bool(written[at].all())
        written[at] = True
    return first, covered and bool(written.all())


def flat_index(where: Strided | np.ndarray | None) -> Any:
    """Places, None for all, as an index of a flat array."""
    if where is None:
        return slice(None)
    return places_of(where).ravel() if isinstance(where, Strided) else where


def clipped(x: Operand, start: int, count: int) -> Array | None:
    """A stretch of a row that is put together of slices, as the sum of parts of these; None where
    it is no such row, or they end in it.
    """
    if not isinstance(x, Array) or not isinstance(x.op, Assemble) or len(x.shape) != 1:
        return None
    found = []
    for value, where in zip(x.inputs, x.op.places):
        if where is None:
            where = whole(x.shape)
        if not isinstance(where, Strided) or where.strides != (1,) or not shape_of(value):
            return None
        first = start - where.base
        if not 0 <= first <= where.shape[0] - count:
            return None
        minus = value.op is ops.neg
        part = view(value.inputs[0] if minus else value, Strided((count,), first, (1,)))
        found.append(-part if minus else part)
    return full(summed(found), (count,))


def extent(part: Part) -> tuple[int, int]:
    """What parts are sorted by: the largest first, of equal ones the one that begins first."""
    places = places_of(part.where) if isinstance(part.where, Strided) else part.where
    return -places.size, int(places.flat[0])


def summed(values: Sequence[Operand]) -> Operand:
    """The sum of some values."""
    found = values[0]
    for value in values[1:]:
        found = found + value
    return found


# Sums -----------------------------------------------------------------------------------------


class Sum(Structural):
    """The sum over some axes."""

    def __init__(self, axes: tuple[int, ...]) -> None:
        self.axes = axes

    def back(self, i: int, y: Array, d: Operand) -> Part:
        return Part(with_axes(d, y.shape, self.axes))


def with_axes(d: Operand, shape: Shape, axes: tuple[int, ...]) -> Operand:
    """A cotangent of that shape with axes of length 1 put in, to broadcast over what was summed."""
    if not shape_of(d):
        return d
    sizes = list(padded(d.shape, len(shape)))
    for axis in axes:
        sizes.insert(axis, 1)
    return reshape(d, tuple(sizes))


def total(x: Array, axes: tuple[int, ...], inside: bool = False) -> Array:
    """The sum of x over some axes, in the fastest form there is for it; x is needed for nothing
    else if it is `inside`.
    """
    if isinstance(x.op, Broadcast) and not shape_of(x.inputs[0]):  # the same number again and again
        times = [x.shape[k] for k in axes]
        return full(repeated(x.inputs[0], times), without_axes(x.shape, axes))
    if x.op is ops.neg and x.inputs[0].shape == x.shape:
        found: Array = -total(x.inputs[0], axes, inside)
        return found
    if isinstance(x.op, Numbers):
        return numbers(np.sum(x.op.numbers, axis=axes), x.op.stem)
    product = as_product(x, axes, inside)
    return Array(Sum(axes), (x,), without_axes(x.shape, axes)) if product is None else product


def as_product(x: Array, axes: tuple[int, ...], inside: bool) -> Array | None:
    """The sum of x over one axis as a product: of the factors of x, or with a row of ones."""
    if len(axes) != 1:
        return None
    labels = LABELS[: len(x.shape)]
    left = labels.replace(labels[axes[0]], "")
    square = x.op is ops.pow and x.inputs[1] == 2.0
    if square and not is_batched(x):
        return contract(x.inputs[0], labels, x.inputs[0], labels, left)
    found = summed_product(x, axes[0]) if inside else None
    if found is not None:
        return found
    if axes == (0,) and len(x.shape) == 2:
        return contract(ones(x.shape[0]), labels[0], x, labels, left)
    return None


def summed_product(x: Array, axis: int) -> Array | None:
    """The sum along an axis of a product of two arrays of its shape, or of a table and a row along
    that axis; None of anything else.
    """
    labels = LABELS[: len(x.shape)]
    left = labels.replace(labels[axis], "")
    if is_product(x):
        return contract(x.inputs[0], labels, x.inputs[1], labels, left)
    row = repeated_row(x, axis)
    if row is None:
        return None
    table = next(f for f in x.inputs if f.shape == x.shape)
    return contract(table, labels, row, labels[axis], left)


def repeated_row(x: Array, axis: int) -> Array | None:
    """The row along an axis by which x is a table multiplied; None for anything else."""
    if x.op is not ops.mul or len(x.shape) != 2 or not all(
        isinstance(f, Array) and not is_comparison(f) for f in x.inputs
    ):
        return None
    shapes = [padded(f.shape, 2) for f in x.inputs]
    if x.shape not in shapes or with_ones(x.shape, (1 - axis,)) not in shapes or 1 in x.shape:
        return None
    return reshape(x.inputs[1 - shapes.index(x.shape)], (x.shape[axis],))


def without_axes(shape: Shape, axes: tuple[int, ...]) -> Shape:
    """A shape without some of its axes."""
    return tuple(n for k, n in enumerate(shape) if k not in axes)


def total_of_terms(x: Array, axes: tuple[int, ...]) -> Array:
    """The sum of x over some axes; of an array times or by a single number, that of the array,
    times or by it.
    """
    if x.op not in (ops.mul, ops.div):
        return total(x, axes)
    a, b = x.inputs
    if isinstance(a, Array) and a.shape == x.shape and not shape_of(b) and not is_comparison(a):
        found: Array = elementwise(x.op, (total(a, axes), b))
    elif x.op is ops.mul and isinstance(b, Array) and b.shape == x.shape and not (
        shape_of(a) or is_comparison(b)
    ):
        found = a * total(b, axes)
    else:
        found = total(x, axes)
    return found


def repeated(x: Operand, sizes: Sequence[Any]) -> Operand:
    """x times some sizes."""
    for n in sizes:
        x = x * (Array(Named("m"), (), ()) if n == SAMPLES else float(n))
    return x


def is_product(x: Array) -> bool:
    """Whether x is a product of two arrays of its own shape."""
    return x.op is ops.mul and all(
        isinstance(f, Array) and f.shape == x.shape and not is_comparison(f) for f in x.inputs
    )


def reduced(value: Operand, shape: Shape, over: Shape, inside: bool = False) -> Operand:
    """A value of shape `over`, or that broadcasts to it, summed over the axes along which `shape`
    broadcasts to it.

    The value itself is needed for nothing else if it is `inside`.
    """
    rank = len(over)
    has, wanted = padded(shape_of(value), rank), padded(shape, rank)
    along = [k for k in range(rank) if wanted[k] == 1 != over[k]]
    axes = tuple([k for k in along if has[k] != 1])
    value = repeated(value, [over[k] for k in along if k not in axes])
    if axes:
        value = total(reshape(value, has), axes, inside)
        has = with_ones(has, axes)
    if shape_of(value) or shape and axes:
        return reshape(value, has[rank - len(shape) :])
    return value


def with_ones(shape: Shape, axes: tuple[int, ...]) -> Shape:
    """A shape in which some axes have length 1."""
    return tuple([1 if k in axes else n for k, n in enumerate(shape)])


# Products -------------------------------------------------------------------------------------

LABELS = "abcdefgh"  # of axes; the samples' axis may have any


class Contract(Structural):
    """The product of two arrays, summed over some axes: sum over k of A[i, k] B[j, k] is left "ik",
    right "jk", out "ji".

    Each label of an input stands in the other one, in the output, or in both. The lecture's (6),
    z = W f, is one, and so are what it sends back: (7), W^T dz, and (8), dz f^T.
    """

    def __init__(self, left: str, right: str, out: str) -> None:
        self.left, self.right, self.out = left, right, out

    def back(self, i: int, y: Array, d: Operand) -> Part | None:
        A, B = y.inputs
        mine, others = (self.left, self.right)[:: 1 - 2 * i]
        if mine == others:  # rows with rows
            rows = with_axes(d, y.shape, tuple(k for k, c in enumerate(mine) if c not in self.out))
            if A is B:  # squares: what both are sent is sent to the first
                return Part(2.0 * rows * A) if i == 0 else None
            return Part(rows * y.inputs[1 - i])
        if is_ones(y.inputs[1 - i]) and mine.replace(others, "") == self.out:
            axis = mine.index(others)  # a sum along an axis; the first one broadcasts as it is
            return Part(with_axes(d, y.shape, (axis,)) if axis else d)
        again = of_symmetric(i, y, d)
        if again is not None:
            return Part(again)
        return Part(contract(full(d, y.shape), self.out, y.inputs[1 - i], others, mine))


def is_ones(x: Operand) -> bool:
    """Whether x is a row of ones, of those made here for sums."""
    op = x.op
    return isinstance(op, Named) and op.name == "ones" or (
        isinstance(op, Numbers) and op.stem == "ones" and len(x.shape) == 1)


def of_symmetric(i: int, y: Array, d: Operand) -> Operand:
    """What y = X b sends to b where X is a symmetric matrix of numbers and its cotangent is c b:
    X^T c b is c y, as in the derivative of the quadratic form b^T X b; None for anything else.
    """
    X, b = y.inputs[1 - i], y.inputs[i]
    mine, others = (y.op.left, y.op.right)[:: 1 - 2 * i]
    if not isinstance(X.op, Numbers) or len(others) != 2 or X.shape[0] != X.shape[1]:
        return None
    c = 1.0
    if isinstance(d, Array) and d.op is ops.mul and not isinstance(d.inputs[0], Array):
        c, d = d.inputs
    if d is not b or mine.translate(str.maketrans(others, others[::-1])) != y.op.out:
        return None
    return c * y if np.array_equal(X.op.numbers, X.op.numbers.T) else None


def contract(A: Array, left: str, B: Array, right: str, out: str) -> Array:
    """The product of A and B, their axes labelled, summed over the labels that are not in `out`."""
    if left == right:
        found = of_rows(A, B, left, out)
        if found is not None:
            return found
    else:
        (A, left), (B, right) = untransposed(A, left), untransposed(B, right)
    size = {**dict(zip(left, A.shape)), **dict(zip(right, B.shape))}
    if tuple(size[c] for c in left + right) != A.shape + B.shape:
        raise Misfit(f"{left}, {right} do not label arrays of shapes {A.shape} and {B.shape}")
    return Array(Contract(left, right, out), (A, B), tuple(size[c] for c in out))


def of_rows(A: Array, B: Array, labels: str, out: str) -> Array | None:
    """The product of rows with rows, where there is a shorter form for it."""
    found = of_outer_product(A, B) if len(labels) == 1 and not out else None
    axes = tuple([k for k, c in enumerate(labels) if c not in out])
    return found or times_one_number(A, B, axes) or times_one_number(B, A, axes)


def of_outer_product(A: Array, B: Array) -> Array | None:
    """The sum over i, j of u[i] v[j] B[i, j] where one is u[i] v[j] and the other one B, flat."""
    for one, other in ((A, B), (B, A)):
        factors = outer_factors(one)
        if factors is not None:
            u, v = factors
            inside = reshape(other, (*u.shape, *v.shape))
            return contract(u, "a", contract(inside, "ab", v, "b", "a"), "a", "")
    return None


def times_one_number(x: Array, other: Array, axes: tuple[int, ...]) -> Array | None:
    """The sum of products with x over some axes, where x is one number again and again."""
    if not isinstance(x.op, Broadcast) or shape_of(x.inputs[0]):
        return None
    found: Array = x.inputs[0] * total(other, axes)
    return found


def outer_factors(x: Array) -> tuple[Array, Array] | None:
    """u and v where x is u[i] v[j] for all i and j, flat; else None."""
    if (
        is_batched(x)
        or not isinstance(x.op, (View, Reshape))
        or isinstance(x.op, View)
        and x.op.places != whole(x.shape)
    ):
        return None
    product = x.inputs[0]
    if (
        product.op is not ops.mul
        or len(product.shape) != 2
        or SAMPLES in product.shape
        or prod(product.shape) != x.shape[0]
    ):
        return None
    u, v = product.inputs
    if shape_of(u) != (product.shape[0], 1) or shape_of(v) not in (
        (product.shape[1],),
        (1, product.shape[1]),
    ):
        return None
    return reshape(u, product.shape[:1]), reshape(v, product.shape[1:])


def untransposed(x: Array, labels: str) -> tuple[Array, str]:
    """A factor and its labels; for a view that is transposed the view as it lies, and its labels in
    that order.
    """
    if not isinstance(x.op, View) or not x.op.slicing.order or x.op.slicing.new_axes:
        return x, labels
    first, places = len(lead(x)), x.op.places
    order = sorted(range(len(places.shape)), key=lambda k: -places.strides[k])
    as_it_lies = Strided(
        tuple(places.shape[k] for k in order), places.base, tuple(places.strides[k] for k in order)
    )
    return view(x.inputs[0], as_it_lies), labels[:first] + "".join(labels[first + k] for k in order)
