"""The table of operations: every derivative of this project is written here, once.

A row is an operation's name, its value on floats, and its partial derivative with respect to each
input, a function of the output `y` and the inputs; below that, where they are not the obvious ones,
its symbol, how it prints, and its domain. Partials are written with operations of the table, never
with `math`: so one row serves floats, Values, arrays and symbols.

Where the exact partial is not the textbook's, `textbook` has that one, to be shown.
"""
# mypy: disable-error-code="has-type"
from __future__ import annotations

import functools
import keyword
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from autograd.compat.messages import choice, described, entries, text
from autograd.compat.numbers import is_array, number
from autograd.formulas.text import LEVELS, Text
from autograd.operation import TABLE, Operation, Rule, find

__all__ = ["TABLE", "BUILT_IN", "Operation", "find", "number", "operation"]

NOT_SCALARS = {str, bytes, list, tuple, dict, type(None), type}
builtin_sum = sum                                       # `sum` is a row below
ROOT_HALF, ROOT_2_PI = math.sqrt(0.5), math.sqrt(2 * math.pi)
TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)


# What math lacks, or lacks in a form that is accurate for every float -----------------------------

def _sigmoid(a: float) -> float:
    if a >= 0:
        return 1 / (1 + math.exp(-a))
    e = math.exp(a)
    return e / (1 + e)


def _sech(a: float) -> float:
    e = math.exp(-math.fabs(a))
    return 2 * e / (1 + e * e)


def _softplus(a: float) -> float:
    return _maximum(a, 0.0) + math.log1p(math.exp(-math.fabs(a)))


def _gelu(a: float) -> float:
    if a < -40:                                         # infinity times 0 is NaN
        return -0.0
    x = -ROOT_HALF * a
    tail = math.erfc(x)
    if a < -1:                  # erfc magnifies the rounding of x: what is missing, to first order
        (n, d), (p, q) = a.as_integer_ratio(), x.as_integer_ratio()
        missing = (n * n * q * q - 2 * d * d * p * p) / (2 * d * d * q * q) / (2 * x)
        tail -= missing * TWO_OVER_ROOT_PI * math.exp(-x * x)
    return 0.5 * a * tail


def _sec_asin(a: float) -> float:
    return 1 / math.sqrt((1 - a) * (1 + a))


def _cos_atan(a: float) -> float:
    return 1 / math.hypot(1.0, a)


def _bell(a: float) -> float:
    return math.exp(-0.5 * a * a)


def _within(bound: float, a: Any) -> Any:
    """a, at most bound and at least -bound: beyond, its factor is 0, and infinity * 0 is NaN."""
    return minimum(maximum(a, -bound), bound)


def _maximum(a: float, b: float) -> float:
    return a if a >= b or a != a else b


def _minimum(a: float, b: float) -> float:
    return a if a <= b or a != a else b


def _sign(a: float) -> float:
    if a > 0:
        return 1.0
    return -1.0 if a < 0 else 0.0 * a + 0.0             # NaN stays NaN


def _power_by_base(y: Any, a: Any, b: Any) -> Any:
    if type(b) is float and b == 0:                     # a ** 0 is constant, at a = 0 too
        return 0.0
    try:
        return b * a ** (b - 1)
    except OverflowError:                               # b is close to 0, and a too
        return b * y / a


def _power_log(a: float, b: float, n: float) -> float:
    return 0.0 if a == 0 and b > 0 and n > 0 else math.pow(a, b) * math.log(a) ** n


def _power_log_below(a: Any, b: Any, n: float) -> Any:
    """a**(b - 1) * log(a)**(n - 1), also for n = 1 where a is 0."""
    return a ** (b - 1) if type(n) is float and n == 1 else power_log(a, b - 1, n - 1)


# Operations that choose. With numbers the choice is known, and an input that is not chosen has the
# partial None, not 0: nothing flows back to it, not even 0 * infinity, which is NaN. With arrays
# and symbols the choice is computed, as 1 or 0.

def _chosen(chosen: Any) -> Any:
    if isinstance(chosen, bool) and not chosen:
        return None
    return float(chosen) if isinstance(chosen, bool) else chosen


