"""Readings that came in a good frame but cannot be true: around power-up and power-down an
inverter sends zeros and counters that jump. One such reading is held; agreement is believed, but
counters back at zero only once they stay there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kstar_tui.protocol.reading import FIELDS, Reading

NOTHING = "all values zero"

_PATIENCE = 3
"""Readings in a row that one rule may hold: what never stops is how that inverter is."""

# Only fields that are confirmed on a KStar may raise a doubt.
_SIGNS_OF_LIFE = (
    "pv1_voltage",
    "pv2_voltage",
    "battery_voltage",
    "grid_voltage",
    "energy_total",
    "load_energy_total",
    "hours_total",
)

_MAX_POWER_KW = 30.0
"""More than any house with such an inverter makes or uses: 9.3 kW of load was seen."""
_RISE_PER_HOUR = {
    "energy_total": _MAX_POWER_KW,
    "load_energy_total": _MAX_POWER_KW,
    "hours_total": 1.1,
}
"""How fast the lifetime counters can grow, in their units (kWh, h)."""

_ZERO_PATIENCE = 600.0
"""Seconds for which a counter has to be seen at zero until its inverter counts anew: a restart
sends zeros for less than a minute."""
_ZERO_STEP = 60.0
"""Seconds of it that one reading can prove: in a longer pause the inverter may have been off."""

_RANGES = {
    "pv1_voltage": (0.0, 1000.0),
    "pv1_current": (0.0, 100.0),
    "pv2_voltage": (0.0, 1000.0),
    "pv2_current": (0.0, 100.0),
    "battery_voltage": (0.0, 1000.0),
    "battery_current": (0.0, 500.0),
    "battery_soc": (0.0, 100.0),
    "grid_voltage": (0.0, 300.0),
    "grid_frequency": (40.0, 70.0),
    "backup_voltage": (0.0, 300.0),
    "backup_frequency": (40.0, 70.0),
    "temperature": (-50.0, 130.0),
}
_ZERO_IS_OFF = frozenset({"grid_frequency", "backup_frequency"})
_NEAR = 0.1
"""Values outside their range agree within this share of the larger one, or one unit."""

Agrees = Callable[[float, float, float], bool]
"""Whether a value is near enough to an earlier one, that many seconds later."""


class _Doubt(NamedTuple):
    reason: str
    field: str
    value: float
    agrees: Agrees


class _Seen(NamedTuple):
    reading: Reading
    at: float


class Plausibility:
    """What was believed of one inverter so far, and whether the next reading can be.

    All zeros are never believed. Anything else that is doubted is believed when the reading
    before was doubted for the same reason and agrees, or after three in a row that do not; but a
    lifetime counter that fell to exactly zero has to stay there for ten minutes.
    """

    def __init__(self) -> None:
        self._accepted: _Seen | None = None
        self._at_zero: dict[str, float] = {}
        self._last: _Seen | None = None
        self._doubted: dict[str, int] = {}

    def check(self, reading: Reading, at_monotonic: float) -> str | None:
        """None if it is believed, else why it is held: a fixed phrase without figures."""
        if not any(_number(reading, name) for name in _SIGNS_OF_LIFE):
            return NOTHING
        seen, last = _Seen(reading, at_monotonic), self._last
        doubts = [*_out_of_range(reading), *_counters(self._accepted, seen)]
        before, self._doubted = self._doubted, {}
        self._last = seen
        held = self._zeroed(last, seen)
        for doubt in doubts:
            times = before.get(doubt.reason, 0)
            self._doubted[doubt.reason] = times + 1
            if held is None and times < _PATIENCE and not (times and _agree(doubt, last, seen)):
                held = doubt.reason
        if held is None:
            self._accepted = seen
        return held

    def _zeroed(self, last: _Seen | None, now: _Seen) -> str | None:
        """Why a reading is held in which a counter fell to zero, and has not stayed there yet."""
        before, self._at_zero = self._at_zero, {}
        passed = 0.0 if last is None else min(max(0.0, now.at - last.at), _ZERO_STEP)
        for name in _RISE_PER_HOUR:
            if _fell_to_zero(self._accepted, now, name):
                self._at_zero[name] = before[name] + passed if name in before else 0.0
        young = (name for name, stayed in self._at_zero.items() if stayed < _ZERO_PATIENCE)
        first = next(young, None)
        return None if first is None else f"{FIELDS[first].label} fell to zero"


def _agree(doubt: _Doubt, last: _Seen | None, now: _Seen) -> bool:
    earlier = None if last is None else _number(last.reading, doubt.field)
    if last is None or earlier is None:
        return False
    return doubt.agrees(earlier, doubt.value, max(0.0, now.at - last.at))


def _out_of_range(reading: Reading) -> Iterator[_Doubt]:
    for name, (low, high) in _RANGES.items():
        value = _number(reading, name)
        if value is None or low <= value <= high or (not value and name in _ZERO_IS_OFF):
            continue
        yield _Doubt(f"{FIELDS[name].label} out of range", name, value, _near)


def _counters(base: _Seen | None, now: _Seen) -> Iterator[_Doubt]:
    if base is None:
        return
    for name, rate in _RISE_PER_HOUR.items():
        old, new = _number(base.reading, name), _number(now.reading, name)
        if old is None or new is None or _fell_to_zero(base, now, name):
            continue
        grows = _growth(name, rate)
        if not grows(old, new, max(0.0, now.at - base.at)):
            verb = "fell" if new < old else "jumped"
            yield _Doubt(f"{FIELDS[name].label} {verb}", name, new, grows)


def _fell_to_zero(base: _Seen | None, now: _Seen, name: str) -> bool:
    return (
        base is not None and bool(_number(base.reading, name)) and _number(now.reading, name) == 0
    )


def _growth(name: str, per_hour: float) -> Agrees:
    resolution = 1 / FIELDS[name].scale

    def grows(old: float, new: float, seconds: float) -> bool:
        # One unit for the digits that are cut off, and half of one for the binary fractions.
        return 0 <= new - old <= per_hour * seconds / 3600 + 1.5 * resolution

    return grows


def _near(old: float, new: float, _seconds: float) -> bool:
    return abs(new - old) <= max(1.0, _NEAR * max(abs(old), abs(new)))


def _number(reading: Reading, name: str) -> float | None:
    value = getattr(reading, name)
    return value if isinstance(value, int | float) else None


DOUBTED_FIELDS = frozenset({*_SIGNS_OF_LIFE, *_RISE_PER_HOUR, *_RANGES})
"""Every field that a reading can be held for."""
