"""The last day in memory, a bucket a minute: what sparks and peaks are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from kstar_tui.monitor.update import Update
from kstar_tui.protocol.reading import Reading

_SHOWN_MINUTES = 24 * 60
KEPT_MINUTES = _SHOWN_MINUTES + 60
"""Minutes after which a bucket is forgotten."""


def window(oldest: int, latest: int, count: int) -> tuple[int, int]:
    """(first minute since 1970, minutes a column) of `count` columns that show the last day, as
    far as there is one; columns begin at multiples of their width."""
    whole = -(-_SHOWN_MINUTES // count)
    for minutes in range(1, whole):
        first = oldest - oldest % minutes
        if first + count * minutes > latest:
            return first, minutes
    first = oldest - oldest % whole
    return max(first, (latest // whole - count + 1) * whole), whole


class Series(StrEnum):
    """What is kept: the never-negative powers in W, and the state of charge in %."""

    SOLAR = "pv_power"
    HOUSE = "load_power"
    IMPORT = "grid_import_power"
    EXPORT = "grid_export_power"
    CHARGE = "battery_charge_power"
    DISCHARGE = "battery_discharge_power"
    SOC = "battery_soc"


@dataclass(slots=True)
class _Bucket:
    sums: dict[Series, float] = field(default_factory=dict)
    counts: dict[Series, int] = field(default_factory=dict)
    peaks: dict[Series, float] = field(default_factory=dict)

    def add(self, reading: Reading) -> None:
        for series in Series:
            value: float | None = getattr(reading, series.value)
            if value is None:
                continue
            self.sums[series] = self.sums.get(series, 0.0) + value
            self.counts[series] = self.counts.get(series, 0) + 1
            self.peaks[series] = max(self.peaks.get(series, value), value)


class Trail:
    """A subscriber of the monitor. Columns stand still until the minute turns.

    A reading stands for the minutes up to the next one, over at most `hold` seconds: what was
    lost for longer is a gap.
    """

    def __init__(self, hold: float = 0.0) -> None:
        self.hold_over(hold)
        self._last: Reading | None = None
        self._buckets: dict[int, _Bucket] = {}
        self._latest: int | None = None
        self._from_disk = False
        self._drawn: dict[tuple[Series, int, int, int], list[float | None]] = {}
        self._peaks: dict[tuple[Series, int], tuple[float, int] | None] = {}

    def hold_over(self, seconds: float) -> None:
        """From now on readings come at another pace."""
        self._hold_minutes = -(-seconds // 60)

    def on_update(self, update: Update) -> None:
        """Take a fresh reading into the bucket of its minute."""
        if not update.fresh or update.reading is None or update.taken is None:
            return
        minute = int(update.taken.timestamp() // 60)
        if self._latest is not None and minute < self._latest:
            # The clock was set back: what it said before is not on this axis.
            self._buckets = {m: b for m, b in self._buckets.items() if m <= minute}
            self._turn()
        bucket = self._buckets.get(minute)
        if bucket is None:
            bucket = self._buckets[minute] = _Bucket()
            self._bridge(minute)
            self._turn()
            for old in [m for m in self._buckets if m < minute - KEPT_MINUTES]:
                del self._buckets[old]
        elif len(self._buckets) == 1:
            # Before there is a whole minute, the first one shows as it fills.
            self._turn()
        bucket.add(update.reading)
        self._from_disk = False
        self._latest = minute
        self._last = update.reading

    def load(
        self,
        start: datetime,
        means: Mapping[str, Sequence[float | None]],
        highs: Mapping[str, Sequence[float | None]],
    ) -> None:
        """Minutes from `start` on as they are on disk, by field; in place of what was here."""
        self.clear()
        first = int(start.timestamp() // 60)
        for series in Series:
            pairs = zip(means.get(series, ()), highs.get(series, ()), strict=True)
            for minute, (mean, high) in enumerate(pairs, first):
                if mean is None:
                    continue
                bucket = self._buckets.setdefault(minute, _Bucket())
                bucket.sums[series] = mean
                bucket.counts[series] = 1
                bucket.peaks[series] = mean if high is None else high
        self._latest = max(self._buckets, default=None)
        self._from_disk = self._latest is not None

    def clear(self) -> None:
        """Forget everything: it was another inverter's."""
        self._buckets.clear()
        self._last = self._latest = None
        self._from_disk = False
        self._turn()

    @property
    def from_disk(self) -> datetime | None:
        """The last minute on disk, while no reading has come since; else None."""
        if self._latest is None or not self._from_disk:
            return None
        return datetime.fromtimestamp(self._latest * 60, UTC)

    def _bridge(self, minute: int) -> None:
        if self._latest is None or self._last is None:
            return
        if minute - self._latest <= self._hold_minutes:
            for between in range(self._latest + 1, minute):
                self._buckets[between] = _Bucket()
                self._buckets[between].add(self._last)

    def _turn(self) -> None:
        self._drawn.clear()
        self._peaks.clear()

    @property
    def empty(self) -> bool:
        """No reading has come yet."""
        return not self._buckets

    def window(self, count: int) -> tuple[int, int]:
        """(first minute since 1970, minutes a column) so that `count` columns show all there is.

        The first column stays where the data begins, so that drawings only grow to the right,
        until there is a whole day; then the newest is the last one, and the oldest leaves.
        """
        if self._latest is None or count < 1:
            return 0, 1
        return window(min(self._buckets), self._latest, count)

    def columns(
        self, series: Series, first: int, minutes: int, count: int
    ) -> Sequence[float | None]:
        """Means over `count` columns of `minutes` each from minute `first` on; None = no data."""
        key = series, first, minutes, count
        if key not in self._drawn:
            self._drawn[key] = self._columns(*key)
        return self._drawn[key]

    def _columns(self, series: Series, first: int, minutes: int, count: int) -> list[float | None]:
        sums = [0.0] * count
        counts = [0] * count
        for minute, bucket in self._buckets.items():
            column, value = (minute - first) // minutes, bucket.sums.get(series)
            if value is not None and 0 <= column < count:
                sums[column] += value
                counts[column] += bucket.counts[series]
        return [total / n if n else None for total, n in zip(sums, counts, strict=True)]

    def peak(self, series: Series, since: datetime) -> tuple[float, datetime] | None:
        """The highest single reading since a moment, and its minute (UTC)."""
        first = int(since.timestamp() // 60)
        key = series, first
        if key not in self._peaks:
            self._peaks[key] = max(
                (
                    (bucket.peaks[series], minute)
                    for minute, bucket in self._buckets.items()
                    if minute >= first and series in bucket.peaks
                ),
                default=None,
            )
        best = self._peaks[key]
        # The minute that is still filling can only raise it.
        latest = self._buckets.get(self._latest) if self._latest is not None else None
        if latest is not None and self._latest is not None and self._latest >= first:
            value = latest.peaks.get(series)
            if value is not None and (best is None or value > best[0]):
                best = self._peaks[key] = value, self._latest
        return None if best is None else (best[0], datetime.fromtimestamp(best[1] * 60, UTC))
