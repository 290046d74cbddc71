"""Updates as the monitor would publish them, on a clock that the test owns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kstar_tui.history.calendar import Calendar
from kstar_tui.history.ledger import BookKeeper
from kstar_tui.link.interface import Address
from kstar_tui.monitor.energy import Energy
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.encode import encode_running_data
from kstar_tui.protocol.frame import build_reply, parse_frame
from kstar_tui.protocol.reading import Reading, decode_running_data

INTERVAL = 5.0
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
VALUES = {
    "pv1_voltage": 300.0,
    "pv1_current": 10.0,
    "battery_voltage": 50.0,
    "battery_soc": 71,
    "grid_voltage": 235.1,
    "grid_frequency": 49.92,
    "grid_power": 1200,
    "grid_direction": "exporting",
    "load_power": 1800,
    "work_mode": "on-grid",
    "energy_total": 1000.0,
    "load_energy_total": 2000.0,
    "hours_total": 3911,
}


def reading(**values: Any) -> Reading:
    payload = encode_running_data({**VALUES, **values})
    return decode_running_data(parse_frame(build_reply(0x86, payload)))


class Hands:
    """A clock that the test sets."""

    def __init__(self, start: datetime = NOON) -> None:
        self.wall = start
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.wall

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("the history never sleeps")

    def pass_(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds


class House:
    """One inverter and one BookKeeper after another on the same database."""

    def __init__(self, path: Path | str, calendar: Calendar | None = None, **hands: Any) -> None:
        self.path = path
        self.calendar = calendar or Calendar(UTC)
        self.clock = Hands(**hands)
        self.serial: str | None = "KSE1"
        self.before: Update | None = None
        self.told: list[Energy] = []
        self.book = self.start()

    def start(self) -> BookKeeper:
        self.book = BookKeeper(self.path, self.calendar, interval=INTERVAL, clock=self.clock)
        return self.book

    def kill(self) -> None:
        """The program is gone without a word; the system takes its lock and its files."""
        store = self.book._store
        if store is not None:
            store.close()
        self.book = self.start()

    def update(self, **changes: Any) -> Update:
        clock = self.clock
        info = DeviceInfo("1", "KSE4000", "KSTAR", self.serial, "", 2, "") if self.serial else None
        values: dict[str, Any] = {
            "state": LinkState.ONLINE,
            "since": NOON,
            "at": clock.now(),
            "at_monotonic": clock.monotonic(),
            "fresh": True,
            "reading": reading(),
            "taken": clock.now(),
            "taken_monotonic": clock.monotonic(),
            "address": Address("192.168.1.50"),
            "info": info,
        }
        return Update(**{**values, **changes})

    def poll(self, **values: Any) -> Energy | None:
        return self.take(self.update(reading=reading(**values)))

    def take(self, update: Update) -> Energy | None:
        energy = self.book.take(update)
        if energy is not None:
            self.told.append(energy)
        return energy

    def live(self, seconds: float, **values: Any) -> Energy | None:
        """A reading every interval."""
        energy = None
        for _ in range(round(seconds / INTERVAL)):
            energy = self.poll(**values)
            self.clock.pass_(INTERVAL)
        return energy
