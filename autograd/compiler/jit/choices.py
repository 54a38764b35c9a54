"""Functions as they are recorded: `if`, `max` and `table[i]` as operations.

1. While it is recorded, the code of a function is replaced by one in which `a if c else b`, and
   if-statements whose sides only return or assign, call `choose`: where c is a Truth and both sides
   can be computed and have one structure, the result is where(c, a, b); else the side that was
   taken, and a guard. `max`, `min` and `table[i]` call functions of this file in the same way.
2. A side is computed only where that changes nothing and cannot fail for other numbers: names,
   attributes, sums, products, powers, and operations of the table that are defined everywhere. Code
   of the user's that a side would run (a property, a function called exp) has to be as quiet.
3. To everybody who does not record, the replaced code does what the function did: other threads may
   run it. A function whose source is not found, or is not what runs, is recorded as it is.
"""
from __future__ import annotations

import ast
import builtins
import dis
import gc
import inspect
import linecache
import operator
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np

from autograd import ops
from autograd.compat.finishing import finish
from autograd.compat.numbers import is_array
from autograd.compiler.jit.flat import Row
from autograd.compiler.jit.guards import OURS, Truth, Whole, notes_here
from autograd.compiler.jit.kinds import type_for
from autograd.compiler.jit.reach import is_trusted, name_of, names_in
from autograd.value import Value

# operations that are defined for every number, by the name they are called by
TOTAL = {"abs", "tanh", "sigmoid", "relu", "leaky_relu", "elu", "softplus", "gelu", "sin", "cos",
         "atan", "erf", "erfc", "exp", "expm1", "sign", "maximum", "minimum", "max", "min", "sum",
         "fabs", "arctan", "absolute"}
OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
IN_PLACE = {ast.Add: "iadd", ast.Sub: "isub", ast.Mult: "imul"}
PREFIX = "_autograd_"                       # of the functions below, in replaced code

Block = list[ast.stmt]


class Unsafe(Exception):
    """The sides of a choice cannot both be computed."""


# What replaced code calls -------------------------------------------------------------------------

def choose(c: Any, then: Callable[[], Any], other: Callable[[], Any]) -> Any:
    """then() if c else other(), as an operation where that is possible."""
    notes = notes_here()
    if type(c) is not Truth or notes is None:
        return then() if c else other()
    before = notes.mark()
    try:
        a, b = quietly(then, other)
        found = merged(c, a, b)
        notes.chose(found, a, b, c.comparison)
    except Exception:
        found = Unsafe
    if found is Unsafe or notes.mark() != before:
        notes.back_to(before)
        return then() if c else other()
    return found


class Trying(threading.local):
    """How many choices this thread is computing both sides of, and the code of these."""
    depth, sides = 0, frozenset[types.CodeType]()


trying = Trying()
READERS = {"math", "_operator", "numpy"}    # modules whose functions change nothing
READING = TOTAL | {"len", "any", "all", "sorted", "divmod", "pow", "round", "isinstance"}


def quietly(*sides: Callable[[], Any]) -> list[Any]:
    """What sides give; raises Unsafe before code of the user's runs that may change something."""
    before, depth, known = sys.getprofile(), trying.depth, trying.sides
    trying.depth, trying.sides = depth + 1, known | {side.__code__ for side in sides}
    sys.setprofile(refuse_loud)
    try:
        return [side() for side in sides]
    finally:
        sys.setprofile(before)
        trying.depth, trying.sides = depth, known


def refuse_loud(frame: types.FrameType, event: str, called: Any) -> None:
    """Raise Unsafe where the user's code calls what may change something."""
    if is_collectors(frame):
        return
    if event == "call" and frame.f_code not in trying.sides and not is_ours(frame):
        is_asked = is_users(frame) or frame.f_back is not None and is_users(frame.f_back)
        if is_asked and not is_quiet(frame.f_code):
            raise Unsafe
    if event == "c_call" and is_users(frame) and not is_reading(called):
        raise Unsafe


