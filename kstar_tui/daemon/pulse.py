"""How the daemon is, for the service manager and for health checks: told on changes, at a calm pace
otherwise."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from kstar_tui import __version__
from kstar_tui.clock import Clock
from kstar_tui.daemon.movement import Movement
from kstar_tui.daemon.notify import Notifier
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.runtime import in_memory, make_folder

if TYPE_CHECKING:
    from kstar_tui.daemon.parts import Parts
    from kstar_tui.daemon.state import DaemonState, StateFile

PACE = 30.0
"""Seconds between two feedings of the watchdog at the most."""
_FEEDINGS = 3
"""Within the time after which it would bite."""
_LAG_IN_MEMORY = 10.0
_LAG_ON_DISK = 60.0
"""Seconds in which further readings are not written down: SD cards wear out."""
_RETRY = 60.0
"""Seconds between two tries to find a place for the state."""
_LONGEST = 200
"""Letters of an error that are told."""

_log = logging.getLogger("kstar_tui.headless")


class Pulse:
    """A subscriber of the monitor; `clock` is the machine's own, also where a demo has another."""

    def __init__(self, environ: Mapping[str, str], notifier: Notifier, clock: Clock) -> None:
        self._environ = environ
        self._notifier = notifier
        self._clock = clock
        self._started = clock.now().timestamp()
        self._movement = Movement()
        self._goes_on = True
        self._taken: float | None = None
        self._written: DaemonState | None = None
        self._written_at = 0.0
        self._file: StateFile | None = None
        self._lag = _LAG_ON_DISK
        self._tried: float | None = None
        self._parts: Parts | None = None

    def follow(self, parts: Parts) -> None:
        """Tell of these from now on; again where their settings are others."""
        self._parts = parts
        # Its reading may be an hour old by now.
        self(parts.monitor.latest._replace(fresh=False))

    async def run(self) -> None:
        """Beat until cancelled; returns where nobody listens."""
        watchdog = self._notifier.watchdog
        pause = PACE if watchdog is None else min(watchdog / _FEEDINGS, PACE)
        loop = asyncio.get_running_loop()
        while self._notifier.heard:
            self.beat(loop.time())
            await asyncio.sleep(pause)

    def beat(self, now: float) -> None:
        """Feed the watchdog if the monitor goes on; `now` in the event loop's seconds."""
        parts, before = self._parts, self._goes_on
        if parts is None:
            return
        self._goes_on = self._movement.goes_on(parts.monitor.progress, now)
        if self._goes_on and self._notifier.watchdog is not None:
            self._notifier.alive()
        elif before and not self._goes_on:
            _log.error("neither a poll nor a search has come to its end: something hangs")
        # The broker may have come or gone since the last poll.
        self._notifier.status(in_words(parts.monitor.latest, parts))

    def __call__(self, update: Update) -> None:
        """Tell of an update, as far as it is news."""
        if self._parts is None:
            return
        now = self._clock.monotonic()
        if update.fresh:
            self._taken = now
        elif update.reading is None:
            self._taken = None
        self._keep(self._state(update, self._parts.settings.interval), now)
        if self._notifier.heard:
            self._notifier.status(in_words(update, self._parts))

    def close(self) -> None:
        """Take back what was left: the daemon ends."""
        file, self._file, self._parts = self._file, None, None
        if file is not None:
            try:
                file.close()
            except OSError as error:
                _log.debug("the state of the daemon stays: %s", error)

    def _state(self, update: Update, interval: float) -> DaemonState:
        # Loaded when all runs, which does not wait for it.
        from kstar_tui.daemon.state import DaemonState

        known = update.info is not None or update.mac is not None
        available = update.state.available
        return DaemonState(
            pid=os.getpid(),
            version=__version__,
            started=self._started,
            state=str(update.state),
            since=update.since.timestamp(),
            available=available,
            taken=self._taken,
            interval=interval,
            lag=self._lag,
            inverter=update.key if known else None,
            address=str(update.address) if update.address else None,
            error=None if available or not update.error else update.error[:_LONGEST],
        )

    def _keep(self, state: DaemonState, now: float) -> None:
        if not self._has_place(now):
            return
        state = state._replace(lag=self._lag)
        last = self._written
        if last is not None and now - self._written_at < self._lag:
            # A new error for the same outage is no change.
            same = state._replace(taken=last.taken, error=last.error)
            if same == last:
                return
        elif last == state:
            return
        if self._file is None:
            return
        try:
            self._file.write(state)
        except OSError as error:
            self._lose(error)
            return
        self._written, self._written_at = state, now

    def _has_place(self, now: float) -> bool:
        if self._file is not None:
            return True
        if self._tried is not None and now - self._tried < _RETRY:
            return False
        first, self._tried = self._tried is None, now
        folder = make_folder(self._environ)
        from kstar_tui.daemon.state import StateFile

        try:
            if folder is None:
                raise OSError("there is no folder for it")
            self._file = StateFile(folder)
        except OSError as error:
            if first:
                _log.warning("kstar-tui healthcheck will not see this daemon: %s", error)
            return False
        self._lag = _LAG_IN_MEMORY if in_memory(folder) else _LAG_ON_DISK
        self._written = None
        return True

    def _lose(self, error: OSError) -> None:
        """The folder of a session goes with the session; another one is looked for."""
        _log.debug("the state of the daemon cannot be written: %s", error)
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.close(keep=True)


def in_words(update: Update, parts: Parts) -> str:
    """How everything goes, for a person, without anything that changes while all goes well."""
    where = f" at {update.address}" if update.address else ""
    who = update.info.serial if update.info is not None and update.info.serial else "inverter"
    if update.state is LinkState.SEARCHING:
        text = "searching for an inverter"
    elif update.state is LinkState.OFFLINE:
        text = f"{who}{where} offline since {update.since:%Y-%m-%d %H:%M}"
    else:
        text = f"{who}{where} {update.state}"
    if parts.publisher is not None:
        status = parts.publisher.status
        if status.standby:
            text += "; MQTT left to another process"
        elif status.connected:
            text += "; MQTT connected"
        elif status.client_id is not None:
            text += f"; MQTT not connected{f': {status.error}' if status.error else ''}"
    if parts.ledger is not None:
        text += f"; history {parts.ledger.status.keeping}"
    return text
