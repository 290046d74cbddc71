"""From the monitor's updates to MQTT messages: the newest reading, sent once, never replayed."""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from kstar_tui.monitor.update import NAMELESS, Update
from kstar_tui.mqtt import reasons
from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.mqtt.legacy import legacy_messages
from kstar_tui.mqtt.message import Heard, Incoming, Will
from kstar_tui.mqtt.options import MqttOptions
from kstar_tui.mqtt.status import MqttStatus
from kstar_tui.mqtt.topics import OFFLINE, Topics

if TYPE_CHECKING:
    # Loaded with the first reading, which a start does not wait for.
    from kstar_tui.mqtt.voice import Voice

__all__ = ["MqttStatus", "Publisher"]

_log = logging.getLogger(__name__)

MAX_AGE = 60.0
"""Seconds after which a reading that could not be sent is no longer news, at least."""
SETTLE = 1.0
"""Seconds in which a broker tells what is retained, before anything is announced."""
REPEAT = 2.0
"""Seconds after an announcement at which the state is sent again: Home Assistant subscribes to it
half a second late."""
BIRTH = 3.0
"""Home Assistant's birth is answered within so many seconds, by chance: not by all at once."""
LINGER = 0.5
"""Seconds in which a connection that is left brings and takes what is on its way; not where the
next one has the same client id."""
MOST_ALERTS = 20
"""Alerts that wait for a connection; older ones are dropped."""
GOODBYE = 0.2
"""Seconds for the broker to take the goodbye."""


