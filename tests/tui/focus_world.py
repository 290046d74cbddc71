"""Days and views for the tests of the Battery and the Grid & load screen."""

from __future__ import annotations

import math
from datetime import UTC, timedelta
from typing import Any

from history_days import HandPast, house_minutes
from tui_world import ENERGY, NOON, mqtt, reading, update, view

from kstar_tui.history.bucket import Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.history.columns import INDEX, SCALES
from kstar_tui.monitor.battery_time import Estimate
from kstar_tui.monitor.update import Update
from kstar_tui.protocol.device import DeviceSettings
from kstar_tui.tui.focus.figures import Today, read
from kstar_tui.tui.focus.view import FocusView
from kstar_tui.tui.live.view import View

CALENDAR = Calendar(UTC)
MIDNIGHT = CALENDAR.start(NOON.date())
EVENING = NOON + timedelta(hours=7, minutes=30)
GAP = range(9 * 60, 10 * 60 + 30)
"""Minutes of the day that nobody observed."""

FULL = DeviceSettings(
    charge_start="01:00",
    charge_end="05:00",
    discharge_start="17:00",
    discharge_end="23:30",
    charge_power_limit=100,
    discharge_power_limit=90,
    backup_supply=True,
    off_grid_charge=True,
    shadow_scan=False,
    export_allowed=True,
    battery_capacity=200,
    charge_voltage_limit=57.6,
    charge_current_limit=45,
    discharge_current_limit=60,
    discharge_voltage_limit=47.5,
    battery_soc_minimum=20,
)
BANKS: dict[str, Any] = {
    "bms_status": 0x0100,
    **{f"battery_{n}_voltage": 51.0 + n / 10 for n in (2, 3, 4)},
    **{f"battery_{n}_soc": 60 + n for n in (2, 3, 4)},
    **{f"battery_{n}_mode": "waiting to discharge" for n in (2, 3, 4)},
    "battery_2_current": 12.5,
    "battery_3_current": 11.5,
}
SISTER: dict[str, Any] = {
    "bms_status": 0x0100,
    "battery_status": 2,
    "battery_temperature": 7.5,
    "battery_charge_limit": 45,
    "battery_discharge_limit": 60,
    "battery_soh": 98,
    "meter_status": 1,
}
ALL_DAY = Estimate(True, 11400, NOON + timedelta(seconds=11400), 100, guessed=True)


def measured_minutes(count: int) -> list[Bucket]:
    """The simulated house's minutes, with volts, amps and degrees that swing through the day."""
    buckets = house_minutes(MIDNIGHT, count)
    for minute, bucket in enumerate(buckets):
        swing = math.sin(minute / 1440 * 2 * math.pi)
        for field, middle, wide in (
            ("battery_voltage", 51.0, 2.1),
            ("battery_current", 25.0, 24.8),
            ("battery_temperature", 14.0, 6.5),
            ("battery_soh", 98.0, 0.0),
            ("battery_2_voltage", 51.0, 1.0),
            ("battery_2_soc", 60.0, 20.0),
            ("grid_voltage", 232.0, 6.3),
            ("grid_frequency", 50.0, 0.04),
            ("backup_voltage", 230.0, 1.2),
            ("backup_frequency", 50.0, 0.04),
            ("backup_current", 1.0, 0.6),
            ("backup_power", 230.0, 120.0),
            ("inverter_power", 700.0, 2000.0),
            ("ac_output_current", 9.0, 8.5),
            ("temperature", 35.0, 9.0),
        ):
            i = INDEX[field]
            value = middle + wide * swing
            bucket.lows[i] = bucket.highs[i] = round(value * SCALES[i])
            bucket.sums[i] = round(value * bucket.observed)
    return buckets


def past(minutes: int = 720) -> HandPast:
    """Up to noon, with a gap."""
    kept = [b for i, b in enumerate(measured_minutes(minutes)) if i not in GAP]
    return HandPast(kept, CALENDAR)


def today(minutes: int = 720) -> Today:
    """What is read of that day."""
    return read(past(minutes), "k", MIDNIGHT + minutes * 60, CALENDAR)


DAY = today()


def focus_view(of: Update | None = None, **changes: Any) -> FocusView:
    """A view at noon; changes of the live part are its `live`."""
    live: View = changes.pop("live", None) or view(
        of or update(energy=ENERGY, settings=FULL, reading=reading(**SISTER)),
        mqtt=mqtt(),
        battery=ALL_DAY,
    )
    seen = DAY.with_reading(live.reading) if live.reading else DAY
    values: dict[str, Any] = {"live": live, "today": seen}
    return FocusView(**{**values, **changes})
