"""The exercise that a teacher makes of a function: its files, its variants, its marks, its page."""
from __future__ import annotations

import html
import random
import runpy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograd import Value, play
from demos.exercises.checkers.asking import Student
from demos.exercises.marking.desk import Desk
from demos.exercises.marking.mark import Checker, mark, mark_file
from demos.exercises.marking.result import Result
from demos.exercises.own.kinds import KINDS, Kind, near
from demos.exercises.own.steps import Graph
from demos.exercises.probes import find


@dataclass(frozen=True)
class Exercise:
    """An exercise about a function; `exercise` makes one.

    write(folder)      the student's file and a live page
    variant(seed)      the same with other inputs, for another student
    mark(path)         the Result of a file
    check(**answers)   the Result of what is here already, in a notebook
    """
    f: Callable[..., Any] = field(repr=False)
    inputs: Mapping[str, float]
    ask: str
    name: str
    seed: str = ""
    family: tuple[Callable[..., Any], ...] = field(default=(), repr=False)         # f and what other students get in its place

    @property
    def kind(self) -> Kind:
        return KINDS[self.ask]

    def make(self, point: Mapping[str, float]) -> Graph:
        return Graph(self.f, point)

    def _rng(self) -> random.Random:
        return random.Random(f"{self.name}/{self.seed}")

    @property
    def text(self) -> str:
        """The statement, in Markdown."""
        title = {"grad": "By hand", "graph": "The graph", "order": "The order", "fault": "Find the fault", "predict": "Predict"}[self.ask]
        return f"# {title}: {self.name}\n\n{self.kind.task(self.make(self.inputs), self._rng())}"

    @property
    def stub(self) -> str:
        """The file that a student begins with."""
        return f'# %% [markdown]\n"""\n{self.text}\n"""\n\n# %%\n{self.kind.lines(self.make(self.inputs))}\n'

    def variant(self, seed: object) -> Exercise:
        """The same exercise with other inputs, another fault, and another function of its family; the same for the same seed."""
        rng = random.Random(f"{self.name}/variant/{seed}")
        other = replace(self, f=rng.choice(self.family), seed=str(seed)) if self.family else replace(self, seed=str(seed))

        def asked(point: Mapping[str, float]) -> Graph:
            replace(other, inputs=point).checker()                          # ValueError where nothing can be asked there
            return other.make(point)
        return replace(other, inputs=near(self.inputs, rng, asked).point)

    def checker(self) -> Checker:
        return Checker(self.kind.parts(self.make(self.inputs), self.make, self._rng()), self.kind.policy, self.kind.hints)

    def write(self, folder: str | Path) -> list[Path]:
        """Write the student's file, and for `grad` and `predict` a live page to explore the function afterwards; gives their paths.

        FileExistsError where the student's file is there already, for it may hold an answer.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        path, page = folder / f"{self.name}.py", folder / f"{self.name}.html"
        with path.open("x", encoding="utf-8") as file:
            file.write(self.stub)
        page.write_text(self.page(), encoding="utf-8")
        return [path, page]

    def page(self) -> str:
        """A page without network: the statement, and the computation to play, forward and backward, once it is opened."""
        leaves = [Value(x, label=name) for name, x in self.inputs.items()]
        y = self.f(*leaves)
        y.label = y.label or "y"
        player = html.escape(play(y, title=self.name).html)
        return PAGE.format(title=html.escape(self.name), text=html.escape(self.text), player=player)

    def mark(self, path: str | Path, seconds: float = 6.0) -> Result:
        """The result of a student's file, whose code runs in a process of its own."""
        return mark_file(self.name, Path(path), self.seed, seconds, checker=self.checker())

    def check(self, **answers: Any) -> Result:
        """The result of answers that are here already: check(derivatives=derivatives), check(ORDER=["y", "v1", "x"])."""
        desk = Desk(dict(answers), self.name)

        def ask(probe: str, *arguments: Any) -> dict[str, Any]:
            return desk.answer(find(probe), arguments)
        return mark(self.name, self.checker(), Student(ask, "this notebook", self.seed), "", {"is": None})


def exercise(f: Callable[..., Any] | Sequence[Callable[..., Any]], inputs: Mapping[str, float], ask: str = "grad", name: str = "",
             seed: object = "") -> Exercise:
    """An exercise about a function of numbers, written with operators and functions of autograd.

    f        the function; it is called with Values, in the order of the inputs. Or a list of functions of the same inputs: a variant has one
             of them, by its seed
    inputs   a number for each argument, by name: the point at which values are shown
    ask      "grad": the derivatives by hand; "graph": the computational graph; "order": an order for the backward pass; "fault": the wrong
             step of a backward pass; "predict": value and derivatives, roughly
    name     of the files; else the function's
    seed     for a variant

    ValueError for another `ask`, or where nothing can be asked at this point; TypeError where f does not give a Value.

    >>> from autograd import sin
    >>> wave = exercise(lambda x, w: sin(x * w) + x, {"x": 1.5, "w": -0.5}, ask="order", name="wave")
    >>> wave.check(ORDER=["y", "v2", "v1", "w", "x"])
    wave_order: solved
    >>> wave.check(ORDER=["x", "w", "v1", "v2", "y"]).mistake
    'this is the order of the forward pass'
    >>> curves = exercise([lambda x: sin(x) / x, lambda x: x * sin(x), lambda x: sin(x) + x**2], {"x": 1.5}, name="curve")
    >>> [curves.variant(who).text.splitlines()[2].strip() for who in ("ada", "bob", "cyd")]
    ['y = sin(x) / x', 'y = sin(x) + x**2', 'y = sin(x) / x']
    """
    if ask not in KINDS:
        raise ValueError(f"ask={ask!r}: one of {', '.join(KINDS)}")
    family = tuple(f) if isinstance(f, Sequence) else (f,)
    if not family:
        raise ValueError("a list of functions for an exercise holds at least one")
    called = name or getattr(family[0], "__name__", "function")
    point = {str(key): float(x) for key, x in inputs.items()}
    for each in reversed(family):
        made = Exercise(each, point, ask, f"{called.strip('<>')}_{ask}", family=family if len(family) > 1 else ())
        made.checker()                                  # whatever cannot be asked is said now, not to a student
    return made.variant(seed) if str(seed) else made


def of_file(path: Path, seed: str = "") -> list[Exercise]:
    """The exercises that a teacher's file makes at its top level, as variants for the seed if there is one."""
    names = runpy.run_path(str(path))
    found = {x.name: x for x in names.values() if isinstance(x, Exercise)}
    return [x.variant(seed) if seed else x for x in found.values()]


def show(made: list[Exercise], path: Path) -> int:
    """Print the result of a file for the exercise that it is named after, or for the only one; 0 when it is solved."""
    chosen = next((x for x in made if x.name == path.stem), made[0])
    result = chosen.mark(path)
    print(result)
    return 0 if result.solved else 1


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>
body {{ font: 18px/1.5 system-ui, Arial, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }}
pre {{ white-space: pre-wrap; font: 18px/1.5 ui-monospace, Consolas, monospace; background: #f5f5f5; padding: 1rem; border-radius: 6px; }}
summary {{ cursor: pointer; font-weight: 600; padding: .5rem 0; }}
iframe {{ width: 100%; height: 46rem; border: 1px solid #bbb; border-radius: 6px; }}
</style></head><body>
<pre>{text}</pre>
<details><summary>When you have answered: play the computation, forward and backward, and change its inputs</summary>
<iframe title="{title}" sandbox="allow-scripts" srcdoc="{player}"></iframe></details>
</body></html>
"""
