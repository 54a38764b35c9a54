"""Leaves that are dragged, with every kind of operation behind them; more with `python -m tests.pictures.dragging`."""
from __future__ import annotations

import pytest

from tests.pictures.dragging import differences
from tests.pictures.test_play import needs_browser


@needs_browser
@pytest.mark.parametrize("seed", [103, 117, 1004, 1050])
def test_where_select_max_powers_and_a_row_of_ones_own_follow_a_leaf(browser, tmp_path, seed):
    assert list(differences(browser, seed, tmp_path / "page.html", points=1)) == []
