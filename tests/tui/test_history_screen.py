"""The History screen by its keys and the mouse, on the running app."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

import pytest
from app_talk import live_app, see, see_no, shown, until
from history_days import HandPast, bucket_of, house_minutes, year_of_days
from textual import events
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
        await see_no(pilot, "keys and signs")
        for key in ("1", "escape"):
            await pilot.press("2")
            await until(pilot, lambda: isinstance(app.screen, HistoryScreen))
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.screen, LiveScreen))


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
        await pilot.press("Y")
        await see(pilot, "[year]", "Jun*")
        await pilot.press("t", "d")
        await see(pilot, "Thu 18 Jun 2026")


async def test_the_cursor_reads_and_opens(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_history(pilot, Archive(recorded(), CALENDAR))
        await pilot.press("comma")
        await see(pilot, " 11:45–12:00  solar ")
        await pilot.press("comma")
        await see(pilot, " 11:30–11:45  solar ")
        await pilot.press("home")
        await see(pilot, " 00:00–00:15  solar 0 W")
        await pilot.press("end")
        await see(pilot, " 23:45–00:00  still to come")
        await pilot.press("escape")
        await see(pilot, ", . or the mouse")
        await pilot.press("m", "comma", "comma")
        await see(pilot, "Wed 17 Jun  solar ")
        await pilot.press("enter")
        await see(pilot, "Wed 17 Jun 2026", "[day]")


async def test_the_mouse_reads_presses_and_opens(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await open_history(pilot, Archive(recorded(), CALENDAR))
        await pilot.hover(HistoryCanvas, offset=(8 + 40, 10))
        await see(pilot, " 10:00–10:15  solar ")
        line = screen.query_one(HistoryCanvas).picture[0]
        year = next(span for span in line if span.field == "reach:year")
        await pilot.click(HistoryCanvas, offset=(year.x + 1, 0))
        await see(pilot, "[year]")
        await pilot.click(HistoryCanvas, offset=(8 + 8 * 4 + 2, 12), times=2)
        await see(pilot, "May 2026", "[month]")
        await pilot.click(HistoryCanvas, offset=(1, 0))
        await see(pilot, "April 2026")


async def test_zoom_keeps_what_is_read_and_escape_goes_back(
    inverter: Simulator, clock: HandClock
) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_history(pilot, Archive(recorded(), CALENDAR))
        await pilot.press("comma", *["comma"] * 10)
        await see(pilot, " 07:36  solar ")
        await pilot.press("plus")
        await see(pilot, "[12 h]", "Thu 18 Jun 03:45–15:45", " 07:33  solar ")
        await pilot.press("plus", "plus", "plus")
        await see(pilot, "[3 h]", "06:45–09:45", " 07:33  solar ")
        await pilot.press("right")
        await see(pilot, "08:15–11:15", ", . or the mouse")
        await pilot.press("left", "left", "left", "left", "left")
        await see(pilot, "Thu 18 Jun 00:45–03:45")
        await pilot.press("left")
        await see(pilot, "Wed 17 Jun 23:15–02:15")
        await pilot.press("minus", "comma", "escape")
        await see(pilot, "[6 h]", ", . or the mouse")
        await pilot.press("t")
        await see(pilot, "Thu 18 Jun 06:00–12:00")
        await pilot.press("escape")
        await see(pilot, "Thu 18 Jun 2026", "[day]")
        await pilot.press("minus")
        await see(pilot, "[week]")
        await pilot.press("plus", "home", "enter")
        await see(pilot, "Thu 18 Jun 00:00–12:00")
        # The wheel zooms around what is under it.
        grid = screen.query_one(HistoryCanvas)
        grid.post_message(scroll(grid, 8 + 30, up=True))
        await see(pilot, "[6 h] ", "03:00–09:00", " 06:00  solar ")
        grid.post_message(scroll(grid, 8 + 30, up=False))
        await see(pilot, "[12 h]", "00:00–12:00")
        await pilot.press("d")
        await see(pilot, "[day]")
        assert not screen.check_action("leave", ()), "escape leads to Live now"


def scroll(canvas: HistoryCanvas, x: int, *, up: bool) -> events.MouseEvent:
    kind = events.MouseScrollUp if up else events.MouseScrollDown
    return kind(canvas, x, 10, 0, 0, 0, shift=False, meta=False, ctrl=False)


async def test_y_copies_what_is_read_or_the_sums(inverter: Simulator, clock: HandClock) -> None:
    app = live_app(inverter, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_history(pilot, Archive(recorded(), CALENDAR))
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard)
        assert app.clipboard.startswith("from\tto\tsolar kWh\t")
        await pilot.press("comma", "y")
        await until(pilot, lambda: "solar W" in app.clipboard)
        assert app.clipboard.split("\n")[1].startswith("2026-06-18T11:45+00:00\t")
        # What cannot be read cannot be copied.
        app.copy_to_clipboard("before")
        await pilot.press("left", "left", *["left"] * 100, "y")
        await see(pilot, "Nothing was recorded before")
        assert app.clipboard == "before"


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
        await see(pilot, "600 W")


async def test_a_disk_that_fails_is_told(inverter: Simulator, clock: HandClock) -> None:
    class Broken(Archive):
        def span(self, key: str) -> tuple[date, date] | None:
            raise OSError("disk on fire")

    app = live_app(inverter, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_history(pilot, Broken([], CALENDAR))
        await see(pilot, "The history cannot be read now.", "disk on fire")
