"""paho's client for one who only publishes: whatever else a broker sends ends the connection."""

from __future__ import annotations

from typing import Any

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import MessageType, MQTTErrorCode

MAX_PACKET = 4096
"""Bytes of one packet that are taken; what answers a publisher has two."""


class SendingClient(Client):
    """Takes one CONNACK a connection, and a PUBACK or PINGRESP for each that is owed.

    Nothing is subscribed to, so a message is unasked, and memory could be filled with it.
    """

    unasked = False
    """This connection brought what nobody asked for; read it in `on_disconnect`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._greeted = False
        # Two counters, since each is written by a thread of its own.
        self._promised = 0
        self._acknowledged = 0

    def reconnect(self) -> MQTTErrorCode:
        """Connect again, as trusting as at first."""
        self.unasked = self._greeted = False
        return super().reconnect()

    def publish(
        self, topic: str, payload: Any = None, qos: int = 0, retain: bool = False, *more: Any
    ) -> MQTTMessageInfo:
        """Send a message, and expect the acknowledgement of one with QoS 1."""
        self._promised += qos > 0
        return super().publish(topic, payload, qos, retain, *more)

    # The two hooks that paho has neither public nor otherwise: all bytes pass the one, and all
    # packets the other. Were either renamed, the tests with a hostile broker would fail.

    def _sock_recv(self, bufsize: int) -> bytes:
        # paho asks for all that a packet still lacks, up to 256 MB at once.
        if bufsize > MAX_PACKET:
            self.unasked = True
            raise ConnectionAbortedError
        return super()._sock_recv(bufsize)

    def _packet_handle(self) -> MQTTErrorCode:
        if not self._expected(self._in_packet["command"] & 0xF0):
            self.unasked = True
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        return super()._packet_handle()

    def _expected(self, kind: int) -> bool:
        match kind:
            case MessageType.CONNACK:
                first, self._greeted = not self._greeted, True
                return first
            case MessageType.PUBACK:
                self._acknowledged += 1
                return self._acknowledged <= self._promised
            case MessageType.PINGRESP:
                return self._ping_t > 0
            case _:
                return False
