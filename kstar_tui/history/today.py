"""What is made of today's stored energy: shares and money."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple, Protocol

from kstar_tui.history.bucket import QUARTER, Bucket, merged
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.derived import self_consumption, self_sufficiency
from kstar_tui.history.tariff import Money, Tariff, money


class TodaySummary(NamedTuple):
    """Of the local day so far; None where nothing can be said."""

    day: date
    self_consumption: float | None = None
    self_sufficiency: float | None = None
    money: Money | None = None
    currency: str = ""


class Buckets(Protocol):
    """What is needed of the archive."""

    def buckets(self, key: str, start: int, end: int, step: int) -> Iterator[Bucket]:
        """Those with something, of `step` seconds."""
        ...


def today_summary(
    archive: Buckets, key: str, now: datetime, calendar: Calendar, tariff: Tariff | None
) -> TodaySummary:
    """Shares and money of the local day that `now` belongs to."""
    day = calendar.day(now.timestamp())
    start, end = calendar.start(day), calendar.end(day)
    quarters = list(archive.buckets(key, start, end, QUARTER))
    whole = merged(start, quarters)
    return TodaySummary(
        day,
        self_consumption(whole),
        self_sufficiency(whole),
        money(tariff, quarters, calendar) if tariff else None,
        tariff.currency if tariff else "",
    )
