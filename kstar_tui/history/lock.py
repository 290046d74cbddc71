"""One writer: a lock beside the database, which ends with its process, however that ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from kstar_tui.history.errors import StoreBusy
from kstar_tui.safely import SAFELY

_PUBLISHES = "publishes"
_ALERTS = "alerts"
_MOST = 200
"""Bytes of it that are read."""


class Lock:
    """Held from its making on; StoreBusy where another process holds it."""

    def __init__(self, database: Path) -> None:
        # Not on the database itself: closing any file of it would end SQLite's own locks.
        self._file = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | SAFELY, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            told = os.pread(self._file, _MOST, 0)
            self.release()
            raise _busy(told.decode("ascii", "replace").split("\n")) from None
        except BaseException:
            self.release()
            raise
        self._write(f"{os.getpid()}\n")

    def tell(self, key: str, *, publishes: bool, alerts: bool = False) -> None:
        """Let others know which inverter is booked, and whether it is published from here, and
        alerts are told."""
        more = (_PUBLISHES if publishes else "", _ALERTS if alerts else "")
        self._write("\n".join((str(os.getpid()), key, *more, "")))

    def _write(self, text: str) -> None:
        # Who holds it is a courtesy: a full disk must not cost the lock.
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, text.encode(), 0)

    def release(self) -> None:
        """The next writer may come; the file stays, so that nobody locks one that is gone."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def holder(database: Path) -> StoreBusy | None:
    """Who writes there now, for whoever does not want to: None where nobody does; OSError."""
    try:
        file = os.open(f"{database}.lock", os.O_RDONLY | SAFELY)
    except FileNotFoundError:
        return None
    try:
        # Shared, and let go at once: it keeps nobody from writing for longer than it takes to ask.
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _busy(os.pread(file, _MOST, 0).decode("ascii", "replace").split("\n"))
    finally:
        os.close(file)
    return None


def is_held(database: Path) -> bool:
    """Whether any process writes this database now; False where that cannot be found out."""
    try:
        return holder(database) is not None
    except OSError:
        return False


def _busy(lines: list[str]) -> StoreBusy:
    pid = int(lines[0]) if lines[0].isdigit() else None
    if len(lines) < 3:
        # It does not know its inverter yet.
        return StoreBusy(pid)
    return StoreBusy(pid, lines[1], publishes=lines[2] == _PUBLISHES, alerts=_ALERTS in lines[3:4])
