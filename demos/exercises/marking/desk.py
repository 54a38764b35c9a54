"""Where a student's code stands, in a process of its own or in a notebook, and its functions are asked by name.

1. Whatever a student's code raises becomes an answer that says what it was, and at which line.
2. What a student's code gives is data before it leaves here (`encode`), and what it is given are copies.
3. What it prints is kept, up to a limit; the streams themselves stay out of its reach.
"""
from __future__ import annotations

import contextlib
import io
import signal
import sys
import threading
import time
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from demos.exercises.marking.channel import encode
from demos.exercises.marking.clock import PATIENCE, Clock
from demos.exercises.marking.guard import Forbidden

PRINTED = 20_000                        # letters that are kept of what is printed


class TimeUp(BaseException):
    """The time for an answer is over."""


class Missing(Exception):
    """There is no such function in the student's file."""


class Kept(io.TextIOBase):
    """Keeps the first letters of what is printed, and lets nobody close it."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.count = self.lines = 0

    def write(self, text: str) -> int:
        text = str(text)
        if self.count < PRINTED:
            self.parts.append(text[:PRINTED - self.count])
        self.count += len(text)
        self.lines += text.count("\n")
        return len(text)

    def writable(self) -> bool: return True
    def close(self) -> None: pass

    def text(self) -> str:
        more = self.lines - "".join(self.parts).count("\n")
        return "".join(self.parts) + (f"\n... and {more} lines more" if more > 0 else "")


class Desk:
    """A student's names, asked one question after another.

    names    what the student's code defines
    file     the name of the file its code objects carry; lines of errors are found by it
    """

    def __init__(self, names: dict[str, Any], file: str) -> None:
        self.names, self.file = names, file
        self.printed = Kept()
        self.called: set[str] = set()           # functions of the engine that the student's code called itself
        self.notes: list[str] = []              # what it did that an answer may not do
        self.raised_limit = False
        self.changed = False                    # whether it changed the arrays that it was given
        self.kept: dict[str, Any] = {}          # what one probe keeps for the next

    @classmethod
    def of_file(cls, path: Path, name: str) -> Desk:
        """A desk for the file at path; nothing of it has run yet."""
        module = types.ModuleType(name)
        module.__file__ = str(path)
        sys.modules[name] = module                              # dataclasses look there
        return cls(module.__dict__, str(path))

    def load(self, source: bytes) -> dict[str, Any]:
        """Run the student's file, and say whether it could be run."""
        def run() -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                code = compile(source, self.file, "exec", dont_inherit=True)
            exec(code, self.names)
        return self.attempt(run)

    def clear(self) -> None:
        """Forget all names, and what was noticed: another file comes."""
        own = {key: self.names.get(key) for key in ("__name__", "__file__")}
        self.names.clear()
        self.names.update(own)
        self.called.clear()
        self.kept.clear()
        self.changed = False
        self.notes.clear()

    def get(self, name: str) -> Any:
        """What the student calls by that name."""
        if name not in self.names:
            raise Missing(name)
        return self.names[name]

    def set(self, name: str, x: Any) -> None:
        self.names[name] = x

    def answer(self, probe: Callable[..., Any], arguments: tuple[Any, ...]) -> dict[str, Any]:
        """What probe(self, *arguments) gives, as data."""
        return self.attempt(lambda: encode(probe(self, *map(fresh, arguments))))

    def attempt(self, function: Callable[[], Any]) -> dict[str, Any]:
        """{"is": function()}, or {"raised": what it raised, ...}."""
        limit = sys.getrecursionlimit()
        with self.quiet():
            try:
                return {"is": function(), **self.seen()}
            except KeyboardInterrupt as error:
                return {**self.raised(error), "kind": "KeyboardInterrupt"}
            except BaseException as error:                      # exit() too
                try:
                    return self.raised(error)
                except BaseException:                           # an exception that cannot even be printed
                    return {"raised": "an exception that cannot be printed", "kind": "Exception", "line": None}
            finally:
                self.raised_limit = self.raised_limit or sys.getrecursionlimit() > limit
                sys.setrecursionlimit(limit)

    def raised(self, error: BaseException) -> dict[str, Any]:
        """An exception as data: its kind, what it says, and the last line of the student's file it passed through."""
        kind = next((cls.__name__ for cls in (NotImplementedError, RecursionError, MemoryError, Missing, TimeUp, Forbidden,
                                              KeyboardInterrupt, SystemExit) if isinstance(error, cls)), "Exception")
        if isinstance(error, (Missing, TimeUp, Forbidden)):
            said = str(error)
        else:
            said = traceback.format_exception_only(error)[-1].strip().partition("\n")[0]
        said = said.removeprefix("NotImplementedError: ") if kind == "NotImplementedError" else said
        return {"raised": said[:400], "kind": kind, "line": self.line(error), **self.seen()}

    def seen(self) -> dict[str, Any]:
        """What was noticed while the student's code ran."""
        return {"called": sorted(self.called), "notes": self.notes[:1], "raised_limit": self.raised_limit,
                "changed": self.changed, "threads": len(sys._current_frames()) > 1}

    def line(self, error: BaseException) -> int | None:
        if isinstance(error, SyntaxError) and error.filename == self.file:
            return error.lineno
        lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == self.file]
        return lines[-1] if lines else None

    @contextlib.contextmanager
    def quiet(self) -> Iterator[None]:
        """Keep what is printed, show no warnings, and put back what a student's code does to the streams."""
        streams = sys.stdout, sys.stderr, sys.stdin
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sys.stdout = sys.stderr = self.printed              # type: ignore[assignment]
            sys.stdin = io.StringIO()
            try:
                yield
            finally:
                sys.stdout, sys.stderr, sys.stdin = streams


def fresh(x: Any) -> Any:
    """A copy of arrays, lists, tuples and dicts; all else as it is."""
    if isinstance(x, (list, tuple)):
        return type(x)(map(fresh, x))
    if isinstance(x, dict):
        return {key: fresh(y) for key, y in x.items()}
    return x.copy() if type(x).__module__ == "numpy" and hasattr(x, "shape") else x


@contextlib.contextmanager
def within(seconds: float, clock: Clock | None = None) -> Iterator[None]:
    """Raise TimeUp in what runs here when it has had its time, where there are such signals and this is the main thread."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    own = clock or Clock()
    begun, last = own.now(), time.monotonic() + PATIENCE * seconds

    def stop(*_: Any) -> None:
        if own.now() - begun > seconds - 0.05 or time.monotonic() > last:
            raise TimeUp(f"it did not end within {seconds:.0f} s")
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)          # again and again, for those who catch everything
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if clock is None:
            own.close()
