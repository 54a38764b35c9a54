"""Right answers sought near a wrong one: the change that makes an answer right says what is wrong with it, and in which line.

mutate.py goes from a solution to wrong answers; this goes the other way, from a student's own file. An edit is one change of its
syntax tree, with words for what stands there now. They come in order: what is often wrong, and what is tried fast, first.

1. The words say what is wrong in the student's file, never what should stand there.
2. What the exercise itself has written, functions and imports, is left alone.
"""
from __future__ import annotations

import ast
import copy
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

Swap = tuple[ast.AST, ast.AST]              # a node, and what may stand there instead
Found = Iterator[tuple[ast.AST, str]]       # what may stand instead of a node, and what is wrong with the node


class Edit(NamedTuple):
    """One change: what is wrong, in words; the nodes that are exchanged; the line."""
    said: str
    swaps: tuple[Swap, ...]
    line: int

    @property
    def words(self) -> str:
        return f"{self.said}, in line {self.line}"


class Around(NamedTuple):
    """What can stand in a function: its names, the functions it may call with one argument, the attributes that occur."""
    names: tuple[str, ...]
    calls: tuple[str, ...]
    attributes: tuple[str, ...]
    condition: str = ""                     # the one that the node stands in


Rule = Callable[[ast.AST, Around], Found]
OPERATORS: dict[tuple[type, type], str] = {
    (ast.Add, ast.Sub): "a + where a - belongs", (ast.Sub, ast.Add): "a - where a + belongs",
    (ast.Mult, ast.Div): "a product where a quotient belongs", (ast.Div, ast.Mult): "a quotient where a product belongs",
    (ast.FloorDiv, ast.Div): "// cuts to a whole number, where / belongs", (ast.Mult, ast.Add): "a product where a sum belongs",
    (ast.Add, ast.Mult): "a sum where a product belongs", (ast.Sub, ast.Mult): "a difference where a product belongs",
    (ast.Mult, ast.Sub): "a product where a difference belongs", (ast.Mult, ast.Pow): "a product where a power belongs",
    (ast.Pow, ast.Mult): "a power where a product belongs", (ast.BitXor, ast.Pow): "^ is not a power in Python; ** is",
    (ast.Mult, ast.MatMult): "an elementwise product where a matrix product belongs",
    (ast.MatMult, ast.Mult): "a matrix product where an elementwise one belongs", (ast.Div, ast.Sub): "a quotient where a difference belongs"}
DROPS = {ast.Mult: "a factor too much", ast.Div: "a division too much", ast.Add: "a term too much", ast.Sub: "a term too much",
         ast.Pow: "a power too much", ast.MatMult: "a matrix too much"}
FAMILIES = [("sin", "cos", "tan"), ("sinh", "cosh", "tanh"), ("sin", "sinh"), ("cos", "cosh"), ("tan", "tanh"), ("exp", "log", "log2", "log10", "log1p", "expm1"),
            ("max", "min", "sum", "mean"), ("sqrt", "square", "abs"), ("dot", "outer", "multiply", "matmul", "inner"),
            ("softplus", "sigmoid", "relu", "exp", "tanh"), ("append", "extend", "insert"), ("zeros_like", "ones_like"),
            ("argmax", "argmin"), ("pop", "popleft")]


# What an expression may be in place of what it is -----------------------------------------------------------------------------

def operators(node: ast.AST, around: Around) -> Found:
    """Another operator, or the two sides exchanged."""
    if not isinstance(node, ast.BinOp):
        return
    for (here, there), said in OPERATORS.items():
        if isinstance(node.op, here):
            yield ast.BinOp(node.left, there(), node.right), said
    if isinstance(node.op, ast.Sub):
        yield ast.BinOp(node.right, node.op, node.left), "a difference is the wrong way round"
    if isinstance(node.op, (ast.Div, ast.FloorDiv)):
        yield ast.BinOp(node.right, node.op, node.left), "a quotient is upside down"
    if isinstance(node.op, ast.MatMult):
        yield ast.BinOp(node.right, node.op, node.left), "a matrix product is in the wrong order"


