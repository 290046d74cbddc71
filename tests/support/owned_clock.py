"""Time that a test owns."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


class OwnedClock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.time = 1000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        return self.time

    def now(self) -> datetime:
        return START + timedelta(seconds=self.time - 1000)

    async def sleep(self, seconds: float) -> None:
        sleeper = (self.time + seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1]
        finally:
            self._sleepers.remove(sleeper)

    async def advance(self, seconds: float) -> None:
        """Let this many seconds pass, waking each sleeper at its own time."""
        end = self.time + seconds
        await self.settle()
        while due := [s for s in self._sleepers if s[0] <= end and not s[1].done()]:
            when, future = min(due, key=lambda s: s[0])
            self.time = max(self.time, when)
            future.set_result(None)
            await self.settle()
        self.time = end
        await self.settle()

    async def settle(self) -> None:
        """Let everything run that needs no time to pass: nothing here waits for I/O."""
        for _ in range(40):
            await asyncio.sleep(0)
