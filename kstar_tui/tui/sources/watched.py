"""The inverter as a kstar-tui on another machine publishes it: live values, and no history."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kstar_tui.assembly import make_watch
from kstar_tui.clock import Clock
from kstar_tui.feed.watching import Watcher
from kstar_tui.monitor.update import Update
from kstar_tui.settings import Settings
from kstar_tui.tui.advice import unheard
from kstar_tui.tui.sources.source import Via

if TYPE_CHECKING:
    from kstar_tui.history.archive import Archive
    from kstar_tui.history.keeping import HistoryStatus
    from kstar_tui.mqtt.status import MqttStatus


class Watched:
    """A source that hears what is published to a broker, and says nothing there."""

    archive: Archive | None = None
    history: HistoryStatus | None = None
    mqtt: MqttStatus | None = None

    def __init__(self, settings: Settings, clock: Clock, told: Callable[[str], None]) -> None:
        connection = make_watch(settings, clock)
        self._told = told
        self._watcher = Watcher(
            connection,
            clock,
            settings.mqtt_base,
            interval=settings.interval,
            # A setting that there is in some versions.
            wanted=getattr(settings, "serial", None),
            told=told,
        )
        broker = connection.broker.endpoint
        self.via: Via | None = Via(
            broker,
            clock.now(),
            f"MQTT, {settings.mqtt_base}/",
            no_history="The history stays on the machine that publishes.",
            no_mqtt=f"read from {connection.broker.url()}, not written",
            advice=unheard(broker, settings.mqtt_base),
        )

    @property
    def interval(self) -> float:
        """Seconds between two polls of whoever publishes."""
        return self._watcher.overheard.interval

    @property
    def latest(self) -> Update:
        """The newest update."""
        return self._watcher.overheard.latest

    @property
    def key(self) -> str | None:
        """The inverter that is heard of."""
        return self._watcher.key

    def poll_now(self) -> None:
        """Nobody can be asked, which is told: whoever publishes polls in its own time."""
        self._told(
            "From here nothing can be read at once: it comes when whoever publishes has read it,"
            f" every {self.interval:g} s."
        )

    async def run(self, take: Callable[[Update], None], changed: Callable[[], None]) -> None:
        """Listen until cancelled."""
        await self._watcher.run(take)

    def close(self) -> None:
        """There is nothing to save."""