def _where_partial(side: float) -> Callable[..., Any]:
    def partial(y: Any, c: Any, a: Any, b: Any) -> Any:
        return _chosen((c != 0) == side if type(c) is float else where(c, side, 1.0 - side))
    return partial


def _max(*inputs: float) -> float:
    largest: float = functools.reduce(_maximum, inputs)
    return largest


def _max_partial(i: int, y: Any, inputs: Sequence[Any]) -> Any:
    if all(type(x) is float for x in inputs):
        return _chosen(inputs.index(y) == i if y == y else inputs[i] != inputs[i])
    above_earlier = [greater(inputs[i], x) for x in inputs[:i]]
    at_least_later = [1 - greater(x, inputs[i]) for x in inputs[i + 1:]]    # a tie: the first
    return functools.reduce(operator.mul, at_least_later + above_earlier, 1.0)


def _select(index: float, *values: float) -> float:
    return values[_place(index, len(values))]


def _place(index: float, n: int) -> int:
    if not (float(index).is_integer() and 0 <= index < n):
        raise ValueError(f"no place {index:g} among {n} values")
    return int(index)


def _select_partial(i: int, y: Any, inputs: Sequence[Any]) -> Any:
    if i == 0:
        return None
    if type(inputs[0]) is float:
        return _chosen(inputs[0] == i - 1)
    return 1 - sign(abs(inputs[0] - (i - 1)))


def _call(name: str, after: str = "") -> Callable[..., str]:
    """The form of a call with any number of inputs."""
    return lambda *inputs: f"{name}({', '.join(map(str, inputs))}{after})"


def _numpy_max(*inputs: Text) -> str:
    return functools.reduce(lambda a, b: f"np.maximum({a}, {b})", map(str, inputs))


def _numpy_select(index: Text, *values: Text) -> str:
    places = ", ".join(f"{index:atom} == {i}" for i in range(len(values)))
    return f"np.select(({places},), ({', '.join(map(str, values))},), np.nan)"


def _print_power_log(log: str, base: str) -> Callable[..., str]:
    def write(a: Text, b: Text, n: Text) -> str:
        to_the_n = "" if n == "1" else f"**{n:atom}"
        return f"{a:atom}**{b:atom} * {log}({base.format(a, b)}){to_the_n}"
    return write


def _c_max(*inputs: Text) -> str:
    return functools.reduce(lambda a, b: f"maximum({a}, {b})", map(str, inputs))


def _c_select(index: Text, *values: Text) -> str:
    cases = "".join(f"{index:atom} == {i} ? {v:power} : " for i, v in enumerate(values))
    return f"({cases}NAN)"


def _c_power(base: Text, exponent: Text) -> str:
    names = {"2.0": "square", "3.0": "cube"}
    return f"{names[exponent]}({base})" if exponent in names else f"pow({base}, {exponent})"


# dot has the inputs w1, ..., wn, x1, ..., xn, b

def _dot(*inputs: float) -> float:
    n = len(inputs) // 2
    products: float = builtin_sum(map(operator.mul, inputs[:n], inputs[n:-1]))
    return products + inputs[-1]


def _dot_partial(i: int, y: Any, inputs: Sequence[Any]) -> Any:
    n = len(inputs) // 2
    if i == 2 * n:
        return 1.0
    return inputs[(i + n) % (2 * n)]


def _print_sum(*inputs: Text) -> str:
    return " + ".join(f"{x:product}" for x in inputs)


def _print_dot(times: str) -> Callable[..., str]:
    def write(*inputs: Text) -> str:
        n = len(inputs) // 2
        terms = [times.format(w, x) for w, x in zip(inputs[:n], inputs[n:])]
        if inputs[-1] != "0":
            terms.append(f"{inputs[-1]:product}")
        return " + ".join(terms)
    return write


# How rows are written -----------------------------------------------------------------------------

def add_row(name: str, forward: Callable[..., float], partials: Any, **columns: Any) -> Operation:
    """A new row of the table."""
    op = TABLE[name] = Operation(name, forward, partials, **columns)
    return op


