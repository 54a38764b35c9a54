"""The exercises: solutions pass, stubs do not, and what a checker says about wrong answers names what is wrong."""
import ast
import builtins
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from demos.exercises import NAMES, main, mark_file, title
from demos.exercises.catalogue import HERE
from demos.exercises.marking.desk import fresh
from demos.exercises.marking.result import NOT_BEGUN, NOT_RIGHT, SOLVED
from demos.exercises.reports import terminal
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
    """state_of(name, source): the result of an exercise with that source."""
    def state_of(name, source):
        path = tmp_path / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        return mark_file(name, path)
    return state_of


def said_by(result):
    """All that a student reads at first."""
    return f"{result.message}\nPerhaps: {result.mistake}."


# Solutions and stubs ---------------------------------------------------------------------------------------------------------

def test_there_are_fifteen_with_a_stub_a_checker_and_a_solution_each():
    for folder in (HERE, SOLUTIONS, HERE / "checkers"):
        assert sorted(path.stem for path in folder.glob("e[0-9]*.py")) == list(NAMES)
    assert len(NAMES) == 15


@pytest.mark.parametrize("name", NAMES)
def test_every_solution_passes(name):
    result = mark_file(name, SOLUTIONS / f"{name}.py")
    assert (result.state, result.message, result.mistake, result.printed) == (SOLVED, "", "", "")
    assert result.score == result.most == sum(part.points for part in result.parts)


@pytest.mark.parametrize("name", NAMES)
def test_no_stub_passes(name):
    found = mark_file(name, HERE / f"{name}.py")
    assert found.state == (NOT_RIGHT if name == REPAIR else NOT_BEGUN) and found.message


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


def given(source):
    """What stands at the top level and in classes beside functions: names that are set, and to what."""
    tree = ast.parse(source).body
    return {ast.unparse(node) for c in [*tree, *(c for c in tree if isinstance(c, ast.ClassDef))]
            for node in (c.body if isinstance(c, ast.ClassDef) else [c]) if isinstance(node, (ast.Assign, ast.AnnAssign))}


@pytest.mark.parametrize("name", NAMES)
def test_stub_and_solution_set_the_same_names(name):
    assert given(stub(name)) <= given(solution(name))


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


# Other answers: a solution with one thing changed ----------------------------------------------------------------------------

@pytest.mark.parametrize("name, old, new, said", [(name, *row) for name, rows in WRONG.items() for row in rows])
def test_a_wrong_answer_fails_and_the_message_names_what_is_wrong(name, old, new, said, state_of):
    source = solution(name)
    assert source.count(old) == 1
    result = state_of(name, source.replace(old, new))
    assert result.state == NOT_RIGHT and said in said_by(result), said_by(result)


def test_the_fault_of_exercise_5_is_not_given_away(state_of):
    for answer in ("return", "return 'mul', 0", "1 / 0", "while table: table.popitem()", "table.clear()",
                   "TABLE.clear(); return"):
        message = said_by(state_of("e05_fault", solution("e05_fault").replace("for name, (", f"{answer}\n    for name, (")))
        assert message and "asinh" not in message


def test_every_exercise_is_tried_with_wrong_answers_and_with_another_right_one():
    assert set(WRONG) == set(NAMES) == {name for name, *_ in RIGHT} and min(map(len, WRONG.values())) >= 4


@pytest.mark.parametrize("name, old, new", RIGHT)
def test_another_right_answer_passes(name, old, new, state_of):
    assert solution(name).count(old) == 1
    result = state_of(name, solution(name).replace(old, new))
    assert result.state == SOLVED, said_by(result)


def test_a_function_is_handed_copies_all_the_way_down():
    given = {"a": ([1.0], np.zeros(2))}
    copy = fresh(given)
    copy["a"][0].append(2.0)
    copy["a"][1][:] = 3.0
    copy.clear()
    assert given["a"][0] == [1.0] and not given["a"][1].any()


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
    result = state_of(name, source)
    message = said_by(result)
    assert result.state == NOT_RIGHT and result.mistake and "cannot be checked" not in message
    assert sys.getrecursionlimit() == limit
    if "raise" in nonsense or nonsense == "1 / 0":
        kind = nonsense.split()[1].partition("(")[0] if "raise" in nonsense else "ZeroDivisionError"
        lines = [i for i, line in enumerate(source.split("\n"), 1) if nonsense in line]
        assert kind in message and any(f"at line {line} of {name}.py" in message for line in lines)


@pytest.mark.parametrize("source, said", [
    ("def slope(f, x, h:\n    pass\n", "raised SyntaxError"), ("", "has no slope"), ("\0", "Error"),
    ("slope = 3", "'int' object is not callable"), ("def slope():\n    return 1.0\n", "raised TypeError"),
    ("class slope:\n    def __init__(self, *a): pass\n", "gave a slope"), ("import nowhere_at_all", "at line 1 of e01_slope.py")])
