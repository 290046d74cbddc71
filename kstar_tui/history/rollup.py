"""Minutes become quarters of an hour, and those local days: exact sums, told once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from kstar_tui.history.bucket import MINUTE, QUARTER, Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.schema import TOTALS, adding, row_of

MINUTES_KEPT = 62 * 86400
QUARTERS_KEPT = 5 * 366 * 86400

_Key = TypeVar("_Key")


def minutes_are_kept(start: int, now: float) -> bool:
    """Whether the quarter of a moment is recent enough to have all of its minutes."""
    return start // QUARTER * QUARTER > now - MINUTES_KEPT


def quarters_begin(calendar: Calendar, now: float) -> int:
    """The first moment of the first local day that is recent enough to have all of its quarters."""
    return calendar.end(calendar.day(max(0.0, now - QUARTERS_KEPT)))


class RollUp:
    """Holds two promises: below `rolled` every quarter is the sum of its minutes, and every local
    day that ends there is the sum of its quarters.

    What is late is added to every tier that was made already, never summed up anew: whether a
    tier still has all of its rows is not for a clock to say that may be wrong.
    """

    def __init__(self, connection: sqlite3.Connection, calendar: Calendar) -> None:
        self._connection = connection
        self._calendar = calendar

    def add(self, inverter: int, rolled: int, minutes: Iterable[Bucket], now: float) -> None:
        """Add minutes to their tier, and late ones to what was made of it; not to a tier that
        they are too old for."""
        fine: list[Bucket] = []
        quarters: dict[int, Bucket] = {}
        days: dict[date, Bucket] = {}
        oldest = quarters_begin(self._calendar, now)
        day, begin, end = date.min, 0, 0
        for bucket in minutes:
            late = bucket.start < rolled
            if not late or minutes_are_kept(bucket.start, now):
                fine.append(bucket)
            if not late:
                continue
            if not begin <= bucket.start < end:
                day = self._calendar.day(bucket.start)
                begin, end = self._calendar.start(day), self._calendar.end(day)
            if bucket.start >= oldest or end > rolled:
                _gather(quarters, bucket.start // QUARTER, bucket)
            if end <= rolled:
                _gather(days, day, bucket)
        first = inverter << 32
        self._add("minute", [(first | b.start // MINUTE, *row_of(b)) for b in fine])
        self._add("quarter", [(first | key, *row_of(b)) for key, b in quarters.items()])
        self._connection.executemany(
            adding("day", "inverter", "date"),
            [(inverter, key.isoformat(), *row_of(b)) for key, b in days.items()],
        )

    def advance(self, inverter: int, rolled: int, now: float) -> int:
        """Roll up to `now`; up to where it is rolled up then."""
        until = int(now) // QUARTER * QUARTER
        if until <= rolled:
            return rolled
        first = inverter << 32
        quarters = self._connection.execute(
            f"SELECT (id & 4294967295) / 15 AS quarter, {TOTALS} FROM minute"
            " WHERE id BETWEEN ? AND ? GROUP BY quarter",
            (first | rolled // MINUTE, (first | until // MINUTE) - 1),
        ).fetchall()
        self._add("quarter", [(first | quarter, *sums) for quarter, *sums in quarters])
        # Of the day that it stopped in, all quarters may be there already.
        moments = (rolled, *(row[0] * QUARTER for row in quarters))
        days = {self._calendar.day(moment) for moment in moments}
        for day in days:
            if self._calendar.end(day) <= until:
                self._end_day(inverter, day)
        self._connection.execute(
            "UPDATE inverter SET rolled = ?, used = ? WHERE id = ?", (until, now, inverter)
        )
        return until

    def _end_day(self, inverter: int, day: date) -> None:
        start, end = self._calendar.start(day), self._calendar.end(day)
        first = inverter << 32
        row = self._connection.execute(
            f"SELECT count(*), {TOTALS} FROM quarter WHERE id BETWEEN ? AND ?",
            (first | start // QUARTER, (first | end // QUARTER) - 1),
        ).fetchone()
        if row[0]:
            # In another zone the same day may have ended before.
            self._connection.execute(
                "DELETE FROM day WHERE inverter = ? AND date = ?", (inverter, day.isoformat())
            )
            self._connection.execute(
                adding("day", "inverter", "date"), (inverter, day.isoformat(), *row[1:])
            )

    def _add(self, table: str, rows: list[tuple[int | None, ...]]) -> None:
        self._connection.executemany(adding(table, "id"), rows)


def _gather(into: dict[_Key, Bucket], key: _Key, bucket: Bucket) -> None:
    into.setdefault(key, Bucket(0)).merge(bucket)