def drops(node: ast.AST, around: Around) -> Found:
    """Less: a factor, a term, a sign, a function, an attribute or an index left out."""
    if isinstance(node, ast.BinOp) and type(node.op) in DROPS:
        yield node.left, DROPS[type(node.op)]
        if not isinstance(node.op, (ast.Div, ast.Pow)):
            yield (ast.UnaryOp(ast.USub(), node.right) if isinstance(node.op, ast.Sub) else node.right), DROPS[type(node.op)]
    if isinstance(node, ast.UnaryOp):
        yield node.operand, "a minus sign too much" if isinstance(node.op, ast.USub) else "a condition is the wrong way round"
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        yield node.args[0], f"{_short(node.func)}(...) is taken of something, where it does not belong"
    if isinstance(node, ast.Call) and len(node.args) > 1:
        for i in range(len(node.args)):
            yield ast.Call(node.func, [*node.args[:i], *node.args[i + 1:]], node.keywords), "an argument too much"
            yield node.args[i], f"{_short(node.func)}(...) is taken of something, where it does not belong"
            if isinstance(inner := node.args[i], ast.Call):                 # one in the other, such as max(-1.0, min(1.0, x))
                for arg in inner.args:
                    yield arg, f"{_short(node.func)}(... {_short(inner.func)}(...)) is taken of something, where it does not belong"
    if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Load):
        what = f".{node.attr}" if isinstance(node, ast.Attribute) else "an index"
        yield node.value, f"{what} does not belong there"
    if isinstance(node, ast.IfExp):
        yield node.body, "a condition does not belong there, or is the wrong way round"
        yield node.orelse, "a condition does not belong there, or is the wrong way round"


def functions(node: ast.AST, around: Around) -> Found:
    """Another function of the same family, or its arguments in another order."""
    if not isinstance(node, ast.Call):
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for other in dict.fromkeys(other for family in FAMILIES if name in family for other in family if other != name):
        func = ast.Attribute(node.func.value, other, ast.Load()) if isinstance(node.func, ast.Attribute) else ast.Name(other, ast.Load())
        yield ast.Call(func, node.args, node.keywords), f"{name} where {other} belongs"
    for i in range(len(node.args)):
        for j in range(i + 1, len(node.args)):
            yield ast.Call(node.func, _swapped(node.args, i, j), node.keywords), "two arguments have changed places"


def inside(node: ast.AST, around: Around) -> Found:
    """A factor or term that stands before a function and belongs inside, or the other way round."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div, ast.Add, ast.Sub)):
        what = "factor" if isinstance(node.op, (ast.Mult, ast.Div)) else "term"
        for call, other, left in ((node.right, node.left, True), (node.left, node.right, False)):
            if isinstance(call, ast.Call) and len(call.args) == 1 and not call.keywords and not (left and isinstance(node.op, ast.Div)):
                both = (other, call.args[0]) if left else (call.args[0], other)
                yield (ast.Call(call.func, [ast.BinOp(both[0], node.op, both[1])], []),
                       f"a {what} stands outside of {_short(call.func)}(...), where it belongs inside")
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.BinOp):
        left, op, right = node.args[0].left, node.args[0].op, node.args[0].right
        what = "factor" if isinstance(op, (ast.Mult, ast.Div)) else "term"
        if isinstance(op, (ast.Mult, ast.Add, ast.Sub, ast.Div)):
            said = f"a {what} stands in {_short(node.func)}(...), where it belongs outside"
            yield ast.BinOp(ast.Call(node.func, [left], []), op, right), said
            yield ast.BinOp(left, op, ast.Call(node.func, [right], [])), said


def numbers(node: ast.AST, around: Around) -> Found:
    """Another number."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        c = node.value
        for x in dict.fromkeys((c + 1, c - 1, 2 * c, c / 2, -c, 0, 1, 2)):
            if x != c:
                yield ast.Constant(x), f"the number {c} is wrong"


