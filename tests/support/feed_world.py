"""A daemon's socket without a daemon: what it says is made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kstar_tui.feed.serving import Feed
from kstar_tui.feed.wire import Hello, Message
from kstar_tui.history.keeping import HistoryStatus, Keeping
from kstar_tui.link.interface import Address
from kstar_tui.monitor.energy import Energy, Flow
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.status import MqttStatus
from kstar_tui.protocol.device import DeviceInfo, decode_settings
from kstar_tui.protocol.encode import encode_running_data, encode_settings
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data

NOON = datetime(2026, 6, 18, 12, tzinfo=UTC)
HOME = Address("192.168.1.50")
INFO = DeviceInfo("10104", "KSE4000", "KSTAR", "SIM0000005678", "410-01", 2, "Germany")
SETTINGS = decode_settings(parse_frame(build_reply(0x89, encode_settings({}))))
ENERGY = Energy(
    total={flow: 100.5 + number for number, flow in enumerate(Flow)},
    today=dict.fromkeys(Flow, 1.5),
    day=NOON.date(),
    observed=40000.0,
    since=NOON - timedelta(days=100),
    saved=NOON,
)
MQTT = MqttStatus(True, "mqtt://pi:***@broker:1883", NOON, 3, 0, None, "kstar-tui-1")
HISTORY = HistoryStatus(Keeping.WRITING, "history.sqlite", rows=7)
HELLO = Hello("0.2.0", 4711, 1781784000.5, 5.0, INFO.serial, HOME, "history.sqlite", "broker/kstar")


def reading(**values: Any) -> Reading:
    payload = encode_running_data({"battery_voltage": 50.0, "battery_soc": 71, **values})
    return decode_running_data(parse_frame(build_reply(0x86, payload)))


def update(**changes: Any) -> Update:
    values: dict[str, Any] = {
        "state": LinkState.ONLINE,
        "since": NOON - timedelta(hours=3),
        "at": NOON,
        "at_monotonic": 1000.0,
        "fresh": True,
        "reading": reading(),
        "taken": NOON,
        "taken_monotonic": 999.5,
        "address": HOME,
        "mac": "AC:CF:23:A1:B2:C3",
        "info": INFO,
        "settings": SETTINGS,
        "polls": 1204,
        "lost": 3,
        "rejected": {"too short": 2, "wrong checksum": 1},
        "refused": {"too short": b"\xaa\x55\x7f"},
        "retries": 4,
        "meant": INFO.serial,
        "latency": 0.031,
        "error": None,
        "next_poll_monotonic": 1005.0,
        "energy": ENERGY,
    }
    return Update(**{**values, **changes})


class Still:
    """A clock that stands where the test put it, and never sleeps."""

    def __init__(self, seconds: float = 1000.0) -> None:
        self.seconds = seconds

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOON

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


class HandDaemon:
    """What it says stands in its attributes; `polls` counts what it was asked for."""

    def __init__(self, clock: Still | None = None, **changes: Any) -> None:
        self.hello = HELLO._replace(**changes)
        self.message = Message(update(), MQTT, HISTORY)
        self.polls = self.joined = 0
        self.feed = Feed(
            clock or Still(),
            hello=lambda: self.hello,
            news=lambda: self.message,
            poll_now=self._poll,
            joined=self._join,
        )

    async def open(self, folder: Path) -> Path:
        return await self.feed.open(folder)

    def say(self, message: Message) -> None:
        self.message = message
        self.feed.tell()

    def _poll(self) -> None:
        self.polls += 1

    def _join(self) -> None:
        self.joined += 1
