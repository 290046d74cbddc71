"""From updates to events that are kept: each beginning and each end once, and never too many."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from kstar_tui.history.records import StoredEvent
from kstar_tui.monitor.events import (
    Event,
    Kind,
    Severity,
    events_between,
    fault_event,
    grid_event,
    grid_lost,
)
from kstar_tui.monitor.update import Update

MOST_AN_HOUR = 200
MOST_A_DAY = 500
_HOUR = 3600.0
_DAY = 86400.0


def stored(event: Event) -> StoredEvent:
    """An event of the monitor as it is kept."""
    return StoredEvent(
        event.at.timestamp(), event.kind, event.subject, event.begins, event.severity, event.text
    )


class Happenings:
    """What an inverter's updates tell; `resume` with what was open when the program ended."""

    def __init__(self) -> None:
        self._before: Update | None = None
        self._open: set[tuple[str, str]] = set()
        self._unchecked: set[tuple[str, str]] = set()
        self._recent: deque[float] = deque()
        self._muted = False

    def resume(self, opened: Iterable[StoredEvent]) -> list[StoredEvent]:
        """These were open on disk; what of them is over already has its end in the result."""
        self._unchecked = {
            (event.kind, event.subject) for event in opened if event.kind != Kind.MODE
        }
        update = self._before
        if update is None or update.reading is None:
            return []
        return self.limited(self._ended(update), update.at_monotonic)

    def take(self, update: Update) -> list[StoredEvent]:
        """What is news in an update."""
        events = [stored(event) for event in events_between(self._before, update)]
        if update.fresh:
            events += self._ended(update)
        self._before = update
        return self.limited(
            [event for event in events if self._is_news(event)], update.at_monotonic
        )

    def is_open(self, event: StoredEvent) -> bool:
        """It began on disk already."""
        return (event.kind, event.subject) in self._unchecked

    def _ended(self, update: Update) -> list[StoredEvent]:
        """Ends of what was open on disk and is not so any more."""
        reading, ends = update.reading, []
        if reading is None:
            return []
        for kind, subject in sorted(self._unchecked):
            if kind == Kind.FAULT and subject not in reading.errors:
                ends.append(stored(fault_event(update.at, subject, begins=False)))
            elif kind == Kind.GRID and not grid_lost(reading):
                ends.append(stored(grid_event(update.at, lost=False)))
            else:
                self._open.add((kind, subject))
        self._unchecked = set()
        return ends

    def _is_news(self, event: StoredEvent) -> bool:
        thing = event.kind, event.subject
        if event.kind == Kind.MODE:
            return True
        if event.begins and (thing in self._open or thing in self._unchecked):
            return False
        if event.begins:
            self._open.add(thing)
        else:
            self._open.discard(thing)
            self._unchecked.discard(thing)
        return True

    def limited(self, events: list[StoredEvent], now: float) -> list[StoredEvent]:
        """As many as are kept in such a time; `now` in s of the monotonic clock."""
        recent = self._recent
        while recent and now - recent[0] >= _DAY:
            recent.popleft()
        kept: list[StoredEvent] = []
        for event in events:
            hour = len(recent) >= MOST_AN_HOUR and now - recent[-MOST_AN_HOUR] < _HOUR
            if not hour and len(recent) < MOST_A_DAY:
                self._muted = False
                recent.append(now)
                kept.append(event)
            elif not self._muted:
                self._muted = True
                most = f"{MOST_AN_HOUR} events in an hour" if hour else f"{MOST_A_DAY} in a day"
                text = f"more than {most}: the next are not kept"
                kept.append(
                    StoredEvent(event.at, Kind.HISTORY, "events", True, Severity.WARNING, text)
                )
        return kept
