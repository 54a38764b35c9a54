"""A browser for the tests of pages; they are skipped where none starts."""
from __future__ import annotations

import pytest

from tests.browser import CHROMIUM, Browser


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
