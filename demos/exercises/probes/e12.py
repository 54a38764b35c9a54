"""Exercise 12: the polynomial with Values, and the way that fit takes."""
from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from autograd import Value, gradients
from autograd.derivatives.level import data_of
from demos.exercises.marking.desk import Desk

MOST = 400                              # points of a way that are kept


def on_values(desk: Desk, c: list[float], x: float) -> Any:
    """p(x) and its derivatives with respect to the coefficients, which are Values; None where p(x) is a plain number."""
    values = [Value(ci) for ci in c]
    y = desk.get("polynomial")(values, x)
    return [y.data, slopes(y, values)] if isinstance(y, Value) else None


def slopes(y: Value, values: list[Value]) -> list[float]:
    """The derivatives of y; 0 with respect to what is not behind it."""
    return [float(gradients(y + 0.0 * v, v)) for v in values]


def fit(desk: Desk, xs: list[float], ys: list[float], n: int) -> Any:
    """What fit gives, the points at which it took the loss, over how many samples, and the processor's seconds it needed."""
    begun = time.process_time()
    way = desk.kept["way"] = Way(desk, "loss")
    try:
        answer = desk.get("fit")(xs, ys, n)
    finally:
        way.end()
    return [answer, way.points, min(way.samples, default=len(xs)), time.process_time() - begun]


def way(desk: Desk) -> Any:
    """The points of the latest way, where it ended in an exception too."""
    return desk.kept["way"].points


class Way:
    """Keeps the arguments with which a function of the student's file is called, as numbers."""

    def __init__(self, desk: Desk, name: str, count: int = 1) -> None:
        self.desk, self.name, self.given = desk, name, desk.names.get(name)
        self.points: list[list[float]] = []
        self.samples: list[int] = []            # over how many the loss was taken each time
        given, points = self.given, self.points

        def kept(*arguments: Any) -> Any:
            if len(points) < MOST:
                points.append(numbers(arguments[:count]))
                with suppress(TypeError, IndexError):
                    self.samples.append(len(arguments[count]))
            return given(*arguments)
        if callable(given):
            desk.set(name, kept)

    def end(self) -> None:
        if self.given is not None:
            self.desk.set(self.name, self.given)


def numbers(x: Any) -> list[float]:
    """All numbers in nested lists of numbers and Values."""
    if isinstance(x, (list, tuple)) or hasattr(x, "ravel"):
        return [y for part in x for y in numbers(part)]
    try:
        return [float(data_of(x))]
    except (TypeError, ValueError):
        return [float("nan")]
