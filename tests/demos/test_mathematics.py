"""Formulas of the lessons: MathML on a page, Unicode on a terminal, and what must not become a formula."""
import xml.etree.ElementTree as ElementTree

import pytest

from demos.mathematics import in_unicode, mathml
from demos.page import Page

FORMULAS = {
    r"\frac{dy}{dx}": "dy/dx",
    r"x^2 + x^{10}": "x² + x¹⁰",
    r"W_k^{j+1} = W_k^j - \alpha": "Wₖʲ⁺¹ = Wₖʲ - α",
    r"\sigma(w^\top x + b)": "σ(wᵀ x + b)",
    r"\partial\mathcal{L}": "∂ℒ",
    r"\alpha = \frac{2}{\lambda + \mu}": "α = 2/(λ + μ)",
    r"\frac{a - b}{c}": "(a - b)/c",
    r"\frac{1}{1 + e^{-t}}": "1/(1 + e^-t)",
    r"\frac{\frac{a}{b + 1}}{c}": "a/(b + 1)/c",
    r"\frac{\partial \mathcal{L}}{\partial W_k}": "∂ℒ/∂Wₖ",
    r"\sum_{k=1}^n s_k": "∑ₖ₌₁ⁿ sₖ",
    r"a \underbrace{\frac{b}{c}}_{=1} + d": "a b/c (= 1) + d",
    r"\sum_i a_i + \sum_k b_k": "∑ᵢ aᵢ + ∑ₖ bₖ",
    r"f: \mathbb{R} \to \mathbb{R}": "f: ℝ → ℝ",
}


@pytest.mark.parametrize("latex, shown", FORMULAS.items())
def test_a_terminal_shows_a_formula_in_unicode(latex, shown):
    pytest.importorskip("pylatexenc")
    assert in_unicode(f"so ${latex}$.") == f"so {shown}."
    assert in_unicode(f"so\n\n$${latex}$$\n") == f"so\n\n    {shown}\n"


@pytest.mark.parametrize("text", ["costs $5 and $6", "`$x$` and ``$`y$``", "```\n$x$\n```", r"a \$x\$ b", "a$b$c", "$ x $"])
def test_what_is_no_formula_stays_as_it_is(text):
    assert in_unicode(text) == text


@pytest.mark.parametrize("latex", [*FORMULAS, r"\begin{aligned} a &= b \\ &= c \end{aligned}", r"\frac{", "x < y & z"])
def test_a_page_has_well_formed_mathematics_or_the_latex_itself(latex):
    pytest.importorskip("latex2mathml")
    shown = ElementTree.fromstring(mathml(latex, display=True).replace("&nbsp;", " "))
    assert shown.tag.endswith("math") or shown.text == latex


@pytest.mark.parametrize("latex", [r"\text{<script>alert(1)</script>}", r"\text{<img src=x>}", r"\href{javascript:a()}{x}"])
def test_a_formula_brings_no_markup_of_its_own(latex):
    shown = mathml(latex)
    assert "<script" not in shown and "<img" not in shown and "href=" not in shown and shown.startswith("<code>")


def test_a_formula_in_a_text_is_typeset_and_code_is_not():
    pytest.importorskip("latex2mathml")
    pytest.importorskip("mdit_py_plugins")
    page = Page("formulas")
    page.markdown("In $x^2$ and `$y$`:\n\n$$\\frac{dy}{dx} = 2x$$\n\n    $z$\n")
    assert str(page).count("<math") == 2 and 'display="block"' in str(page)
    assert "<code>$y$</code>" in str(page) and "<code>$z$\n</code>" in str(page) and "\\frac" not in str(page)


def test_code_is_coloured_and_stays_the_same_text():
    pytest.importorskip("pygments")
    page, code = Page("code"), 'def f(x):\n    return "<&>"  # a < b\n'
    page.cell(code)
    assert '<span class="k">def</span> <span class="f">f</span>' in str(page)
    cell = str(page).split('<pre class="in">')[1].split("</pre>")[0]
    assert "".join(ElementTree.fromstring(f"<p>{cell}</p>".replace("&quot;", '"')).itertext()) == code



@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_page_of_three_headings_has_contents(count):
    page = Page("contents")
    page.markdown("# Title\n\nfirst\n\n" + "\n\n".join("## Same title" for _ in range(count)))
    assert str(page).count('<li><a href="#part-') == (count if count >= 3 else 0)
    assert str(page).count('id="part-') == count


def test_two_fractions_side_by_side_do_not_read_as_one():
    pytest.importorskip("latex2mathml")
    formula = mathml(r"\frac{dy}{du} \frac{du}{dx} + \frac{\partial y}{\partial v}\frac{dv}{dx}")
    assert formula.count("<mfrac>") == 4 and formula.count('</mfrac><mspace width="0.2em" /><mfrac>') == 2
