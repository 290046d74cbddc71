"""What a search tells while it runs."""

from __future__ import annotations

from typing import NamedTuple

from kstar_tui.link.interface import Address
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.reading import Reading


class Target(NamedTuple):
    """One place to ask: a broadcast address, and the local address that the question leaves by
    (None: the system chooses)."""

    interface: str
    local: str | None
    broadcast: str


class Asked(NamedTuple):
    """The discovery text went out there, or `error` says why it could not."""

    target: Target
    error: str | None


class Found(NamedTuple):
    """An inverter: it answered the discovery text and at least one of an inverter's questions."""

    address: Address
    mac: str | None
    name: str
    info: DeviceInfo | None
    """None where it sent a reading but does not say who it is."""
    reading: Reading | None
    """None where it said who it is but sent no reading yet."""
    via: tuple[Target, ...] = ()
    """Where it answered the discovery text."""

    @property
    def serial(self) -> str | None:
        """Its serial number, if it said one."""
        return (self.info.serial or None) if self.info else None

    @property
    def model(self) -> str | None:
        """Its model, if it said one."""
        return (self.info.model or None) if self.info else None


class NotAnInverter(NamedTuple):
    """Something that answered the discovery text but is no inverter, and why we think so."""

    host: str
    mac: str | None
    name: str
    reason: str
    via: tuple[Target, ...] = ()
    """Where it answered the discovery text."""


SearchEvent = Asked | Found | NotAnInverter
