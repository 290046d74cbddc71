"""An inverter's story told in steps: what it reads at which time, and what is told of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kstar_tui.alerts.alert import Alert, Kind, Rules, Stage
from kstar_tui.alerts.watch import Watch
from kstar_tui.link.interface import Address
from kstar_tui.monitor.events import Severity
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
INFO = DeviceInfo("10104", "KSE4000", "KSTAR", "SIM0000000004", "", 2, "Germany")
WELL: dict[str, Any] = {
    "battery_voltage": 50.0,
    "battery_soc": 71,
    "battery_mode": "discharging",
    "grid_voltage": 235.1,
    "load_power": 1800,
    "work_mode": "on-grid",
}
ISOLATION = 1 << 18
UTILITY_LOSS = 1 << 9
NO_GRID = {"grid_voltage": 0.0, "work_mode": "off-grid"}


def reading(**values: Any) -> Reading:
    payload = encode_running_data({**WELL, **values})
    return decode_running_data(parse_frame(build_reply(0x86, payload)))


class Story:
    """Updates one after the other to one watch."""

    def __init__(self, rules: Rules | None = None, start: datetime = NOON) -> None:
        self.watch = Watch(rules or Rules())
        self.start = start
        self.seconds = 0.0
        self.silent = False
        self.told: list[Alert] = []
        self._last = reading()

    def update(self, *, fresh: bool, **values: Any) -> Update:
        if fresh:
            self._last = reading(**values)
        at = self.start + timedelta(seconds=self.seconds)
        return Update(
            state=LinkState.ONLINE if fresh else LinkState.OFFLINE,
            since=self.start,
            at=at,
            at_monotonic=5000.0 + self.seconds,
            fresh=fresh,
            reading=self._last,
            address=Address("192.168.1.50"),
            info=INFO,
            error=None if fresh else "3 tries of 1.5 s to 192.168.1.50:8899: no answer",
        )

    def step(self, after: float = 5.0, *, fresh: bool = True, **values: Any) -> list[str]:
        """Another update so many seconds later; the texts that it brings."""
        self.seconds += after
        alerts = self.watch.take(self.update(fresh=fresh, **values), silent=self.silent)
        self.told += alerts
        return [alert.text for alert in alerts]

    def go(self, seconds: float, *, fresh: bool = True, **values: Any) -> list[str]:
        """Updates every five seconds for so long."""
        texts: list[str] = []
        for _ in range(round(seconds / 5)):
            texts += self.step(fresh=fresh, **values)
        return texts


def an_alert(**changes: Any) -> Alert:
    usual = Alert(
        at=NOON,
        stage=Stage.BEGINS,
        kind=Kind.FAULT,
        subject="isolation",
        severity=Severity.FAULT,
        text="fault: isolation",
        since=NOON,
        serial="SIM0000000004",
        model="KSE4000",
    )
    return usual._replace(**changes)
