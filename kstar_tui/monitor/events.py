"""What happened between two updates: faults, the grid, the connection, in a line each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kstar_tui.monitor.update import LinkState, Update


class Severity(StrEnum):
    """How much it matters to a person."""

    NOTE = "note"
    GOOD = "good"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in words."""

    at: datetime
    severity: Severity
    text: str


def events_between(before: Update | None, after: Update) -> list[Event]:
    """What changed from one update to the next, in the order in which a person would tell it."""
    events: list[Event] = []
    if before is None:
        return events

    def tell(severity: Severity, text: str) -> None:
        events.append(Event(after.at, severity, text))

    if before.state is not after.state:
        if after.state is LinkState.OFFLINE:
            tell(Severity.WARNING, f"inverter offline: {after.error or 'no answer'}")
        elif after.state is LinkState.ONLINE and before.state is not LinkState.STALE:
            tell(Severity.GOOD, f"inverter online at {after.address}")
    old, new = before.reading, after.reading
    if not after.fresh or new is None:
        return events
    known = set() if old is None else set(old.errors)
    for text in new.errors:
        if text not in known:
            tell(Severity.FAULT, f"fault: {text}")
    for text in sorted(known - set(new.errors)):
        tell(Severity.GOOD, f"fault cleared: {text}")
    if old is not None and old.work_mode != new.work_mode:
        severity = Severity.WARNING if new.work_mode in ("off-grid", "fault") else Severity.NOTE
        tell(severity, f"work mode {old.work_mode} → {new.work_mode}")
    return events
