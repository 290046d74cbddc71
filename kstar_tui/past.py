"""Days before the demo began, so that its history has something to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from kstar_tui.history.bucket import MINUTE, Bucket, merged
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import INDEX, KEPT, SCALES
from kstar_tui.history.records import Account, Batch
from kstar_tui.monitor.energy import FLOWS, MJ_PER_KWH, Flow
from kstar_tui.simulator.account import Account as Exact
from kstar_tui.simulator.days import Day, named_day
from kstar_tui.simulator.house import House

if TYPE_CHECKING:
    from kstar_tui.history.store import Store

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
_BATCH = 120
"""Buckets that are put into the history at once."""
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

    def into(self, store: Store, now: float, calendar: Calendar) -> Iterator[None]:
        """Put it into a history, some buckets at each step: first all of the day it begins in,
        which this house really lived through, with its account; then the month before in minutes,
        then the rest of a year. StoreError."""
        batches = _days(self.day, self.start, self.seed, calendar)
        today = next(batches, [])
        store.import_minutes(self.key, today, now=now)
        if today:
            store.save(Batch(self.key, now, _account(today)))
        yield
        for batch in batches:
            store.import_minutes(self.key, batch, now=now)
            yield


def _account(lived: Sequence[Bucket]) -> Account:
    """As it stands after these buckets; what the inverter counts, its counters begin with."""
    whole = merged(lived[0].start, lived)
    totals = [0 if flow.counted else whole.millijoules(flow) for flow in FLOWS]
    pv, load, bought, sold, charged, discharged = totals
    end = lived[-1].start + lived[-1].observed / 1000
    return Account((pv, load, bought, sold, charged, discharged), lived[0].start, end)


def _days(day: Day, start: datetime, seed: int, calendar: Calendar) -> Iterator[list[Bucket]]:
    today = calendar.start(calendar.day(start.timestamp()))
    yield list(_lived(day, today, start.timestamp(), MINUTE, seed, 5.0))
    changing = named_day(_CHANGING)
    fine = today - _FINE_DAYS * 86400
    for days, step, first in (
        (_FINE_DAYS, _FINE, fine),
        (_COARSE_DAYS - _FINE_DAYS, _COARSE, today - _COARSE_DAYS * 86400),
    ):
        buckets = _lived(changing, first, first + days * 86400, step, seed + 1, float(step))
        if step == _FINE:
            buckets = (minute for bucket in buckets for minute in _minutes(bucket))
        while batch := list(islice(buckets, _BATCH)):
            yield batch


def _minutes(bucket: Bucket) -> Iterator[Bucket]:
    """A bucket in minutes that are all alike: a chart of hours has room for each."""
    count = bucket.observed // 1000 // MINUTE
    for index in range(count):
        minute = Bucket(bucket.start + MINUTE * index)
        minute.observed = MINUTE * 1000
        minute.lows, minute.highs = bucket.lows[:], bucket.highs[:]
        minute.sums = [_share(total, index, count) for total in bucket.sums]
        minute.pv_energy = _share(bucket.pv_energy, index, count) or 0
        minute.load_energy = _share(bucket.load_energy, index, count) or 0
        yield minute


def _share(total: int | None, index: int, count: int) -> int | None:
    """Whole numbers whose sum is the total."""
    return None if total is None else total * (index + 1) // count - total * index // count


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


def _book(bucket: Bucket, before: Exact, after: Exact) -> None:
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