def function(name: str, forward: Callable[..., float], *partials: Rule,
             **columns: Any) -> Operation:
    """A row that prints as a call in every language, unless its columns say otherwise.

    In JavaScript a name without `Math.` is a function in formulas/runtime.js; in C, what math.h
    lacks is in compiler/runtime.c.
    """
    places = ", ".join(f"{{{i}}}" for i in range(len(partials)))
    tex = columns.pop("tex", rf"\mathrm{{{{{name}}}}}")
    columns.setdefault("text", f"{name}({places})")
    columns.setdefault("numpy", f"np.{name}({places})")
    columns.setdefault("javascript", f"Math.{name}({places})")
    columns.setdefault("c", f"{name}({places})")
    columns.setdefault("latex", f"{tex}({places})")
    return add_row(name, forward, partials, **columns)


def infix(name: str, symbol: str, level: str, forward: Callable[..., float], *partials: Rule,
          **columns: Any) -> Operation:
    """A row that prints as an operator between its inputs. On the right, an input of the same level
    gets parentheses, too: a - (b - c)."""
    right = "product" if level == "sum" else "power"
    text = columns.pop("text", f"{{0:{level}}} {symbol} {{1:{right}}}")
    columns = {"text": text, "numpy": text, "latex": text, "javascript": text, "c": text, **columns}
    return add_row(name, forward, partials, symbol=symbol, level=level, **columns)


# The table: name, value, partials -----------------------------------------------------------------
#
# The textbook's partials of tanh and sigmoid round to 0 from 20 and 37 on; the ones here do not.

add = infix("add", "+", "sum",     lambda a, b: a + b,  lambda y, a, b: 1.0,   lambda y, a, b: 1.0)
sub = infix("sub", "-", "sum",     lambda a, b: a - b,  lambda y, a, b: 1.0,   lambda y, a, b: -1.0)
mul = infix("mul", "*", "product", lambda a, b: a * b,  lambda y, a, b: b,     lambda y, a, b: a,
            latex=r"{0:product} \cdot {1:power}")
div = infix("div", "/", "product", lambda a, b: a / b,  lambda y, a, b: 1 / b, lambda y, a, b: -y/b,
            textbook=(lambda y, a, b: 1 / b, lambda y, a, b: -a / b ** 2),
            latex=r"\frac{{{0}}}{{{1}}}", domain="a denominator other than 0")
pow = infix("pow", "**", "power",  math.pow,            _power_by_base,
            lambda y, a, b: power_log(a, b, 1.0),
            textbook=(_power_by_base, lambda y, a, b: y * log(a)),
            text="{0:atom}**{1:atom}", latex="{0:atom}^{{{1}}}", javascript="pow({0}, {1})",
            c=_c_power, domain="a positive base, or a whole exponent and a base other than 0")

neg      = function("neg",      lambda a: -a,   lambda y, a: -1.0,  symbol="-", level="sum",
                    text="-{0:product}", numpy="-{0:product}", latex="-{0:product}",
                    javascript="-{0:product}", c="-{0:product}")
abs      = function("abs",      math.fabs,      lambda y, a: sign(a),               # 0 at 0
                    latex=r"\left|{0}\right|", c="fabs({0})", kink=lambda a: a)
exp      = function("exp",      math.exp,       lambda y, a: y,     latex="e^{{{0}}}")
log      = function("log",      math.log,       lambda y, a: 1 / a,
                    tex=r"\log", domain="an input above 0")
log1p    = function("log1p",    math.log1p,     lambda y, a: 1 / (1 + a),
                    latex=r"\log(1 + {0})", domain="an input above -1")
expm1    = function("expm1",    math.expm1,     lambda y, a: exp(a),
                    latex=r"(e^{{{0}}} - 1)")
sqrt     = function("sqrt",     math.sqrt,      lambda y, a: 0.5 / y,   latex=r"\sqrt{{{0}}}",
                    domain="an input of 0 or above, and above 0 for a derivative")
sin      = function("sin",      math.sin,       lambda y, a: cos(a),
                    tex=r"\sin", domain="a finite input")
