"""Labels that are LaTeX: in letters where there is text, as LaTeX where there are formulas, never raw."""
from __future__ import annotations

import itertools

import pytest

import autograd
from autograd import Value
from autograd.pictures.tikz import in_latex
from autograd.words.labels import latex_name, short_name
from autograd.words.typeset import as_latex, as_text
from tests.expressions import HOSTILE

BASES = {"W": "W", "x": "x", r"\alpha": "α", r"\Omega": "Ω", r"\mathcal{L}": "ℒ", r"\hat{y}": "ŷ", r"\bar{x}": "x̄", r"\ell": "ℓ"}
BELOW = {"": "", "_{2}": "₂", "_3": "₃", "_{12}": "₁₂", "_{ij}": "ᵢⱼ", "_{out}": "ₒᵤₜ"}
ABOVE = {"": "", "^{(2)}": "⁽²⁾", "^2": "²", "^{T}": "ᵀ", "^{*}": "(*)"}


@pytest.mark.parametrize("base, below, above", list(itertools.product(BASES, BELOW, ABOVE)))
def test_a_name_in_latex_is_shown_in_letters_and_is_latex_again_in_formulas(base, below, above):
    label = f"${base}{below}{above}$"
    shown = BASES[base] + BELOW[below] + ABOVE[above].replace("(*)", "*")
    assert as_text(label) == shown == short_name(label)
    assert "?" not in in_latex(shown), "TikZ has all of its letters"
    if not shown.isascii() and "*" not in shown:
        assert latex_name(label) == as_latex(shown)
        assert as_text(f"${as_latex(shown)}$") == shown


@pytest.mark.parametrize("label", ["x_1", "a_b", "loss", "W2(1,3)", r"\frac{", r"\begin{matrix}", "{x}", "$", "$$", "a$b$c", "C:\\new",
                                   r"\unknown{x}", "_{", "x^", "layers.0", *HOSTILE])
def test_another_label_stays_as_it_is(label):
    if label != "$x$":
        assert as_text(label) == label


def test_pictures_pages_and_words_show_no_backslash():
    w, x = Value(2.0, label=r"W_{1,2}"), Value(3.0, label=r"\alpha_{2}")
    y = autograd.tanh(w * x)
    y.label = r"\mathcal{L}"
    y.backward()
    told = autograd.explain(y, x)
    for text in (autograd.draw(y).svg(), autograd.play(y).html.split('id="data">')[1].split("</script>")[0], str(told),
                 autograd.expression(y)):
        assert "α₂" in text and "alpha" not in text and "mathcal" not in text
    assert r"\frac{\partial \mathcal{L}}{\partial \alpha_{2}}" in told.latex
