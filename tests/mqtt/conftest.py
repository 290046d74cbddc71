"""Fixtures of the MQTT tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from home_world import Home, Start
from mqtt_helpers import LEGACY, Mosquitto, Subscriber, mosquitto_in

from kstar_tui.mqtt.options import MqttOptions


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """A broker that is not started yet, on a free port, for user and password `mqtt`."""
    async with mosquitto_in(tmp_path) as broker:
        yield broker


@pytest.fixture
async def subscribe() -> AsyncIterator[Callable[..., Awaitable[Subscriber]]]:
    """Makes subscribers that end with the test."""
    made: list[Subscriber] = []

    async def make(port: int, topics: tuple[str, ...] = LEGACY) -> Subscriber:
        made.append(Subscriber(port, topics))
        await made[-1].ready()
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
async def home(
    mosquitto: Mosquitto, subscribe: Callable[..., Awaitable[Subscriber]]
) -> AsyncIterator[Start]:
    """Starts publishers at the broker, which runs from then on; each with a watcher of its own."""
    made: list[Home] = []

    async def start(*, version: int = 3, instance: str = "abcd1234", **options: object) -> Home:
        await mosquitto.ensure()
        watcher = await subscribe(mosquitto.port, ("#",))
        await watcher.settled()
        made.append(Home(mosquitto, watcher, MqttOptions(**{"legacy": None, **options})))
        await made[-1].start(version=version, instance=instance)
        return made[-1]

    yield start
    for one in made:
        await one.publisher.stop()
