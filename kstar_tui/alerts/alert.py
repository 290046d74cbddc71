"""One thing to be told, and what is to be told at all."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from kstar_tui.monitor.events import Severity


class Kind(StrEnum):
    """What an alert is about."""

    FAULT = "fault"
    GRID = "grid"
    BATTERY = "battery"
    DATA = "data"
    """Nothing comes from the inverter."""

    @property
    def urgent(self) -> bool:
        """It is told at any time of the day."""
        return self in (Kind.FAULT, Kind.GRID)


class Stage(StrEnum):
    """Where an episode is when it is told of."""

    BEGINS = "begins"
    LASTS = "lasts"
    ENDS = "ends"


class Alert(NamedTuple):
    """What is told. Begin and end of an episode have the same kind and subject."""

    at: datetime
    stage: Stage
    kind: Kind
    subject: str
    """Which fault; else empty."""
    severity: Severity
    text: str
    since: datetime
    """When it began."""
    serial: str
    """Of the inverter, as far as it is known, like its model."""
    model: str


class Quiet(NamedTuple):
    """A stretch of every local day, in minutes after midnight; it may wrap midnight."""

    begin: int
    end: int

    def holds(self, at: datetime) -> bool:
        """Whether it is now, by the local time of `at`; its last minute is not part of it."""
        minute = at.hour * 60 + at.minute
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end


def parse_quiet(text: str) -> Quiet | None:
    """The stretch that HH:MM-HH:MM means; None for an empty text."""
    if not text:
        return None
    begin, end = (
        60 * int(hour) + int(minute)
        for hour, _, minute in (part.partition(":") for part in text.split("-"))
    )
    return Quiet(begin, end)


class Rules(NamedTuple):
    """What is told. Times in s; None turns a rule off."""

    fault: bool = True
    grid_lost: float | None = 60.0
    battery_low: float | None = 10.0
    """% of charge."""
    no_data: float | None = 1800.0
    quiet: Quiet | None = None
    repeat: float | None = None
