"""The lessons as notebooks: python -m demos notebooks [NAME ...]. They open in Jupyter, VS Code and on Colab.

A notebook has the lesson's cells as they are, without results; its questions wait for an answer when their cell runs.
"""
from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from demos.lesson import OUT
from demos.runner import HERE, LECTURE, ORDER, Cell, cells, source

KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
          "language_info": {"name": "python"}}


def main(arguments: Sequence[str]) -> int:
    """Write the notebooks of the lessons with these names, of all without one. 0, or 1 for a name that is none."""
    names = [name for argument in arguments for name in (LECTURE if argument == "lecture" else (argument,))]
    unknown = [name for name in names if name not in ORDER]
    if unknown:
        print(f"no lesson {unknown[0]!r}; there are: {', '.join(ORDER)}", file=sys.stderr)
        return 1
    folder = OUT / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or ORDER:
        print(write(name, folder))
    return 0


def write(name: str, folder: Path) -> Path:
    """The path of a lesson's notebook, which was written to that folder."""
    path = folder / f"{name}.ipynb"
    text = json.dumps(notebook(cells(source(HERE / f"{name}.py"))), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def notebook(lesson: Sequence[Cell]) -> dict[str, Any]:
    """The cells of a lesson as a notebook, in Jupyter's format, version 4.5.

    >>> made = notebook([Cell("# A title", 1, True, False), Cell("x = 1", 5, False, True)])
    >>> [(cell["cell_type"], cell["source"], cell["metadata"]) for cell in made["cells"]]
    [('markdown', '# A title', {}), ('code', 'x = 1', {'tags': ['hide-input']})]
    """
    return {"cells": [one_cell(cell, k) for k, cell in enumerate(lesson)], "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}


def one_cell(cell: Cell, number: int) -> dict[str, Any]:
    """A cell; it is known by its number, so that the same lesson is the same file."""
    metadata: dict[str, Any] = {"tags": ["hide-input"]} if cell.folded else {}
    if cell.asks:
        metadata |= {"jupyter": {"source_hidden": True}}                # the source computes the answer
    about = {"id": f"cell-{number}", "metadata": metadata, "source": cell.text}
    if cell.markdown:
        return {"cell_type": "markdown", **about}
    return {"cell_type": "code", **about, "execution_count": None, "outputs": []}
