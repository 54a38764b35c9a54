"""A browser for the tests of pages; they are skipped where none starts."""
from tests.pictures.conftest import browser

__all__ = ["browser"]
