"""What the inverter makes of the house's state: measured, rounded, counted and put into words."""

from __future__ import annotations

import random
from dataclasses import dataclass

from kstar_tui.protocol.fields import Value
from kstar_tui.simulator.account import Account
from kstar_tui.simulator.battery import Battery
from kstar_tui.simulator.conversion import Flows
from kstar_tui.simulator.strings import Output

IDLE_BELOW = 10.0
"""Watts at the meter that the inverter still calls idle."""

_DARK = Output(0.0, 0.0, 0.0)
_BACKUP_VOLTAGE = 230.0
_CONNECTED_ABOVE = 60.0
_RELAYS_CLOSED = 0x0030
_HEALTHY_BANK = 0x0100


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What can be measured beside the powers, unrounded: V, Hz, W of meter noise, °C."""

    strings: tuple[Output, Output] = (_DARK, _DARK)
    grid_voltage: float = 0.0
    grid_frequency: float = 0.0
    meter_noise: float = 0.0
    temperature: float = 0.0
    error_bits: int = 0
    blackout: bool = False
    stopped: bool = False
    resting: bool = False
    """Neither sun nor battery has given or taken anything for a while."""


@dataclass(slots=True)
class Counters:
    """Lifetime counters: kWh and hours."""

    pv: float
    load: float
    hours: float

    @classmethod
    def of_age(cls, chance: random.Random) -> Counters:
        """Those of an inverter that has hung there for one to three years."""
        days = chance.uniform(365, 1100)
        return cls(
            pv=days * chance.uniform(10, 14),
            load=days * chance.uniform(8, 10),
            hours=days * chance.uniform(22, 24),
        )

    def add(self, flows: Flows, seconds: float) -> None:
        """Count on."""
        self.pv += flows.pv * seconds / 3.6e6
        self.load += flows.load * seconds / 3.6e6
        self.hours += seconds / 3600


def measure(
    flows: Flows, battery: Battery, inside: Inside, counters: Counters, today: Account
) -> dict[str, Value]:
    """Values by the names of the field table, rounded as a frame holds them."""
    first, second = inside.strings
    volts = battery.voltage(flows.battery)
    amps = round(abs(flows.battery) / volts, 1)
    grid = flows.grid + (inside.meter_noise if abs(flows.grid) < IDLE_BELOW else 0.0)
    island = inside.blackout and flows.load > 0
    backup = _BACKUP_VOLTAGE if island else inside.grid_voltage
    soc = round(battery.charge * 100)
    return {
        "pv1_voltage": round(first.voltage, 1),
        "pv1_current": round(first.current, 1),
        "pv1_mode": _pv_mode(first),
        "pv2_voltage": round(second.voltage, 1),
        "pv2_current": round(second.current, 1),
        "pv2_mode": _pv_mode(second),
        "battery_voltage": round(volts, 1),
        "battery_current": amps,
        "battery_soc": soc,
        "battery_3_soc": soc,
        "battery_mode": _battery_mode(flows, battery, amps),
        "bms_status": _HEALTHY_BANK,
        "grid_voltage": round(inside.grid_voltage, 1),
        "grid_frequency": round(inside.grid_frequency, 2),
        "grid_power": round(grid),
        "grid_direction": _direction(flows),
        "load_power": round(flows.load),
        "load_mode": "disconnected" if inside.blackout and not island else "connected",
        "backup_voltage": round(backup, 1),
        "backup_current": round(flows.load / _BACKUP_VOLTAGE, 1) if island else 0.5,
        "backup_frequency": 50.0 if island else round(inside.grid_frequency, 2),
        "backup_power": round(flows.load) if island else 1 + (flows.load > 5000),
        "inverter_power": round(flows.inverter),
        "ac_output_current": round(abs(flows.inverter) / backup, 1) if backup else 0.0,
        "temperature": round(inside.temperature, 1),
        **_modes(flows, inside),
        "relay_bits": 0 if inside.blackout or inside.stopped else _RELAYS_CLOSED,
        "error_bits": inside.error_bits,
        "energy_today": _counted(today.pv),
        "energy_total": _counted(counters.pv),
        "load_energy_today": _counted(today.load),
        "load_energy_total": _counted(counters.load),
        "hours_total": int(counters.hours),
    }


def _counted(energy: float) -> float:
    """A counter shows the tenths that are full."""
    return int(energy * 10 + 1e-9) / 10


def _pv_mode(string: Output) -> str:
    if round(string.current, 1) > 0:
        return "producing"
    return "no power" if string.voltage > _CONNECTED_ABOVE else "not connected"


def _battery_mode(flows: Flows, battery: Battery, amps: float) -> str:
    if flows.battery and amps:
        return "discharging" if flows.battery > 0 else "charging"
    if battery.full:
        return "waiting to discharge"
    return "waiting to charge" if battery.at_reserve else "standby"


def _direction(flows: Flows) -> str:
    if abs(flows.grid) < IDLE_BELOW:
        return "idle"
    return "importing" if flows.grid > 0 else "exporting"


def _modes(flows: Flows, inside: Inside) -> dict[str, Value]:
    """A working inverter is on-grid with `wait` as its effective mode, in every known frame."""
    if inside.stopped:
        state, mode, effective = "abnormal", "fault", "fault"
    elif inside.blackout:
        state, mode = ("on", "off-grid") if flows.load else ("standby", "wait")
        effective = mode
    elif inside.resting:
        state, mode, effective = "standby", "wait", "wait"
    else:
        state, mode, effective = "on", "on-grid", "wait"
    return {"work_state": state, "work_mode": mode, "effective_work_mode": effective}
