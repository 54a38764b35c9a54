"""The table of operations: every derivative of this project is written here, once, and nowhere else.

1. A row gives an operation's name, its symbol in pictures, its value on floats, one partial derivative for each
   input, and how it prints (as text, as NumPy, as LaTeX).
2. A partial is a function of the output `y` and the inputs, written with operations of this table, never with `math`.
   So one row serves floats (`backward`), Values (derivatives of derivatives), arrays and symbols (the compiler).
3. A partial is 0 where its place says `None`; one that nobody needs is never evaluated.
4. What an operation does to anything that is no number is the business of that thing: it has a method
   `__operation__(op, inputs)`, and `op(...)` hands over to it. That is why this file imports nothing of ours.
"""
from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

LEVELS = {"sum": 0, "product": 1, "power": 2, "atom": 3}        # how tightly a printed formula holds together
TABLE: dict[str, Operation] = {}                                # every operation by name


class Text(str):
    """A formula and its level, so that a template's `{0:product}` puts parentheses around what binds less tightly.

    >>> f"{Text('a + b', 'sum'):product} * c"
    '(a + b) * c'
    """
    level: str

    def __new__(cls, text: str, level: str = "atom") -> Text:
        self = super().__new__(cls, text)
        self.level = level
        return self

    def __format__(self, least: str) -> str:
        return str(self) if LEVELS[self.level] >= LEVELS[least or "sum"] else f"({str(self)})"


class Operation:
    """One row of the table. Call it with numbers, Values, arrays or symbols.

    name      its key in the table and its name in Python, such as `mul`
    symbol    what pictures show, such as `*`
    forward   its value on floats
    partials  a tuple, one function (y, *inputs) or None for each input; or, for an operation of any number of inputs,
              one function (i, y, inputs) that gives the partial for input i
    text, numpy, latex   templates such as "{0:sum} + {1:product}", or functions of the printed inputs
    level     how tightly the printed formula holds together (a key of LEVELS)
    domain    where it is defined, in words, for error messages
    kink      a function of the inputs that is 0 where the derivative jumps, None where it never does
    """
    def __init__(self, name: str, forward: Callable[..., float], partials: Any, *, symbol: str = "", text: Any = "",
                 numpy: Any = None, latex: Any = "", level: str = "atom", domain: str = "", kink: Any = None,
                 doc: str = "") -> None:
        self.name, self.forward, self.partials, self.symbol = name, forward, partials, symbol or name
        self.text, self.numpy, self.latex = text or name + "({0})", numpy, latex or rf"\operatorname{{{name}}}({{0}})"
        self.level, self.domain, self.kink, self.__doc__ = level, domain, kink, doc or f"The operation `{name}`."

    @property
    def arity(self) -> int | None:
        """The number of inputs; None where any number will do."""
        return None if callable(self.partials) else len(self.partials)

    def partial(self, i: int, y: Any, inputs: Sequence[Any]) -> Any:
        """The derivative by input i at the output y, or None where it is identically 0."""
        if callable(self.partials):
            return self.partials(i, y, inputs)
        rule = self.partials[i]
        return None if rule is None else rule(y, *inputs)

    def __call__(self, *inputs: Any) -> Any:
        """The operation on numbers, Values, arrays or symbols, whichever come."""
        for x in inputs:
            kind = type(x)
            if kind is not float and kind is not int:
                if hasattr(kind, "__operation__") and not any(isinstance(z, np.ndarray) for z in inputs):
                    return x.__operation__(self, inputs)
                if isinstance(x, np.ndarray):
                    return self.on_arrays(*inputs)
        return self.value(*inputs)

    def value(self, *inputs: Any) -> float:
        """The value on numbers, a float.

        Raises ValueError, ZeroDivisionError or OverflowError, which say operation, numbers and domain; TypeError for
        another number of inputs than the row has.
        """
        if self.arity is not None and len(inputs) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} input{'s' * (self.arity != 1)}, got {len(inputs)}")
        numbers = [number(x, f"an input of {self.name}") for x in inputs]
        try:
            return self.forward(*numbers)
        except (ArithmeticError, ValueError) as error:
            raise self.explain(error, numbers) from None

    def explain(self, error: Exception, numbers: Sequence[float], names: str = "") -> Exception:
        """The same kind of error with operation, inputs and domain in its message."""
        kind = error.__class__ if error.__class__ in (ValueError, ZeroDivisionError, OverflowError) else ValueError
        call = f"{self.name}({', '.join(f'{x:.6g}' for x in numbers)})"
        what = "the result is too large for a float" if kind is OverflowError else f"needs {self.domain or 'other inputs'}"
        return kind(f"{call}{names}: {what}")

    def on_arrays(self, *inputs: Any) -> np.ndarray:
        """Elementwise, broadcasting, as NumPy does; an array of Values gives an array of Values."""
        result = np.frompyfunc(self, len(inputs), 1)(*inputs)
        return result if any(np.asarray(x).dtype == object for x in inputs) else np.asarray(result, dtype=float)[()]

    def write(self, language: str, *inputs: Text) -> Text:
        """The operation as Text in `language`: "text", "numpy" or "latex"."""
        template = getattr(self, language)
        return Text(template(*inputs) if callable(template) else template.format(*inputs), self.level)

    def __str__(self) -> str:
        return self.symbol

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> Any:                        # pickled by name: functions do not pickle
        return find, (self.name,)

    def __deepcopy__(self, memo: dict) -> Operation:    # a row is a constant
        return self


