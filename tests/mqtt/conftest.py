"""Fixtures of the MQTT tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from mqtt_helpers import LEGACY, Mosquitto, Subscriber, mosquitto_in


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
