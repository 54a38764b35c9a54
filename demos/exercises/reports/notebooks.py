"""The exercises as one notebook, in the form that nbgrader or Otter-Grader reads."""
from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from demos.exercises.catalogue import NAMES, asked_for, solution_source, stub, title
from demos.exercises.marking.mark import Checker
from demos.runner import cells

Cell = dict[str, Any]


def write(form: str, path: Path) -> str:
    """Write the notebook, and say where it is. form: "nbgrader" or "otter"."""
    content: list[Cell] = [_raw("# ASSIGNMENT CONFIG\nname: exercises\ngenerate: true")] if form == "otter" else []
    content += [markdown("# Exercises", "title"), code("from demos.exercises import check", "setup")]
    for name in NAMES:
        content += (otter if form == "otter" else nbgrader)(name)
    for k, cell in enumerate(content):
        cell.setdefault("id", f"cell-{k}")
    notebook = {"cells": content, "nbformat": 4, "nbformat_minor": 5, "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}, "language_info": {"name": "python"}}}
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return f"{path}: {len(NAMES)} exercises for {form}"


def markdown(text: str, key: str, **metadata: Any) -> Cell:
    return {"cell_type": "markdown", "id": key, "metadata": metadata, "source": text.splitlines(keepends=True)}


def code(text: str, key: str, **metadata: Any) -> Cell:
    return {"cell_type": "code", "id": key, "metadata": metadata, "source": text.splitlines(keepends=True), "outputs": [],
            "execution_count": None}


def _raw(text: str) -> Cell:
    return {"cell_type": "raw", "metadata": {}, "source": text.splitlines(keepends=True)}


def statement(name: str) -> str:
    return cells(stub(name))[0].text


def code_of(name: str) -> str:
    """The code that an exercise begins with, and no cell that checks it."""
    return "\n\n\n".join(cell.text.strip("\n") for cell in cells(stub(name))[1:-1])


def checking(name: str) -> str:
    """The line of a notebook that checks an exercise."""
    return f'check("{name[:3]}", {", ".join(asked_for(name))})'


# nbgrader --------------------------------------------------------------------------------------------------------------------

def nbgrader(name: str) -> list[Cell]:
    """The statement, a cell to answer in, and a cell that is graded."""
    points = int(sum(part.points for part in Checker.of(name).parts))
    return [markdown(statement(name), f"{name}-text", nbgrader=_nbgrader(f"{name}-text", locked=True)),
            code(between(name), name, nbgrader=_nbgrader(name, solution=True)),
            code(f"result = {checking(name)}\nprint(result)\nassert result, result.message", f"{name}-check",
                 nbgrader=_nbgrader(f"{name}-check", grade=True, locked=True, points=points))]


def _nbgrader(key: str, grade: bool = False, solution: bool = False, locked: bool = False, points: int | None = None) -> Cell:
    more = {"points": points} if points is not None else {}
    return {"grade_id": key, "grade": grade, "solution": solution, "locked": locked, "schema_version": 3, "task": False, **more}


def between(name: str) -> str:
    """An answer with the lines of nbgrader and Otter around what is the student's to write."""
    source = solution_source(name)
    if not source:
        return code_of(name)
    given, lines, out, k = _bodies(code_of(name)), source.split("\n"), [], 0
    solved = _bodies(source)
    starts = {solved[key][0]: solved[key][1] for key in given if key in solved and given[key][2]}
    while k < len(lines):
        if k + 1 in starts:
            end, indent = starts[k + 1], re.match(r" *", lines[k])[0]           # type: ignore[index]
            out += [f"{indent}### BEGIN SOLUTION", *lines[k:end], f"{indent}### END SOLUTION"]
            k = end
        else:
            out.append(lines[k])
            k += 1
    return "\n".join(out).strip("\n")


def _bodies(source: str) -> dict[str, tuple[int, int, bool]]:
    """For each function: first and last line of its body without the docstring, and whether it is left to be written."""
    found = {}
    for top in ast.parse(source).body:
        for f in top.body if isinstance(top, ast.ClassDef) else [top]:
            if isinstance(f, ast.FunctionDef):
                body = f.body[1:] if ast.get_docstring(f) is not None and len(f.body) > 1 else f.body
                key = f"{top.name}.{f.name}" if isinstance(top, ast.ClassDef) else f.name
                left = "NotImplementedError" in ast.unparse(f) or f.name == "backward"
                found[key] = (body[0].lineno, body[-1].end_lineno or body[-1].lineno, left)
    return found


# Otter -----------------------------------------------------------------------------------------------------------------------

def otter(name: str) -> list[Cell]:
    """The statement, an answer, and a test, with the raw cells that Otter Assign reads.

    Otter's tests run at the end, when a later exercise may have taken a name: so the functions are kept under the exercise's own.
    """
    points, short = int(sum(part.points for part in Checker.of(name).parts)), name[:3]
    answer = between(name).replace("### BEGIN SOLUTION", "# BEGIN SOLUTION").replace("### END SOLUTION", "# END SOLUTION")
    return [_raw(f"# BEGIN QUESTION\nname: {name[:3]}\npoints: {points}"), markdown(statement(name), f"{name}-text"),
            _raw("# BEGIN SOLUTION"), code(answer, name), _raw("# END SOLUTION"), code(f"{short} = [{', '.join(asked_for(name))}]\ncheck(\"{short}\", *{short})", f"{name}-look"), _raw("# BEGIN TESTS"),
            code(f"\"\"\" # BEGIN TEST CONFIG\nfailure_message: {title(name)} is not right yet\n\"\"\" # END TEST CONFIG\n"
                 f"assert check(\"{short}\", *{short})", f"{name}-check"),
            _raw("# END TESTS"), _raw("# END QUESTION")]