def find(name: str) -> Operation:
    """The operation of that name or symbol. Raises LookupError when the table has none."""
    if name in TABLE:
        return TABLE[name]
    for op in TABLE.values():
        if op.symbol == name:
            return op
    raise LookupError(f"no operation {name!r} in the table; define it with autograd.operation({name!r}, ...) first")


def number(x: Any, what: str = "data") -> float:
    """x as a float. Raises TypeError unless x is an int, a float or a real NumPy scalar."""
    if isinstance(x, (float, int, np.floating, np.integer, np.bool_)):
        try:
            return float(x)
        except OverflowError:
            raise OverflowError(f"{what} is an int too large for a float") from None
    hint = {"str": "; convert it with float(...)", "NoneType": "; did a function forget to return its result?",
            "complex": "; Values are real: keep the real and the imaginary part in two Values",
            "ndarray": "; use one Value for each entry, or x.item() for an array of one number",
            "list": "; use one Value for each entry", "tuple": "; use one Value for each entry",
            "Value": "; it is a Value already: use it as it is, or its .data for a new leaf"}
    shown = repr(x) if len(repr(x)) < 60 else repr(x)[:56] + " ..."
    raise TypeError(f"{what} must be a real number, got {type(x).__name__} {shown}{hint.get(type(x).__name__, '')}")


def operation(name: str, forward: Callable[..., float], *partials: Callable[..., Any] | None, symbol: str = "",
              text: Any = "", numpy: Any = None, latex: Any = "", level: str = "atom", domain: str = "",
              kink: Any = None, doc: str = "") -> Operation:
    """A new operation, a row like every other: backward, higher orders, pictures and the compiler all work with it.

    forward(*inputs) gives the value on floats; each of `partials` is a function (y, *inputs), one for each input, written
    with operators and with operations of this package, so that it can itself be differentiated. With `numpy`, a template
    such as "np.cbrt({0})", it compiles to that; without, the compiler calls `forward` for each number.

    >>> cube = operation("cube", lambda a: a * a * a, lambda y, a: 3 * a * a, numpy="{0:atom}**3")
    >>> cube(2.0)
    8.0

    Raises ValueError when `name` is no identifier or is one of the rows this package comes with.
    """
    if not name.isidentifier():
        raise ValueError(f"an operation's name must be a Python identifier, got {name!r}")
    if name in BUILT_IN:
        raise ValueError(f"operation {name!r} is built in and cannot be replaced; choose another name")
    if not callable(forward) or not partials or not all(p is None or callable(p) for p in partials):
        raise TypeError(f"operation {name!r} needs a function `forward` and one partial (a function or None) per input")
    if not text:
        places = ", ".join(f"{{{i}}}" for i in range(len(partials)))
        text, latex = f"{name}({places})", latex or rf"\operatorname{{{name}}}({places})".replace("_", r"\_")
    return add_row(name, forward, partials, symbol=symbol, text=text, numpy=numpy, latex=latex, level=level,
                   domain=domain, kink=kink, doc=doc)


def add_row(name: str, forward: Callable[..., float], partials: Any, **columns: Any) -> Operation:
    op = TABLE[name] = Operation(name, forward, partials, **columns)
    return op


def function(name: str, forward: Callable[..., float], *partials: Any, tex: str = "", **columns: Any) -> Operation:
    """A row that prints as a call of a function of that name, also in NumPy, unless its columns say otherwise."""
    places = ", ".join(f"{{{i}}}" for i in range(len(partials)))
    tex = tex or rf"\mathrm{{{{{name}}}}}"
    printed = {"text": f"{name}({places})", "numpy": f"np.{name}({places})", "latex": f"{tex}({places})"}
    return add_row(name, forward, partials, **{**printed, **columns})


# What math has not, or not accurate for every float ----------------------------------------------------------------------

def _sigmoid(a: float) -> float:
    if a >= 0:
        return 1 / (1 + math.exp(-a))
    e = math.exp(a)
    return e / (1 + e)


