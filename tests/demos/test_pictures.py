"""The lesson of all pictures: its files, its links, and the README's images, which are those it draws."""
from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import autograd
import demos
from autograd.pictures.program import HOW_TO_GET_DOT, PictureError, find_dot

IMAGES = Path(demos.__file__).parent / "images"


@pytest.fixture
def gallery(lesson):
    try:
        find_dot()
    except PictureError as error:
        pytest.skip(str(error))
    return lesson("pictures")


def number_of_values(samples):
    """The Values of micrograd's loss, counted by hand.

    A neuron of n inputs is n products and n sums, a hidden one has a ReLU as well; a sample adds 2 inputs, the 3 Values of its
    hinge loss, and a place in the sum. Beside the samples: the parameters, their squares and the sum of these; two factors;
    the last sum.
    """
    sample = 2 + 16 * (2 * 2 + 1) + 16 * (2 * 16 + 1) + 2 * 16 + 3 + 1
    parameters = 16 * (2 + 1) + 16 * (16 + 1) + (16 + 1)
    return samples * sample + 3 * parameters + 2 + 1


def test_every_picture_is_on_the_page_and_in_three_files(gallery):
    drawn, out = gallery.names["drawn"], gallery.folder / "out" / "pictures"
    assert {path.stem for path in IMAGES.glob("*.svg")} < set(drawn)
    assert [shown.path.stem for shown in gallery.ran.shown] == list(drawn)
    assert gallery.page.count("<img") == len(drawn)
    for name, picture in drawn.items():
        assert (out / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
        assert (out / f"{name}.dot").read_text(encoding="utf-8") == picture.source
        ET.parse(out / f"{name}.svg")


def test_links_lead_to_files(gallery):
    links = re.findall(r'href="([^"]+)"', gallery.page)
    links = [link for link in links if not link.startswith("#")]
    assert set(links) == {"play-readme.html"} and "<iframe srcdoc=" in gallery.page
    assert all((gallery.folder / "out" / "pictures" / link).exists() for link in links)


def test_the_loss_is_folded_to_neurons_and_to_kinds_of_operations(gallery):
    samples, drawn = gallery.names["SAMPLES"], gallery.names["drawn"]
    values = f"{number_of_values(samples):,} Values collapsed to"
    assert drawn["loss"].note.startswith(f"{values} neurons, {samples} samples in one")
    assert drawn["loss-layers"].note.startswith(f"{values} layers, {samples} samples in one")
    assert drawn["loss-unlabelled"].note.startswith(f"{values} operations")


def test_numbers_are_those_of_micrograds_readme(gallery):
    g, o, labelled = (gallery.names[name] for name in ("g", "o", "labelled"))
    assert g.data == pytest.approx(24.70408163265306, abs=1e-12)
    assert [labelled(g, name).grad for name in "ab"] == pytest.approx([138.83381924198252, 645.5772594752186], rel=1e-12)
    assert [labelled(o, name).grad for name in ("x1", "w1", "x2", "w2")] == pytest.approx([-1.5, 1.0, 0.5, 0.0], abs=1e-12)
    assert "So do/dx1 = -1.5. This is x1.grad." in gallery.printed and "So dg/da = 138.8338." in gallery.printed


@pytest.mark.parametrize("file", sorted(IMAGES.glob("*.svg")), ids=lambda path: path.stem)
def test_the_readmes_images_are_those_of_the_lesson(file, lesson):
    """The numbers and titles on the images in the repository are those that the lesson draws today, in full size."""
    names = lesson("pictures").names
    picture = names["drawn"][file.stem]
    if file.stem == "loss-layers":
        picture = autograd.draw(names["moons_loss"](100), level="layer")
        assert picture.note.startswith(f"{number_of_values(100):,} Values collapsed to layers, 100 samples in one")
    shown = {"".join(t.itertext()) for t in ET.parse(file).iter("{http://www.w3.org/2000/svg}title")}
    assert picture.words and set(picture.words.values()) <= shown


def test_the_images_are_small():
    assert sum(path.stat().st_size for path in IMAGES.iterdir()) < 800_000


def test_without_dot_one_line_says_what_to_install(gallery, monkeypatch, capsys):
    def none():
        raise PictureError(HOW_TO_GET_DOT)
    monkeypatch.chdir(gallery.folder)
    monkeypatch.setattr("autograd.pictures.program.find_dot", none)
    drawn = gallery.names["drawn"]
    try:
        assert gallery.names["show"](drawn["loss-opened"], "undrawn", "not to be seen") is None
    finally:
        drawn.pop("undrawn")
    assert capsys.readouterr().out == HOW_TO_GET_DOT + "\n"
    assert [path.name for path in (gallery.folder / "out" / "pictures").glob("undrawn.*")] == ["undrawn.dot"]
