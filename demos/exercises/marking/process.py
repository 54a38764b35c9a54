"""The marker's end: a process for each file, questions to it, and an end to it when its time is over."""
from __future__ import annotations

import atexit
import contextlib
import math
import os
import pickle
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import autograd
from demos.exercises.marking.channel import from_json, receive, send
from demos.exercises.marking import clock as clocks
from demos.exercises.marking.clock import IDLE, PATIENCE, Clock

SECONDS = 8.0                           # for all questions to one file, as `Clock` counts
GRACE = 1.0                             # more, until a process is ended that does not stop by itself
ROOT = Path(autograd.__file__).parent.parent
FORKS = hasattr(os, "fork") and hasattr(socket, "send_fds")


class Nursery:
    """Starts a process for each file: a program that has imported everything splits them off."""

    def __init__(self) -> None:
        self.program: subprocess.Popen[bytes] | None = None
        self.control: Any = None

    @contextlib.contextmanager
    def process(self, path: Path, module: str, seconds: float = SECONDS, each: float = math.inf, end: float = math.inf,
                wall: float | None = None) -> Iterator[Process]:
        """A process with the file at path loaded; at the end it is gone, and all that it started.

        seconds   for all questions
        each      for one question
        end       when all has to be over, as `time.monotonic` counts
        wall      seconds on the wall for it, WALL unless said
        """
        wall = clocks.WALL if wall is None else wall
        with self._split() if FORKS else started() as (connection, pid):
            process = Process(connection, path, module, (seconds, each, min(end, time.monotonic() + wall)), Clock(pid))
            try:
                yield process
            finally:
                process.close()

    @contextlib.contextmanager
    def _split(self) -> Iterator[tuple[Any, int]]:
        connection, pid = self._split_off()
        try:
            yield connection, pid
        finally:
            connection.close()
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            try:
                self.control.settimeout(GRACE + 2)
                while receive(self.control) != b"done":
                    pass
            except (EOFError, OSError):
                self.close()                                    # the next one begins anew

    def _split_off(self) -> tuple[Any, int]:
        if self.program is None or self.program.poll() is not None:
            self._open()
        ours, theirs = socket.socketpair()
        with theirs:
            self.control.settimeout(60)
            socket.send_fds(self.control, [b"x"], [theirs.fileno()])
        return ours, int(receive(self.control))

    def _open(self) -> None:
        self.close()
        self.control, other = socket.socketpair()
        with other:
            self.program = subprocess.Popen(command("fork", str(other.fileno())), pass_fds=[other.fileno()], env=environment(),
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)

    def close(self) -> None:
        """End the program, if there is one."""
        if self.control is not None:
            self.control.close()
        if self.program is not None:
            self.program.kill()
            self.program.wait()
        self.program = self.control = None


@contextlib.contextmanager
def started() -> Iterator[tuple[Any, int]]:
    """A process of its own from the beginning, for systems without fork; it shows by a word that it is ours."""
    word = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="answer-", ignore_cleanup_errors=True) as own, \
            socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        program = subprocess.Popen(command("once", str(server.getsockname()[1]), word, own), env=environment(),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(60)
                if receive(connection) != word.encode():
                    raise ConnectionError("somebody else answered the marker")
                yield connection, program.pid
        finally:
            program.kill()
            program.wait()


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "demos.exercises.marking.worker", *arguments]


def environment() -> dict[str, str]:
    """Of the student's process: one thread for NumPy, for the marker has the other cores, and this very package."""
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "Agg",
            "PYTHONWARNINGS": "ignore"}


class Process:
    """A student's file in its own process: `loaded` is what loading it gave, and `ask` asks a question."""

    def __init__(self, connection: Any, path: Path, module: str, limits: tuple[float, float, float], clock: Clock) -> None:
        self.connection, self.file, self.clock = connection, path.name, clock
        seconds, each, self.end = limits
        self.own = Clock()                                      # of this thread: that it waits for a core is no fault of the answer
        self.seconds = seconds
        self.left = seconds + GRACE                             # of the time that the process may have
        self.spent = 0.0                                        # what it has had
        self.gone: dict[str, Any] = {}
        self.loaded = self._exchange(pickle.dumps({"path": str(path.absolute()), "module": module, "seconds": seconds, "each": each,
                                                   "source": path.read_bytes()}))

    def ask(self, probe: str, *arguments: Any) -> dict[str, Any]:
        """The answer to a question: {"is": ...} or {"raised": ...}."""
        return self._exchange(pickle.dumps((probe, arguments)))

    def hurry(self, seconds: float) -> None:
        """From here on there are only so many seconds for all questions."""
        self.ask("hurry", seconds)
        self.left = min(self.left, seconds + GRACE)

    def printed(self) -> str:
        """What the student's code has printed."""
        return str(self.ask("printed").get("is", ""))

    def _exchange(self, message: bytes) -> dict[str, Any]:
        if self.gone:
            return self.gone
        begun, at = self._now(), time.monotonic()
        try:
            self.connection.settimeout(max(self.left, GRACE))
            send(self.connection, message)
            self._wait(begun)
            return from_json(receive(self.connection, min(self.end, time.monotonic() + self.left) + GRACE / 2))
        except Sleeps:
            self.gone = {"raised": f"it computed nothing for {IDLE:g} s", "kind": "Sleeps", "line": None}
        except TimeoutError:
            self.gone = {"raised": "it did not end in time", "kind": "Hangs", "line": None}
            had, passed = self._now() - begun, time.monotonic() - at
            if had < 0.8 * passed:
                self.gone = {"raised": f"it did not end in the {had:.1f} of {passed:.1f} s that a busy machine gave it", "kind": "Busy", "line": None}
        except (EOFError, OSError):
            self.gone = {"raised": "Python itself was ended by this file", "kind": "Gone", "line": None}
        finally:
            had = self._now() - begun
            self.left, self.spent = self.left - had, self.spent + had
        return self.gone

    def _now(self) -> float:
        return self.clock.now() - self.own.without()

    def close(self) -> None:
        """Close both clocks."""
        self.clock.close()
        self.own.close()

    def _wait(self, begun: float) -> None:
        """Come back when an answer begins to arrive; TimeoutError where the process had its time and gave none."""
        last = min(time.monotonic() + PATIENCE * self.left, self.end)
        worked = self.clock.idle((0.0, -1.0))
        while not select.select([self.connection], [], [], 0.1)[0]:
            now, worked = time.monotonic(), self.clock.idle(worked)
            if now - worked[0] > IDLE:
                raise Sleeps
            if self._now() - begun > self.left or now > last:
                raise TimeoutError


class Sleeps(Exception):
    """A process computes nothing, and does not wait for a core either."""


NURSERY = Nursery()
atexit.register(NURSERY.close)
