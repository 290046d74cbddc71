"""Events put together: what began and ended is one episode with a duration. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from kstar_tui.monitor.events import Event, Kind, Severity

REACHED = "reached"
"""Subject of a connection that began without an outage before it."""
_MOMENTS = (Kind.COUNTER, Kind.HISTORY)


class Choice(StrEnum):
    """What is listed; the value is the word that people read."""

    ALL = "all"
    FAULTS = "faults"
    GRID = "grid"
    CONNECTION = "connection"
    MODES = "modes"
    DATA = "data"

    def takes(self, kind: Kind) -> bool:
        """Whether events of a kind are listed."""
        return self is Choice.ALL or kind in _KINDS[self]


_KINDS = {
    Choice.FAULTS: (Kind.FAULT,),
    Choice.GRID: (Kind.GRID,),
    Choice.CONNECTION: (Kind.LINK,),
    Choice.MODES: (Kind.MODE,),
    Choice.DATA: _MOMENTS,
}


class Episode(NamedTuple):
    """Something that happened. Both ends are wall times; `end` is None while it lasts, where its
    end was not seen, and for what is over at once."""

    kind: Kind
    subject: str
    severity: Severity
    text: str
    begin: datetime | None
    """None where it had begun before anybody looked."""
    end: datetime | None = None
    lasts: bool = False
    """It has not ended as far as is known."""

    @property
    def at(self) -> datetime:
        """The moment by which it is listed."""
        return self.begin or self.end or datetime.min

    @property
    def seconds(self) -> float | None:
        """How long it lasted; None while it does, or where it has no length."""
        if self.begin is None or self.end is None:
            return None
        return max(0.0, (self.end - self.begin).total_seconds())


def episodes(events: Iterable[Event]) -> list[Episode]:
    """Episodes of events, which come the newest first; the newest first, too."""
    done: list[Episode] = []
    ends: dict[tuple[Kind, str], Event] = {}
    later_mode: datetime | None = None
    newest: set[tuple[Kind, str]] = set()
    for event in events:
        thing = event.kind, event.subject
        if event.kind is Kind.MODE:
            lasts = later_mode is None
            done.append(_episode(event, later_mode, lasts=lasts))
            later_mode = event.at
        elif event.kind in _MOMENTS or not event.subject:
            done.append(_episode(event, None, lasts=False))
        elif event.begins:
            end = ends.pop(thing, None)
            # Another beginning without an end in between: the program did not see it.
            lasts = end is None and thing not in newest
            done.append(_episode(event, end.at if end else None, lasts=lasts))
        else:
            unmatched = ends.pop(thing, None)
            if unmatched is not None:
                done.append(_only_end(unmatched))
            ends[thing] = event
        newest.add(thing)
    done += [_only_end(event) for event in ends.values()]
    done.sort(key=lambda one: one.at, reverse=True)
    return done


def _episode(event: Event, end: datetime | None, *, lasts: bool) -> Episode:
    text = event.text
    return Episode(event.kind, event.subject, event.severity, text, event.at, end, lasts)


def _only_end(event: Event) -> Episode:
    if event.kind is Kind.LINK:
        # Nobody had looked before: it was reached.
        return Episode(event.kind, REACHED, event.severity, event.text, event.at)
    return Episode(event.kind, event.subject, event.severity, event.text, None, event.at)
