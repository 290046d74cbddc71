"""What a simulator is told to be."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import time
from ipaddress import IPv4Address

from kstar_tui.clock import ScaledClock
from kstar_tui.link.interface import DATA_PORT, DISCOVERY_PORT
from kstar_tui.simulator.days import LATITUDE, day_clock, named_day
from kstar_tui.simulator.faults import Faults

_MAX_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """ValueError for an unknown day, no IPv4 address, or a latitude, speed or port out of range."""

    day: str = "clear"
    """The kind of weather; see `days.DAYS`."""
    start: time | None = None
    """Time of day at which `clock()` begins; None = the day's own."""
    speed: float = 1.0
    """Seconds of simulated time a second, for `clock()`."""
    seed: int = 1
    latitude: float = LATITUDE
    """Degrees north."""
    bind: str = "127.0.0.1"
    """IPv4 address to answer on; 0.0.0.0 = every interface."""
    port: int = DATA_PORT
    """0 = any free one."""
    discovery_port: int | None = DISCOVERY_PORT
    """0 = any free one, None = not to be discovered."""
    frames: tuple[bytes, ...] = ()
    """Frames to serve in turn instead of the house's, by the function that they answer."""
    faults: Faults = field(default_factory=Faults)
    goodwe_address: bool = False
    """Be a GoodWe ES: answer requests from C0 only, with its longer running data."""
    serial: str = ""
    """Empty = made from the seed."""
    model: str = "KSE4000"
    manufacturer: str = "KSTAR"
    firmware: str = "10104"
    name: str = "Solar-WiFi1"
    """What the WiFi module calls itself."""

    def __post_init__(self) -> None:
        named_day(self.day)
        if not -90 <= self.latitude <= 90:
            raise ValueError(f"latitude must be from -90 to 90, not {self.latitude}")
        if not 0 < self.speed < float("inf"):
            raise ValueError(f"speed must be above 0, not {self.speed}")
        try:
            IPv4Address(self.bind)
        except ValueError:
            raise ValueError(f"{self.bind!r} is no IPv4 address to answer on") from None
        for port in (self.port, self.discovery_port or 0):
            if not 0 <= port <= _MAX_PORT:
                raise ValueError(f"port must be from 0 to {_MAX_PORT}, not {port}")

    @property
    def serial_number(self) -> str:
        """The given serial number, else one of the seed's own, 13 characters."""
        return self.serial or f"SIM{self._number(10**10):010}"

    @property
    def mac(self) -> str:
        """The WiFi module's MAC, twelve hex digits, one of the seed's own."""
        return f"ACCF23{self._number(1 << 24):06X}"

    def clock(self) -> ScaledClock:
        """The clock that `day`, `start` and `speed` ask for, beginning now."""
        return day_clock(self.day, self.start, self.speed)

    def _number(self, below: int) -> int:
        # The default simulator is number one; any other seed is as good as a name.
        return self.seed if 0 < self.seed < 1000 else random.Random(self.seed).randrange(below)
