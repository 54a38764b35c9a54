"""Expressions that an engine is tried with, and one run of one of them.

1. What is expected comes from the same expression on floats, by finite differences: nothing of the
   engine's own is run for it, but the values of functions such as gelu, which have several forms.
2. No exception of the engine's gets out of here, and none of its loops in Python runs for ever: its
   steps are counted. A loop in C, such as sum over an endless iterator, is out of reach.
"""
from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

STEP = 1e-5
STEPS = 1_000_000                           # of the engine's code, for one small expression
PLAIN = {"relu": lambda a: max(a, 0.0), "tanh": math.tanh, "exp": math.exp, "log": math.log,
         "sigmoid": lambda a: 1 / (1 + math.exp(-a)), "sin": math.sin, "cos": math.cos,
         "sqrt": math.sqrt}
POINTS = ((2.0, 3.0, 1.7, 0.75), (0.5, 2.5, 3.0, 1.25), (1.75, 0.6, -0.8, 2.25))
SIGNED = ((2.0, 3.0, 1.7, 0.75), (-1.5, 0.5, 2.0, 1.25), (0.6, -2.5, -0.8, -2.25))


class TooLong(BaseException):
    """More steps were run than any right engine needs. No `except Exception` stops it."""


class Expression(NamedTuple):
    """A formula in x, y, z, w, and the function that computes it, on Values and on floats."""
    text: str
    f: Callable[..., Any]
    arity: int = 2
    points: tuple[tuple[float, ...], ...] = SIGNED

    def expected(self, point: Sequence[float]) -> list[float]:
        """The derivative with respect to each input by finite differences of floats."""
        derivatives = []
        for i in range(len(point)):
            high, low = list(point), list(point)
            high[i] += STEP
            low[i] -= STEP
            derivatives.append((self.f(*high) - self.f(*low)) / (2 * STEP))
        return derivatives


class Run(NamedTuple):
    """What came of an expression: its value, and the grads and data of its inputs afterwards."""
    data: float = math.nan
    grads: tuple[float, ...] = ()
    operands: tuple[float, ...] = ()
    seed: float = math.nan                  # the grad of the output itself
    error: str = ""                         # what was raised, "" for nothing
    stage: str = ""                         # where: "forward" or "backward"
    made: tuple[float, ...] = ()            # the data of its inputs before it
    other: float = 0.0                      # the grad of a Value that took no part
    aliased: bool = False                   # whether an input's grad is the output's array itself


def run(cls: Any, f: Callable[..., Any], point: Sequence[float], passes: int = 1,
        grad: float | None = None) -> Run:
    """One run of f on new Values of the class, and of backward() from its result.

    passes   how many times backward() is called
    grad     what the inputs have as their gradients before, if not what the class gives them
    """
    stage = ["forward"]

    def all_of_it() -> Run:
        inputs, other = [cls(x) for x in point], cls(0.25)
        made = tuple(as_float(x.data) for x in inputs)
        y = f(*inputs)
        if grad is not None:
            for x in inputs:
                x.grad = grad
        data, backward = as_float(y.data), y.backward
        stage.append("backward")
        for _ in range(passes):
            backward()
        grads = tuple(as_float(x.grad) for x in inputs)
        operands = tuple(as_float(x.data) for x in inputs)
        aliased = hasattr(y.grad, "__setitem__") and any(x.grad is y.grad for x in inputs)
        return Run(data, grads, operands, as_float(y.grad), other=as_float(other.grad),
                   made=made, aliased=aliased)
    try:
        found: Run = bounded(all_of_it)
        return found
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return Run(error=described(error), stage=stage[-1])