def test_a_file_that_is_no_answer_is_told_what_it_is(source, said, state_of):
    result = state_of("e01_slope", source)
    assert result.state == NOT_RIGHT and said in result.message


def test_an_error_is_placed_at_the_innermost_line(state_of):
    message = state_of("e02_by_hand", "def df(x):\n    return inner(x)\n\n\ndef inner(x):\n    return x / 0\n").message
    assert "raised ZeroDivisionError" in message and message.endswith(", at line 6 of e02_by_hand.py")


def test_a_missing_file_is_named(tmp_path):
    assert mark_file("e01_slope", tmp_path / "e01_slope.py").message == "there is no file e01_slope.py"


def test_an_object_nobody_thought_of_is_no_crash(state_of):
    source = "class Odd(float):\n    def __float__(self): raise MemoryError('odd')\ndef slope(f, x, h): return Odd(1.0)\n"
    assert "MemoryError: odd" in state_of("e01_slope", source).message


def test_a_part_that_is_not_written_yet_is_named(state_of):
    half = solution("e12_trigonometric").partition("def fit")[0] + "def fit(*_):\n    raise NotImplementedError('write fit')\n"
    result = state_of("e12_trigonometric", half)
    assert (result.state, result.message, result.score) == (NOT_RIGHT, "begun; still to do: write fit", 1)


# A student's copies ----------------------------------------------------------------------------------------------------------

@pytest.fixture
def empty(tmp_path, monkeypatch):
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", [[], ["3"]])
def test_the_first_run_copies_every_stub_and_says_where(arguments, empty, capsys):
    main(arguments)
    assert {path.name: path.read_text(encoding="utf-8") for path in (empty / "exercises").glob("*.py")} == {
        f"{name}.py": stub(name) for name in NAMES}
    first = capsys.readouterr().out.partition("\n")[0]
    assert first == f"your copies: {Path('exercises', 'e01_slope.py')} to {Path('exercises', 'e15_dual.py')}"


def test_a_second_run_leaves_edited_files_alone_and_a_deleted_one_comes_anew(empty, capsys):
    main([])
    mine, deleted = empty / "exercises" / "e01_slope.py", empty / "exercises" / "e03_record.py"
    mine.write_text(solution("e01_slope"), encoding="utf-8")
    deleted.write_text("spoilt", encoding="utf-8")
    deleted.unlink()
    capsys.readouterr()
    main([])
    printed = capsys.readouterr().out
    assert printed.startswith(f"copied anew: {Path('exercises', 'e03_record.py')}\n") and "1 of 15 solved" in printed
    assert mine.read_text(encoding="utf-8") == solution("e01_slope")
    assert deleted.read_text(encoding="utf-8") == stub("e03_record")
    main([])
    assert "cop" not in capsys.readouterr().out


def test_what_is_checked_is_the_copy(empty, capsys):
    main([])
    (empty / "exercises" / "e01_slope.py").write_text(solution("e01_slope"), encoding="utf-8")
    capsys.readouterr()
    assert main(["1"]) == 0
    assert f"{Path('exercises', 'e01_slope.py')}: solved" in capsys.readouterr().out
    assert mark_file("e01_slope", HERE / "e01_slope.py").state == NOT_BEGUN


def test_inside_the_folder_of_copies_no_other_is_made(empty, monkeypatch, capsys):
    main([])
    monkeypatch.chdir(empty / "exercises")
    capsys.readouterr()
    main([])
    assert "Next: exercise 1, e01_slope.py\n" in capsys.readouterr().out
    assert not (empty / "exercises" / "exercises").exists()


@pytest.mark.parametrize("arguments", [[], ["1"]])
def test_a_place_that_cannot_be_written_gets_one_line(arguments, empty, capsys):
    (empty / "exercises").write_text("a file, where the folder should be")
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.startswith("cannot write your copies to exercises: ")
    assert printed.err.count("\n") == 1


def test_showing_a_solution_copies_nothing(empty):
    assert main(["1", "--solution"]) == 0 and not list(empty.iterdir())


def test_git_does_not_see_the_copies():
    assert "/exercises/" in (ROOT / ".gitignore").read_text().split()


