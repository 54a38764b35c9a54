"""Scalar-level automatic differentiation: record, look, differentiate, compile."""
from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

from autograd.derivatives.check import check_gradients
from autograd.compiler import compile
from autograd.compiler.run import Program
from autograd.backward import backward, gradients
from autograd.ops import (Operation, abs, acos, add, asin, atan, cos, cosh, div, elu, erf, erfc, exp, expm1, find, gelu,
                          greater, leaky_relu, log, log1p, maximum, minimum, mul, neg, operation, pow, relu, sech, sigmoid,
                          sign, sin, sinh, softplus, sqrt, sub, tan, tanh)
from autograd.sums import affine, dot, sum
from autograd.derivatives.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.value import Value, no_grad

__all__ = ["Operation", "Program", "Value", "abs", "acos", "add", "affine", "asin", "atan", "backward",
           "check_gradients", "compile", "cos", "cosh", "div", "dot", "draw", "draw_network", "elu", "erf", "erfc",
           "exp", "explain", "expm1", "expression", "find", "gelu", "grad", "gradients", "greater", "hessian", "hvp",
           "jacobian", "jvp", "leaky_relu", "log", "log1p", "maximum", "minimum", "mul", "name", "neg", "no_grad",
           "operation", "play", "pow", "relu", "sech", "sigmoid", "sign", "sin", "sinh", "softplus", "sqrt", "sub",
           "sum", "tan", "tanh", "value_and_grad", "vjp"]


# Pictures and words are loaded when they are first asked for, so that `import autograd` loads no graphviz (PEP 562) -------

if TYPE_CHECKING:
    from autograd.pictures.draw import draw
    from autograd.pictures.network import draw_network
    from autograd.pictures.play import play
    from autograd.words.explain import explain
    from autograd.words.expression import expression
    from autograd.words.naming import name

_WHERE = {"draw": "pictures.draw", "draw_network": "pictures.network", "play": "pictures.play",
          "explain": "words.explain", "expression": "words.expression", "name": "words.naming"}


def __getattr__(attribute: str) -> Any:
    if attribute in _WHERE:
        return getattr(_import_module(f"autograd.{_WHERE[attribute]}"), attribute)
    raise AttributeError(f"module 'autograd' has no attribute {attribute!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
