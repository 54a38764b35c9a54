"""Exercises 9 and 11: where the exponential is taken."""
from __future__ import annotations

from typing import Any

from demos.exercises.marking.desk import Desk
from demos.exercises.marking.watch import points_of
from demos.exercises.probes.arrays import arrays


def exponents(desk: Desk, name: str, *arguments: Any) -> int:
    """At how many numbers the student's function takes exp or tanh, whatever their signs."""
    found: list[tuple[str, float]] = []
    end = points_of(("exp", "tanh"), desk, found)
    try:
        arrays(desk, name, *arguments)
    finally:
        end()
    return len({round(abs(t), 12) for _, t in found})
