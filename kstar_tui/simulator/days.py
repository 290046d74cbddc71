"""The days that can be asked for by name, and the clock that lives through one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType

from kstar_tui.clock import ScaledClock

LATITUDE = 52.0
"""Degrees north, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Day:
    """A kind of weather on a date. Clearness is 0 (overcast) to 1 (blue), wandering by `spread`."""

    name: str
    date: date
    start: time
    """Where the clock begins unless told otherwise."""
    clearness: float
    spread: float
    gloom: float
    """Diffuse light under an overcast sky, as a multiple of a clear sky's."""
    temperature: float
    """Mean air temperature where the inverter hangs, °C."""
    temperature_swing: float
    """Half the difference between afternoon and night, °C."""
    charge: float
    """The battery's state of charge at the midnight before, 0 to 1."""


_ALL = (
    Day("clear", date(2026, 6, 18), time(12, 30), 0.97, 0.04, 1.5, 19.0, 6.0, 0.48),
    Day("cloudy", date(2026, 5, 6), time(11, 0), 0.45, 0.85, 1.5, 15.0, 4.0, 0.42),
    Day("winter", date(2026, 12, 17), time(11, 30), 0.25, 0.45, 0.9, 7.0, 2.0, 0.30),
    Day("night", date(2026, 9, 12), time(22, 15), 0.75, 0.35, 1.5, 16.0, 4.0, 0.50),
)
DAYS: Mapping[str, Day] = MappingProxyType({day.name: day for day in _ALL})
"""Every named day."""


def named_day(name: str) -> Day:
    """The day of that name; ValueError lists the names there are."""
    try:
        return DAYS[name]
    except KeyError:
        raise ValueError(f"no day is called {name!r}; there are {', '.join(DAYS)}") from None


def parse_start(text: str) -> time:
    """A time of day from `HH:MM`; ValueError for anything else."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip(), re.ASCII)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f"{text!r} is no time of day: HH:MM from 00:00 to 23:59 is")
    return time(int(match[1]), int(match[2]))


def day_clock(day: str = "clear", start: time | None = None, speed: float = 1.0) -> ScaledClock:
    """A clock at `start` (else the day's own) on the named day's date, `speed` times as fast.

    ValueError for an unknown day or a speed that is not above 0.
    """
    named = named_day(day)
    return ScaledClock(datetime.combine(named.date, start or named.start).astimezone(), speed)
