"""What runs beside a monitor, in the daemon and behind the screen alike."""

from __future__ import annotations

import asyncio
from typing import Protocol

from kstar_tui.assembly import make_metrics
from kstar_tui.clock import Clock
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.monitor.update import Update
from kstar_tui.settings import Settings


class Companion(Protocol):
    """A subscriber of the monitor with work of its own."""

    def on_update(self, update: Update) -> None:
        """Called with every update; never waits."""
        ...

    async def run(self) -> None:
        """Work until cancelled."""
        ...


class Companions:
    """All that the settings ask for; none where they ask for nothing."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """SettingsError where something that they ask for cannot be."""
        self._all: list[Companion] = []
        self._tasks: list[asyncio.Task[None]] = []
        metrics = make_metrics(settings, clock)
        if metrics is not None:
            self._all.append(metrics)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._all)

    def join(self, monitor: Monitor) -> None:
        """Begin, and hear the monitor's updates from now on."""
        for one in self._all:
            monitor.subscribe(one.on_update)
            self._tasks.append(asyncio.create_task(one.run()))

    async def leave(self) -> None:
        """End all of it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
