"""The discovery text, and what answers it: hints, never proof, that an inverter is there."""

from __future__ import annotations

import re
from typing import NamedTuple

from kstar_tui.protocol.text import clean_mac, clean_text

DISCOVERY_TEXT = b"WIFIKIT-214028-READ"
"""The only thing that may ever be sent to the discovery port, which is a command port."""

MAX_REPLY = 512

_IPV4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"


class DiscoveryError(ValueError):
    """This datagram is no answer to the discovery text; the message says why."""


class DiscoveryReply(NamedTuple):
    """What a WiFi module says of itself, cleaned. Its true address is the datagram's sender."""

    claimed_address: str
    mac: str | None
    name: str


def parse_discovery(data: bytes) -> DiscoveryReply:
    """Parts by commas, as many as there are; DiscoveryError for an echo, nothing, or no text."""
    if data.startswith(DISCOVERY_TEXT):
        raise DiscoveryError("an echo of the question")
    if not data.strip(b"\0\r\n\t "):
        raise DiscoveryError("an empty reply")
    if len(data) > MAX_REPLY:
        raise DiscoveryError(f"{len(data)} bytes, too long for a discovery reply")
    parts = [clean_text(part) for part in data.decode("latin-1").split(",")]
    macs = [mac for mac in map(clean_mac, parts) if mac]
    # A single part says too little, unless it is an address of either kind.
    if not any(parts) or (len(parts) == 1 and not macs and not re.fullmatch(_IPV4, parts[0])):
        raise DiscoveryError(f"not a discovery reply: {clean_text(data)[:40]!r}")
    name = parts[2] if len(parts) > 2 else parts[-1] if len(parts) == 2 else ""
    return DiscoveryReply(
        claimed_address="" if clean_mac(parts[0]) else parts[0],
        mac=macs[0] if macs else None,
        name="" if clean_mac(name) else name,
    )
