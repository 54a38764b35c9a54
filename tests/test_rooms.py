"""Imports point one way: from pictures, compiler and networks to the core, and within the core from values to the table."""
import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = ["operation", "ops", "graph", "value", "recording", "backward", "fast", "compat", "derivatives", "formulas"]
OURS = {"autograd", "nn", "demos", "tests"}
FILES = [p for room in ("autograd", "nn") for p in sorted((ROOT / room).rglob("*.py"))]


def room_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


ROOMS = {room_of(p) for p in FILES}


def imports(tree):
    """The modules that are imported when the file runs, and those that are imported inside functions."""
    inside = {node for f in ast.walk(tree) if isinstance(f, (ast.FunctionDef, ast.Lambda, ast.AsyncFunctionDef))
              for node in ast.walk(f)}
    typing_only = {node for i in ast.walk(tree) if isinstance(i, ast.If) and "TYPE_CHECKING" in ast.unparse(i.test)
                   for node in ast.walk(i)}
    top, late = [], []
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "import by the full name, so that a reader sees the room"
            submodules = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in ROOMS else node.module for name in submodules]
        (late if node in inside else top).extend(names)
    return top, late


MODULES = {room_of(p): imports(ast.parse(p.read_text())) for p in FILES}


def edges():
    return {room: {name for name in top + late if name in MODULES and name != room} for room, (top, late) in MODULES.items()}


def test_no_import_inside_a_function_but_of_third_parties():
    late = [(room, name) for room, (_, late) in MODULES.items() for name in late if name.split(".")[0] in OURS]
    assert late == []


def test_imports_make_no_cycle():
    def visit(room, path):
        assert room not in path, " -> ".join([*path[path.index(room):], room])
        if room not in done:
            for other in sorted(graph[room]):
                visit(other, [*path, room])
            done.add(room)
    graph, done = edges(), set()
    for room in sorted(graph):
        visit(room, [])


def test_the_table_imports_nothing_of_ours_but_what_a_row_is():
    plain = {"autograd.formulas.text", "autograd.compat.numbers"}
    assert edges()["autograd.operation"] == plain
    assert edges()["autograd.ops"] == {"autograd.operation", *plain}
    assert edges()["autograd.compat.numbers"] == edges()["autograd.formulas.text"] == set()


def test_the_core_never_imports_pictures_or_compiler():
    for room, others in edges().items():
        if room.removeprefix("autograd.").split(".")[0] in CORE:
            above = ("autograd.pictures", "autograd.words", "autograd.compiler", "nn")
            assert not [name for name in others if name.startswith(above)], room


def test_no_room_of_the_engine_imports_networks_and_none_imports_demos_or_tests():
    for room, (top, late) in MODULES.items():
        assert not [name for name in top + late if name.split(".")[0] in {"demos", "tests"}], room
        if room.startswith("autograd"):
            assert not [name for name in top + late if name.split(".")[0] == "nn"], room


def test_networks_know_the_engine_by_its_public_names():
    for room, (top, late) in MODULES.items():
        if room.startswith("nn"):
            private = [name for name in top + late if name.startswith("autograd.") and name in MODULES]
            assert private == [], f"{room} imports {private}: import from autograd itself"


@pytest.mark.parametrize("module, absent", [("autograd", ["graphviz", "matplotlib", "IPython", "tests", "demos"]),
                                            ("nn", ["graphviz", "matplotlib", "tests", "demos"])])
def test_importing_loads_nothing_it_does_not_need(module, absent):
    code = f"import sys, {module}; print([name for name in {absent} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
