"""The app beside a daemon: it says so, searches for nothing, and every screen is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from app_talk import around, see, shown, until
from feed_world import HandDaemon, update
from tui_world import HandClock

from kstar_tui.feed.following import Daemon
from kstar_tui.feed.wire import Message
from kstar_tui.settings import Settings
from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.app import KstarApp


@pytest.fixture
async def daemon(clock: HandClock, own_runtime: Path) -> AsyncIterator[HandDaemon]:
    one = HandDaemon(clock, history=None)
    one.message = Message(update(at_monotonic=0.0, taken_monotonic=0.0, next_poll_monotonic=5.0))
    await one.open(own_runtime / "kstar-tui")
    yield one
    one.feed.close()


def app_beside(daemon: HandDaemon, clock: HandClock, **options: object) -> KstarApp:
    path = daemon.feed._path
    assert path is not None
    return KstarApp(
        Settings(), clock, daemon=Daemon(path, daemon.hello), look_in=[path.parent], **options
    )


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_it_says_so_and_asks_nobody(
    daemon: HandDaemon, clock: HandClock, ascii_only: bool
) -> None:
    app = app_beside(daemon, clock, ascii_only=ascii_only)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        text = await see(pilot, "online  now  via process 4711", "Attached to process 4711")
        assert "KSE4000" in text
        assert not ascii_only or text.isascii()
        await pilot.press("2")
        await see(pilot, "There is no history here.", "process 4711 keeps no history")
        await pilot.press("3")
        await see(pilot, "via process 4711", "process 4711 keeps no history")
        await pilot.press("1", "i")
        await see(pilot, "process 4711 (kstar-tui 0.2.0)")
        await pilot.press("escape", "r")
        await until(pilot, lambda: daemon.polls == 1)
        daemon.say(Message(update(at_monotonic=0.0, polls=1205)))
        app.clear_notifications()
        await see(pilot, "polls 1 205")


async def test_the_search_leads_to_another_inverter(
    daemon: HandDaemon, clock: HandClock, inverter: Simulator
) -> None:
    """And not back to the daemon's."""
    app = app_beside(daemon, clock)
    app.settings = around(inverter)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await see(pilot, "via process 4711")
        await pilot.press("s")
        await see(pilot, "reads well")
        await pilot.press("enter")
        app.clear_notifications()
        await see(pilot, "● online", f"at {inverter.address}")
        for _ in range(3):
            clock.advance(2.0)
            await pilot.pause(0.01)
        assert "via" not in shown(app)
        assert app.session is not None
        assert app.session.monitor.latest.address == inverter.address


async def test_it_takes_over(daemon: HandDaemon, clock: HandClock, inverter: Simulator) -> None:
    daemon.message = Message(
        update(address=inverter.address, at_monotonic=0.0, taken_monotonic=0.0)
    )
    app = app_beside(daemon, clock)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await see(pilot, "via process 4711")
        daemon.feed.close()
        await until(pilot, lambda: clock.sleeping)
        for _ in range(8):
            clock.advance(0.5)
            await pilot.pause(0.02)
        await see(pilot, "Process 4711 is gone", "● online")
        assert "via" not in shown(app)
        await until(pilot, inverter.counters.requests.total)
