"""Pictures and pages as a projector shows them; more with `python -m tests.pictures.measure`."""
from __future__ import annotations

import re

import pytest

import autograd
from autograd import Value
from autograd.pictures import style
from autograd.pictures.strip import Strip
from tests.pictures.measure import faults, in_slide, measure, measure_student, small
from tests.pictures.students import student
from tests.pictures.test_play import needs_browser


@needs_browser
@pytest.mark.parametrize("seed", [6101, 6105, 6110, 6114, 6137, 5106, 5116])
def test_text_is_large_and_dark_enough_and_overlaps_nothing(browser, tmp_path, seed):
    try:
        assert list(measure(browser, seed, tmp_path)) == []
    finally:
        browser.size(1280, 720)


@needs_browser
@pytest.mark.parametrize("inside, kind", [
    ("<text x='10' y='40' font-size='12'>small</text>", "small"),
    ("<text x='10' y='40' font-size='30' fill='#999'>pale</text>", "contrast"),
    ("<text x='10' y='40' font-size='30'>one</text><text x='20' y='45' font-size='30'>two</text>", "overlap"),
    ("<text x='1250' y='40' font-size='30'>beyond the edge</text>", "cut"),
    ("<g class='card'><rect class='box' x='10' y='10' width='40' height='40' fill='white'/>"
     "<text x='12' y='40' font-size='30'>longer than the card</text></g>", "overflow"),
])
def test_the_measure_finds_what_is_wrong(browser, tmp_path, inside, kind):
    browser.open(in_page(tmp_path, in_slide(f"<svg viewBox='0 0 1280 720' font-family='Arial'>{inside}</svg>", 1280, 720)))
    assert {fault.kind for fault in faults(browser, "here", 16.0)} == {kind}


@needs_browser
@pytest.mark.parametrize("seed", [44, 45, 53, 59])
def test_no_title_leaves_its_card_in_a_wide_font(browser, tmp_path, seed):
    """Where Arial and fonts like it are missing, as in LibreOffice on a bare machine."""
    svg = autograd.draw(student(seed)[0]).svg()
    assert style.FONTS in svg
    browser.open(in_page(tmp_path, in_slide(svg.replace(style.FONTS, "DejaVu Sans, Verdana"), 1280, 720)))
    assert list(faults(browser, str(seed), 16.0)) == []


@needs_browser
@pytest.mark.parametrize("seed", [1042, 3007])
def test_every_state_of_an_expression_of_a_student_reads_from_the_last_row(browser, tmp_path, seed):
    try:
        assert list(measure_student(browser, seed, tmp_path)) == []
    finally:
        browser.size(1280, 720)


def in_page(folder, text):
    """The file of a page."""
    (folder / "page.html").write_text(text, encoding="utf-8")
    return folder / "page.html"


@pytest.mark.parametrize("inputs, names, columns", [
    # two leaves used by one, recorded in either order
    ([[], [], [0, 1]], ["x2", "x1", "y"], [["x1", "x2"], ["y"]]),
    ([[], [], [0, 1]], ["x1", "x2", "y"], [["x1", "x2"], ["y"]]),
    # two neurons, the second recorded first: z1 stands above z2, and each beside its inputs
    ([[], [], [0, 1], [0, 1], [2, 3]], ["x1", "x2", "z2", "z1", "y"], [["x1", "x2"], ["z1", "z2"], ["y"]]),
    # also where lines cross
    ([[], [], [0], [1], [2, 3]], ["x1", "x2", "z2", "z1", "y"], [["x1", "x2"], ["z1", "z2"], ["y"]]),
    # the rest is sorted by what stands before it
    ([[], [], [0], [1], [2], [3], [4, 5]], ["z2", "z1", "a", "b", "c", "d", "y"],
     [["z1", "z2"], ["b", "a"], ["d", "c"], ["y"]]),
])
def test_z1_stands_above_z2(inputs, names, columns):
    strip = Strip(inputs, names)
    assert [[names[p] for p in column if p < len(names)] for column in strip.columns] == columns


def of_many_inputs(count: int):
    w, x = ([Value(0.1 * i, label=f"{name}{i}") for i in range(count // 2)] for name in "wx")
    return autograd.dot(w, x)


def slide_text(picture) -> float:
    """How high the text of a picture is on a slide, in pixels."""
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture.svg()).groups())
    return style.TITLE_TEXT * min(1920 / width, 1080 / height)


@pytest.mark.parametrize("make", [
    lambda: of_many_inputs(16), lambda: of_many_inputs(18),
    lambda: autograd.sum([Value(i * 0.5, label=f"x{i}") for i in range(19)]),
    *[lambda seed=seed: small(seed)[0] for seed in (5160, 5178, 5016, 5057, 5212, 5067)],
])
def test_a_crowded_picture_of_20_values_reads_from_the_last_row(make):
    """Leaves in several columns, short titles, cards close together: 15 to 21 pixels without."""
    assert slide_text(autograd.draw(make())) >= 24
