"""Local times as kstar.sharp wrote them, without a zone, as moments."""

from __future__ import annotations

from datetime import UTC, datetime

from kstar_tui.history.calendar import Calendar

_EARLIEST = datetime(2015, 1, 1, tzinfo=UTC).timestamp()
"""s since 1970 before which there was no kstar.sharp: a clock was not set."""
_QUARTER = 900
_DAY = 86400
_STEP = 60.0
"""Seconds that local time goes back, at least, as summer time ends; by less, a clock was set."""
_NAIVE = datetime(1970, 1, 1)


class RefusedError(Exception):
    """A row cannot be taken; the message is a fixed phrase without figures."""


class LocalTimes:
    """Texts of local time, told in the order in which they were written."""

    def __init__(self, calendar: Calendar, now: float) -> None:
        """`now` in s since 1970: later ones are refused."""
        self._calendar = calendar
        self._latest = now + _DAY
        self._quarter = -1
        self._offsets = (0.0, 0.0)

    def moment(self, given: object, before: float) -> float:
        """s since 1970 of a time; `before` is that of the row before it.

        Where the autumn's hour comes twice it is the second one if time went back there.
        RefusedError for what is no time, or one that never was.
        """
        try:
            written = datetime.fromisoformat(given.strip()) if isinstance(given, str) else None
        except ValueError:
            written = None
        if written is None:
            raise RefusedError("no time")
        at = written.timestamp() if written.tzinfo else self._resolve(written, before)
        if not _EARLIEST <= at <= self._latest:
            raise RefusedError("a time in the future" if at > _EARLIEST else "a time before 2015")
        return at

    def _resolve(self, written: datetime, before: float) -> float:
        naive = (written - _NAIVE).total_seconds()
        if not _EARLIEST - _DAY <= naive <= self._latest + _DAY:
            # The calendar's zones do not reach to every year that can be written.
            return naive
        # No zone changes its time but on a quarter of an hour.
        if (quarter := int(naive // _QUARTER)) != self._quarter:
            self._quarter, self._offsets = quarter, self._look(quarter * _QUARTER)
        first, second = self._offsets
        if first < second:
            raise RefusedError("a time that was skipped as summer time began")
        at = naive - first
        if first > second and before - at >= _STEP:
            return naive - second
        return at

    def _look(self, naive: float) -> tuple[float, float]:
        """The offsets from UTC before and after a change around a local time, alike without."""
        early = self._offset(naive - _DAY)
        late = self._offset(naive + _DAY)
        if early == late:
            return early, late
        # Each offset holds if the moment that it gives has that offset.
        holds = [o for o in (early, late) if self._offset(naive - o) == o]
        if len(holds) == 2:
            return early, late
        if len(holds) == 1:
            return holds[0], holds[0]
        return min(early, late), max(early, late)

    def _offset(self, epoch: float) -> float:
        offset = self._calendar.local(epoch).utcoffset()
        return offset.total_seconds() if offset else 0.0
