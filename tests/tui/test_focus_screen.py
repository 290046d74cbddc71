"""The Battery and the Grid & load screen by their keys, on the running app."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from app_talk import live_app, next_poll, see, shown, until
from textual.pilot import Pilot
from tui_world import HandClock

from kstar_tui.settings import Settings
from kstar_tui.simulator.faults import Faults
from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.focus.screen import FocusCanvas, FocusScreen, Page

SIZES = [(80, 24), (120, 40), (200, 60), (44, 12)]


def spoken(pilot: Pilot[None]) -> dict[str, str]:
    """What the canvas shows of each field."""
    picture = pilot.app.screen.query_one(FocusCanvas).picture
    return {span.field: span.text for line in picture for span in line if span.field}


async def minutes(pilot: Pilot[None], clock: HandClock, count: int) -> None:
    """So many polls, a minute apart."""
    for _ in range(count):
        await next_poll(pilot, clock, 60.0)


@pytest.mark.parametrize("size", SIZES)
async def test_keys_lead_from_each_to_each(
    size: tuple[int, int], inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=size) as pilot:
        await see(pilot, "online")
        for key, page in (("3", Page.BATTERY), ("4", Page.GRID), ("4", Page.GRID)):
            await pilot.press(key)
            await until(
                pilot,
                lambda page=page: isinstance(app.screen, FocusScreen) and app.screen.page is page,
            )
            await until(pilot, lambda: spoken(pilot))
        for key, word in (("2", "[day]"), ("3", "Battery"), ("5", "[all]"), ("1", "online")):
            await pilot.press(key)
            await see(pilot, word)
        assert len(app.screen_stack) == 2


async def test_a_poll_is_seen_at_once(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await pilot.press("4")
        await until(pilot, lambda: "load_power" in spoken(pilot))
        before = spoken(pilot)["load_power"]
        for _ in range(5):
            await next_poll(pilot, clock, 600.0)
        await until(pilot, lambda: spoken(pilot)["load_power"] != before)
        await pilot.press("r")
        inverter.options = replace(inverter.options, faults=Faults(silent=True))
        for _ in range(3):
            await next_poll(pilot, clock, 120.0)
        await see(pilot, "✕ offline", "next try within")


async def test_the_day_comes_from_the_history(
    inverter: Simulator, clock: HandClock, tmp_path: Path
) -> None:
    settings = Settings(history=str(tmp_path / "history.sqlite"), interval=60.0)
    app = KstarApp(settings, clock, address=inverter.address, calm=600.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "● online")
        await pilot.press("4")
        await see(pilot, "Nothing of today is recorded yet")
        await minutes(pilot, clock, 20)
        screen = app.screen
        assert isinstance(screen, FocusScreen)
        screen.saved()
        await see(pilot, "lowest", "highest", "12:00")
        low, high = (
            float(spoken(pilot)[f"load_power:{end}"].replace(" ", "")) for end in ("low", "high")
        )
        assert low <= float(spoken(pilot)["load_power"].replace(" ", "")) <= high
        # The disk goes: the present stays, and it is said why there is no more.
        archive = app.session.archive if app.session else None
        assert archive is not None
        archive._store.connection.close()
        screen.saved()
        text = await see(pilot, "cannot be read now")
        assert "W" in text
        assert "load_power" in spoken(pilot)


async def test_without_a_history_it_is_said(inverter: Simulator, clock: HandClock) -> None:
    app = KstarApp(Settings(history="off"), clock, address=inverter.address)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await pilot.press("3")
        await see(pilot, "need the history, which is off", "--no-history")


async def test_help_and_the_palette_know_them(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await pilot.press("4")
        await see(pilot, "Grid", "lowest")
        await pilot.press("question_mark")
        await see(pilot, "Grid & load: keys and signs", "Poll now", "not observed")
        await pilot.press("escape")
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert {"Live", "History", "Battery", "Events"} <= titles
        assert "Grid & load" not in titles


async def test_a_value_tells_what_it_is(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await pilot.press("3")
        await until(pilot, lambda: "battery_voltage" in spoken(pilot))
        canvas = app.screen.query_one(FocusCanvas)
        place = next(
            (span.x, y)
            for y, line in enumerate(canvas.picture)
            for span in line
            if span.field == "battery_voltage"
        )
        await pilot.hover(FocusCanvas, offset=place)
        await until(pilot, lambda: canvas.tooltip)
        assert "battery_voltage" in str(canvas.tooltip)
        assert "bytes " in str(canvas.tooltip)
        assert "online" in shown(app)
