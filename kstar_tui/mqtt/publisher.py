"""From the monitor's updates to MQTT messages: the newest reading, sent once, never replayed."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from kstar_tui.monitor.update import Update
from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.mqtt.legacy import DEFAULT_PREFIX, legacy_messages, parse_prefix

_log = logging.getLogger(__name__)

MAX_AGE = 60.0
"""Seconds after which a reading that could not be sent is no longer news."""
_NAMELESS = 3
"""Readings for which a serial number is waited for before it connects without one."""


class MqttStatus(NamedTuple):
    """How the publishing goes."""

    connected: bool
    broker: str
    """Its URL without the password."""
    since: datetime
    """Wall time since which `connected` and `error` are so."""
    sent: int
    """Readings sent since the start."""
    dropped: int
    """Readings not sent because the broker was away."""
    error: str | None
    """Why there is no connection; None while there is one, or before the first failure."""
    client_id: str | None
    """Who we are to the broker; None until the inverter is known: no connection is tried before."""


class Publisher:
    """A subscriber of the monitor that publishes every accepted reading.

    It connects once the inverter is known, because its serial number is in the client id; where
    it does not say who it is, at the third reading. While
    the broker is away only the latest reading is kept; it is sent on return unless older than
    `max_age` seconds.
    """

    def __init__(
        self,
        connection: MqttConnection,
        prefix: str = DEFAULT_PREFIX,
        *,
        max_age: float = MAX_AGE,
        instance: str | None = None,
    ) -> None:
        """`instance` sets two programs on one inverter apart, lest they throw each other out."""
        self.sent = 0
        self.dropped = 0
        self._connection = connection
        self._prefix = parse_prefix(prefix)
        self._max_age = max_age
        self._instance = os.urandom(2).hex() if instance is None else instance
        self._pending: Update | None = None
        self._running = False
        self._nameless = 0
        connection.on_connected(self._send_pending)
        connection.on_relieved(self._send_pending)

    @property
    def status(self) -> MqttStatus:
        """How it goes now."""
        connection = self._connection
        return MqttStatus(
            connected=connection.connected,
            broker=connection.broker.url(),
            since=connection.since,
            sent=self.sent,
            dropped=self.dropped,
            error=connection.error,
            client_id=connection.client_id,
        )

    def on_status(self, listener: Callable[[MqttStatus], None]) -> Callable[[], None]:
        """Call when `connected` or `error` has changed; the result takes it back."""
        return self._connection.on_change(lambda: listener(self.status))

    async def start(self) -> None:
        """From now on updates are published."""
        self._running = True

    async def stop(self) -> None:
        """Disconnect; takes half a second at most, whatever the network does."""
        self._running = False
        await self._connection.close()

    def on_update(self, update: Update) -> None:
        """Publish a fresh reading, or keep it as the latest; never waits."""
        if not self._running:
            return
        if self._connection.client_id is None:
            self._nameless += update.fresh
            if update.info is not None or self._nameless >= _NAMELESS:
                self._connection.open(f"kstar-tui-{update.key}-{self._instance}")
        self._connection.keep_alive()
        if update.fresh and update.reading is not None:
            if self._pending is not None:
                self.dropped += 1
            self._pending = update
            self._send_pending()

    def _send_pending(self) -> None:
        update = self._pending
        if update is None or update.reading is None or not self._connection.ready:
            return
        taken = update.at_monotonic if update.taken_monotonic is None else update.taken_monotonic
        if self._connection.clock.monotonic() - taken > self._max_age:
            self._pending = None
            self.dropped += 1
            return
        messages = legacy_messages(update.reading, self._prefix)
        if all(self._connection.publish(topic, payload) for topic, payload in messages):
            self._pending = None
            self.sent += 1
