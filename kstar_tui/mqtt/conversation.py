"""A short talk with a broker: connect, say something, hear what comes of it, and leave."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterable
from typing import Any, TypeVar

from kstar_tui.clock import Clock
from kstar_tui.mqtt import reasons
from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.mqtt.message import Incoming, Will

PATIENCE = 5.0
"""Seconds in which a broker answers, or does not."""
ACCEPTANCE = 15.0
"""Seconds that a broker may take to let us in: it may ask others about the password."""
QUIET = 0.5
"""Seconds without another message after which no more is retained."""
LISTENING = 20.0
"""Seconds at the most in which what is retained is listened to: somebody may publish there."""

_T = TypeVar("_T")


class BrokenOffError(Exception):
    """There is no connection, or no longer; the message says why, as `reasons` does."""


async def within(clock: Clock, seconds: float, work: Coroutine[Any, Any, _T]) -> _T:
    """What the work returns; TimeoutError where this clock's seconds pass before."""
    task, timer = asyncio.ensure_future(work), asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((task, timer), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise TimeoutError
        return task.result()
    finally:
        for one in (task, timer):
            one.cancel()
        await asyncio.gather(task, timer, return_exceptions=True)


class Conversation:
    """One connection that is not tried again: the first failure ends it."""

    def __init__(self, connection: MqttConnection) -> None:
        self.connection = connection
        self._broken: str | None = None
        self._heard: deque[Incoming] = deque()
        self._news = asyncio.Event()
        connection.on_change(self._changed)
        connection.on_message(self._hear)

    async def begin(self, client_id: str, will: Will | None = None) -> None:
        """Connect; BrokenOffError says why not."""
        self.connection.open(client_id, will)
        clock = self.connection.clock
        end = clock.monotonic() + ACCEPTANCE
        while not self.connection.connected:
            if not await self._moved(end):
                raise BrokenOffError(reasons.MUTE)

    def subscribe(self, topics: Iterable[str]) -> None:
        """Ask for topics, our own messages included."""
        self.connection.subscribe(topics, echo=True)

    def publish(self, topic: str, payload: str = "", *, retain: bool = False) -> None:
        """Say something."""
        self.connection.publish(topic, payload, retain=retain)

    async def next(self, end: float) -> Incoming | None:
        """The next message, None where there is none until `end` of the clock; BrokenOffError."""
        while not self._heard:
            if not await self._moved(end):
                return None
        return self._heard.popleft()

    async def retained(self, topics: Iterable[str], marker: str | None) -> AsyncIterator[Incoming]:
        """What is retained on topics; `marker` is one that nobody else has, or None where nothing
        may be said."""
        clock = self.connection.clock
        if marker is None:
            self.subscribe(topics)
        else:
            self.subscribe([*topics, marker])
            # What comes back last tells that all else is there, however long the way is.
            self.publish(marker)
        patience, last = PATIENCE, clock.monotonic() + LISTENING
        while message := await self.next(min(last, clock.monotonic() + patience)):
            if marker in (None, message.topic):
                patience = QUIET
            if message.topic != marker and message.retained and message.payload:
                yield message

    async def end(self) -> None:
        """Say goodbye."""
        await self.connection.close()

    async def _moved(self, end: float) -> bool:
        """Wait for anything to happen; False where `end` comes first."""
        if self._broken is not None:
            raise BrokenOffError(self._broken)
        clock = self.connection.clock
        left = end - clock.monotonic()
        if not self._news.is_set():
            if left <= 0:
                return False
            try:
                await within(clock, left, self._news.wait())
            except TimeoutError:
                return False
        self._news.clear()
        if self._broken is not None:
            raise BrokenOffError(self._broken)
        return True

    def _changed(self) -> None:
        # It is tried again and may come about then: too late.
        self._broken = self._broken or self.connection.error
        self._news.set()

    def _hear(self, message: Incoming) -> None:
        self._heard.append(message)
        self._news.set()
