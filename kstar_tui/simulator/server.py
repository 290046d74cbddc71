"""The simulated inverter on the network: answers on UDP, and nothing ever leaves it unasked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from types import TracebackType
from typing import Self

from kstar_tui.clock import Clock
from kstar_tui.link.interface import DATA_PORT, DISCOVERY_PORT, Address
from kstar_tui.protocol.discovery import DISCOVERY_TEXT
from kstar_tui.protocol.frame import Request
from kstar_tui.simulator.days import named_day
from kstar_tui.simulator.faults import Faults, Phase, reboot_phase
from kstar_tui.simulator.frames import Replies, Script, request_frame
from kstar_tui.simulator.house import House
from kstar_tui.simulator.line import Line
from kstar_tui.simulator.options import SimulatorOptions
from kstar_tui.simulator.sockets import EVERYWHERE, bound, heard_at, own_address

__all__ = ["Simulator", "SimulatorCounters", "SimulatorOptions"]

MAX_LATER = 1000
"""Late replies that may be under way at once; what would come on top of them is lost."""

_LISTENING = frozenset({DATA_PORT, DISCOVERY_PORT})
"""Ports where another simulator is likely to hear what we send."""

_Asker = tuple[str, int]


@dataclass(slots=True)
class SimulatorCounters:
    """What came in so far, whether it was answered or a fault swallowed it."""

    requests: Counter[Request] = field(default_factory=Counter)
    discoveries: int = 0
    ignored: int = 0
    """Datagrams that were neither one of the requests nor the discovery text, or that came from
    where nobody is answered."""
    last_ignored: bytes = b""


class Simulator:
    """An inverter to talk to, as an async context manager; OSError on entry where a port is taken.

    The house starts at `clock.now()` and lives by `clock.monotonic()`, as far as requests need.
    """

    def __init__(self, options: SimulatorOptions, clock: Clock) -> None:
        self.options = options
        self.counters = SimulatorCounters()
        self.house = House(
            named_day(options.day),
            clock.now(),
            seed=options.seed,
            latitude=options.latitude,
            error_bits=options.faults.error,
            blackout=options.faults.blackout,
        )
        self._clock = clock
        self._origin = clock.monotonic()
        self._replies = Replies(options)
        self._script = Script(options.frames)
        self._line = Line(options.faults, options.seed)
        self._requests = {
            request_frame(request, goodwe=options.goodwe_address): request for request in Request
        }
        self._data: asyncio.DatagramTransport | None = None
        self._foreign: asyncio.DatagramTransport | None = None
        self._discovery: asyncio.DatagramTransport | None = None
        self._ears: list[asyncio.DatagramTransport] = []
        self._later: set[asyncio.TimerHandle] = set()

    @property
    def address(self) -> Address:
        """Where data is asked for; RuntimeError outside the context."""
        return _address_of(self._data)

    @property
    def discovery_address(self) -> Address | None:
        """Where the discovery text is taken, besides by broadcast; None if not to be discovered."""
        return None if self.options.discovery_port is None else _address_of(self._discovery)

    @property
    def elapsed(self) -> float:
        """Seconds of the clock since the house began."""
        return self._clock.monotonic() - self._origin

    def misbehave(self, faults: Faults) -> None:
        """From now on these faults instead; the house lives on. `foreign` takes a start with it."""
        self.options = replace(self.options, faults=faults)
        self._line.change(faults)
        self.house.error_bits, self.house.blackout = faults.error, faults.blackout

    def advance(self) -> None:
        """Bring the house up to the clock."""
        self.house.advance(self.elapsed)

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()
        # Transports close their sockets in the loop's next round: a port is free once we return.
        await asyncio.sleep(0)

    async def _open(self) -> None:
        options = self.options
        self._data = await self._endpoint(_Ear(self._on_data), options.bind, options.port)
        if options.faults.foreign:
            self._foreign = await self._endpoint(_Ear(_deaf), options.bind, 0)
        if options.discovery_port is None:
            return
        self._discovery = await self._endpoint(
            _Ear(self._on_discovery), options.bind, options.discovery_port
        )
        port = _address_of(self._discovery).port
        for address in heard_at(options.bind):
            ear = await self._endpoint(_Ear(self._on_discovery), address, port, shared=True)
            self._ears.append(ear)

    async def _endpoint(
        self, ear: _Ear, address: str, port: int, *, shared: bool = False
    ) -> asyncio.DatagramTransport:
        sock = bound(address, port, shared=shared)
        try:
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: ear, sock=sock
            )
        except BaseException:
            sock.close()
            raise
        return transport

    def _close(self) -> None:
        for handle in self._later:
            handle.cancel()
        self._later.clear()
        for transport in (self._data, self._foreign, self._discovery, *self._ears):
            if transport is not None:
                transport.close()
        self._data = self._foreign = self._discovery = None
        self._ears.clear()

    def _phase(self) -> Phase:
        period = self.options.faults.reboot
        return Phase.FINE if period is None else reboot_phase(self.elapsed, period)

    def _on_data(self, data: bytes, asker: _Asker) -> None:
        request = self._requests.get(data)
        if request is None or not self._may_answer(asker):
            self._ignore(data)
            return
        self.counters.requests[request] += 1
        phase = self._phase()
        if self.options.faults.silent or phase is Phase.SILENT or self._line.loses():
            return
        self.advance()
        reply = self._reply(request, phase)
        foreign = self._replies.foreign(self.house.values()) if self._foreign else b""
        for outgoing in self._line.carry(data, reply, foreign):
            if outgoing.data == data and asker[1] in _LISTENING:
                continue
            transport = self._foreign if outgoing.foreign else self._data
            self._send(transport, outgoing.data, asker, outgoing.delay)

    def _reply(self, request: Request, phase: Phase) -> bytes:
        if request is Request.RUNNING_DATA and (phase is Phase.ZEROS or self._line.zeroes()):
            return self._replies.zeros()
        scripted = self._script.next(request)
        if scripted is not None:
            return scripted
        match request:
            case Request.DEVICE_INFO:
                return self._replies.device_info()
            case Request.SETTINGS:
                return self._replies.settings()
            case Request.RUNNING_DATA:
                return self._replies.running_data(
                    self.house.values(), counters=phase is not Phase.NO_COUNTERS
                )

    def _on_discovery(self, data: bytes, asker: _Asker) -> None:
        if data != DISCOVERY_TEXT or not self._may_answer(asker):
            self._ignore(data)
            return
        self.counters.discoveries += 1
        if self._phase() is Phase.SILENT or self._line.loses():
            return
        host: str | None = self.options.bind
        if host == EVERYWHERE:
            host = own_address(asker[0])
        if host is None:
            return
        text = f"{host},{self.options.mac},{self.options.name}".encode("ascii", "replace")
        # Always by the socket at our own address: a broadcast address is nobody's to reply from.
        for outgoing in self._line.carry_discovery(data, text):
            if outgoing.data == data and asker[1] in _LISTENING:
                continue
            self._send(self._discovery, outgoing.data, asker, outgoing.delay)

    def _may_answer(self, asker: _Asker) -> bool:
        """Whether it is somebody's question: a sender's address can be forged, and we are to be
        nobody's way to flood a stranger, or a simulator's with its own echo."""
        own = [each for each in (self._data, self._foreign, self._discovery) if each is not None]
        return IPv4Address(asker[0]).is_private and asker[1] not in (
            _address_of(transport).port for transport in own
        )

    def _ignore(self, data: bytes) -> None:
        self.counters.ignored += 1
        self.counters.last_ignored = data[:64]

    def _send(
        self, transport: asyncio.DatagramTransport | None, data: bytes, to: _Asker, delay: float
    ) -> None:
        if transport is None or transport.is_closing():
            return
        if not delay:
            transport.sendto(data, to)
            return
        if len(self._later) >= MAX_LATER:
            return

        def send_now() -> None:
            self._later.discard(handle)
            transport.sendto(data, to)

        handle = asyncio.get_running_loop().call_later(delay, send_now)
        self._later.add(handle)


class _Ear(asyncio.DatagramProtocol):
    """Hands on what comes; an asker who has gone away (an ICMP error) is nobody's concern."""

    def __init__(self, heard: Callable[[bytes, _Asker], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: _Asker) -> None:
        self._heard(data, addr)


def _deaf(data: bytes, asker: _Asker) -> None:
    """For a socket that only sends."""


def _address_of(transport: asyncio.DatagramTransport | None) -> Address:
    if transport is None:
        raise RuntimeError("the simulator is not running")
    host, port = transport.get_extra_info("sockname")[:2]
    return Address(host, port)
