"""The events of one inverter: those on disk, and those of now that are not there yet."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from kstar_tui.monitor.events import Event, Kind, Severity

if TYPE_CHECKING:
    from kstar_tui.history.archive import Archive
    from kstar_tui.history.records import StoredEvent

_log = logging.getLogger(__name__)

RECENT = 50
"""Events that are kept in memory."""
_MOST = 500
"""Events of one kind that are read: what happens all the time hides nothing else."""
_YEARS = 5 * 366 * 86400
_SEVERITIES, _KINDS = frozenset(Severity), frozenset(Kind)
_READ_EVERY = 60.0
"""Seconds between two looks at the disk, where events are saved once a minute."""


class Remembered:
    """`recent` are the newest, the newest first; all of them are read when they are asked for."""

    def __init__(self) -> None:
        self.recent: deque[Event] = deque(maxlen=RECENT)
        self._disk: tuple[Event, ...] = ()
        self._read_at: float | None = None
        self._all: tuple[Event, ...] = ()
        self._newest: Event | None = None

    def add(self, events: Iterable[Event]) -> None:
        """What has just happened, in its order."""
        self.recent.extendleft(events)

    def clear(self) -> None:
        """It is another inverter."""
        self.recent.clear()
        self._disk, self._all, self._read_at = (), (), None

    def recall(self, archive: Archive, key: str, now: datetime) -> None:
        """Fill `recent` from disk. StoreError."""
        self.recent.extend(_read(archive, key, now, RECENT))

    def everything(
        self, archive: Callable[[], Archive | None], key: str | None, now: datetime, clock: float
    ) -> tuple[Event, ...]:
        """All events, the newest first; the same object while nothing has happened. `clock` in s
        of the monotonic clock."""
        read = self._read_at is None or clock - self._read_at >= _READ_EVERY
        newest = self.recent[0] if self.recent else None
        if not read and newest is self._newest:
            return self._all
        if read:
            self._read_at = clock
            self._disk = self._from_disk(archive, key, now)
        self._newest = newest
        known = {_identity(event) for event in self._disk}
        fresh = [event for event in self.recent if _identity(event) not in known]
        merged = sorted((*fresh, *self._disk), key=lambda event: event.at, reverse=True)
        if tuple(merged) != self._all:
            self._all = tuple(merged)
        return self._all

    def _from_disk(
        self, archive: Callable[[], Archive | None], key: str | None, now: datetime
    ) -> tuple[Event, ...]:
        try:
            found = archive() if key is not None else None
            if found is None or key is None:
                return self._disk
            return tuple(event for kind in Kind for event in _read(found, key, now, _MOST, kind))
        except Exception:
            # What was is worth less than what is.
            _log.exception("the events could not be read")
            return self._disk


def _read(
    archive: Archive, key: str, now: datetime, most: int, kind: Kind | None = None
) -> tuple[Event, ...]:
    end = now.timestamp() + 60
    found = archive.events(key, end - _YEARS, end, most, kind)
    events = (_event(event, now.tzinfo or UTC) for event in found)
    return tuple(event for event in events if event is not None)


def _event(event: StoredEvent, zone: tzinfo) -> Event | None:
    texts = event.text, event.subject
    if event.severity not in _SEVERITIES or event.kind not in _KINDS:
        # A later version's, or damaged.
        return None
    if not all(isinstance(text, str) for text in texts):
        return None
    return Event(
        datetime.fromtimestamp(event.at, zone),
        Severity(event.severity),
        event.text,
        Kind(event.kind),
        event.subject,
        event.begins,
    )


def _identity(event: Event) -> tuple[int, Kind, str, bool]:
    return round(event.at.timestamp() * 1000), event.kind, event.subject, event.begins
