"""The architecture, written down: which room knows which, what a Value keeps to itself, and what runs without NumPy."""
import ast
import subprocess
import sys
from pathlib import Path

import pytest

import autograd

ROOT = Path(autograd.__file__).parent.parent             # elsewhere, where the wheel is installed
OURS = {"autograd", "nn", "demos", "tests"}
FILES = [path for room in ("autograd", "nn") for path in sorted((ROOT / room).rglob("*.py"))]

CORE = {"operation", "ops", "graph", "value", "recording", "backward", "fast"}
ROOMS = {"compat", "derivatives", "formulas", "compiler", "pictures", "words"}

# Arrows point one way, types included: what a room may import. All may import from themselves.
KNOWS = {
    "core":        {"formulas", "compat"},      # how a row prints, and what code for micrograd asks of a Value
    "compat":      {"core"},
    "formulas":    {"core", "compat"},
    "derivatives": {"core", "compat"},
    "compiler":    {"core", "compat", "formulas", "derivatives"},
    "words":       {"core", "compat", "formulas", "derivatives"},
    "pictures":    {"core", "compat", "formulas", "derivatives", "words"},
    "nn":          {"autograd"},                # its public names alone
    "autograd":    {"core", *ROOMS},            # the public names, nothing else
}

# What a Value keeps in slots, and who may touch it there. Everybody else uses inputs, partials, data, grad.
SLOTS = {"_first", "_second", "_first_partial", "_second_partial", "_data", "_grad"}
FORMER_SLOTS = {"_a", "_b", "_da", "_db"}
MAY_TOUCH_SLOTS = {"autograd.value", "autograd.graph", "autograd.backward", "autograd.fast"}


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


