"""Data is missed when its time is over, however rarely the inverter is asked by then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from alerts_world import Story
from owned_clock import OwnedClock

from kstar_tui.alerts.alert import Rules
from kstar_tui.alerts.teller import Teller
from kstar_tui.alerts.watch import Watch

MISSED = ["no data from the inverter: 3 tries of 1.5 s to 192.168.1.50:8899: no answer"]


class House:
    """A teller at work, and what it said."""

    def __init__(self, rules: Rules) -> None:
        self.clock = OwnedClock()
        self.standby = False
        self._said: list[str] = []
        self.teller = Teller(
            Watch(rules), self.clock, publish=self._said.append, standby=lambda: self.standby
        )
        self._story = Story()

    async def update(self, *, fresh: bool, **changes: Any) -> None:
        now = {"at": self.clock.now(), "at_monotonic": self.clock.monotonic()}
        self.teller.on_update(self._story.update(fresh=fresh)._replace(**now, **changes))
        await self.clock.settle()

    def said(self) -> list[str]:
        """Since the last time."""
        texts = [json.loads(each)["text"] for each in self._said]
        self._said.clear()
        return texts


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House(Rules(no_data=60.0))
    running = asyncio.create_task(made.teller.run())
    yield made
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()


async def test_between_two_updates(house: House) -> None:
    await house.update(fresh=True)
    await house.clock.advance(5)
    await house.update(fresh=False)
    await house.clock.advance(54.9)
    assert house.said() == []
    await house.clock.advance(0.1)
    assert house.said() == MISSED
    # Another poll in vain, and then a longer silence, are no news.
    await house.update(fresh=False)
    await house.clock.advance(3600)
    await house.update(fresh=False)
    assert house.said() == []
    await house.update(fresh=True)
    assert house.said() == ["the inverter answers again, after 1 h 1 min"]


async def test_each_time(house: House) -> None:
    for _ in range(3):
        await house.update(fresh=True)
        await house.clock.advance(5)
        await house.update(fresh=False)
        await house.clock.advance(66)
        assert house.said() == MISSED
        await house.update(fresh=True)
        assert house.said() == ["the inverter answers again, after 1 min"]
        await house.clock.advance(30)


async def test_a_reading_in_time_begins_anew(house: House) -> None:
    await house.update(fresh=True)
    await house.clock.advance(30)
    await house.update(fresh=False)
    await house.clock.advance(25)
    await house.update(fresh=True)
    await house.clock.advance(30)
    await house.update(fresh=False)
    await house.clock.advance(29)
    assert house.said() == []
    await house.clock.advance(1)
    assert house.said() == MISSED


async def test_nobody_misses_what_nobody_asked_for(house: House) -> None:
    """Where the inverter is asked once an hour, say."""
    await house.update(fresh=True)
    await house.clock.advance(3600)
    await house.update(fresh=True)
    await house.clock.advance(3600)
    assert house.said() == []
    await house.update(fresh=False)
    assert house.said() == MISSED


async def test_another_process_tells_it(house: House) -> None:
    house.standby = True
    await house.update(fresh=True)
    await house.update(fresh=False)
    await house.clock.advance(120)
    house.standby = False
    await house.update(fresh=False)
    assert house.said() == []
