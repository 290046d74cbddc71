"""The history that another process keeps: read, and nothing else."""

from __future__ import annotations

import logging
from pathlib import Path

from kstar_tui.clock import Clock
from kstar_tui.history.archive import Archive
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.database import Stamp
from kstar_tui.history.keeping import HistoryStatus, Keeping
from kstar_tui.history.store import Store, StoreError

_LOOK = 10.0
"""Seconds between two looks whether it is another file now."""
_SOON = 1.0
"""Seconds between two tries to open it: it comes with the first reading, and where its writer
starts, ends or dies, what cannot be read now mostly can be soon."""

_log = logging.getLogger(__name__)


class Reader:
    """Opened when it is asked for, and again where it could not be, or was set aside for a new one.

    It takes no lock: whoever keeps the history may come and go.
    """

    def __init__(self, path: Path, calendar: Calendar, clock: Clock, pid: int | None) -> None:
        """`pid` is the process that writes it."""
        self._path = path
        self._calendar = calendar
        self._clock = clock
        self._pid = pid
        self._store: Store | None = None
        self._archive: Archive | None = None
        self._looked: float | None = None
        self._stamp: Stamp | None = None
        self._error: str | None = None
        self._closed = False

    @property
    def archive(self) -> Archive | None:
        """What is on disk; None where it cannot be read now."""
        now = self._clock.monotonic()
        pause = _LOOK if self._store is not None else _SOON
        if self._store is not None and self._store.still:
            # It must not be asked again once somebody writes.
            pause = 0.0
        if not self._closed and (self._looked is None or now - self._looked >= pause):
            self._looked = now
            self._look()
        return self._archive

    @property
    def status(self) -> HistoryStatus:
        """How the reading goes."""
        return HistoryStatus(Keeping.READING, str(self._path), pid=self._pid, error=self._error)

    def close(self) -> None:
        """Leave it."""
        self._closed = True
        self._let_go()

    def _look(self) -> None:
        try:
            stamp = Stamp.of(self._path)
            if self._store is not None and self._stands(self._store, stamp):
                return
            self._let_go()
            now = self._clock.now().timestamp()
            self._store = Store.open(self._path, self._calendar, now=now, write=False)
        except FileNotFoundError:
            self._let_go()
            self._error = None
            return
        except (StoreError, OSError) as error:
            self._let_go()
            self._failed(error)
            return
        self._archive = Archive(self._store, self._calendar)
        self._stamp, self._error = stamp, None

    def _stands(self, store: Store, stamp: Stamp) -> bool:
        """It is still what is open here."""
        before = self._stamp
        if store.still:
            return before == stamp
        # By its number: one that was damaged got another name, and a new one its own.
        return before is not None and before.inode == stamp.inode

    def _failed(self, error: StoreError | OSError) -> None:
        reason = error.strerror if isinstance(error, OSError) else None
        text = f"{self._path}: {reason}" if reason else str(error)
        if text != self._error:
            self._error = text
            _log.warning("the history cannot be read: %s", text)

    def _let_go(self) -> None:
        store, self._store, self._archive = self._store, None, None
        if store is not None:
            try:
                store.close()
            except (StoreError, OSError) as error:
                _log.debug("closing the history: %s", error)
