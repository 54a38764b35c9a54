"""What travels between the marker and the process of a student's code.

1. A question goes to the student's process as a pickle: it comes from the marker, who is trusted.
2. An answer comes back as JSON and is nothing but data: reading it runs no code and changes nothing. So the worst that a
   student's code can write there is another answer, and that is compared like any other.
3. An answer has an end: at most ROOM numbers, and DEPTH lists in one another.
"""
from __future__ import annotations

import itertools
import json
import math
import numbers
import struct
import time
from typing import Any, NamedTuple

from autograd import Value

ROOM, DEPTH, LETTERS = 50_000, 8, 200
MOST = 8_000_000                        # bytes of one message


class Array(NamedTuple):
    """A NumPy array that a student's code gave: its shape, and its entries row by row."""
    shape: tuple[int, ...]
    entries: list[Any]
    single: bool = False                # float32 or less


class Recorded(NamedTuple):
    """A Value that a student's code gave."""
    data: float


class Odd(NamedTuple):
    """Something that is neither a number nor made of numbers, in words."""
    kind: str


# Writing an answer -----------------------------------------------------------------------------------------------------------

def encode(x: Any, depth: int = DEPTH) -> Any:
    """x as something JSON can write; what is not data becomes its kind in words."""
    if x is None or isinstance(x, bool):
        return x
    if isinstance(x, str):
        return str(x)[:LETTERS]
    if isinstance(x, Value):
        return {"value": x.data}
    if isinstance(x, numbers.Number) or type(x).__module__ == "numpy":
        return _number_or_array(x)
    if depth == 0:
        return {"odd": "lists in lists in lists"}
    return _collection(x, depth - 1)


def _number_or_array(x: Any) -> Any:
    if hasattr(x, "shape") and x.shape != ():
        if x.size > ROOM:
            return {"odd": f"an array of {x.size} numbers"}
        single = str(x.dtype) in ("float32", "float16")
        return {"array": list(x.shape), "flat": [encode(y) for y in x.ravel().tolist()], "single": single}
    if hasattr(x, "item"):
        if str(x.dtype) in ("float32", "float16"):
            return {"array": [], "flat": [float(x)], "single": True}
        x = x.item()
    if isinstance(x, numbers.Integral):
        return int(x) if abs(int(x)) <= 10**20 else {"odd": "a huge int"}
    if isinstance(x, numbers.Real) or type(x).__name__ == "Decimal":
        return float(x)
    return encode(x) if x is None or isinstance(x, (str, bool)) else {"odd": kind(x)}


def _collection(x: Any, depth: int) -> Any:
    if isinstance(x, dict):
        return {"dict": [[encode(key, depth), encode(y, depth)] for key, y in itertools.islice(x.items(), ROOM)]}
    if isinstance(x, (list, tuple)):
        if len(x) > ROOM:
            return {"odd": f"a {type(x).__name__} of {len(x)} things"}
        return {"tuple" if isinstance(x, tuple) else "list": [encode(y, depth) for y in x]}
    if hasattr(x, "__next__") or isinstance(x, (range, type({}.values()), type({}.keys()))):
        taken = list(itertools.islice(x, ROOM + 1))
        return {"list": [encode(y, depth) for y in taken]} if len(taken) <= ROOM else {"odd": "an iterator without end"}
    return {"odd": kind(x)}


def kind(x: Any) -> str:
    """What x is, in a few words."""
    if isinstance(x, int) and abs(x) > 10**20:                          # it may have too many digits to be printed
        return "a huge int"
    if isinstance(x, (Odd,)):
        return x.kind
    if isinstance(x, Array):
        return f"an array of shape {x.shape}"
    if x is None or isinstance(x, (int, float, complex, str)):
        return f"{'' if x is None else type(x).__name__ + ' '}{repr(x)[:40]}"
    return f"a {type(x).__name__}"


# Reading an answer -----------------------------------------------------------------------------------------------------------

def decode(x: Any) -> Any:
    """What `encode` wrote, as numbers, strings, lists, tuples and dicts, and as Array, Recorded or Odd.

    Whatever else may stand in the message is Odd too, so it raises nothing.
    """
    if not isinstance(x, dict):
        return x if x is None or isinstance(x, (bool, int, float, str)) else Odd("something that is not an answer")
    try:
        if "array" in x:
            entries = [decode(y) for y in x["flat"]]
            shape = tuple(int(n) for n in x["array"])
            return Array(shape, entries, bool(x["single"])) if math.prod(shape) == len(entries) else Odd("a broken array")
        if "dict" in x:
            return {_key(decode(key)): decode(y) for key, y in x["dict"]}
        if "value" in x:
            return Recorded(float(x["value"]))
        for name, cls in (("list", list), ("tuple", tuple)):
            if name in x:
                return cls(decode(y) for y in x[name])
        return Odd(str(x.get("odd", "something that is not an answer"))[:LETTERS])
    except (TypeError, ValueError, KeyError, OverflowError):
        return Odd("something that is not an answer")


def _key(x: Any) -> Any:
    return x if isinstance(x, (str, int, float, bool, tuple)) else str(x)


# Messages --------------------------------------------------------------------------------------------------------------------

def send(connection: Any, message: bytes) -> None:
    """Write one message to a connected socket: its length, then its bytes."""
    connection.sendall(struct.pack(">I", len(message)) + message)


def receive(connection: Any, end: float = math.inf) -> bytes:
    """The next message; EOFError where the other end is gone, or what comes is not a message.

    end     when it has to be there, as `time.monotonic` counts: TimeoutError where it comes in small pieces until then
    """
    length, = struct.unpack(">I", _exactly(connection, 4, end))
    if length > MOST:
        raise EOFError("a message that is too long")
    return _exactly(connection, length, end)


def _exactly(connection: Any, count: int, end: float) -> bytes:
    parts = []
    while count:
        if end < math.inf:
            connection.settimeout(max(end - time.monotonic(), 0.01))
        part = connection.recv(min(count, 1 << 20))
        if not part:
            raise EOFError("the other end is gone")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def as_json(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode()


def from_json(message: bytes) -> dict[str, Any]:
    """The answer in a message; EOFError where it is none."""
    try:
        found = json.loads(message)
    except (ValueError, RecursionError):
        raise EOFError("no answer") from None
    if not isinstance(found, dict):
        raise EOFError("no answer")
    return found
