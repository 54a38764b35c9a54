"""Shows how far an engine is that a student builds in one file, the step that is next, and what is wrong with it."""
from __future__ import annotations

import textwrap
from pathlib import Path

from demos.exercises.copies import shown
from demos.exercises.marking.mark import Checker, mark_file
from demos.exercises.marking.result import Result
from demos.exercises.track.steps import PARTS, POLICY, STEPS

FILE = "engine.py"


def mark_engine(path: Path, steps: int = len(STEPS), seed: str = "") -> Result:
    """The result of the first steps for the file at path: each step is a part, and runs on the student's own earlier ones."""
    parts, hints = PARTS[:steps], STEPS[min(steps, len(STEPS)) - 1].hints
    return mark_file("engine", path, seed, seconds=8.0, checker=Checker(parts, POLICY, hints))


def show(folder: Path) -> int:
    """Print the steps that are done, the task of the next one, and what is wrong with it; 0 when all are done."""
    path = folder / FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
        print(f"an empty file: {shown(path)}")
    result = mark_engine(path)
    done = next((k for k, part in enumerate(result.parts) if not part.right), len(STEPS)) if result.parts else 0
    for k, step in enumerate(STEPS, 1):
        print(f"{k:>3}  {'done' if k <= done else 'next' if k == done + 1 else '':4}  {step.title}")
    if done == len(STEPS):
        print("\nAll done: an engine of your own, with a compiler. `autograd` is the same, with more of everything.")
        return 0
    step, part = STEPS[done], result.parts[done]
    print(f"\n# Step {done + 1}: {step.title}\n")
    print(textwrap.fill(step.task, 100))
    print(f"\n{shown(path)}:")
    for line in [*part.message.splitlines(), *([f"Perhaps: {part.mistake}."] if part.mistake else [])]:
        print(textwrap.fill(line, 100, initial_indent="  ", subsequent_indent="    "))
    print("\npython -m demos exercises track hint gives a hint.")
    return 1


def hint(folder: Path, level: int) -> str:
    """The hint of that level for the step that is next."""
    result = mark_engine(folder / FILE)
    done = next((k for k, part in enumerate(result.parts) if not part.right), None)
    return "All done." if done is None else f"Step {done + 1}, hint {level} of 3: {STEPS[done].hints[level - 1]}"