def names(node: ast.AST, around: Around) -> Found:
    """Another name of the same function, another attribute."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in around.names:
        for other in around.names:
            if other != node.id:
                yield ast.Name(other, ast.Load()), f"{node.id} where {other} belongs"
    if isinstance(node, ast.Attribute):
        for attribute in around.attributes:
            if attribute != node.attr:
                yield ast.Attribute(node.value, attribute, node.ctx), f".{node.attr} where .{attribute} belongs"


def subtrees(node: ast.AST, around: Around) -> Found:
    """A name alone, where something is computed."""
    if isinstance(node, (ast.BinOp, ast.Call, ast.Subscript, ast.UnaryOp)) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        for name in around.names:
            yield ast.Name(name, ast.Load()), f"{_short(node)} where {name} belongs"


def places(node: ast.AST, around: Around) -> Found:
    """An index or a slice that is off by one, an order that is the wrong way round."""
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, (ast.Slice, ast.Tuple)):
        for op in (ast.Add(), ast.Sub()):
            yield ast.Subscript(node.value, ast.BinOp(node.slice, op, ast.Constant(1)), node.ctx), "an index is off by one"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        yield node.value, "a slice takes too little, or turns the order round"
        for field in ("lower", "upper"):
            for op in (ast.Add(), ast.Sub()):
                if (end := getattr(node.slice, field)) is not None:
                    other = copy.copy(node.slice)
                    setattr(other, field, ast.BinOp(end, op, ast.Constant(1)))
                    yield ast.Subscript(node.value, other, node.ctx), "a slice begins or ends one off"


def ranges(node: ast.AST, around: Around) -> Found:
    """A loop that begins or ends one off, or goes the wrong way round."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
        for i, end in enumerate(node.args[:2]):
            for op in (ast.Add(), ast.Sub()):
                yield (ast.Call(node.func, [*node.args[:i], ast.BinOp(end, op, ast.Constant(1)), *node.args[i + 1:]], []),
                       "the loop begins or ends one off")
        if len(node.args) == 1:
            yield ast.Call(node.func, [ast.Constant(1), *node.args], []), "the loop begins at 0, where 1 belongs"
    if isinstance(node, ast.For):
        turned = copy.copy(node)
        turned.iter = ast.Call(ast.Name("reversed", ast.Load()), [ast.Call(ast.Name("list", ast.Load()), [node.iter], [])], [])
        yield turned, "the loop goes the wrong way round"


def collections(node: ast.AST, around: Around) -> Found:
    """Two things exchanged, or one too much, in a tuple, list or dict."""
    if isinstance(node, (ast.Tuple, ast.List)) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for i in range(len(node.elts)):
            for j in range(i + 1, len(node.elts)):
                yield type(node)(_swapped(node.elts, i, j), node.ctx), "two things have changed places"
            yield type(node)([*node.elts[:i], *node.elts[i + 1:]], node.ctx), "one thing too much"
    if isinstance(node, ast.Dict):
        for i in range(len(node.values)):
            for j in range(i + 1, len(node.values)):
                yield ast.Dict(node.keys, _swapped(node.values, i, j)), "two things have changed places"


def conditions(node: ast.AST, around: Around) -> Found:
    """Another comparison, or none."""
    if isinstance(node, ast.comprehension):
        for i in range(len(node.ifs)):
            yield ast.comprehension(node.target, node.iter, [*node.ifs[:i], *node.ifs[i + 1:]], node.is_async), "a condition does not belong there"
    others: dict[type, tuple[type, ...]] = {
        ast.Lt: (ast.LtE, ast.Gt, ast.GtE), ast.LtE: (ast.Lt, ast.GtE, ast.Gt), ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
        ast.GtE: (ast.Gt, ast.LtE, ast.Lt), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
        ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,)}
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in others.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [other()], node.comparators), "a condition is the wrong way round, or too strict, or not strict enough"
        if isinstance(node.ops[0], (ast.Lt, ast.Gt, ast.LtE, ast.GtE)):
            size = ast.Call(ast.Name("abs", ast.Load()), [node.left], [])
            yield ast.Compare(size, node.ops, node.comparators), "a difference with its sign, where its size belongs"
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values), "`and` and `or` have changed places"


