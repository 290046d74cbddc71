"""Readings that came in a good frame but cannot be true: around power-up and power-down an
inverter sends zeros and counters that jump, and a damaged frame can have a good sum. What is only
doubtful is held until a second reading agrees; what is impossible, and counters back at zero,
until they stay so: then that is how the inverter is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kstar_tui.monitor.limits import (
    MAX_POWER_KW,
    POSSIBLE,
    USUAL,
    imbalance,
    impossible,
    number,
    unusual,
)
from kstar_tui.protocol.reading import FIELDS, Reading

NOTHING = "all values zero"
ALIKE = "all bytes alike"
UNBALANCED = "power balance"
"""What comes in is far from what goes out: a wrong sign, or a damaged frame."""

_PAYLOAD = slice(7, -2)
"""Where the values lie in a frame."""
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

_RISE_PER_HOUR = {
    "energy_total": MAX_POWER_KW,
    "load_energy_total": MAX_POWER_KW,
    "hours_total": 1.1,
}
"""How fast the lifetime counters can grow, in their units (kWh, h)."""
_TODAY = {"energy_today": "energy_total", "load_energy_today": "load_energy_total"}
"""The counters that start again at the inverter's midnight, each with its lifetime counter."""

_DARK = 20.0
"""Watts of PV below which it may be midnight."""
_LONG = 600.0
"""Seconds between two readings after which midnight may have been unseen, in between."""

