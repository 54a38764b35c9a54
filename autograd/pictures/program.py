"""The Graphviz program that lays pictures out, and how it is replaced where no program can run.

It is looked for on PATH, then as the command of the wheel graphviz-pure. It runs with a time limit
and is ended after it, with its children. What goes wrong is a PictureError of one line. In a
browser there are no programs: there `use_graphviz` replaces it with a function.
"""
from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sysconfig
from collections.abc import Callable

from autograd.compat.messages import described

HOW_TO_GET_DOT = ("no program `dot` was found: install Graphviz (apt, brew or conda install "
                  "graphviz) or `pip install graphviz-pure`")
SECONDS = 20.0                      # time limit

Graphviz = Callable[[str, str, str, float], bytes]  # (source, format, engine, seconds) -> picture


class PictureError(RuntimeError):
    """A picture could not be laid out; the message is one line that says why and what to do."""


def lay_out(source: str, format: str, engine: str = "dot", seconds: float = SECONDS) -> bytes:
    """A picture in `format` ("svg", "png", ...) of DOT text, by whatever runs Graphviz here.

    `engine` is "dot", which finds positions, "nop2" for pictures that have theirs, or "neato" for
    those that have theirs for nodes alone.
    Raises PictureError, also after `seconds` of waiting.
    """
    return _graphviz(source, format, engine, seconds)


def use_graphviz(function: Graphviz | None) -> None:
    """Lay out every picture with `function(source, format, engine, seconds)` from now on.

    This is the place for a Graphviz inside a browser, or on another machine. None brings the
    program back. The function raises PictureError where it fails.

    >>> use_graphviz(lambda source, format, engine, seconds: b"<svg>mine</svg>")
    >>> lay_out("digraph {}", "svg")
    b'<svg>mine</svg>'
    >>> use_graphviz(None)
    """
    global _graphviz
    if function is not None and not callable(function):
        raise TypeError("use_graphviz takes a function of source, format, engine and seconds, or "
                        f"None, got {described(function)}")
    _graphviz = run_program if function is None else function


def find_dot() -> list[str]:
    """The command that runs dot. Raises PictureError, which says how to get it, without one."""
    scripts = sysconfig.get_path("scripts")
    command = (shutil.which("dot") or shutil.which("graphviz-pure")
               or shutil.which("graphviz-pure", path=scripts))
    if command is None:
        raise PictureError(HOW_TO_GET_DOT)
    return [command]


def run_program(source: str, format: str, engine: str, seconds: float) -> bytes:
    """What the program on this machine makes of DOT text. Raises PictureError."""
    command = [*find_dot(), f"-K{engine}", f"-T{format}"]
    process = _start(command)
    try:
        output, errors = process.communicate(source.encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        raise PictureError(f"{command[0]} took more than {seconds:g} s and was stopped: draw fewer "
                           "nodes (level='layer') or allow more time (picture.seconds = 60)"
                           ) from None
    except BaseException:
        _end(process)
        raise
    if process.returncode or not output:
        said = " ".join(errors.decode(errors="replace").split())[:300] or "and said nothing"
        raise PictureError(f"{command[0]} failed with status {process.returncode}: {said}")
    return output


_graphviz: Graphviz = run_program


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe,
                                start_new_session=True)
    except OSError as error:
        raise PictureError(f"{command[0]} does not start: {error.strerror or error}") from None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started in a session of its own, and its children."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    else:
        process.kill()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    process.wait()
