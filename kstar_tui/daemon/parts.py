"""The running parts of the daemon, and how new settings reach those that they concern."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from kstar_tui.assembly import has_alerts, make_ledger, make_memory, make_monitor, make_publisher
from kstar_tui.clock import Clock
from kstar_tui.companions import Companions, concerns_companions
from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import Update
from kstar_tui.settings import TABLE, Settings
from kstar_tui.settings.paths import history_path

if TYPE_CHECKING:
    from kstar_tui.alerts.memory import Memory
    from kstar_tui.history.ledger import BookKeeper
    from kstar_tui.mqtt.publisher import Publisher

PATIENCE = 0.7
"""Seconds that a poll under way and the goodbye to the broker have to come to their end."""

_INTERVAL = "inverter.interval"
_LINK = (
    "inverter.host",
    "inverter.port",
    "inverter.serial",
    "discovery.port",
    "discovery.broadcast",
)

_log = logging.getLogger("kstar_tui.headless")


def changed_keys(old: Settings, new: Settings) -> list[str]:
    """Keys of the settings whose value is another one."""
    return [key for key, row in TABLE.items() if getattr(old, row.name) != getattr(new, row.name)]


class Parts:
    """A monitor, and a ledger and a publisher where they are wanted; `others` are told of every
    update, too."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        others: Sequence[Callable[[Update], None]] = (),
        *,
        demo: bool = False,
    ) -> None:
        """SettingsError where something in the settings cannot be used."""
        self.settings = settings
        self._clock = clock
        self._others = others
        self.demo = demo
        self.publisher = self._make_publisher(settings)
        self._memory: Memory | None = None
        self.companions = self._make_companions(settings, self.publisher)
        # The database is not needed before the first reading.
        self.ledger: BookKeeper | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._before: Callable[[], Awaitable[None]] | None = None
        self._found: Callable[[], Awaitable[None]] | None = None

    async def start(
        self,
        before: Callable[[], Awaitable[None]] | None = None,
        found: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Begin to poll, to keep the history and to publish. Of every monitor `before` is awaited
        ahead of all else, `found` when it knows the inverter that it searched for."""
        self._before, self._found = before, found
        self.ledger = self._make_ledger(self.settings)
        await self._begin()

    async def change(self, settings: Settings) -> list[str]:
        """Go on with other settings, and return the keys of those that are: each part that they do
        not concern goes on without a gap. SettingsError, and nothing changed, where one of them
        cannot be used.
        """
        keys = changed_keys(self.settings, settings)
        another = not {*_LINK}.isdisjoint(keys)
        publishing = another or self._concerns_publisher(keys)
        booking = another or self._concerns_ledger(settings)
        # Made before anything ends, so that what cannot be made ends nothing.
        publisher = self._make_publisher(settings) if publishing else self.publisher
        ledger = self._make_ledger(settings) if booking else self.ledger
        # They may publish through it.
        accompanied = another or publishing or concerns_companions(keys)
        companions = self.companions
        if accompanied:
            companions = self._make_companions(settings, publisher)
            await self.companions.leave()
        if publishing and self.publisher is not None:
            await self._end_publisher()
        if another:
            await self._end_polling()
        if booking and self.ledger is not None:
            self.ledger.close()
        self.settings, self.publisher, self.ledger = settings, publisher, ledger
        self.companions = companions
        if another:
            # Whatever answers from now on may be another inverter: nothing of the old one stays.
            await self._begin()
            return keys
        if booking:
            self.monitor.book(ledger)
        if _INTERVAL in keys:
            self._retime(settings.interval)
        if accompanied:
            companions.join(self.monitor)
        if publishing and publisher is not None:
            await self._begin_publishing(publisher)
            # The next poll may be an hour away.
            publisher.on_update(self.monitor.latest)
        return keys

    def _retime(self, interval: float) -> None:
        """All of them have gone on, or were made with it."""
        if self.publisher is not None:
            # It tells Home Assistant how long a value lasts.
            self.publisher.retime(interval)
        if self.ledger is not None:
            # It knows by it which gaps are none.
            self.ledger.retime(interval)
        self.monitor.retime(interval)

    async def stop(self) -> None:
        """End all of them, in PATIENCE seconds whatever the network does."""
        ends = [self._end_polling(), self.companions.leave()]
        if self.publisher is not None:
            ends.append(self._end_publisher())
        await asyncio.gather(*ends)
        if self.ledger is not None:
            self.ledger.close()

    def _concerns_publisher(self, keys: Collection[str]) -> bool:
        """Whether it has to be another one."""
        published = self.publisher is not None or "mqtt.url" in keys
        return published and any(key.startswith("mqtt.") for key in keys)

    def _concerns_ledger(self, settings: Settings) -> bool:
        """Whether it has to be another one; it tells other processes whether we publish
        and tell of alerts."""
        old = self.settings
        return (
            history_path(old) != history_path(settings)
            or (old.mqtt_url is None) is not (settings.mqtt_url is None)
            or has_alerts(old) is not has_alerts(settings)
        )

    def _make_publisher(self, settings: Settings) -> Publisher | None:
        return make_publisher(
            settings, self._clock, lambda: self.ledger is not None and self.ledger.stands_by
        )

    def _make_companions(self, settings: Settings, publisher: Publisher | None) -> Companions:
        # What was told stays told, whatever else is made anew.
        self._memory = make_memory(settings, self._memory, demo=self.demo)
        return Companions(
            settings, self._clock, publisher, self._told_elsewhere, memory=self._memory
        )

    def _told_elsewhere(self) -> bool:
        return self.ledger is not None and self.ledger.alerts_elsewhere

    def _make_ledger(self, settings: Settings) -> BookKeeper | None:
        return make_ledger(settings, self._clock, demo=self.demo)

    async def _begin(self) -> None:
        settings = self.settings
        address = Address(settings.host, settings.port) if settings.host else None
        self.monitor = make_monitor(
            settings, self._clock, address, ledger=self.ledger, ahead=self._found
        )
        if self.publisher is not None:
            await self._begin_publishing(self.publisher)
        for other in self._others:
            self.monitor.subscribe(other)
        self.companions.join(self.monitor)
        self.polling: asyncio.Task[Any] = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        if self._before is not None:
            await self._before()
        await self.monitor.run()

    async def _begin_publishing(self, publisher: Publisher) -> None:
        await publisher.start()
        self._unsubscribe = self.monitor.subscribe(publisher.on_update)

    async def _end_publisher(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self.publisher is not None:
            # A task of its own: what is late goes on behind us.
            await asyncio.wait([asyncio.create_task(self.publisher.stop())], timeout=PATIENCE)

    async def _end_polling(self) -> None:
        self.polling.cancel()
        await asyncio.wait([self.polling], timeout=PATIENCE)
