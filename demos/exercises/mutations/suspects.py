"""What wrong answers would give: a checker compares them with what came."""
from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from demos.exercises.catalogue import solution_source
from demos.exercises.mutations.mutate import Mutant, mutants


@lru_cache(maxsize=32)
def made(name: str, functions: tuple[str, ...], words: tuple[tuple[str, str], ...]) -> list[Mutant]:
    """The mutants of an exercise's solution; none where the solution is not here."""
    source = solution_source(name)
    return mutants(source, functions, dict(words)) if source else []


def suspects(name: str, functions: tuple[str, ...], ask: Callable[[dict[str, Any]], Any],
             words: dict[str, str] | None = None) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each mistake in words, and a function that computes what it gives.

    ask     takes the names that a wrong file defines, and gives the numbers to be compared
    """
    for mutant in made(name, functions, tuple((words or {}).items())):
        yield f"these numbers come out when, for instance, {mutant.said}", lambda mutant=mutant: _numbers(mutant, ask)


def _numbers(mutant: Mutant, ask: Callable[[dict[str, Any]], Any]) -> Any:
    names: dict[str, Any] = {"__name__": "a_mutant"}
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(mutant.source, "a mutant", "exec", dont_inherit=True), names)
            return ask(names)
        except Exception as error:                                      # such an answer raises; numbers it has none
            raise ValueError(str(error)) from None
