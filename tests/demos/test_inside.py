"""What runs inside the browser, run here: cells, what they show, errors, and what stands beside a program."""
import os
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from autograd import Value
from demos.exercises.catalogue import NAMES, stub
from demos.runner import ORDER
from demos.site import inside
from demos.site.build import imports_numpy, needs_numpy

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def session(monkeypatch):
    """A session, and the list of the parts it showed; the modules it replaces are put back."""
    for name in ("__main__", "demos.lesson", "demos.plots"):
        monkeypatch.setitem(sys.modules, name, sys.modules.get(name))
    shown = []
    return inside.Session(shown.append), shown


def text(shown, kind="text"):
    return "".join(part["text"] for part in shown if part["kind"] == kind)


@pytest.mark.parametrize("code, printed", [
    ("print(1 + 1)", "2\n"), ("1 + 1", "2\n"), ("x = 3", ""), ("x = 3\nx", "3\n"), ("None", ""), ("", ""),
    ("for i in range(2): print(i)", "0\n1\n"), ("import sys\nprint('loud', file=sys.stderr)", "loud\n"),
    ("'text'", "'text'\n"), ("def f(): return 1\nf()", "1\n"), ("print('a', end='')\n'b'", "a'b'\n"),
])
def test_a_cell_shows_what_a_notebook_would(code, printed, session):
    cell, shown = session
    assert cell.run(code) and text(shown) == printed


def test_names_stay_from_cell_to_cell_until_they_are_cleared(session):
    cell, shown = session
    assert cell.run("x = 2") and cell.run("def f(): return x") and cell.run("f()") and text(shown) == "2\n"
    cell.clear()
    assert not cell.run("x")


@pytest.mark.parametrize("code, line, said", [
    ("x = 1\nx / 0", 2, "ZeroDivisionError"), ("x = (", 1, "SyntaxError"), ("\n\nraise ValueError('mine')", 3, "mine"),
    ("def f():\n    return 1 / 0\n\nf()", 2, "ZeroDivisionError"), ("exit()", 1, "SystemExit"),
    ("from autograd import Value, log\n\nlog(Value(-1.0))", 3, "log"), ("  x = 1", 1, "IndentationError"),
])
def test_an_error_says_where_in_the_users_own_lines(code, line, said, session):
    cell, shown = session
    assert not cell.run(code)
    assert shown[-1]["kind"] == "error" and shown[-1]["line"] == line and said in shown[-1]["text"]
    assert "inside.py" not in shown[-1]["text"] and str(ROOT) not in shown[-1]["text"]


def test_what_was_printed_before_an_error_is_shown(session):
    cell, shown = session
    cell.run("print('before')\n1 / 0")
    assert [part["kind"] for part in shown] == ["text", "text", "error"] and text(shown) == "before\n"


def test_printing_without_end_is_cut_off(session):
    cell, shown = session
    cell.run("for _ in range(30): print('x' * 10_000)")
    assert len(text(shown)) < inside.MOST_PRINTED + 100 and "not shown" in text(shown)


@pytest.mark.parametrize("module", ["numpy", "matplotlib.pyplot"])
def test_a_package_that_is_missing_is_named(module, session, monkeypatch):
    monkeypatch.setitem(sys.modules, module.partition(".")[0], None)
    monkeypatch.setitem(sys.modules, module, None)
    cell, shown = session
    cell.run(f"import {module}")
    assert "no NumPy" in shown[-1]["text"] or "no matplotlib" in shown[-1]["text"]


@pytest.mark.parametrize("last, kind, has", [
    ("autograd.draw(y)", "svg", "<svg"), ("autograd.play(y)", "page", "<!DOCTYPE html>"),
    ("autograd.explain(y, wrt=x)", "html", "dy/dx"),
])
def test_pictures_pages_and_words_are_shown_as_such(last, kind, has, session):
    cell, shown = session
    assert cell.run(f"import autograd\nx = autograd.Value(2.0, label='x')\ny = x * x\ny.label = 'y'\n{last}"), shown
    assert [part["kind"] for part in shown] == [kind] and has in str(shown[0])


# The workbench -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("code, name", [
    ("a = Value(1.0)\nb = a + 1\nc = b * 2", "c"), ("a = Value(1.0)\nc = a * 2\nb = a + 1", "b"),
    ("a = Value(1.0)\nfor _ in range(3): a = a * 2", "a"), ("c = Value(1.0) * 2\n_d = c + 1", "c"),
    ("a = Value(1.0)", None), ("x = 1", None), ("vs = [Value(1.0) * 2]", None),
])
def test_the_result_is_the_last_value_that_goes_into_no_other(code, name, session):
    cell, _ = session
    cell.run(f"from autograd import Value\n{code}")
    assert inside.result_of(cell.names) is (cell.names[name] if name else None)


def test_beside_a_program_stand_its_graph_its_words_and_a_page(session):
    cell, _ = session
    cell.run("from autograd import Value\nx, w = Value(2.0), Value(3.0)\ny = w * x\ny.backward()")
    about = inside.about(cell.names)
    assert "<svg" in about["graph"]["svg"] and "dy/dx" in about["words"] and "dy/dw" in about["words"]
    assert "<!DOCTYPE html>" in about["play"] and about["note"] == ""
    assert cell.names["x"].grad == 3.0


