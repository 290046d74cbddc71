"""When the battery will be full or empty if it goes on like this. Defined in docs/energy.md."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from kstar_tui.monitor.update import Update
from kstar_tui.protocol.device import DeviceSettings

SMOOTHING = 300.0
"""Seconds after which an old power counts for 1/e."""
IDLE = 30.0
"""W below which the battery rests."""
LONGEST = 48 * 3600.0
NO_BATTERY = 10.0
"""V below which there is none."""
_NOMINAL = 0.9
_MAX_RESERVE = 95


class Estimate(NamedTuple):
    """The end that the battery goes to."""

    filling: bool
    seconds: float
    at: datetime
    target: int
    """State of charge in %: 100, or the reserve that is kept."""
    guessed: bool
    """The capacity is what the inverter says, not what the user did."""


class BatteryTime:
    """Fed with every update. `capacity` in kWh from 0 to 100 %, None = as the inverter says."""

    def __init__(self, capacity: float | None = None) -> None:
        self.capacity = capacity
        self._power: float | None = None
        self._at = 0.0
        self._key = ""
        self._estimate: Estimate | None = None

    def take(self, update: Update) -> Estimate | None:
        """The estimate after this update; None where none makes sense."""
        if update.key != self._key or not update.state.available:
            self._key, self._power, self._estimate = update.key, None, None
        if update.fresh and update.state.available:
            self._estimate = self._after(update)
        return self._estimate

    def _after(self, update: Update) -> Estimate | None:
        reading = update.reading
        if reading is None or reading.battery_voltage < NO_BATTERY:
            self._power = None
            return None
        power = self._smooth(
            reading.battery_charge_power - reading.battery_discharge_power, update.at_monotonic
        )
        capacity = self.capacity or capacity_of(update.settings)
        if capacity is None or abs(power) < IDLE:
            return None
        target = 100 if power > 0 else _reserve(update.settings)
        share = (target - reading.battery_soc) / 100
        seconds = share * capacity * 3_600_000 / power
        if not 0 < seconds <= LONGEST:
            return None
        return Estimate(
            power > 0,
            seconds,
            update.at + timedelta(seconds=seconds),
            target,
            self.capacity is None,
        )

    def _smooth(self, power: float, at: float) -> float:
        """W, positive while charging."""
        before, elapsed = self._power, at - self._at
        turned = before is not None and abs(power) >= IDLE and (power > 0) != (before > 0)
        if before is None or turned or elapsed < 0:
            after = power
        else:
            after = power + (before - power) * math.exp(-elapsed / SMOOTHING)
        self._power, self._at = after, at
        return after


def capacity_of(settings: DeviceSettings | None) -> float | None:
    """kWh by the inverter's settings: Ah times nine tenths of the charge voltage limit."""
    if settings is None or settings.battery_capacity <= 0:
        return None
    if settings.charge_voltage_limit < NO_BATTERY:
        return None
    return settings.battery_capacity * settings.charge_voltage_limit * _NOMINAL / 1000


def _reserve(settings: DeviceSettings | None) -> int:
    minimum = settings.battery_soc_minimum if settings else 0
    return minimum if 0 <= minimum <= _MAX_RESERVE else 0
