"""What the checkers share: asking a student's functions, and reading what comes back.

1. Whatever a student's code raises or gives becomes a `Wrong` that says what was asked, and where the code stands.
2. Points come from a seeded generator and have few digits, so that they print in full and can be tried again by hand.
3. Nothing here needs NumPy, so that what needs none is checked in a browser too.
"""
from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from demos.exercises.marking.channel import Array, Odd, Recorded, decode, kind


class Wrong(Exception):
    """What is wrong: the first line says what, where, got and expected; lines after it say more. `mistake` names the cause.

    claimed     whether the cause was concluded from numbers, so that it has to explain those of other points too
    """

    claimed = False

    def __init__(self, what: str, *more: str, mistake: str = "") -> None:
        self.mistake = mistake
        super().__init__("\n".join(line for line in (what, *more) if line))


class NotBegun(Exception):
    """The first function asked is not written yet."""


class Stopped(Wrong):
    """What is wrong, and nothing else can be asked: time, memory, or the process are at an end."""


class Part(NamedTuple):
    """A part of an exercise: its title, what checks it, its points."""
    title: str
    check: Callable[[Student], None]
    points: float = 1.0


class Student:
    """A student's functions, which are asked by name.

    ask     ask(probe, *arguments): the answer as data, from another process or from here
    file    what messages call the student's file
    seed    points are drawn from it
    """

    def __init__(self, ask: Callable[..., dict[str, Any]], file: str, seed: str = "") -> None:
        self._ask, self.file, self.seed = ask, file, seed
        self.answered = 0                                       # how many questions brought an answer
        self.called: set[str] = set()                           # what of the engine it called itself
        self.notes: list[str] = []                              # what it did that an answer may not do
        self.changed = False                                    # whether it changed the arrays that it was given
        self.raised_limit = False                               # whether Python's limit of recursion was raised
        self.threads = False                                    # whether it left threads of its own running
        self.memo: dict[str, Any] = {}                          # what one part found out for the next
        self.at_first_wrong: Callable[[], float] = lambda: 0.0  # what is done when a part is wrong; gives the seconds it had till then

    def random(self, tag: Any = "") -> random.Random:
        return random.Random(f"{self.seed}/{tag}")

    def call(self, name: str, *arguments: Any) -> Any:
        """What the function of that name gives; it is handed copies, so that it can change nothing of ours."""
        return self.run("call", call(name, *arguments), name, *arguments)

    def run(self, probe: str, what: str, *arguments: Any) -> Any:
        """What the probe gives beside the student's code; `what` says in messages what was asked."""
        found = self.raw(probe, what, *arguments)
        self.answered += 1
        return found

    def raw(self, probe: str, what: str, *arguments: Any) -> Any:
        """The same, and it does not count as a question to the student."""
        answer = self._ask(probe, *arguments)
        self.called |= {str(name) for name in listed(answer.get("called"))}
        self.notes += [str(note) for note in listed(answer.get("notes"))]
        self.raised_limit = self.raised_limit or bool(answer.get("raised_limit"))
        self.changed = self.changed or bool(answer.get("changed"))
        self.threads = self.threads or bool(answer.get("threads"))
        if "raised" in answer:
            raise self.failure(what, answer)
        return decode(answer.get("is"))

    def failure(self, what: str, answer: dict[str, Any]) -> Exception:
        """The exception that says what happened in place of an answer."""
        kind, said, line = str(answer.get("kind")), str(answer.get("raised")), answer.get("line")
        place = f", at line {line} of {self.file}" if isinstance(line, int) else ""
        if kind == "NotImplementedError":
            if not self.answered:
                return NotBegun(f"begin here: {said or what}")
            return Wrong(f"begun; still to do: {said or what}", mistake="a part is not written yet")
        if kind == "Missing":
            return Wrong(f"{self.file} has no {said}", mistake=f"the name {said} is missing; the check goes by it")
        if kind == "KeyboardInterrupt":
            return Wrong(f"{what} raised KeyboardInterrupt{place}", mistake="an answer raises no KeyboardInterrupt")
        if kind == "RecursionError":
            return Wrong(f"{what} calls itself too often{place}", mistake="it calls itself too often, perhaps without end")
        if kind in ENDS:
            return Stopped(f"{what}: {said}{place}", mistake=ENDS[kind].format(said=said))
        cause = next((cause for words, cause in CAUSES if re.search(words, said)), "")
        return Wrong(f"{what} raised {said}{place}", mistake=cause)

    def number(self, name: str, *arguments: Any) -> float:
        """The number the function of that name gives."""
        return as_number(self.call(name, *arguments), call(name, *arguments))


def listed(x: Any) -> list[Any]:
    return x if isinstance(x, list) else []