def max_age(interval: float) -> float:
    """Seconds after which a reading is no longer news where one comes every `interval` s."""
    return max(3 * interval, MAX_AGE)


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
        self._voice: Voice | None = None
        self._standing_by = False
        self._due = False
        """There is something to announce when the one before is through."""
        self._greeting: asyncio.Task[None] | None = None
        self._pending: Update | None = None
        self._alerts: deque[str] = deque(maxlen=MOST_ALERTS)
        self._latest: Update | None = None
        self._named: str | None = None
        """The key, where it is a serial number."""
        self._ghost: str | None = None
        """A topic that is to be empty. A broker may take our leaving for an accident, and say the
        will once more."""
        self._rival = False
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

    async def stop(self, *, goodbye: bool = True) -> None:
        """Say `offline` and disconnect; within 0.7 s, whatever the network does. Without a
        `goodbye` where another process goes on publishing."""
        self._running = False
        self._stop_greeting()
        if self._voice is not None and goodbye:
            # A clean goodbye keeps the will from being said.
            await self._connection.deliver(self._voice.topics.availability, OFFLINE, GOODBYE)
        await self._connection.close()

    def retime(self, interval: float) -> None:
        """Readings come every `interval` s from now on, which Home Assistant is told."""
        self._options = self._options._replace(interval=interval)
        self._max_age = max_age(interval)
        if self._voice is not None:
            self._voice.retime(interval)
            if self._voice.announced:
                self._announce_soon()

    def on_update(self, update: Update) -> None:
        """Publish a fresh reading, or keep it as the latest; never waits."""
        if not self._running or self._stands_by():
            return
        voice = self._know(update)
        self._connection.keep_alive()
        before, self._latest = self._latest, update
        if update.fresh and update.reading is not None:
            if self._pending is not None:
                self.dropped += 1
            self._pending = update
        if voice is not None:
            if voice.learn(update) and voice.announced:
                self._announce_soon()
            voice.tell(before, update)
        self._send_pending()
        self._send_alerts()

    def alert(self, payload: str) -> None:
        """Publish an alert; it waits where there is no connection. Nothing while another process
        publishes."""
        if self._running and not self._standby():
            self._alerts.append(payload)
            self._send_alerts()

    # The inverter.

    def _know(self, update: Update) -> Voice | None:
        """Open the connection once it is known whose it is, and anew for another inverter."""
        voice = self._voice
        if voice is None:
            self._nameless += update.fresh
            if update.info is None and self._nameless < NAMELESS:
                return None
        elif update.info is None or update.key == voice.topics.key:
            return voice
        else:
            _log.warning("MQTT: the inverter is %s now, no longer %s", update.key, voice.topics.key)
            if voice.topics.key == self._named:
                voice.be(OFFLINE)
            else:
                voice.vanish()
                self._ghost = voice.topics.availability
            self._leave(LINGER if self._options.client_id is None else 0)
        from kstar_tui.mqtt.voice import Voice

        topics = Topics(self._options.base, update.key)
        self._named = update.key if update.info is not None and update.info.serial else None
        self._voice = Voice(self._connection, topics, self._options, self._instance)
        self._connection.open(
            self._options.client_id or f"kstar-tui-{update.key}-{self._instance[:4]}",
            Will(topics.availability, OFFLINE),
        )
        return self._voice

    def _stands_by(self) -> bool:
        """Whether another process publishes; what it publishes is not ours to end."""
        standing_by, before = self._standby(), self._standing_by
        self._standing_by = standing_by
        if standing_by is not before:
            text = "left to another process" if standing_by else "no longer left to another process"
            _log.warning("MQTT: %s", text)
        if not standing_by:
            return False
        if self._voice is not None:
            self._leave()
        return True

    def _leave(self, linger: float = 0) -> None:
        self._stop_greeting()
        self._connection.leave(linger)
        self._voice = self._pending = None
        self._rival = False

    # The connection.

    def _connected(self) -> None:
        voice = self._voice
        if voice is None:
            return
        voice.forget()
        self._rival = False
        self._send_pending()
        # What was retained threw us out: it is announced all the same.
        deaf = self._connection.last_error == reasons.UNASKED
        self._connection.subscribe(voice.subscriptions(retained=not deaf))
        self._greet(self._settle)

    def _heard(self, message: Incoming) -> None:
        voice = self._voice
        if voice is None or not self._running:
            # The last word is our own goodbye, which comes back to us.
            return
        match voice.hear(message):
            case Heard.BIRTH:
                self._greet(BIRTH * self._chance())
            case Heard.GOODBYE:
                self._rival = False
                self._greet(BIRTH * self._chance())
            case Heard.NEWS:
                self._announce_soon(self._settle)
            case Heard.STALE:
                # Home Assistant refuses what it has not taken away yet.
                self._greet(2 * self._settle)
            case Heard.RIVAL if not self._rival:
                self._rival = True
                # It may have come later, and then knows of us by what is retained alone.
                voice.introduce()
                _log.warning(
                    "another kstar-tui publishes this inverter to the same broker: where each has"
                    " its own history, Home Assistant counts energy twice; let only one of them"
                    " publish"
                )

    def _announce_soon(self, delay: float = 0) -> None:
        self._due = True
        if self._greeting is None:
            self._greet(delay)

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
            self._due = True
            while self._due:
                self._announce()
                await clock.sleep(REPEAT)
                if not self._due:
                    self._repeat()
        except Exception:
            _log.exception("announcing the inverter to the broker")
        self._greeting = None

    def _announce(self) -> None:
        """What exists, that we are here, and how it stands: in this order."""
        voice, update = self._voice, self._latest
        if voice is None or update is None or not self._connection.connected:
            self._due = False
        elif self._connection.ready:
            self._due = False
            voice.announce(update)
            self._repeat()
            if self._ghost is not None and self._connection.publish(self._ghost, "", retain=True):
                self._ghost = None

    def _repeat(self) -> None:
        voice, update = self._voice, self._latest
        if voice is None or update is None or not voice.announced:
            return
        voice.tell(None, update)
        if update.reading is not None and self._age(update) <= self._max_age:
            voice.state(update)
            if update is self._pending:
                self._pending = None
                self.sent += 1
        voice.energy(update, anew=True)
        self._send_alerts()

    # The readings.

    def _send_pending(self) -> None:
        update, connection = self._pending, self._connection
        if update is None or update.reading is None or not self._running or not connection.ready:
            return
        if self._age(update) > self._max_age:
            self._pending = None
            self.dropped += 1
            return
        legacy = self._options.legacy
        messages = legacy_messages(update.reading, legacy) if legacy is not None else []
        announced = self._voice is not None and self._voice.announced
        if not messages and not announced:
            return
        if not all(connection.publish(topic, payload) for topic, payload in messages):
            return
        if self._voice is not None and announced:
            self._voice.state(update)
        self._pending = None
        self.sent += 1

    def _send_alerts(self) -> None:
        voice = self._voice
        while self._alerts and voice is not None and voice.announced and self._connection.ready:
            voice.alert(self._alerts.popleft())

    def _age(self, update: Update) -> float:
        taken = update.at_monotonic if update.taken_monotonic is None else update.taken_monotonic
        return self._connection.clock.monotonic() - taken