def _sech(a: float) -> float:
    e = math.exp(-abs(a))
    return 2 * e / (1 + e * e)


def _softplus(a: float) -> float:
    return max(a, 0.0) + math.log1p(math.exp(-abs(a)))


def _maximum(a: float, b: float) -> float:
    return a if a >= b or a != a else b


def _minimum(a: float, b: float) -> float:
    return a if a <= b or a != a else b


def _power_by_base(y: Any, a: Any, b: Any) -> Any:
    return 0.0 if type(b) is float and b == 0 else b * a ** (b - 1)     # a ** 0 is constant, at a = 0 too


def _dot(*inputs: float) -> float:
    n = len(inputs) // 2
    return builtin_sum(map(operator.mul, inputs[:n], inputs[n:-1])) + inputs[-1]


def _dot_partial(i: int, y: Any, inputs: Sequence[Any]) -> Any:
    n = len(inputs) // 2
    return inputs[n + i] if i < n else inputs[i - n] if i < 2 * n else 1.0


def _print_sum(*inputs: Text) -> str:
    return " + ".join(f"{x:product}" for x in inputs)


def _print_dot(times: str) -> Callable[..., str]:
    def write(*inputs: Text) -> str:
        n = len(inputs) // 2
        terms = [times.format(w, x) for w, x in zip(inputs[:n], inputs[n:])]
        return " + ".join(terms + ([] if inputs[-1] == "0" else [f"{inputs[-1]:product}"]))
    return write


builtin_sum = sum                                                       # `sum` is a row below
ROOT_HALF, ROOT_2_PI, TWO_OVER_ROOT_PI = math.sqrt(0.5), math.sqrt(2 * math.pi), 2 / math.sqrt(math.pi)

# The table ---------------------------------------------------------------------------------------------------------------

add = add_row("add", lambda a, b: a + b, (lambda y, a, b: 1.0, lambda y, a, b: 1.0),   symbol="+", level="sum",
              text="{0:sum} + {1:product}", numpy="{0:sum} + {1:product}", latex="{0:sum} + {1:product}")
sub = add_row("sub", lambda a, b: a - b, (lambda y, a, b: 1.0, lambda y, a, b: -1.0),  symbol="-", level="sum",
              text="{0:sum} - {1:product}", numpy="{0:sum} - {1:product}", latex="{0:sum} - {1:product}")
mul = add_row("mul", lambda a, b: a * b, (lambda y, a, b: b, lambda y, a, b: a),       symbol="*", level="product",
              text="{0:product} * {1:power}", numpy="{0:product} * {1:power}", latex=r"{0:product} \cdot {1:power}")
div = add_row("div", lambda a, b: a / b, (lambda y, a, b: 1 / b, lambda y, a, b: -y / b), symbol="/", level="product",
              text="{0:product} / {1:power}", numpy="{0:product} / {1:power}", latex=r"\frac{{{0}}}{{{1}}}",
              domain="a denominator other than 0")
neg = add_row("neg", lambda a: -a,       (lambda y, a: -1.0,),                         symbol="-", level="sum",
              text="-{0:product}", numpy="-{0:product}", latex="-{0:product}")
pow = add_row("pow", math.pow,           (_power_by_base, lambda y, a, b: y * log(a)), symbol="**", level="power",
              text="{0:atom}**{1:atom}", numpy="{0:atom}**{1:atom}", latex="{0:atom}^{{{1}}}",
              domain="a positive base, or a whole exponent and a base other than 0")

abs      = function("abs",      math.fabs,  lambda y, a: sign(a),                  latex=r"\left|{0}\right|", symbol="abs",
                    kink=lambda a: a)
exp      = function("exp",      math.exp,   lambda y, a: y,                        latex="e^{{{0}}}")
log      = function("log",      math.log,   lambda y, a: 1 / a,                    tex=r"\log", domain="an input above 0")
log1p    = function("log1p",    math.log1p, lambda y, a: 1 / (1 + a),              latex=r"\log(1 + {0})",
                    domain="an input above -1")
expm1    = function("expm1",    math.expm1, lambda y, a: exp(a),                   latex=r"(e^{{{0}}} - 1)")
sqrt     = function("sqrt",     math.sqrt,  lambda y, a: 0.5 / y,                  latex=r"\sqrt{{{0}}}",
                    domain="an input of 0 or above, and above 0 for a derivative")
sin      = function("sin",      math.sin,   lambda y, a: cos(a),                   tex=r"\sin", domain="a finite input")
cos      = function("cos",      math.cos,   lambda y, a: -sin(a),                  tex=r"\cos", domain="a finite input")
tan      = function("tan",      math.tan,   lambda y, a: 1 + y * y,                tex=r"\tan", domain="a finite input")
asin     = function("asin",     math.asin,  lambda y, a: 1 / sqrt((1 - a) * (1 + a)),  tex=r"\arcsin", numpy="np.arcsin({0})",
                    domain="an input from -1 to 1, and inside for a derivative")
