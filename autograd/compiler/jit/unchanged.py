"""Whether what a function reads is as it was: a Watch for each thing, and all of them at once.

What is compared by identity alone is one expression for everything, written once for a function
that is called often: it takes a fifth of the time of a list for each thing.
"""
from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Sequence
from operator import is_
from typing import Any, NamedTuple

import numpy as np

Term = tuple[str, tuple[Any, ...]]          # an expression, and the objects that stand for its {}
NOT_THERE = (AttributeError, KeyError, ValueError)


class Watch(NamedTuple):
    """Something that may change: `look()` gives what it holds now, `held` is what it held.

    of      what holds it, where that is one object
    tests   expressions that are true where it holds the same objects; None for a call of `same`
    """
    look: Callable[[], list[Any]]
    held: list[Any]
    of: Any = None
    tests: Sequence[Term] | None = None

    def same(self, strictly: bool = False) -> bool:
        """Whether it holds the same objects, or numbers and strings of the same value: `strictly`
        no others than the same, but for bytes. False, too, where a look is an error.
        """
        try:
            now, held = self.look(), self.held
        except Exception:
            return False
        if len(now) != len(held):
            return False
        return all(map(is_, now, held)) or all(map(is_same if strictly else alike, now, held))


def is_same(a: Any, b: Any) -> bool:
    """Whether they are one object, or the same bytes."""
    return a is b or type(a) is bytes is type(b) and a == b


def alike(a: Any, b: Any) -> bool:
    """Whether they are one object, or numbers or strings of one kind and value."""
    if a is b:
        return True
    if type(a) is type(b) and isinstance(a, (str, bytes)):
        return bool(a == b)
    simple = (int, float, bool, complex, np.generic)
    return type(a) is type(b) and isinstance(a, simple) and repr(a) == repr(b) and a == a


def are_held(terms: Iterable[Term], held: list[Any]) -> list[Term]:
    """Tests of whether terms are the objects that are held."""
    return [(f"{text} is {{}}", (*objects, x)) for (text, objects), x in zip(terms, held)]


def together(watches: Iterable[Watch], strictly: bool) -> Callable[[], bool]:
    """A function that tells whether all hold the same objects; False, too, where some were
    replaced by others of the same value."""
    constants: dict[str, Any] = {}

    def named(x: Any) -> str:
        name = f"c{len(constants)}"
        constants[name] = x
        return name
    tests = ["True"]
    for watch in watches:
        if watch.tests is None:
            tests.append(f"{named(watch.same)}({strictly})")
        else:
            tests += [text.format(*map(named, objects)) for text, objects in watch.tests]
    constants |= {"NOT_THERE": NOT_THERE, "dumps": marshal.dumps}
    exec("def same():\n    try:\n        return (" + "\n            and ".join(tests) + ")\n"
         "    except NOT_THERE:\n        return False", constants)
    found: Callable[[], bool] = constants["same"]
    return found
