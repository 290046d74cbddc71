"""A 48 V battery bank: charge, voltage under load, and what it lets in and out."""

from __future__ import annotations

from bisect import bisect_right
from math import sqrt

CAPACITY_AH = 180
NOMINAL_VOLTAGE = 48.0
ENERGY = CAPACITY_AH * NOMINAL_VOLTAGE / 1000
"""kWh from empty to full."""
MAX_POWER = 2500.0
"""Watts at the terminals, either way."""
RESERVE = 0.20
"""State of charge at which discharging stops."""
FULL = 0.999

_RELEASE = RESERVE + 0.02
_TAPER = 0.10
_TRICKLE = 60.0
_RESISTANCE = 0.022
_ONE_WAY = 0.97
"""What arrives of the energy on its way in, and again on its way out."""
_CURVE = (
    (0.0, 46.0),
    (0.1, 48.0),
    (0.2, 48.8),
    (0.5, 49.9),
    (0.8, 50.9),
    (0.95, 51.8),
    (1.0, 53.0),
)


class Battery:
    """Power is positive while discharging, in watts at the terminals."""

    def __init__(self, charge: float) -> None:
        self.charge = charge
        """State of charge, 0 to 1."""
        self._held = charge <= RESERVE

    @property
    def full(self) -> bool:
        """Nothing more goes in."""
        return self.charge >= FULL

    @property
    def at_reserve(self) -> bool:
        """Discharging has stopped and waits for some charge first."""
        return self._held

    def charge_limit(self, seconds: float) -> float:
        """Watts that may go in during the next `seconds`: less and less near full."""
        if self.full:
            return 0.0
        taper = max(_TRICKLE, MAX_POWER * min(1.0, (1 - self.charge) / _TAPER))
        room = (1 - self.charge) * ENERGY * 3.6e6 / seconds / _ONE_WAY
        return min(taper, room)

    def discharge_limit(self, seconds: float) -> float:
        """Watts that may come out during the next `seconds`: none at the reserve."""
        if self._held:
            return 0.0
        room = (self.charge - RESERVE) * ENERGY * 3.6e6 / seconds * _ONE_WAY
        return max(0.0, min(MAX_POWER, room))

    def apply(self, power: float, seconds: float) -> None:
        """Live through `seconds` at this power."""
        stored = -power * _ONE_WAY if power < 0 else -power / _ONE_WAY
        self.charge = max(0.0, min(1.0, self.charge + stored * seconds / 3.6e6 / ENERGY))
        if self.charge <= RESERVE + 1e-6:
            self._held = True
        elif self.charge >= _RELEASE:
            self._held = False

    def voltage(self, power: float) -> float:
        """Volts at the terminals under this power: the inner resistance takes its share."""
        idle = self._open_voltage()
        return (idle + sqrt(max(0.0, idle * idle - 4 * _RESISTANCE * power))) / 2

    def _open_voltage(self) -> float:
        i = min(len(_CURVE) - 1, bisect_right(_CURVE, (self.charge, 999.0)))
        (left, low), (right, high) = _CURVE[i - 1], _CURVE[i]
        return low + (high - low) * (self.charge - left) / (right - left)
