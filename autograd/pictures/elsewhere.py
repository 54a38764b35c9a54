"""Which grads of a drawn graph are more than what its edges bring.

The graph of one entry of a layer shows one of the paths from there to the loss; the grads are those
of all paths. Such a picture says so, or its numbers could not be followed.
"""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from autograd.value import Value
from autograd.words.labels import shorten
from autograd.words.local import recorded_or_none

NAMED = 3                           # names in the line that says so
LONGEST = 18                        # characters of a name
TOLERANCE = 1e-6                    # relative to what is added up


def legend_with(legend: str, found: Sequence[Value], title: Mapping[Value, str]) -> str:
    """The legend, and a line that names the operations found, whose grad comes from elsewhere too.

    title   what the picture calls each Value
    """
    if not found:
        return legend
    names = [shorten(title[v], LONGEST) for v in found[:NAMED]]
    more = [f"{len(found) - NAMED} more"] if len(found) > NAMED else []
    return f"{legend}\ngrad of {', '.join(names + more)}: also from paths or passes not drawn here"


def from_elsewhere(order: Sequence[Value], outputs: Sequence[Value]) -> list[Value]:
    """Operations with a grad that is not upstream times local, summed over the edges drawn.

    Leaves add up over passes, so that theirs need not be; outputs have theirs from outside.
    """
    found = {v: (0.0, 0.0) for v in order}                      # the sum, and that of the sizes
    for v in order:
        for u, local in zip(v.inputs, recorded_or_none(v)):
            if isinstance(u, Value) and local:
                product = number(v.grad) * number(local)
                total, size = found[u]
                found[u] = total + product, size + abs(product)
    inside = [v for v in order if v.inputs and not any(v is output for output in outputs)]
    return [v for v in inside if differs(number(v.grad), *found[v])]


def differs(grad: float, total: float, size: float) -> bool:
    """Whether a grad is another number than a sum, beyond its rounding."""
    return abs(grad - total) > TOLERANCE * (size + abs(grad))   # False where one is not finite


def number(x: object) -> float:
    """x as a number; NaN for what is none."""
    x = x.data if isinstance(x, Value) else x
    return float(x) if isinstance(x, (int, float)) else math.nan
