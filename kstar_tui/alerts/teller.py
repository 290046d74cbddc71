"""A companion of the monitor that tells what is to be told: by a program, by the broker."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable

from kstar_tui.alerts.alert import Alert
from kstar_tui.alerts.memory import Memory
from kstar_tui.alerts.runner import Runner
from kstar_tui.alerts.watch import Watch
from kstar_tui.clock import Clock
from kstar_tui.monitor.update import Update

_log = logging.getLogger(__name__)


class Teller:
    """Tells nothing while `standby` says that another process tells it."""

    def __init__(
        self,
        watch: Watch,
        clock: Clock,
        *,
        runner: Runner | None = None,
        publish: Callable[[str], None] | None = None,
        standby: Callable[[], bool] = lambda: False,
        memory: Memory | None = None,
    ) -> None:
        """What was told already is in the `memory`, and stays there. The `clock` is the one that
        updates go by."""
        self._watch = watch
        self._clock = clock
        self._runner = runner
        self._publish = publish
        self._standby = standby
        self._memory = memory or Memory()
        self._latest: Update | None = None
        self._unanswered = asyncio.Event()
        """The inverter was asked since its last reading, in vain."""

    def on_update(self, update: Update) -> None:
        """Look at an update, and tell what it brought."""
        if self._latest is None:
            self._watch.resume(self._memory.recall(), update)
        self._latest = update
        if update.fresh:
            self._unanswered.clear()
        elif update.error is not None:
            self._unanswered.set()
        self._take(update)

    def _take(self, update: Update) -> None:
        alerts = self._watch.take(update, silent=self._standby())
        if alerts:
            # Ahead of the telling: a crash in between says too little rather than ever again.
            self._memory.keep(self._watch.told(update))
        for alert in alerts:
            _log.info("alert: %s", alert.text)
            if self._publish is not None:
                self._publish(alert_json(alert))
            if self._runner is not None:
                self._runner.add(alert)

    async def run(self) -> None:
        """Run the program for what is to be told, and look at the time, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._miss())
            if self._runner is not None:
                group.create_task(self._tell(self._runner))

    async def _tell(self, runner: Runner) -> None:
        try:
            await runner.run()
        finally:
            if unsaid := runner.unsaid:
                self._memory.keep(self._memory.recall().without(unsaid))

    async def _miss(self) -> None:
        """Tell that no reading comes when the time for one is over: updates become rare then."""
        while True:
            await self._unanswered.wait()
            now = self._clock.monotonic()
            patience = self._watch.patience(now)
            if patience is None or self._latest is None:
                return
            if patience > 0:
                await self._clock.sleep(patience)
                continue
            # Whatever is still to be said of it can wait for an update.
            self._unanswered.clear()
            at = self._clock.now()
            self._take(self._latest._replace(at=at, at_monotonic=now, fresh=False))


def alert_json(alert: Alert) -> str:
    """An alert as a message: one JSON object, `null` for what is not known."""
    return json.dumps(
        {
            "timestamp": alert.at.isoformat(timespec="seconds"),
            "stage": alert.stage,
            "kind": alert.kind,
            "subject": alert.subject or None,
            "severity": alert.severity,
            # An error text of the system may hold bytes that are no UTF-8.
            "text": alert.text.encode(errors="replace").decode(),
            "since": alert.since.isoformat(timespec="seconds"),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
