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
    """An inverter: it answered the discovery text and an inverter's question."""

    address: Address
    mac: str | None
    name: str
    info: DeviceInfo
    reading: Reading | None
    """None where it said who it is but sent no reading yet."""


class NotAnInverter(NamedTuple):
    """Something that answered the discovery text but is no inverter, and why we think so."""

    host: str
    mac: str | None
    name: str
    reason: str


SearchEvent = Asked | Found | NotAnInverter
