"""The discovery text, and what answers it: hints, never proof, that an inverter is there."""

from __future__ import annotations

from dataclasses import dataclass

from kstar_tui.protocol.text import clean_mac, clean_text

DISCOVERY_TEXT = b"WIFIKIT-214028-READ"
"""The only thing that may ever be sent to the discovery port, which is a command port."""

MAX_REPLY = 512


class DiscoveryError(ValueError):
    """This datagram is no answer to the discovery text; the message says why."""


@dataclass(frozen=True, slots=True)
class DiscoveryReply:
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
    if len(parts) < 2 or not any(parts):
        raise DiscoveryError(f"not a discovery reply: {clean_text(data)[:40]!r}")
    macs = [mac for mac in map(clean_mac, parts) if mac]
    name = parts[2] if len(parts) > 2 else ""
    return DiscoveryReply(
        claimed_address=parts[0],
        mac=macs[0] if macs else None,
        name="" if clean_mac(name) else name,
    )
