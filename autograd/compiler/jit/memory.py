"""What a function keeps between its calls: the data and grads of Values, and lists of numbers.

1. A list or dict of numbers, at any depth, that the function writes to (momentum, a count of steps)
   is a Memory: its numbers are read and written at each call, and its structure is watched.
2. While the function is recorded, Values stand in it; what stands there in the end is what the
   numbers become.
"""
from __future__ import annotations

import marshal
import operator
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd.compat.finishing import finish
from autograd.compiler.jit.flat import close
from autograd.compiler.jit.quick import Template
from autograd.value import Value

number_of, put_number = vars(Value)["_data"].__get__, vars(Value)["_data"].__set__
gradient_of, put_gradient = vars(Value)["_grad"].__get__, vars(Value)["_grad"].__set__
Slot = tuple[Any, Any]                      # a list or dict, and an index or key


class Memory:
    """A list or dict of floats and ints that a function writes to.

    slots     where each of its numbers is, in the order in which marshal writes them
    is_int    which are ints

    Raises ValueError for what holds anything else but strings, True, False and None.
    """

    def __init__(self, x: Any) -> None:
        self.x, written = x, marshal.dumps(x, 2)
        self.template = Template(written)
        self.slots = slots(x)
        self.is_int = self.template.is_int
        if len(self.slots) != self.template.count:
            raise ValueError("numbers elsewhere than in lists and dicts")

    def numbers(self) -> Any:
        """Its numbers now. Raises ValueError where it looks different."""
        parts = self.template.numbers(marshal.dumps(self.x, 2))
        if parts is None:
            raise ValueError("something else than numbers has changed")
        return np.concatenate(parts, dtype=float)

    def is_alike(self) -> bool:
        """Whether nothing but numbers has changed: the lists in it are the same, too."""
        try:
            return self.numbers() is not None and self.is_whole()
        except ValueError:
            return False

    def held(self) -> list[Any]:
        """What stands in its slots."""
        return [owner[key] for owner, key in self.slots]

    def put(self, contents: Iterable[Any]) -> None:
        """Put something into each slot."""
        put_in(self.slots, contents)

    def is_whole(self) -> bool:
        """Whether it has its slots still, whatever stands in them."""
        now = slots(self.x)
        return len(now) == len(self.slots) and all(
            a is b and j == k for (a, j), (b, k) in zip(now, self.slots))


def slots(x: Any) -> list[Slot]:
    """Where the numbers and Values in nested lists and dicts are."""
    found: list[Slot] = []
    pairs = list(x.items() if type(x) is dict else enumerate(x))
    for key, item in pairs:
        if type(item) in (list, dict):
            found += slots(item)
        elif isinstance(item, Value) or type(item) in (int, float):
            found.append((x, key))
    return found


def nests(x: Any) -> list[Any]:
    """A list or dict, and those in it."""
    items = x.values() if type(x) is dict else x
    return [x, *(part for item in items if type(item) in (list, dict) for part in nests(item))]


def lent(x: Any) -> Callable[[], None]:
    """A function that makes a list or dict, and those in it, what they are now."""
    parts = [(part, part.copy()) for part in nests(x)]

    def put_back() -> None:
        for part, copy in parts:
            part.clear()
            if type(part) is dict:
                part.update(copy)
            else:
                part.extend(copy)
    return put_back


def lent_fields(x: Any) -> Callable[[], None]:
    """A function that gives an object the attributes that it has now."""
    fields, copy = x.__dict__, dict(x.__dict__)

    def put_back() -> None:
        fields.clear()
        fields.update(copy)
    return put_back


def holds(x: Any, parts: Iterable[Any]) -> bool:
    """Whether a nest is, or has in it, one of some lists and dicts themselves."""
    stack, wanted = [x], set(map(id, parts))
    while stack:
        x = stack.pop()
        if id(x) in wanted:
            return True
        if isinstance(x, (list, tuple, dict)):
            stack += x.values() if isinstance(x, dict) else x
    return False


def put_in(where: Sequence[Slot], contents: Iterable[Any]) -> None:
    """Put something into each slot: Ctrl-C does not interrupt a loop inside C."""
    owners, keys = [owner for owner, _ in where], [key for _, key in where]
    deque(map(operator.setitem, owners, keys, contents), maxlen=0)


def put_all(put: Callable[[Value, float], None], values: list[Value], numbers: list[float]) -> None:
    """Put a number into each Value."""
    deque(map(put, values, numbers), maxlen=0)


def memory_of(x: Any) -> Memory | None:
    """The Memory of a list or dict; None where it holds something else than numbers."""
    try:
        return Memory(x)
    except (ValueError, IndexError, RecursionError):
        return None


def changed_memory(of: Any, held: list[Any]) -> tuple[Memory, list[Any]] | None:
    """What is watched as bytes, as a Memory, and what it held; None where more has changed than
    its numbers."""
    if type(of) not in (list, dict) or len(held) != 1 or type(held[0]) is not bytes:
        return None
    memory, before = memory_of(of), memory_of(marshal.loads(held[0]))
    if memory is None or before is None or before.template.same != memory.template.same:
        return None
    return memory, before.held()


class Kept:
    """The data and grads of Values, and what memories hold, as they are now."""

    def __init__(self, values: Iterable[Value], memories: Sequence[Memory] = ()) -> None:
        self.values = list(dict.fromkeys(values))
        self.data = list(map(number_of, self.values))
        self.grads = list(map(gradient_of, self.values))
        self.memories = [(memory, memory.held()) for memory in memories]

    def now(self) -> Kept:
        """The same things as they are now."""
        return Kept(self.values, [memory for memory, _ in self.memories])

    def put_back(self) -> None:
        """Set them again."""
        def change() -> None:
            put_all(put_number, self.values, self.data)
            put_all(put_gradient, self.values, self.grads)
            for memory, held in self.memories:
                memory.put(held)
        finish(change)

    def agrees(self, other: Kept) -> bool:
        """Whether they are the same as at another time, up to rounding."""
        return close(self.data, other.data) and close(self.grads, other.grads) and all(
            list(map(type, a)) == list(map(type, b)) and close(a, b)
            for (_, a), (_, b) in zip(self.memories, other.memories))
