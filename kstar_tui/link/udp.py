"""UDP as the link needs it: IPv4, a fresh local port each time, errors in words."""

from __future__ import annotations

import asyncio
import errno
import socket
from ipaddress import IPv4Address

from kstar_tui.link.addresses import not_one_host
from kstar_tui.link.interface import DATA_PORT, DISCOVERY_PORT, LinkError
from kstar_tui.link.lookup import look_up

MAX_DATAGRAM = 2048
"""Bytes taken of one datagram; two joined replies need a quarter of it."""

_LEFT_TO_OTHERS = frozenset({DATA_PORT, DISCOVERY_PORT})

_WORDS = {
    errno.ENETUNREACH: "network unreachable, this machine has no route there",
    errno.ENETDOWN: "network down",
    errno.EHOSTUNREACH: "host unreachable",
    errno.EHOSTDOWN: "host down",
    errno.EACCES: "not permitted to send there (a broadcast address, or a firewall)",
    errno.EPERM: "not permitted to send there (a firewall on this machine)",
    errno.EADDRNOTAVAIL: "no longer an address of this machine",
    errno.EINVAL: "no address that anything can be sent to",
    errno.EMFILE: "too many open files on this machine",
    errno.ENFILE: "too many open files on this machine",
}

Peer = tuple[str, int]


def open_socket(local: str = "", *, broadcast: bool = False) -> socket.socket:
    """A non-blocking socket on an ephemeral port of `local` (every address if empty); OSError."""
    while True:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            if broadcast:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.bind((local, 0))
            # The ephemeral range can hold the discovery port, which other programs listen on.
            if sock.getsockname()[1] not in _LEFT_TO_OTHERS:
                return sock
        except OSError:
            sock.close()
            raise
        sock.close()


async def resolve(host: str, port: int, patience: float) -> Peer:
    """IPv4 address and port; a name is looked up for at most `patience` s; LinkError in words."""
    try:
        return _one_host(host, IPv4Address(host)), port
    except ValueError:
        pass
    try:
        async with asyncio.timeout(patience):
            found = await look_up(host, port)
    except TimeoutError:
        raise LinkError(f"no name server knew {host!r} within {patience:g} s") from None
    except (OSError, UnicodeError) as error:
        raise LinkError(
            f"unknown host {host!r}: neither an IPv4 address nor a name known here"
            f" ({explain(error)})"
        ) from error
    return _one_host(host, IPv4Address(found)), port


def _one_host(host: str, address: IPv4Address) -> str:
    # A name server, too, decides what is asked: its answer is checked like anybody's.
    if reason := not_one_host(address):
        found = str(address) if host == str(address) else f"{host!r} is {address}, which"
        raise LinkError(f"{found} is {reason}: nothing is ever sent there")
    return str(address)


def explain(error: Exception) -> str:
    """What the operating system refused, in words a person can act on."""
    if isinstance(error, OSError) and not isinstance(error, socket.gaierror):
        words = _WORDS.get(error.errno or 0)
        if words:
            return words
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error)


def check_port(port: int) -> int:
    """The port itself; ValueError unless it is 1 to 65535."""
    if not 1 <= port <= 65535:
        raise ValueError(f"a UDP port is 1 to 65535, not {port}")
    return port
