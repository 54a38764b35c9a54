"""Programs in the styles in which people write them, beside NumPy by hand: STYLES, by name.

The tests compile each in a small size; `python -m tests.benchmarks styles` times it in a large one.
"""
from tests.styles import (  # noqa: F401
    courses, losses, matrices, networks, others, recurrent, science, sparse, time)
from tests.styles.case import STYLES, Case, Style

__all__ = ["STYLES", "Case", "Style"]
