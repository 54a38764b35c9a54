"""Scalar-level automatic differentiation: record, look, differentiate, compile."""
from contextlib import suppress as _suppress
from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from autograd.backward import backward
from autograd.compat.habits import OF_PACKAGE as _OF_PACKAGE
from autograd.compat.habits import missing as _missing
from autograd.compat.hips import warn_of_another_autograd as _warn_of_another_autograd
from autograd.ops import BUILT_IN as _BUILT_IN
from autograd.ops import TABLE as _TABLE
from autograd.ops import Operation, affine, find, operation
from autograd.ops import dot_of as dot
from autograd.ops import max_of as max
from autograd.ops import select_of as select
from autograd.ops import sum_of as sum
from autograd.recording import no_grad
from autograd.value import Value

with _suppress(ModuleNotFoundError):        # without this file everything works, slower
    from autograd.fast import affine, backward, dot, sum

from autograd.derivatives.gradients import gradients
from autograd.derivatives.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

__version__ = "0.2.0"

# Every row of the table is a public name, autograd.exp; those of many inputs take lists, as above.
globals().update({_row: _TABLE[_row] for _row in _BUILT_IN if _row not in globals()})

__all__ = [
    "AnomalyError", "Operation", "Program", "Value", "affine", "backward", "check_engine",
    "check_gradients", "compile", "detect_anomaly", "dot", "draw", "draw_network", "explain",
    "expression", "find", "frames", "grad", "gradients", "hessian", "hvp", "jacobian", "jit",
    "jvp", "lines", "matrices_page", "max", "name", "no_grad", "operation", "play", "select",
    "sum", "training_page", "value_and_grad", "vjp",
]
__all__ += sorted(_BUILT_IN.difference(__all__))

_warn_of_another_autograd(__path__[0])

# What needs NumPy or Graphviz is loaded when it is first asked for (PEP 562)

if _TYPE_CHECKING:
    from autograd.compiler import compile
    from autograd.compiler.jit import jit

    from autograd.compiler.run import Program
    from autograd.derivatives.anomaly import AnomalyError, detect_anomaly
    from autograd.derivatives.check import check_gradients
    from autograd.derivatives.check_engine import check_engine
    from autograd.pictures.draw import draw
    from autograd.pictures.frames import frames
    from autograd.pictures.lines import lines
    from autograd.pictures.matrices import matrices_page
    from autograd.pictures.network import draw_network
    from autograd.pictures.play import play
    from autograd.pictures.playground import training_page
    from autograd.words.explain import explain
    from autograd.words.expression import expression
    from autograd.words.naming import name

_WHERE = {
    "compile": "compiler", "jit": "compiler.jit", "Program": "compiler.run",
    "AnomalyError": "derivatives.anomaly", "detect_anomaly": "derivatives.anomaly",
    "check_gradients": "derivatives.check", "check_engine": "derivatives.check_engine",
    "draw": "pictures.draw", "draw_network": "pictures.network", "play": "pictures.play",
    "explain": "words.explain", "expression": "words.expression", "name": "words.naming",
    "training_page": "pictures.playground", "matrices_page": "pictures.matrices",
    "lines": "pictures.lines", "frames": "pictures.frames",
}


def __getattr__(attribute: str) -> _Any:
    if attribute in _WHERE:
        return getattr(_import_module(f"autograd.{_WHERE[attribute]}"), attribute)
    if attribute in ("compiler", "derivatives", "formulas", "pictures", "words"):
        return _import_module(f"autograd.{attribute}")
    raise AttributeError(_missing("module 'autograd'", attribute, _OF_PACKAGE))


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
