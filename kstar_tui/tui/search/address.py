"""An address as a person types it."""

from __future__ import annotations

from ipaddress import IPv4Address

from kstar_tui.link.interface import DISCOVERY_PORT, Address
from kstar_tui.settings import TABLE, Given, SettingsError, parse_setting

_LIKE = "type an IPv4 address like 192.168.1.50, or a host name"


def parse_address(text: str, default_port: int, discovery_port: int = DISCOVERY_PORT) -> Address:
    """`HOST` or `HOST:PORT`; ValueError in words a person can act on."""
    text = text.strip()
    host, colon, port = text.partition(":")
    if ":" in port or "/" in text:
        raise ValueError(f"{text} is not an address that an inverter has: {_LIKE}")
    found = _setting("inverter.host", host)
    if not isinstance(found, str):
        what = "the address of one inverter" if _is_ipv4(host) else "an address"
        raise ValueError(f"{text} is not {what}: {_LIKE}" if text else _LIKE)
    if not colon:
        return Address(found, default_port)
    number = _setting("inverter.port", port)
    if not isinstance(number, int) or number in (DISCOVERY_PORT, discovery_port):
        what = f"{port} is not a port for data" if port else "the port is missing"
        raise ValueError(f"{what}: it is 8899 unless you know better")
    return Address(found, number)


def _is_ipv4(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def _setting(key: str, text: str) -> object:
    try:
        return parse_setting(TABLE[key], Given("address", text))
    except SettingsError:
        return None
