"""The History screen by its keys and the mouse, on the running app."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

import pytest
from app_talk import live_app, see, see_no, shown, until
from history_days import HandPast, bucket_of, house_minutes, year_of_days
from textual.pilot import Pilot
from tui_world import HandClock

from kstar_tui.history.bucket import Bucket
from kstar_tui.history.calendar import Calendar
from kstar_tui.monitor.energy import Flow
from kstar_tui.simulator.server import Simulator
from kstar_tui.tui.app import KstarApp
from kstar_tui.tui.glyphs import UNICODE
from kstar_tui.tui.history.screen import HistoryCanvas, HistoryScreen, Source
from kstar_tui.tui.live.screen import LiveScreen

CALENDAR = Calendar(UTC)
TODAY = date(2026, 6, 18)


class Archive(HandPast):
    def inverters(self) -> list[object]:
        return []


@cache
def recorded() -> list[Bucket]:
    minutes = house_minutes(CALENDAR.start(TODAY), 720)
    return minutes + year_of_days(CALENDAR, date(2026, 6, 17), 60)


async def open_history(pilot: Pilot[None], past: HandPast | None) -> HistoryScreen:
    app = pilot.app
    assert isinstance(app, KstarApp)
    source = Source(past, "k", ("History is off.",))
    screen = HistoryScreen(lambda: source, app.clock, CALENDAR, UNICODE)
    app.push_screen(screen)
    await until(pilot, lambda: "[day]" in shown(app), "the history")
    return screen


async def test_2_shows_the_history_and_1_goes_back(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "● online")
        await pilot.press("2")
        await see(pilot, "[day]", "1 Live")
        assert isinstance(app.screen, HistoryScreen)
        await pilot.press("question_mark")
        await see(pilot, "History: keys and signs", "not observed")
        await pilot.press("escape")
        await pilot.press("1")
        await see(pilot, "● online")
        assert isinstance(app.screen, LiveScreen)


async def test_keys_move_through_time(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_history(pilot, Archive(recorded(), CALENDAR))
        await see(pilot, "Thu 18 Jun 2026")
        await pilot.press("right")
        await see(pilot, "Thu 18 Jun 2026")
        await pilot.press("left")
        await see(pilot, "Wed 17 Jun 2026", "t today")
        await pilot.press("right")
        await see(pilot, "Thu 18 Jun 2026")
        await pilot.press("w")
        await see(pilot, "15 – 21 Jun 2026", "[week]", "Thu 18*")
        await pilot.press("m")
        await see(pilot, "June 2026", "[month]")
        await pilot.press("left")
        await see(pilot, "May 2026")
        await pilot.press("y")
        await see(pilot, "[year]", "Jun*")
        await pilot.press("t", "d")
        await see(pilot, "Thu 18 Jun 2026")


async def test_the_cursor_reads_and_opens(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_history(pilot, Archive(recorded(), CALENDAR))
        await pilot.press("comma")
        await see(pilot, " 11:45  solar ")
        await pilot.press("comma")
        await see(pilot, " 11:30  solar ")
        await pilot.press("home")
        await see(pilot, " 00:00  solar 0 W")
        await pilot.press("end")
        await see(pilot, " 23:45  still to come")
        await pilot.press("escape")
        await see(pilot, "move over the chart")
        await pilot.press("m", "comma", "comma")
        await see(pilot, "Wed 17 Jun  solar ")
        await pilot.press("enter")
        await see(pilot, "Wed 17 Jun 2026", "[day]")


async def test_the_mouse_reads_presses_and_opens(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await open_history(pilot, Archive(recorded(), CALENDAR))
        await pilot.hover(HistoryCanvas, offset=(8 + 40, 10))
        await see(pilot, " 10:00  solar ")
        line = screen.query_one(HistoryCanvas).picture[0]
        year = next(span for span in line if span.field == "reach:year")
        await pilot.click(HistoryCanvas, offset=(year.x + 1, 0))
        await see(pilot, "[year]")
        await pilot.click(HistoryCanvas, offset=(8 + 8 * 4 + 2, 12), times=2)
        await see(pilot, "May 2026", "[month]")
        await pilot.click(HistoryCanvas, offset=(1, 0))
        await see(pilot, "April 2026")


@pytest.mark.parametrize(
    ("past", "words"),
    [(None, "History is off."), (Archive([], CALENDAR), "Nothing is recorded yet.")],
)
async def test_an_empty_history_says_why(
    past: HandPast | None, words: str, inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_history(pilot, past)
        await see(pilot, words)
        await pilot.press("comma", "home", "enter", "left", "right", "t")
        await see(pilot, words)


async def test_a_day_before_the_first_is_told(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    minutes = house_minutes(CALENDAR.start(TODAY), 60)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_history(pilot, Archive(minutes, CALENDAR))
        await see_no(pilot, "Nothing was")
        await pilot.press("left")
        await see(pilot, "Nothing was recorded before Thu 18 Jun 2026.")


async def test_what_was_saved_appears(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    past = Archive([], CALENDAR)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_history(pilot, past)
        at = int(datetime(2026, 6, 18, 11, 59, tzinfo=UTC).timestamp())
        past.buckets.append(bucket_of(at, dict.fromkeys(Flow, 600.0), 50))
        screen.saved()
        await see(pilot, "max 600 W")


async def test_a_disk_that_fails_is_told(inverter: Simulator, clock: HandClock) -> None:
    class Broken(Archive):
        def span(self, key: str) -> tuple[date, date] | None:
            raise OSError("disk on fire")

    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_history(pilot, Broken([], CALENDAR))
        await see(pilot, "The history cannot be read now.", "disk on fire")
