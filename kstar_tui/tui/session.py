"""One inverter on the screen: where its updates come from, and what is remembered of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from kstar_tui.clock import Clock
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
from kstar_tui.tui.sources.lookout import Lookout
from kstar_tui.tui.sources.own import Own
from kstar_tui.tui.sources.source import Source, Via
from kstar_tui.tui.sources.turns import Turns

if TYPE_CHECKING:
    # Loaded only where the history, MQTT, a daemon or the demo is on.
    from kstar_tui.feed.following import Daemon
    from kstar_tui.history.archive import Archive
    from kstar_tui.history.keeping import HistoryStatus
    from kstar_tui.mqtt.status import MqttStatus
    from kstar_tui.past import Past

_DAY = 86400
_HOLD = 2.5
"""Intervals that a reading stands for: over one lost poll, but not over an outage."""

_log = logging.getLogger(__name__)


class Session:
    """Runs until cancelled; `on_update`, `on_mqtt` and `on_turn` are called in the event loop."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        address: Address | None,
        *,
        found: Found | None = None,
        daemon: Daemon | None = None,
        look_in: Sequence[Path] = (),
        on_update: Callable[[Update], None],
        on_mqtt: Callable[[], None],
        on_turn: Callable[[str], None] = lambda _: None,
        demo: bool = False,
        watch: bool = False,
        past: Past | None = None,
        searched: SearchLog | None = None,
        kept: Session | None = None,
    ) -> None:
        """Follows the `daemon`, or asks at `address` itself and looks in folders for a daemon that
        does; `on_turn` is told in words when one takes the other's place. With `watch` it hears
        what is published to the broker of the settings instead.

        What a `demo` measures goes into no database; its `past` is there from the start. What the
        session before has `kept` in memory stays while it is the same inverter. SettingsError where
        something in the settings cannot be used.
        """
        self.clock = clock
        self.settings = settings
        self.found = found
        self.trail: Trail = kept.trail if kept else Trail()
        self.remembered: Remembered = kept.remembered if kept else Remembered()
        self.quality: LinkRecord = kept.quality if kept else LinkRecord()
        self.frames = FrameWatch()
        self.searched = searched
        self.outlook = Outlook(settings)
        self._on_update = on_update
        self._on_mqtt = on_mqtt
        self._turns = Turns(
            settings,
            clock,
            Lookout(clock, look_in),
            address=address,
            found=found,
            daemon=daemon,
            demo=demo,
            watch=watch,
            told=on_turn,
            searched=searched,
        )
        self.monitor = self._turns.relay
        """What screens use of whoever polls."""
        self._before: Update | None = None
        self._loaded: str | None = kept.history_key if kept else None
        source = self._source
        store = source.store if isinstance(source, Own) and past else None
        self._past: Iterator[None] = iter(())
        if past is not None and store is not None:
            self._past = past.into(store, clock.now().timestamp(), Calendar())
            next(self._past)
        known = (past.key if past else None) or source.key or (found.serial if found else None)
        if self._loaded is None:
            self._recall(known or settings.serial)

    @property
    def _source(self) -> Source:
        return self.monitor.source

    @property
    def via(self) -> Via | None:
        """Who polls in our place; None where this program does."""
        return self._source.via

    @property
    def archive(self) -> Archive | None:
        """What is on disk; None where no history is kept, or it cannot be read."""
        return self._source.archive

    @property
    def history(self) -> HistoryStatus | None:
        """How the keeping goes; None where no history is kept."""
        return self._source.history

    @property
    def history_key(self) -> str | None:
        """The inverter whose history is shown: this one's, before it is known the last one's."""
        return self._known or self._loaded

    @property
    def _known(self) -> str | None:
        """The inverter that answers; None while it has not said who it is."""
        if self.history is not None or self._source.key is not None:
            return self._source.key
        update = self.monitor.latest
        return update.key if update.info is not None else None

    @property
    def mqtt(self) -> MqttStatus | None:
        """How publishing goes; None where MQTT is off."""
        return self._source.mqtt

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
        self._source.close()

    async def run(self) -> None:
        """Poll and publish, or look along, until cancelled; the broker is told goodbye."""
        self.monitor.subscribe(self._remember)
        self.monitor.subscribe(self._on_update)
        remembering = asyncio.create_task(self._remember_past())
        try:
            await self._turns.run(self._on_mqtt)
        finally:
            remembering.cancel()
            self.close()

    async def _remember_past(self) -> None:
        """A little at a time, so that keys are heard in between."""
        for _ in self._past:
            await asyncio.sleep(0.01)

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
        # Whoever polls now may do so more seldom.
        hold = _HOLD * self._source.interval
        self.trail.hold_over(hold)
        # While the inverter is away it is asked once a minute.
        self.quality.hold_over(max(hold, _HOLD * 60.0))
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
