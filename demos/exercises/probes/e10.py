"""Exercise 10: the functions that are descended."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from demos.exercises.marking.desk import Desk


def bowl(w: Sequence[Any]) -> Any:
    return w[0]**2 + w[0] * w[1] + 2 * w[1]**2


def valley(w: Sequence[Any]) -> Any:
    return 0.1 * (w[0] - w[1]**2)**2 + 0.3 * w[0]**2 + w[1] + 0.1 * w[1]**4


def trough(w: Sequence[Any]) -> Any:
    return 0.5 * w[0]**2 + 0.3 * w[1]**2 + 0.2 * w[0] * w[1] + 0.4 * w[2]**2 - w[2] * w[0]


FUNCTIONS: dict[str, Callable[[Sequence[Any]], Any]] = {"bowl": bowl, "valley": valley, "trough": trough}


def descend(desk: Desk, name: str, w: list[float], alpha: float, beta: float, steps: int) -> Any:
    """What the student's descend gives, and whether it changed the list of the point to begin at."""
    start = [*w]
    points = desk.get("descend")(FUNCTIONS[name], start, alpha, beta, steps)
    return [points, start]