def is_collectors(frame: types.FrameType) -> bool:
    """Whether the garbage collector has called this: it does so anywhere, and not for f."""
    codes = [getattr(callback, "__code__", None) for callback in gc.callbacks]
    return frame.f_code in codes or frame.f_back is not None and frame.f_back.f_code in codes


def is_reading(called: Any) -> bool:
    """Whether a function written in C only reads: by its module or name, or as a number's method.
    """
    module = getattr(called, "__module__", None)
    if module in READERS or called.__name__ in READING and module == "builtins":
        return True
    owner = getattr(called, "__self__", None)
    return isinstance(owner, (Value, int, float, str, tuple, type(None)))


def is_users(frame: types.FrameType) -> bool:
    """Whether this is code of the user's."""
    return frame.f_code in trying.sides or not is_trusted(name_of(frame.f_globals))


def is_ours(frame: types.FrameType) -> bool:
    """Whether this is code of this project, or of NumPy."""
    return str(frame.f_globals.get("__name__", "")).startswith((*OURS, "numpy."))


@cache
def is_quiet(code: types.CodeType) -> bool:
    """Whether a function calls only what is defined everywhere, and sets nothing."""
    reads = names_in(code)
    stores = any(i.opname.startswith(("STORE_SUBSCR", "STORE_GLOBAL", "STORE_DEREF", "DELETE"))
                 for i in dis.get_instructions(code))
    return not (reads.stores or stores or reads.refusals or code.co_flags & inspect.CO_GENERATOR)


def merged(c: Truth, a: Any, b: Any) -> Any:
    """a where c is true, else b; number by number in tuples and lists. Raises Unsafe."""
    if a is b:
        return a
    if isinstance(a, (Value, int, float)) and isinstance(b, (Value, int, float)):
        if type(a) is not type(b) and not isinstance(a, Value) and not isinstance(b, Value):
            raise Unsafe
        return of_numbers(c, a, b)
    if type(a) is type(b) is tuple and len(a) == len(b):
        return tuple([merged(c, x, y) for x, y in zip(a, b)])
    raise Unsafe                            # a list may be known by another name


def of_numbers(c: Truth, a: Any, b: Any) -> Any:
    """a where c is true, else b; of two sums that begin alike, with the choice inside of the sum:
    then what an `if` in a loop adds to a total is still a sum over the loop."""
    (first, added), (second, other) = parts_of_sum(a), parts_of_sum(b)
    if first is b and isinstance(b, Value):
        return b + ops.where(c, added, 0.0)
    if second is a and isinstance(a, Value):
        return a + ops.where(c, 0.0, other)
    if first is second and isinstance(first, Value):
        return first + ops.where(c, added, other)
    return ops.where(c, a, b)


def parts_of_sum(x: Any) -> tuple[Any, Any]:
    """The first part of a sum, and what is added to it; None, None for anything else."""
    if not isinstance(x, Value) or x.op not in (ops.add, ops.sub):
        return None, None
    first, added = x.inputs
    return first, added if x.op is ops.add else -added


def both(*parts: Callable[[], Any]) -> Any:
    """Whether all parts are true, as a condition."""
    found: Any = True
    for part in parts:
        x = decided(part, found, False)
        if type(x) is not Truth:
            if not x:
                return False
        else:
            found = x if found is True else Truth("ne", found * x, 0.0)
    return found


def either(*parts: Callable[[], Any]) -> Any:
    """Whether one part is true, as a condition."""
    found: Any = False
    for part in parts:
        x = decided(part, found, True)
        if type(x) is not Truth:
            if x:
                return True
        else:
            found = x if found is False else Truth("ne", found + x, 0.0)
    return found


def decided(part: Callable[[], Any], before: Any, ends: bool) -> Any:
    """What a part of a condition gives; where it cannot be computed unless those before it did not
    decide, they are guards."""
    if type(before) is not Truth:
        return part()
    try:
        return quietly(part)[0]
    except Exception:
        return ends if bool(before) is ends else part()


