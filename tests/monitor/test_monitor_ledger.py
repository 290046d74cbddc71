"""The ledger sees every update first, and its failure stops nobody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

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
