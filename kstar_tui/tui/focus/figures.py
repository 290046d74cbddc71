"""What is shown of today, read once from the archive: its course, its lows and highs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from kstar_tui.history.bucket import Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import KEPT
from kstar_tui.monitor.energy import Flow
from kstar_tui.protocol.reading import Reading

STEP = 60
"""Seconds a column as read; a chart puts several of them together."""
SOC = "battery_soc"
CHARTED = (
    SOC,
    *(flow.value for flow in (Flow.CHARGE, Flow.DISCHARGE, Flow.IMPORT, Flow.EXPORT, Flow.LOAD)),
)
_LARGEST = 1e7

Values = tuple[float | None, ...]


class Columns(Protocol):
    """Columns of a chart: seconds observed in each, and means by field."""

    @property
    def observed(self) -> Sequence[float]: ...
    @property
    def means(self) -> Mapping[str, Sequence[float | None]]: ...


class Past(Protocol):
    """What is asked of the archive."""

    def columns(
        self, key: str, start: int, step: int, count: int, fields: Sequence[str]
    ) -> Columns: ...
    def total(self, key: str, start: int, end: int) -> Bucket: ...


# Compared by identity: what was drawn of it is kept by it.
@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Columns of `step` s from `start` (s since 1970) on; None = not observed."""

    start: int
    step: int
    observed: tuple[float, ...]
    """Seconds observed in each."""
    means: Mapping[str, Values]
    """W and % by field."""

    @property
    def count(self) -> int:
        """How many columns the day has."""
        return len(self.observed)


@dataclass(frozen=True, slots=True)
class Today:
    """The local day so far, of one inverter. Lows and highs by field, in its unit."""

    key: str
    day: date
    course: Course
    lows: Mapping[str, float]
    highs: Mapping[str, float]
    read_at: float = 0.0
    """s since 1970: what came later is not in it."""

    def widened(self, lows: Mapping[str, float], highs: Mapping[str, float]) -> Today:
        """With lows and highs that were seen but are not on disk."""
        low = {f: min(v, self.lows.get(f, v)) for f, v in lows.items()}
        high = {f: max(v, self.highs.get(f, v)) for f, v in highs.items()}
        return replace(self, lows={**self.lows, **low}, highs={**self.highs, **high})

    def with_reading(self, reading: Reading) -> Today:
        """With a reading of today, before its minute is saved."""
        seen = {
            field: float(value)
            for field in KEPT
            if isinstance(value := getattr(reading, field), int | float)
        }
        return self.widened(seen, seen)


def read(past: Past, key: str, now: float, calendar: Calendar) -> Today:
    """The day that `now` (s since 1970) is in. Raises what the archive raises."""
    day = calendar.day(now)
    start, end = calendar.start(day), calendar.end(day)
    count = -(-(end - start) // STEP)
    columns = past.columns(key, start, STEP, count, CHARTED)
    means = {field: _sound(columns.means[field], count) for field in CHARTED}
    observed = tuple(value or 0.0 for value in _sound(columns.observed, count))
    whole = past.total(key, start, end)
    lows = {field: _number(whole.low(field)) for field in KEPT}
    highs = {field: _number(whole.high(field)) for field in KEPT}
    return Today(
        key,
        day,
        Course(start, STEP, observed, means),
        {field: value for field, value in lows.items() if value is not None},
        {field: value for field, value in highs.items() if value is not None},
        now,
    )


def _sound(values: Sequence[object], count: int) -> Values:
    numbers = [_number(value) for value in values[:count]]
    return (*numbers, *[None] * (count - len(numbers)))


def _number(value: object) -> float | None:
    """A damaged file can hold anything: what no inverter measures is not known."""
    if not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > _LARGEST:
        return None
    return float(value)
