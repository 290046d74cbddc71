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
from kstar_tui.monitor.update import Update

_log = logging.getLogger(__name__)


class Teller:
    """Tells nothing while `standby` says that another process tells it."""

    def __init__(
        self,
        watch: Watch,
        *,
        runner: Runner | None = None,
        publish: Callable[[str], None] | None = None,
        standby: Callable[[], bool] = lambda: False,
        memory: Memory | None = None,
    ) -> None:
        """What was told already is in the `memory`, and stays there."""
        self._watch = watch
        self._runner = runner
        self._publish = publish
        self._standby = standby
        self._memory = memory or Memory()
        self._begun = False

    def on_update(self, update: Update) -> None:
        """Look at an update, and tell what it brought."""
        if not self._begun:
            self._begun = True
            self._watch.resume(self._memory.recall(), update)
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
        """Run the program for what is to be told, until cancelled."""
        if self._runner is None:
            await asyncio.get_running_loop().create_future()
        else:
            try:
                await self._runner.run()
            finally:
                if unsaid := self._runner.unsaid:
                    self._memory.keep(self._memory.recall().without(unsaid))


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
