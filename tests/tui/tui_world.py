"""Readings, views and a clock for the screen's tests, all made by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from kstar_tui.history.calendar import Calendar
from kstar_tui.link.interface import Address
from kstar_tui.monitor.energy import Energy, Flow
from kstar_tui.monitor.trail import Trail
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.publisher import MqttStatus
from kstar_tui.protocol.device import DeviceInfo, decode_settings
from kstar_tui.protocol.encode import encode_running_data, encode_settings
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data
from kstar_tui.tui.live.view import View
from kstar_tui.tui.paint import Picture

NOON = datetime(2026, 6, 18, 12, 0, tzinfo=UTC)
HOME = Address("192.168.1.50")
INFO = DeviceInfo("10104", "KSE4000", "KSTAR", "SIM0000005678", "", 2, "Germany")
VALUES: dict[str, Any] = {
    "pv1_voltage": 340.0,
    "pv1_current": 5.0,
    "pv1_mode": "producing",
    "pv2_voltage": 320.0,
    "pv2_current": 5.0,
    "pv2_mode": "producing",
    "battery_voltage": 51.2,
    "battery_current": 28.0,
    "battery_mode": "charging",
    "battery_soc": 64,
    "grid_voltage": 230.4,
    "grid_frequency": 50.01,
    "grid_power": 421,
    "grid_direction": "exporting",
    "load_power": 1530,
    "load_mode": "connected",
    "inverter_power": 1951,
    "ac_output_current": 8.5,
    "temperature": 38.5,
    "work_state": "on",
    "work_mode": "on-grid",
    "backup_voltage": 230.1,
    "backup_current": 1.2,
    "backup_frequency": 50.01,
    "backup_power": 276,
    "energy_today": 14.2,
    "energy_total": 12345.6,
    "load_energy_today": 6.4,
    "load_energy_total": 8765.4,
    "hours_total": 12345,
}
_DIRECTION_AT = 80


def reading(*, direction: int | None = None, **values: Any) -> Reading:
    """A reading as it would come in a frame; `direction` is a code that no table knows."""
    payload = bytearray(encode_running_data({**VALUES, **values}))
    if direction is not None:
        payload[_DIRECTION_AT] = direction
    return decode_running_data(parse_frame(build_reply(0x86, bytes(payload))))


NOBODY_KNOWS = reading(direction=77)
"""The meter gives a direction that no table has: its power is not known."""
SETTINGS = decode_settings(
    parse_frame(
        build_reply(0x89, encode_settings({"battery_capacity": 200, "battery_soc_minimum": 20}))
    )
)

TODAY = dict(zip(Flow, (14.23, 6.41, 0.8, 5.12, 4.6, 1.3), strict=True))
ENERGY = Energy(
    total={flow: 100 * value for flow, value in TODAY.items()},
    today=TODAY,
    day=NOON.date(),
    observed=40000.0,
    since=NOON - timedelta(days=100),
    saved=NOON,
)


def update(**changes: Any) -> Update:
    """An update of an inverter that is online, at noon."""
    values: dict[str, Any] = {
        "state": LinkState.ONLINE,
        "since": NOON - timedelta(hours=3),
        "at": NOON,
        "at_monotonic": 1000.0,
        "fresh": True,
        "reading": reading(),
        "taken": NOON,
        "taken_monotonic": 1000.0,
        "address": HOME,
        "info": INFO,
        "settings": SETTINGS,
        "polls": 1204,
        "latency": 0.031,
        "next_poll_monotonic": 1005.0,
    }
    return Update(**{**values, **changes})


def without_reading(state: LinkState, error: str | None = None, **changes: Any) -> Update:
    """An update from before the first reading."""
    nothing = {"reading": None, "taken": None, "taken_monotonic": None, "fresh": False}
    known = {"info": None, "settings": None, "polls": 0, "latency": None}
    return update(**{"state": state, "error": error, **nothing, **known, **changes})


def view(of: Update | None = None, **changes: Any) -> View:
    """A view at noon."""
    values: dict[str, Any] = {
        "update": of or update(),
        "now": NOON,
        "now_monotonic": 1000.0,
        "trail": Trail(),
        "calendar": Calendar(UTC),
    }
    return View(**{**values, **changes})


def mqtt(**changes: Any) -> MqttStatus:
    """A broker that takes what it is given."""
    values: dict[str, Any] = {
        "connected": True,
        "broker": "mqtt://pi",
        "since": NOON,
        "sent": 1204,
        "dropped": 0,
        "error": None,
        "client_id": "kstar-tui-1",
    }
    return MqttStatus(**{**values, **changes})


def trail_of(readings: Iterable[tuple[float, Reading]], start: datetime = NOON) -> Trail:
    """A trail of readings, each some minutes after the start."""
    trail = Trail()
    for minutes, one in readings:
        trail.on_update(update(reading=one, taken=start + timedelta(minutes=minutes)))
    return trail


def day_trail(minutes: int = 600, every: int = 2) -> Trail:
    """A made-up day up to noon: sun that rises, a battery that turns, a grid that changes sides."""
    return trail_of(_day_readings(minutes, every), NOON - timedelta(minutes=minutes))


@cache
def _day_readings(minutes: int, every: int) -> tuple[tuple[int, Reading], ...]:
    def at(minute: int) -> Reading:
        share = minute / minutes
        charging = share > 0.4
        return reading(
            pv1_current=round(9 * share, 1),
            pv2_current=round(7 * share, 1),
            battery_mode="charging" if charging else "discharging",
            battery_current=round(abs(share - 0.4) * 40, 1),
            battery_soc=round(30 + 50 * abs(share - 0.4)),
            grid_power=round(1500 * abs(share - 0.6)),
            grid_direction="exporting" if share > 0.6 else "importing",
            load_power=round(300 + 1700 * (minute % 60) / 60),
        )

    return tuple((minute, at(minute)) for minute in range(0, minutes + 1, every))


def cells(picture: Picture, width: int, height: int) -> list[str]:
    """The picture as the terminal has it: every line filled up to its width."""
    rows = [[" "] * width for _ in range(height)]
    for row, line in zip(rows, picture, strict=True):
        for span in line:
            row[span.x : span.end] = span.text
    return ["".join(row) for row in rows]


class HandClock:
    """Stands still until the test moves it; who sleeps wakes when its time has come."""

    def __init__(self, start: datetime = NOON) -> None:
        self.start = start
        self.seconds = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        sleeper = (self.seconds + seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1]
        finally:
            self._sleepers.remove(sleeper)

    @property
    def sleeping(self) -> int:
        """How many wait for time to pass."""
        return len(self._sleepers)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
        for until, future in self._sleepers:
            if until <= self.seconds and not future.done():
                future.set_result(None)
