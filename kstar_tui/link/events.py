"""What a search tells while it runs."""

from __future__ import annotations

from dataclasses import dataclass

from kstar_tui.link.interface import Address
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.reading import Reading


@dataclass(frozen=True, slots=True)
class Target:
    """One place to ask: a broadcast address, and the local address that the question leaves by
    (None: the system chooses)."""

    interface: str
    local: str | None
    broadcast: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The discovery text went out there, or `error` says why it could not."""

    target: Target
    error: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """An inverter: it answered the discovery text and an inverter's question."""

    address: Address
    mac: str | None
    name: str
    info: DeviceInfo
    reading: Reading | None
    """None where it said who it is but sent no reading yet."""


@dataclass(frozen=True, slots=True)
class NotAnInverter:
    """Something that answered the discovery text but is no inverter, and why we think so."""

    host: str
    mac: str | None
    name: str
    reason: str


SearchEvent = Asked | Found | NotAnInverter
