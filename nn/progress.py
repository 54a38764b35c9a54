"""A progress bar in the terminal, which never stops what it reports on."""
from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 30                      # characters between the brackets
PAUSE = 0.1                     # seconds between two drawings


class Bar:
    """A progress bar: `show(done, note)` redraws it, at most ten times a second.

    wanted  whether to draw it; None for only where the stream is a terminal
    stream  where to; stderr by default. A stream that is closed or broken ends the bar, nothing
            else
    """

    def __init__(self, total: int, wanted: bool | None = None,
                 stream: TextIO | None = None) -> None:
        self.total = total
        self.stream = sys.stderr if stream is None else stream      # None where there is no console
        self.start = time.monotonic()
        self.shown = 0.0                                            # when it was last drawn
        self.wanted = self._is_terminal() if wanted is None else wanted

    def show(self, done: int, note: str = "") -> None:
        """Draw the bar with `done` of `total` complete and a short note behind it."""
        if not self.wanted:
            return
        now = time.monotonic()
        if done < self.total and now - self.shown < PAUSE:
            return
        self.shown = now
        filled = WIDTH * done // self.total
        left = (now - self.start) / max(done, 1) * (self.total - done)
        bar = "#" * filled + "." * (WIDTH - filled)
        self._write(f"\r[{bar}] {done}/{self.total}  {left:.0f} s left  {note}\x1b[K")

    def close(self) -> None:
        """Leave the bar's line."""
        if self.wanted and self.shown:
            self._write("\n")

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
