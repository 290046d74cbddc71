"""A simulated house's days as minute buckets, and an archive of them in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from kstar_tui.history.bucket import MINUTE, Bucket, merged
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import INDEX, SCALES
from kstar_tui.monitor.energy import FLOWS, Flow
from kstar_tui.simulator.days import named_day
from kstar_tui.simulator.house import House


def flow_watts(house: House) -> dict[Flow, float]:
    """The six powers of a house now."""
    flows = house.flows
    return {
        Flow.PV: flows.pv,
        Flow.LOAD: flows.load,
        Flow.IMPORT: max(0.0, flows.grid),
        Flow.EXPORT: max(0.0, -flows.grid),
        Flow.CHARGE: max(0.0, -flows.battery),
        Flow.DISCHARGE: max(0.0, flows.battery),
    }


def bucket_of(start: int, watts: dict[Flow, float], soc: float, seconds: int = MINUTE) -> Bucket:
    """Constant powers over some seconds."""
    bucket = Bucket(start)
    bucket.observed = seconds * 1000
    values = {flow.value: watts[flow] for flow in FLOWS} | {"battery_soc": soc}
    for field, value in values.items():
        i = INDEX[field]
        bucket.sums[i] = round(value * bucket.observed)
        bucket.lows[i] = bucket.highs[i] = round(value * SCALES[i])
    bucket.pv_energy = bucket.sums[INDEX[Flow.PV.value]] or 0
    bucket.load_energy = bucket.sums[INDEX[Flow.LOAD.value]] or 0
    return bucket


def house_minutes(
    start: int, minutes: int, *, kind: str = "clear", seed: int = 1, on: date | None = None
) -> list[Bucket]:
    """A bucket a minute from `start` (a midnight, s since 1970), of a kind of day on a date."""
    day = named_day(kind)
    midnight = datetime.combine(on or day.date, datetime.min.time())
    house = House(day, midnight, seed=seed, step=60.0)
    buckets = []
    for minute in range(minutes):
        house.advance(minute * 60.0)
        soc = house.values()["battery_soc"]
        assert isinstance(soc, int | float)
        buckets.append(bucket_of(start + minute * 60, flow_watts(house), soc))
    return buckets


class HandColumns(NamedTuple):
    observed: list[float]
    means: dict[str, list[float | None]]
    highs: dict[str, list[float | None]]


class HandPast:
    """Answers from buckets held in a list, whatever their length, slowly and surely."""

    def __init__(self, buckets: Iterable[Bucket], calendar: Calendar) -> None:
        self.buckets = list(buckets)
        self._calendar = calendar

    def columns(
        self, key: str, start: int, step: int, count: int, fields: Sequence[str]
    ) -> HandColumns:
        parts: list[list[Bucket]] = [[] for _ in range(count)]
        for bucket in self.buckets:
            index = (bucket.start - start) // step
            if 0 <= index < count:
                parts[index].append(bucket)
        whole = [merged(start + i * step, part) for i, part in enumerate(parts)]
        return HandColumns(
            [bucket.observed / 1000 for bucket in whole],
            {field: [bucket.mean(field) for bucket in whole] for field in fields},
            {field: [bucket.high(field) for bucket in whole] for field in fields},
        )

    def total(self, key: str, start: int, end: int) -> Bucket:
        return merged(start, (b for b in self.buckets if start <= b.start < end))

    def days(self, key: str, first: date, last: date) -> list[tuple[date, Bucket]]:
        found: dict[date, Bucket] = {}
        for bucket in self.buckets:
            day = self._calendar.day(bucket.start)
            if first <= day <= last:
                found.setdefault(day, Bucket(self._calendar.start(day))).merge(bucket)
        return sorted(found.items())

    def priced(self, key: str, start: int, end: int) -> list[Bucket]:
        return [bucket for bucket in self.buckets if start <= bucket.start < end]

    def span(self, key: str) -> tuple[date, date] | None:
        days = [self._calendar.day(bucket.start) for bucket in self.buckets]
        return (min(days), max(days)) if days else None


def year_of_days(calendar: Calendar, last: date, count: int = 400) -> list[Bucket]:
    """One bucket a day, the sun by season: for charts of energy, not of power."""
    buckets = []
    for back in range(count):
        day = last - timedelta(days=back)
        season = 1 - abs((day.timetuple().tm_yday - 172) / 184)
        mood = 0.5 + (day.toordinal() * 37 % 50) / 100
        pv, load = 900 * season * mood + 60, 400 + (day.toordinal() * 53 % 200) - 90 * season
        charge = min(180.0, pv * 0.35)
        spare = pv - load - charge + 0.9 * charge
        watts = {
            Flow.PV: pv,
            Flow.LOAD: load,
            Flow.IMPORT: max(40.0, 40 - spare),
            Flow.EXPORT: max(0.0, spare),
            Flow.CHARGE: charge,
            Flow.DISCHARGE: 0.9 * charge,
        }
        buckets.append(bucket_of(calendar.start(day), watts, 60, calendar.seconds(day)))
    return buckets
