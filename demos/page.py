"""One HTML page that needs nothing else: styles, pictures, text and code in one file, large enough for a lecture room."""
from __future__ import annotations

import base64
import hashlib
import io
import re
from html import escape, unescape
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from demos import asking
from demos.asking import Question
from demos.light import data_uri
from demos.mathematics import mathml

COLORS = 48                     # of a plot in a page
SMALLEST = 0.6                  # graphs are drawn with letters of 20 points, and shown at least at this scale
STYLE = """
html    { font-size: clamp(15px, 1.1vw, 26px); }
body    { margin: 0 auto; padding: 2rem 2.5rem 5rem; max-width: 72rem; background: #fff; color: #1a1a1a;
          font: 1.25rem/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
h1      { font-size: 2.6rem; line-height: 1.15; margin: 1.5rem 0 .5rem; }
h2      { font-size: 1.9rem; line-height: 1.2; margin: 3.5rem 0 .8rem; padding-top: 1rem; border-top: 3px solid #1f5fa8; }
p       { max-width: 58rem; margin: .8rem 0; }
figure  { margin: 1.5rem 0; overflow-x: auto; }
figure img { display: block; width: 100%; height: auto; max-height: 40rem; object-fit: contain; object-position: left; }
figure iframe { display: block; box-sizing: border-box; }
figcaption { font-size: 1.15rem; color: #444; margin-top: .5rem; max-width: 58rem; }
table   { border-collapse: collapse; font-size: 1.1rem; font-variant-numeric: tabular-nums; margin: 1.2rem 0; }
th, td  { padding: .3rem 1.1rem .3rem .2rem; text-align: left; border-bottom: 1px solid #ccc; white-space: nowrap; }
th      { border-bottom: 2px solid #333; }
tr:nth-child(even) td { background: #f3f6fa; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; font-size: .9em; background: #f3f6fa; }
pre code { font-size: 1em; padding: 0; }
pre     { padding: 1rem 1.2rem; overflow-x: auto; line-height: 1.4; font-size: .84em; }   /* 100 columns */
pre.in  { border-left: 6px solid #1f5fa8; }
pre.out { background: #fffbe9; border-left: 6px solid #d9a400; white-space: pre-wrap; }
details { margin: 1rem 0; }
math    { font-size: 1.2em; }
math[display="block"] { font-size: 1.45em; margin: 1.2rem 0; }
mtd[columnalign="left"] { text-align: left; } mtd[columnalign="right"] { text-align: right; }
nav     { display: flex; flex-wrap: wrap; gap: .3rem 2rem; margin: 1rem 0; }
nav a, .contents a { color: #1f5fa8; text-decoration: none; padding: .15rem 0; }
nav a:hover, .contents a:hover { text-decoration: underline; }
.contents { columns: 3; column-gap: 3rem; margin: 1.5rem 0; padding: .9rem 1.2rem; background: #f3f6fa; list-style: none; }
.contents li { break-inside: avoid; padding: .12rem 0 .12rem 1.2rem; text-indent: -1.2rem; }
.k { color: #7b3f9d; font-weight: 600; } .s { color: #1e6b43; } .c { color: #5c6670; font-style: italic; } .m { color: #a0420d; }
.f { color: #1f5fa8; }                                  /* keywords, strings, comments, numbers, names that are defined */
summary { cursor: pointer; color: #444; }
.card   { display: grid; grid-template-columns: 22rem 1fr; gap: 2rem; align-items: center; color: inherit; text-decoration: none;
          border-top: 3px solid #1f5fa8; padding: 1.5rem 0; }
.card:hover h3 { text-decoration: underline; }
.card h3 { font-size: 1.7rem; margin: 0; }
.card .note { color: #555; font-size: 1.05rem; }
.thumb img { display: block; max-width: 100%; max-height: 15rem; margin: auto; }
@media (max-width: 50rem) { .card { grid-template-columns: 1fr; } }
@media (max-width: 50rem) { .contents { columns: 1; } }
@media print { nav { display: none; } h2 { break-after: avoid; } figure, table { break-inside: avoid; } body { font-size: 12pt; } }
"""


class Link(NamedTuple):
    """A way to another page: a word for it, the title of the page, and its address."""
    word: str
    title: str
    address: str


