"""Numbers as people read them: short, and the same in pictures, pages and words."""
from __future__ import annotations

from autograd.formulas.symbol import in_latex, written
from autograd.formulas.text import Text
from autograd.compat.numbers import UNREACHED
from autograd.value import Value

NOISE = 1e-20, 1e-15                # between them lies what rounding leaves of a zero
DASH = "–"                          # shown instead of a grad that no backward pass has reached


def fixed(x: float) -> str:
    """x with four decimals, so that numbers line up; scientific when very large or very small.

    What is left of a zero by rounding is shown as 0.

    >>> fixed(2.0), fixed(-0.0), fixed(1.5e-7), fixed(2.776e-17), fixed(float("inf"))
    ('2.0000', '-0.0000', '1.500e-7', '0.0000', 'inf')
    >>> fixed(2e-180)
    '2.000e-180'
    """
    if NOISE[0] < abs(x) < NOISE[1]:
        return "0.0000"
    if _is_plain(x):
        return f"{x:.4f}"
    return _scientific(x)


def compact(x: float) -> str:
    """x in as few characters as show four decimals.

    >>> compact(-3.0), compact(0.70710678), compact(1e-9), compact(-0.0)
    ('-3', '0.7071', '1e-9', '-0')
    """
    if _is_plain(x):
        return _without_zeros(f"{x:.4f}")
    mantissa, e, exponent = _scientific(x).partition("e")
    return _without_zeros(mantissa) + e + exponent


def brief(x: float) -> str:
    """x in at most seven characters: two decimals, or one digit and an exponent.

    >>> brief(0.125), brief(123456.0), brief(float("nan"))
    ('0.12', '1e5', 'nan')
    """
    if x == 0 or 0.005 <= abs(x) < 1000:
        return f"{x:.2f}"
    return _short_exponent(f"{x:.0e}")


def bracketed(x: float) -> str:
    """x as a factor or term: a negative number in parentheses.

    >>> bracketed(2.0), bracketed(-2.0)
    ('2', '(-2)')
    """
    return _in_parentheses(compact(x), compact(x))


def latex_bracketed(x: float) -> str:
    """The same in LaTeX."""
    return _in_parentheses(compact(x), in_latex(compact(x)))


def grad_of(v: Value) -> float | None:
    """v.grad, or None when no backward pass has reached v."""
    if v.grad is UNREACHED:
        return None
    return v.grad


def grad_text(grad: float | None) -> str:
    """A grad with four decimals, a dash when no backward pass has come."""
    if grad is None:
        return DASH
    return fixed(grad)


def number_text(x: float, language: str = "text") -> Text:
    """A number among formulas, in compact form."""
    short, level = compact(x), written(x, language).level
    if "e" in short:
        level = "product"
    if language == "latex":
        short = in_latex(short)
    return Text(short, level)


def _is_plain(x: float) -> bool:
    """Whether four decimals show x well."""
    return x == 0 or 5e-4 <= abs(x) < 1e6


def _scientific(x: float) -> str:
    return _short_exponent(f"{x:.3e}")


def _short_exponent(text: str) -> str:
    """1.5e-07 as 1.5e-7; inf and nan as they are."""
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    return f"{mantissa}e{int(exponent)}"


def _without_zeros(text: str) -> str:
    if "." not in text:
        return text
    return text.rstrip("0").rstrip(".")


def _in_parentheses(number: str, shown: str) -> str:
    if number.startswith("-"):
        return f"({shown})"
    return shown
