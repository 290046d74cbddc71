"""What happened between two updates: faults, the grid, the connection, in a line each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.codes import ERROR_BITS
from kstar_tui.protocol.reading import Reading

NO_GRID_BELOW = 40.0
"""Volts below which there is no grid, whatever the open line picks up."""
_UTILITY_LOSS = 9
UTILITY_LOSS = ERROR_BITS[_UTILITY_LOSS]
"""The fault that is only another word for a lost grid."""


class Severity(StrEnum):
    """How much it matters to a person."""

    NOTE = "note"
    GOOD = "good"
    WARNING = "warning"
    FAULT = "fault"


class Kind(StrEnum):
    """What an event is about."""

    FAULT = "fault"
    GRID = "grid"
    LINK = "link"
    MODE = "mode"
    COUNTER = "counter"
    """A jump of the inverter's own counters that was not booked."""
    HISTORY = "history"


class Event(NamedTuple):
    """Something that happened, in words.

    What begins and its end have the same kind and subject; a mode lasts until the next one.
    """

    at: datetime
    severity: Severity
    text: str
    kind: Kind = Kind.LINK
    subject: str = ""
    begins: bool = True


def grid_lost(reading: Reading) -> bool:
    """The inverter sees no grid: it says so, it runs off-grid, or there is no voltage."""
    return (
        bool(reading.error_bits & 1 << _UTILITY_LOSS)
        or reading.work_mode == "off-grid"
        or reading.grid_voltage < NO_GRID_BELOW
    )


def fault_event(at: datetime, text: str, *, begins: bool) -> Event:
    """A fault that was set or cleared."""
    if begins:
        return Event(at, Severity.FAULT, f"fault: {text}", Kind.FAULT, text)
    return Event(at, Severity.GOOD, f"fault cleared: {text}", Kind.FAULT, text, begins=False)


def grid_event(at: datetime, *, lost: bool) -> Event:
    """The grid went or came back."""
    if lost:
        return Event(at, Severity.WARNING, "grid lost", Kind.GRID, "lost")
    return Event(at, Severity.GOOD, "grid back", Kind.GRID, "lost", begins=False)


def events_between(before: Update | None, after: Update) -> list[Event]:
    """What changed from one update to the next, in the order in which a person would tell it."""
    if before is None:
        return []
    at = after.at
    events: list[Event] = []
    if before.state is not after.state:
        if after.state is LinkState.OFFLINE:
            text = f"inverter offline: {after.error or 'no answer'}"
            events.append(Event(at, Severity.WARNING, text, Kind.LINK, "offline"))
        elif after.state is LinkState.ONLINE and before.state is not LinkState.STALE:
            text = f"inverter online at {after.address}"
            events.append(Event(at, Severity.GOOD, text, Kind.LINK, "offline", begins=False))
    if after.fresh and after.reading is not None:
        events += _between_readings(at, before.reading, after.reading)
    return events


def _between_readings(at: datetime, old: Reading | None, new: Reading) -> list[Event]:
    events: list[Event] = []
    lost = grid_lost(new)
    if lost is not (old is not None and grid_lost(old)):
        events.append(grid_event(at, lost=lost))
    known = set() if old is None else set(old.errors)
    events += [fault_event(at, text, begins=True) for text in new.errors if text not in known]
    events += [fault_event(at, text, begins=False) for text in sorted(known - set(new.errors))]
    if old is not None and old.work_mode != new.work_mode:
        severity = Severity.WARNING if new.work_mode in ("off-grid", "fault") else Severity.NOTE
        text = f"work mode {old.work_mode} → {new.work_mode}"
        events.append(Event(at, severity, text, Kind.MODE, new.work_mode))
    return events
