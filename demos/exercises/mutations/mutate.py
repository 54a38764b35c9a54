"""Every answer that differs from a right one in one mistake, such as students make.

A mistake is a rule: it takes a node of the syntax tree and gives the nodes that may stand there instead, each with words. The words
say what kind of mistake it is and in which line, by the name that the line sets; they never say what should stand there.
"""
from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import NamedTuple

Changed = Iterator[tuple[ast.AST, str]]
Rule = Callable[[ast.AST, "Scope"], Changed]


class Mutant(NamedTuple):
    """A wrong answer: the mistake in words, the whole file with it, the kind of mistake, and the line it is in."""
    said: str
    source: str
    kind: str
    line: int


class Scope(NamedTuple):
    """Where a node stands: the names of its function, and what its line is called."""
    names: tuple[str, ...]
    place: str


# The mistakes ----------------------------------------------------------------------------------------------------------------

def signs(node: ast.AST, scope: Scope) -> Changed:
    """+ for -, - for +, and a minus that is missing or too much."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        other, said = (ast.Sub(), "a - where a + belongs") if isinstance(node.op, ast.Add) else (ast.Add(), "a + where a - belongs")
        yield ast.BinOp(node.left, other, node.right), said
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        yield ast.BinOp(node.right, node.op, node.left), "a difference is the wrong way round"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand, "a minus sign is missing"


def factors(node: ast.AST, scope: Scope) -> Changed:
    """A factor or a divisor left out, a product for a quotient, a quotient upside down."""
    if not isinstance(node, ast.BinOp):
        return
    if isinstance(node.op, ast.Mult):
        yield node.left, "a factor is missing"
        yield node.right, "a factor is missing"
        yield ast.BinOp(node.left, ast.Add(), node.right), "a sum where a product belongs"
        yield ast.BinOp(node.left, ast.Div(), node.right), "a quotient where a product belongs"
    if isinstance(node.op, ast.Div):
        yield node.left, "the division is missing"
        yield ast.BinOp(node.left, ast.Mult(), node.right), "a product where a quotient belongs"
        yield ast.BinOp(node.right, ast.Div(), node.left), "a quotient is upside down"


def terms(node: ast.AST, scope: Scope) -> Changed:
    """A term of a sum left out."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield node.left, "a term is missing"
        yield (node.right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.right)), "a term is missing"
        yield ast.BinOp(node.left, ast.Mult(), node.right), "a product where a sum belongs"


def powers(node: ast.AST, scope: Scope) -> Changed:
    """A power left out, or its derivative's habits at the wrong place."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        yield node.left, "a power is missing"
        yield ast.BinOp(ast.Constant(2), ast.Mult(), node.left), "a double where a square belongs"
        yield ast.BinOp(node.left, ast.Pow(), ast.Constant(3)), "another exponent"


def numbers(node: ast.AST, scope: Scope) -> Changed:
    """Another number: one more or less, twice, half."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        for x in {node.value + 1, node.value - 1, 2 * node.value, node.value / 2, -node.value} - {node.value}:
            yield ast.Constant(x), "a number is wrong"


def arguments(node: ast.AST, scope: Scope) -> Changed:
    """Arguments swapped, a function left out or taken for another."""
    if not isinstance(node, ast.Call):
        return
    if len(node.args) == 2:
        yield ast.Call(node.func, node.args[::-1], node.keywords), "two arguments have changed places"
    if len(node.args) == 1:
        yield node.args[0], f"a function is missing around something: {ast.unparse(node.func)}"
    others = {"sin": "cos", "cos": "sin", "exp": "log", "log": "exp", "max": "min", "min": "max", "sum": "mean"}
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in others:
        func: ast.expr = ast.Name(others[name]) if isinstance(node.func, ast.Name) else \
            ast.Attribute(node.func.value, others[name])        # type: ignore[attr-defined]
        yield ast.Call(func, node.args, node.keywords), f"{others[name]} where {name} belongs"


def names(node: ast.AST, scope: Scope) -> Changed:
    """One name where another should stand."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in scope.names:
        for other in scope.names:
            if other != node.id:
                yield ast.Name(other, ast.Load()), f"{other} where {node.id} belongs"


def matrices(node: ast.AST, scope: Scope) -> Changed:
    """A transpose forgotten or too much, elementwise for a matrix product."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value, "a transpose is missing"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield ast.BinOp(ast.Attribute(node.left, "T"), node.op, node.right), "a transpose too much"
        yield ast.BinOp(node.right, node.op, node.left), "a product in the wrong order"
        yield ast.BinOp(node.left, ast.Mult(), node.right), "an elementwise product where a matrix product belongs"