def matrices(node: ast.AST, around: Around) -> Found:
    """A transpose forgotten."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield ast.BinOp(ast.Attribute(node.left, "T", ast.Load()), node.op, node.right), "a transpose is missing"
        yield ast.BinOp(node.left, node.op, ast.Attribute(node.right, "T", ast.Load())), "a transpose is missing"


def inserts(node: ast.AST, around: Around) -> Found:
    """More: a factor, a divisor, a term, a square, a sign, a function."""
    if not _insertable(node):
        return
    assert isinstance(node, ast.expr)
    yield ast.UnaryOp(ast.USub(), node), "a minus sign is missing"
    yield ast.BinOp(node, ast.Pow(), ast.Constant(2)), "a square is missing"
    yield ast.BinOp(ast.Constant(1), ast.Sub(), node), "a 1 - is missing"
    yield ast.BinOp(node, ast.Add(), ast.Constant(1)), "a term is missing"
    yield ast.BinOp(node, ast.Mult(), ast.Constant(2)), "a factor is missing"
    yield ast.BinOp(node, ast.Div(), ast.Constant(2)), "a division is missing"
    for name in around.calls:
        yield ast.Call(ast.Name(name, ast.Load()), [node], []), f"{name}(...) is missing around {_short(node)}"
    for name in around.names:
        for op, said in ((ast.Mult(), "a factor is missing"), (ast.Add(), "a term is missing"), (ast.Div(), "a division is missing"),
                         (ast.Sub(), "a term is missing")):
            yield ast.BinOp(node, op, ast.Name(name, ast.Load())), said


def _insertable(node: ast.AST) -> bool:
    """Whether something can be added to a node: a value that is not part of a sum or product of its own kind."""
    return isinstance(node, (ast.Name, ast.BinOp, ast.Call, ast.Attribute, ast.Subscript, ast.UnaryOp)) and \
        isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


FEW: list[Rule] = [drops, operators, functions, numbers, inside, places, ranges, collections, conditions, matrices]
MANY: list[Rule] = [names, subtrees, inserts]                           # one for each name


# What statements may be ---------------------------------------------------------------------------------------------------------

def statements(body: list[ast.stmt]) -> Iterator[tuple[list[ast.stmt], str, int]]:
    """Other lists of statements in place of one: two exchanged, = for +=, in or out of a loop."""
    for i, statement in enumerate(body):
        before, after, line = body[:i], body[i + 1:], statement.lineno
        if isinstance(statement, ast.AugAssign):
            yield [*before, ast.Assign([statement.target], statement.value), *after], "+= where = belongs", line
            other = ast.Sub() if isinstance(statement.op, ast.Add) else ast.Add()
            yield [*before, ast.AugAssign(statement.target, other, statement.value), *after], "added, where it should be subtracted, or " \
                "the other way round", line
        if isinstance(statement, ast.Assign) and not isinstance(statement.targets[0], (ast.Tuple, ast.List)):
            target = statement.targets[0]
            yield [*before, ast.AugAssign(target, ast.Add(), statement.value), *after], "= where a part should be added (+=)", line
            if isinstance(statement.value, (ast.Name, ast.Attribute, ast.Subscript)):
                for maker in ("list", "__import__('copy').copy"):
                    made = ast.parse(f"{maker}({ast.unparse(statement.value)})", mode="eval").body
                    yield [*before, ast.Assign([target], made), *after], \
                        f"{_short(target)} = {_short(statement.value)} makes no copy: both are one and the same", line
        if after and not isinstance(statement, ast.FunctionDef):
            yield [*before, after[0], statement, *after[1:]], "two lines are in the wrong order", line
        yield from _loops(before, statement, after)


def _loops(before: list[ast.stmt], statement: ast.stmt, after: list[ast.stmt]) -> Iterator[tuple[list[ast.stmt], str, int]]:
    """A line moved into a loop or out of it, a loop or condition that should not be there."""
    if not isinstance(statement, (ast.For, ast.While, ast.If)):
        return
    inner, line = statement.body, statement.lineno
    yield [*before, *inner, *after], "a condition does not belong there" if isinstance(statement, ast.If) else \
        "a loop repeats what is done once", line
    if isinstance(statement, ast.If):
        return
    if len(inner) > 1:
        yield [*before, _with_body(statement, inner[:-1]), inner[-1], *after], "a line is in the loop that belongs after it", inner[-1].lineno
        yield [*before, inner[0], _with_body(statement, inner[1:]), *after], "a line is in the loop that belongs before it", inner[0].lineno
    if before:
        yield ([*before[:-1], _with_body(statement, [before[-1], *inner]), *after], "a line stands before the loop that belongs in it",
               before[-1].lineno)
    if after:
        yield ([*before, _with_body(statement, [*inner, after[0]]), *after[1:]], "a line stands after the loop that belongs in it",
               after[0].lineno)


def _with_body(loop: ast.stmt, body: list[ast.stmt]) -> ast.stmt:
    other = copy.copy(loop)
    other.body = body                                                   # type: ignore[attr-defined]
    return other


# All edits of a file ------------------------------------------------------------------------------------------------------------

def edits(tree: ast.Module, given: frozenset[str] = frozenset()) -> Iterator[Edit]:
    """Every single change of the tree, in order of likelihood, then the same change wherever the same thing stands.

    given   functions, as `ast.dump` gives them, that came with the exercise and are left alone
    """
    blocks = list(_blocks(tree, given))
    for owner, field, body in blocks:
        for i, statement in enumerate(body):
            if len(body) > 1 and not isinstance(statement, (ast.FunctionDef, ast.Return)):
                changed = copy.copy(owner)
                setattr(changed, field, [*body[:i], *body[i + 1:]])
                yield Edit("a line too much", ((owner, changed),), statement.lineno)
    for owner, field, body in blocks:
        for other, said, line in statements(body):
            changed = copy.copy(owner)
            setattr(changed, field, other)
            yield Edit(said, ((owner, changed),), line)
    spots = list(_spots(tree, given))
    for rules in (FEW, MANY):
        for rule in rules:
            for node, around, line in spots:
                for other, said in rule(node, around):
                    yield Edit(_of_condition(around, rule) or said, ((node, other),), line)
        yield from _everywhere(spots, rules)
        if rules is FEW:
            yield from _exchanged(spots)


def _of_condition(around: Around, rule: Rule) -> str:
    """What is said of a change within a condition, where it may help only because the condition holds always, or never."""
    return f"the condition {around.condition} is not right" if around.condition and rule in (drops, names, subtrees, inserts) else ""


def _everywhere(spots: list[tuple[ast.AST, Around, int]], rules: list[Rule]) -> Iterator[Edit]:
    """The same change of all that reads the same, and of the arguments of all calls of one function."""
    alike: dict[str, list[tuple[ast.AST, Around, int]]] = {}
    calls: dict[str, list[tuple[ast.AST, Around, int]]] = {}
    for node, around, line in spots:
        if isinstance(node, ast.expr):
            alike.setdefault(ast.dump(node), []).append((node, around, line))
        if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.func, ast.Name):
            calls.setdefault(node.func.id, []).append((node.args[0], around, line))
    for group in [*alike.values(), *calls.values()]:
        if len(group) > 1:
            for rule in rules:
                options = [list(rule(node, around)) for node, around, _ in group]
                for each in zip(*options) if len({*map(len, options)}) == 1 else ():
                    if len({said for _, said in each}) == 1:
                        yield Edit(f"{each[0][1]}, {len(group)} times", tuple((spot[0], other) for spot, (other, _) in zip(group, each)),
                                   group[0][2])


def _exchanged(spots: list[tuple[ast.AST, Around, int]]) -> Iterator[Edit]:
    """Two names exchanged everywhere; two expressions of one line exchanged."""
    used = [(node, line) for node, around, line in spots if isinstance(node, ast.Name) and node.id in around.names
            and isinstance(node.ctx, ast.Load)]
    names = list(dict.fromkeys(node.id for node, _ in used))
    for i, a in enumerate(names):
        for b in names[i + 1:]:
            swaps = tuple((node, ast.Name(b if node.id == a else a, ast.Load())) for node, _ in used if node.id in (a, b))
            yield Edit(f"{a} and {b} have changed places", swaps, next(line for node, line in used if node.id in (a, b)))
    simple = [(node, line) for node, _, line in spots if isinstance(node, (ast.Attribute, ast.Name, ast.Subscript))
              and isinstance(node.ctx, ast.Load)]
    for i, (node, line) in enumerate(simple):
        for other, below in simple[i + 1:]:
            if line == below and ast.dump(node) != ast.dump(other) and not _inside(node, other) and not _inside(other, node):
                yield Edit(f"{_short(node)} and {_short(other)} have changed places", ((node, other), (other, node)), line)


def pairs(singles: list[Edit]) -> Iterator[Edit]:
    """Two changes at once; first those of which both are likely."""
    for total in range(1, 2 * len(singles) - 2):
        for i in range(max(0, total - len(singles) + 1), (total + 1) // 2):
            a, b = singles[i], singles[total - i]
            if a.swaps[0][0] is not b.swaps[0][0] and not _inside(a.swaps[0][0], b.swaps[0][0]) \
                    and not _inside(b.swaps[0][0], a.swaps[0][0]):
                yield Edit(f"two mistakes: {a.words}; and {b.said}", (*a.swaps, *b.swaps), b.line)


CHEAP = 110                             # changes that are tried two at a time


def cheap(tree: ast.Module, given: frozenset[str]) -> list[Edit]:
    """The changes that are tried two at a time: of each rule some, in turn."""
    spots = list(_spots(tree, given))
    rules = [[Edit(said, ((node, other),), line) for node, around, line in spots for other, said in rule(node, around)]
             for rule in (operators, drops, functions, squares, ranges, numbers, places, collections)]
    rules.append([edit for edit in _exchanged(spots) if not all(isinstance(node, ast.Name) for node, _ in edit.swaps)])
    return [edit for row in itertools.zip_longest(*rules) for edit in row if edit][:CHEAP]


def squares(node: ast.AST, around: Around) -> Found:
    """A square or a sign more."""
    if isinstance(node, (ast.BinOp, ast.Call)) and _insertable(node):
        yield ast.BinOp(node, ast.Pow(), ast.Constant(2)), "a square is missing"
        yield ast.UnaryOp(ast.USub(), node), "a minus sign is missing"


def transplants(tree: ast.Module, solution: ast.Module, given: frozenset[str]) -> Iterator[Edit]:
    """A piece of the solution in place of an expression: where that helps, the expression is what is wrong."""
    theirs = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for function in ast.walk(solution):
        if not isinstance(function, ast.FunctionDef) or function.name not in theirs:
            continue
        own = theirs[function.name]
        if ast.dump(own) in given or len(own.args.args) != len(function.args.args):
            continue
        renamed = {a.arg: b.arg for a, b in zip(function.args.args, own.args.args)}
        pieces = [_renamed(piece, renamed) for piece in _pieces(function)]
        whole = {id(node.value) for node in ast.walk(own) if isinstance(node, ast.Return)}        # of them it would say nothing
        spots = [(node, line) for node, _, line in _spots(own, given) if _insertable(node) and id(node) not in whole]
        sizes = {id(x): len(ast.dump(x)) for x in (*pieces, *(node for node, _ in spots))}
        for (node, line), piece in sorted(itertools.product(spots, pieces), key=lambda pair: sizes[id(pair[0][0])] + sizes[id(pair[1])]):
            yield Edit(f"{_short(node)} is not what belongs there, and the rest is right", ((node, piece),), line)


def _pieces(function: ast.FunctionDef) -> list[ast.expr]:
    """The expressions of a solution, in terms of its parameters."""
    known: dict[str, ast.expr] = {}
    found: dict[str, ast.expr] = {}
    inner = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, (ast.BinOp, ast.Call, ast.Attribute, ast.Subscript)):
                piece = _Inlined(known).visit(copy.deepcopy(node))
                free = {x.id for x in ast.walk(piece) if isinstance(x, ast.Name)}
                if not free & inner and len(ast.dump(piece)) < 1500:
                    found.setdefault(ast.dump(piece), piece)
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
            if isinstance(target, ast.Name):
                known[target.id] = _Inlined(known).visit(copy.deepcopy(value))
            elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                known.update({t.id: _Inlined(known).visit(copy.deepcopy(v)) for t, v in zip(target.elts, value.elts)
                              if isinstance(t, ast.Name)})
    return sorted(found.values(), key=lambda piece: len(ast.dump(piece)))


class _Inlined(ast.NodeTransformer):
    def __init__(self, known: dict[str, ast.expr]) -> None:
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self.known[node.id]) if node.id in self.known and isinstance(node.ctx, ast.Load) else node


def _renamed(piece: ast.expr, names: dict[str, str]) -> ast.expr:
    return _Inlined({a: ast.Name(b, ast.Load()) for a, b in names.items()}).visit(copy.deepcopy(piece))  # type: ignore[no-any-return]


# Walking ------------------------------------------------------------------------------------------------------------------------

def _blocks(tree: ast.AST, given: frozenset[str]) -> Iterator[tuple[ast.AST, str, list[ast.stmt]]]:
    """The lists of statements inside functions, with what holds them."""
    for function in _functions(tree, given):
        for node in ast.walk(function):
            for field in ("body", "orelse"):
                body = getattr(node, field, None)
                if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                    yield node, field, body


def _spots(tree: ast.AST, given: frozenset[str]) -> Iterator[tuple[ast.AST, Around, int]]:
    """The nodes that may be changed, with what is around them, and their lines."""
    module_calls = Counter(node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                           and len(node.args) == 1)
    calls = tuple([name for name, _ in module_calls.most_common(8) if name not in ("range", "len", "print", "isinstance", "super")])
    seen: set[int] = set()
    for function in _functions(tree, given):
        inside = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
        inside |= {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        attributes = sorted({node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)
                             and node.attr in ("data", "grad", "value", "tangent", "inputs", "partials")})
        around = Around(tuple(sorted(inside)), calls, tuple(attributes))
        inside_of = {id(node): _short(test) for test in _conditions(function) for node in ast.walk(test)}
        for node in _inner(function):
            line = getattr(node.iter if isinstance(node, ast.comprehension) else node, "lineno", 0)
            if id(node) not in seen and line:
                seen.add(id(node))
                yield node, around._replace(condition=inside_of.get(id(node), "")), line


def _conditions(function: ast.AST) -> Iterator[ast.expr]:
    """The conditions of a function, inner ones after those they stand in."""
    for node in ast.walk(function):
        if isinstance(node, (ast.If, ast.While, ast.IfExp)):
            yield node.test
        if isinstance(node, ast.comprehension):
            yield from node.ifs


def _functions(tree: ast.AST, given: frozenset[str]) -> Iterator[ast.AST]:
    """Functions and lambdas that are the student's own, the outer ones only."""
    if isinstance(tree, (ast.FunctionDef, ast.Lambda)):
        if ast.dump(tree) not in given:
            yield tree
        return
    for child in ast.iter_child_nodes(tree):
        yield from _functions(child, given)


