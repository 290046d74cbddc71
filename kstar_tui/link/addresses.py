"""Which IPv4 addresses may be sent anything at all. Pure: no network."""

from __future__ import annotations

from ipaddress import IPv4Address

_EVERYONE = IPv4Address(0xFFFFFFFF)


def not_one_host(address: IPv4Address) -> str | None:
    """Why no question may be sent there, in words; None for what can be one host's own address."""
    return "a broadcast address" if address == _EVERYONE else not_a_network(address)


def not_a_network(address: IPv4Address) -> str | None:
    """Why nothing may be broadcast there, in words; None where it may be."""
    if address.is_multicast:
        return "a multicast address"
    if address.packed[0] == 0:
        return "no address of a network"
    if address.is_reserved and address != _EVERYONE:
        return "a reserved address"
    return None
