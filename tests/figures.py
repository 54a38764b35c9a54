"""Prints the figures of the source: `python -m tests.figures`, and of another checkout with `python -m tests.figures FOLDER`.

A code line is one with code on it: no blank line, no comment, no docstring. A function is as long as a reader sees it,
docstring included. Its complexity is McCabe's: one, and one more for each place where it branches; conditional
expressions, `and`, `or` and comprehensions count, which the linter's C901 leaves out. The arguments of public functions
are counted apart: `fit(net, xs, ys, epochs=10)` names each where it is given, and help() lists them all. One object of
settings would hide them behind a second name.
"""
from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import autograd

ROOMS = ("autograd", "nn")
NAMED_SLOTS = ("first", "second", "first_partial", "second_partial", "data", "grad")     # what a Value keeps,
SHORT_SLOTS = ("a", "b", "da", "db")                                                     # and what that was once called
SLOTS = {f"_{name}" for name in NAMED_SLOTS + SHORT_SLOTS}
BRANCHES = (ast.If, ast.IfExp, ast.For, ast.While, ast.ExceptHandler, ast.BoolOp, ast.comprehension, ast.match_case)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Function(NamedTuple):
    """A function of the source: where it stands, its lines, its complexity, how many parameters it has."""
    where: str
    lines: int
    complexity: int
    parameters: int


def public_names(root: Path) -> set[str]:
    """What a user imports: the names that autograd and nn import in their __init__.py."""
    trees = [ast.parse((root / room / "__init__.py").read_text(encoding="utf-8")) for room in ROOMS]
    return {alias.asname or alias.name for tree in trees for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) for alias in node.names}


class Source:
    """One file, parsed: what the figures are counted from."""

    def __init__(self, path: Path, root: Path) -> None:
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)
        self.nodes = list(ast.walk(self.tree))
        self.code = code_lines(self.text, self.nodes)

    def count(self, *kinds: type[ast.AST]) -> int:
        """How many nodes of the syntax tree are of these kinds."""
        return sum(isinstance(node, kinds) for node in self.nodes)

    def functions(self) -> Iterator[Function]:
        """Each function and method, functions inside functions too."""
        for node in self.nodes:
            if isinstance(node, FUNCTIONS):
                lines = last_line(node) - node.lineno + 1
                where = f"{self.name}:{node.lineno} {node.name}"
                yield Function(where, lines, complexity(node), parameters(node))

    def touches_slots(self) -> bool:
        """Whether the file reads or writes a private slot of a Value."""
        return any(isinstance(node, ast.Attribute) and node.attr in SLOTS for node in self.nodes)

    def anys(self) -> int:
        """How often `Any` stands in an annotation or an alias."""
        return sum(isinstance(node, ast.Name) and node.id == "Any" for node in self.nodes)


def code_lines(text: str, nodes: list[ast.AST]) -> dict[int, str]:
    """The code lines by their number, from 1."""
    lines = enumerate(text.splitlines(), 1)
    code = {i: line for i, line in lines if line.strip() and not line.strip().startswith("#")}
    for node in nodes:
        if isinstance(node, (ast.Module, ast.ClassDef, *FUNCTIONS)) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            for i in range(docstring.lineno, last_line(docstring) + 1):
                code.pop(i, None)
    return code


def last_line(node: ast.stmt) -> int:
    """The number of the line that a statement ends on."""
    return node.end_lineno or node.lineno


def complexity(function: ast.AST) -> int:
    """McCabe's number, with conditional expressions, `and`, `or` and comprehensions counted as branches."""
    branches = 1
    for node in ast.walk(function):
        if isinstance(node, ast.BoolOp):
            branches += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            branches += 1 + len(node.ifs)
        elif isinstance(node, BRANCHES):
            branches += 1
    return branches


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many parameters a caller may give, without self."""
    arguments = function.args
    named = [a.arg for a in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]
    return len([name for name in named if name not in ("self", "cls")])


def sources(root: Path) -> list[Source]:
    """Every Python file of the engine and of the networks."""
    return [Source(path, root) for room in ROOMS for path in sorted((root / room).rglob("*.py"))]


def figures(root: Path) -> dict[str, str]:
    """The figures by their names, ready to print."""
    files = sources(root)
    lines = [len(line) for file in files for line in file.code.values()]
    functions = [function for file in files for function in file.functions()]
    plain = [function for function in functions if not function.where.startswith("autograd/fast.py")]
    conditional = sum(file.count(ast.IfExp) for file in files)
    longest = max(plain, key=lambda function: function.lines)
    hardest = max(plain, key=lambda function: function.complexity)
    public = public_names(root)
    inside = [function for function in functions if function.where.split()[1] not in public]
    widest = max(inside, key=lambda function: function.parameters)
    of_users = max(functions, key=lambda function: function.parameters)
    touching = [file.name for file in files if file.touches_slots()]
    return {
        "files": f"{len(files)}",
        "code lines": f"{len(lines)}",
        "length of a code line, mean": f"{statistics.mean(lines):.1f}",
        "length of a code line, 90th percentile": f"{statistics.quantiles(lines, n=10)[-1]:.0f}",
        "code lines longer than 100": f"{sum(length > 100 for length in lines)}",
        "conditional expressions per 100 code lines": f"{100 * conditional / len(lines):.1f}",
        "functions": f"{len(functions)}",
        "length of a function, median": f"{statistics.median(f.lines for f in functions):.0f}",
        "functions longer than 40 lines": f"{sum(f.lines > 40 for f in plain)}",
        "longest function": f"{longest.lines}   {longest.where}",
        "functions of a complexity above 12": f"{sum(f.complexity > 12 for f in plain)}",
        "highest complexity": f"{hardest.complexity}   {hardest.where}",
        "most parameters": f"{widest.parameters}   {widest.where}",
        "most arguments of a public function": f"{of_users.parameters}   {of_users.where}",
        "type: ignore": f"{sum(file.text.count('type: ignore') for file in files)}",
        "Any": f"{sum(file.anys() for file in files)}",
        "files that touch slots of a Value": f"{len(touching)}   {' '.join(touching)}",
    }


def main(root: Path) -> None:
    """Prints the figures, one on a line. Those of functions leave out fast.py, which is written for speed."""
    for name, figure in figures(root).items():
        print(f"{name:44} {figure}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(autograd.__file__).parent.parent)
