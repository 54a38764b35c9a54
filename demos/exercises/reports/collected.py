"""Results for the tools that collect them: JSON, Gradescope's results.json, GitHub Classroom's autograding."""
from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demos.exercises.catalogue import NAMES, find, title
from demos.exercises.marking.mark import mark_file
from demos.exercises.marking.result import Result


def as_json(results: list[Result]) -> dict[str, Any]:
    """The results, and their sums."""
    return {"score": sum(r.score for r in results), "max_score": sum(r.most for r in results),
            "solved": sum(r.solved for r in results), "exercises": [r.as_dict() for r in results]}


def said(result: Result, message: str, mistake: str) -> str:
    return "\n".join(line for line in (message, f"Perhaps: {mistake}." if mistake else "") if line) or result.state


def as_gradescope(results: list[Result]) -> dict[str, Any]:
    """What Gradescope reads from results/results.json: one test for each part."""
    return {"score": sum(r.score for r in results), "execution_time": round(sum(r.seconds for r in results), 3),
            "visibility": "visible", "stdout_visibility": "hidden",
            "tests": [{"name": f"{title(r.exercise)}: {p.title}", "number": f"{NAMES.index(r.exercise) + 1}.{k}", "score": p.points,
                       "max_score": p.most, "status": "passed" if p.right else "failed",
                       "output": said(r, p.message, p.mistake), "visibility": "visible"}
                      for r in results for k, p in enumerate(r.parts, 1)]}


def as_classroom(results: list[Result]) -> dict[str, Any]:
    """What GitHub Classroom's autograding reporter reads: version 1, one test for each exercise."""
    right = all(r.solved for r in results)
    return {"version": 1, "status": "pass" if right else "fail", "max_score": sum(r.most for r in results),
            "tests": [{"name": title(r.exercise), "status": "pass" if r.solved else "fail", "score": r.score,
                       "message": said(r, r.message, r.mistake), "test_code": f"python -m demos exercises {NAMES.index(r.exercise) + 1}",
                       "filename": f"{r.exercise}.py", "line_no": 0, "execution_time": f"{r.seconds:.3f}s"} for r in results]}


FORMS: dict[str, Callable[[list[Result]], dict[str, Any]]] = {"json": as_json, "gradescope": as_gradescope, "classroom": as_classroom}


def report(words: list[str], options: dict[str, str], folder: Path, unclear: type[Exception]) -> int:
    """Print the results of one exercise or of all, in one of these forms; 0 when all are solved, else 1.

    In GitHub's actions GITHUB_OUTPUT names a file; there a line `result=...` in base64 is added, as the reporter wants it.
    """
    form = options["--report"]
    if form not in FORMS:
        raise unclear(f"no report {form!r}, only {', '.join(FORMS)}")
    names = list(NAMES) if words in ([], ["all"]) else [find(word) for word in words]
    if None in names:
        raise unclear(f"no exercise among {' '.join(words)}")
    results = [mark_file(str(name), Path(options["--file"]) if "--file" in options and len(names) == 1 else folder / f"{name}.py",
                         options.get("--seed", "")) for name in names]
    found = FORMS[form](results)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    sys.stdout.write(text + "\n")
    if form == "classroom" and os.environ.get("GITHUB_OUTPUT"):
        with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as file:
            file.write(f"result={base64.b64encode(json.dumps(found).encode()).decode()}\n")
    return 0 if all(r.solved for r in results) else 1
