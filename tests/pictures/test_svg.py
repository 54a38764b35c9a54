"""Pictures without Graphviz: the same words, numbers and arrows, drawn by ourselves."""
from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

import autograd
import nn
from autograd import Value
from autograd.pictures import program
from tests.expressions import HOSTILE, expression, neuron
from tests.pictures.conftest import needs_dot

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def no_graphviz(monkeypatch):
    def none():
        raise program.PictureError(program.HOW_TO_GET_DOT)
    monkeypatch.setattr(program, "find_dot", none)


def words(svg: str) -> list[str]:
    """All words of a picture, sorted."""
    texts = ["".join(t.itertext()) for t in ET.fromstring(svg).iter(f"{SVG}text")]
    return sorted(" ".join(texts).replace("\xa0", " ").split())


def network():
    return nn.MLP(3, [4, 2], activation="tanh", seed=1)


PICTURES = {"neuron": lambda: autograd.draw(neuron()[0]), "network": lambda: network().draw(),
            "expression": lambda: autograd.draw(expression(3)[0]),
            "sample": lambda: network().draw([1.0, 2.0, 3.0]),
            "numbers": lambda: autograd.draw(autograd.dot([Value(1.0), Value(2.0)], [0.5, 2.0], 0.0)),
            "worksheet": lambda: autograd.draw(neuron()[0], hide=("grad", "local"))}


@needs_dot
@pytest.mark.parametrize("name", PICTURES)
def test_it_shows_the_words_that_graphviz_shows(name):
    picture = PICTURES[name]()
    by_graphviz = picture.pipe(format="svg", encoding="utf-8")
    assert words(picture.svg()) == words(by_graphviz[by_graphviz.index("<svg"):])


@pytest.mark.parametrize("name", PICTURES)
def test_every_text_lies_inside_the_picture(name, no_graphviz):
    svg = ET.fromstring(PICTURES[name]().svg())
    _, _, width, height = map(float, svg.get("viewBox").split())
    for t in svg.iter(f"{SVG}text"):
        wide = len("".join(t.itertext())) * float(t.get("font-size")) * 0.5
        left = float(t.get("x")) - wide * {"start": 0, "middle": 0.5, "end": 1}[t.get("text-anchor")]
        assert 0 <= left <= width - wide and 0 < float(t.get("y")) < height


def test_it_displays_and_is_written_to_a_file(no_graphviz, tmp_path):
    picture = autograd.draw(neuron()[0])
    bundle = picture._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg") and "<figure" in bundle["text/html"]
    assert "<svg" in picture.write(tmp_path / "a.svg").read_text(encoding="utf-8")
    with pytest.raises(program.PictureError, match="no program `dot`"):
        picture.write(tmp_path / "a.png")
    picture.node("mine", "my own node")                         # then Graphviz is needed
    with pytest.raises(program.PictureError):
        picture.svg()


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_is_text_and_nothing_else(label, no_graphviz):
    v = Value(1.0, label=label) * Value(2.0, label="w")
    v.label = label
    svg = ET.fromstring(autograd.draw(v).svg())
    tags = {element.tag.removeprefix(SVG) for element in svg.iter()}
    assert tags <= {"svg", "g", "title", "rect", "path", "text"}
    assert not [name for element in svg.iter() for name in element.attrib if name.startswith("on")]


def test_nodes_have_ids_classes_and_titles_in_words(no_graphviz):
    a = Value(3.0, label="a")
    svg = autograd.draw(a * a).svg()
    assert re.search('<g id="v0" class="node input"><title>a: input, data 3, no grad yet</title>', svg)
    assert "a: input, data 3, no grad yet → operation ×" in svg
