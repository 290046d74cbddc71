"""An address as a person types it."""

from __future__ import annotations

from kstar_tui.link.interface import DISCOVERY_PORT, Address
from kstar_tui.settings import TABLE, Given, SettingsError, parse_setting

_LIKE = "type an IPv4 address like 192.168.1.50, or a host name"


def parse_address(text: str, default_port: int, discovery_port: int = DISCOVERY_PORT) -> Address:
    """`HOST` or `HOST:PORT`; ValueError in words a person can act on."""
    text = text.strip()
    host, colon, port = text.partition(":")
    if ":" in port:
        raise ValueError(f"{text} is no address that an inverter has: {_LIKE}")
    found = _setting("inverter.host", host)
    if not isinstance(found, str):
        raise ValueError(f"{text or 'nothing'} is no address of one inverter: {_LIKE}")
    if not colon:
        return Address(found, default_port)
    number = _setting("inverter.port", port)
    if not isinstance(number, int) or number in (DISCOVERY_PORT, discovery_port):
        raise ValueError(
            f"{port or 'nothing'} is no port for data: it is 8899 unless you know better"
        )
    return Address(found, number)


def _setting(key: str, text: str) -> object:
    try:
        return parse_setting(TABLE[key], Given("address", text))
    except SettingsError:
        return None
