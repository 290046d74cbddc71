"""The inverter polled from here: a monitor with its history, its publisher and its companions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kstar_tui.assembly import make_ledger, make_memory, make_monitor, make_publisher
from kstar_tui.clock import Clock
from kstar_tui.companions import Companions
from kstar_tui.link.interface import Address
from kstar_tui.monitor.update import Update
from kstar_tui.settings import Settings
from kstar_tui.tui.sources.source import Via

if TYPE_CHECKING:
    # Loaded only where the history or MQTT is on.
    from kstar_tui.history.archive import Archive
    from kstar_tui.history.keeping import HistoryStatus
    from kstar_tui.history.store import Store
    from kstar_tui.monitor.searched import SearchLog
    from kstar_tui.mqtt.status import MqttStatus


class Own:
    """A source that asks, writes and publishes itself."""

    via: Via | None = None

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        address: Address | None,
        *,
        mac: str | None = None,
        named: bool = True,
        demo: bool = False,
        searched: SearchLog | None = None,
    ) -> None:
        """`named`: a person named the address. What a `demo` measures goes into no database."""
        self.goodbye = True
        """The broker is told so at the end: nobody goes on publishing."""
        self.interval = settings.interval
        self._ledger = make_ledger(settings, clock, demo=demo)
        self._monitor = make_monitor(
            settings,
            clock,
            address,
            mac=mac,
            named=named,
            ledger=self._ledger,
            searched=searched,
        )
        self._publisher = make_publisher(settings, clock, self._stands_by)
        self._companions = Companions(
            settings,
            clock,
            self._publisher,
            self._told_elsewhere,
            memory=make_memory(settings, demo=demo),
        )

    @property
    def latest(self) -> Update:
        """The monitor's newest update."""
        return self._monitor.latest

    @property
    def key(self) -> str | None:
        """The inverter that is booked."""
        return self._ledger.key if self._ledger else None

    @property
    def archive(self) -> Archive | None:
        """What is on disk."""
        return self._ledger.archive if self._ledger else None

    @property
    def store(self) -> Store | None:
        """The database: for what a demo lived through before it began."""
        return self._ledger.store if self._ledger else None

    @property
    def history(self) -> HistoryStatus | None:
        """How the keeping goes."""
        return self._ledger.status if self._ledger else None

    @property
    def mqtt(self) -> MqttStatus | None:
        """How publishing goes."""
        return self._publisher.status if self._publisher else None

    def poll_now(self) -> None:
        """Ask the inverter at once."""
        self._monitor.poll_now()

    def hurry(self) -> None:
        """Whoever held the history may have let go of it."""
        if self._ledger is not None:
            self._ledger.hurry()

    async def run(self, take: Callable[[Update], None], changed: Callable[[], None]) -> None:
        """Poll and publish until cancelled; the broker is told goodbye."""
        publisher = self._publisher
        self._monitor.subscribe(take)
        if publisher is not None:
            publisher.on_status(lambda _: changed())
            self._monitor.subscribe(publisher.on_update)
            await publisher.start()
        self._companions.join(self._monitor)
        try:
            await self._monitor.run()
        finally:
            self.close()
            await self._companions.leave()
            if publisher is not None:
                await publisher.stop(goodbye=self.goodbye)

    def close(self) -> None:
        """Save the history, and leave it to others."""
        if self._ledger is not None:
            self._ledger.close()

    def _told_elsewhere(self) -> bool:
        return self._ledger is not None and self._ledger.alerts_elsewhere

    def _stands_by(self) -> bool:
        return self._ledger is not None and self._ledger.stands_by
