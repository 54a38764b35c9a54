"""Whether operations are recorded: everywhere, but inside `with no_grad()`."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet


class Block:
    """One `with no_grad()` at work: open until it is left, in whatever order blocks are left."""
    __slots__ = ("open",)

    def __init__(self) -> None:
        self.open = True


OPEN: set[Block] = set()            # the blocks open anywhere: without any, everybody records

# those entered in this thread or task
_entered: ContextVar[tuple[Block, ...]] = ContextVar("entered", default=())


def is_recording() -> bool:
    """Whether operations are recorded here: no block entered in this thread or task is open."""
    return not OPEN or not any(block.open for block in _entered.get())


# Whether what is recorded here stands for other numbers than those it is recorded with: then the
# derivative of a choice goes to what was not chosen, too.
FOR_OTHER_NUMBERS: ContextVar[bool] = ContextVar("for_other_numbers", default=False)

# Derivatives whose graph holds only the side of a choice that was chosen where it was recorded.
ONE_SIDED: WeakSet[Any] = WeakSet()


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside, nothing is recorded: results are leaves. It holds for this thread or task alone.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.inputs
    (4.0, ())
    """
    block = Block()
    try:                                        # a Ctrl-C may come as soon as it is among them
        _entered.set((*(b for b in _entered.get() if b.open), block))
        OPEN.add(block)
        yield
    finally:
        block.open = False
        OPEN.discard(block)
