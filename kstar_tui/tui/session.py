"""One inverter on the screen: its monitor, what is remembered of it, and where it is published."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from kstar_tui.assembly import make_ledger, make_monitor, make_publisher
from kstar_tui.clock import Clock
from kstar_tui.companions import Companions
from kstar_tui.history.calendar import Calendar
from kstar_tui.link.events import Found
from kstar_tui.link.interface import Address
from kstar_tui.monitor.events import Event, events_between
from kstar_tui.monitor.frames import FrameWatch
from kstar_tui.monitor.quality import LinkRecord
from kstar_tui.monitor.searched import SearchLog
from kstar_tui.monitor.trail import Series, Trail
from kstar_tui.monitor.update import Update
from kstar_tui.settings import Settings
from kstar_tui.tui.outlook import Outlook
from kstar_tui.tui.remembered import Remembered

if TYPE_CHECKING:
    # Loaded only where the history, MQTT or the demo is on.
    from kstar_tui.history.archive import Archive
    from kstar_tui.history.bucket import Bucket
    from kstar_tui.history.keeping import HistoryStatus
    from kstar_tui.mqtt.publisher import MqttStatus
    from kstar_tui.past import Past

_DAY = 86400

_log = logging.getLogger(__name__)


class Session:
    """Runs until cancelled; `on_update` and `on_mqtt` are called in the event loop."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        address: Address,
        *,
        found: Found | None = None,
        on_update: Callable[[Update], None],
        on_mqtt: Callable[[], None],
        demo: bool = False,
        past: Past | None = None,
        searched: SearchLog | None = None,
        kept: Session | None = None,
    ) -> None:
        """What a `demo` measures goes into no database; its `past` is there from the start. What
        the session before has `kept` in memory stays while it is the same inverter. SettingsError
        where a certificate cannot be used.
        """
        self.clock = clock
        self.settings = settings
        self.found = found
        self.trail: Trail = kept.trail if kept else Trail()
        # Over one lost poll, but not over an outage.
        self.trail.hold_over(2.5 * settings.interval)
        self.remembered: Remembered = kept.remembered if kept else Remembered()
        # While the inverter is away it is asked once a minute.
        self.quality: LinkRecord = kept.quality if kept else LinkRecord()
        self.quality.hold_over(max(2.5 * settings.interval, 150.0))
        self.frames = FrameWatch()
        self.searched = searched
        self.outlook = Outlook(settings)
        self._ledger = make_ledger(settings, clock, demo=demo)
        self.monitor = make_monitor(
            settings,
            clock,
            address,
            mac=found.mac if found else None,
            named=found is None,
            ledger=self._ledger,
            searched=searched,
        )
        self._publisher = make_publisher(settings, clock, self._stands_by)
        self._companions = Companions(settings, clock, self._publisher, self._told_elsewhere)
        self._on_update = on_update
        self._on_mqtt = on_mqtt
        self._before: Update | None = None
        self._loaded: str | None = kept.history_key if kept else None
        self._past = past.days(Calendar()) if past else iter(())
        self._past_key = past.key if past else None
        self._live_through(next(self._past, []))
        if self._loaded is None:
            self._recall(self._past_key or (found.serial if found else None) or settings.serial)

    def _stands_by(self) -> bool:
        return self._ledger is not None and self._ledger.stands_by

    def _told_elsewhere(self) -> bool:
        return self._ledger is not None and self._ledger.alerts_elsewhere

    @property
    def archive(self) -> Archive | None:
        """What is on disk; None where no history is kept, or it cannot be read."""
        return self._ledger.archive if self._ledger else None

    @property
    def history(self) -> HistoryStatus | None:
        """How the keeping goes; None where no history is kept."""
        return self._ledger.status if self._ledger else None

    @property
    def history_key(self) -> str | None:
        """The inverter whose history is shown: this one's, before it is known the last one's."""
        return self._known or self._loaded

    @property
    def _known(self) -> str | None:
        """The inverter that answers; None while it has not said who it is."""
        if self._ledger is not None:
            return self._ledger.key
        update = self.monitor.latest
        return update.key if update.info is not None else None

    @property
    def all_events(self) -> tuple[Event, ...]:
        """Everything that happened and is known, the newest first."""
        clock = self.clock
        return self.remembered.everything(
            lambda: self.archive, self.history_key, clock.now(), clock.monotonic()
        )

    def adopt(self, settings: Settings) -> None:
        """Another tariff or battery, which need no new connection."""
        self.settings = settings
        self.outlook.adopt(settings)
        self.outlook.take(self.monitor.latest, self.archive, self._known)

    def close(self) -> None:
        """Save the history; what comes later is not kept."""
        if self._ledger is not None:
            self._ledger.close()

    @property
    def mqtt(self) -> MqttStatus | None:
        """How publishing goes; None where MQTT is off."""
        return self._publisher.status if self._publisher else None

    async def run(self) -> None:
        """Poll and publish until cancelled; the broker is told goodbye."""
        publisher = self._publisher
        self.monitor.subscribe(self._remember)
        if publisher is not None:
            publisher.on_status(lambda _: self._on_mqtt())
            self.monitor.subscribe(publisher.on_update)
            await publisher.start()
        self.monitor.subscribe(self._on_update)
        self._companions.join(self.monitor)
        remembering = asyncio.create_task(self._remember_past())
        try:
            await self.monitor.run()
        finally:
            remembering.cancel()
            self.close()
            await self._companions.leave()
            if publisher is not None:
                await publisher.stop()

    async def _remember_past(self) -> None:
        """A day at a time, so that keys are heard in between."""
        for minutes in self._past:
            self._live_through(minutes)
            await asyncio.sleep(0.01)

    def _live_through(self, minutes: list[Bucket]) -> None:
        """Put a day of a demo's past into its history."""
        store = self._ledger.store if self._ledger and self._past_key else None
        if store is not None and self._past_key is not None:
            store.import_minutes(self._past_key, minutes, now=self.clock.now().timestamp())

    def _remember(self, update: Update) -> None:
        key = self._known
        if key is not None and self._loaded is not None and key != self._loaded:
            # It is another inverter than the one that was shown from disk.
            self.remembered.clear()
            self.trail.clear()
            # Even where nothing can be read now, it is this one's from here on.
            self._loaded = key
            self._recall(key)
        self.outlook.take(update, self.archive, key)
        self.trail.on_update(update)
        self.quality.take(update)
        self.frames.take(update)
        self.remembered.add(events_between(self._before, update))
        self._before = update

    def _recall(self, key: str | None) -> None:
        """Fill the trail and the events from disk; without a key, of the inverter used last."""
        try:
            archive = self.archive
            if archive is None:
                return
            key = key or next((one.key for one in archive.inverters()), None)
            if key is None:
                return
            self._loaded = key
            now = self.clock.now()
            end = int(now.timestamp()) // 60 * 60 + 60
            columns = archive.columns(key, end - _DAY, 60, _DAY // 60, list(Series))
            self.trail.load(
                now - timedelta(seconds=now.timestamp() - columns.start),
                columns.means,
                columns.highs,
            )
            self.remembered.recall(archive, key, now)
        except Exception:
            # What was is worth less than what is.
            _log.exception("the history could not be shown")
