"""paho's client for one who hardly listens: whatever else a broker sends ends the connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, MQTTMessageInfo, MQTTv5
from paho.mqtt.enums import MessageType, MQTTErrorCode

MAX_PACKET = 4096
"""Bytes of one packet that are taken; what answers a publisher has two."""
MAX_MESSAGE = 131072
"""Bytes of a message on a topic that was subscribed to; our own discovery has some 30,000."""
MAX_AT_ONCE = 400
"""Messages that are taken at once; one more with every second."""

_QOS = 0x06


class GuardedClient(Client):
    """Takes one CONNACK a connection, and a PUBACK, SUBACK or PINGRESP for each that is owed;
    messages only once it has subscribed, small, not too many, and of QoS 0.

    Anything else is unasked, and memory could be filled with it.
    """

    unasked = False
    """This connection brought what nobody asked for; read it in `on_disconnect`."""

    def __init__(
        self,
        *arguments: Any,
        now: Callable[[], float] = time.monotonic,
        most: int = MAX_AT_ONCE,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self._now = now
        self._greeted = False
        # Two counters each, since each is written by a thread of its own.
        self._promised = 0
        self._acknowledged = 0
        self._subscribed = 0
        self._confirmed = 0
        self._most = most
        self._room = float(most)
        self._room_at = 0.0

    def reconnect(self) -> MQTTErrorCode:
        """Connect again, as trusting as at first."""
        self.unasked = self._greeted = False
        self._subscribed = self._confirmed = 0
        self._room, self._room_at = float(self._most), self._now()
        return super().reconnect()

    def publish(
        self, topic: str, payload: Any = None, qos: int = 0, retain: bool = False, *more: Any
    ) -> MQTTMessageInfo:
        """Send a message, and expect the acknowledgement of one with QoS 1."""
        self._promised += qos > 0
        return super().publish(topic, payload, qos, retain, *more)

    def subscribe(self, topic: Any, *more: Any, **options: Any) -> tuple[MQTTErrorCode, int | None]:
        """Ask for topics, and expect the answer and messages."""
        self._subscribed += 1
        return super().subscribe(topic, *more, **options)

    # The two hooks that paho has neither public nor otherwise: all bytes pass the one, and all
    # packets the other. Were either renamed, the tests with a hostile broker would fail.

    def _sock_recv(self, bufsize: int) -> bytes:
        # paho asks for all that a packet still lacks, up to 256 MB at once.
        listening = self._subscribed and self._in_packet["command"] & 0xF0 == MessageType.PUBLISH
        if bufsize > (MAX_MESSAGE if listening else MAX_PACKET):
            self.unasked = True
            raise ConnectionAbortedError
        return super()._sock_recv(bufsize)

    def _packet_handle(self) -> MQTTErrorCode:
        if not self._expected(self._in_packet["command"]):
            self.unasked = True
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        return super()._packet_handle()

    def _expected(self, command: int) -> bool:
        expected = False
        match command & 0xF0:
            case MessageType.CONNACK:
                expected, self._greeted = not self._greeted, True
            case MessageType.PUBACK:
                self._acknowledged += 1
                expected = self._acknowledged <= self._promised
            case MessageType.SUBACK:
                self._confirmed += 1
                expected = self._confirmed <= self._subscribed
            case MessageType.PINGRESP:
                expected = self._ping_t > 0
            case MessageType.PUBLISH:
                expected = bool(self._subscribed) and not command & _QOS and self._has_room()
            case MessageType.DISCONNECT:
                expected = self._greeted and self._protocol == MQTTv5
        return expected

    def _has_room(self) -> bool:
        now = self._now()
        self._room = min(self._most, self._room + max(0.0, now - self._room_at)) - 1
        self._room_at = now
        return self._room >= 0
