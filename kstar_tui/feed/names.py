"""Names as they are cleaned where they come in from an inverter: keys are made of them. Pure."""

from __future__ import annotations

import re

from kstar_tui.feed.values import WireError
from kstar_tui.link.interface import Address
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.text import clean_id, clean_text

_HOST = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}"


def clean_info(info: DeviceInfo) -> DeviceInfo:
    """Who an inverter is, in harmless texts."""
    return info._replace(
        serial=clean_id(info.serial),
        model=clean_text(info.model),
        manufacturer=clean_text(info.manufacturer),
        firmware=clean_text(info.firmware),
        software=clean_text(info.software),
    )


def clean_address(address: Address | None) -> Address | None:
    """An address that could be one; WireError for any other."""
    if address is None:
        return None
    if not 0 < address.port < 65536 or not re.fullmatch(_HOST, address.host):
        raise WireError("no address of an inverter")
    return address
