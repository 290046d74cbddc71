"""What a household draws: the base, the fridges, and appliances used as people use them."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator

from kstar_tui.simulator.noise import SmoothNoise

_DAY = 86400.0
Segment = tuple[float, float, float]
"""Start and end in seconds of the day, and watts."""


class Household:
    """A seeded family; light is switched on between `dusk` and bedtime (hours of the day)."""

    def __init__(self, seed: int, dawn: float, dusk: float) -> None:
        self._seed = seed
        self._dawn = dawn
        self._dusk = dusk
        self._standby = SmoothNoise(f"standby/{seed}", 1500)
        chance = self._chance("fridges")
        self._fridges = tuple(
            (watts, chance.uniform(38, 52) * 60, chance.uniform(0.3, 0.4), chance.uniform(0, 3000))
            for watts in (88.0, 64.0)
        )
        self._day: int | None = None
        self._times: list[float] = []
        self._watts: list[float] = []

    def power(self, seconds: float) -> float:
        """Watts at this many seconds after the first midnight (no noise of the moment in it)."""
        day = int(seconds // _DAY)
        if day != self._day:
            self._plan(day)
        watts = 135 + 25 * self._standby.at(seconds)
        for draw, period, share, phase in self._fridges:
            if (seconds + phase) % period < share * period:
                watts += draw
        return watts + self._watts[bisect_right(self._times, seconds - day * _DAY) - 1]

    def _chance(self, what: str) -> random.Random:
        return random.Random(f"household/{self._seed}/{what}")

    def _plan(self, day: int) -> None:
        changes: dict[float, float] = {0.0: 0.0}
        for start, end, watts in self._segments(self._chance(str(day))):
            if start < _DAY:
                changes[start] = changes.get(start, 0.0) + watts
                changes[min(end, _DAY)] = changes.get(min(end, _DAY), 0.0) - watts
        self._times = sorted(changes)
        total = 0.0
        self._watts = []
        for time in self._times:
            total += changes[time]
            self._watts.append(max(0.0, total))
        self._day = day

    def _segments(self, chance: random.Random) -> Iterator[Segment]:
        yield from self._lights(chance)
        for hour in (6.9, 7.4, 10.3, 13.1, 16.2, 20.3):
            if chance.random() < 0.8:
                yield from _run(hour + chance.uniform(-0.3, 0.3), (chance.uniform(110, 200), 2050))
        if chance.random() < 0.75:
            yield from _washing(chance.uniform(9.2, 13.5), chance)
        if chance.random() < 0.85:
            yield from _cooking(chance.uniform(17.6, 18.8), chance)
        if chance.random() < 0.5:
            yield from _run(chance.uniform(11.8, 12.7), (600, 1400), (700, 600))
        if chance.random() < 0.7:
            yield from _dishes(chance.uniform(19.4, 20.8), chance)
        if chance.random() < 0.3:
            yield from _run(chance.uniform(9.5, 16.5), (chance.uniform(600, 1500), 850))

    def _lights(self, chance: random.Random) -> Iterator[Segment]:
        rise = chance.uniform(6.3, 6.8)
        if rise < self._dawn:
            yield (rise * 3600, min(self._dawn, 9.0) * 3600, chance.uniform(60, 100))
        bed = chance.uniform(22.6, 23.6)
        if self._dusk < bed:
            yield (max(self._dusk, 15.0) * 3600, bed * 3600, chance.uniform(90, 140))
        # The television, whatever the season.
        yield (chance.uniform(19.2, 20.2) * 3600, (bed - 0.2) * 3600, chance.uniform(80, 130))


def _run(hour: float, *parts: tuple[float, float]) -> Iterator[Segment]:
    """One (seconds, watts) after the other, from `hour` on."""
    now = hour * 3600
    for seconds, watts in parts:
        yield (now, now + seconds, watts)
        now += seconds


def _washing(hour: float, chance: random.Random) -> Iterator[Segment]:
    drum = [(chance.uniform(40, 90), chance.choice((60.0, 180.0, 240.0))) for _ in range(40)]
    return _run(hour, (300, 120), (chance.uniform(900, 1300), 2000), *drum, (420, 480))


def _cooking(hour: float, chance: random.Random) -> Iterator[Segment]:
    thermostat = [part for _ in range(9) for part in ((chance.uniform(70, 120), 2250), (150, 40))]
    yield from _run(hour, (chance.uniform(480, 660), 2250), *thermostat)
    plate = [part for _ in range(10) for part in ((60, 1200), (chance.uniform(30, 70), 0))]
    yield from _run(hour + 0.25, (420, 1800), *plate)


def _dishes(hour: float, chance: random.Random) -> Iterator[Segment]:
    heat = chance.uniform(720, 1000)
    return _run(hour, (400, 70), (heat, 1900), (1700, 80), (heat * 0.8, 1900), (1200, 30))
