"""Changes of parameters that an interrupt cannot cut in half.

A change is a function that may be called again: it sets everything to given numbers. Whatever can
be refused is checked before, so the only thing that can stop it is an interrupt, such as Ctrl-C.
The engine has a `finish` of its own: nn knows autograd's public names alone.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autograd import Value

AGAIN = 5                       # interrupts of one change that are survived


def finish(change: Callable[[], None], again: int = AGAIN) -> None:
    """Make the change to its end: after an interrupt make it anew, then let the interrupt go on."""
    try:
        change()
    except BaseException:
        if again:
            finish(change, again - 1)
        raise


def theta_of(parameters: Sequence[Value]) -> np.ndarray:
    """The data of the parameters, an array (P,)."""
    return np.array([p.data for p in parameters], dtype=float)


def assign(parameters: Sequence[Value], theta: np.ndarray) -> None:
    """Set the data of the parameters to theta, (P,); by itself this can be interrupted half way."""
    for p, number in zip(parameters, theta.tolist()):
        p.data = number
