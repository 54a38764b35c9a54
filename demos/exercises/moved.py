"""A file made of functions that are here already, so that a process of its own can check them.

It holds their source, and what they use: imports, other functions and classes of the same notebook, plain data. What cannot be
written so stays, with the reason.
"""
from __future__ import annotations

import ast
import builtins
import inspect
import sys
import textwrap
import tokenize
import types
from contextlib import suppress
from typing import Any


class Stays(Exception):
    """Why something cannot be moved."""


def moved(answers: dict[str, Any], around: dict[str, Any]) -> str:
    """The source of a file that defines the answers by their names; `around` holds the names of the notebook.

    Stays where something they use is neither source, nor an import, nor plain data.
    """
    parts: dict[str, str] = {}
    todo = list(answers.items())
    while todo:
        name, x = todo.pop()
        if name not in parts:
            parts[name] = text = written(name, x, around)
            used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
            todo += [(other, around[other]) for other in used - {*parts, *answers} if other in around and not hasattr(builtins, other)]
    imports = [text for text in parts.values() if text.startswith(("import ", "from "))]
    return "\n".join([*imports, *in_order({name: text for name, text in parts.items() if text not in imports})]) + "\n"


def in_order(parts: dict[str, str]) -> list[str]:
    """The texts in such an order that what a class, a default or a decorator needs stands before it, where that can be."""
    left, found = dict(parts), []
    while left:
        name = next((n for n, text in left.items() if not at_once(text) & ({*left} - {n})), next(iter(left)))
        found.append(left.pop(name))
    return found


def at_once(text: str) -> set[str]:
    """The names that are needed when the text is run, not when its functions are called."""
    tree = ast.parse(text)
    inside = {id(node) for f in ast.walk(tree) if isinstance(f, (ast.FunctionDef, ast.Lambda))
              for part in (f.body if isinstance(f.body, list) else [f.body]) for node in ast.walk(part)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in inside}


def written(name: str, x: Any, around: dict[str, Any]) -> str:
    """The line or lines that make x under that name."""
    if isinstance(x, types.ModuleType):
        return f"import {x.__name__} as {name}"
    if isinstance(x, types.FunctionType) and is_here(x, around) or isinstance(x, type) and around.get("__name__") == x.__module__:
        return source_of(name, x)
    place = imported(x)
    if place:
        return f"from {place[0]} import {place[1]} as {name}"
    with suppress(ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        if len(repr(x)) < 10_000 and ast.literal_eval(repr(x)) == x:
            return f"{name} = {x!r}"
    raise Stays(f"{name} is {type(x).__name__}, which has no source")


def is_here(f: types.FunctionType, around: dict[str, Any]) -> bool:
    return f.__globals__.get("__name__") == around.get("__name__")


def source_of(name: str, x: Any) -> str:
    """The source of a function or class, and its name where that is another."""
    if getattr(x, "__closure__", None):
        raise Stays(f"{name} uses names of a function around it")
    try:
        text = textwrap.dedent(inspect.getsource(x))
        tree = ast.parse(text)
    except (OSError, TypeError, SyntaxError, tokenize.TokenError):      # a file that is not of Python
        raise Stays(f"the source of {name} is not to be found") from None
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    if getattr(x, "__name__", "") == "<lambda>":
        if len(lambdas) != 1:
            raise Stays(f"{name} is one of several lambdas in a line")
        return f"{name} = {ast.unparse(lambdas[0])}"
    return text if x.__name__ == name else f"{text}\n{name} = {x.__name__}"


def imported(x: Any) -> tuple[str, str] | None:
    """The module and the name by which x can be imported; None where it cannot."""
    names = {getattr(x, "__name__", ""), getattr(x, "name", "")} - {""}
    for module in (getattr(x, "__module__", None), type(x).__module__.partition(".")[0], "numpy", "math"):
        for name in names:
            if isinstance(module, str) and isinstance(name, str) and module != "__main__" and \
                    vars(sys.modules.get(module) or ast).get(name, imported) is x:
                return module, name
    return None