cos      = function("cos",      math.cos,       lambda y, a: -sin(a),
                    tex=r"\cos", domain="a finite input")
tan      = function("tan",      math.tan,       lambda y, a: 1 + y * y,
                    tex=r"\tan", domain="a finite input")
asin     = function("asin",     math.asin,      lambda y, a: sec_asin(a),
                    textbook=(lambda y, a: 1 / sqrt(1 - a ** 2),),
                    numpy="np.arcsin({0})", tex=r"\arcsin",
                    domain="an input from -1 to 1, and inside for a derivative")
acos     = function("acos",     math.acos,      lambda y, a: -sec_asin(a),
                    textbook=(lambda y, a: -1 / sqrt(1 - a ** 2),),
                    numpy="np.arccos({0})", tex=r"\arccos",
                    domain="an input from -1 to 1, and inside for a derivative")
atan     = function("atan",     math.atan,      lambda y, a: cos_atan(a) ** 2,
                    textbook=(lambda y, a: 1 / (1 + a ** 2),),
                    numpy="np.arctan({0})", tex=r"\arctan")
sinh     = function("sinh",     math.sinh,      lambda y, a: cosh(a),   tex=r"\sinh")
cosh     = function("cosh",     math.cosh,      lambda y, a: sinh(a),   tex=r"\cosh")
tanh     = function("tanh",     math.tanh,      lambda y, a: sech(a) ** 2,      # not 0 from 20 on
                    textbook=(lambda y, a: 1 - y ** 2,), tex=r"\tanh")
sech     = function("sech",     _sech,          lambda y, a: -y * tanh(a),
                    numpy="1 / np.cosh({0})", javascript="sech({0})", level="product")
sigmoid  = function("sigmoid",  _sigmoid,       lambda y, a: (0.5 * sech(0.5 * a)) ** 2,
                    textbook=(lambda y, a: y * (1 - y),), level="product",
                    numpy="1 / (1 + np.exp(-{0:product}))", latex=r"\sigma({0})",
                    javascript="sigmoid({0})")
softplus = function("softplus", _softplus,      lambda y, a: sigmoid(a),
                    numpy="np.logaddexp(0, {0})", javascript="softplus({0})")
erf      = function("erf",      math.erf,       lambda y, a: TWO_OVER_ROOT_PI * bell(a) ** 2,
                    textbook=(lambda y, a: TWO_OVER_ROOT_PI * exp(-a * a),),
                    numpy=None, javascript="erf({0})")                          # NumPy has none
erfc     = function("erfc",     math.erfc,      lambda y, a: -TWO_OVER_ROOT_PI * bell(a) ** 2,
                    textbook=(lambda y, a: -TWO_OVER_ROOT_PI * exp(-a * a),),
                    numpy=None, javascript="erfc({0})")
gelu     = function("gelu",     _gelu,          lambda y, a: (0.5 * erfc(-ROOT_HALF * a) + bell(a)
                                                              * _within(40.0, a) / ROOT_2_PI),
                    textbook=(lambda y, a: (0.5 * erfc(-ROOT_HALF * a)
                                            + a * exp(-0.5 * a * a) / ROOT_2_PI),),
                    numpy=None, javascript="gelu({0})")

# Four derivatives have rows of their own: written with sums and products, their derivatives in turn
# would be differences of large numbers, or 0 * infinity. They are 1 / sqrt(1 - a**2),
# 1 / sqrt(1 + a**2), a**b * log(a)**n and exp(-a**2 / 2).
sec_asin = function("sec_asin", _sec_asin,      lambda y, a: a * y ** 3,
                    numpy="1 / np.sqrt((1 - {0:product}) * (1 + {0:product}))", level="product",
                    tex=r"\sec\arcsin", domain="an input inside -1 to 1",
                    javascript="(1 / Math.sqrt((1 - {0:product}) * (1 + {0:product})))")
cos_atan = function("cos_atan", _cos_atan,      lambda y, a: -(_within(1e300, a) * y) * y ** 2,
                    numpy="1 / np.hypot(1, {0})", level="product",
                    tex=r"\cos\arctan", javascript="(1 / Math.hypot(1, {0}))")