def places(node: ast.AST, scope: Scope) -> Changed:
    """An index off by one, a range too short or too long, the last or first taken for the other."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
        for i in (node.slice.value + 1, node.slice.value - 1):
            yield ast.Subscript(node.value, ast.Constant(i), node.ctx), "an index is off by one"
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
        last = node.args[-1] if len(node.args) < 3 else node.args[1]
        for op, said in ((ast.Sub(), "the loop ends one too early"), (ast.Add(), "the loop goes one too far")):
            end = ast.BinOp(last, op, ast.Constant(1))
            yield ast.Call(node.func, [*node.args[:-1], end], []), said
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reversed":
        yield node.args[0], "the wrong order: it is not reversed"
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for i in range(len(node.elts) - 1):
            swapped = [*node.elts]
            swapped[i], swapped[i + 1] = swapped[i + 1], swapped[i]
            yield ast.Tuple(swapped, node.ctx), "two things have changed places"


def comparisons(node: ast.AST, scope: Scope) -> Changed:
    """A condition the wrong way round, or too strict by one."""
    other = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.In: ast.NotIn, ast.NotIn: ast.In,
             ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in other:
        yield ast.Compare(node.left, [other[type(node.ops[0])]()], node.comparators), "a condition is the wrong way round"


def statements(node: ast.AST, scope: Scope) -> Changed:
    """= for +=, += for =, a line left out, two lines in the wrong order, a copy forgotten."""
    if isinstance(node, ast.AugAssign):
        target = copy.deepcopy(node.target)
        yield ast.Assign([target], node.value), "= where a part should be added (+=)"
        other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield ast.AugAssign(node.target, other, node.value), "added where it should be subtracted, or the other way round"
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
        yield ast.Pass(), f"{node.targets[0].attr} is not set"
        yield ast.AugAssign(copy.deepcopy(node.targets[0]), ast.Add(), node.value), "+= where = belongs"
    if isinstance(node, (ast.AugAssign, ast.Expr)) and not isinstance(getattr(node, "value", None), ast.Constant):
        yield ast.Pass(), "a line is missing"
    if isinstance(node, (ast.For, ast.While)) and len(node.body) > 1:
        for i in range(len(node.body) - 1):
            body = [*node.body]
            body[i], body[i + 1] = body[i + 1], body[i]
            swapped = copy.copy(node)
            swapped.body = body
            yield swapped, "two lines are in the wrong order"


RULES: dict[str, Rule] = {
    "sign": signs, "factor": factors, "term": terms, "power": powers, "number": numbers, "argument": arguments,
    "transpose": matrices, "place": places, "condition": comparisons, "statement": statements, "name": names}


# Making them -----------------------------------------------------------------------------------------------------------------

def mutants(source: str, functions: tuple[str, ...], words: dict[str, str] | None = None) -> list[Mutant]:
    """Every file that differs from the source in one mistake, inside one of the functions (or methods) of these names.

    words   what a name that a line sets is called: {"du": "the derivative of the numerator"}

    >>> [m.said for m in mutants("def f(a, b):\\n    return a - b\\n", ("f",))][:2]
    ['a + where a - belongs', 'a difference is the wrong way round']
    """
    tree = ast.parse(source)
    found: list[Mutant] = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name in functions:
            inside = sorted({node.arg for node in ast.walk(function) if isinstance(node, ast.arg)} |
                            {node.id for node in ast.walk(function) if isinstance(node, ast.Name)
                             and isinstance(node.ctx, ast.Store)})
            for statement in _statements(function):
                scope = Scope(tuple(inside), _place(statement, words or {}))
                found += _of_statement(tree, statement, scope)
    return found


def _statements(function: ast.FunctionDef) -> Iterator[ast.stmt]:
    for node in ast.walk(function):
        if isinstance(node, ast.stmt) and node is not function and not isinstance(node, ast.FunctionDef):
            if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                yield node


def _place(statement: ast.stmt, words: dict[str, str]) -> str:
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    if isinstance(statement, (ast.Assign, ast.AugAssign)) and targets[0] is not None:
        name = ast.unparse(targets[0])
        return words.get(name, name)
    return words.get("return", "") if isinstance(statement, ast.Return) else ""


def _of_statement(tree: ast.Module, statement: ast.stmt, scope: Scope) -> Iterator[Mutant]:
    """The mutants of one statement; those inside it belong to it where it is simple, else to themselves."""
    nodes = [statement] if isinstance(statement, (ast.For, ast.While, ast.If, ast.With)) else list(ast.walk(statement))
    if isinstance(statement, ast.For):
        nodes += ast.walk(statement.iter)
    if isinstance(statement, (ast.If, ast.While)):
        nodes += ast.walk(statement.test)
    for node in nodes:
        for kind, rule in RULES.items():
            for other, said in rule(node, scope):
                changed = _with(tree, node, other)
                if changed:
                    yield Mutant(f"{said}, in {scope.place}" if scope.place else said, changed, kind, statement.lineno)


def _with(tree: ast.Module, node: ast.AST, other: ast.AST) -> str:
    """The source of the tree with another node instead of one; "" where that is not Python."""
    changed = _replaced(tree, node, other)
    try:
        return ast.unparse(ast.fix_missing_locations(changed))
    except (ValueError, AttributeError, TypeError):
        return ""


def _replaced(at: ast.AST, node: ast.AST, other: ast.AST) -> ast.AST:
    """A copy of the tree in which `other` stands for `node`; what does not contain it is shared."""
    if at is node:
        return other
    new = copy.copy(at)
    for field, x in ast.iter_fields(at):
        if isinstance(x, ast.AST):
            setattr(new, field, _replaced(x, node, other))
        elif isinstance(x, list):
            setattr(new, field, [_replaced(y, node, other) if isinstance(y, ast.AST) else y for y in x])
    return new
