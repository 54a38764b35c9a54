"""The program of a student's process: python -m demos.exercises.marking.worker FD.

It imports what an answer needs once, and then splits off a process for each file (`fork`), which takes a hundredth of a second.
Where there is no fork it serves one file and ends. It never imports a checker or a solution.
"""
from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib
import os
import pickle
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from demos.exercises import probes
from demos.exercises.marking import guard
from demos.exercises.marking.channel import as_json, receive, send
from demos.exercises.marking.clock import Clock
from demos.exercises.marking.desk import Desk, within
from demos.exercises.marking.screen import passing
from demos.exercises.marking.watch import watch

for name in ("numpy", "autograd.derivatives.check", "autograd.derivatives.check_engine"):
    importlib.import_module(name)
probes.load()

SUBREAPER = 36                          # of prctl: orphans become our children, so that none outlives its file


def serve(connection: Any, own: str) -> None:
    """Load the file that the first message names, then answer one question after another until the other end is gone."""
    job = pickle.loads(receive(connection))
    path, left, each = Path(job["path"]), float(job["seconds"]), job["each"]
    desk = Desk.of_file(path, job["module"])
    os.chdir(own)
    sys.path.insert(0, str(path.parent))
    watch(desk)
    sys.unraisablehook = lambda *_: None                        # it would read our files to print their lines
    clock = Clock()
    guard.limit()
    guard.install(path.parent, own, desk.notes)

    def answer(most: float, function: Any) -> None:
        """Send what function() gives, and take the time that it had from what is left."""
        nonlocal left
        begun = clock.now()
        found = timed(desk, min(left, most), clock, function)
        left -= clock.now() - begun
        send(connection, as_json(found))
    answer(left, lambda: desk.load(job["source"]))
    while True:
        probe, arguments = pickle.loads(receive(connection))
        if probe == "printed":
            send(connection, as_json({"is": desk.printed.text()}))
        elif probe == "hurry":                                  # a part is wrong: those that follow have less time
            left = min(left, arguments[0])
            send(connection, as_json({"is": None}))
        elif probe == "again":                                  # another file in its place
            desk.clear()
            answer(each, functools.partial(desk.load, arguments[0].encode()))
        elif probe == "screen":                                 # many others, one after another, and one question to each
            begun = clock.now()
            send(connection, as_json(screened(desk, each, clock, *arguments)))
            left -= clock.now() - begun
        else:
            answer(each, functools.partial(desk.answer, probes.find(probe), arguments))


def screened(desk: Desk, each: float, clock: Clock, sources: list[str], probe: str, arguments: tuple[Any, ...],
             right: Any, first: bool) -> dict[str, Any]:
    """Which of the sources give the right answer to a question, how many were tried, and whether the last took too long."""
    def load(source: bytes) -> dict[str, Any]:
        desk.clear()
        return timed(desk, each, clock, functools.partial(desk.load, source))

    def asked() -> dict[str, Any]:
        return timed(desk, each, clock, functools.partial(desk.answer, probes.find(probe), arguments))
    return {"is": passing(sources, load, asked, right, first)}


def timed(desk: Desk, seconds: float, clock: Clock, function: Any) -> dict[str, Any]:
    """The answer function() gives in that time, else one that says so."""
    try:
        with within(max(seconds, 0.05), clock):
            found: dict[str, Any] = function()
            return found
    except BaseException as error:                              # the signal came between two lines of ours
        return desk.raised(error)


def child(connection: Any, own: str) -> None:
    """Serve one file in this process, and end it without anything that a student's code may have left to be done at the end."""
    with contextlib.suppress(OSError):
        os.setsid()
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    try:
        serve(connection, own)
    except BaseException:                                       # the other end is gone, or a signal came late
        pass
    finally:
        os._exit(0)


def split_off(connection: Any, control: Any) -> None:
    """A process for one file; comes back when it has ended, and all that it started."""
    own = tempfile.mkdtemp(prefix="answer-")
    pid = os.fork()
    if pid == 0:
        control.close()
        child(connection, own)
    connection.close()
    send(control, str(pid).encode())
    os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    bury_orphans()
    shutil.rmtree(own, ignore_errors=True)
    send(control, b"done")


def bury_orphans() -> None:
    """End whatever processes the student's code has left running."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            return
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError, ValueError):
                if int(stat.read_text().rpartition(")")[2].split()[1]) == os.getpid():
                    os.kill(int(stat.parent.name), signal.SIGKILL)
        time.sleep(0.01)


def main(control: Any) -> None:
    """Split off a process for each connection that comes, until the marker is gone."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    while True:
        message, found, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        split_off(socket.socket(fileno=found[0]), control)


if __name__ == "__main__":
    if sys.argv[1] == "fork":
        main(socket.socket(fileno=int(sys.argv[2])))
    else:                                                       # one file, over a connection to this port
        with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as connection:
            send(connection, sys.argv[3].encode())
            child(connection, sys.argv[4])
