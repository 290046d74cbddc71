"""What counts as moving: an inverter that is away, polls an hour apart, a poll that hangs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "monitor"))
from monitor_world import HOME, World
from owned_clock import OwnedClock

from kstar_tui.daemon.movement import PATIENCE, Movement
from kstar_tui.link.interface import Address
from kstar_tui.monitor.monitor import Monitor, Progress

Start = Callable[..., "Watching"]


class Watching:
    """A monitor that is looked at every half a minute."""

    def __init__(self, monitor: Monitor, clock: OwnedClock) -> None:
        self.monitor = monitor
        self.movement = Movement()
        self.clock = clock
        self.task = asyncio.create_task(monitor.run())

    async def seen_for(self, seconds: float) -> list[bool]:
        """Whether it went on, each time that it was looked at."""
        seen = []
        for _ in range(round(seconds / 30)):
            await self.clock.advance(30)
            seen.append(self.movement.goes_on(self.monitor.progress, self.clock.time))
        return seen


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock()


@pytest.fixture
def world(clock: OwnedClock) -> World:
    return World(clock)


@pytest.fixture
async def watch(clock: OwnedClock, world: World) -> AsyncIterator[Start]:
    running: list[Watching] = []

    def begin(interval: float = 5.0, address: Address | None = HOME) -> Watching:
        monitor = Monitor(
            world.connect, clock, interval=interval, address=address, find=world.find, wake=None
        )
        running.append(Watching(monitor, clock))
        return running[-1]

    yield begin
    for watching in running:
        watching.task.cancel()
        await asyncio.gather(watching.task, return_exceptions=True)


@pytest.mark.parametrize(("interval", "seconds"), [(5.0, 600), (3600.0, 3 * 3600)])
async def test_polls_that_are_answered_move(watch: Start, interval: float, seconds: int) -> None:
    assert all(await watch(interval).seen_for(seconds))


@pytest.mark.parametrize(("interval", "seconds"), [(5.0, 3600), (3600.0, 5 * 3600)])
async def test_a_night_without_the_inverter_moves(
    watch: Start, world: World, interval: float, seconds: int
) -> None:
    watching = watch(interval)
    world.down, world.delay = True, 9.0
    assert all(await watching.seen_for(seconds))
    assert watching.monitor.latest.state == "offline"


async def test_a_search_that_finds_nothing_moves(watch: Start) -> None:
    watching = watch(address=None)
    assert all(await watching.seen_for(3600))
    assert watching.monitor.latest.state == "searching"


async def test_a_poll_that_hangs_does_not_move_and_then_does_again(
    watch: Start, world: World
) -> None:
    watching = watch(30.0)
    assert all(await watching.seen_for(300))
    world.delay = 1000.0
    seen = await watching.seen_for(900)
    moving = seen.count(True)
    assert seen == [True] * moving + [False] * (len(seen) - moving)
    assert PATIENCE / 30 <= moving <= PATIENCE / 30 + 2
    world.delay = 0.0
    assert all((await watching.seen_for(300))[5:])


async def test_a_question_behind_the_reading_that_hangs_does_not_move(
    watch: Start, world: World
) -> None:
    world.delays["settings"] = 10_000.0
    assert not (await watch().seen_for(300))[-1]


async def test_a_wait_that_does_not_end_does_not_move() -> None:
    movement = Movement()
    waiting = Progress(steps=4, pause=3600)
    assert movement.goes_on(waiting, 0)
    assert movement.goes_on(waiting, 3600 + PATIENCE)
    assert not movement.goes_on(waiting, 3601 + PATIENCE)
    assert movement.goes_on(Progress(steps=5, pause=0), 3602 + PATIENCE)
