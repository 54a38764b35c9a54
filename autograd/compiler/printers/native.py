"""C, compiled and loaded: a program as a library of the machine it runs on.

Libraries lie in a folder that belongs to the user alone, under a name that is a hash of source,
compiler and flags: the same program is compiled once.
"""
from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.printers import c
from autograd.compiler.arrays.array import SAMPLES, Shape, shape_of
from autograd.compiler.printers.emit import Blocks

COMPILERS = ("cc", "gcc", "clang")
# How a source of at most so many lines is compiled: the longer it is, the longer each line takes.
# What is that long is straight code; -march=native would slow its calls of libm.
LEVELS = ((1_000, ["-O3", "-march=native"]), (3_000, ["-O1"]))
FLAGS = ["-std=c11", "-shared", "-fPIC", "-fno-math-errno", "-fopenmp-simd"]
FAULTS = {1: "divide by zero", 2: "invalid value"}


class Native(NamedTuple):
    """A program of arrays that runs as C."""

    blocks: Blocks
    text: str
    library: ctypes.CDLL

    @property
    def has_float_loops(self) -> bool:
        """Whether NaN can come out where NumPy raises."""
        return False

    def source(self) -> str:
        """The source that runs."""
        return self.text

    def summary(self) -> str:
        """What was found, in words."""
        return f"{self.blocks.summary()}, as C"

    def namespace(self, arrays: bool) -> dict[str, Any]:
        """The functions of the program."""
        lines, size = self.blocks.lines, len(self.blocks.tape.parameters)
        found = {"value": called(self.library.value, size, shape_of(lines.value))}
        if lines.gradient is not None:
            found["value_and_grad"] = with_gradient(self.library.value_and_grad, size)
        return found


def loaded(blocks: Blocks) -> Native:
    """The program, compiled. Raises RuntimeError where there is no C compiler or it fails."""
    text = c.source(blocks)
    library = ctypes.CDLL(str(compiled(text)))
    for name, pointers in (("value", 1), ("value_and_grad", 2)):
        if name == "value" or blocks.lines.gradient is not None:
            function = getattr(library, name)
            function.argtypes = [ctypes.c_void_p] * 2 + [ctypes.c_long]
            function.argtypes += [ctypes.c_void_p] * pointers
    return Native(blocks, text, library)


class Room(threading.local):
    """Memory of each thread for theta, a value and a gradient, and where it lies: to ask an array
    where it lies takes as long as a small program.
    """

    def __init__(self, size: int) -> None:
        theta, found = np.empty(size), np.empty(1 + size)
        at = found.ctypes.data
        self.all = theta, theta.ctypes.data, found, at, at + found.itemsize


def called(function: Any, size: int, shape: Shape) -> Callable[..., Any]:
    """`value` of a library on arrays."""
    room = Room(size)

    def value(given: np.ndarray, x: np.ndarray | None = None) -> Any:
        theta, at_theta = room.all[:2]
        theta[:] = given
        at_x, m = (None, 0) if x is None else (np.ascontiguousarray(x).ctypes.data, len(x))
        found = np.empty([m if n == SAMPLES else n for n in shape])
        check(function(at_theta, at_x, m, found.ctypes.data))
        return found if shape else found[()]

    return value


def with_gradient(function: Any, size: int) -> Callable[..., tuple[float, np.ndarray]]:
    """`value_and_grad` of a library on arrays."""
    room = Room(size)

    def value_and_grad(
        given: np.ndarray, x: np.ndarray | None = None
    ) -> tuple[float, np.ndarray]:
        theta, at_theta, found, at_value, at_gradient = room.all
        theta[:] = given
        if x is None:
            fault = function(at_theta, None, 0, at_value, at_gradient)
        else:
            x = np.ascontiguousarray(x)
            fault = function(at_theta, x.ctypes.data, len(x), at_value, at_gradient)
        if fault:
            check(fault)
        return found.item(0), found[1:].copy()

    return value_and_grad


def check(fault: int) -> None:
    """Raise what NumPy raises, where a function says that a number is outside of a domain."""
    if fault == 3:
        raise MemoryError("no memory for the arrays of a program")
    if fault:
        raise FloatingPointError(FAULTS[fault])


# The C compiler -------------------------------------------------------------------------------


def c_compiler() -> str:
    """The C compiler: the one in CC, or the first of cc, gcc, clang. Raises RuntimeError."""
    wanted = os.environ.get("CC")
    for name in [wanted] if wanted else COMPILERS:
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError(
        f"a program in C needs a C compiler, and {wanted or 'none of ' + ', '.join(COMPILERS)} "
        "was not found: install one (gcc, clang), or name it in the environment variable CC; "
        "without target='c' a program runs on NumPy"
    )


def flags_for(lines: int) -> list[str]:
    """How a source of so many lines is compiled."""
    return [*next((level for most, level in LEVELS if lines <= most), ["-O0"]), *FLAGS]


def compiled(text: str) -> Path:
    """The library of a source, compiled unless it is there."""
    cc = c_compiler()
    flags = flags_for(text.count("\n"))
    version = f"{cc} {os.stat(cc).st_mtime} {flags} {os.uname() if hasattr(os, 'uname') else ''}"
    name = hashlib.sha256(f"{version}\n{text}".encode()).hexdigest()[:32]
    path = folder() / f"{name}.so"
    if not path.exists():
        build(cc, flags, text, path)
    return path


def build(cc: str, flags: list[str], text: str, path: Path) -> None:
    """Compile a source to a path, which appears when it is complete."""
    with tempfile.TemporaryDirectory() as own:
        source, library = Path(own) / "program.c", Path(own) / "program.so"
        source.write_text(text, encoding="ascii")
        tried = [flags, [flag for flag in flags if flag != "-march=native"]]
        for given in tried:
            command = [cc, *given, str(source), "-o", str(library), "-lm"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                beside = path.with_name(f"{path.name}.{os.getpid()}")
                shutil.copyfile(library, beside)
                os.replace(beside, path)
                return
    raise RuntimeError(f"{cc} could not compile the program: {done.stderr.strip()[:2000]}")


def folder() -> Path:
    """A folder that belongs to this user alone; a new one where that is not so."""
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    path = Path(tempfile.gettempdir()) / f"scalar-autograd-{user}"
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        about = path.lstat()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="scalar-autograd-"))
    private = stat.S_ISDIR(about.st_mode) and (
        not hasattr(os, "getuid") or about.st_uid == user and not about.st_mode & 0o077
    )
    return path if private else Path(tempfile.mkdtemp(prefix="scalar-autograd-"))
