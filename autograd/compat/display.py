"""How a Value shows itself in a notebook: a card with its label, its operation, data and grad."""
from __future__ import annotations

from html import escape
from typing import Any

CELL = "padding:.1em .8em;border:1px solid currentColor;text-align:center"


def card(v: Any) -> str:
    """A Value as HTML: a table of one column, as pictures draw it.

    >>> from autograd.value import Value
    >>> "data 4" in card(Value(2.0, label="x") ** 2)
    True
    """
    rows = [f"<b>{escape(titled(v))}</b>", f"data {v.data:.6g}", f"grad {v.grad:.6g}"]
    cells = "".join(f'<tr><td style="{CELL}">{row}</td></tr>' for row in rows)
    return f'<table style="border-collapse:collapse">{cells}</table>'


def titled(v: Any) -> str:
    """What a Value is: its label, and how it was computed from what."""
    label = v.label[:40]
    if v.is_leaf:
        return label or "a leaf"
    inputs = [u if isinstance(u, float) else (u.label[:20] or "·") for u in v.inputs[:4]]
    more = ", ..." if len(v.inputs) > 4 else ""
    if len(v.inputs) == 2 and not str(v.op)[:1].isalpha():
        computed = f" {v.op} ".join(map(str, inputs))
    else:
        computed = f"{v.op}({', '.join(map(str, inputs))}{more})"
    return f"{label} = {computed}" if label else computed
