"""The goodwe library reads the same values from a simulated GoodWe as our decoder does."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from goodwe.es import ES
from goodwe_names import SAME
from simulator_talk import HandClock, Talk

from kstar_tui.protocol.device import decode_device_info, decode_settings
from kstar_tui.protocol.frame import Request, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data
from kstar_tui.simulator.days import named_day
from kstar_tui.simulator.faults import Faults, parse_fault
from kstar_tui.simulator.frames import request_frame
from kstar_tui.simulator.server import Simulator, SimulatorOptions

NAMES = {
    **SAME,
    "battery_soh": "battery_soh",
    "battery_temperature": "battery_temperature",
    "battery_charge_limit": "battery_charge_limit",
    "battery_discharge_limit": "battery_discharge_limit",
    "meter_status": "meter_status",
    "meter_power_factor": "meter_power_factor",
}
WORDS = {
    "Standby": "standby",
    "Discharge": "discharging",
    "Charge": "charging",
    "To be charged": "waiting to charge",
    "To be discharged": "waiting to discharge",
}


async def both(
    day: str, at: time, talk: Talk, monkeypatch: pytest.MonkeyPatch, faults: str
) -> tuple[dict[str, Any], Reading]:
    clock = HandClock(datetime.combine(named_day(day).date, at, UTC))
    options = SimulatorOptions(
        day=day,
        port=0,
        discovery_port=None,
        goodwe_address=True,
        model="GW4000-ES",
        faults=parse_fault(faults) if faults else Faults(),
    )
    async with Simulator(options, clock) as simulator:
        # The library speaks UDP to this one port only, whatever port it is told.
        monkeypatch.setattr("goodwe.inverter.GOODWE_UDP_PORT", simulator.address.port)
        library = ES("127.0.0.1", simulator.address.port)
        await library.read_device_info()
        theirs = await library.read_runtime_data()
        settings = await library.read_settings_data()
        ask = [request_frame(request, goodwe=True) for request in Request]
        info, running, ours = [parse_frame(await talk.ask(a, simulator.address)) for a in ask]
        assert library.serial_number.rstrip() == decode_device_info(info).serial
        assert library.model_name == decode_device_info(info).model
        assert library.firmware == decode_device_info(info).firmware
        own = decode_settings(ours)
        assert settings["capacity"] == own.battery_capacity
        assert settings["charge_v"] == own.charge_voltage_limit
        assert settings["charge_i"] == own.charge_current_limit
        assert settings["discharge_v"] == own.discharge_voltage_limit
        assert settings["dod"] == 100 - own.battery_soc_minimum
        return theirs, decode_running_data(running)


@pytest.mark.parametrize(
    ("day", "at", "faults", "grid", "battery"),
    [
        ("clear", time(13), "", "exporting", "waiting to discharge"),
        ("clear", time(9), "", "idle", "charging"),
        ("clear", time(23), "", "idle", "discharging"),
        ("winter", time(18), "", "importing", "waiting to charge"),
        ("cloudy", time(12), "", "exporting", "charging"),
        ("clear", time(12), "error=0x22000", "importing", "standby"),
    ],
)
async def test_both_read_the_same(
    day: str,
    at: time,
    faults: str,
    grid: str,
    battery: str,
    talk: Talk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs, ours = await both(day, at, talk, monkeypatch, faults)
    for name, own in NAMES.items():
        assert theirs[name] == getattr(ours, own), name
    assert ours.battery_mode == WORDS[theirs["battery_mode_label"]]
    assert ours.grid_direction == {0: "idle", 1: "exporting", 2: "importing"}[theirs["grid_in_out"]]
    # Theirs is positive on export and keeps the meter's noise; ours is positive on import.
    assert ours.grid_power == (0 if ours.grid_direction == "idle" else -theirs["pgrid"])
    assert theirs["ibattery1"] == ours.battery_current * (-1 if battery == "charging" else 1)
    assert theirs["pbattery1"] == pytest.approx(ours.battery_power, abs=0.51)
    assert theirs["ppv"] == pytest.approx(ours.pv_power, abs=1.01)
    # What they call the house's consumption still has the inverter's own losses in it.
    losses = theirs["house_consumption"] - ours.load_power
    assert ours.grid_power is not None
    through = ours.pv_power + max(0, ours.grid_power) + max(0, ours.battery_power)
    assert -12 <= losses <= 0.03 * through + 92
    assert (ours.grid_direction, ours.battery_mode) == (grid, battery)
