"""Whether the mutation tester breaks what it says, and only that."""
import ast
import subprocess
import sys
import types

import pytest

from tests.mutants.places import Places, equivalent, gone, places
from tests.mutants.rooms import ROOMS, ROOT, SOURCE, files, slow_tests
from tests.mutants.server import exchange

BROKEN = '''
"""A docstring with 1 + 1."""
from typing import TYPE_CHECKING

Number = int | float
LIMIT = 3


def outer(x, most=2):
    """Docstring, 1 < 2."""
    def inner(y):
        return y + x
    if x > most:
        raise ValueError(f"{x + 1} > {most}", 1)
    note(
        x)
    return inner(1), (lambda z: -z)(x)


def note(x):
    NOTES.append(x)


NOTES: list[int | str] = []
'''


@pytest.fixture
def module(tmp_path):
    file = tmp_path / "broken.py"
    file.write_text(BROKEN)
    found = types.ModuleType("broken")
    exec(compile(BROKEN, str(file), "exec"), vars(found))
    return file, found


def mutants(file, monkeypatch):
    monkeypatch.setattr("tests.mutants.places.SOURCE", file.parent)
    return {mutant.key[1:]: mutant for mutant in Places(file).found}


def test_what_is_broken(module, monkeypatch):
    assert set(mutants(module[0], monkeypatch)) == {
        ("", "3 -> 4"), ("", "2 -> 3"), ("outer.inner", "y + x -> (y - x)"), ("outer", "x > most -> (not (x > most))"),
        ("outer", "x > most -> (x >= most)"), ("outer", "note( x) -> pass"), ("outer", "1 -> 2"), ("outer", "-z -> (+z)"),
        ("note", "NOTES.append(x) -> pass")}


@pytest.mark.parametrize("change, answer, noted", [
    ("y + x -> (y - x)", (-1, -2), [2]), ("x > most -> (x >= most)", ValueError, []), ("note( x) -> pass", (3, -2), []), ("1 -> 2", (4, -2), [2]),
    ("-z -> (+z)", (3, 2), [2]), ("NOTES.append(x) -> pass", (3, -2), [])])
def test_functions_get_the_code_of_a_mutant(module, monkeypatch, change, answer, noted):
    file, names = module
    mutant = next(mutant for key, mutant in mutants(file, monkeypatch).items() if key[1] == change)
    assert names.outer(2) == (3, -2) and exchange(str(file), mutant.source(), [names.outer, names.note]) and not names.NOTES.clear()
    if isinstance(answer, tuple):
        assert names.outer(2) == answer
    else:
        pytest.raises(answer, names.outer, 2)
    assert names.NOTES == noted


def test_a_mutant_has_the_lines_of_the_source(module, monkeypatch):
    assert {len(mutant.source().splitlines()) for mutant in mutants(module[0], monkeypatch).values()} == {len(BROKEN.splitlines())}


def test_what_runs_on_import_is_not_exchanged(module, monkeypatch):
    file, names = module
    assert not exchange(str(file), mutants(file, monkeypatch)["", "3 -> 4"].source(), [names.outer, names.note])


@pytest.mark.parametrize("room", ROOMS)
def test_mutants_of_a_room_are_python(room):
    every, _ = places(files(room))
    assert len(every) > 40 and all((ROOT / name).exists() for name in slow_tests(room))
    for mutant in every[::len(every) // 10 + 1]:
        ast.parse(mutant.source())


def test_every_file_is_in_one_room():
    found = [file for room in ROOMS for file in files(room)]
    assert sorted(found) == sorted({*(SOURCE / "autograd").rglob("*.py"), *(SOURCE / "nn").rglob("*.py")} - {SOURCE / "autograd/__init__.py"})


def test_what_changes_nothing_has_a_file_and_a_reason():
    """A change that is no longer there is printed by a run, and breaks nothing."""
    assert {file for file, _, _ in equivalent() if not (SOURCE / file).exists()} == set()
    assert all(len(reason.split()) > 3 for reason in equivalent().values())


def test_a_listed_change_is_not_drawn_and_one_that_is_gone_is_told(module, monkeypatch):
    file, _ = module
    monkeypatch.setattr("tests.mutants.places.SOURCE", file.parent)
    monkeypatch.setattr("tests.mutants.places.equivalent", lambda: {("broken.py", "outer", "-z -> (+z)"): "why", ("broken.py", "", "numbers"): "why",
                                                                    ("broken.py", "outer", "gone -> (lost)"): "why", ("other.py", "", "1 -> 2"): "why"})
    told, known = places([file])
    assert known == 3 and len(told) == len(Places(file).found) - 3
    assert gone([file]) == [("broken.py", "outer", "gone -> (lost)")]


def test_it_shows_what_a_line_can_become():
    shown = subprocess.run([sys.executable, "-m", "tests.mutants", "autograd/formulas/text.py:22"], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "LEVELS[self.level] >= LEVELS" in shown.stdout and "->" in shown.stdout
