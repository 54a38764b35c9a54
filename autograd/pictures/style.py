"""How pictures look: every colour, role and size stands here, once, for DOT and for pages.

Role and sign are never told by colour alone: a card says its role, a negative weight is dashed.
Blue and orange stay apart for the colour-blind. Sizes are those that read from the last row.
"""
from __future__ import annotations

from typing import NamedTuple

# Colours -------------------------------------------------------------------------------------

INK = "#37474F"                     # operations, frames, arrows
TEXT = "#111111"
PAPER = "white"
GREY = "#607D8B"                    # lines between groups
DATA = "#004C7F"
GRAD = "#A23B00"
LOCAL, LOCAL_FILL = "#7B1FA2", "#F7F0FA"                    # local derivatives
ON = "#EAD9F2"                      # behind what is pointed at
POSITIVE, NEGATIVE = "#0072B2", "#D55E00"                   # weights
ARROW, QUIET, RULE, EDGE_OF_PAGE = "#546E7A", "#455A64", "#CFD8DC", "#B0BEC5"   # of pages
FOCUS, RIGHT = POSITIVE, "#00614A"                          # a button in use, a right answer
CLASSES = ("#0072B2", "#D55E00", "#00734F", "#7B1FA2", "#9A7400", "#37474F")   # of samples


class Role(NamedTuple):
    """The colours of what plays a role: of its title's background and of its frame."""
    fill: str
    line: str


ROLES = {
    "input":        Role("#D6EAF8", "#0072B2"),
    "parameter":    Role("#FFF0C2", "#9A7400"),
    "intermediate": Role(PAPER,     INK),
    "output":       Role("#DDF2E3", "#00734F"),
    "neuron":       Role("#EDE7F6", "#5E35B1"),
    "layer":        Role("#EDE7F6", "#5E35B1"),
    "operations":   Role("#F1F4F6", GREY),
    "operation":    Role(INK,       INK),           # its sign, in white
    "number":       Role(PAPER,     "#90A4AE"),
    "frame":        Role("#F3F6F8", "#CFD8DC"),     # behind the units of a column
    "box":          Role("#F7F9FA", "#B0BEC5"),     # around the nodes of a layer
    "opened":       Role(PAPER,     "#5E35B1"),     # around a neuron that is drawn in full
}

NAMED_ROLES = ("input", "parameter", "output")              # a card says these
OF_VALUES = ("input", "parameter", "intermediate", "output")

# Text: points in DOT, pixels in pages --------------------------------------------------------

BLANK = "__________"                # stands for a number to be written in
ROW_BY_HAND, LABEL_BY_HAND = 60.0, 46.0             # of a card, and on an arrow: 8 mm on paper
FONT = "Arial"                      # Graphviz knows its widths; the others are about as wide
FONTS = "Arial, Liberation Sans, Helvetica, DejaVu Sans Condensed, sans-serif"
TITLE_TEXT = 20
UNIT_TEXT = 18                      # titles of units in a column
EDGE_TEXT = 20
ROLE_TEXT = 20
SIGN_TEXT, WORD_TEXT = 26, 20       # a sign of one character, and a longer one
LETTER_POINTS = 10.6                # the mean width of a character
LABEL_LETTER = 9.5                  # that of a number on an arrow
ROW_POINTS = 26.0                   # the height of a line of a card
DENSE_LETTER, DENSE_ROW = 9.5, 22.5                         # where there is little room
DENSE_TITLE = 12                    # characters of a title there
CIRCLE_SIZE = 0.75                  # inches: an operation
ARROWHEAD = 8.0
LONGEST = {"card": 24, "circle": 14, "box": 14}             # characters of a title, by shape

# Pixels of pages, before a page is scaled to its window ------------------------------------------

CARD_TEXT = 18
LETTER = 9.4                        # the mean width of a character of a card
SHORTEST = 12                       # characters that every card has room for: "grad 12.3456"
ROW = 25.0                          # the height of a line of a card
CLOSE_LETTER, CLOSE_ROW = 8.6, 21.0                         # where there is little room
PADDING = 14.0
PORT = 19.0                         # the height of a card for each of its inputs, if that is more
SIGN_LETTER, SIGN_PADDING = 10.5, 15.0
LONGEST_ON_PAGE = 18                # characters of a title

# Inches in DOT: units of a column ------------------------------------------------------------

BOX_WIDTH, BOX_HEIGHT, BOX_GAP = 1.62, 0.66, 0.14
CIRCLE, CIRCLE_GAP = 0.72, 0.24
FRAME_MARGIN = 0.18

# Lines ---------------------------------------------------------------------------------------

LINE_WIDTH = 1.6
THINNEST = 0.6                      # of a weight of 0
THICKEST, THICKEST_OF_MANY = 4.4, 2.6                       # more for the largest weight
BOX_LINES = {"box": "1.2", "opened": "2.5"}
MANY_LINES = 100


def sign_text(sign: str) -> int:
    """The size of an operation's sign: one character is large."""
    if len(sign) == 1:
        return SIGN_TEXT
    return WORD_TEXT


def css() -> str:
    """The colours as a style sheet: variables, and a rule for each role of a Value."""
    colors = {"ink": INK, "text": TEXT, "paper": PAPER, "grey": GREY, "data": DATA, "grad": GRAD,
              "local": LOCAL, "local-fill": LOCAL_FILL, "arrow": ARROW, "quiet": QUIET,
              "rule": RULE, "focus": FOCUS, "right": RIGHT, "plus": POSITIVE, "minus": NEGATIVE,
              "on": ON}
    variables = " ".join(f"--{name}: {color};" for name, color in colors.items())
    rules = [f".card.{name}, .swatch.{name}, .scalar.{name} "
             f"{{ --fill: {role.fill}; --line: {role.line}; }}"
             for name, role in ROLES.items() if name in OF_VALUES]
    root = f":root {{ {variables} --font: {FONTS}; --card-text: {CARD_TEXT}px; }}"
    return "\n".join([root, *rules])
