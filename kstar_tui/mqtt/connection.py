"""One connection to a broker, kept up for ever: paho has a thread, we stay in the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, cast

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from kstar_tui.clock import Clock
from kstar_tui.mqtt import reasons
from kstar_tui.mqtt.broker import Broker
from kstar_tui.mqtt.guarded import MAX_AT_ONCE, GuardedClient
from kstar_tui.mqtt.message import Incoming, Will
from kstar_tui.mqtt.outages import Outages

_log = logging.getLogger(__name__)

MAX_BACKLOG = 400
"""Messages that may wait for the socket before the connection counts as congested."""
STEADY = 60.0
"""Seconds a connection stands before its loss is news again."""
STOP_TIMEOUT = 0.5
"""Seconds that the network thread has to say goodbye; it is a daemon, and ends by itself."""

Listener = Callable[[], None]


class MqttConnection:
    """MQTT 3.1.1 or 5, clean session. Everything public is called in the event loop's thread.

    Listeners of `on_change` run whenever `connected` or `error` has changed, those of
    `on_connected` at every connection, those of `on_relieved` when a broker that was too slow
    takes messages again.
    """

    def __init__(
        self,
        broker: Broker,
        clock: Clock,
        *,
        retry: tuple[float, float] = (1.0, 60.0),
        keepalive: int = 30,
        version: int = 3,
        tls: ssl.SSLContext | None = None,
        most: int = MAX_AT_ONCE,
    ) -> None:
        """`retry`: the first and the longest pause in seconds; it doubles in between. After a
        connection that did not last a minute, or brought what nobody asked for, the first pause
        is twice that of the time before.

        A broker that says nothing for `keepalive` seconds, and again after a ping, is given up.
        `version` is 3 (for 3.1.1) or 5; `tls` is for a broker that wants it, by default with the
        system's authorities. So many messages at once are the `most` that are taken.
        """
        self.broker = broker
        self.clock = clock
        self.connected = False
        self.error: str | None = None
        """Why there is no connection; None while there is one or nothing has failed yet."""
        self.last_error: str | None = None
        """The newest `error`, which may be over."""
        self.messages = 0
        """Messages handed to the network since the start."""
        self.since: datetime = clock.now()
        """Wall time at which `connected` or `error` took its value."""
        self.client_id: str | None = None
        """Who we are to the broker; None before `open`."""
        self._retry = retry
        self._pause = retry[0]
        self._keepalive = keepalive
        self._version = MQTTProtocolVersion.MQTTv5 if version == 5 else MQTTProtocolVersion.MQTTv311
        self.tls = tls
        """How a broker with TLS is proved; None for the system's authorities."""
        self._most = most
        self._on_connected: list[Listener] = []
        self._on_change: list[Listener] = []
        self._on_relieved: list[Listener] = []
        self._on_message: list[Callable[[Incoming], None]] = []
        self._congested = False
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._backlog: deque[MQTTMessageInfo] = deque()
        self._awaited = 0
        """The message of `deliver`; messages count from 1."""
        self._delivered = asyncio.Event()
        self._undecided = False
        """There is a socket, and its end would be news: no reason for it is known yet."""
        self._up_since = 0.0
        self._outages = Outages(broker.endpoint)

    def on_connected(self, listener: Listener) -> None:
        """Call at every connection: the place to publish what a broker must know first."""
        self._on_connected.append(listener)

    def on_relieved(self, listener: Listener) -> None:
        """Call when `ready` was denied for the backlog, and is so no longer."""
        self._on_relieved.append(listener)

    def on_message(self, listener: Callable[[Incoming], None]) -> None:
        """Call for every message on what was subscribed to."""
        self._on_message.append(listener)

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Call whenever `connected` or `error` has changed; the result takes it back."""
        self._on_change.append(listener)

        def end() -> None:
            if listener in self._on_change:
                self._on_change.remove(listener)

        return end

    def open(self, client_id: str, will: Will | None = None) -> None:
        """Begin to connect under this id, without waiting; once only, until it was left."""
        if self._client is not None:
            raise RuntimeError("the connection is open already")
        self._loop = asyncio.get_running_loop()
        self.client_id = client_id
        five = self._version == MQTTProtocolVersion.MQTTv5
        client = GuardedClient(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=None if five else True,
            protocol=self._version,
            most=self._most,
        )
        if self.broker.username is not None:
            client.username_pw_set(self.broker.username, self.broker.password)
        if self.broker.tls:
            client.tls_set_context(self.tls or ssl.create_default_context())
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=True)
        _retry(client, (self._pause, self._retry[1]))
        client.suppress_exceptions = True
        client.on_socket_open = self._thread_socket_open
        client.on_connect = self._thread_connect
        client.on_publish = self._thread_publish
        client.on_message = self._thread_message
        client.on_connect_fail = self._thread_connect_fail
        client.on_disconnect = self._thread_disconnect
        options: dict[str, Any] = {"clean_start": True} if five else {}
        client.connect_async(
            self.broker.host, self.broker.port, keepalive=self._keepalive, **options
        )
        self._client = client
        client.loop_start()

    def subscribe(self, topics: Iterable[str], *, echo: bool = False) -> None:
        """Ask for the messages of topics, with QoS 0, on this connection alone; with `echo` in
        every version for our own, too."""
        if self._client is None or not self.connected:
            return
        wanted: list[tuple[str, Any]] = [(topic, 0) for topic in topics]
        if self._version == MQTTProtocolVersion.MQTTv5:
            # Only version 5 can spare us our own messages.
            wanted = [(topic, SubscribeOptions(qos=0, noLocal=not echo)) for topic, _ in wanted]
        if wanted:
            self._client.subscribe(wanted)

    def publish(self, topic: str, payload: str, *, retain: bool = False) -> bool:
        """Hand one message to the network thread; False when there is no connection to send it on.

        Nothing is queued while disconnected.
        """
        if self._client is None or not self.connected:
            return False
        info = self._client.publish(topic, payload, 0, retain)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        self._forget_sent()
        self._backlog.append(info)
        self.messages += 1
        return True

    async def deliver(self, topic: str, payload: str, patience: float) -> None:
        """Publish one message, retained and with QoS 1, and wait until the broker has it, or for
        `patience` s."""
        if self._client is None or not self.connected:
            return
        self._delivered.clear()
        self._awaited = self._client.publish(topic, payload, 1, retain=True).mid
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._delivered.wait(), patience)
        self._awaited = 0

    @property
    def ready(self) -> bool:
        """Connected, and the broker takes what it is sent."""
        # Before the look: what is sent meanwhile is then not overlooked.
        self._congested = self.connected and len(self._backlog) >= MAX_BACKLOG
        self._forget_sent()
        self._congested = self.connected and len(self._backlog) >= MAX_BACKLOG
        return self.connected and not self._congested

    def _forget_sent(self) -> None:
        while self._backlog and _done(self._backlog[0]):
            self._backlog.popleft()

    def keep_alive(self) -> None:
        """Start the network thread again should it have died; costs nothing while it lives."""
        if self.connected and self._steady:
            self._outages.lasts()
        client = self._client
        if client is None or client.loop_start() == MQTTErrorCode.MQTT_ERR_INVAL:
            return
        self._down(reasons.GARBLED)
        sock = client.socket()
        if isinstance(sock, socket.socket):
            # The new thread sees the end of the old connection and makes one afresh.
            self._undecided = False
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def leave(self, linger: float = 0) -> asyncio.Event | None:
        """Say goodbye `linger` s behind what is being sent, without waiting: the event of its end,
        None where there was nothing to leave. It may be opened again."""
        client, self._client = self._client, None
        if client is None:
            return None
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()

        def stop() -> None:
            # A broker that cannot bring us our own messages any more does not read on.
            time.sleep(linger)
            client.disconnect()
            # paho's thread may clear its own attribute between loop_stop's check and its join.
            with contextlib.suppress(AttributeError):
                client.loop_stop()
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(ended.set)

        # loop_stop waits for a connection attempt to time out, so it cannot run here, nor in an
        # executor, whose threads Python waits for at its exit.
        threading.Thread(target=stop, name="mqtt-stop", daemon=True).start()
        self._backlog.clear()
        self._undecided = False
        self.client_id = None
        self._change(connected=False, error=None)
        return ended

    async def close(self) -> None:
        """Say goodbye if there is a connection, and end; STOP_TIMEOUT at most."""
        connected = self.connected
        ended = self.leave()
        if ended is not None and connected:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), STOP_TIMEOUT)

    # What paho calls, in its thread. An exception here would end the thread: they only cross over.

    def _thread_socket_open(self, client: Client, _userdata: Any, _socket: Any) -> None:
        self._cross(client, self._opened)

    def _thread_connect(
        self, client: Client, _userdata: Any, _flags: Any, code: Any, _properties: Any
    ) -> None:
        if code.is_failure:
            self._cross(client, self._refuse, reasons.refusal(code.value, self.broker))
        else:
            self._cross(client, self._up)

    def _thread_connect_fail(self, client: Client, _userdata: Any) -> None:
        # paho calls from its except clause, so the exception that it does not hand over is there.
        self._cross(client, self._down, reasons.failure(sys.exception(), self.broker))

    def _thread_disconnect(
        self, client: Client, _userdata: Any, _flags: Any, code: Any, _properties: Any
    ) -> None:
        unasked = isinstance(client, GuardedClient) and client.unasked
        if client is self._client and (self.connected or unasked):
            self._pause = self._next_pause(unasked=unasked)
            _retry(client, (self._pause, self._retry[1]))
        if unasked:
            self._cross(client, self._closed, reasons.UNASKED, reasons.GARBLED)
        elif code.getName() == "Keep alive timeout":
            self._cross(client, self._closed, reasons.SILENT, reasons.MUTE)
        elif code.getName() == "Session taken over":
            self._cross(client, self._closed, reasons.TAKEN_OVER, reasons.TAKEN_OVER)
        else:
            self._cross(client, self._closed, reasons.LOST, reasons.closed_early(self.broker))

    def _next_pause(self, *, unasked: bool) -> float:
        # paho begins anew with the first one after each connection, if it lasted a second only.
        first, longest = self._retry
        return min(2 * self._pause, longest) if unasked or not self._steady else first

    def _thread_publish(self, client: Client, _userdata: Any, mid: int, *_: Any) -> None:
        # Called for every message: to cross over costs more than to look.
        if self._congested:
            self._cross(client, self._relieve)
        if mid == self._awaited:
            self._cross(client, self._delivered.set)

    def _thread_message(self, client: Client, _userdata: Any, message: Any) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return
        incoming = Incoming(topic, bytes(message.payload), bool(message.retain))
        self._cross(client, self._received, incoming)

    def _cross(self, client: Client, method: Callable[..., None], *args: Any) -> None:
        def run() -> None:
            if client is self._client:
                method(*args)

        # The loop may be closed while a connection attempt is still waiting.
        with contextlib.suppress(RuntimeError):
            cast(asyncio.AbstractEventLoop, self._loop).call_soon_threadsafe(run)

    # The same events, in the event loop's thread.

    def _opened(self) -> None:
        self._undecided = True

    def _received(self, message: Incoming) -> None:
        for listener in tuple(self._on_message):
            _call([partial(listener, message)])

    def _relieve(self) -> None:
        if self._congested and self.ready:
            _call(self._on_relieved)

    def _up(self) -> None:
        self._up_since = self.clock.monotonic()
        self._backlog.clear()
        self._outages.connected()
        self._change(connected=True, error=None)
        _call(self._on_connected)

    def _refuse(self, reason: str) -> None:
        self._undecided = False
        self._down(reason)

    def _closed(self, lost: str, never: str) -> None:
        # paho can report one end twice.
        undecided, self._undecided = self._undecided, False
        if not undecided:
            return
        if self.connected:
            self._lost(lost)
        else:
            self._down(never)

    def _lost(self, reason: str) -> None:
        self._outages.lost(reason, steady=self._steady)
        self._change(connected=False, error=reason)

    @property
    def _steady(self) -> bool:
        return self.clock.monotonic() - self._up_since >= STEADY

    def _down(self, reason: str) -> None:
        self._outages.down(reason)
        self._change(connected=False, error=reason)

    def _change(self, *, connected: bool, error: str | None) -> None:
        if (connected, error) == (self.connected, self.error):
            return
        self.connected, self.error = connected, error
        self.last_error = error or self.last_error
        self.since = self.clock.now()
        _call(self._on_change)


def _retry(client: Client, pauses: tuple[float, float]) -> None:
    # paho declares whole seconds but only multiplies and sleeps.
    first, longest = cast("tuple[int, int]", pauses)
    client.reconnect_delay_set(first, longest)


def _done(info: MQTTMessageInfo) -> bool:
    try:
        return info.is_published()
    except (ValueError, RuntimeError):
        return True


def _call(listeners: list[Listener]) -> None:
    for listener in tuple(listeners):
        try:
            listener()
        except Exception:
            _log.exception("a listener of the MQTT connection failed")
