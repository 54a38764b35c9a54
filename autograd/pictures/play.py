"""A page that plays the forward pass of an expression and then its backward pass, node by node.

One file, no network, no server. What comes from the user is in it as JSON with <, > and & escaped, and the page writes it as
text, never as HTML; its content policy runs no script but its own. Places are those of layout.py: no dot is needed.
"""
from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import os
import pathlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.graph import topological_order
from autograd.formulas.text import Text
from autograd.pictures.cells import Cell, cells
from autograd.words.explain import recorded, symbolic
from autograd.pictures.layout import layered
from autograd.words.words import as_name, clean, number_text, plural, shorten, symbol_of, write
from autograd.value import Value

MOST = 300                          # Values on a page
HERE = pathlib.Path(__file__).parent
LETTER, LINE = 10.2, 27.0           # pixels: a character at the size of the titles, a line


@dataclass
class Page:
    """A page that plays an expression; it shows in Jupyter. `path` is its file, if it was written to one."""
    html: str = field(repr=False)
    path: pathlib.Path | None
    note: str

    def _repr_html_(self) -> str:
        """The page in a frame of its own."""
        return (f'<iframe srcdoc="{html.escape(self.html)}" title="{html.escape(self.note)}" width="100%" height="680" '
                'sandbox="allow-scripts" style="border:1px solid #B0BEC5"></iframe>')


def play(value: Value, path: str | os.PathLike[str] | None = None, *, title: str | None = None,
         parameters: Sequence[Value] | None = None) -> Page:
    """A page that plays the forward and the backward pass of a Value; written to `path`, if given.

    Slider, buttons, arrow keys and space move through the steps. At each: the node, its local derivatives with the numbers put
    in, upstream times local, and what is added to which grad, before and after. In predict mode (key p) each number is hidden
    until it was typed. No grad of the Values is touched: the page starts from 0, as backward() does on a new graph.

    Raises TypeError when `value` is no Value, ValueError when it has no inputs, more than 300 Values are behind it, or a local
    derivative does not exist, OSError when the file cannot be written.
    """
    if not isinstance(value, Value):
        raise TypeError(f"play needs a Value, got {type(value).__name__} {shorten(repr(value), 60)}")
    order = topological_order(value)
    if value.is_leaf:
        raise ValueError("play needs a Value that was computed from others: a leaf has no pass to play")
    if len(order) > MOST:
        raise ValueError(f"{plural(len(order), 'Value')} are too many to step through (at most {MOST}): play a part of the "
                         "expression, such as one sample or one neuron")
    found = cells([value], parameters, order=order)
    name = title or value.label or "backward pass"
    page = fill({"title": html.escape(clean(name)), "data": embedded(story(found, clean(name)))})
    if path is not None:
        path = pathlib.Path(path)
        path.write_text(page, encoding="utf-8")
    return Page(page, path, f"{clean(name)}: forward and backward pass of {plural(len(order), 'Value')}")


def story(found: Sequence[Cell], name: str) -> dict[str, Any]:
    """What the page needs to know: the cells with their places, texts and numbers, in topological order."""
    sizes = [size_of(cell) for cell in found]
    layout = layered(sizes, [[u for u in cell.inputs if type(u) is int] for cell in found])
    titles = {cell.value: cell.title for cell in found}
    nodes = []
    for i, cell in enumerate(found):
        node: dict[str, Any] = {"title": cell.name, "words": cell.words, "role": cell.role, "data": number_in_json(cell.data),
                "x": layout.x[i], "y": layout.y[i], "w": sizes[i][0], "h": sizes[i][1]}
        if cell.op != "":
            node.update(operation(cell, titles), routes=layout.routes[i])
        nodes.append(node)
    return {"name": shorten(name, 60), "width": layout.width, "height": layout.height, "nodes": nodes}


def size_of(cell: Cell) -> tuple[float, float]:
    """Width and height of a card in pixels."""
    text = max(len(cell.name) + (0 if cell.role == "intermediate" else 0.8 * len(cell.role) + 1), 14.5) * LETTER
    sign = 0 if cell.op == "" else 24 + len(sign_of(cell)) * 11
    return round(text + sign + 14, 1), 3 * LINE + 8


def sign_of(cell: Cell) -> str:
    return symbol_of(cell.op)


def operation(cell: Cell, titles: Mapping[Any, str]) -> dict[str, Any]:
    """How a cell was computed, and its local derivatives, with symbols and with the numbers put in."""
    v: Any = cell.value

    def named(u: Value, language: str) -> Text:
        return as_name(shorten(titles[u]))

    def numbered(u: Value, language: str) -> Text:
        return number_text(u.data)

    def formula(name: Any) -> str:
        return shorten(write(v, "text", [number_text(u) if type(u) is float else name(u, "text") for u in v.inputs]), 160)

    used = [(k, u) for k, u in enumerate(cell.inputs) if type(u) is int]
    partials = [recorded(v, k) for k, _ in used]
    return {"sign": sign_of(cell), "op": clean(getattr(v.op, "name", v.op)), "formula": formula(named),
            "numbers": formula(numbered), "inputs": [u for _, u in used],
            "partials": [number_in_json(p) for p in partials],
            "symbols": [shorten(symbolic(v, k, "text", named), 90) for k, _ in used],
            "put_in": [shorten(symbolic(v, k, "text", numbered), 90) for k, _ in used]}


def number_in_json(x: float) -> float | str:
    """x, as text where JSON has no number for it."""
    return x if math.isfinite(x) else "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"


def embedded(data: Any) -> str:
    """Data as JSON inside a <script> element: nothing in it can end the element or begin another."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", text)


def fill(places: Mapping[str, str]) -> str:
    """The page: the template with style, script and their hashes, and `places`. One pass, so that no text is a place."""
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("play.css", "play.js"))
    policy = (f"default-src 'none'; style-src '{hash_of(style)}'; script-src '{hash_of(script)}'; "
              "base-uri 'none'; form-action 'none'")
    known = {"policy": policy, "style": style, "script": script, **places}
    template = (HERE / "play.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: known[match[1]], template)


def hash_of(text: str) -> str:
    """The hash by which a content policy knows a text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


