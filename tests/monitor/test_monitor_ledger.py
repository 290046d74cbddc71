"""The ledger sees every update first, and its failure stops nobody."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from monitor_world import HOME, found

from kstar_tui.monitor.energy import FLOWS, Energy
from kstar_tui.monitor.update import Update

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ZERO = dict.fromkeys(FLOWS, 0.0)
ENERGY = Energy(ZERO, ZERO, NOON.date(), 0.0, NOON, NOON)


class Books:
    """Tells the same accounts until it fails."""

    def __init__(self) -> None:
        self.taken: list[Update] = []
        self.fails = False

    def take(self, update: Update) -> Energy | None:
        self.taken.append(update)
        if self.fails:
            raise RuntimeError("no paper")
        return ENERGY


async def test_subscribers_are_told_what_the_ledger_says(clock, world, watch) -> None:
    books = Books()
    watched = watch(ledger=books)
    await clock.advance(7)
    assert [update._replace(energy=ENERGY) for update in books.taken] == watched.updates
    assert watched.monitor.latest.energy is ENERGY


async def test_a_ledger_that_fails_stops_nobody(
    clock, world, watch, caplog: pytest.LogCaptureFixture
) -> None:
    books = Books()
    watched = watch(ledger=books)
    await clock.advance(7)
    books.fails = True
    before = len(watched.updates)
    await clock.advance(20)
    assert len(watched.updates) == before + 4
    assert watched.updates[-1].energy is ENERGY, "what is on disk is there still"
    assert [record.message for record in caplog.records].count(
        "keeping the history failed: RuntimeError: no paper"
    ) == 1


async def test_one_that_was_found_is_known_before_it_is_asked_or_booked(
    clock, world, watch
) -> None:
    """Whoever polls it so far hears of that, and lets go of the books."""
    books, room, seen = Books(), asyncio.Event(), []

    async def ahead() -> None:
        seen.append((watched.monitor.latest.address, watched.monitor.latest.key))
        await room.wait()

    world.searches = [[], [found()]]
    watched = watch(address=None, ledger=books, ahead=ahead)
    await clock.advance(20)
    assert seen == [(HOME, "KSE1")]
    assert world.times("read") == []
    assert {update.key for update in books.taken} == {"unknown"}
    room.set()
    await clock.settle()
    assert world.times("read") == [20]
    assert books.taken[-1].key == "KSE1"


async def test_nobody_waits_ahead_of_one_that_is_named(clock, world, watch) -> None:
    async def ahead() -> None:
        raise AssertionError

    watched = watch(HOME, ahead=ahead)
    await clock.settle()
    assert watched.states[-1] == "online"
