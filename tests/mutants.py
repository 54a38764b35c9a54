"""Breaks the source on purpose, one place at a time, and says which faults no test sees.

`python -m tests.mutants ROOM COUNT SEED` draws COUNT places of a room (core, compat, compiler, derivatives, formulas, pictures,
words, nn; or a folder of one, compiler/jit), changes each in a copy (< to <=, + to -, 1 to 2, `and` to `or`, an `if` turned round, a statement left out), and runs
the examples of its file and the room's tests on the copy; on an unbroken copy they must pass. It prints what survived, with the
line, and the score. `python -m tests.mutants FILE:LINE` shows what a line can become.
"""
import ast
import copy
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
CORE = ("operation", "ops", "value", "graph", "backward", "recording", "fast")
LIMIT = 900                                             # seconds; an endless loop is seen by them
TESTS = {                                               # those that see most first
    "core": ["tests/test_value.py", "tests/test_ops.py", "tests/test_backward.py", "tests/test_graph.py", "tests/test_messages.py",
             "tests/compat", "tests/derivatives/test_transforms.py", "tests/test_sweep.py", "tests/compiler/test_program.py"],
    "compat": ["tests/compat", "tests/derivatives/test_anomaly.py", "tests/test_messages.py", "tests/test_value.py", "tests/test_ops.py", "tests/words"],
    "compiler": ["tests/compiler"],
    "derivatives": ["tests/derivatives", "tests/test_messages.py", "tests/compiler/test_jit.py"],
    "formulas": ["tests/formulas", "tests/test_ops.py", "tests/words", "tests/pictures/test_play.py"],
    "pictures": ["tests/pictures", "tests/test_messages.py", "tests/words"],
    "words": ["tests/words", "tests/pictures", "tests/test_messages.py"],
    "nn": ["tests/nn", "tests/compat/test_micrograd.py"],
}
SWAPS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot,
         ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div,
         ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
         ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.USub: ast.UAdd}


class Mutant(NamedTuple):
    file: Path
    line: int
    start: int                      # the bytes of the file that are replaced
    end: int
    new: str

    def source(self) -> bytes:
        old = self.file.read_bytes()
        return old[:self.start] + self.new.encode() + old[self.end:]

    def __str__(self) -> str:
        old = self.file.read_bytes()[self.start:self.end].decode()
        return f"{self.file.relative_to(ROOT)}:{self.line}: {' '.join(old.split())[:90]}  ->  {self.new[:90]}"


def files(room):
    """The files of a room."""
    if room == "nn":
        return sorted((ROOT / "nn").rglob("*.py"))
    if room == "core":
        return [ROOT / "autograd" / f"{name}.py" for name in CORE]
    return sorted((ROOT / "autograd" / room).rglob("*.py"))


def tests_of(room):
    """The tests of a room, or of the room that a folder belongs to."""
    return TESTS[room.partition("/")[0]]


