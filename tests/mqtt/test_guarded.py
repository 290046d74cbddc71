"""The limits of paho's client once it has subscribed, moved step by step with no thread of its own.

What a publisher that never subscribes refuses stands in test_mqtt_hostile.py.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator

import pytest
from mqtt_helpers import PATIENCE
from paho.mqtt.client import MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from kstar_tui.mqtt.guarded import MAX_AT_ONCE, MAX_MESSAGE, MAX_PACKET, GuardedClient

GREETING = b"\x20\x02\x00\x00"
GREETING_5 = b"\x20\x03\x00\x00\x00"
SUBSCRIBED = b"\x90\x03\x00\x01\x00"
CHUNK = 16384


def length(size: int) -> bytes:
    """How MQTT writes the length of what follows."""
    digits = bytearray()
    while True:
        size, digit = divmod(size, 128)
        digits.append(digit | (128 if size else 0))
        if not size:
            return bytes(digits)


def message(payload: bytes = b"x", first: int = 0x30) -> bytes:
    """A message on the topic `t`."""
    body = b"\x00\x01t" + payload
    return bytes([first]) + length(len(body)) + body


class Wire:
    """A client and the broker that it is connected to, both in this thread."""

    def __init__(self, server: socket.socket, version: MQTTProtocolVersion, most: int) -> None:
        self.now = 1000.0
        self.heard: list[bytes] = []
        self._server = server
        self.client = client = GuardedClient(
            CallbackAPIVersion.VERSION2, "a", protocol=version, now=lambda: self.now, most=most
        )
        client.on_message = lambda _c, _u, message: self.heard.append(message.payload)
        client.connect("127.0.0.1", server.getsockname()[1])
        self._broker, _ = server.accept()

    def reconnect(self) -> None:
        """Begin a new connection."""
        self._broker.close()
        self.client.reconnect()
        self._broker, _ = self._server.accept()

    def say(self, *packets: bytes) -> None:
        """Send bytes to the client, which reads some of them meanwhile."""
        data = b"".join(packets)
        # A client that has left cannot be told more.
        with contextlib.suppress(ConnectionError):
            for start in range(0, len(data), CHUNK):
                self._broker.sendall(data[start : start + CHUNK])
                self.client.loop_read()

    def subscribed(self, *packets: bytes) -> None:
        """Greet a client that subscribes, confirm that, and go on."""
        self.client.subscribe("t")
        self.say(GREETING, SUBSCRIBED, *packets)

    def takes(self, *payloads: bytes) -> None:
        """Wait for these messages, and for no other."""
        self._until(lambda: len(self.heard) >= len(payloads))
        assert self.client.socket() is not None, self.heard
        assert tuple(self.heard) == payloads
        assert not self.client.unasked
        self.heard.clear()

    def refuses(self) -> None:
        """Wait for the client to leave because of what it was sent."""
        self._until(lambda: False)
        assert self.client.unasked

    def leaves(self) -> None:
        """Wait for the client to leave for any other reason."""
        self._until(lambda: False)
        assert not self.client.unasked

    def _until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while self.client.socket() is not None and not condition():
            assert time.monotonic() < end
            self.client.loop(PATIENCE)

    def close(self) -> None:
        self._broker.close()
        self.client.disconnect()


Connect = Callable[..., Wire]


@pytest.fixture
def connect() -> Iterator[Connect]:
    made: list[Wire] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def make(version: MQTTProtocolVersion = MQTTv311, most: int = MAX_AT_ONCE) -> Wire:
            made.append(Wire(server, version, most))
            return made[-1]

        yield make
        for one in made:
            one.close()


def test_messages_are_taken_once_it_has_subscribed(connect: Connect) -> None:
    wire = connect()
    wire.subscribed(message(b"1"), message(b"2", 0x31), message(b""))
    wire.takes(b"1", b"2", b"")
    assert wire.client.is_connected()


@pytest.mark.parametrize("first", [0x32, 0x34, 0x36, 0x3A])
def test_only_messages_that_want_no_answer_are_taken(connect: Connect, first: int) -> None:
    wire = connect()
    wire.subscribed(message(b"1"), message(b"\x00\x072", first))
    wire.refuses()
    assert wire.heard == [b"1"]


def test_the_longest_message_is_taken(connect: Connect) -> None:
    wire = connect()
    payload = bytes(MAX_MESSAGE - 3)
    wire.subscribed(message(payload), message(b"after"))
    wire.takes(payload, b"after")


def test_a_longer_message_is_refused_before_it_comes(connect: Connect) -> None:
    wire = connect()
    wire.subscribed(b"\x30", length(MAX_MESSAGE + 1))
    wire.refuses()


def test_before_it_has_subscribed_a_long_message_is_refused_before_it_comes(
    connect: Connect,
) -> None:
    wire = connect()
    wire.say(GREETING, b"\x30", length(MAX_PACKET + 1))
    wire.refuses()


def test_what_is_no_message_stays_short(connect: Connect) -> None:
    wire = connect()
    wire.client.subscribe("t")
    longest = b"\x00\x01" + bytes(MAX_PACKET - 2)
    wire.say(GREETING, b"\x90", length(len(longest)), longest, message(b"after"))
    wire.takes(b"after")
    wire.client.subscribe("t")
    wire.say(b"\x90", length(MAX_PACKET + 1))
    wire.refuses()


def test_so_many_messages_are_taken_at_once_and_one_more_every_second(connect: Connect) -> None:
    wire = connect(most=3)
    wire.subscribed(*[message()] * 3)
    wire.takes(*[b"x"] * 3)
    wire.now += 2.0
    wire.say(message(b"4"), message(b"5"))
    wire.takes(b"4", b"5")
    wire.now += 0.9
    wire.say(message(b"6"))
    wire.refuses()
    assert wire.heard == []


def test_a_quiet_hour_makes_no_more_room_than_there_was_at_first(connect: Connect) -> None:
    wire = connect(most=3)
    wire.subscribed()
    wire.now += 3600.0
    wire.say(*[message()] * 4)
    wire.refuses()
    assert wire.heard == [b"x"] * 3


def test_by_default_so_many_are_taken(connect: Connect) -> None:
    wire = connect()
    wire.subscribed(*[message()] * (MAX_AT_ONCE + 1))
    wire.refuses()
    assert len(wire.heard) == MAX_AT_ONCE


def test_a_new_connection_is_as_trusting_as_the_first(connect: Connect) -> None:
    wire = connect(most=2)
    wire.subscribed(*[message()] * 3)
    wire.refuses()
    wire.heard.clear()
    wire.reconnect()
    assert not wire.client.unasked
    wire.subscribed(message(b"1"), message(b"2"))
    wire.takes(b"1", b"2")


def test_a_subscription_is_one_connections_alone(connect: Connect) -> None:
    wire = connect()
    wire.subscribed(message(b"1"))
    wire.takes(b"1")
    wire.reconnect()
    wire.say(GREETING, message(b"2"))
    wire.refuses()
    assert wire.heard == []


def test_each_subscription_is_confirmed_once(connect: Connect) -> None:
    wire = connect()
    wire.client.subscribe("t")
    wire.client.subscribe("u")
    wire.say(GREETING, SUBSCRIBED, SUBSCRIBED, message(b"1"))
    wire.takes(b"1")
    wire.say(SUBSCRIBED)
    wire.refuses()


def test_each_message_of_ours_is_confirmed_once(connect: Connect) -> None:
    wire = connect()
    wire.subscribed()
    # QoS 0 is never confirmed.
    wire.client.publish("t", "a")
    mids = [wire.client.publish("t", "b", 1).mid for _ in range(2)]
    wire.say(*[b"\x40\x02" + mid.to_bytes(2, "big") for mid in mids], message(b"1"))
    wire.takes(b"1")
    wire.say(b"\x40\x02" + mids[-1].to_bytes(2, "big"))
    wire.refuses()


def test_in_version_5_a_broker_may_say_goodbye(connect: Connect) -> None:
    wire = connect(MQTTv5)
    # Session taken over, without properties.
    wire.say(GREETING_5, b"\xe0\x02\x8e\x00")
    wire.leaves()


def test_in_version_3_a_broker_just_goes(connect: Connect) -> None:
    wire = connect()
    wire.say(GREETING, b"\xe0\x00")
    wire.refuses()


@pytest.mark.parametrize("packet", [b"\xf0\x00", b"\xe0\x02\x8e\x00"], ids=["auth", "goodbye"])
def test_in_version_5_nothing_comes_before_the_greeting(connect: Connect, packet: bytes) -> None:
    wire = connect(MQTTv5)
    wire.say(packet)
    wire.refuses()


def test_in_version_5_nobody_is_asked_to_prove_himself(connect: Connect) -> None:
    wire = connect(MQTTv5)
    wire.say(GREETING_5, b"\xf0\x00")
    wire.refuses()
