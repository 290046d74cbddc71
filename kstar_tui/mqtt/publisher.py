"""From the monitor's updates to MQTT messages: the newest reading, sent once, never replayed."""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from kstar_tui.monitor.events import events_between
from kstar_tui.monitor.update import Update
from kstar_tui.mqtt import payloads
from kstar_tui.mqtt.announcer import Announcer, Finding, publisher_of
from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.mqtt.discovery import DEFAULT_PREFIX as DISCOVERY_PREFIX
from kstar_tui.mqtt.discovery import Discovery
from kstar_tui.mqtt.legacy import DEFAULT_PREFIX, legacy_messages
from kstar_tui.mqtt.message import Incoming, Will
from kstar_tui.mqtt.topics import DEFAULT_BASE, OFFLINE, ONLINE, Topics

_log = logging.getLogger(__name__)

MAX_AGE = 60.0
"""Seconds after which a reading that could not be sent is no longer news."""
SETTLE = 1.0
"""Seconds in which a broker tells what is retained, before anything is announced."""
REPEAT = 2.0
"""Seconds after an announcement at which the state is sent again: Home Assistant subscribes to it
half a second late."""
BIRTH = 3.0
"""Home Assistant's birth is answered within so many seconds, by chance: not by all at once."""
GOODBYE = 0.2
"""Seconds for the broker to take the goodbye."""
ENERGY_EVERY = 60.0
"""Seconds after which counters are sent again that have not changed."""
_NAMELESS = 3
"""Readings for which a serial number is waited for before it connects without one."""


class MqttOptions(NamedTuple):
    """What is published, and where."""

    base: str = DEFAULT_BASE
    legacy: str | None = DEFAULT_PREFIX
    """The first levels of kstar.sharp's topics; None publishes none of them."""
    values: bool = False
    """Each value on a topic of its own, too."""
    discovery: str = "device"
    """`device`, `entities` or `off`."""
    discovery_prefix: str = DISCOVERY_PREFIX
    interval: float = 5.0
    """Seconds between two readings."""
    client_id: str | None = None


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
    messages: int = 0
    """MQTT messages sent since the start."""
    last_error: str | None = None
    """The newest failure, which may be over."""
    standby: bool = False
    """Another process of this machine publishes."""
    rival: bool = False
    """Another kstar-tui publishes the same inverter to this broker."""