TREES = {module_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def room_of(module):
    """The room of a module: `core`, a folder of autograd, `nn`, or `autograd` for its public names."""
    first, _, rest = module.partition(".")
    room = rest.partition(".")[0]
    if first == "nn" or not room:
        return first
    return "core" if room in CORE else room


def imported(node):
    """The modules that an import statement names; a module of ours by its full name."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "import by the full name, so that a reader sees the room"
        submodules = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name if name in TREES else node.module for name in submodules]
    return []


IMPORTS = {module: [name for node in ast.walk(tree) for name in imported(node)] for module, tree in TREES.items()}
EDGES = {module: sorted({name for name in names if name in TREES and name != module}) for module, names in IMPORTS.items()}


# Arrows ---------------------------------------------------------------------------------------------

def test_every_file_belongs_to_a_room():
    assert {room_of(module) for module in TREES} <= {"core", "autograd", "nn", *ROOMS}


@pytest.mark.parametrize("room", KNOWS)
def test_a_room_knows_only_what_it_may(room):
    for module, others in EDGES.items():
        if room_of(module) == room:
            wrong = [other for other in others if room_of(other) not in KNOWS[room] | {room}]
            assert wrong == [], f"{module} imports {wrong}"


# Inside the compiler: the array program, what finds it in a graph, what prints it; `compile` and Program on these; jit on all.
COMPILER = {
    "arrays":       set(),
    "patterns":     {"arrays"},
    "recognize":    {"arrays", "patterns"},
    "printers":     {"arrays", "recognize"},
    "":             {"arrays", "recognize", "printers"},
    "jit":          {"arrays", "recognize", "printers", ""},
}


def part_of(module):
    """The folder of a module inside the compiler, "" for its own files."""
    part = module.removeprefix("autograd.compiler").removeprefix(".").partition(".")[0]
    return part if part in COMPILER else ""


@pytest.mark.parametrize("module", [module for module in TREES if room_of(module) == "compiler"])
def test_a_part_of_the_compiler_knows_only_what_it_may(module):
    part = part_of(module)
    others = {part_of(other) for other in EDGES[module] if room_of(other) == "compiler"}
    assert others <= COMPILER[part] | {part}


def test_imports_make_no_cycle_types_included():
    done = set()

    def visit(module, path):
        assert module not in path, " -> ".join([*path[path.index(module):], module])
        if module not in done:
            for other in EDGES[module]:
                visit(other, [*path, module])
            done.add(module)
    for module in EDGES:
        visit(module, [])


def test_the_table_imports_nothing_of_ours_but_what_a_row_is():
    a_row = {"autograd.compat.messages", "autograd.compat.numbers", "autograd.compat.rows", "autograd.formulas.text"}  # what is a number, how it prints
    assert set(EDGES["autograd.operation"]) <= a_row
    assert set(EDGES["autograd.ops"]) <= a_row | {"autograd.operation"}


@pytest.mark.parametrize("module", TREES)
def test_no_import_of_ours_inside_a_function(module):
    functions = [f for f in ast.walk(TREES[module]) if isinstance(f, (ast.FunctionDef, ast.Lambda, ast.AsyncFunctionDef))]
    inside = [name for f in functions for node in ast.walk(f) for name in imported(node)]
    assert [name for name in inside if name.split(".")[0] in OURS] == []


@pytest.mark.parametrize("module", TREES)
def test_the_engine_knows_neither_networks_nor_demos_nor_tests(module):
    strangers = {"demos", "tests"} if module.split(".")[0] == "nn" else {"nn", "demos", "tests"}
    assert [name for name in IMPORTS[module] if name.split(".")[0] in strangers] == []


# What a Value keeps to itself -----------------------------------------------------------------------

@pytest.mark.parametrize("module", sorted(set(TREES) - MAY_TOUCH_SLOTS))
def test_slots_of_a_value_are_touched_by_the_core_alone(module):
    names = SLOTS | FORMER_SLOTS
    touched = [f"line {node.lineno}: {ast.unparse(node)}" for node in ast.walk(TREES[module])
               if isinstance(node, ast.Attribute) and node.attr in names]
    assert touched == []


# What is loaded -------------------------------------------------------------------------------------

def run(code):
    """What a fresh Python prints when it runs the code."""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize("module, absent", [("autograd", ["numpy", "graphviz", "matplotlib", "IPython", "tests", "demos"]),
                                            ("nn", ["graphviz", "matplotlib", "tests", "demos"])])
def test_importing_loads_nothing_it_does_not_need(module, absent):
    assert run(f"import sys, {module}; print([name for name in {absent} if name in sys.modules])") == "[]"


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None                     # `import numpy` raises ImportError
import autograd
from autograd import Value
x, w = Value(2.0, label="x"), Value(-3.0, label="w")
y = autograd.sin(w * x + x ** 2) + autograd.sum([x, w])
y.backward()
"""


@pytest.mark.parametrize("line, printed", [
    ("print(round(y.data, 4), round(x.grad, 4))", "-1.9093 0.5839"),
    ("print(autograd.grad(lambda t: t ** 3)(2.0), autograd.hessian(lambda v: v[0] * v[1])([1.0, 2.0]))",
     "12.0 [[0.0, 1.0], [1.0, 0.0]]"),
    ("print(autograd.jvp(lambda v: v['a'] * 2, ({'a': 3.0},), ({'a': 1.0},)))", "(6.0, 2.0)"),
    ("print(autograd.check_gradients(lambda t: t ** 3, 2.0).kinks)", "[]"),
    ("print('digraph' in autograd.draw(y).source)", "True"),
    ("print('dy/dx' in str(autograd.explain(w * x + x ** 2, wrt=x)), autograd.expression(w * x))", "True w * x"),
    ("import pickle; print(pickle.loads(pickle.dumps(y)).data == y.data)", "True"),
    ("print(autograd.gradients(y * y, x, create_graph=True).op)", "+"),
], ids=["backward", "grad and hessian", "jvp", "check_gradients", "draw", "explain", "pickle", "gradients"])
def test_the_engine_its_pictures_and_words_run_without_numpy(line, printed):
    assert run(WITHOUT_NUMPY + line) == printed
