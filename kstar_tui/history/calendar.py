"""The user's local days as moments: 23, 24 or 25 hours long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo


class Calendar:
    """Local days in a zone; None is the machine's own, with its summer time."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        self._zone = zone

    def local(self, epoch: float) -> datetime:
        """The local wall time of a moment in s since 1970, with its zone."""
        moment = datetime.fromtimestamp(epoch, UTC)
        return moment.astimezone(self._zone)

    def day(self, epoch: float) -> date:
        """The local day that a moment belongs to."""
        return self.local(epoch).date()

    def start(self, day: date) -> int:
        """The first moment of a local day, in s since 1970."""
        midnight = datetime(day.year, day.month, day.day)
        if self._zone is not None:
            midnight = midnight.replace(tzinfo=self._zone)
        # Where midnight is skipped, the old offset gives the moment of the change.
        return int(midnight.timestamp())

    def end(self, day: date) -> int:
        """The first moment of the day after."""
        return self.start(day + timedelta(days=1))

    def seconds(self, day: date) -> int:
        """How long a day is: 82,800, 86,400 or 90,000 s in most zones."""
        return self.end(day) - self.start(day)
