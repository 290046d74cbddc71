"""What is shown of a period, read once from the archive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Protocol

from kstar_tui.history.bucket import Bucket, merged
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.tariff import Money, Tariff, money
from kstar_tui.monitor.energy import Flow
from kstar_tui.tui.history.period import Period, Reach
from kstar_tui.tui.history.sight import Sight

SOC = "battery_soc"
FIELDS = (*(flow.value for flow in Flow), SOC)
_MINUTES = (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 30, 36, 40, 45, 48, 60)


class Course(Protocol):
    """Columns of a chart: seconds observed in each, and means and highs by field."""

    @property
    def observed(self) -> Sequence[float]: ...
    @property
    def means(self) -> Mapping[str, Sequence[float | None]]: ...
    @property
    def highs(self) -> Mapping[str, Sequence[float | None]]: ...


class Past(Protocol):
    """What is asked of the archive."""

    def columns(
        self, key: str, start: int, step: int, count: int, fields: Sequence[str]
    ) -> Course: ...
    def days(self, key: str, first: date, last: date) -> list[tuple[date, Bucket]]: ...
    def span(self, key: str) -> tuple[date, date] | None: ...
    def priced(self, key: str, start: int, end: int) -> Iterable[Bucket]: ...
    def total(self, key: str, start: int, end: int) -> Bucket: ...


@dataclass(frozen=True, slots=True)
class Slot:
    """One column or bar: from `start` to `end` (s since 1970); None = not observed."""

    start: int
    end: int
    period: Period
    values: Mapping[str, float | None]
    """W and % by field for a column of a day, else kWh."""
    observed: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is looked at in slots; peaks in W by field (of a day only), and its sum."""

    sight: Sight
    slots: tuple[Slot, ...]
    peaks: Mapping[str, float]
    total: Bucket
    seconds: int
    """How long it is, up to now."""
    money: Money | None = None
    currency: str = ""

    @property
    def period(self) -> Period:
        """The period that it is, or that its hours are of."""
        return self.sight.period

    @property
    def only_sums(self) -> bool:
        """It was observed, but too long ago for its course to be kept."""
        return self.total.observed > 0 and not any(slot.observed for slot in self.slots)

    @property
    def observed(self) -> float:
        """The share of the time that was observed, 0 to 1."""
        return min(1.0, self.total.observed / 1000 / self.seconds) if self.seconds > 0 else 0.0


def column_minutes(seconds: int, room: int) -> int:
    """The narrowest round number of minutes a column at which so many seconds have room."""
    return next((m for m in _MINUTES if -(-seconds // (60 * m)) <= room), _MINUTES[-1])


def read(
    past: Past,
    key: str,
    sight: Sight,
    *,
    room: int,
    now: float,
    calendar: Calendar,
    tariff: Tariff | None = None,
) -> Figures:
    """The figures of what is looked at, for `room` columns. Raises what the archive raises."""
    start, end = sight.ends(calendar)
    seconds = max(0, min(end, int(now)) - start)
    if sight.period.reach is Reach.DAY:
        figures = _course(past, key, sight, room, seconds, calendar)
    else:
        figures = _bars(past, key, sight, seconds, calendar)
    if tariff is None:
        return figures
    amounts = money(tariff, past.priced(key, start, end), calendar)
    return replace(figures, money=amounts, currency=tariff.currency)


def _course(
    past: Past, key: str, sight: Sight, room: int, seconds: int, calendar: Calendar
) -> Figures:
    period = sight.period
    start, end = sight.ends(calendar)
    step = 60 * column_minutes(end - start, room)
    count = -(-(end - start) // step)
    course = past.columns(key, start, step, count, FIELDS)
    slots = tuple(
        Slot(
            start + i * step,
            min(end, start + (i + 1) * step),
            period,
            {field: course.means[field][i] for field in FIELDS},
            course.observed[i],
        )
        for i in range(count)
    )
    peaks = {}
    for field in FIELDS:
        highs = [high for high in course.highs[field] if high is not None]
        if highs:
            peaks[field] = max(highs)
    if sight.hours is not None:
        return Figures(sight, slots, peaks, past.total(key, start, end), seconds)
    # As a day: of one long ago its sum is all that is left.
    found = past.days(key, period.first, period.last)
    return Figures(sight, slots, peaks, found[0][1] if found else Bucket(start), seconds)


def _bars(past: Past, key: str, sight: Sight, seconds: int, calendar: Calendar) -> Figures:
    period = sight.period
    days = past.days(key, period.first, period.last)
    inner = period.parts()
    reach = inner[0].reach
    by_part = {
        part: merged(0, (bucket for _, bucket in found))
        for part, found in groupby(days, key=lambda row: Period.around(reach, row[0]))
    }
    slots = []
    for part in inner:
        bucket = by_part.get(part)
        values: dict[str, float | None] = {
            flow.value: bucket.energy(flow) if bucket else None for flow in Flow
        }
        observed = bucket.observed / 1000 if bucket else 0.0
        slots.append(
            Slot(calendar.start(part.first), calendar.end(part.last), part, values, observed)
        )
    total = merged(calendar.start(period.first), by_part.values())
    return Figures(sight, tuple(slots), {}, total, seconds)