def negation(x: Any) -> Any:
    """not x, as a condition."""
    if type(x) is not Truth:
        return not x
    kind, a, b = x.comparison
    return Truth(OPPOSITE[kind], a, b)


def in_place(name: str, a: Any, b: Any) -> Any:
    """a += b and its like. Raises Unsafe where that would change a on a side not taken."""
    if trying.depth and not isinstance(a, (Value, int, float)):
        raise Unsafe
    return getattr(operator, name)(a, b)


def largest(function: Any, *args: Any) -> Any:
    """max(...) or min(...), as operations where there are Values."""
    notes = notes_here()
    if function not in (max, min) or notes is None:
        return function(*args)
    values = list(args if len(args) > 1 else args[0])
    if len(values) < 2 or not are_numbers_with_values(values):
        return function(values)
    of_two, chosen_if = (ops.maximum, "ge") if function is max else (ops.minimum, "le")
    while len(values) > 1:                  # in pairs, so that a tie goes to the first
        pairs = list(zip(values[::2], values[1::2]))
        found = [of_two(a, b) for a, b in pairs]
        for one, (a, b) in zip(found, pairs):
            notes.chose(one, a, b, (chosen_if, a, b))
        values = found + values[2 * len(pairs):]
    return values[0]


def are_numbers_with_values(values: list[Any]) -> bool:
    """Whether all are numbers or Values, and at least one is a Value."""
    return (all(isinstance(x, (Value, int, float)) for x in values)
            and any(isinstance(x, Value) for x in values))


def item(table: Any, index: Any) -> Any:
    """table[index], by an index that is data where that is possible."""
    notes = notes_here()
    if trying.depth and isinstance(table, dict) and type(table) is not dict:
        raise Unsafe                        # a defaultdict adds what is missing
    if notes is None:
        return table[index]
    if isinstance(index, Whole):
        found = notes.looked_up(table, index)
        return table[index] if found is None else found
    if is_array(table):
        parts = index if isinstance(index, tuple) else (index,)
        if any(map(holds_wholes, parts)):
            return entries_at(table, parts)
    return table[index]


def holds_wholes(index: Any) -> bool:
    """Whether an index of an array is an int among the arguments, or an array or list of them."""
    if is_array(index):
        return index.dtype == object and index.size > 0 and set(map(type, index.flat)) == {Whole}
    return type(index) is Whole or isinstance(index, list) and Whole in map(type, index)


def entries_at(table: Any, index: tuple[Any, ...]) -> Any:
    """table[index] of an array, where its parts are ints, or arrays of ints that go together."""
    if not any(isinstance(part, list) or is_array(part) for part in index):
        return along(table, index)
    rows = np.broadcast_arrays(*[np.array(part, object) for part in index])
    found = np.empty(rows[0].shape + table.shape[len(index):], table.dtype)
    if table.dtype != object and found.size:
        found = found.astype(object)
    for place in np.ndindex(rows[0].shape):
        found[place] = along(table, [row[place] for row in rows])
    return found


def along(table: Any, index: Iterable[Any]) -> Any:
    """An entry, or a part, of an array, by one index after the other."""
    for i in index:
        table = item(table, i)
    return table


# Questions about the kind and the identity of numbers ---------------------------------------------

def asked(question: Any) -> Any:
    """isinstance, type or hasattr, as it is answered for what a Value stands for."""
    return ANSWERS.get(id(question), question) if notes_here() is not None else question


def is_instance(x: Any, kind: Any) -> bool:
    """isinstance(x, kind)."""
    notes = notes_here()
    kind = type if kind is type_of else kind
    if notes is None or not isinstance(x, Value):
        return isinstance(x, kind)
    found = type_for(x, notes)
    return isinstance(x if found is Value else found(1), kind)


def type_of(*x: Any) -> Any:
    """type(x)."""
    notes = notes_here()
    if notes is None or len(x) > 1:
        return type(*x)
    return list if type(x[0]) is Row else type_for(x[0], notes)


