"""The time that an answer has had: seconds on the wall, less those in which it stood ready and other programs had the cores.

So a right answer is not stopped because a machine is busy, and one that sleeps is. Linux counts the waiting (`schedstat`); elsewhere
all time counts.
"""
from __future__ import annotations

import os
import time
from contextlib import suppress

PATIENCE = 6.0                          # times as long on the wall as an answer may have, at most


class Clock:
    """Reads the time that a process has had. Open it before the process may not open files any more.

    >>> clock = Clock()
    >>> begun = clock.now()
    >>> clock.now() >= begun
    True
    """

    def __init__(self, pid: int | None = None) -> None:
        self.file, self.waited = -1, 0.0
        with suppress(OSError):
            self.file = os.open(f"/proc/{pid or os.getpid()}/schedstat", os.O_RDONLY)

    def now(self) -> float:
        """Seconds from some beginning on; those without a core are left out."""
        if self.file >= 0:
            with suppress(OSError, ValueError, IndexError):     # the process is gone, or its code closed the file
                self.waited = max(self.waited, int(os.pread(self.file, 80, 0).split()[1]) / 1e9)
        return time.monotonic() - self.waited

    def close(self) -> None:
        if self.file >= 0:
            with suppress(OSError):
                os.close(self.file)
        self.file = -1
