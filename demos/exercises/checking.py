"""What the checkers share: asking a student's functions, finite differences, and saying what is wrong.

1. Whatever a student's code raises or returns becomes a `Wrong` that says what was asked, and where the code stands.
2. What is right is found by finite differences of plain functions of floats, not from stored answers.
3. Points come from a seeded generator and have few digits, so that they print in full and can be tried again by hand.
"""
from __future__ import annotations

import math
import re
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograd import Value
from autograd.derivatives.differences import finite_difference


class Wrong(Exception):
    """What is wrong. The first line says what, where, got and expected; lines after it say more, the last one perhaps why."""

    def __init__(self, what: str, *more: str) -> None:
        super().__init__("\n".join(line for line in (what, *more) if line))


class NotBegun(Exception):
    """The first function asked is not written yet."""


# Asking ----------------------------------------------------------------------------------------------------------------------

class Student:
    """A student's file, whose functions are asked by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answered = 0                                       # how many questions brought an answer
        self.raised_limit = False                               # whether Python's limit of recursion was raised
        if not path.exists():
            raise Wrong(f"there is no file {path.name}")
        self.module = types.ModuleType(path.stem)
        self.module.__file__ = str(path)
        sys.modules[path.stem] = self.module                    # dataclasses look there
        self.attempt(f"reading {path.name}", self._load)

    def _load(self) -> None:
        exec(compile(self.path.read_bytes(), str(self.path), "exec", dont_inherit=True), self.module.__dict__)

    def get(self, name: str) -> Any:
        """What the file calls by that name."""
        if not hasattr(self.module, name):
            raise Wrong(f"{self.path.name} has no {name} any more", "Perhaps: it was renamed; the check goes by the name.")
        return getattr(self.module, name)

    def ask(self, name: str, *arguments: Any) -> Any:
        """What the function of that name gives; it is handed copies, so that it can change nothing of ours."""
        asked = self.get(name)
        result = self.attempt(call(name, *arguments), asked, *map(fresh, arguments))
        self.answered += 1
        return result

    def do(self, what: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """function(*arguments), a question put in another way than by a function's name; it counts as one."""
        result = self.attempt(what, function, *arguments)
        self.answered += 1
        return result

    def number(self, name: str, *arguments: Any) -> float:
        """The number the function of that name gives."""
        return as_number(self.ask(name, *arguments), call(name, *arguments))

    def attempt(self, what: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """function(*arguments); what it raises becomes Wrong, with the place in the student's file."""
        limit = sys.getrecursionlimit()
        try:
            return function(*arguments)
        except (Wrong, KeyboardInterrupt):
            raise
        except NotImplementedError as error:
            if not self.answered:
                raise NotBegun(f"begin here: {first_line(str(error)) or what}") from None
            raise Wrong(f"begun; still to do: {first_line(str(error)) or what}") from None
        except RecursionError as error:
            raise Wrong(f"{what} calls itself too often, perhaps without end{place(error, self.path)}") from None
        except BaseException as error:                                  # exit() too
            said = first_line(traceback.format_exception_only(error)[-1])
            hints = [f"Perhaps: {hint}." for words, hint in HINTS.items() if re.search(words, said)]
            raise Wrong(f"{what} raised {said}{place(error, self.path)}", *hints[:1]) from None
        finally:
            self.raised_limit = self.raised_limit or sys.getrecursionlimit() > limit
            sys.setrecursionlimit(limit)


HINTS = {                                               # what an error says: why, perhaps
    "OverflowError": "exp of a large number, or a learning rate that is too large",
    "must be real number, not Dual": "a function of math was called with a dual number; use the sin and cos of this file",
    "'(float|int)' object has no attribute 'inputs'": "a plain number among the inputs is no node; pass it over"}


def place(error: BaseException, path: Path) -> str:
    """In words, the last line of the file at path that the error passed through; "" where there is none."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    if isinstance(error, SyntaxError) and error.filename == str(path):
        lines.append(error.lineno)
    return f", at line {lines[-1]} of {path.name}" if lines else ""


def fresh(x: Any) -> Any:
    """A copy of arrays, lists, tuples and dicts; all else as it is."""
    if isinstance(x, np.ndarray):
        return x.copy()
    if isinstance(x, (list, tuple)):
        return type(x)(map(fresh, x))
    return {key: fresh(y) for key, y in x.items()} if isinstance(x, dict) else x


def first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


# Numbers ---------------------------------------------------------------------------------------------------------------------

def draw(rng: np.random.Generator, *shape: int, low: float = -2.0, high: float = 2.0) -> Any:
    """Random numbers with two digits behind the point: a float, or an array of that shape."""
    drawn = rng.uniform(low, high, shape).round(2) + 0.0                # + 0.0: no -0.0
    return drawn if shape else float(drawn)


def as_number(x: Any, what: str) -> float:
    """x as a float. Raises Wrong where it is none; a Value counts as its data."""
    if isinstance(x, Value):
        return x.data
    if isinstance(x, (int, float, np.integer, np.floating)) or isinstance(x, np.ndarray) and x.shape == ():
        try:
            return float(x)
        except OverflowError:                                           # an int
            return math.inf
    raise unusable(what, x, "a number")


def as_array(x: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    """x as an array of floats. Raises Wrong where it is none of that shape."""
    try:
        array = np.array(x, dtype=float)
        entries_are_real = not any(isinstance(y, (str, bytes, complex, np.complexfloating))     # which NumPy would turn into
                                   for y in np.array(x, dtype=object).flat)                     # numbers without a word
    except Exception:                                                   # whatever a student's object does
        entries_are_real = False
    if x is None or not entries_are_real:
        raise unusable(what, x, "an array of numbers")
    if array.shape != shape:
        hint = "Perhaps: it is transposed." if array.shape == shape[::-1] else ""
        raise Wrong(f"{what} has the shape {array.shape}; it should be {shape or 'a number'}", hint)
    return array


def as_tuple(x: Any, n: int, what: str) -> Sequence[Any]:
    """x, which has to be a tuple, a list or an array of n things. Raises Wrong where it is not."""
    if isinstance(x, np.ndarray) and x.ndim == 1:
        x = list(x)
    if not isinstance(x, (tuple, list)):
        raise unusable(what, x, f"a tuple of {n}")
    if len(x) != n:
        raise Wrong(f"{what} gave {len(x)} things; it should give {n}")
    return x


def as_dict(x: Any, keys: Sequence[str], what: str) -> dict[str, Any]:
    """x, which has to be a dict with these keys. Raises Wrong where it is not."""
    if not isinstance(x, dict):
        raise unusable(what, x, f"a dict with the keys {', '.join(keys)}")
    for key in keys:
        if key not in x:
            raise Wrong(f"{what} gave a dict without the key {key!r}")
    return x


def unusable(what: str, x: Any, wanted: str) -> Wrong:
    """What to raise where x came, and something else was wanted."""
    return Wrong(f"{what} gave {kind(x)}, not {wanted}", "Perhaps: a `return` is missing." if x is None else "")


def kind(x: Any) -> str:
    """What x is, in a few words."""
    if isinstance(x, int) and abs(x) > 10**20:                          # it may have too many digits to be printed
        return "a huge int"
    if x is None or isinstance(x, (int, float, complex, str)):
        return f"{'' if x is None else type(x).__name__ + ' '}{repr(x)[:40]}"
    return f"a {type(x).__name__}"


# Finite differences ----------------------------------------------------------------------------------------------------------

def derivative(f: Callable[[float], float], x: float) -> float:
    """f'(x) by finite differences."""
    return finite_difference(lambda t: [f(t)], x)[0].value


def gradient(f: Callable[[Any], float], x: Any) -> Any:
    """The derivatives of the number f(x) by each entry of the array x, by finite differences."""
    x = np.array(x, dtype=float)

    def moved(place: tuple[int, ...], t: float) -> float:
        y = x.copy()
        y[place] = t
        return f(y if x.shape else float(t))
    return np.array([derivative(lambda t: moved(place, t), x[place]) for place in np.ndindex(x.shape)]).reshape(x.shape)


# Saying what is wrong --------------------------------------------------------------------------------------------------------

def compare(names: Sequence[str], got: Any, expected: Any, suspects: Sequence[tuple[str, Any]] = (),
            where: str = "", by: str = "by finite differences it is") -> None:
    """Raise Wrong for the first of the numbers `got` that is not as expected.

    names     what each number is called
    suspects  well-known mistakes: what to say, and the numbers that each would give
    where     the inputs, in words
    """
    got, expected = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    right = close(got, expected)
    if not right.all():
        i = int(right.argmin())
        a, b = apart(got.flat[i], expected.flat[i])
        mistakes = [said for said, numbers in suspects
                    if np.size(numbers) == got.size and all_close(got.ravel(), np.ravel(numbers))]
        mistakes += resemblances(got, expected)
        raise Wrong(f"{names[i]} is {a}; {by} {b}", where, f"Perhaps: {mistakes[0]}." if mistakes else "")


def check_minimum(asked: str, names: Sequence[str], x: np.ndarray, loss: Callable[[np.ndarray], float],
                  suspects: Sequence[tuple[str, Any]] = ()) -> None:
    """Raise Wrong unless every derivative of loss at x is smaller than 0.001, by finite differences."""
    if not np.isfinite(x).all() or not np.isfinite(loss(x)):
        raise Wrong(f"{asked} gave {show(x)}", "Perhaps: the learning rate is too large; the loss is a sum over all points.")
    slopes = gradient(loss, x)
    if abs(slopes).max() > 1e-3:
        i = int(abs(slopes).argmax())
        mistakes = [said for said, numbers in suspects if all_close(x, numbers)]
        still = [name for name, slope in zip(names, slopes) if abs(slope) > 1e-3]
        mistakes += [f"the steps do not change {', '.join(still)}; the others are at the minimum"] * (len(still) < len(names))
        mistakes.append("it stopped too early, or its steps are too small")
        raise Wrong(f"{asked}: the derivative of the loss by {names[i]} is {slopes[i]:.4g} by finite differences, and not 0",
                    at(**dict(zip(names, x))), f"Perhaps: {mistakes[0]}.")


def close(got: Any, expected: Any) -> np.ndarray:
    """Where two arrays agree, to the precision of finite differences."""
    return np.isclose(got, expected, rtol=1e-6, atol=1e-8)


def all_close(got: Any, expected: Any) -> bool:
    return bool(close(got, expected).all())


def resemblances(got: np.ndarray, expected: np.ndarray) -> list[str]:
    """In words, how wrong numbers are related to the right ones."""
    if not np.isfinite(got).all():
        return ["something overflowed, or was divided by 0"]
    if got.size > 1 and all_close(got, 0.0):
        return ["nothing arrives: all numbers are 0"]
    if all_close(got, -expected):
        return ["the sign is the wrong way round"]
    return [said for said, true in _relations(got, expected) if true] if got.size > 1 else []


def _relations(got: np.ndarray, expected: np.ndarray) -> list[tuple[str, bool]]:
    square = got.ndim == 2 and got.shape[0] == got.shape[1]
    first, off = got.flat[0], got.flat[0] - expected.flat[0]
    ratio = float(np.median(got[expected != 0] / expected[expected != 0]))
    factor = {2.0: "a factor 2 too many: all are twice what they should be",
              0.5: "a factor 2 is missing: all are half of what they should be"}.get(
        round(ratio, 6), f"a factor: all are {ratio:.4g} times what they should be")
    return [
        (factor, all_close(got, ratio * expected)),
        ("it is transposed", square and all_close(got.T, expected)),
        ("it is upside down: one over what it should be", all_close(got * expected, 1.0)),
        ("it is the same number everywhere, whatever the input", all_close(got, first)),
        (f"all are off by the same number, {off:.4g}", all_close(got - off, expected)),
        ("the right numbers, in the wrong places", all_close(np.sort(got, axis=None), np.sort(expected, axis=None))),
    ]


def apart(a: float, b: float) -> tuple[str, str]:
    """Two different numbers as text, with as many digits as it takes to tell them apart."""
    for digits in (4, 6, 8, 10, 17):
        shown = f"{a:.{digits}g}", f"{b:.{digits}g}"
        if shown[0] != shown[1]:
            break
    return shown


def show(x: Any) -> str:
    """An argument as text, arrays and long things in short."""
    if isinstance(x, (bool, str)) or x is None:
        return repr(x)
    if isinstance(x, (float, int, np.number)):
        return f"{x:.6g}"
    if isinstance(x, np.ndarray):
        return show(x.tolist())
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


def entries(name: str, array: Any) -> list[str]:
    """The names of the entries of an array."""
    return [f"{name}[{', '.join(map(str, place))}]" if place else name for place in np.ndindex(np.shape(array))]

