"""The lessons as notebooks: the cells of the lesson, in Jupyter's format; and two of them run by Jupyter."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from demos import __main__ as command
from demos import notebooks, runner

ROOT = Path(__file__).parent.parent.parent
RUN = """
import nbclient, nbformat, sys
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
print(sum(output.output_type == "error" for output in outputs))
print(sum("image/svg+xml" in output.get("data", {}) or "image/png" in output.get("data", {}) for output in outputs))
"""


def test_one_command_writes_a_notebook_for_each_lesson(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert command.main(["notebooks"]) == 0
    written = sorted(path.stem for path in (tmp_path / "out" / "notebooks").glob("*.ipynb"))
    assert written == sorted(runner.ORDER) and len(capsys.readouterr().out.splitlines()) == len(written)


@pytest.mark.parametrize("name", runner.ORDER)
def test_a_notebook_has_the_cells_of_its_lesson(name, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    path = notebooks.write(name, tmp_path)
    made = nbformat.read(path, as_version=4)
    nbformat.validate(made)
    cells = runner.cells(runner.source(runner.HERE / f"{name}.py"))
    assert [(cell.cell_type, cell.source) for cell in made.cells] == [("markdown" if c.markdown else "code", c.text) for c in cells]
    before = path.read_bytes()
    assert notebooks.write(name, tmp_path).read_bytes() == before and json.loads(before)["nbformat"] == 4


def test_an_unknown_lesson_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert command.main(["notebooks", "chainrule"]) == 1 and "chain_rule" in capsys.readouterr().err
    assert command.main(["notebooks", "lecture"]) == 0
    assert {path.stem for path in (tmp_path / "out" / "notebooks").iterdir()} == set(runner.LECTURE)


@pytest.mark.parametrize("name", ["derivative", "chain_rule"])
def test_jupyter_runs_it_without_an_error_and_shows_its_pictures(name, tmp_path):
    for package in ("nbclient", "nbformat", "ipykernel", "matplotlib"):
        pytest.importorskip(package)
    path = notebooks.write(name, tmp_path)
    done = subprocess.run([sys.executable, "-c", RUN, path], cwd=tmp_path, capture_output=True, text=True, timeout=600,
                          env={**os.environ, "PYTHONPATH": str(ROOT), "DEMOS_SMALL": "1"})
    if "No such kernel" in done.stderr:
        pytest.skip("no kernel of Jupyter here")
    assert done.returncode == 0, done.stderr[-2000:]
    errors, pictures = map(int, done.stdout.split())
    assert errors == 0 and pictures >= 2


def test_what_was_solved_stays_solved_when_a_later_cell_takes_one_of_its_names():
    """A notebook has one set of names: exercise 12 imports the sine of math, and exercise 3 was written with that of autograd."""
    from demos.exercises import check
    names = {}
    exec("from autograd import Value, sin\ndef value_and_derivatives(a, b):\n    a, b = Value(a), Value(b)\n    y = a * b**2 + sin(a * b)\n"
         "    y.backward()\n    return y.data, a.grad, b.grad\n", names)
    assert check("e03", names["value_and_derivatives"])
    exec("from math import sin", names)
    assert check("e03", names["value_and_derivatives"])
    exec("def value_and_derivatives(a, b):\n    return 0.0, 0.0, 0.0", names)
    assert not check("e03", names["value_and_derivatives"])
