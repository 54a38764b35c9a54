"""Pictures and pages as a projector shows them; more with `python -m tests.pictures.measure`."""
from __future__ import annotations

import pytest

from autograd.pictures.strip import Strip
from tests.pictures.measure import faults, in_slide, measure
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
    ("<g class='card'><rect class='box' x='10' y='10' width='40' height='40' fill='white'/>"
     "<text x='12' y='40' font-size='30'>longer than the card</text></g>", "overflow"),
])
def test_the_measure_finds_what_is_wrong(browser, tmp_path, inside, kind):
    file = tmp_path / "page.html"
    file.write_text(in_slide(f"<svg viewBox='0 0 1280 720' font-family='Arial'>{inside}</svg>", 1280, 720), encoding="utf-8")
    browser.open(file)
    assert {fault.kind for fault in faults(browser, "here", 16.0)} == {kind}


@pytest.mark.parametrize("inputs, names, columns", [
    # two leaves used by one, recorded in either order
    ([[], [], [0, 1]], ["x2", "x1", "y"], [["x1", "x2"], ["y"]]),
    ([[], [], [0, 1]], ["x1", "x2", "y"], [["x1", "x2"], ["y"]]),
    # two neurons, the second recorded first: z1 stands above z2, and each beside its inputs
    ([[], [], [0, 1], [0, 1], [2, 3]], ["x1", "x2", "z2", "z1", "y"], [["x1", "x2"], ["z1", "z2"], ["y"]]),
    # crossings count more than names
    ([[], [], [0], [1], [2, 3]], ["x1", "x2", "z2", "z1", "y"], [["x1", "x2"], ["z2", "z1"], ["y"]]),
])
def test_z1_stands_above_z2_where_that_costs_nothing(inputs, names, columns):
    strip = Strip(inputs, names)
    assert [[names[p] for p in column if p < len(names)] for column in strip.columns] == columns
