"""What an index of packages shows: the README whose links lead somewhere."""
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def shown(monkeypatch):
    setuptools = pytest.importorskip("setuptools")
    given = {}
    monkeypatch.setattr(setuptools, "setup", lambda **named: given.update(named))
    runpy.run_path(str(ROOT / "setup.py"))
    return given["long_description"]


def targets(text):
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if (ROOT / target.partition("#")[0]).exists() and target[0] != "#"]


def test_no_link_of_the_readme_leads_into_the_repository(shown):
    assert len(targets(README)) > 30 and targets(shown) == []


def test_the_words_of_the_readme_are_all_there(shown):
    def letters(text):
        return re.findall(r"\w+", re.sub(r"!\[[^\]]*\]\([^)\s]+\)|\]\([^)\s]+\)", "", text))
    assert letters(shown) == letters(README)


def test_code_and_links_to_elsewhere_stay(shown):
    fences = r"```.*?```"
    assert re.findall(fences, shown, re.DOTALL) == re.findall(fences, README, re.DOTALL)
    assert re.findall(r"https?://\S+", shown) == re.findall(r"https?://\S+", README)
