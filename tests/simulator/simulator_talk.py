"""A clock in the test's hand, and a plain socket to talk to a simulator with."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 6, 18, 12, 0, tzinfo=UTC)


class HandClock:
    """Stands still until the test moves it; a sleep moves it at once."""

    def __init__(self, start: datetime = NOON) -> None:
        self.start = start
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


class Talk:
    """One UDP socket; replies come with their sender."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.bind(("127.0.0.1", 0))

    def close(self) -> None:
        self.socket.close()

    def say(self, data: bytes, to: tuple[str, int]) -> None:
        self.socket.sendto(data, to)

    async def hear(self, timeout: float = 2.0) -> tuple[bytes, tuple[str, int]]:
        """The next datagram and its sender; TimeoutError where none comes."""
        async with asyncio.timeout(timeout):
            return await asyncio.get_running_loop().sock_recvfrom(self.socket, 2048)

    async def ask(self, data: bytes, to: tuple[str, int]) -> bytes:
        self.say(data, to)
        return (await self.hear())[0]
