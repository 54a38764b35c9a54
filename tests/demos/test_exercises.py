"""The exercises: solutions pass, stubs do not, and what a checker says about wrong answers names what is wrong."""
import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demos.exercises import HERE, NAMES, NOT_BEGUN, NOT_RIGHT, SOLVED, examine, main, title
from demos.runner import ORDER, cells
from tests.demos.answers import RIGHT, WRONG

ROOT = Path(__file__).parent.parent.parent
SOLUTIONS = HERE / "solutions"
REPAIR = "e08_backward"                                 # the one that is broken, not empty


def stub(name):
    return (HERE / f"{name}.py").read_text(encoding="utf-8")


def solution(name):
    return (SOLUTIONS / f"{name}.py").read_text(encoding="utf-8")


@pytest.fixture
def state_of(tmp_path):
    """state_of(name, source): what the check says of an exercise with that source."""
    def state_of(name, source):
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
        return examine(name, tmp_path)
    return state_of


# Solutions and stubs ---------------------------------------------------------------------------------------------------------

def test_there_are_fifteen_with_a_stub_a_checker_and_a_solution_each():
    for folder in (HERE, SOLUTIONS, HERE / "checkers"):
        assert sorted(path.stem for path in folder.glob("e*.py")) == list(NAMES)
    assert len(NAMES) == 15


@pytest.mark.parametrize("name", NAMES)
def test_every_solution_passes(name):
    assert examine(name, SOLUTIONS) == (SOLVED, "")


@pytest.mark.parametrize("name", NAMES)
def test_no_stub_passes(name):
    assert examine(name).state == (NOT_RIGHT if name == REPAIR else NOT_BEGUN)
    assert examine(name).message


def functions(source):
    """Every function and method by name, and the names of the arguments in it."""
    found = {}
    for node in ast.parse(source).body:
        for f in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(f, ast.FunctionDef):
                found[f"{node.name}.{f.name}" if f is not node else f.name] = f
    return found


def is_open(f):
    return "NotImplementedError" in ast.unparse(f)


@pytest.mark.parametrize("name", NAMES)
def test_stub_and_solution_have_the_same_signatures_and_the_same_given_code(name):
    given, solved = functions(stub(name)), functions(solution(name))
    assert set(given) <= set(solved)
    for key, f in given.items():
        assert ast.unparse(f.args) == ast.unparse(solved[key].args) and ast.get_docstring(f) == ast.get_docstring(solved[key])
        assert is_open(f) or key == "backward" or ast.unparse(f) == ast.unparse(solved[key]), key
    assert any(map(is_open, given.values())) == (name != REPAIR) and not any(map(is_open, solved.values()))


@pytest.mark.parametrize("name", NAMES)
def test_every_statement_has_a_title_names_its_task_and_its_lesson(name):
    text = cells(stub(name))[0].text
    assert text.startswith(f"# {NAMES.index(name) + 1}. ") and text.partition("\n")[0] == f"# {title(name)}"
    tasks = {key for key, f in functions(stub(name)).items() if is_open(f) and "." not in key and key != "sin"}
    assert tasks <= set(re.findall(r"`(\w+)`", text)) and (tasks or name == REPAIR)
    lessons = re.findall(r"`(\w+)`", re.search(r"^Lessons?: .*", text, re.M).group())
    assert lessons and set(lessons) <= set(ORDER)


def test_they_rise_with_the_lessons():
    lessons = [re.findall(r"`(\w+)`", re.search(r"^Lessons?: .*", stub(name), re.M).group()) for name in NAMES]
    last = [max(map(ORDER.index, named)) for named in lessons]
    assert last == sorted(last)


