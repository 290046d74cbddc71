"""Where the power goes: sun, battery, house and grid balanced through an inverter with losses."""

from __future__ import annotations

from dataclasses import dataclass

AC_RATING = 4000.0
"""Watts that the inverter can put out; PV beyond what it and the battery take is left unused."""
FIXED_LOSS = 42.0
"""Watts that the inverter itself needs, day and night."""
AC_LOSS = 0.024
"""Share of the AC power lost in converting it."""
BATTERY_LOSS = 0.015
"""Share of the battery's power lost in its converter."""

_LEAST_CHARGE = 15.0


@dataclass(frozen=True, slots=True)
class Flows:
    """Watts at one moment. Grid positive = import, battery positive = discharge, `inverter` is its
    AC port, positive = out; PV + grid + battery = load + loss exactly."""

    pv: float = 0.0
    load: float = 0.0
    grid: float = 0.0
    battery: float = 0.0
    inverter: float = 0.0

    @property
    def loss(self) -> float:
        """Watts that became heat in the inverter."""
        return self.pv + self.grid + self.battery - self.load


def on_grid(pv: float, load: float, charge_limit: float, discharge_limit: float) -> Flows:
    """Self-use: PV to the house, then to the battery, then out; missing power the other way."""
    target = min(load, AC_RATING)
    spare = pv - _dc_for(target)
    if spare >= 0:
        charge = min(charge_limit, spare / (1 + BATTERY_LOSS))
        if charge < _LEAST_CHARGE:
            charge = 0.0
        ac = min(AC_RATING, target + (spare - charge * (1 + BATTERY_LOSS)) / (1 + AC_LOSS))
        return Flows(
            pv=min(pv, _dc_for(ac) + charge * (1 + BATTERY_LOSS)),
            load=load,
            grid=load - ac,
            battery=-charge,
            inverter=ac,
        )
    discharge = min(discharge_limit, -spare / (1 - BATTERY_LOSS))
    dc = pv + discharge * (1 - BATTERY_LOSS) - FIXED_LOSS
    ac = dc / (1 + AC_LOSS) if dc >= 0 else dc / (1 - AC_LOSS)
    return Flows(pv=pv, load=load, grid=load - ac, battery=discharge, inverter=ac)


def off_grid(pv: float, load: float, charge_limit: float, discharge_limit: float) -> Flows:
    """An island: only as much as PV and battery give; nothing at all where that is too little."""
    load = min(load, AC_RATING)
    spare = pv - _dc_for(load)
    if spare >= 0:
        charge = min(charge_limit, spare / (1 + BATTERY_LOSS))
        return Flows(
            pv=_dc_for(load) + charge * (1 + BATTERY_LOSS),
            load=load,
            battery=-charge,
            inverter=load,
        )
    discharge = -spare / (1 - BATTERY_LOSS)
    if discharge <= discharge_limit:
        return Flows(pv=pv, load=load, battery=discharge, inverter=load)
    # Too little for the house, which goes dark; what sun there is still fills the battery.
    charge = min(charge_limit, max(0.0, pv - FIXED_LOSS) / (1 + BATTERY_LOSS))
    if charge < _LEAST_CHARGE:
        return Flows()
    return Flows(pv=FIXED_LOSS + charge * (1 + BATTERY_LOSS), battery=-charge)


def stopped(load: float) -> Flows:
    """A fault: nothing is converted, the grid carries the house and the inverter's own need."""
    return Flows(load=load, grid=load + FIXED_LOSS, inverter=-FIXED_LOSS)


def _dc_for(ac: float) -> float:
    return ac * (1 + AC_LOSS) + FIXED_LOSS
