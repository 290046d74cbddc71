"""The inverter as a daemon of this machine sees it: nothing is asked, written or published here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kstar_tui.clock import Clock
from kstar_tui.feed.following import Daemon, Follower
from kstar_tui.feed.wire import Message
from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.tui.sources.source import Via

if TYPE_CHECKING:
    from kstar_tui.history.archive import Archive
    from kstar_tui.history.keeping import HistoryStatus
    from kstar_tui.history.reader import Reader
    from kstar_tui.mqtt.status import MqttStatus


class Attached:
    """A source that follows one daemon until that ends."""

    def __init__(self, daemon: Daemon, clock: Clock) -> None:
        self.daemon = daemon
        hello, now = daemon.hello, clock.now()
        self.interval = hello.interval
        who = f"process {hello.pid}"
        self.via: Via | None = Via(
            who,
            now,
            f"kstar-tui {hello.version}",
            no_history=f"{who} keeps no history.",
            no_mqtt=f"{who} publishes nothing",
        )
        self.latest = Update(
            state=LinkState.CONNECTING if hello.address else LinkState.SEARCHING,
            since=now,
            at=now,
            at_monotonic=clock.monotonic(),
            address=hello.address,
        )
        self.mqtt: MqttStatus | None = None
        self._follower = Follower(daemon, clock)
        self._kept: HistoryStatus | None = None
        self._reader: Reader | None = None
        if hello.history is not None:
            from kstar_tui.history.reader import Reader

            self._reader = Reader(Path(hello.history), Calendar(), clock, hello.pid)

    @property
    def key(self) -> str | None:
        """The inverter that the daemon books."""
        return self.latest.key if self.latest.info is not None else self.daemon.hello.key

    @property
    def archive(self) -> Archive | None:
        """What the daemon has on disk."""
        return self._reader.archive if self._reader else None

    @property
    def history(self) -> HistoryStatus | None:
        """How the daemon keeps it; why it cannot be read here, if so."""
        if self._reader is None:
            return None
        mine, kept = self._reader.status, self._kept
        if mine.error is not None or kept is None:
            return mine
        told = mine._replace(rows=kept.rows, set_aside=kept.set_aside)
        if kept.error is not None:
            return told._replace(keeping=kept.keeping, error=kept.error, since=kept.since)
        return told

    @property
    def said_goodbye(self) -> bool:
        """It ended, or lets all come again, as a daemon should."""
        return self._follower.said_goodbye

    def poll_now(self) -> None:
        """Have the daemon ask at once."""
        self._follower.poll_now()

    async def run(self, take: Callable[[Update], None], changed: Callable[[], None]) -> None:
        """Follow the daemon; returns when it has ended."""

        def heard(message: Message) -> None:
            self.mqtt = message.mqtt or self.mqtt
            self._kept = message.history or self._kept
            if message.update is not None:
                self.latest = message.update
                take(message.update)
            else:
                changed()

        try:
            await self._follower.run(heard)
        finally:
            self.close()

    def close(self) -> None:
        """Leave the daemon's history."""
        if self._reader is not None:
            self._reader.close()