power_log = function("power_log", _power_log,
                     lambda y, a, b, n: b * power_log(a, b - 1, n) + n * _power_log_below(a, b, n),
                     lambda y, a, b, n: power_log(a, b, n + 1),
                     lambda y, a, b, n: y * log(log(a)),
                     level="product", text=_print_power_log("log", "{0}"),
                     numpy=_print_power_log("np.log", "np.where({0} == 0, {1} > 0, {0})"),
                     latex=r"{0:atom}^{{{1}}} \log({0})^{{{2}}}",
                     javascript="power_log({0}, {1}, {2})",
                     domain="a positive base, or 0 with a positive exponent")
bell     = function("bell",     _bell,          lambda y, a: -(y * _within(40.0, a)),
                    numpy="np.exp(-0.5 * {0:atom}**2)", latex="e^{{-{0:atom}^2 / 2}}",
                    javascript="Math.exp(-0.5 * {0:atom} * {0:atom})")

relu       = function("relu",       lambda a: 0.0 if a <= 0 else a,         # derivative 0 at 0
                      lambda y, a: greater(a, 0.0),
                      symbol="ReLU", numpy="np.maximum({0}, 0)", javascript="relu({0})",
                      kink=lambda a: a)
leaky_relu = function("leaky_relu", lambda a: 0.01 * a if a <= 0 else a,
                      lambda y, a: 0.01 + 0.99 * greater(a, 0.0),
                      numpy="np.maximum({0}, 0.01 * {0:power})",
                      tex=r"\operatorname{{leaky\_relu}}", javascript="leaky_relu({0})",
                      kink=lambda a: a)
elu        = function("elu",        lambda a: math.expm1(a) if a <= 0 else a,
                      lambda y, a: exp(minimum(a, 0.0)), kink=lambda a: a,
                      numpy="np.where({0} > 0, {0}, np.expm1(np.minimum({0}, 0)))",
                      javascript="elu({0})")
maximum    = function("maximum",    _maximum,                               # a tie: the first
                      lambda y, a, b: 1 - greater(b, a), lambda y, a, b: greater(b, a),
                      symbol="max", latex=r"\max({0}, {1})",
                      javascript="maximum({0}, {1})", kink=lambda a, b: a - b)
minimum    = function("minimum",    _minimum,
                      lambda y, a, b: 1 - greater(a, b), lambda y, a, b: greater(a, b),
                      symbol="min", latex=r"\min({0}, {1})",
                      javascript="minimum({0}, {1})", kink=lambda a, b: a - b)
greater    = function("greater",    lambda a, b: 1.0 if a > b else 0.0,     # 1 where a > b, else 0
                      None, None,
                      symbol=">", text="({0} > {1})", latex="[{0} > {1}]",
                      javascript="greater({0}, {1})", kink=lambda a, b: a - b)
sign       = function("sign",       _sign, None,    kink=lambda a: a)

# a copy as a node of its own: so a transform (grad, jvp) joins its variables to the graph outside
identity = function("identity", lambda a: a,    lambda y, a: 1.0,
                    symbol="=", text="{0:atom}", numpy="{0:atom}", latex="{0:atom}",
                    javascript="{0:atom}", c="{0:atom}")
sum      = add_row("sum", lambda *inputs: builtin_sum(inputs, 0.0), lambda i, y, inputs: 1.0,
                   level="sum", text=_print_sum, numpy=_print_sum, latex=_print_sum,
                   javascript=_print_sum, c=_print_sum)
dot      = add_row("dot", _dot, _dot_partial, level="sum",
                   text=_print_dot("{0:product} * {1:power}"),
                   numpy=_print_dot("{0:product} * {1:power}"),
                   latex=_print_dot(r"{0:product} {1:power}"),
                   javascript=_print_dot("{0:product} * {1:power}"),
                   c=_print_dot("{0:product} * {1:power}"))


# Choices without an `if`

where  = function("where",  lambda c, a, b: a if c else b,              # a where c is not 0
                  None, _where_partial(1.0), _where_partial(0.0), kink=lambda c, a, b: c,
                  javascript="where({0}, {1}, {2})")