def _inner(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, annotations and docstrings apart."""
    for child in ast.iter_child_nodes(function):
        if isinstance(child, ast.arguments) or isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        yield child
        yield from _inner(child)


def _inside(node: ast.AST, other: ast.AST) -> bool:
    return any(x is node for x in ast.walk(other))


def _short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _swapped(things: list[ast.expr], i: int, j: int) -> list[ast.expr]:
    other = [*things]
    other[i], other[j] = other[j], other[i]
    return other


class Written:
    """The source of a file with a change; what a change leaves alone is written once."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.parts = {id(statement): ast.unparse(statement) for statement in tree.body}

    def with_(self, edit: Edit) -> str:
        """The source with that change; "" where that is not Python."""
        swaps = {id(a): b for a, b in edit.swaps}
        try:
            return "\n".join(self.parts.get(id(new)) or ast.unparse(ast.fix_missing_locations(new))
                             for new in (_replaced(statement, swaps) for statement in self.tree.body))
        except (ValueError, AttributeError, TypeError, RecursionError):
            return ""


def _replaced(at: ast.AST, swaps: dict[int, ast.AST]) -> ast.AST:
    """The tree with other nodes for some: a copy where something changes, else itself."""
    if id(at) in swaps:
        return swaps[id(at)]
    new: ast.AST | None = None
    for field, x in ast.iter_fields(at):
        y: object = x
        if isinstance(x, ast.AST):
            y = _replaced(x, swaps)
        elif isinstance(x, list) and x and isinstance(x[0], ast.AST):
            y = [_replaced(each, swaps) if isinstance(each, ast.AST) else each for each in x]
            y = x if all(a is b for a, b in zip(x, y)) else y
        if y is not x:
            new = new or copy.copy(at)
            setattr(new, field, y)
    return new or at
