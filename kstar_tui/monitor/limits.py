"""Between what figures a value can lie at all, and between what figures it usually does."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from kstar_tui.protocol.reading import Reading

Range = tuple[float, float]

MAX_POWER_KW = 30.0
"""More than any house with such an inverter makes or uses: 9.3 kW of load was seen."""
_MAX_POWER = 1000 * MAX_POWER_KW
_NO_POWER = 100_000.0
"""Watts that no connection of such an inverter carries."""

POSSIBLE: dict[str, Range] = {
    "pv1_voltage": (0.0, 1100.0),
    "pv1_current": (0.0, 100.0),
    "pv2_voltage": (0.0, 1100.0),
    "pv2_current": (0.0, 100.0),
    "pv_power": (0.0, _NO_POWER),
    "battery_voltage": (0.0, 1000.0),
    "battery_current": (0.0, 1000.0),
    "battery_power": (-_NO_POWER, _NO_POWER),
    "battery_soc": (0.0, 100.0),
    "grid_voltage": (0.0, 500.0),
    # 1000 kWh are 42 kW from midnight to midnight; 10 GWh and 114 years no inverter lives to see.
    "energy_today": (0.0, 1000.0),
    "load_energy_today": (0.0, 1000.0),
    "energy_total": (0.0, 10_000_000.0),
    "load_energy_total": (0.0, 10_000_000.0),
    "hours_total": (0.0, 1_000_000.0),
}
"""Outside of these no inverter can measure. Only what the energies, the state of charge and the
grid's alarms rest on has a row: what a firmware sends for an output that it lacks is merely rare.
Powers without a row cannot leave them: two bytes hold no more than 65.5 kW."""

USUAL: dict[str, Range] = {
    "pv1_voltage": (0.0, 1000.0),
    "pv1_current": (0.0, 50.0),
    "pv2_voltage": (0.0, 1000.0),
    "pv2_current": (0.0, 50.0),
    "pv_power": (0.0, _MAX_POWER),
    "battery_voltage": (0.0, 600.0),
    "battery_current": (0.0, 500.0),
    "battery_power": (-_MAX_POWER, _MAX_POWER),
    "battery_soc": (0.0, 100.0),
    "grid_voltage": (0.0, 300.0),
    "grid_frequency": (40.0, 70.0),
    "grid_power": (-_MAX_POWER, _MAX_POWER),
    "load_power": (0.0, _MAX_POWER),
    "backup_voltage": (0.0, 300.0),
    "backup_current": (0.0, 150.0),
    "backup_frequency": (40.0, 70.0),
    "backup_power": (0.0, _MAX_POWER),
    "inverter_power": (-_MAX_POWER, _MAX_POWER),
    "ac_output_current": (0.0, 150.0),
    "temperature": (-50.0, 130.0),
}
"""Outside of these a value has to be said twice."""

_possible_of: Callable[[Reading], tuple[object, ...]] = attrgetter(*POSSIBLE)
_usual_of: Callable[[Reading], tuple[object, ...]] = attrgetter(*USUAL)

_ZERO_IS_OFF = frozenset({"grid_frequency", "backup_frequency"})
_NO_BATTERY = 10.0
"""Volts below which no battery is there, so that its state of charge means nothing."""

# Conversion, rounding and meters that see a kettle a moment apart explain this much of a gap
# between what comes in and what goes out: W, and a share of the larger of both. Losses make it
# positive.
_SHORTFALL = (2000.0, 0.2)
_SURPLUS = (2500.0, 0.3)


def number(reading: Reading, name: str) -> float | None:
    """The value as a number, or None where it is not known."""
    value = getattr(reading, name)
    return value if isinstance(value, int | float) else None


def impossible(reading: Reading) -> list[str]:
    """The fields whose values no inverter can measure."""
    no_battery = reading.battery_voltage < _NO_BATTERY
    names = _outside(reading, POSSIBLE, _possible_of)
    return [name for name in names if not (no_battery and name == "battery_soc")]


def unusual(reading: Reading) -> list[str]:
    """The fields whose values are rarely true."""
    names = _outside(reading, USUAL, _usual_of)
    return [name for name in names if number(reading, name) or name not in _ZERO_IS_OFF]


def _outside(
    reading: Reading, ranges: dict[str, Range], of: Callable[[Reading], tuple[object, ...]]
) -> list[str]:
    # Asked of every reading: all values are fetched at once.
    return [
        name
        for (name, (low, high)), value in zip(ranges.items(), of(reading), strict=True)
        if isinstance(value, int | float) and not low <= value <= high
    ]


def imbalance(reading: Reading) -> float:
    """PV + grid + battery - load in W; 0 where it is within reason, or the grid is not known."""
    grid = reading.grid_power
    if grid is None:
        return 0.0
    incoming = reading.pv_power + max(grid, 0) + reading.battery_discharge_power
    outgoing = reading.load_power + max(-grid, 0) + reading.battery_charge_power
    excess = incoming - outgoing
    watts, share = _SURPLUS if excess > 0 else _SHORTFALL
    return excess if abs(excess) > watts + share * max(incoming, outgoing) else 0.0