max    = add_row("max",     _max,       _max_partial,       text=_call("max"), numpy=_numpy_max,
                 latex=_call(r"\max"), javascript=_call("max"), c=_c_max,        # a tie: the first
                 domain="one input at least")
select = add_row("select",  _select,    _select_partial,                    # select(i, v0, v1, ...)
                 text=_call("select"), numpy=_numpy_select, latex=_call(r"\mathrm{select}"),
                 javascript=_call("select"), c=_c_select,
                 domain="an index that is a whole number from 0 to one less than its values")
stop_gradient = function("stop_gradient", lambda a: a, None,
                         numpy="{0:atom}", tex=r"\mathrm{{stop\_gradient}}",
                         javascript="{0:atom}", c="{0:atom}")

BUILT_IN = frozenset(TABLE)


# Sums over lists, as one node each ----------------------------------------------------------------

def sum_of(values: Iterable[Any]) -> Any:
    """The sum of Values and numbers as one node; a float when there are only numbers."""
    return sum(*_scalars(values, "what is summed"))


def max_of(*values: Any) -> Any:
    """The largest of some Values and numbers, or of one list of them; a tie goes to the first.

    Raises ValueError where there are none.
    """
    if len(values) == 1 and not hasattr(type(values[0]), "__operation__"):
        values = _scalars(values[0], "what max compares")
    if not values:
        raise ValueError("max needs one value at least")
    return max(*values)


def select_of(index: Any, values: Iterable[Any]) -> Any:
    """values[index]: a table looked up by a number that is data, a Value or a number.

    Its derivative goes to the entry that was chosen. Raises ValueError for an index that is not a
    whole number from 0 to len(values) - 1.
    """
    return select(index, *_scalars(values, "the values of select", True))


def dot_of(w: Iterable[Any], x: Iterable[Any], b: Any = 0.0) -> Any:
    """w . x + b as one node, the lecture's neuron before its activation; a float for numbers.

    w and x have n entries each; b is a scalar. Raises ValueError when the lengths differ.
    """
    w, x = _scalars(w, "the weights of dot", True), _scalars(x, "the inputs of dot", True)
    if len(w) != len(x):
        raise ValueError("dot needs as many weights as inputs, "
                         f"got {len(w)} weights and {len(x)} inputs")
    return dot(*w, *x, b)


def affine(W: Iterable[Iterable[Any]], x: Iterable[Any], b: Iterable[Any]) -> list[Any]:
    """W x + b as a list of dot nodes, one for each row of W: the lecture's (6).

    W has m rows of n entries, x n entries, b m entries. Raises ValueError when lengths do not fit.
    """
    rows, x, b = affine_lists(W, x, b)
    check_rows(rows, b)
    return [dot_of(w, x, c) for w, c in zip(rows, b)]


def check_rows(rows: Sequence[Any], b: Sequence[Any]) -> None:
    """Raises ValueError unless b has an entry for each row."""
    if len(rows) != len(b):
        raise ValueError("W x + b needs an entry of b for each row of W, "
                         f"got {len(b)} entries and {len(rows)} rows")


def affine_lists(W: Any, x: Any, b: Any) -> tuple[list[Any], tuple[Any, ...], list[Any]]:
    """The rows of W, and x and b, each as a sequence. Raises TypeError for what is not a list."""
    rows = [tuple(entries(w, f"W[{i}] of affine", ordered=True))
            for i, w in enumerate(entries(W, "W of affine", ordered=True))]
    return (rows, tuple(entries(x, "x of affine", ordered=True)),
            entries(b, "b of affine", ordered=True))


def _scalars(values: Iterable[Any], what: str, ordered: bool = False) -> tuple[Any, ...]:
    each = f"an entry of {what}"
    return tuple(number(x, each) if is_array(x) or type(x) in NOT_SCALARS else x
                 for x in entries(values, what, ordered=ordered))


# A row of one's own -------------------------------------------------------------------------------