def has_attribute(x: Any, name: str) -> bool:
    """hasattr(x, name)."""
    notes = notes_here()
    found = type_for(x, notes) if notes is not None and isinstance(x, Value) else Value
    return hasattr(x if found is Value else found(1), name)


def kind_attribute(x: Any, name: str) -> Any:
    """x.__class__, or what an array says about its numbers."""
    notes = notes_here()
    if notes is not None and name == "__class__" and isinstance(x, Value):
        return type_for(x, notes)
    if notes is not None and is_array(x) and x.dtype == object and name in OF_ARRAYS:
        notes.refuse(f"asks an array for .{name}")
    return getattr(x, name)


def same(a: Any, b: Any) -> bool:
    """a is b. Whether two numbers are one object is not known."""
    notes = notes_here()
    if notes is not None and a is not b and (isinstance(a, Value) or isinstance(b, Value)):
        plain = (int, float)
        if all(isinstance(x, plain) or isinstance(x, Value) and notes.is_number(x)
               for x in (a, b)):
            notes.refuse("asks whether two numbers are the same object")
    return a is b


ANSWERS: dict[int, Any] = {id(isinstance): is_instance, id(type): type_of,
                           id(hasattr): has_attribute}
OF_ARRAYS = {"dtype", "itemsize", "nbytes"}
KIND_NAMES = {"isinstance", "type", "hasattr"}
CALLED = {PREFIX + f.__name__: f
          for f in (choose, both, either, negation, in_place, largest, item, asked, kind_attribute,
                    same)}


# How code is replaced -----------------------------------------------------------------------------

_lock, _depth = threading.RLock(), [0]


@contextmanager
def replaced(functions: Iterable[types.FunctionType], asks_same: bool) -> Iterator[None]:
    """Inside, these functions run as they are recorded; where something asks whether things are the
    same object, choices stay branches."""
    with _lock:
        before = []
        vars(builtins).update(CALLED)
        _depth[0] += 1
        try:
            for f in functions:
                code = rewritten(f.__code__, f.__code__.co_filename, not asks_same)
                if code is not None:
                    before.append((f, f.__code__))
                    f.__code__ = code
            yield
        finally:
            finish(lambda: put_back(before))
            _depth[0] -= 1
            for name in CALLED if not _depth[0] else ():
                vars(builtins).pop(name, None)


def put_back(codes: Iterable[tuple[types.FunctionType, types.CodeType]]) -> None:
    """Give functions their code."""
    for f, code in codes:
        f.__code__ = code


@cache
def rewritten(code: types.CodeType, file: str, chooses: bool) -> types.CodeType | None:
    """The code of a function in a file that calls the functions above; None where there is nothing
    to call, or the source is not known. The same code may stand in two files."""
    found = definition(code)
    if found is None:
        return None
    writer = Writer(found, chooses)
    new = writer.written(deepcopy(found))
    return compiled(new, code) if writer.changes else None


def definition(code: types.CodeType) -> ast.FunctionDef | ast.Lambda | None:
    """The syntax tree of a function, which compiles to this code; None where there is none."""
    if "__class__" in code.co_freevars:
        return None
    for found in definitions(source_of(code)):
        if first_line(found) == code.co_firstlineno:
            again = compiled(found, code)
            if again is not None and same_code(again, code):
                return found
    return None


def source_of(code: types.CodeType) -> str:
    """The source of the file, or of the cell, that code stands in."""
    return "".join(linecache.getlines(code.co_filename))


OF_THEIR_OWN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)     # names in it


