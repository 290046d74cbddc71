"""Time as a value that is handed down, so that whoever calls owns it."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Protocol

from kstar_tui.uptime import uptime


class Clock(Protocol):
    """What a program part may know of time."""

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean anything."""
        ...

    def now(self) -> datetime:
        """Local wall-clock time, always with its zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after this many seconds of this clock."""
        ...


class SystemClock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Seconds that also pass while the machine is suspended, where the system counts them."""
        return uptime()

    def now(self) -> datetime:
        """Local time with the system's zone."""
        return datetime.now().astimezone()

    async def sleep(self, seconds: float) -> None:
        """Sleep in the running event loop."""
        await asyncio.sleep(max(0.0, seconds))


class ScaledClock:
    """A day that passes `speed` times faster, from `start` on: for the demo and the pictures."""

    def __init__(self, start: datetime, speed: float) -> None:
        # Suspended, it stands still: nobody wants days of it at once when the machine wakes.
        if start.tzinfo is None:
            raise ValueError("a clock needs a start with a time zone")
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.start = start
        self.speed = speed
        self._origin = time.monotonic()

    def monotonic(self) -> float:
        """Scaled seconds since this clock was made."""
        return (time.monotonic() - self._origin) * self.speed

    def now(self) -> datetime:
        """The start plus the scaled seconds that have passed."""
        return (self.start + timedelta(seconds=self.monotonic())).astimezone()

    async def sleep(self, seconds: float) -> None:
        """Sleep for the real time that this many scaled seconds take."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)
