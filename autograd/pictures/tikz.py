r"""Drawings as TikZ, for a slide or a paper in LaTeX: \input{graph.tex}, with \usepackage{tikz}.

It compiles with pdfTeX: what is not ASCII becomes a command, and texts of users are escaped.
Coordinates are big points, those of the picture.
"""
from __future__ import annotations

import re
import unicodedata

from autograd.pictures.arrows import Point
from autograd.pictures.marks import Drawing, Outline, Text
from autograd.words.typeset import SCRIPT

ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
ESCAPED = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%",
           "&": r"\&", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
           "<": r"$<$", ">": r"$>$", "|": r"$|$", '"': "''", "*": r"$*$", "-": r"$-$", "`": r"\`{}"}
SYMBOLS = {"∂": r"\partial", "×": r"\times", "·": r"\cdot", "−": "-", "→": r"\to", "∞": r"\infty",
           "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "√": r"\surd", "∇": r"\nabla", "±": r"\pm",
           "Σ": r"\sum", "∑": r"\sum", "∏": r"\prod", "∈": r"\in", "÷": r"\div", "≈": r"\approx",
           "ℓ": r"\ell", "′": r"\prime",
           **{c: rf"\mathcal{{{name}}}" for name, c in SCRIPT.items()}}
OTHERS = {"–": "--", "—": "---", "…": r"\ldots{}", "’": "'", "‘": "`", "“": "``", "”": "''",
          "\u00a0": "~", "ß": r"\ss{}", "°": r"$^\circ$"}
ACCENTS = {"\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"',
           "\u030a": "r", "\u0327": "c", "\u030c": "v", "\u0304": "=", "\u0307": "."}
LETTER = re.compile(r"(?s).[\u0300-\u036f\u20d7]*")            # with its accents
HEAD = ("% made by autograd; needs \\usepackage{tikz}; for the width of a slide put it into "
        "\\resizebox{\\linewidth}{!}{...}")


def tikz_of(drawing: Drawing) -> str:
    """The drawing as a tikzpicture environment."""
    names: dict[str, str] = {}
    lines = []
    for mark in drawing.marks:
        for shade in (mark.fill, mark.stroke if isinstance(mark, Outline) else ""):
            if shade:
                names.setdefault(shade, f"shade{letters(len(names))}")
        line = text_line(mark, names) if isinstance(mark, Text) else outline_line(mark, names)
        lines.append(f"  {line}")
    shades = [rf"  \definecolor{{{name}}}{{HTML}}{{{shade[1:]}}}" for shade, name in names.items()]
    return "\n".join([HEAD, r"\begin{tikzpicture}[x=1bp, y=-1bp]", *shades, *lines,
                      r"\end{tikzpicture}", ""])


def letters(k: int) -> str:
    """A name of letters alone: a, b, ..., z, ba, bb, ..."""
    return (letters(k // 26) if k >= 26 else "") + chr(ord("a") + k % 26)


def outline_line(mark: Outline, names: dict[str, str]) -> str:
    """A line or an area as a path of TikZ."""
    options = []
    if mark.fill:
        options.append(f"fill={names[mark.fill]}")
    if mark.stroke:
        options += [f"draw={names[mark.stroke]}", f"line width={mark.width:g}bp"]
    if mark.dashes and sum(mark.dashes):
        on, off = (mark.dashes * 2)[:2]
        options.append(f"dash pattern=on {on:g}bp off {off:g}bp")
    parts = []
    for letter, points in mark.steps:
        if letter == "C":
            parts.append(f".. controls {at(points[0])} and {at(points[1])} .. {at(points[2])}")
        else:
            parts.append({"M": "", "L": "-- ", "Z": "-- cycle"}[letter] + "".join(map(at, points)))
    return rf"\path[{', '.join(options)}] {' '.join(parts)};"


def at(point: Point) -> str:
    return f"({point[0]:.1f}, {point[1]:.1f})"


def text_line(mark: Text, names: dict[str, str]) -> str:
    """A line of text as a node of TikZ."""
    look = rf"\fontsize{{{mark.size:g}bp}}{{{mark.size:g}bp}}\selectfont\sffamily"
    bold = r"\bfseries" if mark.bold else ""
    color = f"text={names[mark.fill]}" if mark.fill else "text opacity=0"
    return (rf"\node[anchor={ANCHORS[mark.anchor]}, inner sep=0pt, {color}] at {at(mark.at)} "
            rf"{{{look}{bold} {in_latex(mark.string)}}};")


def in_latex(string: str) -> str:
    r"""A text as LaTeX, in ASCII.

    >>> in_latex("50% of α_1²")
    '50\\% of $\\alpha$\\_1$^{2}$'
    """
    return "".join(map(one_letter, LETTER.findall(string)))


def one_letter(letter: str) -> str:
    """A character as LaTeX; one that pdfTeX has no letter for as a question mark."""
    if letter in ESCAPED:
        return ESCAPED[letter]
    if letter.isascii() and letter.isprintable():
        return letter
    if letter in SYMBOLS:
        return f"${SYMBOLS[letter]}$"
    if letter in OTHERS:
        return OTHERS[letter]
    name = unicodedata.name(letter[0], "")
    plain = unicodedata.normalize("NFKC", letter)
    for words, sign in (("SUPERSCRIPT", "^"), ("SUBSCRIPT", "_"), ("MODIFIER LETTER", "^")):
        if words in name and plain.isascii():
            return f"${sign}{{{plain}}}$"
    return (greek(name) if len(letter) == 1 else "") or accented(letter) or "?"


def greek(name: str) -> str:
    """A Greek letter by its Unicode name; capitals that look like Latin ones are those."""
    size, _, letter = name.removeprefix("GREEK ").partition(" LETTER ")
    if not name.startswith("GREEK ") or not letter.isalpha():
        return ""
    if size == "SMALL":
        small = letter.lower().replace("lamda", "lambda")
        return "$o$" if letter == "OMICRON" else rf"$\{small}$"
    latin = {"ALPHA": "A", "BETA": "B", "EPSILON": "E", "ZETA": "Z", "ETA": "H", "IOTA": "I",
             "KAPPA": "K", "MU": "M", "NU": "N", "OMICRON": "O", "RHO": "P", "TAU": "T", "CHI": "X"}
    capital = letter.capitalize().replace("Lamda", "Lambda")
    return latin.get(letter, rf"$\{capital}$")


def accented(letter: str) -> str:
    """A letter with an accent, taken apart."""
    apart = unicodedata.normalize("NFD", letter)
    base, mark = apart[:1], apart[1:]
    if mark in ACCENTS and base.isascii() and base.isalpha():
        return rf"\{ACCENTS[mark]}{{{base}}}"
    return ""
