"""What a student's process may not do, and how much it may use.

1. It reads Python's own files, packages, the engine, and the student's folder. It does not read exercises, solutions,
   or the folder of anybody else, and writes nothing outside a throwaway folder of its own.
2. It starts no process, sends no signal, opens no connection, loads no foreign library.
3. Time, memory and the size of files have limits, by the operating system where it has them (`resource`).

Where the student's own code breaks a rule, that raises `Forbidden`, which is not an Exception, so that no `except Exception` hides
it, and is noted besides. Where a package does (a cache that it likes to write), it gets a PermissionError, which packages expect.
"""
from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import autograd

try:
    import resource
except ModuleNotFoundError:                                             # Windows, a browser
    resource = None                                                     # type: ignore[assignment]

MEMORY = 1 << 30                        # bytes beyond what Python and NumPy have already
CPU = 12                                # seconds of processor time
FILE = 4 << 20                          # bytes of one file

NEVER = {                               # by the beginning of an audit event: what it is in words
    "os.fork": "starts another process", "os.forkpty": "starts another process", "os.system": "runs another program",
    "os.exec": "runs another program", "os.posix_spawn": "runs another program", "os.spawn": "runs another program",
    "os.startfile": "runs another program", "subprocess": "runs another program", "pty.": "starts another process",
    "os.kill": "sends a signal", "os.killpg": "sends a signal", "signal.pthread_kill": "sends a signal",
    "socket.": "opens a connection", "urllib.": "opens a connection", "ftplib": "opens a connection",
    "ctypes.": "reaches below Python", "code.__new__": "makes code by hand", "webbrowser": "opens a browser",
    "os.chmod": "changes files", "os.chown": "changes files", "os.link": "changes files", "os.symlink": "changes files"}
NOT_BY_STUDENTS = {                     # and a package may
    "gc.get": "looks through the memory of Python", "sys.setprofile": "spoils the check", "sys.settrace": "spoils the check"}
WRITES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "shutil.", "os.utime")


class Forbidden(BaseException):
    """What a student's code did and an answer may not do."""


RULES = [*NEVER.items(), *NOT_BY_STUDENTS.items()]


def limit() -> None:
    """Set the limits of this process, where the operating system has them."""
    if resource is None:
        return
    used = 0
    with suppress(OSError):
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, most in (("RLIMIT_AS", used + MEMORY), ("RLIMIT_CPU", CPU), ("RLIMIT_FSIZE", FILE), ("RLIMIT_CORE", 0)):
        with suppress(OSError, ValueError):
            number = getattr(resource, what)
            hard = resource.getrlimit(number)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(number, (most, most))


def readable(folder: Path) -> tuple[str, ...]:
    """The folders that an answer in that folder may read: Python, its packages, the engine, and its own."""
    ours = Path(autograd.__file__).parent
    places = [sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), ours, ours.parent / "nn", folder,
              *(p for p in sys.path if p.endswith(("site-packages", "dist-packages"))), "/usr", "/lib", "/etc", "/dev",
              "/proc", "/sys"]
    return tuple(sorted({os.path.realpath(place) + os.sep for place in places}))


def install(folder: Path, own: str, notes: list[str]) -> None:
    """From here on this process keeps to the rules; the student's folder may be read, the folder `own` be written.

    What the student's code does against them is added to the notes.
    """
    theirs, may = os.path.realpath(folder) + os.sep, rule(folder, own)

    def refuse(said: str) -> None:
        if not by_student(theirs):
            raise PermissionError(f"not while an answer is checked: {said}")
        notes.append(said)
        raise Forbidden(said)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            write = isinstance(mode, str) and bool({*"wxa+"} & {*mode}) or bool((flags or 0) & (os.O_WRONLY | os.O_RDWR))
            if not may(path, write):
                refuse(f"it {'writes' if write else 'reads'} the file {os.path.basename(os.fsdecode(path))}")
        elif event.startswith(WRITES):
            if not all(may(path, True) for path in arguments[:1]):
                refuse("it changes files")
        else:
            said = next((said for name, said in RULES if event.startswith(name)), "")
            if said and (event not in NOT_BY_STUDENTS and not event.startswith("gc.get") or by_student(theirs)):
                refuse(f"it {said}")
    sys.addaudithook(watch)


def rule(folder: Path, own: str) -> Callable[[Any, bool], bool]:
    """may(path, write): whether an answer in the folder may open the file at path, to read or to write it."""
    allowed, here = readable(folder), os.path.realpath(Path(__file__).parent.parent) + os.sep
    theirs, mine = os.path.realpath(folder) + os.sep, os.path.realpath(own) + os.sep

    def may(path: Any, write: bool) -> bool:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return True                                                 # a file that is open already
        full = os.path.realpath(os.fsdecode(path))
        if full.startswith(mine) or full == os.devnull:
            return True
        inside = (full + os.sep).startswith(allowed)
        ours = full.startswith(here) and not full.startswith(theirs)
        solution = f"{os.sep}solutions{os.sep}" in full and f"{os.sep}exercises{os.sep}" in full
        return inside and not write and not ours and not solution
    return may


STANDARD = tuple({os.path.realpath(sysconfig.get_path(name)) + os.sep for name in ("stdlib", "platstdlib")})


def by_student(folder: str) -> bool:
    """Whether the code that is running, the standard library apart, stands in that folder."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        standard = file.startswith(("<frozen", __file__)) or file.startswith(STANDARD) and "site-packages" not in file
        if not standard:
            return os.path.realpath(file).startswith(folder)
        frame = frame.f_back
    return False
