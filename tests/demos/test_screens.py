"""Somebody does something in every screen of every lesson: a question, a page to play with, or things to try."""
import json
import os
from pathlib import Path

import pytest

from demos.runner import ORDER, run
from tests.browser import CHROMIUM, Browser

WIDTH, HEIGHT = 1920, 1080              # a projector's screen, in pixels
BUSY = """(() => {
    document.querySelectorAll(".later").forEach(hidden => hidden.classList.remove("later"));
    const places = [...document.querySelectorAll("form.question, figure.play")];
    const title = [...document.querySelectorAll("h2")].find(e => e.textContent === "To try");
    let list = title && title.nextElementSibling;
    while (list && list.tagName !== "UL") list = list.nextElementSibling;
    const busy = [...places, ...(list ? [list] : [])].map(e => {
        const box = e.getBoundingClientRect();
        return [box.top + scrollY, box.bottom + scrollY, e.textContent.slice(0, 60)];
    });
    return JSON.stringify([...busy, [document.documentElement.scrollHeight, 0, "the end"]]);
})()"""


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium to look with")
    b = Browser(WIDTH, HEIGHT)
    yield b
    b.close()


def page_of(name, folder):
    """The page of a lesson, computed in full: where `demos all` has just written it, DEMOS_PAGES says in which folder."""
    if "DEMOS_PAGES" in os.environ:
        return Path(os.environ["DEMOS_PAGES"]) / name / "index.html"
    return folder / run(name, course=ORDER).page


@pytest.mark.parametrize("name", ORDER)
def test_a_page_is_light_enough_to_hand_around(name, tmp_path, monkeypatch):
    """300 kB, with its plots and the pages that can be touched within it."""
    pytest.importorskip("matplotlib")
    pytest.importorskip("markdown_it")
    if "DEMOS_PAGES" not in os.environ:
        pytest.skip("DEMOS_PAGES does not say where the pages are")
    assert page_of(name, tmp_path).stat().st_size < 300_000


def idle(busy):
    """The stretches of a page without anything to do: how long each is, and what comes after it."""
    found, end = [], 0.0
    for top, bottom, what in sorted(busy):
        found.append((round(top - end), what))
        end = max(end, bottom)
    return found


def test_a_stretch_is_measured_from_the_end_of_one_thing_to_do_to_the_next():
    assert idle([[500, 700, "b"], [100, 300, "a"], [1000, 0, "end"]]) == [(100, "a"), (200, "b"), (300, "end")]


@pytest.mark.parametrize("name", ORDER)
def test_there_is_something_to_do_in_every_screen(name, browser, tmp_path, monkeypatch):
    """On the page as students see it, computed in full, with everything shown."""
    pytest.importorskip("matplotlib")
    pytest.importorskip("markdown_it")
    monkeypatch.chdir(tmp_path)
    browser.open(page_of(name, tmp_path))
    assert [stretch for stretch in idle(json.loads(browser.run(BUSY))) if stretch[0] > HEIGHT] == []