def run_script(path, cwd):
    return subprocess.run([sys.executable, str(path)], cwd=cwd, capture_output=True, encoding="utf-8",
                          env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"})


LAST = "\n\n" + "\n".join(stub("e01_slope").split("\n")[-4:])              # the cell that checks the file


def test_a_file_run_as_a_script_checks_itself(tmp_path):
    path = tmp_path / "e01_slope.py"
    for source, code, said in ((stub("e01_slope"), 1, "not yet begun"), (solution("e01_slope") + LAST, 0, "solved")):
        path.write_text(source, encoding="utf-8")
        done = run_script(path, ROOT)
        assert f"{path}: {said}" in done.stdout and not done.stderr and done.returncode == code
    assert [p.name for p in tmp_path.iterdir()] == ["e01_slope.py"]


def test_a_file_of_another_name_checks_itself_too(tmp_path):
    (tmp_path / "mine.py").write_text(solution("e01_slope").replace("(2 * h)", "h") + LAST, encoding="utf-8")
    done = run_script("mine.py", tmp_path)
    assert "mine.py: not right yet" in done.stdout and "a factor 2 too many" in done.stdout and done.returncode == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_last_cell_of_a_stub_names_its_exercise(name):
    last, i = cells(stub(name))[-1].text, NAMES.index(name) + 1
    assert f"python -m demos exercises {i}\n" in last and f'check_file(globals().get("__file__", "{name}.py"), {i})' in last


def test_in_a_notebook_the_last_cell_checks_the_file_beside_it(empty, monkeypatch, capsys):
    (empty / "e01_slope.py").write_text(solution("e01_slope").replace("(2 * h)", "h"), encoding="utf-8")
    monkeypatch.setattr(builtins, "__IPYTHON__", True, raising=False)
    exec(LAST, {"__name__": "__main__"})                                # no __file__, and no SystemExit
    assert "e01_slope.py: not right yet" in capsys.readouterr().out


# What a student's file prints ------------------------------------------------------------------------------------------------

def test_what_a_file_prints_stands_in_a_block_of_its_own(folder, capsys):
    (folder / "e01_slope.py").write_text("print('hello', end='')\n" + solution("e01_slope"), encoding="utf-8")
    assert main(["1"]) == 0
    printed = capsys.readouterr().out
    assert f"{Path('exercises', 'e01_slope.py')}: solved\n" in printed and "\nprinted by your file:\n  hello\n" in printed


def test_a_file_that_prints_much_is_cut_short(folder, capsys):
    source = stub("e01_slope") + "\nfor i in range(1000): print('line', i)\n"
    (folder / "e01_slope.py").write_text(source, encoding="utf-8")
    main(["1"])
    printed = capsys.readouterr().out
    assert "  line 0\n" in printed and "  line 19\n  ... and 980 lines more\n" in printed and "line 20\n" not in printed


@pytest.mark.parametrize("line", ["sys.stdout.close()", "sys.stdout = None", "del sys.stdout"])
@pytest.mark.parametrize("arguments", [[], ["1"]])
def test_a_file_that_spoils_the_output_is_shown_all_the_same(line, arguments, folder, capsys):
    (folder / "e01_slope.py").write_text(f"import sys\n{line}\n" + solution("e01_slope"), encoding="utf-8")
    assert main(arguments) == 0
    assert "solved" in capsys.readouterr().out


# Files as editors write them -------------------------------------------------------------------------------------------------

def test_a_file_with_a_byte_order_mark_is_read_and_its_statement_shown(folder, capsys):
    (folder / "e01_slope.py").write_text(stub("e01_slope"), encoding="utf-8-sig")
    main(["1"])
    assert "# 1. The slope of a curve" in capsys.readouterr().out
    (folder / "e01_slope.py").write_text(solution("e01_slope"), encoding="utf-8-sig")
    assert main(["1"]) == 0


def test_annotations_are_read_as_python_reads_them(state_of):
    source = solution("e01_slope").replace("(f, x, h)", "(f, x: float, h)")
    assert state_of("e01_slope", source + "\n\nassert slope.__annotations__['x'] is float\n").state == SOLVED


# The command -----------------------------------------------------------------------------------------------------------------

@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A student's folder, with a copy of every stub in it, below the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exercises").mkdir()
    for name in NAMES:
        shutil.copy(HERE / f"{name}.py", tmp_path / "exercises")
    return tmp_path / "exercises"


def test_progress_with_stubs_only(folder, capsys):
    assert main([]) == 0
    printed = capsys.readouterr().out
    for i, name in enumerate(NAMES, 1):
        state = "not right yet" if name == REPAIR else "not yet begun"
        assert re.search(rf"^ *{i}  {state} +{re.escape(title(name).partition('. ')[2])}$", printed, re.M)
    assert f"0 of 15 solved. Next: exercise 1, {Path('exercises', 'e01_slope.py')}\n" in printed
    assert "copie" not in printed


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
def test_ctrl_c_ends_it_with_one_line(arguments, folder, capsys, monkeypatch):
    def stopped(name, path, seed=""):
        if name == "e02_by_hand":
            raise KeyboardInterrupt
        return mark_file(name, path, seed)
    monkeypatch.setattr(terminal, "mark_file", stopped)
    assert main(arguments, folder) == 130
    assert capsys.readouterr().err == "\nstopped in exercise 2. The derivative of a new operation\n"


@pytest.mark.parametrize("arguments", [["-h"], ["--help"], ["3", "--help"]])
def test_help_shows_the_usage_and_copies_nothing(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("python -m demos exercises  ") and "reset" in printed
    assert not list(tmp_path.iterdir())


def test_importing_the_command_loads_no_checker():
    code = "import sys, demos.exercises; print([m for m in sys.modules if 'checkers' in m or m == 'matplotlib'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
