"""An address as a person types it."""

from __future__ import annotations

from kstar_tui.link.interface import DISCOVERY_PORT, Address
from kstar_tui.settings import TABLE, Given, SettingsError, parse_setting


def parse_address(text: str, default_port: int) -> Address:
    """`HOST` or `HOST:PORT`; ValueError in words a person can act on."""
    host, colon, port_text = text.strip().partition(":")
    try:
        parsed = parse_setting(TABLE["inverter.host"], Given("address", host))
        port = default_port
        if colon:
            port = int(str(parse_setting(TABLE["inverter.port"], Given("port", port_text))))
    except SettingsError as error:
        raise ValueError(str(error)) from None
    if not isinstance(parsed, str):
        raise ValueError("type the inverter's address, like 192.168.1.50")
    if port == DISCOVERY_PORT:
        raise ValueError(f"port {DISCOVERY_PORT} takes commands and is never asked for data")
    return Address(parsed, port)
