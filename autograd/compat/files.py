"""Files that are replaced as a whole: where writing fails, what stood there stands there still.

`nn` saves models in a way of its own, nn/files.py, since it knows public names alone.
"""
from __future__ import annotations

import os
import pathlib
import threading


def replace_file(path: pathlib.Path, content: str | bytes, encoding: str = "utf-8") -> None:
    """Make content that of the file at path, which keeps its mode; a link keeps its place.

    Raises OSError, as of a full disk, and leaves the file as it was.
    """
    data = content if isinstance(content, bytes) else content.encode(encoding)
    place = pathlib.Path(os.path.realpath(path))
    if place.exists() and not place.is_file():
        path.write_bytes(data)                          # /dev/stdout, a pipe
        return
    writer = f"{os.getpid()}.{threading.get_ident()}"
    partial = place.with_name(f".{place.name[:100]}.{writer}.part")
    try:
        partial.write_bytes(data)
        if place.exists():
            partial.chmod(place.stat().st_mode & 0o7777)
        os.replace(partial, place)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
