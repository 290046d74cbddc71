"""Where the discovery text is sent: every interface's broadcast address, or those given."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Interface

from kstar_tui.link.addresses import not_a_network
from kstar_tui.link.events import Target

GIVEN = "as given"
"""The interface's name where the user named the broadcast address: the system chooses one."""


def broadcast_targets() -> list[Target]:
    """One for each IPv4 network that this machine is in and that has a broadcast address."""
    # Loaded for a search only: it costs a start ctypes.
    import ifaddr

    targets: dict[tuple[str, str], Target] = {}
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if not isinstance(ip.ip, str) or ip.network_prefix > 30:
                continue
            own = IPv4Interface(f"{ip.ip}/{ip.network_prefix}")
            if own.is_loopback:
                continue
            broadcast = str(own.network.broadcast_address)
            # A second address of the same interface in the same network would only ask twice.
            targets.setdefault(
                (adapter.nice_name, broadcast), Target(adapter.nice_name, ip.ip, broadcast)
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
