"""A world of its own for each test, and monitors in it that end with the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from monitor_world import HOME, Watched, World
from owned_clock import OwnedClock

from kstar_tui.link.interface import Address
from kstar_tui.monitor.monitor import Monitor

Watch = Callable[..., Watched]


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock()


@pytest.fixture
def world(clock: OwnedClock) -> World:
    return World(clock)


@pytest.fixture
async def watch(clock: OwnedClock, world: World) -> AsyncIterator[Watch]:
    """Starts a monitor: `watch(address=…, interval=…)`."""
    running: list[Watched] = []

    def begin(address: Address | None = HOME, interval: float = 5.0, **options: object) -> Watched:
        arguments = {"find": world.find, "wake": world.wake, **options}
        monitor = Monitor(world.connect, clock, interval=interval, address=address, **arguments)
        running.append(Watched(world, monitor))
        return running[-1]

    yield begin
    for watched in running:
        await watched.stop()
