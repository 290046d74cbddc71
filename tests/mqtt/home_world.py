"""A publisher at a real broker, on a clock of the test's own, and somebody who sees it all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from mqtt_helpers import INFO, PATIENCE, SERIAL, Mosquitto, Subscriber, make_reading
from owned_clock import OwnedClock

from kstar_tui.link.interface import Address
from kstar_tui.monitor.energy import FLOWS, Energy
from kstar_tui.monitor.update import LinkState, Update
from kstar_tui.mqtt.broker import Broker
from kstar_tui.mqtt.connection import MqttConnection
from kstar_tui.mqtt.message import Incoming
from kstar_tui.mqtt.options import MqttOptions
from kstar_tui.mqtt.publisher import Publisher

ROOT = f"kstar/{SERIAL}"
CONFIG = f"homeassistant/device/kstar_{SERIAL}/config"
BIRTH = "homeassistant/status"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)

ANNOUNCED = [CONFIG, f"{ROOT}/availability", f"{ROOT}/inverter", f"{ROOT}/device"]
MOMENTARY = [f"{ROOT}/state", f"{ROOT}/energy"]


class Said(NamedTuple):
    """A message that somebody saw."""

    topic: str
    payload: str
    qos: int
    retained: bool


def energy(kwh: float, day: date | None = None) -> Energy:
    """Accounts that all stand at this many kWh."""
    counters = dict.fromkeys(FLOWS, kwh)
    return Energy(counters, counters, day or START.date(), 3600.0, START, START)


class Home:
    """A publisher, the time it lives in, and a watcher of what it publishes."""

    def __init__(self, mosquitto: Mosquitto, watcher: Subscriber, options: MqttOptions) -> None:
        self.clock = OwnedClock()
        self.watcher = watcher
        self.heard: list[Incoming] = []
        self.standby = False
        self.options = options
        self._mosquitto = mosquitto
        self._marks = 0
        self._changed = asyncio.Event()

    async def start(self, *, version: int = 3, instance: str = "abcd1234") -> None:
        """Begin, with nothing known yet."""
        broker = Broker("127.0.0.1", self._mosquitto.port, "mqtt", "mqtt")
        self.connection = MqttConnection(broker, self.clock, retry=(0.02, 0.05), version=version)
        self.publisher = Publisher(
            self.connection,
            self.options,
            instance=instance,
            standby=lambda: self.standby,
            chance=lambda: 0.5,
        )
        self.connection.on_change(self._changed.set)
        self.connection.on_message(self._hear)
        await self.publisher.start()

    def _hear(self, message: Incoming) -> None:
        self.heard.append(message)
        self._changed.set()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for the network to bring it about; no time passes."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._changed.clear()
                await self._changed.wait()
        await self.clock.settle()

    async def connected(self) -> None:
        """Wait for the connection."""
        await self.until(lambda: self.connection.connected)

    async def lost(self) -> None:
        """Wait for its end."""
        await self.until(lambda: not self.connection.connected)

    def tell(self, load: int = 480, **more: Any) -> None:
        """Hand over what the monitor says now of a house with this load; W."""
        at = self.clock.now()
        given: dict[str, Any] = {
            "state": LinkState.ONLINE,
            "since": START,
            "at": at,
            "at_monotonic": self.clock.time,
            "fresh": True,
            "reading": make_reading(load_power=load, pv_power=1234.56),
            "taken": at,
            "taken_monotonic": self.clock.time,
            "address": Address("127.0.0.1"),
            "info": INFO,
            "energy": energy(5.0),
        }
        self.publisher.on_update(Update(**{**given, **more}))

    async def poll(self, count: int, *, every: float = 5.0, **more: Any) -> None:
        """So many polls; the load counts them up from 1."""
        for number in range(count):
            await self.clock.advance(every)
            self.tell(number + 1, **more)

    async def said(self) -> list[Said]:
        """All that was published since the last look."""
        self._marks += 1
        word = f"{id(self)} {self._marks}"
        # Through the publisher's own connection: behind what it has said.
        assert self.connection.publish("marker", word)
        return [Said(*message) for message in (await self.watcher.until("marker", word))[:-1]]

    async def introduced(self) -> list[Said]:
        """Come to the point at which all was said and repeated; what was said."""
        self.tell()
        await self.connected()
        await self.clock.advance(3.0)
        return await self.said()


Start = Callable[..., Awaitable[Home]]


def topics(said: list[Said]) -> list[str]:
    """What was spoken of, in order."""
    return [one.topic for one in said]


def loads(said: list[Said]) -> list[int]:
    """The loads in the states, W."""
    return [json.loads(one.payload)["load_power"] for one in said if one.topic == f"{ROOT}/state"]


def payload(said: list[Said], topic: str) -> str:
    """The newest payload of a topic."""
    return next(one.payload for one in reversed(said) if one.topic == topic)