_LONG_PATIENCE = 600.0
"""Seconds for which a counter has to be seen at zero until its inverter counts anew, and an
impossible value until it is the inverter's own: a restart sends such things for less than a
minute."""
_STEP = 150.0
"""Seconds of it that one reading can prove: in a longer pause the inverter may have been off. So
five readings are the fewest."""

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

    All zeros and all bytes alike are never believed. Anything else that is doubted is believed
    when the reading before was doubted for the same reason and agrees, or after three in a row
    that do not; but a lifetime counter that fell to exactly zero has to stay there for ten
    minutes, or for five readings where those take longer. So has an impossible value: a broken
    sensor may cost ten minutes, but not every other value for good.
    """

    def __init__(self) -> None:
        self._accepted: _Seen | None = None
        self._stayed: dict[str, float] = {}
        self._last: _Seen | None = None
        self._doubted: dict[str, int] = {}

    def check(self, reading: Reading, at_monotonic: float) -> str | None:
        """None if it is believed, else why it is held: a fixed phrase without figures."""
        if not any(number(reading, name) for name in _SIGNS_OF_LIFE):
            return NOTHING
        if len(set(reading.raw[_PAYLOAD])) == 1:
            return ALIKE
        seen, last = _Seen(reading, at_monotonic), self._last
        doubts = [
            *_out_of_range(reading),
            *_unbalanced(reading),
            *_counters(self._accepted, seen),
            *_todays(self._accepted, seen),
        ]
        before, self._doubted = self._doubted, {}
        self._last = seen
        held = self._stubborn(last, seen)
        for doubt in doubts:
            times = before.get(doubt.reason, 0)
            self._doubted[doubt.reason] = times + 1
            if held is None and times < _PATIENCE and not (times and _agree(doubt, last, seen)):
                held = doubt.reason
        if held is None:
            self._accepted = seen
        return held

    def _stubborn(self, last: _Seen | None, now: _Seen) -> str | None:
        """Why a reading is held that says what has to be said for longer, None if it was."""
        before, self._stayed = self._stayed, {}
        passed = 0.0 if last is None else min(max(0.0, now.at - last.at), _STEP)
        for reason in (*_impossible(now.reading), *_zeroed(self._accepted, now)):
            self._stayed[reason] = before[reason] + passed if reason in before else 0.0
        young = (why for why, stayed in self._stayed.items() if stayed < _LONG_PATIENCE)
        return next(young, None)


def _impossible(reading: Reading) -> Iterator[str]:
    for name in impossible(reading):
        yield f"{FIELDS[name].label} impossible"


def _zeroed(base: _Seen | None, now: _Seen) -> Iterator[str]:
    for name in _RISE_PER_HOUR:
        if _fell_to_zero(base, now, name):
            yield f"{FIELDS[name].label} fell to zero"


def _agree(doubt: _Doubt, last: _Seen | None, now: _Seen) -> bool:
    earlier = None if last is None else _measured(last.reading, doubt.field)
    if last is None or earlier is None:
        return False
    return doubt.agrees(earlier, doubt.value, max(0.0, now.at - last.at))


def _measured(reading: Reading, name: str) -> float | None:
    return imbalance(reading) if name == UNBALANCED else number(reading, name)


def _unbalanced(reading: Reading) -> Iterator[_Doubt]:
    if excess := imbalance(reading):
        yield _Doubt(UNBALANCED, UNBALANCED, excess, _same_side)


def _out_of_range(reading: Reading) -> Iterator[_Doubt]:
    for name in unusual(reading):
        yield _Doubt(f"{FIELDS[name].label} out of range", name, getattr(reading, name), _near)
    for name, total in _TODAY.items():
        today, ever = number(reading, name), number(reading, total)
        if today and ever and today > ever + 1.5 / FIELDS[name].scale:
            # Two damaged readings may well agree; only an inverter that counts so goes on.
            label = f"{FIELDS[name].label} above {FIELDS[total].label}"
            yield _Doubt(label, name, today, _never)


def _counters(base: _Seen | None, now: _Seen) -> Iterator[_Doubt]:
    if base is None:
        return
    for name, rate in _RISE_PER_HOUR.items():
        old, new = number(base.reading, name), number(now.reading, name)
        if old is None or new is None or _fell_to_zero(base, now, name):
            continue
        grows = _growth(name, rate)
        if not grows(old, new, max(0.0, now.at - base.at)):
            verb = "fell" if new < old else "jumped"
            yield _Doubt(f"{FIELDS[name].label} {verb}", name, new, grows)


def _todays(base: _Seen | None, now: _Seen) -> Iterator[_Doubt]:
    if base is None:
        return
    for name in _TODAY:
        old, new = number(base.reading, name), number(now.reading, name)
        if old is None or new is None:
            continue
        grows = _growth(name, MAX_POWER_KW)
        if grows(old, new, max(0.0, now.at - base.at)) or (new < old and _new_day(base, now)):
            continue
        verb = "fell" if new < old else "jumped"
        yield _Doubt(f"{FIELDS[name].label} {verb}", name, new, grows)


def _new_day(base: _Seen, now: _Seen) -> bool:
    """Whether midnight explains a fall, so that no night costs a reading: both counters started
    again together, what they hold can have come since, and the lifetime goes on. A midnight that
    was not missed in a long pause is dark as well."""
    seconds = max(0.0, now.at - base.at)
    if seconds <= _LONG and (number(now.reading, "pv_power") or 0.0) > _DARK:
        return False
    for name, total in _TODAY.items():
        old, new = number(base.reading, name) or 0.0, number(now.reading, name) or 0.0
        if not _growth(name, MAX_POWER_KW)(0.0, new, seconds):
            return False
        before, ever = number(base.reading, total) or 0.0, number(now.reading, total) or 0.0
        if old and not (ever and ever >= before):
            return False
    return True


def _fell_to_zero(base: _Seen | None, now: _Seen, name: str) -> bool:
    return base is not None and bool(number(base.reading, name)) and number(now.reading, name) == 0


def _growth(name: str, per_hour: float) -> Agrees:
    resolution = 1 / FIELDS[name].scale

    def grows(old: float, new: float, seconds: float) -> bool:
        # One unit for the digits that are cut off, and half of one for the binary fractions.
        return 0 <= new - old <= per_hour * seconds / 3600 + 1.5 * resolution

    return grows


def _near(old: float, new: float, _seconds: float) -> bool:
    return abs(new - old) <= max(1.0, _NEAR * max(abs(old), abs(new)))


def _same_side(old: float, new: float, _seconds: float) -> bool:
    return old * new > 0


def _never(_old: float, _new: float, _seconds: float) -> bool:
    return False


DOUBTED_FIELDS = frozenset({*_SIGNS_OF_LIFE, *_RISE_PER_HOUR, *_TODAY, *POSSIBLE, *USUAL})
"""Every field that a reading can be held for."""
