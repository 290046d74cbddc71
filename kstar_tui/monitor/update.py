"""What the monitor hands to its subscribers: everything known of one inverter at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from kstar_tui.link.interface import Address
from kstar_tui.monitor.energy import Energy
from kstar_tui.protocol.device import DeviceInfo, DeviceSettings
from kstar_tui.protocol.reading import Reading

NAMELESS = 3
"""Readings for which a serial number is waited for before it is done without: by all alike."""


class LinkState(StrEnum):
    """How the inverter is reached; the value is the word that people read."""

    SEARCHING = "searching"
    CONNECTING = "connecting"
    ONLINE = "online"
    STALE = "stale"
    OFFLINE = "offline"

    @property
    def available(self) -> bool:
        """The last reading still stands for the present."""
        return self in (LinkState.ONLINE, LinkState.STALE)


class Update(NamedTuple):
    """One snapshot. `reading` is the last accepted one, however old; `fresh` says it is new now."""

    state: LinkState
    since: datetime
    """Wall time at which `state` began."""
    at: datetime
    """Wall time of this update."""
    at_monotonic: float
    """Seconds of the monitor's clock, for every duration."""
    fresh: bool = False
    reading: Reading | None = None
    taken: datetime | None = None
    """Wall time at which `reading` was taken."""
    taken_monotonic: float | None = None
    address: Address | None = None
    mac: str | None = None
    info: DeviceInfo | None = None
    settings: DeviceSettings | None = None
    polls: int = 0
    lost: int = 0
    """Polls without an accepted reading since the start."""
    lost_in_a_row: int = 0
    rejected: Mapping[str, int] = MappingProxyType({})
    """Datagrams and readings not taken, by reason, as people read it."""
    refused: Mapping[str, bytes] = MappingProxyType({})
    """The newest bytes that were not taken, by reason, where they are known."""
    retries: int = 0
    """Questions sent again since the start, because no usable answer had come."""
    latency: float | None = None
    """Seconds that the last answer took."""
    error: str | None = None
    """Why the last poll failed; None after a good one."""
    next_poll_monotonic: float | None = None
    meant: str | None = None
    """Serial number of the only inverter that will do; None where any does."""
    energy: Energy | None = None
    """The accounts as they are on disk; None while unknown, or where no history is kept."""

    @property
    def key(self) -> str:
        """What everything kept or published is filed under: the serial number told or meant, else
        the MAC, else the address; letters, digits, `_`, `.`, `-` only."""
        if self.info is not None and self.info.serial:
            return self.info.serial
        if self.meant:
            return self.meant
        if self.mac:
            return self.mac.replace(":", "")
        return self.address.host.replace(":", "-") if self.address else "unknown"
