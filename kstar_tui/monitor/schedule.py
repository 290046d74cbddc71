"""When the next poll is due: on the beat of the interval, seldom while nobody answers."""

from __future__ import annotations

import asyncio

from kstar_tui.clock import Clock

BACKOFF_LIMIT = 60.0
"""Seconds that the pause never grows beyond, unless the interval itself is longer."""
MIN_PAUSE = 2.0
"""Seconds of rest that the inverter gets after an answer, however often a poll is asked for."""


def backoff(interval: float, doublings: int) -> float:
    """The interval doubled that often, at most 60 s (or the interval, where that is longer)."""
    # Far beyond any limit, and small enough for a float after a winter without an inverter.
    return min(interval * 2.0 ** min(doublings, 16), max(interval, BACKOFF_LIMIT))


class Schedule:
    """Waits for each poll without drift or pile-up, and is woken early by `now()`."""

    def __init__(self, clock: Clock, interval: float) -> None:
        self._clock = clock
        self._interval = interval
        self._due = clock.monotonic()
        self._rested = self._due
        self._asked = asyncio.Event()
        self.steps = 0
        """How many times a poll has begun or ended."""
        self.pause = 0.0
        """Seconds that were planned from the end of the last poll to the next; 0 in a poll."""

    @property
    def due(self) -> float:
        """When the next poll is due, in the clock's monotonic seconds."""
        return self._due

    def now(self) -> None:
        """End the wait as soon as the inverter has rested; several calls are one."""
        self._asked.set()

    def retime(self, interval: float) -> None:
        """From the next poll on, which is due now, polls are `interval` s apart."""
        self._interval = interval
        self.now()

    def restart(self) -> None:
        """The next poll is due at once, and its beat counts from now."""
        self._due = self._clock.monotonic()

    def begin(self) -> None:
        """A poll begins: early ones and ones that are late by a whole beat start a new beat."""
        now = self._clock.monotonic()
        if now < self._due or now - self._due >= self._interval:
            self._due = now
        self.steps += 1
        self.pause = 0.0

    def end(self, doublings: int = 0, *, answered: bool = False) -> None:
        """The poll ended and covers every call to `now()` so far; the next one is set.

        After an answer the inverter rests, and a beat that is due sooner waits for that; a poll
        without one has waited long enough.
        """
        self._asked.clear()
        now = self._clock.monotonic()
        self._rested = now + MIN_PAUSE if answered else now
        self._due = max(self._rested, self._due + backoff(self._interval, doublings))
        self.steps += 1
        self.pause = max(0.0, self._due - now)

    async def wait(self) -> None:
        """Return when the next poll is due, or sooner at a call to `now()`."""
        if self._due <= self._clock.monotonic():
            # Polls that are always late must still let the rest of the program run.
            await asyncio.sleep(0)
            return
        await self._until(self._due)
        rest = self._rested - self._clock.monotonic()
        if self._asked.is_set() and rest > 0:
            await self._clock.sleep(rest)

    async def _until(self, moment: float) -> None:
        if self._asked.is_set():
            return
        waits = {
            asyncio.ensure_future(self._clock.sleep(moment - self._clock.monotonic())),
            asyncio.ensure_future(self._asked.wait()),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