ENDS = {"TimeUp": "a loop that does not end, or one that takes far too long",
        "Hangs": "a loop that does not end, or one that takes far too long, and nothing stops it",
        "Sleeps": "it waits for something that does not come, or sleeps: it computes nothing, and does not end",
        "Busy": "a loop that does not end, or one that takes far too long; or else the machine is too busy: check it again later",
        "Gone": "it ends Python itself, by os._exit or by a crash, or closes what is not its own",
        "MemoryError": "it takes more memory than an answer may have",
        "Forbidden": "{said}; an answer computes, and does nothing else"}

CAUSES = [                                              # what an exception says: the cause
    ("EOFError", "it waits for input(); an answer gets all it needs as arguments"),
    ("SystemExit", "it calls exit(); an answer returns"),
    ("SyntaxError|IndentationError|TabError", "Python cannot read the file"),
    ("source code string cannot contain null|source code cannot contain null", "Python cannot read the file"),
    ("ModuleNotFoundError", "it imports something that is not installed here"),
    ("ImportError", "it imports a name that is not there"),
    ("must be real number, not Dual|loop of ufunc does not support.*Dual|'Dual' object has no attribute",
     "a function of math or NumPy was called with a dual number; use the sin and cos of this file"),
    ("must be real number, not (list|tuple|str|NoneType)", "a list, a tuple or text is handed to a function that takes a number"),
    ("must be real number, not Value|autograd.sin\\(v\\), not math|loop of ufunc does not support.*Value|v\\.data",
     "a function of math was called with a Value; use that of autograd"),
    ("only (length-1|0-dimensional|size-1) arrays", "a function of math, or float(...), was called with an array; use NumPy's"),
    ("NoneType", "something is None: a function in between gives nothing, or its `return` is missing"),
    ("'(float|int)' object has no attribute '(inputs|op|partials)'",
     "a plain number among the inputs is not a node; pass it over"),
    ("'(float|int)' object has no attribute '(data|grad|backward)'", "a plain number is treated as if it were a Value or a node"),
    ("'(float|int)' object has no attribute '(value|tangent)'",
     "a plain number has no value and no tangent: `dual` makes a dual number of it"),
    ("float\\(\\) argument must be .*'Dual'", "float(...) was called with a dual number, and loses the tangent"),
    ("float\\(\\) argument must be .*'(list|tuple)'", "float(...) was called with a list"),
    ("has no attribute", "an attribute that is not there"),
    ("matmul|not aligned|shapes|broadcast|mismatch in its core dimension", "the shapes do not fit: a transpose, or the order of a "
     "product"),
    ("UnboundLocalError|cannot access local variable", "a name is used in a function before it gets its value there"),
    ("NameError", "a name that is not defined"),
    ("ZeroDivisionError", "a division by 0"),
    ("OverflowError|overflow", "a number grows too large for a float: exp of a large number, or steps that are too long"),
    ("positional argument|unexpected keyword|required keyword", "the function has other arguments than before"),
    ("not callable", "something is called that is not a function"),
    ("IndexError|index out of range|out of bounds", "an index is too large for its list"),
    ("KeyError", "a key that is not in the dict"),
    ("not subscriptable", "an index on something that has none"),
    ("not iterable|cannot unpack|unpack", "something is taken apart that does not have so many parts"),
    ("unhashable", "a list or array is used as a key"),
    ("immutable|does not support item assignment|read-only", "it changes something that cannot be changed"),
    ("unsupported operand type\\(s\\) for \\^|ufunc 'bitwise_xor'", "^ is no power in Python, and not defined for floats: a power is written **"),
    ("unsupported operand type.*'(list|tuple|dict|set|str)'", "a list, a tuple or text stands where a number belongs"),
    ("unsupported operand|can't multiply sequence|can only concatenate", "an operation between things that it is not defined for"),
    ("domain error|requires a positive", "log or a root of a number it is not defined for"),
    ("truth value of an array", "an array is used as a condition"),
    ("AssertionError", "an assert in this file fails"),
    ("StopIteration", "an iterator is used up: it can be gone through once"),
    ("could not convert|invalid literal", "text is read as a number"),
    ("MemoryError", "it takes more memory than an answer may have"),
    ("", "it raises an exception")]


# Reading ---------------------------------------------------------------------------------------------------------------------

def as_number(x: Any, what: str) -> float:
    """x as a float; an array with one entry counts as it, and a Value as its data. Raises Wrong where it is none."""
    if isinstance(x, Recorded):
        return x.data
    if isinstance(x, Array) and len(x.entries) == 1:
        return as_number(x.entries[0], what)
    if isinstance(x, list) and len(x) == 1:
        return as_number(x[0], what)
    if isinstance(x, Array):
        raise Wrong(f"{what} has the shape {x.shape}; it should be a number", mistake="an array, where one number belongs")
    if isinstance(x, (int, float)):
        return float(x)
    raise unusable(what, x, "a number")


def as_vector(x: Any, n: int, what: str) -> list[float]:
    """x as a list of n floats. Raises Wrong where it is none."""
    return as_matrix(x, (n,), what)


