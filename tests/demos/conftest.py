"""Every lesson is run once, with small settings, for all tests that ask for it."""
from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run beside others: a verdict may take longer on the wall."""
    monkeypatch.setattr("demos.exercises.marking.clock.WALL", 30.0)


class Small(NamedTuple):
    """A lesson that ran with small settings: what `runner.run` gave, what it printed, and the folder it ran in."""
    ran: Any
    printed: str
    folder: Path

    @property
    def names(self) -> dict[str, Any]:
        """What its cells defined, by name."""
        return self.ran.names

    @property
    def page(self) -> str:
        return (self.folder / self.ran.page).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Small]:
    """lesson("derivative") is that lesson, run with small settings in a folder of its own."""
    pytest.importorskip("matplotlib")
    pytest.importorskip("markdown_it")
    from demos.runner import run
    done: dict[str, Small] = {}

    def lesson(name: str) -> Small:
        if name not in done:
            folder, before = tmp_path_factory.mktemp(name), Path.cwd()
            os.chdir(folder)
            try:
                with contextlib.redirect_stdout(io.StringIO()) as printed:
                    done[name] = Small(run(name, small=True), printed.getvalue(), folder)
            finally:
                os.chdir(before)
        return done[name]
    return lesson