class Page:
    """A page with a title, filled from top to bottom; all texts are escaped. `links` lead to other pages, at both ends.

    Where its texts speak of the lesson `NAME`, and NAME is one of `lessons`, that is a link to the lesson's page.
    Formulas in its texts, $...$ and $$...$$ in LaTeX, are typeset; where it has three headings or more, it has contents.

    >>> page = Page("Neurons")
    >>> page.markdown("# a < b")
    >>> "<h1>a &lt; b</h1>" in str(page)
    True
    """

    def __init__(self, title: str, links: tuple[Link, ...] = (), lessons: tuple[str, ...] = ()) -> None:
        self.title, self.links, self.lessons = title, links, lessons
        self.parts: list[str] = []

    def markdown(self, text: str) -> None:
        """Add text in Markdown: headings, paragraphs, lists, tables, code; markup in it is shown as it is."""
        self.parts.append(with_lessons(reader().render(text), self.lessons))

    def cell(self, code: str, folded: bool = False) -> None:
        """Add a cell of code, at most 100 columns wide, folded away if so wanted."""
        lines = f'<pre class="in">{coloured(code)}</pre>'
        self.parts.append(f"<details><summary>code</summary>{lines}</details>" if folded else lines)

    def output(self, text: str) -> None:
        """Add what a cell printed."""
        self.parts.append(f'<pre class="out">{escape(text)}</pre>')

    def figure(self, picture: Path, caption: str) -> None:
        """Add a picture, a PNG or SVG file, with its caption; a wide graph can be scrolled, so that its words stay legible."""
        size = re.search(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', picture.read_text(encoding="utf-8")) \
            if picture.suffix == ".svg" else None
        style = ""
        if size:
            width, height = (SMALLEST * float(number) for number in size.groups())
            style = f' style="min-width: {width:.0f}pt; max-height: max(40rem, {height:.0f}pt)"'
        self.parts.append(f"<figure>{_embedded(picture, caption, style)}<figcaption>{escape(caption)}</figcaption></figure>")

    def question(self, asked: Question) -> None:
        """Add a question; a script hides what follows until it is answered."""
        self.parts.append(asked.html(lambda text: with_lessons(reader().renderInline(text), self.lessons)))

    def sheet(self, asked: list[Question]) -> None:
        """Add questions to be answered on paper: a line for a number, a box for each choice."""
        inline = reader().renderInline
        for number, question in enumerate(asked, 1):
            boxes = " ".join(f"<span>☐ {inline(choice)}</span>" for choice in question.choices)
            self.parts.append(f'<div class="sheet"><p>{number}. {inline(question.text)}</p>'
                              f'<p class="room">{boxes or "Answer:"}</p></div>')

    def score(self, name: str) -> None:
        """Add a line that says how many predictions were right, now and the times before."""
        self.parts.append(f'<p class="record" data-record="{escape(name)}"></p>')

    def frame(self, frame: str, caption: str) -> None:
        """Add a page within the page, a frame in HTML, with its caption."""
        self.parts.append(f'<figure class="play">{frame}<figcaption>{escape(caption)}</figcaption></figure>')

    def card(self, title: str, text: str, note: str, link: str, shown: Any = None) -> None:
        """Add a card that leads to another page: a picture, a title, a text in Markdown and a note."""
        picture = _embedded(shown.path, shown.caption) if shown else ""
        self.parts.append(
            f'<a class="card" href="{escape(link)}"><div class="thumb">{picture}</div><div><h3>{escape(title)}</h3>'
            f'<p>{reader().renderInline(text)}</p><p class="note">{escape(note)}</p></div></a>')

    def write(self, path: Path) -> None:
        """Write the page to a file."""
        path.write_text(str(self), encoding="utf-8")

    def __str__(self) -> str:
        links = self._links()
        body = "\n".join([links, _with_contents("\n".join(self.parts)), links])
        script = f"\n<script>\n{asking.SCRIPT}</script>" if '<form class="question"' in body else ""
        return ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
                f'<meta http-equiv="Content-Security-Policy" content="{self.policy(body + script)}">\n'
                '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
                f"<title>{escape(self.title)}</title>\n<style>{STYLE}{asking.STYLE}</style>\n</head>\n"
                f"<body>\n{body}{script}\n</body>\n</html>\n")

    def policy(self, body: str) -> str:
        """What the page may load: nothing but itself."""
        return policy(body)

    def _links(self) -> str:
        found = [f'<a href="{escape(link.address)}">{escape(link.word)}: {escape(link.title)}</a>' for link in self.links]
        return f"<nav>{''.join(found)}</nav>" if found else ""


