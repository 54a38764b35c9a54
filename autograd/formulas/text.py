"""Text: a printed formula that knows how tightly it holds together."""
from __future__ import annotations

LEVELS = {"sum": 0, "product": 1, "power": 2, "atom": 3}
SLOT_LEVELS = {"sum": "s", "product": "s", "power": "p", "atom": "p"}


class Text(str):
    """A formula and its level: a template's `{0:product}` puts parentheses around what is looser.

    >>> f"{Text('a + b', 'sum'):product} * c"
    '(a + b) * c'
    """
    level: str

    def __new__(cls, text: str, level: str = "atom") -> Text:
        self = super().__new__(cls, text)
        self.level = level
        return self

    def __format__(self, least: str) -> str:
        return str(self) if LEVELS[self.level] >= LEVELS[least or "sum"] else f"({str(self)})"


class Slot(Text):
    """A place for a number in a formula that is filled in later, by a page.

    DEL stands before it, a character that no label has after `clean`; behind it stands the level it
    needs, s or p: with p a negative number gets parentheses.

    >>> f"{Slot('0'):sum} - {Slot('1'):power}".replace(chr(127), "#")
    '#0s - #1p'
    >>> "".join(["max(", Slot("2"), ")"]).replace(chr(127), "#")
    'max(#2s)'
    """

    def __new__(cls, place: str) -> Slot:
        self = str.__new__(cls, f"\x7f{place}s")
        self.level = "atom"
        return self

    def __format__(self, least: str) -> str:
        return f"{str(self)[:-1]}{SLOT_LEVELS[least or 'sum']}"
