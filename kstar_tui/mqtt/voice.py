"""What is said of one inverter to a broker: each thing in its order, and when it is news."""

from __future__ import annotations

from kstar_tui.monitor.events import events_between
from kstar_tui.monitor.update import Update
from kstar_tui.mqtt import payloads
from kstar_tui.mqtt.announcer import Announcer, Finding, publisher_of
from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.mqtt.discovery import Discovery
from kstar_tui.mqtt.message import Heard, Incoming
from kstar_tui.mqtt.options import MqttOptions
from kstar_tui.mqtt.topics import DISCOVERY_PREFIX, OFFLINE, ONLINE, Topics

ENERGY_EVERY = 60.0
"""Seconds after which counters are sent again that have not changed."""


class Voice:
    """Speaks while there is a connection; remembers what that one was told."""

    def __init__(
        self, connection: MqttConnection, topics: Topics, options: MqttOptions, instance: str
    ) -> None:
        """`instance` tells one running kstar-tui from another."""
        # Some change the one and keep the other.
        self._births = {
            f"{prefix}/status" for prefix in (options.discovery_prefix, DISCOVERY_PREFIX)
        }
        self.topics = topics
        self.announced = False
        """This connection knows what exists, and that we are here."""
        self._connection = connection
        self._options = options
        self._instance = instance
        self._announcer: Announcer | None = None
        if options.discovery != "off":
            by_entity = options.discovery == "entities"
            self._announcer = Announcer(
                Discovery(topics, options.interval, options.discovery_prefix, by_entity)
            )
        self.forget()

    def subscriptions(self, *, retained: bool = True) -> list[str]:
        """What has to be heard; without `retained` only where hardly anything is."""
        births = sorted(self._births) if self._announcer is not None else []
        if not retained:
            return births
        before = self._announcer.subscriptions if self._announcer is not None else ()
        return [self.topics.availability, self.topics.device, *births, *before]

    def forget(self) -> None:
        """A new connection has not been told anything."""
        self.announced = False
        self._reach = ""
        self._device: tuple[object, ...] = ()
        self._counters: dict[str, float] = {}
        self._counters_at = 0.0

    def retime(self, interval: float) -> None:
        """From the next announcement on `interval` s lie between two readings."""
        self._options = self._options._replace(interval=interval)
        if self._announcer is not None:
            self._announcer.retime(interval)

    def learn(self, update: Update) -> bool:
        """Look for values that were not known before; whether there is more to announce."""
        return self._announcer is not None and self._announcer.learn(update)

    def hear(self, message: Incoming) -> Heard:
        """Answer a message as far as that has no time to wait for."""
        topics = self.topics
        if message.topic == topics.availability:
            if message.payload == OFFLINE.encode() and not message.retained and self.announced:
                self.be(ONLINE)
                # It may have said more that was not so.
                return Heard.GOODBYE
        elif message.topic == topics.device:
            other = publisher_of(message.payload)
            if other not in (None, self._instance) and not message.retained:
                return Heard.RIVAL
        elif message.topic in self._births:
            if message.payload == ONLINE.encode() and not message.retained:
                return Heard.BIRTH
        elif message.retained and self._announcer is not None:
            finding = self._announcer.retained(message.topic, message.payload)
            if finding is Finding.STALE:
                self._say(message.topic, "", retain=True)
                return Heard.STALE
            if finding is Finding.NEWS and self.announced:
                return Heard.NEWS
        return Heard.NOTHING

    def be(self, reach: str) -> None:
        """Say that kstar-tui is `online` or `offline`."""
        self._say(self.topics.availability, reach, retain=True)

    def vanish(self) -> None:
        """Take away all that is retained: this inverter goes by another name."""
        if self._announcer is not None:
            for message in self._announcer.farewell():
                self._say(message.topic, message.payload, retain=True)
        for topic in (self.topics.inverter, self.topics.device, self.topics.availability):
            self._say(topic, "", retain=True)

    def introduce(self) -> None:
        """Say who we are once more, to one that came later."""
        self._device = ()

    def announce(self, update: Update) -> None:
        """What exists, that we are here, and whether and as what the inverter is."""
        if self._announcer is not None:
            for message in self._announcer.messages(update):
                self._say(message.topic, message.payload, retain=True)
        self.be(ONLINE)
        self.announced = True
        self._reach, self._device = "", ()
        self.tell(None, update)

    def tell(self, before: Update | None, update: Update) -> None:
        """What is no reading and is news: the inverter's reach, who it is, what happened, the
        counters. Events and counters only with the update `before`."""
        if not self.announced or not self._connection.ready:
            return
        reach = ONLINE if update.state.available else OFFLINE
        if reach != self._reach:
            self._reach = reach
            self._say(self.topics.inverter, reach, retain=True)
        device = update.info, update.settings, update.mac, update.address
        if device != self._device:
            self._device = device
            payload = payloads.device_json(update, self._instance, self._options.interval)
            self._say(self.topics.device, payload, retain=True)
        for event in events_between(before, update):
            self._say(self.topics.events, payloads.event_json(event))
        if before is not None:
            self.energy(update)

    def state(self, update: Update) -> None:
        """The reading."""
        topic = self.topics.state
        self._say(topic, payloads.state_json(update))
        if self._options.values and update.reading is not None:
            for each, payload in payloads.each_value(topic, payloads.state_values(update.reading)):
                self._say(each, payload)

    def energy(self, update: Update, *, anew: bool = False) -> None:
        """The counters, where they have changed or were not told for a while, or `anew`."""
        if update.energy is None:
            return
        counters, now = payloads.energy_values(update.energy), self._connection.clock.monotonic()
        if counters == self._counters and now - self._counters_at < ENERGY_EVERY and not anew:
            return
        self._counters, self._counters_at = counters, now
        self._say(self.topics.energy, payloads.energy_json(update.energy))
        if self._options.values:
            for each, payload in payloads.each_value(self.topics.energy, counters):
                self._say(each, payload)

    def alert(self, payload: str) -> None:
        """What somebody should be told of."""
        self._say(self.topics.alert, payload)

    def _say(self, topic: str, payload: str, *, retain: bool = False) -> None:
        self._connection.publish(topic, payload, retain=retain)
