"""Kinds of values that say how kstar-tui is watched from elsewhere."""

from __future__ import annotations

import re
from ipaddress import ip_address

from kstar_tui.settings.kinds import OFF, SettingValue

_NONE = frozenset({OFF, "no", "false", "none", "0"})
_LOOPBACK = "127.0.0.1"


class Listen:
    """An address and TCP port of this machine, as `ADDRESS:PORT`; None where nothing listens."""

    allowed = f"a port, an address of this machine with a port such as {_LOOPBACK}:9898, or {OFF}"

    def parse(self, text: str) -> str | None:
        """A port alone is one of this machine only."""
        word = text.strip()
        if word.lower() in _NONE:
            return None
        host, colon, port = word.rpartition(":")
        if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
            raise ValueError("a port is a whole number from 1 to 65535")
        if not colon:
            return f"{_LOOPBACK}:{int(port)}"
        return f"{_address(host)}:{int(port)}"

    def check(self, value: object) -> str | None:
        """A whole number, a text, or false."""
        if value is False:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return self.parse(str(value))
        if not isinstance(value, str):
            raise ValueError("write it in quotes")
        return self.parse(value)

    def show(self, value: SettingValue) -> str:
        """Address and port, or `off`."""
        return str(value) if value else OFF


def split_listen(value: str) -> tuple[str, int]:
    """Address, without brackets, and port of a value of `Listen`."""
    host, _, port = value.rpartition(":")
    return host.strip("[]"), int(port)


def _address(host: str) -> str:
    if host.lower() == "localhost":
        return _LOOPBACK
    bare = host.removeprefix("[").removesuffix("]")
    try:
        # Zones name an interface of one machine, and one boot of it.
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        raise ValueError("an address is four numbers, or an IPv6 address in brackets") from None
    if (address.version == 6) is not (host != bare) or "%" in bare:
        raise ValueError("an IPv6 address stands in brackets, as in [::1]:9898")
    return f"[{address}]" if address.version == 6 else str(address)