def as_matrix(x: Any, shape: tuple[int, ...], what: str) -> list[float]:
    """The entries of x, row by row, which has to have that shape. Raises Wrong where it does not."""
    if shape == ():
        return [as_number(x, what)]
    found, entries = shape_of(x), []
    if found == ():
        raise Wrong(f"{what} has the shape (); it should be {shape}", mistake="one number, where an array belongs")
    if found is None:
        raise unusable(what, x, "an array of numbers")
    for entry in flat(x):
        if not isinstance(entry, (int, float, Recorded)) and not (isinstance(entry, Array) and len(entry.entries) == 1):
            raise unusable(what, x if kind(x) != kind([]) else entry, "an array of numbers")
        entries.append(as_number(entry, what))
    if found != shape:
        mistake = "it is transposed" if found == shape[::-1] else f"the shape is {found}, where {shape} belongs"
        raise Wrong(f"{what} has the shape {found}; it should be {shape}", mistake=mistake)
    return entries


def shape_of(x: Any) -> tuple[int, ...] | None:
    """The shape of nested lists or of an array; None where they have none."""
    if isinstance(x, Array):
        return x.shape
    if type(x) not in (list, tuple):
        return () if isinstance(x, (int, float, Recorded)) else None
    inner = {shape_of(y) for y in x}
    if len(inner) != 1 or None in inner:
        return None if x else (0,)
    return (len(x), *inner.pop())                               # type: ignore[misc]


def flat(x: Any) -> Iterable[Any]:
    """The entries of nested lists or of an array."""
    if isinstance(x, Array):
        yield from x.entries
    elif type(x) in (list, tuple):
        for y in x:
            yield from flat(y)
    else:
        yield x


def as_tuple(x: Any, n: int, what: str) -> Sequence[Any]:
    """x, which has to be a tuple, a list or an array of n things. Raises Wrong where it is not."""
    if isinstance(x, Array) and len(x.shape) == 1:
        x = x.entries
    if type(x) not in (tuple, list):
        raise unusable(what, x, f"a tuple of {n}")
    if len(x) != n:
        raise Wrong(f"{what} gave {len(x)} things; it should give {n}",
                    mistake="something is missing in what is returned" if len(x) < n else "too much is returned")
    return x


def as_dict(x: Any, keys: Sequence[str], what: str) -> dict[str, Any]:
    """x, which has to be a dict with these keys. Raises Wrong where it is not."""
    if not isinstance(x, dict):
        raise unusable(what, x, f"a dict with the keys {', '.join(keys)}")
    for key in keys:
        if key not in x:
            raise Wrong(f"{what} gave a dict without the key {key!r}", mistake=f"the key {key!r} is missing")
    return x


def unusable(what: str, x: Any, wanted: str) -> Wrong:
    """What to raise where x came, and something else was wanted."""
    if x is None:
        return Wrong(f"{what} gave None, not {wanted}", mistake="a `return` is missing" if what.endswith(")") else
                     "it is None: nothing is computed for it, or a `return` is missing in what computes it")
    mistake = f"it gives {kind(x)}, not {wanted}"
    if type(x) is tuple and len(x) == 1 and wanted == "a number":
        mistake = "a comma too many makes a tuple of the number"
    return Wrong(f"{what} gave {kind(x)}, not {wanted}", mistake=mistake)


# Points ----------------------------------------------------------------------------------------------------------------------

def draw(rng: random.Random, low: float = -2.0, high: float = 2.0) -> float:
    """A random number with two digits behind the point."""
    return round(rng.uniform(low, high), 2) + 0.0                       # + 0.0: no -0.0


def draws(rng: random.Random, n: int, low: float = -2.0, high: float = 2.0) -> list[float]:
    return [draw(rng, low, high) for _ in range(n)]


# Saying it -------------------------------------------------------------------------------------------------------------------

def show(x: Any) -> str:
    """An argument as text, arrays and long things in short."""
    if isinstance(x, (bool, str)) or x is None:
        return repr(x)
    if hasattr(x, "tolist"):
        return show(x.tolist())
    if isinstance(x, (float, int)):
        return f"{x:.6g}"
    if isinstance(x, (Array, Odd)):
        return kind(x)
    if isinstance(x, (list, tuple)):
        inside = ", ".join(map(show, x[:8])) + (", ..." if len(x) > 8 else "")
        return f"[{inside}]" if isinstance(x, list) else f"({inside})"
    return getattr(x, "label", "") or getattr(x, "__name__", "") or type(x).__name__


def call(name: str, *arguments: Any) -> str:
    """The call of a function, as text."""
    return f"{name}({', '.join(map(show, arguments))})"


def at(**inputs: Any) -> str:
    """Named inputs as text."""
    return "at " + ", ".join(f"{name} = {show(x)}" for name, x in inputs.items())


def entries(name: str, shape: tuple[int, ...]) -> list[str]:
    """The names of the entries of an array of that shape."""
    if not shape:
        return [name]
    places = [()]
    for n in shape:
        places = [(*place, i) for place in places for i in range(n)]    # type: ignore[misc]
    return [f"{name}[{', '.join(map(str, place))}]" for place in places]
