"""One writer: a lock beside the database, which ends with its process, however that ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from kstar_tui.history.errors import StoreBusy


class Lock:
    """Held from its making on; StoreBusy where another process holds it."""

    def __init__(self, database: Path) -> None:
        # Not on the database itself: closing any file of it would end SQLite's own locks.
        self._file = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 20, 0).strip()
            self.release()
            raise StoreBusy(int(holder) if holder.isdigit() else None) from None
        except BaseException:
            self.release()
            raise
        # Who holds it is a courtesy: a full disk must not cost the lock.
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, b"%d\n" % os.getpid(), 0)

    def release(self) -> None:
        """The next writer may come; the file stays, so that nobody locks one that is gone."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
