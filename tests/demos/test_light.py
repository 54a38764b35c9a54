"""Pictures as pages embed them: lighter, and the same to look at."""
from __future__ import annotations

import random
import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

import autograd
import nn
from autograd import Value
from demos.light import data_uri, in_steps, light
from tests.expressions import HOSTILE, expression

NUMBER = r"-?(?:\d+\.?\d*|\.\d+)"


def points(path: str) -> list[tuple[float, float]]:
    """The points of a path, absolute or by steps."""
    found, at = [], (0.0, 0.0)
    for kind, numbers in re.findall(r"([MLCmlc])([^A-Za-z]*)", path):
        each = [float(n) for n in re.findall(NUMBER, numbers)]
        pairs = list(zip(each[::2], each[1::2]))
        size = 3 if kind in "Cc" else 1
        for start in range(0, len(pairs), size):
            here = [(x + at[0] * kind.islower(), y + at[1] * kind.islower()) for x, y in pairs[start:start + size]]
            found += here
            at = here[-1]
    return found


@pytest.mark.parametrize("seed", range(20))
def test_a_path_by_steps_has_the_same_points(seed):
    rng = random.Random(seed)
    pair = lambda: f"{rng.uniform(-2000, 2000):.2f},{rng.uniform(-2000, 2000):.2f}"           # noqa: E731
    path = f"M{pair()}" + "".join(rng.choice([f"L{pair()}", f"C{pair()} {pair()} {pair()}", f"C{' '.join(pair() for _ in range(9))}"])
                                  for _ in range(30))
    for (x, y), (a, b) in zip(points(in_steps(path)), points(path), strict=True):
        assert abs(x - a) <= 0.0501 and abs(y - b) <= 0.0501


def pictures():
    y, _ = expression(5)
    y.backward()
    odd = sum((Value(1.0, label=label) for label in HOSTILE[:12]), Value(2.0))
    return {"expression": y, "labels": odd}


def looks(svg: str) -> list[tuple[str, ...]]:
    """What is seen of each text and line: its words and look, from attributes or the style sheet, which wins."""
    root = ElementTree.fromstring(svg)
    rules = dict(re.findall(r"\.(\w+)\{(.*?)\}", "".join(e.text or "" for e in root.iter() if e.tag.endswith("style"))))
    found = []
    for e in root.iter():
        tag = e.tag.rpartition("}")[2]
        if tag in ("text", "path", "rect", "polygon"):
            look = dict(e.attrib)
            look.update(rule.split(":") for rule in rules.get(e.get("class", ""), "").split(";") if rule)
            seen = [look.get(name, "") for name in ("fill", "stroke", "stroke-width", "font-size", "font-weight", "text-anchor")]
            found.append((tag, (e.text or "").strip(), *[value.removesuffix("px").removesuffix(".00").removesuffix(".0")
                                                        for value in seen]))
    return [tuple("" if part in ("none", "normal") else part for part in each) for each in found]


@pytest.mark.parametrize("name", ["expression", "labels"])
def test_what_is_seen_stays_and_the_rest_goes(name):
    svg = autograd.draw(pictures()[name]).svg()
    lighter = light(svg)
    assert looks(lighter) == looks(svg)
    assert len(lighter) < 0.6 * len(svg) and "<title" not in lighter and " id=" not in lighter
    assert ElementTree.fromstring(unquote(data_uri(svg).partition(",")[2])) is not None
    assert not set('"<>#&\n') & set(data_uri(svg))


def test_a_network_has_its_lines_in_a_third_of_the_bytes():
    svg = nn.MLP(2, [8, 8, 1], seed=1).draw([0.5, -0.3]).svg()
    assert looks(light(svg)) == looks(svg) and 3 * len(data_uri(svg)) < 1.4 * len(svg)
