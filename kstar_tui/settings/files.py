"""Small files that a user names: read whole, unless they are no files or no small ones."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MAX_SIZE = 65536
"""Bytes of the longest file that is read."""


def read_text(path: Path) -> str:
    """The text of a regular file; OSError, or ValueError where it is not UTF-8.

    A pipe, a terminal or a device is refused: it could keep the program waiting, or never end.
    """
    # Without O_NONBLOCK opening a pipe waits for somebody to write into it.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    with os.fdopen(handle, "rb") as file:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "It is not a regular file")
        data = file.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        raise OSError(errno.EFBIG, f"It is longer than {MAX_SIZE} bytes")
    return data.decode("utf-8-sig")
