"""Where the discovery text is sent: every interface's broadcast address, or those given."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Interface
from typing import NamedTuple

from kstar_tui.link.addresses import not_a_network
from kstar_tui.link.events import Target

GIVEN = "the address you gave"
"""In place of an interface's name where the user named the broadcast address: the system chooses
one."""


class Network(NamedTuple):
    """An IPv4 network that this machine is in."""

    interface: str
    address: str
    prefix: int
    broadcast: str | None
    """None where nothing can be broadcast: on both ends of a tunnel."""


def networks() -> list[Network]:
    """Every IPv4 network of this machine but its own loopback."""
    # Loaded for a search only: it costs a start ctypes.
    import ifaddr

    found: list[Network] = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if not isinstance(ip.ip, str):
                continue
            own = IPv4Interface(f"{ip.ip}/{ip.network_prefix}")
            if own.is_loopback:
                continue
            broadcast = str(own.network.broadcast_address) if ip.network_prefix <= 30 else None
            found.append(Network(adapter.nice_name, ip.ip, ip.network_prefix, broadcast))
    return found


def broadcast_targets() -> list[Target]:
    """One for each IPv4 network that this machine is in and that has a broadcast address."""
    targets: dict[tuple[str, str], Target] = {}
    for one in networks():
        if one.broadcast is not None:
            # A second address of the same interface in the same network would only ask twice.
            targets.setdefault(
                (one.interface, one.broadcast), Target(one.interface, one.address, one.broadcast)
            )
    return list(targets.values())


def targets_for(addresses: Sequence[str]) -> list[Target]:
    """One for each IPv4 address given, doubles left out.

    ValueError for any other text, and for multicast, reserved and 0.x.x.x addresses.
    """
    targets: dict[str, Target] = {}
    for text in addresses:
        try:
            address = IPv4Address(text.strip())
        except ValueError:
            raise ValueError(
                f"{text!r} is no IPv4 address; a broadcast address looks like 192.168.1.255"
            ) from None
        if reason := not_a_network(address):
            raise ValueError(f"{address} is {reason}; nothing is ever sent there")
        targets.setdefault(str(address), Target(GIVEN, None, str(address)))
    return list(targets.values())
