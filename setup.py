"""What setup.cfg cannot say: the README as it is shown where there is no repository.

Its links into the repository would lead nowhere there, on an index of packages for one: their words
stand without them, and pictures are left out.
"""
import re
from pathlib import Path

from setuptools import setup

HERE = Path(__file__).resolve().parent
LINK = re.compile(r"(!?)\[([^\]\[]*)\]\(([^)\s#:]+)(?:#[^)\s]*)?\)")


def words(link: re.Match[str]) -> str:
    """A link without its target, where that is a file of the repository; all else as it is."""
    picture, text, target = link.groups()
    if not (HERE / target).exists():
        return link.group()
    return "" if picture else text


setup(long_description=LINK.sub(words, (HERE / "README.md").read_text(encoding="utf-8")))
