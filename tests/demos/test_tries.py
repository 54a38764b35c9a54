"""What lessons propose to try: `python -m tests.demos.tries` does it; here, that it still fits the lessons."""
import re

import pytest

from demos.runner import HERE, ORDER, cells
from tests.demos.tries import TRIES

SOURCES = {name: (HERE / f"{name}.py").read_text(encoding="utf-8") for name in ORDER}
PROPOSED = {name: re.findall(r"^- (.+)", cells(source)[-1].text.partition("## To try")[2], re.MULTILINE) for name, source in SOURCES.items()}


@pytest.mark.parametrize("one", TRIES, ids=[f"{one.lesson}: {one.proposal}" for one in TRIES])
def test_a_proposal_is_in_its_lesson_and_so_is_what_it_changes(one):
    assert any(proposed.startswith(one.proposal) for proposed in PROPOSED[one.lesson])
    assert all(old in SOURCES[one.lesson] for old, _ in one.edits)
    assert one.until in SOURCES[one.lesson]


@pytest.mark.parametrize("name", [name for name in ORDER if name != "quiz"])
def test_a_lesson_has_proposals_that_are_done(name):
    assert sum(one.lesson == name for one in TRIES) >= 1
