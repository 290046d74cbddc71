"""An inverter that went away: woken, and looked for at another address, beside the polls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from kstar_tui.clock import Clock
from kstar_tui.link.events import Found
from kstar_tui.link.interface import Address, LinkError
from kstar_tui.monitor.finding import Find, Search, is_same

PAUSE = 60.0
"""Seconds between two attempts at the least."""

_log = logging.getLogger("kstar_tui.monitor")


class Rescue:
    """One attempt at a time, in the background; what it found waits until it is taken."""

    def __init__(
        self,
        clock: Clock,
        find: Find | None,
        wake: Callable[[str], Awaitable[None]] | None,
    ) -> None:
        self._clock = clock
        self._find = find
        self._wake = wake
        self._not_before: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._found: Found | None = None
        self._failures: set[str] = set()

    def start(
        self, address: Address, serial: str | None, mac: str | None, found: Callable[[], None]
    ) -> None:
        """Wake and look, unless that is under way or was begun less than a minute ago.

        Calls `found` when the same inverter answers somewhere. Without a serial number or a MAC
        to know it by, it is only woken: no other inverter is taken in its place.
        """
        now = self._clock.monotonic()
        if self._task is not None or (self._not_before is not None and now < self._not_before):
            return
        self._not_before = now + PAUSE
        task = self._task = asyncio.create_task(self._attempt(address, serial, mac, found))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """It is back: stop looking; the next outage is attended to at once."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._found = None
        self._not_before = None

    def take(self) -> Found | None:
        """What was found since the last call."""
        found, self._found = self._found, None
        return found

    async def stop(self) -> None:
        """Cancel what runs and wait for its end."""
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._task is task:
            self._task = None

    async def _attempt(
        self, address: Address, serial: str | None, mac: str | None, found: Callable[[], None]
    ) -> None:
        if self._wake is not None:
            try:
                await self._wake(address.host)
            except Exception as error:
                self._failed("waking the inverter", error)
        if self._find is None or not (serial or mac):
            return
        search = Search()
        try:
            await search.run(self._find, until=lambda one: is_same(one, serial, mac))
        except Exception as error:
            self._failed("looking for the inverter", error)
        matches = [one for one in search.found if is_same(one, serial, mac)]
        if matches:
            self._found = matches[0]
            found()

    def _failed(self, doing: str, error: Exception) -> None:
        if isinstance(error, LinkError):
            # The polls say already that the network or the name is gone.
            return
        kind = f"{doing} failed: {type(error).__name__}"
        if kind not in self._failures:
            self._failures.add(kind)
            _log.error("%s: %s", kind, error, exc_info=error)
