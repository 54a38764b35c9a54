"""Changes that an interrupt, such as Ctrl-C, cannot cut in half."""
from collections.abc import Callable

AGAIN = 5                       # interrupts of one change that are survived


def finish(change: Callable[[], object], again: int = AGAIN) -> None:
    """Make the change to its end: after an interrupt make it anew, then let the interrupt go on.

    The change may be called again, and nothing in it can be refused.
    """
    try:
        change()
    except BaseException:
        if again:
            finish(change, again - 1)
        raise
