"""Exercise 13: the loss with Values, and the way that train takes."""
from __future__ import annotations

import time
from typing import Any

from autograd import Value
from demos.exercises.marking.desk import Desk
from demos.exercises.probes.e12 import Way, slopes


def on_values(desk: Desk, w: list[float], b: float, xs: list[list[float]], ys: list[float]) -> Any:
    """The loss and its derivatives with respect to w and b, which are Values; None where it is a plain number."""
    values = [Value(x) for x in (*w, b)]
    y = desk.get("loss")(values[:2], values[2], xs, ys)
    return [y.data, slopes(y, values)] if isinstance(y, Value) else None


def train(desk: Desk, xs: list[list[float]], ys: list[float]) -> Any:
    """What train gives, the points at which it took the loss, over how many samples, and the processor's seconds it needed."""
    begun = time.process_time()
    way = desk.kept["way"] = Way(desk, "loss", 2)
    try:
        answer = desk.get("train")(xs, ys)
    finally:
        way.end()
    return [answer, way.points, min(way.samples, default=len(xs)), time.process_time() - begun]
