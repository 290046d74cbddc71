"""From another machine: what a kstar-tui publishes to a broker, heard and never answered."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Callable

from kstar_tui.clock import Clock
from kstar_tui.feed.overheard import Overheard
from kstar_tui.monitor.update import Update
from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.mqtt.message import Incoming
from kstar_tui.mqtt.topics import KEY, ONLINE, Topics
from kstar_tui.protocol.text import same_serial

SETTLE = 1.0
"""Seconds in which a broker tells which inverters are published."""
_LOOK_EVERY = 5.0
"""Seconds between two looks whether readings have ceased to come."""
_MOST = 50
"""Inverters that are told apart; more were never in one house."""

_log = logging.getLogger(__name__)


class Watcher:
    """Subscribes, and nothing else: nothing is ever published through its connection.

    Of several inverters it takes the one with the wanted serial number, else the first in their
    order that is published now.
    """

    def __init__(
        self,
        connection: MqttConnection,
        clock: Clock,
        base: str,
        *,
        interval: float,
        wanted: str | None = None,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`base` are the first levels of the topics; `told` hears in words of a choice."""
        self.key: str | None = None
        """The inverter that was taken."""
        self.overheard = Overheard(clock, interval)
        self._connection = connection
        self._clock = clock
        self._base = base
        self._wanted = wanted
        self._tell = told
        self._published: dict[str, bool] = {}
        """By key, whether a kstar-tui publishes it now."""
        self._settled: asyncio.Task[None] | None = None
        self._take: Callable[[Update], None] = lambda _: None
        connection.on_change(self._changed)
        connection.on_connected(self._connected)
        connection.on_message(self._hear)

    async def run(self, take: Callable[[Update], None]) -> None:
        """Hand on every update until cancelled."""
        self._take = take
        overheard = self.overheard
        overheard.trouble = f"asking {self._connection.broker.endpoint} …"
        take(overheard.look())
        self._connection.open(f"kstar-tui-screen-{os.urandom(4).hex()}")
        try:
            while True:
                await self._clock.sleep(_LOOK_EVERY)
                self._connection.keep_alive()
                before = overheard.latest
                update = overheard.look()
                if (update.state, update.error) != (before.state, before.error):
                    take(update)
        finally:
            if self._settled is not None:
                self._settled.cancel()
            await self._connection.close()

    def _changed(self) -> None:
        error = self._connection.error
        if not self._connection.connected and error is not None:
            self.overheard.trouble = f"MQTT: {error}"
            self._take(self.overheard.look())

    def _connected(self) -> None:
        if self.key is not None:
            self._listen(self.key)
            return
        self._published.clear()
        self._connection.subscribe([f"{self._base}/+/availability"])
        self.overheard.trouble = f"looking for an inverter under {self._base}/"
        self._take(self.overheard.look())
        if self._settled is None or self._settled.done():
            self._settled = asyncio.get_running_loop().create_task(self._settle())

    async def _settle(self) -> None:
        await self._clock.sleep(SETTLE)
        self._choose()

    def _hear(self, message: Incoming) -> None:
        found = re.fullmatch(rf"{re.escape(self._base)}/({KEY})/([a-z]+)", message.topic)
        if found is None:
            return
        key, name = found[1], found[2]
        if self.key is None:
            self._note(key, message)
        elif key == self.key:
            self._take(self.overheard.take(name, message.payload, retained=message.retained))

    def _note(self, key: str, message: Incoming) -> None:
        if message.payload and (key in self._published or len(self._published) < _MOST):
            self._published[key] = message.payload == ONLINE.encode()
        else:
            self._published.pop(key, None)
        if self._settled is not None and self._settled.done():
            self._choose()

    def _choose(self) -> None:
        published = self._published
        if self._wanted is not None:
            keys = [key for key in published if same_serial(key, self._wanted)]
        else:
            keys = sorted(published, key=lambda key: (not published[key], key))
        if self.key is not None or not keys or not self._connection.connected:
            if self._wanted is not None and published:
                self.overheard.trouble = f"{self._wanted} is not published under {self._base}/"
                self._take(self.overheard.look())
            return
        self.key = keys[0]
        if len(keys) > 1:
            words = f"{len(keys)} inverters are published: {', '.join(keys)}; showing {self.key}."
            _log.warning("%s", words)
            self._tell(words)
        self._listen(self.key)

    def _listen(self, key: str) -> None:
        topics = Topics(self._base, key)
        self.overheard.trouble = None
        retained = topics.availability, topics.inverter, topics.device
        self._connection.subscribe([*retained, topics.state, topics.energy])
        self._take(self.overheard.look())