class Publisher:
    """A subscriber of the monitor that publishes every accepted reading.

    It connects once the inverter is known, because its serial number is in the topics and the
    client id; where it does not say who it is, at the third reading. While the broker is away only
    the latest reading is kept; it is sent on return unless older than `max_age` seconds.
    """

    def __init__(
        self,
        connection: MqttConnection,
        options: MqttOptions | None = None,
        *,
        max_age: float = MAX_AGE,
        settle: float = SETTLE,
        instance: str | None = None,
        standby: Callable[[], bool] = lambda: False,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`instance` sets two programs on one inverter apart, lest they throw each other out;
        nothing is sent while `standby` says so."""
        self.sent = 0
        self.dropped = 0
        self._connection = connection
        self._options = options or MqttOptions()
        self._max_age = max_age
        self._settle = settle
        self._instance = os.urandom(4).hex() if instance is None else instance
        self._standby = standby
        self._chance = chance
        self._running = False
        self._nameless = 0
        self._topics: Topics | None = None
        self._announcer: Announcer | None = None
        self._greeting: asyncio.Task[None] | None = None
        self._pending: Update | None = None
        self._latest: Update | None = None
        self._rival = False
        self._forget()
        connection.on_connected(self._connected)
        connection.on_relieved(self._send_pending)
        connection.on_message(self._heard)

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
            messages=connection.messages,
            last_error=connection.last_error,
            standby=self._running and self._standby(),
            rival=self._rival,
        )

    def on_status(self, listener: Callable[[MqttStatus], None]) -> Callable[[], None]:
        """Call when `connected` or `error` has changed; the result takes it back."""
        return self._connection.on_change(lambda: listener(self.status))

    async def start(self) -> None:
        """From now on updates are published."""
        self._running = True

    async def stop(self) -> None:
        """Say `offline` and disconnect; within 0.7 s, whatever the network does."""
        self._running = False
        self._stop_greeting()
        if self._topics is not None:
            # A clean goodbye keeps the will from being said.
            await self._connection.deliver(self._topics.availability, OFFLINE, GOODBYE)
        await self._connection.close()

    def on_update(self, update: Update) -> None:
        """Publish a fresh reading, or keep it as the latest; never waits."""
        if not self._running or self._stands_by():
            return
        self._know(update)
        self._connection.keep_alive()
        before, self._latest = self._latest, update
        if update.fresh and update.reading is not None:
            if self._pending is not None:
                self.dropped += 1
            self._pending = update
        if self._announcer is not None and self._announcer.learn(update) and self._announced:
            self._announce()
        self._tell(before, update)
        self._send_pending()

    # The inverter.

    def _know(self, update: Update) -> None:
        """Open the connection once it is known whose it is, and anew for another inverter."""
        if self._topics is None:
            self._nameless += update.fresh
            if update.info is None and self._nameless < _NAMELESS:
                return
        elif update.info is None or update.key == self._topics.key:
            return
        else:
            _log.warning("MQTT: the inverter is %s now, no longer %s", update.key, self._topics.key)
            self._publish(self._topics.availability, OFFLINE, retain=True)
            self._leave()
        options = self._options
        self._topics = topics = Topics(options.base, update.key)
        if options.discovery != "off":
            by_entity = options.discovery == "entities"
            self._announcer = Announcer(
                Discovery(topics, options.interval, options.discovery_prefix, by_entity)
            )
        self._connection.open(
            options.client_id or f"kstar-tui-{update.key}-{self._instance[:4]}",
            Will(topics.availability, OFFLINE),
        )

    def _stands_by(self) -> bool:
        """Whether another process publishes; what it publishes is not ours to end."""
        if not self._standby():
            return False
        if self._topics is not None:
            self._leave()
        return True

    def _leave(self) -> None:
        self._stop_greeting()
        self._connection.leave()
        self._topics = self._announcer = self._pending = None
        self._forget()

    # The connection.

    def _connected(self) -> None:
        self._forget()
        self._send_pending()
        topics = self._topics
        if topics is None:
            return
        wanted = [topics.availability, topics.device]
        if self._announcer is not None:
            wanted += [f"{self._options.discovery_prefix}/status", *self._announcer.subscriptions]
        self._connection.subscribe(wanted)
        self._greet(self._settle)

    def _forget(self) -> None:
        """What a new connection has not been told yet."""
        self._announced = False
        self._reach = ""
        self._device: tuple[object, ...] = ()
        self._counters: dict[str, float] = {}
        self._counters_at = 0.0

    def _heard(self, message: Incoming) -> None:
        topics = self._topics
        if topics is None or not self._running:
            # The last word is our own goodbye, which comes back to us.
            return
        if message.topic == topics.availability:
            # Another kstar-tui on the same inverter has said goodbye for both.
            if message.payload == OFFLINE.encode() and not message.retained and self._announced:
                self._publish(topics.availability, ONLINE, retain=True)
        elif message.topic == topics.device:
            self._meet(publisher_of(message.payload), retained=message.retained)
        elif message.topic == f"{self._options.discovery_prefix}/status":
            if message.payload == ONLINE.encode() and not message.retained:
                self._greet(BIRTH * self._chance())
        elif message.retained and self._announcer is not None:
            self._remember(self._announcer.retained(message.topic, message.payload), message.topic)

    def _remember(self, finding: Finding, topic: str) -> None:
        if finding is Finding.STALE:
            self._publish(topic, "", retain=True)
            # Home Assistant refuses what it has not taken away yet.
            self._greet(2 * self._settle)
        elif finding is Finding.NEWS and self._announced:
            self._announce()

    def _meet(self, other: str | None, *, retained: bool) -> None:
        if other in (None, self._instance) or retained or self._rival:
            return
        self._rival = True
        # It may have come later, and then knows of us by what is retained alone: say it again.
        self._device = ()
        _log.warning(
            "another kstar-tui publishes this inverter to the same broker: where each has its own"
            " history, Home Assistant counts energy twice; let only one of them publish"
        )

    # What is said.

    def _greet(self, delay: float) -> None:
        self._stop_greeting()
        self._greeting = asyncio.get_running_loop().create_task(self._greeted(delay))

    def _stop_greeting(self) -> None:
        greeting, self._greeting = self._greeting, None
        if greeting is not None:
            greeting.cancel()

    async def _greeted(self, delay: float) -> None:
        clock = self._connection.clock
        try:
            await clock.sleep(delay)
            self._announce()
            await clock.sleep(REPEAT)
            self._repeat()
        except Exception:
            _log.exception("announcing the inverter to the broker")

    def _announce(self) -> None:
        """What exists, that we are here, and how it stands: in this order."""
        update, topics = self._latest, self._topics
        if update is None or topics is None or not self._connection.connected:
            return
        if self._announcer is not None:
            for message in self._announcer.messages(update):
                self._publish(message.topic, message.payload, retain=True)
        self._publish(topics.availability, ONLINE, retain=True)
        self._announced = True
        self._reach, self._device = "", ()
        self._repeat()

    def _repeat(self) -> None:
        update, topics = self._latest, self._topics
        if update is None or topics is None or not self._announced:
            return
        self._tell(None, update)
        if update.reading is not None and self._age(update) <= self._max_age:
            self._send_state(update, topics)
        self._send_energy(update, topics, anew=True)

    def _tell(self, before: Update | None, update: Update) -> None:
        """What is not a reading: the inverter's reach, who it is, what happened, the counters."""
        topics = self._topics
        if topics is None or not self._announced or not self._connection.connected:
            return
        reach = ONLINE if update.state.available else OFFLINE
        if reach != self._reach:
            self._reach = reach
            self._publish(topics.inverter, reach, retain=True)
        device = update.info, update.settings, update.mac, update.address
        if device != self._device:
            self._device = device
            payload = payloads.device_json(update, self._instance, self._options.interval)
            self._publish(topics.device, payload, retain=True)
        for event in events_between(before, update):
            self._publish(topics.events, payloads.event_json(event))
        if before is not None:
            self._send_energy(update, topics)

    def _send_pending(self) -> None:
        update = self._pending
        if update is None or update.reading is None or not self._connection.ready:
            return
        if self._age(update) > self._max_age:
            self._pending = None
            self.dropped += 1
            return
        legacy = self._options.legacy
        messages = legacy_messages(update.reading, legacy) if legacy is not None else []
        if not all(self._publish(topic, payload) for topic, payload in messages):
            return
        if self._topics is not None and self._announced:
            self._send_state(update, self._topics)
        self._pending = None
        self.sent += 1

    def _send_state(self, update: Update, topics: Topics) -> None:
        self._publish(topics.state, payloads.state_json(update))
        if self._options.values and update.reading is not None:
            values = payloads.state_values(update.reading)
            for topic, payload in payloads.each_value(topics.state, values):
                self._publish(topic, payload)

    def _send_energy(self, update: Update, topics: Topics, *, anew: bool = False) -> None:
        if update.energy is None:
            return
        counters, now = payloads.energy_values(update.energy), self._connection.clock.monotonic()
        if counters == self._counters and now - self._counters_at < ENERGY_EVERY and not anew:
            return
        self._counters, self._counters_at = counters, now
        self._publish(topics.energy, payloads.energy_json(update.energy))
        if self._options.values:
            for topic, payload in payloads.each_value(topics.energy, counters):
                self._publish(topic, payload)

    def _publish(self, topic: str, payload: str, *, retain: bool = False) -> bool:
        return self._connection.publish(topic, payload, retain=retain)

    def _age(self, update: Update) -> float:
        taken = update.at_monotonic if update.taken_monotonic is None else update.taken_monotonic
        return self._connection.clock.monotonic() - taken