FORMS = ("text", "numpy", "latex", "javascript", "c")
COLUMNS = {"symbol", "text", "numpy", "latex", "javascript", "c", "textbook", "level", "domain",
           "kink", "doc"}


def _in_parentheses(form: Any) -> Any:
    """The template in parentheses, to stand anywhere: -a ** 3 is a syntax error in JavaScript."""
    return f"({form})" if isinstance(form, str) else form


def is_plain_name(name: object) -> bool:
    """Whether it is an identifier that Python keeps as it is: it turns \ufb01 into fi."""
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        return False
    return compile(name, "name", "eval").co_names == (name,)


def operation(name: str, forward: Callable[..., float], *partials: Rule,
              **columns: Any) -> Operation:
    """A new row of the table. The whole package works with it as with those it came with.

    name      a Python identifier
    forward   its value: a function (*inputs) on floats
    partials  for each input its local derivative, a function (y, *inputs), or None where it is 0;
              written with operators and with operations of this package, so that it can be
              differentiated itself

    The other columns of `Operation` go by name, each optional: symbol, text, numpy, latex,
    javascript, c, textbook, level, domain, kink, doc. A compiled program runs `numpy`, a template
    such as "np.cbrt({0})"; without it, `forward` for each number. A program in C needs `c`. With
    `javascript`, "Math.cbrt({0})", the inputs can be changed in a page of `play`.

    >>> cube = operation("cube", lambda a: a * a * a, lambda y, a: 3 * a * a, numpy="{0:atom}**3")
    >>> cube(2.0)
    8.0

    Raises ValueError when `name` is not an identifier or is built in, TypeError for an unknown
    column, and for a `forward` or a partial that is not a function.
    """
    if not is_plain_name(name):
        raise ValueError(f"an operation's name must be a Python identifier, got {described(name)}")
    if name in BUILT_IN:
        raise ValueError(f"operation {name!r} is built in and cannot be replaced; "
                         "choose another name")
    functions = all(p is None or callable(p) for p in partials)
    if not callable(forward) or not partials or not functions:
        raise TypeError(f"operation {name!r} needs a function `forward` and one partial "
                        "(a function or None) per input")
    check_columns(name, columns, len(partials))
    columns.setdefault("numpy", None)
    columns["javascript"] = _in_parentheses(columns.get("javascript"))
    columns["c"] = _in_parentheses(columns.get("c"))
    columns["tex"] = r"\operatorname{{" + name.replace("_", r"\_") + "}}"
    return function(name, forward, *partials, **columns)


def check_columns(name: str, columns: Mapping[str, Any], arity: int) -> None:
    """Raises TypeError or ValueError for an unknown column, or one of the wrong kind."""
    unknown = ", ".join(sorted(columns.keys() - COLUMNS))
    if unknown:
        raise TypeError(f"operation {name!r} has no column {unknown}; there are "
                        f"{', '.join(sorted(COLUMNS))}")
    for column, x in columns.items():
        what = f"{column} of operation {name!r}"
        if column in FORMS:
            check_form(x, what, arity)
        elif column == "level":
            choice(x, LEVELS, what)
        elif column == "textbook":
            if not isinstance(x, (tuple, list)) or len(x) not in (0, arity) or not all(
                    map(callable, x)):
                raise TypeError(f"{what} must be a tuple of {arity} functions, one for each "
                                f"input, got {described(x)}")
        elif column == "kink":
            if x is not None and not callable(x):
                raise TypeError(f"{what} must be a function of the inputs, got {described(x)}")
        else:
            text(x, what)


def check_form(form: Any, what: str, arity: int) -> None:
    """Raises TypeError or ValueError for a form that does not fit so many inputs."""
    if form is None or callable(form):
        return
    if not isinstance(form, str) or not form:
        raise TypeError(f"{what} must be a template such as 'np.cbrt({{0}})', a function of "
                        f"Texts, or None, got {described(form)}")
    try:
        form.format(*[Text("x")] * arity)
    except (LookupError, ValueError, AttributeError) as error:
        raise ValueError(f"{what} must be a template for {arity} inputs, {{0}} the first, and "
                         f"{{{{ for a brace; {form!r} is none ({error})") from None
