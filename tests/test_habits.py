"""The habits of this project that no linter knows: small functions, tests that mirror the rooms, names of slow tests."""
import ast
import inspect
import re
import subprocess
from pathlib import Path

import pytest

import autograd
import nn
from tests.conftest import SLOW
from tests.figures import FUNCTIONS, complexity, figures, last_line, parameters, public_names
from tests.test_rooms import TREES

ROOT = Path(__file__).parent.parent
SOURCE = Path(autograd.__file__).parent.parent           # elsewhere, where the wheel is installed
WRITTEN_BY_HAND = {".py", ".md", ".cfg", ".toml", ".js", ".css", ".c"}


def test_a_function_fits_on_a_screen():
    """At most 40 lines, docstring included; fast.py is written out for speed."""
    functions = [(module, node) for module, tree in TREES.items() for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    assert len(functions) > 1000
    assert [f"{module} {node.name}" for module, node in functions
            if last_line(node) - node.lineno >= 40 and module != "autograd.fast"] == []


PUBLIC = {name: f for room in (autograd, nn) for name in room.__all__ if inspect.isfunction(f := getattr(room, name))}


def test_a_function_has_at_most_twelve_ways_through_it():
    """Stricter than the linter: conditional expressions, `and`, `or` and comprehensions are branches, too."""
    assert [f"{module} {node.name}" for module, tree in TREES.items() for node in ast.walk(tree) if isinstance(node, FUNCTIONS)
            if complexity(node) > 12 and module != "autograd.fast"] == []


def test_only_a_public_function_has_more_than_seven_parameters():
    assert [f"{module} {node.name}" for module, tree in TREES.items() for node in ast.walk(tree) if isinstance(node, FUNCTIONS)
            if parameters(node) > 7 and node.name not in PUBLIC] == []


def test_the_public_names_are_those_that_are_imported():
    assert set(PUBLIC) <= public_names(SOURCE)


@pytest.mark.parametrize("name", PUBLIC)
def test_help_names_each_argument_of_a_public_function(name):
    names = [x.name for x in inspect.signature(PUBLIC[name]).parameters.values() if x.kind is not x.VAR_KEYWORD]
    words = set(re.findall(r"\w+", PUBLIC[name].__doc__.lower()))
    assert [argument for argument in names if argument.lower() not in words] == []


@pytest.mark.parametrize("folder", [path for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name[0] not in "_."],
                         ids=lambda path: path.name)
def test_tests_mirror_the_rooms(folder):
    """A folder of tests has the name of a room, of the networks, of the lessons or of a tool."""
    rooms = [path for path in (SOURCE / "autograd").iterdir() if path.is_dir()]
    assert folder.name in {"nn", "demos", "benchmarks", "styles", "mutants", *(room.name for room in rooms)}


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_test_exists(name):
    file, _, test = name.partition("::")
    assert (ROOT / file).exists()
    assert not test or f"\ndef {test}" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["", "autograd", "nn", "tests", "demos"])
def test_no_file_holds_two_versions_of_a_merge(folder):
    files = (ROOT / folder).rglob("*.*") if folder else (path for path in ROOT.iterdir() if path.is_file())
    texts = {path: path.read_text(encoding="utf-8") for path in files if path.suffix in WRITTEN_BY_HAND}
    assert [path for path, text in texts.items() if re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE)] == []


def test_at_the_top_stand_the_six_names_and_what_tools_need():
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    assert {name.partition("/")[0] for name in names if name} == {
        "setup.cfg", "README.md", "autograd", "nn", "tests", "demos", "pyproject.toml", "setup.py", "LICENSE", "MANIFEST.in", ".gitignore", ".ci"}


def test_the_figures_are_printed():
    assert int(figures(SOURCE)["files"]) > 50
