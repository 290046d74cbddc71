"""Which stretch of local days is shown, and moving to the next."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple


class Reach(StrEnum):
    """How much is shown at once."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Period(NamedTuple):
    """Local days from `first` to `last`, both included."""

    reach: Reach
    first: date
    last: date

    @classmethod
    def around(cls, reach: Reach, day: date) -> Period:
        """The day, week (from Monday), month or year that holds a day."""
        if reach is Reach.DAY:
            return cls(reach, day, day)
        if reach is Reach.WEEK:
            monday = day - timedelta(days=day.weekday())
            return cls(reach, monday, monday + timedelta(days=6))
        if reach is Reach.MONTH:
            end = monthrange(day.year, day.month)[1]
            return cls(reach, day.replace(day=1), day.replace(day=end))
        return cls(reach, date(day.year, 1, 1), date(day.year, 12, 31))

    def before(self) -> Period:
        """The one before."""
        return Period.around(self.reach, self.first - timedelta(days=1))

    def after(self) -> Period:
        """The next one."""
        return Period.around(self.reach, self.last + timedelta(days=1))

    def holds(self, day: date) -> bool:
        """Whether a day is in it."""
        return self.first <= day <= self.last

    @property
    def title(self) -> str:
        """Its name: `Sat 21 Nov 2026`, `16 – 22 Nov 2026`, `November 2026`, `2026`."""
        if self.reach is Reach.DAY:
            return f"{self.first:%a} {self.first.day} {self.first:%b %Y}"
        if self.reach is Reach.WEEK:
            month = "" if self.first.month == self.last.month else f" {self.first:%b}"
            return f"{self.first.day}{month} – {self.last.day} {self.last:%b %Y}"
        return f"{self.first:%B %Y}" if self.reach is Reach.MONTH else f"{self.first.year}"

    def parts(self) -> list[Period]:
        """The days in it, of a year the months."""
        inner = Reach.MONTH if self.reach is Reach.YEAR else Reach.DAY
        parts = [Period.around(inner, self.first)]
        while parts[-1].last < self.last:
            parts.append(parts[-1].after())
        return parts