def policy(body: str) -> str:
    """A content policy that allows nothing but the page itself: its own scripts, and those of pages shown within it."""
    scripts = re.findall("<script>(.*?)</script>", body, re.S)
    for frame in re.findall('srcdoc="(.*?)"', body, re.S):
        scripts += re.findall("<script>(.*?)</script>", unescape(frame), re.S)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{found}'" for found in dict.fromkeys(hashes)) or "'none'"
    return (f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {allowed}; "
            "base-uri 'none'; form-action 'none'")


def _with_contents(body: str) -> str:
    """The body with a list of its headings before the first of them, where there are three or more."""
    titles = re.findall("<h2>(.*?)</h2>", body)
    for number, title in enumerate(titles, 1):
        body = body.replace(f"<h2>{title}</h2>", f'<h2 id="part-{number}">{title}</h2>', 1)
    if len(titles) < 3:
        return body
    items = "".join(f'<li><a href="#part-{number}">{title}</a></li>' for number, title in enumerate(titles, 1))
    return body.replace('<h2 id="part-1">', f'<ul class="contents">{items}</ul>\n<h2 id="part-1">', 1)


def with_lessons(html: str, lessons: tuple[str, ...]) -> str:
    """The HTML with a link at each `NAME` after the word lesson, where NAME is one of the lessons.

    >>> with_lessons("the lesson <code>sgd</code>", ("sgd",))
    'the lesson <a href="../sgd/index.html"><code>sgd</code></a>'
    """
    def link(found: re.Match[str]) -> str:
        return f'<a href="../{found[1]}/index.html">{found[0]}</a>' if found[1] in lessons else found[0]
    names = r"<code>\w+</code>"
    return re.sub(rf"[Ll]essons?\s+{names}(?:(?:,|,? and| or)\s+{names})*",
                  lambda said: re.sub(r"<code>(\w+)</code>", link, said[0]), html)


def coloured(code: str) -> str:
    """Python as HTML, with its keywords, strings, comments, numbers and definitions marked; plain without Pygments."""
    if find_spec("pygments") is None:
        return escape(code)
    from pygments.lexers import PythonLexer
    from pygments.token import Comment, Keyword, Name, Number, Operator, String
    marks = {Keyword: "k", Operator.Word: "k", String: "s", Comment: "c", Number: "m", Name.Function: "f", Name.Class: "f"}
    marked = ((next((mark for wide, mark in marks.items() if kind in wide), ""), text)
              for kind, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(code))
    runs = ((mark, escape("".join(text for _, text in run))) for mark, run in groupby(marked, key=itemgetter(0)))
    return "".join(f'<span class="{mark}">{text}</span>' if mark else text for mark, text in runs)


def reader() -> Any:
    """A reader of Markdown that shows markup as it is, and formulas typeset, where the plugin for them is installed."""
    from markdown_it import MarkdownIt
    plain = MarkdownIt("commonmark", {"html": False}).enable("table")
    if find_spec("mdit_py_plugins") is None:
        return plain
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    return plain.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True,
                     renderer=lambda latex, options: mathml(latex, options["display_mode"]))


def _embedded(picture: Path, caption: str, style: str = "") -> str:
    if picture.suffix == ".svg":
        address = data_uri(picture.read_text(encoding="utf-8"))
    else:
        kind, content = _smallest(picture)
        address = f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
    return f'<img{style} alt="{escape(caption)}" src="{address}">'


def _smallest(plot: Path) -> tuple[str, bytes]:
    """A PNG in the format for pages that takes the fewest bytes and looks the same: its name, and the picture in it."""
    from PIL import Image, features
    picture = Image.open(plot).convert("RGB")
    flat = picture.quantize(COLORS, dither=Image.Dither.NONE).convert("RGB")
    found = [("png", plot.read_bytes())]
    for kind, drawn, options in (("webp", flat, {"lossless": True, "method": 6}),
                                 ("avif", picture, {"quality": 60, "subsampling": "4:4:4"})):
        if features.check(kind):
            drawn.save(written := io.BytesIO(), kind, **options)
            found.append((kind, written.getvalue()))
    return min(found, key=lambda each: len(each[1]))
