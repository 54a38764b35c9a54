"""Formulas in LaTeX, as the lessons have them: typeset on a page without a script, as MathML, and in Unicode on a terminal.

Two libraries do it, `latex2mathml` and `pylatexenc`, which `pip install '.[demos]'` brings. Without them a formula stays as it is
written.
"""
from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from html import escape
from importlib.util import find_spec

MISSING = "formulas are not typeset here: pip install '.[demos]' brings latex2mathml and pylatexenc"
ABOVE = dict(zip("0123456789+-=()ijkmnT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱʲᵏᵐⁿᵀ")) | {"⊤": "ᵀ"}
BELOW = dict(zip("0123456789+-=()ijkmnxaehloprstuv", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₖₘₙₓₐₑₕₗₒₚᵣₛₜᵤᵥ"))
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(?=\S)([^$\n]*?\S)\$(?![\w$])", re.DOTALL)
CODE = re.compile(r"(```.*?```|``.+?``|`[^`\n]+`)", re.DOTALL)


def typeset() -> bool:
    """Whether formulas can be typeset here."""
    return find_spec("latex2mathml") is not None


def mathml(latex: str, display: bool = False) -> str:
    """The formula as a <math> element; as its LaTeX in <code> where the library is missing, or cannot read it."""
    shown = f"<code>{escape(latex)}</code>"
    if not typeset():
        return shown
    from latex2mathml.converter import convert
    readable = latex.replace(r"\begin{aligned}", r"\begin{align*}").replace(r"\end{aligned}", r"\end{align*}")
    try:
        formula = str(convert(readable, display="block" if display else "inline"))
        formula = formula.replace("</mfrac><mfrac>", '</mfrac><mspace width="0.2em" /><mfrac>')     # else they read as one
        harmless = all(map(_is_mathematics, ElementTree.fromstring(formula).iter()))
    except Exception:                                   # its own errors have no common class
        return shown
    return formula if harmless else shown


def _is_mathematics(element: ElementTree.Element) -> bool:
    """Whether an element is one of MathML's, with no link and no style: the library lets HTML in a \\text{...} through."""
    return element.tag.startswith("{http://www.w3.org/1998/Math/MathML}m") and not {"href", "style"} & set(element.keys())


def in_unicode(text: str) -> str:
    """The text with its formulas, $...$ and $$...$$, as a terminal can show them; code in it stays as it is.

    >>> in_unicode(r"The rule $y = x^2$, not `$x$`.")
    'The rule y = x², not `$x$`.'
    """
    if find_spec("pylatexenc") is None:
        return text
    parts = CODE.split(text)
    parts[::2] = [FORMULA.sub(_one_formula, part) for part in parts[::2]]
    return "".join(parts)


def _one_formula(match: re.Match[str]) -> str:
    from pylatexenc.latex2text import LatexNodes2Text
    latex = _with_parentheses(_without_braces_below(" ".join((match[1] or match[2]).split())))
    latex = re.sub(r"([_^])\{([^{}]*)\}", _raised, latex)
    latex = re.sub(r"([_^])(\\top|[A-Za-z0-9])", _raised, latex)
    text = LatexNodes2Text(math_mode="text", strict_latex_spaces=True).latex_to_text(latex)
    text = re.sub(r" *([→∈×]) *", r" \1 ", text)
    text = re.sub(r" *([=+]) *", r" \1 ", text)
    text = re.sub(r"(?<=[\w)]) *- +", " - ", text).replace("( = ", "(= ").strip()
    return "    " + re.sub(r"\s*\n\s*", "\n        ", text) if match[1] else text


def _without_braces_below(latex: str) -> str:
    """The formula with what stands below a brace in parentheses behind it.

    >>> _without_braces_below(r"a \\underbrace{b c}_{=1} + \\underbrace{d}_D")
    'a b c (=1) + d (=D)'
    """
    done, rest = "", latex
    while r"\underbrace{" in rest:
        before, _, rest = rest.partition(r"\underbrace")
        inside, rest = _group(rest)
        below, rest = _group(rest.removeprefix("_"))
        done += rf"{before}{inside} (={below.removeprefix('=')})"
    return done + rest


def _with_parentheses(latex: str) -> str:
    """The formula with parentheses in its fractions, which stand in one line on a terminal.

    >>> _with_parentheses(r"\\frac{1}{a + b}")
    '\\\\frac{1}{(a + b)}'
    """
    done, rest = "", latex
    while r"\frac{" in rest:
        before, _, rest = rest.partition(r"\frac")
        parts = []
        for _ in range(2):
            inside, rest = _group(rest.lstrip())
            inside = _with_parentheses(inside)
            parts.append(f"({inside})" if re.search(r"[-+ ](?![^{]*\})", inside.replace(r"\partial ", "∂")) else inside)
        done += rf"{before}\frac{{{parts[0]}}}{{{parts[1]}}}"
    return done + rest


def _group(text: str) -> tuple[str, str]:
    """What stands in the braces that a text begins with, and what follows them; a text without braces by its first letter."""
    depth = 0
    for i, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0:
            return (text[1:i], text[i + 1:]) if i else (letter, text[1:])
    return text, ""


def _raised(match: re.Match[str]) -> str:
    """x^{2} as x², where Unicode has every letter of it; else as it is."""
    letters, there = match[2].replace(r"\top", "T"), ABOVE if match[1] == "^" else BELOW
    if all(letter in there for letter in letters):
        return "{}" + "".join(there[letter] for letter in letters)      # {}: not a part of a name, as in \\sum_i
    return match[0]
