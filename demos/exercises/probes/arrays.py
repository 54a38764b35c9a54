"""A call with NumPy arrays."""
from __future__ import annotations

from importlib import import_module
from typing import Any

from demos.exercises.marking.desk import Desk


def arrays(desk: Desk, name: str, *arguments: Any) -> Any:
    """The same; lists of numbers are handed over as NumPy arrays, and whether they are changed is noted."""
    numpy = import_module("numpy")
    given = [numpy.array(x, dtype=float) if isinstance(x, list) else x for x in arguments]
    found = desk.get(name)(*given)
    desk.changed = desk.changed or not all(numpy.array_equal(x, y) for x, y in zip(given, arguments))
    return found
