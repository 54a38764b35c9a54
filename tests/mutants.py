"""Breaks the source on purpose, one place at a time, and says which faults no test sees.

`python -m tests.mutants ROOM COUNT SEED` draws COUNT places of a room (core, compat, compiler, derivatives, formulas, pictures,
words, nn; or a folder of one, compiler/jit), changes each in a copy (< to <=, + to -, 1 to 2, `and` to `or`, an `if` turned round,
a statement left out), and runs the room's tests on the copy: first those that call the function in question (tests.reached), then
all others, then the slow ones, unless a fourth word is `fast`. On an unbroken copy they must pass. It prints what survived, with
the line, and the score. `python -m tests.mutants FILE:LINE` shows what a line can become.
"""
import ast
import copy
import json
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
MOST = 200                                              # tests near a fault that are run before all others
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


class Examiner:
    """Runs the tests of a room on broken copies of it in a folder."""

    def __init__(self, room, folder, drawn, speeds):
        self.room, self.folder, self.speeds, self.tests = room, folder, speeds, tests_of(room)
        lines = {}
        for mutant in drawn:
            lines.setdefault(str(folder / mutant.file.relative_to(ROOT)), []).append(mutant.line)
        asked = folder / "reach.json"
        asked.write_text(json.dumps(lines))
        found = self.run(["-m", "not slow", *self.tests], REACH=str(asked))
        if found:
            raise SystemExit(f"the tests of {room} do not pass ({found}) before anything is broken: no score means anything")
        self.reached = json.loads((folder / "reach.json.out").read_text())

    def sees(self, mutant):
        """How a test fails on the mutant: "failed", "time", or "" when it survives."""
        target = self.folder / mutant.file.relative_to(ROOT)
        target.write_bytes(mutant.source())
        try:
            return self.nearest(f"{target}:{mutant.line}") or self.all(mutant.file)
        finally:
            shutil.copy(mutant.file, target)

    def nearest(self, place):
        """How one of the tests that call this function fails: of many, some from each part of the list."""
        tests = self.reached.get(place, [])
        tests = tests[::len(tests) // MOST + 1]
        (self.folder / "only.json").write_text(json.dumps(tests))
        files = sorted({test.partition("::")[0] for test in tests})
        return self.run(files, ONLY=str(self.folder / "only.json")) if tests else ""

    def all(self, file):
        """How one of the room's tests fails, or an example of the file: the fast ones first."""
        own = ROOT / "tests" / self.room / f"test_{file.stem}.py"
        tests = [str(file.relative_to(ROOT)), *[str(own.relative_to(ROOT))] * own.exists(), *self.tests]
        plain = [["-p", "tests.plain"]] * (self.room == "core" and file.stem != "fast")
        for speed in self.speeds:
            for plugins in [[], *plain]:
                found = self.run([*plugins, "-m", speed, *tests])
                if found:
                    return found
        return ""

    def run(self, arguments, **environment):
        environment = {**os.environ, **environment, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "tests.reached", *arguments]
        process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        try:
            return "" if process.wait(LIMIT) in (0, 5) else "failed"       # 5: there was no test
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return "time"


def main(room, count=10, seed=1, speed=""):
    if ":" in room:
        file, line = room.split(":")
        print(*[m for m in Places(ROOT / file).found if m.line == int(line)], sep="\n")
        return
    every = [m for file in files(room) for m in Places(file).found]
    drawn = random.Random(f"{room} {seed}").sample(every, min(int(count), len(every)))
    survivors, before = [], time.time()
    with tempfile.TemporaryDirectory() as folder:
        checkout(Path(folder))
        examiner = Examiner(room, Path(folder), drawn, ("not slow",) if speed == "fast" else ("not slow", "slow"))
        for i, mutant in enumerate(drawn, 1):
            found = examiner.sees(mutant)
            survivors += [] if found else [mutant]
            print(f"{i:3} {found or 'SURVIVED':8} {mutant}", flush=True)
    killed = len(drawn) - len(survivors)
    print(f"{room}: {killed} of {len(drawn)} seen, {killed / len(drawn):.0%}, of {len(every)} places, "
          f"in {time.time() - before:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
