"""A house over its days: sun, battery, family and grid, stepped by simulated time alone."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from math import exp

from kstar_tui.protocol.fields import Value
from kstar_tui.simulator.account import Account
from kstar_tui.simulator.battery import Battery
from kstar_tui.simulator.conversion import Flows, off_grid, on_grid, stopped
from kstar_tui.simulator.days import LATITUDE, Day
from kstar_tui.simulator.household import Household
from kstar_tui.simulator.measure import Counters, Inside, measure
from kstar_tui.simulator.noise import SmoothNoise
from kstar_tui.simulator.strings import Output, PvString
from kstar_tui.simulator.sun import clear_sky, half_day, irradiance, sun_at
from kstar_tui.simulator.weather import Weather

STEP = 5.0
"""Seconds of simulated time from one state to the next."""
WARNING_BITS = 1 << 12 | 1 << 16
"""Error bits with which an inverter goes on working: its fans. Any other stops it."""

_DAY = 86400.0
_STRINGS = (PvString(azimuth=-45, tilt=32), PvString(azimuth=48, tilt=32))
_HEAT = 0.19
"""°C above the air for each watt of loss, once warmed through."""
_WARM_UP = 2400.0
_RESTS_AFTER = 600.0
"""Seconds without sun or battery until the inverter goes to standby."""


class House:
    """Everything is a function of the day, the date, the seed, the latitude and the step: how
    often and when it is looked at changes nothing.

    It lives from the midnight before `start` on, so that the day's counters are true. Latitude in
    degrees north; `step` in seconds, a divisor of a day. `error_bits` and `blackout` begin with
    `start`. ValueError for a latitude or step that cannot be.
    """

    def __init__(
        self,
        day: Day,
        start: datetime,
        *,
        seed: int = 1,
        latitude: float = LATITUDE,
        step: float = STEP,
        error_bits: int = 0,
        blackout: bool = False,
    ) -> None:
        if not -90 <= latitude <= 90:
            raise ValueError(f"latitude must be from -90 to 90, not {latitude}")
        if not 0 < step <= _DAY or _DAY % step:
            raise ValueError(f"step must divide a day, not {step} s")
        self.error_bits = 0
        """Faults to show, from the next step on; all but warnings stop the inverter."""
        self.blackout = False
        """The grid is gone, from the next step on."""
        self.account = Account()
        """kWh since the first midnight."""
        self.today = Account()
        """kWh since the last midnight."""
        self.battery = Battery(day.charge)
        self.flows = Flows()
        """The true powers of the last step, in watts."""
        local = start.replace(tzinfo=None)
        self._midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        self._offset = (local - self._midnight).total_seconds()
        self._step = step
        self._steps = 0
        self._days = 0
        self._latitude = latitude
        # A clock on the wall is ahead of the sun, in summer by an hour more.
        self._noon = 13.4 if 4 <= local.month <= 10 else 12.4
        self._day_of_year = self._find_day_of_year()
        half = half_day(self._day_of_year, latitude)
        self._household = Household(seed, self._noon - half, self._noon + half)
        self._weather = Weather(day, seed)
        self._voltage = SmoothNoise(f"voltage/{seed}", 2700)
        self._flicker = SmoothNoise(f"flicker/{seed}", 70)
        self._frequency = SmoothNoise(f"frequency/{seed}", 240)
        self._chance = random.Random(f"house/{seed}")
        self._counters = Counters.of_age(random.Random(f"counters/{seed}"))
        self._temperature = self._weather.temperature(0) + _HEAT * 60
        self._idle = 0.0
        self._inside = Inside(temperature=self._temperature)
        self.advance(-step)
        self.error_bits, self.blackout = error_bits, blackout
        self.advance(0)

    @property
    def time(self) -> datetime:
        """Local time, without a zone, up to which everything is booked."""
        return self._midnight + timedelta(seconds=self._steps * self._step)

    @property
    def temperature(self) -> float:
        """°C of the inverter."""
        return self._temperature

    def advance(self, seconds: float) -> None:
        """Live until this many seconds after `start`; what is past already stays as it is."""
        until = self._offset + seconds
        while self._steps * self._step <= until:
            self._live_one_step()

    def values(self) -> dict[str, Value]:
        """What the inverter would report now, by the names of the field table."""
        return measure(self.flows, self.battery, self._inside, self._counters, self.today)

    def _live_one_step(self) -> None:
        now = self._steps * self._step
        if now >= (self._days + 1) * _DAY:
            self._days += 1
            self._day_of_year = self._find_day_of_year()
            self.today = Account()
        wobble, meter = self._chance.gauss(0, 1), self._chance.gauss(0, 1)
        air = self._weather.temperature(now)
        lights = self._light(now)
        available = [s.available(light, air) for s, light in zip(_STRINGS, lights, strict=True)]
        pv = sum(available)
        load = max(40.0, self._household.power(now) * (1 + 0.006 * wobble))
        flows = self._flows(pv, load)
        share = min(1.0, flows.pv / pv) if pv else 1.0
        outputs = [s.output(light, air, share) for s, light in zip(_STRINGS, lights, strict=True)]
        self.flows = flows
        self.battery.apply(flows.battery, self._step)
        self.account.add(flows, self._step)
        self.today.add(flows, self._step)
        self._counters.add(flows, self._step)
        self._idle = 0.0 if flows.pv or flows.battery else self._idle + self._step
        target = air + _HEAT * flows.loss
        self._temperature = target + (self._temperature - target) * exp(-self._step / _WARM_UP)
        self._inside = self._measurable(now, outputs, meter)
        self._steps += 1

    def _flows(self, pv: float, load: float) -> Flows:
        if self.error_bits & ~WARNING_BITS:
            return Flows() if self.blackout else stopped(load)
        balance = off_grid if self.blackout else on_grid
        return balance(
            pv,
            load,
            self.battery.charge_limit(self._step),
            self.battery.discharge_limit(self._step),
        )

    def _measurable(self, now: float, outputs: list[Output], meter: float) -> Inside:
        # The street's own ups and downs, and what the house itself does to its cable.
        voltage = 231.5 + 3.2 * self._voltage.at(now) + 0.5 * self._flicker.at(now)
        return Inside(
            strings=(outputs[0], outputs[1]),
            grid_voltage=0.0 if self.blackout else voltage - 0.3 * self.flows.grid / voltage,
            grid_frequency=0.0 if self.blackout else 50 + 0.05 * self._frequency.at(now),
            meter_noise=2.5 * meter,
            temperature=self._temperature,
            error_bits=self.error_bits | (1 << 9 if self.blackout else 0),
            blackout=self.blackout,
            resting=self._idle > _RESTS_AFTER,
            stopped=bool(self.error_bits & ~WARNING_BITS),
        )

    def _light(self, now: float) -> list[float]:
        sun = sun_at(self._day_of_year, now / 3600 % 24 - self._noon + 12, self._latitude)
        if sun.elevation <= 0:
            return [0.0 for _ in _STRINGS]
        sky = self._weather.through(clear_sky(sun), now)
        return [irradiance(sun, sky, string.azimuth, string.tilt) for string in _STRINGS]

    def _find_day_of_year(self) -> int:
        return (self._midnight.timetuple().tm_yday - 1 + self._days) % 365 + 1
