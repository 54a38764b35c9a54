"""Questions in a lesson: predict first, then see.

    lesson.ask("c = b + b and b = a + a. What is dc/da?", a.grad, wrong={1.0: "one of four paths"}, why="...")

The answer is computed by the lesson, never typed in. A page hides what follows until a number or a choice is given; a terminal
(`--ask`) and a notebook wait for it; a plain run prints question and answer.
"""
from __future__ import annotations

import builtins
import json
import math
import os
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

ASK = "DEMOS_ASK"                   # the environment variable that asks on a terminal
HERE = Path(__file__).parent
STYLE = (HERE / "asking.css").read_text(encoding="utf-8")
SCRIPT = (HERE / "asking.js").read_text(encoding="utf-8")
NEAR = 0.02                         # a prediction this near, relative to the answer, is right


@dataclass(frozen=True)
class Question:
    """A question, its answer, and what to say to it.

    text     the question, in Markdown
    answer   a number, or one of the choices
    choices  what to choose from; none where a number is asked for
    wrong    for a wrong number or choice the reason somebody would give it
    why      what is said once a prediction was made
    within   how near a number has to come, relative to the answer
    factor   where an order of magnitude is asked for: the factor by which a number may be off
    """
    text: str
    answer: float | str
    choices: tuple[str, ...]
    wrong: Mapping[float | str, str]
    why: str
    within: float
    factor: float

    def is_right(self, given: float | str) -> bool:
        """Whether a prediction is right."""
        return self._same(given, self.answer)

    def verdict(self, given: float | str | None) -> str:
        """What is said to a prediction; None stands for `show me`."""
        if given is None:
            return f"Answer: {self.shown}. {self.why}".rstrip()
        if self.is_right(given):
            return f"Right: {self.shown}. {self.why}".rstrip()
        hints = [hint for key, hint in self.wrong.items() if self._same(given, key)]
        told = [f"{hint[:1].upper()}{hint[1:]}." for hint in hints[:1]]
        return " ".join([f"Not {_shown(given)}, but {self.shown}.", *told, self.why]).rstrip()

    @property
    def shown(self) -> str:
        """The answer as it is printed."""
        return _shown(self.answer)

    def read(self, typed: str) -> float | str:
        """A prediction as it was typed. Raises ValueError, with what to type, for anything else."""
        if not self.choices:
            return number(typed)
        letters = {chr(ord("a") + i): choice for i, choice in enumerate(self.choices)}
        exact = {choice.lower(): choice for choice in self.choices}
        chosen = {**exact, **letters}.get(typed.strip().strip(")").lower())
        if chosen is None:
            raise ValueError(f"type one of {', '.join(letters)}")
        return chosen

    def _same(self, a: float | str, b: float | str) -> bool:
        if isinstance(a, str) or isinstance(b, str):
            return a == b
        if self.factor:
            return a * b > 0 and 1 / self.factor <= a / b <= self.factor
        return abs(a - b) <= self.within * abs(b) + 1e-9

    def __str__(self) -> str:
        """The question as a terminal shows it."""
        lines = textwrap.wrap(f"? {self.text}", 100, subsequent_indent="  ")
        return "\n".join([*lines, *(f"  {chr(ord('a') + i)}) {c}" for i, c in enumerate(self.choices))])

    def html(self, inline: Callable[[str], str]) -> str:
        """The question as a form; `inline` makes HTML of Markdown."""
        facts = {"answer": self.answer, "shown": self.shown, "within": self.within, "factor": self.factor, "why": inline(self.why),
                 "wrong": [[key, inline(f"{hint[:1].upper()}{hint[1:]}.")] for key, hint in self.wrong.items()]}
        buttons = "".join(f'<button type="submit" value="{escape(c)}">{inline(c)}</button>' for c in self.choices)
        if not self.choices:
            buttons = ('<input type="text" size="12" autocomplete="off" aria-label="your prediction">'
                       '<button type="submit">Predict</button>')
        return (f'<form class="question" data-facts="{escape(json.dumps(facts))}"><p class="ask">{inline(self.text)}</p>'
                f'<div class="replies">{buttons}<button type="button" class="skip">Show me</button></div>'
                '<p class="verdict" role="status" hidden></p></form>')


def question(text: str, answer: Any, *, choices: Sequence[str] = (), wrong: Mapping[Any, str] | None = None,
             why: str = "", within: float = NEAR, factor: float = 0.0) -> Question:
    """A Question. A bool is answered with yes or no; a Value stands for its number.

    Raises ValueError where the answer is not among the choices, TypeError where it is not a number and there are none.
    """
    if isinstance(answer, bool) or getattr(answer, "dtype", None) == bool:
        answer, choices = "yes" if answer else "no", choices or ("yes", "no")
    choices = tuple(map(str, choices))
    answer = str(answer) if choices else _as_number(answer)
    if choices and answer not in choices:
        raise ValueError(f"the answer {answer!r} is not among the choices {', '.join(map(repr, choices))}")
    keys = {str(key) if choices else _as_number(key): hint for key, hint in (wrong or {}).items()}
    made = Question(text, answer, choices, {}, why, within, factor)
    return replace(made, wrong={key: hint for key, hint in keys.items() if not made.is_right(key)})


def number(typed: str) -> float:
    """A number as a student types it: 0.5, -3, 1/3, 1e-3, or 0,5. Raises ValueError for anything else.

    >>> number("1/4"), number(" -0,5 ")
    (0.25, -0.5)
    """
    parts = typed.replace(",", ".").replace("−", "-").split("/")
    try:
        numbers = [float(part) for part in parts]
        found = numbers[0] if len(numbers) == 1 else numbers[0] / numbers[1]
    except (ValueError, ZeroDivisionError):
        found = math.nan
    if len(parts) > 2 or not math.isfinite(found):
        raise ValueError("type a number, such as 0.5, -3 or 1/3")
    return found


def put(asked: Question) -> None:
    """Print a question, wait for a prediction where somebody is there, and print the answer."""
    print(asked)
    print(textwrap.fill(asked.verdict(_prediction(asked)), 100, initial_indent="  ", subsequent_indent="  "))


def _prediction(asked: Question) -> float | str | None:
    """What somebody at a terminal or in a notebook predicts; None where nobody does, or wants to see."""
    if not (os.environ.get(ASK) or hasattr(builtins, "__IPYTHON__")):
        return None
    while True:
        try:
            typed = input("  your prediction (Enter shows the answer): ")
        except (EOFError, NotImplementedError):         # nobody can type; in a notebook the latter
            return None
        if not typed.strip():
            return None
        try:
            return asked.read(typed)
        except ValueError as error:
            print(f"  {error}")


def _shown(answer: float | str) -> str:
    if isinstance(answer, str):
        return answer
    return f"{answer:.6g}" if abs(answer) > 1e-12 else "0"              # what rounding leaves of a zero


def _as_number(answer: Any) -> float:
    try:
        return float(getattr(answer, "data", answer) if not hasattr(answer, "dtype") else answer)
    except (TypeError, ValueError):
        raise TypeError(f"an answer is a number, or one of the choices; got {answer!r}") from None
