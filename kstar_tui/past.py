"""Days before the demo began, so that its history has something to show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from kstar_tui.history.bucket import Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import INDEX, KEPT, SCALES
from kstar_tui.monitor.energy import MJ_PER_KWH, Flow
from kstar_tui.simulator.account import Account
from kstar_tui.simulator.days import Day, named_day
from kstar_tui.simulator.house import House

_ACCOUNTS = {
    Flow.PV: "pv",
    Flow.LOAD: "load",
    Flow.IMPORT: "grid_import",
    Flow.EXPORT: "grid_export",
    Flow.CHARGE: "battery_charge",
    Flow.DISCHARGE: "battery_discharge",
}
_FINE_DAYS, _FINE = 31, 300
_COARSE_DAYS, _COARSE = 400, 900
_CHANGING = "cloudy"
"""The weather that is different every day."""


class Past(NamedTuple):
    """Where a simulated inverter comes from."""

    key: str
    """Its `Update.key`."""
    day: Day
    start: datetime
    """The moment at which it begins to be watched, with its zone."""
    seed: int

    def days(self, calendar: Calendar) -> Iterator[list[Bucket]]:
        """A day's buckets at a time: first those of the day it begins in, which this house really
        lived through, then the month before, then the rest of a year."""
        return _days(self.day, self.start, self.seed, calendar)


def _days(day: Day, start: datetime, seed: int, calendar: Calendar) -> Iterator[list[Bucket]]:
    today = calendar.start(calendar.day(start.timestamp()))
    yield list(_lived(day, today, start.timestamp(), _FINE, seed, 5.0))
    changing = named_day(_CHANGING)
    fine = today - _FINE_DAYS * 86400
    for days, step, first in (
        (_FINE_DAYS, _FINE, fine),
        (_COARSE_DAYS - _FINE_DAYS, _COARSE, today - _COARSE_DAYS * 86400),
    ):
        buckets = _lived(changing, first, first + days * 86400, step, seed + 1, float(step))
        batch: list[Bucket] = []
        for bucket in buckets:
            batch.append(bucket)
            if len(batch) == 86400 // step:
                yield batch
                batch = []


def _lived(
    day: Day, start: int, end: float, seconds: int, seed: int, step: float
) -> Iterator[Bucket]:
    """One bucket every so many seconds of a house that lives from a midnight on."""
    # A house counts its own hours from midnight, without summer time.
    house = House(day, _midnight(start), seed=seed, step=step)
    before = house.account.copy()
    for at in range(0, int(end - start) - seconds + 1, seconds):
        house.advance(at + seconds)
        bucket = Bucket(start + at)
        bucket.observed = seconds * 1000
        _measure(bucket, house)
        _book(bucket, before, house.account)
        before = house.account.copy()
        yield bucket


def _midnight(epoch: int) -> datetime:
    """The midnight nearest to a moment, in no zone."""
    return datetime(1970, 1, 1) + timedelta(days=round(epoch / 86400))


def _measure(bucket: Bucket, house: House) -> None:
    values = house.values()
    for index, name in enumerate(KEPT):
        value = values.get(name)
        if isinstance(value, int | float):
            bucket.sums[index] = round(value * bucket.observed)
            bucket.lows[index] = bucket.highs[index] = round(value * SCALES[index])


def _book(bucket: Bucket, before: Account, after: Account) -> None:
    for flow, name in _ACCOUNTS.items():
        energy = round((getattr(after, name) - getattr(before, name)) * MJ_PER_KWH)
        index = INDEX[flow.value]
        bucket.sums[index] = energy
        mean = round(energy / bucket.observed * SCALES[index])
        bucket.lows[index] = bucket.highs[index] = mean
        if flow is Flow.PV:
            bucket.pv_energy = energy
        elif flow is Flow.LOAD:
            bucket.load_energy = energy
