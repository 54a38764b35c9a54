"""Whether operations are recorded: always, except inside `with no_grad()`."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet


class Block:
    """One entered `with no_grad()`: open until it is left, in whatever order blocks are left."""
    __slots__ = ("open",)

    def __init__(self) -> None:
        self.open = True


# The blocks open in any thread: where there is none, everything is recorded.
OPEN: set[Block] = set()

# The blocks that this thread or task has entered, open or already left.
_entered: ContextVar[tuple[Block, ...]] = ContextVar("entered", default=())


def is_recording() -> bool:
    """Whether operations are recorded here: no block that this thread or task entered is open."""
    return not OPEN or not any(block.open for block in _entered.get())


# True while a graph is recorded that will be computed again with other numbers, as `jit` does. Then
# a derivative of `where` or `max` needs a term for each side, not only for the one chosen now.
FOR_OTHER_NUMBERS: ContextVar[bool] = ContextVar("for_other_numbers", default=False)

# Derivatives recorded while that was False: they lack the sides that were not chosen, so the
# compiler refuses them.
ONE_SIDED: WeakSet[Any] = WeakSet()


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside, nothing is recorded: results are leaves. Other threads and tasks go on recording.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.inputs
    (4.0, ())
    """
    block = Block()
    try:                                        # Ctrl-C may come right after either line
        _entered.set((*(b for b in _entered.get() if b.open), block))
        OPEN.add(block)
        yield
    finally:
        block.open = False
        OPEN.discard(block)
