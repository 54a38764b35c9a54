r"""Labels that are LaTeX, as text with its letters: `\alpha_{2}` is α₂, and back again.

Only what can be a name is read: a letter with accents, indices and exponents. Another label, such
as `a_b`, stays as it is.
"""
from __future__ import annotations

import re
import unicodedata

SUBSCRIPTS = dict(zip("0123456789+-=()aehijklmnoprstuvxβγρφχ",
                      "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ"))
SUPERSCRIPTS = dict(zip("0123456789+-=()abcdefghijklmnoprstuvwxyzTL*",
                        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᴸ*"))
ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304",
           "tilde": "\u0303", "widetilde": "\u0303", "dot": "\u0307", "ddot": "\u0308",
           "vec": "\u20d7"}
FONTS = ("mathrm", "mathbf", "mathit", "mathsf", "boldsymbol", "bm", "text", "operatorname",
         "mathbb", "textbf")
SIGNS = {"ell": "ℓ", "partial": "∂", "nabla": "∇", "cdot": "·", "times": "×", "infty": "∞",
         "star": "*", "ast": "*", "prime": "′", "varepsilon": "ε", "varphi": "φ", "vartheta": "θ",
         "lambda": "λ", "Lambda": "Λ", ",": "", ";": "", "!": "", "left": "", "right": ""}
SCRIPT = dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ"))
IS_LATEX = re.compile(r"\\[A-Za-z]|[_^]\{|^\$.+\$$")
COMMAND = re.compile(r"\\([A-Za-z]+|[,;!])\s*")
ARGUMENT = re.compile(r"\{([^{}]*)\}|([^\\{}\s])")
INDICES = re.compile(r"([_^])(?:\{([^{}]*)\}|([^{}\s]))")
LETTERS = "".join({**SUBSCRIPTS, **SUPERSCRIPTS}.values()).replace("*", "")
SPLIT = re.compile(rf"(.+?)([{re.escape(''.join(SUBSCRIPTS.values()))}]*)"
                   rf"([{re.escape(''.join(SUPERSCRIPTS.values()))}]*)")


def as_text(label: str) -> str:
    r"""A label, where it is LaTeX in Unicode's letters, else unchanged.

    >>> as_text(r"W_{12}"), as_text(r"\alpha"), as_text(r"$\hat{y}^{(2)}$"), as_text("x_1")
    ('W₁₂', 'α', 'ŷ⁽²⁾', 'x_1')
    >>> as_text(r"\mathcal{L}_{val}"), as_text(r"\frac{")
    ('ℒᵥₐₗ', '\\frac{')
    """
    if not IS_LATEX.search(label):
        return label
    text = label.strip()
    if len(text) > 2 and text[0] == text[-1] == "$":
        text = text[1:-1]
    text = without_commands(text)
    while (changed := INDICES.sub(indices, text)) != text:
        text = changed
    if re.search(r"[\\{}$]", text):
        return label
    return unicodedata.normalize("NFC", text)


def without_commands(text: str) -> str:
    """The text with a letter for each command that is one; from the innermost on."""
    position = len(text)
    while (position := text.rfind("\\", 0, position)) >= 0:
        command = COMMAND.match(text, position)
        if command:
            shown, end = meaning(command[1], text, command.end())
            text = text[:position] + shown + text[end:]
    return text


def meaning(name: str, text: str, end: int) -> tuple[str, int]:
    """What a command stands for, and where it ends with its argument; itself where unknown."""
    if name in SIGNS:
        return SIGNS[name], end
    argument = ARGUMENT.match(text, end)
    if argument and (name in ACCENTS or name in FONTS or name in ("mathcal", "mathscr")):
        inside = argument[1] if argument[1] is not None else argument[2]
        if name in ACCENTS:
            inside += ACCENTS[name]
        elif name not in FONTS:
            inside = "".join(SCRIPT.get(c, c) for c in inside)
        return inside, argument.end()
    return greek(name) or f"\\{name}", end


def greek(name: str) -> str:
    """The Greek letter of this name, '' where there is none.

    >>> greek("sigma"), greek("Omega"), greek("frac")
    ('σ', 'Ω', '')
    """
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name.upper()}")
    except KeyError:
        return ""


def indices(match: re.Match[str]) -> str:
    """An index or exponent in small letters, where there are such letters for all of it."""
    inside = match[2] if match[2] is not None else match[3]
    letters = SUBSCRIPTS if match[1] == "_" else SUPERSCRIPTS
    if all(c in letters for c in inside):
        return "".join(letters[c] for c in inside)
    small = re.sub(r"[ ,]+", ",", inside.strip())
    return f"[{small}]" if match[1] == "_" else f"({small})"


def as_latex(text: str) -> str | None:
    r"""A name in these letters as LaTeX; None where it has none of them.

    >>> as_latex("α₂"), as_latex("ŷ⁽²⁾"), as_latex("ℒ"), as_latex("x1")
    ('\\alpha_{2}', '\\hat{y}^{(2)}', '\\mathcal{L}', None)
    """
    match = SPLIT.fullmatch(text)
    if text.isascii() or match is None:
        return None
    base, parts = letter(match[1]), []
    for sign, small, table in (("_", match[2], SUBSCRIPTS), ("^", match[3], SUPERSCRIPTS)):
        full = {c: name for name, c in table.items()}
        if small:
            inside = "".join(letter(full[c]) or full[c] for c in small)
            parts.append(f"{sign}{{{inside}}}")
    return None if base is None else base + "".join(parts)


def letter(text: str) -> str | None:
    """A letter, perhaps Greek or with an accent, as LaTeX; None for anything else."""
    base, *marks = list(unicodedata.normalize("NFD", text))
    accents = {mark: name for name, mark in reversed(ACCENTS.items())}
    shown = plain_letter(base)
    if shown is None or not accents.keys() >= set(marks):
        return None
    for mark in marks:
        shown = rf"\{accents[mark]}{{{shown}}}"
    return shown


def plain_letter(base: str) -> str | None:
    """A letter without an accent as LaTeX; None for anything else."""
    if base.isascii() and base.isalnum():
        return base
    script = {c: rf"\mathcal{{{name}}}" for name, c in SCRIPT.items()}
    if base in script or base == "ℓ":
        return script.get(base, r"\ell")
    _, is_greek, word = unicodedata.name(base, "").rpartition(" LETTER ")
    word = word.lower().replace("lamda", "lambda")
    if not is_greek or greek(word) != base.lower():
        return None
    return "\\" + (word.capitalize() if base.isupper() else word)