def bounded(f: Callable[..., Any], *args: Any, steps: int = STEPS) -> Any:
    """f(*args). Raises TooLong when it runs more steps of Python's machine than that."""
    left = steps

    def count(frame: Any, event: str, arg: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise TooLong(f"more than {steps:,} steps of code were run")
        frame.f_trace_opcodes = True                    # `while True: pass` begins no new line
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        return f(*args)
    finally:
        sys.settrace(before)


def described(error: BaseException) -> str:
    """An exception in one line, whatever its own text does."""
    try:
        text = str(error).splitlines()[:1]
    except Exception:
        text = []
    return ": ".join([type(error).__name__, *text])[:160]


def kept_by(cls: Any) -> int:
    """How many entries the containers hold that belong to a class or to defaults of its methods."""
    held = [*type.__getattribute__(cls, "__dict__").values()] if isinstance(cls, type) else []
    for f in [*held]:
        held += getattr(f, "__defaults__", None) or ()
    return sum(len(x) for x in held if isinstance(x, (list, set, dict)))


def as_float(x: Any) -> float:
    """A grad or data as a float; None, which some engines start with, is 0."""
    if x is None:
        return 0.0
    return float(x.data if hasattr(x, "backward") else x)


def method(name: str) -> Callable[[Any], Any]:
    """The function that calls a method by that name, or math's on a float."""
    # not isinstance: an engine's Value may be a float of its own kind
    return lambda x: PLAIN[name](x) if type(x) is float else getattr(x, name)()


# Where an operation is smooth though an input is 0
ZEROS = {"x * y": (0.0, 3.0), "x / y": (0.0, 2.0), "x ** 3": (0.0,), "exp": (0.0,), "tanh": (0.0,),
         "sigmoid": (0.0,), "sin": (0.0,), "cos": (0.0,)}


class Operator(NamedTuple):
    """An operation of an engine, and those it may be built of: where these fail, it waits."""
    name: str                               # its key among parts
    text: str                               # "{0} + {1}"
    f: Callable[..., Any]
    parts: tuple[str, ...] = ()
    arity: int = 2
    points: tuple[tuple[float, ...], ...] = SIGNED

    def written(self, *names: str) -> str:
        """The operation in Python, on inputs of these names."""
        return self.text.format(*names)

    def alone(self) -> Expression:
        """The operation on inputs of their own."""
        return Expression(self.written("x", "y"), self.f, self.arity, self.points)


def unary(name: str, f: Callable[[Any], Any], *parts: str,
          points: tuple[tuple[float, ...], ...] = SIGNED) -> Operator:
    """An operation of one input, whose name is how it is written, or that of a method."""
    text = f"{{0}}.{name}()" if name in PLAIN else name.replace("x", "{0}")
    return Operator(name, text, f, parts, 1, points)


OPERATORS = (
    Operator("x + y", "{0} + {1}", lambda x, y: x + y),
    Operator("x * y", "{0} * {1}", lambda x, y: x * y),
    unary("x + 2", lambda x: x + 2, "x + y"),
    unary("x * 2", lambda x: x * 2, "x * y"),
    unary("2 + x", lambda x: 2 + x, "x + y", "x + 2"),
    unary("2 * x", lambda x: 2 * x, "x * y", "x * 2"),
    Operator("sum", "sum([{0}, {1}])", lambda x, y: sum([x, y]), ("x + y", "x + 2", "2 + x")),
    unary("-x", lambda x: -x, "x * y", "x * 2"),
    Operator("x - y", "{0} - {1}", lambda x, y: x - y, ("x + y", "x * y", "x * 2", "-x")),
    unary("x - 2", lambda x: x - 2, "x + y", "x + 2", "x - y"),
    unary("2 - x", lambda x: 2 - x, "x + y", "2 + x", "-x", "x - y", "x * 2"),
    unary("relu", method("relu")),
    unary("exp", method("exp")),
    unary("log", method("log"), points=POINTS),
    unary("x ** 3", lambda x: x ** 3, "x * y", "exp", "log"),
    unary("x ** -2", lambda x: x ** -2, "x ** 3", "x * y", "exp", "log", points=POINTS),
    unary("x ** 0.5", lambda x: x ** 0.5, "x ** 3", "x ** -2", "exp", "log", points=POINTS),
    Operator("x / y", "{0} / {1}", lambda x, y: x / y,
             ("x * y", "x ** 3", "x ** -2", "exp", "log")),
    unary("x / 2", lambda x: x / 2, "x * y", "x * 2", "x / y"),
    unary("2 / x", lambda x: 2 / x, "x * y", "2 * x", "x ** -2", "x / y", points=POINTS),
    Operator("x ** y", "{0} ** {1}", lambda x, y: x ** y, ("x * y", "exp", "log"), 2, POINTS),
    unary("2 ** x", lambda x: 2 ** x, "x ** y", "exp", "log"),
    unary("tanh", method("tanh"), "exp", "x - y", "x / y", "x - 2", "x + 2"),
    unary("sigmoid", method("sigmoid"), "exp", "tanh", "x - y", "x / y", "2 / x", "x + 2", "2 + x"),
    unary("sqrt", method("sqrt"), "x ** 0.5", "exp", "log", points=POINTS),
    unary("sin", method("sin")),
    unary("cos", method("cos")),
    unary("abs(x)", lambda x: abs(x)),
)

# Methods that some engines have beside these, whose values are known, and where they are defined
INSIDE = ((0.5, 3.0, 1.7, 0.75), (-0.4, 0.5, 2.0, 1.25), (0.8, -2.5, -0.8, -2.25))
KNOWN = {"abs": abs, "square": lambda a: a * a, "reciprocal": lambda a: 1 / a, "tan": math.tan,
         "sinh": math.sinh, "cosh": math.cosh, "atan": math.atan, "erf": math.erf,
         "erfc": math.erfc, "expm1": math.expm1, "exp2": lambda a: 2 ** a,
         "softplus": lambda a: math.log1p(math.exp(a)), "softsign": lambda a: a / (1 + abs(a)),
         "asin": math.asin, "acos": math.acos, "log1p": math.log1p, "log2": math.log2,
         "log10": math.log10}
# and those that have a number of their own inside, or several forms: their values are their own
OWN = ("leaky_relu", "leakyrelu", "lrelu", "elu", "selu", "gelu", "silu", "swish", "mish", "cbrt",
       "relu6", "logistic", "log_sigmoid", "logsigmoid", "hardtanh", "sq", "inverse", "rsqrt")
DOMAINS = {**dict.fromkeys(("asin", "acos"), INSIDE),
           **dict.fromkeys(("log1p", "log2", "log10", "cbrt", "rsqrt"), POINTS)}


def others(cls: Any) -> list[Operator]:
    """Operations that not every engine has, as methods of this class."""
    return [Operator(name, f"{{0}}.{name}()", known_or_own(cls, name), (), 1,
                     DOMAINS.get(name, SIGNED))
            for name in (*KNOWN, *OWN) if callable(getattr(cls, name, None))]


def known_or_own(cls: Any, name: str) -> Callable[[Any], Any]:
    """The function that calls the method; on a float, what is known of it, or the data it gives."""
    def f(x: Any) -> Any:
        if type(x) is not float:
            return getattr(x, name)()
        return KNOWN[name](x) if name in KNOWN else as_float(getattr(cls(x), name)().data)
    return f
