"""The demo of all pictures: it writes what the README shows."""
from __future__ import annotations

import pathlib
import re
import shutil
import xml.etree.ElementTree as ET

import pytest

from demos import pictures

IMAGES = pathlib.Path(pictures.__file__).parent / "images"


@pytest.mark.skipif(shutil.which("dot") is None, reason="no program dot on PATH")
def test_the_gallery_has_every_picture_and_page(tmp_path, capsys):
    pictures.main(tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for name in pictures.CAPTIONS:
        assert (tmp_path / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
        ET.parse(tmp_path / f"{name}.svg")
        assert f"{name}.svg" in page
    assert page.count("<svg") == len(pictures.CAPTIONS) and "This is x1.grad after" in page
    assert all((tmp_path / name).exists() for name in re.findall(r'href="([\w-]+\.html)"', page))
    assert "65,614 Values collapsed to neurons, 100 samples in one" in capsys.readouterr().out


@pytest.mark.parametrize("file", sorted(IMAGES.glob("*.svg")), ids=lambda path: path.stem)
def test_the_readmes_images_are_those_of_the_demo(file, tmp_path):
    """The numbers and titles on the images in the repository are those that the demo draws today."""
    shown = {"".join(t.itertext()) for t in ET.parse(file).iter("{http://www.w3.org/2000/svg}title")}
    picture = pictures.pictures()[file.stem]()
    assert picture.words and set(picture.words.values()) <= shown


def test_the_images_are_small():
    assert sum(path.stat().st_size for path in IMAGES.iterdir()) < 300_000
