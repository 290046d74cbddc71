"""Files where somebody else may have put something else: a link, a pipe, a very long one.

A health check must not wait for it: nothing of the project is loaded.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

SAFELY = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
"""To be opened with: follows no link at the end of the path, waits for nobody at a pipe."""


def read_safely(path: Path, most: int) -> str:
    """`most` bytes at the most of a regular file; OSError, or ValueError where it is none, or no
    text."""
    handle = os.open(path, os.O_RDONLY | SAFELY)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("no regular file")
        return file.read(most).decode()
