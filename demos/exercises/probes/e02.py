"""Exercise 2: where df takes f and the sine."""
from __future__ import annotations

from math import sin
from typing import Any

from demos.exercises.marking.desk import Desk
from demos.exercises.marking.watch import points_of


def points(desk: Desk, x: float) -> list[Any]:
    """[the points at which df(x) takes f, those at which it takes the sine or the cosine]."""
    of_f: list[float] = []
    of_sin: list[tuple[str, float]] = []

    def f(t: float) -> float:
        of_f.append(float(t))
        return sin(t) / (1 + t**2)
    given = desk.names.get("f")
    end = points_of(("sin", "cos"), desk, of_sin)
    try:
        desk.set("f", f)
        desk.get("df")(x)
    finally:
        desk.set("f", given)
        end()
    return [of_f[:100], [at for _, at in of_sin[:100]]]
