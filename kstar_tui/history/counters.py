"""The inverter's own lifetime counters become accounts that never fall and never leap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple, Self

from kstar_tui.history.bucket import MINUTE, Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.records import Account
from kstar_tui.monitor.energy import FLOWS, MJ_PER_KWH, Flow
from kstar_tui.monitor.limits import MAX_POWER_KW, POSSIBLE
from kstar_tui.protocol.reading import FIELDS, Reading

_LONGEST = 400 * 86400
"""Seconds between two readings above which a clock was wrong rather than the inverter away."""


class CounterStep(NamedTuple):
    """What one reading adds to the accounts, in mJ."""

    pv: int
    load: int
    by_minute: list[Bucket]
    """The same energies placed in time; but what an inverter counted before its account began is
    only in `pv` and `load`."""
    events: list[str]
    """What was not counted, for people."""


class Counters:
    """Both counters of one inverter, compared from reading to reading."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._at: float | None = None
        self._monotonic: float | None = None
        self._hours: float | None = None
        self._pv = _Counter("energy_total")
        self._load = _Counter("load_energy_total")

    @classmethod
    def resume(cls, account: Account | None, calendar: Calendar) -> Self:
        """Go on where an account stands; None begins one."""
        counters = cls(calendar)
        if account is not None:
            totals = dict(zip(FLOWS, account.totals, strict=True))
            counters._at = account.at
            counters._hours = account.hours_counter
            counters._pv.resume(account.pv_counter, totals[Flow.PV])
            counters._load.resume(account.load_counter, totals[Flow.LOAD])
        return counters

    @property
    def pv_counter(self) -> float | None:
        """`energy_total` as it was last believed, kWh; None before it ever counted."""
        return self._pv.kwh

    @property
    def load_counter(self) -> float | None:
        """`load_energy_total`, likewise."""
        return self._load.kwh

    @property
    def hours_counter(self) -> float | None:
        """`hours_total`, likewise."""
        return self._hours

    def take(self, reading: Reading, at: float, at_monotonic: float | None = None) -> CounterStep:
        """What both counters rose by since the reading before; `at` in s since 1970,
        `at_monotonic` in s, where this process took both."""
        before = at if self._at is None else self._at
        most = MAX_POWER_KW * self._hours_since(reading, before, at, at_monotonic)
        self._monotonic = at_monotonic
        events: list[str] = []
        pv_begun, pv = self._pv.take(reading, most, events)
        load_begun, load = self._load.take(reading, most, events)
        self._at, self._hours = at, reading.hours_total
        by_minute: dict[int, Bucket] = {}
        for start, energy in self._places(pv, before, at, reading.energy_today):
            by_minute.setdefault(start, Bucket(start)).pv_energy += energy
        for start, energy in self._places(load, before, at, reading.load_energy_today):
            by_minute.setdefault(start, Bucket(start)).load_energy += energy
        placed = [by_minute[start] for start in sorted(by_minute)]
        return CounterStep(pv_begun + pv, load_begun + load, placed, events)

    def _hours_since(
        self, reading: Reading, before: float, at: float, at_monotonic: float | None
    ) -> float:
        """How long the inverter can have counted since the reading before, with an hour to spare
        for one that counts in steps."""
        gap = max(0.0, at - before)
        # So long a gap is a clock that was not set; the hours that it ran still tell.
        hours = gap / 3600 if gap <= _LONGEST else 0.0
        ran = 0.0 if self._hours is None else max(0.0, reading.hours_total - self._hours)
        if at_monotonic is None or self._monotonic is None:
            return max(hours, ran + 1)
        awake = max(0.0, at_monotonic - self._monotonic) / 3600
        # That clock stands still while a computer sleeps: then both others have to say so.
        return max(awake + 1, min(hours, ran + 1))

    def _places(
        self, energy: int, before: float, at: float, today: float
    ) -> Iterator[tuple[int, int]]:
        """Minutes and their mJ: the reading's own, but what came before the last midnight, going
        by the inverter's counter of today, lies evenly on the days since the reading before."""
        midnight = self._calendar.start(self._calendar.day(at))
        after = energy
        if before < midnight and at - before <= _LONGEST:
            after = min(energy, round(today * MJ_PER_KWH))
            yield from self._spread(energy - after, before, midnight)
        if after:
            yield _minute(at), after

    def _spread(self, energy: int, before: float, midnight: int) -> Iterator[tuple[int, int]]:
        done, day = 0, self._calendar.day(before)
        while done < energy:
            end = min(midnight, self._calendar.end(day))
            share = (end - before) / (midnight - before)
            until = energy if end == midnight else min(energy, int(energy * share))
            if until > done:
                yield _minute(end - MINUTE), until - done
            done, day = until, day + timedelta(days=1)


class _Counter:
    """One counter, in whole units of its last digit."""

    def __init__(self, name: str) -> None:
        row = FIELDS[name]
        self._name = name
        self._label = row.label
        self._scale = row.scale
        self._limit = POSSIBLE[name][1]
        self._value: int | None = None
        self._begins = True
        """Nothing is in the account, so that it begins with what the inverter has counted."""
        self._top = 0
        """Where the counter stood before it fell."""

    @property
    def kwh(self) -> float | None:
        return None if self._value is None else self._value / self._scale

    def resume(self, kwh: float | None, total: int) -> None:
        self._begins = total == 0
        self._value = None if self._begins or kwh is None else round(kwh * self._scale)

    def take(self, reading: Reading, most: float, events: list[str]) -> tuple[int, int]:
        """mJ that the account begins with, and mJ of a rise of at most `most` kWh."""
        kwh = getattr(reading, self._name)
        if not 0 <= kwh <= self._limit:
            return 0, 0
        old, new = self._value, round(kwh * self._scale)
        unit = MJ_PER_KWH // self._scale
        if self._begins:
            # A restarted inverter shows zero for a while: that is no count to begin with.
            self._begins = new == 0
            self._value = new or None
            return new * unit, 0
        self._value = new
        if old is None or old == new:
            return 0, 0
        said = f"{self._label} went from {old / self._scale:g} to {kwh:g} kWh"
        if new < old:
            self._top = max(self._top, old)
            events.append(f"{said}: counted on from there")
            return 0, 0
        if new - old > most * self._scale + 1.5:
            events.append(f"{said}, faster than possible: not counted")
            return 0, 0
        if old < self._top <= new:
            # It is back where it stood before it fell: that much was counted then.
            old, self._top = self._top, 0
        return 0, (new - old) * unit


def _minute(at: float) -> int:
    return int(at // MINUTE) * MINUTE
