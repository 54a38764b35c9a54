"""Files of saved models: NumPy's .npz without pickle, so that a file holds nothing that runs.

1. A file is written beside its place, in one go, and takes that place at the end: at any moment,
   and whatever stops the program, there is the old file or the new one. Links stay links, and a
   file keeps its permissions.
2. What is written has no name until it is complete, where the system can do that: a program that is
   killed leaves nothing.
3. A file is read with suspicion: its sizes are looked at before its numbers.
"""
from __future__ import annotations

import io
import json
import os
import stat
import threading
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from nn.checks import shown

Path = str | os.PathLike[str]
State = dict[str, np.ndarray]

DESCRIPTION = "__model__"               # the entry that tells how to build the model, as JSON
LARGEST = 2 ** 30                       # bytes of numbers: more than any network of scalars has


# Writing ----------------------------------------------------------------------

def write_file(path: Path, description: dict[str, Any] | None,
               state: Mapping[str, np.ndarray]) -> None:
    """Write description and arrays to a .npz file, as `replace_file` does."""
    if DESCRIPTION in state:
        raise ValueError(f"a parameter may not be called {DESCRIPTION}: a file keeps the model's "
                         "description there")
    for name in state:
        if "\0" in name:                                    # where a name in a zip file ends
            raise ValueError(f"the name {name!r} cannot be in a file: rename a dictionary's key")
    arrays = {**state, DESCRIPTION: np.array(json.dumps(description))}
    replace_file(path, npz(arrays))


def npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """The arrays as NumPy's savez writes them; the same arrays give the same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, array in arrays.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(name + ".npy"), entry.getvalue())
    return content.getvalue()


def replace_file(path: Path, content: bytes) -> None:
    """Write the content to a file of that name, completely or not at all.

    Raises OSError where the folder cannot be written or the disk is full; the old file is then as
    it was.
    """
    place = os.path.realpath(checked_path(path))            # where a link leads to
    mode = _mode(place)
    partial = _unused_name(place)
    try:
        try:
            if not _write_unnamed(partial, content, mode):
                with open(partial, "xb") as file:
                    _write(file.fileno(), content, mode)
            os.replace(partial, place)
        finally:
            _remove(partial)
    finally:
        _remove(partial)                # again: a second Ctrl-C may have come before the first


def _remove(partial: str) -> None:
    if os.path.lexists(partial):
        os.unlink(partial)


def _mode(place: str) -> int | None:
    """The permissions of the file there; None where there is none.

    Raises ValueError where it is not a file.
    """
    try:
        status = os.stat(place)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(f"{place} is a directory: give the name of a file in it, such as "
                                "model.npz")
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"{place} is not a regular file, so it cannot be replaced by one")
    return stat.S_IMODE(status.st_mode)


def _unused_name(place: str) -> str:
    folder, name = os.path.split(place)
    return os.path.join(folder, f".{name[:200]}.{os.getpid()}.{threading.get_ident()}.part")


def _write_unnamed(partial: str, content: bytes, mode: int | None) -> bool:
    """Write a file without a name, then name it; False where there are no such files."""
    try:
        unnamed = os.open(os.path.dirname(partial), os.O_TMPFILE | os.O_WRONLY, 0o666)
    except (AttributeError, OSError):
        return False
    try:
        _write(unnamed, content, mode)
        try:                            # without a dir_fd Python would link the link, not the file
            os.link(f"/proc/self/fd/{unnamed}", partial, src_dir_fd=unnamed, follow_symlinks=True)
        except (NotImplementedError, OSError):
            return False
        return True
    finally:
        os.close(unnamed)


def _write(file: int, content: bytes, mode: int | None) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest):]
    if mode is not None:
        os.chmod(file, mode)
    os.fsync(file)


# Reading ----------------------------------------------------------------------

def read_file(path: Path) -> tuple[dict[str, Any] | None, State]:
    """The description (or None) and the arrays of a saved model.

    Raises FileNotFoundError, or ValueError when the file is cut off or is not a file of arrays.
    """
    name = checked_path(path)
    if os.path.exists(name) and not os.path.isfile(name):
        _mode(name)
    try:
        _check_sizes(name)
        with np.load(name, allow_pickle=False) as file:
            arrays = {entry: file[entry] for entry in file.files}
        description = json.loads(str(arrays.pop(DESCRIPTION, "null")))
        if description is not None and not isinstance(description, dict):
            raise ValueError(f"its entry {DESCRIPTION} does not describe a model")
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        raise
    except Exception as error:          # a damaged file raises errors of many kinds
        raise ValueError(f"{name[-200:]} is cut off or is not a saved model ({str(error)[:200]}); "
                         "write one with model.save(path)") from None
    return description, arrays


def _check_sizes(name: str) -> None:
    """Raise ValueError where the arrays would fill the memory, as a small file may claim."""
    with zipfile.ZipFile(name) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > LARGEST:
        raise ValueError(f"its arrays have {size} bytes, more than {LARGEST}")


def checked_path(path: object) -> str:
    """The path as text.

    Raises TypeError for what is not a file name, ValueError for an empty one.
    """
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(f"path must be a file name, such as 'model.npz', got {shown(path)}")
    text = os.fsdecode(path)
    try:
        os.fsencode(text)
    except UnicodeEncodeError:                              # half of a character
        text = ""
    if not text or "\0" in text:
        raise ValueError(f"path must be a file name, such as 'model.npz', got {shown(path)}")
    return text
