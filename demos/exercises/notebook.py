"""Checks functions that are here already, in a notebook or in a browser: check("e01", slope).

Where the functions can be moved (`moved`), a process of its own runs them, with the limits and causes of the terminal; else they run
here. Either way this is for students themselves. Marks come from `python -m demos exercises mark`.
"""
from __future__ import annotations

import ast
import inspect
import re
import sys
import tempfile
import textwrap
import tokenize
import types
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from demos.exercises import probes
from demos.exercises.catalogue import NAMES, asked_for, find, stub
from demos.exercises.checkers.asking import Student
from demos.exercises.marking.desk import Desk, within
from demos.exercises.marking.mark import Checker, mark, mark_file
from demos.exercises.marking.process import FORKS
from demos.exercises.marking.result import Result
from demos.exercises.marking.watch import watch
from demos.exercises.moved import Stays, moved

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
    apart = _apart(name, names, seed)
    if isinstance(apart, Result):
        return apart
    files = [f.__code__.co_filename for f in names.values() if isinstance(f, types.FunctionType)]
    desk = Desk({**_around(names.values()), **names}, max(set(files), key=files.count) if files else name)
    desk.called |= set(_engine_names(names.values()))
    end = watch(desk)

    def ask(probe: str, *arguments: Any) -> dict[str, Any]:
        with within(SECONDS):
            return desk.answer(probes.find(probe), arguments)
    try:
        student = Student(ask, "this notebook", seed)
        result = replace(mark(name, Checker.of(name), student, _source(names.values()), {"is": None}),
                         note=f"(Checked here, with no limit of memory: {apart}.)" if apart else "")
    finally:
        end()
    key = (name, seed, *sorted((word, id(f)) for word, f in names.items()))
    if result.solved:
        _solved[key] = result, [*names.values()]
    return _solved.get(key, (result,))[0]               # solved once: a later cell may use a name such as `sin` for something else


def _apart(name: str, names: dict[str, Any], seed: str) -> Result | str:
    """The result from a process of its own; or why there is none, "" where there are no processes at all."""
    if not FORKS or sys.platform == "emscripten":
        return ""
    around = _around(names.values())
    given = {node.name for node in ast.parse(stub(name)).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    answers = {**{word: around[word] for word in given if word in around}, **{word: x for word, x in names.items() if word in given}}
    try:
        source = moved(answers, around)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.py"
            path.write_text(source, encoding="utf-8")
            result = mark_file(name, path, seed)
    except Stays as why:
        return str(why)
    except (OSError, EOFError):
        return "no process could be started"
    if any(words in result.mistake for words in ELSEWHERE):
        return "a process of its own does not find what it imports"
    return _said_here(result, source, f"{name}.py")


ELSEWHERE = ("it imports", "a name that is not defined", "Python cannot read the file", "the name ")


def _said_here(result: Result, source: str, file: str) -> Result:
    """The result, with lines of the notebook in place of line numbers of the file."""
    lines = source.splitlines()

    def here(text: str) -> str:
        text = re.sub(rf", at line (\d+) of {re.escape(file)}", lambda m: f", at `{lines[int(m[1]) - 1].strip()}`", text)
        return re.sub(r"in line (\d+)", lambda m: f"in `{lines[int(m[1]) - 1].strip()}`" if int(m[1]) <= len(lines) else m[0],
                      text).replace(file, "this notebook")
    parts = tuple(replace(part, message=here(part.message), mistake=here(part.mistake)) for part in result.parts)
    return replace(result, parts=parts, message=here(result.message), mistake=here(result.mistake))


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