@cache
def imported(text: str) -> list[str]:
    """The names that a source imports outside of functions and classes: Python compiles a call of
    a module's function, m.f(x), in another way than that of a method.
    """
    found, stack = dict[str, None](), list[ast.AST](ast.parse(text).body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update({(a.asname or a.name).partition(".")[0]: None for a in node.names})
        elif not isinstance(node, OF_THEIR_OWN):
            stack += ast.iter_child_nodes(node)
    return [name for name in found if name != "*"]


@cache
def definitions(text: str) -> list[ast.FunctionDef | ast.Lambda]:
    """All functions in a source, as syntax trees."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda))]


def first_line(node: Any) -> int:
    """The first line of a definition, its decorators included."""
    lines: list[int] = [d.lineno for d in getattr(node, "decorator_list", [])]
    return min([int(node.lineno), *lines])


def compiled(node: Any, code: types.CodeType) -> types.CodeType | None:
    """The code of a definition, with the variables from outside that `code` has."""
    node = deepcopy(node)
    nothing = ast.Constant(None)
    node.args.defaults = [nothing] * len(node.args.defaults)
    node.args.kw_defaults = [d and nothing for d in node.args.kw_defaults]
    body = ast.Expr(node)
    if isinstance(node, ast.FunctionDef):
        node.decorator_list, node.returns, body = [], None, node        # type: ignore[assignment]
        for a in ast.walk(node.args):
            if isinstance(a, ast.arg):
                a.annotation = None
    module = module_of(body, code)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = compile(module, code.co_filename, "exec", code.co_flags & 0x1FE0000, True)
    inside = inner(inner(made, "outer"), code.co_name)
    if inside is None or inside.co_freevars != code.co_freevars:
        return None
    named = {"co_qualname": code.co_qualname} if hasattr(code, "co_qualname") else {}
    return inside.replace(co_firstlineno=code.co_firstlineno, **named)


def module_of(body: ast.stmt, code: types.CodeType) -> ast.Module:
    """A definition in a function that has the variables from outside that `code` has, in a module
    with the imports of its file."""
    calls_itself = isinstance(body, ast.FunctionDef) and code.co_name not in code.co_freevars
    of_module: list[ast.stmt] = [ast.Global([code.co_name])] if calls_itself else []
    outer = ast.FunctionDef("outer", ast.arguments([], [ast.arg(n) for n in code.co_freevars],
                                                   None, [], [], None, []), [*of_module, body], [])
    imports = [ast.Import([ast.alias(name)]) for name in imported(source_of(code))]
    return ast.fix_missing_locations(ast.Module([*imports, outer], []))


def inner(code: types.CodeType | None, name: str) -> types.CodeType | None:
    """The code of this name among the constants of another."""
    constants = code.co_consts if code else ()
    return next((x for x in constants if isinstance(x, types.CodeType) and x.co_name == name), None)


def same_code(a: types.CodeType, b: types.CodeType) -> bool:
    """Whether two pieces of code do the same."""
    parts = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars")
    if any(getattr(a, part) != getattr(b, part) for part in parts):
        return False
    names = zip([None, *a.co_consts], a.co_consts, b.co_consts)
    return len(a.co_consts) == len(b.co_consts) and all(
        same_code(x, y) if isinstance(x, types.CodeType) and isinstance(y, types.CodeType)
        else repr(x) == repr(y) or is_path(code, x) and is_path(code, y) for code, x, y in names)


def is_path(code: Any, constant: Any) -> bool:
    """Whether a constant after the code of an inner function is where that is defined, as Python
    3.10 has it there: code that is compiled again stands elsewhere."""
    return (sys.version_info < (3, 11) and isinstance(code, types.CodeType)
            and isinstance(constant, str) and constant.endswith(f".{code.co_name}"))


# The syntax tree ----------------------------------------------------------------------------------

def call(function: Callable[..., Any], *args: ast.expr) -> ast.Call:
    """A call of one of the functions above."""
    return ast.Call(ast.Name(PREFIX + function.__name__, ast.Load()), list(args), [])


def later(x: ast.expr) -> ast.Lambda:
    """A function without arguments that gives x."""
    x = Items().visit(deepcopy(x))
    return ast.Lambda(ast.arguments([], [], None, [], [], None, []), x)


class Items(ast.NodeTransformer):
    """Replaces each table[i] that is left by a call of `item`."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        if any(isinstance(x, (ast.Slice, ast.Starred)) for x in ast.walk(node.slice)):
            return node
        return call(item, node.value, node.slice)


def is_safe(x: ast.AST) -> bool:
    """Whether an expression can be computed without a change, for whatever numbers."""
    if isinstance(x, ast.Constant):
        return isinstance(x.value, (int, float)) or x.value is None
    if isinstance(x, ast.BinOp) and not is_total(x.op, x.right):
        return False
    if isinstance(x, ast.Call) and (x.keywords or not is_total_call(x)):
        return False
    parts = parts_of(x)
    return parts is not None and all(map(is_safe, parts))


def parts_of(x: ast.AST) -> list[Any] | None:
    """What an expression is computed from; None for a kind that may change something."""
    fields = PARTS.get(type(x))
    if fields is None:
        return None
    parts = [getattr(x, field) for field in fields]
    return [y for part in parts for y in (part if isinstance(part, list) else [part])]


# The kinds of expressions that change nothing, and where their parts stand
PARTS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Name: (), ast.Attribute: ("value",), ast.UnaryOp: ("operand",), ast.Lambda: ("body",),
    ast.Tuple: ("elts",), ast.List: ("elts",), ast.Subscript: ("value", "slice"),
    ast.Compare: ("left", "comparators"), ast.BinOp: ("left", "right"), ast.Call: ("args",),
}


