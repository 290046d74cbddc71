"""Which of two daemons on one inverter stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from feed_world import HELLO, HOME, INFO, HandDaemon, update
from owned_clock import OwnedClock

from kstar_tui.feed.alone import AGAIN, Alone, who_polls
from kstar_tui.feed.wire import Hello
from kstar_tui.link.interface import Address

Other = Callable[..., Awaitable[HandDaemon]]


@pytest.fixture
async def other(own_runtime: Path) -> AsyncIterator[Other]:
    """Makes daemons that run already, each in a folder of its own."""
    made: list[HandDaemon] = []

    async def make(**changes: Any) -> HandDaemon:
        made.append(HandDaemon(pid=100 + len(made), started=500.0, **changes))
        await made[-1].open(own_runtime / str(len(made)))
        return made[-1]

    yield make
    for one in made:
        one.feed.close()


def folders(own_runtime: Path) -> list[Path]:
    return [own_runtime / str(number) for number in range(4)]


class Newcomer:
    """A daemon that has just come to know its inverter."""

    def __init__(self, own_runtime: Path, clock: OwnedClock, **changes: Any) -> None:
        self.hello = HELLO._replace(**{"pid": 900, "started": 600.0, **changes})
        self.alone = Alone(clock, folders(own_runtime), own_runtime / "0" / "live-900.sock")
        self.outranked = asyncio.ensure_future(self.alone.outranked(lambda: self.hello))
        self.alone.on_update(update())

    async def yields(self) -> Hello:
        return await asyncio.wait_for(asyncio.shield(self.outranked), 3)

    async def stays(self) -> None:
        await asyncio.sleep(0.05)
        assert not self.outranked.done()

    def end(self) -> None:
        self.outranked.cancel()


async def test_before_the_first_poll_the_address_tells(own_runtime: Path, other: Other) -> None:
    places = folders(own_runtime)
    assert await who_polls(places, HOME) is None
    await other(key=None)
    found = await who_polls(places, HOME)
    assert found is not None
    assert found.pid == 100
    assert await who_polls(places, Address(HOME.host, 8900)) is None
    assert await who_polls(places, Address("inverter.lan")) is None


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ({"address": Address("inverter.lan")}, {}),
        ({"key": None}, {}),
        ({}, {"key": None}),
        # A tie of the clock.
        ({}, {"started": 500.0}),
    ],
)
async def test_the_later_one_yields(
    own_runtime: Path, other: Other, theirs: dict[str, Any], mine: dict[str, Any]
) -> None:
    await other(**theirs)
    newcomer = Newcomer(own_runtime, OwnedClock(), **mine)
    assert (await newcomer.yields()).pid == 100


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ({"key": "another", "address": Address("192.168.1.51")}, {}),
        ({}, {"started": 400.0}),
        ({"key": None, "address": None}, {"key": None, "address": None}),
        ({}, {"key": None, "address": None}),
    ],
)
async def test_the_earlier_one_stays_and_so_does_one_on_another_inverter(
    own_runtime: Path, other: Other, theirs: dict[str, Any], mine: dict[str, Any]
) -> None:
    await other(**theirs)
    newcomer = Newcomer(own_runtime, OwnedClock(), **mine)
    await newcomer.stays()
    newcomer.end()


async def test_one_that_searches_is_asked_again(own_runtime: Path, other: Other) -> None:
    clock = OwnedClock()
    searching = await other(key=None, address=None)
    newcomer = Newcomer(own_runtime, clock)
    await newcomer.stays()
    await clock.advance(AGAIN)
    await newcomer.stays()
    searching.hello = searching.hello._replace(key=INFO.serial, address=Address("10.0.0.7"))
    await clock.advance(AGAIN)
    assert (await newcomer.yields()).pid == 100


async def test_nobody_is_asked_while_nothing_of_the_inverter_changes(
    own_runtime: Path, other: Other
) -> None:
    newcomer = Newcomer(own_runtime, OwnedClock())
    await newcomer.stays()
    one = await other()
    for _ in range(5):
        newcomer.alone.on_update(update(polls=7))
    await newcomer.stays()
    assert one.joined == 0
    newcomer.alone.on_update(update(address=Address("192.168.1.51")))
    assert (await newcomer.yields()).pid == 100
    assert one.joined == 1


async def test_a_screen_is_no_daemon(own_runtime: Path, other: Other) -> None:
    """It makes room by itself as soon as it sees one."""
    await other(screen=True)
    assert await who_polls(folders(own_runtime), HOME) is None
    newcomer = Newcomer(own_runtime, OwnedClock())
    await newcomer.stays()
    newcomer.end()
