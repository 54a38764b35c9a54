"""The time that an answer has had: seconds on the wall, less those in which it stood ready and other programs had the cores.

So a right answer is not stopped because a machine is busy, and one that sleeps is. Linux counts the waiting (`schedstat`); elsewhere
all time counts.
"""
from __future__ import annotations

import os
import threading
import time
from contextlib import suppress

PATIENCE = 6.0                          # times as long on the wall as an answer may have, at most


class Clock:
    """Reads the time that a process has had, or this thread. Open it before the process may not open files any more.

    >>> clock = Clock()
    >>> begun = clock.now()
    >>> clock.now() >= begun
    True
    """

    def __init__(self, pid: int | None = None) -> None:
        self.file, self.waited = -1, 0.0
        with suppress(OSError):
            self.file = os.open(f"/proc/{pid}/schedstat" if pid else f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)

    def now(self) -> float:
        """Seconds from some beginning on; those without a core are left out."""
        return time.monotonic() - self.without()

    def without(self) -> float:
        """Seconds in which it stood ready without a core."""
        if self.file >= 0:
            with suppress(OSError, ValueError, IndexError):     # the process is gone, or its code closed the file
                self.waited = max(self.waited, int(os.pread(self.file, 80, 0).split()[1]) / 1e9)
        return self.waited

    def close(self) -> None:
        if self.file >= 0:
            with suppress(OSError):
                os.close(self.file)
        self.file = -1
