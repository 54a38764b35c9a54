"""Arguments as places, and views of places as text: reshape, slice, transpose.

`view_text` is the inverse of what the third room found: a view is base + i * stride_0 + j * stride_1 + ..., and here that
becomes something like `theta[0:48].reshape(16, 3)[:, 0:2]`.
"""
from __future__ import annotations

from math import prod

import numpy as np

from autograd.compiler.blocks import Argument, Block, Literal, Shape, View


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
        found = sliced(name, source, size, view.base, axes, batched)
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


def sliced(name: str, source: Shape, size: int, base: int, axes: list[tuple[int, int, int]], batched: bool) -> str | None:
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
    if len(source) == 1:                                    # the part of whole rows that it lies in
        start, length = min(base, size - lengths[0] * strides[0]), lengths[0] * strides[0]
        if start < 0:
            return None
        if length < size:
            name = f"{name}[{', '.join([*lead, f'{start}:{start + length}'])}]"
        base, size, source = base - start, length, (length,)
    elif size % strides[0]:
        return None
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


def without_broadcast(view: View) -> View:
    """A view without the axes along which it is broadcast."""
    left = [(n, st) for n, st in zip(view.shape, view.strides) if st or n == 1]
    return View(view.block, tuple(n for n, _ in left), view.base, tuple(st for _, st in left))


def places_of(view: View) -> np.ndarray:
    """The places of a view, as an array of its shape."""
    places = np.full(view.shape, view.base)
    for k, (n, st) in enumerate(zip(view.shape, view.strides)):
        places += (np.arange(n) * st).reshape(-1, *[1] * (len(view.shape) - k - 1))
    return places


def places_in(argument: Argument, block: int, blocks: list[Block]) -> np.ndarray:
    """The places in one block that an argument is taken from."""
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


def shape_of(argument: Argument) -> Shape:
    """The shape of an argument."""
    return np.shape(argument.number) if isinstance(argument, Literal) else argument.shape
