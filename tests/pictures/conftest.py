"""A browser for the tests of pages, and a mark for those of Graphviz: they are skipped where there is none."""
from __future__ import annotations

import pytest

from autograd.pictures import program
from tests.browser import CHROMIUM, Browser


def draws() -> bool:
    """Whether a program lays out pictures here: dot, or the wheel graphviz-pure."""
    try:
        return bool(program.find_dot())
    except program.PictureError:
        return False


needs_dot = pytest.mark.skipif(not draws(), reason="neither the program dot nor the wheel graphviz-pure")


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium on PATH")
    try:
        found = Browser()
    except (OSError, RuntimeError, TimeoutError) as error:
        pytest.skip(f"Chromium does not start here: {error}")
    yield found
    found.close()