def test_titles_are_unique():
    assert len({title(name).partition(" ")[2] for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_cells_that_fit_on_a_page(name):
    found = cells(stub(name))
    assert found[0].markdown and len(found) >= 3 and found[-1].text.startswith("if __name__")
    for cell in found:
        assert max(map(len, cell.text.split("\n"))) <= (127 if cell.markdown else 92)
    assert max(map(len, solution(name).split("\n"))) <= 92


def test_jupytext_reads_them():
    jupytext = pytest.importorskip("jupytext")
    notebook = jupytext.reads(stub("e09_neuron"), fmt="py:percent")
    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "code", "code"]
    assert notebook.cells[0].source.startswith("# 9. ")


# Other answers: a solution with one thing changed -----------------------------------------------------------------------------

@pytest.mark.parametrize("name, old, new, said", [(name, *row) for name, rows in WRONG.items() for row in rows])
def test_a_wrong_answer_fails_and_the_message_names_what_is_wrong(name, old, new, said, state_of):
    source = solution(name)
    assert source.count(old) == 1
    state, message = state_of(name, source.replace(old, new))
    assert state == NOT_RIGHT and said in message, message


def test_the_fault_of_exercise_5_is_not_given_away(state_of):
    for answer in ("return", "return 'mul', 0", "1 / 0"):
        message = state_of("e05_fault", solution("e05_fault").replace("for name, (", f"{answer}\n    for name, (")).message
        assert message and "asinh" not in message


def test_every_exercise_is_tried_with_wrong_answers():
    assert set(WRONG) == set(NAMES) and min(map(len, WRONG.values())) >= 4


@pytest.mark.parametrize("name, old, new", RIGHT)
def test_another_right_answer_passes(name, old, new, state_of):
    assert solution(name).count(old) == 1
    assert state_of(name, solution(name).replace(old, new)).state == SOLVED


# Nonsense --------------------------------------------------------------------------------------------------------------------

NONSENSE = ["return None", "return 'nonsense'", "return 1j", "return float('nan')", "return 1.0", "return 10**5000",
            "return []", "return [[1.0], [2.0, 3.0]]", "return {}", "return object()", "return iter(int, 1)",
            "return lambda: 0", "1 / 0",
            "return {k: 'x' for k in ('y', 'v', 'u', 'w', 'x', 'dz2', 'dW2')}", "return ('x', 'y')", "return (None,) * 3",
            "raise SystemExit(3)", "raise KeyError", "raise KeyError(object())", "(lambda g: g(g))(lambda g: g(g))",
            "import sys; sys.setrecursionlimit(10**6); return 1.0"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_told_what_it_is(name, nonsense, state_of):
    source = re.sub(r"raise NotImplementedError\(.*\)", lambda _: nonsense, stub(name))
    if name == REPAIR:
        source += f"\n\ndef backward(output):\n    {nonsense}\n"
    limit = sys.getrecursionlimit()
    state, message = state_of(name, source)
    assert state == NOT_RIGHT and message.strip() and "cannot be checked" not in message
    assert sys.getrecursionlimit() == limit
    if "raise" in nonsense or nonsense == "1 / 0":
        kind = nonsense.split()[1].partition("(")[0] if "raise" in nonsense else "ZeroDivisionError"
        lines = [i for i, line in enumerate(source.split("\n"), 1) if nonsense in line]
        assert kind in message and any(f"at line {line} of {name}.py" in message for line in lines)


@pytest.mark.parametrize("source, said", [
    ("def slope(f, x, h:\n    pass\n", "raised SyntaxError"), ("", "has no slope any more"), ("\0", "Error"),
    ("slope = 3", "'int' object is not callable"), ("def slope():\n    return 1.0\n", "raised TypeError"),
    ("class slope:\n    def __init__(self, *a): pass\n", "gave a slope"), ("import nowhere", "at line 1 of e01_slope.py")])
def test_a_file_that_is_no_answer_is_told_what_it_is(source, said, state_of):
    state, message = state_of("e01_slope", source)
    assert state == NOT_RIGHT and said in message


def test_an_error_is_placed_at_the_innermost_line(state_of):
    message = state_of("e02_by_hand", "def df(x):\n    return inner(x)\n\n\ndef inner(x):\n    return x / 0\n").message
    assert "raised ZeroDivisionError" in message and message.endswith(", at line 6 of e02_by_hand.py")


def test_a_missing_file_is_named(tmp_path):
    assert examine("e01_slope", tmp_path) == (NOT_RIGHT, "there is no file e01_slope.py")


def test_an_object_nobody_thought_of_is_no_crash(state_of):
    source = "class Odd(float):\n    def __float__(self): raise MemoryError('odd')\ndef slope(f, x, h): return Odd(1.0)\n"
    assert "MemoryError: odd" in state_of("e01_slope", source).message


def test_a_part_that_is_not_written_yet_is_named(state_of):
    half = solution("e12_trigonometric").partition("def fit")[0] + "def fit(*_):\n    raise NotImplementedError('write fit')\n"
    assert state_of("e12_trigonometric", half) == (NOT_RIGHT, "begun; still to do: write fit")


# The command -----------------------------------------------------------------------------------------------------------------

@pytest.fixture
def folder(tmp_path):
    """A student's folder with every stub in it."""
    for name in NAMES:
        shutil.copy(HERE / f"{name}.py", tmp_path)
    return tmp_path


def test_progress_with_stubs_only(folder, capsys):
    assert main([], folder) == 0
    printed = capsys.readouterr().out
    for i, name in enumerate(NAMES, 1):
        state = "not right yet" if name == REPAIR else "not yet begun"
        assert re.search(rf"^ *{i}  {state} +{re.escape(title(name).partition('. ')[2])}$", printed, re.M)
    assert "0 of 15 solved. Next: exercise 1, " in printed and str(folder / "e01_slope.py") in printed


def test_progress_with_some_solved(folder, capsys):
    for name in (NAMES[0], NAMES[2], NAMES[7]):
        shutil.copy(SOLUTIONS / f"{name}.py", folder)
    wrong = solution("e02_by_hand").replace("/ v**2", "/ v")
    (folder / "e02_by_hand.py").write_text("print('a trace of mine')\n" + wrong, encoding="utf-8")
    assert main([], folder) == 0
    printed = capsys.readouterr().out
    assert printed.count("  solved ") == 3 and "3 of 15 solved. Next: exercise 2, " in printed
    assert re.search(r"not right yet  The derivative of a new operation\n +df\(.*\) is .*; by finite differences it", printed)
    assert "Perhaps" not in printed and "a trace of mine" not in printed


def test_progress_with_all_solved(capsys):
    assert main([], SOLUTIONS) == 0
    printed = capsys.readouterr().out
    assert "15 of 15 solved.\n" in printed and "Next" not in printed


@pytest.mark.parametrize("text", ["3", "03", "e03_record", "record", "e03_record.py"])
def test_one_exercise_prints_its_statement_and_its_state(text, folder, capsys):
    assert main([text], folder) == 1
    printed = capsys.readouterr().out
    assert "# 3. Let the graph do it" in printed and "Lesson: `derivative`" in printed and "not yet begun" in printed
    assert main([text], SOLUTIONS) == 0
    assert "e03_record.py: solved" in capsys.readouterr().out


def test_one_exercise_prints_the_whole_message(folder, capsys):
    (folder / "e02_by_hand.py").write_text(solution("e02_by_hand").replace("/ v**2", "/ v"), encoding="utf-8")
    assert main(["2"], folder) == 1
    assert "Perhaps: the denominator has to be squared." in capsys.readouterr().out


def test_a_solution_is_shown_with_its_place(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert main(["3", "--solution"]) == 0
    printed = capsys.readouterr().out
    assert str(Path("demos/exercises/solutions/e03_record.py")) in printed and solution("e03_record").strip() in printed


@pytest.mark.parametrize("arguments, said", [(["16"], "no exercise '16'"), (["0"], "no exercise '0'"),
                                             (["nothing"], "'nothing'"), (["--solved", "3"], "'--solved'"),
                                             (["1", "2"], "one exercise at a time"), (["--solution"], "say which exercise")])
def test_what_is_unknown_gets_one_line(arguments, said, capsys):
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1 and said in printed.err


@pytest.mark.parametrize("arguments", [[], ["2"]])
def test_ctrl_c_ends_it_with_one_line(arguments, folder, capsys):
    (folder / "e02_by_hand.py").write_text("def df(x):\n    raise KeyboardInterrupt\n", encoding="utf-8")
    assert main(arguments, folder) == 130
    said = capsys.readouterr().err
    assert said == "\nstopped in exercise 2. The derivative of a new operation, at line 2 of e02_by_hand.py\n"


def test_a_file_run_as_a_script_checks_itself():
    done = subprocess.run([sys.executable, str(HERE / "e01_slope.py")], cwd=ROOT, capture_output=True, encoding="utf-8",
                          env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"})
    assert "# 1. The slope of a curve" in done.stdout and "not yet begun" in done.stdout and not done.stderr


def test_importing_the_command_loads_no_checker():
    code = "import sys, demos.exercises; print([m for m in sys.modules if 'checkers' in m or m == 'matplotlib'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
