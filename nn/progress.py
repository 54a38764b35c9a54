"""A progress bar in the terminal or in a notebook, which never stops what it reports on."""
from __future__ import annotations

import sys
import time
from html import escape
from typing import Any, TextIO

WIDTH = 30                      # characters between the brackets
PAUSE = 0.1                     # seconds between two drawings


class Bar:
    """A progress bar: `show(done, note)` redraws it, at most ten times a second.

    wanted  whether to draw it; None for only where the stream is a terminal, or in a notebook
    stream  where to; stderr by default. A stream that is closed or broken ends the bar, nothing
            else
    """

    def __init__(self, total: int, wanted: bool | None = None,
                 stream: TextIO | None = None) -> None:
        self.total = total
        self.stream = sys.stderr if stream is None else stream      # None where there is no console
        self.start = time.monotonic()
        self.shown = 0.0                                            # when it was last drawn
        self.display: Any = None if stream else notebook()          # what shows HTML there
        self.handle: Any = None                                     # the bar that it shows
        self.wanted = bool(self.display) or self._is_terminal() if wanted is None else wanted

    def show(self, done: int, note: str = "") -> None:
        """Draw the bar with `done` of `total` complete and a short note behind it."""
        if not self.wanted:
            return
        now = time.monotonic()
        if done < self.total and now - self.shown < PAUSE:
            return
        self.shown = now
        left = (now - self.start) / max(done, 1) * (self.total - done)
        if self.display is not None:
            self._display(done, f"{done}/{self.total}  {left:.0f} s left  {note}")
            return
        filled = WIDTH * done // self.total
        bar = "#" * filled + "." * (WIDTH - filled)
        self._write(f"\r[{bar}] {done}/{self.total}  {left:.0f} s left  {note}\x1b[K")

    def close(self) -> None:
        """Leave the bar's line."""
        if self.wanted and self.shown and self.display is None:
            self._write("\n")

    def _display(self, done: int, note: str) -> None:
        """Show the bar in a notebook, in the place where it was."""
        bar = f'<progress max="{self.total}" value="{done}"></progress> {escape(note)}'
        bundle = {"text/html": bar, "text/plain": note}
        try:
            if self.handle is None:
                self.handle = self.display(bundle, raw=True, display_id=True)
            else:
                self.handle.update(bundle, raw=True)
        except Exception:                                           # whatever a front end raises
            self.wanted = False

    def _is_terminal(self) -> bool:
        try:
            return self.stream.isatty()
        except (AttributeError, ValueError, OSError):               # no stream, or a closed one
            return False

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except (AttributeError, ValueError, OSError):
            self.wanted = False


def notebook() -> Any:
    """What shows HTML in the notebook that this runs in; None elsewhere."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):               # a terminal, or no IPython
        return None
    from IPython.display import display
    return display
