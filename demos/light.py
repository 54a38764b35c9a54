"""A picture as it is embedded in a page: all that is seen of it, in few bytes.

An <img> shows no tooltips and has no links, so that names, titles and links of an SVG can go. What looks the same is said once,
in a style sheet.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

Look = tuple[tuple[str, str], ...]      # names and values of attributes

SVG = "{http://www.w3.org/2000/svg}"
UNSEEN = {f"{SVG}title", f"{SVG}desc"}
LOOKS = ("fill", "stroke", "stroke-width", "stroke-dasharray", "text-anchor", "font-size", "font-weight", "font-family")
KEPT = {"width", "height", "viewBox", "transform", "x", "y", "cx", "cy", "r", "rx", "ry", "d", "points", "textLength", "lengthAdjust", *LOOKS}
PLAIN = {"stroke-dasharray": "none", "font-weight": "normal", "rx": "0.0", "ry": "0.0"}         # as good as nothing
PLACES = {"x", "y", "cx", "cy", "r", "rx", "ry", "points", "width", "height"}
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
FEW = 3                         # elements that share a look, from where it has a letter
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def data_uri(svg: str) -> str:
    """The address of a picture that holds the picture itself.

    >>> data_uri('<svg xmlns="http://www.w3.org/2000/svg"><g id="n1"><title>a</title><path d="M0,0"></path></g></svg>')
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cpath d='M0,0'/%3E%3C/svg%3E"
    """
    return "data:image/svg+xml," + quote(light(svg), safe=" !$'()*+,-./:;=?@[]^_`{|}~")


def light(svg: str) -> str:
    """The SVG without what an <img> does not show."""
    root = ElementTree.fromstring(svg)
    size = "".join(f" {name}='{root.attrib[name]}'" for name in ("width", "height", "viewBox", "font-family") if name in root.attrib)
    letter = letters(root)
    rules = "".join(f".{name}{{{';'.join(declared(*each) for each in look)}}}" for look, name in letter.items())
    inside = (f"<style>{rules}</style>" if rules else "") + "".join(written(child, letter) for child in root)
    return f"<svg xmlns='{SVG[1:-1]}'{size}>{inside}</svg>"


def letters(root: Element) -> dict[Look, str]:
    """A letter for each look that several elements share: with the width of its line, or else without."""
    elements = [element for element in root.iter() if element is not root]
    whole = Counter(look_of(element) for element in elements)
    parts = Counter(without_width(look_of(element)) for element in elements if whole[look_of(element)] < FEW)
    often = [look for look, count in (whole + parts).most_common() if look and count >= FEW]
    return dict(zip(often, LETTERS))


def look_of(element: Element) -> Look:
    """How an element looks."""
    return tuple((name, value) for name, value in attributes_of(element) if name in LOOKS)


def without_width(look: Look) -> Look:
    return tuple(each for each in look if each[0] != "stroke-width")


def declared(name: str, value: str) -> str:
    """A property of a style sheet."""
    return f"{name}:{value}" + "px" * (name in ("font-size", "stroke-width") and value[-1:].isdigit())


def attributes_of(element: Element) -> Iterator[tuple[str, str]]:
    """The attributes that can be seen; coordinates to a tenth."""
    for name, value in element.attrib.items():
        if name in KEPT and PLAIN.get(name) != value:
            yield name, shorter(name, value)


def shorter(name: str, value: str) -> str:
    """The value of an attribute in fewer characters: a path of straight lines and curves by its steps."""
    if name == "d" and set(re.findall("[A-Za-z]", value)) <= {"M", "L", "C", "Z", "z"}:
        return in_steps(value)
    return NUMBER.sub(lambda found: tenth(round(10 * float(found[0]))), value) if name in PLACES else value


def in_steps(path: str) -> str:
    """A path by the steps from each end to the next; they are taken between rounded points, so that errors never add up.

    >>> in_steps("M10.04,20.00C11,20 12,21.5 10.3,22.04 9,22 9,24 9.9,24L0,0Z")
    'M10,20c1,0 2,1.5 .3,2-1.3,0-1.3,2-.4,2l-9.9-24Z'
    """
    written, at = [], (0, 0)
    for kind, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        tenths = [round(10 * float(number)) for number in NUMBER.findall(numbers)]
        points = list(zip(tenths[::2], tenths[1::2]))
        steps, size = [], 3 if kind == "C" else 1
        for start in range(0, len(points), size):
            steps += [(x - at[0] * (kind != "M"), y - at[1] * (kind != "M")) for x, y in points[start:start + size]]
            at = points[start:start + size][-1]
        written.append((kind if kind in "MZz" else kind.lower()) + " ".join(f"{tenth(x)},{tenth(y)}" for x, y in steps))
    return re.sub("[ ,]-", "-", "".join(written))


def tenth(count: int) -> str:
    """Tenths as a number.

    >>> [tenth(15), tenth(-5), tenth(40), tenth(0)]
    ['1.5', '-.5', '4', '0']
    """
    whole, rest = divmod(abs(count), 10)
    digits = (f"{whole}" if whole else "") + (f".{rest}" if rest else "")
    return "-" * (count < 0) + digits or "0"


def written(element: Element, letter: dict[Look, str]) -> str:
    """An element as text; a group or link that does nothing is what it holds."""
    if element.tag in UNSEEN:
        return ""
    tag = element.tag.removeprefix(SVG)
    inside = escaped(element.text) + "".join(written(child, letter) + escaped(child.tail) for child in element)
    attributes = list(in_letters(element, letter))
    if tag == "a" or (tag == "g" and not attributes):
        return inside
    start = tag + "".join(f" {name}='{escaped(value)}'" for name, value in attributes)
    return f"<{start}>{inside}</{tag}>" if inside else f"<{start}/>"


def in_letters(element: Element, letter: dict[Look, str]) -> Iterator[tuple[str, str]]:
    """The attributes that can be seen, those of its look by the letter for it."""
    look = look_of(element)
    shared = look if look in letter else without_width(look)
    if shared not in letter:
        yield from attributes_of(element)
        return
    yield "class", letter[shared]
    for name, value in attributes_of(element):
        if (name, value) not in shared:
            yield name, value


def escaped(text: str | None) -> str:
    """A text between tags or quotes; the space between elements is nothing."""
    if text is None or not text.strip():
        return ""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
