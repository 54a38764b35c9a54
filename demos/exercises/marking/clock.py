"""The time that an answer has had: seconds on the wall, less those in which it stood ready and other programs had the cores.

So a right answer is not stopped because a machine is busy, and one that sleeps is. Linux counts the waiting (`schedstat`); elsewhere
all time counts. What all threads of a process have computed counts in any case: they may wait for each other, too.

Patience ends: a verdict is there within WALL seconds on the wall, however busy the machine is, and one that computes nothing for
IDLE seconds waits for something that will not come.
"""
from __future__ import annotations

import os
import threading
import time
from contextlib import suppress

PATIENCE = 3.0                          # times as long on the wall as an answer may have, at most
WALL = 8.5                              # seconds on the wall for a verdict, the search for its cause included
IDLE = 3.0                              # seconds without computing, after which a process is ended


class Clock:
    """Reads the time that a process has had, or this thread. Open it before the process may not open files any more.

    >>> clock = Clock()
    >>> begun = clock.now()
    >>> clock.now() >= begun
    True
    """

    def __init__(self, pid: int | None = None) -> None:
        self.file, self.waited = -1, 0.0
        self.process, self.begun, self.computed = -1, time.monotonic(), 0.0
        self.earlier = 0.0
        with suppress(OSError):
            self.file = os.open(f"/proc/{pid}/schedstat" if pid else f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
            self.process = os.open(f"/proc/{pid}/stat", os.O_RDONLY) if pid else -1
            self.earlier = self.of_all_threads()

    def now(self) -> float:
        """Seconds since the clock was opened; those without a core are left out."""
        return max(time.monotonic() - self.begun - self.without(), self.of_all_threads() - self.earlier)

    def idle(self, since: tuple[float, float]) -> tuple[float, float]:
        """(when, work): the last moment at which it was seen to compute or to wait for a core, and what it had done by then.

        since   what came the last time
        """
        done = self.without() + self.of_all_threads()
        return since if self.process >= 0 and done < since[1] + 0.02 else (time.monotonic(), done)

    def without(self) -> float:
        """Seconds in which it stood ready without a core."""
        if self.file >= 0:
            with suppress(OSError, ValueError, IndexError):     # the process is gone, or its code closed the file
                self.waited = max(self.waited, int(os.pread(self.file, 80, 0).split()[1]) / 1e9)
        return self.waited

    def of_all_threads(self) -> float:
        """Seconds that the threads of another process have computed, together; 0 where that is not known."""
        if self.process >= 0:
            with suppress(OSError, ValueError, IndexError):
                user, system = os.pread(self.process, 1000, 0).rpartition(b")")[2].split()[11:13]
                self.computed = max(self.computed, (int(user) + int(system)) / os.sysconf("SC_CLK_TCK"))
        return self.computed

    def close(self) -> None:
        for file in (self.file, self.process):
            if file >= 0:
                with suppress(OSError):
                    os.close(file)
        self.file = self.process = -1
