"""Where dot comes from, and what is said when it is missing, fails or hangs. The programs here are small scripts."""
from __future__ import annotations

import html
import os
import pathlib
import re
import shutil
import time

import graphviz
import pytest

import autograd
import nn
from autograd import Value
from autograd.pictures import program, shapes
from autograd.pictures.picture import Picture
from autograd.pictures.program import PictureError
from tests.load import busy
from tests.pictures.conftest import needs_dot


@pytest.fixture
def picture() -> Picture:
    """One that needs Graphviz: a graph too large for a layout of ours."""
    v = a = Value(3.0, label="a<b>")
    for _ in range(70):
        v = v + a
    drawn = autograd.draw(v, level="operation")
    drawn.seconds = 120.0
    return drawn


@pytest.fixture
def path(tmp_path, monkeypatch):
    """An empty PATH; call it with a name and a script to put a program there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(program.sysconfig, "get_path", lambda name: str(tmp_path))

    def put(name: str, script: str):
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file
    return put


def shown(picture: Picture) -> str:
    """What a notebook shows when there is no picture; it never raises."""
    bundle = picture._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"} and "Traceback" not in bundle["text/plain"]
    assert "a<b>" not in bundle["text/html"]                    # the DOT text is escaped
    line, _, source = bundle["text/plain"].partition("\n\n")
    assert source == picture.source and "\n" not in line
    return line


def test_dot_looks_for_good_places_in_a_large_graph_and_for_the_best_in_a_small_one(picture):
    """The Graphviz 2.43 of Debian took more than 20 seconds for this one, a leaf that 70 sums use."""
    assert 'nslimit="2"' in picture.source
    assert "nslimit" not in autograd.draw(Value(2.0) * Value(3.0), level="operation").source


def test_without_dot_a_line_says_how_to_get_it(picture, path):
    assert shown(picture) == program.HOW_TO_GET_DOT
    with pytest.raises(PictureError, match="pip install graphviz-pure"):
        picture.pipe(format="svg")
    with pytest.raises(PictureError, match="no program `dot`"):
        picture.render("x")
    assert "digraph" in picture.source


def test_a_font_that_is_as_wide_stands_in_for_arial(picture):
    """Cards are as wide as their words in Arial; a browser without it must not choose a wider font."""
    families, = re.findall(r'font-family="([^"]*)"', picture.svg())
    assert picture.svg().startswith(f'<svg font-family="{families}" ')
    assert families.split(", ")[:3] == ["Arial", "Liberation Sans", "Helvetica"]


def test_a_dot_that_fails_is_quoted_in_one_line(picture, path):
    path("dot", "echo 'Error: <stdin>: syntax error' >&2; echo 'second line' >&2; exit 3")
    line = shown(picture)
    assert "failed with status 3: Error: <stdin>: syntax error second line" in line


def test_an_old_dot_that_knows_no_svg_and_one_that_says_nothing(picture, path):
    path("dot", "echo 'Renderer type: \"svg\" not recognized' >&2; exit 1")
    assert "not recognized" in shown(picture)
    path("dot", "exit 0")
    assert "and said nothing" in shown(picture)


def test_a_dot_that_does_not_start(picture, path):
    path("dot", "").write_bytes(b"\x7fELF not a program")
    assert "does not start" in shown(picture) or "failed with status" in shown(picture)


def test_a_dot_that_hangs_is_killed_with_its_children(picture, path, tmp_path):
    sleep = shutil.which("sleep", path="/bin:/usr/bin")
    path("dot", f"echo $$ > {tmp_path}/pid; {sleep} 60 & echo $! > {tmp_path}/child; wait")
    picture.seconds = 0.4
    start = time.monotonic()
    assert "took more than 0.4 s and was stopped" in shown(picture)
    assert time.monotonic() - start < 10 * busy()
    for name in ("pid", "child"):
        number = int((tmp_path / name).read_text())
        assert not alive(number)


def alive(number: int) -> bool:
    for _ in range(100):
        try:
            os.kill(number, 0)
            about = pathlib.Path(f"/proc/{number}/stat")
            state = about.read_text().rpartition(")")[2].split()[0] if os.path.exists("/proc") else "R"
        except (ProcessLookupError, FileNotFoundError):
            return False
        if state == "Z":                                        # killed; only its entry is left
            return False
        time.sleep(0.02)
    return True


def test_the_wheel_is_taken_where_there_is_no_dot(picture, path):
    path("graphviz-pure", "echo \"<svg>$0 $1 $2</svg>\"")
    bundle = picture._repr_mimebundle_()
    assert "graphviz-pure -Kdot -Tsvg" in bundle["image/svg+xml"]
    path("dot", "echo '<svg>dot</svg>'")
    assert picture.svg() == "<svg>dot</svg>\n"                  # PATH's dot comes first


def test_a_function_takes_the_place_of_the_program(picture, path):
    """As in a browser, where no program can run."""
    asked = []

    def inside(source: str, format: str, engine: str, seconds: float) -> bytes:
        asked.append((source, format, engine, seconds))
        return b"<svg>inside</svg>"
    program.use_graphviz(inside)
    try:
        assert picture.svg() == "<svg>inside</svg>"
        assert asked == [(picture.source, "svg", "dot", picture.seconds)]
    finally:
        program.use_graphviz(None)
    with pytest.raises(PictureError, match="no program `dot`"):
        picture.svg()


def test_a_real_wheel_draws(picture, tmp_path, monkeypatch):
    found = shutil.which("graphviz-pure") or shutil.which("graphviz-pure", path=program.sysconfig.get_path("scripts"))
    if found is None:
        pytest.skip("the wheel graphviz-pure is not installed")
    monkeypatch.setattr(program, "find_dot", lambda: [found])
    assert "a&lt;b&gt;" in picture.svg()
    assert picture.write(tmp_path / "x.png").read_bytes()[:4] == b"\x89PNG"
    assert autograd.draw_network(__import__("nn").MLP(2, [3, 1])).svg().startswith("<svg")


@needs_dot
def test_a_picture_displays_as_html_svg_and_text_but_not_as_latex(picture):
    bundle = picture._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"} and not hasattr(picture, "_repr_latex_")
    assert "<svg" in bundle["text/html"] and bundle["text/plain"].startswith("<picture graph of")
    assert set(picture._repr_mimebundle_(include=["image/svg+xml"])) == {"image/svg+xml"}
    assert "text/html" not in picture._repr_mimebundle_(exclude=["text/html"])


def test_ipython_shows_a_picture_and_a_line_without_a_traceback(picture, path, capsys):
    formatters = pytest.importorskip("IPython.core.formatters")
    data, _ = formatters.DisplayFormatter().format(picture)
    assert data["text/plain"].startswith("no program")
    assert "Traceback" not in capsys.readouterr().err


@needs_dot
def test_it_is_a_digraph_that_users_change_and_save_as_they_are_used_to(picture, tmp_path):
    assert isinstance(picture, graphviz.Digraph)
    picture.node("mine", "my own node")
    picture.attr(rankdir="TB")
    assert "my own node" in picture.svg()                       # edges are routed anew
    assert os.path.exists(picture.render("drawn", directory=tmp_path, format="png"))
    assert picture.write(tmp_path / "x.svg").read_text().startswith("<?xml")
    assert picture.write(tmp_path / "x.dot").read_text() == picture.source
    with pytest.raises(ValueError, match="needs an ending"):
        picture.write(tmp_path / "x")


@needs_dot
@pytest.mark.parametrize("size", [640, 1920])
def test_a_png_has_the_width_that_is_asked_for(size, tmp_path):
    a = Value(3.0, label="a")
    for picture in (autograd.draw(a * a), autograd.draw_network(nn.MLP(2, [3, 1]))):
        png = picture.write(tmp_path / "a.png", width=size).read_bytes()
        assert int.from_bytes(png[16:20], "big") == pytest.approx(size, abs=8)


@needs_dot
@pytest.mark.parametrize("text", ["a\\nb", '"', "\\", 'x\\"', "&amp;", "<b>", "a\tb"])
def test_a_quoted_text_comes_back_from_dot_as_it_was(text):
    svg = program.lay_out(f"digraph {{ a [label=x tooltip={shapes.quote(text)}] }}", "svg").decode()
    title = svg.partition('xlink:title="')[2].partition('"')[0]
    assert html.unescape(title) == text


@needs_dot
def test_the_only_text_of_a_cell_stands_in_its_middle():
    """Graphviz counts on Arial's widths; in a wider font a number would leave its card on the right."""
    x = Value(1.0, label="x")
    y = x
    for _ in range(100):
        y = y * 1.1
    y.backward()
    svg = autograd.draw(y).svg()
    texts = re.findall(r'text-anchor="middle" x="[\d.]+".*>(\S[^<]*)</text>', svg)
    assert {"100 nodes", "grad 1.0000", "data 1.0000"} <= set(texts)
    assert svg.count('text-anchor="start"') == 4                # two titles with a role each
