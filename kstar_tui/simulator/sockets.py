"""UDP sockets as a WiFi module has them: one for data, and those that hear a broadcast."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Interface

import ifaddr

EVERYWHERE = str(IPv4Address(0))
"""Bound to it, a socket hears at every address of this machine."""
EVERYONE = str(IPv4Address(0xFFFFFFFF))
"""The broadcast to a whole network by which most other programs ask: heard here, never sent to."""


def bound(address: str, port: int, *, shared: bool = False) -> socket.socket:
    """A UDP socket at this IPv4 address; OSError where it is taken or not this machine's.

    `shared` lets others hear the same broadcasts.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
    except BaseException:
        sock.close()
        raise
    return sock


def heard_at(address: str) -> list[str]:
    """The broadcast addresses that reach a host at `address` but not a socket bound to it alone."""
    if address == EVERYWHERE:
        return []
    if IPv4Address(address).is_loopback:
        return ["127.255.255.255"]
    networks = [
        IPv4Interface(f"{ip.ip}/{ip.network_prefix}").network
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if ip.is_IPv4 and ip.ip == address
    ]
    return [EVERYONE, *(str(network.broadcast_address) for network in networks)]


def own_address(towards: str) -> str | None:
    """The address of this machine that `towards` would see, None where no route leads there;
    nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Port 9 discards, and a datagram socket's connect only looks up the route.
        try:
            probe.connect((towards, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
