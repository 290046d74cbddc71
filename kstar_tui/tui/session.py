"""One inverter on the screen: its monitor, what is remembered of it, and where it is published."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from kstar_tui.assembly import make_monitor, make_publisher
from kstar_tui.clock import Clock
from kstar_tui.link.events import Found
from kstar_tui.link.interface import Address
from kstar_tui.monitor.events import Event, events_between
from kstar_tui.monitor.trail import Trail
from kstar_tui.monitor.update import Update
from kstar_tui.settings import Settings

if TYPE_CHECKING:
    # paho is loaded only where MQTT is on.
    from kstar_tui.mqtt.publisher import MqttStatus

_EVENTS_KEPT = 50


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
    ) -> None:
        self.clock = clock
        # Over one lost poll, but not over an outage.
        self.trail = Trail(hold=2.5 * settings.interval)
        self.events: deque[Event] = deque(maxlen=_EVENTS_KEPT)
        self.monitor = make_monitor(
            settings, clock, address, mac=found.mac if found else None, named=found is None
        )
        self._publisher = make_publisher(settings, clock)
        self._on_update = on_update
        self._on_mqtt = on_mqtt
        self._before: Update | None = None

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
        try:
            await self.monitor.run()
        finally:
            if publisher is not None:
                await publisher.stop()

    def _remember(self, update: Update) -> None:
        self.trail.on_update(update)
        self.events.extendleft(events_between(self._before, update))
        self._before = update
