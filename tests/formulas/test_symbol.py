"""Symbols: what a formula says must be what the operation computes."""
from __future__ import annotations

import math

import numpy as np
import pytest

from autograd import ops
from autograd.ops import TABLE
from autograd.formulas.text import Text
from autograd.formulas.javascript import partial
from autograd.formulas.symbol import Symbol, written
from tests.test_ops import is_smooth

NUMPY = [op for op in TABLE.values() if op.name in ops.BUILT_IN and op.numpy and op.arity is not None]


def symbols(names: str, language: str) -> list[Symbol]:
    return [Symbol(Text(name), language) for name in names]


@pytest.mark.parametrize("op", NUMPY, ids=lambda op: op.name)
def test_the_numpy_text_of_an_operation_and_of_its_partials_computes_it(op):
    numbers = next(point for point in ([1.3, 0.7, 0.4][:op.arity], [0.3, 0.7, 0.4][:op.arity]) if is_smooth(op, point))
    inputs = symbols("abc", "numpy")[:op.arity]
    y = op.value(*numbers)
    names = {"np": np, **dict(zip("abc", numbers)), "y": y}
    assert eval(str(op(*inputs)), names) == pytest.approx(y, rel=1e-14)
    for i in range(op.arity):
        try:
            formula = op.partial(i, Symbol(Text("y"), "numpy"), inputs)
        except LookupError:                                     # a partial that has no NumPy form, such as erfc
            continue
        if formula is not None:
            assert eval(str(formula), names) == pytest.approx(op.partial(i, y, numbers) or 0.0, rel=1e-13)


@pytest.mark.parametrize("language", ["text", "numpy", "latex"])
def test_neutral_constants_are_left_out(language):
    x, = symbols("x", language)
    for same in (x + 0, 0 + x, x - 0, 1 * x, x * 1.0, x / 1, x ** 1, +x):
        assert same is x
    assert str(1 - x) != "x" and str(1 / x) != "x" and str(x * 0) != "x"


def test_parentheses_are_there_where_they_are_needed_and_only_there():
    a, b, c = symbols("abc", "text")
    assert str((a + b) * c) == "(a + b) * c"
    assert str(a - (b - c)) == "a - (b - c)"
    assert str(a + b + c) == "a + b + c"
    assert str(a / (b * c)) == "a / (b * c)"
    assert str((-a) ** 2) == "(-a)**2"
    assert str(a * -3.0) == "a * (-3)"
    assert str(2 ** (a + 1)) == "2**(a + 1)"


@pytest.mark.parametrize("x", [0.1, 1 / 3, -2.0, 1e-300, 1.7976931348623157e308, math.inf, -math.inf])
def test_numbers_in_numpy_are_exact(x):
    assert eval(written(x, "numpy"), {"np": np}) == x


def test_a_language_that_an_operation_lacks_is_said():
    x, = symbols("x", "numpy")
    with pytest.raises(LookupError, match="'erf' has no form in 'numpy'"):
        ops.erf(x)


@pytest.mark.parametrize("x, language, text", [
    (0.1, "javascript", "0.1"), (1 / 3, "javascript", "0.3333333333333333"), (math.inf, "javascript", "Infinity"), (math.inf, "c", "INFINITY"),
    (1 / 3, "c", "0.3333333333333333"), (1 / 3, "text", "0.333333"), (1e20, "text", "1e+20"), (2.5e20, "latex", r"2.5 \times 10^{20}")])
def test_a_number_is_written_in_each_language(x, language, text):
    assert str(written(x, language)) == text


def test_the_derivative_of_what_has_none_is_0_in_javascript():
    assert partial(ops.stop_gradient, 0, symbols("x", "javascript")) == written(0.0, "javascript")
    assert partial(ops.mul, 0, symbols("xw", "javascript")) == "w"
