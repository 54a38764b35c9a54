"""demos: the list, what an unknown name says, and the demos themselves with a short training."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demos.__main__ import demos, main
from demos.page import Page

ROOT = Path(__file__).parent.parent


def test_the_list_has_every_demo_with_its_first_line(capsys):
    assert main([]) == 0
    listed = capsys.readouterr().out
    assert {"lecture", "moons"} <= set(demos()) and "page" not in demos()
    for name, line in demos().items():
        assert line and re.search(rf"^  {name} +{re.escape(line)}$", listed, re.MULTILINE)


@pytest.mark.parametrize("arguments", [["mons"], ["page"], ["moons", "lecture"], ["../moons"]])
def test_an_unknown_name_lists_the_known_ones(arguments, capsys):
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert f"no demo {' '.join(arguments)!r}" in said and "lecture" in said


def test_without_matplotlib_one_line_says_what_to_do(tmp_path):
    block = ("import sys; sys.modules['matplotlib'] = None; sys.path.insert(0, sys.argv[1])\n"
             "from demos.__main__ import main; sys.exit(main(['moons']))")
    done = subprocess.run([sys.executable, "-c", block, str(ROOT)], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "pip install '.[demos]'" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name, pictures", [("lecture", ["figure1.png", "figure2.png", "figure3.png"]),
                                            ("moons", ["region.png", "training.png"])])
def test_a_demo_writes_its_pictures_and_an_offline_page(name, pictures, tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    demo = pytest.importorskip(f"demos.{name}")
    monkeypatch.setattr(demo, "EPOCHS", 4)
    if name == "moons":
        monkeypatch.setattr(demo, "SHOWN", (0, 1, 2, 3))
    demo.main(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*pictures, "index.html"])
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count("<img") == len(pictures) == page.count('src="data:image/png;base64,')
    assert not re.search(r"https?://|<script|<link", page)
    assert "index.html" in capsys.readouterr().out


def test_a_page_escapes_its_texts_and_embeds_its_pictures(tmp_path):
    page = Page("a < b")
    page.heading("<h>")
    page.table(["<x>"], [["&", 1]])
    page.figure('<?xml version="1.0"?><svg width="1"></svg>', 'a "caption"')
    page.write(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<title>a &lt; b</title>" in text and "<h2>&lt;h&gt;</h2>" in text and "<td>&amp;</td><td>1</td>" in text
    assert "<figure><svg" in text and "<?xml" not in text


def test_the_derivatives_of_figure_1_are_right():
    pytest.importorskip("matplotlib")
    import math

    import autograd
    from demos.lecture import value_and_derivative
    values, derivatives = value_and_derivative(autograd.sigmoid, [-1.0, 0.0, 2.0])
    for t, y, d in zip([-1.0, 0.0, 2.0], values, derivatives):
        assert y == pytest.approx(1 / (1 + math.exp(-t))) and d == pytest.approx(y * (1 - y))
    assert value_and_derivative(autograd.relu, [-1.0, 0.0, 2.0]) == ([0.0, 0.0, 2.0], [0.0, 0.0, 1.0])
