"""Looking for inverters: the discovery text on every network, each answer proved by a read."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence

from kstar_tui.link.client import InverterClient
from kstar_tui.link.events import Asked, Found, NotAnInverter, SearchEvent, Target
from kstar_tui.link.interface import DATA_PORT, DISCOVERY_PORT, Address, Link, LinkError
from kstar_tui.link.targets import broadcast_targets, targets_for
from kstar_tui.link.udp import MAX_DATAGRAM, check_port, explain, open_socket, resolve
from kstar_tui.protocol.device import DeviceInfo
from kstar_tui.protocol.discovery import (
    DISCOVERY_TEXT,
    DiscoveryError,
    DiscoveryReply,
    parse_discovery,
)
from kstar_tui.protocol.reading import Reading

__all__ = [
    "Asked",
    "Found",
    "NotAnInverter",
    "SearchEvent",
    "Target",
    "broadcast_targets",
    "search",
    "targets_for",
    "wake",
]

LISTEN = 3.0
"""Seconds for which answers to the discovery text are taken."""
MAX_HOSTS = 256
"""Hosts that one search remembers; beyond them only those that answer better are let in."""
MAX_PROOFS = 32
"""Hosts asked questions at the same time; the others wait, those that answer best in front."""

_TIMES = 3
_MAX_DATAGRAMS = 1024
_NAME_PATIENCE = 5.0

_log = logging.getLogger(__name__)


async def search(
    targets: Sequence[Target],
    *,
    discovery_port: int = DISCOVERY_PORT,
    data_port: int = DATA_PORT,
    listen: float = LISTEN,
    connect: Callable[[Address], Link] = InverterClient,
) -> AsyncIterator[SearchEvent]:
    """Ask everywhere for `listen` s and tell what answers as it is proved, each host once.

    ValueError for impossible ports. Closing the iterator early ends the search.
    """
    if check_discovery_port(discovery_port) == check_port(data_port):
        raise ValueError(f"discovery and data cannot share port {data_port}")
    run = _Search(discovery_port, data_port, listen, connect)
    task = asyncio.create_task(run.run(targets))
    try:
        while (event := await run.events.get()) is not None:
            yield event
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def wake(host: str, discovery_port: int = DISCOVERY_PORT) -> None:
    """Send the discovery text to one host, which wakes a sleeping module; LinkError in words.

    ValueError for an impossible port.
    """
    peer = await resolve(host, check_discovery_port(discovery_port), _NAME_PATIENCE)
    try:
        with open_socket() as sock:
            await asyncio.get_running_loop().sock_sendto(sock, DISCOVERY_TEXT, peer)
    except OSError as error:
        raise LinkError(f"cannot wake {host}:{discovery_port}: {explain(error)}") from error


def check_discovery_port(port: int) -> int:
    """The port itself; ValueError unless it is 1 to 65535 and not the one for data."""
    if port == DATA_PORT:
        raise ValueError(f"port {DATA_PORT} is for data: no discovery text is ever sent there")
    return check_port(port)


class _Search:
    def __init__(
        self,
        discovery_port: int,
        data_port: int,
        listen: float,
        connect: Callable[[Address], Link],
    ) -> None:
        self.events: asyncio.Queue[SearchEvent | None] = asyncio.Queue()
        self._discovery_port = discovery_port
        self._data_port = data_port
        self._listen = listen
        self._connect = connect
        self._tasks = asyncio.TaskGroup()
        self._replies: dict[str, DiscoveryReply | DiscoveryError] = {}
        self._waiting: dict[str, None] = {}
        self._via: dict[str, dict[Target, None]] = {}
        self._proving = 0
        self._overflowed = False

    async def run(self, targets: Sequence[Target]) -> None:
        try:
            async with self._tasks:
                for target in targets:
                    self._tasks.create_task(self._ask(target))
        finally:
            self.events.put_nowait(None)

    async def _ask(self, target: Target) -> None:
        loop = asyncio.get_running_loop()
        peer = (target.broadcast, self._discovery_port)
        asked = False
        try:
            with open_socket(target.local or "", broadcast=True) as sock:
                for _ in range(_TIMES):
                    await loop.sock_sendto(sock, DISCOVERY_TEXT, peer)
                    if not asked:
                        asked = True
                        self.events.put_nowait(Asked(target, None))
                    try:
                        async with asyncio.timeout(self._listen / _TIMES):
                            await self._hear(sock, target)
                    except TimeoutError:
                        continue
        except OSError as error:
            # A network that goes away after the first question has been asked all the same.
            if not asked:
                self.events.put_nowait(Asked(target, explain(error)))

    async def _hear(self, sock: socket.socket, target: Target) -> None:
        """Take replies until the caller's timeout."""
        loop = asyncio.get_running_loop()
        for _ in range(_MAX_DATAGRAMS):
            data, sender = await loop.sock_recvfrom(sock, MAX_DATAGRAM)
            self._heard(data, sender[0], target)
            # Under a flood nothing else would run: see the client.
            await asyncio.sleep(0)
        await loop.create_future()

    def _heard(self, data: bytes, host: str, target: Target) -> None:
        if data.startswith(DISCOVERY_TEXT):
            return
        reply: DiscoveryReply | DiscoveryError
        try:
            reply = parse_discovery(data)
        except DiscoveryError as error:
            reply = error
        known = self._replies.get(host)
        if known is not None:
            self._via[host][target] = None
            if isinstance(known, DiscoveryError):
                self._replies[host] = reply
            return
        if len(self._replies) >= MAX_HOSTS and not self._make_room(reply):
            return
        self._replies[host] = reply
        self._via[host] = {target: None}
        self._waiting[host] = None
        if self._proving < MAX_PROOFS:
            self._proving += 1
            self._tasks.create_task(self._prove_waiting())

    def _make_room(self, reply: DiscoveryReply | DiscoveryError) -> bool:
        """Forget a waiting host that answered worse than this; False where there is none."""
        if not self._overflowed:
            self._overflowed = True
            _log.warning("more than %d hosts answer the search; the rest is left out", MAX_HOSTS)
        worst = max(self._waiting, key=self._doubt_about, default=None)
        if worst is None or self._doubt_about(worst) <= _doubt(reply):
            return False
        del self._waiting[worst], self._replies[worst], self._via[worst]
        return True

    def _doubt_about(self, host: str) -> int:
        return _doubt(self._replies[host])

    async def _prove_waiting(self) -> None:
        while self._waiting:
            host = min(self._waiting, key=self._doubt_about)
            del self._waiting[host]
            await self._prove(host)
        self._proving -= 1

    async def _prove(self, host: str) -> None:
        link = self._connect(Address(host, self._data_port))
        reading: Reading | None = None
        info: DeviceInfo | None = None
        problem: LinkError | None = None
        try:
            reading = await link.read()
        except LinkError as error:
            problem = error
        try:
            info = await link.identify()
        except LinkError:
            if problem is not None:
                self.events.put_nowait(self._no_inverter(host, problem))
                return
        mac, name = self._who(host)
        via = tuple(self._via[host])
        self.events.put_nowait(Found(link.address, mac, name, info, reading, via))

    def _no_inverter(self, host: str, error: LinkError) -> NotAnInverter:
        reply = self._replies[host]
        answers = (
            f"answers with {reply}, and"
            if isinstance(reply, DiscoveryError)
            else "answers discovery, but"
        )
        reason = f"{answers} not an inverter's questions ({error})"
        return NotAnInverter(host, *self._who(host), reason, tuple(self._via[host]))

    def _who(self, host: str) -> tuple[str | None, str]:
        reply = self._replies[host]
        return (None, "") if isinstance(reply, DiscoveryError) else (reply.mac, reply.name)


def _doubt(reply: DiscoveryReply | DiscoveryError) -> int:
    """0 for a reply as WiFi modules give it, 2 for none at all."""
    if isinstance(reply, DiscoveryError):
        return 2
    return 0 if reply.mac or reply.name else 1