def is_total(op: ast.operator, right: ast.expr) -> bool:
    """Whether an operator is defined for whatever stands on its left."""
    number = right.value if isinstance(right, ast.Constant) else None
    if isinstance(op, ast.Div):
        return isinstance(number, (int, float)) and number != 0
    if isinstance(op, ast.Pow):
        return isinstance(number, int) and number >= 0
    return isinstance(op, (ast.Add, ast.Sub, ast.Mult))


def is_total_call(x: ast.Call) -> bool:
    """Whether a call is one of an operation that is defined everywhere, or of this file."""
    if isinstance(x.func, ast.Attribute):
        return x.func.attr in TOTAL and is_safe(x.func.value)
    return isinstance(x.func, ast.Name) and (x.func.id in TOTAL or x.func.id in CALLED)


class Writer(ast.NodeTransformer):
    """Writes a definition anew. `changes` counts what it has replaced.

    chooses     whether choices and tables become operations, beside what asks for a kind
    """

    def __init__(self, definition: Any, chooses: bool) -> None:
        self.changes, self.chooses = 0, chooses
        special = (ast.Global, ast.Nonlocal, ast.Delete)
        self.keeps_statements = any(isinstance(x, special) for x in ast.walk(definition))

    def written(self, node: Any) -> Any:
        """The definition, written anew."""
        if isinstance(node, ast.Lambda):
            node.body = self.visit(node.body)
        else:
            names = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
            node.body = self.block(node.body, names)
        return node

    def call(self, function: Callable[..., Any], *args: ast.expr, at: ast.AST) -> ast.expr:
        """A call instead of something."""
        self.changes += 1
        found = call(function, *args)
        for x in ast.walk(found):
            if isinstance(x, ast.expr) and not hasattr(x, "lineno"):
                ast.copy_location(x, at)
        return found

    # Expressions --------------------------------------------------------------------------------

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        test, a, b = self.condition(node.test), self.visit(node.body), self.visit(node.orelse)
        if self.chooses and is_safe(a) and is_safe(b):
            return self.call(choose, test, later(a), later(b), at=node)
        return ast.copy_location(ast.IfExp(test, a, b), node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        plain = isinstance(node.slice, (ast.Slice, ast.Constant)) or any(
            isinstance(x, (ast.Slice, ast.Starred)) for x in ast.walk(node.slice))
        if plain or not self.chooses or not isinstance(node.ctx, ast.Load):
            return node
        return self.call(item, node.value, node.slice, at=node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        chooses = isinstance(node.func, ast.Name) and node.func.id in ("max", "min")
        if not chooses or not self.chooses or node.keywords:
            return node
        if any(isinstance(x, ast.Starred) for x in node.args):
            return node
        return self.call(largest, node.func, *node.args, at=node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in KIND_NAMES or not isinstance(node.ctx, ast.Load):
            return node
        return self.call(asked, node, at=node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        asks = node.attr == "__class__" or node.attr in OF_ARRAYS
        if not asks or not isinstance(node.ctx, ast.Load):
            return node
        return self.call(kind_attribute, node.value, ast.Constant(node.attr), at=node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        constants = (ast.Constant, ast.Tuple)
        if len(node.ops) > 1 or not isinstance(node.ops[0], (ast.Is, ast.IsNot)) or isinstance(
                node.comparators[0], constants):
            return node
        found = self.call(same, node.left, node.comparators[0], at=node)
        is_not = isinstance(node.ops[0], ast.IsNot)
        return ast.copy_location(ast.UnaryOp(ast.Not(), found), node) if is_not else found

    def condition(self, test: ast.expr) -> ast.expr:
        """A condition, in which `and`, `or`, `not` and a < b < c are of numbers as far as both
        sides can be computed."""
        if not self.chooses:
            plain: ast.expr = self.visit(test)
            return plain
        if isinstance(test, ast.BoolOp):
            parts = [self.condition(x) for x in test.values]
            if all(map(is_safe, parts)):
                function = both if isinstance(test.op, ast.And) else either
                return self.call(function, *map(later, parts), at=test)
            return ast.copy_location(ast.BoolOp(test.op, parts), test)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.call(negation, self.condition(test.operand), at=test)
        if isinstance(test, ast.Compare) and len(test.ops) > 1:
            return self.chain(test)
        found: ast.expr = self.visit(test)
        return found

    def chain(self, test: ast.Compare) -> ast.expr:
        """a < b < c, as a < b and b < c where the sides are names and constants."""
        sides = [self.visit(x) for x in (test.left, *test.comparators)]
        if all(isinstance(x, (ast.Name, ast.Constant)) for x in sides):
            pairs = [ast.copy_location(ast.Compare(deepcopy(a), [op], [deepcopy(b)]), test)
                     for a, op, b in zip(sides, test.ops, sides[1:])]
            return self.call(both, *map(later, pairs), at=test)
        return ast.copy_location(ast.Compare(sides[0], test.ops, sides[1:]), test)

    # Statements ---------------------------------------------------------------------------------

    def block(self, block: Block, bound: set[str]) -> Block:
        """Statements written anew; `bound` are the variables that are set before."""
        bound, found = set(bound), list[ast.stmt]()
        for k, statement in enumerate(block):
            if isinstance(statement, ast.If):
                returned = self.returned(block[k:]) if self.chooses else None
                if returned is not None:
                    return [*found, ast.copy_location(ast.Return(returned), statement)]
                found.append(self.branches(statement, bound))
            elif isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                found.append(self.inner_function(statement))
            else:
                found.append(self.statement(statement, bound))
            bound |= assigned(statement)
        return found

    def statement(self, statement: ast.stmt, bound: set[str]) -> ast.stmt:
        """A statement that is no `if`, with the blocks in it."""
        for name, field in ast.iter_fields(statement):
            if isinstance(field, list) and field and isinstance(field[0], ast.stmt):
                setattr(statement, name, self.block(field, bound))
            elif isinstance(field, list):
                setattr(statement, name, [self.statement_part(x, bound) for x in field])
            elif isinstance(field, ast.AST) and not isinstance(field, ast.operator):
                setattr(statement, name, self.visit(field))
        return statement

    def statement_part(self, x: Any, bound: set[str]) -> Any:
        """A handler, a `with` item, a case, or an expression."""
        if isinstance(x, (ast.ExceptHandler, ast.match_case)):
            x.body = self.block(x.body, bound)
            return x
        return self.visit(x) if isinstance(x, ast.AST) else x

    def inner_function(self, statement: Any) -> Any:
        """A function inside of the function."""
        return self.written(statement) if isinstance(statement, ast.FunctionDef) else statement

    def returned(self, block: Block) -> ast.expr | None:
        """What a block returns, as one expression; None where it is not one."""
        if block and isinstance(block[0], ast.Return) and block[0].value is not None:
            value: ast.expr = self.visit(deepcopy(block[0].value))
            return value if is_safe(value) else None
        if not block or not isinstance(block[0], ast.If):
            return None
        first = block[0]
        then, other = self.returned(first.body), self.returned(first.orelse + block[1:])
        if then is None or other is None:
            return None
        return self.call(choose, self.condition(deepcopy(first.test)), later(then), later(other),
                         at=first)

    def branches(self, statement: ast.If, bound: set[str]) -> ast.stmt:
        """An if-statement, as an assignment where its sides only assign."""
        keeps = self.keeps_statements or not self.chooses
        chosen = None if keeps else self.chosen(statement, bound)
        if chosen is not None:
            return chosen
        statement.test = self.condition(statement.test)
        statement.body = self.block(statement.body, bound)
        statement.orelse = self.block(statement.orelse, bound)
        return statement

    def chosen(self, statement: ast.If, bound: set[str]) -> ast.stmt | None:
        """names = choose(test, their values on one side, those on the other)."""
        body, other = self.values_of(statement.body), self.values_of(statement.orelse)
        if body is None or other is None:
            return None
        names = list(dict.fromkeys([*body, *other]))
        if not names or not bound | (body.keys() & other.keys()) >= set(names):
            return None
        values = [ast.Tuple([side.get(n) or ast.Name(n, ast.Load()) for n in names], ast.Load())
                  for side in (body, other)]
        value = self.call(choose, self.condition(deepcopy(statement.test)),
                          *map(later, values), at=statement)
        target = ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())
        return ast.fix_missing_locations(ast.copy_location(
            ast.Assign([target], value), statement))

    def values_of(self, block: Block) -> dict[str, ast.expr] | None:
        """The values that a block gives to names; None where it does anything else."""
        values: dict[str, ast.expr] = {}
        for statement in block:
            target: Any = getattr(statement, "target", None)
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                target, value = statement.targets[0], self.visit(deepcopy(statement.value))
            elif isinstance(statement, ast.AugAssign) and type(statement.op) in IN_PLACE:
                if not isinstance(target, ast.Name):
                    return None
                name = ast.Constant(IN_PLACE[type(statement.op)])
                value = call(in_place, name, ast.Name(target.id, ast.Load()),
                             self.visit(deepcopy(statement.value)))
            elif isinstance(statement, ast.Pass):
                continue
            else:
                return None
            arguments = value.args[1:] if is_in_place(value) else [value]
            if not isinstance(target, ast.Name) or not all(map(is_safe, arguments)):
                return None
            values[target.id] = Inserted(values).visit(value)
        return values


class Inserted(ast.NodeTransformer):
    """Replaces names by their values."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = dict(values)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return deepcopy(self.values.get(node.id, node))


def is_in_place(x: ast.expr) -> bool:
    """Whether x is a call of in_place, whose first argument is a name of an operator."""
    return isinstance(x, ast.Call) and getattr(x.func, "id", "") == PREFIX + "in_place"


def assigned(statement: ast.stmt) -> set[str]:
    """The variables that a statement sets for certain."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets: Sequence[ast.expr] = getattr(statement, "targets", None) or [
            statement.target]                           # type: ignore[union-attr]
        if isinstance(statement, ast.AnnAssign) and statement.value is None:
            return set()
        return {x.id for t in targets for x in ast.walk(t)
                if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)}
    if isinstance(statement, ast.If):
        sides = [set().union(*map(assigned, side)) for side in (statement.body, statement.orelse)]
        return sides[0] & sides[1]
    if isinstance(statement, ast.FunctionDef):
        return {statement.name}
    return set()
