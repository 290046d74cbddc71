"""Minutes become quarters of an hour, and those local days: exact sums, told once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date, timedelta

from kstar_tui.history.bucket import QUARTER
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.schema import ALL, MEASURES, TOTALS

MINUTES_KEPT = 62 * 86400
QUARTERS_KEPT = 5 * 366 * 86400
_MANY_DAYS = 4000


def rolled_from_minutes(start: int, now: float) -> bool:
    """Whether the quarter of a moment still has all of its minutes; else it is added to itself."""
    return start // QUARTER * QUARTER > now - MINUTES_KEPT


class RollUp:
    """Holds two promises: below `rolled` every quarter is the sum of its minutes, and every local
    day that ends there is the sum of its quarters."""

    def __init__(self, connection: sqlite3.Connection, calendar: Calendar) -> None:
        self._connection = connection
        self._calendar = calendar

    def advance(self, inverter: int, rolled: int, touched: Iterable[int], now: float) -> bool:
        """Roll up to `now`, and anew what minutes at `touched` changed; whether time went on."""
        until = max(rolled, int(now) // QUARTER * QUARTER)
        quarters = {start // QUARTER for start in touched if start < until}
        if until > rolled:
            first = inverter << 32
            quarters |= {
                row[0]
                for row in self._connection.execute(
                    "SELECT DISTINCT (id & 4294967295) / 15 FROM minute WHERE id BETWEEN ? AND ?",
                    (first | rolled // 60, (first | until // 60) - 1),
                )
            }
        for quarter in quarters:
            if rolled_from_minutes(quarter * QUARTER, now):
                self._quarter(inverter, quarter)
        for day in self._days(quarters, rolled, until):
            if self._calendar.start(day) > now - QUARTERS_KEPT:
                self._day(inverter, day)
        if until > rolled:
            self._connection.execute(
                "UPDATE inverter SET rolled = ?, used = ? WHERE id = ?", (until, now, inverter)
            )
        return until > rolled

    def _days(self, quarters: set[int], rolled: int, until: int) -> set[date]:
        """Days that are over, and were changed or have just ended."""
        days = {self._calendar.day(quarter * QUARTER) for quarter in quarters}
        if rolled and self._calendar.day(rolled) != self._calendar.day(until):
            ended, last = self._calendar.day(rolled), self._calendar.day(until)
            for _ in range(_MANY_DAYS):
                if ended >= last:
                    break
                days.add(ended)
                ended += timedelta(days=1)
        return {day for day in days if self._calendar.end(day) <= until}

    def _quarter(self, inverter: int, quarter: int) -> None:
        first = inverter << 32 | quarter * 15
        row = self._connection.execute(
            f"SELECT count(*), {TOTALS} FROM minute WHERE id BETWEEN ? AND ?",
            (first, first + 14),
        ).fetchone()
        if row[0]:
            self._put("quarter", ("id",), (inverter << 32 | quarter,), row[1:])

    def _day(self, inverter: int, day: date) -> None:
        start, end = self._calendar.start(day), self._calendar.end(day)
        first = inverter << 32
        row = self._connection.execute(
            f"SELECT count(*), {TOTALS} FROM quarter WHERE id BETWEEN ? AND ?",
            (first | start // QUARTER, (first | end // QUARTER) - 1),
        ).fetchone()
        if row[0]:
            self._put("day", ("inverter", "date"), (inverter, day.isoformat()), row[1:])

    def _put(
        self, table: str, keys: tuple[str, ...], key: tuple[object, ...], row: tuple[object, ...]
    ) -> None:
        marks = ", ".join("?" * (len(keys) + len(MEASURES)))
        self._connection.execute(
            f"INSERT OR REPLACE INTO {table} ({', '.join(keys)}, {ALL}) VALUES ({marks})",
            (*key, *row),
        )
