"""Whether operations are recorded: always, except inside `with no_grad()`."""
from __future__ import annotations

import io
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar
from weakref import WeakSet

F = TypeVar("F", bound=Callable[..., Any])


class Block(io.BytesIO):
    """A `with` block: open from `__enter__` until it is left, in whatever order blocks are left.

    It is left by the `__exit__` of a file in memory, which closes it and is written in C. Of lines
    of Python a Ctrl-C may come before any, and would leave the block open for good.
    """

    def __init__(self, name: str) -> None:
        self.of = name
        self.is_used = False

    def __enter__(self) -> Any:
        if self.is_used:
            raise RuntimeError(f"a block of {self.of}() is entered once: call {self.of}() again")
        self.is_used = True
        try:
            return self.entered()
        except BaseException:                   # a Ctrl-C: the block does not begin, nor end
            self.close()
            raise

    def entered(self) -> Any:
        """What `as` names; puts to work what the block is for, as long as it is not closed."""
        raise NotImplementedError

    def left(self) -> None:
        """Put back what the block has changed: some time after its end, as nothing waits for it."""

    def anew(self) -> Block:
        """Another block like this one."""
        return type(self)(self.of)

    def __call__(self, f: F) -> F:
        """f in a block of its own for each call."""
        if not callable(f):
            raise TypeError(f"{self.of}() decorates a function, got {type(f).__name__}")

        @wraps(f)
        def inside(*args: Any, **named: Any) -> Any:
            with self.anew():
                return f(*args, **named)
        return inside                           # type: ignore[return-value]


# The blocks open in any thread: where there is none, everything is recorded.
OPEN: set[Block] = set()

# The blocks that this thread or task has entered, open or already left.
_entered: ContextVar[tuple[Block, ...]] = ContextVar("entered", default=())


def is_recording() -> bool:
    """Whether operations are recorded here: no block that this thread or task entered is open."""
    return not any_open() or all(block.closed for block in _entered.get())


def any_open() -> bool:
    """Whether a block is open in any thread; those that were left are forgotten."""
    for block in tuple(OPEN):
        if block.closed:
            OPEN.discard(block)
            block.left()
    return bool(OPEN)


# True while a graph is recorded that will be computed again with other numbers, as `jit` does. Then
# a derivative of `where` or `max` needs a term for each side, not only for the one chosen now.
FOR_OTHER_NUMBERS: ContextVar[bool] = ContextVar("for_other_numbers", default=False)

# Derivatives recorded while that was False: they lack the sides that were not chosen, so the
# compiler refuses them.
ONE_SIDED: WeakSet[Any] = WeakSet()


class Unrecorded(Block):
    """A block in which nothing is recorded."""

    def entered(self) -> None:
        _entered.set((*(block for block in _entered.get() if not block.closed), self))
        OPEN.add(self)


def no_grad() -> Unrecorded:
    """Inside, nothing is recorded: results are leaves. Other threads and tasks go on recording.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.inputs
    (4.0, ())
    """
    return Unrecorded("no_grad")
