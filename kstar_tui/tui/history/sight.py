"""What is looked at: a period, or some hours; closer, wider, and along the time."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from kstar_tui.history.calendar import Calendar
from kstar_tui.tui.history.period import Period, Reach

_HOURS = (12, 6, 3)
"""How many are shown at once, where it is less than a day."""
_QUARTER = 900
"""Seconds on which hours begin: older days are kept in quarters of an hour."""


class Sight(NamedTuple):
    """A period; with `hours` (start and end in s since 1970) so much of it, and of the next day
    where they go over midnight."""

    period: Period
    hours: tuple[int, int] | None = None

    @classmethod
    def around(cls, reach: Reach, day: date) -> Sight:
        """The day, week, month or year that holds a day."""
        return cls(Period.around(reach, day))

    def ends(self, calendar: Calendar) -> tuple[int, int]:
        """From when to when, in s since 1970."""
        if self.hours is not None:
            return self.hours
        return calendar.start(self.period.first), calendar.end(self.period.last)

    @property
    def closest(self) -> bool:
        """Less is not shown at once."""
        return self._length() == _HOURS[-1]

    @property
    def widest(self) -> bool:
        """More is not shown at once."""
        return self.period.reach is Reach.YEAR

    def closer(self, at: float, calendar: Calendar, latest: date) -> Sight:
        """One step, so that a moment stays at its place; itself where it cannot be closer."""
        if self.period.reach is not Reach.DAY:
            reaches = list(Reach)
            inner = reaches[reaches.index(self.period.reach) - 1]
            return Sight.around(inner, min(calendar.day(at), latest))
        shown = self._length()
        shorter = next((h for h in _HOURS if shown is None or h < shown), None)
        return self if shorter is None else self._of(shorter, at, calendar, latest)

    def wider(self, at: float, calendar: Calendar, latest: date) -> Sight:
        """One step back from it; a year is the widest."""
        shown = self._length()
        if shown is not None:
            longer = next((h for h in reversed(_HOURS) if h > shown), None)
            if longer is not None:
                return self._of(longer, at, calendar, latest)
            return Sight.around(Reach.DAY, calendar.day(at))
        reaches = list(Reach)
        outer = reaches[min(len(reaches) - 1, reaches.index(self.period.reach) + 1)]
        return Sight.around(outer, min(calendar.day(at), latest))

    def moved(self, direction: int, calendar: Calendar, latest: date) -> Sight:
        """The period before or after, of hours half of them; the future is not reached."""
        if self.hours is None:
            if direction < 0:
                return Sight(self.period.before())
            return self if self.period.holds(latest) else Sight(self.period.after())
        start, end = self.hours
        return _hours(start + direction * (end - start) // 2, end - start, calendar, latest)

    def at_now(self, now: float, calendar: Calendar) -> Sight:
        """As much of the time up to now."""
        today = calendar.day(now)
        if self.hours is None:
            return Sight.around(self.period.reach, today)
        length = self.hours[1] - self.hours[0]
        return _hours(-(-int(now) // _QUARTER) * _QUARTER - length, length, calendar, today)

    def title(self, calendar: Calendar) -> str:
        """Its name; of hours `Thu 18 Jun 21:00–03:00`."""
        if self.hours is None:
            return self.period.title
        start, end = (calendar.local(at) for at in self.hours)
        return f"{start:%a} {start.day} {start:%b %H:%M}–{end:%H:%M}"

    def _length(self) -> int | None:
        return None if self.hours is None else (self.hours[1] - self.hours[0]) // 3600

    def _of(self, hours: int, at: float, calendar: Calendar, latest: date) -> Sight:
        start, end = self.ends(calendar)
        place = min(1.0, max(0.0, (at - start) / (end - start)))
        return _hours(at - place * hours * 3600, hours * 3600, calendar, latest)


def _hours(start: float, length: int, calendar: Calendar, latest: date) -> Sight:
    begin = round(min(start, calendar.end(latest) - length) / _QUARTER) * _QUARTER
    day = calendar.day(begin + length / 2)
    return Sight(Period.around(Reach.DAY, day), (begin, begin + length))
