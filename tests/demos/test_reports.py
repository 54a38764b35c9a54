"""Results for other tools, folders of submissions, notebooks, the build for students, and what a student sees while working."""
import base64
import csv
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from demos.exercises import NAMES, main
from demos.exercises.catalogue import SOLUTIONS, solution_source, stub
from demos.exercises.marking.mark import mark_file
from demos.exercises.progress import Progress
from demos.exercises.reports import build, collected, notebooks, terminal
from demos.exercises.reports.folder import exercise_of, mark_folder, submissions

ROOT = Path(__file__).parent.parent.parent
HALF = solution_source("e01_slope").replace("(2 * h)", "h")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A student's folder with all stubs, below the current one; exercise 1 has a factor too many, exercise 2 is solved."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exercises").mkdir()
    for name in NAMES:
        (tmp_path / "exercises" / f"{name}.py").write_text(stub(name), encoding="utf-8")
    (tmp_path / "exercises" / "e01_slope.py").write_text(HALF, encoding="utf-8")
    (tmp_path / "exercises" / "e02_by_hand.py").write_text(solution_source("e02_by_hand"), encoding="utf-8")
    return tmp_path / "exercises"


# For other tools ----------------------------------------------------------------------------------------------------------------

def test_json_has_parts_points_the_mistake_and_hints(folder, capsys):
    assert main(["1", "--report", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    first = found["exercises"][0]
    assert found["max_score"] == 3 and found["score"] == found["solved"] == 0
    assert first["state"] == "not right yet" and "a factor 2 too many" in first["mistake"] and len(first["hints"]) == 3
    assert [part["title"] for part in first["parts"]] == ["the sine", "the exponential", "a curve that opens upward"]


def test_gradescope_reads_a_test_for_each_part(folder, capsys):
    main(["all", "--report", "gradescope"])
    found = json.loads(capsys.readouterr().out)
    assert found["score"] == 3 and len(found["tests"]) > 40 and found["stdout_visibility"] == "hidden"
    for test in found["tests"]:
        assert {"name", "score", "max_score", "output", "status"} <= set(test) and 0 <= test["score"] <= test["max_score"]
    assert {t["status"] for t in found["tests"] if t["number"].startswith("2.")} == {"passed"}


def test_github_classroom_gets_base64_where_it_looks(folder, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    main(["2", "--report", "classroom"])
    shown = json.loads(capsys.readouterr().out)
    line = (tmp_path / "output").read_text(encoding="utf-8")
    assert json.loads(base64.b64decode(line.removeprefix("result="))) == shown
    assert shown["version"] == 1 and shown["status"] == "pass" and shown["tests"][0]["status"] == "pass"


@pytest.mark.parametrize("arguments, said", [(["1", "--report", "pdf"], "no report 'pdf'"), (["--report", "json", "99"], "no exercise"),
                                             (["mark", "nowhere"], "needs a folder"), (["notebook", "word", "x"], "nbgrader or otter"),
                                             (["1", "--seed"], "--seed needs a value"), (["own", "nowhere.py"], "needs a file of yours")])
def test_a_command_that_cannot_be_understood_gets_one_line(arguments, said, folder, capsys):
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1 and said in printed.err


# A folder of submissions --------------------------------------------------------------------------------------------------------

def test_names_of_files_are_read_generously():
    assert exercise_of("e01_slope") == exercise_of("e01") == exercise_of("1") == exercise_of("01_mine") == "e01_slope"
    assert exercise_of("e99") is exercise_of("notes") is None


def test_a_folder_is_marked_with_a_table_of_who_failed_at_what(tmp_path, capsys):
    given = tmp_path / "in"
    (given / "ada").mkdir(parents=True)
    (given / "ada" / "e01_slope.py").write_text(solution_source("e01_slope"), encoding="utf-8")
    (given / "bob" / "deep").mkdir(parents=True)
    (given / "bob" / "deep" / "e01_slope.py").write_text(HALF, encoding="utf-8")
    cell = {"cell_type": "code", "source": ["%matplotlib inline\n", *solution_source("e01_slope").splitlines(keepends=True)]}
    (given / "cyd").mkdir()
    (given / "cyd" / "e01.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    with zipfile.ZipFile(given / "dan.zip", "w") as archive:
        archive.writestr("../../e01_slope.py", "import os\nos._exit(0)\n")
    (given / "eve_e01_slope.py").write_text(HALF, encoding="utf-8")
    (given / "fay.zip").write_bytes(b"no zip")
    assert [s.who for s in submissions(given, tmp_path)] == ["ada", "bob", "cyd", "dan", "eve", "fay"]
    assert mark_folder(given, tmp_path / "out", "a word") == 0
    rows = {row["student"]: row for row in rows_of(tmp_path / "out" / "points.csv")}
    assert {who: row["e01_slope"] for who, row in rows.items()} == {"ada": "3", "bob": "0", "cyd": "3", "dan": "0", "eve": "0", "fay": "0"}
    printed = capsys.readouterr().out
    assert "a factor 2 too many: all are twice what they should be: bob, eve" in printed and "6 submissions in" in printed
    statistics = rows_of(tmp_path / "out" / "statistics.csv")[0]
    assert (statistics["solved"], statistics["not right"]) == ("2", "4")
    assert json.loads((tmp_path / "out" / "ada.json").read_text(encoding="utf-8"))["solved"] == 1


def rows_of(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_an_empty_folder_is_said_to_be_empty(tmp_path, capsys):
    assert mark_folder(tmp_path, tmp_path / "out") == 1
    assert "there are no submissions" in capsys.readouterr().err


# Notebooks ----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("form", ["nbgrader", "otter"])
def test_a_notebook_has_every_exercise_and_its_solutions_between_marks(form, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    notebooks.write(form, tmp_path / "all.ipynb")
    notebook = nbformat.read(tmp_path / "all.ipynb", as_version=4)
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells)
    checks = [notebooks.checking(name) if form == "nbgrader" else f'assert check("{name[:3]}", *{name[:3]})' for name in NAMES]
    assert text.count("BEGIN SOLUTION") >= 15 and all(line in text for line in checks)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebooks_answer_is_the_solution_and_without_it_nothing_is_given_away(name):
    lines = notebooks.between(name).split("\n")
    names = {}
    exec("\n".join(lines), names)
    inside, kept = False, []
    for line in lines:
        inside = (inside or "BEGIN SOLUTION" in line) and "END SOLUTION" not in line
        if not inside and "SOLUTION" not in line:
            kept.append(line)
    assert len(kept) < len(lines) and "".join(kept).count("return") <= stub(name).count("return") + 3


# The build for students ---------------------------------------------------------------------------------------------------------

def test_the_build_has_no_solutions_and_marks_and_explains_all_the_same(tmp_path, monkeypatch):
    build.write(tmp_path / "student")
    files = {path.relative_to(tmp_path / "student").as_posix() for path in (tmp_path / "student").rglob("*") if path.is_file()}
    assert not [name for name in files if "solutions" in name] and "demos/exercises/sealed.txt" in files
    assert b"quotient rule" not in (tmp_path / "student" / "demos" / "exercises" / "sealed.txt").read_bytes()
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "e02_by_hand.py").write_text(solution_source("e02_by_hand").replace("du * v - u", "du * v - x"), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "demos", "exercises", "2"], cwd=tmp_path, capture_output=True, encoding="utf-8",
                          env={"PYTHONPATH": str(tmp_path / "student"), "PATH": "", "PYTHONIOENCODING": "utf-8"})
    assert "not right yet" in done.stdout and "Perhaps: " in done.stdout, done.stdout + done.stderr
    assert main(["build", str(tmp_path / "student")]) == 1


# While working ------------------------------------------------------------------------------------------------------------------

def test_hints_come_one_by_one_and_are_counted(folder, capsys):
    said = []
    for _ in range(4):
        assert main(["hint", "1"]) == 0
        said.append(capsys.readouterr().out)
    assert "(hint 1 of 3)" in said[0] and "(hint 2 of 3)" in said[1] and "(hint 3 of 3)" in said[2] and said[3] == said[2]
    assert len({*said}) == 3


def test_another_mistake_begins_with_the_first_hint_again(folder, capsys):
    main(["hint", "1"])
    (folder / "e01_slope.py").write_text("def slope(f, x, h): return f(x)\n", encoding="utf-8")
    main(["hint", "1"])
    assert "(hint 1 of 3)" in capsys.readouterr().out.split("\n  ")[-1] or Progress(folder).hints("e01_slope") == 1


@pytest.mark.parametrize("name", NAMES)
def test_no_hint_is_the_solution(name):
    result = mark_file(name, SOLUTIONS.parent / f"{name}.py")
    lines = [line.strip() for line in solution_source(name).split("\n") if "return" in line and len(line.strip()) > 20]
    assert len({*result.hints}) == 3 and not any(line.removeprefix("return ") in hint for line in lines for hint in result.hints)


def test_reset_keeps_the_students_file_under_another_name(folder, capsys):
    assert main(["reset", "1"]) == 0
    assert (folder / "e01_slope.py").read_text(encoding="utf-8") == stub("e01_slope")
    assert (folder / "e01_slope.old1.py").read_text(encoding="utf-8") == HALF
    assert "as it was at first" in capsys.readouterr().out


def test_watch_checks_a_saved_file_again_and_goes_on_to_the_next(folder, capsys):
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 1:
            (folder / "e01_slope.py").write_text(solution_source("e01_slope"), encoding="utf-8")
        else:
            raise KeyboardInterrupt
    assert terminal.watch(folder, list(NAMES[:3]), wait) == 0
    printed = capsys.readouterr().out
    assert "a factor 2 too many" in printed and "e01_slope.py: solved" in printed and "e02_by_hand.py: solved" in printed
    assert "e03_record.py: not yet begun" in printed and "your progress is kept" in printed
    assert Progress(folder).of("e01_slope")["solved"] and Progress(folder).of("e01_slope")["tries"] == 2


def test_a_terminal_asks_for_keys(folder, capsys, monkeypatch):
    keys = iter(["h", "r", ""])
    monkeypatch.setattr("builtins.input", lambda prompt: next(keys))
    assert terminal.show_one("e01_slope", folder / "e01_slope.py", ask=True) == 1
    assert capsys.readouterr().out.count("a factor 2 too many") == 2 and next(keys, None) is None


def test_progress_that_cannot_be_read_or_written_is_no_error(folder):
    (folder / ".progress.json").write_text("[1, 2", encoding="utf-8")
    assert main(["1"]) == 1
    (folder / ".progress.json").unlink()
    (folder / ".progress.json").mkdir()
    assert main(["1"]) == 1


@pytest.mark.parametrize("form", ["json", "gradescope", "classroom"])
def test_every_form_is_json(form):
    results = [mark_file(NAMES[0], SOLUTIONS / f"{NAMES[0]}.py")]
    assert json.loads(json.dumps(collected.FORMS[form](results)))


# What the tools themselves read -----------------------------------------------------------------------------------------------------

TOP = {"score": float, "execution_time": float, "output": str, "visibility": str, "stdout_visibility": str, "tests": list}
TEST = {"score": float, "max_score": float, "status": str, "name": str, "number": str, "output": str, "visibility": str}
VISIBLE = {"hidden", "after_due_date", "after_published", "visible"}


@pytest.fixture
def both(tmp_path):
    """Results of a right answer and of a wrong one."""
    (tmp_path / "e02_by_hand.py").write_text("def df(x):\n    return 1.0\n", encoding="utf-8")
    return [mark_file("e01_slope", SOLUTIONS / "e01_slope.py"), mark_file("e02_by_hand", tmp_path / "e02_by_hand.py")]


def test_gradescope_finds_what_its_specification_names_and_nothing_else(both):
    found = json.loads(json.dumps(collected.as_gradescope(both)))
    for things, form in ((found, TOP), *((test, TEST) for test in found["tests"])):
        assert {*things} <= {*form} and all(isinstance(x, (form[key], int) if form[key] is float else form[key]) for key, x in things.items())
        assert things.get("visibility", "visible") in VISIBLE
    assert {test["status"] for test in found["tests"]} == {"passed", "failed"}
    assert found["score"] == sum(test["score"] for test in found["tests"]) == both[0].most


def test_classrooms_reporter_reads_points_and_what_failed(both):
    """Its reporter decodes the output, adds up the tests' scores, and fails the run for the status `fail`."""
    found = json.loads(base64.b64decode(base64.b64encode(json.dumps(collected.as_classroom(both)).encode())))
    assert sum(test["score"] for test in found["tests"]) == both[0].most and found["max_score"] == both[0].most + both[1].most
    assert [test["status"] for test in found["tests"]] == ["pass", "fail"] and found["status"] == "fail"
    assert all(isinstance(test[key], str) for test in found["tests"] for key in ("name", "message", "test_code", "filename", "execution_time"))
