"""Labels as people read them. They come from users: nothing here trusts them."""
from __future__ import annotations

import re
import unicodedata

from autograd.formulas.text import Text
from autograd.words import typeset

LONGEST_TITLE = 24                  # characters of a title; the rest is in the tooltip
LONGEST_TOOLTIP = 1000
NOT_IN_XML = ("Cc", "Cs", "Cn", "Co", "Zl", "Zp")           # categories of characters
FORMULA = re.compile(r".*[-+*/^ ]", re.DOTALL)


def clean(label: object) -> str:
    """A label as one line of characters that XML allows; control characters become visible ones.

    >>> clean("a" + chr(10) + "b" + chr(0))
    'a␊b␀'
    """
    text = str(label)
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(c: str) -> str:
    if ord(c) < 0x20:
        return chr(0x2400 + ord(c))
    turns_direction = "\u202a" <= c <= "\u202e"
    if turns_direction or unicodedata.category(c) in NOT_IN_XML:
        return "\ufffd"
    return c


def shorten(text: str, longest: int = LONGEST_TITLE) -> str:
    """The text, with an ellipsis in its middle where it is longer than `longest` characters."""
    if len(text) <= longest:
        return text
    tail = longest // 3
    return f"{text[:longest - tail - 1]}…{text[len(text) - tail:]}"


def plural(n: int, word: str) -> str:
    """'1 node', '1,200 nodes'."""
    return f"{n:,} {word}{'s' * (n != 1)}"


PARAMETER = re.compile(r"layers\.(\d+)\.neurons\.(\d+)\.(?:w\.(\d+)|b)")


def short_name(label: str) -> str:
    r"""A label; that of a network's parameter as in the lecture, whose numbers begin with 1, and
    one that is LaTeX in letters.

    >>> short_name("layers.1.neurons.0.w.2"), short_name("layers.0.neurons.3.b"), short_name("x1")
    ('W2(1,3)', 'b1(4)', 'x1')
    >>> short_name(r"\alpha_{2}")
    'α₂'
    """
    match = PARAMETER.fullmatch(label)
    if match is None:
        return typeset.as_text(label)
    layer, neuron = int(match[1]) + 1, int(match[2]) + 1
    if match[3] is None:
        return f"b{layer}({neuron})"
    return f"W{layer}({neuron},{int(match[3]) + 1})"


def as_name(label: str) -> Text:
    """A label as Text; one that is a formula, such as `a + b`, gets parentheses where needed."""
    if len(label) > 1 and FORMULA.match(label) and not is_call(label):
        return Text(label, "sum")
    return Text(label)


def is_call(label: str) -> bool:
    """Whether a formula is one call, which needs no parentheses.

    >>> is_call("tanh(a + b)"), is_call("sin(a) + sin(b)"), is_call("(a + b)")
    (True, False, False)
    """
    name, bracket, inside = label.partition("(")
    if not (bracket and name.isidentifier() and inside.endswith(")")):
        return False
    depth = 1
    for k, letter in enumerate(inside):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return k == len(inside) - 1
    return False


# LaTeX ---------------------------------------------------------------------------------------

GREEK = re.compile("alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|"
                   "sigma|tau|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega")
ESCAPES = {**{c: "\\" + c for c in "{}$#_%"}, "\\": r"\backslash ", "^": r"\wedge ",
           "~": r"\sim ", " ": r"\ ", "'": r"\prime ", '"': r"\prime\prime ", "`": r"\prime ",
           "<": "{<}", ">": "{>}", "&": "＆"}
OF_LAYER = re.compile(r"([A-Za-z])(\d*)\((\d+(?:,\d+)*)\)")       # W2(1,3), W(1,3)
INDEXED = re.compile(r"([A-Za-z]+)(?:_?(\d+)|((?:\[\d+\])+))?")     # x, x1, x_1, x[1], W[0][1]


def latex_name(label: str) -> str:
    r"""A label as LaTeX: x1 as x_{1}, alpha as \alpha, anything else upright and escaped.

    >>> latex_name("x1"), latex_name("w[0]"), latex_name("loss")
    ('x_{1}', 'w_{0}', '\\mathrm{loss}')
    >>> latex_name("W2(1,3)"), latex_name(r"\hat{y}_{2}")
    ('W^{(2)}_{1,3}', '\\hat{y}_{2}')
    """
    label = shorten(clean(short_name(label))).strip() or "_"
    typed = typeset.as_latex(label)
    if typed is not None:
        return typed
    of_layer = OF_LAYER.fullmatch(label)
    if of_layer:
        name, layer, index = of_layer.groups()
        return f"{name}^{{({layer})}}_{{{index}}}" if layer else f"{name}_{{{index}}}"
    match = INDEXED.fullmatch(label)
    if match is None or not (len(match[1]) == 1 or GREEK.fullmatch(match[1])):
        return rf"\mathrm{{{''.join(ESCAPES.get(c, c) for c in label)}}}"
    name = "\\" * (len(match[1]) > 1) + match[1]
    index = match[2] or ", ".join(re.findall(r"\d+", match[3] or ""))
    if not index:
        return name
    return f"{name}_{{{index}}}"
