"""PV strings: what light and heat make of them, at full power and when held back."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

_FULL_LIGHT = 1000.0
_WIRING = 0.93
"""What dust, cables and mismatch leave."""
_WARMING = 0.028
"""°C of cell temperature for each W/m²."""
_DARK = 0.1
"""W/m² below which a string shows no voltage."""
_START = 8.0
"""Watts below which the tracker does not load a string."""


@dataclass(frozen=True, slots=True)
class Output:
    """One string at one moment: volts, amps, watts, unrounded."""

    voltage: float
    current: float
    power: float


@dataclass(frozen=True, slots=True)
class PvString:
    """Modules in series on one roof face. Azimuth in degrees from south, west positive."""

    azimuth: float
    tilt: float
    modules: int = 8
    watts: float = 350.0
    """Peak power of a module."""
    best_voltage: float = 33.5
    """Volts of a module at full power in full light at 25 °C."""
    open_voltage: float = 40.0
    """Volts of an unloaded module in full light at 25 °C."""

    def available(self, light: float, air: float) -> float:
        """Watts at the best point with `light` W/m² and `air` °C; 0 where too little to start."""
        heat = air + _WARMING * light - 25
        power = self.modules * self.watts * _WIRING * light / _FULL_LIGHT * (1 - 0.0037 * heat)
        # Weak light is used a little worse.
        power *= light / (light + 12)
        return power if power >= _START else 0.0

    def output(self, light: float, air: float, share: float = 1.0) -> Output:
        """The string when `share` (0 to 1) of what is available is taken from it."""
        if light < _DARK:
            return Output(0.0, 0.0, 0.0)
        cell = air + _WARMING * light
        sag = (1 + 0.05 * log(light / _FULL_LIGHT)) * (1 - 0.003 * (cell - 25))
        # The last dusk: below a few W/m² the voltage itself goes.
        sag *= light / (light + 2)
        power = self.available(light, air) * share
        # Held back, a string climbs from its best voltage towards the open one.
        lift = 1 - share if power else 1.0
        module = self.best_voltage + (self.open_voltage - self.best_voltage) * lift**0.5
        voltage = max(0.0, self.modules * module * sag)
        return Output(voltage, power / voltage if power else 0.0, power)