class Places(ast.NodeVisitor):
    """All mutants of one file. What only types, words of messages and docstrings are made of is left alone."""

    def __init__(self, file):
        self.file, self.found = file, []
        text = file.read_bytes()
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.visit(ast.parse(text))

    def add(self, node, new):
        start = self.starts[node.lineno - 1] + node.col_offset
        end = self.starts[node.end_lineno - 1] + node.end_col_offset
        self.found.append(Mutant(self.file, node.lineno, start, end, new))

    def changed(self, node, **fields):
        new = copy.copy(node)
        for name, x in fields.items():
            setattr(new, name, x)
        self.add(node, f"({ast.unparse(new)})")

    def visit_Raise(self, node): pass
    def visit_Assert(self, node): pass
    def visit_JoinedStr(self, node): pass
    def visit_arg(self, node): pass

    def visit_FunctionDef(self, node):
        for part in [*node.args.defaults, *[d for d in node.args.kw_defaults if d], *node.body]:
            self.visit(part)

    def visit_AnnAssign(self, node):
        if node.value:
            self.visit(node.value)

    def visit_Assign(self, node):
        if not all(isinstance(t, ast.Name) and t.id.startswith("__") for t in node.targets):
            self.visit(node.value)

    def visit_If(self, node):
        if "TYPE_CHECKING" not in ast.unparse(node.test):
            self.add(node.test, f"(not ({ast.unparse(node.test)}))")
            self.generic_visit(node)

    def visit_Expr(self, node):
        if isinstance(node.value, ast.Call):
            self.add(node, "pass")
            self.generic_visit(node)

    def visit_AugAssign(self, node):
        self.add(node, "pass")
        self.generic_visit(node)

    def visit_Compare(self, node):
        for i, op in enumerate(node.ops):
            if type(op) in SWAPS:
                self.changed(node, ops=[*node.ops[:i], SWAPS[type(op)](), *node.ops[i + 1:]])
        self.generic_visit(node)

    def visit_BinOp(self, node):
        text = isinstance(node.left, (ast.Constant, ast.JoinedStr)) and not isinstance(getattr(node.left, "value", ""), (int, float))
        if type(node.op) in SWAPS and not text:
            self.changed(node, op=SWAPS[type(node.op)]())
        self.generic_visit(node)

    visit_BoolOp = visit_UnaryOp = lambda self, node: self.of_operator(node)

    def of_operator(self, node):
        if isinstance(node.op, ast.Not):
            self.add(node, f"({ast.unparse(node.operand)})")
        elif type(node.op) in SWAPS:
            self.changed(node, op=SWAPS[type(node.op)]())
        self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, bool):
            self.add(node, str(not node.value))
        elif isinstance(node.value, (int, float)):
            self.add(node, repr(node.value + 1))


def checkout(folder):
    """A copy of the source in a folder, with links to all else."""
    for name in ("autograd", "nn"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.name not in ("autograd", "nn", ".git", "out"):
            (folder / path.name).symlink_to(path)


def is_seen(mutant, folder, room):
    """Whether a test fails on the mutant, and how: "failed", "time", or "" when it survives."""
    target = folder / mutant.file.relative_to(ROOT)
    target.write_bytes(mutant.source())
    try:
        own = ROOT / "tests" / room / f"test_{mutant.file.stem}.py"
        tests = [str(own.relative_to(ROOT))] * own.exists() + tests_of(room)
        return fails([str(mutant.file.relative_to(ROOT)), *tests], folder, room == "core" and mutant.file.stem != "fast")
    finally:
        shutil.copy(mutant.file, target)


def fails(tests, folder, plain):
    """How one of the tests fails, or "": the fast ones first, the slow ones for what these let pass."""
    for speed in ("not slow", "slow"):
        for plugins in [[], ["-p", "tests.plain"]] if plain else [[]]:
            found = run([*plugins, "-x", "-q", "-m", speed, "-p", "no:cacheprovider", "-p", "no:xdist", *tests], folder)
            if found:
                return found
    return ""


def run(arguments, folder):
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen([sys.executable, "-m", "pytest", *arguments], cwd=folder, env=environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        return "" if process.wait(LIMIT) in (0, 5) else "failed"       # 5: there was no test
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return "time"


def main(room, count=10, seed=1):
    if ":" in room:
        file, line = room.split(":")
        print(*[m for m in Places(ROOT / file).found if m.line == int(line)], sep="\n")
        return
    every = [m for file in files(room) for m in Places(file).found]
    drawn = random.Random(f"{room} {seed}").sample(every, min(int(count), len(every)))
    survivors, before = [], time.time()
    with tempfile.TemporaryDirectory() as folder:
        checkout(Path(folder))
        found = fails(tests_of(room), Path(folder), False)
        if found:
            raise SystemExit(f"the tests of {room} do not pass ({found}) before anything is broken: no score means anything")
        for i, mutant in enumerate(drawn, 1):
            found = is_seen(mutant, Path(folder), room)
            survivors += [] if found else [mutant]
            print(f"{i:3} {found or 'SURVIVED':8} {mutant}", flush=True)
    killed = len(drawn) - len(survivors)
    print(f"{room}: {killed} of {len(drawn)} seen, {killed / len(drawn):.0%}, of {len(every)} places, "
          f"in {time.time() - before:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
