"""Checks functions that are here already, in a notebook or in a browser: check("e01", slope).

There is no other process, so this is for students themselves. Marks come from `python -m demos exercises mark`.
"""
from __future__ import annotations

import ast
import inspect
import textwrap
import tokenize
import types
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from demos.exercises import probes
from demos.exercises.catalogue import NAMES, asked_for, find
from demos.exercises.checkers.asking import Student
from demos.exercises.marking.desk import Desk, within
from demos.exercises.marking.mark import Checker, mark
from demos.exercises.marking.result import Result
from demos.exercises.marking.watch import watch

SECONDS = 10.0
_solved: dict[tuple[Any, ...], tuple[Result, list[Any]]] = {}       # with the functions, so that their ids stay theirs


def check(exercise: str | int, *answers: Any, seed: str = "", **named: Any) -> Result:
    """The result of an exercise for functions that are defined here; it prints itself.

    exercise   its number or name: 1, "e01", "slope"
    answers    the functions (or classes) that the exercise asks for, or a dict of names such as globals()
    named      the same by name, for functions that have another one: check("e01", slope=my_slope)

    ValueError where there is no such exercise, or a function is missing.

    >>> check("e01", lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h))
    e01_slope: solved
    """
    name = find(str(exercise))
    if name is None:
        raise ValueError(f"no exercise {exercise!r}: a number from 1 to {len(NAMES)}, or a name such as {NAMES[0]!r}")
    names = _names(name, answers, named)
    files = [f.__code__.co_filename for f in names.values() if isinstance(f, types.FunctionType)]
    desk = Desk({**_around(names.values()), **names}, max(set(files), key=files.count) if files else name)
    desk.called |= set(_engine_names(names.values()))
    end = watch(desk)

    def ask(probe: str, *arguments: Any) -> dict[str, Any]:
        with within(SECONDS):
            return desk.answer(probes.find(probe), arguments)
    try:
        student = Student(ask, "this notebook", seed)
        result = mark(name, Checker.of(name), student, _source(names.values()), {"is": None})
    finally:
        end()
    key = (name, seed, *sorted((word, id(f)) for word, f in names.items()))
    if result.solved:
        _solved[key] = result, [*names.values()]
    return _solved.get(key, (result,))[0]               # solved once: a later cell may use a name such as `sin` for something else


def _names(name: str, answers: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    """The student's functions by the names that the exercise gives them."""
    wanted, names = asked_for(name), dict(named)
    for answer in answers:
        if isinstance(answer, dict):
            names = {**answer, **names}
        elif len(wanted) == 1:
            names.setdefault(wanted[0], answer)
        else:
            names.setdefault(getattr(answer, "__name__", "?"), answer)
    around = _around(names.values())
    missing = [f for f in wanted if f not in names and f not in around]
    if missing:
        raise ValueError(f"exercise {name} asks for {', '.join(wanted)}: hand over {' and '.join(missing)} too")
    return names


def _around(answers: Any) -> dict[str, Any]:
    """The names that the functions see."""
    return {key: x for f in answers for key, x in getattr(f, "__globals__", {}).items()}


def _source(answers: Any) -> str:
    """The source of functions, where it can be found."""
    found = []
    for f in answers:
        if isinstance(f, (types.FunctionType, type)):
            with suppress(OSError, TypeError, SyntaxError, tokenize.TokenError):
                text = textwrap.dedent(inspect.getsource(f))
                ast.parse(text)
                found.append(text)
    return "\n".join(found)


def _engine_names(answers: Any) -> Iterator[str]:
    """The functions of modules that functions use by a name of their surroundings: autograd.grad for grad."""
    for f in answers:
        if isinstance(f, types.FunctionType):
            for name in _used(f.__code__):
                x = f.__globals__.get(name)
                if isinstance(x, types.ModuleType):
                    yield x.__name__
                elif callable(x) and isinstance(getattr(x, "__module__", None), str):
                    module = x.__module__.partition(".")[0]
                    if module not in ("__main__", "builtins"):
                        yield f"{module}.{getattr(x, '__name__', name)}"


def _used(code: types.CodeType) -> set[str]:
    return set(code.co_names).union(*(_used(c) for c in code.co_consts if isinstance(c, types.CodeType)))
