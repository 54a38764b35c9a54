"""Arguments that look like those of an earlier call, and results, without a walk through nests.

1. `marshal` writes a nest of lists, tuples, dicts, floats, ints and strings as bytes, all in C. Two
   nests differ in their numbers alone exactly if the other bytes are the same: a Template knows
   which are which.
2. A result is built by an expression that is written once for its key. `direct` is one function
   from all numbers of a call to its result.
"""
from __future__ import annotations

import marshal
import math
from collections.abc import Callable
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.jit.flat import BOOL, FLOAT, INT, LARGEST, VALUE
from autograd.compiler.run import as_before, raising

ndarray = np.ndarray
SIZE = {ord("g"): 8, ord("i"): 4}       # the bytes of a float and of an int
DTYPE: dict[int, Any] = {ord("g"): np.dtype("<f8"), ord("i"): np.dtype("<i4")}
COUNTED = {ord("["), ord("(")}          # a list and a tuple: their length, then their items
CONSTANT = {ord("N"), ord("T"), ord("F")}
TEXT = {ord("u"), ord("t"), ord("a"), ord("A")}
DICT, END = ord("{"), ord("0")
MANY = 200                              # numbers and arrays that are read one by one
FEW = 4                                 # blocks that are read one by one


class Block(NamedTuple):
    """Numbers of one kind at regular places: rows of so many, `apart` bytes after each other."""
    kind: int
    start: int
    columns: int
    rows: int = 1
    apart: int = 0

    def view(self) -> tuple[Any, ...]:
        """Shape, dtype, offset and strides of its numbers: (columns,), or (rows, columns)."""
        kind, size = DTYPE[self.kind], SIZE[self.kind] + 1
        if self.rows == 1:
            return (self.columns,), kind, self.start, (size,)
        return (self.rows, self.columns), kind, self.start, (self.apart, size)


class Template:
    """Where the numbers are in the bytes of a nest.

    Raises ValueError for a nest that has something else in it.
    """

    def __init__(self, written: bytes) -> None:
        found: list[tuple[int, int]] = []
        find_numbers(written, 0, found)
        self.count = len(found)
        self.size = len(written)
        self.structure = np.full(self.size, 255, np.uint8)
        for kind, at in found:
            self.structure[at:at + SIZE[kind]] = 0
        self.same = self.without_numbers(written)
        self.blocks = blocks(found)
        self.views = [block.view() for block in self.blocks]
        self.floats, self.ints = [np.array([at for kind, at in found if kind == one], int)
                                  for one in DTYPE]
        self.is_int = np.array([kind == ord("i") for kind, _ in found], bool)

    def without_numbers(self, written: bytes) -> bytes:
        """The bytes with zeros for the numbers."""
        return (np.frombuffer(written, np.uint8) & self.structure).tobytes()

    def numbers(self, written: bytes) -> list[Any] | None:
        """The numbers of a nest of the same length in bytes, in parts; None where it is another
        nest."""
        if self.without_numbers(written) != self.same:
            return None
        if len(self.views) <= FEW:
            return [ndarray(shape, kind, written, start, strides).ravel()
                    for shape, kind, start, strides in self.views] or [np.empty(0)]
        floats = self.starting(written, ord("g"))[self.floats]
        if not len(self.ints):
            return [floats]
        numbers = np.empty(self.count)
        numbers[~self.is_int] = floats
        numbers[self.is_int] = self.starting(written, ord("i"))[self.ints]
        return [numbers]

    def starting(self, written: bytes, kind: int) -> Any:
        """The numbers of a kind that start at each of the bytes, though few are meant as one."""
        return ndarray((self.size - SIZE[kind] + 1,), DTYPE[kind], written, 0, (1,))


def blocks(found: list[tuple[int, int]]) -> list[Block]:
    """Numbers, each its kind and where its bytes begin, as blocks."""
    rows: list[list[int]] = []                          # kind, start, count
    end = None
    for kind, at in found:
        if end == (kind, at):
            rows[-1][2] += 1
        else:
            rows.append([kind, at, 1])
        end = kind, at + SIZE[kind] + 1
    together: list[Block] = []
    for kind, start, count in rows:
        last = together[-1] if together else None
        if last and (last.kind, last.columns) == (kind, count):
            apart = last.apart or start - last.start
            if start == last.start + last.rows * apart:
                together[-1] = Block(kind, last.start, count, last.rows + 1, apart)
                continue
        together.append(Block(kind, start, count))
    return together


