"""Events put together: what began and ended is one episode with a duration. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest
from typing import NamedTuple

from kstar_tui.monitor.events import Event, Kind, Severity, grid_lost
from kstar_tui.monitor.update import LinkState, Update

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
    unwatched: bool = False
    """kstar-tui was off in between: it may have ended and begun again."""

    @property
    def at(self) -> datetime:
        """The moment by which it is listed."""
        return self.begin or self.end or datetime.min

    @property
    def thing(self) -> tuple[Kind, str]:
        """What its beginning and its end have in common."""
        return self.kind, self.subject

    @property
    def seconds(self) -> float | None:
        """How long it lasted at the most; None while it does, or where it has no length."""
        if self.begin is None or self.end is None:
            return None
        return max(0.0, (self.end - self.begin).total_seconds())


Active = Mapping[Kind, Collection[str]]
"""What is so now: subjects by kind; a kind that is not in it is not known."""


def active_in(update: Update) -> Active:
    """What is so by the monitor's newest word."""
    offline = ("offline",) if update.state is LinkState.OFFLINE else ()
    reading = update.reading
    if reading is None or not update.state.available:
        return {Kind.LINK: offline}
    return {
        Kind.LINK: offline,
        Kind.FAULT: tuple(reading.errors),
        Kind.GRID: ("lost",) if grid_lost(reading) else (),
        Kind.MODE: (reading.work_mode,),
    }


def episodes(events: Iterable[Event], active: Active | None = None) -> list[Episode]:
    """Episodes of events, which come the newest first; the newest first, too."""
    events = list(events)
    starts = _starts(events)
    done: list[Episode] = []
    ends: dict[tuple[Kind, str], Event] = {}
    open_since: dict[tuple[Kind, str], int] = {}
    later_mode: Event | None = None
    for event in events:
        thing = event.kind, event.subject
        if event.kind is Kind.MODE:
            end = later_mode.at if later_mode is not None else None
            one = _episode(event, end, starts, lasts=later_mode is None)
            # Which modes there were while nobody looked is not known.
            done.append(one._replace(end=None) if one.unwatched else one)
            later_mode = event
        elif event.kind in _MOMENTS or not event.subject:
            done.append(_episode(event, None, starts, lasts=False))
        elif event.begins and thing in open_since:
            # It went on while kstar-tui was started anew: one that began before.
            place = open_since[thing]
            known = done[place]
            done[place] = _episode(event, known.end, starts, lasts=known.lasts)
        elif event.begins:
            last = ends.pop(thing, None)
            open_since[thing] = len(done)
            done.append(_episode(event, last.at if last else None, starts, lasts=last is None))
        else:
            open_since.pop(thing, None)
            unmatched = ends.pop(thing, None)
            if unmatched is not None:
                done.append(_only_end(unmatched))
            ends[thing] = event
    done += [_only_end(event) for event in ends.values()]
    done = [_checked(one, active or {}) for one in done]
    done.sort(key=lambda one: one.at, reverse=True)
    return done


def _starts(events: Sequence[Event]) -> list[datetime]:
    """When kstar-tui was started: it reached the inverter without an outage before."""
    links = [event for event in events if event.kind is Kind.LINK]
    return [
        event.at
        for event, before in zip_longest(links, links[1:])
        if not event.begins and (before is None or not before.begins)
    ]


def _episode(
    event: Event, end: datetime | None, starts: Sequence[datetime], *, lasts: bool
) -> Episode:
    unwatched = any(event.at < start and (end is None or start < end) for start in starts)
    return Episode(
        event.kind,
        event.subject,
        event.severity,
        event.text,
        event.at,
        end,
        lasts,
        unwatched and (lasts or end is not None),
    )


def _only_end(event: Event) -> Episode:
    if event.kind is Kind.LINK:
        # Nobody had looked before: it was reached.
        return Episode(event.kind, REACHED, event.severity, event.text, event.at)
    return Episode(event.kind, event.subject, event.severity, event.text, None, event.at)


def _checked(one: Episode, active: Active) -> Episode:
    """What the inverter says now counts more than an end that was not seen."""
    if one.lasts and one.kind in active and one.subject not in active[one.kind]:
        return one._replace(lasts=False, unwatched=False)
    return one
