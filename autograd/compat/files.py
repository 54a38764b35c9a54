"""Files that are replaced as a whole: where writing fails, what stood there stands there still."""
from __future__ import annotations

import os
import pathlib
import tempfile
from contextlib import suppress


def replace_file(path: pathlib.Path, content: str | bytes, encoding: str = "utf-8") -> None:
    """Make content that of the file at path, which keeps its mode; a link keeps its place.

    Raises OSError, as of a full disk, and leaves the file as it was.
    """
    data = content if isinstance(content, bytes) else content.encode(encoding)
    place = pathlib.Path(os.path.realpath(path))
    if place.exists() and not place.is_file():
        path.write_bytes(data)                          # /dev/stdout, a pipe
        return
    handle, partial = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
    try:
        with open(handle, "wb") as file:
            file.write(data)
        os.chmod(partial, place.stat().st_mode & 0o7777 if place.exists() else 0o666 & ~umask())
        os.replace(partial, place)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(partial)
        raise


def umask() -> int:
    """The mode bits that new files do not get."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
