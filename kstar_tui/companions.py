"""What runs beside a monitor, in the daemon and behind the screen alike."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Protocol

from kstar_tui.assembly import make_metrics, make_teller
from kstar_tui.clock import Clock
from kstar_tui.monitor.monitor import Monitor
from kstar_tui.monitor.update import Update
from kstar_tui.settings import Settings

if TYPE_CHECKING:
    from kstar_tui.alerts.memory import Memory
    from kstar_tui.mqtt.publisher import Publisher


_PATIENCE = 0.7
"""Seconds that a program which is told of an alert has to end with us."""

_log = logging.getLogger(__name__)


class Companion(Protocol):
    """A subscriber of the monitor with work of its own."""

    def on_update(self, update: Update) -> None:
        """Called with every update; never waits."""
        ...

    async def run(self) -> None:
        """Work until cancelled."""
        ...


async def _run(one: Companion) -> None:
    """One that fails harms nobody else."""
    try:
        await one.run()
    except Exception:
        _log.exception("%s failed", type(one).__name__)


class Companions:
    """All that the settings ask for; none where they ask for nothing."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        publisher: Publisher | None = None,
        standby: Callable[[], bool] = lambda: False,
        environ: Mapping[str, str] = os.environ,
        memory: Memory | None = None,
    ) -> None:
        """`standby` says whether another process tells of alerts, `memory` which were told.
        SettingsError where something
        that is asked for cannot be."""
        each: tuple[Companion | None, ...] = (
            make_metrics(settings, clock),
            make_teller(settings, clock, publisher, standby, environ, memory),
        )
        self._all = [one for one in each if one is not None]
        self._tasks: list[asyncio.Task[None]] = []
        self._unsubscribe: list[Callable[[], None]] = []

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._all)

    def join(self, monitor: Monitor) -> None:
        """Begin, and hear the monitor's updates from now on."""
        for one in self._all:
            self._unsubscribe.append(monitor.subscribe(one.on_update))
            self._tasks.append(asyncio.create_task(_run(one)))

    async def leave(self) -> None:
        """End all of it, as far as it can be ended in 0.7 s."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_PATIENCE)


def concerns_companions(keys: Collection[str]) -> bool:
    """Whether settings of these keys make them others; the interval says what is old."""
    theirs = ("metrics.", "alerts.", "inverter.interval")
    return any(key.startswith(theirs) for key in keys)