@pytest.mark.parametrize("code, note", [
    ("y = Value(2.0) * 3", "call backward()"), ("y = 3", "nothing to draw"),
    ("y = Value(0.0)\nfor _ in range(400): y = y + 1", "Values are too many"),
])
def test_what_is_missing_beside_a_program_is_said(code, note, session):
    cell, _ = session
    cell.run(f"from autograd import Value\n{code}")
    about = inside.about(cell.names)
    assert note in about["note"] + about.get("play_note", "")


def test_labels_that_look_like_markup_stay_text(session):
    cell, _ = session
    cell.run("from autograd import Value\nx = Value(2.0, label='<b>&')\ny = x * x\ny.backward()")
    about = inside.about(cell.names)
    assert "<b>" not in about["words"] and "<b>" not in about["graph"]["svg"]


# Lessons -----------------------------------------------------------------------------------------------------------------

def test_without_matplotlib_a_plot_is_the_lessons_own():
    """In a Python of its own, as it is in the browser: no NumPy, no Matplotlib."""
    code = """
import sys
for name in ("numpy", "matplotlib", "markdown_it", "pygments"):
    sys.modules[name] = None
from demos.site import inside
shown = []
session = inside.begin(shown.append, lambda source, format, engine: "<svg></svg>")
assert session.run('''
from demos import plots
from demos.lesson import Lesson
from autograd import Value, draw
lesson = Lesson("mine")
figure, axes = plots.plots(1, 2, sharey=True)
for ax, x in zip(axes, (1, 2)):
    ax.loglog([x], [x], color=plots.BLUE)
    plots.dress(ax, "title")
figure.suptitle("both")
lesson.show(figure, "costs", "What it costs.")
lesson.show(draw(Value(2.0) * 3), "graph", "A graph.")
'''), shown
print([(part["kind"], part["caption"]) for part in shown], shown[0]["name"])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[('recorded', 'What it costs.'), ('svg', 'A graph.')] costs"


@pytest.mark.parametrize("name", [name for name in ORDER if not needs_numpy(name)])
def test_the_cells_of_a_lesson_run_without_numpy(name):
    """All that can be changed on its page; a cell that asks a question is no such cell."""
    code = f"""
import sys
for missing in ("numpy", "matplotlib", "markdown_it", "pygments"):
    sys.modules[missing] = None
from demos.runner import HERE, cells, source
from demos.site import inside
shown = []
session = inside.begin(shown.append, lambda source, format, engine: "<svg></svg>")
for cell in cells(source(HERE / "{name}.py")):
    assert not cell.is_code or session.run(cell.text), (cell, shown[-1])
print(sum(part["kind"] == "error" for part in shown), len(shown))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env={**os.environ, "DEMOS_SMALL": "1"})
    assert done.returncode == 0, done.stderr
    errors, parts = map(int, done.stdout.split())
    assert errors == 0 and parts > 10


# Exercises -------------------------------------------------------------------------------------------------------------------

CHECK = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("numpy", "matplotlib"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from demos.exercises import catalogue
from demos.site import inside
for name in catalogue.NAMES:
    try:
        states = [inside.check(name, code(name))["state"] for code in (catalogue.stub, catalogue.solution_source)]
    except ModuleNotFoundError as error:
        states = ["needs", error.name]
    print(name, *states, sep=",")
"""


def test_exercises_are_checked_without_numpy_where_they_need_none():
    done = subprocess.run([sys.executable, "-c", CHECK], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    states = {name: rest for name, *rest in (line.split(",") for line in done.stdout.strip().split("\n"))}
    runs = [name for name in NAMES if not imports_numpy(stub(name))]
    assert len(runs) >= 12
    for name in runs:
        assert states[name][1] == "solved" and states[name][0] in ("not yet begun", "not right yet")


@pytest.mark.parametrize("code, said, line", [
    ("def slope(f, x, h):\n    return (f(x + h) - f(x)) / h", "the central quotient is", None),
    ("def slop(f, x, h):\n    return 1", "asks for slope", None), ("def slope(f, x, h)\n    return 1", "SyntaxError", 1),
    ("1 / 0", "ZeroDivisionError", 1), ("print('mine')\ndef slope(f, x, h):\n    return None", "", None),
])
def test_a_wrong_answer_is_told_what_is_wrong(code, said, line):
    result = inside.check("e01_slope", code)
    assert result["state"] == "not right yet" and said in result["message"] and result["line"] == line
    assert ("mine" in result["printed"]) == ("mine" in code)


def test_the_page_explains_a_derivative_that_does_not_exist(session):
    x = Value(0.0, label="x")
    assert "sqrt" in inside.in_words((x * 1) ** 0.5) or "derivative" in inside.in_words((x * 1) ** 0.5)


def test_a_long_chain_is_taken_apart_without_calls_inside_calls_and_what_is_held_stays(monkeypatch):
    depth = [0, 0]

    def watched(v):
        depth[0] += 1
        depth[1] = max(depth)
        inside.take_apart(v)
        depth[0] -= 1

    monkeypatch.setattr(Value, "__del__", watched, raising=False)
    x = Value(1.0)
    y, there = x, []
    for i in range(5000):
        y = y * 0.9 + y * x * y if i % 3 else -y            # used once, twice and three times
        there.append(weakref.ref(y))
        if i == 1000:
            kept = y
    data = [r().data for r in there[:1001]]
    del y
    assert [r() is not None for r in there] == [True] * 1001 + [False] * 3999 and depth[1] <= 2
    assert [r().data for r in there[:1001]] == data and kept.inputs
    kept.backward()
    assert x.grad != 0
    del kept
    assert not any(r() for r in there) and x.data == 1.0
