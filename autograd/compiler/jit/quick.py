"""Arguments that look like those of an earlier call, and results, without a walk through nests.

1. `marshal` writes a nest of lists, tuples, dicts, floats, ints and strings as bytes, all in C. Two
   nests differ in their numbers alone exactly if the other bytes are the same: a Template knows
   which are which.
2. A result is built by an expression that is written once for its key.
"""
from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.jit.flat import BOOL, FLOAT, INT

SIZE = {ord("g"): 8, ord("i"): 4}       # the bytes of a float and of an int
COUNTED = {ord("["), ord("(")}          # a list and a tuple: their length, then their items
CONSTANT = {ord("N"), ord("T"), ord("F"), ord("0")}
TEXT = {ord("u"), ord("t"), ord("a"), ord("A")}


class Template:
    """Where the numbers are in the bytes of a nest.

    Raises ValueError for a nest that has something else in it.
    """

    def __init__(self, written: bytes) -> None:
        found = list(places(written))
        structure = np.ones(len(written), bool)
        for kind, at in found:
            structure[at:at + SIZE[kind]] = False
        self.structure = structure
        self.same = np.frombuffer(written, np.uint8)[structure].tobytes()
        self.floats = self.bytes_of(found, ord("g"))
        self.ints = self.bytes_of(found, ord("i"))
        order = [kind == ord("i") for kind, _ in found]
        self.is_int = np.array(order, bool)

    def bytes_of(self, found: list[tuple[int, int]], kind: int) -> Any:
        """The places of the bytes of all numbers of a kind."""
        at = np.array([a for k, a in found if k == kind], int)
        return (at[:, None] + np.arange(SIZE[kind])).ravel()

    def numbers(self, written: bytes) -> Any:
        """The numbers of a nest of the same length in bytes; None where it is another nest."""
        data = np.frombuffer(written, np.uint8)
        if data[self.structure].tobytes() != self.same:
            return None
        floats = data[self.floats].view("<f8")
        if not len(self.ints):
            return floats
        found = np.empty(len(self.is_int))
        found[~self.is_int], found[self.is_int] = floats, data[self.ints].view("<i4")
        return found


def places(written: bytes) -> Iterator[tuple[int, int]]:
    """The kind of each number, and where its bytes begin. Raises ValueError for other things."""
    at = 0
    while at < len(written):
        kind = written[at]
        at += 1
        if kind in SIZE:
            yield kind, at
            at += SIZE[kind]
        elif kind in COUNTED:
            at += 4
        elif kind in TEXT:
            at += 4 + int.from_bytes(written[at:at + 4], "little")
        elif kind not in CONSTANT and kind != ord("{"):
            raise ValueError(f"no template for {chr(kind)!r}")


class Templates:
    """What was flattened before: the key and the numbers of a nest that looks the same."""

    def __init__(self) -> None:
        self.known: dict[int, list[tuple[Template, Any]]] = {}

    def find(self, nest: Any) -> tuple[Any, Any]:
        """The key and the numbers of a nest; None, None where it is not known."""
        try:
            written = marshal.dumps(nest, 2)
        except ValueError:
            return None, None
        for template, key in self.known.get(len(written), ()):
            found = template.numbers(written)
            if found is not None:
                return key, found
        return None, None

    def add(self, nest: Any, key: Any, count: int) -> None:
        """Know a nest of so many numbers from now on, if it can be."""
        try:
            written = marshal.dumps(nest, 2)
            template = Template(written)
        except ValueError:
            return
        if len(template.is_int) == count:               # else there are numbers among the keys
            self.known.setdefault(len(written), []).append((template, key))


# Results ------------------------------------------------------------------------------------------

def builder(key: Any) -> Callable[[Any], Any]:
    """A function that gives the nest of a key, filled with the numbers of an array."""
    constants: dict[str, Any] = {"np": np}
    text, _ = expression(key, 0, constants)
    listed = "v = a.tolist()" if "v[" in text else "pass"
    exec(f"def build(a):\n    {listed}\n    return {text}", constants)
    found: Callable[[Any], Any] = constants["build"]
    return found


def expression(key: Any, at: int, constants: dict[str, Any]) -> tuple[str, int]:
    """The nest of a key as an expression of the array a and the list v, and the next place."""
    if type(key) is str:
        return {FLOAT: f"v[{at}]", INT: f"round(v[{at}])", BOOL: f"(v[{at}] != 0)"}[key], at + 1
    kind = key[0]
    if kind in ("=", "array="):
        name = f"c{len(constants)}"
        constants[name] = key[2] if kind == "=" else np.frombuffer(key[2], bool).reshape(key[1])
        return name + ".copy()" * (kind != "="), at
    if kind == "array":
        end = at + prod(key[1])
        part = f"a[{at}:{end}].reshape({key[1]!r})"
        return (f"np.rint({part}).astype(int)" if key[2] == INT else f"{part}.copy()"), end
    if type(key[2]) is int:
        end = at + key[2]
        part = f"v[{at}:{end}]" if key[1] == FLOAT else f"[round(x) for x in v[{at}:{end}]]"
        return (part if kind is list else f"tuple({part})"), end
    parts = []
    for part_key in key[2]:
        part, at = expression(part_key, at, constants)
        parts.append(part)
    if kind is dict:
        name = f"c{len(constants)}"
        constants[name] = key[1]
        return f"dict(zip({name}, ({''.join(p + ', ' for p in parts)})))", at
    inside = "".join(p + ", " for p in parts)
    if key[1] == "*":
        name = f"c{len(constants)}"
        constants[name] = kind
        return f"{name}({inside})", at
    return (f"[{inside}]" if kind is list else f"({inside})"), at