acos     = function("acos",     math.acos,  lambda y, a: -1 / sqrt((1 - a) * (1 + a)), tex=r"\arccos", numpy="np.arccos({0})",
                    domain="an input from -1 to 1, and inside for a derivative")
atan     = function("atan",     math.atan,  lambda y, a: 1 / (1 + a * a),          tex=r"\arctan", numpy="np.arctan({0})")
sinh     = function("sinh",     math.sinh,  lambda y, a: cosh(a),                  tex=r"\sinh")
cosh     = function("cosh",     math.cosh,  lambda y, a: sinh(a),                  tex=r"\cosh")
tanh     = function("tanh",     math.tanh,  lambda y, a: sech(a) ** 2,             tex=r"\tanh")     # 1 - y*y is 0 from 20 on
sech     = function("sech",     _sech,      lambda y, a: -y * tanh(a),             numpy="1 / np.cosh({0})", level="product")
sigmoid  = function("sigmoid",  _sigmoid,   lambda y, a: (0.5 * sech(0.5 * a)) ** 2,                # y*(1 - y): 0 from 37 on
                    numpy="1 / (1 + np.exp(-{0:product}))", latex=r"\sigma({0})", level="product")
softplus = function("softplus", _softplus,  lambda y, a: sigmoid(a),               numpy="np.logaddexp(0, {0})")
erf      = function("erf",      math.erf,   lambda y, a: TWO_OVER_ROOT_PI * exp(-a * a),  numpy=None)
erfc     = function("erfc",     math.erfc,  lambda y, a: -TWO_OVER_ROOT_PI * exp(-a * a), numpy=None)
gelu     = function("gelu",     lambda a: 0.5 * a * math.erfc(-ROOT_HALF * a),
                    lambda y, a: 0.5 * erfc(-ROOT_HALF * a) + a * exp(-0.5 * a * a) / ROOT_2_PI, numpy=None)

relu       = function("relu",       lambda a: 0.0 if a <= 0 else a,        lambda y, a: greater(a, 0.0), symbol="ReLU",
                      numpy="np.maximum({0}, 0)", kink=lambda a: a)
leaky_relu = function("leaky_relu", lambda a: 0.01 * a if a <= 0 else a,   lambda y, a: 0.01 + 0.99 * greater(a, 0.0),
                      numpy="np.maximum({0}, 0.01 * {0:power})", latex=r"\operatorname{{leaky\_relu}}({0})", kink=lambda a: a)
elu        = function("elu",        lambda a: math.expm1(a) if a <= 0 else a, lambda y, a: exp(minimum(a, 0.0)),
                      numpy="np.where({0} > 0, {0}, np.expm1(np.minimum({0}, 0)))", kink=lambda a: a)
maximum    = function("maximum",    _maximum, lambda y, a, b: 1 - greater(b, a), lambda y, a, b: greater(b, a),
                      symbol="max", latex=r"\max({0}, {1})", kink=lambda a, b: a - b)
minimum    = function("minimum",    _minimum, lambda y, a, b: 1 - greater(a, b), lambda y, a, b: greater(a, b),
                      symbol="min", latex=r"\min({0}, {1})", kink=lambda a, b: a - b)
greater    = add_row("greater", lambda a, b: 1.0 if a > b else 0.0, (None, None), symbol=">",   # 1 where a > b, else 0
                     text="({0} > {1})", numpy="np.greater({0}, {1})", latex="[{0} > {1}]", kink=lambda a, b: a - b)
sign       = function("sign", lambda a: 0.0 if a == 0 else math.copysign(1.0, a), None, kink=lambda a: a)

variable = add_row("variable", lambda a: a, (lambda y, a: 1.0,), symbol="=", text="{0}", numpy="{0}", latex="{0}")
identity = add_row("identity", lambda a: a, (lambda y, a: 1.0,), symbol="=", text="{0}", numpy="{0}", latex="{0}")
sum      = add_row("sum", lambda *inputs: builtin_sum(inputs, 0.0), lambda i, y, inputs: 1.0, symbol="sum", level="sum",
                   text=_print_sum, numpy=_print_sum, latex=_print_sum)
dot      = add_row("dot", _dot, _dot_partial, symbol="dot", level="sum",        # w1, ..., wn, x1, ..., xn, b
                   text=_print_dot("{0:product} * {1:power}"), numpy=_print_dot("{0:product} * {1:power}"),
                   latex=_print_dot(r"{0:product} {1:power}"))

BUILT_IN = frozenset(TABLE)
