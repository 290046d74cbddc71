"""One inverter asked over UDP: one question in flight, a few tries, every reply checked."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from kstar_tui.link.interface import DISCOVERY_PORT, Address, LinkCounters, LinkError
from kstar_tui.link.udp import MAX_DATAGRAM, Peer, check_port, explain, open_socket, resolve
from kstar_tui.protocol.device import (
    DeviceInfo,
    DeviceSettings,
    decode_device_info,
    decode_settings,
)
from kstar_tui.protocol.frame import (
    MONITOR,
    Assembler,
    Frame,
    FrameError,
    Rejection,
    Request,
)
from kstar_tui.protocol.reading import Reading, decode_running_data

TIMEOUT = 1.5
"""Seconds that one try waits for its answer."""
TRIES = 3

_BUDGET = 32_768
"""Bytes looked at in one try; the longest reply, byte by byte, stays far below."""
_DATAGRAM_COST = 16
"""What a datagram costs of the budget besides its bytes, so that empty ones end too."""
_MAX_FOREIGN = 64
"""Foreign datagrams counted in one try before the kernel is told to drop them."""

_T = TypeVar("_T")


class InverterClient:
    """Asks one inverter. Only replies from its own address and port, to a KStar monitor (B0),
    that answer the question count; a GoodWe's reply (C0) answers a question nobody here asks.
    Of several answers in hand the last one is taken: one in front of it was held on its way."""

    def __init__(self, address: Address, *, timeout: float = TIMEOUT, tries: int = TRIES) -> None:
        """`timeout` s for each of `tries`; ValueError for a port no question may be sent to."""
        check_port(address.port)
        if address.port == DISCOVERY_PORT:
            raise ValueError(
                f"port {DISCOVERY_PORT} takes commands: no question is ever sent there"
            )
        if not address.host:
            raise ValueError("a host name or IPv4 address is needed")
        if not timeout > 0 or tries < 1:
            raise ValueError("at least one try of more than 0 s is needed")
        self._address = address
        self._timeout = timeout
        self._tries = tries
        self._counters = LinkCounters()
        self._lock = asyncio.Lock()

    @property
    def address(self) -> Address:
        """Where it is asked."""
        return self._address

    @property
    def counters(self) -> LinkCounters:
        """How it went so far; the same object grows."""
        return self._counters

    async def identify(self) -> DeviceInfo:
        """Who answers there; LinkError when no answer is usable."""
        return await self._ask(Request.DEVICE_INFO, decode_device_info)

    async def read(self) -> Reading:
        """What it measures now; LinkError when no answer is usable."""
        return await self._ask(Request.RUNNING_DATA, decode_running_data)

    async def settings(self) -> DeviceSettings:
        """How it is set; LinkError when no answer is usable."""
        return await self._ask(Request.SETTINGS, decode_settings)

    async def frame(self, request: Request) -> Frame:
        """The frame that answers a question, whatever its payload; LinkError when none does."""
        return await self._ask(request, lambda frame: frame)

    async def _ask(self, request: Request, decode: Callable[[Frame], _T]) -> _T:
        async with self._lock:
            counters = self._counters
            counters.requests += 1
            before = counters.rejections.copy()
            try:
                peer = await resolve(*self._address, patience=self._timeout * self._tries)
                for number in range(self._tries):
                    counters.retries += number > 0
                    answer = await self._try(peer, request, decode)
                    if answer is not None:
                        counters.answers += 1
                        return answer
            except LinkError:
                counters.unanswered += 1
                raise
            except OSError as error:
                counters.unanswered += 1
                raise LinkError(f"cannot ask {self._where}: {explain(error)}") from error
            counters.unanswered += 1
            raise LinkError(self._failure(counters.rejections - before))

    async def _try(self, peer: Peer, request: Request, decode: Callable[[Frame], _T]) -> _T | None:
        loop = asyncio.get_running_loop()
        assembler = Assembler(self._counters.rejections, self._counters.refused)
        latest: _T | None = None

        def take(frames: list[Frame]) -> None:
            nonlocal latest
            for frame in frames:
                answer = self._answer(frame, request, decode)
                if answer is None:
                    continue
                if latest is not None:
                    self._counters.rejections[Rejection.OUTDATED] += 1
                latest = answer
                self._counters.latency = loop.time() - sent

        def settles(data: bytes) -> bool:
            take(assembler.feed(data))
            # Bytes held back may be the newer answer's first half.
            return latest is not None and not assembler.pending

        with open_socket() as sock:
            sent = loop.time()
            try:
                async with asyncio.timeout(self._timeout):
                    await loop.sock_sendto(sock, request.frame, peer)
                    self._counters.tries += 1
                    await self._listen(sock, peer, settles)
            except TimeoutError:
                # What looked like the head of a longer frame may have hidden the answer.
                take(assembler.finish())
        return latest

    async def _listen(
        self, sock: socket.socket, peer: Peer, settles: Callable[[bytes], bool]
    ) -> None:
        """Return once the question is settled; runs until the caller's timeout if it never is."""
        loop = asyncio.get_running_loop()
        budget = _BUDGET
        foreign = 0
        while budget > 0:
            try:
                data, sender = await loop.sock_recvfrom(sock, MAX_DATAGRAM)
            except OSError:
                # A refusal reported by some router proves nothing: an answer may still come.
                budget -= _DATAGRAM_COST
            else:
                if sender == peer:
                    if settles(data):
                        return
                    budget -= _DATAGRAM_COST + len(data)
                else:
                    self._counters.rejections[Rejection.FOREIGN] += 1
                    foreign += 1
                    if foreign == _MAX_FOREIGN:
                        sock.connect(peer)
            # A datagram that is already there is handed over without a turn of the loop, so
            # under a flood nothing else, the timeout included, would ever run.
            await asyncio.sleep(0)
        # The rest of the try is waited out, so that a flood does not make us ask faster.
        await asyncio.Event().wait()

    def _answer(self, frame: Frame, request: Request, decode: Callable[[Frame], _T]) -> _T | None:
        if frame.monitor != MONITOR:
            reason = Rejection.ADDRESS
        elif frame.function != request.reply_function:
            reason = Rejection.FUNCTION
        else:
            try:
                return decode(frame)
            except FrameError as error:
                reason = error.reason
        self._counters.rejections[reason] += 1
        self._counters.refused[reason] = frame.raw
        return None

    @property
    def _where(self) -> str:
        return f"{self._address.host}:{self._address.port}"

    def _failure(self, refused: Counter[Rejection]) -> str:
        foreign = refused.pop(Rejection.FOREIGN, 0)
        total = refused.total()
        if not total:
            said = "no answer"
        else:
            reasons = ", ".join(
                f"{count} {reason}" if len(refused) > 1 else str(reason)
                for reason, count in refused.most_common()
            )
            said = f"{_count(total, 'reply', 'replies')} refused ({reasons})"
        if foreign:
            said += f"; {_count(foreign, 'datagram', 'datagrams')} from another address ignored"
        tries = _count(self._tries, "try", "tries")
        return f"{tries} of {self._timeout:g} s to {self._where}: {said}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