def find_numbers(written: bytes, at: int, found: list[tuple[int, int]]) -> int:
    """Where the nest that begins here ends; the kind of each of its numbers, and where its bytes
    begin, are added to `found`. Keys of dicts are not among them. Raises ValueError for others."""
    kind = written[at]
    at += 1
    if kind in SIZE:
        found.append((kind, at))
        return at + SIZE[kind]
    if kind in CONSTANT:
        return at
    if kind == DICT:
        while written[at] != END:
            at = find_numbers(written, find_numbers(written, at, []), found)
        return at + 1
    count = int.from_bytes(written[at:at + 4], "little")
    at += 4
    if kind in TEXT:
        return at + count
    if kind not in COUNTED:
        raise ValueError(f"no template for {chr(kind)!r}")
    for _ in range(count):
        at = find_numbers(written, at, found)
    return at


# Nests of arrays ----------------------------------------------------------------------------------

class Reader:
    """Writes a function that gives the numbers of a nest of arrays and floats, in parts, or None
    for a nest that looks different."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {"ndarray": np.ndarray, "FLOAT64": np.dtype(float),
                                          "INT64": np.dtype(np.int64)}
        self.lines: list[str] = []
        self.pieces: list[str] = []

    def function(self, arguments: str, result: str) -> Callable[..., Any]:
        """The function of some arguments."""
        lines = "".join(f"    {line}\n" for line in [*self.lines, f"return {result}"])
        exec(f"def read({arguments}):\n{lines}", self.constants)
        found: Callable[..., Any] = self.constants["read"]
        return found

    def constant(self, x: Any) -> str:
        """The name of something in the function."""
        name = f"c{len(self.constants)}"
        self.constants[name] = x
        return name

    def floats(self, x: str) -> str:
        """The name of the ints of an array as floats; None for ints that may be too large."""
        self.lines.append(f"{x}f = {x}.ravel().astype(float)")
        self.unless(f"{x}f.dot({x}f) < {float(LARGEST) ** 2}")
        return f"{x}f"

    def unless(self, *tests: str) -> None:
        """None for what does not pass the tests."""
        self.lines.append(f"if not ({' and '.join(tests)}): return None")

    def add(self, key: Any, x: str) -> None:
        """Read what has this key and this name. Raises ValueError where it has no arrays."""
        if key in (FLOAT, INT):
            self.add_number(key, x)
        elif type(key) is str or len(self.pieces) > MANY:
            raise ValueError("too much for one function")
        elif key[0] == "array" and key[2] in (FLOAT, INT):
            self.add_array(key, x)
        elif type(key[2]) is tuple and key[2] and type(key[0]) is type:
            self.add_nest(key, x)
        else:
            raise ValueError("neither an array nor a nest of arrays")

    def add_number(self, key: str, x: str) -> None:
        """Read a float, or an int that a float can hold."""
        if key == FLOAT:
            self.unless(f"type({x}) is float")
        else:
            self.unless(f"type({x}) is int", f"{-LARGEST} <= {x} <= {LARGEST}")
        self.pieces.append(f"({x},)")

    def add_array(self, key: Any, x: str) -> None:
        """Read an array of floats or ints."""
        dtype = "INT64" if key[2] == INT else "FLOAT64"
        self.unless(f"type({x}) is ndarray", f"{x}.dtype is {dtype}", f"{x}.shape == {key[1]}")
        self.pieces.append(self.floats(x) if key[2] == INT else f"{x}.ravel()")

    def add_nest(self, key: Any, x: str) -> None:
        """Read a list, tuple or dict item by item. Raises ValueError for keys that are not strings,
        and as `add`."""
        tests = [f"type({x}) is {self.constant(key[0])}", f"len({x}) == {len(key[2])}"]
        if key[0] is dict and set(map(type, key[1])) == {str}:
            tests.append(f"tuple({x}) == {self.constant(key[1])}")
        elif key[0] is dict:
            raise ValueError("keys that are not strings")
        self.unless(*tests)
        names = [f"{x}{i}_" for i in range(len(key[2]))]
        self.unpack(names, f"{x}.values()" if key[0] is dict else x)
        for part, name in zip(key[2], names):
            self.add(part, name)

    def unpack(self, names: list[str], items: str) -> None:
        """Give names to items."""
        self.lines.append(f"{''.join(name + ', ' for name in names)}= {items}")

    def open_call(self, given: list[str], names: tuple[str, ...]) -> None:
        """Give names to the arguments of a call, of which the last are called `names` by it."""
        by_name = f"tuple(named) == {self.constant(names)}" if names else "not named"
        self.unless(f"len(args) == {len(given) - len(names)}", by_name)
        if given:
            self.unpack(given, "*args, *named.values()" if names else "args")

    def add_or_find(self, key: Any, x: str, find: Any) -> list[str]:
        """Read what has this key and this name, or, where it has no arrays, what `find` gives; the
        expressions of how it looks, of which there are none for what is read here."""
        before = len(self.lines), len(self.pieces)
        try:
            self.add(key, x)
        except (ValueError, RecursionError):
            del self.lines[before[0]:], self.pieces[before[1]:]
            self.lines.append(f"{x}_found = {self.constant(find)}({x})")
            self.unless(f"{x}_found is not None")
            self.pieces.append(f"*{x}_found[1]")
            return [f"{x}_found[0]"]
        return []


def reader(key: Any) -> Callable[[Any], Any] | None:
    """A function that reads nests of arrays with this key; None for other nests."""
    found = Reader()
    try:
        found.add(key, "x")
    except (ValueError, RecursionError):
        return None
    return found.function("x", f"[{', '.join(found.pieces)}]")



def call_reader(keys: list[Any], finders: list[Any], names: tuple[str, ...]) -> Callable[..., Any]:
    """A function of the arguments of a call, (args, named), that gives all numbers, and how what it
    does not read itself looks; None where an argument looks different.

    keys        of the arguments, those with names last
    finders     for each a function that gives how it looks and its numbers, for what is neither a
                number nor a nest of arrays
    """
    found = Reader()
    found.constants |= {"concatenate": np.concatenate, "array": np.array}
    given = [f"x{i}" for i in range(len(keys))]
    found.open_call(given, names)
    looks = [look for each in zip(keys, given, finders) for look in found.add_or_find(*each)]
    nests = [x for key, x in zip(keys[:len(keys) - len(names)], given) if type(key) is tuple]
    looks += [f"{a} is {b}" for i, a in enumerate(nests) for b in nests[:i]]
    numbers = f"concatenate(({''.join(p + ', ' for p in found.pieces)}), dtype=float)"
    if all(key in (FLOAT, INT) for key in keys):
        numbers = f"array([{', '.join(given)}], dtype=float)"
    return found.function("args, named", f"{numbers}, ({''.join(x + ', ' for x in looks)})")


def list_reader(keys: list[Any], template: Template) -> Callable[..., Any]:
    """The same as call_reader for arguments without names that are written as a whole."""
    alike = [(a, b) for a in range(len(keys)) for b in range(a)
             if type(keys[a]) is type(keys[b]) is tuple]

    def read(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        try:
            written = b"" if named else marshal.dumps(args, 2)
        except ValueError:
            return None
        if len(written) != template.size:
            return None
        pieces = template.numbers(written)
        if pieces is None:
            return None
        looks = tuple([args[a] is args[b] for a, b in alike])
        return np.concatenate(pieces, dtype=float), looks
    return read


# Results ------------------------------------------------------------------------------------------

@lru_cache(256)
def builder(key: Any) -> Callable[..., Any]:
    """A function that gives the nest of a key, filled with the numbers of an array, and with Values
    by their places."""
    constants: dict[str, Any] = {"np": np}
    lines, text = built(key, constants)
    return function("build(a, made=None)", [*lines, f"return {text}"], constants)


def built(key: Any, constants: dict[str, Any]) -> tuple[list[str], str]:
    """Lines about the array a, and the nest of a key as an expression after them."""
    text, _ = expression(key, 0, constants)
    return ["v = a.tolist()"] * ("v[" in text) + ["b = a.copy()"] * ("b[" in text), text


def function(head: str, lines: list[str], constants: dict[str, Any]) -> Callable[..., Any]:
    """A function of these lines."""
    exec(f"def {head}:\n" + "".join(f"    {line}\n" for line in lines), constants)
    found: Callable[..., Any] = constants[head.partition("(")[0]]
    return found


def direct(run: Callable[..., Any], parts: list[str], key: Any, form: str,
           **places: Any) -> Callable[..., Any]:
    """A function of all numbers, the array a, that gives what a program makes of them, as the nest
    of a key; None where a number is not finite, or where the program raises.

    parts   what `run` is called with, as expressions of a and `places`
    form    how the nest {} is returned: "(y, {})" where `run` gives a number y, and its gradient,
            "{}" where it gives y and the gradient, of which y is left out
    """
    constants: dict[str, Any] = {"np": np, "run": run, "raising": raising, "as_before": as_before,
                                 "isfinite": math.isfinite, **places}
    lines, text = built(key, constants)
    return function("direct(a)", [
        "token = raising()",
        "try:",
        "    size = a.dot(a)",
        f"    y, a = run({', '.join(parts)})",
        "    size += a.dot(a) + y",
        "except (ArithmeticError, ValueError):",
        "    return None",
        "finally:",
        "    as_before(token)",
        "if not isfinite(size):",
        "    return None",
        *lines, f"return {form.format(text)}"], constants)


def expression(key: Any, at: int, constants: dict[str, Any]) -> tuple[str, int]:
    """The nest of a key as an expression of the array a and the list v, and the next place."""
    if type(key) is str:
        return number(key, at), at + 1
    kind = key[0]
    if kind == "=":
        return constant_in(constants, key[2]), at
    if kind == "array=":
        truths = np.frombuffer(key[2], bool).reshape(key[1])
        return f"{constant_in(constants, truths)}.copy()", at
    if kind == "array":
        end = at + prod(key[1])
        part = f"[{at}:{end}].reshape({key[1]!r})"          # of b, a copy of a
        return (f"np.rint(a{part}).astype(int)" if key[2] == INT else f"b{part}"), end
    if type(key[2]) is int:
        return row_of_numbers(key, at), at + key[2]
    if kind is list and (columns := row_length(key[2])):
        end = at + columns * len(key[2])
        return f"a[{at}:{end}].reshape({len(key[2])}, {columns}).tolist()", end
    parts = []
    for part_key in key[2]:
        part, at = expression(part_key, at, constants)
        parts.append(part)
    return nest(key, "".join(p + ", " for p in parts), constants), at


def constant_in(constants: dict[str, Any], x: Any) -> str:
    """The name under which something was added to the constants."""
    name = f"c{len(constants)}"
    constants[name] = x
    return name


def number(kind: str, at: int) -> str:
    """The number at a place, or the Value for it."""
    of_kind = {FLOAT: f"v[{at}]", INT: f"round(v[{at}])", BOOL: f"(v[{at}] != 0)",
               VALUE: f"made[{at}]"}
    return of_kind[kind]


def row_of_numbers(key: Any, at: int) -> str:
    """A list or tuple of so many floats, or ints, from a place on."""
    part = f"v[{at}:{at + key[2]}]"
    if key[1] != FLOAT:
        part = f"[round(x) for x in {part}]"
    return part if key[0] is list else f"tuple({part})"


def nest(key: Any, items: str, constants: dict[str, Any]) -> str:
    """A list, a tuple, also one whose items have names, or a dict of these items."""
    if key[0] is dict:
        return f"dict(zip({constant_in(constants, key[1])}, ({items})))"
    if key[1] == "*":
        return f"{constant_in(constants, key[0])}({items})"
    return f"[{items}]" if key[0] is list else f"({items})"


def row_length(keys: tuple[Any, ...]) -> int:
    """How many floats are in each of several lists; 0 where that is not all there is."""
    first = keys[0] if len(keys) > 1 else None
    if type(first) is not tuple or first[:2] != (list, FLOAT) or keys.count(first) < len(keys):
        return 0
    return int(first[2])
