"""What can be changed where in the source: `Places(file).found`, a list of mutants.

Left out by rule: annotations and aliases of types, docstrings, what raises (the words of its message), f-strings, `__all__` and `__slots__`,
`TYPE_CHECKING`, decorators (the size of a cache). Left out by name: what stands in equivalent.txt, each with its reason.
"""
import ast
import copy
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tests.mutants.rooms import SOURCE

SWAPS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot,
         ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div,
         ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
         ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.USub: ast.UAdd}


class Mutant(NamedTuple):
    file: Path
    function: str                   # its name with those of what it stands in; "" outside
    lines: range                    # from where its statement begins: tests that come by one of these may see it
    line: int
    start: int                      # the bytes of the file that are replaced
    end: int
    new: str

    def source(self) -> str:
        """The whole file, with as many lines as before."""
        before = self.file.read_bytes()
        old, new = before[self.start:self.end], self.new.encode()
        lost = b"\n" * old.count(b"\n")
        new = new[:-1] + lost + new[-1:] if new.endswith(b")") else new + lost
        return (before[:self.start] + new + before[self.end:]).decode()

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is called in equivalent.txt: file, function, change."""
        old = " ".join(self.file.read_bytes()[self.start:self.end].decode().split())
        return str(self.file.relative_to(SOURCE)), self.function, f"{old} -> {self.new}"

    def __str__(self) -> str:
        file, _, change = self.key
        return f"{file}:{self.line}: {self.function}: {change[:180]}"


EQUIVALENT = Path(__file__).with_name("equivalent.txt")


@lru_cache
def equivalent():
    """{(file, function, change): reason} of the changes that nobody could notice."""
    found = {}
    for block in re.split(r"\n\s*\n", EQUIVALENT.read_text(encoding="utf-8")):
        lines = [line.strip() for line in block.splitlines() if line.strip() and not line.startswith("#")]
        if lines:
            place, reason, *changes = lines
            file, _, function = place.partition(" ")
            found |= {(file, function, change): reason for change in changes}
    return found


def changes_nothing(mutant):
    """Whether it is listed there; "numbers" stands for every number of a function."""
    file, function, change = mutant.key
    number = change.partition(" -> ")[0].replace(".", "").replace("e", "").replace("-", "").isdigit()
    return mutant.key in equivalent() or number and (file, function, "numbers") in equivalent()


def is_type(node):
    """Whether an expression is an alias of a type: names joined by |."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and all(
        isinstance(x, (ast.BinOp, ast.BitOr, ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Load, ast.Constant))
        for x in ast.walk(node))


class Places(ast.NodeVisitor):
    """All mutants of one file."""

    def __init__(self, file):
        self.file, self.found = file, []
        self.names, self.statement = [], None
        text = file.read_bytes()
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.visit(ast.parse(text))

    def add(self, node, new):
        start = self.starts[node.lineno - 1] + node.col_offset
        end = self.starts[node.end_lineno - 1] + node.end_col_offset
        first = self.statement or node
        last = node.end_lineno if not isinstance(node, ast.stmt) else node.lineno
        self.found.append(Mutant(self.file, ".".join(self.names), range(min(first.lineno, node.lineno), last + 1), node.lineno, start, end, new))

    def changed(self, node, **fields):
        new = copy.copy(node)
        for name, x in fields.items():
            setattr(new, name, x)
        self.add(node, f"({ast.unparse(new)})")

    def visit_Raise(self, node): pass
    def visit_Assert(self, node): pass
    def visit_JoinedStr(self, node): pass
    def visit_arg(self, node): pass

    def visit(self, node):
        outside = self.statement
        if isinstance(node, ast.stmt):
            self.statement = node
        super().visit(node)
        self.statement = outside

    def visit_FunctionDef(self, node):
        for default in [*node.args.defaults, *[d for d in node.args.kw_defaults if d]]:
            self.visit(default)
        self.visit_ClassDef(node)

    def visit_ClassDef(self, node):
        self.names.append(node.name)
        for part in node.body:
            self.visit(part)
        self.names.pop()

    def visit_AnnAssign(self, node):
        if node.value:
            self.visit(node.value)

    def visit_Assign(self, node):
        named = all(isinstance(t, ast.Name) and t.id.startswith("__") for t in node.targets)
        if not named and not (node.col_offset == 0 and is_type(node.value)):
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


def places(files):
    """All mutants of these files but those that are known to change nothing, and how many those are."""
    every = [mutant for file in files for mutant in Places(file).found]
    told = [mutant for mutant in every if not changes_nothing(mutant)]
    return told, len(every) - len(told)


def gone(files):
    """What equivalent.txt says of these files and is no longer there."""
    keys = {mutant.key for file in files for mutant in Places(file).found}
    names = {str(file.relative_to(SOURCE)) for file in files}
    return [key for key in equivalent() if key[0] in names and key[2] != "numbers" and key not in keys]
